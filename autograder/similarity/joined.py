"""Find submissions that two others explain together: what is not shared with one is shared with the other.

A pair shows one of the two sources. The other source is the submission that covers most of what then remains of the
copy, over all exercises together; a passage counts by its rarity (shares.py). The code is read as it stands, because
its temporaries may be used in the other half.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.similarity.fingerprints import Fingerprints, of_reading
from autograder.similarity.shares import Rarity

COVERED = 0.8  # of the copy's passages, from which two submissions explain it
LEAST_OF_SECOND = 0.15  # of the copy's passages that only the second source has
OTHERS = 3  # that may have as much of the rest as the second source, because they copied it, too
MARGIN = 1.25  # how many times as much the second source has of the rest as all others but these


@dataclass(frozen=True)
class Joined:
    """A submission and its two sources, with the shares of its passages that the first has, and only the second has."""

    copy: int
    first: int
    second: int
    share_of_first: float
    share_of_second: float


@dataclass(frozen=True)
class _Passages:
    """The passages of all answers to one exercise, (M,) each."""

    marks: Fingerprints
    weights: np.ndarray
    owners: np.ndarray

    def of(self, owner: int) -> tuple[Fingerprints, np.ndarray]:
        mine = slice(*np.searchsorted(self.owners, [owner, owner + 1]))
        return self.marks[mine], self.weights[mine]


class Sources:
    """What `joined` needs to know of a class: {exercise: the fingerprints of all submissions} and how rare each is."""

    def __init__(
        self, documents: Mapping[str, Sequence[Fingerprints]], rarities: Mapping[str, Rarity], exercises: Iterable[str]
    ) -> None:
        self.number = len(next(iter(documents.values()), ()))
        self.passages = [_passages(documents[name], rarities[name]) for name in exercises]

    def joined(self, one: int, other: int) -> Joined | None:
        """Return what joins one of the two with a third submission to the other one; None if nothing does."""
        found = [joined for pair in ((one, other), (other, one)) if (joined := self._joined(*pair))]
        return max(found, key=lambda joined: joined.share_of_first + joined.share_of_second, default=None)

    def _joined(self, copy: int, first: int) -> Joined | None:
        total, shared, covers = 0.0, 0.0, np.zeros(self.number)
        for passages in self.passages:
            marks, weights = passages.of(copy)
            theirs, _ = passages.of(first)
            is_shared = np.isin(marks, theirs, assume_unique=True)
            total, shared = total + weights.sum(), shared + weights[is_shared].sum()
            rest, weights = marks[~is_shared], weights[~is_shared]
            if len(rest):
                place = np.minimum(np.searchsorted(rest, passages.marks), len(rest) - 1)
                is_in = rest[place] == passages.marks
                covers += np.bincount(passages.owners[is_in], weights[place[is_in]], self.number)
        covers[[copy, first]] = 0
        second = int(covers.argmax())
        usual = np.sort(covers)[::-1][OTHERS + 1 :].max(initial=0)
        least = max(LEAST_OF_SECOND * total, COVERED * total - shared, MARGIN * usual)
        if not total or covers[second] < least:
            return None
        return Joined(copy, first, second, float(shared / total), float(covers[second] / total))


def _passages(documents: Sequence[Fingerprints], rare: Rarity) -> _Passages:
    stand = [of_reading(document, 0) for document in documents]
    marks = np.concatenate([*stand, np.empty(0, np.uint64)])
    return _Passages(marks, rare.beyond_pair(marks), np.repeat(np.arange(len(stand)), [len(each) for each in stand]))
