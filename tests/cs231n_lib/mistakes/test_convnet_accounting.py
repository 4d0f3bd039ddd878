"""What is right, against the library's layers; and some mistakes, against what they give by hand."""

import itertools

import numpy as np
import pytest

from cs231n_lib.layers import conv_backward_fast, conv_forward_fast, max_pool_forward_fast
from cs231n_lib.mistakes import convnet_accounting as known

CONVOLUTIONS = [
    ((2, 7, 9), 3, 3, 2, 1, 1),
    ((3, 8, 5), 4, 2, 1, 0, 2),
    ((1, 9, 9), 2, 1, 3, 2, 4),
    ((2, 6, 7), 5, 5, 1, 2, 1),
]


def given_by(mistakes, id):
    """All that the mistakes of this id give."""
    values = [v for m in mistakes if m.id == f"convnet_accounting.{id}" for v in m.gives.values()]
    return [value() if callable(value) else value for value in values]


@pytest.mark.parametrize("case", CONVOLUTIONS)
def test_the_cost_of_a_convolution_is_that_of_the_librarys(case):
    x_shape, num_filters, field, stride, pad, dilation = case
    w, b = np.ones((num_filters, x_shape[0], field, field)), np.ones(num_filters)
    conv_param = {"stride": stride, "pad": pad, "dilation": dilation}
    out, _ = conv_forward_fast(np.ones((1, *x_shape)), w, b, conv_param)
    cost = known.right_cost(*case)
    assert (cost["out_shape"], cost["params"], cost["values"]) == (out.shape[1:], w.size + b.size, out.size)
    assert cost["macs"] == out.size * w[0].size


def test_a_filter_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="fit"):
        known.right_cost((3, 4, 9), 2, 5, 1, 0)


def test_the_rows_of_a_net_have_the_shapes_of_the_librarys_layers():
    layers = [("conv", 4, 3, 2, 1), ("pool", 3, 2, 1), ("conv", 5, 2, 1, 0, 2), ("fc", 7)]
    x = np.ones((1, 3, 17, 22))
    shapes = [x.shape[1:]]
    for kind, *sizes in layers[:3]:
        if kind == "pool":
            pool_param = {"pool_height": sizes[0], "pool_width": sizes[0], "stride": sizes[1], "pad": sizes[2]}
            x, _ = max_pool_forward_fast(x, pool_param)
        else:
            num_filters, field, stride, pad, dilation = (*sizes, 1)[:5]
            w = np.ones((num_filters, x.shape[1], field, field))
            x, _ = conv_forward_fast(x, w, None, {"stride": stride, "pad": pad, "dilation": dilation})
        shapes.append(x.shape[1:])
    rows = known.right_rows((3, 17, 22), layers)
    assert [row["out_shape"] for row in rows] == [*shapes, (7,)]
    assert (rows[-1]["params"], rows[-1]["macs"]) == (7 * x.size + 7, 7 * x.size)


@pytest.mark.parametrize(
    "layers",
    [
        [("conv", 1, 3, 1, 0), ("conv", 1, 3, 2, 0), ("conv", 1, 2, 1, 0)],
        [("conv", 1, 2, 2, 0, 3), ("conv", 1, 3, 1, 0, 2)],
        [],
    ],
)
def test_the_receptive_field_is_where_the_gradient_of_a_unit_is_not_zero(layers):
    x, caches = np.ones((1, 1, 40, 40)), []
    for _, _, field, stride, _, dilation in ((*layer, 1)[:6] for layer in layers):
        conv_param = {"stride": stride, "pad": 0, "dilation": dilation}
        x, cache = conv_forward_fast(x, np.ones((1, 1, field, field)), None, conv_param)
        caches.append(cache)
    gradient = np.zeros_like(x)
    gradient[0, 0, x.shape[2] // 2, x.shape[3] // 2] = 1
    for cache in reversed(caches):
        gradient, _, _ = conv_backward_fast(gradient, cache)
    rows = np.flatnonzero(gradient[0, 0].any(axis=1))
    assert known.right_field(layers) == np.ptp(rows) + 1


def test_a_field_that_grows_after_the_jump():
    layers = [("conv", 8, 3, 2, 1), ("pool", 2, 2)]
    assert given_by(known.fields(layers), "jump_too_early") == [1 + 2 * 2 + 1 * 4]
    assert given_by(known.fields(layers), "jump_ignored") == [4]


def test_the_mistakes_of_a_dilation():
    case = ((3, 9, 10), 4, 3, 1, 0, 2)
    assert given_by(known.dilated("params")(*case), "gaps_have_weights") == [4 * (3 * 25 + 1)]
    assert given_by(known.dilated("out_shape")(*case), "dilation_ignored") == [(4, 7, 8)]


def test_a_dilated_filter_with_zeros_behind_or_copies():
    w = np.arange(1.0, 5.0).reshape(1, 1, 2, 2)
    (behind,) = given_by(known.dilated_filter(w, 2), "zeros_behind")
    assert behind[0, 0].tolist() == [[1, 0, 2, 0], [0, 0, 0, 0], [3, 0, 4, 0], [0, 0, 0, 0]]
    copies, cut = given_by(known.dilated_filter(w, 2), "weights_repeated")
    assert copies[0, 0].tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
    assert cut.shape == (1, 1, 3, 3)


def test_the_gradient_with_filters_that_are_not_flipped():
    dout, w = np.array([[[[2.0, 5.0]]]]), np.array([[[[10.0, 1.0]]]])
    found = given_by(known.conv_dx(dout, w, 0), "dx_not_flipped")
    assert any(np.allclose(value, [2.0, 25.0, 50.0]) for value in found)  # (10, 1) over (0, 2, 5, 0)


def test_a_1x1_convolution_with_transposed_weights():
    x, b = np.array([[[[1.0]], [[2.0]]]]), np.zeros(2)
    w = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(2, 2, 1, 1)
    (found,) = given_by(known.conv_1x1(x, w, b), "mix_transposed")
    assert found.ravel().tolist() == [7, 10]


def vgg(repeats=(2, 2, 3, 3, 3)):
    blocks = zip((64, 128, 256, 512, 512), repeats, strict=True)
    layers = [[*[("conv", filters, 3, 1, 1)] * count, ("pool", 2, 2)] for filters, count in blocks]
    return [*itertools.chain(*layers), ("fc", 4096), ("fc", 4096), ("fc", 1000)]


def test_vgg16_has_no_problem_and_vgg19_has():
    assert known.vgg_problem(vgg(), ["conv"]) is None and known.vgg_problem(vgg(), ["pool", "fc"]) is None
    assert "16 convolutions" in known.vgg_problem(vgg((2, 2, 4, 4, 4)), ["conv"])


@pytest.mark.parametrize("layers", [None, [], "conv", [("conv", 3)], [("relu",)], [("fc", 10.0)], [[]]])
def test_what_is_no_list_of_layers_is_told(layers):
    assert known.vgg_problem(layers, ["conv"]) == known.design_problem(layers, "form") == known.NOT_LAYERS


def test_the_limits_of_a_design():
    net = [("conv", 16, 3, 1, 1), ("pool", 2, 2)] * 3 + [("conv", 16, 3, 1, 1), ("fc", 10)]
    assert [known.design_problem(net, what) for what in ("form", "cost", "field")] == [None] * 3
    assert "at most 80,000" in known.design_problem([*net[:-2], ("conv", 512, 3, 1, 1), ("fc", 10)], "cost")
    assert "sees 22 pixels" in known.design_problem([*net[:-2], ("conv", 16, 1, 1, 0), ("fc", 10)], "field")
    assert "too small" in known.design_problem([("pool", 0, 2), *net], "form")
