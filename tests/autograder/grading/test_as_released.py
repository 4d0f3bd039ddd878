"""Grading refuses built notebooks that differ from those in the gradebook."""

import pytest

from autograder.authoring.build import build
from autograder.authoring.release import release
from autograder.errors import KitError
from autograder.grading.as_released import check_released

CELL = """
# %% nbgrader={"grade": GRADE, "grade_id": "new", "locked": true, POINTS"schema_version": 3, "solution": false}
assert True
""".replace('"solution": false', '"solution": false, "task": false')
CHANGES = {
    "points": ('"points": 3', '"points": 4', "'test_double' .* has changed from 3 to 4 points since the release"),
    "points of a question": (
        '"points": 5',
        '"points": 50',
        "'question_why' .* has changed from 5 to 50 points since the",
    ),
    "a test": ("twice 4 is 8", "2 * 4 is 8", "'test_double' .* has changed since the release"),
    "a hidden test": ("negative numbers", "below zero", "'test_add_small' .* has changed since the release"),
    "a locked cell": ("import warnings", "import math", "'setup' .* has changed since the release"),
    "what a stub says": ("The sum of a and b", "a plus b", "'add' .* has changed since the release"),
    "a name": ('"test_double"', '"test_twice"', "'test_twice' .* is new since the release"),
    "a new test": (None, CELL.replace("GRADE", "true").replace("POINTS", '"points": 1, '), "'new' .* is new since"),
    "a new locked cell": (None, CELL.replace("GRADE", "false").replace("POINTS", ""), "'new' .* is new since"),
}
NO_CHANGES = {
    "nothing": ("# # Adding", "# # Adding"),
    "prose": ("# # Adding", "# # Adding up"),
    "a solution": ("    return 2 * a", "    return a + a"),
    "a model answer": ("Because addition commutes", "As it commutes"),
}


@pytest.fixture
def change(tiny):
    """change(before, after) replaces text in the source of `adding` and builds it; before=None appends `after`."""

    def run(before, after):
        path = tiny.assignments / "sums" / "adding.py"
        text = path.read_text()
        assert before is None or before in text
        path.write_text(text + after if before is None else text.replace(before, after))
        build(tiny, "sums")

    return run


def check(workspace):
    with workspace.gradebook() as gradebook:
        check_released(workspace, gradebook, workspace.course.assignment("sums"))


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_that_decides_grades_wants_a_release(tiny, change, what):
    before, after, message = CHANGES[what]
    change(before, after)
    with pytest.raises(KitError, match=message) as caught:
        check(tiny)
    assert "cs231n release sums" in caught.value.hint
    if what in ("points", "what a stub says", "a name"):
        release(tiny, "sums")
        check(tiny)


@pytest.mark.parametrize("what", NO_CHANGES)
def test_other_changes_do_not(tiny, change, what):
    change(*NO_CHANGES[what])
    check(tiny)


def test_a_cell_that_is_gone(tiny, change):
    path = tiny.assignments / "sums" / "adding.py"
    text = path.read_text()
    begin = text.index("# %% nbgrader={", text.index("return 2 * a"))
    change(text[begin : text.index("# %% [markdown] nbgrader")], "")
    with pytest.raises(KitError, match="is gone since the release"):
        check(tiny)


def test_stubs_that_something_else_makes_are_not_compared(tiny, change):
    with (tiny.root / "nbgrader_config.py").open("a") as config:
        config.write("c.GenerateAssignment.preprocessors = ['nbgrader.preprocessors.ClearSolutions']\n")
    change("The sum of a and b", "a plus b")
    check(type(tiny)(tiny.root))
