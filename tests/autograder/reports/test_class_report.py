"""The report on a class made by hand; every expected number is worked out from the marks below."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from autograder.course.course_toml import Assignment
from autograder.grading.results import LostCell, NotebookResult
from autograder.notebook.limits import Limits
from autograder.reports.class_marks import ClassMarks, Item, Work
from autograder.reports.class_report import AnswersRow, Place, catalogue, report_of

DUE = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
ASSIGNMENT = Assignment("sums", "Adding up", ("adding", "squaring"), due=DUE, due_written=DUE, limits=Limits(3, 30))
ITEMS = (
    Item("adding", "test_small", "add", 2, False),
    Item("adding", "test_large", "add", 2, False),
    Item("adding", "why", "why", 4, True),
    Item("squaring", "test_square", "square", 2, False),
)
SENTENCES = {"sums.sign": "The sign is wrong.", "generic.zero": "It is 0."}


def work(student, small, large, square, why=None, lost=(), flags=(), seconds=2.0, late=0.0, penalty=0.0, **more):
    """A submission; `lost` holds (notebook, LostCell)s, and `why` is None where the answer waits for a mark."""
    points = {("adding", "test_small"): small, ("adding", "test_large"): large, ("squaring", "test_square"): square}
    points |= {} if why is None else {("adding", "why"): why}
    own = {name: tuple(cell for of, cell in lost if of == name) for name in ASSIGNMENT.notebooks}
    results = {name: NotebookResult(cells, flags if name == "adding" else (), seconds) for name, cells in own.items()}
    waiting = frozenset() if why is not None else frozenset([("adding", "why")])
    given = {"name": "", "penalties": {"adding": penalty}, "results": results} | more
    return Work(student, points=points, waiting=waiting, late_seconds=late, **given)


WRONG = LostCell("test_small", "failed", "no\nLikely mistake: the sign is wrong [sums.sign]", ("sums.sign",))
TWO = LostCell("test_large", "failed", "no", ("sums.sign", "generic.zero"))
STUB = [("squaring", LostCell("test_square", "not started"))]
CLASS = (
    work("ann", 2, 2, 0, why=4, lost=STUB),
    work("bob", 0, 0, 0, why=0, lost=[*STUB, ("adding", WRONG), ("adding", TWO)], flags=("kernel killed",)),
    work("cem", 0, 2, 0, lost=[*STUB, ("adding", WRONG)], late=5400, penalty=0.5, seconds=4.0),
    work("dua", 2, 1, 0, lost=[*STUB, ("adding", LostCell("test_large", "failed", "IndexError: 3", ()))]),
)


def report(works=CLASS, items=ITEMS, **more):
    return report_of(ClassMarks(ASSIGNMENT, items, tuple(works), **more), "A course", SENTENCES)


def test_points_of_the_class_and_of_each_notebook():
    made = report()
    assert [row.points for row in made.students] == [8, 0, 1.5, 3]  # cem: 2 minus a late penalty of 0.5
    assert [row.notebooks for row in made.students] == [(8, 0), (0, 0), (1.5, 0), (3, 0)]
    assert (made.points.most, made.points.summary.median, made.points.summary.mean) == (10, 2.25, 3.125)
    assert made.points.bins == (1, 1, 0, 1, 0, 0, 0, 0, 1, 0)
    adding, squaring = made.notebooks
    assert (adding.points.most, squaring.points.most, squaring.points.summary.most) == (8, 2, 0)
    assert (adding.seconds.median, adding.seconds.most, adding.allowed_seconds, adding.allowed_cell_seconds) == (
        2,
        4,
        30,
        3,
    )


def test_states_of_each_exercise():
    add, why, square = report().exercises
    assert {state: count for state, count in add.states.items() if count} == {"full": 1, "part": 2, "none": 1}
    assert add.mean == (1 + 0 + 0.5 + 0.75) / 4 and (add.points, add.by_hand) == (4, False)
    assert {state: count for state, count in why.states.items() if count} == {"full": 1, "none": 1, "waiting": 2}
    assert why.mean == 0.5 and why.by_hand
    assert square.states["not started"] == 4 and square.started == 0
    assert [row.exercise for row in report().nobody_started] == ["square"]


def test_an_exercise_that_is_begun_in_part_is_started():
    half = work("eva", 0, 0, 0, 0, lost=[("adding", LostCell("test_small", "not started"))])
    assert report([half]).exercises[0].states["none"] == 1


def test_an_item_without_a_mark_makes_its_exercise_unknown():
    eva = work("eva", 2, 2, 2, 4)
    del eva.points["adding", "test_small"]
    made = report([eva])
    assert made.exercises[0].states["unknown"] == 1 and made.exercises[0].mean is None
    assert (made.items[0].marked, made.items[0].pass_rate, made.items[0].mean) == (0, None, None)


def test_statistics_of_each_item():
    small, large, why, square = report().items
    assert (small.marked, small.mean, small.pass_rate) == (4, 0.5, 0.5)
    assert (large.mean, large.pass_rate) == (0.625, 0.5)
    # test_small 2 0 0 2 against the other tests 2 0 2 1: deviations 1 -1 -1 1 and .75 -1.25 .75 -.25
    assert small.discrimination == pytest.approx(1 / (2 * 2.75**0.5), abs=1e-6)
    # the question against all tests, of the two students with a mark: 4 0 against 4 0
    assert (why.marked, why.pass_rate, why.discrimination) == (2, 0.5, 1.0)
    assert (square.pass_rate, square.discrimination) == (0.0, None)


def test_mistakes_count_students_once_and_name_them():
    sign, zero = report().mistakes
    assert (sign.id, sign.sentence, sign.students) == ("sums.sign", "The sign is wrong.", 2)
    assert sign.places == (Place("adding", "add", 2, ("bob", "cem")),)
    assert (zero.id, zero.students, zero.places[0].who) == ("generic.zero", 1, ("bob",))
    assert report().students[1].mistakes == ("sums.sign", "generic.zero")


def test_a_mistake_in_two_exercises_is_one_student_at_two_places():
    eva = work("eva", 0, 2, 0, lost=[("adding", WRONG), ("squaring", replace(WRONG, cell="test_square"))])
    [sign] = report([eva, work("fay", 0, 2, 2, lost=[("adding", WRONG)])]).mistakes
    assert sign.students == 2
    assert [(place.exercise, place.students) for place in sign.places] == [("add", 2), ("square", 1)]


def test_without_a_catalogue_the_sentence_is_the_one_that_students_read():
    own = LostCell(
        "test_small", "failed", "no\nAnd: it is upside down [own.flip]\nLook at: x", ("own.flip", "own.none")
    )
    flip, nothing = report([work("eva", 0, 2, 2, lost=[("adding", own)])]).mistakes
    assert (flip.id, flip.sentence) == ("own.flip", "It is upside down")
    assert (nothing.id, nothing.sentence) == ("own.none", "")  # no line that the check wrote names it


def test_failures_without_a_named_mistake():
    [row] = report().unnamed
    assert row.place == Place("adding", "add", 1, ("dua",)) and row.message == "IndexError: 3"


def test_a_failure_beside_a_named_one_is_not_unnamed():
    both = work("eva", 0, 0, 2, lost=[("adding", WRONG), ("adding", LostCell("test_large", "failed", "no"))])
    assert report([both]).unnamed == ()


def test_what_waits_what_is_late_and_flags():
    made = report(without_work=(("eve", "Eve E"),), not_graded=("eve",))
    assert [(row.cell, row.answers) for row in made.waiting] == [("why", 2)] and made.waiting_answers == 2
    assert [(row.student, row.hours, row.penalty) for row in made.late_students] == [("cem", 1.5, 0.5)]
    assert (made.graded, made.missing, made.not_graded, made.late) == (4, 1, 1, 1)
    assert [(row.flag, row.who) for row in made.flags] == [("kernel killed", ("bob",))]
    assert (made.students[-1].student, made.students[-1].name, made.students[-1].points) == ("eve", "Eve E", None)


def test_answers_that_wait_or_are_flagged_by_question_and_who():
    flagged = replace(CLASS[0], flagged=frozenset([("adding", "why")]), pages={"squaring": "feedback/ann/s.html"})
    made = report([flagged, *CLASS[1:]])
    assert made.waiting == (AnswersRow("adding", "why", 2, ("cem", "dua")),)
    assert made.flagged == (AnswersRow("adding", "why", 1, ("ann",)),) and made.flagged_answers == 1
    assert [row.flagged for row in made.students] == [1, 0, 0, 0]
    assert made.students[0].pages == ("", "feedback/ann/s.html") and made.students[1].pages == ("", "")
    assert made.without_names().flagged[0].who == made.without_names().waiting[0].who == ()


def test_submissions_without_results_are_counted():
    old = work("eva", 2, 2, 2, 4, results=None)
    made = report([*CLASS, old])
    assert made.without_details == 1 and made.notebooks[0].seconds.count == 4
    assert made.exercises[0].states["full"] == 2


def test_a_class_of_nobody_has_a_report():
    made = report([])
    assert made.points.summary.count == 0 and made.mistakes == () and made.nobody_started == ()


def test_no_name_no_id_and_no_word_of_a_student_is_in_a_report_without_names():
    made = report(without_work=(("eve", "Eve E"),)).without_names()
    text = repr(made)
    assert not made.has_names
    for word in ("ann", "bob", "cem", "dua", "eve", "Eve", "IndexError"):
        assert f"'{word}" not in text
    assert made.mistakes[0].places[0].students == 2 and made.late == 1 and made.missing == 1


def test_names_cannot_control_or_reorder_what_is_around_them():
    made = report([work("a\x1b[2J\u202eb", 2, 2, 2, 4, name="x\n\u2066y" + "z" * 200)])
    [row] = made.students
    assert row.student.isprintable() and row.name.isprintable() and len(row.name) == 100


def test_students_whose_shown_ids_are_equal_count_as_two():
    lost = [("adding", WRONG), ("squaring", LostCell("test_square", "failed", "no"))]
    made = report([work(f"a{invisible}", 0, 2, 0, lost=lost) for invisible in "\u200b\u200c"])
    assert made.mistakes[0].students == made.mistakes[0].places[0].students == made.unnamed[0].place.students == 2


def test_the_catalogue_has_a_sentence_for_each_mistake():
    assert catalogue()["softmax.not_averaged"] and all(catalogue().values())


def test_the_time_of_a_report_is_now():
    assert datetime.now(UTC) - report().made < timedelta(hours=1)
