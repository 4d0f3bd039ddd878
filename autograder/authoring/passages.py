"""Normalise code and prose into lines that are equal even after they are moved, rewrapped or respaced.

A line of code becomes one logical line of Python without comments and white space. A line of prose or of a comment
becomes its text without white space, quote marks and bullets.
"""

import ast
import functools
import io
import re
import tokenize
from dataclasses import dataclass

_PREFIX = re.compile(r"^[\s#>*+|-]+")
_SKIPPED = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING,
    tokenize.ENDMARKER,
}  # fmt: skip
_WITHOUT_SPACE = {tokenize.NAME, tokenize.OP, tokenize.NUMBER}


@dataclass(frozen=True)
class Line:
    text: str  # normalised
    number: int  # the line number in the original text, counted from 1
    prose: bool = False  # prose or a comment, not code


def code_lines(source: str) -> list[Line]:
    """The logical lines of Python code; the physical lines if the code does not tokenize."""
    return list(_code_lines(source))


@functools.lru_cache(maxsize=4096)  # releases of several assignments hold the same files
def _code_lines(source: str) -> tuple[Line, ...]:
    lines: list[Line] = []
    parts: list[str] = []
    number = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type not in _SKIPPED:
                number = number if parts else token.start[0]
                parts.append(token.string if token.type in _WITHOUT_SPACE else _squeeze(token.string))
            elif token.type == tokenize.NEWLINE and parts:
                lines.append(Line("".join(parts), number))
                parts = []
    except (tokenize.TokenError, SyntaxError):  # IPython magics or incomplete code
        plain = (Line(_squeeze(line.split(" # ")[0]), n) for n, line in enumerate(source.split("\n"), start=1))
        return tuple(line for line in plain if line.text and not line.text.startswith("#"))
    return tuple(lines)


def comment_lines(source: str) -> list[Line]:
    """The comments of Python code, as prose."""
    found = []
    for number, line in enumerate(source.split("\n"), start=1):
        comment = re.search(r"(?:^|\s)#+\s*(.*)$", line)
        if comment and comment[1]:
            found.append(Line(_squeeze(comment[1]), number, prose=True) if is_sentence(comment[1]) else None)
    return [line for line in found if line]


def prose_lines(text: str) -> list[Line]:
    """The lines of a text that pass `is_sentence`."""
    return [
        Line(squeeze_text(line), number, prose=True)
        for number, line in enumerate(text.split("\n"), start=1)
        if is_sentence(line)
    ]


def is_sentence(text: str) -> bool:
    """Whether a text has five words of three or more letters, so that it is unlikely to occur twice by chance."""
    return len(re.findall(r"[^\W\d_]{3,}", text)) >= 5


def function_bodies(source: str) -> list[list[Line]]:
    """The statements in each function or method of a module, without docstrings and nested headers."""
    tree = ast.parse(source)
    numbered = code_lines(source)
    docstrings: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
            if ast.get_docstring(node, clean=False) is not None:
                docstrings.add(node.body[0].lineno)
    bodies = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            start, end = node.body[0].lineno, node.end_lineno or 0
            bodies.append([line for line in numbered if start <= line.number <= end and line.number not in docstrings])
    return bodies


def squeeze_text(text: str) -> str:
    """A whole text without white space, quote marks and comment signs at the starts of its lines."""
    return "".join(_squeeze(_PREFIX.sub("", line)) for line in text.split("\n"))


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)
