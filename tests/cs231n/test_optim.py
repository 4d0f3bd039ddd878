"""The values are those of the public notebook FullyConnectedNets."""

import numpy as np
import pytest

from cs231n import optim


@pytest.fixture
def step(linear):
    """step(rule, **config): the weights and the config after a step of the notebook."""

    def after(rule, **config):
        return rule(linear(-0.4, 0.6, 4, 5), linear(-0.6, 0.4, 4, 5), config=config)[0], config

    return after


def test_sgd_momentum(step, linear, rel_error):
    next_w, config = step(optim.sgd_momentum, learning_rate=1e-3, velocity=linear(0.6, 0.9, 4, 5))
    expected_w = [
        [0.1406, 0.20738947, 0.27417895, 0.34096842, 0.40775789],
        [0.47454737, 0.54133684, 0.60812632, 0.67491579, 0.74170526],
        [0.80849474, 0.87528421, 0.94207368, 1.00886316, 1.07565263],
        [1.14244211, 1.20923158, 1.27602105, 1.34281053, 1.4096],
    ]
    expected_velocity = [
        [0.5406, 0.55475789, 0.56891579, 0.58307368, 0.59723158],
        [0.61138947, 0.62554737, 0.63970526, 0.65386316, 0.66802105],
        [0.68217895, 0.69633684, 0.71049474, 0.72465263, 0.73881053],
        [0.75296842, 0.76712632, 0.78128421, 0.79544211, 0.8096],
    ]
    assert rel_error(next_w, np.array(expected_w)) < 1e-8
    assert rel_error(config["velocity"], np.array(expected_velocity)) < 1e-8


def test_rmsprop(step, linear, rel_error):
    next_w, config = step(optim.rmsprop, learning_rate=1e-2, cache=linear(0.6, 0.9, 4, 5))
    expected_w = [
        [-0.39223849, -0.34037513, -0.28849239, -0.23659121, -0.18467247],
        [-0.132737, -0.08078555, -0.02881884, 0.02316247, 0.07515774],
        [0.12716641, 0.17918792, 0.23122175, 0.28326742, 0.33532447],
        [0.38739248, 0.43947102, 0.49155973, 0.54365823, 0.59576619],
    ]
    expected_cache = [
        [0.5976, 0.6126277, 0.6277108, 0.64284931, 0.65804321],
        [0.67329252, 0.68859723, 0.70395734, 0.71937285, 0.73484377],
        [0.75037008, 0.7659518, 0.78158892, 0.79728144, 0.81302936],
        [0.82883269, 0.84469141, 0.86060554, 0.87657507, 0.8926],
    ]
    assert rel_error(next_w, np.array(expected_w)) < 1e-6
    assert rel_error(config["cache"], np.array(expected_cache)) < 1e-7


def test_adam(step, linear, rel_error):
    m, v = linear(0.6, 0.9, 4, 5), linear(0.7, 0.5, 4, 5)
    next_w, config = step(optim.adam, learning_rate=1e-2, m=m, v=v, t=5)
    expected_w = [
        [-0.40094747, -0.34836187, -0.29577703, -0.24319299, -0.19060977],
        [-0.1380274, -0.08544591, -0.03286534, 0.01971428, 0.0722929],
        [0.1248705, 0.17744702, 0.23002243, 0.28259667, 0.33516969],
        [0.38774145, 0.44031188, 0.49288093, 0.54544852, 0.59801459],
    ]
    expected_m = [
        [0.48, 0.49947368, 0.51894737, 0.53842105, 0.55789474],
        [0.57736842, 0.59684211, 0.61631579, 0.63578947, 0.65526316],
        [0.67473684, 0.69421053, 0.71368421, 0.73315789, 0.75263158],
        [0.77210526, 0.79157895, 0.81105263, 0.83052632, 0.85],
    ]
    assert rel_error(next_w, np.array(expected_w)) < 1e-6
    assert rel_error(config["m"], np.array(expected_m)) < 1e-7
    assert abs(config["v"][3, 4] - 0.49966) < 1e-8 and config["t"] == 6


def test_sgd_changes_the_weights_in_place():
    w = np.array([1.0, 2.0])
    next_w, config = optim.sgd(w, np.array([10.0, 0.0]), {"learning_rate": 0.1})
    assert next_w is w and w.tolist() == [0.0, 2.0] and config == {"learning_rate": 0.1}


@pytest.mark.parametrize("name", optim.__all__)
def test_the_defaults_are_entered_in_the_config(name):
    config = {}
    _, returned = getattr(optim, name)(np.ones(3), np.ones(3), config)
    assert returned is config and "learning_rate" in config
    assert "learning_rate" in getattr(optim, name)(np.ones(3), np.ones(3))[1]
