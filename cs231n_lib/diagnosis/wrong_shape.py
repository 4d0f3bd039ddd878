"""Finds the likely mistake behind a wrong shape."""

from __future__ import annotations

import math


def shape_mistake(actual: tuple[int, ...], expected: tuple[int, ...], subject: str) -> str:
    """Return sentences about a wrong shape and its likely reason.

    Parameters
    ----------
    actual, expected
        Two different shapes.
    subject
        The subject of the first sentence, such as "The gradient".
    """
    return f"{subject} has shape {actual}; it should have {expected}.{_reason(actual, expected)}"


def _reason(actual: tuple[int, ...], expected: tuple[int, ...]) -> str:
    if len(actual) == 2 and actual == expected[::-1]:
        return " Is it transposed?"
    if len(actual) == len(expected) and sorted(actual) == sorted(expected):
        return " Are its axes in another order?"
    without_ones = [n for n in actual if n != 1], [n for n in expected if n != 1]
    if without_ones[0] == without_ones[1]:
        if len(actual) > len(expected):
            return " It has an axis of length 1 too many (from keepdims=True, [:, None] or reshape)."
        return " An axis of length 1 is missing (keepdims=True keeps it)."
    if not actual:
        return " It is a single number: is it summed over all axes, or is it only the last value?"
    if len(actual) < len(expected):
        return " An axis is missing: is it summed over one axis too many, or is it computed for one example only?"
    if math.prod(actual) == math.prod(expected):
        return " It has the right number of entries: is it reshaped?"
    if len(actual) > len(expected):
        return " It has an axis too many: is a sum or mean over it missing?"
    return ""
