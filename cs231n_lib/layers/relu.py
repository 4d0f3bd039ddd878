"""The rectified linear unit, ReLU (CS231n lecture notes, "Neural Networks Part 1")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import float_array, upstream_and_cached

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray


def relu_forward(x: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Compute max(0, x), for x of any shape.

    Returns
    -------
    out : array of x's shape
        The activations.
    cache
        For relu_backward.

    Examples
    --------
    >>> relu_forward([-1.0, 0.0, 2.0])[0]
    array([0., 0., 2.])
    """
    x = float_array("relu_forward", "x", x)
    return np.maximum(x, 0), x


def relu_backward(dout: ArrayLike, cache: FloatArray) -> FloatArray:
    """Compute the gradient of relu_forward: dout * (x > 0), so 0 also at x = 0, which has no slope."""
    dout, x = upstream_and_cached("relu_backward", dout, cache)
    return dout * (x > 0)
