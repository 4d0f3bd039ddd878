import numpy as np
import pytest

from cs231n.classifiers.linear_svm import svm_loss_naive, svm_loss_vectorized
from cs231n.gradient_check import eval_numerical_gradient


@pytest.fixture
def given():
    """Small weights, examples and labels, as in the public notebook."""
    return np.random.randn(50, 10) * 0.0001, np.random.randn(40, 50), np.random.randint(10, size=40)


def test_the_loss_of_small_weights(given):
    W, X, y = given
    loss, _ = svm_loss_naive(W, X, y, 0.0)
    assert abs(loss - (9)) < 0.05


@pytest.mark.parametrize("reg", [0.0, 5e1])
def test_the_gradient(given, reg, rel_error):
    W, X, y = given
    W, X, y = 1000 * W[:8], X[:10, :8], y[:10]  # away from equal scores
    _, dW = svm_loss_naive(W, X, y, reg)
    numeric = eval_numerical_gradient(lambda W: svm_loss_naive(W, X, y, reg)[0], W, verbose=False)
    assert rel_error(dW, numeric) < 1e-5


@pytest.mark.parametrize("reg", [0.0, 5e-6, 1e2])
def test_the_vectorized_loss_is_the_same(given, reg):
    loss, dW = svm_loss_naive(*given, reg)
    vectorized, gradient = svm_loss_vectorized(*given, reg)
    np.testing.assert_allclose(loss, vectorized)
    np.testing.assert_allclose(dW, gradient, atol=1e-12)
