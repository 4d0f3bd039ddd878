import numpy as np
import pytest

from cs231n_lib.layers import layernorm_backward, layernorm_forward


@pytest.fixture
def arrays():
    """x (3, 7), gamma (7,), beta (7,)."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((3, 7)) + 3, rng.standard_normal(7), rng.standard_normal(7)


def forward(x, gamma, beta):
    return layernorm_forward(x, gamma, beta, {"eps": 1e-3})


def test_every_example_gets_mean_0_and_variance_1(arrays):
    out, _ = layernorm_forward(arrays[0], np.ones(7), np.zeros(7), {"eps": 1e-12})
    np.testing.assert_allclose(out.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(out.std(axis=1), 1)


def test_gamma_and_beta_belong_to_features(arrays):
    plain, _ = layernorm_forward(arrays[0], np.ones(7), np.zeros(7), {})
    out, _ = layernorm_forward(*arrays, {})
    np.testing.assert_allclose(out, plain * arrays[1] + arrays[2])


def test_examples_do_not_see_each_other(arrays):
    x, gamma, beta = arrays
    together, _ = forward(x, gamma, beta)
    alone, _ = forward(x[1:2], gamma, beta)
    np.testing.assert_array_equal(together[1:2], alone)


def test_gradients(arrays, check_gradients, set_backend):
    for backend in ("cython", "numpy"):
        set_backend(backend)
        check_gradients(forward, layernorm_backward, *arrays)


def test_conduct(arrays, check_conduct):
    check_conduct(forward, layernorm_backward, *arrays)


def test_a_constant_example_becomes_beta(arrays):
    out, _ = forward(np.full((2, 7), 1e3 / 3), *arrays[1:])
    np.testing.assert_allclose(out, np.stack([arrays[2]] * 2), atol=1e-8)


def test_no_examples(arrays):
    out, cache = forward(arrays[0][:0], *arrays[1:])
    dx, dgamma, dbeta = layernorm_backward(out, cache)
    assert out.shape == dx.shape == (0, 7) and dgamma.tolist() == dbeta.tolist() == [0] * 7


@pytest.mark.parametrize(
    "change, message",
    [
        ({"x": np.ones((2, 4, 1))}, r"x should have shape \(N, D\), but has \(2, 4, 1\)"),
        ({"gamma": np.ones(3)}, r"gamma should have shape \(4,\), one number per feature, but has \(3,\)"),
        ({"beta": np.ones((1, 4))}, r"beta should have shape \(4,\), one number per feature, but has \(1, 4\)"),
        ({"ln_param": {"eps": 0}}, r"""ln_param\["eps"\] should be a number above 0, but is 0"""),
        ({"ln_param": {"eps": -1}}, r"""ln_param\["eps"\] should be a number above 0, but is -1"""),
        ({"ln_param": {"epsilon": 1}}, "ln_param has an unknown key 'epsilon'"),
    ],
)
def test_errors_name_the_argument(change, message):
    arguments = {"x": np.ones((2, 4)), "gamma": np.ones(4), "beta": np.ones(4), "ln_param": {}}
    with pytest.raises(ValueError, match=f"layernorm_forward: {message}"):
        layernorm_forward(**(arguments | change))


def test_dout_that_does_not_fit(arrays):
    _, cache = forward(*arrays)
    with pytest.raises(ValueError, match=r"layernorm_backward: dout should have shape \(3, 7\), that of out"):
        layernorm_backward(np.ones((3, 6)), cache)


def test_a_mode_changes_nothing():
    x, ones, zeros = np.array([[1.0, 3.0, 8.0]]), np.ones(3), np.zeros(3)
    with_mode, without = (layernorm_forward(x, ones, zeros, param)[0] for param in ({"mode": "test"}, {}))
    np.testing.assert_array_equal(with_mode, without)


def test_eps_is_1e_5_unless_told(arrays):
    x = 1e-3 * arrays[0]  # a variance so small that eps matters
    out, _ = layernorm_forward(x, np.ones(7), np.zeros(7), {})
    expected = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
    np.testing.assert_allclose(out, expected, rtol=1e-9)
