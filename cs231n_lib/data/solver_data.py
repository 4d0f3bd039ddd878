"""Data sets in the form in which nets are trained: a dict of X_train, y_train, X_val, y_val, X_test, y_test.

Two functions have the names and arguments by which this course has always been known.
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
    """A data set as Solver and the convolutional nets take it.

    Parameters
    ----------
    images
        A Dataset from data.load.
    subtract_mean
        Whether the mean training image is subtracted from all parts.
    dtype
        The type of the images.

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
    """CIFAR-10 as `solver_data` returns it. The validation images are the last ones of the 50,000 for training.

    Raises DataError if CIFAR-10 has not been fetched, or has fewer images than asked for.
    """
    return solver_data(load("cifar10", num_training, num_validation, num_test), subtract_mean, dtype)


def load_CIFAR10(
    root: str | os.PathLike[str] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """All of CIFAR-10 in its two official parts.

    Parameters
    ----------
    root
        The folder cifar-10-batches-py or the one around it; None for the set that was fetched.

    Returns
    -------
    X_train : (50000, 32, 32, 3) float64 array
        In 0..255 (1.5 GB; data.load keeps them uint8).
    y_train : (50000,) int64 array
        Labels.
    X_test : (10000, 32, 32, 3) float64 array
        In 0..255.
    y_test : (10000,) int64 array
        Labels.

    Raises
    ------
    DataError
        If it is not there or is broken.
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
