"""The installed packages that a notebook depends on: the ones it imports and their requirements."""

import time

import pytest

from autograder.grading import installed
from autograder.grading.installed import DATA_SETS, EVERYTHING, Installed, imported_names

TEXTS = {
    "import numpy": {"numpy"},
    "import numpy as np, scipy.ndimage as nd, os": {"numpy", "scipy", "os"},
    "from sklearn.svm import (\n    SVC,\n    LinearSVC)": {"sklearn"},
    "from . import helper": set(),
    "try: import cv2\nexcept ImportError: cv2 = None": {"cv2"},
    "if x:\n\timport\ta": {"a"},
    "%time import pandas as pd": {"pandas"},
    "m = importlib.import_module('a.b'); __import__(\"c\")": {"a", "c"},
    "def f(:\n    import broken": {"broken"},
    "x = important; reimport = 2": set(),
}


@pytest.mark.parametrize("text", TEXTS)
def test_what_a_text_imports(text):
    assert imported_names(text) == TEXTS[text]


@pytest.mark.parametrize("text", ["import " + " " * 10**6, "import " + "a, " * 10**5, "from a " * 10**5])
def test_a_text_of_any_kind_is_read_in_no_time(text):
    start = time.process_time()
    imported_names(text)
    assert time.process_time() - start < 5


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A substitute for site-packages: a package that requires another, and a module without a version."""
    folder = tmp_path / "site-packages"
    put(folder, "wanted", "1.0", requires=["Deeper_Down>=2", "other; extra == 'all'"])
    put(folder, "deeper-down", "2.0")
    put(folder, "other", "1.0")
    put(folder, "imaging-lib", "5.0", module="picture")
    (folder / "plain.py").write_text("x = 1")
    monkeypatch.setattr(installed, "module_folders", lambda: [str(folder)])
    monkeypatch.setattr("sys.path", [str(folder)])
    return folder


def put(folder, package, version, requires=(), module=None):
    for old in folder.glob(f"{package.replace('-', '_')}-*.dist-info"):
        for path in old.iterdir():
            path.unlink()
        old.rmdir()
    info = folder / f"{package.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    lines = [f"Name: {package}", f"Version: {version}", *(f"Requires-Dist: {name}" for name in requires)]
    (info / "METADATA").write_text("Metadata-Version: 2.1\n" + "\n".join(lines) + "\n")
    module = module or package.replace("-", "_")
    (info / "top_level.txt").write_text(module + "\n")
    (info / "RECORD").write_text(f"{module}/__init__.py,,\n")
    (folder / module).mkdir(exist_ok=True)
    (folder / module / "__init__.py").touch()


CHANGES = {
    "an upgrade": (lambda folder: put(folder, "wanted", "1.1"), {"wanted"}),
    "an upgrade of what it requires": (lambda folder: put(folder, "deeper-down", "2.1"), {"wanted", "deeper_down"}),
    "an upgrade of what it does not": (lambda folder: put(folder, "other", "1.1"), set()),
    "a package of another name": (lambda folder: put(folder, "imaging-lib", "5.1", module="picture"), {"picture"}),
    "a package that was missing": (lambda folder: put(folder, "absent", "1.0"), {"absent"}),
    "a module that was missing": (lambda folder: (folder / "absent.py").write_text("x = 1"), {"absent"}),
    "another text of a module": (lambda folder: (folder / "plain.py").write_text("x = 2"), {"plain"}),
    "a module that is gone": (lambda folder: (folder / "plain.py").unlink(), {"plain"}),
}
NAMES = ("wanted", "deeper_down", "picture", "absent", "plain")


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_for_whom(here, change):
    before = {name: Installed().needed([f"import {name}, os"], []) for name in NAMES}
    act, expected = CHANGES[change]
    act(here)
    now = Installed()
    assert {name for name in NAMES if not now.has_still(before[name])} == expected
    assert all(set(needed) == {name} for name, needed in before.items())


def test_a_notebook_that_imports_nothing_depends_on_nothing(here):
    needed = Installed().needed(["x = 1", "import os, json"], [])
    assert needed == {}
    put(here, "wanted", "9.9")
    assert Installed().has_still(needed)


@pytest.mark.parametrize("error", ["ModuleNotFoundError: No module named 'x'", "ImportError: cannot import"])
def test_what_failed_for_want_of_a_module_depends_on_all_that_is_installed(here, error):
    needed = Installed().needed(["load()"], [error])
    assert set(needed) == {EVERYTHING} and Installed().has_still(needed)
    put(here, "unheard-of", "1.0")
    assert not Installed().has_still(needed)


def test_what_failed_for_want_of_a_file_depends_on_the_data_sets(here, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    needed = Installed(data=str(data)).needed([], ["FileNotFoundError: fetch it with: cs231n data cifar10"])
    assert set(needed) == {DATA_SETS} and Installed(data=str(data)).has_still(needed)
    (data / "batch").write_text("x")
    assert not Installed(data=str(data)).has_still(needed)


def test_imports_without_end_depend_on_all_that_is_installed(here):
    for count in (200, 201):
        text = "import " + ", ".join(f"m{i}" for i in range(count))
        assert (set(Installed().needed([text], [])) == {EVERYTHING}) is (count == 201)


def test_what_the_edition_imports_everybody_depends_on(here):
    needed = Installed(hidden=["library"], texts=["import plain"]).needed(["import library"], [])
    assert set(needed) == {"plain"}


@pytest.mark.parametrize("kept", [None, [], "x", 3])
def test_a_receipt_of_a_former_version_does_not_count(here, kept):
    assert not Installed().has_still(kept)
