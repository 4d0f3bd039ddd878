"""What a Solver needs of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class TrainedModel(Protocol):
    """A model that a Solver can train.

    If there is more that changes while it trains (running averages, random states), a model also has `state()`, which
    returns it as a dict of arrays, and `load_state(state)`. If something has to happen after each step, it has
    `after_step()`. The models of cs231n_lib.models have all of them.

    Attributes
    ----------
    params
        {name: array}, the parameters.
    """

    params: dict[str, NDArray[Any]]

    def loss(self, X: Any, y: Any = None) -> Any:
        """Scores (N, C) of the examples X, at test time; with labels y, (loss, grads) with grads like params."""


def model_state(model: TrainedModel) -> dict[str, NDArray[Any]]:
    """What besides params changes in a model while it trains, as copies; {} for a model that does not say."""
    return copies(model.state()) if hasattr(model, "state") else {}


def copies(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The same dict with copies of the arrays."""
    return {name: np.array(array) for name, array in arrays.items()}
