"""The check that a function does not have the library compute for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cs231n_lib.checks.failure import fail
from cs231n_lib.checks.loop_search import name_of
from cs231n_lib.checks.watched_call import watched_call

# modules that compute what students are asked to write, by the beginnings of their names
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


def own_work(function: Callable[..., Any], *args: Any, what: str | None = None) -> Any:
    """One call function(*args) computes by itself: it uses no layer, model, kernel or gradient of the library.

    `what` is what the message calls the function; its name by default.

    Returns
    -------
    result
        What the function returned.
    """
    result, _, modules = watched_call(function, args)
    for module in modules:
        if module.startswith(COMPUTING):
            name = what or name_of(function)
            fail([f"{name}: {module} of the library computed this. Write the computation yourself."])
    return result
