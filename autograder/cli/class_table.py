"""Make the tables that `cs231n grade` prints: students x notebooks, or a summary of a large class."""

from collections.abc import Iterator
from statistics import median

from rich.table import Table
from rich.text import Text

from autograder.console import plain, table
from autograder.grading.report import ClassReport, NotebookScore, Row
from autograder.text import cut

SCREENFUL = 40  # students; a larger class is summarized
BINS = 10  # of the distribution
BAR = 30  # characters of its longest bar
SLOWEST = 5
MOST_FAILURES = 20  # that a summary lists


def class_tables(report: ClassReport, every_row: bool = False) -> Iterator[Table | Text]:
    """Yield what to print: a row for each student, or for a class of more than SCREENFUL a summary.

    With `every_row`, a large class has both: the rows, then the summary.
    """
    if len(report.rows) <= SCREENFUL or every_row:
        yield class_table(report)
    if len(report.rows) > SCREENFUL:
        yield from _summary(report)
        if not every_row:
            yield plain("A row for each student: cs231n grade --all. The class as a page: cs231n report.", "dim")


def class_table(report: ClassReport, rows: list[Row] | None = None) -> Table:
    """A rich table of students x notebooks, with points, time, and the first reasons for lost points.

    `rows` are those to show (default: all, under the assignment's title).
    """
    names = report.assignment.notebooks
    title = _title(report) if rows is None else None
    rows = report.rows if rows is None else rows
    by_hand = any(score.needs_manual_grade for row in rows for score in (row.scores or {}).values())
    total = len(names) > 1
    columns = ("student", *names, *(["total"] if total else []), "time", "why")
    listing = table(*columns, right=columns[1:-1], title=title)
    if by_hand:
        listing.caption = "* without the answers that must still be graded by hand: cs231n mark"
        listing.caption_justify = "left"
    for row in rows:
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


def _title(report: ClassReport) -> str:
    return f"{report.assignment.name}: {report.assignment.title}"


def _summary(report: ClassReport) -> Iterator[Table | Text]:
    """Yield the distribution of the points, the submissions that failed, and the slowest."""
    names = report.assignment.notebooks
    scored = [row for row in report.rows if row.scores]
    totals = {name: [(row.scores or {})[name] for row in scored] for name in names}
    if len(names) > 1:
        totals["total"] = [_sum([(row.scores or {})[name] for name in names]) for row in scored]
    points = table("", "median", "least", "most", "of", "by hand", right=("median", "least", "most", "of", "by hand"))
    for name, scores in totals.items():
        values = [score.score for score in scores]
        waiting = sum(score.needs_manual_grade for score in scores)
        if values:
            shown = f"{median(values):g}", f"{min(values):g}", f"{max(values):g}", f"{scores[0].max_score:g}"
            points.add_row(plain(name), *map(plain, shown), plain(f"{waiting} waiting" if waiting else ""))
    yield plain(f"{_title(report)}, {len(report.rows)} students", "bold")  # a table's title folds at its width
    yield points
    whole = totals["total" if len(names) > 1 else names[0]]
    counts = [0] * BINS
    for score in whole:
        fraction = score.score / score.max_score if score.max_score else 0.0
        counts[min(BINS - 1, int(fraction * BINS + 1e-9))] += 1
    spread = table("percent", "students", "", right=("percent", "students"))
    for tenth, count in enumerate(counts):
        bar = "█" * -(-BAR * count // max(*counts, 1))
        spread.add_row(plain(f"{10 * tenth}-{10 * tenth + 10}"), plain(count), plain(bar, "blue"))
    yield spread
    if failed := report.failed:
        listed = failed[:MOST_FAILURES]
        more = f", of which {len(listed)} are listed" if len(listed) < len(failed) else ""
        yield plain(f"{len(failed)} could not be graded{more}", "bold")
        yield class_table(report, listed)
    ran = sorted((row for row in report.rows if row.status == "graded"), key=lambda row: -row.seconds)[:SLOWEST]
    if ran:
        yield plain(f"The {len(ran)} slowest" if len(ran) > 1 else "The slowest", "bold")
        yield class_table(report, ran)


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
