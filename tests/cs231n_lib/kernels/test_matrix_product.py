from functools import lru_cache

import numpy as np
import pytest

from cs231n_lib import kernels

INSTRUCTIONS = ["avx512", "avx2", "any"]  # a computer uses the newest set that it has, up to the one named


@pytest.fixture(params=["numpy", *INSTRUCTIONS])
def kernel(request, monkeypatch):
    monkeypatch.setenv("CS231N_KERNELS", "numpy" if request.param == "numpy" else "cython")
    if request.param == "numpy":
        yield
    else:
        from cs231n_lib.kernels import _matrix_product_cy

        _matrix_product_cy.use_at_most(request.param)
        yield
        _matrix_product_cy.use_at_most("avx512")


def matrix(shape, dtype, order):
    array = np.random.default_rng(sum(shape)).standard_normal(shape).astype(dtype)
    return {
        "C": array,
        "F": np.asfortranarray(array),
        "strided": np.repeat(array, 2, axis=1)[:, ::2],
        "reversed": array[::-1].copy()[::-1],
    }[order]


# Sizes below and above the limit for BLAS, and around those of tiles, panels, blocks and parts.
@pytest.mark.parametrize(
    "R, K, Q",
    [(3, 4, 5), (1, 300_000, 1), (64, 64, 64), (97, 255, 257), (100, 2049, 33), (500, 100, 11), (13, 257, 600)],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F", "strided", "reversed"])
def test_the_product(kernel, R, K, Q, dtype, order):
    a, b = matrix((R, K), dtype, order), matrix((K, Q), dtype, order)
    product = kernels.matmul(a, b)
    assert product.dtype == dtype
    expected, tolerance = expected_product(R, K, Q, dtype)
    np.testing.assert_allclose(product, expected, rtol=0, atol=tolerance)


@lru_cache
def expected_product(R, K, Q, dtype):
    """(product, tolerance) for every memory order and every kernel."""
    product = matrix((R, K), dtype, "C").astype(np.longdouble) @ matrix((K, Q), dtype, "C").astype(np.longdouble)
    return product, float(4 * np.finfo(dtype).eps * np.sqrt(K) * max(1, np.abs(product).max()))


@pytest.mark.parametrize("R, K, Q", [(0, 3, 4), (3, 0, 4), (3, 4, 0)])
def test_empty_matrices(kernel, R, K, Q):
    np.testing.assert_array_equal(kernels.matmul(np.ones((R, K)), np.ones((K, Q))), np.zeros((R, Q)))


def test_the_number_of_threads_changes_no_bit():
    a, b, before = matrix((100, 4096), np.float32, "C"), matrix((4096, 70), np.float32, "C"), kernels.num_threads()
    try:
        products = set()
        for count in (1, 2, 5):
            kernels.set_num_threads(count)
            products.add(kernels.matmul(a, b).tobytes())
    finally:
        kernels.set_num_threads(before)
    assert len(products) == 1


def test_matrices_that_do_not_fit():
    with pytest.raises(ValueError, match=r"b should have shape \(3, Q\), for a \(2, 3\), but has \(2, 3\)"):
        kernels.matmul(np.ones((2, 3)), np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"matmul: a should have shape \(R, K\), but has \(3,\)"):
        kernels.matmul(np.ones(3), np.ones((3, 2)))
