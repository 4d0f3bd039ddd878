"""What every check requires of an answer first: that it is a dict with given keys, or finite numbers of a given shape.

An answer may be any object, even one made to deceive. So these functions compare types, and call no method of an
object that is not plain data.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from cs231n_lib.checks.failure import fail
from cs231n_lib.diagnosis.places import at_index
from cs231n_lib.diagnosis.plain_data import NotNumbers, as_numbers, in_short
from cs231n_lib.diagnosis.wrong_shape import shape_mistake
from cs231n_lib.mistakes.mistake import Mistake, matching

if TYPE_CHECKING:
    from numpy.typing import NDArray


def is_dict(value: object) -> TypeGuard[dict[Any, Any]]:
    """Return whether it is a dict, OrderedDict, defaultdict or Counter, and not of a class derived from them."""
    return any(type(value) is kind for kind in (dict, OrderedDict, defaultdict, Counter))


def plain_tuple(value: object) -> object:
    """Return a tuple or namedtuple as a plain tuple, without calling its methods; return anything else unchanged."""
    return tuple(tuple.__iter__(value)) if _is_tuple(value) else value


def numbers_of(value: object, what: str, hint: str | None = None) -> NDArray[Any]:
    """Return the answer as an array of real numbers or booleans; fail if it is anything else."""
    try:
        return as_numbers(plain_tuple(value))
    except NotNumbers as error:
        fail([f"{what}: {error}"], hint)


def require_shape(
    got: NDArray[Any],
    wanted: NDArray[Any],
    what: str,
    hint: str | None = None,
    mistakes: Iterable[Mistake] | None = None,
    key: Hashable = None,
) -> None:
    """Fail unless `got` has the shape of `wanted`; the message names the mistake that gives `got`, if it is known."""
    if got.shape != wanted.shape:
        known = matching(mistakes, got, wanted, 1e-4, key)
        fail([shape_mistake(got.shape, wanted.shape, f"{what}: it")], hint, known)


def require_finite(got: NDArray[Any], what: str, hint: str | None = None, unless: NDArray[Any] | None = None) -> None:
    """Fail if `got` has NaN or infinities, except where `unless` has the same value."""
    bad = np.asarray(~np.isfinite(got))
    if unless is not None:
        bad = bad & ~((got == unless) | (np.isnan(got) & np.isnan(unless)))
    if not bad.any():
        return
    kind = "NaN" if np.isnan(got[bad]).any() else "infinite"
    if got.ndim == 0:
        text = f"{what}: it is {kind}."
    else:
        first = at_index(np.argwhere(bad)[0])
        text = f"{what}: {np.count_nonzero(bad)} of {got.size} entries are {kind}, the first{first}."
    text += "\nLook for an exp that overflows, a log of 0, a division by 0 or the square root of a negative number."
    fail([text], hint)


def require_keys(actual: object, expected: dict[Any, Any], what: str, hint: str | None = None) -> dict[Any, Any]:
    """Return `actual`; fail unless it is a dict with the keys of `expected`."""
    if not is_dict(actual):
        fail([f"{what}: expected a dict, got {in_short(actual)}."], hint)
    missing = [key for key in expected if key not in actual]
    extra = [key for key in actual if key not in expected]
    problems = [f"it has no key {', '.join(map(in_short, missing))}"] if missing else []
    problems += [f"it has keys that do not belong: {', '.join(map(in_short, extra))}"] if extra else []
    if problems:
        fail([f"{what}: {'; '.join(problems)}."], hint)
    return actual


def how_many(bad: NDArray[np.bool_]) -> str:
    """Return how many values are wrong, in words."""
    if not bad.ndim:
        return "its value is wrong"
    count = np.count_nonzero(bad)
    if count == bad.size:
        return f"all {count} values are wrong" if count > 1 else "its one value is wrong"
    return f"{count} of {bad.size} values {'is' if count == 1 else 'are'} wrong"


def _is_tuple(value: object) -> TypeGuard[tuple[object, ...]]:
    return issubclass(type(value), tuple)  # isinstance would ask the object for its class
