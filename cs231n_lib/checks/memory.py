"""The check of how much memory a call needs."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

from cs231n_lib.checks.failure import fail


def peak_memory(function: Callable[..., Any], *args: Any, limit_mb: float, what: str, hint: str | None = None) -> Any:
    """One call function(*args) allocates at most `limit_mb` megabytes (10**6 bytes) at any one time.

    Parameters
    ----------
    function, *args
        The call. What NumPy and Python allocate during it is counted, results included, arguments not.
    limit_mb
        In units of 10**6 bytes.
    what
        Names the function.
    hint
        A sentence added when the check fails, in place of the usual one.

    Returns
    -------
    result
        What the function returned.

    Notes
    -----
    A callable that stands for a function elsewhere measures there: it carries `__peak_memory__(*args)`, which returns
    (result, peak in bytes).
    """
    measure: Any = getattr(function, "__peak_memory__", None)
    result, peak = measure(*args) if callable(measure) else _traced(function, args)
    if peak > limit_mb * 1e6:
        fail(
            [f"{what}: it needs {peak / 1e6:.0f} MB of memory at its peak; the limit is {limit_mb:g} MB."],
            hint or "Is an array built that holds every pair in full, as all differences (num_test, num_train, D)?",
        )
    return result


def _traced(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, int]:
    """(result, peak of the memory allocated during one call, in bytes)."""
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
