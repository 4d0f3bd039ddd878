"""List the data sets for `cs231n data` and `cs231n doctor`."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Listed:
    """A data set as `cs231n data` lists it."""

    name: str
    description: str
    state: str  # "present", "built in" or "absent"
    size: str  # of the download
    license: str
    where: Path | None


def list_data_sets() -> list[Listed]:
    """The data sets in the registry, and whether each is on this machine."""
    from cs231n_lib.data import registry

    present = registry.available()
    listed = []
    for name in registry.names():
        entry = registry.entry(name)
        embedded = entry.get("embedded", False)
        state = "built in" if embedded else "present" if present[name] else "absent"
        size = "no download" if embedded else f"{entry['size'] / 1e6:.0f} MB"
        where = None if embedded else present[name]
        listed.append(Listed(name, entry["description"], state, size, entry["license"], where))
    return listed
