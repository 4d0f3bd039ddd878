"""Convolution in NumPy: the twin of _convolution_cy.pyx, for computers without a C compiler.

A few images at a time, so that their columns stay small.
"""

import numpy as np

from cs231n_lib.kernels import _im2col

COLUMN_BYTES = 8 * 2**20


def forward(x, w, b, out, relu, *sizes):
    """Fill out (N, F, out_h, out_w) from x (N, C, H, W), w (F, C, fh, fw) and b (F,) or None."""
    rows = w.reshape(len(w), -1)  # (F, C*fh*fw)
    for images, cols in _columns(x, rows.shape[1], *sizes):
        part = np.matmul(rows, cols)  # (n, F, out_h*out_w)
        if b is not None:
            part += b[:, None]
        if relu:
            np.maximum(part, 0, out=part)
        out[images] = part.reshape(out[images].shape)


def backward(dout, x, w, dx, dw, db, *sizes):
    """Fill dx (N, C, H, W) unless it is None, dw (F, C, fh, fw) and db (F,)."""
    rows = w.reshape(len(w), -1)  # (F, C*fh*fw)
    dout = dout.reshape(*dout.shape[:2], -1)  # (N, F, out_h*out_w)
    db[...] = dout.sum(axis=(0, 2))
    dw[...] = 0
    for images, cols in _columns(x, rows.shape[1], *sizes):
        dw += np.matmul(dout[images], cols.transpose(0, 2, 1)).sum(axis=0).reshape(w.shape)
        if dx is not None:
            np.matmul(rows.T, dout[images], out=cols)
            _im2col.col2im(cols, dx[images], *sizes)


def _columns(x, rows, *sizes):
    """Pairs (slice of the images, their columns)."""
    positions = sizes[-2] * sizes[-1]
    step = max(1, COLUMN_BYTES // (rows * positions * x.itemsize or 1))
    for start in range(0, len(x), step):
        images = slice(start, min(start + step, len(x)))
        cols = np.empty((images.stop - start, rows, positions), dtype=x.dtype)
        _im2col.im2col(x[images], cols, *sizes)
        yield images, cols
