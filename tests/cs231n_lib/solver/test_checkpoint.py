"""A resumed training equals an uninterrupted one, bit for bit."""

import os
import subprocess
import sys

import numpy as np
import pytest

from cs231n_lib.models import ConvNet, FullyConnectedNet, TwoLayerNet
from cs231n_lib.optim import schedules
from cs231n_lib.solver import Solver, TrainingDiverged
from cs231n_lib.storage.random_state import random_state_to_text

OPTIONS = {
    "batch_size": 12,
    "num_epochs": 6,
    "lr_decay": 0.9,
    "schedule": schedules.warmup(7),
    "num_train_samples": 20,
    "verbose": False,
}


def data():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((90, 3, 4, 4)).astype(np.float32)
    y = X.sum(axis=(2, 3)).argmax(axis=1)  # the brightest channel
    return {"X_train": X[:40], "y_train": y[:40], "X_val": X[40:], "y_val": y[40:]}


def jitter(X, rng):
    return X + rng.standard_normal(X.shape).astype(X.dtype)


def fully_connected(seed):
    return FullyConnectedNet([12, 8], 48, 3, 0.6, "batchnorm", reg=0.01, weight_scale=0.1, seed=seed)


def drawing(seed):
    return FullyConnectedNet([12, 8], 48, 3, 0.6, seed=np.random.default_rng(seed))


def convnet(seed):
    return ConvNet((3, 4, 4), ((4,), (6,)), 3, dropout_keep_ratio=0.7, seed=seed)


def two_layer(seed):
    return TwoLayerNet(48, 10, 3, rng=seed)


def solver(net=fully_connected, seed=0, rule="adam", **options):
    return Solver(net(seed), data(), rule, {"learning_rate": 0.02}, augment=jitter, rng=seed, **OPTIONS | options)


def expect_same(first, second):
    for name in ("step", "epoch", "loss_history", "train_acc_history", "val_acc_history", "best_val_acc", "best_epoch"):
        assert getattr(first, name) == getattr(second, name), name
    assert random_state_to_text(first.rng) == random_state_to_text(second.rng)
    pairs = [
        (first.model.params, second.model.params),
        (first.best_params, second.best_params),
        (first.best_state, second.best_state),
        *zip(first.latest(), second.latest(), strict=True),
    ]
    pairs += [(first.optim_configs[name], second.optim_configs[name]) for name in first.model.params]
    for one, other in pairs:
        assert one.keys() == other.keys()
        for name in one:
            np.testing.assert_array_equal(one[name], other[name], err_msg=name)


@pytest.mark.parametrize("net", [fully_connected, drawing, convnet, two_layer], ids=lambda net: net.__name__)
@pytest.mark.parametrize("epochs", [1, 4])
def test_resumed_after_an_epoch(net, epochs, tmp_path):
    path = tmp_path / "checkpoint.npz"
    whole = solver(net)
    whole.train()
    solver(net, num_epochs=epochs, checkpoint=path).train()
    resumed = solver(net, seed=99)  # other weights and another order: everything must come from the file
    resumed.resume(path)
    assert resumed.epoch == epochs
    resumed.train()
    expect_same(resumed, whole)


@pytest.mark.parametrize("rule", ["sgd", "sgd_momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"])
def test_every_rule(rule, tmp_path):
    whole, part, resumed = solver(rule=rule), solver(rule=rule, num_epochs=2), solver(rule=rule, seed=9)
    whole.train()
    part.train()
    part.save(tmp_path / "saved")
    resumed.resume(tmp_path / "saved")
    resumed.train()
    expect_same(resumed, whole)


@pytest.mark.parametrize("steps", [0, 1, 3, 5])
def test_resumed_after_an_interruption(steps, tmp_path):
    whole, part, resumed = solver(), solver(), solver(seed=5)
    whole.train()
    count = iter(range(steps))

    def interrupted(X, rng):
        if next(count, None) is None:
            raise KeyboardInterrupt
        return jitter(X, rng)

    part.augment = interrupted
    with pytest.raises(KeyboardInterrupt):
        part.train()
    assert part.step == steps
    part.save(tmp_path / "saved.npz")
    resumed.resume(tmp_path / "saved.npz")
    resumed.train()
    expect_same(resumed, whole)


def test_saved_after_the_end_and_prolonged(tmp_path):
    """The saved model holds the best parameters, but training continues from the latest."""
    whole, part, resumed = solver(num_epochs=9), solver(num_epochs=5), solver(num_epochs=9)
    for each in (whole, part, resumed):
        each.y_val = np.full(50, 3)  # not a class of the net, so the first parameters stay the best
    whole.train()
    part.train()
    assert part.best_epoch == 0
    part.save(tmp_path / "saved.npz")
    resumed.resume(tmp_path / "saved.npz")
    resumed.train()
    expect_same(resumed, whole)


@pytest.mark.parametrize("generator", ["MT19937", "Philox"])
def test_other_generators(generator, tmp_path):
    def with_generator():
        made = solver(two_layer)
        made.rng = np.random.Generator(getattr(np.random, generator)(3))
        return made

    whole, part, resumed = with_generator(), with_generator(), solver(two_layer)
    resumed.sample_seed = None
    whole.train()
    part.num_epochs = 2
    part.train()
    part.save(tmp_path / "saved.npz")
    resumed.resume(tmp_path / "saved.npz")
    resumed.train()
    expect_same(resumed, whole)


def test_resumed_in_another_process(tmp_path):
    path = tmp_path / "saved.npz"
    part = solver(two_layer, num_epochs=2)
    part.train()
    part.save(path)
    here = solver(two_layer)
    here.resume(path)
    here.train()
    code = (
        f"import sys; sys.path.insert(0, {os.path.dirname(__file__)!r})\n"
        "from test_checkpoint import solver, two_layer\n"
        f"there = solver(two_layer, seed=4); there.resume({str(path)!r}); there.train()\n"
        "print([loss.hex() for loss in there.loss_history])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == str([loss.hex() for loss in here.loss_history]), done.stderr


def test_early_stopping_counts_on(tmp_path):
    part, resumed = solver(num_epochs=4), solver(num_epochs=50, patience=3)
    part.train()
    part.best_epoch, part.best_val_acc = 3, 1.0
    part.save(tmp_path / "saved.npz")
    resumed.resume(tmp_path / "saved.npz")
    resumed.train()
    assert resumed.epoch == 6


def test_the_loss_that_ended_training_is_not_saved(tmp_path):
    made = solver(two_layer, num_epochs=1)
    made.augment = lambda X, rng: X * np.float32(np.nan if made.step == 2 else 1)
    with pytest.raises(TrainingDiverged):
        made.train()
    made.save(tmp_path / "saved.npz")
    resumed = solver(two_layer)
    resumed.resume(tmp_path / "saved.npz")
    assert resumed.loss_history == made.loss_history[:2] and len(made.loss_history) == 3


def test_a_checkpoint_holds_no_pickles(tmp_path):
    made = solver(num_epochs=1)
    made.train()
    made.save(tmp_path / "saved.npz")
    with np.load(tmp_path / "saved.npz", allow_pickle=False) as file:
        assert all(file[name].dtype.kind in "fiuU" for name in file.files)


def test_hyperparameters_may_be_changed_on_purpose(tmp_path):
    part = solver(num_epochs=1)
    part.train()
    part.save(tmp_path / "saved.npz")
    resumed = Solver(fully_connected(0), data(), "adam", {"learning_rate": 0.5, "beta1": 0.8}, **OPTIONS)
    resumed.resume(tmp_path / "saved.npz")
    resumed.schedule, resumed.lr_decay, resumed.num_epochs = None, 1.0, 2
    resumed.train()
    config = resumed.optim_configs["W1"]
    assert (config["learning_rate"], config["beta1"], config["t"]) == (0.5, 0.8, 2 * resumed.steps_per_epoch)


@pytest.fixture
def saved(tmp_path):
    made = solver(num_epochs=1)
    made.train()
    made.save(tmp_path / "saved.npz")
    return tmp_path / "saved.npz"


def expect_refused(other, saved, message):
    params, state = dict(other.model.params), other.model.state()
    with pytest.raises(ValueError, match=rf"saved\.npz .*{message}"):
        other.resume(saved)
    assert other.step == 0 and other.loss_history == [] and other.model.state().keys() == state.keys()
    assert all(other.model.params[name] is array for name, array in params.items())


@pytest.mark.parametrize(
    "options, message",
    [
        ({"net": two_layer}, "comes from a different model: it holds W1, W2, W3, .*; this model has W1, W2, b1, b2"),
        ({"rule": "sgd"}, "comes from a different training: its update_rule is 'adam'; this Solver's is 'sgd'"),
        ({"batch_size": 13}, "comes from a different training: its batch_size is 12; this Solver's is 13"),
    ],
    ids=["model", "rule", "batch size"],
)
def test_a_checkpoint_of_something_else(saved, options, message):
    expect_refused(solver(**options), saved, message)


def test_a_checkpoint_of_other_sizes_or_types(saved):
    wider = solver(lambda seed: FullyConnectedNet([13, 8], 48, 3, 0.6, "batchnorm", seed=seed))
    expect_refused(wider, saved, r"its W1 is float32 \(48, 12\); this model's is float32 \(48, 13\)")
    double = solver(lambda seed: FullyConnectedNet([12, 8], 48, 3, 0.6, "batchnorm", dtype=np.float64, seed=seed))
    expect_refused(double, saved, r"its W1 is float32 \(48, 12\); this model's is float64")


def test_other_data(saved):
    other = solver()
    other.X_train, other.y_train = other.X_train[:39], other.y_train[:39]
    expect_refused(other, saved, "its number of training examples is 40; this Solver's is 39")


def test_a_truncated_checkpoint(saved):
    whole = saved.read_bytes()
    for share in (0, 0.1, 0.5, 0.99):
        saved.write_bytes(whole[: int(share * len(whole))])
        expect_refused(solver(), saved, "is not a checkpoint of a Solver, or is damaged")


@pytest.mark.parametrize("name", ["facts", "order", "loss_history"])
def test_a_checkpoint_that_lacks_something(saved, name):
    with np.load(saved) as file:
        arrays = {key: file[key] for key in file.files if key != name}
    np.savez(saved, **arrays)
    expect_refused(solver(), saved, f"is damaged: KeyError: '{name}")


def test_a_saved_model_is_no_checkpoint(tmp_path):
    made = solver()
    made.model.save(tmp_path / "saved.npz")
    expect_refused(made, tmp_path / "saved.npz", "is not a checkpoint of a Solver: its kind is 'cs231n model 1'")


def test_no_checkpoint(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There is no checkpoint of a Solver at .*nothing\.npz"):
        solver().resume(tmp_path / "nothing.npz")


def test_a_rule_whose_memory_cannot_be_saved(tmp_path):
    def rule(w, dw, config=None):
        return w, {"learning_rate": 0.1, "friends": {1, 2}}

    made = solver(rule=rule, num_epochs=1)
    made.train()
    with pytest.raises(TypeError, match=r"saved\.npz: The config of the update rule cannot be saved: .*set"):
        made.save(tmp_path / "saved.npz")
