"""The results that are recorded of a notebook, whether it ran now or in an earlier run."""

from copy import deepcopy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from small_notebooks import error_output, executed, student, test_cell, value_output

from autograder.grading.finished import FinishedNotebook, Recorded, kept_execution
from autograder.grading.report import NotebookScore
from autograder.grading.sanitize import SanitizedNotebook
from autograder.notebook.job import CellResult, Executed

SANITIZED = SanitizedNotebook(
    "n", new_notebook(cells=[student("f", "f"), test_cell("t")]), problems=("a duplicate",), remarks=("put right",)
)


def test_a_finished_notebook_has_the_outputs_and_says_what_it_came_of():
    before = deepcopy(SANITIZED.notebook)
    finished = FinishedNotebook(
        SANITIZED, executed([], [error_output("no")], problems=("slow",)), "key", {"numpy": "1"}
    )
    notebook = finished.notebook()
    assert [len(cell.outputs) for cell in notebook.cells] == [0, 1]
    assert notebook.metadata.cs231n == {"execution": "key", "packages": {"numpy": "1"}, "problems": ["slow"]}
    assert finished.problems == ("a duplicate", "slow")
    assert SANITIZED.notebook == before


def test_reasons_are_problems_then_what_failed_then_what_was_put_right():
    finished = FinishedNotebook(SANITIZED, executed([], [error_output("1 + 1 is 2")], problems=("slow",)))
    reasons = finished.reasons(finished.notebook(), "n")
    assert reasons == ["n: a duplicate", "n: slow", "n: f: 1 + 1 is 2", "n: put right"]


def test_a_failure_that_is_a_problem_already_is_told_once():
    finished = FinishedNotebook(SANITIZED, executed([], [error_output("slow", "TimeLimit")], problems=("slow",)))
    assert finished.reasons(finished.notebook()) == ["a duplicate", "slow", "put right"]


def test_a_placeholder_is_recorded_as_it_is():
    placeholder = SanitizedNotebook("n", new_notebook(cells=[test_cell("")]), ("not handed in",), runnable=False)
    finished = FinishedNotebook(placeholder)
    assert finished.notebook() == placeholder.notebook and finished.notebook() is not placeholder.notebook
    assert finished.problems == ("not handed in",)


@pytest.fixture
def kept(tmp_path):
    """kept(key) reads the execution back from an autograded notebook; its test gave half a point."""
    path = tmp_path / "n.ipynb"
    notebook = FinishedNotebook(
        SANITIZED, executed([], [value_output(0.5)], problems=("slow",)), "key", {"x": "1"}
    ).notebook()
    shown = new_code_cell(
        "demo", outputs=[nbformat.from_dict(error_output("shown"))], metadata={"cs231n-not-run": True}
    )
    notebook.cells.insert(0, shown)
    nbformat.write(notebook, path)
    return lambda key: kept_execution(path, key)


def test_an_execution_is_kept_without_what_was_only_shown(kept):
    found = kept("key")
    assert found.packages == {"x": "1"} and found.executed.problems == ("slow",) and found.executed.seconds == 0
    assert found.executed.results == executed([], [value_output(0.5)]).results


def test_the_named_mistakes_are_kept_too(tmp_path):
    result = CellResult((error_output("wrong"),), 1, ("softmax.not_averaged", "generic.factor_2"))
    finished = FinishedNotebook(SANITIZED, Executed((None, result), 0.0), "key")
    nbformat.write(finished.notebook(), tmp_path / "n.ipynb")
    assert kept_execution(tmp_path / "n.ipynb", "key").executed.results[1].mistakes == result.mistakes


def test_it_is_not_taken_for_another_execution(kept, tmp_path):
    assert kept("other") is None and kept("exec") is None
    assert kept_execution(tmp_path / "missing.ipynb", "key") is None
    for text in (
        '"key"',
        '{"cells": [], "metadata": {"cs231n": ["key"]}}',
        '{"metadata": {"cs231n": {"execution": "key"}}}',
    ):
        (tmp_path / "n.ipynb").write_text(text)
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
