"""Batch normalization (Ioffe and Szegedy 2015; CS231n lecture notes, "Neural Networks Part 2")."""

import numpy as np

from cs231n_lib.arguments import expect_shape, floats, number, one_of, settings
from cs231n_lib.kernels.normalization import normalize_channels_backward, normalize_channels_forward


def batchnorm_forward(x, gamma, beta, bn_param):
    """Shift and scale every feature to mean 0 and variance 1, then by what is learnt.

    out = gamma * x_hat + beta, with x_hat = (x - mean) / sqrt(var + eps)

    In train mode mean and var (biased: divided by N) are those of the batch, and their running averages go into
    bn_param; in test mode those averages are used.

    Arguments
    - x: (N, D) examples; gamma, beta: scale and shift (D,).
    - bn_param: "mode": "train" or "test"; "eps" (1e-5 if not given): keeps a constant feature from dividing by 0;
      "momentum" (0.9): running = momentum * running + (1 - momentum) * that of the batch; "running_mean",
      "running_var": (D,), zeros if not given. Both are set in bn_param, in train mode to new arrays.

    Returns (out (N, D), cache). Raises ValueError naming the argument that does not fit.

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


def batchnorm_backward(dout, cache):
    """Gradients of batchnorm_forward, step by step back through its computation.

    dout: (N, D). Returns dx (N, D), dgamma (D,), dbeta (D,).
    """
    dout, x, gamma, mean, var, eps, fixed = _backward_arguments("batchnorm_backward", dout, cache)
    N = max(len(x), 1)  # without examples every sum is 0
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
    # centred = x - mean: the mean is reached by every row
    dmean = -dcentred.sum(axis=0)
    return dcentred + dmean / N, dgamma, dbeta


def batchnorm_backward_alt(dout, cache):
    """Gradients of batchnorm_forward by one formula, which the steps of batchnorm_backward simplify to on paper:

        dx = gamma / sqrt(var + eps) * (dout - mean(dout) - x_hat * mean(dout * x_hat)),

    without the two means in test mode, where mean and var do not depend on x. Arguments and returns as there, but
    in two passes over memory, by a compiled kernel.
    """
    dout, *arguments = _backward_arguments("batchnorm_backward_alt", dout, cache)
    return normalize_channels_backward(dout, *arguments)


def normalize_batch(function, x, gamma, beta, bn_param):
    """Batch normalization of x (N, C, ...) with the running averages; function: the layer's name, for errors."""
    shape = x.shape[1:2]
    expect_shape(function, "gamma", gamma, shape, "one number per feature")
    expect_shape(function, "beta", beta, shape, "one number per feature")
    mode, eps, momentum, *running = settings(function, "bn_param", bn_param, ["mode"], eps=1e-5, momentum=0.9,
                                             running_mean=None, running_var=None)
    one_of(function, 'bn_param["mode"]', mode, ("train", "test"))
    eps = number(function, 'bn_param["eps"]', eps, above=0)
    momentum = number(function, 'bn_param["momentum"]', momentum, at_least=0, at_most=1)
    running = [_running(function, name, given, x)
               for name, given in zip(("running_mean", "running_var"), running, strict=True)]
    out, *batch = normalize_channels_forward(x, gamma, beta, eps, statistics=None if mode == "train" else running)
    cache = x, gamma, *batch, eps, mode == "test"
    if mode == "train" and len(x):
        running = [momentum * old + (1 - momentum) * new for old, new in zip(running, batch, strict=True)]
    bn_param["running_mean"], bn_param["running_var"] = running
    return out, cache


def _running(function, name, given, x):
    if given is None:
        return np.zeros(x.shape[1], dtype=x.dtype)
    given = floats(function, **{name: given})
    expect_shape(function, f'bn_param["{name}"]', given, x.shape[1:2], "one number per feature")
    return given.astype(x.dtype, copy=False)


def _backward_arguments(function, dout, cache):
    """dout, x, gamma, mean, var in one type, then eps and whether mean and var were given."""
    x, gamma, mean, var, eps, fixed = cache
    arrays = floats(function, dout=dout, x=x, gamma=gamma, mean=mean, var=var)
    expect_shape(function, "dout", arrays[0], x.shape, "that of out")
    return *arrays, eps, fixed
