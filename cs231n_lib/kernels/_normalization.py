"""Batch, layer, group and instance normalization in NumPy: the twins of _normalization_cy.pyx.

x is (N, C, S), where S is the number of pixels of a channel. normalization.py checks the arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cs231n_lib.arguments import FloatArray


def normalize_channels_forward(
    x: FloatArray,
    gamma: FloatArray,
    beta: FloatArray,
    mean: FloatArray,
    var: FloatArray,
    out: FloatArray,
    eps: float,
    fixed: bool,
) -> None:
    """Fill out (N, C, S), and mean and var (C,) unless they are fixed, from x (N, C, S)."""
    if not fixed:
        mean[...], var[...] = x.mean(axis=(0, 2)), x.var(axis=(0, 2))
    scale = gamma / np.sqrt(var + eps)
    out[...] = (x - mean[:, None]) * scale[:, None] + beta[:, None]


def normalize_channels_backward(
    dout: FloatArray,
    x: FloatArray,
    gamma: FloatArray,
    mean: FloatArray,
    var: FloatArray,
    dx: FloatArray,
    dgamma: FloatArray,
    dbeta: FloatArray,
    eps: float,
    fixed: bool,
) -> None:
    """Fill dx (N, C, S), dgamma and dbeta (C,)."""
    inv_std = 1 / np.sqrt(var + eps)
    x_hat = (x - mean[:, None]) * inv_std[:, None]
    dbeta[...], dgamma[...] = dout.sum(axis=(0, 2)), (dout * x_hat).sum(axis=(0, 2))
    dx[...] = dout
    if not fixed:
        dx -= (dbeta[:, None] + x_hat * dgamma[:, None]) / (x.shape[0] * x.shape[2])
    dx *= (gamma * inv_std)[:, None]


def normalize_groups_forward(
    x: FloatArray,
    gamma: FloatArray,
    beta: FloatArray,
    mean: FloatArray,
    var: FloatArray,
    out: FloatArray,
    eps: float,
    groups: int,
) -> None:
    """Fill out (N, C, S), mean and var (N, groups) from x (N, C, S)."""
    members = _split(x, groups)
    mean[...], var[...] = members.mean(axis=2), members.var(axis=2)
    x_hat = (members - mean[..., None]) / np.sqrt(var + eps)[..., None]
    out[...] = x_hat.reshape(x.shape) * gamma[:, None] + beta[:, None]


def normalize_groups_backward(
    dout: FloatArray,
    x: FloatArray,
    gamma: FloatArray,
    mean: FloatArray,
    var: FloatArray,
    dx: FloatArray,
    dgamma: FloatArray,
    dbeta: FloatArray,
    eps: float,
    groups: int,
) -> None:
    """Fill dx (N, C, S), dgamma and dbeta (C,)."""
    inv_std = 1 / np.sqrt(var + eps)[..., None]
    x_hat = (_split(x, groups) - mean[..., None]) * inv_std  # (N, G, C/G*S)
    dbeta[...], dgamma[...] = dout.sum(axis=(0, 2)), (dout * x_hat.reshape(x.shape)).sum(axis=(0, 2))
    dx_hat = _split(dout * gamma[:, None], groups)
    plain, weighted = dx_hat.mean(axis=2, keepdims=True), (dx_hat * x_hat).mean(axis=2, keepdims=True)
    dx[...] = ((dx_hat - plain - x_hat * weighted) * inv_std).reshape(x.shape)


def _split(x: FloatArray, groups: int) -> FloatArray:
    N, C, S = x.shape
    return x.reshape(N, groups, C // groups * S)
