"""`cs231n roster`: who is in the course, and who has handed in.

The module imports only click; a command imports what it needs when it runs.
"""

import click

from autograder.cli.workspace_option import with_database, workspace_of


@click.group()
def roster() -> None:
    """Keep the list of the course's students.

    The list is roster.csv in the workspace, a table that you may edit: id, name, email, login, section, aliases. The id
    is that of the student's folders and marks. `collect` finds students by id, login, address, alias or name.
    """


@roster.command("import")
@click.argument("file", type=click.Path())
@with_database
@click.pass_context
def import_(ctx: click.Context, file: str) -> None:
    """Read the students from a platform's export.

    FILE is a CSV from Canvas, Moodle, Blackboard, Brightspace, Gradescope or GitHub Classroom, or any CSV whose header
    has a column for the id; see docs/platforms.md. Students who are already in the roster are brought up to date, and
    no student is removed. If a row fits two students, nothing changes, and the command says why. Names and addresses
    also go into the gradebook.
    """
    from pathlib import Path

    from autograder.console import console, plain
    from autograder.course.roster import read_roster, roster_path, write_roster
    from autograder.course.roster_import import merge, read_export
    from autograder.grading.enrol import enrol
    from autograder.text import printable

    workspace = workspace_of(ctx)
    before = read_roster(workspace)
    export = read_export(file)
    merged = merge(before, export, printable(Path(file).name))
    if merged.roster.students != before.students:
        write_roster(workspace, merged.roster)
    with workspace.gradebook() as gradebook:
        enrol(gradebook.db, merged.roster)
        gradebook.db.commit()
    out = console()
    for line in export.left_out:
        out.print(plain(f"left out: {line}"), soft_wrap=True)
    for id in merged.not_in_file:
        out.print(plain(f"not in this file, and kept: {before.students[id]}", "yellow"), soft_wrap=True)
    counts = f"{len(merged.new)} new, {len(merged.changed)} changed, {len(merged.unchanged)} unchanged"
    path = roster_path(workspace)
    out.print(plain(f"{export.platform}: {counts}; {len(merged.roster.students)} students: {path}"), soft_wrap=True)


@roster.command("show")
@click.pass_context
def show_(ctx: click.Context) -> None:
    """Show the students."""
    from autograder.console import console, plain, show, table
    from autograder.course.roster import read_roster

    students = read_roster(workspace_of(ctx)).students.values()
    listing = table("id", "name", "email", "login", "section", "aliases")
    for s in students:
        cells = (s.id, s.name, s.email, s.login, s.section, "; ".join(s.aliases))
        listing.add_row(*(plain(cell) for cell in cells))
    out = console()
    if students:
        show(out, listing)
    out.print(f"{len(students)} students" if students else "There is no roster. Import one: cs231n roster import FILE")


@roster.command("check")
@click.argument("assignment")
@click.pass_context
def check_(ctx: click.Context, assignment: str) -> None:
    """Say who has not handed in, and whose work is not in the roster."""
    from autograder.console import console, plain
    from autograder.submissions.handed_in import handed_in

    found = handed_in(workspace_of(ctx), assignment)
    out = console()
    for student in found.missing:
        out.print(plain(f"has not handed in: {student}", "yellow"), soft_wrap=True)
    for folder in found.unknown:
        out.print(plain(f"not in the roster: {folder}", "red"), soft_wrap=True)
    counts = f"{len(found.present)} handed in, {len(found.missing)} not, {len(found.unknown)} unknown"
    out.print(plain(f"{assignment}: {counts}"), soft_wrap=True)


COMMANDS = (roster,)
