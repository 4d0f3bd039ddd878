"""One mistake costs once: a wrong answer costs no points in a later exercise that uses its function."""

import ast

import pytest
from bank import HERE, NOTEBOOKS, read_bank
from judging import cells_of, exercises, run_tests_of

pytestmark = pytest.mark.slow

ANSWERS_EACH = 2  # evenly spaced among the wrong answers of a bank
# answers that cost something later, and why that is fair
REVIEWED = {
    "the library does it": "the cache is the library's own, which no backward pass of a student reads",
    "the library's kernel does it, fetched inside": "likewise",
    "reshapes the array that it was given": "the cache holds the reshaped array",
    "sets everything but the maximum to 0 in place": "the cache holds the changed images",
    "pads the image with zeros where the windows do not fit": "the cache holds the padded images",
    "loops over images, channels and positions": "checks.max_loops of conv_forward_im2col reads the text of im2col",
    "three loops as a comprehension": "likewise",
    "five loops in one np.ndindex": "likewise",
}
# notebooks with such exercises, so that none is overlooked
BUILD_ON_ONE_ANOTHER = {
    "knn", "svm", "softmax", "features", "two_layer_net", "backpropagation", "optimizers", "generalization",
    "convolution", "convnet_accounting", "residual_and_segmentation",
}  # fmt: skip


def called(notebook, name):
    """Yield (cell's name, call) for each call of checks.<name> in the test cells of a notebook."""
    for cell in cells_of(notebook):
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "code":
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == f"checks.{name}":
                    yield cell.metadata["nbgrader"]["grade_id"], node


def users(notebook):
    """{exercise: the later exercises whose tests lend it, or use its cache}"""
    found = {}
    of_cell = {cell: exercise for exercise, cells in exercises(notebook).items() for cell in cells}
    for _, call in called(notebook, "lend"):
        for lent in call.keywords:
            found.setdefault(lent.arg, set()).add(ast.unparse(call.args[0]))
    for cell, call in called(notebook, "forward_pass"):
        found.setdefault(ast.unparse(call.args[0]), set()).add(of_cell[cell])
    return {exercise: sorted(later - {exercise}) for exercise, later in found.items()}


def wrong(notebook, exercise):
    answers = [
        a for a in read_bank(HERE / notebook.parent.name / notebook.stem / f"{exercise}.bank") if a.kind == "wrong"
    ]
    return [a for a in answers[:: max(1, len(answers) // ANSWERS_EACH)] if a.name not in REVIEWED]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_wrong_answer_costs_nothing_in_later_exercises(notebook):
    later_ones = users(notebook)
    assert later_ones or notebook.stem not in BUILD_ON_ONE_ANOTHER
    lost = {}
    for exercise, later in later_ones.items():
        answers = wrong(notebook, exercise)
        outcomes = run_tests_of(notebook, exercise, [answer.source for answer in answers], later)
        for answer, failures in zip(answers, outcomes, strict=True):
            for cell, failure in failures.items():
                if failure:
                    lost[f"{exercise}, {answer.name}: {cell}"] = str(failure)
    assert not lost
