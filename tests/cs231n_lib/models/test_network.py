"""The common behaviour of all nets, tested on each of them."""

import math
import re

import numpy as np
import pytest

from cs231n_lib import optim
from cs231n_lib.layers import svm_loss
from cs231n_lib.models import ConvNet, FullyConnectedNet, ThreeLayerConvNet, TwoLayerNet

IMAGE = (3, 4, 4)


def two_layer(**options):
    return TwoLayerNet(48, 20, 5, **options)


def fully_connected(**options):
    return FullyConnectedNet([30, 20], 48, 5, **options)


def with_batchnorm(**options):
    return FullyConnectedNet([30, 20], 48, 5, normalization="batchnorm", dropout_keep_ratio=0.5, **options)


def three_layer_convnet(**options):
    return ThreeLayerConvNet(IMAGE, 8, 3, 20, 5, **options)


def convnet(**options):
    return ConvNet(IMAGE, ((8, 8), (16,)), 5, dropout_keep_ratio=0.8, **options)


NETS = [two_layer, fully_connected, with_batchnorm, three_layer_convnet, convnet]


@pytest.fixture(params=NETS, ids=lambda net: net.__name__)
def make(request):
    """make(seed=0, reg=.., dtype=.., weight_scale=..): one of the nets, for images (3, 4, 4) and 5 classes."""

    def make(seed=0, **options):
        name = "rng" if request.param in (two_layer, three_layer_convnet) else "seed"
        return request.param(**{name: seed}, **options)

    return make


def examples(N=12, dtype=np.float32, seed=1):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((N, *IMAGE)).astype(dtype), rng.integers(5, size=N)


def train(net, X, y, steps):
    configs = {name: {"learning_rate": 1e-2} for name in net.params}
    for _ in range(steps):
        loss, grads = net.loss(X, y)
        for name in net.params:
            net.params[name], configs[name] = optim.adam(net.params[name], grads[name], configs[name])
        net.after_step()
    return loss


def test_the_first_loss_is_log_c(make):
    X, y = examples(60)
    assert make(weight_scale=1e-3).loss(X, y)[0] == pytest.approx(math.log(5), rel=1e-2)


def test_scores(make):
    X, _ = examples()
    scores = make().loss(X)
    assert scores.shape == (12, 5) and np.isfinite(scores).all()


def test_no_examples_have_no_scores(make):
    assert make().loss(np.zeros((0, *IMAGE))).shape == (0, 5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("given", [np.float32, np.float64, np.uint8])
def test_everything_has_the_type_of_the_net(make, dtype, given):
    X, y = examples(dtype=given)
    net = make(dtype=dtype, reg=np.float64(0.1))
    loss, grads = net.loss(X, y)
    found = [loss, net.loss(X), *net.params.values(), *grads.values()]
    found += [array for bn_param in net.bn_params for array in (bn_param["running_mean"], bn_param["running_var"])]
    assert {array.dtype for array in found} == {np.dtype(dtype)}


def test_float32_unless_told(make):
    """Except the two-layer net, whose gradients students check: it is float64, as in the course's public package."""
    expected = np.float64 if isinstance(make(), TwoLayerNet) else np.float32
    assert {array.dtype for array in make().params.values()} == {np.dtype(expected)}


def test_float32_and_float64_nets_of_one_seed_agree(make, randomize):
    X, y = examples()
    (loss, grads), (loss64, grads64) = (randomize(make(dtype=dtype)).loss(X, y) for dtype in (np.float32, np.float64))
    assert loss == pytest.approx(loss64, rel=1e-5)
    for name in grads:
        np.testing.assert_allclose(grads[name], grads64[name], atol=2e-5 * np.abs(grads64[name]).max() + 1e-7)


def test_regularization_is_the_sum_of_squared_weights_without_biases(make, randomize):
    X, y = examples()
    losses, all_grads = zip(*(randomize(make(reg=reg, dtype=np.float64)).loss(X, y) for reg in (0, 0.5)), strict=True)
    net = randomize(make(dtype=np.float64))
    weights = {name: w for name, w in net.params.items() if name.startswith("W")}
    assert losses[1] - losses[0] == pytest.approx(0.5 * sum(np.sum(w**2) for w in weights.values()))
    for name in net.params:
        np.testing.assert_allclose(
            all_grads[1][name] - all_grads[0][name], weights.get(name, 0) + np.zeros(net.params[name].shape), atol=1e-12
        )


def test_twenty_examples_can_be_learnt_by_heart(make):
    X, y = examples(20)
    net = make()
    train(net, X, y, steps=150)
    assert (net.predict(X) == y).all()


def test_the_inputs_are_not_changed(make):
    X, y = examples()
    X.flags.writeable = y.flags.writeable = False
    net = make()
    for array in net.params.values():
        array.flags.writeable = False
    net.loss(X, y)
    net.loss(X)


def test_any_memory_order(make):
    X, y = examples()
    loss, grads = make().loss(X, y)
    other, other_grads = make().loss(np.asfortranarray(X), y.astype(np.uint8))
    assert other == pytest.approx(loss)
    for name in grads:
        np.testing.assert_allclose(other_grads[name], grads[name], rtol=1e-3, atol=1e-6)


def test_seeds(make):
    first, same, other = make(), make(), make(seed=1)
    for name, array in first.params.items():
        np.testing.assert_array_equal(array, same.params[name])
    assert not np.array_equal(first.params["W1"], other.params["W1"])


def test_test_time_is_not_random_and_leaves_no_trace(make):
    X, y = examples()
    net = make()
    train(net, X, y, steps=3)
    before = net.state()
    np.testing.assert_array_equal(net.loss(X), net.loss(X))
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, before[name])


def test_an_example_gets_the_same_scores_alone_and_in_company(make):
    X, y = examples()
    net = make()
    train(net, X, y, steps=3)
    np.testing.assert_allclose(net.loss(X[:1]), net.loss(X)[:1], rtol=1e-4, atol=1e-5)


def test_predictions_in_batches(make):
    X, y = examples()
    net = make()
    train(net, X, y, steps=3)
    np.testing.assert_array_equal(net.predict(X, batch_size=5), net.loss(X).argmax(axis=1))
    assert net.predict(X[:0]).shape == (0,)


def test_a_saved_net_goes_on_as_if_it_had_not_been_saved(make, tmp_path):
    X, y = examples()
    net, copy = make(), make(seed=7)
    train(net, X, y, steps=3)
    net.save(tmp_path / "net.npz")
    copy.load(tmp_path / "net.npz")
    np.testing.assert_array_equal(copy.loss(X), net.loss(X))
    assert train(copy, X, y, steps=3) == train(net, X, y, steps=3)


def test_a_file_of_another_net_changes_nothing(make, tmp_path):
    other = FullyConnectedNet([7], 48, 5)
    other.save(tmp_path / "other.npz")
    net = make()
    before = dict(net.params)
    with pytest.raises(ValueError, match=r"other\.npz comes from a different model"):
        net.load(tmp_path / "other.npz")
    assert all(net.params[name] is array for name, array in before.items())


@pytest.mark.parametrize("shape", [(12, 3, 4, 5), (12, 47), (12,), ()])
def test_images_of_another_size(make, shape):
    with pytest.raises(ValueError, match=rf"Net\.loss: X should have .* but has (shape )?{re.escape(str(shape))}"):
        make().loss(np.zeros(shape))


@pytest.mark.parametrize(
    "y, message",
    [
        (np.zeros(11, int), r"y should have shape \(12,\)"),
        (np.zeros(12), "y should hold integer class numbers"),
        (np.full(12, 5), "y should hold class numbers 0..4, but holds 5"),
    ],
)
def test_labels_that_do_not_fit_leave_no_trace(make, y, message):
    net = make()
    with pytest.raises(ValueError, match=message):
        net.loss(examples()[0], y)
    assert all("running_mean" not in bn_param for bn_param in net.bn_params)


@pytest.mark.parametrize("dtype", [np.float16, complex, object])
def test_values_that_do_not_fit(make, dtype):
    with pytest.raises(ValueError, match="X should hold integers, float32 or float64"):
        make().loss(np.zeros((2, *IMAGE), dtype))


def test_no_examples_have_no_loss(make):
    with pytest.raises(ValueError, match="X should hold at least one example, but is empty"):
        make().loss(np.zeros((0, *IMAGE)), np.zeros(0, int))


@pytest.mark.parametrize(
    "options, message",
    [
        ({"reg": -1}, "reg should be a number of at least 0"),
        ({"dtype": np.float16}, "dtype should be float32 or float64"),
        ({"reg": math.nan}, "reg should be a number of at least 0"),
        ({"weight_scale": -1}, "scale should be a number of at least 0"),
    ],
)
def test_settings_that_do_not_fit(make, options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)


def test_a_net_without_filters_says_how_many_values_an_example_should_have():
    with pytest.raises(ValueError, match=r"should have 48 values per example, as in \(N, 48\), but has shape \(2, 3\)"):
        two_layer().loss(np.ones((2, 3)))
    assert two_layer().loss(np.ones((2, 48))).shape == two_layer().loss(np.ones((2, 6, 8))).shape == (2, 5)


def test_only_images_whose_channels_come_last_are_told_how_to_move_them():
    net = convnet()
    with pytest.raises(ValueError, match=r"shape \(N, 3, 4, 4\), but has \(2, 4, 4, 3\)\. Use data.to_nchw to move"):
        net.loss(np.ones((2, 4, 4, 3)))
    with pytest.raises(ValueError, match=r"shape \(N, 3, 4, 4\), but has \(2, 3, 4, 5\)\.$"):
        net.loss(np.ones((2, 3, 4, 5)))


@pytest.mark.parametrize("batch_size", [0, 1.5])
def test_a_batch_of_predictions_has_at_least_one_example(make, batch_size):
    with pytest.raises(
        ValueError, match=f"predict: batch_size should be an integer of at least 1, but is {batch_size}"
    ):
        make().predict(examples()[0], batch_size=batch_size)


@pytest.mark.parametrize("net", [TwoLayerNet, ThreeLayerConvNet, ConvNet])
def test_a_net_has_at_least_one_class(net):
    with pytest.raises(ValueError, match=f"{net.__name__}: num_classes should be an integer of at least 1, but is 0"):
        net(num_classes=0)
    assert net(num_classes=1).num_classes == 1


@pytest.mark.parametrize("net", [ThreeLayerConvNet, ConvNet])
def test_sizes_of_images_and_filters(net):
    for sizes in ((0, 8, 8), (3, 8.0, 8)):
        with pytest.raises(
            ValueError, match=f"{net.__name__}: each size in input_dim should be an integer of at least 1"
        ):
            net(input_dim=sizes)
    with pytest.raises(ValueError, match=f"{net.__name__}: filter_size should be an integer of at least 1, but is 0"):
        net(filter_size=0)
    assert net(filter_size=1).params["W1"].shape[2:] == (1, 1)


def test_one_hot_targets_are_labels(make):
    X, y = examples()
    loss, grads = make(dtype=np.float64).loss(X, y)
    soft, soft_grads = make(dtype=np.float64).loss(X, np.eye(5)[y])
    assert soft == pytest.approx(loss)
    for name in grads:
        np.testing.assert_allclose(soft_grads[name], grads[name], atol=1e-12)


def test_the_loss_of_mixed_targets_is_the_mixture(make):
    X, y = examples()
    one, other, mixed = (
        make(dtype=np.float64).loss(X, t)[0] for t in (y, y[::-1], (np.eye(5)[y] + np.eye(5)[y[::-1]]) / 2)
    )
    assert mixed == pytest.approx((one + other) / 2)


def test_another_loss_function(make):
    X, y = examples()
    net, seen = make(), []

    def hinge(scores, y):
        seen.append(scores)
        loss, dscores = svm_loss(scores, y)
        return float(loss), dscores.astype(np.float64)

    net.loss_function = hinge
    loss, grads = net.loss(X, y)
    assert loss == pytest.approx(svm_loss(seen[0], y)[0])
    assert {array.dtype for array in [loss, *grads.values()]} == {net.dtype}
    train(net, X, y, 100)
    assert net.loss(X, y)[0] < 0.3 * loss


def test_a_loss_function_gets_any_labels():
    seen = []

    def loss_function(scores, y):
        seen.append(y)
        return 3, np.zeros(scores.shape)

    X, _ = examples(4)
    net = two_layer()
    net.loss_function = loss_function
    labels = np.ones((4, 2, 3))
    assert net.loss(X, labels)[0] == 3 and seen[0] is labels
    with pytest.raises(ValueError, match=r"TwoLayerNet.loss: y should have shape \(4, 2\), one row for each example"):
        net.loss(X, np.ones((3, 2)))


def test_targets_that_do_not_fit():
    X, _ = examples()
    with pytest.raises(ValueError, match=r"y should have shape \(12, 5\), a target for each class, but has \(12, 4\)"):
        two_layer().loss(X, np.ones((12, 4)))
