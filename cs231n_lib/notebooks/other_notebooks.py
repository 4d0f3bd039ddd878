"""Loads functions that a student wrote in another notebook of the assignment, for demonstrations that use them."""

from __future__ import annotations

import ast
import builtins
import io
import json
import linecache
import os
import re
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# `!ls`, `%time f()`, `?print`, `print?`, `files = !ls`
_MAGIC = re.compile(r"^([ \t]*)(?:[%!?].*|[\w.]+\?{1,2}[ \t]*|[\w., ]+=[ \t]*[%!].*)$", re.MULTILINE)


class NotFinished(Exception):
    """The student has not finished the functions yet; str() says what to do first."""


@dataclass
class _Cell:
    grade_id: str  # "" for a cell that the student added
    is_solution: bool
    source: str  # without magics


def functions_of(notebook: str, names: Sequence[str], folder: str | os.PathLike[str] = ".") -> list[Callable[..., Any]]:
    """Return the functions `names` as the student wrote them in `<notebook>.ipynb`.

    This reads the file as it was last saved. It runs the cells of these exercises and of the exercises they use. From
    the other cells, except tests and demonstrations, it runs only imports and definitions of functions and classes.
    Whatever they print is not shown.

    Parameters
    ----------
    notebook
        The name of the notebook without ".ipynb".
    names
        The names of the functions, each an exercise of that notebook.
    folder
        The folder of the notebook; by default that of the calling notebook.

    Returns
    -------
    list of functions
        The functions, in the order of `names`.

    Raises
    ------
    NotFinished
        If the file is missing or is not a notebook, if an exercise is missing or not yet written, or if its cell
        raises an error.
    """
    name = f"{notebook}.ipynb"
    cells = _cells(Path(folder) / name, name)
    exercises = {cell.grade_id: cell for cell in cells if cell.is_solution}
    for missing in (each for each in names if each not in exercises):
        raise NotFinished(f"{name} has no exercise {missing}. Is it the notebook that came with this one?")
    trees = _needed(exercises, names, name)
    namespace: dict[str, Any] = {"__name__": notebook, "__builtins__": builtins}
    with redirect_stdout(io.StringIO()):
        for cell in cells:
            if cell.grade_id in trees:
                _run(cell, trees[cell.grade_id], name, namespace)
            else:
                _run_definitions(cell, name, namespace)
    for undefined in (each for each in names if not callable(namespace.get(each))):
        raise NotFinished(
            f"The cell of {undefined} in {name} does not define a function of that name. Correct it, save the "
            "notebook, and run this cell again."
        )
    return [namespace[each] for each in names]


def _cells(path: Path, name: str) -> list[_Cell]:
    """Return the code cells of a notebook that may be needed, in order."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        return [_cell(cell) for cell in notebook["cells"] if _may_be_needed(cell)]
    except FileNotFoundError:
        raise NotFinished(
            f"There is no {name} in {path.parent.resolve()}. Keep the notebooks of an assignment in one "
            f"folder, and start with {name}."
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise NotFinished(f"{name} cannot be read as a notebook. Open it in Jupyter and save it again.") from None


def _may_be_needed(cell: dict[str, Any]) -> bool:
    record, tags = cell["metadata"].get("nbgrader", {}), cell["metadata"].get("tags", [])
    is_test = record.get("grade", False) and not record.get("solution", False)
    return cell["cell_type"] == "code" and not is_test and "skip-execution" not in tags


def _cell(cell: dict[str, Any]) -> _Cell:
    record = cell["metadata"].get("nbgrader", {})
    return _Cell(record.get("grade_id", ""), record.get("solution", False), _without_magics("".join(cell["source"])))


def _without_magics(source: str) -> str:
    try:
        ast.parse(source)
        return source
    except SyntaxError:
        return _MAGIC.sub(r"\1pass", source)


def _needed(exercises: dict[str, _Cell], names: Sequence[str], name: str) -> dict[str, ast.Module]:
    """Return {exercise: syntax tree of its cell} of `names` and the exercises they use; raise if one is not written."""
    trees: dict[str, ast.Module] = {}
    waiting = list(names)
    while waiting:
        exercise = waiting.pop()
        if exercise in trees:
            continue
        try:
            trees[exercise] = ast.parse(exercises[exercise].source)
        except SyntaxError as error:
            raise NotFinished(
                f"The cell of {exercise} in {name} has a syntax error (line {error.lineno}: {error.msg}). "
                "Correct it, save the notebook, and run this cell again."
            ) from None
        waiting += {node.id for node in ast.walk(trees[exercise]) if isinstance(node, ast.Name)} & exercises.keys()
    for exercise in (each for each in exercises if each in trees and _is_stub(trees[each], each)):
        raise NotFinished(
            f"Finish {exercise} in {name} first, and save that notebook. Everything else in this "
            "notebook works without it."
        )
    return trees


def _is_stub(tree: ast.Module, exercise: str) -> bool:
    """Return whether the function still ends with the stub's error and has no return statement."""
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == exercise):
        returns = any(isinstance(node, ast.Return) for node in ast.walk(function))
        return not returns and "raise NotImplementedError" in ast.unparse(function.body[-1])
    return False


def _run_definitions(cell: _Cell, name: str, namespace: dict[str, Any]) -> None:
    """Run the imports and the definitions of functions and classes of a cell, and nothing else in it."""
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:
        return
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    for node in (node for node in tree.body if isinstance(node, kinds)):
        try:
            _execute(ast.Module([node], []), cell, name, namespace)
        except Exception:  # code that uses the missing name raises a NameError
            continue


def _run(cell: _Cell, tree: ast.Module, name: str, namespace: dict[str, Any]) -> None:
    try:
        _execute(tree, cell, name, namespace)
    except Exception as error:
        raise NotFinished(
            f"The cell of {cell.grade_id} in {name} raises {type(error).__name__}: {error}. Correct it, "
            "save the notebook, and run this cell again."
        ) from error


def _execute(tree: ast.Module, cell: _Cell, name: str, namespace: dict[str, Any]) -> None:
    # a file name of its own, with its lines in linecache, so that a traceback shows the student's line
    place = f"<{name}, {cell.grade_id or 'a cell without a name'}>"
    linecache.cache[place] = (len(cell.source), None, cell.source.splitlines(keepends=True), place)
    exec(compile(tree, place, "exec"), namespace)
