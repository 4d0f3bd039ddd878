"""Convolution forward and backward."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import expect_shape
from cs231n_lib.kernels.geometry import aligned_floats, geometry
from cs231n_lib.kernels.implementation import implementation

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, MaybeNone
    from cs231n_lib.kernels.geometry import Sizes


def conv_forward(x: ArrayLike, w: ArrayLike, b: ArrayLike | None = None, stride: int | tuple[int, int] = 1,
                 pad: int | tuple[int, int] = 0, dilation: int | tuple[int, int] = 1,
                 relu: bool = False) -> FloatArray:
    """Convolve images with filters (as everywhere in deep learning: a cross-correlation).

    out[n, f, p, q] = b[f] + sum over c, i, j of w[f, c, i, j] * x[n, c, p stride + i dilation - pad, ...]

    Parameters
    ----------
    x : (N, C, H, W) array
        Images, float32 or float64 (integers become float64), any memory order; not changed.
    w : (F, C, field_height, field_width) array
        Filters.
    b : (F,) array or None
        Biases.
    stride, pad, dilation
        The step from one field to the next; zeros around the image; the step between the pixels of one field. Each
        an integer or a pair (vertical, horizontal).
    relu
        Whether to set negative results to 0.

    Returns
    -------
    (N, F, out_h, out_w) array
        With out_h = (H + 2 pad - dilation (field_height - 1) - 1) // stride + 1, and out_w alike. It does not depend
        on the number of threads.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    x, w, *biases = aligned_floats("conv_forward", x=x, w=w, **({} if b is None else {"b": b}))
    sizes = _sizes("conv_forward", x, w, stride, pad, dilation)
    bias = np.ascontiguousarray(biases[0]) if biases else None
    if bias is not None:
        expect_shape("conv_forward", "b", bias, (len(w),), "one value per filter")
    out = np.empty((len(x), len(w), *sizes[-2:]), dtype=x.dtype)
    if out.size:
        implementation("convolution").forward(x, w, bias, out, bool(relu), *sizes)
    return out


def conv_backward(dout: ArrayLike, x: ArrayLike, w: ArrayLike, stride: int | tuple[int, int] = 1,
                  pad: int | tuple[int, int] = 0, dilation: int | tuple[int, int] = 1,
                  need_dx: bool = True) -> tuple[FloatArray | MaybeNone, FloatArray, FloatArray]:
    """Gradients of a convolution.

    Parameters
    ----------
    dout : (N, F, out_h, out_w) array
        The gradient of its result.
    x, w, stride, pad, dilation
        As in conv_forward.
    need_dx
        False spares the gradient of x, which a net's first layer has no use for.

    Returns
    -------
    dx : (N, C, H, W) array or None
    dw : (F, C, field_height, field_width) array
    db : (F,) array

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    dout, x, w = aligned_floats("conv_backward", dout=dout, x=x, w=w)
    sizes = _sizes("conv_backward", x, w, stride, pad, dilation)
    expect_shape("conv_backward", "dout", dout, (len(x), len(w), *sizes[-2:]), "that of out")
    if not (dout.size and w.size):
        return np.zeros_like(x) if need_dx else None, np.zeros_like(w), dout.sum(axis=(0, 2, 3))
    dx = np.empty(x.shape, dtype=x.dtype) if need_dx else None
    dw, db = np.empty(w.shape, dtype=w.dtype), np.empty(len(w), dtype=w.dtype)
    implementation("convolution").backward(dout, x, w, dx, dw, db, *sizes)
    return dx, dw, db


def _sizes(function: str, x: FloatArray, w: FloatArray, stride: int | tuple[int, int], pad: int | tuple[int, int],
           dilation: int | tuple[int, int]) -> Sizes:
    expect_shape(function, "x", x, ("N", "C", "H", "W"))
    expect_shape(function, "w", w, ("F", x.shape[1], "field_height", "field_width"), f"for images x {x.shape}")
    return geometry(function, x.shape, w.shape[2], w.shape[3], pad, stride, dilation)
