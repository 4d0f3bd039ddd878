"""Convolution as a matrix product with one column per receptive field (CS231n notes, "Convolutional Networks").

It handles one image at a time, so that the columns fit into the processor's cache and do not fill the memory.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib import kernels
from cs231n_lib.arguments import expect_shape, floats
from cs231n_lib.layers.conv_arguments import conv_arguments

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, Settings
    from cs231n_lib.kernels.geometry import Sizes
    from cs231n_lib.layers.conv_arguments import GeometryCache


def conv_forward_im2col(
    x: ArrayLike, w: ArrayLike, b: ArrayLike, conv_param: Settings
) -> tuple[FloatArray, GeometryCache]:
    """Convolve with one matrix product per image; parameters, results and errors are those of conv_forward_naive."""
    x, w, b, geometry = conv_arguments("conv_forward_im2col", x, w, b, conv_param)
    N, F = len(x), len(w)
    out_h, out_w = geometry[-2:]
    filters = w.reshape(F, math.prod(w.shape[1:]))  # (F, C*HH*WW); F may be 0
    out = np.empty((N, F, out_h * out_w), dtype=x.dtype)
    for n in range(N):
        np.matmul(filters, _columns(x, n, geometry), out=out[n])
    out += b[:, None]
    return out.reshape(N, F, out_h, out_w), (x, w, geometry)


def conv_backward_im2col(dout: ArrayLike, cache: GeometryCache) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute the gradients of conv_forward_im2col: dx (N, C, H, W), dw (F, C, HH, WW), db (F,).

    dout is (N, F, out_h, out_w). The columns are computed again, which takes less time than keeping those of all images
    in memory.
    """
    x, w, geometry = cache
    dout, x, w = floats("conv_backward_im2col", dout=dout, x=x, w=w)
    N, F = len(x), len(w)
    out_h, out_w = geometry[-2:]
    expect_shape("conv_backward_im2col", "dout", dout, (N, F, out_h, out_w), "that of out")
    dout = dout.reshape(N, F, out_h * out_w)
    filters = w.reshape(F, math.prod(w.shape[1:]))  # (F, C*HH*WW)
    dx, dw = np.empty(x.shape, dtype=x.dtype), np.zeros(filters.shape, dtype=w.dtype)
    for n in range(N):
        dw += dout[n] @ _columns(x, n, geometry).T
        dcols = filters.T @ dout[n]  # (C*HH*WW, out_h*out_w)
        dx[n] = kernels.col2im(dcols[None], (1, *x.shape[1:]), *_arguments(geometry))[0]
    return dx, dw.reshape(w.shape), dout.sum(axis=(0, 2))


def _columns(x: FloatArray, n: int, geometry: Sizes) -> FloatArray:
    return kernels.im2col(x[n : n + 1], *_arguments(geometry))[0]  # (C*HH*WW, out_h*out_w)


def _arguments(geometry: Sizes) -> tuple[int, int, tuple[int, int], tuple[int, int], tuple[int, int]]:
    """Return field_height, field_width, pad, stride and dilation in the form that im2col and col2im expect."""
    HH, WW, ph, pw, sh, sw, dh, dw, _, _ = geometry
    return HH, WW, (ph, pw), (sh, sw), (dh, dw)
