"""Numerical gradients, by central differences, and the classic checks that print them.

Lecture source of the method: CS231n notes, "Gradient checks" (neural-networks-3).
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
    """Gradient of a scalar function by central differences: (f(x + h) - f(x - h)) / 2h, entry by entry.

    Parameters
    ----------
    f
        Function of one array that returns one number. It is given a fresh copy each time, so it may change its
        argument. It may also ignore the argument and look at x itself, as in

            numerical_gradient(lambda _: model.loss(X, y)[0], model.params["W1"])

        since x holds the changed entry, too, while f runs; in the end x is as it was.
    x : array of any shape
        It holds floats and can be written to, or f has to use its argument.
    h
        Step.

    Returns
    -------
    array
        float64, of x's shape.

    Raises
    ------
    NotANumber
        A TypeError: f does not return one number.

    Warns
    -----
    UserWarning
        If the values of f are too coarse (float32, for one), or do not change with a copy of an x that cannot be
        written to.
    """
    return _gradient(lambda x: one_number(f(x)), x, h, _minus)


def eval_numerical_gradient(f: Callable[[Floats], Any], x: ArrayLike, verbose: bool = False, h: float = 1e-5) -> Floats:
    """`numerical_gradient` under its customary name. `verbose` prints every entry."""
    gradient = numerical_gradient(f, x, h)
    if verbose:
        for index in np.ndindex(gradient.shape):
            print(index, gradient[index])
    return gradient


def eval_numerical_gradient_array(
    f: Callable[[Floats], ArrayLike], x: ArrayLike, df: ArrayLike, h: float = 1e-5
) -> Floats:
    """Gradient of sum(f(x) * df) for a function f that returns an array.

    Parameters
    ----------
    f
        Function of one array, as in `numerical_gradient`, that returns an array.
    x : array of any shape
        As in `numerical_gradient`, which also says when it warns.
    df : array of f(x)'s shape
        Upstream gradient.
    h
        Step.

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
        out = np.array(f(x))  # a copy: f may hand out one array again and again
        if out.shape != upstream.shape:
            raise ValueError(f"f(x) has shape {out.shape}, but the upstream gradient df has shape {upstream.shape}")
        return out

    def change(upper: NDArray[Any], lower: NDArray[Any]) -> float:
        return float(np.sum(np.subtract(upper, lower, dtype=np.float64) * upstream))

    # subtracted before they are summed: what does not depend on the entry cancels without a rounding error
    return _gradient(output, x, h, change)


def grad_check_sparse(
    f: Callable[[Floats], Any],
    x: ArrayLike,
    analytic_grad: ArrayLike,
    num_checks: int = 10,
    h: float = 1e-5,
    seed: int | None = None,
) -> None:
    """Print numerical and analytic gradient at a few random entries of x, with their relative error.

    Parameters
    ----------
    f
        Function of one array that returns one number, as in `numerical_gradient`, which also says when it warns.
    x : array of any shape
        The point.
    analytic_grad : array of x's shape
        The gradient to check.
    num_checks
        How many entries to look at.
    h
        Step.
    seed
        Makes the choice of entries repeatable.
    """
    given = np.asarray(analytic_grad)
    if given.shape != np.shape(x):
        raise ValueError(f"the gradient has shape {given.shape}, but x has shape {np.shape(x)}")
    rng = np.random.default_rng(seed)
    chosen = [tuple(int(rng.integers(n)) for n in np.shape(x)) for _ in range(num_checks)]
    for index, numeric in zip(chosen, _slopes(lambda x: one_number(f(x)), x, chosen, h, _minus), strict=True):
        analytic = float(given[index])
        error = rel_error(analytic, numeric)
        print(f"numerical: {numeric:f} analytic: {analytic:f}, relative error: {error:e}")


def differences(f: Callable[[Floats], Any], x: ArrayLike, h: float = 1e-5) -> Floats:
    """`numerical_gradient` for judging: f looks at its argument, x stays as it is throughout, and nothing warns."""
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        upper, lower = x.copy(), x.copy()
        upper[index] += h
        lower[index] -= h
        step = upper[index] - lower[index]  # the one really taken: x + h is rounded
        gradient[index] = (float_value(f(upper)) - float_value(f(lower))) / step
    return gradient


def _minus(upper: Any, lower: Any) -> float:
    return float(upper) - float(lower)  # whole numbers without a sign would wrap around


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
    """The slopes of f along these entries of x; difference(upper, lower) of two values of f is one number."""
    if isinstance(x, np.ndarray) and x.dtype.kind == "f" and x.flags.writeable:
        point, in_place = x, True
    else:
        point, in_place = np.array(x, dtype=np.float64), False
    slopes, coarse = [], True
    for index in places:
        upper, lower, step = _two_values(f, point, index, h)
        slopes.append(float(difference(upper, lower)) / step)
        coarse = coarse and _is_coarse(upper) and _is_coarse(lower)
    if slopes and coarse:
        warnings.warn(
            "the function is computed in float32, whose rounding hides differences as small as these. Compare "
            "gradients in float64: a net is made with dtype=np.float64, an array with x.astype(np.float64).",
            stacklevel=4,
        )
    if slopes and not in_place and not any(slopes):
        warnings.warn(
            "the function gives the same value whatever it is handed. If it looks at x itself in place of its "
            "argument, x has to be an array of floats that can be written to; this one is read-only, or does not hold "
            "floats.",
            stacklevel=4,
        )
    return slopes


def _two_values(f: Callable[[Floats], Any], x: NDArray[Any], index: Index, h: float) -> tuple[Any, Any, float]:
    """(f above, f below, the step between them), with x changed meanwhile, for a function that looks at x itself."""
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
            f"x{list(index)} is {before} of dtype {x.dtype}, which a step of {h:g} does not change. Take "
            "x.astype(np.float64), or a larger h."
        )
    return values[0], values[1], places[0] - places[1]  # the step really taken: x + h is rounded


def _is_coarse(value: Any) -> bool:
    """Whether these are float32 numbers, by dtype, or as a Python float that was one."""
    array = np.asarray(value)
    if array.dtype in (np.float16, np.float32):
        return True
    with np.errstate(over="ignore", invalid="ignore"):
        simple = np.array_equal(array * 4096, np.round(array * 4096))  # 1/2 and 3/8 are exact in either
        return array.size == 1 and not simple and np.array_equal(array.astype(np.float32), array)


class NotANumber(TypeError):
    """A function to differentiate returned something other than one number; str() says what."""


def float_value(value: Any) -> float:
    """What a function to differentiate returned, as a float; see `one_number`."""
    return float(one_number(value))


def one_number(value: Any) -> Any:
    """What a function to differentiate returned, as a NumPy number of its dtype. Raises NotANumber."""
    wanted = "the function to differentiate has to return one number, the loss"
    if type(value) in (tuple, list):
        raise NotANumber(f"{wanted}; it returned {in_short(value)}. Take the loss: lambda W: loss_function(W)[0]")
    try:
        array = as_numbers(value)
    except NotNumbers as error:
        raise NotANumber(f"{wanted}: {error}") from None
    if array.size != 1:
        raise NotANumber(f"{wanted}; it returned {in_short(value)}.")
    return array.reshape(())[()]
