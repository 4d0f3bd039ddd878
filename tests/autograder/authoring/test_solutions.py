"""The parts of a solution cell that a release keeps."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.preprocessors import ClearSolutions as NbgraderClearSolutions

from autograder.authoring.solutions import ClearSolutions

REGION = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"


def cleared(*cells):
    notebook, _ = ClearSolutions().preprocess(
        new_notebook(cells=list(cells), metadata={"language": "python"}), {"language": "python"}
    )
    return [cell.source for cell in notebook.cells]


def answer(name, make=new_code_cell, source=REGION):
    return make(source, metadata={"nbgrader": {"grade_id": name, "solution": True}})


def test_the_stub_names_its_own_exercise():
    assert cleared(answer("f"), answer("g")) == [
        f'def f():\n    # YOUR CODE HERE\n    raise NotImplementedError("exercise {name}: write your code here")'
        for name in "fg"
    ]


def test_a_cell_without_a_name_is_named_by_its_place():
    assert cleared(new_code_cell("1"), new_code_cell(REGION, metadata={"nbgrader": {"solution": True}})) == [
        "1",
        'def f():\n    # YOUR CODE HERE\n    raise NotImplementedError("exercise cell 1: write your code here")',
    ]


def test_an_answer_in_words_has_nbgraders_stub():
    assert cleared(answer("q", new_markdown_cell, "Why?\n### BEGIN SOLUTION\nSo.\n### END SOLUTION")) == [
        "Why?\n" + NbgraderClearSolutions().text_stub
    ]


def test_the_stubs_of_other_languages_stay():
    made = ClearSolutions(code_stub={"python": "x", "R": "y"})
    made.preprocess_cell(answer("f"), {"language": "python"}, 0)
    assert made.code_stub["R"] == "y"
