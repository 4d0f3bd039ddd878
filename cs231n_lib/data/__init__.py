"""Data sets and preprocessing.

    from cs231n_lib import data

    images = data.load(num_train=5_000, num_test=500)   # CIFAR-10 if it has been fetched, else shapes10
    X_train, X_test = data.flatten(images.X_train), data.flatten(images.X_test)
    mean, X_train, X_test = data.center(X_train, X_test)

For nets use data.solver_data(images) and the random changes in cs231n_lib.data.augmentation.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cs231n_lib.data.cifar10 import read_cifar10_batches
from cs231n_lib.data.dataset import Dataset, load
from cs231n_lib.data.errors import DataError
from cs231n_lib.data.preprocessing import append_bias, center, flatten, standardize, to_nchw
from cs231n_lib.data.registry import available, data_dir
from cs231n_lib.data.soft_labels import one_hot
from cs231n_lib.data.solver_data import get_CIFAR10_data, load_CIFAR10, solver_data

if TYPE_CHECKING:
    from cs231n_lib.data.download import Fetched

__all__ = [
    "DataError",
    "Dataset",
    "append_bias",
    "available",
    "center",
    "data_dir",
    "fetch",
    "flatten",
    "get_CIFAR10_data",
    "load",
    "load_CIFAR10",
    "one_hot",
    "read_cifar10_batches",
    "solver_data",
    "standardize",
    "to_nchw",
]


def fetch(name: str, from_path: str | os.PathLike[str] | None = None, progress: bool = True) -> Fetched:
    """Fetch the data set `name`; see cs231n_lib.data.download.fetch."""
    from cs231n_lib.data.download import fetch  # imports pooch and requests, which only fetching needs

    return fetch(name, from_path=from_path, progress=progress)
