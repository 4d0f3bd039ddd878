"""Make the table that `cs231n grade` prints: students x notebooks."""

from rich.table import Table
from rich.text import Text

from autograder.console import plain, table
from autograder.grading.report import ClassReport, NotebookScore
from autograder.text import cut


def class_table(report: ClassReport) -> Table:
    """A rich table of students x notebooks, with points, time, and the first reasons for lost points."""
    names = report.assignment.notebooks
    by_hand = any(score.needs_manual_grade for row in report.rows for score in (row.scores or {}).values())
    total = len(names) > 1
    columns = ("student", *names, *(["total"] if total else []), "time", "why")
    listing = table(*columns, right=columns[1:-1], title=f"{report.assignment.name}: {report.assignment.title}")
    if by_hand:
        listing.caption = "* without the answers that must still be graded by hand in formgrader"
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


def _points(score: NotebookScore) -> Text:
    mark = "*" if score.needs_manual_grade else ""
    full = score.score >= score.max_score
    style = "green" if full else "red" if score.score == 0 else ""
    return plain(f"{score.score:g}{mark} / {score.max_score:g}", style)


def _short(reasons: list[str], most: int = 3, length: int = 320) -> str:
    lines = [cut(reason, length) for reason in reasons[:most]]
    if len(reasons) > most:
        lines.append(f"and {len(reasons) - most} more")
    return "\n".join(lines)
