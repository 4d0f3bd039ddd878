"""Arrays in .npz files: written whole or not at all, read without running anything that is in them."""

import os
import zipfile
import zlib
from pathlib import Path

import numpy as np


def write_npz(path, arrays):
    """Write a dict {name: array} to exactly this path, in place of what is there.

    Whoever reads the path meanwhile, or after a crash, finds the old file or the new one, never half of it. Folders
    that are missing are made. Arrays of objects are an error (ValueError): reading them back would run foreign code.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        if np.asarray(array).dtype.hasobject:
            raise ValueError(f"{path}: {name} holds Python objects, which are not saved; only arrays of numbers are")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:  # also when interrupted
        unfinished.unlink(missing_ok=True)
        raise


def read_npz(path, kind, what):
    """Read a dict {name: array} that was written with "kind" equal to the given text.

    what: what the file should be, in words, for the error. Raises FileNotFoundError if there is none, and ValueError
    naming the path if it is damaged or something else.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"there is no {what} {path}")
    try:
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        found = str(arrays.get("kind"))
    except (OSError, EOFError, ValueError, TypeError, AttributeError, NotImplementedError, RuntimeError,
            zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path} is no {what}, or is damaged ({type(error).__name__}: {error})") from None
    if found != kind:
        raise ValueError(f"{path} is no {what}: it says it is {found!r}, where {kind!r} is wanted")
    return arrays


def members(arrays, group):
    """Of a dict {path: array} those under "group/", by the rest of their paths."""
    return {name.removeprefix(f"{group}/"): array for name, array in arrays.items() if name.startswith(f"{group}/")}


def refuse_other_params(params, found, path):
    """Raise ValueError unless both dicts hold arrays of the same names, shapes and dtypes."""
    if params.keys() != found.keys():
        raise ValueError(f"{path} is of another model: it holds {', '.join(sorted(found))}; this model has "
                         f"{', '.join(sorted(params))}")
    for name, array in params.items():
        here, there = (f"{each.dtype} {each.shape}" for each in (array, found[name]))
        if here != there:
            raise ValueError(f"{path} is of another model: its {name} is {there}; this model's is {here}")
