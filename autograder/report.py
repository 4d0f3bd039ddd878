"""What came of grading a class, for people: a table, and the reasons in words."""

from dataclasses import dataclass

from .course import Assignment
from .execute import cell_label
from .outcomes import outcomes
from .record import NotebookScore


@dataclass(frozen=True)
class Row:
    """One submission: `status` is "graded", "unchanged" (not run again) or "failed" (`scores` is None)."""

    student: str
    status: str
    scores: dict[str, NotebookScore] | None
    seconds: float
    reasons: list[str]


@dataclass(frozen=True)
class ClassReport:
    assignment: Assignment
    rows: list[Row]
    isolation: str
    seconds: float

    @property
    def failed(self) -> list[Row]:
        return [row for row in self.rows if row.status == "failed"]


def explain(prefix: str, notebook, problems: list[str]) -> list[str]:
    """Why a notebook has not full marks, the gravest first; each reason is one line."""
    found = outcomes(notebook)
    reasons = list(problems) + _broken_cells(notebook)
    waiting = {o.exercise: None for o in found if o.status == "not started"}
    if found and all(o.status == "not started" for o in found):
        reasons.append("nothing done yet")
    else:
        first: dict[str, str] = {}
        for outcome in found:
            if outcome.status == "failed" and outcome.message not in problems:
                first.setdefault(outcome.exercise, outcome.message)
        reasons += [f"{exercise}: {_one_line(message)}" for exercise, message in first.items()]
        if waiting:
            reasons.append(f"not started: {', '.join(waiting)}")
    reasons = [reason for i, reason in enumerate(reasons) if reason not in reasons[:i]]
    return [f"{prefix}: {reason}" if prefix else reason for reason in reasons]


def class_table(report: ClassReport):
    """A rich table of students x notebooks: points, time, and the first reasons."""
    from rich.table import Table
    from rich.text import Text

    names = report.assignment.notebooks
    by_hand = any(score.needs_manual_grade for row in report.rows for score in (row.scores or {}).values())
    table = Table(
        title=f"{report.assignment.name}: {report.assignment.title}",
        title_justify="left",
        caption="* without the answers that are still to be graded by hand, in formgrader" if by_hand else None,
        caption_justify="left",
    )
    table.add_column("student", overflow="fold")
    for name in names:
        table.add_column(name, justify="right")
    if len(names) > 1:
        table.add_column("total", justify="right")
    table.add_column("time", justify="right")
    table.add_column("why", overflow="fold", ratio=1)
    for row in report.rows:
        cells = [Text(row.student)]
        if row.scores is None:
            cells += [Text("failed", style="red")] * (len(names) + (len(names) > 1))
        else:
            scores = [row.scores[name] for name in names]
            if len(names) > 1:
                scores.append(
                    NotebookScore(
                        sum(s.score for s in scores),
                        sum(s.max_score for s in scores),
                        any(s.needs_manual_grade for s in scores),
                    )
                )
            cells += [_points(score) for score in scores]
        seconds = "unchanged" if row.status == "unchanged" else f"{row.seconds:.1f} s"
        table.add_row(*cells, Text(seconds, style="dim"), Text(_short(row.reasons)))
    return table


def summary_line(report: ClassReport) -> str:
    """One line: how many were graded, how long it took, and in which isolation."""
    count = {status: sum(r.status == status for r in report.rows) for status in ("graded", "unchanged", "failed")}
    parts = [f"{n} {status}" for status, n in count.items() if n]
    return f"{', '.join(parts)} in {report.seconds:.1f} s; isolation: {report.isolation}"


def _points(score: NotebookScore):
    from rich.text import Text

    mark = "*" if score.needs_manual_grade else ""
    full = score.score >= score.max_score
    style = "green" if full else "red" if score.score == 0 else ""
    return Text(f"{score.score:g}{mark} / {score.max_score:g}", style=style)


def _short(reasons: list[str], most: int = 3, length: int = 240) -> str:
    lines = [reason if len(reason) <= length else reason[: length - 1] + "…" for reason in reasons[:most]]
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
        if error and error.ename not in ("NotImplementedError", "TimeLimit", "KernelDied"):
            found.append(f"{cell_label(notebook.cells, index)} raised {error.ename}: {_one_line(error.evalue)}")
    return found


def _one_line(text: str) -> str:
    return " ".join(text.split())
