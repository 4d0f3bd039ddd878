"""Rotations by quarter turns, whose number is a label that needs no person (Gidaris et al. 2018)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import generator
from cs231n_lib.data.augmentation.batches import image_batch

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from cs231n_lib.data.augmentation.batches import Randomness


def rotate_batch(X: ArrayLike, rng: Randomness = None) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Turn each image counterclockwise by 0 to 3 quarter turns, chosen at random.

    Parameters
    ----------
    X : (N, C, H, H) array
        Square images.
    rng
        np.random.Generator or a seed.

    Returns
    -------
    X : (N, C, H, H) array
        The turned images, in X's dtype.
    turns : (N,) integers 0..3
        The number of quarter turns of each.

    Raises
    ------
    ValueError
        If X is not a batch of square images.
    """
    X = image_batch("rotate_batch", X)
    if X.shape[2] != X.shape[3]:
        raise ValueError(f"rotate_batch: X should hold square images, but has shape {X.shape}.")
    turns = generator("rotate_batch", "rng", rng).integers(4, size=len(X))
    out = X.copy()
    for k in (1, 2, 3):
        out[turns == k] = np.rot90(X[turns == k], k, axes=(2, 3))
    return out, turns
