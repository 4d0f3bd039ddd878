"""Imports from nose, which cannot be installed any more."""

import pytest

from autograder.importing.cells import BY_HAND, CHANGED, ImportedCell, Notes
from autograder.importing.nose_tools import replace_nose


def replaced(source):
    cell, notes = ImportedCell(1, "code", source), Notes()
    replace_nose([cell], notes)
    return cell.source, [note.kind for note in notes.found]


def test_assertions_are_those_of_unittest():
    source = "from nose.tools import assert_equal, assert_almost_equal as near, eq_\nassert_equal(f(1), 2)"
    text, kinds = replaced(source)
    assert kinds == [CHANGED] and "nose" not in text
    for result, right in ((2, True), (3, False)):
        names = {"f": lambda x, result=result: result}
        if right:
            exec(text, names)
        else:
            with pytest.raises(AssertionError):
                exec(text, names)
    names["near"](1.0, 1.0 + 1e-9)
    with pytest.raises(AssertionError):
        names["eq_"](1, 2)


def test_what_unittest_lacks_needs_a_hand():
    source = "from nose.tools import raises"
    assert replaced(source) == (source, [BY_HAND])


def test_other_cells_stay():
    assert replaced("from numpy.testing import assert_equal") == ("from numpy.testing import assert_equal", [])
