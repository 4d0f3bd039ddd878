"""The values of the mistakes against update rules that are written out with the mistake."""

import numpy as np
import pytest

from cs231n_lib.mistakes import optimizers as known

W, GRADIENTS = np.array([1.0, -2.0]), np.array([[1.0, -3.0], [0.5, 2.0], [-2.0, 0.1]])
ADAM = {"learning_rate": 0.1, "beta1": 0.6, "beta2": 0.8, "epsilon": 0.01}


def walked(step, **memory):
    """The weights after each gradient, where step(w, g, t, memory) returns the next w."""
    w, trace = W, []
    for t, g in enumerate(GRADIENTS, start=1):
        w = step(w, g, t, memory)
        trace.append(w)
    return np.array(trace)


def given_by(mistakes, id):
    """All that the mistakes of this id give."""
    values = [value for mistake in mistakes if mistake.id == f"optimizers.{id}" for value in mistake.gives.values()]
    return [value() if callable(value) else value for value in values]


def assert_gives(mistakes, id, expected):
    found = given_by(mistakes, id)
    assert any(np.shape(value) == np.shape(expected) and np.allclose(value, expected) for value in found), found


def test_momentum_that_is_forgotten_is_gradient_descent():
    mistakes = known.sgd_momentum(W, GRADIENTS, {"learning_rate": 0.1, "momentum": 0.7})
    assert_gives(mistakes, "velocity_forgotten", walked(lambda w, g, t, m: w - 0.1 * g))


def test_momentum_with_the_wrong_sign():
    def step(w, g, t, memory):
        memory["v"] = -0.7 * memory["v"] - 0.1 * g
        return w + memory["v"]

    mistakes = known.sgd_momentum(W, GRADIENTS, {"learning_rate": 0.1, "momentum": 0.7})
    assert_gives(mistakes, "momentum_sign", walked(step, v=0))


def test_nesterov_without_the_learning_rate():
    def step(w, g, t, memory):
        old = memory["v"]
        memory["v"] = 0.7 * old - g
        return w + memory["v"] + 0.7 * (memory["v"] - old)

    mistakes = known.nesterov(W, GRADIENTS, {"learning_rate": 0.1, "momentum": 0.7})
    assert_gives(mistakes, "nesterov_without_rate", walked(step, v=0))


def test_adagrad_with_epsilon_inside_of_the_root():
    def step(w, g, t, memory):
        memory["c"] = memory["c"] + g**2
        return w - 0.1 * g / np.sqrt(memory["c"] + 0.3)

    mistakes = known.adagrad(W, GRADIENTS, {"learning_rate": 0.1, "epsilon": 0.3})
    assert_gives(mistakes, "epsilon_inside_root", walked(step, c=0))


def test_rmsprop_that_adds_its_averages_up():
    def step(w, g, t, memory):
        memory["c"] += 0.7 * memory["c"] + 0.3 * g**2
        return w - 0.1 * g / (np.sqrt(memory["c"]) + 0.01)

    config = {"learning_rate": 0.1, "epsilon": 0.01, "decay_rate": 0.7}
    assert_gives(known.rmsprop(W, GRADIENTS, config), "mean_added_up", walked(step, c=0))


def adam_step(w, g, t, memory, first=0.6, second=0.8, correct=lambda t: (1 - 0.6**t, 1 - 0.8**t), kept=False):
    memory["m"] = first * memory["m"] + (1 - first) * g
    memory["v"] = second * memory["v"] + (1 - second) * g**2
    share_m, share_v = correct(t)
    m, v = memory["m"] / share_m, memory["v"] / share_v
    if kept:
        memory.update(m=m, v=v)
    return w - 0.1 * m / (np.sqrt(v) + 0.01)


@pytest.mark.parametrize(
    ("id", "changed"),
    [
        ("no_bias_correction", {"correct": lambda t: (1, 1)}),
        ("t_not_advanced", {"correct": lambda t: (1 - 0.6, 1 - 0.8)}),
        ("t_one_ahead", {"correct": lambda t: (1 - 0.6 ** (t + 1), 1 - 0.8 ** (t + 1))}),
        ("second_not_corrected", {"correct": lambda t: (1 - 0.6**t, 1)}),
        ("betas_exchanged", {"first": 0.8, "second": 0.6, "correct": lambda t: (1 - 0.8**t, 1 - 0.6**t)}),
        ("corrected_average_kept", {"kept": True}),
        ("hyperparameter_fixed", {"first": 0.9, "correct": lambda t: (1 - 0.9**t, 1 - 0.8**t)}),
        ("hyperparameter_fixed", {"second": 0.999, "correct": lambda t: (1 - 0.6**t, 1 - 0.999**t)}),
        ("hyperparameter_fixed", {"first": 0.9, "second": 0.999, "correct": lambda t: (1 - 0.9**t, 1 - 0.999**t)}),
        ("one_beta", {"first": 0.8, "correct": lambda t: (1 - 0.8**t, 1 - 0.8**t)}),
        ("one_beta", {"second": 0.6, "correct": lambda t: (1 - 0.6**t, 1 - 0.6**t)}),
    ],
)
def test_adam(id, changed):
    trace = walked(lambda w, g, t, memory: adam_step(w, g, t, memory, **changed), m=0, v=0)
    assert_gives(known.adam(W, GRADIENTS, ADAM), id, trace)


def test_the_right_adam_is_none_of_its_mistakes():
    right = walked(adam_step, m=0, v=0)
    values = [value() for mistake in known.adam(W, GRADIENTS, ADAM) for value in mistake.gives.values()]
    assert len(values) > 20 and not any(np.allclose(value, right) for value in values)


def test_adamw_with_the_decay_in_the_gradient():
    trace = walked(lambda w, g, t, memory: adam_step(w, g + 0.3 * w, t, memory), m=0, v=0)
    assert_gives(known.adamw(W, GRADIENTS, {**ADAM, "weight_decay": 0.3}), "decay_in_gradient", trace)


def net(seed=0):
    rng = np.random.default_rng(seed)
    sizes = (3, 4, 4, 2)
    params = {f"W{k}": rng.normal(size=sizes[k - 1 : k + 1]) for k in (1, 2, 3)}
    return (
        rng.normal(size=(5, 3)),
        rng.integers(2, size=5),
        params | {f"b{k}": rng.normal(size=sizes[k]) for k in (1, 2, 3)},
    )


def layers_of(params, X, relu):
    out = X
    for k in (1, 2, 3):
        out = out @ params[f"W{k}"] + params[f"b{k}"]
        out = np.maximum(out, 0) if relu(k) else out
    return out


def test_scores():
    X, _, params = net()
    np.testing.assert_allclose(known.right_scores(params, X), layers_of(params, X, lambda k: k < 3))
    assert_gives(known.scores(params, X), "relu_on_scores", layers_of(params, X, lambda k: True))
    assert_gives(known.scores(params, X), "no_relu", layers_of(params, X, lambda k: False))


def test_gradients_without_the_relu_on_the_way_back():
    X, y, params = net()
    h1 = np.maximum(X @ params["W1"] + params["b1"], 0)
    h2 = np.maximum(h1 @ params["W2"] + params["b2"], 0)
    p = np.exp(h2 @ params["W3"] + params["b3"])
    dout = (p / p.sum(axis=1, keepdims=True) - np.eye(2)[y]) / 5
    through = dout @ params["W3"].T
    found = {m.id: m for m in known.gradients(params, X, y)}["optimizers.no_relu_backward"].gives
    np.testing.assert_allclose(found["W2"](), h1.T @ through, atol=1e-8)
    np.testing.assert_allclose(found["W1"](), X.T @ (through @ params["W2"].T), atol=1e-8)


def test_the_penalty_of_the_biases():
    _, _, params = net()
    mistakes = list(known.penalty(params, 0.5))
    assert_gives(mistakes, "biases_regularized", 0.5 * sum(np.sum(value**2) for value in params.values()))
    assert_gives(mistakes, "biases_regularized", params["b2"])


@pytest.mark.parametrize(
    ("mistakes", "id", "expected"),
    [
        (known.weights("he", 50, 8), "fan_out", 0.5),
        (known.weights("he", 100, 8), "two_over_root", 0.2),
        (known.weights("xavier", 100, 8), "variance_as_std", 0.01),
        (known.weights(0.04, 100, 8), "number_as_variance", 0.2),
        (known.step_decay(1.0, [4, 5, 6], [5], 0.1), "milestone_off_by_one", [1.0, 1.0, 0.1]),
        (known.exponential_decay(2.0, [0, 1], 0.5), "rate_grows", [2.0, 2.0 * np.e**0.5]),
        (known.inverse_time_decay(2.0, [0, 1], 0.5), "parentheses", [2.0, 2.5]),
        (known.cosine_decay(1.0, [0, 5, 10], 10), "half_missing", [2.0, 1.0, 0.0]),
        (known.cosine_decay(1.0, [0, 5, 10], 10), "negative_rate", [1.0, 0.0, -1.0]),
    ],
)
def test_first_weights_and_schedules(mistakes, id, expected):
    assert_gives(list(mistakes), id, expected)


def test_activation_stds_before_the_activation_function():
    x, weights = np.array([[1.0], [-3.0]]), [np.array([[2.0]]), np.array([[1.0]])]
    mistakes = known.activation_stds(x, weights, lambda v: np.maximum(v, 0))
    assert_gives(mistakes, "std_before_activation", [4.0, 1.0])
