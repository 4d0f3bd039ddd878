import numpy as np
import pytest

from cs231n_lib.data.whitening import pca_whiten, standardize_channels

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(60, 4)) @ RNG.normal(size=(4, 4)) + [5.0, 0.0, -2.0, 1.0]


def test_channels_have_the_mean_and_deviation_of_all_training_images_and_places():
    X = RNG.integers(0, 256, size=(9, 4, 5, 3)).astype(np.uint8)
    Z, other = standardize_channels(X, X[:2])
    for c in range(3):
        numbers = X[..., c].astype(float).ravel()
        expected = (numbers - sum(numbers) / 180) / np.sqrt(np.mean((numbers - numbers.mean()) ** 2))
        np.testing.assert_allclose(Z[..., c].ravel(), expected)
    np.testing.assert_allclose(other, Z[:2])


def test_a_constant_channel_is_only_centred():
    train, test = np.full((2, 2, 2, 1), 0.1), np.full((1, 2, 2, 1), 0.4)
    Z, other = standardize_channels(train, test)
    np.testing.assert_allclose(Z, 0)
    np.testing.assert_allclose(other, 0.3)


def test_whitened_rows_have_the_identity_as_covariance_matrix():
    (Z,) = pca_whiten(ROWS, eps=0)
    np.testing.assert_allclose(Z.mean(axis=0), np.zeros(4), atol=1e-12)
    np.testing.assert_allclose(Z.T @ Z / 60, np.eye(4), atol=1e-10)


def test_whitening_keeps_the_mahalanobis_distances_to_the_training_mean():
    other = RNG.normal(size=(7, 4))
    _, Z = pca_whiten(ROWS, other, eps=0.2)
    d = other - ROWS.mean(axis=0)
    covariance = np.cov(ROWS.T, bias=True) + 0.2 * np.eye(4)
    np.testing.assert_allclose(np.sum(Z**2, axis=1), np.einsum("nd,de,ne->n", d, np.linalg.inv(covariance), d))


def test_the_component_of_the_largest_variance_comes_first():
    (Z,) = pca_whiten([[0.0, 3.0], [0.0, -3.0], [1.0, 0.0], [-1.0, 0.0]], eps=1.0)
    np.testing.assert_allclose(np.abs(Z[:2]), [[3 / 5.5**0.5, 0]] * 2, atol=1e-12)


def test_components_without_variance_become_zero_for_the_training_set():
    wide = RNG.normal(size=(3, 8)).astype(np.float32)
    (Z,) = pca_whiten(wide)
    assert Z.dtype == np.float32
    np.testing.assert_allclose(Z.T @ Z / 3, np.diag([1, 1, 0, 0, 0, 0, 0, 0]), atol=1e-2)


def test_sets_that_do_not_fit():
    with pytest.raises(ValueError, match=r"standardize_channels: .* \(2, 1, 1, 3\), \(2, 1, 1, 4\)"):
        standardize_channels(np.zeros((2, 1, 1, 3)), np.zeros((2, 1, 1, 4)))
    with pytest.raises(ValueError, match=r"pca_whiten: .* \(2, 3\), \(2, 4\)"):
        pca_whiten(np.zeros((2, 3)), np.zeros((2, 4)))
    with pytest.raises(ValueError, match="eps"):
        pca_whiten(np.zeros((2, 3)), eps=-1)
