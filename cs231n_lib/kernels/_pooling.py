"""Max and average pooling in NumPy: the twins of _pooling_cy.pyx, for computers without a C compiler.

sizes: fh, fw (window), ph, pw (padding), sh, sw (stride), out_h, out_w. pooling.py checks the arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import EllipsisType

    from numpy.typing import NDArray

    from cs231n_lib.arguments import FloatArray, IntArray
    from cs231n_lib.kernels.geometry import Sizes

    _Number = TypeVar("_Number", bound=np.generic)


def max_pool_forward(x: FloatArray, out: FloatArray, winners: IntArray, sizes: Sizes) -> None:
    """Fill out and winners (N, C, out_h, out_w) from x (N, C, H, W)."""
    padded = _padded(x, sizes)
    inside = _padded(np.ones((1, 1, *x.shape[2:]), dtype=bool), sizes)  # the padding never wins
    seen = np.zeros((1, 1, *out.shape[2:]), dtype=bool)
    out[...] = -np.inf
    winners[...] = 0
    for cell, where in enumerate(_cells(sizes)):
        value, present = padded[where], inside[where]
        # not (value <= out), so that a NaN wins; out == out, so that it stays
        larger = present & (~seen | (~(value <= out) & (out == out)))
        np.copyto(out, value, where=larger)
        winners[larger] = cell
        seen |= present


def max_pool_backward(dout: FloatArray, winners: IntArray, dx: FloatArray, sizes: Sizes) -> None:
    """Fill dx (N, C, H, W) from dout and winners (N, C, out_h, out_w)."""
    padded = _padded(np.zeros_like(dx), sizes)
    for cell, where in enumerate(_cells(sizes)):
        padded[where] += np.where(winners == cell, dout, 0)
    dx[...] = _without_padding(padded, sizes)


def avg_pool_forward(x: FloatArray, out: FloatArray, sizes: Sizes) -> None:
    """Fill out (N, C, out_h, out_w) from x (N, C, H, W)."""
    padded = _padded(x, sizes)
    out[...] = 0
    for where in _cells(sizes):
        out += padded[where]
    out /= sizes[0] * sizes[1]


def avg_pool_backward(dout: FloatArray, dx: FloatArray, sizes: Sizes) -> None:
    """Fill dx (N, C, H, W) from dout (N, C, out_h, out_w)."""
    padded = _padded(np.zeros_like(dx), sizes)
    share = dout / (sizes[0] * sizes[1])
    for where in _cells(sizes):
        padded[where] += share
    dx[...] = _without_padding(padded, sizes)


def _cells(sizes: Sizes) -> Iterator[tuple[EllipsisType, slice, slice]]:
    """Yield for each cell of the window, row by row, the index of its pixels in the padded images for all windows."""
    fh, fw, _, _, sh, sw, out_h, out_w = sizes
    for i in range(fh):
        for j in range(fw):
            yield ..., slice(i, i + sh * (out_h - 1) + 1, sh), slice(j, j + sw * (out_w - 1) + 1, sw)


def _padded(x: NDArray[_Number], sizes: Sizes) -> NDArray[_Number]:
    ph, pw = sizes[2:4]
    return np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw))) if ph or pw else x


def _without_padding(padded: FloatArray, sizes: Sizes) -> FloatArray:
    ph, pw = sizes[2:4]
    return padded[..., ph : padded.shape[2] - ph, pw : padded.shape[3] - pw]
