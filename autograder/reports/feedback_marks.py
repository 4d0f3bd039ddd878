"""Read from the gradebook what feedback pages show: points, comments, late penalties and times of arrival.

A few queries fetch everything for the class, because nbgrader's objects would need several for each student.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbgrader.api import Gradebook


@dataclass(frozen=True)
class CellMark:
    """The mark of one graded cell.

    Attributes
    ----------
    points
        With extra credit; 0 before any are given.
    waiting
        Whether a person must still give the points, or look at them again.
    by_hand
        Whether a person gave the points.
    """

    points: float
    max_points: float
    waiting: bool
    by_hand: bool
    extra: float = 0.0


@dataclass
class NotebookMarks:
    """The marks of one notebook, by grade_id, and the comments on its cells."""

    penalty: float = 0.0
    cells: dict[str, CellMark] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)

    @property
    def points(self) -> float:
        """The points of the notebook without the late penalty."""
        return sum(mark.points for mark in self.cells.values())

    @property
    def max_points(self) -> float:
        return sum(mark.max_points for mark in self.cells.values())

    @property
    def score(self) -> float:
        """The points after the late penalty."""
        return max(0.0, self.points - self.penalty)

    @property
    def waiting(self) -> int:
        """The number of cells that a person must still look at."""
        return sum(mark.waiting for mark in self.cells.values())


@dataclass
class Submission:
    """What one student handed in for one assignment; times are in UTC, without a zone."""

    arrived: datetime | None = None
    due: datetime | None = None
    notebooks: dict[str, NotebookMarks] = field(default_factory=dict)

    @property
    def late(self) -> timedelta:
        return max(timedelta(), self.arrived - self.due) if self.arrived and self.due else timedelta()


def read_marks(gradebook: "Gradebook", assignment: str) -> dict[str, Submission]:
    """The submissions of an assignment by student."""
    from nbgrader import api
    from sqlalchemy import select

    known, submission, submitted = api.Assignment, api.SubmittedAssignment, api.SubmittedNotebook
    execute, of_assignment = gradebook.db.execute, known.name == assignment
    found: dict[str, Submission] = {}
    query = (
        select(submission.student_id, submission.timestamp, submission.extension, known.duedate)
        .join(known, known.id == submission.assignment_id)
        .where(of_assignment)
    )
    for student, arrived, extension, due in execute(query):
        found[student] = Submission(arrived, due and due + (extension or timedelta()))
    query = (
        select(submission.student_id, api.Notebook.name, submitted.id, submitted.late_submission_penalty)
        .join(submission, submission.id == submitted.assignment_id)
        .join(known, known.id == submission.assignment_id)
        .join(api.Notebook, api.Notebook.id == submitted.notebook_id)
        .where(of_assignment)
    )
    notebooks: dict[str, NotebookMarks] = {}
    for student, name, id, penalty in execute(query):
        notebooks[id] = found[student].notebooks[name] = NotebookMarks(penalty or 0.0)
    cells = _cells(gradebook, assignment)

    def entries(table: Any, *columns: Any) -> Any:
        query = select(table.notebook_id, table.cell_id, *columns)
        query = query.join(submitted, submitted.id == table.notebook_id)
        query = query.join(submission, submission.id == submitted.assignment_id)
        return execute(query.join(known, known.id == submission.assignment_id).where(of_assignment))

    grade, comment = api.Grade, api.Comment
    columns = (grade.score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade)
    for id, cell, points, by_hand, extra, waits in entries(grade, *columns):
        if cell in cells:
            name, most = cells[cell]
            mark = CellMark(float(points), most or 0.0, bool(waits), by_hand is not None, extra or 0.0)
            notebooks[id].cells[name] = mark
    for id, cell, automatic, manual in entries(comment, comment.auto_comment, comment.manual_comment):
        if cell in cells and (text := manual if manual is not None else automatic):
            notebooks[id].comments[cells[cell][0]] = text
    return found


def read_names(gradebook: "Gradebook") -> dict[str, str]:
    """The names of the students as the gradebook knows them; "" without one."""
    from nbgrader.api import Student
    from sqlalchemy import select

    found = gradebook.db.execute(select(Student.id, Student.first_name, Student.last_name))
    return {id: " ".join(filter(None, (first, last))) for id, first, last in found}


def _cells(gradebook: "Gradebook", assignment: str) -> Mapping[str, tuple[str, float | None]]:
    """The name and the points of each cell of the assignment that can have a mark or a comment, by its id."""
    from nbgrader import api
    from sqlalchemy import select

    names = (
        select(api.BaseCell.id, api.BaseCell.name)
        .join(api.Notebook, api.Notebook.id == api.BaseCell.notebook_id)
        .join(api.Assignment, api.Assignment.id == api.Notebook.assignment_id)
        .where(api.Assignment.name == assignment)
    )
    points: dict[str, float] = {}
    for table in (api.GradeCell, api.TaskCell):
        points |= {id: most for id, most in gradebook.db.execute(select(table.id, table.max_score))}
    return {id: (name, points.get(id)) for id, name in gradebook.db.execute(names)}
