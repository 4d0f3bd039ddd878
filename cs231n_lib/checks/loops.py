"""Checks that a function computes without Python loops, or with few of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from cs231n_lib.checks.failure import fail
from cs231n_lib.checks.loop_search import FoundLoops, SourceUnavailable, find_loops, name_of
from cs231n_lib.checks.watched_call import watched_call

MOST_MORE_LINES = 12  # that a function without loops executes for larger arrays: another branch, say


def no_loops(
    function: Callable[..., object],
    allow: Collection[str] = (),
    what: str | None = None,
    small: Sequence[Any] | None = None,
    large: Sequence[Any] | None = None,
) -> None:
    """The function computes without Python loops, and so do the helper functions it uses.

    Loops are for, while, comprehensions, generator expressions, recursion, and functions that loop for the caller,
    such as map, np.vectorize, np.apply_along_axis and SciPy's cdist.

    Parameters
    ----------
    function
        The function to check; `source_of` reads its text.
    allow
        Kinds and names that are permitted ("for", "while", "comprehension", "generator", "recursion", "map", ...).
    what
        What the message calls the function; its name by default.
    small, large
        The arguments of two calls; see `max_loops`.
    """
    name = what or name_of(function)
    found = [loop for loop in _found(function, name).loops if loop.kind not in tuple(allow)]
    if found:
        text = f"{name}: no Python loop is allowed here, but {found[0]}"
        more = f"({len(found) - 1} more after that.) " if len(found) > 1 else ""
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
    """At most n loops are nested in the function, counted through the helper functions it uses.

    Parameters
    ----------
    function
        The function to check; `source_of` reads its text.
    n
        How many loops may be nested.
    what
        What the message calls the function; its name by default.
    small, large
        The arguments of two calls. Every size is several times larger in the second, and the loops are then counted
        by what Python executes, too: no more than n nested loops may account for the growth. That finds a loop
        wherever it stands, for one in a function that is looked up by its name.
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
        raise TypeError("checks of loops take small and large together, the arguments of two calls")
    watched_call(function, small)  # what a first call imports is counted for neither
    (_, few, _), (_, many, _) = watched_call(function, small), watched_call(function, large)
    # Where every size is `growth` times larger, n nested loops execute growth**n times as many lines, and no more.
    shapes = [(np.shape(one), np.shape(other)) for one, other in zip(small, large, strict=True)]
    growth = max(other / one for pair in shapes for one, other in zip(*pair, strict=True))
    if many > few * growth**n + MOST_MORE_LINES:
        lines = f"Python executes {few} lines for small arrays and {many} for larger ones"
        more = "More of it is done in a loop, perhaps in a function that it calls."
        advice = "Compute it with NumPy expressions on whole arrays."
        fail([f"{name}: {_loops_in_words(n)} allowed here, but {lines}.", f"{more} {advice}"])


def _found(function: Callable[..., object], name: str) -> FoundLoops:
    try:
        return find_loops(function)
    except SourceUnavailable as error:
        fail([f"{name}: {error}."])


def _loops_in_words(n: int) -> str:
    return {0: "no loop is", 1: "only one loop is"}.get(n, f"at most {n} nested loops are")
