import numpy as np
import pytest

from cs231n_lib.data.augmentation import random_rotation, rotation, sample_bilinear

X = np.random.default_rng(0).normal(size=(200, 1, 9, 9))
PLACES = np.tile(np.stack(np.mgrid[:9, :9]).astype(float), (300, 1, 1, 1))


def test_no_rotation():
    np.testing.assert_allclose(random_rotation(X, 0, degrees=0), X)


def test_a_quarter_turn_is_that_of_rot90(monkeypatch):
    class Largest:
        def uniform(self, low, high, size):
            return np.full(size, high)

    monkeypatch.setattr(rotation, "generator", lambda *_: Largest())
    np.testing.assert_allclose(random_rotation(X, 0, degrees=90), np.rot90(X, axes=(2, 3)), atol=1e-12)


def test_angles_are_uniform_and_the_centre_stays():
    turned = random_rotation(PLACES, 0, degrees=20)
    np.testing.assert_allclose(turned[:, :, 4, 4], 4)
    angles = np.rad2deg(np.arcsin(turned[:, 0, 4, 5] - 4))
    assert -20 <= angles.min() < -17 and 17 < angles.max() <= 20
    assert angles.std() == pytest.approx(20 / 3**0.5, rel=0.1)


def test_the_edge_continues():
    assert random_rotation(np.ones((3, 1, 5, 5)), 0, degrees=45) == pytest.approx(np.ones((3, 1, 5, 5)))
    assert sample_bilinear(X, [[-1.0]], [[0.0]]) == pytest.approx(X[:, :, :1, :1])


def test_arguments_that_do_not_fit():
    with pytest.raises(ValueError, match="random_rotation: degrees should be a number of at least 0"):
        random_rotation(X, degrees=-1)
