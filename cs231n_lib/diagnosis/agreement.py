"""Relative errors of two arrays, and whether they agree.

The relative error is defined as in the CS231n notes, "Gradient checks" (neural-networks-3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Booleans = NDArray[np.bool_]


def rel_error(x: ArrayLike, y: ArrayLike) -> float:
    """Return the largest relative error of two arrays: max |x - y| / max(1e-8, |x| + |y|).

    Parameters
    ----------
    x, y
        Arrays or numbers whose shapes broadcast.

    Returns
    -------
    float
        0 for equal or empty arrays, at most 1; NaN if a value is NaN.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return float(np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)), initial=0.0))


def scaled_error(analytic: Floats, numeric: Floats, noise: float = 0.0) -> Floats:
    """Return the relative error of each entry, where entries below a tenth of the largest count as that tenth.

    Parameters
    ----------
    analytic, numeric
        Arrays of the same shape; `numeric` is taken as right.
    noise
        Absolute uncertainty of `numeric`, which does not count as an error.

    Returns
    -------
    array
        The errors, in the shape of the arguments.
    """
    scale = max(np.max(np.abs(numeric), initial=0.0), 1e-8)
    floor = np.maximum(np.abs(analytic) + np.abs(numeric), 0.1 * scale)
    return np.maximum(np.abs(analytic - numeric) - noise, 0.0) / floor


def agree(actual: Floats, expected: Floats, tolerance: float) -> bool:
    """Return whether all entries agree; see `differs`."""
    return not differs(actual, expected, tolerance).any()


def differs(actual: Floats, expected: Floats, tolerance: float) -> Booleans:
    """Return a boolean array of the entries that do not agree.

    `tolerance` is relative to the expected entry, or to a tenth of the largest expected entry if that is more.
    """
    scale = np.max(np.abs(expected), initial=0.0)
    allowed = tolerance * np.maximum(np.abs(expected), 0.1 * scale)
    return ~(np.abs(actual - expected) <= allowed)
