"""Data sets that are drawn on this computer instead of fetched: drawn once, then kept in a file."""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import cache
from importlib import import_module, util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.data.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

PARTS = ("X_train", "y_train", "X_test", "y_test")


def load_embedded(name: str, folder: str | os.PathLike[str]) -> tuple[Any, Any, Any, Any, tuple[str, ...]]:
    """The data set `name`: X_train, y_train, X_test, y_test, class_names.

    It is read from its cache file in `folder`. Where there is none or it cannot be read, the set is drawn, and that
    file is written if possible. Several processes may do so at once.

    Raises
    ------
    DataError
        If this copy of the library has no such set.
    """
    path = cache_path(folder, name)
    drawing = import_module(f"cs231n_lib.data.{name}")
    arrays = _read(path)
    if arrays is None:
        arrays = drawing.make()
        _write(path, arrays)
    X_train, y_train, X_test, y_test = arrays
    return X_train, y_train, X_test, y_test, tuple(drawing.CLASS_NAMES)


def cache_path(folder: str | os.PathLike[str], name: str) -> Path:
    """The file in `folder` that keeps the data set `name`: its name changes when the drawing code does."""
    return Path(folder) / f"{name}-{_version(name)}.npz"


@cache
def _version(name: str) -> str:
    spec = util.find_spec(f"cs231n_lib.data.{name}")
    if spec is None or spec.origin is None:
        raise DataError(
            f"this copy of cs231n_lib has no module data/{name}.py, so it cannot draw {name}",
            "Install the course kit again, or use another data set (`cs231n data` lists them).",
        )
    return hashlib.sha256(Path(spec.origin).read_bytes()).hexdigest()[:10]


def _read(path: Path) -> tuple[NDArray[Any], ...] | None:
    try:
        # opened here, because np.load leaves a broken file open that it opened itself
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            return tuple(arrays[part] for part in PARTS)
    except Exception:  # absent, cut short or not ours: np.load raises a dozen types; drawing it again mends all
        return None


def _write(path: Path, arrays: tuple[NDArray[Any], ...]) -> None:
    """Write the file, complete or not at all: another process never sees half a file.

    A folder that cannot be written is fine.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".tmp", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            named: dict[str, Any] = dict(zip(PARTS, arrays, strict=True))
            np.savez(file, **named)
        os.chmod(temporary, 0o644)  # mkstemp's 0600 would shut out others who share the folder
        os.replace(temporary, path)
    except OSError:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
