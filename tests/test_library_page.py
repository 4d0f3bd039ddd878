"""docs/library.md names every public name and no other, and its examples run."""

import doctest
import inspect
import re
from importlib import import_module
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from cs231n_lib.solver import Solver

PAGE = Path(__file__).parents[1] / "docs" / "library.md"
MODULES = [
    "data",
    "data.augmentation",
    "data.whitening",
    "diagnosis",
    "features",
    "initializers",
    "kernels",
    "layers",
    "models",
    "optim",
    "optim.schedules",
    "vis",
]


def test_the_examples_run(monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: None)
    text = PAGE.read_text("utf-8").replace("```", "\n")  # a fence is not output
    examples = doctest.DocTestParser().get_doctest(text, {}, PAGE.name, str(PAGE), 0)
    result = doctest.DocTestRunner().run(examples)
    plt.close("all")
    assert result.attempted > 40
    assert result.failed == 0


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_is_on_the_page(module):
    page = PAGE.read_text("utf-8")
    missing = {name for name in _public(import_module(f"cs231n_lib.{module}")) if f"`{name}`" not in page}
    assert missing == set()


def _rows():
    """Yield (modules, names) for each row of the table of topics."""
    for where, what in re.findall(r"^\| \[[^]]*\]\(#[\w-]*\) \| (.*?) \| (.*) \|$", PAGE.read_text("utf-8"), re.M):
        names = re.findall(r"`([A-Za-z][\w.]*)`", what)
        yield re.findall(r"`([\w.]+)`", where), names


def test_every_name_in_the_table_of_topics_is_there():
    rows = list(_rows())
    assert len(rows) >= 16 and sum(len(names) for _, names in rows) > 100
    missing = [
        (modules, name)
        for modules, names in rows
        for name in names
        if not any(_has(module, name) for module in modules)
    ]
    assert missing == []


def _has(module, name):
    """Whether the module has this name, or such a pair of functions."""
    if "." in name:
        module, _, name = name.rpartition(".")
    variants = [(name,), *((f"{name}_forward{way}", f"{name}_backward{way}") for way in ("", "_naive", "_fast"))]
    module = import_module(f"cs231n_lib.{module}")
    return any(all(hasattr(module, each) for each in variant) for variant in variants)


def test_settings_that_the_page_names_are_there():
    text = PAGE.read_text("utf-8")
    named = set(re.findall(r"`(\w+)=", text.partition("## Training")[2].partition("## Initial weights")[0]))
    assert (
        {"patience", "augment", "checkpoint", "mix", "frozen", "on_epoch"}
        <= named
        <= set(inspect.signature(Solver).parameters)
    )


def _public(module):
    """A module's public names, or all names it defines; a pair name_forward, name_backward counts as `name`."""
    if not hasattr(module, "__all__"):
        return {
            name
            for name, value in vars(module).items()
            if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
        }
    names = {name for name in module.__all__ if not name.isupper()}
    for ending in ("_forward", "_backward", "_naive", "_im2col", "_fast"):
        names = {name.removesuffix(ending) for name in names}
    for ending in ("_forward", "_backward"):
        names = {name.removesuffix(ending) for name in names}
    return names
