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
# # Image features
#
# So far our classifiers looked at raw pixels. If you shift an image by two pixels, every input changes, although the image shows the
# same thing. Before nets learned to see by themselves, people first *described* an image by numbers that keep what matters and drop
# what does not. These numbers are its **features**, and a classifier learned from them. In this notebook you do the same with
# three descriptions: a histogram of the colours, a histogram of the edges, and a *bag of visual words*.
#
# **You will learn**
#
# - what histograms of colours and of oriented gradients keep of an image, and what they lose;
# - **k-means clustering**, which finds typical examples in data without labels (**unsupervised learning**), and how it can go wrong;
# - to describe an image by counts of visual words, in memory that does not grow with the number of images;
# - to standardize features without looking at the test set;
# - how much a good description is worth: the same classifiers, with better inputs.
#
# **Time**: about three hours of work. The cells themselves run in about a minute with shapes10, and in about two with CIFAR-10 (on
# a slow or busy machine it may take twice as long).
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that come with the
# course. The checks use small arrays, not the images. Only one demonstration near the end needs your notebook `two_layer_net`.
#
# *Lecture: "Linear classifiers", section on image features · Paper: Coates, Lee and Ng, "An Analysis of Single-Layer Networks in
# Unsupervised Feature Learning" (2011).*

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from tqdm import tqdm

from cs231n_lib import checks, data, mistakes, vis
from cs231n_lib.features import color_histogram_hsv, dense_patches, hog_feature, sample_patches
from cs231n_lib.layers import softmax_loss
from cs231n_lib.notebooks import errors, other_notebooks
from cs231n_lib.solver import Solver

errors.explain()
plt.rcParams.update(vis.STYLE)
known = mistakes.features
NO_RESULT = mistakes.Mistake("generic.returned_none", "The function returned None. Did you forget `return` at its end?")


def in_order(codebook):
    """The words sorted by their first number, then by the others, since words have no order of their own."""
    codebook = np.asarray(codebook)
    return codebook[np.lexsort(codebook.T[::-1].round(6))]


def codebook_of(build_codebook, patches, k, seed, max_iters=100):
    """What build_codebook returns with this seed: k finite words. It works on a copy of the patches."""
    codebook = build_codebook(patches.copy(), k, np.random.default_rng(seed), max_iters)
    checks.true(codebook is not None, NO_RESULT)
    checks.shape(codebook, (k, patches.shape[1]), f"the codebook of k={k} words")
    checks.true(not np.isnan(codebook).any(), known.MEAN_OF_NOTHING)
    checks.finite(codebook, f"the codebook of k={k} words")
    return np.asarray(codebook)


def shares(histograms):
    """The rows divided by their sums: only the first check of the histograms judges what they are divided by."""
    checks.true(histograms is not None, NO_RESULT)
    checks.finite(histograms, "the histograms")
    checks.true(np.ndim(histograms) == 2, "The histograms should have two axes: a row for each image, a column for each word.")
    sums = np.sum(histograms, axis=1, keepdims=True)
    return np.divide(histograms, np.where(sums == 0, 1, sums))


def standardized(standardize_features, *sets):
    """What standardize_features returns for copies of the sets, one finite array for each."""
    result = standardize_features(*(F.copy() for F in sets))
    checks.true(result is not None, NO_RESULT)
    right_count = isinstance(result, (tuple, list)) and len(result) == len(sets)
    checks.true(right_count, f"{len(sets)} arrays were given, so {len(sets)} should come back: F_train and the others, in the same order.")
    for number, (after, before) in enumerate(zip(result, sets)):
        what = f"the features others[{number - 1}]" if number else "the training features"
        checks.shape(after, before.shape, what, hint="Each array keeps its rows and columns, and the arrays keep their order.")
        checks.finite(after, what, hint="Is something divided by a deviation of 0?")
    return [np.asarray(after) for after in result]


def by_training(F_train, F_new, F):
    """What the features F become if they are treated as the training features were, of which F_new was made."""
    checks.true(np.all(abs(F_new.mean(axis=0)) < 1e-4) or np.allclose(F_new.std(axis=0), 1, rtol=1e-4), known.NOT_STANDARDIZED)
    checks.true(np.ptp(F_new, axis=0).all(), known.NOT_STANDARDIZED)
    return F_new[0] + (F_new[1] - F_new[0]) / (F_train[1] - F_train[0]) * (F - F_train[0])


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
# `color_histogram_hsv(image, bins)` keeps the hue of each pixel, the place of its colour on the circle of colours, and counts how many
# pixels have which. It forgets where a pixel is, how bright it is and how vivid. The picture shows the mean histogram of each class
# (each bar in its colour). Which classes would you trust it to tell apart?

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
# `hog_feature(image)`, the **histogram of oriented gradients** (HOG), does the opposite: it forgets the colours and keeps the directions
# in which the image changes. In each cell of 8 x 8 pixels it makes a histogram of 9 directions. (At each pixel it takes the channel
# that changes most.) Then it divides by the strength of the edges around, so that a dim image counts as much as one of strong
# contrast. The 3 x 3 overlapping blocks of 2 x 2 cells make 324 numbers.
#
# Below, the histogram of each cell is drawn as strokes *along* the edges. The more edges of a direction, the longer the stroke. The middle
# row has the cells that we use. The last row, with cells of 4 pixels, shows better what HOG is about.

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
    ax.spines[:].set_visible(False)
for ax, text in zip(axes[:, 0], ("image", "8-pixel cells", "4-pixel cells")):
    ax.set_ylabel(text)

# %% [markdown]
# **Question 1** · 3 points. Take an image and (a) mirror it left to right, (b) make every pixel a third darker (multiply red, green
# and blue by 2/3), (c) put its pixels in a random order, (d) swap its red and its green channel. For each of the four, say whether
# the *hue histogram* stays (nearly) the same, and whether *HOG* does. Then name two things that both descriptions together still
# do not know about the image.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_invariance", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# | | hue histogram | HOG |
# |---|---|---|
# | (a) mirrored | the same: places do not count | changes: the cells swap places, and slanted directions are mirrored |
# | (b) darker | the same: hue does not depend on brightness | nearly the same: all gradients shrink by a third, and the division by their strength undoes it |
# | (c) shuffled | the same | changes completely: no edges are left, only noise |
# | (d) red and green swapped | changes: red pixels count as green | the same: it takes the strongest gradient of the three channels, whichever that is |
#
# Both together do not know, for example: which colour is *where* (a red ball on green grass or a green ball on red ground), exactly
# where within a cell an edge is, brightness and vividness as such, on which side of an edge it is dark.
#
# Scheme
# - [0.5] line (a): both entries right, with a reason or without
# - [0.5] line (b): both entries right
# - [0.5] line (c): both entries right
# - [0.5] line (d): both entries right
# - [1] two valid things that are lost (half a point each)
# ### END SOLUTION

# %% [markdown]
# ## Visual words
#
# Which words does a text use, and how often? These counts alone, without any grammar, tell the sports page from the business page.
# For images we need **visual words**. Nobody has written that dictionary, so we make one: we cut small patches out of the images, and
# typical patches become the words.
#
# Here is an image with its patches of 6 x 6 pixels at every second pixel, as `dense_patches` cuts them: 14 x 14 of them. On the
# right they are normalized, as the function does it: the mean brightness is subtracted, and the rest is divided by the contrast. So a
# word stands for a pattern, in the sun as in the shade.

# %% nbgrader={"grade": false, "grade_id": "demo_patches", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
size, stride = 6, 2
image = images.X_train[chosen[0]]
normalized = dense_patches(image[None].astype(np.float32), size, stride)[0]  # (14, 14, 108)
raw = np.lib.stride_tricks.sliding_window_view(image, (size, size), axis=(0, 1))[::stride, ::stride].transpose(
    0, 1, 3, 4, 2
)


def mosaic(tiles):
    """Tiles (rows, columns, size, size, 3) side by side, with a white line between."""
    padded = np.pad(tiles, ((0, 0), (0, 0), (1, 0), (1, 0), (0, 0)), constant_values=1.0)
    rows, columns, high, wide, _ = padded.shape
    return padded.transpose(0, 2, 1, 3, 4).reshape(rows * high, columns * wide, 3)


def as_colors(patches):
    """Normalized patches (..., 108) as images in 0..1, grey where a patch has its mean."""
    return np.clip(0.5 + patches.reshape(*patches.shape[:-1], size, size, 3) / 4, 0, 1)


fig, axes = plt.subplots(1, 3, figsize=(12, 4.2), layout="constrained")
for ax, picture, title in zip(
    axes,
    (image, mosaic(raw / 255), mosaic(as_colors(normalized))),
    ("the image", "its 196 patches, which overlap", "the same, normalized"),
):
    ax.imshow(picture, interpolation="nearest")
    ax.set(title=title, xticks=[], yticks=[])
    ax.spines[:].set_visible(False)

# %% [markdown]
# A patch is a row of $D = 6 \cdot 6 \cdot 3 = 108$ numbers: a point in a space of 108 dimensions. A **codebook** is an array of $k$ such
# points, the words, one per row. There are two things to do with it. To *read* means to find the word that a patch is. To *write* means
# to find a good codebook. Reading comes first, because writing needs it.
#
# ### Exercise 1: `assign_to_words` · 7 points
#
# A patch $x$ is the word $c_j$ that is nearest to it, by Euclidean distance. For example, the point (3, 3) is $\sqrt{18}$ away
# from the word (0, 0) and $\sqrt{10}$ away from (0, 2), so its word is (0, 2). The images of CIFAR-10 hold millions of patches, so a Python
# loop over them is too slow. An array of all differences, of shape $(P, k, D)$, is too large: for ten thousand patches and 200 words
# it takes 1.7 gigabytes. Neither is allowed. You know the way out from the nearest neighbours,
#
# $$ \lVert x - c \rVert^2 = \lVert x \rVert^2 - 2\,x \cdot c + \lVert c \rVert^2 , $$
#
# where one matrix product gives the products of all patches with all words. To find the smallest distance, do you need all three terms?


# %% nbgrader={"grade": false, "grade_id": "assign_to_words", "locked": false, "schema_version": 3, "solution": true, "task": false}
def assign_to_words(patches, codebook):
    """For each patch the number of the word that is nearest to it, without Python loops.

    Parameters: patches (P, D) and codebook (k, D), floats; a row is a patch or a word. They stay as they are.
    Returns: words (P,), integers from 0 to k - 1. If several words are equally near, the first of them.

    Approach
        1. all products of a patch and a word, (P, k)
        2. from them the squared distances, or numbers that are smallest for the same word
        3. for each patch the number of the smallest one

    Example
        patches = [[1.0], [7.0]], codebook = [[0.0], [6.0], [9.0]]: words is [0, 1].
    """
    ### BEGIN SOLUTION
    # |x|^2 is the same for all words, so that it does not matter for which of them is nearest
    squares = np.sum(codebook * codebook, axis=1)  # (k,)
    distances = squares - 2 * patches.dot(codebook.T)  # (P, k): the squared distance less |x|^2
    return np.argmin(distances, axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_assign_to_words_values", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · values · 3 points
codebook = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 2.0], [-2.0, -2.0]])  # points in the plane, to see for yourself
patches = np.array([[1.0, 0.5], [6.0, 0.0], [3.0, 3.0], [20.0, 20.0], [0.0, 0.5], [6.5, 5.5], [6.0, 7.0]])
words = assign_to_words(patches, codebook)
checks.true(words is not None, NO_RESULT)
checks.close(words, [0, 1, 2, 1, 0, 1, 2], "the words of 7 points in the plane", mistakes=known.words(patches, codebook))
checks.passed("assign_to_words", "each patch gets the nearest word")
### BEGIN HIDDEN TESTS
for seed, (num_patches, num_words, dim) in enumerate([(40, 7, 5), (7, 40, 12), (25, 3, 1), (60, 12, 27), (1, 5, 4), (9, 1, 3)], 11):
    rng = np.random.default_rng(seed)
    codebook = rng.normal(size=(num_words, dim)) * rng.uniform(0.2, 3, size=(num_words, 1)) + 1
    patches = 2 * rng.normal(size=(num_patches, dim)) + 1
    nearest = [min(range(num_words), key=lambda j, x=x: float(np.sum((x - codebook[j]) ** 2))) for x in patches]
    what = f"the words of {num_patches} random patches with k={num_words}, D={dim}"
    checks.close(assign_to_words(patches, codebook), nearest, what, mistakes=known.words(patches, codebook))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_assign_to_words_ties", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · ties · 1 point
codebook = np.array([[4.0, 0.0], [0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])  # words 0 and 2 are the same
patches = np.array([[5.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 3.0], [0.0, 2.0]])
checks.close(assign_to_words(patches, codebook), [0, 0, 0, 3, 1], "the words of points that lie between words",
             mistakes=known.words(patches, codebook), hint="If several words are equally near, it is the first of them.")
checks.passed("assign_to_words", "of equally near words the first one is taken")
### BEGIN HIDDEN TESTS
codebook = np.array([[3.0, 1.0, 0.0], [-3.0, 1.0, 0.0], [0.0, 1.0, 3.0], [0.0, 5.0, 0.0], [3.0, 1.0, 0.0]])
patches = np.array([[0.0, 1.0, 0.0], [3.0, 1.0, 0.0], [0.0, 5.0, 3.0], [-1.0, 1.0, 1.0], [1.0, 1.0, -1.0]])
checks.close(assign_to_words(patches, codebook), [0, 0, 3, 1, 0], "the words of points in space that lie between words",
             mistakes=known.words(patches, codebook))
words = assign_to_words(np.array([[3.0, 1.0]]), np.array([[0.0, 0.0], [2.0, 2.0]]))
checks.close(words, [1], "the word of a single patch")
checks.dtype(words, np.integer, "the word of a single patch", hint="Words are whole numbers, with which one can index an array.")
rng = np.random.default_rng(21)
big, words_of_it = rng.normal(size=(30, 12)), rng.normal(size=(8, 12))
for what, patches, codebook in [
    ("float64 arrays", big, words_of_it),
    ("float32 arrays", big.astype(np.float32), words_of_it.astype(np.float32)),
    ("every second column of an array", big[:, ::2], words_of_it[:, ::2]),
    ("arrays in Fortran order", np.asfortranarray(big), np.asfortranarray(words_of_it)),
    ("float32 patches and a float64 codebook", big.astype(np.float32), words_of_it),
]:
    patches_before, codebook_before = patches.copy(), codebook.copy()
    words = assign_to_words(patches, codebook)
    checks.unchanged(patches, patches_before, f"patches of assign_to_words, {what}")
    checks.unchanged(codebook, codebook_before, f"codebook of assign_to_words, {what}")
    checks.dtype(words, np.integer, f"the words of {what} (whole numbers)")
    checks.equal(words, [np.argmin(np.linalg.norm(codebook - x, axis=1)) for x in patches], f"the words of {what}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_assign_to_words_loops", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · no loops · 2 points
words = assign_to_words(np.array([[7.0], [2.0], [3.0]]), np.array([[1.0], [9.0]]))
checks.equal(words, [1, 0, 0], "the words of the patches 7, 2 and 3 with the codebook 1, 9")
rng = np.random.default_rng(19)
codebook, right = rng.normal(size=(40, 16)), rng.integers(40, size=600)
checks.no_loops(assign_to_words, small=(np.eye(3), 2 * np.eye(3)), large=(codebook[right], codebook), expected=right)
checks.passed("assign_to_words", "no Python loops")

# %% [markdown]
# The array of all differences would have 2,000 x 200 x 108 entries here, which is 346 MB. The distances alone take 3 MB.

# %% nbgrader={"grade": true, "grade_id": "test_assign_to_words_memory", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · memory · 1 point
rng = np.random.default_rng(20)
codebook, right = rng.normal(size=(200, 108)), rng.integers(200, size=2000)
patches = codebook[right] + 0.01 * rng.normal(size=(2000, 108))
words = checks.peak_memory(assign_to_words, patches, codebook, limit_mb=40, expected=right,
                           what="assign_to_words of 2,000 patches and 200 words",
                           hint="Is an array of all differences built, (P, k, D)? Use the three terms of the squared distance.")
checks.passed("assign_to_words", "memory for the distances only")
### BEGIN HIDDEN TESTS
checks.equal(words, right, "the 2,000 words")
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 2: `build_codebook` · 12 points
#
# Which $k$ words are good ones? Those that stand for the patches with the smallest error. The **distortion** is the mean squared distance of a
# patch from its word,
#
# $$ \frac1P \sum_{i=1}^P \min_j \lVert x_i - c_j \rVert^2 . $$
#
# If we knew which patches belong together, the best word for each group would be its mean. If we knew the words, the groups would be
# clear. We know neither. **k-means** starts with any words and does the two in turn: it assigns every patch to its nearest word, then
# moves every word to the mean of its patches. The end depends on the start, hence `rng`: from a bad start, two words share one group while
# two groups share one word, and no step leads out of that.
#
# By hand: the points 0, 1, 5, 20, 21, 28 with the words 0 and 1. Word 1 gets all points but the first, and moves to their mean, 15. Now 0, 1 and 5
# are nearer to word 0. The words move to 2 and 23, and then nothing changes any more.
#
# A word that no patch chose has no mean (0/0 is NaN). If it stays where it is, it is lost for good. And it happens: a plain sky gives many
# patches that are exactly equal, so two of the first words may be the same, and the second of them gets nothing. You may use your
# `assign_to_words`; the checks of this exercise need the right words.


# %% nbgrader={"grade": false, "grade_id": "build_codebook", "locked": false, "schema_version": 3, "solution": true, "task": false}
def build_codebook(patches, k, rng, max_iters=100):
    """k typical patches, found by k-means.

    Parameters: patches (P, D), floats, at least k different rows; they stay as they are. k, 1 <= k <= P.
        rng, an np.random.Generator that all random numbers come from. max_iters, the largest number of rounds.
    Returns: codebook (k, D), float32 for float32 patches, else float64. With max_iters=0, the k patches drawn first.

    Approach
        Begin with k patches drawn from different rows by rng. Every patch must have a chance. Then, in each round:
        1. assign every patch to its nearest word;
        2. a word that got no patch moves to the patch that is farthest from its own word, and takes it over;
           if there are several such words, one after the other does so;
        3. stop if every patch has the same word as in the round before;
        4. move every word to the mean of its patches.

    Example
        patches = [[0.0], [2.0], [9.0]], k = 2: the codebook is [[1.0], [9.0]], in this or the other order.
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


# %% nbgrader={"grade": true, "grade_id": "test_build_codebook_means", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · means · 3 points
### BEGIN HIDDEN TESTS
def nearest_words(patches, codebook):
    blocks = np.array_split(patches, 1 + len(patches) // 100)
    return np.concatenate([np.argmin(np.sum((block[:, None] - codebook) ** 2, axis=2), axis=1) for block in blocks])


def words_are_right():
    rng = np.random.default_rng(22)
    codebook = rng.integers(-2, 3, size=(9, 3)).astype(float)  # some words are equally near, or equal
    for patches in (rng.integers(-2, 3, size=(40, 3)).astype(float), 3 * rng.normal(size=(40, 3))):
        words, given = checks.call(assign_to_words, patches, codebook)
        exact = np.issubdtype(np.asarray(words).dtype, np.integer) and np.array_equal(words, nearest_words(patches, codebook))
        if not (exact and np.array_equal(given[0], patches) and np.array_equal(given[1], codebook)):
            return False
    return True


checks.lend(build_codebook, words_are_right, assign_to_words=nearest_words)
### END HIDDEN TESTS
patches = np.array([[0.0], [1.0], [3.0], [12.0], [30.0], [31.0], [33.0], [42.0]])
for seed in range(6):
    codebook = in_order(codebook_of(build_codebook, patches, 2, seed))
    rounds = [lambda n=n: in_order(build_codebook(patches, 2, np.random.default_rng(seed), n)) for n in (0, 1)]
    checks.close(codebook, [[4.0], [34.0]], "the two words of the points 0, 1, 3, 12, 30, 31, 33, 42, in order",
                 mistakes=known.codebook([patches[:4], patches[4:]], *rounds),
                 hint="A word is the mean of its patches, and the rounds go on until no patch changes its word.")
checks.passed("build_codebook", "every word is the mean of its patches")
### BEGIN HIDDEN TESTS
for seed, (num_patches, k, dim) in enumerate([(60, 4, 3), (90, 7, 2), (40, 3, 12), (80, 5, 1), (12, 1, 4)], 31):
    rng = np.random.default_rng(seed)
    patches = rng.exponential(size=(num_patches, dim))  # lopsided, so that means and medians differ
    codebook = codebook_of(build_codebook, patches, k, seed)
    words = np.array([np.argmin(np.sum((codebook - x) ** 2, axis=1)) for x in patches])
    checks.true(len(np.unique(words)) == k, known.WORD_LOST)
    groups = [patches[words == j] for j in range(k)]
    rounds = [lambda n=n: build_codebook(patches, k, np.random.default_rng(seed), n) for n in (0, 1)]
    checks.close(
        codebook,
        [group.mean(axis=0) for group in groups],
        f"the codebook of {num_patches} random patches with k={k}, against the means of the patches nearest to each",
        mistakes=known.codebook(groups, *rounds),
        hint="The rounds have to go on until no patch changes its word.",
    )
### END HIDDEN TESTS

# %% [markdown]
# `max_iters` allows a look at single rounds. With `max_iters=0` the words are patches. One round moves each of them to the mean of the
# patches that are nearest to it.

# %% nbgrader={"grade": true, "grade_id": "test_build_codebook_rounds", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · rounds · 2 points
patches = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 3.0], [7.0, 1.0], [8.0, 5.0], [5.0, 6.0]])
starts, ends = ([codebook_of(build_codebook, patches, 2, seed, n) for seed in range(10)] for n in (0, 100))
for start in starts + [codebook_of(build_codebook, patches, 5, seed, max_iters=0) for seed in range(10)]:
    among = all(np.isclose(patches, word).all(axis=1).any() for word in start)
    checks.true(among or not np.allclose(starts, ends), known.MAX_ITERS_IGNORED)
    checks.true(among, known.START_NOT_PATCHES)
    checks.true(len(np.unique(start, axis=0)) == len(start), known.SAME_PATCH_TWICE)
first, second = starts[3]
nearer = np.sum((patches - first) ** 2, axis=1) < np.sum((patches - second) ** 2, axis=1)  # no ties here
checks.close(codebook_of(build_codebook, patches, 2, 3, max_iters=1), [patches[nearer].mean(axis=0), patches[~nearer].mean(axis=0)],
             "the two words after one round", mistakes=known.codebook([patches[nearer], patches[~nearer]], [first, second]),
             hint="In one round all patches are assigned once, and all words moved once.")
checks.passed("build_codebook", "the start and a single round are right")
### BEGIN HIDDEN TESTS
# If the first word is drawn evenly, and the others in any way, one of 8 patches is missed in 120 starts
# with a probability below 8 * (7/8)**120 = 9e-7.
patches = np.random.default_rng(40).normal(size=(50, 4))
drawn = set()
for seed in range(120):
    start = codebook_of(build_codebook, patches[:8], 3, seed, max_iters=0)
    rows = [int(np.argmin(np.sum((patches[:8] - word) ** 2, axis=1))) for word in start]
    checks.close(start, patches[rows], "the codebook with max_iters=0, against the patches nearest to it")
    checks.true(len(set(rows)) == 3, known.SAME_PATCH_TWICE)
    drawn |= set(rows)
checks.true(len(drawn) == 8, known.NEVER_DRAWN)
for seed in (41, 42):
    after, groups = [codebook_of(build_codebook, patches, 6, seed, max_iters=0)], []
    for rounds in (1, 2, 3, 4):
        words = np.array([np.argmin(np.sum((after[-1] - x) ** 2, axis=1)) for x in patches])
        groups.append([patches[words == j] for j in range(6)])
        after.append(np.stack([group.mean(axis=0) for group in groups[-1]]))
    for rounds in (1, 2):
        for other in (after[2 * rounds], after[rounds + 1], after[rounds - 1]):
            checks.close(
                codebook_of(build_codebook, patches, 6, seed, max_iters=rounds),
                after[rounds],
                f"the codebook with max_iters={rounds}",
                mistakes=known.codebook(groups[rounds - 1], other_rounds=other),
                hint="In one round all patches are assigned once, and all words moved once.",
            )
### END HIDDEN TESTS

# %% [markdown]
# Three groups lie far apart. From one start k-means may get stuck, but in sixty starts it should find them at least once.

# %% nbgrader={"grade": true, "grade_id": "test_build_codebook_groups", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · groups · 2 points
middles = np.array([[0.0, 0.0], [20.0, 5.0], [40.0, -5.0]])
groups = middles[:, None] + np.random.default_rng(50).normal(size=(3, 12, 2))  # (3, 12, 2)
found = [in_order(codebook_of(build_codebook, groups.reshape(36, 2), 3, seed)) for seed in range(60)]
right = [bool(np.abs(codebook - groups.mean(axis=1)).max() < 2) for codebook in found]
checks.true(any(right), "In none of 60 starts did each of the three groups get a word at its mean. Can every patch be among the first words, "
            f"wherever it stands in the array? One of your codebooks:\n{found[0].round(1)}\nThe means:\n{groups.mean(axis=1).round(1)}")
checks.passed("build_codebook", f"well separated groups are found (in {sum(right)} of 60 starts)")
### BEGIN HIDDEN TESTS
# A start with one patch of each group leads to the groups. It has the probability 12**3 / C(36, 3) = 0.242 above, and here
# 8**4 / C(32, 4) = 0.114 at least, so that all starts miss it with probabilities of 6e-8 and 5e-8.
for seed, (k, dim) in enumerate([(3, 6), (2, 4), (4, 2)], 51):
    rng = np.random.default_rng(seed)
    groups = 30 * np.eye(4, dim)[:k, None] + 10 * np.arange(k)[:, None, None] + rng.normal(size=(k, 8, dim))
    patches = groups.reshape(8 * k, dim)
    best = np.mean((groups - groups.mean(axis=1, keepdims=True)) ** 2) * dim  # the distortion of the true groups
    reached = []
    for start in range(140):
        codebook = codebook_of(build_codebook, patches, k, start)
        reached.append(np.mean([np.sum((codebook - x) ** 2, axis=1).min() for x in patches]))
        if reached[-1] < 1.01 * best:
            break
    text = f"The best distortion of {len(reached)} starts is {min(reached):.3g}; with the {k} well separated groups it is {best:.3g}."
    checks.true(min(reached) < 1.01 * best, text)
### END HIDDEN TESTS

# %% [markdown]
# Thirty patches of plain sky, all the same, and three of other kinds: four different patches in all. With four words, each of them has to
# become a word, whatever the start.

# %% nbgrader={"grade": true, "grade_id": "test_build_codebook_empty_words", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · lost words · 3 points
kinds = [[0.0, 0.0], [0.0, 7.0], [6.0, 0.0], [8.0, 9.0]]
patches = np.array(30 * kinds[:1] + kinds[1:])
for seed in range(8):
    codebook = codebook_of(build_codebook, patches, 4, seed)
    checks.true(len(np.unique(codebook.round(6), axis=0)) == 4, known.WORD_LOST)
    checks.close(in_order(codebook), kinds, "the four words, in order",
                 hint="There are four different patches and four words, so each word should be one of these patches.")
checks.passed("build_codebook", "no word is lost")
### BEGIN HIDDEN TESTS
def rounds_of(patches, start, rounds, alone, size=lambda d: np.sum(d * d, axis=1), refills=True, takes=True, same=False, empty=None):
    """The codebook after some rounds by the docstring; None where rounding decides, or a word loses its only patch to another.

    alone: a word without patches takes over one patch; otherwise all that it is nearest to. The docstring leaves that open.
    size, refills, takes, same: for mistakes. empty: a list that is longer if a word had no patches.
    """
    codebook, before, rest = start.astype(float), None, 1e-6 * np.max(patches * patches)
    for _ in range(rounds):
        squares = np.sum((patches[:, None] - codebook) ** 2, axis=2)  # (P, k)
        words = np.argmin(squares, axis=1)
        elsewhere = np.any(codebook != codebook[words][:, None], axis=2)  # equal words are no tie: the first counts
        if np.any(elsewhere & (squares < np.min(squares, axis=1, keepdims=True) + rest)):
            return None
        lost = sorted(set(range(len(codebook))) - set(words.tolist()))
        if lost and empty is not None:
            empty += lost
        lost = lost if refills else []
        for number, j in enumerate(lost):
            if number == 0 or not same:
                far = size(patches - codebook[words])
                at = np.argmax(far)
            if np.any((far > far[at] - rest) & np.any(patches != patches[at], axis=1)):
                return None
            codebook[j] = patches[at]
            if takes and alone:
                words[at] = j
            elif takes:
                words = np.argmin(np.sum((patches[:, None] - codebook) ** 2, axis=2), axis=1)
        if takes and refills and not same and any(not np.any(words == j) for j in range(len(codebook))):
            return None
        if before is not None and np.array_equal(words, before):
            break
        before = words
        codebook = np.stack([patches[words == j].mean(axis=0) if np.any(words == j) else codebook[j] for j in range(len(codebook))])
    return codebook


def check_rounds(patches, k, seed, max_iters, what):
    """Check a codebook against the rounds of the docstring, in both ways of taking over, if a word loses its patches."""
    start, empty = codebook_of(build_codebook, patches, k, seed, 0), []
    lost = rounds_of(patches, start, max_iters, False, refills=False, empty=empty)
    if lost is not None and not empty:
        return
    ways = [rounds_of(patches, start, max_iters, alone) for alone in (True, False)]
    if any(way is None for way in ways):
        for few in (2, 3, 4, 5):
            codebook_of(build_codebook, patches, k, seed, few)  # which are numbers, in any case
        return
    if lost is not None and np.allclose(lost, ways[0]):
        return
    codebook = codebook_of(build_codebook, patches, k, seed, max_iters)
    expected = in_order(min(ways, key=lambda way: np.max(np.abs(in_order(way) - in_order(codebook)))))

    def other(**mistake):
        return lambda: in_order(rounds_of(patches, start, max_iters, mistake.pop("alone", False), **mistake))

    known_ones = known.refilled(
        signed_differences=other(size=lambda d: np.sum(d, axis=1)),
        farthest_by_l1=other(size=lambda d: np.sum(np.abs(d), axis=1)),
        not_refilled=other(refills=False),
        same_patch=other(same=True, alone=True),
        not_taken_over=other(takes=False),
    )
    checks.close(
        in_order(codebook),
        expected,
        what,
        rtol=1e-5,
        mistakes=known_ones,
        hint="A word without patches moves to the patch that is farthest from its own word, and takes it over: in this round "
        "already, the patch is no longer one of its former word, nor the farthest for the next word without patches.",
    )


# words that begin at the same place, in two rounds
for seed in range(25):
    rng = np.random.default_rng(seed)
    patches = np.concatenate([np.zeros((10, 2)), rng.normal(size=(5, 2)) * [1, 6], 9 * rng.normal(size=(3, 2))])
    check_rounds(patches, 4, seed, 2, "the codebook after two rounds, if some of the first words may be equal patches")
# all patches are different, and in some of the starts a word loses its patches in a later round
for k, starts, patches in (
    (3, 50, [[-1, 3], [10, -2], [-1, 2], [-54, -42], [-23, -54], [1, 1], [16, -26], [7, 2], [-1, 5]]),
    (4, 120, [[14, 49], [29, -21], [16, -16], [-88, -541], [-161, 786], [-6, 45], [-129, -224], [13, -14]]),
):
    for seed in range(starts):
        check_rounds(np.array(patches, dtype=float), k, seed, 100, "the codebook, if a word loses its patches in a later round")
for seed, (copies, others, k) in enumerate([(40, 12, 6), (25, 4, 4), (10, 30, 12), (50, 9, 10)], 61):
    patches = np.concatenate([np.ones((copies, 3)), np.random.default_rng(seed).normal(size=(others, 3))])
    for start in range(4):
        codebook = codebook_of(build_codebook, patches, k, start)
        words = np.array([np.argmin(np.sum((codebook - x) ** 2, axis=1)) for x in patches])
        checks.true(len(np.unique(words)) == k, known.WORD_LOST)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_build_codebook_rng", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · rng and dtype · 1 point
patches = np.random.default_rng(70).normal(size=(60, 3))
one, again, *others = [codebook_of(build_codebook, patches, 6, seed, max_iters=0) for seed in (1, 1, 2, 3, 4)]
checks.true(np.allclose(one, again), known.NOT_FROM_RNG)
checks.true(not any(np.allclose(in_order(one), in_order(other)) for other in others), known.RNG_IGNORED)
checks.dtype(codebook_of(build_codebook, patches, 5, 0), np.float64, "the codebook of float64 patches")
small = codebook_of(build_codebook, patches.astype(np.float32), 5, 0)
checks.dtype(small, np.float32, "the codebook of float32 patches",
             hint="np.zeros makes float64 unless told otherwise: np.zeros(shape, dtype=patches.dtype).")
checks.passed("build_codebook", "all random numbers come from rng, and float32 stays float32")
### BEGIN HIDDEN TESTS
# two of the starts above consist of the same 6 of 60 patches with a probability of 3 / C(60, 6) = 6e-8
end, again = (codebook_of(build_codebook, patches, 6, 1) for _ in range(2))
checks.true(np.allclose(end, again), known.NOT_FROM_RNG)
for what, given in (
    ("float64 patches", patches),
    ("patches in Fortran order", np.asfortranarray(patches)),
    ("every second column", np.repeat(patches, 2, axis=1)[:, ::2]),
    ("float32 patches", patches.astype(np.float32)),
):
    before = given.copy()
    codebook = np.asarray(build_codebook(given, 3, np.random.default_rng(1)))
    checks.unchanged(given, before, f"patches of build_codebook, {what}")
    words = np.array([np.argmin(np.sum((codebook - x) ** 2, axis=1)) for x in before])
    checks.resembles(codebook, [before[words == j].mean(axis=0) if np.any(words == j) else before[0] for j in range(3)], f"the codebook of {what}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_build_codebook_extremes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · extremes · 1 point
patches = np.array([[0.0, 1.0], [4.0, 0.0], [2.0, 6.0], [-2.0, 5.0]])
checks.close(codebook_of(build_codebook, patches, 1, 0), [[1.0, 3.0]], "the codebook of k=1 word", hint="It is the mean of all patches.")
checks.close(in_order(codebook_of(build_codebook, patches, 4, 0)), in_order(patches), "the codebook of 4 patches with k=4, in order",
             hint="Every patch is a word of its own.")
checks.passed("build_codebook", "k = 1 and k = P")
### BEGIN HIDDEN TESTS
half = np.random.default_rng(80).normal(size=(4, 5))
patches = 1 + np.concatenate([half, -half])  # so that the median of a column is its mean
for seed in range(3):
    checks.close(codebook_of(build_codebook, patches, 1, seed), np.ones((1, 5)), "the codebook of k=1 word")
    checks.close(in_order(codebook_of(build_codebook, patches, 8, seed)), in_order(patches), "the codebook of 8 patches with k=8, in order")
checks.close(codebook_of(build_codebook, patches[:1], 1, 0), patches[:1], "the codebook of a single patch")
### END HIDDEN TESTS

# %% [markdown]
# k-means at work in the plane. Crosses are words, and the colour of a point says which word it belongs to. The upper row is a lucky
# start, the lower row the same points with another seed.

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
training_patches = sample_patches(images.X_train, num_patches=20_000, size=size, rng=0).astype(np.float32)
visual_words = build_codebook(training_patches, 200, np.random.default_rng(0), max_iters=30)
often = np.bincount(assign_to_words(training_patches, visual_words), minlength=200)
order = np.argsort(-often)
alone = distortion(training_patches, training_patches.mean(axis=0, keepdims=True))
print(f"distortion: {distortion(training_patches, visual_words):.1f}, with the mean as the only word: {alone:.1f}")
print(f"the most frequent word stands for {often.max()} of 20,000 patches, the rarest for {often.min()}")
fig, ax = plt.subplots(figsize=(11, 4.6), layout="constrained")
ax.imshow(mosaic(as_colors(visual_words[order]).reshape(8, 25, size, size, 3)), interpolation="nearest")
ax.spines[:].set_visible(False)
ax.set(title="the 200 words, the most frequent ones first (row by row)", xticks=[], yticks=[]);

# %% [markdown]
# The frequent words are plain ones, smooth patches of one colour. Then come edges of all directions, lines and corners. Nobody asked
# for edges. They are what small patches of images are like.

# %% [markdown]
# **Question 2** · 3 points. (1) Why does the distortion never rise from one round to the next? Give the reason for each of the two steps, assigning
# and moving. (2) A friend chooses the number of words $k$ by the distortion on the training patches. Which $k$ does she end up with, and
# why is that codebook useless for describing images by counts? (3) And why is a codebook of $k = 2$ words not good either?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_k_means", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# (1) Assigning: each patch takes the nearest of the words as they are, so its own squared distance cannot grow. Moving: with the groups
# held fixed, the mean is the point with the smallest sum of squared distances from the patches of a group, so no group's sum grows.
#
# (2) She ends up with $k = P$, where the distortion is 0: every patch is a word of its own. That is overfitting. Two images hardly ever have a word
# in common (each word occurs in one training image, and a new image's patches fall on words at random), so their counts cannot be
# compared, and there are as many features as patches. $k$ has to be chosen by what it is for: the accuracy on validation images.
#
# (3) Two counts which add up to 1 are in truth a single number per image. Very different patterns are the same word, and all that
# distinguishes the classes is lost.
#
# Scheme
# - [0.5] assigning: each patch takes the nearest word, so its distance cannot grow
# - [0.5] moving: the mean has the smallest sum of squared distances
# - [1] k = P (or "as large as possible"), and a reason why counts of such words do not generalize
# - [1] with two words, different patterns fall together
# ### END SOLUTION

# %% [markdown]
# ### Exercise 3: `encode_bag_of_words` · 8 points
#
# Now read. Cut the patches of an image at every `stride` pixels, find the word of each, and count. The histogram of the words, divided by
# the number of patches, describes the image. Where in the image a word stood is forgotten, as in a bag.
#
# By hand: an image of six pixels, three of them red, two green and one blue. With patches of a single pixel (`size=1`) and the
# words *grey*, *red*, *green*, *blue*, *yellow*, its histogram is 0, 3/6, 2/6, 1/6, 0.
#
# `dense_patches(images, size, stride)` (imported above) returns all patches of the images, normalized, as an array (N, rows, columns, size · size ·
# channels). **Mind the memory**: all patches of all images of CIFAR-10 would take 8 GB. Work through the images in blocks of at
# most 100, so that the memory you need does not grow with N.


# %% nbgrader={"grade": false, "grade_id": "encode_bag_of_words", "locked": false, "schema_version": 3, "solution": true, "task": false}
def encode_bag_of_words(images, codebook, size=6, stride=2):
    """How often each word occurs in each image, as parts of 1.

    Parameters: images (N, H, W, channels), uint8 or floats in 0..255; codebook (k, size * size * channels), floats, one
        word per row; size, the side of a patch, and stride, the distance from one to the next, in pixels.
    Returns: histograms (N, k), floats. histograms[i, j] is the part of image i's patches whose nearest word is
        codebook[j] (of equally near words the first). Each row adds up to 1. The arguments stay as they are.

    Approach
        For each block of at most 100 images:
        1. dense_patches, reshaped to one patch per row
        2. the word of each patch, and which image it belongs to
        3. count the words of each image; divide by the number of its patches

    Example
        an image whose four patches are the words 2, 0, 2, 2 with k = 4: the row is [0.25, 0.0, 0.75, 0.0].
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


# %% nbgrader={"grade": true, "grade_id": "test_encode_bag_of_words_values", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · values · 3 points
### BEGIN HIDDEN TESTS
def nearest_words(patches, codebook):
    blocks = np.array_split(patches, 1 + len(patches) // 100)
    return np.concatenate([np.argmin(np.sum((block[:, None] - codebook) ** 2, axis=2), axis=1) for block in blocks])


def words_are_right():
    rng = np.random.default_rng(22)
    codebook = rng.integers(-2, 3, size=(9, 3)).astype(float)  # some words are equally near, or equal
    for patches in (rng.integers(-2, 3, size=(40, 3)).astype(float), 3 * rng.normal(size=(40, 3))):
        words, given = checks.call(assign_to_words, patches, codebook)
        exact = np.issubdtype(np.asarray(words).dtype, np.integer) and np.array_equal(words, nearest_words(patches, codebook))
        if not (exact and np.array_equal(given[0], patches) and np.array_equal(given[1], codebook)):
            return False
    return True


checks.lend(encode_bag_of_words, words_are_right, assign_to_words=nearest_words)
### END HIDDEN TESTS
red, green, blue = np.eye(3) * 240
two_images = np.array([[[red, green, red], [blue, red, green]], [[blue, blue, blue], [green, blue, blue]]]).astype(np.uint8)
codebook = np.array([[0, 0, 0], [2, -1, -1], [-1, 2, -1], [-1, -1, 2], [1, 1, -2]]) / 3  # grey, red, green, blue, yellow
encode = lambda stride: encode_bag_of_words(two_images.copy(), codebook.copy(), size=1, stride=stride)
histograms = encode(stride=1)  # of images (2, 2, 3, 3)
expected = [[0, 3 / 6, 2 / 6, 1 / 6, 0], [0, 0, 1 / 6, 5 / 6, 0]]
checks.true(histograms is not None, NO_RESULT)
checks.close(histograms, expected, "the histograms of two images of six pixels", mistakes=known.histograms(expected, (2, 3), codebook, encode),
             hint="Row i belongs to image i, column j to word j.")
checks.passed("encode_bag_of_words", "the words of small images are counted")
### BEGIN HIDDEN TESTS
def describe(patches, codebook):
    """The histograms of patches (N, rows, columns, D)."""
    rows = [of_image.reshape(-1, codebook.shape[1]) for of_image in patches]
    nearest = [[int(np.argmin(np.linalg.norm(codebook - x, axis=1))) for x in row] for row in rows]
    return np.array([[row.count(j) / len(row) for j in range(len(codebook))] for row in nearest])


cases = [(3, 8, 8, 3, 1, 5), (2, 12, 9, 4, 2, 7), (4, 7, 7, 2, 3, 3), (1, 6, 6, 6, 2, 2)]
for seed, (count, high, wide, size_of_it, step, k) in enumerate(cases, 101):
    rng = np.random.default_rng(seed)
    some_images = rng.integers(256, size=(count, high, wide, 3), dtype=np.uint8)
    codebook = rng.normal(size=(k, size_of_it * size_of_it * 3))
    patches = dense_patches(some_images, size_of_it, step)
    expected = describe(patches, codebook)
    encode = lambda stride: encode_bag_of_words(some_images.copy(), codebook.copy(), size=size_of_it, stride=stride)
    checks.close(
        encode(step),
        expected,
        f"the histograms of {count} random images, size={size_of_it}, stride={step}, k={k}",
        mistakes=known.histograms(
            expected,
            patches.shape[1:3],
            codebook,
            lambda stride: encode(step + 1),
            patches,
            np.lib.stride_tricks.sliding_window_view(some_images, (size_of_it, size_of_it), axis=(1, 2))[:, ::step, ::step],
            lambda patches: describe(patches, codebook),
        ),
        hint="The patches are those of dense_patches with this size and this stride, normalized as they are.",
    )
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_encode_bag_of_words_all_words", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · a column for every word · 1 point
gray = np.stack([np.full((8, 8, 3), 90, dtype=np.uint8), np.full((8, 8, 3), 200, dtype=np.uint8)])  # each patch is normalized to zeros
codebook = np.stack([np.full(108, 3.0), np.zeros(108), np.full(108, -2.0), np.zeros(108), np.ones(108)])
histograms = encode_bag_of_words(gray, codebook, size=6, stride=2)
checks.shape(histograms, (2, 5), "the histograms of two images with a codebook of 5 words",
             hint="A column for every word of the codebook, whether it occurs or not (see minlength of np.bincount).")
checks.close(shares(histograms), [[0, 1, 0, 0, 0]] * 2, "the histograms of two grey images",
             hint="All patches are zeros here. Words 1 and 3 are both zeros; of equally near words the first counts.")
checks.passed("encode_bag_of_words", "a column for every word")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(110)
some_images = rng.integers(256, size=(3, 10, 10, 3), dtype=np.uint8)
far_words = np.concatenate([np.zeros((1, 27)), rng.normal(size=(4, 27)) + 50])
histograms = encode_bag_of_words(some_images, far_words, size=3, stride=2)
checks.close(shares(histograms), [[1, 0, 0, 0, 0]] * 3, "the histograms of random images if all words but the first are far away")
histograms = encode_bag_of_words(some_images, rng.normal(size=(1, 27)), size=3, stride=2)
checks.close(shares(histograms), np.ones((3, 1)), "the histograms of a codebook of one word")
some_images, codebook = rng.integers(256, size=(3, 8, 8, 3), dtype=np.uint8), rng.normal(size=(4, 108))
of_uint8 = encode_bag_of_words(some_images.copy(), codebook.copy())
for kind in (np.uint8, np.float32, np.float64):
    given, words = some_images.astype(kind), codebook.astype(np.float32 if kind is np.float32 else np.float64)
    before, words_before = given.copy(), words.copy()
    what = f"images of dtype {np.dtype(kind).name}"
    checks.close(encode_bag_of_words(given, words), of_uint8, f"the histograms of {what}, against those of the same as uint8")
    checks.unchanged(given, before, f"{what} of encode_bag_of_words")
    checks.unchanged(words, words_before, "codebook of encode_bag_of_words")
patches = dense_patches(some_images, 6, 2).reshape(3, 4, 108)
nearest = [[int(np.argmin(np.linalg.norm(codebook - x, axis=1))) for x in of_image] for of_image in patches]
checks.resembles(of_uint8, [np.bincount(row, minlength=4) for row in nearest], "the histograms")
faint = rng.integers(100, 104, size=(40, 8, 8, 3), dtype=np.uint8)  # so little contrast that the units count
codebook = rng.normal(size=(12, 108)) / 3
of_floats, of_uint8 = (encode_bag_of_words(images, codebook) for images in (faint.astype(np.float32), faint))
checks.close(of_floats, of_uint8, "the histograms of faint images as float32, against uint8", hint="Floats are in 0..255, too.")
### END HIDDEN TESTS

# %% [markdown]
# Not every image is square, has three channels, or gets patches of 6 x 6. Here is a grey one of 12 x 20 pixels. The upper half has
# stripes across, the lower half stripes down.

# %% nbgrader={"grade": true, "grade_id": "test_encode_bag_of_words_geometry", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · other shapes · 2 points
rows, columns = np.indices((12, 20))
stripes = np.where(rows < 6, 200 * (rows % 2), 200 * (columns % 2))[None, :, :, None].astype(np.uint8)  # (1, 12, 20, 1)
codebook = np.array([[-1.0, -1.0, 1.0, 1.0], [-1.0, 1.0, -1.0, 1.0]])  # across, down
histograms = encode_bag_of_words(stripes, codebook, size=2, stride=2)
checks.close(shares(histograms), [[0.5, 0.5]], "the histogram of 12 x 20 pixels, half of them stripes across, half stripes down",
             hint="With size=2 and stride=2, dense_patches gives 6 rows and 10 columns of patches here.")
checks.passed("encode_bag_of_words", "images of other shapes, sizes and strides")
### BEGIN HIDDEN TESTS
def describe(patches, codebook):
    """The histograms of patches (N, rows, columns, D)."""
    rows = [of_image.reshape(-1, codebook.shape[1]) for of_image in patches]
    nearest = [[int(np.argmin(np.linalg.norm(codebook - x, axis=1))) for x in row] for row in rows]
    return np.array([[row.count(j) / len(row) for j in range(len(codebook))] for row in nearest])


rng = np.random.default_rng(120)
for what, (count, high, wide, channels), size_of_it, step in [
    ("one tall image", (1, 15, 7, 3), 3, 2),
    ("grey images", (3, 9, 11, 1), 4, 1),
    ("images of one patch", (2, 6, 6, 3), 6, 2),
    ("a large stride", (2, 16, 16, 3), 4, 5),
]:
    some_images = rng.integers(256, size=(count, high, wide, channels)).astype(np.float64)
    codebook = rng.normal(size=(6, size_of_it * size_of_it * channels))
    patches = dense_patches(some_images, size_of_it, step)
    expected = describe(patches, codebook)
    encode = lambda stride: shares(encode_bag_of_words(some_images.copy(), codebook.copy(), size=size_of_it, stride=stride))
    checks.close(
        encode(step),
        expected,
        f"the histograms of {what}",
        mistakes=known.histograms(
            expected,
            patches.shape[1:3],
            codebook,
            lambda stride: encode(step + 1),
            patches,
            np.lib.stride_tricks.sliding_window_view(some_images, (size_of_it, size_of_it), axis=(1, 2))[:, ::step, ::step],
            lambda patches: describe(patches, codebook),
        ),
        hint="The patches are those of dense_patches with the given size and stride.",
    )
# the size and the stride that an image of CIFAR-10 gets if nothing else is said
some_images, codebook = rng.integers(256, size=(2, 32, 32, 3), dtype=np.uint8), rng.normal(size=(9, 108))
histograms, told = encode_bag_of_words(some_images, codebook), encode_bag_of_words(some_images, codebook, size=6, stride=2)
checks.shape(histograms, (2, 9), "the histograms without size and stride")
checks.shape(told, (2, 9), "the histograms with size=6 and stride=2")
checks.true(np.allclose(histograms, told), known.OTHER_DEFAULTS)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_encode_bag_of_words_memory", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · memory · 2 points
rng = np.random.default_rng(130)
tiles = np.tile(rng.integers(256, size=(2, 2, 2, 3), dtype=np.uint8), (1, 6, 6, 1))  # two images, each with 16 equal patches
codebook, kinds = dense_patches(tiles, 6, 2)[:, 0, 0], rng.integers(2, size=850)
alone = encode_bag_of_words(tiles, codebook)
checks.shape(alone, (2, 2), "the histograms of two images, with two words")
histograms = checks.peak_memory(encode_bag_of_words, tiles[kinds], codebook, limit_mb=12, expected=np.eye(2)[kinds],
                                what="encode_bag_of_words of 850 images of 12 x 12 pixels",
                                hint="Are the patches of all images made at once? Work through the images in blocks of at most 100.")
checks.close(histograms, np.asarray(alone)[kinds], "the histograms of the 850 images, against those of two of them alone",
             hint="Is every block treated alike, also the last one, which may be smaller?")
checks.passed("encode_bag_of_words", "images are worked through in blocks")
### BEGIN HIDDEN TESTS
many, codebook = rng.integers(256, size=(250, 12, 12, 3), dtype=np.uint8), rng.normal(size=(15, 108))
for count in (99, 100, 101, 250):
    histograms = encode_bag_of_words(many[:count, :8, :8], codebook)
    checks.shape(histograms, (count, 15), f"the histograms of {count} images")
    for i in (0, count // 2, count - 1):
        alone = encode_bag_of_words(many[i : i + 1, :8, :8], codebook)
        checks.shape(alone, (1, 15), "the histograms of one image")
        checks.close(
            np.asarray(histograms)[i],
            np.asarray(alone)[0],
            f"the histogram of image {i} of {count}, against that of the image alone",
            hint="Is every block treated alike, also the last one, which may be smaller?",
        )
tiled = np.tile(rng.integers(256, size=(15, 2, 2, 3), dtype=np.uint8), (1, 6, 6, 1))
codebook, kinds = dense_patches(tiled, 6, 2)[:, 0, 0], rng.integers(15, size=850)
block = dense_patches(tiled[kinds[:100]], 6, 2).reshape(-1, 108)
own_memory = 0
try:
    checks.peak_memory(assign_to_words, block, codebook, limit_mb=8, what="assign_to_words", expected=np.repeat(kinds[:100], 16))
except checks.CheckFailed:
    own_memory = 40  # an assign_to_words that needs too much memory has lost its points above
histograms = checks.peak_memory(encode_bag_of_words, tiled[kinds], codebook, limit_mb=12 + own_memory, expected=np.eye(15)[kinds],
                                what="encode_bag_of_words of 850 images with 15 words", hint="Work through the images in blocks of at most 100.")
### END HIDDEN TESTS

# %% [markdown]
# What is left of an image when each patch is replaced by its word? The second row is made of words only: each patch is drawn as its
# word, with the mean and the contrast of the patch put back, and where patches overlap you see the mean of them. The last row shows
# *which* words: each number has a colour.

# %% nbgrader={"grade": false, "grade_id": "demo_word_map", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
shown = np.array([np.flatnonzero(images.y_test == label)[0] for label in range(8)])
all_patches = dense_patches(images.X_test[shown].astype(np.float32), size, stride)  # (8, 14, 14, 108)


def redrawn(image, map_of_words, codebook):
    """The image made of its words, with the mean and the contrast of each patch put back."""
    total, count = np.zeros((32, 32, 3)), np.zeros((32, 32, 1))
    for (row, column), word in np.ndenumerate(map_of_words):
        place = np.s_[row * stride : row * stride + size, column * stride : column * stride + size]
        patch = image[place].astype(float)
        total[place] += codebook[word].reshape(size, size, 3) * np.sqrt(patch.var() + 10) + patch.mean()
        count[place] += 1
    return np.clip(total / count, 0, 255).astype(np.uint8)


def show_redrawn(codebook):
    """A test image of each of eight classes, the same made of words, and which words these are."""
    word_maps = assign_to_words(all_patches.reshape(-1, 108), codebook).reshape(8, 14, 14)
    spread = plt.colormaps["nipy_spectral"](np.linspace(0.02, 0.98, len(codebook)))[:, :3]
    palette = np.random.default_rng(3).permutation(spread)
    _, axes = plt.subplots(3, 8, figsize=(12, 4.9))
    for column, (index, map_of_words) in enumerate(zip(shown, word_maps)):
        image = images.X_test[index]
        for ax, picture in zip(axes[:, column], (image, redrawn(image, map_of_words, codebook), palette[map_of_words])):
            ax.imshow(picture, interpolation="nearest")
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_visible(False)
        axes[0, column].set_title(images.class_names[images.y_test[index]], fontsize=10)
    for ax, text in zip(axes[:, 0], ("image", f"made of {len(codebook)} words", "word map")):
        ax.set_ylabel(text)


show_redrawn(needs(visual_words, "build_codebook"))

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): how many words does it take to recognize an image?
k = 5  # try 2, 20 and 200
few_words = build_codebook(training_patches[:5000], k, np.random.default_rng(0), max_iters=10)
show_redrawn(few_words)

# %% [markdown]
# The redrawn images are blurred, but you can recognize them: 196 words say much of what an image shows. Areas that look alike have
# the same word, as you can see best where there is sky, water or a smooth shape. The histogram forgets the map and keeps the counts. Here they are for all images:

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
# ## Features of one size
#
# Side by side, these features are of very different size. Here is the standard deviation of each of the 544:

# %% nbgrader={"grade": false, "grade_id": "demo_deviations", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
deviations = needs(features.get("all three"), "encode_bag_of_words")["training"].std(axis=0)
fig, ax = plt.subplots(figsize=(9, 3), layout="constrained")
starts = np.cumsum([0] + [features[name]["training"].shape[1] for name in ("colours", "HOG", "bag of words")])
for name, color, begin, end in zip(
    ("colours", "HOG", "bag of words"), (vis.BLUE, vis.ORANGE, vis.GREEN), starts, starts[1:]
):
    ax.semilogy(np.arange(begin, end), np.maximum(deviations[begin:end], 1e-6), ".", color=color, label=name)
ax.set(xlabel="number of the feature", ylabel="standard deviation")
ax.legend();

# %% [markdown]
# ### Exercise 4: `standardize_features` · 5 points
#
# A step of gradient descent changes a weight in proportion to its feature. So the weights of large features learn, and those of small features
# hardly move. The cure is to **standardize**: subtract from every feature its mean, and divide by its standard deviation. By hand: the values 0 and 4
# have mean 2 and deviation 2, and become −1 and 1.
#
# **The statistics are those of the training set**, for all sets. Mean and deviation are parameters, learned from data like any others.
# If they come from test images, the test set has leaked into the training.
#
# **A feature may be constant in the training set**, such as a word that never occurs. Its deviation is 0. Such a feature is only
# *centred*: its mean is subtracted. Adding a tiny number to the deviation instead is no way out. A new image with a trace of that
# colour, 0.01 say, would get the feature $0.01 / 10^{-8}$, a million, which drowns all others. And beware of rounding: for the computer,
# the deviation of the numbers 0.1, 0.1, 0.1 is not 0, but about $10^{-17}$.


# %% nbgrader={"grade": false, "grade_id": "standardize_features", "locked": false, "schema_version": 3, "solution": true, "task": false}
def standardize_features(F_train, *others):
    """Standardize the features of all sets with the mean and the standard deviation of the training set.

    Parameters: F_train (N, F), floats or integers, a row of features per training example; others, any number of arrays
        (M, F), the features of other examples, where M may differ from set to set. They stay as they are.
    Returns: a tuple (F_train, *others) of as many arrays, in the same order and of the same shapes. float32 stays
        float32, integers become float64.

    Approach
        1. mean and deviation of each feature over the *training* examples (the root of the mean squared difference)
        2. which features have the same value in all training examples? These are not divided, in no set
        3. subtract and divide, in every set

    Example
        F_train = [[0.0], [4.0]], another set [[6.0]]: returns [[-1.0], [1.0]] and [[2.0]].
    """
    ### BEGIN SOLUTION
    mean = F_train.mean(axis=0)  # (F,)
    constant = F_train.max(axis=0) == F_train.min(axis=0)  # exact, unlike a comparison of the deviation with 0
    deviation = np.where(constant, 1, F_train.std(axis=0)).astype(mean.dtype)
    return tuple((F - mean) / deviation for F in (F_train, *others))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_standardize_features_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · values · 2 points
F_train = np.array([[1.0, 10.0], [3.0, 10.0], [5.0, 70.0]])
(F_new,) = standardized(standardize_features, F_train)
first, second = np.sqrt(8 / 3), np.sqrt(800)  # the deviations of 1, 3, 5 and of 10, 10, 70
expected = [[-2 / first, -20 / second], [0, -20 / second], [2 / first, 40 / second]]
checks.close(F_new, expected, "three standardized training examples with two features",
             mistakes=known.standardized(F_train, F_train),
             hint="Of the first feature, 1, 3 and 5, the mean is 3 and the deviation sqrt((4 + 0 + 4) / 3) = 1.633.")
checks.passed("standardize_features", "the training features have mean 0 and deviation 1")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(151)
F_train = rng.normal(size=(40, 6)) * [0.05, 1.0, 50.0, 3e3, 0.2, 0.02] + [0.0, 5.0, -7.0, 1e3, 0.1, 3.0]
(F_new,) = standardized(standardize_features, F_train)
expected = (F_train - F_train.mean(axis=0)) / F_train.std(axis=0)
checks.close(F_new, expected, "40 standardized training examples with six features of very different size", rtol=1e-5,
             mistakes=known.standardized(F_train, F_train))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_standardize_features_others", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · statistics · 2 points
F_train, F_val, F_test = np.array([[0.0], [4.0]]), np.array([[2.0], [6.0], [16.0]]), np.array([[5.0], [11.0]])
(alone,) = standardized(standardize_features, F_train)
F_new, *others = standardized(standardize_features, F_train, F_val, F_test)
checks.close(F_new, alone, "the training features, with and without other sets",
             mistakes=known.standardized(F_train, F_train, F_val, F_test))
for name, F, F_other in (("validation", F_val, others[0]), ("test", F_test, others[1])):
    checks.close(F_other, by_training(F_train, F_new, F), f"the standardized {name} features",
                 mistakes=known.standardized(F, F_train, F_val, F_test),
                 hint="The training features are 0 and 4: mean 2, deviation 2. These are used for all sets.")
checks.passed("standardize_features", "all sets use the statistics of the training set")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(161)
sizes = ((20, 3.0), (1, -4.0), (7, 40.0), (33, 3.0))
F_train, *sets = (rng.normal(size=(count, 5)) * np.arange(1, 6) + shift for count, shift in sizes)
(alone,) = standardized(standardize_features, F_train)
F_new, *others = standardized(standardize_features, F_train, *sets)
checks.close(F_new, alone, "the standardized training features, which do not depend on the other sets",
             mistakes=known.standardized(F_train, F_train, *sets))
for number, (F, F_other) in enumerate(zip(sets, others)):
    checks.close(F_other, by_training(F_train, F_new, F), f"the standardized features others[{number}] of 3 sets", rtol=1e-4,
                 mistakes=known.standardized(F, F_train, *sets))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_standardize_features_constant", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · constant features · 1 point
F_train, F_test = np.array([[0.1, 0.0], [0.1, 0.0], [0.1, 0.0]]), np.array([[0.3, 0.01], [0.5, 0.0]])
F_new, F_other = standardized(standardize_features, F_train, F_test)
checks.close(F_new, np.zeros((3, 2)), "the constant features of the training examples",
             mistakes=known.standardized(F_train, F_train), hint="Is 1.4e-17, the deviation of the column 0.1, 0.1, 0.1, taken for 0?")
checks.close(F_other, [[0.2, 0.01], [0.4, 0.0]], "two test examples with features that are constant in the training set",
             mistakes=known.standardized(F_test, F_train), hint="Subtract the mean 0.1 and do not divide: 0.3 becomes 0.2.")
checks.passed("standardize_features", "constant features are only centred")
### BEGIN HIDDEN TESTS
for count in (1, 6, 10, 11):
    F_train = np.full((count, 3), [0.7, 1e6 + 0.1, 0.0])
    F_new, F_other = standardized(standardize_features, F_train, F_train[:1] + 0.5)
    checks.close(F_new, np.zeros((count, 3)), f"constant features of {count} training examples", atol=1e-6)
    what = f"an example with other values than the constant features of {count} training examples"
    checks.close(F_other, np.full((1, 3), 0.5), what, atol=1e-6, mistakes=known.standardized(F_train[:1] + 0.5, F_train))
for F_train in ([[1e-7], [3e-7]], [[1000.0], [1000.008]]):
    (F_new,) = standardized(standardize_features, np.array(F_train))
    checks.true(np.ptp(F_new) > 0.5, known.SMALL_TAKEN_FOR_CONSTANT)
# dtypes and arguments
F_train, F_test = np.array([[1, 8], [3, 4]]), np.array([[2, 2]])
for kind, dtype in ((np.int64, np.float64), (np.uint8, np.float64), (np.float64, np.float64), (np.float32, np.float32)):
    train, test = np.asfortranarray(F_train.astype(kind)), F_test.astype(kind)
    before, test_before = train.copy(), test.copy()
    F_new, F_other = checks.unpack(standardize_features(train, test), "F_train, F_test")
    name = np.dtype(kind).name
    checks.unchanged(train, before, f"F_train of standardize_features, {name}")
    checks.unchanged(test, test_before, f"the other features of standardize_features, {name}")
    checks.resembles(F_new, [[-1, 1], [1, -1]], f"the standardized features 1, 3 and 8, 4 of dtype {name}", given=(train,))
    checks.dtype(F_new, dtype, f"training features of dtype {name}, standardized", hint="float32 in, float32 out: it is half the memory.")
    checks.dtype(F_other, dtype, f"other features of dtype {name}, standardized")
### END HIDDEN TESTS

# %% [markdown]
# **Question 3** · 2 points. A student standardizes *all* images, training, validation and test, with the mean and deviation of all of them
# together, and then trains and tests as usual. No test label is used. (1) What is wrong with this as an estimate of how the classifier
# does on new images? (2) The program then runs in a shop, where one photograph at a time comes in. What goes wrong there with
# "standardize with the statistics of the images at hand", and what has to be stored along with the weights?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_leak", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# (1) Mean and deviation are learned from the test images, so the test images are no longer new: the features are fitted to them. The
# estimate may be too good (little with many images that are alike, much with few test images or if they are from another source, where
# subtracting their mean hides the shift that would hurt). That it uses no labels makes it no better.
#
# (2) A single photograph has no deviation (0/0) and is its own mean: all features would be 0. Mean and deviation of the *training*
# features have to be stored with the weights (as well as the codebook).
#
# Scheme
# - [1] statistics of test images are information about them, so the estimate is not that for new images
# - [1] a single image has no statistics of its own; the training mean and deviation are part of the model
# ### END SOLUTION

# %% [markdown]
# ## Linear classifiers on features
#
# This is the softmax classifier that you know, trained by stochastic gradient descent on minibatches for a few **epochs** (passes over the
# training set). First: does standardizing matter? The same classifier, the same learning rate:


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
    for name, each in (("as they are", sets), ("standardized", standard))
}
for name, solver in runs.items():
    print(f"{name}: validation accuracy {solver.best_val_acc:.1%}")
vis.loss_curve(
    {name: solver.loss_history for name, solver in runs.items()}, reference=(np.log(10), "guessing: log 10")
);

# %% [markdown]
# Now a classifier for each description, and for the raw pixels, too, all standardized. (The more features there are, the more the scores
# change in one step, so the learning rate is divided by their number.) Choices are made with the validation set. The test set only
# tells the result.


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
# Which words speak for a class? For each class you see the eight words with the largest weights in the classifier that sees only the bag of
# words. The last two columns have the two words that speak most strongly against it.

# %% nbgrader={"grade": false, "grade_id": "demo_words_of_classes", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
weights = needs(linear_solvers.get("bag of words"), "encode_bag_of_words").model.params["W"]  # (200, 10)
fig, axes = plt.subplots(10, 10, figsize=(7.5, 7.5))
for label in range(10):
    order = np.argsort(-weights[:, label])
    for ax, word in zip(axes[label], [*order[:8], *order[-2:]]):
        ax.imshow(as_colors(visual_words[word]), interpolation="nearest")
        ax.set(xticks=[], yticks=[])
        for spine in ax.spines.values():
            spine.set(color=vis.GREEN if weights[word, label] > 0 else vis.RED, linewidth=2, visible=True)
    axes[label, 0].set_ylabel(images.class_names[label], rotation=0, ha="right", va="center");

# %% [markdown]
# ## Your two-layer net on features
#
# The next cell takes `init_two_layer_net` and `two_layer_loss` out of your notebook `two_layer_net.ipynb`, as you last *saved* it, and
# trains the net on each of the five inputs. If they are not finished yet, the cell says what is missing. Come back later.


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
# All of it in one picture. With CIFAR-10 expect about 60% for the linear classifier on all three descriptions and about 67% for the
# net, with shapes10 about 63% and 76%.

# %% nbgrader={"grade": false, "grade_id": "demo_bars", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
needs(linear_test or None, "standardize_features")
fig, ax = plt.subplots(figsize=(9, 4), layout="constrained")
rows = np.arange(len(linear_test))
for results, offset, color, name in (
    (linear_test, -0.2 if net_test else 0, vis.BLUE, "linear"),
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
# Together the three descriptions, 544 numbers, beat the 3,072 pixels by far, although every one of these numbers was *computed from*
# the pixels. Nothing was added. What helps is what was thrown away, and how the rest was arranged. With shapes10 the net
# gains most on the colours: there, a *combination* of the hues of shape and background tells a class. A linear classifier adds up
# what each hue says by itself; a hidden unit, with its **nonlinearity**, can notice that two occur together.
#
# Finally the mistakes of the best classifier on the test set. Each row has images that were wrongly *taken for* that class, with what
# they are. Can you see why, from what the three descriptions know?

# %% nbgrader={"grade": false, "grade_id": "demo_mistakes", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
best = needs(net_solvers.get("all three", linear_solvers.get("all three")), "standardize_features")
standard = dict(zip(parts, standardize_features(*(features["all three"][part] for part in parts))))
predicted = np.argmax(best.model.loss(standard["test"]), axis=1)
print(f"test accuracy {np.mean(predicted == labels['test']):.1%}")
vis.misclassified_images(images.X_test, labels["test"], predicted, images.class_names);

# %% [markdown]
# ## Summary
#
# - Features keep what matters and drop what does not: colours without places, edges without colours, patterns without places.
# - k-means: assign, move, repeat. It never gets worse, but it can get stuck. Give words without patches a new place, and start more than once.
# - A bag of words counts which typical patches an image is made of. The dictionary comes from the images, without labels.
# - The nearest of many points is a matrix product, done in blocks that fit into memory.
# - Standardize with the statistics of the training set, and keep them: they are part of the model.
# - The same simple classifiers go much further on good features. The rest of the course lets nets *learn* the features.
#
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"assign_to_words": 4, "build_codebook": 6, "encode_bag_of_words": 4, "standardize_features": 3})
