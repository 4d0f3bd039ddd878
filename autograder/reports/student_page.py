"""Make the HTML page of a student's notebook for formgrader with nbconvert's templates; none of its code runs there."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import nbformat
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters import HTMLExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import MarkdownWithMath

from autograder.notebook.page_cleaner import clean
from autograder.reports.harmless import PAGE_SECONDS, MarkdownRenderer, Room, at_most, harmless

MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.7/"
# "Safe" keeps TeX from making links that run code, and from setting styles
SCRIPT = rf'<script\1 defer src="{MATHJAX}MathJax.js?config=TeX-AMS_CHTML-full,Safe"></script>'


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
        with at_most(PAGE_SECONDS):
            return self._made(nb, resources, **kw)

    def _made(
        self, nb: nbformat.NotebookNode, resources: dict[str, Any] | None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        self._room = room = Room()
        highlight = Highlight2HTML(parent=self)
        self.filters["highlight_code"] = lambda code, **kw: self._room.rendered(
            lambda text: highlight(text, **kw), code
        )
        html, resources = super().from_notebook_node(harmless(nb, room), resources, **kw)
        html = re.sub(r'<script([^>]*) src="[^"]*[Mm]ath[Jj]ax[^"]*">\s*</script>', SCRIPT, html, count=1)
        return room.with_pasted(html.replace("<head>", self.head, 1)), resources

    @pass_context
    def markdown2html(self, context: Context, source: str) -> str:
        attachments = context.get("cell", {}).get("attachments", {})

        def render(text: str) -> str:
            renderer = MarkdownRenderer(escape=False, attachments=attachments)
            return clean(MarkdownWithMath(renderer=renderer).render(text))

        return self._room.rendered(render, source)

    def clean_html(self, html: str) -> str:
        return self._room.rendered(clean, html)
