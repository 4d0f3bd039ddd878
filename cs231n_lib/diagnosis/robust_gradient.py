"""A numerical gradient for judging answers: it measures its own accuracy, and handles float32 and kinks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.diagnosis.gradient_check import differences, float_value, is_coarse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Function = Callable[[Floats], Any]  # returns one number, if it is right
    Index = tuple[int, ...]

EPS = np.finfo(np.float64).eps


class NotRepeatable(Exception):
    """The function returned different values at the same point."""


@dataclass(frozen=True)
class NumericalGradient:
    """A numerical gradient and its accuracy.

    Attributes
    ----------
    gradient
        The best estimate.
    nearest
        Among all gradients that are consistent with the function's values, the one nearest to the analytic gradient.
    coarse
        Whether the function's values are so noisy that long steps were needed.
    """

    gradient: Floats
    nearest: Floats
    coarse: bool


def gradient_to_judge(
    f: Function, x: Floats, analytic: Floats, h: float = 1e-5, kinks: bool = False
) -> NumericalGradient:
    """Compute the numerical gradient of f at x, for judging an analytic one.

    Parameters
    ----------
    f
        Function of one array that returns one number.
    x, analytic
        float64 arrays of the same shape: the point, and the gradient to judge.
    h
        Step size, if f computes in float64.
    kinks
        Whether f has kinks: where the slopes left and right of x differ, all slopes between them count as right.

    Raises
    ------
    NotRepeatable
        If f returns different values at x.
    NotANumber
        If f returns something other than one number.
    """
    value = float_value(f(x.copy()))
    if np.isfinite(value) and float_value(f(x.copy())) != value:
        raise NotRepeatable
    gradient = None
    if not is_coarse(value):
        gradient = differences(f, x, h)
        # what the differences confirm as they are needs no allowance for their noise, so the noise is not measured
        if np.isfinite(gradient).all() and not _disagreeing(analytic, gradient):
            return NumericalGradient(gradient, gradient, coarse=False)
    size = max(abs(value), 1e-3)
    jitter = max(_jitter(f, x) if np.isfinite(value) else 0.0, EPS * size)
    # 1e-9 of f's size is far above the rounding errors of float64, and far below those of float32
    if jitter > 1e-9 * size:
        return _coarse(f, x, analytic, size, jitter, kinks)
    gradient = differences(f, x, h) if gradient is None else gradient
    nearest = _towards(analytic, gradient, 3 * jitter / h)
    if kinks:
        # a shorter step avoids most kinks; those it still crosses are at x itself
        off = _disagreeing(analytic, nearest)
        gradient, nearest = gradient.copy(), nearest.copy()
        for index in off:
            slopes = _one_sided_slopes(f, x, index, h / 100)
            gradient[index] = np.mean(slopes)
            nearest[index] = _between(slopes, analytic[index], 600 * jitter / h)
    return NumericalGradient(gradient, nearest, coarse=False)


def clearly_wrong(f: Function, x: Floats, analytic: Floats, h: float = 1e-5) -> bool:
    """Return whether a few slopes of f already show that the analytic gradient is not that of f.

    This is quick: it measures the three entries where the analytic gradient is largest. False says nothing about the
    gradient.

    Parameters
    ----------
    f, x, analytic, h
        As in `gradient_to_judge`. At a kink, every slope between those left and right of x may be right.
    """
    value = float_value(f(x.copy()))
    if is_coarse(value):  # too noisy for these steps
        return False
    largest = np.argsort(np.abs(analytic), axis=None)[-3:]
    # f may compute in float32 inside, which changes these slopes by up to a hundredth of its value
    margin = 0.05 * np.max(np.abs(analytic), initial=0.0) + 1e-2 * max(abs(value), 1e-3)
    return any(
        _between(_one_sided_slopes(f, x, index, h), analytic[index], margin) != analytic[index]
        for index in zip(*np.unravel_index(largest, x.shape), strict=True)
    )


def _coarse(f: Function, x: Floats, analytic: Floats, size: float, jitter: float, kinks: bool) -> NumericalGradient:
    """Compute the same for a function that computes in float32.

    Long steps suffer from curvature and cross kinks; short steps suffer from jitter. The best step is not known in
    advance, so a gradient is right if the slopes of one of the steps agree with it.
    """
    # the estimate may come from a smooth stretch, but float32 is never smoother than this
    jitter = max(jitter, 6e-8 * size)
    # with this step, jitter changes the slope by about 1e-4 of f's size
    step = min(1e4 * jitter / size, 1e-2)
    slopes = {s: differences(f, x, s) for s in (step, 3 * step, 10 * step)}
    gradient = nearest = slopes[3 * step]
    # jitter may excuse an error of at most a hundredth of the largest entry
    most = 1e-2 * np.max(np.abs(gradient), initial=0.0)
    for s in slopes:
        allowed = _towards(analytic, slopes[s], min(3 * jitter / s, most))
        nearest = np.where(np.abs(allowed - analytic) < np.abs(nearest - analytic), allowed, nearest)
    if kinks:
        bent = np.ptp(np.stack(list(slopes.values())), axis=0) > 6 * jitter / step
        for index in _disagreeing(analytic, nearest):
            if bent[index]:
                found = [(_one_sided_slopes(f, x, index, s), 6 * jitter / s) for s in (step / 3, step / 10)]
            else:
                found = [(_slopes_at_kink(f, x, index, step, 12 * jitter / step), 6 * jitter / step)]
            for both, noise in found:
                slope = _between(both, analytic[index], min(noise, most))
                if abs(slope - analytic[index]) < abs(nearest[index] - analytic[index]):
                    nearest[index] = slope
    return NumericalGradient(gradient, nearest, coarse=True)


def _jitter(f: Function, x: Floats) -> float:
    """Estimate how far f's values scatter around a smooth curve, from fourth differences along short walks.

    Source: J. Moré and S. Wild, "Estimating computational noise", SIAM J. Sci. Comput. 33 (2011).
    """
    rng = np.random.default_rng(0)
    step = 1e-6 * max(1.0, np.max(np.abs(x), initial=0.0))
    estimates = []
    for _ in range(3):
        direction = rng.uniform(0.5, 1.0, x.shape) * rng.choice([-1.0, 1.0], x.shape)
        fourth = np.diff([float_value(f(x + k * step * direction)) for k in range(7)], 4)
        estimates.append(np.sqrt(np.mean(fourth**2) / 70))  # 70 is the sum of the squared binomials of order 4
    # the median, since one of the walks may cross a kink
    return float(np.median(estimates)) if np.isfinite(estimates).all() else 0.0


def _towards(analytic: Floats, numeric: Floats, most: float) -> Floats:
    """Return numeric, moved towards analytic by at most `most` at each entry."""
    return numeric + np.clip(analytic - numeric, -most, most)


def _between(slopes: tuple[float, float], analytic: float, noise: float) -> float:
    """Return the value nearest to the analytic gradient between the slopes left and right of x, each +/- noise."""
    low, high = sorted(slopes)
    return min(max(analytic, low - noise), high + noise)


def _disagreeing(analytic: Floats, numeric: Floats) -> list[Index]:
    off = np.abs(analytic - numeric) > 1e-6 * np.max(np.abs(numeric), initial=0.0)
    return [tuple(index) for index in np.argwhere(off)]


def _one_sided_slopes(f: Function, x: Floats, index: Index, h: float) -> tuple[float, float]:
    """Return the difference quotients (left, right) of x."""
    upper, lower, middle = x.copy(), x.copy(), float_value(f(x.copy()))
    upper[index] += h
    lower[index] -= h
    left = (middle - float_value(f(lower))) / (x[index] - lower[index])
    return left, (float_value(f(upper)) - middle) / (upper[index] - x[index])


def _slopes_at_kink(f: Function, x: Floats, index: Index, h: float, least: float) -> tuple[float, float]:
    """Return the slopes (left, right) of x if x lies on a kink, where they differ by at least `least`.

    Central differences do not show such a kink: with steps of any length they give the mean of both slopes. Elsewhere
    return that mean twice.
    """
    short, long = (np.array(_one_sided_slopes(f, x, index, step)) for step in (h, 3 * h))
    left, right = (3 * short - long) / 2  # without the effect of curvature, which grows with the step
    return (float(left), float(right)) if abs(right - left) >= least else (float(np.mean(short)),) * 2
