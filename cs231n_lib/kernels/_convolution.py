"""Convolution in NumPy: the twin of _convolution_cy.pyx, for computers without a C compiler.

It handles one row of the field and a few images at a time, so that the matrix products are large enough to be fast but
need little memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cs231n_lib.arguments import FloatArray

BUFFER_BYTES = 2 * 2**20


def forward(x: FloatArray, w: FloatArray, b: FloatArray | None, out: FloatArray, relu: bool, *sizes: int) -> None:
    """Fill out (N, F, out_h, out_w) from x (N, C, H, W), w (F, C, fh, fw) and b (F,) or None."""
    for images, padded, seen in _parts(x, len(w), *sizes):
        total = np.zeros((len(seen), len(w), seen.shape[2]), dtype=x.dtype)  # (n, F, out_h*out_w)
        for i in range(sizes[0]):
            _look(padded, i, seen, *sizes)
            total += np.matmul(w[:, :, i].reshape(len(w), -1), seen)
        if b is not None:
            total += b[:, None]
        if relu:
            np.maximum(total, 0, out=total)
        out[images] = total.reshape(out[images].shape)


def backward(
    dout: FloatArray, x: FloatArray, w: FloatArray, dx: FloatArray | None, dw: FloatArray, db: FloatArray, *sizes: int
) -> None:
    """Fill dx (N, C, H, W) unless it is None, dw (F, C, fh, fw) and db (F,)."""
    ph, pw = sizes[2:4]
    dout = dout.reshape(*dout.shape[:2], -1)  # (N, F, out_h*out_w)
    db[...] = dout.sum(axis=(0, 2))
    dw[...] = 0
    for images, padded, seen in _parts(x, len(w), *sizes):
        dpadded = np.zeros_like(padded)
        for i in range(sizes[0]):
            _look(padded, i, seen, *sizes)
            dw[:, :, i] += np.matmul(dout[images], seen.transpose(0, 2, 1)).sum(axis=0).reshape(dw[:, :, i].shape)
            if dx is not None:
                np.matmul(w[:, :, i].reshape(len(w), -1).T, dout[images], out=seen)
                _give_back(seen, i, dpadded, *sizes)
        if dx is not None:
            dx[images] = dpadded[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]]


def _parts(
    x: FloatArray,
    filters: int,
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
) -> Iterator[tuple[slice, FloatArray, FloatArray]]:
    """Yield (slice of the images, the padded images, a buffer for the pixels under one row of the field)."""
    rows, positions = x.shape[1] * fw, out_h * out_w
    step = max(1, BUFFER_BYTES // ((rows + filters) * positions * x.itemsize or 1))
    for start in range(0, len(x), step):
        images = slice(start, min(start + step, len(x)))
        padded = np.pad(x[images], ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        yield images, padded, np.empty((len(padded), rows, positions), dtype=x.dtype)


def _look(padded: FloatArray, i: int, seen: FloatArray, *sizes: int) -> None:
    """Fill seen (n, C*fw, out_h*out_w) with the pixels under row i of the field at every position."""
    for part, view in _pixels(padded, i, seen, *sizes):
        part[...] = view


def _give_back(seen: FloatArray, i: int, padded: FloatArray, *sizes: int) -> None:
    """Add seen to the pixels that `_look` reads."""
    for part, view in _pixels(padded, i, seen, *sizes):
        view += part


def _pixels(
    padded: FloatArray,
    i: int,
    seen: FloatArray,
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
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """For each pixel in row i of the field, yield views (n, C, out_h, out_w) of `seen` and of the padded images."""
    parts = seen.reshape(*padded.shape[:2], fw, out_h, out_w)
    rows = slice(i * dh, i * dh + sh * (out_h - 1) + 1, sh)
    for j in range(fw):
        yield parts[:, :, j], padded[:, :, rows, j * dw : j * dw + sw * (out_w - 1) + 1 : sw]
