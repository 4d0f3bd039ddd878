"""The public k-nearest-neighbour classifier, whose distances can also be computed with loops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.models import KNearestNeighbor as _KNearestNeighbor

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from cs231n_lib.arguments import FloatArray, IntArray

__all__ = ["KNearestNeighbor"]


class KNearestNeighbor(_KNearestNeighbor):
    """The classifier of `cs231n_lib.models`; its distances are L2 distances (num_test, num_train)."""

    def predict(self, X: ArrayLike, k: int = 1, num_loops: int = 0) -> IntArray:  # type: ignore[override]
        """Predict labels (num_test,) of X (num_test, ...) by a vote of the k nearest training examples.

        num_loops is the number of loops, 0, 1 or 2, with which to compute the distances. Raises ValueError for others.
        """
        ways = (self.compute_distances_no_loops, self.compute_distances_one_loop, self.compute_distances_two_loops)
        if num_loops not in (0, 1, 2):
            raise ValueError(f"predict: num_loops should be 0, 1 or 2, but is {num_loops!r}.")
        return self.predict_labels(ways[num_loops](X), k)

    def compute_distances_no_loops(self, X: ArrayLike) -> FloatArray:
        """Compute the distances with a matrix product."""
        return self.compute_distances(X)

    def compute_distances_one_loop(self, X: ArrayLike) -> FloatArray:
        """Compute the distances of one test example after the other."""
        test, train = self._both_sets(X)
        dists = np.empty((len(test), len(train)))
        for i, example in enumerate(test):
            dists[i] = np.linalg.norm(train - example, axis=1)
        return dists

    def compute_distances_two_loops(self, X: ArrayLike) -> FloatArray:
        """Compute one distance after the other."""
        test, train = self._both_sets(X)
        dists = np.empty((len(test), len(train)))
        for i, example in enumerate(test):
            for j, neighbor in enumerate(train):
                dists[i, j] = np.sqrt(np.sum(np.square(neighbor - example)))
        return dists

    def _both_sets(self, X: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
        train, _ = self._training_set()
        test = np.asarray(X)
        return test.reshape(len(test), -1), train.astype(np.float64)
