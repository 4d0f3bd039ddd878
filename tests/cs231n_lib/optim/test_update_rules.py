import math
from itertools import pairwise

import numpy as np
import pytest

from cs231n_lib import optim
from cs231n_lib.optim import update_rules

RULES = [getattr(optim, name) for name in update_rules.__all__]
GRADIENTS = [2.0, -1.0, 0.5]
ADAM = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 1, "in_place": False}


def trajectory(rule, config, w=1.0, gradients=GRADIENTS):
    """The values of one weight after each of the library's steps with these gradients."""
    weights = []
    w = np.array([w])
    for gradient in gradients:
        w, config = rule(w, np.array([gradient]), config)
        weights.append(float(w[0]))
    return weights


def expect(weights, by_hand):
    np.testing.assert_allclose(weights, by_hand, rtol=1e-13)


def test_sgd_momentum_by_hand():
    # v: -0.2, then 0.5 * -0.2 + 0.1 = 0, then -0.05
    expect(trajectory(optim.sgd_momentum, {"learning_rate": 0.1, "momentum": 0.5}), [0.8, 0.8, 0.75])


def test_nesterov_by_hand():
    # v: -0.2, 0, -0.05; steps v' + 0.5 (v' - v): -0.2 - 0.1, 0 + 0.1, -0.05 - 0.025
    expect(trajectory(optim.nesterov, {"learning_rate": 0.1, "momentum": 0.5}), [0.7, 0.8, 0.725])


def test_nesterov_is_the_gradient_looked_ahead():
    """In the usual notation: v' = mu v - rate f'(x + mu v), x' = x + v', with f(x) = x^2 / 2."""
    w, config, x, v = np.array([1.0]), {"learning_rate": 0.1, "momentum": 0.9}, 1.0, 0.0
    for _ in range(5):
        w, config = optim.nesterov(w, w, config)
        v = 0.9 * v - 0.1 * (x + 0.9 * v)
        x += v
        assert float(w[0]) == pytest.approx(x + 0.9 * v, rel=1e-12)


def test_adagrad_by_hand():
    # cache: 4, 5, 5.25
    by_hand = [1 - 0.1 * 2 / 2]
    by_hand.append(by_hand[-1] + 0.1 / math.sqrt(5))
    by_hand.append(by_hand[-1] - 0.05 / math.sqrt(5.25))
    expect(trajectory(optim.adagrad, {"learning_rate": 0.1, "epsilon": 0.0}), by_hand)


def test_rmsprop_by_hand():
    # cache: 0.25 * 4 = 1, 0.75 + 0.25 = 1, 0.75 + 0.0625 = 0.8125
    by_hand = [1 - 0.1 * 2, 0.9, 0.9 - 0.05 / math.sqrt(0.8125)]
    expect(trajectory(optim.rmsprop, {"learning_rate": 0.1, "decay_rate": 0.75, "epsilon": 0.0}), by_hand)


@pytest.mark.parametrize("rule", [optim.adagrad, optim.rmsprop])
def test_epsilon_is_added_to_the_root(rule):
    config = {"learning_rate": 1.0, "epsilon": 3.0} | ({"decay_rate": 0.0} if rule is optim.rmsprop else {})
    expect(trajectory(rule, config, gradients=[2.0]), [1 - 2 / (2 + 3)])


def test_adam_by_hand():
    # m: 1, 0, 0.25; v: 1, 1, 0.8125; corrected by 1 - 0.5^t = 1/2, 3/4, 7/8 and 1 - 0.75^t = 1/4, 7/16, 37/64
    config = {"learning_rate": 0.1, "beta1": 0.5, "beta2": 0.75, "epsilon": 0.5}
    by_hand = [1 - 0.1 * 2 / (2 + 0.5)]
    by_hand.append(by_hand[-1])
    by_hand.append(by_hand[-1] - 0.1 * (0.25 * 8 / 7) / (math.sqrt(0.8125 * 64 / 37) + 0.5))
    expect(trajectory(optim.adam, config), by_hand)


def test_adamw_shrinks_the_weight_apart_from_the_gradient():
    config = {"learning_rate": 0.1, "beta1": 0.5, "beta2": 0.75, "epsilon": 0.5, "weight_decay": 0.2}
    first = 1 - 0.1 * 2 / 2.5 - 0.1 * 0.2 * 1
    expect(trajectory(optim.adamw, config, gradients=[2.0, -1.0]), [first, first - 0.1 * 0.2 * first])


def test_adamw_without_decay_is_adam():
    config = {"learning_rate": 0.1}
    assert trajectory(optim.adamw, config | {"weight_decay": 0.0}) == trajectory(optim.adam, config)


@pytest.mark.parametrize(
    "rule, defaults",
    [
        (optim.sgd_momentum, {"learning_rate": 1e-2, "momentum": 0.9}),
        (optim.nesterov, {"learning_rate": 1e-2, "momentum": 0.9}),
        (optim.adagrad, {"learning_rate": 1e-2, "epsilon": 1e-8}),
        (optim.rmsprop, {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8}),
        (optim.adam, ADAM),
        (optim.adamw, ADAM | {"weight_decay": 1e-2}),
    ],
)
def test_defaults(rule, defaults):
    _, config = rule(np.ones(2), np.ones(2))
    assert {key: value for key, value in config.items() if not isinstance(value, np.ndarray)} == defaults


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_finds_the_bottom_of_a_bowl(rule):
    curvature = np.array([1.0, 10.0])
    w, config = np.array([3.0, -2.0]), {"learning_rate": 0.5 if rule is optim.adagrad else 0.02}
    if rule is optim.adamw:
        config["weight_decay"] = 0.0
    values = []
    for _ in range(600):
        w, config = rule(w, curvature * w, config)
        values.append(float(np.sum(curvature * w * w) / 2))
    assert values[-1] < 1e-3
    # it stays low, so it did not get there by chance
    assert all(max(later) < max(sooner) for sooner, later in pairwise((values[:150], values[150:300], values[450:])))


@pytest.mark.parametrize("rule", RULES)
def test_nothing_that_is_handed_in_changes(rule):
    rng = np.random.default_rng(0)
    w, dw = rng.standard_normal((2, 3, 4))
    config = rule(w, dw, {"learning_rate": 0.1})[1]
    before = {key: np.copy(value) for key, value in config.items()}
    w_before, dw_before = w.copy(), dw.copy()
    for array in (w, dw, *config.values()):
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    next_w, next_config = rule(w, dw, config)
    np.testing.assert_array_equal(w, w_before)
    np.testing.assert_array_equal(dw, dw_before)
    for key, value in config.items():
        np.testing.assert_array_equal(value, before[key])
    assert next_config is not config and not np.shares_memory(next_w, w)


@pytest.mark.parametrize("rule", [optim.adam, optim.adamw])
def test_in_place_the_same_numbers_stand_in_the_arrays_handed_in(rule):
    gradients = np.random.default_rng(0).standard_normal((5, 300, 200)).astype(np.float32)
    w = expected = np.ones((300, 200), np.float32)
    config, expected_config = {"in_place": True}, {}
    for dw in gradients:
        expected, expected_config = rule(expected, dw, expected_config)
    expected = expected.copy()
    for step, dw in enumerate(gradients):
        before, memory = w, config.get("m")
        w, config = rule(w, dw, config)
        assert w is before and (step == 0 or config["m"] is memory)
    np.testing.assert_array_equal(w, expected)
    for key in ("m", "v", "t"):
        np.testing.assert_array_equal(config[key], expected_config[key])


def test_in_place_is_true_or_false():
    with pytest.raises(ValueError, match=r"adam: config\['in_place'\] should be True or False, but is 1"):
        optim.adam(np.ones(2), np.ones(2), {"in_place": 1})


@pytest.mark.parametrize("shape", [(3, 4), (), (0, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rule", RULES)
def test_weights_and_memory_keep_their_type(rule, dtype, shape):
    w, config = np.ones(shape, dtype), {"learning_rate": np.float64(0.1)}
    for _ in range(3):
        w, config = rule(w, np.full(shape, 0.5, dtype), config)
        assert w.dtype == dtype and w.shape == shape
        assert all(value.dtype == dtype for value in config.values() if isinstance(value, np.ndarray))


@pytest.mark.parametrize("rule", RULES)
def test_float32_follows_float64(rule):
    gradients = np.random.default_rng(0).standard_normal((20, 5))
    ends = []
    for dtype in (np.float32, np.float64):
        w, config = np.ones(5, dtype), None
        for dw in gradients:
            w, config = rule(w, dw.astype(dtype), config)
        ends.append(w)
    np.testing.assert_allclose(*ends, rtol=1e-5)


@pytest.mark.parametrize("rule", RULES)
def test_a_gradient_of_another_shape(rule):
    with pytest.raises(ValueError, match=rf"{rule.__name__}: dw should have shape \(3, 4\).* but has \(4, 3\)"):
        rule(np.ones((3, 4)), np.ones((4, 3)))


@pytest.mark.parametrize("rule", RULES)
def test_a_misspelt_key(rule):
    with pytest.raises(ValueError, match=f"{rule.__name__}: config has an unknown key 'learning_rte'.*'learning_rate'"):
        rule(np.ones(3), np.ones(3), {"learning_rte": 0.1})


@pytest.mark.parametrize(
    "rule, config, message",
    [
        (optim.adam, {"learning_rate": -1}, r"adam: config\['learning_rate'\] should be a number of at least 0"),
        (optim.sgd_momentum, {"momentum": 1.0}, r"config\['momentum'\] should be .* below 1"),
        (
            optim.sgd_momentum,
            {"velocity": np.zeros(4)},
            r"config\['velocity'\] should have shape \(3,\).*but has \(4,\)",
        ),
        (optim.adam, {"t": 1.5}, r"adam: config\['t'\] should be an integer"),
        (optim.adam, {"m": np.zeros((3, 1))}, r"config\['m'\] should have shape \(3,\)"),
    ],
)
def test_settings_that_do_not_fit(rule, config, message):
    with pytest.raises(ValueError, match=message):
        rule(np.ones(3), np.ones(3), config)


@pytest.mark.parametrize(
    "rule, name",
    [
        (optim.sgd_momentum, "momentum"),
        (optim.nesterov, "momentum"),
        (optim.rmsprop, "decay_rate"),
        (optim.adam, "beta1"),
        (optim.adam, "beta2"),
        (optim.adamw, "beta1"),
    ],
)
def test_shares_are_from_0_to_below_1(rule, name):
    for value in (1, -0.1):
        with pytest.raises(ValueError, match=rf"config\['{name}'\] should be a number of at least 0 and below 1"):
            rule(np.ones(3), np.ones(3), {name: value})
    assert rule(np.ones(3), np.ones(3), {name: 0})[1][name] == 0


@pytest.mark.parametrize("rule", [optim.adagrad, optim.rmsprop, optim.adam])
def test_epsilon_is_from_0(rule):
    with pytest.raises(ValueError, match=r"config\['epsilon'\] should be a number of at least 0, but is -1"):
        rule(np.ones(3), np.ones(3), {"epsilon": -1})
    assert np.isfinite(rule(np.ones(3), np.ones(3), {"epsilon": 0})[0]).all()


def test_steps_are_counted_from_0():
    with pytest.raises(ValueError, match=r"adam: config\['t'\] should be an integer of at least 0, but is -1"):
        optim.adam(np.ones(3), np.ones(3), {"t": -1})
    assert optim.adam(np.ones(3), np.ones(3), {"t": 0})[1]["t"] == 1
