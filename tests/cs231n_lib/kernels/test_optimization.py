import numpy as np
import pytest

from cs231n_lib.kernels.implementation import num_threads, set_num_threads
from cs231n_lib.kernels.optimization import adam_step

SETTINGS = {"t": 3, "learning_rate": 1e-2, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-3}


def arrays(shape, dtype=np.float64):
    """Return w, dw, m, v."""
    w, dw, m, v = np.random.default_rng(0).standard_normal((4, *shape)).astype(dtype)
    return w, dw, m, v**2


def by_definition(w, dw, m, v, t, learning_rate, beta1, beta2, epsilon, weight_decay=0.0):
    m, v = beta1 * m + (1 - beta1) * dw, beta2 * v + (1 - beta2) * dw * dw
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - learning_rate * (m_hat / (np.sqrt(v_hat) + epsilon) + weight_decay * w), m, v


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-14), (np.float32, 1e-6)])
@pytest.mark.parametrize("shape", [(), (1,), (7, 5), (300, 130)])
def test_the_definition(backend, shape, dtype, tolerance, weight_decay):
    given = arrays(shape, dtype)
    results = adam_step(*given, **SETTINGS, weight_decay=weight_decay)
    for result, expected in zip(results, by_definition(*given, **SETTINGS, weight_decay=weight_decay), strict=True):
        assert result.dtype == dtype and result.shape == shape
        np.testing.assert_allclose(result, expected, rtol=tolerance, atol=tolerance)


def test_arguments_in_any_memory_are_not_changed(backend):
    given = arrays((6, 4))
    expected = adam_step(*given, **SETTINGS)
    laid_out = [
        np.asfortranarray(given[0]),
        given[1][::-1].copy()[::-1],
        np.repeat(given[2], 2, axis=1)[:, ::2],
        given[3].astype(">f8"),
    ]
    before = [array.copy() for array in laid_out]
    for array in laid_out:
        array.flags.writeable = False
    for result, right in zip(adam_step(*laid_out, **SETTINGS), expected, strict=True):
        np.testing.assert_array_equal(result, right)
    for array, copy in zip(laid_out, before, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_in_place(backend, dtype):
    given = arrays((300, 130), dtype)
    expected = adam_step(*given, **SETTINGS, weight_decay=0.1)
    dw = given[1].copy()
    results = adam_step(*given, **SETTINGS, weight_decay=0.1, in_place=True)
    for result, array, right in zip(results, (given[0], *given[2:]), expected, strict=True):
        assert result is array
        np.testing.assert_array_equal(result, right)
    np.testing.assert_array_equal(given[1], dw)


@pytest.mark.parametrize("obstacle", ["m is v", "w is dw", "read-only", "order", "dtype"])
def test_arrays_that_cannot_be_changed_in_place_are_not(backend, obstacle):
    w, dw, m, v = arrays((8, 9))
    given = {
        "m is v": (w, dw, v, v),
        "w is dw": (dw, dw, m, v),
        "read-only": (w, dw, m, v),
        "order": (np.asfortranarray(w), dw, m, v),
        "dtype": (w.astype(np.float32), dw, m, v),
    }[obstacle]
    expected, before = adam_step(*given, **SETTINGS), [array.copy() for array in given]
    v.flags.writeable = obstacle != "read-only"
    for result, right in zip(adam_step(*given, **SETTINGS, in_place=True), expected, strict=True):
        np.testing.assert_array_equal(result, right)
    changed = [not np.array_equal(array, copy) for array, copy in zip(given, before, strict=True)]
    assert changed == [False, False, *([obstacle in ("order", "dtype")] * 2)]


def test_the_number_of_threads_changes_no_bit(monkeypatch):
    monkeypatch.setenv("CS231N_KERNELS", "cython")
    before, results = num_threads(), []
    try:
        for threads in (1, 3):
            set_num_threads(threads)
            results.append(adam_step(*arrays((333, 301), np.float32), **SETTINGS))
    finally:
        set_num_threads(before)
    for one, three in zip(*results, strict=True):
        np.testing.assert_array_equal(one, three)


def test_an_empty_array(backend):
    assert [array.shape for array in adam_step(*arrays((0, 3)), **SETTINGS)] == [(0, 3)] * 3


@pytest.mark.parametrize(
    "change, message",
    [
        ({"dw": np.ones(3)}, r"dw should have shape \(2,\), that of w, but has \(3,\)"),
        ({"v": np.ones(2, complex)}, "v should be float32 or float64, but is complex128"),
        ({"m": np.ones((2, 1))}, r"m should have shape \(2,\), that of w, but has \(2, 1\)"),
        ({"v": np.ones(3)}, r"v should have shape \(2,\), that of w, but has \(3,\)"),
        ({"learning_rate": -1e-3}, "learning_rate should be a number of at least 0, but is -0.001"),
        ({"beta1": -0.1}, "beta1 should be a number of at least 0 and below 1, but is -0.1"),
        ({"beta2": 1}, "beta2 should be a number of at least 0 and below 1, but is 1"),
        ({"weight_decay": -0.1}, "weight_decay should be a number of at least 0, but is -0.1"),
        ({"t": 0}, "t should be an integer of at least 1, but is 0"),
        ({"beta1": 1}, "beta1 should be a number of at least 0 and below 1, but is 1"),
        ({"beta2": -0.1}, "beta2 should be a number of at least 0"),
        ({"learning_rate": "fast"}, "learning_rate should be a number of at least 0, but is 'fast'"),
        ({"epsilon": -1}, "epsilon should be a number of at least 0, but is -1"),
        ({"weight_decay": np.nan}, "weight_decay should be a number of at least 0, but is nan"),
    ],
)
def test_errors_name_the_argument(change, message):
    arguments = dict.fromkeys(("w", "dw", "m", "v"), np.ones(2)) | SETTINGS | change
    with pytest.raises(ValueError, match=f"adam_step: {message}"):
        adam_step(**arguments)


@pytest.mark.parametrize(
    "limits", [{"t": 1, "beta1": 0, "beta2": 0}, {"learning_rate": 0, "weight_decay": 0}, {"epsilon": 0}]
)
def test_settings_at_their_limits(backend, limits):
    given = arrays((4,))
    for result, expected in zip(
        adam_step(*given, **SETTINGS | limits), by_definition(*given, **SETTINGS | limits), strict=True
    ):
        np.testing.assert_allclose(result, expected, rtol=1e-12)
