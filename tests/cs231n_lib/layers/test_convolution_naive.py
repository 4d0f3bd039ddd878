import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs231n_lib.layers import conv_backward_naive, conv_forward_naive


@pytest.fixture
def arrays():
    """x (2, 3, 5, 4), w (2, 3, 3, 2), b (2,)."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((2, 3, 5, 4)), rng.standard_normal((2, 3, 3, 2)), rng.standard_normal(2)


def one_output(x, w, b, conv_param, n, f, i, j):
    """One output value by the definition, one product at a time."""
    (sh, sw), (ph, pw), (dh, dw) = conv_param["stride"], conv_param["pad"], conv_param["dilation"]
    total = float(b[f])
    for c, k, m in itertools.product(*map(range, w.shape[1:])):
        row, column = i * sh - ph + k * dh, j * sw - pw + m * dw
        if 0 <= row < x.shape[2] and 0 <= column < x.shape[3]:
            total += float(x[n, c, row, column]) * float(w[f, c, k, m])
    return total


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_the_definition(conv_cases, data):
    x, w, b, conv_param = data.draw(conv_cases)
    out, _ = conv_forward_naive(x, w, b, conv_param)
    expected = np.empty(out.shape)
    for index in np.ndindex(out.shape):
        expected[index] = one_output(x, w, b, conv_param, *index)
    assert out.dtype == np.result_type(x, w, b)
    np.testing.assert_allclose(out, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "H, stride, pad, dilation, out_h",
    [
        (5, 1, 0, 1, 3),
        (5, 1, 1, 1, 5),
        (6, 2, 0, 1, 2),
        (7, 2, 0, 1, 3),
        (5, 1, 0, 2, 1),
        (3, 4, 0, 1, 1),
        (1, 1, 1, 1, 1),
    ],
)
def test_the_output_size(H, stride, pad, dilation, out_h):
    conv_param = {"stride": stride, "pad": (pad, 0), "dilation": dilation}
    out, _ = conv_forward_naive(np.ones((1, 1, H, 3)), np.ones((1, 1, 3, 1)), np.zeros(1), conv_param)
    assert out.shape[2] == out_h


@pytest.mark.parametrize(
    "conv_param",
    [
        {"stride": 1, "pad": 0},
        {"stride": 2, "pad": 1},
        {"stride": (1, 3), "pad": (0, 2)},
        {"stride": 1, "pad": 1, "dilation": (3, 2)},
    ],
    ids=str,
)
def test_gradients(arrays, conv_param, check_gradients):
    check_gradients(lambda *xwb: conv_forward_naive(*xwb, conv_param), conv_backward_naive, *arrays)


def test_conduct(arrays, check_conduct):
    check_conduct(lambda *xwb: conv_forward_naive(*xwb, {"stride": 2, "pad": 1}), conv_backward_naive, *arrays)


def test_no_images(arrays):
    x, w, b = arrays
    out, cache = conv_forward_naive(x[:0], w, b, {"stride": 1, "pad": 0})
    dx, dw, db = conv_backward_naive(out, cache)
    assert out.shape == (0, 2, 3, 3) and dx.shape == (0, 3, 5, 4)
    assert dw.shape == w.shape and not dw.any() and not db.any()


@pytest.mark.parametrize(
    "change, message",
    [
        ({"x": np.ones((3, 5, 4))}, r"x should have shape \(N, C, H, W\), but has \(3, 5, 4\)"),
        ({"w": np.ones((2, 1, 3, 2))}, r"w should have shape \(F, 3, HH, WW\), one channel per channel of x, but has"),
        ({"w": np.ones((2, 3, 6, 2))}, "w's HH=6 does not fit: with dilation 1 it covers 6 pixels"),
        ({"b": np.ones(3)}, r"b should have shape \(2,\), one bias per filter, but has \(3,\)"),
        ({"conv_param": {"stride": 1}}, "conv_param has no 'pad'; it should have 'stride', 'pad', 'dilation'"),
        ({"conv_param": {"stride": 0, "pad": 0}}, "stride should be an integer of at least 1, but is 0"),
    ],
)
def test_arguments_that_do_not_fit(arrays, change, message):
    fitting = dict(zip("xwb", arrays, strict=True), conv_param={"stride": 1, "pad": 0})
    with pytest.raises(ValueError, match=f"conv_forward_naive: {message}"):
        conv_forward_naive(**(fitting | change))


def test_an_upstream_gradient_that_does_not_fit(arrays):
    _, cache = conv_forward_naive(*arrays, {"stride": 1, "pad": 0})
    with pytest.raises(ValueError, match=r"conv_backward_naive: dout should have shape \(2, 2, 3, 3\), that of out"):
        conv_backward_naive(np.ones((2, 2, 3, 4)), cache)
