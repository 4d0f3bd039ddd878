"""The public `cs231n.data_utils`, on `cs231n_lib.data`. Images are float64 here, as they are there."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from cs231n_lib import data
from cs231n_lib.data.cifar10 import read_cifar10_batch, read_plain_pickle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import DTypeLike, NDArray

    Images = NDArray[np.float64]  # (N, 32, 32, 3)
    Labels = NDArray[np.int64]  # (N,)

__all__ = [
    "get_CIFAR10_data",
    "load_CIFAR10",
    "load_CIFAR_batch",
    "load_pickle",
    "load_tiny_imagenet",
]
_NOT_HERE = {
    "load_imagenet_val": "its labels are a pickle, and reading a pickle can run any code.",
    "load_models": "it reads pickles, which can run any code. The models here have methods save and load.",
}


def __getattr__(name: str) -> object:
    if name in _NOT_HERE:
        raise ImportError(f"{__name__} leaves out {name}: {_NOT_HERE[name]}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_pickle(f: BinaryIO) -> dict[Any, Any]:
    """Read a pickled dict of plain data and integer arrays, such as a file of CIFAR-10.

    Raises data.DataError if the file holds anything else, since reading that could run any code.
    """
    return read_plain_pickle(f)


def load_CIFAR_batch(filename: str | os.PathLike[str]) -> tuple[Images, Labels]:
    """Read one file of CIFAR-10: images (10000, 32, 32, 3) in 0..255, labels (10000,). Raises data.DataError."""
    X, y = read_cifar10_batch(filename)
    return X.astype(np.float64), y


def load_CIFAR10(ROOT: str | os.PathLike[str]) -> tuple[Images, Labels, Images, Labels]:
    """Load all of CIFAR-10; see `cs231n_lib.data.load_CIFAR10`.

    The notebooks name the folder to which their own script downloads the set. If there is no folder ROOT, this loads
    the set that `cs231n data cifar10` has fetched.
    """
    return data.load_CIFAR10(ROOT if os.path.exists(ROOT) else None)


def get_CIFAR10_data(
    num_training: int = 49000, num_validation: int = 1000, num_test: int = 1000, subtract_mean: bool = True
) -> dict[str, NDArray[Any]]:
    """Load CIFAR-10 for Solver, as `cs231n_lib.data.get_CIFAR10_data` does, but in float64.

    The validation images are those that follow the training images.
    """
    loaded = data.load("cifar10", num_training + num_validation, 0, num_test)
    X, y = loaded.X_train, loaded.y_train
    parts = replace(
        loaded,
        X_train=X[:num_training],
        y_train=y[:num_training],
        X_val=X[num_training:],
        y_val=y[num_training:],
    )
    return data.solver_data(parts, subtract_mean, np.float64)


def load_tiny_imagenet(
    path: str | os.PathLike[str], dtype: DTypeLike = np.float32, subtract_mean: bool = True
) -> dict[str, Any]:
    """Load Tiny ImageNet from its folder, such as tiny-imagenet-200.

    Parameters
    ----------
    path
        The folder.
    dtype
        The dtype of the images.
    subtract_mean
        Whether to subtract the mean training image.

    Returns
    -------
    dict
        "class_names", a list of words for each class; "X_train", "X_val", "X_test", (N, 3, 64, 64) arrays; "y_train",
        "y_val", "y_test", (N,) integers, where y_test is None if the folder has no labels of the test images;
        "mean_image", a (3, 64, 64) array.
    """
    folder = Path(path)
    ids = (folder / "wnids.txt").read_text().split()
    labels = {wnid: label for label, wnid in enumerate(ids)}
    words = dict(line.split("\t") for line in (folder / "words.txt").read_text().splitlines())
    train = [(file, labels[wnid]) for wnid in ids for file in sorted((folder / "train" / wnid / "images").iterdir())]
    val = _annotated(folder / "val", labels)
    test = _annotated(folder / "test", labels)
    parts: dict[str, Any] = {
        "class_names": [[word.strip() for word in words[wnid].split(",")] for wnid in ids],
        "X_train": _images((file for file, _ in train), dtype),
        "y_train": np.array([label for _, label in train]),
        "X_val": _images((file for file, _ in val), dtype),
        "y_val": np.array([label for _, label in val]),
        "X_test": _images((file for file, _ in test), dtype),
        "y_test": np.array([label for _, label in test]) if all(label is not None for _, label in test) else None,
    }
    parts["mean_image"] = parts["X_train"].mean(axis=0)
    if subtract_mean:
        for name in ("X_train", "X_val", "X_test"):
            parts[name] -= parts["mean_image"]
    return parts


def _annotated(folder: Path, labels: dict[str, int]) -> list[tuple[Path, int | None]]:
    """Return the image files of val or test with their labels, None where there is no file of annotations."""
    annotations = folder / f"{folder.name}_annotations.txt"
    if not annotations.is_file():
        return [(file, None) for file in sorted((folder / "images").iterdir())]
    rows = (line.split("\t") for line in annotations.read_text().splitlines())
    return [(folder / "images" / row[0], labels[row[1]]) for row in rows]


def _images(files: Iterable[Path], dtype: DTypeLike) -> NDArray[Any]:
    """Read images as (N, 3, 64, 64); grey ones get three equal channels."""
    from matplotlib.image import imread

    pixels = (imread(file) for file in files)
    colours = [np.repeat(image[..., None], 3, axis=2) if image.ndim == 2 else image for image in pixels]
    return np.ascontiguousarray(np.stack(colours).transpose(0, 3, 1, 2).astype(dtype))
