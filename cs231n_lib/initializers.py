"""Random weights to start from (CS231n lecture notes, "Weight initialization").

Shapes are those of the layers: (D, M) for D inputs and M outputs, (F, C, HH, WW) for F filters. The fan-in is the
number of inputs of one unit, D or C * HH * WW; the fan-out, of units that one input reaches, M or F * HH * WW.

Every function takes rng, a np.random.Generator or a seed (None: other weights every time). The same seed gives
the same weights in float32 and float64, up to rounding. Biases start at 0: np.zeros does.
"""

import numpy as np

from cs231n_lib.arguments import integer, number, one_of

__all__ = ["glorot", "he", "small_random", "sparse", "xavier"]


def small_random(shape, scale=0.01, dtype=np.float32, rng=None):
    """Normal with standard deviation scale: breaks the symmetry, but signals shrink from layer to layer.

    >>> round(float(small_random((3072, 100), scale=1e-3, rng=0).std()), 5)
    0.001
    """
    return _drawn("small_random", shape, number("small_random", "scale", scale, at_least=0), "normal", dtype, rng)


def xavier(shape, distribution="normal", dtype=np.float32, rng=None):
    """Standard deviation 1 / sqrt(fan-in): the variance of linear and tanh units' inputs stays the same.

    distribution: "normal" or "uniform".
    """
    fan_in, _ = _fans("xavier", shape)
    return _drawn("xavier", shape, (1 / fan_in) ** 0.5, distribution, dtype, rng)


def glorot(shape, distribution="normal", dtype=np.float32, rng=None):
    """Standard deviation sqrt(2 / (fan-in + fan-out)): between what the signals forward and the gradients backward
    need (Glorot and Bengio, 2010).

    distribution: "normal" or "uniform".
    """
    fan_in, fan_out = _fans("glorot", shape)
    return _drawn("glorot", shape, (2 / (fan_in + fan_out)) ** 0.5, distribution, dtype, rng)


def he(shape, distribution="normal", dtype=np.float32, rng=None):
    """Standard deviation sqrt(2 / fan-in): twice the variance, since ReLU drops half of it (He et al., 2015).

    distribution: "normal" or "uniform".
    """
    fan_in, _ = _fans("he", shape)
    return _drawn("he", shape, (2 / fan_in) ** 0.5, distribution, dtype, rng)


def sparse(shape, connections=10, scale=0.01, dtype=np.float32, rng=None):
    """Every unit gets weights, normal with standard deviation scale, from that many random inputs; 0 from the others.

    shape: (D, M) with D >= connections, or filters (F, C, HH, WW) with as many values (Martens, 2010).
    """
    fan_in, _ = _fans("sparse", shape)
    connections = integer("sparse", "connections", connections, 1)
    if connections > fan_in:
        raise ValueError(f"sparse: connections should be at most {fan_in}, the number of inputs of a unit of weights "
                         f"{tuple(shape)}, but is {connections}")
    scale = number("sparse", "scale", scale, at_least=0)
    rng = np.random.default_rng(rng)
    units = shape[1] if len(shape) == 2 else shape[0]
    weights = np.zeros((units, fan_in), _float_type("sparse", dtype))
    # the places of the smallest of random numbers are a random choice without repetition, for all units at once
    chosen = rng.random((units, fan_in)).argsort(axis=1)[:, :connections]
    np.put_along_axis(weights, chosen, scale * rng.standard_normal(chosen.shape), axis=1)
    return np.ascontiguousarray(weights.T) if len(shape) == 2 else weights.reshape(shape)


def _drawn(function, shape, std, distribution, dtype, rng):
    one_of(function, "distribution", distribution, ("normal", "uniform"))
    dtype, rng = _float_type(function, dtype), np.random.default_rng(rng)
    shape = [integer(function, "each size in shape", size, 0)
             for size in (shape if isinstance(shape, (tuple, list)) else [shape])]
    if distribution == "normal":
        weights = rng.standard_normal(shape)
        weights *= std
    else:
        limit = 3**0.5 * std  # a uniform distribution on -limit..limit has the variance limit^2 / 3
        weights = rng.uniform(-limit, limit, shape)
    return weights.astype(dtype, copy=False)


def _fans(function, shape):
    sizes = tuple(shape) if isinstance(shape, (tuple, list)) else ()
    if len(sizes) not in (2, 4):
        raise ValueError(f"{function}: shape should be (inputs, outputs) or (filters, channels, height, width), "
                         f"but is {shape!r}")
    sizes = [integer(function, "each size in shape", size, 1) for size in sizes]
    if len(sizes) == 2:
        return sizes
    field = sizes[2] * sizes[3]
    return sizes[1] * field, sizes[0] * field


def _float_type(function, dtype):
    dtype = np.dtype(dtype)
    if dtype not in (np.float32, np.float64):
        raise ValueError(f"{function}: dtype should be float32 or float64, but is {dtype}")
    return dtype
