"""`cs231n regrade`: grade a changed assignment again, and show what that changes for whom.

The module imports only click; a command imports what it needs when it runs.
"""

from collections import Counter
from typing import TYPE_CHECKING

import click

from autograder.cli.grading_options import isolation_option, leave_no_byte_code, workers_option
from autograder.cli.workspace_option import with_database, workspace_of

if TYPE_CHECKING:
    from rich.table import Table

    from autograder.grading.regrade import Change, Points, Regraded


@click.command()
@click.argument("assignment")
@click.option("--dry-run", is_flag=True, help="Only show what would change; nothing is released or recorded.")
@click.option(
    "--discard-marks", is_flag=True, help="Also remove tests for which people gave points or comments, as in release."
)
@workers_option
@isolation_option
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(),
    help="The CSV to write, with each student's points before and after; by default ASSIGNMENT-regrade.csv.",
)
@with_database
@click.pass_context
def regrade(
    ctx: click.Context,
    assignment: str,
    dry_run: bool,
    discard_marks: bool,
    workers: int | None,
    isolation: str,
    output: str | None,
) -> None:
    """Grade a changed assignment again, and show what changes.

    After you have changed tests, points or text in the sources, the command builds, releases and grades the assignment,
    and lists the students whose points change, with the tests. Points given by hand stay. With --dry-run, it does so in
    a copy, and students' marks do not change. Only what depends on the change runs again.
    """
    leave_no_byte_code()
    from autograder.console import console, plain, progress, show
    from autograder.course.delimited import to_csv
    from autograder.course.roster import read_roster
    from autograder.grading.regrade import regrade as run
    from autograder.reports.export import write_file

    workspace = workspace_of(ctx)
    with progress("grading") as update:
        done = run(workspace, assignment, dry_run, discard_marks, workers, isolation, update)
    names = {id: student.full_name for id, student in read_roster(workspace).students.items()}
    out = console()
    for line in done.cells:
        out.print(plain(line), soft_wrap=True)
    if done.removed:
        out.print(plain(f"The marks that were removed: {done.removed}"), soft_wrap=True)
    if done.changed:
        show(out, _table(done, names))
    for row in done.failed:
        out.print(plain(f"could not be graded: {row.student}: {'; '.join(row.reasons)}", "red"), soft_wrap=True)
    tests = Counter(place for change in done.changed for place in change.cells)
    for (notebook, cell), students in tests.most_common():
        out.print(plain(f"{notebook}: {cell}: {students} student{'s' * (students > 1)}"), soft_wrap=True)
    rows: list[list[object]] = [
        ["student", "name", "before", "after", "change", "tests"],
        *(_row(c, names) for c in done.changes),
    ]
    output = output or f"{assignment}-regrade.csv"
    write_file(output, to_csv(rows))
    what = "would change for" if dry_run else "changed for"
    counts = f"Points {what} {len(done.changed)} of {len(done.changes)} students: {output}"
    out.print(plain(counts), soft_wrap=True)
    ctx.exit(1 if done.failed else 0)


def _table(done: "Regraded", names: dict[str, str]) -> "Table":
    from autograder.console import plain, table

    listing = table("student", "name", "before", "after", "tests", right=("before", "after"))
    for change in done.changed:
        cells = (_shown(_total(change.before)), _shown(_total(change.after)), _tests(change, "\n"))
        listing.add_row(*map(plain, (change.student, names.get(change.student, ""), *cells)))
    return listing


def _row(change: "Change", names: dict[str, str]) -> list[object]:
    before, after = _total(change.before), _total(change.after)
    difference = after - before if before is not None and after is not None else None
    return [change.student, names.get(change.student), before, after, difference, _tests(change, "; ")]


def _total(points: "Points | None") -> float | None:
    return points.total if points else None


def _tests(change: "Change", between: str) -> str:
    return between.join(
        f"{notebook}: {cell} {_shown(before)} -> {_shown(after)}"
        for (notebook, cell), (before, after) in change.cells.items()
    )


def _shown(points: float | None) -> str:
    return "none" if points is None else f"{points:g}"


COMMANDS = (regrade,)
