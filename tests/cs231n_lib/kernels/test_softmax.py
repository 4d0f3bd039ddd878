import numpy as np
import pytest

from cs231n_lib.kernels import num_threads, set_num_threads, softmax_cross_entropy


@pytest.fixture(params=["numpy", "avx512", "avx2", "any"])
def kernel(request, monkeypatch):
    """The NumPy kernel, and the compiled kernel for each instruction set."""
    monkeypatch.setenv("CS231N_KERNELS", "numpy" if request.param == "numpy" else "cython")
    if request.param != "numpy":
        from cs231n_lib.kernels import _softmax_cy

        _softmax_cy.use_at_most(request.param)
        request.addfinalizer(lambda: _softmax_cy.use_at_most("avx512"))
    return request.param


def by_definition(x, y):
    x = x.astype(np.longdouble)
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    rows = np.arange(len(x))
    dx = probabilities.copy()
    dx[rows, y] -= 1
    return -np.log(probabilities[rows, y]).mean(), dx / len(x)


def scores(N, C, dtype, spread=3.0):
    random = np.random.default_rng(N + C)
    return (spread * random.standard_normal((N, C))).astype(dtype), random.integers(C, size=N)


@pytest.mark.parametrize("dtype, tolerance", [("float32", 1e-6), ("float64", 1e-15)])
@pytest.mark.parametrize("N, C", [(1, 1), (3, 2), (100, 10), (7, 16), (50, 33), (300, 100), (3, 5000)])
def test_the_definition(kernel, N, C, dtype, tolerance):
    x, y = scores(N, C, dtype)
    loss, dx = softmax_cross_entropy(x, y)
    expected_loss, expected = by_definition(x, y)
    assert loss.dtype == dx.dtype == dtype
    np.testing.assert_allclose(float(loss), float(expected_loss), rtol=10 * tolerance, atol=tolerance)
    np.testing.assert_allclose(dx, expected.astype(float), rtol=0, atol=tolerance / N)


@pytest.mark.parametrize("dtype, lowest, eps", [("float32", -104.0, 2.0**-23), ("float64", -745.5, 2.0**-52)])
def test_the_error_of_the_exponential(kernel, dtype, lowest, eps):
    """Beside a score of 0, those below -60 do not change the sum, 1, so that dx is their exponential."""
    x = np.random.default_rng(0).uniform(lowest, -60, (1, 100_000)).astype(dtype)
    x[0, 0] = 0
    _, dx = softmax_cross_entropy(x, [0])
    exact = np.exp(x[0, 1:].astype(np.longdouble))
    unit = np.maximum(exact * eps, np.finfo(dtype).smallest_subnormal)  # of the last place, or up to twice as much
    assert np.max(np.abs(dx[0, 1:] - exact) / unit) <= (3 if kernel == "numpy" else 1)


def test_scores_of_any_size(kernel):
    x = np.array([[1e30, 0, -1e30], [-np.inf, 0, 0], [5, 5, 5]])
    loss, dx = softmax_cross_entropy(x, [0, 1, 2])
    np.testing.assert_allclose(float(loss), (0 + np.log(2) + np.log(3)) / 3)
    np.testing.assert_allclose(3 * dx, [[0, 0, 0], [0, -0.5, 0.5], [1 / 3, 1 / 3, -2 / 3]], atol=1e-15)


@pytest.mark.parametrize("column", [0, 4, 39])
def test_nan_stays_in_its_row(kernel, column):
    x, y = scores(3, 40, "float32")
    x[1, column] = np.nan
    loss, dx = softmax_cross_entropy(x, y)
    assert np.isnan(loss) and np.isnan(dx[1]).all() and np.isfinite(dx[[0, 2]]).all()


def test_arrays_in_any_memory_are_not_changed(kernel):
    x, y = scores(6, 20, "float64")
    expected = softmax_cross_entropy(x, y)
    for laid_out in (np.asfortranarray(x), np.repeat(x, 2, axis=1)[:, ::2], x.astype(">f8")):
        labels = np.repeat(y.astype(np.int16), 2)[::2]
        before = laid_out.copy(), labels.copy()
        loss, dx = softmax_cross_entropy(laid_out, labels)
        assert loss == expected[0]
        np.testing.assert_array_equal(dx, expected[1])
        np.testing.assert_array_equal(laid_out, before[0])
        np.testing.assert_array_equal(labels, before[1])


def test_the_number_of_threads_changes_no_bit(monkeypatch):
    monkeypatch.setenv("CS231N_KERNELS", "cython")
    x, y = scores(1000, 77, "float32")
    before, results = num_threads(), []
    try:
        for threads in (1, 3):
            set_num_threads(threads)
            results.append(softmax_cross_entropy(x, y))
    finally:
        set_num_threads(before)
    assert results[0][0] == results[1][0]
    np.testing.assert_array_equal(results[0][1], results[1][1])


@pytest.mark.parametrize(
    "x, y, message",
    [
        (np.ones(3), [0], r"x should have shape \(N, C\)"),
        (np.ones((0, 3)), [], "x should hold scores of at least one example and class"),
        (np.ones((2, 3)), [0], r"y should have shape \(2,\)"),
        (np.ones((2, 3)), [0, 3], "y should hold class numbers 0..2, but holds 3"),
        (np.ones((2, 3), complex), [0, 1], "x should be float32 or float64"),
    ],
)
def test_errors_name_the_argument(x, y, message):
    with pytest.raises(ValueError, match=f"softmax_cross_entropy: {message}"):
        softmax_cross_entropy(x, y)
