"""Loops are found in a function's text and by counting the executed lines; up to the allowed number, they pass."""

import functools
import sys
import threading

import numpy as np
import pytest

from cs231n_lib import checks
from cs231n_lib.checks.loops import require_growth


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


def looped(X):
    return sum(float(x) for row in X for x in row)


TABLE, LISTED = {"sum": looped}, [looped]


class Rows:
    def __init__(self, X):
        self.X = X

    def __getattr__(self, name):
        return looped(self.X)


def in_a_thread(X):
    results = []
    thread = threading.Thread(target=lambda: results.append(looped(X)))
    thread.start()
    thread.join()
    return results[0]


HIDDEN_LOOPS = {
    "default argument": lambda X, f=looped: f(X),
    "keyword-only default": lambda X, *, f=looped: f(X),
    "globals": lambda X: globals()["loo" + "ped"](X),
    "vars of a module": lambda X: vars(sys.modules[__name__])["looped"](X),
    "getattr": lambda X: getattr(sys.modules[__name__], "loo" + "ped")(X),
    "a dict of functions": lambda X: TABLE["sum"](X),
    "a list of functions": lambda X: LISTED[0](X),
    "an attribute of another function": lambda X: in_a_thread.helper(X),
    "functools.partial": functools.partial(looped),
    "a method": lambda X: Rows(X).total,
    "the key of sorted": lambda X: sorted(X.ravel(), key=lambda x: -x),
    "the key of max": lambda X: max(X.ravel().tolist(), key=lambda x: -x),
    "vectorize": lambda X: vars(np)["vect" + "orize"](lambda x: x + 1)(X),
    "apply_along_axis": lambda X: getattr(np, "apply_along" + "_axis")(lambda row: row.sum() + row.max(), 1, X),
    "another thread": in_a_thread,
    "eval": lambda X: getattr(__import__("builtins"), "ev" + "al")("[x + 1 for x in X]", {"X": X.ravel()}),
}


in_a_thread.helper = looped


@pytest.mark.parametrize("function", HIDDEN_LOOPS.values(), ids=HIDDEN_LOOPS)
def test_a_loop_is_found_by_what_python_executes(message, function):
    text = message(require_growth, function, 0, "f", (np.ones((2, 2)),), (np.ones((16, 16)),))
    assert "f: no loop is allowed here, but Python executes" in text


WITHOUT_LOOPS = {
    "an expression": lambda X: X @ X.T,
    "what NumPy notes": lambda X: np.einsum("ij,kj->ik", X, X, optimize=True),
    "functions of NumPy": lambda X: np.linalg.norm(np.pad(X, 1), axis=1) + np.einsum("ij->i", np.pad(X, 1)),
    "a loop over the arguments' names": lambda X: [np.asarray(value) for value in (X, X, X)][0],
    "another branch for large arrays": lambda X: X.sum() if X.size > 10 else np.sum(X),
}


@pytest.mark.parametrize("function", WITHOUT_LOOPS.values(), ids=WITHOUT_LOOPS)
def test_what_does_not_grow_is_no_loop(function):
    require_growth(function, 0, "f", (np.ones((2, 2)),), (np.ones((16, 16)),))


def rows(X):
    return [X[i].sum() for i in range(len(X))]


def entries(X):
    return [X[i, j] for i in range(len(X)) for j in range(len(X))]


def test_as_many_loops_as_are_allowed(message):
    sizes = {"small": (np.ones((3, 3)),), "large": (np.ones((24, 24)),)}
    checks.max_loops(rows, 1, **sizes)
    checks.max_loops(entries, 2, **sizes)
    hidden = lambda X: TABLE["entries"](X)  # noqa: E731
    TABLE["entries"] = entries
    assert "only one loop is allowed here, but Python executes" in message(checks.max_loops, hidden, 1, **sizes)


def test_work_can_be_watched_elsewhere(message):
    class Proxy:
        __name__ = "f"
        __source__ = "def f(X):\n    return X\n"

        def __work__(self, *args):
            return args[0], len(args[0]), ["cs231n_lib.kernels.convolution"]

    assert "f: cs231n_lib.kernels.convolution of the library computed this" in message(checks.own_work, Proxy(), [1])
    assert "executes 2 lines" in message(checks.no_loops, Proxy(), small=([1, 2],), large=([1] * 20,))


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


def test_small_and_large_arguments_come_together():
    with pytest.raises(TypeError, match="both small and large"):
        checks.max_loops(rows, 1, large=(np.ones((9, 9)),))


@pytest.mark.parametrize(
    ("n", "large", "most"),
    [(0, 8, 3 + 12), (1, 8, 3 * 8 + 12), (2, 8, 3 * 64 + 12)],
)
def test_how_many_more_lines_are_no_loop(message, n, large, most):
    """If every size is `large` times larger, n loops execute large**n times as many lines; 12 more are tolerated."""

    class Proxy:
        def __init__(self, lines):
            self.lines = lines

        def __work__(self, X):
            return None, 3 if X.size == 1 else self.lines, []

    sizes = (np.ones((1, 1)),), (np.ones((large, large)),)
    require_growth(Proxy(most), n, "f", *sizes)
    assert f"3 lines for small arrays and {most + 1} for larger ones" in message(
        require_growth, Proxy(most + 1), n, "f", *sizes
    )
