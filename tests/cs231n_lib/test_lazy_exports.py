import ast
import importlib
import re
import sys
from pathlib import Path

import pytest

from cs231n_lib import edition as edition_of_library
from cs231n_lib.edition import Edition

FILES = {
    "__init__.py": """
from cs231n_lib.lazy_exports import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__, {"base": ["one", "two"], "above": ["three"], "answer": ["four"], "on_answer": ["five"], "odd": ["six"],
     "wrong": ["eight"]})
""",
    "base.py": "one, two = [1], 2",
    "above.py": "from lazy_package import two\nthree = two + 1",
    "on_answer.py": "from lazy_package.answer import four\nfive = four + 1",
    "odd.py": "import a_package_nobody_has",
    "wrong.py": "from lazy_package.base import eight",
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with two good files, a missing one, one that needs the missing file, and a broken one."""
    (tmp_path / "lazy_package").mkdir()
    for name, text in FILES.items():
        (tmp_path / "lazy_package" / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("lazy_package")
    for name in [name for name in sys.modules if name.startswith("lazy_package")]:
        del sys.modules[name]


def test_files_are_read_on_demand(package):
    assert not any(name.startswith("lazy_package.") for name in sys.modules)
    assert package.three == 3
    assert "lazy_package.above" in sys.modules and "lazy_package.base" in sys.modules


def test_a_name_is_looked_up_once(package):
    assert package.one is importlib.import_module("lazy_package.base").one
    assert vars(package)["one"] is package.one


def test_all_names_are_listed(package):
    assert package.__all__ == ["one", "two", "three", "four", "five", "six", "eight"]
    assert dir(package) == sorted(package.__all__)


def test_a_file_can_be_imported_itself(package):
    from lazy_package import base

    assert base.two == 2


def test_a_missing_file_is_an_answer(package):
    with pytest.raises(
        ImportError,
        match=r"^This edition of the library leaves out four because it is what the assignment asks you to write\.$",
    ):
        package.four  # noqa: B018


@pytest.mark.parametrize(
    "first, asked_by, later",
    [
        ("b", "a", " A notebook of a later assignment needs it: install the kit of the release b (python -m pip "),
        ("c", "b", " A notebook of a later assignment needs it: install the kit of the release c (python -m pip "),
        ("", "c", ""),  # no release contains it
    ],
)
def test_an_edition_says_which_assignment_asks_for_an_answer(package, monkeypatch, first, asked_by, later):
    edition = Edition("a", ("a", "b", "c"), {"lazy_package.answer": first})
    monkeypatch.setattr(edition_of_library, "this_edition", lambda: edition)
    reason = f"leaves out four because it is what the assignment {asked_by} asks you to write.{later}"
    with pytest.raises(ImportError, match=re.escape(reason) + ("" if later else "$")) as error:
        package.four  # noqa: B018
    assert error.value.name == "lazy_package.answer"


def test_an_edition_that_does_not_know_a_missing_file(package, monkeypatch):
    monkeypatch.setattr(
        edition_of_library, "this_edition", lambda: Edition("a", ("a", "b"), {"lazy_package.other": "b"})
    )
    with pytest.raises(ImportError, match=r"because it is what the assignment asks you to write\.$"):
        package.four  # noqa: B018


def test_what_builds_on_a_missing_file_says_so(package):
    with pytest.raises(ImportError, match="leaves out lazy_package.answer, which five builds on, because"):
        package.five  # noqa: B018


def test_another_package_that_is_missing_is_told_as_it_is(package):
    with pytest.raises(ModuleNotFoundError, match="No module named 'a_package_nobody_has'"):
        package.six  # noqa: B018


def test_another_error_in_a_file_is_told_as_it_is(package):
    with pytest.raises(ImportError, match="cannot import name 'eight' from 'lazy_package.base'"):
        package.eight  # noqa: B018


def test_an_answer_is_told_alike_by_the_finder(package, monkeypatch):
    """In a real edition, the finder explains the module first (left_out.py); the package then explains the name."""
    edition = Edition("a", ("a", "b"), {"lazy_package.answer": "b"})
    monkeypatch.setattr(edition_of_library, "this_edition", lambda: edition)
    with pytest.raises(ImportError, match="leaves out lazy_package.answer because"):
        importlib.import_module("lazy_package.answer")
    with pytest.raises(ImportError, match="leaves out lazy_package.answer, which five builds on, because"):
        package.five  # noqa: B018


def test_an_unknown_name_lists_the_known_ones(package):
    with pytest.raises(AttributeError, match="'lazy_package' has no attribute 'seven'; it has one, two, three"):
        package.seven  # noqa: B018


@pytest.mark.parametrize("name", ["data.augmentation", "initializers", "kernels", "layers", "models", "optim"])
def test_type_checkers_see_the_same_names(name):
    package = importlib.import_module(f"cs231n_lib.{name}")
    tree = ast.parse(Path(package.__file__).read_text("utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    seen = {alias.asname: statement.module for statement in block.body for alias in statement.names}
    lazy = {each for each in package.__all__ if each not in ("backend", "num_threads", "set_num_threads")}
    assert set(seen) == lazy
    assert all(hasattr(importlib.import_module(module), each) for each, module in seen.items())
