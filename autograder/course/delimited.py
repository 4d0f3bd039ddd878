"""Read tables of delimited text (CSV) from any platform or spreadsheet, and replace cells without touching the rest.

The encoding, the separator and the quoting are found in the file itself: UTF-8 with or without a byte-order mark,
UTF-16 as Blackboard writes it, Windows-1252; commas, semicolons, tabs or bars. Every cell knows its place in the text,
so a file with changed cells is otherwise the same, byte for byte.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import KitError
from autograder.text import csv_cell, printable

MAX_BYTES = 50_000_000
SEPARATORS = ",;\t|"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SEP_LINE = re.compile(r"\"?sep=(.)\"?(?:\r\n|\r|\n)", re.IGNORECASE)  # Excel's own line, before the header
_PREFIXED = re.compile(r"(^|[;,|\t\n])'")


@dataclass(frozen=True)
class Cell:
    """A cell: its text, and where its source is in the text of the file, with its quotes."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Row:
    """A row that is not blank; `line` is where it begins, counted from 1."""

    line: int
    cells: tuple[Cell, ...]

    @property
    def texts(self) -> list[str]:
        """The texts of the cells, without the spaces around them."""
        return [cell.text.strip() for cell in self.cells]


@dataclass(frozen=True)
class Table:
    """A table of delimited text.

    Attributes
    ----------
    name
        The name of its file, for messages.
    source
        The decoded text, without the byte-order mark.
    mark
        The byte-order mark, or b"".
    encoding
        The name of the encoding.
    separator
        The character between two cells.
    rows
        The rows that are not blank; the header is the first.
    """

    name: str
    source: str
    mark: bytes
    encoding: str
    separator: str
    rows: tuple[Row, ...]

    def with_cells(self, changed: Mapping[Cell, str]) -> bytes:
        """The bytes of the file with new texts in some cells. A cell in quotes keeps its quotes."""
        parts, last = [], 0
        for cell in sorted(changed, key=lambda cell: cell.start):
            text = changed[cell]
            quoted = self.source[cell.start : cell.start + 1] == '"'
            if quoted or any(character in text for character in f'{self.separator}"\r\n'):
                text = '"' + text.replace('"', '""') + '"'
            parts += [self.source[last : cell.start], text]
            last = cell.end
        return self.mark + "".join([*parts, self.source[last:]]).encode(self.encoding)


def read_table(path: Path | str) -> Table:
    """Read a file of delimited text.

    Raises
    ------
    KitError
        The file cannot be read, is not delimited text (a workbook, for example), is empty, or ends inside quotes.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise KitError(
            f"Cannot read {printable(path)}: {error.strerror}.", "Give the CSV that you downloaded."
        ) from None
    if len(data) > MAX_BYTES:
        raise KitError(f"{printable(path)} holds more than {MAX_BYTES:,} bytes.", "Give the CSV that you downloaded.")
    return parse_table(data, printable(path.name))


def parse_table(data: bytes, name: str) -> Table:
    """Read the bytes of a file called `name`; see `read_table`."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise KitError(f"{name} is a workbook, not CSV.", "Download it as CSV, or save it as CSV from the spreadsheet.")
    mark, encoding = _encoding(data)
    try:
        source = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        raise KitError(f"{name} is not text in {encoding.upper()}.", "Save it as CSV in UTF-8.") from None
    if "\0" in source:
        raise KitError(f"{name} is not text.", "Give a CSV file.")
    begin = 0
    if stated := _SEP_LINE.match(source):
        separator, begin = stated[1], stated.end()
    else:
        separator = _separator(source)
    rows = tuple(_rows(source, begin, separator, name))
    if not rows:
        raise KitError(f"{name} is empty.", "Give a CSV file with a header and a row for each student.")
    return Table(name, source, mark, encoding, separator, rows)


def to_csv(rows: Iterable[Iterable[object]]) -> bytes:
    """A CSV file that spreadsheets open rightly: UTF-8 with a byte-order mark, and no text that acts as a formula."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_as_cell(value) for value in row] for row in rows)
    return codecs.BOM_UTF8 + text.getvalue().encode("utf-8")


def without_protection(text: str) -> str:
    """The text that `to_csv` wrote as `text`: without the apostrophes that keep it from acting as a formula."""
    plain = _PREFIXED.sub(r"\1", text)
    return plain if plain != text and csv_cell(plain) == text else text


def _as_cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.12g}"
    return csv_cell(value) if isinstance(value, str) else value


def _encoding(data: bytes) -> tuple[bytes, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return mark, encoding
    if b"\0" in data[:200]:  # UTF-16 without a mark: the zero bytes are at the places of one parity
        return b"", "utf-16-be" if data[:200].index(b"\0") % 2 == 0 else "utf-16-le"
    for encoding in ("utf-8", "cp1252"):
        try:
            data.decode(encoding)
            return b"", encoding
        except UnicodeDecodeError:
            continue
    return b"", "latin-1"


def _separator(source: str) -> str:
    """The separator that occurs most often in the first line, outside quotes."""
    first = next((line for line in source.splitlines() if line.strip()), "")
    plain = re.sub(r'"(?:[^"]|"")*"', "", first)
    return max(SEPARATORS, key=plain.count)


def _rows(source: str, place: int, separator: str, name: str) -> Iterable[Row]:
    line, counted = 1, 0
    cells: list[Cell] = []
    first = place
    while place < len(source):
        cell, place = _cell(source, place, separator, name)
        cells.append(cell)
        if place < len(source) and source[place] == separator:
            place += 1
            if place < len(source):
                continue
            cells.append(Cell("", place, place))  # the file ends with a separator
        if any(cell.text.strip() for cell in cells):
            line += _lines(source[counted:first])
            counted = first
            yield Row(line, tuple(cells))
        cells = []
        place += 2 if source[place : place + 2] == "\r\n" else 1
        first = place


def _lines(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _cell(source: str, start: int, separator: str, name: str) -> tuple[Cell, int]:
    """The cell that starts here, and the place of the separator or line break after it."""
    place, text = start, ""
    if source[start : start + 1] == '"':
        place += 1
        while True:
            end = source.find('"', place)
            if end < 0:
                line = _lines(source[:start]) + 1
                raise KitError(f"{name}, line {line}: a quote is opened and never closed.", "Correct that line.")
            text += source[place:end]
            place = end + 1
            if source[place : place + 1] != '"':
                break
            text += '"'
            place += 1
    rest = place
    while place < len(source) and source[place] not in (separator, "\r", "\n"):
        place += 1
    return Cell(text + source[rest:place], start, place), place
