"""Fully connected nets of any depth as two functions of a dict of parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, overload

import numpy as np

from cs231n_lib.arguments import float_array, generator, integer, labels, number, one_of
from cs231n_lib.initializers import he, small_random, xavier
from cs231n_lib.layers import (
    affine_backward,
    affine_forward,
    affine_relu_backward,
    affine_relu_forward,
    softmax_loss,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, Seed


def init_fully_connected(
    input_dim: int, hidden_dims: Sequence[int], num_classes: int, rule: str | float, rng: Seed
) -> dict[str, FloatArray]:
    """Draw the parameters of {affine - ReLU} for each hidden layer, then affine.

    Parameters
    ----------
    input_dim
        The number of values per example.
    hidden_dims
        The number of units of each hidden layer; [] for a linear classifier.
    num_classes
        The number of classes.
    rule
        "he" or "xavier", as in cs231n_lib.initializers, or a number, the standard deviation of all weights.
    rng
        np.random.Generator or a seed.

    Returns
    -------
    dict
        For layer i = 1, 2, ..., Wi (inputs, outputs), normal random numbers, and bi (outputs,), zeros; float64.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit; the message names it.

    Examples
    --------
    >>> params = init_fully_connected(12, [20, 10], 3, "he", rng=0)
    >>> {name: array.shape for name, array in params.items()}
    {'W1': (12, 20), 'b1': (20,), 'W2': (20, 10), 'b2': (10,), 'W3': (10, 3), 'b3': (3,)}
    """
    function = "init_fully_connected"
    if not np.iterable(hidden_dims):
        raise TypeError(f"{function}: hidden_dims should be a list such as [100, 50], but is {hidden_dims!r}.")
    sizes = [
        integer(function, "input_dim", input_dim, 1),
        *(integer(function, "each size in hidden_dims", size, 1) for size in hidden_dims),
        integer(function, "num_classes", num_classes, 1),
    ]
    random = generator(function, "rng", rng)
    params = {}
    for i, shape in enumerate(zip(sizes[:-1], sizes[1:], strict=True), start=1):
        params[f"W{i}"] = _weights(function, shape, rule, random)
        params[f"b{i}"] = np.zeros(shape[1])
    return params


@overload
def fully_connected_loss(
    params: Mapping[str, ArrayLike], X: ArrayLike, y: None = None, reg: float = 0.0
) -> FloatArray: ...
@overload
def fully_connected_loss(
    params: Mapping[str, ArrayLike], X: ArrayLike, y: ArrayLike, reg: float = 0.0
) -> tuple[np.floating, dict[str, FloatArray]]: ...
def fully_connected_loss(
    params: Mapping[str, ArrayLike], X: ArrayLike, y: ArrayLike | None = None, reg: float = 0.0
) -> FloatArray | tuple[np.floating, dict[str, FloatArray]]:
    """Compute the scores of {affine - ReLU} for each hidden layer, then affine, or the softmax loss and its gradients.

    Parameters
    ----------
    params
        What init_fully_connected returns; not changed.
    X : (N, ...) array
        Examples.
    y : (N,) integers 0..C-1, or None
        The correct classes; None for scores.
    reg
        The strength of the L2 regularization.

    Returns
    -------
    scores : (N, C) array
        Without y.
    loss, grads
        With y, the softmax loss + reg * sum(W * W) over all weights W, but not biases; and its gradients, as a dict
        like params.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.

    Examples
    --------
    >>> params = init_fully_connected(12, [20, 10], 3, 1e-3, rng=0)
    >>> loss, grads = fully_connected_loss(params, np.ones((4, 12)), [0, 1, 2, 0])
    >>> round(float(loss), 4), grads["W3"].shape  # log(3)
    (1.0986, (10, 3))
    """
    function = "fully_connected_loss"
    weights, biases = _layers(function, params)
    X, reg = float_array(function, "X", X), number(function, "reg", reg, at_least=0)
    inputs, num_classes = len(weights[0]), weights[-1].shape[1]
    if X.ndim < 2 or int(np.prod(X.shape[1:])) != inputs:
        raise ValueError(
            f"{function}: X should have {inputs} values per example, as in (N, {inputs}), but has shape {X.shape}."
        )
    if y is not None:
        y = labels(function, y, len(X), num_classes)
        if len(X) == 0:
            raise ValueError(f"{function}: X holds no examples, whose mean loss is undefined.")

    out, caches = X, []
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        out, hidden_cache = affine_relu_forward(out, W, b)  # (N, hidden_dims[i])
        caches.append(hidden_cache)
    scores, cache = affine_forward(out, weights[-1], biases[-1])  # (N, C)
    if y is None:
        return scores

    loss, dscores = softmax_loss(scores, y)
    last = len(weights)
    grads: dict[str, FloatArray] = {}
    dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dscores, cache, need_dx=last > 1)
    for i in range(last - 1, 0, -1):
        dout, grads[f"W{i}"], grads[f"b{i}"] = affine_relu_backward(dout, caches.pop(), need_dx=i > 1)
    for i, W in enumerate(weights, start=1):
        loss = loss + W.dtype.type(reg) * np.vdot(W, W)
        grads[f"W{i}"] += 2 * reg * W
    return loss, {name: grads[name] for name in params}


def _weights(function: str, shape: tuple[int, int], rule: str | float, rng: np.random.Generator) -> FloatArray:
    if isinstance(rule, str):
        initializer = he if one_of(function, "rule", rule, ("he", "xavier")) == "he" else xavier
        return initializer(shape, dtype=np.float64, rng=rng)
    return small_random(shape, number(function, "rule", rule, at_least=0), np.float64, rng)


def _layers(function: str, params: Mapping[str, ArrayLike]) -> tuple[list[FloatArray], list[FloatArray]]:
    """Return the weights and the biases of the layers; each layer's outputs are the inputs of the next."""
    depth = len(params) // 2 if isinstance(params, Mapping) else 0
    names = {f"{kind}{i}" for i in range(1, depth + 1) for kind in "Wb"}
    if not names or set(params) != names:
        what = f"has {', '.join(map(str, params))}" if isinstance(params, Mapping) and params else f"is {params!r}"
        raise ValueError(f"{function}: params should be a dict of W1, b1, W2, b2, and so on, but {what}.")
    weights = [float_array(function, f"params['W{i}']", params[f"W{i}"]) for i in range(1, depth + 1)]
    biases = [float_array(function, f"params['b{i}']", params[f"b{i}"]) for i in range(1, depth + 1)]
    for i, (W, b) in enumerate(zip(weights, biases, strict=True), start=1):
        inputs = weights[i - 2].shape[-1] if i > 1 else "inputs"
        if W.ndim != 2 or b.shape != W.shape[1:] or (i > 1 and len(W) != inputs):
            raise ValueError(
                f"{function}: params['W{i}'] should have shape ({inputs}, outputs) and params['b{i}'] (outputs,), but "
                f"they have {W.shape} and {b.shape}."
            )
    return weights, biases
