"""First step of grading (trusted): make a submitted notebook safe to run and fair to score.

The submission is rebuilt on the blueprint of the source: all test cells, locked cells and records come from the source,
in the source's order. Of the submission, only the text of solution cells and the cells that the student added are kept,
without metadata or outputs. So a student's changes to ids, tags, points, cell types or cell order do not change what is
tested. nbgrader's own preprocessors have restored the blueprint from the gradebook. `matching.py` decides which
submitted cell corresponds to which cell of the blueprint.
"""

import copy
import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_markdown_cell, new_output

from autograder.course.course_toml import Assignment
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.grading.matching import AddedCell, Matched, SubmittedCell, is_skipped_cell, match, plain_text
from autograder.notebook.cell_record import (
    IN_PROCESS_TAG,
    NOT_PROOF,
    SKIP_TAG,
    CellRecord,
    compute_checksum,
    grade_id_of,
    is_in_process,
    is_skipped,
    record_of,
)
from autograder.notebook.job import NOT_GRADED, Output
from autograder.notebook.limits import Limits
from autograder.notebook.pictures import joined_text, pictures
from autograder.storable import REPLACEMENT, storable
from autograder.submissions.foreign_files import ByteBudget, Refused, read_ordinary

MAX_CELLS = 2_000
MAX_NAMED = 5  # cells that one remark names
MAX_VALUES = 5_000_000  # JSON values in the whole file
IS_MISSING, LOCKED = "' is missing", "the locked cell"  # the end of a problem, and the beginning of a remark
CELLS_MISSING, CELLS_RESTORED = "cells missing", "cells restored"
# beginnings of a line of code that lines of prose hardly ever have
CODE = re.compile(
    r"[%!@?)\]}]|(?:import|from|def|class|for|while|if|elif|else|with|return|print|assert|try|del|raise|pass)\b"
    r"|[\w.\[\], ()]+[-+*/|&]?=|[\w.]+[(\[]"
)


@dataclass(frozen=True)
class NotRun:
    """The outputs that the student handed in for a cell that is not run.

    Attributes
    ----------
    grade_id
        The grade_id of the cell. If the cell has none, `source` is its text, and this is the grade_id of the cell
        before it.
    """

    grade_id: str | None
    outputs: tuple[Output, ...]
    source: str | None = None


@dataclass(frozen=True)
class SanitizedNotebook:
    """A notebook ready to run, or a placeholder that says why there is nothing to run.

    Attributes
    ----------
    notebook
        The notebook to run. It is never changed: results are put into a copy.
    problems
        Problems that may have cost points.
    runnable
        Whether it can run; a placeholder cannot.
    remarks
        Corrections, such as the restoring of a changed locked cell. The instructor's table and the files for CI show
        them last; the feedback page does not show them.
    not_run
        The outputs that the student saw at the cells that are not run. They are shown, and do not affect the score.
    """

    name: str
    notebook: nbformat.NotebookNode
    problems: tuple[str, ...] = ()
    runnable: bool = True
    remarks: tuple[str, ...] = ()
    not_run: tuple[NotRun, ...] = ()

    @property
    def flags(self) -> tuple[str, ...]:
        """CELLS_MISSING if cells of the student's are missing, CELLS_RESTORED if locked cells had to be put right."""
        missing = any(problem.endswith(IS_MISSING) for problem in self.problems)
        restored = any(remark.startswith(LOCKED) for remark in self.remarks)
        return (CELLS_MISSING,) * missing + (CELLS_RESTORED,) * restored


@dataclass(frozen=True)
class Blueprint:
    """The source of a notebook, as nbgrader restores it from the gradebook. Every submission is rebuilt on it.

    It does not depend on any student, so it is made once for a class.

    Attributes
    ----------
    name
        Name of the notebook.
    limits
        The limits of what is read from a submission.
    text
        The source's cells that have a record, restored by nbgrader, as a notebook in JSON.
    released
        grade_id -> the cell's text in the gradebook; solution cells have their stubs.
    handed_out
        grade_id -> the cell's plain text as students received it.
    skipped
        The texts of cells that must not run, and the ids of those among them that have no record.
    prose, prose_ids
        The plain texts and the ids of the source's cells that have no record.
    """

    name: str
    limits: Limits
    text: str
    released: Mapping[str, str]
    handed_out: Mapping[str, str]
    skipped: frozenset[str]
    prose: frozenset[str]
    prose_ids: frozenset[str]

    def notebook(self) -> nbformat.NotebookNode:
        """Return a new copy of the restored notebook, which the caller may change."""
        return nbformat.from_dict(json.loads(self.text))


def blueprint_of(workspace: Workspace, assignment: Assignment, name: str) -> Blueprint:
    """Make the blueprint of one notebook. To be called only where the gradebook may be read."""
    source = read_built(workspace, assignment, name)
    released = _released_text(workspace, assignment, name)
    restored = _restored(workspace, assignment, name, source)
    prose = [cell for cell in source.cells if not grade_id_of(cell)]
    return Blueprint(
        name=name,
        limits=assignment.limits,
        text=json.dumps(restored),
        released=released,
        handed_out=_handed_out(workspace, restored, released),
        skipped=frozenset(cell.source for cell in source.cells if is_skipped(cell))
        | {cell["id"] for cell in prose if is_skipped(cell) and "id" in cell},
        prose=frozenset(plain_text(cell.source) for cell in prose),
        prose_ids=frozenset(cell["id"] for cell in prose if "id" in cell),
    )


def sanitize(blueprint: Blueprint, path: Path) -> SanitizedNotebook:
    """Sanitize the notebook at `path`, part of a submission. If it cannot be read, the result is a placeholder."""
    try:
        cells, problems = read_submitted(path, blueprint.limits)
    except UnreadableNotebook as error:
        return not_gradable(blueprint, str(error))
    notebook, changes, remarks = rebuild(blueprint, cells)
    not_run = outputs_not_run(blueprint, cells)
    return SanitizedNotebook(blueprint.name, notebook, (*problems, *changes), remarks=tuple(remarks), not_run=not_run)


def not_gradable(blueprint: Blueprint, reason: str) -> SanitizedNotebook:
    """Make the placeholder for a notebook that cannot be graded: all tests failed for `reason`; no work is shown."""
    notebook, *_ = rebuild(blueprint, [])
    notebook.cells = [c for c in notebook.cells if (record := record_of(c)) and record.grade]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = ""  # the tests did not run, so they are not shown
            cell.outputs = [new_output("error", ename="NotGraded", evalue=reason, traceback=[reason])]
    notebook.cells.insert(0, new_markdown_cell(f"**This notebook could not be graded:** {reason}", id=NOT_GRADED))
    return SanitizedNotebook(blueprint.name, notebook, (reason,), runnable=False)


class UnreadableNotebook(Exception):
    """The file is not a notebook that can be graded; str() tells the student why."""


def read_built(workspace: Workspace, assignment: Assignment, name: str) -> nbformat.NotebookNode:
    """Read the instructor's notebook with solutions and hidden tests, as built into `source/`. Raises KitError."""
    path = workspace.source(assignment.name) / f"{name}.ipynb"
    if not path.is_file():
        raise KitError(f"{path} has not been built.", "Build it with: cs231n build")
    return nbformat.read(path, as_version=4)


def tests_in_process(workspace: Workspace, assignment: Assignment) -> int:
    """How many tests of the built notebooks run in the student's process. Raises KitError."""
    built = (read_built(workspace, assignment, name) for name in assignment.notebooks)
    return sum(cell.cell_type == "code" and is_in_process(cell) for notebook in built for cell in notebook.cells)


def forgeable(workspace: Workspace, assignment: Assignment) -> str:
    """What to note about tests whose points students can forge; "" without such tests, or if nothing is built."""
    try:
        tests = tests_in_process(workspace, assignment)
    except KitError:
        return ""
    return f"tests in the student's process: {tests}, {NOT_PROOF}" if tests else ""


def read_submitted(path: Path, limits: Limits) -> tuple[list[SubmittedCell], list[str]]:
    """Read a notebook that a student handed in. Returns the cells and remarks.

    Outputs do not count towards its size, so a notebook that is large only because of its outputs is graded.

    Raises
    ------
    UnreadableNotebook
        The file is missing, not a regular file (a link, for example), empty, too large, not JSON or not a notebook, or
        it has too many cells.
    """
    name = path.name
    try:
        # three levels up, so that a link in place of the student's folder is not followed either
        root, parts = path.parents[2], path.parts[-3:]
        data = read_ordinary(root, parts, ByteBudget(limits.file_bytes))
    except FileNotFoundError:
        raise UnreadableNotebook(f"{name} was not handed in") from None
    except Refused as error:
        raise UnreadableNotebook(f"{name} {error}") from None
    return submitted_cells(name, data, limits)


def submitted_cells(name: str, data: bytes, limits: Limits) -> tuple[list[SubmittedCell], list[str]]:
    """Read the bytes of a notebook as `read_submitted` does; `name` is for messages."""
    max_bytes = limits.submission_bytes
    if not data:
        raise UnreadableNotebook(f"{name} is an empty file")
    content = _parsed(name, data)
    version = content.get("nbformat")
    cells = _cells(name, content, version)
    size = sum(map(_size, cells))
    if size > max_bytes:
        raise UnreadableNotebook(f"{name} has {size:,} bytes without its outputs; the limit is {max_bytes:,}")
    remarks = []
    if len(data) > max_bytes:
        remarks.append(f"{name} has {len(data):,} bytes; the limit is {max_bytes:,}, so most outputs were dropped")
    if version != 4:
        remarks.append(f"{name} is in notebook format {version}; it was converted to format 4")
    storable_cells = [replace(cell, source=storable(cell.source)) for cell in cells]
    if any(after.source != cell.source for cell, after in zip(cells, storable_cells, strict=True)):
        remarks.append(f"{name} has characters that are not text; each was replaced by {REPLACEMENT}")
    return storable_cells, remarks


def _parsed(name: str, data: bytes) -> dict[str, Any]:
    if sum(map(data.count, (b",", b"{", b"["))) > MAX_VALUES:  # a value of two bytes takes a hundred bytes of memory
        raise UnreadableNotebook(f"{name} is not a notebook: it holds more than {MAX_VALUES:,} values")
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UnreadableNotebook(f"{name} is not a notebook: it is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise UnreadableNotebook(f"{name} is not a notebook: it is not valid JSON ({place}: {error.msg})") from None
    except ValueError as error:  # for example, a number with thousands of digits
        raise UnreadableNotebook(f"{name} is not a notebook: {_one_line(error)}") from None
    except RecursionError:
        raise UnreadableNotebook(f"{name} is not a notebook: it is nested too deeply") from None
    if not isinstance(content, dict) or "nbformat" not in content:
        raise UnreadableNotebook(f"{name} is JSON, but not a notebook")
    return content


def _cells(name: str, content: dict[str, Any], version: object) -> list[SubmittedCell]:
    """Return the cells, reduced to what grading uses. `version` is the format that the file names, any value."""
    if type(version) is not int or version not in (3, 4):
        said = json.dumps(version)[:20]
        raise UnreadableNotebook(f"{name} is in notebook format {said}; formats 3 and 4 can be read")
    sheets = content.get("worksheets") if version == 3 else [content]
    if not isinstance(sheets, list) or not all(isinstance(sheet, dict) for sheet in sheets):
        raise UnreadableNotebook(f"{name} is JSON, but not a notebook: its worksheets are not a list of objects")
    cells: list[object] = []
    for sheet in sheets:
        given = sheet.get("cells")
        if not isinstance(given, list):
            raise UnreadableNotebook(f"{name} is JSON, but not a notebook: it has no list of cells")
        if len(cells) + len(given) > MAX_CELLS:
            raise UnreadableNotebook(f"{name} has more than {MAX_CELLS:,} cells, the most that can be graded")
        cells += given
    return [_cell(f"{name} is JSON, but not a notebook: cell {i}", cell) for i, cell in enumerate(cells, start=1)]


def _cell(which: str, given: object) -> SubmittedCell:
    if not isinstance(given, dict) or not isinstance(given.get("cell_type"), str):
        raise UnreadableNotebook(f"{which} has no type")
    text = joined_text(given.get("source", given.get("input")))  # nbformat 3 has the code in `input`
    if text is None:
        raise UnreadableNotebook(f"{which} has no text")
    kind = given["cell_type"]
    if kind == "heading":  # a cell type of nbformat 3
        level = given.get("level")
        kind, text = "markdown", f"{'#' * (level if isinstance(level, int) and level in range(1, 7) else 1)} {text}"
    grade_id, id, outputs = grade_id_of(given) or None, given.get("id"), given.get("outputs")
    record = record_of(given) if grade_id else None
    by_release = {"source": text, "cell_type": kind}
    return SubmittedCell(
        cell_type=kind,
        source=text,
        grade_id=grade_id,
        id=id if isinstance(id, str) else None,
        as_released=record is not None and record.checksum == compute_checksum(by_release, record),
        attachments=pictures(given.get("attachments")) if kind == "markdown" else {},
        outputs=outputs if kind == "code" and isinstance(outputs, list) else (),
    )


def _size(cell: SubmittedCell) -> int:
    """Return the size of a cell in bytes of UTF-8; a lone surrogate counts as one byte."""
    data = [picture for kinds in cell.attachments.values() for picture in kinds.values()]
    return len(cell.source.encode(errors="replace")) + sum(map(len, data))


def rebuild(
    blueprint: Blueprint, submitted: Sequence[SubmittedCell]
) -> tuple[nbformat.NotebookNode, list[str], list[str]]:
    """Put the student's cells into the blueprint. Returns the notebook, its problems, and remarks on corrections."""
    notebook = blueprint.notebook()
    recorded = _recorded(notebook)
    found = match(notebook.cells, submitted, blueprint.handed_out, blueprint.skipped)
    problems, remarks = list(found.problems), _on_locked_cells(recorded, found)
    extras = {place: [_added_cell(cell) for cell in cells] for place, cells in found.added.items()}
    cells = list(extras.get(None, []))
    for cell, record in recorded:
        grade_id = record.grade_id
        if record.solution:
            mine = found.cells.get(grade_id)
            if mine:
                cell.source = mine.source
                if cell.cell_type == "markdown" and mine.attachments:
                    cell.attachments = mine.attachments
            elif cell.cell_type == "markdown":
                cell.source = blueprint.released[grade_id]
                problems.append(f"the answer cell '{grade_id}{IS_MISSING}")
            else:  # without the stub, which would undo a function in a cell that the student added
                cell.source = f"# the cell '{grade_id}' was missing from the submission"
                problems.append(f"the cell '{grade_id}{IS_MISSING}")
            if record.grade and (where := _answered_elsewhere(blueprint, found, cell.cell_type, grade_id)):
                # without it, nbgrader leaves the cell to be marked by hand instead of giving it 0
                cell.metadata.nbgrader.pop("checksum", None)
                remarks.append(where)
        cells += [cell, *extras.get(grade_id, [])]
    notebook.cells = cells
    return notebook, problems, remarks


def _recorded(notebook: nbformat.NotebookNode) -> list[tuple[nbformat.NotebookNode, CellRecord]]:
    """Return the cells of a blueprint with their records; every cell has one."""
    return [(cell, record) for cell in notebook.cells if (record := record_of(cell))]


def _on_locked_cells(cells: Sequence[tuple[nbformat.NotebookNode, CellRecord]], found: Matched) -> list[str]:
    """Return remarks on the locked cells that were restored, one line for each kind of change."""
    lines: dict[tuple[str, str], list[str]] = {}
    for cell, record in cells:
        runs = cell.cell_type == "code" and not is_skipped(cell)
        done = "run" if runs else "put back"
        if record.grade_id in found.changed:
            lines.setdefault(("had been changed", done), []).append(record.grade_id)
        elif record.grade_id in found.missing:
            lines.setdefault(("missing", done), []).append(record.grade_id)
    return [_on_restored(names, what, done) for (what, done), names in lines.items()]


def _on_restored(names: list[str], what: str, done: str) -> str:
    s, were = ("s", "were") if len(names) > 1 else ("", "was")
    listed = [f"'{name}'" for name in names[:MAX_NAMED]]
    if len(names) > MAX_NAMED:
        listed.append(f"and {len(names) - MAX_NAMED} more")
    what = f"{were} missing" if what == "missing" else what
    return f"{LOCKED}{s} {', '.join(listed)} {what}; the original{s} {were} {done}"


def _answered_elsewhere(blueprint: Blueprint, found: Matched, cell_type: str, grade_id: str) -> str:
    """Return a remark if a question's cell is unchanged or missing, but an added cell may hold the answer; else ""."""
    if grade_id in found.cells and not found.is_untouched(grade_id):
        return ""
    others = found.added.get(grade_id if grade_id in found.cells else found.place_before(grade_id), ())
    added = [
        other
        for other in (each.cell for each in others)
        if other.source.strip() and plain_text(other.source) not in blueprint.prose
        and other.id not in blueprint.prose_ids
    ]  # fmt: skip
    is_prose = [other.cell_type != "code" or _holds_prose(other.source) for other in added]
    if cell_type == "markdown" and not any(is_prose) or not added:
        return ""
    what = "text cell" if cell_type == "markdown" else "cell"
    state, place = ("unanswered", "below it") if grade_id in found.cells else ("missing", "in its place")
    return f"{grade_id} is {state}, but a {what} was added {place}"


def _holds_prose(code: str) -> bool:
    """Whether a code cell looks like a written answer: comments, or lines of text that are not code."""
    lines = [line.strip() for line in code.splitlines() if line.strip()]
    words = [line for line in lines if not line.startswith("#")]
    return not any(map(CODE.match, words)) and any(len(line.split()) > 2 for line in lines)


def outputs_not_run(blueprint: Blueprint, submitted: Sequence[SubmittedCell]) -> tuple[NotRun, ...]:
    """Return the outputs that the student handed in for the cells that are not run, reduced to what may be shown.

    The cells are matched as in `rebuild`. Their outputs cannot get into a cell that is run or earns points.
    """
    from autograder.notebook.page_cleaner import OwnOutputs

    notebook = blueprint.notebook()
    not_run = {
        record.grade_id: cell
        for cell, record in _recorded(notebook)
        if cell.cell_type == "code" and is_skipped(cell) and not record.grade
    }
    matched = match(notebook.cells, submitted, blueprint.handed_out, blueprint.skipped)
    own, found, anchor = OwnOutputs(), [], None
    for cell, grade_id in zip(submitted, matched.ids, strict=True):
        counts = grade_id is not None and matched.cells[grade_id] is cell
        anchor = grade_id if counts else anchor
        if grade_id in not_run and counts:
            source, same_code = None, cell.source.strip() == not_run[grade_id].source.strip()
        elif grade_id is None and is_skipped_cell(cell, blueprint.skipped):
            source, same_code = cell.source, True
        else:
            continue
        if outputs := tuple(own.shown(cell.outputs, same_code)):
            found.append(NotRun(anchor, outputs, source))
    return tuple(found)


def nbgrader_resources(workspace: Workspace, assignment: str, student: str, name: str) -> dict[str, Any]:
    """Return the resources that nbgrader's preprocessors read."""
    record = {"student": student, "assignment": assignment, "notebook": name, "db_url": workspace.db_url}
    return {"unique_key": name, "output_files_dir": f"{name}_files", "nbgrader": record}


def _added_cell(given: AddedCell) -> nbformat.NotebookNode:
    cell = given.cell
    made: dict[str, Any] = {"id": f"added-{given.number}", "cell_type": cell.cell_type, "source": cell.source}
    made["metadata"] = {}
    if cell.cell_type == "code":
        made |= {"outputs": [], "execution_count": None}
    elif cell.cell_type != "markdown":  # raw cells do not run, and are shown as they are written
        made |= {"cell_type": "markdown", "source": _as_written(cell.source)}
    if cell.attachments:
        made["attachments"] = cell.attachments
    return nbformat.from_dict(made)


def _as_written(text: str) -> str:
    """Return Markdown that shows the text as it is written."""
    return "".join(f"    {line}\n" for line in text.splitlines()).rstrip("\n")


def _released_text(workspace: Workspace, assignment: Assignment, name: str) -> dict[str, str]:
    with workspace.gradebook() as gradebook:
        return {cell.name: cell.source for cell in gradebook.find_notebook(name, assignment.name).source_cells}


def _handed_out(workspace: Workspace, restored: nbformat.NotebookNode, released: dict[str, str]) -> dict[str, str]:
    """Return the plain text of each cell as students receive it, without hidden tests and marking schemes."""
    from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme

    notebook = copy.deepcopy(restored)
    for cell, record in _recorded(notebook):
        cell.source = released.get(record.grade_id, cell.source)
    for step in (ClearHiddenTests, ClearMarkScheme):
        notebook, _ = step(config=workspace.config, log=logging.getLogger("autograder.nbgrader"))(notebook, {})
    return {record.grade_id: plain_text(cell.source) for cell, record in _recorded(notebook)}


def _restored(
    workspace: Workspace, assignment: Assignment, name: str, source: nbformat.NotebookNode
) -> nbformat.NotebookNode:
    """Return the source's cells that have a record, as nbgrader restores them from the gradebook."""
    from nbgrader.preprocessors import (
        CheckCellMetadata,
        ClearOutput,
        DeduplicateIds,
        OverwriteCells,
        OverwriteKernelspec,
    )

    notebook = copy.deepcopy(source)
    notebook.metadata = nbformat.from_dict({"kernelspec": source.metadata["kernelspec"]})
    notebook.cells = [cell for cell in notebook.cells if grade_id_of(cell)]
    for cell in notebook.cells:
        known = [SKIP_TAG] * is_skipped(cell) + [IN_PROCESS_TAG] * is_in_process(cell)  # the tags that grading knows
        tags = {"tags": known} if known else {}
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k == "nbgrader"} | tags)
    resources = nbgrader_resources(workspace, assignment.name, "", name)
    quiet = logging.getLogger("autograder.nbgrader")
    for step in (ClearOutput, DeduplicateIds, OverwriteKernelspec, OverwriteCells, CheckCellMetadata):
        notebook, resources = step(config=workspace.config, log=quiet)(notebook, resources)
    return notebook


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return (text[:150] + "…") if len(text) > 150 else text or type(error).__name__
