import numpy as np
import pytest

from cs231n import fast_layers, layers


def test_every_name_is_there():
    assert len(fast_layers.__all__) == 12
    assert all(callable(getattr(fast_layers, name)) for name in fast_layers.__all__)


@pytest.mark.parametrize("variant", ["fast", "im2col", "strides"])
def test_convolutions_agree_with_the_naive_one(variant):
    x, w, b = np.random.randn(10, 3, 11, 11), np.random.randn(5, 3, 3, 3), np.random.randn(5)
    out, cache = getattr(fast_layers, f"conv_forward_{variant}")(x, w, b, {"stride": 2, "pad": 1})
    naive, naive_cache = layers.conv_forward_naive(x, w, b, {"stride": 2, "pad": 1})
    np.testing.assert_allclose(out, naive)
    dout = np.random.randn(*out.shape)
    gradients = getattr(fast_layers, f"conv_backward_{variant}")(dout, cache)
    for ours, theirs in zip(gradients, layers.conv_backward_naive(dout, naive_cache), strict=True):
        np.testing.assert_allclose(ours, theirs)


@pytest.mark.parametrize("variant", ["fast", "im2col", "reshape"])
def test_poolings_agree_with_the_naive_one(variant):
    x, pool_param = np.random.randn(4, 3, 8, 8), {"pool_height": 2, "pool_width": 2, "stride": 2}
    out, cache = getattr(fast_layers, f"max_pool_forward_{variant}")(x, pool_param)
    naive, naive_cache = layers.max_pool_forward_naive(x, pool_param)
    np.testing.assert_array_equal(out, naive)
    dx = getattr(fast_layers, f"max_pool_backward_{variant}")(out, cache)
    np.testing.assert_array_equal(dx, layers.max_pool_backward_naive(out, naive_cache))
