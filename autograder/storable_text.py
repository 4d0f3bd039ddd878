"""Text that every file and every database takes."""

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_NO_TEXT = re.compile("[\0\ud800-\udfff]")  # NUL, and halves of surrogate pairs


def storable(text: str) -> str:
    """The text, with REPLACEMENT in the place of each character that is none."""
    return _NO_TEXT.sub(REPLACEMENT, text)
