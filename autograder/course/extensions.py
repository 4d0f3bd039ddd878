"""Extensions: until when a student may hand in an assignment, in `extensions.csv` in the workspace."""

from datetime import UTC, datetime
from pathlib import Path

from autograder.course.course_tables import Entry, read_entries
from autograder.course.moments import EXAMPLES, read_moment
from autograder.course.roster import Roster, why_no_id
from autograder.course.workspace import Workspace
from autograder.text import printable

FILE = "extensions.csv"
COLUMNS = ("student", "assignment", "until", "reason")


def extensions_path(workspace: Workspace) -> Path:
    """Where the extensions of a workspace are."""
    return workspace.root / FILE


def read_extensions(workspace: Workspace, roster: Roster) -> dict[tuple[str, str], datetime]:
    """Read the extensions; there are none if the file does not exist.

    Returns
    -------
    dict
        (assignment, student) -> until when the student may hand it in, in UTC.

    Raises
    ------
    KitError
        The file is wrong. The message names the line and the column.
    """
    found: dict[tuple[str, str], datetime] = {}
    lines: dict[tuple[str, str], int] = {}
    for entry in read_entries(extensions_path(workspace), COLUMNS, required=COLUMNS[:3]):
        place = assignment_of(entry, workspace), student_of(entry, roster)
        if before := lines.get(place):
            what = f"{printable(entry.texts['student'])!r} has an extension of {place[0]} in line {before} already"
            entry.fail("student", what, "Remove one of the two lines.")
        lines[place] = entry.line
        found[place] = _until(entry, workspace)
    return found


def assignment_of(entry: Entry, workspace: Workspace) -> str:
    """The assignment that a row names. Raises KitError if the course has none of this name."""
    name = entry.texts["assignment"]
    if name not in workspace.course.assignments:
        what = f"{printable(name)!r} is not an assignment"
        entry.fail("assignment", what, f"The assignments are {', '.join(workspace.course.assignments)}.")
    return name


def student_of(entry: Entry, roster: Roster) -> str:
    """The id of the student whom a row means: by id, login, address or alias, if there is a roster. Raises KitError."""
    text = entry.texts["student"]
    if known := roster.by_key(text):
        return known.id
    if roster:
        same_name = roster.by_name(text)
        who = f"Write the id: {' or '.join(printable(s.id) for s in same_name)}." if same_name else None
        what = f"{printable(text)!r} is no id, login, address or alias of the roster" if text else "the cell is empty"
        entry.fail("student", what, who or "Write the student's id in roster.csv.")
    if why := why_no_id(text):
        entry.fail("student", f"{printable(text)!r} {why}", "Write the name of the student's folder in submitted/.")
    return text


def _until(entry: Entry, workspace: Workspace) -> datetime:
    text = entry.texts["until"]
    zone = workspace.course.time_zone
    try:
        moment, stated = read_moment(text, zone)
    except ValueError as error:
        what = f"{printable(text)!r} {error}" if text else "the cell is empty"
        entry.fail("until", what, f"Write {EXAMPLES}.")
    if not stated and zone is None:
        what = f"{printable(text)!r} has no time zone"
        entry.fail("until", what, "Write one behind the time, or set time_zone under [course] in course.toml.")
    return moment.astimezone(UTC)
