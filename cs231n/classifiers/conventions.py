"""The conventions of the public models that differ from those of `cs231n_lib.models`, as bases of the adaptors."""

from __future__ import annotations

import os
from typing import Any

_Model: Any = object  # the next base of an adaptor is one of the library's models


class SavedByName(_Model):
    """Saves and loads as the public models do: they print what they did, and load returns whether there is a file."""

    def save(self, fname: str | os.PathLike[str]) -> None:
        """Save the model as .npz to exactly this path, and print so."""
        super().save(fname)
        print(fname, "saved.")

    def load(self, fname: str | os.PathLike[str]) -> Any:
        """Load what save wrote, and print so. Return whether there is such a file."""
        if not os.path.exists(fname):
            print(fname, "not available.")
            return False
        super().load(fname)
        print(fname, "loaded.")
        return True


class HalfPenalty(_Model):
    """Adds half of the L2 penalty to the loss: reg / 2 * sum(W * W), whose gradient is reg * W."""

    reg: float

    def loss(self, X: Any, y: Any = None) -> Any:
        """Compute the scores of X, or the loss and its gradients; see `cs231n_lib.models`."""
        given = self.reg
        self.reg = given / 2
        try:
            return super().loss(X, y)
        finally:
            self.reg = given
