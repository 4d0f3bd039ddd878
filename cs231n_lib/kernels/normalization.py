"""Normalization to zero mean and unit variance, followed by scale and shift.

It works over channels (batch normalization, Ioffe and Szegedy 2015) or over groups of one example's channels (layer
normalization, Ba et al. 2016; group normalization, Wu and He 2018; instance normalization, Ulyanov et al. 2016).
Variances are biased: divided by the count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import expect_shape, floats, integer, number
from cs231n_lib.kernels.implementation import contiguous, implementation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, Shape


def normalize_channels_forward(
    x: ArrayLike, gamma: ArrayLike, beta: ArrayLike, eps: float = 1e-5, statistics: Sequence[ArrayLike] | None = None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute (x - mean) / sqrt(var + eps) * gamma + beta, with mean and var of each channel over examples and pixels.

    Parameters
    ----------
    x : (N, C) or (N, C, ...) array
        Examples, float32 or float64 (integers become float64), in any memory order; not changed.
    gamma, beta : (C,) arrays
        Scale and shift.
    eps
        A number that is added to the variance.
    statistics : (mean, var), each a (C,) array, or None
        The mean and variance to use instead of those of x.

    Returns
    -------
    out : array of x's shape
        The normalized, scaled and shifted examples.
    mean, var : (C,) arrays
        The mean and variance used; zeros if there are no examples.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.

    Examples
    --------
    >>> out, mean, var = normalize_channels_forward([[1., 5.], [3., 5.]], np.ones(2), np.zeros(2), eps=1e-9)
    >>> out.round(3).tolist(), mean.tolist(), var.tolist()
    ([[-1.0, 0.0], [1.0, 0.0]], [2.0, 5.0], [1.0, 0.0])
    """
    function = "normalize_channels_forward"
    x, gamma, beta = floats(function, x=x, gamma=gamma, beta=beta)
    channels = _channels(function, x, gamma=gamma, beta=beta)
    eps = number(function, "eps", eps, above=0)
    if statistics is None:
        mean, var = np.zeros(channels, dtype=x.dtype), np.zeros(channels, dtype=x.dtype)
    else:
        mean, var = (contiguous(np.asarray(each, dtype=x.dtype)) for each in statistics)
        _channels(function, x, mean=mean, var=var)
    out = np.empty(x.shape, dtype=x.dtype)
    if x.size:
        implementation("normalization").normalize_channels_forward(
            _flat(x), contiguous(gamma), contiguous(beta), mean, var, _flat(out), eps, statistics is not None
        )
    return out, mean, var


def normalize_channels_backward(
    dout: ArrayLike,
    x: ArrayLike,
    gamma: ArrayLike,
    mean: ArrayLike,
    var: ArrayLike,
    eps: float = 1e-5,
    fixed: bool = False,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute the gradients of normalize_channels_forward.

    With x_hat = (x - mean) / sqrt(var + eps) and means over a channel,

        dx = gamma / sqrt(var + eps) * (dout - mean(dout) - x_hat * mean(dout * x_hat)).

    If mean and var are fixed, the two means drop out.

    Parameters
    ----------
    dout : array of x's shape
        The upstream gradient.
    x, gamma, mean, var, eps
        The arguments of the forward pass, and the mean and var that it returned.
    fixed
        Whether mean and var were arguments of the forward pass and do not depend on x.

    Returns
    -------
    dx, dgamma, dbeta
        The gradients, in the shapes of x, gamma and beta.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    function = "normalize_channels_backward"
    dout, x, gamma, mean, var = floats(function, dout=dout, x=x, gamma=gamma, mean=mean, var=var)
    expect_shape(function, "dout", dout, x.shape, "that of x")
    channels = _channels(function, x, gamma=gamma, mean=mean, var=var)
    eps = number(function, "eps", eps, above=0)
    dx = np.empty(x.shape, dtype=x.dtype)
    dgamma, dbeta = np.zeros(channels, dtype=x.dtype), np.zeros(channels, dtype=x.dtype)
    if x.size:
        implementation("normalization").normalize_channels_backward(
            _flat(dout),
            _flat(x),
            contiguous(gamma),
            contiguous(mean),
            contiguous(var),
            _flat(dx),
            dgamma,
            dbeta,
            eps,
            bool(fixed),
        )
    return dx, dgamma, dbeta


def normalize_groups_forward(
    x: ArrayLike, gamma: ArrayLike, beta: ArrayLike, groups: int = 1, eps: float = 1e-5
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute (x - mean) / sqrt(var + eps) * gamma + beta, with mean and var of each group of an example's channels.

    Parameters
    ----------
    x : (N, C) or (N, C, ...) array
        Examples, float32 or float64 (integers become float64), in any memory order; not changed.
    gamma, beta : (C,) arrays
        Scale and shift.
    groups
        The number of groups of neighbouring channels, a divisor of C. 1 is layer normalization, and C is instance
        normalization.
    eps
        A number that is added to the variance.

    Returns
    -------
    out : array of x's shape
        The normalized, scaled and shifted examples.
    mean, var : (N, groups) arrays
        The mean and variance of each group.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    function = "normalize_groups_forward"
    x, gamma, beta = floats(function, x=x, gamma=gamma, beta=beta)
    channels = _channels(function, x, gamma=gamma, beta=beta)
    groups, eps = integer(function, "groups", groups, 1), number(function, "eps", eps, above=0)
    if channels[0] % groups:
        raise ValueError(f"{function}: groups should divide the number of channels, {channels[0]}, but is {groups}.")
    mean, var = np.zeros((len(x), groups), dtype=x.dtype), np.zeros((len(x), groups), dtype=x.dtype)
    out = np.empty(x.shape, dtype=x.dtype)
    if x.size:
        implementation("normalization").normalize_groups_forward(
            _flat(x), contiguous(gamma), contiguous(beta), mean, var, _flat(out), eps, groups
        )
    return out, mean, var


def normalize_groups_backward(
    dout: ArrayLike, x: ArrayLike, gamma: ArrayLike, mean: ArrayLike, var: ArrayLike, eps: float = 1e-5
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute the gradients of normalize_groups_forward.

    dx is as in normalize_channels_backward, but with dout * gamma instead of dout, without the factor gamma in front,
    and with means over a group. Parameters, results and errors are the same, without `fixed`; mean and var are
    (N, groups).
    """
    function = "normalize_groups_backward"
    dout, x, gamma, mean, var = floats(function, dout=dout, x=x, gamma=gamma, mean=mean, var=var)
    expect_shape(function, "dout", dout, x.shape, "that of x")
    channels = _channels(function, x, gamma=gamma)
    expect_shape(function, "mean", mean, (len(x), "groups"))
    expect_shape(function, "var", var, mean.shape, "that of mean")
    groups, eps = mean.shape[1], number(function, "eps", eps, above=0)
    if groups < 1 or channels[0] % groups:
        raise ValueError(
            f"{function}: mean should have one column per group, and the number of groups should divide the "
            f"{channels[0]} channels, but mean has {groups} columns."
        )
    dx = np.empty(x.shape, dtype=x.dtype)
    dgamma, dbeta = np.zeros(channels, dtype=x.dtype), np.zeros(channels, dtype=x.dtype)
    if x.size:
        implementation("normalization").normalize_groups_backward(
            _flat(dout),
            _flat(x),
            contiguous(gamma),
            contiguous(mean),
            contiguous(var),
            _flat(dx),
            dgamma,
            dbeta,
            eps,
            groups,
        )
    return dx, dgamma, dbeta


def _channels(function: str, x: FloatArray, **of_channels: FloatArray) -> Shape:
    """Return the shape (C,) that the other arrays should have. Raises ValueError if one has another shape."""
    if x.ndim < 2:
        raise ValueError(f"{function}: x should have shape (N, C) or (N, C, ...), but has {x.shape}.")
    shape = x.shape[1:2]
    for name, array in of_channels.items():
        expect_shape(function, name, array, shape, "one number per channel of x")
    return shape


def _flat(x: FloatArray) -> FloatArray:
    """Return x as a contiguous array (N, C, S), without a copy if it is contiguous already."""
    return contiguous(x).reshape(*x.shape[:2], -1)
