"""Read the pictures that a student attached to text cells."""

import re

from autograder.storable import storable

ATTACHABLE_PICTURES = ("image/png", "image/jpeg", "image/gif")
BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")


def pictures(attachments: object) -> dict[str, dict[str, str]]:
    """The attachments that are raster images; SVG and HTML are left out, because they can contain scripts."""
    found: dict[str, dict[str, str]] = {}
    for name, kinds in attachments.items() if isinstance(attachments, dict) else ():
        for kind, data in kinds.items() if isinstance(kinds, dict) else ():
            data = "".join((joined_text(data) or "").split())
            if kind in ATTACHABLE_PICTURES and data and BASE64.fullmatch(data) and name == storable(name):
                found.setdefault(name, {})[kind] = data
    return found


def joined_text(given: object) -> str | None:
    """The text of a notebook's field, which is a string or a list of strings; None for anything else."""
    if isinstance(given, list) and all(isinstance(line, str) for line in given):
        return "".join(given)
    return given if isinstance(given, str) else None
