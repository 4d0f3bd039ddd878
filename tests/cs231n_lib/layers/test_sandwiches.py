import numpy as np
import pytest

from cs231n_lib import layers

CONV = {"stride": 1, "pad": 1}
POOL = {"pool_height": 2, "pool_width": 3, "stride": 2, "pad": 1}

# the layers of each sandwich, with the number of arrays and the dict (or None) that each takes
INSIDE = {
    "affine_relu": [("affine", 2, None), ("relu", 0, None)],
    "affine_bn_relu": [("affine", 2, None), ("batchnorm", 2, "bn"), ("relu", 0, None)],
    "affine_ln_relu": [("affine", 2, None), ("layernorm", 2, "ln"), ("relu", 0, None)],
    "conv_relu": [("conv", 2, CONV), ("relu", 0, None)],
    "conv_bn_relu": [("conv", 2, CONV), ("spatial_batchnorm", 2, "bn"), ("relu", 0, None)],
    "conv_relu_pool": [("conv", 2, CONV), ("relu", 0, None), ("max_pool", 0, POOL)],
    "conv_bn_relu_pool": [
        ("conv", 2, CONV),
        ("spatial_batchnorm", 2, "bn"),
        ("relu", 0, None),
        ("max_pool", 0, POOL),
    ],
}


@pytest.fixture(params=INSIDE)
def name(request):
    return request.param


@pytest.fixture
def arrays(name):
    """x, w, b and, for sandwiches with a normalization, gamma and beta."""
    rng = np.random.default_rng(1)
    shapes = [(2, 2, 5, 4), (3, 2, 3, 2), (3,)] if name.startswith("conv") else [(4, 2, 3), (6, 5), (5,)]
    if "n_relu" in name:
        shapes += [shapes[2]] * 2
    return [rng.standard_normal(shape) for shape in shapes]


@pytest.fixture
def sandwich(name):
    """(forward, backward), where forward takes only the arrays."""
    params = [_param(param) for _, _, param in INSIDE[name] if param]
    if name.startswith("conv"):
        params.sort(key=lambda param: [CONV, _param("bn"), POOL].index(param))

    def forward(*arrays):
        return getattr(layers, f"{name}_forward")(*arrays, *(dict(param) for param in params))

    return forward, getattr(layers, f"{name}_backward")


def one_by_one(name):
    """Return the same as `sandwich`, computed by the single layers."""

    def forward(x, *arrays):
        caches = []
        for layer, count, param in INSIDE[name]:
            own, arrays = arrays[:count], arrays[count:]
            params = [_param(param)] if param else []
            x, cache = getattr(layers, _full_name(layer, "forward"))(x, *own, *params)
            caches.append(cache)
        return x, caches

    def backward(dx, caches):
        gradients = []
        for (layer, _, _), cache in zip(reversed(INSIDE[name]), reversed(caches), strict=True):
            result = getattr(layers, _full_name(layer, "backward"))(dx, cache)
            dx, own = (result[0], result[1:]) if isinstance(result, tuple) else (result, ())
            gradients = [*own, *gradients]
        return dx, *gradients

    return forward, backward


def _full_name(layer, direction):
    return f"{layer}_{direction}" + "_naive" * (layer in ("conv", "max_pool"))


def _param(param):
    return {"bn": {"mode": "train"}, "ln": {}}[param] if isinstance(param, str) else param


def test_the_same_as_the_layers_one_by_one(name, sandwich, arrays):
    results = []
    for forward, backward in (sandwich, one_by_one(name)):
        out, cache = forward(*arrays)
        results.append((out, *backward(np.random.default_rng(0).standard_normal(out.shape), cache)))
    assert 0.1 < np.mean(results[0][0] > 0) < 1
    for result, right in zip(*results, strict=True):
        np.testing.assert_allclose(result, right, rtol=1e-10, atol=1e-12)


def test_gradients(sandwich, arrays, check_gradients):
    check_gradients(*sandwich, *arrays)


def test_conduct(sandwich, arrays, check_conduct):
    check_conduct(*sandwich, *arrays)


def test_dx_only_where_it_is_needed(sandwich, arrays):
    forward, backward = sandwich
    out, cache = forward(*arrays)
    dx, *others = backward(out, cache, need_dx=False)
    assert dx is None
    for gradient, right in zip(others, backward(out, cache)[1:], strict=True):
        np.testing.assert_array_equal(gradient, right)


@pytest.mark.parametrize("name", [name for name in INSIDE if "bn" in name])
def test_the_running_averages_are_updated(name, arrays):
    bn_param = {"mode": "train"}
    params = [bn_param]
    if name.startswith("conv"):
        params = [CONV, bn_param] + [POOL] * name.endswith("pool")
    getattr(layers, f"{name}_forward")(*arrays, *params)
    assert bn_param["running_mean"].shape == arrays[2].shape and bn_param["running_mean"].any()


def test_nothing_below_0_means_no_gradient(name, sandwich, arrays):
    if "n_relu" in name:
        arrays[3], arrays[4] = 0 * arrays[3], 0 * arrays[4] - 1
    else:
        arrays[2] = 0 * arrays[2] - 1e3
    out, cache = sandwich[0](*arrays)
    assert not out.any()
    assert not any(gradient.any() for gradient in sandwich[1](np.ones(out.shape), cache))


def test_an_upstream_gradient_that_does_not_fit(name, sandwich, arrays):
    out, cache = sandwich[0](*arrays)
    with pytest.raises(ValueError, match=f"{name}_backward: dout should have shape .*, that of out, but has"):
        sandwich[1](np.ones((*out.shape, 1)), cache)
