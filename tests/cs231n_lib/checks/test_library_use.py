"""A function that has the library compute its answer, or that measures its gradient, is detected."""

import functools

import numpy as np
import pytest

from cs231n_lib import checks, kernels, layers
from cs231n_lib.diagnosis import numerical_gradient


def test_own_work(message):
    _ = kernels.conv_forward  # imported now, so that it is an attribute of the package
    x, w, b = np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), np.zeros(1)
    by_layer = lambda x, w, b, param: layers.conv_forward_fast(x, w, b, param)  # noqa: E731
    by_kernel = lambda x, w, b, _: vars(kernels)["conv_forward"](x, w, b, 1, 0)  # noqa: E731
    for function in (by_layer, layers.conv_forward_naive, by_kernel):
        text = message(checks.own_work, function, x, w, b, {"stride": 1, "pad": 0})
        assert "of the library computed this" in text
    assert "gradient_check" in message(checks.own_work, lambda x: numerical_gradient(np.sum, x), x)
    assert checks.own_work(lambda x: x.sum(), x) == 9


def test_the_message_names_the_function_unless_told(message):
    def borrowed(x):
        return layers.relu_forward(x)

    assert message(checks.own_work, borrowed, np.ones(2)).startswith("borrowed: cs231n_lib.layers.activations of")
    assert message(checks.own_work, borrowed, np.ones(2), what="relu").startswith("relu: cs231n_lib.layers")


RNG = np.random.default_rng(0)
W, X, Y = RNG.normal(size=(9, 4)), RNG.normal(size=(2, 9)), np.array([3, 0])


def softmax_loss(W, X, y):
    exponentials = np.exp(X @ W)
    return -np.mean(np.log(exponentials[np.arange(len(y)), y] / exponentials.sum(axis=1)))


def vectorized(W, X, y):
    p = np.exp(X @ W)
    p /= p.sum(axis=1, keepdims=True)
    loss = -np.mean(np.log(p[np.arange(len(y)), y]))
    p[np.arange(len(y)), y] -= 1
    return loss, X.T @ p / len(y)


def probability(row, W, j):
    return np.exp(row @ W[:, j]) / sum(np.exp(row @ W[:, k]) for k in range(W.shape[1]))


def with_a_helper_for_each_pair(W, X, y):
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(len(X)):
        loss -= np.log(probability(X[i], W, y[i])) / len(X)
        for j in range(W.shape[1]):
            dW[:, j] += (probability(X[i], W, j) - (j == y[i])) * X[i] / len(X)
    return loss, dW


def with_three_loops(W, X, y):
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(len(X)):
        scores = [sum(X[i, d] * W[d, j] for d in range(len(W))) for j in range(W.shape[1])]
        p = [np.exp(s) / sum(np.exp(t) for t in scores) for s in scores]
        loss -= np.log(p[y[i]]) / len(X)
        for j in range(W.shape[1]):
            for d in range(len(W)):
                dW[d, j] += (p[j] - (j == y[i])) * X[i, d] / len(X)
    return loss, dW


def measured(W, X, y, step, difference, loss=softmax_loss):
    dW = np.zeros(W.shape)
    for d, j in np.ndindex(W.shape):
        h, moved = step(W[d, j]), W.astype(complex)
        moved[d, j] += h
        dW[d, j] = difference(lambda V: loss(V, X, y), W, moved, h)
    return loss(W, X, y), dW


def central(f, W, moved, h):
    return (f(moved.real) - f(2 * W - moved.real)) / (2 * h)


def forward(f, W, moved, h):
    return (f(moved.real) - f(W)) / h


def complex_step(f, W, moved, h):
    return f(W + 1j * (moved.real - W) / h * 1e-20).imag / 1e-20


def once(W, X, y):
    """Call itself for the loss."""
    if y is None:
        return 0.0, None
    own = functools.partial(itself, X=X, y=y)
    moved = [W + 1e-6 * np.eye(1, W.size, i).reshape(W.shape) for i in range(W.size)]
    return own(W), np.array([(own(V) - own(W)) / 1e-6 for V in moved]).reshape(W.shape)


def itself(W, X, y):
    return softmax_loss(W, X, y) if W is not None else once(W, X, y)


MEASURED = {
    "central differences": lambda W, X, y: measured(W, X, y, lambda w: 1e-5, central),
    "forward differences": lambda W, X, y: measured(W, X, y, lambda w: 1e-7, forward),
    "relative steps": lambda W, X, y: measured(W, X, y, lambda w: 1e-6 * abs(w), central),
    "complex steps": lambda W, X, y: measured(W, X, y, lambda w: 1e-6, complex_step),
    "the loss is a lambda": lambda W, X, y: measured(
        W, X, y, lambda w: 1e-5, central, lambda W, X, y: softmax_loss(W, X, y)
    ),
    "a list of moved weights": once,
    "map": lambda W, X, y: (
        softmax_loss(W, X, y),
        np.array(
            [*map(lambda i: (softmax_loss(W + 1e-6 * (np.arange(36) == i).reshape(9, 4), X, y)
                             - softmax_loss(W, X, y)) / 1e-6, range(36))]
        ).reshape(9, 4),
    ),
}  # fmt: skip


@pytest.mark.parametrize("function", MEASURED.values(), ids=MEASURED)
def test_a_measured_gradient_is_detected_by_the_calls_of_the_loss(message, function):
    loss, dW = checks.own_work(function, W, X, Y)
    assert loss == pytest.approx(vectorized(W, X, Y)[0]) and dW == pytest.approx(vectorized(W, X, Y)[1], abs=1e-5)
    text = message(checks.own_work, function, W, X, Y, gradient_of=W.size)
    assert "times to compute a gradient of 36 numbers.\nSo the gradient seems to be measured" in text


@pytest.mark.parametrize("function", [vectorized, with_a_helper_for_each_pair, with_three_loops])
def test_a_formula_is_not_a_measured_gradient(function):
    assert checks.own_work(function, W, X, Y, gradient_of=W.size)[1] == pytest.approx(vectorized(W, X, Y)[1])


def test_a_function_may_run_as_often_as_the_gradient_has_numbers(message):
    class Proxy:
        __name__ = "f"

        def __init__(self, name, calls):
            self.watched = (5, 1, [], (name, calls))

        def __work__(self):
            return self.watched

    assert checks.own_work(Proxy("loss", 36), gradient_of=36) == 5
    assert message(checks.own_work, Proxy("loss", 37), gradient_of=36).startswith("f: loss ran 37 times")
    assert message(checks.own_work, Proxy("<lambda>", 37), gradient_of=36).startswith("f: a function in it ran 37")
    assert checks.own_work(Proxy("loss", 37)) == 5
