import numpy as np
import pytest

from cs231n_lib.layers import (
    affine_forward,
    dropconnect_backward,
    dropconnect_forward,
    dropout_backward,
    dropout_forward,
    max_norm,
)


def train(p, seed=0):
    return {"mode": "train", "p": p, "seed": seed}


@pytest.fixture
def arrays():
    """x (4, 2, 3), w (6, 5), b (5,)."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((4, 2, 3)), rng.standard_normal((6, 5)), rng.standard_normal(5)


@pytest.mark.parametrize("p", [0.2, 0.5, 0.9])
def test_kept_fraction_and_mean(p):
    out, _ = dropout_forward(np.ones((400, 500)), train(p))
    assert np.mean(out != 0) == pytest.approx(p, abs=0.005)
    assert out[out != 0] == pytest.approx(1 / p)
    assert out.mean() == pytest.approx(1, abs=0.02)


def test_every_value_is_drawn_by_itself():
    kept = dropout_forward(np.ones((2000, 3)), train(0.5))[0] != 0
    patterns = np.unique(kept, axis=0, return_counts=True)[1]
    assert len(patterns) == 8 and patterns.min() > 200


@pytest.mark.parametrize("param", [{"mode": "test", "p": 0.3}, {"mode": "train", "p": 1}])
def test_identity(param, arrays):
    out, cache = dropout_forward(arrays[0], param)
    np.testing.assert_array_equal(out, arrays[0])
    np.testing.assert_array_equal(dropout_backward(arrays[0], cache), arrays[0])


def test_dropout_gradient(arrays, check_gradients):
    check_gradients(lambda x: dropout_forward(x, train(0.6)), dropout_backward, arrays[0])


def test_dropout_conduct(arrays, check_conduct):
    check_conduct(lambda x: dropout_forward(x, train(0.6)), dropout_backward, arrays[0])
    check_conduct(lambda x: dropout_forward(x, {"mode": "test", "p": 0.6}), dropout_backward, arrays[0])


def test_a_seed_drops_the_same_values_whatever_their_type():
    x = np.ones(1000)
    first = dropout_forward(x, train(0.5, 3))[0]
    np.testing.assert_array_equal(dropout_forward(x, train(0.5, 3))[0], first)
    np.testing.assert_array_equal(dropout_forward(x.astype(np.float32), train(0.5, 3))[0], first)
    assert (dropout_forward(x, train(0.5, 4))[0] != first).any()


def test_without_a_seed_each_call_drops_others():
    param = {"mode": "train", "p": 0.5}
    assert (dropout_forward(np.ones(1000), param)[0] != dropout_forward(np.ones(1000), param)[0]).any()


def test_a_generator_goes_on():
    generator = np.random.default_rng(0)
    first, second = (dropout_forward(np.ones(1000), train(0.5, generator))[0] for _ in range(2))
    assert (first != second).any()


def test_the_global_random_state_is_left_alone():
    np.random.seed(0)
    dropout_forward(np.ones(10), train(0.5))
    assert np.random.random() == np.random.RandomState(0).random_sample()


def test_no_examples():
    out, cache = dropout_forward(np.ones((0, 3)), train(0.5))
    assert out.shape == dropout_backward(out, cache).shape == (0, 3)


@pytest.mark.parametrize(
    "param, message",
    [
        (
            {"mode": "train", "p": 0},
            r"dropout_param\['p'\], the probability of keeping, should be a number above 0 and at "
            "most 1, but is 0",
        ),
        ({"mode": "test", "p": 1.5}, r"dropout_param\['p'\].* but is 1.5"),
        ({"mode": "eval", "p": 0.5}, r"dropout_param\['mode'\] should be 'train' or 'test', but is 'eval'"),
        ({"mode": "train"}, "dropout_param has no 'p'"),
        ({"mode": "train", "p": 0.5, "seed": -1}, r"dropout_param\['seed'\] should be a np.random.Generator, .* is -1"),
        (
            {"mode": "train", "p": 0.5, "sed": 1},
            "dropout_param has an unknown key 'sed'; it should have 'mode', 'p', 'seed'",
        ),
    ],
)
def test_parameters_that_do_not_fit(param, message):
    with pytest.raises(ValueError, match=f"dropout_forward: {message}"):
        dropout_forward(np.ones(3), param)


def test_an_upstream_gradient_that_does_not_fit():
    _, cache = dropout_forward(np.ones((2, 3)), train(0.5))
    with pytest.raises(ValueError, match=r"dropout_backward: dout should have shape \(2, 3\)"):
        dropout_backward(np.ones((3, 2)), cache)


def test_dropconnect_drops_weights_not_values(arrays):
    x, w, b = arrays
    rows = np.eye(6)  # so each row of out is a row of w after dropout
    out, _ = dropconnect_forward(rows, np.ones((6, 500)), np.zeros(500), train(0.25))
    assert set(np.unique(out)) == {0, 4}
    assert np.mean(out != 0) == pytest.approx(0.25, abs=0.05)


def test_dropconnect_gradients(arrays, check_gradients):
    check_gradients(lambda *xwb: dropconnect_forward(*xwb, train(0.6)), dropconnect_backward, *arrays)
    check_gradients(lambda *xwb: dropconnect_forward(*xwb, {"mode": "test", "p": 0.6}), dropconnect_backward, *arrays)


def test_dropconnect_conduct(arrays, check_conduct):
    check_conduct(lambda *xwb: dropconnect_forward(*xwb, train(0.6)), dropconnect_backward, *arrays)


def test_dropconnect_at_test_time_is_affine(arrays):
    out, _ = dropconnect_forward(*arrays, {"mode": "test", "p": 0.6})
    np.testing.assert_array_equal(out, affine_forward(*arrays)[0])


@pytest.mark.parametrize("shape, inputs", [((5, 7), 0), ((7, 3, 2, 2), (1, 2, 3))])
def test_max_norm_shortens_what_is_too_long_and_nothing_else(shape, inputs):
    w = np.random.default_rng(0).standard_normal(shape)
    norms = np.sqrt((w**2).sum(axis=inputs, keepdims=True))
    limit = np.median(norms)
    short = max_norm(w, limit)
    np.testing.assert_allclose(np.sqrt((short**2).sum(axis=inputs, keepdims=True)), np.minimum(norms, limit))
    np.testing.assert_allclose(short * np.maximum(norms / limit, 1), w)
    np.testing.assert_array_equal(short == w, np.broadcast_to(norms <= limit, shape))


def test_max_norm_of_zeros_keeps_the_type_and_the_argument():
    w = np.zeros((3, 2), np.float32)
    w[0, 0] = 5
    w.flags.writeable = False
    short = max_norm(w, np.float64(3))
    assert short.dtype == np.float32 and short.tolist() == [[3, 0], [0, 0], [0, 0]]


@pytest.mark.parametrize(
    "w, limit, message",
    [
        (np.ones(3), 1, r"max_norm: w should have shape \(D, M\) or \(F, C, HH, WW\), but has \(3,\)"),
        (np.ones((3, 2)), 0, "max_norm: limit should be a number above 0, but is 0"),
    ],
)
def test_max_norm_refuses(w, limit, message):
    with pytest.raises(ValueError, match=message):
        max_norm(w, limit)


def test_max_norm_without_a_bound():
    w = np.array([[3.0, 0.0], [4.0, 0.0]])
    np.testing.assert_array_equal(max_norm(w, np.inf), w)


def test_all_units_may_be_kept():
    out, cache = dropout_forward(np.ones((2, 3)), train(1))
    assert (out == 1).all() and (dropout_backward(out, cache) == 1).all()
