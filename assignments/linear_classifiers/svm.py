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
# # A linear classifier with the SVM loss
#
# Nearest neighbours keep every training image and do all their work at test time. This notebook
# does the opposite: it squeezes the training set into one matrix `W`, throws the images away, and
# classifies a new image with a single matrix product.
#
# **You will learn**
#
# - what a linear classifier computes, and how to look at what it has learnt;
# - to turn "these scores are bad" into a number, the *multiclass SVM loss*, and to follow its
#   gradient downhill;
# - to check a gradient that you derived by hand against one measured numerically;
# - to replace Python loops by matrix products;
# - minibatch stochastic gradient descent, and how to choose its learning rate and the strength of
#   the regularization with a validation set.
#
# **Time**: about four hours of work. The cells themselves run in about half a minute
# (in one to two minutes on a slow or busy machine).
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that
# come with the course. Everything below holds for both; only the numbers differ. The checks use small random arrays, not the images.
#
# Replace each `raise NotImplementedError` by your code, run the cells from top to bottom, and read
# what a failing check tells you: it tries to name the mistake.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
# %matplotlib inline
import time

import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from cs231n_lib import checks, data, vis
from cs231n_lib.notebooks import errors

errors.explain()


def make_problem(seed, num_examples=7, num_features=5, num_classes=4):
    """A small random problem for checks: W (D, C), X (N, D), y (N,).

    It is drawn again until no two scores of an example differ by almost exactly 1. There the SVM loss has
    a kink, and a gradient measured across a kink means nothing.
    """
    rng = np.random.default_rng(seed)
    while True:
        X = rng.normal(size=(num_examples, num_features))
        W = rng.normal(size=(num_features, num_classes))
        y = rng.integers(num_classes, size=num_examples)
        s = np.einsum("nd,dc->nc", X, W)
        if np.abs(np.abs(s[:, :, None] - s[:, None, :]) - 1).min() > 1e-3:
            return W, X, y


def loss_and_gradient(loss_fn, W, X, y, reg):
    """What a loss function returns, after a look whether it is the pair (loss, dW)."""
    result = loss_fn(W, X, y, reg)
    checks.true(result is not None, "The function returned None. Did you forget `return loss, dW`?")
    checks.true(isinstance(result, (tuple, list)) and len(result) == 2,
                "The function should return two things, the loss and its gradient: `return loss, dW`.")
    checks.shape(result[0], (), "the loss (one number)")
    checks.shape(result[1], np.shape(W), "dW (the shape of W)")
    return result


# %% [markdown]
# ## The images

# %% nbgrader={"grade": false, "grade_id": "load_data", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
images = data.load()
print(images)
vis.samples_per_class(images.X_train, images.y_train, images.class_names);

# %% [markdown]
# A linear classifier sees an image as one long row of numbers: 32 × 32 pixels times 3 colours is
# 3,072 numbers. Two small preparations make its life easier.
#
# 1. **Centring.** Subtract the mean image from every image, so that pixels are positive or negative
#    instead of 0 to 255. The mean is taken over the *training* images only: whatever is computed
#    from validation or test images is information that you will not have about tomorrow's image.
#    (In the picture below, centred images are drawn with grey for 0. The mean of shapes10 is nearly an even
#    grey; that of CIFAR-10 is brighter towards the top.)
# 2. **The bias trick.** Scores should be allowed an offset, `X @ W + b`. Append a column of ones to
#    `X`, and the last row of `W` plays the role of `b`: one matrix to learn instead of two.

# %% nbgrader={"grade": false, "grade_id": "prepare_data", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
X_train, X_val, X_test = (data.flatten(part, np.float32) for part in (images.X_train, images.X_val, images.X_test))
mean_image, X_train, X_val, X_test = data.center(X_train, X_val, X_test)
X_train, X_val, X_test = (data.append_bias(part) for part in (X_train, X_val, X_test))
y_train, y_val, y_test = images.y_train, images.y_val, images.y_test
print("training:", X_train.shape, X_train.dtype, " validation:", X_val.shape, " test:", X_test.shape)

some = images.X_train[:4]
vis.show_images(
    np.concatenate([[mean_image.reshape(32, 32, 3)], some, 127 + (some - mean_image.reshape(32, 32, 3)) / 2]),
    titles=["mean image"] + ["image"] * 4 + ["centred"] * 4, columns=9);

# %% [markdown]
# ## Scores
#
# The classifier is a matrix `W` of shape (D, C): one column of weights for each of the C classes.
# For a row $x$ of `X` it computes C scores,
#
# $$ s = x\,W, \qquad s_j = \sum_d x_d W_{dj}, $$
#
# and answers with the class of the highest score. Each $s_j$ is an inner product of the image with
# one column of `W`, so a column is a *template*: the score is high where the image is bright and the
# template is positive, or both are negative.
#
# ## The loss: how bad are these scores?
#
# Take one image whose correct class is $y$. The SVM loss is content when the correct class scores
# higher than every other class *by a margin of 1*. Each class that comes closer than that, or
# overtakes, costs as much as it intrudes. The picture shows the cost of a single wrong class $j$ on the
# left. On the right, two wrong classes have scores of 2 and 4, and the score of the correct class moves.

# %% nbgrader={"grade": false, "grade_id": "picture_hinge", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.2), layout="constrained")
lead = np.array([-2.0, 1.0, 3.0])
left.plot(lead, [3.0, 0.0, 0.0], lw=2)
left.axvspan(1, 3, color="tab:green", alpha=0.1)
left.text(2, 1.5, "far enough:\ncosts nothing", ha="center")
left.axvline(1, color="gray", ls=":")
left.set(title="One wrong class", xlabel="lead of the correct class, $s_y - s_j$", ylabel="cost of class j")
right.plot([0, 3, 7], [3, 0, 0], "--", label="class with score 2")
right.plot([0, 5, 7], [5, 0, 0], "--", label="class with score 4")
right.plot([0, 3, 5, 7], [8, 2, 0, 0], "k", lw=2, label="their sum: the loss")
right.set(title="Two wrong classes", xlabel="score of the correct class, $s_y$", ylabel="loss")
right.legend();

# %% [markdown]
# Let $s_{ij}$ be the score of class $j$ for example $i$, and $y_i$ its correct class. As a formula, the loss of
# example $i$ is
#
# $$ L_i = \sum_{j \neq y_i} \max(0,\; s_{ij} - s_{iy_i} + 1). $$
#
# **By hand**: scores $(3.2,\ 5.1,\ -1.7)$, correct class 0. Class 1 costs $\max(0, 5.1 - 3.2 + 1) = 2.9$,
# class 2 costs $\max(0, -1.7 - 3.2 + 1) = 0$; the loss is 2.9. The correct class itself is left out of
# the sum: with itself it would always add $\max(0, 0 + 1) = 1$.
#
# The loss of the whole set is the *mean* over the examples plus a **regularization** term,
#
# $$ L(W) = \frac1N \sum_{i=1}^N L_i \;+\; \lambda \sum_{d,j} W_{dj}^2 . $$
#
# Why the second term? If some `W` has every margin met, so has `2 * W`, `3 * W`, ...: the data alone
# cannot choose between them. The penalty prefers small weights spread over many pixels, and a classifier that
# listens a little to many pixels is harder to fool than one that listens to a few. In code $\lambda$ is `reg`.
#
# ## The gradient: which way is down?
#
# In the picture every line is either flat or has slope 1 or −1, and so the gradient is a matter of
# counting. When class $j \ne y_i$ intrudes (its max is above 0), its term is $x_i W_{:j} - x_i W_{:y_i} + 1$,
# where $x_i$ is row $i$ of `X` and $W_{:j}$ is column $j$ of `W`. Therefore
#
# - the gradient with respect to column $j$ gets $+x_i$: turn that template away from the image;
# - the gradient with respect to column $y_i$ gets $-x_i$, *once for every class that intrudes*;
# - a class that keeps its distance adds nothing.
#
# Divide by $N$ as the loss does, and do not forget that the penalty has a gradient too.

# %% [markdown]
# ## Exercise 1: `svm_loss_naive`
#
# Write the loss and its gradient with plain loops over examples and classes. Slow and clear is what you want here:
# it is the version you can believe, and it will judge the fast one.
#
# Rows of `X` are examples. Arrays that you are given are to be read only: make a new array for `dW`.

# %% nbgrader={"grade": false, "grade_id": "svm_loss_naive", "locked": false, "schema_version": 3, "solution": true, "task": false}
def svm_loss_naive(W, X, y, reg):
    """Multiclass SVM loss with margin 1, with loops.

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
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - scores[y[i]] + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss = loss / num_examples + reg * np.sum(W * W)
    dW = dW / num_examples + 2 * reg * W
    return loss, dW
    ### END SOLUTION


# %% [markdown]
# The first check is small enough to follow by hand. Its three examples have the scores
# $(3, 1, 2.5)$, $(-1, 2, 0.25)$ and $(2, 3, 2.75)$, and the correct classes are 0, 1 and 2.

# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_naive_values", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
W = np.array([[3.0, 1.0, 2.5], [-1.0, 2.0, 0.25]])
X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
y = np.array([0, 1, 2])
loss, dW = loss_and_gradient(svm_loss_naive, W, X, y, 0.0)
checks.true(abs(loss - 5 / 3) > 1e-9, "The loss is too large by exactly 1: the correct class is in the sum and adds "
            "max(0, 0 + 1) = 1 for itself. Leave it out.")
checks.true(abs(loss - 0.25 / 3) > 1e-9, "The loss is too small: did you forget the margin, the + 1?")
checks.true(abs(loss - 1.25 / 3) > 1e-9, "The loss is too small: *every* class that intrudes adds to it, not only the "
            "one with the largest score.")
checks.close(loss, 2 / 3, "the loss of svm_loss_naive with reg=0",
             hint="The three examples cost 0.5, 0 and 1.5; the loss is their mean.", num_examples=3,
             suspects={"the margins are squared; each counts as it is.": 1.875 / 3,
                       "the two scores are exchanged: the margin of class j is s_j - s_correct + 1.": 13.75 / 3,
                       "only the class with the largest margin counts; every class that intrudes should.": 1.75 / 3})
checks.passed("svm_loss_naive", "the loss of a hand-made example is right")
### BEGIN HIDDEN TESTS
for seed, shape in ((11, (7, 5, 4)), (12, (1, 6, 3)), (13, (9, 4, 2)), (14, (2, 3, 10))):
    W, X, y = make_problem(seed, *shape)
    total = 0.0
    for row, label in zip(X, y):
        for column in range(W.shape[1]):
            if column != label:
                total += max(0.0, float(np.dot(row, W[:, column] - W[:, label])) + 1.0)
    loss, dW = loss_and_gradient(svm_loss_naive, W, X, y, 0.0)
    checks.close(loss, total / len(y), f"the loss of svm_loss_naive with reg=0, N, D, C = {shape}")
### END HIDDEN TESTS

# %% [markdown]
# A test that costs nothing and catches much: with tiny random weights all scores are nearly equal, so each of
# the C − 1 wrong classes intrudes by almost exactly 1. **The first loss you see in training should be C − 1**
# (9 for ten classes), plus the regularization. If it is not, stop and look.

# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_naive_initial", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
W, X, y = make_problem(20, 6, 8, 10)
loss, dW = loss_and_gradient(svm_loss_naive, W * 1e-8, X, y, 0.0)
checks.close(loss, 9.0, "the loss of ten classes at tiny weights", rtol=1e-5,
             hint="Each of the 9 wrong classes intrudes by 1; the correct class is left out.", num_examples=6)
checks.passed("svm_loss_naive", "the loss at tiny weights is C - 1")
### BEGIN HIDDEN TESTS
for seed, num_classes in ((21, 2), (22, 5)):
    W, X, y = make_problem(seed, 4, 3, num_classes)
    loss, dW = loss_and_gradient(svm_loss_naive, np.zeros_like(W), X, y, 1.0)
    checks.close(loss, num_classes - 1.0, f"the loss of {num_classes} classes at W = 0")
### END HIDDEN TESTS

# %% [markdown]
# Now the gradient. Its definition gives a way to measure it with no calculus: nudge one entry of `W` up and
# down by a small $h$ and see how the loss reacts,
#
# $$ \frac{\partial L}{\partial W_{dj}} \approx \frac{L(W_{dj} + h) - L(W_{dj} - h)}{2h}. $$
#
# That takes two evaluations for each entry of `W`, hopeless for training but perfect as a test. The check compares
# the two by their relative error: below $10^{-7}$ is good, above $10^{-2}$ is certainly wrong.

# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_naive_gradient", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
W, X, y = make_problem(30, 5, 6, 4)
W[1] = 0  # steps that are scaled with the weights measure nothing here
loss, dW = loss_and_gradient(svm_loss_naive, W, X, y, 0.0)
checks.true(np.any(dW), "dW is zero everywhere: the loops never add to it.")
checks.gradient(lambda V: svm_loss_naive(V, X, y, 0.0)[0], W, dW, "dW of svm_loss_naive with reg=0",
                num_examples=len(y), params=W, labels=y, inputs=X, suspects={
    # with tiny weights, every class intrudes
    "all classes are in dW; only those that intrude, with a margin above 0, should be.":
        lambda: checks.numeric_gradient(lambda V: 1e4 * svm_loss_naive(V / 1e4, X, y, 0.0)[0], W)})
checks.own_work(svm_loss_naive, W, X, y, 0.0)
checks.derived(svm_loss_naive, W, X[:1], y[:1], 0.0, size=W.size)
large = 2.0**50  # pixels that much larger and weights that much smaller have the same scores
scaled_loss, scaled = loss_and_gradient(svm_loss_naive, W / large, X * large, y, 0.0)
checks.analytic(np.asarray(scaled) / large, dW, "dW, divided by 2**50, for pixels 2**50 times as large and weights as much smaller")
checks.passed("svm_loss_naive", "dW agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
def hinge(V):
    """The loss straight from its formula: the mean over i of sum over j != y_i."""
    total = 0.0
    for scores, label in zip((X @ V).tolist(), y):
        total += sum(max(0.0, score - scores[label] + 1.0) for column, score in enumerate(scores) if column != label)
    return total / len(y)


for seed, shape in ((31, (6, 4, 5)), (32, (1, 3, 4)), (33, (8, 3, 2))):
    W, X, y = make_problem(seed, *shape)
    loss, dW = loss_and_gradient(svm_loss_naive, W, X, y, 0.0)
    checks.gradient(hinge, W, dW, f"dW of svm_loss_naive with reg=0, N, D, C = {shape}",
                    num_examples=len(y), params=W, labels=y)
### END HIDDEN TESTS

# %% [markdown]
# Loss and gradient of the data are right; now the regularization. These checks look at what changes when `reg`
# is switched on.

# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_naive_reg_loss", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
W, X, y = make_problem(40)
without, dW = loss_and_gradient(svm_loss_naive, W, X, y, 0.0)
loss, dW = loss_and_gradient(svm_loss_naive, W, X, y, 0.5)
checks.close(loss - without, 0.5 * np.square(W).sum(), "what reg=0.5 adds to the loss", num_examples=len(y),
             hint="The penalty is reg * sum(W * W): over all of W, once, and not divided by N.",
             suspects={"it is reg times the length of W; the square root is too much.": 0.5 * np.linalg.norm(W)})
checks.passed("svm_loss_naive", "the loss includes the regularization")
### BEGIN HIDDEN TESTS
for seed, shape, strength in ((41, (4, 6, 3), 2.0), (42, (9, 2, 7), 0.01)):
    W, X, y = make_problem(seed, *shape)
    without, dW = loss_and_gradient(svm_loss_naive, W, X, y, 0.0)
    loss, dW = loss_and_gradient(svm_loss_naive, W, X, y, strength)
    checks.close(loss - without, strength * np.square(W).sum(), f"what reg={strength} adds to the loss")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_naive_reg_gradient", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
W, X, y = make_problem(50)
loss, without = loss_and_gradient(svm_loss_naive, W, X, y, 0.0)
loss, dW = loss_and_gradient(svm_loss_naive, W, X, y, 0.5)
checks.true(np.any(np.asarray(dW) != without), "dW does not change with reg: the penalty reg * sum(W * W) has a "
            "gradient too.")
checks.gradient(lambda V: 0.5 * np.square(V).sum(), W, np.subtract(dW, without), "what reg=0.5 adds to dW",
                num_examples=len(y))
checks.derived(svm_loss_naive, W, X[:1], y[:1], 0.5, size=W.size)
checks.passed("svm_loss_naive", "dW includes the gradient of the regularization")
### BEGIN HIDDEN TESTS
for seed, shape, strength in ((51, (4, 6, 3), 2.0), (52, (9, 2, 7), 0.05)):
    W, X, y = make_problem(seed, *shape)
    loss, without = loss_and_gradient(svm_loss_naive, W, X, y, 0.0)
    loss, dW = loss_and_gradient(svm_loss_naive, W, X, y, strength)
    checks.gradient(lambda V: strength * np.square(V).sum(), W, np.subtract(dW, without),
                    f"what reg={strength} adds to dW", num_examples=len(y))
large = 2.0**50
loss, without = loss_and_gradient(svm_loss_naive, W * large, X / large, y, 0.0)
loss, dW = loss_and_gradient(svm_loss_naive, W * large, X / large, y, 0.5)
checks.analytic(np.subtract(dW, without) / large, W, "what reg=0.5 adds to dW, divided by 2**50, for weights 2**50 times as large")
### END HIDDEN TESTS

# %% [markdown]
# Last, the inputs: they come back unharmed, and whole numbers (raw `uint8` pixels, labels of any integer type), float32
# and a class without a single example in the batch are no trouble.

# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_naive_inputs", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
W, X, y = make_problem(60)
W_given, X_given, y_given = W.copy(), X.copy(), y.copy()
loss, dW = loss_and_gradient(svm_loss_naive, W_given, X_given, y_given, 0.1)
checks.unchanged(W_given, W, "W")
checks.unchanged(X_given, X, "X")
checks.unchanged(y_given, y, "y")
few = y.clip(max=1)  # four classes, of which only 0 and 1 occur
loss, dW = loss_and_gradient(svm_loss_naive, 0 * W, X, few, 0.0)
checks.close(loss, 3.0, "the loss at W = 0 of four classes, two of which have no example",
             hint="There are as many classes as W has columns, whichever of them occur in y.")
checks.passed("svm_loss_naive", "arguments stay as they are, and classes may be missing from the batch")
### BEGIN HIDDEN TESTS
W, X, y = make_problem(61)
loss, dW = loss_and_gradient(svm_loss_naive, W, X, y, 0.1)
for kind in (np.int32, np.uint8):
    other_loss, other = loss_and_gradient(svm_loss_naive, W, X, y.astype(kind), 0.1)
    checks.close(other_loss, loss, f"the loss with labels of dtype {np.dtype(kind)}")
    checks.close(other, dW, f"dW with labels of dtype {np.dtype(kind)}")
other_loss, other = loss_and_gradient(svm_loss_naive, np.asfortranarray(W), np.asfortranarray(X), y, 0.1)
checks.close(other_loss, loss, "the loss of Fortran-ordered arrays")
checks.close(other, dW, "dW of Fortran-ordered arrays")
other_loss, other = loss_and_gradient(svm_loss_naive, W.astype(np.float32), X.astype(np.float32), y, 0.1)
checks.close(other_loss, loss, "the loss of float32 arrays", rtol=1e-4, atol=1e-5)
checks.close(other, dW, "dW of float32 arrays", rtol=1e-3, atol=1e-4)
pixels = np.random.default_rng(62).integers(256, size=X.shape, dtype=np.uint8)
loss, dW = loss_and_gradient(svm_loss_naive, W / 100, pixels.astype(np.float64), y, 0.1)
other_loss, other = loss_and_gradient(svm_loss_naive, W / 100, pixels, y, 0.1)
checks.close(other_loss, loss, "the loss of uint8 pixels",
             hint="Are the scores floats, whatever the dtype of X? Whole numbers of 8 bits wrap around at 256.")
checks.close(other, dW, "dW of uint8 pixels", rtol=1e-5,
             hint="Is dW an array of floats, whatever the dtype of X? Whole numbers of 8 bits wrap around at 256.")
### END HIDDEN TESTS

# %% [markdown]
# **Question 1** (3 points). Your gradient check on a few random entries of a real training run says: nine entries agree
# to $10^{-9}$, one is off by 30%. Nothing is wrong with the code. Explain with a one-dimensional example how that can
# happen, whether it should worry you, and what you could change in the check so that it happens less.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_kink", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# The loss is made of terms max(0, m), which have no derivative at m = 0. Take f(w) = max(0, w) at w = 0.3h: the
# true slope is 1, but the two evaluations at w + h and w − h lie on either side of the kink and give
# (1.3h − 0)/2h = 0.65, off by 35%. So an entry disagrees when a margin changes sign between W − h and W + h.
#
# It is no reason to worry when it is rare: the analytic gradient is a correct (sub)gradient there, and descent works with it.
# It happens less with a smaller h (within floating-point limits), with fewer examples in the check (fewer kinks near by),
# in float64, or by leaving out entries for which some margin changes sign.
#
# **Marking**: 1 point for naming the kink of max(0, ·) lying between the two evaluation points; 1 for a correct
# one-dimensional example with numbers; 1 for "no worry, because rare / still a valid subgradient" together with at least one
# sensible remedy (smaller h, fewer examples, detect sign changes). "Numerical rounding" alone earns nothing.
# ### END SOLUTION

# %% [markdown]
# ## Exercise 2: `svm_loss_vectorized`
#
# The loops above take Python's time for every example and class. NumPy does the same work in compiled code when you hand it
# whole arrays. Draw the arrays before you write:
#
# | array | shape | what it holds |
# |---|---|---|
# | scores | (N, C) | all scores at once |
# | scores of the correct classes | (N, 1) | one per row; keep the second dimension so that it broadcasts |
# | margins | (N, C) | what each class costs each example; nothing for the correct class |
#
# For the gradient, recall the counting: in example $i$, column $j$ received $+x_i$, column $y_i$ received $-x_i$ several
# times. Put those counts in a matrix of shape (N, C). Every entry of `dW` is then a sum over examples of a pixel times a count: that is a
# matrix product. Check the shapes and there is only one way to write it.
#
# No loops of any kind: no `for`, no `while`, no comprehension.

# %% nbgrader={"grade": false, "grade_id": "svm_loss_vectorized", "locked": false, "schema_version": 3, "solution": true, "task": false}
def svm_loss_vectorized(W, X, y, reg):
    """Multiclass SVM loss with margin 1, without loops. Arguments and results as in svm_loss_naive.

    Arguments: W (D, C), X (N, D), y (N,) integers, reg a number.
    Returns (loss, dW): a number and an array (D, C).
    """
    ### BEGIN SOLUTION
    num_examples = X.shape[0]
    rows = np.arange(num_examples)
    scores = X.dot(W)  # (N, C)
    margins = np.maximum(0, scores - scores[rows, y][:, np.newaxis] + 1)  # (N, C)
    margins[rows, y] = 0
    loss = margins.sum() / num_examples + reg * np.sum(W * W)

    counts = (margins > 0).astype(margins.dtype)  # (N, C)
    counts[rows, y] = -counts.sum(axis=1)
    dW = X.T.dot(counts) / num_examples + 2 * reg * W
    return loss, dW
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_vectorized_values", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
W = np.array([[3.0, 1.0, 2.5], [-1.0, 2.0, 0.25]])
X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
y = np.array([0, 1, 2])
loss, dW = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.0)
checks.true(abs(loss - 5 / 3) > 1e-9, "The loss is too large by exactly 1: set the margins of the correct classes to 0 "
            "before you sum.")
checks.true(abs(loss - 0.25 / 3) > 1e-9, "The loss is too small: the margin of 1 is missing.")
checks.close(loss, 2 / 3, "the loss of svm_loss_vectorized with reg=0",
             hint="The three examples cost 0.5, 0 and 1.5, as in the check of the naive version.", num_examples=3,
             suspects={"the margins are squared; each counts as it is.": 1.875 / 3,
                       "the correct scores are subtracted as a row; they have to be a column, one per example.": 2.75 / 3,
                       "it is the mean over all N * C margins; it should be the mean over the N examples.": 2 / 9,
                       "one margin per row should be blanked, not all margins of the columns y.": 0.0})
checks.passed("svm_loss_vectorized", "the loss of a hand-made example is right")
### BEGIN HIDDEN TESTS
for seed, shape in ((111, (8, 5, 4)), (112, (1, 6, 3)), (113, (9, 4, 2)), (114, (4, 3, 4))):
    W, X, y = make_problem(seed, *shape)
    total = 0.0
    for row, label in zip(X, y):
        for column in range(W.shape[1]):
            if column != label:
                total += max(0.0, float(np.dot(row, W[:, column] - W[:, label])) + 1.0)
    loss, dW = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.0)
    checks.close(loss, total / len(y), f"the loss of svm_loss_vectorized with reg=0, N, D, C = {shape}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_vectorized_gradient", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
W, X, y = make_problem(130, 5, 6, 4)
W[1] = 0  # steps that are scaled with the weights measure nothing here
loss, dW = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.0)
checks.true(np.any(dW), "dW is zero everywhere.")


def squared_margins(V):
    """Half the sum of the squared margins, over N; a margin is the loss of one example among two classes."""
    pairs = [(i, j) for i in range(len(y)) for j in range(V.shape[1]) if j != y[i]]
    margins = [svm_loss_vectorized(V[:, [y[i], j]], X[i:i + 1], np.array([0]), 0.0)[0] for i, j in pairs]
    return np.square(margins).sum() / 2 / len(y)


checks.gradient(lambda V: svm_loss_vectorized(V, X, y, 0.0)[0], W, dW, "dW of svm_loss_vectorized with reg=0",
                num_examples=len(y), params=W, labels=y, inputs=X, suspects={
    "the examples are multiplied by their margins; a margin above 0 should count as 1, whatever its size.":
        lambda: checks.numeric_gradient(squared_margins, W),
    # with tiny weights, every class intrudes
    "all classes are in dW; only those that intrude, with a margin above 0, should be.":
        lambda: checks.numeric_gradient(lambda V: 1e4 * svm_loss_vectorized(V / 1e4, X, y, 0.0)[0], W)})
checks.own_work(svm_loss_vectorized, W, X, y, 0.0)
checks.derived(svm_loss_vectorized, W, X[:1], y[:1], 0.0, size=W.size)
large = 2.0**50  # pixels that much larger and weights that much smaller have the same scores
scaled_loss, scaled = loss_and_gradient(svm_loss_vectorized, W / large, X * large, y, 0.0)
checks.analytic(np.asarray(scaled) / large, dW, "dW, divided by 2**50, for pixels 2**50 times as large and weights as much smaller")
checks.passed("svm_loss_vectorized", "dW agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
def hinge(V):
    """The loss straight from its formula: the mean over i of sum over j != y_i."""
    total = 0.0
    for scores, label in zip((X @ V).tolist(), y):
        total += sum(max(0.0, score - scores[label] + 1.0) for column, score in enumerate(scores) if column != label)
    return total / len(y)


for seed, shape in ((131, (6, 4, 5)), (132, (1, 3, 4)), (133, (8, 3, 2)), (134, (4, 4, 4))):
    W, X, y = make_problem(seed, *shape)
    loss, dW = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.0)
    checks.gradient(hinge, W, dW, f"dW of svm_loss_vectorized with reg=0, N, D, C = {shape}",
                    num_examples=len(y), params=W, labels=y)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_vectorized_regularization", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
W, X, y = make_problem(140)
loss_without, without = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.0)
loss, dW = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.5)
checks.close(loss - loss_without, 0.5 * np.square(W).sum(), "what reg=0.5 adds to the loss")
checks.gradient(lambda V: 0.5 * np.square(V).sum(), W, np.subtract(dW, without), "what reg=0.5 adds to dW",
                num_examples=len(y))
checks.derived(svm_loss_vectorized, W, X[:1], y[:1], 0.5, size=W.size)
checks.passed("svm_loss_vectorized", "the regularization is in the loss and in dW")
### BEGIN HIDDEN TESTS
W, X, y = make_problem(141, 9, 2, 7)
loss_without, without = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.0)
loss, dW = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.05)
checks.close(loss - loss_without, 0.05 * np.square(W).sum(), "what reg=0.05 adds to the loss")
checks.gradient(lambda V: 0.05 * np.square(V).sum(), W, np.subtract(dW, without), "what reg=0.05 adds to dW")
large = 2.0**50
loss, without = loss_and_gradient(svm_loss_vectorized, W * large, X / large, y, 0.0)
loss, dW = loss_and_gradient(svm_loss_vectorized, W * large, X / large, y, 0.5)
checks.analytic(np.subtract(dW, without) / large, W, "what reg=0.5 adds to dW, divided by 2**50, for weights 2**50 times as large")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_vectorized_loops", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(149)
W, X, y = rng.normal(size=(16, 20)) / 1000, rng.normal(size=(600, 16)), rng.integers(20, size=600)
towards_means = -np.stack([X[y == j].sum(axis=0) for j in range(20)], axis=1)  # roughly dW, if W is small
checks.no_loops(svm_loss_vectorized, small=(np.eye(2), 2 * np.eye(2), np.arange(2), 0.1), large=(W, X, y, 0.1),
                expected=(None, towards_means))
W, X, y = make_problem(150)
loss, dW = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.0)
checks.true(loss > 0, "The loss of random weights should be above 0.")
checks.passed("svm_loss_vectorized", "no loops")
### BEGIN HIDDEN TESTS
scores, rows = X @ W, np.arange(len(y))
counts = (scores - scores[rows, y][:, None] + 1 > 0).astype(np.float64)
counts[rows, y] -= counts.sum(axis=1)
checks.resembles(dW, X.T @ counts, "dW of svm_loss_vectorized", given=(W,))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_vectorized_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
W, X, y = make_problem(160)
W_given, X_given, y_given = W.copy(), X.copy(), y.copy()
loss, dW = loss_and_gradient(svm_loss_vectorized, W_given, X_given, y_given, 0.1)
checks.unchanged(W_given, W, "W")
checks.unchanged(X_given, X, "X")
checks.unchanged(y_given, y, "y")
pixels = np.arange(35, dtype=np.uint8).reshape(X.shape) * 7
loss, dW = loss_and_gradient(svm_loss_vectorized, W / 100, pixels.astype(np.float64), y, 0.1)
other_loss, other = loss_and_gradient(svm_loss_vectorized, W / 100, pixels, y, 0.1)
checks.close(other_loss, loss, "the loss of uint8 pixels", hint="Whole numbers of 8 bits wrap around at 256.")
checks.close(other, dW, "dW of uint8 pixels", hint="Whole numbers of 8 bits wrap around at 256.")
checks.passed("svm_loss_vectorized", "arguments stay as they are, and pixels may be uint8")
### BEGIN HIDDEN TESTS
W, X, y = make_problem(161)
y = y.clip(max=1)
loss, dW = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.1)
for kind in (np.int32, np.uint8):
    other_loss, other = loss_and_gradient(svm_loss_vectorized, W, X, y.astype(kind), 0.1)
    checks.close(other_loss, loss, f"the loss with labels of dtype {np.dtype(kind)}")
    checks.close(other, dW, f"dW with labels of dtype {np.dtype(kind)}")
other_loss, other = loss_and_gradient(svm_loss_vectorized, np.asfortranarray(W), np.asfortranarray(X), y, 0.1)
checks.close(other_loss, loss, "the loss of Fortran-ordered arrays")
checks.close(other, dW, "dW of Fortran-ordered arrays")
other_loss, other = loss_and_gradient(svm_loss_vectorized, W.astype(np.float32), X.astype(np.float32), y, 0.1)
checks.close(other_loss, loss, "the loss of float32 arrays", rtol=1e-4, atol=1e-5)
checks.close(other, dW, "dW of float32 arrays", rtol=1e-3, atol=1e-4)
# so many pixels that sums of them fit neither into 8 nor into 16 bits
pixels = np.random.default_rng(162).integers(256, size=(400, 5), dtype=np.uint8)
labels = np.arange(400) % 4
loss, dW = loss_and_gradient(svm_loss_vectorized, W / 100, pixels.astype(np.float64), labels, 0.1)
other_loss, other = loss_and_gradient(svm_loss_vectorized, W / 100, pixels, labels, 0.1)
checks.close(other_loss, loss, "the loss of 400 rows of uint8 pixels", rtol=1e-5)
checks.close(other, dW, "dW of 400 rows of uint8 pixels", rtol=1e-4, atol=1e-4,
             hint="Whole numbers of 8 or 16 bits wrap around: are the counts an array of floats?")
W, X, y = make_problem(177)
loss, dW = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.0)
scores, rows = X @ W, np.arange(len(y))
counts = (scores - scores[rows, y][:, None] + 1 > 0).astype(np.float64)
counts[rows, y] -= counts.sum(axis=1)
checks.resembles(dW, X.T @ counts, "dW of svm_loss_vectorized", given=(W,))
### END HIDDEN TESTS

# %% [markdown]
# Was it worth it? Both versions on 2,000 images (they should agree on loss and gradient, too):

# %% nbgrader={"grade": false, "grade_id": "demo_times", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
W_start = 1e-4 * np.random.default_rng(0).normal(size=(X_train.shape[1], 10)).astype(np.float32)
seconds = {}
for name, loss_fn in (("naive", svm_loss_naive), ("vectorized", svm_loss_vectorized)):
    for repetition in range(3):
        start = time.perf_counter()
        loss, dW = loss_fn(W_start, X_train[:2000], y_train[:2000], 0.0)
        seconds[name] = min(seconds.get(name, np.inf), time.perf_counter() - start)
    print(f"{name}: loss {loss:.4f}, length of the gradient {np.linalg.norm(dW):.2f}")
vis.times(seconds);

# %% [markdown]
# ## Exercise 3: `train_linear_classifier`
#
# The gradient points uphill, so take a small step against it, and repeat: $W \leftarrow W - \eta\,\nabla L(W)$, where
# the step size $\eta$ is called the **learning rate**.
#
# One exact gradient of all training images is expensive, and much of that work is wasted: a few hundred random images
# already point in nearly the same direction. *Stochastic* gradient descent draws a new random **minibatch** for every step.
# A hundred cheap, noisy steps get further than one exact step.
#
# The random must really be random. A batch that is always the same 200 images learns those 200 images; consecutive
# slices of a sorted data set show the classifier one class at a time. Draw the batch anew in each step
# (with or without replacement, both are fine), and draw it from `rng`, so that a run can be repeated.

# %% nbgrader={"grade": false, "grade_id": "train_linear_classifier", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    """Train a linear classifier by minibatch stochastic gradient descent.

    Start from small random weights (0.0001 times a standard normal) or zeros, and repeat num_iters times: draw a minibatch,
    compute its loss and gradient, note the loss, step against the gradient.

    Arguments
    - loss_fn: function (W, X_batch, y_batch, reg) -> (loss, dW), such as svm_loss_vectorized
    - X: (N, D) training examples
    - y: (N,) integer labels 0..C-1; C is max(y) + 1
    - learning_rate: step size
    - reg: regularization strength, handed on to loss_fn
    - num_iters: number of steps
    - batch_size: examples per step, at most N
    - rng: np.random.Generator, the only source of chance; None for np.random.default_rng(0)

    Returns (W, loss_history)
    - W: (D, C), the weights after the last step
    - loss_history: list of num_iters losses, as loss_fn gave them
    """
    ### BEGIN SOLUTION
    if rng is None:
        rng = np.random.default_rng(0)
    num_examples, num_features = X.shape
    num_classes = int(np.max(y)) + 1
    W = 0.0001 * rng.standard_normal((num_features, num_classes))
    if np.issubdtype(X.dtype, np.floating):
        W = W.astype(X.dtype)

    loss_history = []
    for _ in range(num_iters):
        batch = rng.integers(num_examples, size=batch_size)
        loss, dW = loss_fn(W, X[batch], y[batch], reg)
        loss_history.append(loss)
        W -= learning_rate * dW
    return W, loss_history
    ### END SOLUTION


# %% [markdown]
# The checks hand your function a loss function of their own that keeps a record of what it is given. First the steps.

# %% nbgrader={"grade": true, "grade_id": "test_train_linear_classifier_steps", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
visited, slopes = [], []


def recording_loss(W, X, y, reg):
    visited.append(np.array(W, dtype=float))
    slopes.append(np.cos(np.arange(np.size(W)) + len(slopes)).reshape(np.shape(W)))
    return 1.0, slopes[-1]


X, y = np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) % 4
result = train_linear_classifier(recording_loss, X, y, learning_rate=0.1, reg=0.0, num_iters=6, batch_size=5,
                                 rng=np.random.default_rng(1))
checks.true(isinstance(result, (tuple, list)) and len(result) == 2, "Return two things: `return W, loss_history`.")
W_last = result[0]
checks.true(len(visited) == 6, f"With num_iters=6, loss_fn should be called 6 times, but it was called {len(visited)} times.")
checks.shape(visited[0], (3, 4), "the W given to loss_fn (a row per feature, a column per class)")
checks.true(np.abs(visited[0]).max() < 0.1, "The first weights should be small, about 0.0001, or zero.")
checks.true(not np.array_equal(visited[0], visited[1]), "W did not change after the first step.")
checks.true(not np.allclose(visited[1], visited[0] + 0.1 * slopes[0]), "The step goes along the gradient, which is "
            "uphill; step against it.")
for step in range(5):
    checks.close(visited[step + 1], visited[step] - 0.1 * slopes[step], f"W after step {step + 1}",
                 hint="The step is learning_rate times the gradient, against it.")
checks.close(W_last, visited[5] - 0.1 * slopes[5], "the returned W", hint="It should include the last step.")
checks.passed("train_linear_classifier", "each step goes against the gradient")
### BEGIN HIDDEN TESTS
visited, slopes = [], []
X, y = np.random.default_rng(2).normal(size=(12, 5)), np.array([0, 2] * 6)  # class 1 has no example
result = train_linear_classifier(recording_loss, X, y, learning_rate=3.0, reg=0.7, num_iters=1, batch_size=12,
                                 rng=np.random.default_rng(3))
checks.shape(visited[0], (5, 3), "the W given to loss_fn when the labels are 0 and 2")
checks.close(result[0], visited[0] - 3.0 * slopes[0], "the returned W after a single step")
visited, slopes = [], []
result = train_linear_classifier(recording_loss, X, y, learning_rate=0.5, reg=0.7, num_iters=3, batch_size=4,
                                 rng=np.random.default_rng(4))
checks.close(result[0], visited[0] - 0.5 * sum(slopes), "the returned W after three steps with reg=0.7",
             hint="The gradient that loss_fn returns contains the regularization already: do not add it again.")
### END HIDDEN TESTS

# %% [markdown]
# Now the minibatches. Each training example of this check carries its own number as first feature, so that the record shows
# who was drawn.

# %% nbgrader={"grade": true, "grade_id": "test_train_linear_classifier_minibatches", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
batches = []


def recording_loss(W, X, y, reg):
    batches.append((np.array(X), np.array(y)))
    return 1.0, np.zeros(np.shape(W))


N = 200
X = np.stack([np.arange(N), np.ones(N)], axis=1).astype(float)  # the first feature is the example's number
y = np.arange(N) * 7 % 5
train_linear_classifier(recording_loss, X, y, num_iters=24, batch_size=50, rng=np.random.default_rng(5))
checks.true(len(batches) > 0, "loss_fn was never called.")
for X_batch, y_batch in batches:
    checks.shape(X_batch, (50, 2), "the X_batch given to loss_fn, with batch_size=50 and 2 features")
    checks.shape(y_batch, (50,), "the y_batch given to loss_fn, with batch_size=50")
    checks.equal(y_batch, y[X_batch[:, 0].astype(int)], "the labels of a minibatch",
                 hint="Draw the indices once per step, and use the same ones for X and for y.")
numbers = np.array([X_batch[:, 0] for X_batch, _ in batches], dtype=int)  # (24, 50)
distinct = len(np.unique(numbers))
checks.true((np.sort(numbers, axis=1) != np.sort(numbers[0])).any(), "Every step got the same minibatch. Draw a new one "
            "inside the loop.")
checks.true((np.diff(np.sort(numbers, axis=1), axis=1) != 1).any(), "The minibatches are slices of consecutive examples. "
            "Draw them at random.")
checks.true(distinct > 0.8 * N, f"In 24 steps of 50 examples only {distinct} of the {N} examples were ever used.")
checks.passed("train_linear_classifier", "minibatches are drawn at random, with their labels")
### BEGIN HIDDEN TESTS
batches.clear()
train_linear_classifier(recording_loss, X, y, num_iters=110, batch_size=8, rng=np.random.default_rng(6))
checks.true(len(batches) == 110, "With num_iters=110, loss_fn should be called 110 times.")
for X_batch, y_batch in batches:
    checks.shape(X_batch, (8, 2), "the X_batch given to loss_fn, with batch_size=8 and 2 features")
    checks.equal(y_batch, y[X_batch[:, 0].astype(int)], "the labels of a minibatch")
numbers = np.array([X_batch[:, 0] for X_batch, _ in batches], dtype=int)
checks.true(numbers.min() < 10 and numbers.max() > N - 10, "Examples from one end of the training set are never drawn.")
checks.true(len(np.unique(numbers)) > 0.9 * N, "After 880 draws from 200 examples, many examples were never used.")
checks.true(len(np.unique(np.sort(numbers, axis=1), axis=0)) == 110, "Some minibatches were used more than once.")
checks.true(abs(np.corrcoef(np.arange(numbers.size), numbers.ravel())[0, 1]) < 0.3,
            "Minibatches come in the order of the training set.")
batches.clear()
train_linear_classifier(recording_loss, X[:6], y[:6], num_iters=20, batch_size=5, rng=np.random.default_rng(7))
drawn = {int(number) for X_batch, _ in batches for number in np.ravel(X_batch)[::2]}
checks.equal(sorted(drawn), list(range(6)), "the numbers of the examples drawn in 20 batches of 5 from 6 examples",
             hint="Every example has to have its chance: rng.integers(n) draws from 0 to n - 1, n itself is left out.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_train_linear_classifier_history", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
losses, strengths = [], []


def recording_loss(W, X, y, reg):
    losses.append(100.0 / (1 + len(losses)))
    strengths.append(reg)
    return losses[-1], np.ones(np.shape(W))


X, y = np.random.default_rng(7).normal(size=(30, 4)), np.arange(30) % 3
result = train_linear_classifier(recording_loss, X, y, learning_rate=0.01, reg=0.25, num_iters=9, batch_size=10,
                                 rng=np.random.default_rng(8))
checks.true(isinstance(result, (tuple, list)) and len(result) == 2, "Return two things: `return W, loss_history`.")
checks.shape(result[0], (4, 3), "the returned W")
checks.shape(result[1], (9,), "loss_history (one loss per iteration)")
checks.close(result[1], losses, "loss_history", hint="It should hold the losses as loss_fn returned them, in order.")
checks.equal(strengths, [0.25] * 9, "the reg given to loss_fn")
checks.passed("train_linear_classifier", "W and the loss of every iteration are returned")
### BEGIN HIDDEN TESTS
losses.clear()
strengths.clear()
result = train_linear_classifier(recording_loss, X.astype(np.float32), y.astype(np.uint8), reg=3.0, num_iters=1,
                                 batch_size=30, rng=np.random.default_rng(9))
checks.shape(result[0], (4, 3), "the returned W of float32 examples with uint8 labels")
checks.close(result[1], [100.0], "loss_history of a single iteration")
checks.equal(strengths, [3.0], "the reg given to loss_fn")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_train_linear_classifier_repeatable", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
def plain_loss(W, X, y, reg):
    return float(np.mean(X)), np.mean(X) * np.ones(np.shape(W))


X, y = np.random.default_rng(10).normal(size=(50, 4)), np.arange(50) % 3
first, again, other = (
    train_linear_classifier(plain_loss, X, y, learning_rate=0.1, num_iters=8, batch_size=5, rng=np.random.default_rng(seed))
    for seed in (1, 1, 2)
)
for result in (first, again, other):
    checks.true(isinstance(result, (tuple, list)) and len(result) == 2, "Return two things: `return W, loss_history`.")
checks.close(again[1], first[1], "loss_history of a second run with the same seed",
             hint="Take every random number from rng: rng.integers or rng.choice, not np.random.choice.")
checks.close(again[0], first[0], "W of a second run with the same seed",
             hint="Take the first weights from rng too: rng.normal, not np.random.randn.")
checks.true(not np.allclose(other[1], first[1]), "Two different seeds give the same minibatches: rng is not used for them.")
checks.passed("train_linear_classifier", "a run can be repeated with the same seed")
### BEGIN HIDDEN TESTS
one = train_linear_classifier(plain_loss, X, y, num_iters=5, batch_size=4)
two = train_linear_classifier(plain_loss, X, y, num_iters=5, batch_size=4)
for result in (one, two):
    checks.true(isinstance(result, (tuple, list)) and len(result) == 2, "Without rng, return W and loss_history too.")
    checks.shape(result[1], (5,), "loss_history when no rng is given")
### END HIDDEN TESTS

# %% [markdown]
# Finally, does it learn? Three clouds of points that a linear classifier can tell apart. The check brings a loss of its own, least
# squares, so that it judges your training alone.

# %% nbgrader={"grade": true, "grade_id": "test_train_linear_classifier_learns", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
def squares(W, X, y, reg):
    away = np.einsum("nd,dc->nc", X, W) - np.eye(3)[np.asarray(y)]
    return float(np.square(away).sum() / len(y)), 2 * np.einsum("nd,nc->dc", X, away) / len(y)


rng = np.random.default_rng(11)
y = np.arange(90) % 3
X = np.array([[2.0, 0.0], [-1.0, 1.75], [-1.0, -1.75]])[y] + rng.normal(scale=0.5, size=(90, 2))
X = np.hstack([X, np.ones((90, 1))])
result = train_linear_classifier(squares, X, y, learning_rate=0.08, reg=0.0, num_iters=40, batch_size=30,
                                 rng=np.random.default_rng(12))
checks.true(isinstance(result, (tuple, list)) and len(result) == 2, "Return two things: `return W, loss_history`.")
checks.shape(result[1], (40,), "loss_history (one loss per iteration)")
start, end = result[1][0], np.mean(result[1][-20:])
checks.true(end < 0.4 * start, f"The loss should fall to a small part of what it was, but went from {start:.3g} to {end:.3g}.")
checks.passed("train_linear_classifier", "the loss falls on a toy problem")
### BEGIN HIDDEN TESTS
result = train_linear_classifier(squares, X[::-1], y[::-1], learning_rate=0.08, reg=0.0, num_iters=40, batch_size=20,
                                 rng=np.random.default_rng(13))
checks.true(np.mean(result[1][-20:]) < 0.4 * result[1][0], "The loss does not fall with other minibatches.")
right = np.argmax(np.einsum("nd,dc->nc", X, np.asarray(result[0])), axis=1) == y
checks.true(np.mean(right) > 0.9, "The returned W does not classify the toy problem it was trained on.")
### END HIDDEN TESTS

# %% [markdown]
# ## Training on images
#
# The same call, now with thousands of images. The learning rate looks tiny and `reg` huge: that is because
# pixels are large numbers (up to ±128). Question 2 is about it.

# %% nbgrader={"grade": false, "grade_id": "demo_training", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def train_with_bar(bar, X, y, learning_rate, reg, num_iters, seed=0):
    """Your training with the SVM loss and a progress bar."""
    def loss_fn(W, X, y, reg):
        bar.update()
        return svm_loss_vectorized(W, X, y, reg)

    return train_linear_classifier(loss_fn, X, y, learning_rate, reg, num_iters, 200, np.random.default_rng(seed))


with tqdm(total=1500, file=sys.stdout, desc="steps") as bar:
    W_svm, svm_history = train_with_bar(bar, X_train, y_train, 1e-7, 1e4, 1500)
vis.loss_curve(svm_history);

# %% [markdown]
# The loss begins where it should: at 9, plus the penalty of the random first weights (about 3). It falls steeply, then ever more
# slowly. The pale line is the loss itself, and its jitter is no mistake: each point is the loss of another 200 images.
#
# How does the learning rate change this? Three values, and everything else alike. Guess before you run it: which is which?

# %% nbgrader={"grade": false, "grade_id": "demo_learning_rates", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
rates = (2e-9, 1e-7, 4e-6)
with tqdm(total=500 * len(rates), file=sys.stdout, desc="steps") as bar:
    curves = {f"learning rate {rate:.0e}": train_with_bar(bar, X_train, y_train, rate, 1e3, 500)[1] for rate in rates}
vis.loss_curve(curves);

# %% [markdown]
# Too low: it creeps, and would arrive next week. Too high: it jumps about at a bad loss, since every step overshoots the valley (higher
# still, and the loss grows until it is `nan`). In between it falls fast *and* gets low. When a training run disappoints, this
# is the first picture to look at.

# %% [markdown]
# **Question 2** (3 points). A friend divides all pixels by 255 before training (leave the bias aside) and uses `learning_rate=1e-7`,
# `reg=1e4` like us. The classifier learns nothing. Both of you start with $W = 0$. Which learning rate and which
# `reg` would give exactly our run, step by step with the same scores? Derive them.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_scale", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# Let x' = x/c with c = 255. The scores agree if W' = cW. The data part of the gradient is a sum of ± x', so it is 1/c
# of ours. We need W' to change by c times what W changes: η'·(1/c)·g = c·η·g, so η' = c²η = 65025 · 1e-7 ≈ 6.5e-3.
# The step of the penalty must scale likewise: η'·2·reg'·W' = c · η·2·reg·W. With η' = c²η and W' = cW this gives
# reg' = reg/c² ≈ 0.154. (The same from the loss: reg'·ΣW'² = reg'·c²·ΣW² must equal reg·ΣW².)
#
# With our numbers on the small pixels, steps are 65,000 times too short in effect, and the penalty is 65,000 times too strong.
#
# **Marking**: 1 point for W' = 255 W (same scores); 1 for the learning rate times 255² with a derivation; 1 for reg divided by
# 255² with a derivation. A factor of 255 instead of its square with otherwise sound reasoning: 1 point in all.
# ### END SOLUTION

# %% [markdown]
# ## Exercise 4: `predict_linear`
#
# The answer of the classifier is the class of the highest score.

# %% nbgrader={"grade": false, "grade_id": "predict_linear", "locked": false, "schema_version": 3, "solution": true, "task": false}
def predict_linear(W, X):
    """The labels that a linear classifier predicts.

    Arguments: W (D, C) weights, X (N, D) examples.
    Returns an array (N,) of integer labels 0..C-1.
    """
    ### BEGIN SOLUTION
    return np.argmax(X.dot(W), axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_predict_linear_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
W = np.array([[1.0, 0.0, -1.0, 0.5], [0.0, 2.0, -1.0, 0.5]])
X = np.array([[3.0, 0.0], [0.0, 1.0], [-1.0, -2.0], [2.0, 0.5], [-3.0, 0.0]])
labels = predict_linear(W, X)
checks.shape(labels, (5,), "the result of predict_linear (one label per row of X)")
checks.equal(labels, [0, 1, 2, 0, 2], "the labels predicted for five examples",
             hint="The label is the number of the column with the highest score.")
checks.passed("predict_linear", "the class of the highest score wins")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(14)
for N, D, C in ((9, 4, 6), (6, 6, 6), (5, 3, 2)):
    W, X = rng.normal(size=(D, C)), rng.normal(size=(N, D))
    expected = [max(range(C), key=lambda c: float(np.dot(row, W[:, c]))) for row in X]
    checks.equal(predict_linear(W, X), expected, f"the labels predicted for N, D, C = {N, D, C}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_predict_linear_one_example", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
W = np.array([[1.0, 4.0, -1.0], [0.0, -2.0, 2.5]])
checks.equal(predict_linear(W, np.array([[1.0, 1.0]])), [1], "the labels predicted for a single example, an array of shape (1,)")
checks.passed("predict_linear", "a single example works")
### BEGIN HIDDEN TESTS
pixels = np.array([[200, 10], [3, 250]], dtype=np.uint8)
checks.equal(predict_linear(W, pixels), [1, 2], "the labels predicted for uint8 pixels")
checks.equal(predict_linear(np.asfortranarray(W, dtype=np.float32), pixels[:1]), [1], "the label predicted with float32 weights")
### END HIDDEN TESTS

# %% nbgrader={"grade": false, "grade_id": "demo_accuracy", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def accuracy(W, X, y):
    return np.count_nonzero(predict_linear(W, X) == y) / len(y)


print(f"accuracy: training {accuracy(W_svm, X_train, y_train):.1%}, validation {accuracy(W_svm, X_val, y_val):.1%}; "
      "chance is 10%")

# %% [markdown]
# ## Exercise 5: `search_hyperparameters`
#
# Learning rate and regularization strength are not learnt; they are *chosen*. Try a grid of pairs, and keep
# the one that does best on images that were not trained on: the **validation** set.
#
# - Not the training set: it nearly always votes for the weakest regularization.
# - Not the test set: what you choose by the test set has seen the test set, and its accuracy there is no longer
#   what a new image will experience. The test set is used once, at the very end.
#
# How one classifier is trained is not the search's business, so it is handed a function `train`. (That also lets
# the checks replace the training by something quick.) If your `predict_linear` is not finished, find the labels right here; the
# checks look at the result only.

# %% nbgrader={"grade": false, "grade_id": "search_hyperparameters", "locked": false, "schema_version": 3, "solution": true, "task": false}
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    """Train with every pair of learning rate and regularization strength; keep the best by validation accuracy.

    Arguments
    - train: function (X, y, learning_rate, reg) -> W (D, C), trains a linear classifier
    - X_train, y_train: (N, D) and (N,), what to train on
    - X_val, y_val: (M, D) and (M,), what to choose by
    - learning_rates, regs: lists of numbers to try

    Returns (best_W, results)
    - best_W: the W, as train returned it, with the highest validation accuracy
    - results: dict {(learning_rate, reg): (training accuracy, validation accuracy)} with accuracies between 0 and 1
    """
    ### BEGIN SOLUTION
    best_W, best_accuracy, results = None, -1.0, {}
    for learning_rate in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, learning_rate, reg)
            train_accuracy = float(np.mean(predict_linear(W, X_train) == y_train))
            val_accuracy = float(np.mean(predict_linear(W, X_val) == y_val))
            results[learning_rate, reg] = (train_accuracy, val_accuracy)
            if val_accuracy > best_accuracy:
                best_W, best_accuracy = W, val_accuracy
    return best_W, results
    ### END SOLUTION


# %% [markdown]
# The checks use examples with one feature (and a bias), and a `train` that does not train: it returns the classifier
# that answers 1 wherever the feature is above a threshold, with the threshold at
# $\log_{10}(\mathrm{learning\ rate} \cdot \mathrm{reg})$. The training labels would
# like a threshold of −4, the validation labels one of −2.

# %% nbgrader={"grade": true, "grade_id": "test_search_hyperparameters_best", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
def threshold_classifier(X, y, learning_rate, reg):
    return np.array([[0.0, 1.0], [0.0, -np.log10(learning_rate * reg)]])


points = np.stack([np.arange(-5.5, 0.0), np.ones(6)], axis=1)  # (x, 1)
y_low, y_high = (points[:, 0] > -4).astype(int), (points[:, 0] > -2).astype(int)
result = search_hyperparameters(threshold_classifier, points, y_low, points, y_high, [1e-3, 1e-2, 1e-4], [1.0, 0.1])
checks.true(isinstance(result, (tuple, list)) and len(result) == 2, "Return two things: `return best_W, results`.")
best_W = result[0]
checks.shape(best_W, (2, 2), "best_W (the weights of the best classifier)")
checks.true(abs(best_W[1][1] - 4) > 1e-6, "This is the classifier with the best *training* accuracy. Choose by validation.")
checks.true(abs(best_W[1][1] - 5) > 1e-6, "This is the classifier that was trained last, not the best one.")
checks.close(best_W, [[0.0, 1.0], [0.0, 2.0]], "best_W",
             hint="The best on the validation set has learning rate 1e-2 and reg 1.")
checks.passed("search_hyperparameters", "the best classifier by validation accuracy is returned")
### BEGIN HIDDEN TESTS
for rates, strengths in (([1e-1, 1e-2, 1e-3, 1e-5], [1e-1, 1e-2]), ([1e-2, 1e-5, 1e-3], [1.0]), ([1.0], [10.0, 1e-2, 1e-5])):
    result = search_hyperparameters(threshold_classifier, points, y_low, points, y_high, rates, strengths)
    checks.true(isinstance(result, (tuple, list)) and len(result) == 2, "Return two things: best_W and results.")
    checks.close(result[0], [[0.0, 1.0], [0.0, 2.0]], f"best_W for learning rates {rates} and regs {strengths}")
result = search_hyperparameters(threshold_classifier, points, y_high, points, y_low, [1e-3, 1e-2, 1e-4, 1e-1], [1.0])
checks.close(result[0], [[0.0, 1.0], [0.0, 4.0]], "best_W when the validation labels have their threshold at -4")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_search_hyperparameters_results", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
def threshold_classifier(X, y, learning_rate, reg):
    return np.array([[0.0, 1.0], [0.0, -np.log10(learning_rate * reg)]])


points = np.stack([np.arange(-5.5, 0.0), np.ones(6)], axis=1)
y_low, y_high = (points[:, 0] > -4).astype(int), (points[:, 0] > -2).astype(int)
result = search_hyperparameters(threshold_classifier, points, y_low, points, y_high, [1e-2, 1e-3], [1.0, 0.1])
checks.true(isinstance(result, (tuple, list)) and len(result) == 2, "Return two things: `return best_W, results`.")
results = result[1]
checks.true(isinstance(results, dict), "results should be a dict.")
checks.equal(sorted(results), [(1e-3, 0.1), (1e-3, 1.0), (1e-2, 0.1), (1e-2, 1.0)], "the keys of results",
             hint="One key (learning_rate, reg) for every pair.")
for pair, expected in (((1e-2, 1.0), (4 / 6, 6 / 6)), ((1e-3, 1.0), (5 / 6, 5 / 6)), ((1e-3, 0.1), (6 / 6, 4 / 6))):
    checks.close(results[pair], expected, f"results[{pair}], training and validation accuracy",
                 hint="Accuracy is the fraction of examples whose predicted label is right.")
checks.passed("search_hyperparameters", "the accuracies of every pair are returned")
### BEGIN HIDDEN TESTS
few = points[[0, 4]]
result = search_hyperparameters(threshold_classifier, points, y_high, few, np.array([0, 1]), [1e-1, 1e-4, 1e-5], [10.0])
checks.true(isinstance(result, (tuple, list)) and len(result) == 2, "Return two things: best_W and results.")
checks.true(isinstance(result[1], dict), "results should be a dict.")
checks.equal(sorted(result[1]), [(1e-5, 10.0), (1e-4, 10.0), (1e-1, 10.0)], "the keys of results")
for pair, expected in (((1e-1, 10.0), (4 / 6, 1 / 2)), ((1e-4, 10.0), (5 / 6, 2 / 2)), ((1e-5, 10.0), (4 / 6, 2 / 2))):
    checks.close(result[1][pair], expected, f"results[{pair}] with two validation examples")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_search_hyperparameters_training_data", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
trained_on = []


def recording_train(X, y, learning_rate, reg):
    trained_on.append((np.array(X), np.array(y), learning_rate, reg))
    return np.array([[0.0, 1.0], [0.0, learning_rate + reg]])


rng = np.random.default_rng(15)
X_some, y_some = rng.normal(size=(8, 2)), np.arange(8) % 2
X_others, y_others = rng.normal(size=(5, 2)), np.arange(5) % 2
search_hyperparameters(recording_train, X_some, y_some, X_others, y_others, [0.1, 0.2], [1.0, 2.0, 3.0])
checks.true(len(trained_on) >= 6, f"2 learning rates and 3 strengths are 6 pairs, but train was called {len(trained_on)} times.")
for X_used, y_used, _, _ in trained_on:
    checks.shape(X_used, (8, 2), "the X given to train (the training examples, all of them and only them)")
    checks.close(X_used, X_some, "the X given to train", hint="Train on X_train; X_val is only for choosing.")
    checks.equal(y_used, y_some, "the y given to train")
checks.passed("search_hyperparameters", "training sees the training set only")
### BEGIN HIDDEN TESTS
checks.equal(sorted({(rate, strength) for _, _, rate, strength in trained_on}),
             [(0.1, 1.0), (0.1, 2.0), (0.1, 3.0), (0.2, 1.0), (0.2, 2.0), (0.2, 3.0)],
             "the pairs (learning_rate, reg) given to train")
### END HIDDEN TESTS

# %% [markdown]
# Now the real search. Both values may be wrong by orders of magnitude, so they are tried on a logarithmic scale, and the
# picture has logarithmic axes.

# %% nbgrader={"grade": false, "grade_id": "demo_search", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
learning_rates, regs = [1e-8, 1e-7, 3e-7, 1e-6], [1e2, 1e3, 1e4, 1e5]
with tqdm(total=800 * len(learning_rates) * len(regs), file=sys.stdout, desc="steps") as bar:
    def train(X, y, learning_rate, reg):
        return train_with_bar(bar, X, y, learning_rate, reg, 800)[0]

    best_svm, grid = search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs)
vis.search_grid(grid);

# %% [markdown]
# Read the picture by rows and by columns. The highest learning rate overshoots, the lowest has not arrived after 800 steps. A weak penalty
# changes little, a strong one costs accuracy on both sets; the training accuracy is best where the penalty is weakest. Where two neighbours
# differ by half a percent only, the choice between them is chance: 1,000 validation images cannot tell them apart. If the ring is on the edge of
# the grid and the accuracy still rises towards that edge, move the grid and search again.
#
# Only now, and only once, the test set:

# %% nbgrader={"grade": false, "grade_id": "demo_test_accuracy", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
best_pair = max(grid, key=lambda pair: grid[pair][1])
print(f"chosen: learning rate {best_pair[0]:.0e}, reg {best_pair[1]:.0e}")
print(f"accuracy: validation {accuracy(best_svm, X_val, y_val):.1%}, test {accuracy(best_svm, X_test, y_test):.1%}")

# %% [markdown]
# ## What has it learnt?
#
# Every column of `W` has as many entries as an image, so it can be shown as one. Bright means "this pixel
# (in this colour) speaks for the class". A noisy template belongs to a weak penalty: what is left of the random first
# weights and of the accidents of single images is never cleared away. Compare the classifier that
# we trained first, with `reg=1e4` and nearly twice as many steps (the second picture). Its accuracy is about the same.

# %% nbgrader={"grade": false, "grade_id": "demo_templates", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
vis.weight_templates(best_svm, images.class_names)
vis.weight_templates(W_svm, images.class_names);

# %% [markdown]
# **Question 3** (3 points). Describe two of the templates and what they say about how the classifier decides. On CIFAR-10 the template
# of *horse* seems to have a head on either side; on shapes10 no template shows a shape as clearly as a
# single image does. Explain why, and name one kind of image that such a classifier must get wrong
# however long it is trained.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_templates", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# For example (CIFAR-10): *ship* and *plane* are mostly blue, since their backgrounds are; *frog* is greenish-brown with a blob in
# the middle; *car* shows a reddish front. The classifier judges by typical colours at typical places, much of it background.
# There is only one template per class, and the score is a sum over pixels, so the template has to be a compromise, nearly
# an average of all the images of the class compared with the others: horses look left in some photographs and right in others, so the sum has two
# heads. In shapes10 likewise: each template is a coloured blob (the favourite colour of the class) in the middle, with edges blurred since
# shapes vary in place, size and colour; only what all members share survives, such as the hole of the ring.
#
# It must fail on whatever differs from the average: a red frog, a ship before a green shore, an object in a
# corner or upside down; a class whose members have opposite looks (dark on bright and bright on dark) cancels out in the centred sum.
#
# **Marking**: 1 point for two descriptions tied to the decision (colour or place that raises the score); 1 for "one template per
# class, so a compromise/average of all its variants"; 1 for a failing kind of image that follows from the linear
# score (unusual colour or background, position, mirrored contrast).
# ### END SOLUTION

# %% [markdown]
# ## Summary
#
# - A linear classifier is one template per class; its score is an inner product.
# - The SVM loss asks for a margin of 1 and then stops asking. Its gradient is counting.
# - A numeric gradient is slow and believable: use it to check the fast one.
# - Minibatch SGD trades exact steps for many steps. The learning rate is the first thing to get right.
# - Hyperparameters are chosen by validation; the test set is opened once.
#
# The notebook `softmax` puts another loss on top of the same scores, one that speaks of probabilities.
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"svm_loss_naive": 6, "svm_loss_vectorized": 5, "train_linear_classifier": 5, "predict_linear": 2,
                "search_hyperparameters": 3})
