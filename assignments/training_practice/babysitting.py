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
# # Babysitting a training run: preprocessing, reading curves, search
#
# The first run of a new net hardly ever works. This notebook is about what happens between the first run and a good one: you prepare the images, start
# a net, watch its curves, name what is wrong, search for better settings, and decide when to stop.
#
# **You will learn**
#
# - to **standardize** the channels of images and to **whiten** data, with the statistics of the training set;
# - to stop a hopeless run early, and to read **loss curves** and accuracies;
# - why **random search** beats a grid, and how to see that the searched range is too small;
# - **early stopping** on the validation accuracy;
# - to tell high **bias** from high **variance**, and whether more data would help, by a **learning curve**.
#
# **Time**: about five hours of work. The cells themselves run in about a minute.
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that come with the
# course. The checks use small arrays of numbers, not the images.
#
# *Lecture: "Training neural networks" · Papers: LeCun et al., "Efficient BackProp" (1998); Bergstra and Bengio, "Random search for hyper-parameter
# optimization" (2012) · Further reading: Karpathy, "A recipe for training neural networks" (2019).*

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from cs231n_lib import checks, data, mistakes, models, vis
from cs231n_lib.layers import softmax_loss
from cs231n_lib.notebooks import errors

errors.explain()
known = mistakes.babysitting
LABELS = ("diverged", "not learning", "slow start", "overfitting", "still improving", "good")


def as_sets(result, *sets, what):
    """What a function returned for some sets, after a look whether it is a tuple with an array for each, and finite."""
    checks.true(isinstance(result, (tuple, list)), f"{what} should return a tuple with an array for each set, also if there is only one.")
    checks.true(len(result) == len(sets), f"{what} should return {len(sets)} arrays for {len(sets)} sets, but returned {len(result)}.")
    for number, (X_new, X) in enumerate(zip(result, sets)):
        name = f"set {number} of {what} (set 0 is the training set)"
        checks.shape(X_new, np.shape(X), name)
        checks.finite(X_new, name)
    return [np.asarray(X_new) for X_new in result]


def points_of(result, ranges, num_points):
    """The points of a search as rows, one column per range, after a look whether they are dicts with numbers."""
    checks.true(isinstance(result, (list, tuple)), "The points should be a list with a dict for each point.")
    checks.true(len(result) == num_points, f"There should be {num_points} points, but there are {len(result)}.")
    for point in result:
        checks.true(isinstance(point, dict), "Each point should be a dict.")
        checks.equal(dict.fromkeys(point), dict.fromkeys(ranges), "the names of a point")
    points = np.array([[np.nan if np.ndim(point[name]) else point[name] for name in ranges] for point in result], dtype=float)
    checks.finite(points, "the values of the points")
    checks.true((points > 0).all(), "All values of a range on a log scale are larger than 0.")
    return points


def labels_of(diagnose_run, cases):
    """The labels of some runs. A case is (loss, train_acc, val_acc, num_classes, the right label)."""
    labels = [diagnose_run((list, np.array)[k % 2](loss), list(train), list(val), num_classes) for k, (loss, train, val, num_classes, _) in enumerate(cases)]
    for label in labels:
        checks.true(isinstance(label, str), f"diagnose_run should return one of the labels, a string, but returned {label!r:.60}.")
        checks.true(label in LABELS, f"{label!r} is not a label. The labels are: {', '.join(LABELS)}.")
    return [str(label) for label in labels]


def counts_of(train_until, cases):
    """How many losses are in the list of each run. A case is (losses that step() returns, num_steps, factor, the right number, whether it explodes)."""
    counts, notes = [], []
    for losses, num_steps, factor, right, explodes in cases:
        calls = []

        def step():
            calls.append(len(calls))
            return losses[min(len(calls), len(losses)) - 1]

        got, exploded = checks.unpack(train_until(step, num_steps, factor), "losses, exploded")
        checks.shape(got, np.shape(got)[:1] or (1,), "losses (a list with the loss of each step)")
        got = np.asarray(got, dtype=float)
        own = np.array_equal(got, np.array(losses[: len(got)]), equal_nan=True) or len(got) != len(calls)
        checks.true(own, f"The list should hold what step() returned, in order, but for {losses} it is {got.tolist()}.")
        if len(got) == right:
            checks.true(len(calls) == right, known.STEPS_AFTER_THE_END)
            answer = np.ndim(exploded) == 0 and exploded in (True, False)
            checks.true(answer and bool(exploded) == explodes, f"For the losses {losses}, the second value should be {explodes}, but is {exploded!r:.60}.")
        counts.append(len(got))
    return counts


def answers_of(at_border, cases):
    """The answers of at_border. A case is (best, low, high, the right answer)."""
    answers = [at_border(best, low, high) for best, low, high, _ in cases]
    for answer in answers:
        checks.true(np.ndim(answer) == 0 and answer in (True, False), f"at_border should return True or False, but returned {answer!r:.60}.")
    return [bool(answer) for answer in answers]


def pairs_of(early_stopping, cases):
    """The pairs of early_stopping. A case is (val_acc, patience, the right pair (best, stop))."""
    pairs = [checks.unpack(early_stopping(list(val_acc), patience), "best, stop") for val_acc, patience, _ in cases]
    for pair in pairs:
        checks.shape(pair, (2,), "the pair (best, stop)")
    return [list(pair) for pair in pairs]


def errors_of(learning_curve, train, X, y, sizes):
    """The training errors and the validation errors of learning_curve as two rows."""
    rows = checks.unpack(learning_curve(train, X.copy(), y.copy(), list(sizes)), "train_errors, val_errors")
    for row, name in zip(rows, ("train_errors", "val_errors")):
        checks.shape(row, (len(sizes),), f"{name} (one error for each size)")
    return np.array([np.asarray(row) for row in rows])

# %% [markdown]
# ## The images
#
# Each **channel** of an image, red, green and blue, is a table of numbers from 0 to 255. How are these numbers distributed?

# %% nbgrader={"grade": false, "grade_id": "load_data", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
images = data.load()
print(images)
y_train, y_val = images.y_train, images.y_val
vis.samples_per_class(images.X_train, y_train, images.class_names);

# %% nbgrader={"grade": false, "grade_id": "picture_channels", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, axes = plt.subplots(1, 3, figsize=(vis.WIDTH, 2.2), layout="constrained", sharey=True)
for c, (ax, name, color) in enumerate(zip(axes, ("red", "green", "blue"), (vis.RED, vis.GREEN, vis.BLUE))):
    values = images.X_train[:1000, :, :, c].ravel()
    ax.hist(values, bins=64, range=(0, 256), color=color)
    ax.set_title(f"{name}: mean {values.mean():.0f}, std {values.std():.0f}", fontsize=10)
    ax.set(yticks=[], xticks=[0, 128, 255])

# %% [markdown]
# ## Preprocessing: why the scale of the inputs matters
#
# Suppose that a linear unit has two inputs, one of size 1 and one of size 10. The loss is ten times as steep in the direction of the second weight, and
# a hundred times as curved. So its contours are long, thin ellipses. A learning rate that the steep direction tolerates is too small for the flat one.
# Divide the second input by 10, and the contours become circles.

# %% nbgrader={"grade": false, "grade_id": "picture_scales", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def descend(X, t, learning_rate, num_steps=20):
    """Gradient descent on the mean squared error of X w, from w = (-1.5, -1.5), with coordinates in units of the minimum."""
    w, trace = -1.5 / X.std(axis=0), []
    for _ in range(num_steps + 1):
        trace.append(w * X.std(axis=0))
        w = w - learning_rate * 2 * X.T @ (X @ w - t) / len(X)
    return np.array(trace)


rng = np.random.default_rng(0)
raw = rng.normal(size=(200, 2)) * [1.0, 10.0]
target = raw @ [1.0, 0.1]
fig, axes = plt.subplots(1, 2, figsize=(vis.WIDTH, 3.2), layout="constrained")
for ax, X, name in zip(axes, (raw, raw / raw.std(axis=0)), ("inputs of size 1 and 10", "standardized inputs")):
    span = 2.2 * X.std() / X.std(axis=0).max()  # the same window of weights in both directions
    steepest = np.linalg.eigvalsh(2 * X.T @ X / len(X)).max()
    path = descend(X, target, 1.2 / steepest) / X.std(axis=0)
    grid = np.stack(np.meshgrid(*(np.linspace(-2.2, 2.2, 80),) * 2), axis=-1)
    surface = np.mean((grid @ X.T - target) ** 2, axis=-1)
    ax.contour(grid[..., 0], grid[..., 1], surface, levels=np.geomspace(surface.max() / 300, surface.max(), 9), colors=vis.GREY, linewidths=0.8)
    ax.plot(*path.T, "o-", color=vis.RED, ms=3)
    ax.set(xlim=(-2.2, 2.2), ylim=(-2.2, 2.2), xlabel="first weight", ylabel="second weight", aspect="equal")
    ax.set_title(f"{name}: loss {np.mean((X @ path[-1] - target) ** 2):.2g} after 20 steps", fontsize=9)

# %% [markdown]
# Both paths use a learning rate that is 60% of the largest one that still converges.
#
# ### Exercise 1: `standardize_channels` · 3 points
#
# For images one does not standardize each pixel on its own: the same filter or weight pattern may meet an object anywhere, so all places should be
# treated alike. Take one mean and one standard deviation for each channel, over all training images and all places. With three channels these are only
# six numbers. The **same** six numbers, those of the training set, serve all other sets, also at test time.
#
# By hand: two training images of one pixel with one channel, 0 and 4, have mean 2 and standard deviation 2. They become −1 and 1. A test image of 6
# becomes (6 − 2) / 2 = 2.

# %% nbgrader={"grade": false, "grade_id": "standardize_channels", "locked": false, "schema_version": 3, "solution": true, "task": false}
def standardize_channels(X_train, *others):
    """Standardize the channels of images with the means and standard deviations of the training set.

    Parameters: X_train (N, H, W, C) images, of floats or of integers such as uint8; others, further sets of images
        (M, H, W, C), where M may differ from set to set. None of them is changed.
    Returns: a tuple (X_train, *others) with as many arrays of floats, of the same shapes.

    Approach
        1. over which axes do you take mean and standard deviation, so that C numbers are left?
        2. a channel that is the same everywhere in the training set has a standard deviation of 0; do not divide it
    """
    ### BEGIN SOLUTION
    mean = X_train.mean(axis=(0, 1, 2), dtype=np.float64)  # (C,)
    deviation = X_train.std(axis=(0, 1, 2), dtype=np.float64)  # (C,)
    flat = X_train.min(axis=(0, 1, 2)) == X_train.max(axis=(0, 1, 2))
    deviation = np.where(flat, 1.0, deviation)
    return tuple((X - mean) / deviation for X in (X_train, *others))
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_standardize_channels_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
X_train = np.array([[[[0.0, 10.0]], [[4.0, 10.0]]], [[[4.0, 10.0]], [[0.0, 90.0]]]])  # (2, 2, 1, 2): two images of two pixels
(X_new,) = as_sets(standardize_channels(X_train), X_train, what="standardize_channels")
expected = np.stack([[-1.0, 1.0, 1.0, -1.0], np.array([-20.0, -20.0, -20.0, 60.0]) / 1200**0.5], axis=-1).reshape(2, 2, 1, 2)
checks.close(X_new, expected, "two images of two pixels with two channels", mistakes=known.channels(X_train, X_train),
             hint="The first channel has the values 0, 4, 4, 0: mean 2 and standard deviation 2. In the second, they are 30 and 34.6.")
checks.passed("standardize_channels", "each channel has mean 0 and standard deviation 1")
### BEGIN HIDDEN TESTS
for seed, shape in ((1, (6, 4, 3, 3)), (2, (3, 5, 5, 1)), (3, (1, 2, 7, 4))):
    rng = np.random.default_rng(seed)
    X_train = rng.normal(size=shape) * np.arange(1, shape[-1] + 1) + 5 * np.arange(shape[-1])
    (X_new,) = as_sets(standardize_channels(X_train.copy()), X_train, what="standardize_channels")
    expected = np.empty(shape)
    for c in range(shape[-1]):
        numbers = np.ravel(X_train[..., c])
        expected[..., c] = (X_train[..., c] - np.mean(numbers)) / np.sqrt(np.var(numbers))
    checks.close(X_new, expected, f"images of shape {shape}", mistakes=known.channels(X_train, X_train))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_standardize_channels_others", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · other sets · 1 point
X_train, X_val, X_test = (np.array(values).reshape(-1, 1, 1, 1) for values in ([0.0, 4.0], [2.0, 6.0, 16.0], [5.0]))
_, X_val_new, X_test_new = as_sets(standardize_channels(X_train, X_val, X_test), X_train, X_val, X_test, what="standardize_channels")
for name, X, X_new, expected in (("validation", X_val, X_val_new, [0.0, 2.0, 7.0]), ("test", X_test, X_test_new, [1.5])):
    checks.close(X_new, np.reshape(expected, (-1, 1, 1, 1)), f"the {name} images", mistakes=known.channels(X, X_train, X_val, X_test),
                 hint="The training images are 0 and 4, so 2 is subtracted from every set, and every set is divided by 2.")
checks.passed("standardize_channels", "all sets use the statistics of the training set")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(4)
sets = [rng.normal(shift, spread, size=(count, 3, 2, 3)) for count, shift, spread in ((5, 1, 2), (4, -3, 1), (1, 0, 9), (8, 1, 1))]
for X, X_new in zip(sets, as_sets(standardize_channels(*(X.copy() for X in sets)), *sets, what="standardize_channels")):
    flat = sets[0].reshape(-1, 3)
    checks.close(X_new, (X - np.mean(flat, 0)) / np.std(flat, 0), "one of four sets", mistakes=known.channels(X, *sets))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_standardize_channels_integers", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · bytes and flat channels · 1 point
X_train = np.array([[[[250, 7]], [[254, 7]]]], dtype=np.uint8)  # one image of two pixels; the second channel is 7 everywhere
X_test = np.array([[[[100, 9]], [[0, 7]]]], dtype=np.uint8)
X_new, X_test_new = as_sets(standardize_channels(X_train, X_test), X_train, X_test, what="standardize_channels")
for X, new, expected in ((X_train, X_new, [[-1, 0], [1, 0]]), (X_test, X_test_new, [[-76, 2], [-126, 0]])):
    checks.close(new, np.reshape(expected, (1, 2, 1, 2)), "an image of bytes, uint8, with a flat channel", mistakes=known.channels(X, X_train, X_test),
                 hint="A flat channel is centred: 7 is subtracted. It is not divided.")
checks.passed("standardize_channels", "bytes do not overflow, and a flat channel is not divided by 0")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(5)
X_train, X_test = (rng.integers(0, 256, size=(count, 2, 3, 3)).astype(np.uint8) for count in (9, 4))
X_train[..., 1] = 200
X_train[:, :, 0, 0], X_train[:, :, 1, 2] = 255, 0  # a border that is always bright, and one that is always dark
flat = X_train.reshape(-1, 3).astype(float)
(X_new, X_test_new), after = checks.call(standardize_channels, X_train, X_test)
for X, new in ((X_train, X_new), (X_test, X_test_new)):
    (new,) = as_sets((new,), X, what="standardize_channels")
    checks.close(new, (X - np.mean(flat, 0)) / [np.std(flat[:, 0]), 1, np.std(flat[:, 2])], "images of bytes", mistakes=known.channels(X, X_train, X_test))
tenths = np.full((3, 1, 1, 1), 0.1)  # for the computer, the deviation of 0.1, 0.1, 0.1 is not quite 0
checks.close(as_sets(standardize_channels(tenths, tenths + 0.2), tenths, tenths, what="standardize_channels")[1], tenths + 0.1,
             "images of 0.3 after flat training images of 0.1", mistakes=known.channels(tenths + 0.2, tenths))
checks.unchanged(after[0], X_train, "X_train")
### END HIDDEN TESTS

# %% nbgrader={"grade": false, "grade_id": "standardized_images", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
pixels_train, pixels_val, pixels_test = (X.reshape(len(X), -1).astype(np.float32) for X in standardize_channels(
    images.X_train[:9000], images.X_val, images.X_test))  # 9,000 training images are enough here
print(f"training images: mean {pixels_train.mean():.3f}, standard deviation {pixels_train.std():.3f}")
print(f"validation images: mean {pixels_val.mean():.3f}, standard deviation {pixels_val.std():.3f}")

# %% [markdown]
# The statistics of the validation images are only nearly 0 and 1, and so it should be.
#
# ### Exercise 2: `pca_whiten` · 5 points
#
# Standardized features may still be correlated: neighbouring pixels nearly always have similar values. **Whitening** removes that, too. The covariance
# matrix of centred rows is $C = \frac1N X^\top X$, of shape (D, D). Its eigenvectors, the columns of $U$, are the **principal components** (PCA): the
# directions in which the data vary most, next most, and so on. Its eigenvalues $\lambda_j$ are the variances in these directions. Whitening rotates the
# data into these directions, and divides each by its standard deviation:
#
# $$ Z = (X - \bar x)\, U \,\mathrm{diag}\Big(\frac{1}{\sqrt{\lambda_1 + \epsilon}}, \dots, \frac{1}{\sqrt{\lambda_D + \epsilon}}\Big) . $$
#
# The covariance matrix of $Z$ is the identity, if $\epsilon$ is small. The $\epsilon$ keeps directions without variance from being divided by 0.

# %% nbgrader={"grade": false, "grade_id": "picture_whitening", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
rng = np.random.default_rng(1)
cloud = rng.normal(size=(400, 2)) @ [[2.0, 1.2], [0.0, 0.5]] + [3.0, 2.0]
centred = cloud - cloud.mean(axis=0)
variances, directions = np.linalg.eigh(np.cov(centred.T, bias=True))
rotated = centred @ directions[:, ::-1]
fig, axes = plt.subplots(1, 4, figsize=(vis.WIDTH, 2.2), layout="constrained", sharex=True, sharey=True)
for ax, points, name in zip(axes, (cloud, centred, rotated, rotated / rotated.std(axis=0)), ("data", "centred", "decorrelated", "whitened")):
    ax.scatter(*points.T, s=4, c=centred[:, 0], cmap="viridis")
    ax.axhline(0, color=vis.GREY, lw=0.6)
    ax.axvline(0, color=vis.GREY, lw=0.6)
    ax.set(title=name, aspect="equal", xlim=(-6, 8), ylim=(-6, 8))

# %% [markdown]
# By hand: the rows (2, 2), (−2, −2), (1, −1) and (−1, 1) have mean 0. The mean of $x_1^2$, and of $x_2^2$, is (4 + 4 + 1 + 1) / 4 = 2.5, and that of
# $x_1 x_2$ is (4 + 4 − 1 − 1) / 4 = 1.5. The eigenvalues of ((2.5, 1.5), (1.5, 2.5)) are 4, in the direction (1, 1)/√2, and 1, in the direction
# (1, −1)/√2. So (2, 2) has the coordinates (2√2, 0), which become (2√2 / 2, 0) = (√2, 0).

# %% nbgrader={"grade": false, "grade_id": "pca_whiten", "locked": false, "schema_version": 3, "solution": true, "task": false}
def pca_whiten(X_train, *others, eps=1e-5):
    """Whiten data with the mean and the principal components of the training set.

    Parameters: X_train (N, D), a row of numbers for each example; others, further sets (M, D), where M may differ from set
        to set; eps, the number that is added to each eigenvalue, under the root.
    Returns: a tuple (Z_train, *others) with as many arrays, of the same shapes. The first column belongs to the direction
        in which the training set varies most, and so on. The sign of a column is arbitrary.

    Approach
        1. the mean of the training rows, and the covariance matrix of the centred rows; divide by N
        2. np.linalg.eigh gives the eigenvalues in *rising* order, and np.linalg.svd in falling order
        3. the same mean, directions and factors for every set
    """
    ### BEGIN SOLUTION
    mean = X_train.mean(axis=0)  # (D,)
    covariance = (X_train - mean).T @ (X_train - mean) / len(X_train)  # (D, D)
    values, directions = np.linalg.eigh(covariance)
    values, directions = np.maximum(values[::-1], 0), directions[:, ::-1]
    return tuple((X - mean) @ directions / np.sqrt(values + eps) for X in (X_train, *others))
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_pca_whiten_covariance", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · covariance · 2 points
X_train = np.array([[2.0, 2.0], [-2.0, -2.0], [1.0, -1.0], [-1.0, 1.0]]) + [5.0, -3.0]
(Z,) = as_sets(pca_whiten(X_train, eps=1e-12), X_train, what="pca_whiten")
checks.close(Z.mean(axis=0), np.zeros(2), "the mean of the whitened rows", atol=1e-6, mistakes=known.whitened_means(X_train, 1e-12))
checks.close(Z.T @ Z / 4, np.eye(2), "the covariance matrix of the whitened rows", atol=1e-6, mistakes=known.whitened(X_train, X_train, eps=1e-12),
             hint="These are the rows of the example by hand, moved by (5, -3).")
checks.passed("pca_whiten", "the covariance matrix is the identity")
### BEGIN HIDDEN TESTS
for seed, (N, D) in ((6, (30, 4)), (7, (50, 6)), (8, (9, 1))):
    rng = np.random.default_rng(seed)
    X_train = rng.normal(size=(N, D)) @ rng.normal(size=(D, D)) + 3 * rng.normal(size=D)
    (Z,) = as_sets(pca_whiten(X_train.copy(), eps=1e-12), X_train, what="pca_whiten")
    checks.close(Z.mean(axis=0), np.zeros(D), "the mean of the whitened rows", atol=1e-6, mistakes=known.whitened_means(X_train, 1e-12))
    checks.close(Z.T @ Z / N, np.eye(D), "the covariance matrix of the whitened rows", atol=1e-6, mistakes=known.whitened(X_train, X_train, eps=1e-12))
    # what no rotation and no sign changes: the products of the rows with each other
    centred = X_train - np.mean(X_train, axis=0)
    products = centred @ np.linalg.inv(np.cov(X_train.T, bias=True).reshape(D, D)) @ centred.T
    checks.close(Z @ Z.T, products, "the products of the whitened rows", rtol=1e-5, atol=1e-5, mistakes=known.whitened(X_train, X_train, eps=1e-12))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_pca_whiten_others", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · other sets · 2 points
X_train = np.array([[2.0, 2.0], [-2.0, -2.0], [1.0, -1.0], [-1.0, 1.0]]) + [5.0, -3.0]
X_val = np.array([[6.0, -2.0], [5.0, -3.0], [6.0, -3.0]])  # (1, 1), (0, 0) and (1, 0) from the mean of the training rows
Z, Z_val = as_sets(pca_whiten(X_train, X_val, eps=1e-12), X_train, X_val, what="pca_whiten")
r = 2**0.5  # of two directions with variances 4 and 1, the row (1, 1) lies in the first and (1, 0) halfway between them
checks.close(np.abs(Z_val), [[r / 2, 0], [0, 0], [r / 4, r / 2]], "the sizes of the whitened validation rows", atol=1e-5,
             mistakes=known.whitened(X_val, X_train, X_val, eps=1e-12))
checks.passed("pca_whiten", "other sets are whitened with the statistics of the training set")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(9)
sets = [rng.normal(size=(count, 4)) @ rng.normal(size=(4, 4)) + shift for count, shift in ((40, 1), (7, -2), (1, 5), (12, 0))]
new = as_sets(pca_whiten(*(X.copy() for X in sets), eps=0.1), *sets, what="pca_whiten")
mean, inverse = np.mean(sets[0], axis=0), np.linalg.inv(np.cov(sets[0].T, bias=True) + 0.1 * np.eye(4))
for X, Z in zip(sets, new):
    checks.close(Z @ new[0].T, (X - mean) @ inverse @ (sets[0] - mean).T, "the products of whitened rows with those of the training set",
                 rtol=1e-5, atol=1e-6, mistakes=known.whitened(X, *sets, eps=0.1))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_pca_whiten_order", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · order and eps · 1 point
X_train = np.array([[2.0, 2.0], [-2.0, -2.0], [1.0, -1.0], [-1.0, 1.0]])
(Z,) = as_sets(pca_whiten(X_train, eps=1.0), X_train, what="pca_whiten")  # the eigenvalues 4 and 1 become 5 and 2
checks.close(Z.T @ Z / 4, [[4 / 5, 0], [0, 1 / 2]], "the covariance matrix of the whitened rows with eps=1", atol=1e-6,
             mistakes=known.whitened(X_train, X_train, eps=1.0))
(Z,) = as_sets(pca_whiten(X_train[:2]), X_train[:2], what="pca_whiten")  # two rows vary in one direction only
checks.close(np.abs(Z), [[1, 0], [1, 0]], "the sizes of the whitened rows of (2, 2) and (-2, -2)", atol=1e-3)
checks.passed("pca_whiten", "the direction of the largest variance comes first, and eps protects the others")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(10)
X_train = rng.normal(size=(60, 5)) @ rng.normal(size=(5, 5)) + 2
(Z,) = as_sets(pca_whiten(X_train.copy(), eps=0.3), X_train, what="pca_whiten")
shares = np.sort(np.linalg.svd(X_train - np.mean(X_train, 0), compute_uv=False) ** 2 / 60)[::-1]
checks.close(Z.T @ Z / 60, np.diag(shares / (shares + 0.3)), "the covariance matrix of the whitened rows with eps=0.3", atol=1e-6,
             mistakes=known.whitened(X_train, X_train, eps=0.3))
wide = rng.normal(size=(4, 9))  # four rows vary in three directions only
(Z,) = as_sets(pca_whiten(wide.copy()), wide, what="pca_whiten")
checks.close(Z.T @ Z / 4, np.diag([1, 1, 1, 0, 0, 0, 0, 0, 0]), "the covariance matrix of four whitened rows of nine numbers", atol=1e-3)
### END HIDDEN TESTS

# %% [markdown]
# Whitened images. They are shrunk to 16x16 gray values, since the covariance matrix of all 3,072 numbers would take long. The principal components of
# images look like waves: the first are smooth, the later ones have more and more stripes. To look at whitened images, we rotate them back with $U$,
# which is called **ZCA whitening**.

# %% nbgrader={"grade": false, "grade_id": "demo_whitening", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def shrunk(X):
    """Gray images of half the size, as rows (N, 256)."""
    return X.mean(axis=3).reshape(len(X), 16, 2, 16, 2).mean(axis=(2, 4)).reshape(len(X), -1)


small, small_val = shrunk(images.X_train[:5000]) / 64, shrunk(images.X_val) / 64
variances, directions = np.linalg.eigh(np.cov(small.T, bias=True))
variances, directions = variances[::-1], directions[:, ::-1]
vis.show_images(directions[:, [0, 1, 2, 3, 4, 5, 6, 7, 10, 20, 40, 80, 120, 160, 200, 240]].T.reshape(-1, 16, 16), columns=8)
print(f"The first 20 of 256 components have {variances[:20].sum() / variances.sum():.0%} of the variance.")
shown = [small[:8] - small.mean(axis=0)]
for eps in (1e-1, 1e-5):
    (whitened,) = pca_whiten(small, eps=eps)
    signs = np.sign(np.sum(whitened * ((small - small.mean(axis=0)) @ directions), axis=0))  # your columns may have other signs
    shown.append((whitened[:8] * signs) @ directions.T)
rows = [(row - row.min(axis=1, keepdims=True)) / np.ptp(row, axis=1, keepdims=True) for row in shown]
print("Centred images, whitened with eps=0.1, and with eps=1e-5:")
vis.show_images(np.concatenate(rows).reshape(-1, 16, 16), columns=8);

# %% [markdown]
# Whitening lifts the faint fine details to the same size as the outlines. With a tiny eps it lifts the noise as well.

# %% [markdown]
# **Question 1** · 2 points. Linear models and k-means gain from whitening. But before convolutional nets images are hardly ever whitened: one only
# subtracts a mean, and perhaps divides by a standard deviation. Give two reasons. (Think of images of 224x224x3, of what the pictures above show, and of
# what a convolution relies on.)

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_whitening", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# Two of these reasons:
#
# - Cost: 224x224x3 = 150,528 numbers per image. The covariance matrix has 2.3e10 entries (90 GB in float32), and its eigenvectors take D³ operations.
# - The components of small variance hold mostly noise, and whitening lifts them to the size of the others.
# - After the rotation a column is no longer a place in the image. A convolution relies on neighbouring places. (ZCA rotates back, but not for free.)
# - All pixels have the same range and nearly the same variance from the start, and batch normalization standardizes the layers that follow.
#
# Scheme
# - [1] one of the reasons
# - [1] another one of them
# ### END SOLUTION

# %% [markdown]
# ## The first runs
#
# Before you train for long, make the checks of the notebook `two_layer_net`: is the first loss log C? Can the net memorize 20 images? We assume that
# both went well. Our net has two layers, 50 hidden units, and first weights of standard deviation 0.0001. It trains on 5,000 images, in minibatches of
# 100, with plain gradient descent. Only the learning rate is open. Which would you try first?

# %% nbgrader={"grade": false, "grade_id": "run", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
class Run:
    """A two-layer net on the first num_images training images, trained step by step with gradient descent."""

    def __init__(self, learning_rate, weight_scale=1e-4, num_images=5000, reg=1e-6, decay=1.0, seed=0):
        self.net = models.TwoLayerNet(pixels_train.shape[1], 50, len(images.class_names), weight_scale, reg, np.float32, rng=seed)
        self.learning_rate, self.decay, self.rng = learning_rate, decay, np.random.default_rng(seed)
        self.X, self.y, self.order = pixels_train[:num_images], y_train[:num_images], []
        self.losses, self.train_acc, self.val_acc = [], [], []

    def accuracy(self, X, y):
        with np.errstate(all="ignore"):
            return float(np.mean(self.net.predict(X, 1000) == y))

    def step(self):
        """Take a step, and return the loss before it. At the end of an epoch, note the accuracies."""
        if not len(self.order):
            self.order = self.rng.permutation(len(self.X))
        batch, self.order = self.order[:100], self.order[100:]
        with np.errstate(all="ignore"):  # too large a learning rate ends in infinities
            loss, grads = self.net.loss(self.X[batch], self.y[batch])
            for name, gradient in grads.items():
                self.net.params[name] = self.net.params[name] - np.float32(self.learning_rate) * gradient
        self.losses.append(float(loss))
        if not len(self.order):
            self.learning_rate *= self.decay
            self.train_acc.append(self.accuracy(self.X[:1000], self.y[:1000]))
            self.val_acc.append(self.accuracy(pixels_val, y_val))
        return float(loss)

    def train(self, num_epochs):
        """Train until the loss is no longer finite, at most for this many epochs."""
        while len(self.val_acc) < num_epochs and np.isfinite(self.step()):
            pass
        if not self.val_acc:
            self.train_acc, self.val_acc = [self.accuracy(self.X[:1000], self.y[:1000])], [self.accuracy(pixels_val, y_val)]
        return self


runs = {}
for learning_rate in tqdm([1e-6, 1e6, 0.3, 1e-2], file=sys.stdout, desc="runs"):
    runs[learning_rate] = run = Run(learning_rate).train(10)
for learning_rate, run in runs.items():
    print(f"learning rate {learning_rate:g}: loss {run.losses[0]:.6f} at first and {run.losses[-1]:.6f} at step {len(run.losses)};",
          f"validation accuracy {run.val_acc[-1]:.1%}")

# %% [markdown]
# Read these lines one by one. On shapes10 you see:
#
# - 1e-6: the loss stays at 2.302585 = log 10 to the last digit. **Too low.** The net has not moved.
# - 1e6: NaN after five steps. **Much too high.**
# - 0.3: infinite after 123 steps. Still **too high**, although it looked fine for two epochs.
# - 1e-2: the loss after ten epochs is still 2.302. And yet the validation accuracy has risen to more than a quarter! How can that be?
#
# The last one is a puzzle that the lecture asks, too. Look at the probabilities of the net. (With CIFAR-10 this run is faster: its loss leaves 2.303 after
# half of the epochs and ends at about 2.13. Answer Question 2 for the figures above.)

# %% nbgrader={"grade": false, "grade_id": "picture_puzzle", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
run = runs[1e-2]
scores = run.net.loss(pixels_val)
p = np.exp(scores - scores.max(axis=1, keepdims=True))
p /= p.sum(axis=1, keepdims=True)
fig, axes = plt.subplots(1, 3, figsize=(vis.WIDTH, 2.6), layout="constrained")
axes[0].plot(run.losses, color=vis.BLUE)
axes[0].set(title="loss", xlabel="step", ylim=(0, 3))
axes[1].plot(range(1, 11), 100 * np.array(run.val_acc), "o-", color=vis.ORANGE, ms=4)
axes[1].set(title="validation accuracy (%)", xlabel="epoch", ylim=(0, 40), xticks=range(0, 11, 2))
axes[2].bar(range(10), p[0], color=vis.BLUE)
axes[2].set(title="probabilities, one image", xlabel="class", ylim=(0, 0.2))
for ax in axes:
    ax.title.set_fontsize(10)
print(f"The largest probability of an image is {p.max(axis=1).mean():.5f} on average, and the smallest {p.min(axis=1).mean():.5f}.")

# %% [markdown]
# **Question 2** · 3 points. (a) The loss is still that of guessing, but the accuracy is not. Explain it with the probabilities. (b) Which of the two
# would you have looked at, loss or accuracy, to see that the net learns? (c) The gradient of $W_1$ contains the factor $W_2$, and the other way round.
# Why does the loss lie flat for many epochs and then fall quickly, as it does with a learning rate of 0.03? What would you change so that it falls at
# once?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_puzzle", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# (a) All probabilities are close to 1/10 (they differ in the fourth digit), so the loss, -log of the correct one, is close to log 10. The accuracy asks
# only which one is the *largest*. A probability of 0.1001 instead of 0.1 hardly changes the loss, but if it is the largest of the ten, the image counts
# as correct.
#
# (b) The accuracy, here. It moves as soon as the order of the scores is right more often. (Or the loss with six digits: it falls, too, but by 0.0003.)
#
# (c) At first both weights have a size of 1e-4. The gradient of each is proportional to the other, so both gradients are tiny and the weights grow
# slowly, at a rate that is proportional to their size: exponentially. The growth is invisible at first, and then fast. A saddle point lies at W = 0.
# Larger first weights (Xavier, He) start outside of this flat place; a larger learning rate helps, too.
#
# Scheme
# - [1] (a) all probabilities are nearly equal, so the loss is nearly log 10, but accuracy depends on the order only
# - [0.5] (b) the accuracy (or the loss with many digits)
# - [1] (c) each gradient is proportional to the other, tiny weights, so growth is slow at first and speeds up
# - [0.5] (c) larger first weights, by Xavier or He
# ### END SOLUTION

# %% [markdown]
# ### Exercise 3: `train_until` · 4 points
#
# A search tries hundreds of settings, and many runs are hopeless after a few steps. They should not cost the time of a whole run. So train until the
# loss explodes: stop as soon as a loss is not finite (infinite or NaN), or is larger than `factor` times the *first* loss. The lecture suggests three
# times.
#
# By hand: with the losses 2.3, 2.0, 6.8, 7.0 and a factor of 3, the limit is 6.9. The run stops after the fourth step: 6.8 is bad, but not yet
# hopeless.

# %% nbgrader={"grade": false, "grade_id": "train_until", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_until(step, num_steps, factor=3):
    """Train, but give up when the loss explodes.

    Parameters: step, a function without arguments that takes one step of training and returns its loss, a number;
        num_steps, the most steps to take, at least 1; factor, how many times the first loss is too much.
    Returns: losses, a list with the loss of every step that was taken, the last one included; exploded, True if the
        training was given up, otherwise False.

    Approach
        1. call step() once for each step, and never after you have given up
        2. NaN is neither larger nor smaller than any number: what does `np.nan > 6.9` give?
    """
    ### BEGIN SOLUTION
    losses = []
    for _ in range(num_steps):
        losses.append(step())
        if not np.isfinite(losses[-1]) or losses[-1] > factor * losses[0]:
            return losses, True
    return losses, False
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_train_until_explodes", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · explosions · 2 points
nan, inf = np.nan, np.inf
cases = [([2.3, 2.0, 6.8, 7.0, 1.0, 1.0], 6, 3, 4, True), ([2.3, 2.0, nan, 1.0], 4, 3, 3, True), ([2.0, 1.8, inf, 1.0], 4, 3, 3, True),
         ([1.0, 1.9, 2.1, 0.5], 4, 2, 3, True), ([0.5, 0.4, 1.6, 0.1], 4, 3, 3, True)]  # losses of step(), num_steps, factor, how many there should be
checks.equal(counts_of(train_until, cases), [case[3] for case in cases], f"how many losses are in the list, for {cases}", mistakes=known.until(cases))
checks.passed("train_until", "a hopeless run is given up at once")
### BEGIN HIDDEN TESTS
cases = [([0.5, 0.4, 1.4, 1.6, 0.1], 5, 3, 4, True), ([nan, 1.0, 1.0], 3, 3, 1, True), ([1.0, 5.0, 9.0, 10.5, 1.0], 5, 10, 4, True),
         ([3.0, 1.0, 3.5, 8.9, 9.5, 1.0], 6, 3, 5, True), ([1.0, 1.2, 1.6, 1.0], 4, 1.5, 3, True), ([inf, inf, inf], 3, 3, 1, True),
         ([4.0, 4.0, -inf, 4.0], 4, 3, 3, True)]
checks.equal(counts_of(train_until, cases), [case[3] for case in cases], f"how many losses are in the list, for {cases}", mistakes=known.until(cases))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_train_until_ends", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · ordinary runs · 2 points
cases = [([2.3, 2.2, 2.1, 2.0], 4, 3, 4, False), ([2.3, 5.0, 6.8, 2.0], 4, 3, 4, False), ([2.3, 2.2, 2.1, 2.0], 2, 3, 2, False),
         ([1.5, 9.0], 1, 3, 1, False), ([2.0, 0.5, 1.9, 0.4], 4, 3, 4, False), ([2.0, 4.0, 6.0, 1.0], 4, 3, 4, False)]
checks.equal(counts_of(train_until, cases), [case[3] for case in cases], f"how many losses are in the list, for {cases}", mistakes=known.until(cases))
checks.passed("train_until", "other runs take all their steps")
### BEGIN HIDDEN TESTS
cases = [([4.0, 11.0, 2.0, 7.0, 0.5, 1.6, 0.1, 0.4], 8, 3, 8, False), ([1.0, 3.0, 2.0], 3, 3, 3, False), ([1.0, 6.0, 9.0], 3, 10, 3, False)]
for seed, num_steps in ((11, 3), (12, 8), (13, 40)):
    losses = [1.0, *np.random.default_rng(seed).uniform(0.1, 2.9, size=num_steps).tolist()]
    cases += [(losses, num_steps, 3, num_steps, False), (losses, num_steps + 1, 3, num_steps + 1, False)]
checks.equal(counts_of(train_until, cases), [case[3] for case in cases], "how many losses are in the lists of ordinary runs", mistakes=known.until(cases))
losses, exploded = checks.unpack(train_until(lambda: 1.0, 5), "losses, exploded")
checks.true(len(losses) == 5 and not exploded, "Without the argument factor, it is 3, and a constant loss does not explode.")
### END HIDDEN TESTS

# %% [markdown]
# ## Reading curves
#
# The loss of one minibatch is noisy. To see where it goes, one looks at a running mean.
#
# ### Exercise 4: `smooth_history` · 3 points
#
# The **exponential moving average** weights the past losses with powers of $\beta$: the newest with 1, the one before with $\beta$, then $\beta^2$, and
# so on. Adam uses the same average, and corrects it in the same way: the weights are divided by their sum, so that they add up to 1 from the first step
# on.
#
# $$ s_t = \frac{h_t + \beta h_{t-1} + \dots + \beta^t h_0}{1 + \beta + \dots + \beta^t} $$
#
# By hand: with $\beta = 0.5$ the losses 4, 1, 8 give 4, then (1 + 2) / 1.5 = 2, then (8 + 0.5 + 1) / 1.75 = 5.43.

# %% nbgrader={"grade": false, "grade_id": "smooth_history", "locked": false, "schema_version": 3, "solution": true, "task": false}
def smooth_history(h, beta):
    """The exponential moving average of a history, with the weights of each average adding up to 1.

    Parameters: h, a list or an array (T,) of numbers; beta, from 0, which changes nothing, to below 1.
    Returns: an array of floats (T,).

    Approach
        1. one sum for the values and one for the weights: each is multiplied by beta before the new term is added
    """
    ### BEGIN SOLUTION
    smoothed, total, weight = [], 0.0, 0.0
    for value in h:
        total = beta * total + value
        weight = beta * weight + 1
        smoothed.append(total / weight)
    return np.array(smoothed)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_smooth_history_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · values · 2 points
for h, beta, expected in (([4, 1, 8], 0.5, [4, 2, 9.5 / 1.75]), ([4, 1, 8], 0.0, [4, 1, 8]), ([3.0, 3.0, 3.0, 3.0], 0.9, [3, 3, 3, 3])):
    checks.close(smooth_history(h, beta), expected, f"the average of {h} with beta={beta}", mistakes=known.smoothed(h, beta))
checks.passed("smooth_history", "newer values count more, and the weights add up to 1")
### BEGIN HIDDEN TESTS
for seed, length, beta in ((12, 7, 0.5), (13, 30, 0.9), (14, 1, 0.99), (15, 100, 0.98)):
    h = np.random.default_rng(seed).uniform(1, 3, size=length)
    expected = [np.average(h[: t + 1], weights=beta ** np.arange(t, -1, -1.0)) for t in range(length)]
    checks.close(smooth_history(h.copy(), beta), expected, f"the average of {length} numbers with beta={beta}", mistakes=known.smoothed(h, beta))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_smooth_history_start", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · the first values · 1 point
h = np.array([6, 0, 0, 0])  # whole numbers; their averages are not
checks.close(smooth_history(h, 0.5), [6, 2, 6 / 7, 6 / 15], "the average of [6, 0, 0, 0] with beta=0.5", mistakes=known.smoothed(h, 0.5),
             hint="The weights of the first value are 1, then 0.5 / 1.5, then 0.25 / 1.75.")
checks.passed("smooth_history", "the average begins at the first value, and is not pulled to it later on")
### BEGIN HIDDEN TESTS
for h, beta in ((np.array([2, 7, 1, 8, 2, 8]), 0.9), ([0.0, 0.0, 5.0], 0.8), (np.array([1.0, 2.0], dtype=np.float32), 0.25)):
    expected = [sum(beta ** (t - k) * h[k] for k in range(t + 1)) * (1 - beta) / (1 - beta ** (t + 1)) for t in range(len(h))]
    checks.close(smooth_history(h, beta), expected, f"the average of {h} with beta={beta}", mistakes=known.smoothed(h, beta))
### END HIDDEN TESTS

# %% nbgrader={"grade": false, "grade_id": "demo_smoothing", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
slow = Run(0.05, weight_scale=0.02).train(10)
fig, ax = plt.subplots(figsize=(vis.WIDTH, 2.8), layout="constrained")
ax.plot(slow.losses, color=vis.GREY, lw=0.6, label="loss of each minibatch")
for beta, color in ((0.9, vis.ORANGE), (0.98, vis.BLUE)):
    ax.plot(smooth_history(slow.losses, beta), color=color, label=f"beta = {beta}")
ax.set(xlabel="step", ylabel="loss")
ax.legend(frameon=False);

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): how much smoothing is too much?
beta = 0.995  # try 0.5 and 0.999
fig, ax = plt.subplots(figsize=(vis.WIDTH, 2.6), layout="constrained")
ax.plot(slow.losses, color=vis.GREY, lw=0.6)
ax.plot(smooth_history(slow.losses, beta), color=vis.RED, label=f"beta = {beta}: about the last {1 / (1 - beta):.0f} steps")
ax.legend(frameon=False);

# %% [markdown]
# ### Exercise 5: `diagnose_run` · 6 points
#
# Now put into a function what an experienced eye sees in a run. It looks at three means: `start`, of the first quarter of the losses; `before`, of the
# third quarter; and `end`, of the last quarter. Chance level is a loss of log C, and an accuracy of 1/C. Go through this table from the top. **The first
# row that fits decides.**
#
# | label | when | what you would do |
# |---|---|---|
# | `"diverged"` | some loss is NaN or infinite, or `end` is more than 1.1 times `start` | lower the learning rate |
# | `"not learning"` | `end` is above 0.99 log C, and the last validation accuracy is below 2/C | raise the learning rate; look for a bug |
# | `"slow start"` | `start` is above 0.99 log C | better first weights |
# | `"overfitting"` | the last training accuracy is more than 0.15 above the last validation accuracy | more data, more regularization |
# | `"still improving"` | `end` is below 0.95 times `before` | train for longer |
# | `"good"` | none of these | a larger net, finer tuning |
#
# By hand: for C = 10, chance level is log 10 = 2.303, and 0.99 times that 2.280. The losses (2.30, 2.30, 2.30, 2.30, 1.9, 1.7, 1.5, 1.3) have `start`
# 2.30, `before` 1.8 and `end` 1.4. If the accuracies agree, that is a slow start. Without the first rows it would be "still improving".

# %% nbgrader={"grade": false, "grade_id": "diagnose_run", "locked": false, "schema_version": 3, "solution": true, "task": false}
def diagnose_run(loss, train_acc, val_acc, num_classes):
    """Say in a word what is wrong with a training run.

    Parameters: loss, a list or an array of the losses of all steps, at least 4; train_acc and val_acc, lists of the
        accuracies after each epoch, between 0 and 1; num_classes, the number of classes C.
    Returns: one of "diverged", "not learning", "slow start", "overfitting", "still improving" and "good": the first row of
        the table above that fits.

    Approach
        1. a quarter has len(loss) // 4 steps; the last quarter ends with the last step, and the third where the last begins
        2. NaN first: comparisons with NaN are always False
    """
    ### BEGIN SOLUTION
    loss = np.asarray(loss, dtype=float)
    quarter = len(loss) // 4
    start, before, end = loss[:quarter].mean(), loss[-2 * quarter : -quarter].mean(), loss[-quarter:].mean()
    chance = 0.99 * np.log(num_classes)
    if not np.isfinite(loss).all() or end > 1.1 * start:
        return "diverged"
    if end > chance and val_acc[-1] < 2 / num_classes:
        return "not learning"
    if start > chance:
        return "slow start"
    if train_acc[-1] - val_acc[-1] > 0.15:
        return "overfitting"
    return "still improving" if end < 0.95 * before else "good"
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_diagnose_run_diverged", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · divergence · 1 point
fine = ([0.5, 0.6], [0.5, 0.6], 10)  # train_acc, val_acc, num_classes
cases = [([2.0, 1.9, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan], *fine, "diverged"), ([2.0, 1.9, 1.9, 1.8, 1.7, 1.7, 1.6, np.inf], *fine, "diverged"),
         ([1.0, 1.0, 1.1, 1.1, 1.2, 1.2, 1.3, 1.3], *fine, "diverged"), ([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.05, 1.05], *fine, "good")]
labels = labels_of(diagnose_run, cases)
checks.true(labels == [case[4] for case in cases], known.wrong_label(labels, cases))
checks.passed("diagnose_run", "a loss that explodes or rises")
### BEGIN HIDDEN TESTS
fine = ([0.6], [0.6], 3)
cases = [([np.nan] * 6, *fine, "diverged"), ([1.0, 1.0, -np.inf, 1.0], *fine, "diverged"), ([1.0, 2.0, 3.0, 4.0, 5.0], *fine, "diverged"),
         ([1.0] * 3 + [3.0] + [1.0] * 4, *fine, "good"), ([0.7] * 6 + [0.8, 0.8], *fine, "diverged"), ([1.0, 1.0, np.nan, 1.0, 1.0, 1.0, 1.0, 1.0], *fine, "diverged"),
         ([1.0] * 6 + [1.12] * 2, *fine, "diverged"), ([1.0] * 6 + [1.08] * 2, *fine, "good")]
labels = labels_of(diagnose_run, cases)
checks.true(labels == [case[4] for case in cases], known.wrong_label(labels, cases))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_diagnose_run_start", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · chance level · 2 points
stuck, late, quick = [2.303, 2.302] * 8, [2.3] * 8 + [1.9] * 4 + [1.3] * 4, [1.0] * 16
cases = [(stuck, [0.09, 0.11], [0.09, 0.11], 10, "not learning"), (stuck, [0.09, 0.28], [0.09, 0.28], 10, "slow start"),
         (late, [0.1, 0.5], [0.1, 0.5], 10, "slow start"), (quick, [0.1, 0.5], [0.1, 0.5], 3, "good"), (quick, [0.1, 0.2], [0.1, 0.19], 10, "good")]
labels = labels_of(diagnose_run, cases)
checks.true(labels == [case[4] for case in cases], known.wrong_label(labels, cases))
checks.passed("diagnose_run", "a net that does not learn, and one that began late")
### BEGIN HIDDEN TESTS
for classes in (3, 10, 100):
    level, below, above = np.log(classes), [0.5, 1.9 / classes], [0.5, 2.1 / classes]
    cases = [([level] * 9, below, "not learning"), ([level] * 9, above, "slow start"), ([0.995 * level] * 12, below, "not learning"), ([0.98 * level] * 12, below, "good"),
             ([0.98 * level] * 12, above, "good"), ([0.995 * level] * 5 + [0.5 * level] * 15, below, "slow start"),
             ([1.04 * level] * 8 + [1.01 * level] * 8, below, "not learning"), ([0.98 * level] * 4 + [level] * 8 + [0.98 * level] * 4, below, "good")]
    cases = [(loss, accuracies, accuracies, classes, label) for loss, accuracies, label in cases]
    labels = labels_of(diagnose_run, cases)
    checks.true(labels == [case[4] for case in cases], known.wrong_label(labels, cases))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_diagnose_run_fits", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · overfitting or not yet done · 2 points
falling, level = np.linspace(2.0, 0.4, 20), [2.0] * 5 + [1.5] * 5 + [1.0] * 10
cases = [(level, [0.4, 0.9], [0.4, 0.5], 10, "overfitting"), (falling, [0.4, 0.6], [0.4, 0.55], 10, "still improving"), (level, [0.4, 0.6], [0.4, 0.55], 10, "good"),
         (level, [0.9, 0.6], [0.5, 0.55], 10, "good"), (level, [0.4, 0.5], [0.4, 0.7], 10, "good"),
         ([2.0] * 5 + [1.0] * 10 + [0.98] * 5, [0.4, 0.6], [0.4, 0.55], 10, "good")]
labels = labels_of(diagnose_run, cases)
checks.true(labels == [case[4] for case in cases], known.wrong_label(labels, cases))
checks.passed("diagnose_run", "overfitting, still improving, good")
### BEGIN HIDDEN TESTS
for loss, train_acc, val_acc, label in (
    (level, [0.7], [0.54], "overfitting"), (level, [0.7], [0.56], "good"), (level, [0.5], [0.7], "good"), (level, [0.9, 0.7, 0.6], [0.5, 0.5, 0.5], "good"),
    ([2.0] * 4 + [1.5] * 4 + [1.0] * 4 + [0.96] * 4, [0.7], [0.6], "good"), ([2.0] * 4 + [1.5] * 4 + [1.0] * 4 + [0.94] * 4, [0.7], [0.6], "still improving"),
    ([2.0] * 5 + [1.0] * 10 + [0.5] * 3 + [1.5] * 3, [0.7], [0.6], "good"), ([2.0, 1.8, 1.6, 1.4, 1.2, 1.0, 0.7], [0.7], [0.6], "still improving"),
    ([2.0] * 3 + [0.5] * 3 + [1.0] * 6, [0.6], [0.6], "good"), ([2.0] * 3 + [1.5] * 3 + [1.0] * 6, [0.6], [0.6], "good"),
    ([2.0] * 8 + [1.0] * 4 + [0.8, 0.8, 0.8, 1.0], [0.6], [0.6], "still improving"), ([2.0] * 8 + [1.0] * 7 + [0.9], [0.6], [0.6], "good"),
    ([2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.8], [0.6], [0.6], "still improving"), ([2.0, 1.5, 1.5, 1.5, 1.5, 1.0, 0.98], [0.6], [0.6], "good"),
    ([2.0] * 4 + [1.8] * 4 + [1.5] * 4 + [1.3] * 4, [0.6], [0.6], "still improving"),
):
    cases = [(loss, train_acc, val_acc, 10, label)]
    labels = labels_of(diagnose_run, cases)
    checks.true(labels == [label], known.wrong_label(labels, cases))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_diagnose_run_order", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · the order of the rows · 1 point
late = [2.3] * 8 + [1.9] * 4 + [1.3] * 4  # a slow start, still falling
cases = [(late, [0.9], [0.5], 10, "slow start"), (np.linspace(2.0, 0.4, 20), [0.9], [0.5], 10, "overfitting"), ([2.3] * 4 + [2.9] * 4, [0.1], [0.1], 10, "diverged"),
         (late, [0.5], [0.5], 10, "slow start")]
labels = labels_of(diagnose_run, cases)
checks.true(labels == [case[4] for case in cases], known.wrong_label(labels, cases))
checks.passed("diagnose_run", "the first row that fits decides")
### BEGIN HIDDEN TESTS
cases = [([2.303] * 8, [0.5], [0.1], 10, "not learning"), ([2.3] * 7 + [np.inf], [0.9], [0.1], 10, "diverged"), ([2.303] * 8, [0.6], [0.3], 10, "slow start"),
         ([1.0] * 4 + [1.2] * 4, [0.9], [0.3], 10, "diverged")]
labels = labels_of(diagnose_run, cases)
checks.true(labels == [case[4] for case in cases], known.wrong_label(labels, cases))
### END HIDDEN TESTS

# %% [markdown]
# A gallery of real runs, with the diagnoses of your function.

# %% nbgrader={"grade": false, "grade_id": "demo_gallery", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
gallery = {
    "learning rate 1e-6": lambda: runs[1e-6],
    "learning rate 0.3": lambda: runs[0.3],
    "first weights of 0.0001": lambda: Run(0.03).train(10),
    "400 images, 50 epochs": lambda: Run(0.03, 0.02, num_images=400).train(50),
    "four epochs": lambda: Run(0.05, 0.02).train(4),
    "9,000 images, decaying rate": lambda: Run(0.05, 0.02, num_images=9000, reg=1e-3, decay=0.7).train(7),
}
fig, axes = plt.subplots(4, 3, figsize=(vis.WIDTH, 7.2), layout="constrained", height_ratios=(3, 2, 3, 2))
for k, (name, make) in enumerate(tqdm(gallery.items(), file=sys.stdout, desc="runs")):
    run, (row, column) = make(), divmod(k, 3)
    curve, accuracies = axes[2 * row, column], axes[2 * row + 1, column]
    losses = np.array(run.losses)
    curve.plot(losses, color=vis.GREY, lw=0.5)
    curve.plot(smooth_history(losses, 0.95), color=vis.BLUE)
    label = diagnose_run(run.losses, run.train_acc, run.val_acc, len(images.class_names))
    curve.set_title(f"{name}:\n{label}", fontsize=9)
    curve.set(ylim=(0, 3.2))
    epochs = range(1, len(run.val_acc) + 1)
    accuracies.plot(epochs, run.train_acc, color=vis.BLUE, marker="." if len(epochs) < 20 else None)
    accuracies.plot(epochs, run.val_acc, color=vis.ORANGE, marker="." if len(epochs) < 20 else None)
    accuracies.set(ylim=(0, 1), xlabel="epoch")
axes[0, 0].set_ylabel("loss")
axes[1, 0].set_ylabel("accuracy")
axes[1, 0].text(0.05, 0.95, "blue: training\norange: validation", transform=axes[1, 0].transAxes, va="top", fontsize=8);

# %% [markdown]
# ## Searching
#
# A **grid search** tries a few values of every hyperparameter in all combinations. **Random search** draws every point anew. Both are done on a
# logarithmic scale: a learning rate of 0.002 differs from 0.001 as much as 0.2 from 0.1.
#
# ### Exercise 6: `grid_points` · 3 points
#
# By hand: with three values each, a learning rate from 0.0001 to 0.01 and a strength from 0.1 to 10 give the values 0.0001, 0.001, 0.01 and 0.1, 1, 10.
# That makes nine combinations. A third hyperparameter would make it 27.

# %% nbgrader={"grade": false, "grade_id": "grid_points", "locked": false, "schema_version": 3, "solution": true, "task": false}
def grid_points(ranges, n):
    """All points of a grid with n values per hyperparameter, evenly spaced on a logarithmic scale.

    Parameters: ranges, a dict {name: (low, high)} with 0 < low < high; n, values per hyperparameter, at least 2. The first
        is low and the last is high.
    Returns: a list of n ** len(ranges) dicts {name: value}, in any order.

    Approach
        1. np.geomspace, or powers of ten of np.linspace
        2. itertools.product, or a list of dicts that grows with every name
    """
    ### BEGIN SOLUTION
    points = [{}]
    for name, (low, high) in ranges.items():
        points = [{**point, name: float(value)} for point in points for value in np.geomspace(low, high, n)]
    return points
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_grid_points_axis", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values of one hyperparameter · 1 point
ranges = {"learning_rate": (1e-4, 1e-2)}
for n, expected in ((3, [1e-4, 1e-3, 1e-2]), (2, [1e-4, 1e-2]), (5, [1e-4, 10**-3.5, 1e-3, 10**-2.5, 1e-2])):
    values = np.sort(points_of(grid_points(ranges, n), ranges, n)[:, 0])
    checks.close(values, expected, f"{n} learning rates from 0.0001 to 0.01", rtol=1e-6, atol=0, mistakes=known.grid(1e-4, 1e-2, n))
checks.passed("grid_points", "evenly spaced on a logarithmic scale, from low to high")
### BEGIN HIDDEN TESTS
for low, high, n in ((0.2, 30.0, 7), (1e-6, 1e3, 4), (1.0, 2.0, 3)):
    values = np.sort(points_of(grid_points({"reg": (low, high)}, n), {"reg": (low, high)}, n)[:, 0])
    expected = np.exp(np.log(low) + (np.log(high) - np.log(low)) * np.arange(n) / (n - 1))
    checks.close(values, expected, f"{n} values from {low} to {high}", rtol=1e-6, atol=0, mistakes=known.grid(low, high, n))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_grid_points_product", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · all combinations · 2 points
ranges = {"learning_rate": (1e-4, 1e-2), "reg": (0.1, 10.0)}
result = grid_points(ranges, 3)
checks.true(not isinstance(result, (list, tuple)) or len(result) not in (3, 6), known.ZIPPED)
points = np.round(np.log10(points_of(result, ranges, 9)), 4)
checks.equal(sorted(points.tolist()), [[rate, reg] for rate in (-4, -3, -2) for reg in (-1, 0, 1)], "the powers of ten of nine points",
             hint="Each of the three learning rates goes with each of the three strengths.")
checks.passed("grid_points", "all combinations")
### BEGIN HIDDEN TESTS
ranges = {"a": (1.0, 100.0), "b": (1e-3, 1.0), "c": (5.0, 500.0)}
for n in (2, 3):
    points = np.round(np.log10(points_of(grid_points(ranges, n), ranges, n**3) / [1, 1e-3, 5]) * (n - 1) / [2, 3, 2], 4)
    checks.equal(sorted(points.tolist()), [[i, j, k] for i in range(n) for j in range(n) for k in range(n)], f"the steps of {n} values for three hyperparameters")
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 7: `random_points` · 4 points
#
# Every point gets new values, for each hyperparameter on its own, uniformly distributed on the logarithmic scale: each power of ten within the range is
# equally likely.
#
# By hand: if a number between −4 and −2 is drawn uniformly, $10^{\mathrm{number}}$ lies between 0.0001 and 0.01, in half of the draws below 0.001.

# %% nbgrader={"grade": false, "grade_id": "random_points", "locked": false, "schema_version": 3, "solution": true, "task": false}
def random_points(ranges, n, rng):
    """Random points of a search, uniformly distributed on a logarithmic scale.

    Parameters: ranges, a dict {name: (low, high)} with 0 < low < high; n, the number of points; rng,
        np.random.Generator, the only source of random numbers.
    Returns: a list of n dicts {name: value}, with low <= value <= high.
    """
    ### BEGIN SOLUTION
    points = []
    for _ in range(n):
        exponents = {name: rng.uniform(np.log10(low), np.log10(high)) for name, (low, high) in ranges.items()}
        points.append({name: float(10**exponent) for name, exponent in exponents.items()})
    return points
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_random_points_ranges", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · ranges · 1 point
ranges = {"learning_rate": (1e-4, 1e-2), "reg": (0.1, 10.0)}
points = points_of(random_points(ranges, 9, np.random.default_rng(0)), ranges, 9)
for values, (name, (low, high)) in zip(points.T, ranges.items()):
    checks.true(low * 0.999 <= values.min() and values.max() <= high * 1.001, f"{name} is not always between {low} and {high}: {np.sort(values)}.")
    checks.true(len(np.unique(values)) == 9, known.REPEATED_VALUES)
checks.passed("random_points", "nine different values of each hyperparameter, within their ranges")
### BEGIN HIDDEN TESTS
ranges = {"a": (3.0, 4.0), "b": (1e-9, 1e-7), "c": (1.0, 1e6)}
points = points_of(random_points(ranges, 50, np.random.default_rng(1)), ranges, 50)
for values, (name, (low, high)) in zip(points.T, ranges.items()):
    checks.true(low * 0.999 <= values.min() and values.max() <= high * 1.001, f"{name} is not always between {low} and {high}.")
    checks.true(len(np.unique(values)) > 45, known.REPEATED_VALUES)
(single,) = points_of(random_points({"reg": (1.0, 2.0)}, 1, np.random.default_rng(2)), {"reg": (1.0, 2.0)}, 1)
checks.true(1 <= single[0] <= 2, f"A single strength is not between 1 and 2, but {single[0]}.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_random_points_log_scale", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · logarithmic scale · 2 points
ranges = {"learning_rate": (1e-4, 1.0)}
powers = np.log10(points_of(random_points(ranges, 2000, np.random.default_rng(3)), ranges, 2000)[:, 0])
checks.true(np.mean(powers < -1) > 0.3, known.LINEAR_SCALE)
shares = [np.mean((powers >= k) & (powers < k + 1)) for k in (-4, -3, -2, -1)]
# each share has a standard deviation of 0.01: right points miss these bounds less often than once in ten thousand
checks.true(max(np.abs(np.array(shares) - 0.25)) < 0.05, f"Each power of ten should hold a quarter of the points, but the shares are {np.round(shares, 2)}.")
checks.passed("random_points", "each power of ten is equally likely")
### BEGIN HIDDEN TESTS
for seed, (low, high) in ((4, (1e-6, 1e-1)), (5, (0.5, 40.0)), (6, (2.0, 2e5))):
    values = points_of(random_points({"x": (low, high)}, 3000, np.random.default_rng(seed)), {"x": (low, high)}, 3000)[:, 0]
    places = np.log(values / low) / np.log(high / low)
    checks.true(np.mean(places < 0.5) > 0.25, known.LINEAR_SCALE)
    shares = np.histogram(places, bins=5, range=(0, 1))[0] / 3000
    checks.true(max(np.abs(shares - 0.2)) < 0.04, f"Each fifth of the log scale should hold a fifth of the points, but the shares are {np.round(shares, 2)}.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_random_points_independent", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · independent values · 1 point
ranges = {"learning_rate": (1e-4, 1e-2), "reg": (0.1, 10.0)}
first, same, other = (points_of(random_points(ranges, 200, np.random.default_rng(seed)), ranges, 200) for seed in (7, 7, 8))
checks.true(np.allclose(first, same) and not np.allclose(first, other), known.NOT_FROM_RNG)
checks.true(abs(np.corrcoef(np.log(first).T)[0, 1]) < 0.4, known.SAME_NUMBER)
checks.passed("random_points", "independent values, which come from rng")
### BEGIN HIDDEN TESTS
ranges = {"a": (1.0, 10.0), "b": (1.0, 10.0), "c": (1e-3, 1e3)}
logs = np.log(points_of(random_points(ranges, 400, np.random.default_rng(9)), ranges, 400))
related = np.corrcoef(logs.T) - np.eye(3)
checks.true(np.abs(related).max() < 0.3, known.SAME_NUMBER)
checks.true(abs(np.corrcoef(logs[:-1, 0], logs[1:, 0])[0, 1]) < 0.3, "The value of a point depends on that of the point before.")
### END HIDDEN TESTS

# %% [markdown]
# Which of the two finds more? Let one hyperparameter be important, and the other one not. Nine points of a grid try three values of the important one.
# Nine random points try nine.

# %% nbgrader={"grade": false, "grade_id": "picture_random_search", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, axes = plt.subplots(1, 2, figsize=(vis.WIDTH, 3.4), layout="constrained", sharey=True)
axis, square = np.linspace(0, 3, 200), {"x": (1.0, 1e3), "y": (1.0, 1e3)}
height = np.exp(-0.5 * ((axis - 1.05) / 0.22) ** 2)  # what the important one is worth
for ax, name, found in ((axes[0], "grid", grid_points(square, 3)), (axes[1], "random", random_points(square, 9, np.random.default_rng(3)))):
    x, y = (np.log10([point[key] for point in found]) for key in ("x", "y"))
    ax.fill_between(axis, 3.25, 3.25 + 0.9 * height, color=vis.GREEN, alpha=0.4, lw=0)
    ax.plot(x, y, "o", color=vis.BLUE, ms=7)
    ax.plot(x, 3.25 + 0.9 * np.interp(x, axis, height), "o", color=vis.RED, ms=5)
    ax.vlines(x, y, 3.25 + 0.9 * np.interp(x, axis, height), color=vis.GREY, lw=0.6)
    ax.set(xlabel="important hyperparameter (log scale)", xticks=[], yticks=[])
    ax.set_title(f"{name}: {len(np.unique(np.round(x, 6)))} values of the important one", fontsize=10)
axes[0].set_ylabel("unimportant one");

# %% [markdown]
# Now measure it. The net below learns to recognize ten random signals in noise. A run takes about ten milliseconds, so we can compute the accuracy for
# a whole table of learning rates and strengths, and then play thousands of searches on that table.

# %% nbgrader={"grade": false, "grade_id": "short_run", "locked": true, "schema_version": 3, "solution": false, "task": false}
def make_signals(seed):
    """Ten random signals with either sign in noise: X (400, 40) and y for training, X (500, 40) and y for validation."""
    rng = np.random.default_rng(seed)
    signals, parts = rng.normal(size=(10, 40)), []
    for count in (400, 500):
        y = rng.integers(10, size=count)
        parts += [signals[y] * rng.choice([-1, 1], size=(count, 1)) + 0.9 * rng.normal(size=(count, 40)), y]
    return parts


def short_run(learning_rate, reg, seed, num_steps=150):
    """The validation accuracy of a two-layer net on the signals after this many steps; 0 if it diverges."""
    X, y, X_val, y_val = make_signals(seed)
    rng = np.random.default_rng(seed)
    W1, W2, b1, b2 = 0.2 * rng.normal(size=(40, 40)), 0.2 * rng.normal(size=(40, 10)), np.zeros(40), np.zeros(10)
    with np.errstate(all="ignore"):
        for _ in range(num_steps):
            batch = rng.integers(len(X), size=50)
            hidden = np.maximum(X[batch] @ W1 + b1, 0)
            loss, dscores = softmax_loss(hidden @ W2 + b2, y[batch])
            if not np.isfinite(loss):
                return 0.0
            dhidden = np.where(hidden > 0, dscores @ W2.T, 0)
            W2, b2 = W2 - learning_rate * (hidden.T @ dscores + 2 * reg * W2), b2 - learning_rate * dscores.sum(axis=0)
            W1, b1 = W1 - learning_rate * (X[batch].T @ dhidden + 2 * reg * W1), b1 - learning_rate * dhidden.sum(axis=0)
        scores = np.maximum(X_val @ W1 + b1, 0) @ W2 + b2
    return float(np.mean(scores.argmax(axis=1) == y_val)) if np.isfinite(scores).all() else 0.0


def two_ranges(settings):
    """The two ranges of search_settings, after a look whether they can be searched."""
    ranges = []
    for name, pair in zip(("learning_rate_range", "reg_range"), checks.unpack(settings, "learning_rate_range, reg_range")):
        checks.shape(pair, (2,), f"{name} (a pair of numbers)")
        checks.finite(pair, name)
        low, high = (float(value) for value in pair)
        checks.true(0 < low, f"{name} should begin above 0, but begins at {low:g}.")
        checks.true(10 * low <= high * (1 + 1e-9), f"{name} should be at least a factor of 10 wide, but goes from {low:g} to {high:g}.")
        ranges.append((low, high))
    return ranges

# %% nbgrader={"grade": false, "grade_id": "demo_grid_or_random", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
rates, regs = np.logspace(-5, 2, 29), np.logspace(-6, 0, 9)
table = np.zeros((29, 9))
with tqdm(total=table.size, file=sys.stdout, desc="nets") as bar:
    for i, rate in enumerate(rates):
        for j, reg in enumerate(regs):
            table[i, j] = short_run(rate, reg, seed=0)
            bar.update()
fig, ax = plt.subplots(figsize=(5, 3.2), layout="constrained")
mesh = ax.pcolormesh(rates, regs, 100 * table.T, vmin=0, vmax=100, cmap="viridis")
ax.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="reg")
fig.colorbar(mesh, ax=ax, label="validation accuracy (%)")


def best_of(u):
    """The best accuracy of points u (9, 2) of the unit square: learning rates 1e-5 to 10, strengths 1e-6 to 0.1."""
    i, j = np.round(6 * u[:, 0] / 7 * 28).astype(int), np.round(5 * u[:, 1] / 6 * 8).astype(int)
    return table[i, j].max()


rng, corners = np.random.default_rng(0), np.stack(np.meshgrid(np.arange(3), np.arange(3)), axis=-1).reshape(9, 2)
found = {"grid": [best_of((corners + rng.uniform(size=2)) / 3) for _ in range(2000)],  # a grid at a random place
         "random": [best_of(rng.uniform(size=(9, 2))) for _ in range(2000)]}
for name, best in found.items():
    print(f"{name:>6}: best of nine points {np.mean(best):.1%} on average, standard deviation {np.std(best):.1%};",
          f"at least 95% in {np.mean(np.array(best) >= 0.95):.0%} of the searches")

# %% [markdown]
# Random search finds a good point more often. It is no miracle: the averages differ by less than their spread, and by bad luck all nine random points
# may miss. But it needs no decision about the number of values per axis, and you may stop or go on at any time.
#
# *Beyond*: **Bayesian optimization** (Snoek et al., "Practical Bayesian optimization of machine learning algorithms", 2012, with the program Spearmint;
# SMAC and Hyperopt are others) fits a model of the accuracy to the points so far, and picks the next point where the model promises most. **Hyperband**
# (Li et al., 2018) starts many runs, and keeps halving their number. In a range that was chosen with care, random search is hard to beat by much.
#
# ### Exercise 8: `at_border` · 2 points
#
# The best point of a search may lie at the border of its range. Then better ones may lie outside, and the range has to be moved. Here the border is the
# outer tenth at either end, on the logarithmic scale.
#
# By hand: from 0.0001 to 1 there are four powers of ten, and a tenth of that is 0.4. So everything below $10^{-3.6}$ = 0.00025 or above
# $10^{-0.4}$ = 0.4 lies at the border.

# %% nbgrader={"grade": false, "grade_id": "at_border", "locked": false, "schema_version": 3, "solution": true, "task": false}
def at_border(best, low, high):
    """Whether the best value of a search lies in the outer tenth of its range, at either end, on a logarithmic scale.

    Parameters: best, the best value found; low and high, the ends of the range, with 0 < low <= best <= high.
    Returns: True or False.
    """
    ### BEGIN SOLUTION
    place = np.log(best / low) / np.log(high / low)
    return bool(place < 0.1 or place > 0.9)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_at_border_ends", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · both ends · 1 point
places = ((1e-4, True), (2e-4, True), (3e-4, False), (8e-4, False), (1e-2, False), (0.08, False), (0.3, False), (0.45, True), (1.0, True))
cases = [(best, 1e-4, 1.0, right) for best, right in places]
checks.equal(answers_of(at_border, cases), [case[3] for case in cases], f"the answers for (best, low, high, right answer) = {cases}", mistakes=known.borders(cases))
checks.passed("at_border", "the outer tenth at both ends")
### BEGIN HIDDEN TESTS
for low, high in ((0.01, 100.0), (1e-5, 1e5), (1e-7, 1e-3)):
    places = ((0.0, True), (0.08, True), (0.12, False), (0.5, False), (0.88, False), (0.92, True), (1.0, True))
    cases = [(float(np.exp(np.log(low) * (1 - place) + np.log(high) * place)), low, high, right) for place, right in places]
    checks.equal(answers_of(at_border, cases), [case[3] for case in cases], f"the answers for (best, low, high, right answer) = {cases}", mistakes=known.borders(cases))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_at_border_scale", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · logarithmic scale · 1 point
cases = [(0.02, 1e-5, 1.0, False), (5.5, 1.0, 1e3, False), (950.0, 1.0, 1e3, True), (4.0, 2.0, 8.0, False), (2.1, 2.0, 8.0, True), (3.0, 2.0, 8.0, False)]
checks.equal(answers_of(at_border, cases), [case[3] for case in cases], f"the answers for (best, low, high, right answer) = {cases}", mistakes=known.borders(cases))
checks.passed("at_border", "a tenth of the powers of ten, not of the numbers")
### BEGIN HIDDEN TESTS
cases = [(1.05, 1.0, 2.0, True), (1.09, 1.0, 2.0, False), (1.86, 1.0, 2.0, False), (1.88, 1.0, 2.0, True), (150.0, 100.0, 1e4, True),
         (170.0, 100.0, 1e4, False), (6e-3, 1e-4, 1e-2, False), (7e-3, 1e-4, 1e-2, True)]
checks.equal(answers_of(at_border, cases), [case[3] for case in cases], f"the answers for (best, low, high, right answer) = {cases}", mistakes=known.borders(cases))
### END HIDDEN TESTS

# %% [markdown]
# The search for our net, coarse: 20 random points of wide ranges, trained for three epochs at most. Your `train_until` gives up the hopeless ones.

# %% nbgrader={"grade": false, "grade_id": "demo_search", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def search(ranges, num_points, num_epochs, seed):
    """Train a net for each of some random points. Returns [(point, validation accuracy)], and the number of steps taken."""
    results, taken = [], 0
    for point in tqdm(random_points(ranges, num_points, np.random.default_rng(seed)), file=sys.stdout, desc="nets"):
        run = Run(point["learning_rate"], point["weight_scale"])
        losses, exploded = train_until(run.step, 50 * num_epochs)
        results.append((point, 0.0 if exploded else run.val_acc[-1]))
        taken += len(losses)
    return results, taken


coarse = {"learning_rate": (1e-5, 10.0), "weight_scale": (1e-4, 1.0)}
results, taken = search(coarse, 20, 3, seed=0)
print(f"{taken:,} steps; without giving up, there would have been {20 * 150:,}.")
vis.search_scatter(results)
best, accuracy = max(results, key=lambda result: result[1])
print(f"best validation accuracy {accuracy:.1%}")
for name, (low, high) in coarse.items():
    print(f"{name}: the best value is {best[name]:.2g}, {'at the border of' if at_border(best[name], low, high) else 'well within'} the range {low:g} to {high:g}")

# %% [markdown]
# And finer, around the good region:

# %% nbgrader={"grade": false, "grade_id": "demo_fine_search", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fine = {"learning_rate": (0.02, 0.2), "weight_scale": (1e-3, 0.05)}
results, taken = search(fine, 12, 5, seed=1)
vis.search_scatter(results)
best, accuracy = max(results, key=lambda result: result[1])
print(f"best validation accuracy {accuracy:.1%}")
for name, (low, high) in fine.items():
    print(f"{name}: the best value is {best[name]:.2g}, {'at the border of' if at_border(best[name], low, high) else 'well within'} the range {low:g} to {high:g}")

# %% [markdown]
# The accuracies of such a search are optimistic: the best of many noisy numbers is good partly by luck. So the test set stays untouched until the end.
#
# ### Exercise 9: `search_settings` · 4 points
#
# Where would you search in the fine stage for the net of the signals, `short_run`? Return a range of learning rates and one of strengths `reg`. Both
# must be at least a factor of 10 wide. While grading, random points are drawn from them, and nets are trained on new signals. The ranges earn 2 points
# if the best of six points reaches 95% (on average over several searches), and 2 more if the points reach 90% *on average*: a fine range has no dead
# regions.
#
# By hand: from 0.001 to 1 there are three powers of ten. If only the last one is good, two of three runs are wasted.

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): where are the good points?
ranges = {"learning_rate": (1e-3, 1.0), "reg": (1e-6, 1.0)}
results = [(point, short_run(point["learning_rate"], point["reg"], seed=1)) for point in random_points(ranges, 60, np.random.default_rng(0))]
print(f"average {np.mean([accuracy for _, accuracy in results]):.1%}")
vis.search_scatter(results);

# %% nbgrader={"grade": false, "grade_id": "search_settings", "locked": false, "schema_version": 3, "solution": true, "task": false}
def search_settings():
    """The ranges of a fine search.

    Returns: learning_rate_range, a pair (low, high); reg_range, a pair (low, high). Both with 0 < 10 * low <= high.

    Approach
        1. look at the table above, and try your ranges in the cell above, also with another seed

    Example
        return (1e-5, 10.0), (1e-6, 1.0)    # allowed, but bad
    """
    ### BEGIN SOLUTION
    learning_rate_range, reg_range = (0.09, 0.9), (1e-4, 1e-2)
    return learning_rate_range, reg_range
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_search_settings_best", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · the best of six points · 2 points
ranges = two_ranges(search_settings())
checks.passed("search_settings", "two ranges, each a factor of 10 wide at least; they are searched while grading")
### BEGIN HIDDEN TESTS
best = []
for seed in (601, 602, 603, 604):
    rng = np.random.default_rng(seed)
    points = [np.exp(rng.uniform(np.log(low), np.log(high), size=6)) for low, high in ranges]
    best.append(max(short_run(rate, reg, seed) for rate, reg in zip(*points)))
checks.true(np.mean(best) >= 0.95, f"The best of six points of these ranges reaches {np.mean(best):.1%} on average; 95% are needed.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_search_settings_all", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · the average point · 2 points
ranges = two_ranges(search_settings())
checks.true(two_ranges(search_settings()) == ranges, known.OTHER_SETTINGS)
checks.passed("search_settings", "the same ranges in every call")
### BEGIN HIDDEN TESTS
accuracies = []
for seed in (611, 612, 613, 614):
    rng = np.random.default_rng(seed)
    points = [np.exp(rng.uniform(np.log(low), np.log(high), size=6)) for low, high in ranges]
    accuracies += [short_run(rate, reg, seed) for rate, reg in zip(*points)]
checks.true(np.mean(accuracies) >= 0.9, f"The points of these ranges reach {np.mean(accuracies):.1%} on average; 90% are needed.")
### END HIDDEN TESTS

# %% [markdown]
# ## When to stop
#
# A net that trains on few images for long will memorize them. The validation accuracy rises at first, and then stays or falls.

# %% nbgrader={"grade": false, "grade_id": "demo_overfitting", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
long_run = Run(0.05, 0.02, num_images=1000).train(60)
fig, ax = plt.subplots(figsize=(vis.WIDTH, 2.8), layout="constrained")
for accuracies, name, color in ((long_run.train_acc, "training", vis.BLUE), (long_run.val_acc, "validation", vis.ORANGE)):
    ax.plot(100 * np.array(accuracies), color=color, label=name)
ax.set(xlabel="epoch", ylabel="accuracy (%)")
ax.legend(frameon=False);

# %% [markdown]
# ### Exercise 10: `early_stopping` · 4 points
#
# **Early stopping** ends the training when the validation accuracy has not improved for a while, and returns to the best epoch. It is the cheapest
# regularization there is: it even saves time. `patience` says for how many epochs in a row one waits for an improvement.
#
# By hand: let the accuracies be 0.30, 0.35, 0.34, 0.35, 0.40, with a patience of 2. Epoch 1 (counted from 0) is the best so far. Epochs 2 and 3 bring no
# improvement (an equal accuracy does not count), so the training stops after epoch 3, and the best epoch is 1. The 0.40 is never seen.

# %% nbgrader={"grade": false, "grade_id": "early_stopping", "locked": false, "schema_version": 3, "solution": true, "task": false}
def early_stopping(val_acc, patience):
    """Where early stopping ends a run, and which epoch it returns to.

    Parameters: val_acc, a list of the validation accuracies after each epoch, not empty; patience, at least 1, the number
        of epochs in a row without an improvement over the best accuracy so far after which the training stops.
    Returns: best, the epoch with the highest accuracy among those that were trained, the first of equal ones; stop, the
        last epoch that was trained. Both are counted from 0. If the patience never runs out, stop is the last epoch.
    """
    ### BEGIN SOLUTION
    best = 0
    for epoch, accuracy in enumerate(val_acc):
        if accuracy > val_acc[best]:
            best = epoch
        if epoch - best >= patience:
            return best, epoch
    return best, len(val_acc) - 1
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_early_stopping_stops", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · where it stops · 2 points
cases = [([0.30, 0.35, 0.34, 0.35, 0.40], 2, (1, 3)), ([0.5, 0.4, 0.6], 1, (0, 1)), ([0.1, 0.2, 0.1, 0.3, 0.2, 0.25, 0.2, 0.9], 3, (3, 6)),
         ([0.4, 0.3, 0.2, 0.1, 0.5, 0.6], 2, (0, 2))]  # val_acc, patience, (best, stop)
checks.equal(pairs_of(early_stopping, cases), [case[2] for case in cases], f"best and stop, for {cases}", mistakes=known.stops(cases))
checks.passed("early_stopping", "it stops when the patience runs out, and returns to the best epoch until then")
### BEGIN HIDDEN TESTS
cases = [([0.3, 0.2, 0.25, 0.28, 0.9], 3, (0, 3)), ([0.1, 0.5, 0.4, 0.45, 0.5, 0.7], 3, (1, 4)), ([0.9, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 5, (0, 5)),
         ([0.2, 0.2, 0.2, 0.2], 2, (0, 2)), ([0.1, 0.2, 0.3, 0.2, 0.4, 0.3, 0.3, 0.5], 2, (4, 6)), ([0.0, 0.0, 0.1], 1, (0, 1))]
checks.equal(pairs_of(early_stopping, cases), [case[2] for case in cases], f"best and stop, for {cases}", mistakes=known.stops(cases))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_early_stopping_ends", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · runs that go to their end · 2 points
cases = [([0.1, 0.2, 0.3, 0.4], 2, (3, 3)), ([0.1, 0.4, 0.3, 0.3], 3, (1, 3)), ([0.7], 1, (0, 0)), ([0.3, 0.5, 0.4, 0.5], 5, (1, 3)),
         ([0.1, 0.3, 0.2, 0.4, 0.3, 0.5], 2, (5, 5))]
checks.equal(pairs_of(early_stopping, cases), [case[2] for case in cases], f"best and stop, for {cases}", mistakes=known.stops(cases))
checks.passed("early_stopping", "without an end of patience, the last epoch is the end")
### BEGIN HIDDEN TESTS
cases = [([0.5, 0.4, 0.3, 0.2], 4, (0, 3)), ([0.4, 0.4], 3, (0, 1)), ([0.1, 0.2, 0.15, 0.18, 0.25], 3, (4, 4)), ([-0.5, -0.2, -0.3], 2, (1, 2)), ([0.2, 0.1], 1, (0, 1))]
checks.equal(pairs_of(early_stopping, cases), [case[2] for case in cases], f"best and stop, for {cases}", mistakes=known.stops(cases))
best, stop = checks.unpack(early_stopping(np.array([0.2, 0.1, 0.4]), 2), "best, stop")
checks.equal([best, stop], [2, 2], "best and stop for an array")
### END HIDDEN TESTS

# %% nbgrader={"grade": false, "grade_id": "demo_early_stopping", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
for patience in (1, 3, 10):
    best, stop = early_stopping(long_run.val_acc, patience)
    print(f"patience {patience}: stops after epoch {stop}, and returns to epoch {best} with {long_run.val_acc[best]:.1%}")
print(f"without early stopping: {long_run.val_acc[-1]:.1%} after epoch {len(long_run.val_acc) - 1}; the best epoch has {max(long_run.val_acc):.1%}")

# %% [markdown]
# Too little patience stops at the first wobble of the curve. And mind the noise: an accuracy on 1,000 images has a standard error of about 1.6
# percentage points, so the best epoch is partly a lucky one.
#
# ## Would more data help?
#
# Two reasons make a net err. High **bias**: the net cannot even fit its training images. High **variance**: it fits them, but what it has learned depends
# on which images these were, and does not carry over. The training error shows the first, the gap to the validation error the second. A **learning
# curve** shows both errors against the size of the training set.
#
# ### Exercise 11: `learning_curve` · 3 points
#
# Train on the first examples of the data, once for each size, from the beginning each time. The error is the fraction of wrong predictions. The
# **training error** of a size is measured on the examples that were trained on. The **validation error** is measured on those that no size uses: all
# examples after the largest size, the same ones for every size. (The examples must be in random order.)
#
# By hand: six examples with the labels 0, 0, 1, 1, 0, 1, the sizes 2 and 4, and a "net" that always answers with the more frequent training label, 0 if
# both are equal. The last two examples are for validation. Size 2 sees 0, 0 and answers 0: training error 0/2, validation error 1/2. Size 4 sees 0, 0,
# 1, 1 and answers 0: training error 2/4, validation error 1/2.

# %% nbgrader={"grade": false, "grade_id": "learning_curve", "locked": false, "schema_version": 3, "solution": true, "task": false}
def learning_curve(train, X, y, sizes):
    """Training and validation error against the size of the training set.

    Parameters: train, a function that trains a new net on X_part (n, ...) and y_part (n,), called as
        train(X_part, y_part), and returns a function predict(X_new) -> labels; X (N, ...) examples in random order;
        y (N,) their labels; sizes, a list of numbers of examples, in any order, all below N.
    Returns: train_errors, val_errors: for every size, in the order of sizes, the fraction of wrong predictions on the
        examples that were trained on, and on the N - max(sizes) examples that no size trains on.
    """
    ### BEGIN SOLUTION
    train_errors, val_errors = [], []
    X_val, y_val = X[max(sizes) :], y[max(sizes) :]
    for size in sizes:
        predict = train(X[:size], y[:size])
        train_errors.append(np.mean(predict(X[:size]) != y[:size]))
        val_errors.append(np.mean(predict(X_val) != y_val))
    return np.array(train_errors), np.array(val_errors)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_learning_curve_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · values · 2 points
def most_frequent(X_part, y_part):
    """Train a "net" that always answers with the more frequent label, and notes the sizes that it was trained on."""
    trained.append(len(X_part))
    return lambda X_new: np.full(len(X_new), np.argmax(np.bincount(y_part)))


X, y, trained = np.arange(6.0).reshape(6, 1), np.array([0, 0, 1, 1, 0, 1]), []
checks.close(errors_of(learning_curve, most_frequent, X, y, [2, 4]), np.array([[0, 2 / 4], [1 / 2, 1 / 2]]), "training errors and validation errors, two rows, for the sizes [2, 4]",
             mistakes=known.curves(most_frequent, X, y, [2, 4]))
X, y = np.arange(9.0).reshape(9, 1), np.array([1, 1, 0, 1, 0, 0, 1, 1, 1])  # sizes 5 and 2 answer with 1
checks.close(errors_of(learning_curve, most_frequent, X, y, [5, 2]), np.array([[2 / 5, 0], [1 / 4, 1 / 4]]), "training errors and validation errors, two rows, for the sizes [5, 2]",
             mistakes=known.curves(most_frequent, X, y, [5, 2]))
checks.equal(sorted(trained[:2]), [2, 4], "the sizes that were trained on at first")
checks.passed("learning_curve", "errors on the examples that were trained on, and on those that no size uses")
### BEGIN HIDDEN TESTS
for seed, sizes in ((17, [5, 11, 23]), (18, [20, 30, 3, 9]), (19, [12])):
    rng = np.random.default_rng(seed)
    X, y, trained = rng.normal(size=(50, 3)), rng.integers(0, 3, size=50), []
    expected = {"train": [], "val": []}
    for size in sizes:
        answer = np.argmax(np.bincount(y[:size]))
        expected["train"].append(np.count_nonzero(y[:size] - answer) / size)
        expected["val"].append(np.count_nonzero(y[max(sizes) :] - answer) / (50 - max(sizes)))
    checks.close(errors_of(learning_curve, most_frequent, X, y, sizes), np.array([expected["train"], expected["val"]]), f"training errors and validation errors, two rows, for the sizes {sizes}",
                 mistakes=known.curves(most_frequent, X, y, sizes))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_learning_curve_examples", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · the examples of each size · 1 point
def memorize(X_part, y_part):
    """Train a "net" that has memorized its training examples, and predicts -1 for all others."""
    answers = {tuple(row): label for row, label in zip(X_part.tolist(), y_part.tolist())}
    return lambda X_new: np.array([answers.get(tuple(row), -1) for row in np.asarray(X_new).tolist()])


X, y = np.random.default_rng(20).normal(size=(12, 2)), np.arange(12) % 3
checks.close(errors_of(learning_curve, memorize, X, y, [3, 8]), np.array([[0, 0], [1, 1]]), "training errors and validation errors, two rows, for the sizes [3, 8]",
             mistakes=known.curves(memorize, X, y, [3, 8]))
checks.passed("learning_curve", "each size trains on the first examples, and no validation example is trained on")
### BEGIN HIDDEN TESTS
def remembers(X_part, y_part):
    seen.append((np.array(X_part), np.array(y_part)))
    return lambda X_new: np.round(np.asarray(X_new)[:, 0]).astype(int)


seen, sizes = [], [6, 2, 9]
X = np.arange(15.0)[:, None] % 4
y = np.where(np.arange(15) % 2, X[:, 0], 0).astype(int)
checks.unpack(learning_curve(remembers, X, y, sizes), "train_errors, val_errors")
checks.true(len(seen) == 3, f"Three sizes need three nets, but {len(seen)} were trained.")
for size, (X_part, y_part) in zip(sizes, seen):
    checks.equal(X_part, X[:size], f"the training examples of size {size}")
    checks.equal(y_part, y[:size], f"the training labels of size {size}")
right = (X[:, 0] == y)
checks.close(errors_of(learning_curve, remembers, X, y, sizes), np.array([[1 - right[:size].mean() for size in sizes], [1 - right[9:].mean()] * 3]), f"training errors and validation errors, two rows, for the sizes {sizes}",
             mistakes=known.curves(remembers, X, y, sizes))
### END HIDDEN TESTS

# %% [markdown]
# The learning curve of our net, with 400 steps for every size. The order of the images, the first weights and the minibatches change from seed to seed;
# the bars show the standard deviation over three seeds.

# %% nbgrader={"grade": false, "grade_id": "demo_learning_curve", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def trainer(reg, seed):
    """A function for learning_curve: 400 steps of a two-layer net of 50 units."""
    def train(X_part, y_part):
        run = Run(0.05, 0.02, num_images=1, reg=reg, seed=seed)
        run.X, run.y, run.order = X_part, y_part, run.rng.integers(len(X_part), size=400 * 100)  # one long epoch
        run.train(1)
        return lambda X_new: run.net.predict(X_new, 1000)
    return train


sizes, curves = [100, 300, 1000, 3000, 7000], {}
with tqdm(total=6, file=sys.stdout, desc="curves") as bar:
    for reg in (0.0, 0.1):
        curves[reg] = []
        for seed in range(3):
            order = np.random.default_rng(seed).permutation(9000)[:8000]
            curves[reg].append(learning_curve(trainer(reg, seed), pixels_train[order], y_train[order], sizes))
            bar.update()
fig, axes = plt.subplots(1, 2, figsize=(vis.WIDTH, 3), layout="constrained", sharey=True)
for ax, (reg, pairs) in zip(axes, curves.items()):
    for k, (name, color) in enumerate((("training", vis.BLUE), ("validation", vis.ORANGE))):
        percent = 100 * np.array([pair[k] for pair in pairs])  # (3 seeds, 5 sizes)
        ax.errorbar(sizes, percent.mean(axis=0), percent.std(axis=0), color=color, marker="o", ms=4, capsize=3, label=name)
        print(f"reg = {reg:g}, {name} errors:", ", ".join(f"{mean:.0f}% ± {std:.0f}" for mean, std in zip(percent.mean(axis=0), percent.std(axis=0))))
    ax.set(xscale="log", xlabel="training images", ylim=(0, 95))
    ax.set_title(f"reg = {reg:g}", fontsize=10)
axes[0].set_ylabel("error (%)")
axes[0].legend(frameon=False);

# %% [markdown]
# On the left, with few images: no training error, and a huge gap. That is pure variance. With more images the gap closes from both sides, and still more
# would help further. On the right, a strong penalty. With 1,000 images it helps: on shapes10 the validation error is 53% instead of 60%, a difference
# that is many times as large as the spread over seeds. With 7,000 images it hurts: both errors are high and close together. That is bias, and more
# images would not help.

# %% [markdown]
# **Question 3** · 4 points. Four nets for a task in which people make an error of 0.5%:
#
# | | A | B | C | D |
# |---|---:|---:|---:|---:|
# | training error | 1% | 15% | 15% | 0.5% |
# | validation error | 11% | 16% | 30% | 1% |
#
# (a) Say for each net whether its bias, its variance, both or neither is high. (b) For each of A, B and C, name two things that you would try, in the
# direction that helps. (c) Now people make an error of 14% in this task. Whose diagnosis changes, and why?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_bias_variance", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# (a) A: high variance (a gap of 10 points, next to no training error). B: high bias (a training error of 15%, a gap of 1 point). C: both. D: neither.
#
# (b) A: more data, augmentation, stronger regularization (weight decay, dropout), early stopping, a smaller net. B: a larger net, longer training, a
# better optimizer or learning rate, weaker regularization, another architecture. C: first the bias, as for B; then the variance, as for A (or another
# architecture, which may help both). More data does not help B.
#
# (c) Bias is measured against what is possible. With 14%, the training error of 15% is nearly as good as it gets: B is fine, and C has high variance
# only. (A and D are then better than people on the training set; A's gap remains.)
#
# Scheme
# - [1.5] (a) all four right; 1 for three, 0.5 for two
# - [1.5] (b) two remedies in the right direction for each of A, B and C, 0.5 each
# - [1] (c) B is no longer biased and C has only variance, since bias is measured against the error that is possible
# ### END SOLUTION

# %% [markdown]
# ## All together
#
# Use what you have built: search, diagnose, stop early. Nothing here is graded. Choose by the validation accuracy, and use the test set once.

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): the best two-layer net with 50 hidden units
run = Run(0.05, 0.01, num_images=9000, reg=1e-3, decay=0.85).train(10)
best, stop = early_stopping(run.val_acc, patience=5)
print(f"{diagnose_run(run.losses, run.train_acc, run.val_acc, len(images.class_names))}: validation accuracy {run.val_acc[best]:.1%} after epoch {best}")
vis.training_curves({"loss_history": run.losses, "train_acc_history": run.train_acc, "val_acc_history": run.val_acc})
# print(f"test accuracy {run.accuracy(pixels_test, images.y_test):.1%}")  # once, at the very end

# %% [markdown]
# ## Summary
#
# - Standardize the channels with the statistics of the training set. Whitening decorrelates as well, but images seldom need it.
# - Loss and accuracy tell different things. A loss at log C may hide a net that learns; NaN means a learning rate that is too high.
# - Look at smoothed curves, and at training and validation accuracy together. Name the problem before you change something.
# - Search at random, on log scales, first coarse, then fine; give up hopeless runs; move the range if the best point lies at its border.
# - Stop when the validation accuracy no longer improves.
# - A high training error is bias, a large gap is variance. Only against variance does more data help.
#
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"standardize_channels": 3, "pca_whiten": 3, "train_until": 2, "smooth_history": 2, "diagnose_run": 4, "grid_points": 2, "random_points": 3,
                "at_border": 2, "search_settings": 2, "early_stopping": 2, "learning_curve": 2})
