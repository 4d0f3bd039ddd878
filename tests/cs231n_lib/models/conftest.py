"""Requirements for every net."""

import numpy as np
import pytest

from cs231n_lib.diagnosis import numerical_gradient
from cs231n_lib.diagnosis.agreement import scaled_error


@pytest.fixture
def check_gradients():
    """check(net, X, y, zero=()): the gradients of all parameters agree with central differences.

    zero: names of parameters whose gradient is 0, so that a relative error says nothing.
    """

    def check(net, X, y, zero=()):
        _, grads = net.loss(X, y)
        assert grads.keys() == net.params.keys()
        for name in net.params:

            def loss_of(value, name=name):
                kept, net.params[name] = net.params[name], value
                loss, _ = net.loss(X, y)
                net.params[name] = kept
                return loss

            numeric = numerical_gradient(loss_of, net.params[name])
            assert grads[name].shape == net.params[name].shape, name
            if name in zero:
                np.testing.assert_allclose(grads[name], 0, atol=1e-12, err_msg=name)
                continue
            assert scaled_error(grads[name], numeric).max() < 1e-7, name

    return check


@pytest.fixture
def randomize():
    """randomize(net, seed): makes all parameters random and large, so that every path through the net matters."""

    def randomize(net, seed=0):
        rng = np.random.default_rng(seed)
        for name, array in net.params.items():
            values = rng.standard_normal(array.shape)
            if name.startswith("W"):
                values /= np.sqrt(array.size / array.shape[1 if array.ndim == 2 else 0])  # the fan-in
            net.params[name] = (1 + 0.3 * values if name.startswith("gamma") else values).astype(array.dtype)
        return net

    return randomize
