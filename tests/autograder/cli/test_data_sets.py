"""What `cs231n data` lists for a registry made by hand."""

from pathlib import Path

from autograder.cli.data_sets import Listed, list_data_sets
from cs231n_lib.data import registry

ENTRIES = {
    "here": {"description": "one", "size": 170_498_071, "license": "MIT"},
    "away": {"description": "two", "size": 1_600_000, "license": "CC0"},
    "inside": {"description": "three", "embedded": True, "license": "MIT"},
}


def test_each_data_set_with_its_state_size_and_place(monkeypatch):
    monkeypatch.setattr(registry, "names", lambda: list(ENTRIES))
    monkeypatch.setattr(registry, "entry", ENTRIES.__getitem__)
    monkeypatch.setattr(registry, "available", lambda: {"here": Path("/data"), "away": None, "inside": Path("/kit")})
    assert list_data_sets() == [
        Listed("here", "one", "present", "170 MB", "MIT", Path("/data")),
        Listed("away", "two", "absent", "2 MB", "CC0", None),
        Listed("inside", "three", "built in", "no download", "MIT", None),
    ]
