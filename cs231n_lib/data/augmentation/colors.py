"""Random changes of colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import finite, float_array, generator, number
from cs231n_lib.data.augmentation.batches import image_batch

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from cs231n_lib.data.augmentation.batches import Randomness

LUMINANCE = (0.299, 0.587, 0.114)  # ITU-R BT.601


def color_jitter(
    X: ArrayLike,
    rng: Randomness = None,
    brightness: float = 0.0,
    contrast: float = 0.0,
    saturation: float = 0.0,
    limits: tuple[float, float] | None = None,
) -> NDArray[Any]:
    """Change brightness, contrast and saturation of each image at random.

    Parameters
    ----------
    X : (N, 3, H, W) array
        The images, with channels red, green, blue.
    rng
        np.random.Generator or a seed.
    brightness
        A random number from -brightness to brightness is added to all pixels, in units of X (such as 25 of 255).
    contrast
        The distance of all pixels from the image's mean grey is multiplied by a random number from 1 - contrast to
        1 + contrast.
    saturation
        The distance of each pixel from its own grey is multiplied by a random number from 1 - saturation to
        1 + saturation.
    limits
        (low, high), the range to which the result is clipped, such as (0, 255); None for centred images.

    Returns
    -------
    (N, 3, H, W) array
        The images, in X's dtype.
    """
    X = image_batch("color_jitter", X, channels=3)
    sizes = [
        number("color_jitter", name, value, at_least=0)
        for name, value in (("brightness", brightness), ("contrast", contrast), ("saturation", saturation))
    ]
    if limits is not None:
        bounds = float_array("color_jitter", "limits", limits)
        if bounds.shape != (2,) or not bounds[0] <= bounds[1]:
            raise ValueError(f"color_jitter: limits should be a pair (low, high) or None, but is {limits!r}.")
    N = len(X)
    drawn = generator("color_jitter", "rng", rng).uniform(-1, 1, size=(3, N, 1, 1)) * np.reshape(sizes, (3, 1, 1, 1))
    shift, c, s = drawn[0], 1 + drawn[1], 1 + drawn[2]  # (N, 1, 1) each
    # all three changes are linear in the colour of a pixel: c (s x + (1 - s) grey(x)) + (1 - c) mean grey + shift
    grey = np.tile(LUMINANCE, (3, 1))
    mix = c * (s * np.eye(3) + (1 - s) * grey)  # (N, 3, 3)
    pixels = X.reshape(N, 3, X.shape[2] * X.shape[3])  # (N, 3, H*W)
    mean_grey = (pixels.mean(axis=2, dtype=np.float64) @ LUMINANCE)[:, None, None]
    out = mix.astype(X.dtype) @ pixels
    out += ((1 - c) * mean_grey + shift).astype(X.dtype)
    if limits is not None:
        np.clip(out, *limits, out=out)
    return out.reshape(X.shape)


def principal_colors(X: ArrayLike) -> NDArray[np.float64]:
    """Compute the principal components of the colours of images, each as long as one standard deviation along it.

    Parameters
    ----------
    X : (N, 3, H, W) array
        The images, at least one pixel of finite numbers.

    Returns
    -------
    (3, 3) array
        One component per row, the one with the largest variance first; float64.

    Notes
    -----
    `pca_color_jitter` takes them. Krizhevsky et al. (2012) scale the components by the variance, whose effect depends
    on the unit of the pixels; that of the standard deviation does not.
    """
    X = image_batch("principal_colors", X, channels=3)
    if X.size == 0:
        raise ValueError("principal_colors: X should hold at least one pixel, but is empty.")
    finite("principal_colors", "X", X)
    mean = X.mean(axis=(0, 2, 3), dtype=np.float64)
    covariance = np.zeros((3, 3))
    for image in X:
        colors = image.reshape(3, -1) - mean[:, None]
        covariance += colors @ colors.T
    variances, directions = np.linalg.eigh(covariance / (X.size // 3))  # ascending, in columns
    directions = directions.T[::-1] * np.sqrt(np.maximum(variances[::-1], 0))[:, None]
    signs = np.where(directions.sum(axis=1) < 0, -1, 1)  # eigh does not determine the sign
    return directions * signs[:, None]
