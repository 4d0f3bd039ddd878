"""Layers as pairs: name_forward(x, ...) -> (out, cache), name_backward(dout, cache) -> gradients in argument order.

float32 stays float32 and float64 stays float64; integers become float64. The functions change no argument, except for
the running averages in a bn_param. A cache may hold the arguments or results themselves, so do not change them before
the backward pass is done. If a backward function has the argument need_dx, False skips the gradient of x, which is
then None: the first layer of a net does not need it.
"""

from typing import TYPE_CHECKING

from cs231n_lib.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from cs231n_lib.layers.activations import elu_backward as elu_backward
    from cs231n_lib.layers.activations import elu_forward as elu_forward
    from cs231n_lib.layers.activations import leaky_relu_backward as leaky_relu_backward
    from cs231n_lib.layers.activations import leaky_relu_forward as leaky_relu_forward
    from cs231n_lib.layers.activations import maxout_backward as maxout_backward
    from cs231n_lib.layers.activations import maxout_forward as maxout_forward
    from cs231n_lib.layers.activations import prelu_backward as prelu_backward
    from cs231n_lib.layers.activations import prelu_forward as prelu_forward
    from cs231n_lib.layers.activations import sigmoid_backward as sigmoid_backward
    from cs231n_lib.layers.activations import sigmoid_forward as sigmoid_forward
    from cs231n_lib.layers.activations import tanh_backward as tanh_backward
    from cs231n_lib.layers.activations import tanh_forward as tanh_forward
    from cs231n_lib.layers.affine import affine_backward as affine_backward
    from cs231n_lib.layers.affine import affine_forward as affine_forward
    from cs231n_lib.layers.batch_normalization import batchnorm_backward as batchnorm_backward
    from cs231n_lib.layers.batch_normalization import batchnorm_backward_alt as batchnorm_backward_alt
    from cs231n_lib.layers.batch_normalization import batchnorm_forward as batchnorm_forward
    from cs231n_lib.layers.contrastive import contrastive_loss as contrastive_loss
    from cs231n_lib.layers.convolution import conv_backward_fast as conv_backward_fast
    from cs231n_lib.layers.convolution import conv_forward_fast as conv_forward_fast
    from cs231n_lib.layers.convolution_im2col import conv_backward_im2col as conv_backward_im2col
    from cs231n_lib.layers.convolution_im2col import conv_forward_im2col as conv_forward_im2col
    from cs231n_lib.layers.convolution_naive import conv_backward_naive as conv_backward_naive
    from cs231n_lib.layers.convolution_naive import conv_forward_naive as conv_forward_naive
    from cs231n_lib.layers.dropout import dropconnect_backward as dropconnect_backward
    from cs231n_lib.layers.dropout import dropconnect_forward as dropconnect_forward
    from cs231n_lib.layers.dropout import dropout_backward as dropout_backward
    from cs231n_lib.layers.dropout import dropout_forward as dropout_forward
    from cs231n_lib.layers.dropout import max_norm as max_norm
    from cs231n_lib.layers.further_losses import hierarchical_softmax_loss as hierarchical_softmax_loss
    from cs231n_lib.layers.further_losses import multilabel_hinge_loss as multilabel_hinge_loss
    from cs231n_lib.layers.further_losses import squared_hinge_loss as squared_hinge_loss
    from cs231n_lib.layers.layer_normalization import layernorm_backward as layernorm_backward
    from cs231n_lib.layers.layer_normalization import layernorm_forward as layernorm_forward
    from cs231n_lib.layers.losses import softmax_loss as softmax_loss
    from cs231n_lib.layers.losses import svm_loss as svm_loss
    from cs231n_lib.layers.pooling import avg_pool_backward_fast as avg_pool_backward_fast
    from cs231n_lib.layers.pooling import avg_pool_forward_fast as avg_pool_forward_fast
    from cs231n_lib.layers.pooling import max_pool_backward_fast as max_pool_backward_fast
    from cs231n_lib.layers.pooling import max_pool_forward_fast as max_pool_forward_fast
    from cs231n_lib.layers.pooling_naive import avg_pool_backward_naive as avg_pool_backward_naive
    from cs231n_lib.layers.pooling_naive import avg_pool_forward_naive as avg_pool_forward_naive
    from cs231n_lib.layers.pooling_naive import max_pool_backward_naive as max_pool_backward_naive
    from cs231n_lib.layers.pooling_naive import max_pool_forward_naive as max_pool_forward_naive
    from cs231n_lib.layers.relu import relu_backward as relu_backward
    from cs231n_lib.layers.relu import relu_forward as relu_forward
    from cs231n_lib.layers.sandwiches import affine_bn_relu_backward as affine_bn_relu_backward
    from cs231n_lib.layers.sandwiches import affine_bn_relu_forward as affine_bn_relu_forward
    from cs231n_lib.layers.sandwiches import affine_ln_relu_backward as affine_ln_relu_backward
    from cs231n_lib.layers.sandwiches import affine_ln_relu_forward as affine_ln_relu_forward
    from cs231n_lib.layers.sandwiches import affine_relu_backward as affine_relu_backward
    from cs231n_lib.layers.sandwiches import affine_relu_forward as affine_relu_forward
    from cs231n_lib.layers.sandwiches import conv_bn_relu_backward as conv_bn_relu_backward
    from cs231n_lib.layers.sandwiches import conv_bn_relu_forward as conv_bn_relu_forward
    from cs231n_lib.layers.sandwiches import conv_bn_relu_pool_backward as conv_bn_relu_pool_backward
    from cs231n_lib.layers.sandwiches import conv_bn_relu_pool_forward as conv_bn_relu_pool_forward
    from cs231n_lib.layers.sandwiches import conv_relu_backward as conv_relu_backward
    from cs231n_lib.layers.sandwiches import conv_relu_forward as conv_relu_forward
    from cs231n_lib.layers.sandwiches import conv_relu_pool_backward as conv_relu_pool_backward
    from cs231n_lib.layers.sandwiches import conv_relu_pool_forward as conv_relu_pool_forward
    from cs231n_lib.layers.smooth_activations import gelu_backward as gelu_backward
    from cs231n_lib.layers.smooth_activations import gelu_forward as gelu_forward
    from cs231n_lib.layers.smooth_activations import selu_backward as selu_backward
    from cs231n_lib.layers.smooth_activations import selu_forward as selu_forward
    from cs231n_lib.layers.smooth_activations import softplus_backward as softplus_backward
    from cs231n_lib.layers.smooth_activations import softplus_forward as softplus_forward
    from cs231n_lib.layers.smooth_activations import swish_backward as swish_backward
    from cs231n_lib.layers.smooth_activations import swish_forward as swish_forward
    from cs231n_lib.layers.soft_losses import distillation_loss as distillation_loss
    from cs231n_lib.layers.soft_losses import soft_cross_entropy as soft_cross_entropy
    from cs231n_lib.layers.spatial_normalization import spatial_batchnorm_backward as spatial_batchnorm_backward
    from cs231n_lib.layers.spatial_normalization import spatial_batchnorm_forward as spatial_batchnorm_forward
    from cs231n_lib.layers.spatial_normalization import spatial_groupnorm_backward as spatial_groupnorm_backward
    from cs231n_lib.layers.spatial_normalization import spatial_groupnorm_forward as spatial_groupnorm_forward
    from cs231n_lib.layers.spatial_normalization import spatial_instancenorm_backward as spatial_instancenorm_backward
    from cs231n_lib.layers.spatial_normalization import spatial_instancenorm_forward as spatial_instancenorm_forward


def _pair(*names: str) -> list[str]:
    return [f"{name}_{direction}" for name in names for direction in ("forward", "backward")]


__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "activations": _pair("leaky_relu", "prelu", "elu", "sigmoid", "tanh", "maxout"),
        "affine": _pair("affine"),
        "batch_normalization": [*_pair("batchnorm"), "batchnorm_backward_alt"],
        "contrastive": ["contrastive_loss"],
        "convolution": ["conv_forward_fast", "conv_backward_fast"],
        "convolution_im2col": ["conv_forward_im2col", "conv_backward_im2col"],
        "convolution_naive": ["conv_forward_naive", "conv_backward_naive"],
        "dropout": [*_pair("dropout", "dropconnect"), "max_norm"],
        "further_losses": ["squared_hinge_loss", "multilabel_hinge_loss", "hierarchical_softmax_loss"],
        "layer_normalization": _pair("layernorm"),
        "losses": ["svm_loss", "softmax_loss"],
        "pooling": [
            "max_pool_forward_fast",
            "max_pool_backward_fast",
            "avg_pool_forward_fast",
            "avg_pool_backward_fast",
        ],
        "pooling_naive": [
            "max_pool_forward_naive",
            "max_pool_backward_naive",
            "avg_pool_forward_naive",
            "avg_pool_backward_naive",
        ],
        "relu": _pair("relu"),
        "sandwiches": _pair(
            "affine_relu",
            "affine_bn_relu",
            "affine_ln_relu",
            "conv_relu",
            "conv_bn_relu",
            "conv_relu_pool",
            "conv_bn_relu_pool",
        ),
        "smooth_activations": _pair("softplus", "selu", "gelu", "swish"),
        "soft_losses": ["soft_cross_entropy", "distillation_loss"],
        "spatial_normalization": _pair("spatial_batchnorm", "spatial_groupnorm", "spatial_instancenorm"),
    },
)
