"""`cs231n grade`, `feedback` and `export`: from what students handed in to their marks.

Only click is imported here; a command imports what it needs when it runs.
"""

import os
import sys

import click

from autograder.cli.workspace_option import with_database, workspace_of

RESULTS = "grades"  # where `grade --ci` writes, unless told otherwise


class _Grade(click.Command):
    """Deletes what may be taken for the results of `--ci`, also where it was called the wrong way.

    A workflow that passes on names of files is called the wrong way when a student has handed in two.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError:
            if any(arg.partition("=")[0] == "--ci" for arg in given):
                from autograder.reports.ci_reports import prepare

                prepare(_output_named_in(given))
            raise



@click.command(cls=_Grade)
@click.argument("assignment", required=False)
@click.option("--student", "students", multiple=True, metavar="ID", help="Grade only this student; may be repeated.")
@click.option("--force", is_flag=True, help="Grade again what has not changed.")
@click.option(
    "--workers", type=click.IntRange(min=1), help="Notebooks run at the same time; by default one per processor."
)
@click.option(
    "--isolation",
    type=click.Choice(["sandbox", "process"]),
    default="sandbox",
    show_default=True,
    help="What student code runs in. `process` is no protection: for systems without bubblewrap, and code you trust.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Run notebooks on a Dask cluster instead of this machine, such as tcp://host:8786: docs/clusters.md.",
)
@click.option(
    "--ci",
    metavar="PATH",
    type=click.Path(),
    help="Grade one submission, a notebook or a folder, without a gradebook; ASSIGNMENT may be left out.",
)
@click.option(
    "--fail-under",
    metavar="PERCENT",
    type=click.FloatRange(0, 100),
    help="With --ci: exit code 4 for fewer of the points that tests give.",
)
@click.option(
    "--output",
    metavar="DIR",
    type=click.Path(),
    default=RESULTS,
    show_default=True,
    help="With --ci: where report.json, junit.xml, results.json (Gradescope) and summary.md go.",
)
@click.option("--json", "as_json", is_flag=True, help="Say what happens as JSON lines on stderr: docs/instructors.md.")
@with_database
@click.pass_context
def grade(
    ctx: click.Context,
    assignment: str | None,
    students: tuple[str, ...],
    force: bool,
    workers: int | None,
    isolation: str,
    scheduler: str | None,
    ci: str | None,
    fail_under: float | None,
    output: str,
    as_json: bool,
) -> None:
    """Grade what was collected.

    Student code runs in a sandbox; without one nothing is graded, unless --isolation process is given.
    The tests run outside it, in a process that student code cannot reach.

    May be stopped at any moment: the next run goes on. What has not changed since it was graded is not run
    again. Exit code 0 however many points are lost; 1 when a submission could not be graded.

    With --ci, grade one submission on a CI service: docs/ci.md.
    """
    _leave_no_byte_code()
    if ci is not None:
        from autograder.reports.ci_reports import prepare

        prepare(output)
    _check_ci_options(ctx, ci)
    if ci is not None:
        ctx.exit(_grade_one(ctx.obj, assignment, ci, workers, isolation, fail_under, output))
    if scheduler and workers:
        raise click.UsageError("--workers is for this machine; a cluster runs as many as its workers have threads.")
    from autograder.cli.class_table import class_table
    from autograder.console import console, progress
    from autograder.grading.grade import grade as run
    from autograder.grading.report import summary_line

    options = dict(force=force, workers=workers, isolation=isolation, scheduler=scheduler)
    if as_json:
        from autograder.grading.progress_events import told_as_json

        with told_as_json(sys.stderr) as watch:
            report = run(workspace_of(ctx), assignment, students or None, watch=watch, **options)
    else:
        with progress("grading") as update:
            report = run(workspace_of(ctx), assignment, students or None, progress=update, **options)
    out = console()
    out.print(class_table(report))
    out.print(summary_line(report), soft_wrap=True)
    ctx.exit(1 if report.failed else 0)



def _leave_no_byte_code() -> None:
    """Have neither this process nor those that it starts write byte-code beside what they import."""
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"



def _check_ci_options(ctx: click.Context, ci: str | None) -> None:
    given = {
        option.name: option.opts[0] if isinstance(option, click.Option) else "ASSIGNMENT"
        for option in ctx.command.params
        if ctx.get_parameter_source(option.name) == click.core.ParameterSource.COMMANDLINE
    }
    only_ci = {"fail_under", "output"}
    both = {"assignment", "workers", "isolation", "ci"}
    if ci is None:
        if found := given.keys() & only_ci:
            raise click.UsageError(f"{given[min(found)]} needs --ci PATH.", ctx)
        if "assignment" not in given:
            raise click.UsageError("Missing argument 'ASSIGNMENT'.", ctx)
    elif found := given.keys() - only_ci - both:
        raise click.UsageError(f"--ci grades one submission without a class, and takes no {given[min(found)]}.", ctx)



def _grade_one(directory, assignment, path, workers, isolation, fail_under, output) -> int:
    from pathlib import Path

    from autograder.cli.command_group import Failure, is_debugging
    from autograder.errors import as_message
    from autograder.grading.grade_one import grade_one
    from autograder.reports.ci_reports import show, write
    from autograder.text import ci_log

    folder = Path(output)
    try:
        result = grade_one(directory, assignment, path, workers, isolation)
        write(result, folder)
    except Exception as error:
        if is_debugging():
            raise
        message, hint = as_message(error)
        raise Failure(ci_log(message), hint and ci_log(hint)) from error
    show(result, folder)
    if fail_under is None or result.percent >= fail_under:
        return 0
    click.echo(f"Below the {fail_under:g}% of --fail-under.")
    return 4



def _output_named_in(args: list[str]) -> str:
    """The folder that --output names in arguments that could not be read."""
    for place, arg in enumerate(args):
        name, has_value, value = arg.partition("=")
        if name == "--output" and (has_value or args[place + 1 :]):
            return value if has_value else args[place + 1]
    return RESULTS



@click.command()
@click.argument("assignment")
@click.option("--student", "students", multiple=True, metavar="ID", help="Only this student; may be repeated.")
@with_database
@click.pass_context
def feedback(ctx: click.Context, assignment: str, students: tuple[str, ...]) -> None:
    """Write feedback pages for graded submissions.

    One HTML page per notebook, made by nbgrader; made again where the notebook or its marks have changed.
    """
    from autograder.console import console, plain, progress
    from autograder.reports.feedback import feedback as run

    with progress("feedback") as update:
        done = run(workspace_of(ctx), assignment, students or None, update)
    out = console()
    for student, why in done.failed:
        out.print(plain(f"{student}: {why}", "red"), soft_wrap=True)
    counts = f"{len(done.made)} made, {len(done.unchanged)} unchanged, {len(done.failed)} failed"
    out.print(plain(f"{counts}: {done.folder}"), soft_wrap=True)
    ctx.exit(1 if done.failed else 0)



@click.command()
@click.argument("assignment")
@click.option("-o", "--output", metavar="FILE", type=click.Path(), help="Default: ASSIGNMENT.csv")
@with_database
@click.pass_context
def export(ctx: click.Context, assignment: str, output: str | None) -> None:
    """Write the marks to a CSV file.

    One row per student; one column per notebook and per graded cell.
    """
    from autograder.console import console, plain
    from autograder.reports.export import export as run

    output = output or f"{assignment}.csv"
    rows = run(workspace_of(ctx), assignment, output)
    console().print(plain(f"{rows} students: {output}"), soft_wrap=True)



COMMANDS = (grade, feedback, export)
