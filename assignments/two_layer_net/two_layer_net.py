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
# # Two-layer net
#
# A linear classifier has one template per class, which red and blue cars have to share. A net with a layer in between learns many
# small detectors and lets them vote. You build it from four functions and the chain rule.
#
# **You will learn**
#
# - to write a layer as a pair of functions, *forward* and *backward*;
# - to get the gradient of every parameter by **backpropagation**;
# - to choose the first weights, and to check a net *before* you train it for hours;
# - to watch a training run: loss, accuracy, the size of the updates, the activations;
# - to search hyperparameters, first coarse, then fine.
#
# **Time**: about six hours of work. The cells themselves run in one to two minutes with shapes10, in three to five with CIFAR-10.
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that
# come with the course. The checks use small random arrays, not the images.
#
# *Lecture: "Backpropagation and neural networks" · Paper: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors"
# (1986).*

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from cs231n_lib import checks, data, mistakes, vis
from cs231n_lib.layers import softmax_loss
from cs231n_lib.notebooks import errors
from cs231n_lib.solver import Solver, TrainingDiverged

errors.explain()
known = mistakes.two_layer_net


def make_layer(seed, num_examples=4, example_shape=(5,), num_outputs=3):
    """A small random affine layer, and a gradient that reaches its output: x, w, b, dout."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(num_examples, *example_shape))
    w = rng.normal(size=(int(np.prod(example_shape)), num_outputs))
    return x, w, rng.normal(size=num_outputs), rng.normal(size=(num_examples, num_outputs))


def layer_loss(forward, x, w, b, dout):
    """A loss whose gradient with respect to the layer's output is dout."""
    out, _ = checks.unpack(forward(x, w, b), "out, cache")
    checks.shape(out, dout.shape, "out")
    return np.sum(out * dout)


def layer_gradients(forward, backward, x, w, b, dout):
    """dx, dw, db: a forward pass, then a backward pass with its cache."""
    _, cache = checks.forward_pass(forward, x, w, b)
    return checks.unpack(backward(dout.copy(), cache), "dx, dw, db")


def make_net(seed, num_examples=5, input_dim=4, hidden_dim=6, num_classes=3):
    """A small random net with biases that matter: X (N, D), y (N,), params."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(num_examples, input_dim)), rng.integers(num_classes, size=num_examples)
    return X, y, {"W1": rng.normal(size=(input_dim, hidden_dim)), "b1": rng.normal(size=hidden_dim),
                  "W2": rng.normal(size=(hidden_dim, num_classes)), "b2": rng.normal(size=num_classes)}


def net_of(result):
    """What init_two_layer_net returns, after a look whether it is a dict of the four parameters."""
    checks.true(isinstance(result, dict), "init_two_layer_net should return a dict of four arrays.")
    checks.equal(dict.fromkeys(result), dict.fromkeys(["W1", "b1", "W2", "b2"]), "params")
    for name in result:
        checks.true(isinstance(result[name], np.ndarray), f"params[{name!r}] should be an array.")
    return result


def loss_and_grads(result, params, names=()):
    """The pair (loss, grads), after a look whether grads has arrays of the right shapes under these names."""
    loss, grads = checks.unpack(result, "loss, grads")
    checks.shape(loss, (), "the loss (one number)")
    checks.true(isinstance(grads, dict), "grads should be a dict with the gradient of each parameter.")
    for name in names:
        checks.true(name in grads, f"grads has no key {name!r}.")
        checks.shape(grads[name], np.shape(params[name]), f"grads[{name!r}] (a gradient has the shape of its parameter)")
    return loss, grads


def check_net_gradient(loss_fn, params, X, y, name):
    """Check grads[name] for reg=0. Wrong scores have cost points already: then the way back begins at these scores, with biases of 0."""
    scores, right = loss_fn(params, X), known.right_scores(params, X)
    comparable = isinstance(scores, np.ndarray) and scores.shape == right.shape and bool(np.isfinite(scores).all())
    wrong = comparable and not np.allclose(scores, right)
    if wrong:
        params = {**params, "b1": 0 * params["b1"], "b2": 0 * params["b2"]}
        scores = loss_fn(params, X)
    loss, grads = loss_and_grads(loss_fn(params, X, y), params, [name])
    expected = [known.right_gradient(params, X, y, name, begin) for begin in (None, *[scores] * wrong)]
    if not any(np.allclose(np.asarray(grads[name]), slopes, rtol=1e-4, atol=1e-5 * np.abs(slopes).max()) for slopes in expected):
        checks.gradient(lambda v: loss_and_grads(loss_fn({**params, name: v}, X, y), params)[0], params[name], grads[name],
                        f"grads[{name!r}] with reg=0", num_examples=len(X), params=params[name], labels=y, kinks=True,
                        hint="On the way back the gradient passes the second layer, the ReLU and the first layer.",
                        mistakes=known.gradients(params, X, y))


# %% [markdown]
# ## The images
#
# A net trains well on inputs of ordinary size around 0. So subtract the mean of the *training* images and divide by 64, about the
# standard deviation of a pixel.

# %% nbgrader={"grade": false, "grade_id": "load_data", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
images = data.load()
print(images)
mean_image, X_train, X_val, X_test = data.center(
    *(data.flatten(part, np.float32) for part in (images.X_train, images.X_val, images.X_test)))
for part in (X_train, X_val, X_test):
    part /= 64  # in place: a copy of all images takes hundreds of megabytes
y_train, y_val, y_test = images.y_train, images.y_val, images.y_test
print("training:", X_train.shape, X_train.dtype, f" mean {X_train[:1000].mean():.2f}, std {X_train[:1000].std():.2f}",
      " validation:", X_val.shape, " test:", X_test.shape)
vis.samples_per_class(images.X_train, y_train, images.class_names);

# %% [markdown]
# ## The net, drawn
#
# Two affine layers with an **activation function** between them. $X$ comes in on the left, one image per row; the loss goes out
# on the right. A drawing with a node for every operation is a **computational graph**.

# %% nbgrader={"grade": false, "grade_id": "picture_graph", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, ax = plt.subplots(figsize=(10, 3.5), layout="constrained")
ax.set(xlim=(0, 20.5), ylim=(-0.9, 5.6))
ax.axis("off")
for x, text in ((4, "affine"), (8, "ReLU"), (12, "affine"), (16, "softmax\nloss")):
    ax.text(x, 3.5, text, ha="center", va="center", fontsize=11,
            bbox={"boxstyle": "round,pad=0.55", "fc": "#e8f1f8", "ec": vis.BLUE})
for x, name, shape in ((1.9, "X", "(N, D)"), (6, "a", "(N, H)"), (10, "h", "(N, H)"), (14, "s", "(N, C)"), (18.6, "L", "number")):
    ax.annotate("", (x + 0.95, 3.75), (x - 0.95, 3.75), arrowprops={"arrowstyle": "->", "color": "black", "lw": 1.4})
    ax.annotate("", (x - 0.95, 3.2), (x + 0.95, 3.2), arrowprops={"arrowstyle": "->", "color": vis.RED, "lw": 1.4})
    ax.text(x, 4.0, f"${name}$ {shape}", ha="center", va="bottom", fontsize=10)
    ax.text(x, 3.05, "1" if name == "L" else f"$d{name}$", ha="center", va="top", fontsize=10, color=vis.RED)
for x, layer, shapes in ((4, 1, "(D, H)  (H,)"), (12, 2, "(H, C)  (C,)")):
    ax.annotate("", (x - 0.35, 2.85), (x - 0.35, 1.1), arrowprops={"arrowstyle": "->", "color": "black", "lw": 1.4})
    ax.annotate("", (x + 0.35, 1.1), (x + 0.35, 2.85), arrowprops={"arrowstyle": "->", "color": vis.RED, "lw": 1.4})
    ax.text(x - 0.1, 0.75, f"$W_{layer},\\ b_{layer}$", ha="center", va="center", fontsize=11)
    ax.text(x - 0.1, 0.1, shapes, ha="center", va="center", fontsize=9, color=vis.GREY)
    ax.text(x + 0.6, 1.95, f"$dW_{layer},\\ db_{layer}$", ha="left", va="center", fontsize=10, color=vis.RED)
ax.annotate("", (16, 2.65), (16, 1.1), arrowprops={"arrowstyle": "->", "color": "black", "lw": 1.4})
ax.text(16, 0.75, "$y$", ha="center", va="center", fontsize=11)
ax.text(16, 0.1, "(N,)", ha="center", va="center", fontsize=9, color=vis.GREY)
ax.text(0.3, 5.3, "forward: from the images to the loss", fontsize=10)
ax.text(8.6, 5.3, "backward: from the loss to every parameter", fontsize=10, color=vis.RED);

# %% [markdown]
# In formulas:
#
# $$ a = X W_1 + b_1, \qquad h = \max(0, a), \qquad s = h\,W_2 + b_2, \qquad L = \mathrm{softmax\ loss}(s, y) + \lambda \textstyle\sum W_1^2 + \lambda \sum W_2^2 . $$
#
# The activation function here is ReLU, $\max(0, a)$, a **nonlinearity**. Without one, $(X W_1 + b_1) W_2 + b_2$ could be
# multiplied out into a single linear classifier.
#
# A layer knows nothing of the others. Forward (black), it computes its output. Backward (red), it is given `dout`, the gradient of the
# loss with respect to its output, and computes those with respect to its inputs:
#
# ```
# out, cache = layer_forward(x, ...)      # cache: whatever the backward pass will need
# dx, ...    = layer_backward(dout, cache)
# ```
#
# `dx` is short for $\partial L / \partial x$: how the *loss* changes with `x`. It always has the shape of `x`.
#
# ## The affine layer
#
# ### Exercise 1: `affine_forward` · 3 points
#
# Each output is a weighted sum of all inputs, plus a bias: $\mathrm{out} = x w + b$. Examples may have any number of dimensions, such as
# images (N, 32, 32, 3). The layer takes each as one row of $D = 32 \cdot 32 \cdot 3$ numbers.
#
# By hand: for the example (1, 2), the weights (1, 2) and the bias 10, the output is 1 · 1 + 2 · 2 + 10 = 15.
#
# You decide what goes into the cache: whatever your backward function needs.

# %% nbgrader={"grade": false, "grade_id": "affine_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def affine_forward(x, w, b):
    """Affine (fully connected) layer.

    Parameters: x (N, d1, ..., dk) examples, each used as a row of D = d1 * ... * dk numbers, in NumPy's usual order;
        w (D, M) weights; b (M,) biases.
    Returns: out (N, M), of the arrays' dtype, float32 or float64; cache, whatever affine_backward needs.

    Approach
        1. turn each example into a row
        2. compute the weighted sums of all rows at once, and add the biases

    Example
        x = [[1.0, 2.0]], w = [[1.0, 0.0], [2.0, 1.0]], b = [10.0, 20.0]: out is [[15.0, 22.0]].
    """
    ### BEGIN SOLUTION
    rows = x.reshape(x.shape[0], w.shape[0])  # (N, D)
    out = rows.dot(w) + b  # (N, M)
    return out, (x, w, b)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_affine_forward_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · values · 2 points
x = np.array([[1.0, 2.0], [3.0, 4.0]])
w = np.array([[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]])
b = np.array([10.0, 20.0, 30.0])
out, cache = checks.unpack(affine_forward(x, w, b), "out, cache")
checks.close(out, [[15.0, 22.0, 29.0], [21.0, 24.0, 27.0]], "out of affine_forward",
             mistakes=known.affine_forward(x, w, b))
checks.passed("affine_forward", "weighted sums plus biases")
### BEGIN HIDDEN TESTS
for seed, (N, D, M) in ((11, (4, 6, 3)), (12, (1, 5, 2)), (13, (3, 3, 3)), (14, (6, 1, 4)), (15, (2, 7, 1))):
    x, w, b, dout = make_layer(seed, N, (D,), M)
    out, cache = checks.unpack(affine_forward(x, w, b), "out, cache")
    by_hand = [[sum(x[n, d] * w[d, m] for d in range(D)) + b[m] for m in range(M)] for n in range(N)]
    checks.close(out, by_hand, f"out of affine_forward for N, D, M = {N, D, M}", mistakes=known.affine_forward(x, w, b))
### END HIDDEN TESTS

# %% [markdown]
# Here are four examples of shape (2, 3). The layer should see each as a row of six numbers.

# %% nbgrader={"grade": true, "grade_id": "test_affine_forward_dimensions", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · images · 1 point
rows, w, b, _ = make_layer(20, 4, (6,), 5)
x, w, b, _ = make_layer(20, 4, (2, 3), 5)  # the same numbers, as images
out_rows, cache = checks.unpack(affine_forward(rows, w, b), "out, cache")
checks.shape(out_rows, (4, 5), "out for x of shape (4, 6)")
out, cache = checks.unpack(affine_forward(x, w, b), "out, cache")
checks.close(out, out_rows, "out for x of shape (4, 2, 3), against rows of the same numbers",
             mistakes=known.affine_forward(x, w, b))
checks.passed("affine_forward", "examples may have any number of dimensions")
### BEGIN HIDDEN TESTS
for seed, N, shape in ((21, 3, (2, 2, 3)), (22, 1, (4, 2)), (23, 6, (2, 3)), (24, 2, (2, 1, 3, 2))):
    rows, w, b, _ = make_layer(seed, N, (int(np.prod(shape)),), 4)
    x, w, b, _ = make_layer(seed, N, shape, 4)
    out_rows, cache = checks.unpack(affine_forward(rows, w, b), "out, cache")
    checks.shape(out_rows, (N, 4), "out")
    for given, order in ((x, "C"), (np.asfortranarray(x), "Fortran")):
        out, cache = checks.unpack(affine_forward(given, w, b), "out, cache")
        checks.close(out, out_rows, f"out for x of shape {x.shape} in {order} order", mistakes=known.affine_forward(x, w, b))
checks.resembles(out_rows, rows @ w, "out", given=(rows, b))
pixels = np.random.default_rng(31).integers(256, size=x.shape, dtype=np.uint8)
expected, cache = checks.unpack(affine_forward(pixels.astype(float), w, b), "out, cache")
checks.shape(expected, (2, 4), "out")
out, cache = checks.unpack(affine_forward(pixels, w, b), "out, cache")
checks.close(out, expected, "out for uint8 pixels, against the same numbers as floats")
for kind in (np.float64, np.float32):
    given = [array.astype(kind) for array in (x, w, b)]
    before = [array.copy() for array in given]
    out, cache = checks.unpack(affine_forward(*given), "out, cache")
    checks.dtype(out, kind, f"out for {kind.__name__} arrays")
    for after, array, name in zip(given, before, "xwb"):
        checks.unchanged(after, array, f"{name} of affine_forward")
### END HIDDEN TESTS

# %% [markdown]
# ## The way back: an example with a few numbers
#
# **Backpropagation** computes the gradient of the loss with respect to every number in the graph, from the end to the beginning. Take
# the loss $L = (w x + b)^2$ with $w = 2$, $x = 3$, $b = -4$. Values are black, gradients red.

# %% nbgrader={"grade": false, "grade_id": "picture_backpropagation", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, ax = plt.subplots(figsize=(8, 2.9), layout="constrained")
ax.set(xlim=(-0.6, 16), ylim=(0, 6))
ax.axis("off")
square = r"$(\;\;)^2$"
places = {"w": (1, 5.2), "x": (1, 3), "b": (5, 0.8), r"$\times$": (5, 4.1), "+": (8.5, 4.1), square: (12, 4.1), "L": (15.4, 4.1)}
for name, place in places.items():
    ax.text(*place, name, ha="center", va="center", fontsize=12,
            bbox={"boxstyle": "round,pad=0.4", "fc": "white" if name in "wxbL" else "#e8f1f8", "ec": vis.BLUE})
for start, end, value, gradient in (("w", r"$\times$", 2, 12), ("x", r"$\times$", 3, 8), ("b", "+", -4, 4), (r"$\times$", "+", 6, 4),
                                    ("+", square, 2, 4), (square, "L", 4, 1)):
    ax.annotate("", places[end], places[start], arrowprops={"arrowstyle": "->", "color": vis.GREY, "lw": 1.2, "shrinkA": 19, "shrinkB": 19})
    x = places[start][0] - 0.9 if start in "wxb" else (places[start][0] + places[end][0]) / 2
    ax.text(x, places[start][1] + 0.4, value, ha="center", va="center", fontsize=11)
    ax.text(x, places[start][1] - 0.4, gradient, ha="center", va="center", fontsize=11, color=vis.RED);

# %% [markdown]
# Read the red numbers from right to left. Each node multiplies what arrives by its own derivative:
#
# 1. The loss changes with itself at the rate **1**.
# 2. The square of 2 has the derivative 2 · 2 = 4, so what leaves it is 4 · 1 = **4**.
# 3. A sum passes the gradient on to both inputs: **4** and **4**.
# 4. A product passes on the gradient times the *other* input: **12** = 4 · 3 for $w$, and **8** = 4 · 2 for $x$.
#
# Test it: with $w = 2.001$ the loss is $2.003^2 = 4.012$, larger by about 12 times the change of $w$.
#
# ### Exercise 2: `affine_backward` · 7 points
#
# Now with arrays. The weight $w_{dm}$ touches output $m$ of every example $n$, where it is multiplied by $x_{nd}$. The chain rule
# adds up these N paths:
#
# $$ \frac{\partial L}{\partial w_{dm}} = \sum_n x_{nd}\;\mathrm{dout}_{nm} . $$
#
# This is a product of two matrices that you have, one of them transposed. Work out $\partial L / \partial x_{nd}$ in the same
# way: which outputs does $x_{nd}$ touch, and what is it multiplied by there? And $b_m$?
#
# Do not divide by N: the loss is a mean, and its division by N is already in `dout`.

# %% nbgrader={"grade": false, "grade_id": "affine_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def affine_backward(dout, cache):
    """The backward pass of an affine layer.

    Parameters: dout (N, M), the gradient of the loss with respect to out; cache, what affine_forward returned.
    Returns: dx (N, d1, ..., dk), of the shape of x; dw (D, M); db (M,): the gradients of the loss, of the arrays' dtype.

    Approach
        1. take what you need from the cache, and turn the examples into rows again
        2. choose the matrix product by the shapes: of (N, D) and (N, M), only one product is (D, M)
        3. do the same for dx, and give dx the shape of x
    """
    ### BEGIN SOLUTION
    x, w, _ = cache
    rows = x.reshape(x.shape[0], w.shape[0])  # (N, D)
    dx = dout.dot(w.T).reshape(x.shape)  # (N, M) (M, D) -> (N, D) -> the shape of x
    dw = rows.T.dot(dout)  # (D, N) (N, M) -> (D, M)
    db = dout.sum(axis=0)  # (M,)
    return dx, dw, db
    ### END SOLUTION


# %% [markdown]
# The checks take the simplest loss whose gradient with respect to `out` is `dout`: the sum of `out * dout`. Its
# numerical gradient should be your `dx`.

# %% nbgrader={"grade": true, "grade_id": "test_affine_backward_dx", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · dx · 2 points
x, w, b, dout = make_layer(40)
dx, dw, db = layer_gradients(affine_forward, affine_backward, x, w, b, dout)
checks.gradient(lambda v: np.sum(known.right_affine(v, w, b) * dout), x, dx, "dx of affine_backward",
                or_of=lambda v: layer_loss(affine_forward, v, w, b, dout), num_examples=len(x), hint="Every output of example n depends on x[n, d].",
                mistakes=known.affine_backward(x, w, b, dout))
checks.passed("affine_backward", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, (N, D, M) in ((41, (3, 6, 2)), (42, (1, 4, 3)), (43, (3, 3, 3)), (44, (5, 2, 1))):
    x, w, b, dout = make_layer(seed, N, (D,), M)
    dx, dw, db = layer_gradients(affine_forward, affine_backward, x, w, b, dout)
    checks.gradient(lambda v: np.einsum("nd,dm,nm->", v, w, dout), x, dx, f"dx of affine_backward for N, D, M = {N, D, M}",
                    num_examples=N, mistakes=known.affine_backward(x, w, b, dout))
scaled = layer_gradients(affine_forward, affine_backward, 2.0**50 * x, w, b, dout)
checks.analytic(scaled[0], dx, "dx for an x 2**50 times as large, on which dx does not depend")
x, w, b, dout = make_layer(45, 1, (12,), 4)
out, cache = checks.forward_pass(affine_forward, x, w, b)
gradients = checks.derived(affine_backward, dout, cache, size=x.size)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_affine_backward_dw", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · dw · 2 points
x, w, b, dout = make_layer(50)
dx, dw, db = layer_gradients(affine_forward, affine_backward, x, w, b, dout)
checks.gradient(lambda v: np.sum(known.right_affine(x, v, b) * dout), w, dw, "dw of affine_backward",
                or_of=lambda v: layer_loss(affine_forward, x, v, b, dout), num_examples=len(x), hint="A weight is used by every example, so dw is a sum over the examples.",
                mistakes=known.affine_backward(x, w, b, dout))
checks.passed("affine_backward", "dw agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, (N, D, M) in ((51, (3, 6, 2)), (52, (1, 4, 3)), (53, (3, 3, 3)), (54, (5, 2, 1))):
    x, w, b, dout = make_layer(seed, N, (D,), M)
    dx, dw, db = layer_gradients(affine_forward, affine_backward, x, w, b, dout)
    checks.gradient(lambda v: np.einsum("nd,dm,nm->", x, v, dout), w, dw, f"dw of affine_backward for N, D, M = {N, D, M}",
                    num_examples=N, mistakes=known.affine_backward(x, w, b, dout))
scaled = layer_gradients(affine_forward, affine_backward, x, 2.0**50 * w, b, dout)
checks.analytic(scaled[1], dw, "dw for a w 2**50 times as large, on which dw does not depend")
x, w, b, dout = make_layer(55, 1, (12,), 4)
out, cache = checks.forward_pass(affine_forward, x, w, b)
gradients = checks.derived(affine_backward, dout, cache, size=w.size)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_affine_backward_db", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · db · 1 point
x, w, b, _ = make_layer(60, 3, (5,), 2)
dout = np.array([[1.0, -2.0], [10.0, 0.5], [100.0, 4.0]])
dx, dw, db = layer_gradients(affine_forward, affine_backward, x, w, b, dout)
checks.close(db, [111.0, 2.5], "db of affine_backward", num_examples=3,
             hint="The bias of output m is added in every example.", mistakes=known.affine_backward(x, w, b, dout))
checks.passed("affine_backward", "db adds up the examples")
### BEGIN HIDDEN TESTS
for kind in (np.float64, np.float32):
    x, w, b, dout = (array.astype(kind) for array in make_layer(80))
    out, cache = checks.forward_pass(affine_forward, x, w, b)
    given = dout.copy()
    grads = checks.unpack(affine_backward(given, cache), "dx, dw, db")
    checks.unchanged(given, dout, "dout of affine_backward")
    for gradient, name in zip(grads, ("dx", "dw", "db")):
        checks.dtype(gradient, kind, f"{name} of {kind.__name__} arrays")
for seed, (N, D, M) in ((61, (3, 6, 2)), (62, (1, 4, 3)), (63, (3, 3, 3)), (64, (5, 2, 1))):
    x, w, b, dout = make_layer(seed, N, (D,), M)
    dx, dw, db = layer_gradients(affine_forward, affine_backward, x, w, b, dout)
    checks.gradient(lambda v: np.einsum("m,nm->", v, dout), b, db, f"db of affine_backward for N, D, M = {N, D, M}", num_examples=N,
                    mistakes=known.affine_backward(x, w, b, dout))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_affine_backward_dimensions", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · images · 2 points
rows, w, b, dout = make_layer(70, 3, (8,), 5)
x, w, b, dout = make_layer(70, 3, (2, 4), 5)  # the same numbers, as images
dx_rows, dw_rows, _ = layer_gradients(affine_forward, affine_backward, rows, w, b, dout)
checks.shape(dx_rows, (3, 8), "dx for x of shape (3, 8)")
dx, dw, db = layer_gradients(affine_forward, affine_backward, x, w, b, dout)
likely = list(known.affine_backward(x, w, b, dout))
checks.close(dx, np.reshape(dx_rows, (3, 2, 4)), "dx for x of shape (3, 2, 4), against rows", mistakes=likely)
checks.shape(dw, np.shape(dw_rows), "dw for x of shape (3, 2, 4)",
             hint="Take the rows (N, D) that the forward pass has used.")
checks.close(dw, np.asarray(dw_rows), "dw for x of shape (3, 2, 4), against rows", mistakes=likely)
checks.passed("affine_backward", "examples may have any number of dimensions")
### BEGIN HIDDEN TESTS
for seed, N, shape in ((71, 2, (2, 2, 3)), (72, 1, (4, 2)), (73, 6, (2, 3))):
    D = int(np.prod(shape))
    rows, w, b, dout = make_layer(seed, N, (D,), 4)
    x, w, b, dout = make_layer(seed, N, shape, 4)
    dx_rows, dw_rows, _ = layer_gradients(affine_forward, affine_backward, rows, w, b, dout)
    checks.shape(dx_rows, (N, D), "dx")
    dx, dw, db = layer_gradients(affine_forward, affine_backward, np.asfortranarray(x), w, b, np.asfortranarray(dout))
    checks.close(dx, np.reshape(dx_rows, x.shape), f"dx for x of shape {x.shape}")
    checks.shape(dw, np.shape(dw_rows), f"dw for x of shape {x.shape}")
    checks.close(dw, np.asarray(dw_rows), f"dw for x of shape {x.shape}")
checks.resembles(dx_rows, dout @ w.T, "dx", given=(rows,))
# two layers at once: what one call knows must come from its own cache
x, w, b, dout = make_layer(81, 3, (2, 4), 5)
out, cache = checks.forward_pass(affine_forward, x, w, b)
first = checks.unpack(affine_backward(dout, cache), "dx, dw, db")
checks.forward_pass(affine_forward, x - 1, 2 * w, b)
again = checks.unpack(affine_backward(dout, cache), "dx, dw, db")
for gradient, before, name in zip(again, first, ("dx", "dw", "db")):
    checks.shape(gradient, np.shape(before), name)
    checks.true(np.allclose(np.asarray(gradient), np.asarray(before)), known.NOT_FROM_CACHE)
### END HIDDEN TESTS

# %% [markdown]
# ## ReLU
#
# ### Exercise 3: `relu_forward` · 2 points
#
# Negative entries become 0. ReLU is short for *rectified linear unit*.
#
# By hand: (−1, 2, 0) becomes (0, 2, 0).

# %% nbgrader={"grade": false, "grade_id": "relu_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def relu_forward(x):
    """max(0, x), entry by entry.

    Parameters: x, an array of any shape, which stays as it is.
    Returns: out, of the shape and dtype of x; cache, whatever relu_backward needs.

    Approach
        1. write one NumPy expression for all entries
        2. ask what the way back has to know about each entry
    """
    ### BEGIN SOLUTION
    rectified = np.maximum(x, 0)
    return rectified, x
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_relu_forward_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
x = np.array([[-1.0, 2.0, 0.0], [0.5, -3.0, 7.0]])
out, cache = checks.unpack(relu_forward(x), "out, cache")
checks.close(out, [[0.0, 2.0, 0.0], [0.5, 0.0, 7.0]], "out of relu_forward", mistakes=known.relu_forward(x))
checks.passed("relu_forward", "what is negative becomes 0")
### BEGIN HIDDEN TESTS
tiny = np.array([1e-7, -1e-7, 3e3])
out, cache = checks.unpack(relu_forward(tiny), "out, cache")
checks.close(out, [1e-7, 0.0, 3e3], "out of relu_forward for very small and large numbers", atol=1e-15, rtol=1e-9)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_relu_forward_shapes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · any shape · 1 point
x = np.array([[[-1.0], [2.0]], [[0.5], [-3.0]], [[4.0], [-0.1]]])  # (3, 2, 1)
row, cache = checks.unpack(relu_forward(x.flatten()), "out, cache")
checks.shape(row, (6,), "out for x of shape (6,)")
out, cache = checks.unpack(relu_forward(x), "out, cache")
checks.close(out, np.reshape(row, (3, 2, 1)), "out for x of shape (3, 2, 1), against the same numbers in a row")
checks.passed("relu_forward", "arrays of any shape")
### BEGIN HIDDEN TESTS
for seed, shape in ((91, (7,)), (92, (3, 4)), (93, (2, 3, 4, 5)), (94, (1, 1))):
    for kind in (np.float64, np.float32):
        x = (10 * np.random.default_rng(seed).normal(size=shape)).astype(kind)
        given = x.copy()
        row, cache = checks.unpack(relu_forward(x.flatten()), "out, cache")
        checks.shape(row, (x.size,), "out")
        out, cache = checks.unpack(relu_forward(given), "out, cache")
        checks.close(out, np.reshape(row, shape), f"out of relu_forward for x of shape {shape}")
        checks.unchanged(given, x, "x of relu_forward")
        checks.dtype(out, kind, f"out of relu_forward for {kind.__name__}")
x = np.array([3.0, -1.0, -2.0, 1.0, -4.0, 6.0])
out, cache = checks.unpack(relu_forward(x), "out, cache")
checks.resembles(out, [3.0, 0.0, 0.0, 1.0, 0.0, 6.0], "out", given=(x,))
wide = np.arange(-12.0, 12.0).reshape(4, 6)
out, cache = checks.unpack(relu_forward(wide[:, ::2]), "out, cache")
copied, cache = checks.unpack(relu_forward(wide[:, ::2].copy()), "out, cache")
checks.shape(copied, (4, 3), "out")
checks.close(out, np.asarray(copied), "out of relu_forward for every second column of an array, against a copy of them")
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 4: `relu_backward` · 3 points
#
# ReLU is a gate that the forward pass sets. Where `x` was positive, the gradient passes unchanged. Where `x` was negative, a small
# change of `x` changes nothing, so no gradient passes. At exactly 0 the curve has a corner. **Take 0 there.**

# %% nbgrader={"grade": false, "grade_id": "picture_relu", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, axes = plt.subplots(1, 2, figsize=(7.5, 2.4), layout="constrained")
axes[0].plot([-2, 0, 2], [0, 0, 2], color=vis.BLUE, lw=2)
axes[0].set(title="ReLU", xlabel="x", ylabel="out")
axes[1].plot([-2, 0], [0, 0], color=vis.BLUE, lw=2)
axes[1].plot([0, 2], [1, 1], color=vis.BLUE, lw=2)
axes[1].plot(0, 0, "o", color=vis.BLUE)
axes[1].plot(0, 1, "o", color=vis.BLUE, mfc="white")
axes[1].set(title="its slope", xlabel="x", ylabel="d out / d x");

# %% nbgrader={"grade": false, "grade_id": "relu_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def relu_backward(dout, cache):
    """The backward pass of ReLU.

    Parameters: dout, the gradient of the loss with respect to out, of the shape of x; cache, what relu_forward returned.
    Returns: dx, of the shape and dtype of x; 0 where x is exactly 0.

    Approach
        1. find out from the cache where the gate is open
        2. let dout pass there, and put 0 everywhere else
    """
    ### BEGIN SOLUTION
    passes = cache > 0  # of the shape of x; False at exactly 0
    dx = np.where(passes, dout, 0)
    return dx
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_relu_backward_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
x = np.array([[-1.0, 2.0, 5.0], [0.5, -3.0, -7.0]])
dout = np.array([[10.0, 20.0, -30.0], [-40.0, 50.0, -60.0]])
out, cache = checks.forward_pass(relu_forward, x)
dx = relu_backward(dout, cache)
checks.close(dx, [[0.0, 20.0, -30.0], [-40.0, 0.0, 0.0]], "dx of relu_backward",
             hint="Return one array: `return dx`.", mistakes=known.relu_backward(x, dout))
checks.passed("relu_backward", "the gradient passes where x was positive")
### BEGIN HIDDEN TESTS
for seed, shape in ((101, (7,)), (102, (3, 4)), (103, (2, 3, 2, 2)), (104, (1, 1))):
    rng = np.random.default_rng(seed)
    x, dout = rng.normal(size=shape), rng.normal(size=shape)
    x += 0.01 * (2 * (x > 0) - 1)  # away from the kink
    out, cache = checks.forward_pass(relu_forward, x)
    checks.gradient(lambda v: sum(max(0.0, a) * d for a, d in zip(v.ravel().tolist(), dout.ravel().tolist())), x,
                    relu_backward(dout, cache), f"dx of relu_backward for x of shape {shape}", mistakes=known.relu_backward(x, dout))
row = np.linspace(-1, 1, 20)[None]
out, cache = checks.forward_pass(relu_forward, row)
dx = checks.derived(relu_backward, np.ones((1, 20)), cache, size=20)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_relu_backward_zero", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · exactly 0 · 1 point
x, dout = np.array([0.0, 3.0, -3.0, 0.0]), np.array([1.0, 2.0, 3.0, -4.0])
out, cache = checks.forward_pass(relu_forward, x)
checks.close(relu_backward(dout, cache), [0.0, 2.0, 0.0, 0.0], "dx of relu_backward, where x is 0, 3, -3 and 0",
             mistakes=known.relu_backward(x, dout))
checks.passed("relu_backward", "at exactly 0 nothing passes")
### BEGIN HIDDEN TESTS
out, cache = checks.forward_pass(relu_forward, np.zeros((3, 2)))
checks.close(relu_backward(np.full((3, 2), 5.0), cache), np.zeros((3, 2)), "dx of relu_backward, where all of x is 0")
out, cache = checks.forward_pass(relu_forward, np.array([1e-9, -1e-9, -0.0]))
checks.close(relu_backward(np.array([7.0, 7.0, 7.0]), cache), [7.0, 0.0, 0.0], "dx of relu_backward, where x is very small")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_relu_backward_cache", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · its own cache · 1 point
x, dout = np.array([[-1.0, 2.0, 5.0, -4.0, 0.5]]), np.array([[10.0, 20.0, -30.0, 40.0, 50.0]])
out, cache = checks.forward_pass(relu_forward, x)
before = relu_backward(dout.copy(), cache)
checks.shape(before, (1, 5), "dx of relu_backward")
checks.forward_pass(relu_forward, -x)  # another layer of the same net
dx = relu_backward(dout.copy(), cache)
checks.shape(dx, (1, 5), "dx of relu_backward")
checks.true(np.allclose(np.asarray(dx), np.asarray(before)), known.NOT_FROM_CACHE)
checks.passed("relu_backward", "each layer has a cache of its own")
### BEGIN HIDDEN TESTS
checks.resembles(dx, [[0.0, 20.0, -30.0, 0.0, 50.0]], "dx", given=(x, dout))
for kind in (np.float64, np.float32):
    x, dout = (np.random.default_rng(seed).normal(size=(4, 5)).astype(kind) for seed in (105, 106))
    out, cache = checks.forward_pass(relu_forward, x)
    given = dout.copy()
    dx = relu_backward(given, cache)
    checks.unchanged(given, dout, "dout of relu_backward")
    checks.dtype(dx, kind, f"dx of relu_backward for {kind.__name__}")
### END HIDDEN TESTS

# %% [markdown]
# **Question 1** · 3 points. Suppose that for *every* training image the input $a_j$ of hidden unit $j$ is negative. What are, for that
# unit, the gradients of column $j$ of $W_1$, of entry $j$ of $b_1$ and of row $j$ of $W_2$, if there is no regularization? Can the unit
# recover by gradient descent? Name one cause that brings a unit into this state during training, and one remedy.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_dead_units", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# All three are 0. The gate is shut for every image, so no gradient reaches $a_j$: column $j$ of $W_1$ and $b_{1j}$ get 0. And $h_j = 0$ for
# every image, so row $j$ of $W_2$, whose gradient is $\sum_n h_{nj}\,ds_n$, gets 0 as well. Nothing that the unit depends on changes any
# more: it is dead, and gradient descent does not revive it. (Its inputs do not change either, since they are the images themselves.)
#
# Cause: one very large update, from a learning rate that is too high, throws the weights or the bias far to the negative side; also an
# unlucky or too large initialization or strongly negative biases. Remedy: a lower learning rate, better initialization, a ReLU with a small
# slope on the negative side (leaky ReLU). With regularization the weights shrink, and a unit with a positive bias may recover; the question
# leaves that out.
#
# Scheme
# - [1] all three gradients are 0, with the reason for at least one of them
# - [1] the unit cannot recover, because none of its parameters change
# - [1] a sensible cause and a sensible remedy
# ### END SOLUTION

# %% [markdown]
# ## The whole net
#
# ### Exercise 5: `init_two_layer_net` · 4 points
#
# If all parameters start at zero, all hidden units compute the same, get the same gradient and stay the same for ever.
# *Random* weights break the symmetry. *Small* weights make all scores nearly 0, so that no class is preferred. The
# biases may start at 0. (Rules that choose the standard deviation from the layer's size,
# such as **Xavier** and **Kaiming initialization**, follow in a later notebook.)
#
# By hand: a net for 4 inputs, 3 hidden units and 2 classes has 4 · 3 + 3 + 3 · 2 + 2 = 23 parameters.

# %% nbgrader={"grade": false, "grade_id": "init_two_layer_net", "locked": false, "schema_version": 3, "solution": true, "task": false}
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    """The first parameters of a two-layer net.

    Parameters: input_dim, numbers per example (D); hidden_dim, hidden units (H); num_classes, classes (C);
        weight_scale, the standard deviation of the weights; rng, np.random.Generator, the only source of random numbers.
    Returns: a dict of floats: "W1" (D, H) and "W2" (H, C), normally distributed with mean 0; "b1" (H,) and "b2" (C,), zeros.

    Approach
        1. draw each weight from rng, a new number for every weight of both layers
        2. put the four arrays into a dict
    """
    ### BEGIN SOLUTION
    return {
        "W1": rng.normal(0, weight_scale, size=(input_dim, hidden_dim)),
        "b1": np.zeros(hidden_dim),
        "W2": rng.normal(0, weight_scale, size=(hidden_dim, num_classes)),
        "b2": np.zeros(num_classes),
    }
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_init_two_layer_net_shapes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · shapes · 1 point
params = net_of(init_two_layer_net(7, 5, 3, 0.1, np.random.default_rng(0)))
for name, expected in (("W1", (7, 5)), ("b1", (5,)), ("W2", (5, 3)), ("b2", (3,))):
    checks.shape(params[name], expected, f"params[{name!r}] for D, H, C = 7, 5, 3")
for name in ("W1", "W2"):
    checks.true(np.ptp(params[name]) > 0, known.ALIKE)
checks.passed("init_two_layer_net", "four arrays of the right shapes")
### BEGIN HIDDEN TESTS
for D, H, C in ((4, 9, 2), (1, 2, 6), (3, 3, 3), (2, 1, 2)):
    params = net_of(init_two_layer_net(D, H, C, 0.1, np.random.default_rng(1)))
    for name, expected in (("W1", (D, H)), ("b1", (H,)), ("W2", (H, C)), ("b2", (C,))):
        checks.shape(params[name], expected, f"params[{name!r}] for D, H, C = {D, H, C}")
# a search and a repetition need that: another seed gives another net, the same seed the same net
first, same, other = (net_of(init_two_layer_net(6, 6, 6, 0.1, np.random.default_rng(seed))) for seed in (7, 7, 8))
for name in ("W1", "W2"):
    checks.shape(same[name], (6, 6), f"params[{name!r}]")
    checks.true(np.allclose(same[name], first[name]) and not np.allclose(other[name], first[name]), known.NOT_FROM_RNG)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_init_two_layer_net_weights", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · weights · 2 points
params = net_of(init_two_layer_net(200, 100, 50, 0.01, np.random.default_rng(2)))
for name, shape in (("W1", (200, 100)), ("W2", (100, 50))):
    W = np.asarray(params[name], dtype=float)
    checks.shape(W, shape, name)
    checks.true(np.ptp(W) > 0, known.ALIKE)
    for mistake in known.weights(shape[0], 0.01):
        checks.true(abs(W.std() / mistake.gives["std"] - 1) > 0.05, mistake)
    # of 5,000 or more numbers: right weights miss these bounds less often than once in a million
    checks.true(abs(W.mean()) < 0.075 * W.std(), f"The mean of {name} is {W.mean():.3g}, but it should be near 0.")
    checks.true(abs(W.std() / 0.01 - 1) < 0.05, f"The standard deviation of {name} is {W.std():.4g}, not about 0.01.")
checks.passed("init_two_layer_net", "weights are spread about 0 with standard deviation weight_scale")
### BEGIN HIDDEN TESTS
for seed, (D, H, C), scale in ((3, (60, 150, 70), 2.0), (4, (300, 40, 200), 1e-3)):
    params = net_of(init_two_layer_net(D, H, C, scale, np.random.default_rng(seed)))
    for name, shape in (("W1", (D, H)), ("W2", (H, C))):
        W = np.asarray(params[name], dtype=float) / scale
        checks.shape(W, shape, name)
        checks.true(min(W.std(axis=0).min(), W.std(axis=1).min()) > 0.4 * W.std(), known.ALIKE)
        # of 8,000 or more numbers, the mean's deviation is 0.011, that of the spread 0.008, that of the share 0.0023
        checks.true(abs(W.mean()) < 0.06, f"The mean of {name} is not near 0 for weight_scale={scale:g}.")
        checks.true(abs(W.std() - 1) < 0.05, f"The standard deviation of {name} is {W.std() * scale:.4g} for weight_scale={scale:g}.")
        far = np.mean(np.abs(W) > 2)  # 4.6% of a normal distribution
        checks.true(0.03 < far < 0.062, f"{far:.1%} of {name} are more than two standard deviations from 0; in a normal distribution it is 4.6%.")
        # the shortest rows and columns have 40 numbers, the deviation of whose spread is 0.11
        checks.true(np.abs(W.std(axis=0) - 1).max() < 0.65 and np.abs(W.std(axis=1) - 1).max() < 0.65,
                    f"Some rows or columns of {name} are spread wider than others.")
net = net_of(init_two_layer_net(40, 5, 40, 0.1, np.random.default_rng(9)))
W1, W2 = np.ravel(net["W1"]), np.ravel(net["W2"])
checks.true(not np.any(np.isin(W1, W2)), known.SAME_NUMBERS)
checks.true(len(np.unique(W1)) == 200 and len(np.unique(W2)) == 200, known.ALIKE)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_init_two_layer_net_biases", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · biases · 1 point
params = net_of(init_two_layer_net(7, 5, 3, 0.1, np.random.default_rng(5)))
checks.equal(params["b1"], np.zeros(5), "b1 before training")
checks.equal(params["b2"], np.zeros(3), "b2 before training")
checks.true(np.any(params["W1"]), "All parameters are zero, not the biases alone.")
checks.passed("init_two_layer_net", "biases are zero")
### BEGIN HIDDEN TESTS
params = net_of(init_two_layer_net(3, 12, 8, 5.0, np.random.default_rng(6)))
for name, size in (("b1", 12), ("b2", 8)):
    checks.equal(params[name], np.zeros(size), f"{name} before training, for weight_scale=5")
    checks.true(params[name].dtype.kind == "f", f"{name} should be an array of floats: a step adds fractions to it.")
### END HIDDEN TESTS

# %% [markdown]
# **Question 2** · 2 points. A student starts with all four parameters at zero. Which of the four get a gradient that is not zero in the
# first step, and which do in later steps? What does this net learn at most? (Go back through the picture of the net.)

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_zeros", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# Only b2. The hidden layer is max(0, 0) = 0, so dW2 = hᵀ ds = 0. What goes back into the hidden layer is ds W2ᵀ = 0, so dW1 = 0 and db1 = 0
# (and the gate is shut at exactly 0, too). After the step b2 has changed, W1, b1 and W2 are still 0, so it is the same in every later step.
# The scores are b2 for every image: the net learns how frequent the classes are, and nothing about the images. "All hidden units stay the
# same" alone, without seeing that they get no gradient at all, earns 1 point in total.
#
# Scheme
# - [1] only b2, in all steps, with a reason for W2 (h = 0) and for W1 (W2 = 0, or the shut gate)
# - [1] the frequencies of the classes: the same scores for every image
# ### END SOLUTION

# %% [markdown]
# ### Exercise 6: `two_layer_loss` · 14 points
#
# Forward: affine, ReLU, affine. Without labels, the function returns the scores. With labels, `softmax_loss(scores, y)`
# of the library returns the mean loss and its gradient with respect to the scores, (N, C).
#
# Then go back: every backward function takes what the one after it has returned. Last comes
# the regularization of the weights, $\lambda \sum W_1^2 + \lambda \sum W_2^2$, without the biases.
#
# By hand: let $W_1 = 2$, $b_1 = -1$, $W_2 = (1, -3)$, $b_2 = (0, 5)$. The input 3 gives the hidden unit
# max(0, 6 − 1) = 5 and the scores (5, −10). The input −3 gives max(0, −6 − 1) = 0 and the scores (0, 5).

# %% nbgrader={"grade": false, "grade_id": "two_layer_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def two_layer_loss(params, X, y=None, reg=0.0):
    """A two-layer net: affine, ReLU, affine, softmax loss.

    Parameters: params, a dict of W1 (D, H), b1 (H,), W2 (H, C), b2 (C,); X (N, D) examples, or (N, d1, ..., dk)
        with D = d1 * ... * dk; y (N,) integer labels, or None; reg, the strength of the penalty
        reg * (sum(W1 * W1) + sum(W2 * W2)).
    Returns: without y, the scores (N, C). With y, loss, the mean softmax loss plus the penalty, and grads, a dict with the
        gradient of the loss for each key of params. Scores and gradients have the arrays' dtype, float32 or float64.

    Approach
        1. forward through three functions, keeping three caches; return the scores if y is None
        2. the softmax loss and its gradient with respect to the scores
        3. backward through the same functions in reverse order, each with its own cache
        4. add the penalty to the loss, and its gradient to those of W1 and W2
    """
    ### BEGIN SOLUTION
    a, cache_a = affine_forward(X, params["W1"], params["b1"])  # (N, H)
    h, cache_h = relu_forward(a)  # (N, H)
    scores, cache_scores = affine_forward(h, params["W2"], params["b2"])  # (N, C)
    if y is None:
        return scores

    loss, dscores = softmax_loss(scores, y)
    grads = {}
    dh, grads["W2"], grads["b2"] = affine_backward(dscores, cache_scores)
    da = relu_backward(dh, cache_h)
    _, grads["W1"], grads["b1"] = affine_backward(da, cache_a)
    for name in ("W1", "W2"):
        W = params[name]
        loss = loss + reg * np.sum(W * W)
        grads[name] = grads[name] + 2 * reg * W
    return loss, grads
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_two_layer_loss_scores", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · scores · 2 points
### BEGIN HIDDEN TESTS
def sums(x, w, b):
    rows = np.stack([np.ravel(one) for one in x])
    return np.einsum("nd,dm->nm", rows, w) + b, (rows, w, np.shape(x))


def sums_back(dout, cache):
    rows, w, shape = cache
    return np.einsum("nm,dm->nd", dout, w).reshape(shape), np.einsum("nd,nm->dm", rows, dout), np.einsum("nm->m", dout)


def gate(x):
    return np.where(x > 0, x, x.dtype.type(0)), np.greater(x, 0)


def gate_back(dout, cache):
    return np.where(cache, dout, dout.dtype.type(0))


def layers_are_right():
    for kind in (np.float64, np.float32):
        x, w, b, dout = (array.astype(kind) for array in make_layer(100, 4, (2, 3), 5))
        (out, cache), given = checks.call(affine_forward, x, w, b)
        right, of_right = sums(x, w, b)
        positive, of_relu = relu_forward(right)
        affine_forward(x + 1, 2 * w, b)  # another layer
        gradients, (dout_after, _) = checks.call(affine_backward, dout, cache)
        pairs = [(out, right), (dout_after, dout), *zip(given, (x, w, b)), *zip(gradients, sums_back(dout, of_right), strict=True)]
        pairs += [(positive, gate(right)[0]), (relu_backward(dout, of_relu), gate_back(dout, right > 0))]
        for own, wanted in pairs:
            checks.dtype(own, kind, "a layer")
            checks.close(own, wanted, "a layer")
    return True


checks.lend(two_layer_loss, layers_are_right, affine_forward=sums, affine_backward=sums_back, relu_forward=gate, relu_backward=gate_back)
### END HIDDEN TESTS
params = {"W1": np.array([[1.0, -1.0], [2.0, 1.0]]), "b1": np.array([-1.0, 1.0]),
          "W2": np.array([[1.0, 0.0, 2.0], [1.0, -1.0, 0.0]]), "b2": np.array([0.5, 0.0, -1.0])}
X = np.array([[1.0, 1.0], [-1.0, 0.0]])
scores = two_layer_loss(params, X)
checks.true(scores is not None, known.NO_SCORES)
checks.true(not isinstance(scores, (tuple, dict)), known.SCORES_ALONE)
checks.close(scores, [[3.5, -1.0, 3.0], [2.5, -2.0, -1.0]], "the scores of two_layer_loss",
             hint="Hidden layer before the ReLU: (2, 1) and (-2, 2).", mistakes=known.scores(params, X))
checks.passed("two_layer_loss", "the scores are right")
### BEGIN HIDDEN TESTS
for seed, (N, D, H, C) in ((111, (5, 4, 6, 3)), (112, (1, 3, 2, 7)), (113, (4, 4, 4, 4)), (114, (8, 1, 5, 2)), (115, (3, 12, 1, 3))):
    X, y, params = make_net(seed, N, D, H, C)
    hidden = np.array([[max(0.0, v) for v in row] for row in (np.einsum("nd,dh->nh", X, params["W1"]) + params["b1"]).tolist()])
    expected = np.einsum("nh,hc->nc", hidden, params["W2"]) + params["b2"]
    checks.close(two_layer_loss(params, X), expected, f"the scores for N, D, H, C = {N, D, H, C}", mistakes=known.scores(params, X))
    checks.close(two_layer_loss(params, X, None, 3.0), expected, "the scores for reg=3",
                 mistakes=known.scores(params, X, 3.0))
checks.close(two_layer_loss(params, X.reshape(3, 2, 2, 3)), expected, "the scores for X of shape (3, 2, 2, 3)")
### END HIDDEN TESTS

# %% [markdown]
# With labels, the net has a loss. Whatever your scores are, the loss should be the mean softmax loss of these scores.

# %% nbgrader={"grade": true, "grade_id": "test_two_layer_loss_value", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · loss · 2 points
X, y, params = make_net(120)
scores = two_layer_loss(params, X)
checks.shape(scores, (5, 3), "the scores without y")
loss, grads = loss_and_grads(two_layer_loss(params, X, y), params)
checks.close(loss, softmax_loss(np.asarray(scores), y)[0], "the loss with reg=0", num_examples=5,
             mistakes=known.loss(params, X, y))
checks.passed("two_layer_loss", "the loss of a small net is right")
### BEGIN HIDDEN TESTS
for seed, (N, D, H, C) in ((121, (5, 4, 6, 3)), (122, (1, 3, 2, 7)), (123, (4, 4, 4, 4)), (124, (6, 2, 1, 3))):
    X, y, params = make_net(seed, N, D, H, C)
    scores = two_layer_loss(params, X)
    checks.shape(scores, (N, C), "the scores without y")
    total = sum(np.log(np.exp(s - s[label]).sum()) for s, label in zip(np.asarray(scores), y))
    loss, grads = loss_and_grads(two_layer_loss(params, X, y), params)
    checks.close(loss, total / N, f"the loss with reg=0, N, D, H, C = {N, D, H, C}", num_examples=N, mistakes=known.loss(params, X, y))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_two_layer_loss_reg_loss", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · penalty · 1 point
X, y, params = make_net(130)
without, grads = loss_and_grads(two_layer_loss(params, X, y, 0.0), params)
loss, grads = loss_and_grads(two_layer_loss(params, X, y, 0.5), params)
expected = 0.5 * (np.sum(np.square(params["W1"])) + np.sum(np.square(params["W2"])))
checks.close(loss - without, expected, "what reg=0.5 adds to the loss", num_examples=len(X),
             mistakes=known.penalty(params, 0.5))
checks.passed("two_layer_loss", "the regularization is in the loss")
### BEGIN HIDDEN TESTS
for seed, strength, shape in ((131, 2.0, (1, 3, 5, 2)), (132, 0.01, (7, 2, 4, 6))):
    X, y, params = make_net(seed, *shape)
    without, grads = loss_and_grads(two_layer_loss(params, X, y, 0.0), params)
    loss, grads = loss_and_grads(two_layer_loss(params, X, y, strength), params)
    checks.close(loss - without, strength * sum(np.sum(np.square(params[name])) for name in ("W1", "W2")),
                 f"what reg={strength} adds to the loss", mistakes=known.penalty(params, strength))
### END HIDDEN TESTS

# %% [markdown]
# Now the gradients, layer by layer from the back. First the second layer, then the first.

# %% nbgrader={"grade": true, "grade_id": "test_two_layer_loss_gradient_second", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · gradients of W2 and b2 · 2 points
X, y, params = make_net(140)
for name in ("W2", "b2"):
    check_net_gradient(two_layer_loss, params, X, y, name)
checks.passed("two_layer_loss", "the gradients of W2 and b2 agree with the numeric ones")
### BEGIN HIDDEN TESTS
for seed, shape in ((141, (1, 3, 4, 5)), (142, (6, 4, 4, 4)), (143, (8, 2, 3, 2)), (144, (5, 3, 1, 3))):
    X, y, params = make_net(seed, *shape)
    for name in ("W2", "b2"):
        check_net_gradient(two_layer_loss, params, X, y, name)
X, y, params = make_net(145, 8, 5, 6, 4)
params |= {"b1": np.zeros(6), "b2": np.zeros(4)}
loss, grads = loss_and_grads(two_layer_loss(params, X, y), params, ["W2"])
checks.resembles(grads["W2"], known.right_gradient(params, X, y, "W2"), "grads['W2'] with reg=0", given=params.values())
scaled = {**params, "W1": 2.0**40 * params["W1"], "b1": 2.0**40 * params["b1"], "W2": params["W2"] / 2.0**40}  # of the same scores
loss, grads_scaled = loss_and_grads(two_layer_loss(scaled, X, y), params, ["W2"])
checks.analytic(np.asarray(grads_scaled["W2"]) / 2.0**40, grads["W2"], "grads['W2'], divided by 2**40, with W2 2**40 times smaller")
X, y, params = make_net(146, 1, 1, 15, 12)
result = checks.derived(two_layer_loss, params, X, y, size=params["W2"].size)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_two_layer_loss_gradient_first", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · gradients of W1 and b1 · 3 points
X, y, params = make_net(150)
for name in ("W1", "b1"):
    check_net_gradient(two_layer_loss, params, X, y, name)
checks.passed("two_layer_loss", "the gradients of W1 and b1 agree with the numeric ones")
### BEGIN HIDDEN TESTS
for seed, shape in ((151, (1, 3, 4, 5)), (152, (6, 4, 4, 4)), (153, (8, 2, 3, 2)), (154, (5, 3, 1, 3))):
    X, y, params = make_net(seed, *shape)
    for name in ("W1", "b1"):
        check_net_gradient(two_layer_loss, params, X, y, name)
X, y, params = make_net(155, 8, 5, 6, 4)
params |= {"b1": np.zeros(6), "b2": np.zeros(4)}
loss, grads = loss_and_grads(two_layer_loss(params, X, y), params, ["W1", "b1"])
checks.resembles(grads["W1"], known.right_gradient(params, X, y, "W1"), "grads['W1'] with reg=0", given=params.values())
scaled = {**params, "W1": 2.0**40 * params["W1"], "b1": 2.0**40 * params["b1"], "W2": params["W2"] / 2.0**40}  # of the same scores
loss, grads_scaled = loss_and_grads(two_layer_loss(scaled, X, y), params, ["W1", "b1"])
for name in ("W1", "b1"):
    checks.analytic(2.0**40 * np.asarray(grads_scaled[name]), grads[name], f"grads[{name!r}], times 2**40, with {name} 2**40 times as large")
X, y, params = make_net(156, 1, 12, 15, 2)
result = checks.derived(two_layer_loss, params, X, y, size=params["W1"].size)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_two_layer_loss_reg_gradient", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · gradient of the penalty · 2 points
X, y, params = make_net(160)
loss, without = loss_and_grads(two_layer_loss(params, X, y, 0.0), params, ["W1", "W2"])
loss, grads = loss_and_grads(two_layer_loss(params, X, y, 0.5), params, ["W1", "W2"])
for name in ("W1", "W2"):
    checks.gradient(lambda v: 0.5 * np.square(v).sum(), params[name], np.subtract(grads[name], without[name]),
                    f"what reg=0.5 adds to grads[{name!r}]", num_examples=len(X), mistakes=known.penalty(params, 0.5))
for name in sorted({"b1", "b2"} & set(grads) & set(without)):
    checks.shape(grads[name], params[name].shape, f"grads[{name!r}]")
    checks.close(np.subtract(grads[name], without[name]), np.zeros(len(params[name])),
                 f"what reg=0.5 adds to grads[{name!r}]", mistakes=known.penalty(params, 0.5))
checks.passed("two_layer_loss", "the regularization is in the gradients of W1 and W2, and only there")
### BEGIN HIDDEN TESTS
for seed, strength, shape in ((161, 2.0, (1, 3, 5, 2)), (162, 0.01, (7, 2, 4, 6))):
    X, y, params = make_net(seed, *shape)
    loss, without = loss_and_grads(two_layer_loss(params, X, y, 0.0), params, ["W1", "W2"])
    loss, grads = loss_and_grads(two_layer_loss(params, X, y, strength), params, ["W1", "W2"])
    for name in ("W1", "W2"):
        checks.gradient(lambda v: strength * np.square(v).sum(), params[name], np.subtract(grads[name], without[name]),
                        f"what reg={strength} adds to grads[{name!r}]", mistakes=known.penalty(params, strength))
    for name in sorted({"b1", "b2"} & set(grads) & set(without)):
        checks.close(np.subtract(grads[name], without[name]), np.zeros(len(params[name])), f"what reg={strength} adds to grads[{name!r}]",
                     mistakes=known.penalty(params, strength))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_two_layer_loss_stability", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · huge scores · 1 point
X, y, params = make_net(170)
large = {**params, "W2": 1e4 * params["W2"]}
loss, grads = loss_and_grads(two_layer_loss(large, X, y), params)
scores = two_layer_loss(large, X)
checks.shape(scores, (5, 3), "the scores without y")
gradients = {f"grads[{name!r}]": value for name, value in grads.items()}
for name, value in {"the scores": scores, "the loss": loss, **gradients}.items():
    checks.finite(value, f"{name}, where scores are about 10,000",
                  hint="Shift the scores before any exponential, or use softmax_loss.")
expected = np.mean(np.max(scores, axis=1) - np.asarray(scores)[np.arange(5), y])
checks.true(loss > 0.01 * expected, known.CAPPED)
checks.passed("two_layer_loss", "scores of 10,000 do no harm")
### BEGIN HIDDEN TESTS
checks.true(len(grads) > 0 and np.ptp(scores) > 1000, "This check needs scores that are computed: pass the other checks first.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_two_layer_loss_arguments", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · arguments · 1 point
X, y, params = make_net(180)
given = {name: value.copy() for name, value in params.items()}
X_given, y_given = X.copy(), y.copy()
loss, grads = loss_and_grads(two_layer_loss(given, X_given, y_given, 0.1), params, params)
checks.equal(dict.fromkeys(grads), dict.fromkeys(params), "grads")
for after, before, name in ((given, params, "params"), (X_given, X, "X"), (y_given, y, "y")):
    checks.unchanged(after, before, name)
two_layer_loss({name: value + 1 for name, value in params.items()}, X, y, 0.1)  # another net
again, again_grads = loss_and_grads(two_layer_loss(params, X, y, 0.1), params, params)
same = np.allclose(again, loss) and all(np.allclose(again_grads[name], grads[name]) for name in params)
checks.true(same, known.REMEMBERS)
checks.passed("two_layer_loss", "the arguments stay as they are, and every net has its own loss")
### BEGIN HIDDEN TESTS
other_loss, _ = loss_and_grads(two_layer_loss({name: value + 1 for name, value in params.items()}, X, y, 0.1), params)
checks.true(not np.allclose(other_loss, loss), known.REMEMBERS)
two_layer_loss({name: value - 1 for name, value in params.items()}, X)
again, again_grads = loss_and_grads(two_layer_loss(params, X, y, 0.1), params, params)
checks.true(all(np.allclose(again_grads[name], grads[name]) for name in params), known.REMEMBERS)
for kind in (np.float64, np.float32):
    arrays = {name: value.astype(kind) for name, value in params.items()}
    loss, grads = loss_and_grads(two_layer_loss(arrays, X.astype(kind), y.astype(np.uint8), 0.1), params, params)
    for name in params:
        checks.dtype(grads[name], kind, f"grads[{name!r}] of {kind.__name__} arrays")
    checks.dtype(two_layer_loss(arrays, X.astype(kind)), kind, f"the scores of {kind.__name__} arrays")
right = known.right_gradient(params, X, y, "W2") + 0.2 * params["W2"]
checks.resembles(grads["W2"], right, "grads['W2']", given=(params["W2"],))
### END HIDDEN TESTS

# %% [markdown]
# ## Before training
#
# A net with a mistake often learns *something*. So first ask questions whose answers you know:
#
# 1. With small weights and no regularization the net guesses. Is the first loss $\log C$, what guessing costs?
# 2. Turn the regularization on. Does the loss rise?
# 3. Take 20 images, no regularization. Can the net learn them to 100%?
#
# You write these checks for any loss function `loss_fn(params, X, y, reg)` and any dict of parameters.
#
# ### Exercise 7: `sanity_checks` · 4 points
#
# The first two checks. Compute the loss with `reg` 0 and with the `reg` that was given. The number of classes is the number of
# scores per example; a batch need not contain all classes.
#
# By hand: among ten classes, guessing costs log 10 = 2.303. A first loss between 2.188 and 2.418 is within 5% of that.

# %% nbgrader={"grade": false, "grade_id": "linear_net", "locked": true, "schema_version": 3, "solution": false, "task": false}
def linear_net(params, X, y=None, reg=0.0):
    """A linear classifier as a loss_fn: params W (D, C), b (C,). Scores, or (loss, grads)."""
    linear = X @ params["W"] + params["b"]
    if y is None:
        return linear
    value, slope = softmax_loss(linear, y)
    return (value + reg * np.sum(params["W"] ** 2),
            {"W": X.T @ slope + 2 * reg * params["W"], "b": slope.sum(axis=0)})


def net_like(params, trained):
    """What overfit_small_data returns as trained, after a look whether it is a dict of arrays like params."""
    checks.true(isinstance(trained, dict) and set(trained) == set(params), f"trained should be a dict with the keys {', '.join(params)}.")
    for name in params:
        checks.shape(trained[name], params[name].shape, f"trained[{name!r}]")
        checks.finite(trained[name], f"trained[{name!r}]")
    return {name: np.asarray(value) for name, value in trained.items()}


def entries(result, *names):
    """These entries of what sanity_checks returns, after a look whether it is a dict of the five."""
    checks.true(isinstance(result, dict), "sanity_checks should return a dict.")
    checks.equal(dict.fromkeys(result), dict.fromkeys(["chance", "initial", "regularized", "starts_at_chance", "rises_with_reg"]), "the result")
    return {name: result[name] for name in names}


def verdicts(result):
    """(starts_at_chance, rises_with_reg), after a look whether they are True or False."""
    for name, value in entries(result, "starts_at_chance", "rises_with_reg").items():
        checks.true(isinstance(value, (bool, np.bool_)), f"result[{name!r}] should be True or False, but is {value!r}.")
    return bool(result["starts_at_chance"]), bool(result["rises_with_reg"])


# %% nbgrader={"grade": false, "grade_id": "sanity_checks", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    """The first two checks of a loss function, at parameters that are small and random.

    Parameters: loss_fn, a function (params, X) -> scores (N, C), or (params, X, y, reg) -> (loss, grads); params, a dict of
        arrays, what loss_fn takes; X, y, examples and their labels; reg, the strength for the second check, above 0.
    Returns: a dict
        "chance": log C, the loss of guessing among C classes;
        "initial": the loss without regularization;
        "regularized": the loss with strength reg;
        "starts_at_chance": True if "initial" differs from "chance" by no more than 5% of "chance", else False;
        "rises_with_reg": True if "regularized" is larger than "initial", else False.

    Approach
        1. call loss_fn three times: for the scores, without and with regularization
        2. compare the numbers
    """
    ### BEGIN SOLUTION
    num_classes = loss_fn(params, X).shape[1]
    chance = np.log(num_classes)
    initial, _ = loss_fn(params, X, y, 0.0)
    regularized, _ = loss_fn(params, X, y, reg)
    return {
        "chance": float(chance),
        "initial": float(initial),
        "regularized": float(regularized),
        "starts_at_chance": bool(abs(initial - chance) <= 0.05 * chance),
        "rises_with_reg": bool(regularized > initial),
    }
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_sanity_checks_losses", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · losses · 2 points
rng = np.random.default_rng(200)
X, y = rng.normal(size=(12, 6)), rng.integers(3, size=12)  # of four classes, the last has no example
params = {"W": 0.02 * rng.normal(size=(6, 4)), "b": np.zeros(4)}
result = entries(sanity_checks(linear_net, params, X, y, 50.0), "chance", "initial", "regularized")
expected = {"chance": np.log(4), "initial": linear_net(params, X, y, 0.0)[0],
            "regularized": linear_net(params, X, y, 50.0)[0]}
checks.close(result, expected, "result", mistakes=known.sanity_checks(linear_net, params, X, y, 50.0))
checks.passed("sanity_checks", "the losses are right")
### BEGIN HIDDEN TESTS
def net_with_gain(params, X, y=None, reg=0.0):
    return linear_net({"W": params["gain"][:, None] * params["W"], "b": params["b"]}, X, y, reg)


for seed, num_classes, loss_fn in ((201, 10, linear_net), (202, 3, linear_net), (203, 7, linear_net), (204, 4, net_with_gain)):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(6, 5)), rng.integers(2, size=6)  # classes 0 and 1 only
    params = {"b": rng.normal(size=num_classes), "W": rng.normal(size=(5, num_classes)), "gain": np.full(5, 2.0)}
    if loss_fn is linear_net:
        del params["gain"]
    before = {name: value.copy() for name, value in params.items()}
    result = entries(sanity_checks(loss_fn, params, X, y, 0.3), "chance", "initial", "regularized")
    expected = {"chance": np.log(num_classes), "initial": loss_fn(before, X, y, 0.0)[0], "regularized": loss_fn(before, X, y, 0.3)[0]}
    checks.close(result, expected, f"result, for {num_classes} classes of which two have examples",
                 mistakes=known.sanity_checks(loss_fn, before, X, y, 0.3))
    checks.unchanged(params, before, "params of sanity_checks")
### END HIDDEN TESTS

# %% [markdown]
# Each of these loss functions but the first has a mistake. `sanity_checks` should say which of the two checks fails.

# %% nbgrader={"grade": true, "grade_id": "test_sanity_checks_verdicts", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · verdicts · 2 points
def with_mistake(factor, reg_factor):
    def loss_fn(params, X, y=None, reg=0.0):
        result = linear_net(params, X, y, reg_factor * reg)
        return result if y is None else (result[0] * factor, result[1])
    return loss_fn


X, y = np.random.default_rng(210).normal(size=(12, 6)), np.arange(12) % 4
params = {"W": 1e-3 * X[:6, :4], "b": np.zeros(4)}
for name, *factors, right in (("right", 1, 1, (True, True)), ("a sum, not a mean", 12, 1, (False, True)),
                              ("without reg", 1, 0, (True, False)), ("falling with reg", 1, -1, (True, False))):
    result = sanity_checks(with_mistake(*factors), params, X, y, 0.1)
    checks.true(verdicts(result) in (right, known.verdicts(result)),
                f"(starts_at_chance, rises_with_reg) should be {right} for a loss that is {name}.")
checks.passed("sanity_checks", "right losses pass, wrong losses do not")
### BEGIN HIDDEN TESTS
result = sanity_checks(with_mistake(0.25, 1), params, X, y, 0.1)
checks.true(verdicts(result) in ((False, True), known.verdicts(result)), "A loss that is divided by the number of classes should not start at chance.")


def made(initial, slope):
    def loss_fn(params, X, y=None, reg=0.0):
        return np.zeros((len(X), 10)) if y is None else (initial + slope * reg, {"W": np.zeros((6, 10))})

    return loss_fn


slopes = ((2.0, True), (0.01, True), (0.0, False), (-1.0, False))
for k, (factor, starts) in enumerate(((0.1, False), (0.5, False), (0.94, False), (0.952, True), (1.0, True), (1.04, True), (1.051, False),
                                      (3.0, False))):
    for slope, rises in slopes[k % 2::2]:
        result = sanity_checks(made(factor * np.log(10), slope), {"W": np.zeros((6, 10))}, X, y, 0.1)
        given, from_numbers = verdicts(result), known.verdicts(result)
        checks.true(given[0] in (starts, from_numbers[0]),
                    f"result['starts_at_chance'] should be {starts} for a first loss of {factor} times that of guessing.")
        checks.true(given[1] in (rises, from_numbers[1]), f"result['rises_with_reg'] should be {rises} where reg=0.1 changes the loss by {0.1 * slope:g}.")
### END HIDDEN TESTS

# %% [markdown]
# Your own net, on 500 real images:

# %% nbgrader={"grade": false, "grade_id": "demo_sanity", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def new_net(hidden_dim, weight_scale, seed):
    """A net for the images, in float32, which is twice as fast."""
    net = init_two_layer_net(X_train.shape[1], hidden_dim, len(images.class_names), weight_scale, np.random.default_rng(seed))
    return {name: value.astype(np.float32) for name, value in net.items()}


for name, value in sanity_checks(two_layer_loss, new_net(50, 1e-3, seed=0), X_train[:500], y_train[:500], 1.0).items():
    print(f"{name:>16}: {value:.4f}" if isinstance(value, float) else f"{name:>16}: {value}")

# %% [markdown]
# ### Exercise 8: `overfit_small_data` · 6 points
#
# The third check. Take the first 20 examples, switch the regularization off, and do plain gradient descent, each step with all 20:
#
# $$ p \leftarrow p - \mathrm{learning\ rate} \cdot \frac{\partial L}{\partial p} \qquad \text{for every parameter } p. $$
#
# The net will memorize them: **overfitting** on purpose. The parameters that you were given must not change, because the caller
# trains with them afterwards.
#
# By hand: $L = \sum p^2$ has the gradient $2p$, so a step with learning rate 0.1 takes every parameter to 80% of what it was, and three
# steps to 0.8 · 0.8 · 0.8 = 0.512.

# %% nbgrader={"grade": false, "grade_id": "overfit_small_data", "locked": false, "schema_version": 3, "solution": true, "task": false}
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    """Gradient descent on the first few examples, without regularization.

    Parameters: loss_fn, a function (params, X) -> scores (N, C), or (params, X, y, reg) -> (loss, grads), grads with the keys
        of params; params, a dict of arrays, where to start, which stays as it is; X, y, examples and their labels, of which
        only the first num_examples are used; learning_rate; num_steps, how many steps.
    Returns: trained, a dict like params, after the last step; losses, num_steps numbers, the loss before each step;
        accuracy, between 0 and 1, that of trained on the num_examples examples.

    Approach
        1. cut X and y; start from a copy of params
        2. in each step, note the loss and move every parameter
        3. count how often the largest score is that of the right class
    """
    ### BEGIN SOLUTION
    X_few, y_few = X[:num_examples], y[:num_examples]
    trained, losses = dict(params), []
    for _ in range(num_steps):
        loss, grads = loss_fn(trained, X_few, y_few, 0.0)
        losses.append(float(loss))
        trained = {name: p - learning_rate * grads[name] for name, p in trained.items()}
    labels = np.argmax(loss_fn(trained, X_few), axis=1)
    return trained, losses, float(np.mean(labels == y_few))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_overfit_small_data_steps", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · steps · 2 points
def bowl(params, X, y=None, reg=0.0):
    """The sum of all squares, whatever the examples are."""
    loss = sum(np.sum(p * p) for p in params.values())
    return np.zeros((len(X), 3)) if y is None else (loss, {name: 2 * p for name, p in params.items()})


X, y = np.zeros((25, 2)), np.arange(25) % 3
params = {"u": np.array([[1.0, -2.0]]), "v": np.array([3.0, 0.5, -1.0])}
start = {name: p.copy() for name, p in params.items()}
trained, losses, accuracy = checks.unpack(overfit_small_data(bowl, start, X, y, 0.1, 3), "trained, losses, accuracy")
likely = list(known.steps_in_bowl(params, 0.1, 3))
checks.close(trained, {name: 0.512 * p for name, p in params.items()}, "trained, after 3 steps", mistakes=likely)
checks.close(losses, [15.25, 15.25 * 0.64, 15.25 * 0.4096], "losses", mistakes=likely)
checks.passed("overfit_small_data", "gradient descent step by step")
### BEGIN HIDDEN TESTS
for seed, rate, steps in ((220, 0.25, 1), (221, 0.01, 40), (222, -0.05, 5)):
    rng = np.random.default_rng(seed)
    params = {"a": rng.normal(size=(3, 2)), "b": rng.normal(size=4), "c": rng.normal(size=(1, 1, 2))}
    start = {name: p.copy() for name, p in params.items()}
    trained, losses, accuracy = checks.unpack(overfit_small_data(bowl, start, X, y, rate, steps), "trained, losses, accuracy")
    checks.close(trained, {name: (1 - 2 * rate) ** steps * p for name, p in params.items()}, f"trained, after {steps} steps")
    size = sum(np.sum(p * p) for p in params.values())
    checks.close(losses, [size * (1 - 2 * rate) ** (2 * k) for k in range(steps)], f"losses of {steps} steps")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_overfit_small_data_few", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · few examples · 1 point
def recording_net(params, X, y=None, reg=0.0):
    seen.append((np.array(X), None if y is None else np.array(y), float(reg)))
    return linear_net(params, X, y, reg)


seen = []
X, y, params = np.arange(200.0).reshape(50, 4), np.arange(50) // 7 % 3, {"W": np.zeros((4, 3)), "b": np.zeros(3)}
overfit_small_data(recording_net, params, X, y, 1e-3, 4)
checks.true(len(seen) >= 4, f"In 4 steps loss_fn was called only {len(seen)} times.")
for X_used, y_used, reg in seen:
    checks.true(np.array_equal(X_used, X[:20]), known.FEW_EXAMPLES)
    checks.true(y_used is None or np.array_equal(y_used, y[:20]), known.OTHER_LABELS)
    checks.true(y_used is None or reg == 0, known.REGULARIZED)
checks.passed("overfit_small_data", "only the first 20 examples, without regularization")
### BEGIN HIDDEN TESTS
for few in (5, 50):
    seen.clear()
    overfit_small_data(recording_net, params, X, y, 1e-3, 2, few)
    checks.true(len(seen) >= 2, "In 2 steps loss_fn was called less than twice.")
    for X_used, y_used, reg in seen:
        checks.true(np.array_equal(X_used, X[:few]), known.FEW_EXAMPLES)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_overfit_small_data_accuracy", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · accuracy · 2 points
rng = np.random.default_rng(240)
X, y = rng.normal(size=(60, 30)), rng.integers(4, size=60)
params = {"W": 1e-3 * rng.normal(size=(30, 4)), "b": np.zeros(4)}
result = overfit_small_data(linear_net, params, X, y, 0.5, 60)
trained, losses, accuracy = checks.unpack(result, "trained, losses, accuracy")
labels = linear_net(net_like(params, trained), X).argmax(axis=1)  # what the trained net predicts
checks.close(accuracy, np.mean(labels[:20] == y[:20]), "the accuracy of trained on the 20 examples",
             hint="The fraction of examples whose predicted label is right.",
             mistakes=known.accuracy(labels, y, 20, linear_net(params, X).argmax(axis=1)))
checks.passed("overfit_small_data", "the accuracy is that of the trained parameters")
### BEGIN HIDDEN TESTS
for seed, steps, few in ((241, 1, 20), (242, 3, 40), (243, 5, 7), (244, 2, 60)):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(60, 3)), rng.integers(4, size=60)
    params = {"W": rng.normal(size=(3, 4)), "b": rng.normal(size=4)}
    start = {name: p.copy() for name, p in params.items()}
    trained, losses, accuracy = checks.unpack(overfit_small_data(linear_net, start, X, y, 1.0, steps, few), "trained, losses, accuracy")
    labels, first = linear_net(net_like(params, trained), X).argmax(axis=1), linear_net(params, X).argmax(axis=1)
    checks.close(accuracy, np.mean(labels[:few] == y[:few]), f"the accuracy after {steps} steps with {few} examples",
                 hint="The accuracy of the trained parameters, after the last step.", mistakes=known.accuracy(labels, y, few, first))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_overfit_small_data_keeps_params", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · params stay · 1 point
rng = np.random.default_rng(250)
X, y = rng.normal(size=(30, 4)), rng.integers(3, size=30)
params = {"W": rng.normal(size=(4, 3)), "b": np.zeros(3)}
before = {name: value.copy() for name, value in params.items()}
result = overfit_small_data(linear_net, params, X, y, 0.1, 5)
trained, losses, accuracy = checks.unpack(result, "trained, losses, accuracy")
checks.unchanged(params, before, "params of overfit_small_data")
checks.true(isinstance(trained, dict) and "W" in trained, "trained should be a dict like params.")
checks.true(not np.allclose(trained["W"], before["W"]), known.NOT_TRAINED)
checks.passed("overfit_small_data", "the parameters it was given stay as they are")
### BEGIN HIDDEN TESTS
X_before, y_before = X.copy(), y.copy()
overfit_small_data(linear_net, params, X, y, 0.5, 3, 10)
checks.unchanged(params, before, "params of overfit_small_data")
checks.unchanged(X, X_before, "X of overfit_small_data")
checks.unchanged(y, y_before, "y of overfit_small_data")
### END HIDDEN TESTS

# %% [markdown]
# And your net, with 20 real images:

# %% nbgrader={"grade": false, "grade_id": "demo_overfit", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
trained, losses, accuracy = overfit_small_data(two_layer_loss, new_net(50, 1e-2, seed=0), X_train, y_train, 0.05, 150)
print(f"training accuracy {accuracy:.0%}, loss {losses[-1]:.4f}; on the validation images the same net has "
      f"{np.mean(two_layer_loss(trained, X_val).argmax(axis=1) == y_val):.1%}")
vis.loss_curve(losses, smooth=1, reference=(np.log(10), "guessing: log 10"));

# %% [markdown]
# The net has memorized the 20 images and is useless for others. This tested the code, not the net.
#
# ## Training
#
# The library's `Solver` shuffles the images, takes minibatches, updates the parameters, and keeps the history.
# One pass through all training images is an **epoch**. Our update rule is plain gradient
# descent. It also notes the size of each update compared with the weights.

# %% nbgrader={"grade": false, "grade_id": "model", "locked": true, "schema_version": 3, "solution": false, "task": false}
class Net:
    """Your two-layer net in the form that Solver wants."""

    def __init__(self, params, reg):
        self.params, self.reg = params, reg
        self.ratios = {name: [] for name in ("W1", "W2")}  # norm of update / norm of weights, at each step

    def loss(self, X, y=None):
        return two_layer_loss(self.params, X, y, self.reg)

    def descend(self, w, dw, config):
        """The update rule."""
        step = config["learning_rate"] * dw
        for name in self.ratios:
            if w is self.params[name]:
                self.ratios[name].append(np.linalg.norm(step) / np.linalg.norm(w))
        return w - step, config


# %% [markdown]
# Here are three runs that differ only in the learning rate. Which one do you expect to win?

# %% nbgrader={"grade": false, "grade_id": "fit", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def fit(num_images, learning_rate, reg, num_epochs, hidden_dim=100, lr_decay=0.9, progress=False):
    """Train a net on the first num_images training images. Returns it and its Solver."""
    net = Net(new_net(hidden_dim, 0.015, seed=1), reg)  # about 1 / sqrt(3072), a first guess that is seldom bad
    subset = {"X_train": X_train[:num_images], "y_train": y_train[:num_images], "X_val": X_val, "y_val": y_val}
    solver = Solver(net, subset, net.descend, {"learning_rate": learning_rate}, lr_decay=lr_decay, batch_size=50, num_epochs=num_epochs,
                    num_train_samples=500, verbose=False, progress=progress, rng=2)
    try:
        solver.train()
    except TrainingDiverged:
        pass  # the last loss in solver.loss_history says so
    return net, solver


runs = {}
with tqdm(total=3, file=sys.stdout, desc="nets") as bar:
    for rate in (1e-3, 0.02, 0.3):
        runs[f"learning rate {rate:g}"] = fit(9000, rate, 1e-3, num_epochs=4)
        bar.update()
figure = vis.training_curves({name: solver for name, (net, solver) in runs.items()})
figure.axes[0].set_ylim(1, 4)
for name, (net, solver) in runs.items():
    print(f"{name}: the last loss of {solver.step} steps is {solver.loss_history[-1]:.3g}")

# %% [markdown]
# With too small a learning rate the loss hardly falls. With too large a one every step
# overshoots, and the loss ends at infinity. In between it falls fast at first and flattens late.
#
# The size of the updates compared with the weights tells this early: **about a thousandth** is
# healthy. Worry about a factor of a hundred, not about a factor of five.

# %% nbgrader={"grade": false, "grade_id": "demo_ratios", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
vis.update_ratios({name: net.ratios["W1"] for name, (net, solver) in runs.items()});

# %% [markdown]
# ## Searching hyperparameters
#
# ### Exercise 9: `coarse_to_fine_search` · 5 points
#
# Search for learning rate and regularization at random on logarithmic scales, in two stages:
#
# - **Coarse**: many pairs from the wide ranges, each trained briefly.
# - **Fine**: a few pairs near the best coarse one, trained longer. For both hyperparameters the fine range is *one decade wide
#   with the best coarse value in its middle* on the logarithmic scale: from `best / sqrt(10)` to `best * sqrt(10)`. It may reach beyond the
#   coarse range.
#
# The training times differ, so accuracies of the two stages cannot be compared. The winner is the best of the *fine* trials.
#
# By hand: if the best coarse learning rate is 0.01, the fine ones lie between 0.00316 and 0.0316, half of them below 0.01.

# %% nbgrader={"grade": false, "grade_id": "coarse_to_fine_search", "locked": false, "schema_version": 3, "solution": true, "task": false}
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    """Random search for learning rate and regularization strength, first coarse, then fine.

    Every trial draws a learning rate and a strength, independently, both uniformly on a logarithmic scale: in the coarse
    stage within the two ranges, in the fine stage within one decade around the best coarse pair (see above).

    Parameters: train, a function (learning_rate, reg, num_epochs) -> validation accuracy of the net trained so, between 0
        and 1; learning_rate_range, reg_range, (low, high) of the coarse stage, all above 0; num_trials, (coarse, fine)
        trials; num_epochs, (coarse, fine) epochs of a trial; rng, np.random.Generator, the only source of random numbers.
    Returns: best, the pair (learning_rate, reg) of the fine trial with the highest validation accuracy; results, a list with one
        pair (settings, accuracy) for every trial, in the order of the trials, where settings is a dict of
        "learning_rate", "reg" and "num_epochs".

    Approach
        1. write one stage: draw a pair, train, remember; repeat
        2. find the best pair of the coarse stage, and the fine ranges around it
        3. run the fine stage in these ranges, and find its best pair
    """
    ### BEGIN SOLUTION
    results = []

    def best_of(trials):
        settings, _ = max(trials, key=lambda trial: trial[1])
        return settings["learning_rate"], settings["reg"]

    ranges = learning_rate_range, reg_range
    for stage_trials, epochs in zip(num_trials, num_epochs):
        stage = []
        for _ in range(stage_trials):
            learning_rate, reg = (float(10 ** rng.uniform(np.log10(low), np.log10(high))) for low, high in ranges)
            accuracy = train(learning_rate, reg, epochs)
            stage.append(({"learning_rate": learning_rate, "reg": reg, "num_epochs": epochs}, accuracy))
        results += stage
        best = best_of(stage)
        ranges = [(value / 10**0.5, value * 10**0.5) for value in best]
    return best, results
    ### END SOLUTION


# %% [markdown]
# The checks pass a `train` that only notes its arguments, and returns an accuracy that is highest at a learning
# rate of 0.01 and a strength of 0.001.

# %% nbgrader={"grade": false, "grade_id": "record", "locked": true, "schema_version": 3, "solution": false, "task": false}
def hill(learning_rate, reg, num_epochs):
    return 0.6 - 0.05 * abs(np.log10(learning_rate) + 2) - 0.02 * abs(np.log10(reg) + 3)


def record(accuracy_of):
    """A train that does not train, and the list of its calls: (learning_rate, reg, num_epochs, accuracy)."""
    tried = []

    def train(learning_rate, reg, num_epochs):
        accuracy = float(accuracy_of(learning_rate, reg, num_epochs))
        tried.append((float(learning_rate), float(reg), int(num_epochs), accuracy))
        return accuracy

    return train, tried


# %% nbgrader={"grade": true, "grade_id": "test_coarse_to_fine_search_coarse", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · coarse stage · 1 point
train, tried = record(hill)
coarse_to_fine_search(train, (1e-5, 1e-1), (1e-6, 1e2), (60, 5), (1, 4), np.random.default_rng(300))
checks.close([epochs for _, _, epochs, _ in tried], [1] * 60 + [4] * 5, "the epochs of the trials",
             hint="60 coarse trials of 1 epoch, then 5 fine ones of 4.",
             mistakes=known.epochs_of_stages((60, 5), (1, 4)))
exponents = np.log10(np.array(tried)[:60, :2])
low, high = np.array([-5, -6]), np.array([-1, 2])
checks.true(np.all((exponents > low - 1e-9) & (exponents < high + 1e-9)), known.OUTSIDE)
checks.true(min(len(np.unique(column)) for column in exponents.T) > 50, known.DRAWN_ONCE)
below = np.mean(exponents < (low + high) / 2, axis=0)  # right draws miss 0.17 to 0.83 once in three million searches
checks.true(np.all((below > 0.17) & (below < 0.83)), known.NOT_LOGARITHMIC)
checks.passed("coarse_to_fine_search", "coarse draws are uniform on a logarithmic scale")
### BEGIN HIDDEN TESTS
def place(trials, *ranges):
    """Where draws stand on the logarithmic scale between the ends of their ranges: 0..1 if all is well."""
    low, high = np.log(ranges).T
    return (np.log([trial[:2] for trial in trials]) - low) / (high - low)


wide = place(tried[:60], (1e-5, 1e-1), (1e-6, 1e2))  # (60, 2)
train, tried = record(hill)
coarse_to_fine_search(train, (3e-5, 2e-3), (6.0, 7e2), (200, 1), (2, 3), np.random.default_rng(301))
checks.shape(tried, (201, 4), "the trials (200 coarse ones, 1 fine one)")
narrow = place(tried[:200], (3e-5, 2e-3), (6.0, 7e2))
# right draws fail each of these less than once in ten million searches
for first, second in zip(wide.T, narrow.T):
    both = np.concatenate([first, second])
    checks.true(both.min() >= -1e-9 and both.max() <= 1 + 1e-9, known.OUTSIDE)
    checks.true(second.min() < 0.09 and second.max() > 0.91, "Coarse draws do not reach the ends of the range.")
    uneven = sum(np.square(np.histogram(places, 4, (0, 1))[0] - fill).sum() / fill for places, fill in ((first, 15), (second, 50)))
    checks.true(uneven < 45, known.NOT_LOGARITHMIC)
checks.true(abs(np.corrcoef(narrow, rowvar=False)[0, 1]) < 0.5, known.TIED)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_coarse_to_fine_search_fine", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · fine stage · 2 points
train, tried = record(hill)
coarse_to_fine_search(train, (1e-5, 1e-1), (1e-6, 1e2), (10, 400), (1, 4), np.random.default_rng(310))
checks.shape(tried, (410, 4), "the trials (10 coarse and 400 fine ones)")
center = max(tried[:10], key=lambda trial: trial[3])  # the best coarse trial
decades = np.log10(np.array(tried)[10:, :2]) - np.log10(center[:2])
# right draws miss these bounds less than once in a million searches
checks.true(np.abs(decades).max() < 0.5 + 1e-9, known.FINE_TOO_FAR)
checks.true(decades.min(axis=0).max() < -0.45 and decades.max(axis=0).min() > 0.45, known.FINE_TOO_NEAR)
checks.true(np.abs(np.mean(decades < 0, axis=0) - 0.5).max() < 0.15, known.NOT_LOGARITHMIC)
checks.passed("coarse_to_fine_search", "fine draws lie within a decade around the best coarse pair")
### BEGIN HIDDEN TESTS
def rising(learning_rate, reg, num_epochs):
    return 0.5 + 0.03 * np.log10(learning_rate) - 0.03 * np.log10(reg)


train, tried = record(rising)
coarse_to_fine_search(train, (1e-5, 1e-3), (1e-3, 1e1), (40, 1500), (1, 2), np.random.default_rng(311))
checks.shape(tried, (1540, 4), "the trials (40 coarse and 1500 fine ones)")
center = max(tried[:40], key=lambda trial: trial[3])
fine = np.log10(np.array(tried)[40:, :2]) - np.log10(center[:2])  # (1500, 2), in decades
checks.true(np.abs(fine).max() < 0.5 + 1e-9, known.FINE_TOO_FAR)
reach = np.array([-fine.min(axis=0), fine.max(axis=0)])  # right draws: all above 0.485, but for 1 in 100 million searches
checks.true(reach[0, 0] > 0.485 and reach[1, 1] > 0.485, known.FINE_TOO_NEAR)
checks.true(reach.min() > 0.485, known.STOPS_AT_BORDER)
for column in fine.T:
    checks.true(np.abs(np.histogram(column, 4, (-0.5, 0.5))[0] - 375).max() < 105, known.NOT_LOGARITHMIC)  # six deviations
checks.true(abs(np.corrcoef(fine, rowvar=False)[0, 1]) < 0.2, known.TIED)
### END HIDDEN TESTS

# %% [markdown]
# Now the accuracies are made up. Some coarse trials are better than anything that comes after.

# %% nbgrader={"grade": true, "grade_id": "test_coarse_to_fine_search_best", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · the winner · 1 point
made_up = [0.3, 0.9, 0.2, 0.4, 0.5, 0.7, 0.1, 0.6]  # three coarse trials, then five fine ones
train, tried = record(lambda *settings: made_up[len(tried) % 8])
result = coarse_to_fine_search(train, (1e-4, 1e-1), (1e-5, 1e-1), (3, 5), (1, 3), np.random.default_rng(320))
best, results = checks.unpack(result, "best, results")
checks.shape(tried, (8, 4), "the trials (3 coarse and 5 fine ones)")
pairs = [trial[:2] for trial in tried]
checks.close(best, pairs[5], "best", rtol=1e-9, atol=0, hint="The winner is the sixth of all trials, with 0.7.",
             mistakes=known.best_pair(pairs, made_up, 3))
checks.passed("coarse_to_fine_search", "the best of the fine trials wins")
### BEGIN HIDDEN TESTS
for order in ([0.2, 0.1, 0.3, 0.25, 0.1, 0.2, 0.22, 0.9], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.01, 0.0], [0.5, 0.9, 0.4, 0.95, 0.2, 0.3, 0.1, 0.2],
              [0.0] * 8):
    made_up[:] = order
    train, tried = record(lambda *settings: made_up[len(tried) % 8])
    result = coarse_to_fine_search(train, (1e-4, 1e-1), (1e-5, 1e-1), (3, 5), (1, 3), np.random.default_rng(321))
    best, results = checks.unpack(result, "best, results")
    checks.shape(best, (2,), f"best of trials with the accuracies {order}")
    winners = [trial[:2] for trial in tried[3:] if trial[3] == max(order[3:])]
    checks.true(any(np.allclose(best, pair, rtol=1e-9, atol=0) for pair in winners), "best is not the best of five fine trials.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_coarse_to_fine_search_results", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · the record · 1 point
train, tried = record(hill)
result = coarse_to_fine_search(train, (1e-4, 1e-1), (1e-5, 1e-1), (4, 3), (1, 5), np.random.default_rng(330))
best, results = checks.unpack(result, "best, results")
checks.true(isinstance(results, (list, tuple)) and len(results) == len(tried) == 7, "results should have 7 entries.")
for k, (learning_rate, reg, num_epochs, accuracy) in enumerate(tried):
    settings, noted = checks.unpack(results[k], "settings, accuracy")
    checks.close(settings, {"learning_rate": learning_rate, "reg": reg, "num_epochs": num_epochs},
                 f"the settings in results[{k}]", rtol=1e-9, atol=0, hint="One entry for every trial, in their order.")
    checks.close(noted, accuracy, f"the accuracy in results[{k}]", hint="What train returned for these settings.")
checks.passed("coarse_to_fine_search", "the record of all trials is right")
### BEGIN HIDDEN TESTS
train, tried = record(hill)
result = coarse_to_fine_search(train, (1e-2, 1.0), (1.0, 2.0), (1, 2), (3, 3), np.random.default_rng(331))
best, results = checks.unpack(result, "best, results")
checks.true(isinstance(results, (list, tuple)) and len(results) == len(tried) == 3, "results should have an entry for each of 3 trials.")
for k, (learning_rate, reg, num_epochs, accuracy) in enumerate(tried):
    settings, noted = checks.unpack(results[k], "settings, accuracy")
    checks.close(settings, {"learning_rate": learning_rate, "reg": reg, "num_epochs": num_epochs}, f"the settings in results[{k}]", rtol=1e-9, atol=0)
    checks.close(noted, accuracy, f"the accuracy in results[{k}], of 1 coarse and 2 fine trials")
searches = []
for seed in (1, 1, 2):
    train, tried = record(hill)
    coarse_to_fine_search(train, (1e-4, 1e-1), (1e-5, 1e-1), (4, 3), (1, 3), np.random.default_rng(seed))
    checks.shape(tried, (7, 4), "the trials of a search (4 coarse and 3 fine ones)")
    searches.append(np.log(tried))
checks.true(np.allclose(searches[1], searches[0]) and not np.allclose(searches[2], searches[0]), known.NOT_FROM_RNG)
### END HIDDEN TESTS

# %% [markdown]
# The real search, with the first 5,000 images and wide ranges. Where do the good pairs lie, and where did the fine stage go?

# %% nbgrader={"grade": false, "grade_id": "demo_search", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
with tqdm(total=12 + 6, file=sys.stdout, desc="nets") as bar:
    def train(learning_rate, reg, num_epochs):
        net, solver = fit(5000, learning_rate, reg, num_epochs, hidden_dim=50)
        bar.update()
        return solver.best_val_acc

    best, results = coarse_to_fine_search(train, (1e-4, 0.3), (1e-5, 1.0), (12, 6), (1, 4), np.random.default_rng(3))
print(f"best: learning rate {best[0]:.2g}, reg {best[1]:.2g}")
vis.search_scatter(results);

# %% [markdown]
# ## Choosing settings yourself
#
# Three spirals of points in the plane, one per class. No linear classifier can tell them apart. A small net can, if its hyperparameters are
# right.

# %% nbgrader={"grade": false, "grade_id": "spirals", "locked": true, "schema_version": 3, "solution": false, "task": false}
def make_spirals(num_per_class, rng):
    """Points on three noisy spirals: X (3 * num_per_class, 2), y."""
    radius = np.linspace(0, 1, num_per_class)
    start = 2 * np.pi / 3 * np.arange(3)[:, None]
    angle = start + 4 * radius + rng.normal(scale=0.2, size=(3, num_per_class))
    X = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=-1)
    return X.reshape(-1, 2), np.repeat(np.arange(3), num_per_class)


def train_on_spirals(loss_fn, params, X, y, settings, rng):
    """Minibatches of 30 points and plain gradient descent. Returns the trained parameters."""
    hidden_dim, learning_rate, reg, num_epochs = settings
    trained = {name: np.array(p) for name, p in params.items()}
    with np.errstate(all="ignore"):  # too large a learning rate ends in infinities
        for _ in range(num_epochs):
            for batch in rng.permutation(len(X)).reshape(-1, 30):
                _, grads = loss_fn(trained, X[batch], y[batch], reg)
                for name in trained:
                    trained[name] -= learning_rate * grads[name]
    return trained


def within_limits(settings):
    """The four settings, after a look whether they are numbers within the limits."""
    hidden_dim, learning_rate, reg, num_epochs = checks.unpack(settings, "hidden_dim, learning_rate, reg, num_epochs")
    for value, name in ((hidden_dim, "hidden_dim"), (num_epochs, "num_epochs")):
        checks.true(isinstance(value, (int, np.integer)) and 1 <= value <= 100, f"{name} should be a whole number from 1 to 100, but is {value!r}.")
    for value, name in ((learning_rate, "learning_rate"), (reg, "reg")):
        checks.finite(value, name)
        checks.shape(value, (), f"{name} (one number)")
        checks.true(value >= 0, f"{name} should not be negative, but is {value!r}.")
    return int(hidden_dim), float(learning_rate), float(reg), int(num_epochs)


# %% nbgrader={"grade": false, "grade_id": "show_spirals", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def show_spirals(*settings, seed=0):
    """Train your net with these settings, print its accuracies, and colour the plane by what it predicts."""
    settings = within_limits(settings)
    rng = np.random.default_rng(seed)
    (X, y), (X_new, y_new) = make_spirals(100, rng), make_spirals(200, rng)
    net = train_on_spirals(two_layer_loss, init_two_layer_net(2, settings[0], 3, 0.1, rng), X, y, settings, rng)
    axis = np.linspace(-1.3, 1.3, 200)
    plane = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    with np.errstate(all="ignore"):
        regions, old, new = (np.argmax(two_layer_loss(net, points), axis=1) for points in (plane, X, X_new))
    fig, ax = plt.subplots(figsize=(4.6, 4.2), layout="constrained")
    colors = [vis.BLUE, vis.ORANGE, vis.GREEN]
    ax.contourf(axis, axis, regions.reshape(200, 200), levels=[-0.5, 0.5, 1.5, 2.5], colors=colors, alpha=0.25)
    for k, color in enumerate(colors):
        ax.plot(*X[y == k].T, ".", color=color)
    ax.set(aspect="equal", xticks=[], yticks=[])
    ax.set_title("hidden_dim {}, learning rate {:g}, reg {:g}, epochs {}".format(*settings), fontsize=9)
    print(f"training accuracy {np.mean(old == y):.1%}, validation accuracy {np.mean(new == y_new):.1%}")


show_spirals(10, 0.01, 0.1, 5)

# %% [markdown]
# Bad settings: the net does no better than a linear classifier. Which of the four numbers is to blame? Can the net fit the training
# points? Is there a gap between the two accuracies?

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): what does each number do to the regions?
show_spirals(10, 0.1, 0.001, 20)  # hidden_dim, learning_rate, reg, num_epochs

# %% [markdown]
# ### Exercise 10: `two_layer_settings` · 5 points
#
# Return settings that separate the spirals. While grading, nets are trained with them from several random starts, on new points:
# weights of standard deviation 0.1, 100 training points per class. They earn 2 points if the validation accuracy is at least 75%
# on average, and 3 more if it is at least 88%.
#
# By hand: an epoch has 300 / 30 = 10 steps. With 100 epochs, the most that is allowed, a net makes 1,000 steps.

# %% nbgrader={"grade": false, "grade_id": "two_layer_settings", "locked": false, "schema_version": 3, "solution": true, "task": false}
def two_layer_settings():
    """Hyperparameters for the three spirals.

    Returns: hidden_dim, a whole number from 1 to 100; learning_rate; reg; num_epochs, a whole number from 1 to 100.

    Approach
        1. turn the knobs above, first in factors of ten
        2. judge by the validation accuracy, with more than one seed: show_spirals(..., seed=1)

    Example
        return 10, 0.01, 0.1, 5    # allowed, but bad
    """
    ### BEGIN SOLUTION
    # many hidden units, steps nearly as large as they can be, next to no penalty, all the epochs
    hidden_dim, learning_rate, reg, num_epochs = 100, 1.0, 1e-4, 100
    return hidden_dim, learning_rate, reg, num_epochs
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_two_layer_settings_learns", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · the net learns · 2 points
settings = within_limits(two_layer_settings())
checks.true(settings[3] * settings[0] > 0 and settings[1] > 0, "With a learning rate of 0, nothing is learnt.")
checks.passed("two_layer_settings", "four numbers within the limits")
### BEGIN HIDDEN TESTS
def net_loss(p, X, y, reg):
    hidden = np.maximum(X @ p["W1"] + p["b1"], 0)
    loss, slope = softmax_loss(hidden @ p["W2"] + p["b2"], y)
    back = np.where(hidden > 0, slope @ p["W2"].T, 0)
    return loss, {"W1": X.T @ back + 2 * reg * p["W1"], "b1": back.sum(0), "W2": hidden.T @ slope + 2 * reg * p["W2"], "b2": slope.sum(0)}


accuracies = []
for seed in (401, 402, 403):
    rng = np.random.default_rng(seed)
    (X, y), (X_new, y_new) = make_spirals(100, rng), make_spirals(200, rng)
    start = {"W1": 0.1 * rng.normal(size=(2, settings[0])), "b1": np.zeros(settings[0]), "W2": 0.1 * rng.normal(size=(settings[0], 3)), "b2": np.zeros(3)}
    p = train_on_spirals(net_loss, start, X, y, settings, rng)
    with np.errstate(all="ignore"):
        scores = np.maximum(X_new @ p["W1"] + p["b1"], 0) @ p["W2"] + p["b2"]
    accuracies.append(np.mean(scores.argmax(axis=1) == y_new))
checks.true(np.mean(accuracies) >= 0.75, f"Nets with these settings reach {np.mean(accuracies):.1%} on new points; 75% are needed.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_two_layer_settings_accuracy", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Check · the net is good · 3 points
settings = within_limits(two_layer_settings())
checks.true(within_limits(two_layer_settings()) == settings, known.OTHER_SETTINGS)
checks.passed("two_layer_settings", "the same settings in every call; nets are trained with them while grading")
### BEGIN HIDDEN TESTS
def net_loss(p, X, y, reg):
    hidden = np.maximum(X @ p["W1"] + p["b1"], 0)
    loss, slope = softmax_loss(hidden @ p["W2"] + p["b2"], y)
    back = np.where(hidden > 0, slope @ p["W2"].T, 0)
    return loss, {"W1": X.T @ back + 2 * reg * p["W1"], "b1": back.sum(0), "W2": hidden.T @ slope + 2 * reg * p["W2"], "b2": slope.sum(0)}


accuracies = []
for seed in (411, 412, 413):
    rng = np.random.default_rng(seed)
    (X, y), (X_new, y_new) = make_spirals(100, rng), make_spirals(200, rng)
    start = {"W1": 0.1 * rng.normal(size=(2, settings[0])), "b1": np.zeros(settings[0]), "W2": 0.1 * rng.normal(size=(settings[0], 3)), "b2": np.zeros(3)}
    p = train_on_spirals(net_loss, start, X, y, settings, rng)
    with np.errstate(all="ignore"):
        scores = np.maximum(X_new @ p["W1"] + p["b1"], 0) @ p["W2"] + p["b2"]
    accuracies.append(np.mean(scores.argmax(axis=1) == y_new))
checks.true(np.mean(accuracies) >= 0.88, f"Nets with these settings reach {np.mean(accuracies):.1%} on new points; 88% are needed.")
### END HIDDEN TESTS

# %% nbgrader={"grade": false, "grade_id": "demo_settings", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
show_spirals(*two_layer_settings(), seed=1)

# %% [markdown]
# ## The best net
#
# One net with all the training images. Learning rate and strength come from a few trials, judged by their
# validation accuracy; put in your own if they are better. Then use the test set, once.

# %% nbgrader={"grade": false, "grade_id": "demo_final", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fresh = new_net(300, 0.015, seed=1)
net, solver = fit(len(X_train), 0.025, 4e-3, num_epochs=9, hidden_dim=300, lr_decay=0.75, progress=True)
print(f"validation accuracy {solver.best_val_acc:.1%}, test accuracy {solver.check_accuracy(X_test, y_test):.1%}")
vis.training_curves(solver);

# %% [markdown]
# What does a hidden unit detect? Each column of $W_1$ has a number for every pixel, so it can be shown as an image. Blobs and coloured
# edges are good signs. The noise is left over from the random start; more training and stronger regularization remove it.

# %% nbgrader={"grade": false, "grade_id": "demo_weights", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
strongest = np.argsort(-np.linalg.norm(net.params["W1"], axis=0))[:60]
vis.weight_grid(net.params["W1"][:, strongest], columns=12);

# %% [markdown]
# The activations: what goes into the ReLU and what comes out, for the validation images, before training and after.

# %% nbgrader={"grade": false, "grade_id": "demo_activations", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
layers = {}
for when, p in (("before", fresh), ("after", net.params)):
    a, _ = affine_forward(X_val, p["W1"], p["b1"])
    h, _ = relu_forward(a)
    layers[f"{when}: into the ReLU"], layers[f"{when}: out of it"] = a, h
print(f"units that are 0 for all {len(X_val):,} validation images: {np.mean(~np.any(h, axis=0)):.1%}")
vis.activation_histograms(layers);

# %% [markdown]
# And the mistakes, sorted by the class that the net predicts.

# %% nbgrader={"grade": false, "grade_id": "demo_mistakes", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
vis.misclassified_images(images.X_val, y_val, net.loss(X_val).argmax(axis=1), images.class_names);

# %% [markdown]
# **Question 3** · 2 points. Two runs of the same net. In run A training accuracy is 95% and validation accuracy 50% at the end. In run B
# they are 34% and 33%, and both are still rising slowly; the updates are $10^{-5}$ of the weights. Say for each what is wrong, and name two
# things that you would change, with the direction.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_diagnosis", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# A overfits: it has memorized the training images. Stronger regularization, a smaller hidden layer, more (or augmented) training
# images, or stopping earlier (two of these).
#
# B has not learnt enough yet: there is no gap, and updates of 1e-5 where 1e-3 is healthy say that the learning rate is about a hundred
# times too low. Raise the learning rate; train longer (or let it decay less). Only when B has converged and still has no gap, a larger
# hidden layer or weaker regularization. "Larger net" as the first remedy for B earns nothing: the net has not used what it has.
#
# Scheme
# - [1] A: overfitting, by the gap, and two remedies in the right direction
# - [1] B: learning rate too low, by the update ratio; raise it, and one more sensible change
# ### END SOLUTION

# %% [markdown]
# ## Summary
#
# - A layer is a pair of functions. Backward turns the gradient of its output into gradients of its inputs.
# - ReLU is a gate that the forward pass sets. A unit whose gate is always shut is dead.
# - Before training: a loss of $\log C$, higher with regularization, 20 images memorized.
# - While training: loss, the gap between the accuracies, updates of about a thousandth.
# - Search on logarithmic scales, coarse first; compare like with like.
#
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"affine_forward": 2, "affine_backward": 4, "relu_forward": 2, "relu_backward": 3, "init_two_layer_net": 3,
                "two_layer_loss": 8, "sanity_checks": 2, "overfit_small_data": 4, "coarse_to_fine_search": 4, "two_layer_settings": 2})
