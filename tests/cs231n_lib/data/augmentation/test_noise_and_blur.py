import numpy as np
import pytest

from cs231n_lib.data.augmentation import gaussian_blur, gaussian_noise

X = np.zeros((300, 1, 15, 15))
X[:, :, 7, 7] = 1


def test_noise_has_the_deviation_that_is_asked_for():
    added = gaussian_noise(X, 0, std=0.3) - X
    assert added.std() == pytest.approx(0.3, rel=0.02) and abs(added.mean()) < 0.01


def test_a_point_becomes_a_gaussian_of_random_width():
    blurred = gaussian_blur(X, 0, sigma=1.5)
    np.testing.assert_allclose(blurred.sum(axis=(1, 2, 3)), 1, rtol=1e-6)
    across = np.arange(15) - 7
    width = np.sqrt((blurred.sum(axis=(1, 2)) * across**2).sum(axis=1))
    assert width.min() < 0.2 and 1.4 < width.max() < 1.5
    np.testing.assert_allclose(blurred, blurred.transpose(0, 1, 3, 2))


def test_a_plain_image_stays_plain():
    np.testing.assert_allclose(gaussian_blur(np.full((5, 2, 6, 6), 3.0), 0, sigma=2), 3)


def test_nothing_changes_with_size_0():
    np.testing.assert_array_equal(gaussian_noise(X, 0, std=0), X)
    np.testing.assert_allclose(gaussian_blur(X, 0, sigma=0), X)


@pytest.mark.parametrize("function, name", [(gaussian_noise, "std"), (gaussian_blur, "sigma")])
def test_arguments_that_do_not_fit(function, name):
    with pytest.raises(ValueError, match=f"{function.__name__}: {name} should be a number of at least 0"):
        function(X, 0, -1)
