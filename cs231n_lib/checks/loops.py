"""Checks that a function computes without Python loops, or with few of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from cs231n_lib.checks.failure import fail
from cs231n_lib.checks.loop_search import FoundLoops, SourceUnavailable, find_loops, name_of
from cs231n_lib.checks.values import resembles
from cs231n_lib.checks.watched_call import watched_call

MOST_LINES = 500  # how many lines a function may execute for the small arrays
MOST_MORE_LINES = 12  # how many more lines a loop-free function may execute for larger arrays, in another branch


def no_loops(
    function: Callable[..., object],
    allow: Collection[str] = (),
    what: str | None = None,
    small: Sequence[Any] | None = None,
    large: Sequence[Any] | None = None,
    expected: Any = None,
) -> None:
    """Check that a function and the helper functions it uses contain no Python loop.

    Loops are for, while, comprehensions, generator expressions, recursion, and functions that loop for their caller,
    such as map, np.vectorize, np.apply_along_axis and SciPy's cdist. A loop over a few written items, such as
    `for name in ("W", "X")`, is allowed.

    Parameters
    ----------
    function
        The function to check; `source_of` reads its text.
    allow
        Kinds of loops that are allowed ("for", "while", "comprehension", "generator", "recursion", "map", ...).
    what
        What the message calls the function; by default its name.
    small, large, expected
        The arguments of two calls, and the right result of the second; see `max_loops`.
    """
    name = what or name_of(function)
    found = [loop for loop in _found(function, name).loops if loop.kind not in tuple(allow)]
    if found:
        text = f"{name}: no Python loop is allowed here, but {found[0]}"
        rest = len(found) - 1
        more = f"({rest} more {'loop follows' if rest == 1 else 'loops follow'} it.) " if rest else ""
        fail([text, more + "Compute it with NumPy expressions on whole arrays."])
    _require_growth(function, 0, name, small, large, expected)


def max_loops(
    function: Callable[..., object],
    n: int,
    what: str | None = None,
    small: Sequence[Any] | None = None,
    large: Sequence[Any] | None = None,
    expected: Any = None,
) -> None:
    """Check that a function nests at most n loops, including those of the helper functions it uses.

    Parameters
    ----------
    function
        The function to check; `source_of` reads its text.
    n
        How many loops may be nested.
    what
        What the message calls the function; by default its name.
    small, large
        The arguments of two calls, every size several times larger in the second, and the largest at least 500. The
        check then also counts the lines that Python executes, and fails if they grow faster than those of n nested
        loops. This finds loops that the source text does not show, such as one in a function that is looked up by its
        name. Loops within compiled code over compiled functions, such as `sum` of a list, execute no lines.
    expected
        The right result of the second call, which the result must resemble; see `resembles`. So a function that
        computes nothing fails.
    """
    name = what or name_of(function)
    deepest = _found(function, name).deepest
    if len(deepest) > n:
        nested = f"{len(deepest)} are nested: " if len(deepest) > 1 else ""
        fail(
            [
                f"{name}: {_loops_in_words(n)} allowed here, but {nested}{deepest[-1]}",
                "Compute what this loop does with a NumPy expression on whole arrays.",
            ]
        )
    _require_growth(function, n, name, small, large, expected)


def _require_growth(
    function: Callable[..., object],
    n: int,
    name: str,
    small: Sequence[Any] | None,
    large: Sequence[Any] | None,
    expected: Any,
) -> None:
    """Fail if Python executes more lines for the larger arguments than n nested loops would."""
    if small is None and large is None and expected is None:
        return
    if small is None or large is None or expected is None:
        raise TypeError(
            "The checks of loops need small, large and expected: the arguments of two calls, and the second's result."
        )
    watched_call(function, small)  # a first call may import modules, which neither count should include
    few, second = watched_call(function, small).lines, watched_call(function, large)
    # if every size is `growth` times larger, n nested loops execute at most growth**n times as many lines
    shapes = [(np.shape(one), np.shape(other)) for one, other in zip(small, large, strict=True)]
    growth = max(other / one for pair in shapes for one, other in zip(*pair, strict=True))
    advice = "Compute it with NumPy expressions on whole arrays."
    if few > MOST_LINES:
        lines = f"Python executes {few} lines even for small arrays; at most {MOST_LINES} are allowed"
        fail([f"{name}: {lines}.", f"So it contains a loop that runs as often for all sizes. {advice}"])
    if second.lines > few * growth**n + MOST_MORE_LINES:
        lines = f"Python executes {few} lines for small arrays and {second.lines} for larger ones"
        more = "So more of its work is done in loops, perhaps in a function that it calls."
        fail([f"{name}: {_loops_in_words(n)} allowed here, but {lines}.", f"{more} {advice}"])
    arrays = [value for value in large if isinstance(value, np.ndarray)]
    resembles(second.result, expected, f"what {name} returns for larger arrays", given=arrays)


def _found(function: Callable[..., object], name: str) -> FoundLoops:
    try:
        return find_loops(function)
    except SourceUnavailable as error:
        fail([f"{name}: {error}."])


def _loops_in_words(n: int) -> str:
    return {0: "no loop is", 1: "only one loop is"}.get(n, f"at most {n} nested loops are")
