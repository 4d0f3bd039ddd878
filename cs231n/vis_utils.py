"""The public `cs231n.vis_utils`: grids of images as arrays, for plt.imshow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib import vis

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Grid = NDArray[np.float64]

__all__ = ["vis_grid", "vis_nn", "visualize_grid"]


def visualize_grid(Xs: NDArray[Any], ubound: float = 255.0, padding: int = 1) -> Grid:
    """Arrange images (N, H, W, C) as `cs231n_lib.vis` does, with as many rows as columns: the last may be empty."""
    grid = vis.visualize_grid(Xs, ubound, padding)
    side, H = int(np.ceil(np.sqrt(len(Xs)))), np.shape(Xs)[1]
    missing = side * (H + padding) - padding - len(grid)
    return np.pad(grid, ((0, missing), (0, 0), (0, 0)))


def vis_grid(Xs: ArrayLike) -> Grid:
    """Arrange images (N, H, W, C) in one nearly square image, all rescaled together to 0..1.

    The gaps of one pixel, also behind the last row and column, have the smallest value of the images.
    """
    Xs = np.asarray(Xs, dtype=float)
    side = int(np.ceil(np.sqrt(len(Xs))))
    return _rescaled([Xs[start : start + side] for start in range(0, side * side, side)], Xs.min())


def vis_nn(rows: Sequence[Sequence[ArrayLike]]) -> Grid:
    """Arrange images (H, W, C), given as a list of rows, in one image like `vis_grid`; the gaps have the value 1."""
    return _rescaled([np.asarray(row, dtype=float) for row in rows], 1.0)


def _rescaled(rows: Sequence[Grid], gap: float) -> Grid:
    """Return rows of images (N, H, W, C) as one image, rescaled to 0..1; the first row is a longest one."""
    count, H, W, C = rows[0].shape
    grid = np.full((len(rows), H + 1, count, W + 1, C), gap)
    for i, row in enumerate(rows):
        grid[i, :H, : len(row), :W] = row.transpose(1, 0, 2, 3)
    low, high = grid.min(), grid.max()
    grid = (grid - low) / (high - low) if high > low else np.zeros_like(grid)
    return grid.reshape(len(rows) * (H + 1), count * (W + 1), C)
