import numpy as np
import pytest

from cs231n_lib.diagnosis import numerical_gradient, rel_error
from cs231n_lib.models import FullyConnectedNet, fully_connected_loss, init_fully_connected

DEPTHS = [[], [5], [5, 6, 7], [5, 4, 6, 5, 7]]


def net(hidden_dims, seed=0):
    """Parameters for 6 values and 4 classes, with biases other than 0."""
    rng = np.random.default_rng(seed)
    params = init_fully_connected(6, hidden_dims, 4, "he", rng)
    return {name: array + 0.1 * (array.ndim == 1) * rng.standard_normal(array.shape) for name, array in params.items()}


@pytest.fixture
def examples():
    rng = np.random.default_rng(1)
    return rng.standard_normal((7, 2, 3)), rng.integers(4, size=7)


@pytest.mark.parametrize("reg", [0.0, 0.3])
@pytest.mark.parametrize("hidden_dims", DEPTHS)
def test_gradients(hidden_dims, reg, examples):
    params = net(hidden_dims)
    _, grads = fully_connected_loss(params, *examples, reg)
    assert list(grads) == list(params)
    for name, array in params.items():
        numeric = numerical_gradient(
            lambda value, name=name: fully_connected_loss(params | {name: value}, *examples, reg)[0], array
        )
        assert grads[name].shape == array.shape and rel_error(grads[name], numeric) < 1e-6, name


def test_scores_and_loss_by_hand():
    params = {
        "W1": np.array([[1.0, -1.0], [0.0, 2.0]]),
        "b1": np.array([0.5, 0.0]),
        "W2": np.array([[1.0, 0.0], [2.0, -1.0]]),
        "b2": np.array([0.0, 10.0]),
    }
    X = [[1, 3], [2, 0]]  # hidden (1.5, 5) and (2.5, max(0, -2))
    np.testing.assert_allclose(fully_connected_loss(params, X), [[11.5, 5.0], [2.5, 10.0]])
    data = (np.log1p(np.exp(5.0 - 11.5)) + np.log1p(np.exp(2.5 - 10.0))) / 2
    loss, _ = fully_connected_loss(params, X, [0, 1], reg=0.1)
    assert loss == pytest.approx(data + 0.1 * (1 + 1 + 4 + 1 + 4 + 1), rel=1e-12)


@pytest.mark.parametrize("hidden_dims", DEPTHS)
def test_it_agrees_with_the_class(hidden_dims, examples):
    X, y = examples
    model = FullyConnectedNet(hidden_dims, 6, 4, reg=0.2, dtype=np.float64)
    model.params = net(hidden_dims)
    np.testing.assert_allclose(fully_connected_loss(model.params, X), model.loss(X), rtol=1e-12)
    loss, grads = fully_connected_loss(model.params, X, y, 0.2)
    expected, expected_grads = model.loss(X, y)
    assert loss == pytest.approx(expected, rel=1e-12)
    for name, gradient in grads.items():
        np.testing.assert_allclose(gradient, expected_grads[name], rtol=1e-10, atol=1e-12)


def test_nothing_that_is_handed_in_changes(examples):
    params = net([5, 6])
    for array in (*params.values(), *examples):
        array.flags.writeable = False
    fully_connected_loss(params, *examples, reg=0.1)


def test_float32_stays_float32(examples):
    X, y = examples
    params = {name: array.astype(np.float32) for name, array in net([5, 6]).items()}
    loss, grads = fully_connected_loss(params, X.astype(np.float32), y, reg=0.1)
    assert loss.dtype == np.float32 and all(gradient.dtype == np.float32 for gradient in grads.values())
    assert fully_connected_loss(params, X.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("rule, scale", [("he", 2**0.5), ("xavier", 1.0)])
def test_rules_that_scale_with_the_inputs(rule, scale):
    params = init_fully_connected(400, [900, 300], 200, rule, 0)
    for name, inputs in (("W1", 400), ("W2", 900), ("W3", 300)):
        assert params[name].std() == pytest.approx(scale / inputs**0.5, rel=0.02), name
        assert params[name].dtype == np.float64


def test_a_number_is_the_standard_deviation_of_all_weights():
    params = init_fully_connected(400, [900], 200, 0.05, 0)
    assert params["W1"].std() == pytest.approx(0.05, rel=0.02) == params["W2"].std()
    assert not any(array.any() for array in init_fully_connected(4, [5], 3, 0, 0).values())


def test_biases_are_0_and_weights_are_not_shared():
    params = init_fully_connected(6, [5, 5], 5, "he", 0)
    assert not any(params[name].any() for name in ("b1", "b2", "b3"))
    assert not np.array_equal(params["W2"], params["W3"])


def test_one_of_everything_is_enough():
    params = init_fully_connected(1, [1], 1, "he", 0)
    assert [array.shape for array in params.values()] == [(1, 1), (1,), (1, 1), (1,)]


def test_the_seed_decides():
    first, same, other = (
        init_fully_connected(6, [5], 4, "he", seed)["W2"] for seed in (0, np.random.default_rng(0), 1)
    )
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    "change, error, message",
    [
        ({"hidden_dims": 5}, TypeError, "hidden_dims should be a list such as"),
        ({"hidden_dims": [5, 0]}, ValueError, "each size in hidden_dims should be an integer of at least 1, but is 0"),
        ({"input_dim": 0}, ValueError, "input_dim should be an integer of at least 1, but is 0"),
        ({"num_classes": 1.5}, ValueError, "num_classes should be an integer"),
        ({"rule": "glorot"}, ValueError, "rule should be 'he' or 'xavier', but is 'glorot'"),
        ({"rule": -1}, ValueError, "rule should be a number of at least 0, but is -1"),
        ({"rng": "a"}, ValueError, "rng should be a np.random.Generator"),
    ],
)
def test_settings_that_do_not_fit(change, error, message):
    settings = {"input_dim": 6, "hidden_dims": [5], "num_classes": 4, "rule": "he", "rng": 0} | change
    with pytest.raises(error, match=f"init_fully_connected: {message}"):
        init_fully_connected(**settings)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"params": {}}, r"params should be a dict of W1, b1, W2, b2, and so on, but is \{\}"),
        ({"params": None}, "params should be a dict of W1, b1, W2, b2, and so on, but is None"),
        ({"params": {"W1": 1, "c": 2}}, "params should be a dict of W1, .* but has W1, c"),
        ({"params": net([5]) | {"W2": np.ones((6, 4))}}, r"params\['W2'\] should have shape \(5, outputs\)"),
        (
            {"params": net([5]) | {"b1": np.ones(4)}},
            r".* params\['b1'\] \(outputs,\), but they have \(6, 5\) and \(4,\)",
        ),
        ({"X": np.ones((7, 5))}, r"X should have 6 values per example, as in \(N, 6\), but has shape \(7, 5\)"),
        ({"X": np.ones((0, 6)), "y": np.ones(0, int)}, "X holds no examples"),
        ({"y": [4] * 7}, "y should"),
        ({"reg": -1}, "reg should be a number of at least 0"),
    ],
)
def test_arguments_that_do_not_fit(change, message):
    arguments = {"params": net([5]), "X": np.ones((7, 6)), "y": [0] * 7, "reg": 0.1} | change
    with pytest.raises(ValueError, match=f"fully_connected_loss: {message}"):
        fully_connected_loss(**arguments)
