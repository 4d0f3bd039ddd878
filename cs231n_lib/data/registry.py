"""What is known of each data set (datasets/registry.toml) and where data sets are kept."""

import os
import tomllib
from functools import cache
from importlib import resources
from pathlib import Path

from cs231n_lib.data.errors import DataError


def names():
    """The names of the data sets, e.g. ["cifar10", "shapes10"]."""
    return list(_registry())


def entry(name):
    """The registry's table for the data set `name` as a dict.

    Raises DataError for a name that is not registered; the message lists those that are.
    """
    try:
        return _registry()[name]
    except (KeyError, TypeError):
        raise DataError(f"there is no data set {name!r}; the data sets are: {', '.join(names())}") from None


def data_dir():
    """The folder that data sets are read from and fetched into, as a Path; it may not exist yet.

    It is the folder named by the environment variable CS231N_DATA if that is set; else the `datasets`
    folder of the course around the current directory (the nearest one upward that holds registry.toml);
    else the user's cache folder.
    """
    if os.environ.get("CS231N_DATA"):
        return Path(os.environ["CS231N_DATA"]).expanduser().absolute()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "datasets" / "registry.toml").is_file():
            return folder / "datasets"
    import pooch

    return Path(pooch.os_cache("cs231n"))


def available():
    """Where each data set lies: a dict name -> Path, or None for one that has to be fetched first.

    An embedded set is always available; its path is the file in which its first use caches it.
    """
    return {name: location(name) for name in names()}


def location(name):
    """The Path of the data set `name`, or None if it is not complete; see `available`."""
    described = entry(name)
    if described.get("embedded"):
        from cs231n_lib.data.embedded import cache_path

        return cache_path(data_dir(), name)
    folder = data_dir() / described["folder"]
    complete = all((folder / file).is_file() for file in described["files"])
    return folder if complete else None


@cache
def _registry():
    beside = Path(__file__).resolve().parents[2] / "datasets" / "registry.toml"  # a checkout or a release
    if not beside.is_file():
        beside = resources.files("cs231n_lib") / "datasets" / "registry.toml"  # an installed wheel
    return tomllib.loads(beside.read_text(encoding="utf-8"))
