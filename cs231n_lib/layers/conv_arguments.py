"""What the convolution layers in Python are given, checked."""

from cs231n_lib.arguments import expect_shape, floats, settings
from cs231n_lib.kernels.geometry import geometry


def conv_settings(function, conv_param):
    """(stride, pad, dilation) of a conv_param; dilation is 1 if not given."""
    return settings(function, "conv_param", conv_param, ["stride", "pad"], dilation=1)


def conv_arguments(function, x, w, b, conv_param):
    """x, w, b in one floating type, and the numbers of `geometry`: field, pad, stride, dilation, output size."""
    stride, pad, dilation = conv_settings(function, conv_param)
    x, w, b = floats(function, x=x, w=w, b=b)
    expect_shape(function, "x", x, ("N", "C", "H", "W"))
    expect_shape(function, "w", w, ("F", x.shape[1], "HH", "WW"), "one channel per channel of x")
    expect_shape(function, "b", b, w.shape[:1], "one bias per filter")
    return x, w, b, geometry(function, x.shape, *w.shape[2:], pad, stride, dilation)
