"""Third step of grading (trusted): the only writer of the gradebook and of `autograded/`.

nbgrader's own code decides the scores, comments and late penalties; here they go into the gradebook in one
transaction per submission, then the executed notebooks replace those in `autograded/STUDENT/ASSIGNMENT/` in
one rename. Doing it twice gives what doing it once gives, so a run that was killed half-way is simply repeated.
"""

import contextlib
import logging
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    IgnorePattern,
    LimitOutput,
    SaveAutoGrades,
)

from .course import Assignment
from .preprocessors import StderrToStdout
from .sanitize import nbgrader_resources
from .workspace import Workspace

QUIET = logging.getLogger("autograder.nbgrader")


@dataclass(frozen=True)
class NotebookScore:
    score: float
    max_score: float
    needs_manual_grade: bool


def record(
    workspace: Workspace,
    gradebook: Gradebook,
    assignment: Assignment,
    student: str,
    notebooks: dict[str, nbformat.NotebookNode],
) -> dict[str, NotebookScore]:
    """Record the executed `notebooks` (by name, one for each of the assignment) of one submission.

    Returns the scores per notebook, late penalties taken off. Raises what the database raises; then nothing of
    this submission has changed.
    """
    submitted = workspace.submitted(student, assignment.name)
    timestamp = workspace.coursedir.get_existing_timestamp(str(submitted))
    with one_transaction(gradebook):
        gradebook.update_or_create_student(student)
        with gradebook.db.no_autoflush:  # nbgrader puts a new submission together before it adds it
            gradebook.update_or_create_submission(
                assignment.name, student, **({"timestamp": timestamp} if timestamp else {})
            )
        for name, notebook in notebooks.items():
            resources = nbgrader_resources(workspace, assignment.name, student, name)
            for step in (StderrToStdout, IgnorePattern, LimitOutput):
                notebook, resources = step(config=workspace.config, log=QUIET)(notebook, resources)
            _SaveAutoGrades(gradebook, config=workspace.config, log=QUIET)(notebook, resources)
            _assign_late_penalty(workspace, gradebook, assignment.name, student, name)
            CheckCellMetadata(log=QUIET)(notebook, resources)
            notebooks[name] = notebook
        scores = recorded_scores(gradebook, assignment.name, student)
    gradebook.db.expunge_all()  # a class of a thousand must not stay in memory
    _write_autograded(workspace.autograded(student, assignment.name), notebooks, submitted / "timestamp.txt")
    return scores


def recorded_scores(gradebook: Gradebook, assignment: str, student: str) -> dict[str, NotebookScore]:
    """What the gradebook says now, manual grading included. Raises nbgrader's MissingEntry."""
    submission = gradebook.find_submission(assignment, student)
    return {
        nb.name: NotebookScore(
            max(0.0, nb.score - (nb.late_submission_penalty or 0)), nb.max_score, bool(nb.needs_manual_grade)
        )
        for nb in submission.notebooks
    }


@contextlib.contextmanager
def one_transaction(gradebook: Gradebook):
    """Make the block one transaction, though nbgrader's code commits after every field it writes."""
    session = gradebook.db
    commit, session.commit = session.commit, session.flush
    try:
        yield
        commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.commit  # the method of the class is visible again


class _SaveAutoGrades(SaveAutoGrades):
    """nbgrader's scoring, in the caller's transaction instead of a connection of its own."""

    def __init__(self, gradebook: Gradebook, **kwargs):
        super().__init__(**kwargs)
        self.gradebook = gradebook

    def preprocess(self, nb, resources):
        names = resources["nbgrader"]
        self.notebook_id, self.assignment_id = names["notebook"], names["assignment"]
        self.student_id = names["student"]
        for index, cell in enumerate(nb.cells):
            self.preprocess_cell(cell, resources, index)
        return nb, resources


def _assign_late_penalty(workspace, gradebook, assignment: str, student: str, name: str) -> None:
    """As nbgrader's AssignLatePenalties does it, with the plugin that nbgrader_config.py names."""
    late = AssignLatePenalties(config=workspace.config, log=QUIET)
    late.init_plugin()
    gradebook.db.flush()
    gradebook.db.expire_all()  # scores are computed by the database
    submission = gradebook.find_submission(assignment, student)
    notebook = gradebook.find_submission_notebook(name, assignment, student)
    notebook.late_submission_penalty = None
    if submission.total_seconds_late > 0:
        penalty = late.plugin_inst.late_submission_penalty(
            student, notebook.score, submission.total_seconds_late
        )
        if penalty is not None:
            notebook.late_submission_penalty = late._check_late_penalty(notebook, penalty)
    gradebook.db.flush()


def _write_autograded(folder: Path, notebooks: dict[str, nbformat.NotebookNode], timestamp: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        os.chmod(fresh, 0o755)
        for name, notebook in notebooks.items():
            nbformat.write(notebook, fresh / f"{name}.ipynb")
        if timestamp.is_file() and not timestamp.is_symlink():
            shutil.copyfile(timestamp, fresh / timestamp.name)
        old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        if folder.exists():
            os.rename(folder, old / folder.name)
        os.rename(fresh, folder)
        shutil.rmtree(old)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def remove_leftovers(workspace: Workspace, assignment: str) -> None:
    """Delete what a killed run left half-written beside the autograded folders."""
    pattern = workspace.autograded("*", f".{assignment}-*").relative_to(workspace.root)
    for leftover in workspace.root.glob(str(pattern)):
        shutil.rmtree(leftover, ignore_errors=True)
