"""First step of grading (trusted): make a submitted notebook safe to run and fair to score.

The submission is rebuilt on the frame of the source: every test cell, locked cell and record is the
source's, in the source's order; of the student's there remain the text of their solution cells and the
cells they added, without metadata or outputs. So nothing that a student does to ids, tags, points, cell
types or cell order changes what is tested. nbgrader's own preprocessors have held that frame against the
gradebook.
"""

import copy
import json
import logging
import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell, new_output

from .course import Assignment, Limits
from .foreign_files import Budget, Refused, read_ordinary
from .job import SKIP_TAG
from .text import REPLACEMENT, storable
from .workspace import Workspace

MAX_CELLS = 2_000
MAX_VALUES = 5_000_000  # of JSON, in the whole file
PICTURES = ("image/png", "image/jpeg", "image/gif")
BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")


@dataclass
class SanitizedNotebook:
    """A notebook ready to run (`runnable`), or a placeholder that says why there is nothing to run.

    not_run: what the student saw at the cells that are not run, to be shown beside the rest; it decides nothing.
    """

    name: str
    notebook: nbformat.NotebookNode
    problems: list[str]
    runnable: bool = True
    not_run: list["NotRun"] = field(default_factory=list)


@dataclass
class NotRun:
    """Outputs of the student's own, as handed in, of a cell that is not run.

    grade_id: of the cell; or, where `source` is the text of a cell without one, of the cell that stands before it.
    """

    grade_id: str | None
    outputs: list[dict]
    source: str | None = None


class Frame:
    """What every submission of a notebook is laid on: the source, as nbgrader holds it against the gradebook.

    Nothing in it depends on a student, so it is made once for a class.
    """

    def __init__(self, workspace: Workspace, assignment: Assignment, name: str):
        self.workspace, self.assignment, self.name = workspace, assignment, name
        source = read_built(workspace, assignment, name)
        # the text of each cell as the gradebook has it: solution cells with their stubs
        self.released = _released_text(workspace, assignment, name)
        self.skipped = {cell.source for cell in source.cells if _is_skipped(cell)}
        self._text = json.dumps(_restored(workspace, assignment, name, source))

    def notebook(self) -> nbformat.NotebookNode:
        """The frame itself, to be changed at will."""
        return nbformat.from_dict(json.loads(self._text))


def sanitize(frame: Frame, student: str) -> SanitizedNotebook:
    """Sanitize a notebook of one submission; a file that can't be read becomes a placeholder."""
    path = frame.workspace.submitted(student, frame.assignment.name) / f"{frame.name}.ipynb"
    try:
        cells, problems = read_submitted(path, frame.assignment.limits)
    except UnreadableNotebook as error:
        return not_gradable(frame, str(error))
    notebook, changes = rebuild(frame, cells)
    return SanitizedNotebook(frame.name, notebook, problems + changes, not_run=outputs_not_run(frame, cells))


def not_gradable(frame: Frame, reason: str) -> SanitizedNotebook:
    """What stands for a notebook that can't be graded: every test failed, for `reason`, and no work in it."""
    notebook, _ = rebuild(frame, [])
    notebook.cells = [c for c in notebook.cells if c.metadata.nbgrader.grade]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = ""  # nothing was tested, so nothing of the tests is shown
            cell.outputs = [new_output("error", ename="NotGraded", evalue=reason, traceback=[reason])]
    notebook.cells.insert(0, new_markdown_cell(f"**This notebook could not be graded:** {reason}", id="not-graded"))
    return SanitizedNotebook(frame.name, notebook, [reason], runnable=False)


class UnreadableNotebook(Exception):
    """The file is not a notebook that can be graded; the text says why, to the student."""


def read_built(workspace: Workspace, assignment: Assignment, name: str) -> nbformat.NotebookNode:
    """The instructor's notebook with solutions and hidden tests, as built into `source/`."""
    return nbformat.read(workspace.source(assignment.name) / f"{name}.ipynb", as_version=4)


def read_submitted(path: Path, limits: Limits) -> tuple[list[dict], list[str]]:
    """Read what the student handed in. Returns the cells, as nbformat 4 has them, and remarks.

    Of each cell there is its type, its text, its id, the grade_id of its record, of a text cell the pictures that
    were pasted into it, and of a code cell its outputs, unchecked: see `outputs_not_run`; nothing else gets in. Outputs
    do not count for its size, so a notebook that is only large because of them still counts.

    Raises UnreadableNotebook: missing, a link or another thing that is no file, empty, too large, not JSON, not a
    notebook, of too many cells.
    """
    name, max_bytes = path.name, limits.submission_bytes
    try:
        # from the folder above: a student's folder that is a link is not followed either
        root, parts = path.parents[2], path.parts[-3:]
        data = read_ordinary(root, parts, Budget(limits.file_bytes))
    except FileNotFoundError:
        raise UnreadableNotebook(f"{name} was not handed in") from None
    except Refused as error:
        raise UnreadableNotebook(f"{name} {error}") from None
    if not data:
        raise UnreadableNotebook(f"{name} is an empty file")
    content = _parsed(name, data)
    version = content.get("nbformat")
    cells = _cells(name, content, version)
    size = sum(map(_size, cells))
    if size > max_bytes:
        raise UnreadableNotebook(f"{name} has {size:,} bytes without its outputs; at most {max_bytes:,} are graded")
    remarks = []
    if len(data) > max_bytes:
        remarks.append(f"{name} has {len(data):,} bytes, more than the {max_bytes:,} allowed; most outputs dropped")
    if version != 4:
        remarks.append(f"{name} is in notebook format {version}; it was converted to format 4")
    if any(_mend(cell) for cell in cells):
        remarks.append(f"{name} has characters that are no text; each was replaced by {REPLACEMENT}")
    return cells, remarks


def _parsed(name: str, data: bytes) -> dict:
    if sum(map(data.count, (b",", b"{", b"["))) > MAX_VALUES:  # a value of two bytes takes a hundred of memory
        raise UnreadableNotebook(f"{name} is not a notebook: it is made of more than {MAX_VALUES:,} values")
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UnreadableNotebook(f"{name} is not a notebook: it is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise UnreadableNotebook(f"{name} is not a notebook: not valid JSON ({place}: {error.msg})") from None
    except ValueError as error:  # a number of thousands of digits
        raise UnreadableNotebook(f"{name} is not a notebook: {_one_line(error)}") from None
    except RecursionError:
        raise UnreadableNotebook(f"{name} is not a notebook: nested too deeply") from None
    if not isinstance(content, dict) or "nbformat" not in content:
        raise UnreadableNotebook(f"{name} is JSON, but not a notebook")
    return content


def _cells(name: str, content: dict, version) -> list[dict]:
    """The cells, reduced to what is looked at; `version` is what the file says of its format."""
    if type(version) is not int or version not in (3, 4):
        said = json.dumps(version)[:20]
        raise UnreadableNotebook(f"{name} is in notebook format {said}; formats 3 and 4 can be read")
    sheets = content.get("worksheets") if version == 3 else [content]
    if not isinstance(sheets, list) or not all(isinstance(sheet, dict) for sheet in sheets):
        raise UnreadableNotebook(f"{name} is JSON, but not a notebook: its worksheets are no list of tables")
    cells = []
    for sheet in sheets:
        given = sheet.get("cells")
        if not isinstance(given, list):
            raise UnreadableNotebook(f"{name} is JSON, but not a notebook: it has no list of cells")
        if len(cells) + len(given) > MAX_CELLS:
            raise UnreadableNotebook(f"{name} has more than {MAX_CELLS:,} cells, which is the most that is graded")
        cells += given
    return [_cell(f"{name} is JSON, but not a notebook: cell {i}", cell) for i, cell in enumerate(cells, start=1)]


def _cell(which: str, given) -> dict:
    if not isinstance(given, dict) or not isinstance(given.get("cell_type"), str):
        raise UnreadableNotebook(f"{which} has no type")
    text = _text(given.get("source", given.get("input")))  # input: code in nbformat 3
    if text is None:
        raise UnreadableNotebook(f"{which} has no text")
    kind = given["cell_type"]
    if kind == "heading":  # in nbformat 3
        kind, text = "markdown", f"# {text}"
    cell = {"cell_type": kind, "source": text, "metadata": {}}
    if isinstance(given.get("id"), str):
        cell["id"] = given["id"]
    record = given["metadata"].get("nbgrader") if isinstance(given.get("metadata"), dict) else None
    if isinstance(record, dict) and isinstance(record.get("grade_id"), str):
        cell["metadata"] = {"nbgrader": {"grade_id": record["grade_id"]}}
    if kind == "markdown" and (found := pictures(given.get("attachments"))):
        cell["attachments"] = found
    if kind == "code" and isinstance(given.get("outputs"), list):
        cell["outputs"] = given["outputs"]
    return cell


def _text(given) -> str | None:
    """Text as notebooks have it, a string or a list of strings; None where it is neither."""
    if isinstance(given, list) and all(isinstance(line, str) for line in given):
        return "".join(given)
    return given if isinstance(given, str) else None


def pictures(attachments) -> dict[str, dict[str, str]]:
    """The attachments that are pictures of dots; an SVG is a program's text, HTML a page."""
    found = {}
    for name, kinds in attachments.items() if isinstance(attachments, dict) else ():
        for kind, data in kinds.items() if isinstance(kinds, dict) else ():
            data = "".join((_text(data) or "").split())
            if kind in PICTURES and data and BASE64.fullmatch(data) and name == storable(name):
                found.setdefault(name, {})[kind] = data
    return found


def _size(cell: dict) -> int:
    """Bytes, in UTF-8 (a lone surrogate counts as one)."""
    data = [picture for kinds in cell.get("attachments", {}).values() for picture in kinds.values()]
    return len(cell["source"].encode(errors="replace")) + sum(map(len, data))


def _mend(cell: dict) -> bool:
    """Replace what neither a file nor a database can hold; whether there was such."""
    before, cell["source"] = cell["source"], storable(cell["source"])
    return cell["source"] != before


def rebuild(frame: Frame, submitted: list[dict]) -> tuple[nbformat.NotebookNode, list[str]]:
    """Lay the student's cells on the frame; returns the notebook and remarks on what was mended."""
    notebook = frame.notebook()
    mine, extras, remarks = _match(notebook.cells, submitted, frame.skipped)
    cells = list(extras.get(None, []))
    for cell in notebook.cells:
        grade_id = _grade_id(cell)
        if cell.metadata.nbgrader.solution:
            if grade_id in mine:
                cell.source = mine[grade_id]["source"]
                if cell.cell_type == "markdown" and "attachments" in mine[grade_id]:
                    cell.attachments = mine[grade_id]["attachments"]
            elif cell.cell_type == "markdown":
                cell.source = frame.released[grade_id]
                remarks.append(f"the answer cell '{grade_id}' is missing")
            else:  # no stub: the function may stand in a cell that the student added
                cell.source = f"# the cell '{grade_id}' was missing from the submission"
                remarks.append(f"the cell '{grade_id}' is missing")
        cells += [cell, *extras.get(grade_id, [])]
    notebook.cells = cells
    return notebook, remarks


def outputs_not_run(frame: Frame, submitted: list[dict]) -> list[NotRun]:
    """The outputs that the student handed in for the cells that are not run, reduced to what may be shown.

    The cells are matched as `rebuild` does it. None of their outputs can land in a cell that is run or earns points.
    """
    from .page_cleaner import OwnOutputs

    cells = {_grade_id(cell): cell for cell in frame.notebook().cells if cell.cell_type == "code"}
    not_run = {id: cell for id, cell in cells.items() if _is_skipped(cell) and not cell.metadata.nbgrader.grade}
    own, found, anchor = OwnOutputs(), [], None
    for cell, grade_id, counts in _known(frame.notebook().cells, submitted):
        anchor = grade_id if counts else anchor
        if grade_id in not_run and counts:
            place = NotRun(grade_id, [])
            same_code = cell["source"].strip() == not_run[grade_id].source.strip()
        elif grade_id is None and cell["source"] in frame.skipped:
            place, same_code = NotRun(anchor, [], cell["source"]), True
        else:
            continue
        place.outputs = own.shown(cell.get("outputs", []), same_code)
        found += [place] if place.outputs else []
    return found


def nbgrader_resources(workspace: Workspace, assignment: str, student: str, name: str) -> dict:
    """The resources that nbgrader's preprocessors read."""
    record = {"student": student, "assignment": assignment, "notebook": name, "db_url": workspace.db_url}
    return {"unique_key": name, "output_files_dir": f"{name}_files", "nbgrader": record}


def _match(frame, submitted_cells, skipped):
    """Which submitted cell answers which source cell, and after which source cell each added cell stands.

    A cell is known by its grade_id, or (where a student's editor lost the record) by its cell id, which the
    build makes equal. Of several with one id the last counts, as in nbgrader; the others stay as added cells.
    """
    solutions = {_grade_id(c) for c in frame if c.metadata.nbgrader.solution}
    mine, extras, remarks = {}, {}, []
    anchor = None
    for cell, grade_id, counts in _known(frame, submitted_cells):
        if counts:
            mine[grade_id] = cell
            anchor = grade_id
            continue
        if grade_id:
            remarks.append(f"the cell '{grade_id}' occurs more than once; the last one counts")
            if grade_id not in solutions:
                continue  # a copy of a test or of a locked cell: nothing of the student's is in it
        elif cell["source"] in skipped:  # an editor may lose records and ids; what is not to run is known by its text
            continue
        extras.setdefault(anchor, []).append(_added_cell(cell, sum(map(len, extras.values()))))
    return mine, extras, list(dict.fromkeys(remarks))


def _known(frame, submitted_cells) -> list[tuple[dict, str | None, bool]]:
    """Each submitted cell, the grade_id of the source's cell that it stands for, and whether it is the last of them."""
    known = {_grade_id(cell) for cell in frame}
    ids = []
    for cell in submitted_cells:
        grade_id = _grade_id(cell)
        ids.append(grade_id if grade_id in known else cell.get("id") if cell.get("id") in known else None)
    last = {grade_id: i for i, grade_id in enumerate(ids) if grade_id}
    counts = (bool(grade_id) and last[grade_id] == i for i, grade_id in enumerate(ids))
    return list(zip(submitted_cells, ids, counts, strict=True))


def _is_skipped(cell) -> bool:
    return SKIP_TAG in cell.metadata.get("tags", [])


def _added_cell(cell: dict, index: int) -> nbformat.NotebookNode:
    added = {"id": f"added-{index}", "cell_type": cell["cell_type"], "metadata": {}, "source": cell["source"]}
    if cell["cell_type"] == "code":
        added |= {"outputs": [], "execution_count": None}
    elif cell["cell_type"] != "markdown":  # raw cells do not run and do not show
        added |= {"cell_type": "markdown", "source": ""}
    if "attachments" in cell:
        added["attachments"] = cell["attachments"]
    return nbformat.from_dict(added)


def _released_text(workspace: Workspace, assignment: Assignment, name: str) -> dict[str, str]:
    with workspace.gradebook() as gradebook:
        return {cell.name: cell.source for cell in gradebook.find_notebook(name, assignment.name).source_cells}


def _restored(workspace: Workspace, assignment: Assignment, name: str, source) -> nbformat.NotebookNode:
    """The source's cells that have a record, as nbgrader restores them from the gradebook."""
    from nbgrader.preprocessors import (
        CheckCellMetadata,
        ClearOutput,
        DeduplicateIds,
        OverwriteCells,
        OverwriteKernelspec,
    )

    notebook = copy.deepcopy(source)
    notebook.metadata = nbformat.from_dict({"kernelspec": source.metadata["kernelspec"]})
    notebook.cells = [cell for cell in notebook.cells if _grade_id(cell)]
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k in ("nbgrader", "tags")})
    resources = nbgrader_resources(workspace, assignment.name, "", name)
    quiet = logging.getLogger("autograder.nbgrader")
    for step in (ClearOutput, DeduplicateIds, OverwriteKernelspec, OverwriteCells, CheckCellMetadata):
        notebook, resources = step(config=workspace.config, log=quiet)(notebook, resources)
    return notebook


def _grade_id(cell) -> str | None:
    record = cell["metadata"].get("nbgrader")
    grade_id = record.get("grade_id") if isinstance(record, dict) else None
    return grade_id if isinstance(grade_id, str) else None


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return (text[:150] + "…") if len(text) > 150 else text or type(error).__name__
