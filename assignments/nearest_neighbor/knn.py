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
# How would you tell a cat from a dog if you had never been told what either looks like, but owned a large
# album of labelled photographs? You could leaf through the album until you found the photograph most
# similar to the new one, and repeat its label. That is the whole method of this notebook.
#
# **You will learn**
#
# - what *data-driven* means: the classifier is a function of labelled examples, not of rules;
# - how to say with one number how different two images are (L2 and L1 distance);
# - how to write the same computation with two loops, one loop and no loop, what that buys you, and what
#   it costs: memory, and the exactness of rounded numbers;
# - how to choose a hyperparameter, here $k$, by cross-validation, without touching the test set;
# - why comparing pixels is not enough, which is the reason for the rest of the course.
#
# **You will write** six functions of 5 to 15 lines: `compute_distances_two_loops`, `predict_labels`,
# `compute_distances_one_loop`, `compute_distances_no_loops`, `compute_l1_distances` and
# `cross_validate_k`, and answers to four questions in words.
#
# **Time**: three to four hours of work. The cells themselves run in about a minute
# (in two on a slow or busy machine).
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that
# come with the course.
#
# **How to work**: cells are run in order with Shift+Enter. Replace `raise NotImplementedError(...)` by
# your code and run the test cells below it: a check that fails says in words what is wrong. When your
# work is graded, the same cells run a few more checks on other data, so do not fit your code to the
# numbers you see. The cells of tests and demonstrations are locked: your changes there do not count.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
import time

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from tqdm import tqdm

from cs231n_lib import checks, data, vis
from cs231n_lib.notebooks import errors

# %matplotlib inline
plt.rcParams["figure.dpi"] = 80
errors.explain()

# %% [markdown]
# ## The data
#
# Without a download the notebook uses `shapes10`, small drawn images of ten kinds of shapes. If you have
# fetched CIFAR-10 (`cs231n data cifar10` in a terminal), ten kinds of animals and vehicles in real
# photographs, it uses that. Either way an image is 32 x 32 pixels with 3 colour values from 0 to 255: an
# array of shape `(32, 32, 3)` and dtype `uint8`.
#
# We take the first 5,000 training images and the first 500 test images. Nothing else is ever learnt: for
# nearest neighbours, "training" *is* keeping the training images.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_load_data", "locked": true, "schema_version": 3, "solution": false, "task": false}
dataset = data.load(num_train=5000, num_test=500)
print(dataset)

# A row is one image: its 32 * 32 * 3 = 3,072 numbers written one after the other, as floats.
X_train, y_train = data.flatten(dataset.X_train), dataset.y_train  # (5000, 3072), (5000,)
X_test, y_test = data.flatten(dataset.X_test), dataset.y_test  # (500, 3072), (500,)
print("X_train", X_train.shape, X_train.dtype, "  X_test", X_test.shape, X_test.dtype)

# %% [markdown]
# Look at data before computing with it. Each row below is a class. Notice how much the images of one
# class differ, in colour, position and size, and how much images of *different* classes may share, above
# all their backgrounds. Which classes would you expect to be easy to tell apart by colour alone?

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_samples_per_class", "locked": true, "schema_version": 3, "solution": false, "task": false}
vis.samples_per_class(dataset.X_train, dataset.y_train, dataset.class_names)

# %% [markdown]
# ## How different are two images?
#
# The simplest idea: put one image on top of the other and look at the difference in every pixel. Where
# the rightmost picture is black the two images agree; the brighter it is, the more they differ.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_difference", "locked": true, "schema_version": 3, "solution": false, "task": false}
first, second = dataset.X_train[0].astype(float), dataset.X_train[1].astype(float)
difference = np.abs(first - second)
vis.show_images(
    [first, second, difference], titles=["first image", "second image", "absolute difference"], columns=3
)
print("root of the sum of the squared differences:", np.linalg.norm(difference).round(1))

# %% [markdown]
# To boil the 3,072 differences down to one number, square them, so that they cannot cancel and large ones
# count for more, add them up, and take the root. This is the length of the straight line between two
# points in a space of 3,072 dimensions, the **Euclidean** or **L2 distance**
#
# $$ d(a, b) = \sqrt{\sum_{p=1}^{D} (a_p - b_p)^2}. $$
#
# In the plane ($D = 2$) it is Pythagoras' theorem.
#
# **A trap.** Pixels are `uint8`, integers from 0 to 255 that cannot be negative. When a result does not
# fit, NumPy keeps its remainder modulo 256, without an error. The next cell shows how far wrong this
# goes.

# %% nbgrader={"grade": false, "grade_id": "demo_wraparound", "locked": true, "schema_version": 3, "solution": false, "task": false}
dark, bright = np.array([10], dtype=np.uint8), np.array([250], dtype=np.uint8)
print("10 - 250 as uint8:  ", dark - bright)
print("10 - 250 as float64:", dark.astype(np.float64) - bright.astype(np.float64))

# %% [markdown]
# ## Exercise 1: `compute_distances_two_loops`
#
# We need the distance of every test image from every training image: a matrix with one **row per test
# example** and one **column per training example**,
#
# $$ \mathrm{dists}_{ij} = d(\text{test example } i,\ \text{training example } j). $$
#
# Start with the version that cannot be misread: one loop over the test examples, one over the training
# examples. Later you will replace it by faster ones and compare them with this one.
#
# Write your own arithmetic; do not call a ready-made distance function.


# %% nbgrader={"grade": false, "grade_id": "compute_distances_two_loops", "locked": false, "schema_version": 3, "solution": true, "task": false}
def compute_distances_two_loops(X_train, X_test):
    """L2 distance of every test example from every training example, with two nested loops.

    Arguments
        X_train: array (num_train, D); floats or integers, also uint8 images
        X_test: array (num_test, D); likewise
    Returns
        dists: array (num_test, num_train) of floats; dists[i, j] is the Euclidean distance between
            X_test[i] and X_train[j]. The arguments stay as they are.
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
# Points in the plane. From (0, 0) to (3, 4): legs 3 and 4, so the distance is 5.
train = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]])
test = np.array([[0.0, 0.0], [6.0, 8.0]])
expected = np.array([[0.0, 5.0, 1.0], [10.0, 5.0, np.sqrt(85.0)]])
checks.close(
    compute_distances_two_loops(train, test),
    expected,
    "compute_distances_two_loops of 2 test and 3 training points",
    rtol=1e-4,
    hint="Rows are test examples, columns training examples.",
    suspects={
        "the differences are added up without being squared, each by itself.": [[0, 7, 1], [14, 7, 13]],
        "it is the root of the mean square; the sum is meant.": expected / np.sqrt(2),
    },
)
checks.passed("compute_distances_two_loops", "distances in the plane")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(11)
for num_train, num_test, dim in [(7, 4, 5), (4, 7, 30), (6, 6, 3)]:
    train, test = rng.normal(size=(num_train, dim)), 3 + rng.normal(size=(num_test, dim))
    expected = np.sqrt(((test[:, None, :] - train[None, :, :]) ** 2).sum(axis=2))
    checks.close(
        compute_distances_two_loops(train, test),
        expected,
        f"compute_distances_two_loops of {num_test} test and {num_train} training examples of {dim} numbers",
        rtol=1e-4,
        suspects={
            "the examples are cut to whole numbers.": np.sqrt(
                ((np.trunc(test)[:, None, :] - np.trunc(train)[None, :, :]) ** 2).sum(axis=2)
            )
        },
    )
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_two_loops_integers", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
# One pixel is 250 in one image and 10 in the other: the distance is 240.
train = np.array([[250, 7], [10, 7]], dtype=np.uint8)
test = np.array([[10, 7]], dtype=np.uint8)
checks.close(
    compute_distances_two_loops(train, test),
    np.array([[240.0, 0.0]]),
    "compute_distances_two_loops of uint8 images",
    rtol=1e-4,
    hint="Did you convert to float before you subtract and square?",
)
checks.passed("compute_distances_two_loops", "uint8 images")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(12)
for dtype, dim in [(np.uint8, 12), (np.uint8, 300), (np.int64, 6)]:
    train, test = (rng.integers(0, 256, size=(n, dim)).astype(dtype) for n in (6, 5))
    expected = np.sqrt(
        ((test[:, None, :].astype(float) - train[None, :, :].astype(float)) ** 2).sum(axis=2)
    )
    checks.close(
        compute_distances_two_loops(train, test),
        expected,
        f"compute_distances_two_loops of {np.dtype(dtype)} images of {dim} numbers",
        rtol=1e-4,
    )
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_two_loops_layout", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# A single test example still gives a matrix, of one row; and the data must not be changed on the way.
train, test = np.array([[1.0, 1.5], [2.0, 0.5], [0.0, -1.0]]), np.array([[1.0, 0.5]])
train_before, test_before = train.copy(), test.copy()
dists = compute_distances_two_loops(train, test)
checks.close(
    dists,
    np.array([[1.0, 1.0, np.sqrt(3.25)]]),
    "compute_distances_two_loops of one test and 3 training examples",
    rtol=1e-4,
)
checks.unchanged(train, train_before, "X_train")
checks.unchanged(test, test_before, "X_test")
checks.passed("compute_distances_two_loops", "one test example")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(13)
big = rng.normal(size=(12, 8))
for what, train, test in [
    ("one training example", big[:1], big[1:5]),
    ("one training and one test example", big[:1], big[1:2]),
    ("examples of one number", big[:5, :1], big[5:8, :1]),
    ("arrays in Fortran order", np.asfortranarray(big[:5]), np.asfortranarray(big[5:8])),
    ("every second column of an array", big[:5, ::2], big[5:8, ::2]),
    ("float32 arrays", big[:5].astype(np.float32), big[5:8].astype(np.float32)),
]:
    expected = np.sqrt(((test[:, None, :] - train[None, :, :]) ** 2).sum(axis=2))
    checks.close(
        compute_distances_two_loops(train, test),
        expected,
        f"compute_distances_two_loops of {what}",
        rtol=1e-4,
        atol=1e-6,
    )
### END HIDDEN TESTS

# %% [markdown]
# Here is the matrix for the first 60 test and the first 200 training images: dark is near, bright is
# far. It is not an even colour: some whole rows and some whole columns stand out.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_distance_matrix", "locked": true, "schema_version": 3, "solution": false, "task": false}
vis.distance_matrix(compute_distances_two_loops(X_train[:200], X_test[:60]))

# %% [markdown]
# **Question 1** (4 points). Find a bright **row** and a bright **column** in the picture.
#
# 1. What does a bright row say about which image? What does a bright column say?
# 2. Describe an image that you would expect to cause either, and why it lies far from nearly all others.
# 3. A *dark* column belongs to a training image that is near to nearly everything. What may such an image
#    look like, and why is it dangerous for a nearest-neighbour classifier?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_distance_matrix", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
#
# ### BEGIN SOLUTION
# 1. A row belongs to one test image: a bright row is a test image that is far from nearly all training
#    images. A column belongs to one training image: a bright column is a training image far from nearly
#    all test images.
# 2. An image whose values lie at the edge of the range: a very bright or very dark background, or strong
#    contrast. Most images are of middling brightness, so that nearly every pixel differs by a large
#    amount, and the squares of 3,072 large differences add up.
# 3. A flat, greyish image of little contrast, near to the mean image. It differs little from every image
#    and is thus the nearest neighbour of many test images of all classes, which all get its label.
#
# **Marking**: 1 point for the row as a test image and the column as a training image (both needed); 1 for
# an image of extreme brightness or contrast or unusual background; 1 for the reason in terms of pixel
# differences; 1 for a flat or mean-like image *and* the consequence that it hands its label to many test
# images.
# ### END SOLUTION

# %% [markdown]
# ## Exercise 2: `predict_labels`
#
# With $k = 1$ a test example takes the label of its nearest training example. One odd or mislabelled
# example then decides for its whole neighbourhood. With larger $k$ the $k$ nearest examples **vote**, and
# the label with the most votes wins: a single odd one is outvoted.
#
# Two cases need a rule, or else the answer would depend on chance:
#
# - **a tie**: two or more labels have the same, highest number of votes. The *smallest* of these labels
#   wins.
# - **$k$ larger than the training set**: all training examples vote.
#
# Which of two training examples at *exactly* the same distance counts as the nearer one is up to you; no
# test depends on it.
#
# `np.argsort`, `np.bincount` and `np.argmax` can save you work: look up what each returns, and what
# `argmax` does when the maximum occurs twice. You may use loops here.


# %% nbgrader={"grade": false, "grade_id": "predict_labels", "locked": false, "schema_version": 3, "solution": true, "task": false}
def predict_labels(dists, y_train, k=1):
    """Label of each test example by majority vote among its k nearest training examples.

    Arguments
        dists: array (num_test, num_train) of distances
        y_train: integers (num_train,), the label of each training example; not negative, but
            otherwise any: they need not be 0 to 9, and values may be missing in between
        k: number of neighbours that vote, at least 1; when k > num_train, all of them vote
    Returns
        y_pred: integers (num_test,); on a tie, the smallest of the labels with the most votes.
            The arguments stay as they are.
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
dists = np.array([
    [1.0, 2.0, 3.0, 4.0, 5.0],
    [5.0, 4.0, 3.0, 2.0, 1.0],
    [3.0, 1.0, 9.0, 0.5, 2.0],
])
labels = np.array([2, 1, 1, 0, 0])
checks.equal(predict_labels(dists, labels, k=1), np.array([2, 0, 0]), "predict_labels with k=1")
checks.equal(
    predict_labels(dists, labels, k=3),
    np.array([1, 0, 0]),
    "predict_labels with k=3",
    hint="Row 0: the nearest three have the labels 2, 1, 1, so label 1 wins.",
)
checks.passed("predict_labels", "majority among the nearest")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(21)
for num_test, num_train, k in [(5, 9, 1), (12, 15, 3), (12, 15, 5), (3, 40, 7), (9, 9, 9)]:
    dists = rng.permuted(np.tile(np.arange(num_train) + 0.5, (num_test, 1)), axis=1)
    labels = rng.choice([1, 6], size=num_train)
    # two classes and an odd k: no ties
    expected = np.array([6 if np.mean(labels[row < k] == 6) > 0.5 else 1 for row in dists])
    checks.equal(
        predict_labels(dists, labels, k=k),
        expected,
        f"predict_labels, {num_test} x {num_train} distances, k={k}",
    )
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_predict_labels_ties", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
dists = np.array([[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]])
labels = np.array([3, 1, 3, 1])
checks.equal(
    predict_labels(dists, labels, k=4),
    np.array([1, 1]),
    "predict_labels when labels 3 and 1 get two votes each",
    hint="On a tie the smallest label wins, whichever is nearer.",
)
checks.passed("predict_labels", "ties go to the smallest label")
### BEGIN HIDDEN TESTS
for k, votes, winner in [
    (2, [5, 2, 9, 9], 2),
    (2, [2, 5, 9, 9], 2),
    (3, [4, 8, 0, 8], 0),
    (5, [6, 2, 2, 6, 0, 7], 2),
    (5, [6, 2, 2, 6, 1, 1], 2),
    (6, [7, 4, 4, 1, 1, 7], 1),
]:
    dists = np.arange(1.0, len(votes) + 1)[None, :]
    checks.equal(
        predict_labels(dists, np.array(votes), k=k),
        np.array([winner]),
        f"predict_labels when the labels, from near to far, are {votes} and k={k}",
        hint="On a tie the smallest of the labels with the most votes wins.",
    )
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_predict_labels_large_k", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
dists = np.array([[0.5, 1.5, 2.5]])
labels = np.array([4, 1, 1])
checks.equal(
    predict_labels(dists, labels, k=3), np.array([1]), "predict_labels with k=3 and 3 training examples"
)
checks.equal(
    predict_labels(dists, labels, k=10),
    np.array([1]),
    "predict_labels with k=10 and 3 training examples",
    hint="When k is larger than the number of training examples, all of them vote.",
)
checks.passed("predict_labels", "k as large as the training set and larger")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(23)
dists = rng.random((6, 5))
for k in (5, 6, 100):
    checks.equal(
        predict_labels(dists, np.array([3, 0, 3, 2, 3]), k=k),
        np.full(6, 3),
        f"predict_labels with k={k} and 5 training examples",
    )
# each example votes once, however large k is: the two nearest may not vote again
checks.equal(
    predict_labels(np.array([[1.0, 2.0, 3.0, 4.0, 5.0]]), np.array([0, 0, 3, 3, 3]), k=7),
    np.array([3]),
    "predict_labels with k=7 and 5 training examples",
    hint="When k is larger than the number of training examples, all of them vote, each once.",
)
checks.equal(
    predict_labels(np.array([[2.0]]), np.array([6]), k=4),
    np.array([6]),
    "predict_labels with one training example",
)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_predict_labels_any_labels", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Labels need not be 0, 1, 2, ...: here they are 7, 40 and 1000.
dists = np.array([[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]])
labels = np.array([1000, 7, 40, 40])
dists_before = dists.copy()
checks.equal(
    predict_labels(dists, labels, k=1), np.array([1000, 40]), "predict_labels with the labels 7, 40, 1000"
)
checks.equal(
    predict_labels(dists, labels, k=4),
    np.array([40, 40]),
    "predict_labels with the labels 7, 40, 1000 and k=4",
)
checks.unchanged(dists, dists_before, "dists")
checks.passed("predict_labels", "any labels")
### BEGIN HIDDEN TESTS
for dtype in (np.int64, np.int32, np.uint8):
    labels = np.array([200, 30, 30, 11], dtype=dtype)
    checks.equal(
        predict_labels(dists, labels, k=3),
        np.array([30, 30]),
        f"predict_labels with labels of dtype {np.dtype(dtype)}",
    )
checks.equal(
    predict_labels(np.asfortranarray(dists).astype(np.float32), np.array([12, 12, 12, 12]), k=2),
    np.array([12, 12]),
    "predict_labels when all labels are the same",
)
### END HIDDEN TESTS

# %% [markdown]
# Now the two functions are a classifier. What $k$ does is easiest to see in the plane. The points below
# are training examples of three classes that overlap; the background shows which label each place would
# get. With $k = 1$ every point owns an island of its own, even where it is an outlier. With larger $k$
# the borders become smoother; with $k$ too large the details that were real vanish as well.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_decision_regions", "locked": true, "schema_version": 3, "solution": false, "task": false}
plane_rng = np.random.default_rng(3)
centres = np.array([[-1.0, 0.0], [1.0, 0.3], [0.0, 1.5]])
plane_labels = plane_rng.integers(0, 3, size=90)
plane_points = centres[plane_labels] + 0.75 * plane_rng.normal(size=(90, 2))
grid_x, grid_y = np.meshgrid(np.linspace(-3, 3, 60), np.linspace(-2, 3.5, 55))
grid_dists = compute_distances_two_loops(plane_points, np.column_stack([grid_x.ravel(), grid_y.ravel()]))
class_colors = ListedColormap(["#0072B2", "#E69F00", "#009E73"])
figure, panels = plt.subplots(1, 3, figsize=(12, 3.8), sharey=True)
for panel, k in zip(panels, [1, 9, 60]):
    regions = predict_labels(grid_dists, plane_labels, k=k).reshape(grid_x.shape)
    panel.pcolormesh(grid_x, grid_y, regions, cmap=class_colors, alpha=0.35, vmin=0, vmax=2)
    panel.scatter(
        *plane_points.T, c=plane_labels, cmap=class_colors, vmin=0, vmax=2, edgecolors="white", s=35
    )
    panel.set_title(f"k = {k}")
plt.show()

# %% [markdown]
# And on images? Guessing would be right in 10% of the cases. To keep the two loops short we classify 50
# test images only, so take the figures with a grain of salt: of 50 images, one is worth 2%.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_first_predictions", "locked": true, "schema_version": 3, "solution": false, "task": false}
few_dists = compute_distances_two_loops(X_train, X_test[:50])
for k in (1, 5):
    accuracy = np.mean(predict_labels(few_dists, y_train, k=k) == y_test[:50])
    print(f"k = {k}: {accuracy:.0%} of 50 test images are right")

# %% [markdown]
# ## Exercise 3: `compute_distances_one_loop`
#
# Python is slow, and the inner loop is done `num_test * num_train` times. NumPy can do it for us:
# subtracting one test example, of shape `(D,)`, from `X_train`, of shape `(num_train, D)`, subtracts it
# from *every row*. This is called **broadcasting**. Squares and sums then work on whole arrays; `axis`
# says along which direction to sum.
#
# ```
#   X_train           (num_train, D)
#   X_test[i]                    (D,)    is repeated for every row
#   the difference    (num_train, D)
#   sum over axis 1   (num_train,)       one number per training example: row i of dists
# ```


# %% nbgrader={"grade": false, "grade_id": "compute_distances_one_loop", "locked": false, "schema_version": 3, "solution": true, "task": false}
def compute_distances_one_loop(X_train, X_test):
    """L2 distance of every test example from every training example, with one loop over the test examples.

    Arguments
        X_train: array (num_train, D); floats or integers, also uint8 images
        X_test: array (num_test, D); likewise
    Returns
        dists: array (num_test, num_train) of floats, as compute_distances_two_loops returns it
    """
    ### BEGIN SOLUTION
    X_train = X_train.astype(np.float64)
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i] = np.sqrt(np.sum((X_train - X_test[i]) ** 2, axis=1))  # (num_train,)
    return dists
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_one_loop_values", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
train = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]])
test = np.array([[0.0, 0.0], [6.0, 8.0]])
expected = np.array([[0.0, 5.0, 1.0], [10.0, 5.0, np.sqrt(85.0)]])
checks.close(
    compute_distances_one_loop(train, test),
    expected,
    "compute_distances_one_loop of 2 test and 3 training points",
    rtol=1e-4,
    hint="Each row of X_train - X_test[i] belongs to one training example: sum along axis 1.",
    suspects={"the differences are added up without being squared, each by itself.": [[0, 7, 1], [14, 7, 13]]},
)
checks.passed("compute_distances_one_loop", "distances in the plane")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(31)
big = rng.normal(size=(16, 8))
for what, train, test in [
    ("9 test and 7 training examples", big[:7], 2 + big[7:]),
    ("as many test as training examples as numbers in each", big[:8], big[8:]),
    ("one test example", big[1:], big[:1]),
    ("one training example", big[:1], big[1:5]),
    ("examples of one number", big[:5, :1], big[5:8, :1]),
    ("arrays in Fortran order", np.asfortranarray(big[:5]), np.asfortranarray(big[5:8])),
    ("float32 arrays", big[:5].astype(np.float32), big[5:8].astype(np.float32)),
]:
    expected = np.sqrt(((test[:, None, :] - train[None, :, :]) ** 2).sum(axis=2))
    checks.close(
        compute_distances_one_loop(train, test),
        expected,
        f"compute_distances_one_loop of {what}",
        rtol=1e-4,
        atol=1e-6,
    )
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_one_loop_loops", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(32)
a, b, line = rng.normal(size=600), rng.normal(size=500), np.ones(16) / 4  # points on a line of 16 dimensions
checks.max_loops(
    compute_distances_one_loop,
    1,
    small=(np.eye(3), 2 * np.eye(3)),
    large=(np.outer(a, line), np.outer(b, line)),
    expected=np.abs(np.subtract.outer(b, a)),
)
train, test = rng.normal(size=(6, 4)), rng.normal(size=(3, 4))
dists = compute_distances_one_loop(train, test)
checks.shape(dists, (3, 6), "what compute_distances_one_loop returns for 3 test and 6 training examples")
checks.passed("compute_distances_one_loop", "at most one loop")
### BEGIN HIDDEN TESTS
expected = np.array([[np.sqrt(((a - b) ** 2).sum()) for b in train] for a in test])
checks.close(dists, expected, "compute_distances_one_loop", rtol=1e-4)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_one_loop_integers", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
train = np.array([[250, 7], [10, 7]], dtype=np.uint8)
test = np.array([[10, 7]], dtype=np.uint8)
checks.close(
    compute_distances_one_loop(train, test),
    np.array([[240.0, 0.0]]),
    "compute_distances_one_loop of uint8 images",
    rtol=1e-4,
    hint="Did you convert to float before you subtract and square?",
)
checks.passed("compute_distances_one_loop", "uint8 images")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(33)
for dtype, dim in [(np.uint8, 12), (np.uint8, 300), (np.int64, 6)]:
    train, test = (rng.integers(0, 256, size=(n, dim)).astype(dtype) for n in (6, 5))
    expected = np.sqrt(
        ((test[:, None, :].astype(float) - train[None, :, :].astype(float)) ** 2).sum(axis=2)
    )
    checks.close(
        compute_distances_one_loop(train, test),
        expected,
        f"compute_distances_one_loop of {np.dtype(dtype)} images of {dim} numbers",
        rtol=1e-4,
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 4: `compute_distances_no_loops`
#
# Why not broadcast over both, and subtract all pairs at once? The array of the differences would have the
# shape `(num_test, num_train, D)`: with our data 500 x 5,000 x 3,072 numbers of 8 bytes, **61
# gigabytes**, to obtain a result of 20 megabytes. So think first, on paper. Multiply out the square of
# the distance of a test example $t$ from a training example $x$:
#
# $$ \lVert t - x \rVert^2 = \sum_p (t_p - x_p)^2 = \underbrace{\sum_p t_p^2}_{\lVert t \rVert^2}
#    - 2 \underbrace{\sum_p t_p x_p}_{t \cdot x} + \underbrace{\sum_p x_p^2}_{\lVert x \rVert^2}. $$
#
# The first term depends on the test example only, the last on the training example only, and the middle
# one, for all pairs at once, is a **matrix product**, the thing computers do fastest of all:
#
# ```
#       squares of the test rows   one column,   (num_test, 1)          is repeated along each row
#   - 2 X_test times X_train.T                   (num_test, num_train)
#   +   squares of the train rows  one row,      (1, num_train)         is repeated along each column
# ```
#
# **What rounding does.** For two equal rows the three terms should cancel to exactly 0. But each was
# rounded to about 16 digits, so what remains is a tiny number such as 3e-12, or, just as well,
# **-3e-12**, whose root is `nan`. A squared distance cannot be negative: make sure that yours is not.
#
# Only NumPy's own array operations are allowed here: no `for` or `while`, no comprehension, and no loop
# in disguise (`map`, `np.vectorize`, `np.apply_along_axis`).


# %% nbgrader={"grade": false, "grade_id": "compute_distances_no_loops", "locked": false, "schema_version": 3, "solution": true, "task": false}
def compute_distances_no_loops(X_train, X_test):
    """L2 distance of every test example from every training example, without a Python loop.

    Arguments
        X_train: array (num_train, D); floats or integers, also uint8 images
        X_test: array (num_test, D); likewise
    Returns
        dists: array (num_test, num_train) of floats, up to rounding as compute_distances_two_loops
            returns it; never nan. No array of num_test * num_train * D numbers is made on the way.
    """
    ### BEGIN SOLUTION
    X_train, X_test = X_train.astype(np.float64), X_test.astype(np.float64)
    squares_train = np.sum(X_train**2, axis=1)  # (num_train,)
    squares_test = np.sum(X_test**2, axis=1)[:, np.newaxis]  # (num_test, 1)
    squared = squares_test - 2 * X_test @ X_train.T + squares_train  # (num_test, num_train)
    return np.sqrt(np.maximum(squared, 0))  # rounding can leave a tiny negative number
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_no_loops_values", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
train = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]])
test = np.array([[0.0, 0.0], [6.0, 8.0]])
expected = np.array([[0.0, 5.0, 1.0], [10.0, 5.0, np.sqrt(85.0)]])
checks.close(
    compute_distances_no_loops(train, test),
    expected,
    "compute_distances_no_loops of 2 test and 3 training points",
    rtol=1e-4,
    atol=1e-6,
    suspects={
        "the mixed term, the matrix product, counts twice.": np.sqrt([[0, 25, 1], [100, 75, 93]]),
        "the mixed term, the matrix product, has to be subtracted.": np.sqrt([[0, 25, 1], [100, 225, 117]]),
        "each training example has its own sum of squares; this is the sum of all.": np.sqrt([[26, 26, 26], [126, 26, 110]]),
    },
)
checks.passed("compute_distances_no_loops", "distances in the plane")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(41)
big = rng.normal(size=(16, 8))
for what, train, test in [
    ("9 test and 7 training examples", big[:7], 2 + big[7:]),
    ("as many test as training examples as numbers in each", big[:8], 1 + big[8:]),
    ("one test example", big[1:], big[:1]),
    ("one training example", big[:1], big[1:5]),
    ("examples of one number", big[:5, :1], big[5:8, :1]),
    ("arrays in Fortran order", np.asfortranarray(big[:5]), np.asfortranarray(big[5:8])),
    ("float32 arrays", big[:5].astype(np.float32), big[5:8].astype(np.float32)),
]:
    expected = np.sqrt(((test[:, None, :] - train[None, :, :]) ** 2).sum(axis=2))
    checks.close(
        compute_distances_no_loops(train, test),
        expected,
        f"compute_distances_no_loops of {what}",
        rtol=1e-4,
        atol=1e-5,
    )
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_no_loops_loops", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(42)
a, b, line = rng.normal(size=600), rng.normal(size=500), np.ones(16) / 4  # points on a line of 16 dimensions
checks.no_loops(
    compute_distances_no_loops,
    small=(np.eye(3), 2 * np.eye(3)),
    large=(np.outer(a, line), np.outer(b, line)),
    expected=np.abs(np.subtract.outer(b, a)),
)
train, test = rng.normal(size=(6, 4)), rng.normal(size=(3, 4))
dists = compute_distances_no_loops(train, test)
checks.shape(dists, (3, 6), "what compute_distances_no_loops returns for 3 test and 6 training examples")
checks.passed("compute_distances_no_loops", "no loops")
### BEGIN HIDDEN TESTS
expected = np.array([[np.sqrt(((a - b) ** 2).sum()) for b in train] for a in test])
checks.close(dists, expected, "compute_distances_no_loops", rtol=1e-4)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_no_loops_integers", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
train = np.array([[250, 7], [10, 7]], dtype=np.uint8)
test = np.array([[10, 7]], dtype=np.uint8)
checks.close(
    compute_distances_no_loops(train, test),
    np.array([[240.0, 0.0]]),
    "compute_distances_no_loops of uint8 images",
    rtol=1e-4,
    atol=1e-3,
    hint="Did you convert to float before you square and multiply?",
)
checks.passed("compute_distances_no_loops", "uint8 images")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(43)
for dtype, dim in [(np.uint8, 12), (np.uint8, 300), (np.int64, 6)]:
    train, test = (rng.integers(0, 256, size=(n, dim)).astype(dtype) for n in (6, 5))
    expected = np.sqrt(
        ((test[:, None, :].astype(float) - train[None, :, :].astype(float)) ** 2).sum(axis=2)
    )
    checks.close(
        compute_distances_no_loops(train, test),
        expected,
        f"compute_distances_no_loops of {np.dtype(dtype)} images of {dim} numbers",
        rtol=1e-4,
    )
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_no_loops_duplicates", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
# Every test example also occurs among the training examples: its distance from itself is 0.
rng = np.random.default_rng(44)
test = rng.normal(size=(200, 100))
train = np.concatenate([test, rng.normal(size=(50, 100))])
dists = compute_distances_no_loops(train, test)
checks.shape(
    dists, (200, 250), "what compute_distances_no_loops returns for 200 test and 250 training examples"
)
checks.finite(dists, "compute_distances_no_loops of data with duplicated rows")
checks.close(
    np.diagonal(dists),
    np.zeros(200),
    "the distances of 200 examples from themselves",
    atol=0.05,
    hint="Only rounding errors may remain: nothing may be added to the squared distances.",
)
checks.true(
    np.all(np.asarray(dists)[:, 200:] > 5), "Examples that have nothing to do with each other have small distances."
)
checks.passed("compute_distances_no_loops", "duplicated rows")
### BEGIN HIDDEN TESTS
for scale, shift in [(1.0, 5.0), (100.0, 0.0), (1e-3, 0.0)]:
    test = scale * (rng.normal(size=(100, 60)) + shift)
    train = np.concatenate([rng.permutation(test), test])
    dists = compute_distances_no_loops(train, test)
    checks.finite(dists, "compute_distances_no_loops of data with duplicated rows")
    checks.close(
        np.diagonal(dists[:, 100:]),
        np.zeros(100),
        "the distances of examples from themselves",
        atol=0.05 * scale,
    )
    expected = np.stack([np.linalg.norm(train - x, axis=1) for x in test])
    checks.resembles(dists, expected, "the distances of all examples from each other")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_distances_no_loops_memory", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
# All pairwise differences of these arrays would take 40 MB; the distances themselves take 0.16 MB.
rng = np.random.default_rng(45)
a, b, line = rng.normal(size=200), rng.normal(size=100), np.ones(256) / 16  # points on a line of 256 dimensions
checks.peak_memory(
    compute_distances_no_loops,
    np.outer(a, line),
    np.outer(b, line),
    limit_mb=8,
    what="compute_distances_no_loops of 100 test and 200 training examples of 256 numbers",
    expected=np.abs(np.subtract.outer(b, a)),
)
checks.passed("compute_distances_no_loops", "memory")
### BEGIN HIDDEN TESTS
train, test = rng.normal(size=(40, 3000)), rng.normal(size=(60, 3000))
checks.peak_memory(
    compute_distances_no_loops,
    train,
    test,
    limit_mb=12,
    what="compute_distances_no_loops of 60 test and 40 training examples of 3000 numbers",
    expected=np.stack([np.linalg.norm(train - x, axis=1) for x in test]),
)
### END HIDDEN TESTS

# %% [markdown]
# ### How much faster?
#
# The three versions on the same 20 test images and all 5,000 training images. Mind the logarithmic axis.
# Two things are worth noticing. One loop is often no faster than two: its large intermediate arrays do
# not fit into the processor's cache, and waiting for memory costs as much as the saved loop. The version
# without loops wins because it does *less work on memory*: a matrix product uses each number many times
# once it has been fetched.

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
# Before you trust a fast version, compare it with the slow one, on the data it is meant for. First on the
# pixels as they are. They are whole numbers, and `float64` holds all whole numbers up to $2^{53}$
# exactly: there is nothing to round. Then on images between 0 and 1, where nearly every step rounds. The
# two versions need not agree to the last digit, but nearly.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_agreement", "locked": true, "schema_version": 3, "solution": false, "task": false}
for name, scale in [("pixels from 0 to 255", 1.0), ("pixels from 0 to 1", 1 / 255)]:
    slow = compute_distances_two_loops(scale * X_train, scale * X_test[:10])
    fast = compute_distances_no_loops(scale * X_train, scale * X_test[:10])
    apart = np.abs(slow - fast).max()
    print(f"{name}: distances of about {slow.mean():.0f}; the versions differ by {apart:.1e} at most")

# %% [markdown]
# Now all 500 test images take a moment only.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_accuracy", "locked": true, "schema_version": 3, "solution": false, "task": false}
test_dists = compute_distances_no_loops(X_train, X_test)
for k in (1, 5):
    accuracy = np.mean(predict_labels(test_dists, y_train, k=k) == y_test)
    spread = np.sqrt(accuracy * (1 - accuracy) / len(y_test))
    print(f"k = {k}: {accuracy:.1%} of {len(y_test)} test images are right, give or take {spread:.1%}")

# %% [markdown]
# On CIFAR-10 you should see about 27% for $k = 1$, on `shapes10` about 24%. Guessing gives 10%.
#
# *Give or take*: the accuracy on 500 images is an estimate. With other test images it would be a little
# different; its standard error is $\sqrt{p (1 - p) / 500}$, here about 2%. A difference of half a percent
# between two settings, measured on 500 images, means nothing.

# %% [markdown]
# ## Exercise 5: `compute_l1_distances`
#
# Nothing forces us to square. The **L1** or **Manhattan distance** adds up the absolute differences, as
# if you could walk along the streets of a grid only:
#
# $$ d_1(a, b) = \sum_{p=1}^{D} \lvert a_p - b_p \rvert. $$
#
# In the picture, all points on a line have the same distance from the centre. Under L2, one large
# difference counts more than many small ones of the same sum; under L1 they count the same. And the shape
# on the left has *corners on the axes*, while the one on the right looks the same from all sides.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_unit_balls", "locked": true, "schema_version": 3, "solution": false, "task": false}
grid_x, grid_y = np.meshgrid(np.linspace(-2, 2, 201), np.linspace(-2, 2, 201))
figure, panels = plt.subplots(1, 2, figsize=(8, 3.8))
for panel, title, values in [
    (panels[0], "L1: |x| + |y|", np.abs(grid_x) + np.abs(grid_y)),
    (panels[1], "L2: root of x² + y²", np.sqrt(grid_x**2 + grid_y**2)),
]:
    panel.clabel(panel.contour(grid_x, grid_y, values, levels=[0.5, 1, 1.5, 2], colors="tab:blue"))
    panel.set(title=title, aspect="equal")
plt.show()

# %% [markdown]
# An absolute value cannot be multiplied out, so there is no matrix product to be had. Use **at most one
# loop**, and again never make an array of `num_test * num_train * D` numbers.


# %% nbgrader={"grade": false, "grade_id": "compute_l1_distances", "locked": false, "schema_version": 3, "solution": true, "task": false}
def compute_l1_distances(X_train, X_test):
    """L1 distance of every test example from every training example, with at most one loop.

    Arguments
        X_train: array (num_train, D); floats or integers, also uint8 images
        X_test: array (num_test, D); likewise
    Returns
        dists: array (num_test, num_train); dists[i, j] is the sum of the absolute differences of
            X_test[i] and X_train[j]. No array of num_test * num_train * D numbers is made on the way.
    """
    ### BEGIN SOLUTION
    if not np.issubdtype(X_train.dtype, np.floating):
        X_train = X_train.astype(np.float64)
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i] = np.sum(np.abs(X_train - X_test[i]), axis=1)  # (num_train,)
    return dists
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_compute_l1_distances_values", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
# From (0, 0) to (3, 4) it is 3 blocks one way and 4 the other: 7.
train = np.array([[0.0, 0.0], [3.0, 4.0], [-1.0, 1.5]])
test = np.array([[0.0, 0.0], [6.0, -8.0]])
checks.close(
    compute_l1_distances(train, test),
    np.array([[0.0, 7.0, 2.5], [14.0, 15.0, 16.5]]),
    "compute_l1_distances of 2 test and 3 training points",
    rtol=1e-4,
    suspects={
        "the absolute value of each difference is missing.": [[0, -7, -0.5], [-2, -9, -2.5]],
        "the absolute value has to be taken of each difference, before the sum.": [[0, 7, 0.5], [2, 9, 2.5]],
        "it is the L2 distance, the root of the sum of squares.": np.sqrt([[0, 25, 3.25], [100, 153, 139.25]]),
        "only the largest difference counts; it should be the sum of all.": [[0, 4, 1.5], [8, 12, 9.5]],
        "it is the mean of the differences; the sum is meant.": [[0, 3.5, 1.25], [7, 7.5, 8.25]],
    },
)
checks.passed("compute_l1_distances", "distances in the plane")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(51)
big = rng.normal(size=(16, 8))
for what, train, test in [
    ("9 test and 7 training examples", big[:7], 2 + big[7:]),
    ("as many test as training examples as numbers in each", big[:8], big[8:]),
    ("one test example", big[1:], big[:1]),
    ("one training example", big[:1], big[1:5]),
    ("examples of one number", big[:5, :1], big[5:8, :1]),
    ("arrays in Fortran order", np.asfortranarray(big[:5]), np.asfortranarray(big[5:8])),
    ("float32 arrays", big[:5].astype(np.float32), big[5:8].astype(np.float32)),
]:
    expected = np.abs(test[:, None, :] - train[None, :, :]).sum(axis=2)
    checks.close(
        compute_l1_distances(train, test), expected, f"compute_l1_distances of {what}", rtol=1e-4, atol=1e-6
    )
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_l1_distances_integers", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# 250 - 10 = 240, and 10 - 250 = -240: both differ by 240.
train, test = np.array([[250, 10]], dtype=np.uint8), np.array([[10, 250]], dtype=np.uint8)
checks.close(
    compute_l1_distances(train, test),
    np.array([[480.0]]),
    "compute_l1_distances of uint8 images",
    rtol=1e-4,
    hint="An unsigned difference is never negative: it wraps around. Convert before you subtract.",
)
checks.passed("compute_l1_distances", "uint8 images")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(52)
for dtype, dim in [(np.uint8, 12), (np.uint8, 600), (np.int64, 6)]:
    train, test = (rng.integers(0, 256, size=(n, dim)).astype(dtype) for n in (6, 5))
    expected = np.abs(test[:, None, :].astype(float) - train[None, :, :].astype(float)).sum(axis=2)
    checks.close(
        compute_l1_distances(train, test),
        expected,
        f"compute_l1_distances of {np.dtype(dtype)} images of {dim} numbers",
        rtol=1e-4,
    )
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_compute_l1_distances_loops_and_memory", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(53)
a, b, line = rng.normal(size=600), rng.normal(size=500), np.ones(16) / 16  # points on a line of 16 dimensions
checks.max_loops(
    compute_l1_distances,
    1,
    small=(np.eye(3), 2 * np.eye(3)),
    large=(np.outer(a, line), np.outer(b, line)),
    expected=np.abs(np.subtract.outer(b, a)),
)
# All pairwise differences of these arrays would take 40 MB; the distances themselves take 0.16 MB.
a, b, line = rng.normal(size=200), rng.normal(size=100), np.ones(256) / 256
checks.peak_memory(
    compute_l1_distances,
    np.outer(a, line),
    np.outer(b, line),
    limit_mb=12,
    what="compute_l1_distances of 100 test and 200 training examples of 256 numbers",
    expected=np.abs(np.subtract.outer(b, a)),
)
checks.passed("compute_l1_distances", "at most one loop, little memory")
### BEGIN HIDDEN TESTS
train, test = rng.normal(size=(200, 256)), rng.normal(size=(100, 256))
dists = compute_l1_distances(train, test)
expected = np.stack([np.abs(train - x).sum(axis=1) for x in test])
checks.close(dists, expected, "compute_l1_distances of 100 test and 200 training examples", rtol=1e-4)
### END HIDDEN TESTS

# %% [markdown]
# Does it matter for our images? We compare both on the first 200 test images, with `float32` to halve the
# time. Keep the standard error in mind (3% for 200 images) before you name a winner.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_l1_against_l2", "locked": true, "schema_version": 3, "solution": false, "task": false}
train32, test32 = X_train.astype(np.float32), X_test[:200].astype(np.float32)
parts = tqdm(np.array_split(test32, 20), file=sys.stdout, desc="L1")
l1_dists = np.concatenate([compute_l1_distances(train32, part) for part in parts])
for name, some_dists in [("L1", l1_dists), ("L2", test_dists[:200])]:
    accuracies = [np.mean(predict_labels(some_dists, y_train, k=k) == y_test[:200]) for k in (1, 5)]
    print(f"{name}: {accuracies[0]:.1%} right with k = 1, {accuracies[1]:.1%} with k = 5")

# %% [markdown]
# **Question 2** (5 points). Suppose we change all images, training and test, in the same way. Which of
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
# *Your answer here.*
#
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
# With L2 only 5 is different: rotations do not change Euclidean lengths.
#
# **Marking**: 1 point for 1 and 2 together; 1 for 3; 1 for 4; 1 for 5, each with a reason that holds; 1
# for naming 5, and no other, as the one that differs for L2. Right verdicts without any reasons: 2 points
# at most.
# ### END SOLUTION

# %% [markdown]
# ## Exercise 6: `cross_validate_k`
#
# $k$ is not learnt from the data by a formula; we have to choose it. Such a choice is a
# **hyperparameter**. How should we choose?
#
# - By the accuracy on the *training* images? They are among those that vote, so each has a say about
#   itself. Question 3 asks where that leads.
# - By the accuracy on the *test* images? Then we would pick what happens to suit these 500, and there
#   would be no images left that could tell us honestly how good the choice is.
# - By images *held out from the training set*: **validation** data. To waste none and to be less at the
#   mercy of chance, let every part take its turn: split the training set into folds, and for each fold,
#   train on the others and validate on this one.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_folds", "locked": true, "schema_version": 3, "solution": false, "task": false}
figure, panel = plt.subplots(figsize=(8, 2.4))
for run in range(5):
    for fold in range(5):
        held_out = fold == run
        panel.barh(
            run,
            0.94,
            left=fold,
            color="tab:orange" if held_out else "tab:blue",
            alpha=0.85 if held_out else 0.35,
        )
        panel.text(fold + 0.47, run, "validate" if held_out else "train", ha="center", va="center")
panel.set(yticks=range(5), yticklabels=[f"run {run}" for run in range(5)], xticks=np.arange(5) + 0.47)
panel.set_xticklabels([f"fold {fold}" for fold in range(5)])
panel.invert_yaxis()
panel.set_frame_on(False)
panel.tick_params(length=0)
panel.set_title("5-fold cross-validation: every example is validated exactly once")
plt.show()

# %% [markdown]
# Split the data **in the given order, without shuffling**, into `num_folds` folds of nearly equal size,
# as `np.array_split` does: when the number of examples is not divisible, the first folds get one example
# more, and no example is left out. 7 examples in 3 folds are the examples 0 1 2, then 3 4, then 5 6. (Our
# images are in random order already. Data sorted by class would have to be shuffled first.)
#
# The examples of the fold being validated must **not** be among the examples that vote. One that is finds
# itself at distance 0, and the accuracy is too good to be true.
#
# Use your `compute_distances_no_loops` and `predict_labels`. The distances do not depend on $k$: compute
# them once per fold. (If one of these functions is not finished, you may compute what you need right
# here; the tests look at the result only.)


# %% nbgrader={"grade": false, "grade_id": "cross_validate_k", "locked": false, "schema_version": 3, "solution": true, "task": false}
def cross_validate_k(X, y, k_choices, num_folds=5):
    """Accuracy of the k-nearest-neighbour classifier (L2 distance) on each fold, for each k.

    Arguments
        X: floats (N, D), the training examples
        y: integers (N,), their labels
        k_choices: list of the values of k to try
        num_folds: number of folds, from 2 to N. Fold f consists of the examples of part f of
            np.array_split(np.arange(N), num_folds): in order, not shuffled
    Returns
        results: dict {k: [accuracy on fold 0, accuracy on fold 1, ...]}, for every k in k_choices. The
            accuracy on a fold is the fraction, from 0 to 1, of its examples whose label is predicted
            correctly from all the examples of the other folds.
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
# Six points on a line in three folds of two. Work it out by hand if the check fails: fold 1 holds the
# points at 1.1 and 11.3; the nearest of the others are at 0.0 (label 0, right) and 12.1 (label 0, wrong), so
# the accuracy for k=1 is 0.5.
positions = np.array([[0.0], [10.0], [1.1], [11.3], [2.5], [12.1]])
labels = np.array([0, 1, 0, 1, 0, 0])
results = cross_validate_k(positions, labels, [1, 3], num_folds=3)
checks.true(isinstance(results, dict), "cross_validate_k should return a dictionary {k: [accuracies]}")
checks.equal(sorted(results), [1, 3], "the keys of what cross_validate_k returns for k_choices [1, 3]")
checks.close(results[1], [1.0, 0.5, 0.5], "the accuracies of the three folds for k=1")
checks.close(results[3], [0.5, 0.5, 0.5], "the accuracies of the three folds for k=3")
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
    labels = rng.integers(0, 2, size=size)
    points = rng.normal(size=(size, 3)) + 1.2 * labels[:, None]
    results = cross_validate_k(points, labels, [1, 5], num_folds=num_folds)
    for k in (1, 5):
        checks.close(
            results[k],
            direct_cross_validation(points, labels, k, num_folds),
            f"the accuracies of {num_folds} folds of {size} examples for k={k}",
        )
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_cross_validate_k_uneven_folds", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Seven examples in three folds: 0 1 2, then 3 4, then 5 6.
positions = np.array([[0.0], [10.0], [20.0], [0.3], [10.4], [20.5], [30.0]])
labels = np.array([0, 1, 2, 0, 2, 2, 2])
results = cross_validate_k(positions, labels, [1], num_folds=3)
is_dictionary = isinstance(results, dict) and 1 in results
checks.true(is_dictionary, "cross_validate_k should return a dictionary {k: [accuracies]}")
checks.close(
    results[1],
    [2 / 3, 0.5, 1.0],
    "the accuracies of the folds of 3, 2 and 2 examples",
    hint="Every example belongs to exactly one fold; see np.array_split for their sizes.",
)
checks.passed("cross_validate_k", "folds of different sizes")
### BEGIN HIDDEN TESTS
# All the same label but for the last example, which must not be dropped: only its fold has an error.
positions = np.arange(11.0)[:, None] ** 1.1
labels = np.array([4] * 10 + [1])
for num_folds, expected in [(4, [1, 1, 1, 0.5]), (5, [1, 1, 1, 1, 0.5]), (3, [1, 1, 2 / 3])]:
    results = cross_validate_k(positions, labels, [1], num_folds=num_folds)
    checks.close(
        results[1],
        expected,
        f"the accuracies of {num_folds} folds of 11 examples, the last of which has an odd label",
    )
results = cross_validate_k(positions, labels, [1], num_folds=11)
checks.close(results[1], [1.0] * 10 + [0.0], "the accuracies of 11 folds of one example each")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_cross_validate_k_no_leak", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
# Every example has a twin right beside it, in another fold, with the other label: a nearest-neighbour
# classifier must get all of them wrong. Only an example that can vote for itself would be right.
rng = np.random.default_rng(62)
places = 10.0 * rng.permutation(10)
positions = np.concatenate([places, places + 0.5])[:, None]
labels = np.array([0] * 10 + [1] * 10)
results = cross_validate_k(positions, labels, [1], num_folds=4)
is_dictionary = isinstance(results, dict) and 1 in results
checks.true(is_dictionary, "cross_validate_k should return a dictionary {k: [accuracies]}")
checks.close(
    results[1],
    [0.0] * 4,
    "the accuracies on data where every nearest neighbour has the other label",
    hint="Do the examples of a fold also vote on it? Then each finds itself at distance 0.",
)
checks.passed("cross_validate_k", "no example votes for itself")
### BEGIN HIDDEN TESTS
points = rng.normal(size=(9, 4)) * 50
points = np.concatenate([points, points + 0.25, points - 0.3])
labels = np.array([2] * 9 + [5] * 9 + [7] * 9)
for num_folds in (3, 9):
    results = cross_validate_k(points, labels, [1, 2], num_folds=num_folds)
    for k in (1, 2):
        checks.close(
            results[k],
            [0.0] * num_folds,
            f"the accuracies for k={k} on data where all near neighbours have other labels",
        )
# where some neighbours have the same label and others another, some accuracies are 0 and others 1
points = np.repeat(100.0 * np.arange(9), 3)[:, None] + np.tile([0.0, 1.0, 3.0], 9)[:, None]
labels = np.where(np.repeat(rng.permutation(9) < 4, 3), np.tile([4, 5, 4], 9), 1)
results = cross_validate_k(points, labels, [1], num_folds=27)
gaps = np.abs(points - points.T) + 1e9 * np.eye(27)
checks.resembles(results[1], labels[gaps.argmin(axis=1)] == labels, "the accuracies for k=1 in 27 folds")
### END HIDDEN TESTS

# %% [markdown]
# Now on the 5,000 training images, with five folds. This takes ten to thirty seconds. Each dot is one
# fold; the line goes through the means, and the bars are one standard deviation of the five folds up and
# down. The axis of $k$ is logarithmic, as are our choices. On CIFAR-10 the best $k$ is about 10, on
# `shapes10`, where the pictures of one class have less in common, about 100.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_cross_validation", "locked": true, "schema_version": 3, "solution": false, "task": false}
k_choices = [1, 3, 5, 9, 15, 30, 50, 100, 200, 500]
cv_results = cross_validate_k(X_train, y_train, k_choices, num_folds=5)
for k in k_choices:
    mean, std = np.mean(cv_results[k]), np.std(cv_results[k])
    print(f"k = {k:3d}: mean accuracy {mean:.3f}, standard deviation over the folds {std:.3f}")
vis.accuracy_against_k(cv_results)

# %% [markdown]
# The choice is made. Now, and only now, the test images are looked at, once, with all 5,000 training
# images voting.
#
# On CIFAR-10 expect about 28%, on `shapes10` about a third.

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_test_accuracy", "locked": true, "schema_version": 3, "solution": false, "task": false}
best_k = max(k_choices, key=lambda k: np.mean(cv_results[k]))
y_pred = predict_labels(test_dists, y_train, k=best_k)
accuracy = np.mean(y_pred == y_test)
print(f"best k: {best_k}; accuracy on {len(y_test)} test images: {accuracy:.1%}")

# %% [markdown]
# **Question 3** (5 points).
#
# 1. A friend chooses $k$ by the accuracy on the training images, with those images voting. Which $k$ does
#    she get, with which accuracy, and why would the same happen on *random* labels?
# 2. Look at the error bars in your plot. Can you say with confidence that the best $k$ is better than its
#    neighbours? Than $k = 1$?
#    Than $k = 500$?
# 3. Why do we not simply report the cross-validation accuracy of the best $k$ as the accuracy to expect
#    on new images?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_cross_validation", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
#
# ### BEGIN SOLUTION
# 1. $k = 1$ with 100% (but for identical images with different labels): each image is its own nearest
#    neighbour, at distance 0. That is memory, not recognition: it needs no relation between images and
#    labels, so it works for random labels too.
# 2. Its neighbours: no. Their means differ by less than the bars are long, so another split could order
#    them otherwise. $k = 1$ and $k = 500$: where their bars do not reach those of the best $k$, or they
#    are lower in every fold, yes.
# 3. It is the largest of several noisy numbers, chosen because it was large, and so too good on average;
#    an honest estimate needs images that played no part in the choice. (Also, its training sets had only
#    four fifths of the images, which acts the other way.)
#
# **Marking**: 2 points for 1 ($k = 1$ with 100%: 1; random labels, because of memory: 1); 1 for using the
# bars to say that neighbouring values cannot be told apart and for a verdict on $k = 1$ and $k = 500$ that
# fits the plot; 2 for 3 (1 if it says only "the test set is unseen" without saying that choosing the best
# makes the figure too good).
# ### END SOLUTION

# %% [markdown]
# ## What the classifier sees
#
# The first image in each row is a test image; beside it are its five nearest training images, from near
# to far. A green frame means the same class, an orange one another class, whose name stands above it. What
# do the neighbours have in common with the test image, if not what it shows?

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
# One more experiment: how far does an image move, as measured by L2, when nothing about its *meaning*
# changes?

# %% tags=["skip-execution"] nbgrader={"grade": false, "grade_id": "demo_shift", "locked": true, "schema_version": 3, "solution": false, "task": false}
original = dataset.X_test[0].astype(float)
variants = {
    "original": original,
    "shifted by 3 pixels": np.roll(original, 3, axis=1),
    "mirrored": original[:, ::-1],
    "brighter by 40": np.clip(original + 40, 0, 255),
    "nearest neighbour": dataset.X_train[nearest[0, 0]].astype(float),
}
titles = [
    f"{name}\nL2 = {np.linalg.norm(image - original):.0f}" for name, image in variants.items()
]
vis.show_images(list(variants.values()), titles=titles, columns=5)

# %% [markdown]
# **Question 4** (4 points).
#
# 1. Pick a test image above whose neighbours are of another class. What made the distance small?
# 2. Name two more changes to an image, besides those above, that keep its meaning but change its pixels a
#    lot, and say what the distance does.
# 3. Compare the cost of training and of predicting for this classifier. Why is that the wrong way round
#    for, say, a phone?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_limits", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
#
# ### BEGIN SOLUTION
# 1. Any example is fine as long as it names what the *pixels* share: the colour and brightness of the
#    background, which covers most of the pixels, or a blob of similar colour at the same place, rather
#    than the object.
# 2. For example another background, turning by a few degrees, enlarging, another colour of the object. The
#    distance becomes as large as that of the nearest unrelated images, or larger: each position is
#    compared with the same position only.
# 3. Training only stores the data. Predicting compares with all $N$ stored images, in time and memory
#    that grow with $N$ (and $D$). A phone predicts often and trains never; there we want to pay once, in
#    training, and predict fast with a small model.
#
# **Marking**: 1 point for 1; 1 for two valid changes that the picture does not show, with the effect on the
# distance; 1 for cheap training against a prediction that costs $O(N)$; 1 for why that is the wrong way
# round.
# ### END SOLUTION

# %% [markdown]
# ## Summary
#
# - The data-driven recipe: collect labelled examples, choose a model, measure it on examples it has not
#   seen.
# - Hyperparameters are chosen on validation data; the test set is used once, at the end.
# - Vectorized code is fast when it turns the work into matrix products. It must be watched for memory and
#   rounding, and compared with a version that is too simple to be wrong.
# - The classifier is clearly better than guessing and far from good: distances between pixels mostly
#   compare backgrounds and colours. And it is slow just when it should be fast, at prediction. The next
#   notebooks replace the album by a few learnt numbers per class.
#
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"compute_distances_two_loops": 3, "predict_labels": 4, "compute_distances_one_loop": 3,
                "compute_distances_no_loops": 5, "compute_l1_distances": 3, "cross_validate_k": 3})
