"""Which submitted cell stands for which cell of the source, and where each cell stands that the student added."""

from dataclasses import dataclass, field


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
    that was changed; the others stay as added cells where they were changed, too.

    Arguments:
        frame: the cells of the source that have a record.
        handed_out: grade_id -> plain text as students got it.
        skipped: texts of cells that must not run.
    """
    solutions = {grade_id_of(cell) for cell in frame if cell.metadata.nbgrader.solution}
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
            counts[grade_id] = (touched or places)[-1]
            dropped |= {i for i in places if i not in touched}
        else:  # nothing of the student's is in a copy of a test or of a locked cell
            counts[grade_id] = places[-1]
            dropped |= set(places)
            if all(_is_changed(submitted[i], text, types[grade_id]) for i in places):
                found.changed.append(grade_id)
        if len(places) > 1:
            found.problems.append(_on_copies(grade_id, places.index(counts[grade_id]) + 1, len(places)))
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


def grade_id_of(cell) -> str | None:
    record = cell["metadata"].get("nbgrader")
    grade_id = record.get("grade_id") if isinstance(record, dict) else None
    return grade_id if isinstance(grade_id, str) else None


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
    for i, cell in enumerate(submitted):
        if ids[i] is None and (text := plain_text(cell["source"])):
            alike = by_text.get((cell["cell_type"], text), [])
            missing = [grade_id for grade_id in alike if grade_id not in known]
            # a copy of a locked cell may be meant to run again; one of a stub would undo what was written
            ids[i] = next(iter(missing or [grade_id for grade_id in alike if grade_id in solutions]), None)
            known.add(ids[i])
    return ids


def _is_untouched(cell: dict, text: str) -> bool:
    return cell.get("as_released", False) or plain_text(cell["source"]) in ("", text)


def _is_changed(cell: dict, text: str, kind: str) -> bool:
    if cell.get("as_released"):
        return False
    return cell["cell_type"] != kind or plain_text(cell["source"]) != text


def _on_copies(grade_id: str, which: int, of: int) -> str:
    if which == of:
        return f"the cell '{grade_id}' occurs more than once; the last one counts"
    return f"the cell '{grade_id}' occurs {of} times; number {which} counts, the last one that was changed"
