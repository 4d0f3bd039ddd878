"""Make feedback pages for submissions whose notebook or marks have changed, and an index page for each student."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import nbformat
from nbformat.v4.rwbase import rejoin_lines

from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.folders import write_atomically
from autograder.grading.hand_marks import line_counts, ticked_lines
from autograder.grading.late import bring_all_up_to_date
from autograder.grading.receipts import code_digest
from autograder.grading.times import read_times
from autograder.reports.feedback_marks import NotebookMarks, Submission, read_marks, read_names
from autograder.reports.feedback_page import Heading, Source, index_page, notebook_page, source_of
from autograder.reports.harmless import TookTooLong

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

# The modules that decide how a page looks; a test compares them with what feedback_page.py imports.
PAGE_MODULES = (
    "notebook/cell_record.py", "notebook/outcomes.py", "notebook/page_cleaner.py", "notebook/pictures.py",
    "reports/feedback_marks.py", "reports/feedback_page.py", "reports/harmless.py", "reports/mathml.py",
    "reports/page_templates.py", "reports/rendered.py", "storable.py", "text.py",
    "reports/templates/feedback.css", "reports/templates/feedback.html.j2", "reports/templates/feedback_base.html.j2",
    "reports/templates/work.html.j2",
)  # fmt: skip
# they render Markdown, formulas, code and colours, and clean HTML
PAGE_PACKAGES = ("nbconvert", "mistune", "latex2mathml", "pygments", "nh3")
MADE_FROM = ".made-from"  # the file beside the pages with the digest of what they were made from


@dataclass
class MadeFeedback:
    """The result of making pages; it grows with each student.

    Attributes
    ----------
    folder
        The folder that holds all the students' folders.
    made, unchanged
        The students whose pages were made, or were up to date.
    failed
        (student, reason) of pages that could not be made.
    """

    folder: Path
    made: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def feedback(
    workspace: Workspace,
    assignment: str,
    students: Iterable[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> MadeFeedback:
    """Write feedback/STUDENT/ASSIGNMENT/*.html for graded submissions whose notebook or marks have changed.

    Parameters
    ----------
    workspace
        Where the graded notebooks are.
    assignment
        The assignment's name.
    students
        Make pages only for these students; None: for all who have been graded.
    progress
        Called as progress(done, total) after each student.

    Raises
    ------
    KitError
        The assignment is unknown, no submission has been graded, or a named student's has not been.
    """
    workspace.course.assignment(assignment)
    graded = _graded(workspace, assignment)
    wanted = sorted(set(students)) if students else graded
    if not graded:
        raise KitError(f"No submission of {assignment} has been graded.", f"Run: cs231n grade {assignment}")
    for student in wanted:
        if student not in graded:
            has = f"There are graded submissions of {', '.join(graded[:10])}{', ...' if len(graded) > 10 else ''}."
            raise KitError(f"{student!r} has no graded submission of {assignment}.", has)

    result = MadeFeedback(folder=workspace.feedback("x", assignment).parent.parent)
    with workspace.gradebook() as gradebook:
        not_known = bring_all_up_to_date(workspace, gradebook, assignment)
        pages = Pages(workspace, gradebook, assignment)
    for done, student in enumerate(wanted, start=1):
        if student in not_known:
            result.failed.append((student, not_known[student]))
        else:
            pages.make(student, result)
        if progress:
            progress(done, len(wanted))
    return result


def _graded(workspace: Workspace, assignment: str) -> list[str]:
    root = workspace.autograded("x", assignment).parent.parent
    names = [path.name for path in root.iterdir()] if root.is_dir() else []
    return sorted(n for n in names if not n.startswith(".") and any(_notebooks(workspace, assignment, n)))


def _notebooks(workspace: Workspace, assignment: str, student: str) -> list[Path]:
    return sorted(workspace.autograded(student, assignment).glob("*.ipynb"))


class Pages:
    """Makes the pages of an assignment, one student at a time. The gradebook is read once, for the class."""

    def __init__(self, workspace: Workspace, gradebook: "Gradebook", assignment: str):
        self.workspace, self.assignment = workspace, workspace.course.assignment(assignment)
        self.marks = {name: read_marks(gradebook, name) for name in workspace.course.assignments}
        self.names = read_names(gradebook)
        self.budget = workspace.course.late.days
        self.times = read_times(workspace, gradebook.db.connection()) if self.budget else None
        self.ticks: dict[tuple[str, str], dict[str, list[tuple[float, str]]]] = {}
        for (student, notebook, cell), lines in ticked_lines(gradebook, assignment).items():
            self.ticks.setdefault((student, notebook), {})[cell] = lines
        self.schemes: dict[
            str, dict[str, list[tuple[float, str]]]
        ] = {}  # by notebook and cell, if students may read it
        for notebook, cell, points, text, _ in (
            line_counts(gradebook, assignment) if self.assignment.show_scheme else ()
        ):
            self.schemes.setdefault(notebook, {}).setdefault(cell, []).append((points, text))
        self.sources: dict[str, Source] = {}
        shared = hashlib.sha256(code_digest(PAGE_MODULES))
        shared.update("".join(f"{name}=={version(name)}" for name in PAGE_PACKAGES).encode())
        for name in self.assignment.notebooks:
            path = workspace.source(assignment) / f"{name}.ipynb"
            self.sources[name] = source_of(path, name)
            shared.update(path.read_bytes() if path.is_file() else b"")
        self.shared = shared.hexdigest()  # what the pages of the whole class depend on

    def make(self, student: str, result: MadeFeedback) -> None:
        """Make a student's pages if they are not up to date, and note in `result` what happened."""
        folder = self.workspace.feedback(student, self.assignment.name)
        try:
            digest = self._digest(student)
            receipt = folder / MADE_FROM
            if receipt.is_file() and receipt.read_text(encoding="utf-8") == digest:
                result.unchanged.append(student)
            else:
                self._write(student, folder)
                write_atomically(receipt, digest.encode())
                result.made.append(student)
            self._write_index(student)
        except Exception as error:  # one student's pages must not keep the others from theirs
            result.failed.append((student, str(error) if isinstance(error, KitError) else _in_words(error)))

    def _submission(self, student: str) -> Submission:
        try:
            return self.marks[self.assignment.name][student]
        except KeyError:
            raise KitError("The gradebook has no submission of this student; grade it again.") from None

    def _digest(self, student: str) -> str:
        """A digest of the graded notebooks, all that the gradebook says of them, and the page-making code."""
        one = self._submission(student)
        shown = self.assignment.show_hidden_tests, self.schemes
        course = (self.shared, self.assignment.title, shown, str(self._zone()))
        ticks = [self.ticks.get((student, name)) for name in sorted(one.notebooks)]
        parts = (course, self.names.get(student), one, ticks)
        digest = hashlib.sha256(repr(parts).encode(errors="surrogatepass"))
        for path in _notebooks(self.workspace, self.assignment.name, student):
            digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()

    def _zone(self) -> tzinfo:
        written = self.assignment.due_written
        return (written and written.tzinfo) or self.workspace.course.time_zone or UTC

    def _write(self, student: str, folder: Path) -> None:
        paths = _notebooks(self.workspace, self.assignment.name, student)
        one = self._submission(student)
        for path in paths:
            name = path.stem
            heading = Heading(
                student, self.names.get(student, ""), self.assignment.title, name, one.arrived, one.due, self._zone()
            )
            page = notebook_page(
                read_graded(path), one.notebooks.get(name) or NotebookMarks(), heading,
                self.sources.get(name) or Source(name), self.ticks.get((student, name)),
                self.assignment.show_hidden_tests, self.schemes.get(name),
            )  # fmt: skip
            write_atomically(folder / f"{name}.html", page.encode())

    def _index(self, student: str) -> Path:
        return self.workspace.feedback(student, ".") / "index.html"

    def _write_index(self, student: str) -> None:
        """Write the page with all of a student's assignments, if it has changed."""
        path = self._index(student)
        listed: list[dict[str, Any]] = []
        late_days = self.times.late_days(student) if self.times else {}
        for assignment in self.workspace.course.assignments.values():
            one = self.marks[assignment.name].get(student)
            if one is None:
                continue
            folder = self.workspace.feedback(student, assignment.name)
            rows = []
            for name in assignment.notebooks:
                marks = one.notebooks.get(name) or NotebookMarks()
                page = folder / f"{name}.html"
                rows.append({"name": name, "marks": marks, "address": page.is_file() and _address(page, path.parent)})
            total = {key: sum(getattr(row["marks"], key) for row in rows) for key in ("score", "max_points")}
            days = late_days.get(assignment.name, 0)
            entry = {"title": assignment.title, "arrived": one.arrived, "late_days": days, "notebooks": rows}
            listed.append(entry | total)
        used = sum(late_days.values())
        page_text = index_page(
            student, self.names.get(student, ""), self.workspace.course.title, listed, self._zone(),
            (used, self.budget - used) if self.budget else None,
        )  # fmt: skip
        if not path.is_file() or path.read_text("utf-8") != page_text:
            write_atomically(path, page_text.encode())


def read_graded(path: Path) -> nbformat.NotebookNode:
    """Read a notebook in `autograded/`. nbformat.read would also validate it, which takes longer than making the page.

    Raises KitError if it is not a notebook.
    """
    try:
        given = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise KitError(f"{path.name} is not JSON: {error}.", "Grade the submission again.") from None
    if not isinstance(given, dict) or not isinstance(given.get("cells"), list) or given.get("nbformat") != 4:
        raise KitError(f"{path.name} is not a notebook.", "Grade the submission again.")
    return rejoin_lines(nbformat.from_dict(given))


def _address(page: Path, folder: Path) -> str:
    """The relative address of a page below `folder`, as a link in a page of that folder."""
    return "/".join(map(quote, page.relative_to(folder).parts))


def _in_words(error: Exception) -> str:
    return str(error) if isinstance(error, TookTooLong) else f"{type(error).__name__}: {error}"
