import math

import numpy as np
import pytest

from cs231n_lib.diagnosis import numerical_gradient, rel_error
from cs231n_lib.layers import softmax_loss, svm_loss


@pytest.fixture(params=[svm_loss, softmax_loss])
def loss(request):
    return request.param


@pytest.fixture
def scores():
    """x (7, 4) and y (7,), far from the kinks of the hinge loss."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((7, 4)), rng.integers(0, 4, 7)


def test_the_gradient_agrees_with_central_differences(loss, scores):
    x, y = scores
    assert rel_error(loss(x, y)[1], numerical_gradient(lambda x: loss(x, y)[0], x)) < 1e-7


def test_svm_loss_agrees_with_its_definition(scores):
    x, y = scores
    hinges = [max(0, x[i, j] - x[i, y[i]] + 1) for i in range(7) for j in range(4) if j != y[i]]
    assert svm_loss(x, y)[0] == pytest.approx(sum(hinges) / 7)


def test_softmax_loss_agrees_with_its_definition(scores):
    x, y = scores
    losses = [-math.log(math.exp(x[i, y[i]]) / sum(map(math.exp, x[i]))) for i in range(7)]
    assert softmax_loss(x, y)[0] == pytest.approx(sum(losses) / 7)


@pytest.mark.parametrize("loss, expected", [(svm_loss, 9), (softmax_loss, math.log(10))])
def test_equal_scores(loss, expected):
    assert loss(np.full((3, 10), 2.5), [0, 5, 9])[0] == pytest.approx(expected)


def test_svm_at_the_edge_of_the_margin_has_no_slope():
    value, dx = svm_loss([[1.0, 0.0]], [0])
    assert value == 0 and not dx.any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scores_of_any_finite_size(loss, dtype):
    x = np.array([[1e4, -1e4, 0], [0, 1e4, -1e4]], dtype)
    with np.errstate(all="raise", under="ignore"):
        value, dx = loss(x, [1, 1])
    assert value == pytest.approx(1e4 if loss is softmax_loss else (2e4 + 1 + 1e4 + 1) / 2)
    assert np.isfinite(dx).all()


def test_softmax_of_a_ruled_out_class():
    value, dx = softmax_loss([[0.0, -np.inf, 0.0]], [0])
    assert value == pytest.approx(math.log(2)) and dx.tolist() == [[-0.5, 0, 0.5]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_type_is_kept(loss, scores, dtype):
    value, dx = loss(scores[0].astype(dtype), scores[1])
    assert value.dtype == dx.dtype == dtype


def test_integer_scores(loss, scores):
    x = np.rint(3 * scores[0])
    for whole in (x.astype(int), x.astype(int).tolist()):
        value, dx = loss(whole, scores[1])
        assert value == loss(x, scores[1])[0]
        np.testing.assert_array_equal(dx, loss(x, scores[1])[1])


@pytest.mark.parametrize("kind", [np.uint8, np.int64, np.uint64, ">i4", list])
def test_labels_of_any_integer_type(loss, scores, kind):
    x, y = scores
    other = y.tolist() if kind is list else y.astype(kind)
    np.testing.assert_array_equal(loss(x, other)[1], loss(x, y)[1])


@pytest.mark.parametrize("order", [np.asfortranarray, lambda x: x[:, ::-1].copy()[:, ::-1]], ids=["F", "reversed"])
def test_any_memory_order_and_no_change(loss, scores, order):
    x, y = order(scores[0]), scores[1]
    x.flags.writeable = False
    np.testing.assert_allclose(loss(x, y)[1], loss(*scores)[1], rtol=1e-12)
    np.testing.assert_array_equal(x, scores[0])


@pytest.mark.parametrize(
    "change, message",
    [
        ({"x": np.ones(4)}, r"x should have shape \(N, C\), one row of scores per example, but has \(4,\)"),
        ({"x": np.ones((7, 4), np.float16)}, "x should be float32 or float64, but is float16"),
        ({"y": np.zeros(6, int)}, r"y should have shape \(7,\), one label per example, but has \(6,\)"),
        ({"y": np.zeros((7, 1), int)}, r"y should have shape \(7,\)"),
        ({"y": np.full(7, 4)}, r"y should hold class numbers 0..3, but holds 4"),
        ({"y": np.full(7, -1)}, r"y should hold class numbers 0..3, but holds -1"),
        ({"y": np.zeros(7)}, "y should hold integer class numbers, but holds float64"),
        ({"x": np.ones((0, 4)), "y": np.zeros(0, int)}, r"x should hold scores of at least one example"),
    ],
)
def test_arguments_that_do_not_fit(loss, scores, change, message):
    with pytest.raises(ValueError, match=f"{loss.__name__}: {message}"):
        loss(**(dict(zip("xy", scores, strict=True)) | change))
