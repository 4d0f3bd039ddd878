"""A right gradient passes in any precision; a wrong or measured one fails with a message that describes the mistake."""

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs231n_lib import checks
from cs231n_lib.diagnosis import numerical_gradient
from cs231n_lib.mistakes import Mistake

X = np.random.default_rng(0).normal(size=(8, 5))
Y = np.random.default_rng(1).integers(0, 4, 8)
W = np.random.default_rng(2).normal(scale=0.3, size=(5, 4))


def softmax_loss(W, dtype=np.float64, reg=0.1, divide=True):
    W, X_ = W.astype(dtype), X.astype(dtype)
    exponentials = np.exp(X_ @ W)
    p = exponentials / exponentials.sum(axis=1, keepdims=True)
    loss = -np.mean(np.log(p[np.arange(8), Y])) + dtype(reg) * np.sum(W * W)
    p[np.arange(8), Y] -= 1
    return loss, X_.T @ p / dtype(8 if divide else 1) + dtype(2 * reg) * W


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradient_passes_the_right_one_in_any_precision(dtype):
    checks.gradient(lambda W: softmax_loss(W, dtype)[0], W, softmax_loss(W, dtype)[1], "dW")
    checks.gradient(lambda W: softmax_loss(W)[0], W, softmax_loss(W, dtype)[1], "dW")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradient_explains_a_wrong_one(message, dtype):
    wrong = softmax_loss(W, dtype, divide=False)[1]
    text = message(
        checks.gradient,
        lambda W: softmax_loss(W, dtype)[0],
        W,
        wrong,
        "dW of softmax_loss",
        num_examples=8,
        reg=0.1,
        params=W,
        labels=Y,
    )
    assert text.startswith("dW of softmax_loss: it does not match the numerical gradient")
    assert "8 times too large" in text
    assert "regularization part is right" in text
    assert len(text.splitlines()) == 3


@pytest.mark.parametrize(
    ("analytic", "words"),
    [(None, "return"), (W.T, "transposed"), (np.full_like(W, np.nan), "NaN"), (W[0, 0], "single number")],
)
def test_gradient_refuses_what_is_no_gradient(message, analytic, words):
    assert words in message(checks.gradient, lambda W: softmax_loss(W)[0], W, analytic, "dW")


def test_gradient_says_when_the_loss_is_no_number(message):
    assert "lambda W" in message(checks.gradient, softmax_loss, W, softmax_loss(W)[1], "dW")
    assert "NaN" in message(checks.gradient, lambda W: np.nan, W, W, "dW")


def test_gradient_says_when_the_loss_is_random(message):
    rng = np.random.default_rng(0)
    assert "seed" in message(checks.gradient, lambda W: rng.normal(), W, W, "dW")


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_gradient_with_kinks_passes_the_right_one(message, seed):
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=(6, 4)), rng.normal(scale=1e-3, size=(4, 3))
    dw = x.T @ (x @ w > 0)
    checks.gradient(lambda w: np.sum(np.maximum(x @ w, 0)), w, dw, "dw", kinks=True)
    assert "does not match" in message(
        checks.gradient, lambda w: np.sum(np.maximum(x @ w, 0)), w, x.T @ (x @ w > -1), "dw", kinks=True
    )


def test_gradient_leaves_x_alone():
    before = W.copy()
    checks.gradient(lambda W: np.sum(np.multiply(W, 2, out=W)), W, np.full_like(W, 2), "dW")
    assert np.array_equal(W, before)


def test_a_gradient_measured_with_steps_is_not_analytic(message):
    x, large = np.array([1.0, -2.0, 3.0]), 2.0**50
    cubes = lambda v: np.sum((large * v) ** 3)  # noqa: E731
    checks.analytic(large * 3 * (large * (x / large)) ** 2 / large, 3 * x**2, "dx")
    measured = numerical_gradient(cubes, x / large)
    assert "Derive the gradient" in message(checks.analytic, measured / large, 3 * x**2, "dx")


@pytest.mark.parametrize(
    ("options", "dtype", "accept"),
    [
        ({}, np.float64, 1e-5),
        ({"kinks": True}, np.float64, 1e-4),
        ({}, np.float32, 1e-3),
        ({"kinks": True}, np.float32, 1e-3),
    ],
)
def test_as_much_error_is_right_as_is_promised(message, options, dtype, accept):
    def f(x):
        return np.sum(x * x)

    x = np.array([1.0, -2.0, 1.5])
    right, off = 2 * x, 2 * x * [0, 1, 0]  # the relative error is |a - n| / (|a| + |n|)
    checks.gradient(f, x, (right + 1.8 * accept * off).astype(dtype), "dx", **options)
    text = message(checks.gradient, f, x, (right + 2.4 * accept * off).astype(dtype), "dx", **options)
    assert "it nearly matches, but differs from the numerical gradient" in text
    assert f"the limit is {accept:.0e})." in text


def test_a_point_of_whole_numbers_is_moved_by_fractions():
    checks.gradient(lambda x: np.sum(x**2), np.array([1, -2]), np.array([2.0, -4.0]), "dx")
    checks.gradient(lambda x: np.sum(x**2), [1, -2], [2, -4], "dx")


def test_a_known_mistake_explains_what_the_numbers_do_not(message):
    x = np.random.default_rng(3).normal(size=(4, 3))
    wrong = 2 * x + np.random.default_rng(4).normal(size=(4, 3))
    text = message(checks.gradient, lambda x: np.sum(x**2), x, wrong, "dx")
    assert "Likely mistake" not in text and "12 of 12 entries are off" in text
    known = [Mistake("t.noisy", "Noise was added.", dx=wrong)]
    text = message(checks.gradient, lambda x: np.sum(x**2), x, wrong, "dx", mistakes=known)
    assert text.endswith("Likely mistake: noise was added. [t.noisy]")


def test_a_gradient_near_0_is_judged_by_its_own_size(message):
    x = np.array([1.0, -2.0, 1.5])
    checks.gradient(lambda x: 1e-10 * np.sum(x * x), x, 2e-10 * x, "dx")
    assert "does not match" in message(checks.gradient, lambda x: 1e-10 * np.sum(x * x), x, 2.6e-10 * x, "dx")


def test_an_analytic_gradient_may_be_off_by_a_hundredth(message):
    expected = np.array([2.0**50, -(2.0**49), 0.0])
    checks.analytic(expected * 1.01, expected, "dx")
    checks.analytic(expected + [0, 0, 0.01 * 2.0**50], expected, "dx")
    message(checks.analytic, expected * 1.03, expected, "dx")
    message(checks.analytic, expected + [0, 0, 0.02 * 2.0**50], expected, "dx")


RNG = np.random.default_rng(0)
WIDE, FEW, LABELS = RNG.normal(size=(9, 4)), RNG.normal(size=(2, 9)), np.array([3, 0])


def cross_entropy(W, X, y):
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


def measured(W, X, y, step, difference, loss=cross_entropy):
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
    return cross_entropy(W, X, y) if W is not None else once(W, X, y)


MEASURED = {
    "central differences": lambda W, X, y: measured(W, X, y, lambda w: 1e-5, central),
    "forward differences": lambda W, X, y: measured(W, X, y, lambda w: 1e-7, forward),
    "relative steps": lambda W, X, y: measured(W, X, y, lambda w: 1e-6 * abs(w), central),
    "complex steps": lambda W, X, y: measured(W, X, y, lambda w: 1e-6, complex_step),
    "the loss is a lambda": lambda W, X, y: measured(
        W, X, y, lambda w: 1e-5, central, lambda W, X, y: cross_entropy(W, X, y)
    ),
    "a list of moved weights": once,
    "map": lambda W, X, y: (
        cross_entropy(W, X, y),
        np.array(
            [*map(lambda i: (cross_entropy(W + 1e-6 * (np.arange(36) == i).reshape(9, 4), X, y)
                             - cross_entropy(W, X, y)) / 1e-6, range(36))]
        ).reshape(9, 4),
    ),
}  # fmt: skip


@pytest.mark.parametrize("function", MEASURED.values(), ids=MEASURED)
def test_a_measured_gradient_is_detected_by_the_calls_of_the_loss(message, function):
    loss, dW = function(WIDE, FEW, LABELS)
    assert loss == pytest.approx(vectorized(WIDE, FEW, LABELS)[0]) and dW == pytest.approx(
        vectorized(WIDE, FEW, LABELS)[1], abs=1e-5
    )
    text = message(checks.derived, function, WIDE, FEW, LABELS, size=WIDE.size)
    assert "times to compute a gradient of 36 numbers.\nSo the gradient seems to be measured" in text


@pytest.mark.parametrize("function", [vectorized, with_a_helper_for_each_pair, with_three_loops])
def test_a_formula_is_not_a_measured_gradient(function):
    assert checks.derived(function, WIDE, FEW, LABELS, size=WIDE.size)[1] == pytest.approx(
        vectorized(WIDE, FEW, LABELS)[1]
    )


def test_what_only_the_first_call_does_is_no_measured_gradient(message):
    def loaded():
        return [one(n) for n in range(100 - 99 * len(seen))], seen.append(1)

    def one(n):
        return n

    seen = []
    checks.derived(loaded, size=36)
    assert len(seen) == 2


def test_a_function_may_run_as_often_as_the_gradient_has_numbers(message):
    class Proxy:
        __name__ = "f"

        def __init__(self, name, calls):
            self.watched = (5, 1, [], (name, calls))

        def __work__(self):
            return self.watched

    assert checks.derived(Proxy("loss", 36), size=36) == 5
    assert message(checks.derived, Proxy("loss", 37), size=36).startswith("f: loss ran 37 times")
    assert message(checks.derived, Proxy("<lambda>", 37), size=36).startswith("f: a function in it ran 37")
    assert message(checks.derived, Proxy("loss", 37), size=36, what="dW").startswith("dW: loss ran 37 times")


def test_the_gradient_of_a_wrong_forward_pass_is_accepted_if_the_test_allows_it(message):
    x = np.array([1.0, -2.0, 3.0])
    right, own = lambda v: np.sum(v**2), lambda v: np.sum(v**3)
    for answer in (2 * x, 3 * x**2):
        checks.gradient(right, x, answer, "dx", or_of=own)
    assert "dx: it does not match" in message(checks.gradient, right, x, 3 * x**2, "dx")
    assert "twice" in message(checks.gradient, right, x, 4 * x, "dx", or_of=own)

    def broken(v):
        raise ValueError("shapes do not fit")

    assert "twice" in message(checks.gradient, right, x, 4 * x, "dx", or_of=broken)

    # a made-up loss with its own gradient
    made_up = np.array([5.0, -0.5, -0.5])
    checks.gradient(right, x, made_up, "dx", or_of=lambda v: np.sum(made_up * v))
    for other in (made_up, np.ones(3), 0 * x):
        text = message(checks.gradient, right, x, other, "dx", or_of=lambda v, g=other: np.sum(g * v), resembling=True)
        assert "it does not match" in text
    checks.gradient(right, x, -2.5 * x, "dx", or_of=lambda v: -1.25 * np.sum(v**2), resembling=True)
    checks.gradient(right, x, 2 * x, "dx", or_of=broken, resembling=True)
    checks.gradient(right, x, 2 * x, "dx", or_of=broken)
