"""Make a release for students, as a folder and a zip: notebooks without solutions, the library's edition, a README."""

import logging
import os
import re
import shutil
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from nbformat import NotebookNode

from autograder.authoring import leaks
from autograder.authoring.build import build
from autograder.course import edition
from autograder.course.course_toml import Assignment, Course
from autograder.course.nbgrader_globs import take_literally
from autograder.course.workspace import Workspace
from autograder.errors import ReleaseError

if TYPE_CHECKING:
    from autograder.authoring.recorded_cells import Changes, RecordedNotebook

# The date of every file in a zip unless SOURCE_DATE_EPOCH gives another, so that the same files make the same zip.
ZIP_DATE = datetime(2026, 1, 1, tzinfo=UTC)
_CONDITIONAL = re.compile(r"<!-- if (?P<no>no )?(?P<fact>\w+) -->\n(?P<text>.*?)<!-- end -->\n", re.DOTALL)


@dataclass(frozen=True)
class ReleaseResult:
    """The release that `release` made: a folder, and a zip of it."""

    folder: Path
    zip: Path
    files: tuple[str, ...]  # relative to the folder, sorted
    changes: "Changes"


def release(workspace: Workspace, assignment: str, discard_marks: bool = False) -> ReleaseResult:
    """Build the assignment and release it to `release/<assignment>/` and `release/<assignment>.zip`.

    The assignment, its cells and its due date go into the gradebook. The release is made and checked in another folder,
    and then put in place. So a release that is refused changes neither the earlier release nor the gradebook.

    Raises
    ------
    SourceError, CourseError
        See `build.build` and `edition.files`.
    ReleaseError
        A solution or a hidden test would leak; a cell is gone for which people have given points or comments, and
        `discard_marks` is false; or nbgrader refuses a notebook.
    """
    from autograder.authoring import recorded_cells

    entry = workspace.course.assignment(assignment)
    build(workspace, assignment)
    folder = workspace.release(assignment)
    building = folder.parent / f".{assignment}.building"
    shutil.rmtree(building, ignore_errors=True)
    try:
        fresh, cells = _generate(workspace, assignment, building / "checked")
        (fresh / "README.md").write_text(_readme(workspace.course, entry), encoding="utf-8")
        edition.write_edition(workspace.course, assignment, fresh)
        packed = write_zip(fresh, building / f"{assignment}.zip", top=assignment)
        _refuse_leaks(workspace.course, assignment, packed)
        changes = recorded_cells.record(workspace, entry, cells, discard_marks)
        _replace(folder, fresh, building / "before")
        os.replace(packed, folder.with_name(f"{assignment}.zip"))
    finally:
        shutil.rmtree(building, ignore_errors=True)
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return ReleaseResult(folder, folder.with_name(f"{assignment}.zip"), tuple(names), changes)


def record_cells(workspace: Workspace, assignment: str, scratch: Path) -> None:
    """Write the built assignment, its cells and its due date to the gradebook. `scratch` is a folder to work in."""
    from autograder.authoring import recorded_cells

    _, cells = _generate(workspace, assignment, scratch)
    recorded_cells.record(workspace, workspace.course.assignment(assignment), cells)


def write_zip(folder: Path, path: Path, top: str) -> Path:
    """Zip `folder` as one folder called `top`, sorted and with one fixed date: the same files give the same bytes."""
    date = _zip_date()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(folder.rglob("*"), key=lambda file: file.relative_to(folder).as_posix()):
            if file.is_file():
                info = zipfile.ZipInfo(f"{top}/{file.relative_to(folder).as_posix()}", date)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.create_system = 3  # Unix, whichever system makes the zip
                info.external_attr = 0o100644 << 16
                archive.writestr(info, file.read_bytes())
    return path


def _zip_date() -> tuple[int, int, int, int, int, int]:
    """The date of files in a zip, see https://reproducible-builds.org/specs/source-date-epoch/."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    date = datetime.fromtimestamp(int(given), UTC) if given.isdecimal() else ZIP_DATE
    year, month, day, hour, minute, second = date.timetuple()[:6]
    return max(year, 1980), month, day, hour, minute, second  # a zip cannot represent earlier years


def _generate(workspace: Workspace, assignment: str, into: Path) -> tuple[Path, dict[str, "RecordedNotebook"]]:
    """Run nbgrader's GenerateAssignment with `into` as its release directory.

    Returns the folder that it made, and what the gradebook has to hold of each notebook: what nbgrader's SaveCells
    would write there, which `recorded_cells` does in its place.
    """
    from nbconvert.exporters import NotebookExporter
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.preprocessors import NbGraderPreprocessor

    from autograder.authoring.recorded_cells import read_cells_of

    take_literally(str(workspace.root))
    log = _Log()
    failures: list[tuple[str, Exception]] = []

    class Generate(GenerateAssignment):
        def convert_single_notebook(self, notebook_filename: str) -> None:
            try:
                super().convert_single_notebook(notebook_filename)
            except Exception as error:
                failures.append((Path(notebook_filename).name, error))
                raise

    cells = {}

    class NoteCells(NbGraderPreprocessor):
        def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
            cells[resources["nbgrader"]["notebook"]] = read_cells_of(nb)
            return nb, resources

    coursedir = CourseDirectory(
        config=workspace.config,
        log=log,
        root=str(workspace.root),
        assignment_id=assignment,
        release_directory=str(into),
        db_url=workspace.db_url,
        course_id=workspace.course_id,
    )
    converter = Generate(coursedir=coursedir, config=workspace.config, log=log)
    converter.exporter_class = NotebookExporter  # the one in nbgrader_config.py would run `cs231n release`
    names = [_dotted_name(preprocessor) for preprocessor in converter.preprocessors]
    save = next((place for place, name in enumerate(names) if name.endswith(".SaveCells")), len(names))
    converter.no_database = True
    converter.preprocessors = [*names[:save], NoteCells, *names[save + 1 :]]
    try:
        converter.start()
    except Exception as error:
        if failures:
            notebook, cause = failures[0]
            raise ReleaseError(f"nbgrader cannot release {notebook}: {type(cause).__name__}: {cause}.") from error
        said = log.errors[-1].strip().splitlines()[-1] if log.errors else str(error)
        raise ReleaseError(f"nbgrader cannot release {assignment}: {said.rstrip('.')}.") from error
    return Path(coursedir.format_path(str(into), ".", assignment)), cells


class _Log(logging.Logger):
    """nbgrader's log, which prints nothing and keeps the error messages."""

    def __init__(self) -> None:
        super().__init__("nbgrader", logging.ERROR)
        self.errors: list[str] = []

    def handle(self, record: logging.LogRecord) -> None:
        self.errors.append(record.getMessage())


def _dotted_name(preprocessor: str | type) -> str:
    if isinstance(preprocessor, str):
        return preprocessor
    return f"{preprocessor.__module__}.{preprocessor.__name__}"


def _readme(course: Course, entry: Assignment) -> str:
    template = resources.files("autograder.authoring") / "templates" / "README.md.template"
    notebooks = [f"{name}.ipynb" for name in entry.notebooks]
    due = f" Due {entry.due_written:%A, %d %B %Y, %H:%M (%Z)}." if entry.due_written else ""
    return Template(_only_what_is_true(template.read_text(encoding="utf-8"), course, entry)).substitute(
        title=entry.title,
        assignment=entry.name,
        course_title=course.title,
        due=due,
        kit=f"./{course.edition.folder}" if course.edition and course.edition.folder else ".",
        first_notebook=notebooks[0],
        notebooks="The notebooks, in this order: " + ", ".join(f"`{name}`" for name in notebooks) + "."
        if len(notebooks) > 1
        else f"There is one notebook: `{notebooks[0]}`.",
        checks="\n".join(["```", *(f"cs231n check {name}" for name in notebooks), "```"]),
        hand_in="\n".join(f"- `{name}`" for name in notebooks),
    )


def _only_what_is_true(template: str, course: Course, entry: Assignment) -> str:
    """The template with only those conditional parts that are true for this release."""
    released = {name for name, _ in edition.files(course, entry.name)}
    pages = {Path(page).name for page in course.edition.pages} if course.edition else set()
    facts = {
        "package": not released.isdisjoint({"pyproject.toml", "setup.py"}),
        "command": "autograder/cli/command.py" in released,
        "data": "cs231n_lib/data/__init__.py" in released,
        "students_page": "students.md" in pages,
        "library_page": "library.md" in pages,
    }

    def chosen(part: re.Match[str]) -> str:
        return part["text"] if facts[part["fact"]] is not bool(part["no"]) else ""

    return re.sub(r"\n{3,}", "\n\n", _CONDITIONAL.sub(chosen, template))


def _refuse_leaks(course: Course, assignment: str, packed: Path) -> None:
    found = leaks.find_leaks(packed, leaks.secrets(course, assignment))
    if found:
        shown = [f"  {leak}" for leak in found[:10]]
        if len(found) > 10:
            shown.append(f"  ... and {len(found) - 10} more")
        raise ReleaseError(
            "\n".join([f"{assignment} was not released: it contains material that students must not have.", *shown]),
            "Remove each of these from the file that its line names first, and release again.",
        )


def _replace(folder: Path, fresh: Path, aside: Path) -> None:
    if folder.exists():
        os.rename(folder, aside)
    try:
        os.rename(fresh, folder)
    except BaseException:
        if aside.exists():
            os.rename(aside, folder)
        raise
