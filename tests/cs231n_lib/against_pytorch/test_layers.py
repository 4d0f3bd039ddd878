"""Affine layers, activations, dropout at test time and losses against torch.nn.functional."""

import numpy as np
import pytest

from cs231n_lib import layers

torch = pytest.importorskip("torch")
F = torch.nn.functional

ACTIVATIONS = {
    "relu": (layers.relu_forward, layers.relu_backward, F.relu),
    "leaky relu": (layers.leaky_relu_forward, layers.leaky_relu_backward, F.leaky_relu),
    "leaky relu, alpha 0.3": (
        lambda x: layers.leaky_relu_forward(x, 0.3),
        layers.leaky_relu_backward,
        lambda x: F.leaky_relu(x, 0.3),
    ),
    "elu": (layers.elu_forward, layers.elu_backward, F.elu),
    "elu, alpha 0.5": (lambda x: layers.elu_forward(x, 0.5), layers.elu_backward, lambda x: F.elu(x, 0.5)),
    "sigmoid": (layers.sigmoid_forward, layers.sigmoid_backward, torch.sigmoid),
    "tanh": (layers.tanh_forward, layers.tanh_backward, torch.tanh),
    "softplus": (
        layers.softplus_forward,
        layers.softplus_backward,
        lambda x: -F.logsigmoid(-x),
    ),  # F.softplus rounds above 20
    "selu": (layers.selu_forward, layers.selu_backward, F.selu),
    "gelu": (layers.gelu_forward, layers.gelu_backward, lambda x: F.gelu(x, approximate="tanh")),
    "swish": (layers.swish_forward, layers.swish_backward, F.silu),
    "swish, beta 0.5": (
        lambda x: layers.swish_forward(x, 0.5),
        layers.swish_backward,
        lambda x: x * torch.sigmoid(x / 2),
    ),
    "maxout": (
        lambda x: layers.maxout_forward(x, 3),
        layers.maxout_backward,
        lambda x: x.reshape(len(x), -1, 3).amax(dim=2),
    ),
}


def test_affine(arrays, same_layer):
    same_layer(
        layers.affine_forward,
        layers.affine_backward,
        lambda x, w, b: x.flatten(1) @ w + b,
        *arrays((5, 3, 2, 4), (24, 7), 7),
    )


@pytest.mark.parametrize("scale", [1, 30])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation(name, scale, arrays, same_layer):
    (x,) = arrays((40, 12))
    same_layer(*ACTIVATIONS[name], scale * x)


@pytest.mark.parametrize("shape", [(), (12,)], ids=["one slope", "a slope for each feature"])
def test_prelu(shape, arrays, same_layer):
    x, alpha = arrays((40, 12), shape)
    same_layer(layers.prelu_forward, layers.prelu_backward, lambda x, a: F.prelu(x, a.reshape(-1)), x, alpha)


@pytest.mark.parametrize("name", ["relu", "leaky relu", "elu"])
def test_gradient_at_a_kink_is_that_of_the_left_side(name, same_layer, dtype):
    same_layer(*ACTIVATIONS[name], np.array([[0.0, -1.0, 1.0]], dtype))


def test_dropout_at_test_time(arrays, same_layer):
    same_layer(
        lambda x: layers.dropout_forward(x, {"mode": "test", "p": 0.3, "seed": 0}),
        layers.dropout_backward,
        lambda x: 1 * F.dropout(x, 0.7, training=False),
        *arrays((5, 6)),
    )


def test_dropconnect_at_test_time(arrays, same_layer):
    same_layer(
        lambda x, w, b: layers.dropconnect_forward(x, w, b, {"mode": "test", "p": 0.3, "seed": 0}),
        layers.dropconnect_backward,
        lambda x, w, b: x @ w + b,
        *arrays((5, 6), (6, 4), 4),
    )


@pytest.mark.parametrize("limit", [0.5, 2.0, 100.0])
def test_max_norm_of_the_weights_into_each_unit(limit, arrays, close):
    (w,) = arrays((9, 4))
    theirs = torch.from_numpy(w)  # torch.renorm adds 1e-7 to the norm
    close(layers.max_norm(w, limit), theirs * (limit / theirs.norm(dim=0)).clamp(max=1))


@pytest.mark.parametrize("scale", [1, 100])
@pytest.mark.parametrize(
    "ours, theirs",
    [
        (layers.softmax_loss, F.cross_entropy),
        # PyTorch also averages over the classes
        (layers.svm_loss, lambda x, y: x.shape[1] * F.multi_margin_loss(x, y)),
    ],
    ids=["softmax", "svm"],
)
def test_loss(ours, theirs, scale, arrays, close):
    (x,) = arrays((30, 10))
    x, y = scale * x, np.arange(30) % 10
    leaf = torch.tensor(x, requires_grad=True)
    expected = theirs(leaf, torch.from_numpy(y))
    loss, dx = ours(x, y)
    close(loss, expected)
    close(dx, *torch.autograd.grad(expected, leaf))
