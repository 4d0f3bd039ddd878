"""Bring the due dates, times of arrival, extensions and late days of the course into the gradebook.

The facts are in files: due dates and rules in course.toml, times of arrival in submitted/, extensions in
extensions.csv. nbgrader's columns hold what follows from them, so all of nbgrader counts with it, too: `extension` is
what the instructor granted plus the late days that an assignment uses. Late days depend on all assignments, so all are
brought up to date together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.extensions import extensions_path, read_extensions
from autograder.course.roster import read_roster
from autograder.course.workspace import Workspace
from autograder.grading.late_days import Allowance, allowances
from autograder.submissions.roster_match import student_of_folder
from autograder.submissions.work_files import hand_in_time

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class CourseTimes:
    """The times of a course, in UTC without a zone, as nbgrader keeps them.

    Attributes
    ----------
    due
        assignment -> its due date, of the assignments in course.toml.
    arrived
        (assignment, student) -> when the work arrived, as far as that is known.
    allowed
        (assignment, student) -> extension and late days, of everyone who has handed in something.
    decided
        Whether these, and not the gradebook, say who has an extension.
    changed
        The assignments whose times in the gradebook were others before.
    """

    due: Mapping[str, datetime | None]
    arrived: Mapping[tuple[str, str], datetime]
    allowed: Mapping[tuple[str, str], Allowance]
    decided: bool
    changed: frozenset[str] = frozenset()

    def extension(self, assignment: str, student: str) -> timedelta | None:
        """What nbgrader's column holds for a submission: extension and late days, None without."""
        allowance = self.allowed.get((assignment, student))
        return allowance.time or None if allowance else None

    def late_days(self, student: str) -> dict[str, int]:
        """The late days that each assignment of a student uses, without those that use none."""
        found = {name: self.allowed[name, student].late_days for name in self.due if (name, student) in self.allowed}
        return {name: days for name, days in found.items() if days}


def read_times(workspace: Workspace, db: "Connection") -> CourseTimes:
    """Read the times from the files, and from the gradebook what no file says.

    Raises KitError if the roster or extensions.csv is wrong.
    """
    from nbgrader import api
    from sqlalchemy import select

    course, roster = workspace.course, read_roster(workspace)
    until = {place: _as_kept(moment) for place, moment in read_extensions(workspace, roster).items()}
    known: dict[str, datetime | None] = {
        name: due for name, due in db.execute(select(api.Assignment.name, api.Assignment.duedate))
    }
    due = {name: _as_kept(a.due) if a.due else known.get(name) for name, a in course.assignments.items()}
    submission = api.SubmittedAssignment
    query = select(api.Assignment.name, submission.student_id, submission.timestamp)
    rows = db.execute(query.join(api.Assignment, api.Assignment.id == submission.assignment_id))
    arrived = {(name, student): at for name, student, at in rows if name in due}
    for name in due:
        for student in _who_handed_in(workspace, name):
            arrived[name, student] = _arrival(workspace, name, student) or arrived.get((name, student))
    arrivals: dict[str, dict[str, datetime]] = {student: {} for _, student in arrived}
    for (name, student), at in arrived.items():
        if at:
            arrivals[student][name] = at
    ends: dict[str, dict[str, datetime]] = {}
    for (name, id), moment in until.items():
        ends.setdefault(id, {})[name] = moment
    allowed: dict[tuple[str, str], Allowance] = {}
    for student, own in arrivals.items():
        in_roster = student_of_folder(roster, student)
        found = allowances(due, ends.get(in_roster.id if in_roster else student, {}), own, course.late)
        allowed |= {(name, student): allowance for name, allowance in found.items()}
    decided = extensions_path(workspace).exists() or bool(course.late.days) or _mark(workspace).exists()
    return CourseTimes(due, {place: at for place, at in arrived.items() if at}, allowed, decided)


def bring_times(workspace: Workspace, db: "Connection") -> CourseTimes:
    """Write the times into the gradebook, in the present transaction, where they differ; and return them.

    Extensions are written once there is an extensions.csv or a budget of late days. From then on, the gradebook follows
    the files, also if they are removed. Before, what was granted through nbgrader stays.

    Raises KitError if the roster or extensions.csv is wrong.
    """
    from nbgrader import api
    from sqlalchemy import bindparam, select

    times = read_times(workspace, db)
    assignment, submission = api.Assignment, api.SubmittedAssignment
    changed: set[str] = set()
    for name, due in db.execute(select(assignment.name, assignment.duedate)).all():
        if (now := times.due.get(name)) and now != due:
            table = assignment.__table__
            db.execute(table.update().where(table.c.name == name).values(duedate=now))
            changed.add(name)
    if times.decided:
        _mark(workspace).parent.mkdir(parents=True, exist_ok=True)
        _mark(workspace).touch()
    rows = []
    query = select(submission.id, assignment.name, submission.student_id, submission.timestamp, submission.extension)
    query = query.join(assignment, assignment.id == submission.assignment_id).order_by(submission.id)
    for id, name, student, *before in db.execute(query).all():
        if name not in times.due:
            continue
        at = times.arrived.get((name, student))
        extension = times.extension(name, student) if times.decided else before[1]
        if [at, extension or None] != [before[0], before[1] or None]:
            rows.append({"which": id, "at": at, "extended": extension})
            changed.add(name)
    if rows:
        table = submission.__table__
        written = table.update().where(table.c.id == bindparam("which"))
        db.execute(written.values(timestamp=bindparam("at"), extension=bindparam("extended")), rows)
    return CourseTimes(times.due, times.arrived, times.allowed, times.decided, frozenset(changed))


def _as_kept(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _who_handed_in(workspace: Workspace, assignment: str) -> list[str]:
    pattern = workspace.submitted("*", assignment).relative_to(workspace.root)
    return [path.parent.name for path in workspace.root.glob(str(pattern)) if not path.parent.name.startswith(".")]


def _arrival(workspace: Workspace, assignment: str, student: str) -> datetime | None:
    from nbgrader.utils import parse_utc

    text, _ = hand_in_time(workspace, workspace.course.assignment(assignment), student)
    return parse_utc(text) if text else None


def _mark(workspace: Workspace) -> Path:
    """A file that exists once the kit has written extensions into the gradebook."""
    return workspace.root / ".cs231n" / "extensions"
