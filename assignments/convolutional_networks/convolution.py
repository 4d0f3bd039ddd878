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
# # Convolution and pooling
#
# A fully connected layer gives every unit its own weight for every pixel, so it has to learn anew in each corner of the image what an edge is. A
# **convolutional layer** slides one small filter over the whole image. It needs thousands of times fewer weights, and it made computer
# vision work. In this notebook you build the layer from its definition, find its gradient, add pooling, and then turn
# the whole computation into one matrix product.
#
# **You will learn**
#
# - what padding and stride do, and how large the output is;
# - to compute a convolution and its three gradients from the definition;
# - what max pooling keeps, and where its gradient goes;
# - to lay out an image as columns (*im2col*), to add the columns back (*col2im*), and to convolve with a matrix product;
# - how much faster that is, and how much faster still the library's kernels are.
#
# **Time**: about six hours of work. The cells themselves run in about ten seconds, or in half a minute on a slow machine.
#
# **Data**: CIFAR-10 if you have fetched it (`cs231n data cifar10`), otherwise shapes10, the drawn images that come with the course. A few
# images are enough. Nothing is trained before the notebook `convnet`, and the checks use tiny arrays.
#
# From here on, images are arrays (N, C, H, W): image, channel, row, column. The **channels** of a colour image are red, green and blue.
#
# *Lecture: "Convolutional neural networks" · Paper: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
# recognition", 1998.*

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false, "task": false}
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for products this small, threads wait more than they work
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np

from cs231n_lib import checks, data, kernels, layers, mistakes, vis
from cs231n_lib.notebooks import errors

errors.explain()


def read_only(array):
    """The array, which now refuses to be written into: no answer needs to change its arguments."""
    array.flags.writeable = False
    return array


# the image and the filter of the first picture
picture_x = read_only(np.array([[[[1.0, 2.0, 0.0, 3.0], [4.0, 1.0, 0.0, 2.0], [0.0, 1.0, 5.0, 1.0]]]]))
picture_w = read_only(np.array([[[[1.0, 2.0], [0.0, -1.0]]]]))


def random_arrays(seed, *shapes):
    """An array of random numbers for each shape."""
    rng = np.random.default_rng(seed)
    return [read_only(rng.normal(size=shape)) for shape in shapes]


def distinct_array(seed, *shape):
    """An array in which no two numbers are equal or nearly equal; half of them are negative."""
    rng = np.random.default_rng(seed)
    size = int(np.prod(shape))
    return read_only((rng.permutation(size) - size // 2).reshape(shape) * 0.1 + 0.03)


def conv_problem(seed, N, C, H, W, F, HH, WW, stride=1, pad=0, easy=False):
    """Random x, w, b of these sizes and their conv_param; the right output, and a random dout of its shape.

    If easy, pixels, weights and biases are positive, and the filters are symmetric: then a flipped filter makes no difference.
    """
    x, w, b = random_arrays(seed, (N, C, H, W), (F, C, HH, WW), (F,))
    if easy:
        x, w, b = abs(x), abs(w + w[:, :, ::-1] + w[:, :, :, ::-1] + w[:, :, ::-1, ::-1]), abs(b)
    conv_param = {"stride": stride, "pad": pad}
    right = mistakes.convolution.convolve(x, w, b, conv_param)  # by Fourier transforms, which is not your way
    (dout,) = random_arrays(seed + 1000, right.shape)
    return x, w, b, conv_param, right, dout


def check_conv_gradient(name, answer, x, w, b, conv_param, dout):
    """Compare "dx", "dw" or "db" with the numeric gradient of sum(out * dout), for the right out or for your own."""
    given = {"x": x, "w": w, "b": b}
    known = mistakes.convolution.conv_backward(x, w, b, conv_param, dout)

    def loss(convolve):
        return lambda v: np.sum(convolve(*(given | {name[1]: v}).values(), conv_param) * dout)

    what = f"{name} for x {x.shape}, w {w.shape}, stride {conv_param['stride']}, pad {conv_param['pad']}"
    checks.gradient(loss(mistakes.convolution.convolve), given[name[1]], answer, what, mistakes=known,
                    or_of=loss(lambda *args: conv_forward_naive(*args)[0]))


def gradients_or_none(dout, cache):
    """What conv_backward_naive returns for this cache, or None if it fails."""
    try:
        return checks.unpack(conv_backward_naive(dout, cache), "dx, dw, db")
    except Exception:
        return None


def check_pool_gradient(dx, x, pool_param, dout):
    """Compare dx with the numeric gradient of sum(out * dout), for the right out of max pooling or for your own."""
    checks.gradient(lambda v: np.sum(mistakes.convolution.max_pool(v, pool_param) * dout), x, dx, f"dx for x {x.shape} and {pool_param}",
                    kinks=True, or_of=lambda v: np.sum(max_pool_forward_naive(v, pool_param)[0] * dout),
                    mistakes=mistakes.convolution.max_pool_backward(x, pool_param, dout))


def draw_grid(ax, numbers, title="", color="white", outline=()):
    """Numbers in squares; outline: (top, left, height, width, color) of the fields to be framed."""
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
# Four of them are enough to look at. As data, their channels come last; `photos` has the order that layers want.

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
# Put a small table of weights, the **filter** (or **kernel**), onto the image. Multiply each weight with the pixel beneath it, and add up the
# products and a bias: that is *one* number of the output. Move the filter by one pixel, and you get the next. The pixels under the filter
# are its **receptive field**, or *field* for short.

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
# In mathematics and signal processing, a *convolution* flips the filter first, from left to right and from top to bottom. What we compute is
# called a *cross-correlation* there. Deep learning does not flip, since the weights are learned anyway.
#
# ### Padding and stride
#
# The output above is smaller than the image, because a filter cannot stand half outside. To keep the size, put a border of zeros around the
# image, the **padding**: `pad` rows above and below, and as many columns left and right. And the filter need not move by one pixel: with a
# **stride** of 2 it moves by two, and the output has about half as many rows and columns.

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
# ### Exercise 1: `conv_output_size` · 3 points
#
# How many positions are there along one side? The padded side has $\mathit{size} + 2\,\mathit{pad}$ pixels. The first field takes up
# $\mathit{field}$ of them, and each stride among the rest makes room for one more:
#
# $$ \mathit{out} = \left\lfloor \frac{\mathit{size} + 2\,\mathit{pad} - \mathit{field}}{\mathit{stride}} \right\rfloor + 1 . $$
#
# By hand: 7 pixels, a field of 3, stride 2 and no padding: the fields start at pixels 0, 2 and 4, so there are 3 positions.
#
# Where the stride does not divide evenly, we **round down**, as all frameworks do. A field that does not fit even once is a mistake, and so
# are sizes that make no sense, such as a stride of 0. Raise a `ValueError`: it will help you in the next notebook.

# %% nbgrader={"grade": false, "grade_id": "conv_output_size", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv_output_size(size, field, pad, stride):
    """How many positions a field has along one side (height or width) of an image.

    Parameters, all integers: size, pixels of the image along this side, at least 1; field, pixels of the field, at least 1;
    pad, zeros added at *each* end, at least 0; stride, the step from one field to the next, at least 1.
    Returns: an int, at least 1. Raises: ValueError if the field does not fit, or an argument is smaller than it may be.

    Approach
        1. refuse arguments that are too small
        2. the length of the padded side; refuse a field that is longer
        3. the formula above, in integers

    Example: conv_output_size(5, 3, 1, 2) is 3, as in the picture on the right.
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
# Check · formula · 1 point
for size, field, pad, stride, expected in ((5, 3, 0, 1, 3), (5, 3, 1, 1, 5), (5, 3, 1, 2, 3), (7, 3, 0, 2, 3), (32, 5, 2, 1, 32)):
    checks.close(conv_output_size(size, field, pad, stride), expected,
                 f"the output size for size {size}, field {field}, pad {pad}, stride {stride}",
                 hint="The first three are the pictures above.", mistakes=mistakes.convolution.output_size(size, field, pad, stride))
checks.passed("conv_output_size", "the sizes of the pictures are right")
### BEGIN HIDDEN TESTS
for size, field, pad, stride in ((1, 1, 0, 1), (3, 3, 0, 1), (3, 3, 0, 5), (9, 1, 0, 4), (2, 6, 2, 1), (227, 11, 0, 4), (32, 3, 1, 1),
                                 (10, 2, 3, 7)):
    expected = len([start for start in range(0, size + 2 * pad, stride) if start + field <= size + 2 * pad])
    checks.equal(conv_output_size(size, field, pad, stride), expected,
                 f"the output size for size {size}, field {field}, pad {pad}, stride {stride}")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_output_size_floor", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · rounding · 1 point
for size, field, pad, stride, expected in ((10, 3, 0, 4, 2), (7, 2, 0, 3, 2), (32, 3, 1, 2, 16), (5, 2, 0, 4, 1)):
    result = conv_output_size(size, field, pad, stride)
    checks.close(result, expected, f"the output size for size {size}, field {field}, pad {pad}, stride {stride}",
                 hint="A field that sticks out is left out.", mistakes=mistakes.convolution.output_size(size, field, pad, stride))
    checks.true(isinstance(result, (int, np.integer)), mistakes.convolution.SIZE_NOT_AN_INT)
checks.passed("conv_output_size", "rounded down, to an int")
### BEGIN HIDDEN TESTS
for size in range(4, 12):
    for field, pad, stride in ((4, 0, 3), (2, 1, 5), (3, 2, 2)):
        expected = len([start for start in range(0, size + 2 * pad, stride) if start + field <= size + 2 * pad])
        result = conv_output_size(size, field, pad, stride)
        checks.equal(result, expected, f"the output size for size {size}, field {field}, pad {pad}, stride {stride}")
        checks.true(isinstance(result, (int, np.integer)), mistakes.convolution.SIZE_NOT_AN_INT)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_output_size_errors", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · errors · 1 point
checks.equal(conv_output_size(3, 5, 1, 1), 1, "the output size for size 3, field 5, pad 1 (it just fits)")
checks.raises(ValueError, "a field of 5 on a side of 3 without padding", conv_output_size, 3, 5, 0, 1,
              hint="Compare the field with the padded side before you compute.")
checks.raises(ValueError, "a field of 0", conv_output_size, 5, 0, 0, 1)
checks.raises(ValueError, "a stride of 0", conv_output_size, 5, 3, 0, 0)
checks.raises(ValueError, "a padding of -1", conv_output_size, 5, 3, -1, 1)
checks.passed("conv_output_size", "impossible sizes are refused")
### BEGIN HIDDEN TESTS
for size, field, pad, stride in ((4, 5, 0, 1), (4, 5, 0, 2), (4, 5, 0, 9), (2, 7, 2, 1), (1, 2, 0, 1)):
    checks.raises(ValueError, f"size {size}, field {field}, pad {pad}, stride {stride}: the field does not fit", conv_output_size,
                  size, field, pad, stride)
for size, field, pad, stride in ((5, 0, 0, 1), (0, 1, 1, 1), (5, 3, 0, -1), (5, 3, -2, 1)):
    checks.raises(ValueError, f"size {size}, field {field}, pad {pad}, stride {stride}", conv_output_size, size, field, pad, stride)
### END HIDDEN TESTS

# %% [markdown]
# **Question 1** · 3 points. A layer takes images of 32x32x3 and has 10 filters of 5x5 with stride 1 and padding 2. What is the shape of its output
# for one image, and how many parameters does it have? How many would a fully connected layer need for an output of the same size? Which two
# properties of the convolutional layer make the difference, and what does each assume about images?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_parameters", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# The output has 10 channels of (32 + 4 − 5)/1 + 1 = 32 rows and columns: (10, 32, 32), 10,240 numbers. Each filter has 5·5·3 = 75 weights and a
# bias, so there are 760 parameters. Fully connected: 3,072 inputs to 10,240 outputs, 3,072 · 10,240 + 10,240 = 31,467,520 parameters, about
# 41,000 times as many.
#
# *Local connections*: a unit sees 75 numbers instead of 3,072. This assumes that what belongs together lies close together. *Shared weights*: the
# same filter at all 1,024 positions. This assumes that what is worth finding in one place is worth finding anywhere, so that a shifted image
# gives a shifted output.
#
# Scheme
#
# - [1] the output (10, 32, 32) and 760 parameters
# - [1] about 31.5 million parameters for the fully connected layer
# - [1] local connections and shared weights, each with what it assumes
# ### END SOLUTION

# %% [markdown]
# ### Exercise 2: `conv_forward_naive` · 10 points
#
# Real layers see all channels at once and have many filters. A filter `w[f]` has as many channels as the image, and the products are added up
# over the channels as well: one filter makes *one* channel of the output, its **activation map**. With the stride $s$, and $\tilde x$ for the
# padded images,
#
# $$ \mathrm{out}[n, f, i, j] = b_f + \sum_{c,\,k,\,l} w[f, c, k, l] \; \tilde x[n, c, \, i s + k, \, j s + l] . $$
#
# Write it with plain loops over $n$, $f$, $i$ and $j$. The first picture is the example by hand.

# %% nbgrader={"grade": false, "grade_id": "conv_forward_naive", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv_forward_naive(x, w, b, conv_param):
    """Convolution by its definition: slide each filter over each image.

    Parameters: x (N, C, H, W), images of floats or uint8; w (F, C, HH, WW), filters; b (F,), biases;
    conv_param, a dict with "stride" and "pad", which both hold for rows and columns.
    Returns: out (N, F, out_h, out_w), float32 if x, w and b are, else float64; cache, whatever conv_backward_naive needs.

    Approach
        1. out_h and out_w by conv_output_size; an array of zeros for out
        2. the images with their border: `np.pad` takes a pair of widths for every axis, and images and channels get no border
        3. four loops; inside, one field (C, HH, WW), times the filter, added up, plus the bias
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


# %% nbgrader={"grade": true, "grade_id": "test_conv_forward_naive_values", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · the picture · 2 points
### BEGIN HIDDEN TESTS
def positions(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1 or field > size + 2 * pad:
        raise ValueError("the field does not fit")
    return len(range(0, size + 2 * pad - field + 1, stride))


def sizes_are_right():
    cases = [case for case in np.ndindex(8, 6, 3, 4) if min(case[0], case[1], case[3]) > 0 and case[1] <= case[0] + 2 * case[2]]
    return all(conv_output_size(*case) == positions(*case) and isinstance(conv_output_size(*case), int) for case in cases)


checks.lend(conv_forward_naive, sizes_are_right, conv_output_size=positions)
### END HIDDEN TESTS
x, b, conv_param = picture_x, np.zeros(1), {"stride": 1, "pad": 0}
for w, expected, what in ((picture_w, [[4, 2, 4], [5, -4, 3]], "out for the image and the filter of the picture"),
                          (np.array([[[[1.0, 10.0, 100.0]]]]), [[21, 302], [14, 201], [510, 151]], "out for the same image and a filter of 1x3")):
    out, cache = checks.unpack(checks.own_work(conv_forward_naive, x, w, b, conv_param), "out, cache")
    checks.close(out, [[expected]], what, mistakes=mistakes.convolution.conv_forward(x, w, b, conv_param))
checks.passed("conv_forward_naive", "the picture is right")
### BEGIN HIDDEN TESTS
# a row, a column, a single pixel, and a filter as large as the image, too
for seed, H, W, HH, WW in ((1, 5, 6, 3, 2), (2, 4, 7, 2, 4), (3, 3, 3, 3, 3), (4, 6, 2, 1, 2), (5, 1, 5, 1, 3), (6, 5, 1, 2, 1),
                           (7, 1, 1, 1, 1), (8, 4, 3, 4, 3)):
    x, w, b, conv_param, right, dout = conv_problem(seed, 1, 1, H, W, 1, HH, WW)
    right = right - b[0]
    out, cache = checks.unpack(conv_forward_naive(x, w, 0 * b, conv_param), "out, cache")
    checks.close(out, right, f"out for an image of {H}x{W} and a filter of {HH}x{WW}",
                 mistakes=mistakes.convolution.conv_forward(x, w, 0 * b, conv_param))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_forward_naive_channels", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · channels and biases · 2 points
x, w, b, conv_param, right, dout = conv_problem(10, N=2, C=3, H=2, W=4, F=4, HH=1, WW=1, easy=True)
# with filters of 1x1, a convolution is a matrix product at every pixel
products = (w[:, :, 0, 0] @ x.reshape(2, 3, 8)).reshape(2, 4, 2, 4)
out, cache = checks.unpack(checks.own_work(conv_forward_naive, x, w, b, conv_param), "out, cache")
checks.close(out, products + b.reshape(4, 1, 1), "out for 3 channels and 4 filters of 1x1",
             mistakes=mistakes.convolution.conv_forward(x, w, b, conv_param))
checks.passed("conv_forward_naive", "channels are added up, and every filter has its bias")
### BEGIN HIDDEN TESTS
for seed, N, C, F, HH, WW in ((11, 2, 2, 3, 2, 3), (12, 1, 4, 1, 3, 2), (13, 3, 1, 2, 2, 2), (14, 2, 3, 3, 3, 3)):
    x, w, b, conv_param, right, dout = conv_problem(seed, N, C, 4, 5, F, HH, WW, easy=True)
    out, cache = checks.unpack(conv_forward_naive(x, w, b, conv_param), "out, cache")
    checks.close(out, right, f"out for {N} images, {C} channels, {F} filters of {HH}x{WW}",
                 mistakes=mistakes.convolution.conv_forward(x, w, b, conv_param))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_forward_naive_padding", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · padding · 2 points
x, b, conv_param = np.ones((1, 1, 3, 3)), np.zeros(1), {"stride": 1, "pad": 1}
for shape, expected in (((1, 1, 3, 3), [[4, 6, 4], [6, 9, 6], [4, 6, 4]]),  # a corner sees 4 pixels of the image, the centre all 9
                        ((1, 1, 1, 3), [[0, 0, 0], [2, 3, 2], [2, 3, 2], [2, 3, 2], [0, 0, 0]])):
    out, cache = checks.unpack(checks.own_work(conv_forward_naive, x, np.ones(shape), b, conv_param), "out, cache")
    checks.close(out, [[expected]], f"out for an image of ones and a filter of {shape[2]}x{shape[3]} ones with pad=1",
                 mistakes=mistakes.convolution.conv_forward(x, np.ones(shape), b, conv_param))
checks.passed("conv_forward_naive", "a border of zeros at both ends of both sides")
### BEGIN HIDDEN TESTS
for seed, H, W, HH, WW, pad in ((21, 4, 5, 3, 3, 1), (22, 3, 6, 3, 2, 2), (23, 2, 1, 4, 3, 1), (24, 5, 4, 2, 5, 3), (25, 1, 1, 3, 3, 1),
                                (26, 1, 4, 3, 3, 2)):
    x, w, b, conv_param, right, dout = conv_problem(seed, 1, 1, H, W, 1, HH, WW, pad=pad, easy=True)
    out, cache = checks.unpack(conv_forward_naive(x, w, 0 * b, conv_param), "out, cache")
    checks.close(out, right - b[0], f"out for an image of {H}x{W}, a filter of {HH}x{WW} and pad={pad}",
                 mistakes=mistakes.convolution.conv_forward(x, w, 0 * b, conv_param))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_forward_naive_stride", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · stride · 2 points
x, b = np.arange(35.0).reshape(1, 1, 5, 7), np.zeros(1)
for w, stride, expected in ((np.ones((1, 1, 1, 1)), 2, [[0, 2, 4, 6], [14, 16, 18, 20], [28, 30, 32, 34]]),  # this filter copies the image
                            (np.ones((1, 1, 2, 2)), 3, [[16, 28], [100, 112]])):  # fields start in rows 0 and 3 and columns 0 and 3
    conv_param = {"stride": stride, "pad": 0}
    out, cache = checks.unpack(checks.own_work(conv_forward_naive, x, w, b, conv_param), "out, cache")
    checks.close(out, [[expected]], f"out for pixels 0..34 in 5 rows of 7, a filter of {w.shape[2]}x{w.shape[3]} ones and stride {stride}",
                 mistakes=mistakes.convolution.conv_forward(x, w, b, conv_param))
checks.passed("conv_forward_naive", "fields move by the stride, down and to the right")
### BEGIN HIDDEN TESTS
for seed, H, W, HH, WW, stride in ((31, 5, 7, 3, 2, 2), (32, 7, 6, 2, 3, 3), (33, 4, 9, 3, 3, 2), (34, 3, 3, 2, 2, 4), (35, 1, 6, 1, 2, 2),
                                   (36, 6, 1, 3, 1, 3)):
    x, w, b, conv_param, right, dout = conv_problem(seed, 1, 1, H, W, 1, HH, WW, stride, easy=True)
    out, cache = checks.unpack(conv_forward_naive(x, w, 0 * b, conv_param), "out, cache")
    checks.close(out, right - b[0], f"out for an image of {H}x{W}, a filter of {HH}x{WW} and stride {stride}",
                 mistakes=mistakes.convolution.conv_forward(x, w, 0 * b, conv_param))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_forward_naive_both", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · stride and padding · 1 point
x, w, b, conv_param = np.arange(35.0).reshape(1, 1, 5, 7), np.ones((1, 1, 1, 1)), np.zeros(1), {"stride": 2, "pad": 1}
out, cache = checks.unpack(checks.own_work(conv_forward_naive, x, w, b, conv_param), "out, cache")
expected = [[0, 0, 0, 0, 0], [0, 8, 10, 12, 0], [0, 22, 24, 26, 0], [0, 0, 0, 0, 0]]  # the first field is in the border
checks.close(out, [[expected]], "out for pixels 0..34 in 5 rows of 7, a filter of 1x1, stride 2 and pad 1",
             mistakes=mistakes.convolution.conv_forward(x, w, b, conv_param))
checks.passed("conv_forward_naive", "stride and padding together")
### BEGIN HIDDEN TESTS
for seed, N, C, H, W, F, HH, WW, stride, pad in ((41, 2, 2, 5, 7, 3, 3, 2, 2, 1), (42, 1, 2, 3, 3, 2, 2, 2, 4, 2),
                                                 (43, 2, 1, 6, 4, 2, 2, 3, 3, 2)):
    x, w, b, conv_param, right, dout = conv_problem(seed, N, C, H, W, F, HH, WW, stride, pad)
    out, cache = checks.unpack(conv_forward_naive(x, w, b, conv_param), "out, cache")
    checks.close(out, right, f"out for images of {H}x{W}, filters of {HH}x{WW}, stride {stride} and pad {pad}",
                 mistakes=mistakes.convolution.conv_forward(x, w, b, conv_param))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_forward_naive_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · types · 1 point
x, w, b, conv_param, right, dout = conv_problem(50, N=1, C=2, H=4, W=5, F=3, HH=2, WW=3, easy=True)
result, after = checks.call(conv_forward_naive, x, w, b, conv_param)
for name, before, now in zip(("x", "w", "b"), (x, w, b), after):
    checks.unchanged(now, before, name)
for kind in (np.float64, np.float32):
    out, cache = checks.unpack(conv_forward_naive(x.astype(kind), w.astype(kind), b.astype(kind), conv_param), "out, cache")
    checks.dtype(out, kind, f"out for arrays of {kind.__name__}", hint="np.zeros makes float64 unless you give it a dtype.")
    checks.resembles(out, right, "out")
checks.passed("conv_forward_naive", "arguments stay as they are, and float32 stays float32")
### BEGIN HIDDEN TESTS
plain, cache = conv_forward_naive(x, w, b, conv_param)
for name, same in (("Fortran order", np.asfortranarray(x)),
                   ("channels last", np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)),
                   ("a view", np.repeat(x, 2, axis=3)[:, :, :, ::2])):
    out, cache = conv_forward_naive(same, w, b, conv_param)
    checks.close(out, plain, f"out for images in another memory order ({name})")
pixels = np.arange(40, dtype=np.uint8).reshape(1, 2, 4, 5) * 6
of_floats, cache = conv_forward_naive(pixels.astype(np.float64), w, b, conv_param)
of_pixels, cache = conv_forward_naive(pixels, w, b, conv_param)
checks.close(of_pixels, of_floats, "out for pixels of dtype uint8", hint="Is out an array of floats, whatever the dtype of x?")
### END HIDDEN TESTS

# %% [markdown]
# ### Filters made by hand
#
# What can filters of 3x3 do? Here are four of them on four images. The first adds up red, green and blue with weights like those of the
# eye. The second takes the mean of the same grey over the field. The last two subtract what is below from what is above, or what is right from
# what is left: only **edges** remain, and a bias of 128 puts the zero at middle grey. (The dark and bright rims are edges, too: there the image
# meets the zeros of the padding.) A network finds filters like these by itself.

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
for ax, title in zip(axes[0], ("image", "grey", "blurred", "horizontal edges", "vertical edges")):
    ax.set_title(title, fontsize=10)
for ax in axes.flat:
    ax.axis("off")

# %% tags=["skip-execution"]
# Your turn (nothing here is graded): change the nine weights, the bias or the stride, and see what the filter finds.
my_filter = np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]])  # try [[0, -1, 0], [-1, 5, -1], [0, -1, 0]] with a bias of 0
my_bias, my_stride = 128.0, 1
found, _ = conv_forward_naive(photos, gray[None] * my_filter, np.array([my_bias]), {"stride": my_stride, "pad": 1})
fig, axes = plt.subplots(1, 4, figsize=(8.5, 2.2), layout="constrained")
for ax, values in zip(axes, found[:, 0]):
    ax.imshow(values, cmap="gray", vmin=0, vmax=255)
    ax.axis("off")

# %% [markdown]
# ## The way back
#
# The loss says how it changes with each output: `dout[n, f, i, j]`. **Backpropagation** through this layer asks how it changes with the biases, the
# weights and the pixels. Take the sum of exercise 2, and ask where each of them occurs.
#
# - A **bias** is added to every output of its filter, in all images, at all positions. It collects all of their `dout`.
# - A **weight** is multiplied by a pixel at every position. So a filter collects `dout[n, f, i, j]` times the field, added up over images and
#   positions.
# - A **pixel** lies in several fields and is seen by all filters. Each position sends `dout[n, f, i, j]` times the filter back to where its field
#   was. Where fields overlap, the contributions **add up**.
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
# ### Exercise 3: `conv_backward_naive` · 10 points
#
# It is easiest to collect the gradient of the *padded* images first. The border is not part of `x`, so it is cut off at the end: `dx` has the
# shape of `x`. (A slice that ends at `-pad` is a trap: think of `pad=0`.)
#
# By hand, for the first picture: let `dout` be 1 at the first position, 10 at the last and 0 elsewhere. Then `db` is 11, and `dw` is the first field plus
# ten times the last one, [[1, 2], [4, 1]] + 10 · [[0, 2], [5, 1]] = [[1, 22], [54, 11]].
#
# The checks take the loss $\sum \mathrm{out} \cdot \mathrm{dout}$ with a random `dout`: its gradient with respect to `out` is just that `dout`. They
# compare your gradients with numeric ones, of the right output or of your own `conv_forward_naive`.

# %% nbgrader={"grade": false, "grade_id": "conv_backward_naive", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv_backward_naive(dout, cache):
    """The gradients of conv_forward_naive.

    Parameters: dout (N, F, out_h, out_w), the gradient of the loss with respect to out; cache, from conv_forward_naive.
    Returns: dx (N, C, H, W), dw (F, C, HH, WW) and db (F,), float32 if everything was float32, else float64.

    Approach
        1. db is a sum over three axes of dout
        2. the loops of the forward pass; each position adds its share to the gradient of its filter, and of its field
        3. cut the border off
    """
    ### BEGIN SOLUTION
    x, w, *_, conv_param = cache
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


# %% nbgrader={"grade": true, "grade_id": "test_conv_backward_naive_dw", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · weights · 2 points
### BEGIN HIDDEN TESTS
def positions(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1 or field > size + 2 * pad:
        raise ValueError("the field does not fit")
    return len(range(0, size + 2 * pad - field + 1, stride))


def sizes_are_right():
    cases = [case for case in np.ndindex(8, 6, 3, 4) if min(case[0], case[1], case[3]) > 0 and case[1] <= case[0] + 2 * case[2]]
    return all(conv_output_size(*case) == positions(*case) and isinstance(conv_output_size(*case), int) for case in cases)


checks.lend(conv_backward_naive, sizes_are_right, conv_output_size=positions)
### END HIDDEN TESTS
conv_param, dout = {"stride": 1, "pad": 0}, np.array([[[[1.0, 0.0, 0.0], [0.0, 0.0, 10.0]]]])
out, cache = checks.forward_pass(conv_forward_naive, picture_x, picture_w, np.zeros(1), conv_param)
dx, dw, db = checks.unpack(checks.own_work(conv_backward_naive, dout, cache), "dx, dw, db")
checks.close(dw, [[[[1, 22], [54, 11]]]], "dw of the picture: the first field plus 10 times the last",
             mistakes=mistakes.convolution.conv_backward(picture_x, picture_w, np.zeros(1), conv_param, dout))
x, w, b, conv_param, right, dout = conv_problem(70, N=2, C=2, H=4, W=5, F=3, HH=3, WW=2)
out, cache = checks.forward_pass(conv_forward_naive, x, w, b, conv_param)
dx, dw, db = checks.unpack(conv_backward_naive(dout, cache), "dx, dw, db")
check_conv_gradient("dw", dw, x, w, b, conv_param, dout)
x, w, b, conv_param, right, dout = conv_problem(79, N=1, C=4, H=3, W=3, F=1, HH=3, WW=3)  # a single output, but 36 numbers in dw
out, cache = checks.forward_pass(conv_forward_naive, x, w, b, conv_param)
checks.derived(conv_backward_naive, dout, cache, size=w.size)
checks.passed("conv_backward_naive", "dw agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, N, C, H, W, F, HH, WW in ((71, 1, 3, 4, 4, 2, 2, 3), (72, 3, 1, 4, 4, 1, 3, 3), (73, 2, 2, 1, 4, 2, 1, 2),
                                    (74, 2, 1, 3, 2, 2, 3, 2), (75, 2, 2, 3, 1, 2, 2, 1)):
    x, w, b, conv_param, right, dout = conv_problem(seed, N, C, H, W, F, HH, WW)
    out, cache = checks.forward_pass(conv_forward_naive, x, w, b, conv_param)
    dx, dw, db = checks.unpack(conv_backward_naive(dout, cache), "dx, dw, db")
    check_conv_gradient("dw", dw, x, w, b, conv_param, dout)
out, cache = checks.forward_pass(conv_forward_naive, x, 2.0**50 * w, b, conv_param)
dx, scaled, db = checks.unpack(conv_backward_naive(dout, cache), "dx, dw, db")
checks.analytic(scaled, dw, "dw for a w 2**50 times as large, on which dw does not depend")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_backward_naive_db", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · biases · 1 point
x, w, b, conv_param, right, dout = conv_problem(60, N=2, C=2, H=4, W=5, F=4, HH=2, WW=3)
out, cache = checks.forward_pass(conv_forward_naive, x, w, b, conv_param)
dx, dw, db = checks.unpack(checks.own_work(conv_backward_naive, dout, cache), "dx, dw, db")
check_conv_gradient("db", db, x, w, b, conv_param, dout)
checks.passed("conv_backward_naive", "db agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, N, C, H, W, F, HH, WW in ((61, 1, 2, 3, 5, 2, 2, 3), (62, 3, 1, 4, 5, 3, 2, 3), (63, 2, 2, 2, 6, 1, 2, 3), (64, 3, 1, 1, 3, 3, 1, 1)):
    x, w, b, conv_param, right, dout = conv_problem(seed, N, C, H, W, F, HH, WW)
    out, cache = checks.forward_pass(conv_forward_naive, x, w, b, conv_param)
    dx, dw, db = checks.unpack(conv_backward_naive(dout, cache), "dx, dw, db")
    check_conv_gradient("db", db, x, w, b, conv_param, dout)
out, cache = checks.forward_pass(conv_forward_naive, x, w, 2.0**50 * b, conv_param)
dx, dw, scaled = checks.unpack(conv_backward_naive(dout, cache), "dx, dw, db")
checks.analytic(scaled, db, "db for a b 2**50 times as large, on which db does not depend")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_backward_naive_dx", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · pixels · 2 points
x, w, b, conv_param, right, dout = conv_problem(80, N=2, C=2, H=4, W=3, F=3, HH=3, WW=2)
out, cache = checks.forward_pass(conv_forward_naive, x, w, b, conv_param)
dx, dw, db = checks.unpack(checks.own_work(conv_backward_naive, dout, cache), "dx, dw, db")
checks.true(np.size(dx) > 0, mistakes.convolution.EMPTY_SLICE)
check_conv_gradient("dx", dx, x, w, b, conv_param, dout)
x, w, b, conv_param, right, dout = conv_problem(89, N=1, C=4, H=3, W=3, F=1, HH=3, WW=3)  # a single output, but 36 numbers in dx
out, cache = checks.forward_pass(conv_forward_naive, x, w, b, conv_param)
checks.derived(conv_backward_naive, dout, cache, size=x.size)
checks.passed("conv_backward_naive", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
for seed, N, C, H, W, F, HH, WW in ((81, 1, 3, 4, 4, 2, 2, 3), (82, 3, 1, 4, 4, 1, 3, 3), (83, 2, 2, 1, 4, 2, 1, 2),
                                    (84, 2, 1, 3, 2, 2, 3, 2), (85, 2, 2, 3, 1, 2, 2, 1)):
    x, w, b, conv_param, right, dout = conv_problem(seed, N, C, H, W, F, HH, WW)
    out, cache = checks.forward_pass(conv_forward_naive, x, w, b, conv_param)
    dx, dw, db = checks.unpack(conv_backward_naive(dout, cache), "dx, dw, db")
    check_conv_gradient("dx", dx, x, w, b, conv_param, dout)
out, cache = checks.forward_pass(conv_forward_naive, 2.0**50 * x, w, b, conv_param)
scaled, dw, db = checks.unpack(conv_backward_naive(dout, cache), "dx, dw, db")
checks.analytic(scaled, dx, "dx for an x 2**50 times as large, on which dx does not depend")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_backward_naive_padding", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · padding · 2 points
conv_param, dout = {"stride": 1, "pad": 1}, np.zeros((1, 1, 4, 5))
dout[0, 0, 3, 4] = 10.0  # only the last field, of which one pixel is in the image: the 1 at its lower right corner
w = np.ones((1, 1, 2, 2))
out, cache = checks.forward_pass(conv_forward_naive, picture_x, w, np.zeros(1), conv_param)
dx, dw, db = checks.unpack(checks.own_work(conv_backward_naive, dout, cache), "dx, dw, db")
known = list(mistakes.convolution.conv_backward(picture_x, w, np.zeros(1), conv_param, dout))
checks.close(dw, [[[[10, 0], [0, 0]]]], "dw of the picture with pad 1", mistakes=known)
checks.close(dx, [[[[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 10]]]], "dx of the picture with pad 1", mistakes=known)
checks.passed("conv_backward_naive", "dx and dw are right with padding")
### BEGIN HIDDEN TESTS
# one position, so that this is about the border alone; a single pixel, and more padding than the stride, too
for seed, H, W, HH, WW, pad in ((91, 2, 3, 4, 5, 1), (92, 2, 1, 6, 5, 2), (93, 1, 1, 5, 5, 2), (94, 1, 4, 3, 6, 1)):
    x, w, b, conv_param, right, dout = conv_problem(seed, 1, 2, H, W, 1, HH, WW, pad=pad, easy=True)
    out, cache = checks.forward_pass(conv_forward_naive, x, w, b, conv_param)
    dx, dw, db = checks.unpack(conv_backward_naive(dout, cache), "dx, dw, db")
    check_conv_gradient("dw", dw, x, w, b, conv_param, dout)
    check_conv_gradient("dx", dx, x, w, b, conv_param, dout)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_backward_naive_stride", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · stride · 1 point
x, w = np.arange(35.0).reshape(1, 1, 5, 7), np.array([[1.0, 2.0, 1.0], [1.0, 2.0, 1.0]]).reshape(1, 1, 2, 3)
conv_param, dout = {"stride": 2, "pad": 0}, np.array([[[[0.0, 0.0, 0.0], [0.0, 0.0, 1.0]]]])  # only the last field: rows 2 and 3, columns 4 to 6
out, cache = checks.forward_pass(conv_forward_naive, x, w, np.zeros(1), conv_param)
dx, dw, db = checks.unpack(checks.own_work(conv_backward_naive, dout, cache), "dx, dw, db")
known = list(mistakes.convolution.conv_backward(x, w, np.zeros(1), conv_param, dout))
checks.close(dw, [[[[18, 19, 20], [25, 26, 27]]]], "dw for pixels 0..34 in 5 rows of 7 and stride 2", mistakes=known)
checks.close(dx, np.pad([[1, 2, 1], [1, 2, 1]], ((2, 1), (4, 0)))[None, None], "dx for filters of 2x3 and stride 2", mistakes=known)
checks.passed("conv_backward_naive", "dx and dw are right with stride 2")
### BEGIN HIDDEN TESTS
for seed, H, W, HH, WW, stride in ((101, 5, 6, 2, 3, 2), (102, 7, 6, 2, 2, 3), (103, 6, 4, 3, 2, 2), (104, 1, 6, 1, 2, 2)):
    x, w, b, conv_param, right, dout = conv_problem(seed, 1, 1, H, W, 1, HH, WW, stride, easy=True)
    dout = dout * np.pad([[1]], ((dout.shape[2] - 1, 0), (dout.shape[3] - 1, 0)))  # the last position only
    out, cache = checks.forward_pass(conv_forward_naive, x, w, b, conv_param)
    dx, dw, db = checks.unpack(conv_backward_naive(dout, cache), "dx, dw, db")
    check_conv_gradient("dw", dw, x, w, b, conv_param, dout)
    check_conv_gradient("dx", dx, x, w, b, conv_param, dout)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_backward_naive_both", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · everything together · 1 point
x, w, b, conv_param, right, dout = conv_problem(105, N=2, C=2, H=3, W=4, F=3, HH=2, WW=3, stride=2, pad=1)
out, cache = checks.forward_pass(conv_forward_naive, x, w, b, conv_param)
dx, dw, db = checks.unpack(checks.own_work(conv_backward_naive, dout, cache), "dx, dw, db")
for name, answer in (("dx", dx), ("dw", dw), ("db", db)):
    check_conv_gradient(name, answer, x, w, b, conv_param, dout)
checks.passed("conv_backward_naive", "all gradients are right with stride and padding")
### BEGIN HIDDEN TESTS
for seed, H, W, HH, WW, stride, pad in ((106, 4, 5, 2, 3, 2, 1), (107, 5, 6, 3, 3, 3, 2), (108, 3, 4, 3, 2, 1, 2), (109, 1, 2, 3, 3, 1, 1)):
    x, w, b, conv_param, right, dout = conv_problem(seed, 2, 2, H, W, 2, HH, WW, stride, pad)
    out, cache = checks.forward_pass(conv_forward_naive, x, w, b, conv_param)
    dx, dw, db = checks.unpack(conv_backward_naive(dout, cache), "dx, dw, db")
    for name, answer in (("dx", dx), ("dw", dw), ("db", db)):
        check_conv_gradient(name, answer, x, w, b, conv_param, dout)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_backward_naive_inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · types · 1 point
x, w, b, conv_param, right, dout = conv_problem(110, N=2, C=2, H=3, W=4, F=3, HH=2, WW=3, pad=1)
for kind in (np.float64, np.float32):
    out, cache = checks.forward_pass(conv_forward_naive, x.astype(kind), w.astype(kind), b.astype(kind), conv_param)
    result, (dout_after, _) = checks.call(conv_backward_naive, dout.astype(kind), cache)
    checks.unchanged(dout_after, dout.astype(kind), "dout")
    again = checks.unpack(conv_backward_naive(dout.astype(kind), cache), "dx, dw, db")
    for name, first, second in zip(("dx", "dw", "db"), checks.unpack(result, "dx, dw, db"), again):
        checks.dtype(first, kind, f"{name} of {kind.__name__} arrays")
        checks.close(second, first, f"{name} of a second call with the same cache", hint="The cache should hold after the call what it held before.")
checks.passed("conv_backward_naive", "dout and the cache stay as they are, and float32 stays float32")
### BEGIN HIDDEN TESTS
out, cache = checks.forward_pass(conv_forward_naive, x, w, b, conv_param)
plain = conv_backward_naive(dout, cache)
of_zero, of_fortran = conv_backward_naive(0 * dout, cache), conv_backward_naive(np.asfortranarray(dout), cache)
for name, zero, other, expected in zip(("dx", "dw", "db"), of_zero, of_fortran, plain):
    checks.close(zero, np.zeros(np.shape(expected)), f"{name} for dout = 0")
    checks.close(other, expected, f"{name} for a dout in Fortran order")
checks.resembles(plain[2], dout.sum(axis=(0, 2, 3)), "db of conv_backward_naive")
### END HIDDEN TESTS

# %% [markdown]
# **Question 2** · 2 points. Images of 32x32 go through a layer with fields of 3x3, stride 2 and no padding. Which pixels have a gradient of exactly
# 0, whatever `dout` is, and why? Name two ways to choose the layer so that every pixel counts.

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_unseen_pixels", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# There are floor((32 − 3)/2) + 1 = 15 positions along each side; the last field takes up pixels 28 to 30. The last row and the last column,
# number 31, are in no field. They occur nowhere in the output, so the loss does not depend on them, and their gradient is 0.
#
# For instance: padding 1 (16 positions; padded pixels 0 to 32, that is up to pixel 31 of the image), stride 1, fields of 2x2 or 4x4 with stride 2,
# or images of 33x33.
#
# Scheme
#
# - [1] the last row and the last column, because the 15 fields of a side do not reach them
# - [1] two remedies that work
# ### END SOLUTION

# %% [markdown]
# ## Max pooling
#
# A **pooling** layer makes activation maps smaller: of every window it keeps the largest value, in each channel by itself. *Whether* an edge is
# there matters more than where exactly. The layer has nothing to learn, and no padding.

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
# The two on the right show the way back: the largest value of a window gets the gradient of that window, all others get 0. In the green window the
# 2 occurs twice, and its first occurrence gets everything.
#
# ### Exercise 4: `max_pool_forward_naive` · 5 points
#
# The windows need not be square, and they may overlap: windows of 3x3 with stride 2 do. The size of the output is that of exercise 1,
# without padding. The picture is the example by hand.

# %% nbgrader={"grade": false, "grade_id": "max_pool_forward_naive", "locked": false, "schema_version": 3, "solution": true, "task": false}
def max_pool_forward_naive(x, pool_param):
    """The largest value of each window, by the definition.

    Parameters: x (N, C, H, W); pool_param, a dict with "pool_height" and "pool_width", the size of a window, and "stride".
    Returns: out (N, C, out_h, out_w); cache, whatever max_pool_backward_naive needs.

    Approach
        1. out_h and out_w by conv_output_size with padding 0
        2. two loops over the positions; one slice is the same window of all images and channels
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
# Check · the picture · 2 points
### BEGIN HIDDEN TESTS
def positions(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1 or field > size + 2 * pad:
        raise ValueError("the field does not fit")
    return len(range(0, size + 2 * pad - field + 1, stride))


def sizes_are_right():
    cases = [case for case in np.ndindex(8, 6, 3, 4) if min(case[0], case[1], case[3]) > 0 and case[1] <= case[0] + 2 * case[2]]
    return all(conv_output_size(*case) == positions(*case) and isinstance(conv_output_size(*case), int) for case in cases)


checks.lend(max_pool_forward_naive, sizes_are_right, conv_output_size=positions)
### END HIDDEN TESTS
x = np.array([[1.0, 3.0, 2.0, 0.0], [5.0, 4.0, 1.0, 1.0], [0.0, 2.0, 7.0, 6.0], [1.0, 2.0, 3.0, 8.0]])
six = np.stack([x, x[::-1], 10 * x, x.T, x + 1, -x + 10]).reshape(2, 3, 4, 4)  # two images of three channels
pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
for images, expected in ((x.reshape(1, 1, 4, 4), [[[[5, 2], [2, 8]]]]),
                         (six, [[[[5, 2], [2, 8]], [[2, 8], [5, 2]], [[50, 20], [20, 80]]],
                                [[[5, 2], [2, 8]], [[6, 3], [3, 9]], [[9, 10], [10, 7]]]])):
    out, cache = checks.unpack(checks.own_work(max_pool_forward_naive, images, pool_param), "out, cache")
    checks.close(out, expected, f"out for x {images.shape}", mistakes=mistakes.convolution.max_pool_forward(images, pool_param))
checks.passed("max_pool_forward_naive", "the largest value of each window of each channel")
### BEGIN HIDDEN TESTS
for seed, N, C, H, W in ((120, 2, 3, 4, 6), (121, 1, 1, 2, 2), (122, 3, 2, 6, 4)):
    (x,) = random_arrays(seed, (N, C, H, W))
    x = x + 5  # what happens to negative values is tested below
    out, cache = checks.unpack(max_pool_forward_naive(x, pool_param), "out, cache")
    checks.close(out, mistakes.convolution.max_pool(x, pool_param), f"out for x {x.shape}",
                 mistakes=mistakes.convolution.max_pool_forward(x, pool_param))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_max_pool_forward_naive_windows", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · windows of any shape · 2 points
x = np.array([[1.0, 9.0, 2.0, 3.0, 4.0], [0.0, 5.0, 8.0, 7.0, 6.0], [3.0, 2.0, 1.0, 0.0, 10.0]]).reshape(1, 1, 3, 5)
for height, width, stride, expected in ((3, 3, 1, [[9, 9, 10]]), (2, 3, 2, [[9, 8]]), (1, 2, 1, [[9, 9, 3, 4], [5, 8, 8, 7], [3, 2, 1, 10]]),
                                        (3, 1, 2, [[3, 8, 10]]), (1, 1, 3, [[1, 3]])):
    pool_param = {"pool_height": height, "pool_width": width, "stride": stride}
    out, cache = checks.unpack(checks.own_work(max_pool_forward_naive, x, pool_param), "out, cache")
    checks.close(out, [[expected]], f"out for an image of 3x5, windows of {height}x{width} and stride {stride}",
                 hint="Windows may be wide or tall, and may overlap.", mistakes=mistakes.convolution.max_pool_forward(x, pool_param))
checks.passed("max_pool_forward_naive", "windows of any shape, with any stride")
### BEGIN HIDDEN TESTS
# a row, a column, and a window as large as the image, too
for seed, H, W, height, width, stride in ((130, 7, 7, 3, 3, 2), (131, 5, 8, 2, 4, 1), (132, 6, 5, 4, 2, 3), (133, 8, 4, 2, 2, 3),
                                          (134, 1, 5, 1, 2, 2),
                                          (135, 5, 1, 3, 1, 1), (136, 3, 4, 3, 4, 2), (137, 1, 1, 1, 1, 1)):
    (x,) = random_arrays(seed, (2, 2, H, W))
    x, pool_param = x + 5, {"pool_height": height, "pool_width": width, "stride": stride}
    out, cache = checks.unpack(max_pool_forward_naive(x, pool_param), "out, cache")
    checks.close(out, mistakes.convolution.max_pool(x, pool_param), f"out for images of {H}x{W}, windows of {height}x{width} and stride {stride}",
                 mistakes=mistakes.convolution.max_pool_forward(x, pool_param))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_max_pool_forward_naive_negative", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · negative values · 1 point
x, pool_param = -np.array([[[[4.0, 3.0, 2.0, 8.0], [5.0, 6.0, 1.0, 7.0]]]]), {"pool_height": 2, "pool_width": 2, "stride": 2}
result, (x_after, _) = checks.call(max_pool_forward_naive, x, pool_param)
out, cache = checks.unpack(result, "out, cache")
checks.close(out, [[[[-3, -1]]]], "out for negative values", mistakes=mistakes.convolution.max_pool_forward(x, pool_param))
checks.unchanged(x_after, x, "x")
checks.passed("max_pool_forward_naive", "negative values have a largest, too")
### BEGIN HIDDEN TESTS
x = -np.arange(1.0, 17.0).reshape(1, 1, 4, 4) * 1e6
out, cache = checks.unpack(max_pool_forward_naive(x, {"pool_height": 2, "pool_width": 2, "stride": 2}), "out, cache")
checks.close(out, x[:, :, ::2, ::2], "out for large negative values")
x, pool_param = distinct_array(140, 2, 2, 4, 5), {"pool_height": 2, "pool_width": 3, "stride": 2}
result, (x_after, _) = checks.call(max_pool_forward_naive, x, pool_param)
checks.unchanged(x_after, x, "x")
plain, cache = checks.unpack(result, "out, cache")
out, cache = checks.unpack(max_pool_forward_naive(np.asfortranarray(x.astype(np.float32)), pool_param), "out, cache")
checks.close(out, plain, "out for images of float32 in Fortran order", rtol=1e-5)
pixels = np.arange(200, 220, dtype=np.uint8).reshape(1, 1, 4, 5)
out, cache = checks.unpack(max_pool_forward_naive(pixels, {"pool_height": 2, "pool_width": 2, "stride": 2}), "out, cache")
checks.equal(out, [[[[206, 208], [216, 218]]]], "out for pixels of dtype uint8")
### END HIDDEN TESTS

# %% [markdown]
# Here are the images again, pooled once, twice and three times. The maximum of each channel favours what is bright: bright parts grow, and dark parts on
# bright ground shrink and may vanish. In a network, channels are feature detectors ("an edge here"), not colours, and for those this is just right.

# %% nbgrader={"grade": false, "grade_id": "demo_pooling", "locked": true, "schema_version": 3, "solution": false, "task": false} tags=["skip-execution"]
fig, axes = plt.subplots(4, 4, figsize=(7, 7), layout="constrained")
pooled = photos
for column in range(4):
    for ax, picture in zip(axes[:, column], pooled):
        ax.imshow(picture.transpose(1, 2, 0))
        ax.axis("off")
    axes[0, column].set_title("x".join(map(str, pooled.shape[2:])) + " pixels", fontsize=10)
    pooled = max_pool_forward_naive(pooled, {"pool_height": 2, "pool_width": 2, "stride": 2})[0].astype(np.uint8)

# %% [markdown]
# ### Exercise 5: `max_pool_backward_naive` · 5 points
#
# Only the largest value of a window made it to the output, so only that value gets the gradient `dout[n, c, i, j]`. Two rules for special cases:
#
# - where windows **overlap**, a value can be the largest of several. It gets the *sum* of their gradients;
# - where the largest value occurs **more than once** in a window, the *first* occurrence gets the whole gradient: first in the order of reading, row
#   by row. The library does so, too. (Between ties the function has a kink, and any way to share would do; this one is simple and costs nothing.)
#
# By hand: the window [[1, 3], [3, 0]] with `dout` = 6 gives [[0, 6], [0, 0]].

# %% nbgrader={"grade": false, "grade_id": "max_pool_backward_naive", "locked": false, "schema_version": 3, "solution": true, "task": false}
def max_pool_backward_naive(dout, cache):
    """The gradient of max_pool_forward_naive.

    Parameters: dout (N, C, out_h, out_w), the gradient of the loss with respect to out; cache, from max_pool_forward_naive.
    Returns: dx (N, C, H, W).

    Approach
        1. loop over images, channels and positions, and cut out each window again
        2. `np.argmax` gives the number of the first largest entry, counted row by row; work out its row and column
        3. give that pixel its dout
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
# Check · gradient · 2 points
### BEGIN HIDDEN TESTS
def positions(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1 or field > size + 2 * pad:
        raise ValueError("the field does not fit")
    return len(range(0, size + 2 * pad - field + 1, stride))


def sizes_are_right():
    cases = [case for case in np.ndindex(8, 6, 3, 4) if min(case[0], case[1], case[3]) > 0 and case[1] <= case[0] + 2 * case[2]]
    return all(conv_output_size(*case) == positions(*case) and isinstance(conv_output_size(*case), int) for case in cases)


checks.lend(max_pool_backward_naive, sizes_are_right, conv_output_size=positions)
### END HIDDEN TESTS
for seed, (N, C, H, W), (height, width, stride) in ((150, (1, 2, 4, 6), (2, 2, 2)), (155, (2, 1, 5, 6), (2, 3, 3))):
    x, pool_param = distinct_array(seed, N, C, H, W), {"pool_height": height, "pool_width": width, "stride": stride}
    (dout,) = random_arrays(seed + 1, (N, C, 2, 6 // stride))
    out, cache = checks.forward_pass(max_pool_forward_naive, x, pool_param)
    dx = checks.own_work(max_pool_backward_naive, dout, cache)
    check_pool_gradient(dx, x, pool_param, dout)
x, pool_param = distinct_array(149, 1, 1, 6, 6), {"pool_height": 6, "pool_width": 6, "stride": 1}  # one window, but 36 numbers in dx
out, cache = checks.forward_pass(max_pool_forward_naive, x, pool_param)
checks.derived(max_pool_backward_naive, np.ones((1, 1, 1, 1)), cache, size=x.size)
checks.passed("max_pool_backward_naive", "dx agrees with the numeric gradient")
### BEGIN HIDDEN TESTS
# windows that do not overlap; a row, and a window as large as the image, too
for seed, N, C, H, W, height, width, stride in ((152, 2, 3, 4, 4, 2, 2, 2), (153, 2, 1, 3, 5, 1, 2, 3), (154, 1, 1, 6, 5, 3, 2, 3),
                                                (156, 2, 2, 1, 5, 1, 2, 2),
                                                (157, 1, 2, 3, 4, 3, 4, 1), (158, 1, 1, 4, 1, 2, 1, 2), (151, 1, 1, 6, 5, 3, 2, 3)):
    x, pool_param = distinct_array(seed, N, C, H, W), {"pool_height": height, "pool_width": width, "stride": stride}
    (dout,) = random_arrays(seed, mistakes.convolution.max_pool(x, pool_param).shape)
    out, cache = checks.forward_pass(max_pool_forward_naive, x, pool_param)
    dx = max_pool_backward_naive(dout, cache)
    check_pool_gradient(dx, x, pool_param, dout)
out, cache = checks.forward_pass(max_pool_forward_naive, 2.0**50 * x, pool_param)
checks.analytic(max_pool_backward_naive(dout, cache), dx, "dx for an x 2**50 times as large, which has the same largest numbers")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_max_pool_backward_naive_overlap", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · overlapping windows · 2 points
x = np.array([[0.0, 1.0, 2.0, 3.0], [1.0, 9.0, 4.0, 5.0], [2.0, 3.0, 0.0, 1.0], [1.0, 0.0, 6.0, 2.0]]).reshape(1, 1, 4, 4)
dout = np.array([[1.0, 10.0, 100.0], [1000.0, 1e4, 1e5], [1e6, 1e7, 1e8]]).reshape(1, 1, 3, 3)
pool_param = {"pool_height": 2, "pool_width": 2, "stride": 1}
out, cache = checks.forward_pass(max_pool_forward_naive, x, pool_param)
# the 9 is the largest value of four windows, so it gets the sum of four gradients: 1 + 10 + 1,000 + 10,000
expected = [[[[0, 0, 0, 0], [0, 11011, 0, 100100], [0, 1e6, 0, 0], [0, 0, 1.1e8, 0]]]]
checks.close(checks.own_work(max_pool_backward_naive, dout, cache), expected, "dx for windows of 2x2 with stride 1",
             mistakes=mistakes.convolution.max_pool_backward(x, pool_param, dout))
checks.passed("max_pool_backward_naive", "overlapping windows add up")
### BEGIN HIDDEN TESTS
for seed, H, W, height, width, stride in ((160, 5, 5, 3, 3, 1), (161, 7, 5, 3, 3, 2), (162, 4, 6, 2, 4, 1), (163, 1, 6, 1, 3, 1),
                                          (164, 5, 1, 3, 1, 2)):
    x, pool_param = distinct_array(seed, 1, 2, H, W), {"pool_height": height, "pool_width": width, "stride": stride}
    (dout,) = random_arrays(seed, mistakes.convolution.max_pool(x, pool_param).shape)
    out, cache = checks.forward_pass(max_pool_forward_naive, x, pool_param)
    check_pool_gradient(max_pool_backward_naive(dout, cache), x, pool_param, dout)
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_max_pool_backward_naive_ties", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · ties · 1 point
x, dout = np.array([[[[1.0, 3.0, 2.0, 2.0], [3.0, 3.0, 2.0, 2.0]]]]), np.array([[[[6.0, 8.0]]]])
pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
out, cache = checks.forward_pass(max_pool_forward_naive, x, pool_param)
checks.close(max_pool_backward_naive(dout, cache), [[[[0, 6, 8, 0], [0, 0, 0, 0]]]], "dx with ties",
             mistakes=mistakes.convolution.max_pool_backward(x, pool_param, dout))
checks.passed("max_pool_backward_naive", "of several largest values the first gets the gradient")
### BEGIN HIDDEN TESTS
# windows that do not overlap, so that this is about ties alone
for x, height, width, expected in (([[0.0, 7.0, 7.0], [7.0, 0.0, 7.0]], 2, 3, [[0, 1, 0], [0, 0, 0]]),
                                   (np.zeros((3, 3)), 3, 3, [[1, 0, 0], [0, 0, 0], [0, 0, 0]]),
                                   ([[-1.0, 5.0], [5.0, 5.0], [4.0, 4.0], [4.0, 3.0]], 2, 2, [[0, 1], [0, 0], [2, 0], [0, 0]])):
    x, pool_param = np.array(x)[None, None], {"pool_height": height, "pool_width": width, "stride": 2}
    dout = np.arange(1.0, 1 + len(x[0, 0]) // height).reshape(1, 1, -1, 1)
    out, cache = checks.forward_pass(max_pool_forward_naive, x, pool_param)
    checks.close(max_pool_backward_naive(dout, cache), [[expected]], f"dx with ties in a window of {height}x{width}",
                 mistakes=mistakes.convolution.max_pool_backward(x, pool_param, dout))
x, pool_param = distinct_array(170, 2, 3, 4, 6), {"pool_height": 2, "pool_width": 3, "stride": 3}
(dout,) = random_arrays(171, (2, 3, 1, 2))
out, cache = checks.forward_pass(max_pool_forward_naive, x, pool_param)
dx, (dout_after, _) = checks.call(max_pool_backward_naive, dout, cache)
checks.unchanged(dout_after, dout, "dout")
checks.close(max_pool_backward_naive(np.asfortranarray(dout), cache), dx, "dx of a second call with the same cache",
             hint="The cache should hold after the call what it held before.")
out, cache = checks.forward_pass(max_pool_forward_naive, x.astype(np.float32), pool_param)
checks.close(max_pool_backward_naive(dout.astype(np.float32), cache), dx, "dx of float32 arrays", rtol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# **Question 3** · 2 points. After a ReLU, large parts of an activation map are exactly 0, so windows with ties are common. A student gives the *whole*
# gradient to *every* one of the largest values. What happens to a window of 3x3 zeros with `dout` = 1, compared with giving it to the first? What does a
# numeric gradient by central differences give at one of these zeros, and does it side with one of the two?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_ties", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# All nine pixels get 1, so the sum of the gradient is nine times what came in: moving all nine pixels by h moves the maximum by h, not by 9h.
# Given to the first only, the sum is 1, as it should be.
#
# Numerically: one of the zeros raised by h raises the maximum by h; lowered by h it leaves it at 0, thanks to the others. So (h − 0)/2h = 1/2, at
# each of the nine. That is neither rule: there is a kink, with slopes 0 and 1 on its sides, and central differences give the mean of the two.
# Gradient checks must keep away from ties.
#
# Scheme
#
# - [1] the gradient is nine times too large (or: a directional derivative of 1 against 9)
# - [1] 1/2, and neither: there is a kink
# ### END SOLUTION

# %% [markdown]
# ## im2col: all fields as columns
#
# Four nested loops in Python are slow, but computers are fast at matrix products. So lay out every field of an image as one **column** of a
# matrix. With the filters as *rows*, each entry of the product `filters @ columns` is one filter times one field: one number of the output.
#
# Here is the layout for an image of 2 channels (their pixels numbered 0 to 11 and 20 to 31) and fields of 2x2:

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
#   the order in which `w.reshape(F, -1)` lays out a filter, so the two fit together.
# - Every image has its own matrix: the result is (N, C \* field_height \* field_width, out_h \* out_w). The library uses the same layout.
#
# ### Exercise 6: `im2col` · 4 points
#
# Loops over images, channels and positions would be as slow as before. But look at a *row* of the matrix, in the picture the first one,
# `0 1 2 4 5 6`. It holds what the top left corner of the field meets on its way over channel 0, and that is a piece of the image: one slice. With a
# stride, it is a slice with a step. So **at most two nested loops**, over the rows and columns of the *field*, are allowed.

# %% nbgrader={"grade": false, "grade_id": "im2col", "locked": false, "schema_version": 3, "solution": true, "task": false}
def im2col(x, field_height, field_width, pad, stride):
    """Every field of every image as a column. At most two nested loops.

    Parameters: x (N, C, H, W); field_height and field_width; pad, the width of the border of zeros; stride.
    Returns: cols (N, C * field_height * field_width, out_h * out_w), laid out as in the picture.

    Approach
        1. the size of the output; the images with their border; an array with one axis for each of N, C, field_height,
           field_width, out_h and out_w
        2. for each place in the field, one slice with a step: what this place meets, in all images and channels
        3. a reshape joins the axes
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


# %% nbgrader={"grade": true, "grade_id": "test_im2col_layout", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · layout · 2 points
### BEGIN HIDDEN TESTS
def positions(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1 or field > size + 2 * pad:
        raise ValueError("the field does not fit")
    return len(range(0, size + 2 * pad - field + 1, stride))


def sizes_are_right():
    cases = [case for case in np.ndindex(8, 6, 3, 4) if min(case[0], case[1], case[3]) > 0 and case[1] <= case[0] + 2 * case[2]]
    return all(conv_output_size(*case) == positions(*case) and isinstance(conv_output_size(*case), int) for case in cases)


checks.lend(im2col, sizes_are_right, conv_output_size=positions)
### END HIDDEN TESTS
x = np.array([np.arange(12), np.arange(20, 32)], dtype=float).reshape(1, 2, 3, 4)
cols = checks.own_work(im2col, x, 2, 2, 0, 1)
expected = np.array([0.0, 1.0, 4.0, 5.0, 20.0, 21.0, 24.0, 25.0])[:, None] + np.array([0.0, 1.0, 2.0, 4.0, 5.0, 6.0])
checks.close(cols, expected[None], "the columns of the picture", mistakes=mistakes.convolution.im2col(x, 2, 2, 0, 1))
checks.passed("im2col", "the columns of the picture are right")
### BEGIN HIDDEN TESTS
# a row, a column, and a field as large as the image, too
for seed, N, C, H, W, height, width in ((180, 2, 3, 4, 5, 2, 3), (181, 1, 1, 3, 3, 3, 1), (182, 3, 2, 2, 4, 2, 2), (183, 2, 2, 1, 4, 1, 3),
                                        (184, 2, 1, 4, 1, 2, 1),
                                        (185, 2, 2, 3, 2, 3, 2)):
    (x,) = random_arrays(seed, (N, C, H, W))
    fields = [x[:, :, i:i + height, j:j + width].reshape(N, -1) for i in range(H - height + 1) for j in range(W - width + 1)]
    checks.close(im2col(x, height, width, 0, 1), np.stack(fields, axis=2), f"the columns of {N} images of {C}x{H}x{W}, fields of {height}x{width}",
                 mistakes=mistakes.convolution.im2col(x, height, width, 0, 1))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_im2col_geometry", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · padding and stride · 1 point
x = np.arange(1.0, 22.0).reshape(1, 1, 3, 7)
# the fields start in rows -1 and 2, and in columns -1, 2 and 5, of the image
expected = [[[0, 0, 0, 0, 17, 20], [0, 0, 0, 15, 18, 21], [0, 3, 6, 0, 0, 0], [1, 4, 7, 0, 0, 0]]]
checks.close(im2col(x, 2, 2, 1, 3), expected, "the columns of the pixels 1..21 in three rows, fields of 2x2, pad 1, stride 3",
             mistakes=mistakes.convolution.im2col(x, 2, 2, 1, 3))
checks.passed("im2col", "padding and stride")
### BEGIN HIDDEN TESTS
for seed, H, W, height, width, pad, stride in ((190, 5, 4, 3, 2, 1, 2), (191, 6, 7, 2, 3, 0, 3), (192, 3, 3, 4, 4, 2, 1),
                                               (193, 4, 6, 1, 3, 2, 2),
                                               (194, 1, 1, 3, 3, 1, 1), (195, 1, 5, 3, 5, 2, 3)):
    (x,) = random_arrays(seed, (2, 2, H, W))
    framed = np.zeros((2, 2, H + 2 * pad, W + 2 * pad))
    framed[:, :, pad:pad + H, pad:pad + W] = x
    fields = [framed[:, :, i:i + height, j:j + width].reshape(2, -1) for i in range(0, H + 2 * pad - height + 1, stride)
              for j in range(0, W + 2 * pad - width + 1, stride)]
    checks.close(im2col(x, height, width, pad, stride), np.stack(fields, axis=2),
                 f"the columns of images of {H}x{W}, fields of {height}x{width}, pad {pad}, stride {stride}",
                 mistakes=mistakes.convolution.im2col(x, height, width, pad, stride))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_im2col_loops", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · loops · 1 point
(levels,) = random_arrays(239, (6, 6, 1, 1))  # every channel of every image has one value
checks.max_loops(im2col, 2, small=(np.ones((1, 1, 4, 4)), 2, 2, 0, 1), large=(levels * np.ones((24, 24)), 12, 12, 0, 1),
                 expected=np.repeat(levels[:, :, 0], 144, axis=1) * np.ones(169))
checks.passed("im2col", "at most two nested loops")
### BEGIN HIDDEN TESTS
(x,) = random_arrays(200, (2, 2, 4, 4))
cols, (x_after, *_) = checks.call(im2col, x, 3, 2, 1, 1)
checks.unchanged(x_after, x, "x")
for name, same in (("Fortran order", np.asfortranarray(x)),
                   ("channels last", np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2))):
    checks.close(im2col(same, 3, 2, 1, 1), cols, f"the columns of images in another memory order ({name})")
checks.close(im2col(x.astype(np.float32), 3, 2, 1, 1), cols, "the columns of float32 images", rtol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# ## col2im: the way back
#
# Given a number for every entry of the columns, *add* each of them to the pixel that the entry came from. A pixel in four fields gets a
# sum of four numbers, and what came from the border is dropped. This is what the gradient needs: if `dcols` is the gradient with respect to the
# columns, then `col2im(dcols, ...)` is the gradient with respect to the image.
#
# So `col2im` is not the inverse of `im2col` but its **adjoint** (the transposed matrix, if you think of `im2col` as a matrix):
#
# $$ \langle \mathrm{im2col}(x), c \rangle = \langle x, \mathrm{col2im}(c) \rangle \quad \text{for all images } x \text{ and columns } c , $$
#
# where $\langle a, b \rangle$ is the sum of all products of entries of $a$ and $b$.
#
# ### Exercise 7: `col2im` · 4 points
#
# By hand: with columns of ones, `col2im` counts in how many fields each pixel lies. For a row of 3 pixels and fields of 1x2, that is 1, 2, 1.

# %% nbgrader={"grade": false, "grade_id": "col2im", "locked": false, "schema_version": 3, "solution": true, "task": false}
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    """Add every entry of the columns to the pixel it came from: the adjoint of im2col.

    Parameters: cols (N, C * field_height * field_width, out_h * out_w), as im2col lays them out; x_shape, the tuple
    (N, C, H, W); field_height, field_width, pad and stride, as in im2col.
    Returns: images (N, C, H, W). Pixels that are in no field are 0.

    Approach
        1. give cols an axis for each of N, C, field_height, field_width, out_h and out_w again
        2. zeros for the images with their border; im2col's loops and slices, but now the slices of the image receive
        3. cut the border off
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


# %% nbgrader={"grade": true, "grade_id": "test_col2im_counts", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · counts · 1 point
### BEGIN HIDDEN TESTS
def positions(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1 or field > size + 2 * pad:
        raise ValueError("the field does not fit")
    return len(range(0, size + 2 * pad - field + 1, stride))


def sizes_are_right():
    cases = [case for case in np.ndindex(8, 6, 3, 4) if min(case[0], case[1], case[3]) > 0 and case[1] <= case[0] + 2 * case[2]]
    return all(conv_output_size(*case) == positions(*case) and isinstance(conv_output_size(*case), int) for case in cases)


checks.lend(col2im, sizes_are_right, conv_output_size=positions)
### END HIDDEN TESTS
for stride, line in ((1, [1, 2, 3, 2, 1]), (2, [1, 1, 2, 1, 1])):  # the pictures of exercise 3
    cols = read_only(np.ones((1, 9, 9 if stride == 1 else 4)))
    image = checks.own_work(col2im, cols, (1, 1, 5, 5), 3, 3, 0, stride)
    checks.close(image, np.outer(line, line)[None, None], f"col2im of ones for an image of 5x5, fields of 3x3 and stride {stride}",
                 mistakes=mistakes.convolution.col2im(cols, (1, 1, 5, 5), 3, 3, 0, stride))
checks.passed("col2im", "overlapping fields add up")
### BEGIN HIDDEN TESTS
image = col2im(np.ones((2, 2 * 6, 2)), (2, 2, 4, 5), 3, 2, 0, 3)  # fields begin in row 0, columns 0 and 3; row 3 and column 2 are in none
checks.close(image, np.broadcast_to(np.outer([1, 1, 1, 0], [1, 1, 0, 1, 1]), (2, 2, 4, 5)), "col2im of ones for images with pixels in no field")
for seed, N, C, H, W, height, width, stride in ((211, 2, 2, 4, 3, 2, 2, 1), (212, 1, 3, 5, 4, 3, 2, 2), (213, 2, 1, 3, 6, 2, 4, 1),
                                                (214, 1, 2, 6, 5, 2, 3, 2), (215, 1, 2, 1, 4, 1, 2, 1)):
    x, w, b, conv_param, right, dout = conv_problem(seed, N, C, H, W, 1, height, width, stride)
    (cols,) = random_arrays(seed, (N, C * height * width, right[0, 0].size))
    number = np.arange(C * H * W).reshape(C, H, W)
    starts = [(i, j) for i in range(0, H - height + 1, stride) for j in range(0, W - width + 1, stride)]
    origin = np.stack([number[:, i:i + height, j:j + width].ravel() for i, j in starts], axis=1)
    expected = np.array([[part[origin == pixel].sum() for pixel in range(C * H * W)] for part in cols]).reshape(N, C, H, W)
    checks.close(col2im(cols, (N, C, H, W), height, width, 0, stride), expected, f"col2im for {N} images of {C}x{H}x{W}, fields of {height}x{width}, stride {stride}",
                 mistakes=mistakes.convolution.col2im(cols, (N, C, H, W), height, width, 0, stride))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_col2im_border", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · border · 1 point
cols = np.arange(1.0, 17.0).reshape(1, 4, 4)  # the first row of the fields holds 1 to 4, of which only the 4 meets the image
image = col2im(cols, (1, 1, 2, 3), 2, 2, 1, 2)
checks.close(image, [[[[13, 10, 14], [7, 4, 8]]]], "col2im of 1..16 for an image of 2x3, fields of 2x2, pad 1, stride 2",
             mistakes=mistakes.convolution.col2im(cols, (1, 1, 2, 3), 2, 2, 1, 2))
cols = np.arange(35.0).reshape(1, 1, 35)  # a field of one pixel meets each of the 5x7 pixels of image and border
checks.close(col2im(cols, (1, 1, 1, 3), 1, 1, 2, 1), [[[[16, 17, 18]]]], "col2im of 0..34 for an image of 1x3, fields of 1x1 and pad 2",
             mistakes=mistakes.convolution.col2im(cols, (1, 1, 1, 3), 1, 1, 2, 1))
checks.passed("col2im", "the border is dropped")
### BEGIN HIDDEN TESTS
# fields that do not overlap, so that this is about the border alone
for seed, H, W, height, width, pad, stride in ((216, 4, 3, 2, 2, 1, 3), (217, 3, 2, 7, 6, 2, 1), (218, 2, 4, 3, 4, 2, 4),
                                               (219, 2, 3, 6, 7, 2, 1), (221, 1, 4, 3, 2, 1, 3), (220, 2, 3, 1, 1, 3, 1)):
    framed = np.full((2, H + 2 * pad, W + 2 * pad), -1)
    framed[:, pad:pad + H, pad:pad + W] = np.arange(2 * H * W).reshape(2, H, W)
    origin = np.stack([framed[:, i:i + height, j:j + width].ravel() for i in range(0, H + 2 * pad - height + 1, stride)
                       for j in range(0, W + 2 * pad - width + 1, stride)], axis=1)
    (cols,) = random_arrays(seed, (1, *origin.shape))
    expected = np.array([cols[0][origin == pixel].sum() for pixel in range(2 * H * W)]).reshape(1, 2, H, W)
    checks.close(col2im(cols, (1, 2, H, W), height, width, pad, stride), expected,
                 f"col2im for images of {H}x{W}, fields of {height}x{width}, pad {pad}, stride {stride}",
                 mistakes=mistakes.convolution.col2im(cols, (1, 2, H, W), height, width, pad, stride))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_col2im_places", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# Check · places · 2 points
x = np.arange(16.0).reshape(1, 4, 2, 2)
cases = ((x.reshape(1, 16, 1), (1, 4, 2, 2), 2, 2),  # one field, which is the whole image of four channels
         (x.reshape(1, 2, 8), (1, 2, 2, 4), 1, 1),  # fields of one pixel: a row of cols for each channel, its positions row by row
         (np.arange(12.0).reshape(1, 4, 3), (1, 2, 2, 3), 2, 1))  # fields of 2x1, at three positions
for (cols, shape, height, width), expected in zip(cases, (x, x.reshape(1, 2, 2, 4), np.arange(12.0).reshape(1, 2, 2, 3))):
    image, (cols_after, *_) = checks.call(col2im, cols, shape, height, width, 0, 1)
    checks.close(image, expected, f"col2im for images {shape} and fields of {height}x{width}",
                 mistakes=mistakes.convolution.col2im(cols, shape, height, width, 0, 1))
    checks.unchanged(cols_after, cols, "cols")
checks.passed("col2im", "every entry goes to the pixel it came from")
### BEGIN HIDDEN TESTS
# fields that do not overlap and have no border: each entry goes to one pixel
for seed, N, C, H, W, height, width in ((222, 2, 3, 2, 3, 2, 1), (223, 1, 2, 3, 2, 1, 2), (224, 3, 2, 3, 2, 3, 2), (225, 2, 2, 3, 4, 1, 1),
                                        (226, 2, 3, 3, 2, 3, 1)):
    (cols,) = random_arrays(seed, (N, C * height * width, (H - height + 1) * (W - width + 1)))
    expected = np.zeros((N, C, H, W))
    for c, k, l, i, j in np.ndindex(C, height, width, H - height + 1, W - width + 1):
        expected[:, c, i + k, j + l] += cols[:, (c * height + k) * width + l, i * (W - width + 1) + j]
    shape, what = (N, C, H, W), f"col2im for {N} images of {C}x{H}x{W} and fields of {height}x{width}"
    checks.close(col2im(cols, shape, height, width, 0, 1), expected, what,
                 mistakes=mistakes.convolution.col2im(cols, shape, height, width, 0, 1))
    checks.close(col2im(np.asfortranarray(cols), shape, height, width, 0, 1), expected, what + ", columns in Fortran order")
    checks.close(col2im(cols.astype(np.float32), shape, height, width, 0, 1), expected, what + ", columns of float32", rtol=1e-4, atol=1e-5)
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
# ## A convolution as a matrix product
#
# ### Exercise 8: `conv_forward_im2col` · 4 points
#
# Now put the pieces together. Lay out the filters as rows and the fields as columns, multiply, add the biases, and give the result the shape of an
# output. No loops but those in `im2col`: a matrix product takes a whole stack of matrices at once, (F, K) `@` (N, K, P) is (N, F, P).

# %% nbgrader={"grade": false, "grade_id": "conv_forward_im2col", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv_forward_im2col(x, w, b, conv_param):
    """The convolution of conv_forward_naive as a matrix product of filters and columns.

    Parameters: x (N, C, H, W), w (F, C, HH, WW), b (F,) and conv_param, as in conv_forward_naive.
    Returns: out (N, F, out_h, out_w); cache, the same as that of conv_forward_naive, so that conv_backward_naive can take it.

    Approach
        1. the columns (N, K, P) by im2col, and the filters as a matrix (F, K)
        2. their product; b needs a second axis, so that it runs along the filters
        3. out_h and out_w by conv_output_size, and a reshape
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
# Check · values · 2 points
### BEGIN HIDDEN TESTS
def positions(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1 or field > size + 2 * pad:
        raise ValueError("the field does not fit")
    return len(range(0, size + 2 * pad - field + 1, stride))


def fields(x, field_height, field_width, pad, stride):
    bordered, (height, width) = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))), (field_height, field_width)
    corners = [(i, j) for i in range(0, bordered.shape[2] - height + 1, stride) for j in range(0, bordered.shape[3] - width + 1, stride)]
    return np.stack([bordered[:, :, i:i + height, j:j + width].reshape(len(x), -1) for i, j in corners], axis=2)


def parts_are_right():
    for seed, shape, field in ((226, (3, 2, 6, 5), (2, 3, 1, 2)), (227, (2, 1, 4, 7), (3, 2, 0, 1)), (228, (1, 3, 5, 5), (5, 2, 2, 3))):
        (x,) = random_arrays(seed, shape)
        cols, given = checks.call(im2col, x, *field)
        right = np.array_equal(cols, fields(x, *field)) and np.array_equal(given[0], x)
        if not right or conv_output_size(shape[2], field[0], *field[2:]) != positions(shape[2], field[0], *field[2:]):
            return False
    return True


checks.lend(conv_forward_im2col, parts_are_right, im2col=fields, conv_output_size=positions)
### END HIDDEN TESTS
x, w, b, conv_param, right, dout = conv_problem(230, N=3, C=2, H=2, W=4, F=4, HH=1, WW=1)
products = w[:, :, 0, 0] @ x.reshape(3, 2, 8)  # with filters of 1x1, every pixel is a field
for x, w, b, conv_param, expected in ((picture_x, picture_w, np.array([0.5]), {"stride": 1, "pad": 0}, [[[[4.5, 2.5, 4.5], [5.5, -3.5, 3.5]]]]),
                                      (x, w, b, conv_param, (products + b.reshape(4, 1)).reshape(3, 4, 2, 4))):
    out, cache = checks.unpack(checks.own_work(conv_forward_im2col, x, w, b, conv_param), "out, cache")
    checks.close(out, expected, f"out for x {x.shape} and w {w.shape}", mistakes=mistakes.convolution.conv_im2col(x, w, b, conv_param, im2col))
checks.passed("conv_forward_im2col", "it is the same convolution")
### BEGIN HIDDEN TESTS
for seed, N, C, F, H, W, HH, WW, stride, pad in ((231, 2, 3, 2, 4, 5, 3, 2, 1, 1), (232, 1, 2, 4, 5, 7, 3, 3, 2, 1),
                                                 (233, 3, 1, 3, 4, 6, 2, 4, 1, 0),
                                                 (234, 2, 2, 2, 7, 5, 2, 2, 3, 0), (235, 2, 2, 3, 3, 6, 4, 1, 2, 1), (236, 2, 2, 3, 1, 4, 1, 2, 1, 0),
                                                 (237, 1, 2, 1, 3, 4, 3, 4, 1, 0), (238, 1, 1, 1, 1, 1, 5, 5, 1, 2), (239, 2, 1, 2, 4, 1, 2, 1, 2, 0)):
    x, w, b, conv_param, right, dout = conv_problem(seed, N, C, H, W, F, HH, WW, stride, pad)
    out, cache = checks.unpack(conv_forward_im2col(x, w, b, conv_param), "out, cache")
    checks.close(out, right, f"out for {N} images of {C}x{H}x{W}, {F} filters of {HH}x{WW}, stride {stride}, pad {pad}",
                 mistakes=mistakes.convolution.conv_im2col(x, w, b, conv_param, im2col))
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_conv_forward_im2col_loops", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · loops · 1 point
conv_param, (x, w, b) = {"stride": 1, "pad": 0}, random_arrays(242, (12, 12, 1, 1), (12, 12, 1, 1), (12,))
checks.max_loops(conv_forward_im2col, 2, small=(*random_arrays(241, (2, 2, 3, 3), (2, 2, 2, 2), (2,)), conv_param),
                 large=(x * np.ones((18, 18)), w * np.ones((12, 12)), b, conv_param),  # every channel and every filter has one value
                 expected=((144 * x[:, :, 0, 0] @ w[:, :, 0, 0].T + b)[:, :, None, None] * np.ones((7, 7)), None))
checks.passed("conv_forward_im2col", "no loops but those of im2col")

# %% nbgrader={"grade": true, "grade_id": "test_conv_forward_im2col_cache", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
# Check · cache · 1 point
x, w, b, conv_param, right, dout = conv_problem(250, N=2, C=2, H=4, W=5, F=3, HH=2, WW=3, stride=2, pad=1)
out, cache_of_naive = checks.forward_pass(conv_forward_naive, x, w, b, conv_param)
out, cache = checks.unpack(conv_forward_im2col(x, w, b, conv_param), "out, cache")
of_naive, of_im2col = gradients_or_none(dout, cache_of_naive), gradients_or_none(dout, cache)
checks.true(of_naive is None or of_im2col is not None, mistakes.convolution.CACHE_DIFFERS)
for name, one, other in zip(("dx", "dw", "db"), of_naive or (), of_im2col or ()):
    checks.close(other, one, f"{name} by conv_backward_naive with this cache, against that with the cache of conv_forward_naive")
checks.passed("conv_forward_im2col", "conv_backward_naive takes its cache")
### BEGIN HIDDEN TESTS
result, after = checks.call(conv_forward_im2col, x, w, b, conv_param)
for name, before, now in zip(("x", "w", "b"), (x, w, b), after):
    checks.unchanged(now, before, name)
plain, cache = checks.unpack(result, "out, cache")
checks.resembles(plain, right, "out", given=(x, w))
single, cache = checks.unpack(conv_forward_im2col(*(v.astype(np.float32) for v in (x, w, b)), conv_param), "out, cache")
checks.close(single, plain, "out for arrays of float32", rtol=1e-4, atol=1e-5)
for name, x_same, w_same in (("Fortran order", np.asfortranarray(x), np.asfortranarray(w)),
                             ("channels last", *(np.ascontiguousarray(v.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2) for v in (x, w)))):
    other, cache = checks.unpack(conv_forward_im2col(x_same, w_same, b, conv_param), "out, cache")
    checks.close(other, plain, f"out for arrays in another memory order ({name})")
pixels = np.arange(40, dtype=np.uint8).reshape(1, 2, 4, 5) * 6
of_floats, cache = checks.unpack(conv_forward_im2col(pixels.astype(np.float64), w, b, conv_param), "out, cache")
of_pixels, cache = checks.unpack(conv_forward_im2col(pixels, w, b, conv_param), "out, cache")
checks.close(of_pixels, of_floats, "out for pixels of dtype uint8")
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
# Now the way back. (The last line compares pooling.)

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
# Tiny differences in float32 are not mistakes: the same numbers are added in another order. From now on, and in the notebook `convnet`, the
# library's layers do the work. You know what is in them.

# %% [markdown]
# **Question 4** · 3 points. A layer in the middle of a network takes a batch of 64 float32 arrays of 64 channels and 32x32 pixels, with filters of
# 3x3, stride 1 and padding 1. How many megabytes do its input and its columns need? Why this factor, and what is it for stride 3 and no padding? How
# can one convolve by im2col without ever holding all of the columns, and what does that cost in the backward pass?

# %% [markdown] nbgrader={"grade": true, "grade_id": "question_memory", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# Input: 64 · 64 · 32 · 32 · 4 bytes = 16.8 MB. Columns: 64 matrices of (64 · 9) rows and 1,024 columns, 64 · 576 · 1,024 · 4 bytes = 151 MB, nine
# times as much: with stride 1 and this padding, every pixel (but those at the edge) lies in 9 fields and is stored 9 times. With stride 3 and no
# padding the fields do not overlap: 10x10 positions, 64 · 576 · 100 · 4 bytes = 14.7 MB, a factor of at most 1 (0.88: the last two rows and columns
# are in no field).
#
# Lay out one image (or a few) at a time, multiply, and use the same memory for the next. The columns are needed again for dw: they must then be laid
# out once more in the backward pass. That costs a second im2col, time that is small compared with the products and often less than fetching 151 MB
# from memory.
#
# Scheme
#
# - [1] about 17 MB and about 151 MB
# - [1] the factor: every pixel is in 9 fields; at most 1 where fields do not overlap
# - [1] image by image, and the columns are computed again in the backward pass
# ### END SOLUTION

# %% [markdown]
# ## Summary
#
# - A convolution slides the same small filter over the whole image: local connections, shared weights.
# - Along each side there are $\lfloor (\mathit{size} + 2\,\mathit{pad} - \mathit{field}) / \mathit{stride} \rfloor + 1$ positions.
# - In the backward pass, every field sends its share to where it came from, and shares **add up**: over positions for the pixels, over images and
#   positions for weights and biases.
# - Max pooling passes the gradient on to the largest value of each window only.
# - im2col trades memory for speed: every field becomes a column, the convolution one matrix product. col2im is its adjoint, not its inverse.
#
# Where your exercises stand (visible checks only):

# %% nbgrader={"grade": false, "grade_id": "summary", "locked": true, "schema_version": 3, "solution": false, "task": false}
checks.summary({"conv_output_size": 3, "conv_forward_naive": 6, "conv_backward_naive": 7, "max_pool_forward_naive": 3, "max_pool_backward_naive": 3,
                "im2col": 3, "col2im": 3, "conv_forward_im2col": 3})
