"""The sandwiches of the public `cs231n.layer_utils`, beside the names that it takes from its other modules."""

from cs231n import fast_layers, layers
from cs231n.aliases import aliases, pairs

__getattr__, __dir__, __all__ = aliases(
    __name__,
    {
        "cs231n_lib.layers": pairs("affine_relu", "affine_bn_relu", "conv_relu", "conv_bn_relu", "conv_relu_pool"),
        "cs231n.layers": layers.__all__,
        "cs231n.fast_layers": fast_layers.__all__,
    },
)
