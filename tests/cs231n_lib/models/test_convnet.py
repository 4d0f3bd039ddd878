import numpy as np
import pytest

from cs231n_lib import layers
from cs231n_lib.models import ConvNet


@pytest.mark.parametrize(
    "options",
    [
        {"input_dim": (2, 4, 4), "blocks": ((3, 2), (4,))},
        {"input_dim": (1, 4, 6), "blocks": [[3]], "filter_size": 5},
        {"input_dim": (2, 4, 8), "blocks": ((2,), (3, 3)), "global_average": True, "dropout_keep_ratio": 0.7},
    ],
    ids=["two blocks", "one block", "average and dropout"],
)
def test_gradients(check_gradients, randomize, options):
    rng = np.random.default_rng(2)
    net = randomize(ConvNet(num_classes=4, reg=0.1, dtype=np.float64, seed=0, **options), seed=4)
    check_gradients(net, rng.standard_normal((5, *options["input_dim"])), rng.integers(4, size=5))


@pytest.mark.parametrize("global_average", [False, True])
def test_scores_are_those_of_the_single_layers(randomize, global_average):
    net = randomize(ConvNet((3, 8, 4), ((4, 5), (6,)), 5, global_average=global_average, dtype=np.float64))
    X = np.random.default_rng(0).standard_normal((3, 3, 8, 4))
    net.loss(X, [0, 1, 2])
    p, out = net.params, X
    for i, pools in ((1, False), (2, True), (3, True)):
        out, _ = layers.conv_forward_naive(out, p[f"W{i}"], np.zeros(len(p[f"W{i}"])), {"stride": 1, "pad": 1})
        out, _ = layers.spatial_batchnorm_forward(
            out, p[f"gamma{i}"], p[f"beta{i}"], {**net.bn_params[i - 1], "mode": "test"}
        )
        out = np.maximum(out, 0)
        if pools:
            out, _ = layers.max_pool_forward_naive(out, {"pool_height": 2, "pool_width": 2, "stride": 2})
    out = out.mean(axis=(2, 3)) if global_average else out.reshape(3, -1)
    np.testing.assert_allclose(net.loss(X), out @ p["W4"] + p["b4"], rtol=1e-10)


def test_shapes():
    net = ConvNet(blocks=((8, 16), (24,)), num_classes=7)
    assert {name: array.shape for name, array in net.params.items()} == {
        "W1": (8, 3, 3, 3),
        "gamma1": (8,),
        "beta1": (8,),
        "W2": (16, 8, 3, 3),
        "gamma2": (16,),
        "beta2": (16,),
        "W3": (24, 16, 3, 3),
        "gamma3": (24,),
        "beta3": (24,),
        "W4": (24 * 8 * 8, 7),
        "b4": (7,),
    }
    assert ConvNet(blocks=((8,), (24,)), global_average=True).params["W3"].shape == (24, 10)


def test_the_convolutions_start_with_hes_weights():
    net = ConvNet(seed=0)
    assert net.params["W4"].std() == pytest.approx((2 / (64 * 9)) ** 0.5, rel=0.02)


def test_multiplications_per_image():
    """There are few enough for an epoch of CIFAR-10 in a few minutes on two cores."""
    net, side, total = ConvNet(), 32, 0
    for i, ends_block in enumerate(net._block_ends(), start=1):
        total += net.params[f"W{i}"].size * side * side
        side //= 2 if ends_block else 1
    assert 30e6 < total < 45e6


@pytest.mark.parametrize(
    "options, message",
    [
        ({"input_dim": (3, 30, 32)}, "the height in input_dim should be a multiple of 8, since .* 3 blocks halves"),
        ({"input_dim": (3, 32, 36)}, "the width in input_dim should be a multiple of 8"),
        ({"input_dim": (32, 32)}, r"input_dim should be \(channels, height, width\)"),
        ({"blocks": ()}, "blocks should be a list of blocks"),
        ({"blocks": (32, 64)}, "blocks should be a list of blocks"),
        ({"blocks": ((32, 0),)}, "each number of filters in blocks should be an integer of at least 1"),
        ({"filter_size": 2}, "filter_size should be odd"),
        ({"weight_scale": None}, "weight_scale should be a number of at least 0, but is None"),
        ({"seed": "a"}, "seed should be a np.random.Generator"),
        ({"dropout_keep_ratio": 1.5}, "dropout_keep_ratio should be a number above 0 and at most 1"),
    ],
)
def test_settings_that_do_not_fit(options, message):
    with pytest.raises(ValueError, match=f"ConvNet: {message}"):
        ConvNet(**options)
