"""Which names the judge takes from the student, and the source of functions for loop checks."""

import types

import numpy as np
import pytest

from autograder.execution.judge.errors import StudentDied
from autograder.execution.judge.names import StudentNames
from autograder.execution.judge.proxies import StudentFunction, StudentObject
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
value, number, np_array = 4, 4, np.ones(3)
"""


@pytest.fixture
def here(student):
    return student(CELLS)


@pytest.fixture
def cell(here):
    """cell(source) runs Python text in a namespace that falls back to the student's names; returns the namespace."""
    names = StudentNames(here.connection, reserved={"helper", "value"})
    namespace = {"__name__": "__main__", "__builtins__": names, "np": np}

    def run(source):
        names.forget()
        exec(compile(source, "<cell>", "exec"), namespace)
        return namespace

    run.names = names
    return run


def test_names_that_nobody_else_has_are_the_student_s(cell):
    namespace = cell("got = plain, net, np_array")
    plain, net, array = namespace["got"]
    assert isinstance(plain, StudentFunction) and isinstance(net, StudentObject) and type(array) is np.ndarray
    assert "plain" not in namespace and repr(net) == "<Net 'net' of the notebook>"


@pytest.mark.parametrize("name", ["helper", "value", "nowhere", "__cached__", "__file__"])
def test_reserved_names_and_those_of_python_s_own_are_not(cell, name):
    with pytest.raises(NameError, match=f"name '{name}' is not defined"):
        cell(name)


def test_names_are_found_in_functions_classes_and_comprehensions(cell):
    namespace = cell("""
def function():
    return [plain(np.ones((1, 2)))[0] for _ in range(1)], (lambda: number)()
class Class:
    attribute = number
    items = [number for _ in range(2)]
    def method(self):
        return number
got = function(), Class.attribute, Class.items, Class().method(), eval("number")
""")
    assert namespace["got"] == (([2], 4), 4, [4, 4], 4, 4)


def test_built_in_names_are_never_asked_for(cell, monkeypatch):
    monkeypatch.setattr("builtins.number", "built in since", raising=False)
    assert cell("got = number")["got"] == "built in since"
    cell.names.connection.close()
    assert cell("got = len('abc'), [sorted((2, 1)) for _ in range(1)]")["got"] == (3, [[1, 2]])


def test_a_name_is_fetched_once_in_a_cell_and_afresh_in_the_next(cell):
    namespace = cell("same = np_array is np_array\nnp_array[0] = 9\ngot = np_array")
    assert namespace["same"] and namespace["got"].tolist() == [9, 1, 1]
    assert cell("got = np_array")["got"].tolist() == [1, 1, 1]


def test_what_a_cell_binds_goes_before_what_the_student_has(cell):
    assert cell("np_array = 'bound here'\ngot = np_array")["got"] == "bound here"


def test_when_the_names_are_closed_none_is_the_student_s(cell):
    cell.names.closed = True
    with pytest.raises(NameError):
        cell("plain")


def test_a_lost_connection_is_said_where_a_name_is_read(cell):
    cell.names.connection.close()
    with pytest.raises(StudentDied, match="your plain was not run"):
        cell("plain")


def test_a_module_can_have_the_names(here):
    module = types.ModuleType("__main__")
    module.__builtins__ = StudentNames(here.connection)
    exec("def f(): return number", vars(module))
    assert module.f() == 4


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
