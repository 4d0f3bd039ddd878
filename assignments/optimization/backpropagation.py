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
# # Backpropagation
#
# Training a net means to ask of every weight: if it were a little larger, would the loss rise or fall, and how fast? The answers are the
# gradient. A small net has ten thousand weights, a large one has billions. **Backpropagation** answers for all of them at once, in about
# the time of two evaluations of the loss. You build it for any formula, then for matrices, then for the activation functions of nets.
#
# **You will learn**
#
# - to picture the loss as a landscape, and to see why random search fails on it;
# - to measure a gradient, and how exact such a measurement is;
# - to write a formula as a **computational graph**, and to run it forward and backward;
# - to go backward through matrix products and broadcasting without ever forming a **Jacobian**;
# - to write activation functions and their slopes: sigmoid, tanh, leaky ReLU, ELU, PReLU, maxout.
#
# **Time**: about five hours of work. The cells themselves run in less than a minute.
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10. Only the first two pictures use it.
#
# *Lecture: "Backpropagation and neural networks" · Paper: Rumelhart, Hinton and Williams, "Learning representations by back-propagating
# errors" (1986).*

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np

from cs231n_lib import checks, data, mistakes, vis
from cs231n_lib.notebooks import errors

errors.explain()
known = mistakes.backpropagation


def first_of(result):
    """The output of a forward function, which returns out, cache."""
    out, _ = checks.unpack(result, "out, cache")
    return out


def back(forward, backward, dout, arguments, right_out, check):
    """Check what a backward function returns for the cache of its forward function, or, if that one is wrong, for any cache of a right one."""
    out, cache = checks.forward_pass(forward, *arguments)
    same = isinstance(out, np.ndarray) and out.shape == right_out.shape and np.allclose(out, right_out, rtol=1e-4, atol=1e-6)
    x, *settings = arguments
    stand_ins = () if same else (right_out, x, (x, *settings), (x, right_out, *settings), (right_out, *settings))
    for stand_in in stand_ins:
        try:
            return check(backward(dout.copy(), stand_in))
        except Exception:  # not a cache of this student's; the last check tells what is wrong
            continue
    return check(backward(dout.copy(), cache))


def check_back(right, forward, backward, dout, arguments, what, likely, names="dx", which=0):
    """Check a gradient of a layer: that of the argument number `which`, against measured slopes of the right function."""
    def loss(function, v):
        return np.sum(function(*arguments[:which], v, *arguments[which + 1:]) * dout)

    def check(result):
        gradient = checks.unpack(result, names)[which] if "," in names else result
        checks.gradient(lambda v: loss(right, v), arguments[which], gradient, what, kinks=True, mistakes=likely, resembling=True,
                        or_of=lambda v: loss(lambda *given: first_of(forward(*given)), v))

    back(forward, backward, dout, arguments, right(*arguments), check)


def check_far(forward, backward, dout, arguments, right_out, right_dx, what, rtol=1e-4):
    """Check dx at numbers that are very large or very small."""
    back(forward, backward, dout, arguments, np.array(right_out), lambda dx: checks.close(dx, right_dx, what, rtol=rtol, atol=1e-9))


def check_order(order, graph):
    """Look whether each node of the graph is listed once, after the nodes that it uses."""
    problem = known.order_problem(order, graph)
    checks.true(problem is None, problem or "")


def check_values(values, graph, inputs):
    """Compare the values of a forward pass with the right ones."""
    left_out = isinstance(values, dict) and not set(inputs) & set(values)
    checks.true(not left_out, known.VALUES_MISSING)
    checks.close(values, known.right_values(graph, inputs), "values", mistakes=known.graph_forward(graph, inputs, values))


def check_grads(grads, graph, inputs, output):
    """Compare the gradients of a backward pass with those that are measured by moving one value after the other."""
    values = known.right_values(graph, inputs)
    checks.close(grads, known.right_gradients(graph, values, output), "grads", mistakes=known.graph_backward(graph, values, output, grads))


def make_graph(seed, num_nodes=8):
    """A random graph, the values of its inputs x, y and z, and its last node. No number in it is very large or small."""
    rng = np.random.default_rng(seed)
    names = rng.permutation(list("abcdefghijkl")).tolist()
    inputs = dict(zip("xyz", rng.uniform(0.5, 2.0, size=3).tolist()))
    graph, values = {}, dict(inputs)
    while len(graph) < num_nodes:
        recent = list(values)[-4:]
        one, other = (recent[k] for k in rng.integers(len(recent), size=2))
        operation = ("add", "sub", "mul", "max", "neg", "exp", "log", "inv")[rng.integers(8)]
        made = (operation, one) if operation in ("neg", "exp", "log", "inv") else (operation, one, other)
        node = names[len(graph)]
        kink = operation == "max" and abs(values[one] - values[other]) < 0.1
        if not (kink or operation == "log" and values[one] < 0.1):
            value = known.right_values({node: made}, values)[node]
            if 0.1 < abs(value) < 10:
                graph[node], values[node] = made, value
    return graph, inputs, node


def shuffled(graph, seed):
    """The same graph, with the nodes of the dict in another order."""
    names = np.random.default_rng(seed).permutation(list(graph)).tolist()
    return {name: graph[name] for name in names}


# %% [markdown]
# ## The loss as a landscape
#
# Take a linear classifier with the softmax loss. Its loss depends on 30,730 weights, and a picture has room for two directions. Two are
# enough to see the shape. Below, the loss of 500 images is drawn over a plane through the weights: along the
# first axis, the weights move towards weights that were trained a little, along the second in a random direction. This is the **loss
# surface**. To train is to walk downhill on it.

# %% nbgrader={"grade": false, "grade_id": "load_data", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
from cs231n_lib.layers import softmax_loss
from cs231n_lib.models import LinearSoftmax

images = data.load()
print(images)
_, X = data.center(data.flatten(images.X_train[:500], np.float32))
X, y = np.hstack([X / 64, np.ones((len(X), 1), dtype=np.float32)]), images.y_train[:500]  # the column of ones is for the biases


def loss_of(W):
    """The softmax loss of the 500 images, and its gradient."""
    classifier = LinearSoftmax()
    classifier.W = W
    return classifier.loss(X, y, 0.0)


def surface_of(rows):
    """The loss of some of the images over the plane: the scores of a sum of weights are the sum of the scores."""
    along, across = X[rows] @ trained, X[rows] @ aside
    return np.array([[softmax_loss(a * along + b * across, y[rows])[0] for a in first] for b in second])


trained = np.zeros((X.shape[1], 10), dtype=np.float32)
for _ in range(30):
    trained -= 5e-3 * loss_of(trained)[1]
aside = np.random.default_rng(0).normal(size=trained.shape).astype(np.float32)
aside *= 12 * np.linalg.norm(trained) / np.linalg.norm(aside)  # long, or it would change next to nothing
first, second = np.linspace(-2, 4, 31), np.linspace(-3, 3, 25)
surface = surface_of(slice(None))
fig = plt.figure(figsize=(9, 3.6))
left, right = fig.add_subplot(1, 2, 1), fig.add_subplot(1, 2, 2, projection="3d")
left.contourf(first, second, surface, levels=30, cmap="viridis")
left.plot([0, 1], [0, 0], "o--", color="white")
left.annotate("all weights 0", (0, 0), (-1.6, 0.5), color="white")
left.annotate("after 30 steps", (1, 0), (1.1, 0.3), color="white")
left.set(xlabel="towards trained weights", ylabel="a random direction", title="seen from above: dark is a low loss")
right.plot_surface(*np.meshgrid(first, second), surface, cmap="viridis")
right.set(xlabel="trained", ylabel="random", title="the loss surface");

# %% [markdown]
# The loss is the mean of the losses of all images. Here are the surfaces of three single images over the same plane, and of all. A single
# image asks for little: on one side its loss is close to 0 (dark), and any weights there are good. But the images disagree about the side.
# Only their mean has a valley.

# %% nbgrader={"grade": false, "grade_id": "picture_single_images", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, axes = plt.subplots(1, 4, figsize=(9, 2.5), layout="constrained", sharey=True)
parts = {f"image {k}": slice(k, k + 1) for k in (3, 5, 11)} | {"all 500 images": slice(None)}
for ax, (title, rows) in zip(axes, parts.items()):
    shades = ax.contourf(first, second, surface_of(rows), levels=np.linspace(0, 8, 33), cmap="viridis", extend="max")
    ax.set(title=title, xlabel="towards trained")
axes[0].set_ylabel("a random direction")
fig.colorbar(shades, ax=axes, label="loss", ticks=[0, 4, 8]);

# %% [markdown]
# How do you get down? Three ideas, in the order of what they need to know:
#
# 1. **Random search**: try many random weights, and keep the best. It does not use what it has seen.
# 2. **Random local search**: take a small step in a random direction, and keep it if the loss is lower. It walks downhill, blindfolded, by
#    trial and error.
# 3. **Gradient descent**: ask for the steepest direction downhill, and step there.
#
# The picture shows the lowest loss after each evaluation. The dotted line is $\log 10$, the loss of guessing.

# %% nbgrader={"grade": false, "grade_id": "demo_random_search", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
rng, tries, best_losses = np.random.default_rng(1), 300, {}
start = np.zeros_like(trained)
found = [loss_of((1e-3 * rng.normal(size=start.shape)).astype(np.float32))[0] for _ in range(tries)]
best_losses["random search"] = np.minimum.accumulate(found)
print(f"random search: loss {min(found):.2f}")
for name, random_steps in (("random local search", True), ("gradient descent", False)):
    W, (loss, gradient), history = start, loss_of(start), []
    for _ in range(tries):
        step = rng.normal(size=W.shape).astype(np.float32) if random_steps else -gradient
        trial = W + (3e-4 if random_steps else 5e-3) * step
        trial_loss, trial_gradient = loss_of(trial)
        if trial_loss < loss or not random_steps:
            W, loss, gradient = trial, trial_loss, trial_gradient
        history.append(loss)
    best_losses[name] = history
    print(f"{name}: loss {loss:.2f}, accuracy on these 500 images {np.mean((X @ W).argmax(axis=1) == y):.0%}")
fig, ax = plt.subplots(figsize=(7, 3), layout="constrained")
for name, history in best_losses.items():
    ax.plot(history, label=name)
ax.axhline(np.log(10), color=vis.GREY, ls=":")
ax.set(xlabel="evaluations of the loss", ylabel="lowest loss", ylim=(0, 2.6))
ax.legend();

# %% [markdown]
# Random directions are nearly useless where there are 30,730 of them: half of them lead downhill, but hardly any of them far. The gradient
# is worth all the trouble that follows.
#
# ## Measuring a gradient
#
# The **gradient** has one number for each number in $x$: how fast $f$ grows if that number grows and all others stay. The simplest way to
# find it is to try. Move the number by a small step $h$, and see how much $f$ changes. The picture shows two ways to do so. The dashed line
# is the true slope.

# %% nbgrader={"grade": false, "grade_id": "picture_differences", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, axes = plt.subplots(1, 2, figsize=(8, 3), layout="constrained", sharey=True)
at, h, line = 1.0, 0.7, np.linspace(0, 2, 100)
for ax, left, title in ((axes[0], at, "one-sided: from x to x + h"), (axes[1], at - h, "central: from x - h to x + h")):
    ax.plot(line, line**3, color=vis.BLUE)
    ax.plot(line, at**3 + 3 * at**2 * (line - at), "--", color=vis.GREY)
    ends = np.array([left, at + h])
    ax.plot(ends, ends**3, "o-", color=vis.RED)
    ax.set(title=title, xlabel="x", ylim=(-1.5, 6))
    ax.text(0.1, 4.8, f"slope {np.ptp(ends**3) / np.ptp(ends):.2f}\ntrue slope {3 * at**2:.2f}")

# %% [markdown]
# The **central difference** has its errors on both sides, and most of them cancel:
#
# $$ \frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}, $$
#
# where $e_i$ is 1 at entry $i$ and 0 elsewhere. If $h$ is ten times smaller, its error is a hundred times smaller; that of the one-sided
# difference is only ten times smaller. (But $h$ must not be too small, or the rounding errors of $f$ take over.)
#
# ### Exercise 1: `numeric_gradient` · 4 points
#
# Measure a gradient with central differences.
#
# By hand: $f(x) = x^3$ at $x = 2$ with $h = 0.1$: $(2.1^3 - 1.9^3) / 0.2 = (9.261 - 6.859) / 0.2 = 12.01$. The true slope is 12.

# %% nbgrader={"grade": false, "grade_id": "numeric_gradient", "locked": false, "schema_version": 3, "solution": true, "task": false}
def numeric_gradient(f, x, h=1e-5):
    """The gradient of f at x, by central differences.

    Parameters: f, a function of one array that returns one number; x, an array of floats of any shape, which stays as it is;
        h, the size of the step.
    Returns: an array of the shape of x: how fast f grows with each entry of x.

    Approach
        1. visit every entry of x; np.ndindex(x.shape) yields the index of each
        2. evaluate f with this one entry moved by +h, and by -h
        3. take care that the next entry starts from the old x again

    Example
        f = lambda x: x[0] * x[1], x = np.array([3.0, 4.0]): the result is [4, 3], up to rounding.
    """
    ### BEGIN SOLUTION
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[place] = h
        gradient[place] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_numeric_gradient_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
x = np.array([3.0, -2.0])
gradient = numeric_gradient(lambda v: v[0] * v[1] + v[1] ** 2, x)  # by hand: (x1, x0 + 2 x1)
checks.close(gradient, [-2.0, -1.0], "the gradient of x0 x1 + x1^2 at (3, -2)",
             mistakes=known.numeric_gradient(lambda v: v[0] * v[1] + v[1] ** 2, x))
checks.passed("numeric_gradient", "the gradient of a small formula")
### BEGIN HIDDEN TESTS
for seed, shape in ((1, (5,)), (2, (2, 3)), (3, (2, 2, 2)), (4, (1, 4)), (5, (3, 1))):
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=shape), rng.uniform(1, 2, size=shape)
    checks.close(numeric_gradient(lambda v: np.sum(np.sin(w * v)), x), w * np.cos(w * x), f"the gradient for x of shape {shape}", 1e-3, 1e-3,
                 mistakes=known.numeric_gradient(lambda v: np.sum(np.sin(w * v)), x))
gradient = checks.own_work(numeric_gradient, lambda v: float(v[0] * v[1]), np.array([3.0, 4.0]))
### END HIDDEN TESTS

# %% [markdown]
# With a step of 0.1 you can see which difference it is.

# %% nbgrader={"grade": true, "grade_id": "test_numeric_gradient_step", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · step · 1 point
x = np.array([2.0, -1.0, 0.5])


def f(v):
    return v[0] ** 3 + v[0] * v[1] * v[2]


checks.close(numeric_gradient(f, x.copy(), 0.1), [11.5 + 0.1**2, 1.0, -2.0], "the gradient of x0^3 + x0 x1 x2 for h = 0.1",
             mistakes=known.numeric_gradient(f, x, 0.1))
checks.passed("numeric_gradient", "central differences with a step of h")
### BEGIN HIDDEN TESTS
x = np.array([[0.3, -1.2], [0.8, 1.5]])
errors_of_steps = []
for h in (1e-1, 1e-2, 1e-3, 1e-4):
    gradient = numeric_gradient(lambda v: np.sum(np.exp(v)), x, h)
    checks.shape(gradient, (2, 2), "the gradient")
    errors_of_steps.append(np.max(np.abs(np.asarray(gradient) - np.exp(x))))
for h, long, short in zip((1e-2, 1e-3, 1e-4), errors_of_steps, errors_of_steps[1:]):
    checks.true(80 * short < long < 125 * short, f"The error should fall a hundredfold from h = {10 * h:g} to {h:g}; it falls by a factor of "
                f"{long / max(short, 1e-300):.3g}. Use central differences with a step of h.")
for f, h in ((lambda v: v[0] * v[1] ** 2 * v[2] ** 3, 0.2), (lambda v: np.exp(v[0] * v[1] - v[2]), 0.05)):
    x = np.array([0.7, -1.1, 0.9])
    central = [(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(3)]
    checks.close(numeric_gradient(f, x.copy(), h), central, f"the gradient for h = {h:g}", mistakes=known.numeric_gradient(f, x, h))
### END HIDDEN TESTS

# %% [markdown]
# ReLU, $\max(0, x)$, has a corner, a **kink**, at 0: the slope is 0 on the left and 1 on the right. A central difference measures the mean
# of both. So a gradient check may fail at a kink although the gradient is right.

# %% nbgrader={"grade": true, "grade_id": "test_numeric_gradient_kink", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · kink · 1 point
x = np.array([0.0, 0.0, 0.0, 2.0])
gradient = numeric_gradient(lambda v: max(v[0], 0) + abs(v[1]) + min(v[2], 0) + abs(v[3]), x)
checks.close(gradient, [0.5, 0.0, 0.5, 1.0], "the gradient of max(x0, 0) + |x1| + min(x2, 0) + |x3| at (0, 0, 0, 2)",
             mistakes=known.numeric_gradient(lambda v: max(v[0], 0) + abs(v[1]) + min(v[2], 0) + abs(v[3]), x))
checks.passed("numeric_gradient", "the mean of both slopes at a kink")
### BEGIN HIDDEN TESTS
for below, above in ((0.01, 1.0), (-2.0, 3.0), (1.0, 0.0)):
    x = np.array([[0.0], [-3.0]])
    gradient = numeric_gradient(lambda v: np.sum(np.where(v > 0, above * v, below * v)), x, 1e-3)
    checks.close(gradient, [[(below + above) / 2], [below]], f"the gradient at 0, where the slopes are {below:g} and {above:g}",
                 mistakes=known.numeric_gradient(lambda v: np.sum(np.where(v > 0, above * v, below * v)), x, 1e-3))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_numeric_gradient_unchanged", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · x stays as it is · 1 point
x, given = np.array([0.1, 0.7, -1000.3]), np.array([0.1, 0.7, -1000.3])
gradient = numeric_gradient(lambda v: np.sum(np.cos(v)), given, 0.001)
checks.unchanged(given, x, "x of numeric_gradient")
checks.resembles(gradient, -np.sin(x), "the gradient of the sum of cosines", given=(x,))
checks.passed("numeric_gradient", "x is unchanged afterwards")
### BEGIN HIDDEN TESTS
x = np.random.default_rng(6).normal(size=(3, 4)) * 1e3
given = x.copy()
gradient = numeric_gradient(lambda v: np.sum(np.cos(v)), given, 0.01)
checks.unchanged(given, x, "x of numeric_gradient")
checks.resembles(gradient, -np.sin(x), "the gradient of the sum of cosines", given=(x,))
### END HIDDEN TESTS

# %% [markdown]
# A measured gradient is easy to write, and slow: it evaluates the loss twice for *each* weight. For the linear classifier above, that is
# 61,460 times for a single step. So nets are trained with derived gradients, and the measured one checks them: that is a **gradient
# check**.
#
# ## Computational graphs
#
# Any formula is made of small steps, and the derivative of each step is easy. Take $f = (x + y)\,z$ with $x = -2$, $y = 5$, $z = -4$. The
# drawing is its **computational graph**, with a node for each operation. Black numbers are values, and they are computed from left to
# right: the **forward pass**.

# %% nbgrader={"grade": false, "grade_id": "picture_graph", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
small = {"q": ("add", "x", "y"), "f": ("mul", "q", "z")}
vis.computational_graph(small, {"x": -2, "y": 5, "z": -4, "q": 3, "f": -12}, {"f": 1, "q": -4, "z": 3, "x": -4, "y": -4});

# %% [markdown]
# The red numbers say how fast the output $f$ grows with each value. They are computed from right to left, in the **backward pass**:
#
# 1. $f$ grows with itself at the rate **1**.
# 2. $f = q z$, so $f$ grows with $q$ at the rate $z = $ **−4**, and with $z$ at the rate $q = $ **3**.
# 3. $q = x + y$, so $q$ grows with $x$ at the rate 1. The chain rule multiplies: $f$ grows with $x$ at the rate $1 \cdot (-4) = $ **−4**.
#    The same holds for $y$.
#
# A node need not know the rest of the graph. It is told one number, the **upstream gradient**: how fast the output grows with the value of
# the node. It multiplies it by its **local gradient**, how fast its own value grows with each argument. It passes the products on, as
# **downstream gradients**:
#
# $$ \text{downstream} = \text{upstream} \times \text{local}. $$
#
# ### Graphs as data
#
# In this notebook a graph is a dict: `{"q": ("add", "x", "y"), "f": ("mul", "q", "z")}`. Each node has a name, an operation and the names
# of its arguments. Names that are not keys of the dict, such as `"x"`, are **inputs**; a constant is an input, too. All values are single
# numbers. There are eight operations:
#
# | operation | arguments | value |
# |---|---|---|
# | `add`, `sub`, `mul` | a, b | $a + b$, $a - b$, $a b$ |
# | `max` | a, b | the larger of the two |
# | `neg` | a | $-a$ |
# | `exp`, `log` | a | $e^a$, $\ln a$ |
# | `inv` | a | $1 / a$ |
#
# ### Exercise 2: `topological_order` · 3 points
#
# Before a node can be computed, its arguments have to be there. A list of the nodes in which each comes after the nodes that it uses is a
# **topological order**. The dict may hold the nodes in any other order.
#
# By hand: in `{"d": ("mul", "b", "c"), "b": ("neg", "a"), "c": ("exp", "a"), "a": ("add", "x", "y")}`, node `d` needs `b` and `c`, and both
# need `a`. So `["a", "b", "c", "d"]` is right, and so is `["a", "c", "b", "d"]`.
#
# If a node needs itself, directly or through other nodes, there is a **cycle**, and no order exists.

# %% nbgrader={"grade": false, "grade_id": "topological_order", "locked": false, "schema_version": 3, "solution": true, "task": false}
def topological_order(graph):
    """The nodes of a graph, each after the nodes that it uses.

    Parameters: graph, a dict {node: (operation, argument, ...)}; arguments that are not keys are inputs.
    Returns: a list with the name of each node once, in any order that works. Inputs are not listed.
    Raises: ValueError, if the graph has a cycle.

    Approach, one of several
        1. to visit a node, first visit its arguments, then add the node to the list
        2. do not visit a node twice; ignore inputs
        3. if you reach a node whose arguments you are still visiting, there is a cycle
        4. visit all nodes of the dict, since the graph may have several ends

    Example
        {"f": ("mul", "q", "z"), "q": ("add", "x", "y")}: the result is ["q", "f"].
    """
    ### BEGIN SOLUTION
    order, being_visited, finished = [], set(), set()

    def visit(node):
        if node in being_visited:
            raise ValueError(f"The graph has a cycle through {node!r}.")
        if node in graph and node not in finished:
            being_visited.add(node)
            for argument in graph[node][1:]:
                visit(argument)
            being_visited.remove(node)
            finished.add(node)
            order.append(node)

    for node in graph:
        visit(node)
    return order
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_topological_order_order", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · order · 1 point
check_order(topological_order({"f": ("mul", "q", "z"), "q": ("add", "x", "y")}),
            {"f": ("mul", "q", "z"), "q": ("add", "x", "y")})
chain = {"b4": ("neg", "b3"), "b2": ("exp", "b1"), "b3": ("inv", "b2"), "b1": ("log", "x")}
check_order(topological_order(chain), chain)
checks.passed("topological_order", "each node after its arguments")
### BEGIN HIDDEN TESTS
for seed in range(20, 26):
    graph = shuffled(make_graph(seed, 10)[0], seed)
    check_order(topological_order(graph), graph)
chain = {f"c{k}": ("add", f"c{k - 1}", "x") for k in range(40, 0, -1)}
check_order(topological_order(chain), chain)
chain = {f"c{k}": ("add", "x", f"c{k - 1}") for k in range(40, 0, -1)}
check_order(topological_order(chain), chain)
checks.equal(len(topological_order(chain)), 40, "the length of the order of 40 nodes")
named_alike = {"exp": ("neg", "mul"), "mul": ("exp", "x")}  # a node may be called like an operation
check_order(topological_order(named_alike), named_alike)
### END HIDDEN TESTS

# %% [markdown]
# A value may be used by several nodes, and a graph may have several ends.

# %% nbgrader={"grade": true, "grade_id": "test_topological_order_diamonds", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · shared nodes · 1 point
diamond = {"d": ("mul", "b", "c"), "b": ("neg", "a"), "c": ("exp", "a"), "a": ("add", "x", "y")}
check_order(topological_order(diamond), diamond)
several_ends = {"f": ("mul", "e", "e"), "g": ("add", "e", "x"), "e": ("exp", "x"), "h": ("neg", "z")}
check_order(topological_order(several_ends), several_ends)
checks.passed("topological_order", "each node once")
### BEGIN HIDDEN TESTS
ladder = {}
for k in range(6, 0, -1):
    ladder |= {f"m{k}": ("mul", f"l{k}", f"r{k}"), f"l{k}": ("neg", f"m{k - 1}"), f"r{k}": ("exp", f"m{k - 1}")}
for seed in range(30, 36):
    graph = shuffled(ladder, seed)
    check_order(topological_order(graph), graph)
check_order(topological_order({"b": ("neg", "a"), "a": ("max", "x", "x")}), {"b": ("neg", "a"), "a": ("max", "x", "x")})
checks.equal(list(topological_order({})), [], "the order of a graph without nodes")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_topological_order_cycle", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · cycle · 1 point
checks.raises(ValueError, "topological_order of a graph with a cycle", topological_order,
              {"a": ("neg", "b"), "b": ("exp", "a")})
no_cycle = {"c": ("add", "a", "b"), "b": ("neg", "a"), "a": ("exp", "x")}  # a is reached twice
check_order(topological_order(no_cycle), no_cycle)
checks.passed("topological_order", "a cycle is an error")
### BEGIN HIDDEN TESTS
for cycle in ({"a": ("neg", "a")}, {"a": ("add", "x", "c"), "b": ("neg", "a"), "c": ("mul", "b", "x"), "d": ("exp", "x")},
              {"out": ("exp", "x"), "p": ("mul", "x", "q"), "q": ("add", "y", "p")}, {"e": ("neg", "d"), "d": ("add", "y", "d")}):
    checks.raises(ValueError, f"topological_order of {cycle}", topological_order, cycle)
for seed in range(36, 40):
    graph = shuffled(make_graph(seed, 10)[0], seed)
    check_order(topological_order(graph), graph)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 3: `graph_forward` · 3 points
#
# The forward pass computes every node from the values of its arguments.
#
# The circuit that the checks use is a neuron: $\sigma(w_0 x_0 + w_1 x_1 + w_2)$ with the **sigmoid** $\sigma(a) = 1 / (1 + e^{-a})$,
# written with the eight operations. Its parts `p0` and `p1` are the products, `z` is the weighted sum, and `one` is the constant 1.

# %% nbgrader={"grade": false, "grade_id": "circuit", "locked": true, "schema_version": 3, "solution": false, "task": false}
CIRCUIT = {"p0": ("mul", "w0", "x0"), "p1": ("mul", "w1", "x1"), "s": ("add", "p0", "p1"), "z": ("add", "s", "w2"),
           "n": ("neg", "z"), "e": ("exp", "n"), "d": ("add", "e", "one"), "out": ("inv", "d")}
INPUTS = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0, "one": 1.0}

# %% nbgrader={"grade": false, "grade_id": "picture_circuit", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
vis.computational_graph(CIRCUIT, INPUTS);

# %% [markdown]
# By hand: `p0` = 2 · (−1) = −2, `p1` = (−3) · (−2) = 6, `s` = 4, `z` = 4 − 3 = 1, and the sigmoid of 1 is $1 / (1 + e^{-1}) = 0.731$.
#
# If you have not solved Exercise 2, use `list(graph)` for the order: the first checks have graphs whose dict is in order. While grading,
# this exercise and the next are judged with a right `topological_order` if yours is wrong.

# %% nbgrader={"grade": false, "grade_id": "graph_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def graph_forward(graph, inputs):
    """The value of each node.

    Parameters: graph, a dict {node: (operation, argument, ...)} as above; inputs, a dict {name: number}, which stays as it is.
    Returns: values, a dict {name: number} of all inputs and all nodes.

    Approach
        1. start from a copy of the inputs
        2. visit the nodes in topological order
        3. look up the values of the arguments, and compute the operation; np.exp and np.log take numbers, too

    Example
        {"q": ("add", "x", "y")}, {"x": 2.0, "y": 3.0}: the result is {"x": 2.0, "y": 3.0, "q": 5.0}.
    """
    ### BEGIN SOLUTION
    compute = {"add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "max": lambda a, b: max(a, b),
               "neg": lambda a: -a, "exp": np.exp, "log": np.log, "inv": lambda a: 1 / a}
    values = dict(inputs)
    for node in topological_order(graph):
        operation, *arguments = graph[node]
        values[node] = compute[operation](*[values[name] for name in arguments])
    return values
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_graph_forward_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · the circuit · 1 point
### BEGIN HIDDEN TESTS
def in_order(graph):
    found = []
    while len(found) < len(graph):
        ready = [node for node in graph if node not in found and all(name in found for name in graph[node][1:] if name in graph)]
        if not ready:
            raise ValueError("a cycle")
        found += ready
    return found


def order_is_right():
    graphs = [shuffled(make_graph(seed, 10)[0], seed) for seed in range(400, 406)]
    return all(known.order_problem(topological_order(graph), graph) is None for graph in [*graphs, CIRCUIT, dict(reversed(CIRCUIT.items()))])


checks.lend(graph_forward, order_is_right, topological_order=in_order)
### END HIDDEN TESTS
values = graph_forward(CIRCUIT, dict(INPUTS))
check_values(values, CIRCUIT, INPUTS)
checks.close(values["out"], 0.731, "the sigmoid of 1", rtol=1e-3)
checks.passed("graph_forward", "the circuit of a neuron")
### BEGIN HIDDEN TESTS
for seed in range(40, 44):
    numbers = np.random.default_rng(seed).normal(size=len(INPUTS)).tolist()
    inputs = {**dict(zip(INPUTS, numbers)), "one": 1.0}
    check_values(graph_forward(CIRCUIT, inputs), CIRCUIT, inputs)
chain = {"a": ("mul", "x", "x"), "b": ("mul", "a", "x"), "c": ("add", "b", "a")}
values = graph_forward(chain, {"x": -1.5, "unused": 4.0})
check_values(values, chain, {"x": -1.5, "unused": 4.0})
checks.close(values["c"], -1.125, "x^3 + x^2 at -1.5")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_graph_forward_operations", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · the other operations · 1 point
operations = {"a": ("sub", "x", "y"), "b": ("max", "x", "y"), "c": ("max", "y", "x"), "d": ("log", "y"),
              "e": ("neg", "a"), "f": ("inv", "a"), "g": ("exp", "a")}
values = graph_forward(operations, {"x": 2.0, "y": 4.0})
check_values(values, operations, {"x": 2.0, "y": 4.0})
checks.close(values["f"], -0.5, "the value of inv at -2")
checks.passed("graph_forward", "all operations")
### BEGIN HIDDEN TESTS
for x, y in ((-3.0, 0.7), (5.0, 1.3), (-0.4, 0.2)):
    check_values(graph_forward(operations, {"x": x, "y": y}), operations, {"x": x, "y": y})
for operation in ("add", "sub", "mul", "max"):
    for inputs in ({"u": -2.5, "v": -0.5}, {"u": 1.7, "v": 0.3}):
        check_values(graph_forward({"w": (operation, "u", "v")}, inputs), {"w": (operation, "u", "v")}, inputs)
values = graph_forward({"w": ("exp", "u"), "v": ("inv", "w")}, {"u": -2.0})
checks.close(values, {"u": -2.0, "w": 0.1353353, "v": 7.3890561}, "values")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_graph_forward_order", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · any order of the dict · 1 point
backwards = dict(reversed(CIRCUIT.items()))
given = dict(INPUTS)
check_values(graph_forward(backwards, given), backwards, INPUTS)
checks.true(given == INPUTS, known.INPUTS_CHANGED)
checks.passed("graph_forward", "the nodes of the dict may stand in any order")
### BEGIN HIDDEN TESTS
for seed in range(50, 56):
    graph, inputs, _ = make_graph(seed, 10)
    graph = shuffled(graph, seed)
    check_values(graph_forward(graph, inputs), graph, inputs)
graph, inputs, _ = make_graph(57, 10)
values, (_, after) = checks.call(graph_forward, graph, dict(inputs))
checks.unchanged(after, inputs, "inputs of graph_forward")
values = checks.own_work(graph_forward, graph, inputs)
check_values(values, graph, inputs)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 4: `graph_backward` · 8 points
#
# The backward pass visits the nodes in the reverse order, from the output to the inputs. Each node takes its upstream gradient, multiplies
# it by its local gradients, and passes the products on to its arguments.
#
# What if a value is used twice? Look at $f = x \cdot x$ at $x = 3$. The graph has one input, and two arrows lead from it to the product.

# %% nbgrader={"grade": false, "grade_id": "picture_square", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
vis.computational_graph({"f": ("mul", "x", "x")}, {"x": 3, "f": 9}, {"f": 1, "x": 6});

# %% [markdown]
# If $x$ grows, $f$ grows along both arrows: at the rate 3 along the one, and at the rate 3 along the other. Together that is 6, the
# derivative of $x^2$. So gradients that arrive at the same name are **added up**. This is why a node may be visited only when all nodes
# that use it have been visited: until then, its gradient is incomplete.
#
# By hand, for the circuit: the output grows with itself at the rate 1. The derivative of $1/d$ is $-1/d^2$, and $d = 1.368$, so `d` gets
# −0.534. The sum passes it on to `e`. The derivative of `exp` is its own value, 0.368, so `n` gets −0.534 · 0.368 = −0.197, and `z` gets
# +0.197. From there, `w0` gets 0.197 times `x0`, which is −0.197, and so on.
#
# If you have not solved Exercise 2, use `list(graph)` for the order again.

# %% nbgrader={"grade": false, "grade_id": "graph_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def graph_backward(graph, values, output):
    """The gradient of one node with respect to every value.

    Parameters: graph, a dict {node: (operation, argument, ...)}; values, a dict {name: number} of all inputs and nodes, as
        graph_forward returns it, which stays as it is; output, the name of a node.
    Returns: grads, a dict {name: number} for every name in values: how fast the output grows with it. It is 0 for a name that
        the output does not depend on. (No test has equal arguments of `max`.)

    Approach
        1. start with 0 for every name, and 1 for the output
        2. visit the nodes in reverse topological order
        3. for each argument, add upstream * local to its gradient

    Example
        {"q": ("add", "x", "y")}, {"x": 2.0, "y": 3.0, "q": 5.0}, "q": the result is {"x": 1.0, "y": 1.0, "q": 1.0}.
    """
    ### BEGIN SOLUTION
    grads = dict.fromkeys(values, 0.0)
    grads[output] = 1.0
    for node in reversed(topological_order(graph)):
        operation, *arguments = graph[node]
        numbers, value = [values[name] for name in arguments], values[node]
        if operation == "add":
            local = [1, 1]
        elif operation == "sub":
            local = [1, -1]
        elif operation == "mul":
            local = numbers[::-1]
        elif operation == "max":
            local = [number == value for number in numbers]
        elif operation == "neg":
            local = [-1]
        elif operation == "exp":
            local = [value]
        elif operation == "log":
            local = [1 / numbers[0]]
        else:
            local = [-(value**2)]
        for name, slope in zip(arguments, local):
            grads[name] += grads[node] * slope
    return grads
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_graph_backward_circuit", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · the circuit · 2 points
### BEGIN HIDDEN TESTS
def in_order(graph):
    found = []
    while len(found) < len(graph):
        ready = [node for node in graph if node not in found and all(name in found for name in graph[node][1:] if name in graph)]
        if not ready:
            raise ValueError("a cycle")
        found += ready
    return found


def order_is_right():
    graphs = [shuffled(make_graph(seed, 10)[0], seed) for seed in range(400, 406)]
    return all(known.order_problem(topological_order(graph), graph) is None for graph in [*graphs, CIRCUIT, dict(reversed(CIRCUIT.items()))])


checks.lend(graph_backward, order_is_right, topological_order=in_order)
### END HIDDEN TESTS
values = known.right_values(CIRCUIT, INPUTS)
grads = graph_backward(CIRCUIT, values, "out")
check_grads(grads, CIRCUIT, INPUTS, "out")
expected = {"w0": -0.197, "w1": -0.393, "w2": 0.197, "x0": 0.393, "x1": -0.590}
checks.close({name: grads[name] for name in expected}, expected, "grads, as in the lecture", rtol=5e-3)
checks.passed("graph_backward", "the gradients of a neuron")
### BEGIN HIDDEN TESTS
for seed in range(60, 64):
    numbers = np.random.default_rng(seed).normal(size=len(INPUTS)).tolist()
    inputs = {**dict(zip(INPUTS, numbers)), "one": 1.0}
    check_grads(graph_backward(CIRCUIT, known.right_values(CIRCUIT, inputs), "out"), CIRCUIT, inputs, "out")
checks.close(graph_backward(CIRCUIT, values, "out")["d"], -0.534447, "grads['d']", rtol=1e-4)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_graph_backward_operations", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · the other operations · 2 points
for operation in ("sub", "max", "log"):
    used = ("x",) if operation == "log" else ("x", "y")
    graph, inputs = {"a": (operation, *used), "f": ("mul", "a", "k")}, {"x": 2.5, "y": 0.5, "k": 3.0}
    grads = graph_backward(graph, known.right_values(graph, inputs), "f")
    check_grads(grads, graph, inputs, "f")
checks.passed("graph_backward", "all operations")
### BEGIN HIDDEN TESTS
for operation in ("add", "sub", "mul", "max", "neg", "exp", "log", "inv"):
    used = ("x",) if operation in ("neg", "exp", "log", "inv") else ("x", "y")
    for x, y, k in ((0.6, 1.9, -1.4), (1.8, 0.7, 2.2), *[(-1.3, -0.4, 0.7)] * (operation != "log")):
        graph, inputs = {"a": (operation, *used), "f": ("mul", "k", "a")}, {"x": x, "y": y, "k": k}
        check_grads(graph_backward(graph, known.right_values(graph, inputs), "f"), graph, inputs, "f")
for operation, x, value, slope in (("inv", 1e-7, 1e7, -1e14), ("log", 1e-7, np.log(1e-7), 1e7), ("exp", 20.0, np.exp(20.0), np.exp(20.0))):
    grads = graph_backward({"f": (operation, "x")}, {"x": x, "f": float(value)}, "f")
    checks.close(grads, {"x": slope, "f": 1.0}, f"grads of {operation} at x = {x:g}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_graph_backward_accumulates", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · values that are used twice · 2 points
for graph, slope in (({"f": ("mul", "x", "x")}, 6.0), ({"f": ("add", "x", "x")}, 2.0),
                     ({"a": ("neg", "x"), "b": ("mul", "x", "a"), "f": ("add", "a", "b")}, -7.0)):
    grads = graph_backward(graph, known.right_values(graph, {"x": 3.0}), "f")
    check_grads(grads, graph, {"x": 3.0}, "f")
    checks.close(grads["x"], slope, f"grads['x'] for x = 3 in {graph}")
checks.passed("graph_backward", "gradients that arrive at the same name are added up")
### BEGIN HIDDEN TESTS
for graph, inputs in (({"a": ("mul", "x", "x"), "b": ("mul", "a", "a"), "f": ("mul", "b", "x")}, {"x": 1.3}),
                      ({"a": ("exp", "x"), "b": ("mul", "a", "y"), "c": ("sub", "a", "b"), "d": ("max", "a", "c"), "f": ("add", "d", "c")},
                       {"x": 0.4, "y": -0.8}),
                      ({"a": ("sub", "x", "y"), "b": ("mul", "a", "x"), "f": ("sub", "b", "b")}, {"x": 0.4, "y": -0.8})):
    check_grads(graph_backward(graph, known.right_values(graph, inputs), "f"), graph, inputs, "f")
for seed in range(70, 76):
    graph, inputs, output = make_graph(seed, 10)
    check_grads(graph_backward(graph, known.right_values(graph, inputs), output), graph, inputs, output)
fourth_power = {"a": ("mul", "x", "x"), "b": ("mul", "a", "a")}
checks.close(graph_backward(fourth_power, {"x": 2.0, "a": 4.0, "b": 16.0}, "b"), {"x": 32.0, "a": 8.0, "b": 1.0}, "grads of x^4 at 2")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_graph_backward_order", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · any order of the dict · 1 point
mixed = {"f": ("mul", "b", "c"), "b": ("add", "a", "x"), "a": ("mul", "x", "y"), "c": ("exp", "a")}
inputs = {"x": 0.5, "y": -3.0}
grads = graph_backward(mixed, known.right_values(mixed, inputs), "f")
check_grads(grads, mixed, inputs, "f")
checks.passed("graph_backward", "the nodes of the dict may stand in any order")
### BEGIN HIDDEN TESTS
for seed in range(80, 88):
    graph, inputs, output = make_graph(seed, 10)
    graph = shuffled(graph, seed)
    check_grads(graph_backward(graph, known.right_values(graph, inputs), output), graph, inputs, output)
values = known.right_values(graph, inputs)
given = dict(values)
grads, (_, after, _) = checks.call(graph_backward, graph, given, output)
checks.unchanged(after, given, "values of graph_backward")
grads = checks.own_work(graph_backward, graph, values, output)
check_grads(grads, graph, inputs, output)
### END HIDDEN TESTS

# %% [markdown]
# The output may be any node, also one in the middle. What comes after it does not change it.

# %% nbgrader={"grade": true, "grade_id": "test_graph_backward_output", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · any output · 1 point
graph = {"a": ("mul", "x", "y"), "b": ("exp", "a"), "c": ("mul", "b", "z"), "d": ("neg", "a")}
inputs = {"x": 0.5, "y": -2.0, "z": 4.0}
grads = graph_backward(graph, known.right_values(graph, inputs), "b")
check_grads(grads, graph, inputs, "b")
checks.close(grads["c"], 0.0, "grads['c'], where c depends on the output b")
checks.passed("graph_backward", "any node can be the output")
### BEGIN HIDDEN TESTS
for seed in range(90, 94):
    graph, inputs, _ = make_graph(seed, 9)
    for output in list(graph)[2:8:2]:
        check_grads(graph_backward(graph, known.right_values(graph, inputs), output), graph, inputs, output)
grads = graph_backward({"b": ("neg", "a"), "a": ("inv", "x")}, {"x": 2.0, "a": 0.5, "b": -0.5}, "a")
checks.close(grads, {"x": -0.25, "a": 1.0, "b": 0.0}, "grads of 1 / x at 2")
### END HIDDEN TESTS

# %% [markdown]
# Your two functions at work: the circuit with all its values and gradients.

# %% nbgrader={"grade": false, "grade_id": "demo_circuit", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
values = graph_forward(CIRCUIT, INPUTS)
vis.computational_graph(CIRCUIT, values, graph_backward(CIRCUIT, values, "out"));

# %% [markdown]
# Read it from right to left, and say for each kind of node what it does: a sum **distributes** its upstream gradient, a product **swaps**
# (each argument gets the upstream gradient times the other one), a maximum **routes** it to the larger argument. Frameworks such as PyTorch
# do what you have just done. They record the graph while the forward pass runs.

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): draw a graph of your own. When is the gradient of x zero? When is it negative?
graph = {"a": ("mul", "x", "x"), "b": ("max", "a", "y"), "f": ("log", "b")}
values = graph_forward(graph, {"x": 1.5, "y": 3.0})
vis.computational_graph(graph, values, graph_backward(graph, values, "f"));

# %% [markdown]
# How much does it save? Below are graphs of neurons with more and more weights. The measured gradient needs two forward passes for each
# weight; the backward pass is a single one, whatever the number of weights.

# %% nbgrader={"grade": false, "grade_id": "demo_cost", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def neuron(num_weights):
    """The graph of exp(w0 x0 + w1 x1 + ...), and random inputs."""
    graph = {f"p{k}": ("mul", f"w{k}", f"x{k}") for k in range(num_weights)}
    graph |= {f"s{k}": ("add", f"s{k - 1}" if k > 1 else "p0", f"p{k}") for k in range(1, num_weights)}
    inputs = dict(zip([f"{c}{k}" for c in "wx" for k in range(num_weights)], np.random.default_rng(0).normal(size=2 * num_weights)))
    return graph | {"f": ("exp", f"s{num_weights - 1}")}, inputs


sizes, seconds = (2, 5, 10, 20, 50), {"measured": [], "backpropagation": []}
for num_weights in sizes:
    graph, inputs = neuron(num_weights)
    names = [f"w{k}" for k in range(num_weights)]
    begin = time.perf_counter()
    measured = numeric_gradient(lambda w: graph_forward(graph, {**inputs, **dict(zip(names, w))})["f"], np.array([inputs[name] for name in names]))
    middle = time.perf_counter()
    derived = graph_backward(graph, graph_forward(graph, inputs), "f")
    seconds["measured"].append(middle - begin)
    seconds["backpropagation"].append(time.perf_counter() - middle)
print(f"largest difference of the two gradients: {max(abs(measured[k] - derived[name]) for k, name in enumerate(names)):.1e}")
fig, ax = plt.subplots(figsize=(6, 3), layout="constrained")
for name, values in seconds.items():
    ax.plot(sizes, 1e3 * np.array(values), "o-", label=name)
ax.set(xlabel="weights", ylabel="milliseconds", yscale="log")
ax.legend();

# %% [markdown]
# And now train something with it. The graph below is a net with three hidden ReLU units and one output, for the four points of the
# exclusive or (XOR): the output should be 1 if exactly one of the two inputs is 1. No linear classifier can do that. Every number of the
# net is a name in the graph. (The random start matters: with about half of the seeds, units are dead from the beginning or die on the
# way, and the loss stays near 0.25, that of a net that always answers 1/2.)

# %% nbgrader={"grade": false, "grade_id": "demo_xor", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
graph = {}
for unit in "abc":
    graph |= {f"{unit}1": ("mul", f"u{unit}", "x1"), f"{unit}2": ("mul", f"v{unit}", "x2"), f"{unit}3": ("add", f"{unit}1", f"{unit}2"),
              f"{unit}4": ("add", f"{unit}3", f"b{unit}"), unit: ("max", "zero", f"{unit}4"), f"{unit}5": ("mul", f"w{unit}", unit)}
graph |= {"s": ("add", "a5", "b5"), "t": ("add", "s", "c5"), "off": ("sub", "t", "y"), "loss": ("mul", "off", "off")}
rng = np.random.default_rng(1)
weights = {f"{kind}{unit}": 0.0 if kind == "b" else rng.normal() for unit in "abc" for kind in "uvbw"}
points, history = [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)], []
for _ in range(300):
    total, slopes = 0.0, dict.fromkeys(weights, 0.0)
    for x1, x2, target in points:
        values = graph_forward(graph, {**weights, "x1": x1, "x2": x2, "y": target, "zero": 0.0})
        grads = graph_backward(graph, values, "loss")
        total += values["loss"] / len(points)
        slopes = {name: slopes[name] + grads[name] / len(points) for name in weights}
    weights = {name: weights[name] - 0.1 * slopes[name] for name in weights}
    history.append(total)
for x1, x2, target in points:
    print(x1, x2, f"-> {graph_forward(graph, {**weights, 'x1': x1, 'x2': x2, 'y': target, 'zero': 0.0})['t']:+.2f}, should be {target}")
vis.loss_curve(history);

# %% [markdown]
# ## From numbers to arrays
#
# A net with one node for each number would be slow. So nodes hold whole arrays. If the value of a node has $M$ numbers and its argument has
# $D$, there are $M \cdot D$ local slopes: how fast does output $i$ grow with input $j$? They form the **Jacobian**, a matrix with a row for
# each output and a column for each input. Here are the Jacobians of three operations. White is 0.

# %% nbgrader={"grade": false, "grade_id": "picture_jacobians", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, axes = plt.subplots(1, 3, figsize=(9, 3), layout="constrained")
weights = np.random.default_rng(2).normal(size=(4, 5))
examples = (("ReLU of (1, −2, 3, −1)", np.diag([1.0, 0.0, 1.0, 0.0])), ("3 examples through an affine layer", np.kron(np.eye(3), weights.T)),
            ("softmax of 6 scores", None))
p = np.exp([1.0, 0.0, 2.0, -1.0, 0.5, 1.0]) / np.exp([1.0, 0.0, 2.0, -1.0, 0.5, 1.0]).sum()
for ax, (title, J) in zip(axes, examples):
    J = np.diag(p) - np.outer(p, p) if J is None else J
    ax.imshow(J, cmap="RdBu", vmin=-np.abs(J).max(), vmax=np.abs(J).max())
    ax.set(title=title, xlabel="input", ylabel="output", xticks=[], yticks=[])

# %% [markdown]
# ### Exercise 5: `jacobian` · 2 points
#
# Measure the Jacobian of a function from arrays to arrays: $J_{ij} = \partial f_i / \partial x_j$. Arrays with more than one axis are read
# as a long row of numbers, in NumPy's usual order.
#
# By hand: $f(x) = (x_0 x_1,\ x_0^2,\ 3 x_1)$ at $x = (1, -2)$ has three outputs and two inputs. Its Jacobian has the rows
# $(x_1, x_0) = (-2, 1)$, $(2 x_0, 0) = (2, 0)$ and $(0, 3)$.

# %% nbgrader={"grade": false, "grade_id": "jacobian", "locked": false, "schema_version": 3, "solution": true, "task": false}
def jacobian(f, x):
    """The Jacobian of f at x, by central differences with a small step, such as 1e-5.

    Parameters: f, a function of one array that returns an array; x, an array of floats of any shape, which stays as it is.
    Returns: J (M, D), where f(x) has M numbers and x has D: the slope of output i along input j.

    Approach
        1. moving one input changes all outputs: that is one column of J
        2. flatten what f returns

    Example
        f = lambda x: np.array([x.sum()]), x = np.ones((2, 2)): the result is [[1, 1, 1, 1]], up to rounding.
    """
    ### BEGIN SOLUTION
    h, columns = 1e-5, []
    for place in np.ndindex(x.shape):
        upper, lower = np.array(x), np.array(x)
        upper[place], lower[place] = x[place] + h, x[place] - h
        columns.append((np.ravel(f(upper)) - np.ravel(f(lower))) / (2 * h))
    return np.stack(columns, axis=1)  # (M, D)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_jacobian_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
### BEGIN HIDDEN TESTS
def slopes(f, x, h=1e-5):
    return checks.numeric_gradient(f, x, h)


def gradient_is_right():
    x = np.array([[0.5, -1.0], [2.0, 1.5]])
    before = x.copy()
    own = numeric_gradient(lambda v: np.sum(v**3), x)
    return np.allclose(own, 3 * before**2, rtol=1e-6) and np.array_equal(x, before)


checks.lend(jacobian, gradient_is_right, numeric_gradient=slopes)
### END HIDDEN TESTS
def f(v):
    return np.array([v[0] * v[1], v[0] ** 2, 3 * v[1]])


J = jacobian(f, np.array([1.0, -2.0]))
checks.close(J, [[-2.0, 1.0], [2.0, 0.0], [0.0, 3.0]], "the Jacobian of (x0 x1, x0^2, 3 x1)",
             mistakes=known.jacobian(f, np.array([1.0, -2.0])))
checks.passed("jacobian", "a row for each output, a column for each input")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(100)
for M, D in ((4, 2), (3, 3), (1, 5), (5, 1)):
    A, x = rng.normal(size=(M, D)), rng.normal(size=D)
    for f, right in ((lambda v: A @ v, A), (lambda v: np.sin(A @ v), np.cos(A @ x)[:, None] * A)):
        checks.close(jacobian(f, x), right, f"the Jacobian of a function of {D} numbers that returns {M}", mistakes=known.jacobian(f, x))
x = np.array([1.0, -2.0, 3.0, -1.0])
checks.close(jacobian(lambda v: np.maximum(v, 0), x), np.diag([1.0, 0.0, 1.0, 0.0]), "the Jacobian of ReLU at (1, -2, 3, -1)",
             mistakes=known.jacobian(lambda v: np.maximum(v, 0), x))
cubes = np.asarray(jacobian(lambda v: 1e4 * v**3, np.array([0.0, 1.0])))
checks.close(cubes, [[0.0, 0.0], [0.0, 3e4]], "the Jacobian of 10000 x^3 at (0, 1)", rtol=1e-6, atol=1e-3)
curved = jacobian(lambda v: 1e5 * v**2, np.array([0.0, 1e-3]))
checks.close(curved, [[0.0, 0.0], [0.0, 200.0]], "the Jacobian of 100000 x^2 at (0, 0.001)", atol=1e-3,
             mistakes=known.jacobian(lambda v: 1e5 * v**2, np.array([0.0, 1e-3])))
J = checks.own_work(jacobian, lambda v: v * v, x)
checks.close(J, np.diag(2 * x), "the Jacobian of the squares")
### END HIDDEN TESTS

# %% [markdown]
# What does a node need on its way back? It is told `dout`, the upstream gradient, a number for each of its outputs. Input $j$ reaches the
# loss through every output, so the chain rule adds up $\sum_i \mathrm{dout}_i\,J_{ij}$. This is the transposed Jacobian times `dout`, a
# **vector-Jacobian product** (VJP).

# %% nbgrader={"grade": true, "grade_id": "test_jacobian_arrays", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · arrays and their VJP · 1 point
x, dout = np.array([1.0, -2.0, 3.0, -1.0]), np.array([4.0, -1.0, -5.0, 9.0])
J = jacobian(lambda v: np.maximum(v, 0), x)  # ReLU
checks.shape(J, (4, 4), "the Jacobian of ReLU of 4 numbers")
checks.close(np.asarray(J).T @ dout, [4.0, 0.0, -5.0, 0.0], "the VJP of ReLU: what was negative gets nothing")
matrix = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
J = jacobian(lambda v: v.T, matrix)  # it moves numbers to other places
checks.close(J, np.eye(6)[[0, 3, 1, 4, 2, 5]], "the Jacobian of a transposition", mistakes=known.jacobian(lambda v: v.T, matrix))
checks.passed("jacobian", "arrays of any shape")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(110)
for shape, f in (((2, 3), lambda v: np.cumsum(v, axis=0) * v), ((2, 2, 2), lambda v: v.sum(axis=1)), ((3, 1), lambda v: v @ np.ones((1, 2)) + v**2),
                 ((2, 3), lambda v: np.array([np.prod(v)]))):
    x = rng.normal(size=shape)
    given, dout = x.copy(), rng.normal(size=np.shape(f(x)))
    J = jacobian(f, given)
    checks.unchanged(given, x, "x of jacobian")
    checks.shape(J, (dout.size, x.size), f"the Jacobian for x of shape {shape} and f(x) of shape {dout.shape}")
    checks.gradient(lambda v: np.sum(f(v) * dout), x, (np.asarray(J).T @ dout.ravel()).reshape(shape), f"J.T @ dout for x of shape {shape}")
    checks.close(J, np.array([checks.numeric_gradient(lambda v: np.ravel(f(v))[m], x).ravel() for m in range(dout.size)]),
                 f"the Jacobian for x of shape {shape} and f(x) of shape {dout.shape}", mistakes=known.jacobian(f, x))
### END HIDDEN TESTS

# %% [markdown]
# **Question 1** · 2 points. An affine layer $XW$ gets $N = 64$ examples of $D = 4096$ numbers and returns $M = 4096$ numbers for each. How
# many numbers does its full Jacobian with respect to $X$ have, and how many gigabytes are that in float32? Which part of it can be
# different from 0, and why is the Jacobian never needed?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_jacobian", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# The output has 64 · 4096 = 262,144 numbers, and so has $X$. The Jacobian has 262,144² = 6.9 · 10^10 numbers, which take 2.7 · 10^11 bytes:
# about 275 GB (256 GiB).
#
# The outputs of an example depend on that example alone, so only the 64 blocks on the diagonal, each with 4096 · 4096 numbers, can be
# different from 0: one part in 64. All of these blocks hold the same numbers, those of $W$. Backpropagation needs only the product of the
# Jacobian with the upstream gradient, which is a product of two small matrices, the upstream gradient and $W$ transposed.
#
# Scheme
# - [1] (64 * 4096)^2, about 6.9e10 numbers, about 275 GB (256 GiB is as good; 1 GB = 2^30 bytes as well)
# - [0.5] block diagonal: outputs depend on their own example only (1/64 of the numbers, all of them copies of W)
# - [0.5] only the product with dout is needed, which is computed directly, as a matrix product
# ### END SOLUTION

# %% [markdown]
# ### Exercise 6: `matmul_vjp` · 3 points
#
# The matrix product $Z = X W$ is the heart of every layer. Write its VJP without a Jacobian.
#
# Look at a single number: $z_{nm} = \sum_d x_{nd} w_{dm}$. The input $x_{nd}$ reaches the outputs $z_{n1}, z_{n2}, \ldots$ of the same row,
# each time multiplied by a weight. Add up: $\sum_m \mathrm{dout}_{nm} w_{dm}$. This is again a matrix product. Which matrix has to be
# transposed?
#
# By hand: $X = (1\ \ 2)$, $W = \binom{3}{4}$, $\mathrm{dout} = (10)$. The only output is $1 \cdot 3 + 2 \cdot 4 = 11$, so the gradient of
# $X$ is $10 \cdot (3\ \ 4) = (30\ \ 40)$, and that of $W$ is $10 \cdot \binom{1}{2}$.

# %% nbgrader={"grade": false, "grade_id": "matmul_vjp", "locked": false, "schema_version": 3, "solution": true, "task": false}
def matmul_vjp(dout, X, W):
    """The backward pass of the matrix product X @ W.

    Parameters: dout (N, M), the gradient of the loss with respect to X @ W; X (N, D); W (D, M).
    Returns: dX (N, D) and dW (D, M), the gradients of the loss with respect to X and W.

    Approach
        1. write down the sum for one entry, as above
        2. check it with the shapes: there is only one way to get (N, D) out of (N, M) and (D, M)
    """
    ### BEGIN SOLUTION
    dX = np.dot(dout, np.transpose(W))  # (N, M) (M, D)
    dW = np.dot(np.transpose(X), dout)  # (D, N) (N, M)
    return dX, dW
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_matmul_vjp_dX", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · dX · 1 point
rng = np.random.default_rng(120)
X, W, dout = rng.normal(size=(3, 4)), rng.normal(size=(4, 2)), rng.normal(size=(3, 2))
dX, dW = checks.unpack(matmul_vjp(dout, X, W), "dX, dW")
checks.gradient(lambda v: np.sum(v @ W * dout), X, dX, "dX of matmul_vjp", mistakes=known.matmul_vjp(dout, X, W))
checks.passed("matmul_vjp", "dX agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, (N, D, M) in ((121, (2, 5, 3)), (122, (1, 3, 4)), (123, (4, 1, 2)), (124, (3, 2, 1))):
    rng = np.random.default_rng(seed)
    X, W, dout = rng.normal(size=(N, D)), rng.normal(size=(D, M)), rng.normal(size=(N, M))
    dX, dW = checks.unpack(matmul_vjp(dout, X, W), "dX, dW")
    checks.gradient(lambda v: np.sum(v @ W * dout), X, dX, f"dX for N, D, M = {N, D, M}", mistakes=known.matmul_vjp(dout, X, W))
scaled = checks.unpack(matmul_vjp(dout, 2.0**50 * X, W), "dX, dW")
checks.analytic(scaled[0], dX, "dX for an X 2**50 times as large, on which dX does not depend")
result = checks.derived(matmul_vjp, np.ones((1, 3)), np.ones((1, 20)), np.ones((20, 3)), size=20)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_matmul_vjp_dW", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · dW · 1 point
rng = np.random.default_rng(130)
X, W, dout = rng.normal(size=(3, 4)), rng.normal(size=(4, 2)), rng.normal(size=(3, 2))
dX, dW = checks.unpack(matmul_vjp(dout, X, W), "dX, dW")
checks.gradient(lambda v: np.sum(X @ v * dout), W, dW, "dW of matmul_vjp", mistakes=known.matmul_vjp(dout, X, W))
checks.passed("matmul_vjp", "dW agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, (N, D, M) in ((131, (2, 5, 3)), (132, (1, 3, 4)), (133, (4, 1, 2)), (134, (3, 2, 1))):
    rng = np.random.default_rng(seed)
    X, W, dout = rng.normal(size=(N, D)), rng.normal(size=(D, M)), rng.normal(size=(N, M))
    dX, dW = checks.unpack(matmul_vjp(dout, X, W), "dX, dW")
    checks.gradient(lambda v: np.sum(X @ v * dout), W, dW, f"dW for N, D, M = {N, D, M}", mistakes=known.matmul_vjp(dout, X, W))
scaled = checks.unpack(matmul_vjp(dout, X, 2.0**50 * W), "dX, dW")
checks.analytic(scaled[1], dW, "dW for a W 2**50 times as large, on which dW does not depend")
### END HIDDEN TESTS

# %% [markdown]
# Square matrices fit each other in any order, so their shapes tell nothing.

# %% nbgrader={"grade": true, "grade_id": "test_matmul_vjp_square", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · square matrices · 1 point
X, W, dout = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.0, 1.0], [2.0, 0.0]]), np.array([[1.0, 10.0], [0.0, 5.0]])
dX, dW = checks.unpack(matmul_vjp(dout, X, W), "dX, dW")
checks.close(dX, [[10.0, 2.0], [5.0, 0.0]], "dX of matmul_vjp", mistakes=known.matmul_vjp(dout, X, W))
checks.close(dW, [[1.0, 25.0], [2.0, 40.0]], "dW of matmul_vjp", mistakes=known.matmul_vjp(dout, X, W))
checks.passed("matmul_vjp", "square matrices")
### BEGIN HIDDEN TESTS
for seed in (140, 141):
    X, W, dout = np.random.default_rng(seed).normal(size=(3, 3, 3))
    dX, dW = checks.unpack(matmul_vjp(dout, X, W), "dX, dW")
    checks.gradient(lambda v: np.sum(v @ W * dout), X, dX, "dX for square matrices", mistakes=known.matmul_vjp(dout, X, W))
    checks.gradient(lambda v: np.sum(X @ v * dout), W, dW, "dW for square matrices", mistakes=known.matmul_vjp(dout, X, W))
result = checks.own_work(matmul_vjp, dout, X, W)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 7: `broadcast_vjp` · 3 points
#
# In $XW + b$, NumPy copies the biases $b$, of shape (M,), to every row of the (N, M) matrix. This is **broadcasting**. In the graph, each
# bias is used N times, and gradients that arrive at the same place are added up. So the gradient of $b$ is the sum of `dout` over the rows.
#
# NumPy's rule: shapes are aligned at their last axis. Axes that are missing in front are added, and axes of size 1 are stretched. Go back
# for any shapes.

# %% nbgrader={"grade": false, "grade_id": "picture_broadcast", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, axes = plt.subplots(1, 2, figsize=(8, 2.6), layout="constrained")
for ax, size, title in ((axes[0], (1, 4), "(4,) used as (3, 4): copied down"), (axes[1], (3, 1), "(3, 1) used as (3, 4): copied along")):
    shades = np.broadcast_to(np.linspace(0.2, 0.8, max(size)).reshape(size), (3, 4))
    ax.imshow(shades, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(3, 4):
        ax.text(column, row, f"b{max(row % size[0], column % size[1])}", ha="center", va="center")
    ax.set(title=title, xticks=[], yticks=[])

# %% [markdown]
# By hand: if `dout` is [[1, 2], [10, 20]], the gradient of an array of shape (2,) is [11, 22], that of shape (2, 1) is [[3], [30]], and
# that of shape (1, 1) is [[33]].

# %% nbgrader={"grade": false, "grade_id": "broadcast_vjp", "locked": false, "schema_version": 3, "solution": true, "task": false}
def broadcast_vjp(dout, shape):
    """The backward pass of broadcasting.

    Parameters: dout, the gradient of the loss with respect to an array after broadcasting; shape, a tuple, the shape of the array
        before. It fits the shape of dout, and may have fewer axes, or axes of size 1.
    Returns: an array of this shape, the gradient of the loss with respect to the array before broadcasting.

    Approach
        1. find the axes of dout that are new: those in front
        2. find the axes that were stretched: they have size 1 in `shape`
        3. sum over all of these, and return an array of exactly this shape
    """
    ### BEGIN SOLUTION
    new = dout.ndim - len(shape)
    stretched = [new + k for k, size in enumerate(shape) if size == 1]
    summed = dout.sum(axis=(*range(new), *stretched))
    return summed.reshape(shape)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_broadcast_vjp_new_axes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · new axes · 1 point
dout = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
checks.close(broadcast_vjp(dout, (3,)), [11.0, 22.0, 33.0], "the gradient of an array of shape (3,), used as (2, 3)",
             mistakes=known.broadcast_vjp(dout, (3,)))
checks.passed("broadcast_vjp", "sums over new axes")
### BEGIN HIDDEN TESTS
for seed, big, shape in ((150, (4, 3), (3,)), (151, (2, 3, 4), (4,)), (152, (2, 3, 4), (3, 4)), (153, (3, 3), (3,)), (154, (2, 3), ()), (155, (1, 4), (4,))):
    dout, x = np.random.default_rng(seed).normal(size=big), np.random.default_rng(-seed % 7).normal(size=shape)
    checks.gradient(lambda v: np.sum(np.broadcast_to(v, big) * dout), x, broadcast_vjp(dout, shape), f"the gradient of shape {shape} for dout of shape {big}",
                    mistakes=known.broadcast_vjp(dout, shape))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_broadcast_vjp_stretched_axes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · stretched axes · 1 point
dout = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
checks.close(broadcast_vjp(dout, (2, 1)), [[6.0], [60.0]], "the gradient of an array of shape (2, 1), used as (2, 3)",
             mistakes=known.broadcast_vjp(dout, (2, 1)))
checks.passed("broadcast_vjp", "sums over stretched axes, which stay with size 1")
### BEGIN HIDDEN TESTS
for seed, big, shape in ((160, (4, 3), (4, 1)), (161, (4, 3), (1, 3)), (162, (2, 3, 4), (2, 1, 4)), (163, (2, 3, 4), (1, 3, 1)), (164, (3, 3), (3, 1)),
                         (165, (3, 3), (1, 3)), (166, (4, 2), (1, 1))):
    dout, x = np.random.default_rng(seed).normal(size=big), np.random.default_rng(-seed % 7).normal(size=shape)
    checks.gradient(lambda v: np.sum(np.broadcast_to(v, big) * dout), x, broadcast_vjp(dout, shape), f"the gradient of shape {shape} for dout of shape {big}",
                    mistakes=known.broadcast_vjp(dout, shape))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_broadcast_vjp_both", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · both at once, and neither · 1 point
dout = np.arange(1.0, 13.0).reshape(2, 3, 2)
checks.close(broadcast_vjp(dout, (3, 1)), [[18.0], [26.0], [34.0]], "the gradient of an array of shape (3, 1), used as (2, 3, 2)",
             mistakes=known.broadcast_vjp(dout, (3, 1)))
checks.close(broadcast_vjp(dout[0], (3, 2)), dout[0], "the gradient without broadcasting", mistakes=known.broadcast_vjp(dout[0], (3, 2)))
checks.passed("broadcast_vjp", "any shape")
### BEGIN HIDDEN TESTS
for seed, big, shape in ((170, (2, 3, 4), (3, 1)), (171, (2, 3, 4), (1, 4)), (172, (2, 2, 3, 2), (2, 1, 2)), (173, (2, 2, 2), (2, 1)), (174, (3, 1, 2), (1, 2)),
                         (175, (2, 3), (2, 3)), (176, (3, 2, 4), (1, 1, 1))):
    dout, x = np.random.default_rng(seed).normal(size=big), np.random.default_rng(-seed % 7).normal(size=shape)
    checks.gradient(lambda v: np.sum(np.broadcast_to(v, big) * dout), x, broadcast_vjp(dout, shape), f"the gradient of shape {shape} for dout of shape {big}",
                    mistakes=known.broadcast_vjp(dout, shape))
result = checks.own_work(broadcast_vjp, dout, (3, 1, 1))
### END HIDDEN TESTS

# %% [markdown]
# ## Activation functions
#
# Between two affine layers stands a nonlinearity, the **activation function**. It works entry by entry, so its Jacobian is diagonal, and
# its VJP is simple: `dout` times the slope at each entry. Which function to choose has been argued about for decades. Blue is the function,
# red its slope.

# %% nbgrader={"grade": false, "grade_id": "picture_activations", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
line = np.linspace(-4, 4, 401)
shown = {"sigmoid": known.sigmoid(line), "tanh": known.tanh(line), "ReLU": np.maximum(line, 0), "leaky ReLU (0.1)": known.leaky_relu(line, 0.1),
         "ELU": known.elu(line), "maxout of x and −x/2": np.maximum(line, -line / 2)}
fig, axes = plt.subplots(2, 3, figsize=(9, 4.6), layout="constrained", sharex=True)
for ax, (name, curve) in zip(axes.flat, shown.items()):
    ax.axhline(0, color="#dddddd", lw=1)
    ax.plot(line, curve, color=vis.BLUE, lw=2)
    slopes = np.diff(curve) / np.diff(line)
    slopes[np.abs(np.diff(slopes, prepend=slopes[0])) > 0.2] = np.nan  # a gap where the slope jumps
    ax.plot(line[1:], slopes, color=vis.RED, lw=1.6)
    ax.set(title=name, ylim=(-1.3, 2.2))

# %% [markdown]
# A layer is again a pair of functions: `name_forward(x, ...)` returns `out, cache`, and `name_backward(dout, cache)` returns `dx`. You
# decide what goes into the cache.
#
# ### Exercise 8: `sigmoid_forward` · 2 points
#
# $$ \sigma(x) = \frac{1}{1 + e^{-x}} $$
#
# It squashes any number into the range from 0 to 1, and was the first activation function of neural nets, since it looks like the firing
# rate of a neuron. By hand: $\sigma(0) = 1/2$, and $\sigma(\ln 3) = 1 / (1 + 1/3) = 3/4$.
#
# Mind large numbers: the result has to be right at −1000 and 1000. ($e^{1000}$ is infinity for a computer. Infinity divided by infinity is
# NaN, 1 divided by infinity is 0. If NumPy warns of an overflow, but the result is right, you may ignore the warning.)

# %% nbgrader={"grade": false, "grade_id": "sigmoid_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sigmoid_forward(x):
    """The sigmoid, 1 / (1 + exp(-x)), entry by entry.

    Parameters: x, an array of floats of any shape.
    Returns: out, of the shape of x; cache, whatever sigmoid_backward needs.

    Approach
        1. write one NumPy expression for all entries
        2. ask what the slope can be computed from
    """
    ### BEGIN SOLUTION
    decay = np.exp(-abs(x))  # never above 1, so it cannot overflow
    out = np.where(x < 0, decay, 1.0) / (1.0 + decay)
    return out, out
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_sigmoid_forward_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
x = np.array([[0.0, np.log(3.0)], [-np.log(3.0), 2.0]])
out, cache = checks.unpack(sigmoid_forward(x), "out, cache")
checks.close(out, [[0.5, 0.75], [0.25, 0.880797]], "out of sigmoid_forward", mistakes=known.sigmoid_forward(x))
checks.passed("sigmoid_forward", "the right values")
### BEGIN HIDDEN TESTS
for seed, shape in ((180, (6,)), (181, (3, 4)), (182, (2, 2, 3))):
    x = 3 * np.random.default_rng(seed).normal(size=shape)
    out, cache = checks.unpack(sigmoid_forward(x), "out, cache")
    checks.close(out, known.sigmoid(x), f"out of sigmoid_forward for x of shape {shape}", mistakes=known.sigmoid_forward(x))
line = np.linspace(-3.0, 3.0, 25)
out, cache = checks.unpack(sigmoid_forward(line), "out, cache")
checks.close(out, known.sigmoid(line), "out of sigmoid_forward for numbers from -3 to 3", mistakes=known.sigmoid_forward(line))
result = checks.own_work(sigmoid_forward, x)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_sigmoid_forward_large", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · large numbers · 1 point
out, cache = checks.unpack(sigmoid_forward(np.array([-1000.0, -20.0, 20.0, 1000.0])), "out, cache")
checks.close(out, [0.0, 2.0611536e-9, 1.0 - 2.0611536e-9, 1.0], "out of sigmoid_forward at -1000, -20, 20 and 1000", rtol=1e-5, atol=1e-14)
checks.passed("sigmoid_forward", "large numbers")
### BEGIN HIDDEN TESTS
x = np.array([[-800.0, 710.0], [-5000.0, 1e5]])
out, cache = checks.unpack(sigmoid_forward(x), "out, cache")
checks.close(out, [[0.0, 1.0], [0.0, 1.0]], "out of sigmoid_forward at very large numbers")
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 9: `sigmoid_backward` · 2 points
#
# Differentiate $\sigma$, and write its slope with $\sigma$ itself: this is one reason why it was popular. Your circuit knows the answer for
# one number: at $x = 1$, where $\sigma = 0.731$, the slope is 0.197.
#
# The slope is 1/4 at 0, and this is its largest value. At $\pm 10$ it is only 0.0000454: the unit is **saturated**, and hardly any gradient
# passes.

# %% nbgrader={"grade": false, "grade_id": "sigmoid_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sigmoid_backward(dout, cache):
    """The backward pass of the sigmoid.

    Parameters: dout, the gradient of the loss with respect to out, of the shape of x; cache, what sigmoid_forward returned.
    Returns: dx, of the shape of x.

    Approach
        1. derive the slope on paper, and check that it gives 1/4 at 0 and 0.197 at 1
        2. multiply it by dout
    """
    ### BEGIN SOLUTION
    sigmoid_of_x = cache
    return dout * (sigmoid_of_x - sigmoid_of_x**2)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_sigmoid_backward_gradient", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · gradient · 1 point
x, dout = np.array([[-1.0, 0.0, 2.0], [0.5, -3.0, 1.0]]), np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])
check_back(known.sigmoid, sigmoid_forward, sigmoid_backward, dout, (x,), "dx of sigmoid_backward",
           known.sigmoid_backward(x, dout))
checks.passed("sigmoid_backward", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, shape in ((190, (5,)), (191, (2, 3, 2))):
    x, dout = 2 * np.random.default_rng(seed).normal(size=(2, *shape))
    check_back(known.sigmoid, sigmoid_forward, sigmoid_backward, dout, (x,), f"dx of sigmoid_backward for x of shape {shape}",
               known.sigmoid_backward(x, dout))
_, cache = checks.forward_pass(sigmoid_forward, x)
dx = checks.derived(sigmoid_backward, dout, cache, size=x.size)
result = checks.own_work(sigmoid_backward, dout, cache)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_sigmoid_backward_saturated", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · saturated units · 1 point
x = np.array([-1000.0, -10.0, 0.0, 10.0, 1000.0])
out, slopes = [0.0, 4.53979e-5, 0.5, 0.9999546, 1.0], [0.0, 4.53958e-5, 0.25, 4.53958e-5, 0.0]
check_far(sigmoid_forward, sigmoid_backward, np.ones(5), (x,), out, slopes, "the slope of the sigmoid at -1000, -10, 0, 10 and 1000")
checks.passed("sigmoid_backward", "1/4 at 0, next to nothing far away")
### BEGIN HIDDEN TESTS
x = np.array([[-2000.0, 0.0], [30.0, -15.0]])
out, dx = [[0.0, 0.5], [1.0 - 9.357623e-14, 3.0590222e-7]], [[0.0, 1.0], [9.3576e-8, 0.305902]]
check_far(sigmoid_forward, sigmoid_backward, np.array([[3.0, 4.0], [1e6, 1e6]]), (x,), out, dx, "dx of sigmoid_backward at -2000, 0, 30 and -15", 1e-3)
one, other = np.array([0.5, -1.0]), np.array([2.0, 3.0])
_, cache = checks.forward_pass(sigmoid_forward, one)
before = sigmoid_backward(np.ones(2), cache)
checks.shape(before, (2,), "dx of sigmoid_backward")
checks.forward_pass(sigmoid_forward, other)
again = sigmoid_backward(np.ones(2), cache)
checks.shape(again, (2,), "dx of sigmoid_backward")
checks.true(np.allclose(np.asarray(before), np.asarray(again)), known.NOT_FROM_CACHE)
### END HIDDEN TESTS

# %% [markdown]
# ### Zigzag
#
# The sigmoid has a second disadvantage: all of its outputs are positive. Take a unit with two weights whose inputs are positive. Its
# gradient is the upstream number times the inputs, so **both entries have the same sign**. Both weights grow, or both shrink. If one should
# grow and the other shrink, gradient descent with one example at a time has to zigzag. The picture shows it, beside the same inputs with
# their mean subtracted (and doubled, so that both paths have steps of similar length).

# %% nbgrader={"grade": false, "grade_id": "picture_zigzag", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
rng = np.random.default_rng(4)
inputs = rng.uniform(0.2, 1.0, size=(100, 2))
fig, axes = plt.subplots(1, 2, figsize=(8.5, 3.7), layout="constrained", sharex=True, sharey=True)
for ax, rows, title in ((axes[0], inputs, "all inputs positive"), (axes[1], (inputs - inputs.mean(axis=0)) * 2, "inputs around 0")):
    target, w = np.array([1.0, -1.0]), np.array([-1.0, 1.0])  # where the loss is lowest, and where the descent starts
    path = [w]
    for k in range(40):
        off = rows[k] @ (w - target)
        w = w - 1.2 * off * rows[k]
        path.append(w)
    path = np.array(path)
    grid = np.stack(np.meshgrid(np.linspace(-1.6, 1.6, 60), np.linspace(-1.6, 1.6, 60)), axis=-1)
    ax.contour(grid[..., 0], grid[..., 1], np.mean(((grid - target) @ rows.T) ** 2, axis=-1), levels=12, cmap="Greys_r", linewidths=0.7)
    ax.plot(*path.T, "o-", color=vis.RED, ms=3, lw=1)
    ax.plot(*target, "*", color=vis.BLUE, ms=14)
    ax.set(title=f"{title}: distance {np.linalg.norm(path[-1] - target):.2f} after 40 steps", xlabel="first weight", ylabel="second weight")
    ax.title.set_fontsize(10)

# %% [markdown]
# ### Exercise 10: `tanh_forward` · 1 point
#
# The hyperbolic tangent is a sigmoid that is stretched to the range from −1 to 1, so that its outputs lie around 0:
#
# $$ \tanh x = \frac{e^x - e^{-x}}{e^x + e^{-x}} = 2\,\sigma(2x) - 1. $$
#
# By hand: $\tanh 0 = 0$, and $\tanh(\ln 2) = (2 - 1/2) / (2 + 1/2) = 3/5$. It has to be right at $\pm 1000$, too.

# %% nbgrader={"grade": false, "grade_id": "tanh_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def tanh_forward(x):
    """The hyperbolic tangent, entry by entry.

    Parameters: x, an array of floats of any shape.
    Returns: out, of the shape of x; cache, whatever tanh_backward needs.
    """
    ### BEGIN SOLUTION
    squashed_to_one = np.tanh(x)
    return squashed_to_one, squashed_to_one
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_tanh_forward_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
### BEGIN HIDDEN TESTS
def logistic(x):
    out = 0.5 * (1 + np.tanh(np.asarray(x) / 2))
    return out, out


def sigmoid_is_right():
    x = np.array([[-2.0, 0.5], [3.0, -1000.0], [1000.0, 0.0]])
    return np.allclose(first_of(sigmoid_forward(x)), logistic(x)[0], rtol=1e-6)


checks.lend(tanh_forward, sigmoid_is_right, sigmoid_forward=logistic)
### END HIDDEN TESTS
x = np.array([[0.0, np.log(2.0)], [-np.log(2.0), 1.5]])
out, cache = checks.unpack(tanh_forward(x), "out, cache")
checks.close(out, [[0.0, 0.6], [-0.6, 0.905148]], "out of tanh_forward", mistakes=known.tanh_forward(x))
out, cache = checks.unpack(tanh_forward(np.array([-1000.0, 1000.0])), "out, cache")
checks.close(out, [-1.0, 1.0], "out of tanh_forward at -1000 and 1000")
checks.passed("tanh_forward", "the right values")
### BEGIN HIDDEN TESTS
for seed, shape in ((200, (6,)), (201, (3, 4)), (202, (2, 2, 3))):
    x = 2 * np.random.default_rng(seed).normal(size=shape)
    out, cache = checks.unpack(tanh_forward(x), "out, cache")
    checks.close(out, 2 * known.sigmoid(2 * x) - 1, f"out of tanh_forward for x of shape {shape}", mistakes=known.tanh_forward(x))
result = checks.own_work(tanh_forward, x)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 11: `tanh_backward` · 1 point
#
# Derive its slope, by the rule for quotients or from $2\,\sigma(2x) - 1$, and write it with the output. It is 1 at 0, so it is four times
# as steep there as the sigmoid. It saturates as well.

# %% nbgrader={"grade": false, "grade_id": "tanh_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def tanh_backward(dout, cache):
    """The backward pass of tanh.

    Parameters: dout, the gradient of the loss with respect to out, of the shape of x; cache, what tanh_forward returned.
    Returns: dx, of the shape of x.
    """
    ### BEGIN SOLUTION
    squashed = cache
    return dout * (1 - squashed**2)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_tanh_backward_gradient", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · gradient · 1 point
x, dout = np.array([[-1.0, 0.0, 2.0], [0.5, -0.3, 1.0]]), np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])
check_back(known.tanh, tanh_forward, tanh_backward, dout, (x,), "dx of tanh_backward", known.tanh_backward(x, dout))
checks.passed("tanh_backward", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, shape in ((210, (5,)), (211, (2, 3, 2))):
    x, dout = np.random.default_rng(seed).normal(size=(2, *shape))
    check_back(known.tanh, tanh_forward, tanh_backward, dout, (x,), f"dx of tanh_backward for x of shape {shape}", known.tanh_backward(x, dout))
check_far(tanh_forward, tanh_backward, np.array([7.0, 2.0, 7.0]), (np.array([-1000.0, 0.0, 1000.0]),), [-1.0, 0.0, 1.0], [0.0, 2.0, 0.0],
          "dx of tanh_backward at -1000, 0 and 1000")
_, cache = checks.forward_pass(tanh_forward, x)
dx = checks.derived(tanh_backward, dout, cache, size=x.size)
result = checks.own_work(tanh_backward, dout, cache)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 12: `leaky_relu_forward` · 1 point
#
# ReLU does not saturate on the positive side, costs next to nothing, and made deep nets trainable. But where $x$ is negative its slope is
# 0, and a unit that is always there never learns again: it is **dead**. The leaky ReLU lets a little through: it is $x$ where $x > 0$, else
# $\alpha x$.
#
# By hand: with $\alpha = 0.1$, (−2, 3) becomes (−0.2, 3).

# %% nbgrader={"grade": false, "grade_id": "leaky_relu_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def leaky_relu_forward(x, alpha=0.01):
    """x where it is positive, else alpha * x.

    Parameters: x, an array of floats of any shape; alpha, the slope below 0, a number between 0 and 1.
    Returns: out, of the shape of x; cache, whatever leaky_relu_backward needs.
    """
    ### BEGIN SOLUTION
    return np.where(x > 0, x, alpha * x), (x, alpha)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_leaky_relu_forward_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
x = np.array([[-2.0, 3.0], [0.5, -0.25]])
out, cache = checks.unpack(leaky_relu_forward(x, 0.1), "out, cache")
checks.close(out, [[-0.2, 3.0], [0.5, -0.025]], "out of leaky_relu_forward with alpha = 0.1", mistakes=known.leaky_relu_forward(x, 0.1))
out, cache = checks.unpack(leaky_relu_forward(x), "out, cache")
checks.close(out, [[-0.02, 3.0], [0.5, -0.0025]], "out of leaky_relu_forward without alpha", mistakes=known.leaky_relu_forward(x, 0.01))
checks.passed("leaky_relu_forward", "the right values")
### BEGIN HIDDEN TESTS
for seed, shape, alpha in ((220, (6,), 0.3), (221, (3, 4), 0.05), (222, (2, 2, 3), 0.6)):
    x = np.random.default_rng(seed).normal(size=shape)
    out, cache = checks.unpack(leaky_relu_forward(x, alpha), "out, cache")
    checks.close(out, known.leaky_relu(x, alpha), f"out of leaky_relu_forward for alpha = {alpha}", mistakes=known.leaky_relu_forward(x, alpha))
result = checks.own_work(leaky_relu_forward, x, alpha)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 13: `leaky_relu_backward` · 1 point
#
# At exactly 0 there is a kink, and no test looks there.

# %% nbgrader={"grade": false, "grade_id": "leaky_relu_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def leaky_relu_backward(dout, cache):
    """The backward pass of the leaky ReLU.

    Parameters: dout, the gradient of the loss with respect to out, of the shape of x; cache, what leaky_relu_forward returned.
    Returns: dx, of the shape of x.
    """
    ### BEGIN SOLUTION
    x, alpha = cache
    return np.where(x > 0, 1.0, alpha) * dout
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_leaky_relu_backward_gradient", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · gradient · 1 point
x, dout = np.array([[-1.0, 0.4, 2.0], [0.5, -0.3, 1.0]]), np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])
check_back(known.leaky_relu, leaky_relu_forward, leaky_relu_backward, dout, (x, 0.1), "dx of leaky_relu_backward",
           known.leaky_relu_backward(x, dout, 0.1))
checks.passed("leaky_relu_backward", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, shape, alpha in ((230, (5,), 0.3), (231, (2, 3, 2), 0.05), (232, (4, 3), 0.01)):
    x, dout = np.random.default_rng(seed).normal(size=(2, *shape))
    check_back(known.leaky_relu, leaky_relu_forward, leaky_relu_backward, dout, (x, alpha), f"dx of leaky_relu_backward for alpha = {alpha}",
               known.leaky_relu_backward(x, dout, alpha))
_, cache = checks.forward_pass(leaky_relu_forward, x, alpha)
dx = checks.derived(leaky_relu_backward, dout, cache, size=x.size)
result = checks.own_work(leaky_relu_backward, dout, cache)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 14: `elu_forward` · 2 points
#
# The exponential linear unit is $x$ where $x > 0$, else $\alpha\,(e^x - 1)$. It bends smoothly (for $\alpha = 1$) and comes to rest at
# $-\alpha$, so its outputs lie closer around 0 than those of ReLU.
#
# By hand: at $x = -\ln 2$ with $\alpha = 2$ it is $2 \cdot (1/2 - 1) = -1$.
#
# Mind large numbers again: $e^{1000}$ overflows, although it is not needed at $x = 1000$. Zero times infinity is NaN.

# %% nbgrader={"grade": false, "grade_id": "elu_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def elu_forward(x, alpha=1.0):
    """x where it is positive, else alpha * (exp(x) - 1).

    Parameters: x, an array of floats of any shape; alpha, a positive number.
    Returns: out, of the shape of x; cache, whatever elu_backward needs.
    """
    ### BEGIN SOLUTION
    negative = np.exp(np.where(x < 0, x, 0.0)) - 1.0  # 0 where x is positive
    out = np.where(x < 0, alpha * negative, x)
    return out, (x, alpha)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_elu_forward_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
x = np.array([[-np.log(2.0), 3.0], [0.5, -np.log(4.0)]])
out, cache = checks.unpack(elu_forward(x, 2.0), "out, cache")
checks.close(out, [[-1.0, 3.0], [0.5, -1.5]], "out of elu_forward with alpha = 2", mistakes=known.elu_forward(x, 2.0))
out, cache = checks.unpack(elu_forward(x), "out, cache")
checks.close(out, [[-0.5, 3.0], [0.5, -0.75]], "out of elu_forward without alpha", mistakes=known.elu_forward(x, 1.0))
checks.passed("elu_forward", "the right values")
### BEGIN HIDDEN TESTS
for seed, shape, alpha in ((240, (6,), 0.3), (241, (3, 4), 1.7), (242, (2, 2, 3), 1.0)):
    x = 2 * np.random.default_rng(seed).normal(size=shape)
    out, cache = checks.unpack(elu_forward(x, alpha), "out, cache")
    checks.close(out, known.elu(x, alpha), f"out of elu_forward for alpha = {alpha}", mistakes=known.elu_forward(x, alpha))
result = checks.own_work(elu_forward, x, alpha)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_elu_forward_large", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · large numbers · 1 point
out, cache = checks.unpack(elu_forward(np.array([-1000.0, -30.0, 30.0, 1000.0]), 1.5), "out, cache")
checks.close(out, [-1.5, -1.5, 30.0, 1000.0], "out of elu_forward at -1000, -30, 30 and 1000")
checks.passed("elu_forward", "large numbers")
### BEGIN HIDDEN TESTS
out, cache = checks.unpack(elu_forward(np.array([[1e5, -1e5], [720.0, 0.0]]), 0.4), "out, cache")
checks.close(out, [[1e5, -0.4], [720.0, 0.0]], "out of elu_forward at very large numbers and at 0", rtol=1e-9)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 15: `elu_backward` · 2 points
#
# At exactly 0 no test looks, unless $\alpha = 1$, where there is no kink.

# %% nbgrader={"grade": false, "grade_id": "elu_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def elu_backward(dout, cache):
    """The backward pass of the ELU.

    Parameters: dout, the gradient of the loss with respect to out, of the shape of x; cache, what elu_forward returned.
    Returns: dx, of the shape of x.
    """
    ### BEGIN SOLUTION
    x, alpha = cache
    falling = np.exp(np.where(x < 0, x, 0.0))  # 1 where x is positive
    return dout * np.where(x < 0, alpha * falling, 1.0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_elu_backward_gradient", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · gradient · 1 point
x, dout = np.array([[-1.0, 0.4, 2.0], [0.5, -0.3, -1.7]]), np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])
check_back(known.elu, elu_forward, elu_backward, dout, (x, 2.0), "dx of elu_backward with alpha = 2",
           known.elu_backward(x, dout, 2.0))
checks.passed("elu_backward", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, shape, alpha in ((250, (5,), 0.3), (251, (2, 3, 2), 1.6), (252, (4, 3), 1.0)):
    x, dout = np.random.default_rng(seed).normal(size=(2, *shape))
    check_back(known.elu, elu_forward, elu_backward, dout, (x, alpha), f"dx of elu_backward for alpha = {alpha}", known.elu_backward(x, dout, alpha))
_, cache = checks.forward_pass(elu_forward, x, alpha)
dx = checks.derived(elu_backward, dout, cache, size=x.size)
result = checks.own_work(elu_backward, dout, cache)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_elu_backward_large", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · large numbers · 1 point
x, dout = np.array([-1000.0, -40.0, 40.0, 1000.0]), np.array([2.0, 3.0, 4.0, 5.0])
check_far(elu_forward, elu_backward, dout, (x, 1.5), [-1.5, -1.5, 40.0, 1000.0], [0.0, 0.0, 4.0, 5.0],
          "dx of elu_backward at -1000, -40, 40 and 1000")
checks.passed("elu_backward", "large numbers")
### BEGIN HIDDEN TESTS
check_far(elu_forward, elu_backward, np.array([2.0, -3.0, 4.0]), (np.array([0.0, 800.0, -1e5]), 1.0), [0.0, 800.0, -1.0], [2.0, -3.0, 0.0],
          "dx of elu_backward at 0, 800 and -100000")
_, cache = checks.forward_pass(elu_forward, np.array([[-2.0, 3.0, -0.5]]), 0.7)
checks.shape(elu_backward(np.array([[1.0, 2.0, 3.0]]), cache), (1, 3), "dx of elu_backward")
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 16: `prelu_forward` · 1 point
#
# How large should the slope $\alpha$ be? The **parametric ReLU** (PReLU) learns it, a slope for each feature. So $\alpha$ is a parameter,
# like the weights.
#
# By hand: with the slopes (0.1, 0.5), the example (−2, −2) becomes (−0.2, −1).

# %% nbgrader={"grade": false, "grade_id": "prelu_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def prelu_forward(x, alpha):
    """x where it is positive, else alpha * x, with an alpha for each feature.

    Parameters: x (N, D); alpha (D,), any numbers.
    Returns: out (N, D); cache, whatever prelu_backward needs.
    """
    ### BEGIN SOLUTION
    return np.where(x > 0, x, x * alpha), (x, alpha)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_prelu_forward_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
x, alpha = np.array([[-2.0, -2.0], [3.0, -1.0]]), np.array([0.1, 0.5])
out, cache = checks.unpack(prelu_forward(x, alpha), "out, cache")
checks.close(out, [[-0.2, -1.0], [3.0, -0.5]], "out of prelu_forward", mistakes=known.prelu_forward(x, alpha))
checks.passed("prelu_forward", "a slope for each feature")
### BEGIN HIDDEN TESTS
for seed, N, D in ((260, 4, 3), (261, 3, 3), (262, 1, 5), (263, 6, 1)):
    rng = np.random.default_rng(seed)
    x, alpha = rng.normal(size=(N, D)), rng.normal(size=D) + 0.5
    out, cache = checks.unpack(prelu_forward(x, alpha), "out, cache")
    checks.close(out, known.prelu(x, alpha), f"out of prelu_forward for N, D = {N, D}", mistakes=known.prelu_forward(x, alpha))
x, alpha = np.array([[-1.0, -2.0, 3.0]]), np.array([1.5, -0.5, 2.0])
out, cache = checks.unpack(prelu_forward(x, alpha), "out, cache")
checks.close(out, [[-1.5, 1.0, 3.0]], "out of prelu_forward with slopes above 1 and below 0", mistakes=known.prelu_forward(x, alpha))
result = checks.own_work(prelu_forward, x, alpha)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 17: `prelu_backward` · 2 points
#
# Two gradients: of `x`, and of `alpha`. (No test looks at the kink at 0.) The slope $\alpha_d$ is used in every example whose $x_{nd}$ is
# negative, and is multiplied by $x_{nd}$ there. You know what happens to a value that is used more than once.

# %% nbgrader={"grade": false, "grade_id": "prelu_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def prelu_backward(dout, cache):
    """The backward pass of the PReLU.

    Parameters: dout (N, D), the gradient of the loss with respect to out; cache, what prelu_forward returned.
    Returns: dx (N, D) and dalpha (D,), the gradients of the loss with respect to x and alpha.
    """
    ### BEGIN SOLUTION
    x, alpha = cache
    dx = np.where(x > 0, dout, dout * alpha)
    dalpha = np.sum(np.where(x > 0, 0.0, dout * x), axis=0)  # over the examples
    return dx, dalpha
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_prelu_backward_dx", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · dx · 1 point
x, alpha = np.array([[-1.0, 0.4], [0.5, -0.3], [-2.0, -1.5]]), np.array([0.1, 0.7])
dout = np.array([[1.0, -2.0], [3.0, 0.5], [4.0, -1.0]])
check_back(known.prelu, prelu_forward, prelu_backward, dout, (x, alpha), "dx of prelu_backward",
           known.prelu_backward(x, dout, alpha), "dx, dalpha", 0)
checks.passed("prelu_backward", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, N, D in ((270, 4, 3), (271, 3, 3), (272, 1, 5), (273, 5, 1)):
    rng = np.random.default_rng(seed)
    x, dout, alpha = rng.normal(size=(N, D)), rng.normal(size=(N, D)), rng.normal(size=D) + 0.5
    check_back(known.prelu, prelu_forward, prelu_backward, dout, (x, alpha), f"dx of prelu_backward for N, D = {N, D}",
               known.prelu_backward(x, dout, alpha), "dx, dalpha", 0)
_, cache = checks.forward_pass(prelu_forward, x[:, [0] * 20], alpha[[0] * 20])
result = checks.derived(prelu_backward, dout[:, [0] * 20], cache, size=20)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_prelu_backward_dalpha", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · dalpha · 1 point
x, alpha = np.array([[-1.0, 0.4], [0.5, -0.3], [-2.0, -1.5]]), np.array([0.1, 0.7])
dout = np.array([[1.0, -2.0], [3.0, 0.5], [4.0, -1.0]])
check_back(known.prelu, prelu_forward, prelu_backward, dout, (x, alpha), "dalpha of prelu_backward",
           known.prelu_backward(x, dout, alpha), "dx, dalpha", 1)
checks.passed("prelu_backward", "dalpha agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, N, D in ((280, 4, 3), (281, 3, 3), (282, 1, 5), (283, 5, 1)):
    rng = np.random.default_rng(seed)
    x, dout, alpha = rng.normal(size=(N, D)), rng.normal(size=(N, D)), rng.normal(size=D) + 0.5
    check_back(known.prelu, prelu_forward, prelu_backward, dout, (x, alpha), f"dalpha of prelu_backward for N, D = {N, D}",
               known.prelu_backward(x, dout, alpha), "dx, dalpha", 1)
_, cache = checks.forward_pass(prelu_forward, x, alpha)
result = checks.own_work(prelu_backward, dout, cache)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 18: `maxout_forward` · 1 point
#
# Maxout has no fixed shape at all. Each unit computes several affine functions, its **pieces**, and returns the largest. ReLU, leaky ReLU
# and $|x|$ are special cases. The price: a unit has several times as many weights.
#
# The layer gets the affine functions of all units side by side, those of a unit next to each other. By hand: the row (1, 5, −3, −2) with 2
# pieces has the groups (1, 5) and (−3, −2), and becomes (5, −2).

# %% nbgrader={"grade": false, "grade_id": "maxout_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def maxout_forward(x, pieces):
    """The largest number of each group of neighbouring columns.

    Parameters: x (N, M * pieces); pieces, how many columns belong to a group. Unit m has the columns m * pieces to (m + 1) * pieces - 1.
    Returns: out (N, M); cache, whatever maxout_backward needs.
    """
    ### BEGIN SOLUTION
    N = x.shape[0]
    groups = x.reshape(N, -1, pieces)  # (N, M, pieces)
    return groups.max(axis=2), (x, pieces)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_maxout_forward_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
x = np.array([[1.0, 5.0, -3.0, -2.0, 0.0, -7.0], [4.0, 2.0, 9.0, -1.0, -6.0, -5.0]])
out, cache = checks.unpack(maxout_forward(x, 2), "out, cache")
checks.close(out, [[5.0, -2.0, 0.0], [4.0, 9.0, -5.0]], "out of maxout_forward with 2 pieces", mistakes=known.maxout_forward(x, 2))
out, cache = checks.unpack(maxout_forward(x, 3), "out, cache")
checks.close(out, [[5.0, 0.0], [9.0, -1.0]], "out of maxout_forward with 3 pieces", mistakes=known.maxout_forward(x, 3))
checks.passed("maxout_forward", "the largest of each group")
### BEGIN HIDDEN TESTS
for seed, N, M, pieces in ((290, 4, 3, 2), (291, 2, 2, 4), (292, 3, 4, 3), (293, 1, 1, 5), (294, 5, 3, 1), (295, 3, 3, 3)):
    x = np.random.default_rng(seed).normal(size=(N, M * pieces)) - 0.5
    out, cache = checks.unpack(maxout_forward(x, pieces), "out, cache")
    checks.close(out, known.maxout(x, pieces), f"out of maxout_forward for N, M, pieces = {N, M, pieces}", mistakes=known.maxout_forward(x, pieces))
result = checks.own_work(maxout_forward, x, pieces)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 19: `maxout_backward` · 2 points
#
# A maximum routes: the whole gradient of a unit goes to the piece that was the largest, and the others get 0. If several are equal, **the
# first of them** gets all of it.

# %% nbgrader={"grade": false, "grade_id": "maxout_backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def maxout_backward(dout, cache):
    """The backward pass of maxout.

    Parameters: dout (N, M), the gradient of the loss with respect to out; cache, what maxout_forward returned.
    Returns: dx (N, M * pieces), 0 everywhere but at the largest number of each group; of equal numbers, the first one counts.

    Approach
        1. find out which piece was the largest; np.argmax returns the first one if several are equal
        2. put dout there
        3. give dx the shape of x
    """
    ### BEGIN SOLUTION
    x, pieces = cache
    groups = x.reshape(len(x), -1, pieces)  # (N, M, pieces)
    dx = np.zeros(groups.shape)
    n, m = np.indices(dout.shape)
    dx[n, m, groups.argmax(axis=2)] = dout
    return dx.reshape(len(dx), -1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_maxout_backward_gradient", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · gradient · 1 point
x, dout = np.array([[1.0, 5.0, -3.0, -2.0], [4.0, 2.0, 9.0, -1.0]]), np.array([[10.0, 20.0], [30.0, -40.0]])
check_back(known.maxout, maxout_forward, maxout_backward, dout, (x, 2), "dx of maxout_backward", known.maxout_backward(x, dout, 2))
checks.passed("maxout_backward", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, N, M, pieces in ((300, 4, 3, 2), (301, 2, 2, 4), (302, 3, 4, 3), (303, 1, 1, 5), (304, 5, 3, 1), (305, 3, 3, 3)):
    rng = np.random.default_rng(seed)
    x, dout = rng.normal(size=(N, M * pieces)), rng.normal(size=(N, M))
    check_back(known.maxout, maxout_forward, maxout_backward, dout, (x, pieces), f"dx of maxout_backward for N, M, pieces = {N, M, pieces}",
               known.maxout_backward(x, dout, pieces))
_, cache = checks.forward_pass(maxout_forward, np.arange(40.0).reshape(1, 40), 20)
dx = checks.derived(maxout_backward, np.ones((1, 2)), cache, size=40)
result = checks.own_work(maxout_backward, np.ones((1, 2)), cache)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_maxout_backward_ties", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · equal numbers · 1 point
x, dout = np.array([[7.0, 7.0, 1.0, 3.0, 5.0, 5.0]]), np.array([[10.0, 20.0]])
back(maxout_forward, maxout_backward, dout, (x, 3), known.maxout(x, 3), lambda dx: checks.close(
    dx, [[10.0, 0.0, 0.0, 0.0, 20.0, 0.0]], "dx of maxout_backward, where two numbers are the largest", mistakes=known.maxout_backward(x, dout, 3)))
checks.passed("maxout_backward", "the first of equal numbers gets the gradient")
### BEGIN HIDDEN TESTS
x, dout = np.array([[0.0, 0.0, 0.0, 0.0], [-1.0, -1.0, 2.0, 2.0]]), np.array([[1.0, -2.0], [3.0, 4.0]])
back(maxout_forward, maxout_backward, dout, (x, 2), known.maxout(x, 2), lambda dx: checks.close(
    dx, [[1.0, 0.0, -2.0, 0.0], [3.0, 0.0, 4.0, 0.0]], "dx of maxout_backward, where all numbers of a group are equal",
    mistakes=known.maxout_backward(x, dout, 2)))
back(maxout_forward, maxout_backward, dout, (x, 2), known.maxout(x, 2),
     lambda dx: checks.dtype(dx, np.float64, "dx of maxout_backward for arrays of float64"))
### END HIDDEN TESTS

# %% [markdown]
# Your functions and their slopes, beside four newer ones from the library. **Softplus**, $\ln(1 + e^x)$, is a smooth ReLU; its slope is the
# sigmoid. **SELU** is an ELU whose two constants keep the activations of a deep net at mean 0 and variance 1. **GELU** and **Swish**
# multiply $x$ by a soft gate. They dip below 0, and most large language models use one of them.

# %% nbgrader={"grade": false, "grade_id": "demo_activations", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
from cs231n_lib import layers

line = np.linspace(-5, 5, 201)
pairs = {"sigmoid": (sigmoid_forward, sigmoid_backward), "tanh": (tanh_forward, tanh_backward),
         "leaky ReLU (0.1)": (lambda x: leaky_relu_forward(x, 0.1), leaky_relu_backward), "ELU": (elu_forward, elu_backward)}
pairs |= {name: (getattr(layers, f"{name.lower()}_forward"), getattr(layers, f"{name.lower()}_backward")) for name in ("softplus", "SELU", "GELU", "Swish")}
fig, axes = plt.subplots(2, 4, figsize=(10, 4.6), layout="constrained", sharex=True, sharey=True)
for ax, (name, (forward, backward)) in zip(axes.flat, pairs.items()):
    out, cache = forward(line)
    ax.axhline(0, color="#dddddd", lw=1)
    ax.plot(line, out, color=vis.BLUE, lw=2)
    ax.plot(line, backward(np.ones_like(line), cache), color=vis.RED, lw=1.6)
    ax.set(title=name, ylim=(-2, 3))

# %% [markdown]
# Why deep nets of sigmoids were so hard to train: a signal that passes ten of them is multiplied by ten slopes, and each is at most 1/4.
# The gradient **vanishes**. In the picture, 500 random examples pass ten layers of 100 units with random
# weights, and a gradient comes back.

# %% nbgrader={"grade": false, "grade_id": "demo_vanishing", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def gradient_sizes(forward, backward, weight_scale=1.0, depth=10, width=100):
    """The standard deviation of the gradient at each of `depth` layers, after the way back through the layers above it."""
    rng = np.random.default_rng(5)
    x, steps = rng.normal(size=(500, width)), []
    for _ in range(depth):
        W = weight_scale * rng.normal(size=(width, width)) / np.sqrt(width)
        out, cache = forward(x @ W)
        steps.append((cache, x, W))
        x = out
    dout, sizes = rng.normal(size=x.shape), []
    for cache, given, W in reversed(steps):
        dout, _ = matmul_vjp(backward(dout, cache), given, W)
        sizes.append(dout.std())
    return sizes[::-1]


def show_gradients(weight_scale=1.0):
    """Draw the size of the gradient against the layer, for four activation functions."""
    fig, ax = plt.subplots(figsize=(6.5, 3.2), layout="constrained")
    for name, (forward, backward) in list(pairs.items())[:4]:
        ax.plot(range(1, 11), gradient_sizes(forward, backward, weight_scale), "o-", label=name)
    ax.set(xlabel="layer", ylabel="size of the gradient", yscale="log", title=f"weights of standard deviation {weight_scale:g} / root of the width")
    ax.legend()


show_gradients()

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): which scale of the weights keeps the gradients alive? Is there one for the sigmoid?
show_gradients(weight_scale=1.5)

# %% [markdown]
# **Question 2** · 2 points. A student's table of nodes, each with its argument $a$, its value, its upstream gradient and the gradient that
# it passes on. One of the last column's entries is wrong. Which one, and what should it be? How could you find it without knowing any
# derivative?
#
# | node | $a$ | value | upstream | passed on |
# |---|---|---|---|---|
# | $e^a$ | 0.5 | 1.649 | 2 | 3.297 |
# | $\tanh a$ | 1 | 0.762 | −1 | −0.420 |
# | $1/a$ | 2 | 0.5 | −3 | −2.079 |
# | $\ln a$ | 4 | 1.386 | 5 | 1.25 |
# | $\sigma(a)$ | 0 | 0.5 | 8 | 2 |

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_table", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# The row of $1/a$ is wrong. Its slope at 2 is $-1/2^2 = -1/4$, so it should pass on $(-3) \cdot (-1/4) = 0.75$. (The student has taken
# $\ln a$ for the slope: $-3 \ln 2 = -2.079$. The logarithm is what $1/a$ is the slope of, not the other way round.)
#
# Without derivatives: move $a$ a little and see how the value changes, times the upstream gradient. From 1.99 to 2.01, $1/a$ falls from
# 0.50251 to 0.49751, so its slope is −0.25. The sign alone shows it: $1/a$ falls with $a$, so a negative upstream gradient has to become a
# positive one.
#
# Scheme
# - [1] the row of 1/a, and 0.75 (half a point for the row with a wrong number)
# - [1] a numeric gradient: move a, and compare the change of the value times the upstream gradient (or an argument by the sign)
# ### END SOLUTION

# %% [markdown]
# **Question 3** · 2 points. In the class *horse*, some horses look left and some look right. A linear classifier has one template for the
# class. What will it look like after training, and why can no single template give a high score to both kinds of horses and a low score to
# everything between them? Now take two hidden units: the first has the activation +5 for horses that look left and −5 for horses that look
# right, the second the reverse. What is the sum of the two, without and with a ReLU behind each?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_horse", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# The template is something like the average of all horses: a body with a head at each end. Scores are linear, so the score of the average
# of two images is the average of their scores. A picture in which a left horse and a right horse are laid over each other gets a score as
# high as the two. What would raise the score of one direction beyond that lowers the score of the other: weights that reward a head on the
# left have nothing to say to a head on the right. So one template cannot say "a head on the left or on the right, but not half of each".
#
# Without a ReLU the sum is 5 − 5 = 0 for both kinds of horses: the two units cancel, and nothing is detected (two linear units are one
# linear unit). With a ReLU the −5 becomes 0, and the sum is 5 for horses that look left and 5 for those that look right. The nonlinearity
# makes an *or* out of the sum.
#
# Scheme
# - [1] a horse with two heads (the average), since one template and linear scores have to serve both
# - [1] 0 for both without ReLU, 5 for both with it
# ### END SOLUTION

# %% [markdown]
# ## Summary
#
# - A measured gradient is slow and simple: it checks derived ones. Use central differences, and mind kinks.
# - A graph is run forward in topological order, and backward in the reverse one. Downstream = upstream times local; gradients that meet are
#   added.
# - Sums distribute, products swap, maxima route.
# - For arrays, a node needs the product of its transposed Jacobian with `dout`, never the Jacobian.
# - Sigmoid and tanh saturate. Outputs that are all positive make the descent zigzag. ReLU may die; leaky ReLU, ELU, PReLU and maxout do
#   not.
#
# To read on: A. Karpathy's *micrograd*, an automatic differentiation of 94 lines, and Baydin, Pearlmutter, Radul and Siskind, "Automatic
# differentiation in machine learning: a survey" (2018).
#
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"numeric_gradient": 4, "topological_order": 3, "graph_forward": 3, "graph_backward": 5, "jacobian": 2, "matmul_vjp": 3, "broadcast_vjp": 3,
                "sigmoid_forward": 2, "sigmoid_backward": 2, "tanh_forward": 1, "tanh_backward": 1, "leaky_relu_forward": 1, "leaky_relu_backward": 1,
                "elu_forward": 2, "elu_backward": 2, "prelu_forward": 1, "prelu_backward": 2, "maxout_forward": 1, "maxout_backward": 2})
