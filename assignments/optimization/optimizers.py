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
# # How nets are trained: first weights, update rules, learning rates
#
# Backpropagation tells you the gradient. Three choices are left, and each of them can keep a deep net from learning anything: how large the first
# weights are, what a step makes of the gradient, and how the length of the steps changes with time.
#
# **You will learn**
#
# - why the signal dies in a deep net or explodes, and how **Xavier** and **He initialization** prevent it;
# - to write a fully connected net of any depth;
# - to write the update rules that almost all nets are trained with: momentum, Nesterov momentum, Adagrad, RMSProp, Adam, AdamW;
# - to let the learning rate fall along a **schedule**;
# - to see why a deep net is harder to start than a shallow one.
#
# **Time**: about six hours of work. The cells themselves run in about a minute.
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that come with the
# course. The checks use small random arrays, not the images.
#
# *Lecture: "Training neural networks" · Papers: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks"
# (2010); He et al., "Delving deep into rectifiers" (2015); Kingma and Ba, "Adam: a method for stochastic optimization" (2015).*

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from cs231n_lib import checks, data, mistakes, vis
from cs231n_lib.layers import affine_backward, affine_forward, relu_backward, relu_forward, softmax_loss
from cs231n_lib.notebooks import errors
from cs231n_lib.optim import sgd
from cs231n_lib.solver import Solver, TrainingDiverged

errors.explain()
known = mistakes.optimizers


def tanh(x):
    return np.tanh(x)


def relu(x):
    return np.maximum(x, 0)


def weight_arrays(result, sizes, what="the weights"):
    """What init_weights returns, after a look whether it is a list of arrays with the shapes of these layers."""
    checks.true(isinstance(result, (list, tuple)), f"{what} should be a list with an array for each layer.")
    checks.true(len(result) == len(sizes) - 1, f"{what} should have {len(sizes) - 1} arrays for {len(sizes)} sizes, but have {len(result)}.")
    for k, W in enumerate(result):
        checks.shape(W, (sizes[k], sizes[k + 1]), f"{what}[{k}] for sizes {list(sizes)}")
        checks.finite(W, f"{what}[{k}]")
    return [np.asarray(W, dtype=float) for W in result]


def net_arrays(params, sizes):
    """What init_fully_connected returns, after a look whether it is a dict of the right arrays."""
    names = [name for k in range(1, len(sizes)) for name in (f"W{k}", f"b{k}")]
    checks.true(isinstance(params, dict), "init_fully_connected should return a dict of arrays.")
    checks.equal(dict.fromkeys(params), dict.fromkeys(names), f"params for sizes {list(sizes)}")
    for k in range(1, len(sizes)):
        checks.shape(params[f"W{k}"], (sizes[k - 1], sizes[k]), f"params['W{k}'] for sizes {list(sizes)}")
        checks.shape(params[f"b{k}"], (sizes[k],), f"params['b{k}'] for sizes {list(sizes)}")
        for name in (f"W{k}", f"b{k}"):
            checks.true(isinstance(params[name], np.ndarray), f"params[{name!r}] should be an array.")
    return params


def make_net(seed, num_hidden, num_examples=5, input_dim=4, num_classes=3):
    """A small random net with biases that matter: X (N, D), y (N,), params."""
    rng = np.random.default_rng(seed)
    sizes = [input_dim, *rng.integers(3, 6, size=num_hidden), num_classes]
    params = {}
    for k in range(1, len(sizes)):
        params[f"W{k}"] = rng.normal(size=(sizes[k - 1], sizes[k])) / sizes[k - 1] ** 0.5
        params[f"b{k}"] = 0.3 + 0.3 * rng.normal(size=sizes[k])  # so that few units are dead
    return rng.normal(size=(num_examples, input_dim)), rng.integers(num_classes, size=num_examples), params


def loss_and_grads(result, params, names=()):
    """The pair (loss, grads), after a look whether grads has arrays of the right shapes under these names."""
    loss, grads = checks.unpack(result, "loss, grads")
    checks.shape(loss, (), "the loss (one number)")
    checks.true(isinstance(grads, dict), "grads should be a dict with the gradient of each parameter.")
    for name in names:
        checks.true(name in grads, f"grads has no key {name!r}.")
        checks.shape(grads[name], np.shape(params[name]), f"grads[{name!r}] (a gradient has the shape of its parameter)")
    return loss, grads


def fresh(params):
    """Copies, so that a change of an argument costs points only where that is checked."""
    return {name: value.copy() for name, value in params.items()}


def check_net_gradients(loss_fn, params, X, y, names):
    """Check these gradients for reg=0. Wrong scores have cost points already: then biases are 0, and the gradients of your own loss are right, too."""
    scores, right = loss_fn(fresh(params), X), known.right_scores(params, X)
    comparable = isinstance(scores, np.ndarray) and scores.shape == right.shape and bool(np.isfinite(scores).all())
    if comparable and not np.allclose(scores, right, rtol=1e-4, atol=1e-4):
        params = {name: 0 * value if name[0] == "b" else value for name, value in params.items()}
        scores, right = loss_fn(fresh(params), X), known.right_scores(params, X)
    loss, grads = loss_and_grads(loss_fn(fresh(params), X, y), params, names)
    like = comparable and np.ptp(scores) > 0 and np.ptp(right) > 0 and np.corrcoef(np.ravel(scores), np.ravel(right))[0, 1] > 0.3
    own = like and np.isclose(loss, softmax_loss(scores, y)[0])
    for name in names:
        checks.gradient(lambda v: known.right_loss({**params, name: v}, X, y), params[name], grads[name], f"grads[{name!r}] with reg=0",
                        num_examples=len(X), params=params[name], labels=y, kinks=True, mistakes=known.gradients(params, X, y),
                        or_of=(lambda v: loss_and_grads(loss_fn({**params, name: v}, X, y), params)[0]) if own else None,
                        hint="On the way back the gradient passes the layers in reverse order, and a ReLU between any two of them.")


def steps(rule, w, gradients, config):
    """The weights after each step: one step for each gradient, with the config that the step before has returned."""
    w, config, trace = np.array(w, dtype=float), dict(config), []
    for dw in gradients:
        w, config = checks.unpack(rule(w, np.array(dw, dtype=float), config), "w, config")
        checks.shape(w, np.shape(gradients[0]), "w")
        checks.true(isinstance(config, dict), "The second value should be config, a dict for the next step.")
        trace.append(np.array(w, dtype=float))
    return np.array(trace)


# %% [markdown]
# ## The images

# %% nbgrader={"grade": false, "grade_id": "load_data", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
images = data.load()
print(images)
mean_image, X_train, X_val, X_test = data.center(
    *(data.flatten(part, np.float32) for part in (images.X_train, images.X_val, images.X_test)))
for part in (X_train, X_val, X_test):
    part /= 64  # in place: a copy of all images takes hundreds of megabytes
y_train, y_val, y_test = images.y_train, images.y_val, images.y_test
vis.samples_per_class(images.X_train, y_train, images.class_names);

# %% [markdown]
# ## The first weights
#
# A unit adds up $D$ products of an input and a weight. If the inputs and the weights are independent and have mean 0, the variances of the products
# add up:
#
# $$ \mathrm{Var}\Big(\sum_{d=1}^{D} x_d\, w_d\Big) = D\;\mathrm{Var}(w)\;\mathrm{Var}(x) . $$
#
# So every layer multiplies the standard deviation of the signal by about $g = \mathrm{std}(w)\sqrt{D}$, the **gain** of the layer. $D$ is called the
# **fan-in**, the number of inputs of one unit. After ten layers the signal has been multiplied by $g^{10}$.

# %% nbgrader={"grade": false, "grade_id": "picture_gain", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, ax = plt.subplots(figsize=(vis.WIDTH, 2.9), layout="constrained")
depth = np.arange(11)
for gain, color in ((2.0, vis.RED), (1.2, vis.ORANGE), (1.0, vis.GREEN), (0.8, "#56B4E9"), (0.5, vis.BLUE)):
    ax.semilogy(depth, gain**depth, "o-", color=color, ms=4)
    ax.text(10.15, gain**10.0, f"gain {gain:g}: {gain**10.0:.3g}", va="center", fontsize=9, color=color)
ax.set(xlabel="layer", ylabel="standard deviation of the signal", xlim=(0, 12.9), xticks=depth);

# %% [markdown]
# A gain that is not 1 is fatal in a deep net, in both directions. The gradient passes the same weights on the way back and is multiplied in the same
# way, so it vanishes or explodes, too. Nobody can tune that by hand for every layer, so the standard deviation is chosen from the fan-in:
#
# - **Xavier initialization** (Glorot and Bengio, 2010): $\mathrm{std}(w) = \sqrt{1 / D}$, which makes the gain 1. It suits tanh, which is nearly a
#   straight line around 0. (The paper uses the mean of fan-in and fan-out, to do justice to the gradients as well. We use the fan-in alone.)
# - **He initialization** (He et al., 2015), also called Kaiming initialization: $\mathrm{std}(w) = \sqrt{2 / D}$. It is for ReLU, which sets half of
#   its inputs to 0, and so halves the mean square of the signal.
#
# ### Exercise 1: `init_weights` · 4 points
#
# Draw the weights of all layers. `sizes` lists the number of inputs and the number of units of every layer.
#
# By hand: for the sizes (8, 50, 10) there are two arrays, of shapes (8, 50) and (50, 10). With "he" their standard deviations are √(2/8) = 0.5 and
# √(2/50) = 0.2.

# %% nbgrader={"grade": false, "grade_id": "init_weights", "locked": false, "schema_version": 3, "solution": true, "task": false}
def init_weights(sizes, rule, rng):
    """The first weights of a net.

    Parameters: sizes, a list of L + 1 whole numbers: the inputs, then the units of each of the L layers; rule, "xavier" for
        standard deviation sqrt(1 / fan_in), "he" for sqrt(2 / fan_in), or a number, the standard deviation itself;
        rng, np.random.Generator, the only source of random numbers.
    Returns: a list of L arrays of floats. The one of layer k has shape (sizes[k], sizes[k + 1]), for k = 0 .. L - 1, and is
        normally distributed with mean 0.

    Approach
        1. go through the pairs of neighbours in sizes; which of the two is the fan-in?
        2. find the standard deviation by the rule, and draw every weight anew
    """
    ### BEGIN SOLUTION
    weights = []
    for fan_in, units in zip(sizes[:-1], sizes[1:]):
        if rule == "xavier":
            deviation = np.sqrt(1 / fan_in)
        elif rule == "he":
            deviation = np.sqrt(2 / fan_in)
        else:
            deviation = rule
        weights.append(deviation * rng.normal(size=(fan_in, units)))
    return weights
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_init_weights_shapes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · shapes · 1 point
for sizes in ([8, 50, 10], [6, 6, 6, 6, 6]):
    weights = weight_arrays(init_weights(sizes, 0.1, np.random.default_rng(0)), sizes)
    checks.true(all(np.ptp(W) > 0 for W in weights), known.ALIKE)
    checks.true(np.mean(np.isin(weights[0], weights[-1])) < 0.1, known.SAME_NUMBERS)
checks.passed("init_weights", "an array for each layer")
### BEGIN HIDDEN TESTS
for sizes in ([7, 3], [1, 9, 2, 5], [20, 1, 20]):
    weights = weight_arrays(init_weights(sizes, "he", np.random.default_rng(1)), sizes)
    numbers = np.concatenate([np.ravel(W) for W in weights])
    checks.true(len(np.unique(numbers)) > 0.95 * numbers.size, known.ALIKE)
first, same, other = (weight_arrays(init_weights([6, 6, 6], "xavier", np.random.default_rng(seed)), [6, 6, 6]) for seed in (7, 7, 8))
for a, b, c in zip(first, same, other):
    checks.true(np.allclose(a, b) and not np.allclose(a, c), known.NOT_FROM_RNG)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_init_weights_spread", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · standard deviations · 2 points
sizes = [100, 400, 50]
for rule, expected in (("xavier", (0.1, 0.05)), ("he", (0.1414, 0.0707)), (0.03, (0.03, 0.03))):
    for k, W in enumerate(weight_arrays(init_weights(sizes, rule, np.random.default_rng(2)), sizes)):
        for mistake in known.weights(rule, *W.shape):
            checks.true(abs(W.std() / mistake.gives["std"] - 1) > 0.04 or abs(W.std() / expected[k] - 1) < 0.04, mistake)
        # of 20,000 or more numbers: right weights miss these bounds less often than once in a million
        checks.true(abs(W.std() / expected[k] - 1) < 0.04, f"Layer {k} with rule {rule!r} has a standard deviation of {W.std():.4g}, not {expected[k]}.")
        checks.true(abs(W.mean()) < 0.04 * W.std(), f"The mean of layer {k} is {W.mean():.3g}, but it should be near 0.")
checks.passed("init_weights", "the spread follows the rule")
### BEGIN HIDDEN TESTS
for seed, sizes in ((3, [60, 300, 100]), (4, [300, 70, 250])):
    for rule in ("xavier", "he", 2.0, 1e-3):
        for k, W in enumerate(weight_arrays(init_weights(sizes, rule, np.random.default_rng(seed)), sizes)):
            expected = {"xavier": sizes[k] ** -0.5, "he": (sizes[k] / 2) ** -0.5}.get(str(rule), rule)
            W = W / expected
            for mistake in known.weights(rule, sizes[k], sizes[k + 1]):
                checks.true(abs(W.std() * expected / mistake.gives["std"] - 1) > 0.04 or abs(W.std() - 1) < 0.04, mistake)
            # of 17,500 or more numbers, the deviation of the spread is 0.0053, of the mean 0.0076, of the share 0.0016
            checks.true(abs(W.std() - 1) < 0.04, f"The standard deviation of layer {k} is {W.std():.3f} times what rule {rule!r} asks for.")
            checks.true(abs(W.mean()) < 0.05, f"The mean of layer {k} is not near 0.")
            far = np.mean(np.abs(W) > 2)  # 4.6% of a normal distribution
            checks.true(0.035 < far < 0.057, f"{far:.1%} of the weights are more than two standard deviations from 0; in a normal distribution it is 4.6%.")
            checks.true(np.abs(W.std(axis=0) - 1).max() < 0.6 and np.abs(W.std(axis=1) - 1).max() < 0.6, known.ALIKE)
### END HIDDEN TESTS

# %% [markdown]
# The purpose of the rules is a signal that neither dies nor explodes. The last check of this exercise sends random numbers through six layers of 512
# units.

# %% nbgrader={"grade": true, "grade_id": "test_init_weights_signal", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · six layers · 1 point
def last_std(rule, activation, seed, width=512):
    """The standard deviation of what leaves the last of six layers of `width` units, for x ~ N(0, 1)."""
    rng = np.random.default_rng(seed)
    signal, sizes = rng.normal(size=(200, width)), [width] * 7
    for W in weight_arrays(init_weights(sizes, rule, np.random.default_rng(seed + 1000)), sizes):
        signal = activation(signal @ W)
    return signal.std()


checks.close(last_std("xavier", tanh, 5), 0.295, "the spread after six layers of tanh with xavier", rtol=0.05)
checks.close(last_std("he", relu, 5), 0.82, "the spread after six layers of ReLU with he", rtol=0.4)
checks.passed("init_weights", "the signal survives six layers")
### BEGIN HIDDEN TESTS
for rule, activation, expected, margin in ((0.04, tanh, 0.046, 0.005), (0.2, tanh, 0.849, 0.01),
                                           ("xavier", relu, 0.103, 0.04), ("he", relu, 0.82, 0.3)):
    spread = last_std(rule, activation, 6, width=256)
    checks.true(abs(spread - expected) < margin, f"After six layers with rule {rule!r} the signal has a spread of {spread:.3f}, not about {expected}.")
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 2: `activation_stds` · 2 points
#
# Measure it: send a batch through all layers, and note the standard deviation of the **activations** of each, of what comes out of the activation
# function. There are no biases here.
#
# By hand: let $x = (3, 1)$ be two examples of one number each, with two layers, $W_1 = 2$ and $W_2 = -1$. With ReLU the first layer gives (6, 2),
# whose standard deviation is 2. The second gives max(0, (−6, −2)) = (0, 0), with standard deviation 0.

# %% nbgrader={"grade": false, "grade_id": "activation_stds", "locked": false, "schema_version": 3, "solution": true, "task": false}
def activation_stds(x, weights, activation):
    """The standard deviation of the activations after each layer.

    Parameters: x (N, D) a batch of examples; weights, a list of arrays (D, H1), (H1, H2), ...; activation, a function of
        an array, such as relu or tanh above, which every layer applies to its sums, the last layer included.
    Returns: a list of numbers, one for each layer: the standard deviation of all N * H numbers that leave it.

    Approach
        1. in a loop: the output of one layer is the input of the next
        2. note np.std of each output
    """
    ### BEGIN SOLUTION
    noted, signal = [], x
    for W in weights:
        signal = activation(signal.dot(W))
        noted.append(float(signal.std()))
    return noted
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_activation_stds_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
x = np.array([[3.0], [-1.0], [1.0]])
weights = [np.array([[2.0, -1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[-1.0], [1.0]])]
checks.close(activation_stds(x, weights, relu), [(55 / 12) ** 0.5, (55 / 12) ** 0.5, (2 / 9) ** 0.5], "the standard deviations of three layers",
             hint="The first layer gives (6, 0), (0, 1) and (2, 0).", mistakes=known.activation_stds(x, weights, relu))
checks.passed("activation_stds", "three small layers")
### BEGIN HIDDEN TESTS
for seed, sizes in ((10, (4, 3, 5)), (11, (2, 2, 2, 2)), (12, (5, 1)), (13, (3, 7, 7, 7, 2))):
    rng = np.random.default_rng(seed)
    x, weights = 1 + rng.normal(size=(6, sizes[0])), [rng.normal(size=pair) for pair in zip(sizes[:-1], sizes[1:])]
    for activation in (relu, tanh, lambda v: 2 * v - 1):
        signal, expected = x, []
        for W in weights:
            signal = np.array([activation(np.array([row @ column for column in W.T])) for row in signal])
            expected.append(np.sqrt(np.mean((signal - signal.mean()) ** 2)))
        checks.close(activation_stds(x, weights, activation), expected, f"the standard deviations for layers of the sizes {sizes}",
                     mistakes=known.activation_stds(x, weights, activation))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_activation_stds_six_layers", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · six layers · 1 point
rng = np.random.default_rng(14)
x = rng.normal(size=(200, 256))
weights = [rng.normal(size=(256, 256)) / 16 for _ in range(6)]
stds = activation_stds(x, weights, tanh)
checks.close(stds, [0.63, 0.49, 0.41, 0.36, 0.32, 0.30], "the spread of six layers of tanh with Xavier", rtol=0, atol=0.02,
             mistakes=known.activation_stds(x, weights, tanh))
checks.passed("activation_stds", "six layers of 256 units")
### BEGIN HIDDEN TESTS
large, small = ([factor * W for W in weights] for factor in (0.05 * 64, 0.01 * 64))
checks.close(activation_stds(x, small, tanh), [0.49, 0.29, 0.18, 0.11, 0.07, 0.05], "the spread of six layers of tanh with small weights", rtol=0, atol=0.02)
checks.close(activation_stds(x, large, tanh), [0.87, 0.85, 0.85, 0.85, 0.85, 0.85], "the spread of six layers of tanh with large weights", rtol=0, atol=0.02)
for factor in (1.0, 2**0.5):
    signal, expected = x, []
    for W in weights:
        signal = np.where(signal @ W > 0, factor * (signal @ W), 0)
        expected.append(np.std(signal))
    checks.close(activation_stds(x, [factor * W for W in weights], relu), expected, "the spread of six layers of ReLU", rtol=1e-3)
### END HIDDEN TESTS

# %% [markdown]
# Now look at all the numbers, not only at their spread: six layers of tanh, with small, with Xavier and with large weights. The small and the large
# weights are those that have the standard deviations 0.01 and 0.05 in layers of 4,096 units; for 512 units they are multiplied by √(4096/512).

# %% nbgrader={"grade": false, "grade_id": "demo_activations", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def through_layers(rule, activation, num_layers=6, width=512, seed=0):
    """The activations of every layer, for 200 random examples, and the weights."""
    rng = np.random.default_rng(seed)
    weights = init_weights([width] * (num_layers + 1), rule, rng)
    signal, layers = rng.normal(size=(200, width)), []
    for W in weights:
        signal = activation(signal @ W)
        layers.append(signal)
    return layers, weights


SMALL, LARGE = 0.01 * 8**0.5, 0.05 * 8**0.5
rules = {"small": (SMALL, tanh), "Xavier": ("xavier", tanh), "large": (LARGE, tanh), "ReLU, Xavier": ("xavier", relu), "ReLU, He": ("he", relu)}
for name, (rule, activation) in rules.items():
    layers, weights = through_layers(rule, activation)
    stds = activation_stds(np.random.default_rng(1).normal(size=(1000, 512)), weights, activation)
    print(f"{name:>12}:", " ".join(f"{std:.2f}" for std in stds))
vis.activation_histograms({f"{name}, layer {k}": layer for name in ("small", "Xavier", "large")
                           for k, layer in enumerate(through_layers(*rules[name])[0], 1)});

# %% [markdown]
# - *Small*: the activations shrink to 0. So do the gradients of the weights, since each is multiplied by an activation.
# - *Large*: tanh **saturates**. Most activations are near −1 or 1, where tanh has a slope of nearly 0. Such a unit passes no gradient on and does not
#   learn.
# - *Xavier*: a broad distribution in every layer.
#
# And ReLU: with Xavier's weights half of the mean square is lost in every layer, as the numbers above show. He's factor of 2 restores it.

# %% nbgrader={"grade": false, "grade_id": "demo_relu", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
vis.activation_histograms({f"{name[6:]}, layer {k}": layer for name in ("ReLU, Xavier", "ReLU, He")
                           for k, layer in enumerate(through_layers(*rules[name])[0], 1)});

# %% [markdown]
# The way back. A random gradient with standard deviation 1 arrives at the last layer, and goes back to the first. The curves show its spread in every
# layer, and the histograms all its numbers. With small weights it vanishes. With large weights it grows: most units are saturated and pass nothing,
# but large weights multiply what the others pass.

# %% nbgrader={"grade": false, "grade_id": "demo_gradients", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def back_through_layers(rule, activation):
    """The gradient with respect to what leaves each layer, first layer first."""
    layers, weights = through_layers(rule, activation)
    arriving, found = np.random.default_rng(2).normal(size=layers[-1].shape), []
    for W, out in zip(weights[::-1], layers[::-1]):
        found.append(arriving)
        slope = 1 - out**2 if activation is tanh else out > 0
        arriving = (arriving * slope) @ W.T
    return found[::-1]


fig, ax = plt.subplots(figsize=(vis.WIDTH, 2.7), layout="constrained")
for (name, pair), color in zip(rules.items(), (vis.BLUE, vis.GREEN, vis.RED, vis.ORANGE, "#CC79A7")):
    ax.semilogy(range(1, 7), [layer.std() for layer in back_through_layers(*pair)], "o-", color=color, ms=4, label=name)
ax.set(xlabel="layer", ylabel="std of the gradient", xticks=range(1, 7))
ax.legend(ncols=2, frameon=False, fontsize=9)
vis.activation_histograms({f"{name}, layer {k}": layer for name in ("small", "Xavier", "large")
                           for k, layer in enumerate(back_through_layers(*rules[name]), 1)});

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): how deep can a net be before the signal is gone?
rule, activation, num_layers = "xavier", relu, 12  # try "he", 0.1 and tanh, and 40 layers
layers, weights = through_layers(rule, activation, num_layers)
print(" ".join(f"{layer.std():.2g}" for layer in layers))
vis.activation_histograms(layers);

# %% [markdown]
# **Question 1** · 3 points. A net has 20 layers of ReLU, and its weights follow Xavier's rule. By about which factor does the standard deviation of
# the activations shrink from the first layer to the last? Derive the factor of one layer from the variance of a sum of $D$ products. Where in this
# derivation does the 2 of He's rule come from? (Hint: use the mean square of the activations, since their mean is not 0.)

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_initialization", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# A sum of D independent products has the variance D Var(w) E[x²], because the weights have mean 0. Xavier makes D Var(w) = 1, so the sums of a layer
# have the variance E[x²]. The sums are symmetric about 0, so ReLU keeps the squares of one half and turns the other half to 0: the mean square that
# leaves the layer is one half of the variance of the sums. So every layer multiplies the mean square by 1/2 and the root mean square by 1/√2 ≈ 0.71.
# From layer 1 to layer 20 these are 19 factors: about 2^(-9.5) = 0.0014. (20 factors, 2^(-10) ≈ 0.001, are fine, too.) The standard deviation is a
# constant fraction of the root mean square, so it shrinks by the same factor. He's rule makes D Var(w) = 2, which cancels the 1/2.
#
# Scheme
# - [1] the variance of the sum is D Var(w) E[x²], and Xavier makes this E[x²]
# - [1] ReLU keeps half of the mean square, so the factor per layer is 1/√2; the 2 cancels this half
# - [1] about 0.001 over 20 layers
# ### END SOLUTION

# %% [markdown]
# ## A net of any depth
#
# ### Exercise 3: `init_fully_connected` · 3 points
#
# The parameters of a net with any number of **hidden layers**, the layers between the input and the scores. With no hidden layer it is a linear
# classifier. By convention the weights of layer $k$ are called $W_k$ and its biases $b_k$, counted from 1. Biases start at 0.
#
# By hand: for 4 inputs, hidden layers of 3 and 5 units, and 2 classes, the net has the weights $W_1$ (4, 3), $W_2$ (3, 5) and $W_3$ (5, 2).

# %% nbgrader={"grade": false, "grade_id": "init_fully_connected", "locked": false, "schema_version": 3, "solution": true, "task": false}
def init_fully_connected(input_dim, hidden_dims, num_classes, rule, rng):
    """The first parameters of a fully connected net.

    Parameters: input_dim, numbers per example (D); hidden_dims, a list with the units of each hidden layer, which may be
        empty; num_classes, classes (C); rule, that of init_weights; rng, np.random.Generator, the only source of random
        numbers.
    Returns: a dict of arrays of floats: "W1", "b1", "W2", "b2", ..., for every layer, the last one included. The weights follow
        the rule; the biases are zeros.

    Approach
        1. write the sizes of the layers as one list, and call init_weights
        2. put each array under its name, with biases that have one number for each unit
    """
    ### BEGIN SOLUTION
    sizes = [input_dim, *hidden_dims, num_classes]
    params = {}
    for k, W in enumerate(init_weights(sizes, rule, rng), start=1):
        params[f"W{k}"] = W
        params[f"b{k}"] = np.zeros(sizes[k])
    return params
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_init_fully_connected_shapes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · shapes · 1 point
### BEGIN HIDDEN TESTS
def weights_by_rule(sizes, rule, rng):
    gains = {"xavier": 1, "he": 2}
    return [rng.standard_normal((n, m)) * (np.sqrt(gains[rule] / n) if rule in gains else rule) for n, m in zip(sizes, sizes[1:])]


def weights_are_right():
    for rule, spread in (("xavier", (0.1, 0.05)), ("he", (0.02**0.5, 0.005**0.5)), (0.3, (0.3, 0.3))):
        one, same, other = (weight_arrays(init_weights([100, 400, 50], rule, np.random.default_rng(seed)), [100, 400, 50]) for seed in (26, 26, 27))
        if not all(np.allclose(a, b) and not np.allclose(a, c) and abs(a.std() / std - 1) < 0.04 for a, b, c, std in zip(one, same, other, spread)):
            return False
    return True


checks.lend(init_fully_connected, weights_are_right, init_weights=weights_by_rule)
### END HIDDEN TESTS
params = net_arrays(init_fully_connected(4, [3, 5], 2, "he", np.random.default_rng(20)), (4, 3, 5, 2))
checks.true(all(np.ptp(params[name]) > 0 for name in ("W1", "W2", "W3")), known.ALIKE)
params = net_arrays(init_fully_connected(4, [], 2, "he", np.random.default_rng(20)), (4, 2))
checks.true(np.ptp(params["W1"]) > 0, known.ALIKE)
checks.passed("init_fully_connected", "every layer has weights and biases of the right shapes")
### BEGIN HIDDEN TESTS
for hidden in ((6,), (2, 9), (3, 3, 3), (7, 1, 2, 8), (4, 5, 6, 7, 8)):
    params = net_arrays(init_fully_connected(5, list(hidden), 3, 0.1, np.random.default_rng(21)), (5, *hidden, 3))
first, same, other = (net_arrays(init_fully_connected(6, [6, 6], 6, 0.1, np.random.default_rng(seed)), (6, 6, 6, 6)) for seed in (7, 7, 8))
for name in ("W1", "W2", "W3"):
    checks.true(np.allclose(same[name], first[name]) and not np.allclose(other[name], first[name]), known.NOT_FROM_RNG)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_init_fully_connected_weights", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · weights · 1 point
sizes = (100, 200, 50, 300)
for rule in ("xavier", "he", 0.02):
    params = net_arrays(init_fully_connected(100, [200, 50], 300, rule, np.random.default_rng(22)), sizes)
    for k, fan_in in enumerate(sizes[:-1], start=1):
        W, expected = params[f"W{k}"], {"xavier": fan_in**-0.5, "he": (2 / fan_in) ** 0.5}.get(str(rule), rule)
        checks.true(abs(W.std() / expected - 1) < 0.05, f"W{k} with rule {rule!r} has a standard deviation of {W.std():.4g}, not {expected:.4g}.")
checks.passed("init_fully_connected", "the weights follow the rule")
### BEGIN HIDDEN TESTS
for rule in ("he", 0.5):
    params = net_arrays(init_fully_connected(80, [80, 80, 80], 80, rule, np.random.default_rng(23)), (80,) * 5)
    every = np.concatenate([np.ravel(params[f"W{k}"]) for k in range(1, 5)])
    checks.true(len(np.unique(every)) > 0.95 * every.size, known.SAME_NUMBERS)
    checks.true(abs(every.mean()) < 0.05 * every.std(), "The mean of the weights is not near 0.")
    far = np.mean(np.abs(every) > 2 * every.std())  # 4.6% of a normal distribution
    checks.true(0.035 < far < 0.057, f"{far:.1%} of the weights are more than two standard deviations from 0; in a normal distribution it is 4.6%.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_init_fully_connected_biases", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · biases · 1 point
params = net_arrays(init_fully_connected(4, [3, 5], 2, "he", np.random.default_rng(24)), (4, 3, 5, 2))
for k, size in enumerate((3, 5, 2), start=1):
    checks.equal(params[f"b{k}"], np.zeros(size), f"b{k} before training")
checks.true(np.any(params["W1"]), "All parameters are zero, not the biases alone.")
checks.passed("init_fully_connected", "biases are zero")
### BEGIN HIDDEN TESTS
for hidden in ((), (6, 1, 7, 2)):
    params = net_arrays(init_fully_connected(3, list(hidden), 4, 5.0, np.random.default_rng(25)), (3, *hidden, 4))
    for k in range(1, len(hidden) + 2):
        checks.equal(params[f"b{k}"], np.zeros(params[f"b{k}"].shape), f"b{k} before training, for the rule 5.0")
        checks.true(params[f"b{k}"].dtype.kind == "f", f"b{k} should be an array of floats: a step adds fractions to it.")
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 4: `fully_connected_loss` · 8 points
#
# The layers are those that you wrote for the two-layer net, and the library has them: `affine_forward(x, w, b)` and `relu_forward(x)` return `(out,
# cache)`; `affine_backward(dout, cache)` returns `(dx, dw, db)`, and `relu_backward(dout, cache)` returns `dx`. `softmax_loss(scores, y)` returns the
# mean loss and its gradient.
#
# Forward: every layer is affine, and a ReLU follows each layer *but the last*. Keep the caches. Backward: take them in reverse order. The penalty is
# $\lambda \sum W_k^2$, summed over all layers; the biases are not regularized.
#
# By hand: one input, two hidden layers of one unit, two classes; $W_1 = 2$, $W_2 = 3$, $W_3 = (1, -1)$, all biases 0 but $b_2 = -4$. The input 1
# gives max(0, 2) = 2, then max(0, 6 − 4) = 2, then the scores (2, −2).

# %% nbgrader={"grade": false, "grade_id": "fully_connected_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fully_connected_loss(params, X, y=None, reg=0.0):
    """A fully connected net of any depth: (affine, ReLU) for every hidden layer, affine, softmax loss.

    Parameters: params, a dict of "W1", "b1", "W2", "b2", ... for all layers, as init_fully_connected returns it; X (N, D)
        examples, or (N, d1, ..., dk) with D = d1 * ... * dk; y (N,) integer labels, or None; reg, the strength of the penalty
        reg * (sum(W1 * W1) + sum(W2 * W2) + ...).
    Returns: without y, the scores (N, C). With y, loss, the mean softmax loss plus the penalty, and grads, a dict with the
        gradient of the loss for each key of params. Scores and gradients have the arrays' dtype, float32 or float64.

    Approach
        1. find the number of layers from params
        2. forward in a loop, with a list of caches; return the scores if y is None
        3. the softmax loss, then backward in a loop from the last layer to the first
        4. add the penalty of each layer to the loss and to the gradient of its weights
    """
    ### BEGIN SOLUTION
    num_layers = len(params) // 2
    signal, caches = X, []
    for k in range(1, num_layers + 1):
        signal, cache = affine_forward(signal, params[f"W{k}"], params[f"b{k}"])
        gate = None
        if k < num_layers:
            signal, gate = relu_forward(signal)
        caches.append((cache, gate))
    if y is None:
        return signal  # (N, C)

    loss, upstream = softmax_loss(signal, y)
    grads = {}
    for k in range(num_layers, 0, -1):
        cache, gate = caches[k - 1]
        if k < num_layers:
            upstream = relu_backward(upstream, gate)
        upstream, dW, grads[f"b{k}"] = affine_backward(upstream, cache)
        W = params[f"W{k}"]
        grads[f"W{k}"] = dW + 2 * reg * W
        loss = loss + reg * np.sum(W * W)
    return loss, grads
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_fully_connected_loss_scores", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · scores · 2 points
params = {"W1": np.array([[2.0, -1.0]]), "b1": np.array([0.0, 1.0]), "W2": np.array([[3.0, 1.0], [-1.0, 2.0]]), "b2": np.array([-4.0, -1.0]),
          "W3": np.array([[1.0, -1.0, 0.5], [0.0, 2.0, -1.0]]), "b3": np.array([0.0, 1.0, -1.0])}
X = np.array([[1.0], [-1.0], [3.0]])
scores = fully_connected_loss(params, X)
checks.true(scores is not None, known.NO_SCORES)
checks.true(not isinstance(scores, (tuple, dict)), known.SCORES_ALONE)
checks.close(scores, [[2.0, 1.0, -1.0], [0.0, 7.0, -4.0], [14.0, -3.0, 1.0]], "the scores of three layers",
             hint="The first example: (2, 0) leaves the first layer, (2, 1) the second.", mistakes=known.scores(params, X))
checks.passed("fully_connected_loss", "the scores of three layers are right")
### BEGIN HIDDEN TESTS
for seed, num_hidden in ((31, 0), (32, 1), (33, 2), (34, 3), (35, 4), (37, 10), (36, 5)):
    X, y, params = make_net(seed, num_hidden)
    signal = X
    for k in range(1, num_hidden + 2):
        signal = np.array([[sum(s * w for s, w in zip(row, column)) for column in params[f"W{k}"].T] for row in signal]) + params[f"b{k}"]
        signal = signal if k == num_hidden + 1 else (signal + np.abs(signal)) / 2
    checks.close(fully_connected_loss(params, X), signal, f"the scores of a net with {num_hidden} hidden layers", mistakes=known.scores(params, X))
    checks.close(fully_connected_loss(params, X, None, 3.0), signal, f"the scores for reg=3, with {num_hidden} hidden layers",
                 mistakes=known.scores(params, X, 3.0))
checks.close(fully_connected_loss(params, X.reshape(5, 2, 2)), signal, "the scores for X of shape (5, 2, 2)")
backwards = dict(reversed(params.items()))
checks.close(fully_connected_loss(backwards, X), signal, "the scores, with params in another order")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_fully_connected_loss_value", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · loss · 1 point
X, y, params = make_net(40, num_hidden=3)
scores = fully_connected_loss(params, X)
checks.shape(scores, (5, 3), "the scores without y")
loss, grads = loss_and_grads(fully_connected_loss(params, X, y), params)
checks.close(loss, softmax_loss(np.asarray(scores), y)[0], "the loss with reg=0", num_examples=5, mistakes=known.loss(params, X, y))
checks.passed("fully_connected_loss", "the loss is the softmax loss of the scores")
### BEGIN HIDDEN TESTS
for seed, num_hidden in ((41, 0), (42, 1), (43, 4)):
    X, y, params = make_net(seed, num_hidden, num_examples=4)
    scores = fully_connected_loss(params, X)
    checks.shape(scores, (4, 3), "the scores without y")
    total = sum(np.log(np.exp(s - s[label]).sum()) for s, label in zip(np.asarray(scores), y))
    loss, grads = loss_and_grads(fully_connected_loss(params, X, y), params)
    checks.close(loss, total / 4, f"the loss with reg=0, with {num_hidden} hidden layers", num_examples=4, mistakes=known.loss(params, X, y))
large = {**params, "W5": 1e5 * params["W5"]}
best = np.argmax(known.right_scores(large, X), axis=1)  # the probability of a class far below the others may be 0
loss, grads = loss_and_grads(fully_connected_loss(large, X, best), large, large)
for name, value in {"the loss": loss, **{f"grads[{name!r}]": grads[name] for name in large}}.items():
    checks.finite(value, f"{name}, where the scores are huge")
### END HIDDEN TESTS

# %% [markdown]
# The gradients, compared with numerical ones: first those of the last layer, then those of all layers.

# %% nbgrader={"grade": true, "grade_id": "test_fully_connected_loss_last_layer", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · gradients of the last layer · 1 point
X, y, params = make_net(50, num_hidden=2)
check_net_gradients(fully_connected_loss, params, X, y, ["W3", "b3"])
checks.passed("fully_connected_loss", "the gradients of the last layer agree with the numeric ones")
### BEGIN HIDDEN TESTS
for seed, num_hidden in ((51, 0), (52, 1), (53, 5)):
    X, y, params = make_net(seed, num_hidden)
    check_net_gradients(fully_connected_loss, params, X, y, [f"W{num_hidden + 1}", f"b{num_hidden + 1}"])
rng = np.random.default_rng(54)
result = checks.derived(fully_connected_loss, {"W1": rng.normal(size=(12, 15)), "b1": rng.normal(size=15)}, rng.normal(size=(1, 12)), np.array([2]), size=180)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_fully_connected_loss_all_layers", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · gradients of all layers · 2 points
X, y, params = make_net(60, num_hidden=2)
check_net_gradients(fully_connected_loss, params, X, y, ["W2", "b2", "W1", "b1"])
checks.passed("fully_connected_loss", "the gradients of all layers agree with the numeric ones")
### BEGIN HIDDEN TESTS
for seed, num_hidden in ((61, 1), (62, 3), (63, 4), (64, 5)):
    X, y, params = make_net(seed, num_hidden, num_examples=1 + seed % 3)
    names = [name for k in range(num_hidden, 0, -1) for name in (f"W{k}", f"b{k}")]
    check_net_gradients(fully_connected_loss, params, X, y, names)
rng = np.random.default_rng(65)
X, y = rng.normal(size=(1, 12)), np.array([1])
params = {"W1": rng.normal(size=(12, 15)), "b1": rng.normal(size=15), "W2": rng.normal(size=(15, 12)), "b2": rng.normal(size=12)}
result = checks.derived(fully_connected_loss, params, X, y, size=params["W1"].size)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_fully_connected_loss_penalty", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · penalty · 1 point
X, y, params = make_net(70, num_hidden=2)
likely, weights = list(known.penalty(params, 0.5)), ["W1", "W2", "W3"]
without, plain = loss_and_grads(fully_connected_loss(fresh(params), X, y, 0.0), params, params)
loss, grads = loss_and_grads(fully_connected_loss(fresh(params), X, y, 0.5), params, params)
expected = 0.5 * sum(np.sum(np.square(params[name])) for name in weights)
checks.close(loss - without, expected, "what reg=0.5 adds to the loss", num_examples=len(X), mistakes=likely)
for name in params:
    checks.gradient(lambda v: 0.5 * np.square(v).sum() if name in weights else 0.0, params[name], np.subtract(grads[name], plain[name]),
                    f"what reg=0.5 adds to grads[{name!r}]", num_examples=len(X), mistakes=likely)
checks.passed("fully_connected_loss", "the penalty is in the loss and in the gradients of all weights")
### BEGIN HIDDEN TESTS
for seed, num_hidden, strength in ((71, 0, 2.0), (72, 1, 0.01), (73, 5, 0.3)):
    X, y, params = make_net(seed, num_hidden)
    likely = list(known.penalty(params, strength))
    without, plain = loss_and_grads(fully_connected_loss(fresh(params), X, y, 0.0), params, params)
    loss, grads = loss_and_grads(fully_connected_loss(fresh(params), X, y, strength), params, params)
    squares = {name: np.sum(value**2) for name, value in params.items() if name[0] == "W"}
    checks.close(loss - without, strength * sum(squares.values()), f"what reg={strength} adds to the loss", mistakes=likely)
    for name, value in params.items():
        right = 2 * strength * value if name in squares else np.zeros(value.shape)
        checks.close(np.subtract(grads[name], plain[name]), right, f"what reg={strength} adds to grads[{name!r}]", mistakes=likely)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_fully_connected_loss_arguments", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · arguments · 1 point
X, y, params = make_net(80, num_hidden=2)
given, X_given = fresh(params), X.copy()
loss, grads = loss_and_grads(fully_connected_loss(given, X_given, y, 0.1), params, params)
checks.equal(dict.fromkeys(grads), dict.fromkeys(params), "grads")
for after, before, name in ((given, params, "params"), (X_given, X, "X")):
    checks.unchanged(after, before, name)
other, _ = loss_and_grads(fully_connected_loss({name: 2 * value for name, value in params.items()}, X, y, 0.1), params)
again, again_grads = loss_and_grads(fully_connected_loss(params, X, y, 0.1), params, params)
checks.true(np.allclose(again, loss) and not np.allclose(other, loss), known.REMEMBERS)
checks.true(all(np.allclose(again_grads[name], grads[name]) for name in params), known.REMEMBERS)
checks.passed("fully_connected_loss", "the arguments stay as they are, and every net has its own loss")
### BEGIN HIDDEN TESTS
for kind in (np.float64, np.float32):
    arrays = {name: value.astype(kind) for name, value in params.items()}
    loss, grads = loss_and_grads(fully_connected_loss(arrays, X.astype(kind), y, 0.1), params, params)
    for name in params:
        checks.dtype(grads[name], kind, f"grads[{name!r}] of {kind.__name__} arrays")
    checks.dtype(fully_connected_loss(arrays, X.astype(kind)), kind, f"the scores of {kind.__name__} arrays")
checks.true(np.ptp(fully_connected_loss(params, X)) > 0, "This check needs scores that are computed: pass the other checks first.")
### END HIDDEN TESTS

# %% [markdown]
# ## Update rules
#
# The gradient says in which direction the loss falls fastest. It does not say how far to go. Plain gradient descent (**SGD**, since the gradient is
# that of a random minibatch) takes `w - learning_rate * dw`. On two simple surfaces you can see what is wrong with that:
#
# - a **ravine**, $f = \frac12 w_1^2 + 50\, w_2^2$. It is a hundred times as steep across as along: its **condition number** is 100. What limits the
#   learning rate is the steep direction. In the flat one SGD crawls;
# - a **saddle point**, where the loss falls in one direction and rises in the other, and the gradient is 0. In high dimensions there are many more
#   saddle points than minima (Dauphin et al., 2014).

# %% nbgrader={"grade": false, "grade_id": "surfaces", "locked": true, "schema_version": 3, "solution": false, "task": false}
def ravine(w):
    """0.5 w1^2 + 50 w2^2 for points (..., 2)."""
    return 0.5 * w[..., 0] ** 2 + 50 * w[..., 1] ** 2


def ravine_gradient(w):
    return np.array([w[0], 100 * w[1]])


def saddle(w):
    """0.5 w1^2 - 0.25 w2^2 + 0.125 w2^4: a saddle point at (0, 0), minima at (0, -1) and (0, 1)."""
    return 0.5 * w[..., 0] ** 2 - 0.25 * w[..., 1] ** 2 + 0.125 * w[..., 1] ** 4


def saddle_gradient(w):
    return np.array([w[0], -0.5 * w[1] + 0.5 * w[1] ** 3])


def descend(rule, gradient, start, num_steps, **config):
    """The points (num_steps + 1, 2) that a rule visits."""
    w, trace = np.array(start), [start]
    for _ in range(num_steps):
        w, config = rule(w, gradient(w), config)
        trace.append(np.array(w))  # a copy, since a rule may change w in place
    return np.array(trace)


# %% nbgrader={"grade": false, "grade_id": "demo_sgd", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
RAVINE = {"xlim": (-4, 11), "ylim": (-1.3, 1.3), "minima": [(0, 0)]}
SADDLE = {"xlim": (-1.2, 2.3), "ylim": (-0.5, 1.5), "minima": [(0, 1)]}
vis.paths(ravine, {"SGD, learning rate 0.018": descend(sgd, ravine_gradient, (10.0, 1.0), 60, learning_rate=0.018),
                   "SGD, learning rate 0.0202": descend(sgd, ravine_gradient, (10.0, 1.0), 60, learning_rate=0.0202)}, **RAVINE)
vis.paths(saddle, {"SGD, learning rate 0.1": descend(sgd, saddle_gradient, (2.0, 1e-3), 60, learning_rate=0.1)}, **SADDLE);

# %% [markdown]
# Every rule below has the same form:
#
# ```
# w, config = rule(w, dw, config)
# ```
#
# `config` is a dict with the hyperparameters of the rule, such as `"learning_rate"`. What the rule has to remember for the next step goes into the
# `config` that it returns. At the first step there is no memory in `config` yet; begin with zeros then. Every parameter of a net has its own
# `config`. All operations are entry by entry.
#
# ### Exercise 5: `sgd_momentum` · 2 points
#
# A ball that rolls down the surface has a **velocity** $v$. The gradient accelerates it, and friction slows it down. **Momentum** $\rho$, often 0.9,
# is what friction leaves of the velocity:
#
# $$ v \leftarrow \rho\, v - \mathrm{learning\ rate} \cdot dw, \qquad w \leftarrow w + v . $$
#
# Across the ravine the gradients change their sign and cancel out. Along it they add up: with a constant gradient the step grows to $1/(1 - \rho)$
# times that of SGD.
#
# By hand: with learning rate 0.1, momentum 0.5 and the constant gradient 1, the velocities are −0.1, −0.15, −0.175, ..., and come near −0.2.

# %% nbgrader={"grade": false, "grade_id": "sgd_momentum", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sgd_momentum(w, dw, config):
    """A step of gradient descent with momentum.

    Parameters: w, an array of any shape; dw, the gradient with respect to w, of the same shape; config, a dict of
        "learning_rate", "momentum" and, from the second step on, what the last call has put into it ("velocity").
    Returns: the next w, and the config for the next step.

    Approach
        1. take the velocity from config; config.get("velocity", ...) can give zeros at the first step
        2. compute the new velocity, then the step
        3. return the new w, and a config that has the new velocity
    """
    ### BEGIN SOLUTION
    velocity = config.get("velocity", np.zeros_like(w))
    velocity = config["momentum"] * velocity - config["learning_rate"] * dw
    return w + velocity, {**config, "velocity": velocity}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_sgd_momentum_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
w, config = np.array([1.0, 2.0]), {"learning_rate": 0.1, "momentum": 0.8}
gradients = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 4.0]])
trace = steps(sgd_momentum, w, gradients, config)
checks.close(trace, [[0.9, 2.0], [0.72, 2.0], [0.576, 1.6]], "w after steps 1, 2 and 3 (rows)",
             mistakes=known.sgd_momentum(w, gradients, config))
checks.passed("sgd_momentum", "three steps are right")
### BEGIN HIDDEN TESTS
for seed, rate, rho, shape in ((90, 0.02, 0.9, (3, 2)), (91, 1.5, 0.3, (4,)), (92, 0.1, 0.0, (1, 2, 2)), (93, 0.3, 0.99, (2,))):
    rng = np.random.default_rng(seed)
    w, gradients = rng.normal(size=shape), rng.normal(size=(6, *shape))
    config = {"learning_rate": rate, "momentum": rho}
    expected = [w - rate * sum(gradients[i] * sum(rho**k for k in range(t - i + 1)) for i in range(t + 1)) for t in range(6)]
    checks.close(steps(sgd_momentum, w, gradients, config), expected, f"w after steps 1 to 6, with momentum {rho}",
                 mistakes=known.sgd_momentum(w, gradients, config))
trace = steps(sgd_momentum, np.zeros(2), np.tile([1.0, -3.0], (120, 1)), {"learning_rate": 0.01, "momentum": 0.9})
checks.close(trace[-2] - trace[-1], [0.1, -0.3], "the step after 120 constant gradients", rtol=1e-4)
### END HIDDEN TESTS

# %% [markdown]
# A net has many parameters. Each step updates all of them in turn, and what belongs to one must not get into another.

# %% nbgrader={"grade": false, "grade_id": "in_turn", "locked": true, "schema_version": 3, "solution": false, "task": false}
def steps_in_turn(rule, weights, gradients, config):
    """As `steps`, for several parameters that are updated in turn, each with a config of its own."""
    configs, traces = [dict(config) for _ in weights], [[] for _ in weights]
    weights = [np.array(w, dtype=float) for w in weights]
    for t in range(len(gradients[0])):
        for k in range(len(weights)):
            shape = weights[k].shape
            weights[k], configs[k] = checks.unpack(rule(weights[k], np.array(gradients[k][t]), configs[k]), "w, config")
            checks.shape(weights[k], shape, "w")
            checks.true(isinstance(configs[k], dict), "The second value should be config, a dict for the next step.")
            weights[k] = np.array(weights[k], dtype=float)
            traces[k].append(weights[k].copy())
    return [np.array(trace) for trace in traces]


def disturbed(alone, together):
    """Whether one of several parameters ends elsewhere if they are updated in turn."""
    return not all(np.allclose(a, b, equal_nan=True) for a, b in zip(alone, together))


# %% nbgrader={"grade": true, "grade_id": "test_sgd_momentum_memory", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · a memory for each parameter · 1 point
rng = np.random.default_rng(94)
weights = [rng.normal(size=(2, 3)), rng.normal(size=(2, 3)), rng.normal(size=3)]
gradients = [rng.normal(size=(4, *w.shape)) for w in weights]
config = {"learning_rate": 0.1, "momentum": 0.8}
alone = [steps(sgd_momentum, w, g, config) for w, g in zip(weights, gradients)]
checks.true(not disturbed(alone, steps_in_turn(sgd_momentum, weights, gradients, config)), known.SHARED_MEMORY)
checks.true(not np.allclose(alone[0][1] - alone[0][0], -0.1 * gradients[0][1]), "The second step has no momentum.")
checks.passed("sgd_momentum", "every parameter has its own velocity")
### BEGIN HIDDEN TESTS
for w, g, trace in zip(weights, gradients, alone):
    checks.resembles(np.diff(trace, axis=0), -0.1 * (g[1:] + 0.8 * g[:-1]), "the steps", given=(w,))
again = steps(sgd_momentum, weights[0], gradients[0], config)
checks.true(np.allclose(again, alone[0]), known.SHARED_MEMORY)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 6: `nesterov` · 3 points
#
# Momentum will carry the weights to about $w + \rho v$ anyway. **Nesterov momentum** takes the gradient there, at the **look-ahead** point, where it
# is more up to date:
#
# $$ v \leftarrow \rho\, v - \mathrm{learning\ rate} \cdot \nabla f(w + \rho v), \qquad w \leftarrow w + v . $$
#
# It would be awkward to compute the gradient elsewhere than at the weights that the net has. So store the look-ahead point itself,
# $\tilde w = w + \rho v$, and call *that* the weights. Then `dw` is the gradient at $\tilde w$, and the same rule reads
#
# $$ v_{\mathrm{new}} = \rho\, v - \mathrm{learning\ rate} \cdot dw, \qquad \tilde w \leftarrow \tilde w + v_{\mathrm{new}} + \rho\,(v_{\mathrm{new}} - v) . $$
#
# By hand: with learning rate 0.1, momentum 0.5 and a first gradient of 1, $v_{\mathrm{new}}$ = −0.1 and the step is −0.1 + 0.5 · (−0.1 − 0) = −0.15.
#
# *Paper: Sutskever et al., "On the importance of initialization and momentum in deep learning" (2013).*

# %% nbgrader={"grade": false, "grade_id": "nesterov", "locked": false, "schema_version": 3, "solution": true, "task": false}
def nesterov(w, dw, config):
    """A step of gradient descent with Nesterov momentum, in the look-ahead form.

    Parameters: w, the look-ahead weights, an array of any shape; dw, the gradient at w, of the same shape; config, a dict of
        "learning_rate", "momentum" and, from the second step on, what the last call has put into it ("velocity").
    Returns: the next look-ahead weights, and the config for the next step.

    Approach
        1. keep the old velocity: the step needs both
        2. compute the new velocity, then the step
    """
    ### BEGIN SOLUTION
    rho = config["momentum"]
    before = config.get("velocity", np.zeros_like(w))
    velocity = rho * before - config["learning_rate"] * dw
    return w + velocity + rho * (velocity - before), {**config, "velocity": velocity}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_nesterov_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
w, config = np.array([1.0, 2.0]), {"learning_rate": 0.1, "momentum": 0.8}
gradients = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 4.0]])
trace = steps(nesterov, w, gradients, config)
checks.close(trace, [[0.82, 2.0], [0.576, 2.0], [0.4608, 1.28]], "w after steps 1, 2 and 3 (rows)",
             mistakes=known.nesterov(w, gradients, config))
checks.passed("nesterov", "three steps are right")
### BEGIN HIDDEN TESTS
for seed, rate, rho, shape in ((100, 0.02, 0.9, (3, 2)), (101, 1.5, 0.3, (4,)), (102, 0.1, 0.0, (2, 1, 2))):
    rng = np.random.default_rng(seed)
    w, gradients = rng.normal(size=shape), rng.normal(size=(5, *shape))
    config = {"learning_rate": rate, "momentum": rho}
    speed = [-rate * sum(rho ** (t - i) * gradients[i] for i in range(t + 1)) for t in range(5)]
    expected = [w + sum(speed[: t + 1]) + rho * speed[t] for t in range(5)]
    checks.close(steps(nesterov, w, gradients, config), expected, f"w after steps 1 to 5, with momentum {rho}",
                 mistakes=known.nesterov(w, gradients, config))
config["momentum"] = 0.7
first, second = rng.normal(size=3), rng.normal(size=3)
pair = [rng.normal(size=(4, 3)), rng.normal(size=(4, 3))]
alone = [steps(nesterov, start, g, config) for start, g in zip((first, second), pair)]
checks.true(not disturbed(alone, steps_in_turn(nesterov, [first, second], pair, config)), known.SHARED_MEMORY)
### END HIDDEN TESTS

# %% [markdown]
# Is it really the rule of the first formula? The check walks down a bowl twice: with your function, and with the first formula, whose gradient is
# taken at the look-ahead point.

# %% nbgrader={"grade": true, "grade_id": "test_nesterov_look_ahead", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · look-ahead · 2 points
def look_ahead_points(slope, w, learning_rate, momentum, num_steps):
    """The look-ahead points of the first formula, from the second one on."""
    v, points = np.zeros_like(w), []
    for _ in range(num_steps):
        v = momentum * v - learning_rate * slope(w + momentum * v)
        w = w + v
        points.append(w + momentum * v)
    return np.array(points)


start = np.array([10.0, 1.0])
trace = descend(nesterov, ravine_gradient, start, 25, learning_rate=0.01, momentum=0.9)[1:]
checks.close(trace, look_ahead_points(ravine_gradient, start, 0.01, 0.9, 25), "w in the ravine, in 25 steps")
checks.passed("nesterov", "the same points as with the gradient at the look-ahead point")
### BEGIN HIDDEN TESTS
for rate, rho, slope in ((0.05, 0.5, lambda w: np.array([w[0] ** 3, np.sin(w[1])])), (0.1, 0.8, saddle_gradient)):
    trace = descend(nesterov, slope, (1.5, 0.7), 15, learning_rate=rate, momentum=rho)[1:]
    checks.close(trace, look_ahead_points(slope, np.array([1.5, 0.7]), rate, rho, 15), f"w in 15 steps, with momentum {rho}")
trace = descend(nesterov, ravine_gradient, (10.0, 1.0), 60, learning_rate=0.01, momentum=0.9)
checks.true(1e-4 < ravine(trace[-1]) < 5e-4, f"After 60 steps the loss in the ravine is {ravine(trace[-1]):.2g}, not 2.5e-4.")
### END HIDDEN TESTS

# %% [markdown]
# The ravine again, and the saddle. Momentum overshoots and comes back, but it gets along the ravine. Nesterov momentum brakes in time.

# %% nbgrader={"grade": false, "grade_id": "demo_momentum", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
ball = {"learning_rate": 0.01, "momentum": 0.9}
vis.paths(ravine, {"SGD": descend(sgd, ravine_gradient, (10.0, 1.0), 60, learning_rate=0.018),
                   "momentum": descend(sgd_momentum, ravine_gradient, (10.0, 1.0), 60, **ball),
                   "Nesterov": descend(nesterov, ravine_gradient, (10.0, 1.0), 60, **ball)}, **RAVINE)
ball = {"learning_rate": 0.1, "momentum": 0.9}
vis.paths(saddle, {"SGD": descend(sgd, saddle_gradient, (2.0, 1e-3), 60, learning_rate=0.1),
                   "momentum": descend(sgd_momentum, saddle_gradient, (2.0, 1e-3), 60, **ball),
                   "Nesterov": descend(nesterov, saddle_gradient, (2.0, 1e-3), 60, **ball)}, **SADDLE);

# %% [markdown]
# ### Exercise 7: `adagrad` · 2 points
#
# The other idea: a learning rate of its own for every weight. **Adagrad** (Duchi et al., 2011) divides each step by the root of the sum of all
# squared gradients that this weight has had so far:
#
# $$ c \leftarrow c + dw^2, \qquad w \leftarrow w - \mathrm{learning\ rate}\; \frac{dw}{\sqrt{c} + \epsilon} . $$
#
# So a weight with large gradients takes shorter steps, and a weight with small or rare ones takes longer steps. The small number $\epsilon$, added
# *after* the root, prevents a division by 0. Since the sum only grows, the steps get shorter and shorter.
#
# By hand: with a constant gradient of 3 the sums are 9, 18, 27, and the steps are the learning rate times 3/√9 = 1, 3/√18 = 1/√2, 3/√27 = 1/√3.

# %% nbgrader={"grade": false, "grade_id": "adagrad", "locked": false, "schema_version": 3, "solution": true, "task": false}
def adagrad(w, dw, config):
    """A step of Adagrad.

    Parameters: w, an array of any shape; dw, the gradient with respect to w, of the same shape; config, a dict of
        "learning_rate", "epsilon" and, from the second step on, what the last call has put into it ("cache").
    Returns: the next w, and the config for the next step.

    Approach
        1. add the squares of the new gradient to those that are in config
        2. divide the step by the root
    """
    ### BEGIN SOLUTION
    cache = config.get("cache", np.zeros_like(w)) + dw**2
    scaled = dw / (np.sqrt(cache) + config["epsilon"])
    return w - config["learning_rate"] * scaled, {**config, "cache": cache}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_adagrad_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
w, config = np.array([1.0, 2.0]), {"learning_rate": 0.1, "epsilon": 1e-8}
gradients = np.array([[3.0, 0.01], [4.0, 0.01], [12.0, 0.01]])
trace = steps(adagrad, w, gradients, config)
by_hand = [[0.9, 1.9], [0.9 - 0.1 * 4 / 5, 1.9 - 0.1 / 2**0.5], [0.82 - 0.1 * 12 / 13, 1.9 - 0.1 / 2**0.5 - 0.1 / 3**0.5]]
checks.close(trace, by_hand, "w after steps 1, 2 and 3 (rows)", mistakes=known.adagrad(w, gradients, config))
checks.passed("adagrad", "three steps are right")
### BEGIN HIDDEN TESTS
for seed, rate, shape in ((110, 0.02, (3, 2)), (111, 1.5, (4,)), (112, 0.1, (1, 2, 2))):
    rng = np.random.default_rng(seed)
    w, gradients, config = rng.normal(size=shape), rng.normal(size=(5, *shape)), {"learning_rate": rate, "epsilon": 1e-10}
    expected = [w - rate * sum(gradients[t] / np.sqrt(sum(gradients[i] ** 2 for i in range(t + 1))) for t in range(last + 1)) for last in range(5)]
    checks.close(steps(adagrad, w, gradients, config), expected, "w after steps 1 to 5", mistakes=known.adagrad(w, gradients, config))
trace = steps(adagrad, np.zeros(2), np.tile([5.0, -1e-3], (100, 1)), {"learning_rate": 0.5, "epsilon": 1e-10})
checks.close(np.diff(trace, axis=0)[-1], [-0.05, 0.05], "step 100 with a constant gradient: learning rate / sqrt(100)", rtol=1e-4)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_adagrad_zero_gradient", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · a gradient of 0 · 1 point
w, config = np.array([1.0, 2.0]), {"learning_rate": 0.1, "epsilon": 0.5}  # an epsilon that shows
gradients = np.array([[0.0, 0.5], [0.0, 0.0], [2.0, 0.0]])
trace = steps(adagrad, w, gradients, config)
checks.close(trace, [[1.0, 1.95], [1.0, 1.95], [0.92, 1.95]], "w after steps 1, 2 and 3 (rows), for epsilon=0.5",
             mistakes=known.adagrad(w, gradients, config))
checks.passed("adagrad", "no division by zero, and epsilon in its place")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(113)
first, second = rng.normal(size=3), rng.normal(size=3)
pair = [rng.normal(size=(4, 3)), rng.normal(size=(4, 3))]
alone = [steps(adagrad, start, g, config) for start, g in zip((first, second), pair)]
checks.true(not disturbed(alone, steps_in_turn(adagrad, [first, second], pair, config)), known.SHARED_MEMORY)
checks.close(alone[0][0], first - 0.1 * pair[0][0] / (abs(pair[0][0]) + 0.5), "w after the first step, for epsilon=0.5")
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 8: `rmsprop` · 2 points
#
# Adagrad stops too early. **RMSProp** (Tieleman and Hinton, 2012) forgets: in place of the sum it keeps a **moving average** of the squared
# gradients. With the decay rate $d$, often 0.9 or 0.99,
#
# $$ c \leftarrow d\, c + (1 - d)\, dw^2, \qquad w \leftarrow w - \mathrm{learning\ rate}\; \frac{dw}{\sqrt{c} + \epsilon} . $$
#
# By hand: with $d$ = 0.75 and a constant gradient of 2, the cache is 1, then 0.75 · 1 + 0.25 · 4 = 1.75, and comes near 4. The first step is the
# learning rate times 2/√1 = 2, the later ones come near the learning rate itself.

# %% nbgrader={"grade": false, "grade_id": "rmsprop", "locked": false, "schema_version": 3, "solution": true, "task": false}
def rmsprop(w, dw, config):
    """A step of RMSProp.

    Parameters: w, an array of any shape; dw, the gradient with respect to w, of the same shape; config, a dict of
        "learning_rate", "decay_rate", "epsilon" and, from the second step on, what the last call has put into it ("cache").
    Returns: the next w, and the config for the next step.

    Approach
        1. compute the moving average of the squares: the old one and the new square, each with its factor
        2. divide the step by the root
    """
    ### BEGIN SOLUTION
    decay = config["decay_rate"]
    cache = decay * config.get("cache", np.zeros_like(w)) + (1 - decay) * dw**2
    scaled = dw / (np.sqrt(cache) + config["epsilon"])
    return w - config["learning_rate"] * scaled, {**config, "cache": cache}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_rmsprop_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
w, config = np.array([1.0, 2.0]), {"learning_rate": 0.1, "decay_rate": 0.75, "epsilon": 1e-8}
gradients = np.array([[2.0, 0.02], [2.0, 0.02], [0.0, 0.02]])
trace = steps(rmsprop, w, gradients, config)
second, third = 0.1 * 2 / 1.75**0.5, 0.1 * 2 / (0.75 * 1.75 + 0.25 * 4) ** 0.5
by_hand = [[0.8, 1.8], [0.8 - second, 1.8 - second], [0.8 - second, 1.8 - second - third]]
checks.close(trace, by_hand, "w after steps 1, 2 and 3 (rows)", mistakes=known.rmsprop(w, gradients, config))
checks.passed("rmsprop", "three steps are right")
### BEGIN HIDDEN TESTS
for seed, rate, decay, shape in ((120, 0.02, 0.9, (3, 2)), (121, 1.5, 0.3, (4,)), (122, 0.1, 0.99, (1, 2, 2))):
    rng = np.random.default_rng(seed)
    w, gradients = rng.normal(size=shape), rng.normal(size=(5, *shape))
    config = {"learning_rate": rate, "decay_rate": decay, "epsilon": 1e-10}
    size = [np.average(gradients[: t + 1] ** 2, axis=0, weights=decay ** np.arange(t, -1, -1.0)) * (1 - decay ** (t + 1)) for t in range(5)]
    expected = [w - rate * sum(gradients[t] / size[t] ** 0.5 for t in range(last + 1)) for last in range(5)]
    checks.close(steps(rmsprop, w, gradients, config), expected, f"w after steps 1 to 5, with decay rate {decay}",
                 mistakes=known.rmsprop(w, gradients, config))
trace = steps(rmsprop, np.zeros(2), np.tile([5.0, -1e-3], (100, 1)), {"learning_rate": 0.5, "decay_rate": 0.8, "epsilon": 1e-10})
checks.close(np.diff(trace, axis=0)[-1], [-0.5, 0.5], "step 100 with a constant gradient: the learning rate", rtol=1e-4)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_rmsprop_zero_gradient", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · a gradient of 0 · 1 point
w, config = np.array([1.0, 2.0]), {"learning_rate": 0.1, "decay_rate": 0.75, "epsilon": 0.5}  # an epsilon that shows
gradients = np.array([[0.0, 1.0], [0.0, 0.0], [3.0, 0.0]])
trace = steps(rmsprop, w, gradients, config)
checks.close(trace, [[1.0, 1.9], [1.0, 1.9], [0.85, 1.9]], "w after steps 1, 2 and 3 (rows), for epsilon=0.5",
             mistakes=known.rmsprop(w, gradients, config))
checks.passed("rmsprop", "no division by zero, and epsilon in its place")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(123)
first, second = rng.normal(size=3), rng.normal(size=3)
pair = [rng.normal(size=(4, 3)), rng.normal(size=(4, 3))]
alone = [steps(rmsprop, start, g, config) for start, g in zip((first, second), pair)]
checks.true(not disturbed(alone, steps_in_turn(rmsprop, [first, second], pair, config)), known.SHARED_MEMORY)
checks.close(alone[0][0], first - 0.1 * pair[0][0] / (abs(pair[0][0]) / 2 + 0.5), "w after the first step, for epsilon=0.5")
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 9: `adam` · 5 points
#
# **Adam** (Kingma and Ba, 2015) combines both ideas: a moving average $m$ of the gradients, like momentum, divided by the root of a moving average
# $v$ of their squares, like RMSProp:
#
# $$ m \leftarrow \beta_1 m + (1 - \beta_1)\, dw, \qquad v \leftarrow \beta_2 v + (1 - \beta_2)\, dw^2 . $$
#
# Both averages begin at 0, so for the first steps they are much too small: after $t$ steps with a constant gradient $g$, $m$ is
# $(1 - \beta_1^t)\, g$. The **bias correction** divides by just this factor. With $t = 1$ in the first step,
#
# $$ \hat m = \frac{m}{1 - \beta_1^t}, \qquad \hat v = \frac{v}{1 - \beta_2^t}, \qquad w \leftarrow w - \mathrm{learning\ rate}\; \frac{\hat m}{\sqrt{\hat v} + \epsilon} . $$
#
# By hand: in the first step $\hat m = dw$ and $\hat v = dw^2$, whatever the betas are. So every weight moves by the learning rate, up or down,
# however large or small its gradient is. Without the correction the step would be $0.1/\sqrt{0.001} = 3.16$ times as long, for $\beta_1 = 0.9$ and
# $\beta_2 = 0.999$.

# %% nbgrader={"grade": false, "grade_id": "adam", "locked": false, "schema_version": 3, "solution": true, "task": false}
def adam(w, dw, config):
    """A step of Adam.

    Parameters: w, an array of any shape; dw, the gradient with respect to w, of the same shape; config, a dict of
        "learning_rate", "beta1", "beta2", "epsilon" and, from the second step on, what the last call has put into it
        ("m", "v", "t").
    Returns: the next w, and the config for the next step.

    Approach
        1. count the step: t is 1 in the first one
        2. compute the two moving averages; these go into the config
        3. correct them for this step only, and take the step
    """
    ### BEGIN SOLUTION
    beta1, beta2 = config["beta1"], config["beta2"]
    t = config.get("t", 0) + 1
    m = beta1 * config.get("m", np.zeros_like(w)) + (1 - beta1) * dw
    v = beta2 * config.get("v", np.zeros_like(w)) + (1 - beta2) * dw**2
    m_corrected, v_corrected = m / (1 - beta1**t), v / (1 - beta2**t)
    step = config["learning_rate"] * m_corrected / (np.sqrt(v_corrected) + config["epsilon"])
    return w - step, {**config, "m": m, "v": v, "t": t}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_adam_first_step", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · first step · 1 point
w = np.array([1.0, 2.0, 3.0, 4.0])
gradients = np.array([[1e-3, -0.5, 20.0, -1e6]])
config = {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
trace = steps(adam, w, gradients, config)
checks.close(trace, [[0.99, 2.01, 2.99, 4.01]], "w after the first step, with gradients of 1e-3, -0.5, 20 and -1e6",
             hint="In the first step, t is 1.", mistakes=known.adam(w, gradients, config))
checks.passed("adam", "the first step has the length of the learning rate")
### BEGIN HIDDEN TESTS
for seed, rate, first, second in ((130, 0.5, 0.5, 0.9), (131, 1e-3, 0.95, 0.99), (132, 0.1, 0.0, 0.999)):
    rng = np.random.default_rng(seed)
    w, gradients = rng.normal(size=(3, 4)), rng.normal(size=(1, 3, 4)) * 10.0 ** rng.integers(-2, 5, size=(1, 3, 4))
    config = {"learning_rate": rate, "beta1": first, "beta2": second, "epsilon": 1e-12}
    checks.close(steps(adam, w, gradients, config), w - rate * np.sign(gradients), "w after the first step", mistakes=known.adam(w, gradients, config))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_adam_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · several steps · 2 points
w, gradients = np.array([1.0, 2.0]), np.array([[1.0, 3.0], [0.0, 3.0], [-2.0, 3.0]])
config = {"learning_rate": 0.1, "beta1": 0.5, "beta2": 0.75, "epsilon": 1e-8}
trace = steps(adam, w, gradients, config)
second = 0.1 * (1 / 3) / (3 / 7) ** 0.5  # the weights of the two gradients are 1 : 2 in m, and 3 : 4 in v
third = 0.1 * (1 - 2 * 4) / 7 / ((9 + 4 * 16) / 37) ** 0.5  # 1 : 2 : 4 in m, 9 : 12 : 16 in v
by_hand = [[0.9, 1.9], [0.9 - second, 1.8], [0.9 - second - third, 1.7]]
checks.close(trace, by_hand, "w after steps 1, 2 and 3 (rows)", mistakes=known.adam(w, gradients, config))
checks.passed("adam", "three steps are right")
### BEGIN HIDDEN TESTS
for seed, rate, first, second, shape in ((133, 0.02, 0.9, 0.999, (3, 2)), (134, 1.5, 0.3, 0.6, (4,)), (135, 0.1, 0.8, 0.7, (1, 2, 2))):
    rng = np.random.default_rng(seed)
    w, gradients = rng.normal(size=shape), rng.normal(size=(6, *shape))
    config = {"learning_rate": rate, "beta1": first, "beta2": second, "epsilon": 1e-10}
    expected, here = [], w
    for t in range(6):
        mean = np.average(gradients[: t + 1], axis=0, weights=first ** np.arange(t, -1, -1.0))
        square = np.average(gradients[: t + 1] ** 2, axis=0, weights=second ** np.arange(t, -1, -1.0))
        here = here - rate * mean / square**0.5
        expected.append(here)
    checks.close(steps(adam, w, gradients, config), expected, f"w after steps 1 to 6, with betas {first} and {second}",
                 mistakes=known.adam(w, gradients, config))
trace = steps(adam, np.zeros(2), np.tile([5.0, -1e-3], (30, 1)), {"learning_rate": 0.5, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-10})
checks.close(np.diff(trace, axis=0), np.tile([-0.5, 0.5], (29, 1)), "30 steps with a constant gradient, each as long as the learning rate")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_adam_memory", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · a memory for each parameter · 1 point
rng = np.random.default_rng(136)
weights = [rng.normal(size=(2, 3)), rng.normal(size=(2, 3)), rng.normal(size=3)]
gradients = [rng.normal(size=(4, *w.shape)) for w in weights]
config = {"learning_rate": 0.1, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-8}
alone = [steps(adam, w, g, config) for w, g in zip(weights, gradients)]
checks.true(not disturbed(alone, steps_in_turn(adam, weights, gradients, config)), known.SHARED_MEMORY)
signs = -0.1 * np.sign(gradients[0])
checks.true(not np.allclose(np.diff(alone[0], axis=0), signs[1:]), "The later steps are those of a first step.")
checks.passed("adam", "every parameter has its own averages and its own counter")
### BEGIN HIDDEN TESTS
for w, g, trace in zip(weights, gradients, alone):
    checks.resembles(np.diff(trace, axis=0), -(g[1:] + 0.8 * g[:-1]), "the steps", given=(w,))
again = steps(adam, weights[0], gradients[0], config)
checks.true(np.allclose(again, alone[0]), known.SHARED_MEMORY)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_adam_zero_gradient", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · a gradient of 0 · 1 point
w, gradients = np.array([1.0, 2.0]), np.array([[0.0, 1.5], [0.0, 0.0], [0.0, 0.0]])
config = {"learning_rate": 0.1, "beta1": 0.5, "beta2": 0.75, "epsilon": 0.5}  # an epsilon that shows
trace = steps(adam, w, gradients, config)
second = 0.1 * 0.5 / (1.5 * (3 / 7) ** 0.5 + 0.5)
third = 0.1 * 1.5 / 7 / (1.5 * (9 / 37) ** 0.5 + 0.5)
by_hand = [[1.0, 1.925], [1.0, 1.925 - second], [1.0, 1.925 - second - third]]
checks.close(trace, by_hand, "w after steps 1, 2 and 3 (rows), for epsilon=0.5", mistakes=known.adam(w, gradients, config))
checks.passed("adam", "no division by zero, epsilon in its place, and a mean that goes on")
### BEGIN HIDDEN TESTS
config |= {"epsilon": 2.0, "beta1": 0.0}
checks.close(steps(adam, w, gradients[:1], config), [[1.0, 2 - 0.1 * 1.5 / 3.5]], "w after the first step, for epsilon=2",
             mistakes=known.adam(w, gradients[:1], config))
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 10: `adamw` · 2 points
#
# L2 regularization adds $2\lambda w$ to the gradient. In SGD that shrinks every weight by the same factor in each step, which is called **weight
# decay**. In Adam it does not: the penalty goes through $m$ and $v$ with the rest of the gradient, so weights with large gradients are hardly
# regularized. **AdamW** (Loshchilov and Hutter, 2019) decouples the decay from the averages, and shrinks the weights directly:
#
# $$ w \leftarrow w - \mathrm{learning\ rate} \left( \frac{\hat m}{\sqrt{\hat v} + \epsilon} + \mathrm{weight\ decay} \cdot w \right) . $$
#
# The $w$ on the right is that from before the step, and `dw` is the gradient of the data loss alone.
#
# By hand: where the gradients are all 0, a weight of 5 becomes 5 (1 − 0.1 · 0.2) = 4.9 in a step with learning rate 0.1 and weight decay 0.2.

# %% nbgrader={"grade": false, "grade_id": "adamw", "locked": false, "schema_version": 3, "solution": true, "task": false}
def adamw(w, dw, config):
    """A step of AdamW: Adam with decoupled weight decay.

    Parameters: w, an array of any shape; dw, the gradient with respect to w, of the same shape; config, what adam takes,
        and "weight_decay".
    Returns: the next w, and the config for the next step.

    Approach
        1. let your adam take the step; it may be called as it is
        2. shrink the weights: which w does the formula use, and where does the learning rate stand?
    """
    ### BEGIN SOLUTION
    moved, config = adam(w, dw, config)
    return moved - config["learning_rate"] * config["weight_decay"] * w, config
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_adamw_decay", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · the decay alone · 1 point
### BEGIN HIDDEN TESTS
def adam_by_averages(w, dw, config):
    seen = [*config.get("seen", []), np.array(dw)]
    ages = np.arange(len(seen) - 1, -1, -1.0)
    mean, square = (np.average(values, axis=0, weights=config[beta] ** ages) for values, beta in ((seen, "beta1"), (np.square(seen), "beta2")))
    return w - config["learning_rate"] * mean / (square**0.5 + config["epsilon"]), {**config, "seen": seen}


def adam_is_right():
    rng = np.random.default_rng(142)
    weights, gradients = rng.normal(size=(2, 3)), rng.normal(size=(2, 4, 3))
    config = {"learning_rate": 0.1, "beta1": 0.7, "beta2": 0.9, "epsilon": 0.1}
    right = [steps(adam_by_averages, w, g, config) for w, g in zip(weights, gradients)]
    return not disturbed(right, steps_in_turn(adam, weights, gradients, config))


checks.lend(adamw, adam_is_right, adam=adam_by_averages)
### END HIDDEN TESTS
w, gradients = np.array([5.0, -2.0, 0.1]), np.zeros((3, 3))
config = {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8, "weight_decay": 0.2}
trace = steps(adamw, w, gradients, config)
checks.close(trace, [0.98 * w, 0.98**2 * w, 0.98**3 * w], "w after steps 1, 2 and 3 (rows), with gradients of 0",
             mistakes=known.adamw(w, gradients, config))
checks.passed("adamw", "the weights shrink by a factor of 1 - learning rate * weight decay")
### BEGIN HIDDEN TESTS
for rate, decay in ((0.5, 0.01), (1e-3, 3.0), (0.1, 0.0)):
    w = np.random.default_rng(140).normal(size=(2, 3))
    config |= {"learning_rate": rate, "weight_decay": decay}
    checks.close(steps(adamw, w, np.zeros((2, 2, 3)), config), [w * (1 - rate * decay), w * (1 - rate * decay) ** 2], "w after two steps without gradients",
                 mistakes=known.adamw(w, np.zeros((2, 2, 3)), config))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_adamw_gradients", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · decay and gradients · 1 point
w, gradients = np.array([5.0, -2.0, 0.1]), np.tile([1e-2, -1.0, 1e3], (3, 1))  # with constant gradients, Adam steps by the learning rate
config = {"learning_rate": 0.05, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-10, "weight_decay": 0.4}
expected, decayed = [], w
for t in range(3):
    decayed = decayed - 0.05 * np.array([1.0, -1.0, 1.0]) - 0.05 * 0.4 * decayed
    expected.append(decayed)
checks.close(steps(adamw, w, gradients, config), expected, "w after steps 1, 2 and 3 (rows), with constant gradients",
             mistakes=known.adamw(w, gradients, config))
checks.passed("adamw", "the steps of adam, and a decay that the averages do not see")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(141)
first, second = rng.normal(size=3), rng.normal(size=3)
pair = [rng.normal(size=(4, 3)), rng.normal(size=(4, 3))]
alone = [steps(adamw, start, g, config) for start, g in zip((first, second), pair)]
checks.true(not disturbed(alone, steps_in_turn(adamw, [first, second], pair, config)), known.SHARED_MEMORY)
expected, here = [], first
for t in range(4):
    mean = np.average(pair[0][: t + 1], axis=0, weights=0.8 ** np.arange(t, -1, -1.0))
    square = np.average(pair[0][: t + 1] ** 2, axis=0, weights=0.9 ** np.arange(t, -1, -1.0))
    here = here * (1 - 0.05 * 0.4) - 0.05 * mean / square**0.5
    expected.append(here)
checks.close(alone[0], expected, "w after steps 1 to 4 (rows)", mistakes=known.adamw(first, pair[0], config))
### END HIDDEN TESTS

# %% [markdown]
# All rules in the ravine, each with a learning rate that suits it. How good are they after 60 steps?

# %% nbgrader={"grade": false, "grade_id": "demo_paths", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
ADAM = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
contest = {
    "SGD, 0.018": (sgd, {"learning_rate": 0.018}),
    "momentum, 0.01": (sgd_momentum, {"learning_rate": 0.01, "momentum": 0.9}),
    "Nesterov, 0.01": (nesterov, {"learning_rate": 0.01, "momentum": 0.9}),
    "Adagrad, 1": (adagrad, {"learning_rate": 1.0, "epsilon": 1e-8}),
    "RMSProp, 0.2": (rmsprop, {"learning_rate": 0.2, "decay_rate": 0.9, "epsilon": 1e-8}),
    "Adam, 0.5": (adam, {"learning_rate": 0.5, **ADAM}),
}
vis.paths(ravine, {name: descend(rule, ravine_gradient, (10.0, 1.0), 60, **config) for name, (rule, config) in contest.items()}, **RAVINE)
for name, (rule, config) in contest.items():
    trace = descend(rule, saddle_gradient, (2.0, 1e-3), 300, **{**config, "learning_rate": 0.1})
    print(f"{name.split(',')[0]:>10} with learning rate 0.1: leaves the saddle after {np.argmax(trace[:, 1] > 0.5)} steps")

# %% [markdown]
# The rules with a learning rate for each weight leave the saddle in a few steps: they divide a tiny gradient by its own size.
#
# ## Newton's method
#
# All rules above know the slope only. **Newton's method** also uses the curvature, the matrix $H$ of second derivatives (the Hessian): it goes to the
# minimum of the parabola that touches the surface, $w - H^{-1}\, dw$. In the ravine one step is enough, and there is no learning rate. But for $n$
# parameters $H$ has $n^2$ entries, and to solve for the step takes about $n^3$ operations: out of the question for a net. **L-BFGS** estimates the
# product $H^{-1} dw$ from the last few steps and gradients, in a dozen lines. It needs gradients without noise, so it is seldom used with
# minibatches.

# %% nbgrader={"grade": false, "grade_id": "demo_newton", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def newton(gradient, w, num_steps, h=1e-5):
    """Newton's method, with the Hessian measured by differences of the gradient."""
    trace = [np.array(w)]
    for _ in range(num_steps):
        w = trace[-1]
        hessian = np.array([(gradient(w + e) - gradient(w - e)) / (2 * h) for e in h * np.eye(2)])
        trace.append(w - np.linalg.solve(hessian, gradient(w)))
    return np.array(trace)


def lbfgs(f, gradient, w, num_steps, memory=5):
    """L-BFGS: the two loops of Nocedal (1980), and steps that are halved until the loss falls."""
    w, pairs = np.array(w), []
    trace, g = [w], gradient(w)
    for _ in range(num_steps):
        q, shares = g, []
        for s, change in reversed(pairs):
            shares.append(s @ q / (s @ change))
            q = q - shares[-1] * change
        q = q * (pairs[-1][0] @ pairs[-1][1] / (pairs[-1][1] @ pairs[-1][1]) if pairs else 0.1 / np.linalg.norm(g))
        for (s, change), share in zip(pairs, reversed(shares)):
            q = q + s * (share - change @ q / (s @ change))
        length = next(size for size in 0.5 ** np.arange(60) if f(w - size * q) <= f(w) - 1e-4 * size * g @ q)
        pairs = [pair for pair in [*pairs, (-length * q, gradient(w - length * q) - g)] if pair[0] @ pair[1] > 1e-12][-memory:]
        w, g = w - length * q, gradient(w - length * q)
        trace.append(w)
        if np.linalg.norm(g) < 1e-6:
            break
    return np.array(trace)


vis.paths(ravine, {"Newton": newton(ravine_gradient, (10.0, 1.0), 1), "L-BFGS": lbfgs(ravine, ravine_gradient, (10.0, 1.0), 30)}, **RAVINE)
vis.paths(saddle, {"Newton": newton(saddle_gradient, (2.0, 0.3), 4), "L-BFGS": lbfgs(saddle, saddle_gradient, (2.0, 0.3), 30)}, **SADDLE);

# %% [markdown]
# At the saddle Newton's method is worse than useless: it looks for a point where the gradient is 0, and a saddle point is one.

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): the largest learning rate that still works, and the best momentum
settings = {"learning_rate": 0.01, "momentum": 0.9}  # try 0.037 and 0.039, and momenta of 0.5 and 0.99
vis.paths(ravine, {"momentum": descend(sgd_momentum, ravine_gradient, (10.0, 1.0), 60, **settings),
                   "Nesterov": descend(nesterov, ravine_gradient, (10.0, 1.0), 60, **settings)}, **RAVINE);

# %% [markdown]
# **Question 2** · 3 points. (a) A student forgets the bias correction in Adam, with $\beta_1 = 0.9$ and $\beta_2 = 0.999$. Is the second step, with
# the same gradient as the first, too long or too short, and by which factor? (b) Another student uses Adam and adds the gradient of an L2 penalty to
# `dw`. Weight A has gradients of about 10, weight B of about 0.01, each with changing signs. Both weights have the same value. Which of them does the
# penalty shrink more, and why? What does AdamW do instead?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_adam", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# (a) After two steps with the gradient g, m = (1 - 0.9²) g = 0.19 g and v = (1 - 0.999²) g² = 0.001999 g². The step is 0.19/√0.001999 = 4.25 times
# the learning rate, where it should be the learning rate itself: too long by a factor of 4.25. (The average of the squares starts much more slowly
# than that of the gradients, so the quotient is too large.)
#
# (b) The penalty's gradient 2λw is the same for both, but it is divided by √v, which is about 10 for A and 0.01 for B (while the penalty is small
# compared with the gradients). So B is shrunk about a thousand times as much as A: Adam regularizes weights with large gradients least. AdamW does
# not divide the decay by √v. It shrinks both by the same factor, 1 - learning rate · weight decay.
#
# Scheme
# - [1] (a) too long, by a factor of about 4.25, from 0.19 and √0.001999
# - [1] (b) B, because the penalty is divided by the root of v, too
# - [1] (b) AdamW shrinks both by the same factor, as the decay does not go through the averages
# ### END SOLUTION

# %% [markdown]
# ## Learning-rate schedules
#
# At first, long steps make fast progress. In the end they keep jumping over the minimum. So the learning rate is made to **decay**, along a
# **schedule**. Choose a good first learning rate without decay, and then the schedule.
#
# Each schedule is a function of the epoch, counted from 0, which returns the learning rate $\alpha_t$ of that epoch; $\alpha_0$ is the first one.
#
# ### Exercise 11: `step_decay` · 1 point
#
# At every **milestone** the rate is multiplied by a factor, for example by 0.1 after 30, 60 and 90 epochs.
#
# By hand: with a first rate of 0.4, epoch 29 has 0.4, epoch 30 has 0.04 and epoch 65 has 0.004.

# %% nbgrader={"grade": false, "grade_id": "step_decay", "locked": false, "schema_version": 3, "solution": true, "task": false}
def step_decay(learning_rate, epoch, milestones, factor):
    """A learning rate that falls in steps.

    Parameters: learning_rate, that of epoch 0; epoch, a number, at least 0; milestones, a list of epochs in rising order;
        factor, what the rate is multiplied by at each milestone.
    Returns: the learning rate of this epoch. At a milestone itself, the rate is the lower one.

    Approach
        1. how many milestones has the epoch reached?
    """
    ### BEGIN SOLUTION
    reached = sum(epoch >= milestone for milestone in milestones)
    return learning_rate * factor**reached
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_step_decay_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
epochs = [0, 29, 30, 31, 59, 60, 65, 89, 90, 200]
rates = [step_decay(0.4, epoch, [30, 60, 90], 0.1) for epoch in epochs]
checks.close(rates, [0.4, 0.4, 0.04, 0.04, 0.04, 0.004, 0.004, 0.004, 0.0004, 0.0004], f"the rates at epochs {epochs}", rtol=1e-9, atol=0,
             mistakes=known.step_decay(0.4, epochs, [30, 60, 90], 0.1))
checks.passed("step_decay", "the rate falls at each milestone")
### BEGIN HIDDEN TESTS
for first, marks, factor in ((1.0, [5, 7, 8, 20], 0.5), (0.02, [10], 0.3), (3.0, [], 0.1)):
    epochs = [0, 4, 5, 6, 7, 8, 9, 10, 10.5, 11, 19, 20, 21]
    expected = [first * np.prod([factor for mark in marks if not epoch < mark]) for epoch in epochs]
    checks.close([step_decay(first, epoch, marks, factor) for epoch in epochs], expected, f"the rates for milestones {marks}", rtol=1e-9, atol=0,
                 mistakes=known.step_decay(first, epochs, marks or [1000], factor))
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 12: `exponential_decay` · 1 point
#
# $\alpha_t = \alpha_0\, e^{-k t}$: the rate falls by the same fraction in every epoch. By hand: with $k$ = log 2 it is halved every epoch.

# %% nbgrader={"grade": false, "grade_id": "exponential_decay", "locked": false, "schema_version": 3, "solution": true, "task": false}
def exponential_decay(learning_rate, epoch, decay):
    """A learning rate that falls exponentially: learning_rate * exp(-decay * epoch).

    Parameters: learning_rate, that of epoch 0; epoch, a number, at least 0; decay, the k of the formula.
    Returns: the learning rate of this epoch.
    """
    ### BEGIN SOLUTION
    return learning_rate * np.exp(-decay * epoch)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_exponential_decay_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
epochs = [0, 1, 2, 3, 10]
rates = [exponential_decay(0.4, epoch, np.log(2)) for epoch in epochs]
checks.close(rates, [0.4, 0.2, 0.1, 0.05, 0.4 / 1024], f"the rates at epochs {epochs}", rtol=1e-9, atol=0,
             mistakes=known.exponential_decay(0.4, epochs, np.log(2)))
checks.passed("exponential_decay", "the rate is halved in every epoch")
### BEGIN HIDDEN TESTS
for first, decay in ((1.0, 0.1), (0.02, 1.5), (3.0, 0.0)):
    epochs = [0, 1, 2.5, 7]
    expected = [first / (1 + np.expm1(decay * epoch)) for epoch in epochs]
    checks.close([exponential_decay(first, epoch, decay) for epoch in epochs], expected, f"the rates for a decay of {decay}", rtol=1e-9, atol=0,
                 mistakes=known.exponential_decay(first, epochs, decay))
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 13: `inverse_time_decay` · 1 point
#
# $\alpha_t = \alpha_0 / (1 + k t)$: the rate falls fast at first, and ever more slowly. By hand: with $k$ = 0.5 it has fallen to one half after 2
# epochs, and to one third after 4.

# %% nbgrader={"grade": false, "grade_id": "inverse_time_decay", "locked": false, "schema_version": 3, "solution": true, "task": false}
def inverse_time_decay(learning_rate, epoch, decay):
    """A learning rate that falls like 1/t: learning_rate / (1 + decay * epoch).

    Parameters: learning_rate, that of epoch 0; epoch, a number, at least 0; decay, the k of the formula.
    Returns: the learning rate of this epoch.
    """
    ### BEGIN SOLUTION
    return learning_rate / (1 + decay * epoch)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_inverse_time_decay_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
epochs = [0, 1, 2, 4, 18]
rates = [inverse_time_decay(0.6, epoch, 0.5) for epoch in epochs]
checks.close(rates, [0.6, 0.4, 0.3, 0.2, 0.06], f"the rates at epochs {epochs}", rtol=1e-9, atol=0,
             mistakes=known.inverse_time_decay(0.6, epochs, 0.5))
checks.passed("inverse_time_decay", "the rate falls like 1 / (1 + k t)")
### BEGIN HIDDEN TESTS
for first, decay in ((1.0, 0.1), (0.02, 1.5), (3.0, 0.0)):
    epochs = [0, 1, 2.5, 7]
    expected = [first * np.reciprocal(decay * epoch + 1.0) for epoch in epochs]
    checks.close([inverse_time_decay(first, epoch, decay) for epoch in epochs], expected, f"the rates for a decay of {decay}", rtol=1e-9, atol=0,
                 mistakes=known.inverse_time_decay(first, epochs, decay))
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 14: `cosine_decay` · 2 points
#
# The rate follows half a cosine wave from $\alpha_0$ down to 0 in the $T$ epochs of the training (Loshchilov and Hutter, 2017):
#
# $$ \alpha_t = \tfrac12\, \alpha_0 \left( 1 + \cos \frac{\pi t}{T} \right) . $$
#
# It has no hyperparameter but the length of the training. By hand: in the middle, at $t = T/2$, the cosine is 0 and the rate is half of the first
# one.

# %% nbgrader={"grade": false, "grade_id": "cosine_decay", "locked": false, "schema_version": 3, "solution": true, "task": false}
def cosine_decay(learning_rate, epoch, num_epochs):
    """A learning rate that falls along half a cosine wave.

    Parameters: learning_rate, that of epoch 0; epoch, a number from 0 to num_epochs; num_epochs, when the rate reaches 0.
    Returns: the learning rate of this epoch.
    """
    ### BEGIN SOLUTION
    return 0.5 * learning_rate * (1 + np.cos(np.pi * epoch / num_epochs))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_cosine_decay_ends", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · beginning, middle and end · 1 point
epochs = [0, 50, 100]
rates = [cosine_decay(0.4, epoch, 100) for epoch in epochs]
checks.close(rates, [0.4, 0.2, 0.0], f"the rates at epochs {epochs} of 100", mistakes=known.cosine_decay(0.4, epochs, 100))
checks.passed("cosine_decay", "from the first rate through its half to 0")
### BEGIN HIDDEN TESTS
for first, length in ((1.0, 7), (0.02, 30), (5.0, 1)):
    epochs = [0, length / 2, length]
    checks.close([cosine_decay(first, epoch, length) for epoch in epochs], [first, first / 2, 0], f"the rates at the beginning, middle and end of {length} epochs",
                 mistakes=known.cosine_decay(first, epochs, length))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_cosine_decay_between", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · in between · 1 point
epochs = [1, 2, 4, 5]
rates = [cosine_decay(0.8, epoch, 6) for epoch in epochs]
checks.close(rates, [0.4 + 0.2 * 3**0.5, 0.6, 0.2, 0.4 - 0.2 * 3**0.5], f"the rates at epochs {epochs} of 6",
             mistakes=known.cosine_decay(0.8, epochs, 6))
checks.passed("cosine_decay", "along a cosine")
### BEGIN HIDDEN TESTS
for first, length in ((1.0, 7), (0.02, 30)):
    epochs = [0.2 * length, 1, length - 1, 0.9 * length]
    expected = [first * np.cos(np.pi * epoch / 2 / length) ** 2 for epoch in epochs]
    checks.close([cosine_decay(first, epoch, length) for epoch in epochs], expected, f"the rates in {length} epochs", mistakes=known.cosine_decay(first, epochs, length))
### END HIDDEN TESTS

# %% nbgrader={"grade": false, "grade_id": "demo_schedules", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
epochs = np.arange(101)
curves = {
    "step decay: 0.1 at 30, 60 and 90": [step_decay(1.0, epoch, [30, 60, 90], 0.1) for epoch in epochs],
    "exponential decay, k = 0.05": [exponential_decay(1.0, epoch, 0.05) for epoch in epochs],
    "inverse-time decay, k = 0.1": [inverse_time_decay(1.0, epoch, 0.1) for epoch in epochs],
    "cosine decay": [cosine_decay(1.0, epoch, 100) for epoch in epochs],
}
fig, axes = plt.subplots(1, 2, figsize=(vis.WIDTH, 3), layout="constrained")
for ax, scale in zip(axes, ("linear", "log")):
    for (name, curve), color in zip(curves.items(), (vis.RED, vis.ORANGE, vis.GREEN, vis.BLUE)):
        ax.plot(epochs, curve, color=color, label=name, drawstyle="steps-post" if "step" in name else "default")
    ax.set(xlabel="epoch", yscale=scale)
axes[0].set_ylabel("rate / first rate")
axes[1].set_ylim(5e-4, 1.5)
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False, fontsize=9);

# %% [markdown]
# ## All together
#
# Your net with five hidden layers of 100 units, He's weights and 4,000 images, for five epochs with each rule. The learning rates were chosen from a
# coarse grid, by the validation accuracy.

# %% nbgrader={"grade": false, "grade_id": "fit", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
class Net:
    """Your net in the form that Solver wants."""

    def __init__(self, params, reg=0.0):
        self.params, self.reg = params, reg

    def loss(self, X, y=None):
        return fully_connected_loss(self.params, X, y, self.reg)


def fit(update_rule, config, hidden_dims, rule="he", reg=0.0, num_images=4000, num_epochs=5, batch_size=50, schedule=None, seed=1, progress=False):
    """Train a net on the first num_images training images. Returns its Solver. `schedule` is a function of the epoch, which returns a factor."""
    params = init_fully_connected(X_train.shape[1], hidden_dims, len(images.class_names), rule, np.random.default_rng(seed))
    net = Net({name: value.astype(np.float32) for name, value in params.items()}, reg)  # float32 is twice as fast
    subset = {"X_train": X_train[:num_images], "y_train": y_train[:num_images], "X_val": X_val, "y_val": y_val}
    steps_per_epoch = min(num_images, len(X_train)) // batch_size
    of_step = None if schedule is None else lambda t: float(schedule(t / steps_per_epoch))
    solver = Solver(net, subset, update_rule, dict(config), batch_size=batch_size, num_epochs=num_epochs, schedule=of_step,
                    verbose=False, progress=progress, rng=seed)
    try:
        solver.train()
    except TrainingDiverged:
        pass  # the last loss in solver.loss_history says so
    return solver


# %% nbgrader={"grade": false, "grade_id": "demo_rules", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
rates = {
    "SGD": (sgd, {"learning_rate": 3e-3}),
    "momentum": (sgd_momentum, {"learning_rate": 3e-3, "momentum": 0.9}),
    "Nesterov": (nesterov, {"learning_rate": 3e-3, "momentum": 0.9}),
    "Adagrad": (adagrad, {"learning_rate": 3e-3, "epsilon": 1e-8}),
    "RMSProp": (rmsprop, {"learning_rate": 3e-4, "decay_rate": 0.99, "epsilon": 1e-8}),
    "Adam": (adam, {"learning_rate": 1e-3, **ADAM}),
    "AdamW": (adamw, {"learning_rate": 1e-3, "weight_decay": 0.1, **ADAM}),
}
runs = {}
with tqdm(total=len(rates), file=sys.stdout, desc="nets") as bar:
    for name, (rule, config) in rates.items():
        runs[name] = fit(rule, config, [100] * 5)
        bar.update()
vis.training_curves(runs)
for name, solver in runs.items():
    print(f"{name:>8}: best validation accuracy {solver.best_val_acc:.1%}, loss of the last epoch {np.mean(solver.loss_history[-80:]):.3f}")

# %% [markdown]
# SGD alone falls behind in five epochs. The other rules are close together, and their order changes from seed to seed. What differs is how much care
# the learning rate needs: Adam's default of 0.001 is rarely bad. And the same net with a schedule:

# %% nbgrader={"grade": false, "grade_id": "demo_schedule_runs", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
schedules = {
    "constant": lambda epoch: 1.0,
    "step decay": lambda epoch: step_decay(1.0, epoch, [3, 4], 0.1),
    "cosine decay": lambda epoch: cosine_decay(1.0, epoch, 5),
}
runs = {}
with tqdm(total=len(schedules), file=sys.stdout, desc="nets") as bar:
    for name, schedule in schedules.items():
        runs[name] = fit(adam, {"learning_rate": 1e-3, **ADAM}, [100] * 5, schedule=schedule)
        bar.update()
vis.training_curves(runs)
for name, solver in runs.items():
    print(f"{name:>12}: best validation accuracy {solver.best_val_acc:.1%}, loss of the last epoch {np.mean(solver.loss_history[-80:]):.3f}")

# %% [markdown]
# ## Starting a deep net
#
# The last experiment is about plain SGD and one standard deviation for all layers: no rule chooses it for you. Can a net memorize 50 examples in 60
# steps? The examples are random numbers with random labels, so there is nothing to learn but the examples themselves.

# %% nbgrader={"grade": false, "grade_id": "memorize", "locked": true, "schema_version": 3, "solution": false, "task": false}
def make_noise(seed):
    """50 examples of 100 random numbers, and random labels of ten classes: X (50, 100), y (50,)."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(50, 100)), rng.integers(10, size=50)


def memorize(loss_fn, params, X, y, learning_rate, seed):
    """60 steps of plain gradient descent, each with 25 of the examples. Returns the accuracy on all of them."""
    rng, trained = np.random.default_rng(seed), {name: np.array(p) for name, p in params.items()}
    with np.errstate(all="ignore"):  # too large a learning rate ends in infinities
        for _ in range(60):
            batch = rng.permutation(len(X))[:25]
            _, grads = loss_fn(trained, X[batch], y[batch])
            for name in trained:
                trained[name] = trained[name] - learning_rate * grads[name]
            if not np.isfinite(trained["b1"]).all():
                return 0.0
        return float(np.mean(np.argmax(loss_fn(trained, X), axis=1) == y))


def two_numbers(settings):
    """The two settings, after a look whether they are numbers that can be used."""
    weight_scale, learning_rate = checks.unpack(settings, "weight_scale, learning_rate")
    for value, name in ((weight_scale, "weight_scale"), (learning_rate, "learning_rate")):
        checks.finite(value, name)
        checks.shape(value, (), f"{name} (one number)")
        checks.true(value > 0, f"{name} should be larger than 0, but is {value!r}.")
    return float(weight_scale), float(learning_rate)


# %% nbgrader={"grade": false, "grade_id": "demo_maps", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
scales, learning_rates = np.logspace(-2, 0.25, 10), np.logspace(-2.5, 0.5, 10)
X, y = make_noise(0)
fig, axes = plt.subplots(1, 2, figsize=(vis.WIDTH, 3.4), layout="constrained", sharey=True)
with tqdm(total=200, file=sys.stdout, desc="nets") as bar:
    for ax, num_layers in zip(axes, (3, 5)):
        accuracies = np.zeros((10, 10))
        for i, scale in enumerate(scales):
            for j, rate in enumerate(learning_rates):
                params = init_fully_connected(100, [50] * (num_layers - 1), 10, scale, np.random.default_rng(1))
                accuracies[i, j] = memorize(fully_connected_loss, params, X, y, rate, seed=2)
                bar.update()
        mesh = ax.pcolormesh(learning_rates, scales, 100 * accuracies, vmin=0, vmax=100, cmap="viridis")
        ax.set(xscale="log", yscale="log", xlabel="learning rate")
        ax.set_title(f"{num_layers} layers: 100% for {np.mean(accuracies == 1):.0%} of the pairs", fontsize=10)
axes[0].set_ylabel("standard deviation of the weights")
fig.colorbar(mesh, ax=axes, label="accuracy on the 50 examples (%)");

# %% [markdown]
# A net of three layers forgives nearly every standard deviation, if the learning rate fits. With five layers only a narrow strip is left.

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): where is the strip for seven layers, and does it depend on the seed?
weight_scale, learning_rate, num_layers = 0.01, 0.1, 5
for seed in (0, 1, 2):
    X, y = make_noise(seed)
    params = init_fully_connected(100, [50] * (num_layers - 1), 10, weight_scale, np.random.default_rng(seed))
    print(f"seed {seed}: accuracy {memorize(fully_connected_loss, params, X, y, learning_rate, seed):.0%}")

# %% [markdown]
# ### Exercise 15: `overfit_settings` · 4 points
#
# Return a standard deviation and a learning rate with which a net of five layers (four hidden layers of 50 units) memorizes the 50 examples. While
# grading, several nets are trained with them by the functions above, from other random starts and on other examples. They earn 2 points if the
# accuracy is at least 80% on average, and 2 more if every net reaches 100%.
#
# By hand: with 0.01 the gain of a layer of 50 inputs is 0.01 · √50 = 0.07, and ReLU takes its share, too. After five layers the scores are nearly 0,
# and so are the gradients: the net guesses.

# %% nbgrader={"grade": false, "grade_id": "overfit_settings", "locked": false, "schema_version": 3, "solution": true, "task": false}
def overfit_settings():
    """Settings that let a net of five layers memorize 50 examples in 60 steps.

    Returns: weight_scale, the standard deviation of all weights; learning_rate, that of plain gradient descent.

    Approach
        1. look for the strip in the map of five layers; what does He's rule say about layers of 50 and of 100 inputs?
        2. try your choice with several seeds in the cell above

    Example
        return 0.01, 0.1    # allowed, but bad
    """
    ### BEGIN SOLUTION
    weight_scale, learning_rate = 0.25, 0.08  # a little more than He's rule, in the middle of the strip
    return weight_scale, learning_rate
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_overfit_settings_learns", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · the nets learn · 2 points
weight_scale, learning_rate = two_numbers(overfit_settings())
checks.true(weight_scale < 100 and learning_rate < 100, "Both settings should be below 100.")
checks.passed("overfit_settings", "two numbers; nets are trained with them while grading")
### BEGIN HIDDEN TESTS
def net_loss(p, X, y=None):
    hidden = [X]
    for k in range(1, 5):
        hidden.append(np.maximum(hidden[-1] @ p[f"W{k}"] + p[f"b{k}"], 0))
    result = hidden[-1] @ p["W5"] + p["b5"]
    if y is None:
        return result
    value, back = softmax_loss(result, y)
    slopes = {}
    for k in (5, 4, 3, 2, 1):
        slopes[f"W{k}"], slopes[f"b{k}"] = hidden[k - 1].T @ back, back.sum(axis=0)
        back = (back @ p[f"W{k}"].T) * (hidden[k - 1] > 0)
    return value, slopes


accuracies = []
for seed in (501, 502, 503):
    rng, layers = np.random.default_rng(seed), (100, 50, 50, 50, 50, 10)
    start = {f"W{k}": weight_scale * rng.normal(size=layers[k - 1 : k + 1]) for k in range(1, 6)} | {f"b{k}": np.zeros(layers[k]) for k in range(1, 6)}
    accuracies.append(memorize(net_loss, start, *make_noise(seed), learning_rate, seed))
checks.true(np.mean(accuracies) >= 0.8, f"Nets with these settings reach {np.mean(accuracies):.0%} of the examples on average; 80% are needed.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_overfit_settings_all", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · every net reaches 100% · 2 points
weight_scale, learning_rate = two_numbers(overfit_settings())
checks.true(weight_scale < 100 and learning_rate < 100, "Both settings should be below 100.")
checks.true(two_numbers(overfit_settings()) == (weight_scale, learning_rate), known.OTHER_SETTINGS)
checks.passed("overfit_settings", "the same settings in every call")
### BEGIN HIDDEN TESTS
def net_loss(p, X, y=None):
    hidden = [X]
    for k in range(1, 5):
        hidden.append(np.maximum(hidden[-1] @ p[f"W{k}"] + p[f"b{k}"], 0))
    result = hidden[-1] @ p["W5"] + p["b5"]
    if y is None:
        return result
    value, back = softmax_loss(result, y)
    slopes = {}
    for k in (5, 4, 3, 2, 1):
        slopes[f"W{k}"], slopes[f"b{k}"] = hidden[k - 1].T @ back, back.sum(axis=0)
        back = (back @ p[f"W{k}"].T) * (hidden[k - 1] > 0)
    return value, slopes


accuracies = []
for seed in (511, 512, 513):
    rng, layers = np.random.default_rng(seed), (100, 50, 50, 50, 50, 10)
    start = {f"W{k}": weight_scale * rng.normal(size=layers[k - 1 : k + 1]) for k in range(1, 6)} | {f"b{k}": np.zeros(layers[k]) for k in range(1, 6)}
    accuracies.append(memorize(net_loss, start, *make_noise(seed), learning_rate, seed))
checks.true(min(accuracies) == 1, f"The worst of three nets with these settings reaches {min(accuracies):.0%} of the examples; 100% are needed.")
### END HIDDEN TESTS

# %% [markdown]
# **Question 3** · 2 points. Compare the two maps. Why is the strip of good pairs narrower for five layers than for three? And why does it slope: why
# do smaller weights need a larger learning rate? (Think of the products of weights that a gradient passes.)

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_maps", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# The gradient of the weights of one layer is a product that contains the weights of all the other layers (the activations carry those before it, the
# upstream gradient those after it). So it is proportional to about scale^(L-1), with L layers: scale² for three, scale⁴ for five. If all weights are
# ten times smaller, the gradients are 100 times smaller in three layers and 10,000 times in five. The range of scales over which one learning rate
# works is the narrower the higher this power is.
#
# What counts for learning is the change of the weights, or of the scores, per step: learning rate times gradient. Smaller weights give smaller
# gradients, which a larger learning rate can make up for, until one side (vanishing signal, or divergence) ends that. So the strip slopes.
#
# Scheme
# - [1] gradients contain a product of the other layers' weights, a higher power of the scale for more layers, so they vanish or explode sooner
# - [1] smaller weights give smaller gradients, and the learning rate makes up for that
# ### END SOLUTION

# %% [markdown]
# ## The open challenge
#
# How good can a fully connected net get? Nothing here is graded. Choose the settings by the validation accuracy, and use the test set once. On
# CIFAR-10 a test accuracy above 50% is good for a net without convolutions, and 55% takes about three minutes of one core.

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): the best fully connected net
def best_net_settings():
    """Settings of your best net: the arguments of fit."""
    return {"update_rule": sgd_momentum, "config": {"learning_rate": 3e-3, "momentum": 0.9}, "hidden_dims": [100], "rule": "he", "reg": 0.0,
            "num_images": 20_000, "num_epochs": 5, "batch_size": 100, "schedule": lambda epoch: cosine_decay(1.0, epoch, 5)}


solver = fit(**best_net_settings(), progress=True)
print(f"validation accuracy {solver.best_val_acc:.1%}")
vis.training_curves(solver)
# print(f"test accuracy {solver.check_accuracy(X_test, y_test):.1%}")  # once, at the very end

# %% [markdown]
# ## Summary
#
# - Scale the weights with the fan-in: Xavier for tanh, He for ReLU. Otherwise signal and gradient vanish or explode with depth.
# - Momentum adds up what the gradients have in common. Nesterov momentum looks ahead.
# - Adagrad and RMSProp scale the steps of each weight. Adam does both, and corrects its averages for their start at 0. AdamW decays the weights
#   outside the averages.
# - Let the learning rate fall: in steps, or along a cosine.
# - Adam with a learning rate of 0.001 is a good first choice. Momentum with a schedule is often as good, with more tuning.
#
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"init_weights": 3, "activation_stds": 2, "init_fully_connected": 3, "fully_connected_loss": 6, "sgd_momentum": 2, "nesterov": 2, "adagrad": 2,
                "rmsprop": 2, "adam": 4, "adamw": 2, "step_decay": 1, "exponential_decay": 1, "inverse_time_decay": 1, "cosine_decay": 2, "overfit_settings": 2})
