# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # k-nearest neighbours
#
# How would you tell a cat from a dog if you had never been told what they look like, but owned a large album
# of labelled photographs? You could search the album for the photograph that is most similar to the new one,
# and repeat its label. That is the whole method of this notebook.
#
# **You will learn**
#
# - what a *data-driven* **classifier** is: it predicts labels from labelled examples, not from rules;
# - to measure with one number how different two images are (L2 and L1 distance);
# - to write the same computation with two loops, one loop and no loop, and what each costs in time and memory;
# - to choose a **hyperparameter**, a setting that is not learned from the data, by **cross-validation**;
# - why comparing pixels is not enough, which is the reason for the rest of the course.
#
# **Time**: three to four hours of work. The cells themselves run in about a minute, or in two on a slow machine.
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that
# come with the course.
#
# **How to work**: run the cells in order with Shift+Enter. Replace `raise NotImplementedError(...)` by your code,
# and run the checks below it: a check that fails says what is wrong. The grader also uses other data.
# Changes in locked cells do not count.
#
# *Lecture: "Image classification" · Paper: Cover and Hart, "Nearest neighbor pattern classification", 1967.*

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
import time

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from tqdm import tqdm

from cs231n_lib import checks, data, mistakes, vis
from cs231n_lib.notebooks import errors

# %matplotlib inline
plt.rcParams.update(vis.STYLE)
errors.explain()


def distance_cases(seed):
    """Random examples for the checks of distances, as (what they are, X_train, X_test)."""
    big = np.random.default_rng(seed).normal(size=(16, 8))
    return [
        ("9 test and 7 training examples", big[:7], 2 + big[7:]),
        ("as many test as training examples as numbers in each", big[:8], 1 + big[8:]),
        ("one test example", big[1:], big[:1]),
        ("one training example", big[:1], big[1:5]),
        ("one training and one test example", big[:1], big[1:2]),
        ("examples of one number", big[:5, :1], big[5:8, :1]),
        ("arrays in Fortran order", np.asfortranarray(big[:5]), np.asfortranarray(big[5:8])),
        ("every second column of an array", big[:5, ::2], big[5:8, ::2]),
        ("float32 arrays", big[:5].astype(np.float32), big[5:8].astype(np.float32)),
    ]


def integer_cases(seed):
    """Random images of integers, likewise."""
    rng = np.random.default_rng(seed)
    cases = []
    for dtype, dim in [(np.uint8, 12), (np.uint8, 600), (np.int64, 6)]:
        train, test = (rng.integers(0, 256, size=(n, dim)).astype(dtype) for n in (6, 5))
        cases.append((f"{np.dtype(dtype)} images of {dim} numbers", train, test))
    return cases


def as_row(labels):
    """Labels (N, 1) as (N,), and other labels as they are: a column costs points in one check only."""
    return labels[:, 0] if isinstance(labels, np.ndarray) and labels.ndim == 2 and labels.shape[1] == 1 else labels


# %% [markdown]
# ## The data
#
# Without a download, the notebook uses `shapes10`: small drawn images of ten kinds of shapes. If you have
# fetched CIFAR-10, it uses that: photographs of ten kinds of animals and vehicles. In both, an image is an array
# of shape `(32, 32, 3)` and dtype `uint8`: 32 x 32 **pixels** with 3 colour values from 0 to 255.
#
# We take 5,000 images as the **training set** and 500 others as the **test set**. For nearest neighbours,
# training means storing the training set. Nothing else is learned.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_load_data", "locked": true, "schema_version": 3, "solution": false, "task": false}
dataset = data.load(num_train=5000, num_test=500)
print(dataset)

# A row is one image: its 32 * 32 * 3 = 3,072 numbers written one after the other, as floats.
X_train, y_train = data.flatten(dataset.X_train), dataset.y_train  # (5000, 3072), (5000,)
X_test, y_test = data.flatten(dataset.X_test), dataset.y_test  # (500, 3072), (500,)
print("X_train", X_train.shape, X_train.dtype, "  X_test", X_test.shape, X_test.dtype)

# %% [markdown]
# Look at the data before you compute with it. Each row is a class. Images of one class differ in colour,
# position and size. Images of *different* classes may have much in common, above all their backgrounds. Which
# classes could you tell apart by colour alone?

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_samples_per_class", "locked": true, "schema_version": 3, "solution": false, "task": false}
vis.samples_per_class(dataset.X_train, dataset.y_train, dataset.class_names)

# %% [markdown]
# ## How different are two images?
#
# Put one image on top of the other and look at the difference in every pixel. Where the third picture is
# black, the two images agree; the brighter it is, the more they differ.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_difference", "locked": true, "schema_version": 3, "solution": false, "task": false}
first, second = dataset.X_train[0].astype(float), dataset.X_train[1].astype(float)
pictures = [first, second, abs(first - second)]
vis.show_images(pictures, titles=["first image", "second image", "difference"], columns=3, size=1.6)

# %% [markdown]
# To turn the 3,072 differences into one number, square them, so that they cannot cancel and large ones count for
# more. Then add them up and take the root. This is the length of the straight line between two points in
# a space of 3,072 dimensions, the **Euclidean** or **L2 distance**
#
# $$ d(a, b) = \sqrt{\sum_{p=1}^{D} (a_p - b_p)^2}. $$
#
# In the plane ($D = 2$), it is Pythagoras' theorem.
#
# **A trap.** Pixels are `uint8`: integers from 0 to 255, never negative. If a result does not fit, NumPy keeps
# its remainder modulo 256, without an error:

# %% nbgrader={"grade": false, "grade_id": "demo_wraparound", "locked": true, "schema_version": 3, "solution": false, "task": false}
dark, bright = np.array([10], dtype=np.uint8), np.array([250], dtype=np.uint8)
print("10 - 250 as uint8:  ", dark - bright)
print("10 - 250 as float64:", dark.astype(np.float64) - bright.astype(np.float64))

# %% [markdown]
# ### Exercise 1: `compute_distances_two_loops` · 13 points
#
# Compute the distance of every test image from every training image. The result is a matrix with one **row per
# test example** and one **column per training example**,
#
# $$ \mathrm{dists}_{ij} = d(\text{test example } i,\ \text{training example } j). $$
#
# By hand: from (0, 0) to (3, 4), the differences are 3 and 4, so the distance is $\sqrt{9 + 16} = 5$.
#
# Write the version that is easiest to trust, with one loop over the test examples and one over the training
# examples, and without a ready-made distance function. Later you will compare faster versions with it.


# %% nbgrader={"grade": false, "grade_id": "compute_distances_two_loops", "locked": false, "schema_version": 3, "solution": true, "task": false}
def compute_distances_two_loops(X_train, X_test):
    """L2 distance of every test example from every training example, with two nested loops.

    Parameters: X_train (num_train, D) and X_test (num_test, D), floats or integers, also uint8.
    Returns: dists (num_test, num_train), floats; dists[i, j] is the distance between
    X_test[i] and X_train[j]. The arguments stay as they are.

    Approach
        1. an array of zeros for dists
        2. two loops; inside, the difference of two rows, as floats
        3. one number from it, by the formula above

    Example: for X_train [[3, 4]] and X_test [[0, 0]], dists is [[5.0]].
    """
    ### BEGIN SOLUTION
    num_test, num_train = X_test.shape[0], X_train.shape[0]
    dists = np.zeros((num_test, num_train))
    for i in range(num_test):
        for j in range(num_train):
            difference = X_test[i].astype(np.float64) - X_train[j]  # (D,)
            dists[i, j] = np.sqrt(np.sum(difference**2))
    return dists
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_two_loops_values", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
# Check · values · 6 points
train = np.array([[0.0, 0.0], [3.0, 4.0], [-0.6, 0.8]])  # points in the plane
test = np.array([[0.0, 0.0], [6.0, 8.0]])
checks.close(
    compute_distances_two_loops(train, test),
    [[0.0, 5.0, 1.0], [10.0, 5.0, np.sqrt(95.4)]],
    "compute_distances_two_loops of 2 test and 3 training points",
    rtol=1e-4,
    hint="Rows are test examples, columns training examples.",
    mistakes=mistakes.knn.l2_distances(train, test),
)
checks.passed("compute_distances_two_loops", "distances in the plane")
### BEGIN HIDDEN TESTS
for what, train, test in distance_cases(11)[:2]:
    expected = np.sqrt(((test[:, None, :] - train[None, :, :]) ** 2).sum(axis=2))
    known = mistakes.knn.l2_distances(train, test)
    what = f"compute_distances_two_loops of {what}"
    checks.close(compute_distances_two_loops(train, test), expected, what, rtol=1e-4, mistakes=known)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_two_loops_integers", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
# Check · uint8 images · 4 points
# One pixel is 210 in one image and 10 in another, so that they are 200 apart. As floats and as uint8, the
# same pixels have the same distances.
train = np.array([[210, 7], [10, 7], [10, 10]], dtype=np.uint8)
test = np.array([[10, 7], [210, 7]], dtype=np.uint8)
floats = compute_distances_two_loops(train.astype(float), test.astype(float))
checks.resembles(floats, [[200, 0, 3], [0, 200, 200.02]], "compute_distances_two_loops of whole numbers")
checks.close(
    compute_distances_two_loops(train, test),
    floats,
    "compute_distances_two_loops of uint8 images",
    rtol=1e-4,
    hint="Did you convert to float before you subtract and square?",
    mistakes=mistakes.knn.l2_distances(train, test),
)
checks.passed("compute_distances_two_loops", "uint8 images")
### BEGIN HIDDEN TESTS
for what, train, test in integer_cases(12):
    floats = compute_distances_two_loops(train.astype(float), test.astype(float))
    expected = np.sqrt(((test[:, None].astype(float) - train.astype(float)) ** 2).sum(axis=2))
    checks.resembles(floats, expected, "compute_distances_two_loops of whole numbers")
    known, what = mistakes.knn.l2_distances(train, test), f"compute_distances_two_loops of {what}"
    checks.close(compute_distances_two_loops(train, test), floats, what, rtol=1e-4, mistakes=known)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_two_loops_layout", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · one test example · 3 points
train, test = np.array([[1.0, 1.5], [2.0, 0.5], [0.0, -1.0]]), np.array([[1.0, 0.5]])
train_before, test_before = train.copy(), test.copy()
dists = compute_distances_two_loops(train, test)
checks.shape(dists, (1, 3), "compute_distances_two_loops of one test and 3 training examples")
checks.resembles(dists, [[1.0, 1.0, np.sqrt(3.25)]], "compute_distances_two_loops of one test example")
checks.unchanged(train, train_before, "X_train")
checks.unchanged(test, test_before, "X_test")
checks.passed("compute_distances_two_loops", "one test example")
### BEGIN HIDDEN TESTS
for what, train, test in distance_cases(13)[2:]:
    both, n = np.vstack([train, test]).astype(np.float64), len(train)
    wide = compute_distances_two_loops(both, both)
    expected = np.sqrt(((both[:, None, :] - both[None, :, :]) ** 2).sum(axis=2))
    checks.resembles(wide, expected, "compute_distances_two_loops of more examples")
    dists, what = compute_distances_two_loops(train, test), f"compute_distances_two_loops of {what}"
    checks.close(dists, np.asarray(wide)[n:, :n], what, rtol=1e-4, atol=1e-6)
### END HIDDEN TESTS

# %% [markdown]
# Here is the matrix for the first 60 test and the first 200 training images: dark is near, bright is far.
# Some whole rows and some whole columns stand out.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_distance_matrix", "locked": true, "schema_version": 3, "solution": false, "task": false}
vis.distance_matrix(compute_distances_two_loops(X_train[:200], X_test[:60]))

# %% [markdown]
# **Question 1** · 4 points. Find a bright **row** and a bright **column** in the picture.
#
# 1. What does a bright row tell you about which image? And a bright column?
# 2. Describe an image that you would expect to cause either, and why it is far from nearly all others.
# 3. A *dark* column belongs to a training image that is near to nearly everything. What may such an image
#    look like, and why is it dangerous for a nearest-neighbour classifier?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_distance_matrix", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# 1. A row belongs to one test image: a bright row is a test image that is far from nearly all training
#    images. A column belongs to one training image: a bright column is a training image far from nearly
#    all test images.
# 2. An image whose values are at the edge of the range: a very bright or very dark background, or strong
#    contrast. Most images have medium brightness, so nearly every pixel differs by a large amount, and the
#    squares of 3,072 large differences add up.
# 3. A flat, greyish image with little contrast, near to the mean image. It differs little from every image, so
#    it is the nearest neighbour of many test images of all classes, which all get its label.
#
# Scheme
#
# - [1] a row is a test image and a column is a training image (both needed)
# - [1] an image of extreme brightness or contrast, or with an unusual background
# - [1] the reason in terms of pixel differences
# - [1] a flat or mean-like image *and* the consequence: it gives its label to many test images
# ### END SOLUTION

# %% [markdown]
# ### Exercise 2: `predict_labels` · 15 points
#
# With $k = 1$, a test example gets the label of its nearest training example. One odd or mislabelled example
# then decides for its whole neighbourhood. With a larger $k$, the $k$ nearest examples **vote**, and the label
# with the most votes wins. By hand: if the nearest labels are 5, 2, 2, 7, ..., then label 5 wins for $k = 1$, and
# label 2 for $k = 3$.
#
# Two cases need a rule. In **a tie**, two or more labels have the most votes: the *smallest* of these labels
# wins. If **$k$ is larger than the training set**, all training examples vote, each once. No check depends on
# which of two training examples at *exactly* the same distance you count as nearer.


# %% nbgrader={"grade": false, "grade_id": "predict_labels", "locked": false, "schema_version": 3, "solution": true, "task": false}
def predict_labels(dists, y_train, k=1):
    """Label of each test example by majority vote among its k nearest training examples.

    Parameters: dists (num_test, num_train), distances; y_train (num_train,), integer labels, not
    negative but otherwise any: they need not be 0 to 9; k, the number of neighbours that vote, at
    least 1.
    Returns: y_pred (num_test,), integers. The arguments stay as they are.

    Approach, with a loop over the rows if you like
        1. the k nearest training examples: look up what `np.argsort` returns
        2. their labels, and the votes of each label: look up `np.bincount`
        3. the winner: look up what `np.argmax` does if the maximum occurs twice

    Example: predict_labels(np.array([[0.1, 0.3, 0.2]]), np.array([5, 2, 2]), k=3) is [2].
    """
    ### BEGIN SOLUTION
    y_pred = np.zeros(dists.shape[0], dtype=y_train.dtype)
    for i, row in enumerate(dists):
        nearest = np.argsort(row)[:k]  # (min(k, num_train),)
        # bincount counts the votes of each label; argmax takes the first maximum, the smallest label
        y_pred[i] = np.argmax(np.bincount(y_train[nearest]))
    return y_pred
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_predict_labels_majority", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
# Check · majority · 5 points
dists = np.array([[4.0, 3.0, 2.0, 1.0, 5.0], [3.0, 5.0, 4.0, 1.0, 2.0], [4.0, 2.0, 5.0, 3.0, 1.0]])
labels = np.array([2, 0, 1, 0, 2])
for k, expected in [(1, [0, 0, 2]), (3, [0, 2, 0])]:
    checks.equal(
        predict_labels(dists, labels, k),
        expected,
        f"predict_labels with k={k}",
        hint="In row 1, the nearest labels are 0, 2, 2: label 0 wins for k=1, and label 2 for k=3.",
        mistakes=mistakes.knn.predicted_labels(dists, labels, k),
    )
checks.passed("predict_labels", "majority among the nearest")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(21)
for num_test, num_train, k in [(5, 9, 1), (12, 15, 3), (12, 15, 5), (3, 40, 7), (9, 9, 9), (1, 9, 5)]:
    dists = rng.permuted(np.tile(np.arange(num_train) + 0.5, (num_test, 1)), axis=1)
    labels = rng.choice([0, 2], size=num_train)
    # two classes and an odd k: no ties
    expected = np.array([2 if np.mean(labels[row < k] == 2) > 0.5 else 0 for row in dists])
    dists, labels = np.column_stack([dists, np.full(num_test, 99.0)]), np.append(labels, 1)  # too far away to vote
    known, what = mistakes.knn.predicted_labels(dists, labels, k), f"{num_test} x {num_train} distances, k={k}"
    checks.equal(predict_labels(dists, labels, k=k), expected, f"predict_labels, {what}", mistakes=known)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_predict_labels_ties", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
# Check · ties · 5 points
dists = np.array([[4.0, 5, 3, 2, 1, 7, 6], [7.0, 2, 5, 6, 3, 4, 1], [4.0, 1, 7, 6, 3, 5, 2]])
labels = np.array([2, 1, 0, 2, 0, 1, 2])
checks.equal(
    as_row(predict_labels(dists, labels, 5)),
    [0, 0, 1],
    "predict_labels with k=5, if two labels get two votes each",
    hint="In row 1, the nearest labels are 2, 1, 0, 1, 0. In a tie, the smallest label wins, whichever is nearer.",
    mistakes=mistakes.knn.predicted_labels(dists, labels, 5),
)
checks.passed("predict_labels", "ties go to the smallest label")
### BEGIN HIDDEN TESTS
for k, votes, winner in [
    (2, [1, 0, 2, 2], 0),
    (2, [0, 1, 2, 2], 0),
    (3, [1, 2, 0, 2], 0),
    (3, [2, 0, 1], 0),
    (5, [2, 1, 1, 2, 0, 3], 1),
    (5, [2, 1, 1, 2, 0, 0], 1),
    (6, [2, 1, 1, 0, 0, 2], 0),
]:
    checks.equal(
        as_row(predict_labels(np.arange(1.0, len(votes) + 1)[None, :], np.array(votes), k=k)),
        [winner],
        f"predict_labels if the labels, from near to far, are {votes} and k={k}",
        hint="In a tie, the smallest of the labels with the most votes wins.",
    )
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_predict_labels_large_k", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · large k · 3 points
dists, labels = np.array([[2.0, 4.0, 3.0, 1.0], [1.0, 2.0, 4.0, 3.0]]), np.array([0, 1, 2, 2])
for k in (4, 5):
    checks.equal(
        as_row(predict_labels(dists, labels, k)),
        [2, 2],
        f"predict_labels with k={k} and 4 training examples",
        hint="If k is larger than the number of training examples, all of them vote.",
        mistakes=mistakes.knn.predicted_labels(dists, labels, k),
    )
checks.passed("predict_labels", "k as large as the training set and larger")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(23)
random_dists = rng.random((6, 5))
line = np.array([[1.0, 2.0, 3.0, 4.0, 5.0]])
for dists, votes, k, winner in [
    *((random_dists, [2, 0, 2, 1, 2], k, 2) for k in (5, 6, 100)),
    (line, [0, 0, 1, 1, 1], 7, 1),  # the two nearest may not vote again
    (line, [2, 2, 2, 0, 1], 9, 2),  # empty places must not count as votes for label 0
    (np.array([[2.0]]), [0], 4, 0),
]:
    what = f"predict_labels with k={k} and {len(votes)} training examples"
    hint = "If k is larger than the number of training examples, all of them vote, each once."
    checks.equal(as_row(predict_labels(dists, np.array(votes), k=k)), [winner] * len(dists), what, hint)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_predict_labels_any_labels", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · any integer labels · 2 points
dists = np.array([[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]])
labels = np.array([1000, 7, 40, 40])
for k, expected in [(1, [1000, 40]), (4, [40, 40])]:
    y_pred = as_row(predict_labels(dists, labels, k))
    known = mistakes.knn.predicted_labels(dists, labels, k)
    checks.equal(y_pred, expected, f"predict_labels with the labels 7, 40, 1000 and k={k}", mistakes=known)
    checks.true(np.issubdtype(np.asarray(y_pred).dtype, np.integer), mistakes.knn.FLOAT_LABELS)
checks.passed("predict_labels", "any labels")
### BEGIN HIDDEN TESTS
dists_before = dists.copy()
for dtype in (np.int64, np.int32, np.uint8):
    labels = np.array([200, 30, 30, 11], dtype=dtype)
    y_pred = as_row(predict_labels(dists, labels, k=3))
    checks.equal(y_pred, [30, 30], f"predict_labels with labels of dtype {np.dtype(dtype)}")
    checks.true(np.issubdtype(np.asarray(y_pred).dtype, np.integer), mistakes.knn.FLOAT_LABELS)
checks.unchanged(dists, dists_before, "dists")
y_pred = as_row(predict_labels(np.asfortranarray(dists).astype(np.float32), np.array([12, 12, 12, 12]), k=2))
checks.equal(y_pred, [12, 12], "predict_labels if all labels are the same")
### END HIDDEN TESTS

# %% [markdown]
# Now the two functions are a classifier. The dots are training examples of three classes that overlap; the
# background shows the label that each place would get. With $k = 1$, every dot owns an island, even an outlier:
# the classifier has memorized its training set, accidents included, and new examples suffer for it. This is
# **overfitting**. With a larger $k$, the borders become smoother. With $k$ too large, real details vanish.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_decision_regions", "locked": true, "schema_version": 3, "solution": false, "task": false}
def draw_regions(k_choices, spread, num_points=90):
    """Draw random points of three classes, and the label that each place gets from its k nearest points."""
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 3, size=num_points)
    points = np.array([[-1.0, 0.0], [1.0, 0.3], [0.0, 1.5]])[labels] + spread * rng.normal(size=(num_points, 2))
    grid_x, grid_y = np.meshgrid(np.linspace(-3, 3, 60), np.linspace(-2, 3.5, 55))
    dists = compute_distances_two_loops(points, np.column_stack([grid_x.ravel(), grid_y.ravel()]))
    colors = ListedColormap([vis.BLUE, vis.ORANGE, vis.GREEN])
    figure, panels = plt.subplots(1, len(k_choices), figsize=(3.6 * len(k_choices), 3.4), sharey=True, squeeze=False)
    for panel, k in zip(panels[0], k_choices):
        regions = predict_labels(dists, labels, k=k).reshape(grid_x.shape)
        panel.pcolormesh(grid_x, grid_y, regions, cmap=colors, alpha=0.35, vmin=0, vmax=2)
        panel.scatter(*points.T, c=labels, cmap=colors, vmin=0, vmax=2, edgecolors="white", s=30)
        panel.set(title=f"k = {k}", xlim=(-3, 3), ylim=(-2, 3.5))
        panel.grid(False)
    plt.show()


draw_regions([1, 9, 60], spread=0.75)

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): which k suits classes that overlap more, or less?
k = 15  # try 3, 40 and 89
spread = 1.2  # of each class around its centre; try 0.3
draw_regions([1, k], spread)

# %% [markdown]
# And on images? Guessing would be right in 10% of the cases. To keep the loops short, we classify only 50 test
# images, so one image is worth 2%.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_first_predictions", "locked": true, "schema_version": 3, "solution": false, "task": false}
few_dists = compute_distances_two_loops(X_train, X_test[:50])
for k in (1, 5):
    accuracy = np.mean(predict_labels(few_dists, y_train, k=k) == y_test[:50])
    print(f"k = {k}: {accuracy:.0%} of 50 test images are right")

# %% [markdown]
# ### Exercise 3: `compute_distances_one_loop` · 11 points
#
# Python is slow, and the inner loop runs `num_test * num_train` times. Let NumPy do it: if you subtract one test
# example, of shape `(D,)`, from `X_train`, of shape `(num_train, D)`, NumPy subtracts it from *every row*. This is
# called **broadcasting**. Squares and sums then work on whole arrays; `axis` says along which axis to sum.
# By hand: [[3, 4], [0, 1]] minus [1, 1] is [[2, 3], [-1, 0]].
#
# ```
#   X_train           (num_train, D)
#   X_test[i]                    (D,)    is repeated for every row
#   the difference    (num_train, D)
#   the sums          (num_train,)       one number per training example: row i of dists
# ```


# %% nbgrader={"grade": false, "grade_id": "compute_distances_one_loop", "locked": false, "schema_version": 3, "solution": true, "task": false}
def compute_distances_one_loop(X_train, X_test):
    """L2 distance of every test example from every training example, with one loop.

    Parameters: X_train (num_train, D) and X_test (num_test, D), floats or integers, also uint8.
    Returns: dists (num_test, num_train), floats, the same as compute_distances_two_loops returns.

    Approach
        1. an array of zeros for dists, and a loop over the test examples
        2. inside, the differences from all training examples at once, as floats (num_train, D)
        3. row i of dists from them: along which axis do you sum?
    """
    ### BEGIN SOLUTION
    X_train = X_train.astype(np.float64)
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i] = np.sqrt(np.sum((X_train - X_test[i]) ** 2, axis=1))  # (num_train,)
    return dists
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_one_loop_values", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
# Check · values · 5 points
train = np.array([[0.0, 0.0], [3.0, 4.0], [-0.6, 0.8]])  # points in the plane
test = np.array([[0.0, 0.0], [6.0, 8.0]])
checks.close(
    compute_distances_one_loop(train, test),
    [[0.0, 5.0, 1.0], [10.0, 5.0, np.sqrt(95.4)]],
    "compute_distances_one_loop of 2 test and 3 training points",
    rtol=1e-4,
    hint="Each row of the differences belongs to one training example.",
    mistakes=mistakes.knn.l2_distances(train, test),
)
checks.passed("compute_distances_one_loop", "distances in the plane")
### BEGIN HIDDEN TESTS
for what, train, test in distance_cases(31):
    expected = np.sqrt(((test[:, None, :] - train[None, :, :]) ** 2).sum(axis=2))
    known, what = mistakes.knn.l2_distances(train, test), f"compute_distances_one_loop of {what}"
    checks.close(compute_distances_one_loop(train, test), expected, what, rtol=1e-4, atol=1e-6, mistakes=known)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_one_loop_loops", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
# Check · one loop · 4 points
rng = np.random.default_rng(32)
a, b, line = rng.normal(size=600), rng.normal(size=500), np.ones(16) / 4  # points on a line in 16 dimensions
checks.max_loops(
    compute_distances_one_loop,
    1,
    small=(np.eye(3), 2 * np.eye(3)),
    large=(np.outer(a, line), np.outer(b, line)),
    expected=np.abs(np.subtract.outer(b, a)),
)
checks.passed("compute_distances_one_loop", "at most one loop")
### BEGIN HIDDEN TESTS
train, test = rng.normal(size=(6, 4)), rng.normal(size=(3, 4))
expected = np.array([[np.sqrt(((a - b) ** 2).sum()) for b in train] for a in test])
checks.resembles(compute_distances_one_loop(train, test), expected, "compute_distances_one_loop")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_one_loop_integers", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · uint8 images · 2 points
train = np.array([[210, 7], [10, 7], [10, 10]], dtype=np.uint8)
test = np.array([[10, 7], [210, 7]], dtype=np.uint8)
floats = compute_distances_one_loop(train.astype(float), test.astype(float))
checks.resembles(floats, [[200, 0, 3], [0, 200, 200.02]], "compute_distances_one_loop of whole numbers")
checks.close(
    compute_distances_one_loop(train, test),
    floats,
    "compute_distances_one_loop of uint8 images",
    rtol=1e-4,
    hint="Did you convert to float before you subtract and square?",
    mistakes=mistakes.knn.l2_distances(train, test),
)
checks.passed("compute_distances_one_loop", "uint8 images")
### BEGIN HIDDEN TESTS
for what, train, test in integer_cases(33):
    floats = compute_distances_one_loop(train.astype(float), test.astype(float))
    expected = np.sqrt(((test[:, None].astype(float) - train.astype(float)) ** 2).sum(axis=2))
    checks.resembles(floats, expected, "compute_distances_one_loop of whole numbers")
    known, what = mistakes.knn.l2_distances(train, test), f"compute_distances_one_loop of {what}"
    checks.close(compute_distances_one_loop(train, test), floats, what, rtol=1e-4, mistakes=known)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 4: `compute_distances_no_loops` · 21 points
#
# Why not subtract all pairs at once? The array of differences would have the shape `(num_test, num_train, D)`:
# for our data 500 x 5,000 x 3,072 numbers of 8 bytes, **61 gigabytes**, for a result of 20 megabytes. So
# multiply out the squared distance of a test example $t$ from a training example $x$ on paper first:
#
# $$ \lVert t - x \rVert^2 = \sum_p (t_p - x_p)^2 = \underbrace{\sum_p t_p^2}_{\lVert t \rVert^2}
#    - 2 \underbrace{\sum_p t_p x_p}_{t \cdot x} + \underbrace{\sum_p x_p^2}_{\lVert x \rVert^2}. $$
#
# The first term depends on the test example only, the last one on the training example only. The middle one, for
# all pairs at once, is a **matrix product**, which computers do fastest of all. By hand: for $t = (6, 8)$ and
# $x = (3, 4)$, the terms are $100 - 2 \cdot 50 + 25 = 25$. Code without loops is called **vectorized**.
#
# ```
#     squares of the test rows    one column, (num_test, 1)    is repeated along each row
#   - twice the products                (num_test, num_train)
#   + squares of the train rows   one row,   (1, num_train)    is repeated along each column
# ```
#
# **Rounding.** For two equal rows, the terms should cancel to exactly 0. But each was rounded to about 16
# digits, so a tiny number remains, such as 3e-12 or **-3e-12**, whose root is `nan`. A squared distance cannot be
# negative: make sure that yours never is.
#
# Use only NumPy's array operations: no `for` or `while`, no comprehension, and no loop in disguise (`map`,
# `np.vectorize`, `np.apply_along_axis`).


# %% nbgrader={"grade": false, "grade_id": "compute_distances_no_loops", "locked": false, "schema_version": 3, "solution": true, "task": false}
def compute_distances_no_loops(X_train, X_test):
    """L2 distance of every test example from every training example, without a Python loop.

    Parameters: X_train (num_train, D) and X_test (num_test, D), floats or integers, also uint8.
    Returns: dists (num_test, num_train), floats, up to rounding the same as
    compute_distances_two_loops returns, and never nan. No array of num_test * num_train * D numbers is made on the way.

    Approach
        1. floats; the squares of each example, added up: a column for the tests, a row for the
           training set
        2. one matrix product for all pairs
        3. the three terms; nothing below 0; the root
    """
    ### BEGIN SOLUTION
    X_train, X_test = X_train.astype(np.float64), X_test.astype(np.float64)
    squares_train = np.sum(X_train**2, axis=1)  # (num_train,)
    squares_test = np.sum(X_test**2, axis=1)[:, np.newaxis]  # (num_test, 1)
    squared = squares_test - 2 * X_test @ X_train.T + squares_train  # (num_test, num_train)
    return np.sqrt(np.maximum(squared, 0))  # rounding can leave a tiny negative number
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_no_loops_values", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
# Check · values · 6 points
train = np.array([[0.0, 0.0], [3.0, 4.0], [-0.6, 0.8]])  # points in the plane
test = np.array([[0.0, 0.0], [6.0, 8.0]])
checks.close(
    compute_distances_no_loops(train, test),
    [[0.0, 5.0, 1.0], [10.0, 5.0, np.sqrt(95.4)]],
    "compute_distances_no_loops of 2 test and 3 training points",
    rtol=1e-4,
    atol=1e-6,
    mistakes=mistakes.knn.l2_by_products(train, test),
)
checks.passed("compute_distances_no_loops", "distances in the plane")
### BEGIN HIDDEN TESTS
for what, train, test in distance_cases(41):
    expected = np.sqrt(((test[:, None, :] - train[None, :, :]) ** 2).sum(axis=2))
    known, what = mistakes.knn.l2_by_products(train, test), f"compute_distances_no_loops of {what}"
    checks.close(compute_distances_no_loops(train, test), expected, what, rtol=1e-4, atol=1e-5, mistakes=known)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_no_loops_loops", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
# Check · no loops · 4 points
rng = np.random.default_rng(42)
a, b, line = rng.normal(size=600), rng.normal(size=500), np.ones(16) / 4  # points on a line in 16 dimensions
checks.no_loops(
    compute_distances_no_loops,
    small=(np.eye(3), 2 * np.eye(3)),
    large=(np.outer(a, line), np.outer(b, line)),
    expected=np.abs(np.subtract.outer(b, a)),
)
checks.passed("compute_distances_no_loops", "no loops")
### BEGIN HIDDEN TESTS
train, test = rng.normal(size=(6, 4)), rng.normal(size=(3, 4))
expected = np.array([[np.sqrt(((a - b) ** 2).sum()) for b in train] for a in test])
checks.resembles(compute_distances_no_loops(train, test), expected, "compute_distances_no_loops")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_no_loops_integers", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · uint8 images · 2 points
train = np.array([[210, 7], [10, 7], [10, 10]], dtype=np.uint8)
test = np.array([[10, 7], [210, 7]], dtype=np.uint8)
floats = compute_distances_no_loops(train.astype(float), test.astype(float))
checks.resembles(floats, [[200, 0, 3], [0, 200, 200.02]], "compute_distances_no_loops of whole numbers")
checks.close(
    compute_distances_no_loops(train, test),
    floats,
    "compute_distances_no_loops of uint8 images",
    rtol=1e-4,
    atol=1e-3,
    hint="Did you convert to float before you square and multiply?",
    mistakes=mistakes.knn.l2_distances(train, test),
)
checks.passed("compute_distances_no_loops", "uint8 images")
### BEGIN HIDDEN TESTS
for what, train, test in integer_cases(43):
    floats = compute_distances_no_loops(train.astype(float), test.astype(float))
    expected = np.sqrt(((test[:, None].astype(float) - train.astype(float)) ** 2).sum(axis=2))
    checks.resembles(floats, expected, "compute_distances_no_loops of whole numbers")
    known, what = mistakes.knn.l2_distances(train, test), f"compute_distances_no_loops of {what}"
    checks.close(compute_distances_no_loops(train, test), floats, what, rtol=1e-4, mistakes=known)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_no_loops_duplicates", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
# Check · equal examples · 5 points
# Every test example also occurs in the training set: its distance from itself is 0.
rng = np.random.default_rng(44)
test = rng.normal(size=(200, 100))
train = np.concatenate([test, rng.normal(size=(50, 100))])
dists = compute_distances_no_loops(train, test)
checks.shape(dists, (200, 250), "compute_distances_no_loops of 200 test and 250 training examples")
dists = np.asarray(dists)
checks.true(not np.isnan(dists).any(), mistakes.knn.ROOT_OF_NEGATIVE)
checks.true(np.all(np.diagonal(dists) < 0.05), mistakes.knn.NOT_ZERO_TO_ITSELF)
checks.true(np.all(dists[:, 200:] > 5), "Examples that have nothing to do with each other have small distances.")
checks.passed("compute_distances_no_loops", "equal examples")
### BEGIN HIDDEN TESTS
for scale, shift in [(1.0, 5.0), (100.0, 0.0), (1e-3, 0.0)]:
    test = scale * (rng.normal(size=(100, 60)) + shift)
    train = np.concatenate([rng.permutation(test), test])
    expected = np.stack([np.linalg.norm(train - x, axis=1) for x in test])
    dists = compute_distances_no_loops(train, test)
    checks.shape(dists, expected.shape, "compute_distances_no_loops of 100 test and 200 training examples")
    dists = np.asarray(dists)
    checks.true(not np.isnan(dists).any(), mistakes.knn.ROOT_OF_NEGATIVE)
    checks.true(np.all(np.abs(np.diagonal(dists[:, 100:])) <= 0.05 * scale), mistakes.knn.NOT_ZERO_TO_ITSELF)
    checks.resembles(dists, expected, "the distances of all examples from each other")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_no_loops_memory", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
# Check · memory · 4 points
# All differences of pairs of these examples would take 40 MB; the distances themselves take 0.16 MB.
rng = np.random.default_rng(45)
a, b, line = rng.normal(size=200), rng.normal(size=100), np.ones(256) / 16  # points on a line in 256 dimensions
checks.peak_memory(
    compute_distances_no_loops,
    np.outer(a, line),
    np.outer(b, line),
    limit_mb=8,
    what="compute_distances_no_loops of 100 test and 200 training examples of 256 numbers",
    expected=np.abs(np.subtract.outer(b, a)),
    mistake=mistakes.knn.ALL_PAIRS,
)
checks.passed("compute_distances_no_loops", "memory")
### BEGIN HIDDEN TESTS
train, test = rng.normal(size=(40, 3000)), rng.normal(size=(60, 3000))
dists = checks.peak_memory(
    compute_distances_no_loops,
    train,
    test,
    limit_mb=12,
    what="compute_distances_no_loops of 60 test and 40 training examples of 3000 numbers",
    expected=np.stack([np.linalg.norm(train - x, axis=1) for x in test]),
    mistake=mistakes.knn.ALL_PAIRS,
)
checks.finite(dists, "compute_distances_no_loops of 60 test and 40 training examples of 3000 numbers")
### END HIDDEN TESTS

# %% [markdown]
# ### How much faster?
#
# The three versions, for 20 test images and all 5,000 training images. One loop is often no faster than two: its
# large arrays do not fit into the processor's cache, and waiting for memory costs as much as the inner loop did.
# A matrix product uses each number many times once it is loaded.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_times", "locked": true, "schema_version": 3, "solution": false, "task": false}
seconds = {}
for name, function in [
    ("two loops", compute_distances_two_loops),
    ("one loop", compute_distances_one_loop),
    ("no loops", compute_distances_no_loops),
]:
    start = time.perf_counter()
    function(X_train, X_test[:20])
    seconds[name] = time.perf_counter() - start
vis.times(seconds)

# %% [markdown]
# Before you trust a fast version, compare it with the slow one on real data. Pixels from 0 to 255 are whole
# numbers, so nothing is rounded. With pixels between 0 and 1, nearly every step rounds.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_agreement", "locked": true, "schema_version": 3, "solution": false, "task": false}
for name, scale in [("pixels from 0 to 255", 1.0), ("pixels from 0 to 1", 1 / 255)]:
    slow = compute_distances_two_loops(scale * X_train, scale * X_test[:10])
    fast = compute_distances_no_loops(scale * X_train, scale * X_test[:10])
    apart = np.abs(slow - fast).max()
    print(f"{name}: distances of about {slow.mean():.0f}; the versions differ by {apart:.1e} at most")

# %% [markdown]
# Now all 500 test images take only a moment.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_accuracy", "locked": true, "schema_version": 3, "solution": false, "task": false}
test_dists = compute_distances_no_loops(X_train, X_test)
for k in (1, 5):
    accuracy = np.mean(predict_labels(test_dists, y_train, k=k) == y_test)
    spread = np.sqrt(accuracy * (1 - accuracy) / len(y_test))
    print(f"k = {k}: {accuracy:.1%} of {len(y_test)} test images are right, give or take {spread:.1%}")

# %% [markdown]
# You should see about 27% for $k = 1$ on CIFAR-10, and about 24% on `shapes10`. Guessing gives 10%.
#
# *Give or take*: with other test images, the **accuracy** (the fraction that is right) would differ a little. Its
# standard error is $\sqrt{p (1 - p) / 500}$, here about 2%, so a difference of half a percent means nothing.

# %% [markdown]
# ### Exercise 5: `compute_l1_distances` · 10 points
#
# Nothing forces us to square. The **L1** or **Manhattan distance** adds up the absolute differences, as
# if you could walk only along the streets of a grid:
#
# $$ d_1(a, b) = \sum_{p=1}^{D} \lvert a_p - b_p \rvert. $$
#
# By hand: from (0, 0) to (3, 4), it is $3 + 4 = 7$. In the picture, all points on a line have the same distance
# from the centre. Under L2, one large difference counts more than many small ones with the same sum. The shape on
# the left has *corners on the axes*; the one on the right looks the same from all sides.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_unit_balls", "locked": true, "schema_version": 3, "solution": false, "task": false}
grid_x, grid_y = np.meshgrid(np.linspace(-2, 2, 201), np.linspace(-2, 2, 201))
figure, panels = plt.subplots(1, 2, figsize=(7.5, 3.6))
for panel, title, values in [
    (panels[0], "L1: |x| + |y|", np.abs(grid_x) + np.abs(grid_y)),
    (panels[1], "L2: root of x² + y²", np.sqrt(grid_x**2 + grid_y**2)),
]:
    panel.clabel(panel.contour(grid_x, grid_y, values, levels=[0.5, 1, 1.5, 2], colors=vis.BLUE))
    panel.set(title=title, aspect="equal")
plt.show()

# %% [markdown]
# An absolute value cannot be multiplied out, so there is no matrix product here. Use **at most one loop**, and
# again no array of `num_test * num_train * D` numbers.


# %% nbgrader={"grade": false, "grade_id": "compute_l1_distances", "locked": false, "schema_version": 3, "solution": true, "task": false}
def compute_l1_distances(X_train, X_test):
    """L1 distance of every test example from every training example, with at most one loop.

    Parameters: X_train (num_train, D) and X_test (num_test, D), floats or integers, also uint8.
    Returns: dists (num_test, num_train); dists[i, j] is the L1 distance between
    X_test[i] and X_train[j]. No array of num_test * num_train * D numbers is made on the way.

    Approach
        1. as with one loop: all differences of one test example at once
        2. can a difference of your dtype be negative? Then their sizes, added up per training
           example
    """
    ### BEGIN SOLUTION
    if not np.issubdtype(X_train.dtype, np.floating):
        X_train = X_train.astype(np.float64)
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i] = np.sum(np.abs(X_train - X_test[i]), axis=1)  # (num_train,)
    return dists
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_compute_l1_distances_values", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
# Check · values · 5 points
train = np.array([[0.0, 0.0], [3.0, 4.0], [1.0, -1.5]])  # points in the plane
test = np.array([[0.0, 0.0], [6.0, -8.0]])
checks.close(
    compute_l1_distances(train, test),
    [[0.0, 7.0, 2.5], [14.0, 15.0, 11.5]],
    "compute_l1_distances of 2 test and 3 training points",
    rtol=1e-4,
    mistakes=mistakes.knn.l1_distances(train, test),
)
checks.passed("compute_l1_distances", "distances in the plane")
### BEGIN HIDDEN TESTS
for what, train, test in distance_cases(51):
    expected = np.abs(test[:, None, :] - train[None, :, :]).sum(axis=2)
    known, what = mistakes.knn.l1_distances(train, test), f"compute_l1_distances of {what}"
    checks.close(compute_l1_distances(train, test), expected, what, rtol=1e-4, atol=1e-6, mistakes=known)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_l1_distances_integers", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · uint8 images · 2 points
train = np.array([[250, 10], [10, 10], [20, 10]], dtype=np.uint8)
test = np.array([[10, 250], [10, 10]], dtype=np.uint8)
floats = compute_l1_distances(train.astype(float), test.astype(float))
checks.resembles(floats, [[480, 240, 250], [240, 0, 10]], "compute_l1_distances of whole numbers")
checks.close(
    compute_l1_distances(train, test),
    floats,
    "compute_l1_distances of uint8 images",
    rtol=1e-4,
    hint="An unsigned difference is never negative: it wraps around. Convert before you subtract.",
    mistakes=mistakes.knn.l1_distances(train, test),
)
checks.passed("compute_l1_distances", "uint8 images")
### BEGIN HIDDEN TESTS
for what, train, test in integer_cases(52):
    floats = compute_l1_distances(train.astype(float), test.astype(float))
    expected = np.abs(test[:, None].astype(float) - train.astype(float)).sum(axis=2)
    checks.resembles(floats, expected, "compute_l1_distances of whole numbers")
    known, what = mistakes.knn.l1_distances(train, test), f"compute_l1_distances of {what}"
    checks.close(compute_l1_distances(train, test), floats, what, rtol=1e-4, mistakes=known)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_l1_distances_loops_and_memory", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · one loop, little memory · 3 points
rng = np.random.default_rng(53)
a, b, line = rng.normal(size=600), rng.normal(size=500), np.ones(16) / 16  # points on a line in 16 dimensions
right, cases = np.abs(np.subtract.outer(b, a)), (np.outer(a, line), np.outer(b, line))
checks.max_loops(compute_l1_distances, 1, small=(np.eye(3), 2 * np.eye(3)), large=cases, expected=right)
# All differences of pairs of these examples would take 38 MB; the distances themselves take 2.4 MB.
checks.peak_memory(
    compute_l1_distances,
    *cases,
    limit_mb=15,
    what="compute_l1_distances of 500 test and 600 training examples of 16 numbers",
    expected=right,
    mistake=mistakes.knn.ALL_PAIRS,
)
checks.passed("compute_l1_distances", "at most one loop, little memory")
### BEGIN HIDDEN TESTS
# All differences of pairs would take 40 MB.
train, test = rng.normal(size=(200, 256)), rng.normal(size=(100, 256))
dists = checks.peak_memory(
    compute_l1_distances,
    train,
    test,
    limit_mb=12,
    what="compute_l1_distances of 100 test and 200 training examples of 256 numbers",
    expected=np.stack([np.abs(train - x).sum(axis=1) for x in test]),
    mistake=mistakes.knn.ALL_PAIRS,
)
checks.finite(dists, "compute_l1_distances of 100 test and 200 training examples of 256 numbers")
### END HIDDEN TESTS

# %% [markdown]
# Does it matter for our images? Here are both on 200 test images, where the standard error is 3%.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_l1_against_l2", "locked": true, "schema_version": 3, "solution": false, "task": false}
train32, test32 = X_train.astype(np.float32), X_test[:200].astype(np.float32)
parts = tqdm(np.array_split(test32, 20), file=sys.stdout, desc="L1")
l1_dists = np.concatenate([compute_l1_distances(train32, part) for part in parts])
for name, some_dists in [("L1", l1_dists), ("L2", test_dists[:200])]:
    accuracies = [np.mean(predict_labels(some_dists, y_train, k=k) == y_test[:200]) for k in (1, 5)]
    print(f"{name}: {accuracies[0]:.1%} right with k = 1, {accuracies[1]:.1%} with k = 5")

# %% [markdown]
# **Question 2** · 5 points. Suppose we change all images, training and test, in the same way. Which of
# these changes can change the predictions of the nearest-neighbour classifier ($k = 1$) with **L1**
# distance, and which cannot? Give a reason in one line each.
#
# 1. Subtract the mean image of the training set from every image.
# 2. Divide all values by 255.
# 3. Divide every pixel by its own standard deviation over the training set.
# 4. Shuffle the 3,072 positions, in the same way for all images.
# 5. Rotate the coordinate axes of the 3,072-dimensional space (multiply every row by the same orthogonal
#    matrix).
#
# For which of the five would your answer be different with **L2**?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_transformations", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# 1. Cannot: the same vector is subtracted from both images, so it cancels in every difference.
# 2. Cannot: every distance is divided by the same 255, so their order stays.
# 3. Can: positions that vary little get more weight than before and others less, so the order of the
#    distances may change.
# 4. Cannot: a sum does not depend on the order of its terms. (So the classifier does not know which
#    pixels are neighbours!)
# 5. Can: L1 depends on the axes; a difference along one axis, spread over two axes at 45 degrees, becomes
#    longer by a factor of root 2.
#
# With L2, only 5 is different: rotations do not change Euclidean lengths.
#
# Scheme
#
# - [1] 1 and 2 cannot, each with a reason that holds
# - [1] 3 can, with a reason
# - [1] 4 cannot, with a reason
# - [1] 5 can, with a reason
# - [1] 5, and no other, differs for L2
#
# Right verdicts without any reasons: 2 points at most.
# ### END SOLUTION

# %% [markdown]
# ### Exercise 6: `cross_validate_k` · 12 points
#
# $k$ is a **hyperparameter**: we choose it, nothing learns it from the data. How should we choose?
#
# - By the accuracy on the *training* images? Each of them would vote on itself (see Question 3).
# - By the accuracy on the *test* images? Then no images would be left to tell us how good the choice is.
# - By images *held out from the training set*: **validation** data. In **cross-validation**, every image takes its
#   turn: split the training set into parts, called **folds**; for each fold, train on the others and validate
#   on this one.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_folds", "locked": true, "schema_version": 3, "solution": false, "task": false}
figure, panel = plt.subplots(figsize=(7.5, 2.4))
for run in range(5):
    for fold in range(5):
        held_out = fold == run
        color, shade = (vis.ORANGE, 0.85) if held_out else (vis.BLUE, 0.3)
        panel.barh(run, 0.94, left=fold, color=color, alpha=shade)
        panel.text(fold + 0.47, run, "validate" if held_out else "train", ha="center", va="center")
panel.set_yticks(range(5), [f"run {run}" for run in range(5)])
panel.set_xticks(np.arange(5) + 0.47, [f"fold {fold}" for fold in range(5)])
panel.invert_yaxis()
panel.set_frame_on(False)
panel.grid(False)
panel.tick_params(length=0)
panel.set_title("5-fold cross-validation: every example is validated exactly once")
plt.show()

# %% [markdown]
# Split the data **in the given order, without shuffling**, into `num_folds` folds of nearly equal size, as
# `np.array_split` does: if the sizes cannot be equal, the first folds get one example more, and no example is left
# out. By hand: 7 examples in 3 folds are the examples 0 1 2, then 3 4, then 5 6. (Our images are in random order
# already. Data sorted by class would have to be shuffled first.)
#
# The examples of the validated fold must **not** vote. An example that votes on itself is at distance 0, and the
# accuracy is too good to be true.
#
# Use your `compute_distances_no_loops` and `predict_labels`. If one of them is not finished, compute what you need
# right here; the checks look only at the result.


# %% nbgrader={"grade": false, "grade_id": "cross_validate_k", "locked": false, "schema_version": 3, "solution": true, "task": false}
def cross_validate_k(X, y, k_choices, num_folds=5):
    """Accuracy of the k-nearest-neighbour classifier (L2 distance) on each fold, for each k.

    Parameters: X (N, D), floats, the training examples; y (N,), their integer labels; k_choices, a
    list of the values of k to try; num_folds, from 2 to N.
    Returns: results, a dict {k: [accuracy on fold 0, accuracy on fold 1, ...]} with every k in
    k_choices. An accuracy is the fraction, from 0 to 1, of the examples of the fold whose
    predicted label is right.

    Approach
        1. the folds, as indices or as parts of X and y; an empty list for each k
        2. for each fold: all other examples are the training set
        3. the distances do not depend on k, so compute them once per fold
        4. for each k: predict, compare, and append the accuracy
    """
    ### BEGIN SOLUTION
    results = {k: [] for k in k_choices}
    for fold in np.array_split(np.arange(X.shape[0]), num_folds):
        others = np.setdiff1d(np.arange(X.shape[0]), fold)
        dists = compute_distances_no_loops(X[others], X[fold])  # (len(fold), len(others))
        for k in k_choices:
            results[k].append(np.mean(predict_labels(dists, y[others], k) == y[fold]))
    return results
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_cross_validate_k_values", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
# Check · values · 5 points
### BEGIN HIDDEN TESTS
def voted(dists, y_train, k=1):
    elected = []
    for row in dists:
        votes = [int(y_train[j]) for j in sorted(range(len(row)), key=row.__getitem__)[:k]]
        elected.append(max(sorted(set(votes)), key=votes.count))
    return np.array(elected)


def lengths(X_train, X_test):
    return np.array([[np.linalg.norm(np.subtract(one, other, dtype=float)) for other in X_train] for one in X_test])


def distances_and_votes_are_right():
    rng = np.random.default_rng(60)
    points, y = rng.permuted(np.arange(60.0)).reshape(20, 3), rng.choice([3, 7, 40], size=20)
    dists = lengths(points[:12], points[12:])
    own = compute_distances_no_loops(points[:12], points[12:])
    votes = all(np.array_equal(predict_labels(dists, y[:12], k), voted(dists, y[:12], k)) for k in range(1, 14))
    return votes and np.allclose(own, dists)


checks.lend(cross_validate_k, distances_and_votes_are_right, predict_labels=voted, compute_distances_no_loops=lengths)
### END HIDDEN TESTS
# Twelve points on a line in six folds of two. By hand: fold 2 has the points at 41 and 14. The nearest of the
# others are at 38 (label 1, wrong) and 13 (label 1, right), so its accuracy for k=1 is 0.5.
X = np.array([3.0, 11, 48, 22, 41, 14, 13, 31, 23, 20, 38, 16])[:, None]
y = np.array([0, 0, 0, 1, 0, 1, 1, 1, 1, 1, 1, 0])
checks.close(
    cross_validate_k(X, y, [1, 3], num_folds=6),
    {1: [0.0, 1.0, 0.5, 1.0, 1.0, 0.0], 3: [0.0, 0.5, 0.0, 0.5, 1.0, 0.0]},
    "the accuracies for 6 folds of 2 examples",
    hint="The folds keep the order of the examples; nothing is shuffled.",
    mistakes=mistakes.knn.cross_validation(X, y, [1, 3], 6),
)
checks.passed("cross_validate_k", "accuracy of each fold, for each k")


### BEGIN HIDDEN TESTS
def direct_cross_validation(X, y, k, num_folds):
    accuracies = []
    for fold in np.array_split(np.arange(len(X)), num_folds):
        others = [i for i in range(len(X)) if i not in fold]
        right = 0
        for i in fold:
            order = sorted(others, key=lambda j: ((X[i] - X[j]) ** 2).sum())[:k]
            votes = [int(y[j]) for j in order]
            right += max(sorted(set(votes)), key=votes.count) == y[i]
        accuracies.append(right / len(fold))
    return accuracies


rng = np.random.default_rng(61)
for size, num_folds in [(30, 5), (30, 3), (24, 2)]:
    y = rng.integers(0, 2, size=size)
    X = rng.normal(size=(size, 3)) + 1.2 * y[:, None]
    expected = {k: direct_cross_validation(X, y, k, num_folds) for k in (1, 5)}
    known = mistakes.knn.cross_validation(X, y, [1, 5], num_folds)
    results = cross_validate_k(X, y, [1, 5], num_folds=num_folds)
    checks.close(results, expected, f"the accuracies for {num_folds} folds of {size} examples", mistakes=known)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_cross_validate_k_uneven_folds", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · uneven folds · 3 points
# Eleven examples in four folds: 0 1 2, then 3 4 5, then 6 7 8, then 9 10.
X = np.array([39.0, 15, 38, 32, 49, 1, 10, 9, 23, 28, 42])[:, None]
y = np.array([1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1])
checks.close(
    cross_validate_k(X, y, [1], num_folds=4),
    {1: [1 / 3, 2 / 3, 0.0, 1.0]},
    "the accuracies for folds of 3, 3, 3 and 2 examples",
    mistakes=mistakes.knn.cross_validation(X, y, [1], 4),
)
checks.passed("cross_validate_k", "folds of different sizes")
### BEGIN HIDDEN TESTS
# All the same label but for the last example, which must not be dropped: only its fold has an error.
X = np.arange(11.0)[:, None] ** 1.1
y = np.array([4] * 10 + [1])
for num_folds, expected in [(4, [1, 1, 1, 0.5]), (5, [1, 1, 1, 1, 0.5]), (3, [1, 1, 2 / 3]), (11, [1] * 10 + [0])]:
    known, what = mistakes.knn.cross_validation(X, y, [1], num_folds), f"{num_folds} folds of 11 examples"
    results = cross_validate_k(X, y, [1], num_folds=num_folds)
    checks.close(results, {1: expected}, f"the accuracies for {what}", mistakes=known)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_cross_validate_k_no_leak", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
# Check · no own votes · 4 points
# Each example has a twin right beside it, in another fold. The twins at 0, 40 and 50 have other labels, so a
# nearest-neighbour classifier gets these wrong, unless they can vote for themselves.
X = np.array([0.0, 10, 20, 30, 40, 50, 51, 21, 1, 41, 11, 31])[:, None]
y = np.array([0, 1, 2, 3, 4, 5, 4, 2, 5, 0, 1, 3])
checks.close(
    cross_validate_k(X, y, [1], num_folds=6),
    {1: [0.5, 1.0, 0.0, 0.5, 0.0, 1.0]},
    "the accuracies if each example has a twin in another fold",
    mistakes=mistakes.knn.cross_validation(X, y, [1], 6),
)
checks.passed("cross_validate_k", "no example votes for itself")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(62)
X = rng.normal(size=(9, 4)) * 50
X = np.concatenate([X, X + 0.25, X - 0.3])
y = np.array([2] * 9 + [5] * 9 + [7] * 9)
for num_folds in (3, 9):
    known = mistakes.knn.cross_validation(X, y, [1, 2], num_folds)
    results = cross_validate_k(X, y, [1, 2], num_folds=num_folds)
    what = "the accuracies if all near neighbours have other labels"
    checks.close(results, {1: [0.0] * num_folds, 2: [0.0] * num_folds}, what, mistakes=known)
# where some neighbours have the same label and others another, some accuracies are 0 and others 1
X = np.repeat(100.0 * np.arange(9), 3)[:, None] + np.tile([0.0, 1.0, 3.0], 9)[:, None]
y = np.where(np.repeat(rng.permutation(9) < 4, 3), np.tile([4, 5, 4], 9), 1)
results = cross_validate_k(X, y, [1], num_folds=27)
gaps = np.abs(X - X.T) + 1e9 * np.eye(27)
expected = {1: 1.0 * (y[gaps.argmin(axis=1)] == y)}
known = mistakes.knn.cross_validation(X, y, [1], 27)
checks.close(results, expected, "the accuracies for k=1 in 27 folds of one example", mistakes=known)
### END HIDDEN TESTS

# %% [markdown]
# Now on the 5,000 training images, with five folds, in ten to thirty seconds. Each dot is one fold; the line goes
# through the means, and the bars are one standard deviation up and down. On CIFAR-10, the best $k$ is about 10.
# On `shapes10`, where the images of one class have less in common, it is about 100.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_cross_validation", "locked": true, "schema_version": 3, "solution": false, "task": false}
k_choices = [1, 3, 5, 9, 15, 30, 50, 100, 200, 500]
cv_results = cross_validate_k(X_train, y_train, k_choices, num_folds=5)
for k in k_choices:
    mean, std = np.mean(cv_results[k]), np.std(cv_results[k])
    print(f"k = {k:3d}: mean accuracy {mean:.3f}, standard deviation over the folds {std:.3f}")
vis.accuracy_against_k(cv_results)

# %% [markdown]
# Only now we look at the test images, once. Expect about 28% on CIFAR-10, and about a third on `shapes10`.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_test_accuracy", "locked": true, "schema_version": 3, "solution": false, "task": false}
best_k = max(k_choices, key=lambda k: np.mean(cv_results[k]))
y_pred = predict_labels(test_dists, y_train, k=best_k)
accuracy = np.mean(y_pred == y_test)
print(f"best k: {best_k}; accuracy on {len(y_test)} test images: {accuracy:.1%}")

# %% [markdown]
# **Question 3** · 5 points.
#
# 1. A friend chooses $k$ by the accuracy on the training images, with those images voting. Which $k$ does
#    she get, with which accuracy, and why would the same happen with *random* labels?
# 2. Look at the error bars in your plot. Can you say with confidence that the best $k$ is better than its
#    neighbours? Than $k = 1$? Than $k = 500$?
# 3. Why do we not simply report the cross-validation accuracy of the best $k$ as the accuracy to expect
#    on new images?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_cross_validation", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# 1. $k = 1$ with 100% (except for identical images with different labels): each image is its own nearest
#    neighbour, at distance 0. This is overfitting, memory instead of recognition: it needs no relation between
#    images and labels, so it works for random labels too.
# 2. Its neighbours: no. Their means differ by less than the length of the bars, so another split could order
#    them otherwise. $k = 1$ and $k = 500$: yes, if their bars do not reach those of the best $k$, or if they
#    are lower in every fold.
# 3. It is the largest of several noisy numbers, chosen because it was large, and so too good on average;
#    an honest estimate needs images that played no part in the choice. (Also, its training sets had only
#    four fifths of the images, which acts the other way.)
#
# Scheme
#
# - [1] $k = 1$ with 100%
# - [1] the same with random labels, because it only memorizes
# - [1] the bars: neighbouring values cannot be told apart, and a verdict on $k = 1$ and $k = 500$ that fits the plot
# - [1] the estimate needs images that played no part in the choice
# - [1] choosing the best makes its figure too good
# ### END SOLUTION

# %% [markdown]
# ## What the classifier sees
#
# Each row shows a test image and its five nearest training images. A green frame means the same class, a red
# one another class. What do the neighbours have in common with the test image, if not its class?

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_neighbors", "locked": true, "schema_version": 3, "solution": false, "task": false}
chosen = np.arange(8)
nearest = np.argsort(test_dists[chosen], axis=1)[:, :5]  # (8, 5)
vis.neighbors(
    dataset.X_test[chosen],
    dataset.X_train[nearest],
    y_test[chosen],
    y_train[nearest],
    class_names=dataset.class_names,
)

# %% [markdown]
# One more experiment: how far does an image move, measured by L2, if its *meaning* stays the same?

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_shift", "locked": true, "schema_version": 3, "solution": false, "task": false}
original = dataset.X_test[0].astype(float)
variants = {
    "original": original,
    "shifted by 3 pixels": np.roll(original, 3, axis=1),
    "mirrored": original[:, ::-1],
    "brighter by 40": np.clip(original + 40, 0, 255),
    "nearest neighbour": dataset.X_train[nearest[0, 0]].astype(float),
}
titles = [f"{name}\nL2 = {np.linalg.norm(image - original):.0f}" for name, image in variants.items()]
vis.show_images(list(variants.values()), titles=titles, columns=5)

# %% [markdown]
# **Question 4** · 4 points.
#
# 1. Pick a test image above whose neighbours are of another class. What made the distance small?
# 2. Name two more changes to an image, besides those above, that keep its meaning but change its pixels a
#    lot. What does the distance do?
# 3. Compare the cost of training and of predicting for this classifier. Why is that the wrong way round
#    for a phone, for example?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_limits", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# 1. Any example is fine if it names what the *pixels* share: the colour and brightness of the background, which
#    covers most of the pixels, or a blob of similar colour at the same place, rather than the object.
# 2. For example another background, turning by a few degrees, enlarging, another colour of the object. The
#    distance becomes as large as that of the nearest unrelated images, or larger: each position is
#    compared with the same position only.
# 3. Training only stores the data. Predicting compares with all $N$ stored images, in time and memory
#    that grow with $N$ (and $D$). A phone predicts often and never trains; there we want to pay once, in
#    training, and predict fast with a small model.
#
# Scheme
#
# - [1] what the pixels share, such as the background
# - [1] two valid changes that the picture does not show, with the effect on the distance
# - [1] cheap training, and a prediction that costs $O(N)$
# - [1] why that is the wrong way round
# ### END SOLUTION

# %% [markdown]
# ## Summary
#
# - The data-driven recipe: collect labelled examples, choose a model, measure it on examples it has not seen.
# - Choose hyperparameters on validation data; use the test set once, at the end.
# - Vectorized code is fast when it turns the work into matrix products. Watch its memory and its rounding, and
#   compare it with a version that is too simple to be wrong.
# - Distances between pixels mostly compare backgrounds and colours, and prediction is slow. The next notebooks
#   replace the album by a few learned numbers per class.
#
# Your exercises so far (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"compute_distances_two_loops": 3, "predict_labels": 4, "compute_distances_one_loop": 3,
                "compute_distances_no_loops": 5, "compute_l1_distances": 3, "cross_validate_k": 3})
