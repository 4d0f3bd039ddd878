"""Find the regions of a cell that students never see: solutions and hidden tests, between their marker lines.

nbgrader finds a marker wherever its words occur in a line, and releases a solution whose marker is misspelt without a
warning. So here a marker is one exact line, and a line that looks like a marker but is not one is an error.
"""

import difflib
import re
from dataclasses import dataclass

SOLUTION, HIDDEN_TESTS = "SOLUTION", "HIDDEN TESTS"
MARKERS = {f"### {edge} {kind}": (edge, kind) for edge in ("BEGIN", "END") for kind in (SOLUTION, HIDDEN_TESTS)}
# words that nbgrader acts on anywhere in a cell, for features that the kit does not use
_FOREIGN = ("BEGIN MARK SCHEME", "END MARK SCHEME", "AUTOTEST")


@dataclass(frozen=True)
class Region:
    """One marked region of a cell; lines are counted from 0 within the cell's source."""

    kind: str  # SOLUTION or HIDDEN_TESTS
    begin: int  # the line of its BEGIN marker
    end: int  # the line of its END marker


class MarkerError(Exception):
    """A marker breaks a rule. `line` is its line in the cell, counted from 0."""

    def __init__(self, line: int, message: str):
        super().__init__(message)
        self.line, self.message = line, message


def find_regions(source: str) -> list[Region]:
    """The regions of a cell's source. Raises MarkerError for a misspelt, nested or unbalanced marker."""
    regions: list[Region] = []
    open_kind, open_line = None, 0
    for number, line in enumerate(source.split("\n")):
        marker = MARKERS.get(line.strip())
        if marker is None:
            _refuse_lookalike(number, line)
            continue
        edge, kind = marker
        if edge == "BEGIN":
            if open_kind is not None:
                raise MarkerError(
                    number, f"BEGIN {kind} is inside an open region; first end that one (### END {open_kind})"
                )
            open_kind, open_line = kind, number
        elif open_kind != kind:
            raise MarkerError(number, f"END {kind} has no beginning; put ### BEGIN {kind} above, or remove this line")
        else:
            regions.append(Region(kind, open_line, number))
            open_kind = None
    if open_kind is not None:
        raise MarkerError(open_line, f"BEGIN {open_kind} has no end in its cell; add ### END {open_kind}")
    return regions


def without_regions(source: str, regions: list[Region], stub: str = "raise NotImplementedError()") -> str:
    """The source as students get it: `stub` replaces the solutions, and the hidden tests are removed."""
    lines = source.split("\n")
    for region in reversed(regions):
        line = lines[region.begin]
        indent = line[: len(line) - len(line.lstrip())]
        replacement = [indent + new for new in stub.split("\n")] if region.kind == SOLUTION else []
        lines[region.begin : region.end + 1] = replacement
    return "\n".join(lines)


def _refuse_lookalike(number: int, line: str) -> None:
    for words in _FOREIGN:
        if words in line:
            raise MarkerError(number, f"nbgrader gives {words} a meaning that the kit does not use; reword this line")
    for marker in MARKERS:
        if marker[4:] in line:
            raise MarkerError(
                number,
                f"nbgrader treats every line with {marker[4:]} as a marker; "
                f"write exactly {marker} for a marker, or reword the line",
            )
    comment = re.fullmatch(r"\s*#+\s*(.*?)\W*", line)
    if comment:
        words = re.sub(r"[\s_-]+", " ", comment[1]).upper()
        meant = difflib.get_close_matches(words, [marker[4:] for marker in MARKERS], n=1, cutoff=0.8)
        if meant and difflib.get_close_matches(words.split()[0], ["BEGIN", "END"], n=1):
            raise MarkerError(
                number, f"{line.strip()!r} looks like a marker but is not one; write it exactly as ### {meant[0]}"
            )
