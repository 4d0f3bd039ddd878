"""Finds the pattern in a wrong array: off by a factor, transposed, wrong in some rows only, and so on.

Each pattern is a guess from numbers alone, so it requires enough entries to rule out chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.diagnosis.agreement import agree, differs
from cs231n_lib.diagnosis.explanation import Explanation, lower_first
from cs231n_lib.diagnosis.factors import constant_factor
from cs231n_lib.diagnosis.places import slice_nouns, slices_in_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def explain_array(
    actual: Floats, expected: Floats, tolerance: float = 1e-4, num_examples: int | None = None
) -> Explanation | None:
    """Explain how `actual`, a gradient or another result, differs from `expected`.

    Parameters
    ----------
    actual, expected
        Finite float64 arrays of the same shape that differ.
    tolerance
        Relative difference below which two entries count as equal.
    num_examples
        N, so that the factors N and 1/N are recognized.

    Returns
    -------
    Explanation or None
        None if no pattern fits.
    """
    with np.errstate(all="ignore"):
        tolerance = _finer(actual, expected, tolerance)
        return (
            explain_simply(actual, expected, tolerance, num_examples)
            or _constant(actual, expected, tolerance)
            or _rearranged(actual, expected, tolerance)
            or _alike_along_an_axis(actual, expected, tolerance)
            or _offset(actual, expected, tolerance)
            or _signs(actual, expected, tolerance)
            or _only_signs(actual, expected)
            or _diagonal(actual, expected, tolerance)
            or _some_slices(actual, expected, tolerance, num_examples)
            or _per_slice(actual, expected, tolerance)
            or _border(actual, expected, tolerance)
            or _zeros_misplaced(actual, expected, tolerance)
        )


def explain_value(
    actual: Floats, expected: Floats, tolerance: float = 1e-4, num_examples: int | None = None
) -> Explanation | None:
    """Explain like `explain_array`, and also recognize mistakes that happen to values rather than gradients.

    These are square roots, squares, reciprocals, logs and exponentials, uint8 arithmetic, and decimals cut off.
    """
    with np.errstate(all="ignore"):
        tolerance = _finer(actual, expected, tolerance)
        return (
            explain_simply(actual, expected, tolerance, num_examples)
            or _function_of(actual, expected, tolerance)
            or _wrapped_around(actual, expected, num_examples)
            or cut_to_integers(actual, expected)
            or explain_array(actual, expected, tolerance, num_examples)
        )


def explain_simply(
    actual: Floats, expected: Floats, tolerance: float = 1e-4, num_examples: int | None = None
) -> Explanation | None:
    """Apply the most certain patterns of `explain_array`: 0 everywhere, a constant factor, or all signs lost."""
    with np.errstate(all="ignore"):
        # a single wrong 0 among right zeros may have any cause
        if actual.size and not actual.any() and np.count_nonzero(expected) >= min(2, actual.size):
            return Explanation("zero", "It is 0 everywhere: is it computed, and is the computed value returned?")
        found = constant_factor(actual, expected, tolerance, num_examples)
        return found or (_signs(actual, expected, tolerance) if (actual >= 0).all() else None)


def _finer(actual: Floats, expected: Floats, tolerance: float) -> float:
    """Return a tolerance small enough that a pattern must fit better than `expected`, which may be off very little."""
    scale = np.max(np.abs(expected), initial=0.0)
    off = np.abs(actual - expected) / np.maximum(np.abs(expected), 0.1 * scale)
    return min(tolerance, 0.1 * float(np.max(off, initial=0.0))) if scale > 0 else tolerance


def _constant(actual: Floats, expected: Floats, tolerance: float) -> Explanation | None:
    if actual.size < 4 or np.ptp(actual) > 0 or agree(np.full_like(expected, expected.flat[0]), expected, tolerance):
        return None
    return Explanation("constant", f"All its entries are {actual.flat[0]:.6g}, but they should differ.")


def _only_signs(actual: Floats, expected: Floats) -> Explanation | None:
    sizes = np.abs(actual[expected != 0])
    if sizes.size < 4 or not np.ptp(np.abs(expected[expected != 0])) or np.ptp(sizes) > 1e-6 * sizes.max():
        return None
    if not sizes.any() or not np.array_equal(np.sign(actual), np.sign(expected)) or not (actual < 0).any():
        return None
    return Explanation("only_signs", "Only its signs are right: all its entries have the same size.")


def _rearranged(actual: Floats, expected: Floats, tolerance: float) -> Explanation | None:
    if actual.size < 3 or np.unique(expected).size < 3:
        return None
    if actual.ndim == 2 and actual.shape[0] == actual.shape[1] and agree(actual.T, expected, tolerance):
        return Explanation("transposed", "It is transposed: its rows and columns are exchanged.")
    for axis in range(actual.ndim):
        if actual.shape[axis] > 1 and agree(np.flip(actual, axis), expected, tolerance):
            slices = slices_in_words(range(actual.shape[axis]), actual.ndim, axis)
            return Explanation("flipped", f"The values are right, but {slices} are in reverse order.")
    if actual.ndim >= 3 and agree(np.flip(actual, (-2, -1)), expected, tolerance):
        text = "The values are right, but reversed along the last two axes: is a filter flipped?"
        return Explanation("flipped", text)
    if actual.size >= 4 and agree(np.sort(actual, axis=None), np.sort(expected, axis=None), tolerance):
        if actual.ndim == 1:
            return Explanation("reordered", "The values are right, but in the wrong order.")
        return Explanation(
            "reordered",
            "The values are right, but in the wrong places: are indices mixed up, or is reshape used where transpose "
            "is needed?",
        )
    return None


def _alike_along_an_axis(actual: Floats, expected: Floats, tolerance: float) -> Explanation | None:
    if actual.ndim < 2 or actual.size < 4:
        return None
    for axis in range(actual.ndim):
        first, first_expected = np.take(actual, [0], axis), np.take(expected, [0], axis)
        alike = actual.shape[axis] > 1 and agree(actual, np.broadcast_to(first, actual.shape), 1e-12)
        if alike and not agree(np.broadcast_to(first_expected, expected.shape), expected, tolerance):
            slices = slice_nouns(actual.ndim, axis)[1] if actual.ndim < 3 else f"slices along axis {axis}"
            return Explanation(
                "broadcast",
                f"All its {slices} are equal: was a sum or mean taken over the wrong axis and then broadcast?",
            )
    return None


def _offset(actual: Floats, expected: Floats, tolerance: float) -> Explanation | None:
    if actual.size < 4:
        return None
    shift = np.mean(actual - expected)
    # two constant arrays always differ by a constant
    if np.ptp(expected) > 0 and shift != 0 and agree(actual - shift, expected, tolerance):
        return Explanation("offset", f"Every entry is off by the same amount, {shift:+.4g}.")
    return None


def _signs(actual: Floats, expected: Floats, tolerance: float) -> Explanation | None:
    if not agree(np.abs(actual), np.abs(expected), tolerance):
        return None
    wrong = differs(actual, expected, tolerance)
    if actual.size < 4 or np.count_nonzero(wrong) == 0:
        return None
    if (actual >= 0).all():
        return Explanation("absolute_value", "It is the absolute value of what it should be: the sign is lost.")
    return Explanation(
        "wrong_sign", f"The sizes are right, but {np.count_nonzero(wrong)} of {wrong.size} entries have the wrong sign."
    )


def _some_slices(actual: Floats, expected: Floats, tolerance: float, num_examples: int | None) -> Explanation | None:
    """Recognize mistakes that lie in some rows (or columns, or indices of another axis) only."""
    wrong = differs(actual, expected, tolerance)
    best = None
    for axis in range(actual.ndim):
        other = tuple(k for k in range(actual.ndim) if k != axis)
        bad = wrong.any(axis=other)
        if actual.shape[axis] < 2 or not (~bad & (expected != 0).any(axis=other)).any():
            continue
        # scattered mistakes also leave some slices right, so most entries of a wrong slice must be wrong
        enough = 0.5 if bad.mean() <= 0.5 else 0.9
        if wrong.sum() < enough * bad.sum() * (wrong.size // wrong.shape[axis]):
            continue
        # in a vector each entry is a slice, so the mistakes always lie in some slices: at most half may be wrong, or
        # all but one
        if actual.ndim == 1 and (actual.size < 4 or 2 < 2 * bad.sum() > actual.size and (~bad).sum() > 1):
            continue
        if best is None or bad.mean() < best[0]:
            best = bad.mean(), axis, bad
    if best is None:
        return None
    _, axis, bad = best
    where, right = np.flatnonzero(bad), np.flatnonzero(~bad)
    part = np.compress(bad, actual, axis), np.compress(bad, expected, axis)
    # if the wrong slices also have right entries, a mask is the more exact explanation
    if (np.compress(bad, ~wrong & (expected != 0), axis)).any() and _zeros_misplaced(actual, expected, tolerance):
        return None
    # among a few numbers, any mistake lies in some row or column; a row of zeros is still evidence
    if actual.size < 8 and part[0].any():
        return None
    factor = constant_factor(*part, tolerance, num_examples)
    last = " (the last)" if len(where) == 1 and where[0] == actual.shape[axis] - 1 else ""
    if len(right) == 1 and len(where) > 2:
        last = " (the last)" if right[0] == actual.shape[axis] - 1 else ""
        text = f"Only {slices_in_words(right, actual.ndim, axis)}{last} is right"
        text += "; all others are 0." if not part[0].any() else "; all others are wrong."
    else:
        text = f"Everything is right except {slices_in_words(where, actual.ndim, axis)}{last}"
        text += f", which {'are' if len(where) > 1 else 'is'} 0." if not part[0].any() else "."
    if factor:
        text += f" There, {lower_first(factor.message)}"
    causes = {1: ("wrong_entries",), 2: ("wrong_rows", "wrong_columns")}
    return Explanation(causes.get(actual.ndim, ("wrong_slices",) * actual.ndim)[axis], text)


def _per_slice(actual: Floats, expected: Floats, tolerance: float) -> Explanation | None:
    """Recognize a constant factor or a constant shift of its own for each row or column."""
    for axis in range(actual.ndim if actual.ndim > 1 else 0):
        other = tuple(k for k in range(actual.ndim) if k != axis)
        if actual.shape[axis] < 2 or actual.size // actual.shape[axis] < 3:
            continue
        noun = slice_nouns(actual.ndim, axis)[0] if actual.ndim < 3 else f"index of axis {axis}"
        shift = np.mean(actual - expected, axis=other, keepdims=True)
        # two constant arrays always differ by a constant
        if agree(actual - shift, expected, tolerance) and np.ptp(expected, axis=other).any():
            return Explanation(
                "offset_per_slice",
                f"Each {noun} is off by a constant amount of its own: is something that depends on the {noun} only "
                "missing or wrong?",
            )
        squares = np.sum(expected * expected, axis=other, keepdims=True)
        products = np.sum(actual * expected, axis=other, keepdims=True)
        factors = products / np.where(squares == 0, 1, squares)
        if products.any() and agree(actual, expected * factors, tolerance) and (factors != 0).all():
            return Explanation(
                "factor_per_slice",
                f"Each {noun} is off by a constant factor of its own: is a multiplication or division by something "
                f"that depends on the {noun} only missing or wrong?",
            )
    return None


def _diagonal(actual: Floats, expected: Floats, tolerance: float) -> Explanation | None:
    if actual.ndim != 2 or actual.shape[0] != actual.shape[1] or actual.shape[0] < 3:
        return None
    wrong = differs(actual, expected, tolerance)
    on_diagonal = np.eye(len(actual), dtype=bool)
    if not wrong[on_diagonal].any() and wrong[~on_diagonal].all() and expected[on_diagonal].any():
        return Explanation("only_diagonal", "Only the diagonal is right: entry [i, j] must use row i and row j.")
    if wrong[on_diagonal].any() and not wrong[~on_diagonal].any():
        return Explanation("wrong_diagonal", "Everything is right except the diagonal.")
    return None


def _border(actual: Floats, expected: Floats, tolerance: float) -> Explanation | None:
    """Recognize images that are wrong only at their border, where padding and incomplete windows matter."""
    if actual.ndim < 3 or min(actual.shape[-2:]) < 3:
        return None
    wrong = differs(actual, expected, tolerance)
    if wrong[..., 1:-1, 1:-1].any() or not expected[..., 1:-1, 1:-1].any():
        return None
    border = np.ones(wrong.shape, dtype=bool)
    border[..., 1:-1, 1:-1] = False
    # a small image is mostly border, so a few wrong entries would lie there by chance
    if wrong[border].mean() < 0.5 and border.mean() ** np.count_nonzero(wrong) > 0.01:
        return None
    text = "Only the border of the last two axes is wrong: look at the padding, or at what reaches the border."
    return Explanation("wrong_border", text)


def _zeros_misplaced(actual: Floats, expected: Floats, tolerance: float) -> Explanation | None:
    wrong = differs(actual, expected, tolerance)
    count = np.count_nonzero(wrong)
    zero = np.abs(expected) <= 1e-9 * np.max(np.abs(expected), initial=0.0)
    # two right entries that are not 0 show that the rest is right
    if np.count_nonzero(~wrong & ~zero) < 2:
        return None
    if not wrong[~zero].any():
        entries = f"{count} entries that should be 0 and are not" if count > 1 else "one entry that should be 0"
        return Explanation("should_be_zero", f"It is right except for {entries}: is a mask or a condition missing?")
    if not actual[wrong].any():
        entries = f"{count} of {wrong.size} entries {'is' if count == 1 else 'are'}"
        return Explanation("missing_entries", f"{entries} 0 and should not be; the others are right.")
    return None


def _function_of(actual: Floats, expected: Floats, tolerance: float) -> Explanation | None:
    # if all values are equal, too many functions are multiples of them
    if not actual.size or np.unique(np.abs(expected)).size < min(2, actual.size):
        return None
    candidates = (
        ("squared", expected**2, "It is the square of what it should be: was the square root forgotten?"),
        ("square_root", np.sqrt(expected), "It is the square root of what it should be."),
        ("reciprocal", 1 / expected, "It is 1 divided by what it should be."),
        ("log", np.log(expected), "It is the log of what it should be."),
        ("exp", np.exp(expected), "It is exp of what it should be: was the log forgotten?"),
    )
    for cause, candidate, message in candidates:
        if np.isfinite(candidate).all() and agree(actual, candidate, tolerance):
            return Explanation(cause, message)
    return None


def _wrapped_around(actual: Floats, expected: Floats, num_examples: int | None) -> Explanation | None:
    """Recognize uint8 arithmetic: values, squares of distances, or sums over examples, that are right modulo 256."""
    if not expected.size or np.ptp(expected) == 0:
        return None
    n = num_examples or 1
    for ours, truth in ((actual, expected), (actual**2, expected**2), (n * actual, n * expected)):
        whole_ours, whole_truth = np.round(ours), np.round(truth)
        integers = agree(ours, whole_ours, 1e-6) and agree(truth, whole_truth, 1e-6)
        wrong = whole_ours != whole_truth
        # a multiple of 256 that is another one is no sign of it
        telling = wrong & (np.mod(whole_truth, 256) != 0)
        if integers and np.count_nonzero(telling) >= 2 and np.all(np.mod(whole_ours - whole_truth, 256) == 0):
            return Explanation(
                "uint8",
                "The values look like uint8 arithmetic, which wraps around at 256 (3 - 5 gives 254): "
                "convert to float before you subtract or multiply.",
            )
    return None


def cut_to_integers(actual: Floats, expected: Floats) -> Explanation | None:
    """Recognize decimals that are cut off."""
    if actual.size < 3 or np.array_equal(expected, np.round(expected)):
        return None
    # a single small number may have become 0 for another reason
    if np.count_nonzero(actual != expected) < 2:
        return None
    for cut in (np.trunc, np.floor, np.round):
        if np.array_equal(actual, cut(expected)) or np.array_equal(actual, np.mod(cut(expected), 256)):
            text = "It is cut off to whole numbers: is it stored in an integer array, or is // used instead of /?"
            return Explanation("integer", text)
    return None
