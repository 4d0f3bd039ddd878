"""What a class report needs from an executed notebook, as a few values that the receipt of its submission keeps.

An executed notebook has megabytes. So a report on a class of a thousand reads the receipts, and never the notebooks.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course.workspace import Workspace
from autograder.grading.sanitize import SanitizedNotebook
from autograder.notebook.cell_record import grade_id_of
from autograder.notebook.job import MISTAKES, Executed
from autograder.notebook.outcomes import outcomes
from autograder.storable import storable
from autograder.text import cut

if TYPE_CHECKING:
    from nbformat import NotebookNode

TIME_LIMIT, MEMORY_LIMIT, KERNEL_KILLED = "time limit met", "memory limit met", "kernel killed"
NOT_READABLE = "not readable"
FLAGS_OF_ERRORS = {
    **{"TimeLimit": TIME_LIMIT, "StudentTimeout": TIME_LIMIT},
    **{"KernelDied": KERNEL_KILLED, "StudentDied": KERNEL_KILLED, "MemoryError": MEMORY_LIMIT},
}
MESSAGE_LENGTH = 1_000  # characters
MOST_MISTAKES = 10  # of one cell


@dataclass(frozen=True)
class LostCell:
    """A test cell that did not pass.

    Attributes
    ----------
    cell
        Its grade_id.
    status
        "failed", "not started" or "not run".
    message
        The beginning of what the student read.
    mistakes
        The ids of the mistakes that the message names, the likeliest first.
    """

    cell: str
    status: str
    message: str = ""
    mistakes: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotebookResult:
    """The result of one notebook.

    Attributes
    ----------
    lost
        The test cells that did not pass; all others passed.
    flags
        What an instructor may want to look at: NOT_READABLE, values of FLAGS_OF_ERRORS, and the flags of a
        `SanitizedNotebook`.
    seconds
        How long it ran; 0 if it did not run.
    """

    lost: tuple[LostCell, ...] = ()
    flags: tuple[str, ...] = ()
    seconds: float = 0.0


def notebook_result(
    sanitized: SanitizedNotebook, executed: Executed | None, notebook: "NotebookNode", earlier: float = 0.0
) -> NotebookResult:
    """Return the result of a notebook.

    Parameters
    ----------
    sanitized
        The notebook that ran, or a placeholder.
    executed
        The result of its execution; None for a placeholder.
    notebook
        The sanitized notebook with the outputs of the execution.
    earlier
        The seconds of the earlier run from which `executed` was kept; `executed.seconds` is then 0.
    """
    mistakes = {grade_id_of(cell): cell.metadata.get(MISTAKES, ()) for cell in notebook.cells}
    lost = tuple(
        LostCell(
            each.grade_id,
            each.status if sanitized.runnable else "not run",
            storable(cut(each.message, MESSAGE_LENGTH)) if each.status == "failed" and sanitized.runnable else "",
            tuple(mistakes.get(each.grade_id, ()))[:MOST_MISTAKES],
        )
        for each in outcomes(notebook)
        if each.status != "passed"
    )
    errors = {
        output.ename
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "error"
    }  # fmt: skip
    met = [flag for error, flag in FLAGS_OF_ERRORS.items() if error in errors]
    flags = [NOT_READABLE] * (not sanitized.runnable) + met + list(sanitized.flags)
    seconds = (executed.seconds or earlier) if executed else 0.0
    return NotebookResult(lost, tuple(dict.fromkeys(flags)), round(seconds, 3))


def as_plain(results: Mapping[str, NotebookResult]) -> dict[str, Any]:
    """Return the results of a submission's notebooks as values for JSON."""
    return {name: asdict(result) for name, result in results.items()}


def receipts_folder(workspace: Workspace, assignment: str) -> Path:
    """Return the folder that holds STUDENT.json for each graded submission."""
    return workspace.root / ".cs231n" / "receipts" / assignment


def read_results(path: Path) -> dict[str, NotebookResult] | None:
    """Return the results of a submission's notebooks from its receipt.

    None if there are none: nbgrader itself or an earlier version of the kit graded it, or it has not been graded.
    """
    try:
        given = json.loads(path.read_bytes())["notebooks"]
        return {name: _result(result) for name, result in given.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _result(given: Mapping[str, Any]) -> NotebookResult:
    lost = tuple(
        LostCell(str(each["cell"]), str(each["status"]), str(each["message"]), tuple(map(str, each["mistakes"])))
        for each in given["lost"]
    )
    return NotebookResult(lost, tuple(map(str, given["flags"])), float(given["seconds"]))
