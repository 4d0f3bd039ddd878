import numpy as np
import pytest

from cs231n_lib.diagnosis.places import at_index, slice_nouns, slices_in_words


def test_an_index_in_words():
    assert at_index(np.array([2, 0])) == " at [2, 0]"
    assert at_index([3]) == " at [3]"
    assert at_index(()) == ""


@pytest.mark.parametrize(
    ("indices", "ndim", "axis", "words"),
    [
        ([2], 2, 0, "row 2"),
        ([0, 1, 2, 3], 2, 1, "columns 0 to 3"),
        ([0, 2], 1, 0, "entries 0 and 2"),
        ([1], 4, 3, "index 1 of axis 3"),
        ([0, 1], 3, 0, "indices 0 and 1 of axis 0"),
        ([4, 5, 6], 3, 1, "indices 4 to 6 of axis 1"),
        ([0, 2, 4, 6, 8, 10], 2, 0, "rows 0, 2, 4, 6, 8 and 10"),
        ([0, 2, 4, 6, 8, 10, 12], 2, 0, "rows 0, 2, 4, 6, 8 and 2 more"),
    ],
)
def test_slices_in_words(indices, ndim, axis, words):
    assert slices_in_words(indices, ndim, axis) == words
    assert slices_in_words(np.array(indices), ndim, axis) == words


def test_what_slices_are_called():
    assert [slice_nouns(1, 0), slice_nouns(2, 0), slice_nouns(2, 1), slice_nouns(3, 2)] == [
        ("entry", "entries"),
        ("row", "rows"),
        ("column", "columns"),
        ("index", "indices"),
    ]
