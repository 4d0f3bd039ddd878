"""Convolution forward and backward."""

import numpy as np

from cs231n_lib.arguments import expect_shape
from cs231n_lib.kernels.geometry import floats, geometry
from cs231n_lib.kernels.implementation import implementation


def conv_forward(x, w, b=None, stride=1, pad=0, dilation=1, relu=False):
    """Convolve images with filters (as everywhere in deep learning: a cross-correlation).

    out[n, f, p, q] = b[f] + sum over c, i, j of w[f, c, i, j] * x[n, c, p stride + i dilation - pad, ...]

    Arguments
    - x: images (N, C, H, W); w: filters (F, C, field_height, field_width); b: (F,) or None. float32 or float64
      (integers become float64), any memory order; not changed.
    - stride, pad (zeros around the image), dilation: an integer or a pair (vertical, horizontal).
    - relu: whether to set negative results to 0.

    Returns out (N, F, out_h, out_w) with out_h = (H + 2 pad - dilation (field_height - 1) - 1) // stride + 1, and
    out_w alike. Results do not depend on the number of threads. Raises ValueError naming the argument that does not
    fit.
    """
    x, w, *bias = floats("conv_forward", x=x, w=w, **({} if b is None else {"b": b}))
    sizes = _sizes("conv_forward", x, w, stride, pad, dilation)
    if b is not None:
        b = np.ascontiguousarray(bias[0])
        expect_shape("conv_forward", "b", b, (len(w),), "one value per filter")
    out = np.empty((len(x), len(w), *sizes[-2:]), dtype=x.dtype)
    if out.size:
        implementation("convolution").forward(x, w, b, out, bool(relu), *sizes)
    return out


def conv_backward(dout, x, w, stride=1, pad=0, dilation=1, need_dx=True):
    """Gradients of a convolution, from the gradient dout (N, F, out_h, out_w) of its result.

    The other arguments are those of conv_forward. Without need_dx, which a net's first layer has no use for, dx is
    None. Returns dx (N, C, H, W), dw (F, C, field_height, field_width), db (F,).
    """
    dout, x, w = floats("conv_backward", dout=dout, x=x, w=w)
    sizes = _sizes("conv_backward", x, w, stride, pad, dilation)
    expect_shape("conv_backward", "dout", dout, (len(x), len(w), *sizes[-2:]), "that of out")
    if not (dout.size and w.size):
        return np.zeros_like(x) if need_dx else None, np.zeros_like(w), dout.sum(axis=(0, 2, 3))
    dx = np.empty(x.shape, dtype=x.dtype) if need_dx else None
    dw, db = np.empty(w.shape, dtype=w.dtype), np.empty(len(w), dtype=w.dtype)
    implementation("convolution").backward(dout, x, w, dx, dw, db, *sizes)
    return dx, dw, db


def _sizes(function, x, w, stride, pad, dilation):
    expect_shape(function, "x", x, ("N", "C", "H", "W"))
    expect_shape(function, "w", w, ("F", x.shape[1], "field_height", "field_width"), f"for images x {x.shape}")
    return geometry(function, x.shape, *w.shape[2:], pad, stride, dilation)
