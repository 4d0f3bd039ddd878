"""The rules of grading, from an `Executed` made by hand to scores, reasons and receipts; without a kernel."""

import pytest
from nbgrader.api import Gradebook
from small_notebooks import error_output, value_output

from autograder.grading.finished import FinishedNotebook, Recorded
from autograder.grading.grade import grade
from autograder.grading.report import NotebookScore, Row
from autograder.grading.sanitize import Blueprint, SanitizedNotebook
from autograder.grading.submission import Submission
from autograder.notebook.job import CellResult, Executed, Job, Surroundings

VALUES = [Submission, SanitizedNotebook, Blueprint, Job, Surroundings, Executed, CellResult]


@pytest.mark.parametrize("value", [*VALUES, FinishedNotebook, Recorded, Row])
def test_what_a_stage_hands_on_is_frozen(value):
    """See docs/architecture.md, "The walk of a submission"."""
    assert value.__dataclass_params__.frozen


def graded(workspace):
    [row] = grade(workspace, "sums", isolation="process").rows
    return row


def marks(workspace):
    with Gradebook(workspace.db_url, workspace.course.id) as gradebook:
        found = gradebook.find_submission_notebook("adding", "sums", "ada")
        given = {grade.name: (grade.auto_score, grade.needs_manual_grade) for grade in found.grades}
        return given, found.late_submission_penalty


def test_what_was_executed_decides_the_marks(tiny, hand_in, told):
    hand_in("ada", adding={"question_why": "It commutes."})
    told |= {"test_add_small": [error_output("1 + 2 is 3")], "test_double": [value_output(1.5)]}
    row = graded(tiny)
    assert marks(tiny)[0] == {
        "test_add_small": (0, False), "test_double": (1.5, False), "question_why": (None, True),
    }  # fmt: skip
    assert (row.status, row.scores["adding"], row.scores["squaring"].score) == (
        "graded", NotebookScore(1.5, 10, True), 4,
    )  # fmt: skip
    assert row.reasons == ["adding: add: 1 + 2 is 3"] and row.seconds == 2.0


def test_an_empty_answer_is_no_work_for_a_person(tiny, hand_in, told):
    hand_in("ada")
    graded(tiny)
    assert marks(tiny)[0]["question_why"] == (0, False)


def test_late_work_loses_what_the_policy_says(tiny, hand_in, told):
    with (tiny.root / "nbgrader_config.py").open("a") as file:
        file.write("c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    with Gradebook(tiny.db_url, tiny.course.id) as gradebook:
        gradebook.update_or_create_assignment("sums", duedate="2030-01-01 00:00:00 UTC")
    (hand_in("ada") / "timestamp.txt").write_text("2030-01-02 00:00:00 UTC")
    workspace = type(tiny)(tiny.root)
    assert graded(workspace).scores["adding"].score == 0
    assert marks(workspace)[1] == 5


def test_what_has_not_changed_neither_runs_nor_is_recorded_again(tiny, hand_in, told):
    hand_in("ada")
    assert (graded(tiny).status, len(told["ran"])) == ("graded", 2)
    assert (graded(tiny).status, len(told["ran"])) == ("unchanged", 2)
    hand_in("ada", adding={"question_why": "It commutes."})  # the answer is not code
    assert (graded(tiny).status, len(told["ran"])) == ("graded", 2)
    hand_in("ada", squaring={"square": "def square(a):\n    return a"})
    assert (graded(tiny).status, len(told["ran"])) == ("graded", 3)
