"""Layer normalization (Ba, Kiros and Hinton 2016; CS231n lecture notes, "Neural Networks Part 2")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cs231n_lib.arguments import expect_shape, floats, number, settings, upstream
from cs231n_lib.kernels.normalization import normalize_groups_backward, normalize_groups_forward

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, Settings

    LayerNormCache = tuple[FloatArray, FloatArray, FloatArray, FloatArray, float]  # x, gamma, mean, var, eps


def layernorm_forward(
    x: ArrayLike, gamma: ArrayLike, beta: ArrayLike, ln_param: Settings
) -> tuple[FloatArray, LayerNormCache]:
    """Normalize every example to mean 0 and variance 1 over its features, then apply a learned scale and shift.

    out = gamma * x_hat + beta, with x_hat = (x - mean) / sqrt(var + eps) and mean and var (biased) over each row.
    Except for gamma and beta, which still belong to features, this is batch normalization of the transpose. It works
    the same way in training and at test time, so it has no running averages.

    Parameters
    ----------
    x : (N, D) array
        Examples.
    gamma, beta : (D,) arrays
        Scale and shift.
    ln_param
        A dict with the key "eps" (default 1e-5), which is added to the variance; "mode", which batchnorm_forward needs,
        is ignored.

    Returns
    -------
    out : (N, D) array
        The normalized, scaled and shifted examples.
    cache
        For layernorm_backward.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.

    Examples
    --------
    >>> layernorm_forward([[1, 3], [5, 5]], [1, 1], [0, 2], {})[0].round(3)
    array([[-1.,  3.],
           [ 0.,  2.]])
    """
    function = "layernorm_forward"
    x, gamma, beta = floats(function, x=x, gamma=gamma, beta=beta)
    expect_shape(function, "x", x, ("N", "D"))
    expect_shape(function, "gamma", gamma, x.shape[1:], "one number per feature")
    expect_shape(function, "beta", beta, x.shape[1:], "one number per feature")
    eps, _ = settings(function, "ln_param", ln_param, eps=1e-5, mode=None)
    eps = number(function, 'ln_param["eps"]', eps, above=0)
    out, mean, var = normalize_groups_forward(x, gamma, beta, eps=eps)
    return out, (x, gamma, mean, var, eps)


def layernorm_backward(dout: ArrayLike, cache: LayerNormCache) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute the gradients of layernorm_forward from dout (N, D): dx (N, D), dgamma (D,), dbeta (D,).

    With dx_hat = dout * gamma and means over a row,

        dx = (dx_hat - mean(dx_hat) - x_hat * mean(dx_hat * x_hat)) / sqrt(var + eps).
    """
    return normalize_groups_backward(upstream("layernorm_backward", dout, cache[0].shape), *cache)
