"""Fingerprints of code: winnowing (Schleimer, Wilkerson, Aiken 2003) of each canonical statement by itself.

A statement is a passage of its own, so the order of statements makes no difference. A statement shorter than a gram
has one fingerprint. The last bit of a fingerprint says of which reading of the code it is (`canonical.readings`).
"""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from autograder.similarity.canonical import Statement, readings

GRAM = 6  # tokens of a fingerprint
WINDOW = 2  # of this many grams in a row, one is kept
Fingerprints = np.ndarray  # (number,), uint64, sorted and different


def fingerprints(code: str) -> Fingerprints:
    """Return the fingerprints of both readings of `code`."""
    return np.unique(np.array([mark for mark, _ in located(code)], dtype=np.uint64))


def of_reading(marks: Fingerprints, reading: int) -> Fingerprints:
    """Return the fingerprints of one reading: 0 for the code as it stands, 1 for that without temporaries."""
    return marks[marks & np.uint64(1) == reading]


def located(code: str) -> Iterator[tuple[int, set[int]]]:
    """Yield each fingerprint of `code` with the numbers of the lines that its tokens are in."""
    for reading, statements in enumerate(readings(code)):
        for statement in statements:
            yield from _winnowed(statement, reading)


def _winnowed(statement: Statement, reading: int) -> Iterator[tuple[int, set[int]]]:
    texts = [token.text for token in statement]
    starts = range(max(1, len(texts) - GRAM + 1))
    marks = [_mark(" ".join(texts[i : i + GRAM]), reading) for i in starts]
    kept = set()
    for start in range(max(1, len(marks) - WINDOW + 1)):
        window = range(start, min(start + WINDOW, len(marks)))
        kept.add(min(window, key=lambda i: (marks[i], -i)))
    for i in sorted(kept):
        yield marks[i], {token.line for token in statement[i : i + GRAM]}


@lru_cache(maxsize=1 << 16)  # the answers of a class have most passages in common
def _mark(text: str, reading: int) -> int:
    digest = blake2b(text.encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest) & ~1 | reading
