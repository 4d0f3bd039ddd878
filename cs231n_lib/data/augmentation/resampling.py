"""Values of images between their pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import float_array
from cs231n_lib.data.augmentation.batches import image_batch

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def sample_bilinear(X: ArrayLike, rows: ArrayLike, columns: ArrayLike) -> NDArray[Any]:
    """Read images at any places, by bilinear interpolation between the four nearest pixels.

    Parameters
    ----------
    X : (N, C, H, W) array
        The images.
    rows, columns : arrays that broadcast to (N, H2, W2)
        The place to read for each pixel of the result: 0 is the centre of the first row or column, 1 that of the
        second. A place outside the image counts as the nearest one inside.

    Returns
    -------
    (N, C, H2, W2) array
        The values, in X's dtype.

    Raises
    ------
    ValueError
        If an argument does not fit.

    Examples
    --------
    >>> X = np.array([[[[0.0, 10.0], [20.0, 30.0]]]])
    >>> sample_bilinear(X, [[0.0, 0.5, 9.0]], [[0.5, 0.5, 0.0]])[0, 0]
    array([[ 5., 15., 20.]])
    """
    X = image_batch("sample_bilinear", X)
    rows, columns = float_array("sample_bilinear", "rows", rows), float_array("sample_bilinear", "columns", columns)
    N, _, H, W = X.shape
    try:
        shape = np.broadcast_shapes(rows.shape, columns.shape, (N, 1, 1))
    except ValueError:
        shape = ()
    if len(shape) != 3 or shape[0] != N or not H or not W:
        raise ValueError(
            f"sample_bilinear: rows and columns should broadcast to ({N}, H2, W2), one place for each pixel of the "
            f"result, but have shapes {rows.shape} and {columns.shape}, for X {X.shape}."
        )
    top, below, down = _neighbors(np.broadcast_to(rows, shape), H)
    left, right, across = _neighbors(np.broadcast_to(columns, shape), W)
    image = np.arange(N)[:, None, None]
    down, across = down.astype(X.dtype)[..., None], across.astype(X.dtype)[..., None]
    pixels = X.transpose(0, 2, 3, 1)  # (N, H, W, C)
    above = pixels[image, top, left] * (1 - across) + pixels[image, top, right] * across
    under = pixels[image, below, left] * (1 - across) + pixels[image, below, right] * across
    return np.ascontiguousarray((above * (1 - down) + under * down).transpose(0, 3, 1, 2))


def _neighbors(places: NDArray[Any], size: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[Any]]:
    """Return the pixels before and after each place, and its distance from the first one."""
    inside = np.clip(np.nan_to_num(places), 0, size - 1)
    before = np.floor(inside).astype(np.intp)
    return before, np.minimum(before + 1, size - 1), inside - before
