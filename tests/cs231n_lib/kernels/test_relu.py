import numpy as np
import pytest

from cs231n_lib.kernels import num_threads, rectify, rectify_backward, set_num_threads

SPECIAL = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-40, -1e-40]


def numbers(shape, dtype, seed=0):
    x = np.random.default_rng(seed).standard_normal(shape).astype(dtype)
    x.ravel()[: len(SPECIAL)] = SPECIAL[: x.size]
    return x


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(), (5,), (3, 0), (7, 9, 11), (300, 501)])
def test_the_definition(backend, shape, dtype):
    x, dout = numbers(shape, dtype), numbers(shape, dtype, seed=1)[..., ::-1] if shape else numbers(shape, dtype)
    before = x.copy()
    out, dx = rectify(x), rectify_backward(dout, x)
    assert out.dtype == dx.dtype == dtype and out.shape == dx.shape == shape
    np.testing.assert_array_equal(out, np.where(x < 0, 0, x))
    np.testing.assert_array_equal(dx, np.where(x > 0, dout, 0))
    np.testing.assert_array_equal(rectify_backward(dout, out), dx)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_in_place(backend, dtype):
    x = numbers((70, 1000), dtype)
    expected = rectify(x)
    assert rectify(x, in_place=True) is x
    np.testing.assert_array_equal(x, expected)


@pytest.mark.parametrize(
    "layout", [np.asfortranarray, lambda a: np.repeat(a, 2, axis=1)[:, ::2], lambda a: a.astype(">f8"), np.int64]
)
def test_other_memory_and_types_are_not_changed_in_place(backend, layout):
    x = layout(np.rint(5 * np.random.default_rng(0).standard_normal((6, 8))))
    before = x.copy()
    out = rectify(x, in_place=True)
    assert out.dtype == np.float64
    np.testing.assert_array_equal(out, np.maximum(before, 0))
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(rectify_backward(x, x), out)


def test_the_number_of_threads_changes_no_bit(monkeypatch):
    monkeypatch.setenv("CS231N_KERNELS", "cython")
    x, before = numbers((333, 301), "float32"), num_threads()
    try:
        for threads in (1, 3):
            set_num_threads(threads)
            np.testing.assert_array_equal(rectify(x), np.where(x < 0, 0, x))
            np.testing.assert_array_equal(rectify_backward(x, x), np.where(x > 0, x, 0))
    finally:
        set_num_threads(before)


def test_errors_name_the_argument():
    with pytest.raises(ValueError, match="rectify: x should be float32 or float64, but is complex128"):
        rectify(np.ones(2, complex))
    with pytest.raises(ValueError, match=r"rectify_backward: dout should have shape \(3,\), that of out"):
        rectify_backward(np.ones(2), np.ones(3))
