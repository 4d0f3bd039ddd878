"""What is known of each data set (datasets/registry.toml) and where data sets are kept."""

import os
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from cs231n_lib.data.errors import DataError

CACHE = "cs231n-course-kit"  # the folder's name among the user's caches
FORMER_CACHE = "cs231n"


def names() -> list[str]:
    """The names of the data sets, e.g. ["cifar10", "shapes10"]."""
    return list(_registry())


def entry(name: str) -> dict[str, Any]:
    """Look up the registry's table for the data set `name`.

    Raises
    ------
    DataError
        The name is not registered; the message lists those that are.
    """
    try:
        return _registry()[name]
    except (KeyError, TypeError):
        raise DataError(f"there is no data set {name!r}; the data sets are: {', '.join(names())}") from None


def data_dir() -> Path:
    """The folder that data sets are fetched into and read from; it may not exist yet.

    It is the folder named by the environment variable CS231N_DATA if that is set, else `cs231n-course-kit` in the
    user's cache folder: one place for all assignments, wherever the library is installed and the notebooks are.
    """
    if os.environ.get("CS231N_DATA"):
        return Path(os.environ["CS231N_DATA"]).expanduser().absolute()
    import pooch

    return Path(pooch.os_cache(CACHE))


def available() -> dict[str, Path | None]:
    """Where each data set lies, by name; None for one that has to be fetched first.

    An embedded set is always available; its path is the file in which its first use caches it.
    """
    return {name: location(name) for name in names()}


def location(name: str) -> Path | None:
    """Where the data set `name` lies, or None if it is not complete; see `available`.

    What an earlier version of the library has fetched into one of the former places is found there.
    """
    described = entry(name)
    if described.get("embedded"):
        from cs231n_lib.data.embedded import cache_path

        return Path(cache_path(data_dir(), name))
    here = Path.cwd()
    return _found(described, _places(here, *here.parents))


def trusted_dir(*around: Path) -> Path:
    """The folder of data sets for the grader, which may be started in a student's folder and looks for none there.

    Parameters
    ----------
    *around
        Folders that may hold a checkout's `datasets/`, such as that of the course.
    """
    sets = (described for described in _registry().values() if not described.get("embedded"))
    fetched = (_found(described, _places(*around)) for described in sets)
    return next((folder.parent for folder in fetched if folder is not None), data_dir())


def _found(described: dict[str, Any], places: Iterable[Path]) -> Path | None:
    """The first complete folder of a data set."""
    for place in places:
        folder = place / described["folder"]
        if all(os.path.isfile(folder / file) for file in described["files"]):  # False where it may not be looked at
            return folder
    return None


def _places(*around: Path) -> Iterator[Path]:
    """Where to look for data sets: data_dir(), then where earlier versions kept them."""
    yield data_dir()
    if os.environ.get("CS231N_DATA"):
        return
    for folder in (*around, _beside_the_library()):
        if os.path.isfile(folder / "datasets" / "registry.toml"):
            yield folder / "datasets"
    import pooch

    yield Path(pooch.os_cache(FORMER_CACHE))


def _beside_the_library() -> Path:
    return Path(__file__).resolve().parents[2]  # a checkout, or the kit of a release


@cache
def _registry() -> dict[str, dict[str, Any]]:
    beside = _beside_the_library() / "datasets" / "registry.toml"
    found = beside if beside.is_file() else resources.files("cs231n_lib") / "datasets" / "registry.toml"
    return tomllib.loads(found.read_text(encoding="utf-8"))
