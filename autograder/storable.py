"""Make text storable in every file and every database: the one function of text's that the judge and kernels need.

This is a module of its own because it affects the outputs of a notebook, and nothing in text.py does. So a change to
how a table or page shows text does not make the grader run a class again.
"""

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_NO_TEXT = re.compile("[\0\ud800-\udfff]")  # NUL, and halves of surrogate pairs


def storable(text: str) -> str:
    """Replace the characters that some files or databases cannot store."""
    return _NO_TEXT.sub(REPLACEMENT, text)
