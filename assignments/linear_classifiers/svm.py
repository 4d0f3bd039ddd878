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
# # Multiclass SVM
#
# A nearest-neighbor classifier keeps every training image. A linear classifier squeezes them into one matrix `W`, forgets the images, and
# classifies a new one with a single matrix product.
#
# **You will learn**
#
# - what a linear classifier computes, and how to look at what it has learnt;
# - the *multiclass SVM loss* and its gradient;
# - to check a gradient that you derived by hand against a numerical one;
# - to replace Python loops by matrix products;
# - **minibatch stochastic gradient descent (SGD)**, and how to choose its learning rate and the strength of the regularization.
#
# **Time**: about four hours of work. The cells themselves run in about half a minute
# (in one to two minutes on a slow or busy machine).
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that
# come with the course. The checks use small random arrays, not the images.
#
# Replace each `raise NotImplementedError` by your code, and run the cells from top to bottom.
#
# *Lecture: "Linear classification", SVM section · Paper: Weston and Watkins, "Support vector machines for multi-class pattern recognition" (1999).*

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
# %matplotlib inline
import time

import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from cs231n_lib import checks, data, mistakes, vis
from cs231n_lib.notebooks import errors

errors.explain()
plt.rcParams.update(vis.STYLE)
known = mistakes.svm


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
        y[0] = num_classes - 1
        s = np.einsum("nd,dc->nc", X, W)
        if np.abs(np.abs(s[:, :, None] - s[:, None, :]) - 1).min() > 1e-3:
            return W, X, y


def loss_and_gradient(loss_fn, W, X, y, reg):
    """What a loss function returns for copies of these arrays, after a look at the shapes."""
    loss, dW = checks.unpack(loss_fn(np.copy(W), np.copy(X), np.copy(y), reg), "loss, dW")
    checks.shape(loss, (), "the loss (one number)")
    checks.shape(dW, np.shape(W), "dW (the shape of W)")
    return loss, np.asarray(dW)


def check_gradient(right, yours, W, dW, what, related=True, **facts):
    """Check dW against central differences of the right loss.

    If your loss is wrong, the gradient of your loss is accepted, too, unless it has little to do with the right one.
    """
    try:
        checks.gradient(right, W, dW, what, **facts)
    except checks.CheckFailed:
        truth, own = checks.numeric_gradient(right, W), checks.numeric_gradient(yours, W)
        with np.errstate(all="ignore"):
            unlike = not abs(np.corrcoef(np.ravel(dW), np.ravel(truth))[0, 1]) > 0.5
        if (related and unlike) or not np.allclose(dW, own, rtol=1e-3, atol=1e-3 * np.abs(truth).max()):
            raise


# %% [markdown]
# ## The images

# %% nbgrader={"grade": false, "grade_id": "load_data", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
images = data.load()
print(images)
vis.samples_per_class(images.X_train, images.y_train, images.class_names);

# %% [markdown]
# A linear classifier sees an image as one long row of 3,072 numbers: 32 × 32 pixels times 3 colours. Two preparations help.
#
# 1. **Centring.** Subtract the mean of the *training* images, so that pixels are positive or negative. (Below, 0 is drawn in grey.)
# 2. **The bias trick.** To allow scores an offset, `X @ W + b`, append a column of ones to `X`. The last row of `W` plays the role of `b`.

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
# `W` (D, C) has one column of weights for each of the C classes. For a row $x$ of `X`, the classifier computes C **scores**,
#
# $$ s = x\,W, \qquad s_j = \sum_d x_d W_{dj}, $$
#
# and answers with the class of the highest score. A column of `W` is a *template*: its score is high if image and template have the same signs.
#
# ## The loss: how bad are these scores?
#
# The SVM loss is content if the correct class $y$ of an image scores
# higher than every other class *by a margin of 1*. Each class that comes closer, or overtakes, costs as much as it intrudes. The picture shows the
# cost of one wrong class $j$, and that of two wrong classes with the scores 2 and 4.

# %% nbgrader={"grade": false, "grade_id": "picture_hinge", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.2), layout="constrained")
lead = np.array([-2.0, 1.0, 3.0])
left.plot(lead, [3.0, 0.0, 0.0], color=vis.BLUE, lw=2)
left.axvspan(1, 3, color=vis.BLUE, alpha=0.1)
left.text(2, 1.5, "far enough:\ncosts nothing", ha="center")
left.axvline(1, color=vis.GREY, ls=":")
left.set(title="One wrong class", xlabel="lead of the correct class, $s_y - s_j$", ylabel="cost of class j")
right.plot([0, 3, 7], [3, 0, 0], "--", color=vis.BLUE, label="class with score 2")
right.plot([0, 5, 7], [5, 0, 0], "--", color=vis.ORANGE, label="class with score 4")
right.plot([0, 3, 5, 7], [8, 2, 0, 0], "k", lw=2, label="their sum: the loss")
right.set(title="Two wrong classes", xlabel="score of the correct class, $s_y$", ylabel="loss")
right.legend();

# %% [markdown]
# Let $s_{ij}$ be the score of class $j$ for example $i$, and $y_i$ its correct class. The loss of
# example $i$ is
#
# $$ L_i = \sum_{j \neq y_i} \max(0,\; s_{ij} - s_{iy_i} + 1), $$
#
# and the loss of the whole set is the *mean* over the examples plus a **regularization** term,
#
# $$ L(W) = \frac1N \sum_{i=1}^N L_i \;+\; \lambda \sum_{d,j} W_{dj}^2 . $$
#
# If some `W` meets every margin, so does `2 * W`: the data alone
# cannot choose. The penalty prefers small weights that are spread over many pixels. That works against **overfitting**, when a classifier
# memorizes accidents of its training images and does worse on new ones. In code, $\lambda$ is `reg`.
#
# ## The gradient: which way is down?
#
# In the picture every line has slope 0, 1 or −1. So the gradient is a matter of
# counting. If class $j \ne y_i$ intrudes, its term is $x_i W_{:j} - x_i W_{:y_i} + 1$. Therefore
#
# - the gradient with respect to column $j$ gets $+x_i$: turn that template away from the image;
# - the gradient with respect to column $y_i$ gets $-x_i$, *once for every class that intrudes*;
# - a class that keeps its distance adds nothing.
#
# The loss divides by $N$, and so does its gradient. The penalty has a gradient, too.
#
# ### Exercise 1: `svm_loss_naive` · 13 points
#
# Write the loss and its gradient with plain loops over examples and classes. It may be slow: this is the version that you can believe.
#
# By hand: scores $(3.2,\ 5.1,\ -1.7)$, correct class 0. Class 1 costs $\max(0, 5.1 - 3.2 + 1) = 2.9$,
# class 2 costs $\max(0, -1.7 - 3.2 + 1) = 0$. The loss is 2.9. The correct class is not in
# the sum: it would always add $\max(0, 0 + 1) = 1$.

# %% nbgrader={"grade": false, "grade_id": "svm_loss_naive", "locked": false, "schema_version": 3, "solution": true, "task": false}
def svm_loss_naive(W, X, y, reg):
    """SVM loss and its gradient, with loops over examples and classes.

    Parameters: W (D, C), one column of weights per class; X (N, D), floats or uint8 pixels; y (N,) integer labels;
        reg, a number. Leave the arrays as they are.
    Returns: loss, a number; dW (D, C), the gradient of the loss with respect to W.

    Approach
        1. scores of one example; for each wrong class, by how much it intrudes
        2. if it intrudes, add that to the loss, and count it in two columns of dW
        3. after the loops, divide by N; then add the penalty and its gradient

    Example
        W = [[3.2, 5.1, -1.7]], X = [[1.0]], y = [0], reg = 0.0: loss is 2.9, dW is [[-1.0, 1.0, 0.0]].
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
# The first check can be followed by hand. Its three examples have the scores
# $(0.5, 1.53, -0.5)$, $(2.2, -0.5, 1.04)$ and $(2.7, 1.03, 0.54)$, and the correct classes are 2, 0 and 2. They cost 5.03, 0 and 4.65.

# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_naive_values", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
# Check · values · 4 points
W = np.array([[0.5, 1.53, -0.5], [2.2, -0.5, 1.04]])
X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
y = np.array([2, 0, 2])
loss, dW = loss_and_gradient(svm_loss_naive, W, X, y, 0.0)
checks.close(loss, (5.03 + 0 + 4.65) / 3, "the loss of three examples", mistakes=known.loss(W, X, y, 0.0))
checks.passed("svm_loss_naive", "the loss of a hand-made example is right")
### BEGIN HIDDEN TESTS
for seed, shape in ((11, (7, 5, 4)), (12, (1, 6, 3)), (13, (9, 4, 2)), (14, (2, 3, 10)), (15, (6, 1, 3)), (16, (3, 3, 3))):
    W, X, y = make_problem(seed, *shape)
    loss, dW = loss_and_gradient(svm_loss_naive, W, X, y, 0.0)
    checks.close(loss, known.hinge(W, X, y), f"the loss with reg=0, N, D, C = {shape}",
                 num_examples=len(y), mistakes=known.loss(W, X, y, 0.0))
loss, dW = loss_and_gradient(svm_loss_naive, np.ones((3, 1)), np.ones((2, 3)), np.zeros(2, dtype=int), 0.0)
checks.close(loss, 0.0, "the loss with a single class, which has no wrong class")
### END HIDDEN TESTS

# %% [markdown]
# A **sanity check**: with tiny weights all scores are nearly equal, so each of
# the C − 1 wrong classes intrudes by almost exactly 1. **The first loss of a training run should be C − 1**
# (9 for ten classes), plus the penalty, whichever classes occur in the batch.

# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_naive_initial", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · initial loss · 1 point
W, X, y = make_problem(20, 6, 8, 10)
for labels in (y, y.clip(max=3)):  # the second batch has examples of the classes 0 to 3 only
    loss, dW = loss_and_gradient(svm_loss_naive, W * 1e-8, X, labels, 0.0)
    checks.true(abs(loss - labels.max()) > 1e-3 or labels.max() == 9, known.MISSING_CLASSES)
    checks.close(loss, 9.0, "the loss of ten classes at tiny weights", rtol=1e-5,
                 mistakes=known.loss(W * 1e-8, X, labels, 0.0))
checks.passed("svm_loss_naive", "the loss at tiny weights is C - 1")
### BEGIN HIDDEN TESTS
for seed, num_classes in ((21, 2), (22, 5)):
    W, X, y = make_problem(seed, 4, 3, num_classes)
    loss, dW = loss_and_gradient(svm_loss_naive, np.zeros_like(W), X, y, 0.7)
    checks.close(loss, num_classes - 1.0, f"the loss of {num_classes} classes at W = 0",
                 mistakes=known.penalty(0 * W, 0.7, len(y), lambda V: num_classes - 1.0))
    loss, dW = loss_and_gradient(svm_loss_naive, W, X, y, 0.0)
    checks.true(abs(loss - num_classes + 1.0) > 1e-6, known.CONSTANT_LOSS)
### END HIDDEN TESTS

# %% [markdown]
# The gradient can be measured without calculus: nudge one entry of `W` up and
# down by a small $h$, and see how the loss reacts,
#
# $$ \frac{\partial L}{\partial W_{dj}} \approx \frac{L(W_{dj} + h) - L(W_{dj} - h)}{2h}. $$
#
# That takes two evaluations for each entry of `W`: hopeless for training, perfect as a test. A relative error
# below $10^{-7}$ is good, above $10^{-2}$ is certainly wrong.

# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_naive_gradient", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
# Check · gradient · 5 points
W, X, y = make_problem(38, 5, 6, 4)
W[1] = 0
loss, dW = loss_and_gradient(svm_loss_naive, W, X, y, 0.0)
check_gradient(lambda V: known.hinge(V, X, y), lambda V: svm_loss_naive(V, X, y, 0.0)[0], W, dW,
               "dW with reg=0", num_examples=len(y), params=W, labels=y, inputs=X,
               mistakes=known.loss(W, X, y, 0.0))
checks.passed("svm_loss_naive", "dW agrees with the numerical gradient")
### BEGIN HIDDEN TESTS
checks.own_work(svm_loss_naive, W, X, y, 0.0)
checks.derived(svm_loss_naive, W, X[1:2], y[1:2], 0.0, size=W.size)
large = 2.0**50  # pixels that much larger and weights that much smaller have the same scores
scaled_loss, scaled = loss_and_gradient(svm_loss_naive, W / large, X * large, y, 0.0)
checks.analytic(scaled / large, dW, "dW, divided by 2**50, for pixels 2**50 times as large and weights as much smaller")
for seed, shape in ((31, (6, 4, 5)), (32, (1, 3, 4)), (33, (8, 3, 2)), (34, (5, 1, 3)), (35, (3, 3, 3))):
    W, X, y = make_problem(seed, *shape)
    loss, dW = loss_and_gradient(svm_loss_naive, W, X, y, 0.0)
    check_gradient(lambda V: known.hinge(V, X, y), lambda V: svm_loss_naive(V, X, y, 0.0)[0], W, dW,
                   f"dW with reg=0, N, D, C = {shape}", False, num_examples=len(y), params=W, labels=y,
                   mistakes=known.loss(W, X, y, 0.0))
### END HIDDEN TESTS

# %% [markdown]
# The next two checks look at what changes when `reg` is switched on.

# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_naive_reg_loss", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · penalty in the loss · 1 point
W, X, y = make_problem(40)
without, dW = loss_and_gradient(svm_loss_naive, W, X, y, 0.0)
loss, dW = loss_and_gradient(svm_loss_naive, W, X, y, 0.5)
checks.close(loss - without, 0.5 * np.square(W).sum(), "what reg=0.5 adds to the loss",
             mistakes=known.penalty(W, 0.5, len(y)))
checks.passed("svm_loss_naive", "the loss includes the regularization")
### BEGIN HIDDEN TESTS
for seed, shape, strength in ((41, (4, 6, 3), 2.0), (42, (9, 2, 7), 0.01)):
    W, X, y = make_problem(seed, *shape)
    without, dW = loss_and_gradient(svm_loss_naive, W, X, y, 0.0)
    loss, dW = loss_and_gradient(svm_loss_naive, W, X, y, strength)
    checks.close(loss - without, strength * np.square(W).sum(), f"what reg={strength} adds to the loss",
                 mistakes=known.penalty(W, strength, len(y)))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_naive_reg_gradient", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · penalty in dW · 1 point
W, X, y = make_problem(50)
W[1] = 0
loss, without = loss_and_gradient(svm_loss_naive, W, X, y, 0.0)
loss, dW = loss_and_gradient(svm_loss_naive, W, X, y, 0.5)
check_gradient(lambda V: 0.5 * np.square(V).sum(),
               lambda V: svm_loss_naive(V, X, y, 0.5)[0] - svm_loss_naive(V, X, y, 0.0)[0], W, dW - without,
               "what reg=0.5 adds to dW", mistakes=known.penalty(W, 0.5, len(y)))
checks.passed("svm_loss_naive", "dW includes the gradient of the regularization")
### BEGIN HIDDEN TESTS
checks.derived(svm_loss_naive, W, X[:1], y[:1], 0.5, size=W.size)
for seed, shape, strength in ((51, (4, 6, 3), 2.0), (52, (9, 2, 7), 0.05)):
    W, X, y = make_problem(seed, *shape)
    W[1, 0] = 0
    loss, without = loss_and_gradient(svm_loss_naive, W, X, y, 0.0)
    loss, dW = loss_and_gradient(svm_loss_naive, W, X, y, strength)
    check_gradient(lambda V: strength * np.square(V).sum(),
                   lambda V: svm_loss_naive(V, X, y, strength)[0] - svm_loss_naive(V, X, y, 0.0)[0], W, dW - without,
                   f"what reg={strength} adds to dW", mistakes=known.penalty(W, strength, len(y)))
large = 2.0**50
loss, without = loss_and_gradient(svm_loss_naive, W * large, X / large, y, 0.0)
loss, added = loss_and_gradient(svm_loss_naive, W * large, X / large, y, 0.5)
checks.analytic((added - without) / large, (dW - loss_and_gradient(svm_loss_naive, W, X, y, 0.0)[1]) * 0.5 / 0.05,
                "what reg=0.5 adds to dW, divided by 2**50, for weights 2**50 times as large")
### END HIDDEN TESTS

# %% [markdown]
# Last, the kinds of arrays. Raw pixels are whole numbers of 8 bits, `uint8`: in their own arithmetic, 200 + 100 is 44.

# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_naive_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · pixels · 1 point
W, X, y = make_problem(60)
pixels = np.random.default_rng(62).integers(256, size=X.shape, dtype=np.uint8)
result, after = checks.call(svm_loss_naive, W, X, y, 0.1)
for name, now, before in zip(("W", "X", "y"), after, (W, X, y)):
    checks.unchanged(now, before, name)
loss, dW = loss_and_gradient(svm_loss_naive, W / 100, pixels, y, 0.1)
right, right_dW = loss_and_gradient(svm_loss_naive, W / 100, pixels.astype(np.float64), y, 0.1)
wrapped = list(known.pixels(W / 100, pixels, y, 0.1))
checks.close(loss, right, "the loss of uint8 pixels", num_examples=len(y), mistakes=wrapped)
checks.close(dW, right_dW, "dW of uint8 pixels", rtol=1e-5, num_examples=len(y), mistakes=wrapped)
checks.passed("svm_loss_naive", "pixels may be uint8, and arguments stay as they are")
### BEGIN HIDDEN TESTS
towards = checks.numeric_gradient(lambda V: known.hinge(V, pixels, y), W / 100)
checks.resembles(dW, towards, "dW of uint8 pixels", given=(W, W / 100))
W, X, y = make_problem(61)
loss, dW = loss_and_gradient(svm_loss_naive, W, X, y, 0.1)
for other, kind in (((W, X, y.astype(np.uint8)), "labels of dtype uint8"), ((W, X, y.astype(np.int32)), "labels of dtype int32"),
                    ((np.asfortranarray(W), np.asfortranarray(X), y), "arrays stored by columns"),
                    ((W.astype(np.float32), X.astype(np.float32), y), "float32 arrays")):
    other_loss, other_dW = loss_and_gradient(svm_loss_naive, *other, 0.1)
    checks.close(other_loss, loss, f"the loss with {kind}", rtol=1e-4, atol=1e-5)
    checks.close(other_dW, dW, f"dW with {kind}", rtol=1e-3, atol=1e-4)
### END HIDDEN TESTS

# %% [markdown]
# **Question 1** · 3 points. Your gradient check on a few random entries of a real training run says: nine entries agree
# to $10^{-9}$, one is off by 30%. Nothing is wrong with the code. Explain with a one-dimensional example how that can
# happen, whether it should worry you, and what you could change in the check so that it happens less.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_kink", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# The loss is made of terms max(0, m), which have no derivative at m = 0. Take f(w) = max(0, w) at w = 0.3h: the
# true slope is 1, but the two evaluations at w + h and w − h lie on either side of the kink and give
# (1.3h − 0)/2h = 0.65, off by 35%. So an entry disagrees when a margin changes sign between W − h and W + h.
#
# It is no reason to worry when it is rare: the analytic gradient is a correct (sub)gradient there, and descent works with it.
# It happens less with a smaller h (within floating-point limits), with fewer examples in the check (fewer kinks near by),
# in float64, or by leaving out entries for which some margin changes sign.
#
# Scheme
# - [1] the kink of max(0, ·) lies between the two evaluation points; "numerical rounding" alone earns nothing
# - [1] a correct one-dimensional example with numbers
# - [1] no worry, because it is rare or still a valid subgradient, and one sensible remedy (smaller h, fewer examples, leaving out sign changes)
# ### END SOLUTION

# %% [markdown]
# ## Without loops
#
# NumPy does the work of such loops in compiled code, if you hand it whole arrays.
#
# ### Exercise 2: `svm_loss_vectorized` · 10 points
#
# Write the same loss without loops of any kind: no `for`, no `while`, no comprehension. Draw the arrays before you write:
#
# | array | shape | what it holds |
# |---|---|---|
# | scores | (N, C) | all scores at once |
# | scores of the correct classes | (N, 1) | one per row; the second dimension makes it broadcast |
# | margins | (N, C) | what each class costs each example; nothing for the correct class |
#
# For the gradient, put into a matrix of shape (N, C) how often each column gets $x_i$. Every entry of `dW` is then a sum over examples of a pixel
# times a count: a matrix product. By hand, for the example of exercise 1: the margins are (0, 2.9, 0), and the counts are (−1, 1, 0).

# %% nbgrader={"grade": false, "grade_id": "svm_loss_vectorized", "locked": false, "schema_version": 3, "solution": true, "task": false}
def svm_loss_vectorized(W, X, y, reg):
    """SVM loss and its gradient, without loops.

    Parameters: W (D, C), one column of weights per class; X (N, D), floats or uint8 pixels; y (N,) integer labels;
        reg, a number. Leave the arrays as they are.
    Returns: loss, a number; dW (D, C), the gradient of the loss with respect to W.

    Approach
        1. all scores, and the correct score of each row
        2. the margins; in each row, nothing for the correct class
        3. the counts of the gradient; the two shapes tell which matrix product gives dW
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
# Check · values · 3 points
W = np.array([[0.5, 1.53, -0.5], [2.2, -0.5, 1.04]])
X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
y = np.array([2, 0, 2])
loss, dW = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.0)
checks.close(loss, (5.03 + 0 + 4.65) / 3, "the loss of three examples", mistakes=known.loss(W, X, y, 0.0, arrays=True))
checks.passed("svm_loss_vectorized", "the loss of a hand-made example is right")
### BEGIN HIDDEN TESTS
for seed, shape in ((111, (8, 5, 4)), (112, (1, 6, 3)), (113, (9, 4, 2)), (114, (4, 3, 4)), (115, (6, 1, 3)), (116, (3, 3, 3))):
    W, X, y = make_problem(seed, *shape)
    loss, dW = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.0)
    checks.close(loss, known.hinge(W, X, y), f"the loss with reg=0, N, D, C = {shape}",
                 num_examples=len(y), mistakes=known.loss(W, X, y, 0.0, arrays=True))
loss, dW = loss_and_gradient(svm_loss_vectorized, np.ones((3, 1)), np.ones((2, 3)), np.zeros(2, dtype=int), 0.0)
checks.close(loss, 0.0, "the loss with a single class, which has no wrong class")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_vectorized_gradient", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
# Check · gradient · 4 points
W, X, y = make_problem(41, 5, 6, 4)
W[1] = 0
loss, dW = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.0)
check_gradient(lambda V: known.hinge(V, X, y), lambda V: svm_loss_vectorized(V, X, y, 0.0)[0], W, dW,
               "dW with reg=0", num_examples=len(y), params=W, labels=y, inputs=X,
               mistakes=known.loss(W, X, y, 0.0, arrays=True))
checks.passed("svm_loss_vectorized", "dW agrees with the numerical gradient")
### BEGIN HIDDEN TESTS
checks.own_work(svm_loss_vectorized, W, X, y, 0.0)
checks.derived(svm_loss_vectorized, W, X[1:2], y[1:2], 0.0, size=W.size)
large = 2.0**50  # pixels that much larger and weights that much smaller have the same scores
scaled_loss, scaled = loss_and_gradient(svm_loss_vectorized, W / large, X * large, y, 0.0)
checks.analytic(scaled / large, dW, "dW, divided by 2**50, for pixels 2**50 times as large and weights as much smaller")
for seed, shape in ((131, (6, 4, 5)), (132, (1, 3, 4)), (133, (8, 3, 2)), (134, (4, 4, 4)), (135, (5, 1, 3))):
    W, X, y = make_problem(seed, *shape)
    loss, dW = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.0)
    check_gradient(lambda V: known.hinge(V, X, y), lambda V: svm_loss_vectorized(V, X, y, 0.0)[0], W, dW,
                   f"dW with reg=0, N, D, C = {shape}", False, num_examples=len(y), params=W, labels=y,
                   mistakes=known.loss(W, X, y, 0.0, arrays=True))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_vectorized_regularization", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · penalty · 1 point
W, X, y = make_problem(140)
W[1] = 0
loss_without, without = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.0)
loss, dW = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.5)
penalties = list(known.penalty(W, 0.5, len(y)))
checks.close(loss - loss_without, 0.5 * np.square(W).sum(), "what reg=0.5 adds to the loss", mistakes=penalties)
checks.gradient(lambda V: 0.5 * np.square(V).sum(), W, dW - without, "what reg=0.5 adds to dW", mistakes=penalties)
checks.passed("svm_loss_vectorized", "the regularization is in the loss and in dW")
### BEGIN HIDDEN TESTS
checks.derived(svm_loss_vectorized, W, X[:1], y[:1], 0.5, size=W.size)
W, X, y = make_problem(141, 9, 2, 7)
W[1, 0] = 0
loss_without, without = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.0)
loss, dW = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.05)
penalties = list(known.penalty(W, 0.05, len(y)))
checks.close(loss - loss_without, 0.05 * np.square(W).sum(), "what reg=0.05 adds to the loss", mistakes=penalties)
checks.gradient(lambda V: 0.05 * np.square(V).sum(), W, dW - without, "what reg=0.05 adds to dW", mistakes=penalties)
large = 2.0**50
loss, without = loss_and_gradient(svm_loss_vectorized, W * large, X / large, y, 0.0)
loss, dW = loss_and_gradient(svm_loss_vectorized, W * large, X / large, y, 0.5)
checks.analytic((dW - without) / large, W, "what reg=0.5 adds to dW, divided by 2**50, for weights 2**50 times as large")
W, X, y = make_problem(160)
pixels = np.arange(35, dtype=np.uint8).reshape(X.shape) * 7
result, after = checks.call(svm_loss_vectorized, W, X, y, 0.1)
for name, now, before in zip(("W", "X", "y"), after, (W, X, y)):
    checks.unchanged(now, before, name)
loss, dW = loss_and_gradient(svm_loss_vectorized, W / 100, pixels, y, 0.1)
right, right_dW = loss_and_gradient(svm_loss_vectorized, W / 100, pixels.astype(np.float64), y, 0.1)
wrapped = list(known.pixels(W / 100, pixels, y, 0.1))
checks.close(loss, right, "the loss of uint8 pixels", num_examples=len(y), mistakes=wrapped)
checks.close(dW, right_dW, "dW of uint8 pixels", rtol=1e-5, num_examples=len(y), mistakes=wrapped)
towards = checks.numeric_gradient(lambda V: known.hinge(V, pixels, y), W / 100)
checks.resembles(dW, towards, "dW of uint8 pixels", given=(W, W / 100))
W, X, y = make_problem(161)
y = y.clip(max=1)
loss, dW = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.1)
for other, kind in (((W, X, y.astype(np.uint8)), "labels of dtype uint8"), ((W, X, y.astype(np.int32)), "labels of dtype int32"),
                    ((np.asfortranarray(W), np.asfortranarray(X), y), "arrays stored by columns"),
                    ((W.astype(np.float32), X.astype(np.float32), y), "float32 arrays")):
    other_loss, other_dW = loss_and_gradient(svm_loss_vectorized, *other, 0.1)
    checks.close(other_loss, loss, f"the loss with {kind}", rtol=1e-4, atol=1e-5)
    checks.close(other_dW, dW, f"dW with {kind}", rtol=1e-3, atol=1e-4)
# so many pixels that sums of them fit neither into 8 nor into 16 bits
pixels, labels = np.random.default_rng(162).integers(256, size=(400, 5), dtype=np.uint8), np.arange(400) % 4
loss, dW = loss_and_gradient(svm_loss_vectorized, W / 100, pixels.astype(np.float64), labels, 0.1)
other_loss, other_dW = loss_and_gradient(svm_loss_vectorized, W / 100, pixels, labels, 0.1)
checks.close(other_loss, loss, "the loss of 400 rows of uint8 pixels", rtol=1e-5)
checks.close(other_dW, dW, "dW of 400 rows of uint8 pixels", rtol=1e-4, atol=1e-4, num_examples=400,
             mistakes=known.pixels(W / 100, pixels, labels, 0.1))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_svm_loss_vectorized_loops", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · no loops · 2 points
rng = np.random.default_rng(149)
W, X, y = rng.normal(size=(16, 20)) / 1000, rng.normal(size=(600, 16)), rng.integers(20, size=600)
towards_means = -np.stack([X[y == j].sum(axis=0) for j in range(20)], axis=1)  # roughly dW, if W is small
checks.no_loops(svm_loss_vectorized, small=(np.eye(2), 2 * np.eye(2), np.arange(2), 0.1), large=(W, X, y, 0.1),
                expected=(None, towards_means))
checks.passed("svm_loss_vectorized", "no loops")
### BEGIN HIDDEN TESTS
W, X, y = make_problem(150)
loss, dW = loss_and_gradient(svm_loss_vectorized, W, X, y, 0.0)
checks.true(loss > 0, "The loss of random weights should be above 0.")
checks.resembles(dW, checks.numeric_gradient(lambda V: known.hinge(V, X, y), W), "dW of svm_loss_vectorized", given=(W,))
### END HIDDEN TESTS

# %% [markdown]
# Was it worth it? Both versions on 2,000 images (loss and gradient should agree, too):

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
# ## Downhill in small steps
#
# The gradient points uphill. So take a small step against it, and repeat: $W \leftarrow W - \eta\,\nabla L(W)$. The step size $\eta$ is called
# the **learning rate**.
#
# The gradient of a few hundred random images points in nearly the same direction as that of all images, and is cheaper.
# *Stochastic* gradient descent draws a new random **minibatch** for every step. The steps that see as many images as there are make one
# **epoch**: with 5,000 images and minibatches of 200, an epoch has 25 steps.
#
# ### Exercise 3: `train_linear_classifier` · 10 points
#
# Write the training loop. Draw the batch anew in each step, with or without replacement: consecutive
# slices of a sorted data set would show the classifier one class at a time. Draw it from `rng`, so that a run can be repeated.
#
# By hand: if `W` is $(1, 2)$, the gradient is $(10, -10)$ and the learning rate is 0.1, the new `W` is $(0, 3)$.

# %% nbgrader={"grade": false, "grade_id": "train_linear_classifier", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    """Train a linear classifier by minibatch stochastic gradient descent.

    Parameters: loss_fn, a function (W, X_batch, y_batch, reg) -> (loss, dW), such as svm_loss_vectorized;
        X (N, D) training examples; y (N,) integer labels 0..C-1, where C is max(y) + 1;
        learning_rate, the step size; reg, handed on to loss_fn; num_iters, the number of steps;
        batch_size, examples per step, at most N;
        rng, a np.random.Generator, the only source of chance; None stands for np.random.default_rng(0).
    Returns: W (D, C), the weights after the last step; loss_history, a list of num_iters losses, as loss_fn gave them.

    Approach
        1. start from zeros, or from 0.0001 times standard normal numbers
        2. draw a minibatch: the same indices for X and y
        3. note its loss, and step against its gradient
    """
    ### BEGIN SOLUTION
    if rng is None:
        rng = np.random.default_rng(0)
    num_examples, num_features = X.shape
    num_classes = int(np.max(y)) + 1
    W = 0.0001 * rng.standard_normal((num_features, num_classes))

    loss_history = []
    for _ in range(num_iters):
        batch = rng.integers(num_examples, size=batch_size)
        loss, dW = loss_fn(W, X[batch], y[batch], reg)
        loss_history.append(loss)
        W -= learning_rate * dW
    return W, loss_history
    ### END SOLUTION


# %% [markdown]
# The checks hand your function a loss function that records what it is given. First the steps.

# %% nbgrader={"grade": true, "grade_id": "test_train_linear_classifier_steps", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · steps · 3 points
def recording_loss(W, X, y, reg):
    visited.append(np.array(W, dtype=float))
    slopes.append(np.cos(np.arange(np.size(W)) + len(slopes)).reshape(np.shape(W)))
    return 1.0, slopes[-1]


visited, slopes, X, y = [], [], np.ones((20, 3)), np.arange(20) % 4
result = train_linear_classifier(recording_loss, X, y, 0.1, 0.0, 6, 5, np.random.default_rng(1))
W, loss_history = checks.unpack(result, "W, loss_history")
checks.true(len(visited) == 6, known.ITERATIONS)
checks.shape(visited[0], (3, 4), "the W given to loss_fn (a row per feature, a column per class)")
for W0, slope, W1 in zip(visited, slopes, visited[1:]):
    checks.close(W1, W0 - 0.1 * slope, "W after a step", mistakes=known.step(W0, slope, 0.1, 0.0, 5))
checks.close(W, visited[5] - 0.1 * slopes[5], "the returned W", mistakes=known.last_step(visited[0], visited[5]))
checks.passed("train_linear_classifier", "each step goes against the gradient")
### BEGIN HIDDEN TESTS
visited, slopes = [], []
X, y = np.random.default_rng(2).normal(size=(12, 5)), np.array([0, 2] * 6)  # class 1 has no example
result = train_linear_classifier(recording_loss, X, y, learning_rate=3.0, reg=0.7, num_iters=1, batch_size=12,
                                 rng=np.random.default_rng(3))
W, loss_history = checks.unpack(result, "W, loss_history")
checks.true(len(visited) == 1, known.ITERATIONS)
checks.true(np.shape(visited[0]) != (5, 2), known.CLASSES_THAT_OCCUR)
checks.shape(visited[0], (5, 3), "the W given to loss_fn when the labels are 0 and 2")
checks.close(W, visited[0] - 3.0 * slopes[0], "the returned W after a single step",
             mistakes=known.step(visited[0], slopes[0], 3.0, 0.7, 12))
visited, slopes = [], []
result = train_linear_classifier(recording_loss, X, y, learning_rate=0.5, reg=0.7, num_iters=3, batch_size=4,
                                 rng=np.random.default_rng(4))
W, loss_history = checks.unpack(result, "W, loss_history")
checks.true(len(visited) == 3, known.ITERATIONS)
for before, slope, after in zip(visited, slopes, [*visited[1:], W]):
    checks.close(after, before - 0.5 * slope, "W after a step with reg=0.7", mistakes=known.step(before, slope, 0.5, 0.7, 4))
### END HIDDEN TESTS

# %% [markdown]
# Now the minibatches. The first feature of each example is its own number, so the record shows which examples were drawn.

# %% nbgrader={"grade": true, "grade_id": "test_train_linear_classifier_minibatches", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · minibatches · 3 points
def recording_loss(W, X, y, reg):
    batches.append((np.array(X), np.array(y)))
    return 1.0, np.zeros(np.shape(W))


batches, N = [], 200
X, y = np.stack([np.arange(N), np.ones(N)], axis=1).astype(float), np.arange(N) * 7 % 5
train_linear_classifier(recording_loss, X, y, num_iters=24, batch_size=50, rng=np.random.default_rng(5))
checks.true(len(batches) == 24, known.ITERATIONS)
for X_batch, y_batch in batches:
    checks.shape(X_batch, (50, 2), "the X_batch given to loss_fn, with batch_size=50 and 2 features")
    checks.true(np.array_equal(y_batch, y[X_batch[:, 0].astype(int)]), known.LABELS_APART)
numbers = np.sort([X_batch[:, 0] for X_batch, _ in batches], axis=1)  # (24, 50)
checks.true((numbers != numbers[0]).any(), known.SAME_BATCH)
checks.passed("train_linear_classifier", "each step draws a minibatch, with its labels")
### BEGIN HIDDEN TESTS
# With replacement, 1200 draws leave fewer than 40 of 200 examples out, except with a probability far below 1e-6.
checks.true((np.diff(numbers, axis=1) != 1).any(), known.CONSECUTIVE)
checks.true(len(np.unique(numbers, axis=0)) == 24, known.REPEATED_BATCHES)
checks.true(len(np.unique(numbers)) > 0.8 * N, known.NEVER_DRAWN)
batches.clear()
train_linear_classifier(recording_loss, X, y, num_iters=110, batch_size=8, rng=np.random.default_rng(6))
checks.true(len(batches) == 110, known.ITERATIONS)
for X_batch, y_batch in batches:
    checks.shape(X_batch, (8, 2), "the X_batch given to loss_fn, with batch_size=8 and 2 features")
    checks.true(np.array_equal(y_batch, y[X_batch[:, 0].astype(int)]), known.LABELS_APART)
numbers = np.array([X_batch[:, 0] for X_batch, _ in batches], dtype=int)
checks.true(len(np.unique(np.sort(numbers, axis=1), axis=0)) == 110, known.REPEATED_BATCHES)
# 880 draws of 200: ten given examples are all missed with probability e**-44; 20 examples are missed with probability 1e-12
checks.true(numbers.min() < 10 and numbers.max() > N - 10, known.NEVER_DRAWN)
checks.true(len(np.unique(numbers)) > 0.9 * N, known.NEVER_DRAWN)
# a correlation of 0.3 among 880 independent draws is nine standard deviations
checks.true(abs(np.corrcoef(np.arange(numbers.size), numbers.ravel())[0, 1]) < 0.3, known.CONSECUTIVE)
batches.clear()
train_linear_classifier(recording_loss, X[:6], y[:6], num_iters=20, batch_size=5, rng=np.random.default_rng(7))
drawn = {int(number) for X_batch, _ in batches for number in np.ravel(X_batch)[::2]}
checks.true(drawn == set(range(6)), known.NEVER_DRAWN)  # 100 draws miss one of six with probability 7e-8
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_train_linear_classifier_history", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · history · 2 points
def recording_loss(W, X, y, reg):
    losses.append(100.0 / (1 + len(losses)))
    strengths.append(reg)
    return losses[-1], np.ones(np.shape(W))


losses, strengths = [], []
X, y = np.random.default_rng(7).normal(size=(30, 4)), np.arange(30) % 3
result = train_linear_classifier(recording_loss, X, y, 0.01, 0.25, 9, 10, np.random.default_rng(8))
W, loss_history = checks.unpack(result, "W, loss_history")
checks.shape(W, (4, 3), "the returned W")
checks.close(loss_history, losses[:9], "loss_history", mistakes=known.history(losses))
checks.true(set(strengths) == {0.25}, known.REG_NOT_HANDED_ON)
checks.passed("train_linear_classifier", "W and the loss of every step are returned")
### BEGIN HIDDEN TESTS
checks.shape(loss_history, (9,), "loss_history (one loss per step)")
losses.clear()
strengths.clear()
result = train_linear_classifier(recording_loss, X.astype(np.float32), y.astype(np.uint8), reg=3.0, num_iters=1,
                                 batch_size=30, rng=np.random.default_rng(9))
W, loss_history = checks.unpack(result, "W, loss_history")
checks.shape(W, (4, 3), "the returned W of float32 examples with uint8 labels")
checks.close(loss_history, [100.0], "loss_history of a single step")
checks.true(set(strengths) == {3.0}, known.REG_NOT_HANDED_ON)
result = train_linear_classifier(recording_loss, X.astype(np.uint8), y, num_iters=2, batch_size=5)
W, loss_history = checks.unpack(result, "W, loss_history")
checks.dtype(W, np.floating, "the returned W of uint8 pixels")
### END HIDDEN TESTS

# %% [markdown]
# The gradient of the next check is 0, so that `W` stays what it was at first.

# %% nbgrader={"grade": true, "grade_id": "test_train_linear_classifier_repeatable", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · first weights · 1 point
def plain_loss(W, X, y, reg):
    return float(np.mean(X)), np.zeros(np.shape(W))


X, y = np.random.default_rng(10).normal(size=(50, 100)), np.arange(50) % 20
first, again, other = (
    checks.unpack(train_linear_classifier(plain_loss, X, y, 0.1, 0.0, 8, 5, np.random.default_rng(seed)), "W, loss_history")
    for seed in (1, 1, 2)
)
checks.true(np.array_equal(again[0], first[0]) and np.array_equal(again[1], first[1]), known.NOT_REPEATABLE)
checks.true(not np.array_equal(other[1], first[1]), known.RNG_IGNORED)
checks.passed("train_linear_classifier", "a run can be repeated with the same seed")
### BEGIN HIDDEN TESTS
# 2000 normal numbers: their deviation is off by 8% and their mean by 1.2e-5 with a probability below 1e-6
W = np.asarray(first[0])
checks.shape(W, (100, 20), "the first W")
checks.true(not W.any() or abs(W.std() / 1e-4 - 1) < 0.08 and abs(W.mean()) < 1.2e-5, known.FIRST_WEIGHTS)
checks.true(not W.any() or not np.array_equal(other[0], W), known.RNG_IGNORED)
default, zero, none = (
    checks.unpack(train_linear_classifier(plain_loss, X, y, num_iters=5, batch_size=4, **given), "W, loss_history")
    for given in ({}, {"rng": np.random.default_rng(0)}, {"rng": None})
)
for one in (default, none):
    checks.shape(one[1], (5,), "loss_history when no rng is given")
    checks.true(np.array_equal(one[0], zero[0]) and np.array_equal(one[1], zero[1]), known.DEFAULT_RNG)
### END HIDDEN TESTS

# %% [markdown]
# Finally, does it learn? Three clouds of points, and least squares in place of your loss.

# %% nbgrader={"grade": true, "grade_id": "test_train_linear_classifier_learns", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · it learns · 1 point
def squares(W, X, y, reg):
    away = np.einsum("nd,dc->nc", X, W) - np.eye(3)[np.asarray(y)]
    return float(np.square(away).sum() / len(y)), 2 * np.einsum("nd,nc->dc", X, away) / len(y)


rng, y = np.random.default_rng(11), np.arange(90) % 3
X = np.array([[2.0, 0.0, 1.0], [-1.0, 1.75, 1.0], [-1.0, -1.75, 1.0]])[y] + rng.normal(size=(90, 3)) * [0.5, 0.5, 0]
result = train_linear_classifier(squares, X, y, 0.08, 0.0, num_iters=40, batch_size=30, rng=np.random.default_rng(12))
W, loss_history = checks.unpack(result, "W, loss_history")
checks.shape(loss_history, (40,), "loss_history (one loss per step)")
start, end = loss_history[0], np.mean(loss_history[-20:])
checks.true(end < 0.4 * start, f"The loss should fall far below {start:.3g}, but it went to {end:.3g}.")
checks.passed("train_linear_classifier", "the loss falls on a toy problem")
### BEGIN HIDDEN TESTS
result = train_linear_classifier(squares, X[::-1], y[::-1], 0.08, reg=0.0, num_iters=40, batch_size=20, rng=np.random.default_rng(13))
W, loss_history = checks.unpack(result, "W, loss_history")
checks.shape(loss_history, (40,), "loss_history (one loss per step)")
checks.true(np.mean(loss_history[-20:]) < 0.4 * loss_history[0], "The loss does not fall with other minibatches.")
checks.shape(W, (3, 3), "the returned W")
right = np.argmax(np.einsum("nd,dc->nc", X, np.asarray(W)), axis=1) == y
checks.true(np.mean(right) > 0.9, "The returned W does not classify the toy problem it was trained on.")
### END HIDDEN TESTS

# %% [markdown]
# ## Training on images
#
# The learning rate looks tiny and `reg` huge, because pixels are large numbers (up to ±128). Question 2 is about it.

# %% nbgrader={"grade": false, "grade_id": "demo_training", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def train_with_bar(bar, X, y, learning_rate, reg, num_iters, seed=0):
    """Your training with the SVM loss and a progress bar."""
    def loss_fn(W, X, y, reg):
        bar.update()
        return svm_loss_vectorized(W.astype(X.dtype), X, y, reg)

    return train_linear_classifier(loss_fn, X, y, learning_rate, reg, num_iters, 200, np.random.default_rng(seed))


with tqdm(total=1500, file=sys.stdout, desc="steps") as bar:
    W_svm, svm_history = train_with_bar(bar, X_train, y_train, 1e-7, 1e4, 1500)
vis.loss_curve(svm_history);

# %% [markdown]
# The loss begins at 9, plus the penalty of the first weights (about 3, or 0 if yours are zeros). The pale line jitters, because each point is the
# loss of another 200 images.
#
# Now three learning rates, and everything else alike. Guess before you run it: which is which?

# %% nbgrader={"grade": false, "grade_id": "demo_learning_rates", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
rates = (2e-9, 1e-7, 4e-6)
with tqdm(total=500 * len(rates), file=sys.stdout, desc="steps") as bar:
    curves = {f"learning rate {rate:.0e}": train_with_bar(bar, X_train, y_train, rate, 1e3, 500)[1] for rate in rates}
vis.loss_curve(curves);

# %% [markdown]
# Too low: the loss creeps. Too high: every step overshoots the valley, and the loss jumps about at a bad value (higher
# still, and it grows until it is `nan`). In between it falls fast *and* gets low. When a training run disappoints, look at this
# picture first.

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): how large a step, how strong a penalty?
learning_rate = 3e-7  # try 3e-8 and 2e-6
reg = 1e4             # try 0 and 1e6
with tqdm(total=600, file=sys.stdout, desc="steps") as bar:
    W_mine, my_history = train_with_bar(bar, X_train, y_train, learning_rate, reg, 600)
vis.loss_curve({"yours": my_history, "the first run": svm_history[:600]})
vis.weight_templates(W_mine, images.class_names);

# %% [markdown]
# **Question 2** · 3 points. A friend divides all pixels by 255 before training (leave the bias aside) and uses `learning_rate=1e-7`,
# `reg=1e4` like us. The classifier learns nothing. Both of you start with $W = 0$. Which learning rate and which
# `reg` would give exactly our run, step by step with the same scores? Derive them.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_scale", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# Let x' = x/c with c = 255. The scores agree if W' = cW. The data part of the gradient is a sum of ± x', so it is 1/c
# of ours. We need W' to change by c times what W changes: η'·(1/c)·g = c·η·g, so η' = c²η = 65025 · 1e-7 ≈ 6.5e-3.
# The step of the penalty must scale likewise: η'·2·reg'·W' = c · η·2·reg·W. With η' = c²η and W' = cW this gives
# reg' = reg/c² ≈ 0.154. (The same from the loss: reg'·ΣW'² = reg'·c²·ΣW² must equal reg·ΣW².)
#
# With our numbers on the small pixels, steps are 65,000 times too short in effect, and the penalty is 65,000 times too strong.
#
# Scheme
# - [1] W' = 255 W, from equal scores
# - [1] the learning rate times 255², with a derivation
# - [1] reg divided by 255², with a derivation (a factor of 255 for its square, with otherwise sound reasoning: 1 point for both together)
# ### END SOLUTION

# %% [markdown]
# ## The answer of the classifier
#
# ### Exercise 4: `predict_linear` · 3 points
#
# The answer is the class of the highest score. By hand: the scores $(3.2,\ 5.1,\ -1.7)$ give the label 1.

# %% nbgrader={"grade": false, "grade_id": "predict_linear", "locked": false, "schema_version": 3, "solution": true, "task": false}
def predict_linear(W, X):
    """The labels that a linear classifier predicts.

    Parameters: W (D, C) weights; X (N, D) examples.
    Returns: labels (N,), integers 0..C-1.

    Approach
        1. the scores of all examples
        2. in each row, where the highest score is
    """
    ### BEGIN SOLUTION
    return np.argmax(X.dot(W), axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_predict_linear_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · values · 2 points
W = np.array([[1.0, 0.0, -1.0, 0.5], [0.0, 2.0, -1.0, 0.5]])
X = np.array([[3.0, 0.0], [0.0, 1.0], [-1.0, -2.0], [2.0, 0.5], [-3.0, 0.0]])
labels = predict_linear(W, X)
checks.close(labels, [0, 1, 2, 0, 2], "the labels predicted for five examples", mistakes=known.prediction(W, X))
checks.passed("predict_linear", "the class of the highest score wins")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(14)
for N, D, C in ((9, 4, 6), (6, 6, 6), (5, 3, 2), (4, 1, 1)):
    W, X = rng.normal(size=(D, C)), rng.normal(size=(N, D))
    expected = [max(range(C), key=lambda c: float(np.dot(row, W[:, c]))) for row in X]
    checks.close(predict_linear(W, X), expected, f"the labels predicted for N, D, C = {N, D, C}", mistakes=known.prediction(W, X))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_predict_linear_one_example", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · one example · 1 point
W, X = np.array([[1.0, 4.5, -1.0], [0.0, -2.0, 2.5]]), np.array([[1.0, 1.0]])
labels = predict_linear(W, X)
checks.close(labels, [1], "the labels predicted for a single example, an array of shape (1,)",
             mistakes=known.prediction(W, X))
checks.passed("predict_linear", "a single example works")
### BEGIN HIDDEN TESTS
checks.dtype(labels, np.integer, "the predicted labels")
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
# ## What training cannot find
#
# Learning rate and regularization strength are **hyperparameters**: they are not learnt, they are *chosen*. Try a grid of pairs, and keep
# the one that does best on images that were not trained on: the **validation** set.
#
# - Not the training set: it nearly always votes for the weakest regularization, the one that overfits most.
# - Not the test set: what was chosen by the test set looks better there than on new images. The test set is used once, at the very end.
#
# ### Exercise 5: `search_hyperparameters` · 7 points
#
# Write the search. It is handed a function `train`, so that the checks can replace the training by something quick.
# The accuracy is the fraction of examples whose predicted label is right. If your `predict_linear` is not finished, find the labels right here.
#
# By hand: if the pairs (0.1, 1), (0.1, 2) have the validation accuracies 0.31 and 0.35, the second `W` is returned, even if the
# first has the higher training accuracy.

# %% nbgrader={"grade": false, "grade_id": "search_hyperparameters", "locked": false, "schema_version": 3, "solution": true, "task": false}
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    """Train with every pair of learning rate and regularization strength; keep the best by validation accuracy.

    Parameters: train, a function (X, y, learning_rate, reg) -> W (D, C), which trains a linear classifier;
        X_train (N, D), y_train (N,), what to train on; X_val (M, D), y_val (M,), what to choose by;
        learning_rates, regs, lists of numbers to try.
    Returns: best_W, the W, as train returned it, with the highest validation accuracy;
        results, a dict {(learning_rate, reg): (training accuracy, validation accuracy)}, accuracies between 0 and 1.

    Approach
        1. for every pair, train, and find both accuracies
        2. keep the results of all pairs, and the W of the best
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
# The checks use examples with one feature (and a bias), and a `train` that does not train: its classifier
# answers 1 where the feature is above the threshold
# $\log_{10}(\mathrm{learning\ rate} \cdot \mathrm{reg})$. The training labels fit a threshold of −4, the validation labels one of −2.

# %% nbgrader={"grade": false, "grade_id": "threshold_problem", "locked": true, "schema_version": 3, "solution": false, "task": false}
def threshold_classifier(X, y, learning_rate, reg):
    """A W that answers 1 where the first feature is above log10(learning_rate * reg), and 0 elsewhere."""
    return np.array([[0.0, 1.0], [0.0, -np.log10(learning_rate * reg)]])


def known_search(y_train, y_val, learning_rates, regs):
    """The mistakes of a search with threshold_classifier on `points`."""
    pairs = [(rate, reg) for rate in learning_rates for reg in regs]
    answers = {pair: points[:, 0] > np.log10(pair[0] * pair[1]) for pair in pairs}
    shares = {pair: tuple(float(np.mean(answers[pair] == y)) for y in (y_train, y_val)) for pair in pairs}
    return known.search({pair: threshold_classifier(None, None, *pair) for pair in pairs}, shares, (6, 6))


points = np.stack([np.arange(-5.5, 0.0), np.ones(6)], axis=1)  # (x, 1) for x = -5.5, -4.5, ..., -0.5
y_low, y_high = (points[:, 0] > -4).astype(int), (points[:, 0] > -2).astype(int)

# %% nbgrader={"grade": true, "grade_id": "test_search_hyperparameters_best", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · the best · 3 points
### BEGIN HIDDEN TESTS
def highest(W, X):
    return np.array([int(np.argmax(row)) for row in np.einsum("nd,dc->nc", X, W)])


def prediction_is_right():
    rng = np.random.default_rng(11)
    W, X = rng.normal(size=(4, 5)), rng.normal(size=(30, 4))
    return np.array_equal(predict_linear(W, X), highest(W, X))


checks.lend(search_hyperparameters, prediction_is_right, predict_linear=highest)
### END HIDDEN TESTS
rates, strengths = [1e-2, 1e-4, 1.0], [0.1, 1.0]
result = search_hyperparameters(threshold_classifier, points, y_low, points, y_high, rates, strengths)
best_W, results = checks.unpack(result, "best_W, results")
checks.close(best_W, [[0.0, 1.0], [0.0, 2.0]], "best_W, with the threshold -2 of learning rate 1e-2 and reg 1",
             mistakes=known_search(y_low, y_high, rates, strengths))
checks.passed("search_hyperparameters", "the best classifier by validation accuracy is returned")
### BEGIN HIDDEN TESTS
for rates, strengths in (([1e-1, 1e-2, 1e-3, 1e-5], [1e-1, 1e-2]), ([1e-2, 1e-5, 1e-3], [1.0]), ([1.0], [10.0, 1e-2, 1e-5])):
    result = search_hyperparameters(threshold_classifier, points, y_low, points, y_high, rates, strengths)
    best_W, results = checks.unpack(result, "best_W, results")
    checks.close(best_W, [[0.0, 1.0], [0.0, 2.0]], f"best_W for learning rates {rates} and regs {strengths}",
                 mistakes=known_search(y_low, y_high, rates, strengths))
rates = [1e-3, 1e-2, 1e-4, 1e-1]
result = search_hyperparameters(threshold_classifier, points, y_high, points, y_low, rates, [1.0])
best_W, results = checks.unpack(result, "best_W, results")
checks.close(best_W, [[0.0, 1.0], [0.0, 4.0]], "best_W when the validation labels have their threshold at -4",
             mistakes=known_search(y_high, y_low, rates, [1.0]))
always_1 = np.array([[0.0, 1.0], [0.0, 0.0]])
result = search_hyperparameters(lambda X, y, rate, reg: always_1, -points, y_low, -points, 0 * y_low, [1.0, 2.0], [1.0])
best_W, results = checks.unpack(result, "best_W, results")
checks.true(best_W is not None, known.NONE_BEST)
checks.close(best_W, always_1, "best_W when every validation accuracy is 0")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_search_hyperparameters_results", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · results · 2 points
rates, strengths = [1e-2, 1e-3], [1.0, 0.1]
result = search_hyperparameters(threshold_classifier, points, y_low, points, y_high, rates, strengths)
best_W, results = checks.unpack(result, "best_W, results")
checks.true(isinstance(results, dict), "The second value should be the dict results.")
checks.true(set(results) != {(0.1, 0.01), (0.1, 0.001), (1.0, 0.01), (1.0, 0.001)}, known.KEYS_EXCHANGED)
checks.true(len(results) == 4, known.PAIRS_MISSING)
expected = {(1e-2, 1.0): (4 / 6, 6 / 6), (1e-2, 0.1): (5 / 6, 5 / 6),
            (1e-3, 1.0): (5 / 6, 5 / 6), (1e-3, 0.1): (6 / 6, 4 / 6)}
checks.close(results, expected, "results", mistakes=known_search(y_low, y_high, rates, strengths))
checks.passed("search_hyperparameters", "the accuracies of every pair are returned")
### BEGIN HIDDEN TESTS
few = points[[0, 4]]
result = search_hyperparameters(threshold_classifier, points, y_high, few, np.array([0, 1]), [1e-1, 1e-4, 1e-5], [10.0])
best_W, results = checks.unpack(result, "best_W, results")
expected = {(1e-1, 10.0): (4 / 6, 1 / 2), (1e-4, 10.0): (5 / 6, 2 / 2), (1e-5, 10.0): (4 / 6, 2 / 2)}
checks.close(results, expected, "results with two validation examples")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_search_hyperparameters_training_data", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · training data · 2 points
def recording_train(X, y, learning_rate, reg):
    trained_on.append((np.array(X), np.array(y), learning_rate, reg))
    return np.array([[0.0, 1.0], [0.0, learning_rate + reg]])


trained_on, rng = [], np.random.default_rng(15)
X, y, X_others, y_others = rng.normal(size=(8, 2)), np.arange(8) % 2, rng.normal(size=(5, 2)), np.arange(5) % 2
search_hyperparameters(recording_train, X, y, X_others, y_others, [0.1, 0.2], [1.0, 2.0, 3.0])
checks.true(len(trained_on) >= 6, known.PAIRS_MISSING)
for X_used, y_used, rate, reg in trained_on:
    checks.true(not any((row == other).all() for row in X_used for other in X_others), known.TRAINED_ON_VALIDATION)
    checks.true(len(X_used) >= 8, known.TRAINED_ON_PART)
    checks.close(X_used, X, "the X given to train")
    checks.equal(y_used, y, "the y given to train")
checks.passed("search_hyperparameters", "training sees the training set only")
### BEGIN HIDDEN TESTS
tried = {(rate, reg) for _, _, rate, reg in trained_on}
checks.true(not tried & {(reg, rate) for rate in (0.1, 0.2) for reg in (1.0, 2.0, 3.0)}, known.KEYS_EXCHANGED)
checks.equal(sorted(tried), [(rate, reg) for rate in (0.1, 0.2) for reg in (1.0, 2.0, 3.0)],
             "the pairs (learning_rate, reg) given to train")
### END HIDDEN TESTS

# %% [markdown]
# Now the real search. Both values may be wrong by orders of magnitude, so they are tried on a logarithmic scale.

# %% nbgrader={"grade": false, "grade_id": "demo_search", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
learning_rates, regs = [1e-8, 1e-7, 3e-7, 1e-6], [1e2, 1e3, 1e4, 1e5]
with tqdm(total=800 * len(learning_rates) * len(regs), file=sys.stdout, desc="steps") as bar:
    def train(X, y, learning_rate, reg):
        return train_with_bar(bar, X, y, learning_rate, reg, 800)[0]

    best_svm, grid = search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs)
vis.search_grid(grid);

# %% [markdown]
# The highest learning rate overshoots, the lowest has not arrived after 800 steps. A weak penalty
# changes little, a strong one costs accuracy on both sets. Where two neighbours
# differ by half a percent, 1,000 validation images cannot tell them apart. If the ring is on the edge of
# the grid, and the accuracy still rises towards that edge, move the grid and search again.
#
# Only now, and only once, the test set:

# %% nbgrader={"grade": false, "grade_id": "demo_test_accuracy", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
best_pair = max(grid, key=lambda pair: grid[pair][1])
print(f"chosen: learning rate {best_pair[0]:.0e}, reg {best_pair[1]:.0e}")
print(f"accuracy: validation {accuracy(best_svm, X_val, y_val):.1%}, test {accuracy(best_svm, X_test, y_test):.1%}")

# %% [markdown]
# ## What has it learnt?
#
# A column of `W` can be shown as an image. Bright means "this pixel
# (in this colour) speaks for the class". A noisy template belongs to a weak penalty, which does not clear away the accidents of single images.
# Compare the classifier that we trained first, with `reg=1e4` and nearly twice as many steps (the second picture). Its accuracy is about the same.

# %% nbgrader={"grade": false, "grade_id": "demo_templates", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
vis.weight_templates(best_svm, images.class_names)
vis.weight_templates(W_svm, images.class_names);

# %% [markdown]
# **Question 3** · 3 points. Describe two of the templates and what they say about how the classifier decides. On CIFAR-10 the template
# of *horse* seems to have a head on either side; on shapes10 no template shows a shape as clearly as a
# single image does. Explain why, and name one kind of image that such a classifier must get wrong
# however long it is trained.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_templates", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
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
# Scheme
# - [1] two descriptions tied to the decision (colour or place that raises the score)
# - [1] one template per class, so a compromise or average of all its variants
# - [1] a failing kind of image that follows from the linear score (unusual colour or background, position, mirrored contrast)
# ### END SOLUTION

# %% [markdown]
# ## Summary
#
# - A linear classifier is one template per class; its score is an inner product.
# - The SVM loss asks for a margin of 1 and then stops asking. Its gradient is counting.
# - A numerical gradient is slow and believable: use it to check the fast one.
# - Minibatch SGD trades exact steps for many steps. The learning rate is the first thing to get right.
# - Hyperparameters are chosen by validation; the test set is opened once.
#
# The notebook `softmax` puts another loss on top of the same scores, one that outputs probabilities.
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"svm_loss_naive": 6, "svm_loss_vectorized": 4, "train_linear_classifier": 5, "predict_linear": 2,
                "search_hyperparameters": 3})
