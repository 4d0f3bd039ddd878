"""The affine (fully connected) layer (CS231n lecture notes, "Neural Networks Part 1")."""

import math

import numpy as np

from cs231n_lib import kernels
from cs231n_lib.arguments import expect_shape, floats


def affine_forward(x, w, b):
    """out = x @ w + b, for examples of any number of dimensions.

    Arguments
    - x: (N, d1, ..., dk) examples, each taken as a row of D = d1 * ... * dk values; w: (D, M); b: (M,).

    Returns (out (N, M), cache). Raises ValueError naming the argument that does not fit.

    >>> affine_forward([[1.0, 2.0]], [[1, 0, 1], [0, 1, 1]], [0, 0, 10])[0]
    array([[ 1.,  2., 13.]])
    """
    x, w, b = floats("affine_forward", x=x, w=w, b=b)
    if x.ndim < 2:
        raise ValueError(f"affine_forward: x should have shape (N, d1, ..., dk), but has {x.shape}")
    D = math.prod(x.shape[1:])
    expect_shape("affine_forward", "w", w, (D, "M"), "one row per value of an example")
    expect_shape("affine_forward", "b", b, w.shape[1:], "one value per column of w")
    rows = x.reshape(len(x), D)
    out = kernels.matmul(rows, w)  # (N, M)
    out += b
    return out, (rows, w, x.shape)


def affine_backward(dout, cache, need_dx=True):
    """Gradients of affine_forward: dout (N, M) -> dx (N, d1, ..., dk), dw (D, M), db (M,)."""
    rows, w, x_shape = cache
    dout, rows, w = floats("affine_backward", dout=dout, rows=rows, w=w)
    expect_shape("affine_backward", "dout", dout, (len(rows), w.shape[1]), "that of out")
    dx = kernels.matmul(dout, w.T).reshape(x_shape) if need_dx else None
    return dx, kernels.matmul(rows.T, dout), np.add.reduce(dout, axis=0)
