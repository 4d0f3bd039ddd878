"""Transposed convolution forward and backward, with the kernels of convolution.

The transposed convolution is the gradient of a convolution with respect to its images. With a stride s, it consists of
s * s ordinary convolutions, the phases: the pixels of the result in rows r, r + s, r + 2s, ... see every s-th row of
the filters only (Shi et al. 2016, "Is the deconvolution layer the same as a convolutional layer?").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import expect_shape, pair
from cs231n_lib.kernels.convolution import conv_backward, conv_forward
from cs231n_lib.kernels.geometry import SIDES_OF_W, Caller, aligned_floats

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, MaybeNone

_FORWARD, _BACKWARD = Caller("conv_transpose_forward", *SIDES_OF_W), Caller("conv_transpose_backward", *SIDES_OF_W)


def conv_transpose_forward(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    stride: int | tuple[int, int] = 1,
    pad: int | tuple[int, int] = 0,
    output_pad: int | tuple[int, int] = 0,
    *,
    caller: Caller = _FORWARD,
) -> FloatArray:
    """Add up filters that are weighted with the pixels of images, with `stride` pixels between neighbouring copies.

    out[n, f, p, q] = b[f] + sum over c, h, v and all i, j with p = h stride + i - pad, q = v stride + j - pad
    of w[c, f, i, j] * x[n, c, h, v]

    Parameters
    ----------
    x : (N, C, H, W) array
        Images, float32 or float64 (integers become float64), in any memory order; not changed.
    w : (C, F, HH, WW) array
        Filters: for each channel of x, one for each channel of the result.
    b : (F,) array or None
        Biases.
    stride, pad
        The step between two copies of a filter; the number of rows and columns that are cut off on each side. Each is
        an integer or a pair (vertical, horizontal).
    output_pad
        The number of rows and columns that are added at the bottom and on the right, below the stride. A convolution
        with a stride gives images of several sizes the same size; this chooses among them.
    caller
        The names that errors use, if the user called a layer and not this function.

    Returns
    -------
    (N, F, out_h, out_w) array
        The results, with out_h = (H - 1) stride - 2 pad + HH + output_pad, and out_w likewise.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    given = {"x": x, "w": w} if b is None else {"x": x, "w": w, "b": b}
    x, w, *biases = aligned_floats(caller.function, **given)
    (sh, sw), (ph, pw), (out_h, out_w) = _geometry(caller, x, w, stride, pad, output_pad)
    field_h, field_w = w.shape[2:]
    full_h, full_w = ((x.shape[2] - 1) * sh + field_h, (x.shape[3] - 1) * sw + field_w)
    full = np.zeros((len(x), w.shape[1], max(full_h, ph + out_h), max(full_w, pw + out_w)), dtype=x.dtype)
    for r in range(min(sh, field_h)):
        for s in range(min(sw, field_w)):
            seen = w[:, :, r::sh, s::sw][:, :, ::-1, ::-1]  # (C, F, rows, columns) of the filters in this phase
            rows, columns = seen.shape[2:]
            phase = conv_forward(x, seen.transpose(1, 0, 2, 3), None, 1, (rows - 1, columns - 1), caller=caller)
            full[:, :, r:full_h:sh, s:full_w:sw] = phase  # (N, F, H + rows - 1, W + columns - 1)
    out = np.ascontiguousarray(full[:, :, ph : ph + out_h, pw : pw + out_w])
    if biases:
        expect_shape(caller.function, "b", biases[0], w.shape[1:2], "one value per channel of the result")
        out += biases[0][:, None, None]
    return out


def conv_transpose_backward(
    dout: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    stride: int | tuple[int, int] = 1,
    pad: int | tuple[int, int] = 0,
    output_pad: int | tuple[int, int] = 0,
    need_dx: bool = True,
    *,
    caller: Caller = _BACKWARD,
) -> tuple[FloatArray | MaybeNone, FloatArray, FloatArray]:
    """Compute the gradients of conv_transpose_forward.

    Parameters
    ----------
    dout : (N, F, out_h, out_w) array
        The upstream gradient.
    x, w, stride, pad, output_pad
        As in conv_transpose_forward.
    need_dx
        False skips the gradient of x.
    caller
        The names that errors use, if the user called a layer and not this function.

    Returns
    -------
    dx : (N, C, H, W) array or None
    dw : (C, F, HH, WW) array
    db : (F,) array
        The gradients of x, w and b.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    x, w, dout = aligned_floats(caller.function, x=x, w=w, dout=dout)
    stride, pad, size = _geometry(caller, x, w, stride, pad, output_pad)
    expect_shape(caller.function, "dout", dout, (len(x), w.shape[1], *size), "that of out")
    # dout takes the place of a convolution's images, and x that of the gradient of its result
    dx = conv_forward(dout, w, None, stride, pad, caller=caller) if need_dx else None
    _, dw, _ = conv_backward(x, dout, w, stride, pad, need_dx=False, caller=caller)
    return dx, dw, dout.sum(axis=(0, 2, 3))


def _geometry(
    caller: Caller,
    x: FloatArray,
    w: FloatArray,
    stride: int | tuple[int, int],
    pad: int | tuple[int, int],
    output_pad: int | tuple[int, int],
) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """Return stride, pad and the size of the result, each as (vertical, horizontal)."""
    name = caller.function
    expect_shape(name, "x", x, ("N", "C", "H", "W"))
    expect_shape(name, "w", w, (x.shape[1], "F", "HH", "WW"), f"for images x {x.shape}")
    steps, cut = pair(name, "stride", stride, 1), pair(name, "pad", pad, 0)
    added = pair(name, "output_pad", output_pad, 0)
    if added[0] >= steps[0] or added[1] >= steps[1]:
        raise ValueError(f"{name}: output_pad should be below the stride {steps}, but is {added}.")
    sides = zip(x.shape[2:], w.shape[2:], steps, cut, added, strict=True)
    out_h, out_w = (step * (size - 1) + field - 2 * off + more for size, field, step, off, more in sides)
    if min(*x.shape[2:], *w.shape[2:], out_h, out_w) < 1:
        raise ValueError(
            f"{name}: the result would have {out_h} rows and {out_w} columns, for images {x.shape[2:]}, "
            f"filters {w.shape[2:]}, stride {steps} and pad {cut}. Every size should be at least 1."
        )
    return steps, cut, (out_h, out_w)
