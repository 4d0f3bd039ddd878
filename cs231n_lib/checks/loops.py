"""Checks that a function computes without Python loops, or with few of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from cs231n_lib.checks.failure import fail
from cs231n_lib.checks.loop_search import FoundLoops, SourceUnavailable, find_loops, name_of
from cs231n_lib.checks.watched_call import watched_call

MOST_MORE_LINES = 12  # how many more lines a loop-free function may execute for larger arrays, in another branch


def no_loops(
    function: Callable[..., object],
    allow: Collection[str] = (),
    what: str | None = None,
    small: Sequence[Any] | None = None,
    large: Sequence[Any] | None = None,
) -> None:
    """Check that a function and the helper functions it uses contain no Python loop.

    Loops are for, while, comprehensions, generator expressions, recursion, and functions that loop for their caller,
    such as map, np.vectorize, np.apply_along_axis and SciPy's cdist.

    Parameters
    ----------
    function
        The function to check; `source_of` reads its text.
    allow
        Kinds of loops that are allowed ("for", "while", "comprehension", "generator", "recursion", "map", ...).
    what
        What the message calls the function; by default its name.
    small, large
        The arguments of two calls; see `max_loops`.
    """
    name = what or name_of(function)
    found = [loop for loop in _found(function, name).loops if loop.kind not in tuple(allow)]
    if found:
        text = f"{name}: no Python loop is allowed here, but {found[0]}"
        rest = len(found) - 1
        more = f"({rest} more {'loop follows' if rest == 1 else 'loops follow'} it.) " if rest else ""
        fail([text, more + "Compute it with NumPy expressions on whole arrays."])
    if large is not None:
        require_growth(function, 0, name, small, large)


def max_loops(
    function: Callable[..., object],
    n: int,
    what: str | None = None,
    small: Sequence[Any] | None = None,
    large: Sequence[Any] | None = None,
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
        The arguments of two calls, every size several times larger in the second. The check then also counts the
        lines that Python executes, and fails if they grow faster than those of n nested loops. This finds loops that
        the source text does not show, such as one in a function that is looked up by its name.
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
    if large is not None:
        require_growth(function, n, name, small, large)


def require_growth(
    function: Callable[..., object], n: int, name: str, small: Sequence[Any] | None, large: Sequence[Any]
) -> None:
    """Fail if Python executes more lines for the larger arguments than n nested loops would."""
    if small is None:
        raise TypeError("The checks of loops need both small and large, the arguments of two calls.")
    watched_call(function, small)  # a first call may import modules, which neither count should include
    (_, few, _), (_, many, _) = watched_call(function, small), watched_call(function, large)
    # if every size is `growth` times larger, n nested loops execute at most growth**n times as many lines
    shapes = [(np.shape(one), np.shape(other)) for one, other in zip(small, large, strict=True)]
    growth = max(other / one for pair in shapes for one, other in zip(*pair, strict=True))
    if many > few * growth**n + MOST_MORE_LINES:
        lines = f"Python executes {few} lines for small arrays and {many} for larger ones"
        more = "So more of its work is done in loops, perhaps in a function that it calls."
        advice = "Compute it with NumPy expressions on whole arrays."
        fail([f"{name}: {_loops_in_words(n)} allowed here, but {lines}.", f"{more} {advice}"])


def _found(function: Callable[..., object], name: str) -> FoundLoops:
    try:
        return find_loops(function)
    except SourceUnavailable as error:
        fail([f"{name}: {error}."])


def _loops_in_words(n: int) -> str:
    return {0: "no loop is", 1: "only one loop is"}.get(n, f"at most {n} nested loops are")
