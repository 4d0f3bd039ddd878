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
# # Image features: describe first, classify then
#
# So far our classifiers looked at raw pixels. Shift an image by two pixels and every single input changes, though
# nothing of what it shows has. Before nets learned to see by themselves, people therefore *described* an image first,
# by numbers that keep what matters and drop what does not, and classified the description. In this notebook you do
# the same, with three descriptions: a histogram of the colours, a histogram of the edges, and a *bag of visual
# words*, whose dictionary you will find in the images with an algorithm that never sees a label.
#
# **You will learn**
#
# - what histograms of colours and of oriented gradients keep of an image, and what they lose;
# - *k-means*, which finds typical examples in data without labels, and how it can go wrong;
# - to describe an image by counting visual words, in memory that does not grow with the number of images;
# - to standardise features without peeping at the test set;
# - how much a good description is worth: the same classifiers, on better inputs.
#
# **Time**: about three hours of work. The cells themselves run in about a minute with shapes10, and in about two with
# CIFAR-10 (on a slow or busy machine it may take twice as long).
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that come
# with the course. Everything below holds for both; only the numbers differ. The checks use small arrays, not the
# images.
#
# This notebook stands on its own but for one demonstration near the end: it trains *your* two-layer net, from the
# notebook `two_layer_net`. If that is not finished, everything else works all the same.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from tqdm import tqdm

from cs231n_lib import checks, data, vis
from cs231n_lib.features import color_histogram_hsv, dense_patches, hog_feature, sample_patches
from cs231n_lib.layers import softmax_loss
from cs231n_lib.notebooks import errors, other_notebooks
from cs231n_lib.solver import Solver

errors.explain()


def by_first_column(rows):
    """The rows of a codebook in the order of their first entry, since words have no order of their own."""
    rows = np.asarray(rows)
    return rows[np.argsort(rows[:, 0], kind="stable")]


def codebook_of(build_codebook, patches, k, seed, **settings):
    """What build_codebook returns with this seed, after a look whether it is k words."""
    codebook = build_codebook(patches.copy(), k, np.random.default_rng(seed), **settings)
    checks.true(codebook is not None, "The function returned None. Did you forget `return`?")
    checks.shape(codebook, (k, patches.shape[1]), f"the codebook of k={k} words")
    checks.finite(
        codebook,
        f"the codebook of k={k} words",
        hint="The mean of no patches at all is 0/0. A word that no patch chose has to move, as the docstring says.",
    )
    return np.asarray(codebook)


def standardized(standardize_features, F_train, *others):
    """What standardize_features returns, after a look whether it is one array for each that was given."""
    result = standardize_features(*(F.copy() for F in (F_train, *others)))
    checks.true(result is not None, "The function returned None. Did you forget `return`?")
    count = 1 + len(others)
    checks.true(
        isinstance(result, (tuple, list)) and len(result) == count,
        f"{count} arrays were given, so {count} should come back, "
        "in the same order: `return F_train, *others`, each standardised.",
    )
    for k, (after, before) in enumerate(zip(result, (F_train, *others))):
        what = "the training features" if k == 0 else f"the other features, others[{k - 1}],"
        checks.shape(
            after,
            before.shape,
            f"{what} that come back",
            hint="One array for each that was given, in the same order, with all its rows and columns.",
        )
        checks.finite(after, f"{what} that come back", hint="Is something divided by a deviation of 0?")
    return [np.asarray(each) for each in result]


# %% [markdown]
# ## The images

# %% nbgrader={"grade": false, "grade_id": "load_data", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
images = data.load()
print(images)
parts = {"training": images.X_train, "validation": images.X_val, "test": images.X_test}
labels = {"training": images.y_train, "validation": images.y_val, "test": images.y_test}


def by_blocks(describe, X, name):
    """describe(images) for a few hundred images at a time, with a progress bar: (N, F), float32."""
    starts = tqdm(range(0, len(X), 500), desc=f"{name:<22}", file=sys.stdout)
    return np.concatenate([describe(X[start : start + 500].astype(np.float32)).astype(np.float32) for start in starts])


def needs(value, exercise):
    """value, or a message where the exercise that makes it is not finished."""
    if value is None:
        raise NotImplementedError(f"exercise {exercise}: this cell needs it, and the cells above")
    return value


features = {}  # {description: {part: (N, F)}}
visual_words = None  # will be the codebook

# %% [markdown]
# ## Two descriptions that are given
#
# ### Colours
#
# `color_histogram_hsv(image, bins)` forgets where a pixel is, how bright it is and how vivid; it keeps the hue, the
# place of its colour on the circle of colours, and counts how many pixels have which. The picture shows the mean
# histogram of each class (each bar in its colour). Which classes would you trust it to tell apart?

# %% nbgrader={"grade": false, "grade_id": "demo_colors", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
features["colours"] = {
    part: by_blocks(lambda X: color_histogram_hsv(X, bins=20), parts[part], f"colours, {part}") for part in parts
}
fig, axes = plt.subplots(2, 5, figsize=(11, 4), sharex=True, sharey=True, layout="constrained")
hues = (np.arange(20) + 0.5) / 20
for label, ax in enumerate(axes.flat):
    mean_histogram = features["colours"]["training"][images.y_train == label].mean(axis=0)
    ax.bar(hues, mean_histogram, width=1 / 20, color=plt.colormaps["hsv"](hues))
    ax.set_title(images.class_names[label], fontsize=10)
    ax.set_xticks([0, 1 / 3, 2 / 3, 1], ["red", "green", "blue", "red"], fontsize=8)
for ax in axes[:, 0]:
    ax.set_ylabel("part of the pixels")

# %% [markdown]
# ### Edges
#
# `hog_feature(image)`, the *histogram of oriented gradients*, does the opposite: it forgets the colours, and keeps in
# which direction the image changes (at each pixel it takes the one channel, red, green or blue, that changes most). In
# every cell of 8 x 8 pixels it makes a histogram of 9 directions, and divides by the strength of the edges around, so
# that a dim image counts as much as one of strong contrast. With 3 x 3 overlapping blocks of 2 x 2 cells that makes
# 324 numbers for an image.
#
# Below, the histograms of each cell are drawn as strokes *along* the edges, the longer the more there are of that
# direction. The middle row has the cells of 8 pixels that we use; in the last row, with cells of 4, you see better
# what HOG is about.

# %% nbgrader={"grade": false, "grade_id": "demo_hog", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
features["HOG"] = {part: by_blocks(hog_feature, parts[part], f"HOG, {part}") for part in parts}


def strokes(image, cell):
    """Line segments (x, y) and their strengths, one for each direction of each cell."""
    side = 32 // cell
    blocks = hog_feature(image, cell=cell, block=2).reshape(side - 1, side - 1, 9, 2, 2)
    total, count = np.zeros((side, side, 9)), np.zeros((side, side, 1))
    for i in (0, 1):  # a cell is in up to four blocks; draw the mean of them
        for j in (0, 1):
            total[i : side - 1 + i, j : side - 1 + j] += blocks[..., i, j]
            count[i : side - 1 + i, j : side - 1 + j] += 1
    angles = (np.arange(9) + 0.5) * np.pi / 9 + np.pi / 2  # an edge is at a right angle to its gradient
    half = np.stack([np.cos(angles), np.sin(angles)], axis=1) * 0.48 * cell  # (9, 2)
    rows, columns = np.indices((side, side)) * cell + (cell - 1) / 2
    middles = np.stack([columns, rows], axis=-1)[:, :, None]  # (side, side, 1, 2)
    strength = total / count  # (side, side, 9)
    strength = (strength / strength.max()) ** 1.7  # so that the strongest directions stand out
    reach = half * strength[..., None]
    return np.stack([middles - reach, middles + reach], axis=-2).reshape(-1, 2, 2), strength.ravel()


chosen = [np.flatnonzero(images.y_train == label)[2] for label in range(8)]
fig, axes = plt.subplots(3, 8, figsize=(12, 4.9), layout="constrained")
for column, index in enumerate(chosen):
    axes[0, column].imshow(images.X_train[index])
    axes[0, column].set_title(images.class_names[images.y_train[index]], fontsize=10)
    for row, cell in ((1, 8), (2, 4)):
        lines, strength = strokes(images.X_train[index], cell)
        axes[row, column].add_collection(
            LineCollection(lines, color="black", alpha=np.clip(1.5 * strength, 0, 1), linewidths=1.4)
        )
        axes[row, column].set(xlim=(-0.5, 31.5), ylim=(31.5, -0.5), aspect="equal")
for ax in axes.flat:
    ax.set(xticks=[], yticks=[])
for ax, text in zip(axes[:, 0], ("image", "8-pixel cells", "4-pixel cells")):
    ax.set_ylabel(text)

# %% [markdown]
# **Question 1** (3 points). Take an image and (a) mirror it left to right, (b) make every pixel a third darker
# (multiply all three of red, green and blue by 2/3), (c) put its pixels in a random order, (d) swap its red and its
# green channel. For each of the four say whether the *hue histogram* stays (nearly) the same, and whether *HOG* does.
# Then name two things that both descriptions together still do not know about the image.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_invariance", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# | | hue histogram | HOG |
# |---|---|---|
# | (a) mirrored | the same: places do not count | changes: the cells swap places, and slanted directions are mirrored |
# | (b) darker | the same: hue does not depend on brightness | nearly the same: gradients shrink by a third everywhere, and the division by their strength undoes it |
# | (c) shuffled | the same | changes completely: no edges are left, only noise |
# | (d) red and green swapped | changes: red pixels count as green | the same: it takes the strongest gradient of the three channels, whichever that is |
#
# Both together do not know, for example: which colour is *where* (a red ball on green grass or a green ball on red
# ground), exactly where within a cell an edge is, brightness and vividness as such, on which side of an edge it is
# dark.
#
# **Marking**: 2 points for the table (half a point for each line with both entries right, with a reason or without);
# 1 for two valid things that are lost (half a point each).
# ### END SOLUTION

# %% [markdown]
# ## Visual words
#
# Which words does a text use, and how often? The counts alone, without any grammar, tell the sports page from the
# business page. To do the same with images we need visual words, and nobody has written that dictionary. So we make
# one: cut small patches out of the images, and let typical patches be the words.
#
# Here is an image, and the patches of 6 x 6 pixels at every second pixel, as `dense_patches` cuts them: 14 x 14 of
# them. On the right they are normalised as the function does it: each less its mean brightness and divided by its
# contrast, so that a word stands for a pattern, be it in the sun or in the shade.

# %% nbgrader={"grade": false, "grade_id": "demo_patches", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
size, stride = 6, 2
image = images.X_train[chosen[0]]
normalised = dense_patches(image[None].astype(np.float32), size, stride)[0]  # (14, 14, 108)
raw = np.lib.stride_tricks.sliding_window_view(image, (size, size), axis=(0, 1))[::stride, ::stride].transpose(
    0, 1, 3, 4, 2
)


def mosaic(tiles):
    """Tiles (rows, columns, size, size, 3) side by side, with a white line between."""
    padded = np.pad(tiles, ((0, 0), (0, 0), (1, 0), (1, 0), (0, 0)), constant_values=1.0)
    rows, columns, high, wide, _ = padded.shape
    return padded.transpose(0, 2, 1, 3, 4).reshape(rows * high, columns * wide, 3)


def as_colors(patches):
    """Normalised patches (..., 108) as images in 0..1, grey where a patch has its mean."""
    return np.clip(0.5 + patches.reshape(*patches.shape[:-1], size, size, 3) / 4, 0, 1)


fig, axes = plt.subplots(1, 3, figsize=(12, 4.2), layout="constrained")
for ax, picture, title in zip(
    axes,
    (image, mosaic(raw / 255), mosaic(as_colors(normalised))),
    ("the image", "its 196 patches, which overlap", "the same, normalised"),
):
    ax.imshow(picture, interpolation="nearest")
    ax.set(title=title, xticks=[], yticks=[])

# %% [markdown]
# A patch is a row of $D = 6 \cdot 6 \cdot 3 = 108$ numbers: a point in a space of 108 dimensions. A *codebook* is an
# array of $k$ such points, the words, one per row. There are two things to do with it: to read, which means to find
# for a patch the word that it is, and to write, which means to find a good codebook. Reading comes first, since
# writing needs it.
#
# ## Exercise 1: `assign_to_words`
#
# A patch $x$ is the word $c_j$ that is nearest to it, by Euclidean distance. CIFAR-10 has 10 million patches of this
# kind, so it has to be quick: no Python loop. And for ten thousand patches and 200 words the array of all
# differences, of shape $(P, k, D)$, would take 1.7 gigabytes. You know the way out from the nearest neighbours,
#
# $$ \lVert x - c \rVert^2 = \lVert x \rVert^2 - 2\,x \cdot c + \lVert c \rVert^2 , $$
#
# where the products of all patches with all words are one matrix product. (To find out which of the distances is the
# smallest, do you need all three terms?)


# %% nbgrader={"grade": false, "grade_id": "assign_to_words", "locked": false, "schema_version": 3, "solution": true, "task": false}
def assign_to_words(patches, codebook):
    """For each patch the number of the word that is nearest to it.

    Arguments
    - patches: (P, D) floats, one patch per row
    - codebook: (k, D) floats, one word per row

    Returns words: (P,) integers from 0 to k - 1; words[i] is the row of codebook with the smallest Euclidean
    distance from patches[i], the first one if several are equally near. The arguments stay as they are.

    No Python loops, and no array of shape (P, k, D); one of shape (P, k) is fine.
    """
    ### BEGIN SOLUTION
    # |x|^2 is the same for all words, so that it does not matter for which of them is nearest
    squares = np.sum(codebook * codebook, axis=1)  # (k,)
    distances = squares - 2 * patches.dot(codebook.T)  # (P, k): the squared distance less |x|^2
    return np.argmin(distances, axis=1)
    ### END SOLUTION


# %% [markdown]
# Points in the plane, so that you can see for yourself which word is the nearest.

# %% nbgrader={"grade": true, "grade_id": "test_assign_to_words_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
codebook = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 2.0], [-2.0, -2.0]])
patches = np.array([[1.0, 0.5], [6.0, 0.0], [3.0, 3.0], [20.0, 20.0], [0.0, 0.5], [6.5, 5.5], [6.0, 7.0]])
words = assign_to_words(patches, codebook)
checks.true(words is not None, "The function returned None. Did you forget `return`?")
checks.shape(
    words,
    (7,),
    "the words of 7 patches",
    hint="One number for each patch, not for each word: neither the word itself nor the distances.",
)
mistakes = {
    "this is the largest product x.c; the squared length of the word belongs into the distance.": "1111211",
    "these are the words that are farthest away.": "1313133",
    "the sign of the product is wrong.": "0333033",
    "the 2 before the product is missing.": "0021022",
    "the length of the word has to be squared.": "1111011",
    "these are the words with the smallest angle to the patch; but the distance counts.": "1111212",
    "this is the distance of the absolute differences (L1), not the Euclidean one.": "0121011",
}
mistakes = {sentence: [int(word) for word in words_then] for sentence, words_then in mistakes.items()}
checks.close(
    words,
    [0, 1, 2, 1, 0, 1, 2],
    "the words of 7 points in the plane",
    suspects=mistakes,
    hint="The point (3, 3) is sqrt(18) = 4.2 from word 0, sqrt(58) = 7.6 from word 1, sqrt(10) = 3.2 from word 2 "
    "and sqrt(50) = 7.1 from word 3.",
)
checks.passed("assign_to_words", "each patch gets the nearest word")
### BEGIN HIDDEN TESTS
for seed, (num_patches, num_words, dim) in enumerate([(40, 7, 5), (7, 40, 12), (25, 3, 1), (60, 12, 27)], 11):
    rng = np.random.default_rng(seed)
    codebook = rng.normal(size=(num_words, dim)) * rng.uniform(0.2, 3, size=(num_words, 1)) + 1
    patches = 2 * rng.normal(size=(num_patches, dim)) + 1
    nearest = [min(range(num_words), key=lambda j, x=x: float(np.sum((x - codebook[j]) ** 2))) for x in patches]
    checks.equal(
        assign_to_words(patches, codebook),
        nearest,
        f"the words of {num_patches} random patches with k={num_words}, D={dim}",
        hint="Is it the Euclidean distance, with the squares of all D differences?",
    )
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_assign_to_words_ties", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
codebook = np.array([[4.0, 0.0], [0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])
patches = np.array([[5.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 3.0], [0.0, 2.0]])
words = assign_to_words(patches, codebook)
checks.equal(
    words,
    [0, 0, 0, 3, 1],
    "the words of points that lie between words",
    hint="If several words are equally near, it is the first of them. Words 0 and 2 are the same here.",
)
checks.passed("assign_to_words", "of equally near words the first one is taken")
### BEGIN HIDDEN TESTS
codebook = np.array([[3.0, 1.0, 0.0], [-3.0, 1.0, 0.0], [0.0, 1.0, 3.0], [0.0, 5.0, 0.0], [3.0, 1.0, 0.0]])
patches = np.array([[0.0, 1.0, 0.0], [3.0, 1.0, 0.0], [0.0, 5.0, 3.0], [-1.0, 1.0, 1.0], [1.0, 1.0, -1.0]])
checks.equal(assign_to_words(patches, codebook), [0, 0, 3, 1, 0], "the words of points in space that lie between words")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_assign_to_words_loops", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
words = assign_to_words(np.array([[7.0], [2.0], [3.0]]), np.array([[1.0], [9.0]]))
checks.equal(words, [1, 0, 0], "the words of the patches 7, 2 and 3 with the codebook 1, 9")
rng = np.random.default_rng(19)
codebook, right = rng.normal(size=(40, 16)), rng.integers(40, size=600)
checks.no_loops(
    assign_to_words, small=(np.eye(3), 2 * np.eye(3)), large=(codebook[right], codebook), expected=right
)
checks.passed("assign_to_words", "no Python loops")

# %% [markdown]
# The array of all differences would have 2,000 x 200 x 108 entries here, that is 346 MB. The distances alone take 3
# MB.

# %% nbgrader={"grade": true, "grade_id": "test_assign_to_words_memory", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(20)
codebook, right = rng.normal(size=(200, 108)), rng.integers(200, size=2000)
patches = codebook[right] + 0.01 * rng.normal(size=(2000, 108))
words = checks.peak_memory(
    assign_to_words,
    patches,
    codebook,
    limit_mb=40,
    what="assign_to_words of 2,000 patches and 200 words",
    expected=right,
    hint="Is an array of all differences built, (P, k, D)? Use the three terms of the squared distance.",
)
checks.passed("assign_to_words", "memory for the distances only")
### BEGIN HIDDEN TESTS
checks.equal(words, right, "the 2,000 words")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_assign_to_words_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
patches, codebook = np.array([[3.0, 1.0]]), np.array([[0.0, 0.0], [2.0, 2.0]])
patches_before, codebook_before = patches.copy(), codebook.copy()
words = assign_to_words(patches, codebook)
checks.equal(words, [1], "the word of a single patch")
checks.dtype(
    words, (np.int64, np.int32, np.uint64, np.uint32), "the word of a single patch", hint="Words are whole numbers."
)
checks.unchanged(patches, patches_before, "patches of assign_to_words")
checks.unchanged(codebook, codebook_before, "codebook of assign_to_words")
checks.equal(
    assign_to_words(np.array([[1.0], [5.0], [3.0]]), np.array([[2.0]])),
    [0, 0, 0],
    "the words of three patches if there is only one word",
)
checks.passed("assign_to_words", "one patch, one word, arguments unchanged")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(21)
big, words_of_it = rng.normal(size=(30, 12)), rng.normal(size=(8, 12))
for what, patches, codebook in [
    ("float32 arrays", big.astype(np.float32), words_of_it.astype(np.float32)),
    ("every second column of an array", big[:, ::2], words_of_it[:, ::2]),
    ("arrays in Fortran order", np.asfortranarray(big), np.asfortranarray(words_of_it)),
    ("float32 patches and a float64 codebook", big.astype(np.float32), words_of_it),
]:
    patches_before, codebook_before = patches.copy(), codebook.copy()
    words = assign_to_words(patches, codebook)
    checks.unchanged(patches, patches_before, f"patches of assign_to_words, {what}")
    checks.unchanged(codebook, codebook_before, f"codebook of assign_to_words, {what}")
    checks.dtype(words, (np.int64, np.int32, np.uint64, np.uint32), f"the words of {what} (whole numbers)")
    checks.equal(words, [np.argmin(np.linalg.norm(codebook - x, axis=1)) for x in patches], f"the words of {what}")
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 2: `build_codebook`
#
# Which $k$ words are good ones? Those that stand for the patches with the smallest error: find $c_1, \dots, c_k$ such
# that the *distortion*, the mean squared distance of a patch from its word,
#
# $$ \frac1P \sum_{i=1}^P \min_j \lVert x_i - c_j \rVert^2 , $$
#
# is small. If we knew which patches belong together, the best word for each group would be its mean; and if we knew
# the words, the groups would be clear. We know neither. *k-means* starts with any words and does the two in turn:
#
# 1. assign every patch to its nearest word;
# 2. move every word to the mean of the patches assigned to it.
#
# Neither step can make the distortion larger, so it goes down until nothing changes any more. Where it ends depends
# on where it starts, hence `rng`: from a bad start, two words share one group while two groups share one word, and no
# step leads out of that.
#
# One thing to look after: a word that no patch is nearest to has no mean (0/0 is NaN), or, left where it is, is lost
# for good. And it happens: a plain sky gives a great many patches that are exactly equal, so two of the first words
# may well be the same, and by the rule for ties the second of them gets nothing. The docstring says what to do about
# it.
#
# You may use your `assign_to_words`. (If it is not finished, compute what you need right here.)


# %% nbgrader={"grade": false, "grade_id": "build_codebook", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_codebook(patches, k, rng, max_iters=100):
    """k typical patches, found by k-means.

    Arguments
    - patches: (P, D) floats, one patch per row; at least k of its rows are different from each other
    - k: the number of words, 1 <= k <= P
    - rng: np.random.Generator; all random numbers come from it
    - max_iters: the number of rounds at most

    Begin with k patches drawn from different rows by rng: any way of drawing is right in which every patch can be
    among the first words. Then, in each round,
    - assign every patch to its nearest word;
    - a word that got no patch moves to the patch that is farthest from its own word (its nearest), and takes it over;
      if there are several such words, one after the other does so;
    - stop if every patch has the same word as in the round before;
    - move every word to the mean of its patches.

    Returns codebook: (k, D), float32 for float32 patches, else float64. With max_iters=0 these are the k patches
    drawn at the start. The argument patches stays as it is.
    """
    ### BEGIN SOLUTION
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]  # (k, D), a copy
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)  # (P,)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)  # (P,), each patch from its own word
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook
    ### END SOLUTION


# %% [markdown]
# Six points on a line, 0, 1, 5 and 20, 21, 28, and two words. You can follow it by hand: whatever two points you
# start with, it ends with the words 2 and 23.

# %% nbgrader={"grade": true, "grade_id": "test_build_codebook_means", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
patches = np.array([[0.0], [1.0], [5.0], [20.0], [21.0], [28.0]])
for seed in range(6):
    codebook = by_first_column(codebook_of(build_codebook, patches, 2, seed))
    mistakes = {
        "these are the patches that were drawn at the start; the words never moved.": lambda: by_first_column(
            build_codebook(patches, 2, np.random.default_rng(seed), 0)
        ),
        "the rounds end too early.": lambda: by_first_column(
            build_codebook(patches, 2, np.random.default_rng(seed), 1)
        ),
        "the words are the medians of their patches; they should be the means.": [[1.0], [21.0]],
        "the words are the sums of their patches; they should be the means.": [[6.0], [69.0]],
        "the sums are divided by the number of all patches; divide by that of the group.": [[1.0], [11.5]],
        "every word is the mean of all patches; it should be the mean of its own.": [[12.5], [12.5]],
    }
    checks.close(
        codebook,
        [[2.0], [23.0]],
        "the two words of the points 0, 1, 5, 20, 21, 28, in order",
        suspects=mistakes,
        hint="A word is the mean of its patches, and the rounds go on until no patch changes its word.",
    )
checks.passed("build_codebook", "every word is the mean of its patches")
### BEGIN HIDDEN TESTS
for seed, (num_patches, k, dim) in enumerate([(60, 4, 3), (90, 7, 2), (40, 3, 12), (80, 5, 1)], 31):
    rng = np.random.default_rng(seed)
    patches = rng.exponential(size=(num_patches, dim))  # lopsided, so that means and medians differ
    codebook = codebook_of(build_codebook, patches, k, seed)
    words = np.array([np.argmin(np.sum((codebook - x) ** 2, axis=1)) for x in patches])
    checks.true(
        len(np.unique(words)) == k,
        f"Of {k} words only {len(np.unique(words))} are the nearest of any of the {num_patches} patches.",
    )
    means = np.stack([patches[words == j].mean(axis=0) for j in range(k)])
    checks.close(
        codebook,
        means,
        f"the codebook of {num_patches} random patches with k={k}, against the means of the patches nearest to each",
        hint="The rounds have to go on until no patch changes its word.",
    )
### END HIDDEN TESTS

# %% [markdown]
# `max_iters` allows a look at single rounds. With `max_iters=0` the words are patches; one round moves each of them
# to the mean of the patches that are nearest to it.

# %% nbgrader={"grade": true, "grade_id": "test_build_codebook_rounds", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
patches = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 3.0], [7.0, 1.0], [8.0, 5.0], [5.0, 6.0]])
for seed in range(10):
    start = codebook_of(build_codebook, patches, 5, seed, max_iters=0)
    among = [any(np.allclose(word, patch) for patch in patches) for word in start]
    checks.true(
        all(among), "With max_iters=0 every word should be one of the patches: begin with k patches, drawn by rng."
    )
    checks.true(
        len(np.unique(start, axis=0)) == 5,
        "With max_iters=0 two of the words are the same patch: draw k patches from *different* rows "
        "(the argument replace of rng.choice).",
    )
start = codebook_of(build_codebook, patches, 2, 3, max_iters=0)
checks.close(
    codebook_of(build_codebook, patches, 2, 3, max_iters=0),
    start,
    "the words at the start of a second call with the same seed",
    hint="Take every random number from rng, none from np.random.",
)
first, second = start
nearer = np.sum((patches - first) ** 2, axis=1) < np.sum((patches - second) ** 2, axis=1)  # no ties here
checks.close(
    codebook_of(build_codebook, patches, 2, 3, max_iters=1),
    [patches[nearer].mean(axis=0), patches[~nearer].mean(axis=0)],
    "the two words after one round",
    hint="One round: assign every patch to its nearest word, then move each word to the mean of its patches.",
)
checks.passed("build_codebook", "the start and a single round are right")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(40)
patches = rng.normal(size=(50, 4))
drawn = set()
for seed in range(20):
    start = codebook_of(build_codebook, patches[:25], 6, seed, max_iters=0)
    rows = [int(np.argmin(np.sum((patches[:25] - word) ** 2, axis=1))) for word in start]
    checks.close(start, patches[rows], "the codebook with max_iters=0, against the patches nearest to it")
    checks.true(len(set(rows)) == 6, "With max_iters=0 two of the words are the same patch.")
    drawn |= set(rows)
checks.true(
    len(drawn) > 20, f"In 20 starts only {len(drawn)} of 25 patches were ever drawn: every patch should have a chance."
)
for seed in (41, 42):
    start = codebook_of(build_codebook, patches, 6, seed, max_iters=0)
    for rounds in (1, 2):
        words = np.array([np.argmin(np.sum((start - x) ** 2, axis=1)) for x in patches])
        start = np.stack([patches[words == j].mean(axis=0) for j in range(6)])
        checks.close(
            codebook_of(build_codebook, patches, 6, seed, max_iters=rounds),
            start,
            f"the codebook with max_iters={rounds}",
            hint="max_iters counts the rounds: in one round all patches are assigned once and all words moved once.",
        )
### END HIDDEN TESTS

# %% [markdown]
# Three groups far apart. From one start k-means may get stuck, but in thirty starts it should find the groups at
# least once.

# %% nbgrader={"grade": true, "grade_id": "test_build_codebook_groups", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(50)
middles = np.array([[0.0, 0.0], [20.0, 5.0], [40.0, -5.0]])
groups = middles[:, None] + rng.normal(size=(3, 12, 2))  # (3, 12, 2)
patches = groups.reshape(36, 2)  # one group after the other
found = [by_first_column(codebook_of(build_codebook, patches, 3, seed)) for seed in range(15)]
right = [bool(np.abs(codebook - groups.mean(axis=1)).max() < 2) for codebook in found]
checks.true(
    any(right),
    "In none of 15 starts did every one of the three groups get a word of its own, at its mean. If the checks above "
    "pass: can every patch be among the first words, wherever it stands in the array? One of "
    f"your codebooks:\n{found[0].round(1)}\nThe means of the groups:\n{groups.mean(axis=1).round(1)}",
)
checks.passed("build_codebook", f"well separated groups are found (in {sum(right)} of 15 starts)")
### BEGIN HIDDEN TESTS
for seed, (k, dim) in enumerate([(3, 6), (2, 4), (4, 2)], 51):
    rng = np.random.default_rng(seed)
    groups = 30 * np.eye(4, dim)[:k, None] + 10 * np.arange(k)[:, None, None] + rng.normal(size=(k, 8, dim))
    patches = groups.reshape(8 * k, dim)
    best = np.mean((groups - groups.mean(axis=1, keepdims=True)) ** 2) * dim  # the distortion of the true groups
    reached = []
    for start in range(40):
        codebook = codebook_of(build_codebook, patches, k, start)
        reached.append(np.mean([np.sum((codebook - x) ** 2, axis=1).min() for x in patches]))
        if reached[-1] < 1.01 * best:
            break
    checks.true(
        min(reached) < 1.01 * best,
        f"The best distortion of 40 starts is {min(reached):.3g}; with the {k} well separated groups it is {best:.3g}.",
    )
### END HIDDEN TESTS

# %% [markdown]
# Thirty patches of plain sky, all the same, and one each of three other kinds: four different patches in all. With
# four words, each of them has to become a word, whatever the start.

# %% nbgrader={"grade": true, "grade_id": "test_build_codebook_empty_words", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
patches = np.concatenate([np.zeros((30, 2)), [[6.0, 0.0], [0.0, 7.0], [8.0, 9.0]]])
for seed in range(8):
    codebook = codebook_of(build_codebook, patches, 4, seed)
    different = len(np.unique(codebook.round(6), axis=0))
    checks.true(
        different == 4,
        f"Of the four words only {different} are different from each other, so that some are lost: no patch will "
        "ever be nearest to them. "
        "A word that got no patch should move to the patch that is farthest from its own word.",
    )
    checks.close(
        codebook[np.lexsort(codebook.T)],
        [[0.0, 0.0], [6.0, 0.0], [0.0, 7.0], [8.0, 9.0]],
        "the four words, in order",
        hint="There are four different patches and four words, so each word should be one of these patches.",
    )
checks.passed("build_codebook", "no word is lost")
### BEGIN HIDDEN TESTS
for seed, (copies, others, k) in enumerate([(40, 12, 6), (25, 4, 4), (10, 30, 12), (50, 9, 10)], 61):
    rng = np.random.default_rng(seed)
    patches = np.concatenate([np.ones((copies, 3)), rng.normal(size=(others, 3))])
    for start in range(4):
        codebook = codebook_of(build_codebook, patches, k, start)
        checks.true(
            len(np.unique(codebook, axis=0)) == k,
            f"Of {k} words only {len(np.unique(codebook, axis=0))} are different.",
        )
        words = np.array([np.argmin(np.sum((codebook - x) ** 2, axis=1)) for x in patches])
        checks.true(
            len(np.unique(words)) == k, f"Of {k} words only {len(np.unique(words))} are the nearest of any patch."
        )
# all patches are different: from one start in ten, a word loses its patches in a later round
patches = np.array([[1.0], [1.2], [3.0], [3.1], [3.3], [13.1], [14.0], [23.0], [23.2]])
for seed in range(50):
    codebook = codebook_of(build_codebook, patches, 3, seed)
    words = np.argmin(np.abs(patches - codebook[:, 0]), axis=1)
    checks.true(
        len(np.unique(words)) == 3,
        "A word that lost all its patches in a later round is the nearest of none at the end. It should move then, "
        "too.",
    )
# words that begin at the same place, after a single round
patches = np.concatenate([np.zeros((30, 2)), [[15.0, 0.0], [0.0, 20.0]]])
for k, expected in ((2, [[0.0, 20.0], [15 / 31, 0.0]]), (3, [[0.0, 0.0], [0.0, 20.0], [15.0, 0.0]])):
    for seed in range(10):
        if not codebook_of(build_codebook, patches, k, seed, max_iters=0).any():
            codebook = codebook_of(build_codebook, patches, k, seed, max_iters=1)
            checks.close(
                codebook[np.lexsort(codebook.T[::-1])],
                expected,
                f"{k} words after one round that began with {k} equal patches, in order",
                hint="A word that moves to a patch takes it over: in this round already the patch is no longer one of "
                "its former word, nor the farthest for the next word without patches.",
            )
            break
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_build_codebook_rng", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
patches = np.random.default_rng(70).normal(size=(60, 3))
codebooks = [codebook_of(build_codebook, patches, 6, seed) for seed in (1, 1, 2, 3, 4)]
checks.close(
    codebooks[1],
    codebooks[0],
    "the codebook of a second call with the same seed",
    hint="Take every random number from rng: rng.choice or rng.integers, not np.random.choice, and no "
    "generator of your own.",
)
checks.true(
    not all(np.allclose(by_first_column(other), by_first_column(codebooks[0])) for other in codebooks[2:]),
    "Four different seeds lead to the same codebook: rng is not used.",
)
checks.passed("build_codebook", "all random numbers come from rng")

# %% [markdown]
# The two extremes: one word is the mean of everything, and with as many words as patches each patch is its own word.

# %% nbgrader={"grade": true, "grade_id": "test_build_codebook_extremes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
patches = np.array([[0.0, 1.0], [4.0, 0.0], [2.0, 8.0], [-2.0, 3.0]])
checks.close(
    codebook_of(build_codebook, patches, 1, 0),
    [[1.0, 3.0]],
    "the codebook of k=1 word",
    hint="It is the mean of all patches.",
)
checks.close(
    by_first_column(codebook_of(build_codebook, patches, 4, 0)),
    by_first_column(patches),
    "the codebook of 4 patches with k=4, in order",
    hint="Every patch is a word of its own.",
)
checks.passed("build_codebook", "k = 1 and k = P")
### BEGIN HIDDEN TESTS
patches = np.random.default_rng(80).normal(size=(9, 5))
for seed in range(3):
    checks.close(codebook_of(build_codebook, patches, 1, seed), patches.mean(axis=0)[None], "the codebook of k=1 word")
    checks.close(
        by_first_column(codebook_of(build_codebook, patches, 9, seed)),
        by_first_column(patches),
        "the codebook of 9 patches with k=9, in order",
    )
checks.close(codebook_of(build_codebook, patches[:1], 1, 0), patches[:1], "the codebook of a single patch")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_build_codebook_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
patches = np.random.default_rng(90).normal(size=(30, 4))
before = patches.copy()
codebook = build_codebook(patches, 5, np.random.default_rng(0))
checks.unchanged(patches, before, "patches of build_codebook")
checks.dtype(codebook, np.float64, "the codebook of float64 patches")
checks.dtype(
    codebook_of(build_codebook, patches.astype(np.float32), 5, 0),
    np.float32,
    "the codebook of float32 patches",
    hint="np.zeros makes float64 unless told otherwise: np.zeros(shape, dtype=patches.dtype).",
)
checks.passed("build_codebook", "patches unchanged, float32 stays float32")
### BEGIN HIDDEN TESTS
for what, patches in (
    ("patches in Fortran order", np.asfortranarray(before)),
    ("every second column", before[:, ::2]),
    ("float32 patches", before.astype(np.float32)),
):
    copy = patches.copy()
    codebook = np.asarray(build_codebook(patches, 3, np.random.default_rng(1)))
    checks.unchanged(patches, copy, f"patches of build_codebook, {what}")
    words = np.array([np.argmin(np.sum((codebook - x) ** 2, axis=1)) for x in patches])
    checks.close(
        codebook,
        np.stack([patches[words == j].mean(axis=0) for j in range(3)]),
        f"the codebook of {what}",
        rtol=1e-4,
        atol=1e-5,
    )
### END HIDDEN TESTS

# %% [markdown]
# k-means at work in the plane. Crosses are words, the colour of a point says which word it belongs to. The upper row
# is a lucky start, the lower one has just another seed.

# %% nbgrader={"grade": false, "grade_id": "demo_k_means", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
rng = np.random.default_rng(8)
middles = np.array([[0, 0], [4, 1], [2, 4], [-3, 4], [5, 6]])
cloud = np.concatenate([middle + 0.7 * rng.normal(size=(60, 2)) for middle in middles])


def distortion(patches, codebook):
    return np.mean(np.sum((patches - codebook[assign_to_words(patches, codebook)]) ** 2, axis=1))


ends = {seed: distortion(cloud, build_codebook(cloud, 5, np.random.default_rng(seed))) for seed in range(20)}
fig, axes = plt.subplots(2, 4, figsize=(12, 5.6), sharex=True, sharey=True, layout="constrained")
for row, seed in zip(axes, (min(ends, key=ends.get), max(ends, key=ends.get))):
    for ax, rounds in zip(row, (0, 1, 3, 100)):
        codebook = build_codebook(cloud, 5, np.random.default_rng(seed), max_iters=rounds)
        ax.scatter(*cloud.T, c=assign_to_words(cloud, codebook), cmap="Set2", vmin=0, vmax=7, s=12)
        ax.plot(*codebook.T, "kX", ms=9, mec="white")
        after = {0: "at the start", 1: "after 1 round", 100: "at the end"}.get(rounds, f"after {rounds} rounds")
        ax.set_title(f"{after}: distortion {distortion(cloud, codebook):.2f}", fontsize=10)
    row[0].set_ylabel(f"seed {seed}")

# %% [markdown]
# Now the codebook of our images: 200 words from 20,000 random patches of the training images. No label is used.

# %% nbgrader={"grade": false, "grade_id": "demo_codebook", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
patches = sample_patches(images.X_train, num_patches=20_000, size=size, rng=0).astype(np.float32)
visual_words = build_codebook(patches, 200, np.random.default_rng(0), max_iters=30)
often = np.bincount(assign_to_words(patches, visual_words), minlength=200)
order = np.argsort(-often)
alone = distortion(patches, patches.mean(axis=0, keepdims=True))
print(f"distortion: {distortion(patches, visual_words):.1f}, with the mean as the only word: {alone:.1f}")
print(f"the most frequent word stands for {often.max()} of 20,000 patches, the rarest for {often.min()}")
fig, ax = plt.subplots(figsize=(11, 4.6), layout="constrained")
ax.imshow(mosaic(as_colors(visual_words[order]).reshape(8, 25, size, size, 3)), interpolation="nearest")
ax.set(title="the 200 words, the most frequent ones first (row by row)", xticks=[], yticks=[]);

# %% [markdown]
# The frequent words are plain ones, smooth patches of a colour. Then come edges of all directions, lines and corners.
# Nobody asked for edges; they are what small patches of images are like.

# %% [markdown]
# **Question 2** (3 points).
# (1) Why does the distortion never rise from one round to the next? Give the reason for each of the two steps,
# assigning and moving.
# (2) A friend chooses the number of words $k$ by the distortion on the training patches. Which $k$ does she end up
# with, and why is that codebook useless for describing images by counts?
# (3) And why is a codebook of $k = 2$ words not good either?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_k_means", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# (1) Assigning: each patch takes the nearest of the words as they are, so that its own squared distance cannot grow.
# Moving: with the groups held fixed, the mean is the point with the smallest sum of squared distances from the
# patches of a group, so that no group's sum grows.
# (2) She ends up with $k = P$, where the distortion is 0: every patch is a word of its own. Then two images hardly
# ever have a word in common (each word occurs in one training image, and a new image's patches fall on words at
# random), so that their counts cannot be compared, and there are as many features as patches. $k$ has to be chosen by
# what it is for: the accuracy on validation images.
# (3) Two counts which add up to 1, in truth a single number per image: very different patterns are the same word, and
# all that distinguishes the classes is lost.
#
# **Marking**: 1 point for (1) (half for each step); 1 for $k = P$ (or "as large as possible") *and* a reason why
# counts of such words do not generalize; 1 for (3), that different patterns fall together.
# ### END SOLUTION

# %% [markdown]
# ## Exercise 3: `encode_bag_of_words`
#
# Now read. Cut the patches of an image at every `stride` pixels, find the word of each, and count: the histogram of
# the words, divided by the number of patches, describes the image. Where in the image a word stood is forgotten, as
# in a bag.
#
# `dense_patches(images, size, stride)` (imported above) returns all patches of the images, normalised, as an array
# (N, rows, columns, size · size · channels). **Mind the memory**: all patches of all images of CIFAR-10 would take 8
# GB. Work through the images in blocks of at most 100, so that the memory you need does not grow with N.


# %% nbgrader={"grade": false, "grade_id": "encode_bag_of_words", "locked": false, "schema_version": 3, "solution": true, "task": false}
def encode_bag_of_words(images, codebook, size=6, stride=2):
    """How often each word occurs in each image, as parts of 1.

    Arguments
    - images: (N, H, W, channels), uint8 or floats in 0..255
    - codebook: (k, size * size * channels) floats, one word per row
    - size, stride: the side of a patch and the distance from one patch to the next, in pixels

    Returns histograms: (N, k) floats. histograms[i, j] is the part of dense_patches(images, size, stride)[i], the
    patches of image i, whose nearest word is codebook[j] (of equally near words the first), so that each row adds up
    to 1. The arguments stay as they are.

    The patches of at most 100 images are in memory at a time.
    """
    ### BEGIN SOLUTION
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start : start + 100], size, stride)  # (n, rows, columns, D)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms
    ### END SOLUTION


# %% [markdown]
# An image of six pixels, three of them red, two green and one blue. With patches of a single pixel (`size=1`) and the
# words *grey*, *red*, *green*, *blue* (less their mean brightness) its description has to be 0, 3/6, 2/6, 1/6.

# %% nbgrader={"grade": true, "grade_id": "test_encode_bag_of_words_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
red, green, blue = np.eye(3) * 240
images_of_six = np.array([[[red, green, red], [blue, red, green]], [[blue, blue, blue], [green, blue, blue]]]).astype(
    np.uint8
)  # (2, 2, 3, 3)
codebook = np.concatenate([np.zeros((1, 3)), np.eye(3) - 1 / 3])  # grey, red, green, blue
histograms = encode_bag_of_words(images_of_six, codebook, size=1, stride=1)
checks.true(histograms is not None, "The function returned None. Did you forget `return`?")
expected = np.array([[0, 3 / 6, 2 / 6, 1 / 6], [0, 0, 1 / 6, 5 / 6]])
checks.close(
    histograms,
    expected,
    "encode_bag_of_words of two images of six pixels",
    hint="Row i belongs to image i, column j to word j.",
    suspects={
        "these are counts; divide by the number of patches of an image.": 6 * expected,
        "the counts are divided by the number of all images' patches, instead of that of one image.": expected / 2,
        "the words of all images are counted together; each image has a histogram of its own.": np.tile(
            expected.mean(axis=0), (2, 1)
        ),
        "it only says whether a word occurs, not how often.": (expected > 0).astype(float),
        "all pixels are taken for grey: dense_patches wants images in 0..255, as they are, not in 0..1.": [
            [1, 0, 0, 0]
        ]
        * 2,
    },
)
checks.passed("encode_bag_of_words", "the words of small images are counted")
### BEGIN HIDDEN TESTS
for seed, (count, high, wide, size_of_it, step, k) in enumerate(
    [(3, 8, 8, 3, 1, 5), (2, 12, 9, 4, 2, 7), (4, 7, 7, 2, 3, 3)], 101
):
    rng = np.random.default_rng(seed)
    some_images = rng.integers(256, size=(count, high, wide, 3), dtype=np.uint8)
    codebook = rng.normal(size=(k, size_of_it * size_of_it * 3))
    histograms = encode_bag_of_words(some_images, codebook, size=size_of_it, stride=step)
    for i, image_patches in enumerate(dense_patches(some_images, size_of_it, step)):
        nearest = [
            int(np.argmin(np.linalg.norm(codebook - x, axis=1))) for x in image_patches.reshape(-1, codebook.shape[1])
        ]
        expected = [nearest.count(j) / len(nearest) for j in range(k)]
        checks.close(
            np.asarray(histograms)[i],
            expected,
            f"the histogram of image {i} of {count} random images, size={size_of_it}, stride={step}, k={k}",
            hint="The patches are those of dense_patches with this size and this stride, normalised as they are.",
        )
### END HIDDEN TESTS

# %% [markdown]
# Whatever the image: one column for every word, also for the words that never occur, and every row adds up to 1.

# %% nbgrader={"grade": true, "grade_id": "test_encode_bag_of_words_all_words", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
gray = np.full((2, 8, 8, 3), 90, dtype=np.uint8)  # every patch of it is normalised to zeros
gray[1] = 200
codebook = np.stack([np.full(108, 3.0), np.zeros(108), np.full(108, -2.0), np.zeros(108), np.ones(108)])
histograms = encode_bag_of_words(gray, codebook, size=6, stride=2)
checks.shape(
    histograms,
    (2, 5),
    "the histograms of two images with a codebook of 5 words",
    hint="A column for every word of the codebook, whether it occurs or not (see minlength of np.bincount).",
)
checks.close(
    histograms,
    [[0, 1, 0, 0, 0]] * 2,
    "the histograms of two grey images",
    hint="All patches are zeros here. Words 1 and 3 are both zeros; of equally near words the first counts.",
)
checks.passed("encode_bag_of_words", "a column for every word")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(110)
some_images = rng.integers(256, size=(3, 10, 10, 3), dtype=np.uint8)
histograms = encode_bag_of_words(
    some_images, np.concatenate([np.zeros((1, 27)), rng.normal(size=(4, 27)) + 50]), size=3, stride=2
)
checks.close(
    histograms, [[1, 0, 0, 0, 0]] * 3, "the histograms of random images if all words but the first are far away"
)
checks.close(
    encode_bag_of_words(some_images, rng.normal(size=(1, 27)), size=3, stride=2),
    np.ones((3, 1)),
    "the histograms of a codebook of one word",
)
### END HIDDEN TESTS

# %% [markdown]
# Not every image is square, has three channels, or gets patches of 6 x 6. Here is a grey one of 12 x 20 pixels: the
# upper half has stripes across, the lower half stripes down.

# %% nbgrader={"grade": true, "grade_id": "test_encode_bag_of_words_geometry", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
rows, columns = np.indices((12, 20))
stripes = np.where(rows < 6, 200 * (rows % 2), 200 * (columns % 2))[None, :, :, None].astype(np.uint8)  # (1, 12, 20, 1)
across, down = (np.array([[0, 1], [0, 1]]).T - 0.5).ravel() * 2, (np.array([[0, 1], [0, 1]]) - 0.5).ravel() * 2
codebook = np.stack([across, down])
histograms = encode_bag_of_words(stripes, codebook, size=2, stride=2)
checks.close(
    histograms,
    [[0.5, 0.5]],
    "the histogram of 12 x 20 pixels, half of them stripes across, half stripes down (size=2, stride=2)",
    hint="dense_patches gives 6 rows and 10 columns of patches here.",
)
checks.passed("encode_bag_of_words", "images of other shapes, sizes and strides")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(120)
for what, (count, high, wide, channels), size_of_it, step in [
    ("one tall image", (1, 15, 7, 3), 3, 2),
    ("grey images", (3, 9, 11, 1), 4, 1),
    ("images of one patch", (2, 6, 6, 3), 6, 2),
    ("a large stride", (2, 16, 16, 3), 4, 5),
]:
    some_images = rng.integers(256, size=(count, high, wide, channels)).astype(np.float64)
    codebook = rng.normal(size=(6, size_of_it * size_of_it * channels))
    histograms = encode_bag_of_words(some_images, codebook, size=size_of_it, stride=step)
    patches = dense_patches(some_images, size_of_it, step).reshape(count, -1, codebook.shape[1])
    words = [[int(np.argmin(np.linalg.norm(codebook - x, axis=1))) for x in of_image] for of_image in patches]
    checks.close(
        histograms,
        [np.bincount(row, minlength=6) / len(row) for row in words],
        f"the histograms of {what}",
        hint="The patches are those of dense_patches with the given size and stride.",
    )
# the size and the stride that an image of CIFAR-10 gets if nothing else is said
some_images, codebook = rng.integers(256, size=(2, 32, 32, 3), dtype=np.uint8), rng.normal(size=(9, 108))
checks.close(
    encode_bag_of_words(some_images, codebook),
    encode_bag_of_words(some_images, codebook, size=6, stride=2),
    "the histograms without size and stride, against size=6, stride=2",
)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_encode_bag_of_words_memory", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(130)
tiled = np.tile(rng.integers(256, size=(15, 2, 2, 3), dtype=np.uint8), (1, 6, 6, 1))  # all patches of an image are equal
codebook, kinds = dense_patches(tiled, 6, 2)[:, 0, 0], rng.integers(15, size=850)
many = tiled[kinds]  # (850, 12, 12, 3)
histograms = checks.peak_memory(
    encode_bag_of_words,
    many,
    codebook,
    limit_mb=12,
    what="encode_bag_of_words of 850 images of 12 x 12 pixels",
    expected=np.eye(15)[kinds],
    hint="Are the patches of all images made at once? Work through the images in blocks of at most 100.",
)
checks.close(
    np.asarray(histograms).sum(axis=1),
    np.ones(850),
    "the sums of the 850 rows",
    hint="If the checks above pass: is every block treated alike, also the last one, which may be smaller?",
)
checks.passed("encode_bag_of_words", "images are worked through in blocks")
### BEGIN HIDDEN TESTS
many, codebook = rng.integers(256, size=(250, 12, 12, 3), dtype=np.uint8), rng.normal(size=(15, 108))
for count in (99, 100, 101, 250):
    histograms = np.asarray(encode_bag_of_words(many[:count, :8, :8], codebook))
    checks.shape(histograms, (count, 15), f"the histograms of {count} images")
    for i in (0, count // 2, count - 1):
        alone = dense_patches(many[i : i + 1, :8, :8], 6, 2).reshape(-1, 108)
        words = [int(np.argmin(np.linalg.norm(codebook - x, axis=1))) for x in alone]
        checks.close(
            histograms[i],
            np.bincount(words, minlength=15) / len(words),
            f"the histogram of image {i} of {count}",
            hint="Is every block treated alike, also the last one, which may be smaller?",
        )
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_encode_bag_of_words_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(140)
some_images, codebook = rng.integers(256, size=(3, 8, 8, 3), dtype=np.uint8), rng.normal(size=(4, 108))
images_before, codebook_before = some_images.copy(), codebook.copy()
histograms = encode_bag_of_words(some_images, codebook)
checks.unchanged(some_images, images_before, "images of encode_bag_of_words")
checks.unchanged(codebook, codebook_before, "codebook of encode_bag_of_words")
checks.close(
    encode_bag_of_words(some_images.astype(np.float32), codebook.astype(np.float32)),
    histograms,
    "the histograms of float32 images, against those of the same as uint8",
)
checks.passed("encode_bag_of_words", "uint8 or floats, arguments unchanged")
### BEGIN HIDDEN TESTS
floats_before = some_images.astype(np.float64)
some_images = floats_before.copy()
checks.close(encode_bag_of_words(some_images, codebook), histograms, "the histograms of float64 images")
checks.unchanged(some_images, floats_before, "float64 images of encode_bag_of_words")
faint = rng.integers(
    100, 104, size=(3, 8, 8, 3), dtype=np.uint8
)  # so little contrast that it counts in which units it is
checks.close(
    encode_bag_of_words(faint.astype(np.float32), codebook / 3),
    encode_bag_of_words(faint, codebook / 3),
    "the histograms of faint images as float32, against uint8",
)
checks.close(
    encode_bag_of_words(some_images[::-1], codebook),
    np.asarray(histograms)[::-1],
    "the histograms of the images in reverse order",
)
patches = dense_patches(floats_before, 6, 2).reshape(3, -1, 108)
words = [[int(np.argmin(np.linalg.norm(codebook - x, axis=1))) for x in of_image] for of_image in patches]
checks.resembles(histograms, [np.bincount(row, minlength=4) for row in words], "the histograms")
### END HIDDEN TESTS

# %% [markdown]
# What is left of an image when each patch is replaced by its word? Below, the second row is made of words only (each
# patch is drawn as its word, with the mean and the contrast of the patch put back; where patches overlap you see the
# mean of them). The last row shows *which* words: each number a colour.

# %% nbgrader={"grade": false, "grade_id": "demo_word_map", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
shown = np.array([np.flatnonzero(images.y_test == label)[0] for label in range(8)])
all_patches = dense_patches(images.X_test[shown].astype(np.float32), size, stride)  # (8, 14, 14, 108)
word_maps = assign_to_words(all_patches.reshape(-1, 108), needs(visual_words, "build_codebook")).reshape(8, 14, 14)
palette = np.random.default_rng(3).permutation(plt.colormaps["nipy_spectral"](np.linspace(0.02, 0.98, 200))[:, :3])


def redrawn(image, words):
    """The image made of its words, with the mean and the contrast of each patch put back."""
    total, count = np.zeros((32, 32, 3)), np.zeros((32, 32, 1))
    for (row, column), word in np.ndenumerate(words):
        place = np.s_[row * stride : row * stride + size, column * stride : column * stride + size]
        patch = image[place].astype(float)
        total[place] += visual_words[word].reshape(size, size, 3) * np.sqrt(patch.var() + 10) + patch.mean()
        count[place] += 1
    return np.clip(total / count, 0, 255).astype(np.uint8)


fig, axes = plt.subplots(3, 8, figsize=(12, 4.9), layout="constrained")
for column, (index, words) in enumerate(zip(shown, word_maps)):
    image = images.X_test[index]
    for ax, picture in zip(axes[:, column], (image, redrawn(image, words), palette[words])):
        ax.imshow(picture, interpolation="nearest")
        ax.set(xticks=[], yticks=[])
    axes[0, column].set_title(images.class_names[images.y_test[index]], fontsize=10)
for ax, text in zip(axes[:, 0], ("image", "made of words", "word map")):
    ax.set_ylabel(text)

# %% [markdown]
# Blurred, but recognizable: 196 words say much of what an image shows. Areas that look alike have the same word, as
# you can see best where there is sky, water or a smooth shape.
#
# The histogram forgets the map and keeps the counts. Here they are for all images:

# %% nbgrader={"grade": false, "grade_id": "demo_bag_of_words", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
needs(visual_words, "build_codebook")
features["bag of words"] = {
    part: by_blocks(lambda X: encode_bag_of_words(X, visual_words), parts[part], f"bag of words, {part}")
    for part in parts
}
features["all three"] = {
    part: np.concatenate([features[name][part] for name in ("colours", "HOG", "bag of words")], axis=1)
    for part in parts
}
for name, of_parts in features.items():
    print(f"{name}: {of_parts['training'].shape[1]} numbers per image")

# %% [markdown]
# ## Exercise 4: `standardize_features`
#
# Side by side, these features are of very different size. Here is the standard deviation of each of the 544:

# %% nbgrader={"grade": false, "grade_id": "demo_deviations", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
deviations = needs(features.get("all three"), "encode_bag_of_words")["training"].std(axis=0)
fig, ax = plt.subplots(figsize=(9, 3), layout="constrained")
starts = np.cumsum([0] + [features[name]["training"].shape[1] for name in ("colours", "HOG", "bag of words")])
for name, begin, end in zip(("colours", "HOG", "bag of words"), starts, starts[1:]):
    ax.semilogy(np.arange(begin, end), np.maximum(deviations[begin:end], 1e-6), ".", label=name)
ax.set(xlabel="number of the feature", ylabel="standard deviation")
ax.legend();

# %% [markdown]
# A step of gradient descent changes a weight in proportion to its feature, so that the weights of large features
# learn, and those of small features hardly move. The cure is to *standardise*: subtract from every feature its mean
# and divide by its standard deviation. Then all of them are about as large.
#
# Two traps.
#
# **The statistics are those of the training set**, for all sets. Mean and deviation are parameters, learned from data
# like any others, and to learn from test images is peeping.
#
# **A feature may be constant in the training set**, such as a word that never occurs or a colour that no image has.
# Its deviation is 0. Such a feature is only *centred* (its deviation counts as 1). Adding a tiny number to the
# deviation instead is no way out: one new image with a trace of that colour, 0.01 say, would have a feature of $0.01 /
# 10^{-8}$, a million, that drowns all others. And beware of rounding: the deviation of the numbers 0.1, 0.1,
# 0.1 is not 0 for the computer, but about $10^{-17}$.


# %% nbgrader={"grade": false, "grade_id": "standardize_features", "locked": false, "schema_version": 3, "solution": true, "task": false}
def standardize_features(F_train, *others):
    """Standardise the features of all sets with the mean and the standard deviation of the training set.

    Arguments
    - F_train: (N, F) floats or integers, a row of features for each training example
    - others: any number of arrays (M, F), features of other examples; M may differ from set to set

    Returns a tuple (F_train, *others) of as many arrays, in the same order and of the same shapes: from every feature
    its mean over the *training* examples is subtracted, and the result is divided by its standard deviation over the
    *training* examples (the root of the mean squared difference from the mean, as np.std computes it).
    A feature that has the same value in all training examples is not divided, in no set.
    float32 stays float32, integers become float64. The arguments stay as they are.
    """
    ### BEGIN SOLUTION
    mean = F_train.mean(axis=0)  # (F,)
    constant = F_train.max(axis=0) == F_train.min(axis=0)  # exact, unlike a comparison of the deviation with 0
    deviation = np.where(constant, 1, F_train.std(axis=0)).astype(mean.dtype)
    return tuple((F - mean) / deviation for F in (F_train, *others))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_standardize_features_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
F_train = np.array([[1.0, 10.0], [3.0, 10.0], [5.0, 70.0]])
F_new, F_other = standardized(standardize_features, F_train, F_train[:2])
root = np.sqrt(8 / 3)  # the deviation of 1, 3, 5
expected = np.array([[-2 / root, -20 / np.sqrt(800)], [0, -20 / np.sqrt(800)], [2 / root, 40 / np.sqrt(800)]])
by_row = (F_train - F_train.mean(axis=1, keepdims=True)) / F_train.std(axis=1, keepdims=True)
checks.close(
    F_new,
    expected,
    "three standardised training examples with two features",
    hint="Of the first feature, 1, 3 and 5, the mean is 3 and the deviation sqrt((4 + 0 + 4) / 3) = 1.633.",
    suspects={
        "the statistics are those of each row (an example) instead of each column (a feature).": by_row,
        "one mean and one deviation for all features together; each feature has its own.": (F_train - F_train.mean())
        / F_train.std(),
        "the mean is subtracted, but not divided by the deviation.": F_train - F_train.mean(axis=0),
        "it is divided by the deviation, but the mean is not subtracted.": F_train / F_train.std(axis=0),
        "divided by the variance, the square of the deviation.": (F_train - F_train.mean(axis=0)) / F_train.var(axis=0),
        "the deviation is divided by N - 1; np.std divides by N.": (F_train - F_train.mean(axis=0))
        / F_train.std(axis=0, ddof=1),
        "the features go from 0 to 1; that is another scaling.": (F_train - F_train.min(axis=0))
        / np.ptp(F_train, axis=0),
    },
)
checks.passed("standardize_features", "the training features have mean 0 and deviation 1")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(151)
F_train = rng.normal(size=(40, 6)) * np.array([0.05, 1.0, 50.0, 3e3, 0.2, 0.02]) + np.array(
    [0.0, 5.0, -7.0, 1e3, 0.1, 3.0]
)
F_new, F_other = standardized(standardize_features, F_train, F_train[:3])
checks.close(F_new.mean(axis=0), np.zeros(6), "the means of the standardised training features", atol=1e-7)
checks.close(F_new.std(axis=0), np.ones(6), "the deviations of the standardised training features")
checks.close(
    F_new,
    (F_train - F_train.mean(axis=0)) / F_train.std(axis=0),
    "40 standardised training examples with six features of very different size",
    rtol=1e-5,
)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_standardize_features_others", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
F_train, F_val, F_test = np.array([[0.0], [4.0]]), np.array([[2.0], [6.0], [16.0]]), np.array([[5.0]])
result = standardized(standardize_features, F_train, F_val, F_test)
everything, seen = np.concatenate([F_train, F_val, F_test]), np.concatenate([F_train, F_val])
for k, name, F in ((1, "validation", F_val), (2, "test", F_test)):
    own_mean, own_deviation = F.mean(axis=0), np.where(np.ptp(F, axis=0) == 0, 1, F.std(axis=0))
    checks.close(
        result[k],
        (F - 2) / 2,
        f"the standardised {name} features",
        hint="The training features are 0 and 4: mean 2, deviation 2. These are used for all sets.",
        suspects={
            f"the {name} set is standardised with its own statistics; use those of the training set.": (F - own_mean)
            / own_deviation,
            "the statistics are those of all sets together, which is peeping; use the training set alone.": (
                F - everything.mean(axis=0)
            )
            / everything.std(axis=0),
            "the statistics are those of training and validation set together; use the training set alone.": (
                F - seen.mean(axis=0)
            )
            / seen.std(axis=0),
            f"the mean of the {name} set itself is subtracted; subtract that of the training set.": (F - own_mean) / 2,
            f"it is divided by the deviation of the {name} set itself; divide by that of the training set.": (F - 2)
            / own_deviation,
            f"the {name} features are as they were; standardise them, too.": F,
        },
    )
checks.close(
    result[0],
    (F_train - 2) / 2,
    "the standardised training features",
    suspects={
        "the statistics are those of all sets together; use the training set alone.": (
            F_train - everything.mean(axis=0)
        )
        / everything.std(axis=0)
    },
)
checks.passed("standardize_features", "all sets use the statistics of the training set")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(161)
F_train, *sets = (
    rng.normal(size=(count, 5)) * np.arange(1, 6) + shift
    for count, shift in ((20, 3.0), (1, -4.0), (7, 40.0), (33, 3.0))
)
mean, deviation = F_train.mean(axis=0), F_train.std(axis=0)
alone = standardized(standardize_features, F_train, sets[0])
result = standardized(standardize_features, F_train, *sets)
checks.close(result[0], alone[0], "the standardised training features, which do not depend on the other sets")
for k, F in enumerate(sets):
    checks.close(result[k + 1], (F - mean) / deviation, f"the standardised features others[{k}] of 3 sets")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_standardize_features_constant", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
F_train = np.array([[0.1, 0.0, 1.0], [0.1, 0.0, 2.0], [0.1, 0.0, 3.0]])  # the first two features are constant
F_test = np.array([[0.3, 0.01, 3.0]])
F_new, F_other = standardized(standardize_features, F_train, F_test)
checks.close(
    F_new[:, :2],
    np.zeros((3, 2)),
    "the constant features of the training examples",
    hint="The deviation of the column 0.1, 0.1, 0.1 is 1.4e-17, not 0. Compare the largest and the smallest "
    "value of a feature instead.",
    suspects={"constant features are left as they are; subtract their mean.": F_train[:, :2]},
)
checks.close(
    F_other[0],
    [0.2, 0.01, np.sqrt(1.5)],
    "a test example whose first two features are constant in the training set",
    hint="Subtract the mean 0.1 and do not divide: 0.3 becomes 0.2. (A small number added to the deviation, or a "
    "deviation of 1e-17, makes a huge feature of it.)",
    suspects={
        "features that are constant in the training set become 0; in other sets they may differ from its mean.": [
            0,
            0,
            np.sqrt(1.5),
        ],
        "features that are constant in the training set are left as they are; subtract its mean.": [
            0.3,
            0.01,
            np.sqrt(1.5),
        ],
    },
)
checks.passed("standardize_features", "constant features are only centred")
### BEGIN HIDDEN TESTS
for count in (1, 6, 10, 11):
    F_train = np.full((count, 3), [0.7, 1e6 + 0.1, 0.0])
    F_new, F_other = standardized(standardize_features, F_train, F_train[:1] + 0.5, F_train[:1])[:2]
    checks.close(F_new, np.zeros((count, 3)), f"constant features of {count} training examples", atol=1e-6)
    checks.close(
        F_other,
        np.full((1, 3), 0.5),
        f"an example with other values than the constant features of {count} training examples",
        atol=1e-6,
    )
for what, F_train in (("is small", [[1e-7], [3e-7]]), ("varies little", [[1000.0], [1000.008]])):
    F_train = np.array(F_train)
    F_new, F_other = standardized(standardize_features, F_train, F_train)
    checks.close(
        F_new,
        [[-1.0], [1.0]],
        f"a feature that {what} but is not constant",
        hint="A feature is constant only if all its training values are exactly equal.",
    )
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_standardize_features_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
F_train, F_test = np.array([[1, 8], [3, 4]]), np.array([[2, 2]])
F_new, F_other = standardized(standardize_features, F_train, F_test)
checks.close(F_new, [[-1.0, 1.0], [1.0, -1.0]], "the standardised features 1, 3 and 8, 4, given as integers")
checks.close(F_other, [[0.0, -2.0]], "a standardised test example of integers")
checks.dtype(F_new, np.float64, "training features of integers, standardised")
F_new, F_other = standardized(standardize_features, F_train.astype(np.float32), F_test.astype(np.float32))
checks.dtype(
    F_new, np.float32, "float32 training features, standardised", hint="float32 in, float32 out: it is half the memory."
)
checks.dtype(F_other, np.float32, "float32 test features, standardised")
F_train, F_test = F_train.astype(float), F_test.astype(float)
train_before, test_before = F_train.copy(), F_test.copy()
standardize_features(F_train, F_test)
checks.unchanged(F_train, train_before, "F_train of standardize_features")
checks.unchanged(F_test, test_before, "the other features of standardize_features")
checks.passed("standardize_features", "integers and float32, arguments unchanged")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(181)
for what, F in (
    ("float64 features", rng.normal(size=(9, 4))),
    ("features of dtype uint8", rng.integers(256, size=(9, 4), dtype=np.uint8)),
    ("features in Fortran order", np.asfortranarray(rng.normal(size=(9, 4)))),
    ("float32 features", rng.normal(size=(9, 4)).astype(np.float32)),
):
    before, half = F.copy(), F[::2].copy()
    F_new, F_other = standardize_features(F, half)
    checks.unchanged(F, before, f"F_train of standardize_features, {what}")
    checks.unchanged(half, before[::2], f"others of standardize_features, {what}")
    expected = (before.astype(float) - before.astype(float).mean(axis=0)) / before.astype(float).std(axis=0)
    checks.close(F_new, expected, f"{what}, standardised", rtol=1e-4, atol=1e-5)
    checks.close(F_other, expected[::2], f"every other row of {what}, standardised", rtol=1e-4, atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# **Question 3** (2 points). A student standardises *all* images, training, validation and test, with the mean and
# deviation of all of them together, and then trains and tests as usual; no test label is used.
# (1) What is wrong with this as an estimate of how the classifier does on new images? (2) The program then runs in a
# shop, where one photograph at a time comes in. What goes wrong there with "standardise with the statistics of the
# images at hand", and what has to be stored along with the weights?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_leak", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# (1) Mean and deviation are learned from the test images, so that the test images are no longer new: the features are
# fitted to them. The estimate may be too good (little with many images that are alike, much with few test images or
# if they are from another source, where the shift that would hurt is hidden by subtracting its mean). That it uses no
# labels makes it no better.
# (2) A single photograph has no deviation (0/0) and is its own mean: all features would be 0. Mean and deviation of
# the *training* features have to be stored with the weights (as well as the codebook).
#
# **Marking**: 1 point for saying that statistics of test images are information about them, so that the estimate is
# not that for new images; 1 for the single image having no statistics of its own *and* the training mean and
# deviation as part of the model.
# ### END SOLUTION

# %% [markdown]
# ## Linear classifiers on features
#
# The softmax classifier that you know, trained by stochastic gradient descent on minibatches. First: does
# standardising matter? The same classifier, the same learning rate:


# %% nbgrader={"grade": false, "grade_id": "linear_on_features", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
class LinearOnFeatures:
    """Softmax classifier: what a Solver needs, `params` and `loss`."""

    def __init__(self, num_features, reg=1e-3):
        self.params = {"W": np.zeros((num_features, 10), np.float32), "b": np.zeros(10, np.float32)}
        self.reg = reg

    def loss(self, X, y=None):
        W = self.params["W"]
        scores = X.dot(W) + self.params["b"]  # (N, 10)
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        return loss + self.reg * np.sum(W * W), {"W": X.T.dot(dscores) + 2 * self.reg * W, "b": dscores.sum(axis=0)}


def train_on(model, sets, learning_rate, num_epochs=8, **settings):
    """Train a model on features {part: (N, F)}; returns the Solver."""
    solver = Solver(
        model,
        {
            "X_train": sets["training"],
            "y_train": labels["training"],
            "X_val": sets["validation"],
            "y_val": labels["validation"],
        },
        optim_config={"learning_rate": learning_rate},
        lr_decay=0.9,
        batch_size=200,
        num_epochs=num_epochs,
        rng=0,
        **settings,
    )
    solver.train()
    return solver


sets = needs(features.get("all three"), "encode_bag_of_words")
standard = dict(zip(parts, standardize_features(*(sets[part] for part in parts))))
runs = {
    name: train_on(LinearOnFeatures(544), each, 0.05, num_epochs=4, verbose=False)
    for name, each in (("as they are", sets), ("standardised", standard))
}
for name, solver in runs.items():
    print(f"{name}: validation accuracy {solver.best_val_acc:.1%}")
vis.loss_curve(
    {name: solver.loss_history for name, solver in runs.items()}, reference=(np.log(10), "guessing: log 10")
);

# %% [markdown]
# Now a classifier for each description, and for the raw pixels, too, all standardised. (The more features there are,
# the more the scores change in one step. Hence the learning rate is divided by their number.) Choices are made with
# the validation set; the test set only tells the result.


# %% nbgrader={"grade": false, "grade_id": "demo_linear", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def accuracy_on_test(solver, sets):
    return solver.check_accuracy(sets["test"], labels["test"])


linear_test, linear_solvers = {}, {}
needs(features.get("all three"), "encode_bag_of_words")
raw = {"raw pixels": {part: data.flatten(parts[part], np.float32) for part in parts}}
with tqdm(total=5, desc="classifiers", file=sys.stdout) as bar:
    for name, of_parts in {**raw, **features}.items():
        standard = dict(zip(parts, standardize_features(*(of_parts[part] for part in parts))))
        num_features = standard["training"].shape[1]
        linear_solvers[name] = train_on(
            LinearOnFeatures(num_features), standard, min(0.5, 30 / num_features), verbose=False
        )
        linear_test[name] = accuracy_on_test(linear_solvers[name], standard)
        bar.update()
del raw, of_parts
for name, accuracy in linear_test.items():
    print(f"{name:<13} validation {linear_solvers[name].best_val_acc:.1%}, test {accuracy:.1%}")

# %% [markdown]
# Which words speak for a class? For each class the eight words with the largest weights in the classifier that sees
# the bag of words only, and in the last two columns the two that speak most strongly against it.

# %% nbgrader={"grade": false, "grade_id": "demo_words_of_classes", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
weights = needs(linear_solvers.get("bag of words"), "encode_bag_of_words").model.params["W"]  # (200, 10)
fig, axes = plt.subplots(10, 10, figsize=(7.5, 7.5))
for label in range(10):
    order = np.argsort(-weights[:, label])
    for ax, word in zip(axes[label], [*order[:8], *order[-2:]]):
        ax.imshow(as_colors(visual_words[word]), interpolation="nearest")
        ax.set(xticks=[], yticks=[])
        for spine in ax.spines.values():
            spine.set(color=vis.GREEN if weights[word, label] > 0 else vis.RED, linewidth=2)
    axes[label, 0].set_ylabel(images.class_names[label], rotation=0, ha="right", va="center");

# %% [markdown]
# ## Your two-layer net on features
#
# This takes `init_two_layer_net` and `two_layer_loss` out of your notebook `two_layer_net.ipynb`, as you last *saved*
# it, and trains the net on each of the five inputs. If they are not finished yet, the cell says what is missing; come
# back later.


# %% nbgrader={"grade": false, "grade_id": "demo_net", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
class NetOnFeatures:
    """The net of the other notebook: what a Solver needs, `params` and `loss`."""

    def __init__(self, num_features, hidden_dim=100, reg=2e-3):
        params = init_two_layer_net(num_features, hidden_dim, 10, 1e-2, np.random.default_rng(0))
        self.params = {name: value.astype(np.float32) for name, value in params.items()}
        self.reg = reg

    def loss(self, X, y=None):
        return two_layer_loss(self.params, X, y, self.reg)


net_test, net_solvers = {}, {}
try:
    init_two_layer_net, two_layer_loss = other_notebooks.functions_of(
        "two_layer_net", ["init_two_layer_net", "two_layer_loss"]
    )
except other_notebooks.NotFinished as reason:
    print(reason)
else:
    needs(linear_test or None, "standardize_features")
    with tqdm(total=5, desc="nets", file=sys.stdout) as bar:
        for name in linear_test:
            of_parts = (
                features[name] if name in features else {part: data.flatten(parts[part], np.float32) for part in parts}
            )
            standard = dict(zip(parts, standardize_features(*(of_parts[part] for part in parts))))
            num_features = standard["training"].shape[1]
            net_solvers[name] = train_on(
                NetOnFeatures(num_features), standard, min(0.5, 200 / num_features), num_epochs=10, verbose=False
            )
            net_test[name] = accuracy_on_test(net_solvers[name], standard)
            bar.update()
    for name, accuracy in net_test.items():
        print(f"{name:<13} validation {net_solvers[name].best_val_acc:.1%}, test {accuracy:.1%}")

# %% [markdown]
# All of it in one picture. With CIFAR-10 expect about 60% for the linear classifier on all three descriptions and
# about 67% for the net, with shapes10 about 63% and 76%.

# %% nbgrader={"grade": false, "grade_id": "demo_bars", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
needs(linear_test or None, "standardize_features")
fig, ax = plt.subplots(figsize=(9, 4), layout="constrained")
rows = np.arange(len(linear_test))
for results, offset, color, name in (
    (linear_test, -0.2, vis.BLUE, "linear"),
    (net_test, 0.2, vis.ORANGE, "two-layer net"),
):
    if results:
        bars = ax.barh(
            rows + offset, [100 * results[each] for each in linear_test], height=0.38, color=color, label=name
        )
        ax.bar_label(bars, fmt="%.1f", padding=3)
ax.axvline(10, color="black", ls="--", lw=1, label="guessing")
ax.set_yticks(rows, list(linear_test))
ax.set(xlabel="test accuracy (%)", xlim=(0, 100))
ax.invert_yaxis()
ax.legend(loc="upper right");

# %% [markdown]
# Together the three descriptions, 544 numbers, beat the 3,072 pixels by far, although every one of these numbers was
# *computed from* the pixels: nothing was added. What helps is what was thrown away, and how what is left was
# arranged. With shapes10 the net gains most on the colours: there it is a *combination* of hues, of shape and
# background, that tells a class. A linear classifier adds up what each hue says by itself; a hidden unit can notice
# that two occur together.
#
# Finally the mistakes of the best classifier on the test set: each row the images that were wrongly *taken for* that
# class, with what they are. Can you see, from what the three descriptions know, why?

# %% nbgrader={"grade": false, "grade_id": "demo_mistakes", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
best = needs(net_solvers.get("all three", linear_solvers.get("all three")), "standardize_features")
standard = dict(zip(parts, standardize_features(*(features["all three"][part] for part in parts))))
predicted = np.argmax(best.model.loss(standard["test"]), axis=1)
print(f"test accuracy {np.mean(predicted == labels['test']):.1%}")
vis.misclassified_images(images.X_test, labels["test"], predicted, images.class_names);

# %% [markdown]
# ## Summary
#
# - A description keeps what matters and drops what does not: colours without places, edges without colours, patterns
#   without places.
# - k-means: assign, move, repeat. It never gets worse, but it can get stuck; mind the words that nobody chose, and
#   start more than once.
# - A bag of words counts which typical patches an image is made of. The dictionary comes from the images, without
#   labels.
# - The nearest of many points is a matrix product, done in blocks that fit into memory.
# - Standardise with the statistics of the training set, and keep them: they are part of the model.
# - The same simple classifiers go much further on good features. The rest of the course lets nets *learn* the
#   features, from the pixels, for the task.
#
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"assign_to_words": 5, "build_codebook": 7, "encode_bag_of_words": 5, "standardize_features": 4})
