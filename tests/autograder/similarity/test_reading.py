"""Code belongs to an exercise wherever it stands, and a broken submission stops nobody."""

import numpy as np
import pytest
from distances_course import EXERCISES, OWN, SHORT

from autograder.errors import KitError
from autograder.similarity.canonical import MOST_CODE
from autograder.similarity.fingerprints import fingerprints
from autograder.similarity.reading import (
    MOST_BROKEN,
    MOST_OF_SUBMISSION,
    OTHER_CODE,
    Work,
    handed_in,
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
    code = {"own": OWN, "both": f"{OWN}\n{HELPER}", "mine": HELPER}
    work = Work("ann", code={("knn", exercise): text for exercise, text in code.items()})
    own, both, mine = (own_fingerprints(work, release, exercise) for exercise in code)
    assert len(own) == 0 < len(mine) and np.array_equal(mine, both)


def test_code_that_cannot_be_compared_is_named(course, monkeypatch):
    def too_deep(code):
        raise RecursionError

    (release,) = read_release(course.workspace, course.workspace.course.assignment("nearest"))
    monkeypatch.setattr("autograder.similarity.reading.fingerprints", too_deep)
    work = Work("ann", code={("knn", TWO): HELPER})
    assert len(own_fingerprints(work, release, TWO)) == 0
    assert work.problems == [f"{TWO} in knn.ipynb could not be compared: RecursionError"]


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


def test_submissions_are_those_of_the_assignment(course):
    course.hand_in("zoe", {})
    course.hand_in("Ann", {})
    assert [name for name, _ in handed_in(course.workspace, course.workspace.course.assignment("nearest"))] == [
        "Ann",
        "zoe",
    ]


@pytest.fixture
def handed(course):
    """handed(answers, added) -> Work"""
    assignment = course.workspace.course.assignment("nearest")
    release = read_release(course.workspace, assignment)

    def work(answers, added=()):
        return read_work("ann", course.hand_in("ann", answers, added), release, assignment.limits)

    return work


def test_a_line_that_is_not_python_is_left_out_and_named(handed, course):
    right = course.right[TWO][0].rstrip().split("\n")
    work = handed({TWO: "\n".join([*right[:2], "    = = what is this?", *right[2:]])})
    assert work.problems == [f"{TWO} in knn.ipynb is not valid Python; without line 3, it is compared"]
    found, clean = work.code["knn", TWO], handed({TWO: course.right[TWO][0]}).code["knn", TWO]
    assert "# = = what is this?" in found and np.array_equal(fingerprints(found), fingerprints(clean))


def test_an_answer_that_python_cannot_parse_is_named(handed, course):
    broken = "= =\n" * (MOST_BROKEN + 1)
    work = handed({TWO: broken, "short": SHORT}, [broken])
    reason = "cannot be parsed, so it is compared only with others that cannot"
    assert work.problems == [f"{TWO} in knn.ipynb {reason}", f"An added cell in knn.ipynb {reason}"]
    assert work.code["knn", TWO] == broken and work.code["knn", "short"] == SHORT


def test_the_files_of_a_download_are_read_as_a_folder_is(handed, course):
    assignment = course.workspace.course.assignment("nearest")
    release = read_release(course.workspace, assignment)
    in_folder = handed({TWO: HELPED}, [HELPER])
    data = (course.workspace.submitted("ann", "nearest") / "knn.ipynb").read_bytes()
    given = read_work("ann", {"knn.ipynb": data}, release, assignment.limits, "2025")
    assert (given.code, given.problems, given.past) == (in_folder.code, [], "2025")
    assert read_work("ann", {}, release, assignment.limits).problems == ["knn.ipynb was not handed in"]
    assert "empty" in read_work("ann", {"knn.ipynb": b""}, release, assignment.limits).problems[0]


def test_all_exercises_together_have_a_most(handed):
    uses = {name: f"def {name}():\n    return helper()\n" for name in EXERCISES}
    body = "    x = 1\n" * (MOST_CODE * 9 // 100)
    work = handed(uses, [f"def helper():\n{body}"])
    assert sum(map(len, work.code.values())) == MOST_OF_SUBMISSION
    (problem,) = work.problems
    assert problem.startswith(EXERCISES[-1]) and "characters; the first " in problem


def test_an_assignment_that_is_not_released_is_refused(course):
    (course.workspace.release("nearest") / "knn.ipynb").unlink()
    with pytest.raises(KitError, match="knn.ipynb is missing"):
        read_release(course.workspace, course.workspace.course.assignment("nearest"))
