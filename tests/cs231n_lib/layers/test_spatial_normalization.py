import numpy as np
import pytest

from cs231n_lib.layers import (
    batchnorm_backward,
    batchnorm_forward,
    layernorm_forward,
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
    spatial_groupnorm_backward,
    spatial_groupnorm_forward,
    spatial_instancenorm_backward,
    spatial_instancenorm_forward,
)


@pytest.fixture
def arrays():
    """x (2, 6, 3, 4), gamma (6,), beta (6,)."""
    rng = np.random.default_rng(1)
    return rng.standard_normal((2, 6, 3, 4)) + 3, rng.standard_normal(6), rng.standard_normal(6)


def batch(mode):
    def run(x, gamma, beta):
        running = {"running_mean": np.arange(6.0), "running_var": np.arange(1.0, 7.0)}
        return spatial_batchnorm_forward(x, gamma, beta, {"mode": mode} | running)

    return run


def group(x, gamma, beta):
    return spatial_groupnorm_forward(x, gamma, beta, 3, {"eps": 1e-3})


def instance(x, gamma, beta):
    return spatial_instancenorm_forward(x, gamma, beta, {"eps": 1e-3})


LAYERS = {
    "batch, train": (batch("train"), spatial_batchnorm_backward),
    "batch, test": (batch("test"), spatial_batchnorm_backward),
    "group": (group, spatial_groupnorm_backward),
    "instance": (instance, spatial_instancenorm_backward),
}


@pytest.mark.parametrize("layer", LAYERS)
def test_gradients(arrays, check_gradients, set_backend, layer):
    for backend in ("cython", "numpy"):
        set_backend(backend)
        check_gradients(*LAYERS[layer], *arrays)


@pytest.mark.parametrize("layer", LAYERS)
def test_conduct(arrays, check_conduct, layer):
    check_conduct(*LAYERS[layer], *arrays)


@pytest.mark.parametrize("layer", LAYERS)
def test_no_images(arrays, layer):
    forward, backward = LAYERS[layer]
    out, cache = forward(arrays[0][:0], *arrays[1:])
    dx, dgamma, dbeta = backward(out, cache)
    assert out.shape == dx.shape == (0, 6, 3, 4) and dgamma.tolist() == dbeta.tolist() == [0] * 6


@pytest.mark.parametrize("mode", ["train", "test"])
def test_spatial_batchnorm_is_batchnorm_with_a_row_per_pixel(arrays, mode):
    x, gamma, beta = arrays
    spatial, rows = {"mode": mode}, {"mode": mode}
    out, cache = spatial_batchnorm_forward(x, gamma, beta, spatial)
    flat, flat_cache = batchnorm_forward(x.transpose(0, 2, 3, 1).reshape(-1, 6), gamma, beta, rows)
    np.testing.assert_allclose(out.transpose(0, 2, 3, 1).reshape(-1, 6), flat, rtol=1e-12)
    for key in ("running_mean", "running_var"):
        np.testing.assert_allclose(spatial[key], rows[key], rtol=1e-12)
    dx, *sums = spatial_batchnorm_backward(np.cos(out), cache)
    flat_dx, *flat_sums = batchnorm_backward(np.cos(flat), flat_cache)
    np.testing.assert_allclose(dx.transpose(0, 2, 3, 1).reshape(-1, 6), flat_dx, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(sums, flat_sums, rtol=1e-9, atol=1e-12)


def test_one_group_is_layernorm_of_the_whole_image(arrays):
    x = arrays[0]
    out, _ = spatial_groupnorm_forward(x, np.ones(6), np.zeros(6), 1, {})
    rows, _ = layernorm_forward(x.reshape(2, -1), np.ones(72), np.zeros(72), {})
    np.testing.assert_allclose(out.reshape(2, -1), rows, rtol=1e-12, atol=1e-12)


def test_instance_norm_is_a_group_for_each_channel(arrays):
    np.testing.assert_array_equal(
        spatial_instancenorm_forward(*arrays, {})[0], spatial_groupnorm_forward(*arrays, 6, {})[0]
    )


def test_neighbouring_channels_go_together(arrays):
    out, _ = spatial_groupnorm_forward(arrays[0], np.ones(6), np.zeros(6), 2, {"eps": 1e-12})
    for part in (out[:, :3], out[:, 3:]):
        np.testing.assert_allclose(part.mean(axis=(1, 2, 3)), 0, atol=1e-12)
        np.testing.assert_allclose(part.std(axis=(1, 2, 3)), 1)


@pytest.mark.parametrize("layer", ["group", "instance"])
def test_gamma_and_beta_with_axes_of_length_1(arrays, layer):
    x, gamma, beta = arrays
    forward, backward = LAYERS[layer]
    out, cache = forward(x, gamma.reshape(1, 6, 1, 1), beta.reshape(1, 6, 1, 1))
    flat, flat_cache = forward(x, gamma, beta)
    np.testing.assert_array_equal(out, flat)
    for gradient, right, shape in zip(
        backward(x, cache), backward(x, flat_cache), (x.shape, (1, 6, 1, 1), (1, 6, 1, 1)), strict=True
    ):
        assert gradient.shape == shape
        np.testing.assert_array_equal(gradient.ravel(), right.ravel())


@pytest.mark.parametrize("layer", ["group", "instance"])
def test_eps_is_1e_5_unless_told_and_above_0(arrays, layer):
    forward = {
        "group": lambda x, ln_param: spatial_groupnorm_forward(x, np.ones(6), np.zeros(6), 6, ln_param),
        "instance": lambda x, ln_param: spatial_instancenorm_forward(x, np.ones(6), np.zeros(6), ln_param),
    }[layer]
    x = 1e-3 * arrays[0]  # a variance so small that eps matters
    expected = (x - x.mean(axis=(2, 3), keepdims=True)) / np.sqrt(x.var(axis=(2, 3), keepdims=True) + 1e-5)
    np.testing.assert_allclose(forward(x, {})[0], expected, rtol=1e-9, atol=1e-12)
    with pytest.raises(ValueError, match=r"""\["eps"\] should be a number above 0, but is 0"""):
        forward(x, {"eps": 0})


def test_there_is_at_least_one_group(arrays):
    with pytest.raises(ValueError, match="spatial_groupnorm_forward: G should be an integer of at least 1, but is 0"):
        spatial_groupnorm_forward(*arrays, 0, {})


def test_groups_that_do_not_divide_the_channels(arrays):
    with pytest.raises(ValueError, match="spatial_groupnorm_forward: G should divide the number of channels, 6, but"):
        spatial_groupnorm_forward(*arrays, 4, {})


@pytest.mark.parametrize(
    "layer, name",
    [("batch, train", "spatial_batchnorm"), ("group", "spatial_groupnorm"), ("instance", "spatial_instancenorm")],
)
def test_shapes_that_do_not_fit(arrays, layer, name):
    x, gamma, beta = arrays
    forward, backward = LAYERS[layer]
    with pytest.raises(ValueError, match=rf"{name}_forward: x should have shape \(N, C, H, W\), but has \(2, 6, 12\)"):
        forward(x.reshape(2, 6, 12), gamma, beta)
    with pytest.raises(ValueError, match=rf"{name}_forward: beta should have shape \(6,\), .* but has \(5,\)"):
        forward(x, gamma, beta[:5])
    with pytest.raises(ValueError, match=rf"{name}_backward: dout should have shape \(2, 6, 3, 4\), that of out"):
        backward(x[:1], forward(*arrays)[1])
