"""The kit's nbgrader preprocessors, which the workspace's nbgrader_config.py names."""

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor


class StderrToStdout(NbGraderPreprocessor):
    """Turn a cell's output on stderr into output on stdout.

    nbgrader gives a test cell 0 points as soon as it writes to stderr, so a NumPy RuntimeWarning or a progress bar
    would cost all of the cell's points. Only an error may do that.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.name = "stdout"
        return cell, resources
