"""`cs231n feedback`: what students read about their work, on its way to them.

The module imports only click; the command imports what it needs when it runs.
"""

from typing import TYPE_CHECKING

import click

from autograder.cli.workspace_option import with_database, workspace_of

if TYPE_CHECKING:
    from autograder.course.workspace import Workspace

# as in feedback_zip.py, which is not imported for the help
PLATFORMS = ("moodle", "canvas", "brightspace", "plain", "blackboard", "gradescope", "github")


@click.command()
@click.argument("assignment")
@click.option("--student", "students", multiple=True, metavar="ID", help="Only this student's pages; may be repeated.")
@click.option(
    "--zip",
    "platform",
    type=click.Choice(PLATFORMS),
    metavar="PLATFORM",
    help="Also write the pages into one zip, as moodle, canvas or brightspace takes feedback in bulk, or plain: a "
    "folder for each student.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE.zip",
    type=click.Path(dir_okay=False),
    help="The zip to write; by default ASSIGNMENT-feedback-PLATFORM.zip.",
)
@with_database
@click.pass_context
def feedback(
    ctx: click.Context, assignment: str, students: tuple[str, ...], platform: str | None, output: str | None
) -> None:
    """Write feedback pages for graded submissions, and give them to the students.

    Each notebook has an HTML page, which is made again if the notebook or its marks have changed. Each student also has
    a page index.html, which lists all assignments.

    --zip writes the pages under the names that the platform's own download had, so collect that download first. The
    command names everyone whose pages are not in the zip.
    """
    from autograder.console import console, plain, progress
    from autograder.reports.feedback import feedback as run
    from autograder.reports.feedback_files import without_feedback

    if output and not platform:
        raise click.UsageError("-o needs --zip.")
    workspace = workspace_of(ctx)
    with progress("feedback") as update:
        done = run(workspace, assignment, students or None, update)
    out = console()
    for student, why in done.failed:
        out.print(plain(f"{student}: {why}", "red"), soft_wrap=True)
    counts = f"{len(done.made)} made, {len(done.unchanged)} unchanged, {len(done.failed)} failed"
    out.print(plain(f"{counts}: {done.folder}"), soft_wrap=True)
    failed = bool(done.failed)
    ready = sorted([*done.made, *done.unchanged])
    if platform and not students:
        everyone = [*ready, *(student for student, _ in done.failed)]
        for student, why in without_feedback(workspace, assignment, everyone):
            out.print(plain(f"{why}: {student}", "yellow"), soft_wrap=True)
    if platform:
        failed |= not _zip(workspace, assignment, ready, platform, output)
    ctx.exit(1 if failed else 0)


def _zip(workspace: "Workspace", assignment: str, students: list[str], platform: str, output: str | None) -> bool:
    """Write the zip and say what is in it; return whether everyone is."""
    from autograder.console import console, plain
    from autograder.reports.feedback_zip import LAYOUTS, zip_feedback

    output = output or f"{assignment}-feedback-{platform}.zip"
    zipped = zip_feedback(workspace, assignment, students, platform, output)
    out = console()
    for student, why in zipped.left_out:
        out.print(plain(f"not in the zip: {student}: {why}", "red"), soft_wrap=True)
    layout = LAYOUTS[platform]
    out.print(plain(f"{zipped.students} students, {zipped.pages} pages: {output}"), soft_wrap=True)
    if layout.where:
        out.print(plain(f"Upload it on {layout.name}: {layout.where}."), soft_wrap=True)
    if layout.note:
        out.print(plain(f"Note: {layout.note}.", "yellow"), soft_wrap=True)
    return not zipped.left_out


COMMANDS = (feedback,)
