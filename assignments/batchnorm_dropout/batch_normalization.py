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
# # Batch normalization
#
# A linear classifier learns better from centred and scaled pixels. The second layer of a net has "pixels", too: the outputs of the first. In a
# deep net they shrink or grow from layer to layer, and change while the layers below learn. Batch normalization makes a layer of that
# preprocessing. Its formula fits on one line. Its gradient needs care: **every example of a batch influences the output of all others**.
#
# **You will learn**
#
# - to normalize features with the statistics of the batch, and why test time needs other statistics;
# - **backpropagation** (the chain rule, from the output back to the input) through a **computational graph** that branches;
# - to put a new layer into the net that you wrote in `optimization`;
# - to simplify a chain of backward steps into one formula, on paper;
# - *layer* normalization, which needs no batch.
#
# **Time**: about five hours of work. The cells run in about a minute (in two on a slow or busy machine).
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that
# come with the course.
#
# *Lecture: "Training neural networks", section "Batch normalization" · Paper: Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network
# Training by Reducing Internal Covariate Shift" (2015).*

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

errors.explain()
plt.rcParams.update(vis.STYLE)
known = mistakes.batch_normalization
TRAIN = {"mode": "train"}
SIGNS = np.tile([[1.0, 1, -1, -1], [-1, 1, 1, -1], [-1, -1, 1, 1], [1, -1, -1, 1]], (16, 16))  # rows and columns of mean 0


def make_batch(seed, N=6, D=4):
    """A random problem: x (N, D), about 10 wide, gamma and beta (D,), and an upstream gradient dout (N, D)."""
    rng = np.random.default_rng(seed)
    x = 10 * rng.normal(size=(N, D)) * rng.uniform(0.5, 2, size=D) + 20 * rng.normal(size=D)
    gamma = rng.uniform(0.5, 2, size=D) * rng.choice([-1, 1], size=D)
    return x, gamma, rng.normal(size=D), rng.normal(size=(N, D))


def output(forward, x, gamma, beta, param):
    """out of a forward pass, which gets copies of the arguments."""
    result = forward(np.copy(x), np.copy(gamma), np.copy(beta), dict(param))
    out = result[0] if isinstance(result, (tuple, list)) else result  # that a cache is missing, the first check tells
    checks.shape(out, np.shape(x), "out (the shape of x)")
    return np.asarray(out)


def gradients(forward, backward, x, gamma, beta, dout, param, ordered=False):
    """dx, dgamma and dbeta of a backward pass after a forward pass; the check of dgamma and dbeta looks at their order."""
    _, cache = checks.unpack(forward(np.copy(x), np.copy(gamma), np.copy(beta), dict(param)), "out, cache")
    grads = checks.unpack(backward(np.copy(dout), cache), "dx, dgamma, dbeta")
    checks.true(not ordered or np.ndim(grads[0]) != 1, known.WRONG_ORDER)
    dx, *others = sorted(grads, key=np.ndim, reverse=True)
    one_row = (1, x.shape[1])  # counts as (D,)
    return dx, *(grad[0] if isinstance(grad, np.ndarray) and grad.shape == one_row else grad for grad in others)


def check_gradient(name, grad, forward, x, gamma, beta, dout, param, what, axis=0):
    """Check the gradient of sum(out * dout) for `name` ("x", "gamma" or "beta"): of a right forward pass, or of yours."""
    def yours(value):
        return np.sum(output(forward, **(point | {name: value}), param=param) * dout)

    point, case = {"x": x, "gamma": gamma, "beta": beta}, (x, gamma, beta, dout, param)
    wide, plain = (np.ptp(output(forward, factor * x, gamma, beta, param)) for factor in (2, 1))
    normalizes = wide < 1.5 * plain or name != "x" or param.get("mode") == "test"
    right = known.right_loss(name, *case, axis, output(forward, x, gamma, beta, param))
    backward = known.layernorm_backward if axis else known.batchnorm_backward
    checks.gradient(right, point[name], grad, what, num_examples=len(x), or_of=yours if normalizes else None,
                    mistakes=backward(*case))

# %% [markdown]
# ## What it does to a feature
#
# Here is the output of one hidden unit for a batch of 500 images:

# %% nbgrader={"grade": false, "grade_id": "picture_feature", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
dice = np.random.default_rng(4)
shape = np.concatenate([dice.normal(-0.55, 0.45, 360), dice.normal(1.4, 0.6, 140)])
shape -= shape.mean()
shape *= np.sqrt(len(shape)) / np.linalg.norm(shape)
steps = {"the feature, x\nmean 6, std 3": 6 + 3 * shape, "minus its mean\nmean 0, std 3": 3 * shape,
         "divided by its std\nmean 0, std 1": shape,
         r"times $\gamma$ = 0.5, plus $\beta$ = 2" + "\nmean 2, std 0.5": 2 + 0.5 * shape}
fig, axes = plt.subplots(1, 4, figsize=(12, 2.9), sharex=True, layout="constrained")
for ax, (title, values), color in zip(axes, steps.items(), (vis.GREY, vis.GREY, vis.BLUE, vis.ORANGE)):
    ax.hist(values, bins=40, color=color)
    ax.axvline(0, color="black", lw=0.8)
    ax.set_title(title, fontsize=10)
    ax.set(xlabel="value", yticks=[])
axes[0].set_ylabel("number of images");

# %% [markdown]
# The distribution keeps its shape. Only its place and its width change. After the third step, every feature of every layer has the same scale.
# In the last step the net chooses another scale: it learns $\gamma$ and $\beta$, one number each per feature, like weights.
#
# In formulas, for a batch of $N$ examples and one feature with the values $x_1, \dots, x_N$:
#
# $$ \mu = \frac1N \sum_i x_i, \qquad \sigma^2 = \frac1N \sum_i (x_i - \mu)^2, \qquad
# \hat x_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \varepsilon}}, \qquad y_i = \gamma\, \hat x_i + \beta . $$
#
# The variance is divided by $N$, not by $N - 1$. The small $\varepsilon$ stands under the root, so that a constant feature
# gives 0 instead of 0 / 0. Each of the $D$ features has its own $\mu$, $\sigma^2$, $\gamma$ and $\beta$: arrays of shape (D,).

# %% [markdown]
# ### At test time
#
# The answer for an image must not depend on the other images of the batch. So during training each batch updates
# running averages of its mean and of its variance,
#
# $$ \text{running} \leftarrow \text{momentum} \cdot \text{running} + (1 - \text{momentum}) \cdot \text{that of the batch}, $$
#
# and test mode uses these in place of $\mu$ and $\sigma^2$. They are not parameters: no gradient
# reaches them. The dictionary `bn_param` carries them from call to call.
#
# | | train mode | test mode |
# |---|---|---|
# | normalizes with | mean and variance of this batch | running averages |
# | running averages | are updated | stay as they are |

# %% [markdown]
# ### Exercise 1: `batchnorm_forward` · 13 points
#
# Write batch normalization for both modes. The first lines, which read `bn_param`, are given. Put the new running averages back into `bn_param`.
# The `cache` holds whatever your backward pass needs, in both modes.
#
# By hand: a feature with the values 1, 5, 1, 5 has mean 3 and variance 4, so $\hat x$ is −1, 1, −1, 1. With γ = 3 and β = 1 the output is −2, 4, −2, 4. If
# the running mean was 10, it is now 0.9 · 10 + 0.1 · 3 = 9.3.

# %% nbgrader={"grade": false, "grade_id": "batchnorm_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def batchnorm_forward(x, gamma, beta, bn_param):
    """Batch normalization: each feature (column) gets mean 0 and variance 1, then is scaled and shifted.

    Parameters: x (N, D), float32 or float64; gamma, beta (D,), scale and shift of each feature; bn_param, a dict with
        "mode": "train" or "test";
        "eps": added to the variance, under the root; 1e-5 if not given;
        "momentum": of the running averages; 0.9 if not given;
        "running_mean", "running_var": (D,) the running averages so far; zeros if not given.
    Returns: out (N, D), of the dtype of x; cache, whatever the backward pass needs.

    Approach
        1. choose mean and variance: of the batch, or the running averages
        2. in train mode, put the new running averages into bn_param
        3. normalize, scale and shift

    Example
        x = [[1.0], [5.0]], gamma = [3.0], beta = [1.0] in train mode: out is about [[-2.0], [4.0]],
        and bn_param gets running_mean = [0.3], running_var = [0.4].
    """
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(x.shape[1], dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(x.shape[1], dtype=x.dtype))
    ### BEGIN SOLUTION
    if mode == "train":
        mean = np.mean(x, axis=0)  # (D,)
        var = np.mean((x - mean) ** 2, axis=0)  # (D,)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    x_hat = (x - mean) / np.sqrt(var + eps)  # (N, D)
    out = gamma * x_hat + beta
    cache = (x, mean, var, eps, gamma, mode)
    return out, cache
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_forward_values", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
# Check · values · 4 points
x = np.array([[1.0, 10.0], [5.0, 10.0], [1.0, -10.0], [5.0, -10.0]])  # means 3 and 0, standard deviations 2 and 10
gamma, beta = np.array([3.0, 0.5]), np.array([1.0, -2.0])
expected = [[-2.0, -1.5], [4.0, -1.5], [-2.0, -2.5], [4.0, -2.5]]
out, _ = checks.unpack(batchnorm_forward(x.copy(), gamma, beta, {"mode": "train"}), "out, cache")
checks.close(out, expected, "out of batchnorm_forward in train mode", rtol=1e-3,
             mistakes=known.batchnorm_forward(x, gamma, beta, TRAIN))
checks.passed("batchnorm_forward", "a batch is normalized, scaled and shifted")
### BEGIN HIDDEN TESTS
for seed, N, D in ((11, 7, 3), (12, 5, 5), (13, 3, 8), (14, 9, 1), (15, 2, 4)):
    x, gamma, beta, dout = make_batch(seed, N, D)
    expected = np.empty((N, D))
    for d in range(D):
        column = [float(v) for v in x[:, d]]
        centre = sum(column) / N
        spread = (sum((v - centre) ** 2 for v in column) / N + 1e-5) ** 0.5
        expected[:, d] = [gamma[d] * (v - centre) / spread + beta[d] for v in column]
    out = output(batchnorm_forward, x, gamma, beta, TRAIN)
    checks.close(out, expected, f"out in train mode, N, D = {N, D}", rtol=1e-3, mistakes=known.batchnorm_forward(x, gamma, beta, TRAIN))
    stale = {"mode": "train", "running_mean": np.full(D, 50.0), "running_var": np.full(D, 7.0)}
    out = output(batchnorm_forward, x, gamma, beta, stale)
    checks.close(out, expected, f"out in train mode with running averages of earlier batches, N, D = {N, D}", rtol=1e-3,
                 mistakes=known.batchnorm_forward(x, gamma, beta, stale))
spreadless = output(batchnorm_forward, np.full((3, 2), 4.0), np.ones(2), np.zeros(2), TRAIN)
if np.isfinite(spreadless).all():  # otherwise eps is missing, which the next check is about
    x, gamma, beta, dout = make_batch(51, 1, 5)
    out = output(batchnorm_forward, x, gamma, beta, {"mode": "train", "running_mean": np.ones(5), "running_var": np.ones(5)})
    checks.close(out, beta[None], "out of a batch of one example (beta)", hint="The variance of one example is 0. Is it divided by N?")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_forward_eps", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · eps · 2 points
x, gamma, beta = 3 * SIGNS, np.ones(64), np.ones(64)  # all means are 0, all variances 9; with eps = 16, the root is 5
for mode in ("train", "test"):
    param = {"mode": mode, "eps": 16.0, "running_mean": np.zeros(64), "running_var": np.full(64, 9.0)}
    out = output(batchnorm_forward, x, gamma, beta, param)
    checks.close(out - np.mean(out), 3 / 5 * SIGNS, f"out minus its mean, with eps=16 in {mode} mode",
                 rtol=1e-2, mistakes=known.batchnorm_forward(x, gamma, 0 * beta, param))
constant = output(batchnorm_forward, np.full((4, 2), 7.0), np.ones(2), np.ones(2), TRAIN)
checks.finite(constant, "out where the features are constant", hint="What keeps you from dividing by a variance of 0?")
checks.passed("batchnorm_forward", "eps stands under the root")
### BEGIN HIDDEN TESTS
checks.close(constant - constant[0], np.zeros((4, 2)), "out where the features are constant (the same for all examples)")
small = 1e-3 * x  # a variance of 9e-6, beside which the usual eps of 1e-5 counts
for mode in ("train", "test"):
    for eps in (None, 1e-3):
        param = {"mode": mode, "running_mean": np.zeros(64), "running_var": np.full(64, 9e-6)}
        param |= {} if eps is None else {"eps": eps}
        out = output(batchnorm_forward, small, gamma, beta, param)
        expected = 3e-3 / (9e-6 + (eps or 1e-5)) ** 0.5 * SIGNS
        checks.close(out - np.mean(out), expected, f"out minus its mean, of features with a variance of 9e-6 in {mode} mode, eps = {eps}",
                     rtol=1e-2, mistakes=known.batchnorm_forward(small, gamma, 0 * beta, param), hint='If bn_param has no "eps", it is 1e-5.')
### END HIDDEN TESTS

# %% [markdown]
# The next check uses `checks.call`, which also returns the arguments as your function left them.

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_forward_running", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · running averages · 3 points
x, gamma, beta = 1 + 2 * SIGNS, np.full(64, 3.0), np.ones(64)
before = {"running_mean": np.full(64, 10.0), "running_var": np.full(64, 100.0)}
after_one = {"running_mean": np.full(64, 9.1), "running_var": np.full(64, 90.4)}
from_zeros = {"running_mean": np.full(64, 0.5), "running_var": np.full(64, 2.0)}  # momentum 0.5, no averages yet
for param, expected in (({"eps": 8.0, **before}, after_one), ({"momentum": 0.5}, from_zeros)):
    _, (*_, after) = checks.call(batchnorm_forward, x, gamma, beta, TRAIN | param)
    checks.true("running_mean" in after and "running_var" in after, known.AVERAGES_MISSING)
    averages = {name: np.reshape(after[name], (-1, 64))[0] for name in expected}  # (1, D) counts as (D,)
    checks.close(averages, expected, "bn_param after one batch", rtol=2e-3,
                 mistakes=known.batchnorm_forward(x, gamma, beta, TRAIN | param))
checks.passed("batchnorm_forward", "the running averages follow the batches")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(31)
for momentum in (None, 0.5, 0.0, 1.0):
    param = {"mode": "train"} if momentum is None else {"mode": "train", "momentum": momentum}
    keep = 0.9 if momentum is None else momentum
    old_mean, old_var, fair = [0.0] * 3, [0.0] * 3, True
    for N in (4, 7, 3):
        x = rng.normal(size=(N, 3)) * 3 + [5, 0, -2]
        given = dict(param)
        result, (*_, param) = checks.call(batchnorm_forward, x, np.full(3, 2.0), np.ones(3), param)
        checks.true("running_mean" in param and "running_var" in param, known.AVERAGES_MISSING)
        means = [sum(x[:, d].tolist()) / N for d in range(3)]
        variances = [sum((v - means[d]) ** 2 for v in x[:, d].tolist()) / N for d in range(3)]
        out = output(lambda *args: result, x, 0, 0, {})
        fair &= np.allclose(out, 2 * (x - means) / np.sqrt(variances) + 1, rtol=0.02)  # other statistics: the first check tells
        for d in range(3):
            old_mean[d] = keep * old_mean[d] + (1 - keep) * means[d]
            old_var[d] = keep * old_var[d] + (1 - keep) * variances[d]
        averages = {name: np.reshape(param[name], (-1, 3))[0] for name in ("running_mean", "running_var")} if fair else {}
        checks.close(averages, {"running_mean": old_mean, "running_var": old_var} if fair else {},
                     f"bn_param after a batch of {N} with momentum {keep}",
                     mistakes=known.batchnorm_forward(x, np.full(3, 2.0), np.ones(3), given))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_forward_test_mode", "locked": true, "points": 2.5, "schema_version": 3, "solution": false, "task": false}
# Check · test mode · 2.5 points
x, gamma, beta = np.array([[3.0, 1.0], [7.0, 4.0], [3.0, 4.0], [7.0, 1.0]]), np.ones(2), np.zeros(2)
param = {"mode": "test", "running_mean": np.array([1.0, -2.0]), "running_var": np.ones(2)}
out = output(batchnorm_forward, x, gamma, beta, param)
checks.close(out, [[2.0, 3.0], [6.0, 6.0], [2.0, 6.0], [6.0, 3.0]], "out in test mode", rtol=1e-3,
             mistakes=known.batchnorm_forward(x, gamma, beta, param))
gamma, beta = np.array([4.0, 6.0]), np.array([10.0, 1.0])
param = {"mode": "test", "running_mean": np.array([5.0, 2.5]), "running_var": np.array([4.0, 2.25])}  # those of x
out = output(batchnorm_forward, x, gamma, beta, param)
if not np.allclose(out, output(batchnorm_forward, x, gamma, beta, TRAIN), rtol=1e-3):  # else an earlier check tells
    checks.close(out, [[6.0, -5.0], [14.0, 7.0], [6.0, 7.0], [14.0, -5.0]], "out in test mode, with gamma and beta",
                 rtol=1e-3, mistakes=known.batchnorm_forward(x, gamma, beta, param))
checks.passed("batchnorm_forward", "test mode normalizes with the running averages")
### BEGIN HIDDEN TESTS
for seed, N, D in ((41, 5, 3), (42, 1, 4), (43, 4, 4)):
    x, gamma, beta, dout = make_batch(seed, N, D)
    gamma, beta = np.ones(D), np.zeros(D)
    param = {"mode": "test", "running_mean": np.random.default_rng(seed).normal(size=D), "running_var": np.ones(D)}
    expected = x - param["running_mean"]
    checks.close(output(batchnorm_forward, x, gamma, beta, param), expected, f"out in test mode, N, D = {N, D}", rtol=1e-3)
    for i in range(N):
        checks.close(output(batchnorm_forward, x[i:i + 1], gamma, beta, param), expected[i:i + 1],
                     "out in test mode of a single example", rtol=1e-3, hint="It must not depend on the other examples of the batch.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_forward_test_mode_keeps", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · averages kept · 1 point
x, gamma, beta = 5 + 3 * np.random.default_rng(45).normal(size=(40, 3)), np.full(3, 2.0), np.ones(3)
averages = {"running_mean": np.array([5.5, 4.5, 5.0]), "running_var": np.array([10.0, 8.0, 9.0])}
param = {"mode": "test", **averages}
result, (*_, after) = checks.call(batchnorm_forward, x, gamma, beta, param)
checks.close({name: after[name] for name in averages if name in after}, averages, "bn_param after test mode",
             mistakes=known.batchnorm_forward(x, gamma, beta, param))
checks.passed("batchnorm_forward", "test mode leaves the running averages alone")
### BEGIN HIDDEN TESTS
expected = gamma * (x - averages["running_mean"]) / averages["running_var"] ** 0.5 + beta
checks.resembles(output(lambda *args: result, x, gamma, beta, {}), expected, "out in test mode", given=(x,))
result, (*_, after) = checks.call(batchnorm_forward, x, gamma, beta, param | {"momentum": 0.3})
for name in ("running_mean", "running_var"):
    checks.true(name in after, f'Test mode has removed "{name}" from bn_param.')
    checks.close(after[name], param[name], f'bn_param["{name}"] after test mode with momentum 0.3')
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_forward_inputs", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# Check · arguments · 0.5 points
x, gamma, beta = 5 + 3 * np.random.default_rng(60).normal(size=(40, 4)), np.full(4, 2.0), np.ones(4)
given = x.copy(), gamma.copy(), beta.copy()
result = batchnorm_forward(*given, {"mode": "train"})
for after, before, what in zip(given, (x, gamma, beta), ("x", "gamma", "beta")):
    checks.unchanged(after, before, f"{what} of batchnorm_forward")
checks.passed("batchnorm_forward", "the arguments stay as they are")
### BEGIN HIDDEN TESTS
out = output(lambda *args: result, x, gamma, beta, {})
checks.resembles(out, gamma * (x - x.mean(axis=0)) / x.std(axis=0) + beta, "out of batchnorm_forward", given=(x,))
for kind in (np.float64, np.float32):
    single = [values.astype(kind) for values in (x, gamma, beta)]
    for mode in ("train", "test"):
        for averages in ({}, {"running_mean": single[1] / 2, "running_var": single[1] ** 2}):
            checks.dtype(output(batchnorm_forward, *single, {"mode": mode, **averages}), kind, f"out for {kind.__name__} arguments in {mode} mode",
                         hint="Arrays made by np.zeros or np.ones are float64 unless they are told otherwise.")
checks.close(output(batchnorm_forward, *single, TRAIN), out, "out for float32 arguments", rtol=1e-3, atol=1e-4)
checks.close(output(batchnorm_forward, np.asfortranarray(x), gamma, beta, TRAIN), out, "out for a Fortran-ordered x")
_, (*_, after) = checks.call(batchnorm_forward, x, gamma, beta, TRAIN)
for name in ("running_mean", "running_var"):
    if name in after and np.size(after[name]) == 4:
        checks.shape(after[name], (4,), f'bn_param["{name}"]')
### END HIDDEN TESTS

# %% [markdown]
# How good are the running averages? Here is one feature with mean 4 and variance 9, in batches of 20. The averages start at 0 and have to forget that.

# %% nbgrader={"grade": false, "grade_id": "demo_running", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
dice = np.random.default_rng(7)
fig, axes = plt.subplots(1, 2, figsize=(10, 3), layout="constrained")
for momentum, color in ((0.5, vis.ORANGE), (0.9, vis.BLUE), (0.98, vis.GREEN)):
    record, history = {"mode": "train", "momentum": momentum}, []
    for _ in range(100):
        batchnorm_forward(4 + 3 * dice.normal(size=(20, 1)), np.ones(1), np.zeros(1), record)
        history.append((record["running_mean"][0], record["running_var"][0]))
    for ax, curve in zip(axes, zip(*history)):
        ax.plot(curve, color=color, label=f"momentum {momentum}")
for ax, truth, name in zip(axes, (4, 9), ("running mean", "running variance")):
    ax.axhline(truth, color="black", ls="--", lw=1, label="of all values")
    ax.set(title=name, xlabel="batches")
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4);

# %% [markdown]
# ### Six layers deep
#
# Now images (every second pixel in each direction: 768 numbers) pass through six layers of 100 units. Each layer applies its
# weights and then an **activation function**, here ReLU. (Without this **nonlinearity**, six layers could do no more than one.) The weights are random with a standard
# deviation of 0.03; nothing is trained yet. The histograms show what comes out of each layer.

# %% nbgrader={"grade": false, "grade_id": "load_data", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
images = data.load(num_train=2000, num_val=1000, num_test=100)
print(images)
X_train, X_val = (data.flatten(part[:, ::2, ::2], np.float32) for part in (images.X_train, images.X_val))
_, X_train, X_val = data.standardize(X_train, X_val)
image_data = {"X_train": X_train, "y_train": images.y_train, "X_val": X_val, "y_val": images.y_val}
print("training:", X_train.shape, X_train.dtype, " validation:", X_val.shape)

# %% nbgrader={"grade": false, "grade_id": "demo_activations", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def activations(X, weight_scale, normalize, num_layers=6, width=100):
    """{layer: what comes out of it} for random weights."""
    rng, found = np.random.default_rng(0), {}
    for number in range(1, num_layers + 1):
        w = weight_scale * rng.normal(size=(X.shape[1], width)).astype(X.dtype)
        X, _ = affine_forward(X, w, np.zeros(width, X.dtype))
        if normalize:
            X, _ = batchnorm_forward(X, np.ones(width, X.dtype), np.zeros(width, X.dtype), {"mode": "train"})
        X, _ = relu_forward(X)
        found[f"layer {number}"] = X
    return found


for normalize, title in ((False, "without batch normalization"), (True, "with batch normalization before each ReLU")):
    vis.activation_histograms(activations(X_train[:500], 0.03, normalize)).suptitle(title)

# %% [markdown]
# Without normalization, each layer after the first multiplies the numbers by about 0.2. With it,
# every layer looks like the first. Larger weights would make the numbers explode. There is one right size,
# about $\sqrt{2 / D}$ for a layer with $D$ inputs (**Kaiming initialization**; for tanh it is $\sqrt{1/D}$, **Xavier initialization**). With batch normalization you need not know it.

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): how much does the size of the first weights matter?
weight_scale = 0.3  # try 0.01, 0.14 and 1
normalize = False  # and True
vis.activation_histograms(activations(X_train[:500], weight_scale, normalize));

# %% [markdown]
# **Question 1** · 3 points. An affine layer with bias $b$ stands right before batch normalization: $x = aW + b$, $y = \mathrm{BN}(x)$.
# (a) What happens to $y$ when $b$ changes, in train mode? So what is the gradient of the loss with respect to $b$?
# (b) Which parameter does the work of $b$ instead? And for which $\gamma$ and $\beta$ does the layer return exactly its input, $y = x$?
# (c) If a net can learn that anyway, why normalize at all?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_bias", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# (a) Nothing: $b$ adds the same number to a feature of all examples, and the mean of the batch, which is subtracted, grows by the same number.
# The variance does not change. So the gradient with respect to $b$ is 0, for every upstream gradient.
#
# (b) $\beta$: it shifts the feature after the normalization, so nets with batch normalization leave $b$ out. The identity needs
# $\gamma = \sqrt{\sigma^2 + \varepsilon}$ and $\beta = \mu$ of the batch.
#
# (c) What a net can express and what it finds by gradient descent are two things. Mean and scale of a feature are now two parameters
# of their own. They start at a good value and have short gradients, instead of depending on all the weights below. In
# practice nets do not learn to undo the normalization.
#
# Scheme
# - [1] (a): y does not change and the gradient is 0, because the mean is subtracted
# - [1] (b): beta, and both values for the identity
# - [1] (c): a reason about training, not about what the net can represent (a better start, a scale that does not depend on the layers below)
# ### END SOLUTION

# %% [markdown]
# ## The gradient
#
# In all layers so far, example $i$ of the input reached only example $i$ of the output. Here $x_i$ also takes part in mean and
# variance, and through them it moves *all* outputs of its feature. The **computational graph** has a
# node for each small step: $c_i = x_i - \mu$ is centred, $v = \sigma^2$ is the variance, and $s = \sqrt{v + \varepsilon}$ is the divisor.

# %% nbgrader={"grade": false, "grade_id": "picture_graph", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
places = {"x": (0, 1, "$x$\n(N, D)"), "m": (1.3, 2.1, "$\\mu$ = mean\n(D,)"), "c": (2.6, 1, "$c = x - \\mu$\n(N, D)"),
          "v": (3.9, -0.1, "$v$ = mean of $c^2$\n(D,)"), "s": (5.8, -0.1, "$s=\\sqrt{v+\\varepsilon}$\n(D,)"),
          "h": (6.6, 1, "$\\hat x = c\\,/\\,s$\n(N, D)"), "o": (8.9, 1, "out $= \\gamma\\,\\hat x + \\beta$\n(N, D)"),
          "g": (8.1, 2.1, "$\\gamma$\n(D,)"), "b": (9.7, 2.1, "$\\beta$\n(D,)")}
arrows = [("x", "c", vis.BLUE), ("c", "h", vis.BLUE), ("h", "o", "black"), ("x", "m", vis.ORANGE), ("m", "c", vis.ORANGE),
          ("c", "v", vis.GREEN), ("v", "s", vis.GREEN), ("s", "h", vis.GREEN), ("g", "o", "black"), ("b", "o", "black")]
fig, ax = plt.subplots(figsize=(11, 3.6), layout="constrained")
boxes = {name: ax.text(across, up, text, ha="center", va="center", fontsize=11, zorder=3,
                       bbox={"boxstyle": "round,pad=0.4", "fc": "white", "ec": vis.GREY}) for name, (across, up, text) in places.items()}
for start, end, color in arrows:
    ax.annotate("", places[end][:2], places[start][:2], zorder=2,
                arrowprops={"arrowstyle": "-|>", "color": color, "lw": 2.4, "mutation_scale": 18,
                            "patchA": boxes[start].get_bbox_patch(), "patchB": boxes[end].get_bbox_patch()})
for across, up, text, color in ((4.4, 1.15, "direct branch", vis.BLUE), (0.1, 1.75, "branch through\nthe mean", vis.ORANGE),
                                (2.05, -0.1, "branch through\nthe variance", vis.GREEN)):
    ax.text(across, up, text, color=color, ha="center", fontsize=11)
ax.set(xlim=(-0.7, 10.5), ylim=(-0.6, 2.6))
ax.axis("off");

# %% [markdown]
# Three ways lead from $x$ to the output: the **direct branch**, the **branch through the mean** and the **branch through the variance**. Backpropagation follows
# them in the other direction. Each node receives the **upstream gradient** of its result and multiplies it by its own local derivative. Three rules:
#
# - If a value goes into several nodes, its gradient is the **sum** of what comes back from them.
# - If a number is used by all $N$ rows going forward (*broadcast*), its gradient is the sum over the rows going backward.
# - If a number is the mean of $N$ rows going forward, each row gets $1/N$ of its gradient going backward.
#
# In **test mode** mean and variance do not depend on $x$, so two branches are cut.

# %% [markdown]
# ### Exercise 2: `batchnorm_backward` · 12 points
#
# Go back through the graph node by node. The checks also accept the numeric derivatives of *your own* forward pass, so a mistake there does not count again.
#
# By hand: the feature 1, 5, 1, 5 with γ = 3 has $\hat x$ = −1, 1, −1, 1 and $s$ = 2. Let `dout` be 1, 0, 0, 0. Then `dbeta` is 1 and `dgamma` is −1. The direct branch
# alone gives 1.5, 0, 0, 0. All three give `dx` = 0.75, 0, −0.75, 0: an example gets a gradient although its own `dout` is 0.

# %% nbgrader={"grade": false, "grade_id": "batchnorm_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def batchnorm_backward(dout, cache):
    """Gradients of batchnorm_forward, by going back through its graph.

    Parameters: dout (N, D), the gradient of the loss with respect to out; cache, from batchnorm_forward in train or
    test mode.
    Returns: dx (N, D), which in train mode contains all three branches; dgamma and dbeta (D,). All have the dtype of x.

    Approach
        1. from out to gamma, beta and x_hat
        2. from x_hat to its two inputs; in test mode you are nearly done
        3. along the variance, one node at a time
        4. add up what meets, then do the same for the mean
    """
    ### BEGIN SOLUTION
    x, mean, var, eps, gamma, mode = cache
    N = x.shape[0]
    c = x - mean  # (N, D)
    s = np.sqrt(var + eps)  # (D,)

    # out = gamma * x_hat + beta
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * c / s, axis=0)
    dx_hat = dout * gamma  # (N, D)
    # x_hat = c / s
    dc = dx_hat / s
    if mode == "test":
        return dc, dgamma, dbeta
    ds = -np.sum(dx_hat * c, axis=0) / s**2  # (D,)
    # s = sqrt(v + eps)
    dv = ds / (2 * s)
    # v = mean(c**2): the second way to c
    dc += 2 * c * dv / N
    # c = x - mean
    dmean = -np.sum(dc, axis=0)  # (D,)
    # mean = sum(x) / N: the second way to x
    dx = dc + dmean / N
    return dx, dgamma, dbeta
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_parameters", "locked": true, "points": 2.5, "schema_version": 3, "solution": false, "task": false}
# Check · dgamma and dbeta · 2.5 points
x, gamma, beta, dout = make_batch(70)
_, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, TRAIN, ordered=True)
check_gradient("gamma", dgamma, batchnorm_forward, x, gamma, beta, dout, TRAIN, "dgamma of batchnorm_backward")
check_gradient("beta", dbeta, batchnorm_forward, x, gamma, beta, dout, TRAIN, "dbeta of batchnorm_backward")
checks.passed("batchnorm_backward", "dgamma and dbeta agree with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, N, D in ((71, 5, 5), (72, 3, 7), (73, 9, 1)):
    x, gamma, beta, dout = make_batch(seed, N, D)
    _, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, TRAIN)
    checks.finite(dgamma, f"dgamma, N, D = {N, D}")
    check_gradient("gamma", dgamma, batchnorm_forward, x, gamma, beta, dout, TRAIN, f"dgamma, N, D = {N, D}")
    check_gradient("beta", dbeta, batchnorm_forward, x, gamma, beta, dout, TRAIN, f"dbeta, N, D = {N, D}")
### END HIDDEN TESTS

# %% [markdown]
# The next checks look at one branch each. First, `dout` asks for nothing that a shift or a stretch of a feature could do: the other two branches
# receive 0. Then a shift is added to `dout`, and then a stretch. The layer undoes both, so `dx` stays as it was.

# %% nbgrader={"grade": false, "grade_id": "branches", "locked": true, "schema_version": 3, "solution": false, "task": false}
def check_branch(forward, backward, param, what, shift=0, stretch=0, width=1, axis=0):
    """Check dx where dout asks for something that reaches dx, and for a shift and a stretch of x, which the layer undoes."""
    x = np.array([[1.0, 9.0], [7.0, 1.0], [1.0, 1.0], [7.0, 9.0]])  # standard deviations 3 and 4
    plain = np.array([[1.0, -2.0], [1.0, 2.0], [-1.0, -2.0], [-1.0, 2.0]])  # neither a shift nor a stretch
    dout, direct = plain + shift + stretch * (x - [4, 5]) / [3, 4], plain / [3, 4]
    x, plain, dout, direct = (array.T if axis else array for array in (width * x, plain, dout, direct))
    gamma, beta = np.ones(x.shape[1]), np.zeros(x.shape[1])
    without, dx = (gradients(forward, backward, x, gamma, beta, upstream, param)[0] for upstream in (plain, dout))
    checks.resembles(without, direct, "dx (the shape of x)", given=(x, plain))
    if not (shift or stretch) or not np.allclose(dx, without, atol=1e-5):
        check_gradient("x", dx, forward, x, gamma, beta, dout, param, what, axis)
    return dx

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_direct", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · direct branch · 2 points
check_branch(batchnorm_forward, batchnorm_backward, {"mode": "train", "eps": 16.0}, "dx with eps=16")
checks.passed("batchnorm_backward", "the direct branch, with eps")
### BEGIN HIDDEN TESTS
x, gamma, beta, dout = make_batch(120, 4, 3)
x[:, 1] = 3.0
if np.isfinite(output(batchnorm_forward, x, gamma, beta, TRAIN)).all():
    for part, what in ((slice(None), "where a feature is the same for all examples"), (slice(0, 1), "of a batch of one example")):
        if np.isfinite(output(batchnorm_forward, x[part], gamma, beta, TRAIN)).all():
            dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x[part], gamma, beta, dout[part], TRAIN)
            checks.shape(dx, x[part].shape, "dx (the shape of x)")
            checks.finite(dx, f"dx {what}", hint="Divide by the root of (variance + eps) only: without eps it is a division by 0.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_mean", "locked": true, "points": 1.5, "schema_version": 3, "solution": false, "task": false}
# Check · mean branch · 1.5 points
check_branch(batchnorm_forward, batchnorm_backward, {"mode": "train", "eps": 1e-9}, "dx where dout asks for a shift as well", shift=3)
checks.passed("batchnorm_backward", "shifting a feature changes nothing: the branch through the mean")
### BEGIN HIDDEN TESTS
checks.finite(check_branch(batchnorm_forward, batchnorm_backward, {"mode": "train", "eps": 1e-9}, "dx of a wider x", shift=-2, width=7), "dx")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_variance", "locked": true, "points": 1.5, "schema_version": 3, "solution": false, "task": false}
# Check · variance branch · 1.5 points
check_branch(batchnorm_forward, batchnorm_backward, {"mode": "train", "eps": 1e-9}, "dx where dout asks for a stretch as well", stretch=3)
checks.passed("batchnorm_backward", "stretching a feature changes nothing: the branch through the variance")
### BEGIN HIDDEN TESTS
checks.finite(check_branch(batchnorm_forward, batchnorm_backward, {"mode": "train", "eps": 1e-9}, "dx of a wider x", stretch=-2, width=7), "dx")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_dx", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · dx · 3 points
x, gamma, beta, dout = make_batch(90)
dx, _, _ = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout * [0, 0, 1, 0], TRAIN)
checks.shape(dx, (6, 4), "dx (the shape of x)")
checks.true(not np.any(np.delete(dx, 2, axis=1)), known.FEATURES_MIXED)  # only feature 2 has an upstream gradient
dx, _, _ = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, TRAIN)
check_gradient("x", dx, batchnorm_forward, x, gamma, beta, dout, TRAIN, "dx of batchnorm_backward")
checks.passed("batchnorm_backward", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, N, D in ((91, 5, 5), (92, 3, 7), (93, 9, 1), (94, 4, 2)):
    x, gamma, beta, dout = make_batch(seed, N, D)
    dx, _, _ = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, TRAIN)
    check_gradient("x", dx, batchnorm_forward, x, gamma, beta, dout, TRAIN, f"dx of batchnorm_backward, N, D = {N, D}")
x, gamma, beta, dout = make_batch(97, 12, 10)
_, cache = checks.unpack(batchnorm_forward(x, gamma, beta, {"mode": "train"}), "out, cache")
checks.derived(batchnorm_backward, dout, cache, size=x.size)
x, gamma, beta, dout = make_batch(96)
grads = [gradients(batchnorm_forward, batchnorm_backward, factor * x, gamma, beta, dout, TRAIN)[0] for factor in (1, 2, 2.0**40)]
for grad in grads:
    checks.shape(grad, (6, 4), "dx (the shape of x)")
plain, doubled, scaled = (np.asarray(grad, dtype=np.float64) for grad in grads)
ratio = 2 * np.vdot(doubled, plain) / np.vdot(plain, plain)  # 1, unless the forward pass does not normalize
checks.analytic(2.0**40 * scaled, ratio**40 * plain, "dx, times 2**40, for an x 2**40 times as large")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_test_mode", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · test mode · 1 point
x, gamma, beta, dout = make_batch(110)
averages = {"running_mean": np.array([10.0, 0.0, -10.0, 20.0]), "running_var": np.array([50.0, 200.0, 400.0, 100.0])}
param = {"mode": "test", **averages}
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, param, ordered=True)
check_gradient("x", dx, batchnorm_forward, x, gamma, beta, dout, param, "dx in test mode")
check_gradient("gamma", dgamma, batchnorm_forward, x, gamma, beta, dout, param, "dgamma in test mode")
check_gradient("beta", dbeta, batchnorm_forward, x, gamma, beta, dout, param, "dbeta in test mode")
checks.passed("batchnorm_backward", "in test mode only the direct branch is left")
### BEGIN HIDDEN TESTS
x, gamma, beta, dout = make_batch(111, 1, 3)
param = {"mode": "test", "running_mean": np.array([10.0, 0.0, -10.0]), "running_var": np.array([50.0, 200.0, 400.0])}
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, param)
if np.isfinite(output(batchnorm_forward, x, gamma, beta, param)).all():
    checks.finite(dx, "dx of a single example in test mode")
    for name, grad in (("x", dx), ("gamma", dgamma), ("beta", dbeta)):
        check_gradient(name, grad, batchnorm_forward, x, gamma, beta, dout, param, f"d{name} of a single example in test mode")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_inputs", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# Check · arguments · 0.5 points
x, gamma, beta, dout = make_batch(122)
_, cache = checks.unpack(batchnorm_forward(x, gamma, beta, {"mode": "train"}), "out, cache")
output(batchnorm_forward, 2 - x[::-1] ** 2, gamma, beta, TRAIN)  # meanwhile, another layer of the net
given = dout.copy()
dx, _, _ = checks.unpack(batchnorm_backward(given, cache), "dx, dgamma, dbeta")
checks.unchanged(given, dout, "dout of batchnorm_backward")
checks.shape(dx, x.shape, "dx (the shape of x)")
checks.true(np.ptp(dx) > 0, "All numbers of dx are equal. This check needs gradients that depend on dout.")
expected, _, _ = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, TRAIN)
checks.close(dx, expected, "dx of a batch after whose forward pass another batch came",
             hint="What the backward pass needs belongs in the cache, not in variables outside the functions.")
checks.passed("batchnorm_backward", "dout stays as it is, and all it needs is in the cache")
### BEGIN HIDDEN TESTS
checks.resembles(dx, gamma * dout / x.std(axis=0), "dx", given=(x, dout))
for kind in (np.float64, np.float32):
    arrays = [values.astype(kind) for values in (x, gamma, beta, dout)]
    if output(batchnorm_forward, *arrays[:3], TRAIN).dtype == kind:
        for grad, name in zip(gradients(batchnorm_forward, batchnorm_backward, *arrays, TRAIN), ("dx", "dgamma", "dbeta")):
            checks.dtype(grad, kind, f"{name} for {kind.__name__} arguments")
plain = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, TRAIN)
other = gradients(batchnorm_forward, batchnorm_backward, np.asfortranarray(x), gamma, beta, np.asfortranarray(dout), TRAIN)
for a, b, name in zip(other, plain, ("dx", "dgamma", "dbeta")):
    checks.close(a, b, f"{name} for Fortran-ordered arrays")
for grad, name in zip(checks.unpack(batchnorm_backward(dout.copy(), cache), "dx, dgamma, dbeta")[1:], ("dgamma", "dbeta")):
    checks.true(np.shape(grad) != (1, 4), f"{name} has shape (1, 4). It should have the shape of gamma and beta, (4,).")
### END HIDDEN TESTS

# %% [markdown]
# **Question 2** · 2 points. Take a batch of only two examples ($\varepsilon$ is negligible). (a) Normalize a feature with the values 3 and 7, then one with any two
# values $a < b$. What does a layer after the normalization still learn about $a$ and $b$? (b) What is `dx`, whatever `dout` is? What does that mean for the layers
# *below*? And what is left in a batch of one?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_two_examples", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# (a) 3 and 7 have mean 5 and standard deviation 2, so they become −1 and +1. So do any $a < b$: the mean is in the middle, and both lie one standard
# deviation, $(b - a)/2$, from it. What is left is which of the two is larger, one bit.
#
# (b) A small change of $a$ changes nothing in the
# output, so `dx` = 0 (up to ε): the layers below get no gradient and cannot learn. With a batch of one even the bit is lost: the output is β.
#
# Scheme
# - [1] (a): −1 and +1 in both cases, only the order is left
# - [1] (b): dx = 0, so the layers below do not learn; a batch of one gives beta
# ### END SOLUTION

# %% [markdown]
# ## Into your net
#
# In `optimization` you wrote `fully_connected_loss(params, X, y=None, reg=0.0)`. (Type `models.fully_connected_loss??` into a cell to see the library's.)
# Now each hidden layer gets one more step: affine → **normalization** → ReLU. The last layer stays affine. Each
# hidden layer has its own $\gamma$, $\beta$ and dict of running averages.
#
# ### Exercise 3: `normalized_net_loss` · 9 points
#
# Put the normalization into the forward pass. On the way back, every forward function has its partner, in reverse order.
# The penalty is still for the weights $W$ alone. Some checks pass another pair of functions as `normalization`, so
# that a mistake in yours does not count again.
#
# By hand: two examples have the weighted sums 1 and 5; γ = 3 and β = 1. Batch normalization gives −2 and 4, the ReLU 0 and 4.

# %% nbgrader={"grade": false, "grade_id": "normalized_net_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def normalized_net_loss(params, norm_params, X, y=None, reg=0.0, normalization=None):
    """A net of any depth: affine, normalization, ReLU in each hidden layer, then affine and softmax loss.

    Parameters: params, a dict of Wi (inputs, outputs) and bi (outputs,) for layer i = 1, 2, ..., and of gammai, betai (outputs,)
        for each hidden layer; norm_params, a list with one dict for each hidden layer, such as bn_param: pass it on as it is, with
        its mode; X (N, D); y (N,) integer labels, or None; reg, the strength of the penalty reg * sum(W * W) over all weights;
        normalization, the pair of functions forward(x, gamma, beta, norm_param) and backward(dout, cache); None: batch normalization.
    Returns: without y, the scores (N, C). With y, loss, and grads, a dict with the gradient for each key of params.

    Approach
        1. forward: a loop over the hidden layers that keeps three caches of each, then the last affine layer
        2. return the scores if y is None; otherwise start the way back from softmax_loss(scores, y)
        3. backward: the last layer, then the hidden layers in reverse order
        4. the penalty
    """
    forward, backward = normalization or (batchnorm_forward, batchnorm_backward)
    ### BEGIN SOLUTION
    hidden_caches = []
    h = X
    for i, norm_param in enumerate(norm_params, start=1):
        a, cache_a = affine_forward(h, params[f"W{i}"], params[f"b{i}"])  # (N, width of layer i)
        n, cache_n = forward(a, params[f"gamma{i}"], params[f"beta{i}"], norm_param)
        h, cache_h = relu_forward(n)
        hidden_caches.append((i, cache_a, cache_n, cache_h))
    top = len(norm_params) + 1
    scores, cache_scores = affine_forward(h, params[f"W{top}"], params[f"b{top}"])  # (N, C)
    if y is None:
        return scores

    loss, dscores = softmax_loss(scores, y)
    grads = {}
    dh, grads[f"W{top}"], grads[f"b{top}"] = affine_backward(dscores, cache_scores)
    for i, cache_a, cache_n, cache_h in reversed(hidden_caches):
        dn = relu_backward(dh, cache_h)
        da, grads[f"gamma{i}"], grads[f"beta{i}"] = backward(dn, cache_n)
        dh, grads[f"W{i}"], grads[f"b{i}"] = affine_backward(da, cache_a)
    for name in (f"W{i}" for i in range(1, top + 1)):
        loss = loss + reg * np.sum(params[name] * params[name])
        grads[name] = grads[name] + 2 * reg * params[name]
    return loss, grads
    ### END SOLUTION


# %% nbgrader={"grade": false, "grade_id": "net_cases", "locked": true, "schema_version": 3, "solution": false, "task": false}
import copy


def make_net(seed, N, *sizes):
    """X (N, sizes[0]), y (N,), params and norm_params of a random net with layers of these sizes."""
    rng = np.random.default_rng(seed)
    X, y, params = rng.normal(size=(N, sizes[0])), rng.integers(sizes[-1], size=N), {}
    for i, shape in enumerate(zip(sizes, sizes[1:]), start=1):
        params |= {f"W{i}": rng.normal(size=shape), f"b{i}": rng.normal(size=shape[1])}
        if i < len(sizes) - 1:
            params |= {f"gamma{i}": rng.uniform(0.5, 2, size=shape[1]), f"beta{i}": rng.normal(size=shape[1])}
    norm_params = [{"mode": "train", "running_mean": rng.normal(size=width), "running_var": rng.uniform(0.5, 2, size=width),
                    "strength": rng.uniform(0.5, 1), "when_tested": rng.uniform(0.1, 0.4)} for width in sizes[1:-1]]
    return X, y, params, norm_params


def bend_forward(x, gamma, beta, param):
    """A layer in place of batch normalization, which mixes the features. The dict says how much, in each mode."""
    strength = param["strength"] if param["mode"] == "train" else param["when_tested"]
    bent = np.tanh(x + strength * np.asarray(x)[:, ::-1])
    return gamma * bent + beta, (bent, strength, gamma)


def bend_backward(dout, cache):
    bent, strength, gamma = (np.asarray(part) for part in cache)
    upstream = dout * gamma * (1 - bent**2)
    return upstream + strength * upstream[:, ::-1], np.sum(dout * bent, axis=0), np.sum(dout, axis=0)


bend = bend_forward, bend_backward


def run_net(*args):
    """What your net returns for copies of the arguments."""
    return normalized_net_loss(*copy.deepcopy(args))


def loss_and_grads(*args):
    """The pair that your net returns for copies of the arguments."""
    loss, grads = checks.unpack(run_net(*args), "loss, grads")
    checks.shape(loss, (), "the loss (one number)")
    checks.true(isinstance(grads, dict), "grads should be a dict with the gradient of each parameter.")
    return loss, grads

# %% nbgrader={"grade": true, "grade_id": "test_normalized_net_loss_scores", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · scores · 2 points
X, y, params, norm_params = make_net(1, 5, 4, 6, 3)
scores = run_net(params, norm_params, X)
checks.true(not isinstance(scores, (tuple, dict)), mistakes.deep_net.SCORES_ALONE)
sums = X @ params["W1"] + params["b1"]  # (5, 6)
hidden = np.maximum(0, output(batchnorm_forward, sums, params["gamma1"], params["beta1"], norm_params[0]))
case = known.normalized_net(batchnorm_forward, params, norm_params, X)
checks.close(scores, hidden @ params["W2"] + params["b2"], "the scores of a net with one hidden layer",
             mistakes=mistakes.deep_net.scores(case))
checks.passed("normalized_net_loss", "the scores are right, with your own batch normalization")
### BEGIN HIDDEN TESTS
for seed, sizes in ((2, (4, 5, 5, 5, 3)), (3, (3, 4, 2)), (4, (6, 2)), (5, (2, 7, 1, 4))):
    X, y, params, norm_params = make_net(seed, 6, *sizes)
    for mode in ("train", "test"):
        for own in norm_params:
            own["mode"] = mode
        for pair, forward in ((None, batchnorm_forward), (bend, bend_forward)):
            case = known.normalized_net(forward, params, norm_params, X)
            checks.close(run_net(params, norm_params, X, None, 0.5, pair), case.scores(),
                         f"the scores of a net of sizes {sizes} in {mode} mode", mistakes=mistakes.deep_net.scores(case))
        if mode == "train":
            loss, _ = loss_and_grads(params, norm_params, X, y, 0.0, bend)
            right = np.isclose(loss, case.loss(y))  # if not, the check of the loss tells
        elif right:
            loss, _ = loss_and_grads(params, norm_params, X, y, 0.0, bend)
            checks.close(loss, case.loss(y), f"the loss of a net of sizes {sizes} in test mode", mistakes=mistakes.deep_net.loss(case, y))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_normalized_net_loss_averages", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · running averages · 2 points
X, y, params, norm_params = make_net(10, 8, 4, 5, 5, 3)
_, (_, after, *_) = checks.call(normalized_net_loss, params, norm_params, X, y)
sums = X @ params["W1"] + params["b1"]  # (8, 5), what your batch normalization gets in the first layer
_, (*_, expected) = checks.call(batchnorm_forward, sums, params["gamma1"], params["beta1"], norm_params[0])
if not np.array_equal(expected["running_mean"], norm_params[0]["running_mean"]):  # else Exercise 1 has no averages yet
    changed = [not np.array_equal(new["running_mean"], old["running_mean"]) for new, old in zip(after, norm_params)]
    checks.true(any(changed), mistakes.deep_net.DICTS_COPIED)
    checks.true(all(changed), mistakes.deep_net.LAYERS_SHARE)
for name in ("running_mean", "running_var"):
    checks.close(after[0][name], expected[name], f"norm_params[0][{name!r}] after a batch")
checks.passed("normalized_net_loss", "every hidden layer has its own running averages")
### BEGIN HIDDEN TESTS
case = known.normalized_net(batchnorm_forward, params, norm_params, X)
hidden = case.hidden(sums, params, 1)
_, (*_, second) = checks.call(batchnorm_forward, hidden @ params["W2"] + params["b2"], params["gamma2"], params["beta2"], norm_params[1])
for own in norm_params:
    own["mode"] = "test"
_, (_, tested, *_) = checks.call(normalized_net_loss, params, norm_params, X)
_, (*_, expected) = checks.call(batchnorm_forward, sums, params["gamma1"], params["beta1"], norm_params[0])
scores = run_net(params, norm_params, X)
right = isinstance(scores, np.ndarray) and scores.shape == (8, 3) and np.allclose(scores, case.scores())  # else the first check tells
for name in ("running_mean", "running_var"):
    checks.close(tested[0][name], expected[name], f"norm_params[0][{name!r}] after test mode")
    checks.close(after[1][name] if right else 0, second[name] if right else 0, f"norm_params[1][{name!r}] after a batch")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_normalized_net_loss_value", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · loss and penalty · 1 point
X, y, params, norm_params = make_net(20, 6, 4, 5, 5, 3)
for own in norm_params:
    own["when_tested"] = own["strength"]  # in this check both modes do the same
scores = run_net(params, norm_params, X, None, 0.0, bend)
checks.shape(scores, (6, 3), "the scores")
without, grads_without = loss_and_grads(params, norm_params, X, y, 0.0, bend)
loss, grads = loss_and_grads(params, norm_params, X, y, 0.1, bend)
checks.close(without, softmax_loss(np.asarray(scores), y)[0], "the loss with reg=0", num_examples=6)
checks.equal(dict.fromkeys(sorted(grads)), dict.fromkeys(sorted(params)), "the names in grads")
added = {"loss": loss - without, **{name: np.subtract(grads[name], grads_without[name]) for name in params}}
expected = {"loss": 0.1 * sum(np.square(params[name]).sum() for name in ("W1", "W2", "W3"))}
expected |= {name: 2 * 0.1 * value if name.startswith("W") else 0 * value for name, value in params.items()}
checks.close(added, expected, "what reg=0.1 adds", mistakes=mistakes.deep_net.penalty(params, 0.1))
checks.passed("normalized_net_loss", "the loss and its penalty are right")
### BEGIN HIDDEN TESTS
given = {name: value.copy() for name, value in params.items()}
X_given = X.copy()
normalized_net_loss(given, copy.deepcopy(norm_params), X_given, y, 0.1, bend)
checks.unchanged(given, params, "params of normalized_net_loss")
checks.unchanged(X_given, X, "X of normalized_net_loss")
### END HIDDEN TESTS

# %% nbgrader={"grade": false, "grade_id": "check_net_gradients", "locked": true, "schema_version": 3, "solution": false, "task": false}
def check_net_gradients(names, X, y, params, norm_params):
    """Check the gradients of a net with `bend` in place of batch normalization: those of the right net, or of yours."""
    _, grads = loss_and_grads(params, norm_params, X, y, 0.0, bend)
    case = known.normalized_net(bend_forward, params, norm_params, X)
    scores, right = run_net(params, norm_params, X, None, 0.0, bend), case.scores()
    alike = isinstance(scores, np.ndarray) and scores.shape == right.shape and np.allclose(scores, right)
    for name in names if alike else names[:2]:  # to measure the gradients of another net takes long
        checks.true(name in grads, f"grads has no key {name!r}.")
        checks.true(np.any(grads[name]), f"grads[{name!r}] is 0 everywhere.")
        checks.gradient(lambda value: case.loss(y, {name: value}), params[name], grads[name], f"grads[{name!r}]", num_examples=len(X),
                        kinks=True, mistakes=mistakes.deep_net.gradient(case, y, name),
                        or_of=None if alike else lambda value: loss_and_grads(params | {name: value}, norm_params, X, y, 0.0, bend)[0])

# %% nbgrader={"grade": true, "grade_id": "test_normalized_net_loss_gradient_norm", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · gradients of the last layer, gamma and beta · 2 points
check_net_gradients(["gamma1", "beta1", "gamma2", "beta2", "W3", "b3"], *make_net(31, 6, 3, 4, 4, 3))
checks.passed("normalized_net_loss", "the gradients of the last layer and of every gamma and beta are right")
### BEGIN HIDDEN TESTS
for seed, sizes in ((33, (2, 3, 2)), (34, (3, 2, 4, 3, 2))):
    net = make_net(seed, 5, *sizes)
    check_net_gradients([name for name in net[2] if name.startswith(("gamma", "beta"))] + [f"W{len(sizes) - 1}"], *net)
X, y, params, norm_params = make_net(45, 5, 4, 6, 6, 3)
_, grads = loss_and_grads(params, norm_params, X, y, 0.1)
pair = batchnorm_forward, batchnorm_backward
_, same = checks.unpack(normalized_net_loss(params, copy.deepcopy(norm_params), X, y, 0.1, pair), "loss, grads")
checks.close(grads, same, "grads with your own batch normalization")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_normalized_net_loss_gradient_weights", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · gradients of the hidden layers · 2 points
check_net_gradients(["W2", "b2", "W1", "b1"], *make_net(40, 6, 3, 4, 4, 3))
checks.passed("normalized_net_loss", "the gradients of the hidden layers' weights and biases are right")
### BEGIN HIDDEN TESTS
for seed, N, sizes in ((41, 5, (2, 3, 2)), (42, 5, (3, 2, 4, 3, 2)), (43, 1, (3, 4, 2))):
    X, y, params, norm_params = make_net(seed, N, *sizes)
    for own in norm_params[1:]:
        own["mode"] = "test"
    check_net_gradients([f"{kind}{i}" for i in range(1, len(sizes) - 1) for kind in "Wb"], X, y, params, norm_params)
X, y, params, norm_params = make_net(44, 3, 10, 12, 2)
result = checks.derived(normalized_net_loss, params, norm_params, X, y, size=params["W1"].size)
### END HIDDEN TESTS

# %% [markdown]
# ### Does it help?
#
# The class below gives your net to `Solver`. It also decides about the mode: training batches have labels, predictions have none. Here are two nets of five hidden layers of 100
# units, with the same initial weights and the same batches, for ten **epochs** (passes over the training images).

# %% nbgrader={"grade": false, "grade_id": "normalized_net", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
from cs231n_lib.solver import Solver, TrainingDiverged


class NormalizedNet:
    """Your net as a model for Solver; with normalization None it is the net of `optimization`."""

    def __init__(self, hidden_dims, weight_scale, normalization=None, seed=0):
        params = models.init_fully_connected(768, hidden_dims, 10, weight_scale, np.random.default_rng(seed))
        params[f"W{len(hidden_dims) + 1}"] *= 0.01 / weight_scale  # the last layer always starts with 0.01
        for i, width in enumerate(hidden_dims if normalization else [], start=1):
            params |= {f"gamma{i}": np.ones(width), f"beta{i}": np.zeros(width)}
        self.params = {name: value.astype(np.float32) for name, value in params.items()}
        self.normalization, self.norm_params = normalization, [{} for _ in hidden_dims]

    def loss(self, X, y=None):
        if self.normalization is None:
            return models.fully_connected_loss(self.params, X, y)
        for norm_param in self.norm_params:
            norm_param["mode"] = "test" if y is None else "train"
        return normalized_net_loss(self.params, self.norm_params, X, y, normalization=self.normalization)

    def state(self):  # so that Solver keeps the running averages of its best epoch, too
        return {f"{key} {i}": value for i, param in enumerate(self.norm_params) for key, value in param.items() if key != "mode"}

    def load_state(self, state):
        for key, value in state.items():
            name, i = key.rsplit(" ", 1)
            self.norm_params[int(i)][name] = value

# %% nbgrader={"grade": false, "grade_id": "demo_training", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
kinds = {"batch norm": (batchnorm_forward, batchnorm_backward), "without": None}
runs = {}
for name, normalization in kinds.items():
    runs[name] = Solver(NormalizedNet([100] * 5, 0.03, normalization), image_data, update_rule="adam", num_epochs=10, batch_size=50,
                        optim_config={"learning_rate": 1e-3}, verbose=False, progress=True, rng=1)
    runs[name].train()
vis.training_curves(runs);

# %% [markdown]
# With normalization, the net learns sooner and gets further. Without it, the net first has to leave a plateau: where all
# outputs are alike, as in the histograms, all gradients are, too. (The gap between training and validation
# accuracy is **overfitting**, the subject of the notebook `dropout`.)

# %% [markdown]
# ## The gradient on one line
#
# A chain of small steps often simplifies on paper. The backward pass of the sigmoid $\sigma = 1 / (1 + e^{-x})$ goes through
# a reciprocal, a sum, an exponential and a minus sign. Written with the *output*, all of it is $\sigma\,(1 - \sigma)$.
#
# ### Exercise 4: `batchnorm_backward_alt` · 5 points
#
# Do the same for batch normalization, in train mode. Insert each step of your backward pass into the next. Replace
# $c$ by $s\,\hat x$ wherever it helps, write sums as means, and ask what the mean of $\hat x$ is. What remains for `dx`
# fits on one line, with $\gamma$, $s$, $\hat x$, `dout` and two means. (The function must not call `batchnorm_backward`.)
#
# By hand: before you program your formula, try it on the example of Exercise 2.

# %% nbgrader={"grade": false, "grade_id": "batchnorm_backward_alt", "locked": false, "schema_version": 3, "solution": true, "task": false}
def batchnorm_backward_alt(dout, cache):
    """Gradients of batchnorm_forward in train mode by one formula, derived on paper.

    Parameters: dout (N, D), the gradient of the loss with respect to out; cache, from batchnorm_forward.
    Returns: dx (N, D); dgamma and dbeta (D,); of the dtype of x.

    Approach
        1. dgamma and dbeta, as before
        2. dx by your formula
    """
    ### BEGIN SOLUTION
    x, mean, var, eps, gamma, mode = cache
    s = np.sqrt(var + eps)  # (D,)
    x_hat = (x - mean) / s  # (N, D)
    N = x.shape[0]
    dbeta = np.sum(dout, axis=0)  # N times the mean of dout
    dgamma = np.sum(dout * x_hat, axis=0)  # N times the mean of dout * x_hat
    dx = gamma / s * (dout - dbeta / N - x_hat * dgamma / N)
    return dx, dgamma, dbeta
    ### END SOLUTION


# %% nbgrader={"grade": false, "grade_id": "calls", "locked": true, "schema_version": 3, "solution": false, "task": false}
import ast


def calls(function, name):
    """Whether the code of a function mentions another one, or is that other one."""
    nodes = ast.walk(ast.parse(checks.source_of(function)))
    return any(name in (getattr(node, "id", None), getattr(node, "name", None)) for node in nodes)

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_alt_dx", "locked": true, "points": 3.5, "schema_version": 3, "solution": false, "task": false}
# Check · dx · 3.5 points
checks.true(not calls(batchnorm_backward_alt, "batchnorm_backward"), known.CALLS_STAGED)
x, gamma, beta, dout = make_batch(130)
dx, _, _ = gradients(batchnorm_forward, batchnorm_backward_alt, x, gamma, beta, dout * [0, 0, 1, 0], TRAIN)
checks.shape(dx, (6, 4), "dx (the shape of x)")
checks.true(not np.any(np.delete(dx, 2, axis=1)), known.FEATURES_MIXED)  # only feature 2 has an upstream gradient
dx, _, _ = gradients(batchnorm_forward, batchnorm_backward_alt, x, gamma, beta, dout, TRAIN)
check_gradient("x", dx, batchnorm_forward, x, gamma, beta, dout, TRAIN, "dx of batchnorm_backward_alt")
checks.passed("batchnorm_backward_alt", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, N, D in ((131, 5, 5), (132, 3, 7), (133, 9, 1), (134, 4, 3)):
    x, gamma, beta, dout = make_batch(seed, N, D)
    dx, _, _ = gradients(batchnorm_forward, batchnorm_backward_alt, x, gamma, beta, dout, TRAIN)
    check_gradient("x", dx, batchnorm_forward, x, gamma, beta, dout, TRAIN, f"dx of batchnorm_backward_alt, N, D = {N, D}")
x, gamma, beta, dout = make_batch(97, 12, 10)
_, cache = checks.unpack(batchnorm_forward(x, gamma, beta, {"mode": "train"}), "out, cache")
checks.derived(batchnorm_backward_alt, dout, cache, size=x.size)
x, gamma, beta, dout = make_batch(96)
grads = [gradients(batchnorm_forward, batchnorm_backward_alt, factor * x, gamma, beta, dout, TRAIN)[0] for factor in (1, 2, 2.0**40)]
for grad in grads:
    checks.shape(grad, (6, 4), "dx (the shape of x)")
plain, doubled, scaled = (np.asarray(grad, dtype=np.float64) for grad in grads)
ratio = 2 * np.vdot(doubled, plain) / np.vdot(plain, plain)  # 1, unless the forward pass does not normalize
checks.analytic(2.0**40 * scaled, ratio**40 * plain, "dx, times 2**40, for an x 2**40 times as large")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_alt_eps", "locked": true, "points": 0.5, "schema_version": 3, "solution": false, "task": false}
# Check · eps · 0.5 points
checks.true(not calls(batchnorm_backward_alt, "batchnorm_backward"), known.CALLS_STAGED)
check_branch(batchnorm_forward, batchnorm_backward_alt, {"mode": "train", "eps": 16.0}, "dx with eps=16")
checks.passed("batchnorm_backward_alt", "eps is in the formula, too")
### BEGIN HIDDEN TESTS
x, gamma, beta, dout = make_batch(150, 4, 3)
x[:, 1] = 3.0
if np.isfinite(output(batchnorm_forward, x, gamma, beta, TRAIN)).all():
    dx, _, _ = gradients(batchnorm_forward, batchnorm_backward_alt, x, gamma, beta, dout, TRAIN)
    checks.finite(dx, "dx where a feature is the same for all examples", hint="The variance is 0 there; eps keeps you from dividing by it.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_alt_parameters", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · dgamma and dbeta · 1 point
checks.true(not calls(batchnorm_backward_alt, "batchnorm_backward"), known.CALLS_STAGED)
x, gamma, beta, dout = make_batch(140)
_, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward_alt, x, gamma, beta, dout, TRAIN, ordered=True)
check_gradient("gamma", dgamma, batchnorm_forward, x, gamma, beta, dout, TRAIN, "dgamma of batchnorm_backward_alt")
check_gradient("beta", dbeta, batchnorm_forward, x, gamma, beta, dout, TRAIN, "dbeta of batchnorm_backward_alt")
checks.passed("batchnorm_backward_alt", "dgamma and dbeta agree with the numeric gradient")
### BEGIN HIDDEN TESTS
given = dout.copy()
_, cache = checks.unpack(batchnorm_forward(x, gamma, beta, {"mode": "train"}), "out, cache")
batchnorm_backward_alt(given, cache)
checks.unchanged(given, dout, "dout of batchnorm_backward_alt")
for kind in (np.float64, np.float32):
    arrays = [values.astype(kind) for values in (x, gamma, beta, dout)]
    if output(batchnorm_forward, *arrays[:3], TRAIN).dtype == kind:
        for grad, name in zip(gradients(batchnorm_forward, batchnorm_backward_alt, *arrays, TRAIN), ("dx", "dgamma", "dbeta")):
            checks.dtype(grad, kind, f"{name} for {kind.__name__} arguments")
### END HIDDEN TESTS

# %% [markdown]
# Do the two agree, and was the work on paper worth it?

# %% nbgrader={"grade": false, "grade_id": "demo_alt", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
import time

dice = np.random.default_rng(2)
big, upstream = dice.normal(5, 12, size=(500, 1000)), dice.normal(size=(500, 1000))
_, big_cache = batchnorm_forward(big, dice.normal(size=1000), dice.normal(size=1000), {"mode": "train"})
best = {"step by step": np.inf, "one formula": np.inf}
for _ in range(20):
    for name, backward in (("step by step", batchnorm_backward), ("one formula", batchnorm_backward_alt)):
        start = time.perf_counter()
        backward(upstream, big_cache)
        best[name] = min(best[name], time.perf_counter() - start)
staged, formula = batchnorm_backward(upstream, big_cache), batchnorm_backward_alt(upstream, big_cache)
for name, a, b in zip(("dx", "dgamma", "dbeta"), staged, formula):
    print(f"{name}: largest difference {np.max(np.abs(a - b)):.1e}, largest value {np.max(np.abs(a)):.2g}")
vis.times(best);

# %% [markdown]
# ## Layer normalization
#
# With small batches (large images, long texts) the statistics of the batch are poor.
# **Layer normalization** (Ba, Kiros and Hinton, 2016) takes mean and variance the other way: for each *example*, over its features.

# %% nbgrader={"grade": false, "grade_id": "picture_axes", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, axes = plt.subplots(1, 2, figsize=(9, 3.3), layout="constrained")
for ax, rows, columns, title in ((axes[0], slice(None), 2, "batch norm: statistics of a feature,\nover the batch"),
                                 (axes[1], 3, slice(None), "layer norm: statistics of an example,\nover its features")):
    picture = np.full((6, 9), 0.12)
    picture[rows, columns] = 0.6
    ax.imshow(picture, cmap="Blues", vmin=0, vmax=1)
    ax.set(title=title, xlabel="features (D = 9)", ylabel="examples (N = 6)", xticks=np.arange(-0.5, 9), yticks=np.arange(-0.5, 6),
           xticklabels=[], yticklabels=[])
    ax.grid(color="white", lw=2)
    ax.tick_params(length=0)

# %% [markdown]
# $$ \hat x_{id} = \frac{x_{id} - \mu_i}{\sqrt{\sigma_i^2 + \varepsilon}}, \qquad y_{id} = \gamma_d\, \hat x_{id} + \beta_d . $$
#
# Mean and variance belong to the examples ($i$), $\gamma$ and $\beta$ still to the features ($d$). There are no modes and no running averages.
#
# ### Exercise 5: `layernorm_forward` · 5 points
#
# Little has to change in what you wrote. Mind the shapes: a mean per row has to broadcast along the row.
#
# By hand: the example (1, 5, 1, 5) has mean 3 and variance 4, so $\hat x$ is (−1, 1, −1, 1). With γ = (1, 2, 3, 4) and β = (0, 1, 0, 2) the output is (−1, 3, −3, 6).

# %% nbgrader={"grade": false, "grade_id": "layernorm_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def layernorm_forward(x, gamma, beta, ln_param):
    """Layer normalization: each example (row) gets mean 0 and variance 1 over its features, then is scaled and shifted.

    Parameters: x (N, D), float32 or float64; gamma, beta (D,), scale and shift; ln_param, a dict that may have
    "eps", added to the variance under the root (1e-5 if not given). Other keys have no effect. The dict stays as it is.
    Returns: out (N, D), of the dtype of x; cache, whatever the backward pass needs.

    Approach
        1. mean and variance of each row, in a shape that broadcasts along the row
        2. normalize the rows, then scale and shift the features

    Example
        x = [[1.0, 5.0]], gamma = [3.0, 2.0], beta = [1.0, 0.0]: out is about [[-2.0, 2.0]].
    """
    eps = ln_param.get("eps", 1e-5)
    ### BEGIN SOLUTION
    mean = np.mean(x, axis=1, keepdims=True)  # (N, 1)
    var = np.mean((x - mean) ** 2, axis=1, keepdims=True)  # (N, 1)
    s = np.sqrt(var + eps)
    x_hat = (x - mean) / s  # (N, D)
    out = gamma * x_hat + beta
    return out, (x_hat, s, gamma)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_layernorm_forward_values", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · values · 3 points
x = np.array([[1.0, 5.0, 1.0, 5.0], [10.0, 10.0, -10.0, -10.0]])  # means 3 and 0, standard deviations 2 and 10
gamma, beta = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.0, 1.0, 0.0, 2.0])
out, _ = checks.unpack(layernorm_forward(x.copy(), gamma, beta, {}), "out, cache")
checks.close(out, [[-1.0, 3.0, -3.0, 6.0], [1.0, 3.0, -3.0, -2.0]], "out of layernorm_forward", rtol=1e-3,
             mistakes=known.layernorm_forward(x, gamma, beta, {}))
checks.passed("layernorm_forward", "every example is normalized, its features scaled and shifted")
### BEGIN HIDDEN TESTS
for seed, N, D in ((161, 7, 3), (162, 5, 5), (163, 3, 8), (164, 1, 6)):
    x, gamma, beta, dout = make_batch(seed, N, D)
    expected = np.empty((N, D))
    for i in range(N):
        row = [float(v) for v in x[i]]
        centre = sum(row) / D
        spread = (sum((v - centre) ** 2 for v in row) / D + 1e-5) ** 0.5
        expected[i] = [gamma[d] * (row[d] - centre) / spread + beta[d] for d in range(D)]
    out = output(layernorm_forward, x, gamma, beta, {})
    checks.close(out, expected, f"out of layernorm_forward, N, D = {N, D}", rtol=1e-3, mistakes=known.layernorm_forward(x, gamma, beta, {}))
if np.isfinite(output(layernorm_forward, np.full((3, 3), 7.0), np.ones(3), np.ones(3), {})).all():  # otherwise eps is missing
    out = output(layernorm_forward, np.array([[3.0], [5.0]]), np.ones(1), np.array([2.0]), {})
    checks.close(out, [[2.0], [2.0]], "out of examples with a single feature (beta)", hint="The variance of one number is 0. Is it divided by D?")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_layernorm_forward_eps", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · eps · 1 point
x, gamma, beta = 3 * SIGNS, np.ones(64), np.ones(64)  # all means are 0, all variances 9; with eps = 16, the root is 5
out = output(layernorm_forward, x, gamma, beta, {"eps": 16.0})
checks.close(out - np.mean(out), 3 / 5 * SIGNS, "out minus its mean, with eps=16", rtol=1e-2,
             mistakes=known.layernorm_forward(x, gamma, 0 * beta, {"eps": 16.0}))
constant = output(layernorm_forward, np.full((3, 3), 7.0), np.ones(3), np.ones(3), {})
checks.finite(constant, "out of rows that are constant", hint="What keeps you from dividing by a variance of 0?")
checks.passed("layernorm_forward", "eps stands under the root")
### BEGIN HIDDEN TESTS
checks.close(constant - constant[0, 0], np.zeros((3, 3)), "out of rows that are constant (the same everywhere, without gamma and beta)")
small = 1e-3 * x
for param in ({}, {"eps": 1e-3}):
    out = output(layernorm_forward, small, gamma, beta, param)
    expected = 3e-3 / (9e-6 + param.get("eps", 1e-5)) ** 0.5 * SIGNS
    checks.close(out - np.mean(out), expected, f"out minus its mean, of rows with a variance of 9e-6, ln_param = {param}", rtol=1e-2,
                 mistakes=known.layernorm_forward(small, gamma, 0 * beta, param))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_layernorm_forward_modes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · no modes · 1 point
x = 5 + 3 * np.random.default_rng(170).normal(size=(30, 30))
gamma, beta, averages = np.ones(30), np.zeros(30), {"running_mean": np.full(30, 9.0), "running_var": np.full(30, 9.0)}
together = output(layernorm_forward, x, gamma, beta, {"mode": "train"})
other = output(layernorm_forward, x, gamma, beta, {"mode": "test", **averages})
checks.true(np.array_equal(together, other), known.HAS_MODES)
_, (*_, after) = checks.call(layernorm_forward, x, gamma, beta, {"mode": "train"})
checks.true("running_mean" not in after and "running_var" not in after, known.KEEPS_AVERAGES)
checks.equal(after, {"mode": "train"}, "ln_param after the call, which leaves it as it is")
checks.resembles(together, (x - 5) / 3 + 0.001 * np.mean(x, axis=1), "out of layernorm_forward", given=(x,))
checks.passed("layernorm_forward", "there are no modes and no running averages")
### BEGIN HIDDEN TESTS
x, gamma, beta, _ = make_batch(175, 5, 5)
given = x.copy(), gamma.copy(), beta.copy()
_, (*_, after) = checks.call(layernorm_forward, x, gamma, beta, {"mode": "test"})
checks.equal(after, {"mode": "test"}, "ln_param after the call, which leaves it as it is")
result = layernorm_forward(*given, {})
out = output(lambda *args: result, x, gamma, beta, {})
for after, before, what in zip(given, (x, gamma, beta), ("x", "gamma", "beta")):
    checks.unchanged(after, before, f"{what} of layernorm_forward")
checks.dtype(out, np.float64, "out for float64 arguments")
single = output(layernorm_forward, x.astype(np.float32), gamma.astype(np.float32), beta.astype(np.float32), {})
checks.dtype(single, np.float32, "out for float32 arguments")
checks.close(single, out, "out for float32 arguments", rtol=1e-3, atol=1e-4)
checks.close(output(layernorm_forward, np.asfortranarray(x), gamma, beta, {}), out, "out for a Fortran-ordered x")
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 6: `layernorm_backward` · 7 points
#
# The graph with the three branches holds for a row as it did for a column. Ask for each mean:
# which values share it now? Do they share a $\gamma$, too?
#
# By hand: the example (1, 5, 1, 5) with γ = (3, 1, 2, 5) and `dout` = (1, 0, 1, 0) has `dx` = (0.25, 0, −0.25, 0).

# %% nbgrader={"grade": false, "grade_id": "layernorm_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def layernorm_backward(dout, cache):
    """Gradients of layernorm_forward.

    Parameters: dout (N, D), the gradient of the loss with respect to out; cache, from layernorm_forward.
    Returns: dx (N, D); dgamma and dbeta (D,); of the dtype of x.

    Approach
        1. from out to gamma, beta and x_hat: has anything changed here?
        2. from x_hat to x, within each row
    """
    ### BEGIN SOLUTION
    x_hat, s, gamma = cache
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma  # before the means: gamma differs within a row
    mean = np.mean(dx_hat, axis=1, keepdims=True)  # (N, 1)
    mean_of_product = np.mean(dx_hat * x_hat, axis=1, keepdims=True)  # (N, 1)
    dx = (dx_hat - mean - x_hat * mean_of_product) / s
    return dx, dgamma, dbeta
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_layernorm_backward_parameters", "locked": true, "points": 1.5, "schema_version": 3, "solution": false, "task": false}
# Check · dgamma and dbeta · 1.5 points
x, gamma, beta, dout = make_batch(180, 5, 5)
_, dgamma, dbeta = gradients(layernorm_forward, layernorm_backward, x, gamma, beta, dout, {}, ordered=True)
check_gradient("gamma", dgamma, layernorm_forward, x, gamma, beta, dout, {}, "dgamma of layernorm_backward", axis=1)
check_gradient("beta", dbeta, layernorm_forward, x, gamma, beta, dout, {}, "dbeta of layernorm_backward", axis=1)
checks.passed("layernorm_backward", "dgamma and dbeta agree with the numeric gradient")
### BEGIN HIDDEN TESTS
x, gamma, beta, dout = make_batch(182, 7, 7)  # square: a mean without keepdims is the subject of the check of dx
_, dgamma, dbeta = gradients(layernorm_forward, layernorm_backward, x, gamma, beta, dout, {})
checks.finite(dgamma, "dgamma, N, D = (7, 7)")
check_gradient("gamma", dgamma, layernorm_forward, x, gamma, beta, dout, {}, "dgamma, N, D = (7, 7)", axis=1)
check_gradient("beta", dbeta, layernorm_forward, x, gamma, beta, dout, {}, "dbeta, N, D = (7, 7)", axis=1)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_layernorm_backward_mean", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · mean branch · 1 point
check_branch(layernorm_forward, layernorm_backward, {"eps": 1e-9}, "dx where dout asks for a shift of the rows", shift=3, axis=1)
checks.passed("layernorm_backward", "shifting an example changes nothing: the branch through the mean")
### BEGIN HIDDEN TESTS
checks.finite(check_branch(layernorm_forward, layernorm_backward, {"eps": 1e-9}, "dx of a wider x", shift=-2, width=7, axis=1), "dx")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_layernorm_backward_variance", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · variance branch · 1 point
check_branch(layernorm_forward, layernorm_backward, {"eps": 1e-9}, "dx where dout asks for a stretch of the rows", stretch=3, axis=1)
checks.passed("layernorm_backward", "stretching an example changes nothing: the branch through the variance")
### BEGIN HIDDEN TESTS
checks.finite(check_branch(layernorm_forward, layernorm_backward, {"eps": 1e-9}, "dx of a wider x", stretch=-2, width=7, axis=1), "dx")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_layernorm_backward_dx", "locked": true, "points": 2.5, "schema_version": 3, "solution": false, "task": false}
# Check · dx · 2.5 points
x, gamma, beta, dout = make_batch(190)
dx, _, _ = gradients(layernorm_forward, layernorm_backward, x, gamma, beta, dout * [[0], [0], [1], [0], [0], [0]], {})
checks.shape(dx, (6, 4), "dx (the shape of x)")
checks.true(not np.any(np.delete(dx, 2, axis=0)), known.EXAMPLES_MIXED)  # only example 2 has an upstream gradient
dx, _, _ = gradients(layernorm_forward, layernorm_backward, x, gamma, beta, dout, {})
check_gradient("x", dx, layernorm_forward, x, gamma, beta, dout, {}, "dx of layernorm_backward", axis=1)
checks.passed("layernorm_backward", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, N, D in ((191, 5, 5), (192, 7, 3), (193, 1, 6), (194, 3, 9)):
    x, gamma, beta, dout = make_batch(seed, N, D)
    dx, _, _ = gradients(layernorm_forward, layernorm_backward, x, gamma, beta, dout, {})
    check_gradient("x", dx, layernorm_forward, x, gamma, beta, dout, {}, f"dx of layernorm_backward, N, D = {N, D}", axis=1)
x, gamma, beta, dout = make_batch(97, 12, 10)
_, cache = checks.unpack(layernorm_forward(x, gamma, beta, {}), "out, cache")
checks.derived(layernorm_backward, dout, cache, size=x.size)
x, gamma, beta, dout = make_batch(96)
grads = [gradients(layernorm_forward, layernorm_backward, factor * x, gamma, beta, dout, {})[0] for factor in (1, 2, 2.0**40)]
for grad in grads:
    checks.shape(grad, (6, 4), "dx (the shape of x)")
plain, doubled, scaled = (np.asarray(grad, dtype=np.float64) for grad in grads)
ratio = 2 * np.vdot(doubled, plain) / np.vdot(plain, plain)  # 1, unless the forward pass does not normalize
checks.analytic(2.0**40 * scaled, ratio**40 * plain, "dx, times 2**40, for an x 2**40 times as large")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_layernorm_backward_eps", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · eps · 1 point
check_branch(layernorm_forward, layernorm_backward, {"eps": 16.0}, "dx with eps=16", axis=1)
checks.passed("layernorm_backward", "eps is in the gradient, too")
### BEGIN HIDDEN TESTS
constant, gamma, beta, dout = np.full((4, 4), 3.0), np.ones(4), np.zeros(4), np.eye(4)
if np.isfinite(output(layernorm_forward, constant, gamma, beta, {})).all():
    dx, _, _ = gradients(layernorm_forward, layernorm_backward, constant, gamma, beta, dout, {})
    checks.finite(dx, "dx where all features of an example are the same", hint="Divide by the root of (variance + eps) only.")
x, gamma, beta, dout = make_batch(220, 4, 4)
given = dout.copy()
_, cache = checks.unpack(layernorm_forward(x, gamma, beta, {}), "out, cache")
layernorm_backward(given, cache)
checks.unchanged(given, dout, "dout of layernorm_backward")
for kind in (np.float64, np.float32):
    arrays = [values.astype(kind) for values in (x, gamma, beta, dout)]
    if output(layernorm_forward, *arrays[:3], {}).dtype == kind:
        for grad, name in zip(gradients(layernorm_forward, layernorm_backward, *arrays, {}), ("dx", "dgamma", "dbeta")):
            checks.dtype(grad, kind, f"{name} for {kind.__name__} arguments")
plain = gradients(layernorm_forward, layernorm_backward, x, gamma, beta, dout, {})
other = gradients(layernorm_forward, layernorm_backward, np.asfortranarray(x), gamma, beta, np.asfortranarray(dout), {})
for a, b, name in zip(other, plain, ("dx", "dgamma", "dbeta")):
    checks.close(a, b, f"{name} for Fortran-ordered arrays")
### END HIDDEN TESTS

# %% [markdown]
# **Question 3** · 2 points. Say for batch normalization (train mode) and for layer normalization whether the output of *example 0* changes (ε is negligible):
# (a) example 5 is replaced by another image; (b) all features of example 0 are doubled; (c) feature 3 is doubled in all examples;
# (d) 10 is added to feature 3 in all examples. Which of the two does a robot need that learns from one image at a time?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_invariances", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# | | batch norm | layer norm |
# |---|---|---|
# | (a) another example 5 | changes (mean and variance of every feature) | does not change |
# | (b) example 0 doubled | changes | does not change |
# | (c) feature 3 doubled everywhere | does not change | changes |
# | (d) feature 3 plus 10 everywhere | does not change | changes |
#
# Layer normalization: in a batch of one, batch normalization in train mode returns β whatever the image.
#
# Scheme
# - [1] the table: at least seven of the eight entries are right
# - [1] layer normalization, because a batch of one has no spread
# ### END SOLUTION

# %% [markdown]
# ## What normalization buys
#
# First, freedom in the choice of the initial weights: short trainings on 1,000 images, with and without normalization, for twenty scales of the hidden weights.

# %% nbgrader={"grade": false, "grade_id": "demo_weight_scales", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
few = {**image_data, "X_train": X_train[:1000], "y_train": images.y_train[:1000]}


def short_training(normalization, weight_scale, batch_size, num_epochs, dataset, learning_rate, num_hidden=5, seed=0):
    """A trained Solver; one whose loss became infinite keeps what it had reached before."""
    solver = Solver(NormalizedNet([50] * num_hidden, weight_scale, normalization, seed), dataset, update_rule="adam", batch_size=batch_size,
                    num_epochs=num_epochs, optim_config={"learning_rate": learning_rate}, num_train_samples=500, num_val_samples=500,
                    verbose=False, rng=seed)
    try:
        solver.train()
    except TrainingDiverged:
        pass
    return solver


scales = np.logspace(-4, 0, 20)
fig, axes = plt.subplots(1, 3, figsize=(12, 3.2), layout="constrained")
with tqdm(total=2 * len(scales), file=sys.stdout, desc="nets") as bar:
    for (name, normalization), color in zip(kinds.items(), (vis.BLUE, vis.ORANGE)):
        found = []
        for scale in scales:
            solver = short_training(normalization, scale, 50, 8, few, 3e-3)
            found.append((100 * solver.train_acc_history[-1], 100 * max(solver.val_acc_history), np.mean(solver.loss_history[-20:])))
            bar.update()
        for ax, curve in zip(axes, zip(*found)):
            ax.plot(scales, curve, "o-", ms=4, color=color, label=name)
for ax, title in zip(axes, ("training accuracy at the end (%)", "best validation accuracy (%)", "training loss at the end")):
    ax.set(xscale="log", title=title, xlabel="weight scale (std of initial weights)")
    ax.grid(alpha=0.3)
axes[2].set_yscale("log")
axes[2].axhline(np.log(10), color="black", ls="--", lw=1, label="guessing")
fig.legend(*axes[2].get_legend_handles_labels(), loc="outside lower center", ncols=3);

# %% [markdown]
# Without normalization there is a narrow window of good scales. With it, the net learns at every scale.

# %% [markdown]
# **Question 4** · 3 points. All weights $W$ of an affine layer are multiplied by $a > 0$, and batch normalization follows (ε is negligible).
# (a) Show that the output of the normalization stays the same. (b) The gradient with respect to $W$ becomes $1/a$ times what it was. Why? What does
# that do to a step of *plain gradient descent* when $W$ is much too large? (c) Explain both ends of the curve without batch normalization
# with the number by which each layer multiplies the signal.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_weight_scale", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# (a) The features become $a\,x$, their mean $a\mu$, their standard deviation $a\sigma$: $(ax - a\mu)/(a\sigma) = (x - \mu)/\sigma$.
#
# (b) The loss $L(aW) = L(W)$ is the same, so a change of $aW$ by $\delta$ has the effect of a change of $W$ by $\delta/a$: the slope is $1/a$ times as large. (Or: the
# backward pass divides by the standard deviation, which is $a$ times as large.) So the step is $a$ times smaller while the weight is $a$ times larger: relative
# to the weights, steps shrink by $a^2$. Large weights learn slowly but do not explode. (Small weights take relatively large steps, which makes
# them larger. It regulates itself.)
#
# (c) A layer with $D$ inputs, weights of std $\omega$ and ReLU multiplies the size of the signal by about $\omega\sqrt{D/2}$, with 50 inputs $5\,\omega$. At ω = 0.001 that
# is 0.005, over four layers $10^{-9}$: the scores are equal for all images, and the gradient, which passes through the same factors, is zero as well. At ω = 1 it is 5 per
# layer, 600 over four, and the first layer with its 768 inputs adds another factor of 20: features of ten thousand, a huge loss from the start and gradients
# of that size in all layers.
#
# Scheme
# - [1] (a): both mean and standard deviation are multiplied by a, which cancels
# - [1] (b): 1/a with a reason; relative to the weights, the steps get much smaller
# - [1] (c): one factor per layer, to the power of the number of layers: below 1 on the left (signal and gradient vanish), above 1 on the right (they explode)
# ### END SOLUTION

# %% [markdown]
# Second, the price: batch normalization needs a batch. Here are three kinds of net with four batch sizes, always 256 steps.

# %% nbgrader={"grade": false, "grade_id": "demo_batch_sizes", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fewer = {**image_data, "X_train": X_train[:512], "y_train": images.y_train[:512]}
sizes, num_steps = [2, 4, 8, 32], 256
all_kinds = {"layer norm": (layernorm_forward, layernorm_backward), **kinds}
reached = {name: [] for name in all_kinds}
with tqdm(total=len(sizes) * len(all_kinds) * 2, file=sys.stdout, desc="nets") as bar:
    for name, normalization in all_kinds.items():
        for size in sizes:
            accuracies = []
            for seed in (1, 2):
                solver = short_training(normalization, 0.1, size, num_steps * size // 512, fewer, 1e-3, 4, seed)
                accuracies.append((solver.train_acc_history[-1], max(solver.val_acc_history)))
                bar.update()
            reached[name].append(100 * np.mean(accuracies, axis=0))
fig, axes = plt.subplots(1, 2, figsize=(10, 3.3), sharey=True, layout="constrained")
for (name, values), color in zip(reached.items(), (vis.GREEN, vis.BLUE, vis.ORANGE)):
    for ax, curve in zip(axes, zip(*values)):
        ax.plot(sizes, curve, "o-", color=color, label=name)
for ax, title in zip(axes, ("training accuracy (%)", "validation accuracy (%)")):
    ax.set(xscale="log", title=title, xlabel="batch size")
    ax.set_xticks(sizes, sizes)
    ax.minorticks_off()
    ax.axhline(10, color="black", ls="--", lw=1, label="guessing")
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4);

# %% [markdown]
# With batches of two, batch normalization learns next to nothing: Question 2 says why. Layer normalization
# does not depend on the size of the batch. (More images per step help every net.)
#
# ## Summary
#
# - Batch normalization gives each feature mean 0 and variance 1 over the batch, then a learned scale and shift. Test time uses running averages.
# - Where a value takes several ways to the output, their gradients add up.
# - Whatever the layer undoes (a shift, a stretch of $x$) cannot be in its gradient.
# - Layer normalization takes its statistics within each example: any batch size.
#
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"batchnorm_forward": 6, "batchnorm_backward": 7, "normalized_net_loss": 5, "batchnorm_backward_alt": 3, "layernorm_forward": 3,
                "layernorm_backward": 5})
