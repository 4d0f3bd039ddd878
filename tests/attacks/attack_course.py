"""The course that is attacked: one notebook with five exercises of different kinds and a question."""

import json
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ASSIGNMENT = "small"
HONEST_POINTS = 3  # of running_mean
FULL_POINTS = 16

COURSE = f"""
[course]
id = "attacked"
title = "A course under attack"

[edition]
root = "{CHECKOUT}"
include = ["cs231n_lib"]
package = "cs231n_lib"

[[assignment]]
name = "{ASSIGNMENT}"
title = "Losses and derivatives"
notebooks = ["losses"]
answers = ["cs231n_lib/layers/losses.py", "cs231n_lib/models/linear_classifier.py"]
due = 2030-01-01T00:00:00+00:00
[assignment.limits]
cell_seconds = 2
notebook_seconds = 8
output_bytes = 100000
submission_bytes = 500000
memory_bytes = 1000000000
scratch_bytes = 10000000
processes = 60
open_files = 200
cpu_seconds = 20
"""


def _record(grade_id, **changes):
    record = dict(grade=False, grade_id=grade_id, locked=True, schema_version=3, solution=False, task=False) | changes
    return "nbgrader=" + json.dumps(record)


def _exercise(name):
    return _record(name, locked=False, solution=True)


def _test(name, points):
    return _record(f"test_{name}", grade=True, points=points)


def notebook(solution_canary: str, test_canary: str) -> str:
    """The source of the notebook; its solutions and hidden tests contain canaries."""
    return f"""# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Losses

# %% {_record("setup")}
import numpy as np

from cs231n_lib import checks


def make_problem(seed, N=4, D=3, C=5):
    \"\"\"Weights, examples and labels, drawn at random.\"\"\"
    rng = np.random.default_rng(seed)
    return rng.normal(size=(D, C)), rng.normal(size=(N, D)), rng.integers(C, size=N)

# %% {_exercise("running_mean")}
class RunningMean:
    \"\"\"The mean of all numbers seen so far: update(numbers) adds some, value() is their mean.\"\"\"
    ### BEGIN SOLUTION
    def __init__(self):
        self.total, self.count = 0.0, 0  # {solution_canary}

    def update(self, numbers):
        self.total, self.count = self.total + np.sum(numbers), self.count + np.size(numbers)

    def value(self):
        return self.total / self.count
    ### END SOLUTION

# %% {_test("running_mean", HONEST_POINTS)}
mean = RunningMean()
mean.update(np.array([1.0, 2.0]))
mean.update(np.array([6.0]))
checks.close(mean.value(), 3.0, "the mean of 1, 2 and 6")
### BEGIN HIDDEN TESTS
secret = "{test_canary}"
mean.update(np.full(3, -3.0))
checks.close(mean.value(), 0.0, "the mean after three times -3")
### END HIDDEN TESTS

# %% {_exercise("softmax_loss")}
def softmax_loss(W, X, y, reg):
    \"\"\"The mean softmax loss plus reg times the sum of squares of W, and its gradient with respect to W.\"\"\"
    ### BEGIN SOLUTION
    scores = X @ W
    P = np.exp(scores - scores.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)  # {solution_canary}
    rows = np.arange(len(y))
    loss = -np.log(P[rows, y]).mean() + reg * np.sum(W * W)
    P[rows, y] -= 1
    return loss, X.T @ P / len(y) + 2 * reg * W
    ### END SOLUTION

# %% {_test("loss", 2)}
W, X, y = make_problem(0)
loss, _ = softmax_loss(np.zeros_like(W), X, y, 0.0)
checks.close(loss, np.log(5), "the loss when W is zero")
### BEGIN HIDDEN TESTS
secret = "{test_canary}"
loss, _ = softmax_loss(W, X, y, 0.1)
shifted = X @ W - (X @ W).max(axis=1, keepdims=True)
expected = np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(4), y]) + 0.1 * np.sum(W * W)
checks.close(loss, expected, "the loss of a random problem")
### END HIDDEN TESTS

# %% {_test("gradient", 3)}
W, X, y = make_problem(1)
loss, dW = softmax_loss(W, X, y, 0.05)
checks.true(loss > 0.5, "the loss of four random examples is larger than 0.5")
checks.gradient(lambda W: softmax_loss(W, X, y, 0.05)[0], W, dW, "dW of softmax_loss")
### BEGIN HIDDEN TESTS
secret = "{test_canary}"
before = W.copy(), X.copy()
_, dW = softmax_loss(W, X, y, 0.0)
checks.close(dW.sum(axis=1), np.zeros(3), "dW summed over the classes")
checks.true(np.abs(dW).max() > 0.1, "dW of a random problem is not zero")
checks.unchanged(W, before[0], "W of softmax_loss")
checks.unchanged(X, before[1], "X of softmax_loss")
### END HIDDEN TESTS

# %% {_exercise("batches")}
def batches(X, size):
    \"\"\"Yields the rows of X in order, `size` at a time; the last batch may be smaller.\"\"\"
    ### BEGIN SOLUTION
    for start in range(0, len(X), size):
        yield X[start : start + size]  # {solution_canary}
    ### END SOLUTION

# %% {_test("batches", 2)}
checks.equal([len(batch) for batch in batches(np.zeros((5, 2)), 2)], [2, 2, 1], "the sizes of the batches")
### BEGIN HIDDEN TESTS
secret = "{test_canary}"
rows = make_problem(2, N=7)[1]
checks.equal(np.concatenate(list(batches(rows, 3))), rows, "the batches together")
### END HIDDEN TESTS

# %% {_exercise("derivative")}
def derivative(f, x, h=1e-5):
    \"\"\"The derivative of the function f at the number x, by central differences.\"\"\"
    ### BEGIN SOLUTION
    return (f(x + h) - f(x - h)) / (2 * h)  # {solution_canary}
    ### END SOLUTION

# %% {_test("derivative", 2)}
assert abs(derivative(lambda x, power=2: x**power, -1.5) - -3.0) < 1e-6, "x squared at -1.5"
### BEGIN HIDDEN TESTS
secret = "{test_canary}"
np.testing.assert_allclose(derivative(np.sin, 0.0), 1.0, atol=1e-6)
np.testing.assert_allclose(derivative(lambda x: x * x * x, 2.0), 12.0, rtol=1e-6)
### END HIDDEN TESTS

# %% {_exercise("label_of")}
def label_of(scores):
    \"\"\"The index of the largest score.\"\"\"
    ### BEGIN SOLUTION
    return int(np.argmax(scores))  # {solution_canary}
    ### END SOLUTION

# %% {_test("labels", 4)}
cases = {{(1, 5, 2): 1, (1, 2, 9): 2}}
### BEGIN HIDDEN TESTS
secret = "{test_canary}"
cases |= {{(-3, -1, -2): 1, (0, 0, 0, 7): 3}}
### END HIDDEN TESTS
sum(label_of(np.array(scores)) == label for scores, label in cases.items())  # a point each

# %% [markdown] {_record("question", grade=True, locked=False, solution=True, points=5)}
# ### BEGIN SOLUTION
# The gradient is right where central differences agree. {solution_canary}
# ### END SOLUTION
"""


RIGHT = {
    "running_mean": """class RunningMean:
    def __init__(self):
        self.seen = np.zeros(0)

    def update(self, numbers):
        self.seen = np.append(self.seen, numbers)

    def value(self):
        return self.seen.mean()""",
    "softmax_loss": """def softmax_loss(W, X, y, reg):
    P = np.exp(X @ W)
    P /= P.sum(axis=1, keepdims=True)
    target = np.eye(W.shape[1])[y]
    loss = -np.sum(target * np.log(P)) / len(y) + reg * np.sum(W**2)
    return loss, X.T @ (P - target) / len(y) + 2 * reg * W""",
    "batches": """def batches(X, size):
    return iter(np.array_split(X, range(size, len(X), size)))""",
    "derivative": """def derivative(f, x):
    return (f(x + 1e-4) - f(x - 1e-4)) / 2e-4""",
    "label_of": """def label_of(scores):
    return max(range(len(scores)), key=lambda k: scores[k])""",
    "question": "Where central differences agree.",
}
WRONG = {
    "softmax_loss": """def softmax_loss(W, X, y, reg):
    return 0.0, np.zeros_like(W)""",
    "batches": """def batches(X, size):
    return []""",
    "derivative": """def derivative(f, x):
    return 0.0""",
    "label_of": """def label_of(scores):
    return 0""",
}
