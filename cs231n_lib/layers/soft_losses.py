"""Losses whose targets are probabilities of all classes, not one label per example."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import expect_shape, floats, labels, number

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cs231n_lib.arguments import FloatArray


def soft_cross_entropy(
    scores: ArrayLike, targets: ArrayLike, temperature: float = 1.0
) -> tuple[np.floating, FloatArray]:
    """Compute the cross-entropy with soft targets: mean over i of -sum over j of t_ij log softmax(scores_i / T)_j.

    Parameters
    ----------
    scores : (N, C) array
        Scores of any finite size.
    targets : (N, C) array
        The weight of each class, at least 0. The weights of an example usually add up to 1; one-hot rows give the
        softmax loss.
    temperature
        T > 0, by which the scores are divided (Hinton et al. 2015); large values make the probabilities alike.

    Returns
    -------
    loss
        A number of the scores' dtype.
    dscores : (N, C) array
        The gradient of the scores, in the wider dtype of scores and targets.

    Raises
    ------
    ValueError
        If an argument does not fit, or there are no examples.

    Examples
    --------
    >>> loss, dscores = soft_cross_entropy(np.zeros((1, 2)), [[0.75, 0.25]])
    >>> float(loss), dscores  # log(2)
    (0.6931471805599453, array([[-0.25,  0.25]]))
    """
    scores, targets = floats("soft_cross_entropy", scores=scores, targets=targets)
    _expect_scores("soft_cross_entropy", "scores", scores)
    expect_shape("soft_cross_entropy", "targets", targets, scores.shape, "that of scores")
    if np.min(targets) < 0:
        raise ValueError(f"soft_cross_entropy: targets should be at least 0, but hold {np.min(targets)}.")
    temperature = number("soft_cross_entropy", "temperature", temperature, above=0)
    N, scaled = len(scores), scores / temperature
    log_p = _log_softmax(scaled)
    loss = -np.sum(targets * np.where(targets == 0, 0, log_p)) / N  # 0 log 0 is 0
    total = targets.sum(axis=1, keepdims=True)  # (N, 1)
    dscores = (total * np.exp(log_p) - targets) / (N * temperature)
    return scores.dtype.type(loss), dscores


def distillation_loss(
    student: ArrayLike, teacher: ArrayLike, y: ArrayLike, T: float = 4.0, weight: float = 0.9
) -> tuple[np.floating, FloatArray]:
    """Compute the loss of a student that learns from labels and from a teacher (Hinton et al. 2015).

    It is (1 - weight) * softmax loss of (student, y) + weight * T^2 * soft_cross_entropy(student, softmax(teacher / T),
    T). The gradient of the second term alone is about 1 / T^2 of the first one's, which the factor T^2 makes up for.

    Parameters
    ----------
    student, teacher : (N, C) arrays
        The scores of both nets for the same examples.
    y : (N,) integers 0..C-1
        The correct classes.
    T
        The temperature, above 0.
    weight
        The share of the teacher, in 0..1.

    Returns
    -------
    loss
        A number of the scores' dtype.
    dstudent : (N, C) array
        The gradient of the student's scores.

    Raises
    ------
    ValueError
        If an argument does not fit, or there are no examples.
    """
    student, teacher = floats("distillation_loss", student=student, teacher=teacher)
    _expect_scores("distillation_loss", "student", student)
    expect_shape("distillation_loss", "teacher", teacher, student.shape, "that of student")
    T = number("distillation_loss", "T", T, above=0)
    weight = number("distillation_loss", "weight", weight, at_least=0, at_most=1)
    N, C = student.shape
    hard = np.eye(C, dtype=student.dtype)[labels("distillation_loss", y, N, C)]
    hard_loss, dhard = soft_cross_entropy(student, hard)
    soft_loss, dsoft = soft_cross_entropy(student, np.exp(_log_softmax(teacher / T)), T)
    share = weight * T**2
    return student.dtype.type((1 - weight) * hard_loss + share * soft_loss), (1 - weight) * dhard + share * dsoft


def _expect_scores(function: str, name: str, scores: FloatArray) -> None:
    expect_shape(function, name, scores, ("N", "C"), "one row of scores per example")
    if scores.size == 0:
        raise ValueError(f"{function}: {name} should hold scores of at least one example, but has {scores.shape}.")


def _log_softmax(scores: FloatArray) -> FloatArray:
    shifted = scores - scores.max(axis=1, keepdims=True)  # exp cannot overflow
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
