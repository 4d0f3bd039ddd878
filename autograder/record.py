"""Third step of grading (trusted): the only writer of the gradebook and of `autograded/`.

nbgrader's own code decides the scores, comments and late penalties; here they go into the gradebook in one
transaction per submission. Before it is committed the executed notebooks are written beside
`autograded/STUDENT/ASSIGNMENT/` and that folder is put aside; after it a rename puts the new one there. So a run
that was killed between the two leaves a submission without that folder, which is graded again. Doing it twice
gives what doing it once gives.
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
from nbgrader.utils import parse_utc

from .course import TIMESTAMP, Assignment
from .preprocessors import StderrToStdout
from .sanitize import nbgrader_resources
from .storable_text import storable
from .workspace import Workspace

QUIET = logging.getLogger("autograder.nbgrader")
MAX_DEPTH = 50  # of lists and dicts within each other
OLD = "old"  # the folder that is being replaced


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
    handed_in: str | None,
) -> dict[str, NotebookScore]:
    """Record the executed `notebooks` (by name, one for each of the assignment) of one submission.

    handed_in: when, as `hand_in_time` reads it.

    Returns the scores per notebook, late penalties taken off. Raises what the database or the file system raises;
    then nothing of this submission has changed.
    """
    folder = workspace.autograded(student, assignment.name)
    with _replacing(folder) as fresh, one_transaction(gradebook):
        gradebook.update_or_create_student(student)
        with gradebook.db.no_autoflush:  # nbgrader puts a new submission together before it adds it
            gradebook.update_or_create_submission(
                assignment.name, student, **({"timestamp": parse_utc(handed_in)} if handed_in else {})
            )
        for name, notebook in notebooks.items():
            notebook = _storable(notebook)
            resources = nbgrader_resources(workspace, assignment.name, student, name)
            for step in (StderrToStdout, IgnorePattern, LimitOutput):
                notebook, resources = step(config=workspace.config, log=QUIET)(notebook, resources)
            _SaveAutoGrades(gradebook, config=workspace.config, log=QUIET)(notebook, resources)
            _assign_late_penalty(workspace, gradebook, assignment.name, student, name)
            CheckCellMetadata(log=QUIET)(notebook, resources)
            notebooks[name] = notebook
        scores = recorded_scores(gradebook, assignment.name, student)
        _write_autograded(fresh, notebooks, handed_in)
        if folder.exists():
            os.rename(folder, fresh.with_name(OLD))
    gradebook.db.expunge_all()  # a class of a thousand must not stay in memory
    return scores


def _storable(value, depth: int = 0):
    """The notebook, whatever student code put into its outputs, with texts that every file and database takes."""
    if isinstance(value, str):
        return storable(value)
    if not isinstance(value, dict | list):
        return value
    if depth > MAX_DEPTH:
        return "[nested too deep to be kept]"
    if isinstance(value, list):
        return [_storable(item, depth + 1) for item in value]
    return type(value)({_storable(key): _storable(item, depth + 1) for key, item in value.items()})


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


@contextlib.contextmanager
def _replacing(folder: Path):
    """Give the block a folder to fill, to be put in the place of `folder` when the block has ended without an error."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    fresh, old = workshop / "new", workshop / OLD
    try:
        fresh.mkdir()
        try:
            yield fresh
        except BaseException:
            if old.exists():
                os.rename(old, folder)
            raise
        os.rename(fresh, folder)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _write_autograded(fresh: Path, notebooks: dict[str, nbformat.NotebookNode], handed_in: str | None) -> None:
    os.chmod(fresh, 0o755)
    for name, notebook in notebooks.items():
        nbformat.write(notebook, fresh / f"{name}.ipynb")
    if handed_in:
        (fresh / TIMESTAMP).write_text(handed_in + "\n", "utf-8")


def remove_leftovers(workspace: Workspace, assignment: str) -> None:
    """Delete what a killed run left half-written beside the autograded folders."""
    pattern = workspace.autograded("*", f".{assignment}-*").relative_to(workspace.root)
    for leftover in workspace.root.glob(str(pattern)):
        shutil.rmtree(leftover, ignore_errors=True)
