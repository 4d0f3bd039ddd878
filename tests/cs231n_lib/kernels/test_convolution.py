import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs231n_lib import kernels
from cs231n_lib.diagnosis import eval_numerical_gradient_array, rel_error

INSTRUCTIONS = ["avx512", "avx2", "any"]  # a computer uses the newest set that it has, up to the one named


@pytest.fixture(params=["numpy", *INSTRUCTIONS], scope="module")
def kernel(request):
    """The NumPy kernels, and the compiled kernels for each instruction set, without Winograd's algorithm."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CS231N_CONVOLUTION", "direct")
        patch.setenv("CS231N_KERNELS", "numpy" if request.param == "numpy" else "cython")
        if request.param != "numpy":
            from cs231n_lib.kernels import _convolution_cy

            _convolution_cy.use_at_most(request.param)
        yield request.param
        if request.param != "numpy":
            _convolution_cy.use_at_most("avx512")


def convolve(x, w, b, stride, pad, dilation):
    """Convolution by its definition: one product over channels per position and pixel of the field."""
    (sh, sw), (ph, pw), (dh, dw) = stride, pad, dilation
    padded = np.pad(x.astype(float), ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    out_h = (padded.shape[2] - dh * (w.shape[2] - 1) - 1) // sh + 1
    out_w = (padded.shape[3] - dw * (w.shape[3] - 1) - 1) // sw + 1
    out = np.zeros((len(x), len(w), out_h, out_w)) + b.astype(float)[:, None, None]
    for p, q, i, j in itertools.product(*map(range, (out_h, out_w, *w.shape[2:]))):
        out[:, :, p, q] += padded[:, :, p * sh + i * dh, q * sw + j * dw] @ w[:, :, i, j].astype(float).T
    return out


def layouts(x):
    yield x
    yield np.asfortranarray(x)
    yield np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    yield np.repeat(x, 2, axis=3)[..., ::2]
    yield x[..., ::-1].copy()[..., ::-1]
    frozen = x.copy()
    frozen.flags.writeable = False
    yield frozen


@st.composite
def cases(draw):
    def pair(low, high):
        return draw(st.tuples(st.integers(low, high), st.integers(low, high)))

    field, pad, stride, dilation = pair(1, 4), pair(0, 4), pair(1, 3), pair(1, 3)
    size = [
        draw(st.integers(max(1, d * (f - 1) + 1 - 2 * p), d * (f - 1) + 20))
        for f, p, d in zip(field, pad, dilation, strict=True)
    ]
    N, C, F = draw(st.integers(1, 3)), draw(st.integers(1, 5)), draw(st.integers(1, 40))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    x, w, b = (random.standard_normal(shape).astype(dtype) for shape in ((N, C, *size), (F, C, *field), (F,)))
    return list(layouts(x))[draw(st.integers(0, 5))], w, b, stride, pad, dilation


@settings(max_examples=50)
@given(case=cases())
def test_forward_agrees_with_the_definition(kernel, case):
    x, w, b, *geometry = case
    out = kernels.conv_forward(x, w, b, *geometry)
    assert out.dtype == x.dtype
    np.testing.assert_allclose(out, convolve(x, w, b, *geometry), rtol=0, atol=tolerance(out, w))


@settings(max_examples=50)
@given(case=cases())
def test_backward_is_the_adjoint(kernel, case):
    # The convolution is linear in x and in w, so <dout, conv(v, w)> = <dx, v> and <dout, conv(x, v)> = <dw, v>.
    x, w, b, *geometry = case
    none = np.zeros(len(w))
    random = np.random.default_rng(1)
    dout = random.standard_normal(convolve(x, w, b, *geometry).shape).astype(x.dtype)
    dx, dw, db = kernels.conv_backward(list(layouts(dout))[len(w) % 6], x, w, *geometry)
    assert (dx.shape, dw.shape, db.shape) == (x.shape, w.shape, b.shape)
    assert {dx.dtype, dw.dtype, db.dtype} == {x.dtype}
    v = random.standard_normal(x.shape)
    left, right = np.sum(dout * convolve(v, w, none, *geometry)), np.sum(dx * v)
    assert abs(left - right) <= tolerance(dout, dx) * np.sqrt(v.size) * 10
    v = random.standard_normal(w.shape)
    left, right = np.sum(dout * convolve(x, v, none, *geometry)), np.sum(dw * v)
    assert abs(left - right) <= tolerance(dout, dw) * np.sqrt(v.size) * 10
    np.testing.assert_allclose(db, dout.sum(axis=(0, 2, 3), dtype=float), rtol=0, atol=tolerance(dout, dw))


def tolerance(*arrays):
    largest = max([1.0, *(float(np.abs(array).max()) for array in arrays if array.size)])
    return largest * (1e-4 if arrays[0].dtype == np.float32 else 1e-11)


@pytest.mark.parametrize("stride, pad, dilation", [(1, 1, 1), ((2, 3), (0, 2), (2, 1))])
def test_gradients_numerically(kernel, stride, pad, dilation):
    random = np.random.default_rng(2)
    x, w, b = (random.standard_normal(shape) for shape in ((2, 2, 6, 7), (3, 2, 3, 2), (3,)))
    out = kernels.conv_forward(x, w, b, stride, pad, dilation)
    dout = random.standard_normal(out.shape)
    gradients = kernels.conv_backward(dout, x, w, stride, pad, dilation)
    for i, gradient in enumerate(gradients):

        def f(value, i=i):
            arguments = [x, w, b]
            arguments[i] = value
            return kernels.conv_forward(*arguments, stride, pad, dilation)

        assert rel_error(gradient, eval_numerical_gradient_array(f, [x, w, b][i], dout)) < 1e-7


# Batches and sizes that divide the work into tiles, panels and parts in different ways.
@pytest.mark.parametrize(
    "N, C, H, W, F",
    [(1, 1, 1, 1, 1), (33, 2, 3, 3, 13), (9, 3, 16, 16, 64), (5, 64, 8, 8, 96), (2, 3, 33, 65, 25), (17, 5, 7, 130, 3)],
)
def test_sizes_at_which_the_work_is_cut(kernel, N, C, H, W, F):
    random = np.random.default_rng(3)
    x, w, b = (random.standard_normal(shape) for shape in ((N, C, H, W), (F, C, 3, 3), (F,)))
    out = kernels.conv_forward(x, w, b, pad=1)
    np.testing.assert_allclose(out, convolve(x, w, b, (1, 1), (1, 1), (1, 1)), atol=1e-11)
    dx, dw, db = kernels.conv_backward(out, x, w, pad=1)
    turned = w[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
    np.testing.assert_allclose(dx, convolve(out, turned, np.zeros(C), (1, 1), (1, 1), (1, 1)), atol=1e-9)
    swapped = convolve(x.transpose(1, 0, 2, 3), out.transpose(1, 0, 2, 3), np.zeros(F), (1, 1), (1, 1), (1, 1))
    np.testing.assert_allclose(dw, swapped.transpose(1, 0, 2, 3), atol=1e-9)


def test_strides_and_dilations_beyond_the_image(kernel):
    random = np.random.default_rng(5)
    x, w = random.standard_normal((2, 2, 3, 9)), random.standard_normal((4, 2, 1, 3))
    out = kernels.conv_forward(x, w, stride=(10**12, 10**18), pad=(1, 0), dilation=(2**62, 2))
    np.testing.assert_array_equal(out, np.zeros((2, 4, 1, 1)))  # the fields cover only padding
    out = kernels.conv_forward(x, w, stride=(10**12, 4), dilation=(2**62, 2))
    gradients = kernels.conv_backward(out, x, w, stride=(10**12, 4), dilation=(2**62, 2))
    np.testing.assert_allclose(out, convolve(x, w, np.zeros(4), (3, 4), (0, 0), (1, 2)), atol=1e-12)
    for gradient, same in zip(gradients, kernels.conv_backward(out, x, w, stride=(3, 4), dilation=(1, 2)), strict=True):
        np.testing.assert_array_equal(gradient, same)


@pytest.mark.parametrize("pad, error", [(2**24, MemoryError), (2**31, ValueError), (2**62, ValueError)])
def test_padding_that_no_memory_holds(kernel, pad, error):
    x, w = np.ones((1, 1, 4, 4)), np.ones((1, 1, 3, 3))
    with pytest.raises(error):
        kernels.conv_forward(x, w, stride=2 * pad, pad=pad)
    with pytest.raises(error):
        kernels.conv_backward(np.ones((1, 1, 2, 2)), x, w, stride=2 * pad, pad=pad)


def test_relu_is_applied_after_the_bias_and_keeps_nan(kernel):
    x = np.array([[[[1.0, -2.0, np.nan, 3.0]]]])
    out = kernels.conv_forward(x, np.ones((1, 1, 1, 1)), np.array([-1.5]), relu=True)
    np.testing.assert_array_equal(out, [[[[0, 0, np.nan, 1.5]]]])
    wide = np.tile(x, (2, 1, 16, 16))
    out = kernels.conv_forward(wide, np.ones((1, 1, 1, 1)), np.array([-1.5]), relu=True)
    np.testing.assert_array_equal(out, np.tile([[[[0, 0, np.nan, 1.5]]]], (2, 1, 16, 16)))


def test_without_a_bias(kernel):
    np.testing.assert_array_equal(kernels.conv_forward(np.ones((1, 2, 3, 3)), np.ones((1, 2, 3, 3))), [[[[18.0]]]])


def test_a_first_layer_may_leave_out_dx(kernel):
    x, w = np.ones((2, 1, 4, 4)), np.ones((3, 1, 3, 3))
    dx, dw, db = kernels.conv_backward(np.ones((2, 3, 2, 2)), x, w, need_dx=False)
    assert dx is None
    np.testing.assert_array_equal(dw, np.full(w.shape, 8))
    np.testing.assert_array_equal(db, [8, 8, 8])


@pytest.mark.parametrize(
    "x_shape, w_shape", [((0, 3, 5, 5), (2, 3, 3, 3)), ((2, 0, 5, 5), (2, 0, 3, 3)), ((2, 3, 5, 5), (0, 3, 3, 3))]
)
def test_nothing_to_do(kernel, x_shape, w_shape):
    out = kernels.conv_forward(np.ones(x_shape), np.ones(w_shape), np.ones(w_shape[0]))
    np.testing.assert_array_equal(out, np.ones((x_shape[0], w_shape[0], 3, 3)))
    dx, dw, db = kernels.conv_backward(out, np.ones(x_shape), np.ones(w_shape))
    np.testing.assert_array_equal(dx, np.zeros(x_shape))
    np.testing.assert_array_equal(dw, np.zeros(w_shape))
    np.testing.assert_array_equal(db, np.full(w_shape[0], 9 * x_shape[0]))


def test_integers_become_float64_and_types_mix(kernel):
    assert kernels.conv_forward(np.ones((1, 1, 3, 3), np.uint8), np.ones((1, 1, 3, 3), np.int64)).dtype == np.float64
    mixed = kernels.conv_forward(np.ones((1, 1, 3, 3), np.float32), np.ones((1, 1, 3, 3)))
    assert mixed.dtype == np.float64


def test_arguments_are_not_changed(kernel):
    random = np.random.default_rng(4)
    arrays = x, w, b = [random.standard_normal(shape) for shape in ((2, 2, 5, 5), (3, 2, 3, 3), (3,))]
    dout = kernels.conv_forward(x, w, b, relu=True)
    before = [array.copy() for array in (*arrays, dout)]
    kernels.conv_backward(dout, x, w)
    for array, copy in zip((*arrays, dout), before, strict=True):
        np.testing.assert_array_equal(array, copy)


X, WEIGHTS = np.ones((2, 3, 5, 5)), np.ones((4, 3, 3, 3))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: kernels.conv_forward(X[0], WEIGHTS), r"x should have shape \(N, C, H, W\), but has \(3, 5, 5\)"),
        (
            lambda: kernels.conv_forward(X, WEIGHTS[:, :2]),
            r"w should have shape \(F, 3, HH, WW\), for "
            r"images x \(2, 3, 5, 5\), but has \(4, 2, 3, 3\)",
        ),
        (
            lambda: kernels.conv_forward(X, WEIGHTS, np.ones(3)),
            r"b should have shape \(4,\), one value per filter, but "
            r"has \(3,\)",
        ),
        (lambda: kernels.conv_forward(X, np.ones((4, 3, 7, 3)), pad=(0, 1)), "w's HH=7 does not fit"),
        (lambda: kernels.conv_forward(X, WEIGHTS, stride=0), "stride should be an integer of at least 1, but is 0"),
        (lambda: kernels.conv_forward(X.astype(np.float16), WEIGHTS), "x should be float32 or float64, but is float16"),
        (
            lambda: kernels.conv_backward(np.ones((2, 4, 5, 5)), X, WEIGHTS),
            r"dout should have shape \(2, 4, 3, 3\), that of out, but has \(2, 4, 5, 5\)",
        ),
    ],
)
def test_errors_name_the_argument(call, message):
    with pytest.raises(ValueError, match=message):
        call()
