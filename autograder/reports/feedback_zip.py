"""Write a class's feedback pages into one zip, in the layout that a learning platform takes in bulk.

Moodle, Canvas and Brightspace recognize the student by the names of their own downloads, which `collect` has recorded
(upload_names.py). docs/canvas.md and the pages beside it say where that is documented.
"""

import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.course_toml import Course
from autograder.course.groups import read_groups
from autograder.course.roster import read_roster
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.reports.feedback_files import FeedbackFile, feedback_files
from autograder.submissions.layouts import notebook_stem, notebooks_named
from autograder.submissions.platforms import read_name
from autograder.submissions.upload_names import UploadName, UploadNames
from autograder.text import printable

NO_TIME = (1980, 1, 1, 0, 0, 0)  # so that the same pages give the same bytes


@dataclass(frozen=True)
class Layout:
    """How a platform takes feedback in bulk.

    Attributes
    ----------
    name
        The platform's name; "" if none is meant.
    path
        A function from a name in the platform's download and a page to the page's path in the zip.
    where
        Where an instructor uploads the zip.
    note
        What an instructor should know about it, or "".
    """

    name: str
    path: Callable[[str, FeedbackFile], str]
    where: str
    note: str = ""


def _canvas(prefix: str, page: FeedbackFile) -> str:
    # Canvas takes the name apart at each "_", and ignores a file whose last part begins with "link"
    return f"{prefix}_{page.name.replace('_', '-')}"


LAYOUTS = {
    "moodle": Layout(
        "Moodle",
        lambda prefix, page: f"{prefix}_/{page.name}",
        "the assignment, Submissions, Actions, Upload multiple feedback files in a zip",
    ),
    "canvas": Layout(
        "Canvas",
        _canvas,
        "the assignment, Re-Upload Submissions",
        "Canvas shows each page under the name of the file that the student handed in, such as knn.ipynb. Tell "
        "students to save it and to rename it to end in .html",
    ),
    "brightspace": Layout(
        "Brightspace",
        lambda prefix, page: f"{prefix}/{page.name}",
        "the assignment, Add Feedback Files",
    ),
    "plain": Layout("", lambda student, page: f"{student}/{page.name}", ""),
}
NO_LAYOUTS = {  # no way to upload feedback files in bulk is documented
    "blackboard": "Blackboard takes feedback files for one attempt at a time.",
    "gradescope": "Gradescope shows students its own results, and takes no files for them.",
    "github": "GitHub Classroom gives feedback in a pull request of each repository.",
}


@dataclass
class Zipped:
    """What was written.

    Attributes
    ----------
    students, pages
        How many students and pages are in the zip.
    left_out
        (student, reason) of those who have pages that are not in the zip.
    """

    students: int = 0
    pages: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)


def zip_feedback(
    workspace: Workspace, assignment: str, students: Iterable[str], platform: str, out: Path | str
) -> Zipped:
    """Write the pages of these students into the zip `out`, completely or not at all.

    The same pages give the same bytes.

    Parameters
    ----------
    workspace
        Where the pages are; make them first with `feedback`.
    assignment
        The assignment's name.
    students
        Whose pages to write.
    platform
        A key of `LAYOUTS`.
    out
        The file to write.

    Raises
    ------
    KitError
        The platform takes no feedback in bulk, nobody's pages can be written for it, or `out` cannot be written.
    """
    if platform in NO_LAYOUTS:
        raise KitError(NO_LAYOUTS[platform], "Send the pages by mail with --mail, or write them with --zip plain.")
    layout = LAYOUTS[platform]
    name = workspace.course.assignment(assignment).name
    names = UploadNames(workspace, name)
    groups = read_groups(workspace, read_roster(workspace), name)
    result = Zipped()
    entries: dict[str, Path] = {}
    for student in students:
        pages = feedback_files(workspace, assignment, student)
        known = names.of(student, layout.name) if layout.name else [UploadName(student)]
        paths = {page: _path(layout, known, page, workspace.course) for page in pages}
        if why := _why_not(layout, known, [*paths.values()], groups.of(student)):
            result.left_out.append((student, why))
            continue
        entries |= {path: page.path for page, path in paths.items() if path}
        result.students += 1
        result.pages += len(paths)
    if not entries:
        why = result.left_out[0][1] if result.left_out else "no page has been made"
        raise KitError(f"Nobody's feedback can be written for {platform}: {why}.")
    _write(Path(out), entries)
    return result


def _path(layout: Layout, known: list[UploadName], page: FeedbackFile, course: Course) -> str | None:
    """The page's path in the zip; None if no known name fits."""
    if not layout.name:
        return layout.path(known[0].prefix, page)
    # of several files, the one that holds this notebook; Canvas shows the page in its place
    of_notebook = [n for n in known if page.notebook in notebooks_named(notebook_stem(n.file), course)]
    for name in reversed([*known, *of_notebook]):
        path = layout.path(name.prefix, page)
        upload = read_name(path.partition("/")[0])
        if upload and upload.person.platform == layout.name and (upload.file or "/" in path):
            return path
    return None


def _why_not(layout: Layout, known: list[UploadName], paths: list[str | None], group: str | None) -> str:
    """Why a student's pages cannot be in the zip; "" if they can."""
    if not paths:
        return "has no page"
    if not known and group:
        return f"the download of {layout.name} names the group {printable(group)} or another member; send it by mail"
    if not known:
        return f"no download of {layout.name} is known that has this student; collect it, if need be again"
    if None in paths:
        return f"handed in no file on {layout.name}, which takes feedback only to a file"
    try:
        "".join(filter(None, paths)).encode()
    except UnicodeEncodeError:
        return f"the name {printable(known[0].prefix)!r} in the download is not Unicode"
    return ""


def _write(out: Path, entries: dict[str, Path]) -> None:
    """Write the zip beside its place, and move it there when it is complete. Only its owner can read it."""
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w") as archive:
                for name in sorted(entries):
                    info = zipfile.ZipInfo(name, NO_TIME)
                    info.external_attr = 0o644 << 16
                    archive.writestr(info, entries[name].read_bytes(), zipfile.ZIP_DEFLATED)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, out)
    except BaseException as error:
        if temporary:
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise KitError(
                f"Cannot write {printable(out)}: {error.strerror}.", "Choose another file with -o."
            ) from None
        raise
