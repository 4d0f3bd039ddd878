"""The Adam step in one pass over memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import expect_shape, floats, integer, number
from cs231n_lib.kernels.implementation import contiguous, implementation

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray


def adam_step(
    w: ArrayLike,
    dw: ArrayLike,
    m: ArrayLike,
    v: ArrayLike,
    t: int,
    learning_rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    weight_decay: float = 0.0,
    in_place: bool = False,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Take a step of Adam (Kingma and Ba 2015), or with weight_decay of AdamW (Loshchilov and Hutter 2019).

        m = beta1 * m + (1 - beta1) * dw
        v = beta2 * v + (1 - beta2) * dw**2
        w = w - learning_rate * (m / (1 - beta1**t) / (sqrt(v / (1 - beta2**t)) + epsilon) + weight_decay * w)

    Parameters
    ----------
    w, dw, m, v : arrays of the same shape
        Weights, float32 or float64 (integers become float64), their gradient, and the running means of the gradient
        and of its square, initially zeros. Any memory order; not changed, except in place.
    t
        The number of this step, starting at 1.
    learning_rate
        The step size, at least 0.
    beta1, beta2
        The decay rates of the running means, at least 0 and below 1.
    epsilon
        A number that is added to the divisor, at least 0.
    weight_decay
        Besides the gradient step, w shrinks by learning_rate * weight_decay * w.

    in_place
        Whether to write the results into w, m and v, which saves the time to read and write three more arrays. Arrays
        that do not fit, because they share memory, cannot be written, are not C-contiguous or have another dtype, stay
        as they are.

    Returns
    -------
    next_w, next_m, next_v
        Arrays of w's shape: w, m and v, if they were changed, else new ones.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.
    """
    w, dw, m, v = floats("adam_step", w=w, dw=dw, m=m, v=v)
    for name, array in (("dw", dw), ("m", m), ("v", v)):
        expect_shape("adam_step", name, array, w.shape, "that of w")
    t = integer("adam_step", "t", t, 1)
    learning_rate = number("adam_step", "learning_rate", learning_rate, at_least=0)
    beta1 = number("adam_step", "beta1", beta1, at_least=0, below=1)
    beta2 = number("adam_step", "beta2", beta2, at_least=0, below=1)
    epsilon = number("adam_step", "epsilon", epsilon, at_least=0)
    weight_decay = number("adam_step", "weight_decay", weight_decay, at_least=0)
    return adam_step_unchecked(w, dw, m, v, t, learning_rate, beta1, beta2, epsilon, weight_decay, in_place)


def adam_step_unchecked(
    w: FloatArray,
    dw: FloatArray,
    m: FloatArray,
    v: FloatArray,
    t: int,
    learning_rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    weight_decay: float,
    in_place: bool,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Do the work of adam_step, for a caller that has checked the arguments and converted the arrays to one dtype."""
    # both bias corrections are moved out of the inner loop, which then divides only once: with c = 1 - beta2**t,
    # m / (1 - beta1**t) / (sqrt(v / c) + epsilon) = (sqrt(c) / (1 - beta1**t)) * m / (sqrt(v) + epsilon * sqrt(c))
    root = (1 - beta2**t) ** 0.5
    settings = beta1, beta2, learning_rate * root / (1 - beta1**t), epsilon * root, 1 - learning_rate * weight_decay
    w, dw, m, v = contiguous(w), contiguous(dw), contiguous(m), contiguous(v)
    if in_place and _writable_and_apart(w, dw, m, v):
        results = w, m, v
    else:
        results = np.empty(w.shape, w.dtype), np.empty(w.shape, w.dtype), np.empty(w.shape, w.dtype)
    if w.size:
        implementation("optimization").adam_step(w, dw, m, v, *results, settings)
    return results


def _writable_and_apart(w: FloatArray, dw: FloatArray, m: FloatArray, v: FloatArray) -> bool:
    share = np.may_share_memory
    if share(w, dw) or share(w, m) or share(w, v) or share(dw, m) or share(dw, v) or share(m, v):
        return False
    return w.flags.writeable and m.flags.writeable and v.flags.writeable
