"""The edition for an assignment: the library without the answers to it and to all later assignments.

One mechanism serves both sides: a release packs the edition for students, and the grader imports
it, so that a student's code finds exactly what the student had.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from autograder.course.course_toml import Course, Edition
from autograder.errors import CourseError
from autograder.folders import complete_folder

# what tools leave behind; none of it is anybody's source
LEFTOVER_FOLDERS = {"__pycache__", "build", "dist", "node_modules"}
LEFTOVER_SUFFIXES = (
    ".pyc", ".pyo", ".so", ".pyd", ".dll", ".dylib", ".o", ".a", ".c", ".cpp",
    ".egg-info", ".dist-info", ".bak", ".orig", ".rej", "~",
)  # fmt: skip
EXTENSION_MODULES = (".so", ".pyd")


def files(course: Course, assignment: str) -> list[tuple[str, Path]]:
    """The files of the edition: (path relative to the edition, absolute path), sorted.

    Raises:
        CourseError: an include or an answer in course.toml names a file that is not there (an
            answer with a typing mistake in its name would be released).
    """
    if course.edition is None:
        course.assignment(assignment)
        return []
    _check_paths(course)
    left_out = set(course.answers(assignment))
    return [(path, course.edition.root / path) for path in _included(course.edition) if path not in left_out]


def answer_files(course: Course, assignment: str) -> list[tuple[str, Path]]:
    """What `files` leaves out as answers: (relative path, absolute path), sorted."""
    course.assignment(assignment)
    if course.edition is None:
        return []
    _check_paths(course)
    return [(path, course.edition.root / path) for path in course.answers(assignment)]


def write(course: Course, assignment: str, folder: Path) -> list[Path]:
    """Copy the edition into `folder`, beside what is there; CourseError if a name is taken."""
    written = []
    for name, path in files(course, assignment):
        target = folder / name
        if target.exists():
            raise CourseError(
                f"The edition and the notebooks of {assignment} both have a file {name}.",
                "Rename one, or change include in course.toml.",
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        target.chmod(0o644)
        written.append(target)
    return written


def importable(course: Course, assignment: str, cache_dir: Path | str, without: tuple[str, ...] = ()) -> Path | None:
    """A folder to put first on PYTHONPATH, so that the package imported is the edition's, but for the files `without`.

    It holds the package, with the extension modules compiled here, and the data folders that go
    with it. Its name is a hash of its contents, so a change of the library makes a new folder;
    one that is there is complete. None for a course without an edition.
    """
    if course.edition is None:
        return None
    contents = _importable_files(course, assignment, set(without))
    digest = hashlib.sha256()
    for name, path in contents:
        digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    cache_dir = Path(cache_dir).resolve()
    target = cache_dir / f"{assignment}-{digest.hexdigest()[:16]}"
    if target.is_dir():
        return target

    with complete_folder(target) as building:
        for name, path in contents:
            (building / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, building / name)
    return target


def is_leftover(path: PurePosixPath) -> bool:
    """Whether a tool made this file: byte-code, compiled or generated code, backups, hidden files."""
    return any(
        part in LEFTOVER_FOLDERS or part.startswith(".") or part.endswith(LEFTOVER_SUFFIXES) for part in path.parts
    )


def _included(edition: Edition) -> list[str]:
    found = set()
    for entry in edition.include:
        path = edition.root / entry
        for file in _walk(path) if path.is_dir() else [path]:
            name = PurePosixPath(file.relative_to(edition.root).as_posix())
            if not is_leftover(name):
                found.add(str(name))
    return sorted(found)


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):  # does not follow links to folders
        folders.sort()
        for name in sorted(names):
            yield Path(parent) / name


def _importable_files(course: Course, assignment: str, without: set[str]) -> list[tuple[str, Path]]:
    """The package, its extension modules, and the data beside it: no build files, no other package."""
    edition = course.edition
    chosen = []
    for name, path in files(course, assignment):
        top = PurePosixPath(name).parts[0]
        data = top != name and not _holds_code(edition.root / top)
        if (top == edition.package or data) and name not in without:
            chosen.append((name, path))
    left_out = {str(PurePosixPath(name).with_suffix("")) for name in (*course.answers(assignment), *without)}
    for path in _walk(edition.root / edition.package):
        name = PurePosixPath(path.relative_to(edition.root).as_posix())
        module = str(name.parent / name.name.split(".")[0])
        if name.suffix in EXTENSION_MODULES and module not in left_out and not is_leftover(name.parent):
            chosen.append((str(name), path))
    return sorted(chosen)


def _holds_code(folder: Path) -> bool:
    """Whether it is a package with modules; a folder of data may have an `__init__.py`, by which it is installed."""
    return any(path.suffix == ".py" and path.name != "__init__.py" for path in _walk(folder))


def _check_paths(course: Course) -> None:
    edition = course.edition
    toml = course.root / "course.toml"
    for entry in edition.include:
        if not (edition.root / entry).exists():
            raise CourseError(f"{toml}: [edition] include: {edition.root / entry} does not exist.")
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
                    f"Correct the name: only a file that is named right is left out {where}.",
                )
