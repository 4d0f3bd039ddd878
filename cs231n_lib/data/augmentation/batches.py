"""Batches of images for augmentations, and several augmentations in a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import float_array, generator

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Randomness = int | np.random.Generator | None
    Augmentation = Callable[[NDArray[Any], Randomness], NDArray[Any]]


def compose(*augmentations: Callable[..., NDArray[Any]]) -> Augmentation:
    """Return a function (X, rng) -> X that applies the given functions (X, rng) -> X one after another.

    >>> from cs231n_lib.data.augmentation import random_crop, random_horizontal_flip
    >>> augment = compose(random_horizontal_flip, random_crop)
    >>> augment(np.ones((100, 3, 32, 32), dtype=np.float32), rng=0).shape
    (100, 3, 32, 32)
    """
    for augmentation in augmentations:
        if not callable(augmentation):
            raise TypeError(
                f"compose: every augmentation should be a function (X, rng) -> X, but one is {augmentation!r}."
            )

    def augment(X: NDArray[Any], rng: Randomness = None) -> NDArray[Any]:
        rng = generator("compose", "rng", rng)
        for augmentation in augmentations:
            X = augmentation(X, rng)
        return X

    return augment


def image_batch(function: str, X: ArrayLike, channels: int | None = None) -> NDArray[Any]:
    """Return X as an array of float32 or float64. Raises ValueError, for the named function, if it is no batch."""
    X = float_array(function, "X", X)
    if X.ndim != 4 or (channels is not None and X.shape[1] != channels):
        raise ValueError(
            f"{function}: X should have shape (N, {channels or 'C'}, H, W), but has {X.shape}. data.to_nchw converts "
            "images (N, H, W, C)."
        )
    return X


def random_squares(
    N: int, size: tuple[int, ...], heights: NDArray[Any], widths: NDArray[Any], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Draw a box for each of N images, and return which pixels are inside, (N, H, W); `size` is (H, W).

    The boxes have these heights and widths (N,). Their centres are pixels of the image, all with equal probability, and
    they are cut off at the edges.
    """
    inside = []
    for length, sides in zip(size, (heights, widths), strict=True):
        start = rng.integers(length, size=N) - sides // 2
        places = np.arange(length)
        inside.append((places >= start[:, None]) & (places < (start + sides)[:, None]))  # (N, H), then (N, W)
    return inside[0][:, :, None] & inside[1][:, None, :]
