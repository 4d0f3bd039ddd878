"""A convolutional net that learns fast (Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a single GPU")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib import kernels, layers
from cs231n_lib.arguments import float_array, generator, integer, number
from cs231n_lib.initializers import small_random
from cs231n_lib.models.network import Layer, Network, image_size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, DTypeLike, NDArray

    from cs231n_lib.arguments import FloatArray, Seed

SIDE = 2  # of the patches that the first layer whitens
KEEP = {"stride": 1, "pad": 1}
HALVE = {"pool_height": 2, "pool_width": 2, "stride": 2}


class WhitenedConvNet(Network):
    """whitening - ReLU; blocks of convolutions; the largest value of each map; affine - softmax.

    The first layer is not trained: `whiten` computes its filters from images. They are the principal components of
    patches of 2x2 pixels, scaled to variance 1, and their negatives, so that ReLU loses nothing.

    A block is conv - 2x2 max pool - batch norm - ReLU - conv - batch norm - ReLU. Pooling comes first, so three
    quarters of the values need no normalization. A convolution starts as the identity, as far as it has filters for
    the channels of its input; further filters are random.

    For convolution i = 1, 2, ..., params has Wi, gammai and betai; for the affine layer, which has no bias, W of the
    next number.

    Examples
    --------
    >>> net = WhitenedConvNet(input_dim=(3, 16, 16), blocks=(8, 16), seed=0)
    >>> net.whiten(np.random.default_rng(0).standard_normal((50, 3, 16, 16)))
    >>> {name: array.shape for name, array in net.params.items() if name.startswith("W")}
    {'W1': (8, 24, 3, 3), 'W2': (8, 8, 3, 3), 'W3': (16, 8, 3, 3), 'W4': (16, 16, 3, 3), 'W5': (16, 10)}
    """

    def __init__(
        self,
        input_dim: tuple[int, int, int] = (3, 32, 32),
        blocks: Sequence[int] = (64, 256, 256),
        num_classes: int = 10,
        reg: float = 0.0,
        score_scale: float = 1 / 9,
        dtype: DTypeLike = np.float32,
        seed: Seed = None,
    ) -> None:
        """
        Parameters
        ----------
        input_dim
            (channels, height, width) of the images.
        blocks
            The number of filters of each block's convolutions.
        num_classes
            The number of classes.
        reg
            The strength of the L2 regularization.
        score_scale
            The factor of the scores. A small one lets the affine layer learn fast without large scores.
        dtype
            The type of the parameters and of all computations, float32 or float64.
        seed
            np.random.Generator or a seed, for the initial weights.

        Raises
        ------
        ValueError
            If an argument does not fit; the message names it.
        """
        name = "WhitenedConvNet"
        channels, H, W = input_dim = image_size(name, input_dim)
        super().__init__(input_dim, num_classes, reg, dtype)
        if not isinstance(blocks, (tuple, list)) or not blocks:
            raise ValueError(f"{name}: blocks should be a list with the filters of each block, but is {blocks!r}.")
        self.blocks = [integer(name, "each number of filters in blocks", filters, 1) for filters in blocks]
        if min(H, W) < 2 ** len(blocks):
            raise ValueError(
                f"{name}: images should have at least {2 ** len(blocks)} pixels on each side, since each of the "
                f"{len(blocks)} blocks halves them, but input_dim is {input_dim}."
            )
        self.score_scale = number(name, "score_scale", score_scale, above=0)
        rng = generator(name, "seed", seed)

        inputs = channels * SIDE * SIDE
        eye = np.eye(inputs, dtype=self.dtype)
        self.whitening = np.concatenate([eye, -eye]).reshape(2 * inputs, channels, SIDE, SIDE)
        channels = len(self.whitening)
        for i, filters in enumerate((filters for filters in self.blocks for _ in "12"), start=1):
            W_i = small_random((filters, channels, 3, 3), (27 * channels) ** -0.5, self.dtype, rng)
            same = np.arange(min(filters, channels))
            W_i[same] = 0
            W_i[same, same, 1, 1] = 1
            self.params[f"W{i}"] = W_i
            for name, value in (("gamma", 1), ("beta", 0)):
                self.params[f"{name}{i}"] = np.full(filters, value, self.dtype)
            self.bn_params.append({"mode": "train"})
            channels = filters
        shape = channels, self.num_classes
        self.params[f"W{i + 1}"] = small_random(shape, (3 * channels) ** -0.5, self.dtype, rng)

    def whiten(self, X: ArrayLike, eps: float = 1e-2) -> None:
        """Compute the filters of the first layer.

        Parameters
        ----------
        X : (N, C, H, W) array
            Training images; a few thousand are enough.
        eps
            The number that is added to each variance, so that components with hardly any variance, which are noise,
            stay small. It fits images whose values have a variance of about 1.

        Raises
        ------
        ValueError
            If an argument does not fit; the message names it.
        """
        name = "WhitenedConvNet.whiten"
        X, eps = float_array(name, "X", X), number(name, "eps", eps, above=0)
        self._refuse_size(name, X)
        if len(X) == 0:
            raise ValueError(f"{name}: X should hold at least one image, but is empty.")
        windows = np.lib.stride_tricks.sliding_window_view(X, (SIDE, SIDE), axis=(2, 3))  # (N, C, H', W', SIDE, SIDE)
        patches = windows.transpose(0, 2, 3, 1, 4, 5).reshape(-1, X.shape[1] * SIDE * SIDE)
        variances, components = np.linalg.eigh((patches.T @ patches).astype(np.float64) / len(patches))
        filters = (components / np.sqrt(np.maximum(variances, 0) + eps)).T[::-1]  # the largest variance first
        self.whitening = np.concatenate([filters, -filters]).reshape(self.whitening.shape).astype(self.dtype)

    def layer_list(self) -> list[Layer]:
        channels, H, W = self._image_size()
        found = [self._layer("input", (channels, H, W))]
        found.append(Layer("whitening", (len(self.whitening), H, W), {}))
        for i, halves in enumerate(self._halving(), start=1):
            channels = len(self.params[f"W{i}"])
            found += [self._layer("conv", (channels, H, W), i)]
            if halves:
                H, W = H // 2, W // 2
                found += [self._layer("max pool", (channels, H, W))]
        found.append(self._layer("max", (channels,)))
        return [*found, self._layer("affine", (self.num_classes,), 2 * len(self.blocks) + 1)]

    def state(self) -> dict[str, NDArray[Any]]:
        return super().state() | {"whitening": self.whitening}

    def load_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        super().load_state(state)
        self.whitening = np.array(state["whitening"])

    def _forward(self, X: FloatArray, mode: str) -> tuple[FloatArray, list[Any]]:
        # Rows and columns are repeated, so that the maps are as large as the images. Zeros would be edges, and
        # whitening enlarges the finest contrasts most.
        before = (SIDE - 1, 0)
        out = kernels.conv_forward(np.pad(X, ((0, 0), (0, 0), before, before), mode="edge"), self.whitening, relu=True)
        caches: list[Any] = []
        for i, halves in enumerate(self._halving(), start=1):
            out, conv_cache = layers.conv_forward_fast(out, self.params[f"W{i}"], None, KEEP)
            pool_cache = None
            if halves:
                out, pool_cache = layers.max_pool_forward_fast(out, HALVE)
            gamma, beta = self.params[f"gamma{i}"], self.params[f"beta{i}"]
            out, norm_cache = layers.spatial_batchnorm_forward(out, gamma, beta, self.bn_params[i - 1])
            out = kernels.rectify(out, in_place=True)
            caches.append((conv_cache, pool_cache, norm_cache, out))
        H, W = out.shape[2:]
        out, cache = layers.max_pool_forward_fast(out, {"pool_height": H, "pool_width": W, "stride": 1})
        caches.append(cache)
        weights = self.params[f"W{2 * len(self.blocks) + 1}"]
        scores, affine_cache = layers.affine_forward(out, weights, np.zeros(self.num_classes, weights.dtype))
        scores *= self.score_scale
        return scores, [*caches, affine_cache]

    def _backward(self, dscores: FloatArray, caches: list[Any]) -> dict[str, FloatArray]:
        grads: dict[str, FloatArray] = {}
        last = 2 * len(self.blocks) + 1
        dscores = dscores * dscores.dtype.type(self.score_scale)
        dout, grads[f"W{last}"], _ = layers.affine_backward(dscores, caches.pop())
        dout = layers.max_pool_backward_fast(dout, caches.pop())
        for i in range(last - 1, 0, -1):
            # a cache that is popped is freed here, before a layer makes arrays of its own
            conv_cache, pool_cache, norm_cache, out = caches.pop()
            dout = kernels.rectify_backward(dout, out)
            dout, grads[f"gamma{i}"], grads[f"beta{i}"] = layers.spatial_batchnorm_backward(dout, norm_cache)
            if pool_cache:
                dout = layers.max_pool_backward_fast(dout, pool_cache)
            dout, grads[f"W{i}"], _ = layers.conv_backward_fast(dout, conv_cache, i > 1)
        return grads

    def _halving(self) -> list[bool]:
        """Return for each convolution whether a pooling follows it."""
        return [True, False] * len(self.blocks)
