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
# # Dropout
#
# A large net memorizes a thousand images: it gets all of them right, and most new ones wrong. This is
# **overfitting**. Methods against it are called **regularization**. Dropout is one: at every step of
# training, switch off a random half of the units. No unit can rely on another one, so each must become useful by itself.
#
# **You will learn**
#
# - dropout forward and backward, and how to check code whose results are random;
# - to put dropout into the net that you wrote in `optimization`;
# - why dropout trains very many nets at once, and how one pass stands for their average;
# - to choose the probability of keeping;
# - two relatives: dropconnect, which drops weights, and the max-norm constraint, which bounds them.
#
# **Time**: about three hours of work. The cells run in about a minute (in two on a slow or busy machine).
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that
# come with the course.
#
# *Lecture: "Training neural networks", section "Regularization: dropout" · Paper: Srivastava et al., "Dropout: A Simple Way to Prevent Neural
# Networks from Overfitting" (2014).*

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from cs231n_lib import checks, data, mistakes, models, vis
from cs231n_lib.layers import affine_backward, affine_forward, relu_backward, relu_forward, softmax_loss
from cs231n_lib.notebooks import errors
from cs231n_lib.solver import Solver

errors.explain()
plt.rcParams.update(vis.STYLE)
known = mistakes.dropout


def one_pass(forward, x, p, seed=None, mode="train"):
    """out and cache of a forward pass of dropout, for a copy of x."""
    result = forward(np.copy(x), {"mode": mode, "p": p, "seed": seed})
    out, cache = result if isinstance(result, (tuple, list)) and len(result) == 2 else (result, None)
    checks.shape(out, np.shape(x), "out (the shape of x)")
    return np.asarray(out), cache


def connected(forward, x, w, b, p, seed=None, mode="train"):
    """out of a forward pass of dropconnect, for copies of x, w and b."""
    arrays = np.copy(x), np.copy(w), np.copy(b)
    out, _ = checks.unpack(forward(*arrays, {"mode": mode, "p": p, "seed": seed}), "out, cache")
    checks.shape(out, (len(x), len(b)), "out (N, M)")
    return np.asarray(out)


def surely(p, count):
    """How far the share of heads among `count` tosses may be from p: six standard deviations, exceeded once in 10^8 runs."""
    return 6 * np.sqrt(p * (1 - p) / count)

# %% [markdown]
# ## Few images, a large net
#
# Dropout is a remedy against overfitting, so we need a net that overfits: a thousand training images only, shrunk to 16 by 16 pixels.

# %% nbgrader={"grade": false, "grade_id": "load_data", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
images = data.load()
print(images)
num_train = 1000


def shrink(part):
    """Images (N, 32, 32, 3) -> (N, 16, 16, 3): the means of blocks of 2 by 2 pixels."""
    return part.reshape(len(part), 16, 2, 16, 2, 3).mean(axis=(2, 4)).astype(np.float32)


small_images = shrink(images.X_train[:num_train])
rows = [data.flatten(part, np.float32) for part in (small_images, shrink(images.X_val), shrink(images.X_test))]
statistics, X_train, X_val, X_test = data.standardize(*rows)
y_train, y_val, y_test = images.y_train[:num_train], images.y_val, images.y_test
few = {"X_train": X_train, "y_train": y_train, "X_val": X_val, "y_val": y_val}
print("training:", X_train.shape, X_train.dtype, " validation:", X_val.shape, " test:", X_test.shape)
first = [np.flatnonzero(y_train == label)[0] for label in range(10)]
vis.show_images(small_images[first], titles=images.class_names, columns=10);

# %% [markdown]
# ## Thinned nets
#
# Dropout tosses a coin for every unit of a layer. With probability $p$ the unit is **kept** for this step. Otherwise its
# output is set to 0. What remains is a *thinned* net. The coins are tossed anew for each example and each step:

# %% nbgrader={"grade": false, "grade_id": "picture_thinned", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def draw_net(ax, kept, title):
    """A net with the units of `kept` (a list of boolean arrays, one per layer); the others are crossed out."""
    places = [[(layer, i - (len(units) - 1) / 2) for i in range(len(units))] for layer, units in enumerate(kept)]
    for layer in range(len(kept) - 1):
        for here, on in zip(places[layer], kept[layer]):
            for there, on_there in zip(places[layer + 1], kept[layer + 1]):
                if on and on_there:
                    ax.plot(*zip(here, there), color=vis.GREY, lw=0.7, zorder=1)
    for units, spots in zip(kept, places):
        for on, (column, row) in zip(units, spots):
            ax.plot(column, row, "o", ms=15, mfc=vis.BLUE if on else "white", mec=vis.BLUE if on else vis.GREY, zorder=2)
            if not on:
                ax.plot(column, row, "x", ms=15, mew=2, color=vis.RED, zorder=3)
    ax.set(title=title, xlim=(-0.4, 3.4), ylim=(-2.6, 2.6))
    ax.axis("off")


tosses = [([1, 0, 1, 1, 0], [0, 1, 1, 0, 0]), ([0, 1, 0, 1, 1], [1, 1, 0, 0, 1]), ([1, 0, 0, 1, 0], [0, 0, 1, 1, 1])]
fig, axes = plt.subplots(1, 4, figsize=(12, 3))
draw_net(axes[0], [[1] * 4, [1] * 5, [1] * 5, [1] * 2], "all units: the net at test time")
for i, hidden in enumerate(tosses):
    draw_net(axes[i + 1], [[1] * 4, *hidden, [1] * 2], f"training, example {i + 1}")

# %% [markdown]
# Ten hidden units have $2^{10} = 1024$ subsets, so this small net contains 1024 thinned nets that share their weights.
#
# Why does that help? The average of the predictions of many nets (an **ensemble**) nearly always beats a single net: each has learned some accidents of the
# training images, and in the mean these cancel. Dropout trains such an ensemble for the price of one net.

# %% [markdown]
# ### The expectation
#
# At test time we want the average over all masks, not a random answer. Take a unit that computes $a = w_1 x_1 + w_2 x_2$, and drop each input with
# probability ½. Four masks are equally likely:
#
# | kept | $a$ |
# |---|---|
# | both | $w_1 x_1 + w_2 x_2$ |
# | only $x_1$ | $w_1 x_1$ |
# | only $x_2$ | $w_2 x_2$ |
# | none | $0$ |
#
# The mean is half of what the full unit says. In general, a value that is kept with probability $p$ has the expectation
# $p \cdot x + (1 - p) \cdot 0 = p\,x$. At test time all units are present, and the next layer would get $1/p$ times what it is used to. There are
# two ways out:
#
# - **Vanilla dropout** multiplies all values by $p$ at test time.
# - **Inverted dropout** divides the kept values by $p$ during training: $p \cdot \frac{x}{p} + (1 - p) \cdot 0 = x$. Then test time does *nothing at all*.
#
# We use inverted dropout; Question 1 asks you why. Beware: here, as in the lectures, $p$ is the probability of **keeping** a value. Some
# libraries mean that of dropping.

# %% [markdown]
# ### Exercise 1: `dropout_forward` · 9.5 points
#
# In train mode, replace each value of `x`, independently of all others, by 0 with probability $1 - p$ and by $x / p$ with probability $p$. In test mode,
# return `x` as it is.
#
# By hand: take $x = (3, -1, 4, 2)$ and $p = \frac12$. If the first and the third value are kept, the output is $(6, 0, 8, 0)$.
#
# Random code should be repeatable. Make a generator of your own, `rng = np.random.default_rng(seed)`, with the seed
# `dropout_param.get("seed")`. (`np.random.seed` would reset the random state that all other code shares.)

# %% nbgrader={"grade": false, "grade_id": "dropout_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def dropout_forward(x, dropout_param):
    """Inverted dropout: in training, each value is dropped or kept at random.

    Parameters: x, floats (float32 or float64) of any shape; dropout_param, a dict with
        "mode": "train" or "test";
        "p": the probability of KEEPING a value, 0 < p <= 1;
        "seed": an int that makes the mask repeatable (same seed and shape, same mask); None, or no such key: a new mask in each call.
    Returns: out, of the shape and dtype of x; cache, whatever dropout_backward needs.
    Raises: ValueError if p is not in 0 < p <= 1, or if the mode is neither "train" nor "test".

    Approach
        1. draw a uniform number in [0, 1) for every entry of x: which part of them lies below p?
        2. make a mask of x's shape and dtype from the draws, and multiply
        3. put into the cache what the backward pass will need (no check looks into it)

    Example
        x = [3.0, -1.0, 4.0, 2.0] with p = 0.5 in train mode: out may be [6.0, 0.0, 8.0, 0.0].
    """
    ### BEGIN SOLUTION
    mode, p = dropout_param["mode"], dropout_param["p"]
    if mode not in ("train", "test"):
        raise ValueError(f"mode should be 'train' or 'test', but is {mode!r}")
    if not 0 < p <= 1:
        raise ValueError(f"p, the probability of keeping a value, should be in 0 < p <= 1, but is {p}")
    if mode == "test":
        return x, None
    rng = np.random.default_rng(dropout_param.get("seed"))
    mask = (rng.random(x.shape) < p) / p  # 0 or 1 / p, of x's shape
    mask = mask.astype(x.dtype)
    return x * mask, mask
    ### END SOLUTION


# %% [markdown]
# How do you check something random? First, what is *not* random: every entry is 0 or exactly `x / p`.

# %% nbgrader={"grade": true, "grade_id": "test_dropout_forward_values", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · values · 3 points
x = np.array([[1.0, -2.0, 3.0, -4.0], [5.0, 6.0, -7.0, 8.0]]).repeat(20, axis=1)  # (2, 80), without zeros
out, _ = checks.unpack(dropout_forward(x.copy(), {"mode": "train", "p": 0.8, "seed": 1}), "out, cache")
checks.shape(out, x.shape, "out (the shape of x)")
checks.true((out != 0).any(), known.NOTHING_KEPT)
checks.true((out == 0).any(), known.NOTHING_DROPPED)  # 160 values are all kept by chance once in 10^15 runs
checks.close(out, np.where(out != 0, x / 0.8, 0), "out with p = 0.8", hint="Every entry should be 0 or x / p.",
             mistakes=known.dropout_forward(x, {"mode": "train", "p": 0.8}, out))
checks.passed("dropout_forward", "every value is 0 or x / p")
### BEGIN HIDDEN TESTS
outs = []
for seed, shape, p in ((2, (300,), 0.25), (3, (40, 30), 0.5), (4, (3, 4, 5, 10), 0.9), (5, (6, 10, 5), 0.6), (6, (1, 100), 0.4), (7, (100, 1), 0.4)):
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.5, 2.0, size=shape) * rng.choice([-1, 1], size=shape)
    out, _ = one_pass(dropout_forward, x, p, seed)
    outs.append(out.ravel())
    checks.close(out, np.where(out != 0, x / p, 0), f"out with p = {p} for x of shape {shape}",
                 mistakes=known.dropout_forward(x, {"mode": "train", "p": p}, out))
checks.true(np.concatenate(outs).any(), known.NOTHING_KEPT)
checks.true(not np.concatenate(outs).all(), known.NOTHING_DROPPED)
### END HIDDEN TESTS

# %% [markdown]
# Next, the random part. The share of kept values has a standard deviation of $\sqrt{p\,(1 - p) / n}$: for $n$ = 40,000 values
# about 0.002. The check allows six standard deviations, which chance exceeds once in 500 million runs.

# %% nbgrader={"grade": true, "grade_id": "test_dropout_forward_kept", "locked": true, "points": 2.5, "schema_version": 3, "solution": false, "task": false}
# Check · share of kept values · 2.5 points
for p in (0.25, 0.8):
    out, _ = one_pass(dropout_forward, np.ones((1, 40_000)), p, seed=5)
    share = np.mean(out != 0)
    one_minus_p = abs(share - (1 - p)) < surely(p, out.size)
    swapped = one_minus_p and np.isclose(out.max(), 1 / (1 - p))  # the first check has told that p is that of keeping
    checks.true(swapped or not one_minus_p, known.KEEPS_ONE_MINUS_P)
    checks.true(swapped or abs(share - p) < surely(p, out.size),
                f"With p = {p}, {share:.1%} of 40,000 values were kept. It should be {p:.0%}, give or take {surely(p, out.size):.1%}.")
checks.passed("dropout_forward", "a fraction p of the values is kept")
### BEGIN HIDDEN TESTS
for seed, p in ((6, 0.1), (7, 0.4), (8, 0.63), (9, 0.95)):
    out, _ = one_pass(dropout_forward, np.tile([-1.0, 1.0], (1, 20_000)), p, seed)
    wanted = 1 - p if swapped else p
    for sign, part in (("positive", out[:, 1::2]), ("negative", out[:, ::2])):  # 16 such shares: 4e-8 in all
        share = np.mean(part != 0)
        checks.true(abs(share - wanted) < surely(p, part.size), f"With p = {p}, {share:.1%} of 20,000 {sign} values were kept.")
for p in () if swapped else (1, 1.0):
    out, _ = one_pass(dropout_forward, np.ones((100, 20)), p, seed=20)
    checks.true((out != 0).all(), known.DROPS_AT_ONE)
### END HIDDEN TESTS

# %% [markdown]
# Every entry has a coin of its own, and nothing fixes in advance how many are kept.

# %% nbgrader={"grade": true, "grade_id": "test_dropout_forward_independent", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · independent draws · 2 points
kept = one_pass(dropout_forward, np.ones((60, 60)), p=0.5, seed=13)[0] != 0
checks.true(kept.any(), known.NOTHING_KEPT)
checks.true(not kept.all(), known.NOTHING_DROPPED)
checks.true((kept != kept[:, :1]).any(), known.EXAMPLES_DROPPED)
checks.true((kept != kept[:1]).any(), known.FEATURES_DROPPED)
checks.true(len(np.unique(kept, axis=0)) == 60, known.EXAMPLES_ALIKE)  # two rows agree by chance once in 10^14 runs
checks.true(len(np.unique(kept, axis=1).T) == 60, known.FEATURES_ALIKE)
sizes = np.arange(2, 60)
counts = [np.count_nonzero(one_pass(dropout_forward, np.ones((1, size)), 0.5, seed=int(size))[0]) for size in sizes]
checks.true((np.abs(counts - sizes / 2) > 0.6).any(), known.COUNT_FIXED)  # all are halves by chance once in 10^40 runs
checks.passed("dropout_forward", "every entry has its own draw")
### BEGIN HIDDEN TESTS
out, _ = one_pass(dropout_forward, np.ones((20, 8, 10, 10)), 0.5, seed=14)
for axis in range(4):
    share, differ = np.mean(out != 0), np.diff((out != 0).astype(int), axis=axis) != 0
    chance = 2 * share * (1 - share)  # that neighbours differ; half of the time with fair coins
    checks.true(abs(np.mean(differ) - chance) < 1.5 * surely(0.5, differ.size), known.NEIGHBOURS_DEPEND)
out, _ = one_pass(dropout_forward, np.ones((200, 20)), 0.5, seed=15)
for counts in (np.count_nonzero(out, axis=0), np.count_nonzero(out, axis=1)):  # all equal by chance: less than 1e-20
    checks.true(len(np.unique(counts)) > 1, known.COUNT_FIXED)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_dropout_forward_test_mode", "locked": true, "points": 1.5, "schema_version": 3, "solution": false, "task": false}
# Check · test mode · 1.5 points
x = np.random.default_rng(16).normal(size=(6, 5))
trained, _ = one_pass(dropout_forward, x, p=0.4, seed=17)
out, _ = one_pass(dropout_forward, x, p=0.4, seed=17, mode="test")
checks.true(out.all(), known.DROPS_IN_TEST)
checks.close(out, x, "out in test mode (x as it is)", mistakes=known.dropout_forward(x, {"mode": "test", "p": 0.4}, out))
checks.true((trained != x).any(), known.NOTHING_DROPPED)
checks.passed("dropout_forward", "test mode leaves x as it is")
### BEGIN HIDDEN TESTS
for p in (0.1, 0.5, 0.9):
    for shape in ((4, 3), (6, 5), (1, 7)):
        x = np.random.default_rng(18).normal(size=shape)
        for mode in ("test", "train", "test", "test"):
            out, _ = one_pass(dropout_forward, x, p, mode=mode)
            if mode == "test":
                checks.close(out, x, f"out in test mode, with p = {p}, shape {shape}", mistakes=known.dropout_forward(x, {"mode": "test", "p": p}, out))
### END HIDDEN TESTS

# %% [markdown]
# The last check is about agreements with the caller: seeds, dtypes, and errors for impossible values such as `p = 50`.

# %% nbgrader={"grade": true, "grade_id": "test_dropout_forward_arguments", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# Check · seeds, dtypes, errors · 0.5 points
x, masks = np.ones((30, 30)), {}
for seed in (7, 8, 0):
    masks[seed], again = (one_pass(dropout_forward, x, 0.5, seed)[0] for _ in range(2))
    checks.true(np.array_equal(masks[seed], again), known.SEED_IGNORED if seed else known.SEED_ZERO)
checks.true(not np.array_equal(masks[7], masks[8]), known.SEED_SAME)
one, two = (one_pass(dropout_forward, x, 0.5, seed=None)[0] for _ in range(2))
checks.true(not np.array_equal(one, two), known.SEED_NONE)
checks.passed("dropout_forward", "the seed decides about the mask")
### BEGIN HIDDEN TESTS
_, (_, param) = checks.call(dropout_forward, x, {"mode": "train", "p": 0.5, "seed": 7})
checks.true(dict(param) == {"mode": "train", "p": 0.5, "seed": 7}, known.SEED_REMOVED)
after = []
for _ in range(2):
    one_pass(dropout_forward, x, 0.5, seed=23)
    after.append(one_pass(dropout_forward, x, 0.5, seed=None)[0])
checks.true(not np.array_equal(*after), known.SEED_GLOBAL)
one, two = (checks.unpack(dropout_forward(x.copy(), {"mode": "train", "p": 0.5}), "out, cache")[0] for _ in range(2))
checks.true(not np.array_equal(one, two), known.SEED_NONE)
x = np.random.default_rng(22).uniform(1.0, 2.0, size=(30, 30))
for seed in (1, 12345, 2**31 - 1):
    mask, other = (one_pass(dropout_forward, values, 0.3, seed)[0] != 0 for values in (x, -x[::-1]))
    checks.true(np.array_equal(mask, other), known.MASK_OF_VALUES)
    checks.true(not any(np.array_equal(mask, earlier != 0) for earlier in masks.values()), known.SEED_SAME)
    masks[seed] = mask
for values in (x, np.asfortranarray(x[:, :20]), np.tile(x, (2, 3))[::2, ::3]):
    for dtype in (np.float32, np.float64):
        for mode in ("train", "test"):
            given = values.astype(dtype)
            out, _ = checks.unpack(dropout_forward(given, {"mode": mode, "p": 0.7, "seed": 29}), "out, cache")
            checks.dtype(out, dtype, f"out for x of dtype {np.dtype(dtype)} in {mode} mode",
                         hint="A mask made by a comparison and a division is float64 unless you convert it.")
            checks.unchanged(given, values.astype(dtype), f"x of dropout_forward in {mode} mode")
            if mode == "train":
                checks.resembles(out, values * (np.asarray(out) != 0), "out in train mode")
for p in (0.0, -0.5, 1.0001, 50):
    checks.raises(ValueError, f"dropout_forward in training with p = {p}", dropout_forward, x, {"mode": "train", "p": p, "seed": 21})
for mode in ("Train", "eval"):
    checks.raises(ValueError, f"dropout_forward with the mode {mode!r}", dropout_forward, x, {"mode": mode, "p": 0.5, "seed": 21})
### END HIDDEN TESTS

# %% [markdown]
# The expectation can be seen. Here `x` is an image, and your dropout throws away three values in four. One pass is a
# mess. The mean of many passes is the image again.

# %% nbgrader={"grade": false, "grade_id": "demo_average", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
photo = images.X_train[first[7]].astype(np.float64)
passes = dropout_forward(np.tile(photo, (1000, 1, 1, 1)), {"mode": "train", "p": 0.25, "seed": 0})[0]
shown = [photo, *(passes[:count].mean(axis=0) for count in (1, 4, 30, 1000))]
vis.show_images(np.clip(shown, 0, 255), titles=["x, and test time", "one pass", "mean of 4", "mean of 30", "mean of 1000"], columns=5, size=1.5);

# %% [markdown]
# ### Dropout as noise
#
# On average nothing changes, but each single pass is noisy. A unit of the next layer receives $a = \sum_i w_i m_i h_i$, with activations $h_i$, weights $w_i$ and
# a random mask $m_i \in \{0, 1/p\}$. The $m_i$ have the variance
# $\frac{1}{p^2}\,p(1-p) = \frac{1-p}{p}$, so the standard deviation of $a$ is
#
# $$ \sqrt{\tfrac{1 - p}{p} \sum_i w_i^2 h_i^2} . $$
#
# So $p$ sets the strength of the noise: a factor of 0.33 at $p = 0.9$, 1 at $p = \frac12$, 1.7 at $p = \frac14$. Below: 4000 passes for one unit with 100 inputs.

# %% nbgrader={"grade": false, "grade_id": "demo_noise", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
rng = np.random.default_rng(1)
h, w = np.maximum(0, rng.normal(size=100)) + 0.2, rng.normal(size=100) * 0.1 + 0.05
fig, axes = plt.subplots(1, 3, figsize=(12, 2.8), sharex=True)
for ax, p in zip(axes, (0.9, 0.5, 0.25)):
    inputs = dropout_forward(np.tile(h, (4000, 1)), {"mode": "train", "p": p, "seed": 2})[0].dot(w)
    ax.hist(inputs, 50, color=vis.BLUE, alpha=0.6)
    ax.axvline(h.dot(w), color=vis.RED, lw=2, label=f"test time: {h.dot(w):.2f}")
    ax.axvline(inputs.mean(), color="black", ls="--", label=f"mean of all passes: {inputs.mean():.2f}")
    ax.set(title=f"p = {p}: std {inputs.std():.2f}, formula {np.sqrt((1 - p) / p * np.sum((w * h) ** 2)):.2f}", xlabel="input of the next unit",
           yticks=[])
    ax.legend(fontsize=8, loc="upper left")
    ax.margins(y=0.35)

# %% [markdown]
# **Question 1** · 3 points. A net has three affine layers with a ReLU after the first two, and dropout with $p = \frac12$ after each ReLU. All biases are 0. It was trained
# with *vanilla* dropout (no scaling in training). A company predicts with code that has never heard of dropout: all units on, no scaling. By
# which factor do the scores differ from those of the right test pass? What happens to the predicted classes, what to the softmax
# probabilities? What does inverted dropout change about this story? Name one more reason why the *test* pass is the one to leave untouched.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_inverted", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# Each dropout layer should have multiplied by 1/2 and did not, so its outputs are twice as large. Without biases, affine layers and ReLU pass a positive
# factor on, so two dropout layers make a factor of 2 · 2 = 4 in the scores. A positive factor common to all scores does not change which is the largest: the
# predicted classes stay. But the probabilities become far too extreme (odds to the fourth power): an overconfident net. (With biases, the
# classes could change, too.)
#
# With inverted dropout the factor 1/p is part of training. The weights fit a net without dropout, and the company's code is right as it is.
#
# More reasons: prediction happens far more often than training and has to be fast; p can be changed, or be different for each layer, without the prediction code
# knowing; the scaling cannot be forgotten.
#
# Scheme
# - [1] the factor of 4, with its reason
# - [1] the same classes, but overconfident probabilities
# - [0.5] inverted dropout needs no change of the prediction code
# - [0.5] one further reason (speed where it counts, p free to change, nothing to forget)
# ### END SOLUTION

# %% [markdown]
# ### Exercise 2: `dropout_backward` · 5.5 points
#
# In **backpropagation**, a layer gets the gradient of the loss with respect to its output, `dout`, and passes on the one with respect to its input.
# A dropped value had no influence on the loss. A kept value had $1/p$ times its influence. It has to be
# **the same mask** as in the forward pass: that is what the cache is for.
#
# By hand: the mask above kept the first and the third of four values. For `dout` = $(1, 5, 1, 5)$ the gradient is $(2, 0, 2, 0)$.

# %% nbgrader={"grade": false, "grade_id": "dropout_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def dropout_backward(dout, cache):
    """The gradient of dropout_forward.

    Parameters: dout, the gradient of the loss with respect to out, of out's shape; cache, from dropout_forward, in train or in test mode.
    Returns: dx, the gradient of the loss with respect to x, of x's shape and dtype.

    Approach
        1. in test mode out was x itself: what does that make of dx?
        2. in train mode, use the mask of the forward pass
    """
    ### BEGIN SOLUTION
    mask = cache
    if mask is None:  # test mode: out was x itself
        return dout
    return dout * mask  # entries dropped on the way forward receive nothing on the way back
    ### END SOLUTION


# %% [markdown]
# The checks take the mask from your own forward pass: it is `out / x`.

# %% nbgrader={"grade": true, "grade_id": "test_dropout_backward_mask", "locked": true, "points": 2.5, "schema_version": 3, "solution": false, "task": false}
# Check · gradient · 2.5 points
x = np.random.default_rng(40).uniform(1.0, 2.0, size=(20, 30)) * np.tile([1, -1], 15)
out, cache = one_pass(dropout_forward, x, p=0.4)
checks.true((out != 0).any() and (out == 0).any(), known.FORWARD_FIRST)
dout = np.ones_like(x)
dx = dropout_backward(dout.copy(), cache)
checks.shape(dx, x.shape, "dx (the shape of x)")
checks.close(dx, out / x, "dx for a dout of ones", num_examples=20, mistakes=known.dropout_backward(x, dout, out, dx, p=0.4))
checks.passed("dropout_backward", "the gradient passes where the values passed")
### BEGIN HIDDEN TESTS
for seed, shape, p in ((41, (30, 20), 0.25), (None, (40,), 0.5), (0, (3, 5, 7), 0.5), (None, (2, 3, 4, 5), 0.9), (45, (1, 50), 0.5), (46, (50, 1), 0.3)):
    x = np.random.default_rng(42).uniform(1.0, 2.0, size=shape)
    dout = np.random.default_rng(43).normal(size=shape)
    out, cache = one_pass(dropout_forward, x, p, seed)
    dx = dropout_backward(dout.copy(), cache)
    checks.shape(dx, shape, "dx (the shape of x)")
    checks.gradient(lambda V: np.sum(V * (out / x) * dout), x, dx, f"dx with p = {p}, shape {shape}",
                    mistakes=known.dropout_backward(x, dout, out, dx, p))
x = np.random.default_rng(44).normal(size=(1, 100))
_, cache = one_pass(dropout_forward, x, 0.5)
dx = checks.derived(dropout_backward, np.ones_like(x), cache, size=x.size)
### END HIDDEN TESTS

# %% [markdown]
# After a ReLU, half of all values are 0. If such a value is kept, it gets a gradient like any other.

# %% nbgrader={"grade": true, "grade_id": "test_dropout_backward_zeros", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values that are 0 · 1 point
x = np.tile([2.0, 0.0], (20, 15))
out, cache = one_pass(dropout_forward, x, p=0.5, seed=44)
checks.true((out != 0).any() and (out[:, ::2] == 0).any(), known.FORWARD_FIRST)
dx = dropout_backward(np.ones_like(x), cache)
checks.shape(dx, x.shape, "dx (the shape of x)")
checks.finite(dx, "dx where x is 0")
share = np.mean(np.asarray(dx)[:, 1::2] != 0)
checks.true(share > 0, known.ZERO_IS_DROPPED)
checks.true(abs(share - 0.5) < surely(0.5, 300), f"{share:.0%} of the 300 zeros get a gradient. With p = 0.5 it should be about half of them.")
checks.passed("dropout_backward", "a kept 0 gets a gradient, too")
### BEGIN HIDDEN TESTS
x = np.zeros((50, 40))
_, cache = one_pass(dropout_forward, x, p=0.5)
share = np.mean(np.asarray(dropout_backward(np.ones_like(x), cache)) != 0)
checks.true(share > 0, known.ZERO_IS_DROPPED)
checks.true(abs(share - 0.5) < surely(0.5, x.size), f"{share:.0%} of 2000 zeros get a gradient. With p = 0.5 it should be about half of them.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_dropout_backward_test_mode", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · test mode · 1 point
x, dout = np.random.default_rng(48).uniform(1.0, 2.0, size=(2, 4, 5))
_, cache = one_pass(dropout_forward, x, p=0.3, seed=49)
trained = dropout_backward(dout.copy(), cache)
out, cache = one_pass(dropout_forward, x, p=0.3, seed=49, mode="test")
dx = dropout_backward(dout.copy(), cache)
checks.shape(dx, dout.shape, "dx in test mode")
checks.close(dx, dout * (out / x), "dx in test mode", mistakes=known.dropout_backward(x, dout, out, dx, p=0.3, mode="test"))
checks.true(not np.array_equal(trained, dx), "In train mode with p = 0.3, dx is the same as in test mode.")
checks.passed("dropout_backward", "in test mode the gradient passes unchanged")
### BEGIN HIDDEN TESTS
checks.true(out.any(), known.FORWARD_FIRST)
for shape, p in (((6, 2), 0.8), ((7,), 0.5), ((2, 3, 4), 1.0)):
    x, dout = np.random.default_rng(50).uniform(1.0, 2.0, size=(2, *shape))
    out, cache = one_pass(dropout_forward, x, p, mode="test")
    checks.close(dropout_backward(dout.copy(), cache), dout * (out / x), "dx in test mode without a seed")
### END HIDDEN TESTS

# %% [markdown]
# In a net, all layers go forward before the first goes backward. So each cache must keep its own mask:

# %% nbgrader={"grade": true, "grade_id": "test_dropout_backward_cache", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# Check · two layers · 0.5 points
x, dout = np.random.default_rng(50).uniform(1.0, 2.0, size=(2, 15, 10))
out_first, cache_first = one_pass(dropout_forward, x, p=0.5, seed=51)
out_second, cache_second = one_pass(dropout_forward, x, p=0.5, seed=52)
checks.true((out_first != 0).any() and (out_first == 0).any(), known.FORWARD_FIRST)
for name, cache, out, other in (("second", cache_second, out_second, out_first), ("first", cache_first, out_first, out_second)):
    dx = dropout_backward(dout.copy(), cache)
    checks.shape(dx, x.shape, "dx (the shape of x)")
    checks.true(not np.array_equal(np.asarray(dx) != 0, other != 0), known.MASK_OF_OTHER_LAYER)
    checks.resembles(dx, dout * (out / x), f"dx of the {name} of two layers", given=(dout,))
checks.passed("dropout_backward", "every layer's cache keeps its own mask")
### BEGIN HIDDEN TESTS
layers = [(p, x[:, :width], dout[:, :width]) for p, width in ((0.3, 4), (0.6, 10), (0.9, 7))]
passes = [one_pass(dropout_forward, values, p) for p, values, _ in layers]
for (p, values, upstream), (out, cache) in [*zip(layers, passes)][::-1]:
    dx = dropout_backward(upstream.copy(), cache)
    checks.resembles(dx, upstream * (out / values), "dx of one of three layers")
again = dropout_backward(dout[:, :7].copy(), passes[2][1])
checks.resembles(again, dout[:, :7] * (passes[2][0] / x[:, :7]), "dx when the backward pass is done twice")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_dropout_backward_arguments", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# Check · arguments · 0.5 points
x, dout = np.random.default_rng(53).uniform(1.0, 2.0, size=(2, 6, 7))
out, cache = one_pass(dropout_forward, x, p=0.5, seed=54)
given = dout.copy()
dx = dropout_backward(given, cache)
checks.unchanged(given, dout, "dout of dropout_backward")
checks.resembles(dx, dout * (out / x), "dx", given=(dout,))
checks.passed("dropout_backward", "dout stays as it is")
### BEGIN HIDDEN TESTS
for dtype in (np.float64, np.float32):
    for mode in ("train", "test"):
        out, cache = one_pass(dropout_forward, x.astype(dtype), 0.7, seed=56, mode=mode)
        given = dout.astype(dtype)
        dx = dropout_backward(given, cache)
        checks.unchanged(given, dout.astype(dtype), f"dout of dropout_backward in {mode} mode")
        if mode == "train":
            checks.resembles(dx, dout * (out / x), "dx in train mode")
        if out.dtype == dtype:  # otherwise the forward pass has lost these points
            checks.dtype(dx, dtype, f"dx for x and dout of dtype {np.dtype(dtype)} in {mode} mode")
### END HIDDEN TESTS

# %% [markdown]
# ## Into your net
#
# In `optimization` you wrote `fully_connected_loss(params, X, y=None, reg=0.0)`. (Type `models.fully_connected_loss??` into a cell to see the library's.)
# Now each hidden layer gets one more step, after its **activation function** (the **nonlinearity**): affine → ReLU → **dropout**. The scores are never dropped.
#
# ### Exercise 3: `dropout_net_loss` · 6 points
#
# Each hidden layer has its own dict, with its own seed: two layers must not share a mask. On the way back, every forward function has its partner, in
# reverse order. Some checks pass another pair of functions as `dropout`, so that a mistake in yours does not count again.
#
# By hand: the hidden layer gives (2, 0, 3), and dropout with $p = \frac12$ keeps the first two units: (4, 0, 0).

# %% nbgrader={"grade": false, "grade_id": "dropout_net_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def dropout_net_loss(params, dropout_params, X, y=None, reg=0.0, dropout=None):
    """A net of any depth: affine, ReLU, dropout in each hidden layer, then affine and softmax loss.

    Parameters: params, a dict of Wi (inputs, outputs) and bi (outputs,) for layer i = 1, 2, ...; dropout_params, a list with one
        dict for each hidden layer, such as dropout_param: pass it on as it is, with its mode; X (N, D); y (N,) integer labels, or
        None; reg, the strength of the penalty reg * sum(W * W) over all weights; dropout, the pair of functions
        forward(x, dropout_param) and backward(dout, cache); None: dropout_forward and dropout_backward.
    Returns: without y, the scores (N, C). With y, loss, and grads, a dict with the gradient for each key of params.

    Approach
        1. forward: a loop over the hidden layers that keeps three caches of each, then the last affine layer
        2. return the scores if y is None; otherwise start the way back from softmax_loss(scores, y)
        3. backward: the last layer, then the hidden layers in reverse order
        4. the penalty
    """
    forward, backward = dropout or (dropout_forward, dropout_backward)
    ### BEGIN SOLUTION
    hidden_caches = []
    h = X
    for i, dropout_param in enumerate(dropout_params, start=1):
        a, cache_a = affine_forward(h, params[f"W{i}"], params[f"b{i}"])  # (N, width of layer i)
        active, cache_r = relu_forward(a)
        h, cache_h = forward(active, dropout_param)
        hidden_caches.append((i, cache_a, cache_r, cache_h))
    top = len(dropout_params) + 1
    scores, cache_scores = affine_forward(h, params[f"W{top}"], params[f"b{top}"])  # (N, C)
    if y is None:
        return scores

    loss, dscores = softmax_loss(scores, y)
    grads = {}
    dh, grads[f"W{top}"], grads[f"b{top}"] = affine_backward(dscores, cache_scores)
    for i, cache_a, cache_r, cache_h in reversed(hidden_caches):
        da = relu_backward(backward(dh, cache_h), cache_r)
        dh, grads[f"W{i}"], grads[f"b{i}"] = affine_backward(da, cache_a)
    for name in (f"W{i}" for i in range(1, top + 1)):
        loss = loss + reg * np.sum(params[name] * params[name])
        grads[name] = grads[name] + 2 * reg * params[name]
    return loss, grads
    ### END SOLUTION


# %% nbgrader={"grade": false, "grade_id": "net_cases", "locked": true, "schema_version": 3, "solution": false, "task": false}
import copy


def make_net(seed, N, *sizes):
    """X (N, sizes[0]), y (N,), params and dropout_params of a random net with layers of these sizes."""
    rng = np.random.default_rng(seed)
    X, y, params = rng.normal(size=(N, sizes[0])), rng.integers(sizes[-1], size=N), {}
    for i, shape in enumerate(zip(sizes, sizes[1:]), start=1):
        params |= {f"W{i}": rng.normal(size=shape), f"b{i}": rng.normal(size=shape[1])}
    dropout_params = [{"mode": "train", "p": rng.uniform(0.4, 0.8), "seed": int(rng.integers(1000))} for _ in sizes[1:-1]]
    return X, y, params, dropout_params


def scale_forward(x, param):
    """A layer in place of dropout: it multiplies each feature by a number that depends on p and on the mode."""
    strength = param["p"] if param["mode"] == "train" else param["p"] / 2
    factors = 1 + strength * np.cos(np.arange(np.shape(x)[1]))
    return x * factors, (strength, factors)


def scale_backward(dout, cache):
    _, factors = cache
    return dout * np.asarray(factors)


scale = scale_forward, scale_backward


def run_net(*args):
    """What your net returns for copies of the arguments."""
    return dropout_net_loss(*copy.deepcopy(args))


def loss_and_grads(*args):
    """The pair that your net returns for copies of the arguments."""
    loss, grads = checks.unpack(run_net(*args), "loss, grads")
    checks.shape(loss, (), "the loss (one number)")
    checks.true(isinstance(grads, dict), "grads should be a dict with the gradient of each parameter.")
    return loss, grads


def check_net_gradients(names, X, y, params, dropout_params):
    """Check the gradients of a net with `scale` in place of dropout: those of the right net, or of yours."""
    _, grads = loss_and_grads(params, dropout_params, X, y, 0.0, scale)
    case = known.dropout_net(scale_forward, params, dropout_params, X)
    scores, right = run_net(params, dropout_params, X, None, 0.0, scale), case.scores()
    alike = isinstance(scores, np.ndarray) and scores.shape == right.shape and np.allclose(scores, right)
    for name in names if alike else names[:2]:  # to measure the gradients of another net takes long
        checks.true(name in grads, f"grads has no key {name!r}.")
        checks.true(np.any(grads[name]), f"grads[{name!r}] is 0 everywhere.")
        checks.gradient(lambda value: case.loss(y, {name: value}), params[name], grads[name], f"grads[{name!r}]", num_examples=len(X),
                        kinks=True, mistakes=mistakes.deep_net.gradient(case, y, name),
                        or_of=None if alike else lambda value: loss_and_grads(params | {name: value}, dropout_params, X, y, 0.0, scale)[0])

# %% nbgrader={"grade": true, "grade_id": "test_dropout_net_loss_scores", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · scores · 2 points
X, y, params, dropout_params = make_net(101, 6, 4, 20, 3)
scores = run_net(params, dropout_params, X)
checks.true(not isinstance(scores, (tuple, dict)), mistakes.deep_net.SCORES_ALONE)
active = np.maximum(0, X @ params["W1"] + params["b1"])  # (6, 20)
hidden, _ = one_pass(dropout_forward, active, dropout_params[0]["p"], dropout_params[0]["seed"])
case = known.dropout_net(dropout_forward, params, dropout_params, X)
checks.close(scores, hidden @ params["W2"] + params["b2"], "the scores of a net with one hidden layer",
             mistakes=mistakes.deep_net.scores(case))
checks.passed("dropout_net_loss", "the scores are right, with your own dropout")
### BEGIN HIDDEN TESTS
for seed, sizes in ((102, (4, 20, 20, 20, 3)), (103, (3, 14, 2)), (104, (6, 2)), (105, (2, 17, 11, 4))):
    X, y, params, dropout_params = make_net(seed, 6, *sizes)
    for mode in ("train", "test"):
        for own in dropout_params:
            own["mode"] = mode
        for pair, forward in ((None, dropout_forward), (scale, scale_forward)):
            case = known.dropout_net(forward, params, dropout_params, X)
            checks.close(run_net(params, dropout_params, X, None, 0.5, pair), case.scores(),
                         f"the scores of a net of sizes {sizes} in {mode} mode", mistakes=mistakes.deep_net.scores(case))
        if mode == "train":
            loss, _ = loss_and_grads(params, dropout_params, X, y, 0.0, scale)
            right = np.isclose(loss, case.loss(y))  # if not, the check of the loss tells
        elif right:
            loss, _ = loss_and_grads(params, dropout_params, X, y, 0.0, scale)
            checks.close(loss, case.loss(y), f"the loss of a net of sizes {sizes} in test mode", mistakes=mistakes.deep_net.loss(case, y))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_dropout_net_loss_value", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · loss and penalty · 1 point
X, y, params, dropout_params = make_net(110, 6, 4, 5, 5, 3)
for own in dropout_params:
    own["p"] = 1.0  # keeps everything
scores = run_net(params, dropout_params, X, None, 0.0)
checks.shape(scores, (6, 3), "the scores")
without, grads_without = loss_and_grads(params, dropout_params, X, y, 0.0)
loss, grads = loss_and_grads(params, dropout_params, X, y, 0.1)
checks.close(without, softmax_loss(np.asarray(scores), y)[0], "the loss with reg=0", num_examples=6)
checks.equal(dict.fromkeys(sorted(grads)), dict.fromkeys(sorted(params)), "the names in grads")
added = {"loss": loss - without, **{name: np.subtract(grads[name], grads_without[name]) for name in params}}
expected = {"loss": 0.1 * sum(np.square(params[name]).sum() for name in ("W1", "W2", "W3"))}
expected |= {name: 2 * 0.1 * value if name.startswith("W") else 0 * value for name, value in params.items()}
checks.close(added, expected, "what reg=0.1 adds", mistakes=mistakes.deep_net.penalty(params, 0.1))
checks.passed("dropout_net_loss", "the loss and its penalty are right")
### BEGIN HIDDEN TESTS
given = {name: value.copy() for name, value in params.items()}
X_given = X.copy()
dropout_net_loss(given, copy.deepcopy(dropout_params), X_given, y, 0.1)
checks.unchanged(given, params, "params of dropout_net_loss")
checks.unchanged(X_given, X, "X of dropout_net_loss")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_dropout_net_loss_gradient", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · gradients · 3 points
check_net_gradients(["W1", "b1", "W2", "b2", "W3", "b3"], *make_net(120, 6, 3, 4, 4, 3))
checks.passed("dropout_net_loss", "the gradient of every parameter is right")
### BEGIN HIDDEN TESTS
for seed, sizes in ((121, (2, 3, 2)), (122, (3, 2, 4, 3, 2)), (123, (4, 3))):
    X, y, params, dropout_params = make_net(seed, 5, *sizes)
    for own in dropout_params[1:]:
        own["mode"] = "test"
    check_net_gradients(list(params), X, y, params, dropout_params)
X, y, params, dropout_params = make_net(124, 5, 4, 6, 6, 3)
_, grads = loss_and_grads(params, dropout_params, X, y, 0.1)
_, same = checks.unpack(dropout_net_loss(params, dropout_params, X, y, 0.1, (dropout_forward, dropout_backward)), "loss, grads")
checks.close(grads, same, "grads with your own dropout")
X, y, params, dropout_params = make_net(125, 3, 10, 12, 2)
result = checks.derived(dropout_net_loss, params, dropout_params, X, y, size=params["W1"].size)
### END HIDDEN TESTS

# %% [markdown]
# ## Training with dropout
#
# The net: 768 inputs, two hidden layers of 500 units, ten classes. The class below gives it to `Solver`. With labels, dropout is in train mode, with new seeds for every pass. For
# predictions it is in test mode.

# %% nbgrader={"grade": false, "grade_id": "net", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
class DropoutNet:
    """Your net as a model for Solver: `params`, `loss`, `after_step`."""

    def __init__(self, keep, limit=None, hidden=500, seed=0):
        self.keep, self.limit, self.norms = keep, limit, []
        self.rng = np.random.default_rng(seed)
        params = models.init_fully_connected(X_train.shape[1], [hidden, hidden], 10, "he", self.rng)
        self.params = {name: value.astype(np.float32) for name, value in params.items()}

    def dropout_params(self, mode):
        return [{"mode": mode, "p": self.keep, "seed": int(self.rng.integers(2**31))} for _ in range(2)]

    def loss(self, X, y=None):
        return dropout_net_loss(self.params, self.dropout_params("test" if y is None else "train"), X, y)

    def after_step(self):
        """Called after every step: the max-norm constraint (the last exercise), and a record of the column norms."""
        if self.limit is not None:
            for name in ("W1", "W2"):
                self.params[name] = max_norm(self.params[name], self.limit)
        self.norms.append(np.linalg.norm(self.params["W2"], axis=0))  # of the 500 units of the second layer


def train(net, num_epochs, update_rule="adam", learning_rate=5e-4, **settings):
    solver = Solver(net, few, update_rule=update_rule, optim_config={"learning_rate": learning_rate, **settings}, num_epochs=num_epochs,
                    num_train_samples=500, verbose=False, progress=True, rng=1)
    solver.train()
    return solver

# %% [markdown]
# The same net with four probabilities of keeping; 1 means no dropout. An **epoch** is one pass through all training images.

# %% nbgrader={"grade": false, "grade_id": "demo_keep", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
keeps = (1.0, 0.75, 0.5, 0.25)
nets = {p: DropoutNet(p) for p in keeps}
runs = {f"p = {p}": train(nets[p], num_epochs=30) for p in keeps}
vis.training_curves(runs, smooth=10);

# %% [markdown]
# On the left is the loss, with dropout on; on the right the accuracies, with dropout off (training dashed). The accuracies at the end:

# %% nbgrader={"grade": false, "grade_id": "demo_gap", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
train_accuracy, val_accuracy = ([100 * np.mean(getattr(run, name)[-5:]) for run in runs.values()] for name in ("train_acc_history", "val_acc_history"))
fig, ax = plt.subplots(figsize=(7, 3.4))
places = np.arange(len(keeps))
for shift, heights, color, label in ((-0.2, train_accuracy, vis.BLUE, "training"), (0.2, val_accuracy, vis.ORANGE, "validation")):
    ax.bar_label(ax.bar(places + shift, heights, 0.4, color=color, label=label), fmt="%.0f")
ax.set(xticks=places, xticklabels=[f"p = {p}" for p in keeps], ylabel="accuracy (%), mean of last 5 epochs", ylim=(0, 119))
ax.set_title(f"{images.title}, {num_train:,} training images")
ax.legend(ncols=2, loc="upper right");

# %% [markdown]
# Without dropout the net has memorized its training images. With $p = \frac12$ it gets fewer of them right and yet
# *more* of the validation images. With $p = \frac14$ the noise is so strong that the net fits neither well. What
# counts is the height of the orange bars, not the gap.

# %% [markdown]
# **Question 2** · 2 points. While a net trains with dropout, its log shows a mean *training* loss of 1.40 and a *validation* loss of 1.25. Your friend looks for a bug:
# "The validation loss can't be lower." Explain why it can. What would you compute to find out how much the net overfits?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_losses", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# The two are measured with different nets: the training loss of the log with dropout on (a noisy thinned net with half of its units missing), the validation loss in test mode with the full net,
# which is close to the average of all thinned ones and better than nearly each of them. (Also, the training loss of an epoch is a mean over steps, most of which lie before the
# moment of validation.) To judge overfitting, compute loss or accuracy on training images in test mode too, with the same weights, and compare these.
#
# Scheme
# - [1] dropout on against dropout off: a noisy thinned net against the full one (half of the point for the mean over earlier steps alone)
# - [1] measure the training images in test mode, too, with the weights of the same moment
# ### END SOLUTION

# %% [markdown]
# ### Choosing $p$
#
# Overfitting is worst when some labels are wrong, because a large net memorizes these, too. Here are four patterns in heavy noise. Of 200 training
# examples, 60 have a wrong label (red). The 1000 validation examples have the right ones.

# %% nbgrader={"grade": false, "grade_id": "patterns", "locked": true, "schema_version": 3, "solution": false, "task": false}
def noisy_patterns(seed):
    """X (200, 64) and y (200,), of which 60 are wrong, for training; X (1000, 64) and y (1000,) for validation; the patterns (4, 64)."""
    rng = np.random.default_rng(seed)
    patterns = rng.choice([-1.0, 1.0], size=(4, 64))
    right = rng.integers(4, size=1200)
    X = patterns[right] + 1.6 * rng.normal(size=(1200, 64))
    y = right.copy()
    y[:60] = (right[:60] + rng.integers(1, 4, size=60)) % 4
    return X[:200], y[:200], X[200:], y[200:], patterns


def train_thinned(p, learning_rate, num_epochs, seed=0):
    """Train a net of 50 hidden units on the patterns, one thinned net per batch: [(training accuracy, validation accuracy), ...] per epoch.

    The units that are switched off are left out of the matrices. That is quicker than to multiply by zeros.
    """
    X, y, X_new, y_new, _ = noisy_patterns(seed)
    rng = np.random.default_rng(seed)
    W1, b1 = rng.normal(size=(64, 50)) * np.sqrt(2 / 64), np.zeros(50)
    W2, b2 = rng.normal(size=(50, 4)) * np.sqrt(2 / 50), np.zeros(4)
    history = []
    with np.errstate(all="ignore"):  # a learning rate that is too large overflows
        for _ in range(num_epochs):
            for batch in rng.permutation(200).reshape(10, 20):
                on = np.flatnonzero(rng.binomial(1, p, size=50))
                if len(on):
                    hidden, affine1 = affine_forward(X[batch], W1[:, on], b1[on])
                    hidden, relu = relu_forward(hidden)
                    scores, affine2 = affine_forward(hidden, W2[on], b2)
                    dhidden, dW2, db2 = affine_backward(softmax_loss(scores, y[batch])[1], affine2)
                    _, dW1, db1 = affine_backward(relu_backward(dhidden, relu), affine1)
                    W1[:, on] -= learning_rate * dW1
                    b1[on] -= learning_rate * db1
                    W2[on] -= learning_rate * dW2
                    b2 -= learning_rate * db2
            answers = [(np.maximum(0, part @ W1 + b1) @ (p * W2) + b2).argmax(axis=1) for part in (X, X_new)]
            history.append((np.mean(answers[0] == y), np.mean(answers[1] == y_new)))
    return history


def trained(settings, seed):
    """The history of train_thinned with the three settings that dropout_settings returns."""
    p, learning_rate, num_epochs = checks.unpack(settings, "p, learning_rate, num_epochs")
    for name, value in (("p", p), ("learning_rate", learning_rate), ("num_epochs", num_epochs)):
        checks.shape(value, (), name)
        checks.finite(value, name)
    checks.true(0 < p <= 1, f"p is {p}. A probability of keeping is above 0 and at most 1.")
    checks.true(learning_rate > 0, f"The learning rate is {learning_rate}. It should be above 0.")
    checks.true(num_epochs in range(1, 101), f"num_epochs is {num_epochs}. It should be a whole number from 1 to 100.")
    return train_thinned(p, learning_rate, int(num_epochs), seed)

# %% nbgrader={"grade": false, "grade_id": "picture_patterns", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
X_noisy, y_noisy, _, _, patterns = noisy_patterns(seed=0)
shown = [*range(6), *range(60, 66)]
fig, axes = plt.subplots(2, 8, figsize=(11, 3))
for label in range(4):
    axes[label // 2, label % 2].imshow(patterns[label].reshape(8, 8), cmap="gray", vmin=-4, vmax=4)
    axes[label // 2, label % 2].set_title(f"pattern {label}", fontsize=10)
for ax, i in zip(axes[:, 2:].flat, shown):
    ax.imshow(X_noisy[i].reshape(8, 8), cmap="gray", vmin=-4, vmax=4)
    ax.set_title(f'"{y_noisy[i]}"', fontsize=10, color=vis.RED if i < 60 else "black")
for ax in axes.flat:
    ax.axis("off")

# %% [markdown]
# A net with 50 hidden units learns them, with one thinned net per batch. Without dropout it gets all 200 training labels "right", the wrong ones
# included, and about 70% of the validation examples. A net that has not been fooled gets about 70% of the *training* labels.

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): what do p, the learning rate and the number of epochs do to the two curves?
keep, rate, epochs = 1.0, 0.03, 100  # try p = 0.9 and p = 0.05, and a ten times larger or smaller rate

curves = 100 * np.array(train_thinned(keep, rate, epochs))
fig, ax = plt.subplots(figsize=(7, 3.2))
for curve, color, label in zip(curves.T, (vis.BLUE, vis.ORANGE), ("training labels (30% are wrong)", "validation")):
    ax.plot(np.arange(1, epochs + 1), curve, color=color, label=f"{label}: {curve[-1]:.0f}% at the end")
ax.set(xlabel="epoch", ylabel="accuracy (%)", ylim=(0, 105), title=f"p = {keep}, learning rate {rate}")
ax.legend();

# %% [markdown]
# ### Exercise 4: `dropout_settings` · 4 points
#
# Choose the three settings. The checks train the net with them, and at the end it should get at least 82% of the validation examples right. In our trials no net without
# dropout got there. A second check uses other patterns and other initial weights.

# %% nbgrader={"grade": false, "grade_id": "dropout_settings", "locked": false, "schema_version": 3, "solution": true, "task": false}
def dropout_settings():
    """Settings with which the net of `train_thinned` does not memorize wrong labels.

    Returns: p, the probability of keeping a unit, 0 < p <= 1; learning_rate, above 0; num_epochs, a whole number from 1 to 100.

    Approach
        1. try settings in the cell "Your turn" above
        2. the net memorizes: more noise, or fewer epochs; it learns little: less noise, other steps, or more epochs
        3. look for settings that do well with several seeds of train_thinned

    Example
        `return 1.0, 0.03, 100` trains without dropout, and fails.
    """
    ### BEGIN SOLUTION
    p, learning_rate, num_epochs = 0.3, 0.03, 60
    return p, learning_rate, num_epochs
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_dropout_settings_accuracy", "locked": true, "points": 2.5, "schema_version": 3, "solution": false, "task": false}
# Check · validation accuracy · 2.5 points
history = trained(dropout_settings(), seed=0)
training, validation = history[-1]
print(f"At the end: {training:.0%} of the training labels, {validation:.0%} of the validation examples (at least 82% wanted).")
checks.true(validation >= 0.82, known.dropout_settings(history))
checks.passed("dropout_settings", "the net does not memorize the wrong labels")

# %% nbgrader={"grade": true, "grade_id": "test_dropout_settings_seeds", "locked": true, "points": 1.5, "schema_version": 3, "solution": false, "task": false}
# Check · other patterns · 1.5 points
history = trained(dropout_settings(), seed=1)
print(f"With other patterns: {history[-1][1]:.0%} of the validation examples (at least 80% wanted).")
checks.true(history[-1][1] >= 0.80, known.dropout_settings(history))
checks.passed("dropout_settings", "the settings are good for other patterns, too")
### BEGIN HIDDEN TESTS
histories = [trained(dropout_settings(), seed) for seed in (2, 3)]
mean = np.mean([history[-1][1] for history in histories])
checks.true(mean >= 0.80, known.dropout_settings(histories[0]))
### END HIDDEN TESTS

# %% [markdown]
# ### One pass for a whole ensemble
#
# Is the single pass really the average of the thinned nets? Leave dropout *on*, classify the validation images in 100 passes, and average
# the probabilities of 1, 2, 5, ... of them.

# %% nbgrader={"grade": false, "grade_id": "demo_ensemble", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def probabilities(scores):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def scores_of(net, mode):
    return dropout_net_loss(net.params, net.dropout_params(mode), X_val)


sizes = (1, 2, 5, 10, 20, 50, 100)
fig, axes = plt.subplots(1, 3, figsize=(12.5, 3.2))
for p, color in ((0.75, vis.ORANGE), (0.5, vis.BLUE)):
    single = probabilities(scores_of(nets[p], "test"))  # (N, 10)
    passes = tqdm(range(100), file=sys.stdout, desc=f"passes with p = {p}")
    thinned = np.array([probabilities(scores_of(nets[p], "train")) for _ in passes])  # (100, N, 10)
    accuracy, agreement = [], []
    for size in sizes:
        answers = thinned.reshape(100 // size, size, *single.shape).mean(axis=1).argmax(axis=2)  # (groups, N)
        accuracy.append(100 * np.mean(answers == y_val))
        agreement.append(100 * np.mean(answers == single.argmax(axis=1)))
    alone = 100 * np.mean(single.argmax(axis=1) == y_val)
    print(f"p = {p}: one thinned net {accuracy[0]:.1f}%, mean of 100 {accuracy[-1]:.1f}%, the one pass {alone:.1f}%; "
          f"same answer from the last two: {agreement[-1]:.0f}%")
    axes[0].semilogx(sizes, accuracy, "o-", color=color, label=f"mean of thinned nets, p = {p}")
    axes[0].axhline(alone, color=color, ls="--", label=f"one pass, p = {p}")
    axes[1].semilogx(sizes, agreement, "o-", color=color, label=f"p = {p}")
    axes[2].plot(single.ravel(), thinned.mean(axis=0).ravel(), ".", ms=2, color=color, alpha=0.5)
axes[0].set(title="validation accuracy (%)", xlabel="thinned nets averaged")
axes[1].set(title="same answer as the one pass (%)", xlabel="thinned nets averaged", ylim=(None, 101))
axes[2].plot([0, 1], [0, 1], color="black", ls="--", lw=1)
axes[2].set(title="probabilities", xlabel="one pass, all units", ylabel="mean of 100 thinned nets")
for ax in axes[:2]:
    ax.legend(fontsize=8)

# %% [markdown]
# A single thinned net is much worse than the full one. The average of many is nearly as good, and gives the same answer for most images. So the one pass
# *approximates* the ensemble for a hundredth of the cost. (It is slightly
# flattered: Solver keeps the weights of the epoch whose one pass did best on these very images.) In the right picture, a point is the probability of
# one class for one image.

# %% [markdown]
# **Question 3** · 2 points. "Nearly": let $h = (1, 1)$ pass through inverted dropout with $p = \frac12$ and then through a unit $\max(0, h_1 - h_2)$. Compute its output for each of
# the four masks, their mean, and the output at test time. Do the same without the $\max$. For which layers after the dropout is the test pass exactly the average?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_average", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# The kept values become 2. Masks: both kept max(0, 2 − 2) = 0; only h1: max(0, 2) = 2; only h2: max(0, −2) = 0; none: 0. Mean 2/4 = 0.5. At test time
# max(0, 1 − 1) = 0. They differ.
#
# Without the max: 0, 2, −2, 0, mean 0, the same as at test time. In general E[f(m·h)] = f(E[m·h]) holds for linear (affine) f, where the expectation passes through; with ReLU, softmax and so on behind the
# dropout the test pass is an approximation.
#
# Scheme
# - [1] the values: 0, 2, 0, 0 with mean 0.5 against 0 at test time; without max the mean 0 against 0
# - [1] exact for affine layers only, since expectation and linear maps can be exchanged
# ### END SOLUTION

# %% [markdown]
# ### Exercise 5: `dropconnect_forward` · 4.5 points
#
# Dropout crosses out units. **Dropconnect** crosses out single connections: the mask lies on the *weights* of an affine layer, 0 or $1/p$ for each of them, and the bias stays.
# We draw one mask for the whole batch. At test time the layer is an ordinary affine one.
#
# By hand: $x = (1, 1)$, one unit with the weights $3, 5$ and the bias 10, $p = \frac12$. If only the first weight is kept, the output is $2 \cdot 3 + 10 = 16$.

# %% nbgrader={"grade": false, "grade_id": "dropconnect_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def dropconnect_forward(x, w, b, dropconnect_param):
    """An affine layer that drops weights.

    Parameters: x (N, d1, ..., dk), examples, each taken as a row of D = d1 * ... * dk values; w (D, M), weights; b (M,), biases, never
        dropped; dropconnect_param, a dict with "mode", "p" and "seed" as in dropout_forward, where p is the probability of KEEPING a weight.
    Returns: out (N, M), of the dtype of the arguments; cache, what a backward pass would need (none is asked for).
    Raises: ValueError as dropout_forward does.

    Approach
        1. mask the weights in train mode (your dropout_forward works on arrays of any shape)
        2. make the examples rows, and compute an affine layer
    """
    ### BEGIN SOLUTION
    w_kept, mask_cache = dropout_forward(w, dropconnect_param)  # (D, M)
    rows = x.reshape(x.shape[0], -1)  # (N, D)
    out = rows.dot(w_kept) + b  # (N, M)
    return out, (x, w_kept, mask_cache)
    ### END SOLUTION


# %% [markdown]
# A trick makes the weights visible: if `x` is the identity matrix, row $i$ of `out` is row $i$ of the masked `w`. (A mistake in your `dropout_forward` does not
# count again.)

# %% nbgrader={"grade": false, "grade_id": "own_dropout", "locked": true, "schema_version": 3, "solution": false, "task": false}
def own_dropout(forward, p):
    """What dropout_forward does: its share of kept values, their factor, whether float32 stays. Not written yet: as if it were right."""
    try:
        out = np.asarray(forward(np.ones(40_000, np.float32), {"mode": "train", "p": p, "seed": 0})[0])
        kept = np.mean(out != 0)
        return 1 - p if abs(kept - (1 - p)) < abs(kept - p) else p, float(out.max()) if 0 < kept < 1 else 1 / p, out.dtype == np.float32
    except Exception:
        return p, 1 / p, True

# %% nbgrader={"grade": true, "grade_id": "test_dropconnect_forward_values", "locked": true, "points": 1.5, "schema_version": 3, "solution": false, "task": false}
# Check · weights in use · 1.5 points
w = np.random.default_rng(60).uniform(1.0, 2.0, size=(60, 80))
used = connected(dropconnect_forward, np.eye(60), w, np.zeros(80), p=0.4, seed=61)
used = np.where(np.abs(used) < 1e-4, 0.0, used)  # (60, 80)
checks.true(used.any(), known.NOTHING_KEPT)
checks.true(used.any(axis=1).all(), known.INPUTS_DROPPED)
checks.true(used.any(axis=0).all(), known.OUTPUTS_DROPPED)
checks.true((used == 0).any(), known.NOTHING_DROPPED)
kept, factor, _ = own_dropout(dropout_forward, 0.4)  # 0.4 and 1 / 0.4
checks.close(used, np.where(used != 0, w * factor, 0), "the weights in use with p = 0.4",
             mistakes=known.dropout_forward(w, {"mode": "train", "p": 0.4}, used))
share = np.mean(used != 0)
checks.true(kept != 0.4 or abs(share - 0.6) > surely(0.4, w.size), known.KEEPS_ONE_MINUS_P)
checks.true(abs(share - kept) < surely(0.4, w.size), f"With p = 0.4, {share:.0%} of 4800 weights were kept.")
checks.passed("dropconnect_forward", "every weight in use is 0 or w / p")
### BEGIN HIDDEN TESTS
for seed, p in ((62, 0.2), (63, 0.5), (64, 0.9)):
    w = -np.random.default_rng(seed).uniform(1.0, 2.0, size=(80, 100))
    used = connected(dropconnect_forward, np.eye(80), w, np.zeros(100), p, seed)
    used = np.where(np.abs(used) < 1e-4, 0.0, used)
    kept, factor, _ = own_dropout(dropout_forward, p)
    checks.close(used, np.where(used != 0, w * factor, 0), f"the weights in use with p = {p}",
                 mistakes=known.dropout_forward(w, {"mode": "train", "p": p}, used))
    share = np.mean(used != 0)
    checks.true(abs(share - kept) < surely(p, w.size), f"With p = {p}, {share:.1%} of 8000 weights were kept.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_dropconnect_forward_mask", "locked": true, "points": 1.5, "schema_version": 3, "solution": false, "task": false}
# Check · one mask · 1.5 points
w, b = np.random.default_rng(65).uniform(1.0, 2.0, size=(60, 60)), np.zeros(60)
out = connected(dropconnect_forward, np.ones((8, 60)), w, b, p=0.5, seed=66)
checks.true(np.allclose(out, out[:1]), known.MASK_PER_EXAMPLE)  # eight equal examples
used = connected(dropconnect_forward, np.eye(60), w, b, p=0.5, seed=67)
kept = np.abs(used) > 1e-4
checks.true(not kept.all(), known.NOTHING_DROPPED)
checks.true(len(np.unique(kept, axis=0)) == 60, known.INPUTS_ALIKE)  # by chance once in 10^14 runs
checks.true(len(np.unique(kept, axis=1).T) == 60, known.UNITS_ALIKE)
checks.resembles(used, kept * w, "out for the rows of the identity matrix", given=(np.eye(60),))
checks.passed("dropconnect_forward", "one mask for the batch, with a draw for every weight")
### BEGIN HIDDEN TESTS
x = np.random.default_rng(68).normal(size=(9, 60))
out = connected(dropconnect_forward, np.concatenate([x, -x, x + 2]), w, b, p=0.5)
checks.true(np.allclose(out[:9], -out[9:18]), known.MASK_PER_EXAMPLE)
out = connected(dropconnect_forward, np.concatenate([x, x + 2, x + 4]), w, b, p=0.5)
checks.true(np.allclose(out[18:] - out[9:18], out[9:18] - out[:9]), known.MASK_PER_EXAMPLE)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_dropconnect_forward_bias", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# Check · bias · 0.5 points
x, w, b = np.zeros((3, 4)), np.ones((4, 200)), np.linspace(1.0, 2.0, 200)
out = connected(dropconnect_forward, x, w, b, p=0.5, seed=70)
checks.true(out.all() or not out.any(), known.BIAS_DROPPED)
checks.close(out, np.tile(b, (3, 1)), "out for x = 0, where only the biases are left",
             mistakes=known.dropconnect_forward(x, w, b, {"mode": "train", "p": 0.5}))
checks.passed("dropconnect_forward", "biases are never dropped")
### BEGIN HIDDEN TESTS
out = connected(dropconnect_forward, x[:2], w, b, p=0.25)
checks.close(out, np.tile(b, (2, 1)), "out for x = 0 with p = 0.25")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_dropconnect_forward_test_mode", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# Check · test mode · 0.5 points
rng = np.random.default_rng(71)
x, w, b = rng.normal(size=(5, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)
trained, out = (connected(dropconnect_forward, x, w, b, p=0.5, seed=72, mode=mode) for mode in ("train", "test"))
expected, _ = affine_forward(x, w, b)
checks.true(np.allclose(out, expected) or not np.allclose(out, trained), known.DROPS_IN_TEST)
checks.close(out, expected, "out in test mode (an affine layer)", hint="In test mode no weight is dropped.",
             mistakes=known.dropconnect_forward(x, w, b, {"mode": "test", "p": 0.5}))
checks.passed("dropconnect_forward", "an affine layer in test mode")
### BEGIN HIDDEN TESTS
for p in (0.2, 0.9):
    for shape in ((1, 4), (7, 2, 2), (3, 1, 2, 2), (2, 4, 1)):
        x = np.random.default_rng(73).normal(size=shape)
        out = connected(dropconnect_forward, x, w, b, p, mode="test")
        checks.close(out, x.reshape(len(x), 4).dot(w) + b, f"out in test mode with p = {p}, x of shape {shape}",
                     mistakes=known.dropconnect_forward(x, w, b, {"mode": "test", "p": p}))
if own_dropout(dropout_forward, 0.4)[:2] == (0.4, 2.5):
    out = connected(dropconnect_forward, x, w, b, p=1.0, seed=72)
    checks.close(out, x.reshape(len(x), 4).dot(w) + b, "out in training with p = 1, where every weight is kept")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_dropconnect_forward_arguments", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# Check · seeds, dtypes, errors · 0.5 points
rng = np.random.default_rng(74)
x, w, b = rng.normal(size=(5, 30)), rng.normal(size=(30, 20)), rng.normal(size=20)
outs = {}
for seed in (7, 8, 0):
    outs[seed], again = (connected(dropconnect_forward, x, w, b, 0.5, seed) for _ in range(2))
    checks.true(np.allclose(outs[seed], again), known.SEED_IGNORED if seed else known.SEED_ZERO)
checks.true(not np.allclose(outs[7], outs[8]), known.SEED_SAME)
one, two = (connected(dropconnect_forward, x, w, b, 0.5) for _ in range(2))
checks.true(not np.allclose(one, two), known.SEED_NONE)
checks.passed("dropconnect_forward", "the seed decides about the mask")
### BEGIN HIDDEN TESTS
after = []
for _ in range(2):
    connected(dropconnect_forward, x, w, b, 0.5, seed=75)
    after.append(checks.unpack(dropconnect_forward(x, w.copy(), b, {"mode": "train", "p": 0.5}), "out, cache")[0])
checks.true(not np.allclose(*after), known.SEED_GLOBAL)
for dtype in (np.float64, np.float32):
    for mode in ("train", "test"):
        given = [values.astype(dtype) for values in (x, w, b)]
        out, _ = checks.unpack(dropconnect_forward(*given, {"mode": mode, "p": 0.7, "seed": 77}), "out, cache")
        for name, after, before in zip("xwb", given, (x, w, b)):
            checks.unchanged(after, before.astype(dtype), f"{name} of dropconnect_forward in {mode} mode")
        if own_dropout(dropout_forward, 0.7)[2]:  # otherwise that function has lost these points
            checks.dtype(out, dtype, f"out for arguments of dtype {np.dtype(dtype)} in {mode} mode")
        checks.resembles(out, x.dot(w) + b, f"out in {mode} mode")
for p in (0.0, 1.5):
    checks.raises(ValueError, f"dropconnect_forward with p = {p}", dropconnect_forward, x, w, b, {"mode": "train", "p": p, "seed": None})
error = checks.raises(ValueError, "dropconnect_forward with the mode 'eval'", dropconnect_forward, x, w, b, {"mode": "eval", "p": 0.5, "seed": None})
### END HIDDEN TESTS

# %% [markdown]
# How does that differ from dropout? Look at *two* units with the same inputs. With dropout an input is missing for both at once, so
# their errors go together. Every dot is one pass.

# %% nbgrader={"grade": false, "grade_id": "demo_dropconnect", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
rng = np.random.default_rng(3)
h = np.maximum(0, rng.normal(size=(1, 100)))
w = rng.normal(size=(100, 1)) + 0.5 * rng.normal(size=(100, 2))  # (100, 2): two units
by_units = dropout_forward(np.repeat(h, 600, axis=0), {"mode": "train", "p": 0.5, "seed": 4})[0].dot(w)  # (600, 2)
by_weights = np.concatenate([dropconnect_forward(h, w, np.zeros(2), {"mode": "train", "p": 0.5, "seed": seed})[0] for seed in range(600)])
fig, axes = plt.subplots(1, 2, figsize=(9, 3.8), sharex=True, sharey=True, layout="constrained")
for ax, passes, title in zip(axes, (by_units, by_weights), ("dropout of the inputs", "dropconnect")):
    ax.plot(*passes.T, ".", ms=4, color=vis.BLUE, alpha=0.6, label="training passes")
    ax.plot(*h.dot(w).T, "o", ms=9, color=vis.RED, label="test time")
    ax.set(title=f"{title}: correlation {np.corrcoef(passes.T)[0, 1]:.2f}", xlabel="unit 1", ylabel="unit 2")
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2);

# %% [markdown]
# ### Exercise 6: `max_norm` · 2.5 points
#
# Large steps make large weights. A **max-norm constraint** stops that. After every step, the weights into each unit (a column of
# `w`) that are longer than a limit $c$ are scaled back to it:
#
# $$ w_{:j} \;\leftarrow\; w_{:j} \cdot \frac{c}{\lVert w_{:j} \rVert_2} \quad\text{if}\quad \lVert w_{:j} \rVert_2 > c . $$
#
# By hand: the column $(3, 4)$ has the length 5. With the limit 2 it becomes $(1.2, 1.6)$. The column $(0.9, 1.2)$, of length 1.5, stays as it is.

# %% nbgrader={"grade": false, "grade_id": "max_norm", "locked": false, "schema_version": 3, "solution": true, "task": false}
def max_norm(w, limit):
    """Weights whose columns have an L2 norm of at most limit.

    Parameters: w (D, M), floats, the weights into each of M units in the columns; limit, a number above 0.
    Returns: a new array of w's shape and dtype. Columns longer than limit are scaled down to it, all others are as they were.

    Approach
        1. the norm of each column
        2. the factor of each column: which is it for a column that is short enough?
        3. multiply (a column of zeros must not make you divide by 0)
    """
    ### BEGIN SOLUTION
    norms = np.sqrt(np.sum(w * w, axis=0))  # (M,)
    return w * (limit / np.maximum(norms, limit))  # the factor is 1 where the norm is below the limit
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_max_norm_values", "locked": true, "points": 1.5, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1.5 points
w = np.array([[3.0, 0.9, 6.0, 0.3], [4.0, 1.2, -8.0, 0.4]])  # the columns' norms are 5, 1.5, 10 and 0.5
result = max_norm(w.copy(), 2.0)
checks.shape(result, w.shape, "the result")
checks.close(result, [[1.2, 0.9, 1.2, 0.3], [1.6, 1.2, -1.6, 0.4]], "max_norm of [[3, 0.9, 6, 0.3], [4, 1.2, -8, 0.4]] with limit 2",
             hint="The columns have the norms 5, 1.5, 10 and 0.5.", mistakes=known.max_norm(w, 2.0))
checks.passed("max_norm", "long columns are scaled to the limit")
### BEGIN HIDDEN TESTS
for seed, shape, limit in ((80, (5, 7), 2.0), (81, (9, 3), 3.5), (82, (1, 6), 0.5), (83, (6, 1), 1.0), (84, (4, 4), 1), (86, (20, 12), 40.0)):
    w = np.random.default_rng(seed).normal(size=shape) * np.logspace(-2, 2, shape[1])
    expected = w.copy()
    for j in range(shape[1]):
        length = np.sqrt(np.dot(w[:, j], w[:, j]))
        if length > limit:
            expected[:, j] = w[:, j] / length * limit
    result = max_norm(w.copy(), limit)
    checks.close(result, expected, f"max_norm with limit {limit} of an array of shape {shape}", mistakes=known.max_norm(w, limit))
    norms = np.linalg.norm(result, axis=0)
    checks.true(norms.max() <= limit * (1 + 1e-6), f"With limit {limit} there is a column of norm {norms.max():.8g}.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_max_norm_below", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# Check · short columns · 0.5 points
w = np.array([[0.3, 0.0, 0.6, 0.1], [0.4, 0.0, 0.8, 0.2]])  # norms 0.5, 0, 1 and 0.22
result = max_norm(w.copy(), 5.0)
checks.finite(result, "the result when a column is 0", hint="Where the norm is 0, do not divide by it.")
checks.close(result, w, "max_norm of columns that are all shorter than the limit 5", mistakes=known.max_norm(w, 5.0))
checks.passed("max_norm", "short columns stay as they are")
### BEGIN HIDDEN TESTS
long = max_norm(np.array([[30.0], [40.0]]), 2.0)
checks.true(not np.allclose(long, [[30.0], [40.0]]), known.NOTHING_SHORTENED)
checks.close(max_norm(np.zeros((6, 4)), 2.0), np.zeros((6, 4)), "max_norm of zeros")
w = np.random.default_rng(85).uniform(0, 0.1, size=(3, 5))
checks.close(max_norm(w.copy(), 2.0), w, "max_norm of small weights", rtol=1e-5)  # an epsilon of 1e-7 is fine
result = max_norm(np.array([[0.0, 30.0], [0.0, 40.0]]), 5.0)
checks.finite(result, "the result when a column is 0 and another one is long")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_max_norm_arguments", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# Check · arguments · 0.5 points
w = np.array([[3.0, 0.3], [4.0, 0.4]])
given = w.copy()
result = max_norm(given, 1.0)
checks.unchanged(given, w, "w of max_norm")
checks.resembles(result, [[0.6, 0.3], [0.8, 0.4]], "max_norm with limit 1", given=(w,))
checks.passed("max_norm", "w itself stays as it is")
### BEGIN HIDDEN TESTS
for dtype in (np.float64, np.float32):
    w = np.asfortranarray(np.random.default_rng(88).normal(size=(5, 6)), dtype=dtype)
    for limit in (0.1, 2, 100.0):
        given = w.copy()
        result = max_norm(given, limit)
        checks.unchanged(given, w, f"w of max_norm with limit {limit}")
        checks.dtype(result, dtype, f"the result for weights of dtype {np.dtype(dtype)} with limit {limit}")
        lengths = np.linalg.norm(w, axis=0)
        checks.resembles(result, w * np.minimum(1, limit / lengths), f"max_norm with limit {limit}", given=(w,) if limit < 1 else ())
### END HIDDEN TESTS

# %% [markdown]
# Here the learning rate is deliberately too high: stochastic gradient descent with momentum, 0.06, and dropout with $p = \frac12$. The norms of
# the 500 columns of the second layer begin at about $\sqrt 2$ (why?). The band reaches from the shortest to the longest.

# %% nbgrader={"grade": false, "grade_id": "demo_max_norm", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
rushed = {}
for name, limit in (("no limit", None), ("limit 1.5", 1.5), ("limit 1", 1.0)):
    net = DropoutNet(0.5, limit=limit)
    rushed[name] = train(net, num_epochs=20, update_rule="sgd_momentum", learning_rate=0.06, momentum=0.9)
fig, axes = plt.subplots(1, 3, figsize=(12.5, 3.3))
for (name, run), color in zip(rushed.items(), (vis.ORANGE, vis.GREEN, vis.BLUE)):
    norms = np.array(run.model.norms)  # (steps, 500)
    axes[0].fill_between(np.arange(len(norms)), norms.min(axis=1), norms.max(axis=1), color=color, alpha=0.3, lw=0)
    axes[0].plot(np.median(norms, axis=1), color=color, label=f"{name}, median")
    axes[1].hist(norms[-1], np.linspace(0.5, max(2.5, norms[-1].max()), 60), color=color, alpha=0.8, label=name)
    axes[2].plot(100 * np.array(run.train_acc_history), "--", color=color)
    axes[2].plot(100 * np.array(run.val_acc_history), color=color, label=name)
axes[0].set(title="norm of the columns of W2", xlabel="step", ylim=(0.5, None))
axes[1].set(title="the 500 columns after training", xlabel="norm", ylabel="columns", yscale="log", ylim=(0.7, 2000))
axes[2].set(title="validation accuracy (%), dashed: training", xlabel="epoch", xticks=range(0, 21, 5))
for ax in axes:
    ax.legend(fontsize=8)

# %% [markdown]
# Without a limit some columns grow far, and the net learns badly. A limit of 1.5 helps little. A limit of 1 shortens every column at the first step;
# with it the same reckless learning rate works clearly better.
#
# At last the test set, once: the net without dropout against the one with $p = \frac12$.

# %% nbgrader={"grade": false, "grade_id": "demo_test", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
for p in (1.0, 0.5):
    print(f"p = {p}: test accuracy {runs[f'p = {p}'].check_accuracy(X_test, y_test):.1%}")

# %% [markdown]
# Repeated with four seeds, the test accuracy rose by 5 to 7 points on shapes10 and by 0.6 to 1.3 points on CIFAR-10: always a gain, but how much depends on the
# data.

# %% [markdown]
# ## Summary
#
# - Dropout keeps each value with probability $p$ and sets the others to 0: every step trains another thinned net.
# - Inverted dropout divides what is kept by $p$, so that test time does nothing.
# - The backward pass uses the mask of the forward pass, and no other.
# - The one pass with all units stands for the average of the thinned nets.
# - It pays where data are few or labels are wrong. Compare training and validation with dropout off.
#
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"dropout_forward": 5, "dropout_backward": 5, "dropout_net_loss": 3, "dropout_settings": 2, "dropconnect_forward": 5, "max_norm": 3})
