"""Whole nets against the same nets in PyTorch: scores, loss and the gradient of every parameter."""

import numpy as np
import pytest

from cs231n_lib import models, optim

torch = pytest.importorskip("torch")
F = torch.nn.functional


def three_layer_convnet(p, X):
    hidden = F.max_pool2d(F.relu(F.conv2d(X, p["W1"], p["b1"], padding=p["W1"].shape[2] // 2)), 2)
    return F.relu(hidden.flatten(1) @ p["W2"] + p["b2"]) @ p["W3"] + p["b3"]


def two_layer_net(p, X):
    return F.relu(X.flatten(1) @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]


def four_layer_net(p, X):
    for layer in "123":
        X = F.relu(X.flatten(1) @ p["W" + layer] + p["b" + layer])
    return X @ p["W4"] + p["b4"]


def batchnorm_net(p, X):
    for layer in "12":
        X = X.flatten(1) @ p["W" + layer] + p["b" + layer]
        X = F.relu(F.batch_norm(X, None, None, p["gamma" + layer], p["beta" + layer], training=True))
    return X @ p["W3"] + p["b3"]


def layernorm_net(p, X):
    for layer in "12":
        X = X.flatten(1) @ p["W" + layer] + p["b" + layer]
        X = F.relu(F.layer_norm(X, X.shape[1:], p["gamma" + layer], p["beta" + layer]))
    return X @ p["W3"] + p["b3"]


def resnet(p, X):
    def part(X, i, stride):
        X = F.conv2d(X, p[f"W{i}"], stride=stride, padding=p[f"W{i}"].shape[2] // 2)
        return F.batch_norm(X, None, None, p[f"gamma{i}"], p[f"beta{i}"], training=True)

    X = F.relu(part(X, 1, 1))
    X = F.relu(part(F.relu(part(X, 2, 1)), 3, 1) + X)
    X = F.relu(part(F.relu(part(X, 4, 2)), 5, 1) + part(X, 6, 2))
    return X.mean(dim=(2, 3)) @ p["W7"] + p["b7"]


def whitened_convnet(p, X):
    eye = torch.eye(12, dtype=X.dtype)  # whiten was not called
    X = F.relu(F.conv2d(F.pad(X, (1, 0, 1, 0), mode="replicate"), torch.cat([eye, -eye]).reshape(24, 3, 2, 2)))
    for i in range(1, 5):
        X = F.conv2d(X, p[f"W{i}"], padding=1)
        X = F.max_pool2d(X, 2) if i % 2 else X
        X = F.relu(F.batch_norm(X, None, None, p[f"gamma{i}"], p[f"beta{i}"], training=True))
    return X.amax(dim=(2, 3)) @ p["W5"] / 9


def _without_ties(net):
    """The identity, with which a net starts, passes on many zeros. Which of equal values wins a window is arbitrary."""
    rng = np.random.default_rng(0)
    for name in ("W1", "W2", "W3", "W4"):
        net.params[name] += (0.2 * rng.standard_normal(net.params[name].shape)).astype(net.dtype)
    return net


DIM = (3, 8, 10)
NETS = {
    "ThreeLayerConvNet": (
        three_layer_convnet,
        lambda **rest: models.ThreeLayerConvNet(
            input_dim=DIM, num_filters=4, filter_size=5, hidden_dim=9, weight_scale=0.1, rng=0, **rest
        ),
    ),
    "ResNet": (
        resnet,
        lambda **rest: models.ResNet(DIM, (4, 6), 1, weight_scale=0.1, seed=0, **rest),
    ),
    "WhitenedConvNet": (
        whitened_convnet,
        lambda **rest: _without_ties(models.WhitenedConvNet(DIM, (30, 6), seed=0, **rest)),
    ),
    "TwoLayerNet": (
        two_layer_net,
        lambda **rest: models.TwoLayerNet(input_dim=240, hidden_dim=20, weight_scale=0.1, rng=0, **rest),
    ),
    "FullyConnectedNet": (
        four_layer_net,
        lambda **rest: models.FullyConnectedNet([20, 15, 12], input_dim=240, weight_scale=0.1, seed=0, **rest),
    ),
    "FullyConnectedNet, batchnorm": (
        batchnorm_net,
        lambda **rest: models.FullyConnectedNet(
            [20, 15], input_dim=240, weight_scale=0.1, normalization="batchnorm", seed=0, **rest
        ),
    ),
    "FullyConnectedNet, layernorm": (
        layernorm_net,
        lambda **rest: models.FullyConnectedNet(
            [20, 15], input_dim=240, weight_scale=0.1, normalization="layernorm", seed=0, **rest
        ),
    ),
}


@pytest.mark.parametrize("reg", [0.0, 0.3])
@pytest.mark.parametrize("name", NETS)
def test_loss_and_gradient_of_every_parameter(name, reg, arrays, close, dtype):
    theirs, make = NETS[name]
    model = make(dtype=np.dtype(dtype).type, reg=reg)
    (X,), y = arrays((12, *DIM)), np.arange(12) % 10
    params = {key: torch.tensor(value, requires_grad=True) for key, value in model.params.items()}
    expected = F.cross_entropy(theirs(params, torch.from_numpy(X)), torch.from_numpy(y))
    expected = expected + reg * sum((W * W).sum() for key, W in params.items() if key.startswith("W"))
    loss, grads = model.loss(X, y)
    close(np.asarray(loss, dtype), expected)
    assert grads.keys() == params.keys()
    right = torch.autograd.grad(expected, list(params.values()), allow_unused=False)
    for key, gradient in zip(params, right, strict=True):
        if name.endswith("batchnorm") and key in ("b1", "b2"):
            assert np.abs(grads[key]).max() < 1e-6  # batch normalization cancels the bias: only rounding
        else:
            close(grads[key], gradient, key)


@pytest.mark.parametrize("reg", [0.0, 0.3])
@pytest.mark.parametrize("hidden_dims", [[], [20], [20, 15, 12, 11, 10]], ids=len)
def test_fully_connected_loss(hidden_dims, reg, arrays, close, dtype):
    drawn = models.init_fully_connected(240, hidden_dims, 10, "he", 0)
    ours = {key: value.astype(dtype) for key, value in drawn.items()}
    (X,), y = arrays((12, *DIM)), np.arange(12) % 10
    params = {key: torch.tensor(value, requires_grad=True) for key, value in ours.items()}
    out = torch.from_numpy(X).flatten(1)
    for layer in range(1, len(hidden_dims) + 1):
        out = F.relu(out @ params[f"W{layer}"] + params[f"b{layer}"])
    scores = out @ params[f"W{len(hidden_dims) + 1}"] + params[f"b{len(hidden_dims) + 1}"]
    close(models.fully_connected_loss(ours, X), scores)
    expected = F.cross_entropy(scores, torch.from_numpy(y))
    expected = expected + reg * sum((W * W).sum() for key, W in params.items() if key.startswith("W"))
    loss, grads = models.fully_connected_loss(ours, X, y, reg)
    close(np.asarray(loss, dtype), expected)
    right = torch.autograd.grad(expected, list(params.values()))
    for key, gradient in zip(params, right, strict=True):
        close(grads[key], gradient, key)


def test_three_layer_convnet_learns_as_in_pytorch(arrays, close, dtype):
    theirs, make = NETS["ThreeLayerConvNet"]
    model = make(dtype=np.dtype(dtype).type)
    (X,), y = arrays((20, *DIM)), np.arange(20) % 10
    params = {key: torch.tensor(value, requires_grad=True) for key, value in model.params.items()}
    optimizer = torch.optim.SGD(params.values(), lr=0.1, momentum=0.9)
    configs = {key: {"learning_rate": 0.1} for key in params}
    for _ in range(5):
        loss, grads = model.loss(X, y)
        for key, gradient in grads.items():
            model.params[key], configs[key] = optim.sgd_momentum(model.params[key], gradient, configs[key])
        expected = F.cross_entropy(theirs(params, torch.from_numpy(X)), torch.from_numpy(y))
        optimizer.zero_grad()
        expected.backward()
        optimizer.step()
        close(np.asarray(loss, dtype), expected)
    for key, value in params.items():
        close(model.params[key], value, key)
