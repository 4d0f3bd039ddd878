"""Fully connected nets of any depth."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib import layers
from cs231n_lib.arguments import integer, number, one_of
from cs231n_lib.initializers import small_random
from cs231n_lib.models.dropout_masks import DropoutMasks, random_start
from cs231n_lib.models.network import Layer, Network

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import DTypeLike

    from cs231n_lib.arguments import FloatArray, Seed

    WeightScale = float | Callable[..., FloatArray]  # a number, or initializer(shape, dtype=..., rng=...) -> weights


class FullyConnectedNet(Network):
    """{affine - [batch or layer normalization] - ReLU - [dropout]} for each hidden layer, then affine - softmax.

    For layer i = 1, 2, ..., params has Wi (inputs, outputs) and bi (outputs,); for normalized hidden layers it also has
    gammai and betai (outputs,).

    Examples
    --------
    >>> net = FullyConnectedNet([20, 10], input_dim=12, num_classes=3, normalization="batchnorm", seed=0)
    >>> ", ".join(net.params)
    'W1, b1, gamma1, beta1, W2, b2, gamma2, beta2, W3, b3'
    """

    def __init__(
        self,
        hidden_dims: Sequence[int],
        input_dim: int = 3 * 32 * 32,
        num_classes: int = 10,
        dropout_keep_ratio: float = 1,
        normalization: str | None = None,
        reg: float = 0.0,
        weight_scale: WeightScale = 1e-2,
        dtype: DTypeLike = np.float32,
        seed: Seed = None,
    ) -> None:
        """
        Parameters
        ----------
        hidden_dims
            The number of units of each hidden layer.
        input_dim
            The number of values per example.
        num_classes
            The number of classes.
        dropout_keep_ratio
            The probability of keeping a unit; 1 for no dropout.
        normalization
            None, "batchnorm" or "layernorm".
        reg
            The strength of the L2 regularization.
        weight_scale
            The standard deviation of the initial weights, or a function of cs231n_lib.initializers, such as he.
        dtype
            The type of the parameters and of all computations, float32 or float64.
        seed
            Makes the weights and the dropout masks repeatable. With a number, every call of loss uses the same masks,
            so that gradients can be checked, until after_step(), which Solver calls after each step, draws new ones.
            With an np.random.Generator or None, every call of loss draws new masks.

        Raises
        ------
        ValueError, TypeError
            If an argument does not fit; the message names it.
        """
        if not np.iterable(hidden_dims):
            raise TypeError(
                "FullyConnectedNet: hidden_dims should be a list with the size of each hidden layer, such "
                f"as [100, 50], but is {hidden_dims!r}."
            )
        hidden_dims = [integer("FullyConnectedNet", "each size in hidden_dims", size, 1) for size in hidden_dims]
        self.num_layers = len(hidden_dims) + 1
        self.normalization = one_of(
            "FullyConnectedNet", "normalization", normalization, (None, "batchnorm", "layernorm")
        )
        rng, fixed = random_start("FullyConnectedNet", seed)
        dropout = DropoutMasks("FullyConnectedNet", dropout_keep_ratio, len(hidden_dims), rng, fixed)
        num_inputs = integer("FullyConnectedNet", "input_dim", input_dim, 1)
        super().__init__(num_inputs, num_classes, reg, dtype, dropout)

        sizes = [num_inputs, *hidden_dims, self.num_classes]
        for i, shape in enumerate(itertools.pairwise(sizes), start=1):
            self.params[f"W{i}"] = self._weights(shape, weight_scale, rng)
            self.params[f"b{i}"] = np.zeros(shape[1], self.dtype)
            if self.normalization and i < self.num_layers:
                self.params[f"gamma{i}"] = np.ones(shape[1], self.dtype)
                self.params[f"beta{i}"] = np.zeros(shape[1], self.dtype)
        if self.normalization == "batchnorm":
            self.bn_params = [{"mode": "train"} for _ in hidden_dims]

    def _weights(self, shape: tuple[int, int], weight_scale: WeightScale, rng: np.random.Generator) -> FloatArray:
        if callable(weight_scale):
            return weight_scale(shape, dtype=self.dtype, rng=rng)
        weight_scale = number("FullyConnectedNet", "weight_scale", weight_scale, at_least=0)
        return small_random(shape, weight_scale, self.dtype, rng)

    def layer_list(self) -> list[Layer]:
        affine = [self._layer("affine", self.params[f"b{i}"].shape, i) for i in range(1, self.num_layers + 1)]
        return [self._layer("input", (self.params["W1"].shape[0],)), *affine]

    def _forward(self, X: FloatArray, mode: str) -> tuple[FloatArray, list[Any]]:
        out = X
        caches: list[Any] = []  # one cache per layer; their types differ
        for i in range(1, self.num_layers):
            out, cache = self._hidden_forward(out, i)  # (N, hidden_dims[i - 1])
            caches.append(cache)
            if self.dropout:
                out, cache = layers.dropout_forward(out, self.dropout.param(i - 1, mode))
                caches.append(cache)
        scores, cache = layers.affine_forward(out, *self._of_layer(self.num_layers, "W", "b"))  # (N, C)
        return scores, [*caches, cache]

    def _backward(self, dscores: FloatArray, caches: list[Any]) -> dict[str, FloatArray]:
        grads: dict[str, FloatArray] = {}
        last = self.num_layers
        dout, grads[f"W{last}"], grads[f"b{last}"] = layers.affine_backward(dscores, caches.pop(), need_dx=last > 1)
        for i in range(last - 1, 0, -1):
            if self.dropout:
                dout = layers.dropout_backward(dout, caches.pop())
            dout, *found = self._hidden_backward(dout, caches.pop(), need_dx=i > 1)
            names = ("W", "b", "gamma", "beta") if self.normalization else ("W", "b")
            grads |= {f"{name}{i}": gradient for name, gradient in zip(names, found, strict=True)}
        return grads

    def _hidden_forward(self, x: FloatArray, i: int) -> tuple[FloatArray, Any]:
        if self.normalization is None:
            return layers.affine_relu_forward(x, *self._of_layer(i, "W", "b"))
        W, b, gamma, beta = self._of_layer(i, "W", "b", "gamma", "beta")
        if self.normalization == "batchnorm":
            return layers.affine_bn_relu_forward(x, W, b, gamma, beta, self.bn_params[i - 1])
        return layers.affine_ln_relu_forward(x, W, b, gamma, beta, {})

    def _hidden_backward(self, dout: FloatArray, cache: Any, need_dx: bool) -> tuple[FloatArray, ...]:
        if self.normalization is None:
            return layers.affine_relu_backward(dout, cache, need_dx)
        if self.normalization == "batchnorm":
            return layers.affine_bn_relu_backward(dout, cache, need_dx)
        return layers.affine_ln_relu_backward(dout, cache, need_dx)

    def _of_layer(self, i: int, *names: str) -> list[FloatArray]:
        return [self.params[f"{name}{i}"] for name in names]
