"""A residual net for small images (He et al. 2016, "Deep residual learning for image recognition", section 4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib import layers
from cs231n_lib.arguments import generator, integer, number
from cs231n_lib.initializers import he, small_random
from cs231n_lib.models.network import Layer, Network, image_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import DTypeLike

    from cs231n_lib.arguments import FloatArray, MaybeNone, Seed


class ResNet(Network):
    """conv - batch norm - ReLU; residual blocks; the mean over the pixels of each map; affine - softmax.

    The blocks stand in stages. Every stage but the first begins with a block that halves the images and has a
    projection on its shortcut; see residual_block_forward. With stages (16, 32, 64) and n blocks per stage it is the
    net of 6n + 2 layers that the paper trains on CIFAR-10, but with projections where the paper pads with zeros.

    For convolution i = 1, 2, ..., params has Wi, gammai and betai, in the order first convolution, then block by block
    its two convolutions and its projection, if any. For the affine layer it has W and b of the next number.

    Examples
    --------
    >>> net = ResNet(input_dim=(3, 16, 16), stages=(8, 16), blocks_per_stage=1, seed=0)
    >>> net.num_layers  # without the projection
    6
    >>> {name: array.shape for name, array in net.params.items() if name.startswith("W")}["W6"]  # the projection
    (16, 8, 1, 1)
    """

    def __init__(
        self,
        input_dim: tuple[int, int, int] = (3, 32, 32),
        stages: Sequence[int] = (16, 32, 64),
        blocks_per_stage: int = 3,
        num_classes: int = 10,
        shortcuts: bool = True,
        reg: float = 0.0,
        weight_scale: float = 1e-3,
        dtype: DTypeLike = np.float32,
        seed: Seed = None,
    ) -> None:
        """
        Parameters
        ----------
        input_dim
            (channels, height, width) of the images.
        stages
            The number of filters of each stage.
        blocks_per_stage
            The number of residual blocks in each stage, n.
        num_classes
            The number of classes.
        shortcuts
            Whether the blocks have shortcuts; False leaves them out, with their projections, for comparison: the
            "plain net" of the paper.
        reg
            The strength of the L2 regularization.
        weight_scale
            The standard deviation of the affine layer's initial weights. Those of the convolutions are He's.
        dtype
            The type of the parameters and of all computations, float32 or float64.
        seed
            np.random.Generator or a seed, for the initial weights.

        Raises
        ------
        ValueError
            If an argument does not fit; the message names it.
        """
        channels, *_ = input_dim = image_size("ResNet", input_dim)
        super().__init__(input_dim, num_classes, reg, dtype)
        if not isinstance(stages, (tuple, list)) or not stages:
            raise ValueError(f"ResNet: stages should be a list with the filters of each stage, but is {stages!r}.")
        self.stages = [integer("ResNet", "each number of filters in stages", filters, 1) for filters in stages]
        self.blocks_per_stage = integer("ResNet", "blocks_per_stage", blocks_per_stage, 1)
        self.shortcuts = bool(shortcuts)
        weight_scale = number("ResNet", "weight_scale", weight_scale, at_least=0)
        rng = generator("ResNet", "seed", seed)

        def add(filters: int, channels: int, size: int) -> int:
            i = len(self.bn_params) + 1
            self.params[f"W{i}"] = he((filters, channels, size, size), dtype=self.dtype, rng=rng)
            for name, fill in (("gamma", np.ones), ("beta", np.zeros)):
                self.params[f"{name}{i}"] = fill(filters, self.dtype)
            self.bn_params.append({"mode": "train"})
            return i

        add(self.stages[0], channels, 3)
        channels = self.stages[0]
        self._blocks: list[tuple[list[int], int]] = []  # the numbers of its convolutions, and the stride of the first
        for stage, filters in enumerate(self.stages):
            for block in range(self.blocks_per_stage):
                halves = stage > 0 and block == 0
                numbers = [add(filters, channels, 3), add(filters, filters, 3)]
                if halves and self.shortcuts:
                    numbers.append(add(filters, channels, 1))
                self._blocks.append((numbers, 1 + halves))
                channels = filters
        last = len(self.bn_params) + 1
        self.params[f"W{last}"] = small_random((channels, self.num_classes), weight_scale, self.dtype, rng)
        self.params[f"b{last}"] = np.zeros(self.num_classes, self.dtype)

    @property
    def num_layers(self) -> int:
        """The number of layers with weights, not counting projections, as in the names of such nets."""
        return 2 * len(self._blocks) + 2

    def layer_list(self) -> list[Layer]:
        channels, H, W = self._image_size()
        found = [self._layer("input", (channels, H, W)), self._layer("conv", (self.stages[0], H, W), 1)]
        for numbers, stride in self._blocks:
            H, W = -(-H // stride), -(-W // stride)  # rounded up
            for kind, i in zip(("conv", "conv", "projection"), numbers, strict=False):
                found.append(self._layer(kind, (len(self.params[f"W{i}"]), H, W), i))
        found.append(self._layer("mean", (self.stages[-1],)))
        return [*found, self._layer("affine", (self.num_classes,), len(self.bn_params) + 1)]

    def _forward(self, X: FloatArray, mode: str) -> tuple[FloatArray, list[Any]]:
        out, cache = self._convolution_forward(X, 1, 1)
        caches: list[Any] = [cache]
        for numbers, stride in self._blocks:
            if self.shortcuts:
                bn_params = [self.bn_params[i - 1] for i in numbers]
                out, cache = layers.residual_block_forward(out, self._block_params(numbers), bn_params, mode)
                caches.append(cache)
            else:
                for i, step in zip(numbers, (stride, 1), strict=True):
                    out, cache = self._convolution_forward(out, i, step)
                    caches.append(cache)
        caches.append(out.shape)
        last = len(self.bn_params) + 1
        scores, cache = layers.affine_forward(out.mean(axis=(2, 3)), self.params[f"W{last}"], self.params[f"b{last}"])
        return scores, [*caches, cache]

    def _backward(self, dscores: FloatArray, caches: list[Any]) -> dict[str, FloatArray]:
        grads: dict[str, FloatArray] = {}
        last = len(self.bn_params) + 1
        dout, *of_scores = layers.affine_backward(dscores, caches.pop())
        grads[f"W{last}"], grads[f"b{last}"] = of_scores
        shape = caches.pop()  # (N, F, H, W)
        dout = np.broadcast_to(dout[:, :, None, None] / dout.dtype.type(shape[2] * shape[3]), shape)
        for numbers, _ in reversed(self._blocks):
            if self.shortcuts:
                # popping the cache frees its memory before the next block allocates its arrays
                dout, found = layers.residual_block_backward(dout, caches.pop())
                for name, gradient in found.items():
                    grads[f"{name[:-1]}{numbers[int(name[-1]) - 1]}"] = gradient
            else:
                for i in reversed(numbers):
                    dout = self._convolution_backward(dout, i, caches.pop(), grads)
        self._convolution_backward(dout, 1, caches.pop(), grads)
        return grads

    def _block_params(self, numbers: Sequence[int]) -> dict[str, FloatArray]:
        """Return the parameters of a block under the names that they have in it."""
        return {
            f"{kind}{place}": self.params[f"{kind}{i}"]
            for place, i in enumerate(numbers, start=1)
            for kind in ("W", "gamma", "beta")
        }

    def _convolution_forward(self, x: FloatArray, i: int, stride: int) -> tuple[FloatArray, Any]:
        own, conv_param = self._block_params([i]), {"stride": stride, "pad": 1}
        arguments = own["W1"], None, own["gamma1"], own["beta1"], conv_param, self.bn_params[i - 1]
        return layers.conv_bn_relu_forward(x, *arguments)

    def _convolution_backward(
        self, dout: FloatArray, i: int, cache: Any, grads: dict[str, FloatArray]
    ) -> FloatArray | MaybeNone:
        """Put the gradients of convolution i into grads, and return that of its images; None for the first one."""
        dx, grads[f"W{i}"], _, grads[f"gamma{i}"], grads[f"beta{i}"] = layers.conv_bn_relu_backward(dout, cache, i > 1)
        return dx
