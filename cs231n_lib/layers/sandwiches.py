"""Sandwich layers: several layers that are often used together, as one forward and one backward function.

The ReLU changes the new array of the previous layer in place. Its gradient needs only the result, since out > 0 exactly
where the ReLU's input is. Here pooling comes before the ReLU, because the largest value of a window remains the largest
after max(0, .): the results are the same, with fewer values to compute and to keep.

Parameters, results and errors are those of the layers that each docstring names. If a backward function has the
argument need_dx, False skips the gradient of x, which is then None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cs231n_lib import kernels, layers
from cs231n_lib.kernels.geometry import SIDES_OF_W, Caller
from cs231n_lib.layers.conv_arguments import conv_settings

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, MaybeNone, Settings
    from cs231n_lib.layers.affine import AffineCache
    from cs231n_lib.layers.batch_normalization import BatchNormCache
    from cs231n_lib.layers.conv_arguments import ConvCache
    from cs231n_lib.layers.layer_normalization import LayerNormCache
    from cs231n_lib.layers.pooling import MaxPoolCache

    # the cache of each layer in turn, then the result
    AffineReluCache = tuple[AffineCache, FloatArray]
    AffineBnReluCache = tuple[AffineCache, BatchNormCache, FloatArray]
    AffineLnReluCache = tuple[AffineCache, LayerNormCache, FloatArray]
    ConvReluCache = tuple[ConvCache, FloatArray]
    ConvReluPoolCache = tuple[ConvCache, MaxPoolCache, FloatArray]
    ConvBnReluCache = tuple[ConvCache, BatchNormCache, FloatArray]
    ConvBnReluPoolCache = tuple[ConvCache, BatchNormCache, MaxPoolCache, FloatArray]

    Gradients = tuple[FloatArray | MaybeNone, FloatArray, FloatArray]  # dx, dw, db
    NormGradients = tuple[FloatArray | MaybeNone, FloatArray, FloatArray, FloatArray, FloatArray]  # and dgamma, dbeta


def affine_relu_forward(x: ArrayLike, w: ArrayLike, b: ArrayLike) -> tuple[FloatArray, AffineReluCache]:
    """Apply affine_forward and relu_forward; return out (N, M) and the cache."""
    out, cache = layers.affine_forward(x, w, b)
    return _relu(out), (cache, out)


def affine_relu_backward(dout: ArrayLike, cache: AffineReluCache, need_dx: bool = True) -> Gradients:
    """Compute the gradients dx, dw, db of affine_relu_forward."""
    affine_cache, out = cache
    return layers.affine_backward(_through_relu("affine_relu_backward", dout, out), affine_cache, need_dx)


def affine_bn_relu_forward(
    x: ArrayLike, w: ArrayLike, b: ArrayLike, gamma: ArrayLike, beta: ArrayLike, bn_param: Settings
) -> tuple[FloatArray, AffineBnReluCache]:
    """Apply affine_forward, batchnorm_forward and relu_forward; return out (N, M) and the cache."""
    scores, affine_cache = layers.affine_forward(x, w, b)
    out, norm_cache = layers.batchnorm_forward(scores, gamma, beta, bn_param)
    return _relu(out), (affine_cache, norm_cache, out)


def affine_bn_relu_backward(dout: ArrayLike, cache: AffineBnReluCache, need_dx: bool = True) -> NormGradients:
    """Compute the gradients dx, dw, db, dgamma, dbeta of affine_bn_relu_forward."""
    affine_cache, norm_cache, out = cache
    dout = _through_relu("affine_bn_relu_backward", dout, out)
    dout, dgamma, dbeta = layers.batchnorm_backward_alt(dout, norm_cache)
    return *layers.affine_backward(dout, affine_cache, need_dx), dgamma, dbeta


def affine_ln_relu_forward(
    x: ArrayLike, w: ArrayLike, b: ArrayLike, gamma: ArrayLike, beta: ArrayLike, ln_param: Settings
) -> tuple[FloatArray, AffineLnReluCache]:
    """Apply affine_forward, layernorm_forward and relu_forward; return out (N, M) and the cache."""
    scores, affine_cache = layers.affine_forward(x, w, b)
    out, norm_cache = layers.layernorm_forward(scores, gamma, beta, ln_param)
    return _relu(out), (affine_cache, norm_cache, out)


def affine_ln_relu_backward(dout: ArrayLike, cache: AffineLnReluCache, need_dx: bool = True) -> NormGradients:
    """Compute the gradients dx, dw, db, dgamma, dbeta of affine_ln_relu_forward."""
    affine_cache, norm_cache, out = cache
    dout = _through_relu("affine_ln_relu_backward", dout, out)
    dout, dgamma, dbeta = layers.layernorm_backward(dout, norm_cache)
    return *layers.affine_backward(dout, affine_cache, need_dx), dgamma, dbeta


def conv_relu_forward(
    x: ArrayLike, w: ArrayLike, b: ArrayLike | None, conv_param: Settings
) -> tuple[FloatArray, ConvReluCache]:
    """Apply conv_forward_fast and relu_forward; return out (N, F, out_h, out_w) and the cache."""
    stride, pad, dilation = conv_settings("conv_relu_forward", conv_param)
    caller = Caller("conv_relu_forward", *SIDES_OF_W)
    out = kernels.conv_forward(x, w, b, stride, pad, dilation, relu=True, caller=caller)
    return out, ((x, w, stride, pad, dilation), out)


def conv_relu_backward(dout: ArrayLike, cache: ConvReluCache, need_dx: bool = True) -> Gradients:
    """Compute the gradients dx, dw, db of conv_relu_forward."""
    convolution, out = cache
    caller = Caller("conv_relu_backward", *SIDES_OF_W)
    dout = _through_relu(caller.function, dout, out)
    return kernels.conv_backward(dout, *convolution, need_dx=need_dx, caller=caller)


def conv_relu_pool_forward(
    x: ArrayLike, w: ArrayLike, b: ArrayLike | None, conv_param: Settings, pool_param: Settings
) -> tuple[FloatArray, ConvReluPoolCache]:
    """Apply conv_forward_fast, relu_forward and max_pool_forward_fast; return out (N, F, out_h, out_w), cache."""
    maps, conv_cache = layers.conv_forward_fast(x, w, b, conv_param)
    out, pool_cache = layers.max_pool_forward_fast(maps, pool_param)
    return _relu(out), (conv_cache, pool_cache, out)


def conv_relu_pool_backward(dout: ArrayLike, cache: ConvReluPoolCache, need_dx: bool = True) -> Gradients:
    """Compute the gradients dx, dw, db of conv_relu_pool_forward."""
    conv_cache, pool_cache, out = cache
    dout = layers.max_pool_backward_fast(_through_relu("conv_relu_pool_backward", dout, out), pool_cache)
    return layers.conv_backward_fast(dout, conv_cache, need_dx)


def conv_bn_relu_forward(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None,
    gamma: ArrayLike,
    beta: ArrayLike,
    conv_param: Settings,
    bn_param: Settings,
) -> tuple[FloatArray, ConvBnReluCache]:
    """Apply conv_forward_fast, spatial_batchnorm_forward and relu_forward; return out (N, F, out_h, out_w), cache."""
    maps, conv_cache = layers.conv_forward_fast(x, w, b, conv_param)
    out, norm_cache = layers.spatial_batchnorm_forward(maps, gamma, beta, bn_param)
    return _relu(out), (conv_cache, norm_cache, out)


def conv_bn_relu_backward(dout: ArrayLike, cache: ConvBnReluCache, need_dx: bool = True) -> NormGradients:
    """Compute the gradients dx, dw, db, dgamma, dbeta of conv_bn_relu_forward."""
    conv_cache, norm_cache, out = cache
    dout = _through_relu("conv_bn_relu_backward", dout, out)
    dout, dgamma, dbeta = layers.spatial_batchnorm_backward(dout, norm_cache)
    return *layers.conv_backward_fast(dout, conv_cache, need_dx), dgamma, dbeta


def conv_bn_relu_pool_forward(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None,
    gamma: ArrayLike,
    beta: ArrayLike,
    conv_param: Settings,
    bn_param: Settings,
    pool_param: Settings,
) -> tuple[FloatArray, ConvBnReluPoolCache]:
    """Apply conv_forward_fast, spatial_batchnorm_forward, relu_forward and max_pool_forward_fast: (out, cache)."""
    maps, conv_cache = layers.conv_forward_fast(x, w, b, conv_param)
    maps, norm_cache = layers.spatial_batchnorm_forward(maps, gamma, beta, bn_param)
    out, pool_cache = layers.max_pool_forward_fast(maps, pool_param)
    return _relu(out), (conv_cache, norm_cache, pool_cache, out)


def conv_bn_relu_pool_backward(dout: ArrayLike, cache: ConvBnReluPoolCache, need_dx: bool = True) -> NormGradients:
    """Compute the gradients dx, dw, db, dgamma, dbeta of conv_bn_relu_pool_forward."""
    conv_cache, norm_cache, pool_cache, out = cache
    dout = layers.max_pool_backward_fast(_through_relu("conv_bn_relu_pool_backward", dout, out), pool_cache)
    dout, dgamma, dbeta = layers.spatial_batchnorm_backward(dout, norm_cache)
    return *layers.conv_backward_fast(dout, conv_cache, need_dx), dgamma, dbeta


def _relu(out: FloatArray) -> FloatArray:
    return kernels.rectify(out, in_place=True)


def _through_relu(function: str, dout: ArrayLike, out: FloatArray) -> FloatArray:
    return kernels.rectify_backward(dout, out, caller=function)
