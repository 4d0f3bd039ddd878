"""Mistakes of the notebook `convnet_accounting`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from cs231n_lib.mistakes.mistake import Mistake

Sizes = tuple[int, ...]  # the shape of an image (C, H, W), or of what a fully connected layer puts out (units,)
Layer = Sequence[
    Any
]  # ("conv", num_filters, field, stride, pad[, dilation]), ("pool", field, stride[, pad]), ("fc", units)
Row = dict[str, Any]  # out_shape, params, values, macs

COUNTS = ("params", "values", "macs")
MOST_PARAMS, MOST_MACS, LEAST_FIELD, LEAST_CONVOLUTIONS = 80_000, 4_000_000, 32, 4  # of the net to be designed

NOT_A_DICT = Mistake(
    "convnet_accounting.not_a_dict",
    "The cost of a layer should be a dict.",
    "The return statement: a dict with the keys of the docstring.",
)
ROWS_NOT_A_LIST = Mistake(
    "convnet_accounting.rows_not_a_list",
    "The rows should be a list of dicts.",
    "What stands before the totals in the return statement.",
)
ROW_OF_IMAGE = Mistake(
    "convnet_accounting.no_row_of_image",
    "There is no row for the image.",
    "What the list of rows starts with: the values of the image are remembered, too.",
)
NOT_LAYERS = Mistake(
    "convnet_accounting.not_layers",
    "The result should be a list of layers.",
    "The table of layers: each is a tuple with its kind and its sizes, all whole numbers.",
)


# --- what is right, counted one by one ----------------------------------------------------------


def right_cost(x_shape: Sizes, num_filters: int, field: int, stride: int, pad: int, dilation: int = 1, **_: Any) -> Row:
    """Return the cost of a convolution, by visiting its positions. Raises ValueError if there are none."""
    last = max(range(0, dilation * field, dilation))  # where the last weight of a row stands
    rows, columns = (len(range(-pad, size + pad - last, stride)) for size in x_shape[1:])
    if not rows or not columns:
        raise ValueError("The filter does not fit.")
    one_map = rows * columns
    weights = sum(1 for _ in np.ndindex(x_shape[0], field, field)) if field < 100 else x_shape[0] * field * field
    return {
        "out_shape": (num_filters, rows, columns),
        "params": weights * num_filters + num_filters,
        "values": one_map * num_filters,
        "macs": one_map * num_filters * weights,
    }


def right_rows(x_shape: Sizes, layers: Sequence[Layer], **mistaken: Callable[..., Row]) -> list[Row]:
    """Return the costs of a net, row by row.

    Parameters
    ----------
    x_shape, layers
        The net.
    **mistaken
        For "image", "conv", "pool" or "fc", another function of (shape, sizes of the layer) that returns the row.
    """
    right: dict[str, Callable[..., Row]] = {"image": _image, "conv": _conv, "pool": _pool, "fc": _fc}
    of = right | mistaken
    rows = [of["image"](x_shape)]
    for layer in layers:
        rows.append(of[layer[0]](rows[-1]["out_shape"], *layer[1:]))
    return rows


def _image(shape: Sizes) -> Row:
    return {"out_shape": tuple(shape), "params": 0, "values": math.prod(shape), "macs": 0}


def _conv(shape: Sizes, *sizes: int) -> Row:
    return right_cost(shape, *sizes)


def _pool(shape: Sizes, field: int, stride: int, pad: int = 0) -> Row:
    row = right_cost((1, *shape[1:]), shape[0], field, stride, pad)
    return row | {"params": 0, "macs": 0}


def _fc(shape: Sizes, units: int) -> Row:
    weights = units * math.prod(shape)
    return {"out_shape": (units,), "params": weights + units, "values": units, "macs": weights}


def right_field(layers: Sequence[Layer]) -> int:
    """Return the receptive field, by following one unit of the last layer down to the pixels that it sees."""
    units = {0}
    for layer in reversed(layers):
        field, stride, dilation = _steps(layer)
        units = {stride * unit + dilation * k for unit in units for k in range(field)}
    return max(units) - min(units) + 1


def _steps(layer: Layer) -> tuple[int, int, int]:
    """Return field, stride and dilation of a layer."""
    if layer[0] == "pool":
        return layer[1], layer[2], 1
    return layer[2], layer[3], layer[5] if len(layer) > 5 else 1


# --- the cost of a layer ------------------------------------------------------------------------


def out_shape(
    x_shape: Sizes, num_filters: int, field: int, stride: int, pad: int, dilation: int = 1
) -> Iterator[Mistake]:
    """Yield the mistakes of the shape of the output of a convolution: the quantity `out_shape`."""
    C, H, W = x_shape
    _, out_h, out_w = right_cost(x_shape, num_filters, field, stride, pad, dilation)["out_shape"]
    free = [size + 2 * pad - dilation * (field - 1) - 1 for size in (H, W)]

    def sides(*given: float) -> tuple[float, ...]:
        return (num_filters, *given)

    yield Mistake(
        "convnet_accounting.channels_last",
        "The channels stand behind the rows and columns.",
        "The order of the docstring: filters, height, width.",
        out_shape=(out_h, out_w, num_filters),
    )
    yield Mistake(
        "convnet_accounting.sides_swapped",
        "Height and width are swapped, or both are computed from the same side.",
        "Which of the image's sizes is its height.",
        swapped=sides(out_w, out_h),
        height=sides(out_h, out_h),
        width=sides(out_w, out_w),
    )
    yield Mistake(
        "convnet_accounting.maps_not_filters",
        "The number of maps is that of the image.",
        "How many maps the layer puts out: one for each filter.",
        out_shape=(C, out_h, out_w),
    )
    yield Mistake(
        "convnet_accounting.first_position",
        "The first position is not counted.",
        "The end of the formula.",
        out_shape=sides(out_h - 1, out_w - 1),
    )
    yield Mistake(
        "convnet_accounting.not_rounded_down",
        "The number of positions is not rounded down.",
        "What becomes of a filter that would stick out.",
        up=sides(*(math.ceil(n / stride) + 1 for n in free)),
        nearest=sides(*(round(n / stride) + 1 for n in free)),
        not_at_all=sides(*(n / stride + 1 for n in free)),
    )
    yield Mistake(
        "convnet_accounting.padding_once",
        "The padding is counted at one end only, or not at all.",
        "How long a side is with its padding.",
        once=sides(*((n - pad) // stride + 1 for n in free)),
        never=sides(*((n - 2 * pad) // stride + 1 for n in free)),
    )
    yield Mistake(
        "convnet_accounting.stride_ignored",
        "The stride is not used, or used twice.",
        "How many steps there are if each is longer than a pixel.",
        ignored=sides(*(n + 1 for n in free)),
        twice=sides(*((n // stride + 1) // stride for n in free)),
    )


def params(x_shape: Sizes, num_filters: int, field: int, *_: int) -> Iterator[Mistake]:
    """Yield the mistakes of the number of parameters of a convolution: the quantity `params`."""
    C, H, W = x_shape
    weights = C * field * field
    yield Mistake(
        "convnet_accounting.without_biases",
        "The biases are not counted.",
        "What a filter has besides its weights.",
        params=weights * num_filters,
    )
    yield Mistake(
        "convnet_accounting.one_bias",
        "There is one bias for all filters.",
        "How many biases there are: one for each filter.",
        params=weights * num_filters + 1,
    )
    yield Mistake(
        "convnet_accounting.bias_per_channel",
        "There is a bias for each channel of each filter, or for each channel of the image.",
        "How many biases there are: one for each filter.",
        filters=(weights + C) * num_filters,
        image=weights * num_filters + C,
    )
    yield Mistake(
        "convnet_accounting.channels_forgotten",
        "A filter has weights for one channel only.",
        "How many channels a filter sees.",
        params=(field * field + 1) * num_filters,
    )
    yield Mistake(
        "convnet_accounting.field_not_squared",
        "The side of the field is counted once.",
        "How many pixels a field of field x field has.",
        params=(C * field + 1) * num_filters,
    )
    yield Mistake(
        "convnet_accounting.one_filter",
        "These are the parameters of one filter.",
        "How many filters there are.",
        params=weights + 1,
    )
    yield Mistake(
        "convnet_accounting.weights_not_shared",
        "The number of parameters depends on the size of the image.",
        "What a convolution shares: one filter is used at all positions.",
        params=(C * H * W + 1) * num_filters,
    )


def values(x_shape: Sizes, num_filters: int, field: int, stride: int, pad: int, dilation: int = 1) -> Iterator[Mistake]:
    """Yield the mistakes of the number of values of a convolution's output: the quantity `values`."""
    right = right_cost(x_shape, num_filters, field, stride, pad, dilation)
    one_map = math.prod(right["out_shape"][1:])
    yield Mistake(
        "convnet_accounting.values_of_image",
        "These are the values of the image, not of the output.",
        "Which numbers are counted: those that the layer puts out.",
        values=math.prod(x_shape),
    )
    yield Mistake(
        "convnet_accounting.values_and_image",
        "The values of the image are added to those of the output.",
        "Which numbers are counted: those that the layer puts out.",
        values=math.prod(x_shape) + right["values"],
    )
    yield Mistake(
        "convnet_accounting.values_of_one_map",
        "These are the values of one map.",
        "How many maps the layer puts out.",
        values=one_map,
    )
    yield Mistake(
        "convnet_accounting.values_of_channels",
        "There are as many maps as the image has channels.",
        "How many maps the layer puts out.",
        values=one_map * x_shape[0],
    )
    yield Mistake(
        "convnet_accounting.values_at_all_pixels",
        "There is a value for each pixel of the image in each map.",
        "The size of the maps: out_h and out_w.",
        values=num_filters * math.prod(x_shape[1:]),
    )
    yield Mistake(
        "convnet_accounting.values_times_four",
        "These are bytes, or each value is counted twice.",
        "The unit: numbers, not bytes.",
        bytes=4 * right["values"],
        twice=2 * right["values"],
    )


def macs(x_shape: Sizes, num_filters: int, field: int, stride: int, pad: int, dilation: int = 1) -> Iterator[Mistake]:
    """Yield the mistakes of the number of multiplications of a convolution: the quantity `macs`."""
    right = right_cost(x_shape, num_filters, field, stride, pad, dilation)
    C, weights = x_shape[0], x_shape[0] * field * field
    one_map = math.prod(right["out_shape"][1:])
    yield Mistake(
        "convnet_accounting.macs_with_biases",
        "The biases count as multiplications.",
        "What a bias does to a value: it is added.",
        macs=one_map * right["params"],
    )
    yield Mistake(
        "convnet_accounting.macs_twice",
        "Additions are counted, too.",
        "What is counted: a product and its addition are one.",
        macs=2 * right["macs"],
    )
    yield Mistake(
        "convnet_accounting.macs_of_one_channel",
        "Each value is a sum over one channel only.",
        "How many products a value is the sum of: one for each weight of its filter.",
        macs=right["macs"] // C,
    )
    yield Mistake(
        "convnet_accounting.macs_field_not_squared",
        "The side of the field is counted once.",
        "How many weights a filter has.",
        macs=right["macs"] // field,
    )
    yield Mistake(
        "convnet_accounting.macs_of_one_map",
        "These are the multiplications of one filter.",
        "How many filters there are.",
        macs=one_map * weights,
    )
    yield Mistake(
        "convnet_accounting.macs_at_all_pixels",
        "The filters are counted at every pixel of the image.",
        "How many positions a filter has: out_h times out_w.",
        macs=num_filters * weights * math.prod(x_shape[1:]),
    )
    yield Mistake(
        "convnet_accounting.macs_of_one_position",
        "These are the multiplications at one position.",
        "How many positions a filter has: out_h times out_w.",
        macs=num_filters * weights,
        with_biases=right["params"],
    )
    yield Mistake(
        "convnet_accounting.macs_image_times_output",
        "Each value of the output is multiplied with each value of the image.",
        "How many numbers a filter sees at one position.",
        macs=right["values"] * math.prod(x_shape),
    )


def dilated(key: str) -> Callable[..., Iterator[Mistake]]:
    """Return the function that yields the mistakes of one entry of the cost of a dilated convolution."""
    return partial(_dilated, key)


def _dilated(
    key: str, x_shape: Sizes, num_filters: int, field: int, stride: int, pad: int, dilation: int = 1
) -> Iterator[Mistake]:
    def with_reach(reach: int, weights: int | None = None) -> Callable[[], Any]:
        def result() -> Any:
            shape = right_cost(x_shape, num_filters, reach, stride, pad)
            if weights is None:
                return shape[key]
            count = x_shape[0] * weights
            out = math.prod(shape["out_shape"])
            return {**shape, "params": num_filters * (count + 1), "macs": out * count}[key]

        return result

    full = dilation * (field - 1) + 1
    yield Mistake(
        "convnet_accounting.gaps_have_weights",
        "The gaps of a dilated filter count as weights.",
        "How many weights the filter has: a dilation moves them apart.",
        result=with_reach(full),
    )
    yield Mistake(
        "convnet_accounting.dilation_ignored",
        "The dilation is not used.",
        "The reach of the filter.",
        result=with_reach(field, field**2),
    )
    yield Mistake(
        "convnet_accounting.reach_too_long",
        "The reach of the filter is wrong: the gap behind the last weight counts, or each gap is one pixel too long.",
        "The reach: from the first weight to the last. How many gaps lie between them?",
        behind=with_reach(dilation * field, field**2),
        long=with_reach((dilation + 1) * (field - 1) + 1, field**2),
        added=with_reach(field + dilation, field**2),
        less=with_reach(field + dilation - 1, field**2),
        off=with_reach(dilation * (field - 1), field**2),
    )
    kinds: dict[str, Callable[..., Iterator[Mistake]]]
    kinds = {"out_shape": out_shape, "params": params, "values": values, "macs": macs}
    yield from kinds[key](x_shape, num_filters, field, stride, pad, dilation)


# --- the cost of a net --------------------------------------------------------------------------


def out_shapes(k: int, x_shape: Sizes, layers: Sequence[Layer]) -> Iterator[Mistake]:
    """Yield the mistakes of the out_shape in row k of a net: the quantity `out_shape`."""
    before = right_rows(x_shape, layers[: max(0, k - 1)])[-1]["out_shape"]
    if k == 0:
        return
    kind, *sizes = layers[k - 1]
    if kind == "fc":
        yield Mistake(
            "convnet_accounting.fc_not_flat",
            "A fully connected layer puts out maps.",
            "The shape of its output: (units,).",
            maps=(sizes[0], *before[1:]),
            pixels=(sizes[0], 1, 1),
        )
        return
    if kind == "pool":
        field, stride = sizes[:2]
        pad = sizes[2] if len(sizes) > 2 else 0

        def pooled(maps: int, *how: int) -> Any:
            return lambda: right_cost(before, maps, *how)["out_shape"]

        yield Mistake(
            "convnet_accounting.pool_changes_maps",
            "Pooling changes the number of maps.",
            "What pooling works on: each map by itself.",
            one=pooled(1, field, stride, pad),
            field=pooled(field, field, stride, pad),
        )
        yield Mistake(
            "convnet_accounting.pool_stride",
            "The stride of the pooling is not used, or it is taken from the field.",
            "The entries of a pooling: field, then stride.",
            one=pooled(before[0], field, 1, pad),
            field=pooled(before[0], field, field, pad),
            swapped=pooled(before[0], stride, field, pad),
            halves=(before[0], before[1] // 2, before[2] // 2),
        )
        yield Mistake(
            "convnet_accounting.pool_padding",
            "The padding of the pooling is not used.",
            "How many entries a pooling may have.",
            out_shape=pooled(before[0], field, stride, 0),
        )
        return
    yield Mistake(
        "convnet_accounting.image_every_time",
        "A layer gets the shape of the image, not the output of the layer before.",
        "What each layer works on.",
        out_shape=lambda: right_cost(x_shape, *sizes)["out_shape"],
    )
    yield Mistake(
        "convnet_accounting.layer_dilation",
        "The dilation of a convolution is not used.",
        "How many entries a convolution may have.",
        out_shape=lambda: right_cost(before, *sizes[:4])["out_shape"],
    )


def column(key: str, x_shape: Sizes, layers: Sequence[Layer]) -> Iterator[Mistake]:
    """Yield the mistakes of one column of the table of a net: the quantity with the name of the column."""

    def with_(**mistaken: Callable[..., Row]) -> Callable[[], list[int]]:
        return lambda: [row[key] for row in right_rows(x_shape, layers, **mistaken)]

    def changed(row: Callable[..., Row], **entries: Any) -> Callable[..., Row]:
        def result(shape: Sizes, *sizes: int) -> Row:
            found = row(shape, *sizes)
            return found | {name: value(shape, *sizes) for name, value in entries.items()}

        return result

    if key == "params":
        yield Mistake(
            "convnet_accounting.fc_without_biases",
            "A fully connected layer has biases, too.",
            "What a fully connected layer adds to its sums.",
            params=with_(fc=changed(_fc, params=lambda shape, units: units * math.prod(shape))),
            one=with_(fc=changed(_fc, params=lambda shape, units: units * math.prod(shape) + 1)),
        )
        yield Mistake(
            "convnet_accounting.fc_of_maps",
            "A fully connected layer weighs each map once, not each of its pixels.",
            "How many numbers come in when maps are flattened.",
            params=with_(fc=changed(_fc, params=lambda shape, units: (shape[0] + 1) * units)),
        )
        yield Mistake(
            "convnet_accounting.fc_of_image",
            "A fully connected layer gets the image, not the output of the layer before.",
            "What each layer works on.",
            params=with_(fc=changed(_fc, params=lambda _, units: (math.prod(x_shape) + 1) * units)),
        )
        yield Mistake(
            "convnet_accounting.pool_with_parameters",
            "Pooling has parameters here.",
            "What a pooling learns: nothing.",
            params=with_(pool=changed(_pool, params=_pooled_as_conv("params"))),
            one=with_(pool=changed(_pool, params=_pooled_as_conv("params", 1))),
        )
    if key == "values":
        yield Mistake(
            "convnet_accounting.image_without_values",
            "The values of the image are not counted.",
            "The first row.",
            values=with_(image=lambda shape: _image(shape) | {"values": 0}),
        )
        yield Mistake(
            "convnet_accounting.pool_without_values",
            "The values that pooling puts out are not counted.",
            "What has to be remembered: all outputs, also those without parameters.",
            values=with_(pool=changed(_pool, values=lambda *_: 0)),
        )
        yield Mistake(
            "convnet_accounting.fc_values",
            "The values of a fully connected layer are wrong.",
            "How many numbers a fully connected layer puts out: one for each unit.",
            inputs=with_(fc=changed(_fc, values=lambda shape, units: math.prod(shape))),
            weights=with_(fc=changed(_fc, values=lambda shape, units: units * math.prod(shape))),
            none=with_(fc=changed(_fc, values=lambda *_: 0)),
        )
    if key == "macs":
        yield Mistake(
            "convnet_accounting.pool_multiplies",
            "Pooling multiplies here.",
            "What pooling does with the numbers that it sees: it compares them.",
            macs=with_(pool=changed(_pool, macs=_pooled_as_conv("macs"))),
            one=with_(pool=changed(_pool, macs=_pooled_as_conv("macs", 1))),
        )
        yield Mistake(
            "convnet_accounting.fc_macs",
            "The multiplications of a fully connected layer are wrong.",
            "How many weights the layer has, and how often each is used.",
            with_biases=with_(fc=changed(_fc, macs=lambda shape, units: units * (math.prod(shape) + 1))),
            none=with_(fc=changed(_fc, macs=lambda *_: 0)),
            maps=with_(fc=changed(_fc, macs=lambda shape, units: units * shape[0])),
        )


def _pooled_as_conv(key: str, channels: int | None = None) -> Callable[..., int]:
    def count(shape: Sizes, field: int, stride: int, pad: int = 0) -> int:
        maps = shape[0] if channels is None else channels
        return int(right_cost((maps, *shape[1:]), shape[0], field, stride, pad)[key])

    return count


def totals(x_shape: Sizes, layers: Sequence[Layer]) -> Iterator[Mistake]:
    """Yield the mistakes of the totals of a net: the quantities `params`, `values` and `macs`."""
    rows = right_rows(x_shape, layers)

    def over(some: Sequence[Row]) -> dict[str, int]:
        return {key: sum(row[key] for row in some) for key in COUNTS}

    yield Mistake(
        "convnet_accounting.total_without_image",
        "The total does not include the row of the image.",
        "Which rows are summed: all.",
        **over(rows[1:]),
    )
    yield Mistake(
        "convnet_accounting.total_without_last",
        "The total does not include the last row.",
        "Which rows are summed: all.",
        **over(rows[:-1]),
    )
    yield Mistake(
        "convnet_accounting.total_of_last_row",
        "The total is that of the last row.",
        "Which rows are summed: all.",
        **(over(rows[-1:]) if layers else {}),
    )
    yield Mistake(
        "convnet_accounting.total_of_convolutions",
        "The total includes only some kinds of layers.",
        "Which rows are summed: all.",
        **over([row for row, layer in zip(rows[1:], layers, strict=True) if layer[0] == "conv"]),
    )
    yield Mistake(
        "convnet_accounting.total_largest",
        "The total is the largest number of its column.",
        "What a total is: a sum.",
        **{key: max(row[key] for row in rows) for key in COUNTS},
    )


# --- lists of layers ----------------------------------------------------------------------------

VGG_BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))  # as the table of the notebook has them


def _are_layers(layers: Any) -> bool:
    sizes = {"conv": (4, 5), "pool": (2, 3), "fc": (1,)}
    return (
        isinstance(layers, (list, tuple))
        and len(layers) > 0
        and all(
            isinstance(layer, (list, tuple))
            and len(layer) > 0
            and isinstance(layer[0], str)
            and len(layer) - 1 in sizes.get(layer[0], ())
            and all(isinstance(size, (int, np.integer)) and not isinstance(size, bool) for size in layer[1:])
            for layer in layers
        )
    )


def vgg_problem(layers: Any, kinds: Sequence[str]) -> Mistake | str | None:
    """Return what is wrong with the layers of these kinds in a list that should be VGG-16, or None."""
    if not _are_layers(layers):
        return NOT_LAYERS
    found = [tuple(layer) for layer in layers]
    groups = "".join("c" if layer[0] == "conv" else layer[0][0] for layer in found).split("p")
    if "conv" in kinds:
        return _convolutions_problem([layer for layer in found if layer[0] == "conv"], groups)
    return _others_problem(found, groups)


def _convolutions_problem(layers: Sequence[Layer], groups: Sequence[str]) -> Mistake | str | None:
    if any(layer[2:] not in ((3, 1, 1), (3, 1, 1, 1)) for layer in layers):
        return Mistake(
            "convnet_accounting.vgg_filters",
            "Not all convolutions have filters of 3x3, stride 1 and padding 1.",
            "The order of the sizes: number of filters, field, stride, padding.",
        )
    wanted = [num_filters for num_filters, repeats in VGG_BLOCKS for _ in range(repeats)]
    if len(layers) != len(wanted):
        return f"There are {len(layers)} convolutions, but VGG-16 has {len(wanted)}."
    if [layer[1] for layer in layers] != wanted:
        return Mistake(
            "convnet_accounting.vgg_num_filters",
            "The numbers of filters are wrong.",
            "The table: block 5 has as many filters as block 4.",
        )
    if [len(group) for group in groups[:5]] != [repeats for _, repeats in VGG_BLOCKS]:
        return Mistake(
            "convnet_accounting.vgg_order",
            "The convolutions and poolings are in the wrong order.",
            "The table: a block is its convolutions, and then one pooling.",
        )
    return None


def _others_problem(layers: Sequence[Layer], groups: Sequence[str]) -> Mistake | str | None:
    pools = [layer for layer in layers if layer[0] == "pool"]
    units = [layer[1] for layer in layers if layer[0] == "fc"]
    if len(pools) != 5:
        return f"There are {len(pools)} poolings, but VGG-16 has 5."
    if any(tuple(layer[1:3]) != (2, 2) or any(layer[3:]) for layer in pools):
        return Mistake(
            "convnet_accounting.vgg_pool_sizes",
            "Not all poolings have a field of 2x2 and a stride of 2.",
            "The entries of a pooling: field, then stride.",
        )
    if units != [4096, 4096, 1000]:
        return f"The fully connected layers have {units} units, but in VGG-16 it is [4096, 4096, 1000]."
    if [group.count("c") for group in groups] != [*(repeats for _, repeats in VGG_BLOCKS), 0] or groups[5] != "fff":
        return Mistake(
            "convnet_accounting.vgg_order",
            "The convolutions and poolings are in the wrong order.",
            "The table: a block is its convolutions, and then one pooling.",
        )
    return None


def fields(layers: Sequence[Layer]) -> Iterator[Mistake]:
    """Yield the mistakes of a receptive field: the quantity `field`."""
    steps = [_steps(layer) for layer in layers]

    def grown(steps: Sequence[tuple[int, int, int]], *, start: int = 1, jump_first: bool = False) -> int:
        field, jump = start, 1
        for size, stride, dilation in steps:
            jump, before = jump * stride, jump
            field += (jump if jump_first else before) * dilation * (size - 1)
        return field

    yield Mistake(
        "convnet_accounting.jump_too_early",
        "A stride counts for its own layer.",
        "Which comes first, growing the field or the jump: the filter of a layer still stands on the old distances.",
        field=grown(steps, jump_first=True),
    )
    yield Mistake(
        "convnet_accounting.jump_ignored",
        "The strides are not used.",
        "How far apart the units are on which a later filter stands.",
        field=grown([(size, 1, dilation) for size, _, dilation in steps]),
    )
    yield Mistake(
        "convnet_accounting.jump_not_multiplied",
        "The strides do not multiply: only that of the layer before counts, or they are added.",
        "What two layers with a stride of 2 do to the distance of neighbouring units.",
        before=_with_jumps(steps, lambda jump, stride: stride),
        added=_with_jumps(steps, lambda jump, stride: jump + stride),
        less=_with_jumps(steps, lambda jump, stride: jump + stride - 1),
    )
    yield Mistake(
        "convnet_accounting.field_dilation",
        "The dilation is not used.",
        "The reach of a filter: its weights may be several pixels apart.",
        field=grown([(size, stride, 1) for size, stride, _ in steps]),
    )
    yield Mistake(
        "convnet_accounting.field_reach",
        "The reach of the filters is wrong.",
        "How far it is from the first weight of a filter to its last.",
        whole=1
        + sum((grown(steps[: k + 1]) - grown(steps[:k])) * s[0] // max(1, s[0] - 1) for k, s in enumerate(steps)),
        behind=_with_reach(steps, lambda size, dilation: dilation * size - 1),
        jump_too=_with_reach(steps, lambda size, dilation: dilation * (size - 1) if size > 1 else dilation),
        plus=_with_reach(steps, lambda size, dilation: (size - 1) + dilation - 1),
    )
    pools = [step for step, layer in zip(steps, layers, strict=True) if layer[0] == "conv"]
    yield Mistake(
        "convnet_accounting.field_pooling",
        "Poolings are left out, or only their stride or only their field counts.",
        "What a pooling does to the field, and to the jump.",
        left_out=grown(pools),
        stride_only=grown([(1 if lay[0] == "pool" else s[0], *s[1:]) for s, lay in zip(steps, layers, strict=True)]),
        field_only=grown([(s[0], 1 if lay[0] == "pool" else s[1], s[2]) for s, lay in zip(steps, layers, strict=True)]),
    )
    yield Mistake(
        "convnet_accounting.field_from_the_top",
        "The layers are visited in the wrong order.",
        "Where you start: at the image, or else with another rule.",
        field=grown(steps[::-1]),
    )
    yield Mistake(
        "convnet_accounting.field_start",
        "The field starts at the wrong number.",
        "What a unit sees if there are no layers: itself.",
        zero=grown(steps, start=0),
    )
    yield Mistake(
        "convnet_accounting.fields_combined",
        "The fields of the layers are added, multiplied, or only the last or largest counts.",
        "What a layer adds to the field of one unit below it: think of two filters of 3.",
        added=sum(size for size, _, _ in steps),
        multiplied=math.prod(size for size, _, _ in steps),
        largest=max((size for size, _, _ in steps), default=0),
        last=steps[-1][0] if steps else 0,
    )
    yield Mistake(
        "convnet_accounting.filters_as_field",
        "Another entry of the layers is taken for the field or the stride.",
        "The order of the entries: a convolution has its number of filters first, a pooling has not.",
        filters=_from_entries(layers, 1, 2),
        shifted=_from_entries(layers, 2, 3),
        pad=_from_entries(layers, 2, 4),
    )


def _with_jumps(steps: Sequence[tuple[int, int, int]], grow: Callable[[int, int], int]) -> int:
    field, jump = 1, 1
    for size, stride, dilation in steps:
        field, jump = field + jump * dilation * (size - 1), grow(jump, stride)
    return field


def _with_reach(steps: Sequence[tuple[int, int, int]], reach: Callable[[int, int], int]) -> int:
    field, jump = 1, 1
    for size, stride, dilation in steps:
        field, jump = field + jump * reach(size, dilation), jump * stride
    return field


def _from_entries(layers: Sequence[Layer], field: int, stride: int) -> Callable[[], int]:
    def result() -> int:
        return right_field([("pool", layer[field], layer[stride]) for layer in layers])

    return result


def _sizes(layer: Layer) -> tuple[str, Sequence[int], Sequence[int]]:
    """Return the kind of a layer, its sizes without padding, and its padding."""
    place = {"conv": 4, "pool": 3, "fc": 2}[layer[0]]
    return layer[0], [*layer[1:place], *layer[place + 1 :]], layer[place : place + 1] or [0]


def design_problem(layers: Any, what: str) -> Mistake | str | None:
    """Return why a net misses the limits of its form, or also those of its "cost" or its "field", or None."""
    if not _are_layers(layers):
        return NOT_LAYERS
    if any(layer[0] == "fc" for layer in layers[:-1]) or tuple(layers[-1]) != ("fc", 10):
        return Mistake(
            "convnet_accounting.design_end",
            'The net should end with ("fc", 10), its only fully connected layer.',
            "The last entry of the list.",
        )
    if sum(layer[0] == "conv" for layer in layers) < LEAST_CONVOLUTIONS:
        return f"The net should have at least {LEAST_CONVOLUTIONS} convolutions."
    if any(min(layer[1]) < 1 or min(layer[2]) < 0 for layer in map(_sizes, layers)):
        return "Some size in the list is too small: numbers of filters, fields and strides are at least 1."
    try:
        rows = right_rows((3, 32, 32), layers)
    except ValueError:
        return "A filter is larger than the maps on which it stands."
    if any(min(row["out_shape"][1:]) < 2 for row in rows[:-1]):
        return "Some maps are smaller than 2x2 pixels."
    if what == "cost":
        params_, macs_ = (sum(row[key] for row in rows) for key in ("params", "macs"))
        if params_ > MOST_PARAMS:
            return f"The net has {params_:,} parameters; at most {MOST_PARAMS:,} are allowed."
        if macs_ > MOST_MACS:
            return f"The net takes {macs_:,} multiplications; at most {MOST_MACS:,} are allowed."
    if what == "field" and (field := right_field(layers[:-1])) < LEAST_FIELD:
        return f"A unit of the last map sees {field} pixels; at least {LEAST_FIELD} are needed."
    return None


# --- convolutions in disguise -------------------------------------------------------------------


def _slide(x: Any, w: Any, rows: int = 0, columns: int = 0) -> Any:
    """Return the convolution of x (N, C, H, W) with w (F, C, HH, WW), weight by weight, with so many zeros around x."""
    x = np.pad(x, [(0, 0), (0, 0), (rows, rows), (columns, columns)])
    high, wide = x.shape[2] - w.shape[2] + 1, x.shape[3] - w.shape[3] + 1
    total = np.zeros((len(x), len(w), high, wide))
    for i, j in np.ndindex(w.shape[2:]):
        total += np.einsum("nchw,fc->nfhw", x[:, :, i : i + high, j : j + wide], w[:, :, i, j])
    return total


def conv_1x1(x: Any, w: Any, b: Any) -> Iterator[Mistake]:
    """Yield the mistakes of a 1x1 convolution: the quantity `out`."""
    (N, C, H, W), F = x.shape, len(w)
    weights, bias = w.reshape(F, C), np.reshape(b, (-1, 1, 1))

    def mixed(x: Any, weights: Any) -> Any:
        return np.einsum("nchw,fc->nfhw", x, weights)

    yield Mistake(
        "convnet_accounting.mix_without_bias",
        "The biases are missing.",
        "What is added to the mixture of the channels.",
        out=lambda: mixed(x, weights),
    )
    yield Mistake(
        "convnet_accounting.mix_bias_axis",
        "The biases are added along the wrong axis.",
        "The shape of b for broadcasting: each filter has a bias, whatever the image, row and column.",
        columns=lambda: mixed(x, weights) + b,
        rows=lambda: mixed(x, weights) + np.reshape(b, (-1, 1)),
        images=lambda: mixed(x, weights) + np.reshape(b, (-1, 1, 1, 1)),
    )
    yield Mistake(
        "convnet_accounting.mix_bias_of_one_filter",
        "All filters get the same bias.",
        "Which bias belongs to which filter.",
        summed=lambda: mixed(x, weights) + np.sum(b),
        first=lambda: mixed(x, weights) + b[0],
        subtracted=lambda: mixed(x, weights) - bias,
    )
    yield Mistake(
        "convnet_accounting.mix_transposed",
        "Filters and channels of w have changed places.",
        "Which axis of w belongs to the channels of the image.",
        out=lambda: mixed(x, weights.T) + bias,
    )
    yield Mistake(
        "convnet_accounting.mix_order_of_axes",
        "The axes of the result are in the wrong order.",
        "What the axes of your product mean, one by one: the result is (N, F, H, W).",
        filters_first=lambda: (mixed(x, weights) + bias).swapaxes(0, 1),
        last=lambda: (mixed(x, weights) + bias).transpose(0, 2, 3, 1),
        transposed=lambda: (mixed(x, weights) + bias).swapaxes(2, 3),
        reshaped=lambda: (mixed(x, weights) + bias).swapaxes(0, 1).reshape(N, F, H, W),
        pixels=lambda: (mixed(x, weights) + bias).transpose(0, 2, 3, 1).reshape(N, F, H, W),
    )
    yield Mistake(
        "convnet_accounting.mix_reshaped_pixels",
        "The numbers of a row of the product do not belong to one pixel.",
        "The reshape before the product: the channels have to be the last axis before.",
        out=lambda: (x.reshape(-1, C) @ weights.T + b).reshape(N, H, W, F).transpose(0, 3, 1, 2),
        straight=lambda: (x.reshape(-1, C) @ weights.T + b).reshape(N, F, H, W),
    )
    yield Mistake(
        "convnet_accounting.mix_all_pixels",
        "All pixels of an image are mixed.",
        "What the sum is over: the channels of one pixel.",
        out=lambda: np.broadcast_to(mixed(x, weights).sum(axis=(2, 3), keepdims=True) + bias, (N, F, H, W)),
    )
    yield Mistake(
        "convnet_accounting.mix_channel_by_channel",
        "Each filter sees one channel only.",
        "What the sum is over: all channels of a pixel.",
        out=lambda: x * np.diagonal(weights)[:, None, None] + bias,
        first=lambda: x[:, :1] * weights[:, :1, None] + bias,
    )


def dilated_filter(w: Any, d: int) -> Iterator[Mistake]:
    """Yield the mistakes of a dilated filter: the quantity `w`."""

    def spread(d: int, e: int, tail: int = 0, repeated: bool = False) -> Any:
        block = np.ones((d, e)) if repeated else np.eye(1, d * e).reshape(d, e)
        full = np.kron(w, block)  # a block for each weight
        return full if tail else full[:, :, : full.shape[2] - d + 1, : full.shape[3] - e + 1]

    yield Mistake(
        "convnet_accounting.zeros_behind",
        "Zeros follow the last weight, too.",
        "How many gaps there are: one fewer than weights.",
        w=lambda: spread(d, d, tail=1),
    )
    yield Mistake(
        "convnet_accounting.gaps_too_wide",
        "The gaps are one zero too wide or too narrow.",
        "How many zeros lie between two weights that are d pixels apart.",
        wide=lambda: spread(d + 1, d + 1),
        narrow=lambda: spread(d - 1, d - 1) if d > 1 else spread(3, 3),
    )
    yield Mistake(
        "convnet_accounting.gaps_one_way",
        "Only rows or only columns have gaps.",
        "Both directions: the weights move apart in rows and in columns.",
        rows=lambda: spread(d, 1),
        columns=lambda: spread(1, d),
    )
    yield Mistake(
        "convnet_accounting.weights_repeated",
        "The gaps are filled with copies of the weights.",
        "What lies in the gaps.",
        w=lambda: spread(d, d, tail=1, repeated=True),
        cut=lambda: spread(d, d, repeated=True),
    )
    yield Mistake(
        "convnet_accounting.weights_in_the_corner",
        "The weights are not moved apart: the zeros follow behind them or around them.",
        "Which rows and columns of the new array the weights go to.",
        corner=lambda: _placed(w, d, first=True),
        middle=lambda: _placed(w, d, first=False),
    )
    yield Mistake(
        "convnet_accounting.not_dilated",
        "The filter is returned as it was.",
        "Whether the dilation is used.",
        w=lambda: np.asarray(w),
    )
    yield Mistake(
        "convnet_accounting.channels_dilated",
        "The filters or channels are spread, too.",
        "Which axes are rows and columns: the last two.",
        w=lambda: np.kron(w, np.eye(1, d**4).reshape(d, d, d, d)),
        channels=lambda: np.kron(w, np.eye(1, d**2).reshape(d, d, 1, 1)),
    )


def _placed(w: Any, d: int, *, first: bool) -> Any:
    sides = [d * size - d + 1 for size in w.shape[2:]]
    tops = [0 if first else (side - size) // 2 for side, size in zip(sides, w.shape[2:], strict=True)]
    full = np.zeros((*w.shape[:2], *sides))
    full[:, :, tops[0] : tops[0] + w.shape[2], tops[1] : tops[1] + w.shape[3]] = w
    return full


def dilated_out(x: Any, w: Any, d: int) -> Iterator[Mistake]:
    """Yield the mistakes of a dilated filter as they show in every d-th output: the quantity `out`."""
    for mistake in dilated_filter(w, d):
        gives = {name: partial(_every, x, value, d) for name, value in mistake.gives.items()}
        yield mistake.giving(**gives)


def _every(x: Any, filters: Callable[[], Any], d: int) -> Any:
    return _slide(x, filters())[:, :, ::d, ::d]


def fc_filters(W: Any, input_shape: Sizes, flat: bool = False) -> Iterator[Mistake]:
    """Yield the mistakes of filters that were made from affine weights, for each filter: a quantity for each.

    If flat, the filters are compared as vectors.
    """
    M = W.shape[1]
    for mistake in _fc_mistakes(W, input_shape):
        gives = {}
        for name, make in mistake.gives.items():
            for unit in range(M):
                gives[f"{name}{unit}"] = partial(_filter, make, unit, flat)
        yield mistake.giving(**gives)


def _filter(make: Callable[[], Any], unit: int, flat: bool) -> Any:
    found = make()[unit]
    return np.ravel(found) if flat else found


def fc_scores(x: Any, W: Any, b: Any) -> Iterator[Mistake]:
    """Yield the mistakes of filters made from affine weights, as they show in scores: the quantity `scores`."""
    yield Mistake(
        "convnet_accounting.fc_conv_without_bias",
        "The biases are not those of the affine layer.",
        "The second value that you return.",
        zero=lambda: x.reshape(len(x), -1) @ W,
        twice=lambda: x.reshape(len(x), -1) @ W + 2 * b,
        negative=lambda: x.reshape(len(x), -1) @ W - b,
    )
    for mistake in _fc_mistakes(W, x.shape[1:]):
        gives = {name: partial(_scores, x, b, make) for name, make in mistake.gives.items()}
        yield mistake.giving(**gives)


def _scores(x: Any, b: Any, make: Callable[[], Any]) -> Any:
    return np.einsum("nchw,fchw->nf", x, make()) + b


def _fc_mistakes(W: Any, input_shape: Sizes) -> Iterator[Mistake]:
    (C, H, width), M = input_shape, W.shape[1]

    def right() -> Any:
        return np.stack([np.reshape(each, input_shape) for each in np.moveaxis(W, 0, 1)])

    yield Mistake(
        "convnet_accounting.fc_rows_as_units",
        "The rows of W are taken for its units.",
        "Where the weights of one unit stand in W: in a column.",
        filters=lambda: np.reshape(W, (M, *input_shape)),
    )
    yield Mistake(
        "convnet_accounting.fc_channels_last",
        "The weights of a unit are unflattened in the wrong order.",
        "The order in which (C, H, W) is flattened: the columns of a row follow one another.",
        last=lambda: np.moveaxis(np.stack([np.reshape(v, (H, width, C)) for v in W.T]), 3, 1),
        columns_first=lambda: np.stack([np.reshape(v, input_shape, order="F") for v in W.T]),
        swapped=lambda: np.stack([np.reshape(v, (C, width, H)).swapaxes(1, 2) for v in W.T]),
        transposed=lambda: right().swapaxes(2, 3),
    )
    yield Mistake(
        "convnet_accounting.fc_flipped",
        "The filters are flipped.",
        "What our convolution does with a filter: it does not flip it.",
        filters=lambda: right()[:, :, ::-1, ::-1],
        rows=lambda: right()[:, :, ::-1],
        columns=lambda: right()[:, :, :, ::-1],
    )


def conv_dx(dout: Any, w: Any, pad: int) -> Iterator[Mistake]:
    """Yield the mistakes of the gradient of a convolution's images: the quantity `dx`."""
    HH, WW = w.shape[2:]
    swapped, rows, columns = np.moveaxis(w, 0, 1), HH - pad - 1, WW - pad - 1

    def turned(filters: Any) -> Any:
        return np.rot90(filters, 2, axes=(2, 3))

    yield Mistake(
        "convnet_accounting.dx_not_flipped",
        "The filters are not flipped in both directions.",
        "The example in one dimension: the filter (b, a); with two dimensions, rows and columns.",
        never=lambda: _slide(dout, swapped, rows, columns),
        rows=lambda: _slide(dout, swapped[:, :, ::-1], rows, columns),
        columns=lambda: _slide(dout, swapped[..., ::-1], rows, columns),
    )
    yield Mistake(
        "convnet_accounting.dx_filters_not_swapped",
        "Filters and channels have not changed places.",
        "How many channels dout has, and how many dx.",
        dx=lambda: _slide(dout, turned(w), rows, columns),
        neither=lambda: _slide(dout, w, rows, columns),
    )
    yield Mistake(
        "convnet_accounting.dx_transposed",
        "The filters are transposed: their rows have become columns.",
        "The order of the axes after channels and filters have changed places.",
        dx=lambda: _slide(dout, turned(swapped).swapaxes(2, 3), rows, columns),
        only=lambda: _slide(dout, swapped.swapaxes(2, 3), rows, columns),
    )
    yield Mistake(
        "convnet_accounting.dx_padding",
        "The padding of dout is wrong.",
        "The size of dx: it is that of the image, without its padding.",
        as_forward=lambda: _slide(dout, turned(swapped), pad, pad),
        full=lambda: _slide(dout, turned(swapped), HH - 1, WW - 1),
        one_more=lambda: _slide(dout, turned(swapped), rows + 1, columns + 1),
        none=lambda: _slide(dout, turned(swapped)),
        same=lambda: _slide(dout, turned(swapped), HH // 2, WW // 2),
    )
    yield Mistake(
        "convnet_accounting.dx_sides_swapped",
        "The padding of rows and columns is swapped, or both are taken from the same side.",
        "Which of the filter's sizes is its height.",
        swapped=lambda: _slide(dout, turned(swapped), columns, rows),
        height=lambda: _slide(dout, turned(swapped), rows, rows),
        width=lambda: _slide(dout, turned(swapped), columns, columns),
    )
    yield Mistake(
        "convnet_accounting.dx_dout_flipped",
        "The upstream gradient is flipped, not the filters.",
        "Which of the two arrays is flipped.",
        dx=lambda: _slide(np.rot90(dout, 2, axes=(2, 3)), swapped, rows, columns),
    )
