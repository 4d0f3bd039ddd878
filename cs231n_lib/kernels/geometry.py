"""The output size of a sliding field, and arrays as the compiled kernels take them."""

import numpy as np

from cs231n_lib import arguments
from cs231n_lib.arguments import integer, pair

MOST_PIXELS = 2**31 - 1


def floats(function, **arrays):
    """The arrays in one floating type, as arguments.floats; with items on their natural boundary, for Cython."""
    found = arguments.floats(function, **arrays)
    return [aligned(array) for array in found] if len(arrays) > 1 else aligned(found)


def aligned(array):
    return array if array.flags.aligned else np.require(array, requirements="A")


def geometry(function, x_shape, field_height, field_width, pad, stride, dilation):
    """The numbers the kernels take: field, pad, stride, dilation and output size, each vertical, horizontal.

    Those too large to matter come back as small ones that say the same, so that the kernels' sums do not overflow.
    """
    field = (integer(function, "field_height", field_height, 1), integer(function, "field_width", field_width, 1))
    pad = pair(function, "pad", pad, 0)
    stride = pair(function, "stride", stride, 1)
    dilation = pair(function, "dilation", dilation, 1)
    steps, out = [], []
    for axis, side in enumerate(("high", "wide")):
        covered = dilation[axis] * (field[axis] - 1) + 1
        space = x_shape[2 + axis] + 2 * pad[axis]
        if covered > space:
            argument = ("field_height", "field_width")[axis]
            raise ValueError(
                f"{function}: {argument}={field[axis]} does not fit: with dilation {dilation[axis]} it covers "
                f"{covered} pixels, but the image is only {space} {side} with its padding of {pad[axis]}")
        if space > MOST_PIXELS:
            raise ValueError(f"{function}: pad={pad[axis]} makes the image {space} {side}, but it may have at most "
                             f"{MOST_PIXELS} pixels in a row or column")
        steps.append((min(stride[axis], space), dilation[axis] if field[axis] > 1 else 1))
        out.append((space - covered) // stride[axis] + 1)
    stride, dilation = zip(*steps, strict=True)
    return *field, *pad, *stride, *dilation, *out
