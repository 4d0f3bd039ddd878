"""The residual block of He et al. 2016, "Deep residual learning for image recognition"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib import layers
from cs231n_lib.arguments import float_array, one_of, upstream

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, MaybeNone, Settings

    # the caches of both halves and of the projection (None without one), then the result
    BlockCache = tuple[Any, tuple[Any, Any], tuple[Any, Any] | None, FloatArray]


def residual_block_forward(
    x: ArrayLike, params: Mapping[str, ArrayLike], bn_params: Sequence[Settings], mode: str
) -> tuple[FloatArray, BlockCache]:
    """Apply a residual block: ReLU(F(x) + x), where F is conv - batch norm - ReLU - conv - batch norm.

    With a projection, the first convolution has stride 2, and the shortcut is conv 1x1 with stride 2 - batch norm.

    Parameters
    ----------
    x : (N, C, H, W) array
        Images.
    params
        A dict of W1 (F, C, 3, 3) and W2 (F, F, 3, 3), and gamma1, beta1, gamma2, beta2 (F,). For a projection, also W3
        (F, C, 1, 1), gamma3 and beta3 (F,); otherwise F = C.
    bn_params
        A bn_param for each batch normalization, two or three; see batchnorm_forward. The block sets their "mode".
    mode
        "train" or "test".

    Returns
    -------
    out : (N, F, out_h, out_w) array
        The outputs; with a projection, out_h = (H + 1) // 2 and out_w = (W + 1) // 2, otherwise those of x.
    cache
        For residual_block_backward.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    name = "residual_block_forward"
    x = float_array(name, "x", x)
    one_of(name, "mode", mode, ["train", "test"])
    if not isinstance(params, Mapping):
        raise TypeError(f"{name}: params should be a dict of arrays, but is {params!r}.")
    projects = "W3" in params
    needed = [f"{kind}{i}" for i in range(1, 3 + projects) for kind in ("W", "gamma", "beta")]
    if params.keys() != set(needed):
        raise ValueError(f"{name}: params should have {', '.join(needed)}, but has {', '.join(map(str, params))}.")
    if not isinstance(bn_params, (tuple, list)) or not all(isinstance(each, dict) for each in bn_params):
        raise TypeError(f"{name}: bn_params should be a list of dicts, but is {bn_params!r}.")
    if len(bn_params) != 2 + projects:
        raise ValueError(f"{name}: bn_params should have {2 + projects} dicts, but has {len(bn_params)}.")
    for bn_param in bn_params:
        bn_param["mode"] = mode
    (W1, gamma1, beta1), (W2, gamma2, beta2) = ([params[key] for key in needed[i : i + 3]] for i in (0, 3))
    conv_param = {"stride": 1 + projects, "pad": 1}
    hidden, first = layers.conv_bn_relu_forward(x, W1, None, gamma1, beta1, conv_param, bn_params[0])
    maps, conv_cache = layers.conv_forward_fast(hidden, W2, None, {"stride": 1, "pad": 1})
    out, norm_cache = layers.spatial_batchnorm_forward(maps, gamma2, beta2, bn_params[1])
    shortcut, projection = x, None
    if projects:
        maps, projection_cache = layers.conv_forward_fast(x, params["W3"], None, {"stride": 2, "pad": 0})
        shortcut, third = layers.spatial_batchnorm_forward(maps, params["gamma3"], params["beta3"], bn_params[2])
        projection = (projection_cache, third)
    elif out.shape != x.shape:
        raise ValueError(f"{name}: without W3, W2 should have {x.shape[1]} filters, like x, but has {out.shape[1]}.")
    out = np.maximum(out + shortcut, 0)
    return out, (first, (conv_cache, norm_cache), projection, out)


def residual_block_backward(
    dout: ArrayLike, cache: BlockCache, need_dx: bool = True
) -> tuple[FloatArray | MaybeNone, dict[str, FloatArray]]:
    """Compute the gradients of residual_block_forward: dx (N, C, H, W), and a dict with the gradient of each parameter.

    dout is (N, F, out_h, out_w). need_dx=False skips the gradient of x, which is then None.
    """
    first, (conv_cache, norm_cache), projection, out = cache
    dout = upstream("residual_block_backward", dout, out.shape) * (out > 0)
    grads: dict[str, FloatArray] = {}
    dmaps, grads["gamma2"], grads["beta2"] = layers.spatial_batchnorm_backward(dout, norm_cache)
    dhidden, grads["W2"], _ = layers.conv_backward_fast(dmaps, conv_cache)
    dx, grads["W1"], _, grads["gamma1"], grads["beta1"] = layers.conv_bn_relu_backward(dhidden, first, need_dx)
    dshortcut = dout
    if projection:
        conv_cache, norm_cache = projection
        dmaps, grads["gamma3"], grads["beta3"] = layers.spatial_batchnorm_backward(dout, norm_cache)
        dshortcut, grads["W3"], _ = layers.conv_backward_fast(dmaps, conv_cache, need_dx)
    return (dx + dshortcut if need_dx else None), grads
