"""Layers that are often used together, as one: forward and backward of the whole.

The ReLU works in place on what the layer before it has just made, and its gradient takes the sign from the result:
out > 0 exactly where the ReLU's input was. Since the largest of a window stays the largest after max(0, .), pooling
comes before the ReLU here: the results are the same, with fewer values to go through and to keep.
"""

import numpy as np

from cs231n_lib import kernels, layers
from cs231n_lib.arguments import upstream
from cs231n_lib.layers.conv_arguments import conv_settings


def affine_relu_forward(x, w, b):
    """affine_forward, relu_forward: (out (N, M), cache)."""
    out, cache = layers.affine_forward(x, w, b)
    return _relu(out), (cache, out)


def affine_relu_backward(dout, cache, need_dx=True):
    """Gradients of affine_relu_forward: dx, dw, db."""
    cache, out = cache
    return layers.affine_backward(_through_relu("affine_relu_backward", dout, out), cache, need_dx)


def affine_bn_relu_forward(x, w, b, gamma, beta, bn_param):
    """affine_forward, batchnorm_forward, relu_forward: (out (N, M), cache)."""
    scores, affine_cache = layers.affine_forward(x, w, b)
    out, norm_cache = layers.batchnorm_forward(scores, gamma, beta, bn_param)
    return _relu(out), (affine_cache, norm_cache, out)


def affine_bn_relu_backward(dout, cache, need_dx=True):
    """Gradients of affine_bn_relu_forward: dx, dw, db, dgamma, dbeta."""
    affine_cache, norm_cache, out = cache
    dout = _through_relu("affine_bn_relu_backward", dout, out)
    dout, dgamma, dbeta = layers.batchnorm_backward_alt(dout, norm_cache)
    return *layers.affine_backward(dout, affine_cache, need_dx), dgamma, dbeta


def affine_ln_relu_forward(x, w, b, gamma, beta, ln_param):
    """affine_forward, layernorm_forward, relu_forward: (out (N, M), cache)."""
    scores, affine_cache = layers.affine_forward(x, w, b)
    out, norm_cache = layers.layernorm_forward(scores, gamma, beta, ln_param)
    return _relu(out), (affine_cache, norm_cache, out)


def affine_ln_relu_backward(dout, cache, need_dx=True):
    """Gradients of affine_ln_relu_forward: dx, dw, db, dgamma, dbeta."""
    affine_cache, norm_cache, out = cache
    dout = _through_relu("affine_ln_relu_backward", dout, out)
    dout, dgamma, dbeta = layers.layernorm_backward(dout, norm_cache)
    return *layers.affine_backward(dout, affine_cache, need_dx), dgamma, dbeta


def conv_relu_forward(x, w, b, conv_param):
    """conv_forward_fast, relu_forward: (out (N, F, out_h, out_w), cache)."""
    stride, pad, dilation = conv_settings("conv_relu_forward", conv_param)
    out = kernels.conv_forward(x, w, b, stride, pad, dilation, relu=True)
    return out, ((x, w, stride, pad, dilation), out)


def conv_relu_backward(dout, cache, need_dx=True):
    """Gradients of conv_relu_forward: dx, dw, db."""
    convolution, out = cache
    return kernels.conv_backward(_through_relu("conv_relu_backward", dout, out), *convolution, need_dx=need_dx)


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    """conv_forward_fast, relu_forward, max_pool_forward_fast: (out (N, F, out_h, out_w), cache)."""
    maps, conv_cache = layers.conv_forward_fast(x, w, b, conv_param)
    out, pool_cache = layers.max_pool_forward_fast(maps, pool_param)
    return _relu(out), (conv_cache, pool_cache, out)


def conv_relu_pool_backward(dout, cache, need_dx=True):
    """Gradients of conv_relu_pool_forward: dx, dw, db."""
    conv_cache, pool_cache, out = cache
    dout = layers.max_pool_backward_fast(_through_relu("conv_relu_pool_backward", dout, out), pool_cache)
    return layers.conv_backward_fast(dout, conv_cache, need_dx)


def conv_bn_relu_forward(x, w, b, gamma, beta, conv_param, bn_param):
    """conv_forward_fast, spatial_batchnorm_forward, relu_forward: (out (N, F, out_h, out_w), cache)."""
    maps, conv_cache = layers.conv_forward_fast(x, w, b, conv_param)
    out, norm_cache = layers.spatial_batchnorm_forward(maps, gamma, beta, bn_param)
    return _relu(out), (conv_cache, norm_cache, out)


def conv_bn_relu_backward(dout, cache, need_dx=True):
    """Gradients of conv_bn_relu_forward: dx, dw, db, dgamma, dbeta."""
    conv_cache, norm_cache, out = cache
    dout = _through_relu("conv_bn_relu_backward", dout, out)
    dout, dgamma, dbeta = layers.spatial_batchnorm_backward(dout, norm_cache)
    return *layers.conv_backward_fast(dout, conv_cache, need_dx), dgamma, dbeta


def conv_bn_relu_pool_forward(x, w, b, gamma, beta, conv_param, bn_param, pool_param):
    """conv_forward_fast, spatial_batchnorm_forward, relu_forward, max_pool_forward_fast: (out, cache)."""
    maps, conv_cache = layers.conv_forward_fast(x, w, b, conv_param)
    maps, norm_cache = layers.spatial_batchnorm_forward(maps, gamma, beta, bn_param)
    out, pool_cache = layers.max_pool_forward_fast(maps, pool_param)
    return _relu(out), (conv_cache, norm_cache, pool_cache, out)


def conv_bn_relu_pool_backward(dout, cache, need_dx=True):
    """Gradients of conv_bn_relu_pool_forward: dx, dw, db, dgamma, dbeta."""
    conv_cache, norm_cache, pool_cache, out = cache
    dout = layers.max_pool_backward_fast(_through_relu("conv_bn_relu_pool_backward", dout, out), pool_cache)
    dout, dgamma, dbeta = layers.spatial_batchnorm_backward(dout, norm_cache)
    return *layers.conv_backward_fast(dout, conv_cache, need_dx), dgamma, dbeta


def _relu(out):
    return np.maximum(out, 0, out=out)


def _through_relu(function, dout, out):
    return upstream(function, dout, out.shape) * (out > 0)
