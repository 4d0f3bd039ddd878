"""The values are those that the public notebooks print, from FullyConnectedNets to ConvolutionalNetworks."""

import numpy as np
import pytest

from cs231n import layers
from cs231n.gradient_check import eval_numerical_gradient, eval_numerical_gradient_array
from cs231n.layers import *  # noqa: F403


def test_every_name_is_there():
    assert len(layers.__all__) == 21
    assert all(callable(getattr(layers, name)) for name in layers.__all__)
    assert globals()["affine_forward"] is layers.affine_forward


def test_affine_forward(linear, rel_error):
    out, _ = layers.affine_forward(linear(-0.1, 0.5, 2, 4, 5, 6), linear(-0.2, 0.3, 120, 3), linear(-0.3, 0.1, 3))
    correct = np.array([[1.49834967, 1.70660132, 1.91485297], [3.25553199, 3.5141327, 3.77273342]])
    assert rel_error(out, correct) < 1e-8


def test_affine_backward(rel_error):
    x, w, b, dout = np.random.randn(10, 2, 3), np.random.randn(6, 5), np.random.randn(5), np.random.randn(10, 5)
    gradients = layers.affine_backward(dout, layers.affine_forward(x, w, b)[1])
    for argument, gradient in zip((x, w, b), gradients, strict=True):
        numeric = eval_numerical_gradient_array(lambda _: layers.affine_forward(x, w, b)[0], argument, dout)
        assert rel_error(gradient, numeric) < 1e-8


def test_relu(linear, rel_error):
    out, _ = layers.relu_forward(linear(-0.5, 0.5, 3, 4))
    correct = [[0, 0, 0, 0], [0, 0, 0.04545455, 0.13636364], [0.22727273, 0.31818182, 0.40909091, 0.5]]
    assert rel_error(out, np.array(correct)) < 1e-7
    x, dout = np.random.randn(10, 10), np.random.randn(10, 10)
    numeric = eval_numerical_gradient_array(lambda x: layers.relu_forward(x)[0], x, dout)
    assert rel_error(layers.relu_backward(dout, layers.relu_forward(x)[1]), numeric) < 1e-9


@pytest.mark.parametrize("name, expected", [("svm_loss", 9), ("softmax_loss", np.log(10))])
def test_losses_of_small_scores(name, expected, rel_error):
    x, y = 0.001 * np.random.randn(50, 10), np.random.randint(10, size=50)
    loss, dx = getattr(layers, name)(x, y)
    assert abs(loss - expected) < 0.01
    numeric = eval_numerical_gradient(lambda x: getattr(layers, name)(x, y)[0], x, verbose=False)
    assert rel_error(dx, numeric) < 1e-6


def test_conv_forward_naive(linear, rel_error):
    x, w, b = linear(-0.1, 0.5, 2, 3, 4, 4), linear(-0.2, 0.3, 3, 3, 4, 4), linear(-0.1, 0.2, 3)
    out, _ = layers.conv_forward_naive(x, w, b, {"stride": 2, "pad": 1})
    correct = [
        [
            [[-0.08759809, -0.10987781], [-0.18387192, -0.2109216]],
            [[0.21027089, 0.21661097], [0.22847626, 0.23004637]],
            [[0.50813986, 0.54309974], [0.64082444, 0.67101435]],
        ],
        [
            [[-0.98053589, -1.03143541], [-1.19128892, -1.24695841]],
            [[0.69108355, 0.66880383], [0.59480972, 0.56776003]],
            [[2.36270298, 2.36904306], [2.38090835, 2.38247847]],
        ],
    ]
    assert rel_error(out, np.array(correct)) < 1e-7


def test_max_pool_forward_naive(linear, rel_error):
    out, _ = layers.max_pool_forward_naive(
        linear(-0.3, 0.4, 2, 3, 4, 4), {"pool_width": 2, "pool_height": 2, "stride": 2}
    )
    first = [[-0.26315789, -0.24842105], [-0.20421053, -0.18947368]]
    assert rel_error(out[0, 0], np.array(first)) < 1e-7
    np.testing.assert_allclose(out[1, 2], [[0.32631579, 0.34105263], [0.38526316, 0.4]], rtol=1e-7)


def test_batchnorm_normalizes_and_learns_running_averages():
    a = np.maximum(0, np.random.randn(200, 50) @ np.random.randn(50, 60)) @ np.random.randn(60, 3)
    gamma, beta = np.array([1.0, 2.0, 3.0]), np.array([11.0, 12.0, 13.0])
    out, _ = layers.batchnorm_forward(a, gamma, beta, {"mode": "train"})
    np.testing.assert_allclose(out.mean(axis=0), beta)
    np.testing.assert_allclose(out.std(axis=0), gamma, rtol=1e-6)
    bn_param = {"mode": "train"}
    for _ in range(50):
        layers.batchnorm_forward(a, gamma, beta, bn_param)
    bn_param["mode"] = "test"
    out, _ = layers.batchnorm_forward(a, np.ones(3), np.zeros(3), bn_param)
    assert np.abs(out.mean(axis=0)).max() < 0.1 and np.abs(out.std(axis=0) - 1).max() < 0.1


@pytest.mark.parametrize("kind", ["batchnorm", "layernorm"])
def test_the_gradients_of_normalization(kind, rel_error):
    forward, backward = getattr(layers, f"{kind}_forward"), getattr(layers, f"{kind}_backward")
    x, dout = 5 * np.random.randn(4, 5) + 12, np.random.randn(4, 5)
    gamma, beta = np.random.randn(5), np.random.randn(5)
    gradients = backward(dout, forward(x, gamma, beta, {"mode": "train"})[1])
    for argument, gradient in zip((x, gamma, beta), gradients, strict=True):
        numeric = eval_numerical_gradient_array(lambda _: forward(x, gamma, beta, {"mode": "train"})[0], argument, dout)
        assert rel_error(gradient, numeric) < 1e-7
    if kind == "batchnorm":
        simpler = layers.batchnorm_backward_alt(dout, forward(x, gamma, beta, {"mode": "train"})[1])
        assert max(map(rel_error, gradients, simpler)) < 1e-9


def test_group_normalization_takes_the_public_shapes():
    x, gamma, beta = 4 * np.random.randn(2, 6, 4, 5) + 10, np.ones((1, 6, 1, 1)), np.zeros((1, 6, 1, 1))
    out, cache = layers.spatial_groupnorm_forward(x, gamma, beta, 2, {"mode": "train"})
    groups = out.reshape(4, -1)
    np.testing.assert_allclose(groups.mean(axis=1), 0, atol=1e-9)
    np.testing.assert_allclose(groups.std(axis=1), 1, rtol=1e-5)
    _, dgamma, dbeta = layers.spatial_groupnorm_backward(out, cache)
    assert dgamma.shape == dbeta.shape == gamma.shape


@pytest.mark.parametrize("p", [0.25, 0.4, 0.7])
def test_dropout_keeps_the_mean_and_p_is_the_probability_of_keeping(p):
    x = np.random.randn(500, 500) + 10
    out, _ = layers.dropout_forward(x, {"mode": "train", "p": p})
    assert abs(out.mean() - 10) < 0.1 and abs((out == 0).mean() - (1 - p)) < 0.01
    out, _ = layers.dropout_forward(x, {"mode": "test", "p": p})
    np.testing.assert_array_equal(out, x)
