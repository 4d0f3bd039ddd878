"""Cells of nbgrader notebooks as the sources may hold them."""

import pytest
from nbformat import v4

from autograder.importing.cells import BY_HAND, CHANGED, Notes
from autograder.importing.nbgrader_notebook import imported_cells

SOLVED = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"


def cell(source, kind="code", **nbgrader):
    new = {"code": v4.new_code_cell, "markdown": v4.new_markdown_cell, "raw": v4.new_raw_cell}[kind]
    return new(source, metadata={"nbgrader": nbgrader} if nbgrader else {})


def imported(*cells):
    """(the imported cells, the notes)"""
    notes = Notes()
    return imported_cells(v4.new_notebook(cells=list(cells)), notes), notes.found


def v3(grade_id, grade=False, solution=False, locked=False, task=False, **more):
    flags = {"grade": grade, "solution": solution, "locked": locked, "task": task}
    return {"schema_version": 3, "grade_id": grade_id, **flags, **more}


def test_a_solution_without_markers_is_all_solution_as_for_nbgrader():
    [code, text], notes = imported(
        cell("x = 1", **v3("x", solution=True)),
        cell("Because.", "markdown", **v3("why", grade=True, solution=True, points=2)),
    )
    assert code.source == "### BEGIN SOLUTION\nx = 1\n### END SOLUTION"
    assert text.source == "### BEGIN SOLUTION\nBecause.\n### END SOLUTION"
    assert code.record["locked"] is False and text.record["points"] == 2 and notes == []


@pytest.mark.parametrize("source", ["# YOUR CODE HERE\nraise NotImplementedError()", "pass", ""])
def test_a_release_instead_of_a_source_is_noticed(source):
    [found], [note] = imported(cell(source, **v3("x", solution=True)))
    assert note.kind == BY_HAND and "no solution" in note.what
    assert found.source.startswith("### BEGIN SOLUTION\n")


def test_an_empty_region_gets_a_filler():
    [found], notes = imported(cell("def f():\n    # BEGIN SOLUTION\n    # END SOLUTION", **v3("f", solution=True)))
    assert found.source == "def f():\n    ### BEGIN SOLUTION\n    pass\n    ### END SOLUTION"
    assert [note.kind for note in notes] == [BY_HAND, CHANGED]


@pytest.mark.parametrize("version", [None, 1, 2])
def test_records_of_older_schemas_are_brought_to_the_current_one(version):
    old = {"grade": True, "solution": False, "locked": False, "grade_id": "t", "points": "2"}
    if version:
        old |= {"schema_version": version, "points": 2, "checksum": "0", "cell_type": "code"}
    [found], notes = imported(cell("assert 1", **old))
    assert found.record == {
        "grade": True, "grade_id": "t", "locked": True, "points": 2, "schema_version": 3, "solution": False,
        "task": False,
    }  # fmt: skip
    assert [note.kind for note in notes] == [CHANGED] * 2


def test_a_record_that_means_nothing_goes():
    [found], _ = imported(cell("x = 1", schema_version=1, grade=False, solution=False, locked=False))
    assert found.record is None


def test_a_test_without_points_and_cells_without_names_are_repaired():
    cells, notes = imported(
        cell("assert 1", schema_version=3, grade=True, solution=False, locked=True, task=False),
        cell(SOLVED, **v3("", solution=True)),
        cell(SOLVED, **v3("f", solution=True)),
    )
    assert [found.record["grade_id"] for found in cells] == ["test_1", "f", "f_2"]
    assert cells[0].record["points"] == 0
    assert any("no points" in note.what and note.kind == BY_HAND for note in notes)


def test_a_task_is_a_question_whose_mark_scheme_students_do_not_see():
    task = "### Plot it\n\n=== BEGIN MARK SCHEME ===\nAxes: 1 point\n=== END MARK SCHEME ==="
    [found, place], [note] = imported(cell(task, "markdown", **v3("plot", locked=True, task=True, points=3)), cell(""))
    assert found.source == "### Plot it\n\n\n### BEGIN SOLUTION\nAxes: 1 point\n### END SOLUTION"
    assert found.record["solution"] and found.record["grade"] and found.record["points"] == 3
    assert not found.record["task"] and note.kind == CHANGED
    assert (place.source, place.record) == ("# Your code", None)


def test_a_solution_without_a_record_is_an_exercise():
    [found], [note] = imported(cell(SOLVED))
    assert found.record["solution"] and found.record["grade_id"] == "f" and note.kind == CHANGED


def test_hidden_tests_outside_a_test_get_a_test_cell():
    hidden = "\n### BEGIN HIDDEN TESTS\nassert f() == 1\n### END HIDDEN TESTS"
    cells, notes = imported(
        cell(SOLVED + hidden, **v3("f", solution=True)), cell("import os" + hidden, **v3("setup", locked=True))
    )
    assert [found.source for found in cells] == [SOLVED, hidden.strip(), "import os", hidden.strip()]
    assert [found.is_test for found in cells] == [False, True, False, True]
    assert cells[1].record["points"] == 0 and [note.kind for note in notes] == [BY_HAND] * 2


def test_a_solution_in_a_test_is_a_hidden_test():
    [found], [note] = imported(
        cell("assert 1\n### BEGIN SOLUTION\nassert 2\n### END SOLUTION", **v3("t", grade=True, locked=True, points=1))
    )
    assert found.source == "assert 1\n### BEGIN HIDDEN TESTS\nassert 2\n### END HIDDEN TESTS" and note.kind == CHANGED


@pytest.mark.parametrize("source", ["%%bash\nls", "print 'two'"])
def test_what_is_not_python_becomes_text(source):
    [found], [note] = imported(cell(source))
    assert found.cell_type == "markdown" and source in found.source and note.kind == BY_HAND


def test_raw_and_empty_cells():
    cells, _ = imported(cell("raw", "raw"), cell(""), cell("%time x = 1"))
    assert [(found.cell_type, found.source) for found in cells] == [
        ("markdown", "```\nraw\n```"),
        ("code", "%time x = 1"),
    ]
