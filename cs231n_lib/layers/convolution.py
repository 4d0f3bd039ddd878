"""Convolution with the library's fast kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cs231n_lib import kernels
from cs231n_lib.kernels.geometry import SIDES_OF_W, Caller
from cs231n_lib.layers.conv_arguments import conv_settings

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, MaybeNone, Settings
    from cs231n_lib.layers.conv_arguments import ConvCache

_FORWARD, _BACKWARD = Caller("conv_forward_fast", *SIDES_OF_W), Caller("conv_backward_fast", *SIDES_OF_W)


def conv_forward_fast(
    x: ArrayLike, w: ArrayLike, b: ArrayLike | None, conv_param: Settings
) -> tuple[FloatArray, ConvCache]:
    """Convolve images with filters, using the library's fastest kernel.

    Parameters
    ----------
    x : (N, C, H, W) array
        Images.
    w : (F, C, HH, WW) array
        Filters.
    b : (F,) array or None
        Biases.
    conv_param
        A dict with the keys "stride", "pad" and "dilation" (default 1), each an integer or a pair (vertical,
        horizontal).

    Returns
    -------
    out : (N, F, out_h, out_w) array
        The outputs, with out_h = (H + 2 pad - dilation (HH - 1) - 1) // stride + 1, and out_w likewise.
    cache
        For conv_backward_fast.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    stride, pad, dilation = conv_settings("conv_forward_fast", conv_param)
    out = kernels.conv_forward(x, w, b, stride, pad, dilation, caller=_FORWARD)
    return out, (x, w, stride, pad, dilation)


def conv_backward_fast(
    dout: ArrayLike, cache: ConvCache, need_dx: bool = True
) -> tuple[FloatArray | MaybeNone, FloatArray, FloatArray]:
    """Compute the gradients of conv_forward_fast: dx (N, C, H, W), dw (F, C, HH, WW), db (F,).

    dout is (N, F, out_h, out_w). need_dx=False skips the gradient of x, which is then None.
    """
    return kernels.conv_backward(dout, *cache, need_dx=need_dx, caller=_BACKWARD)
