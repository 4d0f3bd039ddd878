"""The Adam step in NumPy: the twin of _optimization_cy.pyx. Arguments are checked by optimization.py."""

import numpy as np


def adam_step(w, dw, m, v, next_w, next_m, next_v, settings):
    """Fill next_w, next_m and next_v; settings: beta1, beta2, step, epsilon, keep."""
    beta1, beta2, step, epsilon, keep = settings
    next_m[...] = beta1 * m + (1 - beta1) * dw
    next_v[...] = beta2 * v + (1 - beta2) * dw**2
    with np.errstate(divide="ignore", invalid="ignore"):  # epsilon may be 0
        next_w[...] = keep * w - step * next_m / (np.sqrt(next_v) + epsilon)
