"""What a page of a static site consists of: its Markdown, where its links lead, and its formulas."""

import posixpath
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from autograder.errors import KitError
from autograder.reports.mathml import mathml
from autograder.text import html

PICTURES = {".png", ".svg", ".jpg", ".jpeg", ".gif"}
_CODE = (
    r"(?P<code>^(?P<fence>`{3,}|~{3,})[^\n]*\n.*?^(?P=fence)[`~]*[ \t]*$"
    r"|(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
)
_OUTSIDE_CODE = re.compile(
    _CODE
    + r"|\$\$(?P<display>.+?)\$\$|(?P<environment>\\begin\{(?P<name>\w+\*?)\}.*?\\end\{(?P=name)\})"
    + r"|(?<![\\$\w])\$(?P<inline>[^\s$](?:[^$\n]*(?:\n(?!\n)[^$\n]*)*?[^\s$\\])?)\$(?![\w$])",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(
    _CODE
    + r"|(?P<image>!?)\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\]|!\[[^\]]*\]\([^)]*\))*)"
    + r"\]\((?P<target>[^()\s]+)(?P<title>\s+(?:\"[^\"\n]*\"|'[^'\n]*'))?\)",
    re.MULTILINE | re.DOTALL,
)
_SOURCE = re.compile(
    _CODE + r"""|(?P<before><(?:img|a)\b[^>]*?\b(?:src|href)=)(?P<quote>["'])(?P<target>[^"']+)(?P=quote)""",
    re.MULTILINE | re.DOTALL,
)
_REFERENCE = re.compile(_CODE + r"|^(?P<before> {0,3}\[[^\]\n]+\]:[ \t]*)(?P<target>\S+)", re.MULTILINE | re.DOTALL)
_LIST = re.compile(r"([-*+]|\d+[.)]) ")


@dataclass(frozen=True)
class Page:
    """A page of a site.

    Attributes
    ----------
    path
        Its place in the site, such as `nearest_neighbor/knn.md`.
    text
        Its Markdown, with formulas between dollars.
    origins
        The files that links to this page name. Relative links of the page itself start at the first one; a page without
        any is written for the site, and its links name places in it.
    """

    path: str
    text: str
    origins: tuple[Path, ...] = ()


class Formulas:
    """Puts a mark in place of each formula, and later MathML in place of the mark, so that Markdown leaves it alone."""

    def __init__(self) -> None:
        self.mark = f"formula{secrets.token_hex(6)}x"
        self.made: list[tuple[str, str]] = []  # as HTML, and as it was written

    def taken_out(self, text: str) -> str:
        """The Markdown with marks. Code keeps its dollars."""

        def taken(found: re.Match[str]) -> str:
            if found["code"]:
                return found[0]
            tex = found["display"] or found["environment"] or found["inline"]
            display = found["inline"] is None
            made = mathml(tex, display)
            if made is None:
                made = f'<code class="tex">{html(found[0])}</code>'
            self.made.append((f'<span class="formula">{made}</span>' if display else made, found[0]))
            return f"{self.mark}{len(self.made) - 1:06}"

        return _OUTSIDE_CODE.sub(taken, text)

    def put_back(self, text: str, written: Callable[[str], str] | None = None) -> str:
        """The text with formulas in place of marks: as HTML, or else as `written` makes it of what was written."""

        def placed(found: re.Match[str]) -> str:
            made, source = self.made[int(found[1])]
            return written(source) if written else made

        return re.sub(f"{self.mark}([0-9]{{6}})", placed, text)


class Links:
    """Makes the links of pages lead to pages of the site.

    A link to a picture that exists brings the picture into the site. A link to any other file becomes plain text.

    Attributes
    ----------
    pictures
        {place in the site: file} for all pictures found so far.
    """

    def __init__(self, pages: Iterable[Page], files: Mapping[str, Path]) -> None:
        self.places = {origin.resolve(): page.path for page in pages for origin in page.origins}
        self.places |= {file.resolve(): place for place, file in files.items()}
        self.pictures: dict[str, Path] = {}

    def followed(self, page: Page) -> str:
        """The page's Markdown with the links of the site."""
        if not page.origins:
            return page.text

        def link(found: re.Match[str]) -> str:
            if found["code"]:
                return found[0]
            text = _LINK.sub(link, found["text"])
            target = self._target(page, found["target"])
            if target is None:
                return "" if found["image"] else text
            return f"{found['image']}[{text}]({target}{found['title'] or ''})"

        def source(found: re.Match[str]) -> str:
            if found["code"]:
                return found[0]
            quote, target = found["quote"], self._target(page, found["target"]) or ""
            path, sharp, part = target.partition("#")
            if not urlsplit(path).netloc and path.endswith(".md"):  # MkDocs reads links of Markdown only
                target = f"{path.removesuffix('.md')}.html{sharp}{part}"
            return f"{found['before']}{quote}{target}{quote}"

        def reference(found: re.Match[str]) -> str:
            if found["code"]:
                return found[0]
            # a link that leads nowhere stays, and MkDocs warns about it
            return found["before"] + (self._target(page, found["target"]) or found["target"])

        return _REFERENCE.sub(reference, _SOURCE.sub(source, _LINK.sub(link, page.text)))

    def _target(self, page: Page, target: str) -> str | None:
        """Where a link of the page leads in the site; None if nowhere."""
        if target.startswith("<") and target.endswith(">"):
            target = target[1:-1]
        parts = urlsplit(target)
        if parts.scheme or parts.netloc or not parts.path:
            return target
        file = (page.origins[0].parent / unquote(parts.path)).resolve()
        place = self.places.get(file)
        if place is None and file.suffix.lower() in PICTURES and file.is_file():
            place = self._place(file)
        if place is None:
            return None
        relative = quote(posixpath.relpath(place, posixpath.dirname(page.path) or "."))
        return f"{relative}#{parts.fragment}" if parts.fragment else relative

    def _place(self, file: Path) -> str:
        number = 1
        while self.pictures.setdefault(place := f"pictures/{number}-{file.name}", file) != file:
            number += 1
        return place


def spaced(text: str) -> str:
    """The Markdown with an empty line before each list, which MkDocs needs and Jupyter does not."""
    lines: list[str] = []
    fenced = False
    for line in text.split("\n"):
        before = lines[-1] if lines else ""
        starts = _LIST.match(line) and before.strip() and not _LIST.match(before.lstrip()) and before[0] not in " \t|>"
        if starts and not fenced:
            lines.append("")
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        lines.append(line)
    return "\n".join(lines)


def fenced(code: str, language: str = "") -> str:
    """A block of code in Markdown, whatever it contains."""
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"


def as_text(text: str) -> str:
    """The text in Markdown, without any meaning of its characters."""
    return re.sub(r"([\\`*_{}\[\]])", r"\\\1", html(text)).replace("$", "&#36;")


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    head = list(columns)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def with_places(pages: Iterable[Page]) -> Mapping[str, Page]:
    """{place in the site: page}. Raises KitError if two pages have one place."""
    places: dict[str, Page] = {}
    for page in pages:
        if page.path in places:
            raise KitError(f"Two pages of the site would be {page.path}.", "Rename one of them.")
        places[page.path] = page
    return places
