"""Mistakes of the notebook `convolution`.

All values come from one function, `convolve`, which multiplies Fourier transforms: filters with a single 1 pick out the
pixels of a field, and images with a single 1 show which outputs a pixel reaches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from cs231n_lib.mistakes.mistake import Mistake

Value = Callable[[], Any]

SIZE_NOT_AN_INT = Mistake(
    "convolution.size_not_an_int",
    "The number of positions is a float, which `range` and `np.zeros` refuse.",
    "Which of Python's two divisions gives an int.",
)
EMPTY_SLICE = Mistake(
    "convolution.empty_slice",
    "The result is empty: a slice like [pad:-pad] holds nothing if pad is 0.",
    "Where you cut off the border. Give the end of the slice as a number.",
)

CACHE_DIFFERS = Mistake(
    "convolution.cache_differs",
    "The function conv_backward_naive cannot use this cache.",
    "What conv_forward_naive returns as its cache: this one should be the same.",
)


def convolve(x: Any, w: Any, b: Any, conv_param: Mapping[str, int]) -> Any:
    """Return what the convolution of x (N, C, H, W) with w (F, C, HH, WW) and b (F,) is, through Fourier transforms.

    Raises ValueError if the field is larger than the padded image.
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    (height, width), (HH, WW) = (side + 2 * pad for side in x.shape[2:]), w.shape[2:]
    if height < HH or width < WW:
        raise ValueError("The field is larger than the padded image.")

    def spectrum(values: Any) -> Any:
        rows = np.zeros((*values.shape[:3], width), values.dtype)
        rows[..., : values.shape[3]] = values
        return np.fft.rfft(rows.reshape(*values.shape[:2], -1), height * width)

    # one row after the other: the zeros at their ends and after the last one are the border on all sides
    found = np.fft.irfft(np.einsum("nck,fck->nfk", spectrum(x), spectrum(w).conj()), height * width)
    down, right = (np.arange(-pad, side - field - pad + 1, stride) for side, field in ((height, HH), (width, WW)))
    return found[:, :, width * down[:, np.newaxis] + right] + np.reshape(b, (-1, 1, 1))


def max_pool(x: Any, pool_param: Mapping[str, int]) -> Any:
    """Return what max pooling of x (N, C, H, W) is."""
    return _windows(x, *_pool_sizes(pool_param)).max(axis=2)


def output_size(size: int, field: int, pad: int, stride: int) -> Iterator[Mistake]:
    """Yield the mistakes of the number of positions: the quantity `size`."""
    steps = (size + 2 * pad - field) / stride
    yield Mistake(
        "convolution.size_not_rounded",
        "The number of positions is not rounded, where the stride does not divide evenly.",
        "What becomes of a field that would stick out.",
        size=steps + 1,
    )
    yield Mistake(
        "convolution.size_rounded_up",
        "The number of positions is rounded up, or to the nearest: the last field sticks out of the image.",
        "Round down before you count the first position.",
        size=np.ceil(steps) + 1,
    )
    if pad > 0:
        yield Mistake(
            "convolution.size_padding_once",
            "The padding is counted at one end of the side only, or not at all.",
            "How long the side is with its padding.",
            once=np.floor((size + pad - field) / stride) + 1,
            never=np.floor((size - field) / stride) + 1,
        )
    yield Mistake(
        "convolution.size_first_position",
        "The first position is not counted: this is the number of steps.",
        "The end of the formula.",
        size=np.floor(steps),
    )
    yield Mistake(
        "convolution.size_stride_twice",
        "The stride is used twice.",
        "How often you divide by the stride.",
        size=(np.floor(steps) + 1) // stride,
    )
    yield Mistake(
        "convolution.size_without_stride",
        "The stride is not used.",
        "How many steps there are, if each step is longer than one pixel.",
        size=size + 2 * pad - field + 1,
    )


def conv_forward(x: Any, w: Any, b: Any, conv_param: Mapping[str, int]) -> Iterator[Mistake]:
    """Yield the mistakes of the forward pass of a convolution: the quantity `out`."""
    stride, pad = conv_param["stride"], conv_param["pad"]
    (N, C), (HH, WW) = x.shape[:2], w.shape[2:]
    right = convolve(x, w, b, conv_param)
    bias = np.reshape(b, (-1, 1, 1))

    def out(x: Any = x, w: Any = w, b: Any = b, stride: int = stride, pad: int = pad) -> Any:
        return convolve(x, w, b, {"stride": stride, "pad": pad})

    def bordered(rows: tuple[int, int], columns: tuple[int, int], **how: Any) -> Any:
        return out(x=np.pad(x, [(0, 0), (0, 0), rows, columns], **how), pad=0)

    def moving(down: int, right_: int) -> Any:
        return out(stride=1)[:, :, ::down, ::right_][:, :, : right.shape[2], : right.shape[3]]

    def in_a_frame(values: Any) -> Any:
        missing = [a - b for a, b in zip(right.shape[2:], values.shape[2:], strict=True)]
        return np.pad(values, [(0, 0), (0, 0), *((m // 2, m - m // 2) for m in missing)])

    yield Mistake(
        "convolution.flipped",
        "The filter is flipped. In deep learning nobody flips it.",
        "Which weight is multiplied by which pixel: the first with the first.",
        out=lambda: out(w=w[:, :, ::-1, ::-1]),
    )
    yield Mistake(
        "convolution.flipped_left_right",
        "The filter is flipped from left to right.",
        "The columns of the filter.",
        out=lambda: out(w=w[:, :, :, ::-1]),
    )
    yield Mistake(
        "convolution.flipped_top_bottom",
        "The filter is flipped from top to bottom.",
        "The rows of the filter.",
        out=lambda: out(w=w[:, :, ::-1]),
    )
    yield Mistake(
        "convolution.filter_transposed",
        "Rows and columns of the filter are exchanged.",
        "The order of rows and columns, in the field and in the filter.",
        out=lambda: out(w=w.transpose(0, 1, 3, 2)),
    )
    yield Mistake(
        "convolution.products_divided",
        "The sum of the products is divided by the number or by the size of the weights.",
        "The formula has no division.",
        number=lambda: out(b=0) / w[0].size + bias,
        channel=lambda: out(b=0) / (HH * WW) + bias,
        sizes=lambda: out(w=w / np.abs(w).sum(axis=(1, 2, 3), keepdims=True)),
        sums=lambda: out(w=w / w.sum(axis=(1, 2, 3), keepdims=True)),
    )
    yield Mistake(
        "convolution.not_weighted",
        "The pixels of each field are added up without the weights.",
        "Where the filter comes in.",
        out=lambda: out(w=np.ones_like(w)),
    )
    yield Mistake(
        "convolution.one_row_of_the_field",
        "Only one row of each field is used.",
        "How many rows your slice of the image has.",
        first=lambda: out(w=w * (np.arange(HH) == 0)[:, None]),
        last=lambda: out(w=w * (np.arange(HH) == HH - 1)[:, None]),
    )
    yield Mistake(
        "convolution.field_is_square",
        "The field is as wide as it is high.",
        "The width of the field: it is that of the filter.",
        out=lambda: out(w=w.sum(axis=3, keepdims=True))[:, :, :, : right.shape[3]] if HH == 1 else None,
    )
    yield Mistake(
        "convolution.negative_outputs_cut_off",
        "Negative outputs are cut off at 0, but a convolution has negative outputs, too.",
        "The ReLU: it is a layer of its own.",
        out=lambda: np.maximum(right, 0),
    )
    yield Mistake(
        "convolution.bias_missing",
        "The bias is missing.",
        "The end of the formula.",
        out=lambda: right - bias,
    )
    yield Mistake(
        "convolution.bias_subtracted",
        "The bias is subtracted.",
        "The sign of the bias.",
        out=lambda: right - 2 * bias,
    )
    yield Mistake(
        "convolution.bias_repeated",
        "The bias is added once for every channel, pixel or product; it belongs to the sum, once.",
        "Inside which loop, or of which sum, the bias is added.",
        channel=lambda: right + (C - 1) * bias,
        pixel=lambda: right + (HH * WW - 1) * bias,
        product=lambda: right + (C * HH * WW - 1) * bias,
    )
    yield Mistake(
        "convolution.bias_of_filter_0",
        "Every filter gets the bias of filter 0.",
        "The index of the bias.",
        out=lambda: right - bias + bias[0],
    )
    yield Mistake(
        "convolution.all_biases",
        "All biases are added up; each filter should get its own.",
        "The index of the bias.",
        out=lambda: right - bias + np.sum(b),
    )
    yield Mistake(
        "convolution.bias_along_the_width",
        "The biases run along the columns or the rows of the output, not along the filters.",
        "The shape that b needs, so that NumPy broadcasts it along axis 1.",
        width=lambda: right - bias + np.resize(b, right.shape[3]),
        height=lambda: right - bias + np.resize(b, right.shape[2])[:, None],
        positions=lambda: right - bias + np.resize(b, right[0, 0].size).reshape(right.shape[2:]),
    )
    yield Mistake(
        "convolution.first_channel_only",
        "Only the first channel is used.",
        "The sum over the channels.",
        out=lambda: out(x=x[:, :1], w=w[:, :1]),
    )
    yield Mistake(
        "convolution.last_channel_only",
        "Only the last channel is left: out is overwritten for every channel.",
        "How the channels are put together: they should be added up.",
        out=lambda: out(x=x[:, -1:], w=w[:, -1:]),
    )
    yield Mistake(
        "convolution.mean_of_channels",
        "The average over the channels is taken; they should be added up.",
        "What you do with the results of the channels.",
        out=lambda: (right - bias) / C + bias,
    )
    yield Mistake(
        "convolution.image_0_for_all",
        "Every image gets the output of image 0.",
        "The index of the image.",
        out=lambda: np.broadcast_to(right[:1], right.shape),
    )
    yield from _strides(stride, out=moving)
    yield Mistake(
        "convolution.last_field_sticks_out",
        "The output is rounded up: the last fields stick out of the image.",
        "The size of the output. A field that does not fit completely is left out.",
        out=lambda: bordered((pad, pad + stride - 1), (pad, pad + stride - 1)),
    )
    yield Mistake(
        "convolution.output_too_small",
        "The last row and the last column of the output are missing.",
        "The end of the formula for the size of the output.",
        out=lambda: right[:, :, :-1, :-1] if pad == 0 else None,
    )
    yield _border_not_zero(bordered, pad)
    yield Mistake(
        "convolution.no_padding",
        "There is no padding.",
        "Where the border of zeros is put around the image.",
        out=lambda: out(pad=0),
        framed=lambda: in_a_frame(out(pad=0)),
    )
    if pad > 1:
        yield Mistake(
            "convolution.pad_is_one",
            "The padding is 1, whatever the parameter says.",
            "The numbers in the widths of the border.",
            out=lambda: out(pad=1),
        )
    if pad != stride:
        yield Mistake(
            "convolution.stride_and_pad_exchanged",
            "The stride and the padding are exchanged.",
            "The order of the two arguments.",
            out=lambda: out(stride=pad, pad=stride),
        )
    yield Mistake(
        "convolution.padded_at_one_end",
        "The border is put at one end of each side, or counted once in the size of the output; it belongs at both.",
        "The widths of the border, above and below, left and right.",
        start=lambda: bordered((pad, 0), (pad, 0)),
        end=lambda: bordered((0, pad), (0, pad)),
    )
    yield Mistake(
        "convolution.padded_at_the_end",
        "All of the padding is added at the bottom and right; half of it belongs at the top and left.",
        "The widths of the border, above and below, left and right.",
        out=lambda: bordered((0, 2 * pad), (0, 2 * pad)),
    )
    yield Mistake(
        "convolution.padded_one_direction",
        "Only the rows or only the columns are padded.",
        "The widths of the border for the last two axes.",
        rows=lambda: bordered((pad, pad), (0, 0)),
        columns=lambda: bordered((0, 0), (pad, pad)),
    )
    if C == 1:
        yield Mistake(
            "convolution.all_axes_padded",
            "Images and channels are padded, too.",
            "The widths that np.pad is given: it takes a pair for every axis.",
            out=lambda: out(x=np.concatenate([0 * x[:1]] * pad + [x])[:N]),
        )


def conv_im2col(
    x: Any, w: Any, b: Any, conv_param: Mapping[str, int], own_im2col: Callable[..., Any]
) -> Iterator[Mistake]:
    """Yield the mistakes of a convolution as a matrix product: the quantity `out`.

    They are those of `conv_forward`, what a reshape mixes up, and the columns of `own_im2col`, the student's function.
    """
    right = convolve(x, w, b, conv_param)

    def mixed(*axes: int) -> Value:
        return lambda: right.reshape(*right.shape[:2], -1).transpose(axes).reshape(right.shape)

    def by_own_columns() -> Any:
        cols = own_im2col(x, *w.shape[2:], conv_param["pad"], conv_param["stride"])
        fields = cols.swapaxes(1, 2)  # (N, positions, weights)
        found = convolve(fields.reshape(-1, *w.shape[1:]), w, b, {"stride": 1, "pad": 0})
        return found.reshape(len(x), -1, len(w)).swapaxes(1, 2).reshape(right.shape)

    yield Mistake(
        "convolution.columns_are_wrong",
        "The columns of im2col are wrong; what you make of them is right.",
        "The checks of im2col.",
        out=by_own_columns,
    )
    yield from conv_forward(x, w, b, conv_param)
    yield Mistake(
        "convolution.filters_reshaped",
        "The weights of the filters are mixed up: each row of the matrix should be one filter.",
        "The shape that w is given, and whether a transpose follows it.",
        out=lambda: convolve(x, w.reshape(-1, len(w)).T.reshape(w.shape), b, conv_param),
        channels_last=lambda: convolve(x, w.transpose(0, 2, 3, 1).reshape(w.shape), b, conv_param),
    )
    yield Mistake(
        "convolution.reshape_for_transpose",
        "The values are right but mixed up: a reshape stands where an order of axes has to be changed.",
        "The axes of your product, and those that the output should have. Use transpose before reshape.",
        images=mixed(1, 0, 2),
        filters=mixed(0, 2, 1),
        positions=mixed(1, 2, 0),
    )


def conv_backward(x: Any, w: Any, b: Any, conv_param: Mapping[str, int], dout: Any) -> Iterator[Mistake]:
    """Yield the mistakes of the gradients of sum(out * dout): the quantities `dx`, `dw` and `db`."""
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, (H, W), (tall, wide) = len(x), x.shape[2:], dout.shape[2:]
    rows, columns = np.indices((tall, wide))
    last = (rows == tall - 1) & (columns == wide - 1)

    def reached(shape: Sequence[int] = x.shape[1:], w: Any = w, stride: int = stride, pad: int = pad) -> Any:
        """Return the outputs of images of this shape with a single 1: (pixels, F, rows, columns)."""
        return convolve(_units(shape), w, 0, {"stride": stride, "pad": pad})

    def seen(x: Any = x, stride: int = stride, pad: int = pad) -> Any:
        """Return the outputs of filters with a single 1: (N, weights, rows, columns)."""
        return convolve(x, _units(w.shape[1:]), 0, {"stride": stride, "pad": pad})

    def to_x(outputs: Any, dout: Any = dout, shape: Sequence[int] = x.shape[1:]) -> Any:
        return np.einsum("pfij,nfij->np", outputs, dout).reshape(len(dout), *shape)

    def to_w(outputs: Any, dout: Any = dout) -> Any:
        return np.einsum("nkij,nfij->fk", outputs, dout).reshape(w.shape)

    def with_border() -> Any:
        shape = (x.shape[1], H + pad + pad, W + pad + pad)
        return to_x(reached(shape, pad=0), shape=shape)

    def moved(every: Any, down: int, right: int) -> Any:
        return every[:, :, ::down, ::right][:, :, :tall, :wide]

    def later_wins(dout: Any) -> Any:
        result = np.zeros(x.shape)
        for position in np.ndindex(tall, wide):
            one = to_x(reached(), dout * ((rows == position[0]) & (columns == position[1])))
            result = np.where(np.abs(one) > 1e-8, one, result)
        return result

    def only(axis: int, index: int) -> Any:
        """Return dout where all but one image or filter is 0."""
        return dout * np.moveaxis(np.arange(dout.shape[axis]).reshape(-1, 1, 1, 1) == index, 0, axis)

    yield from _strides(
        stride, dx=lambda *steps: to_x(moved(reached(stride=1), *steps)), dw=lambda *s: to_w(moved(seen(stride=1), *s))
    )
    yield Mistake(
        "convolution.gradients_exchanged",
        "This is a different one of the three gradients.",
        "The order of what you return: dx, dw, db.",
        dx=lambda: to_x(reached()),
        dw=lambda: to_w(seen()),
        db=lambda: dout.sum(axis=(0, 2, 3)),
    )
    if pad > 0:
        yield Mistake(
            "convolution.border_still_on",
            "The border is still on: the result should have the shape of the images, without the padding.",
            "The last step, which cuts the border off.",
            dx=with_border,
        )
        yield Mistake(
            "convolution.border_cut_wrong",
            "The border is cut off at the wrong place.",
            "Where the image begins and ends within its border.",
            start=lambda: with_border()[:, :, :H, :W],
            end=lambda: with_border()[:, :, -H:, -W:],
            one=lambda: with_border()[:, :, 1 : 1 + H, 1 : 1 + W],
            rows=lambda: with_border()[:, :, pad : pad + H],
            columns=lambda: with_border()[:, :, :, pad : pad + W],
            twice=lambda: with_border()[:, :, 2 * pad : H, 2 * pad : W],
        )
    yield Mistake(
        "convolution.last_filter_only",
        "Only the last filter counts: a later one overwrites the earlier.",
        "How the contributions of the filters are put together.",
        dx=lambda: to_x(reached(), only(1, len(w) - 1)),
    )
    yield Mistake(
        "convolution.first_filter_only",
        "Only the first filter counts.",
        "The sum over all filters.",
        dx=lambda: to_x(reached(), only(1, 0)),
    )
    yield Mistake(
        "convolution.overlap_overwritten",
        "Where fields or windows overlap, the later one overwrites the earlier.",
        "The difference between = and +=.",
        dx=lambda: later_wins(dout),
        filters=lambda: later_wins(only(1, len(w) - 1)),
    )
    yield Mistake(
        "convolution.flipped_backward",
        "The filter is flipped in the backward pass, but not in the forward pass.",
        "Which weight goes back to which pixel.",
        dx=lambda: to_x(reached(w=w[:, :, ::-1, ::-1])),
    )
    yield Mistake(
        "convolution.channels_reversed",
        "The channels are in the wrong order.",
        "The index of the channel.",
        dx=lambda: to_x(reached())[:, ::-1],
    )
    yield Mistake(
        "convolution.field_for_filter",
        "The field is multiplied by dout; it should be the filter.",
        "What a pixel was multiplied by in the forward pass.",
        dx=lambda: x * to_x(reached(w=np.ones_like(w))),
    )
    yield Mistake(
        "convolution.filter_for_field",
        "The filter itself is multiplied by dout; it should be the field.",
        "What a weight was multiplied by in the forward pass.",
        dw=lambda: w * dout.sum(axis=(0, 2, 3)).reshape(-1, 1, 1, 1),
    )
    yield Mistake(
        "convolution.dout_not_used",
        "The array dout is not used: this is the gradient of the plain sum of out.",
        "The chain rule: what the gradient is multiplied by.",
        dx=lambda: to_x(reached(), np.ones_like(dout)),
        dw=lambda: to_w(seen(), np.ones_like(dout)),
        db=lambda: np.full(len(w), float(N * tall * wide)),
    )
    yield Mistake(
        "convolution.all_into_the_first_image",
        "The gradients of all images end up in the first one.",
        "The index of the image.",
        dx=lambda: to_x(reached()).sum(axis=0) * (np.arange(N) == 0).reshape(-1, 1, 1, 1),
    )
    yield Mistake(
        "convolution.images_together",
        "Every image gets the gradient of all images together.",
        "The index of the image.",
        dx=lambda: np.broadcast_to(to_x(reached()).sum(axis=0), x.shape),
    )
    yield Mistake(
        "convolution.dout_of_image_0",
        "Every image gets the dout of image 0.",
        "The index of the image in dout.",
        dx=lambda: to_x(reached(), np.broadcast_to(dout[:1], dout.shape)),
    )
    yield Mistake(
        "convolution.averaged_over_filters",
        "It is averaged over the filters; they should be added up.",
        "Whether a sum or a mean belongs there.",
        dx=lambda: to_x(reached()) / len(w),
    )
    yield Mistake(
        "convolution.averaged_over_images",
        "It is averaged over the images; the gradient of a sum is a sum.",
        "Whether the forward pass divides by anything.",
        dx=lambda: to_x(reached()) / N,
        dw=lambda: to_w(seen()) / N,
        db=lambda: dout.sum(axis=(0, 2, 3)) / N,
    )
    yield Mistake(
        "convolution.averaged_over_positions",
        "It is averaged over the positions; the gradient of a sum is a sum.",
        "Whether the forward pass divides by anything.",
        dw=lambda: to_w(seen()) / (tall * wide),
        db=lambda: dout.sum(axis=(0, 2, 3)) / (tall * wide),
    )
    yield Mistake(
        "convolution.averaged",
        "It is averaged over images and positions; the gradient of a sum is a sum.",
        "Whether the forward pass divides by anything.",
        dw=lambda: to_w(seen()) / (N * tall * wide),
        db=lambda: dout.mean(axis=(0, 2, 3)),
    )
    yield Mistake(
        "convolution.last_image_only",
        "Only the last image counts: a later one overwrites the earlier.",
        "How the contributions of the images are put together.",
        dw=lambda: to_w(seen(), only(0, N - 1)),
        db=lambda: dout[-1].sum(axis=(1, 2)),
    )
    yield Mistake(
        "convolution.first_image_only",
        "Only the first image counts.",
        "The sum over all images.",
        dw=lambda: to_w(seen(), only(0, 0)),
        db=lambda: dout[0].sum(axis=(1, 2)),
    )
    yield Mistake(
        "convolution.last_position_only",
        "Only the last position counts: a later one overwrites the earlier.",
        "How the contributions of the positions are put together.",
        dw=lambda: to_w(seen(), dout * last),
        db=lambda: dout[:, :, -1, -1].sum(axis=0),
    )
    yield Mistake(
        "convolution.last_contribution_only",
        "Only the last position of the last image counts: later ones overwrite the earlier.",
        "The difference between = and +=.",
        dw=lambda: to_w(seen(), only(0, N - 1) * last),
        db=lambda: dout[-1, :, -1, -1],
    )
    yield Mistake(
        "convolution.field_without_border",
        "The fields are taken from the image without its border, but the forward pass took them from the padded image.",
        "Which image the fields are cut out of.",
        dw=lambda: to_w(seen(np.pad(x, [(0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)]), pad=0)),
    )
    yield Mistake(
        "convolution.border_holds_pixels",
        "The border of the image holds copies of its pixels, but in the forward pass it holds zeros.",
        "What np.pad writes into the border.",
        dw=lambda: to_w(seen(np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], mode="edge"), pad=0)),
    )
    yield Mistake(
        "convolution.filters_together",
        "Every filter gets the gradient of all filters together.",
        "The index of the filter.",
        dw=lambda: np.broadcast_to(to_w(seen()).sum(axis=0), w.shape),
    )
    yield Mistake(
        "convolution.channels_together",
        "Every channel gets the gradient of all channels together.",
        "The index of the channel, and the axes of your sum.",
        dw=lambda: np.broadcast_to(to_w(seen()).sum(axis=1, keepdims=True), w.shape),
    )
    yield Mistake(
        "convolution.bias_gradient_axes",
        "The gradient of the biases is not one number per filter: the sum runs over the wrong axes.",
        "Over which axes of dout you add up.",
        images=lambda: dout.sum(axis=(1, 2, 3)),
        over_images=lambda: dout.sum(axis=0),
        over_positions=lambda: dout.sum(axis=(2, 3)),
        everything=lambda: dout.sum(),
    )
    yield Mistake(
        "convolution.bias_gradient_shape",
        "The sums are right, but db should have the shape (F,) of b.",
        "The argument keepdims, or a reshape.",
        column=lambda: dout.sum(axis=(0, 2, 3)).reshape(-1, 1),
        kept=lambda: dout.sum(axis=(0, 2, 3), keepdims=True),
        images=lambda: dout.sum(axis=(0, 2, 3)).reshape(-1, 1, 1),
        row=lambda: dout.sum(axis=(0, 2, 3)).reshape(1, -1),
    )


def max_pool_forward(x: Any, pool_param: Mapping[str, int]) -> Iterator[Mistake]:
    """Yield the mistakes of the forward pass of max pooling: the quantity `out`."""
    height, width, stride = _pool_sizes(pool_param)
    windows = _windows(x, height, width, stride)
    right = windows.max(axis=2)

    def out(tall: int = height, wide: int = width, down: int = stride, to_right: int = stride) -> Any:
        """Return the largest values of other windows, without what sticks out of the image."""
        sides = (tall + right.shape[2] * down, wide + right.shape[3] * to_right)
        low = np.pad(x, [(0, 0), (0, 0), (0, sides[0]), (0, sides[1])], constant_values=x.min() - 1)
        every = _windows(low, tall, wide, 1).max(axis=2)
        return every[:, :, ::down, ::to_right][:, :, : right.shape[2], : right.shape[3]]

    def sticking_out() -> Any:
        low = np.pad(x, [(0, 0), (0, 0), (0, stride - 1), (0, stride - 1)], constant_values=x.min() - 1)
        return max_pool(low, pool_param)

    def padded() -> Any:
        return max_pool(np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)]), pool_param)

    yield Mistake(
        "convolution.mean_pooling",
        "This is the mean of each window.",
        "Which value of a window is kept.",
        out=lambda: windows.mean(axis=2),
    )
    yield Mistake(
        "convolution.sum_pooling",
        "This is the sum of each window.",
        "Which value of a window is kept.",
        out=lambda: windows.sum(axis=2),
    )
    yield Mistake(
        "convolution.farthest_from_zero",
        "The value farthest from 0 is taken; it should be the largest.",
        "The absolute value.",
        out=lambda: np.where(right > -windows.min(axis=2), right, windows.min(axis=2)),
        size=lambda: np.abs(windows).max(axis=2),
    )
    yield Mistake(
        "convolution.min_pooling",
        "This is the smallest value of each window.",
        "Which value of a window is kept.",
        out=lambda: windows.min(axis=2),
    )
    yield Mistake(
        "convolution.zero_comes_in",
        "A 0 comes in from somewhere: it is the largest where all values are negative.",
        "Where the search for the largest value begins, and whether there is padding.",
        out=lambda: np.maximum(right, 0),
    )
    yield from _strides(stride, out=lambda down, to_right: out(down=down, to_right=to_right))
    yield Mistake(
        "convolution.windows_move_by_their_size",
        "The windows move by their own size; they should move by the stride.",
        "Window and stride are two different things.",
        out=lambda: out(down=height, to_right=width),
        size=lambda: _windows(x, height, width, 1).max(axis=2)[:, :, ::height, ::width],
    )
    yield Mistake(
        "convolution.last_window_sticks_out",
        "The output is rounded up: the last windows stick out of the image.",
        "The size of the output. A window that does not fit completely is left out.",
        out=sticking_out,
    )
    yield Mistake(
        "convolution.window_of_the_stride",
        "The windows are as large as the stride.",
        "Window and stride are two different things.",
        out=lambda: out(tall=stride, wide=stride),
    )
    yield Mistake(
        "convolution.window_exchanged",
        "Height and width of the window are exchanged.",
        "The order of height and width.",
        out=lambda: out(tall=width, wide=height),
        size=lambda: _windows(x, width, height, stride).max(axis=2),
    )
    yield Mistake(
        "convolution.window_is_square",
        "The windows are assumed to be square.",
        "Height and width of the window: they may differ.",
        height=lambda: out(wide=height),
        width=lambda: out(tall=width),
        by_height=lambda: _windows(x, height, height, stride).max(axis=2),
        by_width=lambda: _windows(x, width, width, stride).max(axis=2),
    )
    yield Mistake(
        "convolution.window_too_large",
        "The windows are one pixel too large.",
        "The end of your slices: it is not part of them.",
        out=lambda: out(tall=height + 1, wide=width + 1),
    )
    yield Mistake(
        "convolution.pooling_padded",
        "The image is padded; max pooling has no padding here.",
        "Whether a border is put around the image.",
        out=padded,
    )
    yield Mistake(
        "convolution.channels_pooled_together",
        "The largest value of all channels is taken; every channel should be pooled by itself.",
        "The index of the channel.",
        out=lambda: np.broadcast_to(right.max(axis=1, keepdims=True), right.shape),
    )
    yield Mistake(
        "convolution.pooled_image_0",
        "Every image gets the pooled image 0.",
        "The index of the image.",
        out=lambda: np.broadcast_to(right[:1], right.shape),
    )


def max_pool_backward(x: Any, pool_param: Mapping[str, int], dout: Any) -> Iterator[Mistake]:
    """Yield the mistakes of the gradient of sum(out * dout): the quantity `dx`."""
    height, width, stride = _pool_sizes(pool_param)
    N, (H, W), (tall, wide) = len(x), x.shape[2:], dout.shape[2:]

    # rounded, so that ties stay ties; and the pixels that the cells of the windows are: (pixels, cells, rows, columns)
    windows = np.round(_windows(x, height, width, stride), 9)
    pixels = _windows(_units((1, H, W)), height, width, stride)[:, 0]
    largest, upstream = windows.max(axis=2, keepdims=True), dout[:, :, None]

    def first(chosen: Any) -> Any:
        return chosen & (np.cumsum(chosen, axis=2) == 1)

    winners = first(windows == largest)

    def dx(share: Any, pixels: Any = pixels) -> Any:
        """Return the gradient if each cell of a window (N, C, cells, i, j) gets this share."""
        return np.einsum("pkij,nckij->ncp", pixels, share).reshape(x.shape)

    right = dx(winners * upstream)

    def elsewhere(down: int, to_right: int, tall_: int = height, wide_: int = width) -> Any:
        """Return the gradient for windows of another size or place, without what sticks out."""
        sides = (tall_ + tall * down, wide_ + wide * to_right)

        def taken(images: Any, low: float) -> Any:
            images = np.pad(images, [(0, 0), (0, 0), (0, sides[0]), (0, sides[1])], constant_values=low)
            return _windows(images, tall_, wide_, 1)[..., ::down, ::to_right][..., :tall, :wide]

        values = np.round(taken(x, x.min() - 1), 9)
        return dx(first(values == values.max(axis=2, keepdims=True)) * upstream, taken(_units((1, H, W)), 0)[:, 0])

    def displaced(place: Callable[..., tuple[Any, Any]], at: Any = True) -> Any:
        """Return the gradient if that of window (i, j) goes to the pixel place(i, j, row, column)."""
        n, c, k, i, j = np.nonzero(winners & at)
        row, column = np.unravel_index(np.round(pixels).argmax(axis=0)[k, i, j], (H, W))
        row, column = place(i, j, row - i * stride, column - j * stride)
        row, column = np.broadcast_to(row, n.shape), np.broadcast_to(column, n.shape)
        inside = (row < H) & (column < W)
        result = np.zeros(x.shape)
        np.add.at(result, tuple(v[inside] for v in (n, c, row, column)), dout[n, c, i, j][inside])
        return result

    def one_by_one(share: Any, whole_window: bool = False, backwards: bool = False) -> Any:
        """Return the gradient if later windows overwrite earlier ones, where they give something or everywhere."""
        result = np.zeros(x.shape)
        for i, j in list(np.ndindex(tall, wide))[:: -1 if backwards else 1]:
            here = np.zeros((tall, wide))
            here[i, j] = 1
            one, inside = dx(share * here), pixels[:, :, i, j].sum(axis=1).reshape(H, W) > 0.5
            result = np.where(inside if whole_window else np.abs(one) > 1e-8, one, result)
        return result

    def extreme(values: Any) -> Any:
        return dx(first(values == values.max(axis=2, keepdims=True)) * upstream)

    tied = windows == largest
    by_columns = np.arange(height * width).reshape(height, width).T.ravel()
    if stride < max(height, width):
        yield Mistake(
            "convolution.overlap_overwritten",
            "Where fields or windows overlap, the later one overwrites the earlier.",
            "The difference between = and +=.",
            dx=lambda: one_by_one(winners * upstream),
            whole=lambda: one_by_one(winners * upstream, whole_window=True),
            ties=lambda: one_by_one(tied * upstream, whole_window=True),
        )
        yield Mistake(
            "convolution.overlap_averaged",
            "Where windows overlap, the gradients are averaged; they should be added up.",
            "What a pixel gets that is the largest of several windows.",
            dx=lambda: right / np.maximum(dx(winners), 1),
            windows=lambda: right / np.maximum(pixels.sum(axis=(1, 2, 3)).reshape(H, W), 1),
        )
        yield Mistake(
            "convolution.overlap_first_only",
            "Where windows overlap, only the first of them counts.",
            "What a pixel gets that is the largest of several windows.",
            dx=lambda: one_by_one(winners * upstream, backwards=True),
        )
    yield Mistake(
        "convolution.all_ties",
        "Every one of several largest values gets the whole gradient; only the first should.",
        "What happens in a window where the largest value occurs twice.",
        dx=lambda: dx(tied * upstream),
    )
    yield Mistake(
        "convolution.ties_share",
        "The gradient is shared among all ties; the first should get all of it.",
        "What happens in a window where the largest value occurs twice.",
        dx=lambda: dx(tied / tied.sum(axis=2, keepdims=True) * upstream),
    )
    yield Mistake(
        "convolution.last_of_ties",
        "The last of several largest values gets the gradient; it should be the first, row by row.",
        "Which of two equal values your search keeps.",
        dx=lambda: dx(first(tied[:, :, ::-1])[:, :, ::-1] * upstream),
    )
    yield Mistake(
        "convolution.ties_by_columns",
        "Among ties, the first is found column by column; it should be row by row.",
        "The order in which your search goes through the window.",
        dx=lambda: dx(first(tied[:, :, by_columns])[:, :, np.argsort(by_columns)] * upstream),
    )
    yield from _strides(stride, dx=elsewhere)
    yield Mistake(
        "convolution.windows_move_by_their_size",
        "The windows move by their own size; they should move by the stride.",
        "Window and stride are two different things.",
        dx=lambda: elsewhere(height, width),
    )
    yield Mistake(
        "convolution.window_exchanged",
        "Height and width of the window are exchanged.",
        "The order of height and width.",
        dx=lambda: elsewhere(stride, stride, width, height),
    )
    yield Mistake(
        "convolution.window_is_square",
        "The windows are assumed to be square.",
        "Height and width of the window: they may differ.",
        height=lambda: elsewhere(stride, stride, height, height),
        width=lambda: elsewhere(stride, stride, width, width),
    )
    yield Mistake(
        "convolution.window_of_the_stride",
        "The windows are as large as the stride.",
        "Window and stride are two different things.",
        dx=lambda: elsewhere(stride, stride, stride, stride),
    )
    yield Mistake(
        "convolution.window_reaches_too_far",
        "The windows reach too far down or to the right.",
        "Where a window ends: its first row plus its height, its first column plus its width.",
        row=lambda: elsewhere(stride, stride, height + 1, width),
        column=lambda: elsewhere(stride, stride, height, width + 1),
        to_the_bottom=lambda: elsewhere(stride, stride, H, width),
        to_the_right=lambda: elsewhere(stride, stride, height, W),
    )
    yield Mistake(
        "convolution.place_in_window",
        "The place within the window is used as the place in the image.",
        "Where the window begins.",
        dx=lambda: displaced(lambda i, j, row, column: (row, column)),
    )
    yield Mistake(
        "convolution.place_without_stride",
        "The place in the image is found as if window (i, j) began at row i and column j, without the stride.",
        "Where the window begins.",
        dx=lambda: displaced(lambda i, j, row, column: (i + row, j + column)),
    )
    yield Mistake(
        "convolution.place_exchanged",
        "Row and column within the window are exchanged.",
        "The order of row and column of the largest value.",
        dx=lambda: displaced(lambda i, j, row, column: (i * stride + column, j * stride + row)),
        kept_inside=lambda: displaced(
            lambda i, j, row, column: (np.minimum(i * stride + column, H - 1), np.minimum(j * stride + row, W - 1))
        ),
    )
    yield Mistake(
        "convolution.first_pixel_wins",
        "The first pixel of each window gets the gradient; it should be the largest.",
        "Where in the window the largest value is.",
        dx=lambda: displaced(lambda i, j, row, column: (i * stride, j * stride)),
    )
    yield Mistake(
        "convolution.divided_by_the_height",
        "The number of the largest value within its window is divided by the height of the window.",
        "How long a row of the window is.",
        dx=lambda: displaced(
            lambda i, j, row, column: (
                i * stride + (row * width + column) // height,
                j * stride + (row * width + column) % height,
            )
        ),
    )
    yield Mistake(
        "convolution.whole_window",
        "The gradient goes to every pixel of the window; only the largest should get it.",
        "Which pixels the output depends on.",
        dx=lambda: dx(np.broadcast_to(upstream, winners.shape)),
    )
    yield Mistake(
        "convolution.average_pooling_backward",
        "The gradient is shared out evenly over the window, as in average pooling; only the largest should get it.",
        "Which pixels the output depends on.",
        dx=lambda: dx(np.broadcast_to(upstream, winners.shape) / (height * width)),
    )
    yield Mistake(
        "convolution.smallest_wins",
        "The smallest value gets the gradient; it should be the largest.",
        "Which value of a window was kept.",
        dx=lambda: extreme(-windows),
    )
    yield Mistake(
        "convolution.farthest_from_zero",
        "The value farthest from 0 is taken; it should be the largest.",
        "The absolute value.",
        dx=lambda: extreme(np.abs(windows)),
        signs=lambda: np.sign(x) * extreme(np.abs(windows)),
    )
    yield Mistake(
        "convolution.zero_comes_in",
        "A 0 comes in from somewhere: it is the largest where all values are negative.",
        "Where the search for the largest value begins, and whether there is padding.",
        first_pixel=lambda: (
            dx(winners * upstream * (largest > 0))
            + displaced(lambda i, j, row, column: (i * stride, j * stride), largest <= 0)
        ),
        nothing=lambda: dx(winners * upstream * (largest > 0)),
    )
    yield Mistake(
        "convolution.dout_not_used",
        "The array dout is not used: this is the gradient of the plain sum of out.",
        "The chain rule: what the gradient is multiplied by.",
        dx=lambda: dx(winners),
    )
    yield Mistake(
        "convolution.maximum_passed_back",
        "The largest value itself is passed back; it should be dout.",
        "What goes back to the largest value.",
        dx=lambda: dx(winners * largest),
    )
    yield Mistake(
        "convolution.maximum_times_dout",
        "The array dout is multiplied by the largest value, too; the gradient of a maximum is 1 there.",
        "What goes back to the largest value.",
        dx=lambda: dx(winners * largest * upstream),
    )
    yield Mistake(
        "convolution.all_into_the_first_image",
        "The gradients of all images end up in the first one.",
        "The index of the image.",
        dx=lambda: right.sum(axis=0) * (np.arange(N) == 0).reshape(-1, 1, 1, 1),
    )
    yield Mistake(
        "convolution.averaged_over_images",
        "It is averaged over the images; the gradient of a sum is a sum.",
        "Whether the forward pass divides by anything.",
        dx=lambda: right / N,
    )
    yield Mistake(
        "convolution.one_place_for_all_channels",
        "All channels have their largest value in the same place; every channel has its own.",
        "The index of the channel in the search for the largest value.",
        dx=lambda: dx(
            first(
                np.broadcast_to(
                    windows.max(axis=1, keepdims=True) == windows.max(axis=(1, 2), keepdims=True), winners.shape
                )
            )
            * upstream
        ),
    )
    yield Mistake(
        "convolution.channels_together_in_pooling",
        "Every channel of an image gets the gradient of all its channels.",
        "The index of the channel.",
        dx=lambda: np.broadcast_to(right.sum(axis=1, keepdims=True), x.shape),
    )


def im2col(x: Any, field_height: int, field_width: int, pad: int, stride: int) -> Iterator[Mistake]:
    """Yield the mistakes of the columns: the quantity `cols`."""
    fields = (field_height, field_width)
    N, C, K = len(x), x.shape[1], x.shape[1] * field_height * field_width

    def seen(x: Any = x, fields: tuple[int, int] = fields, pad: int = pad, stride: int = stride) -> Any:
        return convolve(x, _units((C, *fields)), 0, {"stride": stride, "pad": pad})

    def flat(values: Any) -> Any:
        return values.reshape(N, K, -1)

    def bordered(rows: tuple[int, int], columns: tuple[int, int], **how: Any) -> Any:
        return flat(seen(np.pad(x, [(0, 0), (0, 0), rows, columns], **how), pad=0))

    right = seen()
    places = right.shape[2:]
    parts = right.reshape(N, C, *fields, *places)

    def offset_times_stride() -> Any:
        spread = [stride * (field - 1) + 1 for field in fields]
        every = seen(np.pad(x, [(0, 0), (0, 0), (0, sum(spread)), (0, sum(spread))]), (spread[0], spread[1]), stride=1)
        every = every.reshape(N, C, *spread, *every.shape[2:])[:, :, ::stride, ::stride]
        return flat(every[..., : places[0], : places[1]])

    yield Mistake(
        "convolution.fields_as_rows",
        "Rows and columns are exchanged: every *column* is a field.",
        "The order of the last two axes.",
        cols=lambda: flat(right).transpose(0, 2, 1),
    )
    yield Mistake(
        "convolution.channel_fastest",
        "The channel changes fastest down a column; it should change slowest.",
        "The order of channel, row and column within a field.",
        cols=lambda: flat(parts.transpose(0, 2, 3, 1, 4, 5)),
    )
    yield Mistake(
        "convolution.field_by_columns",
        "Fields are read column by column; within a field the column should change fastest.",
        "The order of row and column within a field.",
        cols=lambda: flat(parts.swapaxes(2, 3)),
    )
    yield Mistake(
        "convolution.field_turned",
        "The field is turned by 180 degrees: its last pixel comes first.",
        "Which pixel of a field comes first.",
        cols=lambda: flat(parts[:, :, ::-1, ::-1]),
    )
    yield Mistake(
        "convolution.positions_downwards",
        "Positions go downwards first; they should go from left to right first.",
        "The order of the two loops, or axes, of the positions.",
        cols=lambda: flat(parts.swapaxes(4, 5)),
    )
    yield Mistake(
        "convolution.columns_reshaped",
        "The values are right, but put together with reshape where an order of axes has to be changed.",
        "The axes before the last reshape. Use transpose first.",
        cols=lambda: flat(right).transpose(0, 2, 1).reshape(N, K, -1),
    )
    yield Mistake(
        "convolution.images_in_one_matrix",
        "The first axis, the images, is missing: every image should have its own matrix.",
        "The shape of the result.",
        cols=lambda: flat(right)[0],
        positions_first=lambda: flat(right).transpose(1, 2, 0).reshape(K, -1),
        images_first=lambda: flat(right).transpose(1, 0, 2).reshape(K, -1),
    )
    yield Mistake(
        "convolution.first_image_only",
        "Only the first image counts.",
        "The sum over all images.",
        cols=lambda: flat(right) * (np.arange(N) == 0).reshape(-1, 1, 1),
    )
    yield from _strides(
        stride, cols=lambda *s: flat(seen(stride=1)[:, :, :: s[0], :: s[1]][:, :, : places[0], : places[1]])
    )
    yield Mistake(
        "convolution.stride_forgotten_in_size",
        "The stride is ignored, as if it were 1, also in the number of positions.",
        "Where the stride comes in.",
        cols=lambda: flat(seen(stride=1)) if stride > 1 else None,
    )
    if stride > 1:
        yield Mistake(
            "convolution.offset_times_stride",
            "The place within the field is multiplied by the stride, not the position.",
            "Where your slices begin, and how far apart their entries are.",
            cols=offset_times_stride,
        )
    yield Mistake(
        "convolution.slices_end_too_early",
        "The slices end too early: with a step, as many entries need a longer range.",
        "The end of your slices, if there is a step.",
        cols=lambda: np.broadcast_to(flat(right)[:, :, :1], flat(right).shape),
    )
    yield Mistake(
        "convolution.no_padding",
        "There is no padding.",
        "Where the border of zeros is put around the image.",
        cols=lambda: flat(seen(pad=0)),
    )
    if pad > 1:
        yield Mistake(
            "convolution.pad_is_one",
            "The padding is 1, whatever the parameter says.",
            "The numbers in the widths of the border.",
            cols=lambda: flat(seen(pad=1)),
        )
    if pad != stride:
        yield Mistake(
            "convolution.stride_and_pad_exchanged",
            "The stride and the padding are exchanged.",
            "The order of the two arguments.",
            cols=lambda: flat(seen(pad=stride, stride=pad)),
        )
    yield Mistake(
        "convolution.padded_at_the_end",
        "All of the padding is added at the bottom and right; half of it belongs at the top and left.",
        "The widths of the border, above and below, left and right.",
        cols=lambda: bordered((0, 2 * pad), (0, 2 * pad)),
    )
    yield _border_not_zero(bordered, pad)
    yield Mistake(
        "convolution.field_exchanged",
        "Height and width of the field are exchanged.",
        "The order of height and width.",
        cols=lambda: flat(seen(fields=fields[::-1])),
    )


def col2im(
    cols: Any, x_shape: Sequence[int], field_height: int, field_width: int, pad: int, stride: int
) -> Iterator[Mistake]:
    """Yield the mistakes of adding the columns back: the quantity `image`."""
    N, C, H, W = x_shape
    K, fields = C * field_height * field_width, (field_height, field_width)

    def pixels(border: int = 0, stride: int = stride) -> Any:
        """Return which pixel each entry of the columns is from: (pixels, K, rows, columns); they may have a border."""
        units = _units((C, H + 2 * border, W + 2 * border))
        return convolve(units, _units((C, *fields)), 0, {"stride": stride, "pad": pad - border})

    right = pixels()
    places = right.shape[2:]
    values = cols.reshape(N, K, *places)
    parts = values.reshape(N, C, *fields, *places)

    def image(values: Any, origin: Any = right, border: int = 0) -> Any:
        shape = (N, C, H + 2 * border, W + 2 * border)
        return np.einsum("pkij,nkij->np", origin, values.reshape(N, K, *places)).reshape(shape)

    def overwritten(axes: str) -> Any:
        result = np.zeros(x_shape)
        for index in np.ndindex(fields if axes == "cells" else places):
            here = np.zeros(parts.shape)
            here[(..., *index, slice(None), slice(None)) if axes == "cells" else (..., *index)] = 1
            inside = image(np.broadcast_to(here, parts.shape)) > 0.5
            result = np.where(inside, image(parts * here), result)
        return result

    def folded(rule: Callable[[Any, int], Any]) -> Any:
        """Return the image if what belongs to the border is added to the pixels that the rule names."""
        rows, columns = (rule(np.arange(side + 2 * pad) - pad, side) for side in (H, W))
        framed = image(values, pixels(border=pad), pad)
        down, across = (np.eye(side)[:, index] for side, index in ((H, rows), (W, columns)))
        return np.einsum("hr,ncrs,ws->nchw", down, framed, across)

    if np.ptp(cols) == 0:  # the two mistakes below give the same
        yield Mistake(
            "convolution.overlap_not_added",
            "Where fields overlap, entries overwrite each other or are averaged; they should be added up.",
            "What a pixel gets that lies in several fields.",
            image=lambda: overwritten("cells"),
        )
    yield Mistake(
        "convolution.overlap_overwritten",
        "Where fields or windows overlap, the later one overwrites the earlier.",
        "The difference between = and +=.",
        cells=lambda: overwritten("cells"),
        positions=lambda: overwritten("positions"),
    )
    yield Mistake(
        "convolution.fields_averaged",
        "Where fields overlap, their entries are averaged; they should be added up.",
        "What a pixel gets that lies in several fields.",
        image=lambda: image(values) / np.maximum(image(np.ones_like(values)), 1),
    )
    yield from _strides(
        stride,
        image=lambda *s: image(values, pixels(stride=1)[:, :, :: s[0], :: s[1]][:, :, : places[0], : places[1]]),
    )
    if pad > 0:
        yield Mistake(
            "convolution.border_still_on",
            "The border is still on: the result should have the shape of the images, without the padding.",
            "The last step, which cuts the border off.",
            image=lambda: image(values, pixels(border=pad), pad),
        )
        yield Mistake(
            "convolution.border_cut_wrong",
            "The border is cut off at the wrong place.",
            "Where the image begins and ends within its border.",
            start=lambda: image(values, pixels(border=pad), pad)[:, :, :H, :W],
            end=lambda: image(values, pixels(border=pad), pad)[:, :, -H:, -W:],
            one=lambda: image(values, pixels(border=pad), pad)[:, :, 1 : 1 + H, 1 : 1 + W],
        )
        yield Mistake(
            "convolution.border_added_to_pixels",
            "What belongs to the border is added to pixels of the image; it should be dropped.",
            "Indices below 0 or beyond the image.",
            nearest=lambda: folded(lambda index, side: np.clip(index, 0, side - 1)),
            wrapped=lambda: folded(lambda index, side: index % side),
        )
    yield Mistake(
        "convolution.columns_for_rows",
        "Columns are mistaken for rows: every *column* is a field.",
        "The order of the last two axes of cols.",
        image=lambda: image(cols.transpose(0, 2, 1)),
    )
    yield Mistake(
        "convolution.channel_fastest",
        "The channel changes fastest down a column; it should change slowest.",
        "The order of channel, row and column within a field.",
        image=lambda: image(values.reshape(N, *fields, C, *places).transpose(0, 3, 1, 2, 4, 5)),
    )
    yield Mistake(
        "convolution.field_by_columns",
        "Fields are read column by column; within a field the column should change fastest.",
        "The order of row and column within a field.",
        image=lambda: image(values.reshape(N, C, *fields[::-1], *places).swapaxes(2, 3)),
    )
    yield Mistake(
        "convolution.field_turned",
        "The field is turned by 180 degrees: its last pixel comes first.",
        "Which pixel of a field comes first.",
        image=lambda: image(parts[:, :, ::-1, ::-1]),
    )
    yield Mistake(
        "convolution.positions_downwards",
        "Positions go downwards first; they should go from left to right first.",
        "The order of the two loops, or axes, of the positions.",
        image=lambda: image(values.reshape(N, K, *places[::-1]).swapaxes(2, 3)),
    )
    yield Mistake(
        "convolution.channel_0_for_all",
        "Every channel gets the entries of channel 0.",
        "The index of the channel.",
        image=lambda: image(np.broadcast_to(parts[:, :1], parts.shape)),
    )


def _strides(stride: int, **moving: Callable[[int, int], Any]) -> Iterator[Mistake]:
    """Yield the mistakes of the stride, of what each quantity would be for other steps downwards and to the right."""
    if stride > 1:
        yield Mistake(
            "convolution.stride_forgotten",
            "It is computed as if the stride were 1.",
            "Where the field or window of output (i, j) begins.",
            **{name: lambda of=of: of(1, 1) for name, of in moving.items()},
        )
        yield Mistake(
            "convolution.stride_downwards_only",
            "The stride is used downwards only; to the right, the steps are 1.",
            "In which column the field or window of output (i, j) begins.",
            **{name: lambda of=of: of(stride, 1) for name, of in moving.items()},
        )
        yield Mistake(
            "convolution.stride_to_the_right_only",
            "The stride is used to the right only; downwards, the steps are 1.",
            "In which row the field or window of output (i, j) begins.",
            **{name: lambda of=of: of(1, stride) for name, of in moving.items()},
        )


def _pool_sizes(pool_param: Mapping[str, int]) -> tuple[int, int, int]:
    sizes = [pool_param[name] for name in ("pool_height", "pool_width", "stride")]
    return sizes[0], sizes[1], sizes[2]


def _units(shape: Sequence[int]) -> Any:
    """Return an image or filter of this shape (C, H, W) for each of its entries, which is 1 while all others are 0."""
    size = int(np.prod(shape))
    return np.eye(size).reshape(size, *shape)


def _windows(x: Any, height: int, width: int, stride: int) -> Any:
    """Return the values in every window: (N, C, height * width, rows, columns)."""
    single = x.reshape(-1, 1, *x.shape[2:])
    found = convolve(single, _units((1, height, width)), 0, {"stride": stride, "pad": 0})
    return found.reshape(*x.shape[:2], *found.shape[1:])


def _border_not_zero(bordered: Callable[..., Any], pad: int) -> Mistake:
    """Return the mistake of padding with something else; `bordered` takes the widths and the arguments of np.pad."""
    return Mistake(
        "convolution.border_not_zero",
        "The border is not filled with zeros, but with ones or with pixels of the image.",
        "What np.pad writes into the border.",
        ones=lambda: bordered((pad, pad), (pad, pad), constant_values=1),
        edge=lambda: bordered((pad, pad), (pad, pad), mode="edge"),
        symmetric=lambda: bordered((pad, pad), (pad, pad), mode="symmetric"),
        reflect=lambda: bordered((pad, pad), (pad, pad), mode="reflect"),
        wrap=lambda: bordered((pad, pad), (pad, pad), mode="wrap"),
    )
