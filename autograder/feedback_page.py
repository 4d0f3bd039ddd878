"""The HTML of a feedback page, in which nothing that a student wrote can run.

A student's text cells and rich outputs are HTML that nbgrader's template passes on as it is. Here all of it
goes through an allow-list of tags and attributes.
"""

import bleach
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter

TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "div", "dl", "dt", "em", "hr", "i"),
    *("img", "kbd", "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "sup", "u", "ul"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
ATTRIBUTES = {"abbr", "align", "alt", "class", "colspan", "height", "href", "rowspan", "src", "start", "title", "width"}


class FeedbackPage(HTMLExporter):
    """nbconvert's HTML exporter, with a student's markup reduced to what is harmless."""

    def default_filters(self):
        yield from super().default_filters()
        yield "markdown2html", self.markdown2html
        yield "clean_html", clean  # nbconvert's own does not even let a paragraph pass

    @pass_context
    def markdown2html(self, context, source):
        return clean(super().markdown2html(context, source))


def clean(html: str | bytes) -> str:
    """The HTML without scripts, styles, handlers, frames, forms and foreign images; they show as text."""
    text = html.decode(errors="replace") if isinstance(html, bytes) else str(html)
    return bleach.clean(text, tags=TAGS, attributes=_allowed, protocols={"http", "https", "mailto", "data"})


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "src":  # only what the page itself holds: an image elsewhere would tell who looks at it, and when
        return tag == "img" and value.startswith(("data:image/png", "data:image/jpeg", "data:image/gif"))
    if name == "href":
        return tag == "a" and not value.strip().lower().startswith("data:")
    return name in ATTRIBUTES
