"""Loading a data set, split for a course: training, validation and test."""

import os
from dataclasses import dataclass

import numpy as np

from cs231n_lib.data import registry
from cs231n_lib.data.cifar10 import read_cifar10_batches, read_class_names
from cs231n_lib.data.embedded import load_embedded
from cs231n_lib.data.errors import DataError

NUM_VALIDATION = 1_000


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Images uint8 (N, 32, 32, 3) and labels int64 (N,) in three parts; print it to see how many."""

    name: str  # as in the registry: "cifar10"
    title: str  # as in text: "CIFAR-10"
    X_train: np.ndarray
    y_train: np.ndarray
    X_val: np.ndarray
    y_val: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple  # of str, by label

    def __str__(self):
        size = "x".join(str(n) for n in self.X_train.shape[1:])
        return (f"{self.title}: {len(self.X_train):,} training, {len(self.X_val):,} validation and "
                f"{len(self.X_test):,} test images, {size} {self.X_train.dtype}, {len(self.class_names)} classes")

    __repr__ = __str__


def load(name=None, num_train=None, num_val=None, num_test=None):
    """Load a data set.

    Arguments
    - name: "cifar10", "shapes10", or None for the one that the environment variable CS231N_DATASET names;
      without it CIFAR-10 if it has been fetched, else shapes10, which needs no fetching.
    - num_train, num_val, num_test: integers, how many images of each part, the first ones of it; None for all. The last
      1,000 training images (or num_val, if that is more) are the validation part; with num_val=0 there is none
      and they count as training images.

    Returns a Dataset. Raises DataError for an unknown name, a set that is not there or is damaged, or when there
    are fewer images than asked for.

    >>> images = load("shapes10", num_train=500, num_test=100)   # doctest: +SKIP
    >>> images.X_train.shape   # doctest: +SKIP
    (500, 32, 32, 3)
    """
    counts = {"num_train": num_train, "num_val": num_val, "num_test": num_test}
    for key, count in counts.items():
        if count is not None and (isinstance(count, bool) or not isinstance(count, (int, np.integer))):
            raise ValueError(f"data.load: {key} should be an integer or None, but is {count!r}")
    name = name or os.environ.get("CS231N_DATASET") or _default_name()
    title = registry.entry(name)["title"]
    X, y, X_test, y_test, class_names = _read(name)

    held_out = 0 if num_val == 0 else max(num_val or 0, min(NUM_VALIDATION, len(X) // 10))
    split = max(len(X) - held_out, 0)
    parts = [
        ("num_train", num_train, X[:split], y[:split]),
        ("num_val", num_val, X[split:], y[split:]),
        ("num_test", num_test, X_test, y_test),
    ]
    arrays = [array for part in parts for array in _first(title, *part)]
    return Dataset(name, title, *arrays, class_names=class_names)


def _default_name():
    return "cifar10" if registry.location("cifar10") else "shapes10"


def _read(name):
    if registry.entry(name).get("embedded"):
        return load_embedded(name, registry.data_dir())
    folder = registry.location(name)
    if folder is None:
        raise DataError(f"{registry.entry(name)['title']} is not in {registry.data_dir()}",
                        f"Fetch it with `cs231n data {name}`; or work with shapes10, which needs no fetching.")
    return *read_cifar10_batches(folder), read_class_names(folder)


def _first(title, argument, count, X, y):
    if count is None:
        return X, y
    if count < 0 or count > len(X):
        raise DataError(f"{argument}={count}, but {title} has {len(X):,} images for this part",
                        f"Ask for 0 to {len(X):,}, or leave {argument} out to get all.")
    # A copy, so that a small part does not keep the whole set in memory.
    return X[:count].copy(), y[:count].copy()
