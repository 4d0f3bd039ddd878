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
# # Convolutional networks and spatial normalization
#
# All the layers are there: convolution, ReLU, pooling, affine, softmax. Two things are missing: a normalization made for
# images, and a net that connects the layers. You write both. The result is the first net of this course that sees: it learns
# its own detectors of edges and colours, and beats every classifier that you have built so far.
#
# **You will learn**
#
# - why batch normalization of images shares its statistics over pixels, and how little it needs beyond the layer that you know;
# - layer, instance and group normalization: one computation, four answers to the question which numbers belong together;
# - to connect layers to a net, forward and by **backpropagation**, and to check it before you train it;
# - to choose hyperparameters, and to see what the first layer of a trained net looks for.
#
# **Time**: about five hours of work. The cells themselves run in less than a minute with the drawn images (in up to two on a
# slow or busy machine); with CIFAR-10 in about three minutes on two idle cores, most of it training.
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that come with the
# course. Most checks use small random arrays, not the images.
#
# *Lecture: "Convolutional neural networks" · Paper: Wu and He, "Group Normalization" (2018).*
#
# This notebook stands on its own: the library has fast convolution and pooling, and the layers of earlier assignments.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import copy
import functools
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from cs231n_lib import checks, data, mistakes, vis
from cs231n_lib.data.augmentation import random_horizontal_flip
from cs231n_lib.layers import (
    affine_backward, affine_forward, batchnorm_backward, batchnorm_forward, conv_backward_fast, conv_forward_fast,
    max_pool_backward_fast, max_pool_forward_fast, relu_backward, relu_forward, softmax_loss,
)
from cs231n_lib.notebooks import errors
from cs231n_lib.solver import Solver, TrainingDiverged

errors.explain()
plt.rcParams.update(vis.STYLE)
known = mistakes.convnet
TRAIN = {"mode": "train"}
KEEP = ({"stride": 1, "pad": 1}, {"pool_height": 2, "pool_width": 2, "stride": 2})  # for filters of 3x3


def make_images(seed, shape=(3, 2, 4, 5)):
    """A small random problem: images x (N, C, H, W), gamma (C,), beta (C,), and an upstream gradient dout like the images."""
    rng = np.random.default_rng(seed)
    C = shape[1]
    x = rng.normal(size=shape) * rng.uniform(0.5, 3, size=(1, C, 1, 1)) + rng.normal(size=(1, C, 1, 1))
    return x, rng.uniform(0.5, 2, size=C), rng.normal(size=C), rng.normal(size=shape)


def output(forward, x, gamma, beta, *settings):
    """What a forward pass returns as out. It works on copies of the arguments."""
    out, _ = checks.unpack(forward(x.copy(), gamma.copy(), beta.copy(), *copy.deepcopy(settings)), "out, cache")
    checks.shape(out, x.shape, "out (the shape of x)")
    return np.asarray(out)


def gradients(forward, backward, x, gamma, beta, dout, *settings):
    """A dict of the gradients of x, gamma and beta: a forward pass, then a backward pass with its cache."""
    _, cache = checks.unpack(forward(x.copy(), gamma.copy(), beta.copy(), *copy.deepcopy(settings)), "out, cache")
    return dict(zip(("x", "gamma", "beta"), checks.unpack(backward(dout.copy(), cache), "dx, dgamma, dbeta")))


def check_gradient(name, grad, forward, x, gamma, beta, dout, *settings):
    """Check the gradient of sum(out * dout) with respect to "x", "gamma" or "beta" against central differences of your forward pass.

    If your forward pass is wrong, the gradient of the right one is accepted, too.
    """
    def total(z):
        return np.sum(output(forward, *(point | {name: z}).values(), *settings) * dout)

    point, case = {"x": x, "gamma": gamma, "beta": beta}, (x, gamma, beta, dout, *settings)
    try:
        checks.gradient(total, point[name], grad, f"d{name} for x of shape {x.shape}, {settings}", mistakes=known.backward(*case))
    except checks.CheckFailed:
        right = known.right_gradient(name, *case)
        if np.shape(grad) != right.shape or not np.allclose(grad, right, rtol=1e-4, atol=1e-5 * np.abs(right).max()):
            raise
    else:
        wide, plain = (np.ptp(output(forward, factor * x, gamma, beta, *settings)) for factor in (2, 1))
        checks.true(np.any(grad) and wide <= 1.5 * plain, known.NOT_NORMALIZED)


def make_net(seed, image, num_filters, size, hidden, classes, N=3):
    """A random net (its parameters) for images of shape (C, H, W), and N images with labels."""
    rng = np.random.default_rng(seed)
    (C, H, W), pooled = image, num_filters * (image[1] // 2) * (image[2] // 2)
    shapes = {"W1": (num_filters, C, size, size), "b1": num_filters, "W2": (pooled, hidden), "b2": hidden,
              "W3": (hidden, classes), "b3": classes}
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    return params, rng.normal(size=(N, C, H, W)), rng.integers(classes, size=N)


def six_arrays(arrays, what):
    """The parameters of the net, or their gradients, which should be a dict with these names."""
    checks.true(isinstance(arrays, dict), f"{what} should be a dict with six arrays.")
    checks.equal(sorted(arrays), ["W1", "W2", "W3", "b1", "b2", "b3"], f"the names in {what}, sorted")
    return arrays


def loss_and_grads(loss_fn, params, X, y, reg=0.0, settings=KEEP):
    """What the loss of the net returns, after a look whether it is the pair (loss, grads)."""
    loss, grads = checks.unpack(loss_fn(copy.deepcopy(params), X.copy(), y, reg, *settings), "loss, grads")
    checks.shape(loss, (), "the loss (one number)")
    for name, grad in six_arrays(grads, "grads").items():
        checks.shape(grad, params[name].shape, f"grads[{name!r}] (the shape of {name})")
    return loss, grads


def check_net_gradient(name, loss_fn, params, X, y, settings=KEEP):
    """Check the gradient of one parameter against central differences of the right loss, or, if that does not fit, of your own loss."""
    def loss_with(value):
        net = copy.deepcopy({**params, name: value})
        return checks.unpack(loss_fn(net, X.copy(), y, 0.0, *settings), "loss, grads")[0]

    loss, grads = loss_and_grads(loss_fn, params, X, y, 0.0, settings)
    right = known.right_net_gradient(name, params, X, y) if settings == KEEP else np.inf
    if np.allclose(grads[name], right, rtol=1e-4, atol=1e-5 * np.max(np.abs(right))):
        return
    checks.gradient(loss_with, params[name], grads[name], f"grads[{name!r}]", kinks=True, num_examples=len(X), mistakes=known.loss(params, X, y))
    correct = np.arange(len(params["b3"])) == y[0]
    raised = {**params, "b3": params["b3"] + 100 * correct}
    low, high = (loss_and_grads(loss_fn, p, X[:1], y[:1], 0.0, settings)[0] for p in (raised, params))
    checks.true(low < high, known.LOSS_BLIND)


def fits(loss_fn, params, X, *settings):
    """Whether the shapes of the net fit each other."""
    try:
        loss_fn(params, X, None, 0.0, *settings)
    except ValueError:
        return False
    return True

# %% [markdown]
# ## The images
#
# A convolutional net keeps the shape of the images: nothing is flattened at the start. The library's order is (N, C, H, W):
# images, channels, rows, columns. We subtract the mean training image and divide the pixels by 64, about their standard
# deviation.

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
# All the normalization layers of this notebook do the same with a set of numbers: subtract the mean, and divide by the standard
# deviation. Then they apply a scale $\gamma$ and a shift $\beta$, which the net learns. The layers differ in one question only:
# *which* numbers share a mean?
#
# The output of a convolution is an array (N, C, H, W). In the picture, each small image is one channel of one example (3
# examples, 4 channels, 3x4 pixels). Pixels of the same colour share a mean and a variance.

# %% nbgrader={"grade": false, "grade_id": "picture_groups", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
kinds = {
    "spatial batch norm": np.tile([0, 5, 10, 15], (3, 1)),
    "layer norm": np.tile([[0], [5], [10]], (1, 4)),
    "group norm, G = 2": np.array([[0, 0, 5, 5], [10, 10, 15, 15], [2, 2, 7, 7]]),
    "instance norm": np.array([[0, 5, 10, 15], [2, 7, 12, 17], [4, 9, 14, 19]]),
}
fig, axes = plt.subplots(1, 4, figsize=(12.5, 2.9), sharey=True)
for ax, (title, colors) in zip(axes, kinds.items()):
    ax.pcolormesh(np.kron(colors, np.ones((3, 4))), cmap="tab20", vmin=0, vmax=19, edgecolors="white", linewidth=0.4)
    for place in range(5):
        ax.axvline(4 * place, color="white", lw=6)
    for place in range(4):
        ax.axhline(3 * place, color="white", lw=6)
    ax.set_xticks([2, 6, 10, 14], [f"channel {c}" for c in range(4)], fontsize=8)
    ax.set_yticks([1.5, 4.5, 7.5], [f"example {n}" for n in range(3)])
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.grid(visible=False)
    ax.grid(visible=False)
    ax.grid(visible=False)
    ax.grid(visible=False)
    ax.set_ylim(9, 0)  # example 0 at the top
    ax.set_title(f"{title}: {len(np.unique(colors))} means")
    ax.spines[:].set_visible(False)

# %% [markdown]
# Why does batch normalization of images share its statistics over pixels? A convolution applies *the same filter* everywhere.
# Suppose that the output of a "vertical edge" filter were scaled differently in a corner and in the middle. Then the same edge
# would mean something else depending on its place. So there is one mean and one variance **per channel**, over all images, rows
# and columns:
#
# $$ \mu_c = \frac{1}{NHW} \sum_{n,h,w} x_{nchw}, \qquad \sigma_c^2 = \frac{1}{NHW} \sum_{n,h,w} (x_{nchw} - \mu_c)^2, \qquad
# \mathrm{out}_{nchw} = \gamma_c\, \frac{x_{nchw} - \mu_c}{\sqrt{\sigma_c^2 + \epsilon}} + \beta_c . $$
#
# A pleasant side effect: with 100 images of 32x32 pixels, the statistics come from 102,400 numbers, not from 100. They hardly
# change from batch to batch.
#
# ### Exercise 1: `spatial_batchnorm_forward` · 7 points
#
# You have written `batchnorm_forward` for examples (N, D). The library's is imported above, and it updates the running averages
# in `bn_param`, too. Treat every *pixel* as an example with C features, or write the layer from scratch; both ways are right.
#
# Beware of `reshape`: it never moves a number in memory. It reads the numbers in their order and breaks the lines elsewhere. To
# get rows of C channels, the axis of the channels has to be the last one *before* the reshape.
#
# By hand: if the numbers of a channel, over all images and pixels, are half 1 and half 5, their mean is 3 and their standard
# deviation 2. They become −1 and 1, and with γ = 2 and β = 1 they become −1 and 3.

# %% nbgrader={"grade": false, "grade_id": "spatial_batchnorm_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    """Batch normalization for images: mean and variance of each channel over all images and pixels.

    Parameters: x (N, C, H, W); gamma, beta (C,), scale and shift of each channel; bn_param, a dict as for batchnorm_forward:
        "mode": "train" (statistics of the batch) or "test" (the running averages);
        "eps": added to the variance, under the root; 1e-5 if not given;
        "momentum": 0.9 if not given; in train mode, running = momentum * running + (1 - momentum) * that of the batch;
        "running_mean", "running_var": (C,), zeros if not given. Train mode puts the new averages into *this* dict.
    Returns: out (N, C, H, W), of the dtype of x; cache, whatever spatial_batchnorm_backward needs.

    Approach
        1. arrange the numbers in rows of C: one row for each pixel of each image
        2. batchnorm_forward
        3. go back to images, the steps of the way there in reverse order
    """
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    pixels = x.transpose(0, 2, 3, 1).reshape(N * H * W, C)  # (N*H*W, C): every pixel is an example
    out, cache = batchnorm_forward(pixels, gamma, beta, bn_param)
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache  # back: (N, H, W, C), then (N, C, H, W)
    ### END SOLUTION

# %% [markdown]
# Two images of two channels and 2x3 pixels. Channel 0 has mean 3 and standard deviation 2 over both images, channel 1 has mean
# 3 and standard deviation 5.

# %% nbgrader={"grade": true, "grade_id": "test_spatial_batchnorm_forward_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · values · 2 points
signs = np.array([[[[-1, -1, -1], [-1, 1, -1]], [[1, 1, -1], [-1, 1, 1]]],
                  [[[1, 1, 1], [1, -1, 1]], [[-1, 1, -1], [-1, -1, 1]]]])  # (2, 2, 2, 3)
deviation, gamma, beta = np.array([2.0, 5.0]), np.array([4.0, 0.5]), np.array([0.0, -1.0])
x = 3 + signs * deviation.reshape(2, 1, 1)
expected = signs * gamma.reshape(2, 1, 1) + beta.reshape(2, 1, 1)
out = output(spatial_batchnorm_forward, x, gamma, beta, TRAIN)
checks.close(out, expected, "out of spatial_batchnorm_forward", mistakes=known.batchnorm_forward(x, gamma, beta, TRAIN))
checks.passed("spatial_batchnorm_forward", "each channel is normalized over images, rows and columns")
### BEGIN HIDDEN TESTS
for seed, shape in ((101, (2, 3, 4, 4)), (102, (3, 3, 3, 3))):
    x, gamma, beta, _ = make_images(seed, shape)
    expected = np.empty(shape)
    for c in range(shape[1]):
        numbers = x[:, c].ravel().tolist()
        mean = sum(numbers) / len(numbers)
        root = (sum((v - mean) ** 2 for v in numbers) / len(numbers) + 1e-5) ** 0.5
        expected[:, c] = gamma[c] * (x[:, c] - mean) / root + beta[c]
    checks.close(output(spatial_batchnorm_forward, x, gamma, beta, TRAIN), expected, f"out for x of shape {shape}",
                 mistakes=known.batchnorm_forward(x, gamma, beta, TRAIN))
### END HIDDEN TESTS

# %% [markdown]
# Images need not be square, a batch may be a single image, and there may be only one channel.

# %% nbgrader={"grade": true, "grade_id": "test_spatial_batchnorm_forward_sizes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · sizes · 1 point
for seed, shape in ((110, (4, 3, 2, 7)), (111, (1, 3, 6, 2)), (112, (5, 1, 3, 4)), (113, (6, 4, 1, 1))):
    x, *_ = make_images(seed, shape)
    out = output(spatial_batchnorm_forward, x, np.ones(shape[1]), np.zeros(shape[1]), TRAIN)
    for c in range(shape[1]):
        checks.close(out[:, c].mean(), 0.0, f"the mean of channel {c} of out, for x of shape {shape}",
                     hint="Is every H an H and every W a W?")
        checks.close(out[:, c].std(), 1.0, f"the standard deviation of channel {c} of out, for x of shape {shape}", rtol=0.1,
                     hint="Is every H an H and every W a W?")
checks.passed("spatial_batchnorm_forward", "images of other shapes, single images, single channels")
### BEGIN HIDDEN TESTS
for seed, shape in ((114, (2, 4, 3, 5)), (115, (3, 2, 8, 1))):
    x, *_ = make_images(seed, shape)
    out = output(spatial_batchnorm_forward, x, np.ones(shape[1]), np.zeros(shape[1]), TRAIN)
    checks.close(out.mean(axis=(0, 2, 3)), np.zeros(shape[1]), f"the mean of each channel of out, for x of shape {shape}")
    checks.close(out.std(axis=(0, 2, 3)), np.ones(shape[1]), f"the deviation of each channel of out, for x of shape {shape}", rtol=0.1)
### END HIDDEN TESTS

# %% [markdown]
# The next check uses `checks.call`, which also returns the arguments as your function left them.

# %% nbgrader={"grade": true, "grade_id": "test_spatial_batchnorm_forward_running", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · running averages · 2 points
x = np.zeros((500, 2, 1, 2))
x[:, 0] = [[1.0, 3.0]]  # mean 2, variance 1
x[::2, 1, :, 0] = 8.0  # mean 2, variance 12
param = {"mode": "train", "momentum": 0.75, "eps": 1.0}
first = {"running_mean": [0.5, 0.5], "running_var": [0.25, 3.0]}
second = {"running_mean": [5.375, 5.375], "running_var": [25.1875, 302.25]}  # after 10 x: 0.75 * 0.5 + 0.25 * 20 = 5.375
for batch, expected in ((x, first), (10 * x, second)):
    case = (batch, np.ones(2), np.zeros(2), dict(param))
    _, (*_, param) = checks.call(spatial_batchnorm_forward, *case)
    checks.true("running_mean" in param and "running_var" in param, known.AVERAGES_MISSING)
    checks.close({name: param[name] for name in expected}, expected, "bn_param after a batch", rtol=2e-3,
                 mistakes=known.batchnorm_forward(*case))
checks.passed("spatial_batchnorm_forward", "running averages of each channel are kept")
### BEGIN HIDDEN TESTS
for seed, shape, momentum in ((120, (3, 4, 2, 5), None), (121, (1, 2, 3, 4), 0.5), (122, (5, 3, 3, 3), 0.0)):
    x, gamma, beta, _ = make_images(seed, shape)
    x, C = np.tile(x, (100, 1, 1, 1)), shape[1]
    mean, var = np.linspace(-1, 1, C), np.linspace(1, 2, C)
    param = {"mode": "train", "running_mean": mean, "running_var": var} | ({} if momentum is None else {"momentum": momentum})
    share = 0.9 if momentum is None else momentum
    _, (*_, after) = checks.call(spatial_batchnorm_forward, x, gamma, beta, copy.deepcopy(param))
    for c in range(C):
        checks.close(after["running_mean"][c], share * mean[c] + (1 - share) * x[:, c].mean(), "the running mean of a channel")
        checks.close(after["running_var"][c], share * var[c] + (1 - share) * x[:, c].var(), "the running variance of a channel", rtol=2e-3)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_spatial_batchnorm_forward_test_mode", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · test mode · 1 point
x = np.array([[3.0, 10.0], [5.0, 0.0], [7.0, 20.0]]).reshape(3, 2, 1, 1)  # three images of one pixel
gamma, beta = np.ones(2), np.zeros(2)
averages = {"running_mean": np.array([1.0, 10.0]), "running_var": np.array([4.0, 25.0])}
param = {"mode": "test", **averages}
result, (*_, after) = checks.call(spatial_batchnorm_forward, x, gamma, beta, copy.deepcopy(param))
out, cache = checks.unpack(result, "out, cache")
expected = np.array([[1.0, 0.0], [2.0, -2.0], [3.0, 2.0]]).reshape(3, 2, 1, 1)
checks.close(out, expected, "out in test mode", rtol=1e-4,
             mistakes=known.batchnorm_forward(x, gamma, beta, param))
checks.close({name: after[name] for name in averages}, averages, "bn_param after a batch in test mode",
             mistakes=known.batchnorm_forward(x, gamma, beta, param), hint="In test mode the averages stay as they are.")
checks.passed("spatial_batchnorm_forward", "test mode uses the running averages")
### BEGIN HIDDEN TESTS
x, gamma, beta, _ = make_images(130, (4, 3, 1, 1))
mean, var = np.array([0.5, -1.0, 2.0]), np.array([0.3, 2.0, 5.0])
out = output(spatial_batchnorm_forward, x, np.ones(3), np.zeros(3), {"mode": "test", "running_mean": mean, "running_var": var})
for c in range(3):
    checks.close(out[:, c], (x[:, c] - mean[c]) / np.sqrt(var[c] + 1e-5), "a channel of out in test mode, with gamma=1 and beta=0", rtol=1e-4)
out = output(spatial_batchnorm_forward, x, np.ones(3), np.zeros(3), {"mode": "test"})
checks.resembles(out, x, "out in test mode without averages in bn_param, which are then zeros")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_spatial_batchnorm_forward_eps", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · eps · 1 point
signs = np.tile([-1.0, 1.0], 200).reshape(400, 1, 1, 1)
x, param = 4 + 3 * signs, {"mode": "train", "eps": 16.0}  # mean 4, variance 9; with eps = 16, the root is 5
out = output(spatial_batchnorm_forward, x, np.ones(1), np.zeros(1), param)
checks.close(out, 3 / 5 * signs, "out with eps=16 in bn_param", rtol=1e-2,
             mistakes=known.batchnorm_forward(x, np.ones(1), np.zeros(1), param))
checks.passed("spatial_batchnorm_forward", "eps stands under the root")
### BEGIN HIDDEN TESTS
x, gamma, beta, _ = make_images(140, (2, 3, 2, 3))
expected = output(spatial_batchnorm_forward, x, gamma, beta, TRAIN)
_, (after, *_) = checks.call(spatial_batchnorm_forward, x.copy(), gamma, beta, dict(TRAIN))
checks.unchanged(after, x, "x")
for kind in (np.float32, np.float64):
    given = [array.astype(kind) for array in (x, gamma, beta)]
    out, cache = checks.unpack(spatial_batchnorm_forward(*given, dict(TRAIN)), "out, cache")
    checks.dtype(out, kind, f"out for {np.dtype(kind)} arrays")
    checks.close(out, expected, f"out for {np.dtype(kind)} arrays", rtol=1e-3, atol=1e-4)
turned = np.ascontiguousarray(x.transpose(1, 3, 2, 0)).transpose(3, 0, 2, 1)  # the same numbers, in another order in memory
out, cache = checks.unpack(spatial_batchnorm_forward(turned, gamma, beta, dict(TRAIN)), "out, cache")
checks.close(out, expected, "out for an x in another memory order")
### END HIDDEN TESTS

# %% [markdown]
# What does it do to real images? Below, eight random filters are applied to 200 images. The last filter is a hundred times
# stronger than the first, and each has another bias. You see mean and standard deviation of each channel, before and after.

# %% nbgrader={"grade": false, "grade_id": "demo_spread", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
filters = np.random.default_rng(0).normal(size=(8, 3, 5, 5)).astype(np.float32)
filters *= np.logspace(-1, 1, 8, dtype=np.float32)[:, None, None, None]
responses, _ = conv_forward_fast(sets["X_train"][:200], filters, np.linspace(-60, 60, 8, dtype=np.float32), {"stride": 1, "pad": 2})
normalized, _ = spatial_batchnorm_forward(responses, np.ones(8, np.float32), np.zeros(8, np.float32), {"mode": "train"})
fig, axes = plt.subplots(1, 2, figsize=(10, 3))
for ax, values, title in zip(axes, (responses, normalized), ("after the convolution", "after spatial batch normalization")):
    ax.errorbar(range(8), values.mean(axis=(0, 2, 3)), values.std(axis=(0, 2, 3)), fmt="o", capsize=4, color=vis.BLUE)
    ax.axhline(0, color=vis.GREY, lw=0.8)
    ax.set(title=title, xlabel="channel", ylabel="mean ± standard deviation")

# %% [markdown]
# ### Exercise 2: `spatial_batchnorm_backward` · 3 points
#
# The gradient makes the same journey: pixels become rows, `batchnorm_backward` does the work, and the result travels back.
# Since $\gamma_c$ scales *every* pixel of its channel, its gradient is a sum over all images and pixels, and so is that of
# $\beta_c$.
#
# By hand: if `dout` is 1 everywhere, each entry of `dbeta` is N·H·W. And `dx` is 0: to add the same number to all of x does not
# change out.

# %% nbgrader={"grade": false, "grade_id": "spatial_batchnorm_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def spatial_batchnorm_backward(dout, cache):
    """Gradients of spatial_batchnorm_forward in train mode.

    Parameters: dout (N, C, H, W), the upstream gradient; cache, what spatial_batchnorm_forward returned.
    Returns: dx (N, C, H, W), of the dtype of dout; dgamma (C,); dbeta (C,).

    Approach
        1. rows of pixels, in the order of the forward pass
        2. batchnorm_backward
        3. back to images
    """
    ### BEGIN SOLUTION
    N, C, H, W = dout.shape
    rows = dout.transpose(0, 2, 3, 1).reshape(N * H * W, C)  # (N*H*W, C)
    dx, dgamma, dbeta = batchnorm_backward(rows, cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta
    ### END SOLUTION

# %% [markdown]
# The checks measure the gradient of `np.sum(out * dout)`, whose derivative with respect to `out` is `dout`.

# %% nbgrader={"grade": true, "grade_id": "test_spatial_batchnorm_backward_dx", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · dx · 2 points
layer = (spatial_batchnorm_forward, spatial_batchnorm_backward)
for seed, shape, param in ((200, (2, 3, 2, 4), TRAIN), (206, (2, 2, 2, 3), {"mode": "train", "eps": 0.5})):
    x, gamma, beta, dout = make_images(seed, shape)
    grads = gradients(*layer, x, gamma, beta, dout, param)
    check_gradient("x", grads["x"], layer[0], x, gamma, beta, dout, param)
checks.passed("spatial_batchnorm_backward", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, shape in ((201, (1, 2, 3, 2)), (202, (4, 1, 2, 2)), (203, (3, 2, 1, 5)), (204, (2, 3, 3, 3)), (205, (5, 2, 1, 1))):
    x, gamma, beta, dout = make_images(seed, shape)
    grads = gradients(*layer, x, gamma, beta, dout, TRAIN)
    check_gradient("x", grads["x"], layer[0], x, gamma, beta, dout, TRAIN)
scaled = gradients(*layer, 2.0**40 * x, gamma, beta, dout, TRAIN)
checks.analytic(2.0**40 * np.asarray(scaled["x"]), grads["x"], "dx, times 2**40, for an x 2**40 times as large")
x, gamma, beta, dout = make_images(207, (2, 3, 5, 5))
out, cache = checks.unpack(spatial_batchnorm_forward(x, gamma, beta, dict(TRAIN)), "out, cache")
result = checks.derived(spatial_batchnorm_backward, dout, cache, size=x.size)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_spatial_batchnorm_backward_params", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · dgamma and dbeta · 1 point
layer = (spatial_batchnorm_forward, spatial_batchnorm_backward)
x, gamma, beta, dout = make_images(210, (2, 3, 2, 4))
grads = gradients(*layer, x, gamma, beta, dout, TRAIN)
for name in ("beta", "gamma"):
    check_gradient(name, grads[name], layer[0], x, gamma, beta, dout, TRAIN)
checks.passed("spatial_batchnorm_backward", "dgamma and dbeta agree with the numeric gradients")
### BEGIN HIDDEN TESTS
for seed, shape in ((211, (3, 2, 1, 5)), (212, (1, 4, 3, 2)), (213, (2, 3, 3, 3))):
    x, gamma, beta, dout = make_images(seed, shape)
    grads = gradients(*layer, x, gamma, beta, dout, TRAIN)
    for name in ("beta", "gamma"):
        check_gradient(name, grads[name], layer[0], x, gamma, beta, dout, TRAIN)
out, cache = checks.unpack(spatial_batchnorm_forward(x, gamma, beta, dict(TRAIN)), "out, cache")
spatial_batchnorm_forward(5 * x[::-1], gamma, beta, dict(TRAIN))  # another forward pass must not disturb the cache of the first
(dx, *_), (after, _) = checks.call(spatial_batchnorm_backward, dout.copy(), cache)
checks.unchanged(after, dout, "dout")
checks.close(dx, grads["x"], "dx, with another forward pass in between", hint="Is something kept outside the cache?")
for kind in (np.float32, np.float64):
    low = gradients(*layer, *(array.astype(kind) for array in (x, gamma, beta, dout)), TRAIN)
    checks.dtype(low["x"], kind, f"dx for {np.dtype(kind)} arrays")
    checks.close(low["x"], grads["x"], f"dx for {np.dtype(kind)} arrays", rtol=1e-3, atol=1e-4)
### END HIDDEN TESTS

# %% [markdown]
# **Question 1** · 2 points. A student puts spatial batch normalization right behind a convolution with biases $b$ and looks at
# their gradient: in train mode, all its entries are about $10^{-9}$, while the other gradients look healthy. Is that a bug? Say
# why, what follows for the design of the net, and whether it would be the same with layer normalization in its place.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_bias", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# It is not a bug. The bias $b_c$ adds the same number to all values of channel c. The mean of the channel grows by just that
# number, and the normalization subtracts the mean again: out does not depend on $b$, so the gradient is 0 (1e-9 is rounding).
# The bias can be left out of a convolution that is followed by batch normalization; beta takes its place. In layer
# normalization, the mean is taken over all channels of an image. A number added to *one* channel is not subtracted from it
# completely (and changes the others), so there the bias matters; only a number added to all channels alike cancels.
#
# Scheme
# - [1] no bug: the mean takes every constant of a channel away, so the bias is superfluous (beta does its work)
# - [1] layer normalization: not the same, since its mean is over several channels
# ### END SOLUTION

# %% [markdown]
# ## Groups instead of batches
#
# The strength of batch normalization is also its weakness: the output for an image depends on the other images of the batch. In
# large batches, that is a little noise. In batches of two or four (all that fits into memory when the images are large), it is
# a lot of noise, and the running averages are a poor guess of what to use at test time.
#
# Layer normalization needs no batch: mean and variance are those of one example. In convolutional nets it often does worse,
# because it puts all channels together, though some are edges and others are colours. **Group normalization** is the
# compromise: the C channels are cut into G groups of C/G *neighbouring* channels. Each group of each example is normalized by
# itself, over its channels, rows and columns. With G = 1, that is layer normalization. With G = C, every channel is alone, and
# it is called **instance normalization**. Look at the first picture again.
#
# Scale and shift still belong to the *channels*: C of each, not G.
#
# ### Exercise 3: `spatial_groupnorm_forward` · 6 points
#
# There are no running averages and no modes: training and testing are the same. And this time, the order in memory is on your
# side: in (N, C, H, W), the numbers of a group lie side by side.
#
# By hand: an example has four channels of two pixels, (1, 1), (5, 5), (0, 8), (8, 0), in two groups. The first group has mean 3
# and standard deviation 2: its numbers become −1, −1, 1, 1. The second has mean 4 and standard deviation 4: −1, 1, 1, −1.

# %% nbgrader={"grade": false, "grade_id": "spatial_groupnorm_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    """Group normalization: mean and variance of each group of channels of each example.

    Parameters: x (N, C, H, W); gamma, beta, scale and shift of each channel, both (C,) or both (1, C, 1, 1);
        G, the number of groups, a divisor of C: the first C/G channels are the first group, and so on;
        gn_param, a dict; "eps" is added to the variance, under the root; 1e-5 if not given.
    Returns: out (N, C, H, W), of the dtype of x; cache, whatever spatial_groupnorm_backward needs.

    Approach
        1. give the numbers of a group an axis (or several axes) of their own
        2. normalize along it
        3. back to the shape of x, then scale and shift each channel
    """
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    groups = x.reshape(N, G, -1)  # (N, G, C/G*H*W): a row for each group
    mean = groups.mean(axis=2, keepdims=True)  # (N, G, 1)
    std = np.sqrt(groups.var(axis=2, keepdims=True) + eps)  # (N, G, 1)
    x_hat = ((groups - mean) / std).reshape(N, C, H, W)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    cache = (x_hat, std, gamma, G)
    return out, cache
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_spatial_groupnorm_forward_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · values · 2 points
x = np.zeros((2, 4, 1, 2))  # two examples, four channels of two pixels, two groups
x[0, :, 0] = [[1.0, 1.0], [5.0, 5.0], [0.0, 8.0], [8.0, 0.0]]
x[1, :, 0] = [[7.0, -1.0], [-1.0, 7.0], [2.0, 2.0], [2.0, 12.0]]  # mean 3, deviation 4; mean 4.5, variance 18.75
expected = np.zeros((2, 4, 1, 2))
expected[0, :, 0] = [[-1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [1.0, -1.0]]
expected[1, :, 0] = [[1.0, -1.0], [-1.0, 1.0], [-1 / 3**0.5, -1 / 3**0.5], [-1 / 3**0.5, 3 / 3**0.5]]
out = output(spatial_groupnorm_forward, x, np.ones(4), np.zeros(4), 2, {})
checks.close(out, expected, "out of spatial_groupnorm_forward with G=2, gamma=1, beta=0",
             mistakes=known.groupnorm_forward(x, np.ones(4), np.zeros(4), 2, {}))
checks.passed("spatial_groupnorm_forward", "neighbouring channels of an example are normalized together")
### BEGIN HIDDEN TESTS
for seed, shape, G in ((301, (2, 6, 3, 2), 3), (302, (3, 6, 2, 5), 2), (303, (1, 8, 2, 2), 2), (304, (2, 9, 1, 4), 3)):
    x, *_ = make_images(seed, shape)
    C, size = shape[1], shape[1] // G
    expected = np.empty(shape)
    for n, g in np.ndindex(shape[0], G):
        together = x[n, g * size:(g + 1) * size]
        numbers = together.ravel().tolist()
        mean = sum(numbers) / len(numbers)
        root = (sum((v - mean) ** 2 for v in numbers) / len(numbers) + 1e-5) ** 0.5
        expected[n, g * size:(g + 1) * size] = (together - mean) / root
    checks.close(output(spatial_groupnorm_forward, x, np.ones(C), np.zeros(C), G, {}), expected, f"out for x of shape {shape}, G={G}, gamma=1, beta=0",
                 mistakes=known.groupnorm_forward(x, np.ones(C), np.zeros(C), G, {}))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_spatial_groupnorm_forward_extremes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · G = 1 and G = C · 1 point
x = np.array([[[[1.0, 1.0]], [[1.0, 9.0]], [[9.0, 9.0]]]])  # one example, three channels
expected = {1: [[[[-1.0, -1.0]], [[-1.0, 1.0]], [[1.0, 1.0]]]],  # all six numbers together: mean 5, deviation 4
            3: [[[[0.0, 0.0]], [[-1.0, 1.0]], [[0.0, 0.0]]]]}  # two numbers each
for G in (1, 3):
    out = output(spatial_groupnorm_forward, x, np.ones(3), np.zeros(3), G, {})
    checks.close(out, expected[G], f"out with G={G}, C=3", mistakes=known.groupnorm_forward(x, np.ones(3), np.zeros(3), G, {}))
checks.passed("spatial_groupnorm_forward", "G = 1 and G = C")
### BEGIN HIDDEN TESTS
for seed, shape in ((311, (2, 4, 3, 3)), (312, (4, 1, 2, 3)), (313, (3, 5, 1, 6))):
    x, *_ = make_images(seed, shape)
    C = shape[1]
    for G, axes in ((1, (1, 2, 3)), (C, (2, 3))):
        expected = (x - x.mean(axis=axes, keepdims=True)) / np.sqrt(x.var(axis=axes, keepdims=True) + 1e-5)
        checks.close(output(spatial_groupnorm_forward, x, np.ones(C), np.zeros(C), G, {}), expected, f"out with G={G} for x of shape {shape}",
                     mistakes=known.groupnorm_forward(x, np.ones(C), np.zeros(C), G, {}))
### END HIDDEN TESTS

# %% [markdown]
# Now scale and shift. NumPy lines up shapes at the *last* axis, and that is the width of the image. Here there are as many
# columns as channels.

# %% nbgrader={"grade": true, "grade_id": "test_spatial_groupnorm_forward_scale", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · scale and shift · 1 point
x, *_ = make_images(320, (2, 4, 3, 4))
gamma, beta = np.array([1.0, 10.0, 100.0, 1000.0]), np.array([5.0, 6.0, 7.0, 8.0])
plain = output(spatial_groupnorm_forward, x, np.ones(4), np.zeros(4), 2, {})
expected = np.stack([gamma[c] * plain[:, c] + beta[c] for c in range(4)], axis=1)
out = output(spatial_groupnorm_forward, x, gamma, beta, 2, {})
checks.close(out, expected, "out with gamma and beta of shape (4,)", mistakes=known.groupnorm_forward(x, gamma, beta, 2, {}))
checks.passed("spatial_groupnorm_forward", "gamma and beta belong to the channels")
### BEGIN HIDDEN TESTS
x, gamma, beta, _ = make_images(321, (3, 6, 2, 5))
plain = output(spatial_groupnorm_forward, x, np.ones(6), np.zeros(6), 3, {})
out = output(spatial_groupnorm_forward, x, gamma, beta, 3, {})
for c in range(6):
    checks.close(out[:, c], gamma[c] * plain[:, c] + beta[c], f"channel {c} of out")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_spatial_groupnorm_forward_shapes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · gamma of shape (1, C, 1, 1) · 1 point
x, *_ = make_images(320, (2, 4, 3, 4))
gamma, beta = np.array([1.0, 10.0, 100.0, 1000.0]).reshape(1, 4, 1, 1), np.array([5.0, 6.0, 7.0, 8.0]).reshape(1, 4, 1, 1)
one = np.ones((1, 4, 1, 1))
plain = output(spatial_groupnorm_forward, x, one, 0 * one, 2, {})
out = output(spatial_groupnorm_forward, x, gamma, beta, 2, {})
checks.close(out, gamma * plain + beta, "out with gamma and beta of shape (1, 4, 1, 1)",
             mistakes=known.groupnorm_forward(x, gamma, beta, 2, {}))
checks.passed("spatial_groupnorm_forward", "gamma and beta may come ready to be broadcast")
### BEGIN HIDDEN TESTS
x, gamma, beta, _ = make_images(322, (3, 6, 2, 5))
one, gamma, beta = (array.reshape(1, 6, 1, 1) for array in (np.ones(6), gamma, beta))
plain = output(spatial_groupnorm_forward, x, one, 0 * one, 3, {})
checks.close(output(spatial_groupnorm_forward, x, gamma, beta, 3, {}), gamma * plain + beta, "out with gamma of shape (1, 6, 1, 1)")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_spatial_groupnorm_forward_eps", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · eps · 1 point
signs = np.tile([-1.0, 1.0], 200).reshape(1, 1, 20, 20)
x, param = 4 + 3 * signs, {"eps": 16.0}  # mean 4, variance 9; with eps = 16, the root is 5
out = output(spatial_groupnorm_forward, x, np.ones(1), np.zeros(1), 1, param)
checks.close(out, 3 / 5 * signs, "out with eps=16 in gn_param", rtol=1e-2,
             mistakes=known.groupnorm_forward(x, np.ones(1), np.zeros(1), 1, param))
checks.passed("spatial_groupnorm_forward", "eps stands under the root")
### BEGIN HIDDEN TESTS
x, gamma, beta, _ = make_images(330, (3, 4, 2, 3))
expected = output(spatial_groupnorm_forward, x, gamma, beta, 2, {})
_, (after, *_) = checks.call(spatial_groupnorm_forward, x.copy(), gamma, beta, 2, {})
checks.unchanged(after, x, "x")
for kind in (np.float32, np.float64):
    out, cache = checks.unpack(spatial_groupnorm_forward(*(array.astype(kind) for array in (x, gamma, beta)), 2, {}), "out, cache")
    checks.dtype(out, kind, f"out for {np.dtype(kind)} arrays")
    checks.close(out, expected, f"out for {np.dtype(kind)} arrays", rtol=1e-3, atol=1e-4)
turned = np.ascontiguousarray(x.transpose(1, 3, 2, 0)).transpose(3, 0, 2, 1)  # the same numbers, in another order in memory
out, cache = checks.unpack(spatial_groupnorm_forward(turned, gamma, beta, 2, {}), "out, cache")
checks.close(out, expected, "out for an x in another memory order")
### END HIDDEN TESTS

# %% [markdown]
# Does an example depend on its batch? The same image goes through both layers again and again, each time with other images in
# its batch. How much does its output vary, compared with its own standard deviation?

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
fig, ax = plt.subplots(figsize=(7, 3.2))
for (name, values), color in zip(wobble.items(), (vis.BLUE, vis.ORANGE)):
    ax.plot(sizes, values, "o-", color=color, label=name)
ax.set_xscale("log", base=2)
ax.set_xticks(sizes, sizes)
ax.set(title="the same image in different batches", xlabel="images in the batch", ylabel="variation of its output (%)")
ax.legend();

# %% [markdown]
# The output of group normalization does not depend on the batch. That of batch normalization does, and most in small batches.
# (A batch of one has no other images. There, the layer is instance normalization.)

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): which differences between images does a layer remove?
G = 1  # groups of the three colour channels: try 3
brightness, red = 60, 2.0  # what is done to every second image: a brighter image, a stronger red channel
x = images.X_train[:6].transpose(0, 3, 1, 2).astype(float)
x[1::2] = x[::2] * np.array([red, 1.0, 1.0]).reshape(3, 1, 1) + brightness  # images 1, 3, 5 are changed copies of 0, 2, 4
batch, _ = spatial_batchnorm_forward(x, np.full(3, 50.0), np.full(3, 128.0), {"mode": "train"})
group, _ = spatial_groupnorm_forward(x, np.full(3, 50.0), np.full(3, 128.0), G, {})
rows = np.concatenate([x, batch, group]).clip(0, 255).transpose(0, 2, 3, 1).astype(np.uint8)
vis.show_images(rows, titles=[f"{kind} {k}" for kind in ("input", "batch norm", "group norm") for k in range(6)], columns=6);

# %% [markdown]
# ### Exercise 4: `spatial_groupnorm_backward` · 5 points
#
# Within one group, x reaches the output in three ways, as in layer normalization: directly, through the mean, and through the
# variance. Derive the gradient for one group, or start from your notes on batch normalization. Two things are new. A sum over a
# group contains channels with *different* gammas. And `dgamma` and `dbeta` are sums over all that one gamma touches, in the
# shape in which gamma and beta came.
#
# By hand: one group holds the pixels 1 and 5, and they become −1 and 1. So do 1 and 7, or 0 and 2: the output of two numbers
# does not depend on their values. So `dx` is 0, whatever `dout` is.

# %% nbgrader={"grade": false, "grade_id": "spatial_groupnorm_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def spatial_groupnorm_backward(dout, cache):
    """Gradients of spatial_groupnorm_forward.

    Parameters: dout (N, C, H, W), the upstream gradient; cache, what spatial_groupnorm_forward returned.
    Returns: dx (N, C, H, W), of the dtype of dout; dgamma, dbeta, of the shape of gamma: (C,) or (1, C, 1, 1).

    Approach
        1. dgamma and dbeta: one number for each channel
        2. from out to the normalized x, still channel by channel
        3. from the normalized x to x, group by group: the three ways
    """
    ### BEGIN SOLUTION
    x_hat, std, gamma, G = cache
    N, C, H, W = dout.shape
    dgamma = np.sum(dout * x_hat, axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = np.sum(dout, axis=(0, 2, 3)).reshape(gamma.shape)

    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, -1)  # (N, G, C/G*H*W)
    x_hat = x_hat.reshape(N, G, -1)
    through_mean = dx_hat.mean(axis=2, keepdims=True)  # (N, G, 1)
    through_var = x_hat * np.mean(dx_hat * x_hat, axis=2, keepdims=True)
    dx = (dx_hat - through_mean - through_var) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_spatial_groupnorm_backward_dx", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · dx · 2 points
layer = (spatial_groupnorm_forward, spatial_groupnorm_backward)
x, gamma, beta, dout = make_images(400, (3, 4, 2, 3))
grads = gradients(*layer, x, gamma, beta, dout, 2, {})
check_gradient("x", grads["x"], layer[0], x, gamma, beta, dout, 2, {})
checks.passed("spatial_groupnorm_backward", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, shape, G in ((401, (2, 6, 1, 3), 2), (402, (1, 6, 2, 2), 3), (403, (3, 4, 3, 1), 2), (404, (2, 4, 2, 2), 2)):
    x, gamma, beta, dout = make_images(seed, shape)
    grads = gradients(*layer, x, gamma, beta, dout, G, {})
    check_gradient("x", grads["x"], layer[0], x, gamma, beta, dout, G, {})
scaled = gradients(*layer, 2.0**40 * x, gamma, beta, dout, G, {})
checks.analytic(2.0**40 * np.asarray(scaled["x"]), grads["x"], "dx, times 2**40, for an x 2**40 times as large")
x, gamma, beta, dout = make_images(405, (1, 6, 5, 5))
out, cache = checks.unpack(spatial_groupnorm_forward(x, gamma, beta, 2, {}), "out, cache")
result = checks.derived(spatial_groupnorm_backward, dout, cache, size=x.size)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_spatial_groupnorm_backward_extremes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · G = 1, G = C and eps · 1 point
layer = (spatial_groupnorm_forward, spatial_groupnorm_backward)
x, gamma, beta, dout = make_images(410, (2, 3, 2, 2))
for G in (1, 3):
    grads = gradients(*layer, x, gamma, beta, dout, G, {"eps": 0.5})
    check_gradient("x", grads["x"], layer[0], x, gamma, beta, dout, G, {"eps": 0.5})
checks.passed("spatial_groupnorm_backward", "dx is right for G = 1 and G = C")
### BEGIN HIDDEN TESTS
for seed, shape in ((411, (1, 4, 3, 2)), (412, (4, 1, 2, 3)), (413, (2, 5, 1, 4))):
    x, gamma, beta, dout = make_images(seed, shape)
    for G in (1, shape[1]):
        grads = gradients(*layer, x, gamma, beta, dout, G, {})
        check_gradient("x", grads["x"], layer[0], x, gamma, beta, dout, G, {})
        checks.shape(grads["x"], shape, "dx")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_spatial_groupnorm_backward_params", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · dgamma and dbeta · 1 point
layer = (spatial_groupnorm_forward, spatial_groupnorm_backward)
x, gamma, beta, dout = make_images(420, (2, 4, 2, 3))
grads = gradients(*layer, x, gamma, beta, dout, 2, {})
for name in ("beta", "gamma"):
    check_gradient(name, np.squeeze(grads[name]), layer[0], x, gamma, beta, dout, 2, {})
checks.passed("spatial_groupnorm_backward", "dgamma and dbeta agree with the numeric gradients")
### BEGIN HIDDEN TESTS
for seed, shape, G in ((421, (3, 6, 1, 5), 3), (422, (1, 4, 3, 2), 1), (423, (2, 3, 3, 3), 3)):
    x, gamma, beta, dout = make_images(seed, shape)
    grads = gradients(*layer, x, gamma, beta, dout, G, {})
    for name in ("beta", "gamma"):
        check_gradient(name, np.squeeze(grads[name]), layer[0], x, gamma, beta, dout, G, {})
        checks.finite(grads[name], f"d{name}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_spatial_groupnorm_backward_shapes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · shapes of dgamma and dbeta · 1 point
x, gamma, beta, dout = make_images(430, (2, 4, 1, 3))
for form in ((4,), (1, 4, 1, 1)):
    case = (x, gamma.reshape(form), beta.reshape(form), dout, 2, {})
    grads = gradients(spatial_groupnorm_forward, spatial_groupnorm_backward, *case)
    for name in ("gamma", "beta"):
        checks.shape(grads[name], form, f"d{name} for gamma and beta of shape {form}")
checks.resembles(np.ravel(grads["beta"]), dout.sum(axis=(0, 2, 3)), "dbeta")
checks.passed("spatial_groupnorm_backward", "dgamma and dbeta have the shape of gamma and beta")
### BEGIN HIDDEN TESTS
grads = gradients(spatial_groupnorm_forward, spatial_groupnorm_backward, x, gamma, beta, dout, 2, {})
checks.resembles(grads["x"], known.right_gradient("x", x, gamma, beta, dout, 2, {}), "dx", given=(x, dout))
out, cache = checks.unpack(spatial_groupnorm_forward(x, gamma, beta, 2, {}), "out, cache")
spatial_groupnorm_forward(3 * x[::-1], gamma, beta, 1, {})  # another forward pass must not disturb the cache of the first
(dx, *_), (after, _) = checks.call(spatial_groupnorm_backward, dout.copy(), cache)
checks.unchanged(after, dout, "dout")
checks.close(dx, grads["x"], "dx, with another forward pass in between", hint="Is something kept outside the cache?")
for kind in (np.float32, np.float64):
    low = gradients(spatial_groupnorm_forward, spatial_groupnorm_backward, *(array.astype(kind) for array in (x, gamma, beta, dout)), 2, {})
    checks.dtype(low["x"], kind, f"dx for {np.dtype(kind)} arrays")
    checks.close(low["x"], grads["x"], f"dx for {np.dtype(kind)} arrays", rtol=1e-3, atol=1e-4)
### END HIDDEN TESTS

# %% [markdown]
# **Question 2** · 3 points. A layer's output has the shape (100, 32, 16, 16). How many numbers go into one mean with spatial
# batch, layer, instance, and group normalization with G = 8, and how many means are there each time? Then: you train on images
# so large that only two fit into a batch. Which of the four would you not take, and for which two reasons?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_counting", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# Spatial batch: 100 · 16 · 16 = 25,600 numbers, 32 means. Layer: 32 · 16 · 16 = 8,192 numbers, 100 means. Instance: 256
# numbers, 3,200 means. Group, G = 8: 4 · 256 = 1,024 numbers, 800 means.
#
# Not batch normalization. (1) With two images, the statistics of a batch say little about those of other batches: pixels of one
# image are alike, so they do not count as independent numbers, and the output of an image is disturbed by the one other image
# in its batch. (2) Training and testing differ: the net has learned with the noisy statistics of pairs and is
# tested with running averages, which fit neither. The three others compute the same in training and testing, whatever the
# batch.
#
# Scheme
# - [1] the four counts of numbers (one slip allowed)
# - [0.5] the counts of means
# - [0.5] batch normalization is the one not to take
# - [0.5] its statistics are noisy, or the output depends on the other image
# - [0.5] training and testing differ
# ### END SOLUTION

# %% [markdown]
# ## The net
#
# The smallest convolutional net has three layers with weights:
#
# > convolution – ReLU – 2x2 max pooling – affine – ReLU – affine – softmax
#
# ReLU is the **activation function**, the **nonlinearity** between the linear layers. With 32 filters of 5x5 on 32x32 images of
# 3 channels, the shapes are
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
# ### Exercise 5: `init_three_layer_convnet` · 2 points
#
# Draw the weights from a normal distribution; set the biases to zero. The first affine layer gets all that comes out of the
# pooling, in one long row.
#
# By hand: in the table above, 32 maps of 16x16 pixels are 8,192 numbers.

# %% nbgrader={"grade": false, "grade_id": "init_three_layer_convnet", "locked": false, "schema_version": 3, "solution": true, "task": false}
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    """First parameters of the net convolution - ReLU - 2x2 max pooling - affine - ReLU - affine.

    Parameters: input_dim, the shape (C, H, W) of an image, H and W even; num_filters and filter_size of the convolution,
        whose filters are square, of odd size; hidden_dim, the units of the hidden layer; num_classes;
        weight_scale, the standard deviation of the weights; rng, an np.random.Generator, the source of all random numbers.
    Returns: a dict with normally distributed weights of mean 0, W1 (num_filters, C, filter_size, filter_size),
        W2 (D, hidden_dim), W3 (hidden_dim, num_classes), where D numbers come out of the pooling;
        and biases of zero, b1 (num_filters,), b2 (hidden_dim,), b3 (num_classes,).

    Approach
        1. count the numbers that come out of the pooling
        2. draw three arrays of weights, one after the other, and make three arrays of zeros
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
# Check · shapes · 1 point
params = six_arrays(init_three_layer_convnet((3, 8, 6), 5, 3, 7, 10, 0.1, np.random.default_rng(0)), "the dict of parameters")
checks.shape(params["W1"], (5, 3, 3, 3), "W1 for 5 filters of 3x3 on 3 channels")
checks.true(np.ndim(params["W2"]) == 2, "W2 should have two axes: a row for each pooled number, a column for each hidden unit.")
checks.close(len(params["W2"]), 60, "the number of rows of W2, for 5 pooled maps of 4x3 pixels",
             mistakes=known.rows_of_W2((3, 8, 6), 5, 3))
for name, shape in {"W2": (60, 7), "W3": (7, 10), "b1": (5,), "b2": (7,), "b3": (10,)}.items():
    checks.shape(params[name], shape, f"{name} for 7 hidden units and 10 classes")
for name in ("W1", "W2", "W3"):
    checks.true(np.ptp(params[name]) > 0, known.WEIGHTS_CONSTANT)
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
# Check · values · 1 point
params = six_arrays(init_three_layer_convnet((3, 16, 16), 16, 5, 50, 40, 0.02, np.random.default_rng(3)), "the dict of parameters")
for name in ("b1", "b2", "b3"):
    checks.true(np.asarray(params[name]).dtype.kind == "f", known.BIASES_WHOLE)
    checks.true(not np.any(params[name]), f"{name} should start at zero.")
for name in ("W1", "W2", "W3"):
    weights = np.asarray(params[name])
    checks.true(np.ptp(weights) > 0, known.WEIGHTS_CONSTANT)
    checks.true(abs(weights.mean()) < 0.2 * weights.std(), f"The mean of {name} is {weights.mean():.3g}; it should be about 0.")
    checks.true(0.0176 < weights.std() < 0.0224, f"The standard deviation of {name} is {weights.std():.3g}, not 0.02.")
checks.passed("init_three_layer_convnet", "weights of the right size, biases zero")
### BEGIN HIDDEN TESTS
# W1 has 1,200 weights: its deviation is off by 12% with a probability of 4e-9
params = six_arrays(init_three_layer_convnet((3, 16, 16), 20, 5, 50, 30, 3.0, np.random.default_rng(4)), "the dict of parameters")
for name in ("W1", "W2", "W3"):
    weights = np.asarray(params[name]).ravel()
    checks.true(2.64 < weights.std() < 3.36, f"The standard deviation of {name} should be about 3 with weight_scale=3.")
    far = np.mean(np.abs(weights) > 5.4)  # 7.2% of normal numbers; outside of 3% to 12% with a probability below 1e-7
    checks.true(0.03 < far < 0.12, known.NOT_NORMAL)
nets = [six_arrays(init_three_layer_convnet((3, 8, 8), 6, 3, 9, 5, 1.0, np.random.default_rng(seed)), "the dict of parameters") for seed in (5, 5, 6)]
flat = [[np.asarray(net[name]).ravel() for name in ("W1", "W2", "W3")] for net in nets]
for one, again, other in zip(*flat):
    checks.true(np.array_equal(again, one), known.RNG_NOT_ALONE)
    checks.true(not np.allclose(other[:10], one[:10]), known.RNG_NOT_USED)
starts = [layer[:10] for layer in flat[0]]
filters = np.asarray(nets[0]["W1"])
pairs = [(starts[0], starts[1]), (starts[0], starts[2]), (starts[1], starts[2]), (filters[0], filters[1]), (filters[:, 0], filters[:, 1])]
checks.true(not any(np.allclose(one, other) for one, other in pairs), known.SAME_NUMBERS)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 6: `three_layer_convnet_loss` · 11 points
#
# Connect the layers. Everything is imported: `conv_forward_fast(x, w, b, conv_param)`, `relu_forward(x)`,
# `max_pool_forward_fast(x, pool_param)`, `affine_forward(x, w, b)`, which flattens by itself, and `softmax_loss(scores, y)`,
# which returns the loss and the gradient of the scores. The backward functions have the same names with `backward`, and take
# `(dout, cache)`. Those of convolution and affine layer return `(dx, dw, db)`, those of ReLU and pooling `dx`.
#
# Forward, every layer hands its output to the next and leaves a cache. Backward, you go through the layers in reverse order,
# and every layer gets *its own* cache.
#
# By hand: one image of 2x2 pixels, 1, 2, 3, −4, and two filters of 1x1. The convolution makes 3, 5, 7, −7 and −1, −2, −3, 4.
# ReLU removes the negative numbers, and the pooling leaves 7 and 4.

# %% nbgrader={"grade": false, "grade_id": "three_layer_convnet_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    """Scores, or loss and gradients, of the net convolution - ReLU - max pooling - affine - ReLU - affine - softmax.

    Parameters: params, a dict of W1 (F, C, HH, WW), b1 (F,), W2 (D, M), b2 (M,), W3 (M, num_classes), b3 (num_classes,);
        X (N, C, H, W), images; y (N,), integer labels, or None;
        reg, the strength of the penalty reg * (sum(W1 * W1) + sum(W2 * W2) + sum(W3 * W3));
        conv_param, {"stride": .., "pad": ..}: None means stride 1 and pad (HH - 1) // 2, with HH the height of the filters;
        pool_param, {"pool_height": .., "pool_width": .., "stride": ..}: None means 2x2 windows with stride 2.
    Returns: without y, the scores (N, num_classes); with y, (loss, grads): a number, and a dict with the gradient of every
        parameter under its name, of the dtype of the parameters.

    Approach
        1. the six layers forward, each with a cache; without y, return the scores
        2. the softmax loss and the penalty
        3. the six layers backward, each with its own cache
        4. the gradient of the penalty
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

# %% nbgrader={"grade": true, "grade_id": "test_three_layer_convnet_loss_scores", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · scores · 2 points
params = {"W1": np.array([2.0, -1.0]).reshape(2, 1, 1, 1), "b1": np.array([1.0, 0.0]), "W2": np.array([[1.0, -1.0], [2.0, 1.0]]),
          "b2": np.array([3.0, 2.0]), "W3": np.array([[1.0, 0.0, 2.0], [5.0, 6.0, 7.0]]), "b3": np.array([-30.0, 10.0, 20.0])}
image = np.array([[[[1.0, 2.0], [3.0, -4.0]]]])
defaults = {"stride": 1, "pad": 0}, {"pool_height": 2, "pool_width": 2, "stride": 2}  # for filters of 1x1
by_default, explicit = (fits(three_layer_convnet_loss, params, image, *settings) for settings in ((), defaults))
checks.true(by_default or not explicit, known.PADDING)
scores = three_layer_convnet_loss(params, image)
checks.true(scores is not None and not isinstance(scores, (tuple, dict)), known.SCORES_ONLY)
checks.close(scores, [[-12.0, 10.0, 56.0]], "the scores of an image", mistakes=known.scores(params, image),
             hint="The hidden units are 18 and -1 before their ReLU, and 18 and 0 after it.")
dark, all_dark = {**params, "W1": np.ones((2, 1, 1, 1)), "b1": np.zeros(2)}, np.array([[[[-5.0, -6.0], [-7.0, -8.0]]]])
checks.close(three_layer_convnet_loss(dark, all_dark), [[-17.0, 22.0, 40.0]], "the scores of an image to which no filter responds",
             mistakes=known.scores(dark, all_dark), hint="The pooled values are 0 and 0, and the hidden units 3 and 2.")
checks.passed("three_layer_convnet_loss", "the scores of a net made by hand")
### BEGIN HIDDEN TESTS
def scores_of(p, X, pad):
    """The scores straight from the definitions, for 2x2 pooling."""
    view = np.lib.stride_tricks.sliding_window_view
    fields = view(np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad))), p["W1"].shape[2:], axis=(2, 3))
    maps = np.einsum("nchwij,fcij->nfhw", fields, p["W1"]) + p["b1"][:, None, None]
    pooled = view(maps, (2, 2), axis=(2, 3))[:, :, ::2, ::2].max(axis=(4, 5)).clip(min=0)
    return (np.einsum("nd,dm->nm", pooled.reshape(len(X), -1), p["W2"]) + p["b2"]).clip(min=0) @ p["W3"] + p["b3"]


for N, image, F, size, M, K in ((3, (2, 4, 6), 3, 3, 5, 4), (1, (3, 8, 4), 2, 5, 3, 10), (2, (1, 2, 6), 4, 1, 4, 2), (2, (2, 6, 6), 3, 7, 3, 3)):
    params, X, y = make_net(600 + size, image, F, size, M, K, N)
    checks.true(fits(three_layer_convnet_loss, params, X), known.PADDING)
    checks.close(three_layer_convnet_loss(params, X), scores_of(params, X, (size - 1) // 2),
                 f"the scores for X of shape {X.shape} and W1 of shape {params['W1'].shape}", mistakes=known.scores(params, X))
### END HIDDEN TESTS

# %% [markdown]
# With tiny weights, the first loss should be $\log C$. (`KEEP` holds stride and padding for filters of 3x3, and 2x2 pooling.)

# %% nbgrader={"grade": true, "grade_id": "test_three_layer_convnet_loss_value", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · loss · 1 point
params, X, y = make_net(610, (2, 4, 6), 3, 3, 5, 10, N=6)
tiny = {name: 1e-6 * value for name, value in params.items()}
loss, grads = loss_and_grads(three_layer_convnet_loss, tiny, X, y)
checks.close(loss, np.log(10), "the loss of ten classes at tiny weights", rtol=1e-5, num_examples=6,
             mistakes=known.loss(tiny, X, y))
checks.passed("three_layer_convnet_loss", "the loss at tiny weights is log C")
### BEGIN HIDDEN TESTS
scores = three_layer_convnet_loss(params, X, None, 0.0, *KEEP)
checks.shape(scores, (6, 10), "the scores (N, num_classes)")
scores = np.asarray(scores)
probabilities = np.exp(scores - scores.max(axis=1, keepdims=True))
probabilities /= probabilities.sum(axis=1, keepdims=True)
loss, grads = loss_and_grads(three_layer_convnet_loss, params, X, y)
checks.close(loss, np.mean([-np.log(row[label]) for row, label in zip(probabilities, y)]), "the loss of random weights", num_examples=6,
             mistakes=known.loss(params, X, y))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_three_layer_convnet_loss_regularization", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · penalty · 1 point
params, X, y = make_net(620, (1, 4, 4), 2, 3, 3, 4, N=5)
without, plain = loss_and_grads(three_layer_convnet_loss, params, X, y)
loss, grads = loss_and_grads(three_layer_convnet_loss, params, X, y, 0.3)
penalty = 0.3 * sum(np.sum(params[name] ** 2) for name in ("W1", "W2", "W3"))
checks.close(loss - without, penalty, "what reg=0.3 adds to the loss", num_examples=5, mistakes=known.penalty(params, 0.3, 5))
for name in ("W1", "W2", "W3"):
    added = np.subtract(grads[name], plain[name])
    checks.true(np.any(added), known.PENALTY_GRADIENT_MISSING)
    checks.gradient(lambda V: 0.3 * np.square(V).sum(), params[name], added, f"what reg=0.3 adds to d{name}", num_examples=5)
for name in ("b1", "b2", "b3"):
    checks.close(grads[name], plain[name], f"grads[{name!r}] with reg=0.3 and with reg=0", hint="The biases are not regularized.")
checks.passed("three_layer_convnet_loss", "regularization of W1, W2 and W3, in the loss and in the gradients")
### BEGIN HIDDEN TESTS
params = {name: 2 * value for name, value in params.items()}
without, plain = loss_and_grads(three_layer_convnet_loss, params, X, y)
loss, grads = loss_and_grads(three_layer_convnet_loss, params, X, y, 0.01)
checks.close(loss - without, 0.01 * sum(np.sum(params[name] ** 2) for name in ("W1", "W2", "W3")), "what reg=0.01 adds to the loss")
for name in ("W1", "W2", "W3"):
    checks.close(np.subtract(grads[name], plain[name]), 0.02 * params[name], f"what reg=0.01 adds to grads[{name!r}]")
### END HIDDEN TESTS

# %% [markdown]
# Now the gradients, all six of them, against numeric ones. The later a layer, the shorter the way back, so start at the end of
# the net.

# %% nbgrader={"grade": true, "grade_id": "test_three_layer_convnet_loss_affine_gradients", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · gradients of the affine layers · 2 points
params, X, y = make_net(1360, (2, 4, 6), 2, 3, 5, 4)
for name in ("b3", "W3", "b2", "W2"):
    check_net_gradient(name, three_layer_convnet_loss, params, X, y)
checks.passed("three_layer_convnet_loss", "the gradients of the affine layers agree with the numeric ones")
### BEGIN HIDDEN TESTS
for N, image in ((4, (1, 6, 2)), (1, (2, 2, 4))):
    params, X, y = make_net(630 + N, image, 2, 3, 3, 5, N)
    for name in ("b3", "W3", "b2", "W2"):
        check_net_gradient(name, three_layer_convnet_loss, params, X, y)
loss, grads = loss_and_grads(three_layer_convnet_loss, params, X, y)
scaled = {**params, "W2": 2.0**40 * params["W2"], "b2": 2.0**40 * params["b2"], "W3": params["W3"] / 2.0**40}  # of the same scores
loss, grads_scaled = loss_and_grads(three_layer_convnet_loss, scaled, X, y)
for name, factor in (("W3", 2.0**-40), ("b2", 2.0**40), ("W2", 2.0**40)):
    checks.analytic(factor * np.asarray(grads_scaled[name]), grads[name], f"grads[{name!r}] with W2 and b2 2**40 times as large and W3 as "
                    "much smaller, scaled back")
params, X, y = make_net(636, (3, 8, 8), 4, 3, 5, 4, 1)
result = checks.derived(three_layer_convnet_loss, params, X, y, 0.0, *KEEP, size=params["W2"].size)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_three_layer_convnet_loss_conv_gradients", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · gradients of the convolution · 2 points
params, X, y = make_net(884, (1, 4, 6), 3, 3, 5, 4)
for name in ("b1", "W1"):
    check_net_gradient(name, three_layer_convnet_loss, params, X, y)
checks.passed("three_layer_convnet_loss", "the gradients of the convolution agree with the numeric ones")
### BEGIN HIDDEN TESTS
for N, image in ((4, (1, 6, 2)), (1, (2, 2, 4))):
    params, X, y = make_net(640 + N, image, 2, 3, 3, 5, N)
    for name in ("b1", "W1"):
        check_net_gradient(name, three_layer_convnet_loss, params, X, y)
loss, grads = loss_and_grads(three_layer_convnet_loss, params, X, y)
scaled = {**params, "W1": 2.0**40 * params["W1"], "b1": 2.0**40 * params["b1"], "W2": params["W2"] / 2.0**40}  # of the same scores
loss, grads_scaled = loss_and_grads(three_layer_convnet_loss, scaled, X, y)
for name in ("b1", "W1"):
    checks.analytic(2.0**40 * np.asarray(grads_scaled[name]), grads[name], f"grads[{name!r}] with W1 and b1 2**40 times as large and W2 as "
                    "much smaller, scaled back")
params, X, y = make_net(646, (3, 8, 8), 4, 3, 5, 4, 1)
result = checks.derived(three_layer_convnet_loss, params, X, y, 0.0, *KEEP, size=params["W1"].size)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_three_layer_convnet_loss_settings", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · strides and windows · 2 points
params, _, y = make_net(650, (1, 4, 2), 3, 3, 4, 3, N=2)  # W2 has 6 rows
X = np.random.default_rng(651).normal(size=(2, 1, 7, 7))
other = {"stride": 2, "pad": 0}, {"pool_height": 3, "pool_width": 2, "stride": 1}  # maps of 3x3, pooled to 1x2
checks.true(fits(three_layer_convnet_loss, params, X, *other), known.SETTINGS_IGNORED)
for name in ("b1", "W1", "W2"):
    check_net_gradient(name, three_layer_convnet_loss, params, X, y, other)
checks.passed("three_layer_convnet_loss", "conv_param and pool_param are used")
### BEGIN HIDDEN TESTS
view = np.lib.stride_tricks.sliding_window_view
compare = None  # a wrong forward pass, which loses the points of the scores, only has to resemble the right one
cases = ((1, 1, (2, 2), 2, (2, 1, 4, 6)), (2, 0, (3, 2), 1, (2, 1, 7, 7)), (1, 0, (1, 2), 1, (2, 1, 3, 5)), (3, 2, (1, 1), 2, (2, 1, 6, 8)))
for stride, pad, window, step, shape in cases:
    X = np.random.default_rng(652).normal(size=shape)
    fields = view(np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad))), (3, 3), axis=(2, 3))[:, :, ::stride, ::stride]
    maps = np.einsum("nchwij,fcij->nfhw", fields, params["W1"]) + params["b1"][:, None, None]
    pooled = view(maps, window, axis=(2, 3))[:, :, ::step, ::step].max(axis=(4, 5)).clip(min=0).reshape(2, -1)
    W2 = np.random.default_rng(653).normal(size=(pooled.shape[1], 4))
    expected = (pooled @ W2 + params["b2"]).clip(min=0) @ params["W3"] + params["b3"]
    settings = {"stride": stride, "pad": pad}, {"pool_height": window[0], "pool_width": window[1], "stride": step}
    checks.true(fits(three_layer_convnet_loss, {**params, "W2": W2}, X, *settings), known.SETTINGS_IGNORED)
    scores = three_layer_convnet_loss({**params, "W2": W2}, X, None, 0.0, *settings)
    checks.shape(scores, (2, 3), "the scores")
    compare = compare or (checks.close if np.allclose(scores, expected, rtol=1e-4, atol=1e-5) else checks.resembles)
    compare(scores, expected, f"the scores with stride {stride}, padding {pad} and windows of {window[0]}x{window[1]} with stride {step}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_three_layer_convnet_loss_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · arguments and types · 1 point
params, X, y = make_net(660, (3, 4, 4), 2, 3, 3, 4, N=2)
loss, grads = loss_and_grads(three_layer_convnet_loss, params, X, y, 0.1)
_, (params_after, X_after, *_) = checks.call(three_layer_convnet_loss, copy.deepcopy(params), X.copy(), y, 0.1, *KEEP)
checks.unchanged(params_after, params, "params")
checks.unchanged(X_after, X, "X")
for kind in (np.float32, np.float64):
    low = {name: value.astype(kind) for name, value in params.items()}
    _, grads_low = loss_and_grads(three_layer_convnet_loss, low, X.astype(kind), y, 0.1)
    for name in params:
        checks.dtype(grads_low[name], kind, f"grads[{name!r}] of {np.dtype(kind)} arrays")
        checks.close(grads_low[name], grads[name], f"grads[{name!r}] of {np.dtype(kind)} arrays", rtol=1e-3, atol=1e-4)
checks.passed("three_layer_convnet_loss", "params and X stay as they are, and float32 stays float32")
### BEGIN HIDDEN TESTS
backwards = {name: params[name] for name in ("b3", "W3", "b2", "W2", "b1", "W1")}  # the order in a dict means nothing
other_loss, other = loss_and_grads(three_layer_convnet_loss, backwards, X, y.astype(np.int32), 0.1)
checks.close(other_loss, loss, "the loss with the parameters in another order in the dict")
for name in params:
    checks.close(other[name], grads[name], f"grads[{name!r}] with the parameters in another order in the dict")
right = known.right_net_gradient("W3", params, X, y) + 0.2 * params["W3"]
checks.resembles(grads["W3"], right, "grads['W3']", given=(params["W3"],))
for high, wide in ((3, 5), (5, 3), (2, 2), (4, 4), (4, 3)):  # the default padding of filters that are not square, or of even size
    pad = (high - 1) // 2
    pooled = 2 * ((6 + 2 * pad - high + 1) // 2) * ((8 + 2 * pad - wide + 1) // 2)
    shapes = {"W1": (2, 1, high, wide), "b1": 2, "W2": (pooled, 3), "b2": 3, "W3": (3, 4), "b3": 4}
    odd = {name: np.random.default_rng(661).normal(size=shape) for name, shape in shapes.items()}
    X = np.random.default_rng(662).normal(size=(2, 1, 6, 8))
    checks.true(fits(three_layer_convnet_loss, odd, X), known.PADDING)
    checks.close(three_layer_convnet_loss(odd, X), three_layer_convnet_loss(odd, X, None, 0.0, {"stride": 1, "pad": pad}, KEEP[1]),
                 f"the scores without conv_param, for filters of {high}x{wide}")
### END HIDDEN TESTS

# %% [markdown]
# ## Before training: can it memorize fifty images?
#
# Two sanity checks: is the first loss $\log 10 \approx 2.3$, and can a net with 800,000 weights reach 100% on 50 images
# (**overfitting** on purpose)? If it cannot, no amount of data will help: there is a bug somewhere between the pixels and the
# update. `Solver` trains any object with a dict `params` and a function `loss`.

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
# It memorizes all of them, and understands hardly anything, as one should expect from fifty images.
#
# ## The real training
#
# Now all the images, 32 filters of 5x5, 128 hidden units, Adam. Two remedies against overfitting: some regularization, and
# mirror images. Every training image is flipped with probability 1/2 each time it is used. The learning rate falls by a fifth
# after each **epoch**, a pass through all the images.

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
# How does it compare with the other classifiers of this course? Their accuracies are what the earlier notebooks reach with
# their solutions.

# %% nbgrader={"grade": false, "grade_id": "demo_ladder", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
earlier = {"cifar10": {"nearest neighbours": 0.28, "linear (softmax)": 0.39, "two-layer net": 0.53},
           "shapes10": {"nearest neighbours": 0.33, "linear (softmax)": 0.45, "two-layer net": 0.63}}[images.name]
ladder = earlier | {"this net": test_accuracy}
fig, ax = plt.subplots(figsize=(7, 2.4))
bars = ax.barh(list(ladder), [100 * value for value in ladder.values()], color=[vis.GREY] * 3 + [vis.BLUE])
ax.bar_label(bars, fmt="%.0f%%", padding=3)
ax.axvline(10, color="black", lw=0.8, ls="--")
ax.text(10.7, -0.75, "guessing", fontsize=8)
ax.invert_yaxis()
ax.set(xlabel=f"test accuracy on {images.title} (%)", xlim=(0, 100));

# %% [markdown]
# It is only one convolution. With six of them, batch normalization after each, and some twelve minutes on two cores, the
# library's `ConvNet` reaches 82% on CIFAR-10.
#
# ## What has it learned?
#
# The filters of the first layer act on colours, so you can look at them as small images. Nobody told the net about edges.

# %% nbgrader={"grade": false, "grade_id": "demo_filters", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
vis.weight_grid(net.params["W1"], columns=8);

# %% [markdown]
# On photographs (CIFAR-10), most filters become edges in some direction, or changes of colour: one colour on this side, its
# opposite on that. The shapes of shapes10 differ mainly in colour, so there most filters look for a colour, and few for an
# edge. A noisy filter is hardly used, or the training is not finished.
#
# Each map below is the output of one filter after its ReLU, bright where the filter found its pattern. Black maps are filters
# that found nothing.

# %% nbgrader={"grade": false, "grade_id": "demo_activations", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
shown = np.flatnonzero(np.argmax(net.loss(sets["X_test"][:100]), axis=1) == sets["y_test"][:100])[0]
maps, _ = conv_forward_fast(sets["X_test"][shown:shown + 1], net.params["W1"], net.params["b1"], {"stride": 1, "pad": 2})
vis.activation_maps(images.X_test[shown], np.maximum(maps[0], 0), columns=8);

# %% [markdown]
# And where does it fail? Each row shows images that were wrongly taken for one class.

# %% nbgrader={"grade": false, "grade_id": "demo_mistakes", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
predictions = np.concatenate([np.argmax(net.loss(sets["X_test"][i:i + 500]), axis=1) for i in range(0, len(sets["X_test"]), 500)])
vis.misclassified_images(images.X_test, sets["y_test"], predictions, images.class_names, n=10);

# %% [markdown]
# **Question 3** · 3 points. Count the parameters of the net that was trained (32 filters of 5x5 on 3 channels, images of 32x32,
# 128 hidden units, 10 classes), layer by layer. Which share of them is in `W2`? Which share of the *multiplications* of a
# forward pass happens in the convolution? Propose a change of the architecture that saves most of the parameters, and say how
# many are left.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_parameters", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
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
# Scheme
# - [1] the counts (small slips such as a bias allowed) and about 99.6%
# - [1] about 70% (65 to 75%)
# - [1] a change that shrinks the input of the affine layer or removes it, with a number that fits
# ### END SOLUTION

# %% [markdown]
# ## Your settings
#
# Hyperparameters decide whether a net learns at all. The net below has one affine layer less than yours: convolution – ReLU –
# pooling – affine. It is written as a list of layers, so one more layer, such as a normalization, is one more line.
#
# `train_small` trains it on 1,000 images of shapes10, shrunk to 16x16, with SGD, momentum 0.9 and batches of 50. It takes about
# half a second for ten epochs.

# %% nbgrader={"grade": false, "grade_id": "small_net", "locked": true, "schema_version": 3, "solution": false, "task": false}
class SmallNet:
    """A list of layers: (forward, backward, names of the parameters, further arguments). Solver trains it."""

    def __init__(self, image_size, filter_size, num_filters, filter_scale, affine_scale, seed, normalization=()):
        rng = np.random.default_rng(seed)
        first = {"W1": filter_scale * rng.normal(size=(num_filters, 3, filter_size, filter_size)), "b1": np.zeros(num_filters),
                 "W2": affine_scale * rng.normal(size=(num_filters * image_size**2 // 4, 10)), "b2": np.zeros(10),
                 "gamma": np.ones(num_filters), "beta": np.zeros(num_filters)}
        self.bn_param = {"mode": "train"}
        self.layers = [
            (conv_forward_fast, conv_backward_fast, ("W1", "b1"), [{"stride": 1, "pad": filter_size // 2}]),
            (relu_forward, relu_backward, (), []),
            (max_pool_forward_fast, max_pool_backward_fast, (), [KEEP[1]]),
            (affine_forward, affine_backward, ("W2", "b2"), []),
        ]
        if normalization:
            self.layers.insert(1, (*normalization, ("gamma", "beta"), [self.bn_param]))
        self.params = {name: first[name].astype(np.float32) for layer in self.layers for name in layer[2]}
        self.reg = 0.0

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
        for name in ("W1", "W2"):
            loss += self.reg * np.sum(self.params[name] ** 2)
            grads[name] = grads[name] + np.float32(2 * self.reg) * self.params[name]
        return loss, grads


load = functools.cache(data.load)


@functools.cache
def small_sets(images):
    """1,000 training images and 500 validation images, shrunk to 16x16, with their labels."""
    def shrunk(x):
        return (x.reshape(-1, 16, 2, 16, 2, 3).mean(axis=(2, 4)).transpose(0, 3, 1, 2).astype(np.float32) - 128) / 64

    return {"X_train": shrunk(images.X_train[:1000]), "y_train": images.y_train[:1000],
            "X_val": shrunk(images.X_val[:500]), "y_val": images.y_val[:500]}


@functools.cache
def train_small(learning_rate, reg, num_epochs, weight_scale, images, seed=0):
    """Train a SmallNet on 1,000 images, shrunk to 16x16. Returns the Solver, the same one for the same arguments."""
    net = SmallNet(16, 3, 8, weight_scale, weight_scale, seed)
    net.reg = reg
    solver = Solver(net, small_sets(images), update_rule="sgd_momentum", optim_config={"learning_rate": learning_rate}, batch_size=50,
                    num_epochs=num_epochs, num_train_samples=200, verbose=False, rng=seed)
    with np.errstate(all="ignore"):
        try:
            solver.train()
        except TrainingDiverged:
            checks.true(False, known.NOT_TRAINED)
    return solver


def check_range(settings):
    """What convnet_settings returns, after a look whether it is four numbers that training can use."""
    names = ("learning_rate", "reg", "num_epochs", "weight_scale")
    settings = dict(zip(names, checks.unpack(settings, ", ".join(names))))
    for name, value in settings.items():
        number = isinstance(value, (int, float, np.integer, np.floating)) and 0 <= value < np.inf
        checks.true(number, f"{name} should be a number, 0 or larger.")
    checks.true(settings["learning_rate"] > 0, "The learning_rate should be larger than 0.")
    checks.true(isinstance(settings["num_epochs"], (int, np.integer)) and 1 <= settings["num_epochs"] <= 15,
                "num_epochs should be a whole number (an int) from 1 to 15.")
    return settings

# %% [markdown]
# ### Exercise 7: `convnet_settings` · 3 points
#
# Find settings with which this net reaches at least 42% on the validation images, in at most 15 epochs. Guessing gives 10%. Two
# sets of first weights that you do not see are tried as well. Use the cell *Your turn* below to look at the curves: how can you
# tell from them whether the learning rate is too small, or too large, or whether the net overfits?
#
# The example in the docstring does not work. Its steps are far too large.

# %% nbgrader={"grade": false, "grade_id": "convnet_settings", "locked": false, "schema_version": 3, "solution": true, "task": false}
def convnet_settings():
    """Hyperparameters with which `train_small` reaches a validation accuracy of at least 42%.

    Returns: (learning_rate, reg, num_epochs, weight_scale), four numbers: the learning rate of SGD with momentum,
        the strength of the penalty, the number of epochs (an int, 1 to 15), and the standard deviation of the first weights.

    Approach
        1. powers of ten for the learning rate and the scale, few epochs: which losses fall fastest?
        2. finer steps around the best, more epochs
        3. reg, if the training accuracy is far above the validation accuracy

    Example
        return 1.0, 0.0, 1, 1.0
    """
    ### BEGIN SOLUTION
    learning_rate, weight_scale = 1e-2, 3e-2  # three times smaller steps need more epochs, ten times larger ones explode
    num_epochs, reg = 8, 1e-2
    return learning_rate, reg, num_epochs, weight_scale
    ### END SOLUTION

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): what do the settings change?
learning_rate, reg, num_epochs, weight_scale = 1e-4, 0.0, 5, 0.1  # try others
solver = train_small(learning_rate, reg, num_epochs, weight_scale, load("shapes10"))
print(f"training accuracy {solver.train_acc_history[-1]:.0%}, best validation accuracy {solver.best_val_acc:.0%}")
vis.training_curves(solver, smooth=5);

# %% nbgrader={"grade": true, "grade_id": "test_convnet_settings_learns", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · the net learns · 1 point
settings = check_range(convnet_settings())
solver = train_small(**settings, images=load("shapes10"))
checks.true(solver.best_val_acc > 0.25, known.HARDLY_TRAINED)  # guessing gives 10%
checks.passed("convnet_settings", f"the net learns: {solver.best_val_acc:.0%} of the validation images are right")

# %% nbgrader={"grade": true, "grade_id": "test_convnet_settings_accuracy", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · accuracy · 2 points
settings = check_range(convnet_settings())
solver = train_small(**settings, images=load("shapes10"))
checks.true(solver.best_val_acc >= 0.42, f"The validation accuracy is {solver.best_val_acc:.1%}, the training accuracy "
            f"{solver.train_acc_history[-1]:.1%}. At least 42% of the validation images should be right.")
checks.passed("convnet_settings", f"{solver.best_val_acc:.1%} of the validation images are right")
### BEGIN HIDDEN TESTS
accuracies = [train_small(**settings, images=load("shapes10"), seed=seed).best_val_acc for seed in (1, 2)]
checks.true(np.mean(accuracies) >= 0.42, f"With other first weights, the validation accuracy is {np.mean(accuracies):.1%}. "
            "At least 42% of the images should be right. Choose settings that do not depend on luck.")
### END HIDDEN TESTS

# %% [markdown]
# ## With and without batch normalization
#
# Last, your normalization at work. How large should the first weights be? The small net, with and without `spatial_batchnorm`
# between the convolution and its ReLU, starts with filters of very different standard deviations, and is trained for 60 steps
# each.

# %% nbgrader={"grade": false, "grade_id": "demo_batchnorm", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
few = {name: values[:1000] if "train" in name else values for name, values in sets.items()}
scales = [1e-3, 1e-2, 1e-1, 1.0, 10.0]
choices = {"without batch norm": (), "with batch norm": (spatial_batchnorm_forward, spatial_batchnorm_backward)}
curves = {name: [] for name in choices}
for name, scale in tqdm([(name, scale) for name in curves for scale in scales], file=sys.stdout, desc="nets"):
    net = SmallNet(32, 3, 8, scale, 1e-2, seed=0, normalization=choices[name])
    solver = Solver(net, few, update_rule="sgd_momentum", optim_config={"learning_rate": 1e-3}, batch_size=50, num_epochs=3,
                    num_train_samples=100, num_val_samples=100, verbose=False, rng=0)
    solver.train()
    curves[name].append(np.mean(solver.loss_history[-10:]))
fig, ax = plt.subplots(figsize=(7, 3.2))
for (name, losses), color in zip(curves.items(), (vis.ORANGE, vis.BLUE)):
    ax.plot(scales, losses, "o-", color=color, label=name)
ax.axhline(np.log(10), color=vis.GREY, lw=1, ls="--", label="guessing: log 10")
ax.set_xscale("log")
ax.set(xlabel="standard deviation of the first filters", ylabel="training loss after 60 steps", ylim=(1.5, 4))
ax.legend();

# %% [markdown]
# Without it, only a narrow range of starts gets anywhere: from small filters, hardly a signal reaches the end of the net, and
# with huge ones, the first steps destroy it. With it, every start learns, because the layer brings the output of the
# convolution to the same scale. Where the scale was right anyway, the layer is not needed. In a deep net, every layer depends
# on the scales of all those before it, and no start is right for all.
#
# ## Summary
#
# - Spatial batch normalization: one mean and one variance per channel, over images, rows and columns, so that a filter means the same everywhere.
# - `reshape` moves nothing: bring the axes into order first, and go back in reverse order.
# - Batch, layer, group and instance normalization differ only in which numbers share a mean. All but the first are independent of
#   the rest of the batch.
# - A net is a chain of layers forward, and the same chain in reverse backward, each layer with its own cache.
# - Check the gradient of every parameter and the first loss, overfit fifty images, *then* train.
# - Learning rate and weight scale come first: many settings do not train the net at all.
# - Convolutions have few parameters and do most of the work; the first affine layer has nearly all the parameters.
#
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"spatial_batchnorm_forward": 5, "spatial_batchnorm_backward": 2, "spatial_groupnorm_forward": 5,
                "spatial_groupnorm_backward": 4, "init_three_layer_convnet": 2, "three_layer_convnet_loss": 7, "convnet_settings": 2})
