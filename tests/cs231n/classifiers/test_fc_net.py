"""The values are those of the public notebook FullyConnectedNets."""

import numpy as np
import pytest

from cs231n.classifiers import fc_net
from cs231n.classifiers.fc_net import *  # noqa: F403
from cs231n.classifiers.fc_net import FullyConnectedNet, TwoLayerNet
from cs231n.gradient_check import eval_numerical_gradient


def test_it_has_the_names_of_its_public_imports_too():
    assert {"affine_forward", "dropout_backward", "conv_relu_forward", "affine_relu_forward"} < set(fc_net.__all__)
    assert globals()["affine_forward"] is fc_net.affine_forward


def check_gradients(model, X, y, rel_error, bound):
    _, grads = model.loss(X, y)
    for name, gradient in grads.items():
        numeric = eval_numerical_gradient(lambda _: model.loss(X, y)[0], model.params[name], verbose=False)
        assert rel_error(gradient, numeric) < bound, name


def test_two_layer_net(linear, rel_error):
    N, D, H, C, std = 3, 5, 50, 7, 1e-3
    model = TwoLayerNet(input_dim=D, hidden_dim=H, num_classes=C, weight_scale=std)
    for name in ("W1", "W2"):
        assert abs(model.params[name].std() - std) < std / 10
    assert not model.params["b1"].any() and not model.params["b2"].any()

    model.params["W1"], model.params["b1"] = linear(-0.7, 0.3, D, H), linear(-0.1, 0.9, H)
    model.params["W2"], model.params["b2"] = linear(-0.3, 0.4, H, C), linear(-0.9, 0.1, C)
    X, y = linear(-5.5, 4.5, D, N).T, np.asarray([0, 5, 1])
    correct_scores = [
        [11.53165108, 12.2917344, 13.05181771, 13.81190102, 14.57198434, 15.33206765, 16.09215096],
        [12.05769098, 12.74614105, 13.43459113, 14.1230412, 14.81149128, 15.49994135, 16.18839143],
        [12.58373087, 13.20054771, 13.81736455, 14.43418138, 15.05099822, 15.66781506, 16.2846319],
    ]
    assert np.abs(model.loss(X) - correct_scores).sum() < 1e-6
    assert abs(model.loss(X, y)[0] - 3.4702243556) < 1e-10
    model.reg = 1.0
    assert abs(model.loss(X, y)[0] - 26.5948426952) < 1e-10
    for reg in (0.0, 0.7):
        model.reg = reg
        check_gradients(model, X, y, rel_error, 1e-6)


@pytest.mark.parametrize("reg", [0, 3.14])
@pytest.mark.parametrize("normalization", [None, "batchnorm", "layernorm"])
def test_fully_connected_net(reg, normalization, rel_error):
    X, y = np.random.randn(4, 15), np.random.randint(10, size=4)
    model = FullyConnectedNet(
        [20, 30],
        input_dim=15,
        num_classes=10,
        reg=reg,
        weight_scale=5e-2,
        dtype=np.float64,
        normalization=normalization,
    )
    penalty = sum(np.sum(model.params[name] ** 2) for name in ("W1", "W2", "W3"))
    loss, _ = model.loss(X, y)
    model.reg = 0
    np.testing.assert_allclose(loss - model.loss(X, y)[0], 0.5 * reg * penalty, atol=1e-12)
    if normalization is None:
        assert abs(model.loss(X, y)[0] - np.log(10)) < 0.1
        check_gradients(model, X, y, rel_error, 1e-5)


def test_the_settings_of_earlier_years():
    assert FullyConnectedNet([5], use_batchnorm=True).normalization == "batchnorm"
    assert FullyConnectedNet([5], dropout=0.75, seed=123).dropout.keep == 0.75
    assert FullyConnectedNet([5], dropout=0).dropout.num_layers == 0
    assert FullyConnectedNet([5], dropout=1).dropout.num_layers == 0


def test_a_net_with_dropout_and_a_seed_can_be_checked(rel_error):
    X, y = np.random.randn(2, 6), np.random.randint(4, size=2)
    for keep in (1, 0.75, 0.5):
        model = FullyConnectedNet([8, 9], 6, 4, dropout_keep_ratio=keep, weight_scale=0.5, dtype=np.float64, seed=123)
        for name in ("b1", "b2"):  # a unit whose inputs are all dropped is not at the kink of the ReLU
            model.params[name] += np.random.randn(*model.params[name].shape)
        check_gradients(model, X, y, rel_error, 1e-5)


def test_the_seed_is_numpys():
    for make in (TwoLayerNet, lambda: FullyConnectedNet([5])):
        np.random.seed(3)
        first = make().params["W1"]
        np.random.seed(3)
        second, third = make().params["W1"], make().params["W1"]
        assert np.array_equal(first, second) and not np.array_equal(second, third)


def test_files(tmp_path):
    model, other = TwoLayerNet(5, 4, 3), TwoLayerNet(5, 4, 3)
    model.save(fname=tmp_path / "net")
    assert other.load(fname=tmp_path / "net") is True
    np.testing.assert_array_equal(model.params["W1"], other.params["W1"])
