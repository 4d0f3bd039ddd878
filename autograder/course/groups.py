"""Groups that hand in as one: their members, in `groups.csv` in the workspace."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.course_tables import read_entries
from autograder.course.extensions import assignment_of, student_of
from autograder.course.roster import Roster, as_key
from autograder.course.workspace import Workspace
from autograder.text import printable

FILE = "groups.csv"
COLUMNS = ("group", "student", "assignment")


@dataclass(frozen=True)
class Groups:
    """The groups of one assignment.

    Attributes
    ----------
    members
        The ids of the members, by the name of the group, in the order of the file.
    """

    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, student: str) -> str | None:
        """The group of a student."""
        return next((group for group, members in self.members.items() if student in members), None)

    def called(self, names: Iterable[str]) -> str | None:
        """The group that has one of these names; case, width and spaces do not matter."""
        keys = {_compact(name) for name in names if name}
        return next((group for group in self.members if _compact(group) in keys), None)


def groups_path(workspace: Workspace) -> Path:
    """Where the groups of a workspace are."""
    return workspace.root / FILE


def read_groups(workspace: Workspace, roster: Roster, assignment: str) -> Groups:
    """Read the groups of an assignment; there are none if the file does not exist.

    A row without an assignment holds for all assignments for which the student has no row of their own.

    Raises
    ------
    KitError
        The file is wrong. The message names the line and the column.
    """
    found: dict[tuple[str, str], tuple[str, int]] = {}
    for entry in read_entries(groups_path(workspace), COLUMNS, required=COLUMNS[:2]):
        group = entry.texts["group"]
        if not group:
            entry.fail("group", "the cell is empty", "Write the name of the group.")
        where = assignment_of(entry, workspace) if entry.texts["assignment"] else ""
        student = student_of(entry, roster)
        if before := found.get((where, student)):
            what = f"{printable(entry.texts['student'])!r} is in the group {printable(before[0])!r} of line {before[1]}"
            entry.fail("student", what, "A student is in one group of an assignment. Remove one of the two lines.")
        found[where, student] = (group, entry.line)
    names: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    for (where, student), (group, _) in found.items():
        if where == assignment or (not where and (assignment, student) not in found):
            members.setdefault(names.setdefault(_compact(group), group), []).append(student)
    return Groups({group: tuple(students) for group, students in members.items()})


def _compact(name: str) -> str:
    return as_key(name).replace(" ", "")
