"""Notebooks of a few cells, executed as grading executes them."""

from dataclasses import fields

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from autograder.execution import sandbox
from autograder.execution.run_notebook import run_notebook
from autograder.notebook.job import CellResult, Executed, Job, Surroundings
from autograder.notebook.limits import Limits

# a kernel in the sandbox is forked from a warm process, which takes half the time of starting one
FASTEST = "process" if sandbox.missing() else "sandbox"
LIMITS = Limits(cell_seconds=2, notebook_seconds=60, output_bytes=10_000)


def student(source, name=None):
    cell = new_code_cell(source)
    if name:
        cell.metadata["nbgrader"] = {"grade_id": name, "solution": True, "grade": False}
    return cell


def instructor(source, name="setup", tags=()):
    record = {"grade_id": name, "solution": False, "grade": False, "locked": True}
    return new_code_cell(source, metadata={"nbgrader": record, "tags": list(tags)})


def test_cell(source, name="test"):
    record = {"grade_id": name, "solution": False, "grade": True, "locked": True, "points": 1}
    return new_code_cell(source, metadata={"nbgrader": record})


test_cell.__test__ = False


def job_of(notebook, **fields_of_either):
    """The Job for a notebook; each keyword is a field of the Job or of its Surroundings."""
    around = {field.name for field in fields(Surroundings)} & fields_of_either.keys()
    given = Surroundings(**{name: fields_of_either.pop(name) for name in around})
    return Job(nbformat.writes(notebook), given, **fields_of_either)


def executed_cells(notebook, progress=None, **fields_of_either):
    """Run a notebook -> (its Executed, its cells with their outputs)."""
    executed = run_notebook(job_of(notebook, **fields_of_either), progress)
    return executed, executed.onto(notebook).cells


def run(*cells, isolation=FASTEST, limits=LIMITS, **job):
    given = {"limits": limits, "isolation": isolation, "env": {"PATH": "/usr/bin:/bin"}}
    return executed_cells(new_notebook(cells=list(cells)), **given, **job)


def error(cell):
    return next((f"{o.ename}: {o.evalue}" for o in cell.outputs if o.output_type == "error"), None)


def text(cell):
    return "".join(o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in cell.outputs)


def value_output(points):
    data = {"text/plain": str(points)}
    return {"output_type": "execute_result", "execution_count": 1, "data": data, "metadata": {}}


def error_output(message, name="CheckFailed"):
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": [message]}


def executed(*outputs, problems=()):
    """An Executed made by hand: a list of outputs for each cell, or None for one that does not run."""
    return Executed(tuple(None if o is None else CellResult(tuple(o), 1) for o in outputs), 1.0, problems)
