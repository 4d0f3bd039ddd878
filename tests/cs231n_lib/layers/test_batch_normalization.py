import numpy as np
import pytest

from cs231n_lib.layers import batchnorm_backward, batchnorm_backward_alt, batchnorm_forward

BACKWARD = pytest.mark.parametrize("backward", [batchnorm_backward, batchnorm_backward_alt])
MODES = pytest.mark.parametrize("mode", ["train", "test"])


@pytest.fixture
def arrays():
    """x (6, 4), gamma (4,), beta (4,)."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((6, 4)) + 3, rng.standard_normal(4), rng.standard_normal(4)


def forward(mode):
    """batchnorm_forward with running averages that differ greatly from the batch's mean and variance."""

    def run(x, gamma, beta):
        running = {"running_mean": np.array([1, 2, 3, 4.0]), "running_var": np.array([9, 2, 3, 0.5])}
        return batchnorm_forward(x, gamma, beta, {"mode": mode} | running)

    return run


def test_train_mode_gives_every_feature_the_mean_beta_and_the_deviation_gamma(arrays):
    out, _ = batchnorm_forward(*arrays, {"mode": "train", "eps": 1e-12})
    np.testing.assert_allclose(out.mean(axis=0), arrays[2])
    np.testing.assert_allclose(out.std(axis=0), np.abs(arrays[1]))


def test_test_mode_uses_the_running_averages(arrays):
    x, gamma, beta = arrays
    out, _ = forward("test")(*arrays)
    expected = gamma * (x - [1, 2, 3, 4]) / np.sqrt(np.array([9, 2, 3, 0.5]) + 1e-5) + beta
    np.testing.assert_allclose(out, expected)


def test_running_averages(arrays):
    bn_param = {"mode": "train", "momentum": 0.75}
    batches = arrays[0], arrays[0] + 7
    for x in batches:
        batchnorm_forward(x, *arrays[1:], bn_param)
    mean, var = ([np.mean(x, axis=0) for x in batches], [np.var(x, axis=0) for x in batches])
    np.testing.assert_allclose(bn_param["running_mean"], 0.25 * (0.75 * mean[0] + mean[1]))
    np.testing.assert_allclose(bn_param["running_var"], 0.25 * (0.75 * var[0] + var[1]))
    learnt = {key: bn_param[key].copy() for key in ("running_mean", "running_var")}
    batchnorm_forward(arrays[0] + 100, *arrays[1:], bn_param | {"mode": "test"})
    for key, value in learnt.items():
        np.testing.assert_array_equal(bn_param[key], value)


def test_running_averages_that_were_passed_in_are_not_changed_in_place(arrays):
    before = np.zeros(4)
    bn_param = {"mode": "train", "running_mean": before}
    batchnorm_forward(*arrays, bn_param)
    assert not before.any() and bn_param["running_mean"].any()


def test_many_batches_later_test_mode_is_train_mode_on_average():
    rng, bn_param = np.random.default_rng(1), {}
    for mode in ["train"] * 80 + ["test"]:
        bn_param["mode"] = mode
        out, _ = batchnorm_forward(3 * rng.standard_normal((500, 4)) + 10, np.ones(4), np.zeros(4), bn_param)
    np.testing.assert_allclose(out.mean(axis=0), 0, atol=0.15)
    np.testing.assert_allclose(out.std(axis=0), 1, atol=0.15)


@BACKWARD
@MODES
def test_gradients(arrays, check_gradients, set_backend, backward, mode):
    for backend in ("cython", "numpy"):
        set_backend(backend)
        check_gradients(forward(mode), backward, *arrays)


@BACKWARD
@MODES
def test_conduct(arrays, check_conduct, backward, mode):
    check_conduct(forward(mode), backward, *arrays)


@MODES
def test_running_averages_take_the_type_of_x(arrays, mode):
    bn_param = {"mode": mode, "running_mean": np.zeros(4), "running_var": np.ones(4)}
    out, _ = batchnorm_forward(*(array.astype(np.float32) for array in arrays), bn_param)
    assert out.dtype == bn_param["running_mean"].dtype == bn_param["running_var"].dtype == np.float32


@BACKWARD
def test_a_batch_of_one(arrays, backward):
    out, cache = batchnorm_forward(arrays[0][:1], *arrays[1:], {"mode": "train"})
    np.testing.assert_array_equal(out[0], arrays[2])
    dx, dgamma, dbeta = backward(np.ones((1, 4)), cache)
    assert not dx.any() and not dgamma.any() and dbeta.tolist() == [1] * 4


@BACKWARD
def test_a_constant_feature(arrays, backward):
    x = arrays[0].copy()
    x[:, 2] = 1e3 / 3
    out, cache = batchnorm_forward(x, *arrays[1:], {"mode": "train"})
    np.testing.assert_allclose(out[:, 2], arrays[2][2], atol=1e-8)
    assert all(np.isfinite(gradient).all() for gradient in backward(out, cache))


@BACKWARD
@MODES
def test_no_examples(arrays, backward, mode):
    bn_param = {"mode": mode, "running_mean": np.ones(4), "running_var": np.ones(4)}
    out, cache = batchnorm_forward(arrays[0][:0], *arrays[1:], bn_param)
    dx, dgamma, dbeta = backward(out, cache)
    assert out.shape == dx.shape == (0, 4) and dgamma.tolist() == dbeta.tolist() == [0] * 4
    assert bn_param["running_mean"].tolist() == [1] * 4


@pytest.mark.parametrize(
    "change, message",
    [
        ({"x": np.ones(4)}, r"x should have shape \(N, D\), but has \(4,\)"),
        ({"gamma": np.ones(3)}, r"gamma should have shape \(4,\), one number per feature, but has \(3,\)"),
        ({"beta": np.ones((1, 4))}, r"beta should have shape \(4,\), one number per feature, but has \(1, 4\)"),
        ({"bn_param": {}}, "bn_param has no 'mode'"),
        ({"bn_param": {"mode": "testing"}}, r"""bn_param\["mode"\] should be 'train' or 'test', but is 'testing'"""),
        ({"bn_param": {"mode": "test", "eps": 0}}, r"""bn_param\["eps"\] should be a number above 0, but is 0"""),
        (
            {"bn_param": {"mode": "train", "momentum": 1.1}},
            r"""bn_param\["momentum"\] should be .* and at most 1, but is 1.1""",
        ),
        (
            {"bn_param": {"mode": "train", "momentum": -0.1}},
            r"""bn_param\["momentum"\] should be .*at least 0 .* but is -0.1""",
        ),
        (
            {"bn_param": {"mode": "test", "running_mean": np.ones(5)}},
            r"""bn_param\["running_mean"\] should have shape""",
        ),
        ({"bn_param": {"mode": "test", "running_var": np.ones(5)}}, r"""bn_param\["running_var"\] should have shape"""),
    ],
)
def test_errors_name_the_argument(change, message):
    arguments = {"x": np.ones((2, 4)), "gamma": np.ones(4), "beta": np.ones(4), "bn_param": {"mode": "train"}}
    with pytest.raises(ValueError, match=f"batchnorm_forward: {message}"):
        batchnorm_forward(**(arguments | change))


@BACKWARD
def test_dout_that_does_not_fit(arrays, backward):
    _, cache = batchnorm_forward(*arrays, {"mode": "train"})
    with pytest.raises(ValueError, match=rf"{backward.__name__}: dout should have shape \(6, 4\), that of out"):
        backward(np.ones((6, 3)), cache)


@pytest.mark.parametrize("momentum, expected", [({"momentum": 0}, 1.0), ({"momentum": 1}, 0.0), ({}, 0.1)])
def test_the_share_of_a_batch_in_the_running_averages(arrays, momentum, expected):
    bn_param = {"mode": "train"} | momentum
    batchnorm_forward(*arrays, bn_param)
    np.testing.assert_allclose(bn_param["running_mean"], expected * arrays[0].mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(bn_param["running_var"], expected * arrays[0].var(axis=0), atol=1e-12)


def test_in_training_too_eps_is_1e_5_unless_told(arrays):
    x = 1e-3 * arrays[0]  # a variance so small that eps matters
    out, _ = batchnorm_forward(x, np.ones(4), np.zeros(4), {"mode": "train"})
    np.testing.assert_allclose(out, (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5), rtol=1e-9)
