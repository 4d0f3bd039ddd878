"""Numerical gradients, relative error, and the explanation of a gradient that is wrong.

Lecture source of the method and of the bands: CS231n notes, "Gradient checks" (neural-networks-3).
"""

import numpy as np

from cs231n_lib.diagnosis import Diagnosis, diagnose, rel_error
from cs231n_lib.plain_data import NotNumbers, as_numbers, in_short

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
        its argument what it likes; x is never changed.
    x: array of any shape; it is worked on in float64.
    h: step.

    Returns a float64 array of x's shape. Raises NotANumber, a TypeError, when f does not return one number.
    """
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        gradient[index] = _slope(f, x, index, h)
    return gradient


def eval_numerical_gradient(f, x, verbose=False, h=1e-5):
    """numerical_gradient under its customary name, and for functions that look at x itself, not at their argument:

        eval_numerical_gradient(lambda _: model.loss(X, y)[0], model.params["W1"])

    While f runs, x holds the changed entry as well, if it is a float array that can be written to; in the end it is
    as it was. In float32 that is too coarse for a gradient check. verbose prints every entry.
    """
    if isinstance(x, np.ndarray) and x.dtype.kind == "f" and x.flags.writeable:
        gradient = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            gradient[index] = _slope_in_place(f, x, index, h)
    else:
        gradient = numerical_gradient(f, x, h)
    if verbose:
        for index in np.ndindex(gradient.shape):
            print(index, gradient[index])
    return gradient


def eval_numerical_gradient_array(f, x, df, h=1e-5):
    """Gradient of sum(f(x) * df) for a function f that returns an array.

    f: function of one array; x: array of any shape; df: upstream gradient, of the shape of f(x).
    Returns a float64 array of x's shape.
    """
    df = np.asarray(df, dtype=np.float64)

    def weighted_sum(x):
        out = np.asarray(f(x), dtype=np.float64)
        if out.shape != df.shape:
            raise ValueError(f"f(x) has shape {out.shape}, but the upstream gradient df has shape {df.shape}")
        return np.sum(out * df)

    return numerical_gradient(weighted_sum, x, h)


def grad_check_sparse(f, x, analytic_grad, num_checks=10, h=1e-5, seed=None):
    """Print numerical and analytic gradient at a few random entries of x, with their relative error.

    f: function of one array that returns one number; analytic_grad: array of x's shape.
    seed: makes the choice of entries repeatable.
    """
    x = np.array(x, dtype=np.float64)
    analytic_grad = np.asarray(analytic_grad)
    if analytic_grad.shape != x.shape:
        raise ValueError(f"the gradient has shape {analytic_grad.shape}, but x has shape {x.shape}")
    rng = np.random.default_rng(seed)
    for _ in range(num_checks):
        index = tuple(int(rng.integers(n)) for n in x.shape)
        numeric, analytic = _slope(f, x, index, h), float(analytic_grad[index])
        error = rel_error(analytic, numeric)
        print(f"numerical: {numeric:f} analytic: {analytic:f}, relative error: {error:e}")


def _slope(f, x, index, h):
    upper, lower = x.copy(), x.copy()
    upper[index] += h
    lower[index] -= h
    # divided by the step really taken: x + h is rounded
    step = upper[index] - lower[index]
    return (number(f(upper)) - number(f(lower))) / step


def _slope_in_place(f, x, index, h):
    before, places, values = x[index], [], []
    try:
        for step in (h, -h):
            x[index] = before + step
            places.append(float(x[index]))
            values.append(number(f(x.astype(np.float64))))  # a copy
    finally:
        x[index] = before
    return (values[0] - values[1]) / (places[0] - places[1])


class NotANumber(TypeError):
    """A function to differentiate returned something else than one number; str() says what."""


def number(value):
    """What a function to differentiate returned, as a float. Raises NotANumber."""
    wanted = "the function to differentiate has to return one number, the loss"
    if type(value) in (tuple, list):
        raise NotANumber(f"{wanted}; it returned {in_short(value)}. Take the loss: lambda W: loss_function(W)[0]")
    try:
        array = as_numbers(value)
    except NotNumbers as error:
        raise NotANumber(f"{wanted}: {error}") from None
    if array.size != 1:
        raise NotANumber(f"{wanted}; it returned {in_short(value)}.")
    return float(array.reshape(()))
