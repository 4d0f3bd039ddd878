"""The function `judge` itself, on a notebook with one exercise."""

import judging
import pytest

pytestmark = pytest.mark.slow

BOTH_RIGHT = {"test_small": None, "test_large": None}

SOLUTION = '"locked": false, "schema_version": 3, "solution": true, "task": false}'
TEST = '"locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}'
NOTEBOOK = f"""\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %%
offset = 1

# %% nbgrader={{"grade": false, "grade_id": "successor", {SOLUTION}
def successor(n):
    ### BEGIN SOLUTION
    return n + offset
    ### END SOLUTION

# %% nbgrader={{"grade": true, "grade_id": "test_small", {TEST}
one = 1
assert successor(one) == 2, "the successor of 1 is 2"

# %% nbgrader={{"grade": true, "grade_id": "test_large", {TEST}
assert successor(10**6) == 10**6 + 1, "the successor of a million"

# %% tags=["skip-execution"]
raise RuntimeError("a long cell that must not be run")
"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    path = tmp_path_factory.mktemp("course") / "counting.py"
    path.write_text(NOTEBOOK, encoding="utf-8")
    return path


def judged(notebook, source):
    failures = judging.judge(notebook, "successor", source)
    return {test: failure and failure.error for test, failure in failures.items()}


def test_a_right_answer_uses_what_the_setup_defined(notebook):
    assert judged(notebook, "def successor(n):\n    return offset + n\n") == BOTH_RIGHT


def test_only_the_cell_about_the_mistake_fails(notebook):
    answer = "def successor(n):\n    return n + 1 if n < 1000 else n\n"
    assert judged(notebook, answer) == {"test_small": None, "test_large": "AssertionError"}


def test_an_answer_that_defines_nothing_does_not_fall_back_on_the_solution(notebook):
    assert set(judged(notebook, "def succesor(n):\n    return n + 1\n").values()) == {"NameError"}


def test_an_answer_does_not_see_what_the_tests_bind(notebook):
    assert set(judged(notebook, "def successor(n):\n    return n + one\n").values()) == {"NameError"}


def test_one_answer_leaves_nothing_behind_for_the_next(notebook):
    judged(notebook, "offset = 5\ndef successor(n):\n    return n + offset\n")
    assert judged(notebook, "def successor(n):\n    return n + offset\n") == BOTH_RIGHT


def test_a_failure_tells_the_answers_error_from_the_tests(notebook):
    raised = judging.judge(notebook, "successor", "def successor(n):\n    return n / 0\n")["test_small"]
    refused = judging.judge(notebook, "successor", "def successor(n):\n    return n\n")["test_small"]
    assert (raised.from_answer, refused.from_answer) == (True, False)
    assert str(refused) == "AssertionError: the successor of 1 is 2"


def test_an_endless_loop_costs_the_tests_from_there_on(notebook, monkeypatch):
    monkeypatch.setattr(judging, "SECONDS_PER_ANSWER", 1)
    answer = "def successor(n):\n    while n > 1000:\n        pass\n    return n + 1\n"
    assert judged(notebook, answer) == {"test_small": None, "test_large": "Timeout"}


def test_an_answer_that_ends_its_process(notebook):
    answer = "import os\n\ndef successor(n):\n    return n + 1 if n == 1 else os._exit(0)\n"
    assert judged(notebook, answer) == {"test_small": None, "test_large": "Died"}


def test_an_answer_is_judged_once(notebook, monkeypatch):
    answer = "def successor(n):\n    return n + 1\n# judged once\n"
    first = judging.judge(notebook, "successor", answer)
    monkeypatch.setattr(judging, "run", None)
    assert judging.judge(notebook, "successor", answer) == first == BOTH_RIGHT
    with pytest.raises(TypeError):
        judging.judge(notebook, "successor", answer + "# another\n")
