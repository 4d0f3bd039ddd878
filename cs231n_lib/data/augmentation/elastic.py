"""Random elastic deformation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import generator, integer, number
from cs231n_lib.data.augmentation.batches import image_batch
from cs231n_lib.data.augmentation.resampling import sample_bilinear

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from cs231n_lib.data.augmentation.batches import Randomness


def elastic_deform(X: ArrayLike, rng: Randomness = None, grid: int = 4, sigma: float = 1.5) -> NDArray[Any]:
    """Move the pixels of each image by a smooth random field (as in Ronneberger et al. 2015, "U-Net").

    Parameters
    ----------
    X : (N, C, H, W) array
        The images.
    rng
        np.random.Generator or a seed.
    grid
        At least 2: the field is drawn at grid x grid points, evenly spaced from the first to the last row and column,
        and interpolated bilinearly between them.
    sigma
        The standard deviation of the displacements at the points, in pixels, along each of both directions.

    Returns
    -------
    (N, C, H, W) array
        The value of each pixel at the place it is moved to, in X's dtype; all channels of an image move alike.

    Raises
    ------
    ValueError
        If an argument does not fit.
    """
    X = image_batch("elastic_deform", X)
    grid = integer("elastic_deform", "grid", grid, 2)
    sigma = number("elastic_deform", "sigma", sigma, at_least=0, below=np.inf)
    N, _, H, W = X.shape
    offsets = sigma * generator("elastic_deform", "rng", rng).standard_normal((N, 2, grid, grid))
    field = sample_bilinear(offsets, np.linspace(0, grid - 1, H)[:, None], np.linspace(0, grid - 1, W))
    return sample_bilinear(X, np.arange(H)[:, None] + field[:, 0], np.arange(W) + field[:, 1])
