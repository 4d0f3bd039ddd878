"""In a student's kernel, a check's call finds lent functions under the notebook's names, and only that call."""

import numpy as np
import pytest

from autograder.execution.judge.errors import StudentError
from cs231n_lib import checks

pytestmark = pytest.mark.slow

CELLS = """
import numpy as np

def half(x):
    return x

def halves(xs):
    return [half(x) for x in xs]

def other(xs):
    return [half(x) for x in xs]

def writes(xs):
    global half
    half = None
    return xs

def fails(xs):
    return half(xs) + missing
"""


@pytest.fixture
def names(student):
    return student(CELLS).names


def test_all_kinds_of_calls_see_it_and_nothing_else_does(names):
    halves = names.halves
    checks.lend(halves, lambda: False, half=lambda x: x / 2)
    xs = np.array([2.0, 4.0])
    assert halves(xs) == halves(xs=xs) == [1, 2]
    assert halves.__peak_memory__(xs)[0] == [1, 2]
    assert halves.__with_arguments__(xs)[0] == [1, 2]
    assert halves.__work__(xs)[0] == [1, 2]
    assert names.other(xs) == [2, 4] and names.half(3) == 3


def test_it_lasts_for_the_next_cells(student):
    running = student(CELLS)
    names = running.names
    checks.lend(names.halves, lambda: False, half=lambda x: x / 2)
    running.connection.forget()
    assert names.halves([2]) == [1] and names.half(2) == 2


def test_a_name_that_the_notebook_lacks_is_lent_and_gone_again(names):
    fails = names.fails
    checks.lend(fails, lambda: False, half=lambda x: x / 2, missing=lambda: None)
    with pytest.raises(StudentError):
        fails(2)
    with pytest.raises(KeyError):
        _ = names.missing


def test_a_function_that_replaces_a_lent_one_changes_nothing(names):
    checks.lend(names.writes, lambda: False, half=lambda x: x / 2)
    assert names.writes([1]) == [1]
    assert names.half(3) == 3
