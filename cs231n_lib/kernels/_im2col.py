"""im2col and col2im in NumPy: the twins of _im2col_cy.pyx, for computers without a C compiler.

fh, fw: field; ph, pw: padding; sh, sw: stride; dh, dw: dilation. columns.py checks the arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from cs231n_lib.arguments import FloatArray


def im2col(
    x: FloatArray,
    cols: FloatArray,
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
) -> None:
    """Fill cols (N, C*fh*fw, out_h*out_w) from x (N, C, H, W)."""
    N, C = x.shape[:2]
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    windows = sliding_window_view(padded, (dh * (fh - 1) + 1, dw * (fw - 1) + 1), axis=(2, 3))
    windows = windows[:, :, ::sh, ::sw, ::dh, ::dw]  # (N, C, out_h, out_w, fh, fw)
    cols.reshape(N, C, fh, fw, out_h, out_w)[...] = windows.transpose(0, 1, 4, 5, 2, 3)


def col2im(
    cols: FloatArray,
    x: FloatArray,
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
) -> None:
    """Add cols (N, C*fh*fw, out_h*out_w) into x (N, C, H, W), which holds zeros."""
    N, C, H, W = x.shape
    padded = np.zeros((N, C, H + 2 * ph, W + 2 * pw), dtype=x.dtype)
    cols = cols.reshape(N, C, fh, fw, out_h, out_w)
    for i in range(fh):
        for j in range(fw):
            rows = slice(i * dh, i * dh + sh * (out_h - 1) + 1, sh)
            columns = slice(j * dw, j * dw + sw * (out_w - 1) + 1, sw)
            padded[:, :, rows, columns] += cols[:, :, i, j]
    x[...] = padded[:, :, ph : ph + H, pw : pw + W]
