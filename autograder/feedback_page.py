"""The HTML of a feedback page, in which nothing that a student wrote can run.

A student's text cells and outputs are HTML that nbgrader's template passes on as it is. Here the notebook is first
reduced to kinds of outputs that are pictures and text, all HTML goes through an allow-list of tags and attributes, and
what would take long to render is shown as it was written. A content security policy is there in case something was
overlooked.
"""

import contextlib
import re
import secrets
import signal
import threading
import time

import bleach
import nbformat
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.filters import Highlight2HTML

from autograder.sanitize import BASE64, pictures
from autograder.text import html as escape

TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "div", "dl", "dt", "em", "hr", "i"),
    *("img", "kbd", "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "sup", "u", "ul"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
ATTRIBUTES = {"abbr", "align", "alt", "colspan", "height", "rowspan", "start", "title", "width"}
CLASS = re.compile(r"highlight|hl-ipython3|dataframe|anchor-link|[a-z][a-z0-9]{0,2}")  # short ones: colours of code
LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/]*={0,2}")

TEXTS = ("text/html", "text/markdown", "text/latex", "image/svg+xml", "text/plain")
PICTURES = ("image/png", "image/jpeg")
RENDERED = 20_000  # characters of Markdown, HTML or code rendered at a time: some parsers take quadratic time
RENDERED_TOTAL = 300_000  # of one page
SECONDS = 10  # of the processor, for rendering one page; a page with nothing strange in it takes about one
PAGE_SECONDS = 60  # for all of a page; then it is given up
SHOWN = 200_000  # characters of one cell or output
# of one page; nbconvert parses the finished page, which takes 30 us for a span and 3 us for an escaped character
TEXT_TOTAL = 1_000_000  # characters of the cells, and as many of the outputs
PICTURES_TOTAL = 20_000_000  # characters of base64
TAGS_TOTAL = 200_000
COLOURS_TOTAL = 20_000  # escape sequences
MAX_OUTPUTS = 1_000
ESCAPE = re.compile(r"\x1b\[.*?[@-~]")

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
# "Safe" keeps TeX from making links that run, and from styles
SCRIPT = f'<script defer src="{MATHJAX}MathJax.js?config=TeX-AMS_CHTML-full,Safe"></script>'


class TookTooLong(Exception):
    """A page was not made within PAGE_SECONDS."""


class FeedbackPage(HTMLExporter):
    """nbconvert's HTML exporter, with a student's markup reduced to what is harmless."""

    def default_filters(self):
        yield from super().default_filters()
        yield "markdown2html", self.markdown2html
        yield "clean_html", self.clean_html  # nbconvert's own does not even let a paragraph pass
        # for links of notebooks of old; nbconvert's own takes quadratic time
        yield "strip_files_prefix", lambda text: text

    def from_notebook_node(self, nb, resources=None, **kw):
        with _at_most(PAGE_SECONDS):
            return self._made(nb, resources, **kw)

    def _made(self, nb, resources, **kw):
        self._left, self._seconds, self._tags = RENDERED_TOTAL, SECONDS, TAGS_TOTAL
        room = _Room()
        highlight = Highlight2HTML(parent=self)
        self.filters["highlight_code"] = lambda code, **kw: self._rendered(lambda text: highlight(text, **kw), code)
        html, resources = super().from_notebook_node(_harmless(nb, room), resources, **kw)
        html = re.sub(r'<script src="[^"]*[Mm]ath[Jj]ax[^"]*">\s*</script>', SCRIPT, html, count=1)
        return room.with_pasted(html.replace("<head>", HEAD, 1)), resources

    @pass_context
    def markdown2html(self, context, source):
        return self._rendered(lambda text: clean(HTMLExporter.markdown2html(self, context, text)), source)

    def clean_html(self, html):
        return self._rendered(clean, html)

    def _rendered(self, render, text) -> str:
        """`render(text)`, or the text as it was written where that is long or fails."""
        text = str(text)
        if len(text) > min(RENDERED, self._left) or self._seconds < 0 or self._tags < 0:
            return verbatim(text)
        self._left -= len(text)
        start = time.process_time()
        try:
            html = render(text)
            self._tags -= html.count("<")
            return html if self._tags >= 0 else verbatim(text)
        except TookTooLong:
            raise
        except Exception:  # a picture that is missing, brackets nested without end: the rest of the page is to be made
            return verbatim(text)
        finally:
            self._seconds -= time.process_time() - start


@contextlib.contextmanager
def _at_most(seconds: float):
    """Raise TookTooLong in the block when the time is over; only a main thread can be told so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def give_up(*_):
        raise TookTooLong(f"the page was not made within {seconds:g} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)  # again each second, should something catch the first
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def clean(html: str | bytes) -> str:
    """The HTML without scripts, styles, handlers, frames, forms and foreign images; they show as text."""
    text = html.decode(errors="replace") if isinstance(html, bytes) else str(html)
    return bleach.clean(text, tags=TAGS, attributes=_allowed, protocols={"http", "https", "mailto", "data"})


def verbatim(text: str) -> str:
    """Text as it was written."""
    return f"<pre>{escape(_cut(text))}</pre>"


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "src":  # only what the page itself holds: an image elsewhere would tell who looks at it, and when
        return tag == "img" and PICTURE.fullmatch(value) is not None
    if name == "href":
        return tag == "a" and LINK.match(value) is not None
    if name == "class":
        return all(map(CLASS.fullmatch, value.split()))
    return name in ATTRIBUTES


def _harmless(nb, room: "_Room") -> nbformat.NotebookNode:
    """The notebook with nothing but texts, records, and outputs of kinds that are shown."""
    cells = []
    for cell in nb.cells:
        record = {"nbgrader": cell.metadata.nbgrader} if "nbgrader" in cell.metadata else {}
        made = {"cell_type": cell.cell_type, "source": room.source(cell.source), "metadata": record}
        if cell.cell_type == "code":
            count = cell.get("execution_count")
            made["execution_count"] = count if type(count) is int else None
            made["outputs"] = list(filter(None, (_output(output, room) for output in cell.outputs)))
        elif cell.cell_type == "markdown":
            made["attachments"] = room.paste(pictures(cell.get("attachments")))
        else:
            continue
        cells.append(made)
    return nbformat.from_dict({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells})


class _Room:
    """What a page still has room for, and the pictures that it is to hold."""

    def __init__(self):
        self.left = {"text": TEXT_TOTAL, "source": TEXT_TOTAL, "pictures": PICTURES_TOTAL, "colours": COLOURS_TOTAL}
        self.outputs = MAX_OUTPUTS
        self.pasted: list[str] = []
        self.mark = secrets.token_hex(16)  # base64 as well, and nobody can know it beforehand

    def take(self, what: str, amount: int) -> bool:
        if fits := amount <= self.left[what]:
            self.left[what] -= amount
        return fits

    def source(self, text: str) -> str:
        text = _cut(text)
        return text if self.take("source", len(text)) else "[not shown: the cells of this page are too long]"

    def paste(self, attachments: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        """The attachments with a mark for each picture: a short text can ask for a large picture many times."""
        return {name: {kind: self._marked(it) for kind, it in given.items()} for name, given in attachments.items()}

    def _marked(self, picture: str) -> str:
        self.pasted.append(picture)
        return f"{self.mark}{len(self.pasted) - 1:08}"

    def with_pasted(self, html: str) -> str:
        """The page with the pictures in the place of their marks."""

        def picture(found: re.Match) -> str:
            data = self.pasted[int(found[1])]
            return data if self.take("pictures", len(data)) else ""

        return re.sub(self.mark + "([0-9]{8})", picture, html)


def _output(output, room: _Room) -> dict | None:
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
    shown, sizes = _shown(data, output.get("metadata"), room)
    if data and not shown:
        kinds = ", ".join(map(str, data))
        return _stream(f"[an output that is not shown here: {kinds:.200}]")
    return {"output_type": "display_data", "data": shown, "metadata": sizes}


def _stream(text: str, name: str = "stdout") -> dict:
    return {"output_type": "stream", "name": name, "text": text}


def _plain(text, room: _Room) -> str:
    text = _cut(_joined(text))
    # turning colours into HTML takes quadratic time
    if len(text) > RENDERED or not room.take("colours", text.count("\x1b")):
        text = ESCAPE.sub("", text)
    return text if room.take("text", len(text)) else "[not shown: the outputs of this page are too long]"


def _shown(data: dict, metadata, room: _Room) -> tuple[dict, dict]:
    """The pictures and texts of an output, and the sizes of its pictures."""
    shown, sizes = {}, {}
    for kind in PICTURES:
        picture = "".join(_joined(data.get(kind)).split())
        if picture and BASE64.fullmatch(picture) and room.take("pictures", len(picture)):
            shown[kind] = picture
            given = metadata.get(kind) if isinstance(metadata, dict) else None
            given = given if isinstance(given, dict) else {}
            # the template writes them into the tag without quotes
            sizes[kind] = {side: given[side] for side in ("width", "height") if type(given.get(side)) is int}
    for kind in TEXTS:
        text = _joined(data.get(kind))
        if kind == "text/plain" and kind in data:
            shown[kind] = _plain(text, room)
        elif text and len(text) <= SHOWN and room.take("text", len(text)):
            shown[kind] = text
    return shown, sizes


def _joined(text) -> str:
    return "".join(map(str, text)) if isinstance(text, list) else str(text or "")


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else text[:SHOWN] + "\n[cut here: the notebook has the rest]"
