"""How the kit's nbgrader preprocessor changes outputs."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from autograder.grading.preprocessors import StderrToStdout


def test_a_warning_is_ordinary_output_and_an_error_stays_one():
    error = new_output("error", ename="E", evalue="", traceback=[])
    printed = [new_output("stream", name=name, text=name) for name in ("stderr", "stdout")]
    cell, resources = StderrToStdout().preprocess_cell(new_code_cell("", outputs=[*printed, error]), {"a": 1}, 0)
    assert [output.get("name") for output in cell.outputs] == ["stdout", "stdout", None]
    assert [output.get("text") for output in cell.outputs] == ["stderr", "stdout", None]
    assert cell.outputs[2] == error and resources == {"a": 1}


def test_a_cell_of_text_has_no_outputs():
    cell = new_markdown_cell("text")
    assert StderrToStdout().preprocess_cell(cell, {}, 0) == (cell, {})
