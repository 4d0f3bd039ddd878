"""`cs231n grade`, `report` and `export`: from the students' submissions to their marks.

The module imports only click; a command imports what it needs when it runs.
"""

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from autograder.cli.grade_one_command import former_spelling, is_former_spelling
from autograder.cli.grading_options import isolation_option, leave_no_byte_code, workers_option
from autograder.cli.workspace_option import with_database, workspace_of

if TYPE_CHECKING:
    from pathlib import Path

    from autograder.course.workspace import Workspace


class _Grade(click.Command):
    """Passes `cs231n grade --ci`, the former spelling, on to `cs231n grade-one`."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        if is_former_spelling(args):
            return former_spelling.make_context(info_name, args, parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command(cls=_Grade)
@click.argument("assignment")
@click.option("--student", "students", multiple=True, metavar="ID", help="Grade only this student; may be repeated.")
@click.option("--force", is_flag=True, help="Grade unchanged submissions again, too.")
@workers_option
@isolation_option
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Run notebooks on the Dask cluster at this address, such as tcp://host:8786; see docs/clusters.md.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Report progress as JSON lines on stderr; see docs/instructors.md."
)
@click.option("--all", "every_row", is_flag=True, help="Print a row for each student of a large class, too.")
@with_database
@click.pass_context
def grade(
    ctx: click.Context,
    assignment: str,
    students: tuple[str, ...],
    force: bool,
    workers: int | None,
    isolation: str,
    scheduler: str | None,
    as_json: bool,
    every_row: bool,
) -> None:
    """Grade the collected submissions.

    Student code runs in a sandbox. Without a sandbox the command refuses to grade, unless you give --isolation
    process. The tests run outside the sandbox, in a process that student code cannot reach.

    You may stop the command at any moment, and the next run continues. Submissions that have not changed since they
    were graded are not run again. For a class of more than 40, the command prints a summary, and with --all a row for
    each student. The exit code is 0 however many points are lost, and 1 if a submission could not be
    graded.

    `cs231n grade-one` grades a single submission on a CI service.
    """
    leave_no_byte_code()
    if scheduler and workers:
        raise click.UsageError(
            "--workers does not apply to a cluster, which runs one notebook per thread of its workers. Leave it out."
        )
    from autograder.cli.class_table import class_tables
    from autograder.console import console, plain, progress, show
    from autograder.grading.grade import grade as run
    from autograder.grading.report import summary_line

    grade_class = partial(
        run, workspace_of(ctx), assignment, students or None,
        force=force, workers=workers, isolation=isolation, scheduler=scheduler,
    )  # fmt: skip
    if as_json:
        from autograder.grading.progress_events import told_as_json

        with told_as_json(sys.stderr) as watch:
            report = grade_class(watch=watch)
    else:
        with progress("grading") as update:
            report = grade_class(progress=update)
    out = console()
    for note in report.notes:
        out.print(plain(f"Note: {note}.", "yellow"), soft_wrap=True)
    for part in class_tables(report, every_row):
        show(out, part)
    out.print(summary_line(report), soft_wrap=True)
    ctx.exit(1 if report.failed else 0)


@click.command()
@click.argument("assignments", nargs=-1, metavar="[ASSIGNMENT]...")
@click.option(
    "--lms",
    type=click.Choice(["canvas", "moodle", "blackboard", "brightspace"]),
    help="The platform whose grade file to fill.",
)
@click.option("--fill", "download", metavar="DOWNLOADED.csv", type=click.Path(), help="That file, as it was exported.")
@click.option("--column", metavar="TITLE", help="The column to fill, if its title is not the assignment's.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(),
    help="The file to write; by default ASSIGNMENT.csv, _course.csv, or with --fill ASSIGNMENT-filled and its ending.",
)
@with_database
@click.pass_context
def export(
    ctx: click.Context,
    assignments: tuple[str, ...],
    lms: str | None,
    download: str | None,
    column: str | None,
    output: str | None,
) -> None:
    """Write the marks to a CSV file.

    For one assignment, the file has one row per student, and one column per notebook and per graded cell. For several,
    or without a name for the whole course, it has one column of points per assignment.

    With --lms and --fill, the command fills the points of one assignment into a file that the platform exported, for
    you to upload there. It changes only that column. If the file's students are not those of the course, it writes
    nothing and names them.
    """
    from pathlib import Path

    from autograder.console import console, plain
    from autograder.grading.sanitize import forgeable
    from autograder.reports.export import export as run
    from autograder.reports.export import export_course

    if bool(lms) != bool(download) or (column and not lms):
        raise click.UsageError("--lms and --fill go together, and --column needs both.")
    workspace = workspace_of(ctx)
    if lms and download:
        if len(assignments) != 1:
            raise click.UsageError("--fill takes one assignment.")
        _fill(workspace, assignments[0], lms, download, column, output)
        return
    if len(assignments) == 1:
        output = output or f"{assignments[0]}.csv"
        rows = run(workspace, assignments[0], output)
    else:
        output = output or "_course.csv"
        rows = export_course(workspace, assignments, Path(output))
    for name in dict.fromkeys(assignments) or workspace.course.assignments:
        if warning := forgeable(workspace, workspace.course.assignment(name)):
            console().print(plain(f"Note: {name}: {warning}.", "yellow"), soft_wrap=True)
    console().print(plain(f"{rows} students: {output}"), soft_wrap=True)


def _fill(
    workspace: "Workspace", assignment: str, lms: str, download: str, column: str | None, output: str | None
) -> None:
    """Fill a platform's grade file, and say what was done."""
    from pathlib import Path

    from autograder.console import console, plain
    from autograder.reports.lms_grades import fill

    output = output or f"{assignment}-filled{Path(download).suffix}"
    filled = fill(workspace, assignment, lms, download, output, column)
    out = console()
    for note in filled.notes:
        out.print(plain(f"Note: {note}.", "yellow"), soft_wrap=True)
    counts = f"{filled.filled} filled, {filled.unchanged} unchanged in {filled.column!r}"
    out.print(plain(f"{counts}: {output}"), soft_wrap=True)


@click.command()
@click.argument("assignment", required=False)
@click.option("--no-names", is_flag=True, help="Make a report that names no student, to show in class.")
@click.option(
    "-o",
    "--output",
    metavar="FILE.html",
    type=click.Path(dir_okay=False),
    help="The page to write; by default reports/ASSIGNMENT.html in the workspace. The JSON is written beside it.",
)
@with_database
@click.pass_context
def report(ctx: click.Context, assignment: str | None, no_names: bool, output: str | None) -> None:
    """Show how the class did, as one HTML page and as JSON.

    The page shows the points of the class, of each notebook, exercise and test; the mistakes that students made, and
    who made them; time, limits and flags; and what waits for a mark. Without ASSIGNMENT, it shows each student's way
    through all assignments. The page needs no network and no other file.
    """
    from autograder.console import console, plain
    from autograder.reports.class_report import class_report
    from autograder.reports.course_report import course_report
    from autograder.reports.report_page import write_report

    workspace = workspace_of(ctx)
    made = class_report(workspace, assignment) if assignment else course_report(workspace)
    page = _page(output) if output else workspace.root / "reports" / _file_name(assignment, no_names)
    beside = write_report(made.without_names() if no_names else made, page, workspace.root)
    console().print(plain(f"page: {page}\nJSON: {beside}"), soft_wrap=True)


def _page(output: str) -> "Path":
    from pathlib import Path

    if not output.endswith(".html"):
        raise click.UsageError(f"-o {output}: the name of a page must end in .html.")
    return Path(output).resolve()


def _file_name(assignment: str | None, no_names: bool) -> str:
    """The name of the page; an assignment's name cannot begin with _ or contain a dot."""
    return f"{assignment or '_course'}{'.no-names' if no_names else ''}.html"


COMMANDS = (grade, report, export)
