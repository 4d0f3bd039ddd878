"""Run the visible checks of one notebook for the student who works on it.

This module does without nbgrader, because students do not install it.
"""

import importlib.util
import itertools
import json
import logging
import re
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import KitError
from autograder.notebook.cell_record import Cell, CellRecord, compute_checksum, grade_id_of, record_of, whose
from autograder.notebook.newer_syntax import of_another_python
from autograder.text import without_colours

if TYPE_CHECKING:
    from nbformat import NotebookNode

# how the lines begin with which the library explains an exception in a notebook (cs231n_lib/notebooks/errors.py)
_EXPLAINING = ("In ", "Line ", "It was called as ", "By the docstring, ", "Likely mistake: ", "Look at: ")
_FRAME = re.compile(r"Cell In\[(\d+)\], line (\d+)")
_IPYTHON_FILE = re.compile(r" \(\d+\.py, line \d+\)")  # IPython's internal name of a cell
MESSAGE_LINES = 4  # how many lines of a message the table shows; the notebook shows the rest


@dataclass
class Exercise:
    """One exercise: how many of its checks passed, how many points those are worth, and what is wrong."""

    name: str
    passed: int = 0
    checks: int = 0
    points: float = 0.0
    max_points: float = 0.0
    started: bool = True
    problems: list[str] = field(default_factory=list)

    @property
    def state(self) -> str:
        """ "passed", "failed" or "not started"."""
        return "passed" if self.passed == self.checks else "failed" if self.started else "not started"


@dataclass(frozen=True)
class Checked:
    """The result of checking one notebook.

    Attributes
    ----------
    exercises
        The exercises, in the notebook's order.
    questions
        Whether each question is answered, by grade_id.
    changed
        The grade_ids of locked cells that differ from the release.
    problems
        What went wrong during the run, e.g. that the kernel died.
    seconds
        How long the run took.
    not_run
        The notebook's shell commands, which the grader does not run.
    warning
        Why the grader may stop a cell that ran to its end here, or "".
    missing
        The points of graded cells that were in the release but are not in the notebook, by grade_id.
    newer_kit
        What to install if the library is older than the notebook, or "".
    """

    exercises: list[Exercise]
    questions: dict[str, bool]
    changed: list[str]
    problems: list[str]
    seconds: float
    not_run: list[str] = field(default_factory=list)
    warning: str = ""
    missing: dict[str, float] = field(default_factory=dict)
    newer_kit: str = ""

    @property
    def ok(self) -> bool:
        return not self.missing and all(exercise.state == "passed" for exercise in self.exercises)


def check(notebook_path: Path | str, progress: Callable[[int, int], None] | None = None) -> Checked:
    """Run the notebook in a fresh kernel, in its own folder, and report which visible checks pass.

    A check belongs to the nearest solution cell before it. The file is not changed. The limits of time and output are
    those that the notebook's release names.

    Parameters
    ----------
    notebook_path
        The .ipynb file, with or without its extension.
    progress
        Called as progress(done, total) before each cell.

    Raises
    ------
    KitError
        The file does not exist, is not a notebook or has no checks; or no kernel is installed, or it does not start.
    """
    path = find_notebook(Path(notebook_path))  # first, because the imports below take a second
    notebook = _read(path)
    if importlib.util.find_spec("ipykernel") is None:
        raise KitError("The Jupyter kernel is not installed.", "Install it with: python -m pip install ipykernel")
    import nbformat

    from autograder.execution.run_notebook import run_notebook
    from autograder.notebook.built_metadata import named_limits
    from autograder.notebook.job import Job, Surroundings
    from autograder.notebook.limits import Limits

    limits = named_limits(notebook)
    given = Surroundings(limits=limits or Limits(), cwd=str(path.resolve().parent))
    job = Job(nbformat.writes(notebook), given)
    began: list[float] = []  # the start time of each cell

    def note(done: int, total: int) -> None:
        began.append(time.monotonic())
        if progress:
            progress(done, total)

    try:
        executed = run_notebook(job, progress=note)
    except RuntimeError as error:
        raise KitError(f"The Jupyter kernel does not start: {error}", "Run `cs231n doctor` to find out why.") from error
    done = executed.onto(notebook)
    records = [(cell, record) for cell in done.cells if (record := record_of(cell))]
    return Checked(
        exercises=_exercises(done),
        questions={record.grade_id: _is_answered(cell, record) for cell, record in records if record.is_question},
        changed=[record.grade_id for cell, record in records if record.is_locked and _is_changed(cell, record)],
        problems=[problem for problem in executed.problems if problem not in _said_by_checks(done)],
        seconds=executed.seconds,
        not_run=_not_run(done),
        missing=_missing(done),
        warning="" if limits else _limits_unknown(notebook.cells, [*began, time.monotonic()]),
        newer_kit=_newer_kit(notebook, path.name),
    )


def _limits_unknown(cells: Sequence[Cell], times: list[float]) -> str:
    from autograder.notebook.cell_record import cell_label
    from autograder.notebook.limits import Limits

    seconds, slowest = max((later - earlier, i) for i, (earlier, later) in enumerate(itertools.pairwise(times)))
    if seconds < 1:  # the shortest limit that a course can set
        return ""
    allowed, label = Limits(), cell_label(cells, slowest)
    return (
        f"This notebook does not state the grader's time limit, so each cell could run for {allowed.cell_seconds} s "
        f"here. The grader may stop a cell earlier; the slowest, {label}, took {seconds:.0f} s. "
        "A notebook from a new release states the limit."
    )


def newer_kit(path: Path) -> str:
    """Say what to install if the installed library is older than the notebook at `path`; return "" otherwise."""
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return ""
    return _newer_kit(document, path.name) if isinstance(document, dict) else ""


def _newer_kit(notebook: Mapping[str, Any], name: str) -> str:
    from autograder.notebook.built_metadata import named_assignment
    from cs231n_lib.edition import how_to_install, this_edition

    assignment, edition = named_assignment(notebook), this_edition()
    if edition is None or not edition.is_older_than(assignment):
        return ""
    return (
        f"{name} belongs to the assignment {assignment}, and the library installed here came with the earlier release "
        f"{edition.assignment}. It may lack parts that the notebook needs. To get them, {how_to_install(assignment)}."
    )


def find_notebook(path: Path) -> Path:
    """Find the notebook that `path` names, with or without .ipynb. Raises KitError, which lists those nearby."""
    for candidate in (path, path.with_name(path.name + ".ipynb") if path.name else path):
        if candidate.is_file():
            return candidate
    folder = path if path.is_dir() else path.parent
    near = sorted(p.name for p in folder.glob("*.ipynb")) if folder.is_dir() else []
    what = "is a folder, not a notebook" if path.is_dir() else "does not exist"
    where = f"Notebooks in {folder.resolve()}: {', '.join(near)}." if near else "Give the path of an .ipynb file."
    raise KitError(f"{path} {what}.", where)


def _read(path: Path) -> "NotebookNode":
    import nbformat

    logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # silences nbformat about slightly irregular cells
    text = path.read_bytes()
    if not text.strip():
        raise KitError(f"{path} is empty.", "Take a fresh copy of the notebook from the release.")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        hint = "Check whether it was cut short or contains the marks of a merge conflict (<<<<<<<)."
        raise KitError(f"{path} is not a notebook: it is not valid JSON ({error}).", hint) from None
    if not isinstance(document, dict) or not {"cells", "worksheets"} & document.keys():
        raise KitError(f"{path} is not a notebook: it has no cells.", "Give an .ipynb file.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about missing cell ids, which do not matter here
            notebook = nbformat.convert(nbformat.from_dict(document), 4)
            for cell in notebook.cells:
                _tidy(cell)
    except Exception as error:
        hint = "Take a fresh copy of the notebook from the release."
        raise KitError(f"{path} cannot be read as a notebook: {error!r}.", hint) from None
    if not any(_is_test(cell) for cell in notebook.cells) and not _missing(notebook):
        hint = "Use the notebook from the release; pasting its cells into another notebook loses their marks."
        raise KitError(f"{path} has no checks: no cell is marked as a test.", hint)
    return notebook


def _tidy(cell: "NotebookNode") -> None:
    """Establish what the rest relies on, and drop a record that nbgrader cannot have written."""
    if isinstance(cell.source, list):
        cell.source = "".join(cell.source)
    cell.metadata = cell.get("metadata", {})
    if record_of(cell) is None:
        cell.metadata.pop("nbgrader", None)
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None


def _missing(notebook: "NotebookNode") -> dict[str, float]:
    """The points of the graded cells that were in the release and are no longer in the notebook."""
    from autograder.notebook.built_metadata import named_graded_cells

    there = {record.grade_id for cell in notebook.cells if (record := record_of(cell)) and record.grade}
    return {name: points for name, points in named_graded_cells(notebook).items() if name not in there}


def _exercises(notebook: "NotebookNode") -> list[Exercise]:
    from autograder.notebook.outcomes import outcomes

    found: dict[str, Exercise] = {}
    for outcome in outcomes(notebook):
        exercise = found.setdefault(outcome.exercise, Exercise(outcome.exercise))
        exercise.checks += 1
        exercise.max_points += outcome.points
        if outcome.status == "passed":
            exercise.passed += 1
            exercise.points += outcome.points
        elif outcome.status == "not started":
            exercise.started = False
        else:
            said = outcome.message.removeprefix(f"the cell '{outcome.grade_id}' ")
            message = f"{outcome.grade_id}: {_first_lines(said)}"
            where = _where(notebook, outcome.grade_id)
            exercise.problems.append(f"{message}\n  {where}" if where else message)
    for exercise in found.values():
        broken = _own_error(notebook, exercise.name)
        if broken and exercise.state != "passed":
            exercise.problems, exercise.started = [broken], True  # the checks fail because of it
        elif exercise.problems:
            exercise.started = True
    return list(found.values())


def _said_by_checks(notebook: "NotebookNode") -> set[str]:
    from autograder.notebook.outcomes import outcomes

    return {outcome.message for outcome in outcomes(notebook)}


def _not_run(notebook: "NotebookNode") -> list[str]:
    from autograder.execution.judge.not_while_grading import COMMAND_NOT_RUN

    outputs = (output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs)
    lines = (line for output in outputs if output.output_type == "stream" for line in output.text.splitlines())
    return list(dict.fromkeys(line.removeprefix(COMMAND_NOT_RUN) for line in lines if line.startswith(COMMAND_NOT_RUN)))


def _own_error(notebook: "NotebookNode", grade_id: str) -> str:
    """The error of the solution cell itself, which makes its checks fail too; "" if it ran."""
    for cell in notebook.cells:
        record = record_of(cell)
        if cell.cell_type == "code" and record and record.grade_id == grade_id and record.solution:
            for output in cell.outputs:
                if output.output_type == "error" and output.ename != "NotImplementedError":
                    where = _where(notebook, grade_id)
                    message = f"the cell does not run: {output.ename}: {_first_lines(output.evalue)}"
                    if other := of_another_python(output):
                        message += f"\n  {other}, but this is Python {sys.version_info[0]}.{sys.version_info[1]}"
                    return f"{message}\n  {where}" if where else message
    return ""


def _where(notebook: "NotebookNode", grade_id: str) -> str:
    """Where in the student's own code this cell's error arose, and what the notebook explains about it; or ""."""
    cell = next(c for c in notebook.cells if c.cell_type == "code" and grade_id_of(c) == grade_id)
    error = next((o for o in cell.outputs if o.output_type == "error"), None)
    if error is None or error.ename == "CheckFailed":
        return ""
    if explained := [line for line in error.traceback if line.startswith(_EXPLAINING)]:
        return "\n  ".join(explained)
    own = {str(c.execution_count): c for c in notebook.cells if c.cell_type == "code" and whose(c) == "student"}
    frames = _FRAME.findall(without_colours("\n".join(error.traceback)))
    for count, line in reversed(frames):
        if count in own:
            lines = own[count].source.splitlines()
            code = lines[int(line) - 1].strip() if int(line) <= len(lines) else ""
            name = grade_id_of(own[count])
            where = f"line {line} of the cell {name}" if name else f"line {line} of a cell that you added"
            return f"{where}: {code}"
    return ""


def _first_lines(message: str) -> str:
    message = _IPYTHON_FILE.sub("", without_colours(message))
    lines = [line for line in message.strip().splitlines() if line.strip()]
    return "\n  ".join(lines[:MESSAGE_LINES])


def _is_test(cell: "NotebookNode") -> bool:
    record = record_of(cell)
    return cell.cell_type == "code" and record is not None and record.is_test


def _is_changed(cell: "NotebookNode", record: CellRecord) -> bool:
    return record.checksum is not None and record.checksum != compute_checksum(cell, record)


def _is_answered(cell: "NotebookNode", record: CellRecord) -> bool:
    if record.checksum:
        return _is_changed(cell, record)
    return bool(cell.source.strip()) and "YOUR ANSWER HERE" not in cell.source
