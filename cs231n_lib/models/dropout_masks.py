"""Which dropout masks a net uses when."""

import numpy as np

from cs231n_lib.arguments import number
from cs231n_lib.storage.random_state import random_state_from_text, random_state_to_text


class DropoutMasks:
    """The dropout layers of a net, all with one probability of keeping a unit.

    fixed keeps the masks the same in every call of the net's loss until next_step(): a gradient can only be checked
    for a loss that does not change by itself. Otherwise every call has new ones.
    """

    def __init__(self, owner, keep, num_layers, rng, fixed):
        self.keep = number(owner, "dropout_keep_ratio", keep, above=0, at_most=1)
        self.num_layers = num_layers if self.keep < 1 else 0
        self.rng, self.fixed = rng, fixed
        self.seeds = None  # not drawn yet: a net's weights do not depend on whether it has dropout

    def __bool__(self):
        return self.num_layers > 0

    def param(self, layer, mode):
        """The dropout_param of a layer, counted from 0."""
        return {"mode": mode, "p": self.keep, "seed": int(self.seeds[layer]) if mode == "train" else None}

    def next_loss(self):
        """Before a loss in training mode."""
        if self.seeds is None or not self.fixed:
            self._draw()

    def next_step(self):
        """After a step of training."""
        if self.fixed:
            self._draw()

    def state(self):
        """The random state as a dict of arrays; {} without dropout."""
        if not self:
            return {}
        seeds = np.zeros(0, np.int64) if self.seeds is None else self.seeds
        return {"dropout/seeds": seeds, "dropout/rng": np.array(random_state_to_text(self.rng))}

    def load_state(self, state):
        """Set what state() returned. Raises ValueError if it does not fit."""
        if not self:
            return
        seeds, rng = state.get("dropout/seeds"), state.get("dropout/rng")
        if rng is None or np.shape(seeds) not in ((0,), (self.num_layers,)):
            raise ValueError(f"the state of {self.num_layers} dropout layers is wanted, but this is of another net")
        self.rng, self.seeds = random_state_from_text(str(rng)), np.array(seeds) if len(seeds) else None

    def _draw(self):
        if self:
            self.seeds = self.rng.integers(2**63, size=self.num_layers)


def random_start(seed):
    """(rng, fixed) for the seed of a net: fixed if it is a number, not None or an np.random.Generator."""
    return np.random.default_rng(seed), seed is not None and not isinstance(seed, np.random.Generator)
