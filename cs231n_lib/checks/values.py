"""Checks of a value: its numbers, its shape, its dtype."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.checks.answers import (
    how_many,
    is_dict,
    numbers_of,
    plain_tuple,
    require_finite,
    require_keys,
    require_shape,
)
from cs231n_lib.checks.failure import fail
from cs231n_lib.diagnosis.places import at_index
from cs231n_lib.diagnosis.plain_data import NotNumbers, as_numbers, in_short
from cs231n_lib.diagnosis.wrong_shape import shape_mistake
from cs231n_lib.diagnosis.wrong_values import explain_value
from cs231n_lib.mistakes.mistake import Mistake, matching

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray


KINDS: dict[object, str] = {np.integer: "an integer type", np.floating: "a floating type"}


def close(
    actual: object,
    expected: Any,
    what: str,
    rtol: float | None = None,
    atol: float = 1e-8,
    hint: str | None = None,
    num_examples: int | None = None,
    mistakes: Iterable[Mistake] | None = None,
) -> None:
    """Check that |actual - expected| <= atol + rtol * |expected| at every entry.

    Parameters
    ----------
    actual
        Array, list, number or NumPy scalar of `expected`'s shape; or, if `expected` is a dict, a dict, OrderedDict,
        defaultdict or Counter of those.
    expected
        The right answer. Where it has NaN or infinities, `actual` must have the same.
    what
        What the message calls the answer, such as "the loss of svm_loss_naive".
    rtol
        Relative tolerance. None means 1e-6, and also forgives 1e-5 of the largest expected value, the rounding of
        intermediate steps in float32. A number is used as given, except that results of float32 precision (float32
        arrays, or float64 arrays of float32 numbers) get at least 1e-4, plus 1e-5 of the largest expected value.
    atol
        Absolute tolerance.
    hint
        A sentence added when the check fails and the likely mistake is not recognized.
    num_examples
        N, so that a forgotten division by it is recognized.
    mistakes
        The known mistakes of the exercise for this case, such as `mistakes.softmax.loss(W, X, y, reg)`. If one of them
        gives the answer, or two of them together, the message names it instead of a guess from the numbers.

    Raises
    ------
    CheckFailed
        If they do not agree. The text says where, and what the likely mistake is.
    """
    _close(actual, expected, what, rtol, atol, hint, num_examples, mistakes, None)


def _close(
    actual: object,
    expected: Any,
    what: str,
    rtol: float | None,
    atol: float,
    hint: str | None,
    num_examples: int | None,
    mistakes: Iterable[Mistake] | None,
    key: Hashable,
) -> None:
    if is_dict(expected):
        answers = require_keys(actual, expected, what, hint)
        for key in expected:
            _close(answers[key], expected[key], f"{what}[{key!r}]", rtol, atol, hint, num_examples, mistakes, key)
        return
    got, wanted = numbers_of(actual, what, hint), np.asarray(expected)
    require_shape(got, wanted, what, hint, mistakes, key)
    require_finite(got, what, hint, unless=wanted)
    ordinary = np.isfinite(wanted)
    ours, truth = (np.where(ordinary, values, 0).astype(np.float64) for values in (got, wanted))
    bad = ~(np.abs(ours - truth) <= _allowed_difference(got, truth, rtol, atol)) | (np.isfinite(got) & ~ordinary)
    if not bad.any():
        return
    known = matching(mistakes, ours, truth, 1e-5 if got.dtype.itemsize == 8 else 1e-4, key)
    tolerance = 1e-4 if rtol is None else min(max(rtol, 1e-6 if got.dtype.itemsize == 8 else 1e-4), 1e-2)
    guess = None if known or not ordinary.all() else explain_value(ours, truth, tolerance, num_examples)
    fail([f"{what}: {how_many(bad)}.", _worst(got, wanted, bad)], hint, known, guess)


def resembles(actual: object, expected: Any, what: str, given: Sequence[ArrayLike] = ()) -> None:
    """Check that `actual` is correlated with `expected`.

    A test of something other than values, such as of loops, uses it to exclude functions that compute nothing.

    Parameters
    ----------
    actual
        Array of `expected`'s shape. It passes if its correlation with `expected` is at least 0.5 or at most
        -0.5, so an answer with a wrong factor or without one of its terms passes. Zeros, other constants and
        unrelated numbers fail.
    expected
        The right answer, as an array of numbers that are not all equal; or a tuple of such arrays if the answer is a
        tuple, with None for parts that may be anything.
    what
        What the message calls the answer.
    given
        Arrays, such as the arguments; a multiple of one of them fails, too.

    Raises
    ------
    CheckFailed
        If it is not correlated, or a multiple of an array in `given`.
    """
    if type(expected) is tuple:
        parts: Any = plain_tuple(actual)
        if type(parts) not in (tuple, list) or len(parts) != len(expected):
            fail([f"{what}: expected {len(expected)} values, got {in_short(actual)}."])
        for number, (part, right) in enumerate(zip(parts, expected, strict=True), start=1):
            if right is not None:
                resembles(part, right, f"{what}, value {number} of {len(expected)}", given)
        return
    got, wanted = numbers_of(actual, what), np.asarray(expected, dtype=np.float64)
    if np.max(wanted) == np.min(wanted):
        raise TypeError("checks.resembles needs an expected answer whose numbers are not all equal.")
    require_shape(got, wanted, what)
    same_size = [array for array in given if np.shape(array) == got.shape]
    copied = any(correlation(got, array) > 0.9999 for array in same_size)
    if copied or not correlation(got, wanted) >= 0.5:  # the correlation of a constant is NaN
        why = "it is an array that the function was given" if copied else "it has little to do with the right values"
        fail([f"{what}: {why}.", "This check needs a function that computes its result: pass the other checks first."])


def shape(actual: object, expected_shape: int | Sequence[int], what: str, hint: str | None = None) -> None:
    """Check that `actual` is an array (or nested list) of this shape."""
    got = numbers_of(actual, what, hint)
    wanted = (expected_shape,) if isinstance(expected_shape, int) else tuple(expected_shape)
    if got.shape != wanted:
        fail([shape_mistake(got.shape, wanted, f"{what}: it")], hint)


def dtype(actual: object, expected_dtype: DTypeLike | Sequence[DTypeLike], what: str, hint: str | None = None) -> None:
    """Check that `actual` is an array or NumPy scalar of this dtype, or of one of a tuple or list of dtypes.

    np.integer and np.floating stand for every integer and every floating dtype.
    """
    got = numbers_of(actual, what, hint)
    allowed = expected_dtype if isinstance(expected_dtype, (tuple, list)) else (expected_dtype,)
    names = [KINDS.get(d) or np.dtype(d).name for d in allowed]
    if not any(np.issubdtype(got.dtype, d) if d in KINDS else got.dtype.name == np.dtype(d).name for d in allowed):
        fail([f"{what}: its dtype is {got.dtype.name}; it should be {' or '.join(names)}."], hint)


def finite(actual: object, what: str, hint: str | None = None) -> None:
    """Check that `actual` holds numbers that are neither NaN nor infinite."""
    require_finite(numbers_of(actual, what, hint), what, hint)


def true(condition: object, message: str | Mistake) -> None:
    """Check that `condition` is true; if it is not, the student sees `message` and nothing else.

    The message may be a mistake of the catalogue.
    """
    known = [message] if isinstance(message, Mistake) else []
    lines = [] if isinstance(message, Mistake) else [message]
    if type(condition) not in (bool, np.bool_):
        try:
            array = as_numbers(condition)
        except NotNumbers as error:
            fail([*lines, f"(The condition is not a truth value: {error})"], mistakes=known)
        if array.size != 1:
            raise TypeError("checks.true needs one truth value: use .all() or .any() on an array.")
        condition = array.reshape(())[()]
    if not condition:
        fail(lines, mistakes=known)


def _allowed_difference(
    got: NDArray[Any], wanted: NDArray[np.float64], rtol: float | None, atol: float
) -> NDArray[np.float64]:
    """Return the largest allowed difference at each entry; see `close`."""
    scale, size = np.max(np.abs(wanted), initial=0.0), np.abs(wanted)
    allowed = atol + (1e-6 if rtol is None else rtol) * size
    if got.dtype == np.float16 == wanted.dtype:
        return np.maximum(allowed, 2e-2 * size + 1e-3 * scale)
    if got.dtype == np.float32 or _holds_float32(got):
        return np.maximum(allowed, 1e-4 * size + 1e-5 * scale)
    return np.maximum(allowed, 1e-5 * scale) if rtol is None else allowed


def _holds_float32(got: NDArray[Any]) -> bool:
    """Return whether these float64 numbers are all float32 numbers, and not just simple fractions such as 3/8."""
    if got.dtype != np.float64 or got.size == 0:
        return False
    with np.errstate(over="ignore"):
        return np.array_equal(got.astype(np.float32), got) and not np.array_equal(got * 4096, np.round(got * 4096))


def _worst(got: NDArray[Any], wanted: NDArray[Any], bad: NDArray[np.bool_]) -> str:
    with np.errstate(invalid="ignore"):  # infinity - infinity at right entries
        error = np.where(bad, np.abs(got.astype(np.float64) - wanted), -1.0)
    worst = np.unravel_index(np.argmax(error), error.shape)
    start = f"Worst{at_index(worst)}: expected" if bad.ndim else "Expected"
    return f"{start} {wanted[worst]:.8g}, got {got[worst]:.8g}."


def correlation(one: ArrayLike, other: ArrayLike) -> float:
    """Return the absolute value of the correlation between the entries of two arrays."""
    with np.errstate(all="ignore"):
        values = [np.asarray(array, dtype=np.float64) for array in (one, other)]
        centred = [(array - array.mean()) / array.std() for array in values]
        return float(abs(np.mean(centred[0] * centred[1])))
