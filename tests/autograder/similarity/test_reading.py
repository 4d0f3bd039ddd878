"""Code belongs to an exercise wherever it stands, and a broken submission stops nobody."""

import numpy as np
import pytest
from distances_course import OWN, SHORT

from autograder.errors import KitError
from autograder.similarity.canonical import MOST_CODE
from autograder.similarity.reading import (
    OTHER_CODE,
    handed_in,
    handed_in_before,
    own_fingerprints,
    read_release,
    read_work,
)

TWO = "compute_distances_two_loops"
HELPED = f"def {TWO}(X_train, X_test):\n    return helper(X_train, X_test)\n"
HELPER = "def helper(a, b):\n    return np.array([[inner(x - y) for y in a] for x in b])\n"
INNER = "def inner(z):\n    return np.sqrt(np.sum(z ** 2))\n"


@pytest.fixture
def read(course):
    """read(answers, added) -> {exercise: code} of a submission."""
    assignment = course.workspace.course.assignment("nearest")
    release = read_release(course.workspace, assignment)

    def work(answers, added=()):
        found = read_work("ann", course.hand_in("ann", answers, added), release, assignment.limits)
        assert found.problems == []
        return {exercise: code for (_, exercise), code in found.code.items()}

    return work


def test_untouched_exercises_have_no_code(read):
    assert read({}) == {}
    assert read({"short": SHORT}) == {"short": SHORT}


def test_a_function_in_an_added_cell_belongs_to_its_exercise(read, course):
    code = course.right[TWO][0]
    assert read({}, [f"# mine\nx = 1\n{code}"]).keys() == {TWO, OTHER_CODE}
    assert code.strip() in read({}, [code])[TWO]


def test_helpers_in_added_cells_belong_to_the_exercise_that_uses_them(read):
    found = read({TWO: HELPED}, [HELPER, INNER, "def unused():\n    return 3\n"])
    assert "helper" in found[TWO] and "def inner" in found[TWO] and "unused" not in found[TWO]
    assert found[OTHER_CODE].strip() == "def unused():\n    return 3"


def test_the_releases_own_code_does_not_count(course):
    (release,) = read_release(course.workspace, course.workspace.course.assignment("nearest"))
    assert len(own_fingerprints(OWN, release)) == 0
    mine = own_fingerprints(f"{OWN}\n{HELPER}", release)
    assert len(mine) and np.array_equal(mine, own_fingerprints(HELPER, release))


def test_a_broken_notebook_is_named_and_a_missing_one_too(course):
    assignment = course.workspace.course.assignment("nearest")
    release = read_release(course.workspace, assignment)
    folder = course.hand_in("ann", {})
    (folder / "knn.ipynb").write_text("{")
    assert "not valid JSON" in read_work("ann", folder, release, assignment.limits).problems[0]
    (folder / "knn.ipynb").unlink()
    assert read_work("ann", folder, release, assignment.limits).problems == ["knn.ipynb was not handed in"]


def test_more_code_than_is_compared_is_said(course):
    assignment = course.workspace.course.assignment("nearest")
    folder = course.hand_in("ann", {TWO: "x = 1\n" * 20_000}, ["y = 2\n" * 20_000])
    work = read_work("ann", folder, read_release(course.workspace, assignment), assignment.limits)
    assert len(work.code["knn", TWO]) == MOST_CODE and len(work.problems) == 2
    assert any(f"{TWO} has 120,000 characters" in problem for problem in work.problems)


def test_earlier_classes_are_read_from_a_workspace_or_a_folder(course, tmp_path):
    assignment = course.workspace.course.assignment("nearest")
    course.hand_in("zoe", {})
    course.hand_in("Ann", {})
    course.hand_in("old", {}, folder=tmp_path / "2025")
    assert [name for name, _ in handed_in(course.workspace, assignment)] == ["Ann", "zoe"]
    assert [name for name, _ in handed_in_before(course.workspace.root, assignment)] == ["Ann", "zoe"]
    assert [name for name, _ in handed_in_before(tmp_path / "2025", assignment)] == ["old"]
    with pytest.raises(KitError, match="has no submissions for nearest"):
        handed_in_before(tmp_path / "2025" / "old", assignment)


def test_an_assignment_that_is_not_released_is_refused(course):
    (course.workspace.release("nearest") / "knn.ipynb").unlink()
    with pytest.raises(KitError, match="knn.ipynb is missing"):
        read_release(course.workspace, course.workspace.course.assignment("nearest"))
