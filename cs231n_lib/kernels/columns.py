"""im2col and its adjoint col2im, which make a convolution a matrix product."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import expect_shape
from cs231n_lib.kernels.geometry import Caller, aligned_float_array, geometry, image_shape
from cs231n_lib.kernels.implementation import implementation

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, Shape


def im2col(
    x: ArrayLike,
    field_height: int,
    field_width: int,
    pad: int | tuple[int, int] = 0,
    stride: int | tuple[int, int] = 1,
    dilation: int | tuple[int, int] = 1,
) -> FloatArray:
    """Copy every receptive field of a batch of images to a column of a matrix.

    Parameters
    ----------
    x : (N, C, H, W) array
        Images, float32 or float64 (integers become float64), in any memory order; not changed.
    field_height, field_width
        The size of the receptive field.
    pad, stride, dilation
        The number of zeros on each side of the image; the step from one field to the next; the step between the pixels
        of one field. Each is an integer or a pair (vertical, horizontal).

    Returns
    -------
    (N, C * field_height * field_width, out_h * out_w) array
        The columns, C-contiguous, in x's dtype. The rows run over channel, field row, field column, so that with
        filters w (F, C, field_height, field_width)

            out = (w.reshape(F, -1) @ cols).reshape(N, F, out_h, out_w)

        is the convolution. out_h = (H + 2 pad - dilation (field_height - 1) - 1) // stride + 1, and out_w likewise. If
        the stride does not divide evenly, no field contains the last rows or columns of the image.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    x = aligned_float_array("im2col", "x", x)
    expect_shape("im2col", "x", x, ("N", "C", "H", "W"))
    sizes = geometry(Caller("im2col"), x.shape, field_height, field_width, pad, stride, dilation)
    N, C = x.shape[:2]
    out_h, out_w = sizes[-2:]
    cols = np.empty((N, C * sizes[0] * sizes[1], out_h * out_w), dtype=x.dtype)
    if cols.size:
        implementation("im2col").im2col(x, cols, *sizes)
    return cols


def col2im(
    cols: ArrayLike,
    x_shape: Shape,
    field_height: int,
    field_width: int,
    pad: int | tuple[int, int] = 0,
    stride: int | tuple[int, int] = 1,
    dilation: int | tuple[int, int] = 1,
) -> FloatArray:
    """Add every column to the pixels that im2col copied to it: the adjoint (transpose) of im2col.

    Parameters
    ----------
    cols : (N, C * field_height * field_width, out_h * out_w) array
        Columns in the layout of im2col, in any memory order.
    x_shape
        The shape (N, C, H, W) of the images.
    field_height, field_width, pad, stride, dilation
        As in im2col.

    Returns
    -------
    (N, C, H, W) array
        The sums, in the dtype of cols. If cols is the gradient of the columns, this is the gradient of the images.
        Pixels outside all fields are 0.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    cols = aligned_float_array("col2im", "cols", cols)
    x_shape = image_shape("col2im", x_shape)
    sizes = geometry(Caller("col2im"), x_shape, field_height, field_width, pad, stride, dilation)
    expect_shape(
        "col2im",
        "cols",
        cols,
        (x_shape[0], x_shape[1] * sizes[0] * sizes[1], sizes[-2] * sizes[-1]),
        f"for images {x_shape} and fields {sizes[0]}x{sizes[1]}",
    )
    x = np.zeros(x_shape, dtype=cols.dtype)
    if cols.size:
        implementation("im2col").col2im(cols, x, *sizes)
    return x
