import numpy as np
import pytest

from cs231n_lib import kernels

CASES = {  # x, w, stride, pad, output_pad
    "stride 1": ((2, 3, 4, 5), (3, 2, 3, 2), 1, 0, 0),
    "copies beside each other": ((2, 1, 3, 3), (1, 2, 2, 2), 2, 0, 0),
    "copies that overlap": ((1, 2, 4, 3), (2, 3, 4, 5), 2, (1, 2), 0),
    "gaps between copies": ((2, 2, 3, 2), (2, 2, 2, 1), (3, 4), 0, (2, 0)),
    "cut off as wide as the filter": ((1, 2, 5, 5), (2, 1, 3, 3), 3, 3, 1),
    "no images": ((0, 2, 3, 3), (2, 4, 2, 2), 2, 0, 0),
}


def by_definition(x, w, stride, pad, output_pad):
    """Add up the copies one by one in an image with room for all of them, then cut it out."""
    (sh, sw), (ph, pw), (oh, ow) = (
        value if isinstance(value, tuple) else (value,) * 2 for value in (stride, pad, output_pad)
    )
    N, C, H, W = x.shape
    HH, WW = w.shape[2:]
    room = np.zeros((N, w.shape[1], H * sh + HH + ph + oh, W * sw + WW + pw + ow))
    for n, c, h, v in np.ndindex(*x.shape):
        room[n, :, h * sh : h * sh + HH, v * sw : v * sw + WW] += x[n, c, h, v] * w[c]
    bottom, right = (H - 1) * sh + HH - ph + oh, (W - 1) * sw + WW - pw + ow
    return room[:, :, ph:bottom, pw:right]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_results(backend, case, dtype):
    x_shape, w_shape, *steps = case
    rng = np.random.default_rng(0)
    x, w, b = (rng.standard_normal(shape).astype(dtype) for shape in (x_shape, w_shape, w_shape[1]))
    right = by_definition(x, w, *steps) + b[:, None, None]
    for order in "CF":
        out = kernels.conv_transpose_forward(np.array(x, order=order), np.array(w, order=order), b, *steps)
        assert out.dtype == dtype
        np.testing.assert_allclose(out, right, rtol=1e-4 if dtype == np.float32 else 1e-11, atol=1e-5)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_gradients_of_a_product_that_is_linear_in_each_array(backend, case):
    """sum(out * dout) is linear in x, in w and in b, so its gradient times any array is its value for this array."""
    x_shape, w_shape, *steps = case
    rng = np.random.default_rng(1)
    x, w, b = (rng.standard_normal(shape) for shape in (x_shape, w_shape, w_shape[1]))
    dout = rng.standard_normal(by_definition(x, w, *steps).shape)
    dx, dw, db = kernels.conv_transpose_backward(dout, x, w, *steps)
    other_x, other_w = rng.standard_normal(x_shape), rng.standard_normal(w_shape)
    assert np.sum(dx * other_x) == pytest.approx(np.sum(by_definition(other_x, w, *steps) * dout))
    assert np.sum(dw * other_w) == pytest.approx(np.sum(by_definition(x, other_w, *steps) * dout))
    np.testing.assert_allclose(db, dout.sum(axis=(0, 2, 3)), atol=1e-12)
    assert kernels.conv_transpose_backward(dout, x, w, *steps, need_dx=False)[0] is None


def test_it_is_the_gradient_of_a_convolution():
    rng = np.random.default_rng(2)
    image, w = rng.standard_normal((2, 3, 8, 9)), rng.standard_normal((4, 3, 3, 3))
    dout = rng.standard_normal(kernels.conv_forward(image, w, None, 2, 1).shape)
    dx, _, _ = kernels.conv_backward(dout, image, w, 2, 1)
    # 8 rows need one more than the smallest image with as many fields, 9 columns none
    np.testing.assert_allclose(kernels.conv_transpose_forward(dout, w, None, 2, 1, (1, 0)), dx, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"w": np.ones((2, 1, 2, 2))}, r"w should have shape \(3, F, HH, WW\), for images x"),
        ({"b": np.ones(3)}, r"b should have shape \(1,\), one value per channel of the result"),
        ({"output_pad": 2}, r"output_pad should be below the stride \(2, 2\), but is \(2, 2\)"),
        ({"pad": 3}, "the result would have 0 rows and 0 columns"),
        ({"stride": 0}, "stride should be an integer of at least 1"),
        ({"pad": -1}, "pad should be an integer of at least 0"),
    ],
)
def test_arguments_that_do_not_fit(change, message):
    arguments = {"x": np.ones((1, 3, 3, 3)), "w": np.ones((3, 1, 2, 2)), "stride": 2, **change}
    with pytest.raises(ValueError, match=f"conv_transpose_forward: {message}"):
        kernels.conv_transpose_forward(**arguments)


def test_an_upstream_gradient_that_does_not_fit():
    with pytest.raises(
        ValueError, match=r"conv_transpose_backward: dout should have shape \(1, 2, 4, 4\), that of out"
    ):
        kernels.conv_transpose_backward(np.ones((1, 2, 4, 5)), np.ones((1, 3, 2, 2)), np.ones((3, 2, 2, 2)), 2)
