"""The output size of a sliding field, and arrays in the form that compiled kernels need."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cs231n_lib.arguments import float_array, floats, integer, pair

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, Shape

    Sizes = tuple[int, ...]  # field or window, pad, stride, (dilation,) output size, each vertical and horizontal

MOST_PIXELS = 2**31 - 1
SIDES_OF_W = ("w's HH", "w's WW")  # the field sizes of filters w (F, C, HH, WW)


class Caller(NamedTuple):
    """The names that errors use: the function that the user called, and its names for the sides of the field.

    Layers pass it to kernels, since their users did not call a kernel.
    """

    function: str
    height: str = "field_height"
    width: str = "field_width"


def aligned_floats(function: str, **arrays: ArrayLike) -> list[FloatArray]:
    """Convert arrays like `arguments.floats`, and align their items to their natural boundary, as Cython needs."""
    return [_aligned(array) for array in floats(function, **arrays)]


def aligned_float_array(function: str, name: str, array: ArrayLike) -> FloatArray:
    """Convert an array like `arguments.float_array`, and align its items to their natural boundary, as Cython needs."""
    return _aligned(float_array(function, name, array))


def _aligned(array: FloatArray) -> FloatArray:
    return array if array.flags.aligned else np.require(array, requirements="A")


def image_shape(function: str, x_shape: Shape) -> Shape:
    """Return x_shape as a tuple. Raises ValueError unless it is the shape (N, C, H, W) of images."""
    if not isinstance(x_shape, (tuple, list)) or len(x_shape) != 4:
        raise ValueError(f"{function}: x_shape should be (N, C, H, W), but is {x_shape!r}.")
    return tuple(integer(function, "each size in x_shape", size, 0) for size in x_shape)


def geometry(
    caller: Caller,
    x_shape: Shape,
    field_height: int,
    field_width: int,
    pad: int | tuple[int, int],
    stride: int | tuple[int, int],
    dilation: int | tuple[int, int] | None = None,
) -> Sizes:
    """Compute the numbers that the kernels need.

    A stride or dilation that is too large to matter is replaced by a smaller equivalent, so that the kernels' sums do
    not overflow.

    Parameters
    ----------
    caller
        The names for the error.
    x_shape
        (N, C, H, W), the shape of the images.
    field_height, field_width
        The size of the field.
    pad, stride, dilation
        Each is an integer or a pair (vertical, horizontal). If the dilation is None, it is 1, and errors do not mention
        it.

    Returns
    -------
    tuple of 10 integers
        Field, pad, stride, dilation and output size, each vertical and horizontal.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    function, *names = caller
    field = (integer(function, names[0], field_height, 1), integer(function, names[1], field_width, 1))
    pad = pair(function, "pad", pad, 0)
    stride = pair(function, "stride", stride, 1)
    step = (1, 1) if dilation is None else pair(function, "dilation", dilation, 1)
    steps: list[tuple[int, int]] = []
    out: list[int] = []
    for axis, side in enumerate(("high", "wide")):
        covered = step[axis] * (field[axis] - 1) + 1
        space = x_shape[2 + axis] + 2 * pad[axis]
        if covered > space:
            why = "" if dilation is None else f"with dilation {step[axis]} it covers {covered} pixels, but "
            raise ValueError(
                f"{function}: {names[axis]}={field[axis]} does not fit: {why}the image is only {space} "
                f"{side} with its padding of {pad[axis]}."
            )
        if space > MOST_PIXELS:
            raise ValueError(
                f"{function}: pad={pad[axis]} makes the image {space} {side}, but it may have at most "
                f"{MOST_PIXELS} pixels in a row or column."
            )
        steps.append((min(stride[axis], space), step[axis] if field[axis] > 1 else 1))
        out.append((space - covered) // stride[axis] + 1)
    (sh, dh), (sw, dw) = steps
    return *field, *pad, sh, sw, dh, dw, *out
