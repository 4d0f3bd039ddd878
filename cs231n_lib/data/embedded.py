"""Data sets that this computer draws instead of fetching them: drawn once, then kept in a file."""

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
    """Load the data set `name`.

    It is read from its cache file in `folder`. If that file is missing or cannot be read, the set is drawn, and the
    file is written if possible. Several processes may do so at the same time.

    Returns
    -------
    X_train, y_train, X_test, y_test : arrays
        The images and labels; see cs231n_lib.data.shapes10.make.
    class_names : tuple of str
        The names of the classes, by label.

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
    """Return the file in `folder` that keeps the data set `name`. Its name changes when the drawing code changes."""
    return Path(folder) / f"{name}-{_version(name)}.npz"


@cache
def _version(name: str) -> str:
    spec = util.find_spec(f"cs231n_lib.data.{name}")
    if spec is None or spec.origin is None:
        raise DataError(
            f"This copy of cs231n_lib has no module data/{name}.py, so it cannot draw {name}.",
            "Install the course kit again, or use another data set (`cs231n data` lists them).",
        )
    return hashlib.sha256(Path(spec.origin).read_bytes()).hexdigest()[:10]


def _read(path: Path) -> tuple[NDArray[Any], ...] | None:
    try:
        # opened here, because np.load does not close a damaged file that it opened itself
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            return tuple(arrays[part] for part in PARTS)
    except Exception:  # missing, truncated or another file, for which np.load raises many types: draw the set again
        return None


def _write(path: Path, arrays: tuple[NDArray[Any], ...]) -> None:
    """Write the file completely or not at all, so that another process never reads half a file.

    Do nothing if the folder cannot be written to.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".tmp", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            named: dict[str, Any] = dict(zip(PARTS, arrays, strict=True))
            np.savez(file, **named)
        os.chmod(temporary, 0o644)  # mkstemp's 0600 would lock out other users of the folder
        os.replace(temporary, path)
    except OSError:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
