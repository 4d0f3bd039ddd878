"""Data sets in the form that Solver needs: a dict of X_train, y_train, X_val, y_val, X_test, y_test.

get_CIFAR10_data and load_CIFAR10 have the names and arguments of the course's public `cs231n` package.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.data import registry
from cs231n_lib.data.cifar10 import META_FILE, read_cifar10_batches
from cs231n_lib.data.dataset import Dataset, load
from cs231n_lib.data.preprocessing import to_nchw

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray


def solver_data(images: Dataset, subtract_mean: bool = True, dtype: DTypeLike = np.float32) -> dict[str, NDArray[Any]]:
    """Convert a data set to the form that Solver and the convolutional nets need.

    Parameters
    ----------
    images
        A Dataset from data.load.
    subtract_mean
        Whether to subtract the mean training image from all parts.
    dtype
        The dtype of the images.

    Returns
    -------
    dict
        {"X_train": (N, 3, 32, 32), "y_train": (N,), "X_val": .., "y_val": .., "X_test": .., "y_test": ..}.

    Examples
    --------
    >>> from cs231n_lib import data
    >>> solver_data(data.load("shapes10", num_train=500))["X_train"].shape   # doctest: +SKIP
    (500, 3, 32, 32)
    """
    parts = {name: getattr(images, name) for name in ("X_train", "y_train", "X_val", "y_val", "X_test", "y_test")}
    for name in ("X_train", "X_val", "X_test"):
        parts[name] = to_nchw(parts[name], dtype)
    if subtract_mean and len(parts["X_train"]):
        mean = images.X_train.mean(axis=0).transpose(2, 0, 1).astype(dtype)  # (3, 32, 32)
        for name in ("X_train", "X_val", "X_test"):
            parts[name] -= mean  # in place: a copy of all images takes hundreds of megabytes
    return parts


def get_CIFAR10_data(
    num_training: int = 49000,
    num_validation: int = 1000,
    num_test: int = 1000,
    subtract_mean: bool = True,
    dtype: DTypeLike = np.float32,
) -> dict[str, NDArray[Any]]:
    """Load CIFAR-10 as `solver_data` returns it. The validation images are the last of the 50,000 training images.

    Raises DataError if CIFAR-10 has not been fetched, or has fewer images than requested.
    """
    return solver_data(load("cifar10", num_training, num_validation, num_test), subtract_mean, dtype)


def load_CIFAR10(
    root: str | os.PathLike[str] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Load all of CIFAR-10 in its two official parts.

    Parameters
    ----------
    root
        The folder cifar-10-batches-py or the folder that contains it; None for the fetched set.

    Returns
    -------
    X_train : (50000, 32, 32, 3) float64 array
        Images in 0..255 (1.2 GB; data.load keeps them uint8).
    y_train : (50000,) int64 array
        Labels.
    X_test : (10000, 32, 32, 3) float64 array
        Images in 0..255.
    y_test : (10000,) int64 array
        Labels.

    Raises
    ------
    DataError
        If the set is missing or damaged.
    """
    if root is None:
        images = load("cifar10", num_val=0)
        X_train, y_train, X_test, y_test = images.X_train, images.y_train, images.X_test, images.y_test
    else:
        X_train, y_train, X_test, y_test = read_cifar10_batches(_folder(root))
    return X_train.astype(np.float64), y_train, X_test.astype(np.float64), y_test


def _folder(root: str | os.PathLike[str]) -> Path:
    outer = Path(root).expanduser()
    inner: Path = outer / registry.entry("cifar10")["folder"]
    return inner if (inner / META_FILE).is_file() else outer
