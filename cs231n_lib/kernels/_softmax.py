"""The softmax and its loss in NumPy: the twin of _softmax_cy.pyx. softmax.py checks the arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cs231n_lib.arguments import FloatArray


def softmax_gradient(x: FloatArray, y: NDArray[np.intp], out: FloatArray, sums: FloatArray, right: FloatArray) -> None:
    """Fill out (N, C), sums (N,) and right (N,) from x (N, C) and y (N,)."""
    N, C = x.shape
    of_y = np.arange(0, N * C, C) + y
    # exp(x) alone would overflow; the quotients do not change
    np.subtract(x, np.maximum.reduce(x, axis=1, keepdims=True), out=out)
    np.take(out.ravel(), of_y, out=right)
    np.exp(out, out=out)
    np.add.reduce(out, axis=1, out=sums)
    out /= N * sums[:, None]
    out.ravel()[of_y] -= 1 / N
