"""Labels as rows of probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import float_type, integer, labels, number

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike

    from cs231n_lib.arguments import FloatArray


def one_hot(y: ArrayLike, num_classes: int, smoothing: float = 0.0, dtype: DTypeLike = np.float32) -> FloatArray:
    """Return labels as rows of probabilities.

    Parameters
    ----------
    y : (N,) integers 0..C-1
        The labels.
    num_classes
        The number of classes C.
    smoothing
        The part of the probability that is spread evenly over all classes, the correct one included (label smoothing,
        Szegedy et al. 2016), in 0..1.
    dtype
        float32 or float64.

    Returns
    -------
    (N, C) array
        Rows that add up to 1.

    Raises
    ------
    ValueError
        If an argument does not fit.

    Examples
    --------
    >>> one_hot([1, 0], 4, smoothing=0.4)
    array([[0.1, 0.7, 0.1, 0.1],
           [0.7, 0.1, 0.1, 0.1]], dtype=float32)
    """
    num_classes = integer("one_hot", "num_classes", num_classes, 1)
    smoothing = number("one_hot", "smoothing", smoothing, at_least=0, at_most=1)
    y = labels("one_hot", y, len(np.atleast_1d(y)), num_classes)
    spread = np.full((len(y), num_classes), smoothing / num_classes, float_type("one_hot", dtype))
    spread[np.arange(len(y)), y] = 1 - smoothing + smoothing / num_classes
    return spread
