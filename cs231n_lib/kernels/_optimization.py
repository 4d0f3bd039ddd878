"""The Adam step in NumPy: the twin of _optimization_cy.pyx. optimization.py checks the arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cs231n_lib.arguments import FloatArray


def adam_step(
    w: FloatArray,
    dw: FloatArray,
    m: FloatArray,
    v: FloatArray,
    next_w: FloatArray,
    next_m: FloatArray,
    next_v: FloatArray,
    settings: tuple[float, float, float, float, float],
) -> None:
    """Fill next_w, next_m and next_v, which may be w, m and v; settings are beta1, beta2, step, epsilon, keep."""
    beta1, beta2, step, epsilon, keep = settings
    next_m[...] = beta1 * m + (1 - beta1) * dw
    next_v[...] = beta2 * v + (1 - beta2) * dw**2
    with np.errstate(divide="ignore", invalid="ignore"):  # epsilon may be 0
        next_w[...] = keep * w - step * next_m / (np.sqrt(next_v) + epsilon)
