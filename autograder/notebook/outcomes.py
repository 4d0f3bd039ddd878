"""Find the status of each test cell of an executed notebook, and why it did not pass. Points are given elsewhere."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.notebook.cell_record import Cell, record_of
from autograder.text import without_colours

if TYPE_CHECKING:
    from nbformat import NotebookNode

# errors that the grader itself puts into a cell; their message needs no class name in front
GRADER_ERRORS = ("TimeLimit", "KernelDied", "JudgeDied", "NotFinished", "NoPoints", "NotGraded")
SELF_SPEAKING = (
    "CheckFailed",
    "HiddenTestFailed",
    "StudentTimeout",
    "StudentDied",
    "StudentProtocolError",
    "CannotCross",
    *GRADER_ERRORS,
)


@dataclass(frozen=True)
class Outcome:
    """One automatically graded cell.

    Attributes
    ----------
    exercise
        The grade_id of the solution cell that the test belongs to: the nearest one before it.
    status
        "passed", "failed", "not started" (the stub is still there) or "not run".
    message
        Why the test did not pass; "" if it did.
    """

    grade_id: str
    exercise: str
    points: float
    status: str
    message: str = ""


def outcomes(notebook: "NotebookNode") -> list[Outcome]:
    """The outcome of every test cell of an executed notebook, in the notebook's order."""
    found = []
    exercise = ""
    for cell in notebook.cells:
        record = record_of(cell)
        if cell.cell_type != "code" or record is None:
            continue
        if record.solution:
            exercise = record.grade_id
        elif record.grade:
            status, message = _status(cell)
            found.append(Outcome(record.grade_id, exercise or record.grade_id, record.points, status, message))
    return found


def _status(cell: Cell) -> tuple[str, str]:
    for output in cell.get("outputs", []):
        if output["output_type"] == "error":
            ename, evalue = output["ename"], without_colours(output["evalue"]).strip()
            if ename == "NotImplementedError" and evalue.startswith("exercise "):
                return "not started", evalue
            if ename in GRADER_ERRORS and evalue.startswith("not run"):
                return "not run", evalue
            if ename in SELF_SPEAKING:
                return "failed", evalue
            return "failed", f"{ename}: {evalue}" if evalue else ename
    return "passed", ""
