"""Make the feedback page of one graded notebook: what was wrong and why first, then each exercise with its work.

The page has no script, and loads nothing: its content security policy allows only its own style sheet, named by its
hash, and the pictures inside it. So nothing of a student's runs even if the cleaning overlooked something.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import Environment, Template
from markupsafe import Markup
from nbformat.v4.rwbase import rejoin_lines

from autograder.notebook.cell_record import NOT_PROOF, Cell, CellRecord, is_in_process, is_skipped, record_of
from autograder.notebook.job import KEPT, NOT_GRADED, NOT_RUN
from autograder.notebook.outcomes import Outcome, outcomes
from autograder.notebook.page_cleaner import OWN, OWN_OF_OTHER_CODE
from autograder.reports.feedback_marks import CellMark, NotebookMarks
from autograder.reports.harmless import GRADE_ID, PAGE_SECONDS, Room, at_most, harmless_cell
from autograder.reports.page_templates import environment, source_hash, template_text
from autograder.reports.rendered import Rendered, course_code, course_line, course_markdown, with_levels
from autograder.text import cut, html, without_colours

BEGIN_HIDDEN, END_HIDDEN = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"  # nbgrader's markers
NOT_SHOWN = "# (hidden tests: the code is not shown)"
STUDENTS = "student's code │"  # begins the lines of a test's output that come from the student's code
CAUSE = ("Likely mistake:", "Look at:")  # begin the lines of a message that explain it
RIGHT_LAST = {
    "not started": 1,
    "not run": 1,
    "no answer": 1,
    "not graded yet": 2,
    "graded": 3,
    "right": 4,
}  # the order of the summary
PASSED = "✓ "  # begins the line that a check prints when it has passed
MOST_MESSAGE = 5_000  # characters of a test's message
MOST_PROBLEMS = 20
STUB = "YOUR ANSWER HERE"
_NAME = re.compile(r"# Check · (\S.{0,98}?)(?: · [\d.]+ points?)?\s*(?:\n|$)")
_QUESTION = re.compile(r"\*\*(Question [\w.]{1,10})\*\*")
_TITLE = re.compile(r"^#{1,6} (?:Exercise \d+: )?(.{1,200}?)(?: · [\d.]+ points?)?$", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """The course's own texts of a notebook.

    Attributes
    ----------
    title
        The first heading of the notebook; its name without one.
    prose
        The text cells before each exercise and question, by its grade_id.
    tests
        The exercise and the name of each test, by its grade_id.
    texts
        All of the course's text cells, with which a student's copies are compared.
    """

    title: str
    prose: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tests: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Heading:
    """What the top of a page says beside the marks.

    Attributes
    ----------
    name
        The student's name in the gradebook; "" if it has none.
    arrived, due
        When the work was handed in and due, in UTC without a zone.
    zone
        The time zone to show times in.
    """

    student: str
    name: str
    assignment: str
    notebook: str
    arrived: datetime | None = None
    due: datetime | None = None
    zone: tzinfo = UTC


@dataclass
class Test:
    """One test on the page; the `message` is split into what happened and the likely cause."""

    name: str
    status: str
    points: float
    max_points: float
    by_hand: bool
    message: list[str]
    cause: list[str]
    code: Markup
    output: Markup

    @property
    def is_right(self) -> bool:
        return self.status == "right"


@dataclass
class Exercise:
    """An exercise or a question, with the student's `work` on it, and what cells of the course have `shown`."""

    number: int
    grade_id: str
    title: str
    is_question: bool = False
    prose: Markup = Markup("")
    mark: CellMark | None = None
    comment: str = ""
    ticks: Sequence[tuple[float, str]] = ()
    not_met: Sequence[tuple[float, str]] = ()
    work: list[Markup] = field(default_factory=list)
    shown: list[Markup] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)
    is_blank: bool = False
    errors: list[str] = field(default_factory=list)

    @property
    def has_points(self) -> bool:
        return self.mark is not None or bool(self.tests)

    @property
    def points(self) -> float:
        return sum(test.points for test in self.tests) + (self.mark.points if self.mark else 0.0)

    @property
    def max_points(self) -> float:
        return sum(test.max_points for test in self.tests) + (self.mark.max_points if self.mark else 0.0)

    @property
    def verdict(self) -> str:
        """Right, partly right, wrong, not started or not run; for a question, graded, not graded yet or no answer."""
        if self.mark is not None and not self.tests:
            if self.mark.waiting:
                return "not graded yet"
            return "no answer" if self.is_blank and not self.mark.by_hand else "graded"
        found = {test.status for test in self.tests}
        if len(found) == 1:
            return found.pop()
        return "partly right" if "right" in found else "wrong"

    @property
    def beyond_ticks(self) -> float:
        """The points that a person gave beyond the ticked lines; negative if fewer."""
        if self.mark is None or not self.ticks or self.mark.waiting:
            return 0.0
        ticked = min(max(sum(points for points, _ in self.ticks), 0.0), self.mark.max_points)
        return round(self.mark.points - self.mark.extra - ticked, 6)

    @property
    def wrong(self) -> list[Test]:
        return [test for test in self.tests if not test.is_right]

    @property
    def reasons(self) -> list["Reason"]:
        """Why tests are not right: each message with its tests, and each likely cause only once."""
        found: dict[tuple[str, ...], Reason] = {}
        told = set[tuple[str, ...]]()
        for test in self.wrong:
            said = (*test.message, *test.cause)
            if said not in found:
                cause = () if tuple(test.cause) in told else tuple(test.cause)
                found[said] = Reason(tuple(test.message), cause)
                told.add(tuple(test.cause))
            found[said].tests.append(test)
        return list(found.values())


@dataclass
class Reason:
    """What a message says about the tests that gave it."""

    message: tuple[str, ...]
    cause: tuple[str, ...]
    tests: list[Test] = field(default_factory=list)

    @property
    def names(self) -> str:
        return ", ".join(test.name for test in self.tests)

    @property
    def points(self) -> float:
        return sum(test.points for test in self.tests)

    @property
    def max_points(self) -> float:
        return sum(test.max_points for test in self.tests)


def source_of(path: Path, name: str) -> Source:
    """Read a built notebook; an empty Source if there is none."""
    try:
        cells = rejoin_lines(nbformat.from_dict(json.loads(path.read_bytes()))).cells
    except (OSError, ValueError, KeyError, AttributeError):
        return Source(name)
    prose: dict[str, tuple[str, ...]] = {}
    tests: dict[str, tuple[str, str]] = {}
    exercise, before = "", list[str]()
    texts = [cell.source for cell in cells if cell.cell_type == "markdown" and record_of(cell) is None]
    for cell in cells:
        record = record_of(cell)
        if record and (record.solution or record.task):
            prose[record.grade_id] = tuple(before)
            exercise = exercise if record.grade or record.task else record.grade_id
        elif record and record.is_test:
            found = _NAME.match(cell.source)
            tests[record.grade_id] = exercise or record.grade_id, found[1] if found else record.grade_id
        if record and (record.solution or record.grade):
            before = []
        elif cell.cell_type == "markdown":
            before.append(cell.source)
    title = next((title[1] for text in texts if (title := _TITLE.search(text))), name)
    return Source(title, prose, tests, frozenset(map(_words, texts)))


def notebook_page(
    notebook: nbformat.NotebookNode,
    marks: NotebookMarks,
    heading: Heading,
    source: Source,
    ticks: Mapping[str, Sequence[tuple[float, str]]] | None = None,
    show_hidden: bool = False,
    schemes: Mapping[str, Sequence[tuple[float, str]]] | None = None,
) -> str:
    """The page of a graded notebook. It has no links to other files, because it may be sent alone.

    Parameters
    ----------
    notebook
        The notebook in `autograded/`.
    ticks
        The ticked lines (points, text) of marking schemes, by grade_id.
    show_hidden
        Whether the code of hidden tests is shown.
    schemes
        All lines of marking schemes by grade_id, of which students read those that give points and are not ticked.

    Raises
    ------
    TookTooLong
        The page was not made within PAGE_SECONDS.
    """
    with at_most(PAGE_SECONDS):
        room = Room()
        exercises = _Work(Rendered(room), marks, source, ticks or {}, show_hidden, schemes or {}).exercises(notebook)
        rows = sorted((one for one in exercises if one.has_points), key=lambda one: RIGHT_LAST.get(one.verdict, 0))
        problems = [*_problems(notebook), *_of_all(exercises)]
        page = _template("feedback.html.j2").render(
            **_style(), heading=heading, marks=marks, source=source, exercises=exercises, rows=rows, problems=problems,
            waiting=sum(one.verdict == "not graded yet" for one in rows),
        )  # fmt: skip
        return room.with_pasted(page)


def _problems(notebook: nbformat.NotebookNode) -> list[str]:
    """What happened while the notebook ran, as the grader recorded it."""
    kept = notebook.metadata.get(KEPT)
    problems = kept.get("problems") if isinstance(kept, dict) else None
    return [cut(str(one), MOST_MESSAGE) for one in problems[:MOST_PROBLEMS]] if isinstance(problems, list) else []


def _of_all(exercises: Sequence[Exercise]) -> list[str]:
    """The message that all tests have, such as that the file is not a notebook. They do not show it again."""
    tests = [test for one in exercises for test in one.tests]
    messages = {tuple(test.message) for test in tests}
    if len({one.number for one in exercises if one.tests}) < 2 or len(messages) > 1 or tests[0].status != "wrong":
        return []
    for test in tests:
        test.message = []
    return ["\n".join(message) for message in messages]


def index_page(
    student: str,
    name: str,
    course: str,
    assignments: Sequence[Mapping[str, Any]],
    zone: tzinfo,
    late_days: tuple[int, int] | None = None,
) -> str:
    """The page that lists all of a student's assignments and notebooks, with points and links.

    `late_days` are those that the student has used and has left, if the course has some.
    """
    return _template("feedback_index.html.j2").render(
        **_style(), student=student, name=name, course=course, assignments=assignments, zone=zone, late_days=late_days
    )


class _Work:
    """Sorts the cells of a notebook by exercise, and renders them."""

    def __init__(
        self,
        rendered: Rendered,
        marks: NotebookMarks,
        source: Source,
        ticks: Mapping[str, Sequence[tuple[float, str]]],
        show_hidden: bool,
        schemes: Mapping[str, Sequence[tuple[float, str]]],
    ) -> None:
        self.rendered, self.marks, self.source, self.ticks = rendered, marks, source, ticks
        self.show_hidden, self.schemes = show_hidden, schemes

    def exercises(self, notebook: nbformat.NotebookNode) -> list[Exercise]:
        found = [Exercise(0, "", "Before the first exercise")]
        by_name: dict[str, Exercise] = {}
        results = {outcome.grade_id: outcome for outcome in outcomes(notebook)}
        for cell in notebook.cells:
            record = record_of(cell)
            if record and (record.solution or record.task):
                by_name[record.grade_id] = begun = self._begun(len(found), cell, record)
                found.append(begun)
            if (shown := self._shown(cell, record)) is None:
                continue
            if record and record.is_test and cell.cell_type == "code":
                name = self.source.tests.get(record.grade_id, (results[record.grade_id].exercise, ""))[0]
                if name not in by_name:  # of a notebook that could not be read, or a test without an exercise
                    by_name[name] = Exercise(len(found), name, cut(name, 200))
                    found.append(by_name[name])
                by_name[name].tests.append(self._test(cell, shown, record, results[record.grade_id]))
                continue
            is_students = record is None or record.solution
            if work := self._work(cell, shown, record):
                (found[-1].work if is_students else found[-1].shown).append(work)
            if is_students:
                found[-1].errors += _errors(cell)
        return [one for one in found if one.work or one.shown or one.has_points]

    def _shown(self, cell: Cell, record: CellRecord | None) -> dict[str, Any] | None:
        """What may be shown of a cell; None if it is the course's own text, or says what the problems say, too."""
        if cell.get("id") == NOT_GRADED:
            return None
        is_courses = record is None and cell["cell_type"] == "markdown" and _words(cell["source"]) in self.source.texts
        return None if is_courses else harmless_cell(cell, self.rendered.room)

    def _begun(self, number: int, cell: Cell, record: CellRecord) -> Exercise:
        id = record.grade_id
        prose = self.source.prose.get(id, ())
        return Exercise(
            number,
            id,
            _title(id, prose if record.is_question else ()),
            record.is_question or record.task,
            with_levels(Markup("").join(map(course_markdown, prose)), 2),
            self._mark(record) if record.grade or record.task else None,
            cut(self.marks.comments.get(id, ""), 2 * MOST_MESSAGE),
            self.ticks.get(id, ()),
            [line for line in self.schemes.get(id, ()) if line[0] > 0 and line not in self.ticks.get(id, ())],
            is_blank=cell["source"].strip() in ("", STUB),
        )

    def _mark(self, record: CellRecord) -> CellMark:
        return self.marks.cells.get(record.grade_id) or CellMark(0.0, record.points, True, False)

    def _work(self, cell: Cell, shown: dict[str, Any], record: CellRecord | None) -> Markup:
        """A cell of the student's, or one of the course's cells with what the student's copy of it showed."""
        if shown["cell_type"] == "markdown":
            text = with_levels(self.rendered.markdown(shown["source"], shown["attachments"]), 2)
            label = "Your answer" if record and record.solution else "A text cell that you added"
            return _part("work.html.j2", label=label, inside=text) if shown["source"].strip() else Markup("")
        is_students = record is None or record.solution
        name = record.grade_id if record and GRADE_ID.fullmatch(record.grade_id) else "a code cell"
        given = shown["outputs"]
        told = given and given[0].get("text") in (OWN, OWN_OF_OTHER_CODE)  # the label says it, too
        outputs = self.rendered.outputs(given[1:] if told else given, f"output of {name}")
        if is_students:
            was_run = NOT_RUN not in cell["metadata"]
            label = "Your code" if record else "A code cell that you added" if was_run else "A code cell, as you ran it"
            if not cell["source"].strip() and not outputs:
                return Markup("")
            return _part("work.html.j2", label=label, inside=self.rendered.code(shown["source"]), outputs=outputs)
        if not outputs:
            return Markup("")
        code = course_code(shown["source"])
        if not is_skipped(cell):
            return _part("work.html.j2", label="", folded=code + outputs, summary=f"What {name} showed")
        other = given[0].get("text") == OWN_OF_OTHER_CODE
        label = f"What {name} showed when you ran it, not checked by the grader"
        label += "; the code in your copy of the cell was different" if other else ""
        return _part("work.html.j2", label=label, folded=code, outputs=outputs)

    def _test(self, cell: Cell, shown: dict[str, Any], record: CellRecord, outcome: Outcome) -> Test:
        code, has_hidden = (cell["source"], False) if self.show_hidden else without_hidden(cell["source"])
        found = _NAME.match(code)
        name = found[1] if found else self.source.tests.get(record.grade_id, ("", record.grade_id))[1]
        if is_in_process(cell):
            name = f"{cut(name, 150)} ({NOT_PROOF})"
        mark = self._mark(record)
        status = {"passed": "right", "failed": "wrong"}.get(outcome.status, outcome.status)
        if status in ("right", "wrong") and 0 < mark.points < mark.max_points:
            status = "partly right"
        message = cut(outcome.message, MOST_MESSAGE)
        lines = ["The cell still has its released line."] if status == "not started" else message.splitlines()
        outputs = [left for output in shown["outputs"] if (left := _beside_message(output, message, has_hidden))]
        if status == "wrong":  # such a line would look as if the check had passed
            passed = [output for output in outputs if output.get("text", "").startswith(PASSED)]
            outputs = [output for output in outputs if output not in passed]
            if passed and has_hidden:
                lines.append("The visible part of this check has passed; its hidden part has not.")
        return Test(
            cut(name, 200),
            status,
            mark.points,
            mark.max_points,
            mark.by_hand,
            [line for line in lines if not line.startswith(CAUSE)],
            [line for line in lines if line.startswith(CAUSE)],
            course_code(code) if code.strip() else Markup(""),
            self.rendered.outputs(outputs, f"output of {record.grade_id}"),
        )


def _errors(cell: Cell) -> list[str]:
    """The errors that stopped a cell of the student's; the stub's own error is not one."""
    found = [output for output in cell.get("outputs", []) if output["output_type"] == "error"]
    told = [f"{one['ename']}: {one['evalue']}" for one in found if one["ename"] != "NotImplementedError"]
    return [cut(without_colours(text), MOST_MESSAGE) for text in told]


def without_hidden(code: str) -> tuple[str, bool]:
    """The code of a test without its hidden parts, and whether it has any."""
    kept: list[str] = []
    hidden = has_hidden = False
    for line in code.split("\n"):
        if BEGIN_HIDDEN in line and not hidden:
            kept.append(NOT_SHOWN)
            hidden = has_hidden = True
        elif END_HIDDEN in line:
            hidden = False
        elif not hidden:
            kept.append(line)
    return "\n".join(kept), has_hidden


def _beside_message(output: dict[str, Any], message: str, has_hidden: bool) -> dict[str, Any] | None:
    """What a test's output says besides its message. The traceback of a hidden test would show its code."""
    if output["output_type"] != "error":
        return output
    lines = "\n".join(output["traceback"]).split("\n")
    if has_hidden:
        lines = [line for line in lines if line.startswith(STUDENTS)]
    text = "\n".join(lines)
    return {**output, "traceback": [text]} if text.strip() and text.strip() != message.strip() else None


def _title(grade_id: str, prose: Sequence[str]) -> str:
    """The name of an exercise, or the words by which a question calls itself."""
    found = _QUESTION.search("\n".join(prose))
    return found[1] if found else cut(grade_id, 200)


def _words(text: str) -> str:
    return " ".join(text.split())


def _broken(name: str) -> Markup:
    """A name that may be broken after each underscore."""
    return Markup(html(name).replace("_", "_<wbr>"))


def _moment(value: datetime, zone: tzinfo) -> str:
    local = value.replace(tzinfo=UTC).astimezone(zone)
    name = local.tzname() or ""
    return f"{local:%Y-%m-%d %H:%M} {name}".strip()


_NOTHING = {
    "label": "",
    "inside": Markup(""),
    "folded": Markup(""),
    "summary": "Code of the cell",
    "outputs": Markup(""),
}


def _part(template: str, **values: Any) -> Markup:
    return Markup(_template(template).render(**{**_NOTHING, **values}))


@lru_cache
def _template(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    made = environment().overlay()
    made.filters = {**made.filters, "moment": _moment, "broken": _broken, "line": course_line}
    return made


@cache
def _style() -> dict[str, Markup]:
    """The style sheet of all pages, and the policy that allows it; both are the kit's own text."""
    style = template_text("feedback.css")
    policy = f"default-src 'none'; style-src '{source_hash(style)}'; img-src data:; base-uri 'none'; form-action 'none'"
    return {"style": Markup(style), "policy": Markup(policy)}
