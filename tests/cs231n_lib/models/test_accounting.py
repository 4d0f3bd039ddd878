import numpy as np
import pytest

from cs231n_lib import models
from cs231n_lib.models import (
    ConvNet,
    FullyConnectedNet,
    LinearSoftmax,
    ResNet,
    ThreeLayerConvNet,
    TwoLayerNet,
    WhitenedConvNet,
    net_cost,
)
from cs231n_lib.models.network import Network


def trained_classifier():
    classifier = LinearSoftmax()
    classifier.W = np.zeros((12, 3))
    return classifier


NETS = [
    TwoLayerNet(input_dim=12, hidden_dim=5, num_classes=3),
    FullyConnectedNet([4] * 11, input_dim=12, num_classes=3, normalization="batchnorm"),
    FullyConnectedNet([20], input_dim=12, normalization="layernorm", dropout_keep_ratio=0.5),
    FullyConnectedNet([], input_dim=12),
    ThreeLayerConvNet((3, 9, 6), num_filters=4, filter_size=3, hidden_dim=5),
    ConvNet((3, 8, 12), ((4, 5), (6,)), dropout_keep_ratio=0.5),
    ConvNet((1, 8, 8), ((4,),), filter_size=5, global_average=True),
    ResNet((3, 8, 12), (4, 6), 2),
    ResNet((3, 9, 8), (4, 6), 1, shortcuts=False),
    WhitenedConvNet((3, 9, 8), (4, 6)),
]


@pytest.mark.parametrize("net", NETS, ids=lambda net: type(net).__name__)
def test_every_parameter_is_counted_once(net):
    assert net_cost(net).params == sum(array.size for array in net.params.values())
    named = [name for layer in net.layer_list() for name in layer.params]
    assert sorted(named) == sorted(net.params)


def test_every_net_of_the_library_is_tested_here():
    nets = [value for name in models.__all__ if isinstance(value := getattr(models, name), type)]
    assert {net for net in nets if issubclass(net, Network)} <= {type(net) for net in NETS}


@pytest.mark.parametrize("net", NETS, ids=lambda net: type(net).__name__)
def test_the_shapes_are_those_of_the_forward_pass(net):
    """The last layer puts out the scores, and each affine layer weighs what the layer before puts out."""
    layers = net.layer_list()
    shape = net.input_dim if isinstance(net.input_dim, tuple) else (net.input_dim,)
    assert layers[0].kind == "input" and layers[0].out_shape == shape
    assert layers[-1].out_shape == net.loss(np.zeros((1, *shape))).shape[1:]
    for before, layer in zip(layers, layers[1:], strict=False):
        (weights,) = [array for name, array in layer.params.items() if name.startswith("W")] or [None]
        if layer.kind == "affine":
            assert weights.shape == (np.prod(before.out_shape), *layer.out_shape)
        elif layer.kind == "conv":
            assert (weights.shape[1], weights.shape[0]) == (before.out_shape[0], layer.out_shape[0])


def test_a_convolutional_net_by_hand():
    # 6 filters of 5x5 on 8x10 pixels with 3 channels, pooled to 4x5; 6 * 20 = 120 inputs
    cost = net_cost(ThreeLayerConvNet((3, 8, 10), num_filters=6, filter_size=5, hidden_dim=7, num_classes=4))
    assert [layer.kind for layer in cost.layers] == ["input", "conv", "max pool", "affine", "affine"]
    assert [layer.params for layer in cost.layers] == [0, 456, 0, 847, 32]
    assert [layer.values for layer in cost.layers] == [240, 480, 120, 7, 4]
    assert [layer.macs for layer in cost.layers] == [0, 480 * 75, 0, 840, 28]
    assert (cost.params, cost.values, cost.macs) == (1335, 851, 36868)


def test_vgg16():
    """Net D of the paper, whose convolutions have biases; those of ConvNet have gamma and beta instead."""
    blocks = ((64, 64), (128, 128), (256,) * 3, (512,) * 3, (512,) * 3)
    cost = net_cost(ConvNet((3, 224, 224), blocks, num_classes=10, global_average=True))
    convolutions = [layer for layer in cost.layers if layer.kind == "conv"]
    num_filters = 2 * 64 + 2 * 128 + 3 * 256 + 6 * 512
    assert sum(layer.params for layer in convolutions) == 14_714_688 + num_filters
    assert sum(layer.macs for layer in convolutions) == 15_346_630_656
    assert cost.values == 15_237_608 - (4096 + 4096 + 1000) + 512 + 10  # the means and the scores instead


def test_a_linear_classifier():
    cost = net_cost(trained_classifier())
    assert (cost.params, cost.values, cost.macs) == (36, 15, 36)
    with pytest.raises(ValueError, match="LinearSoftmax has no weights yet"):
        net_cost(LinearSoftmax())


def test_a_model_without_layers_is_refused():
    with pytest.raises(TypeError, match="KNearestNeighbor has no layers"):
        net_cost(models.KNearestNeighbor())


def test_the_table_has_a_line_for_each_layer():
    cost = net_cost(TwoLayerNet(input_dim=3072, hidden_dim=50, num_classes=10))
    assert str(cost).splitlines() == [
        "layer   output  parameters  values  multiplications",
        "input     3072           0   3,072                0",
        "affine      50     153,650      50          153,600",
        "affine      10         510      10              500",
        "total              154,160   3,132          154,100",
    ]
