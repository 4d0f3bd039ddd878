"""Remove what may not be shown of a student's work. The lists of allowed tags, attributes and URLs are only here.

It cleans three things: the notebooks recorded in `autograded/`, the pages of formgrader, and the feedback pages.
"""

import re
import secrets
import time
from collections.abc import Container, Sequence
from html import unescape
from typing import TYPE_CHECKING, Any

import nh3

from autograder.notebook.cell_record import record_of
from autograder.notebook.job import Output
from autograder.notebook.pictures import BASE64, pictures
from autograder.storable import storable
from autograder.text import without_controls

if TYPE_CHECKING:
    from nbformat import NotebookNode

HTML_TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "div", "dl", "dt", "em", "hr", "i"),
    *("img", "kbd", "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "sup", "u", "ul"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
ATTRIBUTES = {"abbr", "align", "alt", "colspan", "height", "rowspan", "start", "title", "width"}
CLASS = re.compile(r"highlight|hl-ipython3|dataframe|anchor-link|[a-z][a-z0-9]{0,2}")  # short classes colour code
SCHEMES = {"http", "https", "mailto", "data"}  # data: is for pictures only, see PICTURE
LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/]*={0,2}")
# a picture inside a text: the base64 is followed by the end of the address
INLINE = re.compile(r"(data:image/(?:png|jpeg|gif);base64,)([A-Za-z0-9+/]{100,}+)(?=={0,2}(?:[)>\"'\s]|\Z))")
ATTACHED = re.compile(r"attachment:[^\x00-\x1f\"'<>&]{1,1000}")  # a picture among the cell's attachments

TEXTS = ("text/html", "text/markdown", "text/latex", "image/svg+xml", "text/plain")
SHOWN_PICTURES = ("image/png", "image/jpeg")
RENDERED = 20_000  # characters of Markdown, HTML or code handled at a time: some parsers take quadratic time
CLEANED_TOTAL = 300_000  # characters of HTML and SVG kept per notebook
GROWTH = 5  # a cleaned text may have GROWTH * RENDERED characters: the parser may repeat tags in each paragraph
SECONDS = 10  # processor time for cleaning one notebook; an ordinary one takes a hundredth of it
OWN_CELL, OWN_TOTAL = 1_000_000, 5_000_000  # characters of a student's own outputs kept per cell, per notebook
MOST_OWN = 100  # outputs per cell
DISPLAYS = ("display_data", "execute_result")
OWN = "[The student's own output, not checked by the grader.]\n"
OWN_OF_OTHER_CODE = f"{OWN[:-2]} The student's copy of this cell had different code.]\n"
MOST_PICTURE = 20_000_000  # characters of base64

# What a drawing may not contain. A page shows it as a picture, where none of this works, but other programs may run it.
_NO_DRAWING = re.compile(
    r"<\s*/?\s*(?:[\w-]+:)?(?:script|foreignobject|iframe|embed|object|handler|listener|animate\w*|set|a)\b|<!ENTITY"
    r"|\bon[a-z]+\s*=|(?:href|src)\s*=\s*(?!\s*[\"'](?:#|data:image/(?:png|jpeg);base64,))|javascript\s*:|@import"
    r"|url\s*\(\s*[\"']?(?!#)",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(?=([!?])|/?([A-Za-z][\w-]*))")
_PLAIN_TAG = re.compile(r"""</?([A-Za-z][A-Za-z0-9]*)((?:\s+[A-Za-z]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*)\s*/?>""")
_ADDRESS = re.compile(r"<(?:https?://|mailto:)[^<>\s]*>", re.IGNORECASE)  # Markdown turns it into a link
_HELD = re.compile(f"<{PICTURE.pattern}>")  # Colab's "[image1]: <data:image/png;base64,...>"
_ATTRIBUTE = re.compile(r"""([A-Za-z]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_GAP = r"[\x00-\x20]*"  # characters that browsers ignore in an address
_RUNNING_LINK = re.compile(f"({_GAP.join('javascript')}|{_GAP.join('vbscript')})(?={_GAP}\\\\?[:&])", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?=(#?\w{1,12};?))")
# any HTML tag, whose name ends at white space, a slash or ">"; and "</", which begins a comment if no name follows
_HTML_TAG = re.compile(r"<(?=/?([A-Za-z][^\t\n\f\r />]{0,11})|/)")
UNSEEN = "\N{ZERO WIDTH SPACE}"  # after a `<`: the text looks the same, but no tag begins


def clean(html: str | bytes) -> str:
    """The HTML without scripts, styles, handlers, frames, forms and foreign images; such tags appear as text.

    nh3 decides what stays: it parses as browsers do, and writes only what the lists above allow. It drops all other
    tags without a trace, but readers need to see an answer such as `<w, x>` or `List<int>`. So the other tags become
    text first; safety does not depend on this step.
    """
    text = storable(html.decode(errors="replace") if isinstance(html, bytes) else str(html))
    made = nh3.clean(
        _with_other_tags_as_text(text),
        tags=HTML_TAGS,
        attributes={"*": ATTRIBUTES | {"class"}, "a": {"href"}, "img": {"src"}},
        attribute_filter=lambda tag, name, value: value if allowed(tag, name, value) else None,
        url_schemes=SCHEMES,
        link_rel=None,
    )
    return without_controls(made)


def _with_other_tags_as_text(html: str) -> str:
    last = html.rfind(">")  # a tag that begins after this never ends

    def escaped(found: re.Match[str]) -> str:
        is_known = found[1] is not None and found[1].lower() in HTML_TAGS
        return "<" if is_known and found.start() < last else "&lt;"

    return _HTML_TAG.sub(escaped, html)


def allowed(tag: str, name: str, value: str) -> bool:
    """Whether a tag of HTML_TAGS may have this attribute with this value."""
    if name == "src":  # only pictures inside the page: an image elsewhere would reveal who looks at it, and when
        return tag == "img" and PICTURE.fullmatch(value) is not None
    if name == "href":
        return tag == "a" and LINK.match(value) is not None
    if name == "class":
        return all(map(CLASS.fullmatch, value.split()))
    return name in ATTRIBUTES


def inert(markdown: str) -> str:
    """The Markdown in which every forbidden tag appears as written, wherever the Markdown is rendered.

    Unlike HTML, Markdown is kept for people to read and edit, so nothing is removed: a zero-width character turns a tag
    into text. The search skips the pictures in the Markdown, which may be long.
    """
    mark = secrets.token_hex(16)
    held: list[str] = []

    def marked(found: re.Match[str]) -> str:
        held.append(found[2])
        return f"{found[1]}{mark}{len(held) - 1:08}"

    made = _inert(INLINE.sub(marked, markdown))
    return re.sub(mark + "([0-9]{8})", lambda found: held[int(found[1])], made) if held else made


def _inert(markdown: str) -> str:
    kept, end = [], 0
    for found in _TAG.finditer(markdown):
        kept.append(markdown[end : found.end()])
        end = found.end()
        if found[1] or (_may_run(found[2], markdown, end) and not _is_plain(markdown, found.start())):
            kept.append(UNSEEN)
    return _without_running_links("".join(kept) + markdown[end:])


def _may_run(name: str, markdown: str, start: int) -> bool:
    """Whether this might be a tag that does something, unlike `x<y`, which is common in formulas."""
    return len(name) > 2 or "=" in re.split("[<>]", markdown[start : start + RENDERED // 10], maxsplit=1)[0]


def _is_plain(markdown: str, start: int) -> bool:
    if _ADDRESS.match(markdown, start, start + RENDERED) or _HELD.match(markdown, start, start + RENDERED):
        return True
    found = _PLAIN_TAG.match(markdown, start, start + RENDERED)
    if found is None or found[1].lower() not in HTML_TAGS:
        return False
    given = ((name.lower(), quoted or single) for name, quoted, single in _ATTRIBUTE.findall(found[2]))
    tag = found[1].lower()
    return all(
        allowed(tag, name, value) or (tag, name) == ("img", "src") and ATTACHED.fullmatch(value) is not None
        for name, value in given
    )


def _without_running_links(text: str) -> str:
    """The text with every `javascript:` broken, also if it is written with character references."""
    if "&" in text:
        text = _REFERENCE.sub(lambda found: "&" + (UNSEEN if _hides_ascii(f"&{found[1]}") else ""), text)
    return _RUNNING_LINK.sub(lambda found: found[1] + UNSEEN, text)


def _hides_ascii(reference: str) -> bool:
    """Whether a reference stands for a letter, a colon or white space, which ordinary text never writes so."""
    stands_for = unescape(reference)[:1]
    return stands_for != "&" and (stands_for.isascii() and stands_for.isalpha() or stands_for in ":\t\r\n")


class Reducer:
    """Reduce the outputs of one notebook to what may be shown, with a bounded amount of HTML and drawings."""

    def __init__(self) -> None:
        self._left = CLEANED_TOTAL
        self._seconds = float(SECONDS)

    def output(self, given: Output, in_test: bool = False) -> Output:
        """Reduce one output to one of the same type; the parts that nbgrader's scores depend on do not change.

        Parameters
        ----------
        given
            The output in the notebook.
        in_test
            Whether it belongs to a test cell. Such a cell shows only texts and pictures, so it cannot imitate the page
            around it.
        """
        kind = given.get("output_type")
        if kind == "stream":
            name = "stderr" if given.get("name") == "stderr" else "stdout"
            return {"output_type": "stream", "name": name, "text": text_of(given.get("text"))}
        if kind == "error":
            lines = given.get("traceback")
            lines = [text_of(line) for line in lines] if isinstance(lines, list) else []
            name, value = text_of(given.get("ename")), text_of(given.get("evalue"))
            return {"output_type": "error", "ename": name, "evalue": value, "traceback": lines}
        data = given.get("data")
        data = data if isinstance(data, dict) else {}
        shown = self._data(data, in_test)
        if data and not shown:
            kinds = storable(", ".join(map(str, data)))
            shown = {"text/plain": f"[an output that is not kept: {kinds:.200}]"}
        metadata = sizes(shown, given.get("metadata"))
        reduced: dict[str, Any] = {"output_type": "display_data", "data": shown, "metadata": metadata}
        if kind == "execute_result":
            count = given.get("execution_count")
            reduced |= {"output_type": kind, "execution_count": count if type(count) is int else None}
        return reduced

    def _data(self, data: Output, in_test: bool) -> dict[str, str]:
        shown = {kind: found for kind in SHOWN_PICTURES if (found := picture(data.get(kind)))}
        for kind in TEXTS:
            text = text_of(data.get(kind))
            if kind == "text/plain" and kind in data:
                shown[kind] = text
            elif text and not in_test and (cleaned := self._cleaned(kind, text)):
                shown[kind] = cleaned
        return shown

    def _cleaned(self, kind: str, text: str) -> str | None:
        """The part of the text that may be shown; None if it may not be shown or is too long."""
        if kind in ("text/markdown", "text/latex"):
            return inert(text)
        if len(text) > self._left or self._seconds < 0:
            return None
        if kind == "image/svg+xml":
            self._left -= len(text)
            return None if _NO_DRAWING.search(text) else text
        if len(text) > RENDERED:
            return None
        self._left -= len(text)
        start = time.process_time()
        cleaned = clean(text)
        self._seconds -= time.process_time() - start
        growth = max(0, len(cleaned) - len(text))
        if len(cleaned) > GROWTH * RENDERED or growth > self._left:
            return None
        self._left -= growth
        return cleaned


class OwnOutputs:
    """A student's own outputs of the cells of one notebook that the grader does not run, under a line that says so."""

    def __init__(self) -> None:
        self._reducer, self._left = Reducer(), OWN_TOTAL

    def shown(self, outputs: Sequence[object], same_code: bool) -> list[Output]:
        """The outputs of one cell as pictures and texts of a bounded size; empty if the cell showed nothing.

        Parameters
        ----------
        outputs
            The list of outputs in the student's copy of the cell; its items may be anything.
        same_code
            Whether the student's copy of the cell has the instructor's code.
        """
        kept: list[Output] = []
        left = OWN_CELL
        for given in outputs[:MOST_OWN]:
            if not isinstance(given, dict) or given.get("output_type") not in ("stream", "error", *DISPLAYS):
                continue
            try:
                size = _size(given)
            except RecursionError:
                size = OWN_CELL + 1
            if size > min(left, self._left):
                kept.append(_printed(f"[an output of {size:,} characters is not kept: it is too large]\n"))
                continue
            left, self._left = left - size, self._left - size
            output: dict[str, Any] = {key: _storable(part) for key, part in self._reducer.output(given).items()}
            if output["output_type"] == "error":  # the error must not count as one from the grader's run
                output = _printed("\n".join([*output["traceback"], f"{output['ename']}: {output['evalue']}"][:200]))
            output.pop("execution_count", None)
            if output["output_type"] in DISPLAYS:
                output["output_type"] = DISPLAYS[0]
            if output["output_type"] == "stream":
                output["name"] = "stdout"
            kept.append(output)
        if len(outputs) > MOST_OWN:
            kept.append(_printed(f"[{len(outputs) - MOST_OWN:,} more outputs are not kept]\n"))
        note = OWN if same_code else OWN_OF_OTHER_CODE
        return [_printed(note), *kept] if kept else []


def _printed(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def _size(value: object) -> int:
    """The number of characters in the texts of a JSON value."""
    if isinstance(value, dict):
        return sum(len(str(key)) + _size(part) for key, part in value.items())
    return sum(map(_size, value)) if isinstance(value, list) else len(str(value))


def _storable(value: object) -> object:
    if isinstance(value, dict):
        return {storable(str(key)): _storable(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_storable(part) for part in value]
    return storable(value) if isinstance(value, str) else value


def picture(data: object) -> str | None:
    """The base64 of a picture, without line ends; None if it is not base64 or too large for a page."""
    found = "".join(text_of(data).split())
    return found if found and len(found) <= MOST_PICTURE and BASE64.fullmatch(found) else None


def sizes(data: Container[str], metadata: object) -> dict[str, dict[str, int]]:
    """The width and height of pictures from an output's metadata, which a page writes into their tags."""
    found: dict[str, dict[str, int]] = {}
    if not isinstance(metadata, dict):
        return found
    for kind in (kind for kind in SHOWN_PICTURES if kind in data):
        given = metadata.get(kind)
        given = given if isinstance(given, dict) else {}
        if size := {side: given[side] for side in ("width", "height") if type(given.get(side)) is int}:
            found[kind] = size
    return found


def reduce(notebook: "NotebookNode") -> None:
    """Reduce an executed notebook in place: all outputs, and the Markdown that is not the instructor's."""
    reducer = Reducer()
    for cell in notebook.cells:
        record = record_of(cell)
        if cell.cell_type == "code":
            in_test = record is not None and record.is_test
            cell.outputs = [type(cell)(reducer.output(output, in_test)) for output in cell.outputs]
        elif record is None or record.solution:
            cell.source = inert(cell.source)
            if "attachments" in cell:
                cell.attachments = pictures(cell.attachments)


def text_of(value: object) -> str:
    """The text of a notebook's field, which is a string or a list of lines; "" for anything else."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""
