"""What wrong SVM losses give for three examples, counted by hand."""

import numpy as np
import pytest

from cs231n_lib.mistakes import svm
from cs231n_lib.mistakes.mistake import matching

# the scores are W itself; margins of the wrong classes: 0.5 and -1.4; 3.05 and 1.55; 1.4 and 3
W = np.array([[1.5, 2.0, -0.4], [0.45, 2.5, 1.0], [0.9, 2.5, 0.5]])
X, y = np.eye(3), np.array([1, 0, 2])
LOSS = 9.5 / 3

WRONG = {
    "svm.not_averaged": 3 * 9.5,
    "svm.another_margin": (1.5 + 4.05 + 2.55 + 2.4 + 4) / 3,
    "svm.another_floor": 8.5 / 3,
    "svm.scores_added": (4.5 + 2.6 + 3.95 + 2.45 + 2.4 + 4) / 3,
    "svm.score_missing_in_margin": 2 * (0.55 + 0.5) / 3,
    "svm.correct_class_not_0": LOSS - 1,
    "svm.first_value": 10.5 / 3,
    "svm.class_skipped": (3.05 + 1.55 + 3) / 3,
    "svm.example_for_class": (0.5 + 1 + 3.05 + 1.55 + 1) / 3,
    "svm.all_classes": 8.1 / 3,
}


@pytest.mark.parametrize(("id", "value"), WRONG.items())
def test_of_a_loss(id, value):
    found = matching(svm.loss(W, X, y, 0.0), np.asarray(value), np.asarray(LOSS), 1e-5)
    assert [mistake.id for mistake in found] == [id]


def test_the_right_loss():
    assert svm.hinge(W, X, y) == pytest.approx(LOSS)
    assert [m.id for m in matching(svm.loss(W, X, y, 0.0), np.asarray(LOSS + 0.123), np.asarray(LOSS), 1e-5)] == []
