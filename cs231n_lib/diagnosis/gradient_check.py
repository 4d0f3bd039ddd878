"""Numerical gradients, relative error, and the explanation of a gradient that is wrong.

Lecture source of the method and of the bands: CS231n notes, "Gradient checks" (neural-networks-3).
"""

import warnings

import numpy as np

from cs231n_lib.diagnosis.diagnose import Diagnosis, diagnose, rel_error
from cs231n_lib.diagnosis.plain_data import NotNumbers, as_numbers, in_short

__all__ = [
    "Diagnosis",
    "diagnose",
    "eval_numerical_gradient",
    "eval_numerical_gradient_array",
    "grad_check_sparse",
    "numerical_gradient",
    "rel_error",
]


def numerical_gradient(f, x, h=1e-5):
    """Gradient of a scalar function by central differences: (f(x + h) - f(x - h)) / 2h, entry by entry.

    f: function of one array that returns one number. It is handed a fresh copy each time, so it may do to
        its argument what it likes. It may as well ignore the argument and look at x itself, as in

            numerical_gradient(lambda _: model.loss(X, y)[0], model.params["W1"])

        since x holds the changed entry, too, while f runs; in the end x is as it was.
    x: array of any shape. It holds floats and can be written to, or f has to use its argument.
    h: step.

    Returns a float64 array of x's shape. Raises NotANumber, a TypeError, when f does not return one number. Warns when
    the values of f are too coarse, float32 for one, or do not change with a copy of an x that cannot be written to.
    """
    return _gradient(lambda x: one_number(f(x)), x, h, _minus)


def eval_numerical_gradient(f, x, verbose=False, h=1e-5):
    """numerical_gradient under its customary name. verbose prints every entry."""
    gradient = numerical_gradient(f, x, h)
    if verbose:
        for index in np.ndindex(gradient.shape):
            print(index, gradient[index])
    return gradient


def eval_numerical_gradient_array(f, x, df, h=1e-5):
    """Gradient of sum(f(x) * df) for a function f that returns an array.

    f: function of one array, as in numerical_gradient; x: array of any shape; df: upstream gradient, of f(x)'s shape.
    Returns a float64 array of x's shape, and warns as numerical_gradient does.
    """
    df = np.asarray(df, dtype=np.float64)

    def output(x):
        out = np.array(f(x))  # a copy: f may hand out one array again and again
        if out.shape != df.shape:
            raise ValueError(f"f(x) has shape {out.shape}, but the upstream gradient df has shape {df.shape}")
        return out

    # subtracted before they are summed: what does not depend on the entry cancels without a rounding error
    return _gradient(output, x, h, lambda upper, lower: np.sum(np.subtract(upper, lower, dtype=np.float64) * df))


def grad_check_sparse(f, x, analytic_grad, num_checks=10, h=1e-5, seed=None):
    """Print numerical and analytic gradient at a few random entries of x, with their relative error.

    f: function of one array that returns one number, as in numerical_gradient, which warns of the same things;
        analytic_grad: array of x's shape.
    seed: makes the choice of entries repeatable.
    """
    analytic_grad = np.asarray(analytic_grad)
    if analytic_grad.shape != np.shape(x):
        raise ValueError(f"the gradient has shape {analytic_grad.shape}, but x has shape {np.shape(x)}")
    rng = np.random.default_rng(seed)
    chosen = [tuple(int(rng.integers(n)) for n in np.shape(x)) for _ in range(num_checks)]
    for index, numeric in zip(chosen, _slopes(lambda x: one_number(f(x)), x, chosen, h, _minus), strict=True):
        analytic = float(analytic_grad[index])
        error = rel_error(analytic, numeric)
        print(f"numerical: {numeric:f} analytic: {analytic:f}, relative error: {error:e}")


def differences(f, x, h=1e-5):
    """numerical_gradient for judging: f looks at its argument, x stays as it is throughout, and nothing warns."""
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        upper, lower = x.copy(), x.copy()
        upper[index] += h
        lower[index] -= h
        step = upper[index] - lower[index]  # the one really taken: x + h is rounded
        gradient[index] = (number(f(upper)) - number(f(lower))) / step
    return gradient


def _minus(upper, lower):
    return float(upper) - float(lower)  # whole numbers without a sign would wrap around


def _gradient(f, x, h, difference):
    gradient = np.zeros(np.shape(x))
    places = list(np.ndindex(gradient.shape))
    gradient[...] = np.reshape(_slopes(f, x, places, h, difference), gradient.shape)
    return gradient


def _slopes(f, x, places, h, difference):
    """The slopes of f along these entries of x; difference(upper, lower) of two values of f is one number."""
    in_place = isinstance(x, np.ndarray) and x.dtype.kind == "f" and x.flags.writeable
    x = x if in_place else np.array(x, dtype=np.float64)
    slopes, coarse = [], True
    for index in places:
        upper, lower, step = _two_values(f, x, index, h)
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


def _two_values(f, x, index, h):
    """(f above, f below, the step between them), with x changed meanwhile, for a function that looks at x itself."""
    before, places, values = x[index], [], []
    try:
        for step in (h, -h):
            x[index] = before + step
            places.append(float(x[index]))
            values.append(f(x.astype(np.float64)))  # a copy
    finally:
        x[index] = before
    if places[0] == places[1]:
        raise ValueError(f"x{list(index)} is {before} of dtype {x.dtype}, which a step of {h:g} does not change. Take "
                         "x.astype(np.float64), or a larger h.")
    return *values, places[0] - places[1]  # the step really taken: x + h is rounded


def _is_coarse(value):
    """Whether these are float32 numbers, by dtype, or as a Python float that was one."""
    value = np.asarray(value)
    if value.dtype in (np.float16, np.float32):
        return True
    with np.errstate(over="ignore", invalid="ignore"):
        simple = np.array_equal(value * 4096, np.round(value * 4096))  # 1/2 and 3/8 are exact in either
        return value.size == 1 and not simple and np.array_equal(value.astype(np.float32), value)


class NotANumber(TypeError):
    """A function to differentiate returned something else than one number; str() says what."""


def number(value):
    """What a function to differentiate returned, as a float. Raises NotANumber."""
    return float(one_number(value))


def one_number(value):
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
