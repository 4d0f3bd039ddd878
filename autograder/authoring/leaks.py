"""Search a release for leaks: solutions, hidden tests and answers that its students must not have.

The secrets are the marked regions of the sources and the answer files of the library, of this assignment and of all
later ones. A secret line that also occurs in the visible code of a notebook is commonplace, such as
`num_train = X_train.shape[0]`. Alone it reveals nothing. So a leak is

- in prose, metadata, outputs and any other text: one secret line that is not commonplace;
- in visible code: most of a region, or a long run of its lines;
- in library code: a run of secret lines, most of a region, or one long line.

Spacing, line breaks, comments and comment signs make no difference. The search does not decode encoded text.
"""

import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.authoring import passages
from autograder.authoring.passages import Line
from autograder.authoring.regions import MARKERS, SOLUTION
from autograder.authoring.source import SourceCell, read_cells
from autograder.course import edition
from autograder.course.course_toml import Course
from autograder.course.edition import LEFTOVER_FOLDERS
from autograder.notebook.cell_record import grade_id_of

DISTINCT_IN_TEXT = 16  # characters of a line that is looked for inside other lines
DISTINCT = 24  # characters without white space: a line of code this long is unlikely to occur twice by chance
DISTINCT_IN_LIBRARY = 50  # the same for library code, which may well share a shorter line with a solution
RUN_IN_CODE, RUN_IN_LIBRARY = 6, 3  # consecutive secret lines
MOST = 0.75  # the fraction of a region's characters that counts as most of it
_COMPILED = (".pyc", ".pyo", ".so", ".pyd", ".dll", ".dylib", ".o", ".c", ".db", ".pkl", ".egg-info")


@dataclass(frozen=True)
class Passage:
    """One secret: a marked region, or a function of an answer file."""

    origin: str  # the file that contains it, relative to the course or the edition
    lines: tuple[Line, ...]
    hidden_test: bool = False


@dataclass(frozen=True)
class Secrets:
    """The passages that a release must not contain, and the lines in them that it may contain."""

    passages: tuple[Passage, ...]
    commonplace: frozenset[str]  # normalised lines of the visible code

    @cached_property
    def lines(self) -> frozenset[str]:
        """The normalised lines of all passages."""
        return frozenset(self._of_line)

    def with_any(self, lines: Iterable[str]) -> list[Passage]:
        """The passages that contain any of these lines, in their order."""
        return [self.passages[n] for n in sorted({n for line in lines for n in self._of_line[line]})]

    @cached_property
    def _of_line(self) -> dict[str, list[int]]:
        """The indices of the passages that contain a line."""
        found: dict[str, list[int]] = {}
        for index, passage in enumerate(self.passages):
            for line in passage.lines:
                found.setdefault(line.text, []).append(index)
        return found

    def lines_in(self, text: str) -> set[str]:
        """The lines of at least DISTINCT_IN_TEXT characters that occur in a text without white space."""
        starts = {text[n : n + DISTINCT_IN_TEXT] for n in range(len(text) - DISTINCT_IN_TEXT + 1)}
        return {line for start in starts & self._by_start.keys() for line in self._by_start[start] if line in text}

    @cached_property
    def _by_start(self) -> dict[str, list[str]]:
        """The lines by their first characters, since a search for each of thousands of lines takes long."""
        found: dict[str, list[str]] = {}
        for line in self.lines:
            if len(line) >= DISTINCT_IN_TEXT:
                found.setdefault(line[:DISTINCT_IN_TEXT], []).append(line)
        return found


@dataclass(frozen=True)
class Leak:
    """A place in a release that reveals a secret."""

    file: str  # in the release
    place: str  # where in the file
    what: str  # what it reveals
    origin: str  # `file:line` of the secret; empty for a file that should not be there at all

    def __str__(self) -> str:
        source = f" (from {self.origin})" if self.origin else ""
        return f"{self.file}, {self.place}: {self.what}{source}" if self.place else f"{self.file}: {self.what}{source}"


@dataclass(frozen=True)
class _Text:
    """A piece of the release: a cell, a metadata string, a file."""

    place: str  # "" for a whole file
    kind: str  # "prose", "code" (visible cells), "library"
    text: str


def secrets(course: Course, assignment: str) -> Secrets:
    """Collect what the students of `assignment` must not have, from the sources and the library."""
    later = {entry.name for entry in course.from_here_on(assignment)}
    found: list[Passage] = []
    commonplace: set[str] = set()
    for entry in course.assignments.values():
        for notebook in entry.notebooks:
            path = course.source(entry.name, notebook)
            if not path.exists() and entry.name != assignment:
                continue  # an assignment that is not written yet has no secrets
            cells = read_cells(path)
            shown = _shown_tests(cells)
            for cell in cells:
                if cell.cell_type == "code":
                    visible = _visible(cell)
                    commonplace |= {line.text for line in passages.code_lines(visible)}
                    commonplace |= {line.text for line in passages.comment_lines(visible)}
                if entry.name in later:
                    found += _regions(cell, f"{entry.name}/{path.name}", shown)
    for name, path in edition.answer_files(course, assignment):
        if path.suffix != ".py":  # Cython or C: it is not in the release, and no Python code repeats it
            continue
        text = path.read_text(encoding="utf-8-sig")
        found += [Passage(name, tuple(lines)) for lines in passages.function_bodies(text)]
        found += [Passage(name, (line,)) for line in passages.comment_lines(text)]
    return Secrets(tuple(found), frozenset(commonplace))


def find_leaks(release: Path, secrets: Secrets) -> list[Leak]:
    """Every place in a release (a folder or a zip) that reveals a secret; empty if there is none."""
    found: list[Leak] = []
    for name, content in _files(release):
        odd = _refused_file(name)
        if odd:
            found.append(Leak(name, "", odd, ""))
            continue
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            continue  # a picture
        for piece in _pieces(name, text):
            found += _markers(name, piece)
            found += _passages_in(name, piece, secrets)
    return found


def _visible(cell: SourceCell) -> str:
    hidden = {line for region in cell.regions for line in range(region.begin, region.end + 1)}
    return "\n".join("" if n in hidden else line for n, line in enumerate(cell.source.split("\n")))


def _shown_tests(cells: Iterable[SourceCell]) -> set[str]:
    """The normalised lines that the tests of a source show. Repeating them in a hidden test does not hide them."""
    tests = (c for c in cells if c.cell_type == "code" and c.record and c.record["grade"] and not c.record["solution"])
    return {line.text for cell in tests for line in passages.code_lines(_visible(cell))}


def _regions(cell: SourceCell, origin: str, shown: set[str]) -> Iterator[Passage]:
    for region in cell.regions:
        text = "\n".join(cell.source.split("\n")[region.begin + 1 : region.end])
        start = cell.first + region.begin  # the line before the region's first
        if cell.cell_type == "markdown":
            groups = [[line] for line in passages.prose_lines(text)]
        else:
            groups = [passages.code_lines(_dedent(text)), *([line] for line in passages.comment_lines(text))]
        for lines in groups:
            known = shown if region.kind != SOLUTION else set()
            moved = tuple(Line(line.text, line.number + start, line.prose) for line in lines if line.text not in known)
            if moved:
                yield Passage(origin, moved, hidden_test=region.kind != SOLUTION)


def _dedent(text: str) -> str:
    """Remove the first line's indentation from all lines: code from inside an `if` would not tokenize."""
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    indent = len(first) - len(first.lstrip())
    return "\n".join(line[indent:] if not line[:indent].strip() else line.lstrip() for line in lines)


def _files(release: Path) -> Iterator[tuple[str, bytes]]:
    if release.is_dir():
        for path in sorted(release.rglob("*")):
            if path.is_file():
                yield path.relative_to(release).as_posix(), path.read_bytes()
        return
    with zipfile.ZipFile(release) as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith("/"):
                yield name, archive.read(name)


def _refused_file(name: str) -> str | None:
    path = PurePosixPath(name)
    if path.name.endswith(_COMPILED) or any(part.endswith(_COMPILED) for part in path.parts):
        return "a compiled or generated file, whose contents cannot be checked"
    if any(part.startswith(".") or part in LEFTOVER_FOLDERS for part in path.parts):
        return "a file that a tool left behind, which may contain an older version of a notebook or file"
    return None


def _pieces(name: str, text: str) -> Iterator[_Text]:
    notebook = _parse(text) if name.endswith(".ipynb") else None
    if isinstance(notebook, dict):
        for index, cell in enumerate(notebook.pop("cells", [])):
            grade_id = grade_id_of(cell)
            place = f"cell {index + 1}" + (f" ({grade_id})" if grade_id else "")
            source = cell.pop("source", "")
            source = "".join(source) if isinstance(source, list) else source
            yield _Text(place, "code" if cell.get("cell_type") == "code" else "prose", source)
            for key, value in cell.items():
                yield _Text(f"{place}, {key}", "prose", "\n".join(_strings(value)))
        yield _Text("metadata", "prose", "\n".join(_strings(notebook)))
    elif name.endswith((".py", ".pyx", ".pxd", ".pyi")):
        yield _Text("", "library", text)
    else:
        yield _Text("", "prose", text)


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield "".join(value) if all(isinstance(item, str) for item in value) else ""
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)


def _markers(name: str, piece: _Text) -> Iterator[Leak]:
    for number, line in enumerate(piece.text.split("\n"), start=1):
        words = any(marker[4:] in line for marker in MARKERS)
        exact = line.strip() in MARKERS  # library code may mention a marker inside a line: the kit's own code does
        if exact or (words and piece.kind != "library"):
            yield Leak(name, _place(piece, number), f"the marker {line.strip()!r}", "")


def _passages_in(name: str, piece: _Text, secrets: Secrets) -> Iterator[Leak]:
    squeezed = passages.squeeze_text(piece.text)
    code = set() if piece.kind == "prose" else {line.text for line in passages.code_lines(piece.text)}
    if not code and len(squeezed) < DISTINCT_IN_TEXT:  # most values of metadata
        return
    shown = (secrets.lines & code) | secrets.lines_in(squeezed)
    for passage in secrets.with_any(shown):
        present = [line.text in shown for line in passage.lines]
        line = _telling_line(piece, passage, present, secrets.commonplace)
        if line is not None:
            what = "a line of a hidden test" if passage.hidden_test else "a line of a solution"
            place = _place(piece, _line_number(piece.text, line.text))
            yield Leak(name, place, f"{what}, {line.text[:60]!r}", f"{passage.origin}:{line.number}")


def _telling_line(piece: _Text, passage: Passage, present: list[bool], commonplace: frozenset[str]) -> Line | None:
    """The first line by which this piece reveals the passage; None if it does not."""
    found = [line for line, here in zip(passage.lines, present, strict=True) if here]
    own = [line for line in found if line.text not in commonplace]
    if passage.lines[0].prose:
        return own[0] if own else None

    total = sum(len(line.text) for line in passage.lines)
    most = total >= DISTINCT_IN_LIBRARY and sum(len(line.text) for line in found) >= MOST * total
    if piece.kind == "prose":
        telling = [line for line in own if len(line.text) >= DISTINCT]
        return telling[0] if telling else (found[0] if most and _run(present) > 1 else None)
    if piece.kind == "code":
        long_run = _run(present) >= RUN_IN_CODE and not passage.hidden_test
        return found[0] if most or long_run else None
    telling = [line for line in own if len(line.text) >= DISTINCT_IN_LIBRARY]
    long_run = _run(present) >= RUN_IN_LIBRARY and any(len(line.text) >= DISTINCT for line in own)
    return telling[0] if telling else (found[0] if most or long_run else None)


def _run(present: list[bool]) -> int:
    longest = current = 0
    for here in present:
        current = current + 1 if here else 0
        longest = max(longest, current)
    return longest


def _place(piece: _Text, number: int) -> str:
    return f"{piece.place}, line {number}" if piece.place else f"line {number}"


def _line_number(text: str, wanted: str) -> int:
    """The number of the line of `text` in which the normalised `wanted` begins."""
    squeezed = ""
    ends = []
    for line in text.split("\n"):
        squeezed += passages.squeeze_text(line)
        ends.append(len(squeezed))
    position = squeezed.find(wanted)
    if position < 0:  # there are comments in between: take the first line with the same beginning
        starts = (n for n, line in enumerate(text.split("\n"), 1) if re.sub(r"\s+|#.*", "", line)[:12] == wanted[:12])
        return next(starts, 1)
    return next(n for n, end in enumerate(ends, start=1) if end > position)
