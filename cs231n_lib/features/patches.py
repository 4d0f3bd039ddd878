"""Small square patches of images and their normalization: what bags of visual words are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import float_array, generator, integer

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

CONTRAST_FLOOR = 10.0  # added to the variance, in squared units of brightness 0..255, so that noise stays small


def sample_patches(
    images: ArrayLike, num_patches: int, size: int = 6, rng: int | np.random.Generator | None = None
) -> NDArray[Any]:
    """Draw patches from random places of random images.

    Parameters
    ----------
    images : (N, H, W, C) array
        uint8 or floats in 0..255.
    num_patches
        The number of patches.
    size
        The side of a patch in pixels.
    rng
        np.random.Generator or a seed.

    Returns
    -------
    (num_patches, size*size*C) array
        Each patch row by row, normalized as in `normalize_patches`; float32 for float32 images, else float64.

    Raises
    ------
    ValueError
        If an argument does not fit, or there are no images.

    Examples
    --------
    >>> sample_patches(np.zeros((5, 32, 32, 3)), num_patches=1000, size=6, rng=0).shape
    (1000, 108)
    """
    images = _validated("sample_patches", images, size)
    num_patches = integer("sample_patches", "num_patches", num_patches, 0)
    if len(images) == 0 and num_patches:
        raise ValueError("sample_patches: images should hold at least one image, but is empty.")
    rng = generator("sample_patches", "rng", rng)
    windows = _windows(images, size)  # (N, rows, columns, size, size, C)
    places = tuple(rng.integers(0, count, size=num_patches) for count in windows.shape[:3])
    patches = windows[places].reshape(num_patches, size * size * images.shape[3])
    return normalize_patches(float_array("sample_patches", "images", patches))


def dense_patches(images: ArrayLike, size: int = 6, stride: int = 2) -> NDArray[Any]:
    """Cut out the patches at every `stride` pixels of each image.

    Parameters
    ----------
    images : (N, H, W, C) array
        uint8 or floats in 0..255.
    size
        The side of a patch in pixels.
    stride
        The distance from one patch to the next in pixels.

    Returns
    -------
    (N, rows, columns, size*size*C) array
        Patches normalized as in `normalize_patches`, with rows = (H - size) // stride + 1, and columns likewise from
        W; float32 for float32 images, else float64.

    Raises
    ------
    ValueError
        If an argument does not fit.

    Examples
    --------
    >>> dense_patches(np.zeros((5, 32, 32, 3)), size=6, stride=2).shape
    (5, 14, 14, 108)
    """
    images = _validated("dense_patches", images, size)
    stride = integer("dense_patches", "stride", stride, 1)
    windows = _windows(images, size)[:, ::stride, ::stride]
    flat = windows.reshape(*windows.shape[:3], size * size * images.shape[3])  # a copy
    return normalize_patches(float_array("dense_patches", "images", flat))


def normalize_patches(patches: ArrayLike) -> NDArray[Any]:
    """Normalize the brightness and contrast of each patch (last axis): (x - mean) / sqrt(var + 10).

    Source: Coates, Lee & Ng 2011, "An Analysis of Single-Layer Networks in Unsupervised Feature Learning".
    """
    given = float_array("normalize_patches", "patches", patches)
    if given.ndim == 0:
        raise ValueError("normalize_patches: patches should have shape (..., D), but is a single number.")
    centred: NDArray[Any] = given - given.mean(axis=-1, keepdims=True)
    variance = np.einsum("...i,...i->...", centred, centred) / max(centred.shape[-1], 1)
    centred /= np.sqrt(variance + CONTRAST_FLOOR)[..., None]
    return centred


def _validated(function: str, images: ArrayLike, size: int) -> NDArray[Any]:
    images = np.asarray(images)
    if images.ndim != 4:
        raise ValueError(f"{function}: images should have shape (N, H, W, C), but have {images.shape}.")
    if not 1 <= integer(function, "size", size, 1) <= min(images.shape[1:3]):
        raise ValueError(
            f"{function}: size should be at most {min(images.shape[1:3])}, the images' shorter side, but is {size}."
        )
    return images


def _windows(images: NDArray[Any], size: int) -> NDArray[Any]:
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
    return windows.transpose(0, 1, 2, 4, 5, 3)  # (N, rows, columns, size, size, C), a view
