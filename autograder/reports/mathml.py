"""Turn TeX into MathML, which browsers show without a script and screen readers read aloud.

latex2mathml parses the TeX. It copies text and addresses of the TeX into its result, so only the tags and attributes
listed here are kept of it, and every text is escaped.
"""

import re
from html import unescape
from xml.etree.ElementTree import Element

from autograder.reports.harmless import TookTooLong
from autograder.text import html

LONGEST = 2_000  # characters of a formula
DEEPEST = 60  # braces and groups inside each other
TAGS = {
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "ms", "mfrac", "msqrt", "mroot", "mstyle", "mpadded"),
    *("msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd", "mphantom"),
}
_PARTS = {**dict.fromkeys(("mfrac", "mroot", "msub", "msup", "munder", "mover"), 2), "msubsup": 3, "munderover": 3}
_WORD = re.compile(r"[a-z -]{1,40}")
_LENGTH = re.compile(r"-?\d?(?:\.\d{1,4})?\d?(?:em|ex|mu|pt)?")  # below 100
ATTRIBUTES = {
    **dict.fromkeys(("stretchy", "fence", "separator", "accent", "accentunder", "displaystyle", "form"), _WORD),
    **dict.fromkeys(("movablelimits", "largeop", "symmetric", "mathvariant", "columnalign", "display"), _WORD),
    **dict.fromkeys(("lspace", "rspace", "linethickness", "minsize", "maxsize", "width", "scriptlevel"), _LENGTH),
}
_SAME = {"aligned": "align*", "equation": "", "equation*": "", "gathered": "align*", "gather": "align*"}
_ENVIRONMENT = re.compile(r"\\(begin|end)\{(aligned|equation\*?|gather(?:ed)?)\}")
_UNKNOWN = re.compile(r"\\|&|\s*[{}]")  # the beginning of a text that latex2mathml did not understand


def mathml(tex: str, display: bool = False) -> str | None:
    """The formula as a `<math>` element; None if it is too long, or contains what latex2mathml does not know."""
    if len(tex) > LONGEST or _depth(tex) > DEEPEST:
        return None
    from latex2mathml.converter import convert_to_element

    tex = _ENVIRONMENT.sub(lambda found: (new := _SAME[found[2]]) and f"\\{found[1]}{{{new}}}", tex)
    try:
        tree = convert_to_element(tex, display="block" if display else "inline")
        return "".join(_written(tree))
    except TookTooLong:
        raise
    except Exception:  # not TeX, or TeX that latex2mathml does not know
        return None


class _NotKnown(Exception):
    """The result has parts that may not be shown, or that would look like TeX."""


def _depth(tex: str) -> int:
    deepest = depth = 0
    for character in re.findall(r"[{}]|\\(?:left|right|begin|end)\b", tex):
        depth += 1 if character in ("{", "\\left", "\\begin") else -1
        deepest = max(deepest, depth)
    return deepest


def _written(element: Element) -> list[str]:
    if element.tag not in TAGS or len(element) != _PARTS.get(element.tag, len(element)):
        raise _NotKnown
    text = unescape(element.text or "")
    if _UNKNOWN.match(text) and element.tag != "mtext" and text not in ("{", "}", "\\"):
        raise _NotKnown
    given = "".join(
        f' {name}="{value}"'
        for name, value in element.attrib.items()
        if name in ATTRIBUTES and ATTRIBUTES[name].fullmatch(value)
    )
    inside = [html(text), *(part for child in element for part in _written(child))]
    return [f"<{element.tag}{given}>", *inside, f"</{element.tag}>"]
