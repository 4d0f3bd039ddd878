"""What comes of a job, laid on the notebook that was run."""

import pickle

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.notebook.job import CellResult, Executed
from autograder.notebook.partial_credit import settled

PRINTED = {"output_type": "stream", "name": "stdout", "text": "hello"}
RAISED = {"output_type": "error", "ename": "ValueError", "evalue": "x", "traceback": []}


def value(shown):
    return {"output_type": "execute_result", "execution_count": None, "data": {"text/plain": shown}, "metadata": {}}


def test_results_are_laid_on_a_copy():
    notebook = new_notebook(cells=[new_markdown_cell("text"), new_code_cell("a"), new_code_cell("b", outputs=[])])
    before = pickle.dumps(notebook)
    laid = Executed((None, CellResult((PRINTED, RAISED), 7), None), 1.0).onto(notebook)
    assert [cell.get("outputs") for cell in laid.cells] == [None, [PRINTED, RAISED], []]
    assert laid.cells[1].execution_count == 7 and laid.cells[1].outputs[0].text == "hello"
    laid.cells[1].outputs[0].text = laid.cells[1].source = "changed"
    assert pickle.dumps(notebook) == before and PRINTED["text"] == "hello"


def test_results_of_another_notebook_are_refused():
    with pytest.raises(ValueError):
        Executed((CellResult(),), 0.0).onto(new_notebook())


def test_the_first_error_is_the_error_of_a_result():
    assert CellResult((PRINTED,)).error is None
    assert CellResult((PRINTED, RAISED, value("1"))).error is RAISED


def test_it_travels():
    executed = Executed((None, CellResult((PRINTED, value("1")), 3)), 1.5, ("a problem",))
    assert pickle.loads(pickle.dumps(executed)) == executed


# what the last expression shows -> what counts of two points
VALUES = {"1": "1.0", "1.5": "1.5", "3": "2.0", "-1": "0.0", "np.int64(1)": "1.0", "True": "2.0", "np.False_": "0.0",
          "1e999": None, "nan": None, "array([1])": None, "'1'": None}  # fmt: skip


@pytest.mark.parametrize("shown", VALUES)
def test_points_by_the_value_of_the_last_expression(shown):
    given = (PRINTED, value(shown))
    outputs, why_not = settled(given, 2.0)
    if VALUES[shown] is None:
        assert outputs == given and shown in why_not
    else:
        assert outputs == (PRINTED, value(VALUES[shown])) and why_not is None
    assert given[1] == value(shown)
