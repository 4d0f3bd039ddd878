"""Finds the likely mistake in a wrong gradient from its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.diagnosis.agreement import scaled_error
from cs231n_lib.diagnosis.places import at_index
from cs231n_lib.diagnosis.wrong_loss_gradient import LossFacts, explain_loss_gradient, guess_loss_gradient
from cs231n_lib.diagnosis.wrong_shape import shape_mistake
from cs231n_lib.diagnosis.wrong_values import cut_to_integers, explain_array, explain_simply

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

# the error bands of the CS231n notes, "Gradient checks" (neural-networks-3)
WRONG = 1e-2
KINKS = 1e-4
SMOOTH = 1e-5
GOOD = 1e-7


@dataclass(frozen=True)
class Diagnosis:
    """The result of a gradient check.

    Attributes
    ----------
    verdict
        "good", "acceptable", "doubtful" or "wrong".
    error
        The relative error behind the verdict; inf if the gradient is not an array of the right shape.
    cause
        A short stable id of the recognized mistake, such as "factor_N", or None.
    message
        One or more sentences for the student.
    """

    verdict: str
    error: float
    cause: str | None
    message: str


def diagnose(
    analytic: object,
    numeric: ArrayLike,
    *,
    num_examples: int | None = None,
    reg: float | None = None,
    params: ArrayLike | None = None,
    labels: ArrayLike | None = None,
    inputs: ArrayLike | None = None,
    kinks: bool = False,
    noise: float = 1e-10,
    accept: float | None = None,
) -> Diagnosis:
    """Compare an analytic gradient with a numerical one, and explain the difference.

    Parameters
    ----------
    analytic
        The gradient to judge, an array of `numeric`'s shape.
    numeric
        The numerical gradient, which is taken as right.
    num_examples
        N, to recognize a forgotten division by it.
    reg, params
        If the loss contains reg * sum(params * params), to recognize mistakes in that term.
    labels : (N,) integers
        The correct classes, if the gradient has one column per class, to recognize mistakes at the correct class.
    inputs : (N, D) array
        X, if the gradient (D, C) is X.T @ G with some G (N, C): a mistake may be easier to recognize in G.
    kinks
        Whether the function has kinks (ReLU, hinge), so that errors up to 1e-4 are acceptable.
    noise
        Absolute uncertainty of `numeric`, which does not count as an error. The default fits central differences with
        h=1e-5 of a function whose values are about 1.
    accept
        The largest acceptable error, instead of 1e-4 (with kinks, or a float32 gradient) or 1e-5.

    Returns
    -------
    Diagnosis
        Its error is the largest |a - n| / (|a| + |n|), where entries below a tenth of the largest count as that tenth,
        so that the rounding errors of large entries do not count against small ones. The verdict is "good" up to
        1e-7, "acceptable" up to `accept`, "doubtful" up to 1e-2, and "wrong" above; the first two have no cause. If
        there is a cause, the message names the likely mistake; otherwise it describes the difference.

    Notes
    -----
    The bands are those of the CS231n notes, "Gradient checks" (neural-networks-3).
    """
    expected = np.asarray(numeric, dtype=np.float64)
    unfit = _unfit(analytic, expected)
    if unfit:
        return unfit
    given = np.asarray(analytic)
    analytic = given.astype(np.float64)
    if accept is None:
        accept = KINKS if kinks or given.dtype.itemsize < 8 else SMOOTH
    errors = scaled_error(analytic, expected, noise)
    error = float(np.max(errors, initial=0.0))
    if error <= accept:
        verdict = "good" if error <= GOOD else "acceptable"
        return Diagnosis(verdict, error, None, f"It agrees with the numerical gradient (relative error {error:.1e}).")
    verdict = "wrong" if error > WRONG else "doubtful"
    # an explanation of a small error must fit more closely than that; a coarse numeric gradient allows a coarser fit
    tolerance = accept if verdict == "doubtful" else 10 * accept if accept > KINKS else 1e-4
    facts = LossFacts(num_examples, reg, params, labels, tolerance, inputs)
    found = (
        explain_simply(analytic, expected, tolerance, num_examples)
        or explain_loss_gradient(analytic, expected, facts)
        or cut_to_integers(analytic, expected)
        or explain_array(analytic, expected, tolerance, num_examples)
        or guess_loss_gradient(analytic, expected, facts)
    )
    if found:
        message = found.message
        if found.cause == "factor_1/N":
            message += " Or does the loss lack this division?"
        return Diagnosis(verdict, error, found.cause, message)
    return Diagnosis(verdict, error, None, _describe(analytic, expected, errors, accept, verdict))


def _unfit(analytic: object, numeric: Floats) -> Diagnosis | None:
    """Return the Diagnosis of an answer that is not an array of finite numbers of the right shape, else None."""

    def wrong(cause: str, message: str) -> Diagnosis:
        return Diagnosis("wrong", float("inf"), cause, message)

    if analytic is None:
        return wrong("none", "The gradient is None: is it computed and returned?")
    try:
        array = np.asarray(analytic)
    except ValueError:
        return wrong("type", "The gradient is a list whose rows differ in length; it must be an array.")
    if array.dtype.kind not in "fiub":
        return wrong("type", f"The gradient is a {type(analytic).__name__}, not an array of real numbers.")
    if array.shape != numeric.shape:
        return wrong("shape", shape_mistake(array.shape, numeric.shape, "The gradient"))
    finite = np.isfinite(array)
    if not finite.all():
        nan = np.isnan(array).any()
        bad = np.argwhere(~finite)
        some = f"in {len(bad)} of {array.size} entries, the first{at_index(bad[0])}"
        where = "everywhere" if len(bad) == array.size else some
        return wrong(
            "nan" if nan else "infinite",
            f"The gradient is {'NaN' if nan else 'infinite'}{'' if array.ndim == 0 else ' ' + where}: "
            "look for a division by 0, a log of 0 or an exp that overflows.",
        )
    if not np.isfinite(numeric).all():
        return wrong("numeric", "The loss itself is NaN or infinite near this point, so it has no gradient here.")
    return None


def _describe(analytic: Floats, numeric: Floats, errors: Floats, accept: float, verdict: str) -> str:
    off = errors > accept
    worst = np.unravel_index(np.argmax(errors), errors.shape)
    text = (
        f"{np.count_nonzero(off)} of {off.size} entries are off. Worst{at_index(worst)}: "
        f"yours {analytic[worst]:.6g}, numerical {numeric[worst]:.6g}."
    )
    if verdict == "doubtful":
        return text + " The differences are small: is a small term missing?"
    lengths = np.linalg.norm(analytic) * np.linalg.norm(numeric)
    if analytic.size < 4 or lengths == 0:
        return text
    cosine = float(np.sum(analytic * numeric) / lengths)
    if cosine > 0.9:
        return text + f" The direction is nearly right (cosine {cosine:.3f}): only a small part of it is wrong."
    if cosine < -0.9:
        return text + f" It points in nearly the opposite direction (cosine {cosine:.3f})."
    return text + f" The direction is wrong, too (cosine {cosine:.2f}; 1 would be right)."
