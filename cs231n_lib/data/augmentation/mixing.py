"""Mixtures of two images and of their targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import float_array, generator, number
from cs231n_lib.data.augmentation.batches import image_batch, random_squares

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from cs231n_lib.data.augmentation.batches import Randomness


def mixup(X: ArrayLike, T: ArrayLike, rng: Randomness = None, alpha: float = 0.2) -> tuple[NDArray[Any], NDArray[Any]]:
    """Blend each image and its targets with those of a random partner (Zhang et al. 2018).

    Parameters
    ----------
    X : (N, C, H, W) array
        The images.
    T : (N, K) array
        Targets, such as one-hot rows.
    rng
        np.random.Generator or a seed.
    alpha
        Above 0. The share of an image in its blend is drawn from Beta(alpha, alpha), anew for each image; with a small
        alpha it is mostly near 0 or 1.

    Returns
    -------
    X : (N, C, H, W) array
        The blends, in X's dtype.
    T : (N, K) array
        Their targets, with the same shares.

    Raises
    ------
    ValueError
        If an argument does not fit.
    """
    X, T, rng = _pairs("mixup", X, T, rng)
    alpha = number("mixup", "alpha", alpha, above=0)
    share = rng.beta(alpha, alpha, size=len(X))
    partner = rng.permutation(len(X))
    of_image = share.astype(X.dtype)[:, None, None, None]
    of_target = share.astype(T.dtype)[:, None]
    return X * of_image + X[partner] * (1 - of_image), T * of_target + T[partner] * (1 - of_target)


def cutmix(X: ArrayLike, T: ArrayLike, rng: Randomness = None, alpha: float = 1.0) -> tuple[NDArray[Any], NDArray[Any]]:
    """Paste a random box of a partner's image into each image (Yun et al. 2019).

    Parameters
    ----------
    X, T, rng
        As for `mixup`.
    alpha
        Above 0. The area of the box, as a share of the image, is drawn from Beta(alpha, alpha), anew for each image.
        Its centre is anywhere in the image with equal probability, and it is cut off at the edges.

    Returns
    -------
    X : (N, C, H, W) array
        The images, in X's dtype.
    T : (N, K) array
        Their targets: the share of a label is the share of the pixels that its image has after all.

    Raises
    ------
    ValueError
        If an argument does not fit.
    """
    X, T, rng = _pairs("cutmix", X, T, rng)
    N, _, H, W = X.shape
    alpha = number("cutmix", "alpha", alpha, above=0)
    side = np.sqrt(rng.beta(alpha, alpha, size=N))
    partner = rng.permutation(N)
    inside = random_squares(N, (H, W), np.rint(side * H), np.rint(side * W), rng)  # (N, H, W)
    pasted = inside.mean(axis=(1, 2)).astype(T.dtype)[:, None]
    return np.where(inside[:, None], X[partner], X), T * (1 - pasted) + T[partner] * pasted


def _pairs(
    function: str, X: ArrayLike, T: ArrayLike, rng: Randomness
) -> tuple[NDArray[Any], NDArray[Any], np.random.Generator]:
    X, T = image_batch(function, X), float_array(function, "T", T)
    if T.ndim != 2 or len(T) != len(X):
        raise ValueError(f"{function}: T should have shape ({len(X)}, K), one row for each image, but has {T.shape}.")
    return X, T, generator(function, "rng", rng)
