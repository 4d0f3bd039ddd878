import numpy as np
import pytest

from cs231n_lib.diagnosis import numerical_gradient, rel_error
from cs231n_lib.models import TwoLayerNet


def test_gradients(check_gradients, randomize):
    rng = np.random.default_rng(0)
    net = randomize(TwoLayerNet(6, 5, 4, reg=0.3, dtype=np.float64))
    check_gradients(net, rng.standard_normal((7, 2, 3)), rng.integers(4, size=7))


def test_scores_by_hand():
    net = TwoLayerNet(2, 2, 2, dtype=np.float64)
    net.params = {
        "W1": np.array([[1.0, -1.0], [0.0, 2.0]]),
        "b1": np.array([0.5, 0.0]),
        "W2": np.array([[1.0, 0.0], [2.0, -1.0]]),
        "b2": np.array([0.0, 10.0]),
    }
    # (1, 3): hidden (1.5, 5); (2, 0): hidden (2.5, max(0, -2))
    np.testing.assert_allclose(net.loss([[1, 3], [2, 0]]), [[11.5, 5.0], [2.5, 10.0]])


def test_shapes_and_first_weights():
    net = TwoLayerNet(weight_scale=0.5, rng=0)
    shapes = {name: array.shape for name, array in net.params.items()}
    assert shapes == {"W1": (3072, 100), "b1": (100,), "W2": (100, 10), "b2": (10,)}
    assert net.params["W1"].std() == pytest.approx(0.5, rel=0.01)
    assert net.params["W2"].std() == pytest.approx(0.5, rel=0.1)
    assert not net.params["b1"].any() and not net.params["b2"].any()


@pytest.mark.parametrize(
    "options, message",
    [
        ({"input_dim": (3, 4)}, "TwoLayerNet: input_dim should be an integer of at least 1"),
        ({"input_dim": 0}, "TwoLayerNet: input_dim should be an integer of at least 1, but is 0"),
        ({"hidden_dim": 0}, "TwoLayerNet: hidden_dim should be an integer of at least 1"),
        ({"num_classes": 2.5}, "TwoLayerNet: num_classes should be an integer of at least 1"),
        ({"weight_scale": -1}, "TwoLayerNet: weight_scale should be a number of at least 0, but is -1"),
        ({"rng": -1}, "TwoLayerNet: rng should be a np.random.Generator"),
    ],
)
def test_sizes_that_do_not_fit(options, message):
    with pytest.raises(ValueError, match=message):
        TwoLayerNet(**options)


def test_float64_params_in_a_float32_net_give_a_float64_loss():
    # as in gradient checks with weights set by hand; a loss rounded to float32 would give no useful numerical gradient
    net = TwoLayerNet(input_dim=4, hidden_dim=3, num_classes=2, reg=0.7, rng=0)
    net.params = {name: np.linspace(-0.5, 0.6, array.size).reshape(array.shape) for name, array in net.params.items()}
    X, y = np.linspace(-1, 1, 12).reshape(3, 4), np.array([0, 1, 0])
    loss, grads = net.loss(X, y)
    assert loss.dtype == np.float64

    def at(W1):
        net.params["W1"] = W1
        return net.loss(X, y)[0]

    assert rel_error(grads["W1"], numerical_gradient(at, net.params["W1"])) < 1e-7
