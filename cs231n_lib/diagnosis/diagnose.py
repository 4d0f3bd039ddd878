"""Why a gradient is wrong, as far as its numbers tell."""

from dataclasses import dataclass

import numpy as np

from cs231n_lib.diagnosis.loss_gradient import LossFacts, explain_loss_gradient, suspect_loss_gradient
from cs231n_lib.diagnosis.mismatch import explain, explain_simply
from cs231n_lib.diagnosis.shapes import shape_mistake

# bands of the lectures: CS231n notes, "Gradient checks" (neural-networks-3)
WRONG = 1e-2
KINKS = 1e-4
SMOOTH = 1e-5
GOOD = 1e-7


@dataclass(frozen=True)
class Diagnosis:
    """verdict: "good", "acceptable", "doubtful" or "wrong"; error: the relative error behind it;
    cause: short stable id of the recognized mistake, or None; message: sentences for a student."""

    verdict: str
    error: float
    cause: str | None
    message: str


def rel_error(x, y):
    """Largest relative error: max |x - y| / max(1e-8, |x| + |y|)."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return float(np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)), initial=0.0))


def scaled_error(analytic, numeric, noise=0.0):
    """Relative error of each entry, where entries below a tenth of the largest count as that tenth.

    noise: absolute uncertainty of the numeric gradient, forgiven.
    """
    scale = max(np.max(np.abs(numeric), initial=0.0), 1e-8)
    floor = np.maximum(np.abs(analytic) + np.abs(numeric), 0.1 * scale)
    return np.maximum(np.abs(analytic - numeric) - noise, 0.0) / floor


def diagnose(
    analytic,
    numeric,
    *,
    num_examples=None,
    reg=None,
    params=None,
    labels=None,
    inputs=None,
    kinks=False,
    noise=1e-10,
    accept=None,
):
    """Compare an analytic gradient with a numerical one, and explain the difference.

    analytic, numeric: arrays of one shape; numeric is taken as the truth.
    num_examples: N, to recognize a forgotten division by it.
    reg, params: the loss contains reg * sum(params * params), to recognize mistakes in that term.
    labels: (N,) integers, to recognize mistakes at the correct class of a gradient with one column per class.
    inputs: X (N, D), if the gradient (D, C) is X.T @ something (N, C), in which a mistake may be plainer.
    kinks: the function has kinks (ReLU, hinge), so that errors up to 1e-4 are acceptable.
    noise: absolute uncertainty of numeric, forgiven (central differences, h=1e-5, of values about 1: 1e-10).
    accept: the largest acceptable error, instead of 1e-4 (kinks, or a float32 gradient) or 1e-5.

    Returns a Diagnosis. Its error is the largest of |a - n| / (|a| + |n|), where entries below a tenth of the
    largest count as that tenth: the rounding of large entries must not accuse the small ones. The verdict is
    "good" up to 1e-7, "acceptable" up to `accept`, "doubtful" up to 1e-2, "wrong" above; the first two have
    no cause. With one, the message is a guess at the mistake; without, it describes the difference.
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
    # what explains a small error has to leave less than that; a coarse numeric gradient explains coarsely
    tolerance = accept if verdict == "doubtful" else 10 * accept if accept > KINKS else 1e-4
    facts = LossFacts(num_examples, reg, params, labels, tolerance, inputs)
    found = (
        explain_simply(analytic, expected, tolerance, num_examples)
        or explain_loss_gradient(analytic, expected, facts)
        or explain(analytic, expected, tolerance, num_examples)
        or suspect_loss_gradient(analytic, expected, facts)
    )
    if found:
        message = found.message
        if found.cause == "factor_1/N":
            message += " Or is the loss that it is measured by not divided by it?"
        return Diagnosis(verdict, error, found.cause, message)
    return Diagnosis(verdict, error, None, _describe(analytic, expected, errors, accept, verdict))


def _unfit(analytic, numeric):
    """A Diagnosis of what is no array of finite numbers of the right shape, else None."""

    def wrong(cause, message):
        return Diagnosis("wrong", float("inf"), cause, message)

    if analytic is None:
        return wrong("none", "The gradient is None: is it computed and returned?")
    try:
        array = np.asarray(analytic)
    except ValueError:
        return wrong("type", "The gradient is a list whose rows differ in length; it has to be an array.")
    if array.dtype.kind not in "fiub":
        return wrong("type", f"The gradient is a {type(analytic).__name__}, not an array of real numbers.")
    if array.shape != numeric.shape:
        return wrong("shape", shape_mistake(array.shape, numeric.shape, "The gradient"))
    finite = np.isfinite(array)
    if not finite.all():
        nan = np.isnan(array).any()
        bad = np.argwhere(~finite)
        where = "everywhere" if len(bad) == array.size else f"in {len(bad)} of {array.size} entries, first{at(bad[0])}"
        return wrong(
            "nan" if nan else "infinite",
            f"The gradient is {'NaN' if nan else 'infinite'}{'' if array.ndim == 0 else ' ' + where}: "
            "look for a division by 0, a log of 0 or an exp that overflows.",
        )
    if not np.isfinite(numeric).all():
        return wrong("numeric", "The loss itself is NaN or infinite near this point, so it has no gradient here.")
    return None


def at(index):
    """ " at [2, 0]", or nothing for a single number."""
    return f" at [{', '.join(str(int(i)) for i in index)}]" if len(index) else ""


def _describe(analytic, numeric, errors, accept, verdict):
    off = errors > accept
    worst = np.unravel_index(np.argmax(errors), errors.shape)
    text = (
        f"{np.count_nonzero(off)} of {off.size} entries are off. Worst{at(worst)}: "
        f"yours {analytic[worst]:.6g}, numerical {numeric[worst]:.6g}."
    )
    if verdict == "doubtful":
        return text + " The differences are small: is a small term missing?"
    lengths = np.linalg.norm(analytic) * np.linalg.norm(numeric)
    if analytic.size < 4 or lengths == 0:
        return text
    cosine = float(np.sum(analytic * numeric) / lengths)
    if cosine > 0.9:
        return text + f" The direction is nearly right (cosine {cosine:.3f}): a smaller part of it is wrong."
    if cosine < -0.9:
        return text + f" It points nearly the opposite way (cosine {cosine:.3f})."
    return text + f" The direction is wrong, too (cosine {cosine:.2f}; 1 would be right)."
