"""Layers as pairs: name_forward(x, ...) -> (out, cache), name_backward(dout, cache) -> gradients in argument order.

float32 and float64 both work and stay what they are; integers are computed with as float64. No argument is
changed, apart from the running averages in a bn_param. A cache may hold the very arrays that were passed in or
handed out: leave them as they are until the backward pass is done. Where a backward function takes need_dx, False
spares the gradient of x, which is then None: a net's first layer has no use for it.
"""

from cs231n_lib.lazy_exports import lazy_exports


def _pair(*names):
    return [f"{name}_{direction}" for name in names for direction in ("forward", "backward")]


__getattr__, __dir__, __all__ = lazy_exports(__name__, {
    "activations": _pair("relu", "leaky_relu", "elu", "sigmoid", "tanh", "maxout"),
    "affine": _pair("affine"),
    "batch_normalization": [*_pair("batchnorm"), "batchnorm_backward_alt"],
    "convolution": ["conv_forward_fast", "conv_backward_fast"],
    "convolution_im2col": ["conv_forward_im2col", "conv_backward_im2col"],
    "convolution_naive": ["conv_forward_naive", "conv_backward_naive"],
    "dropout": [*_pair("dropout", "dropconnect"), "max_norm"],
    "layer_normalization": _pair("layernorm"),
    "losses": ["svm_loss", "softmax_loss"],
    "pooling": [
        "max_pool_forward_fast", "max_pool_backward_fast", "avg_pool_forward_fast", "avg_pool_backward_fast",
    ],
    "pooling_naive": [
        "max_pool_forward_naive", "max_pool_backward_naive", "avg_pool_forward_naive", "avg_pool_backward_naive",
    ],
    "sandwiches": _pair(
        "affine_relu", "affine_bn_relu", "affine_ln_relu", "conv_relu", "conv_bn_relu", "conv_relu_pool",
        "conv_bn_relu_pool",
    ),
    "spatial_normalization": _pair("spatial_batchnorm", "spatial_groupnorm", "spatial_instancenorm"),
})
