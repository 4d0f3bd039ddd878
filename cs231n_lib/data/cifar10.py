"""Reads CIFAR-10 in the layout of its official archive, cifar-10-python.tar.gz.

The files are Python pickles from the internet, and reading a pickle can run any code. So this module uses an unpickler
that can create only dicts, lists, numbers, strings and integer arrays.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

import numpy as np

from cs231n_lib.data.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Images = NDArray[np.uint8]  # (N, 32, 32, 3)
    Labels = NDArray[np.int64]  # (N,)

TRAIN_FILES = tuple(f"data_batch_{i}" for i in range(1, 6))
TEST_FILE = "test_batch"
META_FILE = "batches.meta"
NUM_PIXELS = 3 * 32 * 32
FETCH_HINT = "Fetch the data set again: cs231n data cifar10"  # without a full stop, which would be copied too


def read_cifar10_batches(folder: str | os.PathLike[str]) -> tuple[Images, Labels, Images, Labels]:
    """Read the official batches in `folder` (usually named cifar-10-batches-py).

    Returns
    -------
    X : (50000, 32, 32, 3) uint8 array
        The training images of the five batches in order: rows from top to bottom, channels red, green, blue.
    y : (50000,) int64 array
        Their labels.
    X_test : (10000, 32, 32, 3) uint8 array
        The test images.
    y_test : (10000,) int64 array
        Their labels.

    Raises
    ------
    DataError
        If a file is missing, damaged or not plain data. The message names the file.
    """
    folder = Path(folder)
    class_names, rows = _read_meta(folder)
    num_classes = len(class_names)
    X = np.empty((len(TRAIN_FILES) * rows, 32, 32, 3), dtype=np.uint8)
    y = np.empty(len(X), dtype=np.int64)
    for i, name in enumerate(TRAIN_FILES):
        part = slice(i * rows, (i + 1) * rows)
        X[part], y[part] = _read_batch(folder / name, rows, num_classes)
    images, y_test = _read_batch(folder / TEST_FILE, rows, num_classes)
    return X, y, np.ascontiguousarray(images), y_test


def read_cifar10_batch(path: str | os.PathLike[str]) -> tuple[Images, Labels]:
    """Read one of the official files of images, such as data_batch_1, which has batches.meta beside it.

    Returns
    -------
    X : (10000, 32, 32, 3) uint8 array
        The images.
    y : (10000,) int64 array
        Their labels.

    Raises
    ------
    DataError
        As in `read_cifar10_batches`.
    """
    class_names, rows = _read_meta(Path(path).parent)
    return _read_batch(Path(path), rows, len(class_names))


def read_plain_pickle(file: BinaryIO) -> dict[Any, Any]:
    """Read a pickled dict whose values are plain data and arrays of integers. Strings of Python 2 become str.

    Raises DataError if the file is damaged, or if reading it would run code.
    """
    values = _unpickled(file, getattr(file, "name", "the file"), "latin1")
    return {key: value.array if isinstance(value, _PickledArray) else value for key, value in values.items()}


def read_class_names(folder: str | os.PathLike[str]) -> tuple[str, ...]:
    """Return the names of the classes by label, from the file batches.meta in `folder`."""
    return _read_meta(Path(folder))[0]


def _read_meta(folder: Path) -> tuple[tuple[str, ...], int]:
    """Return the names of the classes, and the number of images in a batch."""
    path = folder / META_FILE
    meta = _read_dict(path)
    names = _take(meta, "label_names", path)
    if not (isinstance(names, list) and names and all(isinstance(name, (bytes, str)) for name in names)):
        raise DataError(f"{path}: label_names should be a list of class names, but is not.", FETCH_HINT)
    rows = meta.get("num_cases_per_batch", 10_000)
    if not (isinstance(rows, int) and 0 < rows <= 1_000_000):
        raise DataError(f"{path}: num_cases_per_batch should be the number of images, but is {rows!r}.", FETCH_HINT)
    return tuple(name.decode() if isinstance(name, bytes) else name for name in names), rows


def _read_batch(path: Path, rows: int, num_classes: int) -> tuple[Images, Labels]:
    batch = _read_dict(path)
    pixels = _take(batch, "data", path)
    pixels = pixels.array if isinstance(pixels, _PickledArray) else None
    if pixels is None or pixels.dtype != np.uint8 or pixels.shape != (rows, NUM_PIXELS):
        found = type(batch["data"]).__name__ if pixels is None else f"{pixels.dtype} {pixels.shape}"
        raise DataError(
            f"{path}: data should be a uint8 array of shape {(rows, NUM_PIXELS)}, but is {found}.", FETCH_HINT
        )
    labels = _take(batch, "labels", path)
    labels = labels.array if isinstance(labels, _PickledArray) else labels
    if isinstance(labels, list) and all(type(label) is int for label in labels):
        labels = np.array(labels, dtype=np.int64)
    if not isinstance(labels, np.ndarray) or labels.shape != (rows,):
        raise DataError(f"{path}: labels should be {rows} integers, one per image, but are not.", FETCH_HINT)
    if labels.min() < 0 or labels.max() >= num_classes:
        raise DataError(
            f"{path}: labels should be 0..{num_classes - 1}, but go from {labels.min()} to {labels.max()}.",
            FETCH_HINT,
        )
    images = pixels.reshape(rows, 3, 32, 32).transpose(0, 2, 3, 1)  # (N, C, H, W) -> (N, H, W, C)
    return images, labels.astype(np.int64)


def _take(values: dict[Any, Any], key: str, path: Path) -> Any:
    if key not in values:
        raise DataError(f"{path}: It has no entry {key!r}. Is this the Python version of CIFAR-10?", FETCH_HINT)
    return values[key]


def _read_dict(path: Path) -> dict[Any, Any]:
    try:
        with open(path, "rb") as file:
            values = _unpickled(file, path, "bytes")
    except FileNotFoundError:
        raise DataError(f"{path}: This file of CIFAR-10 is missing.", FETCH_HINT) from None
    except OSError as error:
        raise DataError(f"{path}: This file cannot be read: {error.strerror or error}.") from None
    # Python 2 wrote the official files, so their strings are bytes here
    return {key.decode("latin1") if isinstance(key, bytes) else key: value for key, value in values.items()}


def _unpickled(file: BinaryIO, path: Path | str, encoding: str) -> dict[Any, Any]:
    try:
        values = _PlainUnpickler(file, encoding=encoding).load()
    except OSError:
        raise
    except _Refused as error:
        raise DataError(
            f"{path}: This file is refused, because reading it would run code ({error}). The official file holds plain "
            "data only.",
            FETCH_HINT,
        ) from None
    except Exception as error:  # a damaged pickle may raise any error: EOFError, KeyError, MemoryError...
        raise DataError(
            f"{path}: This file is damaged or not a CIFAR-10 batch ({type(error).__name__}: {error}).", FETCH_HINT
        ) from None
    if not isinstance(values, dict):
        raise DataError(f"{path}: This file should hold a dict, but holds a {type(values).__name__}.", FETCH_HINT)
    return values


class _Refused(Exception):
    pass


class _PlainUnpickler(pickle.Unpickler):
    """An unpickler for plain data, which looks up no names except the four below.

    It does not even use NumPy's classes, since ndarray.__setstate__ and dtype.__setstate__ are not safe with malicious
    input.
    """

    def find_class(self, module: str, name: str) -> Any:
        module = module.replace("numpy._core", "numpy.core")  # NumPy 2's name for it
        known: dict[tuple[str, str], Callable[..., Any] | None] = {
            ("numpy.core.multiarray", "_reconstruct"): lambda *args: _PickledArray(),
            ("numpy", "ndarray"): None,  # used only as an argument of _reconstruct
            ("numpy", "dtype"): _PickledDtype,
            ("_codecs", "encode"): _encode_latin1,  # how Python 3 writes bytes for Python 2
        }
        try:
            return known[module, name]
        except KeyError:
            raise _Refused(f"it asks for {module}.{name}") from None

    def persistent_load(self, pid: Any) -> NoReturn:
        raise _Refused("it asks for an object outside the file")


class _PickledArray:
    """Replaces ndarray: makes `array` from the state that NumPy pickles."""

    array: NDArray[Any] | None = None

    def __setstate__(self, state: Any) -> None:
        _, shape, dtype, fortran_order, raw = state
        raw = raw.encode("latin1") if isinstance(raw, str) else raw
        flat = np.frombuffer(raw, dtype=dtype.dtype)
        self.array = flat.reshape(shape, order="F" if fortran_order else "C")


class _PickledDtype:
    """Replaces dtype; accepts integer types only."""

    def __init__(self, code: str | bytes, *flags: object) -> None:
        self.dtype = np.dtype(code.decode() if isinstance(code, bytes) else code)
        if self.dtype.kind not in "iu":
            raise _Refused(f"it holds an array of {self.dtype}")

    def __setstate__(self, state: Any) -> None:
        order: Any = state[1].decode() if isinstance(state[1], bytes) else state[1]
        if order == "<" or order == ">":
            self.dtype = self.dtype.newbyteorder(order)


def _encode_latin1(text: str, encoding: str | bytes) -> bytes:
    if encoding not in ("latin1", b"latin1"):
        raise _Refused(f"it asks for the codec {encoding!r}")
    return text.encode("latin1")
