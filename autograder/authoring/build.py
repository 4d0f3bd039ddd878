"""Build source/<assignment>/<notebook>.ipynb from the text sources, in this direction only."""

from pathlib import Path

from autograder.authoring.source import read_source, to_bytes
from autograder.authoring.student_view import arrange
from autograder.course.course_toml import Assignment
from autograder.course.workspace import Workspace
from autograder.errors import AllErrors, SourceError
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
        unlisted notebook, which nbgrader would release too. The message has all that was found.
    """
    course = workspace.course
    entry = course.assignment(assignment)
    folder = workspace.source(assignment)
    errors = AllErrors(SourceError)
    for path in _unlisted_sources(course.root, entry):
        what = f"{path} is not listed in course.toml for {entry.name}."
        hint = f"Add {path.stem!r} to its notebooks (or {path.name!r} to its files), or move the file elsewhere."
        errors.found.append(SourceError(what, hint))
    contents = {}
    for name in entry.notebooks:
        with errors.collecting():
            notebook = read_source(course.source(assignment, name))
            name_assignment(notebook, assignment)
            name_limits(notebook, entry.limits)
            arrange(notebook)
            contents[f"{name}.ipynb"] = to_bytes(notebook)
    for name in entry.files:
        with errors.collecting():
            contents[name] = _extra_file(course.root / assignment / name, assignment)
    listed = {*(f"{name}.ipynb" for name in entry.notebooks), *entry.files}
    for path in sorted(folder.glob("*.ipynb")):
        if path.name not in listed:
            what = f"{path} is not listed in course.toml for {assignment}, but nbgrader would release it."
            hint = "Move it out of the folder, or delete it if it is left over from an earlier course.toml."
            errors.found.append(SourceError(what, hint))
    errors.raise_any()
    return [folder / name for name, content in contents.items() if _write_if_changed(folder / name, content)]


def _write_if_changed(path: Path, content: bytes) -> bool:
    if path.is_file() and path.read_bytes() == content:
        return False
    write_atomically(path, content)
    return True


def _unlisted_sources(root: Path, entry: Assignment) -> list[Path]:
    listed = {f"{name}.py" for name in entry.notebooks} | set(entry.files)
    return [path for path in sorted((root / entry.name).glob("*.py")) if path.name not in listed]


def _extra_file(path: Path, assignment: str) -> bytes:
    if not path.is_file():
        raise SourceError(
            f"{path} does not exist, but course.toml lists it in files of {assignment}.",
            "Add the file, or remove it from the list.",
        )
    return path.read_bytes()
