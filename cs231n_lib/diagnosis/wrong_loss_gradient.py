"""Finds mistakes in the gradient of a classifier's loss: the regularization, the correct class, the sum of examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.diagnosis.agreement import agree, differs
from cs231n_lib.diagnosis.explanation import Explanation, lower_first
from cs231n_lib.diagnosis.factors import factor_name, factor_words
from cs231n_lib.diagnosis.places import slices_in_words
from cs231n_lib.diagnosis.wrong_values import explain_array

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Booleans = NDArray[np.bool_]

PENALTY = "The gradient of reg * sum(W * W) is 2 * reg * W."
BALANCE = (
    "What example i adds to the columns of the other classes is subtracted from column y[i], that of its correct class"
)


@dataclass(frozen=True)
class LossFacts:
    """The facts that a test gives about the loss; None for each one that is unknown.

    Attributes
    ----------
    num_examples
        N, if the loss is a mean over N examples.
    reg, params
        If the loss has a term reg * sum(params * params). Without such a term, params may be the array with respect
        to which the gradient is taken.
    labels : (N,) integers
        The correct classes, if the gradient has one column per class.
    tolerance
        Relative difference below which two entries count as equal.
    inputs : (N, D) array
        X, if the gradient is X.T @ G with some G (N, C).
    """

    num_examples: int | None
    reg: float | None
    params: ArrayLike | None
    labels: ArrayLike | None
    tolerance: float
    inputs: ArrayLike | None = None

    def penalty_gradient(self, shape: tuple[int, ...]) -> Floats:
        """Return 2 * reg * W, or zeros if there is no such term."""
        if not self.reg or self.params is None or np.shape(self.params) != shape:
            return np.zeros(shape)
        return 2 * self.reg * np.asarray(self.params, dtype=np.float64)


def explain_loss_gradient(analytic: Floats, numeric: Floats, facts: LossFacts) -> Explanation | None:
    """Explain a wrong gradient by the structure of classification losses.

    Parameters
    ----------
    analytic, numeric
        Finite float64 arrays of the same shape; `numeric` is taken as right.
    facts
        What is known about the loss.

    Returns
    -------
    Explanation or None
        None if no mistake is recognized.
    """
    with np.errstate(all="ignore"):
        return (
            _regularization(analytic, numeric, facts)
            or _through_inputs(analytic, numeric, facts)
            or _correct_class(analytic, numeric, facts)
        )


def guess_loss_gradient(analytic: Floats, numeric: Floats, facts: LossFacts) -> Explanation | None:
    """Explain like `explain_loss_gradient`, but on weaker evidence, for gradients that no other pattern explains."""
    with np.errstate(all="ignore"):
        return _single_example(analytic, numeric, facts) or _unbalanced(analytic, numeric, facts)


def _regularization(analytic: Floats, numeric: Floats, facts: LossFacts) -> Explanation | None:
    """Fit analytic = c1 * data part + c2 * penalty part, and explain c1 and c2."""
    penalty = facts.penalty_gradient(numeric.shape)
    # two unknowns fit any two entries
    if numeric.size < 4:
        return None
    if not penalty.any():
        return _penalty_without_reg(analytic, numeric, facts)
    data = numeric - penalty
    parts = np.stack([data.ravel(), penalty.ravel()], axis=1)
    lengths = np.linalg.norm(parts, axis=0)
    if lengths.min() < 1e-6 * lengths.max():
        return None
    (c1, c2), _, rank, _ = np.linalg.lstsq(parts / lengths, analytic.ravel(), rcond=1e-6)
    c1, c2 = c1 / lengths[0], c2 / lengths[1]
    if rank < 2 or not agree(c1 * data + c2 * penalty, analytic, facts.tolerance):
        return _other_penalty(analytic, data, facts)
    n = facts.num_examples
    # the factor of a penalty much smaller than the data part is less certain
    slack = max(1e-3, facts.tolerance * lengths[0] / lengths[1])
    if abs(c1 - 1) <= max(1e-3, facts.tolerance):
        return _penalty_factor(c2, slack, n)
    if abs(c1) <= max(1e-3, facts.tolerance):
        text = "It consists of the regularization part only; the gradient of the data loss is missing."
        return Explanation("only_regularization", text)
    cause, words = factor_words(c1, n, "The data part")
    if abs(c2 - 1) <= slack:
        return Explanation(cause, f"The regularization part is right. {words}")
    second = _penalty_factor(c2, slack, n)
    return Explanation(f"{cause}+{second.cause}", f"There are two mistakes. {words} {second.message}")


def _penalty_factor(c: float, slack: float, n: int | None) -> Explanation:
    if slack > 0.2:
        return Explanation("wrong_regularization", f"The regularization term is missing or wrong. {PENALTY}")
    if abs(c) < slack:
        return Explanation("missing_regularization", f"The regularization term is missing. {PENALTY}")
    usual = {
        "1/N": f"is divided by the number of examples ({n}); only the data part is a mean.",
        "N": f"is multiplied by the number of examples ({n}).",
        "1/2": f"is half of what it should be. {PENALTY}",
        "2": f"is twice what it should be: is it added twice, or missing in the loss? {PENALTY}",
        "-1": "has the wrong sign: add it, as the loss adds the penalty.",
    }
    words = usual.get(factor_name(c, n, max(1e-3, slack)) or "", f"is {c:.4g} times what it should be. {PENALTY}")
    return Explanation("wrong_regularization_factor", f"The regularization part {words}")


def _other_penalty(analytic: Floats, data: Floats, facts: LossFacts) -> Explanation | None:
    """Explain a gradient whose data part is right, but whose penalty is another function of W or partly missing."""
    W, added = np.asarray(facts.params, dtype=np.float64), analytic - data
    # a difference is less accurate than its terms
    tolerance = min(1e-2, 10 * facts.tolerance)
    if np.max(np.abs(added)) < 1e-4 * np.max(np.abs(analytic)):
        return None
    for function, words in (
        (np.sign, "the sign of W, the gradient of a sum of |W|"),
        (np.abs, "a multiple of |W|"),
        (np.square, "a multiple of W * W, the penalty itself"),
        (np.ones_like, "one number, the same for all entries: is it the penalty itself?"),
    ):
        if _multiple_of(function(W), added, tolerance) is not None:
            text = f"The data part is right, but what is added for the regularization is {words}. {PENALTY}"
            return Explanation("wrong_regularization", text)
    penalty = facts.penalty_gradient(W.shape)
    for axis, cause in enumerate(("wrong_rows", "wrong_columns")[: W.ndim] if W.ndim == 2 else ()):
        missing = ~differs(analytic, data, facts.tolerance).any(axis=1 - axis)
        rest = np.compress(~missing, added, axis), np.compress(~missing, penalty, axis)
        if missing.any() and not missing.all() and agree(*rest, tolerance):
            where = slices_in_words(np.flatnonzero(missing), 2, axis)
            return Explanation(cause, f"The regularization term is missing in {where}; the rest is right.")
    return None


def _penalty_without_reg(analytic: Floats, numeric: Floats, facts: LossFacts) -> Explanation | None:
    """Explain a right gradient to which a function of W is added, where the loss has no penalty or reg is 0."""
    if facts.params is None or np.shape(facts.params) != numeric.shape:
        return None
    W, added = np.asarray(facts.params, dtype=np.float64), analytic - numeric
    # a difference is less accurate than its terms; three numbers are needed as evidence
    tolerance = min(1e-2, 10 * facts.tolerance)
    if np.max(np.abs(added)) < 1e-4 * np.max(np.abs(analytic)) or np.unique(np.abs(W)).size < 3:
        return None
    for function, name in ((np.positive, "W"), (np.abs, "|W|"), (np.square, "W * W")):
        c = _multiple_of(function(W), added, tolerance)
        if c is not None:
            text = f"It is the right gradient plus {c:.4g} * {name}, but this loss has no regularization: is the term "
            return Explanation("wrong_regularization", f"{text}multiplied by reg, which is 0 here? {PENALTY}")
    return None


def _multiple_of(basis: Floats, array: Floats, tolerance: float) -> float | None:
    """Return c if array = c * basis with c other than 0, else None."""
    c = float(np.sum(array * basis) / np.sum(basis * basis))
    return c if c != 0 and agree(array / c, basis, tolerance) else None


def _through_inputs(analytic: Floats, numeric: Floats, facts: LossFacts) -> Explanation | None:
    """Recover G (N, C) from X.T @ G, if there are no more examples than features, and explain the mistake in G."""
    X = None if facts.inputs is None else np.asarray(facts.inputs, dtype=np.float64)
    if X is None or X.ndim != 2 or analytic.ndim != 2 or len(analytic) != X.shape[1] or len(X) > X.shape[1]:
        return None
    # G is less accurate than X.T @ G by the condition number of X
    lengths = np.linalg.svd(X, compute_uv=False)
    if not X.size or lengths[-1] < 1e-2 * lengths[0]:
        return None
    tolerance = min(1e-2, facts.tolerance * lengths[0] / lengths[-1])
    penalty = facts.penalty_gradient(numeric.shape)
    back = np.linalg.pinv(X.T)
    ours, truth = back @ (analytic - penalty), back @ (numeric - penalty)
    for G, gradient in ((ours, analytic), (truth, numeric)):
        if not agree(X.T @ G, gradient - penalty, tolerance):
            return None
        G[np.abs(G) < 0.1 * tolerance * np.max(np.abs(G), initial=0.0)] = 0.0
    labels = _labels_of_columns(ours, facts)
    correct = np.zeros(ours.shape, dtype=bool)
    if labels is not None and len(labels) == len(ours):
        correct[np.arange(len(ours)), labels] = True
    return _overwritten(ours, truth, correct) or _shares_of_examples(ours, truth, correct, tolerance, facts)


def _overwritten(ours: Floats, truth: Floats, correct: Booleans) -> Explanation | None:
    most = np.count_nonzero(ours, axis=0).max()
    if most != 1 or np.count_nonzero(truth, axis=0).max() < 2 or not ours[~correct].any():
        return None
    return Explanation(
        "overwritten",
        "Each column is a multiple of a single example: are the examples written over one another (=) instead of "
        "added up (+=)?",
    )


def _shares_of_examples(
    ours: Floats, truth: Floats, correct: Booleans, tolerance: float, facts: LossFacts
) -> Explanation | None:
    """Explain the mistake in G, where G[i, j] is the multiple of example i in column j; correct is boolean (N, C)."""
    wrong = differs(ours, truth, tolerance)
    all_from_one = np.max(np.abs(truth.sum(axis=1))) <= tolerance * np.max(np.abs(truth))
    taken = " Subtract from column y[i] the sum of what example i adds to the other columns." if all_from_one else ""
    if correct.any() and not wrong[~correct].any() and wrong[correct].mean() > 0.5:
        text = "What each example adds to the columns of the other classes is right; what it adds to column y[i], that "
        return Explanation("wrong_correct_class", f"{text}of its correct class, is wrong.{taken}")
    if correct.any() and not wrong[correct].any() and wrong[~correct].mean() > 0.5:
        text = "What each example adds to column y[i], that of its correct class, is right; what it adds to columns "
        ending = "is wrong" if ours[~correct].any() else "is missing"
        return Explanation("wrong_other_classes", f"{text}of the other classes {ending}.")
    found = explain_array(ours, truth, tolerance, facts.num_examples)
    if found is None and wrong[correct].any():
        found = explain_array(np.where(correct, truth, ours), truth, tolerance, facts.num_examples)
        ending = f" Also, what example i adds to column y[i], that of its correct class, is wrong.{taken}"
        found = found and Explanation(f"{found.cause}+wrong_correct_class", found.message + ending)
    start = "Write it as X.T @ G, with one row of G for each example. In your G: "
    return found and Explanation(found.cause, start + lower_first(found.message))


def _correct_class(analytic: Floats, numeric: Floats, facts: LossFacts) -> Explanation | None:
    """Explain mistakes that follow the labels."""
    labels = _labels_of_columns(analytic, facts)
    if labels is None:
        return None
    wrong = differs(analytic, numeric, facts.tolerance)
    if len(analytic) == len(labels):
        found = _correct_entries(wrong, labels)
        if found:
            return found
    occurs = np.isin(np.arange(analytic.shape[1]), labels)
    columns = np.any(wrong, axis=0)
    follow = not columns[~occurs].any() and 2 * columns.sum() > occurs.sum()
    if follow and not occurs.all() and numeric[:, ~occurs].any():
        text = "The columns of classes that are no example's correct class are right; the other columns are wrong. "
        ending = f"{BALANCE}." if _balanced(numeric, facts) else "Look at column y[i], that of the correct class."
        return Explanation("wrong_correct_class", text + ending)
    return None


def _labels_of_columns(analytic: Floats, facts: LossFacts) -> NDArray[np.integer] | None:
    """Return the labels if they can be indices of the gradient's columns, else None."""
    if facts.labels is None or analytic.ndim != 2:
        return None
    labels = np.asarray(facts.labels)
    fit = labels.ndim == 1 and labels.dtype.kind in "iu" and labels.size and labels.max() < analytic.shape[1]
    return labels if fit else None


def _correct_entries(wrong: Booleans, labels: NDArray[np.integer]) -> Explanation | None:
    """Explain a gradient with respect to scores (N, C), whose entry [i, y[i]] belongs to the correct class."""
    correct = np.zeros(wrong.shape, dtype=bool)
    correct[np.arange(len(labels)), labels] = True
    if not wrong[~correct].any() and wrong[correct].mean() > 0.5:
        text = "Only the entries of the correct class, [i, y[i]], are wrong; all others are right."
        return Explanation("wrong_correct_class", text)
    if not wrong[correct].any() and wrong[~correct].mean() > 0.5:
        text = "Only the entries of the correct class, [i, y[i]], are right; those of the other classes are wrong."
        return Explanation("wrong_other_classes", text)
    return None


def _unbalanced(analytic: Floats, numeric: Floats, facts: LossFacts) -> Explanation | None:
    """Explain a gradient (D, C) whose rows do not sum to 0, though they should; see `_balanced`."""
    if _labels_of_columns(analytic, facts) is None or not _balanced(numeric, facts):
        return None
    penalty = facts.penalty_gradient(numeric.shape)
    scale = np.max(np.abs(numeric - penalty))
    # a remaining multiple of W comes from the regularization
    sums, sums_of_penalty = analytic.sum(axis=1), penalty.sum(axis=1)
    if penalty.any():
        sums = sums - sums_of_penalty * (sums @ sums_of_penalty) / (sums_of_penalty @ sums_of_penalty)
    if np.max(np.abs(sums)) < 1e-2 * scale:
        return None
    text = f"{BALANCE}, so without the regularization each row adds up to 0 over the classes. Yours does not."
    return Explanation("unbalanced", text)


def _balanced(numeric: Floats, facts: LossFacts) -> bool:
    """Return whether each row of the data part of the gradient (D, C) sums to 0 over the classes.

    It does if the loss stays the same when all scores of an example shift by one number, as hinge and cross-entropy
    losses do: the correct class loses what the other classes get.
    """
    truth = numeric - facts.penalty_gradient(numeric.shape)
    return bool(np.max(np.abs(truth.sum(axis=1))) <= 10 * facts.tolerance * np.max(np.abs(truth)))


def _single_example(analytic: Floats, numeric: Floats, facts: LossFacts) -> Explanation | None:
    """Recognize the gradient of one example's loss, an outer product: all columns are multiples of one vector."""
    if analytic.ndim != 2 or min(analytic.shape) < 3 or facts.num_examples == 1:
        return None
    penalty = facts.penalty_gradient(numeric.shape)
    truth = np.linalg.svd(numeric - penalty, compute_uv=False)
    if truth[1] < 1e-2 * truth[0]:
        return None
    for data in (analytic, analytic - penalty):
        ours = np.linalg.svd(data, compute_uv=False)
        lone_row_or_column = min(data.any(axis=0).sum(), data.any(axis=1).sum()) < 2
        if ours[1] < 0.1 * facts.tolerance * ours[0] and not lone_row_or_column:
            return Explanation(
                "single_example",
                "All its columns are multiples of one vector, as if it came from one example: is it assigned (=) "
                "in the loop instead of added up (+=), or is it returned inside the loop?",
            )
    return None
