"""Text that every file and every database can store."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.storable import storable


@given(st.text(st.characters(codec=None), max_size=60))
def test_storable_text_can_be_written_and_keeps_its_length(given):
    stored = storable(given)
    stored.encode()
    assert "\0" not in stored and len(stored) == len(given)


@pytest.mark.parametrize("character", ["\0", "\ud800", "\udbff", "\udc00", "\udfff"])
def test_what_no_file_or_database_takes_is_replaced(character):
    assert storable(f"a{character}{character}b") == "a\ufffd\ufffdb"


@pytest.mark.parametrize("character", ["\1", "\x1b", "\ud7ff", "\ue000", "\ufffd", "\U0001f600", "\n"])
def test_everything_else_stays(character):
    assert storable(character) == character
