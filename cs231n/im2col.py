"""The public `cs231n.im2col`: the columns of `cs231n_lib.kernels`, in the public order, in one matrix for all images.

The rows of a matrix run over channel, field row, field column; its columns over output row, output column, image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.kernels import col2im, im2col

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from cs231n_lib.arguments import FloatArray, Shape

__all__ = ["col2im_indices", "get_im2col_indices", "im2col_indices"]


def get_im2col_indices(
    x_shape: Shape, field_height: int, field_width: int, padding: int = 1, stride: int = 1
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return the indices with which padded images give their columns: padded[:, k, i, j] is (N, rows, outputs).

    Parameters
    ----------
    x_shape
        (N, C, H, W), the shape of the images without padding.
    field_height, field_width, padding, stride
        The field, the number of zeros on each side, and the step from one field to the next.

    Returns
    -------
    k : (C * field_height * field_width, 1) integers
    i, j : (C * field_height * field_width, out_h * out_w) integers
        Channel, row and column in the padded images.
    """
    _, C, H, W = x_shape
    padded = np.arange((H + 2 * padding) * (W + 2 * padding)).reshape(1, 1, H + 2 * padding, W + 2 * padding)
    places = im2col(padded, field_height, field_width, 0, stride)[0].astype(np.intp)  # of one channel
    i, j = np.unravel_index(np.tile(places, (C, 1)), padded.shape[2:])
    return np.repeat(np.arange(C), field_height * field_width)[:, None], i, j


def im2col_indices(x: ArrayLike, field_height: int, field_width: int, padding: int = 1, stride: int = 1) -> FloatArray:
    """Copy every field of images x (N, C, H, W) to a column: (C * field_height * field_width, out_h * out_w * N)."""
    cols = im2col(x, field_height, field_width, padding, stride)  # (N, rows, outputs)
    return cols.transpose(1, 2, 0).reshape(cols.shape[1], -1)


def col2im_indices(
    cols: ArrayLike, x_shape: Shape, field_height: int = 3, field_width: int = 3, padding: int = 1, stride: int = 1
) -> FloatArray:
    """Add every column to the pixels that im2col_indices copied to it: (N, C, H, W), the shape x_shape."""
    cols = np.asarray(cols)
    separate = cols.reshape(len(cols), -1, x_shape[0]).transpose(2, 0, 1)  # (N, rows, outputs)
    return col2im(separate, x_shape, field_height, field_width, padding, stride)
