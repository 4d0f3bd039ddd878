"""The values are those of the public notebook two_layer_net."""

import inspect

import numpy as np
import pytest

from cs231n.classifiers.neural_net import TwoLayerNet
from cs231n.gradient_check import eval_numerical_gradient


@pytest.fixture
def toy():
    """The notebook's toy net and data."""
    np.random.seed(0)
    net = TwoLayerNet(4, 10, 3, std=1e-1)
    np.random.seed(1)
    return net, 10 * np.random.randn(5, 4), np.array([0, 1, 2, 2, 1])


def test_scores(toy):
    net, X, _ = toy
    correct = [
        [-0.81233741, -1.27654624, -0.70335995],
        [-0.17129677, -1.18803311, -0.47310444],
        [-0.51590475, -1.01354314, -0.8504215],
        [-0.15419291, -0.48629638, -0.52901952],
        [-0.00618733, -0.12435261, -0.15226949],
    ]
    assert np.sum(np.abs(net.loss(X) - correct)) < 1e-7


def test_loss(toy):
    net, X, y = toy
    assert abs(net.loss(X, y, reg=0.05)[0] - 1.30378789133) < 1e-12


def test_gradients(toy, rel_error):
    net, X, y = toy
    _, grads = net.loss(X, y, reg=0.05)
    for name, gradient in grads.items():
        numeric = eval_numerical_gradient(lambda _: net.loss(X, y, reg=0.05)[0], net.params[name], verbose=False)
        assert rel_error(gradient, numeric) < 1e-8, name


def test_train(toy):
    net, X, y = toy
    stats = net.train(X, y, X, y, learning_rate=1e-1, reg=5e-6, num_iters=100, verbose=False)
    assert len(stats["loss_history"]) == 100 and stats["loss_history"][-1] < 0.02  # "less than 0.02"
    assert len(stats["train_acc_history"]) == len(stats["val_acc_history"]) == 100  # an epoch is one step
    assert stats["val_acc_history"][-1] == np.mean(net.predict(X) == y) == 1.0


def test_the_learning_rate_decays_after_each_epoch(toy):
    net, X, y = toy
    begun, weights = {name: array.copy() for name, array in net.params.items()}, []
    for num_iters in (1, 30):  # from the second step on, the rate is 0
        np.random.seed(2)
        net.params = dict(begun)
        net.train(X, y, X, y, learning_rate_decay=0.0, num_iters=num_iters, batch_size=1)
        weights.append(net.params["W2"])
    np.testing.assert_array_equal(*weights)
    assert not np.array_equal(weights[0], begun["W2"])


def test_the_loss_of_every_hundredth_step_is_printed(toy, capsys):
    net, X, y = toy
    net.train(X, y, X, y, num_iters=101, batch_size=1, verbose=True)
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["iteration 0 / 101", "iteration 100 / 101"]


def test_the_public_arguments():
    train = ["self", "X", "y", "X_val", "y_val", "learning_rate", "learning_rate_decay", "reg", "num_iters"]
    assert list(inspect.signature(TwoLayerNet.train).parameters) == [*train, "batch_size", "verbose"]
    assert list(inspect.signature(TwoLayerNet).parameters) == ["input_size", "hidden_size", "output_size", "std"]
