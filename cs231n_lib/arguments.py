"""What public functions check of their arguments; the errors name function, argument, what came and what fits."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

    FloatArray = NDArray[np.floating]
    IntArray = NDArray[np.integer]
    Shape = tuple[int, ...]
    Settings = dict[str, Any]  # by name, such as a conv_param: settings() checks the names
    MaybeNone = Any  # FloatArray | MaybeNone: None only for callers who ask for it, so that others need not check

_Choice = TypeVar("_Choice")
_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)


def floats(function: str, **arrays: ArrayLike) -> list[FloatArray]:
    """The arrays in one floating type: float32 where all are, else float64.

    Parameters
    ----------
    function
        The caller's name, for the error.
    **arrays
        Array-likes by argument name. Lists and integers fit; integers and booleans become float64.

    Returns
    -------
    list of arrays
        In the order given: native byte order, any memory order, the very object that came where it fits already.

    Raises
    ------
    ValueError
        For float16, complex numbers and objects.

    Examples
    --------
    >>> x, b = floats("affine_forward", x=np.ones((2, 3), np.float32), b=[1, 2, 3])
    >>> x.dtype, b.dtype
    (dtype('float64'), dtype('float64'))
    """
    found = [float_array(function, name, array) for name, array in arrays.items()]
    dtype = found[0].dtype
    if any(array.dtype is not dtype for array in found):
        dtype = np.result_type(*found)
        found = [array.astype(dtype, copy=False) for array in found]
    return found


def float_array(function: str, name: str, array: ArrayLike) -> FloatArray:
    """One array as `floats` has several: float32 if it is so already, else float64.

    Raises
    ------
    ValueError
        For float16, complex numbers and objects.
    """
    try:
        array = np.asarray(array)
    except ValueError as error:  # rows of different lengths
        raise ValueError(f"{function}: {name} should be an array of numbers: {error}") from None
    dtype = array.dtype
    if dtype is _FLOAT32 or dtype is _FLOAT64:
        return array
    if dtype.kind in "biu":
        return array.astype(_FLOAT64)
    native = dtype.newbyteorder("=")
    if native not in (_FLOAT32, _FLOAT64):
        raise ValueError(f"{function}: {name} should be float32 or float64, but is {dtype}")
    return array.astype(_FLOAT32 if native == _FLOAT32 else _FLOAT64, copy=False)


def expect_shape(
    function: str, name: str, array: NDArray[Any], shape: tuple[int | str, ...], meaning: str = ""
) -> None:
    """Refuse an array of another shape.

    Parameters
    ----------
    function, name
        The caller's name and that of its argument, for the error.
    array
        The argument.
    shape
        The sizes it should have; a size given as a string, such as "N", fits any.
    meaning
        What the sizes stand for, or what they come from; added to the error.

    Raises
    ------
    ValueError
        If the shape is another one.

    Examples
    --------
    >>> expect_shape("affine_forward", "w", np.ones((4, 5)), (3, "M"), "one row per input")
    Traceback (most recent call last):
    ValueError: affine_forward: w should have shape (3, M), one row per input, but has (4, 5)
    """
    if array.shape == shape:
        return
    if len(array.shape) != len(shape) or any(
        isinstance(size, int) and size != has for size, has in zip(shape, array.shape, strict=True)
    ):
        sizes = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
        raise ValueError(
            f"{function}: {name} should have shape ({sizes}){meaning and ', '}{meaning}, but has {array.shape}"
        )


def upstream(function: str, dout: ArrayLike, shape: Shape) -> FloatArray:
    """dout, the gradient from the layers above, as floats of the shape of out. Raises ValueError if it does not fit."""
    dout = float_array(function, "dout", dout)
    expect_shape(function, "dout", dout, shape, "that of out")
    return dout


def labels(function: str, y: ArrayLike, num_examples: int, num_classes: int | None = None) -> NDArray[np.intp]:
    """y as an array of integers (num_examples,), at least 0 and below num_classes, if that is known.

    Raises ValueError if it is not.
    """
    y = np.asarray(y)
    if y.shape != (num_examples,):
        raise ValueError(f"{function}: y should have shape ({num_examples},), one label per example, but has {y.shape}")
    if y.dtype.kind not in "iu":
        raise ValueError(f"{function}: y should hold class numbers, integers, but holds {y.dtype}")
    if num_examples:
        low, high = np.minimum.reduce(y), np.maximum.reduce(y)
        if low < 0 or (num_classes is not None and high >= num_classes):
            known = ", 1, ..." if num_classes is None else f"..{num_classes - 1}"
            raise ValueError(f"{function}: y should hold class numbers 0{known}, but holds {low if low < 0 else high}")
    return y.astype(np.intp, copy=False)


def settings(function: str, name: str, given: Settings, required: Sequence[str] = (), **defaults: Any) -> list[Any]:
    """The values of a dict such as conv_param, which the caller has yet to check.

    Parameters
    ----------
    function, name
        The caller's name and that of its argument, for the error.
    given
        The dict.
    required
        The keys it must have.
    **defaults
        The keys it may have, with the values that stand in for them.

    Returns
    -------
    list
        The values of the required keys, then of the others.

    Raises
    ------
    TypeError
        If it is not a dict.
    ValueError
        For a key that is missing or that the function does not know.

    Examples
    --------
    >>> settings("conv_forward_naive", "conv_param", {"stride": 1, "pad": 2}, ["stride", "pad"], dilation=1)
    [1, 2, 1]
    """
    if not isinstance(given, dict):
        raise TypeError(f"{function}: {name} should be a dict with {_keys(required, defaults)}, but is {given!r}")
    values = []
    for key in required:
        if key not in given:
            raise ValueError(f"{function}: {name} has no {key!r}; it should have {_keys(required, defaults)}")
        values.append(given[key])
    known = len(values)
    for key, default in defaults.items():
        known += key in given
        values.append(given.get(key, default))
    if known != len(given):
        unknown = next(key for key in given if key not in required and key not in defaults)
        raise ValueError(f"{function}: {name} has an unknown {unknown!r}; it should have {_keys(required, defaults)}")
    return values


def number(
    function: str,
    name: str,
    value: Any,
    above: float | None = None,
    at_least: float | None = None,
    below: float | None = None,
    at_most: float | None = None,
) -> float:
    """value as a Python float, which changes no array's type, within the given bounds. Raises ValueError."""
    bounds = {"above": above, "at least": at_least, "below": below, "at most": at_most}
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    fits = not isinstance(value, (bool, np.bool_)) and isinstance(value, numbers.Real) and value == value
    if not (
        fits
        and (above is None or value > above)
        and (at_least is None or value >= at_least)
        and (below is None or value < below)
        and (at_most is None or value <= at_most)
    ):
        wanted = " and ".join(f"{word} {bound}" for word, bound in bounds.items() if bound is not None)
        wanted = f" of {wanted}" if wanted.startswith("at") else f" {wanted}" if wanted else ""
        raise ValueError(f"{function}: {name} should be a number{wanted}, but is {value!r}")
    return float(value)


def integer(function: str, name: str, value: Any, at_least: int) -> int:
    """value as a Python int of at least that size. Raises ValueError."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)) or value < at_least:
        raise ValueError(f"{function}: {name} should be an integer of at least {at_least}, but is {value!r}")
    return int(value)


def pair(function: str, name: str, value: Any, at_least: int) -> tuple[int, int]:
    """An integer, or two of them, as (vertical, horizontal). Raises ValueError."""
    values = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(values) != 2:
        raise ValueError(f"{function}: {name} should be an integer or a pair (vertical, horizontal), but is {value!r}")
    return integer(function, name, values[0], at_least), integer(function, name, values[1], at_least)


def one_of(function: str, name: str, value: _Choice, allowed: Sequence[str | None]) -> _Choice:
    """value, if it is among the allowed ones. Raises ValueError."""
    if not isinstance(value, (str, type(None))) or value not in allowed:
        raise ValueError(f"{function}: {name} should be {' or '.join(map(repr, allowed))}, but is {value!r}")
    return value


def float_type(function: str, dtype: DTypeLike) -> np.dtype[np.floating]:
    """dtype as np.dtype. Raises ValueError unless it is float32 or float64."""
    dtype = np.dtype(dtype)
    if dtype not in (np.float32, np.float64):
        raise ValueError(f"{function}: dtype should be float32 or float64, but is {dtype}")
    return _FLOAT32 if dtype == _FLOAT32 else _FLOAT64


def _keys(required: Iterable[str], defaults: Mapping[str, Any]) -> str:
    keys = [repr(key) for key in required] + [f"{key!r} (if not given: {value!r})" for key, value in defaults.items()]
    return ", ".join(keys)
