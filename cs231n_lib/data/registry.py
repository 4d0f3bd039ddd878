"""The registry of data sets (datasets/registry.toml), and the folders where data sets are kept."""

import os
import tomllib
import warnings
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from cs231n_lib.data.errors import DataError

CACHE = "cs231n-course-kit"  # the name of the folder in the user's cache folder
FORMER_CACHE = "cs231n"


def names() -> list[str]:
    """Return the names of the data sets, such as ["cifar10", "shapes10"]."""
    return list(_registry())


def entry(name: str) -> dict[str, Any]:
    """Look up the registry's table for the data set `name`.

    Raises
    ------
    DataError
        If the name is not registered. The message lists the names that are.
    """
    try:
        return _registry()[name]
    except (KeyError, TypeError):
        raise DataError(f"There is no data set {name!r}. The data sets are {', '.join(names())}.") from None


def data_dir() -> Path:
    """Return the folder where data sets are kept; it may not exist yet.

    It is the folder that the environment variable CS231N_DATA names, or else `cs231n-course-kit` in the user's cache
    folder. So all assignments share one folder, wherever the library and the notebooks are.
    """
    if os.environ.get("CS231N_DATA"):
        return Path(os.environ["CS231N_DATA"]).expanduser().absolute()
    return _user_cache(CACHE)


def _user_cache(name: str) -> Path:
    """Return a folder in the user's cache folder."""
    with warnings.catch_warnings():
        # pooch imports tqdm, which asks for ipywidgets in a notebook; its bars are text without them
        warnings.filterwarnings("ignore", message="IProgress not found")
        import pooch
    return Path(pooch.os_cache(name))


def available() -> dict[str, Path | None]:
    """Return {name: path} of the data sets, where the path is None if the set must be fetched first.

    An embedded set is always available. Its path is the file in which its first use caches it.
    """
    return {name: location(name) for name in names()}


def location(name: str) -> Path | None:
    """Return the path of the data set `name`, or None if it is not complete; see `available`.

    This also finds sets in the folders where earlier versions of the library kept them.
    """
    described = entry(name)
    if described.get("embedded"):
        from cs231n_lib.data.embedded import cache_path

        return Path(cache_path(data_dir(), name))
    here = Path.cwd()
    return _found(described, _places(here, *here.parents))


def trusted_dir(*around: Path) -> Path:
    """Return the folder of data sets for the grader, which must not use data sets from the current folder.

    The grader may be started in a student's folder.

    Parameters
    ----------
    *around
        Folders that may contain a checkout's `datasets/`, such as that of the course.
    """
    sets = (described for described in _registry().values() if not described.get("embedded"))
    fetched = (_found(described, _places(*around)) for described in sets)
    return next((folder.parent for folder in fetched if folder is not None), data_dir())


def _found(described: dict[str, Any], places: Iterable[Path]) -> Path | None:
    """Return the first complete folder of a data set, or None."""
    for place in places:
        folder = place / described["folder"]
        if all(os.path.isfile(folder / file) for file in described["files"]):  # False for a folder that may not be read
            return folder
    return None


def _places(*around: Path) -> Iterator[Path]:
    """Yield the folders to search for data sets: data_dir(), then those that earlier versions used."""
    yield data_dir()
    if os.environ.get("CS231N_DATA"):
        return
    for folder in (*around, _beside_the_library()):
        if os.path.isfile(folder / "datasets" / "registry.toml"):
            yield folder / "datasets"
    yield _user_cache(FORMER_CACHE)


def _beside_the_library() -> Path:
    return Path(__file__).resolve().parents[2]  # a checkout, or the kit of a release


@cache
def _registry() -> dict[str, dict[str, Any]]:
    beside = _beside_the_library() / "datasets" / "registry.toml"
    found = beside if beside.is_file() else resources.files("cs231n_lib") / "datasets" / "registry.toml"
    return tomllib.loads(found.read_text(encoding="utf-8"))
