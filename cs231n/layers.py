"""The layers and losses of the public `cs231n.layers`, which are those of `cs231n_lib.layers`."""

from cs231n.aliases import aliases, pairs

__getattr__, __dir__, __all__ = aliases(
    __name__,
    {
        "cs231n_lib.layers": [
            *pairs("affine", "relu", "batchnorm"),
            "batchnorm_backward_alt",
            *pairs(
                "layernorm", "dropout", "conv_*_naive", "max_pool_*_naive", "spatial_batchnorm", "spatial_groupnorm"
            ),
            "svm_loss",
            "softmax_loss",
        ]
    },
)
