"""Checks of a gradient: that it agrees with central differences or a known gradient, and that it is not measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.checks.answers import numbers_of, require_finite, require_shape
from cs231n_lib.checks.failure import CheckFailed, fail
from cs231n_lib.checks.loop_search import name_of
from cs231n_lib.checks.values import close, correlation
from cs231n_lib.checks.watched_call import watched_call
from cs231n_lib.diagnosis.agreement import scaled_error
from cs231n_lib.diagnosis.explanation import Explanation, lower_first
from cs231n_lib.diagnosis.gradient_check import NotANumber, differences
from cs231n_lib.diagnosis.places import at_index
from cs231n_lib.diagnosis.robust_gradient import NotRepeatable, clearly_wrong, gradient_to_judge
from cs231n_lib.diagnosis.wrong_gradient import diagnose
from cs231n_lib.mistakes.mistake import Mistake, matching

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def gradient(
    f: Callable[[NDArray[np.float64]], Any],
    x: ArrayLike,
    analytic: object,
    what: str,
    *,
    num_examples: int | None = None,
    reg: float | None = None,
    params: ArrayLike | None = None,
    labels: ArrayLike | None = None,
    inputs: ArrayLike | None = None,
    kinks: bool = False,
    h: float = 1e-5,
    or_of: Callable[[NDArray[np.float64]], Any] | None = None,
    resembling: bool = False,
    hint: str | None = None,
    mistakes: Iterable[Mistake] | None = None,
) -> None:
    """Check that the analytic gradient of the scalar function f at x agrees with its central differences.

    Parameters
    ----------
    f
        Function of one array that returns one number, the loss. It may compute in float32 internally.
    x : array of any shape
        The point.
    analytic : array of x's shape
        What the student's code returned as the gradient at x.
    what
        What the message calls the gradient, such as "dW of svm_loss_naive".
    num_examples, reg, params, labels, inputs
        Facts about the loss that help to explain a mistake; see `diagnosis.diagnose`.
    kinks
        Whether f has kinks (ReLU, hinge, max). Where the slopes left and right of x differ, every slope between them
        is accepted.
    h
        Step size of the differences.
    or_of
        Another function whose gradient is right, too. A backward pass may belong to the right forward pass, or to the
        wrong one that the student wrote: a mistake there should not cost the points of the backward pass.
    resembling
        Whether the gradient of `or_of` must resemble that of f, with a correlation of at least 0.5 or at most -0.5.
        Otherwise a loss that has nothing to do with the exercise passes with its own gradient.
    hint
        A sentence added when the check fails and the likely mistake is not recognized.
    mistakes
        The known mistakes of the exercise for this case; see `close`.

    Raises
    ------
    CheckFailed
        If they do not agree. The text says where, and what the likely mistake is.

    Notes
    -----
    A gradient passes up to a relative error of 1e-5, or 1e-4 with kinks. (The bands are those of the CS231n notes,
    "Gradient checks": errors above 1e-2 are wrong; errors up to 1e-2 are doubtful, and fail too.) If the gradient is
    float32, or the loss is as noisy as one computed in float32, the steps are longer and errors up to 1e-3 pass. The
    relative error is |a - n| / (|a| + |n|), where entries below a tenth of the largest count as that tenth.
    """
    x = np.array(x, dtype=np.float64)
    given = numbers_of(analytic, what, hint)
    require_shape(given, x, what, hint, mistakes)
    require_finite(given, what, hint)
    ours = given.astype(np.float64)
    try:
        numeric = gradient_to_judge(f, x, ours, h, kinks)
    except NotRepeatable:
        why = (
            "the loss differs between two calls with the same input. Is a random number drawn without a seed, "
            "or is an argument changed in place?"
        )
        fail([f"{what}: {why}"], hint)
    except NotANumber as error:
        fail([f"{what}: {error}"], hint)
    low = numeric.coarse or given.dtype in (np.float16, np.float32)
    accept = 1e-3 if low else 1e-4 if kinks else 1e-5
    if diagnose(ours, numeric.nearest, accept=accept, noise=0.0).verdict in ("good", "acceptable"):
        return
    related = not resembling or correlation(ours, numeric.gradient) >= 0.5  # it is NaN for a constant
    if or_of is not None and related and _is_gradient_of(or_of, x, given, kinks, h):
        return
    found = diagnose(
        ours,
        numeric.gradient,
        num_examples=num_examples,
        reg=reg,
        params=x if params is None else params,
        labels=labels,
        inputs=inputs,
        accept=accept,
        noise=0.0,
    )
    if not np.isfinite(found.error):
        fail([f"{what}: {lower_first(found.message)}"], hint)
    match = "it does not match" if found.verdict == "wrong" else "it nearly matches, but differs from"
    size = f"relative error {found.error:.1e}; the limit is {accept:.0e}"
    text = [f"{what}: {match} the numerical gradient ({size})."]
    known = matching(mistakes, ours, numeric.gradient, 1e-3 if low else 1e-4)
    if known or found.cause:
        errors = scaled_error(ours, numeric.gradient)
        worst = np.unravel_index(np.argmax(errors), errors.shape)
        text.append(f"Worst{at_index(worst)}: yours {ours[worst]:.6g}, numerical {numeric.gradient[worst]:.6g}.")
        fail(text, hint, known, Explanation(found.cause, found.message) if found.cause else None)
    fail([*text, found.message], hint)


def _is_gradient_of(
    f: Callable[[NDArray[np.float64]], Any], x: NDArray[np.float64], given: NDArray[Any], kinks: bool, h: float
) -> bool:
    try:
        if clearly_wrong(f, x, given.astype(np.float64), h):
            return False
        gradient(f, x, given, "", kinks=kinks, h=h)
    except Exception:  # raised by the check, or by the student's forward pass, whose output may have any shape
        return False
    return True


def analytic(actual: object, expected: ArrayLike, what: str) -> None:
    """Check a gradient at arguments so large or so small that finite differences cannot measure it.

    Parameters
    ----------
    actual
        What the student's code returned.
    expected
        The right gradient.
    what
        What the message calls the gradient.

    Raises
    ------
    CheckFailed
        If an entry is off by more than 1e-2 of the largest expected entry plus 1e-2 of its own.

    Notes
    -----
    Only a formula gives such a gradient. A test makes some arguments larger by a power of two and others smaller, so
    that the right gradient is known: with pixels 2**50 times larger and weights 2**50 times smaller, the scores stay
    the same and dW is 2**50 times larger, in float32 as in float64. Steps that are scaled with the weights can measure
    this gradient, except for weights that are 0. `derived` finds these and other steps in another way.
    """
    wanted = np.asarray(expected, dtype=np.float64)
    why = "differences with steps of a fixed size cannot measure it here"
    try:
        # tolerant, since eps matters less if the variance is larger; a measured gradient would be 0 or noise
        close(actual, wanted, what, rtol=1e-2, atol=1e-2 * np.max(np.abs(wanted), initial=0.0))
    except CheckFailed as failed:
        lines = [line for line in str(failed).splitlines() if not line.startswith("Likely mistake: ")]
        fail([*lines, f"Derive the gradient and write its formula: {why}."])


def derived(function: Callable[..., Any], *args: Any, size: int, what: str | None = None) -> Any:
    """Check that one call function(*args) computes a gradient from a formula, and does not measure it.

        checks.derived(svm_loss_naive, W, X[:1], y[:1], 0.0, size=W.size)

    Differences evaluate the loss more often than the gradient has numbers, whatever their step: fixed, relative or
    complex. So the check fails if a Python function runs that often during the call.

    Parameters
    ----------
    function, *args
        The call. Choose one or two examples and many parameters: then even a helper function that an honest answer
        calls for each pair of an example and a class runs less often. Functions of the library count too: one that
        checks arguments may run 40 times in a network of three layers.
    size
        How many numbers the gradient has; if there are several gradients, the size of the smallest one in question.
    what
        What the message calls the function; by default its name.

    Returns
    -------
    result
        What the function returned.

    Raises
    ------
    CheckFailed
        If a function ran more than `size` times.

    Notes
    -----
    Differences whose loop contains the loss itself, instead of calling it, are not found; see `analytic`.
    """
    watched = watched_call(function, args)
    if watched.most_called[1] > size:
        watched = watched_call(function, args)  # the first call may have imported modules
    called, calls = watched.most_called
    if calls > size:
        called = called if called.isidentifier() and len(called) < 60 else "a function in it"
        text = f"{what or name_of(function)}: {called} ran {calls} times to compute a gradient of {size} numbers."
        fail(
            [
                text,
                "So the gradient seems to be measured, with a step for each number. Derive it and write its formula.",
            ]
        )
    return watched.result


def numeric_gradient(f: Callable[[NDArray[np.float64]], Any], x: ArrayLike, h: float = 1e-5) -> NDArray[np.float64]:
    """Compute central differences of f, for a case of a test cell.

    To judge an answer use `gradient`, which takes rounding and kinks into account.

    Parameters
    ----------
    f
        Function of one array that returns one number.
    x : array of any shape
        The point.
    h
        Step size.

    Returns
    -------
    array
        float64, of x's shape.
    """
    return differences(f, x, h)
