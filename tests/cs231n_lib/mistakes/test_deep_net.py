"""The gradients of backward passes that leave out a step, against passes that are written out with the mistake.

The part of the hidden layer multiplies by a fixed array, as dropout does with its mask.
"""

import numpy as np
import pytest

from cs231n_lib.mistakes import deep_net

MASK = np.random.default_rng(1).uniform(0.5, 2, (5, 4))


@pytest.fixture
def case():
    rng = np.random.default_rng(0)
    shapes = {"W1": (3, 4), "b1": 4, "W2": (4, 2), "b2": 2}
    params = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    return rng.standard_normal((5, 3)), np.array([0, 1, 1, 0, 1]), params


def net(case, before_relu):
    X, _, params = case
    return deep_net.Net(lambda values, params, number, own: values * MASK, before_relu, params, [{}], X)


def of_hidden(case):
    """Return the weighted sums of the hidden layer, and the gradient of its outputs."""
    X, y, params = case
    sums = X @ params["W1"] + params["b1"]
    out = np.maximum(0, sums) * MASK  # the same before the ReLU, because the mask is positive
    p = np.exp(out @ params["W2"] + params["b2"])
    return sums, (p / p.sum(axis=1, keepdims=True) - np.eye(2)[y]) / 5 @ params["W2"].T


@pytest.mark.parametrize("before_relu", [True, False])
@pytest.mark.parametrize(
    ("id", "passed"),
    [
        ("relu_not_back", lambda d, sums: d * MASK),
        ("part_not_back", lambda d, sums: d * (sums > 0)),
        ("part_twice_back", lambda d, sums: d * (sums > 0) * MASK**2),
    ],
)
def test_a_step_left_out_or_made_twice(case, before_relu, id, passed):
    X, y, _ = case
    sums, d = of_hidden(case)
    found = {mistake.id: mistake for mistake in deep_net.gradient(net(case, before_relu), y, "W1")}
    np.testing.assert_allclose(found[f"deep_net.{id}"].gives["W1"](), X.T @ passed(d, sums), atol=1e-7)


def test_the_last_layer_has_none_of_these_mistakes(case):
    assert list(deep_net.gradient(net(case, False), case[1], "W2")) == []
