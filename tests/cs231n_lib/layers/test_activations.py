import math

import numpy as np
import pytest

from cs231n_lib import layers

DEFINITIONS = {
    "leaky_relu": lambda x: x if x > 0 else 0.01 * x,
    "elu": lambda x: x if x > 0 else math.exp(x) - 1,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
}
SLOPES_AT_0 = {"leaky_relu": 0.01, "elu": 1, "sigmoid": 0.25, "tanh": 1}


@pytest.fixture
def x():
    """x (3, 4, 2), away from the kink at 0."""
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


def test_gradient(layer, x, check_gradients):
    check_gradients(*layer, x)


def test_conduct(layer, x, check_conduct):
    check_conduct(*layer, x)


def test_the_slope_at_exactly_0(name, layer):
    _, cache = layer[0](np.array([0.0, -0.0]))
    np.testing.assert_array_equal(layer[1](np.ones(2), cache), [SLOPES_AT_0[name]] * 2)


def test_huge_values(name, layer):
    x = np.array([-1e4, 1e4])
    with np.errstate(all="raise", under="ignore"):
        out, cache = layer[0](x)
        dx = layer[1](np.ones(2), cache)
    assert np.isfinite(out).all() and np.isfinite(dx).all()


@pytest.mark.parametrize("shape", [(), (0, 3), (5,)])
def test_any_shape(layer, shape):
    out, cache = layer[0](np.ones(shape))
    assert out.shape == layer[1](np.ones(shape), cache).shape == shape


def test_an_upstream_gradient_that_does_not_fit(name, layer, x):
    _, cache = layer[0](x)
    with pytest.raises(ValueError, match=rf"{name}_backward: dout should have shape \(3, 4, 2\), that of out"):
        layer[1](x[0], cache)


@pytest.mark.parametrize("name, alpha", [("leaky_relu", 0.3), ("leaky_relu", -2), ("elu", 0.5)])
def test_another_alpha(name, alpha, x, check_gradients):
    forward = getattr(layers, f"{name}_forward")
    below = math.expm1(-2) if name == "elu" else -2
    assert forward([-2.0, 3.0], alpha)[0] == pytest.approx([alpha * below, 3])
    check_gradients(lambda x: forward(x, alpha), getattr(layers, f"{name}_backward"), x)


@pytest.mark.parametrize(
    "name, alpha, message",
    [
        ("leaky_relu", "0.1", "leaky_relu_forward: alpha should be a number, but is '0.1'"),
        ("elu", 0, "elu_forward: alpha should be a number above 0, but is 0"),
    ],
)
def test_an_alpha_that_does_not_fit(name, alpha, message):
    with pytest.raises(ValueError, match=message):
        getattr(layers, f"{name}_forward")(np.ones(2), alpha)


def test_elu_near_0_keeps_its_digits():
    assert layers.elu_forward(np.array([-1e-12]))[0] == pytest.approx([-1e-12], rel=1e-9, abs=0)


@pytest.mark.parametrize("pieces", [1, 2, 3, 6])
def test_maxout(pieces, check_gradients, check_conduct):
    x = np.random.default_rng(0).permutation(24).reshape(4, 6) / 10
    out, _ = layers.maxout_forward(x, pieces)
    assert out.tolist() == [[max(row[i : i + pieces]) for i in range(0, 6, pieces)] for row in x.tolist()]
    check_gradients(lambda x: layers.maxout_forward(x, pieces), layers.maxout_backward, x)
    check_conduct(lambda x: layers.maxout_forward(x, pieces), layers.maxout_backward, x)


def test_maxout_gives_a_tie_to_the_first():
    _, cache = layers.maxout_forward([[1.0, 2.0, 2.0]], 3)
    assert layers.maxout_backward([[5.0]], cache).tolist() == [[0, 5, 0]]


def test_maxout_of_no_examples():
    out, cache = layers.maxout_forward(np.ones((0, 6)), 3)
    assert out.shape == (0, 2) and layers.maxout_backward(out, cache).shape == (0, 6)


def test_maxout_refuses_a_width_that_does_not_divide():
    with pytest.raises(ValueError, match=r"a multiple of pieces=4 columns, but has \(2, 6\)"):
        layers.maxout_forward(np.ones((2, 6)), 4)


def test_maxout_refuses_pieces_below_1():
    with pytest.raises(ValueError, match="maxout_forward: pieces should be an integer of at least 1, but is 0"):
        layers.maxout_forward(np.ones((2, 6)), 0)


def test_maxout_refuses_an_upstream_gradient_that_does_not_fit():
    _, cache = layers.maxout_forward(np.ones((2, 6)), 3)
    with pytest.raises(ValueError, match=r"maxout_backward: dout should have shape \(2, 2\), that of out"):
        layers.maxout_backward(np.ones((2, 6)), cache)


def test_maxout_refuses_what_is_no_rows():
    with pytest.raises(ValueError, match=r"maxout_forward: .* but has \(2, 6, 3\)"):
        layers.maxout_forward(np.ones((2, 6, 3)), 3)


@pytest.mark.parametrize("alpha", [0.3, np.array([0.3, -0.5, 0.0, 2.0])], ids=["one slope", "a slope for each feature"])
def test_prelu(x, alpha, check_gradients, check_conduct):
    out, _ = layers.prelu_forward(x, alpha)
    slopes = np.broadcast_to(alpha, 4)
    for n, d, k in np.ndindex(x.shape):
        assert out[n, d, k] == (x[n, d, k] if x[n, d, k] > 0 else slopes[d] * x[n, d, k])
    check_gradients(layers.prelu_forward, layers.prelu_backward, x, np.asarray(alpha))
    check_conduct(layers.prelu_forward, layers.prelu_backward, x, np.broadcast_to(alpha, 4).copy())


def test_prelu_at_0_has_the_slope_alpha():
    _, cache = layers.prelu_forward(np.zeros((1, 2)), 0.25)
    dx, dalpha = layers.prelu_backward(np.ones((1, 2)), cache)
    assert dx.tolist() == [[0.25, 0.25]] and dalpha == 0


@pytest.mark.parametrize("alpha", [np.ones(3), np.ones((1, 4, 1))])
def test_a_slope_that_does_not_fit_is_refused(x, alpha):
    with pytest.raises(ValueError, match=r"prelu_forward: alpha should be a number or have shape \(D,\)"):
        layers.prelu_forward(x, alpha)
