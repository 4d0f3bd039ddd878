"""Loops are found in a function's text and by counting the executed lines; up to the allowed number, they pass."""

import sys

import loops_in_disguise
import numpy as np
import pytest

from cs231n_lib import checks
from cs231n_lib.checks.loops import _require_growth


def one_loop(X):
    total = 0
    for row in X:
        total += row.sum()
    return total


def test_no_loops_shows_the_loop(message):
    text = message(checks.no_loops, one_loop)
    assert "line 3 of one_loop has a for loop:\n    for row in X:" in text
    checks.no_loops(np_sum)
    checks.no_loops(one_loop, allow=("for",))


def np_sum(X):
    return np.sum(X)


def two_loops(X):
    return [[x for x in row] for row in X]


def test_max_loops_counts_nested_loops(message):
    checks.max_loops(one_loop, 1)
    checks.max_loops(two_loops, 2)
    assert "only one loop is allowed here, but 2 are nested" in message(checks.max_loops, two_loops, 1)


def test_loops_of_what_has_no_source_cannot_be_checked(message):
    assert "defined with def" in message(checks.no_loops, np.vectorize(np_sum))


SMALL, LARGE = (np.arange(1.0, 7).reshape(3, 2),), (np.random.default_rng(0).normal(size=(600, 16)),)
EXPECTED = (LARGE[0] ** 2).sum(axis=1)


@pytest.mark.parametrize("name", loops_in_disguise.LOOPING)
def test_a_loop_is_found_by_what_python_executes(message, name):
    function = getattr(loops_in_disguise, name)
    text = message(_require_growth, function, 0, "f", SMALL, LARGE, EXPECTED)
    says = {
        "padded": "lines even for small arrays; at most 500 are allowed",
        "busy_where_few": "lines even for small arrays; at most 500 are allowed",
        "for_these_sizes_only": "what f returns for larger arrays: it has little to do with the right values",
    }
    assert says.get(name, "f: no loop is allowed here, but Python executes") in text
    message(checks.no_loops, function, small=SMALL, large=LARGE, expected=EXPECTED)
    if name not in says:
        assert function(LARGE[0]) == pytest.approx(EXPECTED)


@pytest.mark.parametrize("name", loops_in_disguise.VECTORIZED)
def test_what_does_not_grow_is_no_loop(name):
    function = getattr(loops_in_disguise, name)
    checks.no_loops(function, small=SMALL, large=LARGE, expected=EXPECTED)
    checks.max_loops(function, 0, small=SMALL, large=LARGE, expected=EXPECTED)
    assert function(LARGE[0]) == pytest.approx(EXPECTED)


def rows(X):
    return [X[i].sum() for i in range(len(X))]


def entries(X):
    return [X[i, j] for i in range(len(X)) for j in range(len(X))]


def test_as_many_loops_as_are_allowed(message):
    small, large = (np.ones((3, 3)),), (np.random.default_rng(0).normal(size=(24, 24)),)
    of_rows, of_entries = ({"small": small, "large": large, "expected": f(*large)} for f in (rows, entries))
    checks.max_loops(rows, 1, **of_rows)
    checks.max_loops(entries, 2, **of_entries)
    hidden = lambda X: vars(sys.modules[__name__])["entries"](X)  # noqa: E731
    assert "only one loop is allowed here, but Python executes" in message(checks.max_loops, hidden, 1, **of_entries)


def test_work_can_be_watched_elsewhere(message):
    class Proxy:
        __name__ = "f"
        __source__ = "def f(X):\n    return X\n"

        def __work__(self, *args):
            return args[0], len(args[0]), ["cs231n_lib.kernels.convolution"], ("f", 1)

    assert "f: cs231n_lib.kernels.convolution of the library computed this" in message(checks.own_work, Proxy(), [1])
    large = np.arange(20.0)
    text = message(checks.no_loops, Proxy(), small=([1, 2],), large=(large,), expected=large)
    assert "executes 2 lines" in text


def three_in_turn(X):
    for _ in X:
        pass
    while not len(X):
        pass
    return [x for x in X]


def test_no_loops_counts_what_comes_after_the_loop_it_shows(message):
    text = message(checks.no_loops, three_in_turn)
    assert "has a for loop:\n    for _ in X:\n(2 more loops follow it.) Compute it with NumPy" in text
    text = message(checks.no_loops, three_in_turn, ("for", "while"), "your function")
    assert text.startswith("your function: no Python loop is allowed here, but line 6 of three_in_turn")
    assert "more loop" not in text


@pytest.mark.parametrize(
    ("n", "words"), [(0, "no loop is allowed"), (1, "only one loop is"), (2, "at most 2 nested loops are allowed")]
)
def test_how_many_loops_are_allowed_is_said_in_words(message, n, words):
    nested = lambda X: [[[1 for _ in X] for _ in X] for _ in X]  # noqa: E731
    assert words in message(checks.max_loops, nested, n)


def test_a_single_loop_is_not_called_nested(message):
    assert "nested" not in message(checks.max_loops, one_loop, 0)


@pytest.mark.parametrize("missing", ["small", "large", "expected"])
def test_small_and_large_arguments_come_together_with_the_result(missing):
    given = {"small": SMALL, "large": LARGE, "expected": EXPECTED}
    del given[missing]
    with pytest.raises(TypeError, match="need small, large and expected"):
        checks.no_loops(np_sum, **given)


class Proxy:
    """A function that executes `few` lines for one number and `many` lines for more."""

    def __init__(self, few, many, result=None):
        self.few, self.many, self.result = few, many, result

    def __work__(self, X):
        return self.result, self.few if X.size == 1 else self.many, [], ("f", 1)


@pytest.mark.parametrize(("n", "most"), [(0, 3 + 12), (1, 3 * 8 + 12), (2, 3 * 64 + 12)])
def test_how_many_more_lines_are_no_loop(message, n, most):
    """If every size is 8 times larger, n loops execute 8**n times as many lines; 12 more are tolerated."""
    right = np.arange(64.0).reshape(8, 8)
    sizes = (np.ones((1, 1)),), (np.ones((8, 8)),)
    _require_growth(Proxy(3, most, right), n, "f", *sizes, right)
    text = message(_require_growth, Proxy(3, most + 1, right), n, "f", *sizes, right)
    assert f"3 lines for small arrays and {most + 1} for larger ones" in text


def test_how_many_lines_are_allowed_for_small_arrays(message):
    right, sizes = np.arange(4.0), ((np.ones(1),), (np.ones(4),))
    _require_growth(Proxy(500, 500, right), 0, "f", *sizes, right)
    assert "executes 501 lines even for small" in message(
        _require_growth, Proxy(501, 501, right), 2, "f", *sizes, right
    )


def test_the_result_of_the_larger_call_is_checked(message):
    def pair(X):
        return X.sum(axis=1), {"X": X}

    def nothing(X):
        return np.zeros(len(X)), {}

    given = {"small": SMALL, "large": LARGE, "expected": (LARGE[0].sum(axis=1), None)}
    checks.no_loops(pair, **given)
    text = message(checks.no_loops, nothing, **given)
    assert text.startswith("what nothing returns for larger arrays, value 1 of 2: it has little to do with")
    copied = lambda X: X  # noqa: E731
    assert "an array that the function was given" in message(_require_growth, copied, 0, "f", SMALL, LARGE, LARGE[0])
