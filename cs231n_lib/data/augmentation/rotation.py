"""Random rotations by small angles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import generator, number
from cs231n_lib.data.augmentation.batches import image_batch
from cs231n_lib.data.augmentation.resampling import sample_bilinear

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from cs231n_lib.data.augmentation.batches import Randomness


def random_rotation(X: ArrayLike, rng: Randomness = None, degrees: float = 15.0) -> NDArray[Any]:
    """Turn each image about its centre by a random angle from -degrees to degrees; X and the result are (N, C, H, W).

    Places outside the image get the value of the nearest pixel inside.
    """
    X = image_batch("random_rotation", X)
    degrees = number("random_rotation", "degrees", degrees, at_least=0, below=np.inf)
    N, _, H, W = X.shape
    angle = np.deg2rad(generator("random_rotation", "rng", rng).uniform(-degrees, degrees, (N, 1, 1)))
    down, across = np.arange(H)[:, None] - (H - 1) / 2, np.arange(W) - (W - 1) / 2
    rows = (H - 1) / 2 + np.cos(angle) * down + np.sin(angle) * across  # counterclockwise, as np.rot90
    columns = (W - 1) / 2 - np.sin(angle) * down + np.cos(angle) * across
    return sample_bilinear(X, rows, columns)
