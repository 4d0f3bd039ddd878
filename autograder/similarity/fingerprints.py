"""Fingerprints of code: winnowing (Schleimer, Wilkerson, Aiken 2003) of each canonical statement by itself.

A statement is a passage of its own, so the order of statements makes no difference. A statement shorter than a gram
has one fingerprint.
"""

from collections.abc import Iterator
from hashlib import blake2b

import numpy as np

from autograder.similarity.canonical import Statement, statements

GRAM = 6  # tokens of a fingerprint
WINDOW = 2  # of this many grams in a row, one is kept


def fingerprints(code: str) -> np.ndarray:
    """Return the fingerprints of `code`, sorted and different, as uint64."""
    return np.unique(np.array([mark for mark, _ in located(code)], dtype=np.uint64))


def located(code: str) -> Iterator[tuple[int, set[int]]]:
    """Yield each fingerprint of `code` with the numbers of the lines that its tokens are in."""
    for statement in statements(code):
        yield from _winnowed(statement)


def _winnowed(statement: Statement) -> Iterator[tuple[int, set[int]]]:
    grams = [statement[i : i + GRAM] for i in range(max(1, len(statement) - GRAM + 1))]
    marks = [_mark(gram) for gram in grams]
    kept = set()
    for start in range(max(1, len(marks) - WINDOW + 1)):
        window = range(start, min(start + WINDOW, len(marks)))
        kept.add(min(window, key=lambda i: (marks[i], -i)))
    for i in sorted(kept):
        yield marks[i], {token.line for token in grams[i]}


def _mark(gram: Statement) -> int:
    text = " ".join([text for text, _ in gram])
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest())
