"""Text that every file and every database takes: what the judge and a kernel need of text.py, which has the rest.

It is a module of its own because it decides what a notebook's outputs are, which nothing else in text.py does. A change
to how a table or a page shows text must not run a class again.
"""

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_NO_TEXT = re.compile("[\0\ud800-\udfff]")  # NUL, and halves of surrogate pairs


def storable(text: str) -> str:
    """Text that every file and every database takes."""
    return _NO_TEXT.sub(REPLACEMENT, text)
