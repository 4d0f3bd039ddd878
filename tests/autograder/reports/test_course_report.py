"""Each student's way through two assignments made by hand."""

from dataclasses import replace

import pytest

from autograder.course.course_toml import Assignment
from autograder.errors import KitError
from autograder.grading.results import LostCell, NotebookResult
from autograder.reports.class_marks import ClassMarks, Item, Work
from autograder.reports.course_report import course_report, report_on


def marks(name, points, most, missing=(), mistakes=()):
    """One assignment with one test; `points` and `mistakes` are those of each student."""
    item = Item("n", "t", "e", most, False)
    works = []
    for student, given in points.items():
        lost = (LostCell("t", "failed", "no", dict(mistakes).get(student, ())),)
        results = {"n": NotebookResult(lost if given < most else ())}
        works.append(Work(student, student.title(), {item.place: given}, frozenset(), {}, 0.0, results))
    return ClassMarks(Assignment(name, name, ("n",)), (item,), tuple(works), tuple((one, "") for one in missing))


FIRST = marks("first", {"ann": 4, "bob": 2}, 4, ["cem"], {"bob": ("a.b", "a.c")})
SECOND = marks("second", {"ann": 3, "cem": 6}, 6, ["bob"], {"ann": ("a.b",)})
REPORT = report_on([FIRST, SECOND], "c", "Course", {"a.b": "Wrong.", "a.c": "Late."})


def test_a_step_for_each_assignment():
    ways = {way.student: [step and (step.points, step.fraction) for step in way.steps] for way in REPORT.ways}
    assert ways == {"ann": [(4, 1.0), (3, 0.5)], "bob": [(2, 0.5), None], "cem": [None, (6, 1.0)]}


def test_the_course_counts_a_missing_submission_as_nothing():
    assert [(way.points, way.fraction) for way in REPORT.ways] == [(7, 0.7), (2, 0.2), (6, 0.6)]
    assert (REPORT.points, REPORT.fractions.median) == (10, 0.6)


def test_the_assignments():
    first, second = REPORT.assignments
    assert (first.graded, first.points, first.fractions.median) == (2, 4, 0.75)
    assert (second.graded, second.fractions.least, second.fractions.most) == (2, 0.5, 1.0)


def test_a_mistake_of_several_assignments_counts_each_student_once():
    again = replace(
        SECOND, works=marks("second", {"bob": 3, "ann": 3}, 6, (), {"bob": ("a.b",), "ann": ("a.b",)}).works
    )
    made = report_on([FIRST, again], "c", "Course", {"a.b": "Wrong.", "a.c": "Late."})
    assert [(row.id, row.students, row.assignments) for row in made.mistakes] == [
        ("a.b", 2, ("first", "second")), ("a.c", 1, ("first",)),
    ]  # fmt: skip
    assert made.mistakes[0].sentence == "Wrong."


def test_without_names_no_way_remains():
    made = REPORT.without_names()
    assert made.ways == () and not any(word in repr(made) for word in ("ann", "bob", "cem", "Ann"))
    assert made.mistakes == REPORT.mistakes


def test_a_course_of_which_nothing_is_graded(tiny):
    with pytest.raises(KitError, match="No submission has been graded yet"):
        course_report(tiny)
