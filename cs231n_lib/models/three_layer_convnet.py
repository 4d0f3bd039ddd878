"""A net with one convolutional and two affine layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.arguments import generator, integer, number
from cs231n_lib.initializers import small_random
from cs231n_lib.layers.affine import affine_backward, affine_forward
from cs231n_lib.layers.sandwiches import (
    affine_relu_backward,
    affine_relu_forward,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
)
from cs231n_lib.models.network import Layer, Network, image_size, odd

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from cs231n_lib.arguments import FloatArray, Seed
    from cs231n_lib.layers.affine import AffineCache
    from cs231n_lib.layers.sandwiches import AffineReluCache, ConvReluPoolCache

    _Cache = tuple[ConvReluPoolCache, AffineReluCache, AffineCache]


class ThreeLayerConvNet(Network):
    """conv - ReLU - 2x2 max pooling - affine - ReLU - affine - softmax.

    The convolution keeps the size of the images. params has W1 (num_filters, C, filter_size, filter_size), b1; W2
    (num_filters * (H // 2) * (W // 2), hidden_dim), b2; W3 (hidden_dim, num_classes), b3.

    Examples
    --------
    >>> net = ThreeLayerConvNet(input_dim=(3, 8, 8), num_filters=4, filter_size=3, hidden_dim=6, rng=0)
    >>> net.loss(np.ones((2, 3, 8, 8))).shape
    (2, 10)
    """

    def __init__(
        self,
        input_dim: tuple[int, int, int] = (3, 32, 32),
        num_filters: int = 32,
        filter_size: int = 7,
        hidden_dim: int = 100,
        num_classes: int = 10,
        weight_scale: float = 1e-3,
        reg: float = 0.0,
        dtype: DTypeLike = np.float32,
        rng: Seed = None,
    ) -> None:
        """
        Parameters
        ----------
        input_dim
            (channels, height, width) of the images.
        num_filters, filter_size
            The number of filters of the convolution, and their side, an odd number.
        hidden_dim
            The number of units of the hidden affine layer.
        num_classes
            The number of classes.
        weight_scale
            The standard deviation of the initial weights.
        reg
            The strength of the L2 regularization.
        dtype
            The type of the parameters and of all computations, float32 or float64.
        rng
            np.random.Generator or a seed.

        Raises
        ------
        ValueError
            If an argument does not fit; the message names it.
        """
        name = type(self).__name__
        C, H, W = input_dim = image_size(name, input_dim)
        super().__init__(input_dim, num_classes, reg, dtype)
        if min(H, W) < 2:
            raise ValueError(
                f"{name}: input_dim should describe images of at least 2x2 pixels, for the pooling, but is {input_dim}."
            )
        num_filters = integer(name, "num_filters", num_filters, 1)
        hidden_dim = integer(name, "hidden_dim", hidden_dim, 1)
        filter_size = odd(name, "filter_size", filter_size)
        self.conv_param = {"stride": 1, "pad": filter_size // 2}
        self.pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}

        rng = generator(name, "rng", rng)
        weight_scale = number(name, "weight_scale", weight_scale, at_least=0)
        pooled = num_filters * (H // 2) * (W // 2)
        self.params = {
            "W1": small_random((num_filters, C, filter_size, filter_size), weight_scale, self.dtype, rng),
            "b1": np.zeros(num_filters, self.dtype),
            "W2": small_random((pooled, hidden_dim), weight_scale, self.dtype, rng),
            "b2": np.zeros(hidden_dim, self.dtype),
            "W3": small_random((hidden_dim, self.num_classes), weight_scale, self.dtype, rng),
            "b3": np.zeros(self.num_classes, self.dtype),
        }

    def layer_list(self) -> list[Layer]:
        filters, pool = self.params["W1"].shape[0], self.pool_param
        C, H, W = self._image_size()
        pooled = (H // pool["stride"], W // pool["stride"])
        return [
            self._layer("input", (C, H, W)),
            self._layer("conv", (filters, H, W), 1),
            self._layer("max pool", (filters, *pooled)),
            self._layer("affine", self.params["b2"].shape, 2),
            self._layer("affine", self.params["b3"].shape, 3),
        ]

    def _forward(self, X: FloatArray, mode: str) -> tuple[FloatArray, _Cache]:
        p = self.params
        out, first = conv_relu_pool_forward(X, p["W1"], p["b1"], self.conv_param, self.pool_param)
        out, second = affine_relu_forward(out, p["W2"], p["b2"])  # (N, hidden_dim)
        scores, third = affine_forward(out, p["W3"], p["b3"])  # (N, C)
        return scores, (first, second, third)

    def _backward(self, dscores: FloatArray, cache: _Cache) -> dict[str, FloatArray]:
        first, second, third = cache
        dout, dW3, db3 = affine_backward(dscores, third)
        dout, dW2, db2 = affine_relu_backward(dout, second)
        _, dW1, db1 = conv_relu_pool_backward(dout, first, need_dx=False)
        return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
