"""The check that a function does not use the library to compute its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cs231n_lib.checks.failure import fail
from cs231n_lib.checks.loop_search import name_of
from cs231n_lib.checks.watched_call import watched_call

# prefixes of the names of modules that compute what students are asked to write
COMPUTING = (
    "cs231n_lib.layers.",
    "cs231n_lib.models.",
    "cs231n_lib.kernels",
    "cs231n_lib.diagnosis.gradient_check",
    "cs231n_lib.diagnosis.robust_gradient",
    "cs231n_lib.checks",
    "cs231n_lib.mistakes.",
    "cs231n_lib.features.bag_of_words",
    "cs231n.classifiers.",
    "cs231n.im2col",
)


def own_work(function: Callable[..., Any], *args: Any, what: str | None = None) -> Any:
    """Check that one call function(*args) uses no layer, model, kernel or numerical gradient of the library.

    Parameters
    ----------
    function, *args
        The call.
    what
        What the message calls the function; by default its name.

    Returns
    -------
    result
        What the function returned.

    Raises
    ------
    CheckFailed
        If a function of such a module ran during the call. The text names the module.
    """
    watched = watched_call(function, args)
    if found := [module for module in watched.modules if module.startswith(COMPUTING)]:
        module = min(found, key=lambda module: ".kernels." in module)  # a layer that calls a kernel is what was called
        fail([f"{what or name_of(function)}: {module} of the library computed this. Write the computation yourself."])
    return watched.result
