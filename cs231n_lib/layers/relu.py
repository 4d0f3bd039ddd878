"""The rectified linear unit, ReLU (CS231n lecture notes, "Neural Networks Part 1")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cs231n_lib import kernels
from cs231n_lib.arguments import float_array

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
    return kernels.rectify(x, caller="relu_forward"), x


def relu_backward(dout: ArrayLike, cache: FloatArray) -> FloatArray:
    """Compute the gradient of relu_forward: dout where x > 0, else 0, also at x = 0, which has no slope."""
    return kernels.rectify_backward(dout, cache, caller="relu_backward")
