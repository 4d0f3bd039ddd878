import numpy as np
import pytest

from cs231n_lib.diagnosis import eval_numerical_gradient_array, rel_error
from cs231n_lib.kernels.implementation import num_threads, set_num_threads
from cs231n_lib.kernels.normalization import (
    normalize_channels_backward,
    normalize_channels_forward,
    normalize_groups_backward,
    normalize_groups_forward,
)

# Planes and rows shorter and longer than one partial sum, and sizes that vectors do not divide.
SHAPES = [(7, 6), (1, 4), (200, 70), (3, 4, 5), (5, 6, 7, 3), (2, 4, 50, 90), (3, 2, 23, 29), (70, 4, 1, 1)]


def arrays(shape, seed=0):
    """Return x, gamma, beta, dout in float64."""
    rng = np.random.default_rng(seed)
    gamma, beta = rng.standard_normal((2, shape[1]))
    return rng.standard_normal(shape) + 2, gamma, beta, rng.standard_normal(shape)


def by_definition(x, gamma, beta, axes, eps):
    columns = gamma.shape + (1,) * (x.ndim - 2)
    mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(var + eps) * gamma.reshape(columns) + beta.reshape(columns), mean, var


@pytest.mark.parametrize("shape", SHAPES)
def test_channels_agree_with_their_definition(backend, shape):
    x, gamma, beta, _ = arrays(shape)
    axes = (0, *range(2, x.ndim))
    for result, expected in zip(
        normalize_channels_forward(x, gamma, beta, 0.1), by_definition(x, gamma, beta, axes, 0.1), strict=True
    ):
        np.testing.assert_allclose(result.ravel(), expected.ravel(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("shape", SHAPES)
def test_groups_agree_with_their_definition(backend, shape, groups):
    x, gamma, beta, _ = arrays(shape)
    out, mean, var = normalize_groups_forward(x, gamma, beta, groups, 0.1)
    split = shape[1] // groups
    for g in range(groups):
        part = slice(g * split, (g + 1) * split)
        expected = by_definition(x[:, part], gamma[part], beta[part], tuple(range(1, x.ndim)), 0.1)
        for result, right in zip((out[:, part], mean[:, g], var[:, g]), expected, strict=True):
            np.testing.assert_allclose(result.ravel(), right.ravel(), rtol=1e-12, atol=1e-12)


def forward_and_backward(kind, dout, x, gamma, beta):
    if kind == "channels":
        out, mean, var = normalize_channels_forward(x, gamma, beta)
        return out, *normalize_channels_backward(dout, x, gamma, mean, var)
    if kind == "fixed":
        statistics = np.full(gamma.shape, 2.0), np.full(gamma.shape, 9.0)
        out, mean, var = normalize_channels_forward(x, gamma, beta, statistics=statistics)
        return out, *normalize_channels_backward(dout, x, gamma, mean, var, fixed=True)
    out, mean, var = normalize_groups_forward(x, gamma, beta, groups={"groups": 2, "layer": 1}[kind])
    return out, *normalize_groups_backward(dout, x, gamma, mean, var)


KINDS = ["channels", "fixed", "groups", "layer"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(5, 6), (2, 4, 3, 2)])
def test_gradients(backend, shape, kind):
    x, gamma, beta, dout = arrays(shape)
    inputs = [x, gamma, beta]
    gradients = forward_and_backward(kind, dout, *inputs)[1:]
    for i, gradient in enumerate(gradients):

        def out_of(value, i=i):
            return forward_and_backward(kind, dout, *inputs[:i], value, *inputs[i + 1 :])[0]

        assert rel_error(gradient, eval_numerical_gradient_array(out_of, inputs[i], dout)) < 1e-7, i


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", SHAPES)
def test_both_implementations_agree(set_backend, shape, kind, dtype):
    x, gamma, beta, dout = (array.astype(dtype) for array in arrays(shape))
    results = []
    for name in ("cython", "numpy"):
        set_backend(name)
        results.append(forward_and_backward(kind, dout, x, gamma, beta))
    tolerance = 2e-5 if dtype == np.float32 else 1e-12
    for compiled, twin in zip(*results, strict=True):
        assert compiled.dtype == twin.dtype == dtype
        np.testing.assert_allclose(compiled, twin, rtol=tolerance, atol=tolerance * max(1, np.abs(twin).max()))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(300, 200), (40, 16, 13, 13)])
def test_the_number_of_threads_changes_no_bit(monkeypatch, shape, kind):
    monkeypatch.setenv("CS231N_KERNELS", "cython")
    x, gamma, beta, dout = arrays(shape)
    before, results = num_threads(), []
    try:
        for threads in (1, 3):
            set_num_threads(threads)
            results.append(forward_and_backward(kind, dout, x, gamma, beta))
    finally:
        set_num_threads(before)
    for one, three in zip(*results, strict=True):
        np.testing.assert_array_equal(one, three)


@pytest.mark.parametrize("shape", [(500, 3), (100, 3, 8, 8)])
def test_a_large_mean_does_no_harm_to_a_small_variance(monkeypatch, shape):
    monkeypatch.setenv("CS231N_KERNELS", "cython")
    x = np.random.default_rng(0).standard_normal(shape).astype(np.float32) + np.float32(10000)
    x[0] = 0  # a constant example, which is a bad guess for the mean
    _, mean, var = normalize_channels_forward(x, np.ones(3, np.float32), np.zeros(3, np.float32))
    axes = (0, *range(2, x.ndim))
    np.testing.assert_allclose(mean, x.mean(axis=axes, dtype=np.float64), rtol=1e-6)
    np.testing.assert_allclose(var, x.var(axis=axes, dtype=np.float64), rtol=1e-6)
    _, _, var = normalize_channels_forward(x[1:], np.ones(3, np.float32), np.zeros(3, np.float32))
    np.testing.assert_allclose(var, x[1:].var(axis=axes, dtype=np.float64), rtol=1e-4)


@pytest.mark.parametrize("value", [0.1, 1e6 / 3, 12345.678])
@pytest.mark.parametrize("shape", [(97, 3), (50, 3, 5, 5)])
def test_a_constant_channel_becomes_beta(monkeypatch, value, shape):
    monkeypatch.setenv("CS231N_KERNELS", "cython")
    x = np.full(shape, value, dtype=np.float32)
    out, _, var = normalize_channels_forward(x, np.ones(3, np.float32), np.full(3, 2, np.float32))
    assert (var == 0).all() and (out == 2).all()


def test_any_memory_order_and_read_only(backend):
    x, gamma, beta, dout = arrays((3, 4, 5, 2))
    expected = forward_and_backward("channels", dout, x, gamma, beta)
    for array in (x, gamma, beta, dout):
        array.flags.writeable = False
    channels_last = np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    strided = np.repeat(gamma, 2)[::2]
    for result, right in zip(
        forward_and_backward("channels", np.asfortranarray(dout), channels_last, strided, beta), expected, strict=True
    ):
        np.testing.assert_array_equal(result, right)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(0, 4), (0, 4, 3, 3), (3, 4, 0, 2)])
def test_nothing_to_normalize(backend, shape, kind):
    x, gamma, beta, dout = arrays(shape)
    out, dx, dgamma, dbeta = forward_and_backward(kind, dout, x, gamma, beta)
    assert out.shape == dx.shape == shape
    assert dgamma.tolist() == dbeta.tolist() == [0] * 4


@pytest.mark.parametrize(
    "change, message",
    [
        ({"x": np.ones(4)}, r"x should have shape \(N, C\) or \(N, C, ...\), but has \(4,\)"),
        ({"x": np.ones((2, 4), np.float16)}, "x should be float32 or float64, but is float16"),
        ({"gamma": np.ones(3)}, r"gamma should have shape \(4,\), one number per channel of x, but has \(3,\)"),
        ({"beta": np.ones((4, 1))}, r"beta should have shape \(4,\), one number per channel of x, but has \(4, 1\)"),
        ({"eps": 0}, "eps should be a number above 0, but is 0"),
    ],
)
def test_errors_name_the_argument(change, message):
    arguments = {"x": np.ones((2, 4)), "gamma": np.ones(4), "beta": np.ones(4)} | change
    with pytest.raises(ValueError, match=f"normalize_channels_forward: {message}"):
        normalize_channels_forward(**arguments)
    with pytest.raises(ValueError, match=f"normalize_groups_forward: {message}"):
        normalize_groups_forward(**arguments)


def test_statistics_and_groups_that_do_not_fit():
    x, ones = np.ones((2, 4)), np.ones(4)
    with pytest.raises(ValueError, match=r"var should have shape \(4,\)"):
        normalize_channels_forward(x, ones, ones, statistics=(ones, np.ones(3)))
    with pytest.raises(ValueError, match="groups should divide the number of channels, 4, but is 3"):
        normalize_groups_forward(x, ones, ones, groups=3)
    with pytest.raises(ValueError, match=r"normalize_channels_backward: dout should have shape \(2, 4\), that of x"):
        normalize_channels_backward(np.ones((2, 5)), x, ones, ones, ones)
    with pytest.raises(ValueError, match=r"normalize_groups_backward: mean should have shape \(2, groups\)"):
        normalize_groups_backward(x, x, ones, ones, ones)
    with pytest.raises(ValueError, match=r"normalize_groups_backward: var should have shape \(2, 2\), that of mean"):
        normalize_groups_backward(x, x, ones, np.ones((2, 2)), np.ones((2, 4)))
    for groups in (0, 3):
        with pytest.raises(
            ValueError, match=f"number of groups should divide the 4 channels, but mean has {groups} columns"
        ):
            normalize_groups_backward(x, x, ones, np.ones((2, groups)), np.ones((2, groups)))
    with pytest.raises(ValueError, match=r"normalize_groups_backward: dout should have shape \(2, 4\), that of x"):
        normalize_groups_backward(np.ones((2, 5)), x, ones, np.ones((2, 1)), np.ones((2, 1)))
    with pytest.raises(
        ValueError, match="normalize_groups_forward: groups should be an integer of at least 1, but is 0"
    ):
        normalize_groups_forward(x, ones, ones, groups=0)
    with pytest.raises(ValueError, match="normalize_channels_backward: eps should be a number above 0, but is 0"):
        normalize_channels_backward(x, x, ones, ones, ones, eps=0)
    with pytest.raises(ValueError, match="normalize_groups_backward: eps should be a number above 0, but is 0"):
        normalize_groups_backward(x, x, ones, np.ones((2, 1)), np.ones((2, 1)), eps=0)


def test_eps_is_1e_5_unless_told(backend):
    x, gamma, beta, dout = arrays((4, 6))
    x = 2 + 1e-3 * (x - 2)  # a variance of about 1e-6, so small that eps matters
    out, mean, var = normalize_channels_forward(x, gamma, beta)
    np.testing.assert_allclose(out, (x - mean) / np.sqrt(var + 1e-5) * gamma + beta)
    expected = normalize_channels_backward(dout, x, gamma, mean, var, eps=1e-5)
    np.testing.assert_array_equal(normalize_channels_backward(dout, x, gamma, mean, var)[0], expected[0])
    out, mean, var = normalize_groups_forward(x, gamma, beta, groups=1)
    np.testing.assert_allclose(out, (x - mean) / np.sqrt(var + 1e-5) * gamma + beta)
    expected = normalize_groups_backward(dout, x, gamma, mean, var, eps=1e-5)
    np.testing.assert_array_equal(normalize_groups_backward(dout, x, gamma, mean, var)[0], expected[0])
