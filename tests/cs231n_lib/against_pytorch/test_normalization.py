"""Batch, layer, group and instance normalization against torch.nn.functional."""

import numpy as np
import pytest

from cs231n_lib import layers

torch = pytest.importorskip("torch")
F = torch.nn.functional

KINDS = {
    "batchnorm": ((20, 7), layers.batchnorm_forward, layers.batchnorm_backward),
    "batchnorm, alternative": ((20, 7), layers.batchnorm_forward, layers.batchnorm_backward_alt),
    "spatial batchnorm": ((4, 6, 5, 3), layers.spatial_batchnorm_forward, layers.spatial_batchnorm_backward),
}


@pytest.mark.parametrize("eps", [1e-5, 0.1])
@pytest.mark.parametrize("kind", KINDS)
def test_batchnorm_in_training(kind, eps, arrays, same_layer):
    shape, forward, backward = KINDS[kind]
    same_layer(
        lambda x, gamma, beta: forward(x, gamma, beta, {"mode": "train", "eps": eps}),
        backward,
        lambda x, gamma, beta: F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps),
        *arrays(shape, shape[1], shape[1]),
    )


@pytest.mark.parametrize("kind", KINDS)
def test_batchnorm_at_test_time(kind, arrays, close):
    shape, forward, _ = KINDS[kind]
    D = shape[1]
    x, gamma, beta, mean, var = arrays(shape, D, D, D, D)
    var = var**2
    out, _ = forward(x, gamma, beta, {"mode": "test", "running_mean": mean.copy(), "running_var": var.copy()})
    close(out, F.batch_norm(*map(torch.from_numpy, (x, mean, var, gamma, beta)), training=False))


@pytest.mark.parametrize("kind", KINDS)
def test_running_averages_follow_the_batches(kind, arrays, close, dtype):
    shape, forward, _ = KINDS[kind]
    batches, (gamma, beta) = arrays(*[shape] * 4), arrays(shape[1], shape[1])
    count = batches[0].size // shape[1]
    bn_param = {
        "mode": "train",
        "momentum": 0.8,
        "running_mean": np.zeros(shape[1], dtype),
        "running_var": np.zeros(shape[1], dtype),
    }
    mean, var = torch.zeros(shape[1], dtype=getattr(torch, dtype)), torch.zeros(shape[1], dtype=getattr(torch, dtype))
    for x in batches:
        forward(x, gamma, beta, bn_param)
        F.batch_norm(torch.from_numpy(x), mean, var, training=True, momentum=1 - 0.8)
    close(bn_param["running_mean"], mean)
    # The course's running average is of the biased variance, PyTorch's of the unbiased one.
    close(bn_param["running_var"], var * ((count - 1) / count))


def test_layernorm(arrays, same_layer):
    same_layer(
        lambda x, gamma, beta: layers.layernorm_forward(x, gamma, beta, {}),
        layers.layernorm_backward,
        lambda x, gamma, beta: F.layer_norm(x, (9,), gamma, beta),
        *arrays((6, 9), 9, 9),
    )


@pytest.mark.parametrize("G", [1, 2, 3, 6])
def test_groupnorm(G, arrays, same_layer):
    same_layer(
        lambda x, gamma, beta: layers.spatial_groupnorm_forward(x, gamma, beta, G, {}),
        layers.spatial_groupnorm_backward,
        lambda x, gamma, beta: F.group_norm(x, G, gamma, beta),
        *arrays((3, 6, 4, 5), 6, 6),
    )


def test_instancenorm(arrays, same_layer):
    same_layer(
        lambda x, gamma, beta: layers.spatial_instancenorm_forward(x, gamma, beta, {}),
        layers.spatial_instancenorm_backward,
        lambda x, gamma, beta: F.instance_norm(x, weight=gamma, bias=beta),
        *arrays((3, 6, 4, 5), 6, 6),
    )
