"""Names of files and folders that are made from foreign names: safe on every file system, and showing what they are."""

import re
import unicodedata

# trouble for a file system, for a URL of formgrader, or for nbgrader's globs and exchange
FORBIDDEN = re.compile(r"""[/\\:*?"<>|\[\]{}#%+&;`]""")
BIDIRECTIONAL = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# what Windows opens as a device, whatever follows the first dot
DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"}
DEVICES |= {f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"}


def safe_name(name: str) -> str:
    """`name` as one part of a path: NFC, without what a file system, nbgrader or a reader could misread.

    "" when nothing remains. A safe name is its own safe name.
    """
    safe = re.sub(r"\s+", " ", unicodedata.normalize("NFC", name))
    safe = FORBIDDEN.sub("_", safe)
    safe = "".join("_" if unicodedata.category(character)[0] == "C" else character for character in safe)
    safe = safe.lstrip(". -").rstrip(". ")
    stem, dot, rest = safe.partition(".")
    return f"{stem.rstrip()}_{dot}{rest}" if _is_device(safe) else safe


def why_unsafe(name: str) -> str | None:
    """Why a file cannot have this name everywhere, or would be shown as another; None where it can."""
    if any(unicodedata.category(character) in ("Cc", "Cs") or character in BIDIRECTIONAL for character in name):
        return "has a name with characters that are no text, or that change the direction of the text"
    if re.search(r'[\\:*?"<>|]', name) or name != name.rstrip(". ") or _is_device(name):
        return "has a name that Windows cannot use"
    return None


def folded(name: str) -> str:
    """The same for names that file systems, or people, may take for one another."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _is_device(name: str) -> bool:
    return name.partition(".")[0].strip().casefold() in DEVICES
