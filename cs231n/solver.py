"""The public `cs231n.solver`: the Solver of `cs231n_lib.solver`, with the public name of one setting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cs231n.global_random import generator
from cs231n_lib import solver

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.solver.trained_model import TrainedModel

__all__ = ["Solver"]


class Solver(solver.Solver):
    """Trains a model; the parameters and attributes are those of `cs231n_lib.solver.Solver`.

    Parameters
    ----------
    model, data, **settings
        As there. Without `rng`, the order of the examples comes from NumPy's global random state.
    checkpoint_name
        The state is saved after each epoch in checkpoint_name.npz, and `resume` reads it. None: it is not saved.
    """

    def __init__(
        self, model: TrainedModel, data: Mapping[str, ArrayLike], *, checkpoint_name: str | None = None, **settings: Any
    ) -> None:
        if checkpoint_name is not None:
            settings["checkpoint"] = f"{checkpoint_name}.npz"
        super().__init__(model, data, **{"rng": generator(), **settings})
