"""A sanitized notebook with what came of running it, or of running it the last time: what is to be recorded."""

import copy
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat.v4.rwbase import rejoin_lines

from autograder.grading.report import NotebookScore, Row, explain, in_short
from autograder.grading.sanitize import SanitizedNotebook
from autograder.notebook.cell_record import Cell, is_skipped, record_of
from autograder.notebook.job import NOT_RUN, CellResult, Executed

KEPT = "cs231n"  # where an autograded notebook says what came of its execution, besides the outputs


@dataclass(frozen=True)
class FinishedNotebook:
    """One notebook of a submission, of which nothing more is to be run.

    Attributes
    ----------
    sanitized
        What ran, or a placeholder.
    executed
        What came of it; None of a placeholder.
    key
        The digest of what the execution depended on.
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
        """A new notebook: the sanitized one with the outputs of the execution, and nothing else of it."""
        if self.executed is None:
            return copy.deepcopy(self.sanitized.notebook)
        made = self.executed.onto(self.sanitized.notebook)
        kept = {"execution": self.key, "packages": dict(self.packages), "problems": list(self.executed.problems)}
        made.metadata[KEPT] = nbformat.from_dict(kept)
        return made

    def reasons(self, notebook: nbformat.NotebookNode, prefix: str = "") -> list[str]:
        """Why it has not full marks, and then what was put right in it; `notebook` is as `notebook()` makes it."""
        remarks = [f"{prefix}: {remark}" if prefix else remark for remark in self.sanitized.remarks]
        return explain(prefix, notebook, list(self.problems)) + in_short(remarks)


@dataclass(frozen=True)
class KeptExecution:
    """What an autograded notebook says of the execution that it was recorded from.

    Attributes
    ----------
    key, packages
        As of `FinishedNotebook`; `packages` as they were written down.
    executed
        What came of the execution.
    values
        The points of those cells that ended in a value: partial credit was cut at these.
    """

    key: str
    packages: object
    executed: Executed
    values: tuple[float, ...]

    def gives_the_same_values(self, notebook: nbformat.NotebookNode) -> bool:
        """Whether the sanitized notebook gives the same points for the cells that ended in a value."""
        results = self.executed.results
        return len(results) == len(notebook.cells) and _values(notebook.cells, results) == self.values


def kept_execution(path: Path, key: str) -> KeptExecution | None:
    """What was recorded in an autograded notebook, if it came of an execution of this key."""
    try:
        text = path.read_text("utf-8")
        if key not in text:  # most are not worth reading as JSON
            return None
        notebook = rejoin_lines(nbformat.from_dict(json.loads(text)))
        kept = notebook.metadata[KEPT]
        if kept["execution"] != key:
            return None
        # outputs of what was not run were put in when it was recorded
        cells = [cell for cell in notebook.cells if NOT_RUN not in cell.metadata]
        results = tuple(map(_result, cells))
        executed = Executed(results, 0.0, tuple(kept["problems"]))
        return KeptExecution(key, kept["packages"], executed, _values(cells, results))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _result(cell: nbformat.NotebookNode) -> CellResult | None:
    runs = cell.cell_type == "code" and not is_skipped(cell)
    return CellResult(tuple(cell.outputs), cell.execution_count) if runs else None


def _values(cells: Iterable[Cell], results: Iterable[CellResult | None]) -> tuple[float, ...]:
    return tuple(
        record.points
        for cell, result in zip(cells, results, strict=True)
        if result and (record := record_of(cell)) and record.grade
        and any(output["output_type"] == "execute_result" for output in result.outputs)
    )  # fmt: skip


@dataclass(frozen=True)
class Recorded:
    """What was recorded of a submission.

    Attributes
    ----------
    scores
        By notebook, as the gradebook has them, late penalties taken off.
    reasons
        Why it has not full marks, and remarks.
    seconds
        For which its notebooks ran.
    packages
        The packages that their executions depended on, with their versions.
    """

    student: str
    scores: Mapping[str, NotebookScore]
    reasons: tuple[str, ...]
    seconds: float
    packages: Mapping[str, str]

    def row(self, log: str) -> Row:
        """Its row in the report; `log` is the file that says what was done."""
        return Row(self.student, "graded", dict(self.scores), self.seconds, list(self.reasons), log)
