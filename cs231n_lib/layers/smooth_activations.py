"""Activation functions that came after ReLU and bend smoothly: softplus, SELU, GELU and Swish."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import float_array, number, upstream_and_cached

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray

# Klambauer et al. 2017, appendix A: with these, activations of mean 0 and variance 1 keep them from layer to layer
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
GELU_CUBIC, GELU_SCALE = 0.044715, math.sqrt(2 / math.pi)  # of the approximation by tanh


def softplus_forward(x: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Compute log(1 + exp(x)) without overflow, for x of any shape (Dugas et al. 2001).

    Returns
    -------
    out : array of x's shape
        The activations, all above 0.
    cache
        For softplus_backward.

    Examples
    --------
    >>> softplus_forward([-1000.0, 0.0, 1000.0])[0].round(2).tolist()
    [0.0, 0.69, 1000.0]
    """
    x = float_array("softplus_forward", "x", x)
    return _softplus(x), x


def softplus_backward(dout: ArrayLike, cache: FloatArray) -> FloatArray:
    """Compute the gradient of softplus_forward: exp(x) / (1 + exp(x)) times dout, the sigmoid of x times dout."""
    dout, x = upstream_and_cached("softplus_backward", dout, cache)
    return dout * _slope_of_softplus(x)


def selu_forward(x: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Compute the scaled exponential linear unit (Klambauer et al. 2017), for x of any shape.

    It is SELU_SCALE * x where x > 0, else SELU_SCALE * SELU_ALPHA * (exp(x) - 1).

    Returns
    -------
    out : array of x's shape
        The activations.
    cache
        For selu_backward.
    """
    x = float_array("selu_forward", "x", x)
    bent = np.maximum(x, 0) + x.dtype.type(SELU_ALPHA) * np.expm1(np.minimum(x, 0))  # one of the two terms is 0
    return x.dtype.type(SELU_SCALE) * bent, x


def selu_backward(dout: ArrayLike, cache: FloatArray) -> FloatArray:
    """Compute the gradient of selu_forward: SELU_SCALE * dout where x > 0, else that times SELU_ALPHA * exp(x)."""
    dout, x = upstream_and_cached("selu_backward", dout, cache)
    slope = np.where(x > 0, x.dtype.type(1), x.dtype.type(SELU_ALPHA) * np.exp(np.minimum(x, 0)))
    return dout * (x.dtype.type(SELU_SCALE) * slope)


def gelu_forward(x: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Compute the Gaussian error linear unit (Hendrycks and Gimpel 2016), for x of any shape.

    This is the paper's approximation, 0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))), which is within 0.0005
    of x times the cumulative distribution function of the normal distribution.

    Returns
    -------
    out : array of x's shape
        The activations.
    cache
        For gelu_backward.
    """
    x = float_array("gelu_forward", "x", x)
    return 0.5 * x * (1 + np.tanh(_gelu_angle(x))), x


def gelu_backward(dout: ArrayLike, cache: FloatArray) -> FloatArray:
    """Compute the gradient of gelu_forward."""
    dout, x = upstream_and_cached("gelu_backward", dout, cache)
    bent = np.tanh(_gelu_angle(x))
    near = _near_0(x)
    slope_of_angle = GELU_SCALE * (1 + 3 * GELU_CUBIC * near * near)
    return dout * (0.5 * (1 + bent) + 0.5 * near * (1 - bent * bent) * slope_of_angle)


def swish_forward(x: ArrayLike, beta: float = 1.0) -> tuple[FloatArray, tuple[FloatArray, float]]:
    """Compute x * sigmoid(beta * x) (Ramachandran et al. 2017); with beta=1 it is also called SiLU.

    Parameters
    ----------
    x : array of any shape
        The inputs.
    beta
        How sharply it bends: at 0 it is x / 2, and for large beta it comes close to ReLU.

    Returns
    -------
    out : array of x's shape
        The activations.
    cache
        For swish_backward.
    """
    x, beta = float_array("swish_forward", "x", x), number("swish_forward", "beta", beta)
    return x * _slope_of_softplus(beta * x), (x, beta)


def swish_backward(dout: ArrayLike, cache: tuple[FloatArray, float]) -> FloatArray:
    """Compute the gradient of swish_forward: s + beta * x * s * (1 - s) times dout, where s = sigmoid(beta * x)."""
    x, beta = cache
    dout, x = upstream_and_cached("swish_backward", dout, x)
    s = _slope_of_softplus(beta * x)
    return dout * (s + beta * x * s * (1 - s))


def _gelu_angle(x: FloatArray) -> FloatArray:
    near = _near_0(x)
    return GELU_SCALE * (near + GELU_CUBIC * near * near * near)


def _near_0(x: FloatArray) -> FloatArray:
    """Return x, at most 20 in size: beyond that tanh is 1 in every dtype, and x^3 might overflow."""
    return np.clip(x, -20, 20)


def _softplus(x: FloatArray) -> FloatArray:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _slope_of_softplus(x: FloatArray) -> FloatArray:
    """Return exp(x) / (1 + exp(x)), the sigmoid of x, from the logarithm of numerator and denominator."""
    return np.exp(x - _softplus(x))
