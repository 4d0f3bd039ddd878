"""The assertions of test cells: each says what was expected, what the answer was, and the likely mistake.

A check that fails raises CheckFailed, an AssertionError whose text is written for the student.
"""

from cs231n_lib.checks.calls import call, raises, unchanged, unpack
from cs231n_lib.checks.equality import equal
from cs231n_lib.checks.failure import CheckFailed
from cs231n_lib.checks.gradients import analytic, derived, gradient, numeric_gradient
from cs231n_lib.checks.lending import forward_pass, lend
from cs231n_lib.checks.library_use import own_work
from cs231n_lib.checks.loop_search import source_of
from cs231n_lib.checks.loops import max_loops, no_loops
from cs231n_lib.checks.memory import peak_memory
from cs231n_lib.checks.progress import passed, summary
from cs231n_lib.checks.values import close, dtype, finite, resembles, shape, true

__all__ = [
    "CheckFailed",
    "analytic",
    "call",
    "close",
    "derived",
    "dtype",
    "equal",
    "finite",
    "forward_pass",
    "gradient",
    "lend",
    "max_loops",
    "no_loops",
    "numeric_gradient",
    "own_work",
    "passed",
    "peak_memory",
    "raises",
    "resembles",
    "shape",
    "source_of",
    "summary",
    "true",
    "unchanged",
    "unpack",
]
