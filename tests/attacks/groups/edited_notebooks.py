"""Editing the notebook itself: tags, records, tests, the order and type of cells, its metadata."""

import json

from attack import answered, grade_id, handed_in, position
from attack_course import HONEST_POINTS, RIGHT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell

PASSING = "print('all tests passed')"


def tests(notebook):
    return [cell for cell in notebook.cells if (grade_id(cell) or "").startswith("test_")]


@handed_in("tags the tests so that they are skipped")
def _(notebook, folder):
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "remove-cell", "hide"]


@handed_in("tags the tests so that they may raise")
def _(notebook, folder):
    for cell in notebook.cells:
        cell.metadata["tags"] = ["raises-exception"]
        cell.metadata["nbclient"] = {"allow_errors": True}
    notebook.metadata["nbclient"] = {"allow_errors": True, "skip_cells_with_tag": "x"}


@handed_in("gives each test a hundred points")
def _(notebook, folder):
    for cell in tests(notebook):
        cell.metadata.nbgrader.points = 100
    notebook.cells[position(notebook, "test_running_mean")].metadata.nbgrader.points = 10**9


@handed_in("makes every test cell an answer")
def _(notebook, folder):
    for cell in tests(notebook):
        cell.metadata.nbgrader |= {"solution": True, "locked": False}
        cell.source = PASSING


@handed_in("unlocks the tests and empties them")
def _(notebook, folder):
    for cell in tests(notebook):
        cell.metadata.nbgrader |= {"locked": False, "checksum": "0" * 32}
        cell.source = PASSING


@handed_in("changes the first locked cell")
def _(notebook, folder):
    notebook.cells[position(notebook, "setup")].source += "\nclass checks: close = equal = true = print"


@handed_in("deletes the tests")
def _(notebook, folder):
    notebook.cells = [cell for cell in notebook.cells if cell not in tests(notebook)]


@handed_in("deletes everything but the honest answer", points=HONEST_POINTS)
def _(notebook, folder):
    notebook.cells = [cell for cell in notebook.cells if grade_id(cell) == "running_mean"]


@handed_in("repeats the tests with a text that passes")
def _(notebook, folder):
    for cell in tests(notebook):
        copy = new_code_cell(PASSING, metadata=json.loads(json.dumps(cell.metadata)))
        notebook.cells.append(copy)
        notebook.cells.insert(1, copy)


@handed_in("puts the tests before the answers and the answers last")
def _(notebook, folder):
    notebook.cells.reverse()


@handed_in("turns the tests into text")
def _(notebook, folder):
    for cell in tests(notebook):
        cell.cell_type = "markdown"
        for key in ("outputs", "execution_count"):
            cell.pop(key)


@handed_in("turns the honest answer into text and back into code by its id", points=0)
def _(notebook, folder):
    cell = notebook.cells[position(notebook, "running_mean")]
    cell.cell_type, cell.source = "raw", "import os; os._exit(0)"
    for key in ("outputs", "execution_count"):
        cell.pop(key)


@handed_in("swaps the names of the tests and of the answers")
def _(notebook, folder):
    names = [cell for cell in notebook.cells if grade_id(cell) in ("test_loss", "test_gradient", "test_labels")]
    for cell in names:
        cell.metadata.nbgrader.grade_id = cell["id"] = "test_running_mean"
        cell.source = PASSING


@handed_in("adds tests of its own with points")
def _(notebook, folder):
    for k in range(3):
        record = {"grade": True, "grade_id": f"test_bonus_{k}", "locked": True, "points": 50, "schema_version": 3,
                  "solution": False, "task": False}  # fmt: skip
        notebook.cells.append(new_code_cell("50", metadata={"nbgrader": record}))


@handed_in("adds a task and a question with points")
def _(notebook, folder):
    record = {"grade": False, "grade_id": "bonus", "locked": False, "points": 50, "schema_version": 3,
              "solution": False, "task": True}  # fmt: skip
    notebook.cells.append(new_markdown_cell("50 points", metadata={"nbgrader": record}))


@handed_in("hands in outputs that look like success")
def _(notebook, folder):
    for cell in tests(notebook):
        data = {"text/plain": str(cell.metadata.nbgrader.points)}
        cell.outputs, cell.execution_count = [new_output("execute_result", data, execution_count=1)], 1


@handed_in("asks for another kernel")
def _(notebook, folder):
    notebook.metadata["kernelspec"] = {"name": "bash", "display_name": "bash", "language": "bash"}
    notebook.metadata["language_info"] = {"name": "echo", "file_extension": "../../x"}
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"x": 1}}}


@handed_in("has records of every wrong type")
def _(notebook, folder):
    odd = [None, 3, "x", [], {"grade_id": {}}, {"grade_id": None, "points": "9"}, {"grade_id": ["test_loss"]}]
    for cell, record in zip(tests(notebook), odd, strict=False):
        cell.metadata["nbgrader"] = record
    notebook.cells += [new_raw_cell("raw"), new_code_cell("1", metadata={"nbgrader": {"grade": 1, "points": -5}})]


@handed_in("is a notebook of an older format")
def _(notebook, folder):
    cells = [
        {"cell_type": "code", "input": cell.source, "outputs": [], "language": "python", "collapsed": False,
         "prompt_number": 1, "metadata": {"nbgrader": cell.metadata.get("nbgrader", {})}}
        for cell in notebook.cells if cell.cell_type == "code"
    ]  # fmt: skip
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}
    (folder / "losses.ipynb").write_text(json.dumps(old))


@handed_in("is nested a hundred thousand deep", points=0, reason="not a notebook")
def _(notebook, folder):
    (folder / "losses.ipynb").write_text('{"cells": ' + "[" * 100_000 + "]" * 100_000 + "}")


@handed_in("has numbers and texts that no reader expects", points=0, reason="not a notebook")
def _(notebook, folder):
    (folder / "losses.ipynb").write_text('{"nbformat": 4, "nbformat_minor": ' + "9" * 5000 + ', "cells": [NaN]}')


@handed_in("is larger than the limit", points=0, reason="bytes")
def _(notebook, folder):
    notebook.cells.append(new_code_cell("#" * 600_000))


@handed_in("has five hundred cells", at_most=True)
def _(notebook, folder):
    notebook.cells += [new_code_cell("1") for _ in range(500)]


@handed_in("closes the test's brackets and goes on with code of its own")
def _(notebook, folder):
    for cell in notebook.cells:
        if grade_id(cell) == "label_of":
            cell.source = '"""' + "\n### BEGIN HIDDEN TESTS\n4\n### END HIDDEN TESTS\n### BEGIN SOLUTION"


@handed_in("writes magic into its answers", at_most=True)
def _(notebook, folder):
    answers = {"softmax_loss": "%%capture\n%run -i setup.py", "batches": "%%script bash\necho 4",
               "label_of": "!echo 4\n%reset -f\n%autoreload 2", "derivative": "%%timeit\n1"}  # fmt: skip
    notebook.cells = answered(notebook, answers).cells


@handed_in("hands in the right answers under the tests' names", points=HONEST_POINTS)
def _(notebook, folder):
    for cell in tests(notebook):
        name = {"test_loss": "softmax_loss", "test_labels": "label_of"}.get(grade_id(cell))
        if name:
            cell.source = RIGHT[name]
