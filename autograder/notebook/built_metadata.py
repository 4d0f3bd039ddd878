"""Write and read a notebook's metadata for `cs231n check`: its assignment, limits and graded cells.

The build writes it, and only `check` reads it. The grader uses course.toml and the source, and ignores what a
submission says.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from autograder.notebook.limits import Limits

if TYPE_CHECKING:
    from nbformat import NotebookNode

KEY = "cs231n"
NAMED_LIMITS = ("cell_seconds", "notebook_seconds", "output_bytes", "memory_bytes")  # the limits that need no sandbox


def name_assignment(notebook: "NotebookNode", assignment: str) -> None:
    """Record which assignment the notebook belongs to."""
    notebook.metadata.setdefault(KEY, {})["assignment"] = assignment


def named_assignment(notebook: Mapping[str, Any]) -> str:
    """The assignment that a notebook belongs to; "" if its metadata does not name one."""
    metadata = notebook.get("metadata")
    own = metadata.get(KEY) if isinstance(metadata, dict) else None
    given = own.get("assignment") if isinstance(own, dict) else None
    return given if isinstance(given, str) else ""


def name_limits(notebook: "NotebookNode", limits: Limits) -> None:
    """Record the limits."""
    notebook.metadata.setdefault(KEY, {})["limits"] = {name: getattr(limits, name) for name in NAMED_LIMITS}


def name_graded_cells(notebook: "NotebookNode", points: dict[str, float]) -> None:
    """Record the points of each graded cell, by its grade_id."""
    if points:
        notebook.metadata.setdefault(KEY, {})["graded_cells"] = points


def named_limits(notebook: "NotebookNode") -> Limits | None:
    """The limits that a notebook names; None if they are missing or invalid."""
    given = _noted(notebook, "limits")
    if not {"cell_seconds", "notebook_seconds"} <= given.keys():
        return None
    known = {field.name: given[field.name] for field in fields(Limits) if field.name in given}
    if not all(type(value) is int and value > 0 for value in known.values()):
        return None
    return Limits(**known)


def named_graded_cells(notebook: "NotebookNode") -> dict[str, float]:
    """The points of each cell that was graded when the notebook was released, by its grade_id."""
    found = _noted(notebook, "graded_cells")
    return {name: float(points) for name, points in found.items() if isinstance(points, int | float)}


def _noted(notebook: "NotebookNode", what: str) -> dict[str, Any]:
    own = notebook.metadata.get(KEY)
    given = own.get(what) if isinstance(own, dict) else None
    return given if isinstance(given, dict) else {}
