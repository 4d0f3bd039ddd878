"""The affine (fully connected) layer (CS231n lecture notes, "Neural Networks Part 1")."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib import kernels
from cs231n_lib.arguments import expect_shape, floats

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, MaybeNone, Shape

    AffineCache = tuple[FloatArray, FloatArray, Shape]  # x as rows (N, D), w, the shape of x


def affine_forward(x: ArrayLike, w: ArrayLike, b: ArrayLike) -> tuple[FloatArray, AffineCache]:
    """Compute x @ w + b, for examples with any number of axes.

    Parameters
    ----------
    x : (N, d1, ..., dk) array
        Examples, each flattened to a row of D = d1 * ... * dk values.
    w : (D, M) array
        Weights.
    b : (M,) array
        Biases.

    Returns
    -------
    out : (N, M) array
        The outputs.
    cache
        For affine_backward.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.

    Examples
    --------
    >>> affine_forward([[1.0, 2.0]], [[1, 0, 1], [0, 1, 1]], [0, 0, 10])[0]
    array([[ 1.,  2., 13.]])
    """
    x, w, b = floats("affine_forward", x=x, w=w, b=b)
    if x.ndim < 2:
        raise ValueError(f"affine_forward: x should have shape (N, d1, ..., dk), but has {x.shape}.")
    D = math.prod(x.shape[1:])
    expect_shape("affine_forward", "w", w, (D, "M"), "one row per value of an example")
    expect_shape("affine_forward", "b", b, w.shape[1:], "one value per column of w")
    rows = x.reshape(len(x), D)
    out = kernels.matmul(rows, w)  # (N, M)
    out += b
    return out, (rows, w, x.shape)


def affine_backward(
    dout: ArrayLike, cache: AffineCache, need_dx: bool = True
) -> tuple[FloatArray | MaybeNone, FloatArray, FloatArray]:
    """Compute the gradients of affine_forward.

    Parameters
    ----------
    dout : (N, M) array
        The upstream gradient.
    cache
        What affine_forward returned.
    need_dx
        False skips the gradient of x, which is then None.

    Returns
    -------
    dx : (N, d1, ..., dk) array or None
    dw : (D, M) array
    db : (M,) array
        The gradients of x, w and b.
    """
    rows, w, x_shape = cache
    dout, rows, w = floats("affine_backward", dout=dout, rows=rows, w=w)
    expect_shape("affine_backward", "dout", dout, (len(rows), w.shape[1]), "that of out")
    dx = kernels.matmul(dout, w.T).reshape(x_shape) if need_dx else None
    return dx, kernels.matmul(rows.T, dout), np.add.reduce(dout, axis=0)
