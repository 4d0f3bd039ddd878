"""What wrong penalties give for a case."""

import numpy as np
import pytest

from cs231n_lib.mistakes.mistake import matching
from cs231n_lib.mistakes.penalty import penalty

W, REG, N = np.array([[1.0, -2.0, 0.5], [3.0, 0.25, -1.5]]), 0.3, 4
SQUARES = 16.5625  # 1 + 4 + 0.25 + 9 + 0.0625 + 2.25

LOSSES = {
    "penalty.missing": 0.0,
    "penalty.without_reg": SQUARES,
    "penalty.averaged": REG * SQUARES / 4,
    "penalty.halved_and_averaged": REG * SQUARES / 8,
    "penalty.mean": REG * SQUARES / 6,
    "penalty.root": REG * 4.069705149,
    "penalty.not_squared": REG * 1.25,
    "penalty.inverted": REG / SQUARES,
    "penalty.subtracted": -REG * SQUARES,
    "penalty.halved": REG * SQUARES / 2,
    "penalty.divided_by_reg": SQUARES / REG,
    "penalty.too_often": 2 * REG * SQUARES,
}
GRADIENTS = {
    "penalty.missing": 0 * W,
    "penalty.factor_forgotten": REG * W,
    "penalty.averaged": 2 * REG * W / 4,
    "penalty.without_reg": 2 * W,
    "penalty.not_squared": REG + 0 * W,
    "penalty.inverted": 2 * REG / W,
    "penalty.subtracted": -2 * REG * W,
    "penalty.halved_and_averaged": REG * W / 4,
    "penalty.mean": REG * W / 3,
    "penalty.root": REG * W / 4.069705149,
    "penalty.divided_by_reg": 2 / REG * W,
    "penalty.too_often": 4 * REG * W,
}


def named(actual, expected, reg=REG, **more):
    found = matching(penalty(W, reg, N, **more), np.asarray(actual), np.asarray(expected), 1e-5)
    return [mistake.id for mistake in found]


@pytest.mark.parametrize(("id", "value"), LOSSES.items())
def test_of_a_loss(id, value):
    assert named(value, REG * SQUARES) == [id]
    assert named(3 + value, 3 + REG * SQUARES, data=lambda V: 3.0) == [id]


@pytest.mark.parametrize(
    ("id", "value"),
    [
        ("penalty.too_often", 4 * REG * SQUARES),  # once for each of the 4 examples
        ("penalty.not_squared", REG * 8.25),  # 1 + 2 + 0.5 + 3 + 0.25 + 1.5
        ("penalty.not_squared", REG),
        ("penalty.not_squared", REG * 6),
    ],
)
def test_other_forms_of_a_mistake(id, value):
    assert named(value, REG * SQUARES) == [id]


@pytest.mark.parametrize(("id", "value"), [("penalty.without_reg", W), ("penalty.too_often", 8 * REG * W)])
def test_other_forms_of_a_mistake_in_the_gradient(id, value):
    assert named(value, 2 * REG * W) == [id]


@pytest.mark.parametrize(("id", "value"), GRADIENTS.items())
def test_of_a_gradient(id, value):
    assert named(value, 2 * REG * W) == [id]
    slope = np.arange(6.0).reshape(2, 3)
    assert named(slope + value, slope + 2 * REG * W, data=lambda V: np.sum(slope * V)) == [id]


def test_without_regularization_a_penalty_is_the_mistake():
    assert named(SQUARES, 0.0, reg=0.0) == ["penalty.without_reg"]
    assert named(0.3, 0.0, reg=0.0) == []
