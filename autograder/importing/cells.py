"""What an importer makes of a notebook: cells that the text sources can hold, and notes about what was changed."""

import math
import re
from dataclasses import dataclass, field
from typing import Any

from autograder.text import one_line

MOST_IN_ID = 64  # characters
CHANGED, NOT_PROOF, BY_HAND = "changed", "not cheat-proof", "needs a hand"
PROMPT_OF_EMPTY = "No model answer was found in the imported notebook."


@dataclass
class ImportedCell:
    """A cell on its way from a notebook to a source.

    Attributes
    ----------
    origin
        The number of the cell in the notebook that was imported, counted from 1.
    cell_type
        "code" or "markdown".
    record
        Its nbgrader record, complete; None for a cell without one.
    """

    origin: int
    cell_type: str
    source: str
    record: dict[str, Any] | None = None
    tags: list[str] = field(default_factory=list)

    @property
    def is_solution(self) -> bool:
        return self.record is not None and self.record["solution"]

    @property
    def is_test(self) -> bool:
        return self.record is not None and self.record["grade"] and not self.record["solution"]


@dataclass(frozen=True)
class Note:
    """One thing that the reader of an import should know.

    Attributes
    ----------
    place
        A cell, a notebook or a file, in words.
    what
        What was changed or must be done: a sentence.
    kind
        CHANGED, NOT_PROOF for a test that runs in the student's process, or BY_HAND for what the reader must do.
    """

    place: str
    what: str
    kind: str = CHANGED


@dataclass
class Notes:
    """Collects the notes about one notebook."""

    found: list[Note] = field(default_factory=list)

    def changed(self, cell: ImportedCell, what: str) -> None:
        self.found.append(Note(place(cell), what))

    def by_hand(self, cell: ImportedCell, what: str) -> None:
        self.found.append(Note(place(cell), what, BY_HAND))

    def not_proof(self, cell: ImportedCell, what: str) -> None:
        self.found.append(Note(place(cell), what, NOT_PROOF))


def place(cell: ImportedCell) -> str:
    """The cell in words: its number in the notebook, and its name or its first line."""
    if cell.record:
        return f"cell {cell.origin} ({cell.record['grade_id']})"
    return f"cell {cell.origin} ({one_line(cell.source.strip().partition(chr(10))[0], 40)})"


def as_points(given: Any) -> float | None:
    """What was given as points; None if it is no finite number of at least 0."""
    try:
        points = float(given)
    except (TypeError, ValueError, OverflowError):
        return None
    return points if 0 <= points < math.inf else None


def record(grade_id: str, *, grade: bool = False, solution: bool = False, points: float = 0) -> dict[str, Any]:
    """A complete nbgrader record. A cell that is not a solution is locked."""
    found: dict[str, Any] = {
        "grade": grade,
        "grade_id": grade_id,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return found | {"points": int(points) if points == int(points) else points} if grade else found


class Ids:
    """Gives every recorded cell of a notebook an id that the build accepts, each only once."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def new(self, wanted: str) -> str:
        """An id that is `wanted` if possible, and otherwise similar to it."""
        usable = re.sub(r"[^A-Za-z0-9_-]+", "_", wanted).strip("_")[: MOST_IN_ID - 4] or "cell"
        if re.fullmatch(r"cell(-\d+)?", usable):  # the build gives such names to other cells
            usable = usable.replace("cell", "imported")
        found, number = usable, 2
        while found in self.taken:
            found, number = f"{usable}_{number}", number + 1
        self.taken.add(found)
        return found
