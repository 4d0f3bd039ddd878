import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs231n_lib import layers


@pytest.fixture(params=["max_pool", "avg_pool"])
def name(request):
    return request.param


@pytest.fixture
def fast(name):
    return getattr(layers, f"{name}_forward_fast"), getattr(layers, f"{name}_backward_fast")


@pytest.mark.parametrize("backend", ["cython", "numpy"])
@pytest.mark.parametrize("kind", ["max_pool", "avg_pool"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_agrees_with_the_definition(set_backend, backend, kind, pool_cases, data):
    set_backend(backend)
    x, pool_param = data.draw(pool_cases)
    before = x.copy()
    results = []
    for version in ("fast", "naive"):
        out, cache = getattr(layers, f"{kind}_forward_{version}")(x, pool_param)
        dout = np.random.default_rng(0).standard_normal(out.shape).astype(x.dtype)
        results.append((out, getattr(layers, f"{kind}_backward_{version}")(dout, cache)))
    for result, right in zip(*results, strict=True):
        assert result.dtype == right.dtype == x.dtype
        tolerance = 1e-5 if x.dtype == np.float32 else 1e-13
        np.testing.assert_allclose(result, right, rtol=tolerance, atol=tolerance)
    np.testing.assert_array_equal(x, before)


def test_gradient(fast, check_gradients):
    forward, backward = fast
    x = np.random.default_rng(0).permutation(120).reshape(2, 2, 5, 6) / 100 - 0.6
    pool_param = {"pool_height": 3, "pool_width": 2, "stride": (2, 1), "pad": 1}
    check_gradients(lambda x: forward(x, pool_param), backward, x)


def test_conduct(fast, check_conduct):
    forward, backward = fast
    x = np.random.default_rng(0).standard_normal((2, 2, 5, 6))
    check_conduct(lambda x: forward(x, {"pool_height": 2, "pool_width": 2, "stride": 2}), backward, x)


def test_lists(fast):
    out, cache = fast[0]([[[[1, 2], [3, 4]]]], {"pool_height": 1, "pool_width": 2, "stride": 1})
    assert fast[1](out, cache).shape == (1, 1, 2, 2)


@pytest.mark.parametrize(
    "change, message",
    [
        (
            {"pool_size": 2},
            "pool_param has an unknown key 'pool_size'; it should have 'pool_height', 'pool_width', 'stride'",
        ),
        ({"stride": 0}, "stride should be an integer of at least 1, but is 0"),
        ({"pool_height": 0}, "pool_height should be an integer of at least 1, but is 0"),
        ({"pool_width": 9, "pad": 1}, r"pool_width=9 does not fit: the image is only 6 wide with its padding of 1\.$"),
    ],
)
def test_parameters_that_do_not_fit(name, fast, change, message):
    with pytest.raises(ValueError, match=f"^{name}_forward_fast: {message}"):
        fast[0](np.ones((1, 1, 4, 4)), {"pool_height": 2, "pool_width": 2, "stride": 2} | change)


@pytest.mark.parametrize(
    "x, message",
    [
        (np.ones((4, 4)), r"x should have shape \(N, C, H, W\)"),
        (np.ones((1, 1, 4, 4), np.float16), "x should be float32 or float64, but is float16"),
    ],
)
def test_images_that_do_not_fit(name, fast, x, message):
    with pytest.raises(ValueError, match=f"^{name}_forward_fast: {message}"):
        fast[0](x, {"pool_height": 2, "pool_width": 2, "stride": 2})


def test_an_upstream_gradient_that_does_not_fit(name, fast):
    _, cache = fast[0](np.ones((1, 1, 4, 4)), {"pool_height": 2, "pool_width": 2, "stride": 2})
    with pytest.raises(ValueError, match=rf"^{name}_backward_fast: dout should have shape \(1, 1, 2, 2\)"):
        fast[1](np.ones((1, 1, 2, 3)), cache)
