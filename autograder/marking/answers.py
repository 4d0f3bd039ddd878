"""Read the answers to questions from the graded notebooks: a student's text, pictures, and the cells that belong to it.

A class's notebooks may be large, so a notebook is read once for all its questions, and again when its file changes.
Only a digest and the first words of each answer stay in memory.
"""

import hashlib
import json
import os
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.notebook.cell_record import Cell, grade_id_of, record_of
from autograder.notebook.job import NOT_RUN
from autograder.notebook.page_cleaner import INLINE, text_of
from autograder.text import one_line

PREVIEW = 90  # characters
STUB = "YOUR ANSWER HERE"


@dataclass(frozen=True)
class Summary:
    """What the list of answers shows of one of them.

    Attributes
    ----------
    digest
        Equal for two answers that differ only in white space.
    whole
        A digest of everything that a person looks at, the pictures of the cells before the answer included.
    length
        Its number of characters, without pictures.
    """

    digest: str
    whole: str
    preview: str
    length: int


@dataclass(frozen=True)
class Parts:
    """The cells of a graded notebook that belong to one answer.

    Attributes
    ----------
    before
        The code cells with outputs between the previous graded cell and this one: what the question is about.
    answer
        The answer cell, and the cells that the student added below it, up to the course's next cell.
    """

    before: tuple[Cell, ...]
    answer: tuple[Cell, ...]

    @property
    def text(self) -> str:
        return "\n\n".join(cell["source"] for cell in self.answer)


class Answers:
    """The answers in graded notebooks, found by path and grade_id. Several threads may use it.

    `prose` holds the course's own text cells, as `words` returns them.
    """

    def __init__(self, prose: frozenset[str] = frozenset()) -> None:
        self._prose = prose
        self._lock = threading.Lock()
        self._read: dict[Path, tuple[tuple[int, int, int], dict[str, Summary]]] = {}

    def summary(self, path: Path, grade_id: str) -> Summary | None:
        """The summary of an answer; None if the notebook does not exist or has no such cell."""
        try:
            found = os.stat(path)
        except OSError:
            return None
        state = (found.st_mtime_ns, found.st_size, found.st_ino)
        with self._lock:
            known = self._read.get(path)
        if known is None or known[0] != state:
            known = state, {name: summary_of(parts) for name, parts in answers_in(_cells(path), self._prose).items()}
            with self._lock:
                self._read[path] = known
        return known[1].get(grade_id)

    def parts(self, path: Path, grade_id: str) -> Parts | None:
        return answers_in(_cells(path), self._prose).get(grade_id)


def answers_in(cells: Sequence[Cell], prose: frozenset[str] = frozenset()) -> dict[str, Parts]:
    """The answers in a graded notebook by their grade_id.

    A cell without a record is the student's, unless it is text of the course, which `prose` holds.
    """
    found: dict[str, Parts] = {}
    before: list[Cell] = []
    current: tuple[str, list[Cell], list[Cell]] | None = None
    for cell in cells:
        record = record_of(cell)
        if record and record.is_question:
            current = record.grade_id, before, [cell]
        elif current and _may_be_students(cell) and words(cell["source"]) not in prose:
            current[2].append(cell)
        else:
            current = None
        if record and record.grade:
            before = []
        elif current is None and cell.get("cell_type") == "code" and cell.get("outputs"):
            before.append(cell)
        if current:
            found[current[0]] = Parts(tuple(current[1]), tuple(current[2]))
    return found


def _may_be_students(cell: Cell) -> bool:
    return grade_id_of(cell) is None and not (cell.get("metadata") or {}).get(NOT_RUN)


def summary_of(parts: Parts) -> Summary:
    pictures = [cell["attachments"] for cell in parts.answer if cell.get("attachments")]
    outputs = [cell["outputs"] for cell in parts.answer if cell.get("outputs")]
    whole = _digest([parts.text, pictures, outputs, [cell.get("outputs") for cell in parts.before]])
    text = without_pictures(parts.text)
    digest = _digest([words(parts.text), pictures, outputs])
    return Summary(digest, whole, one_line(text, PREVIEW), len(text))


def blank(released: str) -> frozenset[str]:
    """The digests of answers that say nothing: those that are empty, or what students received."""
    return frozenset(_digest([words(text), [], []]) for text in ("", STUB, released))


def without_pictures(text: str) -> str:
    """The text without the base64 of the pictures in it, which Colab writes there."""
    return INLINE.sub(r"\1…", text)


def _cells(path: Path) -> list[Any]:
    """The cells of a graded notebook, which the grader wrote; none if it cannot be read, as while it is replaced."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return []
    cells = content.get("cells") if isinstance(content, dict) else None
    cells = cells if isinstance(cells, list) else []
    return [{**cell, "source": text_of(cell.get("source"))} for cell in cells if isinstance(cell, dict)]


def words(text: str) -> str:
    """The text without the white space in which two copies of it may differ."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:20]
