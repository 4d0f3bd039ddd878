"""The metadata that the build writes for `cs231n check`, and values that a student may have put there."""

import pytest
from nbformat.v4 import new_notebook

from autograder.notebook.built_metadata import (
    name_assignment,
    name_graded_cells,
    name_limits,
    named_assignment,
    named_graded_cells,
    named_limits,
)
from autograder.notebook.limits import Limits


def test_what_was_noted_is_read_again():
    notebook = new_notebook()
    name_assignment(notebook, "sums")
    name_limits(notebook, Limits(1, 2, 3, memory_bytes=4, cpu_seconds=5))
    name_graded_cells(notebook, {"test_a": 2.5})
    assert notebook.metadata.cs231n == {
        "assignment": "sums",
        "limits": {"cell_seconds": 1, "notebook_seconds": 2, "output_bytes": 3, "memory_bytes": 4},
        "graded_cells": {"test_a": 2.5},
    }
    assert named_assignment(notebook) == "sums" and named_graded_cells(notebook) == {"test_a": 2.5}
    assert named_limits(notebook) == Limits(1, 2, 3, memory_bytes=4)


def test_a_notebook_without_graded_cells_has_no_list_of_them():
    notebook = new_notebook()
    name_graded_cells(notebook, {})
    assert notebook.metadata == {}


def test_each_note_is_added_to_those_there_are():
    for first, second in ((name_assignment, name_limits), (name_limits, name_assignment)):
        notebook = new_notebook()
        for note in (first, second):
            note(notebook, {name_assignment: "sums", name_limits: Limits()}[note])
        assert set(notebook.metadata.cs231n) == {"assignment", "limits"}
        name_graded_cells(notebook, {"a": 1})
        assert len(notebook.metadata.cs231n) == 3


@pytest.mark.parametrize(
    "notebook", [{}, {"metadata": 1}, {"metadata": {"cs231n": []}}, {"metadata": {"cs231n": {"assignment": 3}}}]
)
def test_a_notebook_that_does_not_say_belongs_to_no_assignment(notebook):
    assert named_assignment(notebook) == ""


@pytest.mark.parametrize(
    "given", [{"cell_seconds": 1, "notebook_seconds": 1}, {"cell_seconds": 9, "notebook_seconds": 2}]
)
def test_limits_that_are_not_noted_are_the_usual_ones(given):
    assert named_limits(new_notebook(metadata={"cs231n": {"limits": given | {"other": "x"}}})) == Limits(**given)


@pytest.mark.parametrize("missing", ["cell_seconds", "notebook_seconds"])
def test_without_one_of_the_times_there_are_no_limits(missing):
    given = {"cell_seconds": 5, "notebook_seconds": 50}
    del given[missing]
    assert named_limits(new_notebook(metadata={"cs231n": {"limits": given}})) is None


def test_points_are_numbers():
    noted = {"graded_cells": {"a": 1, "b": 0.5, "c": "2", "d": None}}
    assert named_graded_cells(new_notebook(metadata={"cs231n": noted})) == {"a": 1.0, "b": 0.5}
    assert named_graded_cells(new_notebook(metadata={"cs231n": {"graded_cells": 3}})) == {}
    assert named_graded_cells(new_notebook()) == {}


UNUSABLE = [
    *(None, {}, "x", {"limits": 3}, {"limits": {"cell_seconds": 5}}),
    *({"limits": {"cell_seconds": value, "notebook_seconds": 50}} for value in (0, -1, True, "5", 1.5, None)),
]


@pytest.mark.parametrize("metadata", UNUSABLE)
def test_limits_that_nobody_could_have_written_are_none(metadata):
    assert named_limits(new_notebook(metadata={} if metadata is None else {"cs231n": metadata})) is None
