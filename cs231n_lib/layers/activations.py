"""Elementwise activation functions besides ReLU, and maxout (CS231n lecture notes, "Neural Networks Part 1")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import float_array, floats, integer, number, upstream, upstream_and_cached

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, IntArray

    # winners (N, M, 1); (N, M, pieces); the dtype of x
    _MaxoutCache = tuple[IntArray, tuple[int, int, int], np.dtype[np.floating]]


def leaky_relu_forward(x: ArrayLike, alpha: float = 0.01) -> tuple[FloatArray, tuple[FloatArray, float]]:
    """Compute x where x > 0, else alpha * x (Maas et al. 2013).

    Parameters
    ----------
    x : array of any shape
        The inputs.
    alpha
        The slope below 0. PReLU (He et al. 2015) learns it, so alpha changes from step to step.

    Returns
    -------
    out : array of x's shape
        The activations.
    cache
        For leaky_relu_backward.
    """
    x, alpha = float_array("leaky_relu_forward", "x", x), number("leaky_relu_forward", "alpha", alpha)
    return x * _slopes(x, alpha), (x, alpha)


def leaky_relu_backward(dout: ArrayLike, cache: tuple[FloatArray, float]) -> FloatArray:
    """Compute the gradient of leaky_relu_forward: dout where x > 0, else alpha * dout."""
    x, alpha = cache
    dout, x = upstream_and_cached("leaky_relu_backward", dout, x)
    return dout * _slopes(x, alpha)


def prelu_forward(x: ArrayLike, alpha: ArrayLike) -> tuple[FloatArray, tuple[FloatArray, FloatArray]]:
    """Compute x where x > 0, else alpha * x, for a slope alpha that is learned (He et al. 2015).

    Parameters
    ----------
    x : (N, D, ...) array
        The inputs.
    alpha : number, or (1,) or (D,) array
        The slope below 0: one for all features, or one for each.

    Returns
    -------
    out : array of x's shape
        The activations.
    cache
        For prelu_backward.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.

    Examples
    --------
    >>> prelu_forward([[-2.0, -2.0, 3.0]], [0.5, 0.0, 0.5])[0]
    array([[-1., -0.,  3.]])
    """
    x, alpha = floats("prelu_forward", x=x, alpha=alpha)
    if alpha.shape not in ((), (1,), x.shape[1:2]):
        raise ValueError(
            "prelu_forward: alpha should be a number or have shape (D,), where x has shape (N, D, ...), "
            f"but alpha has {alpha.shape} and x has {x.shape}."
        )
    return np.where(x > 0, x, _along_features(alpha, x) * x), (x, alpha)


def prelu_backward(dout: ArrayLike, cache: tuple[FloatArray, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Compute the gradient of prelu_forward.

    Returns
    -------
    dx : array of x's shape
        dout where x > 0, else alpha * dout.
    dalpha : array of alpha's shape
        The sum of x * dout over the entries that use this alpha and have x <= 0.
    """
    x, alpha = cache
    dout, x = upstream_and_cached("prelu_backward", dout, x)
    dx = dout * np.where(x > 0, x.dtype.type(1), _along_features(alpha, x))
    below = np.where(x > 0, x.dtype.type(0), x) * dout
    axes = tuple(axis for axis in range(x.ndim) if axis != 1) if alpha.size > 1 else None
    return dx, np.asarray(below.sum(axis=axes)).reshape(alpha.shape)


def elu_forward(x: ArrayLike, alpha: float = 1.0) -> tuple[FloatArray, tuple[FloatArray, FloatArray, float]]:
    """Compute x where x > 0, else alpha * (exp(x) - 1) (Clevert et al. 2015).

    Parameters
    ----------
    x : array of any shape
        The inputs.
    alpha
        A number above 0; the results are above -alpha.

    Returns
    -------
    out : array of x's shape
        The activations.
    cache
        For elu_backward.
    """
    x, alpha = float_array("elu_forward", "x", x), number("elu_forward", "alpha", alpha, above=0)
    below = alpha * np.expm1(np.minimum(x, 0))  # expm1 keeps digits that exp(x) - 1 loses near 0
    return np.where(x > 0, x, below), (x, below, alpha)


def elu_backward(dout: ArrayLike, cache: tuple[FloatArray, FloatArray, float]) -> FloatArray:
    """Compute the gradient of elu_forward: dout where x > 0, else alpha * exp(x) * dout."""
    x, below, alpha = cache
    dout, x = upstream_and_cached("elu_backward", dout, x)
    return dout * np.where(x > 0, 1, below + alpha)  # alpha * exp(x) = below + alpha


def sigmoid_forward(x: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Compute 1 / (1 + exp(-x)) without overflow, for x of any shape.

    Returns
    -------
    out : array of x's shape
        The activations.
    cache
        For sigmoid_backward.

    Examples
    --------
    >>> sigmoid_forward([-1000.0, 0.0, 1000.0])[0]
    array([0. , 0.5, 1. ])
    """
    x = float_array("sigmoid_forward", "x", x)
    small = np.exp(-np.abs(x))  # at most 1, so nothing overflows
    out = np.where(x >= 0, 1, small) / (1 + small)
    return out, out


def sigmoid_backward(dout: ArrayLike, cache: FloatArray) -> FloatArray:
    """Compute the gradient of sigmoid_forward: out * (1 - out) * dout."""
    dout, out = upstream_and_cached("sigmoid_backward", dout, cache)
    return dout * out * (1 - out)


def tanh_forward(x: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Compute tanh(x), for x of any shape, and return (out, cache)."""
    out = np.tanh(float_array("tanh_forward", "x", x))
    return out, out


def tanh_backward(dout: ArrayLike, cache: FloatArray) -> FloatArray:
    """Compute the gradient of tanh_forward: (1 - out^2) * dout."""
    dout, out = upstream_and_cached("tanh_backward", dout, cache)
    return dout * (1 - out * out)


def maxout_forward(x: ArrayLike, pieces: int) -> tuple[FloatArray, _MaxoutCache]:
    """Compute the largest value in each group of `pieces` neighbouring features (Goodfellow et al. 2013).

    Parameters
    ----------
    x : (N, M * pieces) array
        The inputs. Those of unit m are in columns m * pieces .. (m + 1) * pieces - 1.
    pieces
        The number of features in a group, at least 1.

    Returns
    -------
    out : (N, M) array
        The largest values. Of equal values the first one counts as the largest, also in the backward pass.
    cache
        For maxout_backward.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.

    Examples
    --------
    >>> maxout_forward([[1.0, 5.0, -3.0, -2.0]], pieces=2)[0]
    array([[ 5., -2.]])
    """
    x, pieces = float_array("maxout_forward", "x", x), integer("maxout_forward", "pieces", pieces, 1)
    if x.ndim != 2 or x.shape[1] % pieces:
        raise ValueError(
            f"maxout_forward: x should have shape (N, M * pieces), a multiple of pieces={pieces} "
            f"columns, but has {x.shape}."
        )
    groups = x.reshape(len(x), x.shape[1] // pieces, pieces)  # (N, M, pieces)
    winners = groups.argmax(axis=2)[:, :, None]  # (N, M, 1)
    return np.take_along_axis(groups, winners, axis=2)[:, :, 0], (winners, groups.shape, x.dtype)


def maxout_backward(dout: ArrayLike, cache: _MaxoutCache) -> FloatArray:
    """Compute the gradient of maxout_forward: dout (N, M) goes to the largest features of dx (N, M * pieces)."""
    winners, (N, M, pieces), dtype = cache
    dout = upstream("maxout_backward", dout, (N, M))
    dx = np.zeros((N, M, pieces), dtype=np.result_type(dout, dtype))
    np.put_along_axis(dx, winners, dout[:, :, None], axis=2)
    return dx.reshape(N, M * pieces)


def _along_features(alpha: FloatArray, x: FloatArray) -> FloatArray:
    """Return alpha in a shape that broadcasts with x (N, D, ...)."""
    return alpha.reshape(-1, *[1] * (x.ndim - 2)) if alpha.size > 1 else alpha


def _slopes(x: FloatArray, alpha: float) -> FloatArray:
    return np.where(x > 0, x.dtype.type(1), x.dtype.type(alpha))
