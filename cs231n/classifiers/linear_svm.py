"""The multiclass SVM loss of a linear classifier: with loops, and the vectorized one of `cs231n_lib.models`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.models import svm_loss_vectorized

if TYPE_CHECKING:
    from cs231n_lib.arguments import FloatArray, IntArray

__all__ = ["svm_loss_naive", "svm_loss_vectorized"]


def svm_loss_naive(W: FloatArray, X: FloatArray, y: IntArray, reg: float) -> tuple[float, FloatArray]:
    """Compute `svm_loss_vectorized`, one margin after the other; parameters and results are the same."""
    loss, dW = 0.0, np.zeros_like(W)
    for example, correct in zip(X, y, strict=True):
        scores = example @ W  # (C,)
        for other, score in enumerate(scores):
            margin = score - scores[correct] + 1
            if other != correct and margin > 0:
                loss += margin
                dW[:, other] += example
                dW[:, correct] -= example
    return loss / len(X) + reg * np.sum(W * W), dW / len(X) + 2 * reg * W
