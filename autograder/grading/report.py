"""The report on the grading of a class: a row for each submission, with the reasons for lost points in words."""

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
    """The score of one notebook in the gradebook, with the late penalty subtracted."""

    score: float
    max_score: float
    needs_manual_grade: bool


@dataclass(frozen=True)
class Row:
    """The result of one submission.

    Attributes
    ----------
    scores
        The scores by notebook; None if grading failed.
    status
        "graded", "unchanged" (not run again) or "failed".
    log
        The log file, relative to the workspace; None if the submission was not graded this time.
    """

    student: str
    status: str
    scores: dict[str, NotebookScore] | None
    seconds: float
    reasons: list[str]
    log: str | None = None


@dataclass(frozen=True)
class ClassReport:
    """The result of grading an assignment.

    Attributes
    ----------
    isolation
        Where student code ran, in words.
    notes
        What has changed with the groups of groups.csv.
    """

    assignment: Assignment
    rows: list[Row]
    isolation: str
    seconds: float
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> list[Row]:
        return [row for row in self.rows if row.status == "failed"]

    @property
    def counts(self) -> dict[str, int]:
        return {status: sum(r.status == status for r in self.rows) for status in ("graded", "unchanged", "failed")}


def explain(prefix: str, notebook: "NotebookNode", problems: list[str]) -> list[str]:
    """Return why a notebook lost points, the most serious reasons first, as at most 51 short lines."""
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
    """Return each reason once, as a short line that can be printed and stored, and at most 51 lines."""
    lines = list(dict.fromkeys(one_line(reason, REASON_LENGTH) for reason in reasons))
    if len(lines) > MOST_REASONS:
        lines[MOST_REASONS:] = [f"and {len(lines) - MOST_REASONS:,} more"]
    return lines


def summary_line(report: ClassReport) -> str:
    """Return one line: how many submissions were graded, how long it took, and with which isolation."""
    parts = [f"{n} {status}" for status, n in report.counts.items() if n]
    return f"{', '.join(parts)} in {report.seconds:.1f} s; isolation: {report.isolation}"


def _broken_cells(notebook: "NotebookNode") -> list[str]:
    """Return a reason for each of the student's cells that raised an error other than a stub's or the grader's."""
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
