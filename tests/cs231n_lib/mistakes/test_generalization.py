"""The values of the mistakes against losses and targets that are written out with the mistake."""

import numpy as np
import pytest

from cs231n_lib.layers import contrastive_loss, distillation_loss, multilabel_hinge_loss, soft_cross_entropy
from cs231n_lib.mistakes import generalization as known

rng = np.random.default_rng(0)
SCORES, TEACHER, Z = rng.normal(size=(4, 3)), 2 * rng.normal(size=(4, 3)), rng.normal(size=(6, 3))
TARGETS, Y = rng.dirichlet(np.ones(3), size=4), np.array([0, 2, 1, 2])
SIGNS = rng.choice([-1, 1], size=(4, 3))


def given_by(mistakes, id):
    """All that the mistakes of this id give."""
    values = [value for mistake in mistakes if mistake.id == f"generalization.{id}" for value in mistake.gives.values()]
    return [value() if callable(value) else value for value in values]


def assert_gives(mistakes, id, expected):
    found = given_by(mistakes, id)
    assert any(np.shape(value) == np.shape(expected) and np.allclose(value, expected) for value in found), found


def softmax(scores):
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def test_the_right_losses():
    assert known.right_soft_loss(SCORES, TARGETS, 2.0) == pytest.approx(soft_cross_entropy(SCORES, TARGETS, 2.0)[0])
    right = distillation_loss(SCORES, TEACHER, Y, 3.0, 0.7)[0]
    assert known.right_distillation(SCORES, TEACHER, Y, 3.0, 0.7) == pytest.approx(right)
    assert known.right_contrastive(Z, 0.4) == pytest.approx(contrastive_loss(Z, 0.4)[0])
    assert known.right_attributes(SCORES, SIGNS) == pytest.approx(multilabel_hinge_loss(SCORES, SIGNS)[0])


def test_soft_targets():
    p = softmax(SCORES / 2)
    mistakes = list(known.soft_loss(SCORES, TARGETS, 2.0))
    assert_gives(mistakes, "soft_loss_summed", -np.sum(TARGETS * np.log(p)))
    assert_gives(mistakes, "temperature_multiplied", -np.sum(TARGETS * np.log(softmax(2 * SCORES))) / 4)
    assert_gives(known.soft_gradient(SCORES, TARGETS, 2.0), "gradient_without_temperature", (p - TARGETS) / 4)


def test_targets_of_a_blend_with_exchanged_shares():
    shares = np.array([[0.7, 0.3, 0], [0, 0.2, 0.8], [0, 0, 1]])
    mistakes = list(known.mixed_targets(shares, np.eye(3), shares.diagonal() < 1))
    assert_gives(mistakes, "shares_exchanged", [[0.3, 0.7, 0], [0, 0.8, 0.2]])


def test_distillation():
    soft, hard = softmax(TEACHER), -np.mean(np.log(softmax(SCORES)[np.arange(4), Y]))
    expected = 0.3 * hard - 0.7 * 9 * np.sum(soft * np.log(softmax(SCORES / 3))) / 4
    assert_gives(known.distillation(SCORES, TEACHER, Y, 3.0, 0.7), "teacher_not_softened", expected)
    half = 0.3 * (softmax(SCORES) - np.eye(3)[Y]) / 4
    assert_gives(known.distillation_gradient(SCORES, TEACHER, Y, 3.0, 0.7), "teacher_left_out", half)


def test_contrastive():
    U = Z / np.linalg.norm(Z, axis=1, keepdims=True)
    S = U @ U.T / 0.5
    other = np.arange(6)[[3, 4, 5, 0, 1, 2]]
    expected = np.mean(np.log(np.exp(S).sum(axis=1)) - S[np.arange(6), other])
    assert_gives(known.contrastive(Z, 0.5), "compared_with_itself", expected)
    assert_gives(
        known.contrastive_gradient(Z, 0.5),
        "contrastive_gradient_without_temperature",
        0.5 * contrastive_loss(Z, 0.5)[1],
    )


def test_the_spread_of_uniform_displacements():
    at_points = rng.uniform(-1.2, 1.2, size=3000)
    assert known.field_spread(at_points, 1.2).id == "generalization.uniform_displacements"
    assert known.field_spread(1.2 * rng.normal(size=3000), 1.2) is None


@pytest.mark.parametrize(
    "id, change",
    [
        ("components_transposed", lambda a, C: a @ C.T),
        ("scale_ignored", lambda a, C: 2 * a @ C),
        ("factors_positive", lambda a, C: np.abs(a) @ C),
    ],
)
def test_shifts_of_colour(id, change):
    components = np.array([[3.0, 3, 3], [1, 0, -1], [0.2, -0.4, 0.2]])
    factors = 0.5 * rng.normal(size=(3000, 3))
    assert known.factor_spread(change(factors, components), components, 0.5).id == f"generalization.{id}"


def test_attributes():
    expected = np.mean(np.maximum(0, 1 - SIGNS * SCORES).max(axis=1))
    assert_gives(known.attributes(SCORES, SIGNS), "worst_attribute_only", expected)
