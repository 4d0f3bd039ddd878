import numpy as np
import pytest

from cs231n_lib import layers


def block(projects, C=3, F=4, seed=0):
    """Random parameters of a block with C channels, or with C and F of them and a projection."""
    rng = np.random.default_rng(seed)
    F = F if projects else C
    shapes = {"W1": (F, C, 3, 3), "W2": (F, F, 3, 3)} | ({"W3": (F, C, 1, 1)} if projects else {})
    params = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    for i in range(1, 3 + projects):
        params |= {f"gamma{i}": 1 + rng.random(F), f"beta{i}": rng.standard_normal(F)}
    return params, [{"mode": "train"} for _ in range(2 + projects)]


def by_single_layers(x, p, bn_params, mode):
    """The block from the naive layers."""

    def normalized(maps, i):
        return layers.spatial_batchnorm_forward(
            maps, p[f"gamma{i}"], p[f"beta{i}"], {**bn_params[i - 1], "mode": mode}
        )[0]

    def convolved(maps, i, stride):
        w = p[f"W{i}"]
        return layers.conv_forward_naive(maps, w, np.zeros(len(w)), {"stride": stride, "pad": w.shape[2] // 2})[0]

    stride = 2 if "W3" in p else 1
    inner = np.maximum(normalized(convolved(x, 1, stride), 1), 0)
    shortcut = normalized(convolved(x, 3, 2), 3) if "W3" in p else x
    return np.maximum(normalized(convolved(inner, 2, 1), 2) + shortcut, 0)


@pytest.mark.parametrize("size", [(4, 6), (5, 3)], ids=str)
@pytest.mark.parametrize("projects", [False, True])
def test_values_in_both_modes(projects, size):
    params, bn_params = block(projects)
    x = np.random.default_rng(1).standard_normal((5, 3, *size))
    for mode in ("train", "test"):
        expected = by_single_layers(x, params, [dict(bn_param) for bn_param in bn_params], mode)
        out, _ = layers.residual_block_forward(x, params, bn_params, mode)
        np.testing.assert_allclose(out, expected, rtol=1e-9, atol=1e-12)
    assert all("running_mean" in bn_param and bn_param["mode"] == "test" for bn_param in bn_params)


@pytest.mark.parametrize("projects", [False, True])
def test_gradients(check_gradients, projects):
    params, bn_params = block(projects)
    names = list(params)
    x = np.random.default_rng(2).standard_normal((4, 3, 4, 3))

    def forward(x, *arrays):
        return layers.residual_block_forward(x, dict(zip(names, arrays, strict=True)), bn_params, "train")

    def backward(dout, cache):
        dx, grads = layers.residual_block_backward(dout, cache)
        assert sorted(grads) == sorted(names)
        return dx, *(grads[name] for name in names)

    check_gradients(forward, backward, x, *params.values())
    _, cache = forward(x, *params.values())
    assert (
        layers.residual_block_backward(np.ones_like(x if not projects else np.ones((4, 4, 2, 2))), cache, False)[0]
        is None
    )


def test_with_gamma2_zero_a_block_passes_positive_images_on():
    params, bn_params = block(False)
    params |= {"gamma2": np.zeros(3), "beta2": np.zeros(3)}
    x = np.random.default_rng(3).random((2, 3, 4, 4))
    np.testing.assert_array_equal(layers.residual_block_forward(x, params, bn_params, "train")[0], x)


def test_float32_stays_float32():
    params, bn_params = block(True)
    params = {name: array.astype(np.float32) for name, array in params.items()}
    out, cache = layers.residual_block_forward(np.ones((2, 3, 4, 4), np.float32), params, bn_params, "train")
    dx, grads = layers.residual_block_backward(out, cache)
    assert {array.dtype for array in (out, dx, *grads.values())} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    "change, message",
    [
        ({"mode": "eval"}, "mode should be 'train' or 'test'"),
        ({"bn_params": [{}]}, "bn_params should have 2 dicts, but has 1"),
        ({"params": {"W1": 1}}, "params should have W1, gamma1, beta1, W2, gamma2, beta2, but has W1"),
        ({"x": np.ones((2, 5, 4, 4))}, "w should have shape"),
    ],
)
def test_arguments_that_do_not_fit(change, message):
    params, bn_params = block(False)
    arguments = {"x": np.ones((2, 3, 4, 4)), "params": params, "bn_params": bn_params, "mode": "train", **change}
    with pytest.raises(ValueError, match=message):
        layers.residual_block_forward(**arguments)


def test_more_filters_need_a_projection():
    params, bn_params = block(True)
    two = {name: array for name, array in params.items() if "3" not in name}
    with pytest.raises(ValueError, match="without W3, W2 should have 3 filters, like x, but has 4"):
        layers.residual_block_forward(np.ones((2, 3, 4, 4)), two, bn_params[:2], "train")
