"""Render the cells of a graded notebook as HTML for a feedback page: text with its mathematics, code, outputs.

nbconvert's templates take a second for a page. Here each part is rendered by itself, and the parts that are the same
for the whole class only once. Everything that a student wrote passes through `harmless` and `page_cleaner`.
"""

import base64
import re
import secrets
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from nbconvert.filters import ansi2html
from nbconvert.filters.markdown_mistune import MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.notebook.page_cleaner import RENDERED, Output, clean, text_of
from autograder.reports.harmless import MarkdownRenderer, Room
from autograder.reports.mathml import mathml
from autograder.text import html, in_order

Attachments = dict[str, dict[str, str]]
_LEXER, _FORMATTER = PythonLexer(stripnl=False, ensurenl=False), HtmlFormatter(nowrap=True)
_TAG = r"""<[^"<>]*(?:"[^"]*"[^"<>]*)*>"""  # as nh3 writes it
_HEADING = re.compile(r"<(/?)h([1-6])\b")
_IMG = re.compile(r"<img(?![^<>]*\salt=)")
_PRE = re.compile(r"<pre(?=[ >])")
_PARAGRAPH = re.compile(r"<p>((?:(?!</?p>).)*)</p>", re.DOTALL)
_STYLE = re.compile(r' style="[^"]*"')


class Rendered:
    """Renders the parts of one page, within the limits of the page's `room`."""

    def __init__(self, room: Room) -> None:
        self.room = room

    def code(self, source: str) -> Markup:
        return _block(self.room.rendered(_highlighted, source), "code")

    def markdown(self, source: str, attachments: Attachments | None = None, kind: str = "text") -> Markup:
        return _scrolling(self.room.rendered(lambda text: _markdown(text, attachments or {}), source), kind)

    def outputs(self, outputs: Sequence[Output], what: str) -> Markup:
        """The outputs of a cell, one below the other; `what` names them for people who do not see the pictures."""
        return Markup("").join(self._output(output, what) for output in outputs)

    def _output(self, output: Output, what: str) -> Markup:
        if output["output_type"] == "stream":
            return self._terminal(output["text"])
        if output["output_type"] == "error":
            return self._terminal("\n".join(output["traceback"]), "output error")
        data: dict[str, Any] = output["data"]
        if "text/html" in data:
            return _scrolling(self.room.rendered(_cleaned, data["text/html"]), "shown")
        if "text/markdown" in data:
            return self.markdown(data["text/markdown"], kind="shown")
        alt = html(f"Picture: {what}")
        if "image/svg+xml" in data:
            text = base64.b64encode(data["image/svg+xml"].encode()).decode()
            return Markup(f'<img alt="{alt}" src="data:image/svg+xml;base64,{text}">')
        if "text/latex" in data:
            return self.markdown(data["text/latex"], kind="shown")
        for kind in ("image/png", "image/jpeg"):
            if kind in data:
                sides = output.get("metadata", {}).get(kind, {})
                size = "".join(f' {side}="{int(given)}"' for side, given in sides.items())
                return Markup(f'<img alt="{alt}" src="data:{kind};base64,{data[kind]}"{size}>')
        return self._terminal(text_of(data.get("text/plain")))

    def _terminal(self, text: str, kind: str = "output") -> Markup:
        """Text with the colours of a terminal."""
        return _block(in_order(_STYLE.sub("", ansi2html(text))) if "\x1b" in text else html(text), kind)


@lru_cache(4_000)
def course_markdown(text: str) -> Markup:
    """The course's own text as HTML. It is the same for the whole class, so it is rendered once."""
    return _scrolling(_markdown(text, {}), "text")


@lru_cache(4_000)
def course_line(text: str) -> Markup:
    """A line of a marking scheme as HTML, without a paragraph around it."""
    made = _markdown(in_order(text), {}).strip()
    found = _PARAGRAPH.fullmatch(made)
    return Markup(found[1] if found else made)


@lru_cache(4_000)
def course_code(source: str) -> Markup:
    """The course's own code as HTML."""
    return _block(_highlighted(source) if len(source) <= RENDERED else html(source), "code")


def with_levels(rendered: str, above: int) -> Markup:
    """The HTML with its headings below a heading of level `above`, and with no level left out between two."""
    last = above

    def placed(found: re.Match[str]) -> str:
        nonlocal last
        if not found[1]:
            last = min(above + int(found[2]), last + 1, 6)
        return f"<{found[1]}h{last}"

    return Markup(_HEADING.sub(placed, rendered))


def _block(inside: str, kind: str) -> Markup:
    """A block that scrolls by itself if a line is too long, also for people who use the keyboard."""
    return Markup(f'<pre class="{kind}" tabindex="0">{inside}</pre>')


def _scrolling(inside: str, kind: str) -> Markup:
    """The same for text, in which a table or a block of code can be too wide."""
    focusable = ' tabindex="0"' if "<table" in inside else ""
    return Markup(f'<div class="{kind}"{focusable}>' + _PRE.sub('<pre tabindex="0"', inside) + "</div>")


def _highlighted(source: str) -> str:
    return highlight(in_order(source), _LEXER, _FORMATTER)


def _cleaned(text: str) -> str:
    """HTML without what may not be shown. A picture without a description is one that says nothing."""
    return _IMG.sub('<img alt=""', clean(text))


class _WithMath(MarkdownRenderer):
    """Puts a mark in place of each formula, because nh3 would remove the MathML."""

    def __init__(self, attachments: Attachments) -> None:
        super().__init__(escape=False, attachments=attachments, exclude_anchor_links=True)
        self.mark = secrets.token_hex(8)
        self.formulas: list[tuple[str, str, bool]] = []  # as written, the TeX, and whether it stands by itself

    def inline_math(self, body: str) -> str:
        return self._marked(f"${body}$", body, False)

    def block_math(self, body: str) -> str:
        return self._marked(f"$${body}$$", body, True)

    def latex_environment(self, name: str, body: str) -> str:
        text = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return self._marked(text, text, True)

    def _marked(self, written: str, tex: str, display: bool) -> str:
        self.formulas.append((written, tex, display))
        return f"{self.mark}{len(self.formulas) - 1:08}"

    def with_formulas(self, text: str) -> str:
        """The clean HTML with the formulas; in an attribute, which cannot contain tags, as they were written."""

        def formula(found: re.Match[str]) -> str:
            written, tex, display = self.formulas[int(found[1])]
            made = mathml(tex, display)
            if made is None:
                return f'<code class="tex">{html(written)}</code>'
            return f'<span class="formula" tabindex="0">{made}</span>' if display else made

        def part(found: re.Match[str]) -> str:
            if found[1] is None:
                return re.sub(f"{self.mark}([0-9]{{8}})", lambda one: html(self.formulas[int(one[1])][0]), found[0])
            return formula(found)

        return re.sub(f"{_TAG}|{self.mark}([0-9]{{8}})", part, text)


def _markdown(text: str, attachments: Attachments) -> str:
    renderer = _WithMath(attachments)
    return renderer.with_formulas(_cleaned(MarkdownWithMath(renderer=renderer).render(text)))
