"""A net with one hidden layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import generator, integer, number
from cs231n_lib.initializers import small_random
from cs231n_lib.layers.affine import affine_backward, affine_forward
from cs231n_lib.layers.sandwiches import affine_relu_backward, affine_relu_forward
from cs231n_lib.models.network import Layer, Network

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from cs231n_lib.arguments import FloatArray, Seed
    from cs231n_lib.layers.affine import AffineCache
    from cs231n_lib.layers.sandwiches import AffineReluCache

    _Cache = tuple[AffineReluCache, AffineCache]


class TwoLayerNet(Network):
    """affine - ReLU - affine - softmax.

    params has W1 (input_dim, hidden_dim), b1 (hidden_dim,), W2 (hidden_dim, num_classes), b2 (num_classes,).

    Examples
    --------
    >>> net = TwoLayerNet(input_dim=12, hidden_dim=5, num_classes=3, rng=0)
    >>> net.loss(np.ones((4, 12))).shape
    (4, 3)
    >>> loss, grads = net.loss(np.ones((4, 12)), [0, 1, 2, 0])
    >>> round(float(loss), 4), grads["W1"].shape  # log(3)
    (1.0986, (12, 5))
    """

    def __init__(
        self,
        input_dim: int = 3 * 32 * 32,
        hidden_dim: int = 100,
        num_classes: int = 10,
        weight_scale: float = 1e-3,
        reg: float = 0.0,
        dtype: DTypeLike = np.float64,
        rng: Seed = None,
    ) -> None:
        """
        Parameters
        ----------
        input_dim
            The number of values per example.
        hidden_dim
            The number of hidden units.
        num_classes
            The number of classes.
        weight_scale
            The standard deviation of the initial weights.
        reg
            The strength of the L2 regularization.
        dtype
            The type of the parameters and of all computations: float64, in which gradients can be checked, or float32,
            which trains faster.
        rng
            np.random.Generator or a seed.

        Raises
        ------
        ValueError
            If an argument does not fit; the message names it.
        """
        num_inputs = integer("TwoLayerNet", "input_dim", input_dim, 1)
        super().__init__(num_inputs, num_classes, reg, dtype)
        hidden_dim = integer("TwoLayerNet", "hidden_dim", hidden_dim, 1)
        rng = generator("TwoLayerNet", "rng", rng)
        weight_scale = number("TwoLayerNet", "weight_scale", weight_scale, at_least=0)
        self.params = {
            "W1": small_random((num_inputs, hidden_dim), weight_scale, self.dtype, rng),
            "b1": np.zeros(hidden_dim, self.dtype),
            "W2": small_random((hidden_dim, self.num_classes), weight_scale, self.dtype, rng),
            "b2": np.zeros(self.num_classes, self.dtype),
        }

    def layer_list(self) -> list[Layer]:
        return [
            self._layer("input", (self.params["W1"].shape[0],)),
            self._layer("affine", self.params["b1"].shape, 1),
            self._layer("affine", self.params["b2"].shape, 2),
        ]

    def _forward(self, X: FloatArray, mode: str) -> tuple[FloatArray, _Cache]:
        hidden, first = affine_relu_forward(X, self.params["W1"], self.params["b1"])  # (N, hidden_dim)
        scores, second = affine_forward(hidden, self.params["W2"], self.params["b2"])  # (N, C)
        return scores, (first, second)

    def _backward(self, dscores: FloatArray, cache: _Cache) -> dict[str, FloatArray]:
        first, second = cache
        dhidden, dW2, db2 = affine_backward(dscores, second)
        _, dW1, db1 = affine_relu_backward(dhidden, first, need_dx=False)
        return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
