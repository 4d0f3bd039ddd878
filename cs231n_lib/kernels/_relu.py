"""The ReLU in NumPy: the twin of _relu_cy.pyx. relu.py checks the arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cs231n_lib.arguments import FloatArray


def forward(x: FloatArray, out: FloatArray) -> None:
    """Fill out, which may be x."""
    np.maximum(x, 0, out=out)


def backward(dout: FloatArray, x: FloatArray, dx: FloatArray) -> None:
    """Fill dx, another array than dout and x."""
    dx[...] = 0
    np.copyto(dx, dout, where=x > 0)
