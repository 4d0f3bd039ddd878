"""The softmax loss of every pixel, for semantic segmentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib import layers
from cs231n_lib.arguments import expect_shape, float_array

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray


def pixel_softmax_loss(scores: ArrayLike, y: ArrayLike, ignore: int = -1) -> tuple[np.floating, FloatArray]:
    """Compute the mean softmax loss of all labelled pixels (Long et al. 2015).

    Parameters
    ----------
    scores : (N, C, H, W) array
        A score for each class at each pixel.
    y : (N, H, W) integers
        The correct classes, 0..C-1, or `ignore`.
    ignore
        The label of pixels that do not count.

    Returns
    -------
    loss
        A number of the scores' dtype.
    dscores : (N, C, H, W) array
        The gradient of the scores, in their dtype; 0 at pixels that do not count.

    Raises
    ------
    ValueError
        If an argument does not fit, or no pixel has a label, since the mean is then undefined.
    """
    name = "pixel_softmax_loss"
    scores, y = float_array(name, "scores", scores), np.asarray(y)
    expect_shape(name, "scores", scores, ("N", "C", "H", "W"), "scores of each class for each pixel")
    expect_shape(name, "y", y, (len(scores), *scores.shape[2:]), "one label per pixel")
    if y.dtype.kind not in "iu":
        raise ValueError(f"{name}: y should hold integer class numbers, but holds {y.dtype}.")
    if isinstance(ignore, bool) or not isinstance(ignore, (int, np.integer)):
        raise ValueError(f"{name}: ignore should be an integer, but is {ignore!r}.")
    counts = y != ignore
    if not counts.any():
        raise ValueError(f"{name}: y should have a label for at least one pixel, but all of them are {ignore}.")
    known = y[counts]
    if known.min() < 0 or known.max() >= scores.shape[1]:
        wrong = known.min() if known.min() < 0 else known.max()
        raise ValueError(
            f"{name}: y should hold class numbers 0..{scores.shape[1] - 1} or ignore ({ignore}), but holds {wrong}."
        )
    loss, drows = layers.softmax_loss(scores.transpose(0, 2, 3, 1)[counts], known)  # a row for each labelled pixel
    dscores = np.zeros((len(scores), *scores.shape[2:], scores.shape[1]), scores.dtype)  # (N, H, W, C)
    dscores[counts] = drows
    return loss, np.ascontiguousarray(dscores.transpose(0, 3, 1, 2))
