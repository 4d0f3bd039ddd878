"""Read the submissions of an earlier class: a workspace, or a download that `collect` would take.

Nothing is unpacked or placed. One submission at a time is in memory.
"""

from collections.abc import Iterator
from pathlib import Path

from autograder.course.course_toml import Assignment, Course
from autograder.errors import WorkspaceError
from autograder.submissions.choose import Choice
from autograder.submissions.collect import MAX_CLASS_BYTES, read_download
from autograder.submissions.foreign_files import ByteBudget, Refused


class EarlierClass:
    """The submissions of an earlier class.

    Parameters
    ----------
    path
        A workspace, or a folder or zip of submissions.
    course, assignment
        The course, and the assignment whose submissions are read.

    Attributes
    ----------
    name
        The name of the class for readers.
    unread
        (path, reason) of what could not be read; it grows while submissions are read.

    Raises
    ------
    KitError
        The path cannot be read, or holds no submissions.
    """

    def __init__(self, path: Path, course: Course, assignment: Assignment) -> None:
        self.name = path.resolve().name if path.is_dir() else path.stem
        self.course, self.assignment = course, assignment
        found = read_download(submitted_in(path), course, assignment)
        self.unread = list(found.unplaced)
        self._hand_ins = sorted(
            (hand_in for hand_in in found.hand_ins if not hand_in.person.id.startswith(".")),
            key=lambda hand_in: hand_in.person.id.casefold(),
        )
        self._budget = ByteBudget(MAX_CLASS_BYTES)
        if not self._hand_ins:
            why = "".join(f" {where} {reason}." for where, reason in found.unplaced[:3])
            raise WorkspaceError(
                f"{path} has no submissions for {assignment.name}.{why}",
                "Name a workspace, or a folder or zip that cs231n collect can read.",
            )

    def __len__(self) -> int:
        return len(self._hand_ins)

    def submissions(self) -> Iterator[tuple[str, dict[str, bytes] | None]]:
        """Yield (student, the files by their paths); None instead of files if there are none for this assignment."""
        for hand_in in self._hand_ins:
            student = f"{hand_in.person.id} {hand_in.person.name}".strip()
            try:
                choice = Choice(self.course, self.assignment, hand_in, self._budget)
                contents = choice.contents() if choice.files else None
                self.unread += [(student, f"{path} {why}") for path, why in choice.refused]
                yield student, contents
            except Refused as error:
                self.unread.append((student, str(error)))
                yield student, None


def submitted_in(path: Path) -> Path:
    """The folder of submissions of a workspace; any other path itself."""
    return path / "submitted" if (path / "submitted").is_dir() else path
