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
MOST_NAMED = 20  # students in one line


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
@click.option("--mail", is_flag=True, help="Also mail each student the pages, once, as [mail] in course.toml says.")
@click.option("--dry-run", is_flag=True, help="With --mail: say who would get what, and send nothing.")
@click.option("--changed", is_flag=True, help="With --mail: mail feedback that has changed since it was mailed, too.")
@click.option(
    "--again",
    multiple=True,
    metavar="ID",
    help="With --mail: mail this student, whatever was mailed before; may be repeated.",
)
@with_database
@click.pass_context
def feedback(
    ctx: click.Context,
    assignment: str,
    students: tuple[str, ...],
    platform: str | None,
    output: str | None,
    mail: bool,
    dry_run: bool,
    changed: bool,
    again: tuple[str, ...],
) -> None:
    """Write feedback pages, and give them to the students.

    Each notebook of a graded submission has an HTML page, which is made again if the notebook or its marks have
    changed. Each student also has a page index.html, which lists all assignments.

    --zip writes the pages under the names that the platform's own download had, so collect that download first. The
    command names everyone whose pages are not in the zip.

    --mail sends each student a message with the pages. Nobody gets the same feedback twice, so you may stop the command
    at any moment, and the next run continues. If it is not known whether a message arrived, because the connection was
    lost or the command was killed, the student is named and gets no other one until you say --again.
    """
    from autograder.console import console, plain, progress
    from autograder.errors import KitError
    from autograder.reports.export import read_totals
    from autograder.reports.feedback import feedback as run
    from autograder.reports.feedback_files import without_feedback

    if output and not platform:
        raise click.UsageError("-o needs --zip.")
    if (dry_run or changed or again) and not mail:
        raise click.UsageError("--dry-run, --changed and --again need --mail.")
    workspace = workspace_of(ctx)
    course = workspace.course
    if mail and course.mail is None:
        hint = "Add it with host and from; see docs/instructors.md, Feedback by mail."
        raise KitError(f"There is no [mail] in {course.root / 'course.toml'}.", hint)
    with progress("feedback") as update:
        done = run(workspace, assignment, students or None, update)
    out = console()
    for student, why in done.failed:
        out.print(plain(f"{student}: {why}", "red"), soft_wrap=True)
    counts = f"{len(done.made)} made, {len(done.unchanged)} unchanged, {len(done.failed)} failed"
    out.print(plain(f"{counts}: {done.folder}"), soft_wrap=True)
    failed = bool(done.failed)
    ready = sorted([*done.made, *done.unchanged])
    if (platform or mail) and not students:
        everyone = [*ready, *(student for student, _ in done.failed)]
        for student, why in without_feedback(workspace, assignment, everyone):
            out.print(plain(f"{why}: {student}", "yellow"), soft_wrap=True)
    if platform or mail:
        totals = read_totals(workspace, assignment).of
        if waiting := [student for student in ready if student in totals and totals[student].waits]:
            shown = ", ".join(waiting[:MOST_NAMED]) + (", ..." if len(waiting) > MOST_NAMED else "")
            note = f"Note: {len(waiting)} with answers that wait for a mark by hand: {shown}"
            out.print(plain(note, "yellow"), soft_wrap=True)
    if platform:
        failed |= not _zip(workspace, assignment, ready, platform, output)
    if mail:
        failed |= not _mail(workspace, assignment, ready, dry_run, changed, again)
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


def _mail(
    workspace: "Workspace", assignment: str, students: list[str], dry_run: bool, changed: bool, again: tuple[str, ...]
) -> bool:
    """Mail the pages, or say what would be mailed; return whether everyone has them."""
    from autograder.console import console, plain, progress
    from autograder.reports.feedback_mail import plan_mail, send_all
    from autograder.reports.mail_journal import only_mailer
    from autograder.reports.mail_server import password_of

    course, out = workspace.course, console()
    assert course.mail is not None

    def say(text: str, style: str = "") -> None:
        out.print(plain(text, style), soft_wrap=True)

    with only_mailer(workspace, assignment) as journal:
        plan = plan_mail(workspace, assignment, students, journal, changed, again)
        for student, why in plan.unreachable:
            say(f"no mail to {student}: {why}", "red")
        for student, when in plan.in_doubt:
            say(f"in doubt since {when}: {student}; if nothing has arrived, use --again {student}", "red")
        for student in plan.changed:
            say(f"changed since it was mailed: {student}; to mail it, use --changed", "yellow")
        counts = f"{len(plan.before)} before, {len(plan.changed)} changed, {len(plan.unreachable)} without mail"
        if dry_run:
            for letter in plan.letters:
                say(f"would mail {', '.join(file.name for file in letter.files)}: {letter.student}, {letter.address}")
            say(f"{len(plan.letters)} would be mailed, {counts}, {len(plan.in_doubt)} in doubt; nothing was sent")
            return True
        with progress("mailing") as update:
            done = send_all(plan.letters, course, assignment, journal, password_of(course.mail), update)
        for student, why in done.refused:
            say(f"not mailed to {student}: {why}", "red")
        for student, why in done.in_doubt:
            say(f"in doubt: {student}: {why}; if nothing arrives, use --again {student}", "red")
        if done.stopped:
            left = len(plan.letters) - len(done.sent) - len(done.refused) - len(done.in_doubt)
            say(f"{done.stopped} {left} messages were not sent. Run the command again to continue.", "red")
        in_doubt = len(plan.in_doubt) + len(done.in_doubt)
        say(f"{len(done.sent)} mailed, {counts}, {len(done.refused)} refused, {in_doubt} in doubt")
        return not (plan.unreachable or done.refused or in_doubt or done.stopped)


COMMANDS = (feedback,)
