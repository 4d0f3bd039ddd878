"""Batch normalization (Ioffe and Szegedy 2015; CS231n lecture notes, "Neural Networks Part 2")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import expect_shape, float_array, floats, number, one_of, settings
from cs231n_lib.kernels.normalization import normalize_channels_backward, normalize_channels_forward

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, Settings

    # x, gamma, mean, var, eps, and whether mean and var are running averages (test mode)
    BatchNormCache = tuple[FloatArray, FloatArray, FloatArray, FloatArray, float, bool]


def batchnorm_forward(
    x: ArrayLike, gamma: ArrayLike, beta: ArrayLike, bn_param: Settings
) -> tuple[FloatArray, BatchNormCache]:
    """Normalize every feature to mean 0 and variance 1, then apply a learned scale and shift.

    out = gamma * x_hat + beta, with x_hat = (x - mean) / sqrt(var + eps)

    In train mode mean and var (biased: divided by N) are those of the batch, and bn_param gets their running averages.
    In test mode mean and var are these averages.

    Parameters
    ----------
    x : (N, D) array
        Examples.
    gamma, beta : (D,) arrays
        Scale and shift.
    bn_param
        A dict with the keys "mode": "train" or "test"; "eps" (default 1e-5): prevents division by 0 for a constant
        feature; "momentum" (default 0.9): running = momentum * running + (1 - momentum) * value of the batch;
        "running_mean", "running_var": (D,) arrays (default zeros). The function sets the last two in bn_param, in train
        mode to new arrays.

    Returns
    -------
    out : (N, D) array
        The normalized, scaled and shifted examples.
    cache
        For batchnorm_backward and batchnorm_backward_alt.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.

    Examples
    --------
    >>> bn_param = {"mode": "train"}
    >>> batchnorm_forward([[1, 5], [3, 5]], [1, 1], [0, 2], bn_param)[0].round(3)
    array([[-1.,  2.],
           [ 1.,  2.]])
    >>> bn_param["running_mean"]
    array([0.2, 0.5])
    """
    x, gamma, beta = floats("batchnorm_forward", x=x, gamma=gamma, beta=beta)
    expect_shape("batchnorm_forward", "x", x, ("N", "D"))
    return normalize_batch("batchnorm_forward", x, gamma, beta, bn_param)


def batchnorm_backward(dout: ArrayLike, cache: BatchNormCache) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute the gradients of batchnorm_forward by going back through its computation step by step.

    Parameters
    ----------
    dout : (N, D) array
        The upstream gradient.
    cache
        What batchnorm_forward returned.

    Returns
    -------
    dx : (N, D) array
    dgamma, dbeta : (D,) arrays
        The gradients of x, gamma and beta.
    """
    dout, x, gamma, mean, var, eps, fixed = _backward_arguments("batchnorm_backward", dout, cache)
    N = max(len(x), 1)  # avoids dividing by 0 for an empty batch, whose sums are all 0
    centred = x - mean  # (N, D)
    std = np.sqrt(var + eps)  # (D,)
    x_hat = centred / std

    # out = gamma * x_hat + beta
    dbeta = dout.sum(axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    # x_hat = centred / std
    dcentred = dx_hat / std
    if fixed:
        return dcentred, dgamma, dbeta
    dstd = -np.sum(dx_hat * centred, axis=0) / std**2
    # std = sqrt(var + eps)
    dvar = dstd / (2 * std)
    # var = mean of centred**2 over the batch
    dcentred += 2 * centred * dvar / N
    # centred = x - mean, where every row depends on the mean
    dmean = -dcentred.sum(axis=0)
    return dcentred + dmean / N, dgamma, dbeta


def batchnorm_backward_alt(dout: ArrayLike, cache: BatchNormCache) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute the gradients of batchnorm_forward by the formula that its backward steps simplify to.

        dx = gamma / sqrt(var + eps) * (dout - mean(dout) - x_hat * mean(dout * x_hat))

    In test mode mean and var do not depend on x, so the two means drop out. Parameters and results are those of
    batchnorm_backward. A compiled kernel does the work in two passes over memory.
    """
    return normalize_channels_backward(*_backward_arguments("batchnorm_backward_alt", dout, cache))


def normalize_batch(
    function: str, x: FloatArray, gamma: FloatArray, beta: FloatArray, bn_param: Settings
) -> tuple[FloatArray, BatchNormCache]:
    """Apply batch normalization to x (N, C, ...) and update the running averages; errors name the layer `function`."""
    shape = x.shape[1:2]
    expect_shape(function, "gamma", gamma, shape, "one number per feature")
    expect_shape(function, "beta", beta, shape, "one number per feature")
    mode, eps, momentum, *given = settings(
        function, "bn_param", bn_param, ["mode"], eps=1e-5, momentum=0.9, running_mean=None, running_var=None
    )
    one_of(function, 'bn_param["mode"]', mode, ("train", "test"))
    eps = number(function, 'bn_param["eps"]', eps, above=0)
    momentum = number(function, 'bn_param["momentum"]', momentum, at_least=0, at_most=1)
    running = [
        _running(function, name, each, x) for name, each in zip(("running_mean", "running_var"), given, strict=True)
    ]
    out, mean, var = normalize_channels_forward(x, gamma, beta, eps, statistics=None if mode == "train" else running)
    cache = x, gamma, mean, var, eps, mode == "test"
    if mode == "train" and len(x):
        running = [momentum * old + (1 - momentum) * new for old, new in zip(running, (mean, var), strict=True)]
    bn_param["running_mean"], bn_param["running_var"] = running
    return out, cache


def _running(function: str, name: str, given: ArrayLike | None, x: FloatArray) -> FloatArray:
    if given is None:
        return np.zeros(x.shape[1], dtype=x.dtype)
    given = float_array(function, name, given)
    expect_shape(function, f'bn_param["{name}"]', given, x.shape[1:2], "one number per feature")
    return given.astype(x.dtype, copy=False)


def _backward_arguments(
    function: str, dout: ArrayLike, cache: BatchNormCache
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, float, bool]:
    """Return dout, x, gamma, mean and var in one dtype, then eps and whether mean and var are running averages."""
    x, gamma, mean, var, eps, fixed = cache
    dout, x, gamma, mean, var = floats(function, dout=dout, x=x, gamma=gamma, mean=mean, var=var)
    expect_shape(function, "dout", dout, x.shape, "that of out")
    return dout, x, gamma, mean, var, eps, fixed
