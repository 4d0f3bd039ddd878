"""The features of the public `cs231n.features`, with its names and values; `cs231n_lib.features` has better ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.features import hand_made

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "color_histogram",
    "color_histogram_cross",
    "color_histogram_hsv",
    "color_histogram_spatial",
    "extract_features",
    "hog_feature",
    "rgb2gray",
]
GRAY = (0.299, 0.587, 0.144)  # the public package's weights; those of the standard are 0.299, 0.587, 0.114
CELL, ORIENTATIONS = 8, 9


def extract_features(
    imgs: ArrayLike, feature_fns: Sequence[Callable[..., ArrayLike]], verbose: bool = False
) -> NDArray[Any]:
    """Compute the features of every image with all functions; `verbose` shows a progress bar. See `cs231n_lib`."""
    return hand_made.extract_features(imgs, feature_fns, verbose)


def rgb2gray(rgb: ArrayLike) -> Floats:
    """Compute the brightness of colour images, (..., 3) -> (...), with the public package's weights."""
    return np.asarray(rgb)[..., :3] @ np.array(GRAY)


def hog_feature(im: ArrayLike) -> Floats:
    """Compute the public histogram of gradients: one per cell of 8x8 pixels, without blocks or normalization.

    Parameters
    ----------
    im : (H, W, 3) or (H, W) array
        A colour or grey image.

    Returns
    -------
    (H // 8 * (W // 8) * 9,) array
        For each cell, with columns of cells before rows, and each ninth of a half turn, the mean over the cell's pixels
        of the length of the gradient if it points there. Gradients that point to the left do not count. 144 values for
        32x32 pixels.
    """
    image = np.asarray(im, dtype=np.float64)
    image = rgb2gray(image) if image.ndim == 3 else image
    dx, dy = np.zeros(image.shape), np.zeros(image.shape)
    dx[:, :-1], dy[:-1] = np.diff(image, axis=1), np.diff(image, axis=0)
    degrees = np.degrees(np.arctan2(dy, dx + 1e-15)) + 90  # from straight up, 0, by the right, 90, to straight down
    ninth = np.floor(degrees / (180 / ORIENTATIONS))
    rows, columns = image.shape[0] // CELL, image.shape[1] // CELL
    votes = np.where((ninth == np.arange(ORIENTATIONS)[:, None, None]) & (degrees > 0), np.hypot(dx, dy), 0)
    cells = votes[:, : rows * CELL, : columns * CELL].reshape(ORIENTATIONS, rows, CELL, columns, CELL)
    return cells.mean(axis=(2, 4)).transpose(2, 1, 0).ravel()  # columns of cells, rows, orientations


def color_histogram_hsv(
    im: ArrayLike, nbin: int = 10, xmin: float = 0, xmax: float = 255, normalized: bool = True
) -> NDArray[Any]:
    """Compute the histogram (nbin,) of the hues of an image (H, W, 3), by `cs231n_lib.features`.

    Parameters
    ----------
    im : (H, W, 3) array
        The image.
    nbin
        The number of bins.
    xmin, xmax
        The range of the pixels, from 0.
    normalized
        Whether the histogram adds up to 1. Otherwise the counts are multiplied by the width of a bin, xmax / nbin.

    Raises
    ------
    ValueError
        If xmin is not 0, since the hue has no other beginning.
    """
    if xmin != 0:
        raise ValueError(f"color_histogram_hsv: xmin should be 0, but is {xmin!r}.")
    histogram = hand_made.color_histogram_hsv(im, nbin, normalized)
    return histogram if normalized else histogram * (xmax / nbin)


def color_histogram(
    im: ArrayLike, nbin: int = 10, xmin: float = 0, xmax: float = 255, normalized: bool = True
) -> Floats:
    """Compute the histogram (3 * nbin,) of each channel of an image (H, W, 3) over xmin..xmax, side by side.

    Each adds up to 1 if `normalized`. Otherwise the counts are multiplied by the width of a bin. A grey image (H, W)
    has one, which is a density if `normalized`, and holds the counts otherwise.
    """
    image = np.asarray(im)
    bins = np.linspace(xmin, xmax, nbin + 1)
    if image.ndim == 2:
        return np.histogram(image, bins, density=normalized)[0].astype(np.float64)
    channels = [
        np.histogram(channel, bins, density=normalized)[0] * np.diff(bins) for channel in np.moveaxis(image, -1, 0)
    ]
    return np.concatenate(channels)


def color_histogram_cross(img: ArrayLike, nbin: int = 5, normalized: bool = True) -> Floats:
    """Compute the histogram (nbin**3,) of the colours of an image (H, W, 3), from the darkest to the brightest of each.

    It is a density over the three channels if `normalized`, and holds the counts otherwise.
    """
    image = np.asarray(img, dtype=np.float64)
    return np.histogramdd(image.reshape(-1, image.shape[-1]), nbin, density=normalized)[0].ravel()


def color_histogram_spatial(img: ArrayLike, levels: int = 3, nbin: int = 4) -> Floats:
    """Compute `color_histogram_cross` of each part of an image cut into 1x1, 2x2, ..., levels x levels parts."""
    image = np.asarray(img)
    return np.concatenate(
        [
            color_histogram_cross(part, nbin)
            for level in range(1, levels + 1)
            for band in np.array_split(image, level, axis=0)
            for part in np.array_split(band, level, axis=1)
        ]
    )
