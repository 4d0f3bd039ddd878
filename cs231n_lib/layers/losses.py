"""Losses of scores and their gradients (CS231n lecture notes, "Linear Classification")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib import kernels
from cs231n_lib.arguments import expect_shape, float_array, labels

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from cs231n_lib.arguments import FloatArray


def svm_loss(x: ArrayLike, y: ArrayLike) -> tuple[np.floating, FloatArray]:
    """Compute the multiclass SVM (hinge) loss: mean over i of sum over j != y_i of max(0, x_ij - x_iy_i + 1).

    Parameters
    ----------
    x : (N, C) array
        Scores.
    y : (N,) integers 0..C-1
        The correct classes.

    Returns
    -------
    loss
        A number of x's dtype.
    dx : (N, C) array
        The gradient of x, in x's dtype. It is 0 at a margin of exactly 0.

    Raises
    ------
    ValueError
        If an argument does not fit, or there are no examples, whose mean loss is undefined.

    Examples
    --------
    >>> loss, dx = svm_loss([[3.0, 2.5, 0.0]], [0])
    >>> float(loss), dx
    (0.5, array([[-1.,  1.,  0.]]))
    """
    x, right = _scores_and_right("svm_loss", x, y)
    N = len(x)
    margins = x - x.ravel()[right][:, None]  # (N, C)
    margins += 1
    np.maximum(margins, 0, out=margins)
    margins.ravel()[right] = 0
    # each positive margin counts once for its own class and once, negatively, for the correct class
    dx = (margins > 0).astype(x.dtype)  # (N, C)
    dx.ravel()[right] = -np.add.reduce(dx, axis=1)
    dx /= N
    return x.dtype.type(np.add.reduce(margins, axis=None) / N), dx


def softmax_loss(x: ArrayLike, y: ArrayLike) -> tuple[np.floating, FloatArray]:
    """Compute the softmax (cross-entropy) loss: mean over i of -log(exp(x_iy_i) / sum over j of exp(x_ij)).

    Parameters, results and errors are those of svm_loss. Scores may be arbitrarily large, as long as their differences
    are finite.

    Examples
    --------
    >>> loss, dx = softmax_loss(np.zeros((1, 4)), [2])
    >>> float(loss), dx  # log(4)
    (1.3862943611198906, array([[ 0.25,  0.25, -0.75,  0.25]]))
    """
    return kernels.softmax_cross_entropy(x, y, caller="softmax_loss")


def _scores_and_right(function: str, x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, NDArray[np.intp]]:
    """Return x as a C-contiguous array, and the indices of the correct classes' scores in x.ravel()."""
    x = np.ascontiguousarray(float_array(function, "x", x))
    expect_shape(function, "x", x, ("N", "C"), "one row of scores per example")
    N, C = x.shape
    if x.size == 0:
        raise ValueError(f"{function}: x should hold scores of at least one example and class, but has {x.shape}.")
    y = labels(function, y, N, C)
    return x, np.arange(0, N * C, C) + y
