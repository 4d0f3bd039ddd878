"""Initial weights whose scale depends on the number of inputs, and sparse weights.

The docstring of the package says what shapes mean and which arguments all functions take:
help(cs231n_lib.initializers).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import float_type, generator, integer, number, one_of
from cs231n_lib.initializers.fixed_scale import normal_weights

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from cs231n_lib.arguments import FloatArray, Seed, Shape

__all__ = ["glorot", "he", "sparse", "xavier"]


def xavier(
    shape: Sequence[int], distribution: str = "normal", dtype: DTypeLike = np.float32, rng: Seed = None
) -> FloatArray:
    """Draw weights with standard deviation 1 / sqrt(fan-in): linear and tanh units keep the variance of their inputs.

    Parameters
    ----------
    shape : (D, M) or (F, C, HH, WW)
    distribution
        "normal" or "uniform".
    dtype, rng
        As in every function here.
    """
    fan_in, _ = _fans("xavier", shape)
    return _drawn("xavier", shape, (1 / fan_in) ** 0.5, distribution, dtype, rng)


def glorot(
    shape: Sequence[int], distribution: str = "normal", dtype: DTypeLike = np.float32, rng: Seed = None
) -> FloatArray:
    """Draw weights with standard deviation sqrt(2 / (fan-in + fan-out)) (Glorot and Bengio, 2010).

    It is a compromise between what keeps the variance of the signals on the way forward and what keeps that of the
    gradients on the way back. The parameters are those of `xavier`.
    """
    fan_in, fan_out = _fans("glorot", shape)
    return _drawn("glorot", shape, (2 / (fan_in + fan_out)) ** 0.5, distribution, dtype, rng)


def he(
    shape: Sequence[int], distribution: str = "normal", dtype: DTypeLike = np.float32, rng: Seed = None
) -> FloatArray:
    """Draw weights with standard deviation sqrt(2 / fan-in) (He et al., 2015).

    That is twice the variance of `xavier`, since ReLU drops half of it. The parameters are those of `xavier`.
    """
    fan_in, _ = _fans("he", shape)
    return _drawn("he", shape, (2 / fan_in) ** 0.5, distribution, dtype, rng)


def sparse(
    shape: Sequence[int], connections: int = 10, scale: float = 0.01, dtype: DTypeLike = np.float32, rng: Seed = None
) -> FloatArray:
    """Draw weights for a few random inputs of every unit; the weights of its other inputs are 0 (Martens, 2010).

    Parameters
    ----------
    shape : (D, M) or (F, C, HH, WW)
        A unit must have at least `connections` inputs.
    connections
        For how many of its inputs a unit gets weights.
    scale
        The standard deviation of these weights, which are normal.
    dtype, rng
        As in every function here.
    """
    fan_in, _ = _fans("sparse", shape)
    connections = integer("sparse", "connections", connections, 1)
    if connections > fan_in:
        raise ValueError(
            f"sparse: connections should be at most {fan_in}, the number of inputs of a unit with weights of shape "
            f"{tuple(shape)}, but is {connections}."
        )
    scale = number("sparse", "scale", scale, at_least=0)
    random = generator("sparse", "rng", rng)
    units = shape[1] if len(shape) == 2 else shape[0]
    weights = np.zeros((units, fan_in), float_type("sparse", dtype))
    # the indices of the smallest random numbers are a random choice without replacement, for all units at once
    chosen = random.random((units, fan_in)).argsort(axis=1)[:, :connections]
    np.put_along_axis(weights, chosen, scale * random.standard_normal(chosen.shape), axis=1)
    return np.ascontiguousarray(weights.T) if len(shape) == 2 else weights.reshape(shape)


def _drawn(
    function: str, shape: Sequence[int], std: float, distribution: str, dtype: DTypeLike, rng: Seed
) -> FloatArray:
    one_of(function, "distribution", distribution, ("normal", "uniform"))
    if distribution == "normal":
        return normal_weights(function, shape, std, dtype, rng)
    random = generator(function, "rng", rng)
    limit = 3**0.5 * std  # the uniform distribution on [-limit, limit] has the variance limit^2 / 3
    return random.uniform(-limit, limit, tuple(shape)).astype(float_type(function, dtype), copy=False)


def _fans(function: str, shape: Sequence[int]) -> tuple[int, int]:
    sizes: Shape = tuple(shape) if isinstance(shape, (tuple, list)) else ()
    if len(sizes) not in (2, 4):
        raise ValueError(
            f"{function}: shape should be (inputs, outputs) or (filters, channels, height, width), but is {shape!r}."
        )
    sizes = tuple(integer(function, "each size in shape", size, 1) for size in sizes)
    if len(sizes) == 2:
        return sizes[0], sizes[1]
    field = sizes[2] * sizes[3]
    return sizes[1] * field, sizes[0] * field
