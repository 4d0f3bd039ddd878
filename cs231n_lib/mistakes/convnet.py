"""Mistakes of the notebook `convnet`.

The normalization layers differ only in which numbers share a mean. So an array of the images' shape gives the set of
each number, and most mistakes are another choice of the sets.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.mistakes.mistake import Mistake, Nearest, gradient_of, mixture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

Value = Callable[[], Any]

AVERAGES_MISSING = Mistake(
    "convnet.averages_missing",
    "After a batch in train mode, bn_param has no running averages.",
    "Whether you change the dict that was passed, or a copy of it.",
)
NOT_NORMALIZED = Mistake(
    "convnet.not_normalized",
    "The gradient is 0, or the forward pass does not normalize: if x is twice as wide, so is out.",
    "Your forward pass. This check needs one whose output depends on the mean and the variance of its input.",
)
WEIGHTS_CONSTANT = Mistake(
    "convnet.weights_constant",
    "An array of weights holds one number throughout, so all units stay alike forever.",
    "Where the weights are drawn: each of them is a random number of its own.",
)
BIASES_WHOLE = Mistake(
    "convnet.biases_whole",
    "A bias array holds whole numbers (integers).",
    "Its dtype: training has to change the biases by fractions.",
)
RNG_NOT_USED = Mistake(
    "convnet.rng_not_used",
    "Different seeds give the same weights: rng is not used.",
    "Where the weights are drawn: every random number comes from rng.",
)
RNG_NOT_ALONE = Mistake(
    "convnet.rng_not_alone",
    "The same seed gives different weights.",
    "Where the weights are drawn: every random number comes from rng.",
)
SAME_NUMBERS = Mistake(
    "convnet.same_numbers",
    "The weights of different layers or filters are copies of each other.",
    "How often you draw: every weight is a random number of its own.",
)
NOT_NORMAL = Mistake(
    "convnet.not_normal",
    "The weights are not normally distributed.",
    "Which method of rng you call.",
)
SCORES_ONLY = Mistake(
    "convnet.scores_only",
    "Without y, the function should return the scores and nothing else.",
    "The return statement for y=None: it returns one array (N, num_classes), without a loss.",
)
PADDING = Mistake(
    "convnet.padding",
    "Without conv_param, the images do not keep their size.",
    "The padding, (HH - 1) // 2: which axis of W1 is HH, the height of the filters?",
)
SETTINGS_IGNORED = Mistake(
    "convnet.settings_ignored",
    "The function does not use conv_param and pool_param exactly as they were given.",
    "Where you choose the defaults: they are for None only.",
)
PENALTY_GRADIENT_MISSING = Mistake(
    "convnet.penalty_gradient_missing",
    "The gradient of a weight array does not change with reg.",
    "The penalty of W1, W2 and W3: each has a gradient, too.",
)
LOSS_BLIND = Mistake(
    "convnet.loss_blind",
    "The loss does not fall when the score of the correct class rises.",
    "Your loss. This check needs one that depends on the scores.",
)
HARDLY_TRAINED = Mistake(
    "convnet.hardly_trained",
    "The net is hardly better than guessing: these settings do not train it.",
    "The training loss. Does it fall, and how fast? Then the learning rate, the scale of the first weights, and reg.",
)
NOT_TRAINED = Mistake(
    "convnet.not_trained",
    "The loss has become infinite or NaN: the steps are too large.",
    "The learning rate, and the scale of the first weights.",
)


# --- normalization ---------------------------------------------------------------------------------


def batchnorm_forward(x: Any, gamma: Any, beta: Any, bn_param: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield the mistakes of spatial_batchnorm_forward: the quantities `out`, `running_mean` and `running_var`."""
    shape, eps = np.shape(x), bn_param.get("eps", 1e-5)
    N, C, H, W = shape
    channels = _sets(shape, 1)
    scaled = functools.partial(_scaled, gamma, beta)
    if bn_param["mode"] == "test":
        old = [_wide(bn_param.get(name, np.zeros(C)), shape) for name in ("running_mean", "running_var")]
        yield Mistake(
            "convnet.batch_in_test",
            "Test mode uses the statistics of the batch.",
            "Where test mode takes mean and variance from. The other images must not matter then.",
            out=lambda: scaled(_normal(x, channels, eps)),
        )
        yield Mistake(
            "convnet.no_root_in_test",
            "In test mode, the numbers are divided by the running variance, not by its root.",
            "The divisor: which of the two has the unit of x?",
            out=lambda: scaled((x - old[0]) / (old[1] + eps)),
        )
        now = _of_channels(x)
        yield Mistake(
            "convnet.test_mode_learns",
            "Test mode has changed the running averages.",
            "The update: a net must not learn from the images that it is tested on.",
            running_mean=bn_param.get("running_mean", 0) * 0.9 + 0.1 * now[0],
            running_var=bn_param.get("running_var", 0) * 0.9 + 0.1 * now[1],
        )
        return
    in_rows = np.arange(np.size(x)).reshape(shape) % C  # the columns of rows of C numbers
    swapped = np.swapaxes(np.arange(np.size(x)).reshape(C, N, H, W) % C, 0, 1)
    mixed = functools.cache(lambda: gamma[in_rows] * _normal(x, in_rows, eps) + beta[in_rows])
    right = functools.cache(lambda: scaled(_normal(x, channels, eps)))
    yield Mistake(
        "convnet.reshaped_only",
        "The images are reshaped to rows of C numbers without moving the axis of the channels to the end first.",
        "The order of the axes before the reshape: what is the last one?",
        out=mixed,
        again=lambda: _from_rows(mixed()),
        images=lambda: gamma[swapped] * _normal(x, swapped, eps) + beta[swapped],
    )
    yield Mistake(
        "convnet.way_back_reshaped_only",
        "The rows become images by a reshape alone: the axis of the channels is still the last one.",
        "The order of the axes of your result before the last reshape.",
        out=lambda: _to_rows(right()).reshape(shape),
    )
    yield Mistake(
        "convnet.rows_and_columns",
        "Rows and columns of the images have changed places.",
        "The order of the axes, on the way to rows of pixels and on the way back.",
        out=lambda: np.ascontiguousarray(np.swapaxes(right(), 2, 3)).reshape(shape),
    )
    yield Mistake(
        "convnet.instance_statistics",
        "Each image has its own statistics (instance normalization).",
        "The axes of mean and variance: the images belong to them, too.",
        out=lambda: scaled(_normal(x, _sets(shape, 0, 1), eps)),
    )
    yield Mistake(
        "convnet.pixel_statistics",
        "Every pixel has statistics of its own, over the images only.",
        "The axes of mean and variance: rows and columns belong to them, too.",
        out=lambda: scaled(_normal(x, _sets(shape, 1, 2, 3), eps)),
        running_var=lambda: _average(bn_param, "running_var", _of_channels(_moments(x, _sets(shape, 1, 2, 3))[1])[0]),
    )
    yield Mistake(
        "convnet.layer_statistics",
        "All channels of an image share their statistics (layer normalization).",
        "The axes of mean and variance: each channel has its own.",
        out=lambda: scaled(_normal(x, _sets(shape, 0), eps)),
    )
    yield Mistake(
        "convnet.channels_last",
        "The statistics are those of images (N, H, W, C).",
        "Which axis of x holds the channels.",
        out=lambda: scaled(_normal(x, _sets(shape, 3), eps)),
    )
    within = functools.cache(lambda: _moments(_moments(x, _sets(shape, 0, 1))[1], channels)[0])
    yield Mistake(
        "convnet.variance_within_images",
        "The variance is the average of the variances within each image.",
        "The definition of the variance: all numbers of the channel are compared with one mean.",
        out=lambda: scaled((x - _moments(x, channels)[0]) / np.sqrt(within() + eps)),
        running_var=lambda: _average(bn_param, "running_var", within()[0, :, 0, 0]),
    )
    yield Mistake(
        "convnet.one_mean",
        "All channels share one mean and one variance.",
        "The axes of mean and variance: each channel has its own.",
        out=lambda: scaled(_normal(x, _sets(shape), eps)),
    )
    yield from _formula(x, gamma, beta, channels, eps)
    yield from _running_averages(x, bn_param)


def groupnorm_forward(x: Any, gamma: Any, beta: Any, G: int, gn_param: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield the mistakes of spatial_groupnorm_forward: the quantity `out`."""
    shape, eps = np.shape(x), gn_param.get("eps", 1e-5)
    N, C, H, W = shape
    n, c, row, column = np.indices(shape)
    size, sets = C // G, _groups(shape, G)

    def out(wrong: Array) -> dict[str, Value]:
        return {"out": lambda: _scaled(gamma, beta, _normal(x, wrong, eps))}

    if 1 < G < C:
        yield Mistake(
            "convnet.every_gth_channel",
            "Channels that are G apart share their statistics.",
            "Which channels make a group: neighbouring ones, such as 0 and 1.",
            **out(n * C + c % G),
        )
    if G < C:
        yield Mistake(
            "convnet.every_channel_alone",
            "Every channel is alone, as if there were C groups.",
            "The role of G: it is the number of groups. And the axes of mean and variance.",
            **out(_sets(shape, 0, 1)),
        )
    if G > 1:
        yield Mistake(
            "convnet.one_group",
            "All channels of an example are together, as if there were one group.",
            "The role of G: it is the number of groups. And the axes of mean and variance.",
            **out(_sets(shape, 0)),
        )
    yield Mistake(
        "convnet.size_of_groups",
        "G is used as the number of channels in a group; it is the number of groups.",
        "The role of G: it is the number of groups.",
        **out(n * C + c // G),
    )
    yield Mistake(
        "convnet.examples_together",
        "A group has the numbers of all examples together.",
        "The axes of mean and variance: each example has statistics of its own.",
        **out(c // size),
    )
    yield Mistake(
        "convnet.batch_statistics",
        "These are the statistics of each channel over the examples (batch normalization).",
        "The axes of mean and variance: each example has statistics of its own.",
        **out(c),
    )
    yield Mistake(
        "convnet.pixels_of_groups",
        "Every pixel has statistics of its own, over the channels of the group only.",
        "The axes of mean and variance: rows and columns belong to them, too.",
        **out((sets * H + row) * W + column),
    )
    moved = _from_rows(np.arange(np.size(x)).reshape(shape)) // (size * H * W)
    normal = functools.cache(lambda: _normal(x, sets, eps))
    yield Mistake(
        "convnet.channels_moved",
        "The axis of the channels was moved to the end before the reshape, as for batch normalization.",
        "Where the numbers of a group lie in the memory of (N, C, H, W).",
        **out(moved),
        again=lambda: _scaled(gamma, beta, _to_rows(_normal(x, moved, eps)).reshape(shape)),
    )
    yield Mistake(
        "convnet.way_back_moved",
        "The axes are moved when the groups become images again, though they were not moved before.",
        "Where the numbers of a group lie in the memory of (N, C, H, W).",
        out=lambda: _scaled(gamma, beta, _from_rows(normal())),
    )
    if W == C:
        yield Mistake(
            "convnet.scale_of_columns",
            "Gamma and beta are applied to the columns of the images.",
            "The shapes: NumPy lines up (C,) with the last axis, which is the width of the image.",
            out=lambda: normal() * np.ravel(gamma) + np.ravel(beta),
        )
    first = np.arange(C) // size
    yield Mistake(
        "convnet.scale_of_groups",
        "The first numbers of gamma and beta are applied to whole groups.",
        "How many numbers gamma has: one for each channel.",
        out=lambda: _scaled(np.ravel(gamma)[first], np.ravel(beta)[first], normal()),
    )
    yield from _formula(x, gamma, beta, sets, eps)


def backward(x: Any, gamma: Any, beta: Any, dout: Any, *settings: Any) -> Iterator[Mistake]:
    """Yield the mistakes of a backward pass: the quantities `dx`, `dgamma` and `dbeta`.

    `settings` are what the forward pass gets after beta: (bn_param,) in train mode, or (G, gn_param).
    """
    sets, eps = _sets_and_eps(np.shape(x), settings)
    yield from _gradient_of_x(x, _wide(gamma, np.shape(x)), dout, sets, eps)
    yield Mistake(
        "convnet.beta_for_gamma",
        "Beta stands where gamma belongs.",
        "The step from out to the normalized x, and what the forward pass puts into the cache.",
        dx=lambda: sum(_parts(x, _wide(beta, np.shape(x)), dout, sets, eps)),
    )
    yield from (_reshaped_gradients if len(settings) == 1 else _grouped_gradients)(x, gamma, dout, sets, eps)
    yield from _gradients_of_scale(x, gamma, beta, dout, sets, eps)


def right_gradient(name: str, x: Any, gamma: Any, beta: Any, dout: Any, *settings: Any) -> Array:
    """Return the gradient of sum(out * dout) by the definition of the layer, measured by central differences.

    A check accepts it beside the gradient of the student's own forward pass, so that a mistake there costs once.

    Parameters
    ----------
    name
        "x", "gamma" or "beta".
    x, gamma, beta, dout, settings
        The case, as in `backward`.
    """
    point = {"x": x, "gamma": gamma, "beta": beta}
    sets, eps = _sets_and_eps(np.shape(x), settings)

    def total(z: Any) -> Any:
        at = point | {name: z}
        return np.sum(dout * _scaled(at["gamma"], at["beta"], _normal(at["x"], sets, eps)))

    return gradient_of(total, point[name])


def _sets_and_eps(shape: tuple[int, ...], settings: tuple[Any, ...]) -> tuple[Array, float]:
    eps = settings[-1].get("eps", 1e-5)
    return (_sets(shape, 1), eps) if len(settings) == 1 else (_groups(shape, settings[0]), eps)


def _formula(x: Any, gamma: Any, beta: Any, sets: Array, eps: float) -> Iterator[Mistake]:
    mean, variance = _moments(x, sets)
    count = _moments(np.ones(np.shape(x)), sets, total=True)[0]
    root = np.sqrt(variance + eps)

    def out(wrong: Value) -> dict[str, Value]:
        return {"out": lambda: _scaled(gamma, beta, wrong())}

    yield Mistake(
        "convnet.unbiased_variance",
        "The variance is divided by one less than the number of values.",
        "The definition of the variance: here it is the plain mean of the squares.",
        **out(lambda: (x - mean) / np.sqrt(variance * count / (count - 1) + eps)),
    )
    yield Mistake(
        "convnet.no_root",
        "The numbers are divided by the variance, not by its root.",
        "The divisor: which of the two has the unit of x?",
        **out(lambda: (x - mean) / (variance + eps)),
        again=lambda: _scaled(gamma, beta, (x - mean) / variance),
    )
    yield Mistake(
        "convnet.eps_fixed",
        "The given eps is not used: it is 1e-5 only where none is given.",
        "Where eps comes from.",
        **out(lambda: (x - mean) / np.sqrt(variance + 1e-5)),
    )
    yield Mistake(
        "convnet.eps_outside",
        "The number eps is added to the root.",
        "The brackets: it is added to the variance, inside the root.",
        **out(lambda: (x - mean) / (np.sqrt(variance) + eps)),
    )
    yield Mistake(
        "convnet.not_centred",
        "The mean is not subtracted.",
        "The numerator.",
        **out(lambda: x / root),
    )
    yield Mistake(
        "convnet.not_scaled",
        "The division by the standard deviation is missing.",
        "The denominator.",
        **out(lambda: x - mean),
    )
    yield Mistake(
        "convnet.mean_of_squares",
        "The variance is the mean of x squared.",
        "The definition of the variance: the mean comes off first.",
        **out(lambda: (x - mean) / np.sqrt(variance + mean**2 + eps)),
    )
    yield Mistake(
        "convnet.scale_and_shift_missing",
        "Gamma and beta are not applied.",
        "The last step.",
        out=lambda: (x - mean) / root,
    )
    yield Mistake(
        "convnet.shift_missing",
        "Beta is not added.",
        "The last step.",
        out=lambda: _scaled(gamma, 0 * beta, (x - mean) / root),
    )
    yield Mistake(
        "convnet.scale_missing",
        "Gamma is not applied.",
        "The last step.",
        out=lambda: _scaled(1 + 0 * gamma, beta, (x - mean) / root),
    )
    yield Mistake(
        "convnet.scale_and_shift_exchanged",
        "Gamma and beta have changed places.",
        "The last step: gamma scales, beta shifts.",
        out=lambda: _scaled(beta, gamma, (x - mean) / root),
    )


def _running_averages(x: Any, bn_param: Mapping[str, Any]) -> Iterator[Mistake]:
    momentum, eps = bn_param.get("momentum", 0.9), bn_param.get("eps", 1e-5)
    now = dict(zip(("running_mean", "running_var"), _of_channels(x), strict=True))
    old = {name: bn_param.get(name, 0 * now[name]) for name in now}
    count = np.size(x) / np.shape(x)[1]
    yield Mistake(
        "convnet.momentum_exchanged",
        "The old average is multiplied by 1 - momentum, and the new value by the momentum.",
        "The docstring: which of the two keeps the larger share?",
        **{name: (1 - momentum) * old[name] + momentum * now[name] for name in now},
    )
    yield Mistake(
        "convnet.no_average",
        "The running averages are the statistics of the last batch.",
        "Where you store them: the old average counts, too.",
        **now,
    )
    yield Mistake(
        "convnet.momentum_fixed",
        "The momentum is 0.9, whatever bn_param says.",
        "Where the momentum comes from.",
        **{name: 0.9 * old[name] + 0.1 * now[name] for name in now},
    )
    yield Mistake(
        "convnet.average_forgets",
        "The running averages begin again with zeros at each batch.",
        "Where the old average comes from: bn_param holds it.",
        **{name: (1 - momentum) * now[name] for name in now},
    )
    yield Mistake(
        "convnet.average_unbiased",
        "The variance in the running average is divided by one less than the number of values.",
        "The definition of the variance: here it is the plain mean of the squares.",
        running_var=_average(bn_param, "running_var", now["running_var"] * count / (count - 1)),
    )
    yield Mistake(
        "convnet.average_of_ones",
        "Without running_var in bn_param, the average begins with ones.",
        "The docstring: what are the averages if none are given?",
        running_var=momentum + (1 - momentum) * now["running_var"],
    )
    yield Mistake(
        "convnet.average_with_eps",
        "The running variance contains eps.",
        "The place of eps: it belongs to the root only.",
        running_var=_average(bn_param, "running_var", now["running_var"] + eps),
    )
    yield Mistake(
        "convnet.average_of_roots",
        "The running variance is an average of standard deviations.",
        "What is averaged: the variance itself.",
        running_var=_average(bn_param, "running_var", now["running_var"] ** 0.5),
    )


def _average(bn_param: Mapping[str, Any], name: str, value: Any) -> Any:
    momentum = bn_param.get("momentum", 0.9)
    return momentum * bn_param.get(name, 0 * value) + (1 - momentum) * value


def _gradient_of_x(x: Any, scale: Array, dout: Any, sets: Array, eps: float) -> Iterator[Mistake]:
    """Yield mistakes of dx, composed of the gradients along the single branches."""
    n, root = _moments(np.ones(np.shape(x)), sets, total=True)[0], np.sqrt(_moments(x, sets)[1] + eps)
    parts = functools.cache(lambda: _parts(x, scale, dout, sets, eps))

    def mix(direct: Any, through_mean: Any, through_variance: Any) -> Value:
        return lambda: direct * parts()[0] + through_mean * parts()[1] + through_variance * parts()[2]

    yield Mistake(
        "convnet.statistics_constant",
        "The branches through the mean and through the variance are missing.",
        "Mean and variance: both depend on x.",
        dx=mix(1, 0, 0),
    )
    yield Mistake(
        "convnet.variance_branch_missing",
        "The branch through the variance is missing.",
        "The ways from x to out, one after the other.",
        dx=mix(1, 1, 0),
    )
    yield Mistake(
        "convnet.mean_branch_missing",
        "The branch through the mean is missing.",
        "The ways from x to out, one after the other.",
        dx=mix(1, 0, 1),
    )
    yield Mistake(
        "convnet.variance_branch_sign",
        "The branch through the variance has the wrong sign.",
        "The derivative of 1/s with respect to s.",
        dx=mix(1, 1, -1),
    )
    yield Mistake(
        "convnet.mean_branch_sign",
        "The branch through the mean has the wrong sign.",
        "The sign of the mean in the forward pass.",
        dx=mix(1, -1, 1),
    )
    yield Mistake(
        "convnet.dx_without_gamma",
        "Gamma is missing in dx.",
        "The step from out to the normalized x.",
        dx=lambda: sum(_parts(x, 1 + 0 * scale, dout, sets, eps)),
    )
    yield Mistake(
        "convnet.gamma_twice",
        "Gamma is a factor of dx twice.",
        "All places where dx is multiplied by gamma.",
        before=lambda: sum(_parts(x, scale**2, dout, sets, eps)),
        after=lambda: scale * sum(parts()),
    )
    yield Mistake(
        "convnet.dx_divided_by_gamma",
        "The gradient is divided by gamma.",
        "The step from out to the normalized x: gamma was a factor there.",
        dx=lambda: sum(_parts(x, 1 / scale, dout, sets, eps)),
    )
    yield Mistake(
        "convnet.dx_by_variance",
        "The gradient dx is divided by the variance instead of its root.",
        "How often you divide by the root: the normalized x contains it, too.",
        dx=lambda: sum(parts()) / root,
    )
    yield Mistake(
        "convnet.dx_not_divided",
        "The division of dx by the standard deviation is missing.",
        "The step from the normalized x to the centred x.",
        dx=lambda: sum(parts()) * root,
    )
    yield Mistake(
        "convnet.dx_times_deviation",
        "The gradient dx is multiplied by the standard deviation instead of divided by it.",
        "The step from the normalized x to the centred x.",
        dx=lambda: sum(parts()) * root**2,
    )
    yield Mistake(
        "convnet.sums_not_divided",
        "The sums in dx are not divided by the number of values that share a mean.",
        "How much of the gradient of a mean reaches each of the m values that it averages.",
        dx=mix(1, n, n),
    )
    variance = root**2 - eps
    for other in (1e-5, 0.0):
        yield Mistake(
            "convnet.eps_in_gradient",
            "The backward pass leaves eps out, or has 1e-5 whatever the caller gives.",
            "Every root of the backward pass: it needs the eps of the forward pass.",
            all=lambda other=other: sum(_parts(x, scale, dout, sets, other)),
            last=lambda other=other: sum(parts()) * root / np.sqrt(variance + other),
        )
    shape = np.shape(x)
    N, C, H, W = shape
    for divisor in {N, H * W, N * H * W, C * H * W, N * H * H, N * W * W, n.flat[0] / (H * W)} - {n.flat[0]}:
        yield Mistake(
            "convnet.sums_divided_wrongly",
            "The sums in dx are divided by the wrong number; it should be the number of values that share a mean.",
            "How many numbers share a mean: count them for your x, with its own N, C, H and W.",
            dx=mix(1, n / divisor, n / divisor),
        )
    centred = x - _moments(x, sets)[0]

    def near(answer: Array, *directions: Array) -> Array:
        """Return the array nearest to the answer that is right up to a multiple of each direction in each set."""
        right = np.sum(parts(), axis=0)
        found: Array = right + 0.0
        for direction in directions:
            shares = (_moments(values, sets, total=True)[0] for values in ((answer - right) * direction, direction**2))
            found = found + direction * next(shares) / next(shares)
        return found

    yield Mistake(
        "convnet.ways_weighted",
        "The three ways from x to out are added up with wrong signs or factors.",
        "Each way by itself: directly, through the mean, through the variance.",
        dx=Nearest(lambda answer: mixture(answer, parts())),
    )
    if n.min() >= 3:
        yield Mistake(
            "convnet.variance_branch_size",
            "What the branch through the variance adds has another size; the rest of dx is right.",
            "The steps of this branch, one after the other: each has a factor.",
            dx=Nearest(lambda answer: near(answer, centred)),
        )
    if n.min() >= 5:
        yield Mistake(
            "convnet.both_branches",
            "What the branches through the mean and the variance add is wrong; the rest of dx is right.",
            "The sums of both branches, and what they are multiplied by.",
            dx=Nearest(lambda answer: near(answer, centred, np.ones(np.shape(x)))),
        )


def _reshaped_gradients(x: Any, gamma: Any, dout: Any, sets: Array, eps: float) -> Iterator[Mistake]:
    """Yield mistakes of batch normalization on the way to rows of pixels and back."""
    shape, scale = np.shape(x), _wide(gamma, np.shape(x))
    N, C, H, W = shape

    def dx(upstream: Any) -> Any:
        return sum(_parts(x, scale, upstream, sets, eps))

    def turned(v: Array, rows: int, columns: int) -> Array:
        return np.swapaxes(v.reshape(N, C, rows, columns), 2, 3).reshape(shape)

    in_rows = np.arange(np.size(x)).reshape(shape) % C
    yield Mistake(
        "convnet.dout_reshaped_only",
        "The gradient dout is reshaped to rows of C numbers without moving the axis of the channels first.",
        "The order of the axes before the reshape: what is the last one?",
        dx=lambda: dx(_from_rows(dout)),
        both=lambda: _to_rows(dx(_from_rows(dout))).reshape(shape),
        dbeta=lambda: np.bincount(in_rows.ravel(), np.ravel(dout)),
    )
    yield Mistake(
        "convnet.dx_reshaped_only",
        "The rows become images by a reshape alone: the axis of the channels is still the last one.",
        "The order of the axes of your result before the last reshape.",
        dx=lambda: _to_rows(dx(dout)).reshape(shape),
    )
    yield Mistake(
        "convnet.dx_rows_and_columns",
        "Rows and columns are swapped on the way to rows of pixels, or on the way back.",
        "The order of the axes: the cache is that of rows in the order of the forward pass.",
        dx=lambda: turned(dx(turned(dout, H, W)), W, H),
        there=lambda: dx(np.swapaxes(dout, 2, 3).reshape(shape)),
    )
    yield Mistake(
        "convnet.dx_images_and_rows",
        "Images and rows have changed places on the way to rows of pixels.",
        "The order of the axes: the cache is that of rows in the order of the forward pass.",
        dx=lambda: dx(np.stack([np.swapaxes(dout[:, c], 0, 1).reshape(N, H, W) for c in range(C)], axis=1)),
    )


def _grouped_gradients(x: Any, gamma: Any, dout: Any, sets: Array, eps: float) -> Iterator[Mistake]:
    """Yield mistakes of group normalization: where gamma stands, and which numbers the sums run over."""
    shape, scale = np.shape(x), _wide(gamma, np.shape(x))
    C, groups = shape[1], len(np.unique(sets)) // shape[0]
    n, c = np.indices(shape)[:2]

    def over(pools: Array, *parts: int) -> dict[str, Value]:
        """Return dx if the sums of these parts (or of all) run over the pools."""

        def dx() -> Array:
            right, wrong = _parts(x, scale, dout, sets, eps), _parts(x, scale, dout, sets, eps, pools)
            return np.sum([(wrong if k in parts else right)[k] for k in range(3)], axis=0)

        return {"dx": dx if parts else lambda: sum(_parts(x, scale, dout, sets, eps, pools))}

    yield Mistake(
        "convnet.gamma_after_sums",
        "Gamma is multiplied in after the sums over the group.",
        "Which gammas meet in a sum: those of all channels of the group.",
        dx=lambda: scale * sum(_parts(x, 1 + 0 * scale, dout, sets, eps)),
    )
    yield Mistake(
        "convnet.gradient_of_one_group",
        "This is the gradient for G = 1.",
        "Where G comes from, and the axes of your sums.",
        dx=lambda: sum(_parts(x, scale, dout, n, eps)),
    )
    yield Mistake(
        "convnet.gradient_of_single_channels",
        "This is the gradient for G = C.",
        "Where G comes from, and the axes of your sums.",
        dx=lambda: sum(_parts(x, scale, dout, n * C + c, eps)),
    )
    yield Mistake(
        "convnet.sums_over_channels",
        "The sums in dx go over each channel, not over a group.",
        "The axes of your sums: which numbers share a mean?",
        **over(n * C + c),
    )
    yield Mistake(
        "convnet.sums_over_examples",
        "The sums in dx go over all channels of an example, not over a group.",
        "The axes of your sums: which numbers share a mean?",
        **over(n),
    )
    yield Mistake(
        "convnet.sums_over_batch",
        "The sums in dx go over the group in all examples.",
        "The axes of your sums: each example has sums of its own.",
        **over(sets % groups),
    )
    yield Mistake(
        "convnet.sums_over_distant_channels",
        "In the sums of dx, channels that are G apart are together.",
        "Which channels make a group: neighbouring ones, such as 0 and 1.",
        **over(n * C + c % groups),
    )
    size = np.size(x) // (shape[0] * groups)  # of a group
    place = np.arange(np.size(x)).reshape(shape) % size
    for pools in (n * size + place, sets % groups * size + place):
        for part in (1, 2):
            yield Mistake(
                "convnet.sum_over_places",
                "A sum in dx goes over the groups or over the examples.",
                "The axes of your sums: the numbers of one group share a mean.",
                **over(pools, part),
            )


def _gradients_of_scale(x: Any, gamma: Any, beta: Any, dout: Any, sets: Array, eps: float) -> Iterator[Mistake]:
    shape, form = np.shape(x), np.shape(gamma)
    N, C, H, W = shape
    scale, normal = _wide(gamma, shape), _normal(x, sets, eps)

    def settled(values: Any) -> Array:
        return np.reshape(values, form)

    def channels(values: Array) -> Array:
        return settled([math.fsum(np.ravel(values[:, c])) for c in range(C)])

    shares = functools.cache(lambda: gradient_of(lambda g: np.sum(dout * g * normal), scale))  # of each number
    yield Mistake(
        "convnet.gradients_exchanged",
        "The gradients dgamma and dbeta have changed places, or one stands for both.",
        "The return statement, and which of the two needs the normalized x.",
        dgamma=lambda: channels(np.asarray(dout)),
        dbeta=lambda: channels(shares()),
    )
    yield Mistake(
        "convnet.gradients_averaged",
        "The gradient of gamma or beta is a mean, not a sum.",
        "How many numbers one gamma or beta touches: the gradient adds up what all of them want.",
        dgamma=lambda: channels(shares()) / (N * H * W),
        dbeta=lambda: channels(dout) / (N * H * W),
    )
    yield Mistake(
        "convnet.gradients_averaged_in_images",
        "The gradient of gamma or beta is a sum over the images, but over rows and columns it is a mean.",
        "How many numbers one gamma or beta touches: the gradient adds up what all of them want.",
        dgamma=lambda: channels(shares()) / (H * W),
        dbeta=lambda: channels(dout) / (H * W),
    )
    yield Mistake(
        "convnet.dgamma_of_x",
        "In dgamma, x stands where the normalized x belongs.",
        "What gamma is multiplied by in the forward pass.",
        dgamma=lambda: channels(dout * x),
    )
    yield Mistake(
        "convnet.dgamma_of_out",
        "In dgamma, out stands where the normalized x belongs.",
        "What gamma is multiplied by in the forward pass.",
        dgamma=lambda: channels(dout * _scaled(gamma, beta, normal)),
    )
    yield Mistake(
        "convnet.gamma_in_its_gradient",
        "Gamma is a factor of dgamma or dbeta.",
        "Where gamma stands in the forward pass: its own gradient does not depend on it.",
        dgamma=lambda: channels(shares() * scale),
        dbeta=lambda: channels(dout * scale),
    )
    yield Mistake(
        "convnet.dgamma_without_dout",
        "In dgamma, dout is missing.",
        "The chain rule: every gradient has the upstream gradient as a factor.",
        dgamma=lambda: channels(normal),
    )
    yield Mistake(
        "convnet.dgamma_divided",
        "In dgamma, dout is divided by the normalized x.",
        "The derivative of a product with respect to one of its factors.",
        dgamma=lambda: channels(dout / normal),
    )
    groups = [np.unique(sets[:, c]).tolist() for c in range(C)]  # channels of one group have the same sets
    together = np.array([[float(one == other) for other in groups] for one in groups])
    yield Mistake(
        "convnet.gradients_of_groups",
        "The gradient of gamma or beta is a sum over each group.",
        "How many numbers gamma has: one for each channel.",
        dgamma=lambda: settled(together @ np.ravel(channels(shares()))),
        dbeta=lambda: settled(together @ np.ravel(channels(dout))),
    )
    yield Mistake(
        "convnet.gradients_not_summed",
        "The gradients of gamma and beta are not summed over images, rows and columns.",
        "The axes of the sum: gamma and beta have one number per channel.",
        dgamma=lambda: shares().sum(axis=0),
        dbeta=lambda: np.sum(dout, axis=0),
        dgamma_images=lambda: shares().sum(axis=(2, 3)),
        dbeta_images=lambda: np.sum(dout, axis=(2, 3)),
    )


def _parts(
    x: Any, scale: Any, dout: Any, sets: Array, eps: float, pools: Array | None = None
) -> tuple[Array, Array, Array]:
    """Return dx along each branch: direct, through the mean, through the variance.

    All are measured. With `pools`, the two sums run over these sets instead of those that share a mean.
    """
    pools = sets if pools is None else pools
    mean, variance = _moments(x, sets)
    root = np.sqrt(variance + eps)

    def total(z: Any, mean: Any, variance: Any) -> Any:
        return np.sum(dout * scale * (z - mean) / np.sqrt(variance + eps))

    direct = gradient_of(lambda z: total(z, mean, variance), x)
    of_mean = root * gradient_of(lambda m: total(x, m, variance), mean)
    of_variance = root**2 * gradient_of(lambda v: total(x, mean, v), variance)
    normal = (x - mean) / root
    through_mean = gradient_of(lambda z: np.sum(of_mean * _moments(z, pools)[0]), x) / root
    through_variance = (
        gradient_of(lambda d: np.sum(of_variance * _moments((normal + d) ** 2, pools)[0]), 0 * normal) / root
    )
    return direct, through_mean, through_variance


def _sets(shape: tuple[int, ...], *axes: int) -> Array:
    """Return for each number the set that it shares with all numbers of the same indices along `axes`."""
    places, found = np.indices(shape), np.zeros(shape, dtype=int)
    for axis in axes:
        found = found * shape[axis] + places[axis]
    return found


def _groups(shape: tuple[int, ...], G: int) -> Array:
    n, c = np.indices(shape)[:2]
    return n * G + c * G // shape[1]


def _moments(x: Any, sets: Array, total: bool = False) -> tuple[Array, Array]:
    """Return mean (or sum) and variance of the set of each number."""
    which = sets.ravel()
    counts = np.bincount(which)

    def mean(values: Any) -> Array:
        sums = np.bincount(which, np.ravel(values))
        return (sums if total else sums / np.maximum(counts, 1))[sets]

    centre = mean(x)
    return centre, mean((x - centre) ** 2)


def _normal(x: Any, sets: Array, eps: float) -> Array:
    mean, variance = _moments(x, sets)
    return (x - mean) / np.sqrt(variance + eps)


def _of_channels(x: Any) -> tuple[Array, Array]:
    mean, variance = _moments(x, _sets(np.shape(x), 1))
    return mean[0, :, 0, 0], variance[0, :, 0, 0]


def _wide(values: Any, shape: tuple[int, ...]) -> Array:
    """Return for each number that of its channel."""
    return np.ravel(values)[_sets(shape, 1)]


def _scaled(gamma: Any, beta: Any, normal: Array) -> Array:
    return _wide(gamma, normal.shape) * normal + _wide(beta, normal.shape)


def _to_rows(images: Any) -> Array:
    """Return the numbers of images, pixel by pixel."""
    return np.concatenate([np.stack(list(image), axis=-1).ravel() for image in images])


def _from_rows(values: Any) -> Array:
    """Return images (N, C, H, W) of numbers that lie in memory pixel by pixel."""
    N, C, H, W = np.shape(values)
    return np.stack([np.ravel(values)[c::C].reshape(N, H, W) for c in range(C)], axis=1)


# --- the net ---------------------------------------------------------------------------------------


def rows_of_W2(input_dim: Any, num_filters: int, filter_size: int) -> Iterator[Mistake]:
    """Yield the mistakes of the number of values that come out of the pooling: the quantity `rows`."""
    C, H, W = input_dim
    pixels = H * W / 4
    yield Mistake(
        "convnet.pooling_forgotten",
        "The pooling, which halves height and width, is forgotten in W2.",
        "What the pooling hands on: how many numbers has one of its maps?",
        rows=num_filters * H * W,
    )
    yield Mistake(
        "convnet.one_map",
        "W2 is made for one map; there are as many maps as filters.",
        "What the pooling hands on: how many maps are there?",
        rows=pixels,
    )
    yield Mistake(
        "convnet.maps_of_colours",
        "W2 is made for as many maps as the image has channels.",
        "What the convolution hands on: how many maps are there?",
        rows=C * pixels,
    )
    yield Mistake(
        "convnet.images_shrink",
        "W2 is made for a convolution that shrinks the images.",
        "The padding: the convolution keeps the size of the images.",
        rows=num_filters * ((H - filter_size + 1) // 2) * ((W - filter_size + 1) // 2),
    )
    yield Mistake(
        "convnet.images_square",
        "W2 fits square images only.",
        "Which of the two is the height, and which the width.",
        high=num_filters * (H // 2) ** 2,
        wide=num_filters * (W // 2) ** 2,
    )
    yield Mistake(
        "convnet.pixels_halved",
        "W2 is made for half as many pixels; the pooling halves the height and the width.",
        "How many pixels become one in the pooling.",
        rows=num_filters * H * W / 2,
    )


def scores(params: Any, X: Any) -> Iterator[Mistake]:
    """Yield the mistakes of the net's scores for 2x2 pooling: the quantity `scores`."""

    def without(*names: str) -> dict[str, Value]:
        return {"scores": lambda: _scores(params | {name: 0 * params[name] for name in names}, X)}

    yield Mistake(
        "convnet.relu_missing_in_hidden",
        "The ReLU of the hidden layer is missing.",
        "The layers in their order: there are two of ReLU.",
        scores=lambda: _scores(params, X, relu2=_same),
    )
    yield Mistake(
        "convnet.relu_missing_after_convolution",
        "The ReLU after the convolution is missing.",
        "The layers in their order: there are two of ReLU.",
        scores=lambda: _scores(params, X, relu1=_same),
    )
    yield Mistake(
        "convnet.relu_on_scores",
        "The scores went through a ReLU.",
        "The last layer: scores may be negative.",
        scores=lambda: _relu(_scores(params, X)),
    )
    yield Mistake("convnet.b1_missing", "The bias b1 is missing.", "The convolution.", **without("b1"))
    yield Mistake("convnet.b2_missing", "The bias b2 is missing.", "The hidden layer.", **without("b2"))
    yield Mistake("convnet.b3_missing", "The bias b3 is missing.", "The last layer.", **without("b3"))
    yield Mistake(
        "convnet.biases_missing", "The biases are missing.", "What each layer adds.", **without("b1", "b2", "b3")
    )
    yield Mistake(
        "convnet.probabilities",
        "These are probabilities, not scores.",
        "The return statement for y=None: it comes before the softmax.",
        scores=lambda: [
            [math.exp(s - max(row)) / sum(math.exp(t - max(row)) for t in row) for s in row]
            for row in _scores(params, X)
        ],
    )
    yield Mistake(
        "convnet.average_pooling",
        "The windows of the pooling are averaged.",
        "Which pooling you call: it takes the maximum of each window.",
        scores=lambda: _scores(params, X, pool=lambda windows: windows.mean(axis=-1)),
    )


def loss(params: Any, X: Any, y: Any) -> Iterator[Mistake]:
    """Yield the mistakes of the loss without penalty, and of its gradients in the backward pass.

    The quantities are `loss` and the names of the parameters.
    """

    def pairs() -> Iterator[tuple[Any, Any]]:
        return zip(_scores(params, X), y, strict=True)

    yield Mistake(
        "convnet.svm_loss",
        "This is the loss of an SVM.",
        "The last layer, which is a softmax.",
        loss=lambda: np.mean([sum(max(0, s - row[k] + 1) for s in row) - 1 for row, k in pairs()]),
    )

    def back(**layers: Any) -> dict[str, Value]:
        """Return what the gradients are if the forward pass is right, but layers pass gradients on differently."""

        def of(name: str) -> Array:
            own = {key: _through(*pair) for key, pair in layers.items()}
            _scores(params, X, **own)  # the layers remember their inputs
            return gradient_of(lambda V: _cross_entropy(_scores(params | {name: V}, X, **own), y), params[name])

        return {name: functools.partial(of, name) for name in ("W1", "b1", "W2", "b2")}

    yield Mistake(
        "convnet.relu_missing_back_hidden",
        "The ReLU of the hidden layer is missing in the backward pass.",
        "The layers in reverse order: each of the six has a backward pass.",
        **back(relu2=(_relu, _same)),
    )
    yield Mistake(
        "convnet.relu_missing_back_convolution",
        "The ReLU after the convolution is missing in the backward pass.",
        "The layers in reverse order: each of the six has a backward pass.",
        **back(relu1=(_relu, _same)),
    )
    yield Mistake(
        "convnet.relus_missing_back",
        "Both ReLUs are missing in the backward pass.",
        "The layers in reverse order: each of the six has a backward pass.",
        **back(relu1=(_relu, _same), relu2=(_relu, _same)),
    )
    yield Mistake(
        "convnet.pooling_back_to_all",
        "In the backward pass, all pixels of a window get the gradient of its maximum.",
        "The backward pass of the pooling: which pixel made the pooled value?",
        **back(pool=(_largest, lambda windows: windows.sum(axis=-1))),
    )
    yield Mistake(
        "convnet.pooling_back_evenly",
        "In the backward pass, the gradient of a pooled value is spread evenly over its window.",
        "The backward pass of the pooling: which pixel made the pooled value?",
        **back(pool=(_largest, lambda windows: windows.mean(axis=-1))),
    )

    def averaged(name: str) -> Value:
        return lambda: right_net_gradient(name, params, X, y) / math.prod(X.shape[2:])

    yield Mistake(
        "convnet.averaged_over_pixels",
        "The gradients of the convolution are means over the pixels, not sums.",
        "How often a filter is used in an image: its gradient adds up what all its places want.",
        W1=averaged("W1"),
        b1=averaged("b1"),
    )

    def before_relu() -> Array:
        hidden, right = _scores(params | {"W3": np.eye(len(params["W3"])), "b3": 0}, X, relu2=_same), _scores(params, X)
        return gradient_of(lambda V: _cross_entropy(right + hidden @ (V - params["W3"]), y), params["W3"])

    yield Mistake(
        "convnet.hidden_before_relu",
        "In the gradient of W3, the hidden layer stands as it is before its ReLU.",
        "What the last layer got as its input.",
        W3=before_relu,
    )


def right_net_gradient(name: str, params: Any, X: Any, y: Any) -> Array:
    """Return the gradient of the loss without penalty with respect to a parameter, measured by central differences.

    This is the net by definition: the convolution keeps the size, the pooling is 2x2. A check accepts it beside
    the gradient of the student's own loss, so that a mistake there costs once.
    """
    return gradient_of(lambda V: _cross_entropy(_scores(params | {name: V}, X), y), params[name])


def penalty(params: Any, reg: float, num_examples: int) -> Iterator[Mistake]:
    """Yield the mistakes of what reg adds to the loss: the quantity `penalty`."""
    squares = {name: float(np.sum(np.square(value))) for name, value in params.items()}
    right = reg * sum(squares[name] for name in ("W1", "W2", "W3"))
    yield Mistake(
        "convnet.w1_unregularized",
        "W1 is not regularized.",
        "The sum of the penalty.",
        penalty=right - reg * squares["W1"],
    )
    yield Mistake(
        "convnet.w2_unregularized",
        "W2 is not regularized.",
        "The sum of the penalty.",
        penalty=right - reg * squares["W2"],
    )
    yield Mistake(
        "convnet.w3_unregularized",
        "W3 is not regularized.",
        "The sum of the penalty.",
        penalty=right - reg * squares["W3"],
    )
    yield Mistake(
        "convnet.biases_regularized",
        "The biases are regularized, too.",
        "The sum of the penalty: only weights belong to it.",
        penalty=reg * sum(squares.values()),
    )
    yield Mistake(
        "convnet.penalty_halved",
        "The penalty has a factor 1/2 that this course does not use.",
        "The penalty is reg times the sum of the squared weights.",
        penalty=right / 2,
    )
    yield Mistake(
        "convnet.penalty_averaged",
        "The penalty is divided by the number of examples.",
        "The order of the last steps: only the losses of the examples are averaged.",
        penalty=right / num_examples,
    )
    yield Mistake(
        "convnet.penalty_missing",
        "The loss does not change with reg.",
        "The order of the last steps: the penalty is added to the loss.",
        penalty=0.0,
    )
    weights = [np.ravel(params[name]) for name in ("W1", "W2", "W3")]
    yield Mistake(
        "convnet.penalty_not_of_squares",
        "The penalty is not the sum of the squared weights, times reg.",
        "The definition of the penalty: squares, their sum, times reg.",
        plain=reg * sum(np.sum(W) for W in weights),
        absolute=reg * sum(np.sum(np.abs(W)) for W in weights),
        mean=reg * sum(np.mean(W**2) for W in weights),
        without=reg,
        inverted=reg / sum(np.sum(W**2) for W in weights),
        ones=reg * sum(W.size for W in weights),
    )


def _scores(
    params: Any,
    X: Any,
    relu1: Callable[[Array], Array] | None = None,
    pool: Callable[[Array], Array] | None = None,
    relu2: Callable[[Array], Array] | None = None,
) -> Array:
    """Return the scores of the net with 2x2 pooling and a padding that keeps the size of the images."""
    N, (F, C, size, _) = len(X), params["W1"].shape
    height, width = X.shape[2:]
    edge = size // 2
    framed = np.zeros((N, C, height + 2 * edge, width + 2 * edge))
    framed[:, :, edge : edge + height, edge : edge + width] = X
    images, channels, rows, columns = framed.strides
    fields = np.lib.stride_tricks.as_strided(
        framed, (N, height, width, C, size, size), (images, rows, columns, channels, rows, columns), writeable=False
    )
    maps = fields.reshape(N, height * width, -1) @ params["W1"].reshape(F, -1).T + params["b1"]
    maps = maps.transpose(0, 2, 1).reshape(N, F, height, width)
    maps = (relu1 or _relu)(maps)
    windows = np.stack([maps[:, :, i::2, j::2] for i in (0, 1) for j in (0, 1)], axis=-1)
    flat = (pool or _largest)(windows).reshape(N, -1)
    return (relu2 or _relu)(flat @ params["W2"] + params["b2"]) @ params["W3"] + params["b3"]


def _cross_entropy(scores: Array, y: Any) -> float:
    raised = scores - np.max(scores, axis=1, keepdims=True)
    own = raised[np.arange(len(y)), np.asarray(y)]
    return float(np.mean(np.log(np.sum(np.exp(raised), axis=1)) - own))


def _through(layer: Callable[[Array], Array], passing: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """Return a layer whose values are those of `layer` at its first input, and whose changes are those of `passing`."""
    first: list[Array] = []

    def at(values: Array) -> Array:
        if not first:
            first.append(values)
        return layer(first[0]) + passing(values) - passing(first[0])

    return at


def _relu(values: Array) -> Array:
    return np.where(values > 0, values, 0)


def _largest(windows: Array) -> Array:
    return windows.max(axis=-1)


def _same(values: Array) -> Array:
    return values
