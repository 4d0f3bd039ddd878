"""Random shifts of colour along the principal components of the training images' colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import generator, number
from cs231n_lib.data.augmentation.batches import image_batch

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from cs231n_lib.data.augmentation.batches import Randomness


def pca_color_jitter(
    X: ArrayLike, rng: Randomness = None, components: ArrayLike | None = None, scale: float = 0.1
) -> NDArray[Any]:
    """Shift the colour of each image along the principal components of colour (Krizhevsky et al. 2012, "AlexNet").

    Parameters
    ----------
    X : (N, 3, H, W) array
        The images.
    rng
        np.random.Generator or a seed.
    components : (3, 3) array
        What `principal_colors` returns for the training images.
    scale
        The standard deviation of the normal random number that multiplies each component.

    Returns
    -------
    (N, 3, H, W) array
        The images, in X's dtype.
    """
    X = image_batch("pca_color_jitter", X, channels=3)
    if components is None:
        raise ValueError("pca_color_jitter: components is missing; pass what principal_colors(X_train) returns.")
    components = np.asarray(components)
    if components.shape != (3, 3):
        raise ValueError(f"pca_color_jitter: components should have shape (3, 3), but has {components.shape}.")
    scale = number("pca_color_jitter", "scale", scale, at_least=0)
    shift = scale * generator("pca_color_jitter", "rng", rng).standard_normal((len(X), 3)) @ components  # (N, 3)
    return X + shift[:, :, None, None].astype(X.dtype)
