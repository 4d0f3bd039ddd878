"""The public linear classifiers: those of `cs231n_lib.models`, with files, and trained from the global random state."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n.classifiers.conventions import SavedByName
from cs231n.global_random import generator
from cs231n_lib import models
from cs231n_lib.storage.npz_files import read_npz, write_npz

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray

__all__ = ["LinearClassifier", "LinearSVM", "Softmax"]
KIND = "cs231n linear classifier 1"


class _WithFiles(models.LinearClassifier):
    def save(self, path: str | os.PathLike[str]) -> None:
        write_npz(path, {"kind": KIND, "W": self._weights()})

    def load(self, path: str | os.PathLike[str]) -> Any:
        self.W = read_npz(path, KIND, "saved linear classifier")["W"]


class LinearClassifier(SavedByName, _WithFiles):
    """The classifier of `cs231n_lib.models` without a loss of its own."""

    def loss(self, X_batch: ArrayLike, y_batch: ArrayLike, reg: float) -> tuple[np.floating, FloatArray]:
        """Return (loss, dW) at the current weights for the examples X_batch (N, D) with labels y_batch (N,)."""
        return super().loss(X_batch, y_batch, reg)

    def train(  # type: ignore[override]
        self,
        X: ArrayLike,
        y: ArrayLike,
        learning_rate: float = 1e-3,
        reg: float = 1e-5,
        num_iters: int = 100,
        batch_size: int = 200,
        verbose: bool = False,
    ) -> list[float]:
        """Train as `cs231n_lib.models` does, with minibatches from NumPy's global random state."""
        return super().train(X, y, learning_rate, reg, num_iters, batch_size, generator(), verbose)


class LinearSVM(LinearClassifier, models.LinearSVM):
    """A linear classifier with the multiclass SVM loss."""


class Softmax(LinearClassifier, models.LinearSoftmax):
    """A linear classifier with the softmax loss."""
