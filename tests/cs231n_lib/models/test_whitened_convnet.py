import numpy as np
import pytest

from cs231n_lib import layers
from cs231n_lib.models import WhitenedConvNet, net_cost

SMALL = {"input_dim": (2, 5, 4), "blocks": (3, 4), "num_classes": 4, "dtype": np.float64}


def correlated(N=40, shape=(2, 5, 4), seed=0):
    """Images whose channels and pixels are correlated."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((N, *shape)) + 3 * rng.standard_normal((N, 1, 1, 1))


def test_gradients(check_gradients, randomize):
    net = randomize(WhitenedConvNet(**SMALL, reg=0.1, seed=0), seed=4)
    net.whiten(correlated())
    check_gradients(net, correlated(5, seed=3), np.array([3, 1, 0, 2, 1]))


def test_scores_are_those_of_the_single_layers(randomize):
    net = randomize(WhitenedConvNet(**SMALL, score_scale=0.5))
    net.whiten(correlated())
    X = correlated(3, seed=2)
    net.loss(X, [0, 1, 2])
    above_and_left = np.pad(X, ((0, 0), (0, 0), (1, 0), (1, 0)), mode="edge")
    out, _ = layers.conv_forward_naive(above_and_left, net.whitening, np.zeros(16), {"stride": 1, "pad": 0})
    out = np.maximum(out, 0)
    for i in (1, 2, 3, 4):
        w = net.params[f"W{i}"]
        out, _ = layers.conv_forward_naive(out, w, np.zeros(len(w)), {"stride": 1, "pad": 1})
        if i in (1, 3):
            out, _ = layers.max_pool_forward_naive(out, {"pool_height": 2, "pool_width": 2, "stride": 2})
        bn_param = {**net.bn_params[i - 1], "mode": "test"}
        out, _ = layers.spatial_batchnorm_forward(out, net.params[f"gamma{i}"], net.params[f"beta{i}"], bn_param)
        out = np.maximum(out, 0)
    np.testing.assert_allclose(net.loss(X), 0.5 * out.max(axis=(2, 3)) @ net.params["W5"], rtol=1e-9)


def test_the_first_layer_whitens_the_patches_and_has_each_component_twice():
    net = WhitenedConvNet(**SMALL)
    X = correlated()
    net.whiten(X, eps=1e-9)
    maps, _ = layers.conv_forward_naive(X, net.whitening[:8], np.zeros(8), {"stride": 1, "pad": 0})
    rows = maps.transpose(0, 2, 3, 1).reshape(-1, 8)
    np.testing.assert_allclose(rows.T @ rows / len(rows), np.eye(8), atol=1e-6)
    np.testing.assert_array_equal(net.whitening[8:], -net.whitening[:8])
    gray = net.whitening[0].ravel()  # the component with the largest variance is the mean of all values
    np.testing.assert_allclose(gray / gray.mean(), 1, atol=0.1)


def test_a_direction_without_variance_is_not_blown_up():
    net = WhitenedConvNet(**SMALL)
    net.whiten(np.ones((4, 2, 5, 4)) * np.arange(4).reshape(4, 1, 1, 1), eps=1e-2)
    assert np.isfinite(net.whitening).all()
    norms = np.sqrt((net.whitening**2).sum(axis=(1, 2, 3)))
    assert norms.max() == pytest.approx(10)  # 1 / sqrt(eps)


def test_convolutions_start_as_the_identity_with_random_filters_for_the_rest():
    net = WhitenedConvNet((3, 8, 8), (24, 100), seed=0)
    x = np.random.default_rng(0).standard_normal((2, 24, 5, 5)).astype(np.float32)
    for i in (1, 2):
        out, _ = layers.conv_forward_fast(x, net.params[f"W{i}"], None, {"stride": 1, "pad": 1})
        np.testing.assert_allclose(out, x, atol=1e-6)
    wide = net.params["W3"]
    out, _ = layers.conv_forward_fast(x, wide, None, {"stride": 1, "pad": 1})
    np.testing.assert_allclose(out[:, :24], x, atol=1e-6)
    assert wide[24:].std() == pytest.approx((3 * 9 * 24) ** -0.5, rel=0.03)  # as nn.Conv2d of PyTorch


def test_what_it_costs():
    net = WhitenedConvNet()
    cost = net_cost(net)
    assert cost.params == sum(array.size for array in net.params.values())
    assert [layer.out_shape for layer in cost.layers] == [
        *[(3, 32, 32), (24, 32, 32), (64, 32, 32), (64, 16, 16), (64, 16, 16), (256, 16, 16), (256, 8, 8)],
        *[(256, 8, 8), (256, 8, 8), (256, 4, 4), (256, 4, 4), (256,), (10,)],
    ]
    first = 32 * 32 * 9 * 24 * 64
    blocks = 9 * (16 * 16 * (64 * 64 + 64 * 256) + 2 * 8 * 8 * 256 * 256 + 4 * 4 * 256 * 256)
    assert cost.macs == first + blocks + 256 * 10


def test_it_is_saved_with_its_whitening_and_running_averages(tmp_path):
    net, other = WhitenedConvNet(**SMALL, seed=0), WhitenedConvNet(**SMALL, seed=1)
    X = correlated(6)
    net.whiten(X)
    net.loss(X, np.arange(6) % 4)
    net.save(tmp_path / "net.npz")
    other.load(tmp_path / "net.npz")
    np.testing.assert_array_equal(other.loss(X), net.loss(X))


@pytest.mark.parametrize(
    "options, message",
    [
        ({"input_dim": (32, 32)}, r"input_dim should be \(channels, height, width\)"),
        ({"input_dim": (3, 8, 3), "blocks": (4, 4)}, "images should have at least 4 pixels on each side"),
        ({"blocks": ()}, "blocks should be a list with the filters of each block"),
        ({"blocks": (16, 0)}, "each number of filters in blocks should be an integer of at least 1"),
        ({"score_scale": 0}, "score_scale should be a number above 0"),
        ({"seed": "a"}, "seed should be a np.random.Generator"),
    ],
)
def test_settings_that_do_not_fit(options, message):
    with pytest.raises(ValueError, match=f"WhitenedConvNet: {message}"):
        WhitenedConvNet(**options)


@pytest.mark.parametrize(
    "X, options, message",
    [
        (np.ones((2, 2, 5, 5)), {}, r"X should have shape \(N, 2, 5, 4\)"),
        (np.ones((0, 2, 5, 4)), {}, "X should hold at least one image"),
        (np.ones((2, 2, 5, 4)), {"eps": 0}, "eps should be a number above 0"),
    ],
)
def test_images_that_do_not_fit(X, options, message):
    with pytest.raises(ValueError, match=f"WhitenedConvNet.whiten: {message}"):
        WhitenedConvNet(**SMALL).whiten(X, **options)
