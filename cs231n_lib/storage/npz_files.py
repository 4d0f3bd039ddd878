"""Arrays in .npz files: written completely or not at all, and read without running code from the file."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def write_npz(path: str | os.PathLike[str], arrays: Mapping[str, ArrayLike]) -> None:
    """Write a dict {name: array} to exactly this path, replacing any file there.

    A process that reads the path at the same time, or after a crash, finds the complete old file or the complete new
    one. Missing folders are created.

    Raises
    ------
    ValueError
        If an array holds objects: reading it back could run arbitrary code.
    """
    path, named = Path(path), dict[str, Any](arrays)
    path.parent.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        if np.asarray(array).dtype.hasobject:
            raise ValueError(f"{path}: {name} holds Python objects. Only arrays of numbers and text can be saved.")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, **named)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:  # also when interrupted
        unfinished.unlink(missing_ok=True)
        raise


def read_npz(path: str | os.PathLike[str], kind: str, what: str) -> dict[str, NDArray[Any]]:
    """Read a dict {name: array} that `write_npz` wrote.

    Parameters
    ----------
    path
        The file.
    kind
        The value that the entry "kind" must have, so that no other kind of file is accepted.
    what
        What the file should be, in words, for the error.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged or of another kind. The message names the path.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"There is no {what} at {path}.")
    try:
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        found = str(arrays.get("kind"))
    except (
        OSError,
        EOFError,
        ValueError,
        TypeError,
        AttributeError,
        NotImplementedError,
        RuntimeError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise ValueError(f"{path} is not a {what}, or is damaged ({type(error).__name__}: {error}).") from None
    if found != kind:
        raise ValueError(f"{path} is not a {what}: its kind is {found!r}, but should be {kind!r}.")
    return arrays


def members(arrays: Mapping[str, NDArray[Any]], group: str) -> dict[str, NDArray[Any]]:
    """Return the arrays of a dict {path: array} that are under "group/", by the rest of their paths."""
    return {name.removeprefix(f"{group}/"): array for name, array in arrays.items() if name.startswith(f"{group}/")}


def refuse_other_params(
    params: Mapping[str, NDArray[Any]], found: Mapping[str, NDArray[Any]], path: str | os.PathLike[str]
) -> None:
    """Raise ValueError unless both dicts hold arrays with the same names, shapes and dtypes."""
    if params.keys() != found.keys():
        raise ValueError(
            f"{path} comes from a different model: it holds {', '.join(sorted(found))}; this model has "
            f"{', '.join(sorted(params))}."
        )
    for name, array in params.items():
        here, there = (f"{each.dtype} {each.shape}" for each in (array, found[name]))
        if here != there:
            raise ValueError(f"{path} comes from a different model: its {name} is {there}; this model's is {here}.")
