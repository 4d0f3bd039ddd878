"""The rules of grading, from an `Executed` made by hand to scores, reasons and receipts: no kernel is started."""

import json
from concurrent.futures import Future
from copy import deepcopy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from small_notebooks import student, test_cell

from autograder.grading.finished import FinishedNotebook, Recorded, kept_execution
from autograder.grading.grade import grade
from autograder.grading.record import NotebookScore
from autograder.grading.sanitize import SanitizedNotebook
from autograder.notebook.cell_record import grade_id_of
from autograder.notebook.job import CellResult, Executed


def value(points):
    data = {"text/plain": str(points)}
    return {"output_type": "execute_result", "execution_count": 1, "data": data, "metadata": {}}


def error(message, name="CheckFailed"):
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": [message]}


def executed(*outputs, problems=()):
    return Executed(tuple(None if o is None else CellResult(tuple(o), 1) for o in outputs), 1.0, problems)


SANITIZED = SanitizedNotebook(
    "n", new_notebook(cells=[student("f", "f"), test_cell("t")]), problems=("a duplicate",), remarks=("put right",)
)


def test_a_finished_notebook_has_the_outputs_and_says_what_it_came_of():
    before = deepcopy(SANITIZED.notebook)
    finished = FinishedNotebook(SANITIZED, executed([], [error("no")], problems=("slow",)), "key", {"numpy": "1"})
    notebook = finished.notebook()
    assert [len(cell.outputs) for cell in notebook.cells] == [0, 1]
    assert notebook.metadata.cs231n == {"execution": "key", "packages": {"numpy": "1"}, "problems": ["slow"]}
    assert finished.problems == ("a duplicate", "slow")
    assert SANITIZED.notebook == before


def test_reasons_are_problems_then_what_failed_then_what_was_put_right():
    finished = FinishedNotebook(SANITIZED, executed([], [error("1 + 1 is 2")], problems=("slow",)))
    reasons = finished.reasons(finished.notebook(), "n")
    assert reasons == ["n: a duplicate", "n: slow", "n: f: 1 + 1 is 2", "n: put right"]


def test_a_failure_that_is_a_problem_already_is_told_once():
    finished = FinishedNotebook(SANITIZED, executed([], [error("slow", "TimeLimit")], problems=("slow",)))
    assert finished.reasons(finished.notebook()) == ["a duplicate", "slow", "put right"]


def test_a_placeholder_is_recorded_as_it_is():
    placeholder = SanitizedNotebook("n", new_notebook(cells=[test_cell("")]), ("not handed in",), runnable=False)
    finished = FinishedNotebook(placeholder)
    assert finished.notebook() == placeholder.notebook and finished.notebook() is not placeholder.notebook
    assert finished.problems == ("not handed in",)


@pytest.fixture
def kept(tmp_path):
    """kept(key) is what an autograded notebook tells of its execution, in which the test gave half a point."""
    path = tmp_path / "n.ipynb"
    notebook = FinishedNotebook(SANITIZED, executed([], [value(0.5)], problems=("slow",)), "key", {"x": "1"}).notebook()
    shown = new_code_cell("demo", outputs=[nbformat.from_dict(error("shown"))], metadata={"cs231n-not-run": True})
    notebook.cells.insert(0, shown)
    nbformat.write(notebook, path)
    return lambda key: kept_execution(path, key)


def test_an_execution_is_kept_without_what_was_only_shown(kept):
    found = kept("key")
    assert found.packages == {"x": "1"} and found.executed.problems == ("slow",) and found.executed.seconds == 0
    assert found.executed.results == executed([], [value(0.5)]).results


def test_it_is_not_taken_for_another_execution(kept, tmp_path):
    assert kept("other") is None and kept("exec") is None
    assert kept_execution(tmp_path / "missing.ipynb", "key") is None
    (tmp_path / "n.ipynb").write_text('"key"')
    assert kept("key") is None


def test_partial_credit_holds_for_the_points_it_was_cut_at(kept):
    more = deepcopy(SANITIZED.notebook)
    more.cells[1].metadata.nbgrader.points = 2
    assert kept("key").gives_the_same_values(SANITIZED.notebook)
    assert not kept("key").gives_the_same_values(more)
    assert not kept("key").gives_the_same_values(new_notebook(cells=more.cells[:1]))


def test_the_row_is_made_of_what_was_recorded():
    scores = {"n": NotebookScore(1.0, 2.0, False)}
    row = Recorded("ada", scores, ("why",), 3.0, {"numpy": "1"}).row("a.log")
    assert (row.student, row.status, row.scores, row.reasons, row.seconds, row.log) == (
        "ada", "graded", scores, ["why"], 3.0, "a.log",
    )  # fmt: skip


@pytest.fixture
def told(monkeypatch):
    """{grade_id: its outputs} of what "runs"; `ran` are the jobs. A cell that is not named puts out nothing."""
    outputs = {"ran": []}

    class Pool:
        workers = 2

        def __init__(self, workers):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def submit(self, job):
            outputs["ran"].append(job)
            future = Future()
            cells = json.loads(job.notebook)["cells"]
            results = [
                CellResult(tuple(outputs.get(grade_id_of(cell), ())), 1) if cell["cell_type"] == "code" else None
                for cell in cells
            ]
            future.set_result(Executed(tuple(results), 1.0))
            return future

        def result(self, job, future):
            return future.result()

    monkeypatch.setattr("autograder.grading.grade.LocalPool", Pool)
    return outputs


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
    told |= {"test_add_small": [error("1 + 2 is 3")], "test_double": [value(1.5)]}
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
    hand_in("ada", adding={"question_why": "It commutes."})  # which is not code
    assert (graded(tiny).status, len(told["ran"])) == ("graded", 2)
    hand_in("ada", squaring={"square": "def square(a):\n    return a"})
    assert (graded(tiny).status, len(told["ran"])) == ("graded", 3)
