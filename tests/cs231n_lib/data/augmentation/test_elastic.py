import numpy as np
import pytest

from cs231n_lib.data.augmentation import elastic_deform

H, W = 41, 31
# channel 0 is the number of the row, channel 1 that of the column, so the result shows where each pixel comes from
PLACES = np.tile(np.stack(np.mgrid[:H, :W]).astype(float), (50, 1, 1, 1))


def field(grid, sigma, seed=0):
    """Return the displacements of pixels far enough from the edges, where none is cut off."""
    return (elastic_deform(PLACES, seed, grid, sigma) - PLACES)[:, :, 10:31, 10:21]


def test_no_displacement():
    np.testing.assert_allclose(elastic_deform(PLACES, 0, 4, 0), PLACES)


def test_the_displacements_have_the_deviation_sigma_at_the_points():
    points = (elastic_deform(PLACES, 0, 5, 0.7) - PLACES)[:, :, 10:31:10, 15]  # points are at rows 0, 10, .., 40
    assert points.std() == pytest.approx(0.7, rel=0.1)
    assert abs(np.corrcoef(points[:, 0].ravel(), points[:, 1].ravel())[0, 1]) < 0.25


def test_the_field_is_bilinear_between_the_points():
    moved = field(5, 0.7)  # rows 10 to 30; the points are at 10, 20, 30
    np.testing.assert_allclose(np.diff(moved[:, :, :11, 5], n=2, axis=2), 0, atol=1e-9)
    assert np.abs(np.diff(moved[:, :, :, 5], n=2, axis=2)).max() > 1e-3


def test_every_image_and_direction_has_its_own_field():
    moved = field(4, 1.0)
    assert np.ptp(moved[:, 0, 5, 5]) > 1 and not np.allclose(moved[:, 0], moved[:, 1])


@pytest.mark.parametrize(
    "change, message",
    [
        ({"grid": 1}, "grid should be an integer of at least 2"),
        ({"sigma": -1}, "sigma should be a number of at least 0"),
        ({"rng": "a"}, "rng should be a np.random.Generator"),
    ],
)
def test_arguments_that_do_not_fit(change, message):
    with pytest.raises(ValueError, match=f"elastic_deform: {message}"):
        elastic_deform(**({"X": PLACES[:2]} | change))
