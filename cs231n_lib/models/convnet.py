"""A deep convolutional net: the VGG architecture with batch normalization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib import layers
from cs231n_lib.arguments import integer, number
from cs231n_lib.initializers import he, small_random
from cs231n_lib.models.dropout_masks import DropoutMasks, random_start
from cs231n_lib.models.network import Layer, Network, image_size, odd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import DTypeLike

    from cs231n_lib.arguments import FloatArray, Seed


class ConvNet(Network):
    """{conv - batch normalization - ReLU, n times; 2x2 max pooling} for each block, [dropout], affine - softmax.

    The convolutions keep the size of the images, and each pooling halves it (Simonyan and Zisserman 2015; Ioffe and
    Szegedy 2015). They have no bias, since batch normalization would subtract it again; its beta replaces the bias.

    For convolution i = 1, 2, ... over all blocks, params has Wi (filters, channels, filter_size, filter_size), gammai
    and betai (filters,); for the affine layer after the last convolution n, it has W(n+1) and b(n+1).

    Examples
    --------
    >>> net = ConvNet(input_dim=(3, 16, 16), blocks=((8, 8), (16,)), seed=0)
    >>> ", ".join(net.params)
    'W1, gamma1, beta1, W2, gamma2, beta2, W3, gamma3, beta3, W4, b4'
    >>> net.params["W4"].shape  # 16 filters see 4x4 pixels after two poolings
    (256, 10)
    """

    def __init__(
        self,
        input_dim: tuple[int, int, int] = (3, 32, 32),
        blocks: Sequence[Sequence[int]] = ((32, 32), (64, 64), (128, 128)),
        num_classes: int = 10,
        filter_size: int = 3,
        global_average: bool = False,
        dropout_keep_ratio: float = 1,
        reg: float = 0.0,
        weight_scale: float = 1e-3,
        dtype: DTypeLike = np.float32,
        seed: Seed = None,
    ) -> None:
        """
        Parameters
        ----------
        input_dim
            (channels, height, width) of the images; height and width are multiples of 2 ** len(blocks).
        blocks
            For each block, the number of filters of each of its convolutions.
        num_classes
            The number of classes.
        filter_size
            The side of the filters, an odd number, so that padding can keep the size of the images.
        global_average
            Whether the affine layer gets the mean over the pixels of each map (Lin et al. 2014) instead of all the
            pixels, which needs fewer weights.
        dropout_keep_ratio
            The probability of keeping an input of the affine layer; 1 for no dropout.
        reg
            The strength of the L2 regularization.
        weight_scale
            The standard deviation of the affine layer's initial weights. Those of the convolutions are He's.
        dtype
            The type of the parameters and of all computations, float32 or float64.
        seed
            As in FullyConnectedNet.

        Raises
        ------
        ValueError
            If an argument does not fit; the message names it.
        """
        channels, H, W = input_dim = image_size("ConvNet", input_dim)
        self.blocks = _blocks(blocks)
        rng, fixed = random_start("ConvNet", seed)
        dropout = DropoutMasks("ConvNet", dropout_keep_ratio, 1, rng, fixed)
        super().__init__(input_dim, num_classes, reg, dtype, dropout)
        filter_size = odd("ConvNet", "filter_size", filter_size)
        self.conv_param = {"stride": 1, "pad": filter_size // 2}
        self.pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
        self.global_average = bool(global_average)
        weight_scale = number("ConvNet", "weight_scale", weight_scale, at_least=0)

        pixels = _pooled("height", H, self.blocks) * _pooled("width", W, self.blocks)  # after the last block
        for i, filters in enumerate((filters for block in self.blocks for filters in block), start=1):
            self.params[f"W{i}"] = he((filters, channels, filter_size, filter_size), dtype=self.dtype, rng=rng)
            self.params[f"gamma{i}"] = np.ones(filters, self.dtype)
            self.params[f"beta{i}"] = np.zeros(filters, self.dtype)
            self.bn_params.append({"mode": "train"})
            channels = filters
        self.num_convolutions = i
        inputs = channels if self.global_average else channels * pixels
        self.params[f"W{i + 1}"] = small_random((inputs, self.num_classes), weight_scale, self.dtype, rng)
        self.params[f"b{i + 1}"] = np.zeros(self.num_classes, self.dtype)

    def layer_list(self) -> list[Layer]:
        channels, H, W = self._image_size()
        found = [self._layer("input", (channels, H, W))]
        for i, ends_block in enumerate(self._block_ends(), start=1):
            channels = len(self.params[f"W{i}"])
            found.append(self._layer("conv", (channels, H, W), i))
            if ends_block:
                H, W = H // 2, W // 2
                found.append(self._layer("max pool", (channels, H, W)))
        if self.global_average:
            found.append(self._layer("mean", (channels,)))
        return [*found, self._layer("affine", (self.num_classes,), self.num_convolutions + 1)]

    def _forward(self, X: FloatArray, mode: str) -> tuple[FloatArray, list[Any]]:
        out = X
        caches: list[Any] = []
        for i, ends_block in enumerate(self._block_ends(), start=1):
            out, cache = self._convolution_forward(out, i, ends_block)
            caches.append(cache)
        if self.global_average:
            caches.append(out.shape)
            out = out.mean(axis=(2, 3))  # (N, F)
        if self.dropout:
            out, cache = layers.dropout_forward(out, self.dropout.param(0, mode))
            caches.append(cache)
        last = self.num_convolutions + 1
        scores, cache = layers.affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])  # (N, C)
        return scores, [*caches, cache]

    def _backward(self, dscores: FloatArray, caches: list[Any]) -> dict[str, FloatArray]:
        grads: dict[str, FloatArray] = {}
        last = self.num_convolutions + 1
        dout, grads[f"W{last}"], grads[f"b{last}"] = layers.affine_backward(dscores, caches.pop())
        if self.dropout:
            dout = layers.dropout_backward(dout, caches.pop())
        if self.global_average:
            shape = caches.pop()  # (N, F, H, W)
            dout = np.broadcast_to(dout[:, :, None, None] / (shape[2] * shape[3]), shape)
        for i, ends_block in zip(range(last - 1, 0, -1), reversed(self._block_ends()), strict=True):
            backward = layers.conv_bn_relu_pool_backward if ends_block else layers.conv_bn_relu_backward
            # popping the cache frees its memory before the next layer allocates its arrays
            dout, grads[f"W{i}"], _, grads[f"gamma{i}"], grads[f"beta{i}"] = backward(dout, caches.pop(), i > 1)
        return grads

    def _convolution_forward(self, x: FloatArray, i: int, ends_block: bool) -> tuple[FloatArray, Any]:
        W, gamma, beta = (self.params[f"{name}{i}"] for name in ("W", "gamma", "beta"))
        bn_param = self.bn_params[i - 1]
        if ends_block:
            return layers.conv_bn_relu_pool_forward(x, W, None, gamma, beta, self.conv_param, bn_param, self.pool_param)
        return layers.conv_bn_relu_forward(x, W, None, gamma, beta, self.conv_param, bn_param)

    def _block_ends(self) -> list[bool]:
        """Return for each convolution whether a pooling follows it."""
        return [j == len(block) for block in self.blocks for j in range(1, len(block) + 1)]


def _blocks(blocks: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    if (
        not isinstance(blocks, (tuple, list))
        or not blocks
        or not all(isinstance(block, (tuple, list)) and block for block in blocks)
    ):
        raise ValueError(
            "ConvNet: blocks should be a list of blocks, each a list with the number of filters of every "
            f"convolution, as in ((32, 32), (64,)), but is {blocks!r}."
        )
    return tuple(
        tuple(integer("ConvNet", "each number of filters in blocks", filters, 1) for filters in block)
        for block in blocks
    )


def _pooled(name: str, size: int, blocks: Sequence[Sequence[int]]) -> int:
    times = 2 ** len(blocks)
    if size % times:
        raise ValueError(
            f"ConvNet: the {name} in input_dim should be a multiple of {times}, since each of the {len(blocks)} "
            f"blocks halves it, but is {size}."
        )
    return size // times
