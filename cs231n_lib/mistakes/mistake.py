"""A mistake that students make, and which mistakes explain a wrong answer."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.diagnosis.gradient_check import differences
from cs231n_lib.diagnosis.plain_data import NotNumbers, as_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_TOGETHER = 30  # mistakes whose pairs are tried


@dataclass(frozen=True)
class Nearest:
    """What a mistake gives if it leaves some numbers open, such as the size of a term.

    Attributes
    ----------
    to
        Function of the answer, an array, that returns what the mistake would give with the numbers that fit best.
        These must be few: the entries that are left over are the evidence, at least two for each open number.
    """

    to: Callable[[NDArray[np.float64]], Any]


@dataclass(frozen=True, init=False)
class Mistake:
    """A mistake of the catalogue, for one case of an exercise.

    Attributes
    ----------
    id
        Its stable name: topic and mistake, such as "softmax.not_averaged".
    sentence
        What a student reads about it: one sentence with a capital and a full stop.
    look_at
        Where to look, without giving the answer away; None if the sentence says it all.
    gives
        {quantity: what the mistake gives for this case}. A quantity is what a test compares, such as "loss" or "dW".
        A value is an array, a number, a dict of them, or a function without arguments that returns one of these. The
        function is called only if an answer is wrong. It is a `Nearest` if the mistake leaves some numbers open. A
        mistake without values is for `checks.true`.
    """

    id: str
    sentence: str
    look_at: str | None = None
    gives: Mapping[str, Any] = field(default_factory=dict)

    def __init__(self, id: str, sentence: str, look_at: str | None = None, **gives: Any):
        object.__setattr__(self, "id", id)
        object.__setattr__(self, "sentence", sentence)
        object.__setattr__(self, "look_at", look_at)
        object.__setattr__(self, "gives", gives)

    def giving(self, **gives: Any) -> Mistake:
        """Return the same mistake for another case or quantity."""
        return Mistake(self.id, self.sentence, self.look_at, **gives)


def matching(
    mistakes: Iterable[Mistake] | None,
    actual: NDArray[Any],
    expected: NDArray[Any],
    tolerance: float,
    key: Hashable = None,
) -> tuple[Mistake, ...]:
    """Return the mistakes that explain a wrong answer: one, two that were made together, or none.

    Parameters
    ----------
    mistakes
        The mistakes of the catalogue for this case, or None. A generator is run here.
    actual
        What the student's code returned, which is wrong.
    expected
        The right answer, of the same or another shape.
    tolerance
        Relative difference below which two entries count as equal.
    key
        If the answer is an entry of a dict, its key. A mistake that has a quantity of this name is compared with
        that quantity only.

    Notes
    -----
    Without a key, each quantity that has the answer's shape is compared with it. Two mistakes were made together if
    their differences from the right answer add up to the answer's difference. A value that is not an array of finite
    numbers, or whose function raises an error, matches nothing: a student whose check fails should read what is wrong
    with the answer, not with the test.
    """
    seen = []
    for mistake in _as_long_as_possible(mistakes):
        for array in _arrays(mistake, key):
            if array.shape != actual.shape:
                continue
            if _is_it(array, actual, expected, tolerance):
                return (mistake,)
            seen.append((mistake, array))
        for array in _nearest(mistake, actual, expected, tolerance, key):
            if _is_it(array, actual, expected, tolerance):
                return (mistake,)
    return _together(seen[:MOST_TOGETHER], actual, expected, tolerance)


def _together(
    seen: Sequence[tuple[Mistake, NDArray[np.float64]]], actual: NDArray[Any], expected: NDArray[Any], tolerance: float
) -> tuple[Mistake, ...]:
    if actual.shape != expected.shape:
        return ()
    # few numbers may be such a sum by chance, so they have to agree more closely, with one pair only
    few = actual.size < 4
    tolerance = min(tolerance, 1e-7) if few else tolerance
    pairs = itertools.combinations(seen, 2)
    found = [
        (one, other)
        for (one, first), (other, second) in pairs
        if one.id != other.id
        and _is_it(first + second - expected, actual, expected, tolerance)
        and (few or not _parallel(first - expected, second - expected))
    ]
    return found[0] if found and (len(found) == 1 or not few) else ()


def _parallel(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Return whether one array is a multiple of the other, so that they add up to any multiple by chance."""
    lengths = np.sum(one * one) * np.sum(other * other)
    return bool(np.sum(one * other) ** 2 >= (1 - 1e-9) * lengths)


def _as_long_as_possible(mistakes: Iterable[Mistake] | None) -> Iterator[Mistake]:
    try:
        yield from mistakes or ()
    except Exception:  # raised by the catalogue's code for this case
        return


def _values(mistake: Mistake, key: Hashable) -> list[Any]:
    named = isinstance(key, str) and key in mistake.gives
    return [mistake.gives[key]] if named else list(mistake.gives.values())  # type: ignore[index]


def _nearest(
    mistake: Mistake, actual: NDArray[Any], expected: NDArray[Any], tolerance: float, key: Hashable
) -> Iterator[NDArray[np.float64]]:
    """Yield what the mistake gives with the open numbers that fit the answer best.

    There is none if the answer is no evidence: its entries repeat themselves, as in a case made by hand, or they are so
    large that the right part would not be seen in them.
    """
    if actual.shape != expected.shape or 2 * np.unique(actual).size < actual.size:
        return
    if tolerance * np.max(np.abs(actual), initial=0.0) > 0.1 * np.max(np.abs(expected), initial=0.0):
        return
    for value in _values(mistake, key):
        if isinstance(value, Nearest):
            try:
                with np.errstate(all="ignore"):
                    array = np.asarray(value.to(actual.astype(np.float64)), dtype=np.float64)
            except Exception:  # raised by the catalogue's code: the quantity has another shape, for instance
                continue
            if array.shape == actual.shape and np.isfinite(array).all():
                yield array


def _arrays(mistake: Mistake, key: Hashable) -> Iterator[NDArray[np.float64]]:
    """Yield what the mistake gives, as far as it is finite numbers."""
    for value in _values(mistake, key):
        if isinstance(value, Nearest):
            continue
        try:
            with np.errstate(all="ignore"):
                value = value() if callable(value) else value
                parts = [value] if not isinstance(value, dict) else [value[key]] if key in value else value.values()
                arrays = [as_numbers(part).astype(np.float64) for part in parts]
        except NotNumbers:
            continue
        except Exception:  # raised by the catalogue's code, or by the student's code that it calls
            continue
        yield from (array for array in arrays if np.isfinite(array).all())


def _is_it(value: NDArray[np.float64], actual: NDArray[Any], expected: NDArray[Any], tolerance: float) -> bool:
    off = np.abs(actual - value)
    if actual.shape == expected.shape:
        # a mistake counts only if its value is much nearer to the answer than the right answer is
        if np.max(off, initial=0.0) > 0.1 * np.max(np.abs(actual - expected), initial=0.0):
            return False
        scale = max(np.max(np.abs(value), initial=0.0), np.max(np.abs(expected), initial=0.0))
    else:
        scale = np.max(np.abs(value), initial=0.0)
    return bool((off <= tolerance * np.maximum(np.abs(value), 0.1 * scale)).all())


def gradient_of(f: Callable[[NDArray[np.float64]], Any], x: Any) -> NDArray[np.float64]:
    """Return the gradient of f at x by central differences: what the gradient of a wrong loss looks like."""
    return differences(f, np.asarray(x, dtype=np.float64), 1e-5)


def mixture(answer: NDArray[np.float64], parts: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the sum of the parts with the factors that fit the answer best; NaN if the factors are the same.

    It is for `Nearest`: terms that are added up with wrong signs or sizes.
    """
    columns = np.stack([part.ravel() for part in parts], axis=1)
    factors = np.linalg.lstsq(columns, answer.ravel(), rcond=1e-10)[0]
    alike = np.ptp(factors) <= 1e-6 * np.max(np.abs(factors))
    return np.full(answer.shape, np.nan) if alike else (columns @ factors).reshape(answer.shape)
