import numpy as np
import pytest

from cs231n_lib.optim import sgd


def test_steps_by_hand():
    w, config, weights = np.array([1.0]), {"learning_rate": 0.1}, []
    for gradient in (2.0, -1.0, 0.5):
        w, config = sgd(w, np.array([gradient]), config)
        weights.append(float(w[0]))
    np.testing.assert_allclose(weights, [0.8, 0.9, 0.85], rtol=1e-13)


def test_the_default():
    next_w, config = sgd(np.ones(2), np.full(2, 3.0))
    assert next_w == pytest.approx([0.97, 0.97]) and config == {"learning_rate": 1e-2}


def test_nothing_that_is_handed_in_changes():
    w, dw, config = np.ones(3), np.full(3, 2.0), {"learning_rate": 0.1}
    w.flags.writeable = dw.flags.writeable = False
    next_w, next_config = sgd(w, dw, config)
    assert next_config is not config and config == {"learning_rate": 0.1} and not np.shares_memory(next_w, w)


@pytest.mark.parametrize("shape", [(3, 4), (), (0, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_keep_their_type(dtype, shape):
    w, _ = sgd(np.ones(shape, dtype), np.full(shape, 0.5, dtype), {"learning_rate": np.float64(0.1)})
    assert w.dtype == dtype and w.shape == shape


def test_a_learning_rate_of_0_stays():
    np.testing.assert_array_equal(sgd(np.ones(3), np.ones(3), {"learning_rate": 0})[0], np.ones(3))
