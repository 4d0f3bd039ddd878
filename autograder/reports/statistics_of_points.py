"""Statistics of a class's points: a summary, a histogram, and how well one item agrees with the rest of a test."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

BINS = 10  # of a histogram


@dataclass(frozen=True)
class Summary:
    """A summary of `count` numbers. All others are None if there are none; `deviation` also if there is only one.

    Attributes
    ----------
    deviation
        The sample standard deviation, which divides by count - 1.
    lower, upper
        The first and third quartiles, interpolated linearly, as NumPy's `quantile` does by default.
    """

    count: int
    mean: float | None = None
    deviation: float | None = None
    least: float | None = None
    lower: float | None = None
    median: float | None = None
    upper: float | None = None
    most: float | None = None


def summary(values: Sequence[float]) -> Summary:
    """Return the summary of some numbers."""
    if not values:
        return Summary(0)
    several = len(values) > 1
    lower, median, upper = statistics.quantiles(values, n=4, method="inclusive") if several else [values[0]] * 3
    deviation = statistics.stdev(values) if several else None
    rounded = [statistics.fmean(values), deviation, min(values), lower, median, upper, max(values)]
    return Summary(len(values), *(None if value is None else round(value, 6) for value in rounded))


def histogram(fractions: Sequence[float]) -> tuple[int, ...]:
    """Return how many of these numbers from 0 to 1 are in each of BINS equal intervals; 1 belongs to the last one."""
    counts = [0] * BINS
    for fraction in fractions:
        # a fraction such as 1 - 0.9 is slightly below the border that it means
        counts[min(BINS - 1, max(0, int(fraction * BINS + 1e-9)))] += 1
    return tuple(counts)


def discrimination(item: Sequence[float], total: Sequence[float]) -> float | None:
    """Return the corrected item-total correlation: Pearson's correlation of an item with the total without it.

    It is negative if students with few points otherwise do better on the item. None if it is undefined, because all
    students have equal points on the item or on the rest. See Crocker and Algina, "Introduction to Classical and Modern
    Test Theory", chapter 14.

    Parameters
    ----------
    item
        The points of each student on the item.
    total
        The points of each student on all items, including this one.
    """
    rest = [all_points - points for all_points, points in zip(total, item, strict=True)]
    # sums of fractions of points differ in the last bits, although they are equal
    if len(item) < 2 or max(item) - min(item) < 1e-9 or max(rest) - min(rest) < 1e-9:
        return None
    return round(statistics.correlation(item, rest), 6)
