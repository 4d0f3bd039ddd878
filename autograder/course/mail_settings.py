"""The [mail] table of course.toml: the server that sends feedback, and what its messages say."""

import re
import string
from dataclasses import dataclass
from email.headerregistry import Address

from autograder.text import one_line

PORTS = {"starttls": 587, "ssl": 465, "none": 25}  # by how the connection is encrypted
LOOPBACK = ("localhost", "127.0.0.1", "::1")
MOST_IN_HEADER = 300  # characters
PLACEHOLDERS = ("name", "first_name", "course", "assignment")
SUBJECT = "{course}: feedback on {assignment}"
BODY = """\
Hello {name},

your feedback on {assignment} is attached, a web page for each notebook. Save it and open it in a browser.

If something in it is unclear or wrong, please reply to this message.

{course}
"""
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<spec>[^<>]*)>")
# without the characters that need quotes; other alphabets need an extension that many servers lack
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"]+@[^\s@<>()\[\],;:\\\"]+", re.ASCII)


@dataclass(frozen=True)
class Mail:
    """How mail is sent; course.toml never holds the password."""

    host: str
    sender: str  # the key `from`
    security: str = "starttls"  # a key of PORTS
    port: int = PORTS["starttls"]
    user: str = ""  # "": without a login
    reply_to: str = ""
    subject: str = SUBJECT
    body: str = BODY
    per_minute: int = 30  # messages


def as_address(text: str) -> Address:
    """Read `name@host` or `Some Name <name@host>`. Raises ValueError, with a predicate, if a server may refuse it."""
    named = _NAMED.fullmatch(text.strip())
    spec = named["spec"] if named else text.strip()
    if not spec.isascii():
        raise ValueError("has letters beyond ASCII in the address")
    if not _ADDRESS.fullmatch(spec) or spec.startswith(".") or ".." in spec or not text.isprintable():
        raise ValueError("is not an e-mail address")
    return Address(in_header(named["name"].strip().strip('"')) if named else "", addr_spec=spec)


def in_header(text: str) -> str:
    """The text as one line for a header of a message.

    Python would decode words of the form `=?utf-8?q?...?=` (RFC 2047) in it, and write line breaks that they hold.
    """
    return one_line(text, MOST_IN_HEADER).replace("=?", "= ?")


def wrong_placeholder(template: str) -> str | None:
    """Why this cannot be a subject or body, as a predicate; None if it can."""
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError:
        return "has a single { or }; write {{ or }} for a brace"
    for _, field, form, conversion in parts:
        if field is not None and (field not in PLACEHOLDERS or form or conversion):
            return f"has the placeholder {{{field}}}; the known ones are {', '.join(f'{{{p}}}' for p in PLACEHOLDERS)}"
    return None
