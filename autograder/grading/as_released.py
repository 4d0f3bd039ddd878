"""Check that the gradebook knows the notebooks as they are built: their cells, texts and points."""

import copy
import logging
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from traitlets.utils.importstring import import_item

from autograder.authoring.solutions import ClearSolutions
from autograder.course.course_toml import Assignment
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.grading.sanitize import read_built
from autograder.notebook.cell_record import record_of


def check_released(workspace: Workspace, gradebook: Gradebook, assignment: Assignment) -> None:
    """Raise KitError if a notebook is not built or not released, or if it has changed since in what decides grades.

    Prose may change, and so may the parts of solution cells that a release removes.
    """
    for name in assignment.notebooks:
        path = workspace.source(assignment.name) / f"{name}.ipynb"
        source = read_built(workspace, assignment, name)
        try:
            released = _released(gradebook.find_notebook(name, assignment.name))
        except MissingEntry:
            raise KitError(
                f"{assignment.name} has not been released, so the gradebook does not know its cells.",
                f"Release it with: cs231n release {assignment.name}",
            ) from None
        built = _built(workspace, source)
        for cell in [*built, *(cell for cell in released if cell not in built)]:
            if why := _difference(built.get(cell), released.get(cell)):
                raise KitError(
                    f"The cell '{cell}' of {path} {why} since the release.",
                    f"Bring the gradebook up to date with: cs231n release {assignment.name}",
                )


def _released(notebook: Any) -> dict[str, dict[str, Any]]:
    cells = {
        cell.name: {"text": cell.source, "type": cell.cell_type, "kind": ("locked",) * cell.locked}
        for cell in notebook.source_cells
    }
    for kind in ("grade", "solution", "task"):
        for cell in getattr(notebook, f"{kind}_cells"):
            entry = cells.setdefault(cell.name, {"text": "", "type": "", "kind": ()})
            entry["kind"] += (kind,)
            if kind != "solution":
                entry["points"] = float(cell.max_score)
    return cells


def _built(workspace: Workspace, notebook: NotebookNode) -> dict[str, dict[str, Any]]:
    cells = {}
    stubs = _stubs(workspace, notebook)
    for cell in notebook.cells:
        record = record_of(cell)
        if record is None:
            continue
        kinds = tuple(kind for kind in ("grade", "solution", "task") if getattr(record, kind))
        if not kinds and not record.is_locked:
            continue
        entry = {"type": cell.cell_type, "kind": ("locked",) * record.is_locked + kinds}
        entry["text"] = stubs.get(record.grade_id) if record.solution else cell.source
        if record.grade or record.task:
            entry["points"] = record.points
        cells[record.grade_id] = entry
    return cells


def _stubs(workspace: Workspace, notebook: NotebookNode) -> dict[str, str]:
    """Return the solution cells as a release has them; {} if nbgrader_config.py names another preprocessor for them."""
    named = workspace.config.get("GenerateAssignment", {}).get("preprocessors", ())
    if not any(import_item(name) is ClearSolutions for name in named if isinstance(name, str)):
        return {}
    clear = ClearSolutions(config=workspace.config, log=logging.getLogger("autograder.nbgrader"))
    solutions = copy.deepcopy(notebook)
    solutions.cells = [c for c in solutions.cells if (record := record_of(c)) and record.solution]
    cleared, _ = clear.preprocess(solutions, {})
    return {record.grade_id: cell.source for cell in cleared.cells if (record := record_of(cell))}


def _difference(built: dict[str, Any] | None, released: dict[str, Any] | None) -> str:
    if released is None:
        return "is new"
    if built is None:
        return "is gone"
    if built.get("points") != released.get("points") and built["kind"] == released["kind"]:
        return f"has changed from {released['points']:g} to {built['points']:g} points"
    same = built["type"] == released["type"] and built["kind"] == released["kind"]
    return "" if same and built["text"] in (None, released["text"]) else "has changed"
