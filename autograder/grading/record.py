"""Third step of grading (trusted): the only writer of the gradebook and of `autograded/`.

nbgrader's own code decides the scores, comments and late penalties. They are written to the gradebook in one
transaction per submission. Before the commit, the executed notebooks are written beside
`autograded/STUDENT/ASSIGNMENT/`, and that folder is moved aside; after the commit, a rename puts the new folder in its
place. So a run that is killed between the two leaves a submission without that folder, and it is graded again.
Recording a submission twice has the same result as recording it once.
"""

import contextlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

import nbformat
from nbformat.v4 import new_code_cell
from nbformat.v4.rwbase import rejoin_lines, split_lines, strip_transient
from nbgrader import api
from nbgrader.api import Gradebook
from nbgrader.preprocessors import IgnorePattern, LimitOutput, SaveAutoGrades
from nbgrader.utils import parse_utc
from sqlalchemy import BindParameter, Select, bindparam, case, func, select, update
from sqlalchemy.orm import Session

from autograder.course.course_toml import TIMESTAMP, Assignment
from autograder.course.roster import read_roster
from autograder.course.workspace import Workspace
from autograder.grading.enrol import NAME_LENGTH, enrol
from autograder.grading.late import QUIET, LatePolicy, bring_up_to_date, follow_times
from autograder.grading.preprocessors import StderrToStdout
from autograder.grading.report import NotebookScore
from autograder.grading.sanitize import NotRun
from autograder.notebook.cell_record import SKIP_TAG, grade_id_of, is_skipped, record_of, whose
from autograder.notebook.job import NOT_RUN
from autograder.notebook.page_cleaner import reduce
from autograder.storable import storable
from autograder.submissions.origins import people
from autograder.submissions.platforms import Person

MAX_DEPTH = 50  # of nested lists and dicts
OLD = "old"  # the folder that is being replaced


class Recorder:
    """Records submissions of one assignment, one at a time. Data that they share is looked up only once.

    Only one thread may use it, because a database session belongs to the thread that began it.
    """

    def __init__(self, workspace: Workspace, gradebook: Gradebook, assignment: Assignment):
        self.workspace, self.gradebook, self.assignment = workspace, gradebook, assignment
        self.config = workspace.config
        self.cleaning = [step(config=self.config, log=QUIET) for step in (StderrToStdout, IgnorePattern, LimitOutput)]
        self.scoring = _SaveAutoGrades(config=self.config, log=QUIET)
        self.late = LatePolicy.of(workspace)
        self.people = people(workspace)
        # nbgrader logs tracebacks of database errors there; the report and the submission's log describe them anyway
        logging.getLogger("tornado.application").setLevel(logging.CRITICAL)
        with one_transaction(gradebook):
            enrol(gradebook.db, read_roster(workspace))
            self.layout = _Layout(gradebook, assignment.name)
        self.times, _ = follow_times(workspace, gradebook, assignment.name, self.late)

    def record(
        self,
        student: str,
        notebooks: dict[str, nbformat.NotebookNode],
        handed_in: str | None,
        not_run: Mapping[str, Sequence[NotRun]],
    ) -> dict[str, NotebookScore]:
        """Record one submission.

        Parameters
        ----------
        student
            The student who handed it in.
        notebooks
            The executed notebooks by name, one for each notebook of the assignment. This method changes them.
        handed_in
            The time of arrival, as `hand_in_time` returns it.
        not_run
            For each notebook, the student's own outputs to show in `autograded/`. They do not affect the scores.

        Returns
        -------
        dict
            The score of each notebook, with the late penalty subtracted.

        Raises
        ------
        Exception
            An error of the database or the file system. Nothing of this submission has then changed.
        """
        folder = self.workspace.autograded(student, self.assignment.name)
        try:
            with _replacing(folder) as fresh, one_transaction(self.gradebook):
                scores = self._enter(student, notebooks, handed_in, not_run)
                _write_autograded(fresh, notebooks, handed_in)
                if folder.exists():
                    os.rename(folder, fresh.with_name(OLD))
        finally:
            self.gradebook.db.expunge_all()  # otherwise a class of a thousand students would stay in memory
        return scores

    def _enter(
        self,
        student: str,
        notebooks: dict[str, nbformat.NotebookNode],
        handed_in: str | None,
        not_run: Mapping[str, Sequence[NotRun]],
    ) -> dict[str, NotebookScore]:
        db = self.gradebook.db
        _add_student(db, student, self.people.get(student))
        with db.no_autoflush:  # nbgrader builds a new submission in several steps before it adds it
            submission = self.gradebook.update_or_create_submission(
                self.assignment.name, student, timestamp=handed_in and parse_utc(handed_in)
            )
        if self.times.decided:
            submission.extension = self.times.extension(self.assignment.name, student)
        db.flush()
        entries = _Entries(db, self.layout, submission.id)
        marked_before = entries.marked_by_hand()
        for name, notebook in notebooks.items():
            for cell in notebook.cells:
                if "outputs" in cell:
                    cell.outputs = _storable(cell.outputs)
            for step in self.cleaning:
                notebook, _ = step(notebook, {})
            self.scoring.score(notebook, name, entries)
            reduce(notebook)
            _show(notebook, not_run[name])
            notebooks[name] = notebook
        self._keep_reviewed(marked_before, student, notebooks)
        db.flush()
        for name in notebooks:
            entry = entries.notebooks[name]
            entry.late_submission_penalty = self.late.penalty(student, entry.score, submission.total_seconds_late)
        db.flush()
        return recorded_scores(self.gradebook, self.layout, entries)[student]

    def scores(self) -> dict[str, dict[str, NotebookScore]]:
        """Return {student: {notebook: score}} from the gradebook, including points that were given by hand."""
        with one_transaction(self.gradebook):
            return recorded_scores(self.gradebook, self.layout)

    def bring_penalties_up_to_date(self) -> dict[str, Exception]:
        """Update the late penalties. Returns the errors of the late policy, by student."""
        return bring_up_to_date(self.gradebook, self.assignment.name, self.late)

    def _keep_reviewed(
        self, marked: dict[tuple[str, str], api.Grade], student: str, notebooks: dict[str, nbformat.NotebookNode]
    ) -> None:
        """Keep nbgrader's mark for review only for work that has changed since a person gave points for it."""
        folder = self.workspace.autograded(student, self.assignment.name)
        for name, notebook in notebooks.items():
            grades = {cell: grade for (of, cell), grade in marked.items() if of == name}
            before = _work_in(folder / f"{name}.ipynb") if grades else {}
            now = _work(notebook) if before else {}
            for cell, grade in grades.items():
                if cell in before and before[cell] == now.get(cell):
                    grade.needs_manual_grade = False


def _work_in(path: Path) -> dict[str, str]:
    try:
        return _work(rejoin_lines(nbformat.from_dict(json.loads(path.read_text("utf-8")))))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _work(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """Return, for each cell with a record, its maximum points and all that a person looks at to give them.

    For a written answer, that is the cell and the cells that the student added below it; otherwise also all code.
    """
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    work: dict[str, list[Any]] = {}
    current: list[Any] = []
    for cell in notebook.cells:
        if record := record_of(cell):
            written = cell.cell_type == "markdown" and record.solution
            current = work[record.grade_id] = [record.points, not written and code]
        current.append((cell.cell_type, cell.source, cell.get("outputs"), cell.get("attachments")))
    return {grade_id: json.dumps(parts, sort_keys=True) for grade_id, parts in work.items()}


def _add_student(db: Session, student: str, person: Person | None) -> None:
    """Add a student to the gradebook, even if another grader adds the same one at the same moment.

    nbgrader's update_or_create_student would fail then. If the gradebook has no name for the student, the name from the
    learning platform is stored for formgrader. It needs two parts, so the name is split at the last space.
    """
    insert = import_module(f"sqlalchemy.dialects.{db.get_bind().dialect.name}").insert
    db.execute(insert(api.Student).values(id=student).on_conflict_do_nothing())
    table = api.Student
    if person and person.name:
        first, _, last = (storable(part)[:NAME_LENGTH] for part in person.name.rpartition(" "))
        unnamed = (table.id == student) & table.first_name.is_(None) & table.last_name.is_(None)
        db.execute(update(table).where(unnamed).values(first_name=first, last_name=last))
    if person and person.email:
        unknown = (table.id == student) & table.email.is_(None)
        db.execute(update(table).where(unknown).values(email=storable(person.email)[:NAME_LENGTH]))


class _Layout:
    """The notebooks of an assignment in the gradebook, and their cells that can have a mark or a comment.

    It also holds the queries for a submission, because building them takes longer than running them.
    """

    def __init__(self, gradebook: Gradebook, assignment: str):
        columns = gradebook.db.query(api.Notebook.id, api.Notebook.name, api.Notebook.max_score)
        of_assignment = columns.join(api.Assignment, api.Assignment.id == api.Notebook.assignment_id)
        found = of_assignment.filter(api.Assignment.name == assignment).all()
        self.notebooks = {id: (name, max_score) for id, name, max_score in found}
        cells = gradebook.db.query(api.BaseCell.id, api.BaseCell.name, api.BaseCell.type)
        self.marked: dict[str, str] = {}
        self.commented: dict[str, str] = {}
        for id, name, kind in cells.filter(api.BaseCell.notebook_id.in_(self.notebooks)):
            if kind in ("GradeCell", "TaskCell"):
                self.marked[id] = name
            if kind in ("SolutionCell", "TaskCell"):
                self.commented[id] = name
        of_notebooks: BindParameter[Any] = bindparam("notebooks", expanding=True)
        self.submitted = select(api.SubmittedNotebook).where(
            api.SubmittedNotebook.notebook_id.in_(self.notebooks),
            api.SubmittedNotebook.assignment_id == bindparam("submission"),
        )
        self.grades, self.comments = (
            select(table).where(table.cell_id.in_(cells), table.notebook_id.in_(of_notebooks))
            for table, cells in ((api.Grade, self.marked), (api.Comment, self.commented))
        )
        self.all_scores = _scores(self)
        self.scores = self.all_scores.where(api.SubmittedNotebook.id.in_(of_notebooks))


class _Entries:
    """The gradebook's entries for one submission. nbgrader's preprocessor finds them here as in a Gradebook.

    nbgrader fetches each entry with a query that joins seven tables. Here two queries, which use the database's
    indices, fetch all of them. nbgrader also commits after each entry; here that does nothing.
    """

    def __init__(self, db: Session, layout: _Layout, submission: str):
        found = db.scalars(layout.submitted, {"submission": submission})
        self.notebooks = {layout.notebooks[notebook.notebook_id][0]: notebook for notebook in found}
        names = {notebook.id: name for name, notebook in self.notebooks.items()}

        def named(query: Select[Any], cells: dict[str, str]) -> dict[tuple[str, str], Any]:
            found = db.scalars(query, {"notebooks": list(names)})
            return {(names[entry.notebook_id], cells[entry.cell_id]): entry for entry in found}

        self.grades = named(layout.grades, layout.marked)
        self.comments = named(layout.comments, layout.commented)
        self.db = self

    def marked_by_hand(self) -> dict[tuple[str, str], api.Grade]:
        """Return the grades for which a person has given points and which are not marked for review."""
        return {
            place: grade
            for place, grade in self.grades.items()
            if grade.manual_score is not None and not grade.needs_manual_grade
        }

    def find_grade(self, cell: str, notebook: str, assignment: str, student: str) -> Any:
        return self._found(self.grades, notebook, cell)

    def find_comment(self, cell: str, notebook: str, assignment: str, student: str) -> Any:
        return self._found(self.comments, notebook, cell)

    def commit(self) -> None:
        pass

    @staticmethod
    def _found(entries: dict[tuple[str, str], Any], notebook: str, cell: str) -> Any:
        if (notebook, cell) not in entries:
            raise api.MissingEntry(f"The gradebook has no cell '{cell}' in {notebook}.")
        return entries[notebook, cell]


def _storable(value: Any, depth: int = 0) -> Any:
    """Make outputs of student code storable: replace all characters that a file or database would not accept."""
    if isinstance(value, str):
        return storable(value)
    if not isinstance(value, dict | list):
        return value
    if depth > MAX_DEPTH:
        return "[nested too deep to be kept]"
    if isinstance(value, list):
        return [_storable(item, depth + 1) for item in value]
    return type(value)({_storable(key): _storable(item, depth + 1) for key, item in value.items()})


def recorded_scores(
    gradebook: Gradebook, layout: _Layout, entries: _Entries | None = None
) -> dict[str, dict[str, NotebookScore]]:
    """Return {student: {notebook: score}} from the gradebook, for one submission or for the whole class."""
    if entries:
        given = {"notebooks": [notebook.id for notebook in entries.notebooks.values()]}
        found = gradebook.db.execute(layout.scores, given)
    else:
        found = gradebook.db.execute(layout.all_scores)
    scores: dict[str, dict[str, NotebookScore]] = {}
    for student, id, penalty, score, waiting in found:
        name, max_score = layout.notebooks[id]
        scores.setdefault(student, {})[name] = NotebookScore(max(0.0, score - (penalty or 0)), max_score, waiting > 0)
    return scores


def _scores(layout: _Layout) -> Select[Any]:
    """Return a query for the scores, penalties and numbers of cells to grade by hand of all notebooks.

    nbgrader's SubmittedNotebook.score and needs_manual_grade would search the grades of all submissions each time.
    """
    notebook, submission, grade = api.SubmittedNotebook, api.SubmittedAssignment, api.Grade
    by_hand = func.coalesce(func.sum(case((grade.needs_manual_grade, 1), else_=0)), 0)
    return (
        select(
            submission.student_id,
            notebook.notebook_id,
            notebook.late_submission_penalty,
            func.coalesce(func.sum(grade.score), 0.0),
            by_hand,
        )
        .join(submission, submission.id == notebook.assignment_id)
        .outerjoin(grade, (grade.notebook_id == notebook.id) & grade.cell_id.in_(layout.marked))
        .where(notebook.notebook_id.in_(layout.notebooks))
        .group_by(submission.student_id, notebook.notebook_id, notebook.late_submission_penalty)
    )


@contextlib.contextmanager
def one_transaction(gradebook: Gradebook) -> Iterator[None]:
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
        del session.commit  # makes the method of the class visible again


class _SaveAutoGrades(SaveAutoGrades):
    """nbgrader's scoring, which here writes into the given entries instead of opening its own connection."""

    def score(self, notebook: nbformat.NotebookNode, name: str, entries: _Entries) -> None:
        self.gradebook, self.notebook_id, self.assignment_id, self.student_id = entries, name, "", ""
        for index, cell in enumerate(notebook.cells):
            self.preprocess_cell(cell, {}, index)


@contextlib.contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """Give the block a new folder to fill. If the block ends without an error, that folder replaces `folder`."""
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


def _show(notebook: nbformat.NotebookNode, not_run: Sequence[NotRun]) -> None:
    """Show the student's own outputs at the cells that were not run; insert such a cell if it has no record."""
    cells: dict[str | None, nbformat.NotebookNode] = {grade_id_of(cell): cell for cell in notebook.cells}
    added: dict[str | None, list[nbformat.NotebookNode]] = {}
    for number, own in enumerate(not_run):
        outputs = [nbformat.from_dict(output) for output in own.outputs]
        if own.source is None:
            cell = cells[own.grade_id]
            assert is_skipped(cell) and whose(cell) != "test"
            cell.outputs = outputs
        else:
            metadata = {"tags": [SKIP_TAG], NOT_RUN: True}
            cell = new_code_cell(own.source, id=f"not-run-{number}", outputs=outputs, metadata=metadata)
            added.setdefault(own.grade_id, []).append(cell)
    placed = added.pop(None, [])
    for cell in notebook.cells:
        placed += [cell, *added.get(grade_id_of(cell), [])]
    notebook.cells = placed


def _write_autograded(fresh: Path, notebooks: dict[str, nbformat.NotebookNode], handed_in: str | None) -> None:
    os.chmod(fresh, 0o755)
    for name, notebook in notebooks.items():
        with (fresh / f"{name}.ipynb").open("w", encoding="utf-8") as file:
            _write(notebook, file)
    if handed_in:
        (fresh / TIMESTAMP).write_text(handed_in + "\n", "utf-8")


def _write(notebook: nbformat.NotebookNode, file: TextIO) -> None:
    """Write a notebook as nbformat.write does, but without the copy and the validation, which take most of its time.

    The lines of `notebook` are split. The text is written in pieces, because a single emoji would make a string of the
    whole text take four bytes per character in memory.
    """
    notebook = strip_transient(split_lines(notebook))
    encoder = json.JSONEncoder(indent=1, sort_keys=True, separators=(",", ": "), ensure_ascii=False)
    file.writelines(encoder.iterencode(notebook))
    file.write("\n")


def remove_leftovers(workspace: Workspace, assignment: str) -> None:
    """Delete the unfinished folders that a killed run left beside the autograded folders."""
    pattern = workspace.autograded("*", f".{assignment}-*").relative_to(workspace.root)
    for leftover in workspace.root.glob(str(pattern)):
        shutil.rmtree(leftover, ignore_errors=True)
