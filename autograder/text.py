"""Make foreign text safe for the place where it is stored or shown: one function for each medium.

A submission's names, messages and outputs may hold anything. These functions replace the characters that may not be
shown and escape those that have a meaning. They do not remove characters, because the characters around a removed one
could then mean something together. The one exception is `without_colours`: its result goes through another of these
functions before it is shown.
"""

import html as _html
import json
import os
import re
import unicodedata

from autograder.storable import REPLACEMENT, storable

# Python calls these printable, but they are invisible, so two names that differ by one look alike
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_REORDERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # of bidirectional text
_CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f]")  # except tab and new line
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~@&$:-])")
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_CI_COMMAND = re.compile(r":(?=:)|#(?=#\w*\[)")
# variables that CI services set; a program reads their logs
_CI_SERVICES = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "TEAMCITY_VERSION", "BUILDKITE", "JENKINS_URL")
_FORMULA = re.compile(r"""(?:^|(?<=[;,|\t\n]))(?=[\s"']*[=+\-@])""")  # the place where a formula begins
_NOT_IN_NAMES = set('<>:"/\\|?*')
# characters that break a file system, a URL of formgrader, or nbgrader's globs and exchange
_NOT_IN_FOLDERS = re.compile(r"""[/\\:*?"<>|\[\]{}#%+&;`]""")
_DEVICE = re.compile(r"(?is)(con|prn|aux|nul|(com|lpt)[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$|clock\$) *(\..*)?")


def without_controls(text: str) -> str:
    """Replace control characters other than tab and new line, for a page or a table."""
    return _CONTROL.sub(REPLACEMENT, text)


def in_order(text: str) -> str:
    """Replace what cannot be stored, control characters, and the characters that reorder the text around them."""
    return _REORDERING.sub(REPLACEMENT, without_controls(storable(text)))


def without_colours(text: str) -> str:
    """Remove the escape sequences by which IPython colours a message or traceback in a terminal."""
    return _COLOUR.sub("", text)


def terminal(text: str) -> str:
    """Text for a terminal, with its line breaks: it cannot control the terminal, hide characters or reorder them."""
    return _shown(text, REPLACEMENT, "\n")


def printable(name: str | os.PathLike) -> str:
    """A name or path for one line of a message."""
    return _shown(os.fspath(name), "?")


def one_line(text: str, most: int) -> str:
    """The beginning of the text as one line of at most `most` characters."""
    return cut(_shown(" ".join(text[: 4 * most].split()), REPLACEMENT), most)


def lines(text: str, most: int) -> str:
    """The beginning of the text, at most `most` characters, with its line breaks."""
    return terminal(cut(text, most).expandtabs(4))


def escaped(text: str) -> str:
    """Text for a log: every unprintable character is written as its escape sequence, so none is lost."""
    return "".join(c if _is_shown(c) or c == "\n" else c.encode("unicode_escape").decode() for c in text)


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def ci_log(text: str) -> str:
    """Text for the output of a CI job: no service obeys any of it as a command, wherever a line is wrapped or cut.

    GitHub obeys `::error::` at the start of a line or after spaces there. GitHub and other services obey `##[error]`,
    `##vso[` and `##teamcity[` anywhere. GitLab's sections need control characters, which `terminal` replaces.
    """
    return _CI_COMMAND.sub(lambda found: f"{found[0]} ", terminal(text))


def on_ci_service() -> bool:
    """Whether this process prints into the log of a CI job."""
    return any(os.environ.get(name, "").lower() not in ("", "0", "false") for name in _CI_SERVICES)


def json_line(value: object) -> str:
    """A value as one line of JSON in ASCII, in which no CI service finds a command."""
    return json.dumps(value).replace("##", "#\\u0023")


def html(text: str) -> str:
    """Text for an HTML element or a quoted attribute; it cannot reorder the text around it."""
    return _html.escape(in_order(text))


def xml(text: str) -> str:
    """Text for a writer of XML 1.0, which escapes markup itself: characters that XML cannot represent are replaced."""
    return _NO_XML.sub(REPLACEMENT, text)


def markdown(text: str) -> str:
    """The course's text for a line of Markdown; for a student's text use `markdown_code` or `markdown_block`."""
    return _MARKDOWN.sub(r"\\\1", " ".join(terminal(text).split()))


def markdown_code(text: str) -> str:
    """Text as a code span, also for a table cell: mentions, links, pictures and HTML do not work in it."""
    text = " ".join(terminal(text).split()) or " "
    fence = "`" * (_longest_run(text) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}".replace("|", "\\|")


def markdown_block(text: str) -> list[str]:
    """The lines of a code block that shows the text literally; its fence is longer than any in the text."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return [f"{fence}text", terminal(text), fence]


def csv_cell(text: str) -> str:
    """Text for a cell of a CSV file, in which no spreadsheet sees a formula.

    A formula may also begin with the full-width or small form of a sign, or after a character that spreadsheets in
    another country take for the end of a cell.
    """
    text = in_order(text)
    # one character for one, so that positions stay the same
    plain = "".join(" " if not _is_shown(c) and c not in "\t\n" else _narrow(c) for c in text)
    begin = {found.start() for found in _FORMULA.finditer(plain)}
    return "".join("'" * (place in begin) + character for place, character in enumerate(text))


def unusable_name(name: str) -> str | None:
    """Why a file or folder cannot have this name on every system, as a predicate ("has ..."); None if it can."""
    if name in ("", ".", ".."):
        return "has no usable name"
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        return "has a name with control characters or lone surrogates"
    if _REORDERING.search(name):
        return "has a name with characters that reverse the direction of text"
    if taken := sorted(_NOT_IN_NAMES & set(name)):
        return f"has a name with {' '.join(taken)}, which some systems do not allow"
    if name[-1] in ". ":
        return "has a name that ends with a space or a dot"
    if _DEVICE.fullmatch(unicodedata.normalize("NFC", name)):
        return f"has a name that Windows reserves for a device ({name.partition('.')[0].strip().upper()})"
    return None


def safe_name(name: str) -> str:
    """`name` as one part of a path: in NFC, without characters that a file system, nbgrader or a reader could misread.

    "" if nothing remains. The function is idempotent.
    """
    safe = re.sub(r"\s+", " ", unicodedata.normalize("NFC", name))
    safe = _NOT_IN_FOLDERS.sub("_", safe)
    safe = "".join("_" if unicodedata.category(character)[0] == "C" else character for character in safe)
    safe = safe.lstrip(". -").rstrip(". ")
    stem, dot, rest = safe.partition(".")
    return f"{stem.rstrip()}_{dot}{rest}" if _DEVICE.fullmatch(safe) else safe


def same_name(name: str) -> str:
    """A key that is equal for two names or paths that are the same on some file system, or that look the same."""
    seen = "".join(c for c in name if unicodedata.category(c) != "Cf" and not _INVISIBLE.match(c))
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())


def _shown(text: str, instead: str, kept: str = "") -> str:
    if text.isprintable() and not _INVISIBLE.search(text):
        return text
    return "".join(c if _is_shown(c) or c in kept else instead for c in text)


def _is_shown(character: str) -> bool:
    return character.isprintable() and not _INVISIBLE.match(character)


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _narrow(character: str) -> str:
    """The ordinary form of a full-width or small character."""
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 else character
