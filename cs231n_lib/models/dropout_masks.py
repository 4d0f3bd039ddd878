"""Decides when a net draws new dropout masks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import generator, number
from cs231n_lib.storage.random_state import random_state_from_text, random_state_to_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from cs231n_lib.arguments import Seed, Settings


class DropoutMasks:
    """The dropout masks of a net, whose dropout layers all have the same probability of keeping a unit.

    Parameters
    ----------
    owner
        The name of the net's class, for errors.
    keep
        The probability of keeping a unit.
    num_layers
        The number of dropout layers; if keep is 1, there are none.
    rng
        The generator that draws the seeds of the masks.
    fixed
        Whether all calls of the net's loss before next_step() use the same masks. This makes the loss repeatable, so
        that its gradient can be checked. Otherwise every call draws new masks.
    """

    def __init__(self, owner: str, keep: float, num_layers: int, rng: np.random.Generator, fixed: bool) -> None:
        self.keep = number(owner, "dropout_keep_ratio", keep, above=0, at_most=1)
        self.num_layers = num_layers if self.keep < 1 else 0
        self.rng, self.fixed = rng, fixed
        # drawn later, so that a net's initial weights do not depend on whether it has dropout
        self.seeds: NDArray[np.int64] | None = None

    def __bool__(self) -> bool:
        return self.num_layers > 0

    def param(self, layer: int, mode: str) -> Settings:
        """Return the dropout_param of a layer, counted from 0; call next_loss() first in training mode."""
        seed = int(self.seeds[layer]) if mode == "train" and self.seeds is not None else None
        return {"mode": mode, "p": self.keep, "seed": seed}

    def next_loss(self) -> None:
        """Prepare the masks for a loss in training mode."""
        if self.seeds is None or not self.fixed:
            self._draw()

    def next_step(self) -> None:
        """Draw new masks after a step of training, if they are fixed in between."""
        if self.fixed:
            self._draw()

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the random state as a dict of arrays; {} without dropout."""
        if not self:
            return {}
        seeds = np.zeros(0, np.int64) if self.seeds is None else self.seeds
        return {"dropout/seeds": seeds, "dropout/rng": np.array(random_state_to_text(self.rng))}

    def load_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Restore what state() returned. Raises ValueError if it does not fit."""
        if not self:
            return
        seeds, rng = state.get("dropout/seeds"), state.get("dropout/rng")
        if rng is None or seeds is None or np.shape(seeds) not in ((0,), (self.num_layers,)):
            raise ValueError(
                f"load_state: this state comes from a different net; it should be that of {self.num_layers} dropout "
                "layers."
            )
        self.rng, self.seeds = random_state_from_text(str(rng)), np.array(seeds) if len(seeds) else None

    def _draw(self) -> None:
        if self:
            self.seeds = self.rng.integers(2**63, size=self.num_layers)


def random_start(function: str, seed: Seed) -> tuple[np.random.Generator, bool]:
    """Return (rng, fixed) for the seed of a net; fixed is True if the seed is a number."""
    return generator(function, "seed", seed), seed is not None and not isinstance(seed, np.random.Generator)
