"""Max and average pooling by the library's kernels."""

import numpy as np

from cs231n_lib.arguments import settings
from cs231n_lib.kernels import pooling


def max_pool_forward_fast(x, pool_param):
    """max_pool_forward_naive, as fast as the computer can; the same arguments, returns and errors."""
    window = _window("max_pool_forward_fast", pool_param)
    out, winners = pooling.max_pool_forward(x, *window)
    return out, (winners, np.shape(x), window)


def max_pool_backward_fast(dout, cache):
    """Gradient of max_pool_forward_fast: dout (N, C, out_h, out_w) -> dx (N, C, H, W)."""
    winners, x_shape, window = cache
    return pooling.max_pool_backward(dout, winners, x_shape, *window)


def avg_pool_forward_fast(x, pool_param):
    """avg_pool_forward_naive, as fast as the computer can; the same arguments, returns and errors."""
    window = _window("avg_pool_forward_fast", pool_param)
    return pooling.avg_pool_forward(x, *window), (np.shape(x), window)


def avg_pool_backward_fast(dout, cache):
    """Gradient of avg_pool_forward_fast: dout (N, C, out_h, out_w) -> dx (N, C, H, W)."""
    x_shape, window = cache
    return pooling.avg_pool_backward(dout, x_shape, *window)


def _window(function, pool_param):
    """field_height, field_width, stride, pad, as the kernels take them."""
    return settings(function, "pool_param", pool_param, ["pool_height", "pool_width", "stride"], pad=0)
