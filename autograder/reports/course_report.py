"""The report on a course: each student's way through its assignments."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.reports.class_marks import ClassMarks, NotReleased, read_class, shown_name
from autograder.reports.class_report import MistakeRow, catalogue, report_of
from autograder.reports.statistics_of_points import Summary, summary


@dataclass(frozen=True)
class AssignmentRow:
    """One assignment.

    Attributes
    ----------
    not_proof
        The points of tests that run in the student's process, which can be forged.
    fractions
        A summary of the students' fractions of its points.
    """

    name: str
    title: str
    points: float
    graded: int
    late: int
    waiting_answers: int
    fractions: Summary
    not_proof: float


@dataclass(frozen=True)
class Step:
    """One student's work on one assignment. `mistakes` holds ids of the catalogue."""

    points: float
    fraction: float
    late_hours: float
    waiting: int
    mistakes: tuple[str, ...]


@dataclass(frozen=True)
class Way:
    """One student's way through the assignments: a step for each, or None where no submission is graded.

    Attributes
    ----------
    fraction
        The student's points on all assignments, as a fraction of all points. A missing submission counts as 0.
    page
        The address of the index of the student's feedback pages, seen from the workspace; "" if there is none.
    """

    student: str
    name: str
    points: float
    fraction: float
    steps: tuple[Step | None, ...]
    page: str = ""


@dataclass(frozen=True)
class RepeatedRow:
    """A mistake that was made in the named assignments."""

    id: str
    sentence: str
    students: int
    assignments: tuple[str, ...]


@dataclass(frozen=True)
class CourseReport:
    """The report. `ways` is sorted by student, and empty in a report without names."""

    course: str
    title: str
    made: datetime
    has_names: bool
    points: float
    assignments: tuple[AssignmentRow, ...]
    fractions: Summary
    mistakes: tuple[RepeatedRow, ...]
    ways: tuple[Way, ...]

    def without_names(self) -> "CourseReport":
        """The same report without what belongs to one student."""
        return replace(self, has_names=False, ways=())


def course_report(workspace: Workspace) -> CourseReport:
    """Make the report on all assignments of which a submission is graded.

    Raises
    ------
    KitError
        There is none, or the late policy fails.
    """
    graded = []
    with workspace.gradebook() as gradebook:
        for entry in workspace.course.assignments.values():
            try:
                marks = read_class(workspace, gradebook, entry)
            except NotReleased:
                continue
            if marks.works:
                graded.append(marks)
    if not graded:
        raise KitError("No submission has been graded yet.", "Grade an assignment first: cs231n grade ASSIGNMENT")
    return report_on(graded, workspace.course.id, workspace.course.title, catalogue())


def report_on(graded: list[ClassMarks], course: str, title: str, sentences: dict[str, str]) -> CourseReport:
    """Make the report from the marks of these assignments. `sentences` has those of the catalogue's mistakes."""
    names: dict[str, str] = {}
    steps: dict[str, dict[str, Step]] = {}
    pages: dict[str, str] = {}
    rows, mistakes = [], []
    for marks in graded:
        report = report_of(marks, title, sentences)
        mistakes += [(marks.assignment.name, row) for row in report.mistakes]
        own = {work.student: row for work, row in zip(marks.works, report.students, strict=False)}
        most = marks.most_points
        pages |= {work.student: work.index for work in marks.works}
        names |= dict(marks.without_work) | {work.student: work.name for work in marks.works}
        for student, row in own.items():
            points = row.points or 0.0
            fraction = points / most if most else 0.0
            step = Step(points, round(fraction, 6), row.late_hours, row.waiting, row.mistakes)
            steps.setdefault(student, {})[marks.assignment.name] = step
        fractions = summary([(row.points or 0.0) / most for row in own.values()] if most else [])
        entry = marks.assignment
        forgeable = sum(item.points for item in marks.items if item.in_process)
        counts = len(own), report.late, report.waiting_answers
        rows.append(AssignmentRow(entry.name, entry.title, most, *counts, fractions, forgeable))

    everything = sum(row.points for row in rows)
    ways = []
    for student in sorted(names, key=str.casefold):
        by_name = steps.get(student, {})
        points = sum(step.points for step in by_name.values())
        fraction = points / everything if everything else 0.0
        way = tuple(by_name.get(row.name) for row in rows)
        shown = shown_name(student), shown_name(names[student])
        ways.append(Way(*shown, round(points, 6), round(fraction, 6), way, pages.get(student, "")))
    whole = summary([way.fraction for way in ways])
    repeated = _repeated(mistakes, ways)
    return CourseReport(course, title, datetime.now(UTC), True, everything, tuple(rows), whole, repeated, tuple(ways))


def _repeated(mistakes: list[tuple[str, MistakeRow]], ways: list[Way]) -> tuple[RepeatedRow, ...]:
    students = Counter(
        id for way in ways for id in {id for step in way.steps if step is not None for id in step.mistakes}
    )
    sentences: dict[str, str] = {}
    where: dict[str, list[str]] = {}
    for assignment, row in mistakes:
        sentences.setdefault(row.id, row.sentence)
        where.setdefault(row.id, []).append(assignment)
    rows = [RepeatedRow(id, sentences[id], students[id], tuple(where[id])) for id in where]
    return tuple(sorted(rows, key=lambda row: (-row.students, row.id)))
