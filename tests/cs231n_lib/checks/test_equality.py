"""Only the expected value passes, whatever its dtype; for another value, the message says where it differs."""

import numpy as np
import pytest

from cs231n_lib import checks
from cs231n_lib.mistakes import Mistake


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (np.array([1, 2], np.int8), [1, 2]),
        ([1.0, 2.0], np.array([1, 2])),
        (np.int32(3), 3),
        ((1, "a"), [1, "a"]),
        ({1: [0.5], 3: []}, {1: [0.5], 3: []}),
        ([[1], [2, 3]], [[1], [2, 3]]),
        (np.str_("cat"), "cat"),
        (["cat"], np.array(["cat"])),
        (None, None),
        (np.True_, True),
        ({1, 2}, {1, 2}),
    ],
)
def test_equal_compares_values_not_dtypes(actual, expected):
    checks.equal(actual, expected, "the result")


@pytest.mark.parametrize(
    ("actual", "expected", "words"),
    [
        ([1, 2, 4], [1, 2, 3], "First at [2]: expected 3, got 4"),
        ([2, 3, 4], [1, 2, 3], "off by +1"),
        (3, 4, "expected 4, got 3"),
        ("dog", "cat", "expected 'cat', got 'dog'"),
        (None, 3, "return"),
        (3, None, "got 3"),
        ({1: 2}, {1: 2, 5: 1}, "no key 5"),
        ({1: 2, 5: 1}, {1: 2}, "do not belong: 5"),
        ({1: [1, 2]}, {1: [1, 3]}, "the result[1]"),
        ([[1], [2, 3]], [[1], [2, 4]], "the result[1]"),
        (["a"], ["a", "b"], "1 entries"),
        ([[1], [2]], [1, 2], "length 1 too many"),
        (1, "1", "expected '1', got 1"),
        ("ab", ["a", "b"], "expected a list, got 'ab'"),
        ({"a": 1, "b": 2}, ["a", "b"], "expected a list, got a dict of 2 entries"),
    ],
)
def test_equal_says_what_differs(message, actual, expected, words):
    assert words in message(checks.equal, actual, expected, "the result")


def test_nan_equals_nan(message):
    checks.equal([np.nan, 1.0], np.array([np.nan, 1.0]), "x")
    assert "expected 1.0, got nan" in message(checks.equal, [np.nan, np.nan], [np.nan, 1.0], "x")


def test_an_offset_is_not_read_from_constants_two_numbers_or_where_some_are_right(message):
    for actual, expected in (([2, 2, 2], [1, 1, 1]), ([2, 3], [1, 2]), ([2, 3, 3], [1, 2, 3])):
        assert "off by" not in message(checks.equal, actual, expected, "x")


def test_a_known_mistake_is_named(message):
    known = [
        Mistake("knn.first", "It is the first.", labels=lambda: [5, 5, 7]),
        Mistake("knn.column", "A column.", labels=[[5], [6]]),
    ]
    text = message(checks.equal, [5, 5, 7], [5, 6, 8], "x", mistakes=known)
    assert "Likely mistake: it is the first. [knn.first]" in text and "expected 6, got 5" in text
    assert "[knn.column]" in message(checks.equal, np.array([[5], [6]]), [5, 6], "x", mistakes=known)
    assert "[knn.first]" in message(checks.equal, {1: [5, 5, 7]}, {1: [5, 6, 8]}, "x", mistakes=known)


def test_labels_that_nearly_equal_a_mistake_or_add_up_from_two_are_not_explained(message):
    known = [Mistake("knn.one", "One.", labels=[2, 1, 1]), Mistake("knn.two", "Two.", labels=[1, 3, 1])]
    for labels in ([2, 3, 1], [2, 1, 2]):
        text = message(checks.equal, labels, [1, 1, 1], "x", "Look here.", mistakes=known)
        assert "Likely mistake" not in text and "Look here." in text
