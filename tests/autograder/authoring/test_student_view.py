"""How a built notebook looks to a student."""

from nbformat.v4 import new_notebook
from small_notebooks import instructor, student, test_cell

from autograder.authoring.student_view import arrange


def test_the_setup_and_all_test_cells_of_an_exercise_but_the_first_are_collapsed():
    cells = [
        instructor("import numpy", "setup"),
        student("f", "f"),
        test_cell("1", "test_f_1"),
        instructor("plot", "demo"),
        test_cell("2", "test_f_2"),
        test_cell("3", "test_f_3"),
        student("g", "g"),
        test_cell("4", "test_g"),
    ]
    arrange(new_notebook(cells=cells))
    hidden = {cell.id for cell in cells if cell.metadata.get("jupyter") == {"source_hidden": True}}
    assert [cell.metadata.nbgrader.grade_id for cell in cells if cell.id in hidden] == ["setup", "test_f_2", "test_f_3"]


def test_a_run_continues_after_an_error_but_not_after_one_in_the_setup():
    cells = [instructor("import numpy", "setup"), student("f", "f"), test_cell("1", "test_f"), student("your turn")]
    cells[3].metadata.tags = ["skip-execution"]
    arrange(new_notebook(cells=cells))
    assert [cell.metadata.get("tags", []) for cell in cells] == [
        [],
        [],
        ["raises-exception"],
        ["skip-execution", "raises-exception"],
    ]


def test_only_the_cells_for_code_say_that_they_are_the_students():
    cells = [instructor("import numpy", "setup"), student("f = 1", "f"), test_cell("1", "test_f"), student("your turn")]
    arrange(new_notebook(cells=cells))
    marked = [cell.source.startswith("# Your code · edit this cell\n") for cell in cells]
    assert marked == [False, True, False, bool(cells[3].metadata.get("nbgrader"))]
    assert cells[1].source.endswith("\nf = 1")


def test_a_cell_magic_stays_the_first_line():
    cells = [student("%%time\nf = 1", "f")]
    arrange(new_notebook(cells=cells))
    assert cells[0].source == "%%time\nf = 1"
