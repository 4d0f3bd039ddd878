"""The report on a class's work on one assignment: points, exercises, tests, mistakes, time, and what to look at."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from autograder.course.workspace import Workspace
from autograder.grading.results import LostCell
from autograder.notebook.limits import Limits
from autograder.reports.class_marks import ClassMarks, Item, SchemeRow, Work, read_class, shown_name
from autograder.reports.statistics_of_points import Summary, discrimination, histogram, summary
from autograder.text import one_line

MESSAGE_LENGTH = 300  # characters of a message that is quoted
STATES = ("full", "part", "none", "not started", "waiting", "unknown")
TOLERANCE = 1e-9  # for sums of fractions of points


@dataclass(frozen=True)
class Points:
    """How the points of a class are distributed. `bins` count students by tenths of `most`, with 100% in the last."""

    most: float
    summary: Summary
    bins: tuple[int, ...]


@dataclass(frozen=True)
class NotebookRow:
    """One notebook: its points, and the seconds that it ran, as far as they are known."""

    name: str
    points: Points
    seconds: Summary
    allowed_seconds: float
    allowed_cell_seconds: float


@dataclass(frozen=True)
class ExerciseRow:
    """One exercise or question.

    Attributes
    ----------
    states
        How many students are in each of STATES: with full points, a part of them or none; not started, if the stub is
        still there; waiting for a person's points; unknown, if an item has no mark.
    mean
        The mean fraction of its points, of the students whose work is marked; None if there is none.
    """

    notebook: str
    exercise: str
    points: float
    by_hand: bool
    states: Mapping[str, int]
    mean: float | None

    @property
    def started(self) -> int:
        return sum(self.states.values()) - self.states["not started"]


@dataclass(frozen=True)
class ItemRow:
    """One test cell or question.

    Attributes
    ----------
    in_process
        Whether it runs in the student's process, so that its points can be forged.
    marked
        How many students have a mark for it.
    mean
        The mean fraction of its points.
    pass_rate
        The fraction of the marked students with full points.
    discrimination
        The corrected item-total correlation; see `statistics_of_points.discrimination`.
    """

    notebook: str
    cell: str
    exercise: str
    points: float
    by_hand: bool
    in_process: bool
    marked: int
    mean: float | None
    pass_rate: float | None
    discrimination: float | None


@dataclass(frozen=True)
class Place:
    """The students who made a mistake in one exercise; `who` holds their ids."""

    notebook: str
    exercise: str
    students: int
    who: tuple[str, ...]


@dataclass(frozen=True)
class MistakeRow:
    """A mistake of the catalogue, with the sentence that students read, and where they made it."""

    id: str
    sentence: str
    students: int
    places: tuple[Place, ...]


@dataclass(frozen=True)
class UnnamedRow:
    """Students of whose failures in an exercise no message names a cause. `message` is the commonest first line."""

    place: Place
    message: str


@dataclass(frozen=True)
class LateRow:
    """A submission that came too late. `penalty` is in points."""

    student: str
    hours: float
    penalty: float


@dataclass(frozen=True)
class FlagRow:
    """Something that an instructor may want to look at, and the submissions in which it was found."""

    flag: str
    students: int
    who: tuple[str, ...]


@dataclass(frozen=True)
class AnswersRow:
    """A question, and the students whose answers to it wait for a person's points, or were flagged by a marker."""

    notebook: str
    cell: str
    answers: int
    who: tuple[str, ...]


@dataclass(frozen=True)
class StudentRow:
    """One student. Points are None for a student without a graded submission.

    `pages` holds the address of each notebook's feedback page, seen from the workspace; "" where there is none.
    """

    student: str
    name: str
    points: float | None
    notebooks: tuple[float, ...] = ()
    late_hours: float = 0.0
    waiting: int = 0
    mistakes: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    flagged: int = 0
    pages: tuple[str, ...] = ()


@dataclass(frozen=True)
class AssignmentReport:
    """The report. The rows of `exercises` and `items` are in the order of the notebooks, the others by frequency.

    Attributes
    ----------
    has_names
        Whether it says who; if not, it may be shown to the class.
    due
        When it was due, in the time zone of course.toml; None if it has no due date.
    graded, missing, not_graded
        The number of graded submissions; of students in the gradebook without one; and of students who handed in
        something that has not been graded.
    without_details
        The number of graded submissions whose receipts say nothing of tests, mistakes, flags and seconds.
    late
        The number of late submissions.
    """

    course: str
    assignment: str
    title: str
    made: datetime
    has_names: bool
    due: datetime | None
    graded: int
    missing: int
    not_graded: int
    without_details: int
    late: int
    points: Points
    notebooks: tuple[NotebookRow, ...]
    exercises: tuple[ExerciseRow, ...]
    items: tuple[ItemRow, ...]
    mistakes: tuple[MistakeRow, ...]
    unnamed: tuple[UnnamedRow, ...]
    late_students: tuple[LateRow, ...]
    waiting: tuple[AnswersRow, ...]
    flagged: tuple[AnswersRow, ...]
    scheme: tuple[SchemeRow, ...]
    flags: tuple[FlagRow, ...]
    students: tuple[StudentRow, ...]

    @property
    def waiting_answers(self) -> int:
        return sum(row.answers for row in self.waiting)

    @property
    def flagged_answers(self) -> int:
        return sum(row.answers for row in self.flagged)

    @property
    def nobody_started(self) -> tuple[ExerciseRow, ...]:
        """The exercises that no student has begun."""
        return tuple(row for row in self.exercises if row.states["not started"] and not row.started)

    def without_names(self) -> "AssignmentReport":
        """The same report without names, ids and words of students."""

        def nobody(place: Place) -> Place:
            return replace(place, who=())

        return replace(
            self,
            has_names=False,
            mistakes=tuple(replace(row, places=tuple(map(nobody, row.places))) for row in self.mistakes),
            unnamed=tuple(replace(row, place=nobody(row.place), message="") for row in self.unnamed),
            late_students=(),
            waiting=tuple(replace(row, who=()) for row in self.waiting),
            flagged=tuple(replace(row, who=()) for row in self.flagged),
            flags=tuple(replace(row, who=()) for row in self.flags),
            students=(),
        )


def class_report(workspace: Workspace, assignment: str) -> AssignmentReport:
    """Make the report on an assignment. Raises KitError as `read_class` does."""
    entry = workspace.course.assignment(assignment)
    with workspace.gradebook() as gradebook:
        marks = read_class(workspace, gradebook, entry)
    return report_of(marks, workspace.course.title, catalogue())


def catalogue() -> dict[str, str]:
    """The sentence of each mistake of the kit's catalogue; empty where the kit's library is not installed."""
    try:
        from cs231n_lib.mistakes.catalogue import entries
    except ImportError:
        return {}
    return {entry.id: entry.sentence for entry in entries()}


def report_of(marks: ClassMarks, course: str, sentences: Mapping[str, str]) -> AssignmentReport:
    """Make the report from the marks. `sentences` has those of the catalogue's mistakes."""
    assignment, works = marks.assignment, marks.works
    lost = [(work, *each) for work in works for each in _lost(work, marks.items)]
    totals = [marks.total(work) for work in works]
    flags = {work.student: _flags(work) for work in works}
    mistakes: dict[str, dict[str, None]] = {}
    for work, _, cell in lost:
        mistakes.setdefault(work.student, {}).update(dict.fromkeys(map(_id, cell.mistakes)))
    late = [work for work in works if work.late_seconds > 0]
    return AssignmentReport(
        course,
        assignment.name,
        assignment.title,
        datetime.now(UTC),
        True,
        assignment.due_written,
        len(works),
        len(marks.without_work),
        len(marks.not_graded),
        sum(work.results is None for work in works),
        len(late),
        _points(totals, marks.most_points),
        tuple(_notebook(marks, name, assignment.limits) for name in assignment.notebooks),
        _exercises(marks),
        _items(marks),
        _mistakes(lost, sentences),
        _unnamed(lost),
        tuple(
            LateRow(shown_name(work.student), round(work.late_seconds / 3600, 2), sum(work.penalties.values()))
            for work in sorted(late, key=lambda work: -work.late_seconds)
        ),
        _answers(marks, {work.student: work.waiting for work in works}),
        _answers(marks, {work.student: work.flagged for work in works}),
        marks.scheme,
        _flag_rows(flags),
        tuple(
            StudentRow(
                shown_name(work.student),
                shown_name(work.name),
                round(total, 6),
                tuple(round(work.score(name), 6) for name in assignment.notebooks),
                round(work.late_seconds / 3600, 2),
                len(work.waiting),
                tuple(mistakes.get(work.student, ())),
                flags[work.student],
                len(work.flagged),
                tuple(work.pages.get(name, "") for name in assignment.notebooks),
            )
            for work, total in zip(works, totals, strict=True)
        )
        + tuple(StudentRow(shown_name(id), shown_name(name), None) for id, name in marks.without_work),
    )


def _lost(work: Work, items: Iterable[Item]) -> Iterable[tuple[Item, LostCell]]:
    """Yield the test cells that the work did not pass."""
    known = {item.place: item for item in items}
    for notebook, result in (work.results or {}).items():
        for cell in result.lost:
            if item := known.get((notebook, cell.cell)):
                yield item, cell


def _points(scores: list[float], most: float) -> Points:
    fractions = [score / most for score in scores] if most else []
    return Points(most, summary(scores), histogram(fractions))


def _notebook(marks: ClassMarks, name: str, limits: Limits) -> NotebookRow:
    most = sum(item.points for item in marks.items if item.notebook == name)
    seconds = [
        work.results[name].seconds
        for work in marks.works
        if work.results and name in work.results and work.results[name].seconds
    ]
    points = _points([work.score(name) for work in marks.works], most)
    return NotebookRow(name, points, summary(seconds), limits.notebook_seconds, limits.cell_seconds)


def _exercises(marks: ClassMarks) -> tuple[ExerciseRow, ...]:
    items: dict[tuple[str, str], list[Item]] = {}
    for item in marks.items:
        items.setdefault((item.notebook, item.exercise), []).append(item)
    not_started = {
        (work.student, item.place)
        for work in marks.works
        for item, cell in _lost(work, marks.items)
        if cell.status == "not started"
    }
    rows = []
    for (notebook, exercise), own in items.items():
        most = sum(item.points for item in own)
        states, fractions = Counter(dict.fromkeys(STATES, 0)), []
        for work in marks.works:
            marked = [work.points[item.place] for item in own if item.place in work.points]
            if any(item.place in work.waiting for item in own):
                state = "waiting"
            elif len(marked) < len(own):
                state = "unknown"
            else:
                points = sum(marked)
                if most:
                    fractions.append(points / most)
                if all((work.student, item.place) in not_started for item in own):
                    state = "not started"
                else:
                    state = "full" if points >= most - TOLERANCE else "part" if points > TOLERANCE else "none"
            states[state] += 1
        mean = summary(fractions).mean
        rows.append(ExerciseRow(notebook, exercise, most, any(item.by_hand for item in own), dict(states), mean))
    return tuple(rows)


def _items(marks: ClassMarks) -> tuple[ItemRow, ...]:
    """Return the statistics of the items. The total of an item's discrimination is that of all tests, and its own."""
    tests = [item.place for item in marks.items if not item.by_hand]
    rows = []
    totals = {work.student: sum(work.points.get(place, 0.0) for place in tests) for work in marks.works}
    for item in marks.items:
        marked = [work for work in marks.works if item.place in work.points]
        points = [work.points[item.place] for work in marked]
        own = points if item.by_hand else [0.0] * len(points)
        total = [totals[work.student] + more for work, more in zip(marked, own, strict=True)]
        passed = sum(value >= item.points - TOLERANCE for value in points)
        rows.append(
            ItemRow(
                item.notebook,
                item.cell,
                item.exercise,
                item.points,
                item.by_hand,
                item.in_process,
                len(points),
                summary([value / item.points for value in points]).mean if item.points else None,
                round(passed / len(points), 6) if points else None,
                discrimination(points, total),
            )
        )
    return tuple(rows)


def _mistakes(lost: Iterable[tuple[Work, Item, LostCell]], sentences: Mapping[str, str]) -> tuple[MistakeRow, ...]:
    """Count each student once for each mistake, and once in each exercise."""
    who: dict[str, dict[tuple[str, str], dict[str, None]]] = {}
    read: dict[str, Counter[str]] = {}
    for work, item, cell in lost:
        for id in map(_id, cell.mistakes):
            students = who.setdefault(id, {}).setdefault((item.notebook, item.exercise), {})
            students[work.student] = None
            if id not in sentences:
                read.setdefault(id, Counter())[_sentence(cell.message, id)] += 1
    rows = []
    for id, found in who.items():
        places = [Place(*place, len(it), tuple(map(shown_name, it))) for place, it in found.items()]
        places.sort(key=lambda place: (-place.students, place.notebook, place.exercise))
        sentence = sentences.get(id) or read[id].most_common(1)[0][0]
        everyone = {student for it in found.values() for student in it}
        rows.append(MistakeRow(id, sentence, len(everyone), tuple(places)))
    return tuple(sorted(rows, key=lambda row: (-row.students, row.id)))


def _id(given: str) -> str:
    return one_line(given, 100)


def _sentence(message: str, id: str) -> str:
    """The line of a message that names a mistake, without its beginning and the ids; "" if there is none.

    No other line is taken, because a student may have chosen its words.
    """
    for line in message.splitlines():
        if f"[{id}]" in line:
            said = re.sub(r"^(Likely mistake|And): ", "", re.sub(r"\s*\[[\w.]+\]", "", line))
            return one_line(said[:1].upper() + said[1:], MESSAGE_LENGTH)
    return ""


def _first_line(message: str) -> str:
    return one_line((message.strip().splitlines() or [""])[0], MESSAGE_LENGTH)


def _unnamed(lost: Iterable[tuple[Work, Item, LostCell]]) -> tuple[UnnamedRow, ...]:
    """Return the exercises that students failed without a named mistake in any test, the most frequent first."""
    who: dict[tuple[str, str], dict[str, str]] = {}
    lost = list(lost)
    named = {(work.student, item.notebook, item.exercise) for work, item, cell in lost if cell.mistakes}
    for work, item, cell in lost:
        if cell.status == "failed" and (work.student, item.notebook, item.exercise) not in named:
            students = who.setdefault((item.notebook, item.exercise), {})
            students.setdefault(work.student, _first_line(cell.message))
    rows = [
        UnnamedRow(
            Place(*place, len(students), tuple(map(shown_name, students))),
            Counter(students.values()).most_common(1)[0][0],
        )
        for place, students in who.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.place.students, row.place.notebook, row.place.exercise)))


def _answers(marks: ClassMarks, places: Mapping[str, frozenset[tuple[str, str]]]) -> tuple[AnswersRow, ...]:
    """Return the questions with students who have them among their `places`."""
    who = {item.place: [student for student, own in places.items() if item.place in own] for item in marks.items}
    return tuple(
        AnswersRow(*place, len(students), tuple(map(shown_name, students)))
        for place, students in who.items()
        if students
    )


def _flags(work: Work) -> tuple[str, ...]:
    found = [flag for result in (work.results or {}).values() for flag in result.flags]
    return tuple(dict.fromkeys(one_line(flag, MESSAGE_LENGTH) for flag in found))


def _flag_rows(flags: Mapping[str, tuple[str, ...]]) -> tuple[FlagRow, ...]:
    who: dict[str, list[str]] = {}
    for student, own in flags.items():
        for flag in own:
            who.setdefault(flag, []).append(shown_name(student))
    rows = [FlagRow(flag, len(students), tuple(students)) for flag, students in who.items()]
    return tuple(sorted(rows, key=lambda row: (-row.students, row.flag)))
