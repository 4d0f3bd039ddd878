"""Whether the gradebook knows the notebooks as they are built: their cells, texts and points."""

import copy
import logging

from nbgrader.api import Gradebook, MissingEntry

from .course import Assignment
from .errors import KitError
from .sanitize import read_built
from .solutions import ClearSolutions
from .workspace import RELEASE_PREPROCESSORS, Workspace

OURS = next(name for name in RELEASE_PREPROCESSORS if name.endswith(".ClearSolutions"))


def check_released(workspace: Workspace, gradebook: Gradebook, assignment: Assignment) -> None:
    """Raise KitError where a notebook is not built, was not released, or has changed since in what decides grades.

    Prose may change, and so may what a release takes out of solution cells.
    """
    for name in assignment.notebooks:
        path = workspace.source(assignment.name) / f"{name}.ipynb"
        if not path.is_file():
            raise KitError(f"{path} has not been built.", "Build it with: cs231n build")
        try:
            released = _released(gradebook.find_notebook(name, assignment.name))
        except MissingEntry:
            raise KitError(
                f"{assignment.name} has not been released, so the gradebook does not know its cells.",
                f"Release it with: cs231n release {assignment.name}",
            ) from None
        built = _built(workspace, read_built(workspace, assignment, name))
        for cell in [*built, *(cell for cell in released if cell not in built)]:
            if why := _difference(built.get(cell), released.get(cell)):
                raise KitError(
                    f"The cell '{cell}' of {path} {why} since the release.",
                    f"Bring the gradebook up to date with: cs231n release {assignment.name}",
                )


def _released(notebook) -> dict[str, dict]:
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


def _built(workspace: Workspace, notebook) -> dict[str, dict]:
    cells = {}
    stubs = _stubs(workspace, notebook)
    for cell in notebook.cells:
        record = cell.metadata.get("nbgrader", {})
        kinds = tuple(kind for kind in ("grade", "solution", "task") if record.get(kind))
        locked = not record.get("solution") and bool(record.get("grade") or record.get("locked"))
        if not kinds and not locked:
            continue
        entry = {"type": cell.cell_type, "kind": ("locked",) * locked + kinds}
        entry["text"] = stubs.get(record["grade_id"]) if record.get("solution") else cell.source
        if "grade" in kinds or "task" in kinds:
            entry["points"] = float(record["points"])
        cells[record["grade_id"]] = entry
    return cells


def _stubs(workspace: Workspace, notebook) -> dict[str, str]:
    """The solution cells as a release has them; none where nbgrader_config.py has them made by something else."""
    if OURS not in workspace.config.get("GenerateAssignment", {}).get("preprocessors", ()):
        return {}
    clear = ClearSolutions(config=workspace.config, log=logging.getLogger("autograder.nbgrader"))
    solutions = copy.deepcopy(notebook)
    solutions.cells = [cell for cell in solutions.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    cleared, _ = clear.preprocess(solutions, {})
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in cleared.cells}


def _difference(built: dict | None, released: dict | None) -> str:
    if released is None:
        return "is new"
    if built is None:
        return "is gone"
    if built.get("points") != released.get("points") and built["kind"] == released["kind"]:
        return f"is worth {built['points']:g} points, and was worth {released['points']:g}, so its points have changed"
    same = built["type"] == released["type"] and built["kind"] == released["kind"]
    return "" if same and built["text"] in (None, released["text"]) else "has changed"
