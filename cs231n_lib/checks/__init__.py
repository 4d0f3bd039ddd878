"""The assertions of test cells: each says what was expected, what came, and the likely mistake.

A check that does not hold raises CheckFailed, an AssertionError whose text is written for the student.
"""

from cs231n_lib.checks.assertions import (
    CheckFailed,
    analytic,
    call,
    close,
    dtype,
    equal,
    finite,
    gradient,
    max_loops,
    no_loops,
    numeric_gradient,
    own_work,
    passed,
    peak_memory,
    raises,
    resembles,
    shape,
    source_of,
    summary,
    true,
    unchanged,
)

__all__ = [
    "CheckFailed", "analytic", "call", "close", "dtype", "equal", "finite", "gradient", "max_loops", "no_loops",
    "numeric_gradient", "own_work", "passed", "peak_memory", "raises", "resembles", "shape", "source_of", "summary",
    "true", "unchanged",
]
