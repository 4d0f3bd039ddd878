"""The check that a function computes its answer itself, neither with the library nor by measuring a gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cs231n_lib.checks.failure import fail
from cs231n_lib.checks.loop_search import name_of
from cs231n_lib.checks.watched_call import watched_call

# prefixes of the names of modules that compute what students are asked to write
COMPUTING = tuple(
    f"cs231n_lib.{name}"
    for name in (
        "layers.",
        "models.",
        "kernels",
        "diagnosis.gradient_check",
        "diagnosis.robust_gradient",
        "checks",
        "features.bag_of_words",
    )
)


def own_work(function: Callable[..., Any], *args: Any, what: str | None = None, gradient_of: int | None = None) -> Any:
    """Check that one call function(*args) computes its result itself.

    It may use no layer, model, kernel or numerical gradient of the library, and no numerical gradient of its own.

    Parameters
    ----------
    function, *args
        The call.
    what
        What the message calls the function; by default its name.
    gradient_of
        How many numbers the gradient that the call computes has; None if it computes none. Differences evaluate the
        loss more often than that, so the check fails if a Python function runs more often. Choose few examples and many
        parameters: then even a function that is called for each pair of an example and a class runs less often.

    Returns
    -------
    result
        What the function returned.

    Raises
    ------
    CheckFailed
        If a function of such a module ran during the call, or a function ran that often. The text names it.

    Notes
    -----
    Differences whose loop contains the loss itself, not a call of it, are not found; see `analytic`.
    """
    result, _, modules, (called, calls) = watched_call(function, args)
    name = what or name_of(function)
    for module in modules:
        if module.startswith(COMPUTING):
            fail([f"{name}: {module} of the library computed this. Write the computation yourself."])
    if gradient_of is not None and calls > gradient_of:
        called = called if called.isidentifier() and len(called) < 60 else "a function in it"
        text = f"{name}: {called} ran {calls} times to compute a gradient of {gradient_of} numbers."
        fail(
            [
                text,
                "So the gradient seems to be measured, with a step for each number. Derive it and write its formula.",
            ]
        )
    return result
