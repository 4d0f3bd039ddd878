"""Loops are found however they are written, and nothing else is taken for a loop."""

import functools
import itertools
from functools import reduce as fold

import numpy as np
import pytest
from numpy import vectorize as each

from cs231n_lib.checks.loop_search import SourceUnavailable, find_loops, source_of


class Elsewhere:
    """A function in another process, like a grader's proxy."""

    def __init__(self, source, name="f"):
        self.__source__, self.__name__ = source, name


def kinds(source, name="f"):
    return [loop.kind for loop in find_loops(Elsewhere(source, name)).loops]


def depth(source, name="f"):
    return len(find_loops(Elsewhere(source, name)).deepest)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("for x in X:\n        pass", "for"),
        ("while X:\n        X = X[1:]", "while"),
        ("return [x for x in X]", "comprehension"),
        ("return {x for x in X}", "comprehension"),
        ("return {x: 1 for x in X}", "comprehension"),
        ("return sum(x for x in X)", "generator"),
        ("return np.array([x for x in X]).sum()", "comprehension"),
        ("return len([x for x in X])", "comprehension"),
        ("return list(map(abs, X))", "map"),
        ("return list(filter(None, X))", "filter"),
        ("return np.vectorize(abs)(X)", "vectorize"),
        ("return numpy.apply_along_axis(sum, 0, X)", "apply_along_axis"),
        ("return np.fromiter(X, float)", "fromiter"),
        ("return scipy.spatial.distance.cdist(X, X)", "cdist"),
        ("return cdist(X, X)", "cdist"),
        ("return functools.reduce(max, X)", "reduce"),
        ("return reduce(max, X)", "reduce"),
        ("it = np.nditer(X)", "nditer"),
        ("m = map\n    return m(abs, X)", "map"),
        ("return (map,)[0](abs, X)", "map"),
        ("return f(X[1:])", "recursion"),
        ("exec('for x in X: pass')", "exec"),
        ("g = lambda X: [x for x in X]\n    return g(X)", "comprehension"),
        ("def g(X):\n        for x in X: pass\n    return g(X)", "for"),
    ],
)
def test_a_loop_is_found(body, kind):
    assert kinds(f"def f(X):\n    {body}\n") == [kind]


@pytest.mark.parametrize(
    "body",
    [
        "return np.sum(X, axis=1)",
        "return np.add.reduce(X)",
        "return np.maximum.accumulate(X)",
        "filter = X > 0\n    return X[filter]",
        "map = X\n    return map(1)",
        "distance_matrix = X @ X.T\n    return distance_matrix",
        "return X.map",
        "if X is None:\n        raise ValueError('no loop for you')",
        "def unused(X):\n        for x in X: pass\n    return X",
        "return sorted(X, key=lambda g: g)",
        "if not all(isinstance(x, np.ndarray) for x in (X, X)): raise TypeError",
        "for name, x in zip(('X', 'Y'), (X, X)): x.shape",
        "for i, x in enumerate([X, X]): x.shape",
        "for name, x in {'X': X}.items(): x.shape",
        "both = X, X\n    return [x.sum() for x in both]",
        "return sum(X**k for k in range(3)) + sum(X**k for k in range(1, 8))",
        "def each(*arrays):\n        for x in (*arrays, X): x.shape\n        return [x.T for x in arrays]\n    each(X)",
    ],
)
def test_what_is_no_loop_is_not_accused(body):
    assert kinds(f"def f(X):\n    {body}\n\ndef g(X):\n    for x in X: pass\n") == []


@pytest.mark.parametrize(
    "items",
    [
        "(*X,)",
        "[*X]",
        "range(9)",
        "range(len(X))",
        "range(0, 8, X)",
        "(0, 1, 2, 3, 4, 5, 6, 7, 8)",
        "zip(X, X)",
        "enumerate(X)",
        "reversed(X)",
        "{**X}",
        "X.items()",
        "args",
        "rows",
        "mutable",
        "zip()",
    ],
)
def test_what_may_have_many_items_is_a_loop(items):
    before = "args = X\n    rows = X, X\n    rows = X\n    mutable = [X]"
    assert kinds(f"def f(X, *args):\n    {before}\n    for x in {items}: pass\n") == ["for"]


def test_a_loop_over_a_few_items_is_not_counted_but_what_is_in_it_is():
    assert depth("def f(X):\n    for a in (X, X):\n        for x in a: pass\n") == 1
    assert depth("def f(X):\n    return [[x for x in a] for a in (X, X) for b in X]\n") == 2


def test_helpers_of_the_same_text_are_followed():
    source = "def rows(X):\n    return [r for r in X]\ndef f(X):\n    return rows(X)\ndef other(X):\n    while 1: X\n"
    (loop,) = find_loops(Elsewhere(source)).loops
    assert (loop.kind, loop.function, loop.line, loop.text) == ("comprehension", "rows", 2, "return [r for r in X]")


def test_helpers_that_call_each_other_are_recursion():
    assert kinds("def f(X):\n    return g(X)\ndef g(X):\n    return f(X)\n") == ["recursion"]


def test_a_helper_handed_on_is_followed():
    assert kinds("def f(X, g=None):\n    h = rows\n    return h(X)\ndef rows(X):\n    for r in X: pass\n") == ["for"]
    assert kinds("def f(X, rows=rows):\n    return rows(X)\ndef rows(X):\n    for r in X: pass\n") == ["for"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return X", 0),
        ("for x in X:\n        pass\n    for x in X:\n        pass", 1),
        ("for x in X:\n        for y in X:\n            pass", 2),
        ("for x in X:\n        [y for y in X for z in X]", 3),
        ("for x in [y for y in X]:\n        pass", 1),
        ("return [[y for y in x] for x in X]", 2),
        ("return [y for y in [x for x in X]]", 1),
        ("for x in X:\n        helper(x)", 2),
        ("while helper(X):\n        pass", 2),
        ("helper(X)\n    helper(X)", 1),
        ("def inner(x):\n        for y in x: pass\n    for x in X:\n        inner(x)", 2),
        ("for x in X:\n        np.apply_along_axis(max, 0, X)", 2),
        ("for x, y in itertools.product(X, X):\n        pass", 2),
        ("for place in np.ndindex(2, 3, 4):\n        for x in X: pass", 4),
        ("for place in np.ndindex((2, 3)):\n        pass", 2),
        ("for i, in np.ndindex(7):\n        pass", 1),
        ("return [0 for i, j, k in product(*X)]", 3),
    ],
)
def test_depth_counts_loops_inside_loops(body, expected):
    assert depth(f"def f(X):\n    {body}\n\ndef helper(x):\n    for y in x: pass\n") == expected


def live_helper(X):
    return [x for x in X]


def live(X):
    return live_helper(X)


def foreign(X):
    return itertools.chain(X, np.array_split(X, 2))


def aliased(X):
    return each(abs)(X)


def folded(X):
    return fold(max, X)


def countdown(n):
    return n and countdown(n - 1)


@functools.wraps(live_helper)
def wrapper(X):
    return live_helper(X)


def test_live_functions_are_followed_through_their_module_only():
    assert [loop.kind for loop in find_loops(live).loops] == ["comprehension"]
    assert find_loops(foreign).loops == []


def test_a_looping_function_is_known_under_any_name():
    assert [loop.kind for loop in find_loops(aliased).loops] == ["vectorize"]
    assert [loop.kind for loop in find_loops(folded).loops] == ["reduce"]


def test_live_recursion_ends():
    assert {loop.kind for loop in find_loops(countdown).loops} == {"recursion"}


def test_a_decorated_function_is_looked_into():
    assert [loop.kind for loop in find_loops(wrapper).loops] == ["comprehension"]


def test_a_function_inside_a_function_is_followed():
    def inside(X):
        return [x for x in X]

    def outside(X):
        return inside(X)

    assert [loop.kind for loop in find_loops(outside).loops] == ["comprehension"]


def test_lambdas():
    assert find_loops(lambda X: X + 1).loops == []
    looping = (lambda X: [x for x in X], 1)
    assert [loop.kind for loop in find_loops(looping[0]).loops] == ["comprehension"]


def test_source_of_prefers_the_carried_source():
    assert source_of(Elsewhere("    def f(X):\n        pass\n")) == "def f(X):\n    pass\n"
    assert source_of(live).startswith("def live(X):")


@pytest.mark.parametrize("thing", [len, np.vectorize(abs), functools.partial(live), 3])
def test_what_has_no_source_says_so(thing):
    with pytest.raises(SourceUnavailable, match="cannot be read"):
        source_of(thing)


@pytest.mark.parametrize("loop", ["for x in X:", "while X:"])
def test_the_else_of_a_loop_is_looked_into_but_is_not_inside_it(loop):
    source = f"def f(X):\n    {loop}\n        pass\n    else:\n        [x for x in X]\n"
    assert kinds(source) == [loop.split()[0], "comprehension"]
    assert depth(source) == 1


@pytest.mark.parametrize(
    ("loop", "expected"),
    [
        ("for i in np.ndindex(X.shape[0], 3):", 2),
        ("for i, j, k in np.ndindex(X.shape):", 3),
        ("for i in np.ndindex((2, 3, 4)):", 3),
        ("for i in np.ndindex(X.shape):", 1),
        ("for i in itertools.product(X, X):", 2),
        ("for i in zip(X, X):", 1),
    ],
)
def test_a_loop_over_a_product_counts_once_for_each_of_its_ranges(loop, expected):
    assert depth(f"def f(X):\n    {loop}\n        pass\n") == expected
