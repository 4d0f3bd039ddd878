"""First step of grading (trusted): make a submitted notebook safe to run and fair to score.

The submission is rebuilt on the frame of the source: every test cell, locked cell and record is the
source's, in the source's order; of the student's there remain the text of their solution cells and the
cells they added, without metadata or outputs. So nothing that a student does to ids, tags, points, cell
types or cell order changes what is tested. nbgrader's own preprocessors then hold the result against the
gradebook.
"""

import copy
import json
import logging
import warnings
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from .course import Assignment, Limits
from .execute import SKIP_TAG
from .workspace import Workspace


@dataclass
class SanitizedNotebook:
    """A notebook ready to run (`runnable`), or a placeholder that says why there is nothing to run."""

    name: str
    notebook: nbformat.NotebookNode
    problems: list[str]
    runnable: bool = True


def sanitize(workspace: Workspace, assignment: Assignment, student: str, name: str) -> SanitizedNotebook:
    """Sanitize notebook `name` of one submission; a file that can't be read becomes a placeholder."""
    path = workspace.submitted(student, assignment.name) / f"{name}.ipynb"
    try:
        submitted, problems = read_submitted(path, assignment.limits)
    except UnreadableNotebook as error:
        return not_gradable(workspace, assignment, name, str(error))
    notebook, changes = _restore(workspace, assignment, student, name, submitted)
    return SanitizedNotebook(name, notebook, problems + changes)


def not_gradable(workspace: Workspace, assignment: Assignment, name: str, reason: str) -> SanitizedNotebook:
    """What stands for a notebook that can't be graded: every test failed, for `reason`, and no work in it."""
    notebook, _ = _restore(workspace, assignment, "", name, nbformat.v4.new_notebook())
    notebook.cells = [c for c in notebook.cells if c.metadata.nbgrader.grade]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = ""  # nothing was tested, so nothing of the tests is shown
            cell.outputs = [new_output("error", ename="NotGraded", evalue=reason, traceback=[reason])]
    notebook.cells.insert(0, new_markdown_cell(f"**This notebook could not be graded:** {reason}", id="not-graded"))
    return SanitizedNotebook(name, notebook, [reason], runnable=False)


class UnreadableNotebook(Exception):
    """The file is not a notebook that can be graded; the text says why, to the student."""


def read_built(workspace: Workspace, assignment: Assignment, name: str) -> nbformat.NotebookNode:
    """The instructor's notebook with solutions and hidden tests, as built into `source/`."""
    return nbformat.read(workspace.source(assignment.name) / f"{name}.ipynb", as_version=4)


def read_submitted(path: Path, limits: Limits) -> tuple[nbformat.NotebookNode, list[str]]:
    """Read what the student handed in. Returns the notebook (nbformat 4) and remarks about it.

    Outputs are dropped while reading, so a notebook that is only large because of its outputs still counts.
    Raises UnreadableNotebook: missing, a link, empty, too large, not JSON, not a notebook.
    """
    if path.is_symlink():
        raise UnreadableNotebook(f"{path.name} is a link to another file, not a notebook")
    if not path.is_file():
        raise UnreadableNotebook(f"{path.name} was not handed in")
    size = path.stat().st_size
    if size == 0:
        raise UnreadableNotebook(f"{path.name} is an empty file")
    remarks = []
    max_bytes = limits.submission_bytes
    if size > max_bytes:
        if size > limits.file_bytes:
            raise UnreadableNotebook(f"{path.name} has {size:,} bytes; at most {max_bytes:,} are graded")
        remarks.append(f"{path.name} has {size:,} bytes, more than the {max_bytes:,} allowed; outputs dropped")
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UnreadableNotebook(f"{path.name} is not a notebook: it is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise UnreadableNotebook(f"{path.name} is not a notebook: not valid JSON ({place}: {error.msg})") from None
    except ValueError as error:  # a number of thousands of digits
        raise UnreadableNotebook(f"{path.name} is not a notebook: {_one_line(error)}") from None
    except RecursionError:
        raise UnreadableNotebook(f"{path.name} is not a notebook: nested too deeply") from None
    try:
        _drop_outputs(content)
        version = content.get("nbformat")
        text = json.dumps(content)
        if len(text) > max_bytes:
            raise UnreadableNotebook(
                f"{path.name} has {len(text):,} bytes without its outputs; at most {max_bytes:,} are graded"
            )
        with warnings.catch_warnings():  # nbformat warns of repeated cell ids, which _match sorts out
            warnings.simplefilter("ignore")
            notebook = nbformat.reads(text, as_version=4)
        _drop_outputs(notebook)
        cells = [(c.cell_type, c.source) for c in notebook.cells]
        if not all(isinstance(kind, str) and isinstance(text, str) for kind, text in cells):
            raise TypeError("cells without text")
    except UnreadableNotebook:
        raise
    except Exception as error:  # whatever nbformat makes of a malformed structure
        raise UnreadableNotebook(f"{path.name} is JSON, but not a notebook: {_one_line(error)}") from None
    if version != 4:
        remarks.append(f"{path.name} is in notebook format {version}; it was converted to format 4")
    return notebook, remarks


def released_text(workspace: Workspace, assignment: Assignment, name: str) -> dict[str, str]:
    """The text of each cell by grade_id as the gradebook has it: solution cells with their stubs."""
    from nbgrader.api import Gradebook

    with Gradebook(workspace.db_url, workspace.course_id) as gradebook:
        return {cell.name: cell.source for cell in gradebook.find_notebook(name, assignment.name).source_cells}


def rebuild(source, submitted, released: dict[str, str]) -> tuple[nbformat.NotebookNode, list[str]]:
    """Lay the student's work on the frame of `source`; returns the notebook and remarks on what was mended.

    `released` has the unsolved text of each solution cell, which stands in for an answer that is missing.
    """
    frame = [cell for cell in source.cells if _grade_id(cell)]
    mine, extras, remarks = _match(frame, submitted.cells)
    cells = list(extras.get(None, []))
    for source_cell in frame:
        grade_id = _grade_id(source_cell)
        cell = copy.deepcopy(source_cell)
        cell.metadata = nbformat.from_dict(
            {k: v for k, v in source_cell.metadata.items() if k in ("nbgrader", "tags")}
        )
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if source_cell.metadata.nbgrader.solution:
            if grade_id in mine:
                cell.source = mine[grade_id].source
            elif cell.cell_type == "markdown":
                cell.source = released[grade_id]
                remarks.append(f"the answer cell '{grade_id}' is missing")
            else:  # no stub: the function may stand in a cell that the student added
                cell.source = f"# the cell '{grade_id}' was missing from the submission"
                remarks.append(f"the cell '{grade_id}' is missing")
        cells += [cell, *extras.get(grade_id, [])]
    notebook = copy.deepcopy(source)
    notebook.cells = cells
    notebook.metadata = nbformat.from_dict({k: source.metadata[k] for k in ("kernelspec",)})
    return notebook, remarks


def nbgrader_resources(workspace: Workspace, assignment: str, student: str, name: str) -> dict:
    """The resources that nbgrader's preprocessors read."""
    record = {"student": student, "assignment": assignment, "notebook": name, "db_url": workspace.db_url}
    return {"unique_key": name, "output_files_dir": f"{name}_files", "nbgrader": record}


def _match(frame, submitted_cells):
    """Which submitted cell answers which source cell, and after which source cell each added cell stands.

    A cell is known by its grade_id, or (where a student's editor lost the record) by its cell id, which the
    build makes equal. Of several with one id the last counts, as in nbgrader; the others stay as added cells.
    """
    known = {_grade_id(cell) for cell in frame}
    ids = []
    for cell in submitted_cells:
        grade_id = _grade_id(cell)
        ids.append(grade_id if grade_id in known else cell.get("id") if cell.get("id") in known else None)
    last = {grade_id: i for i, grade_id in enumerate(ids) if grade_id}
    solutions = {_grade_id(c) for c in frame if c.metadata.nbgrader.solution}
    # an editor may lose records and ids; a cell that is not to run while grading is known by its text then
    skipped = {c.source for c in frame if SKIP_TAG in c.metadata.get("tags", [])}
    mine, extras, remarks = {}, {}, []
    anchor = None
    for i, (cell, grade_id) in enumerate(zip(submitted_cells, ids, strict=True)):
        if grade_id and last[grade_id] == i:
            mine[grade_id] = cell
            anchor = grade_id
            continue
        if grade_id:
            remarks.append(f"the cell '{grade_id}' occurs more than once; the last one counts")
            if grade_id not in solutions:
                continue  # a copy of a test or of a locked cell: nothing of the student's is in it
        elif cell.source in skipped:
            continue
        extras.setdefault(anchor, []).append(_added_cell(cell, sum(map(len, extras.values()))))
    return mine, extras, list(dict.fromkeys(remarks))


def _added_cell(cell, index: int):
    new = {"code": new_code_cell, "markdown": new_markdown_cell}.get(cell.cell_type)
    if new is None:  # raw cells do not run and do not show
        return new_markdown_cell("", id=f"added-{index}")
    added = new(cell.source, id=f"added-{index}")
    if cell.cell_type == "markdown" and "attachments" in cell:
        added["attachments"] = cell.attachments
    return added


def _restore(workspace: Workspace, assignment: Assignment, student: str, name: str, submitted):
    from nbgrader.preprocessors import (
        CheckCellMetadata,
        ClearOutput,
        DeduplicateIds,
        OverwriteCells,
        OverwriteKernelspec,
    )

    source = read_built(workspace, assignment, name)
    notebook, remarks = rebuild(source, submitted, released_text(workspace, assignment, name))
    resources = nbgrader_resources(workspace, assignment.name, student, name)
    quiet = logging.getLogger("autograder.nbgrader")
    for step in (ClearOutput, DeduplicateIds, OverwriteKernelspec, OverwriteCells, CheckCellMetadata):
        notebook, resources = step(config=workspace.config, log=quiet)(notebook, resources)
    return notebook, remarks


def _grade_id(cell) -> str | None:
    record = cell.metadata.get("nbgrader")
    grade_id = record.get("grade_id") if isinstance(record, dict) else None
    return grade_id if isinstance(grade_id, str) else None


def _drop_outputs(content) -> None:
    sheets = [content, *content.get("worksheets", [])]  # worksheets: nbformat 3
    for sheet in sheets:
        for cell in sheet.get("cells", []):
            if cell.get("cell_type") == "code":
                cell["outputs"] = []


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return (text[:150] + "…") if len(text) > 150 else text or type(error).__name__
