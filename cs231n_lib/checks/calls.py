"""Checks of what a call does besides returning: the errors it raises, the arguments it changes."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from cs231n_lib.checks.answers import is_dict, numbers_of
from cs231n_lib.checks.failure import fail


def raises(
    exception_types: type[Exception] | tuple[type[Exception], ...],
    what: str,
    f: Callable[..., object],
    *args: object,
    hint: str | None = None,
) -> Exception:
    """f(*args) raises one of `exception_types`.

    A NotImplementedError, which a stub raises that is not written yet, passes on.

    Returns
    -------
    Exception
        The one that was raised.
    """
    types = exception_types if isinstance(exception_types, tuple) else (exception_types,)
    names = " or ".join(t.__name__ for t in types)
    try:
        f(*args)
    except types as error:
        if isinstance(error, NotImplementedError) and NotImplementedError not in types:
            raise  # an exercise that is not done, which RuntimeError would include
        return error
    except NotImplementedError:
        raise
    except Exception as error:
        fail([f"{what}: it should raise {names}, but raised {type(error).__name__}: {str(error)[:200]}"], hint)
    return fail([f"{what}: it should raise {names}, but returned without an error."], hint)


def unchanged(after: object, before: Any, what: str) -> None:
    """An argument still holds what it held before the call.

    Parameters
    ----------
    after
        The argument, an array or dict of arrays.
    before
        A copy of it that was taken before the call.
    what
        Names the argument, as in "X of svm_loss_naive".

    Notes
    -----
    A function that runs elsewhere works on a copy of its arguments. Then `__main__.__was_changed__(argument)`, where
    it is defined, says whether that copy was changed.
    """
    if is_dict(before):
        if not is_dict(after) or list(after) != list(before):
            fail([f"{what}: the dict was changed (keys added or removed). Work on a copy: dict(...)."])
        for key in before:
            unchanged(after[key], before[key], f"{what}[{key!r}]")
        if _changed_elsewhere(after):
            fail([f"{what}: the dict was changed (keys or values replaced). Work on a copy: dict(...)."])
        return
    got, wanted = numbers_of(after, what), np.asarray(before)
    same = got.shape == wanted.shape and got.dtype == wanted.dtype and not _changed_elsewhere(after)
    if not same or not np.array_equal(got, wanted, equal_nan=wanted.dtype.kind in "fc"):
        fail(
            [
                f"{what}: the argument was changed in place.",
                "Whoever called the function still needs it. Write x = x - m instead of x -= m, or work on x.copy().",
            ]
        )


def call(function: Callable[..., Any], *args: Any) -> tuple[Any, tuple[Any, ...]]:
    """Call a function whose work is to change an argument.

        (out, cache), (*_, bn_param) = checks.call(batchnorm_forward, x, gamma, beta, {"mode": "train"})

    Returns
    -------
    result
        function(*args).
    arguments : tuple
        The arguments as the call left them. These are copies: the caller's own arrays, dicts, lists and generators
        stay as they are.

    Notes
    -----
    A callable that stands for a function elsewhere carries `__with_arguments__(*args)`, which returns the same pair.
    """
    elsewhere: Any = getattr(function, "__with_arguments__", None)
    if callable(elsewhere):
        return elsewhere(*args)
    args = tuple(_copied(value) for value in args)
    return function(*args), args


def _copied(value: Any) -> Any:
    """Data as a copy of its own; what is not data, a student's cache for one, as it is."""
    if type(value) in (np.ndarray, np.random.Generator):
        return copy.deepcopy(value)
    if is_dict(value):
        filled = copy.copy(value)  # an OrderedDict or a defaultdict stays one
        for key in filled:
            filled[key] = _copied(filled[key])
        return filled
    if type(value) in (list, tuple):
        return type(value)(_copied(part) for part in value)
    return value


def _changed_elsewhere(argument: object) -> bool:
    was_changed = getattr(sys.modules.get("__main__"), "__was_changed__", None)
    return was_changed is not None and was_changed(argument)
