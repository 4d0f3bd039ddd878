"""Checks of what a call does besides returning a result: the errors it raises, the arguments it changes."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from cs231n_lib.checks.answers import is_dict, numbers_of, plain_tuple
from cs231n_lib.checks.failure import fail
from cs231n_lib.diagnosis.plain_data import in_short
from cs231n_lib.mistakes import Mistake


def raises(
    exception_types: type[Exception] | tuple[type[Exception], ...],
    what: str,
    f: Callable[..., object],
    *args: object,
    hint: str | None = None,
) -> Exception:
    """Check that f(*args) raises one of `exception_types`.

    A NotImplementedError, which a stub raises until it is written, is not caught.

    Returns
    -------
    Exception
        The error that was raised.
    """
    types = exception_types if isinstance(exception_types, tuple) else (exception_types,)
    names = " or ".join(t.__name__ for t in types)
    try:
        f(*args)
    except types as error:
        if isinstance(error, NotImplementedError) and NotImplementedError not in types:
            raise  # the exercise is not written yet; NotImplementedError is a RuntimeError, which `types` may contain
        return error
    except NotImplementedError:
        raise
    except Exception as error:
        fail([f"{what}: it should raise {names}, but it raised {type(error).__name__}: {str(error)[:200]}"], hint)
    return fail([f"{what}: it should raise {names}, but it returned without an error."], hint)


def unchanged(after: object, before: Any, what: str) -> None:
    """Check that an argument still holds what it held before the call.

    Parameters
    ----------
    after
        The argument, an array or dict of arrays.
    before
        A copy of the argument, taken before the call.
    what
        What the message calls the argument, such as "X of svm_loss_naive".

    Notes
    -----
    A function that runs in another process works on a copy of its arguments. Then `__main__.__was_changed__(argument)`,
    if it is defined, returns whether that copy was changed.
    """
    if is_dict(before):
        if not is_dict(after) or list(after) != list(before):
            fail([f"{what}: the dict was changed (keys were added or removed). Work on a copy: dict(...)."])
        for key in before:
            unchanged(after[key], before[key], f"{what}[{key!r}]")
        if _changed_elsewhere(after):
            fail([f"{what}: the dict was changed (keys or values were replaced). Work on a copy: dict(...)."])
        return
    got, wanted = numbers_of(after, what), np.asarray(before)
    same = got.shape == wanted.shape and got.dtype == wanted.dtype and not _changed_elsewhere(after)
    if not same or not np.array_equal(got, wanted, equal_nan=wanted.dtype.kind in "fc"):
        fail(
            [
                f"{what}: the argument was changed in place.",
                "The caller still needs its old values. Write x = x - m instead of x -= m, or work on x.copy().",
            ]
        )


def call(function: Callable[..., Any], *args: Any) -> tuple[Any, tuple[Any, ...]]:
    """Call a function that is supposed to change an argument.

        (out, cache), (*_, bn_param) = checks.call(batchnorm_forward, x, gamma, beta, {"mode": "train"})

    Returns
    -------
    result
        function(*args).
    arguments : tuple
        The arguments after the call. These are copies: the caller's own arrays, dicts, lists and generators do not
        change.

    Notes
    -----
    A callable that stands for a function in another process has a method `__with_arguments__(*args)`, which returns
    the same pair.
    """
    elsewhere: Any = getattr(function, "__with_arguments__", None)
    if callable(elsewhere):
        return elsewhere(*args)
    args = tuple(_copied(value) for value in args)
    return function(*args), args


def unpack(result: object, names: str) -> tuple[Any, ...]:
    """Take apart what a function returned.

        loss, dW = checks.unpack(softmax_loss(W, X, y, reg), "loss, dW")

    Parameters
    ----------
    result
        What the function returned, which should be a tuple or list with one value for each name.
    names
        The names of the values, separated by commas, as in the function's `return`.

    Raises
    ------
    CheckFailed
        If it is None, not a tuple or list, or has another number of values.
    """
    wanted = names.count(",") + 1
    if result is None:
        fail([], mistakes=[_returned_none(names)])
    values = plain_tuple(result)
    if type(values) not in (tuple, list) or len(values) != wanted:  # type: ignore[arg-type]
        got = f"{len(values)} values" if type(values) in (tuple, list) else in_short(result)  # type: ignore[arg-type]
        fail([f"The function should return {wanted} values, `return {names}`, but it returned {got}."])
    return tuple(values)  # type: ignore[arg-type]


def _returned_none(names: str) -> Mistake:
    return Mistake("generic.returned_none", f"The function returned None. Did you forget `return {names}` at its end?")


def _copied(value: Any) -> Any:
    """Copy data; return anything else, such as an object in a student's cache, uncopied."""
    if type(value) in (np.ndarray, np.random.Generator):
        return copy.deepcopy(value)
    if is_dict(value):
        filled = copy.copy(value)  # keeps the type, such as OrderedDict
        for key in filled:
            filled[key] = _copied(filled[key])
        return filled
    if type(value) in (list, tuple):
        return type(value)(_copied(part) for part in value)
    return value


def _changed_elsewhere(argument: object) -> bool:
    was_changed = getattr(sys.modules.get("__main__"), "__was_changed__", None)
    return was_changed is not None and was_changed(argument)
