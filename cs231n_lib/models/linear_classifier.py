"""Linear classifiers: the multiclass SVM and softmax (CS231n lecture notes, "Linear Classification")."""

import numpy as np

from cs231n_lib.arguments import expect_shape, floats, integer, labels, number


def svm_loss_vectorized(W, X, y, reg):
    """Multiclass SVM (hinge) loss with margin 1 and its gradient.

    loss = mean over i of sum over j != y_i of max(0, s_ij - s_iy_i + 1)  +  reg * sum(W * W), with s = X @ W.

    Arguments
    - W: (D, C) weights; X: (N, D) examples; y: (N,) integers 0..C-1; reg: regularization strength.

    Returns (loss, dW): a number and (D, C). The type is the wider one of W's and X's, float64 for integers.
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


def softmax_loss_vectorized(W, X, y, reg):
    """Softmax (cross-entropy) loss and its gradient.

    loss = mean over i of -log(exp(s_iy_i) / sum over j of exp(s_ij))  +  reg * sum(W * W), with s = X @ W.

    Arguments and returns as in svm_loss_vectorized. Scores may be as large as they like,
    as long as their differences are finite.
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

    W is (D, C); append a column of ones to X (`data.append_bias`) to have its last row act as the bias.
    """

    def __init__(self):
        self.W = None

    def loss(self, X, y, reg):
        """(loss, dW) at the present weights for the examples X (N, D) with labels y (N,)."""
        raise NotImplementedError("LinearClassifier has no loss of its own; use LinearSVM or LinearSoftmax")

    def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=0, verbose=False):
        """Train on X (N, D) and y (N,), going on from the present weights if there are any.

        Arguments
        - learning_rate, reg: step size and regularization strength.
        - num_iters: the number of steps; batch_size: examples per step, drawn with replacement.
        - rng: np.random.Generator or a seed.
        - verbose: whether to show a progress bar.

        Returns the list of the minibatch losses, one per step.
        """
        X = floats("train", X=X)
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
            self.W = self.W - learning_rate * dW  # whoever keeps the weights of an earlier training keeps those
            history.append(float(loss))
        return history

    def predict(self, X):
        """The class with the highest score for each row of X (N, D): integers (N,)."""
        if self.W is None:
            raise RuntimeError(f"this {type(self).__name__} has no weights yet; call train(X, y) first")
        X = floats("predict", X=X)
        expect_shape("predict", "X", X, ("N", len(self.W)), "as in training")
        return (X @ self.W).argmax(axis=1)


class LinearSVM(LinearClassifier):
    """A linear classifier with the multiclass SVM loss."""

    def loss(self, X, y, reg):
        return svm_loss_vectorized(self.W, X, y, reg)


class LinearSoftmax(LinearClassifier):
    """A linear classifier with the softmax loss."""

    def loss(self, X, y, reg):
        return softmax_loss_vectorized(self.W, X, y, reg)


def _validated(function, W, X, y, reg):
    W, X = floats(function, W=W, X=X)
    expect_shape(function, "X", X, ("N", "D"), "one row per example (see data.flatten)")
    expect_shape(function, "W", W, (X.shape[1], "C"), "one row per feature of X")
    if len(X) == 0:
        raise ValueError(f"{function}: X is empty: the mean loss of no examples is not defined")
    # reg as a NumPy float64 would turn float32 weights into float64
    return W, X, labels(function, y, len(X), W.shape[1]), number(function, "reg", reg)


def _steps(num_iters, verbose):
    if not verbose:
        return range(num_iters)
    from tqdm.auto import trange

    return trange(num_iters, desc="training", unit="step")
