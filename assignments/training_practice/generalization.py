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
# # From training images to new images: augmentation, averages, transfer
#
# A net that is large enough memorizes its training images. What counts is how well it does on images that it has never seen: how well it
# **generalizes**. More labelled images would help most, but they are expensive. This notebook is about what helps when there are few.
#
# **You will learn**
#
# - to make more of the images that you have: **data augmentation** by squares, colours and deformation;
# - to train with **soft targets**, and to blend images with their labels: mixup and CutMix;
# - to average predictions, of several nets or of several views of an image, and to average weights;
# - to teach a small net what a large one knows: **distillation**;
# - to start from the weights of another task: **transfer learning**, with frozen and fine-tuned layers;
# - to learn from images without labels: rotations and the **contrastive loss**.
#
# **Time**: about six hours of work. The cells themselves run in about two minutes.
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that come with the course; both are
# shrunk to 16x16 pixels. The checks use small random arrays, not the images.
#
# *Lecture: "Training neural networks", regularization and transfer learning · Papers: Zhang et al., "mixup: beyond empirical risk minimization"
# (2018); Hinton et al., "Distilling the knowledge in a neural network" (2015); Chen et al., "A simple framework for contrastive learning of visual
# representations" (2020).*

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import os
import sys
from functools import partial

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from cs231n_lib import checks, data, mistakes, vis
from cs231n_lib.data.augmentation import (color_jitter, compose, gaussian_blur, gaussian_noise, principal_colors, random_crop,
                                          random_horizontal_flip, random_rotation, sample_bilinear)
from cs231n_lib.layers import softmax_loss
from cs231n_lib.models import ConvNet
from cs231n_lib.notebooks import errors
from cs231n_lib.optim import adam, adamw, schedules, sgd, sgd_momentum
from cs231n_lib.solver import Solver

errors.explain()
plt.rcParams.update(vis.STYLE)
known = mistakes.generalization


def probabilities(scores):
    """The softmax of each row of scores (N, C)."""
    powers = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    return powers / np.sum(powers, axis=1, keepdims=True)


def images_of(result, X, what="the images"):
    """An augmented batch as float64, after a look whether it has the shape of X and finite numbers."""
    checks.shape(result, X.shape, what)
    checks.finite(result, what)
    return np.asarray(result, dtype=float)


def images_and_targets(result, X, T):
    """The pair (images, targets) that an augmentation returned, after a look at the shapes."""
    mixed, targets = checks.unpack(result, "X, T")
    return images_of(mixed, X), images_of(targets, T, "the targets")


def loss_and_gradient(result, scores):
    """The pair (loss, gradient) that a loss function returned, after a look at the shapes."""
    loss, gradient = checks.unpack(result, "loss, gradient")
    checks.shape(loss, (), "the loss (one number)")
    checks.shape(gradient, np.shape(scores), "the gradient (the shape of the first argument)")
    return loss, gradient


def numbered(N, channels, height, width):
    """N images: all pixels of image i are i + 1, so that a pixel tells where it comes from."""
    return np.arange(1.0, N + 1)[:, None, None, None] * np.ones((channels, height, width))


def sides(inside):
    """Numbers of rows and of columns (N,) in which each of the masks (N, H, W) has something, after a look whether these are boxes."""
    rows, columns = inside.any(axis=2).sum(axis=1), inside.any(axis=1).sum(axis=1)
    checks.true(np.array_equal(inside.sum(axis=(1, 2)), rows * columns), known.NO_BOX)
    return rows, columns


def places(N, height, width):
    """N images of two channels: each pixel holds the number of its row, and of its column."""
    return np.tile(np.stack(np.mgrid[:height, :width]).astype(float), (N, 1, 1, 1))


def copies(arrays):
    """Copies of a dict of arrays, so that a change of an argument costs points only where that is checked."""
    return {name: np.array(value) for name, value in arrays.items()}


def arrays_of(result, names, what):
    """A dict of arrays that was returned, after a look whether it has these names."""
    checks.true(isinstance(result, dict), f"{what} should be a dict of arrays.")
    checks.equal(dict.fromkeys(result), dict.fromkeys(names), f"the names in {what}")
    return result


def params_and_configs(result, names):
    """The pair (params, configs) that frozen_step returned, after a look at the names."""
    params, configs = checks.unpack(result, "params, configs")
    return arrays_of(params, names, "params"), arrays_of(configs, names, "configs")


# %% [markdown]
# ## The images
#
# A thousand training images are enough for a small convolutional net to memorize, but not to learn from.

# %% nbgrader={"grade": false, "grade_id": "load_data", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
images = data.load()
print(images)
parts = data.solver_data(images)
for name in ("X_train", "X_val", "X_test"):
    whole = parts[name] / 64
    parts[name] = whole.reshape(len(whole), 3, 16, 2, 16, 2).mean(axis=(3, 5)).astype(np.float32)  # means of 2x2 pixels
X_train, y_train, X_val, y_val = (parts[name] for name in ("X_train", "y_train", "X_val", "y_val"))
X_test, y_test = parts["X_test"][:2000], parts["y_test"][:2000]
mean_image = (images.X_train.mean(axis=0) / 64).transpose(2, 0, 1).reshape(3, 16, 2, 16, 2).mean(axis=(2, 4))


def show(batch, titles=None, columns=8, size=1.2):
    """Draw centred images (N, 3, 16, 16)."""
    pixels = np.clip(64 * (np.asarray(batch) + mean_image), 0, 255).astype(np.uint8)
    return vis.show_images(pixels.transpose(0, 2, 3, 1), titles=titles, columns=columns, size=size)


show(X_train[:16], titles=[images.class_names[label] for label in y_train[:16]]);

# %% nbgrader={"grade": false, "grade_id": "demo_memorize", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def take(net, arrays):
    """Give a net these arrays: its params, and the running averages of its batch normalization."""
    net.params = {name: np.array(arrays[name]) for name in net.params}
    net.load_state({name: value for name, value in arrays.items() if name not in net.params})


def fit(seed=0, blocks=((16,), (32,), (64,)), num_images=1000, num_classes=10, loss_function=None, X=None, y=None, learning_rate=2e-3,
        schedule=schedules.cosine(400), **options):
    """Train a small convnet for 400 steps of 50 images, and return it with its last weights, and the Solver."""
    X, y = (X_train, y_train) if X is None else (X, y)
    net = ConvNet((3, 16, 16), blocks, num_classes=num_classes, seed=seed)
    net.loss_function = loss_function
    part = {"X_train": X[:num_images], "y_train": y[:num_images], "X_val": X_val[:500], "y_val": y_val[:500]}
    solver = Solver(net, part, "adam", {"learning_rate": learning_rate}, batch_size=50, num_epochs=20_000 // num_images,
                    schedule=schedule, num_train_samples=200, verbose=False, rng=seed, **options)
    solver.train()
    params, state = solver.latest()
    take(net, params | state)
    return net, solver


def scores_of(net, X):
    """The scores of all images, 500 at a time."""
    return np.concatenate([net.loss(X[i : i + 500]) for i in range(0, len(X), 500)])


def accuracy(scores, y):
    return np.mean(np.argmax(scores, axis=1) == y)


plain, plain_solver = fit()
print(f"accuracy on the training images {accuracy(scores_of(plain, X_train[:1000]), y_train[:1000]):.1%}, "
      f"on new images {accuracy(scores_of(plain, X_test), y_test):.1%}")
vis.training_curves(plain_solver);

# %% [markdown]
# The gap between the two curves is **overfitting**. Nearly everything that closes it has the same pattern: *add randomness in training, average it
# out at test time*. Dropout and batch normalization follow it, and so do DropConnect, fractional max pooling (random pooling windows; Graham, 2014)
# and stochastic depth (some layers of a very deep net are skipped in each step; Huang et al., 2016). The simplest randomness is that of the images.
#
# ## Changing images
#
# **Data augmentation** shows the net a different version of each image in every epoch. The label stays the same, so the change must not touch what the
# label depends on. The library has the common changes:

# %% nbgrader={"grade": false, "grade_id": "picture_augmentations", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
eight_times = np.repeat(X_train[7:8], 8, axis=0)
changes = {"flip": random_horizontal_flip, "crop": partial(random_crop, padding=3), "rotation": partial(random_rotation, degrees=30),
           "colours": partial(color_jitter, brightness=0.5, contrast=0.5, saturation=0.5), "noise": partial(gaussian_noise, std=0.2),
           "blur": partial(gaussian_blur, sigma=1.5)}
shown = [image for number, change in enumerate(changes.values()) for image in change(eight_times, rng=number)]
show(shown, titles=[name if k == 0 else "" for name in changes for k in range(8)]);

# %% [markdown]
# You will write three more: one that hides a part of the image, one that shifts its colours, and one that bends it. All three draw new random numbers
# for **each image** of the batch. The images are centred, so 0 is the mean.
#
# ### Exercise 1: `cutout` · 2 points
#
# **Cutout** (DeVries and Taylor, 2017) hides a square of the image behind the mean value. So the net cannot rely on one part of an object.
# The centre of the square is any pixel of the image, all with the same probability. At the edges a part of the square lies outside, and is cut off.
#
# By hand: in an image of 5x5 pixels, a square of size 3 around pixel (0, 2) covers rows 0 and 1 (row −1 is cut off), and columns 1, 2, 3.

# %% nbgrader={"grade": false, "grade_id": "cutout", "locked": false, "schema_version": 3, "solution": true, "task": false}
def cutout(X, size, rng):
    """Hide a random square of each image.

    Parameters: X (N, C, H, W) centred images; size, the side of the square in pixels, a whole number; rng, np.random.Generator, the
        only source of random numbers.
    Returns: new images (N, C, H, W). The square is 0 in all channels, everything else is as in X. A square of even size may begin one
        pixel earlier or later.

    Approach
        1. for each image, draw the row and the column of the centre
        2. from there, find the first and last row and column; which of them lie outside?
        3. change a copy of X
    """
    ### BEGIN SOLUTION
    hidden = np.array(X)
    for image in hidden:
        row, column = rng.integers(X.shape[2]), rng.integers(X.shape[3])
        top, left = row - size // 2, column - size // 2
        image[:, max(top, 0) : top + size, max(left, 0) : left + size] = 0  # a slice ends at the edge by itself
    return hidden
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_cutout_square", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · square · 1 point
X = 1 + np.random.default_rng(0).random((60, 3, 7, 9))  # no pixel is 0
hidden = images_of(cutout(X.copy(), 3, np.random.default_rng(1)), X)
gone = hidden == 0
checks.close(hidden[~gone], X[~gone], "the pixels outside the square")
checks.true((gone == gone[:, :1]).all(), known.CHANNELS_DIFFER)
rows, columns = sides(gone[:, 0])
checks.true(rows.min() >= 2 and rows.max() <= 3 and columns.min() >= 2 and columns.max() <= 3, known.square_size(rows, columns, 3))
checks.passed("cutout", "each image has a square of zeros")
### BEGIN HIDDEN TESTS
for seed, size, smallest in ((2, 5, 3), (3, 1, 1), (4, 4, 2)):
    gone = images_of(cutout(X.copy(), size, np.random.default_rng(seed)), X) == 0
    rows, columns = sides(gone[:, 0])
    checks.true(min(rows.min(), columns.min()) >= smallest and max(rows.max(), columns.max()) == size, known.square_size(rows, columns, size))
checks.true((images_of(cutout(X.copy(), 20, np.random.default_rng(5)), X) == 0).all(), "A square of size 20 covers an image of 7x9 pixels wherever it is.")
checks.close(cutout(X.copy(), 0, np.random.default_rng(6)), X, "the images for size 0")
_, (given, _, _) = checks.call(cutout, X.copy(), 3, np.random.default_rng(7))
checks.unchanged(given, X, "X")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_cutout_places", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · places · 1 point
X = np.ones((900, 1, 8, 8))
gone = images_of(cutout(X.copy(), 3, np.random.default_rng(10)), X)[:, 0] == 0
checks.true(not (gone == gone[:1]).all(), known.ONE_PLACE)
rows, columns = sides(gone)
checks.true(rows.min() < 3 and columns.min() < 3, known.INSIDE_ONLY)
cut_off = np.mean(rows < 3)  # by centres in two of eight rows
checks.true(0.17 < cut_off < 0.33, f"{cut_off:.0%} of the squares are cut off above or below; it should be about 25%.")
checks.passed("cutout", "every pixel can be the centre")
### BEGIN HIDDEN TESTS
checks.true(0.17 < np.mean(columns < 3) < 0.33, "The share of squares that are cut off left or right should be about 25%.")
checks.true(abs(np.corrcoef(gone.any(axis=2).argmax(axis=1), gone.any(axis=1).argmax(axis=1))[0, 1]) < 0.17, known.ON_THE_DIAGONAL)
for axis in (1, 2):
    covered = gone.any(axis=axis).mean(axis=0)  # how often each column or row is hit: 2/8 at the edges, 3/8 inside
    checks.close(covered, [0.25, *[0.375] * 6, 0.25], "how often the squares cover each row or column", rtol=0, atol=0.09)
wide = images_of(cutout(np.ones((400, 1, 4, 40)), 1, np.random.default_rng(11)), np.ones((400, 1, 4, 40)))[:, 0] == 0
checks.true(wide[:, :, 20:].any(axis=(1, 2)).mean() > 0.35 and wide[:, 2:].any(axis=(1, 2)).mean() > 0.35, "In wide images the squares are not everywhere.")
same, other = (images_of(cutout(X[:50].copy(), 3, np.random.default_rng(seed)), X[:50])[:, 0] == 0 for seed in (10, 12))
again = images_of(cutout(X[:50].copy(), 3, np.random.default_rng(10)), X[:50])[:, 0] == 0
checks.true(np.array_equal(same, again) and not np.array_equal(same, other), known.NOT_FROM_RNG)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 2: `pca_color` · 2 points
#
# The light changes, the object does not. In photographs the colours of all pixels vary mostly along a few directions, the **principal components** of
# colour: from dark to bright, from blue to yellow. AlexNet shifts *all pixels of an image by the same* random colour along these directions:
#
# $$ \mathrm{shift} = a_1\, c_1 + a_2\, c_2 + a_3\, c_3, \qquad a_k \sim \mathcal N(0, \mathrm{scale}^2), $$
#
# where $c_k$ is component $k$, a row of `components`, as long as one standard deviation of the colours along it.
#
# By hand: with $c_1$ = (2, 2, 2) and the other components 0, $a_1$ = −0.5 makes the image darker by 1 in all three channels.
#
# *Paper: Krizhevsky et al., "ImageNet classification with deep convolutional neural networks" (2012), section 4.1.*

# %% nbgrader={"grade": false, "grade_id": "pca_color", "locked": false, "schema_version": 3, "solution": true, "task": false}
def pca_color(X, components, scale, rng):
    """Shift the colour of each image by a random amount along the principal components of colour.

    Parameters: X (N, 3, H, W) images; components (3, 3), one component in each row; scale, the standard deviation of the factors;
        rng, np.random.Generator, the only source of random numbers.
    Returns: new images (N, 3, H, W).

    Approach
        1. draw three factors for each image
        2. the shifts are a matrix product; what is its shape?
        3. add to every pixel of an image the shift of that image
    """
    ### BEGIN SOLUTION
    factors = rng.normal(0, scale, size=(len(X), 3))
    colour = factors @ components  # (N, 3)
    return X + colour.reshape(len(X), 3, 1, 1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_pca_color_shift", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · one shift for each image · 1 point
X = np.random.default_rng(20).normal(size=(6, 3, 4, 5))
components = np.array([[3.0, 3.0, 3.0], [1.0, 0.0, -1.0], [0.2, -0.4, 0.2]])
shift = images_of(pca_color(X.copy(), components, 0.5, np.random.default_rng(21)), X) - X
checks.true(np.abs(shift).max() > 1e-3, "No image has changed.")
checks.true(np.allclose(shift, shift[:, :, :1, :1]), known.PIXELS_DIFFER)
checks.true(not np.allclose(shift, shift[:1]), known.ONE_SHIFT)
checks.passed("pca_color", "all pixels of an image are shifted alike")
### BEGIN HIDDEN TESTS
checks.true(not np.allclose(shift, shift[:, :1]), "The three channels are shifted by the same amount, whatever the components are.")
checks.close(pca_color(X.copy(), components, 0.0, np.random.default_rng(22)), X, "the images for scale 0")
for place, direction in enumerate(components):
    alone = np.zeros((3, 3))
    alone[place] = direction
    shift = (images_of(pca_color(X.copy(), alone, 0.5, np.random.default_rng(23)), X) - X)[:, :, 0, 0]
    along = shift @ direction / (direction @ direction)
    checks.close(shift, np.outer(along, direction), f"the shifts if only component {place} is not 0", mistakes=known.color_shifts(shift, alone))
_, (given, *_) = checks.call(pca_color, X.copy(), components, 0.5, np.random.default_rng(24))
checks.unchanged(given, X, "X")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_pca_color_spread", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · sizes of the shifts · 1 point
components = np.array([[3.0, 3.0, 3.0], [1.0, 0.0, -1.0], [0.2, -0.4, 0.2]])
X = np.zeros((4000, 3, 1, 1))
shift = images_of(pca_color(X.copy(), components, 0.5, np.random.default_rng(25)), X)[:, :, 0, 0]
factors = shift @ np.linalg.inv(components)  # of 4,000 images, so that their deviations are known to about 1%
for k, spread in enumerate(factors.std(axis=0)):
    checks.true(abs(spread / 0.5 - 1) < 0.08, known.factor_spread(shift, components, 0.5) or
                f"The factors of component {k} have a standard deviation of {spread:.3g}, not 0.5.")
checks.passed("pca_color", "the factors have the standard deviation `scale`")
### BEGIN HIDDEN TESTS
checks.true(np.abs(factors.mean(axis=0)).max() < 0.05, "The mean of the factors is not near 0.")
checks.true(np.abs(np.corrcoef(factors.T) - np.eye(3)).max() < 0.1, known.ONE_FACTOR)
far = np.mean(np.abs(factors / 0.5) > 2)  # 4.6% of a normal distribution
checks.true(0.03 < far < 0.065, f"{far:.1%} of the factors are more than two standard deviations from 0; in a normal distribution it is 4.6%.")
one, same, other = (images_of(pca_color(X[:5].copy(), components, 0.5, np.random.default_rng(seed)), X[:5]) for seed in (26, 26, 27))
checks.true(np.allclose(one, same) and not np.allclose(one, other), known.NOT_FROM_RNG)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 3: `elastic_deform` · 4 points
#
# Bend the image as if it were printed on rubber. A random **field** of displacements says, for every pixel of the new image, how far away from its
# own place to read the old one. If every pixel had its own random displacement, the result would be noise. So draw displacements only at a few
# points, a grid, and **interpolate** between them:

# %% nbgrader={"grade": false, "grade_id": "picture_field", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
points = np.array([0, 5, 10, 15])
arrows = np.random.default_rng(6).normal(0, 1.0, size=(2, 4, 4))
fig, axes = plt.subplots(1, 3, figsize=(vis.WIDTH, 3.0), layout="constrained", sharey=True)
place = np.linspace(0, 3, 16)
down, right = (np.array([np.interp(place, range(4), row) for row in np.array([np.interp(place, range(4), column) for column in part.T]).T])
               for part in arrows)
rows, columns = np.mgrid[:16, :16]
axes[0].quiver(*np.meshgrid(points, points), arrows[1], arrows[0], angles="xy", scale_units="xy", scale=0.6, color=vis.RED)
axes[0].set_title("drawn at 4x4 points", fontsize=10)
axes[1].quiver(columns, rows, right, down, angles="xy", scale_units="xy", scale=0.9, color=vis.BLUE, width=0.004)
axes[1].set_title("interpolated", fontsize=10)
for k in range(16):
    axes[2].plot(columns[k] + right[k], rows[k] + down[k], color="grey", lw=0.9)
    axes[2].plot(columns[:, k] + right[:, k], rows[:, k] + down[:, k], color="grey", lw=0.9)
axes[2].set_title("where each pixel is read", fontsize=10)
for ax in axes:
    ax.set(xlim=(-3, 18), ylim=(18, -3), aspect="equal", xticks=[0, 5, 10, 15], yticks=[0, 5, 10, 15])

# %% [markdown]
# Reading between pixels is done by **bilinear interpolation**, a weighted mean of the four nearest pixels. `sample_bilinear(X, rows, columns)` does
# it: it reads the images X (N, C, H, W) at the places `rows` and `columns`, which broadcast to (N, H2, W2), and returns (N, C, H2, W2). Places
# outside count as the nearest pixel inside. It serves twice: a grid of displacements is a small "image" of two channels, and reading it at 16x16
# places enlarges it.
#
# By hand: with a grid of 2x2 points, three rows of pixels lie at rows 0, 0.5 and 1 of the grid. If the upper left point moves down by 4 and the
# others not at all, the pixel in the middle of the first row moves down by 2, and the one in the centre by 1.
#
# *Paper: Ronneberger et al., "U-Net: convolutional networks for biomedical image segmentation" (2015), section 3.1.*

# %% nbgrader={"grade": false, "grade_id": "elastic_deform", "locked": false, "schema_version": 3, "solution": true, "task": false}
def elastic_deform(X, grid, sigma, rng):
    """Bend each image by a smooth random field of displacements.

    Parameters: X (N, C, H, W) images; grid, at least 2: the displacements are drawn at grid x grid points, evenly spaced from the
        first to the last row and column of pixels; sigma, the standard deviation in pixels of the displacements at the points,
        normal random numbers, one along the rows and one along the columns; rng, np.random.Generator, the only source of random
        numbers.
    Returns: new images (N, C, H, W): pixel (i, j) is read at (i + down, j + right), with its displacement (down, right). All channels
        of an image are bent alike, and each image has a field of its own.

    Approach
        1. draw the displacements at the points; which shape makes them N images of two channels?
        2. enlarge them to H x W with sample_bilinear: where do the pixels lie between the points 0 .. grid - 1?
        3. read X at the displaced places
    """
    ### BEGIN SOLUTION
    N, _, H, W = X.shape
    drawn = rng.normal(0, sigma, size=(N, 2, grid, grid))
    field = sample_bilinear(drawn, np.linspace(0, grid - 1, H)[:, None], np.linspace(0, grid - 1, W)[None, :])  # (N, 2, H, W)
    return sample_bilinear(X, np.arange(H)[:, None] + field[:, 0], np.arange(W)[None, :] + field[:, 1])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_elastic_deform_fields", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · fields · 2 points
X = np.random.default_rng(30).normal(size=(3, 2, 12, 10))
checks.close(elastic_deform(X.copy(), 4, 0.0, np.random.default_rng(31)), X, "the images for sigma=0", mistakes=known.undeformed(X))
X = places(4, 41, 31)  # each pixel says where it was read
moved = (images_of(elastic_deform(X.copy(), 5, 0.7, np.random.default_rng(32)), X) - X)[:, :, 10:31, 8:23]  # far from the edges
checks.true(np.abs(moved).max() > 0.1, "No pixel has moved.")
checks.true(not np.allclose(moved, moved[:1]), known.ONE_FIELD)
checks.true(not np.allclose(moved[:, 0], moved[:, 1]), known.SAME_BOTH_WAYS)
checks.true(np.ptp(moved[0, 0]) > 0.05 and np.ptp(moved[0, 1]) > 0.05, known.MOVED_AS_A_WHOLE)
checks.true(np.abs(np.diff(moved, axis=2)).max() < 0.9 and np.abs(np.diff(moved, axis=3)).max() < 0.9, known.NOT_SMOOTH)
checks.passed("elastic_deform", "each image has a smooth field")
### BEGIN HIDDEN TESTS
both = np.concatenate([X, 2 * X + 1], axis=1)  # four channels that are bent alike
bent = images_of(elastic_deform(both.copy(), 3, 1.0, np.random.default_rng(33)), both)
checks.close(bent[:, 2:], 2 * bent[:, :2] + 1, "the third and fourth channel, which are twice the first two, plus 1")
small = np.random.default_rng(34).random((5, 3, 9, 6))
bent = images_of(elastic_deform(small.copy(), 2, 3.0, np.random.default_rng(35)), small)
checks.true(bent.min() >= small.min() - 1e-9 and bent.max() <= small.max() + 1e-9, "Some values are outside the range of the pixels.")
_, (given, *_) = checks.call(elastic_deform, small.copy(), 3, 1.0, np.random.default_rng(36))
checks.unchanged(given, small, "X")
checks.dtype(elastic_deform(small.astype(np.float32), 3, 1.0, np.random.default_rng(36)), np.floating, "the new images")
one, same, other = (images_of(elastic_deform(small.copy(), 3, 1.0, np.random.default_rng(seed)), small) for seed in (37, 37, 38))
checks.true(np.allclose(one, same) and not np.allclose(one, other), known.NOT_FROM_RNG)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_elastic_deform_points", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · points and interpolation · 2 points
X = places(150, 41, 41)  # with a grid of 5, the points are at rows and columns 0, 10, 20, 30, 40
moved = images_of(elastic_deform(X.copy(), 5, 1.2, np.random.default_rng(40)), X) - X
at_points = moved[:, :, 10:31:10, 10:31:10]
spread = at_points.std()  # of 2,700 numbers: known to about 1.5%
checks.true(abs(spread / 1.2 - 1) < 0.1, known.field_spread(at_points, 1.2) or f"The displacements at the points have a deviation of {spread:.3g}, not 1.2.")
checks.close(moved[:, :, 13, 20], 0.7 * moved[:, :, 10, 20] + 0.3 * moved[:, :, 20, 20], "the field three tenths of the way between two points",
             mistakes=known.between_points(moved))
checks.passed("elastic_deform", "the displacements at the points, and between them")
### BEGIN HIDDEN TESTS
middle = (moved[:, :, 10, 20] + moved[:, :, 20, 20] + moved[:, :, 10, 30] + moved[:, :, 20, 30]) / 4
checks.close(moved[:, :, 15, 25], middle, "the field in the middle of four points")
checks.true(abs(at_points.mean()) < 0.15, "The mean of the displacements is not near 0.")
checks.true(abs(np.corrcoef(at_points[:, 0].ravel(), at_points[:, 1].ravel())[0, 1]) < 0.15, known.SAME_BOTH_WAYS)
for other in ((0, 1), (1, 0), (1, 1)):  # 300 pairs, so that the correlation has a deviation of 0.06
    related = np.corrcoef(at_points[:, :, 0, 0].ravel(), at_points[:, :, other[0], other[1]].ravel())[0, 1]
    checks.true(abs(related) < 0.35, known.MOVED_AS_A_WHOLE)
far = np.mean(np.abs(at_points) > 2.4)  # 4.6% of a normal distribution
checks.true(0.025 < far < 0.07, f"{far:.1%} of the displacements are more than two standard deviations from 0; in a normal distribution it is 4.6%.")
X = places(60, 25, 37)  # with a grid of 4, the points are at rows 0, 8, 16, 24 and columns 0, 12, 24, 36
moved = images_of(elastic_deform(X.copy(), 4, 0.8, np.random.default_rng(41)), X) - X
checks.close(moved[:, :, 8, 15], 0.75 * moved[:, :, 8, 12] + 0.25 * moved[:, :, 8, 24], "the field between two points of a row, for a grid of 4")
checks.close(moved[:, :, 14, 12], 0.25 * moved[:, :, 8, 12] + 0.75 * moved[:, :, 16, 12], "the field between two points of a column, for a grid of 4")
bend = moved[:, :, 7, 12] - 2 * moved[:, :, 8, 12] + moved[:, :, 9, 12]
checks.true(np.abs(bend).max() > 0.02, "The field has no bend at the points.")
### END HIDDEN TESTS

# %% nbgrader={"grade": false, "grade_id": "demo_own_changes", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
components = principal_colors(X_train[:1000])
own = {"cutout": lambda X, rng: cutout(X, 5, rng), "colours": lambda X, rng: pca_color(X, components, 0.7, rng),
       "elastic": lambda X, rng: elastic_deform(X, 4, 1.2, rng)}
shown = [image for number, change in enumerate(own.values()) for image in change(eight_times, np.random.default_rng(number))]
show(shown, titles=[name if k == 0 else "" for name in own for k in range(8)]);

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): how far can you go until you cannot tell the shape any more?
change = compose(partial(random_rotation, degrees=45), lambda X, rng: elastic_deform(X, 4, 2.0, rng), lambda X, rng: cutout(X, 6, rng))
show(change(np.repeat(X_train[:2], 8, axis=0), np.random.default_rng(0)));

# %% [markdown]
# **Question 1** · 2 points. An augmentation is safe if the label of the changed image is still right. Say for each of these whether it is, and why:
# (a) mirror images of photographs of animals; (b) mirror images of handwritten letters; (c) turns by 180° of handwritten digits; (d) large shifts
# of colour for a net that has to tell ripe from unripe tomatoes.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_labels", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# (a) Safe: a mirrored cat is a cat, and photographs of animals look as likely as their mirror images. (b) Not safe: "b" becomes "d", and most other
# letters become shapes that are not letters. (c) Not safe: a 6 becomes a 9, and the other way round. (d) Not safe: the colour is what the label
# depends on, so a large shift changes the label, or makes the net ignore its best clue.
#
# Scheme
# - [0.5] (a) safe: the class does not depend on left and right
# - [0.5] (b) not safe: b and d, p and q
# - [0.5] (c) not safe: 6 and 9
# - [0.5] (d) not safe: the label depends on the colour
# ### END SOLUTION

# %% [markdown]
# ## Soft targets
#
# So far a label is one class. A **soft target** is a row of probabilities: 60% cat, 40% dog. One-hot rows, with a 1 for one class, are a special
# case.
#
# ### Exercise 4: `soft_cross_entropy` · 5 points
#
# Let $p$ be the softmax of the scores of an image, and $t$ its target. The **cross-entropy** weights the negative logarithm of every probability by
# its target,
#
# $$ L = -\sum_j t_j \log p_j , \qquad p = \mathrm{softmax}(s / T), $$
#
# and the loss of a batch is the mean over its images. For a one-hot target, this is the softmax loss. The **temperature** $T$ is 1 in most uses.
# Dividing the scores by a large $T$ makes the probabilities more alike; you will need it for distillation.
#
# By hand: scores (log 1, log 3) have the probabilities (1/4, 3/4). With the target (1/2, 1/2) the loss is −½ log ¼ − ½ log ¾ = 0.837. Its
# derivative with respect to the scores is (1/4 − 1/2, 3/4 − 1/2) = (−1/4, 1/4), for T = 1. How does it change if the scores are divided by T first?

# %% nbgrader={"grade": false, "grade_id": "soft_cross_entropy", "locked": false, "schema_version": 3, "solution": true, "task": false}
def soft_cross_entropy(scores, targets, temperature=1.0):
    """Cross-entropy of probabilities as targets, and its gradient.

    Parameters: scores (N, C); targets (N, C), at least 0, rows that add up to 1; temperature, a number above 0 by which the scores are
        divided.
    Returns: loss, a float, the mean over the N images; dscores (N, C), the gradient of the loss with respect to the scores.

    Approach
        1. divide by the temperature, and subtract the largest score of each row
        2. log p directly, as a score minus the logarithm of a sum: the logarithm of a probability that has become 0 is infinite
        3. the loss and the gradient; which divisions does the gradient need?
    """
    ### BEGIN SOLUTION
    scaled = scores / temperature
    scaled = scaled - np.max(scaled, axis=1, keepdims=True)
    log_p = scaled - np.log(np.sum(np.exp(scaled), axis=1, keepdims=True))
    loss = -np.mean(np.sum(targets * log_p, axis=1))
    dscores = (np.exp(log_p) - targets) / (len(scores) * temperature)
    return loss, dscores
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_soft_cross_entropy_value", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · values · 2 points
scores = np.log([[1.0, 2.0, 5.0], [3.0, 4.0, 1.0]])  # probabilities (1, 2, 5) / 8 and (3, 4, 1) / 8
targets = np.array([[0.0, 0.0, 1.0], [0.5, 0.25, 0.25]])
loss, dscores = loss_and_gradient(soft_cross_entropy(scores, targets), scores)
expected = -(np.log(5 / 8) + 0.5 * np.log(3 / 8) + 0.25 * np.log(4 / 8) + 0.25 * np.log(1 / 8)) / 2
checks.close(loss, expected, "the loss of two images", num_examples=2, mistakes=known.soft_loss(scores, targets, 1.0))
checks.passed("soft_cross_entropy", "the loss of a hand-made example is right")
### BEGIN HIDDEN TESTS
for seed, N, C, T in ((50, 5, 4, 1.0), (51, 3, 6, 2.5), (52, 1, 2, 0.4), (53, 4, 3, 10.0)):
    rng = np.random.default_rng(seed)
    scores, targets = rng.normal(size=(N, C)), rng.dirichlet(np.ones(C), size=N)
    loss, dscores = loss_and_gradient(soft_cross_entropy(scores, targets, T), scores)
    checks.close(loss, known.right_soft_loss(scores, targets, T), f"the loss for temperature={T}", num_examples=N,
                 mistakes=known.soft_loss(scores, targets, T))
y = rng.integers(3, size=4)
loss, dscores = loss_and_gradient(soft_cross_entropy(scores, np.eye(3)[y]), scores)
checks.close(loss, softmax_loss(scores, y)[0], "the loss of one-hot targets, which is the softmax loss")
_, after = checks.call(soft_cross_entropy, scores, np.eye(3)[y], 2.0)
checks.unchanged(after[0], scores, "scores")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_soft_cross_entropy_gradient", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · gradient · 2 points
rng = np.random.default_rng(54)
scores, targets = rng.normal(size=(5, 4)), rng.dirichlet(np.ones(4), size=5)
for T in (1.0, 3.0):
    loss, dscores = loss_and_gradient(soft_cross_entropy(scores, targets, T), scores)
    checks.gradient(lambda s: known.right_soft_loss(s, targets, T), scores, dscores, f"dscores for temperature={T:g}", num_examples=5,
                    or_of=lambda s: soft_cross_entropy(s, targets, T)[0], resembling=True, mistakes=known.soft_gradient(scores, targets, T))
checks.passed("soft_cross_entropy", "the gradient agrees with the numerical one")
### BEGIN HIDDEN TESTS
for seed, N, C, T in ((55, 1, 2, 1.0), (56, 3, 6, 2.5), (57, 6, 3, 0.5)):
    rng = np.random.default_rng(seed)
    scores, targets = rng.normal(size=(N, C)), rng.dirichlet(np.ones(C), size=N)
    loss, dscores = loss_and_gradient(soft_cross_entropy(scores, targets, T), scores)
    checks.gradient(lambda s: known.right_soft_loss(s, targets, T), scores, dscores, f"dscores for temperature={T:g}", num_examples=N,
                    or_of=lambda s: soft_cross_entropy(s, targets, T)[0], mistakes=known.soft_gradient(scores, targets, T))
result = checks.derived(soft_cross_entropy, rng.normal(size=(1, 200)), np.full((1, 200), 0.005), size=200)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_soft_cross_entropy_huge", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · huge scores · 1 point
scores, targets = np.array([[1e4, 0.0, 1e4], [-1e4, -1e4 - 1, -1e4]]), np.array([[0.25, 0.25, 0.5], [0.0, 1.0, 0.0]])
loss, dscores = loss_and_gradient(soft_cross_entropy(scores, targets), scores)
checks.true(np.isfinite(loss) and np.isfinite(dscores).all(), known.OVERFLOW)
expected = (np.log(2) + 0.25e4 + 1 + np.log(2 + np.exp(-1))) / 2
checks.close(loss, expected, "the loss of huge scores", rtol=1e-6, mistakes=known.soft_loss(scores, targets, 1.0))
checks.passed("soft_cross_entropy", "huge scores do not overflow")
### BEGIN HIDDEN TESTS
checks.close(dscores, [[0.125, -0.125, 0.0], [0.5 / (2 + np.exp(-1)), -0.5 + 0.5 * np.exp(-1) / (2 + np.exp(-1)), 0.5 / (2 + np.exp(-1))]],
             "dscores of huge scores")
rng = np.random.default_rng(58)
scores, targets = rng.normal(size=(4, 5)), rng.dirichlet(np.ones(5), size=4)
loss, dscores = loss_and_gradient(soft_cross_entropy(scores, targets, 2.0), scores)
shifted, dshifted = loss_and_gradient(soft_cross_entropy(scores + 1e4 * np.arange(4)[:, None], targets, 2.0), scores)
checks.close(shifted, loss, "the loss after a shift of each row, which changes nothing", rtol=1e-6)
checks.close(dshifted, dscores, "dscores after a shift of each row", rtol=1e-6)
### END HIDDEN TESTS

# %% [markdown]
# The simplest soft target is **label smoothing** (Szegedy et al., 2016): 0.91 for the correct class and 0.01 for each of nine others, say, in place
# of 1 and 0. The net then has no reason to make its scores ever larger. `data.one_hot(y, 10, smoothing=0.1)` gives such rows.
#
# ### Exercise 5: `mixup` · 4 points
#
# **Mixup** trains on blends of images. Image $i$ gets a random partner $j$ from the same batch, and a share $\lambda_i$:
#
# $$ x_i' = \lambda_i\, x_i + (1 - \lambda_i)\, x_j, \qquad t_i' = \lambda_i\, t_i + (1 - \lambda_i)\, t_j . $$
#
# The shares come from the **Beta distribution** Beta(α, α) (`rng.beta`), anew for each image. For α = 1 all shares are equally likely. For α = 0.2,
# most are near 0 or 1, so most blends are nearly one of the two images.
#
# By hand: with λ = 0.75, a blend of a pixel 8 of a cat and a pixel 4 of a dog is 7, and the target is 75% cat, 25% dog.

# %% nbgrader={"grade": false, "grade_id": "mixup", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mixup(X, T, alpha, rng):
    """Blend each image and its target with those of a random partner in the batch.

    Parameters: X (N, C, H, W) images; T (N, K) targets; alpha, the parameter of Beta(alpha, alpha); rng, np.random.Generator, the only source of
        random numbers.
    Returns: new images (N, C, H, W) and new targets (N, K), blended with the same shares.

    Approach
        1. draw a share for each image
        2. draw partners: a random permutation of 0 .. N - 1, for instance
        3. give the shares shapes that broadcast against X and against T
    """
    ### BEGIN SOLUTION
    share = rng.beta(alpha, alpha, size=len(X))
    partner = rng.permutation(len(X))
    pixels, rows = share.reshape(-1, 1, 1, 1), share.reshape(-1, 1)
    return pixels * X + (1 - pixels) * X[partner], rows * T + (1 - rows) * T[partner]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_mixup_blend", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · blends · 2 points
X, T = np.eye(12).reshape(12, 1, 3, 4), np.eye(4)[np.arange(12) % 4]  # image i is 1 at pixel i only
mixed, targets = images_and_targets(mixup(X.copy(), T.copy(), 1.0, np.random.default_rng(60)), X, T)
shares = mixed.reshape(12, 12)  # row i: the share of every image in blend i
checks.close(shares.sum(axis=1), np.ones(12), "the sums of the shares in each blend")
checks.true(shares.min() > -1e-9 and (shares > 1e-9).sum(axis=1).max() <= 2, known.NOT_TWO)
checks.true((shares > 1e-9).sum() > 15, known.NO_BLEND)
blended = shares.diagonal() < 1
checks.close(targets[blended], (shares @ T)[blended], "the targets", hint="The shares of the labels are those of the images.",
             mistakes=known.mixed_targets(shares, T, blended))
checks.passed("mixup", "images and targets are blended with the same shares")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(61)
for seed in (62, 63, 64):
    T = rng.dirichlet(np.ones(3), size=12)  # soft targets can be blended, too
    mixed, targets = images_and_targets(mixup(X.copy(), T.copy(), 0.6, np.random.default_rng(seed)), X, T)
    shares = mixed.reshape(12, 12)
    checks.true((shares > 1e-9).sum(axis=1).max() <= 2, known.NOT_TWO)
    checks.close(targets, shares @ T, "the targets", mistakes=known.mixed_targets(shares, T))
many = rng.normal(size=(12, 2, 3, 2))  # all pixels of all channels have the same share
mixed, targets = images_and_targets(mixup(many.copy(), np.eye(12), 0.6, np.random.default_rng(65)), many, np.eye(12))
checks.close(mixed, np.einsum("nk,kchw->nchw", targets, many), "the images, blended as their targets say")
_, (given, labels, *_) = checks.call(mixup, many.copy(), np.eye(12), 0.6, np.random.default_rng(66))
checks.unchanged(given, many, "X")
checks.unchanged(labels, np.eye(12), "T")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_mixup_shares", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · shares · 2 points
X, T = numbered(400, 1, 1, 1), np.eye(400)
for alpha, spread in ((1.0, 1 / 12), (0.2, 1 / 5.6), (5.0, 1 / 44)):  # the variance of Beta(a, a) is 1 / (8 a + 4)
    mixed, targets = images_and_targets(mixup(X.copy(), T.copy(), alpha, np.random.default_rng(70)), X, T)
    share = targets.diagonal()
    checks.true(np.unique(share.round(9)).size > 50, known.ONE_SHARE)
    checks.true(0.4 < share.mean() < 0.6, known.share_mean(share, alpha) or f"The mean of the shares is {share.mean():.2f}, not 0.5.")
    checks.true(abs(share.var() / spread - 1) < 0.3, known.share_spread(share, alpha) or
                f"For alpha={alpha:g} the shares have a variance of {share.var():.3g}, not about {spread:.3g}.")
checks.passed("mixup", "the shares follow Beta(alpha, alpha)")
### BEGIN HIDDEN TESTS
partners = []
for seed in (71, 72, 73):
    mixed, targets = images_and_targets(mixup(X.copy(), T.copy(), 1.0, np.random.default_rng(seed)), X, T)
    found = (targets - np.diag(targets.diagonal())).argmax(axis=1)
    partners.append(np.where(targets.diagonal() < 1 - 1e-12, found, np.arange(400)))
checks.true(np.mean(partners[0] == partners[1]) < 0.1, known.FIXED_PARTNER)
steps = [(found - np.arange(400)) % 400 for found in partners]
checks.true(all(np.unique(step).size > 100 for step in steps), known.FIXED_PARTNER)
checks.true(all(np.unique(found).size > 200 for found in partners), "Many images have the same partner.")
one, same, other = (images_and_targets(mixup(X[:9].copy(), np.eye(9), 1.0, np.random.default_rng(seed)), X[:9], np.eye(9))[1] for seed in (74, 74, 75))
checks.true(np.allclose(one, same) and np.mean(np.isclose(one.diagonal(), other.diagonal())) < 0.5, known.NOT_FROM_RNG)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 6: `cutmix` · 4 points
#
# A blend of two images looks like no real image. **CutMix** (Yun et al., 2019) pastes a box of the partner's image, at the same place, into the
# image. The area of the box, as a share of the image, is drawn from Beta(α, α). So its sides are $\sqrt{\mathrm{area}}$ times those of the
# image. The centre is any pixel, as in `cutout`, and what lies outside is cut off. So the final share of the pixels is smaller than the area that was
# drawn. The target follows **the pixels**.
#
# By hand: in an image of 8x8 pixels, the area 1/4 gives a box of 4x4. If two of its columns lie outside, 4 · 2 = 8 of the 64 pixels come from the
# partner, and so does 1/8 of the target.

# %% nbgrader={"grade": false, "grade_id": "cutmix", "locked": false, "schema_version": 3, "solution": true, "task": false}
def cutmix(X, T, alpha, rng):
    """Paste a random box of a partner's image into each image, and mix the targets by the pixels.

    Parameters: X (N, C, H, W) images; T (N, K) targets; alpha, the parameter of Beta(alpha, alpha), from which the area of the box, as a share of
        the image, is drawn for each image; rng, np.random.Generator, the only source of random numbers.
    Returns: new images (N, C, H, W) and new targets (N, K). The sides of a box are rounded to whole pixels, in any way.

    Approach
        1. draw the partners; in a loop over the images, draw the area and the centre
        2. the first and last row and column, cut off at the edges
        3. copy the box from the partner in X, which must not have changed yet
        4. the share of the target: pixels in the box, over all pixels
    """
    ### BEGIN SOLUTION
    N, _, H, W = X.shape
    mixed, targets = np.array(X), np.array(T, dtype=float)
    for i, j in enumerate(rng.permutation(N)):
        side = np.sqrt(rng.beta(alpha, alpha))
        height, width = round(side * H), round(side * W)
        top, left = rng.integers(H) - height // 2, rng.integers(W) - width // 2
        rows, columns = slice(max(top, 0), top + height), slice(max(left, 0), left + width)
        mixed[i, :, rows, columns] = X[j, :, rows, columns]
        from_partner = mixed[i, 0, rows, columns].size / (H * W)
        targets[i] = (1 - from_partner) * T[i] + from_partner * T[j]
    return mixed, targets
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_cutmix_box", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · boxes and targets · 2 points
X, T = numbered(40, 2, 8, 12), np.eye(40)
mixed, targets = images_and_targets(cutmix(X.copy(), T.copy(), 1.0, np.random.default_rng(80)), X, T)
foreign = mixed != X
checks.true((foreign == foreign[:, :1]).all(), known.CHANNELS_DIFFER)
checks.true(foreign.any(axis=(1, 2, 3)).sum() > 25, known.NO_BLEND)
rows, columns = sides(foreign[:, 0])
shares = np.array([np.bincount(np.rint(image).astype(int).ravel() - 1, minlength=40)[:40] / 96 for image in mixed[:, 0].clip(1, 40)])
checks.true((shares > 0).sum(axis=1).max() <= 2, known.NOT_TWO)
blended = shares.diagonal() < 1
checks.close(targets[blended], (shares @ T)[blended], "the targets", hint="Count the pixels of each image.", mistakes=known.mixed_targets(shares, T, blended))
checks.passed("cutmix", "targets have the shares of the pixels")
### BEGIN HIDDEN TESTS
X, rng = numbered(40, 3, 6, 6), np.random.default_rng(81)
for seed, alpha in ((82, 1.0), (83, 3.0), (84, 0.3)):
    T = rng.dirichlet(np.ones(5), size=40)
    mixed, targets = images_and_targets(cutmix(X.copy(), T.copy(), alpha, np.random.default_rng(seed)), X, T)
    rows, columns = sides((mixed != X)[:, 0])
    shares = np.array([[np.mean(image == k + 1) for k in range(40)] for image in mixed])
    checks.close(shares.sum(axis=1), np.ones(40), "the shares of the pixels, which come from images of the batch")
    checks.close(targets, shares @ T, "the targets", mistakes=known.mixed_targets(shares, T))
pattern = rng.normal(size=(40, 3, 6, 6))  # the box is at the same place in both images
mixed, targets = images_and_targets(cutmix(pattern.copy(), np.eye(40), 1.0, np.random.default_rng(85)), pattern, np.eye(40))
checks.true((mixed[:, None] == pattern).any(axis=1).all(), "Some pixels are not those of another image at the same place.")
mixed, targets = images_and_targets(cutmix(X.copy(), np.eye(40, dtype=int), 1.0, np.random.default_rng(87)), X, np.eye(40))
checks.true(((targets > 0.01) & (targets < 0.99)).sum() > 20, "The targets of integer one-hot rows have only the values 0 and 1.")
_, (given, labels, *_) = checks.call(cutmix, pattern.copy(), np.eye(40), 1.0, np.random.default_rng(86))
checks.unchanged(given, pattern, "X")
checks.unchanged(labels, np.eye(40), "T")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_cutmix_sizes", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · sizes and places · 2 points
X, T = numbered(600, 1, 16, 16), np.ones((600, 1))
mixed, targets = images_and_targets(cutmix(X.copy(), T.copy(), 1.0, np.random.default_rng(90)), X, T)
inside = (mixed != X)[:, 0]
rows, columns = sides(inside)
checks.true(np.unique(rows).size > 5, known.ONE_PLACE)
share = inside.mean(axis=(1, 2))  # 0.32 on average, known to about 0.01
checks.true(abs(share.mean() - 0.32) < 0.055, known.box_share(inside) or f"The boxes cover {share.mean():.0%} of the pixels on average, not 32%.")
checks.passed("cutmix", "boxes of all sizes, everywhere")
### BEGIN HIDDEN TESTS
checks.true(abs(share.std() - 0.19) < 0.04, f"The covered shares have a deviation of {share.std():.2f}, not about 0.19.")
for axis in (1, 2):
    covered = inside.any(axis=axis).mean(axis=0)  # how often each column or row is hit
    checks.true(abs(covered[0] - covered[-1]) < 0.2 and covered[7:9].mean() > covered[[0, -1]].mean() + 0.1, "The boxes are not centred anywhere in the image.")
for alpha, mean, deviation in ((0.2, 0.30, 0.26), (5.0, 0.335, 0.128)):
    mixed, targets = images_and_targets(cutmix(X.copy(), T.copy(), alpha, np.random.default_rng(91)), X, T)
    share = (mixed != X).mean(axis=(1, 2, 3))
    checks.true(abs(share.std() - deviation) < 0.035, known.ALPHA_IGNORED if abs(share.std() - 0.19) < 0.02 else
                f"For alpha={alpha:g} the covered shares have a deviation of {share.std():.2f}, not about {deviation:.2f}.")
    checks.true(abs(share.mean() - mean) < 0.07, f"For alpha={alpha:g} the boxes cover {share.mean():.0%} on average, not {mean:.0%}.")
wide = numbered(300, 1, 16, 64)
mixed, targets = images_and_targets(cutmix(wide.copy(), np.ones((300, 1)), 5.0, np.random.default_rng(92)), wide, np.ones((300, 1)))
inside = (mixed != wide)[:, 0]
rows, columns = sides(inside)
checks.true(np.mean(rows > 0) > 0.95, "In wide images, some have no box.")
checks.true(abs(rows.mean() / 16 - columns.mean() / 64) < 0.1, "In wide images, the boxes should be wide in the same ratio.")
for axis in (1, 2):
    covered = inside.any(axis=axis).mean(axis=0)
    checks.true(abs(covered[0] - covered[-1]) < 0.3, "In wide images, the boxes are more often at one edge than at the other.")
changed, edges = 0, 0
for seed in (95, 96, 97):  # almost exactly half of the area: 11.3 of 16 rows and columns
    mixed, targets = images_and_targets(cutmix(X.copy(), T.copy(), 2000.0, np.random.default_rng(seed)), X, T)
    inside = (mixed != X)[:, 0]
    changed = changed + inside.any(axis=(1, 2))
    edges = edges + np.array([edge.any(axis=1).mean() / 3 for edge in (inside[:, 0], inside[:, -1], inside[:, :, 0], inside[:, :, -1])])
    for lengths in sides(inside):
        checks.true(lengths.max() <= 12 and np.bincount(lengths).argmax() in (11, 12), "Boxes of half of the area should have 11 or 12 of 16 rows and columns.")
checks.true(changed.min() > 0, "Some images of the batch never get a box.")
checks.true(abs(edges[0] - edges[1]) < 0.15 and abs(edges[2] - edges[3]) < 0.15, "The boxes are more often at one edge than at the other.")
partners = [images_and_targets(cutmix(wide[:40].copy(), np.eye(40), 5.0, np.random.default_rng(seed)), wide[:40], np.eye(40))[1] for seed in (93, 93, 94)]
checks.true(np.allclose(partners[0], partners[1]) and not np.allclose(partners[0] > 0, partners[2] > 0), known.FIXED_PARTNER)
### END HIDDEN TESTS

# %% nbgrader={"grade": false, "grade_id": "demo_mixed", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def in_words(target):
    """The two largest parts of a target."""
    first, second = np.argsort(target)[::-1][:2]
    return f"{target[first]:.0%} {images.class_names[first]}\n{target[second]:.0%} {images.class_names[second]}"


one_hot = data.one_hot(y_train[:8], 10)
blended, blended_targets = mixup(X_train[:8], one_hot, 1.0, np.random.default_rng(1))
pasted, pasted_targets = cutmix(X_train[:8], one_hot, 1.0, np.random.default_rng(4))
show(np.concatenate([blended, pasted]), titles=[in_words(target) for target in (*blended_targets, *pasted_targets)], size=1.3);

# %% [markdown]
# ### What does it bring?
#
# Five nets, trained on the same 1,000 images. `Solver` takes augmentations of images as `augment`, and those that change labels as `mix`. A net
# takes your `soft_cross_entropy` as its `loss_function`.

# %% nbgrader={"grade": false, "grade_id": "demo_augmented", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
flip_and_crop = compose(random_horizontal_flip, partial(random_crop, padding=2))
soft = {"loss_function": soft_cross_entropy}
ways = {"flip and crop": {"augment": flip_and_crop},
        "cutout": {"augment": lambda X, rng: cutout(X, 4, rng).astype(np.float32)},
        "mixup": {"mix": lambda X, y, rng: mixup(X, data.one_hot(y, 10), 0.2, rng), **soft},
        "CutMix": {"mix": lambda X, y, rng: cutmix(X, data.one_hot(y, 10), 1.0, rng), **soft}}
nets = {"none": plain}
for name, options in tqdm(ways.items(), file=sys.stdout):
    nets[name], _ = fit(**options)
reached = np.array([[accuracy(scores_of(net, X), y) for X, y in ((X_train[:1000], y_train[:1000]), (X_test, y_test))] for net in nets.values()])
fig, ax = plt.subplots(figsize=(vis.WIDTH, 2.9), layout="constrained")
for shift, column, color, label in ((-0.2, 0, vis.BLUE, "training images"), (0.2, 1, vis.ORANGE, "new images")):
    ax.bar_label(ax.bar(np.arange(5) + shift, 100 * reached[:, column], 0.38, color=color, label=label), fmt="%.1f", fontsize=9)
ax.set(xticks=range(5), xticklabels=nets, ylabel="accuracy (%)", ylim=(0, 118))
ax.legend(ncols=2, frameon=False, loc="upper right");

# %% [markdown]
# One run says little. Measured beforehand on shapes10, with eight different thousands of training images and eight starts (mean and standard
# deviation on 2,000 new images):
#
# | | none | flip and crop | cutout | mixup | CutMix |
# |---|---|---|---|---|---|
# | accuracy | 56.5 ± 1.8% | 62.6 ± 1.5% | 58.1 ± 1.8% | 58.0 ± 1.9% | 58.7 ± 1.4% |
# | gain in the same run | | 6.1 ± 2.2 | 1.6 ± 1.7 | 1.5 ± 1.0 | 2.2 ± 1.6 |
#
# Flips and crops help most. On shapes10 the shapes are mirrored and shifted at random, so a flipped and shifted image is one that could really
# occur. The other three help a little, and in a single run you may not see it. On large nets and photographs, mixup and CutMix help more.
#
# ## Averages at test time
#
# ### Exercise 7: `ensemble_probabilities` · 2 points
#
# Nets that start from other random weights make other mistakes. An **ensemble** averages their probabilities, and is nearly always better than any of
# its members. It is the mean of probabilities, not of scores: the scores of two nets may have different sizes, and those of the loudest would
# decide.
#
# By hand: two nets give an image the scores (0, log 3) and (log 9, 0). Their probabilities are (1/4, 3/4) and (9/10, 1/10), with the mean (0.575,
# 0.425).

# %% nbgrader={"grade": false, "grade_id": "ensemble_probabilities", "locked": false, "schema_version": 3, "solution": true, "task": false}
def ensemble_probabilities(scores):
    """The mean of the probabilities of several nets.

    Parameters: scores, a list of one or more arrays (N, C), the scores that each net gives to the same images.
    Returns: the mean probabilities (N, C).

    Approach
        1. the function `probabilities` above turns the scores of one net into probabilities
        2. take the mean over the nets
    """
    ### BEGIN SOLUTION
    total = 0
    for each in scores:
        total = total + probabilities(each)
    return total / len(scores)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_ensemble_probabilities_mean", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · mean · 2 points
scores = [np.log([[1.0, 3.0], [1.0, 1.0]]), np.log([[9.0, 1.0], [7.0, 3.0]])]
result = ensemble_probabilities([each.copy() for each in scores])
checks.close(result, [[0.575, 0.425], [0.6, 0.4]], "the mean probabilities of two nets", mistakes=known.ensemble(scores))
checks.passed("ensemble_probabilities", "probabilities are averaged")
### BEGIN HIDDEN TESTS
for seed, M, N, C in ((100, 3, 4, 5), (101, 1, 3, 2), (102, 7, 1, 3), (103, 2, 2, 2)):
    scores = list(3 * np.random.default_rng(seed).normal(size=(M, N, C)))
    expected = [[sum(1 / sum(np.exp(each[n] - each[n, c])) for each in scores) / M for c in range(C)] for n in range(N)]
    checks.close(ensemble_probabilities([each.copy() for each in scores]), expected, f"the mean probabilities of {M} nets", mistakes=known.ensemble(scores))
far = ensemble_probabilities([np.array([[1e4, 0.0]]), np.array([[0.0, 1e4]])])
checks.close(far, [[0.5, 0.5]], "the mean probabilities of two nets that are sure of different classes")
_, (given,) = checks.call(ensemble_probabilities, [each.copy() for each in scores])
for before, after in zip(scores, given):
    checks.unchanged(after, before, "an array in scores")
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 8: `predict_tta` · 2 points
#
# One net can be an ensemble, too, if it sees several **views** of an image: the image, its mirror image, the image shifted by a pixel. This is
# **test-time augmentation**. Its price is one forward pass for each view.

# %% nbgrader={"grade": false, "grade_id": "predict_tta", "locked": false, "schema_version": 3, "solution": true, "task": false}
def predict_tta(scores_fn, X, views):
    """Test-time augmentation: the mean of the probabilities over several views of the images.

    Parameters: scores_fn, a function from images (N, ...) to scores (N, C); X, images (N, ...); views, a list of one or more functions from images
        to images. The image itself is a view only if the list has a function that returns it.
    Returns: the mean probabilities (N, C).

    Approach
        1. the scores of each view of X
        2. the mean of their probabilities; which function does that?
    """
    ### BEGIN SOLUTION
    return ensemble_probabilities([scores_fn(view(X)) for view in views])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_predict_tta_mean", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · mean · 1 point
### BEGIN HIDDEN TESTS
def mean_by_definition(scores):
    return np.mean([[[1 / np.exp(row - row[c]).sum() for c in range(len(row))] for row in np.asarray(each)] for each in scores], axis=0)


def ensemble_is_right():
    case = [np.array([[0.0, 2.0, 1.0]]), np.array([[3.0, -1.0, 0.5]])]
    return np.allclose(ensemble_probabilities([each.copy() for each in case]), mean_by_definition(case))


checks.lend(predict_tta, ensemble_is_right, ensemble_probabilities=mean_by_definition)
### END HIDDEN TESTS
X = np.array([[0.0, 1.0, 3.0], [2.0, 0.0, -1.0]])
views = [lambda X: X, lambda X: X[:, ::-1], lambda X: 2 * X]
result = predict_tta(lambda X: X[:, :2] + 1, X.copy(), views)  # the first two numbers are the scores
checks.close(result, [[0.4230, 0.5770], [0.7106, 0.2894]], "the mean probabilities of three views", rtol=0, atol=1e-3,
             mistakes=known.views(lambda X: X[:, :2] + 1, X, views))
checks.passed("predict_tta", "the mean over the views")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(110)
for X in (rng.normal(size=(4, 2, 3, 3)), rng.normal(size=(1, 2, 3, 3))):
    W = rng.normal(size=(18, 5))
    views = [lambda X: X, lambda X: X[..., ::-1], lambda X: 3 - X, lambda X: np.roll(X, 1, axis=2)]
    expected = 0
    for view in views:
        powers = np.exp(view(X).reshape(len(X), -1) @ W)
        expected = expected + powers / powers.sum(axis=1)[:, None] / 4
    checks.close(predict_tta(lambda X: X.reshape(len(X), -1) @ W, X.copy(), views), expected, "the mean probabilities of four views",
                 mistakes=known.views(lambda X: X.reshape(len(X), -1) @ W, X, views))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_predict_tta_views", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · the list of views · 1 point
X = np.array([[0.0, np.log(3.0)], [np.log(4.0), 0.0]])
one = predict_tta(lambda X: X, X.copy(), [lambda X: X])
checks.close(one, [[0.25, 0.75], [0.8, 0.2]], "the probabilities of one view, the image itself", mistakes=known.views(lambda X: X, X, [lambda X: X]))
mirrored = predict_tta(lambda X: X, X.copy(), [lambda X: X[:, ::-1]])
checks.close(mirrored, [[0.75, 0.25], [0.2, 0.8]], "the probabilities of one view, the mirror image", mistakes=known.views(lambda X: X, X, [lambda X: X[:, ::-1]]))
checks.passed("predict_tta", "only the views in the list count")
### BEGIN HIDDEN TESTS
seen = []


def note(X):
    seen.append(np.array(X))
    return np.array(X)


many = [lambda X, k=k: X + k for k in range(6)]
result = predict_tta(note, X.copy(), many)
checks.true(len(seen) == 6, f"scores_fn was called {len(seen)} times for six views.")
checks.close(sorted(float(each[0, 0]) for each in seen), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], "the first pixel of the views")
checks.close(result, one, "the mean of six views whose scores differ by a constant")
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 9: `ema_update` · 2 points
#
# The weights of one run can be averaged as well. With a constant learning rate they dance around a good place, and their **moving average** is nearer
# to it than each of them. After every epoch (or step),
#
# $$ \mathrm{average} \leftarrow \mathrm{decay} \cdot \mathrm{average} + (1 - \mathrm{decay}) \cdot \mathrm{weights} . $$
#
# The average is used for predictions only; training goes on with the weights. Averaging weights works only along one run: two nets from different
# starts may be equally good and yet have their features in a different order.
#
# By hand: with decay 0.75, an average of 4 and weights of 8 give 0.75 · 4 + 0.25 · 8 = 5.
#
# *Paper: Polyak and Juditsky, "Acceleration of stochastic approximation by averaging" (1992); a later one: Izmailov et al., "Averaging weights
# leads to wider optima and better generalization" (2018).*

# %% nbgrader={"grade": false, "grade_id": "ema_update", "locked": false, "schema_version": 3, "solution": true, "task": false}
def ema_update(average, params, decay):
    """A step of the moving average of all arrays of a net.

    Parameters: average and params, dicts of arrays with the same names and shapes; decay, a number from 0 to 1.
    Returns: a new dict with the next average of every array. The arguments stay as they are.

    Approach
        1. a new dict, with a new array for each name
    """
    ### BEGIN SOLUTION
    after = {}
    for name, old in average.items():
        after[name] = decay * old + (1 - decay) * params[name]
    return after
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_ema_update_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
average, params = {"W1": np.array([[4.0, -2.0]]), "b1": np.array([0.0])}, {"W1": np.array([[8.0, 2.0]]), "b1": np.array([1.0])}
result = arrays_of(ema_update(copies(average), copies(params), 0.75), average, "the new average")
checks.close(result, {"W1": np.array([[5.0, -1.0]]), "b1": np.array([0.25])}, "the new average", mistakes=known.moving_average(average, params, 0.75))
checks.passed("ema_update", "one step of the average")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(120)
for decay in (0.0, 0.9, 0.99, 1.0):
    average = {"W1": rng.normal(size=(3, 4)), "gamma1": rng.normal(size=4), "bn1/running_mean": rng.normal(size=4)}
    params = {name: rng.normal(size=value.shape) for name, value in average.items()}
    result = arrays_of(ema_update(copies(average), copies(params), decay), average, "the new average")
    expected = {name: params[name] + decay * (average[name] - params[name]) for name in average}
    checks.close(result, expected, f"the new average for decay={decay:g}", mistakes=known.moving_average(average, params, decay))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_ema_update_arguments", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · several steps, and the arguments · 1 point
average, history = {"w": np.array([16.0, 0.0])}, [{"w": np.array([8.0, 8.0])}, {"w": np.array([0.0, 4.0])}, {"w": np.array([4.0, -8.0])}]
for params in history:
    (given, same, _), before = checks.call(ema_update, copies(average), copies(params), 0.5)[1], average
    checks.true(isinstance(given, dict) and isinstance(same, dict), "The arguments should stay dicts.")
    checks.unchanged(given["w"], before["w"], "average['w']")
    checks.unchanged(same["w"], params["w"], "params['w']")
    average = arrays_of(ema_update(copies(average), copies(params), 0.5), {"w"}, "the new average")
checks.close(average["w"], [2 + 1 + 0 + 2, 0 + 1 + 1 - 4], "the average after three steps: 1/8, 1/8, 1/4 and 1/2 of the values")
checks.passed("ema_update", "several steps, and the arguments stay as they are")
### BEGIN HIDDEN TESTS
start = {"w": np.zeros(2, dtype=np.float32)}
result = arrays_of(ema_update(start, {"w": np.ones(2, dtype=np.float32)}, 0.75), {"w"}, "the new average")
checks.dtype(result["w"], np.float32, "the average of float32 arrays")
checks.close(result["w"], [0.25, 0.25], "the average of float32 arrays")
### END HIDDEN TESTS

# %% [markdown]
# Three runs from different starts, with a constant learning rate, each with a moving average of its weights. `Solver` calls `on_epoch` after each
# epoch. The running averages of batch normalization belong to the weights, so they are averaged as well.

# %% nbgrader={"grade": false, "grade_id": "demo_averages", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
averages = [None] * 3


def shifted(down, right, mirror):
    def view(X):
        padded = np.pad(X, ((0, 0), (0, 0), (1, 1), (1, 1)))
        cropped = padded[:, :, 1 + down : 17 + down, 1 + right : 17 + right]
        return cropped[..., ::-1] if mirror else cropped

    return view


def follow(seed):
    """A function for Solver that keeps a moving average of the weights after each epoch, with decay 0.7."""
    def update(solver):
        arrays = copies(solver.model.params | solver.model.state())
        averages[seed] = arrays if averages[seed] is None else ema_update(averages[seed], arrays, 0.7)

    return update


runs = [fit(seed, augment=flip_and_crop, on_epoch=follow(seed), schedule=None)[0] for seed in tqdm(range(3), file=sys.stdout)]
alone = [scores_of(net, X_test) for net in runs]
views = [shifted(down, right, mirror) for down, right in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)) for mirror in (False, True)]
seen = [predict_tta(partial(scores_of, net), X_test, views) for net in runs]
averaged = []
for seed, net in enumerate(runs):
    last = copies(net.params | net.state())
    take(net, averages[seed])
    averaged.append(scores_of(net, X_test))
    take(net, last)
for name, results in (("one net, last weights", alone), ("ten views", seen), ("averaged weights", averaged)):
    print(f"{name:>22}: {'  '.join(f'{accuracy(result, y_test):.1%}' for result in results)}")
print(f"{'ensemble of the three':>22}: {accuracy(ensemble_probabilities(alone), y_test):.1%}")

# %% [markdown]
# Measured beforehand on shapes10, from five starts: one net 63.8% on average; ten views 65.4%; averaged weights 65.5%; each of them was better than
# the net alone in all five runs. An ensemble of three nets reaches 68.3%, one of five 69.4% (mean over choices from six nets). What did *not* help:
# the mean of the predictions of four snapshots of the same run (64.1%), since they are too much alike, and averaged weights if the learning rate
# falls to 0 along a cosine (62.0% against 61.9% without), since such a run has stopped dancing by itself.

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): which views help, and which do harm? How good can 1,000 labelled images get?
views = [shifted(0, 0, False), lambda X: X[:, :, ::-1], lambda X: gaussian_blur(X, 0, 1.0)]
print(f"{accuracy(predict_tta(partial(scores_of, runs[0]), X_val, views), y_val):.1%} of the validation images")

# %% [markdown]
# ## Distillation
#
# An ensemble is slow, since every member must run. **Distillation** trains one small net, the student, on the answers of the ensemble, its teacher.
# These say more than a label does: an image of a cat may be 90% cat, 9% dog and hardly any truck. At temperature 1 those small probabilities hardly
# count, so both nets' scores are divided by the same $T$, such as 4, which makes them larger.
#
# ### Exercise 10: `distillation_loss` · 4 points
#
# $$ L = (1 - w)\; L_{\mathrm{hard}}(s, y) + w\; T^2\; L_{\mathrm{soft}}\big(s,\ \mathrm{softmax}(t / T),\ T\big) $$
#
# $s$ are the scores of the student and $t$ those of the teacher. $L_{\mathrm{hard}}$ is the softmax loss with the labels, at temperature 1.
# $L_{\mathrm{soft}}$ is the soft cross-entropy at temperature $T$. Its gradient is about $T^2$ times smaller than that of the hard loss: once
# because the scores are divided by $T$, and once because the probabilities are more alike. The factor $T^2$ makes up for that, so that $w$ keeps
# its meaning for every $T$.
#
# By hand: with w = 0.5 and T = 2, a hard loss of 0.8 and a soft loss of 0.6 give 0.5 · 0.8 + 0.5 · 4 · 0.6 = 1.6.

# %% nbgrader={"grade": false, "grade_id": "distillation_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def distillation_loss(student, teacher, y, T, weight):
    """The loss of a student that learns from labels and from a teacher, and its gradient.

    Parameters: student (N, C) and teacher (N, C), the scores of both nets for the same images; y (N,) integer labels; T, the
        temperature; weight, the share of the teacher, from 0 to 1.
    Returns: loss, a float, and dstudent (N, C), the gradient with respect to the scores of the student. The teacher is constant.

    Approach
        1. the hard part: softmax_loss(student, y), or your soft_cross_entropy with one-hot targets
        2. the soft part: the targets are probabilities of the teacher; at which temperature?
        3. both losses and both gradients, with their factors
    """
    ### BEGIN SOLUTION
    hard, dhard = softmax_loss(student, y)
    soft, dsoft = soft_cross_entropy(student, probabilities(teacher / T), T)
    factor = weight * T * T
    return (1 - weight) * hard + factor * soft, (1 - weight) * dhard + factor * dsoft
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_distillation_loss_value", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · values · 2 points
### BEGIN HIDDEN TESTS
def soft_by_definition(scores, targets, temperature=1.0):
    powers = np.exp(scores / temperature - (scores / temperature).max(axis=1)[:, None])
    share = powers / powers.sum(axis=1)[:, None]
    return -(targets * np.log(share)).sum() / len(scores), (share - targets) / temperature / len(scores)


def soft_is_right():
    rng = np.random.default_rng(129)
    scores, targets = rng.normal(size=(3, 4)), rng.dirichlet(np.ones(4), size=3)
    for T in (1.0, 3.0):
        found, expected = soft_cross_entropy(scores, targets, T), soft_by_definition(scores, targets, T)
        if not (np.isclose(found[0], expected[0]) and np.allclose(found[1], expected[1])):
            return False
    return True


checks.lend(distillation_loss, soft_is_right, soft_cross_entropy=soft_by_definition)
### END HIDDEN TESTS
student, teacher = np.log([[1.0, 3.0]]), np.log([[16.0, 1.0]])  # at T=2 the probabilities are (1, √3) / 2.732 and (4, 1) / 5
hard, soft = -np.log(3 / 4), -0.8 * np.log(1 / 2.7320508) - 0.2 * np.log(3**0.5 / 2.7320508)
for weight in (0.0, 1.0, 0.25):
    loss, dstudent = loss_and_gradient(distillation_loss(student, teacher, np.array([1]), 2.0, weight), student)
    checks.close(loss, (1 - weight) * hard + 4 * weight * soft, f"the loss for T=2 and weight={weight}",
                 mistakes=known.distillation(student, teacher, np.array([1]), 2.0, weight))
checks.passed("distillation_loss", "the loss of a hand-made example is right")
### BEGIN HIDDEN TESTS
for seed, N, C, T, weight in ((130, 4, 5, 4.0, 0.9), (131, 1, 3, 0.5, 0.3), (132, 6, 2, 1.0, 0.5), (133, 3, 4, 3.0, 0.7)):
    rng = np.random.default_rng(seed)
    student, teacher, y = rng.normal(size=(N, C)), 2 * rng.normal(size=(N, C)), rng.integers(C, size=N)
    loss, dstudent = loss_and_gradient(distillation_loss(student, teacher, y, T, weight), student)
    checks.close(loss, known.right_distillation(student, teacher, y, T, weight), f"the loss for T={T} and weight={weight}", num_examples=N,
                 mistakes=known.distillation(student, teacher, y, T, weight))
_, after = checks.call(distillation_loss, student, teacher, y, 2.0, 0.5)
checks.unchanged(after[0], student, "student")
checks.unchanged(after[1], teacher, "teacher")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_distillation_loss_gradient", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · gradient · 2 points
rng = np.random.default_rng(134)
student, teacher, y = rng.normal(size=(5, 4)), 2 * rng.normal(size=(5, 4)), rng.integers(4, size=5)
for T, weight in ((3.0, 1.0), (2.0, 0.5)):
    loss, dstudent = loss_and_gradient(distillation_loss(student, teacher, y, T, weight), student)
    checks.gradient(lambda s: known.right_distillation(s, teacher, y, T, weight), student, dstudent, f"dstudent for T={T:g} and weight={weight:g}",
                    num_examples=5, or_of=lambda s: distillation_loss(s, teacher, y, T, weight)[0], resembling=True,
                    mistakes=known.distillation_gradient(student, teacher, y, T, weight))
checks.passed("distillation_loss", "the gradient agrees with the numerical one")
### BEGIN HIDDEN TESTS
for seed, N, C, T, weight in ((135, 3, 6, 5.0, 0.8), (136, 1, 2, 0.7, 0.4), (137, 4, 3, 2.0, 0.0)):
    rng = np.random.default_rng(seed)
    student, teacher, y = rng.normal(size=(N, C)), 2 * rng.normal(size=(N, C)), rng.integers(C, size=N)
    loss, dstudent = loss_and_gradient(distillation_loss(student, teacher, y, T, weight), student)
    checks.gradient(lambda s: known.right_distillation(s, teacher, y, T, weight), student, dstudent, f"dstudent for T={T:g} and weight={weight:g}",
                    num_examples=N, or_of=lambda s: distillation_loss(s, teacher, y, T, weight)[0], resembling=True,
                    mistakes=known.distillation_gradient(student, teacher, y, T, weight))
loss, dstudent = loss_and_gradient(distillation_loss(student, teacher, y, 1e4, 1.0), student)
apart = student - teacher  # at a high temperature, the student learns to give the same scores, up to a constant
checks.close(dstudent, (apart - apart.mean(axis=1, keepdims=True)) / 12, "dstudent for T=10000 and weight=1", rtol=1e-2, atol=1e-4)
result = checks.derived(distillation_loss, rng.normal(size=(1, 200)), rng.normal(size=(1, 200)), np.array([3]), 2.0, 0.5, size=200)
### END HIDDEN TESTS

# %% nbgrader={"grade": false, "grade_id": "demo_distillation", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
small = {"blocks": ((8,), (16,), (16,)), "augment": flip_and_crop, "learning_rate": 3e-3}


def ask_teacher(X, y, rng):
    """Put the scores of the ensemble beside the labels: (N, 1 + C)."""
    return X, np.column_stack([y, np.log(ensemble_probabilities([net.loss(X) for net in runs]) + 1e-12)])


def from_teacher(scores, labels):
    return distillation_loss(scores, labels[:, 1:], labels[:, 0].astype(int), 2.0, 0.5)


from_labels, _ = fit(5, **small)
distilled, _ = fit(5, mix=ask_teacher, loss_function=from_teacher, **small)
for name, scores in (("teacher, three nets", None), ("small net, labels only", from_labels), ("small net, distilled", distilled)):
    scores = ensemble_probabilities(alone) if scores is None else scores_of(scores, X_test)
    print(f"{name:>22}: {accuracy(scores, y_test):.1%}")

# %% [markdown]
# Do not read too much into one run. Measured beforehand on shapes10: the teacher has 69.0%, six small nets trained on the labels have 58.4% on
# average, and after distillation 59.4%. The gain of 0.9 ± 0.8 points is smaller than the differences between two starts (1.3 points). The teacher
# has seen no more images than the student, and a net of this size has learned what 1,000 images tell. With a large teacher and images without
# labels, distillation gains more.
#
# ## Transfer learning
#
# Most tasks have few labels, and most nets in practice do not begin with random weights. They begin with those of a net that was trained on another,
# larger data set, often ImageNet. Its first layers find edges, colours and textures, which nearly every task can use. Only the last layer, the
# **head**, belongs to the old classes. So:
#
# 1. **few labels**: keep all layers but the head as they are (*frozen*), and train a new head only;
# 2. **more labels**: train the other layers, too, with a learning rate about ten times smaller (**fine-tuning**).
#
# |   | similar images | very different images |
# |---|---|---|
# | very little data | a linear classifier on the last features | hard: a linear classifier on features of an earlier layer |
# | a lot of data | fine-tune a few layers | fine-tune many layers |
#
# ### Exercise 11: `transfer_params` · 2 points
#
# Put the arrays of a new net together: the head is its own, everything else is pretrained. "Everything" includes the running averages of batch
# normalization, which belong to the weights.

# %% nbgrader={"grade": false, "grade_id": "transfer_params", "locked": false, "schema_version": 3, "solution": true, "task": false}
def transfer_params(pretrained, fresh, head):
    """The arrays of a net that begins with pretrained ones, except for a new head.

    Parameters: pretrained and fresh, dicts of arrays by name, those of the trained and of the new net; head, a list with the names of the
        arrays of the head. In pretrained these may have other shapes, or be missing.
    Returns: a new dict with the names of fresh, and with copies of the arrays.
    Raises: ValueError if pretrained has no array with the name and shape of an array of fresh that is not in head.

    Approach
        1. go through the names of fresh
        2. decide where each array comes from, and whether it fits
    """
    ### BEGIN SOLUTION
    together = {}
    for name, new in fresh.items():
        if name in head:
            together[name] = new.copy()
        elif name in pretrained and np.shape(pretrained[name]) == np.shape(new):
            together[name] = pretrained[name].copy()
        else:
            raise ValueError(f"pretrained has no {name} of shape {np.shape(new)}")
    return together
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_transfer_params_arrays", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · arrays · 1 point
pretrained = {"W1": np.full((2, 3), 1.0), "gamma1": np.full(3, 2.0), "bn1/running_mean": np.full(3, 3.0), "W2": np.full((3, 10), 4.0), "b2": np.full(10, 5.0)}
fresh = {"W1": np.full((2, 3), 6.0), "gamma1": np.full(3, 7.0), "bn1/running_mean": np.full(3, 8.0), "W2": np.full((3, 2), 9.0), "b2": np.full(2, 0.5)}
found = arrays_of(transfer_params(copies(pretrained), copies(fresh), ["W2", "b2"]), fresh, "the result")
expected = {"W1": pretrained["W1"], "gamma1": pretrained["gamma1"], "bn1/running_mean": pretrained["bn1/running_mean"], "W2": fresh["W2"], "b2": fresh["b2"]}
checks.close(found, expected, "the result", mistakes=known.transferred(pretrained, fresh))
checks.passed("transfer_params", "a new head on pretrained layers")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(140)
for seed, head in ((141, ["W3"]), (142, ["W3", "b3", "W2"]), (143, [])):
    sizes = {"W1": (2, 4), "b1": (4,), "bn1/running_var": (4,), "W2": (4, 3), "W3": (3, 5), "b3": (5,)}
    pretrained, fresh = ({name: rng.normal(size=size) for name, size in sizes.items()} for _ in range(2))
    found = arrays_of(transfer_params(copies(pretrained), copies(fresh), head), fresh, "the result")
    checks.close(found, {name: (fresh if name in head else pretrained)[name] for name in sizes}, f"the result for head={head}",
                 mistakes=known.transferred(pretrained, fresh))
(given, own, _) = checks.call(transfer_params, copies(pretrained), copies(fresh), ["W3"])[1]
for name in sizes:
    checks.unchanged(own[name], fresh[name], f"fresh[{name!r}]")
    checks.unchanged(given[name], pretrained[name], f"pretrained[{name!r}]")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_transfer_params_fit", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · what does not fit · 1 point
pretrained, fresh = {"W1": np.ones((2, 3)), "W2": np.ones((3, 10))}, {"W1": np.zeros((2, 3)), "W2": np.zeros((3, 2))}
error = checks.raises(ValueError, "W2 has another shape, but is not in head", transfer_params, pretrained, fresh, [])
error = checks.raises(ValueError, "b2 is missing from pretrained, and not in head", transfer_params, pretrained, {**fresh, "b2": np.zeros(2)}, ["W2"])
found = arrays_of(transfer_params({**pretrained, "W9": np.ones(4)}, fresh, ["W2"]), ["W1", "W2"], "the result")
checks.close(found, {"W1": np.ones((2, 3)), "W2": np.zeros((3, 2))}, "the result, if pretrained has arrays that fresh has not")
checks.passed("transfer_params", "arrays that do not fit raise a ValueError")
### BEGIN HIDDEN TESTS
found = arrays_of(transfer_params({"W1": np.ones((2, 3))}, fresh, ["W2"]), ["W1", "W2"], "the result")
checks.close(found, {"W1": np.ones((2, 3)), "W2": np.zeros((3, 2))}, "the result, if the head is missing from pretrained")
error = checks.raises(ValueError, "W1 has the right size, but another shape", transfer_params, {"W1": np.ones((3, 2))}, fresh, ["W2"])
error = checks.raises(ValueError, "W1 would broadcast, but has another shape", transfer_params, {"W1": np.ones((1, 3))}, fresh, ["W2"])
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 12: `frozen_step` · 2 points
#
# A step of an update rule that leaves the frozen parameters exactly as they are. To set their gradients to 0 is not enough. Why? Think of a
# velocity that was left from earlier steps, and of AdamW's weight decay.

# %% nbgrader={"grade": false, "grade_id": "frozen_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
def frozen_step(params, grads, configs, frozen, rule):
    """A step of an update rule for all parameters except the frozen ones.

    Parameters: params and grads, dicts of arrays with the same names; configs, a dict with the config of each parameter; frozen, a
        list of names; rule, an update rule as in the notebook `optimizers`: w, config = rule(w, dw, config).
    Returns: new dicts params and configs with all names. Frozen parameters and their configs are as before.

    Approach
        1. two new dicts, which begin with the old entries
        2. replace the entries of the parameters that are not frozen
    """
    ### BEGIN SOLUTION
    params, configs = dict(params), dict(configs)
    for name in params:
        if name not in frozen:
            params[name], configs[name] = rule(params[name], grads[name], configs[name])
    return params, configs
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_frozen_step_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
params, grads = {"W1": np.array([1.0, 2.0]), "W2": np.array([3.0])}, {"W1": np.array([10.0, 0.0]), "W2": np.array([-1.0])}
configs = {"W1": {"learning_rate": 0.1}, "W2": {"learning_rate": 0.5}}
for frozen in (["W1"], ["W2"], []):
    after, later = params_and_configs(frozen_step(copies(params), grads, configs, frozen, sgd), params)
    moved = {"W1": np.array([0.0, 2.0]), "W2": np.array([3.5])}
    expected = {name: (params if name in frozen else moved)[name] for name in params}
    checks.close(after, expected, f"params after a step with frozen={frozen}", mistakes=known.frozen(params, moved, grads, frozen))
checks.passed("frozen_step", "only the other parameters move")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(150)
params, grads = ({name: rng.normal(size=(2, 3)) for name in ("W1", "b1", "W2", "b2")} for _ in range(2))
configs = {name: {"learning_rate": 0.1 * k} for k, name in enumerate(params, start=1)}
for frozen in (["W1", "b1"], ["b2"], list(params)):
    (given, *_), expected = checks.call(frozen_step, copies(params), grads, configs, frozen, sgd)[1], {}
    after, later = params_and_configs(frozen_step(copies(params), grads, configs, frozen, sgd), params)
    for name in params:
        expected[name] = params[name] - (name not in frozen) * configs[name]["learning_rate"] * grads[name]
        checks.unchanged(given[name], params[name], f"params[{name!r}]")
    checks.close(after, expected, f"params after a step with frozen={frozen}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_frozen_step_memory", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · rules that remember · 1 point
for rule, config in ((sgd_momentum, {"learning_rate": 0.1, "momentum": 0.9}), (adamw, {"learning_rate": 0.1, "weight_decay": 0.5}), (adam, {"learning_rate": 0.1})):
    params, grads = {"W1": np.array([1.0, -2.0]), "W2": np.array([3.0])}, {"W1": np.array([1.0, 1.0]), "W2": np.array([2.0])}
    configs, right = {"W1": dict(config), "W2": dict(config)}, rule(params["W2"], grads["W2"], dict(config))
    params, configs = params_and_configs(frozen_step(params, grads, configs, [], rule), grads)  # from here on W1 has a memory
    before = np.array(params["W1"])
    right = rule(right[0], grads["W2"], right[1])
    for frozen in (["W1"], ["W1"]):
        params, configs = params_and_configs(frozen_step(params, grads, configs, frozen, rule), grads)
    right = rule(right[0], grads["W2"], right[1])
    checks.true(np.array_equal(params["W1"], before) and not np.array_equal(before, [1.0, -2.0]), known.FROZEN_MOVES)
    checks.close(params["W2"], right[0], "W2 after three steps, with the memory of its rule", mistakes=known.forgotten(rule, config))
checks.passed("frozen_step", "momentum, Adam and weight decay leave frozen parameters alone")
### BEGIN HIDDEN TESTS
config = {"learning_rate": 0.1, "momentum": 0.9}
params, configs = {"W1": np.array([1.0, -2.0]), "W2": np.array([3.0])}, {"W1": dict(config), "W2": dict(config)}
for frozen in ([], ["W1"], ["W1"], []):
    params, configs = params_and_configs(frozen_step(params, grads, configs, frozen, sgd_momentum), grads)
w, thawed = np.array([1.0, -2.0]), dict(config)
for _ in range(2):
    w, thawed = sgd_momentum(w, grads["W1"], thawed)
checks.close(params["W1"], w, "W1 after a step, two frozen ones and another step: as if the frozen ones had not been")
_, (given, slopes, settings, names, _) = checks.call(frozen_step, {"W1": np.ones(2)}, {"W1": np.ones(2)}, {"W1": {"learning_rate": 0.1}}, [], sgd_momentum)
checks.unchanged(given["W1"], np.ones(2), "params['W1']")
checks.equal(settings, {"W1": {"learning_rate": 0.1}}, "configs, an argument that should stay as it is")
### END HIDDEN TESTS

# %% [markdown]
# Pretrain a net on the first five classes, and transfer it to the other five. There are 25 labelled images, and then 250.

# %% nbgrader={"grade": false, "grade_id": "demo_transfer", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
old, new = y_train < 5, y_train >= 5
pretrained, _ = fit(0, num_images=4000, num_classes=5, X=X_train[old], y=y_train[old], augment=flip_and_crop)
X_new, y_new = X_train[new], y_train[new] - 5
X_rest, y_rest = X_test[y_test >= 5], y_test[y_test >= 5] - 5


def tune(net, X, y, frozen, num_steps, learning_rate, seed=0):
    """Train for some steps of 25 images, with augmentation and Adam."""
    rng, configs = np.random.default_rng(seed), {name: {"learning_rate": learning_rate} for name in net.params}
    for _ in range(num_steps):
        batch = rng.choice(len(X), 25, replace=False)
        loss, grads = net.loss(flip_and_crop(X[batch], rng), y[batch])
        net.params, configs = frozen_step(net.params, grads, configs, frozen, adam)
    return net


def begin(source, head, num_classes, seed=7):
    """A new net. If there is a source, all parameters but the head are copied from it."""
    net = ConvNet((3, 16, 16), ((16,), (32,), (64,)), num_classes=num_classes, seed=seed)
    if source is not None:
        net.loss(X_train[:2], np.array([0, 1]))  # so that it has running averages, which are replaced
        take(net, transfer_params(source.params | source.state(), net.params | net.state(), head))
    return net


HEAD = ["W4", "b4"]
BODY = [name for name in pretrained.params if name not in HEAD]
for num_labels, num_steps in ((25, 100), (250, 200)):
    for name, source, frozen, rate in (("from scratch", None, [], 3e-3), ("new head only", pretrained, BODY, 3e-3), ("fine-tuned", pretrained, [], 3e-4)):
        net = tune(begin(source, HEAD, 5), X_new[:num_labels], y_new[:num_labels], frozen, num_steps, rate)
        print(f"{num_labels:4d} labels, {name:>13}: {accuracy(scores_of(net, X_rest), y_rest):.1%}")

# %% [markdown]
# Measured beforehand on shapes10, with five starts and five choices of images (mean and standard deviation):
#
# | | from scratch | new head only | fine-tuned |
# |---|---|---|---|
# | 25 labels | 35.6 ± 1.7% | 55.3 ± 5.4% | 52.7 ± 6.3% |
# | 250 labels | 69.5 ± 1.2% | 71.6 ± 2.3% | 72.0 ± 1.5% |

# %% [markdown]
# **Question 2** · 2 points. With 25 labels, which of the three ways is best, and why is it better than training all layers? Why does its advantage
# shrink with more labels?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_transfer", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# The new head only. All layers together have tens of thousands of weights, which 25 images cannot determine: the net memorizes them, and changes
# features that were good. With frozen layers only the weights of the head are learned, on features that were learned from 4,000 images of a similar
# task. With more labels, there is enough evidence to learn features for the new classes themselves, so the other ways catch up, and the frozen
# features, which were made for the old classes, become the limit.
#
# Scheme
# - [1] the new head only: few weights are learned, the good features cannot be spoiled by overfitting to 25 images
# - [1] with more labels the other layers can learn features for the new classes, so frozen features are no longer an advantage
# ### END SOLUTION

# %% [markdown]
# ## Without labels
#
# Labels are expensive, images are not. **Self-supervised learning** makes up a task whose labels cost nothing (a **pretext task**), trains a net
# on it, and transfers the weights. Examples are the colours of a grey image, a missing part, the order of the parts of an image, or its turn.
#
# ### Exercise 13: `rotate_batch` · 2 points
#
# Turn each image by 0, 1, 2 or 3 quarters, and let the net say which (Gidaris et al., 2018). To tell that a photograph of a dog stands on its head,
# the net must recognize parts of a dog.
#
# By hand: one quarter turn counterclockwise moves the last column of an image to its first row.

# %% nbgrader={"grade": false, "grade_id": "rotate_batch", "locked": false, "schema_version": 3, "solution": true, "task": false}
def rotate_batch(X, rng):
    """Turn each image by a random number of quarter turns, which is its label.

    Parameters: X (N, C, H, H) square images; rng, np.random.Generator, the only source of random numbers.
    Returns: new images (N, C, H, H), each turned counterclockwise; turns (N,), integers 0 to 3, the number of quarter turns of each image,
        all with the same probability.

    Approach
        1. draw the labels
        2. np.rot90 turns counterclockwise; which are the axes of rows and columns?
    """
    ### BEGIN SOLUTION
    turns = rng.integers(4, size=len(X))
    turned = [np.rot90(image, number, axes=(1, 2)) for image, number in zip(X, turns)]
    return np.array(turned), turns
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_rotate_batch_turns", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · turns · 1 point
X = np.random.default_rng(160).normal(size=(40, 2, 5, 5))
turned, turns = checks.unpack(rotate_batch(X.copy(), np.random.default_rng(161)), "X, turns")
turned = images_of(turned, X)
checks.shape(turns, (40,), "turns")
checks.dtype(turns, np.integer, "turns")
checks.true(np.isin(turns, [0, 1, 2, 3]).all(), known.OTHER_TURNS)
checks.true(np.ptp(turns) > 0, known.ONE_TURN)
for k, image, after in zip(turns, X, turned):
    expected = [image, image[:, :, ::-1].swapaxes(1, 2), image[:, ::-1, ::-1], image[:, ::-1].swapaxes(1, 2)][int(k)]
    checks.close(after, expected, f"an image with the label {k}", mistakes=known.turned(image, int(k)))
checks.passed("rotate_batch", "each image is turned as its label says")
### BEGIN HIDDEN TESTS
for seed in (162, 163):
    turned, turns = checks.unpack(rotate_batch(X.copy(), np.random.default_rng(seed)), "X, turns")
    for k, image, after in zip(turns, X, turned):
        for _ in range(int(k)):
            image = np.array([[channel[:, 4 - i] for i in range(5)] for channel in image])
        checks.close(after, image, f"an image with the label {k}", mistakes=known.turned(image, int(k)))
_, (given, _) = checks.call(rotate_batch, X.copy(), np.random.default_rng(164))
checks.unchanged(given, X, "X")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_rotate_batch_labels", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · labels · 1 point
X = np.random.default_rng(165).normal(size=(1000, 1, 2, 2))
turned, turns = checks.unpack(rotate_batch(X.copy(), np.random.default_rng(166)), "X, turns")
turned = images_of(turned, X)
checks.shape(turns, (1000,), "turns")
checks.equal(sorted(set(np.asarray(turns).tolist())), [0, 1, 2, 3], "the labels that occur")
shares = np.array([np.mean(np.equal(turns, k)) for k in range(4)])  # known to about 0.014
checks.true(np.abs(shares - 0.25).max() < 0.07, f"The shares of the four labels are {shares}, but all should be about 0.25.")
moved = ~np.isclose(turned, X).all(axis=(1, 2, 3))
checks.true(np.array_equal(moved, np.asarray(turns) > 0), "Images with label 0 should stay as they are, and all others should turn.")
checks.passed("rotate_batch", "all four labels are equally frequent")
### BEGIN HIDDEN TESTS
steps = (np.diff(np.asarray(turns, dtype=int)) % 4)
checks.true(np.abs(np.bincount(steps, minlength=4) / 999 - 0.25).max() < 0.08, "The labels of neighbouring images are related.")
one, same, other = (np.asarray(checks.unpack(rotate_batch(X[:50], np.random.default_rng(seed)), "X, turns")[1]) for seed in (167, 167, 168))
checks.true(np.array_equal(one, same) and not np.array_equal(one, other), known.NOT_FROM_RNG)
### END HIDDEN TESTS

# %% [markdown]
# Two thousand steps, half a minute. For the first thousand, the loss stays at log 4: the net guesses. A task without colours to hold on to starts
# slowly.

# %% nbgrader={"grade": false, "grade_id": "demo_rotation", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
rng = np.random.default_rng(0)
turner = ConvNet((3, 16, 16), ((16,), (32,), (64,)), num_classes=4, seed=0)
configs, losses = {name: {"learning_rate": 2e-3} for name in turner.params}, []
for _ in tqdm(range(2000), file=sys.stdout):
    turned, turns = rotate_batch(X_train[rng.choice(len(X_train), 100, replace=False)], rng)
    loss, grads = turner.loss(turned, turns)
    losses.append(loss)
    turner.params, configs = frozen_step(turner.params, grads, configs, [], adam)
turned, turns = rotate_batch(X_test, np.random.default_rng(1))
right = np.argmax(scores_of(turner, turned), axis=1) == turns
fig, axes = plt.subplots(1, 2, figsize=(vis.WIDTH, 3.0), layout="constrained")
axes[0].plot(np.convolve(losses, np.ones(50) / 50, mode="valid"), color=vis.BLUE)
axes[0].axhline(np.log(4), color="grey", ls=":")
axes[0].set(xlabel="step", ylabel="loss, mean of 50 steps", title=f"{right.mean():.0%} of the turns are right")
axes[1].barh(images.class_names[::-1], [100 * right[y_test == label].mean() for label in range(10)][::-1], color=vis.ORANGE)
axes[1].axvline(25, color="grey", ls=":")
axes[1].set(xlabel="turns told right (%); guessing: 25%")
show(turned[:8], titles=[f"{number} turn{'s' * int(number != 1)}" for number in turns[:8]]);

# %% nbgrader={"grade": false, "grade_id": "demo_pretext", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
for num_labels, num_steps in ((50, 100), (250, 200)):
    for name, source, frozen, rate in (("from scratch", None, [], 3e-3), ("new head only", turner, BODY, 3e-3), ("fine-tuned", turner, [], 1e-3)):
        net = tune(begin(source, HEAD, 10), X_train[:num_labels], y_train[:num_labels], frozen, num_steps, rate)
        print(f"{num_labels:4d} labels, {name:>13}: {accuracy(scores_of(net, X_test), y_test):.1%}")

# %% [markdown]
# Measured beforehand on shapes10, from two starts: with 50 labels, 27% and 26% from scratch, 35% and 39% with a new head on the pretrained layers.
# With 250 labels, 48% and 44% from scratch, and 56% and 59% after fine-tuning. After 300 steps of the pretext task, which still guesses then, nothing
# was gained. On CIFAR-10, one run of 2,000 steps gained nothing either (250 labels: 36% from scratch, 33% after fine-tuning): photographs need
# larger nets and much longer training.

# %% [markdown]
# **Question 3** · 2 points. (a) Name two classes of shapes10 whose shape does not show how it was turned. (b) The net tells more than a quarter of the
# turns of a disc, although a disc looks the same after every turn. Where can it see them? (c) What kind of images makes this pretext task useful,
# and why do features that solve it help to tell classes apart?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_rotation", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# (a) Disc and ring look the same after every turn, square and cross after quarter turns. (b) Outside of the shape: something in the background must
# have a direction. On shapes10 it is the small slips of paper, which are wider than high, so that one sees whether the picture lies on its side. A
# pretext task may be solved by such shortcuts. (c) Images that have an upright, such as photographs of animals, houses and streets, with the sky
# above and legs below. To tell where up is, the net must recognize objects or their parts, and these are what classes differ in.
#
# Scheme
# - [0.5] (a) two of disc, ring, square, cross
# - [0.5] (b) outside of the shape: the background (the slips of paper, patterns, light) has a direction
# - [1] (c) images with an upright, where the net has to recognize objects or their parts to tell the turn
# ### END SOLUTION

# %% [markdown]
# ### Exercise 14: `contrastive_loss` · 5 points
#
# Another source of labels: two augmented views of *the same* image should have similar features, and views of different images different ones. The
# net turns every view into a vector $z$, its **embedding**. Only directions count, so similarity is the cosine $u_a^\top u_b$ of the normalized
# vectors $u = z / \lVert z \rVert$. For a view $a$ whose other view is $b$, the loss is a softmax loss: the scores are the similarities of $a$ with
# *all other* views, divided by a temperature $T$, and the correct "class" is $b$:
#
# $$ L_a = -\log \frac{\exp(u_a^\top u_b / T)}{\sum_{c \neq a} \exp(u_a^\top u_c / T)} . $$
#
# With $N$ images there are $2N$ views, and the loss is the mean over all of them. `Z` holds first one view of all images, then the other: rows $i$
# and $i + N$ belong together.
#
# By hand: two images with the embeddings (1, 0), (0, 1) and (2, 0), (0, 3). Every view has the cosine 1 with its other view, and 0 with the two
# views of the other image. For T = 1, all four losses are −log(e / (e + 1 + 1)) = 0.551.
#
# For the gradient, collect the scores in a matrix $S = U U^\top / T$. Its gradient $G$ is that of a softmax loss, row by row, without the diagonal.
# Each row of $U$ stands in a row *and* in a column of $S$, so $dU = (G + G^\top)\, U / T$. Last comes the normalization: a change of $z$ along $u$
# changes only its length, so that part of the gradient drops out, $dz = (du - (u^\top du)\, u) / \lVert z \rVert$.

# %% nbgrader={"grade": false, "grade_id": "contrastive_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def contrastive_loss(Z, T):
    """The contrastive loss of SimCLR (NT-Xent), and its gradient.

    Parameters: Z (2N, D), the embeddings: rows i and i + N are two views of image i; T, the temperature.
    Returns: loss, a float, the mean over the 2N views; dZ (2N, D), the gradient.

    Approach
        1. normalize the rows; then the matrix of scores, whose diagonal must not count: exp(-inf) is 0
        2. the softmax of each row; which column is the other view?
        3. the loss, and its gradient with respect to the scores
        4. back through the product, and through the normalization
    """
    ### BEGIN SOLUTION
    num_views = len(Z)
    norms = np.linalg.norm(Z, axis=1, keepdims=True)
    U = Z / norms
    S = U @ U.T / T
    S[np.arange(num_views), np.arange(num_views)] = -np.inf
    other = (np.arange(num_views) + num_views // 2) % num_views
    loss, G = softmax_loss(S, other)
    dU = (G + G.T) @ U / T
    dZ = (dU - np.sum(U * dU, axis=1, keepdims=True) * U) / norms
    return loss, dZ
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_contrastive_loss_value", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · values · 2 points
Z = np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0], [0.0, 3.0]])
for T in (1.0, 0.5):
    loss, dZ = loss_and_gradient(contrastive_loss(Z.copy(), T), Z)
    checks.close(loss, np.log(np.exp(1 / T) + 2) - 1 / T, f"the loss of two images for T={T}", num_examples=4, mistakes=known.contrastive(Z, T))
rng = np.random.default_rng(170)
Z = rng.normal(size=(8, 3))
loss, dZ = loss_and_gradient(contrastive_loss(Z.copy(), 0.5), Z)
checks.close(loss, known.right_contrastive(Z, 0.5), "the loss of four images", num_examples=8, mistakes=known.contrastive(Z, 0.5))
checks.passed("contrastive_loss", "the loss of pairs")
### BEGIN HIDDEN TESTS
for seed, rows, D, T in ((171, 6, 4, 1.0), (172, 10, 2, 0.1), (173, 4, 5, 3.0), (174, 12, 6, 0.3)):
    Z = np.random.default_rng(seed).normal(size=(rows, D))
    loss, dZ = loss_and_gradient(contrastive_loss(Z.copy(), T), Z)
    checks.close(loss, known.right_contrastive(Z, T), f"the loss of {rows // 2} images for T={T}", num_examples=rows, mistakes=known.contrastive(Z, T))
lengths = np.random.default_rng(175).uniform(0.1, 9, size=(12, 1))
longer, _ = loss_and_gradient(contrastive_loss(lengths * Z, T), Z)
checks.close(longer, loss, "the loss of embeddings of other lengths, which do not count")
far, _ = loss_and_gradient(contrastive_loss(Z.copy(), 1e-3), Z)
checks.close(far, known.right_contrastive(Z, 1e-3), "the loss for T=0.001", mistakes=known.contrastive(Z, 1e-3))
_, (given, _) = checks.call(contrastive_loss, Z, 0.5)
checks.unchanged(given, Z, "Z")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_contrastive_loss_gradient", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · gradient · 3 points
Z = np.random.default_rng(180).normal(size=(8, 3))
for T in (1.0, 0.4):
    loss, dZ = loss_and_gradient(contrastive_loss(Z.copy(), T), Z)
    checks.gradient(lambda V: known.right_contrastive(V, T), Z, dZ, f"dZ for T={T:g}", num_examples=8,
                    or_of=lambda V: contrastive_loss(V, T)[0], resembling=True, mistakes=known.contrastive_gradient(Z, T))
checks.passed("contrastive_loss", "the gradient agrees with the numerical one")
### BEGIN HIDDEN TESTS
for seed, rows, D, T in ((181, 6, 4, 1.0), (182, 4, 2, 0.3), (183, 10, 5, 2.0)):
    Z = (1 + seed % 3) * np.random.default_rng(seed).normal(size=(rows, D))
    loss, dZ = loss_and_gradient(contrastive_loss(Z.copy(), T), Z)
    checks.gradient(lambda V: known.right_contrastive(V, T), Z, dZ, f"dZ for T={T:g}", num_examples=rows,
                    or_of=lambda V: contrastive_loss(V, T)[0], resembling=True, mistakes=known.contrastive_gradient(Z, T))
result = checks.derived(contrastive_loss, np.random.default_rng(184).normal(size=(4, 60)), 0.5, size=240)
### END HIDDEN TESTS

# %% [markdown]
# What the loss does to embeddings in the plane: 12 images, two views each, random at first. Gradient descent moves the views of an image together
# (lines), and spreads the images over the circle.

# %% nbgrader={"grade": false, "grade_id": "demo_contrastive", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
Z = np.random.default_rng(5).normal(size=(24, 2))
fig, axes = plt.subplots(1, 4, figsize=(vis.WIDTH, 2.6), layout="constrained")
for ax, num_steps in zip(axes, (0, 4, 16, 200)):
    for _ in range(num_steps):
        Z = Z - 0.5 * contrastive_loss(Z, 0.2)[1]
    U = Z / np.linalg.norm(Z, axis=1, keepdims=True)
    for k in range(12):
        ax.plot(U[[k, k + 12], 0], U[[k, k + 12], 1], "o-", ms=5, lw=1, color=plt.cm.hsv(k / 12))
    ax.set(aspect="equal", xlim=(-1.2, 1.2), ylim=(-1.2, 1.2), xticks=[], yticks=[], xlabel=f"loss {contrastive_loss(Z, 0.2)[0]:.2f}")
axes[0].set_title("random embeddings", fontsize=10)
axes[1].set_title("after 4 steps", fontsize=10)
axes[2].set_title("after 20", fontsize=10)
axes[3].set_title("after 220", fontsize=10);

# %% [markdown]
# In practice the embeddings are the outputs of a net, and the views are augmented images. Measured beforehand on shapes10, from three starts: 600
# steps with 200 images each (flips, crops, brightness, contrast and noise), then a new head, trained with 50 labels: 29.6%, against 25.5% from
# scratch. With 250 labels nothing was left of the gain. An earlier try, with 300 steps of 100 images and with views that also differed in colour,
# gained nothing. Both can be the reason: too few steps, and a loss that asks for features that do not see what changes between the views, here the
# colour, in which the classes of shapes10 differ.
#
# ## Several labels, and very many
#
# The softmax assumes that exactly one class is correct. An image may also have several **attributes**, such as *outdoors*, *people* and *snow*,
# each of which is there or not. Then every attribute has a score and a decision of its own.
#
# ### Exercise 15: `multilabel_hinge` · 2 points
#
# With $y_{ij} = 1$ where image $i$ has attribute $j$ and $y_{ij} = -1$ where it does not, the score should be above 1 or below −1:
#
# $$ L = \frac1N \sum_i \sum_j \max(0,\ 1 - y_{ij}\, s_{ij}) . $$
#
# By hand: for the scores (2, 0.5, 0) and y = (1, 1, −1), the terms are 0, 0.5 and 1.

# %% nbgrader={"grade": false, "grade_id": "multilabel_hinge", "locked": false, "schema_version": 3, "solution": true, "task": false}
def multilabel_hinge(scores, y):
    """The hinge loss of attributes that an image has or has not, and its gradient.

    Parameters: scores (N, A), one for each of A attributes; y (N, A), 1 or -1.
    Returns: loss, a float: the sum over the attributes, and the mean over the images; dscores (N, A), the gradient.

    Approach
        1. the margins, and which of them count
        2. the derivative of a margin that counts
    """
    ### BEGIN SOLUTION
    margins = 1 - y * scores
    loss = np.sum(np.maximum(margins, 0)) / len(scores)
    dscores = np.where(margins > 0, -y, 0) / len(scores)
    return loss, dscores
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_multilabel_hinge_value", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
scores, y = np.array([[2.0, 0.5, 0.0], [-3.0, 1.5, -0.5]]), np.array([[1, 1, -1], [-1, -1, 1]])
loss, dscores = loss_and_gradient(multilabel_hinge(scores, y), scores)
checks.close(loss, (0 + 0.5 + 1 + 0 + 2.5 + 1.5) / 2, "the loss of two images", num_examples=2, mistakes=known.attributes(scores, y))
checks.passed("multilabel_hinge", "the loss of a hand-made example is right")
### BEGIN HIDDEN TESTS
for seed, N, A in ((190, 4, 5), (191, 1, 3), (192, 6, 1), (193, 3, 8)):
    rng = np.random.default_rng(seed)
    scores, y = 2 * rng.normal(size=(N, A)), rng.choice([-1, 1], size=(N, A))
    loss, dscores = loss_and_gradient(multilabel_hinge(scores, y), scores)
    expected = sum(max(0.0, 1 - label * score) for row, labels in zip(scores, y) for score, label in zip(row, labels)) / N
    checks.close(loss, expected, f"the loss of {N} images with {A} attributes", num_examples=N, mistakes=known.attributes(scores, y))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_multilabel_hinge_gradient", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · gradient · 1 point
rng = np.random.default_rng(194)
scores, y = 2 * rng.normal(size=(5, 4)), rng.choice([-1, 1], size=(5, 4))
loss, dscores = loss_and_gradient(multilabel_hinge(scores, y), scores)
checks.gradient(lambda s: known.right_attributes(s, y), scores, dscores, "dscores", num_examples=5, kinks=True,
                or_of=lambda s: multilabel_hinge(s, y)[0], resembling=True, mistakes=known.attribute_gradient(scores, y))
checks.passed("multilabel_hinge", "the gradient agrees with the numerical one")
### BEGIN HIDDEN TESTS
for seed, N, A in ((195, 1, 3), (196, 3, 6)):
    rng = np.random.default_rng(seed)
    scores, y = 2 * rng.normal(size=(N, A)), rng.choice([-1, 1], size=(N, A))
    loss, dscores = loss_and_gradient(multilabel_hinge(scores, y), scores)
    checks.gradient(lambda s: known.right_attributes(s, y), scores, dscores, "dscores", num_examples=N, kinks=True,
                    or_of=lambda s: multilabel_hinge(s, y)[0], resembling=True, mistakes=known.attribute_gradient(scores, y))
whole, after = checks.call(multilabel_hinge, scores, y.astype(np.int8))
checks.close(whole[1], dscores, "dscores for y of dtype int8")
checks.unchanged(after[0], scores, "scores")
### END HIDDEN TESTS

# %% [markdown]
# Three relatives, which the library or the literature has:
#
# - the **squared hinge** loss (`layers.squared_hinge_loss`) squares the margins of the multiclass SVM, so that large violations count more and small
#   ones less;
# - **hierarchical softmax** (`layers.hierarchical_softmax_loss`; Morin and Bengio, 2005) is for very many classes, such as all words of a language.
#   The classes are the leaves of a binary tree, and a class costs about log₂ C decisions, not C exponentials;
# - **structured outputs**: the label may be a whole graph, a tree or a sequence, of which there are too many to list. The structured SVM
#   (Tsochantaridis et al., 2005) asks for a margin over the worst wrong one.
#
# ## Summary
#
# - Add randomness in training, and average it out at test time.
# - Augmentation shows a new version of every image in every epoch. It must not touch what the label depends on.
# - mixup and CutMix blend images *and* their targets. The cross-entropy takes any probabilities as targets.
# - Ensembles and views average *probabilities*; a moving average averages *weights*, along one run.
# - Distillation trains one net on the softened answers of many. The factor T² keeps the balance with the labels.
# - With few labels, transfer the layers of another net, and train a new head only. With more, fine-tune, with a small learning rate.
# - A pretext task needs images in which its answer can be seen. The contrastive loss pulls the views of an image together, and all others apart.
#
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"cutout": 2, "pca_color": 2, "elastic_deform": 2, "soft_cross_entropy": 3, "mixup": 2, "cutmix": 2, "ensemble_probabilities": 1,
                "predict_tta": 2, "ema_update": 2, "distillation_loss": 2, "transfer_params": 2, "frozen_step": 2, "rotate_batch": 2, "contrastive_loss": 2,
                "multilabel_hinge": 2})
