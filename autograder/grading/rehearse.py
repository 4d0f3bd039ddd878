"""Grading of an assignment's own solutions, before its tests grade any student."""

import os

from autograder.course.workspace import Workspace
from autograder.execution import sandbox
from autograder.grading.sanitize import read_built
from autograder.grading.surroundings import of_notebook, surroundings
from autograder.notebook.job import Job
from autograder.notebook.outcomes import outcomes
from autograder.workers.local_pool import LocalPool


def rehearse(workspace: Workspace, assignment_name: str) -> list[str]:
    """Run the built notebooks, including solutions, as `cs231n grade` runs a submission.

    Returns descriptions of what loses points and of other problems; the list is empty if there are none. If there is no
    sandbox, the tests still run in a judge.
    """
    import nbformat

    assignment = workspace.course.assignment(assignment_name)
    given = surroundings(workspace, assignment, "process" if sandbox.missing() else "sandbox")
    found = []
    with LocalPool(os.cpu_count() or 1) as pool:
        running = []
        for name in assignment.notebooks:
            notebook = read_built(workspace, assignment, name)
            job = Job(nbformat.writes(notebook), of_notebook(workspace, assignment, name, given))
            running.append((name, notebook, job, pool.submit(job)))
        for name, notebook, job, future in running:
            executed = pool.result(job, future)
            found += [f"{name}: {problem}" for problem in executed.problems]
            for outcome in outcomes(executed.onto(notebook)):
                if outcome.status != "passed" and outcome.message not in executed.problems:
                    found.append(f"{name}: {outcome.grade_id}: {outcome.message}")
    return found
