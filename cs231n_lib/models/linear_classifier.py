"""Linear classifiers: the multiclass SVM and softmax (CS231n lecture notes, "Linear Classification")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import expect_shape, float_array, floats, generator, integer, labels, number
from cs231n_lib.models.network import Layer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

    from cs231n_lib.arguments import FloatArray, Seed


def svm_loss_vectorized(W: ArrayLike, X: ArrayLike, y: ArrayLike, reg: float) -> tuple[np.floating, FloatArray]:
    """Compute the multiclass SVM (hinge) loss with margin 1, and its gradient.

    loss = mean over i of sum over j != y_i of max(0, s_ij - s_iy_i + 1)  +  reg * sum(W * W), with s = X @ W.

    Parameters
    ----------
    W : (D, C) array
        Weights.
    X : (N, D) array
        Examples.
    y : (N,) integers 0..C-1
        The correct classes.
    reg
        The regularization strength.

    Returns
    -------
    loss, dW : a number and a (D, C) array
        The loss and its gradient. Their dtype is the wider one of W and X, where integers count as float64.

    Raises
    ------
    ValueError
        If an argument does not fit, or there are no examples, whose mean loss is undefined.
    """
    W, X, y, reg = _validated("svm_loss_vectorized", W, X, y, reg)
    rows = np.arange(len(X))
    scores = X @ W  # (N, C)
    margins = scores - scores[rows, y][:, None] + 1
    margins[rows, y] = 0
    np.maximum(margins, 0, out=margins)
    # each positive margin counts once for its own class and once, negatively, for the correct class
    dscores = (margins > 0).astype(W.dtype)  # (N, C)
    dscores[rows, y] = -dscores.sum(axis=1)
    dscores /= len(X)
    loss, dW = margins.sum() / len(X) + reg * np.sum(W * W), X.T @ dscores + 2 * reg * W
    return loss.astype(dW.dtype), dW  # in NumPy 1 a float32 number divided by an int is float64


def softmax_loss_vectorized(W: ArrayLike, X: ArrayLike, y: ArrayLike, reg: float) -> tuple[np.floating, FloatArray]:
    """Compute the softmax (cross-entropy) loss and its gradient.

    loss = mean over i of -log(exp(s_iy_i) / sum over j of exp(s_ij))  +  reg * sum(W * W), with s = X @ W.

    Parameters, results and errors are those of svm_loss_vectorized. Scores may be arbitrarily large, as long as their
    differences are finite.
    """
    W, X, y, reg = _validated("softmax_loss_vectorized", W, X, y, reg)
    rows = np.arange(len(X))
    scores = X @ W  # (N, C)
    scores -= scores.max(axis=1, keepdims=True)  # the probabilities stay the same, and exp cannot overflow
    log_probs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    dscores = np.exp(log_probs)  # (N, C)
    dscores[rows, y] -= 1
    dscores /= len(X)
    loss, dW = -log_probs[rows, y].sum() / len(X) + reg * np.sum(W * W), X.T @ dscores + 2 * reg * W
    return loss.astype(dW.dtype), dW


class LinearClassifier:
    """A linear classifier with scores X @ W, trained by minibatch stochastic gradient descent.

    A subclass defines the loss.

    Attributes
    ----------
    W : (D, C) array, or None before training
        The weights. If X has a last column of ones (`data.append_bias`), their last row is the bias.
    """

    def __init__(self) -> None:
        self.W: FloatArray | None = None

    def layer_list(self) -> list[Layer]:
        """Return the input and the layer, as Network.layer_list does. Raises ValueError before training."""
        if self.W is None:
            raise ValueError(f"{type(self).__name__} has no weights yet. Train it first.")
        num_inputs, num_classes = self.W.shape
        return [Layer("input", (num_inputs,), {}), Layer("affine", (num_classes,), {"W": self.W})]

    def loss(self, X: ArrayLike, y: ArrayLike, reg: float) -> tuple[np.floating, FloatArray]:
        """Return (loss, dW) at the current weights for the examples X (N, D) with labels y (N,)."""
        raise NotImplementedError("LinearClassifier has no loss of its own. Use LinearSVM or LinearSoftmax.")

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
        """Train the classifier, starting from the current weights if there are any.

        Parameters
        ----------
        X : (N, D) array
            Examples.
        y : (N,) integers
            Their labels, from 0.
        learning_rate, reg
            The step size and the regularization strength.
        num_iters
            The number of steps.
        batch_size
            The number of examples per step, drawn with replacement.
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
            raise ValueError("train: X should hold at least one example, but is empty.")
        learning_rate, reg = number("train", "learning_rate", learning_rate), number("train", "reg", reg)
        num_iters = integer("train", "num_iters", num_iters, 0)
        batch_size = integer("train", "batch_size", batch_size, 1)
        rng = generator("train", "rng", rng)
        if self.W is None:
            self.W = (0.001 * rng.standard_normal((X.shape[1], int(y.max()) + 1))).astype(X.dtype)
        history = []
        for _ in _steps(num_iters, verbose):
            batch = rng.integers(len(X), size=batch_size)
            loss, dW = self.loss(X[batch], y[batch], reg)
            self.W = self.W - learning_rate * dW  # a new array, so that references to earlier weights stay valid
            history.append(float(loss))
        return history

    def predict(self, X: ArrayLike) -> NDArray[np.intp]:
        """Return the class with the highest score for each row of X (N, D), as integers (N,).

        Raises RuntimeError before training.
        """
        W = self._weights()
        X = float_array("predict", "X", X)
        expect_shape("predict", "X", X, ("N", len(W)), "as in training")
        return (X @ W).argmax(axis=1)

    def _weights(self) -> FloatArray:
        if self.W is None:
            raise RuntimeError(f"This {type(self).__name__} has no weights yet. Call train(X, y) first.")
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
        raise ValueError(f"{function}: X should hold at least one example, but is empty.")
    # as a NumPy float64, reg would turn float32 weights into float64
    return W, X, labels(function, y, len(X), W.shape[1]), number(function, "reg", reg)


def _steps(num_iters: int, verbose: bool) -> Iterable[int]:
    if not verbose:
        return range(num_iters)
    from tqdm.auto import trange

    return trange(num_iters, desc="training", unit="step")
