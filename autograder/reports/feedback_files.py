"""The feedback that goes to each student: which pages, what their files are called, and who gets none."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from autograder.course.roster import read_roster
from autograder.course.workspace import Workspace
from autograder.submissions.handed_in import handed_in


@dataclass(frozen=True)
class FeedbackFile:
    """A page of a student: the notebook, and the page's path. The page needs no other file."""

    notebook: str
    path: Path

    @property
    def name(self) -> str:
        """What the file is called where a student gets it."""
        return f"feedback-{self.notebook}.html"


def feedback_files(workspace: Workspace, assignment: str, student: str) -> list[FeedbackFile]:
    """The student's pages, in the order of the assignment's notebooks; make them first with `feedback`."""
    folder = workspace.feedback(student, assignment)
    names = workspace.course.assignment(assignment).notebooks
    return [FeedbackFile(name, path) for name in names if (path := folder / f"{name}.html").is_file()]


def digest_of(files: list[FeedbackFile]) -> str:
    """A digest of the pages. It is the same if they are made again without a change."""
    digest = hashlib.sha256()
    for file in files:
        content = file.path.read_bytes()
        digest.update(f"{file.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def without_feedback(workspace: Workspace, assignment: str, graded: Collection[str]) -> list[tuple[str, str]]:
    """(student, reason) of those who get no feedback: who have not handed in, or whose work is not graded."""
    submitted = workspace.submitted("x", assignment).parent.parent
    folders = sorted(path.name for path in submitted.iterdir()) if submitted.is_dir() else []
    there = [name for name in folders if workspace.submitted(name, assignment).is_dir() and name not in graded]
    found = [(name, "is not graded") for name in there if not name.startswith(".")]
    if read_roster(workspace):
        missing = handed_in(workspace, assignment).missing
        found += [(str(student), "has not handed in") for student in missing if student.id not in graded]
    return found
