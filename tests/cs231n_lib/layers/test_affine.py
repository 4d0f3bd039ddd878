import numpy as np
import pytest

from cs231n_lib.layers import affine_backward, affine_forward


@pytest.fixture
def arrays():
    """x (4, 2, 3), w (6, 5), b (5,)."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((4, 2, 3)), rng.standard_normal((6, 5)), rng.standard_normal(5)


def test_the_definition(arrays):
    x, w, b = arrays
    out, _ = affine_forward(x, w, b)
    for n in range(4):
        for m in range(5):
            assert out[n, m] == pytest.approx(sum(x[n].ravel()[d] * w[d, m] for d in range(6)) + b[m])


def test_examples_that_are_rows_already(arrays):
    x, w, b = arrays
    rows = x.reshape(4, 6)
    out, cache = affine_forward(rows, w, b)
    np.testing.assert_array_equal(out, affine_forward(x, w, b)[0])
    dx, dw, db = affine_backward(out, cache)
    np.testing.assert_allclose(dx, out @ w.T)
    np.testing.assert_allclose(dw, rows.T @ out)


def test_gradients(arrays, check_gradients):
    check_gradients(affine_forward, affine_backward, *arrays)


def test_conduct(arrays, check_conduct):
    check_conduct(affine_forward, affine_backward, *arrays)


def test_one_wide_argument_makes_the_result_wide(arrays):
    x, w, b = arrays
    out, cache = affine_forward(x.astype(np.float32), w.astype(np.float32), b)
    assert out.dtype == np.float64
    assert [g.dtype for g in affine_backward(out, cache)] == [np.float64] * 3


def test_dx_only_where_it_is_needed(arrays):
    out, cache = affine_forward(*arrays)
    dx, dw, db = affine_backward(out, cache, need_dx=False)
    assert dx is None
    np.testing.assert_array_equal(dw, affine_backward(out, cache)[1])
    np.testing.assert_array_equal(db, out.sum(axis=0))


def test_no_examples(arrays):
    x, w, b = arrays
    out, cache = affine_forward(x[:0], w, b)
    dx, dw, db = affine_backward(out, cache)
    assert out.shape == (0, 5) and dx.shape == (0, 2, 3)
    assert not dw.any() and not db.any()


@pytest.mark.parametrize(
    "change, message",
    [
        ({"x": np.ones(6)}, r"affine_forward: x should have shape \(N, d1, ..., dk\), but has \(6,\)"),
        ({"w": np.ones((5, 6))}, r"w should have shape \(6, M\), one row per value of an example, but has \(5, 6\)"),
        ({"b": np.ones((1, 5))}, r"b should have shape \(5,\), one value per column of w, but has \(1, 5\)"),
        ({"x": [[1, 2], [3]]}, "affine_forward: x should be an array of numbers"),
        ({"w": np.ones((6, 5), complex)}, "affine_forward: w should be float32 or float64, but is complex128"),
        ({"b": np.ones(5, np.float16)}, "affine_forward: b should be float32 or float64, but is float16"),
    ],
)
def test_arguments_that_do_not_fit(arrays, change, message):
    with pytest.raises(ValueError, match=message):
        affine_forward(**(dict(zip("xwb", arrays, strict=True)) | change))


def test_an_upstream_gradient_that_does_not_fit(arrays):
    _, cache = affine_forward(*arrays)
    with pytest.raises(ValueError, match=r"affine_backward: dout should have shape \(4, 5\), that of out, but has"):
        affine_backward(np.ones((5, 4)), cache)
