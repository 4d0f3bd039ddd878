"""The k-nearest-neighbour classifier (CS231n lecture notes, "Image Classification")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import float_array, integer, labels, one_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from cs231n_lib.arguments import FloatArray, IntArray

    _Numbers = NDArray[Any]  # of any numeric type

BLOCK_BYTES = 64 * 2**20  # the size of the temporary arrays for one block of distances


class KNearestNeighbor:
    """A classifier that memorizes the training set and lets the k nearest training examples vote on a test example.

    Examples
    --------
    >>> knn = KNearestNeighbor()
    >>> knn.train(np.array([[0.0], [1.0], [9.0]]), np.array([0, 0, 1]))
    >>> knn.predict(np.array([[2.0], [8.0]]), k=1)
    array([0, 1])
    """

    def __init__(self) -> None:
        self.X_train: _Numbers | None = None
        self.y_train: IntArray | None = None

    def train(self, X: ArrayLike, y: ArrayLike) -> None:
        """Memorize the training set.

        Parameters
        ----------
        X : (N, ...) array
            Examples of any numeric type, which are flattened to (N, D).
        y : (N,) integers
            Their labels, from 0.

        Raises
        ------
        ValueError
            If an argument does not fit; the message names it.
        """
        X = _rows("train", X)
        labels("train", y, len(X))
        if len(X) == 0:
            raise ValueError("train: X should hold at least one training example, but is empty.")
        self.X_train, self.y_train = X, np.asarray(y)

    def compute_distances(self, X: ArrayLike, metric: str = "l2") -> FloatArray:
        """Compute the distances from each row of X to each training example.

        Parameters
        ----------
        X : (num_test, ...) array
            Examples with as many values as the training examples.
        metric
            "l2", the square root of the sum of squared differences, or "l1", the sum of absolute differences.

        Returns
        -------
        (num_test, num_train) array
            The distances: float32 if both sets are float32, else float64. Integers are converted to float64, so that
            uint8 differences do not wrap around. Temporary arrays stay below about 64 MB for sets of any size.

        Raises
        ------
        ValueError
            If an argument does not fit; the message names it.
        RuntimeError
            If the classifier has not been trained.
        """
        X_train, _ = self._training_set()
        X = _rows("compute_distances", X)
        if X.shape[1] != X_train.shape[1]:
            raise ValueError(
                f"compute_distances: X should have {X_train.shape[1]} values per example, like the training set, but "
                f"has {X.shape[1]}."
            )
        one_of("compute_distances", "metric", metric, ("l1", "l2"))
        both_float32 = X.dtype == X_train.dtype == np.float32
        dists: FloatArray = np.empty((len(X), len(X_train)), dtype=np.float32 if both_float32 else np.float64)
        fill = _fill_l2 if metric == "l2" else _fill_l1
        fill(dists, X, X_train)
        return dists

    def predict_labels(self, dists: ArrayLike, k: int = 1) -> IntArray:
        """Predict labels by majority vote; the smallest label wins a tie.

        Parameters
        ----------
        dists : (num_test, num_train) array
            The distances that compute_distances returns.
        k
            The number of training examples that vote. Of equally distant examples, the earlier in the training set
            count as nearer.

        Returns
        -------
        (num_test,) integers
            The predicted labels.

        Raises
        ------
        ValueError
            If an argument does not fit; the message names it.
        RuntimeError
            If the classifier has not been trained.
        """
        _, y_train = self._training_set()
        dists = float_array("predict_labels", "dists", dists)
        num_train = len(y_train)
        if dists.ndim != 2 or dists.shape[1] != num_train:
            raise ValueError(
                f"predict_labels: dists should have shape (num_test, {num_train}), one column per "
                f"training example, but has {dists.shape}."
            )
        if integer("predict_labels", "k", k, 1) > num_train:
            raise ValueError(
                f"predict_labels: k should be at most {num_train}, the number of training examples, but is {k}."
            )
        nearest = np.argsort(dists, axis=1, kind="stable")[:, :k]  # (num_test, k)
        classes, codes = np.unique(y_train[nearest], return_inverse=True)
        codes = codes.reshape(nearest.shape)  # (num_test, k)
        votes = np.zeros((len(nearest), len(classes)), dtype=np.int64)
        np.add.at(votes, (np.arange(len(nearest))[:, None], codes), 1)
        # np.unique sorts, and argmax takes the first of equal counts, so the smallest label wins a tie
        return classes[votes.argmax(axis=1)] if len(classes) else np.empty(0, y_train.dtype)

    def predict(self, X: ArrayLike, k: int = 1, metric: str = "l2") -> IntArray:
        """Predict labels (num_test,) of X (num_test, ...) by a vote of the k nearest training examples."""
        return self.predict_labels(self.compute_distances(X, metric), k)

    def _training_set(self) -> tuple[_Numbers, IntArray]:
        if self.X_train is None or self.y_train is None:
            raise RuntimeError("This KNearestNeighbor has no training set yet. Call train(X, y) first.")
        return self.X_train, self.y_train


def _fill_l2(dists: FloatArray, X: _Numbers, X_train: _Numbers) -> None:
    # |x - t|^2 = |x|^2 - 2 x.t + |t|^2 needs a matrix product instead of all differences
    dtype, origin = dists.dtype, _origin(X_train)
    test_step = _rows_per_block(X.shape[1], dtype)
    # the longer the blocks, the faster the products; without a conversion, blocks of the training set need no memory
    needs_no_copy = origin is None and X_train.dtype == dtype
    train_step = len(X_train) if needs_no_copy else 2 * test_step
    for i in range(0, len(X), test_step):
        B = _from_origin(X[i : i + test_step], origin, dtype)  # (test block, D)
        B_norms = np.einsum("ij,ij->i", B, B)[:, None]
        B = B * -2  # here it is smaller than the product
        for j in range(0, len(X_train), train_step):
            T = _from_origin(X_train[j : j + train_step], origin, dtype)  # (train block, D)
            block = dists[i : i + test_step, j : j + train_step]
            np.matmul(B, T.T, out=block)
            T_norms = np.einsum("ij,ij->i", T, T)
            for k in range(0, len(B), 16):  # rows that stay in the cache
                squares = block[k : k + 16]
                squares += T_norms
                squares += B_norms[k : k + 16]
                np.maximum(squares, 0, out=squares)  # rounding may give a tiny negative number for a distance of 0
                np.sqrt(squares, out=squares)


def _origin(X_train: _Numbers) -> NDArray[np.float64] | None:
    """Return a point to subtract from all examples, or None.

    Subtracting it changes no distance. But if the examples are far from 0 and close together, the three terms of the
    square are large and nearly cancel, so that few digits of the distance would be right without it.
    """
    sample = X_train[:: max(1, len(X_train) // 64)].astype(np.float64)
    mean = sample.mean(axis=0)
    if np.mean(mean * mean) <= 100 * np.mean((sample - mean) ** 2):
        return None
    return mean if X_train.dtype.kind == "f" else np.rint(mean)  # integers stay integers, without rounding errors


def _from_origin(X: _Numbers, origin: NDArray[np.float64] | None, dtype: np.dtype[np.floating]) -> FloatArray:
    return X.astype(dtype, copy=False) if origin is None else np.subtract(X, origin.astype(dtype), dtype=dtype)


def _fill_l1(dists: FloatArray, X: _Numbers, X_train: _Numbers) -> None:
    dtype = dists.dtype
    step = _rows_per_block(X_train.shape[1], dtype)
    for j in range(0, len(X_train), step):
        T = X_train[j : j + step].astype(dtype)
        difference = np.empty_like(T)
        for i in range(len(X)):
            np.subtract(T, X[i].astype(dtype), out=difference)
            dists[i, j : j + step] = np.abs(difference, out=difference).sum(axis=1)


def _rows_per_block(columns: int, dtype: np.dtype[np.floating]) -> int:
    return max(1, BLOCK_BYTES // 4 // (max(columns, 1) * dtype.itemsize))


def _rows(function: str, X: ArrayLike) -> _Numbers:
    X = np.asarray(X)
    if X.ndim < 2 or X.dtype.kind not in "biuf":
        raise ValueError(
            f"{function}: X should be a numeric array with one row per example, (N, D), but is {X.dtype} {X.shape}."
        )
    return X.reshape(len(X), int(np.prod(X.shape[1:])))
