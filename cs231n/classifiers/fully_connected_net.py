"""The FullyConnectedNet of the public `cs231n.classifiers.fc_net`, with half of the L2 penalty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from cs231n.classifiers.conventions import HalfPenalty, SavedByName
from cs231n.global_random import generator
from cs231n_lib import models

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

__all__ = ["FullyConnectedNet"]


class FullyConnectedNet(HalfPenalty, SavedByName, models.FullyConnectedNet):
    """{affine - [normalization] - ReLU - [dropout]} for each hidden layer, then affine - softmax."""

    def __init__(
        self,
        hidden_dims: Sequence[int],
        input_dim: int = 3 * 32 * 32,
        num_classes: int = 10,
        dropout_keep_ratio: float = 1,
        normalization: str | None = None,
        reg: float = 0.0,
        weight_scale: float = 1e-2,
        dtype: DTypeLike = np.float32,
        seed: int | None = None,
        *,
        dropout: float | None = None,
        use_batchnorm: bool = False,
    ) -> None:
        """
        Parameters
        ----------
        hidden_dims, input_dim, num_classes, dropout_keep_ratio, normalization, reg, weight_scale, dtype
            As in `cs231n_lib.models.FullyConnectedNet`.
        seed
            Makes the weights and the dropout masks repeatable. None: they come from NumPy's global random state.
        dropout
            The name of dropout_keep_ratio in 2018 and 2019. 0 means no dropout, as it did before.
        use_batchnorm
            Whether normalization is "batchnorm", as it was written until 2017.
        """
        if dropout is not None:
            dropout_keep_ratio = dropout or 1
        super().__init__(
            hidden_dims,
            input_dim,
            num_classes,
            dropout_keep_ratio,
            "batchnorm" if use_batchnorm else normalization,
            reg,
            weight_scale,
            dtype,
            generator() if seed is None else seed,
        )
