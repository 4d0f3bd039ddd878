"""What the receipt of a submission keeps for a report on the class."""

import json

import pytest
from nbformat import from_dict
from nbformat.v4 import new_notebook
from small_notebooks import error_output, student, test_cell

from autograder.grading.finished import FinishedNotebook
from autograder.grading.results import LostCell, NotebookResult, as_plain, notebook_result, read_results
from autograder.grading.sanitize import SanitizedNotebook
from autograder.notebook.job import CellResult, Executed


def result_of(*results, seconds=2.0, earlier=0.0, problems=(), remarks=()):
    """The result of a notebook with a cell of the student's and two tests, from the `results` of these cells."""
    cells = [student("f", "f"), test_cell("t", "t"), test_cell("u", "u")]
    sanitized = SanitizedNotebook("n", new_notebook(cells=cells), tuple(problems), remarks=tuple(remarks))
    executed = Executed(tuple(results), seconds)
    return notebook_result(sanitized, executed, executed.onto(sanitized.notebook), earlier)


def raised(ename, evalue="", *mistakes):
    return CellResult((error_output(evalue, ename),), 1, mistakes)


PASSED = CellResult((), 1)


def test_only_what_did_not_pass_is_kept():
    assert result_of(PASSED, PASSED, PASSED) == NotebookResult((), (), 2.0)
    wrong = raised("CheckFailed", "wrong\nLikely mistake: halved [a.b]", "a.b", "generic.factor")
    lost = LostCell("u", "failed", "wrong\nLikely mistake: halved [a.b]", ("a.b", "generic.factor"))
    assert result_of(PASSED, PASSED, wrong).lost == (lost,)
    stub = raised("NotImplementedError", "exercise f")
    assert result_of(stub, stub, PASSED).lost == (LostCell("t", "not started"),)


def test_a_message_is_cut_and_can_be_stored():
    [lost] = result_of(PASSED, raised("ValueError", "\ud800" + "x" * 5_000), PASSED).lost
    assert len(lost.message) == 1_000 and lost.message.encode()
    [lost] = result_of(PASSED, raised("CheckFailed", "", *map(str, range(50))), PASSED).lost
    assert len(lost.mistakes) == 10


@pytest.mark.parametrize(
    ("ename", "flag"),
    [
        *(("TimeLimit", "time limit met"), ("StudentTimeout", "time limit met"), ("KernelDied", "kernel killed")),
        *(("StudentDied", "kernel killed"), ("MemoryError", "memory limit met")),
    ],
)
def test_an_error_of_the_grader_is_a_flag(ename, flag):
    assert result_of(raised(ename), raised(ename), PASSED).flags == (flag,)
    assert result_of(raised("ValueError"), PASSED, PASSED).flags == ()


def test_what_sanitizing_found_is_a_flag():
    found = result_of(PASSED, PASSED, PASSED, problems=["the cell 'f' is missing"], remarks=["the locked cell 't' was"])
    assert found.flags == ("cells missing", "cells restored")


def test_a_placeholder_is_not_readable():
    placeholder = SanitizedNotebook("n", new_notebook(cells=[test_cell("", "t")]), ("no JSON",), runnable=False)
    placeholder.notebook.cells[0].outputs = [from_dict(error_output("no JSON", "NotGraded"))]
    found = FinishedNotebook(placeholder).result(placeholder.notebook, 3.0)
    assert found == NotebookResult((LostCell("t", "not run"),), ("not readable",), 0.0)


def test_what_was_not_run_again_has_the_seconds_of_the_earlier_run():
    assert result_of(PASSED, PASSED, PASSED, seconds=0.0, earlier=3.0).seconds == 3.0
    assert result_of(PASSED, PASSED, PASSED, seconds=1.23456, earlier=3.0).seconds == 1.235


def test_what_is_written_is_read(tmp_path):
    results = {"n": result_of(PASSED, raised("CheckFailed", "ä", "a.b"), raised("TimeLimit", "not run: late"))}
    (tmp_path / "ann.json").write_text(json.dumps({"digest": "d", "notebooks": as_plain(results)}), "utf-8")
    assert read_results(tmp_path / "ann.json") == results


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"notebooks": 3}', '{"notebooks": {"n": {"lost": [3]}}}', "\xff"])
def test_a_receipt_without_results_has_none(tmp_path, text):
    assert read_results(tmp_path / "nobody.json") is None
    (tmp_path / "ann.json").write_text(text, "latin-1")
    assert read_results(tmp_path / "ann.json") is None
