"""docs/library.md names everything public, and its examples run."""

import doctest
from importlib import import_module
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

PAGE = Path(__file__).parents[1] / "docs" / "library.md"
MODULES = ["bag_of_words", "data", "data.augmentation", "features", "gradient_check", "initializers", "kernels",
           "layers", "models", "optim", "patches", "schedules", "vis"]


def test_the_examples_run(monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: None)
    text = PAGE.read_text("utf-8").replace("```", "\n")  # a fence is no output
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


def _public(module):
    """A module's public names, or all it defines; a pair name_forward, name_backward counts as name."""
    if not hasattr(module, "__all__"):
        return {name for name, value in vars(module).items()
                if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__}
    names = {name for name in module.__all__ if not name.isupper()}
    for ending in ("_forward", "_backward", "_naive", "_im2col", "_fast"):
        names = {name.removesuffix(ending) for name in names}
    for ending in ("_forward", "_backward"):
        names = {name.removesuffix(ending) for name in names}
    return names
