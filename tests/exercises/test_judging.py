"""How answers are judged, on a notebook with one exercise."""

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
import numpy as np

offset, steps, table, rng = 1, [1], np.zeros((1, 2)), np.random.default_rng(0)

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


def judged_each(notebook, *sources):
    outcomes = judging.run_each(notebook, "successor", sources)
    return [{test: failure and failure.error for test, failure in failures.items()} for failures in outcomes]


def judged(notebook, source):
    return judged_each(notebook, source)[0]


def test_a_right_answer_uses_what_the_setup_defined(notebook):
    assert judged(notebook, "def successor(n):\n    return offset + n\n") == BOTH_RIGHT


def test_only_the_cell_about_the_mistake_fails(notebook):
    answer = "def successor(n):\n    return n + 1 if n < 1000 else n\n"
    assert judged(notebook, answer) == {"test_small": None, "test_large": "AssertionError"}


def test_an_answer_that_defines_nothing_does_not_fall_back_on_the_solution(notebook):
    assert set(judged(notebook, "def succesor(n):\n    return n + 1\n").values()) == {"NameError"}


def test_an_answer_does_not_see_what_the_tests_bind(notebook):
    assert set(judged(notebook, "def successor(n):\n    return n + one\n").values()) == {"NameError"}


LEAVES = {
    "a name": "offset = 5",
    "another name": "left = 5",
    "a deleted name": "del offset",
    "a list that the notebook made": "steps.append(1)",
    "an array that the notebook made": "table[0, 1] = 5",
    "a generator that the notebook made": "rng.random()",
    "NumPy's own generator": "np.random.seed(0)",
}
SHOWS = """
seen = offset, steps, table, "left" in globals(), rng.random(), np.random.random()

def successor(n):
    raise ValueError(seen)
"""


@pytest.mark.parametrize("what", LEAVES)
def test_one_answer_leaves_nothing_behind_for_the_next(notebook, what):
    leaving = f"{LEAVES[what]}\ndef successor(n):\n    return n + 1\n"
    (alone,) = judging.run_each(notebook, "successor", [SHOWS])
    first, second = judging.run_each(notebook, "successor", [leaving, SHOWS])
    assert (first, second) == (BOTH_RIGHT, alone)
    assert alone["test_small"].message.startswith("(1, [1], ")


def test_a_failure_tells_the_answers_error_from_the_tests(notebook):
    sources = ["def successor(n):\n    return n / 0\n", "def successor(n):\n    return n\n"]
    raised, refused = (failures["test_small"] for failures in judging.run_each(notebook, "successor", sources))
    assert (raised.from_answer, refused.from_answer) == (True, False)
    assert str(refused) == "AssertionError: the successor of 1 is 2"


RIGHT = "def successor(n):\n    return n + 1\n"


def test_an_endless_loop_costs_the_tests_from_there_on_and_no_other_answer(notebook, monkeypatch):
    monkeypatch.setattr(judging, "SECONDS_PER_ANSWER", 1)
    endless = "def successor(n):\n    while n > 1000:\n        pass\n    return n + 1\n"
    expected = [BOTH_RIGHT, {"test_small": None, "test_large": "Timeout"}, BOTH_RIGHT]
    assert judged_each(notebook, RIGHT, endless, RIGHT) == expected


def test_an_answer_that_ends_its_process_costs_no_other_answer(notebook):
    in_a_test = "import os\n\ndef successor(n):\n    return n + 1 if n == 1 else os._exit(0)\n"
    at_once = "import os\n\nos._exit(0)\n"
    expected = [BOTH_RIGHT, {"test_small": None, "test_large": "Died"}, dict.fromkeys(BOTH_RIGHT, "Died"), BOTH_RIGHT]
    assert judged_each(notebook, RIGHT, in_a_test, at_once, RIGHT) == expected


def test_a_bank_is_judged_once(notebook, tmp_path, monkeypatch):
    bank = tmp_path / "successor.bank"
    bank.write_text(f"# %% right: plain\n{RIGHT}# %% wrong: one less -> test_small\n-    return n + 1\n+    return n\n")
    monkeypatch.setattr(judging, "notebook_of", lambda path: notebook)
    first = judging.judged(bank)
    assert [(answer.name, failures["test_small"] is None) for answer, failures in first] == [
        ("plain", True),
        ("one less", False),
    ]
    monkeypatch.setattr(judging, "run_each", None)
    assert judging.judged(bank) is first
