import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs231n_lib.layers import (
    conv_backward_fast,
    conv_backward_im2col,
    conv_backward_naive,
    conv_forward_fast,
    conv_forward_im2col,
    conv_forward_naive,
    conv_relu_forward,
)


@pytest.mark.parametrize("backend", ["cython", "numpy"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_agrees_with_the_definition(set_backend, backend, conv_cases, data):
    set_backend(backend)
    *arrays, conv_param = data.draw(conv_cases)
    before = [array.copy() for array in arrays]
    out, cache = conv_forward_fast(*arrays, conv_param)
    expected, naive_cache = conv_forward_naive(*arrays, conv_param)
    dout = np.random.default_rng(0).standard_normal(out.shape).astype(out.dtype)
    results = out, *conv_backward_fast(dout, cache)
    tolerance = 1e-10 if all(array.dtype == np.float64 for array in arrays) else 1e-3
    for result, right in zip(results, (expected, *conv_backward_naive(dout, naive_cache)), strict=True):
        assert result.dtype == right.dtype
        np.testing.assert_allclose(result, right, rtol=tolerance, atol=tolerance)
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize(
    "x_shape, w_shape, stride, pad",
    [
        ((2, 3, 32, 32), (8, 3, 7, 7), 1, 3),
        ((2, 16, 16, 16), (32, 16, 3, 3), 1, 1),
        ((3, 3, 31, 31), (5, 3, 3, 3), 2, 1),
        ((2, 64, 8, 8), (17, 64, 1, 1), 1, 0),
        ((2, 4, 9, 40), (6, 4, 5, 2), (2, 3), (0, 1)),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_agrees_with_the_definition_at_the_sizes_of_nets(x_shape, w_shape, stride, pad, dtype):
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(shape).astype(dtype) for shape in (x_shape, w_shape, w_shape[:1])]
    conv_param = {"stride": stride, "pad": pad}
    out, cache = conv_forward_fast(*arrays, conv_param)
    expected, naive_cache = conv_forward_naive(*(array.astype(np.float64) for array in arrays), conv_param)
    dout = rng.standard_normal(out.shape)
    results = out, *conv_backward_fast(dout.astype(dtype), cache)
    for result, right in zip(results, (expected, *conv_backward_naive(dout, naive_cache)), strict=True):
        assert np.abs(result - right).max() < (2e-5 if dtype == np.float32 else 1e-13) * np.abs(right).max()


@pytest.fixture
def arrays():
    """x (2, 3, 5, 4), w (2, 3, 3, 2), b (2,)."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((2, 3, 5, 4)), rng.standard_normal((2, 3, 3, 2)), rng.standard_normal(2)


def test_gradients(arrays, check_gradients):
    conv_param = {"stride": (1, 2), "pad": (2, 0), "dilation": (2, 1)}
    check_gradients(lambda *xwb: conv_forward_fast(*xwb, conv_param), conv_backward_fast, *arrays)


def test_conduct(arrays, check_conduct):
    check_conduct(lambda *xwb: conv_forward_fast(*xwb, {"stride": 2, "pad": 1}), conv_backward_fast, *arrays)


def test_dx_only_where_it_is_needed(arrays):
    out, cache = conv_forward_fast(*arrays, {"stride": 1, "pad": 1})
    dx, dw, db = conv_backward_fast(out, cache, need_dx=False)
    assert dx is None
    np.testing.assert_array_equal(dw, conv_backward_fast(out, cache)[1])
    np.testing.assert_allclose(db, out.sum(axis=(0, 2, 3)))


@pytest.mark.parametrize(
    "conv_param, message",
    [
        ({"stride": 1}, "conv_forward_fast: conv_param has no 'pad'"),
        ({"stride": 1, "pad": 0, "padding": 1}, "conv_forward_fast: conv_param has an unknown key 'padding'"),
        ({"stride": 0, "pad": 0}, "conv_forward_fast: stride should be an integer of at least 1, but is 0"),
    ],
)
def test_parameters_that_do_not_fit(arrays, conv_param, message):
    with pytest.raises(ValueError, match=message):
        conv_forward_fast(*arrays, conv_param)


@pytest.mark.parametrize("forward", [conv_forward_fast, conv_relu_forward])
@pytest.mark.parametrize(
    "change, message",
    [
        ({"x": np.ones((3, 5, 4))}, r"x should have shape \(N, C, H, W\), but has \(3, 5, 4\)"),
        ({"w": np.ones((2, 1, 3, 2))}, r"w should have shape \(F, 3, HH, WW\), for images x \(2, 3, 5, 4\), but has"),
        ({"w": np.ones((2, 3, 3, 6))}, "w's WW=6 does not fit: with dilation 1 it covers 6 pixels, but the image"),
        ({"w": np.ones((2, 3, 0, 2))}, "w's HH should be an integer of at least 1, but is 0"),
        ({"b": np.ones(3)}, r"b should have shape \(2,\), one value per filter, but has \(3,\)"),
    ],
)
def test_arrays_that_do_not_fit(arrays, forward, change, message):
    fitting = dict(zip("xwb", arrays, strict=True), conv_param={"stride": 1, "pad": 0})
    with pytest.raises(ValueError, match=f"^{forward.__name__}: {message}"):
        forward(**(fitting | change))


def test_an_upstream_gradient_that_does_not_fit(arrays):
    _, cache = conv_forward_fast(*arrays, {"stride": 1, "pad": 0})
    with pytest.raises(ValueError, match=r"^conv_backward_fast: dout should have shape \(2, 2, 3, 3\), that of out"):
        conv_backward_fast(np.ones((2, 2, 3, 4)), cache)


def test_columns_without_any_filter():
    x, w, param = np.ones((2, 3, 6, 6)), np.empty((0, 3, 3, 3)), {"stride": 1, "pad": 1}
    out, cache = conv_forward_im2col(x, w, np.empty(0), param)
    assert out.shape == conv_forward_naive(x, w, np.empty(0), param)[0].shape == (2, 0, 6, 6)
    assert [gradient.shape for gradient in conv_backward_im2col(out, cache)] == [x.shape, w.shape, (0,)]
