"""Bags of visual words: features that count which of a few typical patches an image consists of.

Source: Csurka et al. 2004, "Visual Categorization with Bags of Keypoints", here with dense patches.
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import finite, float_array, floats, generator, integer
from cs231n_lib.features.patches import dense_patches

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

BLOCK_BYTES = 2**24  # the size of the patches or distances that are in memory at a time


def build_codebook(
    patches: ArrayLike, k: int, rng: int | np.random.Generator | None = None, max_iters: int = 100
) -> NDArray[Any]:
    """Find k typical patches by k-means (Lloyd 1982), initialized by k-means++ (Arthur & Vassilvitskii 2007).

    A cluster that loses its last patch gets the patch that is farthest from its own centre.

    Parameters
    ----------
    patches : (P, D) array
        Finite numbers; see `sample_patches`.
    k
        The number of words, at most P.
    rng
        np.random.Generator or a seed.
    max_iters
        The largest number of iterations; k-means stops earlier once no patch changes its cluster.

    Returns
    -------
    (k, D) array
        The centres of the clusters; float32 for float32 patches, else float64.

    Raises
    ------
    ValueError
        If an argument does not fit.
    """
    patches = float_array("build_codebook", "patches", patches)
    if patches.ndim != 2:
        raise ValueError(f"build_codebook: patches should have shape (P, D), one per row, but has {patches.shape}.")
    finite("build_codebook", "patches", patches)
    k, max_iters = integer("build_codebook", "k", k, 1), integer("build_codebook", "max_iters", max_iters, 0)
    if k > len(patches):
        raise ValueError(f"build_codebook: k should be at most {len(patches)}, the number of patches, but is {k}.")
    codebook = _first_centres(patches, k, generator("build_codebook", "rng", rng))
    words: NDArray[np.int64] | None = None
    for _ in range(max_iters):
        before = words
        words, squares = _nearest(patches, codebook)
        _fill_empty(words, squares, k)
        if before is not None and (words == before).all():
            break
        codebook = _means(patches, words, k)
    return codebook


def encode_bag_of_words(images: ArrayLike, codebook: ArrayLike, stride: int = 2, grid: int = 1) -> NDArray[Any]:
    """Compute histograms of visual words: the fraction of an image's patches whose nearest word is each of the k words.

    Parameters
    ----------
    images : (N, H, W, C) array
        uint8 or finite floats in 0..255.
    codebook : (k, size*size*C) array
        See `build_codebook`. The size of the patches follows from its shape.
    stride
        The number of pixels from one patch to the next.
    grid
        Compute a histogram for each of grid x grid parts of the image, the upper left part first, so that the
        features also depend on the places of the words, as in spatial pyramids (Lazebnik et al. 2006).

    Returns
    -------
    (N, grid*grid*k) array
        Each row adds up to 1. The dtype is the wider one of images and codebook, where integers count as float64.

    Raises
    ------
    ValueError
        If an argument does not fit.

    Examples
    --------
    >>> images = np.zeros((5, 32, 32, 3), dtype=np.uint8)
    >>> encode_bag_of_words(images, codebook=np.eye(20, 6 * 6 * 3)).shape
    (5, 20)
    """
    images, codebook = np.asarray(images), float_array("encode_bag_of_words", "codebook", codebook)
    size = _patch_size(images, codebook)
    finite("encode_bag_of_words", "codebook", codebook)
    grid = integer("encode_bag_of_words", "grid", grid, 1)
    k = len(codebook)
    dtype = floats("encode_bag_of_words", images=images[:0], codebook=codebook)[0].dtype
    counts = np.zeros((len(images), grid * grid * k), dtype=dtype)
    stride = integer("encode_bag_of_words", "stride", stride, 1)
    patch_values = images.shape[1] * images.shape[2] // stride**2 * codebook.shape[1]  # about as many in one image
    step = max(1, BLOCK_BYTES // (patch_values * dtype.itemsize + 1))
    for start in range(0, len(images), step):
        patches = dense_patches(images[start : start + step], size, stride)  # (n, rows, columns, D)
        n, rows, columns, D = finite("encode_bag_of_words", "images", patches).shape
        words, _ = _nearest(patches.reshape(-1, D).astype(dtype, copy=False), codebook.astype(dtype, copy=False))
        part = grid * (np.arange(rows) * grid // rows)[:, None] + np.arange(columns) * grid // columns
        bins = (np.arange(n)[:, None, None] * grid * grid + part) * k + words.reshape(n, rows, columns)
        found = np.bincount(bins.ravel(), minlength=n * grid * grid * k).reshape(n, -1)
        counts[start : start + n] = found / (rows * columns)
    return counts


def _first_centres(patches: NDArray[Any], k: int, rng: np.random.Generator) -> NDArray[Any]:
    """Draw centres one by one, with probability proportional to the squared distance from the nearest drawn so far."""
    chosen = [int(rng.integers(len(patches)))]
    squares = np.full(len(patches), np.inf)
    for _ in range(k - 1):
        difference = patches - patches[chosen[-1]]
        squares = np.minimum(squares, np.einsum("ij,ij->i", difference, difference))
        total = squares.cumsum()
        if total[-1] > 0:
            # side="right", so that a patch at distance 0 is never drawn
            chosen.append(int(np.searchsorted(total, total[-1] * rng.random(), side="right")))
        else:  # there are fewer distinct patches than words
            chosen.append(int(rng.integers(len(patches))))
    return patches[chosen]


def _nearest(patches: NDArray[Any], codebook: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return the nearest word of each patch (the first of equally near ones) and the squared distance."""
    words = np.empty(len(patches), dtype=np.int64)
    squares = np.empty(len(patches), dtype=patches.dtype)
    half_norms = np.einsum("ij,ij->i", codebook, codebook) / 2
    step = max(1, BLOCK_BYTES // (len(codebook) * patches.itemsize))
    for start in range(0, len(patches), step):
        block = patches[start : start + step]
        # |x - c|^2 = |x|^2 - 2 (x.c - |c|^2 / 2), so the nearest word has the largest value in parentheses
        closeness = block @ codebook.T - half_norms  # (block, k)
        best = closeness.argmax(axis=1)
        words[start : start + step] = best
        norms = np.einsum("ij,ij->i", block, block)
        squares[start : start + step] = norms - 2 * closeness[np.arange(len(block)), best]
    return words, np.maximum(squares, 0, out=squares)


def _fill_empty(words: NDArray[np.int64], squares: NDArray[Any], k: int) -> None:
    sizes = np.bincount(words, minlength=k)
    for empty in np.flatnonzero(sizes == 0):
        # the only patch of a cluster stays, since otherwise its own cluster would become empty
        farthest = int(np.where(sizes[words] > 1, squares, -1).argmax())
        sizes[words[farthest]] -= 1
        words[farthest], sizes[empty], squares[farthest] = empty, 1, 0


def _means(patches: NDArray[Any], words: NDArray[np.int64], k: int) -> NDArray[Any]:
    order = words.argsort(kind="stable")
    sizes = np.bincount(words, minlength=k)  # all at least 1
    sums = np.add.reduceat(patches[order], np.cumsum(sizes) - sizes, axis=0)
    return sums / sizes[:, None].astype(patches.dtype)


def _patch_size(images: NDArray[Any], codebook: NDArray[Any]) -> int:
    if images.ndim != 4 or codebook.ndim != 2 or len(codebook) == 0:
        raise ValueError(
            "encode_bag_of_words: images should have shape (N, H, W, C) and codebook (k, D), "
            f"but they have {images.shape} and {codebook.shape}."
        )
    size = isqrt(codebook.shape[1] // max(images.shape[3], 1))
    if size * size * images.shape[3] != codebook.shape[1]:
        raise ValueError(
            f"encode_bag_of_words: a word of the codebook has {codebook.shape[1]} values, which is not size x size x "
            f"{images.shape[3]} for any size. Do the images have as many channels as those the codebook was made from?"
        )
    return size
