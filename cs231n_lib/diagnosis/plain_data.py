"""Results of a student's code as arrays of numbers.

They may be anything at all, so only types that are known are converted, and no method of another object runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class NotNumbers(Exception):
    """A value is not an array of numbers; str() says what it is instead."""


def as_numbers(value: Any) -> NDArray[Any]:
    """A number, NumPy array, or nested list of those as an array.

    Returns
    -------
    array
        Of real numbers or booleans; of any shape.

    Raises
    ------
    NotNumbers
        If it is anything else.
    """
    if value is None:
        raise NotNumbers("got None. Is a return statement missing?")
    if not is_numeric(value):
        raise NotNumbers(f"got {in_short(value)}; a number or an array is expected.")
    try:
        array = np.asarray(value)
    except ValueError:
        if any(np.ndim(v) != np.ndim(value[0]) for v in value):
            name = type(value).__name__
            raise NotNumbers(f"got a {name} of {len(value)} values; only one of them belongs here.") from None
        raise NotNumbers("its rows differ in length, so they make no array.") from None
    if array.dtype.kind not in "fiub":
        raise NotNumbers(f"it is an array of dtype {array.dtype}, not of real numbers.")
    return array


def is_numeric(value: Any) -> bool:
    """Whether it is a number, a NumPy array or scalar, or nested lists and tuples of those."""
    kind = type(value)
    if kind in (list, tuple):
        return all(is_numeric(v) for v in value)
    return kind in (bool, int, float, complex) or issubclass(kind, np.generic | np.ndarray)


def makes_array(value: Any) -> bool:
    """Whether `as_numbers` takes it."""
    try:
        as_numbers(value)
    except NotNumbers:
        return False
    return True


def in_short(value: Any) -> str:
    """A few words on a value, for a message."""
    kind = type(value)
    if value is None:
        return "None"
    if kind in (str, bytes, int, float, bool) or issubclass(kind, np.generic):
        text = repr(value)
        return text if len(text) <= 80 else text[:77] + "..."
    if kind in (list, tuple, dict, set):
        return f"a {kind.__name__} of {len(value)}"
    if issubclass(kind, np.ndarray):
        return f"an array of shape {np.asarray(value).shape}"
    return f"an object of type {kind.__name__}"
