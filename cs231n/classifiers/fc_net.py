"""The public fully connected nets: those of `cs231n_lib.models`, with half of the L2 penalty.

As in the public module, the layers and sandwiches are here too.
"""

from __future__ import annotations

from cs231n import layer_utils
from cs231n.aliases import aliases
from cs231n.classifiers.conventions import HalfPenalty, SavedByName
from cs231n.global_random import generator
from cs231n_lib import models

__getattr__, __dir__, _names = aliases(
    __name__,
    {
        "cs231n.classifiers.fully_connected_net": ["FullyConnectedNet"],  # fewer releases hold it
        "cs231n.layer_utils": layer_utils.__all__,
    },
)
__all__ = ["TwoLayerNet", *_names]


class TwoLayerNet(HalfPenalty, SavedByName, models.TwoLayerNet):
    """affine - ReLU - affine - softmax; see `cs231n_lib.models`."""

    def __init__(
        self,
        input_dim: int = 3 * 32 * 32,
        hidden_dim: int = 100,
        num_classes: int = 10,
        weight_scale: float = 1e-3,
        reg: float = 0.0,
    ) -> None:
        """Draw the weights from NumPy's global random state; the parameters are those of `cs231n_lib.models`."""
        super().__init__(input_dim, hidden_dim, num_classes, weight_scale, reg, rng=generator())
