import numpy as np
import pytest

from cs231n.classifiers.fc_net import FullyConnectedNet, TwoLayerNet
from cs231n.solver import Solver


@pytest.fixture
def small_data():
    """Fifty examples, as those that the notebooks overfit."""
    X, y = np.random.randn(50, 30), np.random.randint(10, size=50)
    return {"X_train": X, "y_train": y, "X_val": X[:20], "y_val": y[:20]}


@pytest.mark.parametrize("update_rule", ["sgd", "sgd_momentum", "rmsprop", "adam"])
def test_training_as_in_the_notebooks(small_data, update_rule, capsys):
    rates = {"sgd": 0.2, "sgd_momentum": 0.05, "rmsprop": 5e-3, "adam": 5e-3}
    model = FullyConnectedNet([100, 100], input_dim=30, weight_scale=0.1, dtype=np.float64)
    solver = Solver(
        model,
        small_data,
        print_every=10,
        num_epochs=20,
        batch_size=25,
        update_rule=update_rule,
        optim_config={"learning_rate": rates[update_rule]},
    )
    solver.train()
    assert len(solver.loss_history) == 40 and len(solver.train_acc_history) == 21
    assert max(solver.train_acc_history) == 1.0
    assert solver.check_accuracy(small_data["X_val"], small_data["y_val"]) == solver.best_val_acc  # of the best weights
    assert "(Iteration 1 / 40) loss: " in capsys.readouterr().out


def test_the_seed_is_numpys(small_data):
    losses = []
    for _ in range(2):
        np.random.seed(5)
        solver = Solver(TwoLayerNet(30, weight_scale=0.1), small_data, num_epochs=2, batch_size=10, verbose=False)
        solver.train()
        losses.append(solver.loss_history)
    assert losses[0] == losses[1]


def test_the_checkpoint_has_the_public_name_and_can_be_resumed(small_data, tmp_path):
    def new(**settings):
        return Solver(TwoLayerNet(30), small_data, batch_size=25, verbose=False, **settings)

    solver = new(num_epochs=2, checkpoint_name=str(tmp_path / "run"))
    solver.train()
    again = new(num_epochs=4)
    again.resume(tmp_path / "run.npz")
    assert again.loss_history == solver.loss_history
    again.train()
    assert len(again.loss_history) == 8


def test_an_unknown_setting_is_refused(small_data):
    with pytest.raises(TypeError, match="momentum"):
        Solver(TwoLayerNet(30), small_data, momentum=0.9)
