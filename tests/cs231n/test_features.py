import numpy as np
import pytest

from cs231n import features
from cs231n.features import color_histogram_hsv, extract_features, hog_feature


def test_the_notebook_gets_its_features():
    X = np.random.randint(256, size=(6, 32, 32, 3)).astype(float)
    found = extract_features(X, [hog_feature, lambda img: color_histogram_hsv(img, nbin=10)], verbose=False)
    assert found.shape == (6, 154)
    np.testing.assert_allclose(found[:, 144:].sum(axis=1), 1)


def test_hog_has_one_histogram_per_cell_and_columns_of_cells_before_rows():
    image = np.zeros((32, 32))
    image[10, 20] = 80.0  # in the second row of cells, the third column
    histogram = hog_feature(image).reshape(4, 4, 9)
    # a step of 80 to the right at (10, 19), and down at (9, 20); up and to the left at (10, 20), which does not count
    expected = np.zeros((4, 4, 9))
    expected[2, 1, 4] = 80 / 64  # 90 degrees
    np.testing.assert_allclose(histogram, expected)


def test_hog_of_a_direction():
    rows, columns = np.mgrid[:32, :32].astype(float)
    degrees = np.radians(65 - 90)
    histogram = hog_feature(10 * (np.cos(degrees) * columns + np.sin(degrees) * rows)).reshape(4, 4, 9)
    np.testing.assert_allclose(histogram[1, 2], np.eye(9)[3] * 10)  # 60 to 80 degrees, in a cell without a border


def test_hog_takes_the_public_brightness_of_colour_images():
    X = np.random.rand(32, 32, 3)
    assert hog_feature(X).shape == (144,)
    np.testing.assert_array_equal(hog_feature(X), hog_feature(features.rgb2gray(X)))
    np.testing.assert_allclose(features.rgb2gray(np.eye(3)), [0.299, 0.587, 0.144])


def test_color_histogram_hsv():
    green = np.full((4, 4, 3), [0, 255, 0])
    assert color_histogram_hsv(green, nbin=6).tolist() == [0, 0, 1, 0, 0, 0]
    assert color_histogram_hsv(green, 6, 0, 255, False).tolist() == [0, 0, 16 * 255 / 6, 0, 0, 0]
    with pytest.raises(ValueError, match="xmin should be 0, but is 10"):
        color_histogram_hsv(green, xmin=10)


def test_color_histogram():
    image = np.full((2, 2, 3), [0, 100, 255])
    assert features.color_histogram(image, nbin=3).tolist() == [1, 0, 0, 0, 1, 0, 0, 0, 1]
    np.testing.assert_allclose(features.color_histogram(image, 3, normalized=False)[4], 4 * 85)
    np.testing.assert_allclose(features.color_histogram(image[..., 1], 3), [0, 1 / 85, 0])
    assert features.color_histogram(image[..., 1], 3, normalized=False).tolist() == [0, 4, 0]


def test_color_histogram_cross():
    image = np.array([[[0, 0, 0], [10, 10, 10], [10, 10, 10]]])
    assert features.color_histogram_cross(image, 2, normalized=False).tolist() == [1, 0, 0, 0, 0, 0, 0, 2]
    assert np.sum(features.color_histogram_cross(image, 2)) == pytest.approx(1 / 5**3)  # a density, in bins of 5x5x5
    assert features.color_histogram_cross(image).shape == (125,)


def test_color_histogram_spatial():
    X = 255 * np.random.rand(12, 12, 3)
    found = features.color_histogram_spatial(X)
    assert found.shape == ((1 + 4 + 9) * 4**3,)
    np.testing.assert_array_equal(found[:64], features.color_histogram_cross(X, 4))
    np.testing.assert_array_equal(found[-64:], features.color_histogram_cross(X[8:, 8:], 4))
