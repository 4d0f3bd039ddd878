"""The meaning of a cell's nbgrader record."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.notebook.cell_record import (
    CellRecord,
    cell_label,
    compute_checksum,
    grade_id_of,
    is_skipped,
    record_of,
    whose,
)

KINDS = {  # flags, is_test, is_question, is_locked, author; as in docs/course-format.md
    "a solution": ({"solution": True}, False, False, False, "student"),
    "a test": ({"grade": True, "locked": True, "points": 1}, True, False, True, "test"),
    "a test that says it is not locked": ({"grade": True, "points": 1}, True, False, True, "test"),
    "a question": ({"grade": True, "solution": True, "points": 1}, False, True, False, "student"),
    "a locked cell": ({"locked": True}, False, False, True, "instructor"),
    "a solution that says it is locked": ({"locked": True, "solution": True}, False, False, False, "student"),
    "a cell with a name": ({}, False, False, False, "instructor"),
}


def with_record(record, source=""):
    return new_code_cell(source, metadata={"nbgrader": record})


@pytest.mark.parametrize("kind", KINDS)
def test_whose_a_cell_is_and_who_gives_its_points(kind):
    flags, is_test, is_question, is_locked, author = KINDS[kind]
    cell = with_record({"grade_id": "a", **flags})
    record = record_of(cell)
    assert (record.is_test, record.is_question, record.is_locked) == (is_test, is_question, is_locked)
    assert whose(cell) == author


def test_a_record_is_read_whole():
    given = {
        "grade_id": "a", "grade": True, "solution": True, "locked": True, "task": True, "points": 2,
        "checksum": "0f", "score": 1.5, "comment": "well", "schema_version": 3, "cell_type": "code",
    }  # fmt: skip
    assert record_of(with_record(given)) == CellRecord("a", True, True, True, True, 2.0, "0f", 1.5, "well")


def test_what_a_record_leaves_out():
    assert CellRecord("a") == CellRecord("a", False, False, False, False, 0.0, None, None, "")
    assert record_of(with_record({"grade_id": "a"})) == CellRecord("a", False, False, False, False, 0.0, None, None, "")


@pytest.mark.parametrize("record", ["x", 1, None, [], {}, {"grade_id": 3}, {"grade_id": None, "solution": True}])
def test_what_has_no_name_is_no_record(record):
    cell = with_record(record)
    assert record_of(cell) is None and grade_id_of(cell) is None and whose(cell) == "student"


@pytest.mark.parametrize("cell", [{}, {"metadata": None}, {"metadata": []}, {"metadata": {}}])
def test_a_cell_without_metadata_has_no_record(cell):
    assert record_of(cell) is None and grade_id_of(cell) is None


@pytest.mark.parametrize("flag", ["grade", "task"])
@pytest.mark.parametrize("points", [None, "2", True, math.nan, math.inf, -math.inf, 10**400, [1]])
def test_a_cell_worth_points_without_a_number_of_them_has_no_record(flag, points):
    cell = with_record({"grade_id": "a", flag: True, "points": points})
    assert record_of(cell) is None
    assert grade_id_of(cell) == "a"  # its name is still read


@pytest.mark.parametrize("points", [0, 0.5, -1])
def test_points_may_be_any_finite_number(points):
    assert record_of(with_record({"grade_id": "a", "grade": True, "points": points})).points == points


@pytest.mark.parametrize("points", [None, "many", math.nan])
def test_points_of_a_cell_that_is_worth_none_do_not_matter(points):
    assert record_of(with_record({"grade_id": "a", "solution": True, "points": points})).points == 0


def test_what_is_no_checksum_and_no_comment():
    record = record_of(with_record({"grade_id": "a", "checksum": 5, "comment": None, "score": "1"}))
    assert (record.checksum, record.comment, record.score) == (None, "", None)


def test_a_cell_that_is_too_long_for_the_grader_has_nbclients_tag():
    assert is_skipped(new_code_cell("", metadata={"tags": ["other", "skip-execution"]}))
    assert not is_skipped(new_code_cell("", metadata={"tags": ["skip"]})) and not is_skipped(new_code_cell(""))


def test_a_cell_is_named_by_its_grade_id_or_by_the_nearest_before_it():
    cells = [new_code_cell(""), with_record({"grade_id": "a"}), new_code_cell(""), new_code_cell("")]
    cells.append(with_record({"grade_id": "b"}))
    assert [cell_label(cells, index) for index in range(5)] == [
        "cell 1", "the cell 'a'", "a cell after 'a'", "a cell after 'a'", "the cell 'b'",
    ]  # fmt: skip


def test_the_first_cell_counts_as_one_before_the_others():
    cells = [with_record({"grade_id": "first"}), new_code_cell(""), new_code_cell("")]
    assert cell_label(cells, 2) == "a cell after 'first'"


def test_half_a_pair_of_surrogates_has_a_checksum():
    cell = with_record({"grade_id": "a"}, "\ud800")
    assert len(compute_checksum(cell, record_of(cell))) == 32


@given(
    source=st.text(max_size=30),
    record=st.fixed_dictionaries(
        {"grade_id": st.text(min_size=1, max_size=5), "points": st.integers(0, 9) | st.floats(0, 9)},
        optional={key: st.booleans() for key in ("grade", "solution", "locked", "task")},
    ),
    make=st.sampled_from([new_code_cell, new_markdown_cell]),
)
def test_the_checksum_is_nbgraders(source, record, make):
    from nbgrader import utils

    made = make(source, metadata={"nbgrader": record})
    assert compute_checksum(made, record_of(made)) == utils.compute_checksum(made)
