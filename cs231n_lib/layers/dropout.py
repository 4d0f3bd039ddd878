"""Dropout, dropconnect and max-norm constraints (CS231n lecture notes, "Neural Networks Part 2")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import float_array, generator, number, one_of, settings, upstream
from cs231n_lib.layers.affine import affine_backward, affine_forward

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, MaybeNone, Settings, Shape
    from cs231n_lib.layers.affine import AffineCache

    # the mask is None if all values were kept; the shape and dtype of x
    DropoutCache = tuple[FloatArray | None, Shape, np.dtype[np.floating]]
    DropconnectCache = tuple[AffineCache, FloatArray | None]


def dropout_forward(x: ArrayLike, dropout_param: Settings) -> tuple[FloatArray, DropoutCache]:
    """Apply inverted dropout: keep each value with probability p and divide it by p (Srivastava et al. 2014).

    Parameters
    ----------
    x : array of any shape
        The inputs.
    dropout_param
        A dict with the keys "mode": "train", or "test", which does not change x; "p": the probability of KEEPING a
        value, 0 < p <= 1; "seed": None, a seed that makes the choice repeatable, or an np.random.Generator.

    Returns
    -------
    out : array of x's shape
        The outputs. In test mode, and with p = 1, this is x itself, not a copy.
    cache
        For dropout_backward.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.

    Examples
    --------
    >>> dropout_forward(np.ones(8), {"mode": "train", "p": 0.5, "seed": 0})[0]
    array([0., 0., 0., 2., 2., 2., 2., 2.])
    """
    x = float_array("dropout_forward", "x", x)
    mask = _mask("dropout_forward", "dropout_param", dropout_param, x)
    return (x if mask is None else x * mask), (mask, x.shape, x.dtype)


def dropout_backward(dout: ArrayLike, cache: DropoutCache) -> FloatArray:
    """Compute the gradient of dropout_forward: dout with the same mask applied."""
    mask, shape, dtype = cache
    dout = upstream("dropout_backward", dout, shape)
    return dout.astype(np.result_type(dout, dtype), copy=False) if mask is None else dout * mask


def dropconnect_forward(
    x: ArrayLike, w: ArrayLike, b: ArrayLike, dropconnect_param: Settings
) -> tuple[FloatArray, DropconnectCache]:
    """Apply an affine layer that keeps each weight with probability p and divides it by p (Wan et al. 2013).

    Parameters
    ----------
    x : (N, d1, ..., dk) array
        Examples.
    w : (D, M) array
        Weights. The whole batch shares one choice of kept weights.
    b : (M,) array
        Biases.
    dropconnect_param
        A dict with the keys "mode", "p" and "seed" as in dropout_forward.

    Returns
    -------
    out : (N, M) array
        The outputs. In test mode they are those of affine_forward, the mean of the outputs in train mode.
    cache
        For dropconnect_backward.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    w = float_array("dropconnect_forward", "w", w)
    mask = _mask("dropconnect_forward", "dropconnect_param", dropconnect_param, w)
    out, cache = affine_forward(x, w if mask is None else w * mask, b)
    return out, (cache, mask)


def dropconnect_backward(
    dout: ArrayLike, cache: DropconnectCache
) -> tuple[FloatArray | MaybeNone, FloatArray, FloatArray]:
    """Compute the gradients dx, dw, db of dropconnect_forward from dout (N, M); dw is 0 where a weight was dropped."""
    affine_cache, mask = cache
    dx, dw, db = affine_backward(dout, affine_cache)
    if mask is not None:
        dw *= mask
    return dx, dw, db


def max_norm(w: ArrayLike, limit: float) -> FloatArray:
    """Scale down the weights of each unit whose L2 norm is larger than limit, so that it equals limit.

    Parameters
    ----------
    w : (D, M) or (F, C, HH, WW) array
        The weights of an affine layer, one column per unit, or of a convolution, one filter per unit.
    limit
        The largest allowed norm, above 0; 3 and 4 are common.

    Returns
    -------
    array of w's shape
        The weights, as a new array.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.

    Examples
    --------
    >>> max_norm([[3.0, 0.3], [4.0, 0.4]], limit=1)
    array([[0.6, 0.3],
           [0.8, 0.4]])
    """
    w, limit = float_array("max_norm", "w", w), number("max_norm", "limit", limit, above=0)
    if w.ndim not in (2, 4):
        raise ValueError(f"max_norm: w should have shape (D, M) or (F, C, HH, WW), but has {w.shape}.")
    inputs = (0,) if w.ndim == 2 else (1, 2, 3)
    norms = np.sqrt(np.sum(w * w, axis=inputs, keepdims=True))
    return w / np.maximum(norms / limit, 1)  # the limit may be infinite


def _mask(function: str, name: str, param: Settings, array: FloatArray) -> FloatArray | None:
    """Return a mask that is 0 for dropped values and 1 / p for kept ones, or None if nothing changes."""
    mode, p, seed = settings(function, name, param, ["mode", "p"], seed=None)
    one_of(function, f"{name}['mode']", mode, ("train", "test"))
    p = number(function, f"{name}['p'], the probability of keeping,", p, above=0, at_most=1)
    if mode == "test" or p == 1:
        return None
    # float32 for every dtype of the array: it is twice as fast, and a seed then keeps the same values in both dtypes
    random = generator(function, f"{name}['seed']", seed)
    kept = random.random(array.shape, dtype=np.float32) < p
    return kept * array.dtype.type(1 / p)
