"""Convolution by its definition, one output at a time (CS231n lecture notes, "Convolutional Networks").

It is slow, and serves as the reference for tests of the fast layers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import expect_shape, floats
from cs231n_lib.layers.conv_arguments import conv_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, Settings
    from cs231n_lib.kernels.geometry import Sizes
    from cs231n_lib.layers.conv_arguments import GeometryCache


def conv_forward_naive(
    x: ArrayLike, w: ArrayLike, b: ArrayLike, conv_param: Settings
) -> tuple[FloatArray, GeometryCache]:
    """Slide each filter over each image: out[n, f, i, j] = sum(field (i, j) of image n * filter f) + b[f].

    Parameters
    ----------
    x : (N, C, H, W) array
        Images.
    w : (F, C, HH, WW) array
        Filters.
    b : (F,) array
        Biases.
    conv_param
        A dict with the keys "stride": the step from one field to the next; "pad": the number of zeros on each side of
        the image; "dilation" (default 1): the step between the pixels of one field. Each is an integer or a pair
        (vertical, horizontal).

    Returns
    -------
    out : (N, F, out_h, out_w) array
        The outputs, with out_h = (H + 2 pad - dilation (HH - 1) - 1) // stride + 1, and out_w likewise.
    cache
        For conv_backward_naive.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    x, w, b, geometry = conv_arguments("conv_forward_naive", x, w, b, conv_param)
    padded = _padded(x, geometry)
    N, F = len(x), len(w)
    out = np.empty((N, F, *geometry[-2:]), dtype=x.dtype)
    for n in range(N):
        for i, j, rows, columns in _fields(geometry):
            field = padded[n, :, rows, columns]  # (C, HH, WW)
            for f in range(F):
                out[n, f, i, j] = np.sum(field * w[f]) + b[f]
    return out, (x, w, geometry)


def conv_backward_naive(dout: ArrayLike, cache: GeometryCache) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute the gradients of conv_forward_naive.

    Parameters
    ----------
    dout : (N, F, out_h, out_w) array
        The upstream gradient.
    cache
        What conv_forward_naive returned.

    Returns
    -------
    dx : (N, C, H, W) array
    dw : (F, C, HH, WW) array
    db : (F,) array
        The gradients of x, w and b.
    """
    x, w, geometry = cache
    dout, x, w = floats("conv_backward_naive", dout=dout, x=x, w=w)
    N, F = len(x), len(w)
    expect_shape("conv_backward_naive", "dout", dout, (N, F, *geometry[-2:]), "that of out")
    padded = _padded(x, geometry)
    dpadded, dw, db = np.zeros_like(padded), np.zeros_like(w), np.zeros(F, dtype=w.dtype)
    for n in range(N):
        for i, j, rows, columns in _fields(geometry):
            field, dfield = padded[n, :, rows, columns], dpadded[n, :, rows, columns]  # views, (C, HH, WW)
            for f in range(F):
                dfield += w[f] * dout[n, f, i, j]
                dw[f] += field * dout[n, f, i, j]
                db[f] += dout[n, f, i, j]
    (ph, pw), (H, W) = geometry[2:4], x.shape[2:]
    return dpadded[:, :, ph : ph + H, pw : pw + W], dw, db


def _padded(x: FloatArray, geometry: Sizes) -> FloatArray:
    ph, pw = geometry[2:4]
    return np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))


def _fields(geometry: Sizes) -> Iterator[tuple[int, int, slice, slice]]:
    """Yield each output position (i, j) with the rows and columns of the padded image in its receptive field."""
    HH, WW, _, _, sh, sw, dh, dw, out_h, out_w = geometry
    for i in range(out_h):
        for j in range(out_w):
            top, left = i * sh, j * sw
            yield i, j, slice(top, top + dh * (HH - 1) + 1, dh), slice(left, left + dw * (WW - 1) + 1, dw)
