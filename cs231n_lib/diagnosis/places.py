"""Words for a place in an array."""

from __future__ import annotations

from collections.abc import Iterable
from typing import SupportsIndex


def at_index(index: Iterable[SupportsIndex]) -> str:
    """Return an index in words: " at [2, 0]", or "" for the index () of a single number."""
    numbers = [str(int(i)) for i in index]
    return f" at [{', '.join(numbers)}]" if numbers else ""


def slices_in_words(indices: Iterable[SupportsIndex], ndim: int, axis: int) -> str:
    """Return the name of slices along an axis: "row 2", "columns 0 to 3", "entries 0 and 2", "index 1 of axis 3".

    Parameters
    ----------
    indices
        The indices along the axis, at least one, in ascending order.
    ndim
        The number of axes of the array.
    axis
        The axis.
    """
    where = [int(i) for i in indices]
    one, many = slice_nouns(ndim, axis)
    ending = f" of axis {axis}" if ndim > 2 else ""
    if len(where) == 1:
        return f"{one} {where[0]}{ending}"
    if len(where) > 2 and where == list(range(where[0], where[-1] + 1)):
        return f"{many} {where[0]} to {where[-1]}{ending}"
    if len(where) > 6:
        return f"{many} {', '.join(map(str, where[:5]))} and {len(where) - 5} more{ending}"
    return f"{many} {', '.join(map(str, where[:-1]))} and {where[-1]}{ending}"


def slice_nouns(ndim: int, axis: int) -> tuple[str, str]:
    """Return what a slice along an axis is called, singular and plural: ("row", "rows")."""
    if ndim == 1:
        return "entry", "entries"
    if ndim == 2:
        return (("row", "rows"), ("column", "columns"))[axis]
    return "index", "indices"
