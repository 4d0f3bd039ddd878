"""Max and average pooling, forward and backward."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import expect_shape, float_array
from cs231n_lib.kernels.geometry import Caller, geometry, image_shape
from cs231n_lib.kernels.implementation import contiguous, implementation

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, IntArray, Shape
    from cs231n_lib.kernels.geometry import Sizes

_MAX_FORWARD, _MAX_BACKWARD = Caller("max_pool_forward"), Caller("max_pool_backward")
_AVG_FORWARD, _AVG_BACKWARD = Caller("avg_pool_forward"), Caller("avg_pool_backward")


def max_pool_forward(
    x: ArrayLike,
    field_height: int,
    field_width: int,
    stride: int | tuple[int, int],
    pad: int | tuple[int, int] = 0,
    *,
    caller: Caller = _MAX_FORWARD,
) -> tuple[FloatArray, IntArray]:
    """Compute the maximum of every window of every channel.

    Parameters
    ----------
    x : (N, C, H, W) array
        Images, float32 or float64 (integers become float64), in any memory order; not changed.
    field_height, field_width
        The size of the window; windows may overlap.
    stride, pad
        The step from one window to the next; the number of rows and columns on each side of the image that belong to
        windows but never hold their maximum, fewer than the window has. Each is an integer or a pair (vertical,
        horizontal).
    caller
        The names that errors use, if the user called a layer and not this function.

    Returns
    -------
    out : (N, C, out_h, out_w) array
        The maxima, in x's dtype; NaN counts as larger than any number. out_h = (H + 2 pad - field_height) // stride
        + 1, and out_w likewise.
    winners : (N, C, out_h, out_w) array
        The index of each maximum inside its window, counted row by row; of equal maxima, the first. uint8 for windows
        of at most 255 cells, else int32.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.

    Examples
    --------
    >>> out, winners = max_pool_forward([[[[1, 5, 2, 0], [3, 4, 2, 7]]]], 2, 2, stride=2)
    >>> out.tolist(), winners.tolist()
    ([[[[5.0, 7.0]]]], [[[[1, 3]]]])
    """
    x = float_array(caller.function, "x", x)
    sizes = _sizes(caller, "x", x.shape, field_height, field_width, stride, pad, some_pixel=True)
    shape = x.shape[:2] + sizes[-2:]
    out = np.empty(shape, dtype=x.dtype)
    winners: IntArray = np.empty(shape, dtype=_winners_type(sizes))
    if out.size:
        implementation("pooling").max_pool_forward(contiguous(x), out, winners, sizes)
    return out, winners


def max_pool_backward(
    dout: ArrayLike,
    winners: ArrayLike,
    x_shape: Shape,
    field_height: int,
    field_width: int,
    stride: int | tuple[int, int],
    pad: int | tuple[int, int] = 0,
    *,
    caller: Caller = _MAX_BACKWARD,
) -> FloatArray:
    """Compute the gradient of max_pool_forward: each dout goes to the winner of its window.

    Parameters
    ----------
    dout : (N, C, out_h, out_w) array
        The upstream gradient, in any memory order.
    winners : (N, C, out_h, out_w) array
        The winners that max_pool_forward returned.
    x_shape
        The shape (N, C, H, W) of the images.
    field_height, field_width, stride, pad, caller
        As in max_pool_forward.

    Returns
    -------
    (N, C, H, W) array
        The gradient dx, in dout's dtype.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    dout = float_array(caller.function, "dout", dout)
    x_shape = image_shape(caller.function, x_shape)
    sizes = _sizes(caller, "x_shape", x_shape, field_height, field_width, stride, pad, some_pixel=True)
    shape = x_shape[:2] + sizes[-2:]
    expect_shape(caller.function, "dout", dout, shape, "that of the windows")
    checked = _winners(caller.function, winners, shape, sizes)
    dx = np.empty(x_shape, dtype=dout.dtype)
    if dout.size:
        implementation("pooling").max_pool_backward(contiguous(dout), checked, dx, sizes)
    return dx


def avg_pool_forward(
    x: ArrayLike,
    field_height: int,
    field_width: int,
    stride: int | tuple[int, int],
    pad: int | tuple[int, int] = 0,
    *,
    caller: Caller = _AVG_FORWARD,
) -> FloatArray:
    """Compute the mean of every window of every channel, an array (N, C, out_h, out_w) of x's dtype.

    Parameters and errors are those of max_pool_forward, but the padding may be of any size. It counts as pixels of
    value 0.

    Examples
    --------
    >>> avg_pool_forward([[[[1, 5, 2, 0], [3, 4, 2, 7]]]], 2, 2, stride=2).tolist()
    [[[[3.25, 2.75]]]]
    """
    x = float_array(caller.function, "x", x)
    sizes = _sizes(caller, "x", x.shape, field_height, field_width, stride, pad)
    out = np.empty(x.shape[:2] + sizes[-2:], dtype=x.dtype)
    if out.size:
        implementation("pooling").avg_pool_forward(contiguous(x), out, sizes)
    return out


def avg_pool_backward(
    dout: ArrayLike,
    x_shape: Shape,
    field_height: int,
    field_width: int,
    stride: int | tuple[int, int],
    pad: int | tuple[int, int] = 0,
    *,
    caller: Caller = _AVG_BACKWARD,
) -> FloatArray:
    """Compute the gradient of avg_pool_forward: all pixels of a window get equal parts of its dout.

    Parameters, result and errors are those of max_pool_backward, without winners.
    """
    dout = float_array(caller.function, "dout", dout)
    x_shape = image_shape(caller.function, x_shape)
    sizes = _sizes(caller, "x_shape", x_shape, field_height, field_width, stride, pad)
    expect_shape(caller.function, "dout", dout, x_shape[:2] + sizes[-2:], "that of the windows")
    dx = np.empty(x_shape, dtype=dout.dtype)
    if dout.size:
        implementation("pooling").avg_pool_backward(contiguous(dout), dx, sizes)
    return dx


def _sizes(
    caller: Caller,
    name: str,
    x_shape: Shape,
    field_height: int,
    field_width: int,
    stride: int | tuple[int, int],
    pad: int | tuple[int, int],
    some_pixel: bool = False,
) -> Sizes:
    """Return the numbers that the kernels need: window, padding, stride, output size, each vertical and horizontal."""
    if len(x_shape) != 4 or x_shape[2] < 1 or x_shape[3] < 1:
        what = "be (N, C, H, W)" if name == "x_shape" else "have shape (N, C, H, W)"
        raise ValueError(
            f"{caller.function}: {name} should {what} with H and W of at least 1, but "
            f"{'is' if name == 'x_shape' else 'has'} {tuple(x_shape)}."
        )
    fh, fw, ph, pw, sh, sw, _, _, out_h, out_w = geometry(caller, x_shape, field_height, field_width, pad, stride)
    if some_pixel and (ph >= fh or pw >= fw):
        raise ValueError(
            f"{caller.function}: pad should be smaller than the window of {fh}x{fw}, so that every window holds a "
            f"pixel, but is {pad!r}."
        )
    if some_pixel and fh * fw >= 2**31:
        raise ValueError(f"{caller.function}: a window should have fewer than 2**31 cells, but has {fh}x{fw}.")
    return fh, fw, ph, pw, sh, sw, out_h, out_w


def _winners(function: str, winners: ArrayLike, shape: Shape, sizes: Sizes) -> IntArray:
    winners = np.asarray(winners)
    expect_shape(function, "winners", winners, shape, "that of dout")
    cells = sizes[0] * sizes[1]
    if winners.dtype.kind not in "iu" or (winners.size and not 0 <= winners.min() <= winners.max() < cells):
        raise ValueError(
            f"{function}: winners should hold integers 0..{cells - 1}, the indices of cells of the window that "
            "max_pool_forward returned."
        )
    return np.require(winners, _winners_type(sizes), ["C", "A"])


def _winners_type(sizes: Sizes) -> type[np.uint8 | np.int32]:
    return np.uint8 if sizes[0] * sizes[1] <= 255 else np.int32
