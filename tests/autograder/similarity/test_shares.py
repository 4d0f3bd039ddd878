"""The share of a pair: rare fingerprints count more than common ones."""

import numpy as np
import pytest

from autograder.similarity.shares import rarity, shares


def documents(*given):
    """Documents whose fingerprints are those of one reading."""
    return [np.array(sorted(2 * mark for mark in one), np.uint64) for one in given]


def shares_of(*given, rows=None):
    found = documents(*given)
    return shares(found, len(found) if rows is None else rows, rarity(found))


def test_equal_answers_share_all_and_others_nothing():
    found = shares_of({1, 2, 3}, {1, 2, 3}, {7, 8})
    assert found[0, 1] == found[1, 0] == pytest.approx(1)
    assert found[0, 2] == found[0, 0] == 0


def test_what_everybody_has_does_not_count():
    everybody = {1, 2, 3, 4, 5, 6}
    found = shares_of(*({*everybody, 10 + n} for n in range(6)))
    assert found.max() == 0


def test_a_rare_passage_counts_more_than_one_that_many_have():
    rare = shares_of({1, 2}, {1, 3}, {4}, {5}, {6}, {7})[0, 1]
    common = shares_of({1, 2}, {1, 3}, {1, 4}, {1, 5}, {6}, {7})[0, 1]
    assert 0 < common < rare == pytest.approx(1 / 2)


def test_dead_code_as_long_as_the_answer_does_not_hide_a_copy():
    assert shares_of({1, 2, 3, 4}, {1, 2, 3, 4, 5, 6, 7, 8}, {9})[0, 1] == pytest.approx(1)


def test_a_short_answer_is_not_alike_a_long_one_that_contains_it():
    assert shares_of({1}, set(range(1, 21)), {99})[0, 1] == pytest.approx(1 / 10)


def test_the_reading_counts_that_gives_more():
    given = [[2, 4, 6, 8, 11], [2, 4, 6, 8, 13], [21]]  # even: as it stands
    found = [np.array(one, np.uint64) for one in given]
    assert shares(found, 3, rarity(found))[0, 1] == pytest.approx(1)


def test_only_the_rows_that_are_asked_for_and_many_fingerprints():
    many = set(range(5000))
    found = shares_of(many, set(range(2500, 7500)), {9999}, set(), rows=2)
    assert found.shape == (2, 4) and found[0, 1] == pytest.approx(1 / 2, abs=0.01)
    assert np.all(found[:, 3] == 0)


def test_rarity_is_1_without_others_and_0_if_all_have_it():
    rare = rarity(documents(*({1, 10 + n} for n in range(9))))
    assert rare.answers == 9
    assert rare.of(np.array([0, 1, 7])) == pytest.approx([1, 1 - np.log(2) / np.log(8), 0])
    assert rare.beyond_pair(np.array([2], np.uint64)) == pytest.approx([0])
