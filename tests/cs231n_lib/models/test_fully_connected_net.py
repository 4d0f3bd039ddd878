import numpy as np
import pytest

from cs231n_lib.initializers import he
from cs231n_lib.models import FullyConnectedNet, TwoLayerNet

X, y = np.random.default_rng(0).standard_normal((7, 2, 3)), np.random.default_rng(1).integers(4, size=7)


@pytest.mark.parametrize("normalization", [None, "batchnorm", "layernorm"])
@pytest.mark.parametrize("keep", [1, 0.7])
@pytest.mark.parametrize("hidden_dims", [[], [5], [5, 6, 4]], ids=str)
def test_gradients(check_gradients, randomize, hidden_dims, keep, normalization):
    net = FullyConnectedNet(hidden_dims, 6, 4, keep, normalization, reg=0.1, dtype=np.float64, seed=3)
    randomize(net, seed=2)
    # batch normalization cancels a shift of its inputs
    biases = [f"b{i}" for i in range(1, len(hidden_dims) + 1)]
    check_gradients(net, X, y, zero=biases if normalization == "batchnorm" else ())


def test_one_hidden_layer_is_the_two_layer_net(randomize):
    net, other = FullyConnectedNet([5], 6, 4, reg=0.1), TwoLayerNet(6, 5, 4, reg=0.1, dtype=np.float32)
    randomize(net)
    other.params = net.params
    np.testing.assert_array_equal(net.loss(X), other.loss(X))
    assert net.loss(X, y)[0] == other.loss(X, y)[0]


def test_shapes_and_first_weights():
    net = FullyConnectedNet([200, 100], 300, 5, normalization="layernorm", weight_scale=0.2, seed=0)
    assert {name: array.shape for name, array in net.params.items()} == {
        "W1": (300, 200),
        "b1": (200,),
        "gamma1": (200,),
        "beta1": (200,),
        "W2": (200, 100),
        "b2": (100,),
        "gamma2": (100,),
        "beta2": (100,),
        "W3": (100, 5),
        "b3": (5,),
    }
    assert net.params["W1"].std() == pytest.approx(0.2, rel=0.02)
    assert (net.params["gamma2"] == 1).all() and not net.params["beta2"].any() and not net.params["b3"].any()


def test_weights_of_an_initializer():
    net = FullyConnectedNet([200], 300, 5, weight_scale=he, seed=0)
    assert net.params["W1"].std() == pytest.approx((2 / 300) ** 0.5, rel=0.02)
    assert net.params["W1"].dtype == np.float32


def test_dropout_leaves_the_first_weights_as_they_are():
    one, other = (FullyConnectedNet([5], 6, 4, keep, seed=0) for keep in (1, 0.5))
    np.testing.assert_array_equal(one.params["W1"], other.params["W1"])


@pytest.mark.parametrize("keep", [0.5, 0.8])
def test_the_kept_fraction(keep):
    net = FullyConnectedNet([2000], 6, 1, keep, dtype=np.float64, seed=0)
    net.params |= {"b1": np.ones(2000), "W1": np.zeros((6, 2000)), "W2": np.ones((2000, 1))}
    _, grads = net.loss(X[:1], [0])
    _, cache = net._forward(X[:1], "train")
    assert cache[1][0].astype(bool).mean() == pytest.approx(keep, abs=0.03)
    assert net.loss(X[:1]) == 2000  # at test time, all units are kept, unscaled
    assert grads["W2"].shape == (2000, 1)


def test_masks_of_two_layers_differ():
    net = FullyConnectedNet([50, 50], 6, 4, 0.5, seed=0)
    net.loss(X, y)
    _, caches = net._forward(X.astype(np.float32), "train")
    assert not np.array_equal(caches[1][0], caches[3][0])


def losses(net, after_step=False):
    found = []
    for _ in range(3):
        found.append(float(net.loss(X, y)[0]))
        if after_step:
            net.after_step()
    return found


def masked_net(seed):
    return FullyConnectedNet([50], 6, 4, 0.5, weight_scale=1.0, seed=seed)


def test_a_number_as_seed_keeps_the_masks_until_a_step_is_made():
    net = masked_net(seed=0)
    assert len(set(losses(net))) == 1
    assert len(set(losses(net, after_step=True))) == 3


@pytest.mark.parametrize("seed", [None, np.random.default_rng(0)], ids=["None", "Generator"])
def test_other_seeds_give_new_masks_every_time(seed):
    assert len(set(losses(masked_net(seed)))) == 3


def test_masks_are_repeatable():
    assert losses(masked_net(3), after_step=True) == losses(masked_net(3), after_step=True)
    assert losses(masked_net(np.random.default_rng(3))) == losses(masked_net(np.random.default_rng(3)))


def test_batch_normalization_uses_the_running_averages_at_test_time(randomize):
    net = randomize(FullyConnectedNet([5], 6, 4, normalization="batchnorm", dtype=np.float64))
    for _ in range(200):
        net.loss(X, y)
    p, rows = net.params, X.reshape(7, 6)
    hidden = rows @ p["W1"] + p["b1"]
    hidden = (hidden - hidden.mean(axis=0)) / np.sqrt(hidden.var(axis=0) + 1e-5)  # the averages so far
    hidden = np.maximum(hidden * p["gamma1"] + p["beta1"], 0)
    np.testing.assert_allclose(net.loss(X), hidden @ p["W2"] + p["b2"], rtol=1e-6)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"hidden_dims": [5, 0]}, "FullyConnectedNet: each size in hidden_dims should be an integer of at least 1"),
        ({"input_dim": 0}, "FullyConnectedNet: input_dim should be an integer of at least 1, but is 0"),
        ({"num_classes": 0}, "FullyConnectedNet: num_classes should be an integer of at least 1, but is 0"),
        ({"weight_scale": -1}, "FullyConnectedNet: weight_scale should be a number of at least 0, but is -1"),
        ({"seed": -1}, "FullyConnectedNet: seed should be a np.random.Generator"),
        ({"dtype": -1}, "FullyConnectedNet: dtype should be float32 or float64, but is -1"),
        ({"dropout_keep_ratio": 0}, "FullyConnectedNet: dropout_keep_ratio should be a number above 0 and at most 1"),
        ({"normalization": "batch"}, "normalization should be None or 'batchnorm' or 'layernorm', but is 'batch'"),
    ],
)
def test_settings_that_do_not_fit(options, message):
    with pytest.raises(ValueError, match=message):
        FullyConnectedNet(**({"hidden_dims": [5]} | options))


def test_a_state_of_another_net():
    net = FullyConnectedNet([5], 6, 4, 0.5, "batchnorm", seed=0)
    other = FullyConnectedNet([6], 6, 4, 0.5, "batchnorm", seed=0)
    other.loss(X, y)
    with pytest.raises(ValueError, match="load_state: bn1/running_mean .* comes from a different net"):
        net.load_state(other.state())
    with pytest.raises(ValueError, match="1 dropout layers"):
        net.load_state({})


def test_hidden_dims_that_are_no_list():
    with pytest.raises(TypeError, match=r"FullyConnectedNet: hidden_dims should be a list .* but is 100"):
        FullyConnectedNet(100)
