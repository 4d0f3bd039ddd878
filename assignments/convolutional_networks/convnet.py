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
# # A convolutional net, with normalization made for images
#
# All the layers are there: convolution, ReLU, pooling, affine, softmax. What is missing is a normalization that
# knows what an image is, and somebody who plugs the layers together. Here you do both. The reward is the first net of
# this course that sees: it learns its own edge and colour detectors, and beats every classifier you have built so far.
#
# **You will learn**
#
# - why batch normalization of images shares its statistics over pixels, and how three lines turn the layer that you know into it;
# - layer, instance and group normalization: one computation, four ways to say which numbers belong together;
# - to plug layers into a net, forward and backward, and to convince yourself that it is right before training it;
# - what the first layer of a trained net looks for, and what it makes of an image.
#
# **Time**: about five hours of work. The cells themselves run in less than a minute with the drawn images
# (in up to two on a slow or busy machine); with CIFAR-10 in about three minutes on two idle cores, most of it training.
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that
# come with the course. The checks use small random arrays, not the images.
#
# This notebook stands on its own: convolution and pooling are the library's fast ones, and so are the layers of earlier
# assignments.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from cs231n_lib import checks, data, vis
from cs231n_lib.data.augmentation import random_horizontal_flip
from cs231n_lib.layers import (
    affine_backward, affine_forward, batchnorm_backward, batchnorm_forward, conv_backward_fast, conv_forward_fast,
    max_pool_backward_fast, max_pool_forward_fast, relu_backward, relu_forward, softmax_loss,
)
from cs231n_lib.notebooks import errors
from cs231n_lib.solver import Solver

errors.explain()


def make_images(seed, shape=(3, 2, 4, 5)):
    """A small random problem for checks: images (N, C, H, W), gamma (C,), beta (C,), an upstream gradient like the images."""
    rng = np.random.default_rng(seed)
    C = shape[1]
    x = rng.normal(size=shape) * rng.uniform(0.5, 3, size=(1, C, 1, 1)) + rng.normal(size=(1, C, 1, 1))
    return x, rng.uniform(0.5, 2, size=C), rng.normal(size=C), rng.normal(size=shape)


def parts(result, names):
    """A result that should be several things."""
    count = names.count(",") + 1
    checks.true(result is not None, f"The function returned None. Did you forget `return {names}`?")
    checks.true(isinstance(result, (tuple, list)) and len(result) == count,
                f"The function should return {('two', 'three')[count - 2]} things: `return {names}`.")
    return result


def six_arrays(arrays, what):
    """The parameters of the net, or their gradients, which should be a dict with these names."""
    checks.true(isinstance(arrays, dict), f"{what} should be a dict with six arrays.")
    checks.equal(sorted(arrays), ["W1", "W2", "W3", "b1", "b2", "b3"], f"the names in {what}, sorted")
    return arrays


def loss_and_grads(result):
    """What the loss of the net returns, after a look whether it is the pair (loss, grads)."""
    loss, grads = parts(result, "loss, grads")
    return loss, six_arrays(grads, "grads")


def standardized(rows, eps=1e-5):
    """Each row with mean 0 and variance 1: what the checks expect of numbers that belong together."""
    rows = np.asarray(rows, dtype=float)
    centred = rows - rows.mean(axis=-1, keepdims=True)
    return centred / np.sqrt(np.mean(centred ** 2, axis=-1, keepdims=True) + eps)


# %% [markdown]
# ## The images
#
# A net on images keeps their shape, so there is no flattening any more. The library's order is (N, C, H, W): images,
# channels, rows, columns. The mean training image is subtracted, and the pixels are divided by 64, about their standard deviation.

# %% nbgrader={"grade": false, "grade_id": "load_data", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
images = data.load()
print(images)
sets = data.solver_data(images)  # (N, 3, 32, 32), minus the mean training image
for name in ("X_train", "X_val", "X_test"):
    sets[name] /= np.float32(64)
print("training:", sets["X_train"].shape, sets["X_train"].dtype, " validation:", sets["X_val"].shape, " test:", sets["X_test"].shape)
chosen = np.concatenate([np.flatnonzero(images.y_train == label)[:2] for label in range(10)]).reshape(10, 2).T.ravel()
vis.show_images(images.X_train[chosen], titles=[images.class_names[label] for label in images.y_train[chosen]], columns=10);

# %% [markdown]
# ## Which numbers belong together?
#
# All the normalization layers of this notebook do the same with a set of numbers: subtract their mean, divide by their standard
# deviation. Then comes a scale $\gamma$ and a shift $\beta$, which are learnt, so that the net can undo it all if that is
# better. They differ in one question only: *which* numbers go into one mean?
#
# The output of a convolution is an array (N, C, H, W). In the picture every little image is one channel of one example (here 3
# examples, 4 channels, 3x4 pixels). Pixels of the same colour share a mean and a variance.

# %% nbgrader={"grade": false, "grade_id": "picture_groups", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
kinds = {
    "spatial batch norm": np.tile([0, 5, 10, 15], (3, 1)),
    "layer norm": np.tile([[0], [5], [10]], (1, 4)),
    "group norm, G = 2": np.array([[0, 0, 5, 5], [10, 10, 15, 15], [2, 2, 7, 7]]),
    "instance norm": np.array([[0, 5, 10, 15], [2, 7, 12, 17], [4, 9, 14, 19]]),
}
fig, axes = plt.subplots(1, 4, figsize=(12.5, 2.9), layout="constrained", sharey=True)
for ax, (title, colors) in zip(axes, kinds.items()):
    ax.pcolormesh(np.kron(colors, np.ones((3, 4))), cmap="tab20", vmin=0, vmax=19, edgecolors="white", linewidth=0.4)
    for place in range(5):
        ax.axvline(4 * place, color="white", lw=6)
    for place in range(4):
        ax.axhline(3 * place, color="white", lw=6)
    ax.set_xticks([2, 6, 10, 14], [f"channel {c}" for c in range(4)], fontsize=8)
    ax.set_yticks([1.5, 4.5, 7.5], [f"example {n}" for n in range(3)])
    ax.tick_params(length=0)
    ax.set_ylim(9, 0)  # example 0 at the top
    ax.set_title(f"{title}: {len(np.unique(colors))} means")
    ax.spines[:].set_visible(False)

# %% [markdown]
# Why does batch normalization of images share its statistics over pixels? A convolution applies *the same filter* everywhere.
# If "vertical edge" were scaled differently in the upper left corner and in the middle, the same edge would mean something else
# depending on where it lies, and what convolution is good for would be gone. So: one mean and one variance **per channel**,
# over all images, rows and columns,
#
# $$ \mu_c = \frac{1}{NHW} \sum_{n,h,w} x_{nchw}, \qquad \sigma_c^2 = \frac{1}{NHW} \sum_{n,h,w} (x_{nchw} - \mu_c)^2, \qquad
# \mathrm{out}_{nchw} = \gamma_c\, \frac{x_{nchw} - \mu_c}{\sqrt{\sigma_c^2 + \epsilon}} + \beta_c . $$
#
# A pleasant side effect: with 100 images of 32x32 pixels the statistics come from 102,400 numbers, not from 100. They hardly
# wobble from batch to batch.
#
# ## Exercise 1: `spatial_batchnorm_forward`
#
# You have written `batchnorm_forward` for examples (N, D), and the library's is imported above: it takes care of the running
# averages in `bn_param` as well. Think of every *pixel* as an example with C features, and there is not much left to do. The
# one trap: `reshape` never moves a number in memory. It reads them in their order and breaks the lines elsewhere. To get rows
# of C channels, the axis of the channels has to be the last one *before* the reshape, and afterwards the way back has to be
# undone in reverse order.
#
# Or write it from scratch; both ways are right.

# %% nbgrader={"grade": false, "grade_id": "spatial_batchnorm_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    """Batch normalization for images: mean and variance of each channel over all images and pixels.

    Arguments
    - x: (N, C, H, W) images; float32 stays float32
    - gamma, beta: (C,) scale and shift of each channel
    - bn_param: a dict, as for batchnorm_forward:
      - "mode": "train" (statistics of the batch) or "test" (the running averages instead); required
      - "eps": added to the variance, 1e-5 if not given
      - "momentum": 0.9 if not given; in train mode running = momentum * running + (1 - momentum) * that of the batch
      - "running_mean", "running_var": (C,), zeros if not given. In train mode the new averages are put into *this* dict,
        in test mode they stay as they are. The variance is the one that divides by the number of values.

    Returns (out, cache)
    - out: (N, C, H, W)
    - cache: whatever spatial_batchnorm_backward needs
    """
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    pixels = x.transpose(0, 2, 3, 1).reshape(N * H * W, C)  # (N*H*W, C): every pixel is an example
    out, cache = batchnorm_forward(pixels, gamma, beta, bn_param)
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache  # back: (N, H, W, C), then (N, C, H, W)
    ### END SOLUTION


# %% [markdown]
# Two images of two channels and 2x3 pixels. The numbers of a channel, all twelve of them, get mean 0 and variance 1; then come
# gamma and beta.

# %% nbgrader={"grade": true, "grade_id": "test_spatial_batchnorm_forward_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
first = np.array([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[7.0, 8.0, 9.0], [10.0, 11.0, 12.0]]])  # channel 0: (N, H, W)
second = np.array([[[0.0, 0.0, 3.0], [0.0, -6.0, 0.0]], [[0.0, 9.0, 0.0], [0.0, 0.0, 0.0]]])  # channel 1
x = np.stack([first, second], axis=1)  # (2, 2, 2, 3)
gamma, beta = np.array([2.0, 0.5]), np.array([0.0, -1.0])
out, cache = parts(spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"}), "out, cache")
checks.shape(out, x.shape, "out (the shape of x)")
normal = np.stack([standardized(channel.ravel()).reshape(2, 2, 3) for channel in (first, second)], axis=1)


def scaled(x_hat):
    return gamma[:, None, None] * x_hat.reshape(x.shape) + beta[:, None, None]


mixed = (standardized(x.reshape(-1, 2).T).T * gamma + beta)  # rows that are no pixels
expected = scaled(normal)
suspects = {
    "x was reshaped to rows of C numbers without moving the axis of the channels to the end first (transpose), so that the "
    "columns mix channels.": mixed.reshape(x.shape),
    "x was reshaped to rows of C numbers without moving the axis of the channels to the end first; only the way back has a "
    "transpose.": mixed.reshape(2, 2, 3, 2).transpose(0, 3, 1, 2),
    "the way back is a reshape alone: the axis of the channels still is the last one and has to be moved back "
    "(transpose).": np.ascontiguousarray(np.moveaxis(expected, 1, 3)).reshape(x.shape),
    "rows and columns have changed places on the way back.": np.ascontiguousarray(np.swapaxes(expected, 2, 3)).reshape(x.shape),
    "every image has statistics of its own (that is instance normalization); average over the images, too.":
        scaled(standardized(x.reshape(2, 2, 6))),
    "every pixel has statistics of its own, over the images only; average over rows and columns, too.":
        scaled(np.moveaxis(standardized(np.moveaxis(x, 0, -1)), -1, 0)),
    "all channels of an image share their statistics (that is layer normalization).": scaled(standardized(x.reshape(2, 12))),
    "the mean is over images, channels and rows, as for images (N, H, W, C); here the channels are axis 1.":
        scaled(np.moveaxis(standardized(np.moveaxis(x, 3, 0).reshape(3, 8)).reshape(3, 2, 2, 2), 0, 3)),
    "the variance is the average of the variances within each image; it should be that of all numbers of the channel.":
        lambda: scaled((x - x.mean(axis=(0, 2, 3), keepdims=True)) / np.sqrt(x.var(axis=(2, 3), keepdims=True).mean(axis=0) + 1e-5)),
    "all channels share one mean and one variance.": scaled(standardized(x.reshape(1, 24))),
    "the variance is divided by the number of values less 1.": scaled(normal * np.sqrt(11 / 12)),
    "gamma and beta are not applied.": normal,
    "beta is not added.": expected - beta[:, None, None],
    "gamma is not applied.": normal + beta[:, None, None],
    "the numbers are divided by the variance, not by its root.": scaled(
        np.stack([normal[:, c] / channel.std() for c, channel in enumerate((first, second))], axis=1)),
}
checks.close(out, expected, "out of spatial_batchnorm_forward", suspects=suspects)
checks.passed("spatial_batchnorm_forward", "each channel is normalized over images, rows and columns")
### BEGIN HIDDEN TESTS
for seed, shape in ((101, (2, 3, 4, 4)), (102, (3, 3, 3, 3))):
    x, gamma, beta, _ = make_images(seed, shape)
    out, cache = parts(spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"}), "out, cache")
    expected = np.empty(shape)
    for c in range(shape[1]):
        expected[:, c] = gamma[c] * standardized(x[:, c].ravel()).reshape(x[:, c].shape) + beta[c]
    checks.close(out, expected, f"out of spatial_batchnorm_forward for x of shape {shape}")
### END HIDDEN TESTS

# %% [markdown]
# Images need not be square, a batch may be a single image, and there may be one channel only. In each case channel $c$ comes
# out with mean $\beta_c$ and standard deviation $|\gamma_c|$.

# %% nbgrader={"grade": true, "grade_id": "test_spatial_batchnorm_forward_sizes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
for seed, shape in ((110, (4, 3, 2, 7)), (111, (1, 3, 6, 2)), (112, (5, 1, 3, 4)), (113, (6, 4, 1, 1))):
    x, gamma, beta, _ = make_images(seed, shape)
    out, cache = parts(spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"}), "out, cache")
    checks.shape(out, shape, f"out for x of shape {shape}")
    for c in range(shape[1]):
        channel = np.asarray(out)[:, c]
        checks.close(channel.mean(), beta[c], f"the mean of channel {c} of out, for x of shape {shape}; it should be beta[{c}]",
                     hint="Is every H an H and every W a W?")
        checks.close(channel.std(), gamma[c], f"the standard deviation of channel {c} of out, for x of shape {shape}; it should be "
                     f"gamma[{c}]", rtol=1e-3, hint="Is every H an H and every W a W?")
checks.passed("spatial_batchnorm_forward", "images of other shapes, single images, single channels")
### BEGIN HIDDEN TESTS
for seed, shape in ((114, (2, 4, 3, 5)), (115, (3, 2, 8, 1))):
    x, gamma, beta, _ = make_images(seed, shape)
    out, cache = parts(spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"}), "out, cache")
    checks.shape(out, shape, f"out for x of shape {shape}")
    for n, c in np.ndindex(shape[:2]):
        mean, var = x[:, c].mean(), x[:, c].var()
        checks.close(np.asarray(out)[n, c], gamma[c] * (x[n, c] - mean) / np.sqrt(var + 1e-5) + beta[c],
                     f"image {n}, channel {c} of out, for x of shape {shape}")
### END HIDDEN TESTS

# %% [markdown]
# After each batch the running averages, one number per channel, stand in the `bn_param` that was passed. (`checks.call` calls a
# function and brings back its arguments as the call has left them.)

# %% nbgrader={"grade": true, "grade_id": "test_spatial_batchnorm_forward_running", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x = np.zeros((2, 2, 1, 2))
x[:, 0] = [[[1.0, 3.0]], [[1.0, 3.0]]]  # mean 2, variance 1
x[:, 1] = [[[0.0, 0.0]], [[0.0, 8.0]]]  # mean 2, variance 12
gamma, beta = np.ones(2), np.zeros(2)
result, arguments = checks.call(spatial_batchnorm_forward, x, gamma, beta, {"mode": "train", "momentum": 0.75, "eps": 1.0})
after = arguments[3]
checks.true("running_mean" in after and "running_var" in after,
            "After a batch in train mode bn_param has no running averages. Pass the dict itself on, not a copy of it, or set its "
            "entries: bn_param[...] = ...")
checks.shape(after["running_mean"], (2,), 'bn_param["running_mean"]')
checks.shape(after["running_var"], (2,), 'bn_param["running_var"]')
checks.close(after["running_mean"], [0.5, 0.5], 'bn_param["running_mean"] after one batch', suspects={
    "the old average should be multiplied by the momentum and the new mean by 1 - momentum, not the other way round.": np.array([1.5, 1.5]),
    "this is the mean of the batch; no average is kept.": np.array([2.0, 2.0]),
    "a momentum of 0.9 was taken; the one in bn_param is 0.75.": np.array([0.2, 0.2])})
checks.close(after["running_var"], [0.25, 3.0], 'bn_param["running_var"] after one batch', suspects={
    "the variance is divided by the number of values less 1.": np.array([1 / 3, 4.0]),
    "without running_var in bn_param the average begins with zeros, not with ones.": np.array([1.0, 3.75]),
    "eps belongs to the root only; the average is that of the variance itself.": np.array([0.5, 3.25]),
    "this is an average of standard deviations.": np.array([0.25, 12 ** 0.5 / 4]),
    "this is the average of the variance over the images of every pixel, not of the variance of the channel.": np.array([0.0, 2.0]),
    "this is the average of the variances within each image.": np.array([0.25, 2.0])})
result, arguments = checks.call(spatial_batchnorm_forward, 10 * x, gamma, beta, after)
checks.close(arguments[3]["running_mean"], [5.375, 5.375], 'bn_param["running_mean"] after a second batch of means 20',
             hint="The average goes on from what bn_param holds: 0.75 * 0.5 + 0.25 * 20.")
checks.close(arguments[3]["running_var"], [25.1875, 302.25], 'bn_param["running_var"] after a second batch of variances 100 and 1200')
checks.passed("spatial_batchnorm_forward", "running averages of each channel are kept")
### BEGIN HIDDEN TESTS
for seed, shape, momentum in ((120, (3, 4, 2, 5), None), (121, (1, 2, 3, 4), 0.5), (122, (5, 3, 3, 3), 0.0)):
    x, gamma, beta, _ = make_images(seed, shape)
    C = shape[1]
    mean, var = np.linspace(-1, 1, C), np.linspace(1, 2, C)
    param = {"mode": "train", "running_mean": mean, "running_var": var} | ({} if momentum is None else {"momentum": momentum})
    share = 0.9 if momentum is None else momentum
    result, arguments = checks.call(spatial_batchnorm_forward, x, gamma, beta, param)
    for c in range(C):
        checks.close(arguments[3]["running_mean"][c], share * mean[c] + (1 - share) * x[:, c].mean(), "the running mean of a channel")
        checks.close(arguments[3]["running_var"][c], share * var[c] + (1 - share) * x[:, c].var(), "the running variance of a channel")
### END HIDDEN TESTS

# %% [markdown]
# In test mode the running averages take the place of the batch's statistics, and nothing is updated.

# %% nbgrader={"grade": true, "grade_id": "test_spatial_batchnorm_forward_test_mode", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.array([[[[3.0, 5.0, 7.0]], [[10.0, 0.0, 20.0]]]])  # one image, two channels
param = {"mode": "test", "eps": 1e-12, "running_mean": np.array([1.0, 10.0]), "running_var": np.array([4.0, 25.0])}
result, arguments = checks.call(spatial_batchnorm_forward, x, np.array([1.0, 2.0]), np.array([0.0, 100.0]), param)
out, cache = parts(result, "out, cache")
checks.close(out, [[[[1.0, 2.0, 3.0]], [[100.0, 96.0, 104.0]]]], "out in test mode", suspects={
    "these are the statistics of the batch; in test mode the running averages take their place.":
        np.array([[[[-1.5 ** 0.5, 0.0, 1.5 ** 0.5]], [[100.0, 100 - 6 ** 0.5, 100 + 6 ** 0.5]]]]),
    "the numbers are divided by the running variance, not by its root.": np.array([[[[0.5, 1.0, 1.5]], [[100.0, 99.2, 100.8]]]])})
checks.close(arguments[3]["running_mean"], [1.0, 10.0], 'bn_param["running_mean"] after a batch in test mode',
             hint="In test mode the averages stay as they are.")
checks.close(arguments[3]["running_var"], [4.0, 25.0], 'bn_param["running_var"] after a batch in test mode')
checks.passed("spatial_batchnorm_forward", "test mode uses the running averages")
### BEGIN HIDDEN TESTS
x, gamma, beta, _ = make_images(130, (4, 3, 3, 2))
mean, var = np.array([0.5, -1.0, 2.0]), np.array([0.3, 2.0, 5.0])
param = {"mode": "test", "running_mean": mean, "running_var": var}
out, cache = parts(spatial_batchnorm_forward(x, gamma, beta, param), "out, cache")
for c in range(3):
    checks.close(np.asarray(out)[:, c], gamma[c] * (x[:, c] - mean[c]) / np.sqrt(var[c] + 1e-5) + beta[c], "a channel of out in test mode")
out, cache = parts(spatial_batchnorm_forward(x, gamma, beta, {"mode": "test", "eps": 4.0}), "out, cache")
checks.close(out, gamma[:, None, None] * x / 2 + beta[:, None, None], "out in test mode without averages in bn_param, which are then zeros")
### END HIDDEN TESTS

# %% [markdown]
# The last check: `eps` is read from `bn_param`, float32 stays float32, and `x` comes back unharmed.

# %% nbgrader={"grade": true, "grade_id": "test_spatial_batchnorm_forward_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, _ = make_images(140, (2, 3, 2, 3))
x_given = x.copy()
out, cache = parts(spatial_batchnorm_forward(x_given, gamma, beta, {"mode": "train", "eps": 2.0}), "out, cache")
checks.unchanged(x_given, x, "x")
expected = np.stack([g * standardized(v.ravel(), eps=2.0).reshape(v.shape) + b for g, v, b in zip(gamma, np.moveaxis(x, 1, 0), beta)], axis=1)
deviations = np.array([channel.std() for channel in np.moveaxis(x, 1, 0)])


def with_denominators(others):
    """`expected`, had it been divided by others."""
    factors = np.sqrt(deviations ** 2 + 2.0) / others
    return (expected - beta[:, None, None]) * factors[:, None, None] + beta[:, None, None]


checks.close(out, expected, "out with eps=2 in bn_param", suspects={
    "eps is 1e-5 only if bn_param has none; here it is 2.": with_denominators(np.sqrt(deviations ** 2 + 1e-5)),
    "eps is added to the variance, inside of the root.": with_denominators(deviations + 2.0)})
low = [array.astype(np.float32) for array in (x, gamma, beta)]
out, cache = parts(spatial_batchnorm_forward(*low, {"mode": "train", "eps": 2.0}), "out, cache")
checks.dtype(out, np.float32, "out for float32 arrays")
checks.passed("spatial_batchnorm_forward", "eps, float32, and x stays as it is")
### BEGIN HIDDEN TESTS
checks.close(out, expected, "out for float32 arrays", rtol=1e-4, atol=1e-5)
turned = np.ascontiguousarray(x.transpose(1, 3, 2, 0)).transpose(3, 0, 2, 1)  # the same numbers, in another order in memory
out, cache = parts(spatial_batchnorm_forward(turned, gamma, beta, {"mode": "train", "eps": 2.0}), "out, cache")
checks.close(out, expected, "out for an x in another memory order")
### END HIDDEN TESTS

# %% [markdown]
# What does it do to real images? Below, eight random filters, the last a hundred times stronger than the first and each with
# another bias, are applied to 200 images: mean and standard deviation of each channel, before and after.

# %% nbgrader={"grade": false, "grade_id": "demo_spread", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
filters = np.random.default_rng(0).normal(size=(8, 3, 5, 5)).astype(np.float32)
filters *= np.logspace(-1, 1, 8, dtype=np.float32)[:, None, None, None]
responses, _ = conv_forward_fast(sets["X_train"][:200], filters, np.linspace(-60, 60, 8, dtype=np.float32), {"stride": 1, "pad": 2})
normalized, _ = spatial_batchnorm_forward(responses, np.ones(8, np.float32), np.zeros(8, np.float32), {"mode": "train"})
fig, axes = plt.subplots(1, 2, figsize=(10, 3), layout="constrained")
for ax, values, title in zip(axes, (responses, normalized), ("after the convolution", "after spatial batch normalization")):
    ax.errorbar(range(8), values.mean(axis=(0, 2, 3)), values.std(axis=(0, 2, 3)), fmt="o", capsize=4, color=vis.BLUE)
    ax.axhline(0, color=vis.GREY, lw=0.8)
    ax.set(title=title, xlabel="channel", ylabel="mean ± standard deviation")

# %% [markdown]
# ## Exercise 2: `spatial_batchnorm_backward`
#
# The same journey for the gradient: pixels become rows, `batchnorm_backward` does the work, the result travels back. Since
# $\gamma_c$ scales *every* pixel of its channel, its gradient is a sum over all images and pixels, and so is that of $\beta_c$.

# %% nbgrader={"grade": false, "grade_id": "spatial_batchnorm_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def spatial_batchnorm_backward(dout, cache):
    """Gradients of spatial_batchnorm_forward in train mode.

    Arguments
    - dout: (N, C, H, W) upstream gradient, the derivatives of the loss with respect to out
    - cache: what spatial_batchnorm_forward returned

    Returns (dx, dgamma, dbeta): (N, C, H, W), (C,) and (C,)
    """
    ### BEGIN SOLUTION
    N, C, H, W = dout.shape
    rows = dout.transpose(0, 2, 3, 1).reshape(N * H * W, C)  # (N*H*W, C)
    dx, dgamma, dbeta = batchnorm_backward(rows, cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta
    ### END SOLUTION


# %% [markdown]
# The loss of these checks is `np.sum(out * dout)` with a random `dout`: its derivative with respect to `out` is just that
# `dout`. The numeric gradient is taken of your own forward pass, the second time with another `eps`.

# %% nbgrader={"grade": true, "grade_id": "test_spatial_batchnorm_backward_dx", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_images(200, (2, 3, 2, 4))


def forward(v, mode="train", **averages):
    return np.asarray(spatial_batchnorm_forward(v, gamma, beta, {"mode": mode, **averages})[0])


def scrambled(v):
    """What (N, C, H, W) looks like to somebody who takes it for (N, H, W, C)."""
    return np.moveaxis(v.reshape(2, 2, 4, 3), 3, 1)


def unscrambled(v):
    return np.ascontiguousarray(np.moveaxis(v, 1, 3)).reshape(v.shape)


def turned(v, H, W):
    """What images of H rows and W columns look like to somebody who takes rows for columns."""
    return np.swapaxes(v.reshape(2, 3, H, W), 2, 3).reshape(2, 3, 2, 4)


def slopes(weights, **how):
    return checks.numeric_gradient(lambda v: np.sum(forward(v, **how) * weights), x)


def with_divisor(factor):
    """The two sums in dx so many times too large."""
    direct = slopes(dout, mode="test", **moments)
    return direct - factor * (direct - slopes(dout))


moments = {"running_mean": x.mean(axis=(0, 2, 3)), "running_var": x.var(axis=(0, 2, 3))}
out, cache = parts(spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"}), "out, cache")
dx, dgamma, dbeta = parts(spatial_batchnorm_backward(dout.copy(), cache), "dx, dgamma, dbeta")
checks.shape(dx, x.shape, "dx (the shape of x)")
checks.gradient(lambda v: np.sum(forward(v) * dout), x, dx, "dx of spatial_batchnorm_backward", suspects={
    "dout was reshaped to rows of C numbers without moving the axis of the channels to the end first (transpose).":
        lambda: slopes(scrambled(dout)),
    "the way back is a reshape alone: the axis of the channels has to be moved back (transpose).": lambda: unscrambled(slopes(dout)),
    "dout is reshaped both ways without any transpose.": lambda: unscrambled(slopes(scrambled(dout))),
    "rows and columns have changed places on the way: the axes of the rows are (N, H, W, C), in this order.":
        lambda: turned(slopes(turned(dout, 2, 4)), 4, 2),
    "mean and variance depend on x too; their two branches are missing.": lambda: slopes(dout, mode="test", **moments),
    "gamma is missing on the way back.": lambda: slopes(dout / gamma[:, None, None]),
    "gamma is multiplied in twice.": lambda: slopes(dout * gamma[:, None, None]),
    "the branch through the variance is missing.":
        lambda: (slopes(dout, mode="test", **moments)
                 - slopes(dout, mode="test", **moments).mean(axis=(0, 2, 3), keepdims=True)),
    "the branch through the mean is missing.":
        lambda: slopes(dout) + slopes(dout, mode="test", **moments).mean(axis=(0, 2, 3), keepdims=True),
    "the branch through the variance has the wrong sign.":
        lambda: 2 * (slopes(dout, mode="test", **moments)
                     - slopes(dout, mode="test", **moments).mean(axis=(0, 2, 3), keepdims=True)) - slopes(dout),
    "the gradient is divided by the variance, not by its root.": lambda: slopes(dout) / x.std(axis=(0, 2, 3), keepdims=True),
    "the division by the standard deviation is missing.": lambda: slopes(dout) * x.std(axis=(0, 2, 3), keepdims=True),
    "the sums over the pixels are not divided by their number.": lambda: with_divisor(2 * 2 * 4),
    "the sums are divided by the number of images, N; mean and variance are over N * H * W pixels, not only over the images.":
        lambda: with_divisor(2 * 4),
    "the sums are divided by N * H * H; the images have H * W pixels, not H * H.": lambda: with_divisor(4 / 2),
    "the sums are divided by N * W * W; the images have H * W pixels, not W * W.": lambda: with_divisor(2 / 4),
})
x, gamma, beta, dout = make_images(206, (2, 2, 2, 3))
out, cache = parts(spatial_batchnorm_forward(x, gamma, beta, {"mode": "train", "eps": 0.5}), "out, cache")
dx, dgamma, dbeta = parts(spatial_batchnorm_backward(dout.copy(), cache), "dx, dgamma, dbeta")
variance = x.var(axis=(0, 2, 3), keepdims=True)
checks.gradient(lambda v: np.sum(forward(v, eps=0.5) * dout), x, dx, "dx with eps=0.5 in bn_param", suspects={
    "eps is 1e-5 only if bn_param has none; here it is 0.5, in the backward pass, too.": lambda: slopes(dout),
    "the standard deviation was computed again, with another eps than that of bn_param.":
        lambda: slopes(dout, eps=0.5) * np.sqrt((variance + 0.5) / (variance + 1e-5)),
    "the standard deviation is without eps, which is 0.5 here.": lambda: slopes(dout, eps=0.5) * np.sqrt((variance + 0.5) / variance)})
checks.passed("spatial_batchnorm_backward", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, shape in ((201, (1, 2, 3, 2)), (202, (4, 1, 2, 2)), (203, (3, 2, 1, 5)), (204, (2, 3, 3, 3)), (205, (5, 2, 1, 1))):
    x, gamma, beta, dout = make_images(seed, shape)

    def weighted_sum(v):
        """The loss straight from the formulas, channel by channel."""
        total = 0.0
        for c in range(v.shape[1]):
            z = v[:, c]
            total += np.sum(dout[:, c] * gamma[c] * (z - z.mean()) / np.sqrt(z.var() + 1e-5))
        return total

    out, cache = parts(spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"}), "out, cache")
    dx, dgamma, dbeta = parts(spatial_batchnorm_backward(dout.copy(), cache), "dx, dgamma, dbeta")
    checks.gradient(weighted_sum, x, dx, f"dx of spatial_batchnorm_backward for x of shape {shape}")
out, cache = parts(spatial_batchnorm_forward(2.0**40 * x, gamma, beta, {"mode": "train"}), "out, cache")
scaled, dgamma, dbeta = parts(spatial_batchnorm_backward(dout.copy(), cache), "dx, dgamma, dbeta")
checks.analytic(2.0**40 * np.asarray(scaled), dx, "dx, times 2**40, for an x 2**40 times as large")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_spatial_batchnorm_backward_params", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_images(210, (2, 3, 2, 4))
out, cache = parts(spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"}), "out, cache")
dx, dgamma, dbeta = parts(spatial_batchnorm_backward(dout.copy(), cache), "dx, dgamma, dbeta")
for name, found in (("dgamma", dgamma), ("dbeta", dbeta)):
    checks.true(np.shape(found) == (3,), f"{name} has shape {np.shape(found)}; it should have (3,), one number per channel: it is a sum over images, "
                "rows and columns.")
rows = dout.reshape(-1, 3)
checks.gradient(lambda b: np.sum(spatial_batchnorm_forward(x, gamma, b, {"mode": "train"})[0] * dout), beta, dbeta,
                "dbeta of spatial_batchnorm_backward", num_examples=2, suspects={
    "dout was reshaped to rows of C numbers without moving the axis of the channels to the end first (transpose).": rows.sum(axis=0),
    "dgamma and dbeta have changed places.":
        lambda: checks.numeric_gradient(lambda g: np.sum(spatial_batchnorm_forward(x, g, beta, {"mode": "train"})[0] * dout), gamma),
    "beta is added at every pixel, so its gradient is a sum over all of them, not a mean.": dout.mean(axis=(0, 2, 3)),
    "the gradient is a sum over the images, but over rows and columns it is a mean.": dout.mean(axis=(2, 3)).sum(axis=0)})
checks.gradient(lambda g: np.sum(spatial_batchnorm_forward(x, g, beta, {"mode": "train"})[0] * dout), gamma, dgamma,
                "dgamma of spatial_batchnorm_backward", num_examples=2, suspects={
    "gamma is multiplied in at every pixel, so its gradient is a sum over all of them, not a mean.": lambda:
        checks.numeric_gradient(lambda g: np.mean(spatial_batchnorm_forward(x, g, beta, {"mode": "train"})[0] * dout) * 3, gamma),
    "dgamma is the sum of dout times the *normalized* x, not of dout times x.": np.sum(dout * x, axis=(0, 2, 3)),
    "dgamma is the sum of dout times the normalized x, without gamma and beta: not of dout times out.":
        np.sum(dout * np.asarray(out), axis=(0, 2, 3))})
checks.passed("spatial_batchnorm_backward", "dgamma and dbeta agree with the numeric gradients")
### BEGIN HIDDEN TESTS
for seed, shape in ((211, (3, 2, 1, 5)), (212, (1, 4, 3, 2)), (213, (2, 3, 3, 3))):
    x, gamma, beta, dout = make_images(seed, shape)
    out, cache = parts(spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"}), "out, cache")
    dx, dgamma, dbeta = parts(spatial_batchnorm_backward(dout.copy(), cache), "dx, dgamma, dbeta")
    for c in range(shape[1]):
        checks.close(dbeta[c], np.sum(dout[:, c]), f"dbeta[{c}] for x of shape {shape}")
        checks.close(dgamma[c], np.sum(dout[:, c].ravel() * standardized(x[:, c].ravel())), f"dgamma[{c}] for x of shape {shape}")
### END HIDDEN TESTS

# %% [markdown]
# Everything a backward pass needs comes from its cache, so that two forward passes may come before the first backward pass. And
# again float32 stays float32.

# %% nbgrader={"grade": true, "grade_id": "test_spatial_batchnorm_backward_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_images(220, (2, 3, 2, 3))
other, *_ = make_images(221, (2, 3, 2, 3))
out, cache = parts(spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"}), "out, cache")
before = parts(spatial_batchnorm_backward(dout.copy(), cache), "dx, dgamma, dbeta")
out, cache = parts(spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"}), "out, cache")
spatial_batchnorm_forward(5 * other, gamma, beta, {"mode": "train"})
dout_given = dout.copy()
after = parts(spatial_batchnorm_backward(dout_given, cache), "dx, dgamma, dbeta")
checks.unchanged(dout_given, dout, "dout")
checks.close(after[0], before[0], "dx, with another forward pass in between", hint="Is something kept outside of the cache?")
low = [array.astype(np.float32) for array in (x, gamma, beta)]
out, cache = parts(spatial_batchnorm_forward(*low, {"mode": "train"}), "out, cache")
dx, dgamma, dbeta = parts(spatial_batchnorm_backward(dout.astype(np.float32), cache), "dx, dgamma, dbeta")
checks.dtype(dx, np.float32, "dx for float32 arrays")
checks.passed("spatial_batchnorm_backward", "dout stays as it is, and all comes from the cache")
### BEGIN HIDDEN TESTS
checks.close(dx, before[0], "dx for float32 arrays", rtol=1e-3, atol=1e-4)
out, cache = parts(spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"}), "out, cache")
turned = np.ascontiguousarray(dout.transpose(1, 3, 2, 0)).transpose(3, 0, 2, 1)  # the same numbers, in another order in memory
other_dx, dgamma, dbeta = parts(spatial_batchnorm_backward(turned, cache), "dx, dgamma, dbeta")
checks.close(other_dx, before[0], "dx for a dout in another memory order")
checks.close(dgamma, before[1], "dgamma for a dout in another memory order")
wide, axes = {"axis": (0, 2, 3), "keepdims": True}, (slice(None), None, None)
slopes = checks.numeric_gradient(lambda v: np.sum(gamma[axes] * (v - v.mean(**wide)) / v.std(**wide) * dout), x)
checks.resembles(before[0], slopes, "dx of spatial_batchnorm_backward", given=(x, dout))
### END HIDDEN TESTS

# %% [markdown]
# **Question 1** (2 points). A student puts a spatial batch normalization right behind a convolution with biases $b$ and looks
# at their gradient: in train mode all its entries are about $10^{-9}$, while the other gradients look healthy. Is that a bug?
# Say why, what follows for the design of the net, and whether it would be the same with layer normalization in its place.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_bias", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# It is no bug. The bias $b_c$ adds the same number to all values of channel c, the mean of the channel grows by just that
# number, and the normalization subtracts the mean again: out does not depend on $b$, so the gradient is 0 (1e-9 is rounding).
# The bias can be left out of a convolution that is followed by batch normalization; beta takes its place. In layer
# normalization the mean is taken over all channels of an image: a number added to *one* channel is not subtracted from it
# completely (and changes the others), so there the bias matters; only a number added to all channels alike cancels.
#
# **Marking**: 1 point for "no bug" because the mean removes every constant of a channel, *and* the conclusion that the bias is
# superfluous (beta does its work);
# 1 for layer normalization: not the same, since the mean is over several channels.
# ### END SOLUTION

# %% [markdown]
# ## Groups instead of batches
#
# The strength of batch normalization is its weakness: what comes out for an image depends on the other images of the batch.
# With large batches that is a little noise. With two or four images to a batch (all that fits into memory when the images are
# large) it is a lot of noise, and the running averages of training are a poor guess for what to use at test time.
#
# Layer normalization asks nobody else: mean and variance are those of one example. For convolutional nets it tends to do worse,
# since it puts all channels into one pot, though some are edges and others are colours. Group normalization (Wu and He, 2018)
# is the compromise: the C channels are cut into G groups of C/G *neighbouring* channels, and each group of each example is
# normalized by itself, over its channels, rows and columns. With G = 1 that is layer normalization; with G = C every channel is
# alone, and it is called instance normalization. Look at the picture at the beginning again.
#
# Scale and shift still belong to the *channels*: C of each, not G.
#
# ## Exercise 3: `spatial_groupnorm_forward`
#
# No running averages, no modes: training and testing are the same. And this time the order in memory is on your side: in (N, C,
# H, W) the numbers of a group lie side by side.

# %% nbgrader={"grade": false, "grade_id": "spatial_groupnorm_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    """Group normalization: mean and variance of each group of channels of each example.

    Arguments
    - x: (N, C, H, W) images; float32 stays float32
    - gamma, beta: scale and shift of each channel, either of shape (C,) or of shape (1, C, 1, 1)
    - G: the number of groups, a divisor of C. The first C/G channels are the first group, and so on
    - gn_param: a dict; "eps": added to the variance, 1e-5 if not given

    Returns (out, cache)
    - out: (N, C, H, W)
    - cache: whatever spatial_groupnorm_backward needs
    """
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    groups = x.reshape(N, G, -1)  # (N, G, C/G*H*W): a row for each group
    mean = groups.mean(axis=2, keepdims=True)  # (N, G, 1)
    std = np.sqrt(groups.var(axis=2, keepdims=True) + eps)  # (N, G, 1)
    x_hat = ((groups - mean) / std).reshape(N, C, H, W)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    cache = (x_hat, std, gamma, beta.shape, G)
    return out, cache
    ### END SOLUTION


# %% [markdown]
# Two examples with four channels of 1x2 pixels, in two groups. For a start gamma is 1 and beta 0: only the statistics are
# looked at.

# %% nbgrader={"grade": true, "grade_id": "test_spatial_groupnorm_forward_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x = np.array([[[1.0, 2.0], [4.0, 9.0], [0.0, 5.0], [3.0, 3.0]], [[7.0, -1.0], [2.0, 2.0], [8.0, 0.0], [-4.0, 6.0]]]).reshape(2, 4, 1, 2)
groups = [[[1.0, 2.0, 4.0, 9.0], [0.0, 5.0, 3.0, 3.0]], [[7.0, -1.0, 2.0, 2.0], [8.0, 0.0, -4.0, 6.0]]]  # what belongs together
expected = standardized(groups).reshape(2, 4, 1, 2)
out, cache = parts(spatial_groupnorm_forward(x, np.ones(4), np.zeros(4), 2, {}), "out, cache")
checks.shape(out, x.shape, "out (the shape of x)")
other = x[:, [0, 2, 1, 3]]  # channels 0 and 2, then 1 and 3


def whole(rows):
    return standardized(rows).reshape(x.shape)


suspects = {
    "channels 0 and 2 are together, and 1 and 3; *neighbouring* channels make a group: 0 and 1, 2 and 3.":
        lambda: whole(other.reshape(2, 2, 4))[:, [0, 2, 1, 3]],
    "every channel is alone: that is G = C.": lambda: whole(x.reshape(8, 2)),
    "all channels of an example are together: that is G = 1.": lambda: whole(x.reshape(2, 8)),
    "a group has the numbers of all examples together; each example has statistics of its own.":
        lambda: np.moveaxis(standardized(np.moveaxis(x.reshape(2, 2, 4), 0, 1).reshape(2, 8)).reshape(2, 2, 4), 0, 1).reshape(x.shape),
    "these are the statistics of each channel over the examples: batch normalization.":
        lambda: np.moveaxis(standardized(np.moveaxis(x, 0, 1).reshape(4, 4)).reshape(4, 2, 1, 2), 0, 1),
    "the variance is divided by the number of values less 1.": expected * np.sqrt(3 / 4),
    "every pixel has statistics of its own, over the channels of the group only; average over rows and columns, too.":
        lambda: np.swapaxes(standardized(np.swapaxes(x.reshape(2, 2, 2, 2), 2, 3)), 2, 3).reshape(x.shape),
    "the axis of the channels was moved to the end before the reshape, as for batch normalization; here the numbers of a group "
    "lie side by side without that.": lambda: whole(x.transpose(0, 2, 3, 1).reshape(4, 4)),
    "the axis of the channels was moved to the end before the reshape, and back; here the numbers of a group lie side by side "
    "without that.": lambda: np.moveaxis(whole(x.transpose(0, 2, 3, 1).reshape(4, 4)).reshape(2, 1, 2, 4), 3, 1),
    "the way back needs no transpose; here the numbers of a group lie side by side in x.":
        lambda: np.moveaxis(expected.reshape(2, 1, 2, 4), 3, 1),
    "the variance is the mean square of x minus its mean, not of x itself.":
        lambda: expected * (np.std(groups, axis=2) / np.sqrt(np.mean(np.square(groups), axis=2))).repeat(2, axis=1)[:, :, None, None],
    "the mean is not subtracted.": expected + np.mean(groups, axis=2, keepdims=True).repeat(4, axis=2).reshape(x.shape)
        / np.std(groups, axis=2, keepdims=True).repeat(4, axis=2).reshape(x.shape),
    "the numbers are divided by the variance, not by its root.": expected / np.std(groups, axis=2).repeat(2, axis=1)[:, :, None, None],
}
checks.close(out, expected, "out of spatial_groupnorm_forward with G=2, gamma=1, beta=0", suspects=suspects)
checks.passed("spatial_groupnorm_forward", "neighbouring channels of an example are normalized together")
### BEGIN HIDDEN TESTS
for seed, shape, G in ((301, (2, 6, 3, 2), 3), (302, (3, 6, 2, 5), 2), (303, (1, 8, 2, 2), 2), (304, (2, 9, 1, 4), 3)):
    x, *_ = make_images(seed, shape)
    C = shape[1]
    out, cache = parts(spatial_groupnorm_forward(x, np.ones(C), np.zeros(C), G, {}), "out, cache")
    checks.shape(out, shape, f"out for x of shape {shape}, G={G}")
    size = C // G
    for n, g in np.ndindex(shape[0], G):
        together = x[n, g * size:(g + 1) * size]
        checks.close(np.asarray(out)[n, g * size:(g + 1) * size], standardized(together.ravel()).reshape(together.shape),
                     f"group {g} of example {n} of out, for x of shape {shape}, G={G}, gamma=1, beta=0",
                     suspects={"G is the number of groups, not the number of channels in a group.":
                               lambda: standardized(x[n].reshape(size, -1)).reshape(x[n].shape)[g * size:(g + 1) * size]})
### END HIDDEN TESTS

# %% [markdown]
# The two ends of the scale: G = 1 (one group, layer normalization) and G = C (every channel alone, instance normalization).

# %% nbgrader={"grade": true, "grade_id": "test_spatial_groupnorm_forward_extremes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, *_ = make_images(310, (2, 3, 2, 4))
out, cache = parts(spatial_groupnorm_forward(x, np.ones(3), np.zeros(3), 1, {}), "out, cache")
checks.close(out, standardized(x.reshape(2, 24)).reshape(x.shape), "out with G=1",
             hint="With G = 1 all numbers of an example share one mean.", suspects={
    "every channel is alone, as if there were C groups. G is the number of groups, not the number of channels in a group.":
        lambda: standardized(x.reshape(6, 8)).reshape(x.shape)})
out, cache = parts(spatial_groupnorm_forward(x, np.ones(3), np.zeros(3), 3, {}), "out, cache")
checks.close(out, standardized(x.reshape(6, 8)).reshape(x.shape), "out with G=C=3",
             hint="With G = C each channel of each example has its own mean.")
checks.passed("spatial_groupnorm_forward", "G = 1 and G = C")
### BEGIN HIDDEN TESTS
for seed, shape in ((311, (1, 4, 3, 3)), (312, (4, 1, 2, 3)), (313, (3, 5, 1, 6))):
    x, *_ = make_images(seed, shape)
    C = shape[1]
    for G in (1, C):
        out, cache = parts(spatial_groupnorm_forward(x, np.ones(C), np.zeros(C), G, {}), "out, cache")
        checks.close(out, standardized(x.reshape(shape[0] * G, -1)).reshape(shape), f"out with G={G} for x of shape {shape}")
### END HIDDEN TESTS

# %% [markdown]
# Scale and shift belong to the channels. They may come as (C,) or, ready to be broadcast, as (1, C, 1, 1). In the first case
# beware: NumPy aligns shapes at the *last* axis, and that is the width of the image.

# %% nbgrader={"grade": true, "grade_id": "test_spatial_groupnorm_forward_scale", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x, *_ = make_images(320, (2, 4, 3, 4))  # as many channels as columns
gamma, beta = np.array([1.0, 10.0, 100.0, 1000.0]), np.array([5.0, 6.0, 7.0, 8.0])
normal = standardized(x.reshape(4, 24)).reshape(x.shape)
expected = np.stack([gamma[c] * normal[:, c] + beta[c] for c in range(4)], axis=1)
for form in ((4,), (1, 4, 1, 1)):
    out, cache = parts(spatial_groupnorm_forward(x, gamma.reshape(form), beta.reshape(form), 2, {}), "out, cache")
    checks.shape(out, x.shape, f"out with gamma and beta of shape {form}")
    checks.close(out, expected, f"out with gamma and beta of shape {form}", suspects={
        "gamma and beta were applied to the columns of the images; they belong to the channels.": normal * gamma + beta,
        "gamma and beta are not applied.": normal,
        "the first numbers of gamma and beta were applied to whole groups; every channel has its own.":
            lambda: normal * gamma[[0, 0, 1, 1]][:, None, None] + beta[[0, 0, 1, 1]][:, None, None],
        "beta is not added.": expected - beta[:, None, None],
        "gamma is not applied.": normal + beta[:, None, None]})
checks.passed("spatial_groupnorm_forward", "gamma and beta of each channel, in both shapes")
### BEGIN HIDDEN TESTS
x, gamma, beta, _ = make_images(321, (3, 6, 2, 5))
normal = standardized(x.reshape(9, 20)).reshape(x.shape)
for form in ((6,), (1, 6, 1, 1)):
    out, cache = parts(spatial_groupnorm_forward(x, gamma.reshape(form), beta.reshape(form), 3, {}), "out, cache")
    for c in range(6):
        checks.close(np.asarray(out)[:, c], gamma[c] * normal[:, c] + beta[c], f"channel {c} of out with gamma and beta of shape {form}")
### END HIDDEN TESTS

# %% [markdown]
# An example is on its own: the rest of the batch makes no difference. And as always: `eps` counts, float32 stays, `x` comes
# back unharmed.

# %% nbgrader={"grade": true, "grade_id": "test_spatial_groupnorm_forward_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, _ = make_images(330, (3, 4, 2, 3))
x_given = x.copy()
out, cache = parts(spatial_groupnorm_forward(x_given, gamma, beta, 2, {"eps": 2.0}), "out, cache")
checks.unchanged(x_given, x, "x")
rows = x.reshape(6, 12)  # a row for each group of each example
normal = standardized(rows, eps=2.0)


def scaled(table):
    return table.reshape(x.shape) * gamma[:, None, None] + beta[:, None, None]


checks.close(out, scaled(normal), "out with eps=2 in gn_param", suspects={
    "eps is 1e-5 only if gn_param has none; here it is 2.": lambda: scaled(standardized(rows)),
    "eps is added to the variance, inside of the root.":
        lambda: scaled((rows - rows.mean(axis=1, keepdims=True)) / (rows.std(axis=1, keepdims=True) + 2))})
alone, cache = parts(spatial_groupnorm_forward(x[1:2], gamma, beta, 2, {"eps": 2.0}), "out, cache")
checks.close(alone, np.asarray(out)[1:2], "out of one example without the others of the batch")
low = [array.astype(np.float32) for array in (x, gamma, beta)]
out_low, cache = parts(spatial_groupnorm_forward(*low, 2, {"eps": 2.0}), "out, cache")
checks.dtype(out_low, np.float32, "out for float32 arrays")
checks.passed("spatial_groupnorm_forward", "eps, float32, examples on their own, and x stays as it is")
### BEGIN HIDDEN TESTS
checks.close(out_low, out, "out for float32 arrays", rtol=1e-4, atol=1e-5)
turned = np.ascontiguousarray(x.transpose(1, 3, 2, 0)).transpose(3, 0, 2, 1)  # the same numbers, in another order in memory
other, cache = parts(spatial_groupnorm_forward(turned, gamma, beta, 2, {"eps": 2.0}), "out, cache")
checks.close(other, out, "out for an x in another memory order")
### END HIDDEN TESTS

# %% [markdown]
# Now the promise put to the test. The same image goes through both layers again and again, each time with other companions in
# its batch. How much does what comes out for it vary, compared with its own standard deviation?

# %% nbgrader={"grade": false, "grade_id": "demo_companions", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
rng = np.random.default_rng(0)
responses, _ = conv_forward_fast(sets["X_train"][:600], rng.normal(size=(8, 3, 5, 5)).astype(np.float32), np.zeros(8, np.float32),
                                 {"stride": 2, "pad": 2})
ones, zeros = np.ones(8, np.float32), np.zeros(8, np.float32)
sizes, wobble = [1, 2, 4, 8, 16, 32, 64, 128], {"spatial batch norm": [], "group norm, G = 4": []}
for size in sizes:
    outputs = {name: [] for name in wobble}
    for _ in range(15):
        batch = responses[np.append(0, rng.choice(np.arange(1, 600), size - 1, replace=False))]
        outputs["spatial batch norm"].append(spatial_batchnorm_forward(batch, ones, zeros, {"mode": "train"})[0][0])
        outputs["group norm, G = 4"].append(spatial_groupnorm_forward(batch, ones, zeros, 4, {})[0][0])
    for name, values in outputs.items():
        wobble[name].append(100 * np.std(values, axis=0).mean() / np.mean(values, axis=0).std())
fig, ax = plt.subplots(figsize=(7, 3.2), layout="constrained")
for (name, values), color in zip(wobble.items(), (vis.BLUE, vis.ORANGE)):
    ax.plot(sizes, values, "o-", color=color, label=name)
ax.set_xscale("log", base=2)
ax.set_xticks(sizes, sizes)
ax.set(title="the same image in different company", xlabel="images in the batch", ylabel="variation of its output (%)")
ax.legend();

# %% [markdown]
# Group normalization does not care. Batch normalization does, and most in small batches (except for a batch of one: there is no
# company then, and the layer is instance normalization).
#
# ## Exercise 4: `spatial_groupnorm_backward`
#
# Within one group this is the gradient you know. With $m$ numbers in the group, $\hat x$ the normalized ones, $d\hat x =
# \gamma\, d\mathrm{out}$, and $\sigma$ the root of (variance + $\epsilon$),
#
# $$ dx = \frac1\sigma \Big( d\hat x - \frac1m \sum d\hat x - \hat x\, \frac1m \sum \hat x\, d\hat x \Big) , $$
#
# where the sums go over the group and stand for the two branches through mean and variance. Mind the order: gamma belongs to a
# *channel*, so it has to be multiplied in *before* the sums over a group, in which channels with different gammas meet.
#
# `dgamma` and `dbeta` are sums over everything that a gamma touches. They come back in the shape in which gamma and beta came.

# %% nbgrader={"grade": false, "grade_id": "spatial_groupnorm_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def spatial_groupnorm_backward(dout, cache):
    """Gradients of spatial_groupnorm_forward.

    Arguments
    - dout: (N, C, H, W) upstream gradient, the derivatives of the loss with respect to out
    - cache: what spatial_groupnorm_forward returned

    Returns (dx, dgamma, dbeta): (N, C, H, W), and the shapes of gamma and beta: (C,) or (1, C, 1, 1)
    """
    ### BEGIN SOLUTION
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    dgamma = np.sum(dout * x_hat, axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = np.sum(dout, axis=(0, 2, 3)).reshape(beta_shape)

    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, -1)  # (N, G, C/G*H*W)
    x_hat = x_hat.reshape(N, G, -1)
    through_mean = dx_hat.mean(axis=2, keepdims=True)  # (N, G, 1)
    through_var = x_hat * np.mean(dx_hat * x_hat, axis=2, keepdims=True)
    dx = (dx_hat - through_mean - through_var) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_spatial_groupnorm_backward_dx", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
import functools

x, gamma, beta, dout = make_images(400, (3, 4, 2, 3))


def slopes(weights, G=2):
    return checks.numeric_gradient(lambda v: np.sum(np.asarray(spatial_groupnorm_forward(v, gamma, beta, G, {})[0]) * weights), x)


std = np.sqrt(x.reshape(6, 12).var(axis=1) + 1e-5).repeat(12).reshape(x.shape)  # of the group of each number


def direct(weights):
    """The gradient when mean and variance of each group are taken for constants."""
    return weights * gamma[:, None, None] / std


def without_mean(weights):
    """The gradient when the variance of each group is taken for a constant."""
    rows = direct(weights).reshape(6, 12)
    return (rows - rows.mean(axis=1, keepdims=True)).reshape(x.shape)


def divided(factor):
    """The two sums in dx so many times too large."""
    return direct(dout) - factor * (direct(dout) - slopes(dout))


@functools.cache
def of_channels():
    """The two means in dx, over each channel by itself: (N, C, 1, 1) each."""
    normal, found = standardized(x.reshape(6, 12)).reshape(x.shape), np.zeros((2, 3, 4, 1, 1))
    for c in range(4):
        only = np.zeros_like(dout)
        only[:, c] = 2 * dout[:, c]  # its share in the mean over a group of two channels, doubled
        level = without_mean(only)
        found[:, :, c, 0, 0] = [(value * std)[:, c, 0, 0] for value in (direct(only) - level, (level - slopes(only)) / normal)]
    return normal, *found


def over(pool):
    """dx with means over other numbers than those of a group: pool makes them of the means of the channels."""
    normal, first, second = of_channels()
    return direct(dout) - (pool(first) + normal * pool(second)) / std


out, cache = parts(spatial_groupnorm_forward(x, gamma, beta, 2, {}), "out, cache")
dx, dgamma, dbeta = parts(spatial_groupnorm_backward(dout.copy(), cache), "dx, dgamma, dbeta")
checks.shape(dx, x.shape, "dx (the shape of x)")
ahead = dout / gamma[:, None, None]
checks.gradient(lambda v: np.sum(np.asarray(spatial_groupnorm_forward(v, gamma, beta, 2, {})[0]) * dout), x, dx,
                "dx of spatial_groupnorm_backward with G=2", suspects={
    "mean and variance depend on x too; their two branches are missing.": lambda: direct(dout),
    "the branch through the variance is missing.": lambda: without_mean(dout),
    "the branch through the mean is missing.": lambda: slopes(dout) + direct(dout) - without_mean(dout),
    "gamma is missing on the way back.": lambda: slopes(ahead),
    "gamma is multiplied in twice.": lambda: slopes(dout * gamma[:, None, None]),
    "gamma is multiplied in twice, before the sums and after them.": lambda: gamma[:, None, None] * slopes(dout),
    "gamma was multiplied in after the sums over the group; in them channels of different gamma meet, so it has to come before.":
        lambda: gamma[:, None, None] * slopes(ahead),
    "this is the gradient for G=1: one group of all channels.": lambda: slopes(dout, G=1),
    "this is the gradient for G=C: every channel alone.": lambda: slopes(dout, G=4),
    "the sums go over each channel, not over a group.": lambda: over(lambda means: means),
    "the sums go over all channels of an example, not over a group.": lambda: over(lambda means: means.mean(axis=1, keepdims=True)),
    "the sums go over the group in all examples; each example has sums of its own.":
        lambda: over(lambda means: means.reshape(3, 2, 2, 1, 1).mean(axis=(0, 2)).repeat(2, axis=0)),
    "in the sums channels 0 and 2 are together, and 1 and 3; *neighbouring* channels make a group.":
        lambda: over(lambda means: np.tile(means.reshape(3, 2, 2, 1, 1).mean(axis=1), (1, 2, 1, 1))),
    "the branch through the variance has the wrong sign.": lambda: 2 * without_mean(dout) - slopes(dout),
    "the division by the standard deviation is missing.": lambda: slopes(dout) * std,
    "the sums over a group are not divided by the number of its pixels, C/G * H * W.": lambda: divided(12),
    "the sums are divided by N * H * W; a group has C/G * H * W numbers.": lambda: divided(12 / 18),
    "the sums are divided by H * W; a group has C/G * H * W numbers.": lambda: divided(12 / 6),
    "the sums are divided by C * H * W; a group has C/G * H * W numbers.": lambda: divided(12 / 24),
    "the sums are divided by C/G; a group has C/G * H * W numbers.": lambda: divided(12 / 2),
    "the gradient is divided by the variance, not by its root.": lambda: slopes(dout) / std,
    "the gradient is divided by the standard deviation, not multiplied with it.": lambda: slopes(dout) * std ** 2})
checks.passed("spatial_groupnorm_backward", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, shape, G in ((401, (2, 6, 1, 3), 2), (402, (1, 6, 2, 2), 3), (403, (3, 4, 3, 1), 2), (404, (2, 4, 2, 2), 2)):
    x, gamma, beta, dout = make_images(seed, shape)

    def weighted_sum(v):
        """The loss straight from the formulas, group by group."""
        total, size = 0.0, v.shape[1] // G
        for n, g in np.ndindex(v.shape[0], G):
            here = slice(g * size, (g + 1) * size)
            z = v[n, here]
            total += np.sum((dout[n, here] * gamma[here, None, None]) * (z - z.mean()) / np.sqrt(z.var() + 1e-5))
        return total

    out, cache = parts(spatial_groupnorm_forward(x, gamma, beta, G, {}), "out, cache")
    dx, dgamma, dbeta = parts(spatial_groupnorm_backward(dout.copy(), cache), "dx, dgamma, dbeta")
    checks.gradient(weighted_sum, x, dx, f"dx of spatial_groupnorm_backward for x of shape {shape}, G={G}")
out, cache = parts(spatial_groupnorm_forward(2.0**40 * x, gamma, beta, G, {}), "out, cache")
scaled, dgamma, dbeta = parts(spatial_groupnorm_backward(dout.copy(), cache), "dx, dgamma, dbeta")
checks.analytic(2.0**40 * np.asarray(scaled), dx, "dx, times 2**40, for an x 2**40 times as large")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_spatial_groupnorm_backward_extremes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_images(410, (2, 3, 2, 2))
for G in (1, 3):
    out, cache = parts(spatial_groupnorm_forward(x, gamma, beta, G, {}), "out, cache")
    dx, dgamma, dbeta = parts(spatial_groupnorm_backward(dout.copy(), cache), "dx, dgamma, dbeta")
    checks.gradient(lambda v: np.sum(np.asarray(spatial_groupnorm_forward(v, gamma, beta, G, {})[0]) * dout), x, dx,
                    f"dx of spatial_groupnorm_backward with G={G}, C=3")
checks.passed("spatial_groupnorm_backward", "dx is right for G = 1 and G = C")
### BEGIN HIDDEN TESTS
for seed, shape in ((411, (1, 4, 3, 2)), (412, (4, 1, 2, 3)), (413, (2, 5, 1, 4))):
    x, gamma, beta, dout = make_images(seed, shape)
    for G in (1, shape[1]):
        out, cache = parts(spatial_groupnorm_forward(x, gamma, beta, G, {}), "out, cache")
        dx, dgamma, dbeta = parts(spatial_groupnorm_backward(dout.copy(), cache), "dx, dgamma, dbeta")
        weights = dout * gamma[:, None, None]
        checks.gradient(lambda v: np.sum(weights * standardized(v.reshape(v.shape[0] * G, -1)).reshape(v.shape)), x, dx,
                        f"dx of spatial_groupnorm_backward for x of shape {shape}, G={G}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_spatial_groupnorm_backward_params", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_images(420, (2, 4, 2, 3))
out, cache = parts(spatial_groupnorm_forward(x, gamma, beta, 2, {}), "out, cache")
dx, dgamma, dbeta = parts(spatial_groupnorm_backward(dout.copy(), cache), "dx, dgamma, dbeta")
for name, found in (("dgamma", dgamma), ("dbeta", dbeta)):
    checks.true(np.shape(found) == (4,), f"{name} has shape {np.shape(found)}; with gamma and beta of shape (4,) it should have "
                "(4,), too: one number per channel, a sum over examples, rows and columns.")
checks.gradient(lambda b: np.sum(spatial_groupnorm_forward(x, gamma, b, 2, {})[0] * dout), beta, dbeta,
                "dbeta of spatial_groupnorm_backward", num_examples=2, suspects={
    "dgamma and dbeta have changed places.":
        lambda: checks.numeric_gradient(lambda g: np.sum(spatial_groupnorm_forward(x, g, beta, 2, {})[0] * dout), gamma),
    "beta is added at every pixel of every example, so its gradient is a sum over all of them, not a mean.": dout.mean(axis=(0, 2, 3)),
    "dbeta is a sum over each group; beta belongs to the channels.": lambda: dout.sum(axis=(0, 2, 3)).reshape(2, 2).sum(axis=1).repeat(2),
    "gamma has no part in dbeta.": dout.sum(axis=(0, 2, 3)) * gamma})
checks.gradient(lambda g: np.sum(spatial_groupnorm_forward(x, g, beta, 2, {})[0] * dout), gamma, dgamma,
                "dgamma of spatial_groupnorm_backward", num_examples=2, suspects={
    "dgamma is the sum of dout times the *normalized* x, not of dout times x.": np.sum(dout * x, axis=(0, 2, 3)),
    "dgamma is the sum of dout times the normalized x, without gamma and beta: not of dout times out.":
        np.sum(dout * np.asarray(out), axis=(0, 2, 3)),
    "gamma is multiplied in at every pixel of every example, so its gradient is a sum over all of them, not a mean.": lambda:
        checks.numeric_gradient(lambda g: np.mean(spatial_groupnorm_forward(x, g, beta, 2, {})[0] * dout) * 4, gamma),
    "dgamma is a sum over each group; gamma belongs to the channels.": lambda:
        checks.numeric_gradient(lambda g: np.sum(spatial_groupnorm_forward(x, g, beta, 2, {})[0] * dout), gamma)
        .reshape(2, 2).sum(axis=1).repeat(2),
    "gamma has no part in dgamma: it is the sum of dout times the normalized x.":
        lambda: gamma * checks.numeric_gradient(lambda g: np.sum(spatial_groupnorm_forward(x, g, beta, 2, {})[0] * dout), gamma)})
wide = [array.reshape(1, 4, 1, 1) for array in (gamma, beta)]
out, cache = parts(spatial_groupnorm_forward(x, *wide, 2, {}), "out, cache")
dx, dgamma_wide, dbeta_wide = parts(spatial_groupnorm_backward(dout.copy(), cache), "dx, dgamma, dbeta")
checks.shape(dgamma_wide, (1, 4, 1, 1), "dgamma for gamma of shape (1, 4, 1, 1)")
checks.shape(dbeta_wide, (1, 4, 1, 1), "dbeta for beta of shape (1, 4, 1, 1)")
checks.passed("spatial_groupnorm_backward", "dgamma and dbeta agree with the numeric gradients, in both shapes")
### BEGIN HIDDEN TESTS
checks.close(np.reshape(dgamma_wide, 4), dgamma, "dgamma for gamma of shape (1, 4, 1, 1)")
checks.close(np.reshape(dbeta_wide, 4), dbeta, "dbeta for beta of shape (1, 4, 1, 1)")
for seed, shape, G in ((421, (3, 6, 1, 5), 3), (422, (1, 4, 3, 2), 1), (423, (2, 3, 3, 3), 3)):
    x, gamma, beta, dout = make_images(seed, shape)
    out, cache = parts(spatial_groupnorm_forward(x, gamma, beta, G, {}), "out, cache")
    dx, dgamma, dbeta = parts(spatial_groupnorm_backward(dout.copy(), cache), "dx, dgamma, dbeta")
    normal = standardized(x.reshape(shape[0] * G, -1)).reshape(shape)
    for c in range(shape[1]):
        checks.close(dbeta[c], np.sum(dout[:, c]), f"dbeta[{c}] for x of shape {shape}, G={G}")
        checks.close(dgamma[c], np.sum(dout[:, c] * normal[:, c]), f"dgamma[{c}] for x of shape {shape}, G={G}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_spatial_groupnorm_backward_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_images(430, (2, 4, 1, 3))
out, cache = parts(spatial_groupnorm_forward(x, gamma, beta, 2, {"eps": 0.5}), "out, cache")


def slopes(eps):
    return checks.numeric_gradient(lambda v: np.sum(np.asarray(spatial_groupnorm_forward(v, gamma, beta, 2, {"eps": eps})[0]) * dout), x)


variance = x.reshape(4, 6).var(axis=1).repeat(6).reshape(x.shape)  # of the group of each number
dout_given = dout.copy()
dx, dgamma, dbeta = parts(spatial_groupnorm_backward(dout_given, cache), "dx, dgamma, dbeta")
checks.unchanged(dout_given, dout, "dout")
checks.gradient(lambda v: np.sum(np.asarray(spatial_groupnorm_forward(v, gamma, beta, 2, {"eps": 0.5})[0]) * dout), x, dx,
                "dx of spatial_groupnorm_backward with eps=0.5", suspects={
    "eps is 1e-5 only if gn_param has none; here it is 0.5, in the backward pass, too.": lambda: slopes(1e-5),
    "the standard deviation was computed again, with another eps than that of gn_param.":
        lambda: slopes(0.5) * np.sqrt((variance + 0.5) / (variance + 1e-5)),
    "the standard deviation is without eps, which is 0.5 here.": lambda: slopes(0.5) * np.sqrt((variance + 0.5) / variance)})
low = [array.astype(np.float32) for array in (x, gamma, beta)]
out, cache = parts(spatial_groupnorm_forward(*low, 2, {"eps": 0.5}), "out, cache")
spatial_groupnorm_forward(3 * x, gamma, beta, 1, {})  # another forward pass must not disturb the cache of the first
dx_low, *_ = parts(spatial_groupnorm_backward(dout.astype(np.float32), cache), "dx, dgamma, dbeta")
checks.close(dx_low, dx, "dx for float32 arrays, after another forward pass", rtol=1e-3, atol=1e-4,
             hint="Everything the backward pass needs should be in its cache.")
checks.dtype(dx_low, np.float32, "dx for float32 arrays")
checks.passed("spatial_groupnorm_backward", "eps, float32, and dout stays as it is")
### BEGIN HIDDEN TESTS
out, cache = parts(spatial_groupnorm_forward(x, gamma, beta, 2, {"eps": 0.5}), "out, cache")
turned = np.ascontiguousarray(dout.transpose(1, 3, 2, 0)).transpose(3, 0, 2, 1)  # the same numbers, in another order in memory
other, dgamma_other, dbeta_other = parts(spatial_groupnorm_backward(turned, cache), "dx, dgamma, dbeta")
checks.close(other, dx, "dx for a dout in another memory order")
checks.close(dgamma_other, dgamma, "dgamma for a dout in another memory order")
### END HIDDEN TESTS

# %% [markdown]
# **Question 2** (3 points). A layer's output has the shape (100, 32, 16, 16). How many numbers go into one mean with spatial
# batch, layer, instance, and group normalization with G = 8, and how many means are there each time? Then: somebody trains on
# images so large that only two fit into a batch. Which of the four would you not take, and for which two reasons?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_counting", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# Spatial batch: 100 · 16 · 16 = 25,600 numbers, 32 means. Layer: 32 · 16 · 16 = 8,192 numbers, 100 means. Instance: 256
# numbers, 3,200 means. Group, G = 8: 4 · 256 = 1,024 numbers, 800 means.
#
# Not batch normalization. (1) With two images the statistics of a batch say little about those of other batches: pixels of one
# image are alike, so they do not count as independent numbers, and the output of an image is disturbed by the one other image
# that happens to be with it. (2) Training and testing differ: the net has learnt with the noisy statistics of pairs and is
# tested with running averages, which fit neither. The three others compute the same in training and testing, whatever the
# batch.
#
# **Marking**: 1 point for the four counts of numbers (one slip allowed), ½ for the counts of means; ½ for batch normalization;
# ½ for noisy statistics or dependence on the other image, ½ for the difference between training and testing.
# ### END SOLUTION

# %% [markdown]
# ## The net
#
# The smallest convolutional net that deserves the name has three layers with weights:
#
# > convolution – ReLU – 2x2 max pooling – affine – ReLU – affine – softmax
#
# With 32 filters of 5x5 on 32x32 images of 3 channels the shapes are
#
# | | shape of the output | weights |
# |---|---|---|
# | images | (N, 3, 32, 32) | |
# | convolution, padded so that the size stays | (N, 32, 32, 32) | `W1` (32, 3, 5, 5), `b1` (32,) |
# | ReLU, 2x2 max pooling | (N, 32, 16, 16) | |
# | affine, ReLU | (N, 100) | `W2` (8192, 100), `b2` (100,) |
# | affine: the scores | (N, 10) | `W3` (100, 10), `b3` (10,) |
#
# The convolution has stride 1 and a padding of $(F - 1)/2$ for filters of $F \times F$ with odd $F$, which keeps height and
# width. The pooling halves them.
#
# ## Exercise 5: `init_three_layer_convnet`
#
# Weights from a normal distribution, biases zero. Careful with `W2`: how many numbers come out of the pooling?

# %% nbgrader={"grade": false, "grade_id": "init_three_layer_convnet", "locked": false, "schema_version": 3, "solution": true, "task": false}
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    """First parameters of the net: convolution - ReLU - 2x2 max pooling - affine - ReLU - affine.

    The convolution keeps the size of the images, the pooling halves height and width.

    Arguments
    - input_dim: (C, H, W) of an image, H and W even
    - num_filters, filter_size: of the convolution; the filters are square, their size odd
    - hidden_dim: units of the hidden affine layer; num_classes: classes
    - weight_scale: standard deviation of the weights
    - rng: np.random.Generator; all random numbers come from it

    Returns a dict: W1 (num_filters, C, filter_size, filter_size), W2 (D, hidden_dim) with D the number of values
    that come out of the pooling, W3 (hidden_dim, num_classes): normally distributed with mean 0;
    b1 (num_filters,), b2 (hidden_dim,), b3 (num_classes,): zeros
    """
    ### BEGIN SOLUTION
    C, H, W = input_dim
    pooled = num_filters * (H // 2) * (W // 2)
    return {
        "W1": rng.normal(scale=weight_scale, size=(num_filters, C, filter_size, filter_size)),
        "b1": np.zeros(num_filters),
        "W2": rng.normal(scale=weight_scale, size=(pooled, hidden_dim)),
        "b2": np.zeros(hidden_dim),
        "W3": rng.normal(scale=weight_scale, size=(hidden_dim, num_classes)),
        "b3": np.zeros(num_classes),
    }
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_init_three_layer_convnet_shapes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
params = six_arrays(init_three_layer_convnet((3, 8, 6), 5, 3, 7, 10, 0.1, np.random.default_rng(0)), "the dict of parameters")
checks.shape(params["W1"], (5, 3, 3, 3), "W1 for 5 filters of 3x3 on 3 channels")
rows = len(params["W2"])
for count, mistake in ((240, "the pooling, which halves height and width, was forgotten"), (12, "there are 5 filters, so 5 maps"),
                       (30, "the convolution keeps the size of the images, 8x6, and the pooling halves it"),
                       (80, "height and width differ, and the maps are 4x3"), (120, "the pooling halves height *and* width")):
    checks.true(rows != count, f"W2 has {count} rows, but 5 pooled maps of 4x3 pixels are 60 numbers: {mistake}.")
checks.shape(params["W2"], (60, 7), "W2 for 7 hidden units on 5 pooled maps of 4x3 pixels")
checks.shape(params["W3"], (7, 10), "W3 for 10 classes on 7 hidden units")
for name, size in (("b1", 5), ("b2", 7), ("b3", 10)):
    checks.shape(params[name], (size,), name)
for name in ("W1", "W2", "W3"):
    checks.true(np.ptp(params[name]) > 0, f"{name} holds one number throughout; weights start with different random numbers.")
checks.passed("init_three_layer_convnet", "names and shapes")
### BEGIN HIDDEN TESTS
params = six_arrays(init_three_layer_convnet((2, 4, 10), 3, 5, 6, 4, 0.1, np.random.default_rng(1)), "the dict of parameters")
shapes = {"W1": (3, 2, 5, 5), "b1": (3,), "W2": (30, 6), "b2": (6,), "W3": (6, 4), "b3": (4,)}
for name, shape in shapes.items():
    checks.shape(params[name], shape, f"{name} for input_dim (2, 4, 10), 3 filters of 5x5, 6 hidden units, 4 classes")
params = six_arrays(init_three_layer_convnet((1, 2, 2), 1, 1, 1, 2, 0.1, np.random.default_rng(2)), "the dict of parameters")
checks.shape(params["W2"], (1, 1), "W2 for input_dim (1, 2, 2), 1 filter of 1x1, 1 hidden unit")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_init_three_layer_convnet_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
params = six_arrays(init_three_layer_convnet((3, 16, 16), 16, 5, 50, 40, 0.02, np.random.default_rng(3)), "the dict of parameters")
for name in ("b1", "b2", "b3"):
    checks.true(np.asarray(params[name]).dtype.kind == "f", f"{name} holds whole numbers (integers); training has to change it by fractions.")
    checks.true(not np.any(params[name]), f"{name} should start at zero.")
for name in ("W1", "W2", "W3"):
    weights = np.asarray(params[name])
    checks.true(np.any(weights), f"{name} is zero everywhere; then all units stay alike for ever.")
    checks.true(abs(weights.mean()) < 0.2 * weights.std(), f"The mean of {name} is {weights.mean():.3g}; it should be about 0.")
    checks.true(0.018 < weights.std() < 0.022, f"The standard deviation of {name} is {weights.std():.3g}; with weight_scale=0.02 "
                "it should be about 0.02.")
checks.passed("init_three_layer_convnet", "weights of the right size, biases zero")
### BEGIN HIDDEN TESTS
params = six_arrays(init_three_layer_convnet((3, 16, 16), 20, 5, 50, 30, 3.0, np.random.default_rng(4)), "the dict of parameters")
for name in ("W1", "W2", "W3"):
    weights = np.asarray(params[name]).ravel()
    checks.true(2.7 < weights.std() < 3.3, f"The standard deviation of {name} should be about 3 with weight_scale=3.")
    far = np.mean(np.abs(weights) > 5.4)  # 7.2% of normal numbers are so far away, of uniform ones none
    checks.true(0.03 < far < 0.12, f"The numbers of {name} should be normally distributed.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_init_three_layer_convnet_random", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
nets = [six_arrays(init_three_layer_convnet((3, 8, 8), 6, 3, 9, 5, 1.0, np.random.default_rng(seed)), "the dict of parameters") for seed in (5, 5, 6)]
for name, shape in (("W1", (6, 3, 3, 3)), ("W2", (96, 9)), ("W3", (9, 5))):
    checks.shape(nets[0][name], shape, name)
    checks.close(nets[1][name], nets[0][name], f"{name} of a second net with the same seed", hint="Draw every random number from rng.")
    checks.true(not np.allclose(nets[2][name], nets[0][name]), f"{name} is the same for different seeds: rng is not used.")
checks.passed("init_three_layer_convnet", "all random numbers come from rng")
### BEGIN HIDDEN TESTS
flat = [np.ravel(nets[0][name]) for name in ("W1", "W2", "W3")]
checks.true(not np.allclose(flat[0][:45], flat[1][:45]) and not np.allclose(flat[0][:45], flat[2]) and not np.allclose(flat[1][:45], flat[2]),
            "The weights of different layers begin with the same numbers.")
filters = np.asarray(nets[0]["W1"])
checks.true(not np.allclose(filters[0], filters[1]) and not np.allclose(filters[:, 0], filters[:, 1]), "The filters are copies of each other.")
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 6: `three_layer_convnet_loss`
#
# Plug the layers together. Everything is imported: `conv_forward_fast(x, w, b, conv_param)`, `relu_forward(x)`,
# `max_pool_forward_fast(x, pool_param)`, `affine_forward(x, w, b)`, which flattens by itself, and `softmax_loss(scores, y)`,
# which returns the loss and the gradient of the scores. The backward functions have the same names with `backward`, and take
# `(dout, cache)`; those of convolution and affine layer return `(dx, dw, db)`, those of ReLU and pooling `dx`.
#
# Forward, every layer hands its output to the next and leaves a cache. Backward, you go through the layers in reverse order,
# and every layer gets *its own* cache.
#
# The regularization, `reg` times the sum of the squares of `W1`, `W2` and `W3` (no biases), is added to the loss, and its
# gradient to the gradients.

# %% nbgrader={"grade": false, "grade_id": "three_layer_convnet_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    """Scores, or loss and gradients, of the net convolution - ReLU - max pooling - affine - ReLU - affine - softmax.

    Arguments
    - params: dict of W1 (F, C, HH, WW), b1 (F,), W2 (D, M), b2 (M,), W3 (M, num_classes), b3 (num_classes,)
    - X: (N, C, H, W) images
    - y: (N,) integer labels, or None
    - reg: strength of the regularization reg * (sum(W1 * W1) + sum(W2 * W2) + sum(W3 * W3))
    - conv_param: {"stride": .., "pad": ..}; None means stride 1 and pad (HH - 1) // 2, which keeps the size of the images
    - pool_param: {"pool_height": .., "pool_width": .., "stride": ..}; None means 2x2 windows with stride 2

    Returns
    - if y is None: scores (N, num_classes)
    - else (loss, grads): a number, and a dict with the gradient of every parameter, under the same names
    """
    ### BEGIN SOLUTION
    W1, b1, W2, b2, W3, b3 = (params[name] for name in ("W1", "b1", "W2", "b2", "W3", "b3"))
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = dict(pool_height=2, pool_width=2, stride=2)

    maps, conv_cache = conv_forward_fast(X, W1, b1, conv_param)  # (N, F, H', W')
    active, relu1_cache = relu_forward(maps)
    pooled, pool_cache = max_pool_forward_fast(active, pool_param)  # (N, F, H'/2, W'/2)
    hidden, affine1_cache = affine_forward(pooled, W2, b2)  # (N, M)
    active, relu2_cache = relu_forward(hidden)
    scores, affine2_cache = affine_forward(active, W3, b3)  # (N, num_classes)
    if y is None:
        return scores

    loss, dscores = softmax_loss(scores, y)
    loss += reg * sum(np.sum(W * W) for W in (W1, W2, W3))

    grads = {}
    dout, grads["W3"], grads["b3"] = affine_backward(dscores, affine2_cache)
    dout = relu_backward(dout, relu2_cache)
    dout, grads["W2"], grads["b2"] = affine_backward(dout, affine1_cache)
    dout = max_pool_backward_fast(dout, pool_cache)
    dout = relu_backward(dout, relu1_cache)
    dX, grads["W1"], grads["b1"] = conv_backward_fast(dout, conv_cache)
    for name in ("W1", "W2", "W3"):
        grads[name] = grads[name] + 2 * reg * params[name]
    return loss, grads
    ### END SOLUTION


# %% [markdown]
# First the scores of a net that can be followed by hand: one image of 2x2 pixels, filters of 1x1. Channel by channel, the
# convolution makes 3, 5, 7, −7 and −1, −2, −3, 4 of the pixels 1, 2, 3, −4. ReLU removes the negative ones, the pooling leaves
# 7 and 4.

# %% nbgrader={"grade": true, "grade_id": "test_three_layer_convnet_loss_scores", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
for size in (3, 5):
    blank = {"W1": np.zeros((3, 1, size, size)), "b1": np.zeros(3), "W2": np.zeros((18, 2)), "b2": np.zeros(2),
             "W3": np.zeros((2, 3)), "b3": np.zeros(3)}
    try:
        scores = three_layer_convnet_loss(blank, np.ones((1, 1, 4, 6)))
    except ValueError as error:
        checks.true(False, f"An error with filters of {size}x{size}: {error}. Without conv_param the padding is (HH - 1) // 2, where HH is "
                    "the height of the filters, so that images keep their size; then the pooling halves height and width.")
params = {"W1": np.array([2.0, -1.0]).reshape(2, 1, 1, 1), "b1": np.array([1.0, 0.0]),
          "W2": np.array([[1.0, -1.0], [2.0, 1.0]]), "b2": np.array([3.0, 2.0]),
          "W3": np.array([[1.0, 0.0, 2.0], [5.0, 6.0, 7.0]]), "b3": np.array([-30.0, 10.0, 20.0])}
image = np.array([[[[1.0, 2.0], [3.0, -4.0]]]])
scores = three_layer_convnet_loss(params, image)
checks.true(scores is not None, "Without y the function should return the scores, but it returned None.")
checks.true(not isinstance(scores, (tuple, list, dict)), "Without y the function should return the scores only: an array (N, num_classes).")
checks.shape(scores, (1, 3), "the scores (N, num_classes)")
checks.close(scores, [[-12.0, 10.0, 56.0]], "the scores of an image", suspects={
    "the ReLU of the hidden layer is missing.": np.array([[-17.0, 4.0, 49.0]]),
    "the scores have no ReLU; they may be negative.": np.array([[0.0, 10.0, 56.0]]),
    "the bias b1 is missing.": np.array([[-13.0, 10.0, 54.0]]),
    "the bias b2 is missing.": np.array([[-15.0, 10.0, 50.0]]),
    "the bias b3 is missing.": np.array([[18.0, 0.0, 36.0]]),
    "these are the probabilities that the softmax makes of the scores.": np.array([[0.0, 0.0, 1.0]]),
    "the biases are missing.": np.array([[14.0, 0.0, 28.0]]),
    "the windows of the pooling are averaged instead of taking their maximum.": np.array([[-21.25, 10.0, 37.5]])},
    hint="The hidden units are 18 and -1 before their ReLU, and 18 and 0 after it.")
image = np.array([[[[-5.0, -6.0], [-7.0, -8.0]]]])
dark = {**params, "W1": np.ones((2, 1, 1, 1)), "b1": np.zeros(2)}
checks.close(three_layer_convnet_loss(dark, image), [[-17.0, 22.0, 40.0]], "the scores of an image to which no filter responds",
             suspects={"the ReLU after the convolution is missing.": np.array([[-20.0, 22.0, 34.0]])},
             hint="Then the pooled values are 0 and 0, and the hidden units 3 and 2.")
checks.passed("three_layer_convnet_loss", "the scores of a net made by hand")
### BEGIN HIDDEN TESTS
def scores_of(p, X, stride, pad, window, step):
    """The scores straight from the definitions."""
    view = np.lib.stride_tricks.sliding_window_view
    padded = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    fields = view(padded, p["W1"].shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    maps = np.einsum("nchwij,fcij->nfhw", fields, p["W1"]) + p["b1"][:, None, None]
    pooled = view(maps, window, axis=(2, 3))[:, :, ::step, ::step].max(axis=(4, 5)).clip(min=0)
    hidden = np.einsum("nd,dm->nm", pooled.reshape(len(X), -1), p["W2"]) + p["b2"]
    return hidden.clip(min=0) @ p["W3"] + p["b3"]


rng = np.random.default_rng(600)
for N, C, H, W, F, size, M, K in ((3, 2, 4, 6, 3, 3, 5, 4), (1, 3, 8, 4, 2, 5, 3, 10), (2, 1, 2, 6, 4, 1, 4, 2), (2, 2, 6, 6, 3, 7, 3, 3)):
    shapes = {"W1": (F, C, size, size), "b1": F, "W2": (F * (H // 2) * (W // 2), M), "b2": M, "W3": (M, K), "b3": K}
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    X = rng.normal(size=(N, C, H, W))
    checks.close(three_layer_convnet_loss(params, X), scores_of(params, X, 1, (size - 1) // 2, (2, 2), 2),
                 f"the scores for X of shape {X.shape} and W1 of shape {params['W1'].shape}")
### END HIDDEN TESTS

# %% [markdown]
# Then the loss. With tiny weights it should be $\log C$, and regularization should add what it says.

# %% nbgrader={"grade": true, "grade_id": "test_three_layer_convnet_loss_value", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(610)
shapes = {"W1": (3, 2, 3, 3), "b1": 3, "W2": (18, 5), "b2": 5, "W3": (5, 10), "b3": 10}
params = {name: 1e-6 * rng.normal(size=shape) for name, shape in shapes.items()}
X, y = rng.normal(size=(6, 2, 4, 6)), rng.integers(10, size=6)
loss, grads = loss_and_grads(three_layer_convnet_loss(params, X, y))
checks.shape(loss, (), "the loss (one number)")
checks.close(loss, np.log(10), "the loss of ten classes at tiny weights", rtol=1e-5, num_examples=6,
             suspects={"this is the SVM loss; the last layer is a softmax.": 9.0})
checks.passed("three_layer_convnet_loss", "the loss at tiny weights is log C")
### BEGIN HIDDEN TESTS
params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
scores = three_layer_convnet_loss(params, X)
checks.shape(scores, (6, 10), "the scores (N, num_classes)")
scores = np.asarray(scores)
probabilities = np.exp(scores - scores.max(axis=1, keepdims=True))
probabilities /= probabilities.sum(axis=1, keepdims=True)
loss, grads = loss_and_grads(three_layer_convnet_loss(params, X, y))
checks.close(loss, np.mean([-np.log(row[label]) for row, label in zip(probabilities, y)]), "the loss of random weights", num_examples=6)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_three_layer_convnet_loss_regularization", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(620)
shapes = {"W1": (2, 1, 3, 3), "b1": 2, "W2": (8, 3), "b2": 3, "W3": (3, 4), "b3": 4}
params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
X, y = rng.normal(size=(5, 1, 4, 4)), rng.integers(4, size=5)
without, plain = loss_and_grads(three_layer_convnet_loss(params, X, y, reg=0.0))
loss, grads = loss_and_grads(three_layer_convnet_loss(params, X, y, reg=0.3))
squares = {name: np.square(params[name]).sum() for name in params}
penalty = 0.3 * (squares["W1"] + squares["W2"] + squares["W3"])
suspects = {f"{name} is not regularized.": penalty - 0.3 * squares[name] for name in ("W1", "W2", "W3")}
checks.close(loss - without, penalty, "what reg=0.3 adds to the loss", num_examples=5, suspects=suspects | {
    "the biases are regularized, too; only W1, W2 and W3 should be.": 0.3 * sum(squares.values()),
    "there is a factor 1/2 too many; the penalty is reg * sum(W * W).": penalty / 2,
    "the regularization is divided by the number of examples.": penalty / 5})
for name in ("W1", "W2", "W3"):
    checks.shape(grads[name], params[name].shape, f"grads[{name!r}] (the shape of {name})")
    added = np.subtract(grads[name], plain[name])
    checks.true(np.any(added), f"grads[{name!r}] does not change with reg: the penalty has a gradient, too.")
    checks.gradient(lambda V: 0.3 * np.square(V).sum(), params[name], added, f"what reg=0.3 adds to grads[{name!r}]", num_examples=5)
for name in ("b1", "b2", "b3"):
    checks.close(grads[name], plain[name], f"grads[{name!r}] with reg=0.3 and with reg=0", hint="The biases are not regularized.")
checks.passed("three_layer_convnet_loss", "regularization of W1, W2 and W3, in the loss and in the gradients")
### BEGIN HIDDEN TESTS
params = {name: 2 * rng.normal(size=shape) for name, shape in shapes.items()}
without, plain = loss_and_grads(three_layer_convnet_loss(params, X, y))
loss, grads = loss_and_grads(three_layer_convnet_loss(params, X, y, 0.01))
checks.close(loss - without, 0.01 * sum(np.square(params[name]).sum() for name in ("W1", "W2", "W3")), "what reg=0.01 adds to the loss")
for name in ("W1", "W2", "W3"):
    checks.close(np.subtract(grads[name], plain[name]), 0.02 * params[name], f"what reg=0.01 adds to grads[{name!r}]")
### END HIDDEN TESTS

# %% [markdown]
# And the gradients, all six of them, against numerical ones. The later a layer, the shorter the way back, so start with the end
# of the net.

# %% nbgrader={"grade": true, "grade_id": "test_three_layer_convnet_loss_affine_gradients", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(1360)
shapes = {"W1": (2, 2, 3, 3), "b1": 2, "W2": (12, 5), "b2": 5, "W3": (5, 4), "b3": 4}
params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
X, y = rng.normal(size=(3, 2, 4, 6)), np.array([3, 0, 1])


def scores_with(**changed):
    return np.asarray(three_layer_convnet_loss({**params, **changed}, X))


def hidden_before_relu():
    return scores_with(b2=params["b2"] + 1e3, W3=np.eye(5), b3=np.zeros(5)) - 1e3


def score_slopes():
    """The gradient of the scores, numerically."""
    def loss_of(scores):
        return np.mean([np.log(np.exp(row - row[label]).sum()) for row, label in zip(scores, y)])
    return checks.numeric_gradient(loss_of, scores_with())


loss, grads = loss_and_grads(three_layer_convnet_loss(params, X, y))
suspects = {
    "b3": {},
    "W3": {"the input of the last layer is the hidden layer *after* its ReLU.": lambda: hidden_before_relu().T @ score_slopes()},
    "b2": {"the ReLU of the hidden layer is missing on the way back.": lambda: (score_slopes() @ params["W3"].T).sum(axis=0)},
    "W2": {},
}
for name in ("b3", "W3", "b2", "W2"):
    checks.gradient(lambda value: three_layer_convnet_loss({**params, name: value}, X, y)[0], params[name], grads[name],
                    f"grads[{name!r}]", kinks=True, num_examples=3, suspects=suspects[name])
checks.passed("three_layer_convnet_loss", "the gradients of the affine layers agree with the numeric ones")
### BEGIN HIDDEN TESTS
def pooled_maps(p, X):
    """What the affine layers get, straight from the definitions, for stride 1, padding that keeps the size, 2x2 pooling."""
    view = np.lib.stride_tricks.sliding_window_view
    pad = p["W1"].shape[2] // 2
    fields = view(np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad))), p["W1"].shape[2:], axis=(2, 3))
    maps = np.einsum("nchwij,fcij->nfhw", fields, p["W1"]) + p["b1"][:, None, None]
    return view(maps, (2, 2), axis=(2, 3))[:, :, ::2, ::2].max(axis=(4, 5)).clip(min=0).reshape(len(X), -1)


def loss_of(p, pooled, y):
    scores = (pooled @ p["W2"] + p["b2"]).clip(min=0) @ p["W3"] + p["b3"]
    return np.mean(np.log(np.exp(scores - scores.max(axis=1, keepdims=True)).sum(axis=1)) + scores.max(axis=1) - scores[np.arange(len(y)), y])


for N, C, H, W, F, size, M, K in ((4, 1, 6, 2, 2, 3, 3, 5), (1, 2, 2, 4, 3, 5, 4, 3)):
    shapes = {"W1": (F, C, size, size), "b1": F, "W2": (F * (H // 2) * (W // 2), M), "b2": M, "W3": (M, K), "b3": K}
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    X, y = rng.normal(size=(N, C, H, W)), rng.integers(K, size=N)
    loss, grads = loss_and_grads(three_layer_convnet_loss(params, X, y))
    pooled = pooled_maps(params, X)
    for name in ("b3", "W3", "b2", "W2"):
        checks.gradient(lambda value: loss_of({**params, name: value}, pooled, y), params[name], grads[name],
                        f"grads[{name!r}] for X of shape {X.shape}", kinks=True, num_examples=N)
scaled = {**params, "W2": 2.0**40 * params["W2"], "b2": 2.0**40 * params["b2"], "W3": params["W3"] / 2.0**40}  # of the same scores
loss, grads_scaled = loss_and_grads(three_layer_convnet_loss(scaled, X, y))
for name, factor in (("W3", 2.0**-40), ("b2", 2.0**40), ("W2", 2.0**40)):
    checks.analytic(factor * np.asarray(grads_scaled[name]), grads[name], f"grads[{name!r}] with W2 and b2 2**40 times as large and W3 as "
                    "much smaller, scaled back")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_three_layer_convnet_loss_conv_gradients", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(884)
shapes = {"W1": (3, 1, 3, 3), "b1": 3, "W2": (18, 5), "b2": 5, "W3": (5, 4), "b3": 4}
params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
X, y = rng.normal(size=(3, 1, 4, 6)), np.array([3, 0, 1])


def scores_with(**changed):
    return np.asarray(three_layer_convnet_loss({**params, **changed}, X))


def hidden(b1, **changed):
    """The hidden units before their ReLU, for some b1."""
    return scores_with(b1=b1, b2=params["b2"] + 1e4, W3=np.eye(5), b3=np.zeros(5), **changed) - 1e4


def hidden_slopes(with_relu=True):
    """The gradient of the hidden units, numerically, through their ReLU or past it."""
    def loss_of(scores):
        return np.mean([np.log(np.exp(row - row[label]).sum()) for row, label in zip(scores, y)])
    slopes = checks.numeric_gradient(loss_of, scores_with()) @ params["W3"].T
    return slopes * (hidden(params["b1"]) > 0) if with_relu else slopes


def b1_slopes(weights, shift=0.0):
    """With a shift of 100 every unit of the convolution is above 0, as if there were no ReLU."""
    return checks.numeric_gradient(lambda b1: np.sum(hidden(b1) * weights), params["b1"] + shift, h=1e-4)


def all_pixels():
    """The gradient of b1 if every pixel of a window of the pooling got the gradient of its maximum."""
    slopes = (hidden_slopes() @ params["W2"].T).reshape(3, 3, 2, 3)
    positive = conv_forward_fast(X, params["W1"], params["b1"], {"stride": 1, "pad": 1})[0] > 0
    return np.sum(slopes.repeat(2, axis=2).repeat(2, axis=3) * positive, axis=(0, 2, 3))


loss, grads = loss_and_grads(three_layer_convnet_loss(params, X, y))
suspects = {
    "b1": {"the ReLU after the convolution is missing on the way back.": lambda: b1_slopes(hidden_slopes(), 100.0),
           "the ReLU of the hidden layer is missing on the way back.": lambda: b1_slopes(hidden_slopes(with_relu=False)),
           "on the way back the gradient of a pooled value belongs to the maximum of its window; here it went to all pixels of its window.":
               all_pixels,
           "on the way back the gradient of a pooled value belongs to the maximum of its window; here it was spread evenly over it.":
               lambda: all_pixels() / 4,
           "both ReLUs are missing on the way back.": lambda: b1_slopes(hidden_slopes(with_relu=False), 100.0)},
    "W1": {},
}
for name in ("b1", "W1"):
    checks.gradient(lambda value: three_layer_convnet_loss({**params, name: value}, X, y)[0], params[name], grads[name],
                    f"grads[{name!r}]", kinks=True, num_examples=3, suspects=suspects[name])
checks.passed("three_layer_convnet_loss", "the gradients of the convolution agree with the numeric ones")
### BEGIN HIDDEN TESTS
def loss_of(p, fields, y):
    """The loss straight from the definitions, for stride 1 and 2x2 pooling; fields are what the filters look at, (N, C, H, W, size, size)."""
    maps = np.einsum("nchwij,fcij->nfhw", fields, p["W1"]) + p["b1"][:, None, None]
    pooled = maps.reshape(*maps.shape[:2], maps.shape[2] // 2, 2, -1, 2).max(axis=(3, 5)).clip(min=0)
    scores = (pooled.reshape(len(y), -1) @ p["W2"] + p["b2"]).clip(min=0) @ p["W3"] + p["b3"]
    return np.mean(np.log(np.exp(scores - scores.max(axis=1, keepdims=True)).sum(axis=1)) + scores.max(axis=1) - scores[np.arange(len(y)), y])


for N, C, H, W, F, size, M, K in ((4, 1, 6, 2, 2, 3, 3, 5), (1, 2, 2, 4, 3, 5, 4, 3)):
    shapes = {"W1": (F, C, size, size), "b1": F, "W2": (F * (H // 2) * (W // 2), M), "b2": M, "W3": (M, K), "b3": K}
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    X, y = rng.normal(size=(N, C, H, W)), rng.integers(K, size=N)
    loss, grads = loss_and_grads(three_layer_convnet_loss(params, X, y))
    framed = np.pad(X, ((0, 0), (0, 0), (size // 2, size // 2), (size // 2, size // 2)))
    fields = np.lib.stride_tricks.sliding_window_view(framed, (size, size), axis=(2, 3))
    for name in ("b1", "W1"):
        checks.gradient(lambda value: loss_of({**params, name: value}, fields, y), params[name], grads[name],
                        f"grads[{name!r}] for X of shape {X.shape}", kinks=True, num_examples=N)
scaled = {**params, "W1": 2.0**40 * params["W1"], "b1": 2.0**40 * params["b1"], "W2": params["W2"] / 2.0**40}  # of the same scores
loss, grads_scaled = loss_and_grads(three_layer_convnet_loss(scaled, X, y))
for name in ("b1", "W1"):
    checks.analytic(2.0**40 * np.asarray(grads_scaled[name]), grads[name], f"grads[{name!r}] with W1 and b1 2**40 times as large and W2 as "
                    "much smaller, scaled back")
### END HIDDEN TESTS

# %% [markdown]
# Another stride, another padding, another window: what is passed is used.

# %% nbgrader={"grade": true, "grade_id": "test_three_layer_convnet_loss_settings", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(650)
conv_param, pool_param = {"stride": 2, "pad": 0}, {"pool_height": 3, "pool_width": 2, "stride": 1}
params = {"W1": rng.normal(size=(3, 1, 3, 3)), "b1": rng.normal(size=3), "W2": rng.normal(size=(6, 4)), "b2": rng.normal(size=4),
          "W3": rng.normal(size=(4, 3)), "b3": rng.normal(size=3)}
X, y = rng.normal(size=(2, 1, 7, 7)), np.array([2, 0])  # maps of 3x3, pooled to 1x2
try:
    scores = three_layer_convnet_loss(params, X, conv_param=conv_param, pool_param=pool_param)
except ValueError as error:
    checks.true(False, f"An error with conv_param={conv_param} and pool_param={pool_param}: {error}. What is passed goes on to convolution and "
                "pooling as it is; your own values are for None only.")
checks.shape(scores, (2, 3), "the scores with stride 2 and windows of 3x2")
loss, grads = loss_and_grads(three_layer_convnet_loss(params, X, y, 0.0, conv_param, pool_param))
for name in ("b1", "W1", "W2"):
    checks.gradient(lambda value: three_layer_convnet_loss({**params, name: value}, X, y, 0.0, conv_param, pool_param)[0],
                    params[name], grads[name], f"grads[{name!r}] with stride 2 and windows of 3x2", kinks=True, num_examples=2)
checks.passed("three_layer_convnet_loss", "conv_param and pool_param are used")
### BEGIN HIDDEN TESTS
view = np.lib.stride_tricks.sliding_window_view
for stride, pad, window, step, shape in ((2, 0, (3, 2), 1, (2, 1, 7, 7)), (1, 0, (1, 2), 1, (2, 1, 3, 5)), (3, 2, (1, 1), 2, (2, 1, 6, 8))):
    X = rng.normal(size=shape)
    fields = view(np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad))), (3, 3), axis=(2, 3))[:, :, ::stride, ::stride]
    maps = np.einsum("nchwij,fcij->nfhw", fields, params["W1"]) + params["b1"][:, None, None]
    pooled = view(maps, window, axis=(2, 3))[:, :, ::step, ::step].max(axis=(4, 5)).clip(min=0).reshape(2, -1)
    W2 = rng.normal(size=(pooled.shape[1], 4))
    expected = (pooled @ W2 + params["b2"]).clip(min=0) @ params["W3"] + params["b3"]
    scores = three_layer_convnet_loss({**params, "W2": W2}, X, None, 0.0, {"stride": stride, "pad": pad},
                                      {"pool_height": window[0], "pool_width": window[1], "stride": step})
    checks.close(scores, expected, f"the scores with stride {stride}, padding {pad} and windows of {window[0]}x{window[1]} with stride {step}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_three_layer_convnet_loss_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(660)
shapes = {"W1": (2, 3, 3, 3), "b1": 2, "W2": (8, 3), "b2": 3, "W3": (3, 4), "b3": 4}
params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
X, y = rng.normal(size=(2, 3, 4, 4)), np.array([0, 3])
params_given, X_given = {name: value.copy() for name, value in params.items()}, X.copy()
loss, grads = loss_and_grads(three_layer_convnet_loss(params_given, X_given, y, 0.1))
checks.unchanged(params_given, params, "params")
checks.unchanged(X_given, X, "X")
low = {name: value.astype(np.float32) for name, value in params.items()}
loss_low, grads_low = loss_and_grads(three_layer_convnet_loss(low, X.astype(np.float32), y, 0.1))
checks.close(loss_low, loss, "the loss of float32 arrays", rtol=1e-4)
for name in params:
    checks.dtype(grads_low[name], np.float32, f"grads[{name!r}] of float32 arrays")
checks.passed("three_layer_convnet_loss", "params and X stay as they are, and float32 stays float32")
### BEGIN HIDDEN TESTS
for name in params:
    checks.close(grads_low[name], grads[name], f"grads[{name!r}] of float32 arrays", rtol=1e-3, atol=1e-4)
backwards = {name: params[name] for name in ("b3", "W3", "b2", "W2", "b1", "W1")}  # the order in a dict means nothing
other_loss, other = loss_and_grads(three_layer_convnet_loss(backwards, X, y.astype(np.int32), 0.1))
checks.close(other_loss, loss, "the loss with the parameters in another order in the dict")
for name in params:
    checks.close(other[name], grads[name], f"grads[{name!r}] with the parameters in another order in the dict")
maps = np.maximum(conv_forward_fast(X, params["W1"], params["b1"], {"stride": 1, "pad": 1})[0], 0)
rows = maps.reshape(2, 2, 2, 2, 2, 2).max(axis=(3, 5)).reshape(2, 8)
hidden = np.maximum(rows @ params["W2"] + params["b2"], 0)
slopes = hidden.T @ softmax_loss(hidden @ params["W3"] + params["b3"], y)[1] + 0.2 * params["W3"]
checks.resembles(grads["W3"], slopes, "grads['W3']", given=(params["W3"],))
### END HIDDEN TESTS

# %% [markdown]
# ## Before training: can it learn fifty images by heart?
#
# The sanity checks of a careful person: is the first loss $\log 10 \approx 2.3$, and can a net with 800,000 weights learn 50
# images to 100%? If it cannot, no amount of data will help; there is a bug somewhere between the pixels and the update.
# `Solver` trains whatever has a dict `params` and a function `loss`.

# %% nbgrader={"grade": false, "grade_id": "demo_overfit", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
class SmallConvNet:
    """What Solver trains: parameters and their loss."""

    def __init__(self, num_filters, filter_size, hidden_dim, reg=0.0, seed=0):
        first = init_three_layer_convnet((3, 32, 32), num_filters, filter_size, hidden_dim, 10, 1e-2, np.random.default_rng(seed))
        self.params = {name: value.astype(np.float32) for name, value in first.items()}
        self.reg = reg

    def loss(self, X, y=None):
        return three_layer_convnet_loss(self.params, X, y, self.reg)


fifty = {name: values[:50] if "train" in name else values for name, values in sets.items()}
solver = Solver(SmallConvNet(32, 3, 100), fifty, update_rule="adam", optim_config={"learning_rate": 1e-3}, batch_size=25, num_epochs=25,
                num_val_samples=300, verbose=False, rng=0)
solver.train()
print(f"first loss {solver.loss_history[0]:.3f}; training accuracy {solver.train_acc_history[-1]:.0%}, "
      f"validation accuracy {solver.val_acc_history[-1]:.0%}")
vis.training_curves(solver, smooth=1);

# %% [markdown]
# All by heart, and, as one should expect from fifty images, hardly anything understood.
#
# ## The real training
#
# Now all the images, 32 filters of 5x5, 128 hidden units, Adam. Two remedies against learning by heart: some regularization,
# and mirror images: every training image is flipped with probability 1/2 each time it is used. The learning rate falls by a
# fifth after each epoch.

# %% nbgrader={"grade": false, "grade_id": "demo_training", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
epochs = 8 if images.name == "cifar10" else 5
net = SmallConvNet(32, 5, 128, reg=1e-4)
solver = Solver(net, sets, update_rule="adam", optim_config={"learning_rate": 1e-3}, lr_decay=0.8, batch_size=100, num_epochs=epochs,
                augment=random_horizontal_flip, progress=True, verbose=False, rng=0)
solver.train()
test_accuracy = solver.check_accuracy(sets["X_test"], sets["y_test"])
print(f"test accuracy {test_accuracy:.1%}, of the epoch that was best on the validation images (number {solver.best_epoch})")
vis.training_curves(solver);

# %% [markdown]
# Where does that stand among the classifiers of this course? The figures of the others are what the earlier notebooks reach with
# their solutions.

# %% nbgrader={"grade": false, "grade_id": "demo_ladder", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
earlier = {"cifar10": {"nearest neighbours": 0.28, "linear (softmax)": 0.39, "two-layer net": 0.53},
           "shapes10": {"nearest neighbours": 0.33, "linear (softmax)": 0.45, "two-layer net": 0.63}}[images.name]
ladder = earlier | {"this net": test_accuracy}
fig, ax = plt.subplots(figsize=(7, 2.4), layout="constrained")
bars = ax.barh(list(ladder), [100 * value for value in ladder.values()], color=[vis.GREY] * 3 + [vis.BLUE])
ax.bar_label(bars, fmt="%.0f%%", padding=3)
ax.axvline(10, color="black", lw=0.8, ls="--")
ax.text(10.7, -0.75, "guessing", fontsize=8)
ax.invert_yaxis()
ax.set(xlabel=f"test accuracy on {images.title} (%)", xlim=(0, 100));

# %% [markdown]
# It is one convolution only. With six of them, batch normalization behind each, and some twelve minutes on two cores, the
# library's `ConvNet` reaches 82% on CIFAR-10.
#
# ## What has it learnt?
#
# The filters of the first layer act on colours, so they can be looked at as small images. Nobody told the net about edges.

# %% nbgrader={"grade": false, "grade_id": "demo_filters", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
vis.weight_grid(net.params["W1"], columns=8);

# %% [markdown]
# On photographs (CIFAR-10) most filters become edges in some direction, or changes of colour: one colour on this side, its
# opposite on that. The shapes of shapes10 differ in colour above all, so there most filters look for a colour, and few for an
# edge. Noise in a filter is a sign of one that is hardly used, or of a training that is not finished.
#
# What do they make of an image? Each map below is the output of one filter after its ReLU, bright where the filter found what
# it looks for. Black maps are filters that found nothing.

# %% nbgrader={"grade": false, "grade_id": "demo_activations", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
shown = np.flatnonzero(np.argmax(net.loss(sets["X_test"][:100]), axis=1) == sets["y_test"][:100])[0]
maps, _ = conv_forward_fast(sets["X_test"][shown:shown + 1], net.params["W1"], net.params["b1"], {"stride": 1, "pad": 2})
vis.activation_maps(images.X_test[shown], np.maximum(maps[0], 0), columns=8);

# %% [markdown]
# And where does it fail? In each row are the images that were wrongly taken for one class.

# %% nbgrader={"grade": false, "grade_id": "demo_mistakes", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
predictions = np.concatenate([np.argmax(net.loss(sets["X_test"][i:i + 500]), axis=1) for i in range(0, len(sets["X_test"]), 500)])
vis.misclassified_images(images.X_test, sets["y_test"], predictions, images.class_names, n=10);

# %% [markdown]
# **Question 3** (3 points). Count the parameters of the net that was trained (32 filters of 5x5 on 3 channels, images of 32x32,
# 128 hidden units, 10 classes), layer by layer. Which share of them is in `W2`? Which share of the
# *multiplications* of a forward pass happens in the convolution? Propose a change of the architecture that saves most of the
# parameters, and say how many are left.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_parameters", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# Convolution: 32 · (3 · 25 + 1) = 2,432. First affine layer: 32 · 16 · 16 = 8,192 inputs, so 8,192 · 128 + 128 = 1,048,704.
# Last layer: 128 · 10 + 10 = 1,290. Together 1,052,426; W2 has 99.6% of them.
#
# Multiplications per image: convolution 32 · 32 · 32 · 75 = 2,457,600; affine layers 1,048,576 + 1,280. So 70% of the work is
# in the convolution, which has 0.2% of the parameters: it uses each of them at 1,024 places.
#
# Fewer parameters: more pooling before the affine layer (4x4 windows: W2 has 2,048 · 128, some 262,000, in all 266,000), a
# stride of 2, one or two further convolutions with pooling, or an average over each whole map (global average pooling: 32 · 128
# weights in W2, in all 7,946).
#
# **Marking**: 1 point for the counts (small slips such as a bias allowed) and about 99.6%; 1 for about 70% (65 to 75%); 1 for a
# change that shrinks the input of the affine layer or removes it, with a number that fits.
# ### END SOLUTION

# %% [markdown]
# ## With and without batch normalization
#
# Last, your normalization at work. A net is a list of layers, so it can be written as one: the class below goes through the
# list forward, and through it backward. That makes it easy to add a layer, here your `spatial_batchnorm` between the
# convolution and its ReLU.
#
# How large should the first weights be? The two nets start with filters of very different standard deviations, and are trained
# for 60 steps each, with plain momentum instead of Adam, which hides much of the trouble: it scales every step by itself.

# %% nbgrader={"grade": false, "grade_id": "demo_batchnorm", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
class LayeredNet:
    """A net from a list of layers: (forward, backward, names of its parameters, its further arguments)."""

    def __init__(self, batchnorm, filter_scale, num_filters=8, seed=0):
        first = init_three_layer_convnet((3, 32, 32), num_filters, 3, 100, 10, 1e-2, np.random.default_rng(seed))
        first["W1"] = first["W1"] * (filter_scale / 1e-2)
        self.bn_param = {"mode": "train"}
        self.layers = [
            (conv_forward_fast, conv_backward_fast, ("W1", "b1"), [{"stride": 1, "pad": 1}]),
            (relu_forward, relu_backward, (), []),
            (max_pool_forward_fast, max_pool_backward_fast, (), [{"pool_height": 2, "pool_width": 2, "stride": 2}]),
            (affine_forward, affine_backward, ("W2", "b2"), []),
            (relu_forward, relu_backward, (), []),
            (affine_forward, affine_backward, ("W3", "b3"), []),
        ]
        if batchnorm:
            first |= {"gamma": np.ones(num_filters), "beta": np.zeros(num_filters)}
            self.layers.insert(1, (spatial_batchnorm_forward, spatial_batchnorm_backward, ("gamma", "beta"), [self.bn_param]))
        self.params = {name: value.astype(np.float32) for name, value in first.items()}

    def loss(self, X, y=None):
        self.bn_param["mode"] = "test" if y is None else "train"
        caches, flow, grads = [], X, {}
        for forward, _, names, settings in self.layers:
            flow, cache = forward(flow, *[self.params[name] for name in names], *settings)
            caches.append(cache)
        if y is None:
            return flow
        loss, flow = softmax_loss(flow, y)
        for (_, backward, names, _), cache in zip(self.layers[::-1], caches[::-1]):
            flow, *found = backward(flow, cache) if names else (backward(flow, cache),)
            grads |= dict(zip(names, found))
        return loss, grads

    def state(self):
        """What Solver should keep together with the parameters."""
        return {name: value for name, value in self.bn_param.items() if name != "mode"}

    def load_state(self, state):
        self.bn_param.update(state)


few = {name: values[:1000] if "train" in name else values for name, values in sets.items()}
scales = [1e-3, 1e-2, 1e-1, 1.0, 10.0]
curves = {"without batch norm": [], "with batch norm": []}
for name, scale in tqdm([(name, scale) for name in curves for scale in scales], file=sys.stdout, desc="nets"):
    solver = Solver(LayeredNet(name == "with batch norm", scale), few, update_rule="sgd_momentum", optim_config={"learning_rate": 1e-2},
                    batch_size=50, num_epochs=3, num_train_samples=100, num_val_samples=100, verbose=False, rng=0)
    solver.train()
    curves[name].append(np.mean(solver.loss_history[-10:]))
fig, ax = plt.subplots(figsize=(7, 3.2), layout="constrained")
for (name, losses), color in zip(curves.items(), (vis.ORANGE, vis.BLUE)):
    ax.plot(scales, losses, "o-", color=color, label=name)
ax.axhline(np.log(10), color=vis.GREY, lw=1, ls="--", label="guessing: log 10")
ax.set_xscale("log")
ax.set(xlabel="standard deviation of the first filters", ylabel="training loss after 60 steps")
ax.legend();

# %% [markdown]
# Without it, only a narrow range of starts gets anywhere: from small filters hardly a signal reaches the end of the net, with
# huge ones the first steps destroy it. With it, every start learns, since whatever comes out of the convolution is brought to
# the same scale. Where the scale was right anyway, the layer is not needed. In a deep net, where every layer depends on the
# scales of all those before it, no start is right for all.
#
# ## Summary
#
# - Spatial batch normalization: one mean and one variance per channel, over images, rows and columns, so that a filter means the same everywhere.
# - `reshape` moves nothing: bring the axes into order first, and go back in reverse order.
# - Batch, layer, group and instance normalization differ only in which numbers share a mean. All but the first are indifferent to
#   the rest of the batch.
# - A net is a chain of layers forward, and the same chain in reverse backward, each layer with its own cache.
# - Check the gradient of every parameter, the first loss, and fifty images by heart, *then* train.
# - Convolutions have few parameters and do most of the work; the first affine layer has nearly all the parameters.
#
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"spatial_batchnorm_forward": 5, "spatial_batchnorm_backward": 3, "spatial_groupnorm_forward": 4,
                "spatial_groupnorm_backward": 4, "init_three_layer_convnet": 3, "three_layer_convnet_loss": 7})
