"""Converts results of a student's code to arrays of numbers.

A result may be any object, so these functions convert known types only, and call no method of another object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class NotNumbers(Exception):
    """The value is not an array of numbers; str() says what it is instead."""


def as_numbers(value: Any) -> NDArray[Any]:
    """Convert a number, a NumPy array, or a nested list of those to an array.

    Returns
    -------
    array
        Real numbers or booleans, in any shape.

    Raises
    ------
    NotNumbers
        If the value is anything else.
    """
    if value is None:
        raise NotNumbers("got None. Is a return statement missing?")
    if not is_numeric(value):
        raise NotNumbers(f"got {in_short(value)}; expected a number or an array.")
    try:
        array = np.asarray(value)
    except ValueError:
        if any(np.ndim(v) != np.ndim(value[0]) for v in value):
            name = type(value).__name__
            raise NotNumbers(f"got a {name} of {len(value)} values; expected only one of them.") from None
        raise NotNumbers("its rows differ in length, so they do not form an array.") from None
    if array.dtype.kind not in "fiub":
        raise NotNumbers(f"it is an array of dtype {array.dtype}, not of real numbers.")
    return array


def is_numeric(value: Any) -> bool:
    """Return whether it is a number, a NumPy array or scalar, or nested lists and tuples of those."""
    kind = type(value)
    if kind in (list, tuple):
        return all(is_numeric(v) for v in value)
    return kind in (bool, int, float, complex) or issubclass(kind, np.generic | np.ndarray)


def makes_array(value: Any) -> bool:
    """Return whether `as_numbers` accepts it."""
    try:
        as_numbers(value)
    except NotNumbers:
        return False
    return True


def in_short(value: Any) -> str:
    """Describe a value in a few words, for a message."""
    kind = type(value)
    if value is None:
        return "None"
    if kind in (str, bytes, int, float, bool) or issubclass(kind, np.generic):
        text = repr(value)
        return text if len(text) <= 80 else text[:77] + "..."
    if kind in (list, tuple, dict, set):
        return f"a {kind.__name__} of {len(value)} {'entry' if len(value) == 1 else 'entries'}"
    if issubclass(kind, np.ndarray):
        return f"an array of shape {np.asarray(value).shape}"
    return f"an object of type {kind.__name__}"
