"""Convolution in plain NumPy as one writes it well: one column matrix of the whole batch, one matrix product.

And the matrix product alone, which is the limit of every convolution that is made of it.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from contenders.works import inputs


def version():
    return f"NumPy {np.__version__}"


def set_threads(count):
    """OPENBLAS_NUM_THREADS says it; it cannot be set later."""


def to_numpy(result):
    return np.asarray(result)


def prepare(work):
    """A function of no arguments that does the work once and returns its results as a tuple."""
    return PREPARE[work.kind](inputs(work), **work.options)


def _conv(values, stride, pad, **_):
    x, w, b, dout = (values[name] for name in ("x", "w", "b", "dout"))

    def run():
        out, cols = conv_forward(x, w, b, stride, pad)
        return out, *conv_backward(dout, x, w, cols, stride, pad)

    return run


def conv_forward(x, w, b, stride, pad):
    (N, _, _, _), (F, _, HH, WW) = x.shape, w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = sliding_window_view(padded, (HH, WW), axis=(2, 3))[:, :, ::stride, ::stride]
    out_h, out_w = windows.shape[2:4]
    cols = windows.transpose(1, 4, 5, 0, 2, 3).reshape(-1, N * out_h * out_w)  # (C*HH*WW, N*out_h*out_w)
    out = w.reshape(F, -1) @ cols  # (F, N*out_h*out_w)
    out += b[:, None]
    return out.reshape(F, N, out_h, out_w).transpose(1, 0, 2, 3), cols


def conv_backward(dout, x, w, cols, stride, pad):
    (N, C, H, W), (F, _, HH, WW) = x.shape, w.shape
    out_h, out_w = dout.shape[2:]
    dout_rows = dout.transpose(1, 0, 2, 3).reshape(F, -1)  # (F, N*out_h*out_w)
    dw = (dout_rows @ cols.T).reshape(w.shape)
    dcols = (w.reshape(F, -1).T @ dout_rows).reshape(C, HH, WW, N, out_h, out_w)
    dpadded = np.zeros((C, N, H + 2 * pad, W + 2 * pad), dtype=x.dtype)
    for i in range(HH):
        for j in range(WW):
            dpadded[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] += dcols[:, i, j]
    dx = dpadded[:, :, pad:pad + H, pad:pad + W].transpose(1, 0, 2, 3)
    return dx, dw, dout_rows.sum(axis=1)


def _gemm(values, **_):
    a, b = values["a"], values["b"]
    out = np.empty_like(a)
    return lambda: (np.matmul(a, b, out=out),)


PREPARE = {"conv": _conv, "gemm": _gemm}
