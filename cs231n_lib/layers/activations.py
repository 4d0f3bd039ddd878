"""Activation functions, entry by entry (CS231n lecture notes, "Neural Networks Part 1"); maxout over groups."""

import numpy as np

from cs231n_lib.arguments import expect_shape, floats, integer, number, upstream


def relu_forward(x):
    """max(0, x): x of any shape -> (out of its shape, cache).

    >>> relu_forward([-1.0, 0.0, 2.0])[0]
    array([0., 0., 2.])
    """
    x = floats("relu_forward", x=x)
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    """Gradient of relu_forward: dout where x > 0, else 0; at exactly 0, where there is no slope, 0 too."""
    dout, x = _upstream("relu_backward", dout, cache)
    return dout * (x > 0)


def leaky_relu_forward(x, alpha=0.01):
    """x where x > 0, else alpha * x (Maas et al. 2013): (out, cache). alpha: the slope below 0.

    A slope to be learnt (PReLU, He et al. 2015) is an alpha that somebody changes between two steps.
    """
    x, alpha = floats("leaky_relu_forward", x=x), number("leaky_relu_forward", "alpha", alpha)
    return x * _slopes(x, alpha), (x, alpha)


def leaky_relu_backward(dout, cache):
    """Gradient of leaky_relu_forward: dout where x > 0, else alpha * dout."""
    x, alpha = cache
    dout, x = _upstream("leaky_relu_backward", dout, x)
    return dout * _slopes(x, alpha)


def elu_forward(x, alpha=1.0):
    """x where x > 0, else alpha * (exp(x) - 1) (Clevert et al. 2015): (out, cache). alpha > 0: -alpha is the floor."""
    x, alpha = floats("elu_forward", x=x), number("elu_forward", "alpha", alpha, above=0)
    below = alpha * np.expm1(np.minimum(x, 0))  # expm1 keeps the small values that exp(x) - 1 rounds away
    return np.where(x > 0, x, below), (x, below, alpha)


def elu_backward(dout, cache):
    """Gradient of elu_forward: dout where x > 0, else alpha * exp(x) * dout."""
    x, below, alpha = cache
    dout, x = _upstream("elu_backward", dout, x)
    return dout * np.where(x > 0, 1, below + alpha)  # alpha * exp(x) = below + alpha


def sigmoid_forward(x):
    """1 / (1 + exp(-x)), safe for x of any size: (out, cache).

    >>> sigmoid_forward([-1000.0, 0.0, 1000.0])[0]
    array([0. , 0.5, 1. ])
    """
    x = floats("sigmoid_forward", x=x)
    small = np.exp(-np.abs(x))  # at most 1, so that nothing overflows
    out = np.where(x >= 0, 1, small) / (1 + small)
    return out, out


def sigmoid_backward(dout, cache):
    """Gradient of sigmoid_forward: out * (1 - out) * dout."""
    dout, out = _upstream("sigmoid_backward", dout, cache)
    return dout * out * (1 - out)


def tanh_forward(x):
    """tanh(x): (out, cache)."""
    out = np.tanh(floats("tanh_forward", x=x))
    return out, out


def tanh_backward(dout, cache):
    """Gradient of tanh_forward: (1 - out^2) * dout."""
    dout, out = _upstream("tanh_backward", dout, cache)
    return dout * (1 - out * out)


def maxout_forward(x, pieces):
    """The largest of every `pieces` neighbouring features (Goodfellow et al. 2013).

    Arguments
    - x: (N, M * pieces), the values of unit m in columns m * pieces .. (m + 1) * pieces - 1; pieces: integer >= 1.

    Returns (out (N, M), cache). Of equal values the first one wins, in the backward pass too.

    >>> maxout_forward([[1.0, 5.0, -3.0, -2.0]], pieces=2)[0]
    array([[ 5., -2.]])
    """
    x, pieces = floats("maxout_forward", x=x), integer("maxout_forward", "pieces", pieces, 1)
    if x.ndim != 2 or x.shape[1] % pieces:
        raise ValueError(f"maxout_forward: x should have shape (N, M * pieces), a multiple of pieces={pieces} "
                         f"columns, but has {x.shape}")
    groups = x.reshape(len(x), x.shape[1] // pieces, pieces)  # (N, M, pieces)
    winners = groups.argmax(axis=2)[:, :, None]  # (N, M, 1)
    return np.take_along_axis(groups, winners, axis=2)[:, :, 0], (winners, groups.shape, x.dtype)


def maxout_backward(dout, cache):
    """Gradient of maxout_forward: dout (N, M) -> dx (N, M * pieces), each dout to the feature that won."""
    winners, (N, M, pieces), dtype = cache
    dout = upstream("maxout_backward", dout, (N, M))
    dx = np.zeros((N, M, pieces), dtype=np.result_type(dout, dtype))
    np.put_along_axis(dx, winners, dout[:, :, None], axis=2)
    return dx.reshape(N, M * pieces)


def _slopes(x, alpha):
    return np.where(x > 0, x.dtype.type(1), x.dtype.type(alpha))


def _upstream(function, dout, cached):
    dout, cached = floats(function, dout=dout, cache=cached)
    expect_shape(function, "dout", dout, cached.shape, "that of out")
    return dout, cached
