"""What came of grading a class, for people: a table, and the reasons in words."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.course.course_toml import Assignment
from autograder.notebook.cell_record import cell_label, record_of
from autograder.notebook.newer_syntax import of_another_python
from autograder.notebook.outcomes import GRADER_ERRORS, outcomes
from autograder.text import one_line

if TYPE_CHECKING:
    from nbformat import NotebookNode

MOST_REASONS = 50  # of one notebook, and as many remarks on the submission
REASON_LENGTH = 500  # characters


@dataclass(frozen=True)
class NotebookScore:
    """What the gradebook says of one notebook, late penalty taken off."""

    score: float
    max_score: float
    needs_manual_grade: bool


@dataclass(frozen=True)
class Row:
    """One submission.

    Attributes
    ----------
    scores
        By notebook; None of a submission that failed.
    status
        "graded", "unchanged" (not run again) or "failed".
    log
        The file that says what was done, seen from the workspace; None where nothing was.
    """

    student: str
    status: str
    scores: dict[str, NotebookScore] | None
    seconds: float
    reasons: list[str]
    log: str | None = None


@dataclass(frozen=True)
class ClassReport:
    """What came of grading an assignment; `isolation` says in words what student code ran in."""

    assignment: Assignment
    rows: list[Row]
    isolation: str
    seconds: float

    @property
    def failed(self) -> list[Row]:
        return [row for row in self.rows if row.status == "failed"]

    @property
    def counts(self) -> dict[str, int]:
        return {status: sum(r.status == status for r in self.rows) for status in ("graded", "unchanged", "failed")}


def explain(prefix: str, notebook: "NotebookNode", problems: list[str]) -> list[str]:
    """Why a notebook has not full marks, the gravest first; each reason is one short line, and there are at most 51."""
    found = outcomes(notebook)
    reasons = list(problems) + _broken_cells(notebook)
    waiting = {o.exercise: None for o in found if o.status == "not started"}
    if found and all(o.status == "not started" for o in found):
        reasons.append("nothing done yet")
    else:
        first: dict[str, str] = {}
        told = set(problems)
        for outcome in found:
            if outcome.status == "failed" and outcome.message not in told:
                first.setdefault(outcome.exercise, outcome.message)
        reasons += [f"{exercise}: {message}" for exercise, message in first.items()]
        if waiting:
            reasons.append(f"not started: {', '.join(waiting)}")
    return [f"{prefix}: {reason}" if prefix else reason for reason in in_short(reasons)]


def in_short(reasons: Iterable[str]) -> list[str]:
    """Each reason once, as one short line that can be printed and stored, and at most 51 of them."""
    lines = list(dict.fromkeys(one_line(reason, REASON_LENGTH) for reason in reasons))
    if len(lines) > MOST_REASONS:
        lines[MOST_REASONS:] = [f"and {len(lines) - MOST_REASONS:,} more"]
    return lines


def summary_line(report: ClassReport) -> str:
    """One line: how many were graded, how long it took, and in which isolation."""
    parts = [f"{n} {status}" for status, n in report.counts.items() if n]
    return f"{', '.join(parts)} in {report.seconds:.1f} s; isolation: {report.isolation}"


def _broken_cells(notebook: "NotebookNode") -> list[str]:
    """Cells of the student's own that raised: the stub's NotImplementedError is no news."""
    found = []
    for index, cell in enumerate(notebook.cells):
        record = record_of(cell)
        if cell.cell_type != "code" or (record and (record.grade or record.locked)):
            continue
        error = next((o for o in cell.get("outputs", []) if o.output_type == "error"), None)
        if error and error.ename not in ("NotImplementedError", *GRADER_ERRORS):
            reason = f"{cell_label(notebook.cells, index)} raised {error.ename}: {error.evalue}"
            if other := of_another_python(error):
                reason += f"; {other}; the grader runs Python {sys.version_info[0]}.{sys.version_info[1]}"
            found.append(reason)
    return found
