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
# # Two-layer net: the first one that builds its own features
#
# A linear classifier has one template per class. A red car and a blue car, a horse that looks left and one that looks right, all have to
# share it. Put one layer in between, with a bend in it, and the net can learn a hundred little detectors of its own and vote with them.
# That is all a neural network is, and in this notebook you build one from four small functions and the chain rule.
#
# **You will learn**
#
# - to write a layer as a pair: a *forward* function that computes, a *backward* function that passes gradients on;
# - to put layers together, and to get the gradient of every parameter by walking back through them;
# - how to start: small random weights, biases of zero;
# - the checks to run *before* you train for hours: the first loss, regularization, 20 images learnt by heart;
# - to watch a training run: loss, accuracy, the size of the updates, the activations;
# - to search hyperparameters in two stages, first coarse, then fine.
#
# **Time**: about six hours of work. The cells themselves run in about a minute with shapes10 (in two on a slow or busy
# machine) and in three to five with CIFAR-10.
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that
# come with the course. Everything below holds for both; only the numbers differ. The checks use small random arrays, not the images.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from cs231n_lib import checks, data, vis
from cs231n_lib.layers import softmax_loss
from cs231n_lib.notebooks import errors
from cs231n_lib.solver import Solver, TrainingDiverged

errors.explain()


def parts(result, names):
    """A result that should be several things, such as "out, cache"."""
    count = names.count(",") + 1
    checks.true(result is not None, f"The function returned None. Did you forget `return {names}`?")
    checks.true(isinstance(result, (tuple, list)) and len(result) == count,
                f"The function should return {count} things: `return {names}`.")
    return result


def make_layer(seed, num_examples=4, example_shape=(5,), num_outputs=3):
    """A small random affine layer for checks, and a gradient that reaches its output."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(num_examples, *example_shape))
    w = rng.normal(size=(int(np.prod(example_shape)), num_outputs))
    return x, w, rng.normal(size=num_outputs), rng.normal(size=(num_examples, num_outputs))


def make_net(seed, num_examples=5, input_dim=4, hidden_dim=6, num_classes=3):
    """A small random net for checks, with biases that matter: X (N, D), y (N,), params."""
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


def loss_and_grads(result, params):
    """What a loss function returns for X and y, after a look whether it is the pair (loss, grads)."""
    loss, grads = parts(result, "loss, grads")
    checks.shape(loss, (), "the loss (one number)")
    checks.true(isinstance(grads, dict), "grads should be a dict with the gradient of each parameter.")
    checks.equal(dict.fromkeys(grads), dict.fromkeys(params), "grads", hint="One gradient for each parameter, under its name.")
    for name in params:
        checks.shape(grads[name], np.shape(params[name]), f"grads[{name!r}] (a gradient has the shape of its parameter)")
    return loss, grads


def verdict(result, key):
    """result[key], which should be True or False."""
    checks.true(isinstance(result.get(key), (bool, np.bool_)), f"result[{key!r}] should be True or False, but is {result.get(key)!r}.")
    return bool(result[key])


# %% [markdown]
# ## The images
#
# For a net, the pixels should be numbers of ordinary size around 0. So subtract the mean of the *training* images and divide by 64, which
# is about the standard deviation of a pixel. One number for all of them will do.

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
# Two affine layers with a bend in between. $X$ comes in on the left, one image per row, and the loss goes out on the right:
#
# $$ a = X W_1 + b_1, \qquad h = \max(0, a), \qquad s = h\,W_2 + b_2, \qquad L = \mathrm{softmax\ loss}(s, y) + \lambda \textstyle\sum W_1^2 + \lambda \sum W_2^2 . $$
#
# The bend matters. Without it, $(X W_1 + b_1) W_2 + b_2$ could be multiplied out into a single linear classifier.

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
# A layer needs to know nothing of the others. Forward (black), it computes its output. Backward (red), it is handed the gradient of the
# loss with respect to its output, called `dout`, and works out from it the gradients with respect to its own inputs. So every layer is a
# pair of functions:
#
# ```
# out, cache = layer_forward(x, ...)      # cache: whatever the way back will need
# dx, ...    = layer_backward(dout, cache)
# ```
#
# `dx` is short for $\partial L / \partial x$, the change of the *loss* per change of `x`, and has the shape of `x`. Always.
#
# ## Exercise 1: `affine_forward`
#
# Each output is a weighted sum of all the inputs, plus a bias: `out = x w + b`. Examples may have any number of dimensions, for example
# images (N, 32, 32, 3); the layer takes each as one row of $D = 32 \cdot 32 \cdot 3$ numbers. What goes into the cache is your choice. You
# will know when you write the backward function.

# %% nbgrader={"grade": false, "grade_id": "affine_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def affine_forward(x, w, b):
    """Affine (fully connected) layer.

    Arguments
    - x: (N, d1, ..., dk) examples, each used as a row of D = d1 * ... * dk numbers, in NumPy's usual order
    - w: (D, M) weights
    - b: (M,) biases

    Returns (out, cache)
    - out: (N, M); float32 if all arguments are float32
    - cache: whatever affine_backward needs
    """
    ### BEGIN SOLUTION
    rows = x.reshape(x.shape[0], w.shape[0])  # (N, D)
    out = rows.dot(w) + b  # (N, M)
    return out, (x, w)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_affine_forward_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x = np.array([[1.0, 2.0], [3.0, 4.0]])
w = np.array([[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]])
b = np.array([10.0, 20.0, 30.0])
out, cache = parts(affine_forward(x, w, b), "out, cache")
checks.shape(out, (2, 3), "out of affine_forward (N rows, one column per output)")
checks.close(out, [[15.0, 22.0, 29.0], [21.0, 24.0, 27.0]], "out of affine_forward",
             hint="Its first entry is 1 * 1 + 2 * 2 + 10.",
             suspects={"the biases are missing.": [[5.0, 2.0, -1.0], [11.0, 4.0, -3.0]],
                       "the biases are subtracted.": [[-5.0, -18.0, -31.0], [1.0, -16.0, -33.0]]})
checks.passed("affine_forward", "weighted sums plus biases")
### BEGIN HIDDEN TESTS
for seed, (N, D, M) in ((11, (4, 6, 3)), (12, (1, 5, 2)), (13, (3, 3, 3)), (14, (6, 1, 4)), (15, (2, 7, 1))):
    x, w, b, dout = make_layer(seed, N, (D,), M)
    out, cache = parts(affine_forward(x, w, b), "out, cache")
    by_hand = [[sum(x[n, d] * w[d, m] for d in range(D)) + b[m] for m in range(M)] for n in range(N)]
    checks.close(out, by_hand, f"out of affine_forward for N, D, M = {N, D, M}")
### END HIDDEN TESTS

# %% [markdown]
# Now images: here are four examples of shape (2, 3). The layer should see each as a row of six numbers.

# %% nbgrader={"grade": true, "grade_id": "test_affine_forward_dimensions", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, w, b, dout = make_layer(20, 4, (2, 3), 5)
out, cache = parts(affine_forward(x, w, b), "out, cache")
checks.shape(out, (4, 5), "out for x of shape (4, 2, 3) (N rows, whatever the shape of an example)")
checks.close(out[0], sum(value * row for value, row in zip(x[0].ravel(), w)) + b, "the first row of out for x of shape (4, 2, 3)",
             hint="The numbers of one example belong into one row, in the order of x[0].ravel().")
checks.passed("affine_forward", "examples may have any number of dimensions")
### BEGIN HIDDEN TESTS
for seed, N, shape in ((21, 3, (2, 2, 3)), (22, 1, (4, 2)), (23, 6, (2, 3)), (24, 2, (2, 1, 3, 2))):
    x, w, b, dout = make_layer(seed, N, shape, 4)
    by_hand = [sum(value * row for value, row in zip(example.ravel(), w)) + b for example in x]
    out, cache = parts(affine_forward(x, w, b), "out, cache")
    checks.close(out, by_hand, f"out for x of shape {x.shape}")
    out, cache = parts(affine_forward(np.asfortranarray(x), np.asfortranarray(w), b), "out, cache")
    checks.close(out, by_hand, f"out for Fortran-ordered x of shape {x.shape}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_affine_forward_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, w, b, dout = make_layer(30, 4, (2, 3), 5)
x_given, w_given, b_given = x.copy(), w.copy(), b.copy()
out, cache = parts(affine_forward(x_given, w_given, b_given), "out, cache")
checks.unchanged(x_given, x, "x of affine_forward")
checks.unchanged(w_given, w, "w of affine_forward")
checks.unchanged(b_given, b, "b of affine_forward")
out32, cache = parts(affine_forward(x.astype(np.float32), w.astype(np.float32), b.astype(np.float32)), "out, cache")
checks.dtype(out32, np.float32, "out of float32 arguments")
checks.passed("affine_forward", "arguments stay as they are, float32 stays float32")
### BEGIN HIDDEN TESTS
checks.close(out32, out, "out of float32 arguments", rtol=1e-4, atol=1e-5)
pixels = np.random.default_rng(31).integers(256, size=x.shape, dtype=np.uint8)
out, cache = parts(affine_forward(pixels, w, b), "out, cache")
by_hand = [sum(float(value) * row for value, row in zip(example.ravel(), w)) + b for example in pixels]
checks.close(out, by_hand, "out for uint8 pixels")
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 2: `affine_backward`
#
# Take one weight, $w_{dm}$. It touches output $m$ of every example $n$, and there it is multiplied by $x_{nd}$. So it changes the loss
# along N paths, one through each example, and the chain rule adds them up:
#
# $$ \frac{\partial L}{\partial w_{dm}} = \sum_n x_{nd}\;\mathrm{dout}_{nm} . $$
#
# That is a matrix product of two matrices which you have; one of them has to be transposed. Work out $\partial L / \partial x_{nd}$ in the same
# way: which outputs does $x_{nd}$ touch, and what is it multiplied by there? And $b_m$: which outputs does it touch?
#
# A good habit is to look at shapes. `dw` has to be (D, M), and of `x` (N, D) and `dout` (N, M) there is only one product that is (D, M).
# There is no division by N here: the mean is the business of the loss, and is already in `dout`.

# %% nbgrader={"grade": false, "grade_id": "affine_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def affine_backward(dout, cache):
    """The way back through an affine layer.

    Arguments
    - dout: (N, M), the gradient of the loss with respect to out
    - cache: what affine_forward returned

    Returns (dx, dw, db), the gradients of the loss
    - dx: (N, d1, ..., dk), the shape of x
    - dw: (D, M)
    - db: (M,)
    float32 if all arrays are float32.
    """
    ### BEGIN SOLUTION
    x, w = cache
    rows = x.reshape(x.shape[0], w.shape[0])  # (N, D)
    dx = dout.dot(w.T).reshape(x.shape)  # (N, M) (M, D) -> (N, D) -> the shape of x
    dw = rows.T.dot(dout)  # (D, N) (N, M) -> (D, M)
    db = dout.sum(axis=0)  # (M,)
    return dx, dw, db
    ### END SOLUTION


# %% [markdown]
# The checks need a loss. They take the simplest one whose gradient with respect to `out` is `dout`: the sum of `out * dout`. Then the
# numerical gradient of that loss, entry by entry of `x`, has to be your `dx`.

# %% nbgrader={"grade": true, "grade_id": "test_affine_backward_dx", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x, w, b, dout = make_layer(40)
out, cache = parts(affine_forward(x, w, b), "out, cache")
dx, dw, db = parts(affine_backward(dout.copy(), cache), "dx, dw, db")
checks.gradient(lambda v: np.sum(parts(affine_forward(v, w, b), "out, cache")[0] * dout), x, dx, "dx of affine_backward", num_examples=len(x),
                hint="Every output of example n depends on x[n, d].",
                suspects={"dx does not depend on dout: it is only the derivative of the layer itself, not yet multiplied by dout.":
                          lambda: checks.numeric_gradient(lambda v: np.sum(affine_forward(v, w, b)[0]), x)})
checks.passed("affine_backward", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, (N, D, M) in ((41, (3, 6, 2)), (42, (1, 4, 3)), (43, (3, 3, 3)), (44, (5, 2, 1))):
    x, w, b, dout = make_layer(seed, N, (D,), M)
    out, cache = parts(affine_forward(x, w, b), "out, cache")
    dx, dw, db = parts(affine_backward(dout, cache), "dx, dw, db")
    checks.gradient(lambda v: np.einsum("nd,dm,nm->", v, w, dout) + np.einsum("m,nm->", b, dout), x, dx,
                    f"dx of affine_backward for N, D, M = {N, D, M}", num_examples=N)
out, cache = parts(affine_forward(2.0**50 * x, w, b), "out, cache")
checks.analytic(parts(affine_backward(dout, cache), "dx, dw, db")[0], dx, "dx for an x 2**50 times as large, on which dx does not depend")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_affine_backward_dw", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x, w, b, dout = make_layer(50)
out, cache = parts(affine_forward(x, w, b), "out, cache")
dx, dw, db = parts(affine_backward(dout.copy(), cache), "dx, dw, db")
checks.gradient(lambda v: np.sum(parts(affine_forward(x, v, b), "out, cache")[0] * dout), w, dw, "dw of affine_backward", num_examples=len(x),
                hint="A weight is used by every example, so dw is a sum over the examples.",
                suspects={"dw does not depend on dout: it is only the derivative of the layer itself, not yet multiplied by dout.":
                          lambda: checks.numeric_gradient(lambda v: np.sum(affine_forward(x, v, b)[0]), w),
                          "dw is that of the last example only.":
                          lambda: checks.numeric_gradient(lambda v: np.sum(affine_forward(x[-1:], v, b)[0] * dout[-1:]), w)})
checks.passed("affine_backward", "dw agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, (N, D, M) in ((51, (3, 6, 2)), (52, (1, 4, 3)), (53, (3, 3, 3)), (54, (5, 2, 1))):
    x, w, b, dout = make_layer(seed, N, (D,), M)
    out, cache = parts(affine_forward(x, w, b), "out, cache")
    dx, dw, db = parts(affine_backward(dout, cache), "dx, dw, db")
    checks.gradient(lambda v: np.einsum("nd,dm,nm->", x, v, dout) + np.einsum("m,nm->", b, dout), w, dw,
                    f"dw of affine_backward for N, D, M = {N, D, M}", num_examples=N)
out, cache = parts(affine_forward(x, 2.0**50 * w, b), "out, cache")
checks.analytic(parts(affine_backward(dout, cache), "dx, dw, db")[1], dw, "dw for a w 2**50 times as large, on which dw does not depend")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_affine_backward_db", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, w, b, dout = make_layer(60)
out, cache = parts(affine_forward(x, w, b), "out, cache")
dx, dw, db = parts(affine_backward(dout.copy(), cache), "dx, dw, db")
checks.gradient(lambda v: np.sum(parts(affine_forward(x, w, v), "out, cache")[0] * dout), b, db, "db of affine_backward", num_examples=len(x),
                hint="The bias of output m is added in every example.",
                suspects={"db does not depend on dout: it counts the examples.": np.full(3, 4.0),
                          "db is that of the last example only.": dout[-1], "db is that of the first example only.": dout[0]})
checks.passed("affine_backward", "db agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, (N, D, M) in ((61, (3, 6, 2)), (62, (1, 4, 3)), (63, (3, 3, 3)), (64, (5, 2, 1))):
    x, w, b, dout = make_layer(seed, N, (D,), M)
    out, cache = parts(affine_forward(x, w, b), "out, cache")
    dx, dw, db = parts(affine_backward(dout, cache), "dx, dw, db")
    checks.gradient(lambda v: np.einsum("nd,dm,nm->", x, w, dout) + np.einsum("m,nm->", v, dout), b, db,
                    f"db of affine_backward for N, D, M = {N, D, M}", num_examples=N)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_affine_backward_dimensions", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x, w, b, dout = make_layer(70, 3, (2, 4), 5)
out, cache = parts(affine_forward(x, w, b), "out, cache")
dx, dw, db = parts(affine_backward(dout.copy(), cache), "dx, dw, db")
checks.shape(dx, (3, 2, 4), "dx for x of shape (3, 2, 4)", hint="dx has the shape of x, so reshape it in the end.")
checks.shape(dw, (8, 5), "dw for x of shape (3, 2, 4)", hint="dw has the shape of w. Take the rows (N, D) that the forward pass has used.")
checks.gradient(lambda v: np.sum(parts(affine_forward(v, w, b), "out, cache")[0] * dout), x, dx, "dx for x of shape (3, 2, 4)", num_examples=len(x))
checks.gradient(lambda v: np.sum(parts(affine_forward(x, v, b), "out, cache")[0] * dout), w, dw, "dw for x of shape (3, 2, 4)", num_examples=len(x))
checks.passed("affine_backward", "examples may have any number of dimensions")
### BEGIN HIDDEN TESTS
for seed, N, shape in ((71, 2, (2, 2, 3)), (72, 1, (4, 2)), (73, 6, (2, 3))):
    x, w, b, dout = make_layer(seed, N, shape, 4)
    out, cache = parts(affine_forward(np.asfortranarray(x), w, b), "out, cache")
    dx, dw, db = parts(affine_backward(np.asfortranarray(dout), cache), "dx, dw, db")
    checks.gradient(lambda v: np.einsum("nd,dm,nm->", np.array([e.ravel() for e in v]), w, dout), x, dx, f"dx for x of shape {x.shape}")
    checks.gradient(lambda v: np.einsum("nd,dm,nm->", np.array([e.ravel() for e in x]), v, dout), w, dw, f"dw for x of shape {x.shape}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_affine_backward_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, w, b, dout = (array.astype(np.float32) for array in make_layer(80))
out, cache = parts(affine_forward(x, w, b), "out, cache")
dout_given = dout.copy()
first = parts(affine_backward(dout_given, cache), "dx, dw, db")
checks.unchanged(dout_given, dout, "dout of affine_backward")
for gradient, name in zip(first, ("dx", "dw", "db")):
    checks.dtype(gradient, np.float32, f"{name} of float32 arrays")
checks.passed("affine_backward", "dout stays as it is, float32 stays float32")
### BEGIN HIDDEN TESTS
# two layers at once: what one call knows must come from its own cache
x2, w2, b2, dout2 = make_layer(81)
out2, cache2 = parts(affine_forward(x2, w2, b2), "out, cache")
again = parts(affine_backward(dout, cache), "dx, dw, db")
for gradient, before, name in zip(again, first, ("dx", "dw", "db")):
    checks.close(gradient, before, f"{name} of a layer, after the forward pass of another layer", rtol=1e-4,
                 hint="Take what you need from the cache, not from a global variable.")
checks.resembles(first[0], dout @ w.T, "dx of affine_backward", given=(x,))
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 3: `relu_forward`
#
# The bend: what is negative becomes 0, entry by entry. The name is *rectified linear unit*, ReLU for short.

# %% nbgrader={"grade": false, "grade_id": "relu_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def relu_forward(x):
    """max(0, x), entry by entry.

    Argument: x, an array of any shape.

    Returns (out, cache)
    - out: of the shape and dtype of x
    - cache: whatever relu_backward needs
    """
    ### BEGIN SOLUTION
    rectified = np.maximum(x, 0)
    return rectified, x
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_relu_forward_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.array([[-1.0, 2.0, 0.0], [0.5, -3.0, 7.0]])
out, cache = parts(relu_forward(x), "out, cache")
checks.shape(out, (2, 3), "out of relu_forward (the shape of x)")
checks.close(out, [[0.0, 2.0, 0.0], [0.5, 0.0, 7.0]], "out of relu_forward",
             suspects={"negative entries lose their sign; they should become 0.": np.abs(x),
                       "these are ones and zeros; what is positive should be passed on as it is.": (x > 0).astype(float)})
checks.passed("relu_forward", "what is negative becomes 0")
### BEGIN HIDDEN TESTS
for seed, shape in ((91, (7,)), (92, (3, 4)), (93, (2, 3, 4, 5)), (94, (1, 1))):
    x = 10 * np.random.default_rng(seed).normal(size=shape)
    out, cache = parts(relu_forward(x), "out, cache")
    checks.close(out, np.array([value if value > 0 else 0 for value in x.ravel().tolist()]).reshape(shape),
                 f"out of relu_forward for x of shape {shape}")
tiny = np.array([1e-7, -1e-7, 3e3])
out, cache = parts(relu_forward(tiny), "out, cache")
checks.close(out, [1e-7, 0.0, 3e3], "out of relu_forward for very small and large numbers", atol=1e-15, rtol=1e-9)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_relu_forward_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.array([[-1.0, 2.0], [0.5, -3.0]])
x_given = x.copy()
out, cache = parts(relu_forward(x_given), "out, cache")
checks.unchanged(x_given, x, "x of relu_forward")
out, cache = parts(relu_forward(x.astype(np.float32)), "out, cache")
checks.dtype(out, np.float32, "out of relu_forward for float32")
checks.passed("relu_forward", "x stays as it is, float32 stays float32")
### BEGIN HIDDEN TESTS
wide = np.arange(-12.0, 12.0).reshape(4, 6)
out, cache = parts(relu_forward(wide[:, ::2]), "out, cache")
checks.close(out, [[max(0.0, v) for v in row] for row in wide[:, ::2].tolist()], "out of relu_forward for every second column of an array")
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 4: `relu_backward`
#
# Where `x` was positive, ReLU passed it on unchanged, so the gradient passes unchanged too. Where `x` was negative, a small change of `x`
# changes nothing, so nothing comes back. ReLU is a gate that the forward pass has set. At exactly 0 there is a corner with no slope of its
# own; **take 0 there**.

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
    """The way back through ReLU.

    Arguments
    - dout: the gradient of the loss with respect to out, of the shape of x
    - cache: what relu_forward returned

    Returns dx, of the shape of x; 0 where x is exactly 0. float32 if dout and x are.
    """
    ### BEGIN SOLUTION
    passes = cache > 0  # of the shape of x; False at exactly 0
    dx = np.where(passes, dout, 0)
    return dx
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_relu_backward_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.array([[-1.0, 2.0, 5.0], [0.5, -3.0, -7.0]])
dout = np.array([[10.0, 20.0, -30.0], [-40.0, 50.0, -60.0]])
out, cache = parts(relu_forward(x), "out, cache")
dx = relu_backward(dout, cache)
checks.true(dx is not None and not isinstance(dx, tuple), "relu_backward should return one array: `return dx`.")
checks.close(dx, [[0.0, 20.0, -30.0], [-40.0, 0.0, 0.0]], "dx of relu_backward",
             suspects={"the gate is set by the sign of dout; it should be set by x.": [[10.0, 20.0, 0.0], [0.0, 50.0, 0.0]],
                       "the gate stands the wrong way round.": [[10.0, 0.0, 0.0], [0.0, 50.0, -60.0]],
                       "dout passes everywhere; where x was negative, nothing should come back.": dout,
                       "this is the slope of ReLU alone; it has to be multiplied by dout.": [[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]],
                       "dout is multiplied by the output of ReLU; it should be multiplied by its slope.":
                       [[0.0, 40.0, -150.0], [-20.0, 0.0, 0.0]],
                       "dout is multiplied by x; it should be multiplied by the slope of ReLU.":
                       [[-10.0, 40.0, -150.0], [-20.0, -150.0, 420.0]],
                       "where x was negative a little passes; it should be 0 there.": [[0.1, 20.0, -30.0], [-40.0, 0.5, -0.6]]})
checks.passed("relu_backward", "the gradient passes where x was positive")
### BEGIN HIDDEN TESTS
for seed, shape in ((101, (7,)), (102, (3, 4)), (103, (2, 3, 2, 2)), (104, (1, 1))):
    rng = np.random.default_rng(seed)
    x, dout = rng.normal(size=shape), rng.normal(size=shape)
    x += 0.01 * (2 * (x > 0) - 1)  # away from the kink
    out, cache = parts(relu_forward(x), "out, cache")
    checks.gradient(lambda v: sum(max(0.0, a) * d for a, d in zip(v.ravel().tolist(), dout.ravel().tolist())), x,
                    relu_backward(dout, cache), f"dx of relu_backward for x of shape {shape}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_relu_backward_zero", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
out, cache = parts(relu_forward(np.array([0.0, 3.0, -3.0, 0.0])), "out, cache")
checks.close(relu_backward(np.array([1.0, 2.0, 3.0, -4.0]), cache), [0.0, 2.0, 0.0, 0.0], "dx of relu_backward, where x is 0, 3, -3 and 0",
             suspects={"at x = 0 the gradient passes; by our convention it is 0 there.": [1.0, 2.0, 0.0, -4.0],
                       "at x = 0 half of the gradient passes; by our convention it is 0 there.": [0.5, 2.0, 0.0, -2.0]})
checks.passed("relu_backward", "at exactly 0 nothing passes")
### BEGIN HIDDEN TESTS
out, cache = parts(relu_forward(np.zeros((3, 2))), "out, cache")
checks.close(relu_backward(np.full((3, 2), 5.0), cache), np.zeros((3, 2)), "dx of relu_backward, where all of x is 0")
out, cache = parts(relu_forward(np.array([1e-9, -1e-9, -0.0])), "out, cache")
checks.close(relu_backward(np.array([7.0, 7.0, 7.0]), cache), [7.0, 0.0, 0.0], "dx of relu_backward, where x is very small")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_relu_backward_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.array([[-1.0, 2.0, 5.0], [0.5, -3.0, -7.0]], dtype=np.float32)
dout = np.array([[10.0, 20.0, -30.0], [-40.0, 50.0, -60.0]], dtype=np.float32)
out, cache = parts(relu_forward(x), "out, cache")
dout_given = dout.copy()
dx = relu_backward(dout_given, cache)
checks.unchanged(dout_given, dout, "dout of relu_backward")
checks.dtype(dx, np.float32, "dx of relu_backward for float32")
checks.passed("relu_backward", "dout stays as it is, float32 stays float32")
### BEGIN HIDDEN TESTS
other_out, other_cache = parts(relu_forward(-x), "out, cache")
checks.close(relu_backward(dout, cache), dx, "dx of relu_backward, called again after another forward pass",
             hint="Take what you need from the cache, not from a global variable.")
checks.resembles(dx, dout * (x > 0), "dx of relu_backward", given=(x, dout))
### END HIDDEN TESTS

# %% [markdown]
# **Question 1** (3 points). Suppose that for *every* training image the input $a_j$ of hidden unit $j$ is negative. What are, for that
# unit, the gradients of column $j$ of $W_1$, of entry $j$ of $b_1$ and of row $j$ of $W_2$, if there is no regularization? Can the unit
# come back to life by gradient descent? Name one cause that brings a unit into this state during training, and one thing that can be done
# about it.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_dead_units", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# All three are 0. The gate is shut for every image, so no gradient reaches $a_j$: column $j$ of $W_1$ and $b_{1j}$ get 0. And $h_j = 0$ for
# every image, so row $j$ of $W_2$, whose gradient is $\sum_n h_{nj}\,ds_n$, gets 0 as well. Nothing that the unit depends on changes any
# more: it is dead, and gradient descent does not revive it. (Its inputs do not change either, since they are the images themselves.)
#
# Cause: one very large update, from a learning rate that is too high, throws the weights or the bias far to the negative side; also an
# unlucky or too large initialization or strongly negative biases. Remedy: a lower learning rate, better initialization, a ReLU with a small
# slope on the negative side (leaky ReLU).
#
# **Marking**: 1 point for all three gradients being 0, with the reason for at least one; 1 for "cannot come back" with the reason that none
# of its parameters change; 1 for a sensible cause and a sensible remedy. (With regularization the weights shrink, and a unit with a
# positive bias may come back; the question leaves that out.)
# ### END SOLUTION

# %% [markdown]
# ## Exercise 5: `init_two_layer_net`
#
# How should the numbers be before training? Not all zero: then all hidden units compute the same, get the same gradient and stay the same
# for ever. *Random* weights break the symmetry. *Small* ones make all scores nearly 0, so that no class is preferred at the start. The
# biases may start at 0, since the weights already differ.

# %% nbgrader={"grade": false, "grade_id": "init_two_layer_net", "locked": false, "schema_version": 3, "solution": true, "task": false}
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    """The first parameters of a two-layer net.

    Arguments
    - input_dim: numbers per example (D); hidden_dim: hidden units (H); num_classes: classes (C)
    - weight_scale: standard deviation of the weights, which are normally distributed with mean 0
    - rng: np.random.Generator, the only source of chance

    Returns a dict
    - "W1": (D, H) random, "b1": (H,) zeros
    - "W2": (H, C) random, "b2": (C,) zeros
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
params = net_of(init_two_layer_net(7, 5, 3, 0.1, np.random.default_rng(0)))
for name, expected in (("W1", (7, 5)), ("b1", (5,)), ("W2", (5, 3)), ("b2", (3,))):
    checks.shape(params[name], expected, f"params[{name!r}] for D, H, C = 7, 5, 3")
for name in ("W1", "W2"):
    checks.true(np.ptp(params[name]) > 0, f"params[{name!r}] holds one number throughout; weights start with different random numbers.")
checks.passed("init_two_layer_net", "four arrays of the right shapes")
### BEGIN HIDDEN TESTS
for D, H, C in ((4, 9, 2), (1, 2, 6), (3, 3, 3)):
    params = net_of(init_two_layer_net(D, H, C, 0.1, np.random.default_rng(1)))
    for name, expected in (("W1", (D, H)), ("b1", (H,)), ("W2", (H, C)), ("b2", (C,))):
        checks.shape(params[name], expected, f"params[{name!r}] for D, H, C = {D, H, C}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_init_two_layer_net_weights", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
params = net_of(init_two_layer_net(200, 100, 50, 0.01, np.random.default_rng(2)))
for name in ("W1", "W2"):
    W = np.asarray(params[name], dtype=float)
    checks.true(np.any(W), f"{name} is zero everywhere: all hidden units would stay the same for ever.")
    checks.true(abs(W.mean()) < 0.06 * W.std(), f"The mean of {name} is {W.mean():.3g}; it should be near 0, with as many weights below as above.")
    checks.true(abs(W.std() / 0.01 - 1) < 0.05, f"The standard deviation of {name} is {W.std():.4g}; with weight_scale=0.01 it should be about 0.01.")
checks.passed("init_two_layer_net", "weights are spread about 0 with standard deviation weight_scale")
### BEGIN HIDDEN TESTS
for seed, (D, H, C), scale in ((3, (60, 150, 70), 2.0), (4, (300, 40, 200), 1e-3)):
    params = net_of(init_two_layer_net(D, H, C, scale, np.random.default_rng(seed)))
    for name in ("W1", "W2"):
        W = np.asarray(params[name], dtype=float) / scale
        checks.true(min(W.std(axis=0).min(), W.std(axis=1).min()) > 0.4 * W.std(), f"Some rows or columns of {name} are alike.")
        checks.true(abs(W.mean()) < 0.06 * W.std(), f"The mean of {name} is not near 0 for weight_scale={scale:g}.")
        checks.true(abs(W.std() - 1) < 0.05, f"The standard deviation of {name} is {W.std() * scale:.4g} for weight_scale={scale:g}.")
        far = np.mean(np.abs(W) > 2)  # 4.6% of a normal distribution
        checks.true(0.03 < far < 0.06, f"{far:.1%} of {name} are more than two standard deviations from 0; in a normal distribution it is 4.6%.")
        checks.true(np.abs(W.std(axis=0) - 1).max() < 0.5 and np.abs(W.std(axis=1) - 1).max() < 0.5,
                    f"Some rows or columns of {name} are spread wider than others.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_init_two_layer_net_biases", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
params = net_of(init_two_layer_net(7, 5, 3, 0.1, np.random.default_rng(5)))
checks.equal(params["b1"], np.zeros(5), "b1 before training")
checks.equal(params["b2"], np.zeros(3), "b2 before training")
checks.true(np.any(params["W1"]), "All parameters are zero, not the biases alone.")
checks.passed("init_two_layer_net", "biases are zero")
### BEGIN HIDDEN TESTS
params = net_of(init_two_layer_net(3, 12, 8, 5.0, np.random.default_rng(6)))
checks.equal(params["b1"], np.zeros(12), "b1 before training, for weight_scale=5")
checks.equal(params["b2"], np.zeros(8), "b2 before training, for weight_scale=5")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_init_two_layer_net_rng", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
first, same, other = (net_of(init_two_layer_net(6, 6, 6, 0.1, np.random.default_rng(seed))) for seed in (7, 7, 8))
for name in ("W1", "W2"):
    checks.close(same[name], first[name], f"{name} of a second net from a generator with the same seed",
                 hint="Take every random number from rng: rng.normal, not np.random.normal.")
    checks.true(not np.allclose(other[name], first[name]), f"{name} is the same for generators with different seeds: is rng used?")
checks.true(not np.allclose(first["W1"], first["W2"]), "W1 and W2 hold the same numbers. Draw new ones for W2.")
checks.passed("init_two_layer_net", "the weights come from rng, each drawn anew")
### BEGIN HIDDEN TESTS
net = net_of(init_two_layer_net(40, 5, 40, 0.1, np.random.default_rng(9)))
W1, W2 = np.ravel(net["W1"]), np.ravel(net["W2"])
checks.true(not np.any(np.isin(W1, W2)), "W1 and W2 hold the same numbers in another shape. Draw new ones for W2.")
checks.true(len(np.unique(W1)) == 200 and len(np.unique(W2)) == 200, "Some weights occur twice: draw a number for each.")
### END HIDDEN TESTS

# %% [markdown]
# **Question 2** (2 points). A student starts with all four parameters at zero. Which of the four get a gradient that is not zero in the
# first step, and which do in later steps? What does this net learn at most? (Go back through the picture of the net.)

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_zeros", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# Only b2. The hidden layer is max(0, 0) = 0, so dW2 = hᵀ ds = 0. What goes back into the hidden layer is ds W2ᵀ = 0, so dW1 = 0 and db1 = 0
# (and the gate is shut at exactly 0, too). After the step b2 has changed, W1, b1 and W2 are still 0, so it is the same in every later step.
# The scores are b2 for every image: the net learns how frequent the classes are, and nothing about the images.
#
# **Marking**: 1 point for "only b2, in all steps" with a reason for W2 (h = 0) and for W1 (W2 = 0, or the shut gate); 1 for the frequencies
# of the classes (the same scores for every image). "All hidden units stay the same" alone, without seeing that they get no gradient at all:
# 1 point in total.
# ### END SOLUTION

# %% [markdown]
# ## Exercise 6: `two_layer_loss`
#
# Now put the net together. Forward: affine, ReLU, affine; these are the scores, and without labels the function stops there and returns
# them. With labels the softmax loss comes next. You wrote it in the last assignment; here `softmax_loss(scores, y)` of the library returns
# the mean loss and its gradient with respect to the scores, (N, C).
#
# Then the same way back: every backward function takes what the one after it has returned, until all four gradients are there. Last comes
# the regularization, $\lambda \sum W_1^2 + \lambda \sum W_2^2$. It is for the weights, not for the biases; its gradient is added to what
# came back.

# %% nbgrader={"grade": false, "grade_id": "two_layer_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def two_layer_loss(params, X, y=None, reg=0.0):
    """A two-layer net: affine, ReLU, affine, softmax loss.

    Arguments
    - params: dict of W1 (D, H), b1 (H,), W2 (H, C), b2 (C,)
    - X: (N, D) examples, or (N, d1, ..., dk) with D = d1 * ... * dk
    - y: (N,) integer labels, 0 <= y[i] < C; or None
    - reg: strength of the regularization reg * (sum(W1 * W1) + sum(W2 * W2))

    If y is None, returns the scores, (N, C). Else returns (loss, grads)
    - loss: one number, the mean softmax loss plus the regularization
    - grads: dict with the gradient of the loss for each key of params, of its shape
    Scores and gradients are float32 if params and X are.
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


# %% [markdown]
# A net small enough for a pencil: two inputs, two hidden units, three classes.

# %% nbgrader={"grade": true, "grade_id": "test_two_layer_loss_scores", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
params = {"W1": np.array([[1.0, -1.0], [2.0, 1.0]]), "b1": np.array([-1.0, 1.0]),
          "W2": np.array([[1.0, 0.0, 2.0], [1.0, -1.0, 0.0]]), "b2": np.array([0.5, 0.0, -1.0])}
X = np.array([[1.0, 1.0], [-1.0, 0.0]])
scores = two_layer_loss(params, X)
checks.true(scores is not None, "The function returned None. Without y it should return the scores.")
checks.true(not isinstance(scores, (tuple, dict)), "Without y, return the scores alone: no loss, no gradients.")
expected = np.array([[3.5, -1.0, 3.0], [2.5, -2.0, -1.0]])
checks.close(scores, expected, "the scores of two_layer_loss",
             hint="Hidden layer before the ReLU: (2, 1) and (-2, 2).",
             suspects={"the ReLU is missing.": [[3.5, -1.0, 3.0], [0.5, -2.0, -5.0]],
                       "b1 is missing.": [[3.5, 0.0, 5.0], [1.5, -1.0, -1.0]],
                       "b2 is missing.": [[3.0, -1.0, 4.0], [2.0, -2.0, 0.0]],
                       "b1 is added after the ReLU; it belongs to the affine layer before it.": [[3.5, -1.0, 3.0], [1.5, -2.0, -3.0]],
                       "both biases are missing.": [[3.0, 0.0, 6.0], [1.0, -1.0, 0.0]],
                       "there is a ReLU after the second layer; scores may be negative.": [[3.5, 0.0, 3.0], [2.5, 0.0, 0.0]],
                       "these are probabilities; without y the scores themselves are wanted.":
                       np.exp(expected) / np.exp(expected).sum(axis=1, keepdims=True)})
checks.passed("two_layer_loss", "the scores are right")
### BEGIN HIDDEN TESTS
for seed, (N, D, H, C) in ((111, (5, 4, 6, 3)), (112, (1, 3, 2, 7)), (113, (4, 4, 4, 4)), (114, (8, 1, 5, 2))):
    X, y, params = make_net(seed, N, D, H, C)
    hidden = np.array([[max(0.0, v) for v in row] for row in (np.einsum("nd,dh->nh", X, params["W1"]) + params["b1"]).tolist()])
    expected = np.einsum("nh,hc->nc", hidden, params["W2"]) + params["b2"]
    checks.close(two_layer_loss(params, X), expected, f"the scores for N, D, H, C = {N, D, H, C}")
    checks.close(two_layer_loss(params, X, None, 3.0), expected, "the scores for reg=3",
                 hint="The regularization belongs to the loss, not to the scores.")
### END HIDDEN TESTS

# %% [markdown]
# With labels the same net has a loss. Its two examples belong to the classes 2 and 0.

# %% nbgrader={"grade": true, "grade_id": "test_two_layer_loss_value", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
params = {"W1": np.array([[1.0, -1.0], [2.0, 1.0]]), "b1": np.array([-1.0, 1.0]),
          "W2": np.array([[1.0, 0.0, 2.0], [1.0, -1.0, 0.0]]), "b2": np.array([0.5, 0.0, -1.0])}
X, y = np.array([[1.0, 1.0], [-1.0, 0.0]]), np.array([2, 0])
each = np.log([np.exp(0.5) + np.exp(-4.0) + 1, 1 + np.exp(-4.5) + np.exp(-3.5)])  # scores (3.5, -1, 3) and (2.5, -2, -1)
loss, grads = loss_and_grads(two_layer_loss(params, X, y), params)
checks.close(loss, each.mean(), "the loss with reg=0", num_examples=2, hint="The two examples cost 0.981 and 0.040; the loss is their mean.",
             suspects={"with reg=0 there should be no regularization in the loss.": each.mean() + 14.0,
                       "it is divided by the number of classes, too; the mean is over the examples only.": each.mean() / 3})
checks.passed("two_layer_loss", "the loss of a small net is right")
### BEGIN HIDDEN TESTS
for seed, (N, D, H, C) in ((121, (5, 4, 6, 3)), (122, (1, 3, 2, 7)), (123, (4, 4, 4, 4))):
    X, y, params = make_net(seed, N, D, H, C)
    hidden = np.array([[max(0.0, v) for v in row] for row in (np.einsum("nd,dh->nh", X, params["W1"]) + params["b1"]).tolist()])
    expected = np.einsum("nh,hc->nc", hidden, params["W2"]) + params["b2"]
    total = sum(np.log(np.exp(s - s[label]).sum()) for s, label in zip(expected, y))
    loss, grads = loss_and_grads(two_layer_loss(params, X, y), params)
    checks.close(loss, total / N, f"the loss with reg=0, N, D, H, C = {N, D, H, C}", num_examples=N)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_two_layer_loss_reg_loss", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
X, y, params = make_net(130)
without, grads = loss_and_grads(two_layer_loss(params, X, y, 0.0), params)
loss, grads = loss_and_grads(two_layer_loss(params, X, y, 0.5), params)
squares = {name: 0.5 * np.sum(np.square(value)) for name, value in params.items()}
checks.close(loss - without, squares["W1"] + squares["W2"], "what reg=0.5 adds to the loss", num_examples=len(X),
             suspects={"there is no regularization in the loss.": 0.0, "W2 is not regularized.": squares["W1"],
                       "W1 is not regularized.": squares["W2"],
                       "the biases are regularized, too.": sum(squares.values()),
                       "this is the square of the sum; square first, then add up.": 0.5 * (params["W1"].sum() ** 2 + params["W2"].sum() ** 2),
                       "these are absolute values, not squares.": 0.5 * (np.abs(params["W1"]).sum() + np.abs(params["W2"]).sum())})
checks.passed("two_layer_loss", "the regularization is in the loss")
### BEGIN HIDDEN TESTS
for seed, strength, shape in ((131, 2.0, (1, 3, 5, 2)), (132, 0.01, (7, 2, 4, 6))):
    X, y, params = make_net(seed, *shape)
    without, grads = loss_and_grads(two_layer_loss(params, X, y, 0.0), params)
    loss, grads = loss_and_grads(two_layer_loss(params, X, y, strength), params)
    checks.close(loss - without, strength * sum(np.sum(np.square(params[name])) for name in ("W1", "W2")),
                 f"what reg={strength} adds to the loss")
### END HIDDEN TESTS

# %% [markdown]
# Now the gradients, layer by layer from the back. First the second layer.

# %% nbgrader={"grade": true, "grade_id": "test_two_layer_loss_gradient_second", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
X, y, params = make_net(140)
loss, grads = loss_and_grads(two_layer_loss(params, X, y), params)
before_relu = X @ params["W1"] + params["b1"]
for name in ("W2", "b2"):
    def of(v):
        return loss_and_grads(two_layer_loss({**params, name: v}, X, y), params)[0]

    def without_relu():
        scores = np.asarray(two_layer_loss(params, X))
        return checks.numeric_gradient(lambda v: softmax_loss(scores + before_relu @ (v - params["W2"]), y)[0], params["W2"])

    checks.gradient(of, params[name], grads[name], f"grads[{name!r}] with reg=0", num_examples=len(X), params=params[name],
                    labels=y, kinks=True,
                    suspects={"the gradient uses the hidden layer as it is before the ReLU; W2 is multiplied by what comes after it.":
                              without_relu} if name == "W2" else None)
checks.passed("two_layer_loss", "the gradients of W2 and b2 agree with the numeric ones")
### BEGIN HIDDEN TESTS
def net_loss(p):
    """The loss straight from its formula."""
    hidden = np.einsum("nd,dh->nh", X, p["W1"]) + p["b1"]
    scores = np.einsum("nh,hc->nc", hidden * (hidden > 0), p["W2"]) + p["b2"]
    return np.mean(np.log(np.exp(scores - scores[range(len(y)), y][:, None]).sum(axis=1)))


for seed, shape in ((141, (1, 3, 4, 5)), (142, (6, 4, 4, 4)), (143, (8, 2, 3, 2))):
    X, y, params = make_net(seed, *shape)
    loss, grads = loss_and_grads(two_layer_loss(params, X, y), params)
    for name in ("W2", "b2"):
        checks.gradient(lambda v: net_loss({**params, name: v}), params[name], grads[name],
                        f"grads[{name!r}] with reg=0, N, D, H, C = {shape}", num_examples=len(X), labels=y, kinks=True)
scaled = {**params, "W1": 2.0**40 * params["W1"], "b1": 2.0**40 * params["b1"], "W2": params["W2"] / 2.0**40}  # of the same scores
loss, grads_scaled = loss_and_grads(two_layer_loss(scaled, X, y), params)
checks.analytic(np.asarray(grads_scaled["W2"]) / 2.0**40, grads["W2"], "grads['W2'], divided by 2**40, with W2 2**40 times smaller")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_two_layer_loss_gradient_first", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
X, y, params = make_net(150)
loss, grads = loss_and_grads(two_layer_loss(params, X, y), params)
before_relu = X @ params["W1"] + params["b1"]
for name in ("W1", "b1"):
    def of(v):
        return loss_and_grads(two_layer_loss({**params, name: v}, X, y), params)[0]

    def through(gate):
        """What would reach the parameter if this were done at the ReLU on the way back."""
        scores = np.asarray(two_layer_loss(params, X))
        arriving = checks.numeric_gradient(lambda v: softmax_loss(scores + v @ params["W2"], y)[0], np.zeros_like(before_relu))
        leaving = gate(arriving)  # (N, H)
        return checks.numeric_gradient(lambda v: np.sum((X @ v if name == "W1" else v) * leaving), params[name])

    checks.gradient(of, params[name], grads[name], f"grads[{name!r}] with reg=0", num_examples=len(X), params=params[name],
                    kinks=True, hint="On the way back the gradient passes the second layer, the ReLU and the first layer.",
                    suspects={"the ReLU is missing on the way back: where its input was negative, nothing should pass.":
                              lambda: through(lambda arriving: arriving),
                              "the gate of the ReLU is set by the sign of the gradient; it should be set by the input of the ReLU.":
                              lambda: through(lambda arriving: np.where(arriving > 0, arriving, 0)),
                              "the gate of the ReLU stands the wrong way round.":
                              lambda: through(lambda arriving: np.where(before_relu < 0, arriving, 0)),
                              "at the ReLU the gradient is multiplied by the hidden layer; it should only pass or not.":
                              lambda: through(lambda arriving: arriving * before_relu.clip(min=0))})
checks.passed("two_layer_loss", "the gradients of W1 and b1 agree with the numeric ones")
### BEGIN HIDDEN TESTS
def net_loss(p):
    """The loss straight from its formula."""
    hidden = np.einsum("nd,dh->nh", X, p["W1"]) + p["b1"]
    scores = np.einsum("nh,hc->nc", hidden * (hidden > 0), p["W2"]) + p["b2"]
    return np.mean(np.log(np.exp(scores - scores[range(len(y)), y][:, None]).sum(axis=1)))


for seed, shape in ((151, (1, 3, 4, 5)), (152, (6, 4, 4, 4)), (153, (8, 2, 3, 2))):
    X, y, params = make_net(seed, *shape)
    loss, grads = loss_and_grads(two_layer_loss(params, X, y), params)
    for name in ("W1", "b1"):
        checks.gradient(lambda v: net_loss({**params, name: v}), params[name], grads[name],
                        f"grads[{name!r}] with reg=0, N, D, H, C = {shape}", num_examples=len(X), kinks=True)
scaled = {**params, "W1": 2.0**40 * params["W1"], "b1": 2.0**40 * params["b1"], "W2": params["W2"] / 2.0**40}  # of the same scores
loss, grads_scaled = loss_and_grads(two_layer_loss(scaled, X, y), params)
for name in ("W1", "b1"):
    checks.analytic(2.0**40 * np.asarray(grads_scaled[name]), grads[name], f"grads[{name!r}], times 2**40, with {name} 2**40 times as large")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_two_layer_loss_reg_gradient", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
X, y, params = make_net(160)
loss, without = loss_and_grads(two_layer_loss(params, X, y, 0.0), params)
loss, grads = loss_and_grads(two_layer_loss(params, X, y, 0.5), params)
for name in ("W1", "W2"):
    checks.gradient(lambda v: 0.5 * np.square(v).sum(), params[name], np.subtract(grads[name], without[name]),
                    f"what reg=0.5 adds to grads[{name!r}]", num_examples=len(X),
                    suspects={"the gradient of the regularization is missing.": np.zeros_like(params[name]),
                              "the sign of the weights is added, which belongs to a penalty of absolute values.": 0.5 * np.sign(params[name])})
for name in ("b1", "b2"):
    checks.close(grads[name], without[name], f"grads[{name!r}] with reg=0.5, against reg=0",
                 hint="The biases are not regularized: their gradients do not change with reg.",
                 suspects={"the biases are regularized, too.": np.add(without[name], params[name])})
checks.passed("two_layer_loss", "the regularization is in the gradients of W1 and W2, and only there")
### BEGIN HIDDEN TESTS
for seed, strength, shape in ((161, 2.0, (1, 3, 5, 2)), (162, 0.01, (7, 2, 4, 6))):
    X, y, params = make_net(seed, *shape)
    loss, without = loss_and_grads(two_layer_loss(params, X, y, 0.0), params)
    loss, grads = loss_and_grads(two_layer_loss(params, X, y, strength), params)
    for name in ("W1", "W2"):
        checks.gradient(lambda v: strength * np.square(v).sum(), params[name], np.subtract(grads[name], without[name]),
                        f"what reg={strength} adds to grads[{name!r}]")
    for name in ("b1", "b2"):
        checks.close(grads[name], without[name], f"grads[{name!r}] with reg={strength}, against reg=0")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_two_layer_loss_stability", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
X, y, params = make_net(170)
large = {**params, "W2": 1e4 * params["W2"]}
loss, grads = loss_and_grads(two_layer_loss(large, X, y), params)
checks.finite(loss, "the loss at scores of 10,000", hint="Shift the scores before any exponential, or use softmax_loss of the library.")
for name in params:
    checks.finite(grads[name], f"grads[{name!r}] at scores of 10,000")
scores = two_layer_loss(large, X)
checks.shape(scores, (5, 3), "the scores without y")
checks.finite(scores, "the scores without y")
scores = np.asarray(scores)
checks.true(np.any(scores), "All scores are 0.")
expected = np.mean(scores.max(axis=1) - scores[np.arange(5), y])
capped = ("A small number inside the logarithm keeps it finite, but caps the loss. "
          "Take the logarithm of the sum of the shifted exponentials.")
checks.close(loss, expected, "the loss at scores of 10,000", rtol=1e-3, num_examples=len(X), hint=capped if loss < 1000 else None)
checks.passed("two_layer_loss", "scores of 10,000 do no harm")

# %% [markdown]
# The last things to check are those that go unnoticed until they spoil a training run.

# %% nbgrader={"grade": true, "grade_id": "test_two_layer_loss_arguments", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
X, y, params = make_net(180)
given = {name: value.copy() for name, value in params.items()}
X_given, y_given = X.copy(), y.copy()
loss, grads = loss_and_grads(two_layer_loss(given, X_given, y_given, 0.1), params)
checks.unchanged(given, params, "params")
checks.unchanged(X_given, X, "X")
checks.unchanged(y_given, y, "y")
other = {name: value + 1 for name, value in params.items()}
other_loss, other_grads = loss_and_grads(two_layer_loss(other, X, y, 0.1), params)
checks.true(not np.allclose(other_loss, loss), "Another net has the very same loss. Is a net remembered from an earlier call?")
checks.passed("two_layer_loss", "arguments stay as they are, and every net has its own loss")
### BEGIN HIDDEN TESTS
again, again_grads = loss_and_grads(two_layer_loss(params, X, y, 0.1), params)
checks.close(again, loss, "the loss of a net, after that of another net was computed")
checks.close(dict(again_grads), {name: np.asarray(grads[name]) for name in params}, "grads of a net, after those of another net were computed",
             hint="Loss and gradients come from the arguments of this call alone.")
less = {name: value - 1 for name, value in params.items()}
two_layer_loss(less, X)
again, again_grads = loss_and_grads(two_layer_loss(params, X, y, 0.1), params)
checks.close(dict(again_grads), {name: np.asarray(grads[name]) for name in params}, "grads of a net, after another net's scores were computed",
             hint="Loss and gradients come from the arguments of this call alone.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_two_layer_loss_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
X, y, params = make_net(190, 4, 12, 5, 3)
loss, grads = loss_and_grads(two_layer_loss(params, X, y, 0.1), params)
small = {name: value.astype(np.float32) for name, value in params.items()}
loss32, grads32 = loss_and_grads(two_layer_loss(small, X.astype(np.float32), y, 0.1), params)
for name in params:
    checks.dtype(grads32[name], np.float32, f"grads[{name!r}] of float32 arrays")
checks.dtype(two_layer_loss(small, X.astype(np.float32)), np.float32, "the scores of float32 arrays")
pictures = X.reshape(4, 2, 2, 3)
checks.close(two_layer_loss(params, pictures), two_layer_loss(params, X), "the scores for X of shape (4, 2, 2, 3), against (4, 12)")
checks.passed("two_layer_loss", "float32 stays float32, and examples may have any number of dimensions")
### BEGIN HIDDEN TESTS
checks.close(loss32, loss, "the loss of float32 arrays", rtol=1e-4)
checks.close({name: np.asarray(grads32[name]) for name in params}, {name: np.asarray(grads[name]) for name in params},
             "grads of float32 arrays", rtol=1e-3, atol=1e-4)
other_loss, other = loss_and_grads(two_layer_loss(params, pictures, y.astype(np.uint8), 0.1), params)
checks.close(other_loss, loss, "the loss for X of shape (4, 2, 2, 3)")
checks.close(dict(other), {name: np.asarray(grads[name]) for name in params}, "grads for X of shape (4, 2, 2, 3)")
hidden = np.maximum(X @ params["W1"] + params["b1"], 0)
slopes = hidden.T @ softmax_loss(hidden @ params["W2"] + params["b2"], y)[1] + 0.2 * params["W2"]
checks.resembles(grads["W2"], slopes, "grads['W2']", given=(params["W2"],))
### END HIDDEN TESTS

# %% [markdown]
# ## Before training: checks that take a minute and save a night
#
# Training on all the images takes long, and a net with a mistake often learns *something* all the same, only less than it could. So ask
# questions first whose answers are known:
#
# 1. With small weights and no regularization the net guesses. Is the first loss $\log C$, what guessing costs?
# 2. Turn the regularization on. Does the loss rise?
# 3. Take 20 images, no regularization. Can the net learn them by heart, to 100%? If it cannot do that, why should it do better with all of them?
#
# You write the checks once, for any loss function of the form `loss_fn(params, X, y, reg)` and any dict of parameters, so that you can use
# them for every net to come.
#
# ## Exercise 7: `sanity_checks`
#
# The first two checks. The loss is computed twice, with `reg` 0 and with the `reg` that was given. The number of classes is the number of
# scores per example that `loss_fn(params, X)` returns: the labels of a batch need not hold all classes.

# %% nbgrader={"grade": false, "grade_id": "linear_net", "locked": true, "schema_version": 3, "solution": false, "task": false}
def linear_net(params, X, y=None, reg=0.0):
    """A linear classifier as a loss_fn: params W (D, C), b (C,). Scores, or (loss, grads)."""
    linear = X @ params["W"] + params["b"]
    if y is None:
        return linear
    value, slope = softmax_loss(linear, y)
    return (value + reg * np.sum(params["W"] ** 2),
            {"W": X.T @ slope + 2 * reg * params["W"], "b": slope.sum(axis=0)})


# %% nbgrader={"grade": false, "grade_id": "sanity_checks", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    """The first two checks of a loss function, at parameters that are small and random.

    Arguments
    - loss_fn: function (params, X) -> scores (N, C); (params, X, y, reg) -> (loss, grads)
    - params: dict of arrays, what loss_fn takes
    - X, y: examples and their labels
    - reg: the strength of the regularization for the second check, above 0

    Returns a dict
    - "chance": log C, the loss of guessing among C classes
    - "initial": the loss without regularization
    - "regularized": the loss with strength reg
    - "starts_at_chance": True if "initial" differs from "chance" by no more than 5% of "chance", else False
    - "rises_with_reg": True if "regularized" is larger than "initial", else False
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
rng = np.random.default_rng(200)
X, y = rng.normal(size=(12, 6)), rng.integers(3, size=12)  # of four classes, the last has no example
params = {"W": 0.02 * rng.normal(size=(6, 4)), "b": np.zeros(4)}
result = sanity_checks(linear_net, params, X, y, 50.0)
checks.true(isinstance(result, dict), "sanity_checks should return a dict.")
checks.equal(dict.fromkeys(result), dict.fromkeys(["chance", "initial", "regularized", "starts_at_chance", "rises_with_reg"]), "the result")
checks.close(result["chance"], np.log(4), "result['chance'] for four classes", hint="The natural logarithm of the number of classes.",
             suspects={"the classes are counted in y, which need not hold all; count the scores of an example.": np.log(3)})
initial = linear_net(params, X, y, 0.0)[0]
regularized = linear_net(params, X, y, 50.0)[0]
checks.close(result["initial"], initial, "result['initial'], the loss with reg=0",
             suspects={"this is the loss with regularization.": regularized})
checks.close(result["regularized"], regularized, "result['regularized'], the loss with reg=50",
             suspects={"this is the loss without regularization.": initial,
                       "this is the loss with reg=0.1, but another reg was given.": lambda: linear_net(params, X, y, 0.1)[0]})
checks.passed("sanity_checks", "the losses are right")
### BEGIN HIDDEN TESTS
for seed, num_classes in ((201, 10), (202, 3), (203, 7)):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(6, 5)), rng.integers(2, size=6)  # classes 0 and 1 only
    params = {"W": rng.normal(size=(5, num_classes)), "b": rng.normal(size=num_classes)}
    before = {name: value.copy() for name, value in params.items()}
    result = sanity_checks(linear_net, params, X, y, 0.3)
    checks.close(result["chance"], np.log(num_classes), f"result['chance'] for {num_classes} classes, of which two have examples",
                 hint="The number of classes is the number of scores.")
    checks.close(result["initial"], linear_net(params, X, y, 0.0)[0], "result['initial'] for large weights")
    checks.close(result["regularized"], linear_net(params, X, y, 0.3)[0], "result['regularized'] for large weights")
    checks.unchanged(params, before, "params of sanity_checks")


def net_with_gain(params, X, y=None, reg=0.0):
    return linear_net({"W": params["gain"][:, None] * params["W"], "b": params["b"]}, X, y, reg)


params = {"b": np.zeros(4), "W": 0.1 * np.random.default_rng(204).normal(size=(5, 4)), "gain": np.full(5, 2.0)}
result = sanity_checks(net_with_gain, params, X, y, 0.3)
checks.close(result["chance"], np.log(4), "result['chance'] for four classes, where the last of params has five numbers",
             hint="The number of classes is the number of scores.")
### END HIDDEN TESTS

# %% [markdown]
# A check that always says yes is worth nothing. These loss functions have a mistake each, and yours should say which of the two checks
# fails.

# %% nbgrader={"grade": true, "grade_id": "test_sanity_checks_verdicts", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
def sum_instead_of_mean(params, X, y=None, reg=0.0):
    result = linear_net(params, X, y, reg)
    return result if y is None else (result[0] * len(X), result[1])


def mean_over_classes_too(params, X, y=None, reg=0.0):
    result = linear_net(params, X, y, reg)
    return result if y is None else (result[0] / 4, result[1])


def reg_is_ignored(params, X, y=None, reg=0.0):
    return linear_net(params, X, y, 0.0)


def reg_is_subtracted(params, X, y=None, reg=0.0):
    return linear_net(params, X, y, -reg)


rng = np.random.default_rng(210)
X, y = rng.normal(size=(12, 6)), rng.integers(4, size=12)
params = {"W": 1e-3 * rng.normal(size=(6, 4)), "b": np.zeros(4)}
for loss_fn, starts, rises in ((linear_net, True, True), (sum_instead_of_mean, False, True), (mean_over_classes_too, False, True),
                               (reg_is_ignored, True, False), (reg_is_subtracted, True, False)):
    result = sanity_checks(loss_fn, params, X, y, 0.1)
    checks.true(isinstance(result, dict), "sanity_checks should return a dict.")
    name = {linear_net: "a correct loss", sum_instead_of_mean: "a loss that is a sum", reg_is_ignored: "a loss that ignores reg",
            mean_over_classes_too: "a loss divided by the number of classes", reg_is_subtracted: "a loss that falls with reg"}[loss_fn]
    checks.true(verdict(result, "starts_at_chance") == starts, f"result['starts_at_chance'] should be {starts} for {name}, whose first loss "
                f"is {loss_fn(params, X, y, 0.0)[0]:.3f} where guessing costs {np.log(4):.3f}.")
    checks.true(verdict(result, "rises_with_reg") == rises, f"result['rises_with_reg'] should be {rises} for {name}.")
checks.passed("sanity_checks", "right losses pass, wrong losses do not")
### BEGIN HIDDEN TESTS
def made(initial, slope):
    def loss_fn(params, X, y=None, reg=0.0):
        return np.zeros((len(X), 10)) if y is None else (initial + slope * reg, {"W": np.zeros((6, 10))})

    return loss_fn


chance = np.log(10)
slopes = ((2.0, True), (0.01, True), (0.0, False), (-1.0, False))
for k, (factor, starts) in enumerate(((0.1, False), (0.5, False), (0.94, False), (0.952, True), (1.0, True), (1.04, True), (1.051, False),
                                      (3.0, False))):
    for slope, rises in slopes[k % 2::2]:
        result = sanity_checks(made(factor * chance, slope), {"W": np.zeros((6, 10))}, X, y, 0.1)
        checks.true(verdict(result, "starts_at_chance") == starts, f"result['starts_at_chance'] should be {starts} for a first loss of "
                    f"{factor} times that of guessing.")
        checks.true(verdict(result, "rises_with_reg") == rises, f"result['rises_with_reg'] should be {rises} where reg=0.1 changes the loss "
                    f"by {0.1 * slope:g}.")
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
# ## Exercise 8: `overfit_small_data`
#
# The third check. Take the first 20 examples, switch the regularization off, and do plain gradient descent, each step with all 20:
#
# $$ p \leftarrow p - \mathrm{learning\ rate} \cdot \frac{\partial L}{\partial p} \qquad \text{for every parameter } p. $$
#
# The parameters that you were given must not change: whoever calls the check wants to train with them afterwards.

# %% nbgrader={"grade": false, "grade_id": "overfit_small_data", "locked": false, "schema_version": 3, "solution": true, "task": false}
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    """Gradient descent on the first few examples, without regularization.

    Arguments
    - loss_fn: function (params, X) -> scores (N, C); (params, X, y, reg) -> (loss, grads), grads with the keys of params
    - params: dict of arrays, where to start; neither the dict nor the arrays are changed
    - X, y: examples and their labels; only the first num_examples are used
    - learning_rate: of plain gradient descent; num_steps: how many steps, each with all num_examples

    Returns (trained, losses, accuracy)
    - trained: dict like params, after the last step
    - losses: num_steps numbers, the loss before each step
    - accuracy: between 0 and 1, that of trained on the num_examples examples
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


# %% [markdown]
# First the steps themselves, with a loss whose gradient descent can be done in the head: $L = \sum p^2$ has the gradient $2p$, so a step
# with learning rate 0.1 takes every parameter to 80% of what it was.

# %% nbgrader={"grade": true, "grade_id": "test_overfit_small_data_steps", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
def bowl(params, X, y=None, reg=0.0):
    """The sum of all squares, whatever the examples are."""
    if y is None:
        return np.zeros((len(X), 3))
    return sum(np.sum(p * p) for p in params.values()), {name: 2 * p for name, p in params.items()}


X, y = np.zeros((25, 2)), np.arange(25) % 3
params = {"u": np.array([[1.0, -2.0]]), "v": np.array([3.0, 0.5, -1.0])}
start = {name: p.copy() for name, p in params.items()}
trained, losses, accuracy = parts(overfit_small_data(bowl, start, X, y, 0.1, 3), "trained, losses, accuracy")
checks.true(isinstance(trained, dict), "trained should be a dict like params.")
checks.equal(dict.fromkeys(trained), dict.fromkeys(["u", "v"]), "trained")
for name in params:
    checks.close(trained[name], 0.512 * params[name], f"trained[{name!r}] after 3 steps with L = sum of p * p",
                 hint="Three steps: 0.8 * 0.8 * 0.8 = 0.512 times what it was.",
                 suspects={"the parameter did not move.": params[name], "it moved uphill: subtract the gradient.": 1.2**3 * params[name],
                           "these are two steps.": 0.64 * params[name], "these are four steps.": 0.4096 * params[name]})
checks.shape(losses, (3,), "losses (one for each step)")
checks.close(losses, [15.25, 15.25 * 0.64, 15.25 * 0.4096], "losses", hint="The loss before each step, so that the first is that of params.",
             suspects={"these are the losses after each step.": [15.25 * 0.64, 15.25 * 0.4096, 15.25 * 0.262144]})
checks.passed("overfit_small_data", "gradient descent step by step")
### BEGIN HIDDEN TESTS
for seed, rate, steps in ((220, 0.25, 1), (221, 0.01, 40), (222, -0.05, 5)):
    rng = np.random.default_rng(seed)
    params = {"a": rng.normal(size=(3, 2)), "b": rng.normal(size=4), "c": rng.normal(size=(1, 1, 2))}
    start = {name: p.copy() for name, p in params.items()}
    trained, losses, accuracy = parts(overfit_small_data(bowl, start, X, y, rate, steps), "trained, losses, accuracy")
    for name in params:
        checks.close(trained[name], (1 - 2 * rate) ** steps * params[name], f"trained[{name!r}] after {steps} steps")
    size = sum(np.sum(p * p) for p in params.values())
    checks.close(losses, [size * (1 - 2 * rate) ** (2 * k) for k in range(steps)], f"losses of {steps} steps")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_overfit_small_data_few", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
seen = []


def recording_net(params, X, y=None, reg=0.0):
    seen.append((np.array(X), None if y is None else np.array(y), float(reg)))
    return linear_net(params, X, y, reg)


rng = np.random.default_rng(230)
X, y = rng.normal(size=(50, 4)), rng.integers(3, size=50)
params = {"W": rng.normal(size=(4, 3)), "b": np.zeros(3)}
overfit_small_data(recording_net, params, X, y, 0.1, 4)
checks.true(len(seen) >= 4, f"In 4 steps loss_fn was called only {len(seen)} times.")
for X_used, y_used, reg in seen:
    checks.shape(X_used, (20, 4), "the X given to loss_fn (20 examples, in every step)")
    checks.close(X_used, X[:20], "the X given to loss_fn", hint="The first 20 examples, in every step.")
    if y_used is not None:
        checks.equal(y_used, y[:20], "the y given to loss_fn")
        checks.true(reg == 0, f"loss_fn was called with reg={reg:g}; to learn by heart there should be no regularization.")
checks.passed("overfit_small_data", "only the first 20 examples, without regularization")
### BEGIN HIDDEN TESTS
for few in (5, 50):
    seen.clear()
    overfit_small_data(recording_net, params, X, y, 0.1, 2, few)
    checks.true(len(seen) >= 2, "In 2 steps loss_fn was called less than twice.")
    for X_used, y_used, reg in seen:
        checks.shape(X_used, (few, 4), f"the X given to loss_fn with num_examples={few}")
        checks.close(X_used, X[:few], f"the X given to loss_fn with num_examples={few}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_overfit_small_data_accuracy", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(240)
X, y = rng.normal(size=(60, 30)), rng.integers(4, size=60)
params = {"W": 1e-3 * rng.normal(size=(30, 4)), "b": np.zeros(4)}
trained, losses, accuracy = parts(overfit_small_data(linear_net, params, X, y, 0.5, 60), "trained, losses, accuracy")
checks.shape(losses, (60,), "losses (one for each step)")
checks.true(losses[-1] < 0.2 * losses[0], f"The loss went from {losses[0]:.3f} to {losses[-1]:.3f}; 60 steps should bring it below a fifth.")
checks.close(accuracy, 1.0, "the accuracy on 20 examples that can be learnt by heart",
             hint="Accuracy is the fraction of examples whose predicted label is right.",
             suspects={"this is in percent.": 100.0, "this is the number of right answers.": 20.0,
                       "this is the accuracy on all the examples.": lambda: np.mean(linear_net(trained, X).argmax(axis=1) == y)})
checks.passed("overfit_small_data", "20 examples are learnt to 100%")
### BEGIN HIDDEN TESTS
for seed, steps, few in ((241, 1, 20), (242, 3, 40), (243, 5, 7), (244, 2, 60)):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(60, 3)), rng.integers(4, size=60)
    params = {"W": rng.normal(size=(3, 4)), "b": rng.normal(size=4)}
    start = {name: p.copy() for name, p in params.items()}
    trained, losses, accuracy = parts(overfit_small_data(linear_net, start, X, y, 1.0, steps, few), "trained, losses, accuracy")
    p = params
    for _ in range(steps):
        slope = linear_net(p, X[:few], y[:few])[1]
        p = {name: p[name] - slope[name] for name in p}
    checks.close(accuracy, np.mean(linear_net(p, X[:few]).argmax(axis=1) == y[:few]), f"the accuracy after {steps} steps with {few} examples",
                 hint="The accuracy of the trained parameters, after the last step.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_overfit_small_data_keeps_params", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(250)
X, y = rng.normal(size=(30, 4)), rng.integers(3, size=30)
params = {"W": rng.normal(size=(4, 3)), "b": np.zeros(3)}
before = {name: value.copy() for name, value in params.items()}
trained, losses, accuracy = parts(overfit_small_data(linear_net, params, X, y, 0.1, 5), "trained, losses, accuracy")
checks.unchanged(params, before, "params of overfit_small_data")
checks.true(isinstance(trained, dict) and "W" in trained, "trained should be a dict like params.")
checks.true(not np.allclose(trained["W"], before["W"]), "trained['W'] is what it was before: nothing was learnt.")
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
# Learnt by heart, and useless for other images. That is as it should be: this is a test of the code, not of the net.
#
# ## Training
#
# For the real training the library has a `Solver`: it shuffles, takes minibatches, calls the loss, updates, and writes everything down.
# What it needs is an object with `params` and `loss`, and an update rule. Ours is plain gradient descent, and on the way it notes how large
# each update is compared with the weights that it changes.

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
# Three runs that differ in the learning rate only. Which one do you expect to win?

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
# Too small a learning rate: the loss falls hardly at all, and what little it falls, it falls in a straight line. Too large: every step
# overshoots, the loss leaves the picture and ends at infinity, because the next gradient is larger still. In between it falls fast at first
# and flattens late.
#
# Accuracy tells only afterwards. A number that tells early is the size of the updates compared with the weights: **about a thousandth** is
# healthy. A factor of five more or less is no reason to worry; a factor of a hundred is.

# %% nbgrader={"grade": false, "grade_id": "demo_ratios", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
vis.update_ratios({name: net.ratios["W1"] for name, (net, solver) in runs.items()});

# %% [markdown]
# ## Exercise 9: `coarse_to_fine_search`
#
# Learning rate and regularization again, and again at random on logarithmic scales. But a trial takes longer now. So search in two stages.
#
# - **Coarse**: many pairs from the wide ranges, each trained for an epoch only. That is too short to find the best net, and enough to see
#   which region is hopeless.
# - **Fine**: a few pairs near the best coarse one, trained longer. For each of the two hyperparameters the fine range is *one decade wide
#   with the best coarse value in its middle*, on the logarithmic scale of course: from `best / sqrt(10)` to `best * sqrt(10)`. If the
#   best value lies at the border of the coarse range, the fine range reaches beyond it, and it should: the best may well be outside.
#
# Accuracies of the two stages cannot be compared, since the nets have been trained for different times. The winner is the best of the
# *fine* trials.

# %% nbgrader={"grade": false, "grade_id": "coarse_to_fine_search", "locked": false, "schema_version": 3, "solution": true, "task": false}
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    """Random search for learning rate and regularization strength, first coarse, then fine.

    Every trial draws a learning rate and a strength, independently, both uniformly on a logarithmic scale: in the coarse
    stage within the two ranges, in the fine stage within one decade around the best coarse pair (see above).

    Arguments
    - train: function (learning_rate, reg, num_epochs) -> validation accuracy of the net trained so, between 0 and 1
    - learning_rate_range, reg_range: (low, high) of the coarse stage, both above 0
    - num_trials: (number of coarse trials, number of fine trials)
    - num_epochs: (epochs of a coarse trial, epochs of a fine trial)
    - rng: np.random.Generator, the only source of chance

    Returns (best, results)
    - best: (learning_rate, reg) of the fine trial with the highest validation accuracy
    - results: a list with one pair (settings, accuracy) for every trial, in the order of the trials, coarse ones first;
      settings is a dict of "learning_rate", "reg" and "num_epochs"
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
# The checks hand over a `train` that does not train. It notes what it is asked for, and returns an accuracy that is highest at a learning
# rate of 0.01 and a strength of 0.001.

# %% nbgrader={"grade": true, "grade_id": "test_coarse_to_fine_search_coarse", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
tried = []


def hill(learning_rate, reg, num_epochs):
    tried.append((float(learning_rate), float(reg), int(num_epochs)))
    return 0.6 - 0.05 * abs(np.log10(learning_rate) + 2) - 0.02 * abs(np.log10(reg) + 3)


coarse_to_fine_search(hill, (1e-5, 1e-1), (1e-6, 1e2), (60, 5), (1, 4), np.random.default_rng(300))
checks.true(len(tried) == 65, f"With num_trials=(60, 5), train should be called 65 times, but it was called {len(tried)} times.")
checks.equal([epochs for _, _, epochs in tried], [1] * 60 + [4] * 5, "the epochs of the trials",
             hint="60 coarse trials of 1 epoch, then 5 fine ones of 4.")
for name, values, low, high in (("learning rate", [t[0] for t in tried[:60]], 1e-5, 1e-1), ("reg", [t[1] for t in tried[:60]], 1e-6, 1e2)):
    values = np.array(values)
    middle = (low * high) ** 0.5
    share = np.mean(values < middle)
    checks.true(len(np.unique(values)) > 1, f"All coarse trials have the same {name}. Draw a new one for every trial.")
    checks.true(values.min() >= low * (1 - 1e-9) and values.max() <= high * (1 + 1e-9),
                f"Every coarse {name} should lie between {low:g} and {high:g}, but they go from {values.min():.3g} to {values.max():.3g}.")
    checks.true(0.17 < share < 0.83, f"On a logarithmic scale {middle:.2g} is the middle between {low:g} and {high:g}, so about half of the coarse "
                f"draws of {name} should be below it, but {share:.0%} are. Draw the exponent uniformly.")
    checks.true(len(np.unique(values)) > 50, f"Draw a new {name} for every trial.")
checks.passed("coarse_to_fine_search", "coarse draws are uniform on a logarithmic scale")
### BEGIN HIDDEN TESTS
def place(trials, *ranges):
    """Where draws stand on the logarithmic scale between the ends of their ranges: 0..1 if all is well."""
    low, high = np.log(ranges).T
    return (np.log([trial[:2] for trial in trials]) - low) / (high - low)


wide = place(tried[:60], (1e-5, 1e-1), (1e-6, 1e2))  # (60, 2)
tried.clear()
coarse_to_fine_search(hill, (3e-5, 2e-3), (6.0, 7e2), (100, 1), (2, 3), np.random.default_rng(301))
checks.true(len(tried) == 101, "With num_trials=(100, 1), train should be called 101 times.")
narrow = place(tried[:100], (3e-5, 2e-3), (6.0, 7e2))
for first, second in zip(wide.T, narrow.T):
    both = np.concatenate([first, second])
    checks.true(both.min() >= -1e-9 and both.max() <= 1 + 1e-9, "Coarse draws lie outside of the range.")
    checks.true(second.min() < 0.145 and second.max() > 0.855 and both.min() < 0.095 and both.max() > 0.905,
                "Coarse draws do not reach the ends of the range.")
    # a chi-square test of the quarters of the range; right draws fail it about once in a million searches
    uneven = sum(np.square(np.histogram(places, 4, (0, 1))[0] - fill).sum() / fill for places, fill in ((first, 15), (second, 25)))
    checks.true(uneven < 40, "Coarse draws are not uniform on the logarithmic scale.")
checks.true(abs(np.corrcoef(narrow, rowvar=False)[0, 1]) < 0.5, "Learning rate and reg rise and fall together. Draw a number for each.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_coarse_to_fine_search_fine", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
tried = []


def hill(learning_rate, reg, num_epochs):
    tried.append((float(learning_rate), float(reg), 0.6 - 0.05 * abs(np.log10(learning_rate) + 2) - 0.02 * abs(np.log10(reg) + 3)))
    return tried[-1][2]


coarse_to_fine_search(hill, (1e-5, 1e-1), (1e-6, 1e2), (10, 80), (1, 4), np.random.default_rng(310))
checks.true(len(tried) == 90, f"With num_trials=(10, 80), train should be called 90 times, but it was called {len(tried)} times.")
best_coarse = max(tried[:10], key=lambda trial: trial[2])
for column, name in ((0, "learning rate"), (1, "reg")):
    decades = np.log10([trial[column] for trial in tried[10:]]) - np.log10(best_coarse[column])
    center, share = best_coarse[column], np.mean(decades < 0)
    drawn = f"they go from {center * 10 ** decades.min():.3g} to {center * 10 ** decades.max():.3g}"
    checks.true(np.abs(decades).max() < 0.5 + 1e-9, f"The best coarse {name} is {center:.3g}, so the fine ones should lie between "
                f"{center / 10**0.5:.3g} and {center * 10**0.5:.3g}, but {drawn}.")
    checks.true(decades.min() < -0.35 and decades.max() > 0.35, f"The fine draws of {name} do not fill the decade around the best coarse "
                f"one, {center:.3g}: {drawn}.")
    checks.true(0.3 < share < 0.7, f"About half of the fine draws of {name} should be below the best coarse one, but {share:.0%} are. "
                "The fine stage draws exponents, too.")
checks.passed("coarse_to_fine_search", "fine draws lie within a decade around the best coarse pair")
### BEGIN HIDDEN TESTS
def rising(learning_rate, reg, num_epochs):
    tried.append((float(learning_rate), float(reg), 0.5 + 0.03 * np.log10(learning_rate) - 0.03 * np.log10(reg)))
    return tried[-1][2]


tried.clear()
coarse_to_fine_search(rising, (1e-5, 1e-3), (1e-3, 1e1), (40, 150), (1, 2), np.random.default_rng(311))
checks.true(len(tried) == 190, "With num_trials=(40, 150), train should be called 190 times.")
best_coarse = max(tried[:40], key=lambda trial: trial[2])
fine = np.log10(np.array(tried)[40:, :2]) - np.log10(best_coarse[:2])  # (150, 2), in decades
checks.true(np.abs(fine).max() < 0.5 + 1e-9, "Fine draws lie outside the decade around the best coarse pair.")
checks.true(fine.max(axis=0).min() > 0.4 and fine.min(axis=0).max() < -0.4,
            "Fine draws stop at the border of the coarse range; they should reach beyond it.")
for column in (0, 1):
    checks.true(np.abs(np.histogram(fine[:, column], 3, (-0.5, 0.5))[0] - 50).max() < 25, "Fine draws are not uniform on the logarithmic scale.")
checks.true(abs(np.corrcoef(fine[:, 0], fine[:, 1])[0, 1]) < 0.4, "In the fine stage learning rate and reg are not drawn independently.")
### END HIDDEN TESTS

# %% [markdown]
# A `train` whose accuracies are made up: among the coarse trials are some that are better than anything that comes after.

# %% nbgrader={"grade": true, "grade_id": "test_coarse_to_fine_search_best", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
tried, made_up = [], [0.3, 0.9, 0.2, 0.4, 0.5, 0.7, 0.6, 0.1]


def drawn_by_lot(learning_rate, reg, num_epochs):
    tried.append((float(learning_rate), float(reg)))
    return made_up[(len(tried) - 1) % 8]


best, results = parts(coarse_to_fine_search(drawn_by_lot, (1e-4, 1e-1), (1e-5, 1e-1), (3, 5), (1, 3), np.random.default_rng(320)), "best, results")
checks.true(len(tried) == 8, f"With num_trials=(3, 5), train should be called 8 times, but it was called {len(tried)} times.")
checks.shape(best, (2,), "best (the two numbers learning_rate, reg)", hint="Return a pair and a list: `return (learning_rate, reg), results`.")
checks.close(best, tried[5], "best", rtol=1e-9, atol=0, hint="The winner is chosen among the fine trials: here it is the sixth of all, with 0.7.",
             suspects={"this is the best coarse pair; choose among the fine trials.": lambda: tried[1], "this is the last trial.": lambda: tried[7],
                       "this is the first fine trial.": lambda: tried[3]})
checks.passed("coarse_to_fine_search", "the best of the fine trials wins")
### BEGIN HIDDEN TESTS
for order in ([0.2, 0.1, 0.3, 0.25, 0.1, 0.2, 0.22, 0.9], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.01, 0.0], [0.5, 0.9, 0.4, 0.95, 0.2, 0.3, 0.1, 0.2]):
    tried.clear()
    made_up[:] = order
    result = coarse_to_fine_search(drawn_by_lot, (1e-4, 1e-1), (1e-5, 1e-1), (3, 5), (1, 3), np.random.default_rng(321))
    best, results = parts(result, "best, results")
    checks.close(best, tried[3 + int(np.argmax(order[3:]))], "best of five fine trials", rtol=1e-9, atol=0)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_coarse_to_fine_search_results", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
asked = []


def noting(learning_rate, reg, num_epochs):
    asked.append(({"learning_rate": float(learning_rate), "reg": float(reg), "num_epochs": int(num_epochs)}, 0.12 + 0.05 * (len(asked) * 5 % 7)))
    return asked[-1][1]


best, results = parts(coarse_to_fine_search(noting, (1e-4, 1e-1), (1e-5, 1e-1), (4, 3), (1, 5), np.random.default_rng(330)), "best, results")
checks.true(isinstance(results, (list, tuple)), "results should be a list.")
checks.true(len(asked) == 7, f"train was called {len(asked)} times; there are 7 trials, 4 coarse and 3 fine ones.")
checks.true(len(results) == 7, f"results should have an entry for each of the 7 trials, but has {len(results)}.")
for k, (entry, (settings, accuracy)) in enumerate(zip(results, asked)):
    checks.true(isinstance(entry, (list, tuple)) and len(entry) == 2 and isinstance(entry[0], dict),
                f"results[{k}] should be a pair (settings, accuracy), with a dict first.")
    checks.close(entry[0], settings, f"the settings in results[{k}]", rtol=1e-9, atol=0, hint="One entry for every trial, in their order.")
    checks.close(entry[1], accuracy, f"the accuracy in results[{k}]", hint="What train returned for these settings.")
checks.passed("coarse_to_fine_search", "the record of all trials is right")
### BEGIN HIDDEN TESTS
asked.clear()
best, results = parts(coarse_to_fine_search(noting, (1e-2, 1.0), (1.0, 2.0), (1, 2), (3, 3), np.random.default_rng(331)), "best, results")
checks.true(len(results) == len(asked) == 3, "results should have an entry for each of 3 trials.")
for k, (entry, (settings, accuracy)) in enumerate(zip(results, asked)):
    checks.close(dict(entry[0]), settings, f"the settings in results[{k}], of 1 coarse and 2 fine trials", rtol=1e-9, atol=0)
    checks.close(entry[1], accuracy, f"the accuracy in results[{k}], of 1 coarse and 2 fine trials")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_coarse_to_fine_search_rng", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
tried = []


def flat(learning_rate, reg, num_epochs):
    tried.append((float(learning_rate), float(reg)))
    return 0.5 - 0.01 * abs(np.log10(learning_rate) + 2)


for seed in (1, 1, 2):
    coarse_to_fine_search(flat, (1e-4, 1e-1), (1e-5, 1e-1), (4, 3), (1, 3), np.random.default_rng(seed))
checks.true(len(tried) == 21, f"Three searches of 7 trials should call train 21 times, but it was called {len(tried)} times.")
checks.close(np.log(tried[7:14]), np.log(tried[:7]), "the logarithms of the pairs of a second search with the same seed",
             hint="Take every random number from rng: rng.uniform, not np.random.uniform.")
checks.true(not np.allclose(np.log(tried[14:]), np.log(tried[:7])), "Searches with different seeds try the same pairs: rng is not used.")
checks.passed("coarse_to_fine_search", "a search can be repeated with the same seed")

# %% [markdown]
# The real search, with the first 5,000 images. The ranges are wide on purpose. Look where the good pairs lie, and where the fine stage
# went.

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
# ## The net
#
# One net with all the training images. The learning rate and the strength below come from a handful of trials by hand, judged by their
# validation accuracy; put in your own if they are better. Then the test set, once.

# %% nbgrader={"grade": false, "grade_id": "demo_final", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fresh = new_net(300, 0.015, seed=1)
net, solver = fit(len(X_train), 0.025, 4e-3, num_epochs=9, hidden_dim=300, lr_decay=0.75, progress=True)
print(f"validation accuracy {solver.best_val_acc:.1%}, test accuracy {solver.check_accuracy(X_test, y_test):.1%}")
vis.training_curves(solver);

# %% [markdown]
# What does a hidden unit look for? Each column of $W_1$ has a number for every pixel, so it can be shown as an image. Blobs and edges of
# one colour against another are good signs. The noise on top is what is left of the random start: more training and stronger regularization
# wear it off.

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
# And the mistakes, sorted by what the net took the image for.

# %% nbgrader={"grade": false, "grade_id": "demo_mistakes", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
vis.misclassified_images(images.X_val, y_val, net.loss(X_val).argmax(axis=1), images.class_names);

# %% [markdown]
# **Question 3** (2 points). Two runs of the same net. In run A training accuracy is 95% and validation accuracy 50% at the end. In run B
# they are 34% and 33%, and both are still rising slowly; the updates are $10^{-5}$ of the weights. Say for each what is wrong, and name two
# things that you would change, with the direction.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_diagnosis", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# A overfits: it has learnt the training images by heart. Stronger regularization, a smaller hidden layer, more (or augmented) training
# images, or stopping earlier (two of these).
#
# B has not learnt enough yet: there is no gap, and updates of 1e-5 where 1e-3 is healthy say that the learning rate is about a hundred
# times too low. Raise the learning rate; train longer (or let it decay less). Only when B has converged and still has no gap, a larger
# hidden layer or weaker regularization.
#
# **Marking**: 1 point for A (overfitting, by the gap, and two remedies in the right direction); 1 for B (learning rate too low, by the
# update ratio, raise it, and one more sensible change). For B, "larger net" as the first remedy: no point, the net has not used what it
# has.
# ### END SOLUTION

# %% [markdown]
# ## Summary
#
# - A layer is a pair of functions. Backward turns the gradient of its output into gradients of its inputs, and knows nothing of the other
#   layers.
# - Gradients have the shapes of what they are gradients of. Often only one product fits.
# - ReLU is a gate that the forward pass sets. A unit whose gate is always shut is dead.
# - Start with small random weights; biases may be zero.
# - Before training: $\log C$, higher with regularization, 20 images by heart.
# - While training: loss, the gap between the accuracies, updates of about a thousandth.
# - Search on logarithmic scales, coarse first; mind the borders; compare like with like.
#
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"affine_forward": 3, "affine_backward": 5, "relu_forward": 2, "relu_backward": 3, "init_two_layer_net": 4,
                "two_layer_loss": 9, "sanity_checks": 2, "overfit_small_data": 4, "coarse_to_fine_search": 5})
