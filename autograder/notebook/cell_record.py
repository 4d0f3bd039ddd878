"""nbgrader's record of a cell: whose the cell is, and what it is worth. It is read here and nowhere else."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

SKIP_TAG = "skip-execution"  # nbclient's own convention, so plain `nbgrader autograde` skips the same cells
Author = Literal["student", "test", "instructor"]
Cell = Mapping[str, Any]  # of nbformat's, a NotebookNode or the dict that is read from the file


@dataclass(frozen=True)
class CellRecord:
    """What nbgrader knows of a cell by its name, the `grade_id`.

    Attributes
    ----------
    grade
        The cell is worth `points`: a test, or, with `solution`, an answer that a person marks.
    solution
        The student writes the cell.
    locked
        The student must not change the cell.
    checksum
        nbgrader's fingerprint of the cell as it was released; None in a source.
    score, comment
        What nbgrader adds from the gradebook for a feedback page.
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
        """Whether nbgrader restores the cell: a test, or a cell that says so."""
        return not self.solution and (self.grade or self.locked)


def record_of(cell: Cell) -> CellRecord | None:
    """The record of a cell; None where there is none, or one that nbgrader cannot have written."""
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
    """The name that a cell says it has, however little else its record holds; None without one."""
    given = _given(cell)
    return given["grade_id"] if given is not None else None


def whose(cell: Cell) -> Author:
    """Who wrote a code cell of a sanitized notebook, and what for."""
    record = record_of(cell)
    if record is None or record.solution:
        return "student"
    return "test" if record.grade else "instructor"


def is_skipped(cell: Cell) -> bool:
    """Whether a cell is too long for the grader to run, as a tag of it says."""
    return SKIP_TAG in cell["metadata"].get("tags", [])


def cell_label(cells: Sequence[Cell], index: int) -> str:
    """How to name a cell to a person: by its grade_id, or by the nearest labelled cell before it."""
    for i in range(index, -1, -1):
        if grade_id := grade_id_of(cells[i]):
            return f"the cell '{grade_id}'" if i == index else f"a cell after '{grade_id}'"
    return f"cell {index + 1}"


def compute_checksum(cell: Cell, record: CellRecord) -> str:
    """nbgrader's fingerprint of a cell, as its `nbgrader.utils.compute_checksum` has it (a test compares).

    Written again here because students have no nbgrader.
    """
    parts = [cell["source"], cell["cell_type"], str(record.grade), str(record.solution), str(record.is_locked)]
    parts.append(record.grade_id)
    if record.grade:
        parts.append(str(record.points))
    text = "".join(parts).encode(errors="surrogatepass")  # a stranger's cell may hold half a pair
    return hashlib.md5(text, usedforsecurity=False).hexdigest()


def _number(given: object) -> float | None:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    try:
        return float(given) if math.isfinite(given) else None
    except OverflowError:  # an integer that no float can hold
        return None


def _given(cell: Cell) -> Mapping[str, Any] | None:
    """The record as it stands in the metadata, if it is one with a name."""
    metadata = cell.get("metadata")
    given = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    return given if isinstance(given, Mapping) and isinstance(given.get("grade_id"), str) else None
