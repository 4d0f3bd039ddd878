"""The output of a student's code while a test runs: it is kept as text, and every line is marked as the student's.

Readers look for the verdict in a test cell. Output of the student's functions there, such as "Score: 4 / 4", or HTML or
a picture, could be mistaken for it. So only text is kept, and each line begins with STUDENTS_PREFIX. No printed
character can hide the prefix or start a line without it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from autograder.notebook.job import Output

STUDENTS_PREFIX = "student's code \N{BOX DRAWINGS LIGHT VERTICAL} "
WIDTH = 90  # columns of a line; longer ones are split, because a web page would wrap them without a prefix
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])?")


def marked(text: str) -> str:
    """Return the text with STUDENTS_PREFIX before each line, without colours and control characters."""
    lines = _ESCAPE.sub("", text).expandtabs(4).splitlines()
    parts = (part for line in lines for part in _wrapped("".join(filter(_is_shown, line))))
    return "".join(f"{STUDENTS_PREFIX}{part}\n" for part in parts)


def marked_outputs(outputs: Iterable[Output], limit: int) -> list[Output]:
    """Join outputs of student code into one of at most `limit` characters and a line; [] if there is no text."""
    lines, left = [], limit
    for line in marked("".join(map(_as_text, outputs))).splitlines(keepends=True):
        left -= len(line)
        if left < 0:
            lines.append(f"{STUDENTS_PREFIX}[cut here]\n")
            break
        lines.append(line)
    return [{"output_type": "stream", "name": "stdout", "text": "".join(lines)}] if lines else []


def _as_text(output: Output) -> str:
    if output["output_type"] == "stream":
        return str(output["text"])
    data = output["data"]
    kinds = ", ".join(sorted(str(kind) for kind in data if kind != "text/plain"))
    shown = str(data.get("text/plain", "")) or "an output"
    return f"{shown}{f' [not shown in a test: {kinds:.200}]' if kinds else ''}\n"


def _is_shown(character: str) -> bool:
    """Whether a character is neither a control character nor one that changes the direction of writing."""
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _wrapped(line: str) -> Iterator[str]:
    start = width = 0
    for i, character in enumerate(line):
        columns = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if width + columns > WIDTH:
            yield line[start:i]
            start, width = i, 0
        width += columns
    yield line[start:]
