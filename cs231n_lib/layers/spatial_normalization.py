"""Normalization of images: of each channel over the batch, or of groups of channels in each image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cs231n_lib.arguments import expect_shape, floats, integer, number, settings, upstream
from cs231n_lib.kernels.normalization import (
    normalize_channels_backward,
    normalize_groups_backward,
    normalize_groups_forward,
)
from cs231n_lib.layers.batch_normalization import normalize_batch

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, Settings, Shape
    from cs231n_lib.layers.batch_normalization import BatchNormCache
    from cs231n_lib.layers.layer_normalization import LayerNormCache

    GroupNormCache = tuple[LayerNormCache, tuple[Shape, Shape]]  # gamma.shape, beta.shape


def spatial_batchnorm_forward(
    x: ArrayLike, gamma: ArrayLike, beta: ArrayLike, bn_param: Settings
) -> tuple[FloatArray, BatchNormCache]:
    """Apply batch normalization to images, with the mean and variance of each channel over all images and pixels.

    Parameters
    ----------
    x : (N, C, H, W) array
        Images.
    gamma, beta : (C,) arrays
        Scale and shift.
    bn_param
        As in batchnorm_forward.

    Returns
    -------
    out : (N, C, H, W) array
        The normalized, scaled and shifted images.
    cache
        For spatial_batchnorm_backward.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    x, gamma, beta = _images("spatial_batchnorm_forward", x, gamma, beta)
    return normalize_batch("spatial_batchnorm_forward", x, gamma, beta, bn_param)


def spatial_batchnorm_backward(dout: ArrayLike, cache: BatchNormCache) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute the gradients dx (N, C, H, W), dgamma (C,), dbeta (C,) of spatial_batchnorm_forward."""
    dout = upstream("spatial_batchnorm_backward", dout, cache[0].shape)
    return normalize_channels_backward(dout, *cache)


def spatial_groupnorm_forward(
    x: ArrayLike, gamma: ArrayLike, beta: ArrayLike, G: int, gn_param: Settings
) -> tuple[FloatArray, GroupNormCache]:
    """Apply group normalization, with the mean and variance of each group of an image's channels (Wu and He 2018).

    Parameters
    ----------
    x : (N, C, H, W) array
        Images.
    gamma, beta : (C,) or (1, C, 1, 1) arrays
        Scale and shift.
    G
        The number of groups, a divisor of C. Neighbouring channels form a group.
    gn_param
        A dict with the key "eps" (default 1e-5), which is added to the variance.

    Returns
    -------
    out : (N, C, H, W) array
        The normalized, scaled and shifted images.
    cache
        For spatial_groupnorm_backward.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    return _forward("spatial_groupnorm_forward", x, gamma, beta, G, "gn_param", gn_param)


def spatial_groupnorm_backward(dout: ArrayLike, cache: GroupNormCache) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute the gradients dx, dgamma, dbeta of spatial_groupnorm_forward, in the shapes of x, gamma and beta."""
    return _backward("spatial_groupnorm_backward", dout, cache)


def spatial_instancenorm_forward(
    x: ArrayLike, gamma: ArrayLike, beta: ArrayLike, in_param: Settings
) -> tuple[FloatArray, GroupNormCache]:
    """Apply instance normalization, with the mean and variance of each channel of each image (Ulyanov et al. 2016).

    This is group normalization with one channel per group. Parameters, results and errors are those of
    spatial_groupnorm_forward, without G and with in_param as its gn_param.
    """
    return _forward("spatial_instancenorm_forward", x, gamma, beta, None, "in_param", in_param)


def spatial_instancenorm_backward(dout: ArrayLike, cache: GroupNormCache) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute the gradients dx, dgamma, dbeta of spatial_instancenorm_forward; see spatial_groupnorm_backward."""
    return _backward("spatial_instancenorm_backward", dout, cache)


def _forward(
    function: str, x: ArrayLike, gamma: ArrayLike, beta: ArrayLike, groups: int | None, name: str, param: Settings
) -> tuple[FloatArray, GroupNormCache]:
    x, gamma, beta = _images(function, x, gamma, beta)
    C = x.shape[1]
    groups = max(C, 1) if groups is None else integer(function, "G", groups, 1)
    if C % groups:
        raise ValueError(f"{function}: G should divide the number of channels, {C}, but is {groups}.")
    shapes = gamma.shape, beta.shape
    for argument, array in (("gamma", gamma), ("beta", beta)):
        if array.shape != (1, C, 1, 1):
            expect_shape(function, argument, array, (C,), f"or (1, {C}, 1, 1), one number per channel")
    gamma, beta = gamma.reshape(C), beta.reshape(C)
    eps, _ = settings(function, name, param, eps=1e-5, mode=None)  # the mode of batch normalization is ignored
    eps = number(function, f'{name}["eps"]', eps, above=0)
    out, mean, var = normalize_groups_forward(x, gamma, beta, groups, eps)
    return out, ((x, gamma, mean, var, eps), shapes)


def _backward(function: str, dout: ArrayLike, cache: GroupNormCache) -> tuple[FloatArray, FloatArray, FloatArray]:
    arguments, (gamma_shape, beta_shape) = cache
    dout = upstream(function, dout, arguments[0].shape)
    dx, dgamma, dbeta = normalize_groups_backward(dout, *arguments)
    return dx, dgamma.reshape(gamma_shape), dbeta.reshape(beta_shape)


def _images(function: str, x: ArrayLike, gamma: ArrayLike, beta: ArrayLike) -> list[FloatArray]:
    arrays = floats(function, x=x, gamma=gamma, beta=beta)
    expect_shape(function, "x", arrays[0], ("N", "C", "H", "W"))
    return arrays
