"""The parts of Python that a sandbox sees, as arguments of bubblewrap; test_bubblewrap.py tests their effect."""

import contextlib
import os
import site
import sys

import pytest

from autograder.execution.sandbox import python_view as module
from autograder.execution.sandbox.descriptors import Inherited
from autograder.execution.sandbox.python_view import module_folders, python_view


@pytest.fixture
def python(tmp_path, monkeypatch):
    """A Python environment made by hand, without any file of the system."""
    root = tmp_path / "python"
    for name in (
        "base/bin",
        "base/lib/python3/site-packages",
        "venv/bin",
        "venv/lib/python3/site-packages",
        "venv/lib64",
    ):
        (root / name).mkdir(parents=True)
    (root / "base/bin/python3").write_text("")
    (root / "venv/bin/python").symlink_to(root / "base/bin/python3")
    (root / "venv/pyvenv.cfg").write_text("")
    packages = str(root / "venv/lib/python3/site-packages")
    for name, value in {
        "executable": str(root / "venv/bin/python"), "path": [str(root), packages], "prefix": str(root / "venv"),
        "exec_prefix": str(root / "venv"), "base_prefix": str(root / "base"), "base_exec_prefix": str(root / "base"),
    }.items():  # fmt: skip
        monkeypatch.setattr(sys, name, value)
    monkeypatch.setattr(site, "getsitepackages", lambda: [packages])
    monkeypatch.setattr(site, "ENABLE_USER_SITE", False)
    for name in ("SYSTEM", "SYSTEM_LINKS", "DETAILS"):
        monkeypatch.setattr(module, name, ())
    return root


def view(*hidden):
    with contextlib.ExitStack() as stack:
        inherited = Inherited(stack)
        return python_view(hidden, inherited), inherited.all


def bound(arguments, option="--ro-bind"):
    return [tuple(arguments[i + 1 : i + 3]) for i, word in enumerate(arguments) if word == option]


def test_the_system_shows_its_libraries_and_fonts_and_nothing_else():
    assert module.SYSTEM == ("/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libx32")
    assert module.SYSTEM_LINKS == ("/lib", "/lib32", "/lib64", "/libx32")
    assert module.DETAILS == (
        "/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/usr/share/fonts", "/usr/share/zoneinfo",
    )  # fmt: skip


def test_it_shows_the_environment_and_the_python_it_was_made_from(python):
    arguments, inherited = view()
    shown = ["base/bin/python3", "base/lib", "venv/lib", "venv/lib64", "venv/pyvenv.cfg"]
    assert bound(arguments) == [(str(python / name),) * 2 for name in shown] and inherited == []
    assert bound(arguments, "--symlink") == [(str(python / "base/bin/python3"), str(python / "venv/bin/python"))]


def test_an_interpreter_that_is_no_link_is_not_linked(python, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(python / "base/bin/python3"))
    assert "--symlink" not in view()[0]


def test_links_of_the_system_are_links_in_it_and_folders_are_shown_once(python, tmp_path, monkeypatch):
    (tmp_path / "usr/lib/inside").mkdir(parents=True)
    (tmp_path / "usr/library").mkdir()
    (tmp_path / "lib").symlink_to("usr/lib")
    given = [str(tmp_path / name) for name in ("usr/lib", "usr/lib/inside", "usr/library", "missing")]
    monkeypatch.setattr(module, "SYSTEM", tuple(given))
    monkeypatch.setattr(module, "SYSTEM_LINKS", (str(tmp_path / "lib"), str(tmp_path / "lib32")))
    arguments, _ = view()
    assert bound(arguments, "--symlink")[0] == ("usr/lib", str(tmp_path / "lib"))
    assert [place for place, _ in bound(arguments) if "python" not in place] == [given[0], given[2]]


def test_hidden_packages_and_ways_to_a_checkout_are_covered(python):
    packages = python / "venv/lib/python3/site-packages"
    for name in ("autograder", "other"):
        (packages / name).mkdir()
    for name in ("cs231n_lib.py", "other.py", "__editable___kit_finder.py", "__editable__.kit.pth", "kit.pth"):
        (packages / name).write_text("")
    arguments, inherited = view("autograder", "cs231n_lib", "missing")
    covered = bound(arguments, "--ro-bind-data")
    assert [os.path.basename(place) for _, place in covered] == [
        "cs231n_lib.py", "__editable__.kit.pth", "__editable___kit_finder.py",
    ]  # fmt: skip
    assert [int(number) for number, _ in covered] == inherited
    folder = str(packages / "autograder")
    cover = ["--perms", "0555", "--size", "4096", "--tmpfs", folder, "--remount-ro", folder]
    assert arguments[-len(cover) :] == cover and arguments.count("--tmpfs") == 1


def test_packages_are_where_they_are_installed_and_nowhere_else(tmp_path, monkeypatch):
    names = ("a/site-packages", "b/dist-packages", "c/site-packages", "user/site-packages", "checkout")
    folders = [tmp_path / name for name in names]
    for folder in folders:
        folder.mkdir(parents=True)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "site-packages").symlink_to(folders[0])
    there = [
        *map(str, folders[:2]),
        str(folders[4]),
        str(tmp_path / "d" / "site-packages"),
        str(tmp_path / "no/site-packages"),
    ]
    monkeypatch.setattr(sys, "path", there)
    monkeypatch.setattr(site, "getsitepackages", lambda: [str(folders[2]), str(folders[0])])
    monkeypatch.setattr(site, "getusersitepackages", lambda: str(folders[3]))
    monkeypatch.setattr(site, "ENABLE_USER_SITE", True)
    assert module_folders() == [str(folder) for folder in folders[:4]]
    monkeypatch.setattr(site, "ENABLE_USER_SITE", False)
    assert module_folders() == [str(folder) for folder in folders[:3]]
