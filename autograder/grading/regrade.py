"""Release and grade an assignment whose source has changed, and say what that changes for whom.

A dry run does this in a copy of the workspace, which is deleted afterwards. Notebooks that would run as before are not
run again, in a dry run either, because the copy has the results of their executions.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.authoring.release import release
from autograder.course.course_toml import Assignment
from autograder.course.extensions import extensions_path
from autograder.course.groups import groups_path
from autograder.course.roster import roster_path
from autograder.course.workspace import CONFIG, Workspace
from autograder.errors import KitError
from autograder.folders import HeldFolder
from autograder.grading.grade import grade
from autograder.grading.grading_lock import only_grader
from autograder.grading.late import bring_all_up_to_date
from autograder.grading.report import Row
from autograder.submissions.origins import FOLDER

if TYPE_CHECKING:
    from nbgrader.api import Gradebook
    from sqlalchemy import Engine

Place = tuple[str, str]  # (notebook, cell)


@dataclass(frozen=True)
class Points:
    """The points of one student.

    Attributes
    ----------
    total
        With late penalties subtracted, as reports and exports show it.
    cells
        The points of each cell that is worth some; None where a person must still give them.
    """

    total: float
    cells: Mapping[Place, float | None]


@dataclass(frozen=True)
class Change:
    """What a new grading changes for one student. A student without points has None."""

    student: str
    before: Points | None
    after: Points | None

    @property
    def cells(self) -> dict[Place, tuple[float | None, float | None]]:
        """(notebook, cell) -> the points before and after, of the cells whose points differ."""
        before, after = (points.cells if points else {} for points in (self.before, self.after))
        places = dict.fromkeys([*before, *after])
        return {p: (before.get(p), after.get(p)) for p in places if before.get(p) != after.get(p)}

    @property
    def is_change(self) -> bool:
        totals = [points and points.total for points in (self.before, self.after)]
        return bool(self.cells) or totals[0] != totals[1]


@dataclass(frozen=True)
class Regraded:
    """The result of grading again.

    Attributes
    ----------
    changes
        Every student's points before and after.
    failed
        The rows of submissions that could not be graded.
    cells
        What the release changed in the gradebook, in words.
    removed
        The file with the marks that went with their cells; None if there were none, and in a dry run.
    """

    changes: tuple[Change, ...]
    failed: tuple[Row, ...]
    cells: tuple[str, ...] = ()
    removed: Path | None = None

    @property
    def changed(self) -> list[Change]:
        return [change for change in self.changes if change.is_change]


def regrade(
    workspace: Workspace,
    assignment: str,
    dry_run: bool = False,
    discard_marks: bool = False,
    workers: int | None = None,
    isolation: str = "sandbox",
    progress: Callable[[int, int, str], None] = lambda done, total, student: None,
) -> Regraded:
    """Build, release and grade an assignment again.

    Points that a person gave stay. Answers that a person must look at again, because they or their points have changed,
    wait for that.

    Parameters
    ----------
    workspace
        The workspace. A dry run changes nothing in it but late penalties, which it brings up to date.
    assignment
        The assignment's name.
    dry_run
        Whether to do it in a copy.
    discard_marks
        As in `release`.
    workers, isolation, progress
        As in `grade`.

    Raises
    ------
    KitError
        As `release` and `grade` do; or nothing has been graded yet.
    """
    entry = workspace.course.assignment(assignment)
    before = _read(workspace, assignment)
    if not before:
        raise KitError(f"No submission of {assignment} has been graded.", f"Run: cs231n grade {assignment}")
    with _copy_of(workspace, entry) if dry_run else contextlib.nullcontext(workspace) as where:
        with only_grader(where, entry):
            released = release(where, assignment, discard_marks).changes
        report = grade(where, assignment, workers=workers, isolation=isolation, progress=progress)
        after = _read(where, assignment)
    students = sorted(before.keys() | after.keys(), key=str.casefold)
    changes = tuple(Change(student, before.get(student), after.get(student)) for student in students)
    removed = None if dry_run else released.removed
    return Regraded(changes, tuple(report.failed), tuple(released.lines), removed)


def _read(workspace: Workspace, assignment: str) -> dict[str, Points]:
    """The points of everyone who has some, from the gradebook, which is brought up to date first."""
    with workspace.gradebook() as gradebook:
        for student, why in bring_all_up_to_date(workspace, gradebook, assignment).items():
            raise KitError(f"The marks of {student} are unknown: {why}.", "Correct the late policy first.")
        return _points(gradebook, assignment)


def _points(gradebook: "Gradebook", assignment: str) -> dict[str, Points]:
    from nbgrader import api
    from sqlalchemy import select

    grade, submitted, submission, cell = api.Grade, api.SubmittedNotebook, api.SubmittedAssignment, api.BaseCell
    query = (
        select(
            submission.student_id, api.Notebook.name, submitted.late_submission_penalty,
            cell.name, grade.score, grade.needs_manual_grade, grade.manual_score,
        )
        .join(submitted, submitted.assignment_id == submission.id)
        .join(api.Notebook, api.Notebook.id == submitted.notebook_id)
        .join(api.Assignment, api.Assignment.id == submission.assignment_id)
        .join(grade, grade.notebook_id == submitted.id)
        .join(cell, cell.id == grade.cell_id)
        .where(api.Assignment.name == assignment)
        .order_by(api.Notebook.name, cell.name)
    )  # fmt: skip
    cells: dict[str, dict[Place, float | None]] = {}
    scores: dict[tuple[str, str], float] = {}
    penalties: dict[tuple[str, str], float] = {}
    for student, notebook, penalty, name, score, waits, by_hand in gradebook.db.execute(query):
        cells.setdefault(student, {})[notebook, name] = None if waits and by_hand is None else float(score)
        scores[student, notebook] = scores.get((student, notebook), 0.0) + float(score)
        penalties[student, notebook] = penalty or 0.0
    totals: dict[str, float] = {}
    for (student, notebook), score in scores.items():
        totals[student] = totals.get(student, 0.0) + max(0.0, score - penalties[student, notebook])
    return {student: Points(totals[student], own) for student, own in cells.items()}


@contextlib.contextmanager
def _copy_of(workspace: Workspace, assignment: Assignment) -> Iterator[Workspace]:
    """A copy of the workspace with one assignment's submissions and results and the whole gradebook, in SQLite."""
    held = HeldFolder(workspace.root / ".cs231n", "regrade-")
    try:
        root = held.path
        for path in (workspace.root / CONFIG, *(at(workspace) for at in (roster_path, extensions_path, groups_path))):
            if path.exists():
                shutil.copy2(path, root / path.name)
        if (origins := workspace.root.joinpath(*FOLDER)).is_dir():
            shutil.copytree(origins, root.joinpath(*FOLDER))
        with (root / CONFIG).open(
            "a", encoding="utf-8"
        ) as config:  # where it is relative, it leads elsewhere from here
            config.write(f"\nget_config().Kit.assignments = {str(workspace.assignments)!r}\n")
        made = Workspace(root, db=f"sqlite:///{root / 'gradebook.db'}")
        pattern = workspace.submitted("*", assignment.name).relative_to(workspace.root)
        for folder in workspace.root.glob(str(pattern)):
            student = folder.parent.name
            if student.startswith(".") or folder.is_symlink() or not folder.is_dir():
                continue
            autograded = workspace.autograded(student, assignment.name)
            shutil.copytree(folder, root / folder.relative_to(workspace.root), symlinks=True)
            if autograded.is_dir():
                copy = root / autograded.relative_to(workspace.root)
                shutil.copytree(autograded, copy, symlinks=True, copy_function=_link)
        with workspace.gradebook() as source, made.gradebook() as target:
            copy_gradebook(source.engine, target.engine)
        yield made
    finally:
        held.close()


def _link(source: str, target: str) -> None:
    """Give a file a second name, which takes no space: the grader replaces files and never changes them."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def copy_gradebook(source: "Engine", target: "Engine") -> None:
    """Copy nbgrader's tables and those of the kit into an empty gradebook, of whatever kind the two databases are."""
    from nbgrader.api import Base
    from sqlalchemy import delete, insert, inspect, select

    from autograder.grading.hand_marks import TABLES

    there = set(inspect(source).get_table_names())
    tables = [table for table in (*Base.metadata.sorted_tables, *TABLES.sorted_tables) if table.name in there]
    TABLES.create_all(target)
    with source.connect() as reading, target.begin() as writing:
        for table in reversed(tables):
            writing.execute(delete(table))
        for table in tables:
            if rows := [dict(row) for row in reading.execute(select(table)).mappings()]:
                writing.execute(insert(table), rows)
