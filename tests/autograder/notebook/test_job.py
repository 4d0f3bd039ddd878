"""The results of a job, put into the notebook that ran."""

import pickle
from dataclasses import FrozenInstanceError

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.notebook.job import ISOLATIONS, CellResult, Executed, Job, Surroundings, write_files
from autograder.notebook.limits import Limits

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


def test_what_a_submission_does_not_see_unless_it_is_said_otherwise():
    job = Job("{}")
    assert job.surroundings.hidden == ("autograder", "cs231n", "cs231n_lib") and job.skip_tagged
    assert job.surroundings.limits == Limits() and job.surroundings.env is None


def test_student_code_is_isolated_in_a_sandbox_or_a_process():
    assert ISOLATIONS == ("sandbox", "process")


def test_a_value_is_not_changed():
    for value, name in (
        (Job("{}"), "notebook"),
        (Surroundings(), "cwd"),
        (CellResult(), "outputs"),
        (Executed((), 0.0), "seconds"),
    ):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, None)


def test_files_are_written_into_a_new_folder(tmp_path):
    write_files(str(tmp_path / "new"), (("a.txt", b"a"), ("deep/er/b", b"b"), ("deep/c", b"c")))
    found = {
        path.relative_to(tmp_path / "new").as_posix(): path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    assert found == {"a.txt": b"a", "deep/er/b": b"b", "deep/c": b"c"}
    with pytest.raises(FileExistsError):
        write_files(str(tmp_path / "new"), ())
