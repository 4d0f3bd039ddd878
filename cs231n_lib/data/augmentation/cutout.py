"""Random squares without content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import generator, integer, number
from cs231n_lib.data.augmentation.batches import image_batch, random_squares

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from cs231n_lib.data.augmentation.batches import Randomness


def cutout(X: ArrayLike, rng: Randomness = None, size: int = 8, fill: float = 0.0) -> NDArray[Any]:
    """Overwrite a random square of each image (DeVries and Taylor 2017).

    Parameters
    ----------
    X : (N, C, H, W) array
        The images.
    rng
        np.random.Generator or a seed.
    size
        The side of the square in pixels. Its centre is any pixel of the image with equal probability, and the square is
        cut off at the edges.
    fill
        The new value; for centred images 0 is the mean.

    Returns
    -------
    (N, C, H, W) array
        The images, in X's dtype.

    Raises
    ------
    ValueError
        If an argument does not fit.
    """
    X = image_batch("cutout", X)
    sides = np.full(len(X), integer("cutout", "size", size, 0))
    inside = random_squares(len(X), X.shape[2:], sides, sides, generator("cutout", "rng", rng))
    return np.where(inside[:, None], X.dtype.type(number("cutout", "fill", fill)), X)
