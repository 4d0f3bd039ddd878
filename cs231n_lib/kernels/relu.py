"""The rectified linear unit, ReLU, in one pass over memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import float_array, upstream_and_cached
from cs231n_lib.kernels.implementation import contiguous, implementation

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray


def rectify(x: ArrayLike, in_place: bool = False, *, caller: str = "rectify") -> FloatArray:
    """Compute max(0, x); NaN stays NaN.

    Parameters
    ----------
    x : array of any shape
        float32 or float64 (integers become float64).
    in_place
        Whether to write the result into x, if x is C-contiguous and has one of these types.
    caller
        The name that errors use, if the user called a layer and not this function.

    Returns
    -------
    array of x's shape

    Raises
    ------
    ValueError
        If x is not an array of real numbers.
    """
    x = contiguous(float_array(caller, "x", x))
    out = x if in_place else np.empty(x.shape, x.dtype)
    if x.size:
        implementation("relu").forward(x, out)
    return out


def rectify_backward(dout: ArrayLike, x: FloatArray, *, caller: str = "rectify_backward") -> FloatArray:
    """Compute the gradient of rectify: dout where x > 0, else 0.

    Parameters
    ----------
    dout : array of x's shape
        The upstream gradient.
    x : array
        The argument of rectify, or its result, which is positive at the same places.
    caller
        As in rectify.

    Returns
    -------
    array of x's shape

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    dout, x = upstream_and_cached(caller, dout, x)
    dx = np.empty(x.shape, x.dtype)
    if x.size:
        implementation("relu").backward(contiguous(dout), contiguous(x), dx)
    return dx
