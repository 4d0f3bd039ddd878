"""Random shifts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from cs231n_lib.arguments import float_array, generator, integer
from cs231n_lib.data.augmentation.batches import image_batch

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from cs231n_lib.data.augmentation.batches import Randomness


def random_crop(
    X: ArrayLike, rng: Randomness = None, padding: int = 4, fill: ArrayLike | Literal["reflect"] = 0.0
) -> NDArray[Any]:
    """Shift each image by up to `padding` pixels in each direction, by cropping the padded image to its old size.

    Parameters
    ----------
    X : (N, C, H, W) array
        The images.
    rng
        np.random.Generator or a seed.
    padding
        The number of pixels added on each side.
    fill
        The value of the added pixels, a number or one per channel. For centred images 0 is the mean. "reflect" mirrors
        the image at its border pixels, which adds no edges; the padding must be smaller than the image.

    Returns
    -------
    (N, C, H, W) array
        The images, in X's dtype.
    """
    X = image_batch("random_crop", X)
    padding = integer("random_crop", "padding", padding, 0)
    N, C, H, W = X.shape
    down, right = generator("random_crop", "rng", rng).integers(0, 2 * padding + 1, size=(2, N)).tolist()
    out = np.empty((N, C, H, W), dtype=X.dtype)
    if isinstance(fill, str) and fill == "reflect":
        if padding >= min(H, W):
            raise ValueError(
                f"random_crop: padding should be smaller than images of {H}x{W} to reflect them, but is {padding}."
            )
        rows, columns = (np.pad(np.arange(size), padding, mode="reflect") for size in (H, W))
        for i, (top, left) in enumerate(zip(down, right, strict=True)):
            out[i] = X[i][:, rows[top : top + H, None], columns[left : left + W]]
        return out
    fill = float_array("random_crop", "fill", fill).astype(X.dtype, copy=False)
    if fill.shape not in ((), (C,)):
        raise ValueError(
            f"random_crop: fill should be a number or have shape ({C},), one value per channel, but has {fill.shape}."
        )
    padded = np.empty((C, H + 2 * padding, W + 2 * padding), dtype=X.dtype)
    padded[:] = fill.reshape(-1, 1, 1)
    inside = padded[:, padding : padding + H, padding : padding + W]
    # one padded image, reused for each image, stays in the cache; padding the whole batch is slower
    for i, (top, left) in enumerate(zip(down, right, strict=True)):
        inside[...] = X[i]
        out[i] = padded[:, top : top + H, left : left + W]
    return out
