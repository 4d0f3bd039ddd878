"""The product of two matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import expect_shape
from cs231n_lib.kernels.geometry import aligned_floats
from cs231n_lib.kernels.implementation import implementation

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray

SMALL = 64**3  # fewer multiplications than this do not keep a second core busy, not even in BLAS


def matmul(a: ArrayLike, b: ArrayLike) -> FloatArray:
    """Compute a @ b on the threads of the other kernels, since BLAS's own threads would compete with these.

    Parameters
    ----------
    a : (R, K) array
    b : (K, Q) array
        The matrices, float32 or float64 (integers become float64), in any memory order; not changed.

    Returns
    -------
    (R, Q) array
        The product, which does not depend on the number of threads.

    Raises
    ------
    ValueError
        If an argument does not fit; the message names it.

    Examples
    --------
    >>> matmul([[1, 2]], [[3], [4]])
    array([[11.]])
    """
    a, b = aligned_floats("matmul", a=a, b=b)
    expect_shape("matmul", "a", a, ("R", "K"))
    expect_shape("matmul", "b", b, (a.shape[1], "Q"), f"for a {a.shape}")
    if a.shape[0] * a.shape[1] * b.shape[1] < SMALL:
        return a @ b
    out = np.empty((len(a), b.shape[1]), dtype=a.dtype)
    implementation("matrix_product").matmul(a, b, out)
    return out
