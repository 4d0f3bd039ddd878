"""`cs231n late`: when work arrived, extensions, and the late days that each student has used.

The module imports only click; a command imports what it needs when it runs.
"""

from typing import TYPE_CHECKING

import click

from autograder.cli.workspace_option import with_database, workspace_of

if TYPE_CHECKING:
    from datetime import datetime, timedelta, tzinfo


@click.command()
@click.argument("assignment", required=False)
@with_database
@click.pass_context
def late(ctx: click.Context, assignment: str | None) -> None:
    """Show times of arrival, extensions and late days.

    For one assignment: when the work of each student arrived, and until when it was in time, in the time zone of
    course.toml. For the course: the late days that each student has used on each assignment, and those that are left.
    Due dates and the rules for late work are in course.toml, and extensions are in extensions.csv; see
    docs/late-work.md. Marks follow them at once.
    """
    from autograder.console import console, plain, show, table
    from autograder.course.roster import read_roster
    from autograder.grading.times import read_times

    workspace = workspace_of(ctx)
    name = workspace.course.assignment(assignment).name if assignment else None
    with workspace.gradebook() as gradebook:
        times = read_times(workspace, gradebook.db.connection())
    roster, budget = read_roster(workspace).students, workspace.course.late.days
    used = {student: times.late_days(student) for _, student in times.arrived}
    zone = workspace.course.time_zone
    out = console()
    if name:
        columns = (
            "student",
            "name",
            f"arrived ({zone or 'UTC'})",
            "in time until",
            "late",
            *(["late days"] if budget else []),
        )
        listing = table(*columns)
        who = sorted(student for of, student in times.arrived if of == name)
        for student in who:
            at, allowance, due = times.arrived[name, student], times.allowed[name, student], times.due[name]
            until = due and due + allowance.extension
            days = f"{allowance.late_days}, {budget - sum(used[student].values())} left"
            cells = (
                student, roster[student].full_name if student in roster else "", _moment(at, zone),
                (_moment(until, zone) + " (extension)" * bool(allowance.extension)) if until else "no due date",
                _span(at - until) if until and at > until else "", *([days] if budget else []),
            )  # fmt: skip
            listing.add_row(*map(plain, cells))
    else:
        names = [of for of in times.due if any(of in of_one for of_one in used.values())]
        listing = table("student", "name", *names, "used", "left")
        who = sorted(student for student, of_one in used.items() if of_one) if budget else []
        for student in who:
            total = sum(used[student].values())
            full_name = roster[student].full_name if student in roster else ""
            cells = (student, full_name, *(f"{used[student].get(of, '')}" for of in names), f"{total}")
            listing.add_row(*map(plain, (*cells, f"{budget - total}")))
    if who:
        show(out, listing)
    if name:
        out.print(plain(f"{len(who)} with a known time of arrival"))
    elif budget:
        out.print(plain(f"{len(who)} have used late days, of {budget} each"))
    else:
        out.print(plain("The course has no late days; write days under [late] in course.toml."))


def _moment(moment: "datetime", zone: "tzinfo | None") -> str:
    """A moment of the gradebook, which is in UTC, in the zone of the course."""
    from datetime import UTC

    return f"{moment.replace(tzinfo=UTC).astimezone(zone or UTC):%Y-%m-%d %H:%M:%S}".removesuffix(":00")


def _span(span: "timedelta") -> str:
    """A span of time in words, such as "1 day 2:30"; it is never shown as less than it is."""
    minutes = -(-int(span.total_seconds()) // 60) or 1
    days, rest = divmod(minutes, 24 * 60)
    clock = f"{rest // 60}:{rest % 60:02}"
    return f"{days} day{'s' * (days > 1)} {clock}" if days else clock


COMMANDS = (late,)
