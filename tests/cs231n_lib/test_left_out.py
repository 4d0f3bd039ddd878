"""Modules and names that an edition leaves out; tests/assignments/test_editions.py tries the real editions."""

import importlib

import pytest

import cs231n
from cs231n_lib import edition


@pytest.fixture
def early(monkeypatch):
    """The edition of the first of two assignments, which leaves out a module of each."""
    made = edition.Edition("first", ("first", "second"), {"cs231n.one": "second", "cs231n_lib.two": ""})
    monkeypatch.setattr(edition, "this_edition", lambda: made)


def test_a_module_that_is_left_out_says_which_assignment_asks_for_it(early):
    with pytest.raises(ImportError) as caught:
        importlib.import_module("cs231n.one")
    assert caught.value.msg == (
        "This edition of the library leaves out cs231n.one because it is what the assignment first asks you to write. "
        "A notebook of a later assignment needs it: install the kit of the release second "
        "(python -m pip install ./kit, in its folder)."
    )
    assert caught.value.name == "cs231n.one"
    with pytest.raises(ImportError, match=r"the assignment second asks you to write\.$"):
        importlib.import_module("cs231n_lib.two")


@pytest.mark.parametrize("name", ["cs231n.three", "a_package_nobody_has"])
def test_other_missing_modules_are_missing_as_usual(early, name):
    with pytest.raises(ModuleNotFoundError, match=f"No module named '{name}'"):
        importlib.import_module(name)


def test_modules_that_are_there_are_found_first(early, monkeypatch):
    monkeypatch.setattr(cs231n, "__path__", list(cs231n.__path__))
    assert importlib.import_module("cs231n.layers").__name__ == "cs231n.layers"


def test_in_the_whole_library_nothing_is_left_out():
    with pytest.raises(ModuleNotFoundError, match="No module named 'cs231n.one'"):
        importlib.import_module("cs231n.one")
