"""The public convolutional net: that of `cs231n_lib.models`, with half of the L2 penalty.

As in the public module, the layers and sandwiches are here too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n import layer_utils
from cs231n.aliases import aliases
from cs231n.classifiers.conventions import HalfPenalty, SavedByName
from cs231n.global_random import generator
from cs231n_lib import models

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

__getattr__, __dir__, _names = aliases(__name__, {"cs231n.layer_utils": layer_utils.__all__})
__all__ = ["ThreeLayerConvNet", *_names]


class ThreeLayerConvNet(HalfPenalty, SavedByName, models.ThreeLayerConvNet):
    """conv - ReLU - 2x2 max pooling - affine - ReLU - affine - softmax; see `cs231n_lib.models`."""

    def __init__(
        self,
        input_dim: tuple[int, int, int] = (3, 32, 32),
        num_filters: int = 32,
        filter_size: int = 7,
        hidden_dim: int = 100,
        num_classes: int = 10,
        weight_scale: float = 1e-3,
        reg: float = 0.0,
        dtype: DTypeLike = np.float32,
    ) -> None:
        """Draw the weights from NumPy's global random state; the parameters are those of `cs231n_lib.models`."""
        super().__init__(
            input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, reg, dtype, generator()
        )
