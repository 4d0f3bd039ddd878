import numpy as np
import pytest

from cs231n_lib.layers import relu_backward, relu_forward


@pytest.fixture
def x():
    """x (3, 4, 2), away from the kink at 0."""
    x = np.random.default_rng(0).standard_normal((3, 4, 2))
    return x + 0.01 * np.sign(x)


def test_the_definition(x):
    np.testing.assert_array_equal(relu_forward(x)[0], np.vectorize(lambda value: max(0.0, value))(x))


def test_gradient(x, check_gradients):
    check_gradients(relu_forward, relu_backward, x)


def test_conduct(x, check_conduct):
    check_conduct(relu_forward, relu_backward, x)


def test_the_slope_at_exactly_0_is_0():
    _, cache = relu_forward(np.array([0.0, -0.0]))
    np.testing.assert_array_equal(relu_backward(np.ones(2), cache), [0, 0])


@pytest.mark.parametrize("shape", [(), (0, 3), (5,)])
def test_any_shape(shape):
    out, cache = relu_forward(np.ones(shape))
    assert out.shape == relu_backward(np.ones(shape), cache).shape == shape


def test_an_upstream_gradient_that_does_not_fit(x):
    _, cache = relu_forward(x)
    with pytest.raises(ValueError, match=r"relu_backward: dout should have shape \(3, 4, 2\), that of out"):
        relu_backward(x[0], cache)
