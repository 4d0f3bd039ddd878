"""Read notebook sources, which are jupytext `py:percent` files, strictly, and turn them into notebooks.

If jupytext cannot parse a marker line, it takes the line for a title, and the cell silently loses its points or its
lock. Here every such line is an error with its line number. docs/course-format.md describes the format with examples.
"""

import ast
import copy
import functools
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from autograder.authoring.cell_marker import CellMarkerError, Record, parse_marker
from autograder.authoring.name_rules import unclear_name
from autograder.authoring.regions import HIDDEN_TESTS, SOLUTION, MarkerError, Region, find_regions, without_regions
from autograder.errors import AllErrors, SourceError
from autograder.notebook.built_metadata import name_graded_cells

if TYPE_CHECKING:
    from nbformat import NotebookNode

_MARKER = re.compile(r"# %%(?: (?P<text>.*))?")
# every line that jupytext may take for the start of a cell
_MARKER_LIKE = re.compile(r"\s*#\s*(%%(%*)(\s.*)?|<codecell>|In\[[0-9 ]*\]:?)\s*")


@dataclass(frozen=True)
class SourceCell:
    """One cell of a source, with its position in the file (lines are counted from 1)."""

    line: int  # of the marker
    first: int  # of the first line of `source`
    cell_type: str  # "code" or "markdown"
    source: str
    record: Record | None = None  # the nbgrader record
    tags: tuple[str, ...] = ()
    regions: list[Region] = field(default_factory=list)

    @property
    def grade_id(self) -> str | None:
        return self.record["grade_id"] if self.record else None


def read_source(path: Path | str) -> "NotebookNode":
    """Read a source as a notebook. The same source always gives the same bytes.

    A cell's id is its grade_id, or `cell-<index>`. There are no outputs. The only metadata are the kernelspec, the
    language, the graded cells with their points, and each cell's nbgrader record and tags.

    Raises
    ------
    SourceError
        The source breaks a rule: `file.py:LINE: what is wrong; what to do`.
    """
    from nbformat import v4, validate

    path = Path(path)
    cells, kernelspec = _read(path)
    if unclear := unclear_name(cells):
        _fail(path, unclear[0].line, unclear[1])
    notebook = v4.new_notebook(metadata={"kernelspec": kernelspec, "language_info": {"name": kernelspec["language"]}})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for index, cell in enumerate(cells):
        new_cell = v4.new_code_cell if cell.cell_type == "code" else v4.new_markdown_cell
        metadata: dict[str, Any] = {"nbgrader": cell.record} if cell.record else {}
        if cell.tags:
            metadata["tags"] = list(cell.tags)
        notebook.cells.append(new_cell(cell.source, id=cell.grade_id or f"cell-{index}", metadata=metadata))
    records = [cell.record for cell in cells if cell.record]
    graded = {record["grade_id"]: record["points"] for record in records if record["grade"]}
    name_graded_cells(notebook, graded)  # so that `check` knows which were deleted
    validate(notebook)
    return notebook


def read_cells(path: Path | str) -> list[SourceCell]:
    """The cells of a source with their line numbers, checked as in `read_source`, but for who owns a name."""
    return _read(Path(path))[0]


def to_bytes(notebook: "NotebookNode") -> bytes:
    """The notebook as a file: JSON with sorted keys, one line per source line, UTF-8."""
    import nbformat

    return (nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n").encode("utf-8")


def _read(path: Path) -> tuple[list[SourceCell], dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        hint = "Add the source, or correct the name in course.toml."
        raise SourceError(f"{path}: this notebook source does not exist.", hint) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SourceError(f"{path}:{line}: the file is not UTF-8 text; save it as UTF-8.") from None
    if text.startswith("\ufeff"):
        _fail(path, 1, "the file starts with a byte-order mark; save it as UTF-8 without one")
    return copy.deepcopy(_parse(path, text))


@functools.lru_cache(maxsize=64)  # the notebooks of a course are read again for each assignment before them
def _parse(path: Path, text: str) -> tuple[list[SourceCell], dict[str, str]]:
    lines = text.split("\n")
    header_end = _header_end(path, lines)
    kernelspec = _kernelspec(path, lines[1 : header_end - 1])
    markers = _marker_lines(path, lines, header_end)
    parsed, errors = [], AllErrors(SourceError)
    for line in markers:  # before jupytext, which only guesses
        with errors.collecting():
            parsed.append(_parse_marker(path, line, lines[line - 1]))
    errors.raise_any()
    contents = _contents(path, text, lines, markers)

    cells: list[SourceCell] = []
    seen: dict[str, int] = {}
    for line, end, marker, content in zip(markers, [*markers[1:], len(lines) + 1], parsed, contents, strict=True):
        with errors.collecting():
            cell = _cell(path, line, lines[line : end - 1], *marker, content)
            if cell.grade_id is not None:
                if cell.grade_id in seen:
                    first = seen[cell.grade_id]
                    what = f"grade_id {cell.grade_id!r} is taken by the cell at line {first}; choose another"
                    _fail(path, line, what)
                seen[cell.grade_id] = line
            cells.append(cell)
    errors.raise_any()
    return cells, kernelspec


def _fail(path: Path, line: int, problem: str) -> NoReturn:
    raise SourceError(f"{path}:{line}: {problem}.")


def _header_end(path: Path, lines: list[str]) -> int:
    """The number of the line that ends the header."""
    if lines[0].rstrip() == "# ---":
        for number, line in enumerate(lines[1:], start=2):
            if line.rstrip() == "# ---":
                return number
    _fail(path, 1, "the header is missing; start with `# ---`, jupytext and kernelspec in YAML, `# ---`")


def _kernelspec(path: Path, header: list[str]) -> dict[str, str]:
    import yaml

    try:
        metadata = yaml.safe_load("\n".join(line.removeprefix("#").removeprefix(" ") for line in header))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        _fail(path, mark.line + 2 if mark else 1, f"the header is not YAML: {getattr(error, 'problem', error)}")
    try:
        kernelspec = metadata["jupyter"]["kernelspec"]
        values = {key: kernelspec[key] for key in ("display_name", "language", "name")}
    except (KeyError, TypeError):
        values = {"kernelspec": None}
    if not all(isinstance(value, str) and value for value in values.values()):
        _fail(
            path, 1, "the header has no kernelspec with display_name, language and name; copy another notebook's header"
        )
    if values["language"] != "python":
        _fail(path, 1, f"the kernelspec's language is {values['language']!r}; the kit reads python")
    return values


def _marker_lines(path: Path, lines: list[str], start: int) -> list[int]:
    markers = []
    errors = AllErrors(SourceError)
    for number, line in enumerate(lines[start:], start=start + 1):
        if _MARKER_LIKE.fullmatch(line):
            markers.append(number)
            with errors.collecting():
                if not _MARKER.fullmatch(line.rstrip()):
                    _fail(path, number, f"{line.strip()!r} looks like the start of a cell; write `# %%`, not indented")
        elif not markers and line.strip():
            _fail(path, number, "text before the first cell; start the cell with `# %%` or `# %% [markdown]`")
    errors.raise_any()
    if not markers:
        _fail(path, len(lines), "there are no cells; start one with `# %%` or `# %% [markdown]`")
    return markers


def _parse_marker(path: Path, line: int, marker: str) -> tuple[str, Record | None, tuple[str, ...]]:
    try:
        return parse_marker(marker.rstrip().removeprefix("# %%").lstrip())
    except CellMarkerError as error:
        _fail(path, line, str(error))


def _contents(path: Path, text: str, lines: list[str], markers: list[int]) -> list["NotebookNode"]:
    """The cells that jupytext reads, one for each marker."""
    import jupytext

    try:
        cells = jupytext.reads(text, fmt="py:percent").cells
    except Exception as error:  # for mistakes that the checks above do not find
        raise SourceError(f"{path}:1: jupytext cannot read the file: {str(error).splitlines()[0]}.") from None
    for number, (line, cell) in enumerate(zip(markers[1:], cells, strict=False)):
        # jupytext does not start a cell inside a string or a fenced block: the cell before then holds the marker
        if lines[line - 1].lstrip("# ") in [inside.lstrip("# ") for inside in cell.source.split("\n")]:
            _fail(
                path,
                line,
                "this marker does not start a cell, because a string or a ``` block from the cell at line "
                f"{markers[number]} is still open here; close it, or reword this line",
            )
    if len(cells) != len(markers):
        _fail(path, 1, f"jupytext sees {len(cells)} cells where {len(markers)} lines start one; simplify the markers")
    return cells


def _cell(
    path: Path,
    line: int,
    body: list[str],
    cell_type: str,
    record: Record | None,
    tags: tuple[str, ...],
    raw: "NotebookNode",
) -> SourceCell:
    if (raw.cell_type, raw.metadata.get("nbgrader")) != (cell_type, record):
        _fail(path, line, "jupytext reads this marker differently; write it as in docs/course-format.md")
    source = raw.source.strip("\n")
    first = line + 1 + _offset(body, source)
    if not source.strip():
        _fail(path, line, "the cell is empty; fill it in, or remove its marker")
    try:
        regions = find_regions(source)
    except MarkerError as error:
        _fail(path, first + error.line, error.message)
    cell = SourceCell(line, first, cell_type, source, record, tags, regions)
    _check_regions(path, cell)
    if cell_type == "code":
        _check_python(path, cell)
    return cell


def _offset(body: list[str], source: str) -> int:
    """How many lines of the cell's body come before its source: an opening quote, blank lines."""

    def bare(line: str) -> str:
        return line.strip().lstrip("#").strip()

    wanted = [bare(line) for line in source.split("\n")]
    found = [bare(line) for line in body]
    for offset in range(len(found)):
        if found[offset : offset + len(wanted)] == wanted:
            return offset
    return 0


def _check_regions(path: Path, cell: SourceCell) -> None:
    record = cell.record or {"grade": False, "solution": False}
    for region in cell.regions:
        line = cell.first + region.begin
        if region.kind == SOLUTION and not record["solution"]:
            _fail(path, line, "this solution is not in a solution cell; set solution to true in the cell's record")
        if region.kind == HIDDEN_TESTS and (not record["grade"] or record["solution"]):
            _fail(path, line, "these hidden tests are not in a test cell; move them to one (grade true, locked true)")
        if region.end == region.begin + 1:
            _fail(path, line, f"there is nothing between BEGIN {region.kind} and its end; fill it in, or remove both")
    if record["solution"] and not any(region.kind == SOLUTION for region in cell.regions):
        _fail(
            path,
            cell.line,
            f"the solution cell {cell.grade_id!r} has no ### BEGIN SOLUTION ... ### END SOLUTION; "
            "mark the lines to remove",
        )


def _check_python(path: Path, cell: SourceCell) -> None:
    """Check that the cell parses, both with its solution and as students get it."""
    error = _syntax_error(cell.source)
    if error:
        _fail(path, cell.first + (error.lineno or 1) - 1, f"the cell is not Python: {error.msg}")
    if cell.regions:
        error = _syntax_error(without_regions(cell.source, cell.regions))
        if error:
            _fail(
                path,
                cell.first + cell.regions[0].begin,
                f"without its marked regions the cell is not Python ({error.msg}); "
                "indent the markers like the code around them",
            )


def _syntax_error(source: str) -> SyntaxError | None:
    if re.search(r"^\s*[%!?]|\?\s*$|=\s*[%!]", source, re.MULTILINE):  # IPython's own syntax
        from IPython.core.inputtransformer2 import TransformerManager

        leading = len(source) - len(source.lstrip("\n"))  # IPython drops blank lines at the top
        source = "\n" * leading + TransformerManager().transform_cell(source)
    try:
        compile(source, "<cell>", "exec", flags=ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        error.msg = re.sub(r" on line \d+", "", error.msg)  # a line of the cell, confusing beside the file's line
        return error
    except ValueError as error:  # a null byte
        return SyntaxError(str(error))
    return None
