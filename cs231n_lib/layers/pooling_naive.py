"""Max and average pooling by their definition, one output at a time (CS231n lecture notes, "Convolutional Networks").

It is slow, and serves as the reference for tests of the fast layers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import expect_shape, float_array, settings, upstream
from cs231n_lib.kernels.geometry import Caller, geometry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, Settings, Shape
    from cs231n_lib.kernels.geometry import Sizes

    PoolCache = tuple[FloatArray, Sizes]  # x, the numbers of `geometry`


def max_pool_forward_naive(x: ArrayLike, pool_param: Settings) -> tuple[FloatArray, PoolCache]:
    """Compute the largest value of each window.

    Parameters
    ----------
    x : (N, C, H, W) array
        Images.
    pool_param
        A dict with the keys "pool_height", "pool_width": the size of the window; "stride": the step from one window to
        the next; "pad" (default 0): the width of a border that belongs to windows but is never their largest value,
        smaller than the window. Stride and pad are integers or pairs (vertical, horizontal); windows may overlap.

    Returns
    -------
    out : (N, C, out_h, out_w) array
        The outputs, with out_h = (H + 2 pad - pool_height) // stride + 1, and out_w likewise. NaN counts as larger than
        any number.
    cache
        For max_pool_backward_naive.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    x, geometry = _arguments("max_pool_forward_naive", x, pool_param)
    height, width, ph, pw = geometry[:4]
    if ph >= height or pw >= width:
        raise ValueError(
            f"max_pool_forward_naive: pad should be smaller than the window of {height}x{width}, so that every window "
            f"holds a pixel, but is {ph, pw}."
        )
    out = np.empty((*x.shape[:2], *geometry[-2:]), dtype=x.dtype)
    for n, c, i, j, rows, columns in _windows(x.shape, geometry):
        out[n, c, i, j] = np.max(x[n, c, rows, columns])
    return out, (x, geometry)


def max_pool_backward_naive(dout: ArrayLike, cache: PoolCache) -> FloatArray:
    """Compute the gradient dx (N, C, H, W) of max_pool_forward_naive from dout (N, C, out_h, out_w).

    Each dout goes to the largest value of its window, or to the first of several, row by row.
    """
    x, geometry = cache
    dout, dx = _gradients("max_pool_backward_naive", dout, x, geometry)
    for n, c, i, j, rows, columns in _windows(x.shape, geometry):
        window, dwindow = x[n, c, rows, columns], dx[n, c, rows, columns]  # views
        dwindow[np.unravel_index(np.argmax(window), window.shape)] += dout[n, c, i, j]
    return dx


def avg_pool_forward_naive(x: ArrayLike, pool_param: Settings) -> tuple[FloatArray, PoolCache]:
    """Compute the sum of each window divided by pool_height * pool_width; padding counts as zeros.

    Parameters, results and errors are those of max_pool_forward_naive, but the padding may be of any size.
    """
    x, geometry = _arguments("avg_pool_forward_naive", x, pool_param)
    out = np.empty((*x.shape[:2], *geometry[-2:]), dtype=x.dtype)
    for n, c, i, j, rows, columns in _windows(x.shape, geometry):
        out[n, c, i, j] = np.sum(x[n, c, rows, columns]) / (geometry[0] * geometry[1])
    return out, (x, geometry)


def avg_pool_backward_naive(dout: ArrayLike, cache: PoolCache) -> FloatArray:
    """Compute the gradient dx (N, C, H, W) of avg_pool_forward_naive: each dout is shared evenly in its window."""
    x, geometry = cache
    dout, dx = _gradients("avg_pool_backward_naive", dout, x, geometry)
    for n, c, i, j, rows, columns in _windows(x.shape, geometry):
        dx[n, c, rows, columns] += dout[n, c, i, j] / (geometry[0] * geometry[1])
    return dx


def _arguments(function: str, x: ArrayLike, pool_param: Settings) -> tuple[FloatArray, Sizes]:
    height, width, stride, pad = settings(
        function, "pool_param", pool_param, ["pool_height", "pool_width", "stride"], pad=0
    )
    x = float_array(function, "x", x)
    expect_shape(function, "x", x, ("N", "C", "H", "W"))
    if min(x.shape[2:]) < 1:
        raise ValueError(f"{function}: x should have shape (N, C, H, W) with H and W of at least 1, but has {x.shape}.")
    caller = Caller(function, "pool_height", "pool_width")
    return x, geometry(caller, x.shape, height, width, pad, stride)


def _gradients(function: str, dout: ArrayLike, x: FloatArray, geometry: Sizes) -> tuple[FloatArray, FloatArray]:
    dout = upstream(function, dout, (*x.shape[:2], *geometry[-2:]))
    return dout, np.zeros(x.shape, dtype=np.result_type(dout, x))


def _windows(x_shape: Shape, geometry: Sizes) -> Iterator[tuple[int, int, int, int, slice, slice]]:
    """Yield each output index n, c, i, j with the rows and columns of the image in its window, without the padding."""
    N, C, H, W = x_shape
    height, width, ph, pw, sh, sw, _, _, out_h, out_w = geometry
    for n, c, i, j in np.ndindex(N, C, out_h, out_w):
        top, left = i * sh - ph, j * sw - pw
        rows, columns = slice(max(0, top), max(0, top + height)), slice(max(0, left), max(0, left + width))
        yield n, c, i, j, rows, columns
