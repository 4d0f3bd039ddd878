"""Make the gradebook of a workspace that was taken over fit the imported sources, with every mark and comment kept."""

from typing import TYPE_CHECKING
from uuid import uuid4

from autograder.authoring.source import read_cells
from autograder.course.workspace import Workspace
from autograder.errors import SourceError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def fit_gradebook(workspace: Workspace) -> list[str]:
    """Turn task cells that an import made questions into questions, in assignments that students have handed in.

    Marks and comments stay. Without this, the next release would take the task for removed, and the question for new.
    Everything happens in one transaction.

    Returns what was changed, in sentences.
    """
    changed: list[str] = []
    with workspace.gradebook() as gradebook:
        for assignment in workspace.course.assignments.values():
            for notebook in assignment.notebooks:
                questions = _questions(workspace, assignment.name, notebook)
                for key in _notebooks(gradebook.db, assignment.name, notebook):
                    fitted = _fit(gradebook.db, key, questions)
                    changed += [f"{assignment.name}: {notebook}: the task {name} is a question now." for name in fitted]
        gradebook.db.commit()
    return changed


def _questions(workspace: Workspace, assignment: str, notebook: str) -> set[str]:
    """The names of a source's questions; none if the source breaks a rule."""
    try:
        cells = read_cells(workspace.course.source(assignment, notebook))
    except SourceError:
        return set()
    return {
        cell.record["grade_id"] for cell in cells if cell.record and cell.record["grade"] and cell.record["solution"]
    }


def _notebooks(session: "Session", assignment: str, notebook: str) -> list[str]:
    """The key of a notebook in the gradebook, if students have handed it in."""
    from nbgrader.api import Assignment, Notebook
    from sqlalchemy import select

    query = select(Notebook).join(Assignment).where(Assignment.name == assignment, Notebook.name == notebook)
    return [found.id for found in session.scalars(query) if found.submissions]


def _fit(session: "Session", notebook: str, questions: set[str]) -> list[str]:
    """Make task cells of these names grade cells and solution cells. Returns the names of those that were."""
    from nbgrader.api import BaseCell, Comment, GradeCell, SolutionCell, TaskCell
    from sqlalchemy import delete, insert, select, update

    base = BaseCell.__table__
    tasks = session.scalars(select(TaskCell).where(TaskCell.notebook_id == notebook)).all()
    found = sorted((task.name, task.id, task.max_score, task.cell_type) for task in tasks if task.name in questions)
    session.expunge_all()
    for name, key, points, kind in found:
        # the key stays, so that marks still belong to the cell; comments belong to its solution
        session.execute(delete(TaskCell.__table__).where(TaskCell.__table__.c.id == key))
        session.execute(insert(GradeCell.__table__).values(id=key, max_score=points, cell_type=kind))
        session.execute(update(base).where(base.c.id == key).values(type="GradeCell"))
        solution = uuid4().hex
        session.execute(insert(base).values(id=solution, name=name, notebook_id=notebook, type="SolutionCell"))
        session.execute(insert(SolutionCell.__table__).values(id=solution))
        session.execute(update(Comment.__table__).where(Comment.__table__.c.cell_id == key).values(cell_id=solution))
    return [name for name, *_ in found]
