"""Hand-made image features: the colour histogram and the histogram of oriented gradients.

Images are (H, W, 3), uint8 or floats in 0..255. For a batch (N, H, W, 3) the functions return one row of features per
image.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import finite, float_array, integer

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

IMAGES_PER_BLOCK = 100  # keeps the temporary arrays of a block to a few megabytes
HOG_EPSILON = 1.0  # the length of a block that counts as no gradient, in units of brightness 0..255
HOG_CLIP = 0.2


def extract_features(
    images: ArrayLike,
    feature_fns: Callable[..., ArrayLike] | Sequence[Callable[..., ArrayLike]],
    progress: bool = False,
    *,
    verbose: bool | None = None,
) -> NDArray[Any]:
    """Compute the features of every image, with those of all functions side by side.

    Parameters
    ----------
    images : (N, H, W, 3) array
        The images.
    feature_fns
        A function or a list of them, each of which maps one image (H, W, 3) to a vector or a number. The functions of
        this module, with or without arguments bound by functools.partial, get many images at once, which is faster.
    progress
        Whether to show a progress bar.
    verbose
        Another name for `progress`.

    Returns
    -------
    (N, F) array
        F is the sum of the lengths of the vectors. float32 if all functions return float32, else float64.

    Raises
    ------
    ValueError
        If there are no images or no functions, or if the length of a vector differs between images.

    Examples
    --------
    >>> images = np.zeros((5, 32, 32, 3), dtype=np.uint8)
    >>> extract_features(images, [hog_feature, partial(color_histogram_hsv, bins=20)]).shape
    (5, 344)
    """
    images = np.asarray(images)
    if not isinstance(feature_fns, Iterable):
        feature_fns = [feature_fns]
    feature_fns = list(feature_fns)
    if images.ndim < 2 or len(images) == 0:
        raise ValueError(
            f"extract_features: images should have shape (N, H, W, 3) with N at least 1, but have {images.shape}."
        )
    if not feature_fns or not all(callable(function) for function in feature_fns):
        raise ValueError(f"extract_features: feature_fns should be one or more functions, but is {feature_fns}.")
    blocks = []
    for start in _starts(len(images), progress if verbose is None else verbose):
        block = images[start : start + IMAGES_PER_BLOCK]
        blocks.append(np.concatenate([_features(function, block) for function in feature_fns], axis=1))
        if blocks[-1].shape[1] != blocks[0].shape[1]:
            raise ValueError(
                "extract_features: every image should have the same number of features, but image 0 has "
                f"{blocks[0].shape[1]} and image {start} has {blocks[-1].shape[1]}."
            )
    features = np.concatenate(blocks)
    return features if features.dtype == np.float32 else features.astype(np.float64, copy=False)


def color_histogram_hsv(
    image: ArrayLike, bins: int = 10, normalized: bool = True, *, nbin: int | None = None
) -> NDArray[Any]:
    """Compute the histogram of the hues of the pixels, H in HSV (Smith 1978, "Color Gamut Transform Pairs").

    Parameters
    ----------
    image : (H, W, 3) or (N, H, W, 3) array
        uint8 or finite floats.
    bins
        The number of equal intervals of the colour circle, which starts at red. Grey pixels count as red.
    normalized
        Whether the histogram adds up to 1; otherwise it adds up to the number of pixels.
    nbin
        Another name for `bins`.

    Returns
    -------
    (bins,) or (N, bins) array
        float32 for float32 images, else float64.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.

    Examples
    --------
    >>> green = np.full((4, 4, 3), [0, 255, 0])
    >>> color_histogram_hsv(green, bins=6)
    array([0., 0., 1., 0., 0., 0.])
    """
    bins = integer("color_histogram_hsv", "bins", bins if nbin is None else nbin, 1)
    X, single = _batch(image, "color_histogram_hsv", gray=False)
    finite("color_histogram_hsv", "image", X)
    hue = _hue(X).reshape(len(X), X.shape[1] * X.shape[2])  # (N, H*W)
    # many hues lie on the edge of a bin; a tiny shift puts them into the same bin in float32 and float64
    bin_of = (hue * bins + 32 * bins * np.finfo(hue.dtype).eps).astype(np.int64)
    bin_of[bin_of >= bins] = 0
    bin_of += bins * np.arange(len(X))[:, None]
    counts = np.bincount(bin_of.ravel(), minlength=len(X) * bins).reshape(len(X), bins).astype(hue.dtype)
    if normalized:
        counts /= max(hue.shape[1], 1)
    return counts[0] if single else counts


def hog_feature(image: ArrayLike, orientations: int = 9, cell: int = 8, block: int = 2) -> NDArray[Any]:
    """Compute histograms of oriented gradients (Dalal & Triggs 2005), which describe edges and texture, not colour.

    Parameters
    ----------
    image : (H, W, 3), (H, W) or (N, H, W, 3) array
        uint8 or finite floats in 0..255.
    orientations
        The number of directions in 180 degrees.
    cell
        The side of a cell in pixels. Rows and columns that do not fill a cell are ignored.
    block
        The side of a block in cells.

    Returns
    -------
    (F,) or (N, F) array
        float32 for float32 images, else float64. F = rows of blocks * columns of blocks * block**2 * orientations,
        which is 324 for 32x32 pixels.

    Raises
    ------
    ValueError
        If an argument does not fit, or the image is smaller than a block.

    Notes
    -----
    Each pixel of a cell votes for the direction of its gradient. The weight of a vote is the length of the gradient,
    and a vote is shared between the nearest directions and the nearest cells. Square blocks of cells, one starting at
    every cell, are normalized by L2-Hys: divided by their length, clipped at 0.2, and divided again. As in the paper,
    the gradient is [-1, 0, 1] without smoothing, taken from the channel where it is longest, and opposite directions
    count as the same. The paper's Gaussian weight within a block is left out.
    """
    X, single = _batch(image, "hog_feature", gray=True)
    finite("hog_feature", "image", X)
    orientations = integer("hog_feature", "orientations", orientations, 1)
    cell, block = integer("hog_feature", "cell", cell, 1), integer("hog_feature", "block", block, 1)
    rows, columns = X.shape[1] // cell, X.shape[2] // cell
    if min(rows, columns) < block:
        raise ValueError(
            f"hog_feature: an image of {X.shape[1]}x{X.shape[2]} pixels has {rows}x{columns} cells of "
            f"{cell}x{cell} pixels, too few for a block of {block}x{block} cells. Make cell or block smaller."
        )
    dx, dy = _gradient(X[:, : rows * cell, : columns * cell])
    votes = _votes(dx, dy, orientations)  # (N, H, W, orientations)
    cells = _pooled(votes, cell)  # (N, rows, columns, orientations)
    blocks = _normalized_blocks(cells, block)
    features = blocks.reshape(len(X), int(np.prod(blocks.shape[1:])))
    return features[0] if single else features


def rgb2gray(image: ArrayLike) -> NDArray[Any]:
    """Compute the brightness of colour images, (..., 3) -> (...): 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601).

    float32 images stay float32; integers become float64. Raises ValueError unless the last axis has length 3.
    """
    image = float_array("rgb2gray", "image", image)
    if image.ndim == 0 or image.shape[-1] != 3:
        raise ValueError(
            f"rgb2gray: image should have shape (..., 3), the last axis red, green and blue, but has {image.shape}."
        )
    return image @ np.array([0.299, 0.587, 0.114], dtype=image.dtype)


_TAKE_BATCHES = (color_histogram_hsv, hog_feature)


def _features(function: Callable[..., ArrayLike], images: NDArray[Any]) -> NDArray[Any]:
    if (function.func if isinstance(function, partial) else function) in _TAKE_BATCHES:
        return np.asarray(function(images))
    vectors = [np.ravel(function(image)) for image in images]
    if len({len(vector) for vector in vectors}) > 1:
        lengths = sorted({len(vector) for vector in vectors})
        raise ValueError(
            "extract_features: every image should have the same number of features, but "
            f"{getattr(function, '__name__', function)} returns {lengths[0]} to {lengths[-1]}."
        )
    return np.stack(vectors)


def _hue(X: NDArray[Any]) -> NDArray[Any]:
    """Return the hue (N, H, W) of images (N, H, W, 3), in 0..1: red, yellow, green, cyan, ... are 0, 1/6, 2/6, ..."""
    r, g, b = X[..., 0], X[..., 1], X[..., 2]
    highest = X.max(axis=-1)
    chroma = highest - X.min(axis=-1)
    some = np.where(chroma > 0, chroma, 1)
    sixth = np.where(highest == r, (g - b) / some, np.where(highest == g, 2 + (b - r) / some, 4 + (r - g) / some))
    return np.where(chroma > 0, (sixth / 6) % 1, 0).astype(X.dtype, copy=False)


def _gradient(X: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return dx, dy (N, H, W) of the channel of X (N, H, W, C) whose gradient is longest."""
    dx, dy = _difference(X.swapaxes(1, 2)).swapaxes(1, 2), _difference(X)
    longest = (dx * dx + dy * dy).argmax(axis=-1)[..., None]  # (N, H, W, 1)
    return np.take_along_axis(dx, longest, axis=-1)[..., 0], np.take_along_axis(dy, longest, axis=-1)[..., 0]


def _difference(X: NDArray[Any]) -> NDArray[Any]:
    """Subtract the previous row from the next one; at the border the row itself replaces the missing one."""
    difference = np.zeros_like(X)
    if X.shape[1] > 1:
        np.subtract(X[:, 2:], X[:, :-2], out=difference[:, 1:-1])
        np.subtract(X[:, 1], X[:, 0], out=difference[:, 0])
        np.subtract(X[:, -1], X[:, -2], out=difference[:, -1])
    return difference


def _votes(dx: NDArray[Any], dy: NDArray[Any], orientations: int) -> NDArray[Any]:
    """Return the vote of each pixel for each direction, (N, H, W, orientations)."""
    length = np.hypot(dx, dy)
    # the middle of the first bin is at half a bin's width
    position = (np.arctan2(dy, dx) % np.pi) * dx.dtype.type(orientations / np.pi) - dx.dtype.type(0.5)
    lower = np.floor(position)
    share = position - lower  # of the upper bin
    lower = lower.astype(np.int64) % orientations  # 180 degrees is the same direction as 0
    votes = np.zeros((*dx.shape, orientations), dtype=dx.dtype)
    flat, start = votes.reshape(-1), orientations * np.arange(dx.size)
    flat[start + lower.ravel()] = (length * (1 - share)).ravel()
    flat[start + ((lower + 1) % orientations).ravel()] += (length * share).ravel()
    return votes


def _pooled(votes: NDArray[Any], cell: int) -> NDArray[Any]:
    """Sum the votes of pixels (N, H, W, orientations) over cells: (N, rows, columns, orientations)."""
    N, H, W, orientations = votes.shape
    rows, columns = _nearness(H, cell, votes.dtype), _nearness(W, cell, votes.dtype)  # (cells, pixels)
    pooled = rows @ votes.reshape(N, H, W * orientations)  # (N, rows, W*orientations)
    return columns @ pooled.reshape(N, len(rows), W, orientations)


def _nearness(pixels: int, cell: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return the share of each pixel's vote (columns) that each cell (rows) gets: linear between two cells' middles."""
    middle = (np.arange(pixels // cell) + 0.5) * cell
    return np.maximum(0, 1 - np.abs(np.arange(pixels) + 0.5 - middle[:, None]) / cell).astype(dtype)


def _normalized_blocks(cells: NDArray[Any], block: int) -> NDArray[Any]:
    """Return blocks of cells, normalized by L2-Hys: (N, rows, columns, orientations * block**2)."""
    N, rows, columns, orientations = cells.shape
    blocks = np.lib.stride_tricks.sliding_window_view(cells, (block, block), axis=(1, 2))
    blocks = np.array(blocks).reshape(N, rows - block + 1, columns - block + 1, orientations * block**2)
    epsilon = HOG_EPSILON
    for limit in (HOG_CLIP, None):
        length = np.sqrt(np.einsum("nijk,nijk->nij", blocks, blocks) + epsilon**2)
        blocks /= length[..., None]
        if limit is not None:
            np.minimum(blocks, limit, out=blocks)
        epsilon = 1e-3
    return blocks


def _batch(image: ArrayLike, function: str, gray: bool) -> tuple[NDArray[Any], bool]:
    """Return the image or images as (N, H, W, C) floats, and whether it was a single one."""
    image = float_array(function, "image", image)
    if gray and image.ndim == 2:
        return image[None, ..., None], True
    if image.ndim in (3, 4) and image.shape[-1] == 3:
        return (image[None], True) if image.ndim == 3 else (image, False)
    allowed = "(H, W, 3), (H, W) or (N, H, W, 3)" if gray else "(H, W, 3) or (N, H, W, 3)"
    raise ValueError(f"{function}: image should have shape {allowed}, but has {image.shape}.")


def _starts(count: int, progress: bool) -> Iterable[int]:
    starts = range(0, count, IMAGES_PER_BLOCK)
    if not progress:
        return starts
    from tqdm.auto import tqdm

    return tqdm(starts, desc="features", unit="block")
