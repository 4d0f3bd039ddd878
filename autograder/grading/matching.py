"""Matching of submitted cells with the source's cells, and the positions of the cells that the student added."""

import ast
import re
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from autograder.notebook.cell_record import Cell, record_of

PLACEHOLDER = "YOUR ANSWER HERE"
PARSED = 100_000  # characters of code that are parsed at most
# lines that do nothing, for code that cannot be parsed
NOTHING = re.compile(r"(?:pass|\.\.\.|raise\s+NotImplementedError\b.*)$")


@dataclass(frozen=True)
class SubmittedCell:
    """The parts of a submitted cell that grading uses. It ignores all others.

    Attributes
    ----------
    cell_type, source, id
        The fields of nbformat 4; the id is None if the cell has none.
    grade_id
        The name in the cell's record, or None.
    as_released
        Whether the checksum in its record says that it is unchanged since some release, perhaps an older one.
    attachments
        The pictures that were pasted into a text cell: file name -> MIME type -> base64.
    outputs
        The unchecked outputs of a code cell.
    """

    cell_type: str
    source: str
    grade_id: str | None = None
    id: str | None = None
    as_released: bool = False
    attachments: Mapping[str, dict[str, str]] = field(default_factory=dict)
    outputs: Sequence[object] = ()

    def is_untouched(self, handed_out: str) -> bool:
        """Whether the student wrote nothing in it; `handed_out` is its plain text as students received it."""
        return self.as_released or plain_text(self.source) in ("", handed_out)


@dataclass(frozen=True)
class AddedCell:
    """A cell that the student added, and its number among them."""

    number: int
    cell: SubmittedCell


@dataclass(frozen=True)
class Matched:
    """The result of matching a submitted notebook with its source.

    Attributes
    ----------
    handed_out
        grade_id -> plain text as students received it.
    order
        The grade_ids in the source's order.
    ids
        For each submitted cell, the grade_id of the source's cell that it matches, or None.
    cells
        grade_id -> the submitted cell that counts.
    added
        grade_id (None: the beginning) -> the cells that the student added after that cell.
    changed, missing
        The grade_ids of changed and of missing locked cells.
    problems
        Messages about cells that occur more than once.
    """

    handed_out: Mapping[str, str]
    order: tuple[str, ...]
    ids: tuple[str | None, ...]
    cells: Mapping[str, SubmittedCell]
    added: Mapping[str | None, tuple[AddedCell, ...]]
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    problems: tuple[str, ...]

    def is_untouched(self, grade_id: str) -> bool:
        return self.cells[grade_id].is_untouched(self.handed_out[grade_id])

    def place_before(self, grade_id: str) -> str | None:
        """Return the nearest cell before this one, in the source's order, that was handed in."""
        before = self.order[: self.order.index(grade_id)]
        return next((other for other in reversed(before) if other in self.cells), None)


def match(
    source: Sequence[Cell], submitted: Sequence[SubmittedCell], handed_out: Mapping[str, str], skipped: Collection[str]
) -> Matched:
    """Match submitted cells with the source's cells.

    A cell is identified by its grade_id. If the student's editor lost the record, its cell id identifies it, which the
    build makes equal to the grade_id, or its text, if that is unchanged since it was handed out. If several solution
    cells have one id, the last finished one counts or, if none is finished, the last changed one. Other changed ones
    stay as added cells. However, an unfinished one beside a finished one is dropped, because its stub would undo the
    student's work.

    Parameters
    ----------
    source
        The cells of the source that have a record.
    submitted
        The cells that were handed in.
    handed_out
        grade_id -> plain text as students received it.
    skipped
        The texts of cells that must not run, and the ids of those among them that have no record: in these, students
        change what they like.
    """
    records = {record.grade_id: (record, cell["cell_type"]) for cell in source if (record := record_of(cell))}
    solutions = {grade_id for grade_id, (record, _) in records.items() if record.solution}
    types = {grade_id: kind for grade_id, (_, kind) in records.items()}
    ids = _ids(submitted, types, solutions, handed_out)
    copies = {grade_id: [i for i, known in enumerate(ids) if known == grade_id] for grade_id in types}
    counts: dict[str, int] = {}
    dropped: set[int] = set()
    changed, missing, problems = [], [], []
    for grade_id, places in copies.items():
        if not places:
            if grade_id not in solutions:
                missing.append(grade_id)
            continue
        text = handed_out[grade_id]
        touched = [i for i in places if not submitted[i].is_untouched(text)]
        if grade_id in solutions:
            finished = touched
            if len(places) > 1:
                finished = [i for i in touched if not _is_unfinished(submitted[i], text)] or touched
            counts[grade_id] = (finished or places)[-1]
            dropped |= {i for i in places if i not in finished}
        else:  # copies of a test or another locked cell hold no work of the student
            counts[grade_id] = places[-1]
            dropped |= set(places)
            if all(_is_changed(submitted[i], text, types[grade_id]) for i in places):
                changed.append(grade_id)
        if len(places) > 1:
            which = places.index(counts[grade_id]) + 1
            kind = "was changed" if not set(places[which:]) & set(touched) else "is finished"
            problems.append(_on_copies(grade_id, which, len(places), kind))
    cells: dict[str, SubmittedCell] = {}
    added: dict[str | None, tuple[AddedCell, ...]] = {}
    place, number = None, 0
    for i, (cell, known_as) in enumerate(zip(submitted, ids, strict=True)):
        if known_as and counts[known_as] == i:
            cells[known_as] = cell
            place = known_as
        elif i in dropped or (not known_as and is_skipped_cell(cell, skipped)):
            continue
        else:
            added[place] = (*added.get(place, ()), AddedCell(number, cell))
            number += 1
    return Matched(
        handed_out, tuple(types), tuple(ids), cells, added, tuple(changed), tuple(missing), tuple(problems)
    )  # fmt: skip


def is_skipped_cell(cell: SubmittedCell, skipped: Collection[str]) -> bool:
    """Whether a submitted cell without a record must not run; `skipped` as in `match`."""
    return cell.source in skipped or cell.id in skipped


def plain_text(source: str) -> str:
    """Return text without what editors change by themselves: line endings, trailing spaces and empty lines."""
    return "\n".join(line.rstrip() for line in source.splitlines() if line.strip())


def _ids(
    submitted: Sequence[SubmittedCell], types: Mapping[str, str], solutions: set[str], handed_out: Mapping[str, str]
) -> list[str | None]:
    """Return, for each submitted cell, the grade_id of the source's cell that it matches, or None."""
    ids: list[str | None] = []
    for cell in submitted:
        ids.append(next((name for name in (cell.grade_id, cell.id) if name in types), None))
    by_text: dict[tuple[str, str], list[str]] = {}
    for grade_id, text in handed_out.items():
        by_text.setdefault((types[grade_id], text), []).append(grade_id)
    known = set(ids)
    stubs = {grade_id: _stub(handed_out[grade_id]) for grade_id in types if grade_id in solutions}
    stubs = {grade_id: stub for grade_id, stub in stubs.items() if types[grade_id] == "code"}
    for i, cell in enumerate(submitted):
        if ids[i] is None and (text := plain_text(cell.source)):
            alike = by_text.get((cell.cell_type, text), [])
            missing = [grade_id for grade_id in alike if grade_id not in known]
            # the student may want a copied locked cell to run again; a copied stub would undo the student's work
            alike = missing or [grade_id for grade_id in alike if grade_id in solutions]
            if not alike and cell.cell_type == "code" and (made := _skeleton(text)):
                alike = [grade_id for grade_id, stub in stubs.items() if grade_id in known and stub == made]
            ids[i] = next(iter(alike), None)
            known.add(ids[i])
    return ids


def _is_unfinished(cell: SubmittedCell, text: str) -> bool:
    """Whether a changed cell does no more than its stub, for example with other comments or `pass` for `raise`."""
    source = plain_text(cell.source)
    if cell.cell_type != "code":
        return not source.replace(PLACEHOLDER, "").strip("*_#>`.:- \n")
    made = _skeleton(source)
    return made in ("", _stub(text)) or _does_nothing(source)


def _skeleton(source: str) -> str:
    """Return code without comments, docstrings and statements that do nothing; "" if nothing else is left."""
    tree = _parsed(source)
    try:
        if tree is not None:
            return "\n".join(map(ast.dump, _Bare().visit(tree).body))
    except RecursionError:
        pass
    lines = (line.split(" #")[0].strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("#") and not NOTHING.match(line))


@cache
def _stub(handed_out: str) -> str:
    """Return the skeleton of a cell as students received it; it is kept, because it is the same for the whole class."""
    return _skeleton(handed_out)


def _does_nothing(source: str) -> bool:
    """Whether code consists only of functions and classes with empty bodies."""
    tree = _parsed(source)
    try:
        return tree is not None and all(map(_is_empty, _Bare().visit(tree).body))
    except RecursionError:
        return False


def _is_empty(node: ast.stmt) -> bool:
    if isinstance(node, ast.ClassDef):
        return all(map(_is_empty, node.body))
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.body


def _parsed(source: str) -> ast.Module | None:
    if len(source) > PARSED:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, MemoryError, RecursionError):  # from a magic or arbitrary text
            return None


class _Bare(ast.NodeTransformer):
    """Removes statements that do nothing: docstrings and other constants, `pass`, `raise NotImplementedError`."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        return None if isinstance(node.value, ast.Constant) else node

    def visit_Pass(self, node: ast.Pass) -> None:
        return None

    def visit_Raise(self, node: ast.Raise) -> ast.Raise | None:
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return None if isinstance(raised, ast.Name) and raised.id == "NotImplementedError" else node


def _is_changed(cell: SubmittedCell, text: str, kind: str) -> bool:
    return not cell.as_released and (cell.cell_type != kind or plain_text(cell.source) != text)


def _on_copies(grade_id: str, which: int, of: int, kind: str) -> str:
    if which == of:
        return f"the cell '{grade_id}' occurs more than once; the last one counts"
    return f"the cell '{grade_id}' occurs {of} times; number {which} counts, the last one that {kind}"
