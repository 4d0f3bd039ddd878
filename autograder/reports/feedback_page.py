"""Make the HTML page of a student's notebook, for feedback or formgrader, in which none of the student's code runs.

nbgrader's templates copy the HTML in a student's text cells and outputs unchanged. So this module first reduces the
outputs to pictures and text, cleans all HTML with `page_cleaner`, and shows text that would take long to render as it
was written. A content security policy protects the page if something was overlooked.
"""

import contextlib
import re
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any
from urllib.parse import unquote

import nbformat
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters import HTMLExporter
from nbconvert.filters import Highlight2HTML, strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.notebook import page_cleaner
from autograder.notebook.cell_record import CellRecord, record_of
from autograder.notebook.page_cleaner import (
    RENDERED,
    SECONDS,
    SHOWN_PICTURES,
    TEXTS,
    Output,
    clean,
    picture,
    sizes,
    text_of,
)
from autograder.notebook.pictures import pictures
from autograder.text import html as escape

RENDERED_TOTAL = 300_000  # characters rendered per page
PAGE_SECONDS = 60  # for one page, which is skipped if it takes longer
SHOWN = 200_000  # characters of one cell or output
# limits per page; nbconvert parses the finished page, which takes 30 us for a span and 3 us for an escaped character
TEXT_TOTAL = 1_000_000  # characters of the cells, and the same number for the outputs
PICTURES_TOTAL = 20_000_000  # characters of base64
TAGS_TOTAL = 200_000
COLOURS_TOTAL = 20_000  # escape sequences
MAX_OUTPUTS = 1_000
GRADE_ID = re.compile(r"[A-Za-z0-9_.-]{1,200}")
IMG = re.compile(
    rf"""(?P<before><img\s[^<>]{{0,1000}}?\bsrc\s*=\s*["'])(?P<url>{page_cleaner.ATTACHED.pattern})(?P<after>["'][^<>]{{0,1000}}>)""",
    re.IGNORECASE,
)
# a picture of a type that is not shown, whose base64 would only make the page long
OTHER_PICTURE = re.compile(r"(data:image/(?!(?:png|jpeg|gif);)[\w.+-]{1,50};base64,)[A-Za-z0-9+/]{100,}+={0,2}")

MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.7/"
POLICY = (
    f"default-src 'none'; script-src {MATHJAX} 'unsafe-eval'; font-src {MATHJAX}; img-src data:; "
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
HEAD = f"""<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="{POLICY}"/>
<meta name="referrer" content="no-referrer"/>
<style>
/* a student's part of the page cannot lay itself over another */
.rendered_html, .output_subarea, .input_area {{ contain: paint; }}
</style>
"""
# "Safe" keeps TeX from making links that run code, and from setting styles
SCRIPT = rf'<script\1 defer src="{MATHJAX}MathJax.js?config=TeX-AMS_CHTML-full,Safe"></script>'


class TookTooLong(Exception):
    """A page was not made within PAGE_SECONDS."""


class StudentPage(HTMLExporter):
    """nbconvert's HTML exporter, which reduces a student's markup to what is harmless.

    Attributes
    ----------
    head
        The tag that begins the page's head, and the text to insert after it.
    """

    head = "<head>"

    def default_filters(self) -> Iterator[tuple[str, Callable[..., Any]]]:
        yield from super().default_filters()
        yield "markdown2html", self.markdown2html
        yield "clean_html", self.clean_html  # nbconvert's own filter removes even paragraphs
        # nbconvert's own filter, for links in old notebooks, takes quadratic time
        yield "strip_files_prefix", lambda text: text

    def from_notebook_node(  # type: ignore[override]  # nbconvert declares a notebook, and returns a str
        self, nb: nbformat.NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        with _at_most(PAGE_SECONDS):
            return self._made(nb, resources, **kw)

    def _made(
        self, nb: nbformat.NotebookNode, resources: dict[str, Any] | None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        self._left, self._seconds, self._tags = RENDERED_TOTAL, float(SECONDS), TAGS_TOTAL
        self._room = room = _Room()
        highlight = Highlight2HTML(parent=self)
        self.filters["highlight_code"] = lambda code, **kw: self._rendered(lambda text: highlight(text, **kw), code)
        html, resources = super().from_notebook_node(_harmless(nb, room), resources, **kw)
        html = re.sub(r'<script([^>]*) src="[^"]*[Mm]ath[Jj]ax[^"]*">\s*</script>', SCRIPT, html, count=1)
        return room.with_pasted(html.replace("<head>", self.head, 1)), resources

    @pass_context
    def markdown2html(self, context: Context, source: str) -> str:
        attachments = context.get("cell", {}).get("attachments", {})

        def render(text: str) -> str:
            renderer = _Answer(escape=False, attachments=attachments)
            return clean(MarkdownWithMath(renderer=renderer).render(text))

        return self._rendered(render, source)

    def clean_html(self, html: str) -> str:
        return self._rendered(clean, html)

    def _rendered(self, render: Callable[[str], str], text: object) -> str:
        """`render(text)`; the text as it was written if it is too long or rendering fails."""
        text = str(text)
        if len(text) > min(RENDERED, self._left) or self._seconds < 0 or self._tags < 0:
            return verbatim(self._room.without_pictures(text))
        self._left -= len(text)
        start = time.process_time()
        try:
            html = render(text)
            self._tags -= html.count("<")
            return html if self._tags >= 0 else verbatim(self._room.without_pictures(text))
        except TookTooLong:
            raise
        except Exception:  # such as for deeply nested brackets: the rest of the page must still be made
            return verbatim(self._room.without_pictures(text))
        finally:
            self._seconds -= time.process_time() - start


class _Answer(IPythonRenderer):
    """Renders Markdown with the pictures attached to its cell, and a note for each picture that cannot be shown."""

    def image(self, text: str, url: str, title: str | None = None) -> str:
        if url.startswith(("attachment:", "data:")):
            if not (source := self._source(url)):
                return _missing(url)
            url = source
        return super().image(text, url, title)

    def block_html(self, html: str) -> str:
        return super().block_html(self._with_pictures(html))

    def inline_html(self, html: str) -> str:
        return super().inline_html(self._with_pictures(html))

    def _with_pictures(self, html: str) -> str:
        return IMG.sub(self._img, html)

    def _img(self, tag: re.Match[str]) -> str:
        source = self._source(tag["url"])
        return f"{tag['before']}{source}{tag['after']}" if source else _missing(tag["url"])

    def _source(self, url: str) -> str | None:
        """The data address that contains the picture; None if there is no such picture."""
        if page_cleaner.PICTURE.fullmatch(url):
            return url
        if not url.startswith("attachment:"):
            return None
        name = unquote(url.removeprefix("attachment:"))
        kinds = next((kinds for given, kinds in self.attachments.items() if name in (given, unquote(given))), {})
        return next((f"data:{kind};base64,{data}" for kind, data in kinds.items()), None)


def _missing(url: str) -> str:
    name = unquote(url.removeprefix("attachment:")) if url.startswith("attachment:") else url.split(",")[0]
    return f"<em>[a picture that cannot be shown: {escape(name[:100])}]</em>"


class FeedbackPage(StudentPage):
    """A page that a student gets as a file, with the content security policy in the page itself."""

    head = HEAD


@contextlib.contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raise TookTooLong in the block after `seconds`. Only works in the main thread, which receives the signal."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def give_up(*_: object) -> None:
        raise TookTooLong(f"the page was not made within {seconds:g} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)  # again each second, in case something catches the first
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def verbatim(text: str) -> str:
    """The HTML that shows the text as it was written."""
    return f"<pre>{escape(_cut(text))}</pre>"


def _harmless(nb: nbformat.NotebookNode, room: "_Room") -> nbformat.NotebookNode:
    """The notebook with only texts, records, and outputs of the types that are shown."""
    cells = []
    for cell in nb.cells:
        record = record_of(cell)
        in_test = record is not None and record.is_test
        metadata = {"nbgrader": _in_templates(record)} if record and GRADE_ID.fullmatch(record.grade_id) else {}
        source = room.paste_inline(cell.source) if cell.cell_type == "markdown" else cell.source
        made = {"cell_type": cell.cell_type, "source": room.source(source), "metadata": metadata}
        if cell.cell_type == "code":
            count = cell.get("execution_count")
            made["execution_count"] = count if type(count) is int else None
            made["outputs"] = list(filter(None, (_output(output, room, in_test) for output in cell.outputs)))
        elif cell.cell_type == "markdown":
            made["attachments"] = room.paste(pictures(cell.get("attachments")))
        else:
            continue
        cells.append(made)
    return nbformat.from_dict({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells})


def _in_templates(record: CellRecord) -> dict[str, object]:
    """The record of a cell in the form that nbgrader's templates write into the page."""
    return {key: value for key, value in asdict(record).items() if value not in (None, "") and key != "checksum"}


class _Room:
    """The room that is left on a page, and the pictures to paste into it."""

    def __init__(self) -> None:
        self.left = {"text": TEXT_TOTAL, "source": TEXT_TOTAL, "pictures": PICTURES_TOTAL, "colours": COLOURS_TOTAL}
        self.outputs = MAX_OUTPUTS
        self.pasted: list[str] = []
        self.mark = secrets.token_hex(16)  # valid as base64, and impossible to guess

    def take(self, what: str, amount: int) -> bool:
        if fits := amount <= self.left[what]:
            self.left[what] -= amount
        return fits

    def source(self, text: str) -> str:
        text = _cut(text)
        return text if self.take("source", len(text)) else "[not shown: the cells of this page are too long]"

    def paste(self, attachments: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        """The attachments with a mark for each picture: a short text can show a large picture many times."""
        return {name: {kind: self._marked(it) for kind, it in given.items()} for name, given in attachments.items()}

    def paste_inline(self, markdown: str) -> str:
        """The text with a mark instead of the base64 of each picture, because Colab writes pictures into the text."""
        markdown = OTHER_PICTURE.sub(r"\1...", markdown)
        return page_cleaner.INLINE.sub(lambda found: found[1] + self._marked(found[2]), markdown)

    def without_pictures(self, text: str) -> str:
        """The text with dots in place of its pictures' base64, for pages that show Markdown as it was written."""
        return re.sub(self.mark + "[0-9]{8}", "...", text)

    def _marked(self, picture: str) -> str:
        self.pasted.append(picture)
        return f"{self.mark}{len(self.pasted) - 1:08}"

    def with_pasted(self, html: str) -> str:
        """The page with each mark replaced by its picture."""

        def picture(found: re.Match[str]) -> str:
            data = self.pasted[int(found[1])]
            return data if self.take("pictures", len(data)) else ""

        return re.sub(self.mark + "([0-9]{8})", picture, html)


def _output(output: Output, room: _Room, in_test: bool) -> Output | None:
    room.outputs -= 1
    if room.outputs <= 0:
        return _stream("[the outputs from here on are not shown]") if room.outputs == 0 else None
    kind = output.get("output_type")
    if kind == "stream":
        return _stream(_plain(output.get("text"), room), "stderr" if output.get("name") == "stderr" else "stdout")
    if kind == "error":
        lines = output.get("traceback")
        text = "\n".join(map(str, lines)) if isinstance(lines, list) else ""
        return {"output_type": "error", "ename": "", "evalue": "", "traceback": [_plain(text, room)]}
    data = output.get("data")
    if not isinstance(data, dict):
        return None
    shown = _shown(data, room, TEXTS[-1:] if in_test else TEXTS)
    if data and not shown:
        kinds = ", ".join(map(str, data))
        return _stream(f"[an output that is not shown here: {kinds:.200}]")
    return {"output_type": "display_data", "data": shown, "metadata": sizes(shown, output.get("metadata"))}


def _stream(text: str, name: str = "stdout") -> Output:
    return {"output_type": "stream", "name": name, "text": text}


def _plain(given: object, room: _Room) -> str:
    text = _cut(text_of(given))
    # turning colours into HTML takes quadratic time
    if len(text) > RENDERED or not room.take("colours", text.count("\x1b")):
        text = strip_ansi(text)
    return text if room.take("text", len(text)) else "[not shown: the outputs of this page are too long]"


def _shown(data: Output, room: _Room, texts: tuple[str, ...]) -> dict[str, str]:
    """The pictures of an output, and its texts of these MIME types."""
    shown: dict[str, str] = {}
    for kind in SHOWN_PICTURES:
        if (found := picture(data.get(kind))) and room.take("pictures", len(found)):
            shown[kind] = found
    for kind in texts:
        text = text_of(data.get(kind))
        if kind == "text/plain" and kind in data:
            shown[kind] = _plain(text, room)
        elif text and len(text) <= SHOWN and room.take("text", len(text)):
            shown[kind] = text
    return shown


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else text[:SHOWN] + "\n[cut here: the notebook has the rest]"
