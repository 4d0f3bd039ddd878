"""Finished notebooks, ready to be recorded: sanitized notebooks with the results of this or of an earlier run."""

import copy
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat.v4.rwbase import rejoin_lines

from autograder.grading.report import NotebookScore, Row, explain, in_short
from autograder.grading.results import NotebookResult, notebook_result
from autograder.grading.sanitize import SanitizedNotebook
from autograder.notebook.cell_record import Cell, is_skipped, record_of
from autograder.notebook.job import KEPT, MISTAKES, NOT_RUN, CellResult, Executed


@dataclass(frozen=True)
class FinishedNotebook:
    """One notebook of a submission, after its execution.

    Attributes
    ----------
    sanitized
        The notebook that ran, or a placeholder.
    executed
        The result of the execution; None for a placeholder.
    key
        Digest of what the execution depended on.
    packages
        The packages that it depended on, with their versions.
    """

    sanitized: SanitizedNotebook
    executed: Executed | None = None
    key: str = ""
    packages: Mapping[str, str] = field(default_factory=dict)

    @property
    def problems(self) -> tuple[str, ...]:
        return (*self.sanitized.problems, *(self.executed.problems if self.executed else ()))

    def notebook(self) -> nbformat.NotebookNode:
        """Return a new notebook: the sanitized one, with only the outputs of the execution added."""
        if self.executed is None:
            return copy.deepcopy(self.sanitized.notebook)
        made = self.executed.onto(self.sanitized.notebook)
        kept = {"execution": self.key, "packages": dict(self.packages), "problems": list(self.executed.problems)}
        made.metadata[KEPT] = nbformat.from_dict(kept)
        return made

    def reasons(self, notebook: nbformat.NotebookNode, prefix: str = "") -> list[str]:
        """Return why it lost points, and then the remarks on corrections. `notebook` is the result of `notebook()`."""
        remarks = [f"{prefix}: {remark}" if prefix else remark for remark in self.sanitized.remarks]
        return explain(prefix, notebook, list(self.problems)) + in_short(remarks)

    def result(self, notebook: nbformat.NotebookNode, earlier: float = 0.0) -> NotebookResult:
        """Return what a class report reads. `earlier` is how long the notebook ran before, if it was not run again."""
        return notebook_result(self.sanitized, self.executed, notebook, earlier)


@dataclass(frozen=True)
class KeptExecution:
    """The execution from which an autograded notebook was recorded.

    Attributes
    ----------
    key, packages
        The fields of `FinishedNotebook`; `packages` is unchecked data from the file.
    executed
        The result of the execution.
    values
        The maximum points of the cells that ended in a value. Partial credit was limited to these points.
    """

    key: str
    packages: object
    executed: Executed
    values: tuple[float, ...]

    def gives_the_same_values(self, notebook: nbformat.NotebookNode) -> bool:
        """Whether the cells that ended in a value have the same maximum points in this sanitized notebook."""
        results = self.executed.results
        return len(results) == len(notebook.cells) and _values(notebook.cells, results) == self.values


def kept_execution(path: Path, key: str) -> KeptExecution | None:
    """Read the execution that an autograded notebook was recorded from; None if its key is not this one."""
    try:
        text = path.read_text("utf-8")
        if key not in text:  # saves parsing most notebooks
            return None
        notebook = rejoin_lines(nbformat.from_dict(json.loads(text)))
        kept = notebook.metadata[KEPT]
        if kept["execution"] != key:
            return None
        # recording added cells with the student's own outputs of cells that were not run
        cells = [cell for cell in notebook.cells if NOT_RUN not in cell.metadata]
        results = tuple(map(_result, cells))
        executed = Executed(results, 0.0, tuple(kept["problems"]))
        return KeptExecution(key, kept["packages"], executed, _values(cells, results))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _result(cell: nbformat.NotebookNode) -> CellResult | None:
    runs = cell.cell_type == "code" and not is_skipped(cell)
    mistakes = tuple(map(str, cell.metadata.get(MISTAKES, ())))
    return CellResult(tuple(cell.outputs), cell.execution_count, mistakes) if runs else None


def _values(cells: Iterable[Cell], results: Iterable[CellResult | None]) -> tuple[float, ...]:
    return tuple(
        record.points
        for cell, result in zip(cells, results, strict=True)
        if result and (record := record_of(cell)) and record.grade
        and any(output["output_type"] == "execute_result" for output in result.outputs)
    )  # fmt: skip


@dataclass(frozen=True)
class Recorded:
    """A submission as it was recorded.

    Attributes
    ----------
    scores
        The scores in the gradebook, by notebook, with late penalties subtracted.
    reasons
        Why it lost points, and remarks.
    seconds
        How long its notebooks ran.
    packages
        The packages that their executions depended on, with their versions.
    results
        What a class report reads, by notebook.
    """

    student: str
    scores: Mapping[str, NotebookScore]
    reasons: tuple[str, ...]
    seconds: float
    packages: Mapping[str, str]
    results: Mapping[str, NotebookResult] = field(default_factory=dict)

    def row(self, log: str) -> Row:
        """Return its row of the report. `log` is the name of the submission's log file."""
        return Row(self.student, "graded", dict(self.scores), self.seconds, list(self.reasons), log)
