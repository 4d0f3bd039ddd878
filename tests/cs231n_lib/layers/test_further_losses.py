import math

import numpy as np
import pytest

from cs231n_lib.diagnosis import numerical_gradient, rel_error
from cs231n_lib.layers import hierarchical_softmax_loss, multilabel_hinge_loss, squared_hinge_loss

rng = np.random.default_rng(0)
X, Y = rng.normal(size=(7, 5)), rng.integers(5, size=7)
SIGNS = rng.choice([-1, 1], size=(7, 5))


def sigmoid(v):
    return 1 / (1 + math.exp(-v))


def test_squared_hinge_by_definition():
    hinges = [max(0, X[i, j] - X[i, Y[i]] + 1) ** 2 for i in range(7) for j in range(5) if j != Y[i]]
    assert squared_hinge_loss(X, Y)[0] == pytest.approx(sum(hinges) / 7)


def test_multilabel_hinge_by_definition():
    hinges = [max(0, 1 - SIGNS[i, j] * X[i, j]) for i in range(7) for j in range(5)]
    assert multilabel_hinge_loss(X, SIGNS)[0] == pytest.approx(sum(hinges) / 7)
    assert not multilabel_hinge_loss([[1.0, -1.0]], [[1, -1]])[1].any()  # at a margin of exactly 0


def test_hierarchical_softmax_by_hand():
    """Five classes: node 0 has the children 1 and 2; 1 has 3 and the leaf of class 0; 2 and 3 have the others."""
    (s0, s1, s2, s3), right = X[0, :4], sigmoid
    classes = {
        0: (1 - right(s0)) * right(s1),
        1: right(s0) * (1 - right(s2)),
        2: right(s0) * right(s2),
        3: (1 - right(s0)) * (1 - right(s1)) * (1 - right(s3)),
        4: (1 - right(s0)) * (1 - right(s1)) * right(s3),
    }
    for y, probability in classes.items():
        assert hierarchical_softmax_loss(X[:1, :4], [y])[0] == pytest.approx(-math.log(probability))


@pytest.mark.parametrize("num_classes", [2, 3, 8, 13])
def test_probabilities_of_the_leaves_add_up_to_1(num_classes):
    x = rng.normal(size=(1, num_classes - 1))
    total = sum(math.exp(-hierarchical_softmax_loss(x, [y])[0]) for y in range(num_classes))
    assert total == pytest.approx(1)


@pytest.mark.parametrize(
    "loss, x, y",
    [(squared_hinge_loss, X, Y), (multilabel_hinge_loss, X, SIGNS), (hierarchical_softmax_loss, X[:, :4], Y)],
)
class TestEach:
    def test_the_gradient_agrees_with_central_differences(self, loss, x, y):
        assert rel_error(loss(x, y)[1], numerical_gradient(lambda x: loss(x, y)[0], x)) < 1e-6

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_the_type_is_kept(self, loss, x, y, dtype):
        value, dx = loss(x.astype(dtype), y)
        assert value.dtype == dx.dtype == dtype

    def test_huge_scores(self, loss, x, y):
        with np.errstate(all="raise", under="ignore"):
            value, dx = loss(1e4 * x, y)
        assert np.isfinite(value) and np.isfinite(dx).all()

    def test_no_examples(self, loss, x, y):
        with pytest.raises(ValueError, match=f"{loss.__name__}: .* should hold scores of at least one example"):
            loss(x[:0], y[:0])

    def test_labels_that_do_not_fit(self, loss, x, y):
        with pytest.raises(ValueError, match=f"{loss.__name__}: y should"):
            loss(x, 7 * np.ones_like(y))
