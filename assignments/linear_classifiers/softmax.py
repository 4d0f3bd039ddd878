# ---
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
# # Softmax: a linear classifier that speaks of probabilities
#
# A linear classifier gives every class a score. What does a score of 7.3 mean? By itself, nothing. The
# softmax function turns the scores of an image into probabilities, and with them come a loss that follows from a
# single principle (make the observed labels likely), a gradient that is beautifully simple, and a trap for everyone
# who computes exponentials with finite numbers.
#
# **You will learn**
#
# - to turn scores into probabilities and probabilities into the *cross-entropy* loss;
# - to compute them so that nothing overflows;
# - the gradient "what you predicted minus what happened";
# - to look at the confidence of a classifier, not only at its answers;
# - what L1, L2 and both together (the *elastic net*) do to the weights;
# - random search over hyperparameters on logarithmic scales.
#
# **Time**: about four hours of work. The cells themselves run in about a minute
# (in two on a slow or busy machine).
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that
# come with the course. Everything below holds for both; only the numbers differ. The checks use small random arrays, not the images.
#
# This notebook stands on its own: it needs nothing that you wrote in the notebook `svm`.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from cs231n_lib import checks, data, vis
from cs231n_lib.notebooks import errors

errors.explain()


def make_problem(seed, num_examples=7, num_features=5, num_classes=4):
    """A small random problem for checks: W (D, C), X (N, D), y (N,)."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(num_examples, num_features))
    W = rng.normal(size=(num_features, num_classes))
    return W, X, rng.integers(num_classes, size=num_examples)


def loss_and_gradient(loss_fn, W, X, y, reg):
    """What a loss function returns, after a look whether it is the pair (loss, dW)."""
    result = loss_fn(W, X, y, reg)
    checks.true(result is not None, "The function returned None. Did you forget `return loss, dW`?")
    checks.true(isinstance(result, (tuple, list)) and len(result) == 2,
                "The function should return two things, the loss and its gradient: `return loss, dW`.")
    checks.shape(result[0], (), "the loss (one number)")
    checks.shape(result[1], np.shape(W), "dW (the shape of W)")
    return result


def pair(result, names):
    """A result that should be two things."""
    checks.true(result is not None, f"The function returned None. Did you forget `return {names}`?")
    checks.true(isinstance(result, (tuple, list)) and len(result) == 2, f"The function should return two things: `return {names}`.")
    return result


# %% [markdown]
# ## The images
#
# Two preparations, as usual for linear classifiers: subtract the mean of the *training* images, and append
# a column of ones to `X` so that the last row of `W` acts as an offset for each class.

# %% nbgrader={"grade": false, "grade_id": "load_data", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
images = data.load()
print(images)
X_train, X_val, X_test = (data.flatten(part, np.float32) for part in (images.X_train, images.X_val, images.X_test))
mean_image, X_train, X_val, X_test = data.center(X_train, X_val, X_test)
X_train, X_val, X_test = (data.append_bias(part) for part in (X_train, X_val, X_test))
y_train, y_val, y_test = images.y_train, images.y_val, images.y_test
print("training:", X_train.shape, X_train.dtype, " validation:", X_val.shape, " test:", X_test.shape)
first = [np.flatnonzero(images.y_train == label)[0] for label in range(10)]
vis.show_images(np.concatenate([images.X_train[first], mean_image.reshape(1, 32, 32, 3).astype(np.uint8)]),
                titles=[*images.class_names, "mean image"], columns=6, size=1.1);

# %% [markdown]
# ## From scores to probabilities
#
# Take the scores of one image, $s = x\,W$: $x$ is its row in `X`, and $s_j$ the score of class $j$. Probabilities have to be positive and to add up to 1. So make the scores
# positive with the exponential, then divide by the sum:

# %% nbgrader={"grade": false, "grade_id": "picture_softmax", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
names, example = ["cat", "car", "frog"], np.array([3.2, 5.1, -1.7])
steps = [("scores", example), ("exponentials", [24.5, 164.0, 0.18]), ("probabilities", [0.13, 0.869, 0.001])]
fig, axes = plt.subplots(1, 4, figsize=(12.5, 2.8), layout="constrained")
for ax, (title, heights) in zip(axes, steps):
    bars = ax.bar(names, heights, color=["tab:blue", "tab:orange", "tab:green"])
    ax.bar_label(bars, fmt="%.3g")
    ax.axhline(0, color="black", lw=0.8)
    ax.margins(y=0.25)
    ax.set_title(title)
chance = np.array([0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0])
axes[3].plot(chance, [6.21, 5.3, 4.61, 3.91, 3.0, 2.3, 1.61, 1.2, 0.8, 0.51, 0.22, 0.0], lw=2)
axes[3].plot(0.1, 2.3, "ko")
axes[3].annotate("guessing\namong 10", (0.1, 2.3), xytext=(0.25, 2.7))
axes[3].set(title="loss", xlabel="probability of the correct class");

# %% [markdown]
# This is the softmax function, and $p_j$ is the probability the classifier gives to class $j$:
#
# $$ p_j = \frac{e^{s_j}}{\sum_k e^{s_k}} . $$
#
# A difference of scores has a meaning now: one more point multiplies the odds by $e \approx 2.7$.
#
# What should the loss be? A classifier is good when it finds what really happened likely, so the loss of example $i$ is
# the negative logarithm of the probability of its correct class (the rightmost picture),
#
# $$ L_i = -\log p_{y_i} = -s_{y_i} + \log \sum_k e^{s_k}, $$
#
# called cross-entropy. Sure and right costs nothing; sure and wrong costs without limit. Again the loss of the set is
# the mean plus the regularization, $L(W) = \frac1N \sum_i L_i + \lambda \sum W^2$.
#
# ### The gradient
#
# Differentiate $-s_y + \log \sum_k e^{s_k}$ with respect to one score. The second term gives $e^{s_j} / \sum_k e^{s_k}$, which is $p_j$
# again; the first gives −1 for the correct class. So
#
# $$ \frac{\partial L_i}{\partial s_j} = p_j - [\,j = y_i\,], $$
#
# *what was predicted minus what happened* (the square bracket is 1 if the statement in it is true, else 0). Since $s_j = x\,W_{:j}$, column $j$ of `dW` gets $x_i$ times that number.
# Unlike the SVM loss it never is exactly zero: this loss is never content.
#
# ### The trap
#
# `np.exp(1000)` is `inf`, and `inf / inf` is `nan`. Scores of 1000 do occur, with large pixels or early in training. The remedy is one
# line. Multiply numerator and denominator by $e^{-m}$:
#
# $$ \frac{e^{s_j}}{\sum_k e^{s_k}} = \frac{e^{s_j - m}}{\sum_k e^{s_k - m}} . $$
#
# Shifting all the scores of an image by the same number changes nothing. With $m = \max_k s_k$ the largest exponent is 0, so that
# nothing overflows, and at least one term of the sum is 1, so that nothing is divided by 0.
#
# ## Exercise 1: `softmax_loss_naive`
#
# Loss and gradient with plain loops. Shift the scores of each example by their maximum.

# %% nbgrader={"grade": false, "grade_id": "softmax_loss_naive", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax_loss_naive(W, X, y, reg):
    """Softmax (cross-entropy) loss, with loops.

    Arguments
    - W: (D, C) weights, one column per class
    - X: (N, D) examples, one per row; floats, or raw pixels of dtype uint8
    - y: (N,) integer labels, 0 <= y[i] < C
    - reg: strength of the regularization reg * sum(W * W)

    Returns (loss, dW)
    - loss: one number, the mean over the examples plus the regularization
    - dW: (D, C), the gradient of the loss with respect to W
    """
    ### BEGIN SOLUTION
    num_examples, num_classes = X.shape[0], W.shape[1]
    loss = 0.0
    dW = np.zeros(W.shape, dtype=W.dtype)
    for i in range(num_examples):
        scores = X[i].dot(W)  # (C,)
        scores = scores - np.max(scores)
        sum_of_exp = np.sum(np.exp(scores))
        loss += np.log(sum_of_exp) - scores[y[i]]
        for j in range(num_classes):
            probability = np.exp(scores[j]) / sum_of_exp
            dW[:, j] += (probability - (j == y[i])) * X[i]
    loss = loss / num_examples + reg * np.sum(W * W)
    dW = dW / num_examples + 2 * reg * W
    return loss, dW
    ### END SOLUTION


# %% [markdown]
# A check that can be followed by hand: the weights are logarithms, so that the exponentials of the scores are the whole numbers
# $(1, 2, 5)$, $(3, 4, 1)$ and $(3, 8, 5)$. With the correct classes 2, 1 and 0 their probabilities are 5/8, 4/8 and 3/16.

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_naive_values", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
W = np.log([[1.0, 2.0, 5.0], [3.0, 4.0, 1.0]])
X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
y = np.array([2, 1, 0])
loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.0)
checks.true(abs(abs(loss) - (5 / 8 + 4 / 8 + 3 / 16) / 3) > 1e-9, "This is the mean probability; the logarithm is missing.")
checks.true(loss > 0, f"The loss is {loss:.4g}, but minus the logarithm of a probability is never negative. A sign?")
checks.close(loss, -(np.log(5 / 8) + np.log(4 / 8) + np.log(3 / 16)) / 3, "the loss of softmax_loss_naive with reg=0",
             hint="The three examples cost 0.470, 0.693 and 1.674; the loss is their mean.", num_examples=3, suspects={
    "the exponentials are shifted by the largest score, but not those in the sum that they are divided by.":
        -np.log(5 / 8 / 5 * 4 / 8 / 4 * 3 / 16 / 8) / 3,
    "the largest score has to be subtracted; dividing by it gives other probabilities.": 0.93171794,
    "the sum of the exponentials is missing; only the shifted score of the correct class is there.": np.log(8 / 3) / 3,
    "it is the probability of the most likely class, not of the correct one.": -np.log(5 / 8 * 4 / 8 * 8 / 16) / 3})
checks.passed("softmax_loss_naive", "the loss of a hand-made example is right")
### BEGIN HIDDEN TESTS
for seed, shape in ((11, (7, 5, 4)), (12, (1, 6, 3)), (13, (9, 4, 2)), (14, (2, 3, 10))):
    W, X, y = make_problem(seed, *shape)
    total = 0.0
    for row, label in zip(X, y):
        total -= np.log(1 / sum(np.exp(np.dot(row, W[:, c] - W[:, label])) for c in range(W.shape[1])))
    loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.0)
    checks.close(loss, total / len(y), f"the loss of softmax_loss_naive with reg=0, N, D, C = {shape}")
### END HIDDEN TESTS

# %% [markdown]
# With tiny weights all classes are equally likely, $p = 1/C$. **The first loss you see should be $\log C$**, about 2.303 for
# ten classes, plus the regularization.

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_naive_initial", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
W, X, y = make_problem(20, 6, 8, 10)
loss, dW = loss_and_gradient(softmax_loss_naive, W * 1e-8, X, y, 0.0)
checks.true(abs(loss - 1) > 1e-4, "The loss is 1 where it should be log 10 = 2.303: use the natural logarithm, np.log.")
checks.close(loss, np.log(10), "the loss of ten classes at tiny weights", rtol=1e-5, num_examples=6)
checks.passed("softmax_loss_naive", "the loss at tiny weights is log C")
### BEGIN HIDDEN TESTS
for seed, num_classes in ((21, 2), (22, 5)):
    W, X, y = make_problem(seed, 4, 3, num_classes)
    loss, dW = loss_and_gradient(softmax_loss_naive, np.zeros_like(W), X, y, 1.0)
    checks.close(loss, np.log(num_classes), f"the loss of {num_classes} classes at W = 0")
### END HIDDEN TESTS

# %% [markdown]
# Now the trap, with scores around 10,000 and −10,000. The three examples are those of the first check, shifted.

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_naive_stability", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
W = np.log([[1.0, 2.0, 5.0], [3.0, 4.0, 1.0]])
X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
y = np.array([2, 1, 0])
loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.0)
W_shifted = np.concatenate([W, [[1e4] * 3]])  # one more feature, which adds the same to all scores of an example
for shift in (1.0, -1.0):
    X_shifted = np.column_stack([X, [shift] * 3])
    loss_shifted, dW_shifted = loss_and_gradient(softmax_loss_naive, W_shifted, X_shifted, y, 0.0)
    checks.finite(loss_shifted, f"the loss at scores of about {shift * 1e4:.0f}",
                  hint="Shift the scores of each example so that their largest is 0.")
    checks.finite(dW_shifted, f"dW at scores of about {shift * 1e4:.0f}")
    checks.close(loss_shifted, loss, f"the loss when {shift * 1e4:.0f} is added to all scores", rtol=2e-3,
                 hint="Adding the same number to all scores of an example changes no probability.")
checks.passed("softmax_loss_naive", "scores of 10,000 do no harm")
### BEGIN HIDDEN TESTS
# scores far apart within an example and between examples; the correct class is always near the top
W = np.array([[1e4, 1e4 - 1, -1e4, 0.0], [-300.0, -301.0, -1e4, -302.0]])
y = np.array([0, 1, 3])
loss, dW = loss_and_gradient(softmax_loss_naive, W, np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), y, 0.0)
checks.finite(dW, "dW when the scores of an example are 20,000 apart")
top, low = np.log1p(np.exp(-1)), np.log1p(np.exp(-1) + np.exp(-2))
checks.close(loss, (2 * top + 1 + low + 2) / 3, "the loss when the scores of an example are 20,000 apart", rtol=1e-3)
### END HIDDEN TESTS

# %% [markdown]
# Next, the gradient against a numerical one: $\big(L(W_{dj} + h) - L(W_{dj} - h)\big) / 2h$ for each entry. This loss has no kinks, so
# that they agree very well if `dW` is right.

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_naive_gradient", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
W, X, y = make_problem(30, 5, 6, 4)
W[1] = 0  # steps that are scaled with the weights measure nothing here
loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.0)
checks.true(np.any(dW), "dW is zero everywhere: the loops never add to it.")
largest, happened = (X @ W).max(axis=1, keepdims=True), np.eye(4)[y]
checks.gradient(lambda V: softmax_loss_naive(V, X, y, 0.0)[0], W, dW, "dW of softmax_loss_naive with reg=0",
                num_examples=len(y), params=W, labels=y, inputs=X, suspects={
    # the gradient of squared errors is scores minus what happened
    "the scores stand where the probabilities belong.":
        lambda: checks.numeric_gradient(lambda V: np.square(X @ V - happened).sum() / 2 / len(y), W),
    "the shifted scores stand where the probabilities belong.":
        lambda: checks.numeric_gradient(lambda V: np.square(X @ V - largest - happened).sum() / 2 / len(y), W)})
checks.own_work(softmax_loss_naive, W, X, y, 0.0)
checks.derived(softmax_loss_naive, W, X[:1], y[:1], 0.0, size=W.size)
large = 2.0**50  # pixels that much larger and weights that much smaller have the same scores
scaled_loss, scaled = loss_and_gradient(softmax_loss_naive, W / large, X * large, y, 0.0)
checks.analytic(np.asarray(scaled) / large, dW, "dW, divided by 2**50, for pixels 2**50 times as large and weights as much smaller")
checks.passed("softmax_loss_naive", "dW agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
def cross_entropy(V):
    """The loss straight from its formula."""
    total = 0.0
    for scores, label in zip((X @ V).tolist(), y):
        total += np.log(sum(np.exp(score - scores[label]) for score in scores))
    return total / len(y)


for seed, shape in ((31, (6, 4, 5)), (32, (1, 3, 4)), (33, (8, 3, 2))):
    W, X, y = make_problem(seed, *shape)
    loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.0)
    checks.gradient(cross_entropy, W, dW, f"dW of softmax_loss_naive with reg=0, N, D, C = {shape}",
                    num_examples=len(y), params=W, labels=y)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_naive_reg_loss", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
W, X, y = make_problem(40)
without, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.0)
loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.5)
checks.close(loss - without, 0.5 * np.square(W).sum(), "what reg=0.5 adds to the loss", num_examples=len(y),
             hint="The penalty is reg * sum(W * W): over all of W, once, and not divided by N.")
checks.passed("softmax_loss_naive", "the loss includes the regularization")
### BEGIN HIDDEN TESTS
for seed, shape, strength in ((41, (4, 6, 3), 2.0), (42, (9, 2, 7), 0.01)):
    W, X, y = make_problem(seed, *shape)
    without, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.0)
    loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, strength)
    checks.close(loss - without, strength * np.square(W).sum(), f"what reg={strength} adds to the loss")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_naive_reg_gradient", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
W, X, y = make_problem(50)
loss, without = loss_and_gradient(softmax_loss_naive, W, X, y, 0.0)
loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.5)
checks.true(np.any(np.asarray(dW) != without), "dW does not change with reg: the penalty reg * sum(W * W) has a "
            "gradient too.")
checks.gradient(lambda V: 0.5 * np.square(V).sum(), W, np.subtract(dW, without), "what reg=0.5 adds to dW",
                num_examples=len(y))
checks.derived(softmax_loss_naive, W, X[:1], y[:1], 0.5, size=W.size)
checks.passed("softmax_loss_naive", "dW includes the gradient of the regularization")
### BEGIN HIDDEN TESTS
for seed, shape, strength in ((51, (4, 6, 3), 2.0), (52, (9, 2, 7), 0.05)):
    W, X, y = make_problem(seed, *shape)
    loss, without = loss_and_gradient(softmax_loss_naive, W, X, y, 0.0)
    loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, strength)
    checks.gradient(lambda V: strength * np.square(V).sum(), W, np.subtract(dW, without),
                    f"what reg={strength} adds to dW", num_examples=len(y))
large = 2.0**50
loss, without = loss_and_gradient(softmax_loss_naive, W * large, X / large, y, 0.0)
loss, dW = loss_and_gradient(softmax_loss_naive, W * large, X / large, y, 0.5)
checks.analytic(np.subtract(dW, without) / large, W, "what reg=0.5 adds to dW, divided by 2**50, for weights 2**50 times as large")
### END HIDDEN TESTS

# %% [markdown]
# The arguments must come back unharmed; other number types and orders are fine, and so is a class without an example.

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_naive_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
W, X, y = make_problem(60)
W_given, X_given, y_given = W.copy(), X.copy(), y.copy()
loss, dW = loss_and_gradient(softmax_loss_naive, W_given, X_given, y_given, 0.1)
checks.unchanged(W_given, W, "W")
checks.unchanged(X_given, X, "X")
checks.unchanged(y_given, y, "y")
few = y.clip(max=1)  # four classes, of which only 0 and 1 occur
loss, dW = loss_and_gradient(softmax_loss_naive, 0 * W, X, few, 0.0)
checks.close(loss, np.log(4), "the loss at W = 0 of four classes, two of which have no example",
             hint="There are as many classes as W has columns, whichever of them occur in y.")
checks.passed("softmax_loss_naive", "arguments stay as they are, and classes may be missing from the batch")
### BEGIN HIDDEN TESTS
W, X, y = make_problem(61)
loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.1)
for kind in (np.int32, np.uint8):
    other_loss, other = loss_and_gradient(softmax_loss_naive, W, X, y.astype(kind), 0.1)
    checks.close(other_loss, loss, f"the loss with labels of dtype {np.dtype(kind)}")
    checks.close(other, dW, f"dW with labels of dtype {np.dtype(kind)}")
other_loss, other = loss_and_gradient(softmax_loss_naive, np.asfortranarray(W), np.asfortranarray(X), y, 0.1)
checks.close(other_loss, loss, "the loss of Fortran-ordered arrays")
checks.close(other, dW, "dW of Fortran-ordered arrays")
other_loss, other = loss_and_gradient(softmax_loss_naive, W.astype(np.float32), X.astype(np.float32), y, 0.1)
checks.close(other_loss, loss, "the loss of float32 arrays", rtol=1e-4, atol=1e-5)
checks.close(other, dW, "dW of float32 arrays", rtol=1e-3, atol=1e-4)
pixels = np.random.default_rng(62).integers(256, size=X.shape, dtype=np.uint8)
loss, dW = loss_and_gradient(softmax_loss_naive, W / 100, pixels.astype(np.float64), y, 0.1)
other_loss, other = loss_and_gradient(softmax_loss_naive, W / 100, pixels, y, 0.1)
checks.close(other_loss, loss, "the loss of uint8 pixels")
checks.close(other, dW, "dW of uint8 pixels", rtol=1e-5,
             hint="Is dW an array of floats, whatever the dtype of X? Whole numbers of 8 bits wrap around at 256.")
### END HIDDEN TESTS

# %% [markdown]
# **Question 1** (3 points). Three images of class 0 have the scores $(10, -2, 3)$, $(10, 9, 9)$ and $(10, -100, -100)$.
# For each give its SVM loss $\sum_{j \ne y} \max(0, s_j - s_y + 1)$ and, to two digits, its softmax loss. Then all scores of class 0
# drop by 0.1: for which images does which loss change? What does that say about what the two losses want from a classifier?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_svm_or_softmax", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# SVM: 0, 0 (both differences are exactly 1: just enough), 0. Softmax: log(1 + e^-12 + e^-7) = 0.00092, log(1 + 2e^-1) = 0.55,
# log(1 + 2e^-110) = 0 to any digits one could print (about 3e-48).
#
# After the drop the SVM loss changes for the second image only (from 0 to 0.2). The softmax loss rises for all three: the first
# to 0.0010, the second to 0.60, the third from 3e-48 to some 4e-48, in theory only.
#
# The SVM asks for a margin of 1 and is then content: it spends no effort on images that are settled. Softmax always wants the correct
# class to be more probable still; but the effort fades exponentially, so that for settled images the two hardly differ.
#
# **Marking**: 1 point for the losses (SVM 0, 0, 0; softmax near 0, 0.55, near 0); 1 for what changes (SVM: the second only;
# softmax: all, the third immeasurably); 1 for "content beyond the margin" against "never content" as the conclusion.
# ### END SOLUTION

# %% [markdown]
# ## Exercise 2: `softmax_loss_vectorized`
#
# The same without loops (no `for`, no `while`, no comprehension). Everything happens in arrays of shape (N, C): scores, their shifted
# exponentials, probabilities. Two things to watch:
#
# - maximum and sum are taken *per row*, and `keepdims=True` keeps them as columns (N, 1) that broadcast;
# - the derivative with respect to the scores is an (N, C) matrix too: the probabilities, less 1 at each correct class. One matrix product
#   takes it to `dW`.

# %% nbgrader={"grade": false, "grade_id": "softmax_loss_vectorized", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax_loss_vectorized(W, X, y, reg):
    """Softmax (cross-entropy) loss, without loops. Arguments and results as in softmax_loss_naive.

    Arguments: W (D, C), X (N, D), y (N,) integers, reg a number.
    Returns (loss, dW): a number and an array (D, C).
    """
    ### BEGIN SOLUTION
    num_examples = X.shape[0]
    rows = np.arange(num_examples)
    scores = X.dot(W)  # (N, C)
    scores -= scores.max(axis=1, keepdims=True)
    exponentials = np.exp(scores)
    sums = exponentials.sum(axis=1, keepdims=True)  # (N, 1)
    loss = np.mean(np.log(sums[:, 0]) - scores[rows, y]) + reg * np.sum(W * W)

    dscores = exponentials / sums  # (N, C)
    dscores[rows, y] -= 1
    dW = X.T.dot(dscores) / num_examples + 2 * reg * W
    return loss, dW
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_vectorized_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
W = np.log([[1.0, 2.0, 5.0], [3.0, 4.0, 1.0]])
X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
y = np.array([2, 1, 0])
loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.0)
checks.true(loss > 0, f"The loss is {loss:.4g}, but minus the logarithm of a probability is never negative. A sign?")
checks.close(loss, -(np.log(5 / 8) + np.log(4 / 8) + np.log(3 / 16)) / 3, "the loss of softmax_loss_vectorized with reg=0",
             hint="The three examples cost 0.470, 0.693 and 1.674, as in the check of the naive version.", num_examples=3,
             suspects={"the shift has to be the same for all scores of one example; this is the largest of each column.": 0.92730668,
                       "the exponentials are summed over the whole batch; each example has its own sum.": 2.0497097,
                       "the exponentials are summed over the examples; the sum goes over the classes.": 0.92210637,
                       "one probability per example is wanted, [i, y[i]], not the whole columns y.": 3.7398106,
                       "it is the mean over all N * C entries; it should be the mean over the N examples.": 0.31523636})
checks.passed("softmax_loss_vectorized", "the loss of a hand-made example is right")
### BEGIN HIDDEN TESTS
for seed, shape in ((111, (8, 5, 4)), (112, (1, 6, 3)), (113, (9, 4, 2)), (114, (4, 3, 4))):
    W, X, y = make_problem(seed, *shape)
    total = 0.0
    for row, label in zip(X, y):
        total -= np.log(1 / sum(np.exp(np.dot(row, W[:, c] - W[:, label])) for c in range(W.shape[1])))
    loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.0)
    checks.close(loss, total / len(y), f"the loss of softmax_loss_vectorized with reg=0, N, D, C = {shape}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_vectorized_stability", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
W = np.array([[1e4, 1e4 - 1, -1e4, 0.0], [-300.0, -301.0, -1e4, -302.0]])
X = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
y = np.array([0, 1, 3])
loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.0)
checks.finite(loss, "the loss at scores between -10,000 and 10,000",
              hint="Shift the scores of each example by their own maximum. And never take the logarithm of a 0.")
checks.finite(dW, "dW at scores between -10,000 and 10,000")
checks.close(loss, (0.3132617 + 1.3132617 + 2.4076059) / 3, "the loss at scores between -10,000 and 10,000", rtol=1e-3)
checks.passed("softmax_loss_vectorized", "scores of 10,000 do no harm")
### BEGIN HIDDEN TESTS
W, X, y = make_problem(120)
loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.0)
shifts = np.random.default_rng(121).normal(size=len(W))
shifted, dW_shifted = loss_and_gradient(softmax_loss_vectorized, W + 1e3 * shifts[:, None], X, y, 0.0)
checks.close(shifted, loss, "the loss when the same column is added to all columns of W", rtol=2e-3)
checks.close(dW_shifted, dW, "dW when the same column is added to all columns of W", rtol=2e-3, atol=1e-3)
shifted, dW_shifted = loss_and_gradient(softmax_loss_vectorized, W + 1e4 * X[:1].T, X, y, 0.0)
checks.close(shifted, loss, "the loss when scores differ hugely between examples", rtol=1e-2)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_vectorized_gradient", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
W, X, y = make_problem(130, 5, 6, 4)
W[1] = 0  # steps that are scaled with the weights measure nothing here
loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.0)
checks.true(np.any(dW), "dW is zero everywhere.")
checks.gradient(lambda V: softmax_loss_vectorized(V, X, y, 0.0)[0], W, dW, "dW of softmax_loss_vectorized with reg=0",
                num_examples=len(y), params=W, labels=y, inputs=X)
checks.own_work(softmax_loss_vectorized, W, X, y, 0.0)
checks.derived(softmax_loss_vectorized, W, X[:1], y[:1], 0.0, size=W.size)
large = 2.0**50  # pixels that much larger and weights that much smaller have the same scores
scaled_loss, scaled = loss_and_gradient(softmax_loss_vectorized, W / large, X * large, y, 0.0)
checks.analytic(np.asarray(scaled) / large, dW, "dW, divided by 2**50, for pixels 2**50 times as large and weights as much smaller")
checks.passed("softmax_loss_vectorized", "dW agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
def cross_entropy(V):
    """The loss straight from its formula."""
    total = 0.0
    for scores, label in zip((X @ V).tolist(), y):
        total += np.log(sum(np.exp(score - scores[label]) for score in scores))
    return total / len(y)


for seed, shape in ((131, (6, 4, 5)), (132, (1, 3, 4)), (133, (8, 3, 2)), (134, (4, 4, 4))):
    W, X, y = make_problem(seed, *shape)
    loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.0)
    checks.gradient(cross_entropy, W, dW, f"dW of softmax_loss_vectorized with reg=0, N, D, C = {shape}",
                    num_examples=len(y), params=W, labels=y)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_vectorized_regularization", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
W, X, y = make_problem(140)
loss_without, without = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.0)
loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.5)
checks.close(loss - loss_without, 0.5 * np.square(W).sum(), "what reg=0.5 adds to the loss")
checks.gradient(lambda V: 0.5 * np.square(V).sum(), W, np.subtract(dW, without), "what reg=0.5 adds to dW",
                num_examples=len(y))
checks.derived(softmax_loss_vectorized, W, X[:1], y[:1], 0.5, size=W.size)
checks.passed("softmax_loss_vectorized", "the regularization is in the loss and in dW")
### BEGIN HIDDEN TESTS
W, X, y = make_problem(141, 9, 2, 7)
loss_without, without = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.0)
loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.05)
checks.close(loss - loss_without, 0.05 * np.square(W).sum(), "what reg=0.05 adds to the loss")
checks.gradient(lambda V: 0.05 * np.square(V).sum(), W, np.subtract(dW, without), "what reg=0.05 adds to dW")
large = 2.0**50
loss, without = loss_and_gradient(softmax_loss_vectorized, W * large, X / large, y, 0.0)
loss, dW = loss_and_gradient(softmax_loss_vectorized, W * large, X / large, y, 0.5)
checks.analytic(np.subtract(dW, without) / large, W, "what reg=0.5 adds to dW, divided by 2**50, for weights 2**50 times as large")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_vectorized_loops", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(149)
W, X, y = rng.normal(size=(16, 20)) / 1000, rng.normal(size=(600, 16)), rng.integers(20, size=600)
towards_means = -np.stack([X[y == j].sum(axis=0) for j in range(20)], axis=1)  # roughly dW, if W is small
checks.no_loops(softmax_loss_vectorized, small=(np.eye(2), 2 * np.eye(2), np.arange(2), 0.1), large=(W, X, y, 0.1),
                expected=(None, towards_means))
W, X, y = make_problem(150)
loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.0)
checks.true(loss > 0, "The loss of random weights should be above 0.")
checks.passed("softmax_loss_vectorized", "no loops")
### BEGIN HIDDEN TESTS
exponentials = np.exp(X @ W)
counts = exponentials / exponentials.sum(axis=1, keepdims=True) - np.eye(4)[y]
checks.resembles(dW, X.T @ counts, "dW of softmax_loss_vectorized", given=(W,))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_vectorized_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
W, X, y = make_problem(160)
W_given, X_given, y_given = W.copy(), X.copy(), y.copy()
loss, dW = loss_and_gradient(softmax_loss_vectorized, W_given, X_given, y_given, 0.1)
checks.unchanged(W_given, W, "W")
checks.unchanged(X_given, X, "X")
checks.unchanged(y_given, y, "y")
pixels = np.arange(35, dtype=np.uint8).reshape(X.shape) * 7
loss, dW = loss_and_gradient(softmax_loss_vectorized, W / 100, pixels.astype(np.float64), y, 0.1)
other_loss, other = loss_and_gradient(softmax_loss_vectorized, W / 100, pixels, y, 0.1)
checks.close(other_loss, loss, "the loss of uint8 pixels", hint="Whole numbers of 8 bits wrap around at 256.")
checks.close(other, dW, "dW of uint8 pixels", hint="Whole numbers of 8 bits wrap around at 256.")
checks.passed("softmax_loss_vectorized", "arguments stay as they are, and pixels may be uint8")
### BEGIN HIDDEN TESTS
W, X, y = make_problem(161)
y = y.clip(max=1)
loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.1)
for kind in (np.int32, np.uint8):
    other_loss, other = loss_and_gradient(softmax_loss_vectorized, W, X, y.astype(kind), 0.1)
    checks.close(other_loss, loss, f"the loss with labels of dtype {np.dtype(kind)}")
    checks.close(other, dW, f"dW with labels of dtype {np.dtype(kind)}")
other_loss, other = loss_and_gradient(softmax_loss_vectorized, np.asfortranarray(W), np.asfortranarray(X), y, 0.1)
checks.close(other_loss, loss, "the loss of Fortran-ordered arrays")
checks.close(other, dW, "dW of Fortran-ordered arrays")
other_loss, other = loss_and_gradient(softmax_loss_vectorized, W.astype(np.float32), X.astype(np.float32), y, 0.1)
checks.close(other_loss, loss, "the loss of float32 arrays", rtol=1e-4, atol=1e-5)
checks.close(other, dW, "dW of float32 arrays", rtol=1e-3, atol=1e-4)
W, X, y = make_problem(177)
loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.0)
exponentials = np.exp(X @ W)
counts = exponentials / exponentials.sum(axis=1, keepdims=True) - np.eye(4)[y]
checks.resembles(dW, X.T @ counts, "dW of softmax_loss_vectorized", given=(W,))
### END HIDDEN TESTS

# %% [markdown]
# **Question 2** (3 points). Even with the shift, `-np.log(p[y])` can be `inf`. Give scores for which it is although the loss is an
# ordinary number, say why it happens in floating point, and write the loss so that it comes out right. Does the gradient
# $p_j - [j = y]$ have the same trouble?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_log_of_zero", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# Scores (0, −1000) with correct class 1: the loss is log(1 + e^1000) ≈ 1000. But e^−1000 is below the smallest
# positive float64 (about 5e-324, which is e^−745), so it underflows to 0, p = 0, and −log 0 = inf.
#
# The logarithm and the exponential cancel on paper, so do it on paper: −log p_y = log Σ_k e^(s_k − m) − (s_y − m). The sum is at least 1, the
# logarithm harmless: here log(1 + 0) + 1000 = 1000.
#
# The gradient is fine: p_1 − 1 = 0 − 1 = −1 is right to all digits. An underflow to 0 is only harmful under a logarithm or in a
# denominator.
#
# **Marking**: 1 point for scores whose correct class lies more than about 745 (float32: 104) below the maximum, with underflow to
# 0 as the reason; 1 for the log-sum-exp form; 1 for "the gradient is fine" with a reason. Adding a small epsilon inside the log
# instead of the log-sum-exp form: no point for that part (it caps the loss at a wrong value).
# ### END SOLUTION

# %% [markdown]
# ## Exercise 3: `predict_softmax`
#
# The predicted label is the class of the highest score. Softmax can say more: the probability that it gives to that
# class, its **confidence**. It is at least $1/C$ and at most 1.

# %% nbgrader={"grade": false, "grade_id": "predict_softmax", "locked": false, "schema_version": 3, "solution": true, "task": false}
def predict_softmax(W, X):
    """Predicted labels and how sure the classifier is of them.

    Arguments: W (D, C) weights, X (N, D) examples.

    Returns (labels, confidence)
    - labels: (N,) integers 0..C-1, the most probable class of each example
    - confidence: (N,) floats, the softmax probability of that class
    """
    ### BEGIN SOLUTION
    scores = X.dot(W)  # (N, C)
    labels = scores.argmax(axis=1)
    # the largest shifted score is 0, so its exponential is 1
    confidence = 1.0 / np.exp(scores - scores.max(axis=1, keepdims=True)).sum(axis=1)
    return labels, confidence
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_predict_softmax_labels", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
W = np.log([[1.0, 2.0, 5.0, 2.0], [3.0, 4.0, 1.0, 2.0]])
X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [-1.0, 0.0], [3.0, 0.0]])
labels, confidence = pair(predict_softmax(W, X), "labels, confidence")
checks.shape(labels, (5,), "the labels (one per row of X)")
checks.equal(labels, [2, 1, 1, 0, 2], "the labels predicted for five examples",
             hint="The label is the number of the column with the highest score.")
checks.passed("predict_softmax", "the most probable class wins")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(14)
for N, D, C in ((9, 4, 6), (6, 6, 6), (1, 3, 2)):
    W, X = rng.normal(size=(D, C)), rng.normal(size=(N, D))
    labels, confidence = pair(predict_softmax(W, X), "labels, confidence")
    expected = [max(range(C), key=lambda c: float(np.dot(row, W[:, c]))) for row in X]
    checks.equal(labels, expected, f"the labels predicted for N, D, C = {N, D, C}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_predict_softmax_confidence", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
W = np.log([[1.0, 2.0, 5.0, 2.0], [3.0, 4.0, 1.0, 2.0]])
X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [-1.0, 0.0], [3.0, 0.0]])
labels, confidence = pair(predict_softmax(W, X), "labels, confidence")
checks.shape(confidence, (5,), "the confidence (one number per row of X)")
checks.true(np.max(confidence) <= 1, "A confidence is a probability; yours goes above 1. Is it the score?")
checks.close(confidence, [5 / 10, 4 / 10, 8 / 20, 1 / 2.2, 125 / 142], "the confidence for five examples",
             hint="The probabilities of one example, a row, add up to 1.")
checks.passed("predict_softmax", "the confidence is the probability of the predicted class")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(15)
for N, D, C in ((9, 4, 6), (5, 5, 5), (1, 3, 2)):
    W, X = rng.normal(size=(D, C)), rng.normal(size=(N, D))
    labels, confidence = pair(predict_softmax(W, X), "labels, confidence")
    expected = [1 / min(sum(np.exp(np.dot(row, W[:, k] - W[:, c])) for k in range(C)) for c in range(C)) for row in X]
    checks.close(confidence, expected, f"the confidence for N, D, C = {N, D, C}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_predict_softmax_stability", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
W = np.array([[1e4, 1e4 - 1, -1e4], [-1e4, -1e4, -1e4]])
labels, confidence = pair(predict_softmax(W, np.array([[1.0, 0.0], [-1.0, 0.0]])), "labels, confidence")
checks.equal(labels, [0, 2], "the labels predicted at scores of 10,000")
checks.finite(confidence, "the confidence at scores of 10,000", hint="The trap again: shift the scores first.")
checks.close(confidence, [0.7310586, 1.0], "the confidence at scores of 10,000", rtol=1e-3)
checks.passed("predict_softmax", "scores of 10,000 do no harm")
### BEGIN HIDDEN TESTS
labels, confidence = pair(predict_softmax(W, np.array([[0, 1], [0, 0]], dtype=np.uint8)), "labels, confidence")
checks.close(confidence, [1 / 3, 1 / 3], "the confidence when all scores are the same")
### END HIDDEN TESTS

# %% [markdown]
# ## Training on images
#
# Training is given in this notebook: plain gradient descent on *all* the examples it is handed, 100 steps from $W = 0$. (The notebook `svm` trains
# on small random batches instead.) To keep it quick we use no more than the first 10,000 training images for now.

# %% nbgrader={"grade": false, "grade_id": "gradient_descent", "locked": true, "schema_version": 3, "solution": false, "task": false}
def gradient_descent(objective, examples, labels, step_size, strength, num_steps=100, progress=None):
    """Full-batch gradient descent with a fixed step. Returns the weights and the value at each step."""
    weights, curve = np.zeros((examples.shape[1], 10), dtype=examples.dtype), []
    for _ in range(num_steps):
        value, slope = objective(weights, examples, labels, strength)
        curve.append(value)
        weights = (weights - step_size * slope).astype(examples.dtype)
        if progress is not None:
            progress.update()
    return weights, curve


# %% nbgrader={"grade": false, "grade_id": "demo_training", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
X_small, y_small = X_train[:10_000], y_train[:10_000]
with tqdm(total=100, file=sys.stdout, desc="steps") as bar:
    W_softmax, curve = gradient_descent(softmax_loss_vectorized, X_small, y_small, 2e-6, 1e2, progress=bar)
vis.loss_curve(curve, smooth=1, reference=(np.log(10), "guessing: log 10"))
for name, rows, truth in (("training", X_small, y_small), ("validation", X_val, y_val)):
    print(f"{name} accuracy {np.mean(predict_softmax(W_softmax, rows)[0] == truth):.1%}")

# %% [markdown]
# The curve starts at $\log 10$, exactly, and has no noise: every step sees the same images.
#
# How much should one trust the confidence? If the classifier is 70% sure of a hundred images, about seventy of them should be right. On the
# diagonal it keeps that promise; below it is too sure of itself, above it is better than it claims (ours is still young: 100 steps from $W = 0$,
# where all classes are equally likely).

# %% nbgrader={"grade": false, "grade_id": "demo_confidence", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
answers, sureness = predict_softmax(W_softmax, X_val)
edges = np.quantile(sureness, np.linspace(0, 1, 9))
group = np.searchsorted(edges[1:-1], sureness)
mean_confidence = [sureness[group == g].mean() for g in range(8)]
share_right = [(answers == y_val)[group == g].mean() for g in range(8)]
fig, ax = plt.subplots(figsize=(4.4, 4), layout="constrained")
ax.plot([0, 1], [0, 1], ":", color="gray", label="as promised")
ax.plot(mean_confidence, share_right, "o-", label="eight groups of validation images")
ax.set(xlabel="mean confidence", ylabel="share of right answers", xlim=(0, 1), ylim=(0, 1))
ax.legend();

# %% nbgrader={"grade": false, "grade_id": "demo_sure_and_wrong", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
wrong = np.flatnonzero(answers != y_val)
surest = wrong[np.argsort(-sureness[wrong])[:10]]
print("Sure and wrong: the mistakes with the highest confidence")
vis.show_images(images.X_val[surest], columns=5, size=1.4, titles=[
    f"{images.class_names[y_val[i]]}:\n{sureness[i]:.0%} {images.class_names[answers[i]]}" for i in surest]);

# %% [markdown]
# ## Exercise 4: `elastic_net`
#
# So far the penalty was $\lambda \sum W^2$, called L2. Another choice is L1, $\lambda \sum |W|$. Look at what each charges for one weight, and how
# hard it pulls that weight back to 0 (its slope):

# %% nbgrader={"grade": false, "grade_id": "picture_penalties", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
w = np.linspace(-1.5, 1.5, 301)
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
left.plot(w, w**2, label="L2")
left.plot([-1.5, 0, 1.5], [1.5, 0, 1.5], label="L1")
left.plot(w, 0.5 * w**2 + np.hypot(w, 0) / 2, "--", label="elastic net: half of each")
left.set(title="penalty", xlabel="weight")
left.legend()
right.plot([-1.5, 1.5], [-3, 3], label="L2")
right.plot([-1.5, -1e-9, 1e-9, 1.5], [-1, -1, 1, 1], label="L1")
right.plot([-1.5, -1e-9, 1e-9, 1.5], [-2, -0.5, 0.5, 2], "--", label="elastic net: half of each")
right.set(title="slope of the penalty", xlabel="weight");

# %% [markdown]
# L2 pulls hard on large weights and lets small ones be. L1 pulls on all of them with the same force, however small they are, so that weights
# which the data does not need end at 0. The elastic net adds the two:
#
# $$ R(W) = \lambda_1 \sum_{d,j} |W_{dj}| + \lambda_2 \sum_{d,j} W_{dj}^2 . $$
#
# $|w|$ has a kink at 0. Any slope between −1 and 1 would do there; take 0, so that a weight which is 0 is left alone.

# %% nbgrader={"grade": false, "grade_id": "elastic_net", "locked": false, "schema_version": 3, "solution": true, "task": false}
def elastic_net(W, l1, l2):
    """The penalty l1 * sum(|W|) + l2 * sum(W * W) and its gradient.

    Arguments
    - W: (D, C) weights
    - l1, l2: strengths of the two terms, numbers >= 0

    Returns (penalty, gradient)
    - penalty: one number
    - gradient: (D, C); where W is 0, the slope of |W| counts as 0
    """
    ### BEGIN SOLUTION
    penalty = l1 * np.sum(np.abs(W)) + l2 * np.sum(W * W)
    gradient = l1 * np.sign(W) + 2 * l2 * W
    return penalty, gradient
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_elastic_net_penalty", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
W = np.array([[1.0, -2.0], [0.5, 0.0], [-1.5, 3.0]])
for l1, l2, expected in ((1.0, 0.0, 8.0), (0.0, 1.0, 16.5), (0.1, 0.01, 0.965)):
    penalty, gradient = pair(elastic_net(W, l1, l2), "penalty, gradient")
    checks.close(penalty, expected, f"the penalty for l1={l1}, l2={l2}",
                 hint="The sum of |W| is 8 in this check, the sum of W * W is 16.5.", suspects={
        "the absolute value has to be taken of each entry, before the sum.": l1 * 1.0 + l2 * 16.5,
        "l1 and l2 are exchanged.": l2 * 8.0 + l1 * 16.5,
        "means are taken; the penalty is made of sums.": expected / W.size})
checks.passed("elastic_net", "the penalty is right")
### BEGIN HIDDEN TESTS
W = np.random.default_rng(70).normal(size=(6, 3))
for l1, l2 in ((2.0, 3.0), (0.0, 0.0), (1e-3, 10.0)):
    penalty, gradient = pair(elastic_net(np.asfortranarray(W), l1, l2), "penalty, gradient")
    expected = sum(l1 * max(w, -w) + l2 * w**2 for w in W.ravel().tolist())
    checks.close(penalty, expected, f"the penalty for l1={l1}, l2={l2}")
penalty, gradient = pair(elastic_net(W.astype(np.float32), 0.5, 0.25), "penalty, gradient")
checks.close(penalty, sum(0.5 * max(w, -w) + 0.25 * w**2 for w in W.ravel().tolist()), "the penalty of float32 weights", rtol=1e-4)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_elastic_net_gradient", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
W = np.array([[1.0, -2.0], [0.5, 0.25], [-1.5, 3.0]])
W_given = W.copy()
for l1, l2 in ((0.0, 1.0), (1.0, 0.0), (0.3, 0.2)):
    penalty, gradient = pair(elastic_net(W_given, l1, l2), "penalty, gradient")
    checks.gradient(lambda V: elastic_net(V, l1, l2)[0], W, gradient, f"the gradient for l1={l1}, l2={l2}", suspects={
        "it is |W| itself; its slope is wanted, the same for all positive weights.": l1 * np.abs(W) + 2 * l2 * W} if l1 else None)
checks.unchanged(W_given, W, "W")
checks.passed("elastic_net", "the gradient agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
W = np.random.default_rng(71).normal(size=(4, 5))
W += 0.01 * (2 * (W > 0) - 1)  # away from the kink
for l1, l2 in ((2.0, 0.5), (0.1, 3.0), (1.0, 0.0)):
    penalty, gradient = pair(elastic_net(W, l1, l2), "penalty, gradient")
    checks.gradient(lambda V: sum(l1 * max(w, -w) + l2 * w**2 for w in V.ravel().tolist()), W, gradient,
                    f"the gradient for l1={l1}, l2={l2}, of shape {W.shape}")
W = np.array([[2e-4, -2e-4, 5.0]])
penalty, gradient = pair(elastic_net(W, 1.0, 0.5), "penalty, gradient")
checks.close(gradient, [[1.0002, -1.0002, 6.0]], "the gradient at small weights", rtol=1e-3,
             hint="The slope of |W| is 1 or -1 however small the weight is, and 0 only where the weight is exactly 0.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_elastic_net_zeros", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
penalty, gradient = pair(elastic_net(np.zeros((2, 3)), 1.0, 1.0), "penalty, gradient")
checks.finite(gradient, "the gradient at W = 0", hint="W / |W| is 0 / 0 where W is 0. NumPy has a function for the sign.")
checks.close(gradient, np.zeros((2, 3)), "the gradient at W = 0")
checks.passed("elastic_net", "a weight of 0 is left alone")
### BEGIN HIDDEN TESTS
penalty, gradient = pair(elastic_net(np.array([[0.0, -4.0, 2.0]]), 0.5, 0.125), "penalty, gradient")
checks.close(gradient, [[0.0, -1.5, 1.0]], "the gradient when one of three weights is 0")
### END HIDDEN TESTS

# %% [markdown]
# Now put it on top of the softmax loss, once as pure L2 and once with a good share of L1, and look at the weights. (Gradient descent
# with steps of fixed length does not bring a weight to exactly 0, it hops about it; so we count the weights that are below
# a fiftieth of the largest.)

# %% nbgrader={"grade": false, "grade_id": "demo_elastic_net", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def with_penalty(l1, l2):
    def objective(W, X, y, reg):
        loss, dW = softmax_loss_vectorized(W, X, y, 0.0)
        penalty, gradient = elastic_net(W, l1, l2)
        return loss + penalty, dW + gradient

    return objective


fig, axes = plt.subplots(1, 2, figsize=(9, 2.8), sharey=True, layout="constrained")
templates = []
with tqdm(total=200, file=sys.stdout, desc="steps") as bar:
    for ax, (l1, l2) in zip(axes, ((0.0, 1e2), (0.5, 1e2))):
        W_net, curve = gradient_descent(with_penalty(l1, l2), X_small, y_small, 2e-6, 0.0, progress=bar)
        small = np.mean(np.abs(W_net) < np.abs(W_net).max() / 50)
        ax.hist(W_net.ravel() / np.abs(W_net).max(), bins=np.linspace(-1, 1, 100), log=True)
        ax.set(title=f"l1={l1:g}, l2={l2:g}: {small:.0%} nearly zero", xlabel="weight / largest weight")
        bar.write(f"l1={l1:g}, l2={l2:g}: validation accuracy {np.mean(predict_softmax(W_net, X_val)[0] == y_val):.1%}")
        templates.append(W_net)
axes[0].set_ylabel("number of weights")
for W_net in templates:
    vis.weight_templates(W_net, images.class_names)

# %% [markdown]
# **Question 3** (2 points). Two weights, 1 and 0.001. With which force (the gradient of the penalty, $\lambda = 1$) does L2 pull each of them towards
# 0, and L1? Use these numbers to explain the two histograms.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_l1_l2", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# L2: 2w, so 2 and 0.002. L1: the sign, so 1 and 1. Under L2 the small weight is hardly pulled at all; any small gradient of the data
# holds it in place, so weights get small but not zero: one broad hump. L1 pulls the small weight as hard as the large one: a weight stays away from
# zero only if the data pulls with more than λ, and all the others collapse to a spike at zero.
#
# **Marking**: 1 point for the four numbers; 1 for the conclusion (L1's force does not fade near 0, so weights of little use go to 0; L2 shrinks
# in proportion and leaves them small).
# ### END SOLUTION

# %% [markdown]
# ## Exercise 5: `random_search`
#
# Which step size, which strength of regularization? A grid is the obvious way to try pairs: $3 \times 3$ runs. But those nine runs test only
# *three* values of each. Usually one of the two matters much more than the other, and nine *random* pairs test nine values of it.

# %% nbgrader={"grade": false, "grade_id": "picture_random_search", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, axes = plt.subplots(1, 2, figsize=(8, 3.6), sharey=True, layout="constrained")
dice = np.random.default_rng(182)
grid = np.meshgrid([0.15, 0.5, 0.85], [0.15, 0.5, 0.85])
cloud = dice.uniform(0.02, 0.98, size=(2, 9))
bump = np.linspace(0, 1, 200)
for ax, (across, up), title in zip(axes, (grid, cloud), ("grid: 3 values of what matters", "random: 9 values of what matters")):
    ax.fill_between(bump, 1.08, 1.08 + 0.3 * np.exp(-((bump - 0.33) / 0.09) ** 2), color="tab:green", alpha=0.4)
    ax.plot(across, up, "ko")
    ax.plot(np.ravel(across), np.full(9, 1.06), "|", color="tab:red", ms=12)
    ax.set(title=title, xlabel="matters much", xticks=[], yticks=[])
axes[0].set_ylabel("matters little");

# %% [markdown]
# Random does not mean uniform in the usual sense. Between $10^{-7}$ and $10^{-3}$, a uniform draw is above $10^{-4}$ nine times out of ten, and the four decades
# are meant to be equally likely. So draw the *exponent* uniformly: $10^u$ with $u$ uniform between −7 and −3. Draw each of the two
# hyperparameters by itself.
#
# The pair is chosen by accuracy on the **validation** set: not on the training set, which always likes the weakest regularization, and not on the
# test set, which has to stay unseen to be worth anything at the end.

# %% nbgrader={"grade": false, "grade_id": "random_search", "locked": false, "schema_version": 3, "solution": true, "task": false}
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    """Train with random pairs of learning rate and regularization strength; keep the best by validation accuracy.

    Each trial draws a learning rate and a strength, independently, both uniformly on a logarithmic scale.

    Arguments
    - train: function (X, y, learning_rate, reg) -> W (D, C), trains a linear classifier
    - X_train, y_train: (N, D) and (N,), what to train on
    - X_val, y_val: (M, D) and (M,), what to choose by
    - learning_rate_range, reg_range: (low, high), both above 0
    - num_trials: number of pairs to try
    - rng: np.random.Generator, the only source of chance

    Returns (best_W, results)
    - best_W: the W, as train returned it, with the highest validation accuracy
    - results: dict {(learning_rate, reg): (training accuracy, validation accuracy)} with accuracies between 0 and 1
    """
    ### BEGIN SOLUTION
    best_W, best_accuracy, results = None, -1.0, {}
    for _ in range(num_trials):
        learning_rate = 10 ** rng.uniform(*np.log10(learning_rate_range))
        reg = 10 ** rng.uniform(*np.log10(reg_range))
        W = train(X_train, y_train, learning_rate, reg)
        train_accuracy = float(np.mean(predict_softmax(W, X_train)[0] == y_train))
        val_accuracy = float(np.mean(predict_softmax(W, X_val)[0] == y_val))
        results[learning_rate, reg] = (train_accuracy, val_accuracy)
        if val_accuracy > best_accuracy:
            best_W, best_accuracy = W, val_accuracy
    return best_W, results
    ### END SOLUTION


# %% [markdown]
# The checks hand over a `train` that does not train, but keeps a record: it returns the classifier that answers 1 wherever the only
# feature is above $\log_{10}(\mathrm{learning\ rate})$. The training labels would like a threshold of −4, the validation labels one of −2.

# %% nbgrader={"grade": true, "grade_id": "test_random_search_best", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
thresholds = []


def threshold_classifier(X, y, learning_rate, reg):
    thresholds.append(float(np.log10(learning_rate)))
    return np.array([[0.0, 1.0], [0.0, -thresholds[-1]]])


points = np.stack([np.arange(-5.95, 0.0, 0.1), np.ones(60)], axis=1)  # (x, 1)
y_low, y_high = (points[:, 0] > -4).astype(int), (points[:, 0] > -2).astype(int)
result = random_search(threshold_classifier, points, y_low, points, y_high, (1e-6, 1.0), (1e-3, 1e3), 25,
                       np.random.default_rng(1))
best_W, results = pair(result, "best_W, results")
checks.shape(best_W, (2, 2), "best_W (the weights of the best classifier)")
checks.true(len(set(thresholds)) >= 25, f"In 25 trials only {len(set(thresholds))} different learning rates were tried.")
chosen = -best_W[1][1]
reached = np.mean((points[:, 0] > chosen) == y_high)
by_training = min(thresholds, key=lambda t: abs(t + 4))
by_validation = max(np.mean((points[:, 0] > t) == y_high) for t in thresholds)
checks.true(reached == by_validation or abs(chosen - by_training) > 1e-9,
            "This is the classifier with the best *training* accuracy. Choose by validation.")
checks.true(min(abs(chosen - t) for t in thresholds) < 1e-9, "best_W is none of the classifiers that train returned.")
checks.close(reached, by_validation, "the validation accuracy of best_W, against the best of all trials",
             hint="Keep the W of the best trial so far, not of the last one.")
checks.passed("random_search", "the best classifier by validation accuracy is returned")
### BEGIN HIDDEN TESTS
for seed, labels_train, labels_val in ((2, y_low, y_high), (3, y_high, y_low), (4, y_low, y_high)):
    thresholds.clear()
    result = random_search(threshold_classifier, points, labels_train, points, labels_val, (1e-6, 1.0), (1.0, 10.0), 12,
                           np.random.default_rng(seed))
    best_W, results = pair(result, "best_W, results")
    checks.shape(best_W, (2, 2), "best_W with 12 trials")
    checks.true(len(set(thresholds)) >= 12, f"In 12 trials only {len(set(thresholds))} learning rates were tried.")
    most = max(np.mean((points[:, 0] > t) == labels_val) for t in thresholds)
    checks.close(np.mean((points[:, 0] > -best_W[1][1]) == labels_val), most, "the validation accuracy of best_W of 12 trials")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_random_search_results", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
tried = []


def threshold_classifier(X, y, learning_rate, reg):
    tried.append((float(learning_rate), float(reg)))
    return np.array([[0.0, 1.0], [0.0, -np.log10(learning_rate)]])


points = np.stack([np.arange(-5.95, 0.0, 0.1), np.ones(60)], axis=1)
y_low, y_high = (points[:, 0] > -4).astype(int), (points[:40, 0] > -2).astype(int)
result = random_search(threshold_classifier, points, y_low, points[:40], y_high, (1e-6, 1.0), (1e-3, 1e3), 8,
                       np.random.default_rng(5))
best_W, results = pair(result, "best_W, results")
checks.true(isinstance(results, dict), "results should be a dict.")
checks.true(len(tried) == 8, f"With num_trials=8, train should be called 8 times, but it was called {len(tried)} times.")
checks.equal(sorted(results), sorted(tried), "the keys of results", hint="One key (learning_rate, reg) for every trial.")
for key in tried:
    threshold = np.log10(key[0])
    expected = np.mean((points[:, 0] > threshold) == y_low), np.mean((points[:40, 0] > threshold) == y_high)
    checks.close(results[key], expected, f"results[{key[0]:.3g}, {key[1]:.3g}], training and validation accuracy",
                 hint="Accuracy is the fraction of examples whose predicted label is right.")
checks.passed("random_search", "the accuracies of every trial are returned")
### BEGIN HIDDEN TESTS
tried.clear()
result = random_search(threshold_classifier, points, y_low, points[:40], y_high, (1e-3, 1e-1), (1.0, 2.0), 1,
                       np.random.default_rng(6))
best_W, results = pair(result, "best_W, results")
checks.true(isinstance(results, dict), "results of a single trial should be a dict.")
checks.equal(sorted(results), sorted(tried), "the keys of results of a single trial")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_random_search_log_scale", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
tried = []


def recording_train(X, y, learning_rate, reg):
    tried.append((float(learning_rate), float(reg)))
    return np.array([[0.0, 1.0], [0.0, 0.5]])


X, y = np.array([[0.0, 1.0], [1.0, 1.0]]), np.array([0, 1])
random_search(recording_train, X, y, X, y, (1e-8, 1e-2), (1e-1, 1e5), 60, np.random.default_rng(7))
checks.true(len(tried) == 60, f"With num_trials=60, train should be called 60 times, but it was called {len(tried)} times.")
for name, values, low, high in (("learning rate", [r for r, _ in tried], 1e-8, 1e-2), ("reg", [s for _, s in tried], 1e-1, 1e5)):
    values = np.array(values)
    middle = (low * high) ** 0.5
    share = np.mean(values < middle)
    checks.true(values.min() >= low * (1 - 1e-9) and values.max() <= high * (1 + 1e-9),
                f"Every {name} should lie between {low:g} and {high:g}, but they go from {values.min():.3g} to {values.max():.3g}.")
    checks.true(len(np.unique(values)) > 50, f"Draw a new {name} for every trial.")
    checks.true(0.17 < share < 0.83, f"On a logarithmic scale {middle:.2g} is the middle between {low:g} and {high:g}, so about half of the "
                f"draws of {name} should be below it, but {share:.0%} are. Draw the exponent uniformly.")
checks.passed("random_search", "draws are uniform on a logarithmic scale")
### BEGIN HIDDEN TESTS
def place(pairs, *ranges):
    """Where draws stand on the logarithmic scale between the ends of their ranges: 0..1 if all is well."""
    low, high = np.log(ranges).T
    return (np.log(pairs) - low) / (high - low)


wide = place(tried, (1e-8, 1e-2), (1e-1, 1e5))  # (60, 2)
tried.clear()
random_search(recording_train, X, y, X, y, (3e-5, 2e-3), (6.0, 7e2), 100, np.random.default_rng(8))
checks.true(len(tried) == 100, "With num_trials=100, train should be called 100 times.")
for first, second in zip(wide.T, place(tried, (3e-5, 2e-3), (6.0, 7e2)).T):
    both = np.concatenate([first, second])
    checks.true(both.min() >= -1e-9 and both.max() <= 1 + 1e-9, "Draws lie outside of the range.")
    checks.true(second.min() < 0.145 and second.max() > 0.855 and both.min() < 0.095 and both.max() > 0.905,
                "Draws do not reach the ends of the range.")
    # a chi-square test of the quarters of the range; right draws fail it about once in a million searches
    uneven = sum(np.square(np.histogram(places, 4, (0, 1))[0] - fill).sum() / fill for places, fill in ((first, 15), (second, 25)))
    checks.true(uneven < 40, "Draws are not uniform on the logarithmic scale.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_random_search_independent", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
tried = []


def recording_train(X, y, learning_rate, reg):
    tried.append((float(learning_rate), float(reg)))
    return np.array([[0.0, 1.0], [0.0, 0.5]])


X, y = np.array([[0.0, 1.0], [1.0, 1.0]]), np.array([0, 1])
random_search(recording_train, X, y, X, y, (1e-6, 1e-2), (1e-2, 1e2), 60, np.random.default_rng(9))
checks.true(len(tried) > 30, "With num_trials=60, train should be called 60 times.")
together = np.corrcoef(np.log(tried), rowvar=False)[0, 1]
checks.true(abs(together) < 0.6, f"Learning rate and reg rise and fall together (correlation {together:.2f}), so that the search walks along "
            "one line. Draw a number for each.")
checks.passed("random_search", "learning rate and regularization are drawn independently")
### BEGIN HIDDEN TESTS
tried.clear()
random_search(recording_train, X, y, X, y, (1e-4, 1e-3), (1.0, 1e6), 40, np.random.default_rng(10))
checks.true(abs(np.corrcoef(np.log(tried), rowvar=False)[0, 1]) < 0.7, "Learning rate and reg are not drawn independently.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_random_search_training_data", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
trained_on = []


def recording_train(X, y, learning_rate, reg):
    trained_on.append((np.array(X), np.array(y)))
    return np.array([[0.0, 1.0], [0.0, 0.5]])


rng = np.random.default_rng(11)
X_some, y_some = rng.normal(size=(8, 2)), np.arange(8) % 2
X_others, y_others = rng.normal(size=(5, 2)), np.arange(5) % 2
random_search(recording_train, X_some, y_some, X_others, y_others, (1e-3, 1.0), (1e-3, 1.0), 4, np.random.default_rng(12))
checks.true(len(trained_on) > 0, "train was never called.")
for X_used, y_used in trained_on:
    checks.shape(X_used, (8, 2), "the X given to train (the training examples, all of them and only them)")
    checks.close(X_used, X_some, "the X given to train", hint="Train on X_train; X_val is only for choosing.")
    checks.equal(y_used, y_some, "the y given to train")
checks.passed("random_search", "training sees the training set only")

# %% nbgrader={"grade": true, "grade_id": "test_random_search_repeatable", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
tried = []


def recording_train(X, y, learning_rate, reg):
    tried.append((float(learning_rate), float(reg)))
    return np.array([[0.0, 1.0], [0.0, 0.5]])


X, y = np.array([[0.0, 1.0], [1.0, 1.0]]), np.array([0, 1])
for seed in (1, 1, 2):
    random_search(recording_train, X, y, X, y, (1e-6, 1e-2), (1e-2, 1e2), 5, np.random.default_rng(seed))
checks.true(len(tried) == 15, f"Three searches of 5 trials should call train 15 times, but it was called {len(tried)} times.")
checks.close(np.log(tried[5:10]), np.log(tried[:5]), "the logarithms of the pairs of a second search with the same seed",
             hint="Take every random number from rng: rng.uniform, not np.random.uniform.")
checks.true(not np.allclose(np.log(tried[10:]), np.log(tried[:5])), "Searches with different seeds try the same pairs: rng is not used.")
checks.passed("random_search", "a search can be repeated with the same seed")

# %% [markdown]
# The real search: twelve pairs, 60 steps each. A search need not find the last tenth of a percent, only the right region, so 5,000
# images will do. (With learning rates above about 5e-6 the full-batch steps overshoot; you may want to see that, too.)

# %% nbgrader={"grade": false, "grade_id": "demo_search", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
with tqdm(total=12 * 60, file=sys.stdout, desc="steps") as bar:
    def train(X, y, learning_rate, reg):
        return gradient_descent(softmax_loss_vectorized, X, y, learning_rate, reg, num_steps=60, progress=bar)[0]

    best_softmax, trials = random_search(train, X_small[:5000], y_small[:5000], X_val, y_val, (1e-7, 3e-6), (1e0, 1e5), 12,
                                    np.random.default_rng(0))
vis.search_grid(trials);

# %% [markdown]
# The learning rate matters much, the regularization only where it is strong. Twelve random pairs have tried twelve learning rates; a grid would have tried three or four.
#
# The chosen pair once more, now with 100 steps and all the training images. Then the test set, for the first and only time: it decides
# nothing, it only tells how good the classifier is.

# %% nbgrader={"grade": false, "grade_id": "demo_final", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
learning_rate, reg = max(trials, key=lambda key: trials[key][1])
print(f"chosen: learning rate {learning_rate:.1e}, reg {reg:.1e}")
with tqdm(total=100, file=sys.stdout, desc="steps") as bar:
    final_W, curve = gradient_descent(softmax_loss_vectorized, X_train, y_train, learning_rate, reg, progress=bar)
vis.loss_curve(curve, smooth=1, reference=(np.log(10), "guessing: log 10"))
for name, rows, truth in (("training", X_train, y_train), ("validation", X_val, y_val), ("test", X_test, y_test)):
    print(f"{name} accuracy {np.mean(predict_softmax(final_W, rows)[0] == truth):.1%}")

# %% nbgrader={"grade": false, "grade_id": "demo_templates", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
vis.weight_templates(final_W, images.class_names);

# %% [markdown]
# **Question 4** (2 points). A student runs the search with 500 trials on a validation set of 1,000 images and reports the best validation accuracy as the
# quality of the classifier. Why is the number too good, even though no validation image was trained on? What should be reported, and would
# 100,000 validation images make the mistake larger or smaller?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_validation", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# Each measured accuracy is the true one plus luck (with 1,000 images about ±1.5 points). The best of 500 measurements is picked partly for its luck, so the
# maximum is biased upwards. Report the accuracy on the test set, used once after the choice. With 100,000
# images the luck shrinks by a factor of 10 (about ±0.15 points), and the bias with it.
#
# **Marking**: 1 point for the maximum of many noisy measurements being biased upwards (selection on the validation set); 1 for the test
# set used once *and* the mistake getting smaller with more images.
# ### END SOLUTION

# %% [markdown]
# ## Summary
#
# - Softmax turns scores into probabilities; the loss is minus the logarithm of the probability of the truth.
# - Its gradient with respect to the scores is *predicted minus happened*.
# - Shift by the maximum before any exponential. Let logarithm and exponential cancel on paper.
# - A first loss of $\log C$, a curve that falls, a confidence that keeps its promise: look at all three.
# - L2 shrinks weights in proportion, L1 sends the useless ones to zero.
# - Draw hyperparameters at random on logarithmic scales, choose by validation, test once.
#
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"softmax_loss_naive": 7, "softmax_loss_vectorized": 6, "predict_softmax": 3, "elastic_net": 3,
                "random_search": 6})
