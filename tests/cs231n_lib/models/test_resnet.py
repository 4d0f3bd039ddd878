import numpy as np
import pytest

from cs231n_lib import layers
from cs231n_lib.models import ResNet, net_cost

SMALL = {"input_dim": (2, 5, 4), "stages": (3, 4), "blocks_per_stage": 1, "num_classes": 4, "dtype": np.float64}


@pytest.mark.parametrize("shortcuts", [True, False])
def test_gradients(check_gradients, randomize, shortcuts):
    rng = np.random.default_rng(2)
    net = randomize(ResNet(**SMALL, shortcuts=shortcuts, reg=0.1, seed=0), seed=4)
    check_gradients(net, rng.standard_normal((5, 2, 5, 4)), rng.integers(4, size=5))


@pytest.mark.parametrize("shortcuts", [True, False])
def test_scores_are_those_of_the_single_layers(randomize, shortcuts):
    net = randomize(ResNet(**SMALL, shortcuts=shortcuts))
    X = np.random.default_rng(0).standard_normal((3, 2, 5, 4))
    net.loss(X, [0, 1, 2])
    p, bn = net.params, [{**bn_param, "mode": "test"} for bn_param in net.bn_params]

    def part(maps, i, stride):
        w = p[f"W{i}"]
        maps, _ = layers.conv_forward_naive(maps, w, np.zeros(len(w)), {"stride": stride, "pad": w.shape[2] // 2})
        return layers.spatial_batchnorm_forward(maps, p[f"gamma{i}"], p[f"beta{i}"], bn[i - 1])[0]

    out = np.maximum(part(X, 1, 1), 0)
    out = np.maximum(part(np.maximum(part(out, 2, 1), 0), 3, 1) + out * shortcuts, 0)
    shortcut = part(out, 6, 2) if shortcuts else 0
    out = np.maximum(part(np.maximum(part(out, 4, 2), 0), 5, 1) + shortcut, 0)
    last = 7 if shortcuts else 6
    np.testing.assert_allclose(net.loss(X), out.mean(axis=(2, 3)) @ p[f"W{last}"] + p[f"b{last}"], rtol=1e-9)


def test_the_nets_of_the_paper():
    for n, layers_of_it, parameters in ((3, 20, 0.27e6), (9, 56, 0.85e6)):
        net = ResNet(blocks_per_stage=n)
        assert net.num_layers == layers_of_it
        assert sum(array.size for array in net.params.values()) == pytest.approx(
            parameters, rel=0.03
        )  # He et al., table 6
    plain = ResNet(shortcuts=False)
    assert [plain.params[name].shape for name in ("W8", "W9", "W20")] == [(32, 16, 3, 3), (32, 32, 3, 3), (64, 10)]


@pytest.mark.parametrize("shortcuts", [True, False])
def test_what_it_costs(shortcuts):
    net = ResNet(shortcuts=shortcuts)
    cost = net_cost(net)
    assert cost.params == sum(array.size for array in net.params.values())
    assert cost.macs == pytest.approx(40.8e6, rel=0.02)  # the count for ResNet-20 that is commonly stated
    assert [layer.kind for layer in cost.layers].count("projection") == 2 * shortcuts


def test_the_sizes_of_its_layers(randomize):
    net = randomize(ResNet(**SMALL))
    sizes = [layer.out_shape for layer in net_cost(net).layers]
    assert sizes == [(2, 5, 4), *3 * [(3, 5, 4)], *3 * [(4, 3, 2)], (4,), (4,)]


def test_it_starts_with_hes_weights_and_a_loss_of_log_c():
    net = ResNet((3, 8, 8), (64,), 1, seed=0)
    assert net.params["W2"].std() == pytest.approx((2 / (64 * 9)) ** 0.5, rel=0.03)
    rng = np.random.default_rng(0)
    loss, _ = net.loss(rng.standard_normal((20, 3, 8, 8)), rng.integers(10, size=20))
    assert loss == pytest.approx(np.log(10), abs=0.02)


def test_it_is_saved_with_its_running_averages(tmp_path):
    net, other = ResNet(**SMALL, seed=0), ResNet(**SMALL, seed=1)
    X = np.random.default_rng(0).standard_normal((6, 2, 5, 4))
    net.loss(X, np.arange(6) % 4)
    net.save(tmp_path / "net.npz")
    other.load(tmp_path / "net.npz")
    np.testing.assert_array_equal(other.loss(X), net.loss(X))


@pytest.mark.parametrize(
    "options, message",
    [
        ({"input_dim": (32, 32)}, r"input_dim should be \(channels, height, width\)"),
        ({"stages": ()}, "stages should be a list with the filters of each stage"),
        ({"stages": (16, 0)}, "each number of filters in stages should be an integer of at least 1"),
        ({"blocks_per_stage": 0}, "blocks_per_stage should be an integer of at least 1"),
        ({"weight_scale": -1}, "weight_scale should be a number of at least 0"),
        ({"seed": "a"}, "seed should be a np.random.Generator"),
    ],
)
def test_settings_that_do_not_fit(options, message):
    with pytest.raises(ValueError, match=f"ResNet: {message}"):
        ResNet(**options)
