"""docs/public-course.md lists the names of the package cs231n with their arguments, and its example runs."""

import doctest
import inspect
import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest

import cs231n
from cs231n_lib.models import KNearestNeighbor, LinearSVM, TwoLayerNet

PAGE = Path(__file__).parents[1] / "docs" / "public-course.md"
TEXT = PAGE.read_text("utf-8")
# {module: [(name, arguments)]} from the table
TABLE = {
    module: [
        (name, arguments.split(", ") if arguments else [])
        for name, arguments in re.findall(r"`([\w.]+)\(([^)]*)\)`", what)
    ]
    for module, what in re.findall(r"^\| `([\w.]+)` \| (.*) \|$", TEXT, re.M)
}
HELPERS = {
    "aliases",
    "classifiers",
    "classifiers.conventions",
    "classifiers.fully_connected_net",
    "global_random",
}  # not public modules
TAKEN_OVER = {  # names that a module has because the public module imports them
    "layer_utils": ("layers", "fast_layers"),
    "classifiers.fc_net": ("layers", "fast_layers", "layer_utils"),
    "classifiers.cnn": ("layers", "fast_layers", "layer_utils"),
}


def test_the_example_runs():
    examples = doctest.DocTestParser().get_doctest(TEXT.replace("```", "\n"), {}, PAGE.name, str(PAGE), 0)
    result = doctest.DocTestRunner().run(examples)
    assert result.attempted > 5 and result.failed == 0


def test_every_module_is_in_the_table():
    modules = {module.name.removeprefix("cs231n.") for module in pkgutil.walk_packages(cs231n.__path__, "cs231n.")}
    assert TABLE.keys() == modules - HELPERS


@pytest.mark.parametrize("module", TABLE)
def test_the_names_of_a_module_are_in_its_row(module):
    names = set(import_module(f"cs231n.{module}").__all__)
    names -= {name for other in TAKEN_OVER.get(module, ()) for name, _ in TABLE[other]}
    assert {name for name, _ in TABLE[module] if "." not in name} == names


@pytest.mark.parametrize("module", TABLE)
def test_the_names_have_the_arguments_of_the_table(module):
    for name, arguments in TABLE[module]:
        found = import_module(f"cs231n.{module}")
        for part in name.split("."):
            found = getattr(found, part)
        theirs = [argument for argument in inspect.signature(found).parameters if argument != "self"]
        assert theirs[: len(arguments)] == arguments, name


def test_what_the_page_says_of_the_library():
    said = TEXT.partition("## The same names in `cs231n_lib`")[2]
    train = re.search(r"`train\(([^)]*)\)`", said)[1].split(", ")
    assert train == list(inspect.signature(LinearSVM.train).parameters)[1:]
    assert list(inspect.signature(KNearestNeighbor.predict).parameters)[1:] == ["X", "k", "metric"]
    for name in ("save", "load"):
        assert list(inspect.signature(getattr(TwoLayerNet, name)).parameters) == ["self", "path"]


@pytest.mark.parametrize(
    "ours, library",
    [("layers", "layers"), ("layer_utils", "layers"), ("optim", "optim"), ("gradient_check", "diagnosis")],
)
def test_functions_of_the_library_have_the_public_arguments(ours, library):
    for name, arguments in TABLE[ours]:
        function = getattr(import_module(f"cs231n_lib.{library}"), name, None)
        if function is not None:
            assert list(inspect.signature(function).parameters)[: len(arguments)] == arguments, name
