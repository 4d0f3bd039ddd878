"""Suspects: the mistakes that a test anticipates, and whether a wrong answer is the result of one of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.diagnosis.plain_data import NotNumbers, as_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

# {sentence: the result of the mistake, or a function without arguments that returns it}
Suspects = Mapping[str, Any]


def matching_suspect(
    suspects: Suspects | None, actual: NDArray[Any], expected: NDArray[Any], tolerance: float
) -> str | None:
    """Return the sentence of the first suspect that `actual` equals, or None.

    Parameters
    ----------
    suspects
        {sentence: array or number, or function without arguments that returns one}, or None.
    actual
        What the student's code returned, which is wrong.
    expected
        The right answer, of the same or another shape.
    tolerance
        Relative difference below which two entries count as equal.

    Notes
    -----
    A suspect that is not an array of finite numbers, or whose function raises an error, matches nothing: a student
    whose check fails should read what is wrong with the answer, not with the test.
    """
    for sentence, suspect in (suspects or {}).items():
        array = _array(suspect)
        if array is not None and _is_it(array, actual, expected, tolerance):
            return sentence
    return None


def suspects_of_key(suspects: Suspects | None, key: Hashable) -> dict[str, Callable[[], Any]]:
    """Return the suspects for one key, of suspects that are dicts or functions that return a dict."""

    def entry(suspect: Any) -> Callable[[], Any]:
        return lambda: (suspect() if callable(suspect) else suspect)[key]

    return {sentence: entry(suspect) for sentence, suspect in (suspects or {}).items()}


def _array(suspect: Any) -> NDArray[np.float64] | None:
    try:
        with np.errstate(all="ignore"):
            array = as_numbers(suspect() if callable(suspect) else suspect)
    except NotNumbers:
        return None
    except Exception:  # raised by the test's own code, or by the student's code that the suspect calls
        return None
    return array.astype(np.float64) if np.isfinite(array).all() else None


def _is_it(suspect: NDArray[np.float64], actual: NDArray[Any], expected: NDArray[Any], tolerance: float) -> bool:
    if suspect.shape != actual.shape:
        return False
    off = np.abs(actual - suspect)
    if actual.shape == expected.shape:
        # a suspect counts only if it is much nearer to the answer than the right answer is
        if np.max(off, initial=0.0) > 0.1 * np.max(np.abs(actual - expected), initial=0.0):
            return False
        scale = max(np.max(np.abs(suspect), initial=0.0), np.max(np.abs(expected), initial=0.0))
    else:
        scale = np.max(np.abs(suspect), initial=0.0)
    return bool((off <= tolerance * np.maximum(np.abs(suspect), 0.1 * scale)).all())
