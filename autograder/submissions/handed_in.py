"""Compare the roster with what was handed in for an assignment."""

from dataclasses import dataclass

from autograder.course.roster import Student, read_roster
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.submissions.roster_match import student_of_folder


@dataclass(frozen=True)
class HandedIn:
    """Who has handed in an assignment.

    Attributes
    ----------
    present, missing
        The students of the roster who have handed in, and those who have not.
    unknown
        The names of folders in submitted/ whose student is not in the roster.
    """

    present: list[Student]
    missing: list[Student]
    unknown: list[str]


def handed_in(workspace: Workspace, assignment: str) -> HandedIn:
    """Compare the roster with submitted/. Raises KitError if the assignment is unknown or there is no roster."""
    name = workspace.course.assignment(assignment).name
    roster = read_roster(workspace)
    if not roster:
        raise KitError("This workspace has no roster.", "Import one: cs231n roster import FILE")
    submitted = workspace.submitted("x", name).parent.parent
    folders = sorted(path.name for path in submitted.iterdir()) if submitted.is_dir() else []
    there = [f for f in folders if not f.startswith(".") and workspace.submitted(f, name).is_dir()]
    present: dict[str, Student] = {}
    unknown = []
    for folder in there:
        if student := student_of_folder(roster, folder):
            present[student.id] = student
        else:
            unknown.append(folder)
    missing = [student for id, student in roster.students.items() if id not in present]
    return HandedIn(list(present.values()), missing, unknown)
