"""Pairs in the order of their evidence, on fingerprints made by hand."""

import numpy as np
import pytest

from autograder.similarity.pairs import TOO_SHORT, Pair, compare, groups


def answer(*numbers):
    """An answer whose passages are those of the ways `numbers` to write it, in equal parts."""
    length = 24 // len(numbers)
    return np.array(sorted(2 * (1000 * n + k) + 1 for n in numbers for k in range(length)), np.uint64)


NOTHING = np.empty(0, np.uint64)


def test_the_pair_that_shares_every_exercise_is_first():
    drawn = np.random.default_rng(0).integers(0, 5, size=(8, 30))  # 8 exercises, 30 students, 5 ways to write each
    drawn[:, 7] = drawn[:, 21]
    found = compare({f"e{e}": [answer(n) for n in row] for e, row in enumerate(drawn)}, 30, 50)
    first, second = found.pairs[:2]
    assert (first.first, first.second, first.alike, first.compared) == (7, 21, 8, 8)
    assert first.stands_out and first.chance < 0.05 < second.chance
    assert first.share == pytest.approx(1) and found.number == 30 * 29 / 2
    assert not any(pair.stands_out for pair in found.pairs[1:])


def test_one_exercise_that_only_this_pair_writes_alike_stands_out():
    ways = [[answer(100 * e + n) for n in range(12)] for e in range(4)]
    ways[2][9] = ways[2][4]
    found = compare({f"e{e}": row for e, row in enumerate(ways)}, 12, 50)
    assert [(pair.first, pair.second) for pair in found.pairs] == [(4, 9)]
    assert found.pairs[0].stands_out and found.pairs[0].alike == 1
    assert [exercise.name for exercise in found.pairs[0].exercises] == ["e2"]


def test_an_exercise_that_is_too_short_is_said_to_be_and_counts_nothing():
    short = 2 * np.arange(TOO_SHORT - 1, dtype=np.uint64) + np.uint64(1)
    found = compare({"short": [short] * 4, "empty": [NOTHING] * 4}, 4, 50)
    assert [exercise.is_too_short for exercise in found.exercises] == [True, True]
    assert [exercise.answers for exercise in found.exercises] == [4, 0]
    assert found.pairs == ()


def test_half_of_an_answer_is_evidence_but_not_alike():
    found = compare({"e": [answer(1, 2), answer(1, 3), *(answer(n) for n in range(4, 12))]}, 10, 50)
    assert [(pair.first, pair.second, pair.alike) for pair in found.pairs] == [(0, 1, 0)]
    assert found.pairs[0].exercises[0].share == pytest.approx(1 / 2)


def test_earlier_submissions_are_compared_with_the_class_and_not_with_each_other():
    found = compare({"e": [answer(1), answer(2), answer(2), answer(2)]}, 2, 50)
    assert [(pair.first, pair.second) for pair in found.pairs] == [(1, 2), (1, 3)]
    assert found.number == 1 + 2 * 2


def test_students_without_an_answer_are_not_compared_in_it():
    found = compare({"e": [NOTHING, answer(1), answer(1)], "f": [answer(2), answer(3), answer(3)]}, 3, 50)
    assert [(pair.first, pair.second, pair.compared) for pair in found.pairs] == [(1, 2, 2)]
    assert found.exercises[0].answers == 2


def test_only_as_many_pairs_as_wanted():
    assert len(compare({"e": [answer(1)] * 6}, 6, 4).pairs) <= 4


def test_pairs_with_a_common_submission_are_a_group():
    pairs = [Pair(i, j, (), 1, 1.0, 9.0, chance) for i, j, chance in ((0, 1, 0), (2, 3, 0), (1, 4, 0), (3, 5, 0.9))]
    assert groups(pairs) == [{0, 1, 4}]
