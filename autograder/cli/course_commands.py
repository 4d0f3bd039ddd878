"""`cs231n init`, `build`, `release` and `collect`: from a course's sources to the students' submissions.

The module imports only click; a command imports what it needs when it runs.
"""

from typing import TYPE_CHECKING

import click

from autograder.cli.workspace_option import DATABASE, with_database, workspace_of

if TYPE_CHECKING:
    from pathlib import Path

    from autograder.course.workspace import Workspace


@click.command()
@click.argument("directory", default=".", type=click.Path())
@click.option(
    "--assignments",
    metavar="DIR",
    type=click.Path(),
    help="The folder that holds course.toml; by default the nearest one here or above, otherwise the kit's own.",
)
@click.option("--db", metavar="URL", help=f"{DATABASE}; kept in nbgrader_config.py. By default DIRECTORY/gradebook.db.")
def init(directory: str, assignments: str | None, db: str | None) -> None:
    """Make a course workspace in a folder.

    The workspace is an nbgrader course, in which nbgrader's own commands and its formgrader also work. Files that
    are already in the folder do not change.

    A workspace of nbgrader's own is taken over: nbgrader_config.py gets the kit's settings, source is renamed, the
    gradebook and the students' work stay. If the folder has no assignments/course.toml, the course is imported first.
    """
    from pathlib import Path

    from autograder.console import console, plain
    from autograder.course.known_workspaces import remember
    from autograder.course.take_over import CONFIG_BEFORE, SOURCE_BEFORE, is_foreign
    from autograder.course.workspace import HOW_TO_PROTECT, NOT_PROTECTED, create

    out = console()
    folder = Path(directory)
    if foreign := is_foreign(folder):
        own = folder / "assignments"
        if assignments is None and not (own / "course.toml").is_file():
            from autograder.cli.import_command import import_and_tell

            import_and_tell(folder, own)
        assignments = assignments or str(own)
    workspace = create(directory, assignments or _nearest_assignments(), db)
    if foreign:
        kept = f"{CONFIG_BEFORE} and {SOURCE_BEFORE} are what was there before."
        out.print(plain(f"nbgrader's workspace was taken over. {kept}"), soft_wrap=True)
        from autograder.importing.gradebook import fit_gradebook

        for changed in fit_gradebook(workspace):
            out.print(plain(f"The gradebook: {changed}"), soft_wrap=True)
    if not workspace.is_protected:
        out.print(plain(f"{NOT_PROTECTED}\n{HOW_TO_PROTECT}", "yellow"), soft_wrap=True)
    names = ", ".join(workspace.course.assignments)
    out.print(plain(f"{workspace.root} is a workspace for: {names} ({workspace.assignments})"), soft_wrap=True)
    if remember(workspace.root):
        out.print("Next: cs231n build, in that folder.", soft_wrap=True)
    else:
        out.print(plain(f"Next: cs231n -C {workspace.root} build"), soft_wrap=True)
        out.print("The list of your workspaces could not be written: name this one with -C each time.", soft_wrap=True)


def _nearest_assignments() -> "Path":
    """The folder of the nearest course.toml here or above, otherwise the kit's own."""
    from pathlib import Path

    import autograder
    from autograder.errors import KitError

    here = Path.cwd()
    kit = Path(autograder.__file__).resolve().parents[1]
    for folder in (here, *here.parents, kit):
        for place in (folder / "assignments", folder):
            if (place / "course.toml").is_file():
                return place
    raise KitError(
        "There is no course.toml in this folder or above.",
        "Name the folder that holds it: cs231n init DIR --assignments DIR",
    )


@click.command()
@click.argument("assignments", nargs=-1, metavar="[ASSIGNMENT]...")
@click.option("--rehearse", is_flag=True, help="Also grade the solutions; exit with code 1 if they lose points.")
@click.option(
    "--tag-in-process",
    is_flag=True,
    help="With --rehearse: tag the tests in the sources that pass only in the student's process. Such points can be "
    "forged.",
)
@click.pass_context
def build(ctx: click.Context, assignments: tuple[str, ...], rehearse: bool, tag_in_process: bool) -> None:
    """Build the notebooks from their text sources.

    Writes source/ASSIGNMENT/*.ipynb for the named assignments, by default for all.
    """
    if tag_in_process and not rehearse:
        raise click.UsageError("--tag-in-process needs --rehearse, which finds these tests.")
    from autograder.authoring.build import build as run
    from autograder.console import console, plain
    from autograder.errors import AllErrors, SourceError

    workspace = workspace_of(ctx)
    names = [workspace.course.assignment(name).name for name in assignments] or list(workspace.course.assignments)
    out = console()
    errors = AllErrors(SourceError)
    for name in names:
        with errors.collecting():
            written = run(workspace, name)
            what = ", ".join(path.name for path in written) if written else "up to date"
            out.print(plain(f"{name}: {what}"), soft_wrap=True)
    errors.raise_any()
    if rehearse:
        _rehearse(workspace, names, tag_in_process)


def _rehearse(workspace: "Workspace", names: list[str], tag: bool) -> None:
    """Grade the solutions, and end with exit code 1 if they lose points."""
    from autograder.authoring.build import build
    from autograder.authoring.tagging import tag_in_process
    from autograder.console import console, plain
    from autograder.grading.rehearse import rehearse

    out, lost_points = console(), False
    for name in names:
        lost = rehearse(workspace, name)
        tagged: dict[str, list[str]] = {}
        for found in lost:
            if tag and found.passes_in_process and found.grade_id:
                tagged.setdefault(found.notebook, []).append(found.grade_id)
        for notebook, grade_ids in tagged.items():
            tag_in_process(workspace.course.source(name, notebook), grade_ids)
            out.print(plain(f"{name}: {notebook}: tagged in-process: {', '.join(grade_ids)}", "yellow"), soft_wrap=True)
        if tagged:
            build(workspace, name)
            lost = rehearse(workspace, name)
        for found in lost:
            out.print(plain(f"{name}: {found}", "red"), soft_wrap=True)
        lost_points |= bool(lost)
    if lost_points:
        raise SystemExit(1)
    out.print("The solutions earn all points of the tests.")


@click.command()
@click.argument("assignment")
@click.option(
    "--discard-marks",
    is_flag=True,
    help="Remove cells although people have given points or comments for them. A file keeps these marks.",
)
@with_database
@click.pass_context
def release(ctx: click.Context, assignment: str, discard_marks: bool) -> None:
    """Make what students get: a folder and a zip.

    They contain the notebooks without solutions or hidden tests, the library without the answers, and the commands
    for students. The command refuses to make a release that would contain part of a solution or hidden test.

    Tests may be added, split, renamed or removed after students have handed in. The gradebook follows, and the command
    says what happened to whose points.
    """
    from autograder.authoring.release import release as run
    from autograder.console import console, plain
    from autograder.grading.grading_lock import only_grader

    workspace = workspace_of(ctx)
    entry = workspace.course.assignment(assignment)
    with only_grader(workspace, entry), console(stderr=True).status(f"releasing {entry.name}"):
        released = run(workspace, entry.name, discard_marks)
    out = console()
    if released.changes.lines:
        count = released.changes.submissions
        out.print(f"Students have handed in before ({count} submission{'s' * (count != 1)}). What changed for them:")
        out.print(plain("\n".join(f"  {line}" for line in released.changes.lines)), soft_wrap=True)
        if released.changes.removed:
            out.print(plain(f"The marks that were removed: {released.changes.removed}"), soft_wrap=True)
        out.print(plain(f"Bring their points up to date with: cs231n grade {entry.name}"), soft_wrap=True)
    out.print(plain(f"folder: {released.folder}\nzip:    {released.zip}"), soft_wrap=True)


@click.command()
@click.argument("assignment")
@click.argument("source", metavar="FROM", type=click.Path())
@click.option(
    "--received",
    metavar="TIME",
    help='When all of these submissions were handed in, such as "2026-11-20 23:59" (in the zone of course.toml, or '
    'else UTC; or with a zone: "... Europe/Berlin"); replaces an earlier time.',
)
@click.option(
    "--times",
    metavar="LIST.csv",
    type=click.Path(),
    help="When each student handed in: Moodle's grading worksheet, Gradescope's grades, or a CSV with the columns "
    "student and time.",
)
@click.option(
    "--git-times",
    is_flag=True,
    help="Take the time of the last commit of each clone. A student's machine states it, so it can be forged.",
)
@click.pass_context
def collect(
    ctx: click.Context, assignment: str, source: str, received: str | None, times: str | None, git_times: bool
) -> None:
    """Sort a download of submissions into submitted/.

    FROM is a folder or a zip: one folder, zip or file per student (alice/knn.ipynb, alice.zip,
    alice_knn.ipynb), clones from GitHub, or a download from Canvas, Moodle, Blackboard, Brightspace or Gradescope.
    Each student is named by the platform's id; see docs/instructors.md. The time of arrival is what the download
    says, unless an option gives another. The command lists the files that it could not place, and then
    exits with code 3.
    """
    from autograder.cli.collect_table import show_collected
    from autograder.console import progress
    from autograder.course.groups import groups_path
    from autograder.submissions.collect import collect as run

    workspace = workspace_of(ctx)
    if received and times:
        raise click.UsageError(
            "--received gives one time to all; --times gives each student one. Leave one of them out."
        )
    changes = _changes_of_groups(workspace, assignment) if groups_path(workspace).exists() else []
    with progress("collecting") as update:
        collected = run(workspace, assignment, source, received, times, git_times, update)
    collected.remarks += changes
    show_collected(collected)
    ctx.exit(3 if collected.unplaced else 0)


def _changes_of_groups(workspace: "Workspace", assignment: str) -> list[str]:
    """Have the work of groups follow groups.csv, before more is collected."""
    from autograder.grading.grading_lock import only_grader
    from autograder.grading.group_work import follow_groups

    entry = workspace.course.assignment(assignment)
    with only_grader(workspace, entry):
        return follow_groups(workspace, entry)


COMMANDS = (init, build, release, collect)
