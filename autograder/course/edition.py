"""Make the edition for an assignment: the library without the answers to it and to all later assignments.

A release packs the edition for students, and the grader imports the same edition. So a student's code finds exactly
the library that the student had.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from autograder.course.course_toml import Course, Edition
from autograder.errors import CourseError
from autograder.folders import complete_folder

# files and folders that tools generate; none of them is source code
LEFTOVER_FOLDERS = {"__pycache__", "build", "dist", "node_modules"}
LEFTOVER_SUFFIXES = (
    ".pyc", ".pyo", ".so", ".pyd", ".dll", ".dylib", ".o", ".a", ".c", ".cpp",
    ".egg-info", ".dist-info", ".bak", ".orig", ".rej", "~",
)  # fmt: skip
EXTENSION_MODULES = (".so", ".pyd")
ABOUT = "edition.toml"  # a file in the package that says which edition it is; cs231n_lib/edition.py reads it
_INSTRUCTORS_LINES = re.compile(
    rb"^[ \t]*### BEGIN INSTRUCTOR[ \t]*\r?\n.*?^[ \t]*### END INSTRUCTOR[ \t]*(\r?\n|\Z)", re.MULTILINE | re.DOTALL
)
_INSTRUCTORS_MARKER = re.compile(rb"^[ \t]*### (BEGIN|END) INSTRUCTOR[ \t]*\r?$", re.MULTILINE)


def files(course: Course, assignment: str) -> list[tuple[str, Path]]:
    """List the files of the edition: (path relative to the edition, absolute path), sorted.

    Raises
    ------
    CourseError
        An include, an exclude or an answer in course.toml names a missing file. (An answer whose name is misspelt would
        be released.)
    """
    if course.edition is None:
        course.assignment(assignment)
        return []
    _check_paths(course, course.edition)
    left_out = set(course.answers(assignment))
    return [(path, course.edition.root / path) for path in _included(course.edition) if path not in left_out]


def answer_files(course: Course, assignment: str) -> list[tuple[str, Path]]:
    """List the answers, which `files` leaves out: (relative path, absolute path), sorted."""
    course.assignment(assignment)
    if course.edition is None:
        return []
    _check_paths(course, course.edition)
    return [(path, course.edition.root / path) for path in course.answers(assignment)]


def write_edition(course: Course, assignment: str, folder: Path) -> list[Path]:
    """Write the edition and the pages for students into `folder`, which holds the notebooks.

    The edition goes into the subfolder that course.toml names, and the pages go beside the notebooks.

    Raises
    ------
    CourseError
        `folder` already has a file of the same name.
    """
    edition = course.edition
    if edition is None:
        course.assignment(assignment)
        return []
    named = files(course, assignment)
    contents = {str(PurePosixPath(edition.folder, name)): students_part(path) for name, path in named}
    contents[str(PurePosixPath(edition.folder, edition.package, ABOUT))] = _about(course, edition, assignment)
    for page in edition.pages:
        contents[PurePosixPath(page).name] = students_part(edition.root / page)
    for name, content in contents.items():
        target = folder / name
        if target.exists():
            raise CourseError(
                f"The edition and the notebooks of {assignment} both have a file {name}.",
                "Rename one, or change include in course.toml.",
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o644)
    return [folder / name for name in contents]


def importable(course: Course, assignment: str, cache_dir: Path | str, without: tuple[str, ...] = ()) -> Path | None:
    """Make a folder to put first on PYTHONPATH, so that Python imports the edition's packages.

    The folder holds the packages, the extension modules compiled on this machine, and the packages' data folders. Its
    name is a hash of its contents, so a change of the library makes a new folder. A folder that exists is complete.

    Parameters
    ----------
    course, assignment
        The course and the assignment of the edition.
    cache_dir
        The folder in which to make the new one.
    without
        Further files of the edition to leave out.

    Returns
    -------
    Path or None
        None for a course without an edition.
    """
    edition = course.edition
    if edition is None:
        return None
    chosen = _importable_files(course, edition, assignment, set(without))
    contents = [(name, students_part(path)) for name, path in chosen]
    contents.append((f"{edition.package}/{ABOUT}", _about(course, edition, assignment)))
    digest = hashlib.sha256()
    for name, content in contents:
        digest.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    cache_dir = Path(cache_dir).resolve()
    target = cache_dir / f"{assignment}-{digest.hexdigest()[:16]}"
    if target.is_dir():
        return target

    with complete_folder(target) as building:
        for name, content in contents:
            (building / name).parent.mkdir(parents=True, exist_ok=True)
            (building / name).write_bytes(content)
    return target


def is_leftover(path: PurePosixPath) -> bool:
    """Whether a tool made this file: byte code, compiled or generated code, a backup or a hidden file."""
    return any(
        part in LEFTOVER_FOLDERS or part.startswith(".") or part.endswith(LEFTOVER_SUFFIXES) for part in path.parts
    )


def students_part(path: Path) -> bytes:
    """Read a file as students get it: without the lines from `### BEGIN INSTRUCTOR` to `### END INSTRUCTOR`.

    Raises
    ------
    CourseError
        One of the two markers is missing.
    """
    content = path.read_bytes()
    if b" INSTRUCTOR" not in content:
        return content
    content = _INSTRUCTORS_LINES.sub(b"", content)
    if left := _INSTRUCTORS_MARKER.search(content):
        raise CourseError(
            f"{path}: {left[0].decode().strip()!r} has no matching marker.",
            "Put the instructor's lines between ### BEGIN INSTRUCTOR and ### END INSTRUCTOR.",
        )
    return content


def _about(course: Course, edition: Edition, assignment: str) -> bytes:
    """The text of edition.toml, from which cs231n_lib/edition.py learns which edition it belongs to."""
    order = list(course.assignments)
    later = dict(zip(order, [*order[1:], ""], strict=True))
    lines = [
        "# Which edition of the library this is, and which assignment's release adds each missing module.",
        f"assignment = {json.dumps(assignment)}",
        f"assignments = {json.dumps(order)}",
        "",
        "[left_out]",
    ]
    for entry in course.from_here_on(assignment):
        for path in map(PurePosixPath, sorted(entry.answers)):
            if path.suffix == ".py" and path.parts[0] in edition.packages:
                lines.append(f'"{".".join(path.with_suffix("").parts)}" = {json.dumps(later[entry.name])}')
    return ("\n".join(lines) + "\n").encode()


def _included(edition: Edition) -> list[str]:
    found = set()
    for name in _files_under(edition, edition.include):
        if not is_leftover(PurePosixPath(name)):
            found.add(name)
    return sorted(found - set(_files_under(edition, edition.exclude)))


def _files_under(edition: Edition, entries: tuple[str, ...]) -> Iterator[str]:
    for entry in entries:
        path = edition.root / entry
        for file in _walk(path) if path.is_dir() else [path]:
            yield file.relative_to(edition.root).as_posix()


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):  # does not follow links to folders
        folders.sort()
        for name in sorted(names):
            yield Path(parent) / name


def _importable_files(course: Course, edition: Edition, assignment: str, without: set[str]) -> list[tuple[str, Path]]:
    """The packages, their extension modules, and the data folders beside them; no build files or other packages."""
    chosen = []
    for name, path in files(course, assignment):
        top = PurePosixPath(name).parts[0]
        data = top != name and not _holds_code(edition.root / top)
        if (top in edition.packages or data) and name not in without:
            chosen.append((name, path))
    left_out = {str(PurePosixPath(name).with_suffix("")) for name in (*course.answers(assignment), *without)}
    for path in (path for package in edition.packages for path in _walk(edition.root / package)):
        relative = PurePosixPath(path.relative_to(edition.root).as_posix())
        module = str(relative.parent / relative.name.split(".")[0])
        if relative.suffix in EXTENSION_MODULES and module not in left_out and not is_leftover(relative.parent):
            chosen.append((str(relative), path))
    return sorted(chosen)


def _holds_code(folder: Path) -> bool:
    """Whether it is a package with modules; a data folder may have an `__init__.py` too, so that it is installed."""
    return any(path.suffix == ".py" and path.name != "__init__.py" for path in _walk(folder))


def _check_paths(course: Course, edition: Edition) -> None:
    toml = course.root / "course.toml"
    for key in ("include", "exclude", "pages"):
        for entry in getattr(edition, key):
            if not (edition.root / entry).exists():
                raise CourseError(f"{toml}: [edition] {key}: {edition.root / entry} does not exist.")
    for entry in edition.exclude:
        if not any(PurePosixPath(entry).is_relative_to(included) for included in edition.include):
            raise CourseError(
                f"{toml}: [edition] exclude: {entry} is not under the edition's include.",
                "Exclude only files and folders that include covers.",
            )
    included = set(_included(edition))
    for assignment in course.assignments.values():
        named = [("answers", path) for path in assignment.answers]
        named += [("graded_without", path) for paths in assignment.graded_without.values() for path in paths]
        for key, path in named:
            if path not in included:
                exists = (edition.root / path).exists()
                problem = "is not under the edition's include" if exists else "does not exist"
                where = "of the release" if key == "answers" else "when the notebook is graded"
                raise CourseError(
                    f"{toml}: {key} of {assignment.name!r}: {edition.root / path} {problem}.",
                    f"Correct the name: a misspelt file is not left out {where}.",
                )
