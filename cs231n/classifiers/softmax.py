"""The softmax loss of a linear classifier: with loops, and the vectorized one of `cs231n_lib.models`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.models import softmax_loss_vectorized

if TYPE_CHECKING:
    from cs231n_lib.arguments import FloatArray, IntArray

__all__ = ["softmax_loss_naive", "softmax_loss_vectorized"]


def softmax_loss_naive(W: FloatArray, X: FloatArray, y: IntArray, reg: float) -> tuple[float, FloatArray]:
    """Compute `softmax_loss_vectorized`, one example after the other; parameters and results are the same."""
    loss, dW = 0.0, np.zeros_like(W)
    for example, correct in zip(X, y, strict=True):
        scores = example @ W
        scores -= scores.max()  # so that exp cannot overflow
        total = np.sum(np.exp(scores))
        loss += np.log(total) - scores[correct]
        for label, score in enumerate(scores):
            dW[:, label] += (np.exp(score) / total - (label == correct)) * example
    return loss / len(X) + reg * np.sum(W * W), dW / len(X) + 2 * reg * W
