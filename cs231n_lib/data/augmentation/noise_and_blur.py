"""Random noise and blur."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import generator, number
from cs231n_lib.data.augmentation.batches import image_batch

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from cs231n_lib.data.augmentation.batches import Randomness


def gaussian_noise(X: ArrayLike, rng: Randomness = None, std: float = 0.1) -> NDArray[Any]:
    """Add a normal random number to each value of X (N, C, H, W), with standard deviation std in units of X."""
    X = image_batch("gaussian_noise", X)
    std = number("gaussian_noise", "std", std, at_least=0, below=np.inf)
    return X + (std * generator("gaussian_noise", "rng", rng).standard_normal(X.shape)).astype(X.dtype)


def gaussian_blur(X: ArrayLike, rng: Randomness = None, sigma: float = 1.0) -> NDArray[Any]:
    """Blur each image of X (N, C, H, W) with a Gaussian whose width is random, from 0 to sigma pixels.

    At the edges the nearest pixel inside continues. The filter ends after three times its width.
    """
    blurred = image_batch("gaussian_blur", X)
    sigma = number("gaussian_blur", "sigma", sigma, at_least=0, below=np.inf)
    width = generator("gaussian_blur", "rng", rng).uniform(0, sigma, len(blurred))
    reach = int(np.ceil(3 * width.max(initial=0)))
    steps = np.arange(-reach, reach + 1)
    filters = np.exp(-0.5 * (steps / np.maximum(width[:, None], 1e-6)) ** 2)  # (N, 2 reach + 1)
    filters = (filters / filters.sum(axis=1, keepdims=True)).astype(blurred.dtype)
    for axis in (2, 3):
        places = np.clip(np.arange(blurred.shape[axis]) + steps[:, None], 0, blurred.shape[axis] - 1)
        shifted = [blurred.take(row, axis=axis) for row in places]
        blurred = np.sum([filters[:, k, None, None, None] * shifted[k] for k in range(len(steps))], axis=0)
    return blurred
