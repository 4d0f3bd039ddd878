import math

import numpy as np
import pytest

from cs231n_lib import layers

SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772  # of SELU
DEFINITIONS = {
    "softplus": lambda x: math.log1p(math.exp(x)),
    "selu": lambda x: SCALE * (x if x > 0 else ALPHA * math.expm1(x)),
    "gelu": lambda x: 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "swish": lambda x: x / (1 + math.exp(-x)),
}
SLOPES_AT_0 = {"softplus": 0.5, "selu": SCALE * ALPHA, "gelu": 0.5, "swish": 0.5}


@pytest.fixture
def x():
    """x (3, 4, 2), away from the kink of SELU at 0."""
    x = np.random.default_rng(0).standard_normal((3, 4, 2))
    return x + 0.01 * np.sign(x)


@pytest.fixture(params=DEFINITIONS)
def name(request):
    return request.param


@pytest.fixture
def layer(name):
    return getattr(layers, f"{name}_forward"), getattr(layers, f"{name}_backward")


def test_the_definition(name, layer, x):
    np.testing.assert_allclose(layer[0](x)[0], np.vectorize(DEFINITIONS[name])(x), rtol=1e-12)


def test_gelu_is_close_to_x_times_the_normal_distribution_function():
    x = np.linspace(-6, 6, 500)
    exact = [value * 0.5 * (1 + math.erf(value / math.sqrt(2))) for value in x]
    np.testing.assert_allclose(layers.gelu_forward(x)[0], exact, atol=5e-4)


def test_selu_keeps_mean_0_and_variance_1():
    out = layers.selu_forward(np.random.default_rng(0).standard_normal(1_000_000))[0]
    # the standard errors are 0.001 for the mean and about 0.002 for the variance; five of them
    assert abs(out.mean()) < 0.005 and abs(out.var() - 1) < 0.01


def test_gradient(layer, x, check_gradients):
    check_gradients(*layer, x)


def test_conduct(layer, x, check_conduct):
    check_conduct(*layer, x)


def test_the_slope_at_exactly_0(name, layer):
    _, cache = layer[0](np.array([0.0, -0.0]))
    np.testing.assert_allclose(layer[1](np.ones(2), cache), [SLOPES_AT_0[name]] * 2, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_values_stay_finite_and_are_those_of_a_line(name, layer, dtype):
    x = np.array([-1e30, -1e4, 1e4, 1e30], dtype=dtype)
    with np.errstate(all="raise", under="ignore"):
        out, cache = layer[0](x)
        dx = layer[1](np.ones(4, dtype), cache)
    scale, below = (SCALE, -SCALE * ALPHA) if name == "selu" else (1, 0)
    np.testing.assert_allclose(out, [below, below, scale * 1e4, scale * 1e30], rtol=1e-6, atol=1e-30)
    np.testing.assert_allclose(dx, [0, 0, scale, scale], rtol=1e-6)


def test_swish_with_another_beta(x, check_gradients):
    assert layers.swish_forward([2.0], beta=0)[0] == [1.0]
    assert layers.swish_forward([2.0], beta=0.5)[0] == pytest.approx([2 / (1 + math.exp(-1))])
    check_gradients(lambda x: layers.swish_forward(x, 0.5), layers.swish_backward, x)


def test_an_upstream_gradient_that_does_not_fit(name, layer, x):
    _, cache = layer[0](x)
    with pytest.raises(ValueError, match=rf"{name}_backward: dout should have shape \(3, 4, 2\), that of out"):
        layer[1](x[0], cache)
