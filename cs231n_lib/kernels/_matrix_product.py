"""The product of two matrices in NumPy: the twin of _matrix_product_cy.pyx."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cs231n_lib.arguments import FloatArray


def matmul(a: FloatArray, b: FloatArray, out: FloatArray) -> None:
    """Fill out (R, Q) with the product of a (R, K) and b (K, Q)."""
    np.matmul(a, b, out=out)
