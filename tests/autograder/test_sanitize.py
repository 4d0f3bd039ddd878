"""What a student may do to a notebook file, and what is left of it."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.sanitize import read_built, sanitize


@pytest.fixture
def sanitized(tiny, hand_in):
    """sanitized(change) hands in `adding`, changed by `change(cells, notebook)`, and sanitizes it."""
    assignment = tiny.course.assignment("sums")

    def run(change):
        folder = hand_in("student", adding={"add": "def add(a, b):\n    return b + a"})
        notebook = nbformat.read(folder / "adding.ipynb", as_version=4)
        change(notebook.cells, notebook)
        (folder / "adding.ipynb").write_text(json.dumps(notebook))
        return sanitize(tiny, assignment, "student", "adding")

    return run


def ids(notebook):
    return [c.metadata.get("nbgrader", {}).get("grade_id") for c in notebook.cells]


def by_id(notebook, grade_id):
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def labelled(notebook):
    return [grade_id for grade_id in ids(notebook) if grade_id]


FRAME = ["setup", "add", "test_add_small", "double", "test_double", "demo_long", "question_why"]


def test_an_honest_submission_keeps_its_answers_and_gets_the_hidden_tests(sanitized):
    result = sanitized(lambda cells, notebook: None)
    assert result.problems == []
    assert by_id(result.notebook, "add").source == "def add(a, b):\n    return b + a"
    assert "negative numbers" in by_id(result.notebook, "test_add_small").source
    assert labelled(result.notebook) == FRAME


def test_changed_locked_cells_and_records_are_the_sources_again(sanitized):
    def change(cells, notebook):
        for cell in cells:
            if "nbgrader" in cell.metadata and cell.metadata.nbgrader.grade:
                cell.metadata.nbgrader["points"] = 1000
                cell.metadata["tags"] = ["skip-execution", "raises-exception"]
                cell.source = "pass"
                cell.cell_type = "code"
        notebook.metadata["kernelspec"] = {"name": "bash", "display_name": "bash", "language": "bash"}

    result = sanitized(change)
    test = by_id(result.notebook, "test_add_small")
    assert "1 + 2 is 3" in test.source and test.metadata.nbgrader.points == 2 and "tags" not in test.metadata
    assert by_id(result.notebook, "question_why").cell_type == "markdown"
    assert result.notebook.metadata.kernelspec.name == "python3"


def test_deleted_test_cells_come_back_in_their_places(sanitized):
    result = sanitized(lambda cells, notebook: cells.__delitem__(slice(4, 7)))
    assert labelled(result.notebook) == FRAME


def test_reordered_cells_stand_in_the_sources_order(sanitized):
    result = sanitized(lambda cells, notebook: cells.reverse())
    assert labelled(result.notebook) == FRAME


def test_the_last_of_duplicated_answers_counts_and_the_student_is_told(sanitized):
    def change(cells, notebook):
        copy = nbformat.from_dict(cells[2])
        copy.source = "def add(a, b):\n    return 'last'"
        cells.insert(3, copy)

    result = sanitized(change)
    assert "last" in by_id(result.notebook, "add").source
    assert result.problems == ["the cell 'add' occurs more than once; the last one counts"]
    assert labelled(result.notebook) == FRAME


def test_a_duplicated_test_cell_does_not_run_twice(sanitized):
    result = sanitized(lambda cells, notebook: cells.insert(4, nbformat.from_dict(cells[3])))
    assert sum("1 + 2 is 3" in cell.source for cell in result.notebook.cells) == 1


def test_an_answer_whose_record_was_lost_is_found_by_its_cell_id(sanitized):
    result = sanitized(lambda cells, notebook: cells[2].metadata.clear())
    assert by_id(result.notebook, "add").source == "def add(a, b):\n    return b + a"
    assert result.problems == []


def test_a_renamed_answer_still_runs_and_no_stub_covers_it(sanitized):
    def change(cells, notebook):
        cells[2].metadata["nbgrader"]["grade_id"] = "mine"
        cells[2]["id"] = "mine"

    result = sanitized(change)
    sources = [cell.source for cell in result.notebook.cells]
    assert "def add(a, b):\n    return b + a" in sources
    assert "NotImplementedError" not in by_id(result.notebook, "add").source
    assert result.problems == ["the cell 'add' is missing"]


def test_a_long_cell_that_lost_its_record_and_id_still_does_not_run(sanitized):
    def change(cells, notebook):
        for cell in cells:
            cell.metadata, cell["id"] = {}, f"lost-{cell.get('id', '')}"

    sources = [cell.source for cell in sanitized(change).notebook.cells]
    assert sum("the grader must not run this" in source for source in sources) == 1  # the source's, which is tagged
    assert "def add(a, b):\n    return b + a" in sources


def test_added_cells_keep_their_place_and_lose_their_metadata(sanitized):
    def change(cells, notebook):
        cells.insert(3, new_code_cell("helper = 1", metadata={"tags": ["skip-execution"], "nbgrader": {"grade": True}}))
        cells.insert(4, new_markdown_cell("my notes"))

    result = sanitized(change)
    place = ids(result.notebook).index("add")
    assert [cell.source for cell in result.notebook.cells[place + 1 : place + 3]] == ["helper = 1", "my notes"]
    assert result.notebook.cells[place + 1].metadata == {}


def test_outputs_are_dropped_and_a_file_large_only_for_them_still_counts(sanitized):
    def change(cells, notebook):
        cells[2].outputs = [{"output_type": "stream", "name": "stdout", "text": "x" * 500_000}]

    result = sanitized(change)
    assert result.runnable
    assert "outputs dropped" in result.problems[0]
    assert all(cell.get("outputs", []) == [] for cell in result.notebook.cells)


UNREADABLE = {
    "was not handed in": None,
    "is an empty file": b"",
    "not valid JSON": b'{"cells": [',
    "not UTF-8": b"\xff\xfe\x00\x01",
    "not a notebook": b'{"hello": 1}',
    "JSON, but not a notebook": b"[1, 2]",
    "nested too deeply": b"[" * 100_000,
    "is not a notebook: Exceeds the limit": b'{"nbformat": ' + b"9" * 5000 + b"}",
    "at most 200,000": b" " * 5_000_000,
}


@pytest.mark.parametrize("reason", UNREADABLE)
def test_a_file_that_cannot_be_graded_becomes_a_page_that_says_why(tiny, hand_in, reason):
    folder = hand_in("student")
    (folder / "adding.ipynb").unlink()
    if UNREADABLE[reason] is not None:
        (folder / "adding.ipynb").write_bytes(UNREADABLE[reason])
    result = sanitize(tiny, tiny.course.assignment("sums"), "student", "adding")
    assert not result.runnable
    assert reason in result.problems[0] and "adding.ipynb" in result.problems[0]
    tests = [c for c in result.notebook.cells if c.cell_type == "code"]
    assert len(tests) == 2 and all(c.outputs[0].ename == "NotGraded" for c in tests)


def test_a_link_is_not_followed(tiny, hand_in):
    folder = hand_in("student")
    (folder / "adding.ipynb").unlink()
    (folder / "adding.ipynb").symlink_to(tiny.source("sums") / "adding.ipynb")
    result = sanitize(tiny, tiny.course.assignment("sums"), "student", "adding")
    assert not result.runnable and "is a link" in result.problems[0]


def test_notebook_format_3_is_converted(tiny, hand_in):
    folder = hand_in("student", adding={"add": "def add(a, b):\n    return b + a"})
    notebook = nbformat.read(folder / "adding.ipynb", as_version=4)
    (folder / "adding.ipynb").write_text(nbformat.writes(notebook, version=3))
    result = sanitize(tiny, tiny.course.assignment("sums"), "student", "adding")
    assert result.runnable and "notebook format 3" in result.problems[0]
    assert by_id(result.notebook, "add").source == "def add(a, b):\n    return b + a"


def test_the_built_notebook_is_what_the_frame_comes_from(tiny):
    assert labelled(read_built(tiny, tiny.course.assignment("sums"), "adding")) == FRAME
