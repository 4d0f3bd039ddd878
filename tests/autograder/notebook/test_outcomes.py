"""The outcome and message of each test of an executed notebook."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from small_notebooks import instructor, student, test_cell

from autograder.notebook.outcomes import Outcome, outcomes


def raised(name, message):
    return new_output("error", ename=name, evalue=message, traceback=[])


def outcome(*outputs):
    cell = test_cell("", "test_f")
    cell.outputs = list(outputs)
    [found] = outcomes(new_notebook(cells=[student("", "f"), cell]))
    assert (found.grade_id, found.exercise, found.points) == ("test_f", "f", 1)
    return found.status, found.message


PRINTED = new_output("stream", name="stderr", text="Error")


@pytest.mark.parametrize("outputs", [(), (PRINTED,), (new_output("execute_result", data={"text/plain": "0"}),)])
def test_a_test_without_an_error_passed(outputs):
    assert outcome(*outputs) == ("passed", "")


def test_an_error_after_other_output_is_a_failure():
    assert outcome(PRINTED, raised("ValueError", "no")) == ("failed", "ValueError: no")


def test_the_first_error_is_told():
    assert outcome(raised("A", "1"), raised("B", "2")) == ("failed", "A: 1")


def test_an_error_without_words_is_its_name():
    assert outcome(raised("KeyError", " ")) == ("failed", "KeyError")


def test_colours_are_no_part_of_a_message():
    assert outcome(raised("ValueError", "\x1b[31mred\x1b[0m ")) == ("failed", "ValueError: red")


# the messages of these errors are complete; other errors are shown with their names
SELF_SPEAKING = [
    *("CheckFailed", "StudentTimeout", "StudentDied", "StudentProtocolError", "CannotCross"),
    *("TimeLimit", "KernelDied", "JudgeDied", "NotFinished", "NoPoints", "NotGraded"),
]


@pytest.mark.parametrize("name", SELF_SPEAKING)
def test_an_error_of_the_kits_is_told_without_its_name(name):
    assert outcome(raised(name, "the value is wrong")) == ("failed", "the value is wrong")


@pytest.mark.parametrize("name", SELF_SPEAKING[5:])
def test_a_cell_that_the_grader_did_not_run_says_so(name):
    assert outcome(raised(name, "not run: the kernel died")) == ("not run", "not run: the kernel died")


@pytest.mark.parametrize("name", [*SELF_SPEAKING[:5], "ValueError"])
def test_no_other_error_says_that_a_cell_was_not_run(name):
    assert outcome(raised(name, "not run"))[0] == "failed"


def test_a_stub_that_is_still_there_is_not_started():
    stub = "exercise f: write your code here"
    assert outcome(raised("NotImplementedError", stub)) == ("not started", stub)
    assert outcome(raised("NotImplementedError", "later")) == ("failed", "NotImplementedError: later")
    assert outcome(raised("ValueError", stub)) == ("failed", f"ValueError: {stub}")


def test_a_test_belongs_to_the_nearest_solution_before_it():
    cells = [
        test_cell("", "test_first"), student("", "f"), instructor(""), test_cell("", "test_f"), new_code_cell(""),
        new_markdown_cell(""), student("", "g"), test_cell("", "test_g"), test_cell("", "test_g_again"),
    ]  # fmt: skip
    assert [(found.grade_id, found.exercise) for found in outcomes(new_notebook(cells=cells))] == [
        ("test_first", "test_first"), ("test_f", "f"), ("test_g", "g"), ("test_g_again", "g"),
    ]  # fmt: skip


def test_what_is_no_code_is_no_test_and_no_exercise():
    question = new_markdown_cell(
        "", metadata={"nbgrader": {"grade_id": "q", "grade": True, "solution": True, "points": 1}}
    )
    marked = new_markdown_cell("", metadata={"nbgrader": {"grade_id": "m", "grade": True, "points": 1}})
    cells = [student("", "f"), question, marked, test_cell("", "t")]
    assert outcomes(new_notebook(cells=cells)) == [Outcome("t", "f", 1, "passed", "")]


def test_a_question_in_code_is_an_exercise_and_no_test():
    question = new_code_cell("", metadata={"nbgrader": {"grade_id": "q", "grade": True, "solution": True, "points": 1}})
    assert outcomes(new_notebook(cells=[question, test_cell("", "t")])) == [Outcome("t", "q", 1, "passed", "")]
