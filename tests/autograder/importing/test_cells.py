"""Ids and records of imported cells."""

import json

import pytest

from autograder.authoring.cell_marker import parse_marker
from autograder.importing.cells import BY_HAND, CHANGED, Ids, ImportedCell, Notes, place, record


@pytest.mark.parametrize(
    "wanted, given",
    [
        ("squares", "squares"),
        ("two words", "two_words"),
        ("größe 1!", "gr_e_1"),
        ("cell-12", "imported-12"),
        ("cell-938593c4a215c6cc", "cell-938593c4a215c6cc"),
        ("", "imported"),
        ("a" * 100, "a" * 60),
    ],
)
def test_an_id_is_one_that_the_build_accepts(wanted, given):
    assert Ids().new(wanted) == given
    parse_marker(f"nbgrader={json.dumps(record(given, solution=True))}")


def test_no_id_is_given_twice():
    ids = Ids()
    assert [ids.new("a") for _ in range(3)] == ["a", "a_2", "a_3"]


def test_a_record_is_complete():
    assert record("t", grade=True, points=1.0)["points"] == 1
    assert record("t", grade=True, points=0.5)["points"] == 0.5
    assert "points" not in record("t", solution=True) and not record("t", solution=True)["locked"]
    assert record("t")["locked"]


def test_a_note_says_where_it_belongs():
    notes = Notes()
    notes.changed(ImportedCell(3, "code", "\nx = 1\ny = 2"), "This.")
    notes.by_hand(ImportedCell(4, "code", "x", record("t")), "That.")
    assert [(note.place, note.what, note.kind) for note in notes.found] == [
        ("cell 3 (x = 1)", "This.", CHANGED),
        ("cell 4 (t)", "That.", BY_HAND),
    ]
    assert len(place(ImportedCell(1, "code", "x" * 500))) < 60
