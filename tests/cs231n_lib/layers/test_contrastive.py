import math

import numpy as np
import pytest

from cs231n_lib.diagnosis import numerical_gradient, rel_error
from cs231n_lib.layers import contrastive_loss

Z = np.random.default_rng(0).normal(size=(8, 3))


def by_definition(Z, T):
    cosine = [[a @ b / math.sqrt((a @ a) * (b @ b)) for b in Z] for a in Z]
    half, total = len(Z) // 2, 0
    for i in range(len(Z)):
        others = sum(math.exp(cosine[i][j] / T) for j in range(len(Z)) if j != i)
        total -= cosine[i][(i + half) % len(Z)] / T - math.log(others)
    return total / len(Z)


@pytest.mark.parametrize("T", [1, 0.5, 0.1])
def test_value_and_gradient(T):
    loss, dZ = contrastive_loss(Z, T)
    assert loss == pytest.approx(by_definition(Z, T))
    assert rel_error(dZ, numerical_gradient(lambda Z: contrastive_loss(Z, T)[0], Z)) < 1e-6


def test_only_directions_count():
    loss, dZ = contrastive_loss(Z)
    longer, dlonger = contrastive_loss(5 * Z)
    assert longer == pytest.approx(loss)
    np.testing.assert_allclose(5 * dlonger, dZ)
    np.testing.assert_allclose((Z * dZ).sum(axis=1), 0, atol=1e-12)


def test_one_image_has_no_others_to_differ_from():
    loss, dZ = contrastive_loss(Z[:2])
    assert loss == 0 and not dZ.any()


def test_a_low_temperature_does_not_overflow():
    with np.errstate(all="raise", under="ignore"):
        assert np.isfinite(contrastive_loss(Z, 1e-3)[1]).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_type_is_kept(dtype):
    loss, dZ = contrastive_loss(Z.astype(dtype))
    assert loss.dtype == dZ.dtype == dtype


@pytest.mark.parametrize(
    "change, message",
    [
        ({"Z": Z[:7]}, r"Z should have two rows for each image, but has shape \(7, 3\)"),
        ({"Z": Z[:0]}, "Z should have two rows for each image"),
        ({"Z": Z[0]}, r"Z should have shape \(2N, D\)"),
        ({"Z": 0 * Z}, "Z should have no row of zeros"),
        ({"T": 0}, "T should be a number above 0"),
    ],
)
def test_arguments_that_do_not_fit(change, message):
    with pytest.raises(ValueError, match=f"contrastive_loss: {message}"):
        contrastive_loss(**({"Z": Z} | change))
