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
# # Batch normalization: giving every layer the input it likes
#
# A linear classifier learns better from centred and scaled pixels, so we centre and scale them. The second layer of a net has pixels too, so to say:
# the outputs of the first. Nobody centres those. In a deep net they shrink or grow from layer to layer, and while the
# layers below learn, they keep changing. Batch normalization makes the preprocessing a layer like any other, inside the net, with a
# gradient. The idea fits into one line; its gradient takes more thought than any before, because **every example of a batch influences
# the output of all the others**.
#
# **You will learn**
#
# - to normalize a layer's features with the statistics of the batch, and why test time needs other statistics;
# - to take a gradient apart into branches, and to find the one that is missing when it is wrong;
# - to turn eight lines of backward pass into one formula, on paper;
# - *layer* normalization, which needs no batch, and what has to change in the gradient for it;
# - what normalization buys: deep nets that train from almost any initial weights.
#
# **Time**: about five hours of work. The cells themselves run in about a minute
# (in two on a slow or busy machine).
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that
# come with the course. Everything below holds for both; only the numbers differ. The checks use small random arrays, not the images.
#
# Affine layers, ReLU and the softmax loss, which you wrote in earlier assignments, now come from the library. This notebook needs nothing of
# the notebook `dropout`.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import ast
import functools
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from cs231n_lib import checks, data, vis
from cs231n_lib.notebooks import errors

errors.explain()


def make_batch(seed, N=6, D=4):
    """A small random problem for checks: x (N, D), gamma and beta (D,), and an upstream gradient dout (N, D)."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(N, D)) * rng.uniform(0.5, 2, size=D) + 2 * rng.normal(size=D)
    gamma = rng.uniform(0.5, 2, size=D) * rng.choice([-1, 1], size=D)
    return x, gamma, rng.normal(size=D), rng.normal(size=(N, D))


def results(result, names):
    """A result that should be as many things as there are names."""
    checks.true(result is not None, f"The function returned None. Did you forget `return {names}`?")
    count = len(names.split(", "))
    checks.true(isinstance(result, (tuple, list)) and len(result) == count,
                f"The function should return {count} things: `return {names}`.")
    return result


def output(forward, x, gamma, beta, param):
    """What the forward pass of a layer gives, without its cache. It works on copies of the arrays."""
    out, cache = results(forward(np.copy(x), np.copy(gamma), np.copy(beta), dict(param)), "out, cache")
    return out


def gradients(forward, backward, x, gamma, beta, dout, param):
    """dx, dgamma, dbeta: a forward pass, then a backward pass with the cache that it made, on copies of the arrays."""
    out, cache = results(forward(np.copy(x), np.copy(gamma), np.copy(beta), dict(param)), "out, cache")
    return results(backward(np.copy(dout), cache), "dx, dgamma, dbeta")


def calls(function, name):
    """Whether the code of a function mentions another one, or is that other one."""
    return any(name in (getattr(node, "id", None), getattr(node, "name", None)) for node in ast.walk(ast.parse(checks.source_of(function))))


# %% [markdown]
# ## What it does to a feature
#
# Take one unit of a hidden layer and look at its output for a batch of 500 images. There is no reason why the numbers should be of any
# particular size. Here they lie around 6, with a standard deviation of 3:

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
# The form of the distribution, its two humps, stays; only place and width change. After the third step every feature of every layer lives on the same scale.
# The last step lets the net choose another scale where it wants one: $\gamma$ and $\beta$, one number each per feature, are
# learnt like weights.
#
# In formulas, for a batch of $N$ examples and one feature with the values $x_1, \dots, x_N$:
#
# $$ \mu = \frac1N \sum_i x_i, \qquad \sigma^2 = \frac1N \sum_i (x_i - \mu)^2, \qquad
# \hat x_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \varepsilon}}, \qquad y_i = \gamma\, \hat x_i + \beta . $$
#
# The variance is the plain mean of the squares (divided by $N$, not by $N - 1$). The small number $\varepsilon$ stands under the root, so that a feature
# that is the same for all examples gives 0 instead of 0 / 0. Each of the $D$ features has its own $\mu$, $\sigma^2$, $\gamma$ and $\beta$: arrays of shape (D,).
#
# ### At test time
#
# What the net says about an image must not depend on which other images happen to be tested with it, and often there is only one. So
# during training each batch leaves a trace in running averages,
#
# $$ \text{running} \leftarrow \text{momentum} \cdot \text{running} + (1 - \text{momentum}) \cdot \text{that of the batch}, $$
#
# one for the mean and one for the variance, and at test time these take the places of $\mu$ and $\sigma^2$. They are not parameters: no gradient
# reaches them. They are handed from call to call in the dictionary `bn_param`.
#
# | | train mode | test mode |
# |---|---|---|
# | normalizes with | mean and variance of this batch | running averages |
# | running averages | are updated | stay as they are |
#
# ## Exercise 1: `batchnorm_forward`
#
# The first lines, which read `bn_param`, are given. Yours is the rest; put the new running averages back into `bn_param`. What goes into `cache` is
# for you to decide: whatever your backward pass is going to need, that of test mode included. (You may come back and change it.)

# %% nbgrader={"grade": false, "grade_id": "batchnorm_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def batchnorm_forward(x, gamma, beta, bn_param):
    """Batch normalization: each feature (column) gets mean 0 and variance 1, then is scaled and shifted.

    Arguments
    - x: (N, D) a batch of examples, float32 or float64
    - gamma, beta: (D,) scale and shift of each feature
    - bn_param: a dict with
        - "mode": "train" or "test"
        - "eps": added to the variance, under the root; 1e-5 if not given
        - "momentum": of the running averages; 0.9 if not given
        - "running_mean", "running_var": (D,) the running averages so far; zeros if not given.
          In train mode they are updated, in this dict; in test mode they are used and stay as they are.

    Returns (out, cache)
    - out: (N, D), of the dtype of x
    - cache: whatever batchnorm_backward and batchnorm_backward_alt need
    """
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros_like(gamma))
    running_var = bn_param.get("running_var", np.zeros_like(gamma))
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


# %% [markdown]
# A batch that can be normalized in one's head: the first feature has mean 5 and variance 4, the second mean 0 and
# variance 100, the third mean 102 and variance 1.

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_forward_values", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
x = np.array([[2, 10, 101], [4, 10, 101], [4, 10, 103], [4, 10, 103], [5, -10, 101], [5, -10, 101], [7, -10, 103], [9, -10, 103.0]])
means, stds = np.array([5.0, 0.0, 102.0]), np.array([2.0, 10.0, 1.0])
expected_hat = np.array([[-1.5, 1, -1], [-0.5, 1, -1], [-0.5, 1, 1], [-0.5, 1, 1], [0, -1, -1], [0, -1, -1], [1, -1, 1], [2, -1, 1]])
gamma, beta = np.array([1.0, 2.0, 0.5]), np.array([0.0, 3.0, -1.0])
by_rows = x - x.sum(1, keepdims=True) / 3
out = output(batchnorm_forward, x, gamma, beta, {"mode": "train", "eps": 1e-12})
checks.shape(out, (8, 3), "out (the shape of x)")
checks.close(out, expected_hat * gamma + beta, "out of batchnorm_forward in train mode", suspects={
    "the variance is divided by N - 1. Batch normalization divides it by N.": gamma * np.sqrt(7 / 8) * expected_hat + beta,
    "x is divided by the variance, not by its root.": gamma * expected_hat / stds + beta,
    "x is scaled, but its mean is not subtracted.": gamma * (expected_hat + means / stds) + beta,
    "x is centred, but not divided by its standard deviation.": gamma * expected_hat * stds + beta,
    "gamma and beta have changed places.": beta * expected_hat + gamma,
    "gamma is missing.": expected_hat + beta,
    "beta is missing.": gamma * expected_hat,
    "beta is scaled by gamma, too.": gamma * (expected_hat + beta),
    "one mean and one variance for the whole array. Every feature (column) has its own.":
        lambda: gamma * (x - 107 / 3) / np.sqrt((x - 107 / 3).ravel() @ (x - 107 / 3).ravel() / 24) + beta,
    "each row is normalized. Statistics are taken over the batch, for each feature (column).":
        gamma * by_rows / np.sqrt(np.square(by_rows).sum(1, keepdims=True) / 3) + beta,
    "the variance is the mean of x squared; the mean has to be subtracted first.":
        gamma * expected_hat * stds / np.sqrt(stds**2 + means**2) + beta,
    "train mode uses the running averages. It normalizes with the statistics of the batch.":
        gamma * (x - 0) * 1e6 + beta,
    "train mode normalizes with the running averages. It uses the statistics of the batch.":
        gamma * (expected_hat + 0.9 * means / stds) / np.sqrt(0.1) + beta,
})
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
    out = output(batchnorm_forward, x, gamma, beta, {"mode": "train"})
    checks.close(out, expected, f"out in train mode, N, D = {N, D}", rtol=1e-3)  # the next cell is about eps
    stale = {"mode": "train", "running_mean": np.full(D, 50.0), "running_var": np.full(D, 7.0)}
    out = output(batchnorm_forward, x, gamma, beta, stale)
    checks.close(out, expected, f"out in train mode with running averages of earlier batches, N, D = {N, D}", rtol=1e-3)
### END HIDDEN TESTS

# %% [markdown]
# Now a large $\varepsilon$, so that its place shows: both features have variance 9, and $\varepsilon = 16$.

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_forward_eps", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x = np.array([[1.0, -3.0], [7.0, 3.0], [1.0, 3.0], [7.0, -3.0]])
signs = np.array([[-1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [1.0, -1.0]])
out = output(batchnorm_forward, x, np.ones(2), np.zeros(2), {"mode": "train", "eps": 16.0})
checks.close(out, 0.6 * signs, "out of batchnorm_forward with eps=16", suspects={
    "eps is outside of the root.": signs * 3 / 19,
    "eps is left out, or it is 1e-5 whatever bn_param says.": signs,
    "eps is squared.": signs * 3 / np.sqrt(9 + 256),
    "x is divided by (variance + eps), not by its root.": signs * 3 / 25,
})
checks.passed("batchnorm_forward", "eps stands under the root")
### BEGIN HIDDEN TESTS
small = 3e-3 * signs  # a variance of 9e-6, beside which the usual eps of 1e-5 counts
out = output(batchnorm_forward, small, np.ones(2), np.zeros(2), {"mode": "train"})
checks.close(out, signs * 3e-3 / 1.9e-5**0.5, "out of features with a variance of 9e-6, eps not given", rtol=1e-5, suspects={
    "eps is outside of the root.": signs * 3e-3 / (3e-3 + 1e-5), "eps is left out.": signs},
    hint='If bn_param has no "eps", it is 1e-5.')
out = output(batchnorm_forward, small + 5, np.ones(2), np.zeros(2), {"mode": "train", "eps": 1e-3})
checks.close(out, signs * 3e-3 / (9e-6 + 1e-3) ** 0.5, "out of features with a variance of 9e-6, eps = 1e-3", rtol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# The running averages. `checks.call` calls your function with copies of the arguments and returns them beside the result, so that the check can see
# what has become of `bn_param`. The batch has means 1 and −2 and variances 4 and 9; so far the averages were 10 and 20, 100 and 50. Then once more with a
# `bn_param` that has no averages yet, and momentum 0.5.

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_forward_running", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
x = np.array([[3.0, 1.0], [-1.0, 1.0], [3.0, -5.0], [-1.0, -5.0]])
bn_param = {"mode": "train", "eps": 0.5, "running_mean": np.array([10.0, 20.0]), "running_var": np.array([100.0, 50.0])}
result, (x_after, gamma_after, beta_after, after) = checks.call(batchnorm_forward, x, np.full(2, 3.0), np.ones(2), bn_param)
checks.true("running_mean" in after and "running_var" in after, 'bn_param has lost "running_mean" or "running_var".')
for name, before, batch, variances in (("running_mean", np.array([10.0, 20.0]), np.array([1.0, -2.0]), 0.0),
                                       ("running_var", np.array([100.0, 50.0]), np.array([4.0, 9.0]), 1.0)):
    checks.close(after[name], 0.9 * before + 0.1 * batch, f'bn_param["{name}"] after one batch', suspects={
        "it has not changed. Train mode has to put the new average into bn_param.": before,
        "the momentum is the wrong way round: 0.9 belongs to the old average, 0.1 to the batch.": 0.1 * before + 0.9 * batch,
        "the old average is forgotten: this is the statistic of the batch.": batch,
        "the batch is added with its full weight, not with 1 - momentum.": 0.9 * before + batch,
        "the old average is kept with its full weight.": before + 0.1 * batch,
        "the running average is of the standard deviation; it should be of the variance.": 0.9 * before + 0.1 * np.sqrt(np.abs(batch)),
        "the variance of the batch is divided by N - 1. Here, too, it is divided by N.": 0.9 * before + 0.1 * batch * 4 / 3,
        "eps has got into the running variance.": 0.9 * before + 0.1 * (batch + 0.5),
        "the sum over the batch is averaged, not its mean.": 0.9 * before + 0.4 * batch,
        "it is the average of the normalized output, not that of x.": 0.9 * before + 0.1 * (9 * batch / (batch + 0.5) if variances else 1.0),
        "running_mean and running_var have changed places.":
            0.9 * np.array([100.0, 50.0]) + 0.1 * np.array([4.0, 9.0]) if not variances else np.array([9.1, 17.8]),
        "the variance of the batch is squared.": 0.9 * before + 0.1 * batch**2,
    })
result, (x_after, gamma_after, beta_after, after) = checks.call(batchnorm_forward, x, np.ones(2), np.ones(2), {"mode": "train", "momentum": 0.5})
checks.true("running_mean" in after and "running_var" in after,
            'bn_param had no running averages; after a batch it should have "running_mean" and "running_var".')
for name, batch in (("running_mean", np.array([1.0, -2.0])), ("running_var", np.array([4.0, 9.0]))):
    checks.close(after[name], batch / 2, f'bn_param["{name}"] after the first batch, with momentum 0.5', suspects={
        "the momentum is 0.9, whatever bn_param says.": 0.1 * batch,
        "the first batch is taken as it is. The average starts at 0 if bn_param has none.": batch,
        "the average starts at 1. It starts at 0 if bn_param has none.": (1 + batch) / 2})
checks.passed("batchnorm_forward", "the running averages follow the batches")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(31)
for momentum in (None, 0.5, 0.0, 1.0):
    param = {"mode": "train"} if momentum is None else {"mode": "train", "momentum": momentum}
    keep = 0.9 if momentum is None else momentum
    old_mean, old_var = [0.0] * 3, [0.0] * 3
    for N in (4, 7, 1):
        x = rng.normal(size=(N, 3)) * 3 + [5, 0, -2]
        result, (x_after, gamma_after, beta_after, param) = checks.call(batchnorm_forward, x, np.full(3, 2.0), np.ones(3), param)
        checks.true("running_mean" in param and "running_var" in param,
                    'bn_param had no running averages; after a batch it should have "running_mean" and "running_var".')
        for d in range(3):
            centre = sum(x[:, d].tolist()) / N
            old_mean[d] = keep * old_mean[d] + (1 - keep) * centre
            old_var[d] = keep * old_var[d] + (1 - keep) * sum((v - centre) ** 2 for v in x[:, d].tolist()) / N
        checks.close(param["running_mean"], old_mean, f"running_mean after a batch of {N} with momentum {keep}, from zeros")
        checks.close(param["running_var"], old_var, f"running_var after a batch of {N} with momentum {keep}, from zeros")
### END HIDDEN TESTS

# %% [markdown]
# Test mode, with running variances 3 and 8 and $\varepsilon = 1$: the divisors are 2 and 3.

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_forward_test_mode", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
x = np.array([[3.0, 1.0], [7.0, 4.0], [3.0, 4.0], [7.0, 1.0]])
bn_param = {"mode": "test", "eps": 1.0, "running_mean": np.array([1.0, -2.0]), "running_var": np.array([3.0, 8.0])}
gamma, beta = np.array([4.0, 6.0]), np.array([10.0, 1.0])
out = output(batchnorm_forward, x, gamma, beta, bn_param)
checks.close(out, [[14.0, 7.0], [22.0, 13.0], [14.0, 13.0], [22.0, 7.0]], "out of batchnorm_forward in test mode", suspects={
    "test mode uses the statistics of the batch. It should use the running averages.":
        lambda: output(batchnorm_forward, x, gamma, beta, {**bn_param, "mode": "train"}),
    "test mode normalizes with the statistics of the batch. It should use the running averages.":
        gamma * (x - [5.0, 2.5]) / np.sqrt([5.0, 3.25]) + beta,
    "test mode updates the running averages before it uses them.":
        gamma * (x - [1.4, -1.55]) / np.sqrt([4.1, 8.425]) + beta,
    "the running variance is taken for a standard deviation: the root is missing.": gamma * (x - [1.0, -2.0]) / [4.0, 9.0] + beta,
    "the running variance is used as a standard deviation: the root is missing.": gamma * (x - [1.0, -2.0]) / [3.0, 8.0] + beta,
    "eps is left out in test mode, or it is 1e-5 whatever bn_param says.": gamma * (x - [1.0, -2.0]) / np.sqrt([3.0, 8.0]) + beta,
    "eps is outside of the root in test mode.": gamma * (x - [1.0, -2.0]) / (np.sqrt([3.0, 8.0]) + 1) + beta,
    "gamma and beta are left out in test mode.": (x - [1.0, -2.0]) / [2.0, 3.0],
    "gamma is left out in test mode.": (x - [1.0, -2.0]) / [2.0, 3.0] + beta,
    "beta is left out in test mode.": gamma * (x - [1.0, -2.0]) / [2.0, 3.0],
    "gamma and beta have changed places in test mode.": beta * (x - [1.0, -2.0]) / [2.0, 3.0] + gamma,
    "the mean of the batch is used with the running variance.": gamma * (x - [5.0, 2.5]) / [2.0, 3.0] + beta,
    "the running mean is used with the variance of the batch.": gamma * (x - [1.0, -2.0]) / np.sqrt([5.0, 3.25]) + beta,
})
checks.passed("batchnorm_forward", "test mode normalizes with the running averages")
### BEGIN HIDDEN TESTS
for seed, N, D in ((41, 5, 3), (42, 1, 4), (43, 4, 4)):
    x, gamma, beta, dout = make_batch(seed, N, D)
    rng = np.random.default_rng(seed)
    param = {"mode": "test", "running_mean": rng.normal(size=D), "running_var": rng.uniform(0.2, 3, size=D)}
    spread = (param["running_var"] + 1e-5) ** 0.5
    expected = x * (gamma / spread) + (beta - param["running_mean"] * gamma / spread)
    checks.close(output(batchnorm_forward, x, gamma, beta, param), expected, f"out in test mode, N, D = {N, D}", rtol=1e-3)
    for i in range(N):
        checks.close(output(batchnorm_forward, x[i:i + 1], gamma, beta, param), expected[i:i + 1],
                     "out in test mode of a single example", rtol=1e-3, hint="It must not depend on the other examples of the batch.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_forward_test_mode_keeps", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.array([[3.0, 1.0], [7.0, 4.0], [3.0, 4.0], [7.0, 1.0]])
bn_param = {"mode": "test", "running_mean": np.array([1.0, -2.0]), "running_var": np.array([3.0, 8.0])}
result, (x_after, gamma_after, beta_after, after) = checks.call(batchnorm_forward, x, np.ones(2), np.zeros(2), bn_param)
for name in ("running_mean", "running_var"):
    checks.close(after[name], bn_param[name], f'bn_param["{name}"] after test mode',
                 hint="Only training batches go into the running averages: a net must not learn from what it is tested on.")
out = results(result, "out, cache")[0]
checks.resembles(out, [[1.155, 1.061], [3.464, 2.121], [1.155, 2.121], [3.464, 1.061]], "out in test mode", given=(x,))
checks.passed("batchnorm_forward", "test mode leaves the running averages alone")
### BEGIN HIDDEN TESTS
x, gamma, beta, dout = make_batch(45, 7, 3)
bn_param = {"mode": "test", "momentum": 0.3, "running_mean": np.array([1.0, -2.0, 0.5]), "running_var": np.array([3.0, 8.0, 1.0])}
result, (x_after, gamma_after, beta_after, after) = checks.call(batchnorm_forward, x, gamma, beta, bn_param)
for name in ("running_mean", "running_var"):
    checks.close(after[name], bn_param[name], f'bn_param["{name}"] after test mode with momentum 0.3')
expected = gamma * (x - bn_param["running_mean"]) / np.sqrt(bn_param["running_var"]) + beta
checks.resembles(results(result, "out, cache")[0], expected, "out in test mode", given=(x,))
### END HIDDEN TESTS

# %% [markdown]
# A feature that is the same for all examples (a dead unit, a black corner), and a batch of one example: there is no spread to divide by, and the output has to
# be $\beta$.

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_forward_no_spread", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
gamma, beta = np.array([2.0, 3.0]), np.array([0.5, -1.0])
for x, what in ((np.array([[4.0, 1.0], [4.0, 2.0], [4.0, 3.0], [4.0, 2.0]]), "out where the first feature is constant"),
                (np.array([[4.0, 1.0]]), "out of a batch of one example")):
    out = output(batchnorm_forward, x, gamma, beta, {"mode": "train"})
    checks.shape(out, x.shape, what)
    checks.finite(out, what, hint="The variance is 0 here: eps, under the root, keeps you from dividing by it. "
                                  "And is the variance divided by N, not by N - 1?")
    checks.close(out[:, 0], np.full(len(x), 0.5), what, hint="x minus its mean is 0, so out is beta.")
checks.passed("batchnorm_forward", "constant features and single examples do no harm")
### BEGIN HIDDEN TESTS
x, gamma, beta, dout = make_batch(51, 1, 5)
out = output(batchnorm_forward, x, gamma, beta, {"mode": "train", "running_mean": np.ones(5), "running_var": np.ones(5)})
checks.close(out, beta[None], "out of a batch of one example with 5 features")
out = output(batchnorm_forward, np.zeros((3, 2)), np.ones(2), np.array([1.0, 2.0]), {"mode": "train"})
checks.close(out, [[1.0, 2.0]] * 3, "out where x is 0 everywhere")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_forward_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_batch(60)
given = x.copy(), gamma.copy(), beta.copy()
expected, cache = results(batchnorm_forward(*given, {"mode": "train"}), "out, cache")
for after, before, what in zip(given, (x, gamma, beta), ("x", "gamma", "beta")):
    checks.unchanged(after, before, f"{what} of batchnorm_forward")
single = [values.astype(np.float32) for values in (x, gamma, beta)]
for mode in ("train", "test"):
    out = output(batchnorm_forward, *single, {"mode": mode, "running_mean": single[1] / 2, "running_var": single[1] ** 2})
    checks.dtype(out, np.float32, f"out for float32 arguments in {mode} mode",
                 hint="Arrays made by np.zeros or np.ones are float64 unless they are told otherwise.")
checks.passed("batchnorm_forward", "arguments stay as they are, float32 stays float32")
### BEGIN HIDDEN TESTS
out = output(batchnorm_forward, *single, {"mode": "train"})
checks.dtype(out, np.float32, "out for float32 arguments without running averages")
checks.close(out, expected, "out for float32 arguments", rtol=1e-3, atol=1e-4)
out = output(batchnorm_forward, np.asfortranarray(x), gamma, beta, {"mode": "train"})
checks.close(out, expected, "out for a Fortran-ordered x")
checks.resembles(out, gamma * (x - x.mean(axis=0)) / x.std(axis=0) + beta, "out of batchnorm_forward", given=(x,))
### END HIDDEN TESTS

# %% [markdown]
# How well do the running averages know what they have to know at test time? One feature, whose values have mean 4 and variance 9, in
# batches of 20. They start at 0 and have to forget that: with momentum 0.9 a third of it is left after ten batches, next to nothing after thirty. And they never
# come to rest: each new batch counts with the weight $1 - \text{momentum}$.

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
axes[1].legend();

# %% [markdown]
# ### Six layers deep
#
# Now the images (every second pixel in each direction: 768 numbers, which is enough here and faster), and what your function does in a deep net. Six layers of 100 units with ReLU, and random weights of standard deviation 0.03 (nothing is
# trained yet). The histograms show what comes out of each layer, after the ReLU.

# %% nbgrader={"grade": false, "grade_id": "load_data", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
images = data.load(num_train=2000, num_val=1000, num_test=100)
print(images)
X_train, X_val = (data.flatten(part[:, ::2, ::2], np.float32) for part in (images.X_train, images.X_val))
_, X_train, X_val = data.standardize(X_train, X_val)
image_data = {"X_train": X_train, "y_train": images.y_train, "X_val": X_val, "y_val": images.y_val}
print("training:", X_train.shape, X_train.dtype, " validation:", X_val.shape)

# %% nbgrader={"grade": false, "grade_id": "demo_activations", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
from cs231n_lib.layers import affine_forward, relu_forward


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
# Without it, each layer after the first multiplies the numbers by about 0.2, and the sixth has next to nothing left to tell apart one image from another. With it,
# every layer looks like the first. (With larger weights the numbers would explode instead. There is one right size,
# about $\sqrt{2 / D}$ for a layer with $D$ inputs, and for batch normalization it need not be known.)

# %% [markdown]
# **Question 1** (3 points). An affine layer with bias $b$ stands right before batch normalization: $x = aW + b$, $y = \mathrm{BN}(x)$.
# (a) What happens to $y$ when $b$ changes, in train mode? So what is the gradient of the loss with respect to $b$?
# (b) Which parameter does the work of $b$ instead?
# (c) For which $\gamma$ and $\beta$ does the layer give back exactly its input, $y = x$? If a net can learn that anyway, why normalize at all?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_bias", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# (a) Nothing: $b$ adds the same number to a feature of all examples, and the mean of the batch, which is subtracted, grows by the same number.
# The variance does not change either. So the gradient with respect to $b$ is 0, for every upstream gradient.
#
# (b) $\beta$: it shifts the feature after the normalization. (Nets with batch normalization therefore leave $b$ out.)
#
# (c) $\gamma = \sqrt{\sigma^2 + \varepsilon}$ and $\beta = \mu$ of the batch. The layer thus loses nothing of what the net can express. But what the net can
# express and what it finds by gradient descent are two things: mean and scale of a feature are now two parameters
# of their own, which start at a good value and are reached by two short gradients, instead of depending on all the weights below. In
# practice nets do not learn to undo it.
#
# **Marking**: 1 point for "y does not change, the gradient is 0" with the reason (the mean is subtracted); 0.5 for β; 0.5 for both values in (c); 1 for a reason
# that is about training and not about what can be represented (better start, scale independent of the layers below, better conditioned).
# ### END SOLUTION

# %% [markdown]
# ## The gradient
#
# In all layers so far, example $i$ of the input reached example $i$ of the output and no other. Here $x_i$ also takes part in the mean and in the
# variance, and through them it moves *all* outputs of its feature. Write the computation as small steps, with names for what
# lies between: $c_i = x_i - \mu$ is centred, $v = \sigma^2$ is the variance, $s = \sqrt{v + \varepsilon}$ the divisor.

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
# Three ways lead from $x$ to the output: the **direct branch**, the **branch through the mean** and the **branch through the variance**. The gradient runs along all of them,
# backwards, and where ways meet on the way back, at $c$ and at $x$, the gradients **add up**. Go step by step from the right to the left; at each step
# you need the gradient of what comes out of it, and the derivative of one simple function. Two rules for arrays:
#
# - If a number is used by all $N$ rows going forward (*broadcast*: $\mu$, $s$, $\gamma$, $\beta$), its gradient is the **sum** over the rows going backward.
# - If a number is the mean of $N$ rows going forward, each row gets $1/N$ of its gradient going backward.
#
# In **test mode** mean and variance come from `bn_param` and do not depend on $x$, so two of the three branches are cut.
#
# ## Exercise 2: `batchnorm_backward`
#
# Step by step, one or two lines for each step of the picture.

# %% nbgrader={"grade": false, "grade_id": "batchnorm_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def batchnorm_backward(dout, cache):
    """Gradients of batchnorm_forward, step by step.

    Arguments
    - dout: (N, D) gradient of the loss with respect to out
    - cache: what batchnorm_forward returned beside out, in train or in test mode

    Returns (dx, dgamma, dbeta)
    - dx: (N, D) gradient with respect to x, of the dtype of x; in train mode through mean and variance, too
    - dgamma, dbeta: (D,)
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


# %% [markdown]
# The checks compare with central differences of *your own* forward pass. To tell you which branch is wrong, the next cell computes each
# of them by itself. It needs no formula for that: it calls `batchnorm_forward` in test mode with a mean (or a variance) that follows $x$, or
# one that stands still. You need not read it.

# %% nbgrader={"grade": false, "grade_id": "branches", "locked": true, "schema_version": 3, "solution": false, "task": false}
def branch_gradients(batchnorm, x, gamma, dout, eps, axis):
    """dx through each branch alone (direct, mean, variance), by central differences; statistics over `axis`."""
    def through(mean_moves, variance_moves):
        def objective(moved):
            fixed = {"mode": "test", "eps": eps, "running_mean": (moved if mean_moves else x).mean(axis),
                     "running_var": (moved if variance_moves else x).var(axis)}
            columns = moved if axis == 0 else moved.T
            x_hat = np.asarray(batchnorm(columns, np.ones(columns.shape[1]), np.zeros(columns.shape[1]), fixed)[0])
            return np.sum(gamma * (x_hat if axis == 0 else x_hat.T) * dout)

        return checks.numeric_gradient(objective, x)

    direct = through(False, False)
    return direct, through(True, False) - direct, through(False, True) - direct


def branch_suspects(batchnorm, x, gamma, dout, eps=1e-5, axis=0):
    """{a mistake in dx: what it would give}, each computed only when an answer is wrong."""
    n, others, letter = x.shape[axis], x.shape[1 - axis], "ND"[axis]
    parts = functools.cache(lambda: branch_gradients(batchnorm, x, gamma, dout, eps, axis))
    bare = functools.cache(lambda: sum(branch_gradients(batchnorm, x, np.ones(x.shape[1]), dout, eps, axis)))
    spread = functools.cache(lambda: np.median(gamma * dout / parts()[0], axis=axis, keepdims=True))

    def mix(direct, mean, variance):
        return lambda: direct * parts()[0] + mean * parts()[1] + variance * parts()[2]

    centred = x - x.sum(axis, keepdims=True) / n
    total = functools.partial(np.sum, axis=axis, keepdims=True)

    return {
        "the branch through the variance is missing.": mix(1, 1, 0),
        "the branch through the mean is missing.": mix(1, 0, 1),
        "the branches through the mean and through the variance are missing: both depend on x.": mix(1, 0, 0),
        "the direct branch is missing.": mix(0, 1, 1),
        "only the branch through the variance is left. Where gradients meet, they add up (+=).": mix(0, 0, 1),
        "only the branch through the mean is left. Where gradients meet, they add up (+=).": mix(0, 1, 0),
        f"the direct branch is {n} times too small beside the others.": mix(1 / n, 1, 1),
        "the branch through the mean has the wrong sign.": mix(1, -1, 1),
        "the branch through the mean is twice too large.": mix(1, 2, 1),
        "the branch through the variance has the wrong sign.": mix(1, 1, -1),
        "the branches through the mean and through the variance have the wrong sign.": mix(1, -1, -1),
        f"the branch through the mean is {n} times too large: a factor 1/{letter} is missing.": mix(1, n, 1),
        f"the branch through the variance is {n} times too large: a factor 1/{letter} is missing.": mix(1, 1, n),
        f"the branches through mean and variance are {n} times too large: a factor 1/{letter} is missing.": mix(1, n, n),
        "the branch through the variance has half its size: the derivative of a square has a factor 2.": mix(1, 1, 0.5),
        "the branch through the variance is twice too large: the derivative of a root has a factor 1/2.": mix(1, 1, 2),
        "the branch through the variance is divided by one less than the number of values (N - 1, the unbiased variance).":
            mix(1, 1, n / (n - 1)),
        f"the branch through the mean is divided by {others} instead of {n}: the wrong axis.": mix(1, n / others, 1),
        f"the branch through the variance is divided by {others} instead of {n}: the wrong axis.": mix(1, 1, n / others),
        f"mean and variance are divided by {others} instead of {n}: the wrong axis.": mix(1, n / others, n / others),
        "gamma is missing in dx.": bare,
        "the branch through the variance has the wrong power of (var + eps).": lambda: mix(1, 1, 0)() + parts()[2] * spread(),
        "the branch through the variance has the wrong power of (var + eps), one root too many.":
            lambda: mix(1, 1, 0)() + parts()[2] / spread(),
        "in the branch through the variance x stands where x minus its mean belongs.":
            lambda: mix(1, 1, 0)() + parts()[2] / centred * x,
        "in the gradient of the divisor (or of the variance) x stands where x minus its mean belongs.":
            lambda: mix(1, 1, 0)() + parts()[2] * total(gamma * dout * x) / total(gamma * dout * centred),
        "dx_hat is divided by the variance instead of its root.": lambda: mix(1, 1, 0)() / spread() + parts()[2],
        "dx is divided by the variance instead of its root.": lambda: mix(1, 1, 1)() / spread(),
        "dx is not divided by the root of the variance.": lambda: mix(1, 1, 1)() * spread(),
    }


# %% [markdown]
# First the parameters, which have no branches.

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_parameters", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_batch(70)
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, {"mode": "train"})


def with_parameters(scale, shift):
    return np.sum(output(batchnorm_forward, x, scale, shift, {"mode": "train"}) * dout)


checks.gradient(lambda g: with_parameters(g, beta), gamma, dgamma, "dgamma of batchnorm_backward", num_examples=len(x), suspects={
    "dgamma uses x where x_hat belongs.": lambda: checks.numeric_gradient(lambda g: np.sum(g * x * dout), gamma),
    "dgamma uses the centred x where x_hat belongs.":
        lambda: checks.numeric_gradient(lambda g: np.sum(g * (x - sum(x) / len(x)) * dout), gamma),
    "gamma itself is a factor of dgamma; it does not belong there.":
        lambda: gamma * checks.numeric_gradient(lambda g: with_parameters(g, beta), gamma),
    "dgamma uses out where x_hat belongs.":
        lambda: np.add.reduce(dout * output(batchnorm_forward, x, gamma, beta, {"mode": "train"})),
    "this is dbeta: are dgamma and dbeta returned in the wrong order?":
        lambda: checks.numeric_gradient(lambda b: with_parameters(gamma, b), beta),
    "dgamma is summed over the features (axis 1): sum over the examples.":
        lambda: np.add.reduce(dout * output(batchnorm_forward, x, np.ones(4), np.zeros(4), {"mode": "train"}), 1),
    "dgamma is not summed over the examples.": lambda: dout * output(batchnorm_forward, x, np.ones(4), np.zeros(4), {"mode": "train"}),
})
checks.gradient(lambda b: with_parameters(gamma, b), beta, dbeta, "dbeta of batchnorm_backward", num_examples=len(x), suspects={
    "gamma is a factor of dbeta; it does not belong there.":
        lambda: gamma * checks.numeric_gradient(lambda b: with_parameters(gamma, b), beta),
    "dbeta is summed over the features (axis 1): sum over the examples.": lambda: np.add.reduce(dout, 1),
    "dbeta is not summed over the examples.": dout,
})
checks.passed("batchnorm_backward", "dgamma and dbeta agree with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, N, D in ((71, 5, 5), (72, 3, 7), (73, 9, 1)):
    x, gamma, beta, dout = make_batch(seed, N, D)
    dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, {"mode": "train"})
    centre = sum(x) / N
    standard = (x - centre) / (sum((x - centre) ** 2) / N + 1e-5) ** 0.5
    checks.close(dgamma, [sum(standard[i, d] * dout[i, d] for i in range(N)) for d in range(D)], f"dgamma, N, D = {N, D}", num_examples=N)
    checks.close(dbeta, sum(dout), f"dbeta, N, D = {N, D}", num_examples=N)
### END HIDDEN TESTS

# %% [markdown]
# Next, two checks for one branch each. If the upstream gradient is the same for all examples, it asks the layer to shift a feature
# as a whole. But a shift of $x$ has no effect on the output, so `dx` is 0: the direct branch and the branch through the mean cancel, and the branch through the variance has no part in it.

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_mean", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_batch(80)
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, {"mode": "train"})
checks.shape(dx, x.shape, "dx (the shape of x)")
checks.true(np.max(np.abs(dx)) > 1e-3, "dx is 0 for a random dout. Is it computed?")
constant = np.ones_like(x) * dout[0]
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, constant, {"mode": "train"})
checks.close(dx, np.zeros_like(x), "dx for an upstream gradient that is the same for all examples", atol=1e-5,
             suspects=branch_suspects(batchnorm_forward, x, gamma, constant),
             hint="Direct branch and branch through the mean should cancel here.")
checks.passed("batchnorm_backward", "shifting a feature changes nothing: the branch through the mean")
### BEGIN HIDDEN TESTS
for seed, N, D in ((81, 5, 5), (82, 3, 7), (83, 8, 2)):
    x, gamma, beta, dout = make_batch(seed, N, D)
    dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, {"mode": "train"})
    checks.true(np.abs(dx).max(0).min() > 1e-4, "dx is 0 in a whole column for a random dout.")
    constant = np.ones_like(x) * dout[0]
    dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, constant, {"mode": "train"})
    checks.close(dx, np.zeros_like(x), f"dx for an upstream gradient that is the same for all examples, N, D = {N, D}", atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# If the upstream gradient is $\hat x$ itself, it asks for a wider spread. But multiplying $x$ by a number has no effect either ($\varepsilon$ is
# tiny in this check), so `dx` is 0 again: now direct branch and branch through the variance cancel.

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_variance", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_batch(85)
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, {"mode": "train", "eps": 1e-12})
checks.shape(dx, x.shape, "dx (the shape of x)")
checks.true(np.max(np.abs(dx)) > 1e-3, "dx is 0 for a random dout. Is it computed?")
spreading = np.asarray(output(batchnorm_forward, x, np.ones(4), np.zeros(4), {"mode": "train", "eps": 1e-12}))
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, spreading, {"mode": "train", "eps": 1e-12})
checks.close(dx, np.zeros_like(x), "dx for an upstream gradient of x_hat", atol=1e-5,
             suspects=branch_suspects(batchnorm_forward, x, gamma, spreading, 1e-12),
             hint="Direct branch and branch through the variance should cancel here.")
checks.passed("batchnorm_backward", "stretching a feature changes nothing: the branch through the variance")
### BEGIN HIDDEN TESTS
for seed, N, D in ((86, 5, 5), (87, 3, 7), (88, 8, 2)):
    x, gamma, beta, dout = make_batch(seed, N, D)
    dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, {"mode": "train", "eps": 1e-12})
    checks.true(np.abs(dx).max(0).min() > 1e-4, "dx is 0 in a whole column for a random dout.")
    centred = x - sum(x) / N
    spreading = dout[0] * centred  # a multiple of x_hat in each column
    dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, spreading, {"mode": "train", "eps": 1e-12})
    checks.close(dx, np.zeros_like(x), f"dx for an upstream gradient that stretches each feature, N, D = {N, D}", atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# And all together.

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_dx", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_batch(90)
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout * [0, 0, 1, 0], {"mode": "train"})
checks.shape(dx, x.shape, "dx (the shape of x)")
checks.close(np.asarray(dx)[:, [0, 1, 3]], np.zeros((6, 3)), "dx of the features whose dout is 0",
             hint="No feature reaches the output of another: there should be no sum or mean over axis 1, or over the whole array.")
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, {"mode": "train"})
checks.gradient(lambda z: np.sum(output(batchnorm_forward, z, gamma, beta, {"mode": "train"}) * dout), x, dx,
                "dx of batchnorm_backward", num_examples=len(x), suspects=branch_suspects(batchnorm_forward, x, gamma, dout))
checks.passed("batchnorm_backward", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
def weighted(z):
    """sum(dout * out), straight from the definition."""
    centre = sum(z) / len(z)
    return float(sum(sum(dout * (beta + (z - centre) * gamma / (sum((z - centre) ** 2) / len(z) + 1e-5) ** 0.5))))


for seed, N, D in ((91, 5, 5), (92, 3, 7), (93, 9, 1), (94, 4, 2)):
    x, gamma, beta, dout = make_batch(seed, N, D)
    dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, {"mode": "train"})
    checks.gradient(weighted, x, dx, f"dx of batchnorm_backward, N, D = {N, D}", num_examples=N,
                    suspects=branch_suspects(batchnorm_forward, x, gamma, dout))
x, gamma, beta, dout = make_batch(96, 6, 4)
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, {"mode": "train"})
scaled, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, 2.0**40 * x, gamma, beta, dout, {"mode": "train"})
checks.analytic(2.0**40 * np.asarray(scaled), dx, "dx, times 2**40, for an x 2**40 times as large")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_eps", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_batch(100)
large = {"mode": "train", "eps": 2.0}
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, large)
checks.gradient(lambda z: np.sum(output(batchnorm_forward, z, gamma, beta, large) * dout), x, dx, "dx with eps=2",
                suspects=branch_suspects(batchnorm_forward, x, gamma, dout, 2.0),
                hint="If dx is right with the usual eps: the eps of bn_param belongs under every root, in the backward pass, too.")
checks.passed("batchnorm_backward", "eps is in the gradient, too")
### BEGIN HIDDEN TESTS
def weighted(z):
    centre = sum(z) / len(z)
    return float(sum(sum(dout * (beta + (z - centre) * gamma / (sum((z - centre) ** 2) / len(z) + 0.3) ** 0.5))))


x, gamma, beta, dout = make_batch(101, 5, 3)
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, {"mode": "train", "eps": 0.3})
checks.gradient(weighted, x, dx, "dx with eps=0.3")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_test_mode", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_batch(110)
fixed = {"mode": "test", "running_mean": np.array([1.0, 0.0, -1.0, 2.0]), "running_var": np.array([0.5, 2.0, 4.0, 1.0])}


def following(z, variance_follows_mean):
    """What the formula of train mode differentiates: running averages that would follow x."""
    mean = fixed["running_mean"] + sum(z - x) / len(x)
    spread = (z - (mean if variance_follows_mean else fixed["running_mean"])) ** 2 - (x - fixed["running_mean"]) ** 2
    moving = {**fixed, "running_mean": mean, "running_var": fixed["running_var"] + sum(spread) / len(x)}
    return np.sum(output(batchnorm_forward, z, gamma, beta, moving) * dout)


dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, fixed)
checks.gradient(lambda z: np.sum(output(batchnorm_forward, z, gamma, beta, fixed) * dout), x, dx, "dx in test mode", suspects={
    "this is the gradient of train mode. In test mode mean and variance do not depend on x.": lambda: checks.numeric_gradient(
        lambda z: np.sum(output(batchnorm_forward, z, gamma, beta, {"mode": "train"}) * dout), x),
    "this is the formula of train mode, with the running averages in it. In test mode mean and variance do not depend on x.":
        lambda: checks.numeric_gradient(lambda z: following(z, True), x),
    "this is the short formula of train mode, with the running averages in it. In test mode mean and variance do not depend on x.":
        lambda: checks.numeric_gradient(lambda z: following(z, False), x),
    "gamma is missing in dx.": lambda: checks.numeric_gradient(
        lambda z: np.sum(output(batchnorm_forward, z, np.ones(4), beta, fixed) * dout), x)},
    hint="In test mode mean and variance are constants: only the direct branch is left.")
checks.gradient(lambda g: np.sum(output(batchnorm_forward, x, g, beta, fixed) * dout), gamma, dgamma, "dgamma in test mode", suspects={
    "dgamma uses the x_hat of train mode. In test mode x_hat is made with the running averages.": lambda: checks.numeric_gradient(
        lambda g: np.sum(output(batchnorm_forward, x, g, beta, {"mode": "train"}) * dout), gamma)})
checks.gradient(lambda b: np.sum(output(batchnorm_forward, x, gamma, b, fixed) * dout), beta, dbeta, "dbeta in test mode")
checks.passed("batchnorm_backward", "in test mode only the direct branch is left")
### BEGIN HIDDEN TESTS
x, gamma, beta, dout = make_batch(111, 1, 3)
fixed = {"mode": "test", "running_mean": np.array([1.0, 0.0, -1.0]), "running_var": np.array([0.5, 2.0, 4.0])}
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, fixed)
slope = 1 / (fixed["running_var"] + 1e-5) ** 0.5
checks.close(dx, dout * gamma * slope, "dx of a single example in test mode")
checks.close(dgamma, dout[0] * (x[0] - fixed["running_mean"]) * slope, "dgamma of a single example in test mode")
checks.close(dbeta, dout[0], "dbeta of a single example in test mode")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_batch(120)
given = dout.copy()
out, cache = results(batchnorm_forward(x, gamma, beta, {"mode": "train"}), "out, cache")
batchnorm_backward(given, cache)
checks.unchanged(given, dout, "dout of batchnorm_backward")
single = [values.astype(np.float32) for values in (x, gamma, beta, dout)]
for grad, name in zip(gradients(batchnorm_forward, batchnorm_backward, *single, {"mode": "train"}), ("dx", "dgamma", "dbeta")):
    checks.dtype(grad, np.float32, f"{name} for float32 arguments")
x[:, 1] = 3.0
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, {"mode": "train"})
checks.shape(dx, x.shape, "dx (the shape of x)")
checks.finite(dx, "dx where a feature is the same for all examples", hint="Divide by the root of (variance + eps) only.")
checks.passed("batchnorm_backward", "dout stays as it is, float32 stays float32, constant features do no harm")
### BEGIN HIDDEN TESTS
checks.close(dx[:, 1], (dout[:, 1] - sum(dout[:, 1]) / 6) * gamma[1] / 1e-5**0.5, "dx of a feature that is the same for all examples",
             rtol=1e-5)
x, gamma, beta, dout = make_batch(121, 1, 3)
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, {"mode": "train"})
checks.close(dx, np.zeros((1, 3)), "dx of a batch of one example (out is always beta)", atol=1e-6)
checks.close(dgamma, np.zeros(3), "dgamma of a batch of one example", atol=1e-6)
x, gamma, beta, dout = make_batch(122)
plain = gradients(batchnorm_forward, batchnorm_backward, x, gamma, beta, dout, {"mode": "train"})
other = gradients(batchnorm_forward, batchnorm_backward, np.asfortranarray(x), gamma, beta, np.asfortranarray(dout), {"mode": "train"})
for a, b, name in zip(other, plain, ("dx", "dgamma", "dbeta")):
    checks.close(a, b, f"{name} for Fortran-ordered arrays")
out, cache = results(batchnorm_forward(x, gamma, beta, {"mode": "train"}), "out, cache")
output(batchnorm_forward, 2 - x[::-1] ** 2, gamma, beta, {"mode": "train"})
late = results(batchnorm_backward(dout.copy(), cache), "dx, dgamma, dbeta")
for a, b, name in zip(late, plain, ("dx", "dgamma", "dbeta")):
    checks.close(a, b, f"{name} of a batch after whose forward pass another batch came",
                 hint="What the backward pass needs belongs into cache, not into variables outside of the functions: a net has many such layers.")
### END HIDDEN TESTS

# %% [markdown]
# **Question 2** (2 points). A batch of only two examples ($\varepsilon$ is negligible). Normalize a feature with the values 3 and 7, then one with any two values $a < b$. What
# does a layer after the normalization still learn about $a$ and $b$, and what is `dx`, whatever `dout` is? (No formula is needed: what happens to the output if $a$ changes a little?)

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_two_examples", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# 3 and 7 have mean 5 and standard deviation 2, so they become −1 and +1. So do any $a < b$: the mean is in the middle, and both lie one standard
# deviation, $(b - a)/2$, from it. What is left is which of the two is larger, one bit. A small change of $a$ changes nothing in the
# output, so `dx` = 0 (up to ε): the layers below get no gradient and cannot learn. With a batch of one even the bit is lost: the output is β.
#
# **Marking**: 1 point for −1 and +1 in both cases and "only the order is left"; 1 for dx = 0 with a reason.
# ### END SOLUTION

# %% [markdown]
# ### Does it help?
#
# Enough of checks. A net of six layers, five hidden ones of 100 units and the scores, trained with your two functions and without: same weights in the beginning, same
# batches, 2,000 images. The class below puts the layers together; it is given.

# %% nbgrader={"grade": false, "grade_id": "deep_net", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
from cs231n_lib.layers import affine_backward, relu_backward, softmax_loss
from cs231n_lib.solver import Solver, TrainingDiverged


class DeepNet:
    """(affine - normalization - ReLU) for each hidden layer, then affine - softmax. A model for Solver.

    weight_scale: standard deviation of the initial weights of the hidden layers; the last layer always has 0.01.
    normalization: None or a pair of functions (forward, backward).
    """

    def __init__(self, hidden, weight_scale, normalization=None, seed=0):
        rng = np.random.default_rng(seed)
        widths, self.normalization, self.params = [768, *hidden, 10], normalization, {}
        for i, (before, after) in enumerate(zip(widths, widths[1:])):
            scale = weight_scale if i < len(hidden) else 0.01
            self.params[f"W{i}"] = (scale * rng.normal(size=(before, after))).astype(np.float32)
            self.params[f"b{i}"] = np.zeros(after, np.float32)
            if normalization and i < len(hidden):
                self.params[f"gamma{i}"], self.params[f"beta{i}"] = np.ones(after, np.float32), np.zeros(after, np.float32)
        self.depth, self.norm_params = len(hidden), [{} for _ in hidden]

    def loss(self, X, y=None):
        p, caches = self.params, []
        for i in range(self.depth):
            X, affine = affine_forward(X, p[f"W{i}"], p[f"b{i}"])
            norm = None
            if self.normalization:
                self.norm_params[i]["mode"] = "test" if y is None else "train"
                X, norm = self.normalization[0](X, p[f"gamma{i}"], p[f"beta{i}"], self.norm_params[i])
            X, relu = relu_forward(X)
            caches.append((affine, norm, relu))
        scores, last = affine_forward(X, p[f"W{self.depth}"], p[f"b{self.depth}"])
        if y is None:
            return scores
        loss, upstream = softmax_loss(scores, y)
        grads = {}
        upstream, grads[f"W{self.depth}"], grads[f"b{self.depth}"] = affine_backward(upstream, last)
        for i in reversed(range(self.depth)):
            affine, norm, relu = caches[i]
            upstream = relu_backward(upstream, relu)
            if self.normalization:
                upstream, grads[f"gamma{i}"], grads[f"beta{i}"] = self.normalization[1](upstream, norm)
            upstream, grads[f"W{i}"], grads[f"b{i}"] = affine_backward(upstream, affine, need_dx=i > 0)
        return loss, grads

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
    runs[name] = Solver(DeepNet([100] * 5, 0.03, normalization), image_data, update_rule="adam", num_epochs=10, batch_size=50,
                        optim_config={"learning_rate": 1e-3}, verbose=False, progress=True, rng=1)
    runs[name].train()
vis.training_curves(runs);

# %% [markdown]
# Normalized, the net learns sooner and gets further. Without, it has to find its way out of the plateau first that you saw in the histograms: where all
# outputs are alike, all gradients are, too. (2,000 images are few for a net of 120,000 parameters; the
# gap between training and validation is what the notebook `dropout` is about.)
#
# ## The gradient on one line
#
# Those steps can be multiplied out on paper, and a good deal cancels. For one feature write $g_i$ for the gradient with respect to
# $\hat x_i$, that is $g_i = \gamma \cdot \mathrm{dout}_i$, and a bar for the mean over the batch: $\bar g = \frac1N \sum_j g_j$ and
# $\overline{g \hat x} = \frac1N \sum_j g_j \hat x_j$. $L$ is the loss.
#
# **Step 1, the divisor $s$.** Each $\hat x_j = c_j / s$ depends on it with derivative $-c_j / s^2 = -\hat x_j / s$, and all of them count:
#
# $$ \frac{\partial L}{\partial s} = -\frac1s \sum_j g_j\, \hat x_j = -\frac{N}{s}\; \overline{g \hat x} . $$
#
# **Step 2, from $s$ to $c_i$.** From $s = \sqrt{v + \varepsilon}$ follows $\partial s / \partial v = 1 / (2 s)$, and from $v = \frac1N \sum_j c_j^2$
# follows $\partial v / \partial c_i = 2 c_i / N$. With the direct branch, $c_i$ gets altogether
#
# $$ \frac{\partial L}{\partial c_i} = \frac{g_i}{s} \;-\; \frac{N}{s}\; \overline{g \hat x} \cdot \frac{1}{2s} \cdot \frac{2 c_i}{N} , $$
#
# where the factors $N$ and 2 cancel, and $c_i / s$ has a name.
#
# **Step 3, from $c$ to $x$.** As $c_i = x_i - \frac1N \sum_j x_j$, the gradient with respect to $x_i$ is $\partial L / \partial c_i$ minus the mean of all $\partial L / \partial c_j$.
# Take that mean for both terms of step 2. One of them vanishes, since the mean of $\hat x$ over the batch is 0.
#
# **Step 4 is yours.** Put it together, and go back from $g$ to `dout`: $\gamma$ is the same number for the whole feature, so that it comes out
# of every mean. Your result should fit on one line and contain only $\gamma$, $s$, $\hat x$, `dout` and two means.
#
# ## Exercise 3: `batchnorm_backward_alt`
#
# The same gradients in train mode, with that formula. (It must not call `batchnorm_backward`.)

# %% nbgrader={"grade": false, "grade_id": "batchnorm_backward_alt", "locked": false, "schema_version": 3, "solution": true, "task": false}
def batchnorm_backward_alt(dout, cache):
    """Gradients of batchnorm_forward in train mode by one formula. Arguments and results as in batchnorm_backward.

    Arguments: dout (N, D); cache: what batchnorm_forward returned beside out.
    Returns (dx, dgamma, dbeta) of shapes (N, D), (D,) and (D,).
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


# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_alt_dx", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
checks.true(not calls(batchnorm_backward_alt, "batchnorm_backward"),
            "batchnorm_backward_alt calls batchnorm_backward, or is it; it should compute the gradients itself, with your formula.")
x, gamma, beta, dout = make_batch(130)
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward_alt, x, gamma, beta, dout * [0, 0, 1, 0], {"mode": "train"})
checks.shape(dx, x.shape, "dx (the shape of x)")
checks.close(np.asarray(dx)[:, [0, 1, 3]], np.zeros((6, 3)), "dx of the features whose dout is 0",
             hint="No feature reaches the output of another: there should be no sum or mean over axis 1, or over the whole array.")
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward_alt, x, gamma, beta, dout, {"mode": "train"})
suspects = branch_suspects(batchnorm_forward, x, gamma, dout)
x_hat = np.asarray(output(batchnorm_forward, x, np.ones(4), np.zeros(4), {"mode": "train"}))
parts = functools.cache(lambda: branch_gradients(batchnorm_forward, x, gamma, dout, 1e-5, 0))
suspects["in the last term (the branch through the variance) the factor x_hat in front of the mean is missing."] = (
    lambda: parts()[0] + parts()[1] + parts()[2] / x_hat)
suspects["in the last term (the branch through the variance) x stands where x_hat belongs."] = (
    lambda: parts()[0] + parts()[1] + parts()[2] / x_hat * x)
suspects["in the last term (the branch through the variance) x minus its mean stands where x_hat belongs."] = (
    lambda: parts()[0] + parts()[1] + parts()[2] * (gamma * dout / parts()[0]) ** 2)
suspects["in the last mean dout stands alone; there it is a mean of products."] = (
    lambda: parts()[0] + parts()[1] + parts()[2] * sum(dout) / sum(dout * x_hat))
suspects["in the last mean x stands where x_hat belongs."] = (
    lambda: parts()[0] + parts()[1] + parts()[2] * sum(dout * x) / sum(dout * x_hat))
suspects["the two means have changed places."] = lambda: parts()[0] + parts()[1] * x_hat + parts()[2] / x_hat
suspects["gamma stands inside of the means as well as in front of them."] = lambda: parts()[0] + gamma * (parts()[1] + parts()[2])
checks.gradient(lambda z: np.sum(output(batchnorm_forward, z, gamma, beta, {"mode": "train"}) * dout), x, dx,
                "dx of batchnorm_backward_alt", num_examples=len(x), suspects=suspects)
large = {"mode": "train", "eps": 2.0}
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward_alt, x, gamma, beta, dout, large)
checks.gradient(lambda z: np.sum(output(batchnorm_forward, z, gamma, beta, large) * dout), x, dx, "dx of batchnorm_backward_alt with eps=2",
                hint="dx is right with the usual eps, so it is the eps: that of bn_param belongs under the root in s and in x_hat.")
checks.passed("batchnorm_backward_alt", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
def weighted(z):
    centre = sum(z) / len(z)
    return float(sum(sum(dout * (beta + (z - centre) * gamma / (sum((z - centre) ** 2) / len(z) + eps) ** 0.5))))


for seed, N, D, eps in ((131, 5, 5, 1e-5), (132, 3, 7, 1e-5), (133, 9, 1, 1e-5), (134, 4, 3, 0.7)):
    x, gamma, beta, dout = make_batch(seed, N, D)
    dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward_alt, x, gamma, beta, dout, {"mode": "train", "eps": eps})
    checks.gradient(weighted, x, dx, f"dx of batchnorm_backward_alt, N, D = {N, D}, eps = {eps}", num_examples=N)
x, gamma, beta, dout = make_batch(96, 6, 4)
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward_alt, x, gamma, beta, dout, {"mode": "train"})
scaled, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward_alt, 2.0**40 * x, gamma, beta, dout, {"mode": "train"})
checks.analytic(2.0**40 * np.asarray(scaled), dx, "dx, times 2**40, for an x 2**40 times as large")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_alt_parameters", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
checks.true(not calls(batchnorm_backward_alt, "batchnorm_backward"),
            "batchnorm_backward_alt calls batchnorm_backward, or is it; it should compute the gradients itself.")
x, gamma, beta, dout = make_batch(140)
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward_alt, x, gamma, beta, dout, {"mode": "train"})
for name, place, actual in (("dgamma", gamma, dgamma), ("dbeta", beta, dbeta)):
    def along(moved):
        pair = (moved, beta) if name == "dgamma" else (gamma, moved)
        return np.sum(output(batchnorm_forward, x, *pair, {"mode": "train"}) * dout)

    checks.gradient(along, place, actual, f"{name} of batchnorm_backward_alt", num_examples=len(x), suspects={
        "dgamma uses x where x_hat belongs.": lambda: checks.numeric_gradient(lambda g: np.sum(g * x * dout), gamma),
        "this is the other one: are dgamma and dbeta returned in the wrong order?": lambda: checks.numeric_gradient(
            lambda b: np.sum(output(batchnorm_forward, x, gamma, b, {"mode": "train"}) * dout), beta),
        "gamma itself is a factor; it does not belong there.": lambda: gamma * checks.numeric_gradient(along, place)})
checks.passed("batchnorm_backward_alt", "dgamma and dbeta agree with the numeric gradient")
### BEGIN HIDDEN TESTS
x, gamma, beta, dout = make_batch(141, 5, 5)
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward_alt, x, gamma, beta, dout, {"mode": "train"})
standard = (x - sum(x) / 5) / (sum((x - sum(x) / 5) ** 2) / 5 + 1e-5) ** 0.5
checks.close(dgamma, sum(dout * standard), "dgamma of batchnorm_backward_alt, N, D = (5, 5)", num_examples=5)
checks.close(dbeta, sum(dout), "dbeta of batchnorm_backward_alt, N, D = (5, 5)", num_examples=5)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_batchnorm_backward_alt_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
checks.true(not calls(batchnorm_backward_alt, "batchnorm_backward"),
            "batchnorm_backward_alt calls batchnorm_backward, or is it; it should compute the gradients itself.")
x, gamma, beta, dout = make_batch(150)
given = dout.copy()
out, cache = results(batchnorm_forward(x, gamma, beta, {"mode": "train"}), "out, cache")
batchnorm_backward_alt(given, cache)
checks.unchanged(given, dout, "dout of batchnorm_backward_alt")
single = [values.astype(np.float32) for values in (x, gamma, beta, dout)]
for grad, name in zip(gradients(batchnorm_forward, batchnorm_backward_alt, *single, {"mode": "train"}), ("dx", "dgamma", "dbeta")):
    checks.dtype(grad, np.float32, f"{name} for float32 arguments")
checks.passed("batchnorm_backward_alt", "dout stays as it is, float32 stays float32")
### BEGIN HIDDEN TESTS
x[:, 1] = 3.0
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward_alt, x, gamma, beta, dout, {"mode": "train"})
checks.shape(dx, x.shape, "dx (the shape of x)")
checks.close(dx[:, 1], (dout[:, 1] - sum(dout[:, 1]) / 6) * gamma[1] / 1e-5**0.5, "dx of a feature that is the same for all examples",
             rtol=1e-5)
x, gamma, beta, dout = make_batch(151, 1, 3)
dx, dgamma, dbeta = gradients(batchnorm_forward, batchnorm_backward_alt, x, gamma, beta, dout, {"mode": "train"})
checks.close(dx, np.zeros((1, 3)), "dx of a batch of one example (out is always beta)", atol=1e-6)
### END HIDDEN TESTS

# %% [markdown]
# Do the two agree, and was the work on paper worth it? Less arithmetic means fewer passes over memory:

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
# Batch normalization has a price: an example is seen through the others of its batch. With small batches (large images, long texts) the statistics are poor,
# and train and test mode differ. **Layer normalization** takes mean and variance the other way: for each *example*, over its features.

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
# Mean and variance now have an index $i$, one per example. $\gamma$ and $\beta$ still have an index $d$: they belong to the features, as before. Nothing has
# to be remembered, for at test time an example has its features just as in training. So there are no modes and no running averages.
#
# ## Exercise 4: `layernorm_forward`
#
# Little has to change in what you wrote. Mind the shapes: a mean per row has to broadcast along the row.

# %% nbgrader={"grade": false, "grade_id": "layernorm_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def layernorm_forward(x, gamma, beta, ln_param):
    """Layer normalization: each example (row) gets mean 0 and variance 1 over its features, then is scaled and shifted.

    Arguments
    - x: (N, D) a batch of examples, float32 or float64
    - gamma, beta: (D,) scale and shift of each feature
    - ln_param: a dict with "eps", added to the variance under the root; 1e-5 if not given. Other keys ("mode", for
      example) are of no importance, and the dict is not changed.

    Returns (out, cache)
    - out: (N, D), of the dtype of x
    - cache: whatever layernorm_backward needs
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


# %% [markdown]
# Two examples with eight features each: the first has mean 5 and variance 4, the second mean 0 and variance 100.

# %% nbgrader={"grade": true, "grade_id": "test_layernorm_forward_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x = np.array([[2.0, 4, 4, 4, 5, 5, 7, 9], [10.0, 10, 10, 10, -10, -10, -10, -10]])
expected_hat = np.array([[-1.5, -0.5, -0.5, -0.5, 0, 0, 1, 2], [1, 1, 1, 1, -1, -1, -1, -1]])
gamma, beta = np.array([1.0, 2, 3, 4, 5, 6, 7, 8]), np.array([0.0, 1, 0, 2, 0, 3, 0, 4])
means, stds = np.array([[5.0], [0.0]]), np.array([[2.0], [10.0]])
out = output(layernorm_forward, x, gamma, beta, {"eps": 1e-12})
checks.shape(out, (2, 8), "out (the shape of x)")
checks.close(out, expected_hat * gamma + beta, "out of layernorm_forward", suspects={
    "the statistics are those of the batch, for each feature. Layer normalization takes those of each row.":
        lambda: output(batchnorm_forward, x, gamma, beta, {"mode": "train", "eps": 1e-12}),
    "the variance is divided by D - 1. Layer normalization divides it by D.": gamma * np.sqrt(7 / 8) * expected_hat + beta,
    "x is divided by the variance, not by its root.": gamma * expected_hat / stds + beta,
    "x is scaled, but its mean is not subtracted.": gamma * (expected_hat + means / stds) + beta,
    "x is centred, but not divided by its standard deviation.": gamma * expected_hat * stds + beta,
    "gamma is missing.": expected_hat + beta,
    "gamma and beta are missing.": expected_hat,
    "beta is missing.": gamma * expected_hat,
    "one mean and one variance for the whole array. Every example (row) has its own.":
        lambda: gamma * (x - 2.5) / np.sqrt((x - 2.5).ravel() @ (x - 2.5).ravel() / 16) + beta,
})
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
    checks.close(out, expected, f"out of layernorm_forward, N, D = {N, D}", rtol=1e-3, suspects={
        "gamma and beta are applied to examples; they belong to the features (columns).":
            lambda: (expected - beta) / gamma * gamma[:, None] + beta[:, None]})
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_layernorm_forward_eps", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
signs = np.array([[-1.0, 1.0, -1.0, 1.0], [-1.0, 1.0, 1.0, -1.0]])
out = output(layernorm_forward, 3 * signs + [[4.0], [0.0]], np.ones(4), np.zeros(4), {"eps": 16.0})
checks.close(out, 0.6 * signs, "out of layernorm_forward with rows of variance 9 and eps=16", suspects={
    "eps is outside of the root.": signs * 3 / 19,
    "eps is left out, or it is 1e-5 whatever ln_param says.": signs,
    "x is divided by (variance + eps), not by its root.": signs * 3 / 25})
out = output(layernorm_forward, np.full((2, 3), 7.0), np.ones(3), np.array([1.0, 2.0, 3.0]), {})
checks.finite(out, "out of rows that are constant", hint="The variance is 0 here: eps keeps you from dividing by it.")
checks.close(out, [[1.0, 2.0, 3.0]] * 2, "out of rows that are constant (beta)")
checks.passed("layernorm_forward", "eps stands under the root")
### BEGIN HIDDEN TESTS
small = 3e-3 * signs
out = output(layernorm_forward, small, np.ones(4), np.zeros(4), {})
checks.close(out, signs * 3e-3 / 1.9e-5**0.5, "out of rows with a variance of 9e-6, eps not given", rtol=1e-5, suspects={
    "eps is outside of the root.": signs * 3e-3 / (3e-3 + 1e-5), "eps is left out.": signs})
out = output(layernorm_forward, np.array([[3.0], [5.0]]), np.ones(1), np.array([2.0]), {})
checks.close(out, [[2.0], [2.0]], "out of examples with a single feature (beta)")
### END HIDDEN TESTS

# %% [markdown]
# No example may know about the others: the output for one of them is the same alone and in company, in every mode.

# %% nbgrader={"grade": true, "grade_id": "test_layernorm_forward_alone", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_batch(170)
together = output(layernorm_forward, x, gamma, beta, {"mode": "train"})
alone = output(layernorm_forward, x[2:3], gamma, beta, {"mode": "train"})
checks.close(alone, np.asarray(together)[2:3], "out of an example by itself, against the same example in a batch",
             hint="Layer normalization uses only the example's own features: there should be no mean over axis 0.")
result, (x_after, gamma_after, beta_after, after) = checks.call(layernorm_forward, x, gamma, beta, {"mode": "test"})
checks.close(results(result, "out, cache")[0], together, 'out with "mode": "test", against "mode": "train"',
             hint="Layer normalization has no modes.")
checks.true("running_mean" not in after and "running_var" not in after, "Layer normalization keeps no running averages.")
checks.equal(after, {"mode": "test"}, "ln_param after the call, which leaves it as it is")
checks.passed("layernorm_forward", "no example depends on the others, nor on the mode")
### BEGIN HIDDEN TESTS
x, gamma, beta, dout = make_batch(171, 5, 3)
together = output(layernorm_forward, x, gamma, beta, {"mode": "test", "running_mean": np.full(3, 9.0), "running_var": np.full(3, 9.0)})
for i in range(5):
    checks.close(output(layernorm_forward, x[i:i + 1], gamma, beta, {}), np.asarray(together)[i:i + 1], f"out of example {i} by itself")
result, (x_after, gamma_after, beta_after, after) = checks.call(layernorm_forward, x, gamma, beta, {"eps": 1e-5})
checks.equal(after, {"eps": 1e-5}, "ln_param after the call")
expected = gamma * (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True) + beta
checks.resembles(together, expected, "out of layernorm_forward", given=(x,))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_layernorm_forward_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_batch(175)
given = x.copy(), gamma.copy(), beta.copy()
expected, cache = results(layernorm_forward(*given, {}), "out, cache")
for after, before, what in zip(given, (x, gamma, beta), ("x", "gamma", "beta")):
    checks.unchanged(after, before, f"{what} of layernorm_forward")
out = output(layernorm_forward, x.astype(np.float32), gamma.astype(np.float32), beta.astype(np.float32), {})
checks.dtype(out, np.float32, "out for float32 arguments")
checks.passed("layernorm_forward", "arguments stay as they are, float32 stays float32")
### BEGIN HIDDEN TESTS
checks.close(out, expected, "out for float32 arguments", rtol=1e-3, atol=1e-4)
checks.close(output(layernorm_forward, np.asfortranarray(x), gamma, beta, {}), expected, "out for a Fortran-ordered x")
right = gamma * (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True) + beta
checks.resembles(expected, right, "out of layernorm_forward", given=(x,))
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 5: `layernorm_backward`
#
# The picture with the three branches holds for a row as it did for a column, and so do steps 1 to 3 on paper, with means over the $D$ features of an example. But look
# again at step 4. Which values share a mean now? Do they share a $\gamma$, too?

# %% nbgrader={"grade": false, "grade_id": "layernorm_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def layernorm_backward(dout, cache):
    """Gradients of layernorm_forward.

    Arguments
    - dout: (N, D) gradient of the loss with respect to out
    - cache: what layernorm_forward returned beside out

    Returns (dx, dgamma, dbeta)
    - dx: (N, D) gradient with respect to x, of the dtype of x
    - dgamma, dbeta: (D,)
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


# %% nbgrader={"grade": true, "grade_id": "test_layernorm_backward_parameters", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_batch(180)
dx, dgamma, dbeta = gradients(layernorm_forward, layernorm_backward, x, gamma, beta, dout, {})


def with_parameters(scale, shift):
    return np.sum(output(layernorm_forward, x, scale, shift, {}) * dout)


checks.gradient(lambda g: with_parameters(g, beta), gamma, dgamma, "dgamma of layernorm_backward", num_examples=len(x), suspects={
    "dgamma uses x where x_hat belongs.": lambda: checks.numeric_gradient(lambda g: np.sum(g * x * dout), gamma),
    "dgamma uses the centred x where x_hat belongs.":
        lambda: checks.numeric_gradient(lambda g: np.sum(g * (x - x.sum(1, keepdims=True) / 4) * dout), gamma),
    "gamma itself is a factor of dgamma; it does not belong there.":
        lambda: gamma * checks.numeric_gradient(lambda g: with_parameters(g, beta), gamma),
    "dgamma uses the x_hat of batch normalization.": lambda: checks.numeric_gradient(
        lambda g: np.sum(output(batchnorm_forward, x, g, beta, {"mode": "train"}) * dout), gamma),
    "dgamma is summed over the features (axis 1). gamma belongs to the features: sum over the examples.":
        lambda: np.add.reduce(dout * output(layernorm_forward, x, np.ones(4), np.zeros(4), {}), 1),
    "this is dbeta: are dgamma and dbeta returned in the wrong order?":
        lambda: checks.numeric_gradient(lambda b: with_parameters(gamma, b), beta),
})
checks.gradient(lambda b: with_parameters(gamma, b), beta, dbeta, "dbeta of layernorm_backward", num_examples=len(x), suspects={
    "dbeta is summed over the features (axis 1). beta belongs to the features: sum over the examples.": lambda: np.add.reduce(dout, 1),
    "gamma is a factor of dbeta; it does not belong there.": lambda: gamma * checks.numeric_gradient(lambda b: with_parameters(gamma, b), beta),
})
checks.passed("layernorm_backward", "dgamma and dbeta agree with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, N, D in ((181, 5, 5), (182, 3, 7), (183, 1, 4)):
    x, gamma, beta, dout = make_batch(seed, N, D)
    dx, dgamma, dbeta = gradients(layernorm_forward, layernorm_backward, x, gamma, beta, dout, {})
    centred = x.T - sum(x.T) / D
    standard = (centred / (sum(centred**2) / D + 1e-5) ** 0.5).T
    checks.close(dgamma, sum(standard * dout), f"dgamma of layernorm_backward, N, D = {N, D}", num_examples=N)
    checks.close(dbeta, sum(dout), f"dbeta of layernorm_backward, N, D = {N, D}", num_examples=N)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_layernorm_backward_dx", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
def layernorm_suspects(x, gamma, beta, dout):
    """The mistakes in a branch, and those that only layer normalization can have."""
    def ungraded(z):
        return np.sum(output(layernorm_forward, z, np.ones_like(gamma), beta, {}) * dout)

    def mixed_gammas(in_mean, in_variance):
        direct, mean, variance = branch_gradients(batchnorm_forward, x, gamma, dout, 1e-5, 1)
        bare_direct, bare_mean, bare_variance = branch_gradients(batchnorm_forward, x, np.ones_like(gamma), dout, 1e-5, 1)
        return direct + (mean if in_mean else bare_mean) + (variance if in_variance else bare_variance)

    def without_x_hat():
        direct, mean, variance = branch_gradients(batchnorm_forward, x, gamma, dout, 1e-5, 1)
        return direct + mean + variance / output(layernorm_forward, x, np.ones_like(gamma), np.zeros_like(gamma), {})

    return {
        "gamma is multiplied in after the means were taken. It differs from feature to feature, so it cannot come out of a mean over features.":
            lambda: gamma * checks.numeric_gradient(ungraded, x),
        "the means are taken over the batch, as in batch normalization.": lambda: checks.numeric_gradient(
            lambda z: np.sum(output(batchnorm_forward, z, gamma, beta, {"mode": "train"}) * dout), x),
        "gamma is a factor twice.": lambda: gamma * checks.numeric_gradient(
            lambda z: np.sum(output(layernorm_forward, z, gamma, beta, {}) * dout), x),
        "in the last term (the branch through the variance) the factor x_hat in front of the mean is missing.": without_x_hat,
        "gamma is missing in the branch through the mean.": lambda: mixed_gammas(False, True),
        "gamma is missing in the branch through the variance.": lambda: mixed_gammas(True, False),
        "gamma is missing in both branches, through the mean and through the variance.": lambda: mixed_gammas(False, False),
        **branch_suspects(batchnorm_forward, x, gamma, dout, axis=1),
    }


x, gamma, beta, dout = make_batch(190)
dx, dgamma, dbeta = gradients(layernorm_forward, layernorm_backward, x, gamma, beta, dout, {})
checks.gradient(lambda z: np.sum(output(layernorm_forward, z, gamma, beta, {}) * dout), x, dx, "dx of layernorm_backward",
                suspects=layernorm_suspects(x, gamma, beta, dout))
checks.passed("layernorm_backward", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
def weighted(z):
    centred = z.T - sum(z.T) / z.shape[1]
    return float(sum(sum(dout * (beta + gamma * (centred / (sum(centred**2) / z.shape[1] + 1e-5) ** 0.5).T))))


for seed, N, D in ((191, 5, 5), (192, 7, 3), (193, 1, 6), (194, 3, 9)):
    x, gamma, beta, dout = make_batch(seed, N, D)
    dx, dgamma, dbeta = gradients(layernorm_forward, layernorm_backward, x, gamma, beta, dout, {})
    checks.gradient(weighted, x, dx, f"dx of layernorm_backward, N, D = {N, D}", suspects=layernorm_suspects(x, gamma, beta, dout))
x, gamma, beta, dout = make_batch(96, 6, 4)
dx, dgamma, dbeta = gradients(layernorm_forward, layernorm_backward, x, gamma, beta, dout, {"mode": "train"})
scaled, dgamma, dbeta = gradients(layernorm_forward, layernorm_backward, 2.0**40 * x, gamma, beta, dout, {"mode": "train"})
checks.analytic(2.0**40 * np.asarray(scaled), dx, "dx, times 2**40, for an x 2**40 times as large")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_layernorm_backward_alone", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_batch(200)
dout[[0, 1, 3, 4, 5]] = 0
dx, dgamma, dbeta = gradients(layernorm_forward, layernorm_backward, x, gamma, beta, dout, {})
checks.shape(dx, x.shape, "dx (the shape of x)")
checks.close(np.asarray(dx)[[0, 1, 3, 4, 5]], np.zeros((5, 4)), "dx of the examples whose dout is 0",
             hint="No example of layer normalization reaches the output of another: there should be no mean over axis 0 in dx.")
checks.true(np.max(np.abs(np.asarray(dx)[2])) > 1e-4, "dx is 0 for the example whose dout is not.")
checks.passed("layernorm_backward", "the gradient of an example stays within that example")
### BEGIN HIDDEN TESTS
x, gamma, beta, dout = make_batch(201, 4, 5)
together, dgamma, dbeta = gradients(layernorm_forward, layernorm_backward, x, gamma, beta, dout, {})
for i in range(4):
    dx, dgamma, dbeta = gradients(layernorm_forward, layernorm_backward, x[i:i + 1], gamma, beta, dout[i:i + 1], {})
    checks.close(dx, np.asarray(together)[i:i + 1], f"dx of example {i} by itself, against the same in a batch")
checks.true(np.min(np.max(np.abs(together), axis=1)) > 1e-4, "dx is 0 for a whole example with a random dout.")
of_rows = {"axis": 1, "keepdims": True}
slopes = checks.numeric_gradient(lambda v: np.sum(gamma * (v - v.mean(**of_rows)) / v.std(**of_rows) * dout), x)
checks.resembles(together, slopes, "dx of layernorm_backward", given=(x, dout))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_layernorm_backward_eps", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_batch(210)
dx, dgamma, dbeta = gradients(layernorm_forward, layernorm_backward, x, gamma, beta, dout, {"eps": 2.0})
checks.gradient(lambda z: np.sum(output(layernorm_forward, z, gamma, beta, {"eps": 2.0}) * dout), x, dx,
                "dx of layernorm_backward with eps=2", suspects=branch_suspects(batchnorm_forward, x, gamma, dout, 2.0, axis=1),
                hint="If dx is right with the usual eps: the eps of ln_param belongs under every root, in the backward pass, too.")
checks.passed("layernorm_backward", "eps is in the gradient, too")
### BEGIN HIDDEN TESTS
def weighted(z):
    centred = z.T - sum(z.T) / z.shape[1]
    return float(sum(sum(dout * (beta + gamma * (centred / (sum(centred**2) / z.shape[1] + 0.3) ** 0.5).T))))


x, gamma, beta, dout = make_batch(211, 3, 5)
dx, dgamma, dbeta = gradients(layernorm_forward, layernorm_backward, x, gamma, beta, dout, {"eps": 0.3})
checks.gradient(weighted, x, dx, "dx of layernorm_backward with eps=0.3")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_layernorm_backward_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, gamma, beta, dout = make_batch(220)
given = dout.copy()
out, cache = results(layernorm_forward(x, gamma, beta, {}), "out, cache")
layernorm_backward(given, cache)
checks.unchanged(given, dout, "dout of layernorm_backward")
single = [values.astype(np.float32) for values in (x, gamma, beta, dout)]
for grad, name in zip(gradients(layernorm_forward, layernorm_backward, *single, {}), ("dx", "dgamma", "dbeta")):
    checks.dtype(grad, np.float32, f"{name} for float32 arguments")
x[1] = 3.0
dx, dgamma, dbeta = gradients(layernorm_forward, layernorm_backward, x, gamma, beta, dout, {})
checks.shape(dx, x.shape, "dx (the shape of x)")
checks.finite(dx, "dx where all features of an example are the same", hint="Divide by the root of (variance + eps) only.")
checks.passed("layernorm_backward", "dout stays as it is, float32 stays float32, constant examples do no harm")
### BEGIN HIDDEN TESTS
slopes = dout[1] * gamma
checks.close(dx[1], (slopes - sum(slopes) / 4) / 1e-5**0.5, "dx of an example whose features are all the same", rtol=1e-5)
plain = gradients(layernorm_forward, layernorm_backward, *make_batch(221), {})
x, gamma, beta, dout = make_batch(221)
other = gradients(layernorm_forward, layernorm_backward, np.asfortranarray(x), gamma, beta, np.asfortranarray(dout), {})
for a, b, name in zip(other, plain, ("dx", "dgamma", "dbeta")):
    checks.close(a, b, f"{name} for Fortran-ordered arrays")
### END HIDDEN TESTS

# %% [markdown]
# **Question 3** (2 points). Say for batch normalization (train mode) and for layer normalization whether the output of *example 0* changes (ε is negligible):
# (a) example 5 is replaced by another image; (b) all features of example 0 are doubled; (c) feature 3 is doubled in all examples;
# (d) 10 is added to feature 3 in all examples. Which of the two does a robot need that learns from one image at a time?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_invariances", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
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
# **Marking**: 1.5 points for the table (all eight right; 1 with six or seven; 0.5 with four or five); 0.5 for layer norm with a reason.
# ### END SOLUTION

# %% [markdown]
# ## What normalization buys
#
# First, freedom in the choice of the initial weights. The same net, with and without, for twenty scales of the hidden weights between 0.0001 and 1: a short training of each on 1,000 images.

# %% nbgrader={"grade": false, "grade_id": "demo_weight_scales", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
few = {**image_data, "X_train": X_train[:1000], "y_train": images.y_train[:1000]}


def short_training(normalization, weight_scale, batch_size, num_epochs, dataset, learning_rate, num_hidden=5, seed=0):
    """A trained Solver; one whose loss became infinite keeps what it had reached before."""
    solver = Solver(DeepNet([50] * num_hidden, weight_scale, normalization, seed), dataset, update_rule="adam", batch_size=batch_size,
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
axes[2].axhline(np.log(10), color="black", ls="--", lw=1)
axes[2].text(scales[0], 2.5, "guessing")
axes[0].legend();

# %% [markdown]
# Without normalization there is a narrow window of good scales, and whoever misses it learns little or nothing. With it, the net learns at every scale,
# not equally well, but nowhere badly.

# %% [markdown]
# **Question 4** (3 points). All weights $W$ of an affine layer are multiplied by $a > 0$, and batch normalization follows (ε is negligible).
# (a) Show that the output of the normalization stays the same. (b) The gradient with respect to $W$ becomes $1/a$ times what it was. Why? What does
# that do to a step of *plain gradient descent* when $W$ is much too large? (c) Explain both ends of the curve without batch normalization
# with the number by which each layer multiplies the signal.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_weight_scale", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
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
# **Marking**: 1 point for (a); 1 for 1/a with a reason and "relatively much smaller steps"; 1 for (c): a factor per layer, raised to the number of layers, below 1 on the left
# (signal and gradient vanish), above 1 on the right (they explode).
# ### END SOLUTION

# %% [markdown]
# Second, the price: batch normalization needs a batch. Three kinds of net, four batch sizes, always 256 steps, and a weight scale that suits all three.

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
    ax.axhline(10, color="black", ls="--", lw=1)
axes[0].legend();

# %% [markdown]
# With batches of two, batch normalization learns next to nothing: Question 2 says why. With four it is still behind, with eight it has nearly caught up. Layer normalization's
# statistics do not care about the size of the batch (that more images per step help everybody is another matter).
#
# ## Summary
#
# - Batch normalization gives each feature mean 0 and variance 1 over the batch, then a learnt scale and shift. Test time uses running averages of the training batches.
# - Where a value takes several ways to the output, their gradients add up. Here there are three; a missing one shows when the upstream gradient is chosen such that
#   two others cancel.
# - Whatever the layer does not see (a shift, a stretch of $x$) cannot be in its gradient.
# - Work on paper can turn a chain of steps into one formula.
# - Layer normalization takes its statistics within each example: no modes, no running averages, any batch size. Its $\gamma$ stays inside the means.
# - Normalized nets train from almost any initial scale; batch normalization wants batches that are not too small.
#
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"batchnorm_forward": 7, "batchnorm_backward": 7, "batchnorm_backward_alt": 3, "layernorm_forward": 4,
                "layernorm_backward": 5})
