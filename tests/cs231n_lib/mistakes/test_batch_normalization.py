"""Mistakes of the way back through a normalization: branches of another size, and what stands for x_hat."""

import numpy as np
import pytest

from cs231n_lib.mistakes import batch_normalization
from cs231n_lib.mistakes.mistake import matching

RNG = np.random.default_rng(3)
x, dout = RNG.normal(2, 1.5, (6, 4)), RNG.normal(size=(6, 4))
gamma, beta = RNG.normal(size=4), RNG.normal(size=4)
mean, variance = x.mean(axis=0), x.var(axis=0)
root = np.sqrt(variance + 1e-5)
x_hat, own = (x - mean) / root, dout * gamma  # own: the gradient with respect to x_hat
direct, through_mean = own / root, -own.mean(axis=0) / root
through_variance = -x_hat * (own * x_hat).mean(axis=0) / root
DX, DGAMMA = direct + through_mean + through_variance, (dout * x_hat).sum(axis=0)


def named(actual, expected):
    mistakes = batch_normalization.batchnorm_backward(x, gamma, beta, dout, {"mode": "train"})
    return [mistake.id for mistake in matching(mistakes, actual, expected, 1e-4)]


def test_the_case_is_right():
    def loss(z):
        normal = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-5)
        return np.sum(dout * (gamma * normal + beta))

    steps = 1e-5 * np.eye(x.size).reshape(-1, *x.shape)
    np.testing.assert_allclose([(loss(x + h) - loss(x - h)) / 2e-5 for h in steps], DX.ravel(), atol=1e-8)


@pytest.mark.parametrize(
    ("dx", "id"),
    [
        (direct + through_mean + 3 * through_variance, "branches_weighted"),
        (-direct + through_mean + through_variance, "branches_weighted"),
        (direct + through_mean + [1, 2, 3, 4] * through_variance, "variance_branch_size"),
        (direct + through_mean + through_variance * root**4, "variance_branch_size"),
        (direct + x * [0.1, 0.2, -0.3, 0.4], "both_branches"),
        (direct + through_mean - x / root * (own * x).mean(axis=0), "both_branches"),
    ],
)
def test_branches(dx, id):
    assert named(dx, DX) == [f"batch_normalization.{id}"]


def test_a_wrong_direct_branch_is_none_of_them():
    assert named(DX + dout**2, DX) == []


@pytest.mark.parametrize(
    ("dgamma", "id"),
    [
        (dout.sum(axis=0), "dgamma_and_dbeta"),
        ((dout * (x + mean) / root).sum(axis=0), "dgamma_centre"),
        ((dout * (x - variance) / root).sum(axis=0), "dgamma_centre"),
        ((dout * (x - mean) * root).sum(axis=0), "dgamma_divisor"),
        ((dout / root).sum(axis=0), "dgamma_without_x"),
        ((dout / x_hat).sum(axis=0), "dgamma_divided"),
        (x_hat.sum(axis=0), "dgamma_without_dout"),
    ],
)
def test_dgamma(dgamma, id):
    assert named(dgamma, DGAMMA) == [f"batch_normalization.{id}"]
