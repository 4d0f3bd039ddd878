"""Fast kernels for convolutions, compiled where there was a C compiler, else in NumPy.

The functions here check their arguments; `_im2col_cy` (Cython) and `_im2col` (NumPy) rely on that and give the
same results, to the bit. The environment variable CS231N_KERNELS=numpy turns the compiled ones off.
"""

import os

import numpy as np

from cs231n_lib.kernels import _im2col

try:
    from cs231n_lib.kernels import _im2col_cy
except ImportError:  # installed without a compiler
    _im2col_cy = None


def backend():
    """Which kernels are in use: "cython" or "numpy"."""
    chosen = os.environ.get("CS231N_KERNELS") or ("numpy" if _im2col_cy is None else "cython")
    if chosen not in ("cython", "numpy"):
        raise ValueError(f"the environment variable CS231N_KERNELS should be 'cython' or 'numpy', but is {chosen!r}")
    if chosen == "cython" and _im2col_cy is None:
        raise ImportError("CS231N_KERNELS asks for the compiled kernels, but they were not built; install a C "
                          "compiler and the course kit again, or unset CS231N_KERNELS")
    return chosen


def im2col(x, field_height, field_width, pad=0, stride=1, dilation=1):
    """Lay out every receptive field of a batch of images as a column.

    Arguments
    - x: images (N, C, H, W), float32 or float64 (integers become float64), any memory order; not changed.
    - field_height, field_width: size of the receptive field.
    - pad: zeros around the image; stride: step from one field to the next; dilation: step between the pixels of
      one field. Each an integer or a pair (vertical, horizontal).

    Returns cols (N, C * field_height * field_width, out_h * out_w), C-contiguous, of x's dtype. Rows run over
    channel, field row, field column, so that with filters w (F, C, field_height, field_width)

        out = (w.reshape(F, -1) @ cols).reshape(N, F, out_h, out_w)

    is the convolution. out_h = (H + 2 pad - dilation (field_height - 1) - 1) // stride + 1, and out_w alike:
    where the stride does not divide evenly, the last rows or columns of the image are in no field.
    Raises ValueError naming the argument that does not fit.
    """
    x = _floats(x, "x", 4, "(N, C, H, W)")
    geometry = _geometry("im2col", x.shape, field_height, field_width, pad, stride, dilation)
    N, C = x.shape[:2]
    out_h, out_w = geometry[-2:]
    cols = np.empty((N, C * geometry[0] * geometry[1], out_h * out_w), dtype=x.dtype)
    if cols.size:
        _kernels().im2col(x, cols, *geometry)
    return cols


def col2im(cols, x_shape, field_height, field_width, pad=0, stride=1, dilation=1):
    """Add every column back into the pixels it came from: the adjoint (transpose) of im2col.

    Arguments
    - cols: (N, C * field_height * field_width, out_h * out_w) as im2col returns it, any memory order.
    - x_shape: the shape (N, C, H, W) of the images; the others as in im2col.

    Returns x (N, C, H, W) of the dtype of cols: for columns that hold dout's share of each field, the gradient of
    the images. Pixels that lie in no field are 0. Raises ValueError naming the argument that does not fit.
    """
    cols = _floats(cols, "cols", 3, "(N, C * field_height * field_width, out_h * out_w)")
    if len(x_shape) != 4:
        raise ValueError(f"col2im: x_shape should be (N, C, H, W), but is {tuple(x_shape)}")
    geometry = _geometry("col2im", x_shape, field_height, field_width, pad, stride, dilation)
    expected = (x_shape[0], x_shape[1] * geometry[0] * geometry[1], geometry[-2] * geometry[-1])
    if cols.shape != expected:
        raise ValueError(f"col2im: cols should have shape {expected} for images {tuple(x_shape)} and fields "
                         f"{geometry[0]}x{geometry[1]}, but has {cols.shape}")
    x = np.zeros(x_shape, dtype=cols.dtype)
    if cols.size:
        _kernels().col2im(cols, x, *geometry)
    return x


def _kernels():
    return _im2col_cy if backend() == "cython" else _im2col


def _floats(array, name, ndim, shape):
    array = np.asarray(array)
    if array.dtype.kind in "biu":
        array = array.astype(np.float64)
    if array.dtype.newbyteorder("=") not in (np.float32, np.float64):
        raise ValueError(f"{name} should be float32 or float64, but is {array.dtype}")
    if array.ndim != ndim:
        raise ValueError(f"{name} should have shape {shape}, but has {array.shape}")
    # Cython's memoryviews take neither foreign byte order nor items off their natural boundary.
    return np.require(array, dtype=array.dtype.newbyteorder("="), requirements="A")


def _geometry(function, x_shape, field_height, field_width, pad, stride, dilation):
    """The numbers the kernels take: field, pad, stride, dilation and output size, each vertical, horizontal."""
    field = (_integer(function, "field_height", field_height, 1), _integer(function, "field_width", field_width, 1))
    pad = _pair(function, "pad", pad, 0)
    stride = _pair(function, "stride", stride, 1)
    dilation = _pair(function, "dilation", dilation, 1)
    out = []
    for axis, side in enumerate(("high", "wide")):
        covered = dilation[axis] * (field[axis] - 1) + 1
        space = x_shape[2 + axis] + 2 * pad[axis]
        if covered > space:
            argument = ("field_height", "field_width")[axis]
            raise ValueError(
                f"{function}: {argument}={field[axis]} does not fit: with dilation {dilation[axis]} it covers "
                f"{covered} pixels, but the image is only {space} {side} with its padding of {pad[axis]}")
        out.append((space - covered) // stride[axis] + 1)
    return *field, *pad, *stride, *dilation, *out


def _pair(function, name, value, smallest):
    values = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(values) != 2:
        raise ValueError(f"{function}: {name} should be an integer or a pair (vertical, horizontal), but is {value!r}")
    return tuple(_integer(function, name, each, smallest) for each in values)


def _integer(function, name, value, smallest):
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)) or value < smallest:
        raise ValueError(f"{function}: {name} should be an integer of at least {smallest}, but is {value!r}")
    return int(value)
