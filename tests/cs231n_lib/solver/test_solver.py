import math

import numpy as np
import pytest

from cs231n_lib.models import FullyConnectedNet, TwoLayerNet
from cs231n_lib.optim import schedules
from cs231n_lib.solver import Solver, TrainingDiverged


def blobs(N=60, dtype=np.float32):
    """Return three well-separated clouds of points; the validation part is drawn like the training part."""
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=2 * N)
    X = (3 * np.eye(3, 6)[y] + rng.standard_normal((2 * N, 6))).astype(dtype)
    return {"X_train": X[:N], "y_train": y[:N], "X_val": X[N:], "y_val": y[N:]}


class Counter:
    """A model of one weight that records its calls; its loss and scores follow a plan."""

    def __init__(self, losses=(), right=()):
        self.params = {"w": np.zeros(1)}
        self.losses, self.right = iter(losses), list(right)
        self.batches, self.looks = [], 0

    def loss(self, X, y=None):
        if y is None:
            return self.scores(X)
        self.batches.append(X[:, 0].astype(int))
        return next(self.losses, 1.0), {"w": np.ones(1)}

    def scores(self, X):
        return np.tile([1.0, 0.0], (len(X), 1))


class Planned(Counter):
    """A Counter whose validation accuracy after each epoch follows a plan."""

    def scores(self, X):
        if X[0, 0] >= 0:  # training examples
            return super().scores(X)
        share = self.right[min(self.looks, len(self.right) - 1)]
        self.looks += 1
        right = np.arange(len(X)) < share * len(X)
        return np.stack([right, ~right], axis=1).astype(float)


def numbered(N=10, num_val=10):
    """Examples whose values are their own numbers, all of class 0; validation examples have negative numbers."""
    return {
        "X_train": np.arange(N)[:, None],
        "y_train": np.zeros(N, int),
        "X_val": -1.0 - np.arange(num_val)[:, None],
        "y_val": np.zeros(num_val, int),
    }


def quiet(model, data, update_rule="sgd", optim_config=None, **options):
    return Solver(model, data, update_rule, optim_config, **{"verbose": False, "rng": 0} | options)


def test_a_net_learns(capsys):
    net = TwoLayerNet(6, 20, 3, rng=0)
    solver = quiet(net, blobs(), update_rule="adam", optim_config={"learning_rate": 1e-2}, batch_size=20, num_epochs=20)
    solver.train()
    assert solver.loss_history[0] == pytest.approx(math.log(3), rel=1e-3)
    assert len(solver.loss_history) == solver.step == 60 and solver.epoch == 20
    assert len(solver.train_acc_history) == len(solver.val_acc_history) == 21
    assert solver.loss_history[-1] < 0.3 and solver.best_val_acc == max(solver.val_acc_history) > 0.9
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("rule", ["sgd", "sgd_momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"])
def test_every_rule_by_name(rule):
    solver = quiet(TwoLayerNet(6, 20, 3, weight_scale=0.1, rng=0), blobs(), rule, num_epochs=30, batch_size=20)
    solver.train()
    assert np.mean(solver.loss_history[-5:]) < np.mean(solver.loss_history[:5])


def test_a_rule_of_ones_own():
    def rule(w, dw, config=None):
        return w + 1, config

    model = Counter()
    quiet(model, numbered(), rule, {"learning_rate": 1.0}, num_epochs=3, batch_size=10).train()
    assert model.params["w"] == 0  # the accuracy never rises, so the first parameters are the best


def test_an_epoch_is_a_random_order_of_all_examples():
    model = Counter()
    quiet(model, numbered(10), batch_size=5, num_epochs=2).train()
    orders = np.concatenate(model.batches[:2]), np.concatenate(model.batches[2:])
    assert all(sorted(order) == list(range(10)) for order in orders)
    assert not np.array_equal(*orders) and not np.array_equal(orders[0], np.arange(10))


def test_what_is_left_over_is_not_used_in_this_epoch():
    model = Counter()
    quiet(model, numbered(10), batch_size=4, num_epochs=2).train()
    assert [len(batch) for batch in model.batches] == [4] * 4
    assert len(set(np.concatenate(model.batches[:2]))) == 8


def test_fewer_examples_than_a_batch():
    model = Counter()
    quiet(model, numbered(3), batch_size=100, num_epochs=2).train()
    assert [sorted(batch) for batch in model.batches] == [[0, 1, 2]] * 2


def test_the_same_seed_gives_the_same_training():
    histories = []
    for seed in (0, 0, 1):
        solver = quiet(TwoLayerNet(6, 20, 3, rng=0), blobs(), rng=seed, batch_size=20)
        solver.train()
        histories.append(solver.loss_history)
    assert histories[0] == histories[1] != histories[2]


def test_the_first_parameters_of_the_best_validation_accuracy_are_kept():
    model = Planned(right=[0.1, 0.3, 0.8, 0.2, 0.8, 0.4])
    solver = quiet(model, numbered(), optim_config={"learning_rate": 1.0}, batch_size=10, num_epochs=5)
    solver.train()
    assert solver.val_acc_history == [0.1, 0.3, 0.8, 0.2, 0.8, 0.4]
    assert (solver.best_val_acc, solver.best_epoch) == (0.8, 2)
    assert solver.best_params["w"] == model.params["w"] == -2


def test_batch_normalization_gets_its_averages_of_the_best_epoch_back():
    net = FullyConnectedNet([10], 6, 3, normalization="batchnorm", seed=0)
    data = blobs()
    solver = quiet(net, data, "adam", {"learning_rate": 0.1}, num_epochs=8, batch_size=20)
    solver.train()
    assert solver.best_epoch < 8  # otherwise this test would prove nothing
    assert solver.check_accuracy(data["X_val"], data["y_val"]) == solver.best_val_acc
    latest = solver.latest()[1]
    assert not np.array_equal(net.state()["bn1/running_mean"], latest["bn1/running_mean"])


def test_a_state_that_a_model_changes_in_place_is_kept_too():
    class Stateful(Planned):
        average = np.zeros(1)

        def loss(self, X, y=None):
            self.average += y is not None
            return super().loss(X, y)

        def state(self):
            return {"average": self.average}

        def load_state(self, state):
            self.average = state["average"]

    model = Stateful(right=[0.1, 0.3, 0.8, 0.2])
    quiet(model, numbered(), batch_size=10, num_epochs=3).train()
    assert model.average == 2


def test_each_step_has_dropout_masks_of_its_own():
    net, seeds = FullyConnectedNet([10], 6, 3, 0.5, seed=0), []

    def note(X, rng):
        seeds.append(net.dropout.seeds)
        return X

    quiet(net, blobs(), batch_size=20, num_epochs=2, augment=note).train()
    assert len({int(each[0]) for each in seeds[1:]}) == 5


@pytest.mark.parametrize("patience, epochs", [(1, 3), (2, 6), (None, 9)])
def test_early_stopping(patience, epochs):
    model = Planned(right=[0.1, 0.3, 0.5, 0.2, 0.6, 0.4, 0.6, 0.6, 0.6, 0.6])
    solver = quiet(model, numbered(), batch_size=10, num_epochs=9, patience=patience)
    solver.train()
    assert solver.epoch == epochs
    assert len(solver.val_acc_history) == epochs + 1


def rates(num_steps=6, **options):
    """The learning rate at each step, with two steps per epoch."""
    found = []

    def rule(w, dw, config=None):
        found.append(config["learning_rate"])
        return w, config

    quiet(
        Counter(), numbered(10), rule, {"learning_rate": 0.5}, batch_size=5, num_epochs=num_steps // 2, **options
    ).train()
    return found[1:]  # the Solver's first call only examines the rule


def test_the_learning_rate_stays():
    assert rates() == [0.5] * 6


def test_lr_decay_is_per_epoch():
    assert rates(lr_decay=0.1) == pytest.approx([0.5, 0.5, 0.05, 0.05, 0.005, 0.005])


def test_a_schedule_is_per_step():
    assert rates(schedule=schedules.warmup(4)) == pytest.approx([0.125, 0.25, 0.375, 0.5, 0.5, 0.5])


def test_a_schedule_and_decay_multiply():
    assert rates(schedule=lambda t: np.float64(t), lr_decay=0.1) == pytest.approx([0, 0.5, 0.1, 0.15, 0.02, 0.025])


def test_without_a_learning_rate_a_schedule_scales_the_rules_own():
    solver = quiet(Counter(), numbered(), "adam", schedule=lambda t: 0.5, num_epochs=1, batch_size=10)
    solver.train()
    assert solver.optim_configs["w"]["learning_rate"] == 0.5e-3


def test_augmentation_sees_the_training_examples_only():
    seen = []

    def augment(X, rng):
        seen.append(X[:, 0].tolist())
        return X + 100 * rng.integers(1, 2)

    model = Planned(right=[0.5])
    quiet(model, numbered(10), batch_size=5, num_epochs=1, augment=augment).train()
    assert sorted(sum(seen, [])) == list(range(10))
    assert sorted(np.concatenate(model.batches)) == list(range(100, 110))


def test_mix_changes_examples_and_labels_after_augment():
    seen = []

    class Targets(Counter):
        def loss(self, X, y=None):
            if y is not None:
                seen.append((X.ravel().tolist(), y.tolist()))
            return super().loss(X, y)

    def mix(X, y, rng):
        return -X, np.stack([y + rng.integers(1, 2), y], axis=1)

    quiet(Targets(), numbered(2), batch_size=2, num_epochs=1, augment=lambda X, rng: X + 10, mix=mix).train()
    assert [(sorted(X), y) for X, y in seen] == [([-11, -10], [[1, 0], [1, 0]])]


def test_frozen_parameters_stay():
    net = FullyConnectedNet([5], 6, 3, normalization="batchnorm", seed=0)
    before = {name: value.copy() for name, value in net.params.items()}
    frozen = ["W1", "b1", "gamma1"]
    solver = quiet(net, blobs(), "adamw", {"weight_decay": 0.1}, batch_size=20, num_epochs=2, frozen=frozen)
    solver.train()
    for name, value in solver.latest()[0].items():
        assert np.array_equal(value, before[name]) == (name in frozen), name


@pytest.mark.parametrize(
    "frozen, error, message",
    [
        (["v"], ValueError, "Solver: frozen names 'v', but the model's params are w"),
        ("w", TypeError, "Solver: frozen should be a list of names of parameters, but is 'w'"),
        (3, TypeError, "Solver: frozen should be a list of names of parameters, but is 3"),
    ],
)
def test_what_can_be_frozen(frozen, error, message):
    with pytest.raises(error, match=message):
        quiet(Counter(), numbered(), frozen=frozen)


def test_after_each_epoch_a_function_sees_the_latest_parameters(tmp_path):
    seen = []

    def note(solver):
        seen.append((solver.epoch, solver.model.params["w"].item(), len(solver.val_acc_history)))

    options = {"batch_size": 5, "optim_config": {"learning_rate": 1.0}, "on_epoch": note}
    quiet(Counter(), numbered(), num_epochs=3, **options).train()
    assert seen == [(1, -2.0, 2), (2, -4.0, 3), (3, -6.0, 4)]

    def interrupt(solver):
        raise KeyboardInterrupt

    path = tmp_path / "run.npz"
    with pytest.raises(KeyboardInterrupt):
        quiet(Counter(), numbered(), checkpoint=path, **options | {"on_epoch": interrupt}).train()
    assert not path.exists()  # a checkpoint says that the function has been called


def test_accuracy_in_batches():
    solver = quiet(Planned(right=[1.0]), numbered())
    X, y = np.arange(25.0)[:, None], np.array([0, 0, 0, 0, 1] * 5)
    for batch_size in (1, 7, 25, 100):
        assert solver.check_accuracy(X, y, batch_size=batch_size) == 0.8


def test_accuracy_of_some_samples_is_repeatable_and_does_not_touch_training():
    solver = quiet(Counter(), numbered())
    X, y = np.arange(1000.0)[:, None], np.random.default_rng(0).integers(2, size=1000)
    before = solver.rng.bit_generator.state
    accuracy = solver.check_accuracy(X, y, num_samples=50)
    assert accuracy == solver.check_accuracy(X, y, num_samples=50)
    assert accuracy * 50 == pytest.approx(round(accuracy * 50)) and accuracy != solver.check_accuracy(X, y)
    assert solver.rng.bit_generator.state == before
    assert solver.check_accuracy(X, y, num_samples=5000) == solver.check_accuracy(X, y)


def test_the_number_of_examples_for_the_accuracies():
    class Sized(Counter):
        sizes = []

        def scores(self, X):
            self.sizes.append(len(X))
            return super().scores(X)

    quiet(Sized(), numbered(90, 80), num_train_samples=30, num_val_samples=20, num_epochs=0).train()
    quiet(Sized(), numbered(90, 80), num_train_samples=None, num_epochs=0).train()
    assert Sized.sizes == [30, 20, 90, 80]


def test_a_stop_between_two_calls_of_train_changes_nothing():
    def solver(num_epochs):
        net = FullyConnectedNet([10], 6, 3, 0.5, "batchnorm", seed=0)
        return quiet(net, blobs(), "adam", {"learning_rate": 0.05}, num_epochs=num_epochs, batch_size=20)

    whole, parts = solver(6), solver(2)
    whole.train()
    for parts.num_epochs in (2, 5, 6):
        parts.train()
    assert whole.loss_history == parts.loss_history
    for name, array in whole.latest()[0].items():
        np.testing.assert_array_equal(array, parts.latest()[0][name])
        np.testing.assert_array_equal(whole.model.params[name], parts.model.params[name])


def test_parameters_that_somebody_set_between_two_calls_are_used():
    model = Counter()
    solver = quiet(model, numbered(), optim_config={"learning_rate": 1.0}, batch_size=10, num_epochs=1)
    solver.train()
    model.params = {"w": np.full(1, 10.0)}
    solver.num_epochs = 2
    solver.train()
    assert solver.latest()[0]["w"] == 9


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_stops_training(value):
    model = Planned(losses=[1.0, 1.0, 1.0, value], right=[0.1, 0.4])
    solver = quiet(model, numbered(), optim_config={"learning_rate": 2.0}, batch_size=5)
    with pytest.raises(
        TrainingDiverged,
        match=rf"became {value} at step 4 \(epoch 2\), with a learning rate of 2. Try "
        "a lower rate, for instance 2e-01",
    ):
        solver.train()
    assert solver.loss_history[:3] == [1.0] * 3 and len(solver.loss_history) == 4
    assert model.params["w"] == solver.best_params["w"] == -4  # after the first epoch


def test_training_can_go_on_after_the_loss_was_not_finite():
    model = Counter(losses=[1.0, math.nan, 3.0, 4.0])
    solver = quiet(model, numbered(), batch_size=5, num_epochs=1)
    with pytest.raises(TrainingDiverged):
        solver.train()
    solver.train()
    assert solver.loss_history == [1.0, 3.0]


def test_a_real_net_diverges_without_warnings():
    solver = quiet(TwoLayerNet(6, 20, 3, rng=0), blobs(), optim_config={"learning_rate": 1e20}, batch_size=20)
    with pytest.raises(TrainingDiverged):
        solver.train()
    assert np.isfinite(solver.model.params["W1"]).all()


def test_the_data_are_neither_changed_nor_copied():
    data = blobs(dtype=np.float64)
    for array in data.values():
        array.flags.writeable = False
    solver = quiet(TwoLayerNet(6, 20, 3, rng=0), data, num_epochs=1)
    solver.train()
    assert np.shares_memory(solver.X_train, data["X_train"]) and np.shares_memory(solver.X_val, data["X_val"])


def test_without_the_librarys_rules_sgd_and_ones_own_will_do(run_in_edition):
    code = """
import numpy as np
from cs231n_lib.models import TwoLayerNet
from cs231n_lib.solver import Solver
data = {"X_train": np.eye(4), "y_train": np.arange(4), "X_val": np.eye(4), "y_val": np.arange(4)}
net, settings = TwoLayerNet(4, 5, 4, rng=0), {"num_epochs": 1, "verbose": False, "rng": 0}
for rule in ("sgd", lambda w, dw, config: (w - 0.1 * dw, config | {"learning_rate": 0.1})):
    Solver(net, data, rule, **settings).train()
try:
    Solver(net, data, "adam")
except ImportError as error:
    print(error)
"""
    assert run_in_edition(code, ["update_rules.py", "schedules.py", "fan_scaled.py", "activations.py"]) == (
        "This edition of the library leaves out adam because it is what the assignment asks you to write. "
        "Or pass your own function as update_rule.\n"
    )


@pytest.mark.parametrize(
    "change, message",
    [
        ({"X_val": None}, "data should be a dict of X_train, y_train, X_val and y_val, but has no X_val"),
        ({"X_train": np.zeros((0, 1))}, "X_train should hold at least one example"),
        ({"y_train": np.zeros(9, int)}, r"y_train should hold 10 integers, .* but is int64 \(9,\)"),
        ({"y_val": np.zeros(10)}, "y_val should hold 10 integers, .* but is float64"),
    ],
)
def test_data_that_do_not_fit(change, message):
    data = {name: part for name, part in (numbered() | change).items() if part is not None}
    with pytest.raises(ValueError, match=f"Solver: {message}"):
        quiet(Counter(), data)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"update_rule": "adamax"}, "update_rule should be one of sgd, adagrad, adam, .* but is 'adamax'"),
        ({"optim_config": {"lr": 1}}, "sgd: config has an unknown key 'lr'"),
        ({"optim_config": {"learning_rate": -1}}, r"config\['learning_rate'\] should be a number of at least 0"),
        ({"batch_size": 0}, "Solver: batch_size should be an integer of at least 1"),
        ({"num_epochs": 1.5}, "Solver: num_epochs should be an integer of at least 0"),
        ({"lr_decay": 0}, "Solver: lr_decay should be a number above 0"),
        ({"patience": 0}, "Solver: patience should be an integer of at least 1"),
        ({"num_epochs": -1}, "Solver: num_epochs should be an integer of at least 0, but is -1"),
        ({"print_every": 0}, "Solver: print_every should be an integer of at least 1"),
        ({"num_val_samples": 0}, "Solver: num_val_samples should be an integer of at least 1"),
        ({"num_train_samples": 0}, "Solver: num_train_samples should be an integer of at least 1"),
    ],
)
def test_settings_that_do_not_fit(options, message):
    with pytest.raises(ValueError, match=message):
        quiet(Counter(), numbered(), **options)


@pytest.mark.parametrize("name", ["schedule", "augment", "mix", "on_epoch"])
def test_what_should_be_a_function(name):
    with pytest.raises(TypeError, match=f"Solver: {name} should be a function or None, but is 0.1"):
        quiet(Counter(), numbered(), **{name: 0.1})


def test_gradients_under_other_names():
    class Wrong(Counter):
        def loss(self, X, y=None):
            return super().loss(X) if y is None else (1.0, {"v": np.ones(1)})

    with pytest.raises(ValueError, match="gradients of v, but its params are w"):
        quiet(Wrong(), numbered()).train()


def test_labels_for_an_accuracy_that_do_not_fit():
    with pytest.raises(ValueError, match=r"check_accuracy: y should have shape \(4,\), .* but y has \(3,\)"):
        quiet(Counter(), numbered()).check_accuracy(np.zeros((4, 1)), np.zeros(3, int))


@pytest.mark.parametrize("interrupted_at", [1, 2, 3, 4, 6])
def test_an_interrupt_while_an_accuracy_is_taken_loses_none(interrupted_at, monkeypatch):
    whole, stopped = (quiet(TwoLayerNet(6, 5, 3, rng=0), blobs(), batch_size=30, num_epochs=3) for _ in range(2))
    whole.train()
    calls, check_accuracy = [], stopped.check_accuracy

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == interrupted_at:
            raise KeyboardInterrupt
        return check_accuracy(*arguments)

    monkeypatch.setattr(stopped, "check_accuracy", interrupted)
    with pytest.raises(KeyboardInterrupt):
        stopped.train()
    stopped.train()
    assert stopped.train_acc_history == whole.train_acc_history
    assert stopped.val_acc_history == whole.val_acc_history
    assert stopped.loss_history == whole.loss_history


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"data": [1, 2]}, "data should be a dict of X_train, .* but is list. cs231n_lib.data.solver_data makes one"),
        ({"model": TwoLayerNet}, "model should be an object with a dict params and a function loss"),
        ({"optim_config": 1e-3}, "optim_config should be a dict .* but is 0.001"),
        ({"update_rule": lambda w, dw, config: w - dw}, r"update_rule should return \(next_w, next_config\)"),
        ({"update_rule": lambda w, dw, config: (w - dw, None)}, r"update_rule should return \(next_w, next_config\)"),
    ],
)
def test_arguments_of_another_kind(options, message):
    with pytest.raises(TypeError, match=f"Solver: {message}"):
        quiet(**{"model": Counter(), "data": numbered()} | options)


def test_a_rule_need_not_hand_the_learning_rate_back():
    model = Counter()
    solver = quiet(
        model,
        numbered(),
        lambda w, dw, config: (w - config["learning_rate"] * dw, {}),
        {"learning_rate": 0.5},
        batch_size=10,
        num_epochs=3,
    )
    solver.train()
    assert solver.latest()[0]["w"].item() == -1.5


@pytest.mark.parametrize("value", [None, -1.0, math.nan])
def test_a_schedule_that_returns_no_factor(value):
    with pytest.raises(ValueError, match=f"what schedule returns for step 0 should be .* but is {value}"):
        quiet(Counter(), numbered(), schedule=lambda t: value).train()


def test_a_folder_is_no_checkpoint(tmp_path):
    with pytest.raises(ValueError, match="Solver: checkpoint should be the path of a file"):
        quiet(Counter(), numbered(), checkpoint=tmp_path)


def test_a_seed_that_does_not_fit():
    with pytest.raises(ValueError, match="Solver: rng should be a np.random.Generator, .* but is -1"):
        quiet(Counter(), numbered(), rng=-1)


def test_settings_at_their_limits():
    solver = quiet(Counter(), numbered(), batch_size=1, num_epochs=1, print_every=1, num_train_samples=1, patience=1)
    solver.train()
    assert solver.step == 10 and solver.epoch == 1
    quiet(Counter(), numbered(), optim_config={"learning_rate": 0}, schedule=lambda t: 0, num_epochs=1).train()


@pytest.mark.parametrize("options", [{"batch_size": 0}, {"num_samples": 0}])
def test_an_accuracy_is_taken_on_at_least_one_example(options):
    (name,) = options
    with pytest.raises(ValueError, match=f"check_accuracy: {name} should be an integer of at least 1, but is 0"):
        quiet(Counter(), numbered()).check_accuracy(np.zeros((4, 1)), np.zeros(4, int), **options)
    assert quiet(Counter(), numbered()).check_accuracy(np.zeros((4, 1)), np.zeros(4, int), **{name: 1}) == 1


def test_what_a_solver_does_unless_told():
    solver = Solver(Counter(), numbered())
    assert (solver.batch_size, solver.num_epochs, solver.print_every) == (100, 10, 10)
    assert (solver.num_train_samples, solver.num_val_samples, solver.patience) == (1000, None, None)
    assert (solver.lr_decay, solver.learning_rate, solver.verbose, solver.progress) == (1.0, 1e-2, True, False)
