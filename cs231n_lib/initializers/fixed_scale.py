"""Initial weights whose scale is the same for every layer.

The docstring of the package says what shapes mean and which arguments all functions take:
help(cs231n_lib.initializers).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import float_type, generator, integer, number

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from cs231n_lib.arguments import FloatArray, Seed


def small_random(
    shape: Sequence[int] | int, scale: float = 0.01, dtype: DTypeLike = np.float32, rng: Seed = None
) -> FloatArray:
    """Draw normal weights with standard deviation scale: they break the symmetry, but signals shrink layer by layer.

    Examples
    --------
    >>> round(float(small_random((3072, 100), scale=1e-3, rng=0).std()), 5)
    0.001
    """
    return normal_weights("small_random", shape, number("small_random", "scale", scale, at_least=0), dtype, rng)


def normal_weights(function: str, shape: Sequence[int] | int, std: float, dtype: DTypeLike, rng: Seed) -> FloatArray:
    """Draw normal weights with standard deviation std, and check the other arguments for the named function."""
    dtype, random = float_type(function, dtype), generator(function, "rng", rng)
    sizes = [
        integer(function, "each size in shape", size, 0)
        for size in (shape if isinstance(shape, (tuple, list)) else [shape])
    ]
    weights = random.standard_normal(sizes)
    weights *= std
    return weights.astype(dtype, copy=False)
