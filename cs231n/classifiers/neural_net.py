"""The public two-layer net that trains itself, on the net of `cs231n_lib.models`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n.global_random import generator
from cs231n_lib import models
from cs231n_lib.optim import sgd

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["TwoLayerNet"]


class TwoLayerNet(models.TwoLayerNet):
    """affine - ReLU - affine - softmax, with the whole L2 penalty: reg * sum(W * W).

    params has W1 (input_size, hidden_size), b1, W2 (hidden_size, output_size), b2, in float64.
    """

    def __init__(self, input_size: int, hidden_size: int, output_size: int, std: float = 1e-4) -> None:
        """Draw normal weights with the standard deviation std from NumPy's global random state, first W1, then W2."""
        super().__init__(input_size, hidden_size, output_size, std)
        for name in ("W1", "W2"):
            self.params[name] = std * np.random.randn(*self.params[name].shape)

    def loss(self, X: Any, y: Any = None, reg: float = 0.0) -> Any:
        """Compute the scores (N, C) of the examples X (N, D); with labels y (N,), the loss and a dict of gradients."""
        self.reg = reg
        return super().loss(X, y)

    def train(
        self,
        X: NDArray[Any],
        y: NDArray[Any],
        X_val: NDArray[Any],
        y_val: NDArray[Any],
        learning_rate: float = 1e-3,
        learning_rate_decay: float = 0.95,
        reg: float = 5e-6,
        num_iters: int = 100,
        batch_size: int = 200,
        verbose: bool = False,
    ) -> dict[str, list[float]]:
        """Train by stochastic gradient descent, with minibatches drawn with replacement.

        Parameters
        ----------
        X, X_val : (N, D) arrays
            The training and the validation examples.
        y, y_val : (N,) integers
            Their labels.
        learning_rate, learning_rate_decay
            The step size, and the factor by which it is multiplied after each epoch.
        reg
            The strength of the L2 regularization.
        num_iters, batch_size
            The number of steps, and of examples per step.
        verbose
            Whether to print the loss of every hundredth step.

        Returns
        -------
        dict
            "loss_history": the loss of each step; "train_acc_history" (of the minibatch) and "val_acc_history": the
            accuracies at the first step of each epoch.
        """
        rng, steps_per_epoch = generator(), max(len(X) // batch_size, 1)
        losses: list[float] = []
        train_accuracies: list[float] = []
        val_accuracies: list[float] = []
        for step in range(num_iters):
            batch = rng.integers(len(X), size=batch_size)
            loss, grads = self.loss(X[batch], y[batch], reg)
            losses.append(float(loss))
            for name, gradient in grads.items():
                self.params[name], _ = sgd(self.params[name], gradient, {"learning_rate": learning_rate})
            if verbose and step % 100 == 0:
                print(f"iteration {step} / {num_iters}: loss {loss:f}")
            if step % steps_per_epoch == 0:
                train_accuracies.append(float(np.mean(self.predict(X[batch]) == y[batch])))
                val_accuracies.append(float(np.mean(self.predict(X_val) == y_val)))
                learning_rate *= learning_rate_decay
        return {
            "loss_history": losses,
            "train_acc_history": train_accuracies,
            "val_acc_history": val_accuracies,
        }
