"""Checks of the arguments of public functions; an error names the function, the argument, what came and what fits."""

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
    Seed = np.random.Generator | int | None
    Settings = dict[str, Any]  # by name, such as a conv_param: settings() checks the names
    MaybeNone = Any  # FloatArray | MaybeNone: None only for callers that ask for it, so that others need not check

_Choice = TypeVar("_Choice")
_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)


def floats(function: str, **arrays: ArrayLike) -> list[FloatArray]:
    """Convert arrays to one floating type: float32 if all of them are float32, else float64.

    Parameters
    ----------
    function
        The caller's name, for the error.
    **arrays
        Array-likes by argument name. Lists are accepted; integers and booleans become float64.

    Returns
    -------
    list of arrays
        In the order given, in native byte order and any memory order. An array that already fits is returned itself,
        not a copy.

    Raises
    ------
    ValueError
        If an array holds float16, complex numbers or objects.

    Examples
    --------
    >>> x, b = floats("affine_forward", x=np.ones((2, 3), np.float32), b=[1, 2, 3])
    >>> x.dtype, b.dtype
    (dtype('float64'), dtype('float64'))
    """
    found = [float_array(function, name, array) for name, array in arrays.items()]
    dtype = found[0].dtype
    for array in found:
        if array.dtype is not dtype:
            dtype = np.result_type(*found)
            return [array.astype(dtype, copy=False) for array in found]
    return found


def float_array(function: str, name: str, array: ArrayLike) -> FloatArray:
    """Convert one array to a floating type: float32 if it is float32 already, else float64.

    Raises
    ------
    ValueError
        If it holds float16, complex numbers or objects.
    """
    try:
        array = np.asarray(array)
    except ValueError as error:  # rows of different lengths
        raise ValueError(f"{function}: {name} should be an array of numbers: {error}.") from None
    dtype = array.dtype
    if dtype is _FLOAT32 or dtype is _FLOAT64:
        return array
    if dtype.kind in "biu":
        return array.astype(_FLOAT64)
    native = dtype.newbyteorder("=")
    if native not in (_FLOAT32, _FLOAT64):
        raise ValueError(f"{function}: {name} should be float32 or float64, but is {dtype}.")
    return array.astype(_FLOAT32 if native == _FLOAT32 else _FLOAT64, copy=False)


def expect_shape(
    function: str, name: str, array: NDArray[Any], shape: tuple[int | str, ...], meaning: str = ""
) -> None:
    """Raise an error unless an array has a given shape.

    Parameters
    ----------
    function, name
        The caller's name and the argument's name, for the error.
    array
        The argument.
    shape
        The sizes it should have; a string such as "N" stands for any size.
    meaning
        What the sizes stand for, or where they come from; added to the error.

    Raises
    ------
    ValueError
        If the shape differs.

    Examples
    --------
    >>> expect_shape("affine_forward", "w", np.ones((4, 5)), (3, "M"), "one row per input")
    Traceback (most recent call last):
    ValueError: affine_forward: w should have shape (3, M), one row per input, but has (4, 5).
    """
    found = array.shape
    if found == shape:
        return
    if len(found) == len(shape):
        for size, has in zip(shape, found):  # noqa: B905  (strict would take longer)
            if size != has and not isinstance(size, str):
                break
        else:
            return
    sizes = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
    raise ValueError(f"{function}: {name} should have shape ({sizes}){meaning and ', '}{meaning}, but has {found}.")


def upstream(function: str, dout: ArrayLike, shape: Shape) -> FloatArray:
    """Return dout, the gradient from the layers above, as floats. Raises ValueError unless it has the shape of out."""
    dout = float_array(function, "dout", dout)
    expect_shape(function, "dout", dout, shape, "that of out")
    return dout


def upstream_and_cached(function: str, dout: ArrayLike, cached: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return dout, and the array of a cache that has the shape of out, as floats of the wider dtype.

    Raises ValueError unless dout has the shape of `cached`.
    """
    dout, cached = floats(function, dout=dout, cache=cached)
    expect_shape(function, "dout", dout, cached.shape, "that of out")
    return dout, cached


def labels(function: str, y: ArrayLike, num_examples: int, num_classes: int | None = None) -> NDArray[np.intp]:
    """Return y as an array of integers of shape (num_examples,).

    Raises ValueError unless every label is at least 0 and, if num_classes is given, below num_classes.
    """
    y = np.asarray(y)
    if y.shape != (num_examples,):
        expected = f"({num_examples},), one label per example"
        raise ValueError(f"{function}: y should have shape {expected}, but has {y.shape}.")
    if y.dtype.kind not in "iu":
        raise ValueError(f"{function}: y should hold integer class numbers, but holds {y.dtype}.")
    if num_examples:
        low, high = np.minimum.reduce(y), np.maximum.reduce(y)
        if low < 0 or (num_classes is not None and high >= num_classes):
            known = ", 1, ..." if num_classes is None else f"..{num_classes - 1}"
            raise ValueError(f"{function}: y should hold class numbers 0{known}, but holds {low if low < 0 else high}.")
    return y.astype(np.intp, copy=False)


def settings(function: str, name: str, given: Settings, required: Sequence[str] = (), **defaults: Any) -> list[Any]:
    """Read the values of a dict of settings, such as conv_param. The caller checks the values themselves.

    Parameters
    ----------
    function, name
        The caller's name and the argument's name, for the error.
    given
        The dict.
    required
        The keys it must have.
    **defaults
        The keys it may have, with their default values.

    Returns
    -------
    list
        The values of the required keys, then of the others.

    Raises
    ------
    TypeError
        If it is not a dict.
    ValueError
        If a required key is missing or a key is unknown.

    Examples
    --------
    >>> settings("conv_forward_naive", "conv_param", {"stride": 1, "pad": 2}, ["stride", "pad"], dilation=1)
    [1, 2, 1]
    """
    if not isinstance(given, dict):
        raise TypeError(f"{function}: {name} should be a dict with {_keys(required, defaults)}, but is {given!r}.")
    values = []
    for key in required:
        if key not in given:
            raise ValueError(f"{function}: {name} has no {key!r}; it should have {_keys(required, defaults)}.")
        values.append(given[key])
    known = len(values)
    for key, default in defaults.items():
        known += key in given
        values.append(given.get(key, default))
    if known != len(given):
        unknown = next(key for key in given if key not in required and key not in defaults)
        wanted = _keys(required, defaults)
        raise ValueError(f"{function}: {name} has an unknown key {unknown!r}; it should have {wanted}.")
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
    """Return value as a Python float, which keeps an array's dtype. Raises ValueError if it is outside the bounds."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    real = type(value) is float or not isinstance(value, (bool, np.bool_)) and isinstance(value, numbers.Real)
    if not (
        real
        and value == value
        and (above is None or value > above)
        and (at_least is None or value >= at_least)
        and (below is None or value < below)
        and (at_most is None or value <= at_most)
    ):
        bounds = {"above": above, "at least": at_least, "below": below, "at most": at_most}
        wanted = " and ".join(f"{word} {bound}" for word, bound in bounds.items() if bound is not None)
        wanted = f" of {wanted}" if wanted.startswith("at") else f" {wanted}" if wanted else ""
        raise ValueError(f"{function}: {name} should be a number{wanted}, but is {value!r}.")
    return float(value)


def integer(function: str, name: str, value: Any, at_least: int) -> int:
    """Return value as a Python int. Raises ValueError unless it is an integer of at least `at_least`."""
    if type(value) is int and value >= at_least:
        return value
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)) or value < at_least:
        raise ValueError(f"{function}: {name} should be an integer of at least {at_least}, but is {value!r}.")
    return int(value)


def pair(function: str, name: str, value: Any, at_least: int) -> tuple[int, int]:
    """Return one integer, or a pair of them, as (vertical, horizontal). Raises ValueError for anything else."""
    if type(value) is int and value >= at_least:
        return value, value
    values = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(values) != 2:
        raise ValueError(f"{function}: {name} should be an integer or a pair (vertical, horizontal), but is {value!r}.")
    return integer(function, name, values[0], at_least), integer(function, name, values[1], at_least)


def one_of(function: str, name: str, value: _Choice, allowed: Sequence[str | None]) -> _Choice:
    """Return value. Raises ValueError unless it is one of the allowed ones."""
    if not isinstance(value, (str, type(None))) or value not in allowed:
        raise ValueError(f"{function}: {name} should be {' or '.join(map(repr, allowed))}, but is {value!r}.")
    return value


def finite(function: str, name: str, array: FloatArray) -> FloatArray:
    """Return the array. Raises ValueError if it holds NaN or infinities."""
    if not np.isfinite(array).all():
        raise ValueError(f"{function}: {name} should hold finite numbers, but holds NaN or infinities.")
    return array


def generator(function: str, name: str, rng: Any) -> np.random.Generator:
    """Return rng, or a new generator from this seed; None gives different numbers every time.

    Raises ValueError unless it is a np.random.Generator, None, or what np.random.default_rng takes as a seed.
    """
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError):
        wanted = "a np.random.Generator, an integer of at least 0 (the seed) or None"
        raise ValueError(f"{function}: {name} should be {wanted}, but is {rng!r}.") from None


def float_type(function: str, dtype: DTypeLike) -> np.dtype[np.floating]:
    """Return dtype as an np.dtype. Raises ValueError unless it is float32 or float64."""
    try:
        found = np.dtype(dtype)
    except (TypeError, ValueError):
        raise ValueError(f"{function}: dtype should be float32 or float64, but is {dtype!r}.") from None
    if found not in (np.float32, np.float64):
        raise ValueError(f"{function}: dtype should be float32 or float64, but is {found}.")
    return _FLOAT32 if found == _FLOAT32 else _FLOAT64


def _keys(required: Iterable[str], defaults: Mapping[str, Any]) -> str:
    keys = [repr(key) for key in required] + [f"{key!r} (default {value!r})" for key, value in defaults.items()]
    return ", ".join(keys)
