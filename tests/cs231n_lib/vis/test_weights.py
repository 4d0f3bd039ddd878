import numpy as np
import pytest

from cs231n_lib import vis

rng = np.random.default_rng(0)
NAMES = [f"class {i}" for i in range(10)]


def test_the_bias_row_is_no_part_of_a_template(pixels):
    W = np.zeros((3073, 1))
    W[0], W[3072] = 1, 1000
    assert pixels(vis.weight_templates(W, ["one"])).max() == 1


@pytest.mark.parametrize("shape", [(3071, 10), (3072, 9), (10, 3072)])
def test_weights_of_another_shape(shape):
    with pytest.raises(ValueError, match=r"3072 or 3073, 10\), one column per class"):
        vis.weight_templates(np.zeros(shape), NAMES)


def test_filters_stand_in_order_each_stretched_on_its_own(pixels):
    weights = np.zeros((3, 3, 24, 24))
    weights[1, 0] = 1e-3  # red
    weights[2, 2] = 1e3  # blue
    grid = pixels(vis.weight_grid(weights, columns=2))  # tiles of 24 pixels, gaps of 2
    assert grid.shape == (50, 50, 3)
    np.testing.assert_array_equal(grid[0, 0], 0.5)
    np.testing.assert_array_equal(grid[0, 26], [1, 0, 0])
    np.testing.assert_array_equal(grid[26, 0], [0, 0, 1])
    np.testing.assert_array_equal(grid[26, 26], 1)  # no fourth filter


@pytest.mark.parametrize("image_shape, order", [((4, 5, 3), (0, 1, 2)), ((3, 4, 5), (1, 2, 0))])
def test_a_first_layer_is_shown_as_its_images_were_flattened(image_shape, order, pixels):
    image = rng.random(image_shape)
    grid = pixels(vis.weight_grid(image.reshape(-1, 1), image_shape))
    expected = image.transpose(order)
    expected = (expected - expected.min()) / (expected.max() - expected.min())
    step = grid.shape[0] // 4
    np.testing.assert_allclose(grid[::step, ::step], expected)


def test_a_deep_layer_has_a_row_per_filter(pixels):
    weights = rng.standard_normal((2, 5, 24, 24))
    axes = vis.weight_grid(weights).axes[0]
    assert axes.images[0].get_array().shape == (2 * 24 + 4, 5 * 24 + 4 * 4)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("channel", "filter")


def test_a_large_layer_says_that_only_a_part_is_shown():
    axes = vis.weight_grid(rng.standard_normal((64, 32, 3, 3))).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("channel (the first 16 of 32)", "filter (the first 12 of 64)")


@pytest.mark.parametrize(
    "shape, message",
    [
        ((3071, 10), r"shape \(3072, F\), one row per value of an image \(32, 32, 3\), but has \(3071, 10\)"),
        ((10,), r"\(F, C, H, W\), for filters, or \(D, F\), for a first layer, but has \(10,\)"),
        ((0, 3, 5, 5), "but has"),
    ],
)
def test_a_grid_of_weights_of_another_shape(shape, message):
    with pytest.raises(ValueError, match=message):
        vis.weight_grid(np.zeros(shape))


def test_maps_stand_beside_the_image(pixels):
    image = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
    maps = np.stack([np.eye(16), np.zeros((16, 16))])
    figure = vis.activation_maps(image, maps)
    np.testing.assert_allclose(pixels(figure), image / 255)
    shown = pixels(figure, 1)
    np.testing.assert_array_equal(shown[:, :16], np.eye(16))
    np.testing.assert_array_equal(shown[:, 17:], 0)  # a unit that is off


def test_maps_of_a_whole_batch_are_refused():
    with pytest.raises(ValueError, match=r"the layer's output for one image, but has \(2, 3, 8, 8\)"):
        vis.activation_maps(np.zeros((8, 8, 3)), np.zeros((2, 3, 8, 8)))


def test_visualize_grid_is_nearly_square_with_black_gaps():
    Xs = rng.standard_normal((5, 4, 6, 3))
    grid = vis.visualize_grid(Xs)
    assert grid.shape == (2 * 4 + 1, 3 * 6 + 2, 3)
    np.testing.assert_allclose(grid[5:, 7:13], 255 * (Xs[4] - Xs[4].min()) / np.ptp(Xs[4]))
    np.testing.assert_array_equal(grid[4], 0)
    np.testing.assert_array_equal(grid[5:, 14:], 0)
