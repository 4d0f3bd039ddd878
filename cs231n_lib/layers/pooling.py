"""Max and average pooling with the library's fast kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import float_array, settings
from cs231n_lib.kernels import pooling
from cs231n_lib.kernels.geometry import Caller

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, IntArray, Settings, Shape
    from cs231n_lib.layers.conv_arguments import Steps

    Window = tuple[int, int, Steps, Steps]  # pool_height, pool_width, stride, pad
    AvgPoolCache = tuple[Shape, Window, np.dtype[np.floating]]  # the shape of x, the dtype of x as floats
    MaxPoolCache = tuple[IntArray, AvgPoolCache]  # winners


def max_pool_forward_fast(x: ArrayLike, pool_param: Settings) -> tuple[FloatArray, MaxPoolCache]:
    """Apply max pooling, using the library's fastest kernel.

    Parameters
    ----------
    x : (N, C, H, W) array
        Images.
    pool_param
        A dict with the keys "pool_height", "pool_width", "stride" and "pad" (default 0). Stride and pad are integers or
        pairs (vertical, horizontal); pad is smaller than the window. Windows may overlap.

    Returns
    -------
    out : (N, C, out_h, out_w) array
        The outputs, with out_h = (H + 2 pad - pool_height) // stride + 1, and out_w likewise.
    cache
        For max_pool_backward_fast.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    window = _window("max_pool_forward_fast", pool_param)
    out, winners = pooling.max_pool_forward(x, *window, caller=_caller("max_pool_forward_fast"))
    return out, (winners, (np.shape(x), window, out.dtype))


def max_pool_backward_fast(dout: ArrayLike, cache: MaxPoolCache) -> FloatArray:
    """Compute the gradient dx (N, C, H, W) of max_pool_forward_fast from dout (N, C, out_h, out_w)."""
    winners, (x_shape, window, dtype) = cache
    dout = _upstream("max_pool_backward_fast", dout, dtype)
    return pooling.max_pool_backward(dout, winners, x_shape, *window, caller=_caller("max_pool_backward_fast"))


def avg_pool_forward_fast(x: ArrayLike, pool_param: Settings) -> tuple[FloatArray, AvgPoolCache]:
    """Apply average pooling, using the library's fastest kernel; padding counts as zeros.

    Parameters, results and errors are those of max_pool_forward_fast, but the padding may be of any size.
    """
    window = _window("avg_pool_forward_fast", pool_param)
    out = pooling.avg_pool_forward(x, *window, caller=_caller("avg_pool_forward_fast"))
    return out, (np.shape(x), window, out.dtype)


def avg_pool_backward_fast(dout: ArrayLike, cache: AvgPoolCache) -> FloatArray:
    """Compute the gradient dx (N, C, H, W) of avg_pool_forward_fast from dout (N, C, out_h, out_w)."""
    x_shape, window, dtype = cache
    dout = _upstream("avg_pool_backward_fast", dout, dtype)
    return pooling.avg_pool_backward(dout, x_shape, *window, caller=_caller("avg_pool_backward_fast"))


def _window(function: str, pool_param: Settings) -> Window:
    keys = ["pool_height", "pool_width", "stride"]
    pool_height, pool_width, stride, pad = settings(function, "pool_param", pool_param, keys, pad=0)
    return pool_height, pool_width, stride, pad


def _upstream(function: str, dout: ArrayLike, dtype: np.dtype[np.floating]) -> FloatArray:
    """Return dout as floats, in the wider one of its dtype and that of x."""
    dout = float_array(function, "dout", dout)
    return dout.astype(np.result_type(dout, dtype), copy=False)


def _caller(function: str) -> Caller:
    return Caller(function, "pool_height", "pool_width")
