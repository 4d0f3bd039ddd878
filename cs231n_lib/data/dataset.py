"""Loads a data set, split into training, validation and test parts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.data import registry
from cs231n_lib.data.cifar10 import read_cifar10_batches, read_class_names
from cs231n_lib.data.embedded import load_embedded
from cs231n_lib.data.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Images = NDArray[np.uint8]  # (N, 32, 32, 3)
    Labels = NDArray[np.int64]  # (N,)

NUM_VALIDATION = 1_000


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Images and labels in three parts; print it to see how many.

    Attributes
    ----------
    name
        The name in the registry, such as "cifar10".
    title
        The name for texts, such as "CIFAR-10".
    X_train, X_val, X_test : (N, 32, 32, 3) uint8 arrays
        The images: rows from top to bottom, channels red, green, blue.
    y_train, y_val, y_test : (N,) int64 arrays
        Their labels.
    class_names
        The names of the classes, by label.
    """

    name: str
    title: str
    X_train: Images
    y_train: Labels
    X_val: Images
    y_val: Labels
    X_test: Images
    y_test: Labels
    class_names: tuple[str, ...]

    def __str__(self) -> str:
        size = "x".join(str(n) for n in self.X_train.shape[1:])
        return (
            f"{self.title}: {len(self.X_train):,} training, {len(self.X_val):,} validation and "
            f"{len(self.X_test):,} test images, {size} {self.X_train.dtype}, {len(self.class_names)} classes"
        )

    __repr__ = __str__


def load(
    name: str | None = None, num_train: int | None = None, num_val: int | None = None, num_test: int | None = None
) -> Dataset:
    """Load a data set, split into training, validation and test parts.

    Parameters
    ----------
    name
        "cifar10" or "shapes10". None means the set that the environment variable CS231N_DATASET names; if that is not
        set, CIFAR-10 if it has been fetched, and otherwise shapes10, which does not need fetching.
    num_train, num_val, num_test
        The number of images of each part, taken from its beginning; None for all. The validation part is the last
        1,000 training images, or the last num_val if that is more. With num_val=0 there is no validation part, and all
        of these are training images.

    Raises
    ------
    ValueError
        If a number of images is not an integer.
    DataError
        If the name is unknown, the set is missing or damaged, or it has fewer images than requested.

    Examples
    --------
    >>> images = load("shapes10", num_train=500, num_test=100)   # doctest: +SKIP
    >>> images.X_train.shape   # doctest: +SKIP
    (500, 32, 32, 3)
    """
    counts = {"num_train": num_train, "num_val": num_val, "num_test": num_test}
    for key, count in counts.items():
        if count is not None and (isinstance(count, bool) or not isinstance(count, (int, np.integer))):
            raise ValueError(f"data.load: {key} should be an integer or None, but is {count!r}.")
    name = name or os.environ.get("CS231N_DATASET") or _default_name()
    title = registry.entry(name)["title"]
    X, y, X_test, y_test, class_names = _read(name)

    held_out = 0 if num_val == 0 else max(num_val or 0, min(NUM_VALIDATION, len(X) // 10))
    split = max(len(X) - held_out, 0)
    X_train, y_train = _first(title, "num_train", num_train, X[:split], y[:split])
    X_val, y_val = _first(title, "num_val", num_val, X[split:], y[split:])
    X_test, y_test = _first(title, "num_test", num_test, X_test, y_test)
    return Dataset(name, title, X_train, y_train, X_val, y_val, X_test, y_test, class_names)


def _default_name() -> str:
    return "cifar10" if registry.location("cifar10") else "shapes10"


def _read(name: str) -> tuple[Images, Labels, Images, Labels, tuple[str, ...]]:
    if registry.entry(name).get("embedded"):
        return load_embedded(name, registry.data_dir())
    folder = registry.location(name)
    if folder is None:
        raise DataError(
            f"{registry.entry(name)['title']} is not in {registry.data_dir()}.",
            f"Fetch it with `cs231n data {name}`, or use shapes10, which does not need fetching.",
        )
    return *read_cifar10_batches(folder), read_class_names(folder)


def _first(title: str, argument: str, count: int | None, X: Images, y: Labels) -> tuple[Images, Labels]:
    if count is None:
        return X, y
    if count < 0 or count > len(X):
        raise DataError(
            f"{argument} is {count}, but {title} has {len(X):,} images for this part.",
            f"Ask for 0 to {len(X):,}, or leave {argument} out to get all.",
        )
    # a copy, so that a small part does not keep the whole set in memory
    return X[:count].copy(), y[:count].copy()
