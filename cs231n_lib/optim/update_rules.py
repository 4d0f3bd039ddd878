"""Update rules that remember earlier gradients (CS231n lecture notes, "Neural Networks Part 3").

The docstring of the package says what they all take, return and raise: help(cs231n_lib.optim).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.kernels.optimization import adam_step_unchecked
from cs231n_lib.optim.rule_arguments import like, validated

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray, Settings

__all__ = ["adagrad", "adam", "adamw", "nesterov", "rmsprop", "sgd_momentum"]


def sgd_momentum(w: ArrayLike, dw: ArrayLike, config: Settings | None = None) -> tuple[FloatArray, Settings]:
    """Take a step of gradient descent with momentum: friction slows the velocity down, and the gradient accelerates it.

    v = momentum v - learning_rate dw;  w + v

    config: learning_rate (1e-2), momentum (0.9; 0 is plain gradient descent), velocity (zeros).
    """
    w, dw, config = validated("sgd_momentum", w, dw, config, ["velocity"], learning_rate=1e-2, momentum=0.9)
    velocity = _accelerated(config, dw)
    return like(w, w + velocity), {**config, "velocity": velocity}


def nesterov(w: ArrayLike, dw: ArrayLike, config: Settings | None = None) -> tuple[FloatArray, Settings]:
    """Take a step with Nesterov momentum: the gradient is that at the point to which momentum will carry the weights.

    v' = momentum v - learning_rate dw;  w + v' + momentum (v' - v)

    The argument w and the returned weights are the look-ahead weights, w + momentum v in the usual notation, so that
    dw is the gradient at w itself (Bengio et al., "Advances in optimizing recurrent networks", 2013).

    config: learning_rate (1e-2), momentum (0.9), velocity (zeros).
    """
    w, dw, config = validated("nesterov", w, dw, config, ["velocity"], learning_rate=1e-2, momentum=0.9)
    velocity = _accelerated(config, dw)
    next_w = w + velocity + config["momentum"] * (velocity - config["velocity"])
    return like(w, next_w), {**config, "velocity": velocity}


def adagrad(w: ArrayLike, dw: ArrayLike, config: Settings | None = None) -> tuple[FloatArray, Settings]:
    """Take a step of Adagrad: divide each weight's step by the square root of the sum of its past squared gradients.

    cache = cache + dw^2;  w - learning_rate dw / (sqrt(cache) + epsilon)   (Duchi et al., 2011)

    config: learning_rate (1e-2), epsilon (1e-8), cache (zeros).
    """
    w, dw, config = validated("adagrad", w, dw, config, ["cache"], learning_rate=1e-2, epsilon=1e-8)
    cache = like(w, config["cache"] + dw * dw)
    return _scaled_step(w, dw, cache, config), {**config, "cache": cache}


def rmsprop(w: ArrayLike, dw: ArrayLike, config: Settings | None = None) -> tuple[FloatArray, Settings]:
    """Take a step of RMSProp: like Adagrad, but with a moving average of squared gradients, so steps need not vanish.

    cache = decay_rate cache + (1 - decay_rate) dw^2;  w - learning_rate dw / (sqrt(cache) + epsilon)
    (Tieleman and Hinton, 2012)

    config: learning_rate (1e-2), decay_rate (0.99), epsilon (1e-8), cache (zeros).
    """
    w, dw, config = validated("rmsprop", w, dw, config, ["cache"], learning_rate=1e-2, decay_rate=0.99, epsilon=1e-8)
    cache = config["decay_rate"] * config["cache"]
    cache = like(w, cache + (1 - config["decay_rate"]) * dw * dw)
    return _scaled_step(w, dw, cache, config), {**config, "cache": cache}


def adam(w: ArrayLike, dw: ArrayLike, config: Settings | None = None) -> tuple[FloatArray, Settings]:
    """Take a step of Adam: moving averages of the gradient and of its square, both corrected for starting at 0.

    t = t + 1;  m = beta1 m + (1 - beta1) dw;  v = beta2 v + (1 - beta2) dw^2
    w - learning_rate m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)   (Kingma and Ba, 2015)

    config: learning_rate (1e-3), beta1 (0.9), beta2 (0.999), epsilon (1e-8), m and v (zeros), t (0), in_place (False).
    With in_place, the results are written into w, m and v, which takes half of the time (see kernels.adam_step).
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
    w, dw, config = validated(
        rule,
        w,
        dw,
        config,
        ["m", "v"],
        ["t"],
        ["in_place"],
        learning_rate=1e-3,
        beta1=0.9,
        beta2=0.999,
        epsilon=1e-8,
        **weight_decay,
    )
    t = config["t"] + 1
    next_w, m, v = adam_step_unchecked(
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
        config["in_place"],
    )
    return next_w, {**config, "m": m, "v": v, "t": t}


def _accelerated(config: Settings, dw: FloatArray) -> FloatArray:
    velocity = config["momentum"] * config["velocity"]
    return like(dw, velocity - config["learning_rate"] * dw)


def _scaled_step(w: FloatArray, dw: FloatArray, cache: FloatArray, config: Settings) -> FloatArray:
    step = np.sqrt(cache)
    step = dw / (step + config["epsilon"])
    return like(w, w - config["learning_rate"] * step)
