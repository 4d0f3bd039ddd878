"""The tasks and their values, which are the same in every process because they come from a seed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Results = tuple[Any, ...]  # arrays, tensors or numbers, in the contender's own types
Values = dict[str, Any]  # arrays by name; parameters and gradients are dicts of arrays themselves
Run = Callable[[], Results]  # does the work once
Shape = tuple[tuple[int, int, int, int], tuple[int, int, int, int], int, int]  # x, w, stride, pad

CONV_SHAPES = (  # x, w, stride, pad
    ((100, 3, 32, 32), (32, 3, 7, 7), 1, 3),
    ((64, 32, 32, 32), (64, 32, 3, 3), 1, 1),
    ((64, 64, 16, 16), (128, 64, 3, 3), 1, 1),
    ((100, 3, 31, 31), (25, 3, 3, 3), 2, 1),
    ((32, 128, 8, 8), (256, 128, 3, 3), 1, 1),
    ((128, 64, 32, 32), (64, 64, 3, 3), 1, 1),
    ((64, 256, 8, 8), (256, 256, 3, 3), 1, 1),
)
LARGE_SHAPES = (1, 2, 4)  # over 1 GFLOP forward, and columns of over 200 rows
TINY_SHAPE = ((2, 3, 8, 8), (4, 3, 3, 3), 1, 1)
STATEFUL = (
    "adam",
    "training step",
    "deep training step",
    "speedrun training step",
)  # every call continues from the previous one


@dataclass(frozen=True)
class Work:
    """A task: its `kind` and, in `options`, its sizes. The values are plain, so that it can be sent as JSON."""

    kind: str
    dtype: str = "float32"
    options: dict[str, Any] = field(default_factory=dict)


def conv(shape: Shape, dtype: str = "float32", kind: str = "conv") -> Work:
    x, w, stride, pad = shape
    return Work(kind, dtype, {"x": list(x), "w": list(w), "stride": stride, "pad": pad})


def conv_out_shape(options: dict[str, Any]) -> tuple[int, int, int, int]:
    (N, _, H, W), (F, _, HH, WW) = options["x"], options["w"]
    stride, pad = options["stride"], options["pad"]
    return N, F, (H + 2 * pad - HH) // stride + 1, (W + 2 * pad - WW) // stride + 1


def conv_flops(options: dict[str, Any]) -> int:
    """Return the number of multiplications and additions of the direct forward algorithm."""
    N, F, out_h, out_w = conv_out_shape(options)
    return 2 * N * F * out_h * out_w * int(np.prod(options["w"][1:]))


def inputs(work: Work) -> Values:
    """Return {name: array} for the work, drawn from a fixed seed."""
    rng = np.random.default_rng(231)
    dtype = np.dtype(work.dtype)

    def normal(*shape: int, scale: float = 1.0) -> np.ndarray:
        values = rng.standard_normal(shape, dtype=dtype)
        values *= dtype.type(scale)
        return values

    o = work.options
    if work.kind in ("conv", "conv forward"):
        w = normal(*o["w"], scale=np.sqrt(2 / np.prod(o["w"][1:])))
        arrays = {"x": normal(*o["x"]), "w": w, "b": normal(o["w"][0])}
        return arrays if work.kind == "conv forward" else arrays | {"dout": normal(*conv_out_shape(o))}
    if work.kind == "max pooling":
        out = [(side - o["field"]) // o["stride"] + 1 for side in o["x"][2:]]
        return {"x": normal(*o["x"]), "dout": normal(*o["x"][:2], *out)}
    if work.kind in ("batchnorm", "spatial batchnorm", "layernorm"):
        D = o["x"][1]
        return {"x": normal(*o["x"]), "gamma": 1 + normal(D, scale=0.1), "beta": normal(D), "dout": normal(*o["x"])}
    if work.kind == "relu":
        return {"x": normal(*o["x"]), "dout": normal(*o["x"])}
    if work.kind == "softmax loss":
        return {"x": normal(*o["x"]), "y": rng.integers(o["x"][1], size=o["x"][0])}
    if work.kind == "deep training step":
        params = _convnet(normal)
        return {"params": params} | _batches(normal, rng)
    if work.kind == "speedrun training step":
        whitening = normal(12, 3, 2, 2, scale=0.5)
        batches = _batches(normal, rng, size=o["size"])
        return {"params": _whitened_convnet(normal), "whitening": np.concatenate([whitening, -whitening])} | batches
    if work.kind in STATEFUL:
        return _three_layer_convnet(work.kind, normal, rng)
    if work.kind == "knn distances":
        return {"X_train": normal(o["train"], o["dim"], scale=50), "X_test": normal(o["test"], o["dim"], scale=50)}
    if work.kind == "gemm":
        return {"a": normal(o["size"], o["size"]), "b": normal(o["size"], o["size"])}
    raise ValueError(f"no inputs for {work.kind!r}")


def _three_layer_convnet(kind: str, normal: Callable[..., np.ndarray], rng: np.random.Generator) -> Values:
    """Return the initial parameters of ThreeLayerConvNet, and gradients for Adam or batches for training."""
    shapes = {"W1": (32, 3, 7, 7), "b1": (32,), "W2": (32 * 16 * 16, 100), "b2": (100,), "W3": (100, 10), "b3": (10,)}
    params = {name: normal(*shape, scale=1e-2) for name, shape in shapes.items()}
    if kind == "adam":
        return {"params": params, "grads": {name: normal(*shape, scale=1e-2) for name, shape in shapes.items()}}
    return {"params": params} | _batches(normal, rng)


def _convnet(normal: Callable[..., np.ndarray]) -> Values:
    """Return the initial parameters of ConvNet with the blocks ((32, 32), (64, 64), (128, 128))."""
    params, channels = {}, 3
    for i, filters in enumerate((32, 32, 64, 64, 128, 128), start=1):
        params[f"W{i}"] = normal(filters, channels, 3, 3, scale=np.sqrt(2 / (9 * channels)))
        params[f"gamma{i}"], params[f"beta{i}"] = 1 + normal(filters, scale=0.1), normal(filters, scale=0.1)
        channels = filters
    return params | {"W7": normal(channels * 4 * 4, 10, scale=1e-2), "b7": normal(10, scale=1e-2)}


def _whitened_convnet(normal: Callable[..., np.ndarray]) -> Values:
    """Return initial parameters of WhitenedConvNet with the blocks (64, 256, 256)."""
    params, channels = {}, 24
    for i, filters in enumerate((64, 64, 256, 256, 256, 256), start=1):
        params[f"W{i}"] = normal(filters, channels, 3, 3, scale=np.sqrt(2 / (9 * channels)))
        params[f"gamma{i}"], params[f"beta{i}"] = 1 + normal(filters, scale=0.1), normal(filters, scale=0.1)
        channels = filters
    return params | {"W7": normal(channels, 10, scale=1e-1)}


def _batches(normal: Callable[..., np.ndarray], rng: np.random.Generator, size: int = 100) -> Values:
    """Return 1,000 images with labels, and the indices of batches of this size."""
    batches = [rng.integers(1000, size=size) for _ in range(50)]
    return {"X": normal(1000, 3, 32, 32), "y": rng.integers(10, size=1000), "batches": batches}
