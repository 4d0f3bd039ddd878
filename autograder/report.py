"""What came of grading a class, for people: a table, and the reasons in words."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass

from .console import plain, table
from .course import Assignment
from .job import cell_label
from .newer_syntax import of_another_python
from .outcomes import GRADER_ERRORS, outcomes
from .text import cut, one_line

MOST_REASONS = 50  # of one notebook, and as many remarks on the submission
REASON_LENGTH = 500  # characters


@dataclass(frozen=True)
class NotebookScore:
    score: float
    max_score: float
    needs_manual_grade: bool


@dataclass(frozen=True)
class Row:
    """One submission: `status` is "graded", "unchanged" (not run again) or "failed" (`scores` is None).

    `log` is the file that says what was done, seen from the workspace; None where nothing was.
    """

    student: str
    status: str
    scores: dict[str, NotebookScore] | None
    seconds: float
    reasons: list[str]
    log: str | None = None


@dataclass(frozen=True)
class ClassReport:
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


def explain(prefix: str, notebook, problems: list[str]) -> list[str]:
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


def class_table(report: ClassReport):
    """A rich table of students x notebooks: points, time, and the first reasons."""
    names = report.assignment.notebooks
    by_hand = any(score.needs_manual_grade for row in report.rows for score in (row.scores or {}).values())
    total = len(names) > 1
    columns = ("student", *names, *(["total"] if total else []), "time", "why")
    listing = table(*columns, right=columns[1:-1], title=f"{report.assignment.name}: {report.assignment.title}")
    if by_hand:
        listing.caption = "* without the answers that are still to be graded by hand, in formgrader"
        listing.caption_justify = "left"
    for row in report.rows:
        scores = [row.scores[name] for name in names] if row.scores else None
        if scores is None:
            cells = [plain("failed", "red")] * (len(names) + total)
        else:
            cells = [_points(score) for score in (*scores, *([_sum(scores)] if total else []))]
        seconds = "unchanged" if row.status == "unchanged" else f"{row.seconds:.1f} s"
        listing.add_row(
            plain(row.student),
            *cells,
            plain(seconds, "dim"),
            plain(_short(row.reasons + ([f"see {row.log}"] if row.status == "failed" and row.log else []))),
        )
    return listing


def _sum(scores: list[NotebookScore]) -> NotebookScore:
    return NotebookScore(
        sum(s.score for s in scores), sum(s.max_score for s in scores), any(s.needs_manual_grade for s in scores)
    )


def summary_line(report: ClassReport) -> str:
    """One line: how many were graded, how long it took, and in which isolation."""
    parts = [f"{n} {status}" for status, n in report.counts.items() if n]
    return f"{', '.join(parts)} in {report.seconds:.1f} s; isolation: {report.isolation}"


def _points(score: NotebookScore):
    mark = "*" if score.needs_manual_grade else ""
    full = score.score >= score.max_score
    style = "green" if full else "red" if score.score == 0 else ""
    return plain(f"{score.score:g}{mark} / {score.max_score:g}", style)


def _short(reasons: list[str], most: int = 3, length: int = 320) -> str:
    lines = [cut(reason, length) for reason in reasons[:most]]
    if len(reasons) > most:
        lines.append(f"and {len(reasons) - most} more")
    return "\n".join(lines)


def _broken_cells(notebook) -> list[str]:
    """Cells of the student's own that raised: the stub's NotImplementedError is no news."""
    found = []
    for index, cell in enumerate(notebook.cells):
        record = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or record.get("grade") or record.get("locked"):
            continue
        error = next((o for o in cell.get("outputs", []) if o.output_type == "error"), None)
        if error and error.ename not in ("NotImplementedError", *GRADER_ERRORS):
            reason = f"{cell_label(notebook.cells, index)} raised {error.ename}: {error.evalue}"
            if other := of_another_python(error):
                reason += f"; {other}; the grader runs Python {sys.version_info[0]}.{sys.version_info[1]}"
            found.append(reason)
    return found
