"""Which names are the student's, and the source of functions for loop checks."""

import numpy as np
import pytest

from autograder.judge import StudentFunction, StudentNames, StudentObject, names_read
from cs231n_lib import checks

CELLS = """
import functools
import numpy as np

def helper(X):
    return [row.sum() for row in X]

def helped(X):
    return helper(X)

def plain(X):
    return np.sum(X, axis=1)

def looped(X):
    total = 0
    for row in X:
        total = total + row
    return total

renamed = looped
through = plain
short = lambda X: X.sum()
short_loop = lambda X: [x for x in X]

def alias(X):
    return through(X)

hidden_helper = looped

def uses_alias(X):
    return hidden_helper(X)

@functools.wraps(plain)
def wrapping(X):
    return plain(X)

class Net:
    def step(self, X):
        while True:
            return X

net = Net()
made = eval("lambda X: X")
value, np_array = 4, np.ones(3)
"""


@pytest.fixture
def here(student):
    return student(CELLS)


def test_names_of_a_cell():
    source = """
import math
def inner(a, b=default):
    global state
    return [f(x) + a for x in data] + [lambda y: g(y)] + [print(math.pi)]
class C(Base):
    attribute = h
total = sum(k for k in many if k > limit)
total.update
with opened as file: pass
"""
    assert names_read(source) == sorted("default f data g math Base h many limit total opened".split())


def test_only_names_that_the_judge_has_not_are_the_student_s(here):
    names, namespace = StudentNames(here.connection), {"np": np, "helper": "mine", "value": 1}
    assert names.fill("helper(value), plain, np, net, nowhere, np_array", namespace) == ["net", "np_array", "plain"]
    assert namespace["helper"] == "mine" and namespace["value"] == 1 and "nowhere" not in namespace
    assert isinstance(namespace["plain"], StudentFunction) and isinstance(namespace["net"], StudentObject)
    assert type(namespace["np_array"]) is np.ndarray


def test_names_are_brought_in_afresh_for_each_cell(here):
    names, namespace = StudentNames(here.connection), {}
    names.fill("np_array, net", namespace)
    first = namespace["np_array"]
    first += 1
    assert names.fill("np_array", namespace) == ["np_array"]
    assert "net" not in namespace and namespace["np_array"].tolist() == [1, 1, 1]
    namespace["np_array"] = "bound by a cell of the judge's"
    assert names.fill("np_array", namespace) == [] and namespace["np_array"] == "bound by a cell of the judge's"


def test_a_cell_that_is_no_python_is_said(here):
    with pytest.raises(SyntaxError):
        StudentNames(here.connection).fill("def", {})


@pytest.mark.parametrize("name", ["plain", "short", "through", "alias"])
def test_functions_without_loops_pass(here, name):
    checks.no_loops(getattr(here.names, name))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("looped", "line 3 of looped has a for loop"),
        ("renamed", "a for loop"),
        ("helped", "line 2 of helper has a comprehension"),
        ("uses_alias", "a for loop"),
        ("short_loop", "a comprehension"),
        ("made", "cannot be read"),
    ],
)
def test_loops_are_found(here, name, says):
    with pytest.raises(checks.CheckFailed, match=says):
        checks.no_loops(getattr(here.names, name))


def test_methods_have_a_source(here):
    with pytest.raises(checks.CheckFailed, match="while loop"):
        checks.no_loops(here.names.net.step)


def test_a_source_that_the_notebook_does_not_hold_is_none(student):
    forging = CELLS + "\nimport inspect\ninspect.getsource = lambda f: 'def looped(X):\\n    return X.sum()\\n'\n"
    checks.no_loops(student(forging).names.looped)
    forged = student(forging, notebook_text=CELLS)
    with pytest.raises(checks.CheckFailed, match="cannot be read"):
        checks.no_loops(forged.names.looped)
    honest = student(CELLS, notebook_text=CELLS)
    checks.no_loops(honest.names.plain)
    with pytest.raises(checks.CheckFailed, match="for loop"):
        checks.no_loops(honest.names.looped)


def test_a_function_without_a_source_is_said(here):
    assert not hasattr(here.names.made, "__source__")
    assert here.names.plain.__source__.startswith("def plain(X):")
