"""The check that a value equals the expected one exactly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.checks.answers import how_many, is_dict, numbers_of, plain_tuple, require_keys, require_shape
from cs231n_lib.checks.failure import fail
from cs231n_lib.diagnosis.places import at_index
from cs231n_lib.diagnosis.plain_data import in_short, makes_array
from cs231n_lib.mistakes.mistake import Mistake, matching

if TYPE_CHECKING:
    from numpy.typing import NDArray


def equal(
    actual: object,
    expected: Any,
    what: str,
    hint: str | None = None,
    mistakes: Iterable[Mistake] | None = None,
) -> None:
    """Check that `actual` equals `expected` exactly.

    Parameters
    ----------
    actual
        Labels, integers, strings, lists, or dicts of those. A list, a tuple and a namedtuple may stand for each
        other; an OrderedDict, defaultdict or Counter may stand for a dict.
    expected
        The right answer. Numbers and arrays are compared by value, whatever their dtype.
    what
        What the message calls the answer, such as "the labels of predict".
    hint
        A sentence added when the check fails and no known mistake explains it.
    mistakes
        The known mistakes of the exercise for this case. If one of them gives the numbers of the answer, the message
        names it.

    Raises
    ------
    CheckFailed
        If they differ. The text says where.
    """
    if is_dict(expected):
        answers = require_keys(actual, expected, what, hint)
        for key in expected:
            equal(answers[key], expected[key], f"{what}[{key!r}]", hint, mistakes)
        return
    actual, expected = plain_tuple(actual), plain_tuple(expected)
    if makes_array(expected):
        _equal_numbers(actual, np.asarray(expected), what, hint, mistakes)
    elif type(expected) is list or type(expected) is tuple:
        _equal_list(actual, expected, what, hint)
    elif isinstance(expected, np.ndarray):
        _equal_list(actual, expected.tolist(), what, hint)
    else:
        # a student's object might compare equal to anything, so the types must be identical
        same_type = type(actual) is type(expected) or {type(actual), type(expected)} == {str, np.str_}
        if not same_type or actual != expected:
            fail([f"{what}: expected {in_short(expected)}, got {in_short(actual)}."], hint)


def _equal_list(actual: object, expected: Sequence[object], what: str, hint: str | None) -> None:
    if type(actual) is np.ndarray:
        actual = actual.tolist()
    if not (type(actual) is list or type(actual) is tuple):
        fail([f"{what}: expected a list, got {in_short(actual)}."], hint)
    if len(actual) != len(expected):
        fail([f"{what}: it has {len(actual)} entries; it should have {len(expected)}."], hint)
    for k, (a, e) in enumerate(zip(actual, expected, strict=True)):
        equal(a, e, f"{what}[{k}]", hint)


def _equal_numbers(
    actual: object, expected: NDArray[Any], what: str, hint: str | None, mistakes: Iterable[Mistake] | None
) -> None:
    got = numbers_of(actual, what, hint)
    require_shape(got, expected, what, hint, mistakes)
    bad = np.asarray((got != expected) & ~((got != got) & (expected != expected)))
    if not bad.any():
        return
    known = matching(mistakes, got.astype(np.float64), expected.astype(np.float64), 0)
    known = known if len(known) == 1 else ()  # labels are names, so that they do not add up
    if not bad.ndim:
        fail([f"{what}: expected {expected[()]}, got {got[()]}."], hint, known)
    first = tuple(np.argwhere(bad)[0])
    text = [f"{what}: {how_many(bad)}.", f"First{at_index(first)}: expected {expected[first]}, got {got[first]}."]
    difference = got.astype(np.float64) - expected
    varied = bad.size > 2 and (expected != expected.flat[0]).any()  # two constants always differ by a constant
    if not known and varied and bad.all() and np.all(difference == difference.flat[0]):
        text.append(f"Likely mistake: every entry is off by {difference.flat[0]:+g}.")
    fail(text, hint, known)
