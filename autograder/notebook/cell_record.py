"""Read nbgrader's record of a cell: whose cell it is, and how many points it is worth. No other module reads it."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

SKIP_TAG = "skip-execution"  # nbclient's convention, so plain `nbgrader autograde` skips the same cells
IN_PROCESS_TAG = "in-process"  # on a test cell that runs in the student's process, and can therefore be cheated
NOT_PROOF = "not cheat-proof"  # what every report says of such a test
Author = Literal["student", "test", "instructor"]
Cell = Mapping[str, Any]  # a cell of nbformat's: a NotebookNode or the dict read from the file


@dataclass(frozen=True)
class CellRecord:
    """What nbgrader knows about the cell named `grade_id`.

    Attributes
    ----------
    grade
        The cell is worth `points`. It is a test or, with `solution`, an answer that a person marks.
    solution
        The student writes the cell.
    locked
        The student must not change the cell.
    checksum
        nbgrader's checksum of the cell as it was released; None in a source.
    score, comment
        The values that nbgrader adds from the gradebook for a feedback page.
    """

    grade_id: str
    grade: bool = False
    solution: bool = False
    locked: bool = False
    task: bool = False
    points: float = 0.0
    checksum: str | None = None
    score: float | None = None
    comment: str = ""

    @property
    def is_test(self) -> bool:
        """Whether the grader gives the points."""
        return self.grade and not self.solution

    @property
    def is_question(self) -> bool:
        """Whether a person gives the points."""
        return self.grade and self.solution

    @property
    def is_locked(self) -> bool:
        """Whether nbgrader restores the cell: it is a test, or its record has `locked`."""
        return not self.solution and (self.grade or self.locked)


def record_of(cell: Cell) -> CellRecord | None:
    """The record of a cell; None if there is none, or if nbgrader cannot have written it."""
    given = _given(cell)
    if given is None:
        return None
    points, checksum = _number(given.get("points")), given.get("checksum")
    grade, task = bool(given.get("grade")), bool(given.get("task"))
    if (grade or task) and points is None:
        return None
    return CellRecord(
        given["grade_id"],
        grade,
        bool(given.get("solution")),
        bool(given.get("locked")),
        task,
        points or 0.0,
        checksum if isinstance(checksum, str) else None,
        _number(given.get("score")),
        str(given.get("comment") or ""),
    )


def grade_id_of(cell: Cell) -> str | None:
    """The name in a cell's record, even if the rest of the record is invalid; None without one."""
    given = _given(cell)
    return given["grade_id"] if given is not None else None


def whose(cell: Cell) -> Author:
    """The author of a code cell of a sanitized notebook; "test" for the instructor's tests."""
    record = record_of(cell)
    if record is None or record.solution:
        return "student"
    return "test" if record.grade else "instructor"


def is_skipped(cell: Cell) -> bool:
    """Whether a cell has the tag that tells the grader not to run it, because it takes too long."""
    return SKIP_TAG in cell["metadata"].get("tags", [])


def is_in_process(cell: Cell) -> bool:
    """Whether a cell is a test that runs in the student's process, where code of the student's can forge its result."""
    return whose(cell) == "test" and IN_PROCESS_TAG in cell["metadata"].get("tags", [])


def cell_label(cells: Sequence[Cell], index: int) -> str:
    """A name of a cell for readers: its grade_id, or the nearest grade_id before it."""
    for i in range(index, -1, -1):
        if grade_id := grade_id_of(cells[i]):
            return f"the cell '{grade_id}'" if i == index else f"a cell after '{grade_id}'"
    return f"cell {index + 1}"


def compute_checksum(cell: Cell, record: CellRecord) -> str:
    """nbgrader's checksum of a cell, equal to that of `nbgrader.utils.compute_checksum` (a test compares the two).

    The kit has its own function because students do not install nbgrader.
    """
    parts = [cell["source"], cell["cell_type"], str(record.grade), str(record.solution), str(record.is_locked)]
    parts.append(record.grade_id)
    if record.grade:
        parts.append(str(record.points))
    text = "".join(parts).encode(errors="surrogatepass")  # a foreign cell may hold a lone surrogate
    return hashlib.md5(text, usedforsecurity=False).hexdigest()


def _number(given: object) -> float | None:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    try:
        return float(given) if math.isfinite(given) else None
    except OverflowError:  # an integer that no float can hold
        return None


def _given(cell: Cell) -> Mapping[str, Any] | None:
    """The record in the cell's metadata; None if it has no name."""
    metadata = cell.get("metadata")
    given = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    return given if isinstance(given, Mapping) and isinstance(given.get("grade_id"), str) else None
