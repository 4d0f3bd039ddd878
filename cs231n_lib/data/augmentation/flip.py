"""Random mirror images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cs231n_lib.arguments import generator, number
from cs231n_lib.data.augmentation.batches import image_batch

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from cs231n_lib.data.augmentation.batches import Randomness


def random_horizontal_flip(X: ArrayLike, rng: Randomness = None, p: float = 0.5) -> NDArray[Any]:
    """Mirror each image left to right with probability p; X and the result are (N, C, H, W)."""
    X = image_batch("random_horizontal_flip", X)
    p = number("random_horizontal_flip", "p", p, at_least=0, at_most=1)
    flipped = generator("random_horizontal_flip", "rng", rng).random(len(X)) < p
    out = X.copy()
    out[flipped] = X[flipped, :, :, ::-1]
    return out
