"""The softmax loss and its gradient in one pass over memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import expect_shape, float_array, labels
from cs231n_lib.kernels.implementation import contiguous, implementation

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray


def softmax_cross_entropy(
    x: ArrayLike, y: ArrayLike, *, caller: str = "softmax_cross_entropy"
) -> tuple[np.floating, FloatArray]:
    """Compute the softmax (cross-entropy) loss: mean over i of -log(exp(x_iy_i) / sum over j of exp(x_ij)).

    Parameters
    ----------
    x : (N, C) array
        Scores, float32 or float64 (integers become float64), in any memory order; not changed. They may be arbitrarily
        large, as long as their differences are finite.
    y : (N,) integers 0..C-1
        The correct classes.
    caller
        The name that errors use, if the user called a layer and not this function.

    Returns
    -------
    loss
        A number of x's dtype.
    dx : (N, C) array
        The gradient of x. Its exponentials have an error below one unit in the last place.

    Raises
    ------
    ValueError
        If an argument does not fit, or there are no examples, whose mean loss is undefined.
    """
    x = contiguous(float_array(caller, "x", x))
    expect_shape(caller, "x", x, ("N", "C"), "one row of scores per example")
    N, C = x.shape
    if x.size == 0:
        raise ValueError(f"{caller}: x should hold scores of at least one example and class, but has {x.shape}.")
    y = contiguous(labels(caller, y, N, C))
    dx, (sums, right) = np.empty((N, C), x.dtype), np.empty((2, N), x.dtype)
    implementation("softmax").softmax_gradient(x, y, dx, sums, right)
    return x.dtype.type(np.add.reduce(np.log(sums) - right) / N), dx
