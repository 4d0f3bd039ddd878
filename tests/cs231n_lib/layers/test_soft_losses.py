import math

import numpy as np
import pytest

from cs231n_lib.diagnosis import numerical_gradient, rel_error
from cs231n_lib.layers import distillation_loss, soft_cross_entropy

rng = np.random.default_rng(0)
SCORES, TEACHER = rng.normal(size=(6, 4)), rng.normal(size=(6, 4))
TARGETS = rng.dirichlet(np.ones(4), size=6)
Y = np.array([0, 3, 1, 2, 2, 0])


def by_definition(scores, targets, T=1.0):
    total = 0
    for s, t in zip(scores / T, targets, strict=True):
        total -= sum(t[j] * (s[j] - math.log(sum(math.exp(v) for v in s))) for j in range(len(s)))
    return total / len(scores)


@pytest.mark.parametrize("T", [1, 0.5, 4.0])
def test_value_and_gradient(T):
    loss, dscores = soft_cross_entropy(SCORES, TARGETS, T)
    assert loss == pytest.approx(by_definition(SCORES, TARGETS, T))
    assert rel_error(dscores, numerical_gradient(lambda s: soft_cross_entropy(s, TARGETS, T)[0], SCORES)) < 1e-7


def test_targets_that_do_not_add_up_to_1():
    _, dscores = soft_cross_entropy(SCORES, 3 * TARGETS)
    numeric = numerical_gradient(lambda s: soft_cross_entropy(s, 3 * TARGETS)[0], SCORES)
    assert rel_error(dscores, numeric) < 1e-7


def test_huge_scores_and_a_ruled_out_class():
    with np.errstate(all="raise", under="ignore"):
        assert soft_cross_entropy([[1e4, 0.0]], [[0.5, 0.5]])[0] == pytest.approx(5e3)
    loss, dscores = soft_cross_entropy([[0.0, -np.inf]], [[1.0, 0.0]])
    assert loss == 0 and dscores.tolist() == [[0, 0]]


@pytest.mark.parametrize("T, weight", [(1, 0.5), (3.0, 0.9), (2.0, 0), (5, 1)])
def test_distillation(T, weight):
    loss, dstudent = distillation_loss(SCORES, TEACHER, Y, T, weight)
    soft = np.exp(TEACHER / T) / np.exp(TEACHER / T).sum(axis=1, keepdims=True)
    hard, teacher = by_definition(SCORES, np.eye(4)[Y]), by_definition(SCORES, soft, T)
    assert loss == pytest.approx((1 - weight) * hard + weight * T**2 * teacher)
    numeric = numerical_gradient(lambda s: distillation_loss(s, TEACHER, Y, T, weight)[0], SCORES)
    assert rel_error(dstudent, numeric) < 1e-7


def test_at_high_temperature_the_student_matches_scores():
    """The gradient becomes that of the squared distance of centred scores, over 2 N C (Hinton et al., section 2.1)."""
    _, dstudent = distillation_loss(SCORES, TEACHER, Y, 1e4, 1)
    apart = SCORES - TEACHER
    np.testing.assert_allclose(dstudent, (apart - apart.mean(axis=1, keepdims=True)) / (6 * 4), rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_type_is_kept(dtype):
    for loss, gradient in (
        soft_cross_entropy(SCORES.astype(dtype), TARGETS.astype(dtype)),
        distillation_loss(SCORES.astype(dtype), TEACHER.astype(dtype), Y),
    ):
        assert loss.dtype == gradient.dtype == dtype


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: soft_cross_entropy(SCORES, TARGETS[:5]), r"soft_cross_entropy: targets should have shape \(6, 4\)"),
        (lambda: soft_cross_entropy(SCORES, -TARGETS), "soft_cross_entropy: targets should be at least 0"),
        (lambda: soft_cross_entropy(SCORES, TARGETS, 0), "soft_cross_entropy: temperature should be a number above 0"),
        (lambda: soft_cross_entropy(SCORES[0], TARGETS[0]), r"soft_cross_entropy: scores should have shape \(N, C\)"),
        (lambda: soft_cross_entropy(SCORES[:0], TARGETS[:0]), "scores should hold scores of at least one example"),
        (
            lambda: distillation_loss(SCORES, TEACHER[:, :3], Y),
            r"distillation_loss: teacher should have shape \(6, 4\)",
        ),
        (lambda: distillation_loss(SCORES, TEACHER, Y + 1), "distillation_loss: y should hold class numbers 0..3"),
        (lambda: distillation_loss(SCORES, TEACHER, Y, 0), "distillation_loss: T should be a number above 0"),
        (lambda: distillation_loss(SCORES, TEACHER, Y, 1, 2), "distillation_loss: weight should be a number"),
    ],
)
def test_arguments_that_do_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()
