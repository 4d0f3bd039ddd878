"""The cells of an assignment in the gradebook: written at a release, in one transaction, also after the hand-in.

nbgrader's SaveCells commits after every cell, and refuses to add or remove cells of which there are submissions. Here
a new cell gets an entry in every submission, without points until the submissions are graded again. A cell that is
gone takes its points with it. A cell that only has another name keeps its points and comments.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader import api
from nbgrader.utils import is_grade, is_locked, is_solution, is_task
from sqlalchemy import delete, false, func, insert, select, update
from sqlalchemy.orm import Session

from autograder.course.course_toml import Assignment
from autograder.course.workspace import Workspace
from autograder.errors import ReleaseError
from autograder.folders import write_atomically

REMOVED = "removed_marks"  # folder of the workspace
# nbgrader's table of cells for each thing that a cell can be, and its tables of entries that each submission has
TABLES = {
    "grade": (api.GradeCell, (api.Grade,)),
    "solution": (api.SolutionCell, (api.Comment,)),
    "task": (api.TaskCell, (api.Comment, api.Grade)),
}


@dataclass(frozen=True)
class RecordedCell:
    """What the gradebook holds about a cell. `kinds` are keys of TABLES, or none for a cell that is only locked."""

    name: str
    kinds: frozenset[str]
    cell_type: str
    points: float
    source: str
    locked: bool
    checksum: str | None

    @property
    def text(self) -> str:
        """The source without the cell's own name, which a stub holds."""
        return self.source.replace(self.name, "").strip()


@dataclass(frozen=True)
class RecordedNotebook:
    """A notebook as the gradebook holds it."""

    kernelspec: str
    cells: Mapping[str, RecordedCell]


@dataclass
class Changes:
    """What a release changed for students who had handed in.

    Attributes
    ----------
    lines
        One for each cell or notebook that came, went, or changed its name or points, as messages show them.
    submissions
        How many submissions there are.
    removed
        The file with the points and comments that went with their cells; None if there were none.
    """

    lines: list[str] = field(default_factory=list)
    submissions: int = 0
    removed: Path | None = None


def read_cells_of(notebook: NotebookNode) -> RecordedNotebook:
    """Read what the gradebook holds of a notebook. It has its hidden tests still, but no solutions."""
    cells = {}
    for cell in notebook.cells:
        kinds = {"grade": is_grade(cell), "solution": is_solution(cell), "task": is_task(cell)}
        if any(kinds.values()) or is_locked(cell):
            record = cell.metadata.nbgrader
            cells[record["grade_id"]] = RecordedCell(
                name=record["grade_id"],
                kinds=frozenset(kind for kind, has in kinds.items() if has),
                cell_type=cell.cell_type,
                points=float(record.get("points") or 0),
                source=cell.source,
                locked=is_locked(cell),
                checksum=record.get("checksum"),
            )
    return RecordedNotebook(json.dumps(notebook.metadata.get("kernelspec", {})), cells)


def record(
    workspace: Workspace, entry: Assignment, notebooks: Mapping[str, RecordedNotebook], discard: bool = False
) -> Changes:
    """Bring the gradebook's cells of an assignment, and its due date, to what `notebooks` and course.toml say.

    Parameters
    ----------
    workspace, entry
        Where, and which assignment.
    notebooks
        All notebooks of the assignment by name.
    discard
        Whether a cell may go although people have given points or comments for it. They are kept in a file.

    Raises
    ------
    ReleaseError
        Such a cell is gone, and `discard` is false. The gradebook is then as it was.
    """
    with workspace.gradebook() as gradebook:
        try:
            assignment = gradebook.find_assignment(entry.name)
        except api.MissingEntry:
            assignment = gradebook.add_assignment(entry.name)
        db = gradebook.db
        try:
            if entry.due is not None:  # without one, the date set in formgrader stays
                assignment.duedate = entry.due.replace(tzinfo=None)
            migration = _Migration(db, assignment)
            for name, notebook in notebooks.items():
                migration.notebook(name, notebook)
            migration.drop_notebooks(set(notebooks))
            if migration.by_hand and not discard:
                raise ReleaseError(
                    f"People have given points or comments for cells of {entry.name} that are gone:\n"
                    + "\n".join(f"  {line}" for line in migration.by_hand),
                    "Restore the cells. Or release with --discard-marks, which keeps these marks only in a file of "
                    f"{REMOVED}/.",
                )
            changes = migration.changes
            if migration.removed:
                changes.removed = _write_removed(workspace.root / REMOVED, entry.name, migration.removed)
            db.commit()
        except BaseException:
            db.rollback()
            raise
    return changes


class _Migration:
    """Changes of one assignment's cells, in a transaction that the caller ends."""

    def __init__(self, db: Session, assignment: api.Assignment):
        self.db, self.assignment = db, assignment
        of_assignment = select(api.SubmittedAssignment.id).where(api.SubmittedAssignment.assignment_id == assignment.id)
        self.submissions = list(db.scalars(of_assignment))
        self.changes = Changes(submissions=len(self.submissions))
        self.by_hand: list[str] = []
        self.removed: list[Sequence[Any]] = []

    def notebook(self, name: str, new: RecordedNotebook) -> None:
        """Bring one notebook up to date, or add it."""
        rows = self.db.scalars(
            select(api.Notebook).where(api.Notebook.assignment_id == self.assignment.id, api.Notebook.name == name)
        )
        row = rows.one_or_none()
        if row is None:
            row = api.Notebook(name=name, assignment=self.assignment)
            self.db.add(row)
            self.db.flush()
            self._insert(api.SubmittedNotebook, "assignment_id", self.submissions, notebook_id=row.id)
            if self.submissions:
                self.changes.lines.append(f"{name} is new, with {_points(sum(c.points for c in new.cells.values()))}")
            quiet = True
        else:
            quiet = not self.submissions
        row.kernelspec = new.kernelspec
        self._cells(row, new.cells, quiet)

    def drop_notebooks(self, kept: set[str]) -> None:
        """Remove the notebooks with other names than `kept`."""
        for row in self.db.scalars(
            select(api.Notebook).where(api.Notebook.assignment_id == self.assignment.id, api.Notebook.name.not_in(kept))
        ).all():
            self._cells(row, {}, quiet=True)
            if self.submissions:
                self.changes.lines.append(f"{row.name} is gone")
            self.db.execute(delete(api.SubmittedNotebook).where(api.SubmittedNotebook.notebook_id == row.id))
            self.db.execute(delete(api.Notebook).where(api.Notebook.id == row.id))

    def _cells(self, notebook: api.Notebook, new: Mapping[str, RecordedCell], quiet: bool) -> None:
        of_cell: dict[str, dict[str, api.BaseCell]] = {}
        for kind, (table, _) in TABLES.items():
            for cell in self.db.scalars(select(table).where(table.notebook_id == notebook.id)):
                of_cell.setdefault(cell.name, {})[kind] = cell
        sources = {
            cell.name: cell
            for cell in self.db.scalars(select(api.SourceCell).where(api.SourceCell.notebook_id == notebook.id))
        }
        lines = self.changes.lines if not quiet else []
        for before, now in sorted(_renamed(of_cell, sources, new).items()):
            of_cell[now], sources[now] = of_cell.pop(before), sources.pop(before)
            for row in (*of_cell[now].values(), sources[now]):
                row.name = now
            lines.append(f"{notebook.name}: {before} is now called {now}, and keeps its points and comments")
        self.db.flush()  # before a new cell takes a name that has become free
        for name in sorted(of_cell.keys() & new.keys()):
            if line := self._other_kind(set(of_cell[name]), new[name], of_cell[name].get("grade")):
                lines.append(f"{notebook.name}: {line}")
        for name in [*of_cell]:
            gone = [row for kind, row in of_cell[name].items() if name not in new or kind not in new[name].kinds]
            if gone:
                self._remove(notebook.name, name, gone, None if name in new else lines)
        for name in sources.keys() - new.keys():
            self.db.delete(sources[name])
        submitted = select(api.SubmittedNotebook.id).where(api.SubmittedNotebook.notebook_id == notebook.id)
        submitted_ids = list(self.db.scalars(submitted))
        for name, cell in new.items():
            self._bring(notebook, cell, of_cell.get(name, {}), submitted_ids, lines)
            if name not in sources:
                sources[name] = api.SourceCell(name=name, notebook_id=notebook.id)
                self.db.add(sources[name])
            for attribute in ("cell_type", "locked", "source", "checksum"):
                setattr(sources[name], attribute, getattr(cell, attribute))
        self.db.flush()

    def _other_kind(self, before: set[str], cell: RecordedCell, row: api.BaseCell | None) -> str:
        """What it means for points that a question becomes a test or the reverse; "" for another cell."""
        was, now = "solution" in before, "solution" in cell.kinds
        if row is None or "grade" not in cell.kinds or was == now:
            return ""
        if now:
            return f"{cell.name} is a question now; the points of its test count until it is graded again"
        by_hand = select(func.count()).select_from(api.Grade)
        given = self.db.scalar(by_hand.where(api.Grade.cell_id == row.id, api.Grade.manual_score.is_not(None)))
        stay = f"; points given by hand to {given} student{'s' * (given != 1)} stay, and count instead of the test's"
        return f"{cell.name} is a test now{stay if given else ''}"

    def _bring(
        self,
        notebook: api.Notebook,
        cell: RecordedCell,
        rows: Mapping[str, api.BaseCell],
        submitted: Sequence[str],
        lines: list[str],
    ) -> None:
        for kind in sorted(cell.kinds):
            table, entries = TABLES[kind]
            row = rows.get(kind)
            if row is None:
                row = table(name=cell.name, notebook_id=notebook.id)
                self.db.add(row)
            elif kind != "solution" and row.max_score != cell.points:
                line = f"{notebook.name}: {cell.name} has {_points(cell.points)}, {row.max_score:g} before"
                more = self._scale(row, cell.points)
                lines.append(f"{line}; {more} of the points given by hand are above that" if more else line)
            if kind != "solution":
                row.max_score, row.cell_type = cell.points, cell.cell_type
            if kind not in rows:
                self.db.flush()
                for entry in entries:
                    self._insert(entry, "notebook_id", submitted, cell_id=row.id)
                if kind != "solution":
                    lines.append(f"{notebook.name}: {cell.name} is new, with {_points(cell.points)}")

    def _remove(self, notebook: str, name: str, rows: Iterable[api.BaseCell], lines: list[str] | None) -> None:
        """Remove cells and what submissions have for them. `lines` is None if only what the cell is has changed."""
        ids = [row.id for row in rows]
        points, people = 0, 0
        self._hold(ids)
        for student, auto, by_hand, extra, comment in self._marks(ids):
            given = by_hand is not None or bool(extra) or bool(comment)
            people += given
            points += bool(auto or by_hand or extra)
            if given or auto is not None:
                self.removed.append((student, notebook, name, auto, by_hand, extra, comment))
        if people:
            self.by_hand.append(f"{notebook}: {name}, for {people} student{'s' * (people != 1)}")
        if lines is not None and any(isinstance(row, api.GradeCell | api.TaskCell) for row in rows):
            lines.append(f"{notebook}: {name} is gone, and with it points of {points} student{'s' * (points != 1)}")
        for table in (api.Grade, api.Comment):
            self.db.execute(delete(table).where(table.cell_id.in_(ids)))
        for row in rows:
            self.db.expire(row)
            self.db.delete(row)
        self.db.flush()

    def _scale(self, row: Any, points: float) -> int:
        """Scale the points of tests, as grading again would. Return how many points given by hand are above `points`.

        Those stay as they are: only the person who gave them knows what they stand for.
        """
        of_cell = api.Grade.cell_id == row.id
        if row.max_score:
            scaled = {api.Grade.auto_score: api.Grade.auto_score * (points / row.max_score)}
            self.db.execute(update(api.Grade).where(of_cell, api.Grade.auto_score.is_not(None)).values(scaled))
        above = select(func.count()).select_from(api.Grade).where(of_cell, api.Grade.manual_score > points)
        return self.db.scalar(above) or 0

    def _hold(self, ids: Sequence[str]) -> None:
        """Lock the points and comments of these cells until the transaction ends, so that nobody else changes them."""
        for table in (api.Grade, api.Comment):
            of_cells = table.cell_id.in_(ids)
            self.db.execute(select(table.id).where(of_cells).order_by(table.id).with_for_update())
            # SQLite, which has no FOR UPDATE, locks its file at the first statement that may write
            self.db.execute(update(table).where(of_cells, false()).values(cell_id=table.cell_id))

    def _marks(self, ids: Sequence[str]) -> list[tuple[str, float | None, float | None, float | None, str | None]]:
        """Return (student, points of tests, points by hand, extra credit, comment by hand) for each entry."""
        found: dict[str, list[Any]] = {}
        for table, columns in (
            (api.Grade, (api.Grade.auto_score, api.Grade.manual_score, api.Grade.extra_credit)),
            (api.Comment, (api.Comment.manual_comment,)),
        ):
            rows = self.db.execute(
                select(api.SubmittedAssignment.student_id, *columns)
                .join(api.SubmittedNotebook, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
                .join(table, table.notebook_id == api.SubmittedNotebook.id)
                .where(table.cell_id.in_(ids))
            )
            for student, *values in rows:
                kept = found.setdefault(student, [None] * 4)
                kept[3 if table is api.Comment else 0 : 4 if table is api.Comment else 3] = values
        return [(student, *values) for student, values in sorted(found.items())]

    def _insert(self, table: Any, column: str, ids: Sequence[str], **values: Any) -> None:
        if ids:
            self.db.execute(insert(table), [{column: id, **values} for id in ids])


def _renamed(
    rows: Mapping[str, Mapping[str, Any]], sources: Mapping[str, Any], new: Mapping[str, RecordedCell]
) -> dict[str, str]:
    """Return {former name: new name} for each cell that has gone and is there again under a new name, unchanged."""
    gone: dict[tuple[Any, ...], list[str]] = {}
    for name in rows.keys() & sources.keys() - new.keys():
        text = sources[name].source.replace(name, "").strip()
        gone.setdefault((frozenset(rows[name]), sources[name].cell_type, text), []).append(name)
    come: dict[tuple[Any, ...], list[str]] = {}
    for name in new.keys() - rows.keys() - sources.keys():
        come.setdefault((new[name].kinds, new[name].cell_type, new[name].text), []).append(name)
    return {
        before[0]: come[what][0] for what, before in gone.items() if len(before) == 1 and len(come.get(what, [])) == 1
    }


def _points(number: float) -> str:
    return f"{number:g} point{'s' * (number != 1)}"


def _write_removed(folder: Path, assignment: str, rows: Sequence[Sequence[Any]]) -> Path:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["student", "notebook", "cell", "points of tests", "points by hand", "extra credit", "comment"])
    table.writerows(["" if value is None else value for value in row] for row in rows)
    folder.mkdir(exist_ok=True)
    path = folder / f"{assignment}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.csv"
    write_atomically(path, text.getvalue().encode("utf-8"))
    return path
