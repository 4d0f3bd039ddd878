import numpy as np
import pytest

from cs231n_lib.models import ConvNet, frozen_step, transfer_params
from cs231n_lib.optim import adamw, sgd_momentum


def arrays(net):
    return net.params | net.state()


def test_a_net_keeps_all_but_its_head():
    pretrained = ConvNet((3, 4, 4), ((4,), (8,)), num_classes=5, seed=0)
    pretrained.loss(np.random.default_rng(0).normal(size=(6, 3, 4, 4)), np.zeros(6, int))  # running averages
    fresh = ConvNet((3, 4, 4), ((4,), (8,)), num_classes=3, seed=1)
    found = transfer_params(arrays(pretrained), arrays(fresh) | pretrained.state(), head=["W3", "b3"])
    for name, value in found.items():
        np.testing.assert_array_equal(value, (fresh if name in ("W3", "b3") else pretrained).params.get(name, value))
    np.testing.assert_array_equal(found["bn1/running_mean"], pretrained.state()["bn1/running_mean"])
    assert not any(np.shares_memory(found[name], value) for name, value in arrays(pretrained).items())


@pytest.mark.parametrize(
    "pretrained, message",
    [({"W": np.ones(2)}, r"W has shape \(3,\) in fresh, but in pretrained it is \(2,\)"), ({}, "it is missing")],
)
def test_nets_that_differ_in_more_than_the_head(pretrained, message):
    with pytest.raises(ValueError, match=f"transfer_params: .*{message}"):
        transfer_params(pretrained, {"W": np.ones(3)}, [])


@pytest.mark.parametrize("rule", [sgd_momentum, adamw])
def test_frozen_parameters_stay_whatever_the_rule_remembers(rule):
    params, grads = {"a": np.ones(3), "b": np.ones(3)}, {"a": np.ones(3), "b": np.ones(3)}
    first, configs = frozen_step(params, grads, {"a": {}, "b": {}}, [], rule)
    second, later = frozen_step(first, grads, configs, ["a"], rule)
    assert second["a"] is first["a"] and later["a"] is configs["a"]
    assert (second["b"] != first["b"]).all() and params["b"].tolist() == [1, 1, 1]
    np.testing.assert_array_equal(second["b"], rule(first["b"], grads["b"], configs["b"])[0])
