"""The reasons in a report: few, short and printable, whatever a student wrote."""

import json
import time

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from small_notebooks import error_output, instructor, student, test_cell

from autograder.grading.report import ClassReport, Row, explain, in_short, summary_line


def raising(evalue):
    return new_code_cell("", outputs=[new_output("error", ename="ValueError", evalue=evalue)])


@pytest.mark.parametrize(("count", "more"), [(49, []), (50, []), (51, ["and 1 more"]), (1100, ["and 1,050 more"])])
def test_reasons_are_told_once_and_at_most_fifty(count, more):
    given = [f"reason {i}" for i in range(count) for _ in range(2)]
    assert in_short(given) == [f"reason {i}" for i in range(min(count, 50))] + more
    reasons = explain("adding", new_notebook(), given)
    assert reasons == [f"adding: {line}" for line in in_short(given)]


def test_reasons_that_look_the_same_are_one():
    assert in_short(["a  b", "a\nb", "c", "a b"]) == ["a b", "c"]


def test_very_many_problems_take_no_quadratic_time():
    start = time.process_time()
    explain("", new_notebook(), [f"problem {i}" for i in range(30_000)])
    assert time.process_time() - start < 3


def test_a_reason_is_one_short_line_that_can_be_stored():
    hostile = raising("a\x1b[31m\0\n\ud800\u202e" + "b" * 100_000)
    [reason, problem] = sorted(explain("", new_notebook(cells=[hostile]), ["x\ny" * 1_000]))
    assert "raised ValueError: a\ufffd[31m\ufffd \ufffd\ufffdbbb" in reason and reason.endswith("b…")
    assert problem.startswith("x yx y")
    assert all(len(line) == 500 and line.isprintable() for line in (reason, problem))
    json.dumps([reason, problem], ensure_ascii=False).encode()


def test_a_cell_of_the_students_that_raised_is_told_but_not_one_that_a_person_marks():
    mine, marked, locked = raising("mine"), raising("marked"), raising("locked")
    marked.metadata["nbgrader"] = {"grade_id": "q", "grade": True, "solution": True, "points": 1}
    locked.metadata["nbgrader"] = {"grade_id": "setup", "grade": False, "solution": False, "locked": True}
    assert explain("", new_notebook(cells=[mine, marked, locked]), []) == ["cell 1 raised ValueError: mine"]


@pytest.mark.parametrize(("length", "shown"), [(500, "x" * 500), (501, "x" * 499 + "…")])
def test_a_reason_has_at_most_500_characters(length, shown):
    assert in_short(["x" * length]) == [shown]


def graded(*cells):
    """A graded notebook made from (exercise, error or None) pairs; each exercise has one test."""
    made = []
    for number, (exercise, error) in enumerate(cells):
        test = test_cell("", f"test_{number}")
        test.outputs = [new_output(**error)] if error else []
        made += [student("", exercise), test]
    return new_notebook(cells=made)


def stub(exercise):
    return error_output(f"exercise {exercise}: write your code here", "NotImplementedError")


def test_of_an_exercise_the_first_failure_is_told():
    notebook = graded(
        ("f", error_output("first")), ("f", error_output("second")), ("g", None), ("h", error_output("x", "KeyError"))
    )
    assert explain("", notebook, []) == ["f: first", "h: KeyError: x"]


def test_what_is_not_started_is_named_once_after_what_failed():
    notebook = graded(("f", stub("f")), ("f", stub("f")), ("g", stub("g")), ("h", error_output("wrong")))
    assert explain("n", notebook, []) == ["n: h: wrong", "n: not started: f, g"]


def test_a_notebook_in_which_nothing_was_done():
    assert explain("", graded(("f", stub("f")), ("g", stub("g"))), ["late"]) == ["late", "nothing done yet"]
    assert explain("", new_notebook(), []) == []


def test_what_is_a_problem_already_is_no_second_reason():
    assert explain("", graded(("f", error_output("too slow", "TimeLimit"))), ["too slow"]) == ["too slow"]


def test_a_test_that_was_not_run_is_no_failure():
    assert explain("", graded(("f", error_output("not run: the kernel died", "KernelDied"))), []) == []


@pytest.mark.parametrize(
    "name", ["NotImplementedError", "TimeLimit", "KernelDied", "JudgeDied", "NotFinished", "NoPoints", "NotGraded"]
)
def test_what_the_grader_or_a_stub_raised_in_a_students_cell_is_no_news(name):
    cell = student("", "f")
    cell.outputs = [new_output(**error_output("why", name))]
    assert explain("", new_notebook(cells=[cell]), []) == []


def test_a_cell_of_the_students_is_named():
    cell = student("", "f")
    cell.outputs = [new_output("stream", text="x"), new_output(**error_output("why", "ValueError"))]
    assert explain("", new_notebook(cells=[instructor("1"), cell]), []) == ["the cell 'f' raised ValueError: why"]


def rows(**counts):
    return [Row("s", status, None, 0.0, []) for status, count in counts.items() for _ in range(count)]


def test_one_line_says_how_many_and_where():
    report = ClassReport(None, rows(graded=2, failed=1), "sandbox", 12.34)
    assert report.counts == {"graded": 2, "unchanged": 0, "failed": 1} and len(report.failed) == 1
    assert summary_line(report) == "2 graded, 1 failed in 12.3 s; isolation: sandbox"
