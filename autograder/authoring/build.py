"""Build source/<assignment>/<notebook>.ipynb from the text sources, in this direction only."""

from pathlib import Path

from autograder.authoring.source import read_source, to_bytes
from autograder.authoring.student_view import arrange
from autograder.course.course_toml import Assignment
from autograder.course.workspace import Workspace
from autograder.errors import SourceError
from autograder.folders import write_atomically
from autograder.notebook.built_metadata import name_assignment, name_limits


def build(workspace: Workspace, assignment: str) -> list[Path]:
    """Write the assignment's notebooks and its extra files into the workspace's `source` folder.

    Every source is read before any file is written, and a file is written only if its bytes change.

    Returns
    -------
    list of Path
        The paths written; empty if everything was up to date.

    Raises
    ------
    CourseError
        The course has no such assignment.
    SourceError
        A source breaks a rule, a file is missing, a source is not listed in course.toml, or the folder holds an
        unlisted notebook, which nbgrader would release too.
    """
    course = workspace.course
    entry = course.assignment(assignment)
    _refuse_unlisted_sources(course.root, entry)
    contents = {}
    for name in entry.notebooks:
        notebook = read_source(course.source(assignment, name))
        name_assignment(notebook, assignment)
        name_limits(notebook, entry.limits)
        arrange(notebook)
        contents[f"{name}.ipynb"] = to_bytes(notebook)
    for name in entry.files:
        path = course.root / assignment / name
        if not path.is_file():
            raise SourceError(
                f"{path} does not exist, but course.toml lists it in files of {assignment}.",
                "Add the file, or remove it from the list.",
            )
        contents[name] = path.read_bytes()

    folder = workspace.source(assignment)
    _refuse_unlisted_notebooks(folder, contents, assignment)
    return [folder / name for name, content in contents.items() if _write_if_changed(folder / name, content)]


def _write_if_changed(path: Path, content: bytes) -> bool:
    if path.is_file() and path.read_bytes() == content:
        return False
    write_atomically(path, content)
    return True


def _refuse_unlisted_sources(root: Path, entry: Assignment) -> None:
    listed = {f"{name}.py" for name in entry.notebooks} | set(entry.files)
    for path in sorted((root / entry.name).glob("*.py")):
        if path.name not in listed:
            raise SourceError(
                f"{path} is not listed in course.toml for {entry.name}.",
                f"Add {path.stem!r} to its notebooks (or {path.name!r} to its files), or move the file elsewhere.",
            )


def _refuse_unlisted_notebooks(folder: Path, contents: dict[str, bytes], assignment: str) -> None:
    for path in sorted(folder.glob("*.ipynb")):
        if path.name not in contents:
            raise SourceError(
                f"{path} is not listed in course.toml for {assignment}, but nbgrader would release it.",
                "Move it out of the folder, or delete it if it is left over from an earlier course.toml.",
            )
