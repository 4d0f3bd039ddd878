"""Make the gradebook of a workspace that was taken over fit the imported sources, with every mark and comment kept."""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from autograder.authoring.source import read_cells
from autograder.course.workspace import Workspace
from autograder.errors import SourceError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def fit_gradebook(workspace: Workspace) -> list[str]:
    """Do in the gradebook what an import did in the sources of assignments that students have handed in.

    A task cell becomes a question, with its marks and comments. A cell that an import locked is entered. nbgrader
    itself refuses to do either once there are submissions. Everything happens in one transaction.

    Returns what was changed, in sentences.
    """
    changed: list[str] = []
    with workspace.gradebook() as gradebook:
        for assignment in workspace.course.assignments.values():
            for notebook in assignment.notebooks:
                records = _records(workspace, assignment.name, notebook)
                for key in _notebooks(gradebook.db, assignment.name, notebook):
                    changed += [f"{assignment.name}: {notebook}: {what}" for what in _fit(gradebook.db, key, records)]
        gradebook.db.commit()
    return changed


def _records(workspace: Workspace, assignment: str, notebook: str) -> list[tuple[dict[str, Any], str, str]]:
    """(record, type, text) of each cell of a source that has a record; none if the source breaks a rule."""
    try:
        cells = read_cells(workspace.course.source(assignment, notebook))
    except SourceError:
        return []
    return [(cell.record, cell.cell_type, cell.source) for cell in cells if cell.record]


def _notebooks(session: "Session", assignment: str, notebook: str) -> list[str]:
    """The key of a notebook in the gradebook, if students have handed it in."""
    from nbgrader.api import Assignment, Notebook
    from sqlalchemy import select

    query = select(Notebook).join(Assignment).where(Assignment.name == assignment, Notebook.name == notebook)
    return [found.id for found in session.scalars(query) if found.submissions]


def _fit(session: "Session", notebook: str, records: list[tuple[dict[str, Any], str, str]]) -> list[str]:
    from nbgrader.api import BaseCell, Comment, GradeCell, SolutionCell, SourceCell, TaskCell
    from sqlalchemy import delete, insert, select, update

    tasks = {found.name: found for found in session.scalars(select(TaskCell).where(TaskCell.notebook_id == notebook))}
    sources = set(session.scalars(select(SourceCell.name).where(SourceCell.notebook_id == notebook)))
    changed = []
    for record, cell_type, text in records:
        name = record["grade_id"]
        if name in tasks and record["grade"] and record["solution"]:
            key, points, kind = tasks[name].id, tasks[name].max_score, tasks[name].cell_type
            session.expunge(tasks[name])
            # the key stays, so that marks still belong to the cell; comments belong to its solution
            session.execute(delete(TaskCell.__table__).where(TaskCell.__table__.c.id == key))
            session.execute(insert(GradeCell.__table__).values(id=key, max_score=points, cell_type=kind))
            base = BaseCell.__table__
            session.execute(update(base).where(base.c.id == key).values(type="GradeCell"))
            solution = uuid4().hex
            session.execute(insert(base).values(id=solution, name=name, notebook_id=notebook, type="SolutionCell"))
            session.execute(insert(SolutionCell.__table__).values(id=solution))
            session.execute(
                update(Comment.__table__).where(Comment.__table__.c.cell_id == key).values(cell_id=solution)
            )
            changed.append(f"the task {name} is a question now.")
        if record["locked"] and not record["grade"] and name not in sources:
            session.add(SourceCell(name=name, notebook_id=notebook, cell_type=cell_type, locked=True, source=text))
            changed.append(f"the cell {name} is locked now.")
    session.flush()
    return changed
