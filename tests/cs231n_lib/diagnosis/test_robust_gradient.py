"""The numerical gradient that checks use: as exact as possible, and tolerant only where it must be."""

import numpy as np
import pytest

from cs231n_lib.diagnosis import numerical_gradient
from cs231n_lib.diagnosis.gradient_check import NotANumber
from cs231n_lib.diagnosis.robust_gradient import NotRepeatable, clearly_wrong, gradient_to_judge


def test_float32_inside_is_noticed_and_survived():
    rng = np.random.default_rng(0)
    X, W = rng.normal(size=(20, 6)).astype(np.float32), rng.normal(size=(6, 4))

    def f(W):
        scores = X @ W.astype(np.float32)
        return float(np.mean(np.log(np.sum(np.exp(scores), axis=1))))

    exact = numerical_gradient(lambda W: np.mean(np.log(np.sum(np.exp(X.astype(float) @ W), axis=1))), W)
    found = gradient_to_judge(f, W, exact)
    assert found.coarse
    scale = np.max(np.abs(exact))
    assert np.max(np.abs(found.nearest - exact)) < 1e-4 * scale
    assert np.max(np.abs(found.gradient - exact)) < 1e-2 * scale
    assert np.max(np.abs(gradient_to_judge(f, W, 1.1 * exact).nearest - 1.1 * exact)) > 5e-2 * scale


def test_float64_is_not_taken_for_float32():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 8))
    exact = np.sum(X**3, axis=0)[None]
    assert not gradient_to_judge(lambda W: float(np.sum(X**3 * W)), np.ones((1, 8)), exact).coarse


def test_at_a_kink_every_slope_between_left_and_right_is_right():
    f = lambda x: np.sum(np.maximum(x, 0))  # noqa: E731
    x = np.array([0.0, 1.0, -1.0])
    for slope in (0.0, 0.3, 1.0):
        assert np.allclose(gradient_to_judge(f, x, np.array([slope, 1, 0]), kinks=True).nearest, [slope, 1, 0])
    assert np.allclose(gradient_to_judge(f, x, np.array([1.5, 0, 1]), kinks=True).nearest, [1, 1, 0], atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_at_a_kink_of_a_function_in_float32_too(seed):
    """A row of zeros in x puts all its entries on the kink of a ReLU; the loss is curved besides."""
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=(6, 3)), rng.normal(size=(6, 3)).astype(np.float32)
    x[0] = 0

    def f(x):
        x = x.astype(np.float32)
        return np.sum(np.maximum(x, 0) * w + np.sin(x) ** 2 * np.float32(0.1), dtype=np.float32)

    right = w * (x > 0) + 0.1 * np.sin(2 * x)
    for share in (0, 0.3, 1):  # of the slope on the right, with the slope 0 on the left
        analytic = right + share * w * (x == 0)
        found = gradient_to_judge(f, x, analytic, kinks=True)
        assert found.coarse
        np.testing.assert_allclose(found.nearest, analytic, atol=2e-4)
    for share in (-0.5, 1.5):
        found = gradient_to_judge(f, x, right + share * w * (x == 0), kinks=True)
        between = right + np.clip(share, 0, 1) * w * (x == 0)
        np.testing.assert_allclose(found.nearest, between, atol=2e-2)
    found = gradient_to_judge(f, x, right + 0.05 * (x == 0), kinks=False)
    np.testing.assert_allclose(found.nearest[0], w[0] / 2, atol=2e-2)  # the mean of both slopes


def test_curvature_in_float32_is_no_kink():
    w = np.random.default_rng(0).normal(size=8).astype(np.float32)
    f = lambda x: np.sum(1 + w * x.astype(np.float32) + 3 * x.astype(np.float32) ** 2)  # noqa: E731
    x = np.zeros(8)
    for wrong in (0.05, -0.05):
        found = gradient_to_judge(f, x, w + wrong, kinks=True)
        assert found.coarse and np.abs(found.nearest - w).max() < 1e-2


def test_a_function_that_draws_random_numbers_is_noticed():
    rng = np.random.default_rng(0)
    with pytest.raises(NotRepeatable):
        gradient_to_judge(lambda x: x.sum() + rng.normal(), np.ones(3), np.ones(3))


def test_a_smooth_function_is_measured_without_mercy():
    x = np.array([0.3, -0.7])
    found = gradient_to_judge(lambda x: np.sum(x**3), x, np.array([0.0, 5.0]))
    assert not found.coarse
    for gradient in (found.gradient, found.nearest):
        np.testing.assert_allclose(gradient, 3 * x**2, rtol=1e-8)


def test_without_kinks_the_slopes_of_a_kink_are_averaged_and_no_other_is_right():
    found = gradient_to_judge(lambda x: np.sum(np.abs(x)), np.zeros(2), np.array([1.0, -1.0]))
    np.testing.assert_allclose(found.nearest, 0, atol=1e-6)


def test_a_kink_between_two_steps_is_none_at_x():
    """The step 1e-5 crosses the kink; the shorter step for functions with kinks does not."""
    x = np.array([4e-6, 1.0])
    loss = lambda x: np.sum(np.maximum(x, 0))  # noqa: E731
    for analytic in (np.ones(2), np.zeros(2)):
        found = gradient_to_judge(loss, x, analytic, kinks=True)
        np.testing.assert_allclose(found.gradient, 1, rtol=1e-6)
        np.testing.assert_allclose(found.nearest, 1, rtol=1e-6)


def test_x_and_the_analytic_gradient_stay_as_they_are():
    x, analytic = np.array([0.0, 2.0]), np.array([0.5, 3.0])

    def loss(x):
        value = np.sum(np.maximum(x, 0))
        x[...] = 9
        return value

    gradient_to_judge(loss, x, analytic, kinks=True)
    assert x.tolist() == [0, 2] and analytic.tolist() == [0.5, 3]


def test_nan_is_repeatable():
    assert np.isnan(gradient_to_judge(lambda x: np.nan, np.ones(2), np.ones(2)).gradient).all()


def test_what_is_no_number_is_refused():
    with pytest.raises(NotANumber, match="one number"):
        gradient_to_judge(lambda x: x, np.ones(2), np.ones(2))


def test_a_right_gradient_takes_two_values_of_the_function_for_each_entry_and_two_more():
    calls = []

    def f(x):
        calls.append(1)
        return np.sum(x**3) / 7

    x = np.random.default_rng(3).normal(size=(4, 5))
    gradient_to_judge(f, x, 3 * x**2 / 7)
    assert len(calls) == 2 + 2 * x.size


def test_a_glance_finds_what_is_clearly_wrong_and_nothing_else():
    x = np.random.default_rng(4).normal(size=(5, 6))
    right = 3 * x**2 / 7
    f = lambda x: np.sum(x**3) / 7  # noqa: E731
    for wrong in (2 * right, -right, right + 0.2 * right.max(), np.roll(right, 1)):
        assert clearly_wrong(f, x, wrong)
    slight = right.copy()
    slight.flat[np.argmin(right)] += 0.5 * right.max()  # not among the largest: left to the whole check
    for doubtful in (right, 1.01 * right, slight):
        assert not clearly_wrong(f, x, doubtful)
    assert not clearly_wrong(lambda x: np.float32(f(x)), x, 2 * right)


def test_a_glance_accepts_every_slope_at_a_kink():
    f = lambda x: np.sum(np.maximum(x, 0)) + np.sum(x[3:]) / 3  # noqa: E731
    x = np.array([0.0, 1.0, -1.0, 2.0])
    for slope in (0.0, 0.4, 1.0):
        assert not clearly_wrong(f, x, np.array([slope, 1, 0, 4 / 3]))
    assert clearly_wrong(f, x, np.array([0, 1, 1, 4 / 3]))
    assert clearly_wrong(f, x, np.array([1.2, 1, 0, 0]))


def test_a_glance_takes_rounding_for_no_slope():
    """A bias before batch normalization has no effect but on the last digits."""
    x = np.random.default_rng(5).normal(size=4)
    f = lambda x: 3.7 + np.sum((np.array([1 / 3, 2 / 7, 5.1]) + x[0]) - x[0])  # noqa: E731
    assert not clearly_wrong(f, x, np.full(4, 1e-17))


def test_a_glance_leaves_float32_inside_to_the_whole_check():
    """The mean of float32 losses, taken in float64, does not look like a float32."""
    x = np.random.default_rng(6).normal(size=(3, 4))
    losses = lambda x: np.sin(x).astype(np.float32) + np.float32(7.3)  # noqa: E731
    assert not clearly_wrong(lambda x: np.mean(losses(x), dtype=np.float64) * 3, x, np.cos(x) / 4)
