"""Turn an nbgrader notebook, of any version of its metadata, into cells that the text sources can hold."""

import ast
import contextlib
import logging
import math
import re
from typing import Any

from autograder.authoring.regions import HIDDEN_TESTS, SOLUTION
from autograder.importing.cells import PROMPT_OF_EMPTY, Ids, ImportedCell, Notes, record
from autograder.importing.markers import NBGRADER, SCHEME, Delimiters, Part, joined, parts
from autograder.notebook.bound_names import in_python

STUB_LINES = re.compile(r"^\s*(#.*|raise NotImplementedError(\(.*\))?|pass|\.\.\.)?\s*$")
_ANSWER_HERE = re.compile(r"^\s*\W*(your (answer|code|solution) here|type your answer here)\W*$", re.I)


def imported_cells(notebook: Any, notes: Notes, words: Delimiters = NBGRADER) -> list[ImportedCell]:
    """The cells of an nbgrader notebook (nbformat 4) as a source may hold them.

    Records are brought to nbgrader's current schema by nbgrader's own code. Whatever else changes is noted.
    """
    ids = Ids()
    cells: list[ImportedCell] = []
    after_task = False
    for number, raw in enumerate(notebook.cells, start=1):
        source = raw.source.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "").replace("\0", "").strip("\n")
        cell = ImportedCell(number, raw.cell_type, source.encode("utf-8", "backslashreplace").decode())
        if cell.source != source:
            source = cell.source
            notes.changed(cell, "Lone surrogates, which are no characters, were written as escapes.")
        if not source.strip():
            if raw.metadata.get("nbgrader"):
                _empty(cell, raw.metadata["nbgrader"], notes)
            elif raw.cell_type == "code" and after_task:
                cell.source = "# Your code"
            if not cell.source:
                continue
        if cell.cell_type not in ("code", "markdown"):
            cell.cell_type, cell.source = "markdown", f"```\n{source}\n```"
            notes.changed(cell, "A raw cell became a text cell.")
        given = _upgraded(cell, raw, notes)
        if "skip-execution" in (raw.metadata.get("tags") or []):
            cell.tags = ["skip-execution"]
        after_task = bool(given and given.get("task"))
        split, wrong = parts(cell.source, words)
        if given:
            _give_record(cell, given, split, ids, notes)
        elif any(part.kind for part in split):
            _mark_unrecorded(cell, split, ids, notes)
        for what in wrong:
            notes.changed(cell, what)
        cells += _with_regions(cell, split, ids, notes)
    return [_as_python(cell, notes) for cell in cells]


def _empty(cell: ImportedCell, given: Any, notes: Notes) -> None:
    """Fill a cell that must exist because it has a record."""
    if given.get("grade") or given.get("solution"):
        cell.source = "pass" if cell.cell_type == "code" else PROMPT_OF_EMPTY


def _upgraded(cell: ImportedCell, raw: Any, notes: Notes) -> dict[str, Any] | None:
    """The cell's record in nbgrader's current schema; None if it has none."""
    from nbgrader.nbgraderformat import MetadataValidator

    if not isinstance(raw.metadata.get("nbgrader"), dict):
        return None
    version = raw.metadata["nbgrader"].get("schema_version", 0)
    points = _as_points(raw.metadata["nbgrader"].get("points"))
    raw.metadata["nbgrader"]["points"] = points or 0
    raw.metadata["nbgrader"].setdefault("grade_id", "")
    try:
        with _quietly():
            raw = MetadataValidator().upgrade_cell_metadata(raw)
    except Exception as error:
        notes.by_hand(cell, f"Its nbgrader record could not be read ({error}), so it became a cell without one.")
        return None
    given: dict[str, Any] | None = raw.metadata.get("nbgrader")
    if given is None or not any(given.get(key) for key in ("grade", "solution", "locked", "task")):
        return None
    if not isinstance(version, int) or version < 3:
        notes.changed(cell, f"Its record was brought from nbgrader's schema {version} to 3.")
    if given.get("grade") and points is None:
        notes.by_hand(cell, "It had no points that make sense, so it has 0 points now. Write the points.")
    return dict(given)


def _as_points(given: Any) -> float | None:
    try:
        points = float(given)
    except (TypeError, ValueError, OverflowError):
        return None
    return points if 0 <= points < math.inf else None


@contextlib.contextmanager
def _quietly():  # type: ignore[no-untyped-def]
    """Without nbgrader's warnings, which name neither notebook nor cell."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def _give_record(cell: ImportedCell, given: dict[str, Any], split: list[Part], ids: Ids, notes: Notes) -> None:
    wanted = str(given.get("grade_id") or "")
    grade, solution = bool(given.get("grade")), bool(given.get("solution"))
    points = float(given.get("points") or 0)
    if not wanted:
        wanted = _name(cell, grade and not solution)
    if given.get("task"):
        grade = solution = True
        cell.cell_type = "markdown"
    elif cell.cell_type == "markdown" and grade and not solution:
        notes.by_hand(
            cell,
            f"A graded text that is no answer has no meaning. It is locked text now, without its {points:g} points.",
        )
        grade = False
    elif cell.cell_type == "markdown" and solution and not grade:
        grade, points = True, 0
        notes.changed(cell, "An answer in text that was not graded is a question for 0 points now.")
    grade_id = ids.new(wanted)
    cell.record = record(grade_id, grade=grade, solution=solution, points=max(points, 0))
    if grade_id != wanted:
        notes.changed(cell, f"Its name was {wanted!r}; students' earlier work and marks have the old name.")
    if given.get("task"):
        cell.record["task"] = True  # until its regions are written
    elif grade and not solution and not given.get("locked"):
        notes.changed(cell, "The test cell was not locked, and is now. Grading restored it already.")


def _name(cell: ImportedCell, is_test: bool) -> str:
    """A name for a cell without one: that of its first function or class."""
    found = re.search(r"^\s*(?:def|class)\s+(\w+)", cell.source, re.MULTILINE)
    return f"test_{cell.origin}" if is_test else found[1] if found else f"imported_{cell.origin}"


def _mark_unrecorded(cell: ImportedCell, split: list[Part], ids: Ids, notes: Notes) -> None:
    """Give a record to a cell whose markers show what it is."""
    kinds = {part.kind for part in split}
    if SOLUTION in kinds:
        graded = cell.cell_type == "markdown"
        cell.record = record(ids.new(_name(cell, False)), solution=True, grade=graded)
        notes.changed(cell, "It had a solution but no record. It is an exercise now.")
    elif HIDDEN_TESTS in kinds and cell.cell_type == "code":
        cell.record = record(ids.new(_name(cell, True)), grade=True)
        notes.by_hand(cell, "It had hidden tests but no record. It is a test for 0 points now. Write its points.")


def _with_regions(cell: ImportedCell, split: list[Part], ids: Ids, notes: Notes) -> list[ImportedCell]:
    """Write the cell's regions as the build wants them. Hidden tests in another kind of cell become their own."""
    original = cell.source
    is_code = cell.cell_type == "code"
    if cell.record and cell.record["task"]:
        return _task(cell, split, notes)
    schemes = [part for part in split if part.kind == SCHEME]
    split = [part for part in split if part.kind != SCHEME]
    if schemes:
        notes.changed(cell, "A mark scheme outside a task cell was removed from what students see.")
    hidden: list[Part] = []
    if cell.is_test:
        if any(part.kind == SOLUTION for part in split):
            split = [Part(HIDDEN_TESTS, p.lines, p.indent) if p.kind == SOLUTION else p for p in split]
            notes.changed(cell, "A solution inside a test became a hidden test.")
    else:
        hidden = [part for part in split if part.kind == HIDDEN_TESTS and not part.is_empty]
        split = [part for part in split if part.kind != HIDDEN_TESTS]
    if cell.is_solution:
        split = _solution(cell, split, schemes, notes)
    elif not cell.is_test and any(part.kind for part in split):
        split = [Part("", part.lines) for part in split]
        notes.by_hand(cell, "Its markers were removed, because nothing in this cell can be hidden. Check it.")
    cell.source = joined(split, is_code)
    if cell.source != original and {p.kind for p in split} - {""} and _lines(original) & _lines(cell.source):
        _note_markers(cell, original, notes)
    found = [cell] if cell.source.strip() else []
    if hidden and is_code:
        name = ids.new(f"test_{cell.record['grade_id']}" if cell.record else f"test_{cell.origin}")
        text = joined([Part(HIDDEN_TESTS, tuple(ast_dedent(part.lines))) for part in hidden], True)
        found.append(ImportedCell(cell.origin, "code", text, record(name, grade=True)))
        notes.by_hand(
            found[-1], "Its hidden tests were in a cell that is no test. They have a test cell for 0 points now."
        )
    return found


def ast_dedent(lines: tuple[str, ...]) -> list[str]:
    import textwrap

    return textwrap.dedent("\n".join(lines)).split("\n")


def _lines(text: str) -> set[str]:
    return {line.strip() for line in text.split("\n") if line.strip()}


def _note_markers(cell: ImportedCell, original: str, notes: Notes) -> None:
    exact = re.compile(r"^\s*### (BEGIN|END) (SOLUTION|HIDDEN TESTS)$")
    marked = [line for line in original.split("\n") if re.search(r"\b(BEGIN|END)\b|\b(begin|end)\b.*solution", line)]
    if marked and not all(exact.match(line) for line in marked):
        notes.changed(cell, "Its markers were written as the build wants them.")


def _solution(cell: ImportedCell, split: list[Part], schemes: list[Part], notes: Notes) -> list[Part]:
    """The parts of a solution cell, which has at least one solution region."""
    scheme = [line for part in schemes for line in part.lines]
    marked = [part for part in split if part.kind == SOLUTION]
    if not marked:  # nbgrader replaces the whole cell
        lines = tuple(line for part in split for line in part.lines)
        magic = lines[:1] if lines and lines[0].startswith("%%") else ()
        text = "\n".join(lines[len(magic) :]).strip("\n")
        if all(STUB_LINES.match(line) for line in text.split("\n")) or _ANSWER_HERE.match(text):
            notes.by_hand(cell, "It has no solution. Write one between its markers.")
        rest = Part("", magic)
        return [*([rest] if magic else []), Part(SOLUTION, _filled(cell, text.split("\n"), scheme))]
    if all(part.is_empty for part in marked):
        notes.by_hand(cell, "Its solution region is empty. Write a solution.")
        first = split.index(marked[0])
        indent = marked[0].indent if cell.cell_type == "code" else ""
        filler = f"{indent}pass" if cell.cell_type == "code" else PROMPT_OF_EMPTY
        split[first] = Part(SOLUTION, (filler, *scheme), marked[0].indent)
    elif scheme and cell.cell_type == "markdown":
        last = split.index(marked[-1])
        split[last] = Part(SOLUTION, (*split[last].lines, "", *scheme), split[last].indent)
    return split


def _filled(cell: ImportedCell, lines: list[str], scheme: list[str]) -> tuple[str, ...]:
    if cell.cell_type == "code":
        only_comments = not any(line.strip() and not line.strip().startswith("#") for line in lines)
        return (*lines, "pass") if only_comments else tuple(lines)
    return (*lines, "", *scheme) if scheme else tuple(lines)


def _task(cell: ImportedCell, split: list[Part], notes: Notes) -> list[ImportedCell]:
    """A task becomes a question: its text stays, and its mark scheme is the model answer that students do not see."""
    assert cell.record
    cell.record["task"] = False
    text = [Part("", part.lines) for part in split if part.kind == ""]
    scheme = [line for part in split if part.kind for line in part.lines]
    answer = Part(SOLUTION, tuple(scheme) if "".join(scheme).strip() else (PROMPT_OF_EMPTY,))
    cell.source = joined([*text, Part("", ("",)), answer], False)
    notes.changed(
        cell,
        "A task is a question in text now: students answer below its text. Cells that they add are shown to you, "
        "but not graded.",
    )
    return [cell]


def _as_python(cell: ImportedCell, notes: Notes) -> ImportedCell:
    """A cell that is not Python and that nothing depends on becomes text."""
    if cell.cell_type != "code" or cell.record is not None:
        return cell
    other = re.match(
        r"%%(bash|sh|html|HTML|javascript|js|latex|markdown|perl|ruby|svg|SVG|R|script|writefile|file)\b", cell.source
    )
    try:
        if not other:
            ast.parse(in_python(cell.source))
            return cell
        why = f"A %%{other[1]} cell"
    except (SyntaxError, ValueError):
        why = "A cell that is not Python 3"
    language = other[1].lower() if other else "python"
    cell.cell_type, cell.source = "markdown", f"```{language}\n{cell.source}\n```"
    notes.by_hand(cell, f"{why} became a text cell. Nothing runs it.")
    return cell
