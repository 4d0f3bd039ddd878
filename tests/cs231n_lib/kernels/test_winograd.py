import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from cs231n_lib import kernels
from cs231n_lib.kernels import _winograd_cy
from cs231n_lib.models import ConvNet

# Largest difference from the definition in float64, as a part of the largest value. The definition itself, in float32,
# differs by 3e-7 to 1e-6 here.
MOST_ERROR = {"float32": 4e-6, "float64": 8e-15}


@pytest.fixture(params=["avx512", "avx2", "any"], scope="module")
def instructions(request):
    """Each set of instructions that the computer has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CS231N_KERNELS", "cython")
        _winograd_cy.use_at_most(request.param)
        yield request.param
        _winograd_cy.use_at_most("avx512")


def arrays(N, C, H, W, F, dtype="float64", seed=0):
    """Return x, w, b."""
    random = np.random.default_rng(seed)
    return [random.standard_normal(shape).astype(dtype) for shape in ((N, C, H, W), (F, C, 3, 3), (F,))]


def convolve(x, w, pad):
    """Convolution by its definition, in float64."""
    padded = np.pad(x.astype(float), ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    fields = sliding_window_view(padded, w.shape[2:], axis=(2, 3))  # (N, C, out_h, out_w, HH, WW)
    return np.einsum("nchwij,fcij->nfhw", fields, w.astype(float), optimize=True)


def gradients(dout, x, w, pad):
    """Return dx, dw, db, by the definition, in float64."""
    turned = w[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
    dx = convolve(dout, turned, 2)
    dw = convolve(x.transpose(1, 0, 2, 3), dout.transpose(1, 0, 2, 3), pad).transpose(1, 0, 2, 3)
    return dx[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, dout.sum(axis=(0, 2, 3), dtype=float)


def expect_close(results, expected, dtype):
    for result, right in zip(results, expected, strict=True):
        assert result.dtype == dtype and result.shape == right.shape
        assert np.abs(result - right).max() <= MOST_ERROR[dtype] * np.abs(right).max()


# Sizes that are and are not multiples of tiles, vectors and blocks of filters; more filters than are handled at a time.
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "N, C, H, W, F, pad",
    [(2, 16, 8, 8, 16, 1), (3, 17, 7, 9, 45, 0), (40, 33, 3, 5, 20, 1), (1, 20, 33, 30, 35, 2), (2, 65, 8, 14, 290, 1)],
)
def test_the_definition(instructions, dtype, N, C, H, W, F, pad):
    x, w, b = arrays(N, C, H, W, F, dtype)
    out = kernels.conv_forward(x, w, b, pad=pad)
    expect_close([out], [convolve(x, w, pad) + b[:, None, None]], dtype)
    expect_close(kernels.conv_backward(out, x, w, pad=pad), gradients(out, x, w, pad), dtype)


@pytest.mark.parametrize("pad", [3, 6])  # dx is computed from a part of dout
def test_more_padding_than_the_filters_need(instructions, pad):
    x, w, b = arrays(2, 16, 6, 9, 16)
    out = kernels.conv_forward(x, w, pad=pad)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    expect_close([out], [convolve(padded, w, 0)], "float64")
    dx, dw, db = gradients(out, padded, w, 0)
    expect_close(kernels.conv_backward(out, x, w, pad=pad), (dx[:, :, pad:-pad, pad:-pad], dw, db), "float64")


def test_the_float32_error_of_a_wide_layer(instructions):
    x, w, b = arrays(2, 256, 8, 8, 64, "float32", seed=1)
    np.maximum(x, 0, out=x)  # as after a ReLU
    out = kernels.conv_forward(x, w, pad=1)
    expect_close([out], [convolve(x, w, 1)], "float32")
    expect_close(kernels.conv_backward(out, x, w, pad=1), gradients(out, x, w, 1), "float32")


def test_bias_and_relu(instructions):
    x, w, b = arrays(2, 16, 9, 8, 20, "float32")
    out = kernels.conv_forward(x, w, b, pad=1, relu=True)
    expect_close([out], [np.maximum(convolve(x, w, 1) + b[:, None, None], 0)], "float32")
    x[0, 0, 0, 0] = np.nan
    out = kernels.conv_forward(x, w, b, pad=1, relu=True)
    assert np.isnan(out[0, :, :2, :2]).all()  # ReLU keeps it
    assert np.isfinite(out[1]).all()


@pytest.mark.parametrize("layout", range(5))
def test_arrays_in_any_memory(instructions, layout):
    x, w, b = arrays(2, 16, 8, 8, 16)
    layouts = (
        np.asfortranarray,
        lambda a: np.ascontiguousarray(a.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2),
        lambda a: np.repeat(a, 2, axis=3)[..., ::2],
        lambda a: a[:, ::-1, ::-1].copy()[:, ::-1, ::-1],
        lambda a: np.ascontiguousarray(a.transpose(3, 2, 1, 0)).transpose(3, 2, 1, 0),
    )
    dout = convolve(x, w, 1)
    laid_out = [layouts[layout](array) for array in (dout, x, w)]
    before = [array.copy() for array in laid_out]
    expect_close(kernels.conv_backward(*laid_out, pad=1), gradients(dout, x, w, 1), "float64")
    expect_close([kernels.conv_forward(*laid_out[1:], pad=1)], [dout], "float64")
    for array, copy in zip(laid_out, before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_the_number_of_threads_changes_no_bit(monkeypatch):
    monkeypatch.setenv("CS231N_KERNELS", "cython")
    x, w, b = arrays(7, 40, 17, 19, 70, "float32")
    before, results = kernels.num_threads(), []
    try:
        for threads in (1, 2, 5):
            kernels.set_num_threads(threads)
            out = kernels.conv_forward(x, w, b, pad=1)
            results.append([out, *kernels.conv_backward(out, x, w, pad=1)])
    finally:
        kernels.set_num_threads(before)
    for other in results[1:]:
        for one, several in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(one, several)


def forward_in_both(monkeypatch, x, w, **options):
    """Return out of the definition and of the fastest algorithm. For integers, the definition's rounds nothing."""
    monkeypatch.setenv("CS231N_KERNELS", "cython")
    outs = []
    for algorithm in ("direct", "fastest"):
        monkeypatch.setenv("CS231N_CONVOLUTION", algorithm)
        outs.append(kernels.conv_forward(np.rint(5 * x).astype("float32"), np.rint(5 * w).astype("float32"), **options))
    return outs


def test_one_switch_selects_the_definition(monkeypatch):
    x, w, _ = arrays(2, 16, 8, 8, 16)
    direct, fastest = forward_in_both(monkeypatch, x, w, pad=1)
    np.testing.assert_array_equal(direct, convolve(np.rint(5 * x), np.rint(5 * w), 1))
    assert np.any(direct != fastest)
    np.testing.assert_allclose(direct, fastest, atol=MOST_ERROR["float32"] * np.abs(direct).max())
    monkeypatch.setenv("CS231N_CONVOLUTION", "slow")
    with pytest.raises(ValueError, match="CS231N_CONVOLUTION should be 'fastest' or 'direct', but is 'slow'"):
        kernels.conv_forward(x, w, pad=1)


@pytest.mark.parametrize(
    "N, C, size, F, field, options",
    [
        (1, 16, 8, 16, 3, {"pad": 1}),  # few pixels
        (2, 15, 8, 16, 3, {"pad": 1}),
        (2, 16, 8, 15, 3, {"pad": 1}),
        (2, 16, 16, 16, 3, {"stride": (1, 2)}),
        (2, 16, 16, 16, 3, {"dilation": (2, 1)}),
        (2, 16, 12, 16, 5, {"pad": 2}),
        (2, 16, 12, 16, 1, {}),
    ],
)
def test_other_convolutions_use_the_definition(monkeypatch, N, C, size, F, field, options):
    random = np.random.default_rng(0)
    x, w = random.standard_normal((N, C, size, size)), random.standard_normal((F, C, field, field))
    np.testing.assert_array_equal(*forward_in_both(monkeypatch, x, w, **options))


def test_an_image_too_wide_for_its_rows_of_tiles_to_fit_in_the_cache(monkeypatch):
    x, w, _ = arrays(1, 16, 3, 1027, 16)
    np.testing.assert_array_equal(*forward_in_both(monkeypatch, x, w))


def test_training_goes_as_with_the_definition(monkeypatch):
    monkeypatch.setenv("CS231N_KERNELS", "cython")
    random = np.random.default_rng(0)
    X, y = random.standard_normal((40, 3, 8, 8)).astype("float32"), random.integers(10, size=40)
    losses = {}
    for algorithm in ("direct", "fastest"):
        monkeypatch.setenv("CS231N_CONVOLUTION", algorithm)
        net = ConvNet((3, 8, 8), ((16, 16), (32,)), weight_scale=1e-2, seed=0)
        losses[algorithm] = []
        for _ in range(30):
            loss, grads = net.loss(X, y)
            losses[algorithm].append(float(loss))
            for name, grad in grads.items():
                net.params[name] = net.params[name] - np.float32(0.1) * grad
    assert losses["direct"][-1] < 0.2 * losses["direct"][0]
    assert losses["direct"] != losses["fastest"]
    np.testing.assert_allclose(losses["fastest"], losses["direct"], rtol=2e-3)
