"""Read the tables that instructors keep in the workspace: roster.csv, extensions.csv and groups.csv."""

import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from autograder.course.delimited import read_table, without_protection
from autograder.errors import KitError
from autograder.text import in_order, printable


def cleaned(text: str) -> str:
    """Text of a platform as these tables keep it: in NFC, on one line, without controls and marks that reorder text."""
    kept = "".join(c for c in " ".join(unicodedata.normalize("NFC", text).split()) if in_order(c) == c)
    return kept.strip()


@dataclass(frozen=True)
class Entry:
    """A row of such a table: the cleaned text of each column, "" for a column that the file does not have."""

    file: str
    line: int
    texts: dict[str, str]

    def fail(self, column: str, why: str, hint: str) -> NoReturn:
        """Raise a KitError about the cell in this column; `why` is a clause that names what it holds."""
        raise KitError(f"{self.file}, line {self.line}, column {column}: {why}.", hint)


def read_entries(path: Path, columns: Sequence[str], required: Collection[str]) -> Iterator[Entry]:
    """Yield the rows of a table; none if the file does not exist.

    The encoding and the separator are found in the file, and the order of its columns does not matter.

    Raises
    ------
    KitError
        The file cannot be read, its header lacks a required column or has an unknown one, or a row is longer than the
        header. The message names the line.
    """
    if not path.exists():
        return
    table = read_table(path)
    file = printable(path.name)
    header = [text.casefold() for text in table.rows[0].texts]
    missing = [name for name in columns if name in required and name not in header]
    unknown = [name for name in header if name and name not in columns]
    if missing or unknown:
        wrong = f"has no column {missing[0]}" if missing else f"has an unknown column: {printable(unknown[0])}"
        raise KitError(f"{file}, line 1: the header {wrong}.", f"The columns are {', '.join(columns)}.")
    if doubled := [name for name in columns if header.count(name) > 1]:
        raise KitError(f"{file}, line 1: the header has the column {doubled[0]} twice.", "Remove one of them.")
    for row in table.rows[1:]:
        texts = [cleaned(without_protection(text)) for text in row.texts]
        if any(texts[len(header) :]):
            raise KitError(
                f"{file}, line {row.line}: the row has more cells than the header.",
                f"Put a cell that contains {table.separator!r} in double quotes.",
            )
        given = dict(zip(header, texts, strict=False))
        yield Entry(file, row.line, {name: given.get(name, "") for name in columns})
