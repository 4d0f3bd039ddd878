"""Requirements for every layer, in NumPy and in compiled code."""

import numpy as np
import pytest
from hypothesis import strategies as st

from cs231n_lib.diagnosis import eval_numerical_gradient_array, rel_error


@pytest.fixture
def check_gradients():
    """check(forward, backward, *arrays): the gradients agree with central differences in float64."""

    def check(forward, backward, *arrays):
        out, cache = forward(*arrays)
        dout = np.random.default_rng(7).standard_normal(out.shape)
        gradients = _tuple(backward(dout, cache))
        assert len(gradients) == len(arrays)
        for i, (array, gradient) in enumerate(zip(arrays, gradients, strict=True)):

            def out_of(value, i=i):
                return forward(*arrays[:i], value, *arrays[i + 1 :])[0]

            # Two steps (Richardson) leave an error of h^4, so that h can be large enough to lose few digits.
            coarse, fine = (eval_numerical_gradient_array(out_of, array, dout, h) for h in (2e-4, 1e-4))
            numeric = (4 * fine - coarse) / 3
            assert gradient.shape == array.shape, f"gradient of argument {i}"
            if np.abs(numeric).max() < 1e-8:  # only rounding, such as for a bias before batch normalization
                assert np.abs(gradient).max() < 1e-8, f"gradient of argument {i}"
            else:
                assert rel_error(gradient, numeric) < 1e-7, f"gradient of argument {i}"

    return check


@pytest.fixture
def check_conduct():
    """check(forward, backward, *arrays): types are kept, of two the wider; memory layouts work; no argument changes."""

    def check(forward, backward, *arrays):
        expected = _run(forward, backward, *arrays)
        assert all(array.dtype == np.float64 for array in expected)
        for result in _run(forward, backward, *(array.astype(np.float32) for array in arrays)):
            assert result.dtype == np.float32
        for out_type, dout_type in ((np.float32, np.float64), (np.float64, np.float32)):
            out, cache = forward(*(array.astype(out_type) for array in arrays))
            gradients = _tuple(backward(np.ones(out.shape, dout_type), cache))
            assert out.dtype == out_type and all(gradient.dtype == np.float64 for gradient in gradients)
        for layout in (np.asfortranarray, _reversed, _read_only, _big_endian, _strided):
            laid_out = [layout(array) for array in arrays]
            for result, right in zip(_run(forward, backward, *laid_out), expected, strict=True):
                np.testing.assert_allclose(result, right, rtol=1e-10, atol=1e-12, err_msg=layout.__name__)
                assert result.dtype == np.float64
            for array, before in zip(laid_out, arrays, strict=True):
                np.testing.assert_array_equal(array, before)
        whole = [np.rint(3 * array) for array in arrays]
        for result, right in zip(
            _run(forward, backward, *(array.astype(int) for array in whole)),
            _run(forward, backward, *whole),
            strict=True,
        ):
            np.testing.assert_array_equal(result, right)
        for dtype in (np.float16, complex, object):
            with pytest.raises(ValueError, match="float32 or float64"):
                forward(*(array.astype(dtype) for array in arrays))

    return check


@pytest.fixture(scope="session")
def conv_cases():
    """A hypothesis strategy: x, w, b, conv_param of every kind."""
    return _conv_cases()


@pytest.fixture(scope="session")
def pool_cases():
    """A hypothesis strategy: x, often with equal values, and pool_param of every kind."""
    return _pool_cases()


@st.composite
def _conv_cases(draw):
    N, C, F = draw(st.integers(0, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 4))
    field, pad, stride, dilation = _pair(draw, 1, 4), _pair(draw, 0, 3), _pair(draw, 1, 4), _pair(draw, 1, 3)
    covered = [d * (f - 1) + 1 for f, d in zip(field, dilation, strict=True)]
    x, w, b = (_draw_array(draw, shape) for shape in ((N, C, *_size(draw, covered, pad)), (F, C, *field), (F,)))
    return x, w, b, {"stride": stride, "pad": pad, "dilation": dilation}


@st.composite
def _pool_cases(draw):
    window, stride = _pair(draw, 1, 4), _pair(draw, 1, 4)
    pad = tuple(draw(st.integers(0, size - 1)) for size in window)
    shape = draw(st.integers(0, 2)), draw(st.integers(1, 3)), *_size(draw, window, pad)
    x = _draw_array(draw, shape)
    if draw(st.booleans()):
        x = np.rint(x)
    return x, {"pool_height": window[0], "pool_width": window[1], "stride": stride, "pad": pad}


def _pair(draw, low, high):
    return draw(st.tuples(st.integers(low, high), st.integers(low, high)))


def _size(draw, covered, pad):
    return [draw(st.integers(max(1, c - 2 * p), c + 5)) for c, p in zip(covered, pad, strict=True)]


def _draw_array(draw, shape):
    array = np.random.default_rng(draw(st.integers(0, 2**32 - 1))).standard_normal(shape)
    array = array.astype(draw(st.sampled_from([np.float32, np.float64])))
    return draw(st.sampled_from([np.asarray, np.asfortranarray, _reversed, _read_only, _channels_last]))(array)


def _run(forward, backward, *arrays):
    out, cache = forward(*arrays)
    dout = np.random.default_rng(7).standard_normal(out.shape).astype(out.dtype)
    dout.flags.writeable = False
    return out, *_tuple(backward(dout, cache))


def _tuple(gradients):
    return gradients if isinstance(gradients, tuple) else (gradients,)


def _reversed(array):
    return array[..., ::-1].copy()[..., ::-1]


def _strided(array):
    return np.repeat(array, 2, axis=-1)[..., ::2]


def _big_endian(array):
    return array.astype(">f8")


def _channels_last(array):
    return np.moveaxis(np.moveaxis(array, 1, -1).copy(), -1, 1) if array.ndim > 1 else array


def _read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array
