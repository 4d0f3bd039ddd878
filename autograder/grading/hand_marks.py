"""Points and comments that people give, in nbgrader's gradebook, and the lines of marking schemes that they ticked.

nbgrader's `grade.manual_score` is the only place that holds the points. Beside it, tables of the kit (created when the
first question is opened) hold the lines of each question's scheme and which of them are ticked for which answer. What
a person gave beyond the ticked lines is not stored, but computed: the points minus the sum of the lines. So ticks
cannot contradict the points, even if formgrader changes them.

nbgrader deletes rows of its own without knowing these tables, so they have no foreign keys: a row that belongs to a
deleted grade or cell is never read.

Several people may mark at the same time. Each change of an answer names the state that its author saw (`Mark.seen`).
If the answer has changed since then, nothing is written, and the author is told. The check and the change are one
transaction, which holds the question's lock: in PostgreSQL an advisory lock and the locked rows, in SQLite the file.
"""

import contextlib
import hashlib
import math
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from nbgrader import api
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    create_engine,
    delete,
    event,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)

from autograder.authoring.scheme import Question, SchemeLine
from autograder.course.database_errors import explained
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.grading.late import LatePolicy, correct_penalties
from autograder.storable import storable

TABLES = MetaData()
LINES = Table(
    "cs231n_scheme_line",
    TABLES,
    Column("id", String(32), primary_key=True),
    Column("cell_id", String(32), nullable=False, index=True),  # the question's GradeCell
    Column("position", Integer, nullable=False),
    Column("points", Float, nullable=False),
    Column("text", Text, nullable=False),
)
TICKS = Table(
    "cs231n_tick",
    TABLES,
    Column("grade_id", String(32), primary_key=True),
    Column("line_id", String(32), primary_key=True, index=True),
)
ANSWERS = Table(  # an answer that a person has flagged or changed
    "cs231n_answer",
    TABLES,
    Column("grade_id", String(32), primary_key=True),
    Column("flagged", Boolean, nullable=False),
    Column("marker", String(128), nullable=False),
    Column("changed", String(32), nullable=False),  # UTC
)
QUESTIONS = Table(
    "cs231n_question",
    TABLES,
    Column("cell_id", String(32), primary_key=True),
    Column("in_source", Text, nullable=False),  # the source's scheme when it was copied
    Column("assigned", String(128), nullable=False),  # who should mark it; "" for anybody
)
REMARKS = Table(
    "cs231n_remark",
    TABLES,
    Column("id", String(32), primary_key=True),
    Column("cell_id", String(32), nullable=False, index=True),
    Column("text", Text, nullable=False),
)

BASE = api.BaseCell.__table__
MARKING = 233  # first number of the key of PostgreSQL's lock; gradebook_lock.py uses 231 and 232
PATIENCE = 20  # seconds to wait for another writer
NAME_LENGTH = 128
MOST_LINES, MOST_REMARKS = 50, 50
MOST_TEXT = 10_000  # characters of a comment, a remark or a line of a scheme
MOST_EXTRA = 1_000


@dataclass(frozen=True)
class Line:
    """A line of a question's scheme as it now stands; `points` may be negative."""

    id: str
    points: float
    text: str


@dataclass(frozen=True)
class Mark:
    """What one answer has been given.

    Attributes
    ----------
    grade_id
        The id of its row in nbgrader's table of grades.
    student, name
        Who wrote the answer.
    auto_score
        The autograder's points: 0 for an answer that was left as released, otherwise None.
    points
        The points that were given by hand; None before that.
    waiting
        Whether nbgrader waits for a person to look at it.
    ticks
        The ids of the ticked lines.
    marker, changed
        Who changed it last in `cs231n mark`, and when (UTC); "" if it was never changed there.
    """

    grade_id: str
    student: str
    name: str
    notebook_id: str
    auto_score: float | None
    points: float | None
    extra: float
    waiting: bool
    comment: str
    auto_comment: str
    ticks: frozenset[str] = frozenset()
    flagged: bool = False
    marker: str = ""
    changed: str = ""

    @property
    def is_done(self) -> bool:
        return not self.waiting

    @property
    def seen(self) -> str:
        """A digest of all that a person sees and may change; two equal digests mean that nothing has changed."""
        state = (self.points, self.extra, self.waiting, self.comment, sorted(self.ticks), self.flagged)
        return hashlib.sha256(repr(state).encode()).hexdigest()[:20]


@dataclass(frozen=True)
class Change:
    """What a marker sets at once in one answer. None leaves a value as it is.

    Attributes
    ----------
    ticks
        All lines that are to be ticked. The points follow.
    points
        The points, whatever the ticks say.
    unmark
        Take back points and ticks, so that the answer waits again.
    """

    ticks: frozenset[str] | None = None
    points: float | None = None
    extra: float | None = None
    comment: str | None = None
    flagged: bool | None = None
    unmark: bool = False


@dataclass(frozen=True)
class MarkedQuestion:
    """A question of the gradebook.

    Attributes
    ----------
    cell_id, comment_cell
        The ids of its GradeCell, and of its SolutionCell, to which comments belong.
    lines
        Its scheme as it now stands.
    in_source
        The source's scheme when it was copied; compare it with `as_text`.
    remarks
        Comments to use again, by id.
    assigned
        Who should mark it; "" for anybody.
    marks
        The mark of each answer by its grade_id, sorted by student.
    """

    cell_id: str
    comment_cell: str
    max_points: float
    lines: tuple[Line, ...]
    remarks: Mapping[str, str]
    assigned: str
    in_source: str
    marks: Mapping[str, Mark]

    @property
    def seen(self) -> str:
        """A digest of the scheme."""
        return hashlib.sha256(repr([asdict(line) for line in self.lines]).encode()).hexdigest()[:20]

    def free(self, mark: Mark) -> float:
        """The points that a person gave beyond the ticked lines; negative if fewer."""
        return _free(mark.points, self._sum(mark.ticks), self.max_points)

    def points(self, ticks: frozenset[str], free: float) -> float | None:
        """The points for ticks and what a person gave beyond them; None if there is neither."""
        return _within(self._sum(ticks) + free, self.max_points) if ticks or free else None

    def after(self, mark: Mark, change: Change) -> Mark:
        """The mark after a change. Raises KitError if the change is not possible."""
        known = {line.id for line in self.lines}
        ticks, points = mark.ticks, mark.points
        if change.ticks is not None:
            if not change.ticks <= known:
                raise KitError("A ticked line is no longer in the scheme.")
            free, ticks = self.free(mark), change.ticks
            points = self.points(ticks, free)
        if change.points is not None:
            points = _checked(change.points, self.max_points, "points")
        if change.unmark:
            ticks, points = frozenset(), None
        made = replace(mark, ticks=ticks, points=points)
        if change.ticks is not None or change.points is not None or change.unmark:
            made = replace(made, waiting=points is None and mark.auto_score is None)
        if change.extra is not None:
            made = replace(made, extra=_checked(change.extra, MOST_EXTRA, "extra points"))
        if change.comment is not None:
            made = replace(made, comment=_text(change.comment, "comment"))
        if change.flagged is not None:
            made = replace(made, flagged=change.flagged)
        return made

    def _sum(self, ticks: Iterable[str]) -> float:
        points = {line.id: line.points for line in self.lines}
        return math.fsum(points[tick] for tick in ticks if tick in points)


def ticked_lines(gradebook: api.Gradebook, assignment: str) -> dict[tuple[str, str, str], list[tuple[float, str]]]:
    """The ticked lines of all answers of an assignment: {(student, notebook, grade_id): [(points, text), ...]}."""
    if not inspect(gradebook.db.connection()).has_table(TICKS.name):  # no question has been opened yet
        return {}
    query = (
        select(api.SubmittedAssignment.student_id, api.Notebook.name, BASE.c.name, LINES.c.points, LINES.c.text)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
        .join(api.Notebook, api.Notebook.id == api.SubmittedNotebook.notebook_id)
        .join(api.Assignment, api.Assignment.id == api.Notebook.assignment_id)
        .join(api.Grade, api.Grade.notebook_id == api.SubmittedNotebook.id)
        .join(BASE, BASE.c.id == api.Grade.cell_id)
        .join(TICKS, TICKS.c.grade_id == api.Grade.id)
        .join(LINES, (LINES.c.id == TICKS.c.line_id) & (LINES.c.cell_id == api.Grade.cell_id))
        .where(api.Assignment.name == assignment)
        .order_by(LINES.c.position, LINES.c.id)
    )
    found: dict[tuple[str, str, str], list[tuple[float, str]]] = {}
    for student, notebook, cell, points, line in gradebook.db.execute(query):
        found.setdefault((student, notebook, cell), []).append((points, line))
    return found


def line_counts(gradebook: api.Gradebook, assignment: str) -> list[tuple[str, str, float, str, int]]:
    """All lines of the schemes: (notebook, grade_id, points, text, in how many marked answers it is ticked)."""
    if not inspect(gradebook.db.connection()).has_table(TICKS.name):
        return []
    grade, by_hand = api.Grade, api.Grade.manual_score.is_not(None)  # otherwise the ticks are void
    query = (
        select(api.Notebook.name, BASE.c.name, LINES.c.points, LINES.c.text, func.count(grade.id))
        .select_from(LINES)
        .join(BASE, BASE.c.id == LINES.c.cell_id)
        .join(api.Notebook, api.Notebook.id == BASE.c.notebook_id)
        .join(api.Assignment, api.Assignment.id == api.Notebook.assignment_id)
        .outerjoin(TICKS, TICKS.c.line_id == LINES.c.id)
        .outerjoin(grade, (grade.id == TICKS.c.grade_id) & (grade.cell_id == LINES.c.cell_id) & by_hand)
        .where(api.Assignment.name == assignment)
        .group_by(api.Notebook.name, BASE.c.name, LINES.c.id, LINES.c.points, LINES.c.text, LINES.c.position)
        .order_by(api.Notebook.name, BASE.c.name, LINES.c.position, LINES.c.id)
    )
    return [tuple(row) for row in gradebook.db.execute(query)]


def flagged_answers(gradebook: api.Gradebook, assignment: str) -> set[tuple[str, str, str]]:
    """The answers that markers have flagged: (student, notebook, grade_id)."""
    if not inspect(gradebook.db.connection()).has_table(ANSWERS.name):
        return set()
    query = (
        select(api.SubmittedAssignment.student_id, api.Notebook.name, BASE.c.name)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
        .join(api.Notebook, api.Notebook.id == api.SubmittedNotebook.notebook_id)
        .join(api.Assignment, api.Assignment.id == api.Notebook.assignment_id)
        .join(api.Grade, api.Grade.notebook_id == api.SubmittedNotebook.id)
        .join(BASE, BASE.c.id == api.Grade.cell_id)
        .join(ANSWERS, ANSWERS.c.grade_id == api.Grade.id)
        .where(api.Assignment.name == assignment, ANSWERS.c.flagged)
    )
    return {tuple(row) for row in gradebook.db.execute(query)}


class Changed(Exception):
    """The answer, or the scheme, is no longer what the author of a change saw. Nothing was written."""


class HandMarks:
    """The marks of one assignment's questions, for one marker. Every change is one transaction.

    Its methods may be called from several threads. Raises KitError if the late policy cannot be used.
    """

    def __init__(self, workspace: Workspace, assignment: str, marker: str):
        self.assignment, self.marker = assignment, storable(marker)[:NAME_LENGTH]
        self.policy = LatePolicy.of(workspace)
        self.explained = partial(explained, workspace.db_url, "nbgrader_config.py, or --db")
        with workspace.gradebook() as gradebook:  # says what is wrong with the database
            self.engine = create_engine(gradebook.engine.url, pool_pre_ping=True, **_options(gradebook.engine))
            gradebook.engine.dispose()
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        if self.is_sqlite:
            event.listen(self.engine, "connect", _leave_transactions_to_us)
            event.listen(self.engine, "begin", _begin)

    def close(self) -> None:
        self.engine.dispose()

    def prepare(self, questions: Sequence[Question]) -> dict[tuple[str, str], str]:
        """Create the tables, and copy the schemes of questions that are not marked yet.

        Returns {(notebook, grade_id): the id of its cell in the gradebook} for the questions that have been released.
        Raises WorkspaceError if the tables cannot be created.
        """
        found: dict[tuple[str, str], str] = {}
        with self.explained():
            with self._writing("tables") as db:
                TABLES.create_all(db)
                cells = [(question, db.execute(_cell(self.assignment, question)).scalar()) for question in questions]
            for question, cell_id in cells:
                if cell_id is not None:
                    with self._writing(cell_id) as db:
                        _copy_scheme(db, cell_id, question.scheme)
                    found[question.notebook, question.grade_id] = cell_id
        return found

    def question(self, cell_id: str, grade_id: str | None = None) -> MarkedQuestion:
        """Read a question with all its marks, or with that of one answer."""
        with self._reading() as db:
            return _read(db, cell_id, grade_id)

    def released_text(self, cell_id: str) -> str:
        """The text of the question's cell as students received it."""
        source = api.SourceCell.__table__
        of_cell = (source.c.notebook_id == BASE.c.notebook_id) & (source.c.name == BASE.c.name)
        with self._reading() as db:
            return db.execute(select(source.c.source).join(BASE, of_cell).where(BASE.c.id == cell_id)).scalar() or ""

    def change(self, cell_id: str, grade_id: str, seen: str, change: Change, scheme_seen: str) -> MarkedQuestion:
        """Change one answer, if it and the scheme are as the author saw them; return the question with its new mark.

        A change that has already been made, because its author did not get the first reply, does nothing.

        Raises
        ------
        Changed
            They are not.
        KitError
            The answer no longer exists, or the change is not possible.
        """
        with self._writing(cell_id) as db:
            _lock(db, cell_id, [grade_id])
            question = _read(db, cell_id, grade_id)
            if (mark := question.marks.get(grade_id)) is None:
                raise KitError("This answer is no longer in the gradebook.", "Load the page again.")
            made = question.after(mark, change)
            if made.seen != mark.seen:
                if (mark.seen, question.seen) != (seen, scheme_seen):
                    raise Changed
                self._write(db, question, {grade_id: made})
            return _read(db, cell_id, grade_id)

    def give_the_same(self, cell_id: str, grade_id: str, seen: str, to: Iterable[str]) -> int:
        """Give the answers `to` the points, ticks and comment of the answer `grade_id`; return how many changed.

        Only answers without points by hand change, and only empty comments. Raises Changed if the
        answer `grade_id` is not as the marker saw it.
        """
        with self._writing(cell_id) as db:
            wanted = [grade_id, *to]
            _lock(db, cell_id, wanted)
            question = _read(db, cell_id)
            given = question.marks.get(grade_id)
            if given is None or given.points is None:
                raise KitError("This answer has no points yet.", "Give it points first.")
            if given.seen != seen:
                raise Changed
            change = Change(ticks=given.ticks, points=given.points, extra=given.extra)
            made = {}
            for mark in (question.marks[other] for other in wanted[1:] if other in question.marks):
                if mark.points is None and mark.grade_id != grade_id:
                    comment = None if mark.comment else given.comment
                    made[mark.grade_id] = question.after(mark, replace(change, comment=comment))
            self._write(db, question, made)
            return len(made)

    def give_nothing(self, cell_id: str, to: Iterable[str]) -> int:
        """Give 0 points to those of the answers `to` that wait and have none; return how many changed."""
        with self._writing(cell_id) as db:
            wanted = list(to)
            _lock(db, cell_id, wanted)
            question = _read(db, cell_id)
            marks = (question.marks[other] for other in wanted if other in question.marks)
            made = {
                mark.grade_id: question.after(mark, Change(ticks=frozenset(), points=0.0))
                for mark in marks
                if mark.points is None and mark.waiting
            }
            self._write(db, question, made)
            return len(made)

    def change_scheme(self, cell_id: str, seen: str, lines: Sequence[Line]) -> int:
        """Replace the scheme; return the number of answers whose points changed with it.

        Lines are the same if they have the same id; a line with an empty id is new. What a person gave beyond the
        lines stays. An answer that loses its only tick waits again.

        Raises
        ------
        Changed
            Someone else has changed the scheme.
        KitError
            The lines are not a scheme.
        """
        if len(lines) > MOST_LINES:
            raise KitError(f"A scheme has at most {MOST_LINES} lines.")
        with self._writing(cell_id) as db:
            _lock(db, cell_id)
            before = _read(db, cell_id)
            if before.seen != seen:
                raise Changed
            after = replace(before, lines=_checked_lines(before.lines, lines))
            _write_lines(db, cell_id, after.lines)
            kept = {line.id for line in after.lines}
            made = {}
            for mark in before.marks.values():
                ticks = mark.ticks & kept
                points = after.points(ticks, before.free(mark)) if mark.ticks else mark.points
                if (points, ticks) != (mark.points, mark.ticks):
                    waiting = mark.waiting or (points is None and mark.auto_score is None)
                    made[mark.grade_id] = replace(mark, points=points, ticks=ticks, waiting=waiting)
            self._write(db, before, made)
            return len(made)

    def assign(self, cell_id: str, to: str) -> None:
        """Say who shall mark a question; "" for anybody."""
        name = storable(" ".join(to.split()))[:NAME_LENGTH]
        with self._writing(cell_id) as db:
            db.execute(update(QUESTIONS).where(QUESTIONS.c.cell_id == cell_id).values(assigned=name))

    def keep_remark(self, cell_id: str, words: str) -> None:
        """Keep a comment for use with other answers to the question."""
        words = _text(words, "remark").strip()
        with self._writing(cell_id) as db:
            kept = set(db.execute(select(REMARKS.c.text).where(REMARKS.c.cell_id == cell_id)).scalars())
            if len(kept) >= MOST_REMARKS:
                raise KitError(f"A question has at most {MOST_REMARKS} remarks.", "Remove one first.")
            if words and words not in kept:
                db.execute(insert(REMARKS).values(id=_by_time(), cell_id=cell_id, text=words))

    def drop_remark(self, cell_id: str, id: str) -> None:
        with self._writing(cell_id) as db:
            db.execute(delete(REMARKS).where(REMARKS.c.cell_id == cell_id, REMARKS.c.id == id))

    def _write(self, db: Connection, question: MarkedQuestion, made: Mapping[str, Mark]) -> None:
        """Write the new marks, and then correct the late penalties of their notebooks."""
        now = datetime.now(UTC).isoformat(sep=" ", timespec="seconds")[:19]
        for grade_id, mark in made.items():
            before = question.marks[grade_id]
            grade = api.Grade.__table__
            if (mark.points, mark.extra, mark.waiting) != (before.points, before.extra, before.waiting):
                values: dict[str, float | bool | None] = {
                    "manual_score": mark.points,
                    "needs_manual_grade": mark.waiting,
                }
                if mark.extra != before.extra:
                    values["extra_credit"] = mark.extra
                db.execute(update(grade).where(grade.c.id == grade_id).values(**values))
            if mark.comment != before.comment:
                comment = api.Comment.__table__
                of_answer = (comment.c.cell_id == question.comment_cell) & (comment.c.notebook_id == mark.notebook_id)
                written = db.execute(update(comment).where(of_answer).values(manual_comment=mark.comment or None))
                if written.rowcount == 0:
                    raise KitError("The gradebook has no place for a comment on this answer.", "Grade it again.")
            if mark.ticks != before.ticks:
                db.execute(delete(TICKS).where(TICKS.c.grade_id == grade_id))
                if mark.ticks:
                    rows = [{"grade_id": grade_id, "line_id": line} for line in sorted(mark.ticks)]
                    db.execute(insert(TICKS), rows)
            db.execute(delete(ANSWERS).where(ANSWERS.c.grade_id == grade_id))
            row = {"grade_id": grade_id, "flagged": mark.flagged, "marker": self.marker, "changed": now}
            db.execute(insert(ANSWERS).values(**row))
        if made:
            notebooks = {question.marks[grade_id].notebook_id for grade_id in made}
            correct_penalties(db, self.policy, api.SubmittedNotebook.id.in_(notebooks))

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self.engine.begin() as db:
            yield db

    @contextlib.contextmanager
    def _writing(self, what: str) -> Iterator[Connection]:
        """A transaction that holds a lock; in a server, on one question or on the definition of the tables."""
        with self.engine.connect().execution_options(cs231n_writes=True) as db, db.begin():
            if not self.is_sqlite:
                key = int.from_bytes(hashlib.sha256(what.encode()).digest()[:4], "big", signed=True)
                db.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}s'"))
                db.execute(text(f"SELECT pg_advisory_xact_lock({MARKING}, {key})"))
            yield db


def _options(engine: Engine) -> dict[str, Any]:
    return {"connect_args": {"timeout": PATIENCE}} if engine.dialect.name == "sqlite" else {}


def _leave_transactions_to_us(connection: Any, record: object) -> None:
    connection.isolation_level = None  # otherwise sqlite3 begins a transaction only when it writes


def _begin(db: Connection) -> None:
    writes = db.get_execution_options().get("cs231n_writes")
    db.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _lock(db: Connection, cell_id: str, grade_ids: Iterable[str] | None = None) -> None:
    """Lock these answers of a question (None: all) against other programs, such as formgrader, in a server."""
    grade, comment = api.Grade.__table__, api.Comment.__table__
    chosen = select(grade.c.id).where(grade.c.cell_id == cell_id)
    if grade_ids is not None:
        chosen = chosen.where(grade.c.id.in_(list(grade_ids)))
    db.execute(chosen.order_by(grade.c.id).with_for_update())
    notebooks = chosen.with_only_columns(grade.c.notebook_id)
    of_cell = select(BASE.c.id).where(*_comment_cell(cell_id))
    comments = select(comment.c.id).where(comment.c.cell_id.in_(of_cell), comment.c.notebook_id.in_(notebooks))
    db.execute(comments.order_by(comment.c.id).with_for_update())


def _comment_cell(cell_id: str) -> tuple[ColumnElement[bool], ...]:
    """Select the SolutionCell of the question whose GradeCell is `cell_id`."""
    other = BASE.alias()
    of_question = select(other.c.name).where(other.c.id == cell_id).scalar_subquery()
    of_notebook = select(other.c.notebook_id).where(other.c.id == cell_id).scalar_subquery()
    return BASE.c.type == "SolutionCell", BASE.c.name == of_question, BASE.c.notebook_id == of_notebook


def _cell(assignment: str, question: Question) -> Select[Any]:
    """A query for the id of the question's GradeCell."""
    found = select(BASE.c.id).join(api.Notebook, api.Notebook.id == BASE.c.notebook_id)
    return found.join(api.Assignment, api.Assignment.id == api.Notebook.assignment_id).where(
        api.Assignment.name == assignment,
        api.Notebook.name == question.notebook,
        BASE.c.name == question.grade_id,
        BASE.c.type == "GradeCell",
    )


def _read(db: Connection, cell_id: str, grade_id: str | None = None) -> MarkedQuestion:
    points = api.GradeCell.__table__
    max_points = db.execute(select(points.c.max_score).where(points.c.id == cell_id)).scalar()
    comment_cell = db.execute(select(BASE.c.id).where(*_comment_cell(cell_id))).scalar()
    kept = db.execute(select(QUESTIONS).where(QUESTIONS.c.cell_id == cell_id)).first()
    if max_points is None or comment_cell is None or kept is None:
        raise KitError("This question is no longer in the gradebook.", "Start cs231n mark again.")
    lines = db.execute(select(LINES).where(LINES.c.cell_id == cell_id).order_by(LINES.c.position, LINES.c.id))
    remarks = db.execute(select(REMARKS).where(REMARKS.c.cell_id == cell_id).order_by(REMARKS.c.id))
    return MarkedQuestion(
        cell_id,
        comment_cell,
        max_points,
        tuple(Line(line.id, line.points, line.text) for line in lines),
        {remark.id: remark.text for remark in remarks},
        kept.assigned,
        kept.in_source,
        _marks(db, cell_id, comment_cell, grade_id),
    )


def _marks(db: Connection, cell_id: str, comment_cell: str, grade_id: str | None) -> dict[str, Mark]:
    grade, comment, student = api.Grade.__table__, api.Comment.__table__, api.Student.__table__
    notebook, submission = api.SubmittedNotebook.__table__, api.SubmittedAssignment.__table__
    query = (
        select(
            grade.c.id, grade.c.notebook_id, grade.c.auto_score, grade.c.manual_score, grade.c.extra_credit,
            grade.c.needs_manual_grade, comment.c.manual_comment, comment.c.auto_comment,
            student.c.id.label("student"), student.c.first_name, student.c.last_name,
            ANSWERS.c.flagged, ANSWERS.c.marker, ANSWERS.c.changed,
        )
        .join(notebook, notebook.c.id == grade.c.notebook_id)
        .join(submission, submission.c.id == notebook.c.assignment_id)
        .join(student, student.c.id == submission.c.student_id)
        .outerjoin(comment, (comment.c.notebook_id == notebook.c.id) & (comment.c.cell_id == comment_cell))
        .outerjoin(ANSWERS, ANSWERS.c.grade_id == grade.c.id)
        .where(grade.c.cell_id == cell_id)
        .order_by(student.c.id, grade.c.id)
    )  # fmt: skip
    ticked: dict[str, set[str]] = {}
    of_question = select(TICKS).join(LINES, LINES.c.id == TICKS.c.line_id).where(LINES.c.cell_id == cell_id)
    if grade_id is not None:
        query, of_question = query.where(grade.c.id == grade_id), of_question.where(TICKS.c.grade_id == grade_id)
    for tick in db.execute(of_question):
        ticked.setdefault(tick.grade_id, set()).add(tick.line_id)
    return {
        row.id: Mark(
            row.id,
            row.student,
            " ".join(filter(None, [row.first_name, row.last_name])),
            row.notebook_id,
            row.auto_score,
            row.manual_score,
            row.extra_credit or 0.0,
            bool(row.needs_manual_grade),
            row.manual_comment or "",
            row.auto_comment or "",
            # if points were taken back elsewhere, the ticks are void
            frozenset(ticked.get(row.id, ())) if row.manual_score is not None else frozenset(),
            bool(row.flagged),
            row.marker or "",
            row.changed or "",
        )
        for row in db.execute(query)
    }


def as_text(scheme: Iterable[SchemeLine | Line]) -> str:
    """A scheme in the form of `MarkedQuestion.in_source`."""
    return "\n".join(f"[{line.points:g}] {line.text}" for line in scheme)


def _copy_scheme(db: Connection, cell_id: str, scheme: Sequence[SchemeLine]) -> None:
    """Copy the source's scheme into the gradebook, unless somebody has ticked or changed the former copy."""
    text = as_text(scheme)
    kept = db.execute(select(QUESTIONS.c.in_source).where(QUESTIONS.c.cell_id == cell_id)).scalar()
    if kept == text:
        return
    if kept is None:
        db.execute(insert(QUESTIONS).values(cell_id=cell_id, in_source=text, assigned=""))
    else:
        question = _read(db, cell_id)
        if as_text(question.lines) != kept or any(mark.ticks for mark in question.marks.values()):
            return
        db.execute(update(QUESTIONS).where(QUESTIONS.c.cell_id == cell_id).values(in_source=text))
    _write_lines(db, cell_id, [Line(uuid.uuid4().hex, line.points, line.text) for line in scheme])


def _write_lines(db: Connection, cell_id: str, lines: Sequence[Line]) -> None:
    db.execute(delete(LINES).where(LINES.c.cell_id == cell_id))
    if lines:
        rows = [{**asdict(line), "cell_id": cell_id, "position": place} for place, line in enumerate(lines)]
        db.execute(insert(LINES), rows)


def _checked_lines(before: Sequence[Line], given: Sequence[Line]) -> tuple[Line, ...]:
    """The lines as they may be stored. Raises KitError."""
    if len(given) > MOST_LINES:
        raise KitError(f"A scheme has at most {MOST_LINES} lines.")
    known = {line.id for line in before}
    made = []
    for line in given:
        text = " ".join(_text(line.text, "line").split())
        if not text:
            raise KitError("A line of the scheme has no text.", "Write one, or remove the line.")
        points = math.copysign(_checked(abs(line.points), MOST_EXTRA, "points of a line"), line.points)
        made.append(Line(line.id if line.id in known else uuid.uuid4().hex, points, text))
        known.discard(line.id)  # a second line of the same id would be a new one
    return tuple(made)


def _free(points: float | None, ticked: float, most: float) -> float:
    """What was given beyond the ticked lines; points at a bound may be the lines alone, which go beyond it."""
    if points is None or math.isclose(points, _within(ticked, most), abs_tol=1e-9):
        return 0.0
    return round(points - ticked, 9)


def _within(points: float, most: float) -> float:
    return round(min(max(points, 0.0), most), 9)


def _checked(points: float, most: float, what: str) -> float:
    if not (math.isfinite(points) and 0 <= points <= most):
        raise KitError(f"The {what} must be from 0 to {most:g}.")
    return float(points)


def _text(given: str, what: str) -> str:
    if len(given) > MOST_TEXT:
        raise KitError(f"A {what} has at most {MOST_TEXT:,} characters.", "Shorten it.")
    return storable(given)


def _by_time() -> str:
    """A new id that is larger than those made earlier."""
    return f"{time.time_ns():016x}{uuid.uuid4().hex[:16]}"
