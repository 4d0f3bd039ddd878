"""The check that a call does not need too much memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

from cs231n_lib.checks.failure import fail
from cs231n_lib.checks.values import resembles
from cs231n_lib.mistakes.mistake import Mistake


def peak_memory(
    function: Callable[..., Any],
    *args: Any,
    limit_mb: float,
    what: str,
    expected: Any,
    hint: str | None = None,
    mistake: Mistake | None = None,
) -> Any:
    """Check that one call function(*args) never holds more than `limit_mb` megabytes of memory at a time.

    Parameters
    ----------
    function, *args
        The call. What NumPy and Python allocate during the call counts, including the result but not the arguments.
    limit_mb
        The limit, in units of 10**6 bytes.
    what
        What the message calls the call.
    expected
        The right result, which the result must resemble; see `resembles`. So a function that needs no memory because
        it computes nothing fails.
    hint
        A sentence added when the check fails, instead of the default one.
    mistake
        The mistake of the catalogue that needs so much memory, named instead of the hint.

    Returns
    -------
    result
        What the function returned.

    Raises
    ------
    CheckFailed
        If the call needs more, or if the result has little to do with the right one.

    Notes
    -----
    A callable that stands for a function in another process has a method `__peak_memory__(*args)`, which measures
    there and returns (result, peak in bytes).
    """
    measure: Any = getattr(function, "__peak_memory__", None)
    result, peak = measure(*args) if callable(measure) else _traced(function, args)
    if peak > limit_mb * 1e6:
        fail(
            [f"{what}: it needs {peak / 1e6:.0f} MB of memory at its peak; the limit is {limit_mb:g} MB."],
            hint or "Does it build an array of all differences between pairs, of shape (num_test, num_train, D)?",
            [mistake] if mistake else [],
        )
    resembles(result, expected, what, given=[value for value in args if isinstance(value, np.ndarray)])
    return result


def _traced(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, int]:
    """Return (result, peak of the memory allocated during one call, in bytes)."""
    already = tracemalloc.is_tracing()
    if not already:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        result = function(*args)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        if not already:
            tracemalloc.stop()
    return result, peak - before
