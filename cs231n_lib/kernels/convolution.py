"""Convolution forward and backward.

Most convolutions use the definition (convolution.h). Those with filters of 3x3 and stride 1 use Winograd's algorithm
(winograd.h) if there is enough work to pay for its transforms. Its results differ from the definition's by rounding: in
float32 by about 1e-6 of the largest. An infinite number or NaN reaches all results of its tile. The environment
variable CS231N_CONVOLUTION=direct selects the definition for all.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import expect_shape
from cs231n_lib.kernels.geometry import SIDES_OF_W, Caller, aligned_floats, geometry
from cs231n_lib.kernels.implementation import implementation

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, MaybeNone
    from cs231n_lib.kernels.geometry import Sizes

_FORWARD, _BACKWARD = Caller("conv_forward", *SIDES_OF_W), Caller("conv_backward", *SIDES_OF_W)
# With less work than this, measured on one processor, Winograd's transforms take more time than they save.
FEWEST_CHANNELS, FEWEST_PIXELS, MOST_COLUMNS = 16, 128, 1024


def conv_forward(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    stride: int | tuple[int, int] = 1,
    pad: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    relu: bool = False,
    *,
    caller: Caller = _FORWARD,
) -> FloatArray:
    """Convolve images with filters; as usual in deep learning, this is a cross-correlation.

    out[n, f, p, q] = b[f] + sum over c, i, j of w[f, c, i, j] * x[n, c, p stride + i dilation - pad, ...]

    Parameters
    ----------
    x : (N, C, H, W) array
        Images, float32 or float64 (integers become float64), in any memory order; not changed.
    w : (F, C, HH, WW) array
        Filters.
    b : (F,) array or None
        Biases.
    stride, pad, dilation
        The step from one field to the next; the number of zeros on each side of the image; the step between the pixels
        of one field. Each is an integer or a pair (vertical, horizontal).
    relu
        Whether to set negative results to 0.
    caller
        The names that errors use, if the user called a layer and not this function.

    Returns
    -------
    (N, F, out_h, out_w) array
        The results, with out_h = (H + 2 pad - dilation (HH - 1) - 1) // stride + 1, and out_w likewise. They do not
        depend on the number of threads.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    x, w, *biases = aligned_floats(caller.function, x=x, w=w, **({} if b is None else {"b": b}))
    sizes = _sizes(caller, x, w, stride, pad, dilation)
    bias = np.ascontiguousarray(biases[0]) if biases else None
    if bias is not None:
        expect_shape(caller.function, "b", bias, (len(w),), "one value per filter")
    out = np.empty((len(x), len(w), *sizes[-2:]), dtype=x.dtype)
    if out.size:
        _kernels(x, w, sizes).forward(x, w, bias, out, bool(relu), *sizes)
    return out


def conv_backward(
    dout: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    stride: int | tuple[int, int] = 1,
    pad: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    need_dx: bool = True,
    *,
    caller: Caller = _BACKWARD,
) -> tuple[FloatArray | MaybeNone, FloatArray, FloatArray]:
    """Compute the gradients of conv_forward.

    Parameters
    ----------
    dout : (N, F, out_h, out_w) array
        The upstream gradient.
    x, w, stride, pad, dilation
        As in conv_forward.
    need_dx
        False skips the gradient of x, which the first layer of a net does not need.
    caller
        The names that errors use, if the user called a layer and not this function.

    Returns
    -------
    dx : (N, C, H, W) array or None
    dw : (F, C, HH, WW) array
    db : (F,) array
        The gradients of x, w and b.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    dout, x, w = aligned_floats(caller.function, dout=dout, x=x, w=w)
    sizes = _sizes(caller, x, w, stride, pad, dilation)
    expect_shape(caller.function, "dout", dout, (len(x), len(w), *sizes[-2:]), "that of out")
    if not (dout.size and w.size):
        return np.zeros_like(x) if need_dx else None, np.zeros_like(w), dout.sum(axis=(0, 2, 3))
    dx = np.empty(x.shape, dtype=x.dtype) if need_dx else None
    dw, db = np.empty(w.shape, dtype=w.dtype), np.empty(len(w), dtype=w.dtype)
    _kernels(x, w, sizes).backward(dout, x, w, dx, dw, db, *sizes)
    return dx, dw, db


def _kernels(x: FloatArray, w: FloatArray, sizes: Sizes) -> ModuleType:
    """Return the module that computes this convolution fastest. It depends on shapes only, not on the computer."""
    out_h, out_w = sizes[-2:]
    suits = (
        w.shape[2:] == (3, 3)
        and sizes[4:8] == (1, 1, 1, 1)  # stride and dilation
        and min(w.shape[:2]) >= FEWEST_CHANNELS
        and len(x) * out_h * out_w >= FEWEST_PIXELS
        and out_w <= MOST_COLUMNS
    )
    return implementation("winograd" if suits and not _direct() else "convolution")


def _direct() -> bool:
    chosen = os.environ.get("CS231N_CONVOLUTION") or "fastest"
    if chosen not in ("fastest", "direct"):
        raise ValueError(
            f"The environment variable CS231N_CONVOLUTION should be 'fastest' or 'direct', but is {chosen!r}."
        )
    return chosen == "direct"


def _sizes(
    caller: Caller,
    x: FloatArray,
    w: FloatArray,
    stride: int | tuple[int, int],
    pad: int | tuple[int, int],
    dilation: int | tuple[int, int],
) -> Sizes:
    expect_shape(caller.function, "x", x, ("N", "C", "H", "W"))
    expect_shape(caller.function, "w", w, ("F", x.shape[1], "HH", "WW"), f"for images x {x.shape}")
    return geometry(caller, x.shape, w.shape[2], w.shape[3], pad, stride, dilation)
