"""Checks the arguments of the convolution layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cs231n_lib.arguments import expect_shape, floats, settings
from cs231n_lib.kernels.geometry import SIDES_OF_W, Caller, geometry

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, Settings
    from cs231n_lib.kernels.geometry import Sizes

    Steps = int | tuple[int, int]  # one number for both directions, or (vertical, horizontal)
    ConvCache = tuple[ArrayLike, ArrayLike, Steps, Steps, Steps]  # x, w, stride, pad, dilation
    GeometryCache = tuple[FloatArray, FloatArray, Sizes]  # x, w, the numbers of `geometry`


def conv_settings(function: str, conv_param: Settings) -> tuple[Steps, Steps, Steps]:
    """Return (stride, pad, dilation) of a conv_param; the default dilation is 1."""
    stride, pad, dilation = settings(function, "conv_param", conv_param, ["stride", "pad"], dilation=1)
    return stride, pad, dilation


def conv_arguments(
    function: str, x: ArrayLike, w: ArrayLike, b: ArrayLike, conv_param: Settings
) -> tuple[FloatArray, FloatArray, FloatArray, Sizes]:
    """Return x, w, b in one floating type, and what `geometry` returns: field, pad, stride, dilation, output size."""
    stride, pad, dilation = conv_settings(function, conv_param)
    x, w, b = floats(function, x=x, w=w, b=b)
    expect_shape(function, "x", x, ("N", "C", "H", "W"))
    expect_shape(function, "w", w, ("F", x.shape[1], "HH", "WW"), "one channel per channel of x")
    expect_shape(function, "b", b, w.shape[:1], "one bias per filter")
    return x, w, b, geometry(Caller(function, *SIDES_OF_W), x.shape, w.shape[2], w.shape[3], pad, stride, dilation)
