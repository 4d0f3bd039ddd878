"""Judges an exercise on its own although it builds on the student's earlier functions: a mistake costs points once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cs231n_lib.checks.calls import unpack
from cs231n_lib.checks.failure import CheckFailed
from cs231n_lib.checks.loop_search import name_of


def lend(function: Callable[..., Any], own_are_right: Callable[[], object], **right: Callable[..., Any]) -> None:
    """Judge a function on its own: unless the student's earlier functions are right, have it use others that are.

        checks.lend(cross_validate_k, labels_are_right, predict_labels=labels_by_definition)

    This belongs in the hidden part of the function's first test cell, above the visible check, because `right` holds
    answers of earlier exercises.

    Parameters
    ----------
    function
        The student's function that the following test cells judge.
    own_are_right
        Returns something true if the student's own earlier functions are right. If it returns something false or
        raises an exception, `right` is lent.
    **right
        {name of an earlier exercise: function to use in its place}, computed from the definition. It takes the same
        arguments and returns the same kind of results. Functions that share a cache belong together.

    Notes
    -----
    In another process, only calls by checks see the lent functions, and `function.__lend__(right)` sees to that. In the
    same process, they replace the student's own from now on.
    """
    try:
        if own_are_right():
            return
    except Exception:  # of the student's code, or of a check
        pass
    elsewhere: Any = getattr(function, "__lend__", None)
    if callable(elsewhere):
        elsewhere(right)
    else:
        getattr(function, "__globals__", {}).update(right)


def forward_pass(function: Callable[..., Any], *args: Any) -> tuple[Any, Any]:
    """Return (out, cache) of a layer's forward pass, for the checks of its backward pass.

        out, cache = checks.forward_pass(layer_forward, x, weights)

    Parameters
    ----------
    function, *args
        The call.

    Returns
    -------
    out
        The output; None if the forward pass fails or returns something else than a pair.
    cache
        The cache. If the forward pass fails, its arguments stand in for it, as a tuple, or alone if there is only one.
        So a backward pass that reads these is judged on its own.
    """
    try:
        out, cache = unpack(function(*map(_copied, args)), "out, cache")
    except Exception as error:
        reason = (str(error).splitlines() or [""])[0].removeprefix("Likely mistake: ")
        kind = "" if isinstance(error, CheckFailed) else f"{type(error).__name__}: "
        print(f"{name_of(function)} fails, so its arguments stand in for its cache. {kind}{reason}")
        return None, args if len(args) > 1 else args[0]
    return out, cache


def _copied(value: Any) -> Any:
    """Copy an array, so that a forward pass that changes its arguments leaves those of the check as they are."""
    if type(value) is not np.ndarray:
        return value
    copied = value.copy(order="K")
    copied.flags.writeable = value.flags.writeable
    return copied
