"""The `cs231n` command. Only click is imported here; a command imports what it needs when it runs."""

import atexit
import gc
import os
import sys

import click

from autograder.command_group import Commands, Failure

RESULTS = "grades"  # where `grade --ci` writes, unless told otherwise
EPILOG = """\b
Exit codes:
  0  all is well (a student's lost points are no failure)
  1  something failed, and the message says what; `check`: a check fails
  2  the command was called the wrong way
  3  `collect`: some files could not be placed, the others are in place
  4  `grade --ci`: the points are below --fail-under

With CS231N_DEBUG=1 in the environment, failures show their traceback."""


@click.group(
    cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option(
    "-C",
    "--course",
    "directory",
    metavar="DIR",
    type=click.Path(),
    help="The course workspace; by default the one that `init` made in this folder or the nearest above it.",
)
@click.version_option(package_name="cs231n-course-kit", message="%(version)s")
@click.pass_context
def main(ctx: click.Context, directory: str | None) -> None:
    """Run the CS231n course: work through its notebooks, or hand them out, collect and grade them."""
    from autograder.python_processes import nothing_from_here

    ctx.with_resource(nothing_from_here())
    ctx.obj = directory
    atexit.register(gc.freeze)  # else Python looks for garbage, half a second, in all that was imported


def _workspace(ctx: click.Context):
    from autograder.workspace import Workspace

    return Workspace.find(ctx.obj, ctx.meta.get("db"))


DATABASE = "The gradebook's database, such as postgresql+psycopg://USER@HOST/DATABASE"
with_database = click.option(
    "--db",
    metavar="URL",
    expose_value=False,
    callback=lambda ctx, _, url: ctx.meta.update(db=url),
    help=f"{DATABASE}; by default c.CourseDirectory.db_url in nbgrader_config.py.",
)


@main.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Check this machine: Python, Jupyter, compiler, data sets.

    Starts a Jupyter kernel for real, says what is missing and what to do. Exit code 1 when something is broken
    that a student cannot work without.
    """
    from autograder.console import console, plain
    from autograder.doctor import examine

    out = console()
    styles = {"ok": "green", "warning": "yellow", "missing": "bold red"}
    broken = 0
    for finding in examine(ctx.obj):
        line = plain(f"{finding.state:8}", style=styles[finding.state])
        line.append_text(plain(f"{finding.subject + ':':20}{finding.found}", style="not bold default"))
        out.print(line, soft_wrap=not out.is_terminal)
        if finding.advice:
            from rich.padding import Padding

            out.print(Padding(plain(finding.advice, style="dim"), (0, 0, 0, 28), expand=False))
        broken += finding.is_fatal
    if broken:
        raise Failure(f"{broken} thing(s) that the notebooks need do not work here.", "Do what is said above first.")


@main.command()
@click.argument("name", required=False)
@click.option(
    "--from",
    "from_path",
    metavar="PATH",
    type=click.Path(),
    help="An archive or folder that you have already, in the official layout.",
)
def data(name: str | None, from_path: str | None) -> None:
    """List the data sets, or fetch one.

    Without NAME: what there is, and what of it is here. With NAME: download it (checked by its hash; an
    interrupted download goes on where it stopped), or take it from --from.
    """
    from autograder.console import console, plain, table

    out = console()
    if name is None:
        if from_path:
            raise click.UsageError("--from needs the NAME of the data set: cs231n data cifar10 --from PATH")
        from autograder.datasets_command import list_data_sets

        listing = table("name", "state", "size", "what", "licence", right=("size",))
        for item in list_data_sets():
            style = "yellow" if item.state == "absent" else "green"
            listing.add_row(item.name, plain(item.state, style), item.size, item.description, item.license)
        out.print(listing)
        absent = [item.name for item in list_data_sets() if item.state == "absent"]
        if absent:
            out.print(f"To fetch one: cs231n data {absent[0]}", soft_wrap=True)
        return
    from cs231n_lib.data import fetch

    where = fetch(name, from_path=from_path, progress=sys.stderr.isatty())
    out.print(plain(f"{name} is ready: {where}"), soft_wrap=True)


@main.command()
@click.argument("notebook", type=click.Path())
@click.pass_context
def check(ctx: click.Context, notebook: str) -> None:
    """Run the visible checks of one notebook.

    The notebook, as it was last saved, runs in a fresh kernel from top to bottom; it is not changed. Each cell has
    the time that the grader gives it, as the release of the notebook says. Exit code 1 when a check fails, or a graded
    cell that the notebook had was deleted.
    """
    from autograder.check import check as run
    from autograder.console import progress
    from autograder.tables import show_checked

    with progress("running the cells") as update:
        checked = run(notebook, update)
    show_checked(checked)
    ctx.exit(0 if checked.ok else 1)


@main.command()
@click.argument("directory", default=".", type=click.Path())
@click.option(
    "--assignments",
    metavar="DIR",
    type=click.Path(),
    help="The folder that holds course.toml; by default the nearest above, else the kit's own.",
)
@click.option("--db", metavar="URL", help=f"{DATABASE}; kept in nbgrader_config.py. By default gradebook.db there.")
def init(directory: str, assignments: str | None, db: str | None) -> None:
    """Make a course workspace in a folder.

    The workspace is an nbgrader course: nbgrader's own commands and its formgrader work in it too. What is in
    the folder already stays as it is.
    """
    from autograder.console import console, plain
    from autograder.known_workspaces import remember
    from autograder.workspace import HOW_TO_PROTECT, NOT_PROTECTED, create

    workspace = create(directory, assignments or _nearest_assignments(), db)
    out = console()
    if not workspace.is_protected:
        out.print(plain(f"{NOT_PROTECTED}\n{HOW_TO_PROTECT}", "yellow"), soft_wrap=True)
    names = ", ".join(workspace.course.assignments)
    out.print(plain(f"{workspace.root} is a workspace for: {names} ({workspace.assignments})"), soft_wrap=True)
    if remember(workspace.root):
        out.print("Next: cs231n build, in that folder.", soft_wrap=True)
    else:
        out.print(plain(f"Next: cs231n -C {workspace.root} build"), soft_wrap=True)
        out.print("Name it with -C each time: the list of your workspaces could not be written.", soft_wrap=True)


def _nearest_assignments():
    from pathlib import Path

    from autograder.errors import KitError

    here = Path.cwd()
    kit = Path(__file__).resolve().parent.parent
    for folder in (here, *here.parents, kit):
        for place in (folder / "assignments", folder):
            if (place / "course.toml").is_file():
                return place
    raise KitError("No course.toml here or above.", "Name the folder that holds it: cs231n init DIR --assignments DIR")


@main.command()
@click.argument("assignments", nargs=-1, metavar="[ASSIGNMENT]...")
@click.option("--rehearse", is_flag=True, help="Then grade the solutions themselves; exit code 1 if they lose points.")
@click.pass_context
def build(ctx: click.Context, assignments: tuple[str, ...], rehearse: bool) -> None:
    """Build the notebooks from their text sources.

    Writes source/ASSIGNMENT/*.ipynb for the named assignments, or for all.
    """
    from autograder.build import build as run
    from autograder.console import console, plain

    workspace = _workspace(ctx)
    names = [workspace.course.assignment(name).name for name in assignments] or list(workspace.course.assignments)
    out = console()
    for name in names:
        written = run(workspace, name)
        what = ", ".join(path.name for path in written) if written else "up to date"
        out.print(plain(f"{name}: {what}"), soft_wrap=True)
    if rehearse:
        from autograder.rehearse import rehearse as grade_solutions

        lost = [f"{name}: {what}" for name in names for what in grade_solutions(workspace, name)]
        for line in lost:
            out.print(plain(line, "red"), soft_wrap=True)
        if lost:
            raise SystemExit(1)
        out.print("The solutions earn every point that tests give.")


@main.command()
@click.argument("assignment")
@with_database
@click.pass_context
def release(ctx: click.Context, assignment: str) -> None:
    """Make what students get: a folder and a zip.

    Holds the notebooks without solutions and hidden tests, the library without the answers, and this command.
    Refuses when anything of a solution or hidden test would be in it.
    """
    from autograder.console import console, plain
    from autograder.release import release as run

    workspace = _workspace(ctx)
    with console(stderr=True).status(f"releasing {workspace.course.assignment(assignment).name}"):
        released = run(workspace, assignment)
    out = console()
    out.print(plain(f"folder: {released.folder}\nzip:    {released.zip}"), soft_wrap=True)


@main.command()
@click.argument("assignment")
@click.argument("source", metavar="FROM", type=click.Path())
@click.option(
    "--received",
    metavar="TIME",
    help='When all of them were handed in, such as "2026-11-20 23:59" (UTC, or with a zone: "... Europe/Berlin"); '
    "corrects an earlier time.",
)
@click.pass_context
def collect(ctx: click.Context, assignment: str, source: str, received: str | None) -> None:
    """Sort a download of submissions into submitted/.

    FROM is a folder or a zip: one folder, zip or file per student (alice/knn.ipynb, alice.zip,
    alice_knn.ipynb), clones from GitHub, or a download from Canvas, Moodle, Blackboard, Brightspace or Gradescope. A
    student is the id that the platform gives: docs/instructors.md. Names what it could not place (exit code 3).
    """
    from autograder.collect import collect as run
    from autograder.console import progress
    from autograder.tables import show_collected

    workspace = _workspace(ctx)
    with progress("collecting") as update:
        collected = run(workspace, assignment, source, received=received, progress=update)
    show_collected(collected)
    ctx.exit(3 if collected.unplaced else 0)


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

    from autograder.ci_reports import show, write
    from autograder.command_group import Failure, as_message, is_debugging
    from autograder.continuous_integration import grade_one
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
                from autograder.ci_reports import prepare

                prepare(_output_named_in(given))
            raise


def _output_named_in(args: list[str]) -> str:
    """The folder that --output names in arguments that could not be read."""
    for place, arg in enumerate(args):
        name, has_value, value = arg.partition("=")
        if name == "--output" and (has_value or args[place + 1 :]):
            return value if has_value else args[place + 1]
    return RESULTS


@main.command(cls=_Grade)
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
        from autograder.ci_reports import prepare

        prepare(output)
    _check_ci_options(ctx, ci)
    if ci is not None:
        ctx.exit(_grade_one(ctx.obj, assignment, ci, workers, isolation, fail_under, output))
    if scheduler and workers:
        raise click.UsageError("--workers is for this machine; a cluster runs as many as its workers have threads.")
    from autograder.console import console, progress
    from autograder.grade import grade as run
    from autograder.report import class_table, summary_line

    options = dict(force=force, workers=workers, isolation=isolation, scheduler=scheduler)
    if as_json:
        from autograder.progress_events import told_as_json

        with told_as_json(sys.stderr) as watch:
            report = run(_workspace(ctx), assignment, students or None, watch=watch, **options)
    else:
        with progress("grading") as update:
            report = run(_workspace(ctx), assignment, students or None, progress=update, **options)
    out = console()
    out.print(class_table(report))
    out.print(summary_line(report), soft_wrap=True)
    ctx.exit(1 if report.failed else 0)


@main.command()
@click.argument("assignment")
@click.option("--student", "students", multiple=True, metavar="ID", help="Only this student; may be repeated.")
@with_database
@click.pass_context
def feedback(ctx: click.Context, assignment: str, students: tuple[str, ...]) -> None:
    """Write feedback pages for graded submissions.

    One HTML page per notebook, made by nbgrader; made again where the notebook or its marks have changed.
    """
    from autograder.console import console, plain, progress
    from autograder.feedback import feedback as run

    with progress("feedback") as update:
        done = run(_workspace(ctx), assignment, students or None, update)
    out = console()
    for student, why in done.failed:
        out.print(plain(f"{student}: {why}", "red"), soft_wrap=True)
    counts = f"{len(done.made)} made, {len(done.unchanged)} unchanged, {len(done.failed)} failed"
    out.print(plain(f"{counts}: {done.folder}"), soft_wrap=True)
    ctx.exit(1 if done.failed else 0)


@main.command()
@click.argument("assignment")
@click.option("-o", "--output", metavar="FILE", type=click.Path(), help="Default: ASSIGNMENT.csv")
@with_database
@click.pass_context
def export(ctx: click.Context, assignment: str, output: str | None) -> None:
    """Write the marks to a CSV file.

    One row per student; one column per notebook and per graded cell.
    """
    from autograder.console import console, plain
    from autograder.export import export as run

    output = output or f"{assignment}.csv"
    rows = run(_workspace(ctx), assignment, output)
    console().print(plain(f"{rows} students: {output}"), soft_wrap=True)
