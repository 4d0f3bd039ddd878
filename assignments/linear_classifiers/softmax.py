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
# # Softmax classifier
#
# By itself, a score of 7.3 means nothing. The softmax function turns the scores of an image into probabilities. They lead to
# a loss, to a simple gradient, and to a trap for everyone who computes exponentials with finite numbers.
#
# **You will learn**
#
# - to turn scores into probabilities, and probabilities into the **cross-entropy loss**;
# - to compute them so that nothing overflows;
# - the gradient "predicted minus happened";
# - to look at the confidence of a classifier, not only at its answers;
# - what L1, L2 and both together (the **elastic net**) do to the weights;
# - random search over hyperparameters on logarithmic scales.
#
# **Time**: about four hours of work. The cells themselves run in about a minute
# (in two on a slow or busy machine).
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that
# come with the course. The checks use small random arrays, not the images.
#
# *Lecture: "Linear classification", softmax section · Paper: Bridle, "Probabilistic interpretation of feedforward classification network outputs" (1990).*

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from cs231n_lib import checks, data, mistakes, vis
from cs231n_lib.notebooks import errors

errors.explain()
plt.rcParams.update(vis.STYLE)
known = mistakes.softmax


def make_problem(seed, num_examples=7, num_features=5, num_classes=4):
    """A small random problem for checks: W (D, C), X (N, D), y (N,)."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(num_examples, num_features))
    W = rng.normal(size=(num_features, num_classes))
    y = rng.integers(num_classes, size=num_examples)
    y[0] = num_classes - 1
    return W, X, y


def loss_and_gradient(loss_fn, W, X, y, reg):
    """What a loss function returns for copies of these arrays, after a look at the shapes."""
    loss, dW = checks.unpack(loss_fn(np.copy(W), np.copy(X), np.copy(y), reg), "loss, dW")
    checks.shape(loss, (), "the loss (one number)")
    checks.shape(dW, np.shape(W), "dW (the shape of W)")
    return loss, np.asarray(dW)


# %% [markdown]
# ## The images
#
# Subtract the mean of the *training* images, and append
# a column of ones to `X`, so that the last row of `W` is an offset for each class.

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
# Take the scores of one image, $s = x\,W$: $x$ is its row in `X`, and $s_j$ the score of class $j$. Probabilities are positive
# and add up to 1. So take exponentials, then divide by the sum:

# %% nbgrader={"grade": false, "grade_id": "picture_softmax", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
names, example = ["cat", "car", "frog"], np.array([3.2, 5.1, -1.7])
steps = [("scores", example), ("exponentials", [24.5, 164.0, 0.18]), ("probabilities", [0.13, 0.869, 0.001])]
fig, axes = plt.subplots(1, 4, figsize=(12.5, 2.8), layout="constrained")
for ax, (title, heights) in zip(axes, steps):
    bars = ax.bar(names, heights, color=[vis.BLUE, vis.ORANGE, vis.GREEN])
    ax.bar_label(bars, fmt="%.3g", padding=2)
    ax.axhline(0, color="black", lw=0.8)
    ax.margins(y=0.25)
    ax.set_title(title)
chance = np.array([0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0])
axes[3].plot(chance, [6.21, 5.3, 4.61, 3.91, 3.0, 2.3, 1.61, 1.2, 0.8, 0.51, 0.22, 0.0], color=vis.BLUE, lw=2)
axes[3].plot(0.1, 2.3, "ko")
axes[3].annotate("guessing\namong 10", (0.1, 2.3), xytext=(0.25, 2.7))
axes[3].set(title="loss", xlabel="probability of the correct class");

# %% [markdown]
# This is the **softmax** function, and $p_j$ is the probability that the classifier gives to class $j$:
#
# $$ p_j = \frac{e^{s_j}}{\sum_k e^{s_k}} . $$
#
# One more point multiplies the odds by $e \approx 2.7$.
#
# A good classifier finds likely what really happened. So the loss of example $i$ is
# the negative logarithm of the probability of its correct class $y_i$ (the rightmost picture),
#
# $$ L_i = -\log p_{y_i} = -s_{y_i} + \log \sum_k e^{s_k}, $$
#
# called the **cross-entropy**. Sure and right costs nothing; sure and wrong costs without limit. The loss of the set is
# the mean plus a penalty, the **regularization**:
#
# $$ L(W) = \frac1N \sum_i L_i + \lambda \sum W^2 . $$
#
# The penalty prefers small weights. It works against **overfitting**, when a classifier memorizes accidents of its training images.
# In code, $\lambda$ is `reg`.
#
# ### The gradient
#
# Differentiate $-s_y + \log \sum_k e^{s_k}$ with respect to one score. The second term gives $p_j$,
# the first −1 for the correct class. So
#
# $$ \frac{\partial L_i}{\partial s_j} = p_j - [\,j = y_i\,], $$
#
# *predicted minus happened* (the square bracket is 1 if the statement in it is true, else 0). Since $s_j = x\,W_{:j}$, column $j$ of `dW` gets $x_i$ times that number.
# Unlike that of the SVM loss, it is never exactly zero.
#
# ### The trap
#
# `np.exp(1000)` is `inf`, and `inf / inf` is `nan`. Scores of 1,000 do occur. So multiply numerator and denominator by $e^{-m}$:
#
# $$ \frac{e^{s_j}}{\sum_k e^{s_k}} = \frac{e^{s_j - m}}{\sum_k e^{s_k - m}} . $$
#
# With $m = \max_k s_k$ the largest exponent is 0, so
# nothing overflows. One term of the sum is 1, so nothing is divided by 0.
#
# ### Exercise 1: `softmax_loss_naive` · 12 points
#
# Write loss and gradient with loops over images and classes. Subtract the maximum of each image's scores.
#
# By hand: scores (log 1, log 2, log 5) have the probabilities (1/8, 2/8, 5/8). If class 2 is correct, the loss is −log 5/8 = 0.47, and the derivative
# with respect to the scores is (1/8, 2/8, 5/8 − 1).

# %% nbgrader={"grade": false, "grade_id": "softmax_loss_naive", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax_loss_naive(W, X, y, reg):
    """Softmax loss and its gradient, with loops over images and classes.

    Parameters: W (D, C), one column of weights per class; X (N, D), floats or uint8 pixels; y (N,) integer labels;
        reg, a number. Leave the arrays as they are.
    Returns: loss, a number; dW (D, C), the gradient of the loss with respect to W.

    Approach
        1. scores of one image; subtract their maximum
        2. probabilities; add what the correct class costs to the loss
        3. add the image's share to dW, column by column
        4. after the loops, divide by N; then add the penalty and its gradient

    Example
        W = [[log 1, log 2, log 5]], X = [[1.0]], y = [2], reg = 0.0: loss is 0.47, dW is [[0.125, 0.25, -0.375]].
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
# In the first check, the exponentials of the scores are
# $(1, 2, 5)$, $(3, 4, 1)$ and $(3, 8, 5)$. The correct classes 2, 0 and 0 have the probabilities 5/8, 3/8 and 3/16, and cost 0.470, 0.981 and 1.674.

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_naive_values", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · values · 3 points
W = np.log([[1.0, 2.0, 5.0], [3.0, 4.0, 1.0]])
X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
y = np.array([2, 0, 0])
loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.0)
checks.close(loss, -(np.log(5 / 8) + np.log(3 / 8) + np.log(3 / 16)) / 3, "the loss of three images",
             num_examples=3, mistakes=known.loss(W, X, y, 0.0))
checks.passed("softmax_loss_naive", "the loss of a hand-made example is right")
### BEGIN HIDDEN TESTS
for seed, shape in ((11, (7, 5, 4)), (12, (1, 6, 3)), (13, (9, 4, 2)), (14, (2, 3, 10)), (15, (6, 1, 3)), (16, (3, 3, 3))):
    W, X, y = make_problem(seed, *shape)
    loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.0)
    checks.close(loss, known.cross_entropy(W, X, y), f"the loss with reg=0, N, D, C = {shape}",
                 num_examples=len(y), mistakes=known.loss(W, X, y, 0.0))
loss, dW = loss_and_gradient(softmax_loss_naive, np.ones((3, 1)), np.ones((2, 3)), np.zeros(2, dtype=int), 0.0)
checks.close(loss, 0.0, "the loss with a single class, which is certain")
### END HIDDEN TESTS

# %% [markdown]
# A **sanity check**: with tiny weights all classes are equally likely. **The first loss of a training run should be $\log C$**, about 2.303 for
# ten classes, plus the penalty. Here is the loss of one image.

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_naive_initial", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · initial loss · 1 point
W, X, y = make_problem(20, 1, 8, 10)
loss, dW = loss_and_gradient(softmax_loss_naive, W * 1e-8, X, y, 0.0)
checks.close(loss, np.log(10), "the loss of ten classes at tiny weights", rtol=1e-5,
             mistakes=known.loss(W * 1e-8, X, y, 0.0))
checks.passed("softmax_loss_naive", "the loss at tiny weights is log C")
### BEGIN HIDDEN TESTS
for seed, num_classes in ((21, 2), (22, 5)):
    W, X, y = make_problem(seed, 1, 3, num_classes)
    loss, dW = loss_and_gradient(softmax_loss_naive, np.zeros_like(W), X, y, 0.7)
    checks.close(loss, np.log(num_classes), f"the loss of {num_classes} classes at W = 0",
                 mistakes=known.penalty(0 * W, 0.7, len(y), lambda V: np.log(num_classes)))
### END HIDDEN TESTS

# %% [markdown]
# Now the trap, with scores around 10,000 and −10,000: one more feature adds the same number to all the scores of an image.

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_naive_stability", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · huge scores · 2 points
W, X = np.log([[1.0, 2.0, 5.0], [3.0, 4.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
y = np.array([2, 1, 0])
loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.0)
for shift in (1.0, -1.0):
    X_shifted, W_shifted = np.column_stack([X, [shift] * 3]), np.concatenate([W, [[1e4] * 3]])
    loss_shifted, dW_shifted = loss_and_gradient(softmax_loss_naive, W_shifted, X_shifted, y, 0.0)
    checks.true(np.isfinite(loss_shifted) and np.isfinite(dW_shifted).all(), known.OVERFLOW)
    checks.close(loss_shifted, loss, f"the loss when {shift * 1e4:.0f} is added to all scores", rtol=2e-3,
                 hint="Adding the same number to all the scores of an image changes no probability.")
checks.passed("softmax_loss_naive", "scores of 10,000 do no harm")
### BEGIN HIDDEN TESTS
# the correct class is never far below the others, so its probability is above 0 in float32, too
far = np.array([[1e4, 1e4 - 1, -1e4, 0.0], [-300.0, -301.0, -1e4, -302.0]])  # the scores of two images
near = np.array([[0.0, -1.0, -90.0, -90.0], [0.0, -1.0, -90.0, -2.0]])
losses = []
for labels in (np.array([0, 3]), np.array([1, 0])):
    loss, dW = loss_and_gradient(softmax_loss_naive, far, np.eye(2), labels, 0.0)
    checks.true(np.isfinite(loss) and np.isfinite(dW).all(), known.OVERFLOW)
    loss_near, dW_near = loss_and_gradient(softmax_loss_naive, near, np.eye(2), labels, 0.0)
    checks.close(loss, loss_near, "the loss when the scores of an image are 20,000 apart", rtol=1e-3)
    losses.append(loss)
checks.true(abs(losses[0] - losses[1]) > 1e-3, known.LABELS_IGNORED)
### END HIDDEN TESTS

# %% [markdown]
# Next, `dW` against a **numerical gradient**: $\big(L(W_{dj} + h) - L(W_{dj} - h)\big) / 2h$ for each entry.

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_naive_gradient", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · gradient · 3 points
W, X, y = make_problem(30, 5, 6, 4)
W[1] = 0
loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.0)
checks.gradient(lambda V: known.cross_entropy(V, X, y), W, dW, "dW with reg=0",
                or_of=lambda V: softmax_loss_naive(V, X, y, 0.0)[0], resembling=True,
                num_examples=len(y), params=W, labels=y, inputs=X, mistakes=known.loss(W, X, y, 0.0))
checks.passed("softmax_loss_naive", "dW agrees with the numerical gradient")
### BEGIN HIDDEN TESTS
checks.own_work(softmax_loss_naive, W, X, y, 0.0)
checks.derived(softmax_loss_naive, W, X[:1], y[:1], 0.0, size=W.size)
large = 2.0**50  # pixels that much larger and weights that much smaller have the same scores
scaled_loss, scaled = loss_and_gradient(softmax_loss_naive, W / large, X * large, y, 0.0)
checks.analytic(scaled / large, dW, "dW, divided by 2**50, for pixels 2**50 times as large and weights as much smaller")
for seed, shape in ((31, (6, 4, 5)), (32, (1, 3, 4)), (33, (8, 3, 2)), (34, (5, 1, 3)), (35, (3, 3, 3))):
    W, X, y = make_problem(seed, *shape)
    loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.0)
    checks.gradient(lambda V: known.cross_entropy(V, X, y), W, dW, f"dW with reg=0, N, D, C = {shape}",
                    or_of=lambda V: softmax_loss_naive(V, X, y, 0.0)[0],
                    num_examples=len(y), params=W, labels=y, mistakes=known.loss(W, X, y, 0.0))
### END HIDDEN TESTS

# %% [markdown]
# The next two checks look at what changes when `reg` is switched on.

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_naive_reg_loss", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · penalty in the loss · 1 point
W, X, y = make_problem(40)
without, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.0)
loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.5)
checks.close(loss - without, 0.5 * np.square(W).sum(), "what reg=0.5 adds to the loss",
             mistakes=known.penalty(W, 0.5, len(y)))
checks.passed("softmax_loss_naive", "the loss includes the regularization")
### BEGIN HIDDEN TESTS
for seed, shape, strength in ((41, (4, 6, 3), 2.0), (42, (9, 2, 7), 0.01)):
    W, X, y = make_problem(seed, *shape)
    without, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.0)
    loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, strength)
    checks.close(loss - without, strength * np.square(W).sum(), f"what reg={strength} adds to the loss",
                 mistakes=known.penalty(W, strength, len(y)))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_naive_reg_gradient", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · penalty in dW · 1 point
W, X, y = make_problem(50)
W[1] = 0
loss, without = loss_and_gradient(softmax_loss_naive, W, X, y, 0.0)
loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.5)
checks.gradient(lambda V: 0.5 * np.square(V).sum(), W, dW - without, "what reg=0.5 adds to dW",
                or_of=lambda V: softmax_loss_naive(V, X, y, 0.5)[0] - softmax_loss_naive(V, X, y, 0.0)[0],
                resembling=True, mistakes=known.penalty(W, 0.5, len(y)))
checks.passed("softmax_loss_naive", "dW includes the gradient of the regularization")
### BEGIN HIDDEN TESTS
checks.derived(softmax_loss_naive, W, X[:1], y[:1], 0.5, size=W.size)
large, added = 2.0**50, dW - without
loss, without = loss_and_gradient(softmax_loss_naive, W * large, X / large, y, 0.0)
loss, dW = loss_and_gradient(softmax_loss_naive, W * large, X / large, y, 0.5)
checks.analytic((dW - without) / large, added, "what reg=0.5 adds to dW, divided by 2**50, for weights 2**50 times as large")
for seed, shape, strength in ((51, (4, 6, 3), 2.0), (52, (9, 2, 7), 0.05)):
    W, X, y = make_problem(seed, *shape)
    W[1, 0] = 0
    loss, without = loss_and_gradient(softmax_loss_naive, W, X, y, 0.0)
    loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, strength)
    checks.gradient(lambda V: strength * np.square(V).sum(), W, dW - without, f"what reg={strength} adds to dW",
                    or_of=lambda V: softmax_loss_naive(V, X, y, strength)[0] - softmax_loss_naive(V, X, y, 0.0)[0],
                    resembling=True, mistakes=known.penalty(W, strength, len(y)))
### END HIDDEN TESTS

# %% [markdown]
# Last, a batch in which some classes do not occur. At `W = 0` the labels do not matter: all classes are equally likely.

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_naive_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · missing classes · 1 point
W, X, y = make_problem(60)
few = y.clip(max=1)  # four classes, of which only 0 and 1 occur
loss, dW = loss_and_gradient(softmax_loss_naive, 0 * W, X, y, 0.0)
loss_few, dW = loss_and_gradient(softmax_loss_naive, 0 * W, X, few, 0.0)
checks.true(np.isclose(loss_few, loss), known.MISSING_CLASSES)
checks.passed("softmax_loss_naive", "classes may be missing from the batch")
### BEGIN HIDDEN TESTS
loss, dW = loss_and_gradient(softmax_loss_naive, W, X, y, 0.1)
loss_few, dW_few = loss_and_gradient(softmax_loss_naive, W, X, few, 0.1)
checks.true(abs(loss - loss_few) > 1e-6, known.LABELS_IGNORED)
result, after = checks.call(softmax_loss_naive, W, X, y, 0.1)
for name, now, before in zip(("W", "X", "y"), after, (W, X, y)):
    checks.unchanged(now, before, name)
for other, kind in (((W, X, y.astype(np.uint8)), "labels of dtype uint8"), ((W, X, y.astype(np.int32)), "labels of dtype int32"),
                    ((np.asfortranarray(W), np.asfortranarray(X), y), "arrays stored by columns"),
                    ((W.astype(np.float32), X.astype(np.float32), y), "float32 arrays")):
    other_loss, other_dW = loss_and_gradient(softmax_loss_naive, *other, 0.1)
    checks.close(other_loss, loss, f"the loss with {kind}", rtol=1e-4, atol=1e-5)
    checks.close(other_dW, dW, f"dW with {kind}", rtol=1e-3, atol=1e-4)
pixels = np.random.default_rng(62).integers(256, size=X.shape, dtype=np.uint8)
right, right_dW = loss_and_gradient(softmax_loss_naive, W / 100, pixels.astype(np.float64), y, 0.1)
loss, dW = loss_and_gradient(softmax_loss_naive, W / 100, pixels, y, 0.1)
checks.close(loss, right, "the loss of uint8 pixels", num_examples=len(y),
             mistakes=known.pixels(W / 100, pixels, y, 0.1))
checks.close(dW, right_dW, "dW of uint8 pixels", rtol=1e-5, num_examples=len(y), mistakes=known.pixels(W / 100, pixels, y, 0.1),
             hint="Is dW an array of floats, whatever the dtype of X? Whole numbers of 8 bits wrap around at 256.")
### END HIDDEN TESTS

# %% [markdown]
# **Question 1** · 3 points. Three images of class 0 have the scores $(10, -2, 3)$, $(10, 9, 9)$ and $(10, -100, -100)$.
# For each give its SVM loss $\sum_{j \ne y} \max(0, s_j - s_y + 1)$ and, to two digits, its softmax loss. Then all scores of class 0
# drop by 0.1: for which images does which loss change? What does that say about what the two losses want from a classifier?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_svm_or_softmax", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# SVM: 0, 0 (both differences are exactly 1: just enough), 0. Softmax: log(1 + e^-12 + e^-7) = 0.00092, log(1 + 2e^-1) = 0.55,
# log(1 + 2e^-110) = 0 to any digits one could print (about 3e-48).
#
# After the drop the SVM loss changes for the second image only (from 0 to 0.2). The softmax loss rises for all three: the first
# to 0.0010, the second to 0.60, the third from 3e-48 to some 4e-48, in theory only.
#
# The SVM asks for a margin of 1 and is then content: it spends no effort on images that are settled. Softmax always wants the correct
# class to be more probable still, but the effort fades exponentially, so that for settled images the two hardly differ.
#
# Scheme
# - [1] the losses: SVM 0, 0, 0; softmax near 0, 0.55, near 0
# - [1] what changes: the SVM loss of the second image only; all softmax losses, the third immeasurably
# - [1] the conclusion: content beyond the margin, against never content
# ### END SOLUTION

# %% [markdown]
# ## Without loops
#
# ### Exercise 2: `softmax_loss_vectorized` · 9 points
#
# Write the same loss without `for`, `while` or comprehension. Scores and probabilities become arrays of shape (N, C).
#
# - Take maximum and sum *per row*. `keepdims=True` keeps them as columns (N, 1), which broadcast along the rows. An array of shape
#   (N,) is lined up with the *columns*: an error if N and C differ, and silently wrong numbers if they are equal.
# - The derivative with respect to the scores is (N, C), too. One matrix product takes it to `dW`.
#
# By hand, for the image of exercise 1: the row of that matrix is (1/8, 2/8, −3/8).

# %% nbgrader={"grade": false, "grade_id": "softmax_loss_vectorized", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax_loss_vectorized(W, X, y, reg):
    """Softmax loss and its gradient, without loops.

    Parameters: W (D, C), one column of weights per class; X (N, D), floats or uint8 pixels; y (N,) integer labels;
        reg, a number. Leave the arrays as they are.
    Returns: loss, a number; dW (D, C), the gradient of the loss with respect to W.

    Approach
        1. all scores; subtract from each row its maximum
        2. the probabilities; select the one of the correct class in each row
        3. the derivative with respect to the scores; the two shapes tell which matrix product gives dW
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
# Check · values · 2 points
W = np.log([[1.0, 2.0, 5.0], [3.0, 4.0, 1.0]])
X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
y = np.array([2, 0, 0])
loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.0)
checks.close(loss, -(np.log(5 / 8) + np.log(3 / 8) + np.log(3 / 16)) / 3, "the loss of three images",
             num_examples=3, mistakes=known.loss(W, X, y, 0.0, arrays=True))
checks.passed("softmax_loss_vectorized", "the loss of a hand-made example is right")
### BEGIN HIDDEN TESTS
for seed, shape in ((111, (8, 5, 4)), (112, (1, 6, 3)), (113, (9, 4, 2)), (114, (4, 3, 4)), (115, (6, 1, 3)), (116, (3, 3, 3))):
    W, X, y = make_problem(seed, *shape)
    loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.0)
    checks.close(loss, known.cross_entropy(W, X, y), f"the loss with reg=0, N, D, C = {shape}",
                 num_examples=len(y), mistakes=known.loss(W, X, y, 0.0, arrays=True))
loss, dW = loss_and_gradient(softmax_loss_vectorized, np.ones((3, 1)), np.ones((2, 3)), np.zeros(2, dtype=int), 0.0)
checks.close(loss, 0.0, "the loss with a single class, which is certain")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_vectorized_stability", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · huge scores · 1 point
far = np.array([[1e4, 1e4 - 1, -1e4, 0.0], [-300.0, -301.0, -1e4, -302.0]])  # the scores of two images
near = np.array([[0.0, -1.0, -90.0, -90.0], [0.0, -1.0, -90.0, -2.0]])  # their probabilities are the same
for y in (np.array([0, 3]), np.array([1, 0])):
    loss, dW = loss_and_gradient(softmax_loss_vectorized, far, np.eye(2), y, 0.0)
    checks.true(np.isfinite(loss) and np.isfinite(dW).all(), known.OVERFLOW)
    loss_near, dW_near = loss_and_gradient(softmax_loss_vectorized, near, np.eye(2), y, 0.0)
    checks.close(loss, loss_near, "the loss at scores between -10,000 and 10,000", rtol=1e-3)
checks.passed("softmax_loss_vectorized", "scores of 10,000 do no harm")
### BEGIN HIDDEN TESTS
W, X, y = make_problem(120)
loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.0)
loss_other, dW_other = loss_and_gradient(softmax_loss_vectorized, W, X, (y + 1) % 4, 0.0)
checks.true(abs(loss - loss_other) > 1e-6, known.LABELS_IGNORED)
shifts = np.random.default_rng(121).normal(size=len(W))
shifted, dW_shifted = loss_and_gradient(softmax_loss_vectorized, W + 1e3 * shifts[:, None], X, y, 0.0)
checks.true(np.isfinite(shifted) and np.isfinite(dW_shifted).all(), known.OVERFLOW)
checks.close(shifted, loss, "the loss when the same column is added to all columns of W", rtol=2e-3)
checks.close(dW_shifted, dW, "dW when the same column is added to all columns of W", rtol=2e-3, atol=1e-3)
shifted, dW_shifted = loss_and_gradient(softmax_loss_vectorized, W + 1e4 * X[:1].T, X, y, 0.0)
checks.true(np.isfinite(shifted) and np.isfinite(dW_shifted).all(), known.OVERFLOW)
checks.close(shifted, loss, "the loss when scores differ hugely between images", rtol=1e-2)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_vectorized_gradient", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · gradient · 3 points
W, X, y = make_problem(130, 5, 6, 4)
W[1] = 0
loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.0)
checks.gradient(lambda V: known.cross_entropy(V, X, y), W, dW, "dW with reg=0",
                or_of=lambda V: softmax_loss_vectorized(V, X, y, 0.0)[0], resembling=True,
                num_examples=len(y), params=W, labels=y, inputs=X, mistakes=known.loss(W, X, y, 0.0, arrays=True))
checks.passed("softmax_loss_vectorized", "dW agrees with the numerical gradient")
### BEGIN HIDDEN TESTS
checks.own_work(softmax_loss_vectorized, W, X, y, 0.0)
checks.derived(softmax_loss_vectorized, W, X[:1], y[:1], 0.0, size=W.size)
large = 2.0**50  # pixels that much larger and weights that much smaller have the same scores
scaled_loss, scaled = loss_and_gradient(softmax_loss_vectorized, W / large, X * large, y, 0.0)
checks.analytic(scaled / large, dW, "dW, divided by 2**50, for pixels 2**50 times as large and weights as much smaller")
for seed, shape in ((131, (6, 4, 5)), (132, (1, 3, 4)), (133, (8, 3, 2)), (134, (4, 4, 4)), (135, (5, 1, 3))):
    W, X, y = make_problem(seed, *shape)
    loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.0)
    checks.gradient(lambda V: known.cross_entropy(V, X, y), W, dW, f"dW with reg=0, N, D, C = {shape}",
                    or_of=lambda V: softmax_loss_vectorized(V, X, y, 0.0)[0],
                    num_examples=len(y), params=W, labels=y, mistakes=known.loss(W, X, y, 0.0, arrays=True))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_vectorized_regularization", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · penalty · 1 point
W, X, y = make_problem(140)
W[1] = 0
loss_without, without = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.0)
loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.5)
checks.close(loss - loss_without, 0.5 * np.square(W).sum(), "what reg=0.5 adds to the loss",
             mistakes=known.penalty(W, 0.5, len(y)))
checks.gradient(lambda V: 0.5 * np.square(V).sum(), W, dW - without, "what reg=0.5 adds to dW",
                mistakes=known.penalty(W, 0.5, len(y)))
checks.passed("softmax_loss_vectorized", "the regularization is in the loss and in dW")
### BEGIN HIDDEN TESTS
checks.derived(softmax_loss_vectorized, W, X[:1], y[:1], 0.5, size=W.size)
large, added = 2.0**50, dW - without
loss, without = loss_and_gradient(softmax_loss_vectorized, W * large, X / large, y, 0.0)
loss, dW = loss_and_gradient(softmax_loss_vectorized, W * large, X / large, y, 0.5)
checks.analytic((dW - without) / large, added, "what reg=0.5 adds to dW, divided by 2**50, for weights 2**50 times as large")
W, X, y = make_problem(141, 9, 2, 7)
loss_without, without = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.0)
loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.05)
checks.close(loss - loss_without, 0.05 * np.square(W).sum(), "what reg=0.05 adds to the loss", mistakes=known.penalty(W, 0.05, 9))
checks.gradient(lambda V: 0.05 * np.square(V).sum(), W, dW - without, "what reg=0.05 adds to dW", mistakes=known.penalty(W, 0.05, 9))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_vectorized_loops", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · no loops · 1 point
rng = np.random.default_rng(149)
W, X, y = rng.normal(size=(16, 20)) / 1000, rng.normal(size=(600, 16)), rng.integers(20, size=600)
towards_means = -np.stack([X[y == j].sum(axis=0) for j in range(20)], axis=1)  # roughly dW, if W is small
checks.no_loops(softmax_loss_vectorized, small=(np.eye(2), 2 * np.eye(2), np.arange(2), 0.1), large=(W, X, y, 0.1),
                expected=(None, towards_means))
checks.passed("softmax_loss_vectorized", "no loops")
### BEGIN HIDDEN TESTS
W, X, y = make_problem(150)
loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.0)
checks.true(loss > 0, "The loss of random weights should be above 0.")
checks.resembles(dW, checks.numeric_gradient(lambda V: known.cross_entropy(V, X, y), W), "dW of softmax_loss_vectorized", given=(W,))
### END HIDDEN TESTS

# %% [markdown]
# Raw pixels are whole numbers of 8 bits, `uint8`: in their own arithmetic, 200 + 100 is 44.

# %% nbgrader={"grade": true, "grade_id": "test_softmax_loss_vectorized_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · pixels · 1 point
W, X, y = make_problem(160)
pixels = np.arange(35, dtype=np.uint8).reshape(X.shape) * 7
result, after = checks.call(softmax_loss_vectorized, W, X, y, 0.1)
for name, now, before in zip(("W", "X", "y"), after, (W, X, y)):
    checks.unchanged(now, before, name)
right, right_dW = loss_and_gradient(softmax_loss_vectorized, W / 100, pixels.astype(np.float64), y, 0.1)
loss, dW = loss_and_gradient(softmax_loss_vectorized, W / 100, pixels, y, 0.1)
checks.close(loss, right, "the loss of uint8 pixels", num_examples=len(y),
             mistakes=known.pixels(W / 100, pixels, y, 0.1))
checks.close(dW, right_dW, "dW of uint8 pixels", num_examples=len(y),
             mistakes=known.pixels(W / 100, pixels, y, 0.1))
checks.passed("softmax_loss_vectorized", "arguments stay as they are, and pixels may be uint8")
### BEGIN HIDDEN TESTS
towards = checks.numeric_gradient(lambda V: known.cross_entropy(V, pixels, y), W / 100)
checks.resembles(dW, towards, "dW of uint8 pixels", given=(W, W / 100))
W, X, y = make_problem(161)
y = y.clip(max=1)
loss, dW = loss_and_gradient(softmax_loss_vectorized, W, X, y, 0.1)
for other, kind in (((W, X, y.astype(np.uint8)), "labels of dtype uint8"), ((W, X, y.astype(np.int32)), "labels of dtype int32"),
                    ((np.asfortranarray(W), np.asfortranarray(X), y), "arrays stored by columns"),
                    ((W.astype(np.float32), X.astype(np.float32), y), "float32 arrays")):
    other_loss, other_dW = loss_and_gradient(softmax_loss_vectorized, *other, 0.1)
    checks.close(other_loss, loss, f"the loss with {kind}", rtol=1e-4, atol=1e-5)
    checks.close(other_dW, dW, f"dW with {kind}", rtol=1e-3, atol=1e-4)
### END HIDDEN TESTS

# %% [markdown]
# **Question 2** · 3 points. Even after the maximum is subtracted, `-np.log(p[y])` can be `inf`. (The checks above accept it; none of their images is that
# badly wrong.) Give scores for which it is `inf` although the loss is an
# ordinary number, say why that happens in floating point, and write the loss so that it comes out right. Does the gradient
# $p_j - [j = y]$ have the same trouble?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_log_of_zero", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
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
# Scheme
# - [1] scores whose correct class lies more than about 745 (float32: 104) below the maximum, with underflow to 0 as the reason
# - [1] the log-sum-exp form; a small number inside the logarithm earns nothing here, because it caps the loss at a wrong value
# - [1] the gradient is fine, with a reason
# ### END SOLUTION

# %% [markdown]
# ## How sure is the classifier?
#
# ### Exercise 3: `predict_softmax` · 4 points
#
# The predicted label is the class with the highest score. Its probability is the **confidence** of the classifier, at least $1/C$ and at most 1.
#
# By hand: scores (log 1, log 2, log 5) give the label 2 with the confidence 5/8.

# %% nbgrader={"grade": false, "grade_id": "predict_softmax", "locked": false, "schema_version": 3, "solution": true, "task": false}
def predict_softmax(W, X):
    """Predicted labels, and how sure the classifier is of them.

    Parameters: W (D, C) weights; X (N, D) examples.
    Returns: labels (N,), integers 0..C-1, the most probable class of each example;
        confidence (N,), floats, the softmax probability of that class.

    Approach
        1. the scores of all examples; in each row, where the highest is
        2. the probability of that class, without overflow
    """
    ### BEGIN SOLUTION
    scores = X.dot(W)  # (N, C)
    labels = scores.argmax(axis=1)
    # the largest shifted score is 0, so its exponential is 1
    confidence = 1.0 / np.exp(scores - scores.max(axis=1, keepdims=True)).sum(axis=1)
    return labels, confidence
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_predict_softmax_labels", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · labels · 1 point
W = np.log([[1.0, 2.0, 5.0, 2.0], [3.0, 4.0, 1.0, 2.0]])
X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [-1.0, 0.0], [3.0, 0.0]])
labels, confidence = checks.unpack(predict_softmax(W, X), "labels, confidence")
checks.close(labels, [2, 1, 1, 0, 2], "the labels of five examples", mistakes=known.prediction(W, X))
checks.passed("predict_softmax", "the most probable class wins")
### BEGIN HIDDEN TESTS
checks.dtype(labels, np.integer, "the labels")
rng = np.random.default_rng(14)
for N, D, C in ((9, 4, 6), (6, 6, 6), (1, 3, 2), (4, 1, 1)):
    W, X = rng.normal(size=(D, C)), rng.normal(size=(N, D))
    labels, confidence = checks.unpack(predict_softmax(W, X), "labels, confidence")
    expected = [max(range(C), key=lambda c: float(np.dot(row, W[:, c]))) for row in X]
    checks.close(labels, expected, f"the labels for N, D, C = {N, D, C}", mistakes=known.prediction(W, X))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_predict_softmax_confidence", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · confidence · 2 points
W = np.log([[1.0, 2.0, 5.0, 2.0], [3.0, 4.0, 1.0, 2.0]])
X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [-1.0, 0.0], [3.0, 0.0]])
labels, confidence = checks.unpack(predict_softmax(W, X), "labels, confidence")
checks.close(confidence, [5 / 10, 4 / 10, 8 / 20, 1 / 2.2, 125 / 142], "the confidence for five examples",
             hint="The probabilities of one example, a row, add up to 1.", mistakes=known.prediction(W, X))
checks.passed("predict_softmax", "the confidence is the probability of the predicted class")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(15)
for N, D, C in ((9, 4, 6), (5, 5, 5), (1, 3, 2), (4, 1, 1)):
    W, X = rng.normal(size=(D, C)), rng.normal(size=(N, D))
    labels, confidence = checks.unpack(predict_softmax(W, X), "labels, confidence")
    expected = [1 / min(sum(np.exp(np.dot(row, W[:, k] - W[:, c])) for k in range(C)) for c in range(C)) for row in X]
    checks.close(confidence, expected, f"the confidence for N, D, C = {N, D, C}", mistakes=known.prediction(W, X))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_predict_softmax_stability", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · huge scores · 1 point
scores = np.array([[0.0, -3.0], [0.0, 0.0], [0.0, 0.0], [-3.0, 0.0]])  # of four examples
far = scores + [[1e4], [1e4], [-1e4], [-1e4]]
labels, near_confidence = checks.unpack(predict_softmax(scores, np.eye(4)), "labels, confidence")
labels, confidence = checks.unpack(predict_softmax(far, np.eye(4)), "labels, confidence")
checks.shape(confidence, (4,), "the confidence (one number per row of X)")
checks.true(np.isfinite(confidence).all(), known.OVERFLOW)
checks.close(confidence, near_confidence, "the confidence when 10,000 is added or subtracted", rtol=1e-3)
checks.passed("predict_softmax", "scores of 10,000 do no harm")
### BEGIN HIDDEN TESTS
checks.resembles(confidence, [0.95, 0.5, 0.5, 0.95], "the confidence at scores of 10,000")
labels, confidence = checks.unpack(predict_softmax(np.array([[1e4, -1e4, 0.0], [0.0, 0.0, 0.0]]), np.eye(2)), "labels, confidence")
checks.true(np.isfinite(confidence).all(), known.OVERFLOW)
labels, pixel_confidence = checks.unpack(predict_softmax(np.ones((2, 3)), np.array([[0, 1], [200, 100]], dtype=np.uint8)), "labels, confidence")
labels, confidence = checks.unpack(predict_softmax(np.ones((2, 3)), np.array([[0.0, 1.0], [200.0, 100.0]])), "labels, confidence")
checks.close(pixel_confidence, confidence, "the confidence for uint8 pixels")
### END HIDDEN TESTS

# %% [markdown]
# ## Training on images
#
# Training is given here: plain gradient descent on *all* examples, 100 steps from $W = 0$, with at most
# 10,000 training images for now.

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
# The curve starts at $\log 10$, exactly. It has no noise, because every step sees the same images.
#
# If the classifier is 70% sure of a hundred images, about seventy of them should be right. On the
# diagonal of the next plot it keeps that promise. Below, it is too sure of itself; above, it is better than it claims.

# %% nbgrader={"grade": false, "grade_id": "demo_confidence", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def plot_confidence(W, label, color):
    """The share of right answers against the mean confidence, for eight groups of validation images."""
    answers, sureness = predict_softmax(W, X_val)
    group = np.searchsorted(np.quantile(sureness, np.linspace(0, 1, 9))[1:-1], sureness)
    points = [(sureness[group == g].mean(), (answers == y_val)[group == g].mean()) for g in np.unique(group)]
    plt.plot(*zip(*points), "o-", color=color, label=label)


fig, ax = plt.subplots(figsize=(4.6, 4), layout="constrained")
ax.plot([0, 1], [0, 1], ":", color=vis.GREY, label="as promised")
plot_confidence(W_softmax, "eight groups of images", vis.BLUE)
ax.set(xlabel="mean confidence", ylabel="share of right answers", xlim=(0, 1), ylim=(0, 1))
ax.legend(loc="upper left");

# %% [markdown]
# After only 100 steps from $W = 0$, ours claims too little. Dividing all scores by a number, the
# **temperature**, makes a classifier more or less sure. Its answers stay the same.

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): how sure should a classifier be?
temperature = 0.7  # try 0.3 and 3: which one keeps the promise best?
fig, ax = plt.subplots(figsize=(4.6, 4), layout="constrained")
ax.plot([0, 1], [0, 1], ":", color=vis.GREY, label="as promised")
plot_confidence(W_softmax, "temperature 1", vis.BLUE)
plot_confidence(W_softmax / temperature, f"temperature {temperature}", vis.ORANGE)
ax.set(xlabel="mean confidence", ylabel="share of right answers", xlim=(0, 1), ylim=(0, 1))
ax.legend(loc="upper left");

# %% nbgrader={"grade": false, "grade_id": "demo_sure_and_wrong", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
answers, sureness = predict_softmax(W_softmax, X_val)
wrong = np.flatnonzero(answers != y_val)
surest = wrong[np.argsort(-sureness[wrong])[:10]]
print("Sure and wrong: the mistakes with the highest confidence")
vis.show_images(images.X_val[surest], columns=5, size=1.4, titles=[
    f"{images.class_names[y_val[i]]}:\n{sureness[i]:.0%} {images.class_names[answers[i]]}" for i in surest]);

# %% [markdown]
# ## Other penalties
#
# So far the penalty was $\lambda \sum W^2$, called **L2**. Another is **L1**, $\lambda \sum |W|$. Left, what each charges for one weight;
# right, the slope: how hard each pulls the weight back to 0.

# %% nbgrader={"grade": false, "grade_id": "picture_penalties", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
w = np.linspace(-1.5, 1.5, 301)
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
left.plot(w, w**2, color=vis.BLUE, label="L2")
left.plot([-1.5, 0, 1.5], [1.5, 0, 1.5], color=vis.ORANGE, label="L1")
left.plot(w, 0.5 * w**2 + np.hypot(w, 0) / 2, "--", color=vis.GREEN, label="elastic net: half of each")
left.set(title="penalty", xlabel="weight")
left.legend()
right.plot([-1.5, 1.5], [-3, 3], color=vis.BLUE)
right.plot([-1.5, -1e-9, 1e-9, 1.5], [-1, -1, 1, 1], color=vis.ORANGE)
right.plot([-1.5, -1e-9, 1e-9, 1.5], [-2, -0.5, 0.5, 2], "--", color=vis.GREEN)
right.set(title="slope of the penalty", xlabel="weight");

# %% [markdown]
# L2 pulls hard on large weights and hardly on small ones. L1 pulls on all with the same force, so weights
# that the data does not need end at 0.
#
# ### Exercise 4: `elastic_net` · 5 points
#
# The **elastic net** adds them:
#
# $$ R(W) = \lambda_1 \sum_{d,j} |W_{dj}| + \lambda_2 \sum_{d,j} W_{dj}^2 . $$
#
# Write the penalty and its gradient. $|w|$ has a kink at 0. Take the slope 0 there, so that a weight of 0 is left alone.
#
# By hand: for the weights (1, −2) and $\lambda_1 = 0.1$, $\lambda_2 = 0.01$ the penalty is 0.1 · 3 + 0.01 · 5 = 0.35.

# %% nbgrader={"grade": false, "grade_id": "elastic_net", "locked": false, "schema_version": 3, "solution": true, "task": false}
def elastic_net(W, l1, l2):
    """The penalty l1 * sum(|W|) + l2 * sum(W * W) and its gradient.

    Parameters: W (D, C) weights; l1, l2, the strengths of the two terms, numbers >= 0.
    Returns: penalty, a number; gradient (D, C). Where W is 0, the slope of |W| counts as 0.

    Approach
        1. the two sums
        2. the two slopes, from the right picture

    Example
        W = [[1.0, -2.0]], l1 = 0.1, l2 = 0.01: the penalty is 0.35, the gradient [[0.12, -0.14]].
    """
    ### BEGIN SOLUTION
    penalty = l1 * np.sum(np.abs(W)) + l2 * np.sum(W * W)
    gradient = l1 * np.sign(W) + 2 * l2 * W
    return penalty, gradient
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_elastic_net_penalty", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · penalty · 2 points
W = np.array([[1.0, -2.0], [0.5, 0.0], [-1.5, 4.0]])  # the sum of |W| is 9, the sum of W * W is 23.5
for l1, l2, expected in ((1.0, 0.0, 9.0), (0.0, 1.0, 23.5), (0.1, 0.01, 1.135)):
    penalty, gradient = checks.unpack(elastic_net(W, l1, l2), "penalty, gradient")
    checks.close(penalty, expected, f"the penalty for l1={l1}, l2={l2}", mistakes=known.elastic_net(W, l1, l2))
checks.passed("elastic_net", "the penalty is right")
### BEGIN HIDDEN TESTS
W = np.random.default_rng(70).normal(size=(6, 3))
for l1, l2 in ((2.0, 3.0), (0.0, 0.0), (1e-3, 10.0)):
    penalty, gradient = checks.unpack(elastic_net(np.asfortranarray(W), l1, l2), "penalty, gradient")
    checks.close(penalty, known.elastic_penalty(W, l1, l2), f"the penalty for l1={l1}, l2={l2}", mistakes=known.elastic_net(W, l1, l2))
penalty, gradient = checks.unpack(elastic_net(W.astype(np.float32), 0.5, 0.25), "penalty, gradient")
checks.close(penalty, known.elastic_penalty(W, 0.5, 0.25), "the penalty of float32 weights", rtol=1e-4)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_elastic_net_gradient", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · gradient · 2 points
W = np.array([[1.0, -2.0], [0.5, 0.25], [-1.5, 3.0]])
for l1, l2 in ((0.0, 1.0), (1.0, 0.0), (0.3, 0.2)):
    penalty, gradient = checks.unpack(elastic_net(np.copy(W), l1, l2), "penalty, gradient")
    checks.gradient(lambda V: known.elastic_penalty(V, l1, l2), W, gradient, f"the gradient for l1={l1}, l2={l2}",
                    or_of=lambda V: elastic_net(V, l1, l2)[0], resembling=True, mistakes=known.elastic_net(W, l1, l2))
checks.passed("elastic_net", "the gradient agrees with the numerical gradient")
### BEGIN HIDDEN TESTS
result, after = checks.call(elastic_net, W, 0.3, 0.2)
checks.unchanged(after[0], W, "W")
checks.own_work(elastic_net, W, 0.3, 0.2)
checks.derived(elastic_net, np.arange(1.0, 21.0)[None], 0.3, 0.2, size=20)
W = np.random.default_rng(71).normal(size=(4, 5))
W += 0.01 * (2 * (W > 0) - 1)  # away from the kink
for l1, l2 in ((2.0, 0.5), (0.1, 3.0), (1.0, 0.0)):
    penalty, gradient = checks.unpack(elastic_net(np.copy(W), l1, l2), "penalty, gradient")
    checks.gradient(lambda V: known.elastic_penalty(V, l1, l2), W, gradient,
                    f"the gradient for l1={l1}, l2={l2}, of shape {W.shape}",
                    or_of=lambda V: elastic_net(V, l1, l2)[0], resembling=True, mistakes=known.elastic_net(W, l1, l2))
W = np.array([[2e-4, -2e-4, 5.0]])
penalty, gradient = checks.unpack(elastic_net(np.copy(W), 1.0, 0.0), "penalty, gradient")
checks.close(gradient, [[1.0, -1.0, 1.0]], "the gradient at small weights", rtol=1e-3, mistakes=known.elastic_net(W, 1.0, 0.0))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_elastic_net_zeros", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · weights of 0 · 1 point
W = np.zeros((2, 3))
penalty, gradient = checks.unpack(elastic_net(np.copy(W), 1.0, 1.0), "penalty, gradient")
checks.shape(gradient, (2, 3), "the gradient (the shape of W)")
checks.true(np.isfinite(gradient).all(), known.ZERO_BY_ZERO)
checks.close(gradient, W, "the gradient at W = 0", mistakes=known.elastic_net(W, 1.0, 1.0))
checks.passed("elastic_net", "a weight of 0 is left alone")
### BEGIN HIDDEN TESTS
W = np.array([[-4.0, 0.0, 2.0]])
penalty, gradient = checks.unpack(elastic_net(np.copy(W), 0.5, 0.0), "penalty, gradient")
checks.close(gradient, [[-0.5, 0.0, 0.5]], "the gradient when one of three weights is 0", mistakes=known.elastic_net(W, 0.5, 0.0))
### END HIDDEN TESTS

# %% [markdown]
# Now add it to the softmax loss, once as pure L2 and once with a good share of L1. (With steps of fixed
# length a weight hops about 0, so we count the weights below a fiftieth of the largest.)

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
        ax.hist(W_net.ravel() / np.abs(W_net).max(), bins=np.linspace(-1, 1, 100), log=True, color=vis.BLUE)
        ax.set(title=f"l1={l1:g}, l2={l2:g}: {small:.0%} nearly zero", xlabel="weight / largest weight", xticks=[-1, -0.5, 0, 0.5, 1])
        bar.write(f"l1={l1:g}, l2={l2:g}: validation accuracy {np.mean(predict_softmax(W_net, X_val)[0] == y_val):.1%}")
        templates.append(W_net)
axes[0].set_ylabel("number of weights")
for W_net in templates:
    vis.weight_templates(W_net, images.class_names)

# %% [markdown]
# **Question 3** · 2 points. Two weights, 1 and 0.001. With which force (the gradient of the penalty, $\lambda = 1$) does L2 pull each of them towards
# 0, and L1? Use these numbers to explain the two histograms.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_l1_l2", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# L2: 2w, so 2 and 0.002. L1: the sign, so 1 and 1. Under L2 the small weight is hardly pulled at all; any small gradient of the data
# holds it in place, so weights get small but not zero: one broad hump. L1 pulls the small weight as hard as the large one: a weight stays away from
# zero only if the data pulls with more than λ, and all the others collapse to a spike at zero.
#
# Scheme
# - [1] the four numbers
# - [1] the conclusion: L1's force does not fade near 0, so weights of little use go to 0; L2 shrinks in proportion and leaves them small
# ### END SOLUTION

# %% [markdown]
# ## Random search
#
# Step size and strength of the regularization are **hyperparameters**: chosen, not learnt. A grid of $3 \times 3$ runs tests only
# *three* values of each. Usually one matters much more, and nine *random* pairs test nine values of it.

# %% nbgrader={"grade": false, "grade_id": "picture_random_search", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, axes = plt.subplots(1, 2, figsize=(8, 3.6), sharey=True, layout="constrained")
dice = np.random.default_rng(182)
grid = np.meshgrid([0.15, 0.5, 0.85], [0.15, 0.5, 0.85])
cloud = dice.uniform(0.02, 0.98, size=(2, 9))
bump = np.linspace(0, 1, 200)
for ax, (across, up), title in zip(axes, (grid, cloud), ("grid: 3 values of what matters", "random: 9 values of what matters")):
    ax.fill_between(bump, 1.08, 1.08 + 0.3 * np.exp(-((bump - 0.33) / 0.09) ** 2), color=vis.GREEN, alpha=0.4)
    ax.plot(across, up, "ko")
    ax.plot(np.ravel(across), np.full(9, 1.06), "|", color=vis.RED, ms=12)
    ax.set(title=title, xlabel="matters much", xticks=[], yticks=[])
axes[0].set_ylabel("matters little");

# %% [markdown]
# Between $10^{-7}$ and $10^{-3}$, a uniform draw is above $10^{-4}$ nine times out of ten. All four powers
# of ten should be equally likely. So draw the *exponent* uniformly: $10^u$ with $u$ uniform between −7 and −3. Draw each of the two
# hyperparameters by itself.
#
# ### Exercise 5: `random_search` · 8 points
#
# Choose the pair by accuracy on the **validation** set: not on the training set, which prefers the weakest regularization, and not on the
# test set, which must stay unseen. If your `predict_softmax` is not finished, find the labels right here.
#
# By hand: if three trials have the validation accuracies 0.31, 0.35 and 0.33, the second `W` is returned, even if another has the highest
# training accuracy.

# %% nbgrader={"grade": false, "grade_id": "random_search", "locked": false, "schema_version": 3, "solution": true, "task": false}
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    """Train with random pairs of learning rate and regularization strength; keep the best by validation accuracy.

    Parameters: train, a function (X, y, learning_rate, reg) -> W (D, C), which trains a linear classifier;
        X_train (N, D), y_train (N,), what to train on; X_val (M, D), y_val (M,), what to choose by;
        learning_rate_range, reg_range, pairs (low, high), both above 0; num_trials, the number of pairs to try;
        rng, a np.random.Generator, the only source of chance.
    Returns: best_W, the W, as train returned it, with the highest validation accuracy;
        results, a dict {(learning_rate, reg): (training accuracy, validation accuracy)}, accuracies between 0 and 1.

    Approach
        1. in each trial, draw both numbers independently, uniformly on a logarithmic scale
        2. train, and find both accuracies
        3. keep the results of all trials, and the W of the best
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
# The checks hand over a `train` that only keeps a record. Its classifier answers 1 where the feature is above
# $\log_{10}(\mathrm{learning\ rate})$. The training labels fit a threshold of −4, the validation labels one of −2.

# %% nbgrader={"grade": false, "grade_id": "search_record", "locked": true, "schema_version": 3, "solution": false, "task": false}
tried = []  # the pairs that recording_train was called with
points = np.stack([np.arange(-5.95, 0.0, 0.1), np.ones(60)], axis=1)  # (x, 1) for x = -5.95, -5.85, ..., -0.05
val_points = points[10:]


def recording_train(X, y, learning_rate, reg):
    tried.append((float(learning_rate), float(reg)))
    return np.array([[0.0, 1.0], [0.0, -np.log10(learning_rate)]])


def search_of(search, learning_rate_range, reg_range, num_trials, seed, thresholds=(-4, -2)):
    """What a search with recording_train returns; and {pair: (training, validation accuracy)} of the pairs it tried."""
    tried.clear()
    y_train, y_val = (rows[:, 0] > threshold for rows, threshold in zip((points, val_points), thresholds))
    result = search(recording_train, points, y_train.astype(int), val_points, y_val.astype(int), learning_rate_range, reg_range,
                    num_trials, np.random.default_rng(seed))
    best_W, results = checks.unpack(result, "best_W, results")
    checks.true(len(tried) >= num_trials, known.NUM_TRIALS)
    shares = {pair: tuple(float(np.mean((rows[:, 0] > np.log10(pair[0])) == y)) for rows, y in ((points, y_train), (val_points, y_val)))
              for pair in tried}
    return best_W, results, shares


# %% nbgrader={"grade": true, "grade_id": "test_random_search_best", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · the best · 2 points
### BEGIN HIDDEN TESTS
def most_probable(W, X):
    scores = np.einsum("nd,dc->nc", X, W)
    odds = np.exp(scores - np.max(scores, axis=1)[:, None])
    return np.argmax(scores, axis=1), np.max(odds, axis=1) / np.sum(odds, axis=1)


def prediction_is_right():
    rng = np.random.default_rng(11)
    W, X = 3 * rng.normal(size=(4, 5)), rng.normal(size=(30, 4))
    return all(np.allclose(own, right) for own, right in zip(predict_softmax(W, X), most_probable(W, X), strict=True))


checks.lend(random_search, prediction_is_right, predict_softmax=most_probable)
### END HIDDEN TESTS
best_W, results, shares = search_of(random_search, (1e-6, 1.0), (1e-3, 1e3), 25, seed=12)
checks.true(best_W is not None, known.NEVER_CHOSEN)
checks.shape(best_W, (2, 2), "best_W (the weights of the best classifier)")
threshold = -best_W[1][1]
checks.true(any(np.isclose(np.log10(rate), threshold) for rate, reg in shares), known.NOT_TRAINED)
reached = np.mean((val_points[:, 0] > threshold) == (val_points[:, 0] > -2))
best = max(validation for training, validation in shares.values())
checks.close(reached, best, "the validation accuracy of best_W",
             mistakes=known.search(list(shares.values())))
checks.passed("random_search", "the best classifier by validation accuracy is returned")
### BEGIN HIDDEN TESTS
for seed, thresholds in ((2, (-4, -2)), (3, (-2, -4)), (4, (-4, -2))):
    best_W, results, shares = search_of(random_search, (1e-6, 1.0), (1.0, 10.0), 12, seed, thresholds)
    checks.shape(best_W, (2, 2), "best_W with 12 trials")
    reached = np.mean((val_points[:, 0] > -best_W[1][1]) == (val_points[:, 0] > thresholds[1]))
    checks.close(reached, max(validation for training, validation in shares.values()), "the validation accuracy of best_W of 12 trials",
                 mistakes=known.search(list(shares.values())))
always_1 = np.array([[0.0, 1.0], [0.0, 0.0]])
result = random_search(lambda X, y, learning_rate, reg: always_1, -points, np.ones(60, dtype=int), -points, np.zeros(60, dtype=int),
                       (1e-3, 1.0), (1e-3, 1.0), 3, np.random.default_rng(5))
best_W, results = checks.unpack(result, "best_W, results")
checks.true(best_W is not None, known.NONE_BEST)
checks.close(best_W, always_1, "best_W when every validation accuracy is 0")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_random_search_results", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · results · 1 point
best_W, results, shares = search_of(random_search, (1e-6, 1.0), (1e-3, 1e3), 8, seed=5)
checks.true(len(tried) == 8, known.NUM_TRIALS)
checks.true(isinstance(results, dict), "results should be a dict.")
checks.true(set(results) != {(reg, rate) for rate, reg in shares}, known.KEYS_EXCHANGED)
checks.true(set(results) == set(shares), known.KEYS)
for pair, (training, validation) in shares.items():
    checks.close(results[pair], (training, validation), "training and validation accuracy of a trial",
                 mistakes=known.results(training, validation, (60, 50)))
checks.passed("random_search", "the accuracies of every trial are returned")
### BEGIN HIDDEN TESTS
best_W, results, shares = search_of(random_search, (1e-3, 1e-1), (1.0, 2.0), 1, seed=6)
checks.close(results, shares, "results of a single trial")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_random_search_log_scale", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · logarithmic scale · 2 points
search_of(random_search, (1e-8, 1e-2), (1e-1, 1e5), 60, seed=7)
for values, (low, high) in zip(np.transpose(tried), ((1e-8, 1e-2), (1e-1, 1e5))):
    checks.true(low * (1 - 1e-9) <= values.min() and values.max() <= high * (1 + 1e-9), known.OUTSIDE)
    checks.true(len(np.unique(values)) > 50, known.SAME_DRAW)
    share = np.mean(values < (low * high) ** 0.5)  # of draws below the middle of the logarithmic scale
    checks.true(0.17 < share < 0.83, known.NOT_LOGARITHMIC)
checks.passed("random_search", "draws are uniform on a logarithmic scale")
### BEGIN HIDDEN TESTS
# Right draws fail one of these less than once in a million searches. One range is a single power of ten wide, none has round ends.
for seed, *ranges in ((8, (3e-5, 2e-3), (6.0, 7e2)), (9, (1e-4, 1e-3), (2.0, 20.0))):
    search_of(random_search, *ranges, 400, seed=seed)
    for values, (low, high) in zip(np.transpose(tried), ranges):
        places = np.sort(np.log(values / low) / np.log(high / low))  # 0..1 between the ends
        checks.true(-1e-9 <= places[0] and places[-1] <= 1 + 1e-9, known.OUTSIDE)
        gap = np.abs(places - (np.arange(len(places)) + 0.5) / len(places)).max()  # Kolmogorov-Smirnov
        checks.true(gap < 0.15, known.NOT_LOGARITHMIC)
        checks.true(places[0] < 0.045 and places[-1] > 0.955, known.ENDS_MISSED)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_random_search_independent", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · independent · 1 point
search_of(random_search, (1e-6, 1e-2), (1e-2, 1e2), 60, seed=9)
together = np.corrcoef(np.log(tried), rowvar=False)[0, 1]
checks.true(abs(together) < 0.6, known.DRAWN_TOGETHER)  # independent draws fail less than once in a million searches
checks.passed("random_search", "learning rate and regularization are drawn independently")
### BEGIN HIDDEN TESTS
search_of(random_search, (1e-4, 1e-3), (1.0, 1e6), 100, seed=10)
checks.true(abs(np.corrcoef(np.log(tried), rowvar=False)[0, 1]) < 0.5, known.DRAWN_TOGETHER)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_random_search_training_data", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · training data · 1 point
def train_and_note(X, y, learning_rate, reg):
    noted.append((np.array(X), np.array(y)))
    return np.array([[0.0, 1.0], [0.0, 0.5]])


noted, rng = [], np.random.default_rng(11)
(X_some, y_some), (X_others, y_others) = ((rng.normal(size=(n, 2)), np.arange(n) % 2) for n in (8, 5))
random_search(train_and_note, X_some, y_some, X_others, y_others, (1e-3, 1.0), (1e-3, 1.0), 4,
              np.random.default_rng(12))
checks.true(len(noted) > 0, known.NUM_TRIALS)
for X, y in noted:
    checks.true(not any(np.any(np.all(X == row, axis=1)) for row in X_others), known.TRAINED_ON_VALIDATION)
    checks.close(X, X_some, "the X given to train (the training examples, all of them and only them)")
    checks.equal(y, y_some, "the y given to train")
checks.passed("random_search", "training sees the training set only")

# %% nbgrader={"grade": true, "grade_id": "test_random_search_repeatable", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · seeds · 1 point
runs = []
for seed in (1, 1, 2):
    search_of(random_search, (1e-6, 1e-2), (1e-2, 1e2), 5, seed=seed)
    runs.append(np.log(tried))
checks.true(runs[0].shape == runs[1].shape and np.allclose(runs[0], runs[1]), known.NOT_REPEATABLE)
checks.true(not np.allclose(runs[0][:5], runs[2][:5]), known.RNG_IGNORED)
checks.passed("random_search", "a search can be repeated with the same seed")

# %% [markdown]
# The real search: twelve pairs, 60 steps each. It only has to find the right region, so 5,000 images will do. (Learning rates above about 5e-6 overshoot.)

# %% nbgrader={"grade": false, "grade_id": "demo_search", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
with tqdm(total=12 * 60, file=sys.stdout, desc="steps") as bar:
    def train(X, y, learning_rate, reg):
        return gradient_descent(softmax_loss_vectorized, X, y, learning_rate, reg, num_steps=60, progress=bar)[0]

    best_softmax, trials = random_search(train, X_small[:5000], y_small[:5000], X_val, y_val, (1e-7, 3e-6), (1e0, 1e5), 12,
                                         np.random.default_rng(0))
vis.search_grid(trials);

# %% [markdown]
# The learning rate matters much, the regularization only where it is strong.
#
# Train the chosen pair once more, with 100 steps and all the training images. Then use the test set, for the first and only time.

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
# **Question 4** · 2 points. A student runs the search with 500 trials on a validation set of 1,000 images and reports the best validation accuracy as the
# quality of the classifier. Why is the number too good, even though no validation image was trained on? What should be reported, and would
# 100,000 validation images make the mistake larger or smaller?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_validation", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# Each measured accuracy is the true one plus luck (with 1,000 images about ±1.5 points). The best of 500 measurements is picked partly for its luck, so the
# maximum is biased upwards. Report the accuracy on the test set, used once after the choice. With 100,000
# images the luck shrinks by a factor of 10 (about ±0.15 points), and the bias with it.
#
# Scheme
# - [1] the maximum of many noisy measurements is biased upwards (selection on the validation set)
# - [1] the test set, used once, *and* the mistake gets smaller with more images
# ### END SOLUTION

# %% [markdown]
# ## Summary
#
# - Softmax turns scores into probabilities; the loss is minus the logarithm of the probability of the correct class.
# - Its gradient with respect to the scores is *predicted minus happened*.
# - Subtract the maximum before any exponential. Let logarithm and exponential cancel on paper.
# - A first loss of $\log C$, a curve that falls, a confidence that keeps its promise: look at all three.
# - L2 shrinks weights in proportion, L1 sends the useless ones to zero.
# - Draw hyperparameters at random on logarithmic scales, choose by validation, test once.
#
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"softmax_loss_naive": 7, "softmax_loss_vectorized": 6, "predict_softmax": 3, "elastic_net": 3,
                "random_search": 6})
