import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs231n_lib.layers import (
    avg_pool_backward_naive,
    avg_pool_forward_naive,
    max_pool_backward_naive,
    max_pool_forward_naive,
)

LAYERS = {
    "max": (max_pool_forward_naive, max_pool_backward_naive),
    "average": (avg_pool_forward_naive, avg_pool_backward_naive),
}
PARAMS = [
    {"pool_height": 2, "pool_width": 2, "stride": 2},
    {"pool_height": 3, "pool_width": 2, "stride": (2, 1), "pad": 1},
    {"pool_height": 1, "pool_width": 4, "stride": 3},
]


@pytest.fixture(params=LAYERS)
def layer(request):
    return LAYERS[request.param]


@pytest.fixture
def x():
    """(2, 2, 5, 6), all values different by at least 0.01."""
    return np.random.default_rng(0).permutation(120).reshape(2, 2, 5, 6) / 100 - 0.6


def cells(x_shape, pool_param, i, j):
    """Yield the pixels of window (i, j), one at a time."""
    (sh, sw), (ph, pw) = pool_param["stride"], pool_param["pad"]
    for k, m in itertools.product(range(pool_param["pool_height"]), range(pool_param["pool_width"])):
        row, column = i * sh - ph + k, j * sw - pw + m
        if 0 <= row < x_shape[2] and 0 <= column < x_shape[3]:
            yield row, column


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_the_definition(pool_cases, data):
    x, pool_param = data.draw(pool_cases)
    largest, _ = max_pool_forward_naive(x, pool_param)
    average, _ = avg_pool_forward_naive(x, pool_param)
    assert largest.dtype == average.dtype == x.dtype
    for n, c, i, j in np.ndindex(largest.shape):
        values = [float(x[n, c, row, column]) for row, column in cells(x.shape, pool_param, i, j)]
        assert largest[n, c, i, j] == max(values)
        size = pool_param["pool_height"] * pool_param["pool_width"]
        assert average[n, c, i, j] == pytest.approx(sum(values) / size, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("pool_param", PARAMS, ids=str)
def test_gradient(layer, x, pool_param, check_gradients):
    forward, backward = layer
    check_gradients(lambda x: forward(x, pool_param), backward, x)


def test_conduct(layer, x, check_conduct):
    forward, backward = layer
    check_conduct(lambda x: forward(x, PARAMS[1]), backward, x)


def test_windows_that_reach_the_edge(layer, x):
    assert layer[0](x, {"pool_height": 2, "pool_width": 2, "stride": 2})[0].shape == (2, 2, 2, 3)
    assert layer[0](x, {"pool_height": 5, "pool_width": 6, "stride": 9})[0].shape == (2, 2, 1, 1)


def test_of_equal_values_the_first_gets_the_gradient():
    x = np.array([[[[0.0, 7, 1], [7, 7, 2]]]])
    _, cache = max_pool_forward_naive(x, {"pool_height": 2, "pool_width": 3, "stride": 1})
    assert max_pool_backward_naive(np.full((1, 1, 1, 1), 5.0), cache).tolist() == [[[[0, 5, 0], [0, 0, 0]]]]


def test_overlapping_windows_add_up():
    x = np.array([[[[0.0, 7, 1]]]])
    _, cache = max_pool_forward_naive(x, {"pool_height": 1, "pool_width": 2, "stride": 1})
    assert max_pool_backward_naive(np.array([[[[3.0, 4.0]]]]), cache).tolist() == [[[[0, 7, 0]]]]


def test_nan_wins():
    x = np.array([[[[9.0, np.nan, np.nan, -np.inf]]]])
    out, cache = max_pool_forward_naive(x, {"pool_height": 1, "pool_width": 4, "stride": 1})
    assert np.isnan(out).all()
    assert max_pool_backward_naive(np.ones((1, 1, 1, 1)), cache).tolist() == [[[[0, 1, 0, 0]]]]


def test_padding_never_wins():
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2, "pad": 1}
    x = np.full((1, 1, 2, 2), -np.inf)
    out, cache = max_pool_forward_naive(x, pool_param)
    assert out.tolist() == [[[[-np.inf] * 2] * 2]]
    assert max_pool_backward_naive(np.ones((1, 1, 2, 2)), cache).tolist() == [[[[1, 1], [1, 1]]]]


def test_padding_counts_in_an_average():
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2, "pad": 1}
    assert avg_pool_forward_naive(np.full((1, 1, 2, 2), 8.0), pool_param)[0].tolist() == [[[[2, 2], [2, 2]]]]


@pytest.mark.parametrize("shape", [(0, 3, 4, 4), (2, 0, 4, 4)])
def test_no_images_or_no_channels(layer, shape):
    out, cache = layer[0](np.ones(shape), {"pool_height": 2, "pool_width": 2, "stride": 2})
    assert out.shape == (*shape[:2], 2, 2) and layer[1](out, cache).shape == shape


@pytest.mark.parametrize(
    "x_shape, change, message",
    [
        ((5, 6), {}, r"x should have shape \(N, C, H, W\), but has \(5, 6\)"),
        ((2, 3, 0, 4), {"pad": 1}, r"x should have shape \(N, C, H, W\) with H and W of at least 1, but has \(2, 3, 0"),
        ((2, 3, 4, 0), {"pad": 1}, r"x should have shape \(N, C, H, W\) with H and W of at least 1, but has \(2, 3, 4"),
        (
            (1, 1, 5, 6),
            {"pool_height": 6},
            r"pool_height=6 does not fit: the image is only 5 high with its padding of 0\.$",
        ),
        ((1, 1, 5, 6), {"stride": 0}, "stride should be an integer of at least 1, but is 0"),
        ((1, 1, 5, 6), {"pool_size": 2}, "pool_param has an unknown key 'pool_size'; it should have 'pool_height'"),
    ],
)
def test_arguments_that_do_not_fit(layer, x_shape, change, message):
    with pytest.raises(ValueError, match=f"{layer[0].__name__}: {message}"):
        layer[0](np.ones(x_shape), {"pool_height": 2, "pool_width": 3, "stride": 1} | change)


def test_a_window_of_nothing_but_padding():
    x, pool_param = np.ones((1, 1, 1, 2)), {"pool_height": 1, "pool_width": 2, "stride": 1, "pad": (0, 3)}
    out, cache = avg_pool_forward_naive(x, pool_param)
    assert out.tolist() == [[[[0, 0, 0.5, 1, 0.5, 0, 0]]]]
    assert avg_pool_backward_naive(np.array([[[[9.0, 9, 1, 2, 3, 9, 9]]]]), cache).tolist() == [[[[1.5, 2.5]]]]
    upright = {"pool_height": 2, "pool_width": 1, "stride": 1, "pad": (3, 0)}
    assert avg_pool_forward_naive(np.ones((1, 1, 2, 1)), upright)[0].ravel().tolist() == out.ravel().tolist()
    with pytest.raises(
        ValueError,
        match=r"max_pool_forward_naive: pad should be smaller than the window of 1x2, so that "
        r"every window holds a pixel, but is \(0, 3\)",
    ):
        max_pool_forward_naive(x, pool_param)


def test_an_upstream_gradient_that_does_not_fit(layer, x):
    _, cache = layer[0](x, PARAMS[0])
    with pytest.raises(ValueError, match=rf"{layer[1].__name__}: dout should have shape \(2, 2, 2, 3\), that of out"):
        layer[1](np.ones((2, 2, 3, 2)), cache)
