"""Mistakes of the notebook `residual_and_segmentation`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.mistakes.mistake import Mistake, gradient_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Params = Mapping[str, Any]

DICTS_COPIED = Mistake(
    "residual_and_segmentation.dicts_copied",
    "After a batch in train mode, the dicts in bn_params have no running averages.",
    "What you pass to the batch normalizations: the dicts of the caller themselves, not copies of them.",
)
DICTS_SHARED = Mistake(
    "residual_and_segmentation.dicts_shared",
    "Two batch normalizations have the same running averages.",
    "The index into bn_params: each batch normalization has a dict of its own.",
)
TEST_LEARNS = Mistake(
    "residual_and_segmentation.test_learns",
    "Test mode has changed the running averages.",
    "The mode that you pass on to the batch normalizations.",
)
ALL_ALIKE = Mistake(
    "residual_and_segmentation.all_alike",
    "The result is the same for different arguments.",
    "Whether your function uses its arguments.",
)
NOT_TRAINED = Mistake(
    "residual_and_segmentation.not_trained",
    "The nets hardly find more than the background with these settings.",
    "The learning rate first, then the field of view: how far away is the pixel that decides?",
)
OTHER_SETTINGS = Mistake(
    "residual_and_segmentation.other_settings",
    "A second call returns other settings.",
    "Whether your function draws random numbers. It should return fixed values.",
)


# --- the residual block ------------------------------------------------------------------------------


class Block:
    """A residual block by its definition, for one case: x (N, C, H, W), params, bn_params and mode.

    `change` gives parts of it that are done in another way; see `out`.
    """

    def __init__(self, x: Any, params: Params, bn_params: Sequence[Params], mode: str) -> None:
        self.x, self.params, self.bn_params, self.mode = np.asarray(x), params, bn_params, mode

    def with_(self, **arrays: Any) -> Block:
        """Return the same case with other arrays: x, or parameters by name."""
        x = arrays.pop("x", self.x)
        return Block(x, {**self.params, **arrays}, self.bn_params, self.mode)

    def maps(self, x: Any, i: int, stride: int, norm: int | None = -1, mode: str | None = None) -> Array:
        """Return convolution i of x, normalized with the parameters and averages of `norm` (those of i for -1)."""
        maps = _correlated(x, self.params[f"W{i}"], stride)
        if norm is None:
            return maps
        j = i if norm == -1 else norm
        averages = self.bn_params[j - 1]
        if (mode or self.mode) == "train":
            mean, var = maps.mean(axis=(0, 2, 3)), maps.var(axis=(0, 2, 3))
        else:
            zeros = np.zeros(maps.shape[1])
            mean, var = averages.get("running_mean", zeros), averages.get("running_var", zeros)
        scale = self.params[f"gamma{j}"] / np.sqrt(var + averages.get("eps", 1e-5))
        return maps * _wide(scale) + _wide(self.params[f"beta{j}"] - mean * scale)

    def branch(
        self,
        inner: Callable[[Any], Any] = lambda sums: np.maximum(sums, 0),
        norms: tuple[int | None, int | None] = (1, 2),
        strides: tuple[int, int] | None = None,
        mode: str | None = None,
    ) -> Array:
        """Return F(x), what is added to the shortcut."""
        first, second = strides or (self.stride, 1)
        return self.maps(inner(self.maps(self.x, 1, first, norms[0], mode)), 2, second, norms[1], mode)

    def shortcut(self, norm: int | None = 3, mode: str | None = None) -> Array:
        return self.maps(self.x, 3, 2, norm, mode) if "W3" in self.params else self.x

    @property
    def stride(self) -> int:
        return 2 if "W3" in self.params else 1

    def out(self) -> Array:
        return np.maximum(self.branch() + self.shortcut(), 0)


def right_block(x: Any, params: Params, bn_params: Sequence[Params], mode: str) -> Array:
    """Return out of residual_block_forward."""
    return Block(x, params, bn_params, mode).out()


def block(x: Any, params: Params, bn_params: Sequence[Params], mode: str) -> Iterator[Mistake]:
    """Yield the mistakes of residual_block_forward: the quantity `out`."""
    case = Block(x, params, bn_params, mode)
    yield Mistake(
        "residual_and_segmentation.shortcut_missing",
        "The input is not added: the block is two convolutions in a row.",
        "What makes the block residual: the sum before the last ReLU.",
        out=lambda: np.maximum(case.branch(), 0),
    )
    yield Mistake(
        "residual_and_segmentation.last_relu_missing",
        "The ReLU after the sum is missing.",
        "The end of the forward pass.",
        out=lambda: case.branch() + case.shortcut(),
    )
    yield Mistake(
        "residual_and_segmentation.relu_before_sum",
        "The last ReLU comes before the sum, so that a block can add but never subtract.",
        "The order of sum and ReLU.",
        out=lambda: np.maximum(case.branch(), 0) + case.shortcut(),
        twice=lambda: np.maximum(np.maximum(case.branch(), 0) + case.shortcut(), 0),
    )
    yield Mistake(
        "residual_and_segmentation.inner_relu_missing",
        "The ReLU between the two convolutions is missing.",
        "The first half of the block: convolution, batch normalization, and what?",
        out=lambda: np.maximum(case.branch(inner=lambda sums: sums) + case.shortcut(), 0),
    )
    yield Mistake(
        "residual_and_segmentation.not_normalized",
        "A convolution is not followed by batch normalization.",
        "Each convolution of the block: all of them have a batch normalization, the projection as well.",
        second=lambda: np.maximum(case.branch(norms=(1, None)) + case.shortcut(), 0),
        first=lambda: np.maximum(case.branch(norms=(None, 2)) + case.shortcut(), 0),
        projection=lambda: np.maximum(case.branch() + case.shortcut(None), 0),
    )
    yield Mistake(
        "residual_and_segmentation.same_normalization",
        "Two batch normalizations use the same gamma, beta or averages.",
        "The numbers in the names: convolution k has gamma k, beta k and its own dict.",
        second=lambda: np.maximum(case.branch(norms=(1, 1)) + case.shortcut(), 0),
        projection=lambda: np.maximum(case.branch() + case.shortcut(2), 0),
        first=lambda: np.maximum(case.branch() + case.shortcut(1), 0),
        averages=lambda: Block(x, params, [bn_params[0]] * len(bn_params), mode).out(),
    )
    other = "test" if mode == "train" else "train"
    yield Mistake(
        "residual_and_segmentation.mode",
        "The batch normalizations run in the wrong mode.",
        "Where the mode comes from: it is an argument of the block, whatever the dicts hold.",
        out=lambda: np.maximum(case.branch(mode=other) + case.shortcut(mode=other), 0),
        branch=lambda: np.maximum(case.branch(mode=other) + case.shortcut(), 0),
        shortcut=lambda: np.maximum(case.branch() + case.shortcut(mode=other), 0),
    )
    if case.stride == 2:
        yield Mistake(
            "residual_and_segmentation.late_stride",
            "The second convolution has the stride, not the first one.",
            "Which convolution halves the images.",
            out=lambda: np.maximum(case.branch(strides=(1, 2)) + case.shortcut(), 0),
        )
        yield Mistake(
            "residual_and_segmentation.projection_missing",
            "The shortcut takes every second pixel of x, without the convolution W3.",
            "The shortcut of a block that has W3.",
            out=lambda: np.maximum(case.branch() + case.x[:, :, ::2, ::2], 0),
        )
        yield Mistake(
            "residual_and_segmentation.projection_last",
            "The projection is added after the last ReLU.",
            "The order of sum and ReLU.",
            out=lambda: np.maximum(case.branch(), 0) + case.shortcut(),
        )


def block_gradient(
    name: str, x: Any, params: Params, bn_params: Sequence[Params], mode: str, dout: Any
) -> Iterator[Mistake]:
    """Yield the mistakes of residual_block_backward, for the gradient of "x" or of a parameter."""
    case = Block(x, params, bn_params, mode)
    array = case.x if name == "x" else params[name]
    passed = (case.out() > 0) * dout

    def gradient(part: Callable[[Block], Any], weights: Any) -> dict[str, Callable[[], Any]]:
        return {"gradient": lambda: gradient_of(lambda v: np.sum(part(case.with_(**{name: v})) * weights), array)}

    def whole(each: Block) -> Any:
        return each.branch() + each.shortcut()

    if name in ("x", "W3", "gamma3", "beta3"):
        yield Mistake(
            "residual_and_segmentation.shortcut_gradient_missing",
            "The gradient of the shortcut is missing.",
            "The sum in the forward pass: x is used twice, so two gradients arrive at it.",
            **gradient(lambda each: each.branch(), passed),
        )
    if name == "x":
        yield Mistake(
            "residual_and_segmentation.branch_gradient_missing",
            "Only the gradient of the shortcut is there.",
            "The sum in the forward pass: x is used twice, so two gradients arrive at it.",
            **gradient(lambda each: each.shortcut(), passed),
        )
        yield Mistake(
            "residual_and_segmentation.shortcut_not_masked",
            "The gradient of the shortcut has not passed the last ReLU.",
            "Where the ReLU stands: after the sum, so its gradient comes first, for both paths.",
            gradient=lambda: (
                gradient_of(lambda v: np.sum(case.with_(x=v).branch() * passed), array)
                + gradient_of(lambda v: np.sum(case.with_(x=v).shortcut() * dout), array)
            ),
        )
    yield Mistake(
        "residual_and_segmentation.last_relu_gradient",
        "The gradient has not passed the last ReLU.",
        "The first step on the way back.",
        **gradient(whole, dout),
    )
    if name in ("x", "W1", "gamma1", "beta1"):
        sums = case.maps(case.x, 1, case.stride)

        def straight(each: Block) -> Any:
            return each.branch(inner=lambda now: np.maximum(sums, 0) + (now - sums)) + each.shortcut()

        yield Mistake(
            "residual_and_segmentation.inner_relu_gradient",
            "The gradient has not passed the ReLU between the convolutions.",
            "The way back through the first half: what does the ReLU block?",
            **gradient(straight, passed),
        )

    if name in ("x", "W1", "gamma1", "beta1", "W2", "W3"):
        yield Mistake(
            "residual_and_segmentation.norm_gradient_missing",
            "The gradient has not passed a batch normalization.",
            "The way back, step by step: which layer stands right before the sum, on both paths?",
            branch=lambda: gradient_of(
                lambda v: np.sum(
                    (case.with_(**{name: v}).branch(norms=(1, None)) + case.with_(**{name: v}).shortcut()) * passed
                ),
                array,
            ),
            shortcut=lambda: gradient_of(
                lambda v: np.sum((case.with_(**{name: v}).branch() + case.with_(**{name: v}).shortcut(None)) * passed),
                array,
            ),
        )
    yield from _exchanged(
        name,
        params,
        lambda other: gradient_of(lambda v: np.sum(whole(case.with_(**{other: v})) * passed), params[other]),
    )


def _exchanged(name: str, params: Params, gradient: Callable[[str], Any]) -> Iterator[Mistake]:
    """Yield the mistake that the gradient of another parameter of the same shape stands under this name."""
    kind, k = name[:-1], name[-1]
    others = {"gamma": f"beta{k}", "beta": f"gamma{k}", "W": f"W{3 - int(k)}" if k in "12" else ""}
    other = others.get(kind, "")
    if name in params and other in params and np.shape(params[other]) == np.shape(params[name]):
        yield Mistake(
            "residual_and_segmentation.gradients_exchanged",
            "It is the gradient of another parameter.",
            "The order of the values that the backward function returns, and the names that you give them.",
            gradient=lambda: gradient(other),
        )


# --- transposed convolution ----------------------------------------------------------------------------


def right_transposed(x: Any, w: Any, stride: int) -> Array:
    """Return out of conv_transpose_forward."""
    return _copies(x, w, stride, lambda room, copy: room + copy)


def transposed(x: Any, w: Any, stride: int) -> Iterator[Mistake]:
    """Yield the mistakes of conv_transpose_forward: the quantity `out`."""
    x, w = np.asarray(x), np.asarray(w)
    yield Mistake(
        "residual_and_segmentation.copies_overwrite",
        "Where copies of the filter overlap, the last one has replaced the others.",
        "How a copy gets into out: it is added to what is already there.",
        out=lambda: _copies(x, w, stride, lambda room, copy: copy),
    )
    yield Mistake(
        "residual_and_segmentation.filter_flipped",
        "The filters are turned upside down and mirrored.",
        "Which weight goes to which pixel of the copy.",
        out=lambda: right_transposed(x, w[:, :, ::-1, ::-1], stride),
    )
    yield Mistake(
        "residual_and_segmentation.filter_transposed",
        "Rows and columns of the filters are exchanged.",
        "The order of the last two axes of w.",
        out=lambda: right_transposed(x, w.transpose(0, 1, 3, 2), stride),
    )
    yield Mistake(
        "residual_and_segmentation.channels_exchanged",
        "The first two axes of w are exchanged.",
        "The shape of w, (C, F, HH, WW): the channels of x come first.",
        out=lambda: right_transposed(x, w.swapaxes(0, 1), stride),
    )
    yield Mistake(
        "residual_and_segmentation.one_channel",
        "Not all channels of x take part.",
        "The sum over c.",
        first=lambda: right_transposed(x[:, :1], w[:1], stride),
        last=lambda: right_transposed(x[:, -1:], w[-1:], stride),
    )
    yield Mistake(
        "residual_and_segmentation.nearest_neighbor",
        "Every pixel is repeated without the filter.",
        "What a copy consists of: the weights times the pixel.",
        out=lambda: right_transposed(x, np.ones_like(w), stride),
    )


def transposed_gradient(x: Any, w: Any, stride: int, dout: Any) -> Iterator[Mistake]:
    """Yield the mistakes of conv_transpose_backward: the quantities `x` and `w`."""
    x, w, dout = np.asarray(x), np.asarray(w), np.asarray(dout)

    def of_x(weights: Any, received: Any = dout, step: int = stride) -> Callable[[], Any]:
        return lambda: gradient_of(lambda v: np.sum(right_transposed(v, weights, step) * received), x)

    yield Mistake(
        "residual_and_segmentation.filter_flipped_backward",
        "The filters, or their gradients, are turned upside down and mirrored.",
        "Which weight belongs to which pixel of a copy, as in the forward pass.",
        x=of_x(w[:, :, ::-1, ::-1]),
        w=lambda: gradient_of(lambda v: np.sum(right_transposed(x, v, stride) * dout), w)[:, :, ::-1, ::-1],
    )
    yield Mistake(
        "residual_and_segmentation.channels_exchanged_backward",
        "The first two axes of w are exchanged.",
        "The shape of w, (C, F, HH, WW): the channels of x come first.",
        x=of_x(w.swapaxes(0, 1)),
        w=lambda: gradient_of(lambda v: np.sum(right_transposed(x, v, stride) * dout), w).swapaxes(0, 1),
    )
    corner = np.zeros_like(w)
    corner[:, :, 0, 0] = w[:, :, 0, 0]
    yield Mistake(
        "residual_and_segmentation.corner_only",
        "Only the first weight of each filter takes part.",
        "How many pixels of dout belong to one pixel of x: as many as the filter has.",
        x=of_x(corner),
    )
    yield Mistake(
        "residual_and_segmentation.one_image",
        "Only one of the images contributes to dw.",
        "The sum over the images: do you add, or overwrite?",
        first=lambda: gradient_of(lambda v: np.sum(right_transposed(x[:1], v, stride) * dout[:1]), w),
        last=lambda: gradient_of(lambda v: np.sum(right_transposed(x[-1:], v, stride) * dout[-1:]), w),
    )
    yield Mistake(
        "residual_and_segmentation.one_place",
        "Only one pixel of each image contributes to dw.",
        "The sum over the positions: do you add, or overwrite?",
        first=lambda: gradient_of(lambda v: np.sum(right_transposed(_only(x, 0), v, stride) * dout), w),
        last=lambda: gradient_of(lambda v: np.sum(right_transposed(_only(x, -1), v, stride) * dout), w),
    )


# --- the loss of every pixel, and how good the masks are -------------------------------------------------


def right_pixel_loss(scores: Any, y: Any, ignore: int = -1) -> float:
    """Return the loss of pixel_softmax_loss."""
    terms = _terms(scores, y)
    return float(np.mean(terms[np.asarray(y) != ignore]))


def pixel_loss(scores: Any, y: Any, ignore: int = -1) -> Iterator[Mistake]:
    """Yield the mistakes of pixel_softmax_loss: the quantities `loss` and `gradient`."""
    scores, y = np.asarray(scores, dtype=float), np.asarray(y)
    counts = y != ignore
    number = max(int(counts.sum()), 1)

    def both(loss: Callable[[Any], float]) -> dict[str, Callable[[], Any]]:
        return {"loss": lambda: loss(scores), "gradient": lambda: gradient_of(loss, scores)}

    yield Mistake(
        "residual_and_segmentation.summed",
        "The losses of the pixels are added up, not averaged.",
        "What you divide by: the number of labelled pixels.",
        loss=lambda: float(np.sum(_terms(scores, y)[counts])),
    )
    yield Mistake(
        "residual_and_segmentation.mean_over_images",
        "The sum is divided by the number of images, not of pixels.",
        "What you divide by: the number of labelled pixels.",
        **both(lambda s: float(np.sum(_terms(s, y)[counts])) / len(y)),
    )
    yield Mistake(
        "residual_and_segmentation.ignored_in_number",
        "The sum is divided by the number of all pixels, with and without a label.",
        "What you divide by: the number of labelled pixels.",
        **both(lambda s: float(np.sum(_terms(s, y)[counts])) / y.size),
    )
    clipped = np.where(counts, y, scores.shape[1] - 1)
    yield Mistake(
        "residual_and_segmentation.ignored_as_class",
        "Pixels without a label count as pixels of a class.",
        "What scores[..., -1] selects. Leave these pixels out.",
        **both(lambda s: float(np.mean(_terms(s, clipped)))),
        zero=lambda: float(np.mean(_terms(scores, np.where(counts, y, 0)))),
        zero_gradient=lambda: gradient_of(lambda s: float(np.mean(_terms(s, np.where(counts, y, 0)))), scores),
    )
    yield Mistake(
        "residual_and_segmentation.per_image",
        "The loss is averaged within each image first. Images with few labelled pixels then count too much.",
        "The mean: one over all labelled pixels of the batch.",
        **both(
            lambda s: float(
                np.mean(
                    [
                        np.mean(_terms(s[n : n + 1], y[n : n + 1])[counts[n : n + 1]])
                        for n in range(len(y))
                        if counts[n].any()
                    ]
                )
            )
        ),
    )
    for axis, where in ((0, "images"), (2, "rows"), (3, "columns")):
        yield Mistake(
            "residual_and_segmentation.softmax_axis",
            "The probabilities do not add up to 1 over the classes of a pixel.",
            "The axis of the softmax: classes are axis 1.",
            **{where: functools.partial(_loss_along, scores, y, counts, axis)},
        )
    yield Mistake(
        "residual_and_segmentation.reshaped_only",
        "The scores are reshaped to rows of C numbers without moving the axis of the classes to the end first.",
        "The order of the axes before the reshape: what is the last one?",
        **both(lambda s: float(np.mean(_terms(_from_rows(s), y)[counts]))),
        mixed=lambda: np.reshape(
            gradient_of(lambda s: float(np.mean(_terms(s, y)[counts])), scores).transpose(0, 2, 3, 1), scores.shape
        ),
    )
    yield Mistake(
        "residual_and_segmentation.ignored_gradient",
        "Pixels without a label get a gradient.",
        "The gradient at pixels that the loss does not use.",
        gradient=lambda: gradient_of(lambda s: float(np.sum(_terms(s, clipped))) / number, scores),
        zero=lambda: gradient_of(lambda s: float(np.sum(_terms(s, np.where(counts, y, 0)))) / number, scores),
        probabilities=lambda: _softmax(scores) / number - (_onehot(y, scores) * counts[:, None]) / number,
    )
    yield Mistake(
        "residual_and_segmentation.probabilities_only",
        "The gradient holds the probabilities, without the minus one at the correct class.",
        "The derivative of the loss with respect to the score of the correct class.",
        gradient=lambda: _softmax(scores) * counts[:, None] / number,
    )
    yield Mistake(
        "residual_and_segmentation.gradient_not_divided",
        "The gradient is not divided by the number of labelled pixels.",
        "The mean in the loss: its gradient has it, too.",
        gradient=lambda: gradient_of(lambda s: float(np.sum(_terms(s, y)[counts])), scores),
    )


def iou(pred: Any, y: Any, num_classes: int) -> Iterator[Mistake]:
    """Yield the mistakes of mean_iou: the quantity `iou`."""
    pred, y = np.asarray(pred), np.asarray(y)
    both, one, other = (np.zeros(num_classes) for _ in range(3))
    for k in range(num_classes):
        for p, t in zip(pred[y >= 0].ravel().tolist(), y[y >= 0].ravel().tolist(), strict=True):
            both[k] += p == t == k
            one[k] += p == k != t
            other[k] += t == k != p
    either = both + one + other
    there, true = either > 0, both + other > 0

    def ratio(top: Any, bottom: Any, which: Any = there, empty: float = 0.0) -> float:
        return float(np.mean(np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1), empty)[which]))

    every = np.ones(num_classes, bool)
    yield Mistake(
        "residual_and_segmentation.pixel_accuracy",
        "It is the share of the pixels that are right.",
        "The definition: a ratio for each class, then their mean.",
        iou=both.sum() / max(int(np.sum(y >= 0)), 1),
    )
    yield Mistake(
        "residual_and_segmentation.absent_classes",
        "Classes that occur in neither mask take part in the mean.",
        "The classes whose union is empty: 0/0 says nothing about them.",
        zero=ratio(both, either, every),
        one=ratio(both, either, every, 1.0),
    )
    yield Mistake(
        "residual_and_segmentation.true_classes_only",
        "A class that is predicted but nowhere true does not take part in the mean.",
        "Which classes count: those that occur in at least one of the two masks.",
        iou=ratio(both, either, true),
    )
    yield Mistake(
        "residual_and_segmentation.recall",
        "The intersection is divided by the pixels of the true mask.",
        "The denominator: pixels that are in at least one of the masks.",
        iou=ratio(both, both + other),
        true=ratio(both, both + other, true),
    )
    yield Mistake(
        "residual_and_segmentation.precision",
        "The intersection is divided by the pixels of the predicted mask.",
        "The denominator: pixels that are in at least one of the masks.",
        iou=ratio(both, both + one),
        predicted=ratio(both, both + one, both + one > 0),
    )
    yield Mistake(
        "residual_and_segmentation.dice",
        "The denominator counts pixels that are in both masks twice.",
        "The denominator: pixels that are in at least one of the masks.",
        iou=ratio(both, both + either),
        double=ratio(2 * both, both + either),
    )
    yield Mistake(
        "residual_and_segmentation.pooled",
        "The pixels of all classes are put together before the division.",
        "The order: first a ratio for each class, then the mean.",
        iou=both.sum() / max(either.sum(), 1),
    )
    yield Mistake(
        "residual_and_segmentation.background_left_out",
        "Class 0 does not take part in the mean.",
        "The range of your loop. The background is a class like the others.",
        iou=ratio(both, either, there & (np.arange(num_classes) > 0)),
    )
    yield Mistake(
        "residual_and_segmentation.iou_per_image",
        "The ratios are computed for each image and then averaged.",
        "The order: intersections and unions are counted over all images first.",
        iou=lambda: float(np.mean([_mean_iou(p, t, num_classes) for p, t in zip(pred, y, strict=True)])),
    )
    yield Mistake(
        "residual_and_segmentation.unlabelled_counted",
        "Pixels without a label count as wrong predictions.",
        "Pixels whose true class is -1: leave them out of both counts.",
        iou=lambda: _mean_iou(pred, y, num_classes, every_pixel=True),
    )


# --- the fully convolutional net -------------------------------------------------------------------------


def right_scores(params: Params, X: Any, dilations: Sequence[int]) -> Array:
    """Return the scores of fcn_loss."""
    return _fcn(params, X, dilations)


def right_loss(params: Params, X: Any, y: Any, dilations: Sequence[int]) -> float:
    """Return the loss of fcn_loss."""
    return right_pixel_loss(_fcn(params, X, dilations), y)


def scores(params: Params, X: Any, dilations: Sequence[int]) -> Iterator[Mistake]:
    """Yield the mistakes of the forward pass of fcn_loss: the quantity `scores`."""
    last = len(dilations) + 2
    yield Mistake(
        "residual_and_segmentation.biases_missing",
        "The biases of the scores are missing.",
        "The last step of the forward pass.",
        scores=lambda: _fcn({**params, f"b{last}": 0 * np.asarray(params[f"b{last}"])}, X, dilations),
    )
    yield Mistake(
        "residual_and_segmentation.dilation_ignored",
        "The convolutions have no dilation.",
        "The conv_param of each convolution: what does it hold besides stride and pad?",
        scores=lambda: _fcn(params, X, [1] * len(dilations)),
    )
    yield Mistake(
        "residual_and_segmentation.dilations_reversed",
        "The dilations are taken in the wrong order.",
        "Which dilation belongs to which convolution.",
        scores=lambda: _fcn(params, X, list(dilations)[::-1]),
    )
    yield Mistake(
        "residual_and_segmentation.default_dilations",
        "The dilations are 1, 2, 4, whatever the argument says.",
        "Where the dilations come from.",
        scores=lambda: _fcn(params, X, (1, 2, 4)[: len(dilations)]),
    )
    yield Mistake(
        "residual_and_segmentation.no_relu",
        "The ReLUs are missing.",
        "What follows the batch normalization.",
        scores=lambda: _fcn(params, X, dilations, relu=False),
    )
    yield Mistake(
        "residual_and_segmentation.no_normalization",
        "The batch normalizations are missing.",
        "What comes between a convolution and its ReLU.",
        scores=lambda: _fcn(params, X, dilations, normalized=False),
    )
    yield Mistake(
        "residual_and_segmentation.test_mode",
        "The batch normalizations run in test mode, without running averages.",
        "The dict that each of them gets.",
        scores=lambda: _fcn(params, X, dilations, mode="test"),
    )
    yield Mistake(
        "residual_and_segmentation.scores_rectified",
        "The scores have passed a ReLU.",
        "The last layer: a transposed convolution and biases, nothing else.",
        scores=lambda: np.maximum(_fcn(params, X, dilations), 0),
    )


def net_gradient(name: str, params: Params, X: Any, y: Any, dilations: Sequence[int]) -> Iterator[Mistake]:
    """Yield the mistakes of the backward pass of fcn_loss, for the gradient of one parameter."""

    def gradient(other: str, labels: Any = y) -> Any:
        return gradient_of(lambda v: right_loss({**params, other: v}, X, labels, dilations), params[other])

    yield Mistake(
        "residual_and_segmentation.unlabelled_as_background",
        "Pixels without a label count as background.",
        "What the loss gets: the labels as they are, with -1 where there is none.",
        gradient=lambda: gradient(name, np.maximum(y, 0)),
    )
    yield Mistake(
        "residual_and_segmentation.bias_averaged",
        "The gradient of the biases is a mean over the pixels, not a sum.",
        "How often a bias is used: at every pixel of every image.",
        gradient=lambda: gradient(name) / np.size(y),
    )
    yield from _exchanged(name, params, gradient)


# --- parts ---------------------------------------------------------------------------------------------


def _fcn(
    params: Params, X: Any, dilations: Sequence[int], relu: bool = True, normalized: bool = True, mode: str = "train"
) -> Array:
    maps = np.asarray(X)
    for k, dilation in enumerate([0, *dilations], start=1):
        maps = _correlated(maps, params[f"W{k}"], 1 if dilation else 2, dilation or 1)
        if normalized:
            used = 1 if mode == "train" else 0  # averages that were never updated are zeros
            spread = np.sqrt(used * maps.var(axis=(0, 2, 3)) + 1e-5)
            maps = (maps - used * _wide(maps.mean(axis=(0, 2, 3)))) / _wide(spread)
            maps = maps * _wide(params[f"gamma{k}"]) + _wide(params[f"beta{k}"])
        maps = np.maximum(maps, 0) if relu else maps
    return right_transposed(maps, params[f"W{k + 1}"], 2) + _wide(params[f"b{k + 1}"])


def _correlated(x: Any, w: Any, stride: int, dilation: int = 1) -> Array:
    """Return the convolution of x, padded so that stride 1 keeps its size, or for a 4x4 filter so that 2 halves it."""
    x, w = np.asarray(x), np.asarray(w)
    (N, C, H, W), (F, _, size, _) = x.shape, w.shape
    pad = dilation * (size - 1) // 2
    framed = np.zeros((N, C, H + 2 * pad, W + 2 * pad), x.dtype)
    framed[:, :, pad : pad + H, pad : pad + W] = x
    images, channels, rows, columns = framed.strides
    places = [(length + 2 * pad - dilation * (size - 1) - 1) // stride + 1 for length in (H, W)]
    seen = np.lib.stride_tricks.as_strided(
        framed,
        (N, *places, C, size, size),
        (images, stride * rows, stride * columns, channels, dilation * rows, dilation * columns),
        writeable=False,
    )
    products = seen.reshape(-1, C * size * size) @ w.reshape(F, -1).T
    return np.asarray(products.reshape(N, *places, F).transpose(0, 3, 1, 2))


def _copies(x: Any, w: Any, stride: int, put: Callable[[Any, Any], Any]) -> Array:
    """Put a copy of the filters for each pixel into an image of zeros, with what is already there."""
    x, w = np.asarray(x), np.asarray(w)
    (N, _, H, W), (_, F, HH, WW) = x.shape, w.shape
    out = np.zeros((N, F, (H - 1) * stride + HH, (W - 1) * stride + WW))
    copies = (np.moveaxis(x, 1, 3).reshape(N * H * W, -1) @ w.reshape(len(w), -1)).reshape(N, H, W, F, HH, WW)
    for h, v in np.ndindex(H, W):
        place = (slice(None), slice(None), slice(h * stride, h * stride + HH), slice(v * stride, v * stride + WW))
        out[place] = put(out[place], copies[:, h, v])
    return out


def _only(x: Array, place: int) -> Array:
    """Return x with all pixels 0 but the first or last one."""
    kept = np.zeros_like(x)
    kept[:, :, place, place] = x[:, :, place, place]
    return kept


def _softmax(scores: Any, axis: int = 1) -> Array:
    powers = np.exp(scores - np.max(scores, axis=axis, keepdims=True))
    return np.asarray(powers / powers.sum(axis=axis, keepdims=True))


def _onehot(y: Any, scores: Any) -> Array:
    return np.asarray(np.asarray(y)[:, None] == np.arange(np.shape(scores)[1])[:, None, None])


def _terms(scores: Any, y: Any) -> Array:
    """Return the loss of each pixel (N, H, W); anything where y is no class."""
    scores = np.asarray(scores, dtype=float)
    top = np.max(scores, axis=1)
    return top + np.log(np.sum(np.exp(scores - top[:, None]), axis=1)) - np.sum(scores * _onehot(y, scores), axis=1)


def _loss_along(scores: Any, y: Any, counts: Any, axis: int) -> float:
    chosen = np.sum(_softmax(scores, axis) * _onehot(y, scores), axis=1)
    return float(-np.mean(np.log(chosen[counts])))


def _from_rows(scores: Any) -> Array:
    N, C, H, W = np.shape(scores)
    return np.reshape(scores, (N, H, W, C)).transpose(0, 3, 1, 2)


def _mean_iou(pred: Any, y: Any, num_classes: int, every_pixel: bool = False) -> float:
    used = np.ones(np.shape(y), bool) if every_pixel else y >= 0
    ratios = [
        np.sum((pred == k) & (y == k) & used) / np.sum(((pred == k) | (y == k)) & used)
        for k in range(num_classes)
        if np.any(((pred == k) | (y == k)) & used)
    ]
    return float(np.mean(ratios))


def _wide(values: Any) -> Array:
    return np.reshape(values, (-1, 1, 1))
