"""Reduce a graded notebook to what a page may show: harmless texts and pictures, bounded in size and in time.

nbgrader's templates and browsers would run the HTML in a student's text cells and outputs. So outputs are reduced to
pictures and text, all HTML is cleaned with `page_cleaner`, and text that would take long to render is shown as it was
written. `Room` holds the limits of one page.
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
from nbconvert.filters import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer

from autograder.notebook import page_cleaner
from autograder.notebook.cell_record import Cell, CellRecord, record_of
from autograder.notebook.page_cleaner import RENDERED, SECONDS, SHOWN_PICTURES, TEXTS, Output, picture, sizes, text_of
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


class TookTooLong(Exception):
    """A page was not made within PAGE_SECONDS."""


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
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


class Room:
    """What one page may still hold and how long it may still be rendered, and the pictures to paste into it."""

    def __init__(self) -> None:
        self.left = {"text": TEXT_TOTAL, "source": TEXT_TOTAL, "pictures": PICTURES_TOTAL, "colours": COLOURS_TOTAL}
        self.outputs = MAX_OUTPUTS
        self.pasted: list[str] = []
        self.mark = secrets.token_hex(16)  # valid as base64, and impossible to guess
        self._left, self._seconds, self._tags = RENDERED_TOTAL, float(SECONDS), TAGS_TOTAL

    def take(self, what: str, amount: int) -> bool:
        if fits := amount <= self.left[what]:
            self.left[what] -= amount
        return fits

    def rendered(self, render: Callable[[str], str], text: object) -> str:
        """`render(text)`; the text as it was written if it is too long or rendering fails."""
        text = str(text)
        if len(text) > min(RENDERED, self._left) or self._seconds < 0 or self._tags < 0:
            return verbatim(self.without_pictures(text))
        self._left -= len(text)
        start = time.process_time()
        try:
            html = render(text)
            self._tags -= html.count("<")
            return html if self._tags >= 0 else verbatim(self.without_pictures(text))
        except TookTooLong:
            raise
        except Exception:  # such as for deeply nested brackets: the rest of the page must still be made
            return verbatim(self.without_pictures(text))
        finally:
            self._seconds -= time.process_time() - start

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


def verbatim(text: str) -> str:
    """The HTML that shows the text as it was written."""
    return f"<pre>{escape(_cut(text))}</pre>"


def harmless(nb: nbformat.NotebookNode, room: Room) -> nbformat.NotebookNode:
    """The notebook with only texts, records, and outputs of the types that are shown."""
    cells = list(filter(None, (harmless_cell(cell, room) for cell in nb.cells)))
    return nbformat.from_dict({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells})


def harmless_cell(cell: Cell, room: Room) -> dict[str, Any] | None:
    """One cell of such a notebook; None if it is neither code nor Markdown."""
    if cell["cell_type"] not in ("code", "markdown"):
        return None
    record = record_of(cell)
    metadata = {"nbgrader": _in_templates(record)} if record and GRADE_ID.fullmatch(record.grade_id) else {}
    source = room.paste_inline(cell["source"]) if cell["cell_type"] == "markdown" else cell["source"]
    made = {"cell_type": cell["cell_type"], "source": room.source(source), "metadata": metadata}
    if cell["cell_type"] == "code":
        in_test = record is not None and record.is_test
        count = cell.get("execution_count")
        made["execution_count"] = count if type(count) is int else None
        made["outputs"] = list(filter(None, (_output(output, room, in_test) for output in cell["outputs"])))
    else:
        made["attachments"] = room.paste(pictures(cell.get("attachments")))
    return made


def _in_templates(record: CellRecord) -> dict[str, object]:
    """The record of a cell in the form that nbgrader's templates write into the page."""
    return {key: value for key, value in asdict(record).items() if value not in (None, "") and key != "checksum"}


class MarkdownRenderer(IPythonRenderer):
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


def _output(output: Output, room: Room, in_test: bool) -> Output | None:
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


def _plain(given: object, room: Room) -> str:
    text = _cut(text_of(given))
    # turning colours into HTML takes quadratic time
    if len(text) > RENDERED or not room.take("colours", text.count("\x1b")):
        text = strip_ansi(text)
    return text if room.take("text", len(text)) else "[not shown: the outputs of this page are too long]"


def _shown(data: Output, room: Room, texts: tuple[str, ...]) -> dict[str, str]:
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
