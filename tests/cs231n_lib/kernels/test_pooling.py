import itertools
import re
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs231n_lib.kernels import pooling
from cs231n_lib.kernels.implementation import num_threads, set_num_threads
from cs231n_lib.kernels.pooling import avg_pool_backward, avg_pool_forward, max_pool_backward, max_pool_forward

NAN, INF = np.nan, np.inf
rng = np.random.default_rng(0)


def windows(x_shape, fh, fw, stride, pad):
    """Yield for every window its index in the output, and its pixels as (cell, index in the image), row by row."""
    (sh, sw), (ph, pw) = stride, pad
    N, C, H, W = x_shape
    out_h, out_w = (H + 2 * ph - fh) // sh + 1, (W + 2 * pw - fw) // sw + 1
    for n, c, oh, ow in itertools.product(*map(range, (N, C, out_h, out_w))):
        cells = ((i * fw + j, (n, c, oh * sh - ph + i, ow * sw - pw + j)) for i in range(fh) for j in range(fw))
        yield (n, c, oh, ow), [(cell, at) for cell, at in cells if 0 <= at[2] < H and 0 <= at[3] < W]


def max_by_definition(x, dout, *arguments):
    out, winners, dx = np.empty(dout.shape), np.empty(dout.shape, int), np.zeros(x.shape)
    for window, pixels in windows(x.shape, *arguments):
        first = int(np.argmax([x[at] for _, at in pixels]))
        winners[window], at = pixels[first]
        out[window] = x[at]
        dx[at] += dout[window]
    return out, winners, dx


def average_by_definition(x, dout, *arguments):
    out, dx = np.zeros(dout.shape), np.zeros(x.shape)
    for window, pixels in windows(x.shape, *arguments):
        for _, at in pixels:
            out[window] += x[at] / (arguments[0] * arguments[1])
            dx[at] += dout[window] / (arguments[0] * arguments[1])
    return out, dx


@st.composite
def cases(draw):
    """x with few different values, including NaN and infinities; dout; and a window that fits."""

    def pair(low, high):
        return draw(st.tuples(st.integers(low, high), st.integers(low, high)))

    field, stride = pair(1, 4), pair(1, 5)
    pad = tuple(draw(st.integers(0, size - 1)) for size in field)
    size = [draw(st.integers(max(1, f - 2 * p), f + 9)) for f, p in zip(field, pad, strict=True)]
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values = draw(st.sampled_from([[0, 1, 2], [-INF, 0], [-INF, INF, 0, NAN], [-INF, -3]]))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    x = numbers.choice(values, (draw(st.integers(1, 3)), draw(st.integers(1, 3)), *size)).astype(dtype)
    out = [(s + 2 * p - f) // step + 1 for s, f, p, step in zip(size, field, pad, stride, strict=True)]
    dout = numbers.standard_normal((*x.shape[:2], *out)).astype(dtype)
    layout = draw(st.sampled_from([np.asarray, np.asfortranarray, lambda a: np.repeat(a, 2, axis=3)[..., ::2]]))
    return layout(x), layout(dout), (*field, stride, pad)


@settings(max_examples=100, deadline=None)
@given(case=cases())
def test_max_pooling_agrees_with_its_definition(set_backend, case):
    x, dout, arguments = case
    out, winners, dx = max_by_definition(x, dout, *arguments)
    for name in ("cython", "numpy"):
        set_backend(name)
        result = max_pool_forward(x, *arguments)
        np.testing.assert_array_equal(result[0], out)
        np.testing.assert_array_equal(result[1], winners)
        gradient = max_pool_backward(dout, result[1], x.shape, *arguments)
        np.testing.assert_allclose(gradient, dx, rtol=1e-5, atol=1e-5)
        assert result[0].dtype == gradient.dtype == x.dtype and result[1].dtype == np.uint8


@settings(max_examples=60, deadline=None)
@given(case=cases())
def test_average_pooling_agrees_with_its_definition(set_backend, case):
    x, dout, arguments = case
    x = np.nan_to_num(x, nan=5, posinf=7, neginf=-7)
    out, dx = average_by_definition(x, dout, *arguments)
    for name in ("cython", "numpy"):
        set_backend(name)
        result, gradient = avg_pool_forward(x, *arguments), avg_pool_backward(dout, x.shape, *arguments)
        np.testing.assert_allclose(result, out, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(gradient, dx, rtol=1e-5, atol=1e-5)
        assert result.dtype == gradient.dtype == x.dtype


@pytest.mark.parametrize(
    "shape, arguments",
    [
        ((2, 3, 32, 32), (2, 2, 2, 0)),
        ((1, 2, 7, 3001), (2, 3, 2, 1)),  # rows longer than the kernel processes at a time
        ((1, 2, 3001, 7), (3, 2, 2, 1)),
        ((1, 1, 40, 40), (20, 20, 3, 4)),  # more cells than a byte can count
        ((2, 1, 100, 100), (100, 100, 1, 0)),
    ],
)
def test_sizes_beyond_those_of_the_definition(set_backend, shape, arguments):
    x = rng.standard_normal(shape).astype(np.float32)
    results = []
    for name in ("cython", "numpy"):
        set_backend(name)
        out, winners = max_pool_forward(x, *arguments)
        dout = np.random.default_rng(1).standard_normal(out.shape).astype(np.float32)
        results.append(
            (
                out,
                winners,
                max_pool_backward(dout, winners, shape, *arguments),
                avg_pool_forward(x, *arguments),
                avg_pool_backward(dout, shape, *arguments),
            )
        )
    assert results[0][1].dtype == results[1][1].dtype == (np.uint8 if arguments[0] < 20 else np.int32)
    for compiled, twin in zip(*results, strict=True):
        np.testing.assert_allclose(compiled, twin, rtol=1e-4, atol=1e-4)


def test_the_number_of_threads_changes_no_bit(monkeypatch):
    monkeypatch.setenv("CS231N_KERNELS", "cython")
    x, dout = rng.standard_normal((16, 8, 33, 33)), rng.standard_normal((16, 8, 17, 17))

    def pool():
        out, winners = max_pool_forward(x, 3, 3, 2, 1)
        return (
            out,
            winners,
            max_pool_backward(dout, winners, x.shape, 3, 3, 2, 1),
            avg_pool_forward(x, 3, 3, 2, 1),
            avg_pool_backward(dout, x.shape, 3, 3, 2, 1),
        )

    before = num_threads()
    try:
        set_num_threads(1)
        alone = pool()
        set_num_threads(3)
        for one, three in zip(alone, pool(), strict=True):
            np.testing.assert_array_equal(one, three)
    finally:
        set_num_threads(before)


def test_padding_never_wins(backend):
    x = np.full((1, 1, 2, 2), -INF)
    out, winners = max_pool_forward(x, 2, 2, 1, pad=1)
    assert (out == -INF).all()
    assert winners.tolist() == [[[[3, 2, 2], [1, 0, 0], [1, 0, 0]]]]
    assert max_pool_backward(np.ones((1, 1, 3, 3)), winners, x.shape, 2, 2, 1, pad=1).sum() == 9


def test_average_padding_counts_and_may_be_wider_than_the_window(backend):
    out = avg_pool_forward(np.full((1, 1, 1, 1), 4.0), 2, 2, 1, pad=2)
    assert out.sum() == 4 and out.shape == (1, 1, 4, 4) and out[0, 0, 1, 1] == 1


@pytest.mark.parametrize("given, expected", [(np.uint8, np.float64), (">f4", np.float32), (np.float32, np.float32)])
def test_types(backend, given, expected):
    x = np.arange(32).reshape(1, 2, 4, 4).astype(given)
    x.flags.writeable = False
    out, winners = max_pool_forward(x, 2, 2, 2)
    assert out.dtype == avg_pool_forward(x, 2, 2, 2).dtype == expected
    assert out[0, 0].tolist() == [[5, 7], [13, 15]]
    assert max_pool_backward(out.astype(given), winners, x.shape, 2, 2, 2).dtype == expected


@pytest.mark.parametrize("shape", [(0, 3, 4, 4), (2, 0, 4, 4)])
def test_no_images_or_no_channels(backend, shape):
    out, winners = max_pool_forward(np.ones(shape), 2, 2, 2)
    assert out.shape == winners.shape == (*shape[:2], 2, 2)
    assert max_pool_backward(out, winners, shape, 2, 2, 2).shape == shape
    assert avg_pool_backward(avg_pool_forward(np.ones(shape), 2, 2, 2), shape, 2, 2, 2).shape == shape


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((0, 2, 1), "field_height should be an integer of at least 1, but is 0"),
        ((2, 6, 1), "field_width=6 does not fit"),
        ((2, 2, 0), "stride should be an integer of at least 1, but is 0"),
        ((2, 2, 1, -1), "pad should be an integer of at least 0, but is -1"),
    ],
)
def test_errors_name_the_argument(arguments, message):
    x, dout, winners = np.ones((1, 1, 4, 5)), np.ones((1, 1, 2, 2)), np.zeros((1, 1, 2, 2), int)
    for name, call in {
        "max_pool_forward": lambda: max_pool_forward(x, *arguments),
        "max_pool_backward": lambda: max_pool_backward(dout, winners, x.shape, *arguments),
        "avg_pool_forward": lambda: avg_pool_forward(x, *arguments),
        "avg_pool_backward": lambda: avg_pool_backward(dout, x.shape, *arguments),
    }.items():
        with pytest.raises(ValueError, match=f"{name}: {message}"):
            call()


@pytest.mark.parametrize("pad", [2, (2, 0), (0, 3)])
def test_a_window_without_a_pixel_has_no_maximum(pad):
    x = np.ones((1, 1, 4, 4))
    message = rf"max_pool_forward: pad should be smaller than the window of 2x3, .*, but is {re.escape(repr(pad))}\.$"
    with pytest.raises(ValueError, match=message):
        max_pool_forward(x, 2, 3, 1, pad=pad)
    with pytest.raises(ValueError, match="max_pool_backward: pad should be smaller than the window of 2x3"):
        max_pool_backward(x, np.zeros(x.shape, int), x.shape, 2, 3, 1, pad=pad)


def test_an_upstream_gradient_that_does_not_fit():
    dout, winners = np.ones((1, 1, 2, 3)), np.zeros((1, 1, 2, 3), int)
    with pytest.raises(
        ValueError, match=r"max_pool_backward: dout should have shape \(1, 1, 2, 2\), that of the windows"
    ):
        max_pool_backward(dout, winners, (1, 1, 4, 4), 2, 2, 2)
    with pytest.raises(
        ValueError, match=r"avg_pool_backward: dout should have shape \(1, 1, 2, 2\), that of the windows"
    ):
        avg_pool_backward(dout, (1, 1, 4, 4), 2, 2, 2)


def test_a_window_has_fewer_than_2_31_cells():
    one = np.ones((1, 1, 1, 1), int)
    with pytest.raises(ValueError, match=r"max_pool_backward: a window should have fewer than 2\*\*31 cells"):
        max_pool_backward(one, one, (1, 1, 2, 1), 2, 2**30, 1, pad=(0, 2**30 - 1))


def test_a_window_may_have_2_31_minus_1_cells(monkeypatch):
    kernel = SimpleNamespace(max_pool_backward=lambda dout, winners, dx, sizes: dx.fill(7))  # the NumPy twin pads
    monkeypatch.setattr(pooling, "implementation", lambda topic: kernel)
    one = np.ones((1, 1, 1, 1), int)
    assert max_pool_backward(one, one, (1, 1, 1, 1), 1, 2**31 - 1, 1, pad=(0, 2**30 - 1)).item() == 7


def test_an_average_may_consist_of_padding(backend):
    x = np.full((1, 1, 1, 1), 6.0)
    assert avg_pool_forward(x, 1, 2, 1, pad=(0, 2)).tolist() == [[[[0, 3, 3, 0]]]]
    assert avg_pool_backward(np.ones((1, 1, 1, 4)), x.shape, 1, 2, 1, pad=(0, 2)).item() == 1


@pytest.mark.parametrize("size, kind", [((15, 17), np.uint8), ((16, 16), np.int32)])
def test_the_cells_of_a_window_are_counted_in_bytes_up_to_255(backend, size, kind):
    x = np.zeros((1, 1, *size))
    x[..., -1, -1] = 1
    _, winners = max_pool_forward(x, *size, 1)
    assert winners.dtype == kind and winners.item() == size[0] * size[1] - 1
    assert (max_pool_backward(np.ones((1, 1, 1, 1)), winners, x.shape, *size, 1) == x).all()


@pytest.mark.parametrize(
    "x, message",
    [
        (np.ones((4, 4)), r"x should have shape \(N, C, H, W\) with H and W of at least 1, but has \(4, 4\)"),
        (np.ones((1, 1, 0, 4)), r"but has \(1, 1, 0, 4\)"),
        (np.ones((1, 1, 4, 4), np.float16), "x should be float32 or float64, but is float16"),
    ],
)
def test_images_that_do_not_fit(x, message):
    with pytest.raises(ValueError, match=message):
        max_pool_forward(x, 2, 2, 1)
    with pytest.raises(ValueError, match=message):
        avg_pool_forward(x, 2, 2, 1)


@pytest.mark.parametrize(
    "winners, message",
    [
        (np.zeros((1, 1, 2, 3), int), r"winners should have shape \(1, 1, 2, 2\), that of dout, but has"),
        (np.zeros((1, 1, 2, 2)), r"winners should hold integers 0\.\.3"),
        (np.full((1, 1, 2, 2), 4), r"winners should hold integers 0\.\.3"),
        (np.full((1, 1, 2, 2), -1), r"winners should hold integers 0\.\.3"),
    ],
)
def test_winners_that_do_not_fit(winners, message):
    with pytest.raises(ValueError, match=message):
        max_pool_backward(np.ones((1, 1, 2, 2)), winners, (1, 1, 4, 4), 2, 2, 2)


@pytest.mark.parametrize("x_shape", [None, 4, (1, 4, 4), (1, 1, 4.0, 4), np.ones(4)])
def test_shapes_of_images_that_do_not_fit(x_shape):
    dout, winners = np.ones((1, 1, 2, 2)), np.zeros((1, 1, 2, 2), int)
    with pytest.raises(ValueError, match="max_pool_backward: .*x_shape should be"):
        max_pool_backward(dout, winners, x_shape, 2, 2, 2)
    with pytest.raises(ValueError, match="avg_pool_backward: .*x_shape should be"):
        avg_pool_backward(dout, x_shape, 2, 2, 2)


def test_winners_in_the_padding_are_no_one(backend):
    winners = np.zeros((1, 1, 2, 2), int)  # the upper left cell, which is padding in three of the windows
    dx = max_pool_backward(np.ones((1, 1, 2, 2)), winners, (1, 1, 2, 2), 2, 2, 2, pad=1)
    assert dx.tolist() == [[[[0, 0], [0, 1]]]]


def test_strides_and_padding_beyond_the_image():
    x = np.arange(12.0).reshape(1, 1, 3, 4)
    assert max_pool_forward(x, 2, 2, stride=(2**62, 2))[0].tolist() == [[[[5, 7]]]]
    with pytest.raises(ValueError, match=f"pad={2**62} makes the image"):
        avg_pool_forward(x, 2, 2, stride=2**63, pad=2**62)
