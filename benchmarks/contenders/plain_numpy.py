"""Convolution in well-written plain NumPy: one column matrix of the whole batch, one matrix product.

The module also has the matrix product alone, which limits the speed of every convolution based on it.
"""

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from contenders.works import Results, Run, Values, Work, inputs


def version() -> str:
    return f"NumPy {np.__version__}"


def set_threads(count: int) -> None:
    """Do nothing: OPENBLAS_NUM_THREADS sets the number of threads, and it cannot be changed later."""


def to_numpy(result: object) -> np.ndarray:
    return np.asarray(result)


def prepare(work: Work) -> Run:
    """Return a function of no arguments that does the work once and returns its results as a tuple."""
    return PREPARE[work.kind](inputs(work), **work.options)


def _conv(values: Values, stride: int, pad: int, **_: object) -> Run:
    x, w, b, dout = (values[name] for name in ("x", "w", "b", "dout"))

    def run() -> Results:
        out, cols = conv_forward(x, w, b, stride, pad)
        return out, *conv_backward(dout, x, w, cols, stride, pad)

    return run


def conv_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, pad: int) -> tuple[np.ndarray, np.ndarray]:
    """Return out (N, F, out_h, out_w), and the columns (C*HH*WW, N*out_h*out_w) for the gradients."""
    (N, _, _, _), (F, _, HH, WW) = x.shape, w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = sliding_window_view(padded, (HH, WW), axis=(2, 3))[:, :, ::stride, ::stride]
    out_h, out_w = windows.shape[2:4]
    cols = windows.transpose(1, 4, 5, 0, 2, 3).reshape(-1, N * out_h * out_w)  # (C*HH*WW, N*out_h*out_w)
    out = w.reshape(F, -1) @ cols  # (F, N*out_h*out_w)
    out += b[:, None]
    return out.reshape(F, N, out_h, out_w).transpose(1, 0, 2, 3), cols


def conv_backward(
    dout: np.ndarray, x: np.ndarray, w: np.ndarray, cols: np.ndarray, stride: int, pad: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return dx, dw, db."""
    (N, C, H, W), (F, _, HH, WW) = x.shape, w.shape
    out_h, out_w = dout.shape[2:]
    dout_rows = dout.transpose(1, 0, 2, 3).reshape(F, -1)  # (F, N*out_h*out_w)
    dw = (dout_rows @ cols.T).reshape(w.shape)
    dcols = (w.reshape(F, -1).T @ dout_rows).reshape(C, HH, WW, N, out_h, out_w)
    dpadded = np.zeros((C, N, H + 2 * pad, W + 2 * pad), dtype=x.dtype)
    for i in range(HH):
        for j in range(WW):
            dpadded[:, :, i : i + stride * out_h : stride, j : j + stride * out_w : stride] += dcols[:, i, j]
    dx = dpadded[:, :, pad : pad + H, pad : pad + W].transpose(1, 0, 2, 3)
    return dx, dw, dout_rows.sum(axis=1)


def _gemm(values: Values, **_: object) -> Run:
    a, b = values["a"], values["b"]
    out = np.empty_like(a)
    return lambda: (np.matmul(a, b, out=out),)


PREPARE: dict[str, Callable[..., Run]] = {"conv": _conv, "gemm": _gemm}
