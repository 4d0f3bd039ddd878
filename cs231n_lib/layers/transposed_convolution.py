"""Transposed convolution, which makes images larger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cs231n_lib import kernels
from cs231n_lib.arguments import settings
from cs231n_lib.kernels.geometry import SIDES_OF_W, Caller

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, MaybeNone, Settings
    from cs231n_lib.layers.conv_arguments import ConvCache

_FORWARD, _BACKWARD = Caller("conv_transpose_forward", *SIDES_OF_W), Caller("conv_transpose_backward", *SIDES_OF_W)


def conv_transpose_forward(
    x: ArrayLike, w: ArrayLike, b: ArrayLike | None, conv_param: Settings
) -> tuple[FloatArray, ConvCache]:
    """Apply a transposed convolution: every pixel adds a copy of the filters, multiplied by its value.

    It is the gradient of a convolution with respect to its images, as a layer of its own (Long et al. 2015; also
    called fractionally strided convolution and, misleadingly, deconvolution).

    Parameters
    ----------
    x : (N, C, H, W) array
        Images.
    w : (C, F, HH, WW) array
        Filters: for each channel of x, one for each channel of the result.
    b : (F,) array or None
        Biases.
    conv_param
        A dict with the keys "stride", "pad" and "output_pad" (default 0, below the stride), each an integer or a pair
        (vertical, horizontal). A convolution with the same stride and pad gives images of the size of out the size
        of x.

    Returns
    -------
    out : (N, F, out_h, out_w) array
        The outputs, with out_h = (H - 1) stride - 2 pad + HH + output_pad, and out_w likewise.
    cache
        For conv_transpose_backward.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.

    Examples
    --------
    >>> import numpy as np
    >>> x, w = np.array([[[[1.0, 2.0]]]]), np.array([[[[1.0, 10.0, 100.0]]]])
    >>> conv_transpose_forward(x, w, None, {"stride": 2, "pad": 0})[0]
    array([[[[  1.,  10., 102.,  20., 200.]]]])
    """
    function = "conv_transpose_forward"
    stride, pad, output_pad = settings(function, "conv_param", conv_param, ["stride", "pad"], output_pad=0)
    out = kernels.conv_transpose_forward(x, w, b, stride, pad, output_pad, caller=_FORWARD)
    return out, (x, w, stride, pad, output_pad)


def conv_transpose_backward(
    dout: ArrayLike, cache: ConvCache, need_dx: bool = True
) -> tuple[FloatArray | MaybeNone, FloatArray, FloatArray]:
    """Compute the gradients of conv_transpose_forward: dx (N, C, H, W), dw (C, F, HH, WW), db (F,).

    dout is (N, F, out_h, out_w). need_dx=False skips the gradient of x, which is then None.
    """
    return kernels.conv_transpose_backward(dout, *cache, need_dx=need_dx, caller=_BACKWARD)
