"""Linear classifiers: the multiclass SVM and softmax (CS231n lecture notes, "Linear Classification")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import expect_shape, float_array, floats, integer, labels, number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

    from cs231n_lib.arguments import FloatArray
    from cs231n_lib.initializers import Seed


def svm_loss_vectorized(W: ArrayLike, X: ArrayLike, y: ArrayLike, reg: float) -> tuple[np.floating, FloatArray]:
    """Multiclass SVM (hinge) loss with margin 1 and its gradient.

    loss = mean over i of sum over j != y_i of max(0, s_ij - s_iy_i + 1)  +  reg * sum(W * W), with s = X @ W.

    Parameters
    ----------
    W : (D, C) array
        Weights.
    X : (N, D) array
        Examples.
    y : (N,) integers 0..C-1
        The right classes.
    reg
        Regularization strength.

    Returns
    -------
    loss, dW : a number and a (D, C) array
        The type is the wider one of W's and X's, float64 for integers.

    Raises
    ------
    ValueError
        If an argument does not fit, and for no examples, whose mean loss is not defined.
    """
    W, X, y, reg = _validated("svm_loss_vectorized", W, X, y, reg)
    rows = np.arange(len(X))
    scores = X @ W  # (N, C)
    margins = scores - scores[rows, y][:, None] + 1
    margins[rows, y] = 0
    np.maximum(margins, 0, out=margins)
    # Each violated margin pulls on its own class once and on the right class once.
    dscores = (margins > 0).astype(W.dtype)  # (N, C)
    dscores[rows, y] = -dscores.sum(axis=1)
    dscores /= len(X)
    loss, dW = margins.sum() / len(X) + reg * np.sum(W * W), X.T @ dscores + 2 * reg * W
    return loss.astype(dW.dtype), dW  # NumPy 1 makes a float64 of a float32 number divided by an int


def softmax_loss_vectorized(W: ArrayLike, X: ArrayLike, y: ArrayLike, reg: float) -> tuple[np.floating, FloatArray]:
    """Softmax (cross-entropy) loss and its gradient.

    loss = mean over i of -log(exp(s_iy_i) / sum over j of exp(s_ij))  +  reg * sum(W * W), with s = X @ W.

    Parameters, results and errors as in svm_loss_vectorized. Scores may be as large as they like, as long as their
    differences are finite.
    """
    W, X, y, reg = _validated("softmax_loss_vectorized", W, X, y, reg)
    rows = np.arange(len(X))
    scores = X @ W  # (N, C)
    scores -= scores.max(axis=1, keepdims=True)  # changes no probability, and exp cannot overflow
    log_probs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    dscores = np.exp(log_probs)  # (N, C)
    dscores[rows, y] -= 1
    dscores /= len(X)
    loss, dW = -log_probs[rows, y].sum() / len(X) + reg * np.sum(W * W), X.T @ dscores + 2 * reg * W
    return loss.astype(dW.dtype), dW


class LinearClassifier:
    """Scores X @ W, trained by stochastic gradient descent on minibatches. A subclass says which loss.

    Attributes
    ----------
    W : (D, C) array, or None before training
        Append a column of ones to X (`data.append_bias`) to have its last row act as the bias.
    """

    def __init__(self) -> None:
        self.W: FloatArray | None = None

    def loss(self, X: ArrayLike, y: ArrayLike, reg: float) -> tuple[np.floating, FloatArray]:
        """(loss, dW) at the present weights for the examples X (N, D) with labels y (N,)."""
        raise NotImplementedError("LinearClassifier has no loss of its own; use LinearSVM or LinearSoftmax")

    def train(
        self,
        X: ArrayLike,
        y: ArrayLike,
        learning_rate: float = 1e-3,
        reg: float = 1e-5,
        num_iters: int = 100,
        batch_size: int = 200,
        rng: Seed = 0,
        verbose: bool = False,
    ) -> list[float]:
        """Train, going on from the present weights if there are any.

        Parameters
        ----------
        X : (N, D) array
            Examples.
        y : (N,) integers
            Their labels, from 0.
        learning_rate, reg
            Step size and regularization strength.
        num_iters
            The number of steps.
        batch_size
            Examples per step, drawn with replacement.
        rng
            np.random.Generator or a seed.
        verbose
            Whether to show a progress bar.

        Returns
        -------
        list of floats
            The minibatch losses, one per step.

        Raises
        ------
        ValueError
            If an argument does not fit; the message names it.
        """
        X = float_array("train", "X", X)
        expect_shape("train", "X", X, ("N", "D"), "one row per example (see data.flatten)")
        y = labels("train", y, len(X))
        if len(X) == 0:
            raise ValueError("train: X is empty")
        learning_rate, reg = number("train", "learning_rate", learning_rate), number("train", "reg", reg)
        num_iters = integer("train", "num_iters", num_iters, 0)
        batch_size = integer("train", "batch_size", batch_size, 1)
        rng = np.random.default_rng(rng)
        if self.W is None:
            self.W = (0.001 * rng.standard_normal((X.shape[1], int(y.max()) + 1))).astype(X.dtype)
        history = []
        for _ in _steps(num_iters, verbose):
            batch = rng.integers(len(X), size=batch_size)
            loss, dW = self.loss(X[batch], y[batch], reg)
            self.W = self.W - learning_rate * dW  # a new array: earlier weights stay what they were
            history.append(float(loss))
        return history

    def predict(self, X: ArrayLike) -> NDArray[np.intp]:
        """The class with the highest score for each row of X (N, D): integers (N,). RuntimeError before training."""
        W = self._weights()
        X = float_array("predict", "X", X)
        expect_shape("predict", "X", X, ("N", len(W)), "as in training")
        return (X @ W).argmax(axis=1)

    def _weights(self) -> FloatArray:
        if self.W is None:
            raise RuntimeError(f"this {type(self).__name__} has no weights yet; call train(X, y) first")
        return self.W


class LinearSVM(LinearClassifier):
    """A linear classifier with the multiclass SVM loss."""

    def loss(self, X: ArrayLike, y: ArrayLike, reg: float) -> tuple[np.floating, FloatArray]:
        return svm_loss_vectorized(self._weights(), X, y, reg)


class LinearSoftmax(LinearClassifier):
    """A linear classifier with the softmax loss."""

    def loss(self, X: ArrayLike, y: ArrayLike, reg: float) -> tuple[np.floating, FloatArray]:
        return softmax_loss_vectorized(self._weights(), X, y, reg)


def _validated(
    function: str, W: ArrayLike, X: ArrayLike, y: ArrayLike, reg: float
) -> tuple[FloatArray, FloatArray, NDArray[np.intp], float]:
    W, X = floats(function, W=W, X=X)
    expect_shape(function, "X", X, ("N", "D"), "one row per example (see data.flatten)")
    expect_shape(function, "W", W, (X.shape[1], "C"), "one row per feature of X")
    if len(X) == 0:
        raise ValueError(f"{function}: X is empty: the mean loss of no examples is not defined")
    # reg as a NumPy float64 would turn float32 weights into float64
    return W, X, labels(function, y, len(X), W.shape[1]), number(function, "reg", reg)


def _steps(num_iters: int, verbose: bool) -> Iterable[int]:
    if not verbose:
        return range(num_iters)
    from tqdm.auto import trange

    return trange(num_iters, desc="training", unit="step")
