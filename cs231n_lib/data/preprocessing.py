"""Preprocessing of images, with statistics of the training images that are applied to all sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import float_array

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray


def flatten(X: ArrayLike, dtype: DTypeLike | None = np.float64) -> NDArray[Any]:
    """Reshape images (N, ...) to rows (N, D) of type `dtype`; dtype=None keeps the type.

    >>> flatten(np.zeros((5, 32, 32, 3), dtype=np.uint8)).shape
    (5, 3072)
    """
    X = np.asarray(X)
    if X.ndim == 0:
        raise ValueError("flatten: X should be an array of examples (N, ...), but is a single number.")
    return X.reshape(len(X), int(np.prod(X.shape[1:]))).astype(dtype or X.dtype, copy=False)


def to_nchw(X: ArrayLike, dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """Convert images (N, H, W, C) to a contiguous array (N, C, H, W), the order that convolutions expect."""
    X = np.asarray(X)
    if X.ndim != 4:
        raise ValueError(f"to_nchw: X should have shape (N, H, W, C), but has {X.shape}.")
    return np.ascontiguousarray(X.transpose(0, 3, 1, 2), dtype=dtype)


def center(X_train: ArrayLike, *others: ArrayLike) -> tuple[NDArray[Any], ...]:
    """Subtract the mean training example from all sets.

    Parameters
    ----------
    X_train, *others : (N, ...) arrays
        The sets, whose shapes agree except for N. Integers become float64; floats keep their type.

    Returns
    -------
    mean : (...) array
        The mean training example.
    X_train, *others
        The sets minus the mean.

    Examples
    --------
    >>> mean, X_train, X_test = center(np.array([[1.0], [3.0]]), np.array([[2.0]]))
    >>> mean, X_test
    (array([2.]), array([[0.]]))
    """
    sets = _same_features("center", X_train, *others)
    mean = sets[0].mean(axis=0, dtype=np.float64).astype(sets[0].dtype)
    return mean, *(X - mean.astype(X.dtype) for X in sets)


def standardize(X_train: ArrayLike, *others: ArrayLike) -> tuple[Any, ...]:
    """Subtract the mean training example and divide by the standard deviation of each feature.

    Features that are constant in the training set, up to rounding, are only centred (their standard deviation counts as
    1).

    Parameters
    ----------
    X_train, *others : (N, ...) arrays
        As in `center`.

    Returns
    -------
    (mean, std) : pair of (...) arrays
        The statistics of the training examples.
    X_train, *others
        The sets minus the mean, divided by the standard deviation; their types are as in `center`.
    """
    sets = _same_features("standardize", X_train, *others)
    mean = sets[0].mean(axis=0, dtype=np.float64)
    std = sets[0].std(axis=0, dtype=np.float64)
    # the computed deviation of a constant feature may be a rounding error instead of 0
    constant = (sets[0] == sets[0][0]).all(axis=0) | (std <= 4 * np.finfo(sets[0].dtype).eps * np.abs(mean))
    std = np.where(constant, 1.0, std)
    scaled = [((X - mean.astype(X.dtype)) / std.astype(X.dtype)) for X in sets]
    return (mean.astype(sets[0].dtype), std.astype(sets[0].dtype)), *scaled


def append_bias(X: ArrayLike) -> NDArray[Any]:
    """Append a column of ones to rows (N, D), giving (N, D + 1), so that the last row of W is the bias.

    Floats keep their type; integers become float64.
    """
    X = float_array("append_bias", "X", X)
    if X.ndim != 2:
        raise ValueError(f"append_bias: X should have shape (N, D), but has {X.shape}. Use data.flatten first.")
    return np.concatenate([X, np.ones((len(X), 1), dtype=X.dtype)], axis=1)


def _same_features(function: str, *arrays: ArrayLike) -> list[NDArray[Any]]:
    names = ["X_train", *["every other set"] * (len(arrays) - 1)]
    sets = [float_array(function, name, X) for name, X in zip(names, arrays, strict=True)]  # each keeps its own dtype
    if sets[0].ndim == 0 or len(sets[0]) == 0:
        raise ValueError(f"{function}: X_train should hold at least one example, but is empty.")
    for X in sets[1:]:
        if X.shape[1:] != sets[0].shape[1:]:
            raise ValueError(
                f"{function}: the examples of every set should have the shape of those of X_train, "
                f"{sets[0].shape[1:]}, but one set has shape {X.shape}."
            )
    return sets
