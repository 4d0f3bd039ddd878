"""Which submitted cell stands for which cell of the source, and where each cell stands that the student added."""

import ast
import re
import warnings
from dataclasses import dataclass, field

from autograder.notebook.cell_record import grade_id_of, record_of

PLACEHOLDER = "YOUR ANSWER HERE"
PARSED = 100_000  # characters of code
# of code that does not parse, lines that do nothing
NOTHING = re.compile(r"(?:pass|\.\.\.|raise\s+NotImplementedError\b.*)$")


@dataclass
class Matched:
    """What was found of a submitted notebook. Cells are `sanitize`'s: dicts of type, source, id and more.

    Attributes:
        ids: for each submitted cell the grade_id of the cell that it stands for, or None.
        cells: grade_id -> the submitted cell that counts.
        added: grade_id (None: the beginning) -> the cells that the student added after that cell, with their `number`.
        changed, missing: grade_ids of locked cells.
        problems: what is said of duplicates.
    """

    handed_out: dict[str, str]
    order: list[str]
    ids: list[str | None] = field(default_factory=list)
    cells: dict[str, dict] = field(default_factory=dict)
    added: dict[str | None, list[dict]] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def is_untouched(self, grade_id: str) -> bool:
        return _is_untouched(self.cells[grade_id], self.handed_out[grade_id])

    def place_before(self, grade_id: str) -> str | None:
        """The nearest cell before this one, in the source's order, that was handed in."""
        before = self.order[: self.order.index(grade_id)]
        return next((other for other in reversed(before) if other in self.cells), None)


def match(frame, submitted: list[dict], handed_out: dict[str, str], skipped: set[str]) -> Matched:
    """Match submitted cells with those of the frame.

    A cell is known by its grade_id, or (where a student's editor lost the record) by its cell id, which the build makes
    equal, or by its text, as long as it is as it was handed out. Of several solution cells with one id the last counts
    that is finished, or, where none is, the last that was changed. The others stay as added cells where they were
    changed, too; but not one that is unfinished beside a finished one, as its stub would undo what was written.

    Arguments:
        frame: the cells of the source that have a record.
        handed_out: grade_id -> plain text as students got it.
        skipped: texts of cells that must not run.
    """
    solutions = {record.grade_id for cell in frame if (record := record_of(cell)) and record.solution}
    types = {grade_id_of(cell): cell.cell_type for cell in frame}
    found = Matched(handed_out, list(types))
    ids = found.ids = _ids(submitted, types, solutions, handed_out)
    copies = {grade_id: [i for i, known in enumerate(ids) if known == grade_id] for grade_id in types}
    counts, dropped = {}, set()
    for grade_id, places in copies.items():
        if not places:
            if grade_id not in solutions:
                found.missing.append(grade_id)
            continue
        text = handed_out[grade_id]
        touched = [i for i in places if not _is_untouched(submitted[i], text)]
        if grade_id in solutions:
            finished = touched
            if len(places) > 1:
                finished = [i for i in touched if not _is_unfinished(submitted[i], text)] or touched
            counts[grade_id] = (finished or places)[-1]
            dropped |= {i for i in places if i not in finished}
        else:  # nothing of the student's is in a copy of a test or of a locked cell
            counts[grade_id] = places[-1]
            dropped |= set(places)
            if all(_is_changed(submitted[i], text, types[grade_id]) for i in places):
                found.changed.append(grade_id)
        if len(places) > 1:
            which = places.index(counts[grade_id]) + 1
            kind = "was changed" if not set(places[which:]) & set(touched) else "is finished"
            found.problems.append(_on_copies(grade_id, which, len(places), kind))
    place, number = None, 0
    for i, (cell, grade_id) in enumerate(zip(submitted, ids, strict=True)):
        if grade_id and counts[grade_id] == i:
            found.cells[grade_id] = cell
            place = grade_id
        elif i in dropped or (not grade_id and cell["source"] in skipped):
            continue
        else:
            found.added.setdefault(place, []).append(cell | {"number": number})
            number += 1
    return found


def plain_text(source: str) -> str:
    """Text without what editors change by themselves: line ends, blanks at the end of lines, empty lines."""
    return "\n".join(line.rstrip() for line in source.splitlines() if line.strip())


def _ids(submitted: list[dict], types: dict[str, str], solutions: set[str], handed_out: dict[str, str]) -> list:
    """The grade_id of each submitted cell that is one of the frame's, else None."""
    ids = []
    for cell in submitted:
        grade_id, id = grade_id_of(cell), cell.get("id")
        ids.append(grade_id if grade_id in types else id if id in types else None)
    by_text: dict[tuple[str, str], list[str]] = {}
    for grade_id, text in handed_out.items():
        by_text.setdefault((types[grade_id], text), []).append(grade_id)
    known = set(ids)
    stubs = {grade_id: _skeleton(handed_out[grade_id]) for grade_id in types if grade_id in solutions}
    stubs = {grade_id: stub for grade_id, stub in stubs.items() if types[grade_id] == "code"}
    for i, cell in enumerate(submitted):
        if ids[i] is None and (text := plain_text(cell["source"])):
            alike = by_text.get((cell["cell_type"], text), [])
            missing = [grade_id for grade_id in alike if grade_id not in known]
            # a copy of a locked cell may be meant to run again; one of a stub would undo what was written
            alike = missing or [grade_id for grade_id in alike if grade_id in solutions]
            if not alike and cell["cell_type"] == "code" and (made := _skeleton(text)):
                alike = [grade_id for grade_id, stub in stubs.items() if grade_id in known and stub == made]
            ids[i] = next(iter(alike), None)
            known.add(ids[i])
    return ids


def _is_untouched(cell: dict, text: str) -> bool:
    return cell.get("as_released", False) or plain_text(cell["source"]) in ("", text)


def _is_unfinished(cell: dict, text: str) -> bool:
    """Whether a cell that was changed is no more than its stub: other comments, or `pass` for `raise`."""
    source = plain_text(cell["source"])
    if cell["cell_type"] != "code":
        return not source.replace(PLACEHOLDER, "").strip("*_#>`.:- \n")
    made = _skeleton(source)
    return made in ("", _skeleton(text)) or _does_nothing(source)


def _skeleton(source: str) -> str:
    """What code says besides comments, docstrings and statements that do nothing; "" where there is nothing else."""
    tree = _parsed(source)
    try:
        if tree is not None:
            return "\n".join(map(ast.dump, _Bare().visit(tree).body))
    except RecursionError:
        pass
    lines = (line.split(" #")[0].strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("#") and not NOTHING.match(line))


def _does_nothing(source: str) -> bool:
    """Whether code is functions and classes without anything in them."""
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
        except (SyntaxError, ValueError, MemoryError, RecursionError):  # a magic, or whatever a stranger writes
            return None


class _Bare(ast.NodeTransformer):
    """Takes out statements that do nothing: texts, `...`, `pass` and `raise NotImplementedError`."""

    def visit_Expr(self, node):
        return None if isinstance(node.value, ast.Constant) else node

    def visit_Pass(self, node):
        return None

    def visit_Raise(self, node):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return None if isinstance(raised, ast.Name) and raised.id == "NotImplementedError" else node


def _is_changed(cell: dict, text: str, kind: str) -> bool:
    if cell.get("as_released"):
        return False
    return cell["cell_type"] != kind or plain_text(cell["source"]) != text


def _on_copies(grade_id: str, which: int, of: int, kind: str) -> str:
    if which == of:
        return f"the cell '{grade_id}' occurs more than once; the last one counts"
    return f"the cell '{grade_id}' occurs {of} times; number {which} counts, the last one that {kind}"
