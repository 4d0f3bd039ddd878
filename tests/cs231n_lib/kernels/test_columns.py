import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs231n_lib import kernels

rng = np.random.default_rng(0)


def im2col_loops(x, fh, fw, pad, stride, dilation):
    """im2col by its definition, one number at a time."""
    (ph, pw), (sh, sw), (dh, dw) = pad, stride, dilation
    N, C, H, W = x.shape
    out_h = (H + 2 * ph - dh * (fh - 1) - 1) // sh + 1
    out_w = (W + 2 * pw - dw * (fw - 1) - 1) // sw + 1
    cols = np.zeros((N, C * fh * fw, out_h * out_w), dtype=x.dtype)
    ranges = map(range, (N, C, fh, fw, out_h, out_w))
    for n, c, i, j, oh, ow in itertools.product(*ranges):
        h, w = oh * sh - ph + i * dh, ow * sw - pw + j * dw
        if 0 <= h < H and 0 <= w < W:
            cols[n, (c * fh + i) * fw + j, oh * out_w + ow] = x[n, c, h, w]
    return cols


@st.composite
def cases(draw):
    """x, and the arguments of a field that fits into x."""

    def pair(low, high):
        return draw(st.tuples(st.integers(low, high), st.integers(low, high)))

    field, pad, stride, dilation = pair(1, 3), pair(0, 3), pair(1, 4), pair(1, 3)
    size = [
        draw(st.integers(max(1, d * (f - 1) + 1 - 2 * p), d * (f - 1) + 6))
        for f, p, d in zip(field, pad, dilation, strict=True)
    ]
    shape = (draw(st.integers(1, 3)), draw(st.integers(1, 3)), *size)
    seed = draw(st.integers(0, 2**32 - 1))
    x = np.random.default_rng(seed).standard_normal(shape).astype(draw(st.sampled_from([np.float32, np.float64])))
    layout = draw(st.sampled_from(["C", "F", "channels last", "reversed", "strided", "read-only"]))
    if layout == "F":
        x = np.asfortranarray(x)
    elif layout == "channels last":
        x = np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    elif layout == "reversed":
        x = x[..., ::-1]
    elif layout == "strided":
        x = np.repeat(x, 2, axis=3)[..., ::2]
    elif layout == "read-only":
        x.flags.writeable = False
    return x, (*field, pad, stride, dilation)


@settings(max_examples=60, deadline=None)
@given(case=cases())
def test_im2col_agrees_with_its_definition(set_backend, case):
    x, arguments = case
    expected = im2col_loops(x, *arguments)
    for name in ("cython", "numpy"):
        set_backend(name)
        cols = kernels.im2col(x, *arguments)
        assert cols.dtype == x.dtype and cols.flags.c_contiguous
        np.testing.assert_array_equal(cols, expected)


@settings(max_examples=60, deadline=None)
@given(case=cases(), order=st.sampled_from("CF"))
def test_col2im_is_the_adjoint_of_im2col(set_backend, case, order):
    x, arguments = case
    results = []
    for name in ("cython", "numpy"):
        set_backend(name)
        columns = kernels.im2col(x, *arguments)
        cols = np.asarray(np.random.default_rng(1).standard_normal(columns.shape), dtype=x.dtype, order=order)
        image = kernels.col2im(cols, x.shape, *arguments)
        assert image.dtype == x.dtype and image.shape == x.shape
        left = np.sum(columns.astype(np.float64) * cols)  # <im2col(x), cols>
        right = np.sum(x.astype(np.float64) * image)  # <x, col2im(cols)>
        assert left == pytest.approx(right, rel=1e-4 if x.dtype == np.float32 else 1e-9, abs=1e-4)
        results.append(image)
    np.testing.assert_array_equal(*results)


def test_the_columns_make_a_convolution(backend):
    x, w = rng.standard_normal((2, 3, 5, 7)), rng.standard_normal((4, 3, 3, 2))
    out = (w.reshape(4, -1) @ kernels.im2col(x, 3, 2, pad=1, stride=2)).reshape(2, 4, 3, 4)
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    assert out[1, 2, 1, 3] == pytest.approx(np.sum(padded[1, :, 2:5, 6:8] * w[2]))


@pytest.mark.parametrize(
    "given, expected",
    [
        (np.uint8, np.float64),
        (np.int64, np.float64),
        (">f4", np.float32),
        (np.float32, np.float32),
        (np.float64, np.float64),
    ],
)
def test_the_type_of_the_columns(backend, given, expected):
    x = np.arange(48).reshape(1, 3, 4, 4).astype(given)
    cols = kernels.im2col(x, 2, 2)
    assert cols.dtype == expected
    np.testing.assert_array_equal(cols, kernels.im2col(x.astype(np.float64), 2, 2))


def test_a_list_is_an_image_too(backend):
    assert kernels.im2col([[[[1, 2], [3, 4]]]], 2, 1).tolist() == [[[1, 2], [3, 4]]]


@pytest.mark.parametrize("shape", [(0, 3, 4, 4), (2, 0, 4, 4)])
def test_no_images_or_no_channels(backend, shape):
    cols = kernels.im2col(np.ones(shape), 2, 2)
    assert cols.shape == (shape[0], 4 * shape[1], 9)
    assert kernels.col2im(cols, shape, 2, 2).shape == shape


def test_pixels_that_no_field_covers_get_0(backend):
    cols = np.ones((1, 4, 4))
    image = kernels.col2im(cols, (1, 1, 5, 5), 2, 2, stride=2)
    assert image.sum() == 16 and not image[0, 0, 4].any() and not image[0, 0, :, 4].any()


def test_arguments_are_not_changed(backend):
    x = rng.standard_normal((1, 1, 4, 4))
    before = x.copy()
    cols = kernels.im2col(x, 3, 3, pad=1)
    kernels.col2im(cols, x.shape, 3, 3, pad=1)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"field_height": 0}, "field_height should be an integer of at least 1, but is 0"),
        ({"field_width": 2.0}, "field_width should be an integer of at least 1, but is 2.0"),
        (
            {"field_height": 5},
            "field_height=5 does not fit: with dilation 1 it covers 5 pixels, but the image is only 4",
        ),
        ({"field_width": 2, "dilation": (1, 7)}, "field_width=2 does not fit: with dilation 7 it covers 8 pixels"),
        ({"pad": -1}, "pad should be an integer of at least 0, but is -1"),
        ({"stride": 0}, "stride should be an integer of at least 1, but is 0"),
        ({"stride": True}, "stride should be an integer"),
        (
            {"dilation": (1, 2, 3)},
            r"dilation should be an integer or a pair \(vertical, horizontal\), but is \(1, 2, 3",
        ),
    ],
)
def test_errors_name_the_argument(arguments, message):
    arguments = {"field_height": 2, "field_width": 2} | arguments
    with pytest.raises(ValueError, match=f"im2col: {message}"):
        kernels.im2col(np.ones((1, 1, 4, 5)), **arguments)
    with pytest.raises(ValueError, match=f"col2im: {message}"):
        kernels.col2im(np.ones((1, 4, 12)), (1, 1, 4, 5), **arguments)


@pytest.mark.parametrize(
    "x, message",
    [
        (np.ones((4, 4)), r"x should have shape \(N, C, H, W\), but has \(4, 4\)"),
        (np.ones((1, 1, 4, 4), complex), "x should be float32 or float64, but is complex128"),
        (np.ones((1, 1, 4, 4), np.float16), "x should be float32 or float64, but is float16"),
    ],
)
def test_images_that_do_not_fit(x, message):
    with pytest.raises(ValueError, match=message):
        kernels.im2col(x, 2, 2)


def test_columns_that_do_not_fit():
    with pytest.raises(ValueError, match=r"cols should have shape \(1, 4, 9\), for images .* but has \(1, 4, 8\)"):
        kernels.col2im(np.ones((1, 4, 8)), (1, 1, 4, 4), 2, 2)
    with pytest.raises(ValueError, match=r"x_shape should be \(N, C, H, W\), but is None"):
        kernels.col2im(np.ones((1, 4, 9)), None, 2, 2)
    with pytest.raises(ValueError, match=r"x_shape should be \(N, C, H, W\), but is \(4, 4\)"):
        kernels.col2im(np.ones((1, 4, 9)), (4, 4), 2, 2)
