"""The product of two matrices."""

import numpy as np

from cs231n_lib.arguments import expect_shape
from cs231n_lib.kernels.geometry import floats
from cs231n_lib.kernels.implementation import implementation

SMALL = 64**3  # products of fewer numbers than this keep no second core busy, in BLAS neither


def matmul(a, b):
    """a (R, K) @ b (K, Q) on the threads of the other kernels, which BLAS's own threads would only disturb.

    float32 or float64 (integers become float64), any memory order; not changed. The result (R, Q) does not depend on
    the number of threads. Raises ValueError naming the argument that does not fit.

    >>> matmul([[1, 2]], [[3], [4]])
    array([[11.]])
    """
    a, b = floats("matmul", a=a, b=b)
    expect_shape("matmul", "a", a, ("R", "K"))
    expect_shape("matmul", "b", b, (a.shape[1], "Q"), f"for a {a.shape}")
    if a.shape[0] * a.shape[1] * b.shape[1] < SMALL:
        return a @ b
    out = np.empty((len(a), b.shape[1]), dtype=a.dtype)
    implementation("matrix_product").matmul(a, b, out)
    return out
