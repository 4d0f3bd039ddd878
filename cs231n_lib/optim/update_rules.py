"""First-order update rules (CS231n lecture notes, "Optimization" and "Training neural networks").

The docstring of the package says what they all take, return and raise: help(cs231n_lib.optim).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import expect_shape, float_array, floats, integer, number, settings
from cs231n_lib.kernels.optimization import adam_step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, Settings

__all__ = ["adagrad", "adam", "adamw", "nesterov", "rmsprop", "sgd", "sgd_momentum"]


def sgd(w: ArrayLike, dw: ArrayLike, config: Settings | None = None) -> tuple[FloatArray, Settings]:
    """Take a step of gradient descent: w - learning_rate dw.

    config: learning_rate (1e-2).
    """
    w, dw, config = _validated("sgd", w, dw, config, learning_rate=1e-2)
    return _like(w, w - config["learning_rate"] * dw), config


def sgd_momentum(w: ArrayLike, dw: ArrayLike, config: Settings | None = None) -> tuple[FloatArray, Settings]:
    """Take a step of gradient descent with momentum: friction slows the velocity down, and the gradient accelerates it.

    v = momentum v - learning_rate dw;  w + v

    config: learning_rate (1e-2), momentum (0.9; 0 is plain gradient descent), velocity (zeros).
    """
    w, dw, config = _validated("sgd_momentum", w, dw, config, ["velocity"], learning_rate=1e-2, momentum=0.9)
    velocity = _accelerated(config, dw)
    return _like(w, w + velocity), {**config, "velocity": velocity}


def nesterov(w: ArrayLike, dw: ArrayLike, config: Settings | None = None) -> tuple[FloatArray, Settings]:
    """Take a step with Nesterov momentum: the gradient is that at the point to which momentum will carry the weights.

    v' = momentum v - learning_rate dw;  w + v' + momentum (v' - v)

    The argument w and the returned weights are the look-ahead weights, w + momentum v in the usual notation, so that
    dw is the gradient at w itself (Bengio et al., "Advances in optimizing recurrent networks", 2013).

    config: learning_rate (1e-2), momentum (0.9), velocity (zeros).
    """
    w, dw, config = _validated("nesterov", w, dw, config, ["velocity"], learning_rate=1e-2, momentum=0.9)
    velocity = _accelerated(config, dw)
    next_w = w + velocity + config["momentum"] * (velocity - config["velocity"])
    return _like(w, next_w), {**config, "velocity": velocity}


def adagrad(w: ArrayLike, dw: ArrayLike, config: Settings | None = None) -> tuple[FloatArray, Settings]:
    """Take a step of Adagrad: divide each weight's step by the square root of the sum of its past squared gradients.

    cache = cache + dw^2;  w - learning_rate dw / (sqrt(cache) + epsilon)   (Duchi et al., 2011)

    config: learning_rate (1e-2), epsilon (1e-8), cache (zeros).
    """
    w, dw, config = _validated("adagrad", w, dw, config, ["cache"], learning_rate=1e-2, epsilon=1e-8)
    cache = _like(w, config["cache"] + dw * dw)
    return _scaled_step(w, dw, cache, config), {**config, "cache": cache}


def rmsprop(w: ArrayLike, dw: ArrayLike, config: Settings | None = None) -> tuple[FloatArray, Settings]:
    """Take a step of RMSProp: like Adagrad, but with a moving average of squared gradients, so steps need not vanish.

    cache = decay_rate cache + (1 - decay_rate) dw^2;  w - learning_rate dw / (sqrt(cache) + epsilon)
    (Tieleman and Hinton, 2012)

    config: learning_rate (1e-2), decay_rate (0.99), epsilon (1e-8), cache (zeros).
    """
    w, dw, config = _validated("rmsprop", w, dw, config, ["cache"], learning_rate=1e-2, decay_rate=0.99, epsilon=1e-8)
    cache = config["decay_rate"] * config["cache"]
    cache = _like(w, cache + (1 - config["decay_rate"]) * dw * dw)
    return _scaled_step(w, dw, cache, config), {**config, "cache": cache}


def adam(w: ArrayLike, dw: ArrayLike, config: Settings | None = None) -> tuple[FloatArray, Settings]:
    """Take a step of Adam: moving averages of the gradient and of its square, both corrected for starting at 0.

    t = t + 1;  m = beta1 m + (1 - beta1) dw;  v = beta2 v + (1 - beta2) dw^2
    w - learning_rate m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)   (Kingma and Ba, 2015)

    config: learning_rate (1e-3), beta1 (0.9), beta2 (0.999), epsilon (1e-8), m and v (zeros), t (0).
    """
    return _adam("adam", w, dw, config)


def adamw(w: ArrayLike, dw: ArrayLike, config: Settings | None = None) -> tuple[FloatArray, Settings]:
    """Take a step of Adam with decoupled weight decay: w also shrinks by learning_rate weight_decay w.

    Adam scales the gradient of an L2 penalty like every gradient, so weights with large gradients are hardly
    regularized. Here all weights decay alike (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019).

    config: as for adam, and weight_decay (1e-2).
    """
    return _adam("adamw", w, dw, config, weight_decay=1e-2)


def _adam(
    rule: str, w: ArrayLike, dw: ArrayLike, config: Settings | None, **weight_decay: float
) -> tuple[FloatArray, Settings]:
    w, dw, config = _validated(
        rule, w, dw, config, ["m", "v"], ["t"], learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, **weight_decay
    )
    t = config["t"] + 1
    next_w, m, v = adam_step(
        w,
        dw,
        config["m"],
        config["v"],
        t,
        config["learning_rate"],
        config["beta1"],
        config["beta2"],
        config["epsilon"],
        config.get("weight_decay", 0.0),
    )
    return next_w, {**config, "m": m, "v": v, "t": t}


def _accelerated(config: Settings, dw: FloatArray) -> FloatArray:
    velocity = config["momentum"] * config["velocity"]
    return _like(dw, velocity - config["learning_rate"] * dw)


def _scaled_step(w: FloatArray, dw: FloatArray, cache: FloatArray, config: Settings) -> FloatArray:
    step = np.sqrt(cache)
    step = dw / (step + config["epsilon"])
    return _like(w, w - config["learning_rate"] * step)


def _like(w: FloatArray, array: ArrayLike) -> FloatArray:
    # for arrays without axes NumPy returns numbers, which are float64 in NumPy 1
    return np.asarray(array, dtype=w.dtype)


def _validated(
    rule: str,
    w: ArrayLike,
    dw: ArrayLike,
    config: Settings | None,
    memory: Sequence[str] = (),
    counters: Sequence[str] = (),
    **defaults: float,
) -> tuple[FloatArray, FloatArray, Settings]:
    """Return w and dw in one dtype, and a new, complete config: Python floats, and the rule's memory in that dtype."""
    w, dw = floats(rule, w=w, dw=dw)
    expect_shape(rule, "dw", dw, w.shape, "that of w")
    keys = [*defaults, *memory, *counters]
    values = settings(
        rule,
        "config",
        {} if config is None else config,
        (),
        **defaults,
        **dict.fromkeys(memory),
        **dict.fromkeys(counters, 0),
    )
    checked: Settings = {}
    for key, value in zip(keys, values, strict=True):
        name = f"config[{key!r}]"
        if key in memory:
            checked[key] = _memory(rule, name, value, w)
        elif key in counters:
            checked[key] = integer(rule, name, value, 0)
        else:
            checked[key] = number(rule, name, value, at_least=0, **_below(key))
    return w, dw, checked


def _below(key: str) -> dict[str, float]:
    return {"below": 1} if key in ("momentum", "decay_rate", "beta1", "beta2") else {}


def _memory(rule: str, name: str, value: ArrayLike | None, w: FloatArray) -> FloatArray:
    if value is None:
        return np.zeros(w.shape, w.dtype)
    value = float_array(rule, name, value)
    expect_shape(rule, name, value, w.shape, "that of w")
    return value.astype(w.dtype, copy=False)
