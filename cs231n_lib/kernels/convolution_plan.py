"""Plans where the compiled convolution reads its pixels, once for each geometry."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    # a phase along one axis: its first pixel, its number of pixels, the field rows that reach them, the output rows
    _Axis = tuple[int, int, NDArray[np.intp], NDArray[np.intp]]


class Phase(NamedTuple):
    """Positions (rows, cols) of the result to which the same weights apply."""

    offsets: NDArray[np.intp]  # (K,): from a position to the pixel of each weight, in the padded source
    order: NDArray[np.intp]  # (K,): the index of each weight within a row of the weights
    rows: int
    cols: int
    first: int  # the first position in a plane of the result, and the steps down and across to the next ones
    down: int
    across: int


class Plan(NamedTuple):
    """The size of the padded source, the steps from one position to the next in it, and the phases of the result."""

    top: int
    left: int
    padded_h: int
    padded_w: int
    down: int
    across: int
    weight_row: int  # from the weights of one channel of the result to those of the next
    phases: tuple[Phase, ...]


@lru_cache(256)
def forward_plan(
    C: int,
    H: int,
    W: int,
    fh: int,
    fw: int,
    ph: int,
    pw: int,
    sh: int,
    sw: int,
    dh: int,
    dw: int,
    out_h: int,
    out_w: int,
) -> Plan:
    """Plan out from x, as one phase whose weights run over channel, field row, field column."""
    padded_h, padded_w = H + 2 * ph, W + 2 * pw
    c, i, j = (axis.ravel() for axis in np.indices((C, fh, fw)))
    offsets = (c * padded_h + i * dh) * padded_w + j * dw
    phase = Phase(offsets, np.arange(C * fh * fw), out_h, out_w, 0, out_w, 1)
    return Plan(ph, pw, padded_h, padded_w, sh, sw, C * fh * fw, (phase,))


@lru_cache(256)
def backward_plan(
    F: int,
    C: int,
    H: int,
    W: int,
    fh: int,
    fw: int,
    ph: int,
    pw: int,
    sh: int,
    sw: int,
    dh: int,
    dw: int,
    out_h: int,
    out_w: int,
) -> Plan:
    """Plan dx from dout, with one phase for each set of pixels that the same weights reach.

    Field row i reaches pixel row h from output row (h + ph - i dh) / sh, if that is an integer. So the same field rows
    reach all pixel rows with the same (h + ph) mod sh; together with the same (w + pw) mod sw they form a phase. Its
    t-th row, h = sh t + phase - ph, gets output row t + (phase - i dh) / sh.
    """
    down, across = _axes(H, fh, ph, sh, dh), _axes(W, fw, pw, sw, dw)
    top, padded_h = _room(down, out_h)
    left, padded_w = _room(across, out_w)
    phases = []
    for first_h, rows, fields_h, seen_h in down:
        for first_w, cols, fields_w, seen_w in across:
            f, i, j = (axis.ravel() for axis in np.indices((F, len(fields_h), len(fields_w))))
            offsets = (f * padded_h + seen_h[i] + top) * padded_w + seen_w[j] + left
            order = (f * C * fh + fields_h[i]) * fw + fields_w[j]
            phases.append(Phase(offsets, order, rows, cols, first_h * W + first_w, sh * W, sw))
    return Plan(top, left, padded_h, padded_w, 1, 1, fh * fw, tuple(phases))


def _axes(size: int, field: int, pad: int, stride: int, dilation: int) -> list[_Axis]:
    """Return the phases along one axis that have pixels; with a large stride, most phases have none."""
    phases = sorted((pixel + pad) % stride for pixel in range(min(size, stride)))
    return [_axis(phase, size, field, pad, stride, dilation) for phase in phases]


def _axis(phase: int, size: int, field: int, pad: int, stride: int, dilation: int) -> _Axis:
    t = -((phase - pad) // stride)  # the first t with stride * t + phase - pad >= 0
    first = stride * t + phase - pad
    fields = np.array([i for i in range(field) if (phase - i * dilation) % stride == 0], dtype=np.intp)
    return first, -((first - size) // stride), fields, t + (phase - fields * dilation) // stride


def _room(axes: list[_Axis], size: int) -> tuple[int, int]:
    """Return (padding before, padded size) such that every output row that is read lies inside."""
    seen = [(rows.min(), rows.max() + count) for _, count, _, rows in axes if len(rows)]
    before = max([0, *(-low for low, _ in seen)])
    return int(before), int(before + max([size, *(high for _, high in seen)]))
