"""Compare the submissions of a class pair by pair: what is alike, and how often chance gives as much.

For each exercise, p is the fraction of all pairs of this class that share as much or more. An exercise of which a pair
shares at least LEAST counts -log2(p) bits, and the bits of all exercises are added. If exercises were independent, the
distribution of this sum over pairs would be the convolution of the exercises' distributions; its tail is the chance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.similarity.fingerprints import Fingerprints, of_reading
from autograder.similarity.shares import rarity, shares

ALIKE = 2 / 3  # the share from which two answers are called alike
LEAST = 0.3  # the share from which it counts as evidence
TOO_SHORT = 12  # fingerprints of the median answer: below, right answers are alike by themselves
SELDOM = 1e-3  # if at most this fraction of the pairs (or one pair) is alike in an exercise, that alone stands out
STANDS_OUT = 0.05  # expected number of such pairs in the whole class, by chance
STEP = 0.125  # bits, of the distributions


@dataclass(frozen=True)
class Exercise:
    """What the class as a whole says about one exercise.

    Attributes
    ----------
    answers
        The number of submissions that have an answer.
    length
        The number of fingerprints of the median answer.
    typical, high
        The share of the median pair, and the share that one pair in a hundred exceeds.
    """

    name: str
    answers: int
    length: int
    typical: float
    high: float

    @property
    def is_too_short(self) -> bool:
        return self.length < TOO_SHORT


@dataclass(frozen=True)
class SharedExercise:
    """One exercise of a pair.

    Attributes
    ----------
    fraction
        The fraction of the class's pairs that share as much or more.
    is_seldom
        Whether hardly any pair is alike in this exercise.
    """

    name: str
    share: float
    fraction: float
    is_seldom: bool

    @property
    def is_alike(self) -> bool:
        return self.share >= ALIKE


@dataclass(frozen=True)
class Pair:
    """Two submissions.

    Attributes
    ----------
    first, second
        Their indices; `first` is of this class.
    exercises
        The exercises that count as evidence, those with the most bits first.
    compared
        The number of exercises in which both have an answer that is long enough.
    share
        The mean share of the compared exercises.
    bits
        The evidence.
    chance
        How many pairs of a class as large as this have as many bits by chance, if exercises are independent.
    """

    first: int
    second: int
    exercises: tuple[SharedExercise, ...]
    compared: int
    share: float
    bits: float
    chance: float

    @property
    def alike(self) -> int:
        return sum(exercise.is_alike for exercise in self.exercises)

    @property
    def stands_out(self) -> bool:
        alone = any(exercise.is_alike and exercise.is_seldom for exercise in self.exercises)
        return self.chance <= STANDS_OUT or alone


@dataclass(frozen=True)
class Compared:
    """The pairs of a class in the order of their evidence, and what is usual in this class.

    Attributes
    ----------
    number
        The number of all pairs that were compared.
    typical, high
        The mean share of the median pair, and the one that one pair in a hundred exceeds.
    """

    pairs: tuple[Pair, ...]
    exercises: tuple[Exercise, ...]
    number: int
    typical: float
    high: float


def compare(documents: Mapping[str, Sequence[Fingerprints]], own: int, most: int) -> Compared:
    """Compare submissions: {exercise: the fingerprints of all submissions}, of which the first `own` are this class.

    Each submission of the class is compared with each other one of the class and with each later one (last year's).
    Returns the `most` pairs with the most evidence, without those that have none.
    """
    number = len(next(iter(documents.values()), ()))
    is_pair = np.triu(np.ones((own, number), bool), k=1)
    bits, share, compared = np.zeros((own, number)), np.zeros((own, number)), np.zeros((own, number), int)
    exercises, found, tail = [], {}, np.ones(1)
    for name, given in documents.items():
        sizes = np.array([len(of_reading(document, 1)) for document in given])
        length = int(np.median(sizes[sizes > 0])) if sizes.any() else 0
        both = is_pair & (sizes[:own, None] > 0) & (sizes[None, :] > 0)
        if length < TOO_SHORT or not both.any():
            exercises.append(Exercise(name, int((sizes > 0).sum()), length, 0, 0))
            continue
        shared = shares(given, own, rarity(given))
        of_pairs = np.sort(shared[both])
        exercises.append(Exercise(name, int((sizes > 0).sum()), length, *_usual(of_pairs)))
        fraction = (len(of_pairs) - np.searchsorted(of_pairs, shared - 1e-9)) / len(of_pairs)
        counted = both & (shared >= LEAST)
        mine = np.where(counted, -np.log2(np.maximum(fraction, 1 / len(of_pairs))), 0)
        bits, share, compared = bits + mine, share + np.where(both, shared, 0), compared + both
        is_seldom = (of_pairs >= ALIKE).sum() <= max(1, SELDOM * len(of_pairs))
        found[name] = (shared, fraction, counted, bool(is_seldom))
        tail = np.convolve(tail, np.bincount(np.floor(mine[is_pair] / STEP).astype(int)) / is_pair.sum())
    above = np.cumsum(tail[::-1])[::-1]  # P(sum of bits >= i * STEP)
    share /= np.maximum(compared, 1)
    pairs = []
    for place in np.argsort(-np.where(is_pair, bits, -1), axis=None, kind="stable")[:most]:
        i, j = map(int, np.unravel_index(place, bits.shape))
        if not (is_pair[i, j] and bits[i, j] > 0):
            break
        listed = [
            SharedExercise(name, float(shared[i, j]), float(fraction[i, j]), is_seldom)
            for name, (shared, fraction, counted, is_seldom) in found.items()
            if counted[i, j]
        ]
        listed.sort(key=lambda exercise: (exercise.fraction, -exercise.share))
        # each exercise was rounded down by less than one step
        chance = above[max(0, min(int(bits[i, j] / STEP) - len(listed), len(above) - 1))] * is_pair.sum()
        pairs.append(
            Pair(i, j, tuple(listed), int(compared[i, j]), float(share[i, j]), float(bits[i, j]), float(chance))
        )
    all_shares = np.sort(share[is_pair & (compared > 0)])
    return Compared(tuple(pairs), tuple(exercises), int(is_pair.sum()), *_usual(all_shares))


def groups(pairs: Sequence[Pair]) -> list[set[int]]:
    """The groups of more than two submissions of which every one stands out beside another one."""
    found: list[set[int]] = []
    for pair in pairs:
        if pair.stands_out:
            joined = {pair.first, pair.second}
            apart = []
            for group in found:
                if group & joined:
                    joined |= group
                else:
                    apart.append(group)
            found = [*apart, joined]
    return [group for group in found if len(group) > 2]


def _usual(shares: np.ndarray) -> tuple[float, float]:
    return (float(np.quantile(shares, 0.5)), float(np.quantile(shares, 0.99))) if len(shares) else (0.0, 0.0)
