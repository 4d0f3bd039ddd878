import numpy as np
import pytest

from cs231n_lib.data.augmentation import sample_bilinear

X = np.random.default_rng(0).normal(size=(2, 3, 4, 5))


def test_whole_places_are_pixels():
    rows, columns = np.array([[[0.0, 3.0]]]), np.array([[[4.0, 1.0]]])
    np.testing.assert_array_equal(sample_bilinear(X, rows, columns)[:, :, 0], X[:, :, [0, 3], [4, 1]])


def test_between_pixels():
    found = sample_bilinear(X, [[1.25]], [[2.5]])[0, 0, 0, 0]
    upper, lower = X[0, 0, 1, 2:4].mean(), X[0, 0, 2, 2:4].mean()
    assert found == pytest.approx(0.75 * upper + 0.25 * lower)


def test_outside_is_the_nearest_pixel_inside():
    found = sample_bilinear(X, [[-5.0, 99.0]], [[99.0, -0.3]])
    np.testing.assert_array_equal(found[:, :, 0], X[:, :, [0, 3], [4, 0]])


def test_each_image_has_its_own_places():
    rows = np.array([0.0, 2.0])[:, None, None]
    found = sample_bilinear(X, rows, np.zeros((1, 1, 1)))
    np.testing.assert_array_equal(found[:, :, 0, 0], [X[0, :, 0, 0], X[1, :, 2, 0]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_type_is_kept(dtype):
    assert sample_bilinear(X.astype(dtype), [[0.5]], [[0.5]]).dtype == dtype


@pytest.mark.parametrize(
    "rows, columns",
    [(np.zeros((3, 1, 1)), np.zeros(1)), (np.zeros((4, 4)), np.zeros((3, 3))), (np.zeros((1, 1, 1, 1)), np.zeros(1))],
)
def test_places_that_do_not_fit(rows, columns):
    with pytest.raises(ValueError, match=r"rows and columns should broadcast to \(2, H2, W2\)"):
        sample_bilinear(X, rows, columns)
