"""Turn the markers of other courses, in their several styles, into the exact lines that the build accepts.

nbgrader finds its words anywhere in a line (`# BEGIN SOLUTION`, `### BEGIN SOLUTION ###`), and replaces the whole line.
"""

import ast
import re
from dataclasses import dataclass

from autograder.authoring.regions import HIDDEN_TESTS, SOLUTION
from autograder.course.plain_settings import Settings

SCHEME = "MARK SCHEME"
# what nbgrader looks for, and the misspellings of it that a comment line may hold
_WORDS = {SOLUTION: r"SOLUTIONS?", HIDDEN_TESTS: r"HIDDEN[ _]TESTS?", SCHEME: r"MARK(?:ING)?[ _]SCHEME"}
_MISSPELT = re.compile(r"^\s*#+\s*(begin|start|end|stop)\s*(?:of\s+)?(solutions?|hidden[ _]tests?)\b\W*$", re.I)


@dataclass(frozen=True)
class Delimiters:
    """The words that mark regions, if a course's nbgrader_config.py sets others than nbgrader's own."""

    begin: dict[str, str]
    end: dict[str, str]


NBGRADER = Delimiters({kind: f"BEGIN {kind}" for kind in _WORDS}, {kind: f"END {kind}" for kind in _WORDS})


_SETTINGS = {  # the settings of nbgrader_config.py that hold these words
    SOLUTION: ("ClearSolutions", "{}_solution_delimeter"),
    HIDDEN_TESTS: ("ClearHiddenTests", "{}_test_delimeter"),
    SCHEME: ("ClearMarkScheme", "{}_mark_scheme_delimeter"),
}


def delimiters(given: Settings) -> Delimiters:
    """The words that mark regions in a course with these settings."""
    begin, end = dict(NBGRADER.begin), dict(NBGRADER.end)
    for kind, (section, key) in _SETTINGS.items():
        for words, edge in ((begin, "begin"), (end, "end")):
            value = given.get((section, key.format(edge)))
            if isinstance(value, str) and value:
                words[kind] = value
    return Delimiters(begin, end)


@dataclass(frozen=True)
class Part:
    """A run of lines of a cell: `kind` is SOLUTION, HIDDEN_TESTS, SCHEME, or "" for what students see."""

    kind: str
    lines: tuple[str, ...]
    indent: str = ""  # of the marker line

    @property
    def is_empty(self) -> bool:
        return not any(line.strip() for line in self.lines)


def parts(source: str, words: Delimiters = NBGRADER) -> tuple[list[Part], list[str]]:
    """Split a cell at its markers. Also returns what was wrong with the markers, in sentences."""
    found: list[Part] = []
    wrong: list[str] = []
    kind, indent, lines = "", "", list[str]()

    def close() -> None:
        if lines or kind:
            found.append(Part(kind, tuple(lines), indent))
        lines.clear()

    for line in source.split("\n"):
        edge = _edge(line, words)
        if edge is None:
            lines.append(line)
            continue
        begins, of = edge
        before = line[: line.index("#")].rstrip() if "#" in line else ""
        if begins:
            if kind:
                wrong.append(f"A BEGIN {of} inside another region: the first region was ended there.")
            close()
            kind, indent = of, line[: len(line) - len(line.lstrip())]
            if before.strip():  # nbgrader removes the whole line
                lines.append(before)
        elif of == kind:
            close()
            kind = indent = ""
        else:
            wrong.append(f"An END {of} without a beginning was removed.")
    if kind:
        wrong.append(f"BEGIN {kind} had no end: its region now reaches to the end of the cell.")
    close()
    return found, wrong


def joined(split: list[Part], is_code: bool) -> str:
    """The text of a cell with exact markers around its regions; regions that hold nothing are left out."""
    lines: list[str] = []
    for number, part in enumerate(split):
        if not part.kind:
            lines += part.lines
        elif not part.is_empty:
            indent = _indent(split, number) if is_code else ""
            lines += [f"{indent}### BEGIN {part.kind}", *part.lines, f"{indent}### END {part.kind}"]
    return "\n".join(lines).strip("\n")


def _indent(split: list[Part], number: int) -> str:
    """The indent of a region's markers: that of the marker line, unless the cell is Python only with another."""
    part = split[number]
    first = next((line for line in part.lines if line.strip()), "")
    for indent in (part.indent, first[: len(first) - len(first.lstrip())]):
        stub = [f"{indent}pass"] if part.kind == SOLUTION else []
        before = [line for other in split[:number] if not other.kind for line in other.lines]
        with_stub = "\n".join([*before, *stub])
        try:
            ast.parse(with_stub)
        except (SyntaxError, ValueError):
            continue
        return indent
    return part.indent


def _edge(line: str, words: Delimiters) -> tuple[bool, str] | None:
    """(whether the line begins a region, its kind), or None for another line."""
    for kind, pattern in _WORDS.items():
        if words.begin[kind] in line or re.search(rf"\bBEGIN[ _]{pattern}\b", line):
            return True, kind
        if words.end[kind] in line or re.search(rf"\bEND[ _]{pattern}\b", line):
            return False, kind
    if misspelt := _MISSPELT.match(line):
        kind = SOLUTION if misspelt[2].lower().startswith("solution") else HIDDEN_TESTS
        return misspelt[1].lower() in ("begin", "start"), kind
    return None
