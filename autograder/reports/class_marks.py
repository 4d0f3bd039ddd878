"""Read what is known of a class's work on one assignment: marks from the gradebook, the rest from the receipts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from autograder.course.course_toml import Assignment
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.grading.late import bring_all_up_to_date
from autograder.grading.results import NotebookResult, read_results, receipts_folder
from autograder.notebook.cell_record import is_in_process, record_of
from autograder.text import one_line

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

NAME_LENGTH = 100  # characters of a name, as it is shown
LINE_LENGTH = 1_000  # characters of a line of a marking scheme


class NotReleased(KitError):
    """The assignment is not in the gradebook yet."""


@dataclass(frozen=True)
class Item:
    """A cell that is worth points.

    Attributes
    ----------
    exercise
        The grade_id of the solution cell that a test belongs to; of a question, its own.
    by_hand
        Whether a person gives the points.
    in_process
        Whether it is a test that runs in the student's process, so that its points can be forged.
    """

    notebook: str
    cell: str
    exercise: str
    points: float
    by_hand: bool
    in_process: bool = False

    @property
    def place(self) -> tuple[str, str]:
        return self.notebook, self.cell


@dataclass(frozen=True)
class Work:
    """One student's submission.

    Attributes
    ----------
    points
        The points by (notebook, cell), without those cells that wait for a person.
    waiting
        The (notebook, cell)s that wait for a person's points.
    penalties
        The points that each notebook loses for being late.
    late_seconds
        How late it was handed in; 0 if it was in time.
    results
        What its receipt says, by notebook; None if it says nothing.
    flagged
        The (notebook, cell)s of the answers that a marker has flagged.
    pages, index
        The addresses of its feedback pages, by notebook, and of the student's index page, seen from the workspace; a
        page that does not exist has none.
    """

    student: str
    name: str
    points: Mapping[tuple[str, str], float]
    waiting: frozenset[tuple[str, str]]
    penalties: Mapping[str, float]
    late_seconds: float
    results: Mapping[str, NotebookResult] | None
    flagged: frozenset[tuple[str, str]] = frozenset()
    pages: Mapping[str, str] = field(default_factory=dict)
    index: str = ""

    def score(self, notebook: str) -> float:
        """The points of a notebook, minus its late penalty."""
        given = sum(points for (of, _), points in self.points.items() if of == notebook)
        return max(0.0, given - self.penalties.get(notebook, 0.0))


@dataclass(frozen=True)
class SchemeRow:
    """A line of a question's marking scheme, and in how many answers it is ticked."""

    notebook: str
    cell: str
    points: float
    text: str
    ticked: int


@dataclass(frozen=True)
class ClassMarks:
    """All graded submissions of one assignment, sorted by student.

    Attributes
    ----------
    items
        The cells worth points, in the order of the notebooks.
    without_work
        (student, name) of those in the gradebook without a graded submission.
    not_graded
        The students among them who handed something in.
    scheme
        The lines of the marking schemes, question by question.
    """

    assignment: Assignment
    items: tuple[Item, ...]
    works: tuple[Work, ...]
    without_work: tuple[tuple[str, str], ...] = ()
    not_graded: tuple[str, ...] = ()
    scheme: tuple[SchemeRow, ...] = ()

    @property
    def most_points(self) -> float:
        return sum(item.points for item in self.items)

    def total(self, work: Work) -> float:
        return sum(map(work.score, self.assignment.notebooks))


def read_class(workspace: Workspace, gradebook: "Gradebook", assignment: Assignment) -> ClassMarks:
    """Read the marks of a class, after bringing the late penalties up to date.

    Raises
    ------
    NotReleased
        The assignment is not in the gradebook.
    KitError
        The late policy fails.
    """
    for student, why in sorted(bring_all_up_to_date(workspace, gradebook, assignment.name).items()):
        raise KitError(f"The marks of {student} are unknown: {why}.", "Correct the late policy and run this again.")
    items = _items(workspace, gradebook, assignment)
    if not items:
        raise NotReleased(
            f"{assignment.name} is not in the gradebook yet.", f"Release it first: cs231n release {assignment.name}"
        )
    names = _names(gradebook)
    works = _works(workspace, gradebook, assignment, items, names)
    missing = sorted(names.keys() - {work.student for work in works}, key=str.casefold)
    graded = {work.student for work in works}
    handed_in = workspace.root.glob(str(workspace.submitted("*", assignment.name).relative_to(workspace.root)))
    submitted = {path.parent.name for path in handed_in if path.is_dir() and not path.parent.name.startswith(".")}
    return ClassMarks(
        assignment,
        items,
        works,
        tuple((student, names[student]) for student in missing),
        tuple(sorted(submitted - graded, key=str.casefold)),
        _scheme(gradebook, assignment.name, items),
    )


def shown_name(name: str) -> str:
    """A student's name or id as one short line, in which no character controls or reorders others."""
    return one_line(name, NAME_LENGTH)


def _names(gradebook: "Gradebook") -> dict[str, str]:
    from nbgrader.api import Student
    from sqlalchemy import select

    found = gradebook.db.execute(select(Student.id, Student.first_name, Student.last_name))
    return {id: " ".join(part for part in (first, last) if part) for id, first, last in found}


def _items(workspace: Workspace, gradebook: "Gradebook", assignment: Assignment) -> tuple[Item, ...]:
    """Return the items that the gradebook knows, in the order of the built notebooks, which also name the exercises."""
    from nbgrader.api import Assignment as Known
    from nbgrader.api import GradeCell, Notebook, TaskCell
    from sqlalchemy import select

    exercises = {name: _exercises(workspace.source(assignment.name) / f"{name}.ipynb") for name in assignment.notebooks}
    items = []
    for table in (GradeCell, TaskCell):
        query = (
            select(Notebook.name, table.name, table.max_score)
            .join(Notebook, Notebook.id == table.notebook_id)
            .join(Known, Known.id == Notebook.assignment_id)
            .where(Known.name == assignment.name, Notebook.name.in_(assignment.notebooks))
        )
        for notebook, cell, points in gradebook.db.execute(query):
            exercise, by_hand, in_process = exercises[notebook].get(cell, (cell, table is TaskCell, False))
            items.append(Item(notebook, cell, exercise, points, by_hand, in_process))

    order = [(notebook, cell) for notebook, cells in exercises.items() for cell in cells]
    place = {name: position for position, name in enumerate(order)}
    notebooks = list(assignment.notebooks)
    return tuple(sorted(items, key=lambda item: (notebooks.index(item.notebook), place.get(item.place, len(place)))))


def _exercises(built: Path) -> dict[str, tuple[str, bool, bool]]:
    """Return the exercise, `by_hand` and `in_process` of each cell of a built notebook that is worth points."""
    try:
        cells = json.loads(built.read_bytes())["cells"]
    except (OSError, ValueError, KeyError):
        return {}
    found, exercise = {}, ""
    for cell in cells:
        record = record_of(cell)
        if record is None:
            continue
        by_hand = record.is_question or record.task
        if record.solution and not record.grade:
            exercise = record.grade_id
        elif record.grade or record.task:
            of = record.grade_id if by_hand else exercise or record.grade_id
            found[record.grade_id] = (of, by_hand, is_in_process(cell))
    return found


@dataclass
class _Found:
    """What the gradebook has of one submission."""

    late_seconds: float = 0.0
    points: dict[tuple[str, str], float] = field(default_factory=dict)
    waiting: set[tuple[str, str]] = field(default_factory=set)
    penalties: dict[str, float] = field(default_factory=dict)


def _scheme(gradebook: "Gradebook", assignment: str, items: tuple[Item, ...]) -> tuple[SchemeRow, ...]:
    """Return the lines of the schemes in the order of the questions."""
    from autograder.grading.hand_marks import line_counts

    place = {item.place: position for position, item in enumerate(items)}
    rows = [
        SchemeRow(notebook, cell, points, one_line(text, LINE_LENGTH), ticked)
        for notebook, cell, points, text, ticked in line_counts(gradebook, assignment)
        if (notebook, cell) in place
    ]
    return tuple(sorted(rows, key=lambda row: place[row.notebook, row.cell]))


def _works(
    workspace: Workspace,
    gradebook: "Gradebook",
    assignment: Assignment,
    items: tuple[Item, ...],
    names: Mapping[str, str],
) -> tuple[Work, ...]:
    """Return the submissions. Three queries fetch everything; nbgrader's objects would need one for each mark."""
    from nbgrader import api
    from sqlalchemy import select

    from autograder.grading.hand_marks import flagged_answers

    known, submission, submitted = api.Assignment, api.SubmittedAssignment, api.SubmittedNotebook
    of_assignment = known.name == assignment.name
    execute = gradebook.db.execute
    query = (
        select(submission.student_id, submission.timestamp, submission.extension, known.duedate)
        .join(known, known.id == submission.assignment_id)
        .where(of_assignment)
    )
    found: dict[str, _Found] = {}
    for student, arrived, extension, due in execute(query):
        late = (arrived - due).total_seconds() if arrived and due else 0.0
        found[student] = _Found(max(0.0, late - (extension.total_seconds() if extension else 0.0)))
    query = (
        select(submission.student_id, api.Notebook.name, submitted.id, submitted.late_submission_penalty)
        .join(submission, submission.id == submitted.assignment_id)
        .join(known, known.id == submission.assignment_id)
        .join(api.Notebook, api.Notebook.id == submitted.notebook_id)
        .where(of_assignment)
    )
    notebooks = {}
    for student, notebook, id, penalty in execute(query):
        notebooks[id] = found[student], notebook
        found[student].penalties[notebook] = penalty or 0.0
    cells = _cells(gradebook, assignment)
    places = {item.place for item in items}
    grade = api.Grade
    query = (
        select(grade.notebook_id, grade.cell_id, grade.score, grade.needs_manual_grade)
        .join(submitted, submitted.id == grade.notebook_id)
        .join(submission, submission.id == submitted.assignment_id)
        .join(known, known.id == submission.assignment_id)
        .where(of_assignment)
    )
    for id, cell, score, waits in execute(query):
        one, notebook = notebooks[id]
        place = (notebook, cells.get(cell, ""))
        if place not in places:
            continue
        if waits:
            one.waiting.add(place)
        else:
            one.points[place] = float(score)
    flagged: dict[str, set[tuple[str, str]]] = {}
    for student, *of_answer in flagged_answers(gradebook, assignment.name):
        if (place := (of_answer[0], of_answer[1])) in places:
            flagged.setdefault(student, set()).add(place)
    receipts = receipts_folder(workspace, assignment.name)
    return tuple(
        Work(
            student,
            names.get(student, ""),
            one.points,
            frozenset(one.waiting),
            one.penalties,
            one.late_seconds,
            read_results(receipts / f"{student}.json"),
            frozenset(flagged.get(student, ())),
            _pages(workspace, student, assignment),
            _address(workspace, workspace.feedback(student, ".") / "index.html"),
        )
        for student, one in sorted(found.items(), key=lambda each: each[0].casefold())
    )


def _pages(workspace: Workspace, student: str, assignment: Assignment) -> dict[str, str]:
    folder = workspace.feedback(student, assignment.name)
    pages = {name: _address(workspace, folder / f"{name}.html") for name in assignment.notebooks}
    return {name: address for name, address in pages.items() if address}


def _address(workspace: Workspace, page: Path) -> str:
    """The address of a page, seen from the workspace; "" if there is no such page."""
    return "/".join(map(quote, page.relative_to(workspace.root).parts)) if page.is_file() else ""


def _cells(gradebook: "Gradebook", assignment: Assignment) -> dict[str, str]:
    """Return the names of the assignment's cells by their ids in the gradebook."""
    from nbgrader import api
    from sqlalchemy import select

    query = (
        select(api.BaseCell.id, api.BaseCell.name)
        .join(api.Notebook, api.Notebook.id == api.BaseCell.notebook_id)
        .join(api.Assignment, api.Assignment.id == api.Notebook.assignment_id)
        .where(api.Assignment.name == assignment.name, api.BaseCell.type.in_(("GradeCell", "TaskCell")))
    )
    return {id: name for id, name in gradebook.db.execute(query)}
