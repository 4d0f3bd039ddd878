"""Convolution by the library's kernels."""

from cs231n_lib import kernels
from cs231n_lib.layers.conv_arguments import conv_settings


def conv_forward_fast(x, w, b, conv_param):
    """conv_forward_naive, as fast as the computer can; the same arguments, returns and errors. b=None: no bias."""
    stride, pad, dilation = conv_settings("conv_forward_fast", conv_param)
    return kernels.conv_forward(x, w, b, stride, pad, dilation), (x, w, stride, pad, dilation)


def conv_backward_fast(dout, cache, need_dx=True):
    """Gradients of conv_forward_fast: dout (N, F, out_h, out_w) -> dx (N, C, H, W), dw (F, C, HH, WW), db (F,)."""
    return kernels.conv_backward(dout, *cache, need_dx=need_dx)
