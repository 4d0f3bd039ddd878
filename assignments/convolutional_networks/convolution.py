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
# # Convolution: look at a small piece, everywhere
#
# A fully connected layer gives every unit its own weight for every pixel, and has to learn anew in each corner of the image what an edge is. A
# convolutional layer looks at a small piece of the image through a small filter, and slides the same filter over all of it. That is
# all; it needs many thousand times fewer weights, and it is what made computers see. In this notebook you build it by its definition, find its
# gradient, add pooling, and then learn the trick that turns the whole thing into one matrix product.
#
# **You will learn**
#
# - what padding and stride do, and how large the output is;
# - to compute a convolution, and all three of its gradients, from the definition;
# - what max pooling keeps, and which way its gradient goes;
# - to lay out an image as columns (*im2col*), to add the columns back (*col2im*), and to convolve with a matrix product;
# - how much faster that is, and how much faster still the library's kernels are.
#
# **Time**: about six hours of work. The cells themselves run in about ten seconds (in half a minute on a slow or busy machine), with either data set.
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that come with the course. A few
# images are enough here, with either of them; nothing is trained before the notebook `convnet`. The checks use tiny random arrays.
#
# Images are arrays (N, C, H, W) from here on: image, channel, row, column. The channels of a colour image are red, green and blue.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import functools
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np

from cs231n_lib import checks, data, kernels, layers, vis
from cs231n_lib.notebooks import errors

errors.explain()


def random_arrays(seed, *shapes):
    """An array of random numbers for each shape."""
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape) for shape in shapes]


def distinct_array(seed, *shape):
    """An array in which no two numbers are the same, and none is near another; half of them are negative."""
    rng = np.random.default_rng(seed)
    size = int(np.prod(shape))
    return (rng.permutation(size) - size // 2).reshape(shape) * 0.1 + 0.03


def pair(result, shape, name):
    """The result of a forward pass, after a look whether it is a pair whose first part has this shape."""
    checks.true(result is not None, f"{name} returned None. Did you forget `return out, cache`?")
    checks.true(isinstance(result, (tuple, list)) and len(result) == 2,
                f"{name} should return two things, the output and what its backward pass needs: `return out, cache`.")
    if shape is not None:
        checks.shape(result[0], shape, f"out of {name} with the shapes of this check",
                       hint="N images, one channel per filter (in pooling: per channel), then height and width from the output size formula.")
    return result


def gradients(result, name):
    """The three gradients of a convolution, after a look whether there are three."""
    checks.true(result is not None, f"{name} returned None. Did you forget `return dx, dw, db`?")
    checks.true(isinstance(result, (tuple, list)) and len(result) == 3, f"{name} should return three things: `return dx, dw, db`.")
    return result


def draw_grid(ax, numbers, title="", color="white", outline=()):
    """Numbers in squares; outline: (top, left, height, width, color) of fields to be framed."""
    numbers = np.asarray(numbers)
    height, width = numbers.shape
    for i in range(height):
        for j in range(width):
            shade = color[i][j] if isinstance(color, list) else color
            ax.add_patch(plt.Rectangle((j, i), 1, 1, facecolor=shade, edgecolor="0.75", lw=0.8))
            ax.text(j + 0.5, i + 0.5, str(numbers[i, j]), ha="center", va="center", fontsize=9)
    for top, left, tall, wide, shade in outline:
        ax.add_patch(plt.Rectangle((left, top), wide, tall, fill=False, edgecolor=shade, lw=2.5, zorder=3))
    ax.set(xlim=(-0.1, width + 0.1), ylim=(height + 0.1, -0.1), aspect="equal")
    ax.set_title(title, fontsize=10)
    ax.axis("off")


# %% [markdown]
# ## The images
#
# Four of them are enough to look at. As data they come channels last; `photos` has the order that layers want.

# %% nbgrader={"grade": false, "grade_id": "load_data", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
images = data.load(num_train=500, num_val=0, num_test=0)
print(images)
chosen = [np.flatnonzero(images.y_train == label)[k] for label, k in ((0, 0), (1, 2), (5, 1), (7, 0))]
photos = images.X_train[chosen].transpose(0, 3, 1, 2)  # (4, 3, 32, 32) uint8
print("photos:", photos.shape, photos.dtype)
vis.show_images(images.X_train[chosen], titles=[images.class_names[k] for k in images.y_train[chosen]], size=1.6);

# %% [markdown]
# ## One filter, one image
#
# Put a small table of weights, the **filter**, onto the image. Multiply each weight with the pixel beneath it, add up the products (and a bias): that
# is *one* number of the output. Move the filter by one pixel, and you have the next. The pixels under the filter are called its **field**, short for
# *receptive field*.

# %% nbgrader={"grade": false, "grade_id": "picture_sliding", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
image = np.array([[1, 2, 0, 3], [4, 1, 0, 2], [0, 1, 5, 1]])
filter_drawn = np.array([[1, 2], [0, -1]])
result_drawn = np.array([[4, 2, 4], [5, -4, 3]])
fig, axes = plt.subplots(1, 4, figsize=(11, 2.9), layout="constrained", width_ratios=[4, 2, 4, 3])
draw_grid(axes[0], image, "first field", outline=[(0, 0, 2, 2, vis.BLUE)])
draw_grid(axes[1], filter_drawn, "filter", color="#fff3d6")
draw_grid(axes[2], image, "last field", outline=[(1, 2, 2, 2, vis.RED)])
draw_grid(axes[3], result_drawn, "output", outline=[(0, 0, 1, 1, vis.BLUE), (1, 2, 1, 1, vis.RED)])
fig.supxlabel("blue: 1·1 + 2·2 + 4·0 + 1·(−1) = 4          red: 0·1 + 2·2 + 5·0 + 1·(−1) = 3", fontsize=10);

# %% [markdown]
# (In mathematics and signal processing a *convolution* flips the filter first, left to right and top to bottom. Nobody does that in deep learning, as
# the weights are learnt anyway. Neither do we.)
#
# ### Padding and stride
#
# The output above is smaller than the image, since a filter cannot stand half outside. If that is not wanted, a border of zeros is put around the
# image: `pad` rows above and below, and as many columns left and right. And the filter need not move by one pixel: with a **stride** of 2 it moves by
# two, and the output has about half as many rows and columns.

# %% nbgrader={"grade": false, "grade_id": "picture_padding", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, axes = plt.subplots(1, 3, figsize=(11, 4.2), layout="constrained", width_ratios=[5, 7, 7])
pixel, border = "#cfe5f5", "#f2f2f2"
for ax, pad, starts, title in ((axes[0], 0, [(0, 0), (0, 1), (2, 2)], "pad 0, stride 1: output 3x3"),
                               (axes[1], 1, [(0, 0), (0, 1), (4, 4)], "pad 1, stride 1: output 5x5"),
                               (axes[2], 1, [(0, 0), (0, 2), (4, 4)], "pad 1, stride 2: output 3x3")):
    size = 5 + 2 * pad
    inside = [[pixel if pad <= i < pad + 5 and pad <= j < pad + 5 else border for j in range(size)] for i in range(size)]
    values = np.array([["" if shade == pixel else "0" for shade in row] for row in inside])
    draw_grid(ax, values, title, color=inside, outline=[
        (top + 0.05 * k, left + 0.05 * k, 2.9, 2.9, shade)
        for k, ((top, left), shade) in enumerate(zip(starts, (vis.BLUE, vis.ORANGE, vis.RED)))])
fig.supxlabel("an image of 5x5 pixels and a field of 3x3: the first (blue), second (orange) and last (red) position", fontsize=10);

# %% [markdown]
# ## Exercise 1: `conv_output_size`
#
# How many positions are there along one side? The padded side has $\mathit{size} + 2\,\mathit{pad}$ pixels. The first field takes up $\mathit{field}$
# of them, and each stride among the rest makes room for one more:
#
# $$ \mathit{out} = \left\lfloor \frac{\mathit{size} + 2\,\mathit{pad} - \mathit{field}}{\mathit{stride}} \right\rfloor + 1 . $$
#
# Where the stride does not divide evenly, we **round down**, as all the frameworks do: a field that would stick out is left out, and the last few
# pixels lie in no field. But a field that does not fit at all, not even once, is a mistake, and so are sizes that make no sense (a stride of 0 moves
# nowhere). Say so with a `ValueError`: you will thank yourself in the next notebook.

# %% nbgrader={"grade": false, "grade_id": "conv_output_size", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv_output_size(size, field, pad, stride):
    """How many positions a field has along one side (height or width) of an image.

    Arguments, all of them integers
    - size: pixels of the image along this side, at least 1
    - field: pixels of the field along this side, at least 1
    - pad: zeros added at *each* end of the side, at least 0
    - stride: step from one field to the next, at least 1

    Returns an int, at least 1: the positions at which the field fits completely.
    Raises ValueError if the field is larger than the padded side, or if an argument is smaller than it may be.
    """
    ### BEGIN SOLUTION
    if size < 1 or field < 1 or pad < 0 or stride < 1:
        raise ValueError(f"size={size}, field={field}, stride={stride} should be at least 1, and pad={pad} at least 0")
    padded = size + 2 * pad
    if field > padded:
        raise ValueError(f"a field of {field} pixels does not fit into a side of {size} pixels with padding {pad}")
    return (padded - field) // stride + 1
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_conv_output_size_formula", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
for size, field, pad, stride, expected in ((5, 3, 0, 1, 3), (5, 3, 1, 1, 5), (5, 3, 1, 2, 3), (7, 3, 0, 2, 3), (32, 5, 2, 1, 32)):
    checks.equal(conv_output_size(size, field, pad, stride), expected,
                 f"the output size for size {size}, field {field}, pad {pad}, stride {stride}",
                 hint="The first three are the pictures above. Padding is added at both ends.")
checks.passed("conv_output_size", "the sizes of the pictures are right")
### BEGIN HIDDEN TESTS
for size, field, pad, stride in ((1, 1, 0, 1), (3, 3, 0, 1), (3, 3, 0, 5), (9, 1, 0, 4), (2, 6, 2, 1), (227, 11, 0, 4), (32, 3, 1, 1), (10, 2, 3, 7)):
    expected = len([start for start in range(0, size + 2 * pad, stride) if start + field <= size + 2 * pad])
    checks.equal(conv_output_size(size, field, pad, stride), expected,
                 f"the output size for size {size}, field {field}, pad {pad}, stride {stride}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_output_size_floor", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
for size, field, pad, stride, expected in ((6, 3, 0, 2, 2), (7, 2, 0, 3, 2), (32, 3, 1, 2, 16), (5, 2, 0, 4, 1)):
    result = conv_output_size(size, field, pad, stride)
    checks.true(result != (size + 2 * pad - field) / stride + 1, f"There is no such thing as {result} positions: round down where "
                f"the stride does not divide evenly (size {size}, field {field}, pad {pad}, stride {stride}).")
    checks.equal(result, expected, f"the output size for size {size}, field {field}, pad {pad}, stride {stride}",
                 hint="Round down, and add 1 after that: a field that sticks out is left out.")
checks.true(isinstance(conv_output_size(5, 3, 1, 2), (int, np.integer)), "The number of positions should be an int, so that "
            "`range` and `np.zeros` take it: divide with //, not with /.")
checks.passed("conv_output_size", "rounded down, to an int")
### BEGIN HIDDEN TESTS
for size in range(4, 12):
    for field, pad, stride in ((4, 0, 3), (2, 1, 5), (3, 2, 2)):
        expected = len([start for start in range(0, size + 2 * pad, stride) if start + field <= size + 2 * pad])
        result = conv_output_size(size, field, pad, stride)
        checks.equal(result, expected, f"the output size for size {size}, field {field}, pad {pad}, stride {stride}")
        checks.true(isinstance(result, (int, np.integer)), "The number of positions should be an int.")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_output_size_errors", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
checks.equal(conv_output_size(3, 5, 1, 1), 1, "the output size for size 3, field 5, pad 1 (it just fits)")
checks.raises(ValueError, "a field of 5 on a side of 3 without padding", conv_output_size, 3, 5, 0, 1,
              hint="Compare the field with the padded side before you compute.")
checks.raises(ValueError, "a field of 0", conv_output_size, 5, 0, 0, 1)
checks.raises(ValueError, "a stride of 0", conv_output_size, 5, 3, 0, 0)
checks.raises(ValueError, "a padding of -1", conv_output_size, 5, 3, -1, 1)
checks.passed("conv_output_size", "what cannot be is refused")
### BEGIN HIDDEN TESTS
for size, field, pad, stride in ((4, 5, 0, 1), (4, 5, 0, 2), (4, 5, 0, 9), (2, 7, 2, 1), (1, 2, 0, 1)):
    checks.raises(ValueError, f"size {size}, field {field}, pad {pad}, stride {stride}: the field does not fit", conv_output_size,
                  size, field, pad, stride)
for size, field, pad, stride in ((5, 0, 0, 1), (0, 1, 1, 1), (5, 3, 0, -1), (5, 3, -2, 1)):
    checks.raises(ValueError, f"size {size}, field {field}, pad {pad}, stride {stride}", conv_output_size, size, field, pad, stride)
### END HIDDEN TESTS

# %% [markdown]
# **Question 1** (3 points). A layer takes images of 32x32x3 and has 10 filters of 5x5 with stride 1 and padding 2. What is the shape of its output
# for one image, and how many parameters does it have? How many would a fully connected layer need for an output of the same size? Give the two
# properties of the convolutional layer that make the difference, and say what each assumes about images.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_parameters", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# The output is 10 channels of (32 + 4 − 5)/1 + 1 = 32 rows and columns: (10, 32, 32), 10,240 numbers. Each filter has 5·5·3 = 75 weights and a
# bias, so 760
# parameters. Fully connected: 3,072 inputs to 10,240 outputs, 3,072 · 10,240 + 10,240 = 31,467,520 parameters, some 41,000 times as many.
#
# *Local connections*: a unit sees 75 numbers instead of 3,072. This assumes that what belongs together lies close together. *Shared weights*: the
# same filter at all 1,024 positions. This assumes that what is worth finding in one place is worth finding anywhere (so that a shifted image gives a
# shifted output).
#
# **Marking**: 1 point for the output's shape and 760 parameters; 1 for about 31.5 million; 1 for local connections and shared weights, each with
# what it assumes.
# ### END SOLUTION

# %% [markdown]
# ## Exercise 2: `conv_forward_naive`
#
# Real layers see all channels at once and have many filters. A filter `w[f]` has as many channels as the image, and the products are added up over
# the channels as well: one filter makes *one* channel of the output, however many channels the image has. With the stride $s$, and $\tilde x$ for the
# padded images,
#
# $$ \mathrm{out}[n, f, i, j] = b_f + \sum_{c,\,k,\,l} w[f, c, k, l] \; \tilde x[n, c, \, i s + k, \, j s + l] . $$
#
# Write it with plain loops over $n$, $f$, $i$ and $j$, with one field (C, HH, WW) inside. `np.pad` puts a border around an array; look up how to give
# each axis its own width, since images and channels get no border.

# %% nbgrader={"grade": false, "grade_id": "conv_forward_naive", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv_forward_naive(x, w, b, conv_param):
    """Convolution by its definition: slide each filter over each image.

    Arguments
    - x: (N, C, H, W) images; floats, or raw pixels of dtype uint8
    - w: (F, C, HH, WW) filters; HH and WW may differ
    - b: (F,) biases, one per filter
    - conv_param: dict with "stride", the step from one field to the next, and "pad", the width of the border of zeros;
      both hold for rows and columns

    Returns (out, cache)
    - out: (N, F, out_h, out_w), with out_h and out_w as in conv_output_size. Of dtype float32 if x, w and b are.
    - cache: whatever conv_backward_naive needs
    """
    ### BEGIN SOLUTION
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    out_h = conv_output_size(H, HH, pad, stride)
    out_w = conv_output_size(W, WW, pad, stride)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))  # (N, C, H + 2 pad, W + 2 pad)
    out = np.zeros((N, F, out_h, out_w), dtype=np.result_type(x, w, b))
    for n in range(N):
        for f in range(F):
            for i in range(out_h):
                for j in range(out_w):
                    top, left = i * stride, j * stride
                    field = padded[n, :, top : top + HH, left : left + WW]  # (C, HH, WW)
                    out[n, f, i, j] = np.sum(field * w[f]) + b[f]
    return out, (x, w, conv_param)
    ### END SOLUTION


# %% [markdown]
# First the example of the picture. Its six fields are written out here, each as a row.

# %% nbgrader={"grade": true, "grade_id": "test_conv_forward_naive_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x = np.array([[1.0, 2.0, 0.0, 3.0], [4.0, 1.0, 0.0, 2.0], [0.0, 1.0, 5.0, 1.0]]).reshape(1, 1, 3, 4)
w = np.array([[1.0, 2.0], [0.0, -1.0]]).reshape(1, 1, 2, 2)
fields = np.array([[1, 2, 4, 1], [2, 0, 1, 0], [0, 3, 0, 2], [4, 1, 0, 1], [1, 0, 1, 5], [0, 2, 5, 1]])
result = checks.own_work(conv_forward_naive, x, w, np.zeros(1), {"stride": 1, "pad": 0})
out, cache = pair(result, (1, 1, 2, 3), "conv_forward_naive")
checks.close(out, [[[[4, 2, 4], [5, -4, 3]]]], "out for the image and the filter of the picture", suspects={
    "the filter is flipped. In deep learning nobody flips it.": fields.dot([-1, 0, 2, 1]).reshape(1, 1, 2, 3),
    "the filter is flipped from left to right.": fields.dot([2, 1, -1, 0]).reshape(1, 1, 2, 3),
    "the filter is flipped from top to bottom.": fields.dot([0, -1, 1, 2]).reshape(1, 1, 2, 3),
    "rows and columns of the filter are exchanged.": fields.dot([1, 0, 2, -1]).reshape(1, 1, 2, 3),
    "this is the mean of the products; add them up, without dividing.": np.array([[[[4, 2, 4], [5, -4, 3]]]]) / 4,
    "the products are not weighted: this is the sum of each field.": fields.sum(axis=1).reshape(1, 1, 2, 3),
    "only one row of each field is used.": fields.dot([1, 2, 0, 0]).reshape(1, 1, 2, 3)})
w = np.array([1.0, 10.0, 100.0]).reshape(1, 1, 1, 3)
out, cache = pair(conv_forward_naive(x, w, np.zeros(1), {"stride": 1, "pad": 0}), (1, 1, 3, 2), "conv_forward_naive")
checks.close(out, [[[[21, 302], [14, 201], [510, 151]]]], "out for the image of the picture and a filter of 1x3, (1, 10, 100)",
             suspects={
    "the filter is flipped. In deep learning nobody flips it.": [[[[120, 203], [410, 102], [15, 151]]]],
    "the field is as wide as it is high; it should be as wide as the filter.": [[[[111, 222], [444, 111], [0, 111]]]]})
checks.passed("conv_forward_naive", "a hand-made example is right")
### BEGIN HIDDEN TESTS
for seed, N, H, W, HH, WW in ((1, 1, 5, 6, 3, 2), (2, 2, 4, 7, 2, 4), (3, 3, 3, 3, 3, 3), (4, 1, 6, 2, 1, 2)):
    x, w = random_arrays(seed, (N, 1, H, W), (1, 1, HH, WW))
    expected = np.zeros((N, 1, H - HH + 1, W - WW + 1))
    for k, l in np.ndindex(HH, WW):
        expected += w[0, 0, k, l] * x[:, :, k:k + H - HH + 1, l:l + W - WW + 1]
    out, cache = pair(conv_forward_naive(x, w, np.zeros(1), {"stride": 1, "pad": 0}), expected.shape, "conv_forward_naive")
    checks.close(out, expected, f"out for {N} images of {H}x{W} and a filter of {HH}x{WW}")
### END HIDDEN TESTS

# %% [markdown]
# Channels, filters and the bias. With filters of 1x1 there are no neighbours, and a convolution is nothing but a matrix product at every pixel.

# %% nbgrader={"grade": true, "grade_id": "test_conv_forward_naive_channels", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x, w, b = random_arrays(10, (2, 3, 2, 4), (4, 3, 1, 1), (4,))
out, cache = pair(conv_forward_naive(x, w, b, {"stride": 1, "pad": 0}), (2, 4, 2, 4), "conv_forward_naive")
products = (w[:, :, 0, 0] @ x.reshape(2, 3, 8)).reshape(2, 4, 2, 4)
bias = b[:, None, None]
checks.close(out, products + bias, "out for 3 channels and 4 filters of 1x1", suspects={
    "the bias is missing.": products,
    "the bias is added once for every channel; it belongs to the sum, once.": products + 3 * bias,
    "the bias is subtracted.": products - bias,
    "every filter gets the bias of filter 0.": products + b[0],
    "all biases are added up; filter f gets b[f] only.": products + b.sum(),
    "only the first channel is used. Add up over the channels.": (w[:, :1, 0, 0] @ x.reshape(2, 3, 8)[:, :1]).reshape(2, 4, 2, 4) + bias,
    "only the last channel is left: is out overwritten for every channel, where it should be added to?":
        (w[:, 2:, 0, 0] @ x.reshape(2, 3, 8)[:, 2:]).reshape(2, 4, 2, 4) + bias,
    "the average over the channels is taken; add them up.": products / 3 + bias,
    "every image gets the output of image 0.": products[[0, 0]] + bias})
checks.passed("conv_forward_naive", "channels are added up, and every filter has its bias")
### BEGIN HIDDEN TESTS
for seed, N, C, F, HH, WW in ((11, 2, 2, 3, 2, 3), (12, 1, 4, 1, 3, 2), (13, 3, 1, 2, 2, 2), (14, 2, 3, 3, 3, 3)):
    x, w, b = random_arrays(seed, (N, C, 4, 5), (F, C, HH, WW), (F,))
    products = np.zeros((N, F, 5 - HH, 6 - WW))
    for k, l in np.ndindex(HH, WW):
        products += np.einsum("fc,ncij->nfij", w[:, :, k, l], x[:, :, k:k + 5 - HH, l:l + 6 - WW])
    out, cache = pair(conv_forward_naive(x, w, b, {"stride": 1, "pad": 0}), products.shape, "conv_forward_naive")
    checks.close(out, products + b[:, None, None], f"out for {N} images, {C} channels, {F} filters of {HH}x{WW}", suspects={
        "the bias is added once for every pixel of the field; it belongs to the sum, once.": products + HH * WW * b[:, None, None],
        "the bias is added once for every product of the field; it belongs to the sum, once.": products + C * HH * WW * b[:, None, None]})
### END HIDDEN TESTS

# %% [markdown]
# Padding, with an image and a filter of ones: each output counts the pixels of the image in its field.

# %% nbgrader={"grade": true, "grade_id": "test_conv_forward_naive_padding", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x, w = np.ones((1, 1, 3, 3)), np.ones((1, 1, 3, 3))
out, cache = pair(conv_forward_naive(x, w, np.zeros(1), {"stride": 1, "pad": 1}), None, "conv_forward_naive")
expected = np.array([[[[4, 6, 4], [6, 9, 6], [4, 6, 4]]]])
checks.close(out, expected, "out for an image of ones and a filter of ones with pad=1", suspects={
    "the border is not filled with zeros (but with ones, or with pixels of the image?).": np.full((1, 1, 3, 3), 9.0),
    "there is no padding.": np.full((1, 1, 1, 1), 9.0),
    "padding is added at one end of each side; it belongs at both.": np.array([[[[4, 6], [6, 9]]]]),
    "all of the padding is added at the bottom and right; half of it belongs at the top and left.": np.array([[[[9, 6, 3], [6, 4, 2], [3, 2, 1]]]]),
    "images and channels are padded, too: np.pad takes a width for every axis.": np.zeros((1, 1, 3, 3)),
    "there is a border of zeros in the output instead of around the image.": np.array([[[[0, 0, 0], [0, 9, 0], [0, 0, 0]]]])},
             hint="A corner sees 4 pixels of the image, the middle of an edge 6, the centre 9.")
w = np.ones((1, 1, 1, 3))
out, cache = pair(conv_forward_naive(x, w, np.zeros(1), {"stride": 1, "pad": 1}), (1, 1, 5, 3), "conv_forward_naive")
checks.close(out, [[[[0, 0, 0], [2, 3, 2], [2, 3, 2], [2, 3, 2], [0, 0, 0]]]], "out for an image of ones and a filter of 1x3 with pad=1")
checks.passed("conv_forward_naive", "a border of zeros at both ends of both sides")
### BEGIN HIDDEN TESTS
for seed, H, W, HH, WW, pad in ((21, 4, 5, 3, 3, 1), (22, 3, 6, 3, 2, 2), (23, 2, 1, 4, 3, 1), (24, 5, 4, 2, 5, 3)):
    x, w, b = random_arrays(seed, (2, 2, H, W), (2, 2, HH, WW), (2,))
    framed = np.zeros((2, 2, H + 2 * pad, W + 2 * pad))
    framed[:, :, pad:pad + H, pad:pad + W] = x
    expected = np.zeros((2, 2, H + 2 * pad - HH + 1, W + 2 * pad - WW + 1)) + b[:, None, None]
    for k, l in np.ndindex(HH, WW):
        expected += np.einsum("fc,ncij->nfij", w[:, :, k, l], framed[:, :, k:k + expected.shape[2], l:l + expected.shape[3]])
    out, cache = pair(conv_forward_naive(x, w, b, {"stride": 1, "pad": pad}), expected.shape, "conv_forward_naive")
    checks.close(out, expected, f"out for images of {H}x{W}, filters of {HH}x{WW} and pad={pad}")
### END HIDDEN TESTS

# %% [markdown]
# The stride. A filter of 1x1 that holds a 1 copies the image; with stride 2 it takes every second row and every second column.

# %% nbgrader={"grade": true, "grade_id": "test_conv_forward_naive_stride", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x = np.arange(35.0).reshape(1, 1, 5, 7)
out, cache = pair(conv_forward_naive(x, np.ones((1, 1, 1, 1)), np.zeros(1), {"stride": 2, "pad": 0}), (1, 1, 3, 4), "conv_forward_naive")
checks.close(out, [[[[0, 2, 4, 6], [14, 16, 18, 20], [28, 30, 32, 34]]]], "out for pixels 0..34 in 5 rows of 7, a filter of 1x1 and stride 2",
             suspects={
    "the output has the right size, but the fields move by one pixel: they start at row i * stride and column j * stride.":
        [[[[0, 1, 2, 3], [7, 8, 9, 10], [14, 15, 16, 17]]]],
    "the fields move by the stride downwards only, not to the right.": [[[[0, 1, 2, 3], [14, 15, 16, 17], [28, 29, 30, 31]]]],
    "the fields move by the stride to the right only, not downwards.": [[[[0, 2, 4, 6], [7, 9, 11, 13], [14, 16, 18, 20]]]]})
out, cache = pair(conv_forward_naive(x, np.ones((1, 1, 2, 2)), np.zeros(1), {"stride": 3, "pad": 0}), (1, 1, 2, 2), "conv_forward_naive")
checks.close(out, [[[[16, 28], [100, 112]]]], "out for the same pixels, a filter of ones, 2x2, and stride 3",
             hint="The fields start in rows 0 and 3 and in columns 0 and 3; the last column of the image is in none of them.")
checks.passed("conv_forward_naive", "fields move by the stride, down and to the right")
### BEGIN HIDDEN TESTS
for seed, H, W, HH, WW, stride, pad in ((31, 5, 7, 3, 2, 2, 1), (32, 7, 6, 2, 3, 3, 0), (33, 4, 9, 3, 3, 2, 0), (34, 3, 3, 2, 2, 4, 2)):
    x, w, b = random_arrays(seed, (2, 2, H, W), (3, 2, HH, WW), (3,))
    framed = np.zeros((2, 2, H + 2 * pad, W + 2 * pad))
    framed[:, :, pad:pad + H, pad:pad + W] = x
    every = np.zeros((2, 3, H + 2 * pad - HH + 1, W + 2 * pad - WW + 1)) + b[:, None, None]
    for k, l in np.ndindex(HH, WW):
        every += np.einsum("fc,ncij->nfij", w[:, :, k, l], framed[:, :, k:k + every.shape[2], l:l + every.shape[3]])
    expected = every[:, :, ::stride, ::stride]
    out, cache = pair(conv_forward_naive(x, w, b, {"stride": stride, "pad": pad}), expected.shape, "conv_forward_naive")
    checks.close(out, expected, f"out for images of {H}x{W}, filters of {HH}x{WW}, stride {stride} and pad {pad}")
### END HIDDEN TESTS

# %% [markdown]
# Two properties that every convolution has, whatever its filters: it is *linear* (apart from the bias), and an image that is shifted gives an
# output that is shifted.

# %% nbgrader={"grade": true, "grade_id": "test_conv_forward_naive_properties", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, other, w = random_arrays(40, (1, 2, 5, 6), (1, 2, 5, 6), (2, 2, 3, 2))
conv_param, none = {"stride": 1, "pad": 1}, np.zeros(2)
of_x, of_other, of_both = [pair(conv_forward_naive(v, w, none, conv_param), (1, 2, 5, 7), "conv_forward_naive")[0]
                           for v in (x, other, 2 * x - 3 * other)]
checks.true(np.min(of_x) < 0, "A convolution by itself has negative outputs, too: nothing is cut off at 0.")
checks.close(of_both, 2 * of_x - 3 * of_other, "the output for 2 x - 3 y, against 2 (output for x) - 3 (output for y), b = 0",
             hint="A convolution only multiplies and adds.")
shifted = np.zeros_like(x)
shifted[:, :, :, 1:] = x[:, :, :, :-1]
of_shifted, cache = pair(conv_forward_naive(shifted, w, none, conv_param), (1, 2, 5, 7), "conv_forward_naive")
checks.close(of_shifted[:, :, :, 2:-1], of_x[:, :, :, 1:-2], "the output for the image shifted to the right, against the shifted output")
checks.passed("conv_forward_naive", "it is linear, and shifts with the image")
### BEGIN HIDDEN TESTS
x, w, v, b = random_arrays(41, (2, 3, 4, 4), (2, 3, 2, 3), (2, 3, 2, 3), (2,))
for conv_param in ({"stride": 1, "pad": 0}, {"stride": 2, "pad": 1}):
    results = [conv_forward_naive(x, filters, bias, conv_param)[0] for filters, bias in ((w, b), (v, -b), (w + v, 0 * b), (100 * w, 100 * b))]
    checks.close(np.add(results[0], results[1]), results[2], "the output for w + v, against the sum of the outputs for w and for v")
    checks.close(results[3], 100 * np.asarray(results[0]), "the output for 100 w and 100 b, against 100 times the output")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_forward_naive_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, w, b = random_arrays(50, (2, 2, 4, 5), (3, 2, 2, 3), (3,))
x_given, w_given, b_given = x.copy(), w.copy(), b.copy()
out, cache = pair(conv_forward_naive(x_given, w_given, b_given, {"stride": 1, "pad": 1}), (2, 3, 5, 5), "conv_forward_naive")
checks.unchanged(x_given, x, "x")
checks.unchanged(w_given, w, "w")
checks.unchanged(b_given, b, "b")
single, cache = pair(conv_forward_naive(*(v.astype(np.float32) for v in (x, w, b)), {"stride": 1, "pad": 1}), (2, 3, 5, 5), "conv_forward_naive")
checks.dtype(single, np.float32, "out for arrays of float32", hint="np.zeros makes float64 unless you give it a dtype.")
checks.close(single, out, "out for arrays of float32", rtol=1e-4, atol=1e-5)
pixels = np.arange(20, dtype=np.uint8).reshape(1, 1, 4, 5) * 12
of_floats, cache = conv_forward_naive(pixels.astype(np.float64), w[:1, :1], b[:1], {"stride": 1, "pad": 0})
of_pixels, cache = conv_forward_naive(pixels, w[:1, :1], b[:1], {"stride": 1, "pad": 0})
checks.close(of_pixels, of_floats, "out for pixels of dtype uint8", hint="Is out an array of floats, whatever the dtype of x?")
checks.passed("conv_forward_naive", "arguments stay as they are, float32 stays float32, and pixels may be uint8")
### BEGIN HIDDEN TESTS
for name, same in (("Fortran order", np.asfortranarray(x)), ("channels last", np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)),
                   ("a view", np.repeat(x, 2, axis=3)[:, :, :, ::2])):
    checks.close(conv_forward_naive(same, w, b, {"stride": 1, "pad": 1})[0], out, f"out for images in another memory order ({name})")
pixels = np.full((1, 1, 3, 3), 200, dtype=np.uint8)
checks.close(conv_forward_naive(pixels, np.full((1, 1, 2, 2), 0.25), np.zeros(1), {"stride": 1, "pad": 0})[0], np.full((1, 1, 2, 2), 200.0),
             "out for pixels of 200 and filters of 1/4", hint="Whole numbers of 8 bits wrap around at 256.")
### END HIDDEN TESTS

# %% [markdown]
# ### Filters made by hand
#
# What can filters of 3x3 do? Four of them, set by hand, on four images. The first adds up red, green and blue with weights like those of the eye. The
# second takes the mean over the field of the same gray. The last two subtract what is below from what is above, or what is right from what is left:
# nothing is left but **edges**, and a bias of 128 puts the zero at middle gray. (The dark and bright rims are edges, too: there the image meets the
# zeros of the padding.) A network finds filters like these by itself.

# %% nbgrader={"grade": false, "grade_id": "demo_filters", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
gray = np.array([0.3, 0.6, 0.1]).reshape(3, 1, 1)  # how much red, green and blue count
identity = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]])
above_below = np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]) / 3
filters = np.stack([gray * identity, gray * np.full((3, 3), 1 / 9), gray * above_below, gray * above_below.T])  # (4, 3, 3, 3)
filtered, _ = conv_forward_naive(photos, filters, np.array([0.0, 0.0, 128.0, 128.0]), {"stride": 1, "pad": 1})
fig, axes = plt.subplots(4, 5, figsize=(8.5, 7), layout="constrained")
for row, photo, maps in zip(axes, photos, filtered):
    row[0].imshow(photo.transpose(1, 2, 0))
    for ax, values in zip(row[1:], maps):
        ax.imshow(values, cmap="gray", vmin=0, vmax=255)
for ax, title in zip(axes[0], ("image", "gray", "blurred", "horizontal edges", "vertical edges")):
    ax.set_title(title, fontsize=10)
for ax in axes.flat:
    ax.axis("off")

# %% [markdown]
# ## Exercise 3: `conv_backward_naive`
#
# The loss says how it changes with each output: `dout[n, f, i, j]`. How does it change with the biases, the weights and the pixels? Take the sum
# of exercise 2, and ask where each of them occurs.
#
# - A **bias** is added to every output of its filter, in all images, at all positions. It collects all of their `dout`.
# - A **weight** is multiplied with a pixel at every position. It collects `dout` times that pixel: for a filter, `dout[n, f, i, j]` times the field,
#   added up over images and positions.
# - A **pixel** lies in several fields and is seen by all filters. Each position sends `dout[n, f, i, j]` times the filter back to where its field
#   was, and wherever fields overlap, the contributions **add up**.
#
# How many positions does a pixel belong to? That depends on field, stride and padding:

# %% nbgrader={"grade": false, "grade_id": "picture_coverage", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, axes = plt.subplots(1, 3, figsize=(10.5, 3.6), layout="constrained", width_ratios=[5, 5, 7])
for ax, line, pad, title in ((axes[0], [1, 2, 3, 2, 1], 0, "pad 0, stride 1"), (axes[1], [1, 1, 2, 1, 1], 0, "pad 0, stride 2"),
                             (axes[2], [1, 2, 3, 3, 3, 2, 1], 1, "pad 1, stride 1: the border is not part of the image")):
    counts = np.outer(line, line)
    size = len(counts)
    shades = [[plt.cm.Blues(0.08 * counts[i, j]) if pad <= i < size - pad and pad <= j < size - pad else "#f2f2f2" for j in range(size)]
              for i in range(size)]
    draw_grid(ax, counts, title, color=shades, outline=[(pad, pad, 5, 5, vis.BLUE)] if pad else [])
fig.supxlabel("to how many fields of 3x3 each pixel of a 5x5 image belongs", fontsize=10);

# %% [markdown]
# It is easiest to collect the gradient for the *padded* images first. The border was no part of `x`, so it is cut off in the end: `dx` has the
# shape of `x`. (A slice like `-pad` is a trap: think of `pad=0`.)
#
# When a gradient is wrong, the checks compare it with what some well-known mistakes would give. The next cell prepares that: it tries out how the
# output answers to each entry, and from that puts together gradients with a mistake in them. (You need not read it.)

# %% nbgrader={"grade": false, "grade_id": "conv_mistakes", "locked": true, "schema_version": 3, "solution": false, "task": false}
def responses(f, at, step=1.0):
    """How the output of f changes with each entry of the array `at`: (*at.shape, *out.shape), by differences."""
    start = np.asarray(f(at))
    result = np.zeros(at.shape + start.shape)
    for index in np.ndindex(at.shape):
        moved = at.copy()
        moved[index] += step
        result[index] = (f(moved) - start) / step
    return result


def conv_mistakes(conv, x, w, b, dout, stride, pad):
    """What well-known mistakes make of dx and dw; conv(x, w, b, stride, pad) gives the output. A convolution is linear,
    so that its responses to x and to w tell all about it."""
    height, width = x.shape[2:]
    out_h, out_w = dout.shape[2:]
    images, filters, rows, columns = np.indices(dout.shape)
    last = (rows == out_h - 1) & (columns == out_w - 1)

    @functools.cache
    def to_x(step=stride):
        return responses(lambda v: conv(v, w, b, step, pad), x)

    @functools.cache
    def to_w(step=stride):
        return responses(lambda u: conv(x, u, b, step, pad), w)

    @functools.cache
    def with_border():
        framed = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
        return weighted(responses(lambda v: conv(v, w, b, stride, 0), framed))

    def weighted(response, at=1.0):
        """The gradient of the loss sum(out * dout) over the outputs marked in `at`."""
        return np.tensordot(response, dout * at, 4)

    def moving(response, down, right):
        return weighted(response(1)[..., ::down, ::right][..., :out_h, :out_w])

    def later_wins(at):
        result = np.zeros(x.shape)
        for i, j in np.ndindex(out_h, out_w):
            one = weighted(to_x(), at & (rows == i) & (columns == j))
            result = np.where(np.abs(one) > 1e-8, one, result)
        return result

    stride_forgotten = {
        "it is computed as if the stride were 1: field (i, j) begins at row i * stride and column j * stride.": (1, 1),
        "the stride is used downwards only; to the right it is taken for 1.": (stride, 1),
        "the stride is used to the right only; downwards it is taken for 1.": (1, stride),
    }
    count = dout.size // len(w)
    return {
        "dx": {
            "the border is still on: dx should have the shape of x, without the padding.": with_border,
            "the border is cut off at the wrong place: it is cut off at the bottom and right only, not at the top and left.":
                lambda: with_border()[:, :, :height, :width],
            "the border is cut off at the wrong place: it is cut off at the top and left only, not at the bottom and right.":
                lambda: with_border()[:, :, -height:, -width:],
            **{text: lambda steps=steps: moving(to_x, *steps) for text, steps in stride_forgotten.items()},
            "only the last filter counts: a later one overwrites the earlier, where it should be added with +=.":
                lambda: weighted(to_x(), filters == len(w) - 1),
            "only the first filter counts. Add up over all filters.": lambda: weighted(to_x(), filters == 0),
            "where fields overlap, the later one overwrites the earlier. Add with +=.": lambda: later_wins(filters >= 0),
            "where fields overlap, the later one overwrites the earlier, and so do filters. Add with +=.": lambda: later_wins(filters == len(w) - 1),
            "the filter is flipped in the backward pass, but not in the forward pass.":
                lambda: weighted(responses(lambda v: conv(v, w[:, :, ::-1, ::-1], b, stride, pad), x)),
            "the channels are in the wrong order.": lambda: weighted(to_x())[:, ::-1],
            "the field is multiplied with dout; it should be the filter.":
                lambda: x * weighted(responses(lambda v: conv(v, np.ones_like(w), b, stride, pad), x)),
            "dout is not used: this is the gradient of the plain sum of out.": lambda: to_x().sum(axis=(4, 5, 6, 7)),
            "the gradients of all images end up in the first one.": lambda: weighted(to_x()).sum(axis=0) * (np.indices(x.shape)[0] == 0),
            "every image gets the gradient of all images together.": lambda: np.broadcast_to(weighted(to_x()).sum(axis=0), x.shape),
            "it is averaged over the filters; add them up.": lambda: weighted(to_x()) / len(w),
        },
        "dw": {
            **{text: lambda steps=steps: moving(to_w, *steps) for text, steps in stride_forgotten.items()},
            "only the last image counts: a later one overwrites the earlier, where it should be added with +=.":
                lambda: weighted(to_w(), images == len(x) - 1),
            "only the first image counts. Add up over all images.": lambda: weighted(to_w(), images == 0),
            "only the last position counts: a later one overwrites the earlier, where it should be added with +=.": lambda: weighted(to_w(), last),
            "only the last position of the last image counts: later ones overwrite the earlier, where they should be added with +=.":
                lambda: weighted(to_w(), last & (images == len(x) - 1)),
            "it is averaged over images and positions; the gradient of a sum is a sum.": lambda: weighted(to_w()) / count,
            "it is averaged over the images; the gradient of a sum is a sum.": lambda: weighted(to_w()) / len(x),
            "it is averaged over the positions; the gradient of a sum is a sum.": lambda: weighted(to_w()) / (out_h * out_w),
            "dout is not used: this is the gradient of the plain sum of out.": lambda: to_w().sum(axis=(4, 5, 6, 7)),
            "the fields are taken from the image without its border; the forward pass took them from the padded image.":
                lambda: weighted(responses(lambda u: conv(np.pad(x, [(0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)]), u, b, stride, 0), w)),
            "the border of the image holds copies of its pixels; in the forward pass it holds zeros.":
                lambda: weighted(responses(lambda u: conv(np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], "edge"), u, b, stride, 0), w)),
            "the filter itself is multiplied with dout; it should be the field.": lambda: w * dout.sum(axis=(0, 2, 3)).reshape(-1, 1, 1, 1),
            "every filter gets the gradient of all filters together.": lambda: np.broadcast_to(weighted(to_w()).sum(axis=0), w.shape),
            "every channel gets the gradient of all channels together.":
                lambda: np.broadcast_to(weighted(to_w()).sum(axis=1, keepdims=True), w.shape),
        },
    }


# %% nbgrader={"grade": false, "grade_id": "conv_backward_naive", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv_backward_naive(dout, cache):
    """The gradients of conv_forward_naive.

    Arguments
    - dout: (N, F, out_h, out_w), the gradient of the loss with respect to out
    - cache: what conv_forward_naive returned

    Returns (dx, dw, db): the gradients with respect to x (N, C, H, W), w (F, C, HH, WW) and b (F,).
    Of dtype float32 if everything was float32.
    """
    ### BEGIN SOLUTION
    x, w, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    H, W = x.shape[2:]
    F, C, HH, WW = w.shape
    N, F, out_h, out_w = dout.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded = np.zeros(padded.shape, dtype=dout.dtype)  # (N, C, H + 2 pad, W + 2 pad)
    dw = np.zeros(w.shape, dtype=dout.dtype)
    db = dout.sum(axis=(0, 2, 3))
    for n in range(N):
        for f in range(F):
            for i in range(out_h):
                for j in range(out_w):
                    rows = slice(i * stride, i * stride + HH)
                    columns = slice(j * stride, j * stride + WW)
                    dw[f] += dout[n, f, i, j] * padded[n, :, rows, columns]  # (C, HH, WW)
                    dpadded[n, :, rows, columns] += dout[n, f, i, j] * w[f]
    dx = dpadded[:, :, pad : pad + H, pad : pad + W]
    return dx, dw, db
    ### END SOLUTION


# %% [markdown]
# The checks take the loss $\sum \mathrm{out} \cdot \mathrm{dout}$ with a random `dout`: its gradient with respect to `out` is just that `dout`. First
# the simplest one. Nine numbers of `dout` per image and filter, and one bias for each of the four filters:

# %% nbgrader={"grade": true, "grade_id": "test_conv_backward_naive_db", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, w, b, dout = random_arrays(60, (2, 2, 4, 5), (4, 2, 2, 3), (4,), (2, 4, 3, 3))
conv_param = {"stride": 1, "pad": 0}
out, cache = pair(conv_forward_naive(x, w, b, conv_param), (2, 4, 3, 3), "conv_forward_naive")
dx, dw, db = gradients(checks.own_work(conv_backward_naive, dout, cache), "conv_backward_naive")
checks.shape(db, (4,), "db (one number per filter)", hint="Add up over everything but the filters.")
mistakes = {"the sum is divided by the number of outputs of a filter; it should be a sum, not a mean.": lambda: dout.mean(axis=(0, 2, 3)),
            "only the last image counts.": lambda: dout[-1].sum(axis=(1, 2)),
            "only the last position counts: is db overwritten, where it should be added to?": lambda: dout[-1, :, -1, -1],
            "the number of outputs is counted; dout is not used.": lambda: np.full(4, 18.0)}
checks.gradient(lambda v: np.sum(conv_forward_naive(x, w, v, conv_param)[0] * dout), b, db, "db of conv_backward_naive", num_examples=2,
                suspects=mistakes)
checks.passed("conv_backward_naive", "db agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, N, F, out_h, out_w in ((61, 1, 2, 2, 3), (62, 3, 3, 3, 3), (63, 2, 1, 1, 4)):
    x, w, b, dout = random_arrays(seed, (N, 2, out_h + 1, out_w + 2), (F, 2, 2, 3), (F,), (N, F, out_h, out_w))
    out, cache = pair(conv_forward_naive(x, w, b, {"stride": 1, "pad": 0}), dout.shape, "conv_forward_naive")
    dx, dw, db = gradients(conv_backward_naive(dout, cache), "conv_backward_naive")
    checks.close(db, [dout[:, f].sum() for f in range(F)], f"db for {N} images, {F} filters and {out_h}x{out_w} positions")
out, cache = pair(conv_forward_naive(x, w, 2.0**50 * b, {"stride": 1, "pad": 0}), dout.shape, "conv_forward_naive")
scaled = gradients(conv_backward_naive(dout, cache), "conv_backward_naive")[2]
checks.analytic(scaled, db, "db for a b 2**50 times as large, on which db does not depend")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_backward_naive_dw", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x, w, b, dout = random_arrays(70, (2, 2, 4, 5), (3, 2, 3, 2), (3,), (2, 3, 2, 4))
conv_param = {"stride": 1, "pad": 0}
out, cache = pair(conv_forward_naive(x, w, b, conv_param), (2, 3, 2, 4), "conv_forward_naive")
dx, dw, db = gradients(checks.own_work(conv_backward_naive, dout, cache), "conv_backward_naive")
mistakes = conv_mistakes(lambda x, w, b, stride, pad: conv_forward_naive(x, w, b, {"stride": stride, "pad": pad})[0], x, w, b, dout, 1, 0)
checks.gradient(lambda v: np.sum(conv_forward_naive(x, v, b, conv_param)[0] * dout), w, dw, "dw of conv_backward_naive", num_examples=2,
                suspects=mistakes["dw"])
x, w, b, dout = random_arrays(79, (1, 4, 3, 3), (1, 4, 3, 3), (1,), (1, 1, 1, 1))  # a single output, but 36 numbers in dw
out, cache = pair(conv_forward_naive(x, w, b, conv_param), (1, 1, 1, 1), "conv_forward_naive")
checks.derived(conv_backward_naive, dout, cache, size=w.size)
checks.passed("conv_backward_naive", "dw agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
def correlate(x, w, b, stride, pad):
    """The convolution, straight from its formula: one weight of all filters at a time."""
    framed = np.zeros((*x.shape[:2], x.shape[2] + 2 * pad, x.shape[3] + 2 * pad))
    framed[:, :, pad:pad + x.shape[2], pad:pad + x.shape[3]] = x
    out_h, out_w = framed.shape[2] - w.shape[2] + 1, framed.shape[3] - w.shape[3] + 1
    every = np.zeros((len(x), len(w), out_h, out_w)) + b[:, None, None]
    for k, l in np.ndindex(w.shape[2:]):
        every += np.einsum("fc,ncij->nfij", w[:, :, k, l], framed[:, :, k:k + out_h, l:l + out_w])
    return every[:, :, ::stride, ::stride]


for seed, N, C, F, HH, WW in ((71, 1, 3, 2, 2, 3), (72, 3, 1, 1, 3, 3), (73, 2, 2, 2, 1, 2)):
    x, w, b, dout = random_arrays(seed, (N, C, 4, 4), (F, C, HH, WW), (F,), (N, F, 5 - HH, 5 - WW))
    out, cache = pair(conv_forward_naive(x, w, b, {"stride": 1, "pad": 0}), dout.shape, "conv_forward_naive")
    dx, dw, db = gradients(conv_backward_naive(dout, cache), "conv_backward_naive")
    checks.gradient(lambda v: np.sum(correlate(x, v, b, 1, 0) * dout), w, dw, f"dw for {N} images, {C} channels, {F} filters of {HH}x{WW}",
                    num_examples=N, suspects=conv_mistakes(correlate, x, w, b, dout, 1, 0)["dw"])
out, cache = pair(conv_forward_naive(x, 2.0**50 * w, b, {"stride": 1, "pad": 0}), dout.shape, "conv_forward_naive")
scaled = gradients(conv_backward_naive(dout, cache), "conv_backward_naive")[1]
checks.analytic(scaled, dw, "dw for a w 2**50 times as large, on which dw does not depend")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_backward_naive_dx", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x, w, b, dout = random_arrays(80, (2, 2, 4, 3), (3, 2, 3, 2), (3,), (2, 3, 2, 2))
conv_param = {"stride": 1, "pad": 0}
out, cache = pair(conv_forward_naive(x, w, b, conv_param), (2, 3, 2, 2), "conv_forward_naive")
dx, dw, db = gradients(checks.own_work(conv_backward_naive, dout, cache), "conv_backward_naive")
checks.true(np.size(dx) > 0, "dx is empty. A slice like [pad:-pad] holds nothing if pad is 0: give the end as a number.")
mistakes = conv_mistakes(lambda x, w, b, stride, pad: conv_forward_naive(x, w, b, {"stride": stride, "pad": pad})[0], x, w, b, dout, 1, 0)
checks.gradient(lambda v: np.sum(conv_forward_naive(v, w, b, conv_param)[0] * dout), x, dx, "dx of conv_backward_naive", num_examples=2,
                suspects=mistakes["dx"])
x, w, b, dout = random_arrays(89, (1, 4, 3, 3), (1, 4, 3, 3), (1,), (1, 1, 1, 1))  # a single output, but 36 numbers in dx
out, cache = pair(conv_forward_naive(x, w, b, conv_param), (1, 1, 1, 1), "conv_forward_naive")
checks.derived(conv_backward_naive, dout, cache, size=x.size)
checks.passed("conv_backward_naive", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
def correlate(x, w, b, stride, pad):
    """The convolution, straight from its formula: one weight of all filters at a time."""
    framed = np.zeros((*x.shape[:2], x.shape[2] + 2 * pad, x.shape[3] + 2 * pad))
    framed[:, :, pad:pad + x.shape[2], pad:pad + x.shape[3]] = x
    out_h, out_w = framed.shape[2] - w.shape[2] + 1, framed.shape[3] - w.shape[3] + 1
    every = np.zeros((len(x), len(w), out_h, out_w)) + b[:, None, None]
    for k, l in np.ndindex(w.shape[2:]):
        every += np.einsum("fc,ncij->nfij", w[:, :, k, l], framed[:, :, k:k + out_h, l:l + out_w])
    return every[:, :, ::stride, ::stride]


for seed, N, C, F, HH, WW in ((81, 1, 3, 2, 2, 3), (82, 3, 1, 1, 3, 3), (83, 2, 2, 2, 1, 2)):
    x, w, b, dout = random_arrays(seed, (N, C, 4, 4), (F, C, HH, WW), (F,), (N, F, 5 - HH, 5 - WW))
    out, cache = pair(conv_forward_naive(x, w, b, {"stride": 1, "pad": 0}), dout.shape, "conv_forward_naive")
    dx, dw, db = gradients(conv_backward_naive(dout, cache), "conv_backward_naive")
    checks.gradient(lambda v: np.sum(correlate(v, w, b, 1, 0) * dout), x, dx, f"dx for {N} images, {C} channels, {F} filters of {HH}x{WW}",
                    num_examples=N, suspects=conv_mistakes(correlate, x, w, b, dout, 1, 0)["dx"])
out, cache = pair(conv_forward_naive(2.0**50 * x, w, b, {"stride": 1, "pad": 0}), dout.shape, "conv_forward_naive")
scaled = gradients(conv_backward_naive(dout, cache), "conv_backward_naive")[0]
checks.analytic(scaled, dx, "dx for a x 2**50 times as large, on which dx does not depend")
### END HIDDEN TESTS

# %% [markdown]
# With padding: `dx` has the shape of `x`, and `dw` sees the zeros of the border.

# %% nbgrader={"grade": true, "grade_id": "test_conv_backward_naive_padding", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x, w, b, dout = random_arrays(90, (2, 2, 2, 3), (2, 2, 3, 2), (2,), (2, 2, 2, 4))
conv_param = {"stride": 1, "pad": 1}
out, cache = pair(conv_forward_naive(x, w, b, conv_param), (2, 2, 2, 4), "conv_forward_naive")
dx, dw, db = gradients(conv_backward_naive(dout, cache), "conv_backward_naive")
mistakes = conv_mistakes(lambda x, w, b, stride, pad: conv_forward_naive(x, w, b, {"stride": stride, "pad": pad})[0], x, w, b, dout, 1, 1)
checks.gradient(lambda v: np.sum(conv_forward_naive(x, v, b, conv_param)[0] * dout), w, dw, "dw of conv_backward_naive with pad=1", num_examples=2,
                suspects=mistakes["dw"])
checks.gradient(lambda v: np.sum(conv_forward_naive(v, w, b, conv_param)[0] * dout), x, dx, "dx of conv_backward_naive with pad=1", num_examples=2,
                suspects=mistakes["dx"])
checks.passed("conv_backward_naive", "dx and dw are right with padding")
### BEGIN HIDDEN TESTS
def correlate(x, w, b, stride, pad):
    """The convolution, straight from its formula: one weight of all filters at a time."""
    framed = np.zeros((*x.shape[:2], x.shape[2] + 2 * pad, x.shape[3] + 2 * pad))
    framed[:, :, pad:pad + x.shape[2], pad:pad + x.shape[3]] = x
    out_h, out_w = framed.shape[2] - w.shape[2] + 1, framed.shape[3] - w.shape[3] + 1
    every = np.zeros((len(x), len(w), out_h, out_w)) + b[:, None, None]
    for k, l in np.ndindex(w.shape[2:]):
        every += np.einsum("fc,ncij->nfij", w[:, :, k, l], framed[:, :, k:k + out_h, l:l + out_w])
    return every[:, :, ::stride, ::stride]


for seed, H, W, HH, WW, pad in ((91, 2, 3, 2, 3, 2), (92, 4, 2, 3, 3, 1), (93, 1, 2, 3, 4, 1)):
    x, w, b = random_arrays(seed, (1, 2, H, W), (2, 2, HH, WW), (2,))
    (dout,) = random_arrays(seed + 100, (1, 2, H + 2 * pad - HH + 1, W + 2 * pad - WW + 1))
    out, cache = pair(conv_forward_naive(x, w, b, {"stride": 1, "pad": pad}), dout.shape, "conv_forward_naive")
    dx, dw, db = gradients(conv_backward_naive(dout, cache), "conv_backward_naive")
    mistakes = conv_mistakes(correlate, x, w, b, dout, 1, pad)
    checks.gradient(lambda v: np.sum(correlate(x, v, b, 1, pad) * dout), w, dw, f"dw for images of {H}x{W}, filters of {HH}x{WW}, pad={pad}",
                    suspects=mistakes["dw"])
    checks.gradient(lambda v: np.sum(correlate(v, w, b, 1, pad) * dout), x, dx, f"dx for images of {H}x{W}, filters of {HH}x{WW}, pad={pad}",
                    suspects=mistakes["dx"])
### END HIDDEN TESTS

# %% [markdown]
# With stride 2, and an image whose last row is in no field:

# %% nbgrader={"grade": true, "grade_id": "test_conv_backward_naive_stride", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x, w, b, dout = random_arrays(100, (1, 2, 5, 7), (2, 2, 2, 3), (2,), (1, 2, 2, 3))
conv_param = {"stride": 2, "pad": 0}
out, cache = pair(conv_forward_naive(x, w, b, conv_param), (1, 2, 2, 3), "conv_forward_naive")
dx, dw, db = gradients(conv_backward_naive(dout, cache), "conv_backward_naive")
mistakes = conv_mistakes(lambda x, w, b, stride, pad: conv_forward_naive(x, w, b, {"stride": stride, "pad": pad})[0], x, w, b, dout, 2, 0)
checks.gradient(lambda v: np.sum(conv_forward_naive(x, v, b, conv_param)[0] * dout), w, dw, "dw of conv_backward_naive with stride 2", num_examples=1,
                suspects=mistakes["dw"])
checks.gradient(lambda v: np.sum(conv_forward_naive(v, w, b, conv_param)[0] * dout), x, dx, "dx of conv_backward_naive with stride 2", num_examples=1,
                suspects=mistakes["dx"])
checks.passed("conv_backward_naive", "dx and dw are right with stride 2")
### BEGIN HIDDEN TESTS
def correlate(x, w, b, stride, pad):
    """The convolution, straight from its formula: one weight of all filters at a time."""
    framed = np.zeros((*x.shape[:2], x.shape[2] + 2 * pad, x.shape[3] + 2 * pad))
    framed[:, :, pad:pad + x.shape[2], pad:pad + x.shape[3]] = x
    out_h, out_w = framed.shape[2] - w.shape[2] + 1, framed.shape[3] - w.shape[3] + 1
    every = np.zeros((len(x), len(w), out_h, out_w)) + b[:, None, None]
    for k, l in np.ndindex(w.shape[2:]):
        every += np.einsum("fc,ncij->nfij", w[:, :, k, l], framed[:, :, k:k + out_h, l:l + out_w])
    return every[:, :, ::stride, ::stride]


for seed, H, W, HH, WW, stride, pad in ((101, 4, 5, 2, 3, 2, 1), (102, 5, 6, 2, 2, 3, 0), (103, 3, 4, 3, 2, 2, 2)):
    x, w, b = random_arrays(seed, (2, 1, H, W), (2, 1, HH, WW), (2,))
    dout = correlate(x, w, b, stride, pad) - 0.5
    out, cache = pair(conv_forward_naive(x, w, b, {"stride": stride, "pad": pad}), dout.shape, "conv_forward_naive")
    dx, dw, db = gradients(conv_backward_naive(dout, cache), "conv_backward_naive")
    where, mistakes = f"images of {H}x{W}, filters of {HH}x{WW}, stride {stride}, pad {pad}", conv_mistakes(correlate, x, w, b, dout, stride, pad)
    checks.gradient(lambda v: np.sum(correlate(x, v, b, stride, pad) * dout), w, dw, "dw for " + where, suspects=mistakes["dw"])
    checks.gradient(lambda v: np.sum(correlate(v, w, b, stride, pad) * dout), x, dx, "dx for " + where, suspects=mistakes["dx"])
    checks.close(db, [dout[:, f].sum() for f in range(2)], "db for " + where)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_backward_naive_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, w, b, dout = random_arrays(110, (2, 2, 3, 4), (3, 2, 2, 3), (3,), (2, 3, 4, 4))
conv_param = {"stride": 1, "pad": 1}
out, cache = pair(conv_forward_naive(x, w, b, conv_param), (2, 3, 4, 4), "conv_forward_naive")
dout_given = dout.copy()
first = gradients(conv_backward_naive(dout_given, cache), "conv_backward_naive")
checks.unchanged(dout_given, dout, "dout")
second = gradients(conv_backward_naive(dout, cache), "conv_backward_naive")
for name, once, again in zip(("dx", "dw", "db"), first, second):
    checks.close(again, once, f"{name} of a second call with the same cache", hint="The cache should hold after the call what it held before.")
out, cache = conv_forward_naive(*(v.astype(np.float32) for v in (x, w, b)), conv_param)
for name, single, double in zip(("dx", "dw", "db"), conv_backward_naive(dout.astype(np.float32), cache), first):
    checks.dtype(single, np.float32, f"{name} of float32 arrays")
    checks.close(single, double, f"{name} of float32 arrays", rtol=1e-3, atol=1e-4)
checks.passed("conv_backward_naive", "dout and the cache stay as they are, and float32 stays float32")
### BEGIN HIDDEN TESTS
out, cache = conv_forward_naive(x, w, b, conv_param)
for name, zero, shape in zip(("dx", "dw", "db"), conv_backward_naive(0 * dout, cache), (x.shape, w.shape, b.shape)):
    checks.close(zero, np.zeros(shape), f"{name} for dout = 0")
for name, other, expected in zip(("dx", "dw", "db"), conv_backward_naive(np.asfortranarray(dout), cache), first):
    checks.close(other, expected, f"{name} for a dout in Fortran order")
checks.resembles(first[2], dout.sum(axis=(0, 2, 3)), "db of conv_backward_naive")
### END HIDDEN TESTS

# %% [markdown]
# **Question 2** (2 points). Images of 32x32 go through a layer with fields of 3x3, stride 2 and no padding. Which pixels have a gradient of exactly
# 0, whatever `dout` is, and why? Name two ways to choose the layer so that every pixel counts.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_unseen_pixels", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# There are floor((32 − 3)/2) + 1 = 15 positions along each side; the last field takes up pixels 28 to 30. Row 31 and column 31, the last ones, are
# in no field: they occur nowhere in the output, so the loss does not
# depend on them, and their gradient is 0.
#
# For instance: padding 1 (16 positions; padded pixels 0 to 32, that is up to pixel 31 of the image), stride 1, fields of 2x2 or 4x4 with stride 2,
# or images of 33x33.
#
# **Marking**: 1 point for the last row and the last column with the reason (15 positions, in no field); 1 for two remedies that work.
# ### END SOLUTION

# %% [markdown]
# ## Max pooling
#
# A pooling layer makes images smaller: of every window it keeps the largest value, in each channel by itself. *Whether* an edge is there matters
# more than where exactly. There is nothing to learn in it, and no padding.

# %% nbgrader={"grade": false, "grade_id": "picture_pooling", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
numbers = np.array([[1, 3, 2, 0], [5, 4, 1, 1], [0, 2, 7, 6], [1, 2, 3, 8]])
four = (vis.BLUE, vis.ORANGE, vis.GREEN, vis.RED)
fig, axes = plt.subplots(1, 4, figsize=(11, 3), layout="constrained", width_ratios=[4, 2, 2, 4])
corners = [(0, 0), (0, 2), (2, 0), (2, 2)]
draw_grid(axes[0], numbers, "x, windows of 2x2, stride 2", outline=[(i + 0.06, j + 0.06, 1.88, 1.88, c) for (i, j), c in zip(corners, four)])
draw_grid(axes[1], np.array([[5, 2], [2, 8]]), "out", outline=[(i // 2 + 0.06, j // 2 + 0.06, 0.88, 0.88, c) for (i, j), c in zip(corners, four)])
draw_grid(axes[2], np.array([["a", "b"], ["c", "d"]]), "dout", outline=[(i // 2 + 0.06, j // 2 + 0.06, 0.88, 0.88, c) for (i, j), c in zip(corners, four)])
back = np.array([["0", "0", "b", "0"], ["a", "0", "0", "0"], ["0", "c", "0", "0"], ["0", "0", "0", "d"]])
draw_grid(axes[3], back, "dx", outline=[(i + 0.06, j + 0.06, 1.88, 1.88, c) for (i, j), c in zip(corners, four)])

# %% [markdown]
# The two on the right are the way back: the largest value of a window gets the gradient of that window, all others get 0. In the green window the
# 2 occurs twice, and its first occurrence gets everything.
#
# ## Exercise 4: `max_pool_forward_naive`
#
# The windows need be neither square nor apart: with windows of 3x3 and stride 2 they overlap. The size of the output is that of exercise 1,
# without padding.

# %% nbgrader={"grade": false, "grade_id": "max_pool_forward_naive", "locked": false, "schema_version": 3, "solution": true, "task": false}
def max_pool_forward_naive(x, pool_param):
    """The largest value of each window, by the definition.

    Arguments
    - x: (N, C, H, W) images
    - pool_param: dict with "pool_height" and "pool_width", the size of a window, and "stride", the step from one window to the next

    Returns (out, cache)
    - out: (N, C, out_h, out_w) of x's dtype, with out_h and out_w as in conv_output_size with padding 0
    - cache: whatever max_pool_backward_naive needs
    """
    ### BEGIN SOLUTION
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    out_h = conv_output_size(H, height, 0, stride)
    out_w = conv_output_size(W, width, 0, stride)
    out = np.zeros((N, C, out_h, out_w), dtype=x.dtype)
    for i in range(out_h):
        for j in range(out_w):
            top, left = i * stride, j * stride
            windows = x[:, :, top : top + height, left : left + width]  # (N, C, height, width)
            out[:, :, i, j] = windows.max(axis=(2, 3))
    return out, (x, pool_param)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_max_pool_forward_naive_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x = np.array([[1.0, 3.0, 2.0, 0.0], [5.0, 4.0, 1.0, 1.0], [0.0, 2.0, 7.0, 6.0], [1.0, 2.0, 3.0, 8.0]])
pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
result = checks.own_work(max_pool_forward_naive, x.reshape(1, 1, 4, 4), pool_param)
out, cache = pair(result, (1, 1, 2, 2), "max_pool_forward_naive")
checks.close(out, [[[[5, 2], [2, 8]]]], "out for the picture", suspects={
    "this is the mean of each window.": [[[[3.25, 1], [1.25, 6]]]],
    "this is the sum of each window.": [[[[13, 4], [5, 24]]]],
    "this is the smallest value of each window.": [[[[1, 0], [0, 3]]]],
    "the windows move by one pixel, not by the stride.": [[[[5, 4], [5, 7]]]],
    "the stride is used downwards only.": [[[[5, 4], [2, 7]]]],
    "the stride is used to the right only.": [[[[5, 2], [5, 7]]]]})
x = np.stack([x, x[::-1], 10 * x, x.T, x + 1, -x + 10]).reshape(2, 3, 4, 4)
out, cache = pair(max_pool_forward_naive(x, pool_param), (2, 3, 2, 2), "max_pool_forward_naive")
checks.close(out, [[[[5, 2], [2, 8]], [[2, 8], [5, 2]], [[50, 20], [20, 80]]], [[[5, 2], [2, 8]], [[6, 3], [3, 9]], [[9, 10], [10, 7]]]],
             "out for two images of three channels", suspects={
    "the largest value of all channels is taken.": [[[[50, 20], [20, 80]]] * 3, [[[9, 10], [10, 9]]] * 3],
    "every image gets the output of image 0.": [[[[5, 2], [2, 8]], [[2, 8], [5, 2]], [[50, 20], [20, 80]]]] * 2},
             hint="Every channel of every image is pooled by itself.")
checks.passed("max_pool_forward_naive", "the largest value of each window of each channel")
### BEGIN HIDDEN TESTS
for seed, N, C, H, W in ((120, 2, 3, 4, 6), (121, 1, 1, 2, 2), (122, 3, 2, 6, 4)):
    (x,) = random_arrays(seed, (N, C, H, W))
    expected = np.maximum(np.maximum(x[:, :, ::2, ::2], x[:, :, 1::2, ::2]), np.maximum(x[:, :, ::2, 1::2], x[:, :, 1::2, 1::2]))
    out, cache = pair(max_pool_forward_naive(x, pool_param), expected.shape, "max_pool_forward_naive")
    checks.close(out, expected, f"out for {N} images of {C} channels of {H}x{W}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_max_pool_forward_naive_windows", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.array([[1.0, 9.0, 2.0, 3.0, 4.0], [0.0, 5.0, 8.0, 7.0, 6.0], [3.0, 2.0, 1.0, 0.0, 10.0]]).reshape(1, 1, 3, 5)
for height, width, stride, expected in ((3, 3, 1, [[9, 9, 10]]), (2, 3, 2, [[9, 8]]), (1, 2, 1, [[9, 9, 3, 4], [5, 8, 8, 7], [3, 2, 1, 10]]),
                                        (3, 1, 2, [[3, 8, 10]]), (1, 1, 3, [[1, 3]])):
    out, cache = pair(max_pool_forward_naive(x, {"pool_height": height, "pool_width": width, "stride": stride}),
                      (1, 1, len(expected), len(expected[0])), "max_pool_forward_naive")
    checks.close(out, [[expected]], f"out for an image of 3x5, windows of {height}x{width} and stride {stride}",
                 hint="Windows may be wide or tall, and may overlap: window and stride are two different things.")
checks.passed("max_pool_forward_naive", "windows of any shape, with any stride")
### BEGIN HIDDEN TESTS
for seed, H, W, height, width, stride in ((130, 7, 7, 3, 3, 2), (131, 5, 8, 2, 4, 1), (132, 6, 5, 4, 2, 3), (133, 8, 4, 2, 2, 3)):
    (x,) = random_arrays(seed, (2, 2, H, W))
    expected = [[x[:, :, i:i + height, j:j + width].reshape(2, 2, -1).max(axis=2) for j in range(0, W - width + 1, stride)]
                for i in range(0, H - height + 1, stride)]
    expected = np.moveaxis(expected, (0, 1), (2, 3))
    out, cache = pair(max_pool_forward_naive(x, {"pool_height": height, "pool_width": width, "stride": stride}), expected.shape,
                      "max_pool_forward_naive")
    checks.close(out, expected, f"out for images of {H}x{W}, windows of {height}x{width} and stride {stride}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_max_pool_forward_naive_negative", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = -np.array([[4.0, 3.0, 2.0, 8.0], [5.0, 6.0, 1.0, 7.0]]).reshape(1, 1, 2, 4)
out, cache = pair(max_pool_forward_naive(x, {"pool_height": 2, "pool_width": 2, "stride": 2}), (1, 1, 1, 2), "max_pool_forward_naive")
checks.true(np.max(out) < 0, "All values are negative, so the largest of them is negative, too. Does a 0 come in from somewhere: "
            "a first maximum of 0, or padding?")
checks.close(out, [[[[-3, -1]]]], "out for negative values", suspects={
    "this is the value farthest from 0, not the largest.": [[[[-6, -8]]]]})
checks.passed("max_pool_forward_naive", "negative values have a largest, too")
### BEGIN HIDDEN TESTS
x = -np.arange(1.0, 17.0).reshape(1, 1, 4, 4) * 1e6
out, cache = pair(max_pool_forward_naive(x, {"pool_height": 3, "pool_width": 2, "stride": 1}), (1, 1, 2, 3), "max_pool_forward_naive")
checks.close(out, x[:, :, :2, :3], "out for large negative values")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_max_pool_forward_naive_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = distinct_array(140, 2, 2, 4, 5)
x_given, pool_param = x.copy(), {"pool_height": 2, "pool_width": 3, "stride": 2}
out, cache = pair(max_pool_forward_naive(x_given, pool_param), (2, 2, 2, 2), "max_pool_forward_naive")
checks.unchanged(x_given, x, "x")
single, cache = pair(max_pool_forward_naive(x.astype(np.float32), pool_param), (2, 2, 2, 2), "max_pool_forward_naive")
checks.dtype(single, np.float32, "out for float32 images", hint="np.zeros makes float64 unless you give it a dtype.")
checks.close(single, out, "out for float32 images", rtol=1e-5)
checks.passed("max_pool_forward_naive", "x stays as it is, and float32 stays float32")
### BEGIN HIDDEN TESTS
checks.close(max_pool_forward_naive(np.asfortranarray(x), pool_param)[0], out, "out for images in Fortran order")
checks.equal(max_pool_forward_naive(np.arange(200, 220, dtype=np.uint8).reshape(1, 1, 4, 5), pool_param)[0], [[[[207, 209], [217, 219]]]],
             "out for pixels of dtype uint8")
### END HIDDEN TESTS

# %% [markdown]
# The images again, pooled once, twice and three times. The maximum of each channel favours what is bright: that grows, and what is dark on bright
# ground shrinks and may vanish. In a network the channels are no colours but findings ("an edge here"), and for those it is just right.

# %% nbgrader={"grade": false, "grade_id": "demo_pooling", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, axes = plt.subplots(4, 4, figsize=(7, 7), layout="constrained")
pooled = photos
for column in range(4):
    for ax, picture in zip(axes[:, column], pooled):
        ax.imshow(picture.transpose(1, 2, 0))
        ax.axis("off")
    axes[0, column].set_title("x".join(map(str, pooled.shape[2:])) + " pixels", fontsize=10)
    pooled, _ = max_pool_forward_naive(pooled, {"pool_height": 2, "pool_width": 2, "stride": 2})

# %% [markdown]
# ## Exercise 5: `max_pool_backward_naive`
#
# Only the largest value of a window made it to the output, so only it gets the gradient `dout[n, c, i, j]`. Two rules for special cases:
#
# - where windows **overlap**, a value can be the largest of several. It gets the *sum* of their gradients;
# - where the largest value occurs **more than once** in a window, the *first* occurrence gets the whole gradient: first in the order of reading, row
#   by row. (The library does so, too. Between ties the function has a kink, and any way to share would do; this one is simple and costs nothing.)
#
# `np.argmax` gives the number of the first largest entry, counted row by row. Which row and column that is, you have to work out.

# %% nbgrader={"grade": false, "grade_id": "pool_mistakes", "locked": true, "schema_version": 3, "solution": false, "task": false}
def pool_mistakes(pool, x, dout, height, width, stride):
    """What well-known mistakes make of dx; pool(x, height, width, stride) gives the output. No two numbers of x are near each other."""
    out_h, out_w = dout.shape[2:]
    H, W = x.shape[2:]
    rows, columns = np.indices(dout.shape)[2:]

    @functools.cache
    def to_x(step=stride):
        return responses(lambda v: pool(v, height, width, step), x, 1e-3)

    def values():
        return np.asarray(pool(x, height, width, stride))

    @functools.cache
    def belongs():
        """Pooling images with a single 1 tells in which windows that pixel is: (H * W, out_h, out_w)."""
        return np.asarray(pool(np.eye(H * W).reshape(H * W, 1, H, W), height, width, stride))[:, 0]

    def weighted(response, at=1.0):
        return np.tensordot(response, dout * at, 4)

    def moving(down, right):
        return weighted(to_x(1)[..., ::down, ::right][..., :out_h, :out_w])

    def later_wins():
        result = np.zeros(x.shape)
        for i, j in np.ndindex(out_h, out_w):
            one = weighted(to_x(), (rows == i) & (columns == j))
            result = np.where(np.abs(one) > 1e-8, one, result)
        return result

    def to_members(share):
        """The gradient of each window goes to its pixels: share (H * W, out_h, out_w)."""
        return np.einsum("pij,ncij->ncp", share, dout).reshape(x.shape)

    def displaced(place, at=1.0):
        """The gradient of window (i, j) goes to pixel place(i, j, k, l), where it should go to row k and column l of the window."""
        n, c, row, column, _, _, i, j = np.argwhere(to_x() > 0.5).T
        row, column = place(i, j, row - i * stride, column - j * stride)
        inside = (row < H) & (column < W)
        result = np.zeros(x.shape)
        np.add.at(result, tuple(v[inside] for v in (n, c, row, column)), (dout * at)[n, c, i, j][inside])
        return result

    def with_windows(tall, wide, down, right):
        """As if the windows were tall x wide, and moved by `down` and `right`; what sticks out at the end is ignored."""
        rest = [(0, 0), (0, 0), (0, out_h * down + tall), (0, out_w * right + wide)]
        every = responses(lambda v: pool(np.pad(v, rest, constant_values=-1e3), tall, wide, 1), x, 1e-3)
        return weighted(every[..., ::down, ::right][..., :out_h, :out_w])

    return {
        "it is computed as if the stride were 1: window (i, j) begins at row i * stride and column j * stride.": lambda: moving(1, 1),
        "the stride is used downwards only; to the right it is taken for 1.": lambda: moving(stride, 1),
        "the stride is used to the right only; downwards it is taken for 1.": lambda: moving(1, stride),
        "the windows move by their own size; they should move by the stride.": lambda: with_windows(height, width, height, width),
        "height and width of the window are exchanged.": lambda: with_windows(width, height, stride, stride),
        "the place within the window is taken for the place in the image.": lambda: displaced(lambda i, j, k, l: (k, l)),
        "the place in the image is found as if window (i, j) began at row i and column j, without the stride.":
            lambda: displaced(lambda i, j, k, l: (i + k, j + l)),
        "row and column within the window are exchanged.": lambda: displaced(lambda i, j, k, l: (i * stride + l, j * stride + k)),
        "the first pixel of each window gets the gradient; it should be the largest.": lambda: displaced(lambda i, j, k, l: (i * stride, j * stride)),
        "the number of the largest value within its window is divided by the height of the window; rows are as long as its width.":
            lambda: displaced(lambda i, j, k, l: (i * stride + (k * width + l) // height, j * stride + (k * width + l) % height)),
        "where windows overlap, the later one overwrites the earlier. Add with +=.": later_wins,
        "the gradient goes to every pixel of the window; only the largest gets it.": lambda: to_members(belongs()),
        "the gradient is shared out evenly over the window, as in average pooling; only the largest gets it.":
            lambda: to_members(belongs() / (height * width)),
        "the smallest value gets the gradient; it should be the largest.":
            lambda: weighted(responses(lambda v: -np.asarray(pool(-v, height, width, stride)), x, 1e-3)),
        "dout is not used: this is the gradient of the plain sum of out.": lambda: to_x().sum(axis=(4, 5, 6, 7)),
        "the value farthest from 0 gets the gradient; it should be the largest.":
            lambda: np.sign(x) * weighted(responses(lambda v: pool(np.abs(v), height, width, stride), x, 1e-3)),
        "where all values of a window are negative, the wrong one is taken: does the search begin with a largest value of 0?":
            lambda: weighted(to_x(), values() > 0) + displaced(lambda i, j, k, l: (i * stride, j * stride), values() <= 0),
        "the largest value itself is passed back; it should be dout.":
            lambda: np.tensordot(to_x(), values(), 4),
        "dout is multiplied with the largest value, too; the gradient of a maximum is 1 there.":
            lambda: weighted(to_x(), values()),
        "the gradients of all images end up in the first one.": lambda: weighted(to_x()).sum(axis=0) * (np.indices(x.shape)[0] == 0),
        "all channels have their largest value in the same place; every channel has its own.":
            lambda: weighted(responses(lambda v: pool(v, height, width, stride), np.repeat(x.max(axis=1, keepdims=True), x.shape[1], axis=1), 1e-3)),
        "every channel of an image gets the gradient of all its channels.":
            lambda: np.broadcast_to(weighted(to_x()).sum(axis=1, keepdims=True), x.shape),
    }


# %% nbgrader={"grade": false, "grade_id": "max_pool_backward_naive", "locked": false, "schema_version": 3, "solution": true, "task": false}
def max_pool_backward_naive(dout, cache):
    """The gradient of max_pool_forward_naive.

    Arguments
    - dout: (N, C, out_h, out_w), the gradient of the loss with respect to out
    - cache: what max_pool_forward_naive returned

    Returns dx (N, C, H, W), of dtype float32 if everything was float32. Of several largest values in a window the first one,
    row by row, gets the gradient.
    """
    ### BEGIN SOLUTION
    x, pool_param = cache
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, out_h, out_w = dout.shape
    dx = np.zeros(x.shape, dtype=dout.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(out_h):
                for j in range(out_w):
                    top, left = i * stride, j * stride
                    window = x[n, c, top : top + height, left : left + width]
                    k, l = np.unravel_index(np.argmax(window), window.shape)  # argmax takes the first of several
                    dx[n, c, top + k, left + l] += dout[n, c, i, j]
    return dx
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_max_pool_backward_naive_gradient", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
for seed, (N, C, H, W), (height, width, stride) in ((150, (1, 2, 4, 6), (2, 2, 2)), (155, (2, 1, 5, 6), (2, 3, 3))):
    x = distinct_array(seed, N, C, H, W)
    (dout,) = random_arrays(seed + 1, (N, C, 2, 6 // stride))
    pool_param = {"pool_height": height, "pool_width": width, "stride": stride}
    out, cache = pair(max_pool_forward_naive(x, pool_param), dout.shape, "max_pool_forward_naive")
    dx = checks.own_work(max_pool_backward_naive, dout, cache)
    checks.true(dx is not None, "The function returned None. Did you forget `return dx`?")
    mistakes = pool_mistakes(lambda v, height, width, stride: max_pool_forward_naive(
        v, {"pool_height": height, "pool_width": width, "stride": stride})[0], x, dout, height, width, stride)
    checks.gradient(lambda v: np.sum(max_pool_forward_naive(v, pool_param)[0] * dout), x, dx,
                    f"dx of max_pool_backward_naive for windows of {height}x{width} and stride {stride}", kinks=True, num_examples=N, suspects=mistakes)
checks.passed("max_pool_backward_naive", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
def largest(x, height, width, stride):
    """Max pooling as a maximum of shifted images."""
    out_h, out_w = x.shape[2] - height + 1, x.shape[3] - width + 1
    return np.max([x[:, :, k:k + out_h, l:l + out_w] for k, l in np.ndindex(height, width)], axis=0)[:, :, ::stride, ::stride]


for seed, N, C, H, W, height, width, stride in ((152, 2, 3, 4, 4, 2, 2, 2), (153, 2, 1, 3, 5, 1, 2, 3), (154, 1, 1, 6, 5, 3, 2, 3)):
    x = distinct_array(seed, N, C, H, W)
    (dout,) = random_arrays(seed, largest(x, height, width, stride).shape)
    out, cache = pair(max_pool_forward_naive(x, {"pool_height": height, "pool_width": width, "stride": stride}), dout.shape, "max_pool_forward_naive")
    dx = max_pool_backward_naive(dout, cache)
    checks.gradient(lambda v: np.sum(largest(v, height, width, stride) * dout), x, dx,
                    f"dx for {N} images of {C}x{H}x{W}, windows of {height}x{width}, stride {stride}", kinks=True, num_examples=N,
                    suspects=pool_mistakes(largest, x, dout, height, width, stride))
out, cache = max_pool_forward_naive(2.0**50 * x, {"pool_height": height, "pool_width": width, "stride": stride})
checks.analytic(max_pool_backward_naive(dout, cache), dx, "dx for an x 2**50 times as large, which has the same largest numbers")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_max_pool_backward_naive_overlap", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.array([[0.0, 1.0, 2.0, 3.0], [1.0, 9.0, 4.0, 5.0], [2.0, 3.0, 0.0, 1.0], [1.0, 0.0, 6.0, 2.0]]).reshape(1, 1, 4, 4)
dout = np.array([[1.0, 10.0, 100.0], [1000.0, 1e4, 1e5], [1e6, 1e7, 1e8]]).reshape(1, 1, 3, 3)
out, cache = pair(max_pool_forward_naive(x, {"pool_height": 2, "pool_width": 2, "stride": 1}), dout.shape, "max_pool_forward_naive")
expected = np.array([[0, 0, 0, 0], [0, 11011, 0, 100100], [0, 1e6, 0, 0], [0, 0, 1.1e8, 0]]).reshape(1, 1, 4, 4)
checks.close(max_pool_backward_naive(dout, cache), expected, "dx for windows of 2x2 with stride 1", suspects={
    "where windows overlap, the later one overwrites the earlier. Add with +=.":
        [[[[0, 0, 0, 0], [0, 1e4, 0, 1e5], [0, 1e6, 0, 0], [0, 0, 1e8, 0]]]],
    "where windows overlap, the whole later window overwrites the earlier one, with its zeros, too. Add with +=.":
        [[[[0, 0, 0, 0], [0, 1e4, 0, 1e5], [0, 0, 0, 0], [0, 0, 1e8, 0]]]],
    "where windows overlap, the gradients are averaged; add them up.":
        [[[[0, 0, 0, 0], [0, 11011 / 4, 0, 50050], [0, 1e6, 0, 0], [0, 0, 5.5e7, 0]]]],
    "only the first of the overlapping windows counts. Add them up.": [[[[0, 0, 0, 0], [0, 1, 0, 100], [0, 1e6, 0, 0], [0, 0, 1e7, 0]]]]},
             hint="The 9 is the largest value of four windows, so it gets the sum of four gradients: 1 + 10 + 1,000 + 10,000.")
checks.passed("max_pool_backward_naive", "overlapping windows add up")
### BEGIN HIDDEN TESTS
def largest(x, height, width, stride):
    """Max pooling as a maximum of shifted images."""
    out_h, out_w = x.shape[2] - height + 1, x.shape[3] - width + 1
    return np.max([x[:, :, k:k + out_h, l:l + out_w] for k, l in np.ndindex(height, width)], axis=0)[:, :, ::stride, ::stride]


for seed, H, W, height, width, stride in ((160, 5, 5, 3, 3, 1), (161, 7, 5, 3, 3, 2), (162, 4, 6, 2, 4, 1)):
    x = distinct_array(seed, 1, 2, H, W)
    (dout,) = random_arrays(seed, largest(x, height, width, stride).shape)
    out, cache = pair(max_pool_forward_naive(x, {"pool_height": height, "pool_width": width, "stride": stride}), dout.shape, "max_pool_forward_naive")
    dx = max_pool_backward_naive(dout, cache)
    checks.gradient(lambda v: np.sum(largest(v, height, width, stride) * dout), x, dx,
                    f"dx for images of {H}x{W}, windows of {height}x{width}, stride {stride}", kinks=True,
                    suspects=pool_mistakes(largest, x, dout, height, width, stride))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_max_pool_backward_naive_ties", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.array([[1.0, 3.0, 2.0, 2.0], [3.0, 3.0, 2.0, 2.0]]).reshape(1, 1, 2, 4)
out, cache = pair(max_pool_forward_naive(x, {"pool_height": 2, "pool_width": 2, "stride": 2}), (1, 1, 1, 2), "max_pool_forward_naive")
checks.close(max_pool_backward_naive(np.array([[[[6.0, 8.0]]]]), cache), [[[[0, 6, 8, 0], [0, 0, 0, 0]]]], "dx with ties", suspects={
    "every one of several largest values gets the whole gradient; only the first should.": [[[[0, 6, 8, 8], [6, 6, 8, 8]]]],
    "the gradient is shared among all ties; the first should get all of it.": [[[[0, 2, 2, 2], [2, 2, 2, 2]]]],
    "the last of several largest values gets the gradient; it should be the first, row by row.": [[[[0, 0, 0, 0], [0, 6, 0, 8]]]],
    "the order is column by column; it should be row by row.": [[[[0, 0, 8, 0], [6, 0, 0, 0]]]]})
checks.passed("max_pool_backward_naive", "of several largest values the first gets the gradient")
### BEGIN HIDDEN TESTS
x = np.array([[[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[-1.0, 5.0, -1.0], [5.0, 5.0, 5.0], [-1.0, 5.0, -1.0]]])[None]
out, cache = pair(max_pool_forward_naive(x, {"pool_height": 2, "pool_width": 2, "stride": 1}), (1, 2, 2, 2), "max_pool_forward_naive")
dout = np.array([[[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0], [3.0, 4.0]]])[None]
expected = [[[[1, 2, 0], [3, 4, 0], [0, 0, 0]], [[0, 3, 0], [3, 4, 0], [0, 0, 0]]]]
checks.close(max_pool_backward_naive(dout, cache), expected, "dx with ties in overlapping windows")
x = np.array([[0.0, 7.0, 7.0], [7.0, 0.0, 7.0]]).reshape(1, 1, 2, 3)
out, cache = pair(max_pool_forward_naive(x, {"pool_height": 2, "pool_width": 3, "stride": 1}), (1, 1, 1, 1), "max_pool_forward_naive")
checks.close(max_pool_backward_naive(np.ones((1, 1, 1, 1)), cache), [[[[0, 1, 0], [0, 0, 0]]]], "dx with ties in a window of 2x3")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_max_pool_backward_naive_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = distinct_array(170, 2, 3, 4, 5)
(dout,) = random_arrays(171, (2, 3, 2, 2))
pool_param = {"pool_height": 2, "pool_width": 3, "stride": 2}
out, cache = pair(max_pool_forward_naive(x, pool_param), dout.shape, "max_pool_forward_naive")
dout_given = dout.copy()
dx = max_pool_backward_naive(dout_given, cache)
checks.shape(dx, (2, 3, 4, 5), "dx (the shape of x)")
checks.unchanged(dout_given, dout, "dout")
checks.close(max_pool_backward_naive(dout, cache), dx, "dx of a second call with the same cache",
             hint="The cache should hold after the call what it held before.")
out, cache = pair(max_pool_forward_naive(x.astype(np.float32), pool_param), dout.shape, "max_pool_forward_naive")
single = max_pool_backward_naive(dout.astype(np.float32), cache)
checks.dtype(single, np.float32, "dx of float32 arrays")
checks.close(single, dx, "dx of float32 arrays", rtol=1e-5)
checks.passed("max_pool_backward_naive", "dout and the cache stay as they are, and float32 stays float32")
### BEGIN HIDDEN TESTS
out, cache = max_pool_forward_naive(np.asfortranarray(x), pool_param)
checks.close(max_pool_backward_naive(np.asfortranarray(dout), cache), dx, "dx of arrays in Fortran order")
checks.close(np.sum(dx), dout.sum(), "the sum of dx (what goes in comes out)")
### END HIDDEN TESTS

# %% [markdown]
# **Question 3** (2 points). After a ReLU large parts of an image are exactly 0, so windows with ties are common. A student gives the *whole* gradient
# to *every* one of the largest values. What happens to a window of 3x3 zeros with `dout` = 1, compared with giving it to the first? A numeric
# gradient by central differences at one of these zeros: what does it give, and does it side with one of the two?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_ties", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# All nine pixels get 1, so the sum of the gradient is nine times what came in: moving all nine pixels by h moves the maximum by h, not by 9h.
# Given to the first only, the sum is 1, as it should be.
#
# Numerically: one of the zeros raised by h raises the maximum by h; lowered by h it leaves it at 0, thanks to the others. So (h − 0)/2h = 1/2, at
# each of the nine. That is neither rule: there is a kink, with slopes 0 and 1 on its sides, and central differences give the mean of the two.
# Gradient checks must keep away from ties.
#
# **Marking**: 1 point for the gradient nine times too large (or: directional derivative 1 against 9); 1 for 1/2 and "neither, it is a kink".
# ### END SOLUTION

# %% [markdown]
# ## im2col: all fields as columns
#
# Four nested loops in Python are slow. A matrix product, on the other hand, is what computers do best. So lay out every field of an image as one
# **column** of a matrix. With the filters as *rows*, each entry of the product `filters @ columns` is one filter times one field: one number of the
# output.
#
# The layout, here for an image of 2 channels (their pixels numbered 0 to 11 and 20 to 31) and fields of 2x2:

# %% nbgrader={"grade": false, "grade_id": "picture_im2col", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
first_pixel = np.array([0, 1, 2, 4, 5, 6])  # of the six fields, from left to right and then downwards
within = np.array([0, 1, 4, 5, 20, 21, 24, 25])  # the eight pixels of a field, from its first one
six = ["#cfe5f5", "#fbe3b3", "#c9ead9", "#f6cdb5", "#e6d3ea", "#e3e3e3"]
fig, axes = plt.subplots(1, 3, figsize=(11, 4), layout="constrained", width_ratios=[4, 4, 6.5])
for ax, start in ((axes[0], 0), (axes[1], 20)):
    shades = [["white"] * 4 for _ in range(3)]
    for i, j in ((0, 2), (0, 3), (1, 2), (1, 3)):
        shades[i][j] = six[2]
    draw_grid(ax, start + np.arange(12).reshape(3, 4), f"channel {start // 20}", color=shades, outline=[(0, 2, 2, 2, vis.GREEN)])
draw_grid(axes[2], within[:, None] + first_pixel, "columns (8, 6)", color=[six] * 8, outline=[(0, 2, 8, 1, vis.GREEN)])
axes[2].text(-0.2, 2, "channel 0", ha="right", va="center", fontsize=9)
axes[2].text(-0.2, 6, "channel 1", ha="right", va="center", fontsize=9)
axes[2].plot([0, 6], [4, 4], color="black", lw=1.5)
fig.supxlabel("the third field (green) is the third column", fontsize=10);

# %% [markdown]
# - Each **column** is one field: the positions from left to right, then downwards. There are `out_h * out_w` of them.
# - Within a column: channel 0 first, then channel 1, ...; within a channel row by row. There are `C * field_height * field_width` **rows**. That is
#   the order in which `w.reshape(F, -1)` lays out a filter, so that the two fit together.
# - Every image has its own matrix: the result is (N, C \* field_height \* field_width, out_h \* out_w). The library uses the same layout.
#
# ## Exercise 6: `im2col`
#
# Loops over images, channels and positions would be as slow as before. But look at a *row* of the matrix, in the picture the first one,
# `0 1 2 4 5 6`. It holds what the top left corner of the field meets on its way over channel 0, and that is a piece of the image: one slice. With a
# stride it is a slice with a step. So **at most two loops**, one inside the other, over the rows and columns of the *field*, are allowed.

# %% nbgrader={"grade": false, "grade_id": "im2col", "locked": false, "schema_version": 3, "solution": true, "task": false}
def im2col(x, field_height, field_width, pad, stride):
    """Every field of every image as a column. At most two nested loops.

    Arguments
    - x: (N, C, H, W) images
    - field_height, field_width: size of a field
    - pad: width of the border of zeros; stride: step from one field to the next

    Returns cols (N, C * field_height * field_width, out_h * out_w) of x's dtype, laid out as in the picture: columns are positions
    (row by row); rows are channel, row and column within the field, the column changing fastest.
    """
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    out_h = conv_output_size(H, field_height, pad, stride)
    out_w = conv_output_size(W, field_width, pad, stride)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    for k in range(field_height):
        for l in range(field_width):
            seen_rows = slice(k, k + stride * out_h, stride)  # out_h rows, the first one k
            seen_columns = slice(l, l + stride * out_w, stride)
            cols[:, :, k, l] = padded[:, :, seen_rows, seen_columns]  # (N, C, out_h, out_w)
    return cols.reshape(N, C * field_height * field_width, out_h * out_w)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_im2col_layout", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.array([np.arange(12), np.arange(20, 32)], dtype=float).reshape(1, 2, 3, 4)
cols = im2col(x, 2, 2, 0, 1)
checks.true(cols is not None, "The function returned None. Did you forget `return cols`?")
expected = np.array([0.0, 1.0, 4.0, 5.0, 20.0, 21.0, 24.0, 25.0])[:, None] + np.array([0.0, 1.0, 2.0, 4.0, 5.0, 6.0])
checks.close(cols, expected[None], "the columns of the picture", suspects={
    "rows and columns are exchanged: every *column* is a field.": expected.T[None],
    "the channel changes fastest down a column; it should change slowest.": expected.reshape(2, 4, 6).transpose(1, 0, 2).reshape(1, 8, 6),
    "fields are read column by column; within a field the column should change fastest.":
        expected.reshape(2, 2, 2, 6).transpose(0, 2, 1, 3).reshape(1, 8, 6),
    "the field is turned by 180 degrees: its last pixel comes first.": expected.reshape(2, 4, 6)[:, ::-1].reshape(1, 8, 6),
    "positions go downwards first; they should go from left to right first.": expected.reshape(8, 2, 3).transpose(0, 2, 1).reshape(1, 8, 6),
    "the right values, but put together with reshape where an order of axes has to be changed with transpose.": expected.T.reshape(1, 8, 6),
    "the first axis, the images, is missing.": expected})
checks.passed("im2col", "the columns of the picture are right")
### BEGIN HIDDEN TESTS
for seed, N, C, H, W, height, width in ((180, 2, 3, 4, 5, 2, 3), (181, 1, 1, 3, 3, 3, 1), (182, 3, 2, 2, 4, 2, 2)):
    (x,) = random_arrays(seed, (N, C, H, W))
    fields = [x[:, :, i:i + height, j:j + width].reshape(N, -1) for i in range(H - height + 1) for j in range(W - width + 1)]
    checks.close(im2col(x, height, width, 0, 1), np.stack(fields, axis=2), f"the columns of {N} images of {C}x{H}x{W}, fields of {height}x{width}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_im2col_geometry", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).reshape(1, 1, 2, 3)
expected = [[[0, 0, 0, 5], [0, 0, 4, 6], [0, 2, 0, 0], [1, 3, 0, 0]]]
checks.close(im2col(x, 2, 2, 1, 2), expected, "the columns of the pixels 1..6 in two rows, fields of 2x2, pad 1, stride 2", suspects={
    "the stride is taken for 1.": [[[0, 0, 0, 1], [0, 0, 1, 2], [0, 1, 0, 4], [1, 2, 4, 5]]],
    "the stride is taken for 1, in the number of positions, too.": [[[0, 0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6], [0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0],
                                                                     [0, 1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0], [1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0, 0]]],
    "the stride is used downwards only.": [[[0, 0, 0, 4], [0, 0, 4, 5], [0, 1, 0, 0], [1, 2, 0, 0]]],
    "the stride is used to the right only.": [[[0, 0, 0, 2], [0, 0, 1, 3], [0, 2, 0, 5], [1, 3, 4, 6]]],
    "all of the padding is at the bottom and right; half of it belongs at the top and left.": [[[1, 3, 0, 0], [2, 0, 0, 0], [4, 6, 0, 0], [5, 0, 0, 0]]],
    "the slices end too early: with a step, as many entries need a range stride times as long.": [[[0] * 4, [0] * 4, [0] * 4, [1] * 4]],
    "the border holds copies of the outermost pixels; it should be zeros.": [[[1, 2, 4, 5], [1, 3, 4, 6], [1, 2, 4, 5], [1, 3, 4, 6]]]},
             hint="The fields start in rows -1 and 1, and in columns -1 and 1, of the image.")
checks.passed("im2col", "padding and stride")
### BEGIN HIDDEN TESTS
for seed, H, W, height, width, pad, stride in ((190, 5, 4, 3, 2, 1, 2), (191, 6, 7, 2, 3, 0, 3), (192, 3, 3, 4, 4, 2, 1), (193, 4, 6, 1, 3, 2, 2)):
    (x,) = random_arrays(seed, (2, 2, H, W))
    framed = np.zeros((2, 2, H + 2 * pad, W + 2 * pad))
    framed[:, :, pad:pad + H, pad:pad + W] = x
    fields = [framed[:, :, i:i + height, j:j + width].reshape(2, -1) for i in range(0, H + 2 * pad - height + 1, stride)
              for j in range(0, W + 2 * pad - width + 1, stride)]
    checks.close(im2col(x, height, width, pad, stride), np.stack(fields, axis=2),
                 f"the columns of images of {H}x{W}, fields of {height}x{width}, pad {pad}, stride {stride}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_im2col_loops", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
levels = np.random.default_rng(239).normal(size=(6, 6, 1, 1))  # every channel of every image has one value
checks.max_loops(im2col, 2, small=(np.ones((1, 1, 4, 4)), 2, 2, 0, 1), large=(levels * np.ones((24, 24)), 12, 12, 0, 1),
                 expected=np.repeat(levels[:, :, 0], 144, axis=1) * np.ones(169))
cols = im2col(np.array([9.0, 6, 6, 8, 5, 9, 1, 7, 9]).reshape(1, 1, 3, 3), 2, 2, 0, 1)
checks.resembles(cols, [[[9, 6, 8, 5], [6, 6, 5, 9], [8, 5, 1, 7], [5, 9, 7, 9]]], "the columns of one image of 3x3 and fields of 2x2")
checks.passed("im2col", "at most two nested loops")

# %% nbgrader={"grade": true, "grade_id": "test_im2col_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
(x,) = random_arrays(200, (2, 2, 4, 4))
x_given = x.copy()
cols = im2col(x_given, 3, 2, 1, 1)
checks.unchanged(x_given, x, "x")
single = im2col(x.astype(np.float32), 3, 2, 1, 1)
checks.dtype(single, np.float32, "the columns of float32 images")
checks.close(single, cols, "the columns of float32 images", rtol=1e-5)
checks.passed("im2col", "x stays as it is, and float32 stays float32")
### BEGIN HIDDEN TESTS
for name, same in (("Fortran order", np.asfortranarray(x)), ("channels last", np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2))):
    checks.close(im2col(same, 3, 2, 1, 1), cols, f"the columns of images in another memory order ({name})")
framed = np.zeros((2, 2, 6, 6))
framed[:, :, 1:5, 1:5] = x
expected = np.stack([framed[:, :, i:i + 3, j:j + 2].reshape(2, -1) for i in range(4) for j in range(5)], axis=2)
checks.resembles(cols, expected, "the columns of im2col")
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 7: `col2im`
#
# The way back. Given a number for every entry of the columns, *add* each of them to the pixel that the entry came from. A pixel in four fields gets a
# sum of four numbers, and what came from the border is dropped. This is what the gradient needs: if `dcols` is the gradient with respect to the
# columns, then `col2im(dcols, ...)` is the gradient with respect to the image.
#
# So `col2im` is not the inverse of `im2col`, but its *adjoint* (the transposed matrix, if you like to think of `im2col` as one):
#
# $$ \langle \mathrm{im2col}(x), c \rangle = \langle x, \mathrm{col2im}(c) \rangle \quad \text{for all images } x \text{ and columns } c , $$
#
# where $\langle a, b \rangle$ is the sum of all products of entries of $a$ and $b$.

# %% nbgrader={"grade": false, "grade_id": "col2im", "locked": false, "schema_version": 3, "solution": true, "task": false}
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    """Add every entry of the columns to the pixel it came from: the adjoint of im2col.

    Arguments
    - cols: (N, C * field_height * field_width, out_h * out_w), as im2col lays them out
    - x_shape: (N, C, H, W), the shape of the images
    - field_height, field_width, pad, stride: as in im2col

    Returns images (N, C, H, W) of the dtype of cols; pixels that are in no field are 0.
    """
    ### BEGIN SOLUTION
    N, C, H, W = x_shape
    out_h = conv_output_size(H, field_height, pad, stride)
    out_w = conv_output_size(W, field_width, pad, stride)
    parts = cols.reshape(N, C, field_height, field_width, out_h, out_w)
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for k in range(field_height):
        for l in range(field_width):
            seen_rows = slice(k, k + stride * out_h, stride)  # out_h rows, the first one k
            seen_columns = slice(l, l + stride * out_w, stride)
            padded[:, :, seen_rows, seen_columns] += parts[:, :, k, l]
    return padded[:, :, pad : pad + H, pad : pad + W]
    ### END SOLUTION


# %% [markdown]
# With columns of ones, `col2im` counts in how many fields each pixel is. You know these pictures.

# %% nbgrader={"grade": true, "grade_id": "test_col2im_counts", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
image = col2im(np.ones((1, 9, 9)), (1, 1, 5, 5), 3, 3, 0, 1)
checks.true(image is not None, "The function returned None. Did you forget to return the images?")
checks.close(image, np.outer([1, 2, 3, 2, 1], [1, 2, 3, 2, 1]).reshape(1, 1, 5, 5), "col2im of ones for an image of 5x5 and fields of 3x3", suspects={
    "where fields overlap, the later one overwrites the earlier (or they are averaged). Add with +=.": np.ones((1, 1, 5, 5))})
image = col2im(np.ones((1, 9, 4)), (1, 1, 5, 5), 3, 3, 0, 2)
checks.close(image, np.outer([1, 1, 2, 1, 1], [1, 1, 2, 1, 1]).reshape(1, 1, 5, 5), "the same with stride 2", suspects={
    "the stride is used downwards only.": np.outer([1, 1, 2, 1, 1], [1, 2, 2, 1, 0]).reshape(1, 1, 5, 5),
    "the stride is used to the right only.": np.outer([1, 2, 2, 1, 0], [1, 1, 2, 1, 1]).reshape(1, 1, 5, 5),
    "where fields overlap, the later one overwrites the earlier. Add with +=.": np.ones((1, 1, 5, 5)),
    "the stride is taken for 1.": np.outer([1, 2, 2, 1, 0], [1, 2, 2, 1, 0]).reshape(1, 1, 5, 5)})
image = col2im(np.ones((1, 9, 25)), (1, 1, 5, 5), 3, 3, 1, 1)
checks.close(image, np.outer([2, 3, 3, 3, 2], [2, 3, 3, 3, 2]).reshape(1, 1, 5, 5), "the same with stride 1 and pad 1", suspects={
    "the border is still on: the images have the shape x_shape, without the padding.":
        np.outer([1, 2, 3, 3, 3, 2, 1], [1, 2, 3, 3, 3, 2, 1]).reshape(1, 1, 7, 7),
    "the border is cut off at the wrong place: at the bottom and right only.": np.outer([1, 2, 3, 3, 3], [1, 2, 3, 3, 3]).reshape(1, 1, 5, 5),
    "what belongs to the border is added to pixels of the image; it should be dropped.": np.full((1, 1, 5, 5), 9.0),
    "where fields overlap, the later one overwrites the earlier. Add with +=.": np.ones((1, 1, 5, 5))})
checks.passed("col2im", "overlapping fields add up, and the border is dropped")
### BEGIN HIDDEN TESTS
image = col2im(np.ones((2, 2 * 6, 2)), (2, 2, 4, 5), 3, 2, 0, 3)  # fields begin in row 0, columns 0 and 3; row 3 and column 2 are in none
checks.close(image, np.broadcast_to(np.outer([1, 1, 1, 0], [1, 1, 0, 1, 1]), (2, 2, 4, 5)), "col2im of ones for images with pixels in no field")
### END HIDDEN TESTS

# %% [markdown]
# Now numbers that differ. `origin` says of every entry of the columns which pixel it came from (−1 for the border), for an image of 2x3 pixels,
# fields of 2x2, pad 1 and stride 2. The pixel is to get the sum of the entries with its number.

# %% nbgrader={"grade": true, "grade_id": "test_col2im_adjoint", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
origin = np.array([[-1, -1, -1, 4], [-1, -1, 3, 5], [-1, 1, -1, -1], [0, 2, -1, -1]])
cols = np.arange(1.0, 17.0).reshape(1, 4, 4)
expected = np.array([cols[0][origin == pixel].sum() for pixel in range(6)]).reshape(1, 1, 2, 3)
orders = {
    "columns are taken for rows: every *column* is a field.": cols[0].T,
    "fields are read column by column; within a field the column changes fastest.": cols[0][[0, 2, 1, 3]],
    "the field is turned by 180 degrees: its last pixel is taken for its first.": cols[0][::-1],
    "positions are taken to go downwards first; they go from left to right first.": cols[0][:, [0, 2, 1, 3]]}
checks.close(col2im(cols, (1, 1, 2, 3), 2, 2, 1, 2), expected, "col2im of 1..16 for an image of 2x3, fields of 2x2, pad 1, stride 2", suspects={
    mistake: np.array([order[origin == pixel].sum() for pixel in range(6)]).reshape(1, 1, 2, 3) for mistake, order in orders.items()})
origin = np.array([0, 1, 4, 5, 20, 21, 24, 25])[:, None] + np.array([0, 1, 2, 4, 5, 6])  # the picture of im2col
cols, x = random_arrays(210, (1, 8, 6), (2, 12))
columns_of_x = np.concatenate([x[0][origin[:4]], x[1][origin[4:] - 20]])  # (8, 6)
image = col2im(cols, (1, 2, 3, 4), 2, 2, 0, 1)
checks.shape(image, (1, 2, 3, 4), "col2im for two channels of 3x4")
checks.close(np.sum(image * x.reshape(1, 2, 3, 4)), np.sum(cols * columns_of_x), "the sum of x * col2im(c), against the sum of im2col(x) * c",
             hint="Is every entry added to the pixel that im2col took it from, channel by channel?")
checks.passed("col2im", "every entry goes to the pixel it came from")
### BEGIN HIDDEN TESTS
for seed, N, C, H, W, height, width, pad, stride in ((211, 2, 2, 4, 3, 2, 2, 0, 1), (212, 1, 3, 5, 4, 3, 2, 1, 2), (213, 2, 1, 3, 6, 2, 4, 2, 3),
                                                     (214, 1, 2, 6, 5, 2, 3, 0, 2)):
    framed, number = np.full((C, H + 2 * pad, W + 2 * pad), -1), np.arange(C * H * W).reshape(C, H, W)
    framed[:, pad:pad + H, pad:pad + W] = number
    origin = np.stack([framed[:, i:i + height, j:j + width].ravel() for i in range(0, H + 2 * pad - height + 1, stride)
                       for j in range(0, W + 2 * pad - width + 1, stride)], axis=1)
    (cols,) = random_arrays(seed, (N, *origin.shape))
    expected = np.array([[part[origin == pixel].sum() for pixel in range(C * H * W)] for part in cols]).reshape(N, C, H, W)
    checks.close(col2im(cols, (N, C, H, W), height, width, pad, stride), expected,
                 f"col2im for {N} images of {C}x{H}x{W}, fields of {height}x{width}, pad {pad}, stride {stride}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_col2im_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
(cols,) = random_arrays(220, (2, 12, 6))
cols_given = cols.copy()
image = col2im(cols_given, (2, 3, 3, 4), 2, 2, 0, 1)
checks.unchanged(cols_given, cols, "cols")
single = col2im(cols.astype(np.float32), (2, 3, 3, 4), 2, 2, 0, 1)
checks.dtype(single, np.float32, "col2im of float32 columns")
checks.close(single, image, "col2im of float32 columns", rtol=1e-4, atol=1e-5)
checks.passed("col2im", "cols stay as they are, and float32 stays float32")
### BEGIN HIDDEN TESTS
checks.close(col2im(np.asfortranarray(cols), (2, 3, 3, 4), 2, 2, 0, 1), image, "col2im of columns in Fortran order")
checks.close(col2im(np.ascontiguousarray(cols.transpose(0, 2, 1)).transpose(0, 2, 1), (2, 3, 3, 4), 2, 2, 0, 1), image, "col2im of transposed columns")
expected, fields = np.zeros((2, 3, 3, 4)), cols.reshape(2, 3, 2, 2, 2, 3)
for i, j, k, l in np.ndindex(2, 2, 2, 3):
    expected[:, :, i + k, j + l] += fields[:, :, i, j, k, l]
checks.resembles(image, expected, "the image of col2im")
### END HIDDEN TESTS

# %% [markdown]
# Your two functions together: the two sums should agree to all digits that floating point has.

# %% nbgrader={"grade": false, "grade_id": "demo_adjoint", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
for shape, height, width, pad, stride in (((2, 3, 32, 32), 3, 3, 1, 1), ((2, 3, 32, 32), 5, 3, 2, 2), ((1, 8, 17, 23), 4, 2, 0, 3)):
    x = np.random.default_rng(0).normal(size=shape)
    columns = im2col(x, height, width, pad, stride)
    c = np.random.default_rng(1).normal(size=columns.shape)
    back = col2im(c, shape, height, width, pad, stride)
    print(f"images {shape}, fields {height}x{width}, pad {pad}, stride {stride}:  "
          f"<im2col(x), c> = {np.sum(columns * c):.9f}   <x, col2im(c)> = {np.sum(x * back):.9f}")

# %% [markdown]
# ## Exercise 8: `conv_forward_im2col`
#
# Now the harvest. Lay out the filters as rows and the fields as columns, multiply, add the biases, and give the result the shape of an output. No
# loops but those in `im2col`: a matrix product takes a whole stack of matrices at once, (F, K) `@` (N, K, P) is (N, F, P).

# %% nbgrader={"grade": false, "grade_id": "conv_forward_im2col", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv_forward_im2col(x, w, b, conv_param):
    """The convolution of conv_forward_naive as a matrix product of filters and columns.

    Arguments and results as in conv_forward_naive: x (N, C, H, W), w (F, C, HH, WW), b (F,), conv_param with "stride" and "pad".
    Returns (out (N, F, out_h, out_w), cache), with the same cache as conv_forward_naive, so that conv_backward_naive can take it.
    """
    ### BEGIN SOLUTION
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    cols = im2col(x, HH, WW, pad, stride)  # (N, C*HH*WW, out_h*out_w)
    out = w.reshape(F, -1) @ cols + b[:, None]  # (N, F, out_h*out_w)
    out_h = conv_output_size(H, HH, pad, stride)
    out = out.reshape(N, F, out_h, -1)  # (N, F, out_h, out_w)
    return out, (x, w, conv_param)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_conv_forward_im2col_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
x = np.array([[1.0, 2.0, 0.0, 3.0], [4.0, 1.0, 0.0, 2.0], [0.0, 1.0, 5.0, 1.0]]).reshape(1, 1, 3, 4)
w = np.array([[1.0, 2.0], [0.0, -1.0]]).reshape(1, 1, 2, 2)
result = checks.own_work(conv_forward_im2col, x, w, np.array([0.5]), {"stride": 1, "pad": 0})
out, cache = pair(result, (1, 1, 2, 3), "conv_forward_im2col")
checks.close(out, [[[[4.5, 2.5, 4.5], [5.5, -3.5, 3.5]]]], "out for the first picture of this notebook, with a bias of 0.5", suspects={
    "the bias is missing.": [[[[4, 2, 4], [5, -4, 3]]]],
    "the filter is flipped.": [[[[8.5, 0.5, 2.5], [-2.5, 6.5, 11.5]]]]})
x, w, b = random_arrays(230, (3, 2, 2, 4), (4, 2, 1, 1), (4,))
out, cache = pair(conv_forward_im2col(x, w, b, {"stride": 1, "pad": 0}), (3, 4, 2, 4), "conv_forward_im2col")
products = w[:, :, 0, 0] @ x.reshape(3, 2, 8)
right = (products + b[:, None]).reshape(3, 4, 2, 4)
checks.close(out, right, "out for 3 images, 2 channels and 4 filters of 1x1", suspects={
    "the bias is missing.": products.reshape(3, 4, 2, 4),
    "every image gets the output of image 0.": right[[0, 0, 0]],
    "the weights of the filters are mixed up: w.reshape(F, -1) has one filter in each row.":
        (w[:, :, 0, 0].reshape(2, 4).T @ x.reshape(3, 2, 8) + b[:, None]).reshape(3, 4, 2, 4),
    "filters and images are mixed up: a reshape stands where an order of axes has to be changed with transpose.":
        (products + b[:, None]).transpose(1, 0, 2).reshape(3, 4, 2, 4),
    "filters and positions are mixed up: a reshape stands where an order of axes has to be changed with transpose.":
        (products + b[:, None]).transpose(0, 2, 1).reshape(3, 4, 2, 4),
    "filters, positions and images are mixed up: a reshape stands where an order of axes has to be changed with transpose.":
        (products + b[:, None]).transpose(1, 2, 0).reshape(3, 4, 2, 4)})
checks.passed("conv_forward_im2col", "it is the same convolution")
### BEGIN HIDDEN TESTS
for seed, N, C, F, H, W, HH, WW, stride, pad in ((231, 2, 3, 2, 4, 5, 3, 2, 1, 1), (232, 1, 2, 4, 5, 7, 3, 3, 2, 1), (233, 3, 1, 3, 4, 6, 2, 4, 1, 0),
                                                 (234, 2, 2, 2, 7, 5, 2, 2, 3, 0), (235, 2, 2, 3, 3, 6, 4, 1, 2, 1)):
    x, w, b = random_arrays(seed, (N, C, H, W), (F, C, HH, WW), (F,))
    framed = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    framed[:, :, pad:pad + H, pad:pad + W] = x
    every = np.zeros((N, F, H + 2 * pad - HH + 1, W + 2 * pad - WW + 1)) + b[:, None, None]
    for k, l in np.ndindex(HH, WW):
        every += np.einsum("fc,ncij->nfij", w[:, :, k, l], framed[:, :, k:k + every.shape[2], l:l + every.shape[3]])
    expected = every[:, :, ::stride, ::stride]
    out, cache = pair(conv_forward_im2col(x, w, b, {"stride": stride, "pad": pad}), expected.shape, "conv_forward_im2col")
    checks.close(out, expected, f"out for {N} images of {C}x{H}x{W}, {F} filters of {HH}x{WW}, stride {stride}, pad {pad}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_forward_im2col_loops", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, w, b = random_arrays(242, (12, 12, 1, 1), (12, 12, 1, 1), (12,))  # every channel and every filter has one value
checks.max_loops(conv_forward_im2col, 2, small=(*random_arrays(241, (2, 2, 3, 3), (2, 2, 2, 2), (2,)), {"stride": 1, "pad": 0}),
                 large=(x * np.ones((18, 18)), w * np.ones((12, 12)), b, {"stride": 1, "pad": 0}),
                 expected=((144 * x[:, :, 0, 0] @ w[:, :, 0, 0].T + b)[:, :, None, None] * np.ones((7, 7)), None))
x, w, b = random_arrays(240, (2, 2, 3, 3), (3, 2, 2, 2), (3,))
out, cache = pair(conv_forward_im2col(x, w, b, {"stride": 1, "pad": 0}), (2, 3, 2, 2), "conv_forward_im2col")
checks.close(np.asarray(out)[0, 0, 0, 0], np.sum(x[0, :, :2, :2] * w[0]) + b[0], "the first entry of out", rtol=1e-4)
checks.passed("conv_forward_im2col", "no loops but those of im2col")

# %% nbgrader={"grade": true, "grade_id": "test_conv_forward_im2col_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
x, w, b = random_arrays(250, (2, 2, 4, 5), (3, 2, 2, 3), (3,))
x_given, w_given, b_given = x.copy(), w.copy(), b.copy()
out, cache = pair(conv_forward_im2col(x_given, w_given, b_given, {"stride": 2, "pad": 1}), (2, 3, 3, 3), "conv_forward_im2col")
checks.unchanged(x_given, x, "x")
checks.unchanged(w_given, w, "w")
checks.unchanged(b_given, b, "b")
single, cache = pair(conv_forward_im2col(*(v.astype(np.float32) for v in (x, w, b)), {"stride": 2, "pad": 1}), (2, 3, 3, 3), "conv_forward_im2col")
checks.dtype(single, np.float32, "out for arrays of float32")
checks.close(single, out, "out for arrays of float32", rtol=1e-4, atol=1e-5)
(dout,) = random_arrays(251, (2, 3, 3, 3))


def backward(cache):
    """The gradients by conv_backward_naive, or the exception that it raises."""
    try:
        return conv_backward_naive(dout, cache)
    except Exception as error:
        return error


of_naive, of_im2col = [backward(forward(x, w, b, {"stride": 2, "pad": 1})[1]) for forward in (conv_forward_naive, conv_forward_im2col)]
if isinstance(of_naive, (tuple, list)):  # otherwise exercise 3 is not done yet
    checks.true(isinstance(of_im2col, (tuple, list)), f"conv_backward_naive cannot use this cache ({of_im2col}). It should be "
                "the same as that of conv_forward_naive.")
    for name, one, other in zip(("dx", "dw", "db"), of_im2col, of_naive):
        checks.close(one, other, f"{name} by conv_backward_naive with this cache, against {name} with that of conv_forward_naive",
                     hint="The cache should be the same as that of conv_forward_naive.")
checks.passed("conv_forward_im2col", "arguments stay as they are, float32 stays float32, and the cache is that of conv_forward_naive")
### BEGIN HIDDEN TESTS
for name, x_same, w_same in (("Fortran order", np.asfortranarray(x), np.asfortranarray(w)),
                             ("channels last", *(np.ascontiguousarray(v.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2) for v in (x, w)))):
    checks.close(conv_forward_im2col(x_same, w_same, b, {"stride": 2, "pad": 1})[0], out, f"out for arrays in another memory order ({name})")
pixels = np.arange(40, dtype=np.uint8).reshape(1, 2, 4, 5) * 6
of_floats, cache = conv_forward_im2col(pixels.astype(np.float64), w, b, {"stride": 2, "pad": 1})
checks.close(conv_forward_im2col(pixels, w, b, {"stride": 2, "pad": 1})[0], of_floats, "out for pixels of dtype uint8")
### END HIDDEN TESTS

# %% [markdown]
# ## How fast?
#
# Four images, sixteen filters of 5x5, by all three: your loops, your matrix product, and the library's kernels, `layers.conv_forward_fast`. (The
# first line says whether these are compiled on your computer, "cython", or its NumPy substitute.) Each takes the same arguments; the best of a few
# runs counts.

# %% nbgrader={"grade": false, "grade_id": "demo_times", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
def best_seconds(function, *args, runs=5):
    spans = []
    for _ in range(runs):
        start = time.perf_counter()
        answer = function(*args)
        spans.append(time.perf_counter() - start)
    return answer, min(spans)


print("the library's kernels:", kernels.backend())
rng = np.random.default_rng(0)
x, w, b = (rng.normal(size=shape).astype(np.float32) for shape in ((4, 3, 32, 32), (16, 3, 5, 5), (16,)))
conv_param = {"stride": 1, "pad": 2}
seconds, outputs = {}, {}
for name, forward, runs in (("naive", conv_forward_naive, 1), ("im2col", conv_forward_im2col, 20), ("library", layers.conv_forward_fast, 20)):
    (outputs[name], cache), seconds[name] = best_seconds(forward, x, w, b, conv_param, runs=runs)
    print(f"{name:8} differs from naive by at most {np.max(np.abs(outputs[name] - outputs['naive'])):.1e}")
vis.times(seconds);

# %% [markdown]
# The way back, too. (Pooling is compared in the last line only.)

# %% nbgrader={"grade": false, "grade_id": "demo_times_backward", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
seconds = {}
dout = rng.normal(size=(4, 16, 32, 32)).astype(np.float32)
(_, naive_cache), (_, fast_cache) = conv_forward_naive(x, w, b, conv_param), layers.conv_forward_fast(x, w, b, conv_param)
naive, seconds["backward, naive"] = best_seconds(conv_backward_naive, dout, naive_cache, runs=1)
fast, seconds["backward, library"] = best_seconds(layers.conv_backward_fast, dout, fast_cache, runs=20)
for name, one, other in zip(("dx", "dw", "db"), naive, fast):
    print(f"{name} differs by at most {np.max(np.abs(one - other)) / np.max(np.abs(other)):.1e} of its largest value")
pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
(_, naive_cache), (_, fast_cache) = max_pool_forward_naive(dout, pool_param), layers.max_pool_forward_fast(dout, pool_param)
upstream = rng.normal(size=(4, 16, 16, 16)).astype(np.float32)
naive, slow = best_seconds(max_pool_backward_naive, upstream, naive_cache, runs=1)
fast, quick = best_seconds(layers.max_pool_backward_fast, upstream, fast_cache, runs=20)
print(f"dx of the pooling differs by at most {np.max(np.abs(naive - fast)):.1e}; {slow * 1e3:.0f} ms by your loops, {quick * 1e3:.2f} ms by the library")
vis.times(seconds);

# %% [markdown]
# Tiny differences in float32 are no mistake: the same numbers are added in another order. From now on, and in the notebook `convnet`, the
# library's layers do the work. You know what is in them.

# %% [markdown]
# **Question 4** (3 points). A layer in the middle of a network takes a batch of 64 float32 arrays of 64 channels and 32x32 pixels, with filters of
# 3x3, stride 1 and padding 1. How many megabytes do its input and its columns need? Why the factor, and what is it for stride 3 and no padding? How
# can one convolve by im2col without ever holding all of the columns, and what does that cost in the backward pass?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_memory", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# *Your answer here.*
# ### BEGIN SOLUTION
# Input: 64 · 64 · 32 · 32 · 4 bytes = 16.8 MB. Columns: 64 matrices of (64 · 9) rows and 1,024 columns, 64 · 576 · 1,024 · 4 bytes = 151 MB, nine
# times as much: with stride 1 and this padding every pixel (but those
# at the edge) lies in 9 fields and is stored 9 times. With stride 3 and no padding the fields do not overlap: 10x10 positions, 64 · 576 · 100 · 4
# bytes = 14.7 MB, a factor of at most 1 (0.88: the last two rows and columns are
# in no field).
#
# Lay out one image (or a few) at a time, multiply, and use the same memory for the next. The columns are needed again for dw: they must then be laid
# out once more in the backward pass. That costs a second im2col, time that is small compared with the products and often less than fetching 151 MB
# from memory.
#
# **Marking**: 1 point for about 17 MB and about 151 MB; 1 for the factor (every pixel in 9 fields; no more than 1 where fields do not overlap); 1
# for image by image, with the columns computed again in the backward pass.
# ### END SOLUTION

# %% [markdown]
# ## Summary
#
# - A convolution slides the same small filter over the whole image: local connections, shared weights.
# - Along each side there are $\lfloor (\mathit{size} + 2\,\mathit{pad} - \mathit{field}) / \mathit{stride} \rfloor + 1$ positions.
# - Backward, every field sends its share to where it came from, and shares **add up**: over positions for the pixels, over images and positions
#   for weights and biases.
# - Max pooling passes the gradient on to the winner of each window, and to nobody else.
# - im2col trades memory for speed: every field a column, the convolution one matrix product. col2im is its adjoint, not its inverse.
#
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"conv_output_size": 3, "conv_forward_naive": 6, "conv_backward_naive": 6, "max_pool_forward_naive": 4, "max_pool_backward_naive": 4,
                "im2col": 4, "col2im": 3, "conv_forward_im2col": 3})
