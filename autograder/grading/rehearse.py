"""Grading of an assignment's own solutions, before its tests grade any student."""

import copy
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.authoring.one_process import ANYTHING, what_needs_one_process
from autograder.course.workspace import Workspace
from autograder.execution import sandbox
from autograder.grading.sanitize import read_built
from autograder.grading.surroundings import of_notebook, surroundings
from autograder.notebook.bound_names import bound_names
from autograder.notebook.cell_record import IN_PROCESS_TAG, grade_id_of, is_in_process, record_of, whose
from autograder.notebook.job import Job
from autograder.notebook.outcomes import outcomes
from autograder.workers.local_pool import LocalPool

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class Lost:
    """Something that loses points, or another problem.

    Attributes
    ----------
    notebook
        The notebook's name.
    grade_id
        The test, or None for a problem of the whole notebook.
    what
        What went wrong, and for a test that passes in the student's process, what to write instead.
    passes_in_process
        Whether the test passes in the student's process.
    """

    notebook: str
    grade_id: str | None
    what: str
    passes_in_process: bool = False

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.notebook, self.grade_id, self.what)))


def rehearse(workspace: Workspace, assignment_name: str) -> list[Lost]:
    """Run the built notebooks, including solutions, as `cs231n grade` runs a submission.

    A test that fails is run once more in the student's process, to find out whether it relies on something that cannot
    be passed between processes.

    Returns what loses points and other problems; the list is empty if there are none. If there is no sandbox, the tests
    still run in a judge.
    """
    assignment = workspace.course.assignment(assignment_name)
    given = surroundings(workspace, assignment, "process" if sandbox.missing() else "sandbox")
    found: list[Lost] = []
    with LocalPool(os.cpu_count() or 1) as pool:

        def run(name: str, notebook: "NotebookNode") -> tuple:
            import nbformat

            job = Job(nbformat.writes(notebook), of_notebook(workspace, assignment, name, given), tell_hidden=True)
            return job, pool.submit(job)

        running = []
        for name in assignment.notebooks:
            notebook = read_built(workspace, assignment, name)
            running.append((name, notebook, *run(name, notebook)))
        again = []
        for name, notebook, job, future in running:
            executed = pool.result(job, future)
            found += [Lost(name, None, problem) for problem in executed.problems]
            lost = {
                outcome.grade_id: outcome.message
                for outcome in outcomes(executed.onto(notebook))
                if outcome.status != "passed" and outcome.message not in executed.problems
            }
            tagged = _in_process(notebook, set(lost))
            again.append((name, notebook, lost, tagged, *(run(name, tagged) if tagged else (None, None))))
        for name, notebook, lost, tagged, job, future in again:
            passed: set[str] = set()
            if tagged:
                second = outcomes(pool.result(job, future).onto(tagged))
                passed = {outcome.grade_id for outcome in second if outcome.status == "passed"}
            for grade_id, message in lost.items():
                if grade_id in passed:
                    message = f"{message.rstrip('.')}. {_advice(notebook, grade_id)}"
                found.append(Lost(name, grade_id, message, grade_id in passed))
    return found


def _in_process(notebook: "NotebookNode", lost: set[str]) -> "NotebookNode | None":
    """A copy of the notebook in which these tests run in the student's process; None if they do already."""
    tagged = copy.deepcopy(notebook)
    changed = False
    for cell in tagged.cells:
        if cell.cell_type == "code" and whose(cell) == "test" and not is_in_process(cell) and grade_id_of(cell) in lost:
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), IN_PROCESS_TAG]
            changed = True
    return tagged if changed else None


def _advice(notebook: "NotebookNode", grade_id: str) -> str:
    """What to write instead of a test that passes in the student's process only."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    records = [(cell, record_of(cell)) for cell in code]
    solved = frozenset().union(*(bound_names(cell.source) for cell, record in records if record and record.solution))
    source = next(cell.source for cell in code if grade_id_of(cell) == grade_id)
    why, instead = (what_needs_one_process(source, solved) or [ANYTHING])[0]
    return (
        f"The test passes in the student's process: {why}. Write it so that it works from another process: {instead}. "
        f'Or add tags=["{IN_PROCESS_TAG}"] to its marker; then it is not cheat-proof.'
    )
