"""Arrays in .npz files: written whole or not at all, read without running anything that is in them."""

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
    """Write a dict {name: array} to exactly this path, in place of what is there.

    A process that reads the path meanwhile, or after a crash, finds the old file or the new one, never half of it.
    Missing folders are made.

    Raises
    ------
    ValueError
        For an array of objects: reading it back would run foreign code.
    """
    path, named = Path(path), dict[str, Any](arrays)
    path.parent.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        if np.asarray(array).dtype.hasobject:
            raise ValueError(f"{path}: {name} holds Python objects, which are not saved; only arrays of numbers are")
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
        What the entry "kind" has to be, so that no other file is taken for one of these.
    what
        What the file should be, in words, for the error.

    Raises
    ------
    FileNotFoundError
        If there is no file.
    ValueError
        Names the path, if the file is damaged or something else.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"there is no {what} {path}")
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
        raise ValueError(f"{path} is no {what}, or is damaged ({type(error).__name__}: {error})") from None
    if found != kind:
        raise ValueError(f"{path} is no {what}: it says it is {found!r}, where {kind!r} is wanted")
    return arrays


def members(arrays: Mapping[str, NDArray[Any]], group: str) -> dict[str, NDArray[Any]]:
    """Those arrays of a dict {path: array} that are under "group/", by the rest of their paths."""
    return {name.removeprefix(f"{group}/"): array for name, array in arrays.items() if name.startswith(f"{group}/")}


def refuse_other_params(
    params: Mapping[str, NDArray[Any]], found: Mapping[str, NDArray[Any]], path: str | os.PathLike[str]
) -> None:
    """Raise ValueError unless both dicts hold arrays of the same names, shapes and dtypes."""
    if params.keys() != found.keys():
        raise ValueError(
            f"{path} is of another model: it holds {', '.join(sorted(found))}; this model has "
            f"{', '.join(sorted(params))}"
        )
    for name, array in params.items():
        here, there = (f"{each.dtype} {each.shape}" for each in (array, found[name]))
        if here != there:
            raise ValueError(f"{path} is of another model: its {name} is {there}; this model's is {here}")
