"""Make feedback pages with nbgrader's GenerateFeedback, for submissions whose notebook or marks have changed."""

import hashlib
import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.grading.late import bring_all_up_to_date
from autograder.grading.receipts import code_digest

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

# The modules that decide how a page looks; a test compares them with what feedback_page.py imports.
PAGE_MODULES = (
    "notebook/cell_record.py", "notebook/page_cleaner.py", "notebook/pictures.py", "reports/feedback_page.py",
    "storable.py", "text.py",
)  # fmt: skip
PAGE_PACKAGES = ("nbgrader", "nbconvert", "nh3")  # they provide the templates, render Markdown and clean HTML
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
        for done, student in enumerate(wanted, start=1):
            digest = _digest(gradebook, workspace, assignment, student)
            receipt = workspace.feedback(student, assignment) / MADE_FROM
            if student in not_known:
                result.failed.append((student, not_known[student]))
            elif receipt.is_file() and receipt.read_text(encoding="utf-8") == digest:
                result.unchanged.append(student)
            elif why := _generate(workspace, assignment, student):
                result.failed.append((student, why))
            else:
                receipt.write_text(digest, encoding="utf-8")
                result.made.append(student)
            if progress:
                progress(done, len(wanted))
    return result


def _graded(workspace: Workspace, assignment: str) -> list[str]:
    root = workspace.autograded("x", assignment).parent.parent
    names = [path.name for path in root.iterdir()] if root.is_dir() else []
    return sorted(n for n in names if not n.startswith(".") and any(_notebooks(workspace, assignment, n)))


def _notebooks(workspace: Workspace, assignment: str, student: str) -> list[Path]:
    return sorted(workspace.autograded(student, assignment).glob("*.ipynb"))


def _digest(gradebook: "Gradebook", workspace: Workspace, assignment: str, student: str) -> str:
    """A digest of the graded notebooks, their marks and comments, which people may change, and the page-making code."""
    from nbgrader.api import MissingEntry

    digest = hashlib.sha256(code_digest(PAGE_MODULES))
    for package in PAGE_PACKAGES:
        digest.update(f"{package}=={version(package)}".encode())
    for path in _notebooks(workspace, assignment, student):
        digest.update(path.name.encode() + path.read_bytes())
    try:
        submission = gradebook.find_submission(assignment, student)
    except MissingEntry:
        return digest.hexdigest()
    for notebook in sorted(submission.notebooks, key=lambda notebook: notebook.name):
        marks = sorted((g.name, g.score, g.max_score) for g in notebook.grades)
        comments = sorted((c.name, c.comment or "") for c in notebook.comments)
        digest.update(repr((notebook.name, notebook.late_submission_penalty, marks, comments)).encode())
    return digest.hexdigest()


def _generate(workspace: Workspace, assignment: str, student: str) -> str:
    """Make one student's pages. Return why that failed, or ""."""
    from nbgrader.converters import GenerateFeedback
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    from autograder.course.nbgrader_globs import take_literally
    from autograder.reports.feedback_page import FeedbackPage

    take_literally(str(workspace.root))
    notebooks = [str(path) for path in _notebooks(workspace, assignment, student)]

    class OneStudent(GenerateFeedback):
        def init_notebooks(self) -> None:
            # nbgrader's own method uses glob, for which a student's name may be a pattern
            self.assignments = {os.path.dirname(notebooks[0]): notebooks}

    said = _Collector()
    config = Config(workspace.config)
    config.HTMLExporter.sanitize_html = True  # cleans outputs that are scripts or HTML
    coursedir = CourseDirectory(config=config, root=str(workspace.root))
    coursedir.student_id, coursedir.assignment_id = student, assignment
    converter = OneStudent(coursedir=coursedir, config=config, log=said.logger)
    converter.exporter_class = FeedbackPage
    converter.force = True
    try:
        converter.start()
    except Exception as error:
        return said.last_error() or f"{type(error).__name__}: {error}"
    made = workspace.feedback(student, assignment)
    missing = [p.stem for p in _notebooks(workspace, assignment, student) if not (made / f"{p.stem}.html").is_file()]
    return f"no page was made for {', '.join(missing)}" if missing else ""


class _Collector(logging.Handler):
    """Keeps nbgrader's log off the terminal, and stores its errors."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []
        self.logger = logging.getLogger("autograder.reports.feedback.nbgrader")
        self.logger.handlers, self.logger.propagate = [self], False

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())

    def last_error(self) -> str:
        """The last line of the traceback that nbgrader logged: the error itself."""
        for message in self.messages:
            if message.startswith("Traceback"):
                return message.strip().splitlines()[-1]
        return self.messages[0] if self.messages else ""
