"""k nearest neighbours (CS231n lecture notes, "Image Classification")."""

import numpy as np

from cs231n_lib.arguments import integer, labels, one_of

BLOCK_BYTES = 64 * 2**20  # the temporary arrays of one block of distances


class KNearestNeighbor:
    """Remembers the training set; predicts by a vote among the k training examples nearest to each test example.

    >>> knn = KNearestNeighbor()
    >>> knn.train(np.array([[0.0], [1.0], [9.0]]), np.array([0, 0, 1]))
    >>> knn.predict(np.array([[2.0], [8.0]]), k=1)
    array([0, 1])
    """

    def __init__(self):
        self.X_train = None
        self.y_train = None

    def train(self, X, y):
        """Keep the training set: X (N, ...) of any numeric type, flattened to (N, D); y (N,) integers >= 0."""
        X = _rows("train", X)
        labels("train", y, len(X))
        if len(X) == 0:
            raise ValueError("train: X is empty")
        self.X_train, self.y_train = X, np.asarray(y)

    def compute_distances(self, X, metric="l2"):
        """Distances from each row of X to each training example.

        Arguments
        - X: (num_test, ...) with as many values per example as in training.
        - metric: "l2", the square root of the sum of squared differences, or "l1", the sum of absolute ones.

        Returns dists (num_test, num_train), float32 if both sets are float32, else float64. Integer images
        are computed with as float64, so that uint8 differences do not wrap around. Temporary arrays stay below
        about 64 MB whatever the sizes.
        """
        self._refuse_before_training()
        X = _rows("compute_distances", X)
        if X.shape[1] != self.X_train.shape[1]:
            raise ValueError(f"compute_distances: X has {X.shape[1]} values per example, "
                             f"but the training set has {self.X_train.shape[1]}")
        one_of("compute_distances", "metric", metric, ("l1", "l2"))
        both_float32 = X.dtype == self.X_train.dtype == np.float32
        dtype = np.float32 if both_float32 else np.float64
        dists = np.empty((len(X), len(self.X_train)), dtype=dtype)
        fill = _fill_l2 if metric == "l2" else _fill_l1
        fill(dists, X, self.X_train)
        return dists

    def predict_labels(self, dists, k=1):
        """Labels (num_test,) from dists (num_test, num_train): majority vote, ties to the smallest label.

        Among equally far examples those earlier in the training set come first.
        """
        self._refuse_before_training()
        dists = np.asarray(dists)
        num_train = len(self.y_train)
        if dists.ndim != 2 or dists.shape[1] != num_train:
            raise ValueError(f"predict_labels: dists should have shape (num_test, {num_train}), one column per "
                             f"training example, but has {dists.shape}")
        if integer("predict_labels", "k", k, 1) > num_train:
            raise ValueError(f"predict_labels: k should be at most {num_train}, the number of training examples, "
                             f"but is {k}")
        nearest = np.argsort(dists, axis=1, kind="stable")[:, :k]  # (num_test, k)
        classes, codes = np.unique(self.y_train[nearest], return_inverse=True)
        codes = codes.reshape(nearest.shape)  # (num_test, k)
        votes = np.zeros((len(nearest), len(classes)), dtype=np.int64)
        np.add.at(votes, (np.arange(len(nearest))[:, None], codes), 1)
        # argmax takes the first of equals, and np.unique sorts: ties go to the smallest label.
        return classes[votes.argmax(axis=1)] if len(classes) else np.empty(0, self.y_train.dtype)

    def predict(self, X, k=1, metric="l2"):
        """Labels (num_test,) of X (num_test, ...) by the votes of the k nearest training examples."""
        return self.predict_labels(self.compute_distances(X, metric), k)

    def _refuse_before_training(self):
        if self.X_train is None:
            raise RuntimeError("this KNearestNeighbor has no training set yet; call train(X, y) first")


def _fill_l2(dists, X, X_train):
    # |x - t|^2 = |x|^2 - 2 x.t + |t|^2: a matrix product instead of all differences.
    dtype, origin = dists.dtype, _origin(X_train)
    train_step = _rows_per_block(X_train.shape[1], dtype)
    test_step = _rows_per_block(max(X.shape[1], train_step), dtype)
    for i in range(0, len(X), test_step):
        B = _from_origin(X[i:i + test_step], origin, dtype)  # (test block, D)
        B_norms = np.einsum("ij,ij->i", B, B)[:, None]
        for j in range(0, len(X_train), train_step):
            T = _from_origin(X_train[j:j + train_step], origin, dtype)  # (train block, D)
            squares = B @ T.T  # (test block, train block)
            squares *= -2
            squares += np.einsum("ij,ij->i", T, T)
            squares += B_norms
            # Rounding may leave a tiny negative number where the distance is 0.
            dists[i:i + test_step, j:j + train_step] = np.sqrt(np.maximum(squares, 0, out=squares))


def _origin(X_train):
    """A point to subtract from all examples, or None.

    It changes no distance. But where examples lie far from 0 and close together, the three terms of the square are
    large and nearly cancel, and the digits that are left are few.
    """
    sample = X_train[::max(1, len(X_train) // 256)].astype(np.float64)
    mean = sample.mean(axis=0)
    if np.mean(mean * mean) <= 100 * np.mean((sample - mean) ** 2):
        return None
    return mean if X_train.dtype.kind == "f" else np.rint(mean)  # whole numbers stay whole: exact


def _from_origin(X, origin, dtype):
    return X.astype(dtype, copy=False) if origin is None else np.subtract(X, origin.astype(dtype), dtype=dtype)


def _fill_l1(dists, X, X_train):
    dtype = dists.dtype
    step = _rows_per_block(X_train.shape[1], dtype)
    for j in range(0, len(X_train), step):
        T = X_train[j:j + step].astype(dtype)
        difference = np.empty_like(T)
        for i in range(len(X)):
            np.subtract(T, X[i].astype(dtype), out=difference)
            dists[i, j:j + step] = np.abs(difference, out=difference).sum(axis=1)


def _rows_per_block(columns, dtype):
    return max(1, BLOCK_BYTES // 4 // (max(columns, 1) * np.dtype(dtype).itemsize))


def _rows(function, X):
    X = np.asarray(X)
    if X.ndim < 2 or X.dtype.kind not in "biuf":
        raise ValueError(f"{function}: X should be a numeric array with one row per example, (N, D), "
                         f"but is {X.dtype} {X.shape}")
    return X.reshape(len(X), int(np.prod(X.shape[1:])))
