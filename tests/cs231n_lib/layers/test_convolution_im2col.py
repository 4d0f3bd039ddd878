import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs231n_lib.layers import conv_backward_im2col, conv_backward_naive, conv_forward_im2col, conv_forward_naive


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_agrees_with_the_definition(conv_cases, data):
    *arrays, conv_param = data.draw(conv_cases)
    out, cache = conv_forward_im2col(*arrays, conv_param)
    expected, naive_cache = conv_forward_naive(*arrays, conv_param)
    dout = np.random.default_rng(0).standard_normal(out.shape).astype(out.dtype)
    results = out, *conv_backward_im2col(dout, cache)
    for result, right in zip(results, (expected, *conv_backward_naive(dout, naive_cache)), strict=True):
        assert result.dtype == right.dtype
        np.testing.assert_allclose(result, right, rtol=1e-4, atol=1e-4)


def test_conduct(check_conduct):
    rng = np.random.default_rng(0)
    arrays = rng.standard_normal((2, 3, 5, 4)), rng.standard_normal((2, 3, 3, 2)), rng.standard_normal(2)
    check_conduct(lambda *xwb: conv_forward_im2col(*xwb, {"stride": 2, "pad": 1}), conv_backward_im2col, *arrays)


def test_the_columns_of_one_image_at_a_time():
    x, w = np.ones((16, 4, 32, 32), np.float32), np.ones((2, 4, 5, 5), np.float32)
    columns_of_the_batch = 25 * x.nbytes
    tracemalloc.start()
    out, cache = conv_forward_im2col(x, w, np.zeros(2, np.float32), {"stride": 1, "pad": 2})
    conv_backward_im2col(out, cache)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < columns_of_the_batch / 3


def test_errors_name_the_function():
    with pytest.raises(ValueError, match="^conv_forward_im2col: w should have shape"):
        conv_forward_im2col(np.ones((1, 2, 4, 4)), np.ones((1, 3, 2, 2)), np.ones(1), {"stride": 1, "pad": 0})
    _, cache = conv_forward_im2col(np.ones((1, 2, 4, 4)), np.ones((1, 2, 2, 2)), np.ones(1), {"stride": 1, "pad": 0})
    with pytest.raises(ValueError, match=r"^conv_backward_im2col: dout should have shape \(1, 1, 3, 3\)"):
        conv_backward_im2col(np.ones((1, 1, 4, 4)), cache)
