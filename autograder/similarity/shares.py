"""How much of one exercise two submissions share, and how often chance alone gives as much.

A fingerprint counts by its rarity: 1 if no third submission has it, 0 if all have it, and in between
1 - log(1 + others) / log(all others). The share of a pair is the rarity of what both have, divided by the rarity of all
that the smaller answer has, or of half of the larger one, if that is more. So dead code hides a copy only if it is as
long as the answer, and a short answer is not alike everything that contains it. Of the two readings of the code, the
one counts that gives more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autograder.similarity.fingerprints import Fingerprints, of_reading

COLUMNS = 2_000  # fingerprints in one product of matrices


@dataclass(frozen=True)
class Rarity:
    """How many submissions have each fingerprint of one exercise.

    Attributes
    ----------
    marks
        (F,) the fingerprints that some submission has, sorted.
    counts
        (F,) how many submissions have each.
    answers
        The number of submissions with an answer.
    """

    marks: Fingerprints
    counts: np.ndarray
    answers: int

    def of(self, others: np.ndarray) -> np.ndarray:
        """The rarity of fingerprints that so many other submissions have, in [0, 1]."""
        return np.clip(1 - np.log1p(np.maximum(others, 0)) / np.log(max(self.answers - 1, 2)), 0, 1)

    def beyond_pair(self, marks: Fingerprints) -> np.ndarray:
        """The rarity of fingerprints that two submissions share, by the submissions beside these two."""
        return self.of(self.counts[np.searchsorted(self.marks, marks)] - 2)


def rarity(documents: Sequence[Fingerprints]) -> Rarity:
    everything = np.concatenate([*documents, np.empty(0, np.uint64)])
    marks, counts = np.unique(everything, return_counts=True)
    return Rarity(marks, counts, sum(len(document) > 0 for document in documents))


def shares(documents: Sequence[Fingerprints], rows: int, rare: Rarity) -> np.ndarray:
    """Return (rows, len(documents)) the shares of the first `rows` documents with all documents, in [0, 1].

    The share of a document with itself is 0, and so are those of documents without fingerprints.
    """
    found = np.zeros((rows, len(documents)))
    for reading in (0, 1):
        is_its = rare.marks & np.uint64(1) == reading
        of_it = Rarity(rare.marks[is_its], rare.counts[is_its], rare.answers)
        found = np.maximum(found, _shares([of_reading(document, reading) for document in documents], rows, of_it))
    return found


def _shares(documents: Sequence[Fingerprints], rows: int, rare: Rarity) -> np.ndarray:
    """The shares by one reading."""
    number = len(documents)
    alone = np.array([rare.of(_counts(rare, document) - 1).sum() for document in documents])
    both, owned = np.zeros((rows, number)), np.zeros((rows, number))
    kept = np.flatnonzero(rare.counts > 1)
    for start in range(0, len(kept), COLUMNS):
        columns = kept[start : start + COLUMNS]
        has = np.zeros((number, len(columns)), np.float32)
        for i, document in enumerate(documents):
            has[i] = np.isin(rare.marks[columns], document, assume_unique=True)
        counts = rare.counts[columns]
        both += (has[:rows] * rare.of(counts - 2).astype(np.float32)) @ has.T
        owned += (has[:rows] * rare.of(counts - 1).astype(np.float32)) @ has.T
    first, second = alone[:rows, None] - owned + both, alone[None, :] - owned + both
    whole = np.maximum(np.minimum(first, second), np.maximum(first, second) / 2)
    found = np.divide(both, whole, out=np.zeros_like(both), where=whole > 1e-6)
    np.fill_diagonal(found, 0)
    return np.clip(found, 0, 1)


def _counts(rare: Rarity, document: Fingerprints) -> np.ndarray:
    return rare.counts[np.searchsorted(rare.marks, document)]
