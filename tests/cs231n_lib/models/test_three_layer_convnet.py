import numpy as np
import pytest

from cs231n_lib.layers import conv_forward_naive, max_pool_forward_naive
from cs231n_lib.models import ThreeLayerConvNet


@pytest.mark.parametrize("size, filter_size", [((2, 6, 4), 3), ((1, 5, 7), 5), ((3, 4, 4), 1)])
def test_gradients(check_gradients, randomize, size, filter_size):
    rng = np.random.default_rng(0)
    net = randomize(ThreeLayerConvNet(size, 3, filter_size, 5, 4, reg=0.2, dtype=np.float64), seed=1)
    check_gradients(net, rng.standard_normal((3, *size)), rng.integers(4, size=3))


def test_scores_are_those_of_the_naive_layers(randomize):
    net = randomize(ThreeLayerConvNet((3, 8, 6), 4, 3, 10, 5, dtype=np.float64))
    X = np.random.default_rng(0).standard_normal((2, 3, 8, 6))
    p = net.params
    out, _ = conv_forward_naive(X, p["W1"], p["b1"], {"stride": 1, "pad": 1})
    out, _ = max_pool_forward_naive(np.maximum(out, 0), {"pool_height": 2, "pool_width": 2, "stride": 2})
    out = np.maximum(out.reshape(2, -1) @ p["W2"] + p["b2"], 0)
    np.testing.assert_allclose(net.loss(X), out @ p["W3"] + p["b3"], rtol=1e-10)


def test_shapes():
    assert {name: array.shape for name, array in ThreeLayerConvNet().params.items()} == {
        "W1": (32, 3, 7, 7),
        "b1": (32,),
        "W2": (8192, 100),
        "b2": (100,),
        "W3": (100, 10),
        "b3": (10,),
    }


def test_channels_last():
    with pytest.raises(ValueError, match=r"X should have shape \(N, 3, 32, 32\).*Use data.to_nchw to move the"):
        ThreeLayerConvNet(hidden_dim=5).loss(np.zeros((2, 32, 32, 3)))


@pytest.mark.parametrize(
    "options, message",
    [
        ({"input_dim": 3072}, r"input_dim should be \(channels, height, width\), but is 3072"),
        ({"input_dim": (3, 1, 8)}, "input_dim should describe images of at least 2x2 pixels"),
        ({"filter_size": 4}, "filter_size should be odd, so that padding can keep the image's size, but is 4"),
        ({"num_filters": 0}, "num_filters should be an integer of at least 1"),
        ({"hidden_dim": 0}, "hidden_dim should be an integer of at least 1"),
        ({"weight_scale": "he"}, "weight_scale should be a number of at least 0, but is 'he'"),
        ({"rng": 1.5}, "rng should be a np.random.Generator"),
    ],
)
def test_settings_that_do_not_fit(options, message):
    with pytest.raises(ValueError, match=f"ThreeLayerConvNet: {message}"):
        ThreeLayerConvNet(**options)
