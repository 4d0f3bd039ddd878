"""Notebooks of a few cells, run as grading runs them."""

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from autograder.execution.run_notebook import execute
from autograder.notebook.job import Job
from autograder.notebook.limits import Limits

LIMITS = Limits(cell_seconds=4, notebook_seconds=60, output_bytes=10_000)


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


def run(*cells, isolation="process", limits=LIMITS, **job):
    notebook = nbformat.writes(new_notebook(cells=list(cells)))
    env = {"PATH": "/usr/bin:/bin"}
    executed = execute(Job(notebook, limits=limits, isolation=isolation, env=env, **job))
    return executed, nbformat.reads(executed.notebook, as_version=4).cells


def error(cell):
    return next((f"{o.ename}: {o.evalue}" for o in cell.outputs if o.output_type == "error"), None)


def text(cell):
    return "".join(o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in cell.outputs)
