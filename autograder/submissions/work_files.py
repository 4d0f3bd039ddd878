"""Choose the files in a notebook's working folder while it is graded: the instructor's, and accepted files of students.

A submission's files are untrusted. They are accepted by name (`accept` in course.toml), up to a number and a size, and
those that are left out are reported.
"""

from collections.abc import Iterable

from autograder.course.course_toml import TIMESTAMP, Assignment
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.notebook.job import Files
from autograder.submissions.foreign_files import ByteBudget, Entry, Folder, Refused, read_ordinary
from autograder.text import printable, same_name, unusable_name

MAX_FILES = 200  # per submission, beside its notebooks
MAX_PATH_BYTES = 500
MAX_NAME_BYTES = 255  # the limit of common file systems


def instructors_files(workspace: Workspace, assignment: Assignment) -> Files:
    """The assignment's `files` as they were built. Raises KitError if one is missing."""
    folder = workspace.source(assignment.name)
    try:
        return tuple((name, (folder / name).read_bytes()) for name in assignment.files)
    except OSError as error:
        raise KitError(f"{error.filename} has not been built.", "Build it with: cs231n build") from None


def accepted_files(workspace: Workspace, assignment: Assignment, student: str) -> tuple[Files, list[str]]:
    """The accepted files of one submission, and remarks for the student on those left out.

    The same submission always gives the same files and remarks, so a digest of the submission should cover both.
    """
    folder = workspace.submitted(student, assignment.name)
    if not assignment.accept or folder.is_symlink() or folder.parent.is_symlink():
        return (), []
    listing = Folder(folder).listing()
    taken, left_out = take_accepted(assignment, [(entry.parts, entry) for entry in listing.files])
    left_out += [(path, why) for path, why in listing.refused if assignment.accepts(tuple(path.split("/")))]
    return tuple(taken.items()), [f"{path} was not taken: it {why}" for path, why in left_out]


def hand_in_time(workspace: Workspace, assignment: Assignment, student: str) -> tuple[str | None, list[str]]:
    """The text of timestamp.txt if nbgrader can read it as a time, else None; and remarks if it cannot be used."""
    from nbgrader.utils import parse_utc

    path = workspace.submitted(student, assignment.name) / TIMESTAMP
    try:
        data = read_ordinary(workspace.root, path.relative_to(workspace.root).parts, ByteBudget(1000))
        text = data.decode("utf-8-sig").strip()
        if text:
            parse_utc(text)
        return text or None, []
    except FileNotFoundError:
        return None, []
    except Refused as error:
        why = str(error)
    except (ValueError, OverflowError, TypeError):
        why = "does not contain a time"
    return None, [f"{TIMESTAMP} {why}, so the time of the submission is unknown"]


def take_accepted(
    assignment: Assignment, files: Iterable[tuple[tuple[str, ...], Entry]], of_class: ByteBudget | None = None
) -> tuple[dict[str, bytes], list[tuple[str, str]]]:
    """Read those files that the assignment accepts.

    Parameters
    ----------
    assignment
        The assignment, whose `accept` names them.
    files
        The path in the submission, and the entry, of each file.
    of_class
        How many bytes may still be read of the whole download.

    Returns
    -------
    dict
        The contents of the accepted files, by relative path.
    list
        (path, reason) of the files that match but are left out: there are too many, they are too large together or
        unreadable, or they have a name that some systems do not allow or that another file has.
    """
    budget = ByteBudget(assignment.limits.submission_bytes, of_class=of_class)
    names = _Names([*assignment.files, *(f"{name}.ipynb" for name in assignment.notebooks), TIMESTAMP])
    taken: dict[str, bytes] = {}
    left_out: list[tuple[str, str]] = []
    for parts, entry in sorted(files, key=lambda item: item[0]):
        if not assignment.accepts(parts):
            continue
        path = "/".join(parts)
        try:
            _check_name(parts)
            names.check(path)
            if len(taken) == MAX_FILES:
                raise Refused(f"is one of more than {MAX_FILES} files")
            budget.take(0)  # if the budget is used up, nothing more is read
            taken[path] = entry.read(budget)
            names.add(path)
        except Refused as error:
            spent = f"exceeds the {budget.limit:,} bytes that the files beside the notebooks may have together"
            left_out.append((printable(path), spent if budget.used > budget.limit else str(error)))
    return taken, left_out


def _check_name(parts: tuple[str, ...]) -> None:
    path = "/".join(parts)
    if why_not := next(filter(None, map(unusable_name, parts)), None):
        raise Refused(why_not)
    if len(path.encode()) > MAX_PATH_BYTES or max(len(part.encode()) for part in parts) > MAX_NAME_BYTES:
        raise Refused(f"has a name of more than {MAX_NAME_BYTES} bytes, or a path of more than {MAX_PATH_BYTES}")


class _Names:
    """Paths that can be in one folder together, also on file systems that ignore case or normalise letters."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.files: set[str] = set()
        self.folders: set[str] = set()
        for path in paths:
            self.add(path)

    def add(self, path: str) -> None:
        path = same_name(path)
        self.files.add(path)
        self.folders.update(_folders(path))

    def check(self, path: str) -> None:
        path = same_name(path)
        if path in self.files or path in self.folders or not self.files.isdisjoint(_folders(path)):
            raise Refused("has the same name as another file or folder")


def _folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]
