"""nbgrader's ClearSolutions, with a stub that names the exercise."""

from typing import TYPE_CHECKING, Any

from nbgrader.preprocessors import ClearSolutions as NbgraderClearSolutions

from autograder.notebook.cell_record import grade_id_of

if TYPE_CHECKING:
    from nbformat import NotebookNode

STUB = '# YOUR CODE HERE\nraise NotImplementedError("exercise {exercise}: write your code here")'


class ClearSolutions(NbgraderClearSolutions):
    """Replace the solutions in a notebook by stubs, which raise an error that names the exercise.

    The `c.ClearSolutions` settings apply, except `code_stub` for Python.
    """

    code_stub: dict[str, str]  # nbgrader's, by language

    def preprocess_cell(
        self, cell: "NotebookNode", resources: dict[str, Any], cell_index: int
    ) -> tuple["NotebookNode", dict[str, Any]]:
        if cell.cell_type == "code":
            exercise = grade_id_of(cell) or f"cell {cell_index}"
            self.code_stub = self.code_stub | {"python": STUB.format(exercise=exercise)}
        return super().preprocess_cell(cell, resources, cell_index)
