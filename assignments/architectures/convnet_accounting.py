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
# # What a convolutional net costs, and what it sees
#
# You can read an architecture like a bill: so many parameters to store, so many values to remember for the way back, so many multiplications to
# wait for. And you can ask every unit how much of the image it sees. With seven short functions you can judge any net before you train it, and
# you find a mistake in a famous table.
#
# **You will learn**
#
# - to count the **parameters**, **values** and **multiplications** of a layer and of a net, from LeNet to ResNet;
# - where they sit: why the first layers fill the memory, and why fully connected layers fill the disk;
# - to compute **receptive fields**, and why three small filters are better than one large filter;
# - four identities: a 1x1 convolution is an affine layer at every pixel, a dilated filter is a filter with zeros, a fully connected layer is a
#   convolution, and the backward pass of a convolution is a convolution, too.
#
# **Time**: about four hours of work. The cells themselves run in about ten seconds, or in a minute on a slow or busy machine.
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10. Only two pictures use it; the checks use small arrays.
#
# *Lecture: "Convolutional neural networks" and "CNN architectures" · Papers: Simonyan and Zisserman, "Very deep convolutional networks for
# large-scale image recognition" (2015); He et al., "Deep residual learning for image recognition" (2016).*

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np

from cs231n_lib import checks, data, mistakes, vis
from cs231n_lib.notebooks import errors

errors.explain()
plt.rcParams.update(vis.STYLE)
known = mistakes.convnet_accounting


def convolve(x, w, pad=(0, 0)):
    """Slide the filters w (F, C, HH, WW) over the images x (N, C, H, W), with stride 1 and without a bias.

    pad: zeros added above and below, and left and right. Returns: out (N, F, out_h, out_w).
    """
    x = np.pad(x, ((0, 0), (0, 0), (pad[0], pad[0]), (pad[1], pad[1])))
    fields = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))
    return np.einsum("nchwij,fcij->nfhw", fields, w)


def entry(result, key):
    """The entry of a dict of costs, after a look whether it is there."""
    checks.true(isinstance(result, dict), known.NOT_A_DICT)
    checks.true(key in result, f"The dict of costs has no key {key!r}.")
    return result[key]


def check_cost(key, expected, *arguments, likely=None):
    """Compare one entry of what conv_cost returns."""
    checks.equal(entry(conv_cost(*arguments), key), expected, f"{key} of conv_cost{arguments}", mistakes=likely and likely(*arguments))


def rows_and_total(x_shape, layers):
    """What net_cost returns, after a look whether it has a row for the image and for each layer."""
    rows, total = checks.unpack(net_cost(x_shape, list(layers)), "rows, total")
    checks.true(isinstance(rows, (list, tuple)), known.ROWS_NOT_A_LIST)
    checks.true(len(rows) != len(layers), known.ROW_OF_IMAGE)
    checks.true(len(rows) == len(layers) + 1, f"There are {len(rows)} rows, but there should be {len(layers) + 1}: the image and {len(layers)} layers.")
    return rows, total


def check_column(key, x_shape, layers, expected=None):
    """Compare one column of the table of a net: from the image to the last layer."""
    column = [entry(row, key) for row in rows_and_total(x_shape, layers)[0]]
    if key != "out_shape":
        expected = [row[key] for row in known.right_rows(x_shape, layers)] if expected is None else expected
        return checks.equal(column, expected, f"the column {key!r}", mistakes=known.column(key, x_shape, layers))
    for k, (shape, row) in enumerate(zip(column, known.right_rows(x_shape, layers))):
        checks.equal(shape, row[key], f"out_shape of row {k} ({'the image' if k == 0 else layers[k - 1]})", mistakes=known.out_shapes(k, x_shape, layers))


def check_field(layers, expected=None):
    """Compare the receptive field of these layers with the right one."""
    expected = known.right_field(layers) if expected is None else expected
    checks.equal(receptive_field(list(layers)), expected, f"the receptive field of {layers}", mistakes=known.fields(layers))


def random_arrays(seed, *shapes):
    """An array of random numbers for each shape."""
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape) for shape in shapes]


# %% [markdown]
# ## What a layer costs
#
# The picture shows one layer: six filters of 3x3 slide over an image of 8x8 pixels with three channels. Three numbers say what that costs.
#
# - **Parameters**: what is learned, and stored on disk. A filter has a weight for each pixel of its field *in each channel*, and one bias. The
#   size of the image does not matter.
# - **Values**, also called *activations*: the numbers of the output. For training, all of them are remembered until the backward pass needs them.
# - **Multiplications**, or *MACs* (multiply-accumulate operations; a *FLOP* count is about twice as high): each value of the output is a sum of
#   products, one for each weight of its filter. Additions and biases are not counted.

# %% nbgrader={"grade": false, "grade_id": "picture_costs", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def draw_maps(ax, x, y, maps, side, color, shift=0.35):
    """A stack of maps of side x side squares, the first of them in front."""
    for k in reversed(range(maps)):
        left, bottom = x + shift * k, y + shift * k
        ax.add_patch(plt.Rectangle((left, bottom), side, side, facecolor=color, edgecolor=vis.GREY, lw=0.8))
        for i in range(1, side):
            ax.plot([left + i, left + i], [bottom, bottom + side], color=vis.GREY, lw=0.25)
            ax.plot([left, left + side], [bottom + i, bottom + i], color=vis.GREY, lw=0.25)


fig, ax = plt.subplots(figsize=(9, 3.1), layout="constrained")
draw_maps(ax, 0, 0, 3, 8, "#cfe5f5")
ax.add_patch(plt.Rectangle((2, 3), 3, 3, facecolor="none", edgecolor=vis.RED, lw=2.2))
for k in range(6):
    draw_maps(ax, 13 + 4.6 * (k % 3), 0.4 + 4.6 * (k // 3), 3, 3, "#fff3d6")
draw_maps(ax, 31, 0, 6, 6, "#d8efe6")
ax.add_patch(plt.Rectangle((33, 3), 1, 1, facecolor=vis.RED, edgecolor=vis.RED))
for left, text in ((0, "image (3, 8, 8)"), (13, "6 filters, each with\n3·3·3 weights and a bias:\n168 parameters"),
                   (31, "output (6, 6, 6): 216 values,\neach of 27 multiplications:\n5,832 multiplications")):
    ax.text(left, -0.7, text, va="top", fontsize=10)
ax.set(xlim=(-0.5, 44), ylim=(-4.4, 10), aspect="equal")
ax.axis("off");

# %% [markdown]
# A **dilated** filter has gaps: with a dilation of 2 its weights are two pixels apart, so that three weights in a row reach over five pixels. It has
# no more weights than before.
#
# ### Exercise 1: `conv_cost` · 7 points
#
# Write the bill of a convolutional layer for one image. The number of positions along a side is the formula of the notebook `convolution`, now for
# the *reach* of the dilated filter; round down:
#
# $$ \mathit{reach} = \mathit{dilation}\,(\mathit{field} - 1) + 1, \qquad
#    \mathit{out} = \left\lfloor \frac{\mathit{size} + 2\,\mathit{pad} - \mathit{reach}}{\mathit{stride}} \right\rfloor + 1 . $$
#
# By hand: the picture shows `conv_cost((3, 8, 8), 6, 3, 1, 0)`, with out_shape (6, 6, 6), params 168, values 216 and macs 5,832.

# %% nbgrader={"grade": false, "grade_id": "conv_cost", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv_cost(x_shape, num_filters, field, stride, pad, dilation=1):
    """What a convolutional layer costs for one image.

    Parameters: x_shape, (C, H, W), the shape of the image; num_filters; field, the side of the square filters; stride; pad, zeros at each end
        of both sides; dilation, the distance of neighbouring weights in pixels. All are integers.
    Returns: a dict with the keys
        out_shape: (num_filters, out_h, out_w), a tuple of ints;
        params: the weights and biases of all filters; values: the numbers of the output; macs: the multiplications. All ints.
    Raises: ValueError if the filter is larger than the padded image.

    Approach
        1. the reach of the filter; refuse one that does not fit
        2. out_h and out_w, each from its own side of the image
        3. the three counts; which of them depend on the size of the image?
    """
    ### BEGIN SOLUTION
    channels, *sides = x_shape
    reach = dilation * (field - 1) + 1
    if min(sides) + 2 * pad < reach:
        raise ValueError(f"a filter that reaches over {reach} pixels does not fit into {x_shape} with padding {pad}")
    out_h, out_w = ((side + 2 * pad - reach) // stride + 1 for side in sides)
    weights_per_filter = channels * field**2
    values = num_filters * out_h * out_w
    return {"out_shape": (num_filters, out_h, out_w), "params": num_filters * (weights_per_filter + 1),
            "values": values, "macs": values * weights_per_filter}
    ### END SOLUTION


# %% [markdown]
# The first layer of AlexNet has 96 filters of 11x11 with stride 4 and no padding. (The paper says that its images have 224x224 pixels. With them the
# filters do not fit evenly; with 227 they do, and the output has the 55x55 pixels that the paper states.)

# %% nbgrader={"grade": true, "grade_id": "test_conv_cost_out_shape", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · shape of the output · 2 points
for arguments, expected in (((3, 227, 227), 96, 11, 4, 0), (96, 55, 55)), (((3, 8, 8), 6, 3, 1, 0), (6, 6, 6)), (((64, 56, 28), 8, 3, 1, 1), (8, 56, 28)):
    check_cost("out_shape", expected, *arguments, likely=known.out_shape)
checks.passed("conv_cost", "the shape of the output")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(1)
for _ in range(30):
    field, stride, pad = (int(n) for n in rng.integers(1, 6, size=3))
    x_shape = tuple(int(n) for n in rng.integers(7, 40, size=3))
    arguments = (x_shape, int(rng.integers(1, 9)), field, stride, pad - 1)
    check_cost("out_shape", known.right_cost(*arguments)["out_shape"], *arguments, likely=known.out_shape)
checks.equal(entry(conv_cost((2, 3, 4), 5, 3, 1, 0), "out_shape"), (5, 1, 2), "out_shape of a filter that just fits")
check_cost("out_shape", (1, 2, 3), (1, 2, 3), 1, 5, 1, 2, likely=known.out_shape)  # fits only with its padding
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_cost_params", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · parameters · 1 point
for arguments, expected in (((3, 227, 227), 96, 11, 4, 0), 34_944), (((3, 8, 8), 6, 3, 1, 0), 168), (((256, 7, 9), 64, 1, 1, 0), 16_448):
    check_cost("params", expected, *arguments, likely=known.params)
checks.passed("conv_cost", "the parameters")
### BEGIN HIDDEN TESTS
for seed in range(12):
    C, H, W, F, field, stride = (int(n) for n in np.random.default_rng(seed).integers(1, 12, size=6))
    arguments = ((C, H + 11, W + 11), F, field, stride, field // 2)
    check_cost("params", sum(C * field * field + 1 for _ in range(F)), *arguments, likely=known.params)
checks.equal(entry(conv_cost((3, 9, 9), 4, 3, 1, 1), "params"), entry(conv_cost((3, 99, 77), 4, 3, 2, 0), "params"), "the params for images of two sizes")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_cost_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
for arguments, expected in (((3, 227, 227), 96, 11, 4, 0), 290_400), (((3, 8, 8), 6, 3, 1, 0), 216), (((4, 10, 5), 2, 3, 2, 1), 30):
    check_cost("values", expected, *arguments, likely=known.values)
checks.passed("conv_cost", "the values of the output")
### BEGIN HIDDEN TESTS
for seed in range(12):
    C, H, W, F, field, stride = (int(n) for n in np.random.default_rng(100 + seed).integers(1, 12, size=6))
    arguments = ((C, H + 11, W + 11), F, field, stride, field // 2)
    check_cost("values", known.right_cost(*arguments)["values"], *arguments, likely=known.values)
checks.equal(entry(conv_cost((9, 7, 7), 1, 7, 1, 0), "values"), 1, "the values of one filter with one position")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_cost_macs", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · multiplications · 2 points
for arguments, expected in (((3, 227, 227), 96, 11, 4, 0), 105_415_200), (((3, 8, 8), 6, 3, 1, 0), 5_832), (((4, 10, 5), 2, 3, 2, 1), 1_080):
    check_cost("macs", expected, *arguments, likely=known.macs)
checks.passed("conv_cost", "the multiplications")
### BEGIN HIDDEN TESTS
for seed in range(12):
    C, H, W, F, field, stride = (int(n) for n in np.random.default_rng(200 + seed).integers(1, 12, size=6))
    arguments = ((C, H + 11, W + 11), F, field, stride, field // 2)
    check_cost("macs", known.right_cost(*arguments)["macs"], *arguments, likely=known.macs)
checks.equal(entry(checks.own_work(conv_cost, (3, 32, 32), 16, 3, 1, 1), "macs"), 442_368, "macs of conv_cost((3, 32, 32), 16, 3, 1, 1)")
### END HIDDEN TESTS

# %% [markdown]
# The dilation changes the size of the output, and nothing else. A filter that does not fit is a mistake of whoever designed the net, so say so.

# %% nbgrader={"grade": true, "grade_id": "test_conv_cost_dilation", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · dilation · 1 point
for key, expected in ("out_shape", (4, 5, 6)), ("params", 112), ("values", 120), ("macs", 3_240):
    check_cost(key, expected, (3, 9, 10), 4, 3, 1, 0, 2, likely=known.dilated(key))
checks.passed("conv_cost", "dilated filters")
### BEGIN HIDDEN TESTS
for arguments in (((2, 16, 13), 3, 3, 1, 4, 4), ((5, 20, 31), 2, 5, 2, 1, 3), ((1, 9, 9), 1, 2, 3, 0, 7), ((4, 12, 8), 6, 1, 2, 0, 5)):
    for key, expected in known.right_cost(*arguments).items():
        check_cost(key, expected, *arguments, likely=known.dilated(key))
for arguments in (((3, 4, 9), 2, 5, 1, 0), ((3, 9, 4), 2, 3, 1, 0, 2), ((1, 1, 1), 1, 4, 1, 1)):
    checks.raises(ValueError, f"conv_cost{arguments}, where the filter does not fit,", conv_cost, *arguments)
### END HIDDEN TESTS

# %% [markdown]
# ## What a net costs
#
# A net is a list of layers. In this notebook a layer is a tuple:
#
# | layer | meaning |
# |---|---|
# | `("conv", num_filters, field, stride, pad)` | a convolution; a sixth entry may give the dilation |
# | `("pool", field, stride)` | pooling, map by map; a fourth entry may give the padding |
# | `("fc", units)` | a fully connected layer with biases; what comes in is flattened |
#
# ReLU, dropout and softmax stand in no list: they have no parameters, and their values can take the place of those before them.
#
# ### Exercise 2: `net_cost` · 7 points
#
# Walk through the layers, and write a row of the bill for each. The shape that one layer puts out is what the next one gets. The first row is for
# the image itself, whose values are remembered, too. Pooling has no parameters, and compares instead of multiplying; its values count.
#
# By hand: after the layer of the picture, `("pool", 2, 2)` puts out (6, 3, 3), 54 values. `("fc", 10)` then has 54 · 10 weights and 10 biases, 550
# parameters, and takes 540 multiplications; its out_shape is `(10,)`.

# %% nbgrader={"grade": false, "grade_id": "net_cost", "locked": false, "schema_version": 3, "solution": true, "task": false}
def net_cost(x_shape, layers):
    """What a net costs for one image, layer by layer.

    Parameters: x_shape, (C, H, W), the shape of the image; layers, a list of tuples as in the table above.
    Returns: rows, a list of dicts like those of conv_cost, the first for the image (0 parameters, 0 multiplications), then one for each layer;
        total, a dict with the keys params, values, macs: the sums over all rows.

    Approach
        1. the row of the image
        2. each layer gets the out_shape of the row before: conv_cost for convolutions, its shape with other channels for poolings
        3. a fully connected layer: how many numbers come in?
        4. the sums
    """
    ### BEGIN SOLUTION
    rows = [{"out_shape": tuple(x_shape), "params": 0, "values": int(np.prod(x_shape)), "macs": 0}]
    for kind, *sizes in layers:
        shape = rows[-1]["out_shape"]
        if kind == "conv":
            row = conv_cost(shape, *sizes)
        elif kind == "pool":
            field, stride, *pad = sizes
            pooled = conv_cost(shape, shape[0], field, stride, *(pad or [0]))
            row = {**pooled, "params": 0, "macs": 0}
        else:
            inputs, (units,) = int(np.prod(shape)), sizes
            row = {"out_shape": (units,), "params": (inputs + 1) * units, "values": units, "macs": inputs * units}
        rows.append(row)
    return rows, {key: sum(row[key] for row in rows) for key in ("params", "values", "macs")}
    ### END SOLUTION


# %% [markdown]
# LeNet-5 of 1998 read the digits on cheques. Here it is in the form that it has today.

# %% nbgrader={"grade": false, "grade_id": "lenet", "locked": true, "schema_version": 3, "solution": false, "task": false}
LENET_IMAGE = (1, 32, 32)
LENET = [("conv", 6, 5, 1, 0), ("pool", 2, 2), ("conv", 16, 5, 1, 0), ("pool", 2, 2), ("fc", 120), ("fc", 84), ("fc", 10)]

# %% nbgrader={"grade": true, "grade_id": "test_net_cost_shapes", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · shapes · 2 points
### BEGIN HIDDEN TESTS
def costs_are_right():
    cases = ((3, 8, 8), 6, 3, 1, 0), ((3, 227, 225), 96, 11, 4, 0), ((4, 10, 5), 2, 3, 2, 1), ((3, 9, 10), 4, 3, 1, 0, 2), ((2, 17, 12), 5, 2, 2, 0)
    return all(conv_cost(*case) == known.right_cost(*case) for case in cases)


def cost_by_counting(x_shape, num_filters, field, stride, pad, dilation=1):
    starts = [[k for k in range(-pad, side, stride) if k + dilation * (field - 1) < side + pad] for side in x_shape[1:]]
    one_map, weights = len(starts[0]) * len(starts[1]), x_shape[0] * field * field
    return {"out_shape": (num_filters, len(starts[0]), len(starts[1])), "params": num_filters * weights + num_filters,
            "values": num_filters * one_map, "macs": num_filters * one_map * weights}


checks.lend(net_cost, costs_are_right, conv_cost=cost_by_counting)
### END HIDDEN TESTS
check_column("out_shape", LENET_IMAGE, LENET)  # (6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), ...
checks.passed("net_cost", "the shapes of LeNet")
### BEGIN HIDDEN TESTS
check_column("out_shape", (3, 31, 20), [("conv", 4, 3, 2, 1), ("pool", 3, 2, 1), ("conv", 7, 3, 1, 2, 2), ("pool", 2, 1), ("fc", 5)])
check_column("out_shape", (2, 12, 12), [("fc", 7)])
check_column("out_shape", (5, 9, 9), [("pool", 3, 3), ("pool", 3, 1)])
checks.equal(entry(rows_and_total((3, 6, 8), [])[0][0], "out_shape"), (3, 6, 8), "out_shape of the image, in a net without layers")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_net_cost_params", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · parameters · 1 point
check_column("params", LENET_IMAGE, LENET, [0, 156, 0, 2_416, 0, 48_120, 10_164, 850])
checks.passed("net_cost", "the parameters of LeNet")
### BEGIN HIDDEN TESTS
check_column("params", (3, 31, 20), [("conv", 4, 3, 2, 1), ("pool", 3, 2, 1), ("conv", 7, 3, 1, 2, 2), ("pool", 2, 1), ("fc", 5)])
check_column("params", (2, 5, 7), [("fc", 4), ("fc", 6)])
checks.equal(entry(rows_and_total((2, 5, 7), [("pool", 2, 2), ("fc", 1)])[0][-1], "params"), 2 * 2 * 3 + 1, "the parameters of one unit")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_net_cost_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
check_column("values", LENET_IMAGE, LENET, [1_024, 4_704, 1_176, 1_600, 400, 120, 84, 10])
checks.passed("net_cost", "the values of LeNet")
### BEGIN HIDDEN TESTS
check_column("values", (3, 31, 20), [("conv", 4, 3, 2, 1), ("pool", 3, 2, 1), ("conv", 7, 3, 1, 2, 2), ("pool", 2, 1), ("fc", 5)])
check_column("values", (2, 5, 7), [("pool", 2, 2), ("fc", 6)])
checks.equal(entry(rows_and_total((4, 5, 7), [])[0][0], "values"), 140, "the values of the image")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_net_cost_macs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · multiplications · 1 point
check_column("macs", LENET_IMAGE, LENET, [0, 117_600, 0, 240_000, 0, 48_000, 10_080, 840])
checks.passed("net_cost", "the multiplications of LeNet")
### BEGIN HIDDEN TESTS
check_column("macs", (3, 31, 20), [("conv", 4, 3, 2, 1), ("pool", 3, 2, 1), ("conv", 7, 3, 1, 2, 2), ("pool", 2, 1), ("fc", 5)])
check_column("macs", (2, 5, 7), [("pool", 2, 2), ("fc", 6), ("fc", 3)])
checks.equal(entry(rows_and_total((2, 6, 6), [("fc", 5)])[0][-1], "macs"), 360, "the multiplications of a fully connected layer")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_net_cost_total", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · totals · 2 points
rows, total = rows_and_total(LENET_IMAGE, LENET)
checks.equal(total, {"params": 61_706, "values": 9_118, "macs": 416_520}, "the total of LeNet", mistakes=known.totals(LENET_IMAGE, LENET))
checks.passed("net_cost", "the totals of LeNet")
### BEGIN HIDDEN TESTS
deep = [layer for F, n in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)) for layer in [("conv", F, 3, 1, 1)] * n + [("pool", 2, 2)]]
deep = [*deep, ("fc", 4096), ("fc", 4096), ("fc", 1000)]
expected = {"params": 138_357_544, "values": 15_237_608, "macs": 15_470_264_320}
checks.equal(rows_and_total((3, 224, 224), deep)[1], expected, "the total of VGG-16", mistakes=known.totals((3, 224, 224), deep))
checks.equal(rows_and_total((2, 3, 5), [])[1], {"params": 0, "values": 30, "macs": 0}, "the total of a net without layers")
before = [("conv", 4, 3, 1, 1), ("fc", 2)]
_, after = checks.call(net_cost, (3, 5, 5), list(before))
checks.equal(after[1], before, "the list of layers after a call")
_, total = checks.unpack(checks.own_work(net_cost, (3, 5, 5), before), "rows, total")
checks.equal(entry(total, "params"), 314, "the parameters of a small net")
### END HIDDEN TESTS

# %% [markdown]
# ### The bill of VGG-16
#
# VGG-16 came second in the ImageNet challenge of 2014. Its recipe is simple: nothing but 3x3 convolutions and 2x2 poolings, and twice as many
# filters each time the maps get smaller.
#
# | block | layers |
# |---|---|
# | image | 224x224 pixels, 3 channels |
# | 1 | 2 convolutions with 64 filters, pooling |
# | 2 | 2 convolutions with 128 filters, pooling |
# | 3 | 3 convolutions with 256 filters, pooling |
# | 4 | 3 convolutions with 512 filters, pooling |
# | 5 | 3 convolutions with 512 filters, pooling |
# | end | fully connected: 4,096 units, 4,096 units, 1,000 classes |
#
# All filters are 3x3 with stride 1 and padding 1, so they keep the size of the maps. All poolings are 2x2 with stride 2.
#
# ### Exercise 3: `vgg16_layers` · 3 points
#
# Write VGG-16 as a list of layers. A loop over the blocks makes it short.
#
# By hand: the list has 21 entries. The first is `("conv", 64, 3, 1, 1)`, and the last is `("fc", 1000)`.

# %% nbgrader={"grade": false, "grade_id": "vgg16_layers", "locked": false, "schema_version": 3, "solution": true, "task": false}
def vgg16_layers():
    """The layers of VGG-16.

    Returns: a list of tuples ("conv", num_filters, field, stride, pad), ("pool", field, stride) and ("fc", units).

    Approach
        1. for each block, its convolutions and one pooling
        2. the three fully connected layers
    """
    ### BEGIN SOLUTION
    layers = []
    for num_filters, repeats in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        layers += repeats * [("conv", num_filters, 3, 1, 1)]
        layers.append(("pool", 2, 2))
    return layers + [("fc", units) for units in (4096, 4096, 1000)]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_vgg16_layers_convolutions", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · convolutions · 2 points
problem = known.vgg_problem(vgg16_layers(), ["conv"])
checks.true(problem is None, problem or "")
checks.passed("vgg16_layers", "13 convolutions")
### BEGIN HIDDEN TESTS
found = [(k, tuple(layer)) for k, layer in enumerate(vgg16_layers()) if layer[0] == "conv"]
places = {0: 64, 1: 64, 3: 128, 4: 128, 6: 256, 7: 256, 8: 256, 10: 512, 11: 512, 12: 512, 14: 512, 15: 512, 16: 512}
checks.true(all((F, *layer[2:5]) == (layer[1], 3, 1, 1) for (_, layer), F in zip(found, places.values())), "A convolution is wrong.")
checks.equal([k for k, _ in found], list(places), "the places of the convolutions in the list")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_vgg16_layers_others", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · poolings and fully connected layers · 1 point
problem = known.vgg_problem(vgg16_layers(), ["pool", "fc"])
checks.true(problem is None, problem or "")
checks.passed("vgg16_layers", "5 poolings and 3 fully connected layers")
### BEGIN HIDDEN TESTS
layers = [tuple(layer) for layer in vgg16_layers()]
checks.equal([k for k, layer in enumerate(layers) if layer[:3] == ("pool", 2, 2)], [2, 5, 9, 13, 17], "the places of the poolings in the list")
checks.equal([layer[1] for layer in layers[18:]], [4096, 4096, 1000], "the units at the end")
### END HIDDEN TESTS

# %% [markdown]
# Now the bill. Where do the three costs sit?

# %% nbgrader={"grade": false, "grade_id": "demo_vgg", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
rows, total = net_cost((3, 224, 224), vgg16_layers())
names = ["image"] + [layer[0] for layer in vgg16_layers()]
print(f"{'':6}{'out_shape':>16}{'parameters':>14}{'values':>13}{'multiplications':>18}")
for name, row in zip(names, rows):
    print(f"{name:6}{'x'.join(map(str, row['out_shape'])):>16}{row['params']:14,}{row['values']:13,}{row['macs']:18,}")
print(f"{'total':22}{total['params']:14,}{total['values']:13,}{total['macs']:18,}")

# %% nbgrader={"grade": false, "grade_id": "picture_vgg", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, axes = plt.subplots(1, 3, figsize=(9.5, 4.6), layout="constrained", sharey=True)
labels = [f"{name} {row['out_shape'][0]}" for name, row in zip(names, rows)]
labels[0] = "image"
for ax, (key, title, unit, color) in zip(axes, (("params", "parameters", 1e6, vis.RED), ("values", "values", 1e6, vis.BLUE),
                                                ("macs", "multiplications", 1e9, vis.GREEN))):
    ax.barh(range(len(rows)), [row[key] / unit for row in rows], color=color)
    ax.set(title=f"{total[key] / unit:,.1f} {'billion' if unit == 1e9 else 'million'} {title}",
           xlabel="billions" if unit == 1e9 else "millions", yticks=range(len(rows)), yticklabels=labels)
    ax.tick_params(axis="y", labelsize=8)
axes[0].invert_yaxis();

# %% [markdown]
# Each cost has its own place. The values crowd into the first layers, where the maps are large. The first fully connected layer alone holds three
# quarters of the parameters. And the multiplications are where maps and filters are both large, in the convolutions of blocks 1 to 4; the fully
# connected layers take less than 1% of them.

# %% [markdown]
# **Question 1** · 3 points. The lecture has the same table, and ends with "TOTAL memory: 24M * 4 bytes ~= 93MB / image (only forward! ~*2 for bwd)".
# Every single row of its table is right. What should the total be, in values and in megabytes (10⁶ bytes)? What is the mistake? And which two layers
# would you change first to make room for larger batches?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_total", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# The rows of the lecture's table add up to 15.2 million values, as the bill shows: exactly 15,237,608, with those of the image. So the sum is wrong,
# not a row. With 4 bytes each, one image takes 61 MB, not 93 MB; the backward pass needs about as much again for the gradients.
#
# The two convolutions of block 1 hold 6.4 million values, 42% of all. Fewer filters there, or a stride of 2 as in ResNet, save the most.
#
# Scheme
# - [1] 15.2 million values (15,237,608)
# - [1] 61 MB; the mistake is in the sum, and not in the rows
# - [1] the first two convolutions, which hold 42% of the values
#
# 58 MiB is right, too. "The image is counted" explains 1% of the difference.
# ### END SOLUTION

# %% [markdown]
# Training needs more than one image's values. A batch multiplies them, the backward pass doubles them, and the optimizer keeps further copies of the
# parameters: the gradient, and one or two running averages.

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): which batch of VGG-16 fits into a graphics card of 24 GB? What if each number takes 2 bytes?
batch_size, bytes_per_number = 128, 4
copies = 4  # of the parameters: weights, gradient, and the two averages of Adam; 3 with momentum
activations, parameters = 2 * batch_size * total["values"] * bytes_per_number, copies * total["params"] * bytes_per_number
print(f"values and their gradients {activations / 1e9:.1f} GB, parameters {parameters / 1e9:.1f} GB, together {(activations + parameters) / 1e9:.1f} GB")

# %% [markdown]
# ## From LeNet to ResNet
#
# With `net_cost` you can fill the table of a whole decade. Two of the nets have branches:
#
# - an **inception module** of GoogLeNet sends its input through four paths at once (1x1, 3x3, 5x5 and pooling) and stacks their maps;
# - a **residual block** of ResNet computes what to *add* to its input. Where the shapes differ, a 1x1 convolution fits the input to the sum.
#
# The cell writes both with the help of your function: ("stack", path, path, ...) and ("sum", path, path) are lists of layers side by side.

# %% nbgrader={"grade": false, "grade_id": "nets", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def inception(one, reduce3, three, reduce5, five, pooled):
    return ("stack", [("conv", one, 1, 1, 0)], [("conv", reduce3, 1, 1, 0), ("conv", three, 3, 1, 1)],
            [("conv", reduce5, 1, 1, 0), ("conv", five, 5, 1, 2)], [("pool", 3, 1, 1), ("conv", pooled, 1, 1, 0)])


def bottlenecks(width, repeats, stride):
    first = [("conv", width, 1, stride, 0), ("conv", width, 3, 1, 1), ("conv", 4 * width, 1, 1, 0)]
    later = [("conv", width, 1, 1, 0), ("conv", width, 3, 1, 1), ("conv", 4 * width, 1, 1, 0)]
    return [("sum", first, [("conv", 4 * width, 1, stride, 0)])] + [("sum", later, [])] * (repeats - 1)


def cost_with_branches(x_shape, layers):
    """The total of a net whose layers may be sums or stacks of paths."""
    shape, total = x_shape, {"params": 0, "values": int(np.prod(x_shape)), "macs": 0}
    for layer in layers:
        paths = layer[1:] if layer[0] in ("sum", "stack") else ([layer],)
        bills = [net_cost(shape, path)[0] for path in paths]
        for row in (row for bill in bills for row in bill[1:]):
            total = {key: total[key] + row[key] for key in total}
        shapes = [bill[-1]["out_shape"] for bill in bills]
        shape = (sum(s[0] for s in shapes), *shapes[0][1:]) if layer[0] == "stack" else shapes[0]
    return total


NETS = {
    "LeNet-5": (1998, LENET_IMAGE, LENET),
    "AlexNet": (2012, (3, 227, 227), [
        ("conv", 96, 11, 4, 0), ("pool", 3, 2), ("conv", 256, 5, 1, 2), ("pool", 3, 2), ("conv", 384, 3, 1, 1), ("conv", 384, 3, 1, 1),
        ("conv", 256, 3, 1, 1), ("pool", 3, 2), ("fc", 4096), ("fc", 4096), ("fc", 1000)]),
    "ZFNet": (2013, (3, 224, 224), [
        ("conv", 96, 7, 2, 1), ("pool", 3, 2, 1), ("conv", 256, 5, 2, 0), ("pool", 3, 2, 1), ("conv", 384, 3, 1, 1), ("conv", 384, 3, 1, 1),
        ("conv", 256, 3, 1, 1), ("pool", 3, 2), ("fc", 4096), ("fc", 4096), ("fc", 1000)]),
    "VGG-16": (2014, (3, 224, 224), vgg16_layers()),
    "GoogLeNet": (2014, (3, 224, 224), [
        ("conv", 64, 7, 2, 3), ("pool", 3, 2, 1), ("conv", 64, 1, 1, 0), ("conv", 192, 3, 1, 1), ("pool", 3, 2, 1),
        inception(64, 96, 128, 16, 32, 32), inception(128, 128, 192, 32, 96, 64), ("pool", 3, 2, 1),
        inception(192, 96, 208, 16, 48, 64), inception(160, 112, 224, 24, 64, 64), inception(128, 128, 256, 24, 64, 64),
        inception(112, 144, 288, 32, 64, 64), inception(256, 160, 320, 32, 128, 128), ("pool", 3, 2, 1),
        inception(256, 160, 320, 32, 128, 128), inception(384, 192, 384, 48, 128, 128), ("pool", 7, 1), ("fc", 1000)]),
    "ResNet-50": (2015, (3, 224, 224), [
        ("conv", 64, 7, 2, 3), ("pool", 3, 2, 1), *bottlenecks(64, 3, 1), *bottlenecks(128, 4, 2), *bottlenecks(256, 6, 2),
        *bottlenecks(512, 3, 2), ("pool", 7, 1), ("fc", 1000)]),
}
bills = {name: cost_with_branches(x_shape, layers) for name, (_, x_shape, layers) in NETS.items()}
print(f"{'':10}{'year':>6}{'parameters':>14}{'values':>13}{'multiplications':>18}")
for name, bill in bills.items():
    print(f"{name:10}{NETS[name][0]:6}{bill['params']:14,}{bill['values']:13,}{bill['macs']:18,}")

# %% nbgrader={"grade": false, "grade_id": "picture_nets", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
ERRORS = {"AlexNet": 16.4, "ZFNet": 11.7, "VGG-16": 7.3, "GoogLeNet": 6.7, "ResNet-50": 3.6}  # top-5, of the teams' ensembles in the challenge
fig, ax = plt.subplots(figsize=(vis.WIDTH, 3.6), layout="constrained")
for k, (name, error) in enumerate(ERRORS.items()):
    bill = bills[name]
    ax.scatter(bill["macs"] / 1e9, error, s=4 * bill["params"] / 1e6, color=[vis.BLUE, vis.GREEN, vis.RED, vis.ORANGE, "#CC79A7"][k], alpha=0.7)
    ax.annotate(f"{name} {bill['params'] / 1e6:.0f} M", (bill["macs"] / 1e9, error), (12, 9), textcoords="offset points", fontsize=9)
ax.axhline(5.1, color=vis.GREY, ls=":")
ax.text(17, 5.3, "one person, after practice", fontsize=9, color=vis.GREY, ha="right")
ax.set(xlabel="multiplications for one image (billions)", ylabel="top-5 error on ImageNet (%)", xlim=(0, 19), ylim=(0, 19.5),
       title="size of a dot: parameters");

# %% [markdown]
# The errors are those of the teams in the challenge, which averaged several nets each (ResNet's were as deep as 152 layers). AlexNet is counted as one
# net; the original was split over two graphics cards, which saved a third of the multiplications. Batch normalization, which ResNet needs, adds one
# more parameter for each filter, the scale $\gamma$; our bias stands for its shift $\beta$.

# %% [markdown]
# **Question 2** · 3 points. GoogLeNet has a twentieth of VGG-16's parameters, a tenth of its multiplications, and fewer errors. What do the two nets
# do differently (a) after the last convolution, and (b) before each 3x3 and 5x5 convolution? Give a number for each from the lists above. (c) You ship
# a net in an app. Which of the three costs decides the size of the download, and which the battery?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_nets", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# (a) VGG-16 flattens 512 maps of 7x7 pixels into its first fully connected layer, which has 102.8 million parameters. GoogLeNet takes the mean of each
# of its 1,024 maps (a 7x7 average pooling), so that its only fully connected layer has 1,024 · 1,000 weights: 1.0 million.
#
# (b) A 1x1 convolution reduces the channels before the expensive filters. In module 3a, 192 channels become 16 before the 5x5 filters:
# 192 · 16 + 16 · 32 · 25 = 15,872 multiplications per pixel, instead of 192 · 32 · 25 = 153,600.
#
# (c) The parameters are the download. The multiplications are the battery. (The values matter most in training.)
#
# Scheme
# - [1] (a) average pooling instead of a large fully connected layer, with a number
# - [1] (b) 1x1 convolutions reduce the channels first, with a number
# - [1] (c) parameters for the download, multiplications for the battery
# ### END SOLUTION

# %% [markdown]
# ## What a unit sees
#
# A unit of a deep layer depends on a small square of the image, its **receptive field**. In the picture, images have one dimension, and each layer has
# a filter of three weights. Follow the lines from the top: one unit of the third layer sees three units of the second, five of the first, and seven
# pixels.

# %% nbgrader={"grade": false, "grade_id": "picture_fields", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def draw_net(ax, widths, steps, title):
    """Rows of units, the image at the bottom, and what each unit sees: steps has (field, stride, dilation) of each layer."""
    places = []
    for width, (field, stride, dilation) in zip(widths[1:], steps):
        below = places[-1] if places else np.arange(widths[0], dtype=float)
        places = places or [below]
        fields = [[below[u * stride + k * dilation] for k in range(field)] for u in range(width)]
        here = np.array([np.mean(seen) for seen in fields])
        for x, seen in zip(here, fields):
            for pixel in seen:
                ax.plot([pixel, x], [len(places) - 1, len(places)], color="#b9c6d3", lw=1, zorder=1)
        places.append(here)
    for level, row in enumerate(places):
        ax.scatter(row, np.full(len(row), level), s=70, color=vis.RED if level == len(places) - 1 else vis.BLUE if level else vis.ORANGE, zorder=2)
    ax.set_title(f"{title}:\nsees {widths[0]} pixels", fontsize=10)
    ax.set(ylim=(-0.5, 3.5))
    ax.axis("off")


fig, axes = plt.subplots(1, 3, figsize=(10, 2.9), layout="constrained", width_ratios=[7, 8, 15])
draw_net(axes[0], (7, 5, 3, 1), [(3, 1, 1)] * 3, "three layers of 3")
draw_net(axes[1], (8, 6, 3, 1), [(3, 1, 1), (2, 2, 1), (3, 1, 1)], "3, pooling of 2, then 3")
draw_net(axes[2], (15, 13, 9, 1), [(3, 1, 1), (3, 1, 2), (3, 1, 4)], "dilations 1, 2 and 4");

# %% [markdown]
# Two rules explain the pictures. Neighbouring units of a layer look at places in the image that are some pixels apart: call that distance the **jump**. It
# is 1 in the image, and a stride multiplies it. And a filter adds to the field of *one* unit below it the distance from its first to its last weight,
# measured in pixels of the image.
#
# ### Exercise 4: `receptive_field` · 6 points
#
# Compute the receptive field of a unit of the last layer: the side of the square that it would see in a large image, where padding plays no role.
#
# By hand: the picture in the middle. The first layer sees 3 pixels. Pooling: its two units are 1 pixel apart, so 4 pixels; its stride makes the jump 2.
# The last layer: from its first to its last unit there are 2 jumps of 2 pixels, so it sees 4 + 4 = 8.

# %% nbgrader={"grade": false, "grade_id": "receptive_field", "locked": false, "schema_version": 3, "solution": true, "task": false}
def receptive_field(layers):
    """How many pixels of the image, along one side, a unit of the last layer sees.

    Parameters: layers, a list of ("conv", num_filters, field, stride, pad[, dilation]) and ("pool", field, stride[, pad]).
    Returns: an int, 1 for no layers.

    Approach
        1. start with the image: a pixel sees itself
        2. for each layer, from the image upwards: first the field grows, then the jump
    """
    ### BEGIN SOLUTION
    seen, jump = 1, 1
    for kind, *sizes in layers:
        if kind == "conv":
            _, field, stride, _, *rest = sizes
        else:
            field, stride, rest = sizes[0], sizes[1], []
        dilation = rest[0] if rest else 1
        seen += jump * dilation * (field - 1)
        jump *= stride
    return seen
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_receptive_field_stack", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · stacks of convolutions · 2 points
check_field([("conv", 8, 3, 1, 1)] * 3, 7)
check_field([("conv", 8, 7, 1, 3)], 7)
check_field([], 1)
checks.passed("receptive_field", "three filters of 3 see 7 pixels")
### BEGIN HIDDEN TESTS
for fields in ((5, 5), (3, 5, 7), (1, 3, 1), (2, 2, 2, 2), (11,), (1,), (3,) * 9):
    check_field([("conv", 2 + k, field, 1, k % 3) for k, field in enumerate(fields)])
checks.equal(receptive_field([("conv", 8, 1, 1, 0)] * 50), 1, "the receptive field of 50 layers of 1x1")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_receptive_field_strides", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · strides and pooling · 2 points
check_field([("conv", 8, 3, 1, 1), ("pool", 2, 2), ("conv", 16, 3, 1, 1)], 8)
check_field([("conv", 8, 3, 2, 1), ("conv", 8, 3, 2, 1), ("conv", 8, 3, 2, 1)], 15)
checks.passed("receptive_field", "strides make later filters see more")
### BEGIN HIDDEN TESTS
for seed in range(12):
    rng, layers = np.random.default_rng(seed), []
    for _ in range(4):
        field, stride, pad = int(rng.integers(1, 6)), int(rng.integers(1, 4)), int(rng.integers(0, 3))
        layers.append(("conv", 4, field, stride, pad) if rng.integers(2) else ("pool", field, stride, *([pad] if pad else [])))
    check_field(layers)
checks.equal(receptive_field([("pool", 2, 2)] * 6), 64, "the receptive field of six poolings")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_receptive_field_dilation", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · dilation · 1 point
check_field([("conv", 8, 3, 1, d, d) for d in (1, 2, 4)], 15)
checks.passed("receptive_field", "dilations that double see far")
### BEGIN HIDDEN TESTS
check_field([("conv", 8, 3, 1, d, d) for d in (1, 2, 4, 8)], 31)
check_field([("conv", 8, 5, 2, 4, 2), ("pool", 3, 2, 1), ("conv", 8, 3, 1, 3, 3), ("conv", 8, 4, 3, 0), ("conv", 8, 2, 1, 5, 5)])
checks.equal(receptive_field([("conv", 8, 1, 1, 0, 9)]), 1, "the receptive field of a 1x1 filter with dilation 9")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_receptive_field_nets", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · a net that you know · 1 point
check_field(LENET[:4], 16)  # so the first fully connected layer of LeNet weighs what 5x5 units see, each of them 16 pixels
checks.passed("receptive_field", "the last pooling of LeNet")
### BEGIN HIDDEN TESTS
deep = [layer for F, n in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)) for layer in [("conv", F, 3, 1, 1)] * n + [("pool", 2, 2)]]
check_field(deep, 212)
alex = [("conv", 96, 11, 4, 0), ("pool", 3, 2), ("conv", 256, 5, 1, 2), ("pool", 3, 2), *[("conv", 384, 3, 1, 1)] * 3, ("pool", 3, 2)]
checks.equal(checks.own_work(receptive_field, alex), 195, "the receptive field of AlexNet's last pooling", mistakes=known.fields(alex))
### END HIDDEN TESTS

# %% [markdown]
# A unit does not weigh all that it sees alike. The pixel in the middle reaches it along many paths, a pixel in the corner along a single one. Below, all
# weights are equal. The square is the receptive field, and the shades show how much the unit depends on each pixel. What counts, the **effective
# receptive field**, is a blob that grows only with the square root of the depth (Luo et al., 2016).

# %% nbgrader={"grade": false, "grade_id": "picture_effective", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, axes = plt.subplots(1, 4, figsize=(9, 2.6), layout="constrained")
for ax, depth in zip(axes, (1, 3, 8, 20)):
    weights = np.ones((1, 1, 1, 1))
    for _ in range(depth):
        weights = convolve(weights, np.ones((1, 1, 3, 3)) / 9, (2, 2))
    side, middle = weights.shape[2], 22.5
    shades = np.zeros((45, 45))
    start = (45 - side) // 2
    shades[start : start + side, start : start + side] = weights[0, 0]
    ax.imshow(shades, cmap="Blues", extent=(0, 45, 45, 0))
    ax.add_patch(plt.Rectangle((start, start), side, side, fill=False, edgecolor=vis.RED, lw=1.5))
    ax.set_title(f"{depth} layer{'s' * (depth > 1)} of 3x3: {side}x{side}", fontsize=10)
    ax.axis("off")

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): how deep must a net of 3x3 filters be to see 32 pixels? Try poolings, strides and dilations.
layers = [("conv", 16, 3, 1, 1)] * 4
print(f"{len(layers)} layers see {receptive_field(layers)} pixels; {net_cost((3, 32, 32), layers)[1]}")

# %% [markdown]
# **Question 3** · 3 points. Three layers of 3x3 or one of 7x7, each with C channels in and out: both see 7 pixels. Compare (a) their weights, as
# multiples of C², (b) the functions that they can compute, if a ReLU follows each layer, (c) the values that training has to remember.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_stack", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# (a) 3 · 9 C² = 27 C² against 49 C²: 45% fewer weights, and as many fewer multiplications per position.
#
# (b) With ReLUs between them, three layers are a composition of nonlinear functions; the single layer is linear before its one ReLU. Without ReLUs, the
# three would be one 7x7 convolution, and a special one: with 27 C² weights they cannot be every 7x7 filter.
#
# (c) Three times as many: three outputs of the same size instead of one.
#
# Scheme
# - [1] (a) 27 C² against 49 C²
# - [1] (b) two more nonlinearities, so that the stack is more than one linear filter
# - [1] (c) three times as many values
# ### END SOLUTION

# %% [markdown]
# ## Convolutions in disguise
#
# The rest of the notebook shows that four things that look different are convolutions.
#
# ### The 1x1 convolution
#
# A filter of 1x1 sees a single pixel. That is not pointless, because it sees *all channels* of it: it mixes channels. Here, three filters of 1x1
# turn the red, green and blue of an image into new channels.

# %% nbgrader={"grade": false, "grade_id": "picture_mixing", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
images = data.load(num_train=60, num_val=0, num_test=0)
print(images)
photo = images.X_train[7].transpose(2, 0, 1)[np.newaxis] / 255.0  # (1, 3, 32, 32)
mixtures = {"identity": np.eye(3), "grey: the mean": np.full((3, 3), 1 / 3), "red and blue swapped": np.eye(3)[::-1],
            "sepia": np.array([[0.39, 0.77, 0.19], [0.35, 0.69, 0.17], [0.27, 0.53, 0.13]])}
fig, axes = plt.subplots(1, 4, figsize=(9, 2.5), layout="constrained")
for ax, (title, mixture) in zip(axes, mixtures.items()):
    mixed = convolve(photo, mixture[:, :, np.newaxis, np.newaxis])
    ax.imshow(np.clip(mixed[0].transpose(1, 2, 0), 0, 1))
    ax.set_title(title, fontsize=10)
    ax.axis("off")

# %% [markdown]
# So a 1x1 convolution is an affine layer that is applied to every pixel: $\mathit{out}_{n,f,i,j} = \sum_c w_{f,c}\, x_{n,c,i,j} + b_f$. No im2col is
# needed, only a matrix product over the channels (Lin et al., "Network in network", 2014).
#
# ### Exercise 5: `conv_1x1` · 4 points
#
# Compute a 1x1 convolution without loops.
#
# By hand: a pixel (1, 2, 5), the weights (1, 0, −1) and the bias 10 give 1 − 5 + 10 = 6.

# %% nbgrader={"grade": false, "grade_id": "conv_1x1", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv_1x1(x, w, b):
    """A convolution with filters of 1x1.

    Parameters: x (N, C, H, W), images; w (F, C, 1, 1), filters; b (F,), biases.
    Returns: out (N, F, H, W).

    Approach
        1. take the axes of length 1 away from the filters
        2. a matrix product over the channels: np.einsum, np.tensordot or @; where do the filters stand in its result?
        3. the biases: which axis is theirs?
    """
    ### BEGIN SOLUTION
    out = np.tensordot(w[:, :, 0, 0], x, axes=(1, 1)).swapaxes(0, 1)  # (F, N, H, W) -> (N, F, H, W)
    return out + b[:, np.newaxis, np.newaxis]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_conv_1x1_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · values · 2 points
x = np.arange(24.0).reshape(2, 3, 2, 2)  # the pixel at the top left of image 0 is (0, 4, 8)
w, b = np.array([[1.0, 0.0, -1.0], [0.5, 0.5, 0.0]]).reshape(2, 3, 1, 1), np.array([10.0, 100.0])
first, second = x[:, 0] - x[:, 2] + 10, 0.5 * x[:, 0] + 0.5 * x[:, 1] + 100
checks.close(conv_1x1(x, w, b), np.stack([first, second], axis=1), "out", mistakes=known.conv_1x1(x, w, b))
checks.passed("conv_1x1", "two filters on two images")
### BEGIN HIDDEN TESTS
for seed, (N, C, F) in enumerate(((1, 3, 3), (4, 4, 4), (2, 6, 1), (3, 1, 5))):
    x, w, b = random_arrays(seed, (N, C, 4, 4), (F, C, 1, 1), (F,))
    checks.close(conv_1x1(x, w, b), convolve(x, w) + b[:, None, None], f"out for x {x.shape}, w {w.shape}", mistakes=known.conv_1x1(x, w, b))
x, w, b = random_arrays(9, (2, 3, 4, 5), (4, 3, 1, 1), (4,))
checks.close(checks.own_work(conv_1x1, x, w, b), convolve(x, w) + b[:, None, None], "out", mistakes=known.conv_1x1(x, w, b))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_1x1_shapes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · images that are not square · 1 point
x, w, b = random_arrays(10, (2, 3, 4, 6), (5, 3, 1, 1), (5,))
out = conv_1x1(x, w, b)
checks.close(out, convolve(x, w) + b[:, None, None], "out for images of 4x6 pixels", mistakes=known.conv_1x1(x, w, b))
checks.passed("conv_1x1", "images that are higher than wide, and wider than high")
### BEGIN HIDDEN TESTS
for seed, shape in enumerate(((1, 2, 7, 1), (3, 4, 1, 4), (5, 5, 2, 3), (2, 2, 5, 3)), start=11):
    x, w, b = random_arrays(seed, shape, (3, shape[1], 1, 1), (3,))
    checks.close(conv_1x1(x, w, b), convolve(x, w) + b[:, None, None], f"out for x {x.shape}", mistakes=known.conv_1x1(x, w, b))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_1x1_loops", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · no loops · 1 point
small, large = (random_arrays(20, (n, 3, n, n), (2, 3, 1, 1), (2,)) for n in (2, 8))
many = random_arrays(21, (1, 3, 4, 500), (2, 3, 1, 1), (2,))
checks.no_loops(conv_1x1, small=random_arrays(22, (1, 3, 4, 50), (2, 3, 1, 1), (2,)), large=many,
                expected=convolve(*many[:2]) + many[2][:, None, None])
checks.passed("conv_1x1", "no loops over pixels")
### BEGIN HIDDEN TESTS
many = random_arrays(23, (16, 24, 2, 500), (16, 24, 1, 1), (16,))
few = random_arrays(24, (2, 3, 2, 60), (2, 3, 1, 1), (2,))
checks.no_loops(conv_1x1, small=few, large=many, expected=convolve(*many[:2]) + many[2][:, None, None])
### END HIDDEN TESTS

# %% [markdown]
# Its most famous use is the **bottleneck**: between two layers of 256 channels, mix down to 64 channels, filter these with 3x3, and mix up again.

# %% nbgrader={"grade": false, "grade_id": "demo_bottleneck", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
direct, narrow = [("conv", 256, 3, 1, 1)], [("conv", 64, 1, 1, 0), ("conv", 64, 3, 1, 1), ("conv", 256, 1, 1, 0)]
for name, layers in (("3x3", direct), ("1x1, 3x3, 1x1", narrow)):
    bill = net_cost((256, 56, 56), layers)[1]
    print(f"{name:>14}: {bill['params']:9,} parameters, {bill['macs']:13,} multiplications")

# %% [markdown]
# ### Dilated filters
#
# A dilated filter of 3x3 with dilation 2 is a filter of 5x5 that has zeros in the gaps. (Nobody multiplies by these zeros in earnest, but it explains
# what a dilation is.)

# %% nbgrader={"grade": false, "grade_id": "picture_dilated", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, axes = plt.subplots(1, 3, figsize=(8, 2.9), layout="constrained")
for ax, dilation in zip(axes, (1, 2, 3)):
    for i in range(9):
        for j in range(9):
            weight = max(abs(i - 4), abs(j - 4)) in (0, dilation) and (i - 4) % dilation == 0 and (j - 4) % dilation == 0
            ax.add_patch(plt.Rectangle((j, i), 1, 1, facecolor=vis.ORANGE if weight else "#f2f2f2", edgecolor="white"))
    ax.add_patch(plt.Rectangle((4 - dilation, 4 - dilation), 2 * dilation + 1, 2 * dilation + 1, fill=False, edgecolor=vis.RED, lw=2))
    ax.set_title(f"dilation {dilation}: nine weights", fontsize=10)
    ax.set(xlim=(-0.1, 9.1), ylim=(9.1, -0.1), aspect="equal")
    ax.axis("off")

# %% [markdown]
# ### Exercise 6: `dilate_filter` · 3 points
#
# Put the zeros into the gaps.
#
# By hand, in one dimension: (1, 2, 3) with dilation 3 becomes (1, 0, 0, 2, 0, 0, 3). Nothing follows the last weight.

# %% nbgrader={"grade": false, "grade_id": "dilate_filter", "locked": false, "schema_version": 3, "solution": true, "task": false}
def dilate_filter(w, d):
    """Filters with d - 1 zeros between neighbouring weights, in rows and columns.

    Parameters: w (F, C, HH, WW), filters; d, the dilation, an integer of at least 1.
    Returns: a new array (F, C, d (HH - 1) + 1, d (WW - 1) + 1) of the dtype of w.

    Approach
        1. an array of zeros: how long is a row of it?
        2. the weights go to every d-th row and column
    """
    ### BEGIN SOLUTION
    F, C, HH, WW = w.shape
    spread = np.zeros((F, C, d * (HH - 1) + 1, d * (WW - 1) + 1), dtype=w.dtype)
    spread[:, :, ::d, ::d] = w
    return spread
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_dilate_filter_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
w = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 1, 2, 2)
by_hand = np.array([[1.0, 0.0, 0.0, 2.0], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [3.0, 0.0, 0.0, 4.0]])
checks.close(dilate_filter(w, 3), by_hand[np.newaxis, np.newaxis], "the filter with dilation 3", mistakes=known.dilated_filter(w, 3))
checks.passed("dilate_filter", "zeros in the gaps")
### BEGIN HIDDEN TESTS
for seed, d in enumerate((2, 3, 5, 1)):
    (w,) = random_arrays(30 + seed, (2, 3, 3, 3))
    spread = dilate_filter(w.copy(), d)
    checks.shape(spread, (2, 3, 2 * d + 1, 2 * d + 1), f"the filter with dilation {d}")
    checks.close(np.asarray(spread)[:, :, ::d, ::d], w, f"every row and column number {d} of it", mistakes=known.dilated_filter(w, d))
    checks.close(np.sum(np.abs(spread)), np.sum(np.abs(w)), "the sum of its absolute values (the rest are zeros)")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_dilate_filter_shapes", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · fields that are not square · 1 point
w = np.array([1.0, 2.0, 3.0]).reshape(1, 1, 1, 3)
checks.close(dilate_filter(w, 2), np.array([1.0, 0, 2, 0, 3]).reshape(1, 1, 1, 5), "a row of three weights, dilation 2", mistakes=known.dilated_filter(w, 2))
checks.passed("dilate_filter", "one row of weights stays one row")
### BEGIN HIDDEN TESTS
for seed, (shape, d) in enumerate((((1, 2, 3, 1), 4), ((3, 1, 2, 4), 2), ((2, 2, 1, 1), 3), ((2, 3, 4, 2), 3))):
    (w,) = random_arrays(40 + seed, shape)
    expected = np.zeros((*shape[:2], *(d * side - d + 1 for side in shape[2:])))
    for i, j in np.ndindex(shape[2:]):
        expected[:, :, d * i, d * j] = w[:, :, i, j]
    checks.close(dilate_filter(w, d), expected, f"w {shape} with dilation {d}", mistakes=known.dilated_filter(w, d))
for dtype in (np.float32, np.float64):
    spread = dilate_filter(w.astype(dtype), 3)
    checks.resembles(spread, expected, "the filter with dilation 3", given=(w,))
    checks.dtype(spread, dtype, "the filter with dilation 3")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_dilate_filter_convolution", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · it convolves like a dilated filter · 1 point
x, w = random_arrays(50, (1, 2, 7, 8), (3, 2, 2, 2))
apart = convolve(x[:, :, ::2, ::2], w)  # with dilation 2, the even pixels meet only one another
spread = dilate_filter(w, 2)
checks.shape(spread, (3, 2, 3, 3), "the filter with dilation 2")
out = convolve(x, np.asarray(spread))
checks.close(out[:, :, ::2, ::2], apart, "every second row and column of the convolution with dilation 2", mistakes=known.dilated_out(x, w, 2))
checks.passed("dilate_filter", "a dilated convolution")
### BEGIN HIDDEN TESTS
x, w = random_arrays(51, (2, 2, 9, 13), (3, 2, 3, 2))
for d in (1, 3, 4):
    given = w.copy()
    spread = dilate_filter(given, d)
    checks.shape(spread, (3, 2, 2 * d + 1, d + 1), f"the filter with dilation {d}")
    out = convolve(x, np.asarray(spread))
    for i in range(min(d, out.shape[2])):
        for j in range(min(d, out.shape[3])):
            checks.close(out[:, :, i::d, j::d], convolve(x[:, :, i::d, j::d], w), f"the convolution with dilation {d}")
    checks.unchanged(given, w, "w of dilate_filter")
### END HIDDEN TESTS

# %% [markdown]
# ### A fully connected layer is a convolution
#
# The first fully connected layer of VGG-16 weighs 512 maps of 7x7 pixels. A unit of it is a filter of 7x7 with 512 channels that has a single place to
# stand. So write its weights as filters. Nothing changes for an image of 224 pixels. But a larger image now has room for the filter to slide, and the
# net puts out a *map* of scores: with 384 pixels the last maps are 12x12, the filter stands in 6x6 places, and the net has looked at 36 crops of
# 224x224 in one pass, for about the price of three.
#
# ### Exercise 7: `fc_to_conv` · 4 points
#
# Turn the weights of an affine layer into filters. The layer computes `x.reshape(N, -1) @ W + b`.
#
# By hand: with input_shape (1, 2, 2) the pixels of an image are flattened as (top left, top right, bottom left, bottom right). A unit with the weights
# (1, 2, 3, 4) in its column of W is the filter with the rows (1, 2) and (3, 4).

# %% nbgrader={"grade": false, "grade_id": "fc_to_conv", "locked": false, "schema_version": 3, "solution": true, "task": false}
def fc_to_conv(W, b, input_shape):
    """The filters and biases of the convolution that computes what an affine layer computes.

    Parameters: W (D, M), the weights of the affine layer, a column for each unit; b (M,), its biases; input_shape, (C, H, W), the shape of
        the images that it flattens, with D = C H W.
    Returns: w (M, C, H, W), filters; b (M,), biases.

    Approach
        1. one unit is one column of W: undo the flattening for it
        2. all units: which axis should come first?
    """
    ### BEGIN SOLUTION
    return W.T.reshape(len(b), *input_shape), b  # (M, D) -> (M, C, H, W)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_fc_to_conv_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · the same scores · 2 points
x, W, b = random_arrays(60, (5, 3, 4, 4), (48, 3), (3,))
w, bias = checks.unpack(fc_to_conv(W, b, (3, 4, 4)), "w, b")
checks.shape(w, (3, 3, 4, 4), "w")
scores = convolve(x, np.asarray(w))[:, :, 0, 0] + bias
checks.close(scores, x.reshape(5, -1) @ W + b, "the scores of five images", mistakes=known.fc_scores(x, W, b))
checks.passed("fc_to_conv", "the scores of an affine layer")
### BEGIN HIDDEN TESTS
for seed, (C, side, M) in enumerate(((1, 2, 4), (4, 1, 6), (2, 2, 8), (16, 2, 16))):
    x, W, b = random_arrays(61 + seed, (3, C, side, side), (C * side**2, M), (M,))
    w, bias = checks.unpack(fc_to_conv(W, b, (C, side, side)), "w, b")
    checks.shape(w, (M, C, side, side), "w")
    checks.close(convolve(x, np.asarray(w))[:, :, 0, 0] + bias, x.reshape(3, -1) @ W + b, "the scores of three images", mistakes=known.fc_scores(x, W, b))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_fc_to_conv_layout", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · rows and columns · 1 point
W, b = np.arange(24.0).reshape(12, 2), np.array([5.0, 7.0])
w, bias = checks.unpack(fc_to_conv(W, b, (2, 2, 3)), "w, b")
checks.shape(w, (2, 2, 2, 3), "w")
checks.close(np.asarray(w)[1], [[[1.0, 3, 5], [7, 9, 11]], [[13, 15, 17], [19, 21, 23]]], "filter 1", mistakes=known.fc_filters(W, (2, 2, 3)))
checks.close(bias, b, "the biases")
checks.passed("fc_to_conv", "images of 2x3 pixels with two channels")
### BEGIN HIDDEN TESTS
for seed, shape in enumerate(((3, 5, 2), (1, 1, 6), (6, 2, 1))):
    W, b = random_arrays(70 + seed, (int(np.prod(shape)), 4), (4,))
    w, bias = checks.unpack(fc_to_conv(W, b, shape), "w, b")
    checks.shape(w, (4, *shape), "w")
    for unit in range(4):
        checks.close(np.ravel(np.asarray(w)[unit]), W[:, unit], f"filter {unit} in the order of C, H, W", mistakes=known.fc_filters(W, shape, flat=True))
    checks.close(bias, b, "the biases")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_fc_to_conv_larger", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · a larger image · 1 point
x, W, b = random_arrays(80, (1, 2, 5, 6), (18, 3), (3,))
w, bias = checks.unpack(fc_to_conv(W, b, (2, 3, 3)), "w, b")
checks.shape(w, (3, 2, 3, 3), "w")
out = convolve(x, np.asarray(w))[0] + np.reshape(bias, (-1, 1, 1))
checks.close(out[:, 2, 1], x[:, :, 2:5, 1:4].reshape(-1) @ W + b, "the scores of the crop at row 2, column 1", mistakes=known.fc_scores(x[:, :, 2:5, 1:4], W, b))
checks.passed("fc_to_conv", "a map of scores: the layer at every place")
### BEGIN HIDDEN TESTS
x, W, b = random_arrays(81, (2, 3, 7, 5), (18, 4), (4,))
w, bias = checks.unpack(fc_to_conv(W, b, (3, 3, 2)), "w, b")
checks.shape(w, (4, 3, 3, 2), "w")
out = convolve(x, np.asarray(w)) + np.reshape(bias, (-1, 1, 1))
for i, j in np.ndindex(5, 4):
    checks.close(out[:, :, i, j], x[:, :, i : i + 3, j : j + 2].reshape(2, -1) @ W + b, f"the scores of the crop at row {i}, column {j}")
### END HIDDEN TESTS

# %% [markdown]
# And here it is at work. The three-layer net of the notebook `convnet` learns to classify images of 32x32. Your functions turn its two affine layers
# into convolutions: the first with filters of 16x16, the second with 1x1. Then the net looks at a mosaic of 128x128 that it has never seen the like of.

# %% nbgrader={"grade": false, "grade_id": "demo_sliding", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
from cs231n_lib.layers import conv_forward_fast, max_pool_forward_fast
from cs231n_lib.models import ThreeLayerConvNet
from cs231n_lib.solver import Solver

images = data.load()
mean = images.X_train[:4000].mean(axis=(0, 1, 2), dtype=np.float32)


def centred(pixels):
    return ((pixels - mean) / 64).transpose(0, 3, 1, 2).astype(np.float32)  # (N, 3, 32, 32)


subset = {"X_train": centred(images.X_train[:4000]), "y_train": images.y_train[:4000], "X_val": centred(images.X_val[:500]),
          "y_val": images.y_val[:500]}
net = ThreeLayerConvNet((3, 32, 32), num_filters=16, filter_size=5, hidden_dim=64, weight_scale=1e-2, dtype=np.float32, rng=0)
solver = Solver(net, subset, "adam", {"learning_rate": 1e-3}, num_epochs=3, batch_size=50, verbose=False, rng=0)
solver.train()
print(f"validation accuracy {solver.best_val_acc:.1%}")

chosen = np.array([np.flatnonzero(images.y_test == label)[k] for k in (0, 1) for label in range(8)])
rows_of_four = [np.concatenate(list(centred(images.X_test[four])), axis=2) for four in chosen.reshape(4, 4)]
mosaic = np.concatenate(rows_of_four, axis=1)[np.newaxis]  # (1, 3, 128, 128)
maps = max_pool_forward_fast(np.maximum(conv_forward_fast(mosaic, net.params["W1"], net.params["b1"], net.conv_param)[0], 0), net.pool_param)[0]
w2, b2 = fc_to_conv(net.params["W2"], net.params["b2"], (16, 16, 16))
w3, b3 = fc_to_conv(net.params["W3"], net.params["b3"], (64, 1, 1))
hidden = np.maximum(conv_forward_fast(maps, w2, b2, {"stride": 1, "pad": 0})[0], 0)
scores = conv_1x1(hidden, w3, b3)[0]  # (10, 49, 49)
print("a map of scores for each class:", scores.shape)

# %% nbgrader={"grade": false, "grade_id": "picture_sliding", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
probabilities = np.exp(scores - scores.max(axis=0))
probabilities /= probabilities.sum(axis=0)
fig, axes = plt.subplots(1, 4, figsize=(10, 2.9), layout="constrained")
axes[0].imshow(np.concatenate([np.concatenate(list(images.X_test[four]), axis=1) for four in chosen.reshape(4, 4)]))
axes[0].set_title("the mosaic", fontsize=10)
for ax, label in zip(axes[1:], (5, 6, 1)):
    # a unit of the map sees 32 pixels; the first of them has its middle at pixel 16
    shown = ax.imshow(probabilities[label], vmin=0, vmax=1, cmap="viridis", extent=(15, 113, 113, 15))
    for k in np.flatnonzero(images.y_test[chosen] == label):
        ax.add_patch(plt.Rectangle((32 * (k % 4), 32 * (k // 4)), 32, 32, fill=False, edgecolor=vis.RED, lw=1.5))
    ax.set(xlim=(0, 128), ylim=(128, 0))
    ax.set_title(f"P({images.class_names[label]})", fontsize=10)
for ax in axes:
    ax.set(xticks=[], yticks=[])
fig.colorbar(shown, ax=axes);

# %% [markdown]
# The red squares mark the images of the class. The net was trained on single images, so it is also confident where two images meet. A net
# that labels every pixel has to be trained for that: see the notebook `residual_and_segmentation`.
#
# ### The backward pass of a convolution is a convolution
#
# Take one dimension, an image of three pixels and the filter $(a, b)$, without padding. Then $\mathit{out}_0 = a x_0 + b x_1$ and
# $\mathit{out}_1 = a x_1 + b x_2$. Collect for each pixel what it has contributed to:
#
# $$ dx_0 = a\, d_0, \qquad dx_1 = b\, d_0 + a\, d_1, \qquad dx_2 = b\, d_1 . $$
#
# That is the filter $(b, a)$, slid over $(0, d_0, d_1, 0)$: the **flipped** filter over the upstream gradient with enough zeros around it that every
# pixel gets all that it contributed to. With several channels, filters and channels also change roles, because the gradient flows from the filters to
# the channels.
#
# How much padding? In the forward pass an image of size H becomes $H + 2\,\mathit{pad} - \mathit{HH} + 1$; on the way back it has to become H again.
#
# ### Exercise 8: `conv_dx_as_conv` · 4 points
#
# Compute the gradient of the images with `convolve` from the first cell.
#
# By hand: above.

# %% nbgrader={"grade": false, "grade_id": "conv_dx_as_conv", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv_dx_as_conv(dout, w, pad):
    """The gradient of the images of a convolution with stride 1, as a convolution of dout.

    Parameters: dout (N, F, out_h, out_w), the upstream gradient; w (F, C, HH, WW), the filters; pad, the zeros that the forward pass added at
        each end of rows and columns, at most HH - 1 and WW - 1.
    Returns: dx (N, C, H, W), the gradient of the images, without their padding.

    Approach
        1. flip the filters; let filters and channels change places
        2. how many zeros does dout need above and below, and how many left and right?
        3. convolve(dout, the new filters, (above, left))
    """
    ### BEGIN SOLUTION
    HH, WW = w.shape[2:]
    turned = w[:, :, ::-1, ::-1].swapaxes(0, 1)  # (C, F, HH, WW)
    return convolve(dout, turned, (HH - 1 - pad, WW - 1 - pad))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_conv_dx_as_conv_values", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · values · 1 point
dout, w = np.array([2.0, 5.0]).reshape(1, 1, 1, 2), np.array([10.0, 1.0]).reshape(1, 1, 1, 2)  # a = 10, b = 1
dx = conv_dx_as_conv(dout, w, 0)
checks.close(dx, np.array([20.0, 52.0, 5.0]).reshape(1, 1, 1, 3), "dx of the example", mistakes=known.conv_dx(dout, w, 0))
checks.passed("conv_dx_as_conv", "the example in one dimension")
### BEGIN HIDDEN TESTS
for seed, (side, field) in enumerate(((4, 3), (5, 2), (3, 3))):
    x, w = random_arrays(90 + seed, (1, 1, side, side), (1, 1, field, field))
    (dout,) = random_arrays(95 + seed, convolve(x, w).shape)
    checks.gradient(lambda v: np.sum(convolve(v, w) * dout), x, conv_dx_as_conv(dout, w, 0), f"dx for a {field}x{field} filter", mistakes=known.conv_dx(dout, w, 0))
checks.shape(checks.own_work(conv_dx_as_conv, dout, w, 0), x.shape, "dx")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_dx_as_conv_channels", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · channels and filters · 1 point
x, w, dout = random_arrays(100, (2, 2, 4, 4), (3, 2, 2, 2), (2, 3, 3, 3))
dx = conv_dx_as_conv(dout, w, 0)
checks.gradient(lambda v: np.sum(convolve(v, w) * dout), x, dx, "dx for 2 channels and 3 filters", mistakes=known.conv_dx(dout, w, 0))
checks.passed("conv_dx_as_conv", "the gradient of all channels")
### BEGIN HIDDEN TESTS
for seed, (C, F) in enumerate(((3, 3), (1, 4), (4, 1), (2, 2))):
    x, w, dout = random_arrays(101 + seed, (2, C, 4, 4), (F, C, 3, 3), (2, F, 2, 2))
    checks.gradient(lambda v: np.sum(convolve(v, w) * dout), x, conv_dx_as_conv(dout, w, 0), f"dx for {C} channels and {F} filters", mistakes=known.conv_dx(dout, w, 0))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_dx_as_conv_padding", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · padding · 1 point
x, w, dout = random_arrays(110, (1, 2, 4, 4), (2, 2, 3, 3), (1, 2, 4, 4))
dx = conv_dx_as_conv(dout, w, 1)
checks.gradient(lambda v: np.sum(convolve(v, w, (1, 1)) * dout), x, dx, "dx for pad 1", mistakes=known.conv_dx(dout, w, 1))
checks.passed("conv_dx_as_conv", "dx has the size of the images, without their padding")
### BEGIN HIDDEN TESTS
for seed, (field, pad) in enumerate(((5, 2), (3, 2), (1, 0), (4, 1), (2, 1))):
    x, w = random_arrays(111 + seed, (1, 2, 4, 5), (2, 2, field, field))
    (dout,) = random_arrays(120 + seed, convolve(x, w, (pad, pad)).shape)
    dx = conv_dx_as_conv(dout, w, pad)
    checks.gradient(lambda v: np.sum(convolve(v, w, (pad, pad)) * dout), x, dx, f"dx for a {field}x{field} filter, pad {pad}", mistakes=known.conv_dx(dout, w, pad))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_dx_as_conv_fields", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · fields that are not square · 1 point
x, w, dout = random_arrays(130, (1, 2, 5, 6), (2, 2, 2, 4), (1, 2, 6, 5))
dx = conv_dx_as_conv(dout, w, 1)
checks.gradient(lambda v: np.sum(convolve(v, w, (1, 1)) * dout), x, dx, "dx for 2x4 filters and pad 1", mistakes=known.conv_dx(dout, w, 1))
checks.passed("conv_dx_as_conv", "filters that are wider than high")
### BEGIN HIDDEN TESTS
for seed, (HH, WW, pad) in enumerate(((3, 1, 0), (1, 4, 0), (4, 2, 1), (3, 5, 2))):
    x, w = random_arrays(131 + seed, (2, 1, 5, 6), (2, 1, HH, WW))
    (dout,) = random_arrays(140 + seed, convolve(x, w, (pad, pad)).shape)
    dx = conv_dx_as_conv(dout, w, pad)
    checks.gradient(lambda v: np.sum(convolve(v, w, (pad, pad)) * dout), x, dx, f"dx for {HH}x{WW} filters, pad {pad}", mistakes=known.conv_dx(dout, w, pad))
### END HIDDEN TESTS

# %% [markdown]
# With a stride of 2 the same idea holds if you first put zeros between the entries of `dout`. Your function `dilate_filter` does exactly that. A layer
# that uses this backward pass as its *forward* pass enlarges images: the **transposed convolution** of the next notebook.
#
# ## Design a net
#
# Now you set the sizes. The net is for images of 32x32 pixels and ten classes, and it has to run on a cheap chip:
#
# - at most 80,000 parameters and 4 million multiplications;
# - at least four convolutions, and none of its maps smaller than 2x2 pixels;
# - the unit in the middle of the last map sees at least 32 pixels along each side;
# - it ends with `("fc", 10)`, the only fully connected layer.
#
# ### Exercise 9: `small_net` · 3 points
#
# Return such a net. There are many. The cell below tries yours.
#
# By hand: four 3x3 convolutions with 32 filters, without pooling, would cost 29 million multiplications, and see 9 pixels.

# %% nbgrader={"grade": false, "grade_id": "small_net", "locked": false, "schema_version": 3, "solution": true, "task": false}
def small_net():
    """A net for images (3, 32, 32) within the limits above.

    Returns: a list of tuples ("conv", ...), ("pool", ...), and ("fc", 10) at the end.

    Approach
        1. pool early: what does a pooling do to the multiplications, and what to the receptive field?
        2. use net_cost and receptive_field until everything fits
    """
    ### BEGIN SOLUTION
    layers = []
    for num_filters in (16, 32, 48):
        layers += [("conv", num_filters, 3, 1, 1), ("pool", 2, 2)]
    return [*layers, ("conv", 64, 3, 1, 1), ("fc", 10)]
    ### END SOLUTION


# %% tags=["skip-execution"]
# Your turn (nothing here is graded): does it fit? What is the largest field that the budget can buy?
layers = small_net()
print(net_cost((3, 32, 32), layers)[1])
print("the last map has the shape", net_cost((3, 32, 32), layers)[0][-2]["out_shape"], "and its units see", receptive_field(layers[:-1]), "pixels")

# %% nbgrader={"grade": true, "grade_id": "test_small_net_form", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · form · 1 point
problem = known.design_problem(small_net(), "form")
checks.true(problem is None, problem or "")
checks.passed("small_net", "four convolutions or more, and one fully connected layer at the end")
### BEGIN HIDDEN TESTS
layers = small_net()
checks.equal(tuple(layers[-1]), ("fc", 10), "the last layer")
checks.true(sum(layer[0] == "conv" for layer in layers) >= 4, "The net has fewer than four convolutions.")
checks.true(known.right_rows((3, 32, 32), layers)[-1]["out_shape"] == (10,), "The net does not put out ten scores.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_small_net_cost", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · cost · 1 point
problem = known.design_problem(small_net(), "cost")
checks.true(problem is None, problem or "")
checks.passed("small_net", "within the budget")
### BEGIN HIDDEN TESTS
rows = known.right_rows((3, 32, 32), small_net())
checks.true(sum(row["params"] for row in rows) <= 80_000, "The net has more than 80,000 parameters.")
checks.true(sum(row["macs"] for row in rows) <= 4_000_000, "The net takes more than 4 million multiplications.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_small_net_field", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · receptive field · 1 point
problem = known.design_problem(small_net(), "field")
checks.true(problem is None, problem or "")
checks.passed("small_net", "it sees 32 pixels or more")
### BEGIN HIDDEN TESTS
layers = small_net()
checks.true(known.right_field(layers[:-1]) >= 32, "The units of the last map see fewer than 32 pixels.")
### END HIDDEN TESTS

# %% [markdown]
# ## Summary
#
# - Parameters do not depend on the size of the image; values and multiplications grow with it.
# - In VGG-16 the values sit in the first layers, the parameters in the first fully connected layer, the multiplications in the middle.
# - A field grows by the reach of each filter times the jump; strides and dilations make it grow fast. Small filters in a stack are cheaper than one
#   large filter.
# - 1x1 convolutions mix channels. Fully connected layers are convolutions that have one place to stand. The gradient of a convolution is a convolution
#   with the flipped filter.
#
# More: He and Sun, "Convolutional neural networks at constrained time cost" (2015); Araujo et al., "Computing receptive fields of convolutional neural
# networks" (Distill, 2019).
#
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"conv_cost": 5, "net_cost": 5, "vgg16_layers": 2, "receptive_field": 4, "conv_1x1": 3, "dilate_filter": 3, "fc_to_conv": 3,
                "conv_dx_as_conv": 4, "small_net": 3})
