"""Numerical gradients by central differences, and the classic checks that print them.

The method is that of the CS231n notes, "Gradient checks" (neural-networks-3).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.diagnosis.agreement import rel_error
from cs231n_lib.diagnosis.plain_data import NotNumbers, as_numbers, in_short

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Index = tuple[int, ...]


def numerical_gradient(f: Callable[[Floats], Any], x: ArrayLike, h: float = 1e-5) -> Floats:
    """Compute the gradient of a scalar function by central differences: (f(x + h) - f(x - h)) / 2h for each entry.

    Parameters
    ----------
    f
        Function of one array that returns one number. It gets a new copy each time, so it may change its argument. It
        may also ignore the argument and read x itself, as in

            numerical_gradient(lambda _: model.loss(X, y)[0], model.params["W1"])

        since x also holds the changed entry while f runs. At the end x holds its old values again.
    x : array of any shape
        If f reads x instead of its argument, x must be a writable array of floats.
    h
        Step size.

    Returns
    -------
    array
        float64, of x's shape.

    Raises
    ------
    NotANumber
        If f does not return one number. It is a TypeError.
    ValueError
        If the dtype of x is too coarse for a step of h.

    Warns
    -----
    UserWarning
        If the values of f are too coarse, such as float32; or if f returns the same value throughout and x is not a
        writable array of floats.
    """
    return _gradient(lambda x: one_number(f(x)), x, h, _minus)


def eval_numerical_gradient(f: Callable[[Floats], Any], x: ArrayLike, verbose: bool = False, h: float = 1e-5) -> Floats:
    """Compute `numerical_gradient`, under its customary name. `verbose` prints every entry."""
    gradient = numerical_gradient(f, x, h)
    if verbose:
        for index in np.ndindex(gradient.shape):
            print(index, gradient[index])
    return gradient


def eval_numerical_gradient_array(
    f: Callable[[Floats], ArrayLike], x: ArrayLike, df: ArrayLike, h: float = 1e-5
) -> Floats:
    """Compute the gradient of sum(f(x) * df) for a function f that returns an array.

    Parameters
    ----------
    f
        Function of one array, as in `numerical_gradient`, but it returns an array.
    x : array of any shape
        As in `numerical_gradient`, with the same warnings.
    df : array of f(x)'s shape
        Upstream gradient.
    h
        Step size.

    Returns
    -------
    array
        float64, of x's shape.

    Raises
    ------
    ValueError
        If f(x) and df differ in shape.
    """
    upstream = np.asarray(df, dtype=np.float64)

    def output(x: Floats) -> NDArray[Any]:
        out = np.array(f(x))  # a copy, since f may return the same array each time
        if out.shape != upstream.shape:
            raise ValueError(f"f(x) has shape {out.shape}, but the upstream gradient df has shape {upstream.shape}.")
        return out

    def change(upper: NDArray[Any], lower: NDArray[Any]) -> float:
        return float(np.sum(np.subtract(upper, lower, dtype=np.float64) * upstream))

    # subtract before summing: what does not depend on the entry then cancels without a rounding error
    return _gradient(output, x, h, change)


def grad_check_sparse(
    f: Callable[[Floats], Any],
    x: ArrayLike,
    analytic_grad: ArrayLike,
    num_checks: int = 10,
    h: float = 1e-5,
    seed: int | None = None,
) -> None:
    """Print the numerical and the analytic gradient at a few random entries of x, with their relative error.

    Parameters
    ----------
    f
        Function of one array that returns one number, as in `numerical_gradient`, with the same warnings.
    x : array of any shape
        The point.
    analytic_grad : array of x's shape
        The gradient to check.
    num_checks
        How many entries to check.
    h
        Step size.
    seed
        Makes the choice of entries repeatable.

    Raises
    ------
    ValueError
        If analytic_grad does not have the shape of x.
    """
    given = np.asarray(analytic_grad)
    if given.shape != np.shape(x):
        raise ValueError(f"The gradient has shape {given.shape}, but x has shape {np.shape(x)}.")
    rng = np.random.default_rng(seed)
    chosen = [tuple(int(rng.integers(n)) for n in np.shape(x)) for _ in range(num_checks)]
    for index, numeric in zip(chosen, _slopes(lambda x: one_number(f(x)), x, chosen, h, _minus), strict=True):
        analytic = float(given[index])
        error = rel_error(analytic, numeric)
        print(f"numerical: {numeric:f} analytic: {analytic:f}, relative error: {error:e}")


def differences(f: Callable[[Floats], Any], x: ArrayLike, h: float = 1e-5) -> Floats:
    """Compute central differences like `numerical_gradient`, but never change x and never warn.

    f must use its argument.
    """
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        upper, lower = x.copy(), x.copy()
        upper[index] += h
        lower[index] -= h
        step = upper[index] - lower[index]  # the actual step, since x + h is rounded
        gradient[index] = (float_value(f(upper)) - float_value(f(lower))) / step
    return gradient


def _minus(upper: Any, lower: Any) -> float:
    return float(upper) - float(lower)  # unsigned integers would wrap around


def _gradient(f: Callable[[Floats], Any], x: ArrayLike, h: float, difference: Callable[[Any, Any], float]) -> Floats:
    gradient = np.zeros(np.shape(x))
    places = list(np.ndindex(gradient.shape))
    gradient[...] = np.reshape(_slopes(f, x, places, h, difference), gradient.shape)
    return gradient


def _slopes(
    f: Callable[[Floats], Any],
    x: ArrayLike,
    places: Sequence[Index],
    h: float,
    difference: Callable[[Any, Any], float],
) -> list[float]:
    """Return the slopes of f along these entries of x; difference(upper, lower) maps two values of f to one number."""
    if isinstance(x, np.ndarray) and x.dtype.kind == "f" and x.flags.writeable:
        point, in_place = x, True
    else:
        point, in_place = np.array(x, dtype=np.float64), False
    slopes, coarse = [], True
    for index in places:
        upper, lower, step = _two_values(f, point, index, h)
        slopes.append(float(difference(upper, lower)) / step)
        coarse = coarse and is_coarse(upper) and is_coarse(lower)
    if slopes and coarse:
        warnings.warn(
            "The function computes in float32, whose rounding hides differences as small as these. Compare gradients "
            "in float64: create a net with dtype=np.float64, and convert an array with x.astype(np.float64).",
            stacklevel=4,
        )
    if slopes and not in_place and not any(slopes):
        warnings.warn(
            "The function returns the same value for every argument. If it reads x itself instead of its argument, "
            "x must be a writable array of floats; this one is read-only, or does not hold floats.",
            stacklevel=4,
        )
    return slopes


def _two_values(f: Callable[[Floats], Any], x: NDArray[Any], index: Index, h: float) -> tuple[Any, Any, float]:
    """Return (f above, f below, the step between them); x is changed while f runs, since f may read x itself."""
    before = x[index]
    places: list[float] = []
    values = []
    try:
        for step in (h, -h):
            x[index] = before + step
            places.append(float(x[index]))
            values.append(f(x.astype(np.float64)))  # a copy
    finally:
        x[index] = before
    if places[0] == places[1]:
        raise ValueError(
            f"x{list(index)} is {before} in {x.dtype}, and a step of {h:g} does not change it. Pass "
            "x.astype(np.float64) or a larger h."
        )
    return values[0], values[1], places[0] - places[1]  # the actual step, since x + h is rounded


def is_coarse(value: Any) -> bool:
    """Return whether the value has float32 precision only: by its dtype, or as a Python float made from a float32."""
    array = np.asarray(value)
    if array.dtype in (np.float16, np.float32):
        return True
    with np.errstate(over="ignore", invalid="ignore"):
        simple = np.array_equal(array * 4096, np.round(array * 4096))  # 1/2 and 3/8 are exact in both types
        return array.size == 1 and not simple and np.array_equal(array.astype(np.float32), array)


class NotANumber(TypeError):
    """The function to differentiate returned something other than one number; str() says what."""


def float_value(value: Any) -> float:
    """Return what the function to differentiate returned as a float; see `one_number`."""
    return float(one_number(value))


def one_number(value: Any) -> Any:
    """Return what the function to differentiate returned as a NumPy scalar of its dtype. Raises NotANumber."""
    wanted = "the function to differentiate must return one number, the loss"
    if type(value) in (tuple, list):
        raise NotANumber(f"{wanted}; it returned {in_short(value)}. Take the loss: lambda W: loss_function(W)[0].")
    try:
        array = as_numbers(value)
    except NotNumbers as error:
        raise NotANumber(f"{wanted}: {error}") from None
    if array.size != 1:
        raise NotANumber(f"{wanted}; it returned {in_short(value)}.")
    return array.reshape(())[()]
