"""The examples in docstrings run."""

import doctest
import pkgutil
from importlib import import_module

import matplotlib.pyplot as plt
import pytest

import cs231n_lib

COMPILED = ("_cy", "_threads")
MODULES = sorted(
    found.name
    for found in pkgutil.walk_packages(cs231n_lib.__path__, "cs231n_lib.")
    if not found.name.endswith(COMPILED)
)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    module = import_module(name)
    assert doctest.testmod(module).failed == 0
    plt.close("all")


def test_there_are_some():
    finder = doctest.DocTestFinder(exclude_empty=True)
    assert sum(bool(test.examples) for name in MODULES for test in finder.find(import_module(name))) > 20
