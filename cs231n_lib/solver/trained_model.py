"""The interface that a Solver needs a model to have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class TrainedModel(Protocol):
    """A model that a Solver can train.

    A model with other state that changes during training (running averages, random states) also has `state()`, which
    returns it as a dict of arrays, and `load_state(state)`. A model that must act after each step has `after_step()`.
    The models of cs231n_lib.models have all of these.

    Attributes
    ----------
    params
        {name: array}, the parameters.
    """

    params: dict[str, NDArray[Any]]

    def loss(self, X: Any, y: Any = None) -> Any:
        """Return test-time scores (N, C) of the examples X; with labels y, return (loss, grads), grads like params."""


def model_state(model: TrainedModel) -> dict[str, NDArray[Any]]:
    """Return copies of what besides params changes in a model during training; {} if the model has no state()."""
    return copies(model.state()) if hasattr(model, "state") else {}


def copies(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the dict with copies of its arrays."""
    return {name: np.array(array) for name, array in arrays.items()}
