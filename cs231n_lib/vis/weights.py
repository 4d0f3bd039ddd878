"""Figures of weights and of activation maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.vis.images import as_images, draw_image, show_images, stretched
from cs231n_lib.vis.style import GREY, WIDTH, bare, figure_of, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

MOST_FILTERS, MOST_CHANNELS = 12, 16  # the most filters and channels shown, for filters with more channels than images


@styled
def weight_templates(
    W: ArrayLike, class_names: Sequence[str], image_shape: tuple[int, int, int] = (32, 32, 3)
) -> Figure:
    """Draw the weights of each class of a linear classifier as an image, the template of that class.

    Parameters
    ----------
    W : (D, C) or (D + 1, C) array
        The weights, where D is the number of values per image. An extra last row, the biases, is not shown.
    class_names
        The names of the C classes. Each template is rescaled separately, from black to white.
    image_shape
        The shape of the images before they were flattened.
    """
    W = np.asarray(W, dtype=float)
    pixels = int(np.prod(image_shape))
    if W.ndim != 2 or W.shape[0] not in (pixels, pixels + 1) or W.shape[1] != len(class_names):
        raise ValueError(
            f"weight_templates: W should have shape ({pixels} or {pixels + 1}, {len(class_names)}), "
            f"one column per class, but has {W.shape}."
        )
    templates = W[:pixels].T.reshape(-1, *image_shape)  # (C, H, W, 3)
    templates = np.stack([stretched(template) for template in templates])
    return show_images(templates, titles=class_names, columns=5, size=1.3)


@styled
def weight_grid(
    weights: ArrayLike, image_shape: tuple[int, int, int] = (32, 32, 3), columns: int | None = None
) -> Figure:
    """Draw filters of a net as images, each rescaled separately from its smallest to its largest value.

    Parameters
    ----------
    weights : (F, C, H, W) or (D, F) array
        The filters of a convolution, or the first layer of a fully connected net. Filters with 3 channels are shown in
        colour. For other filters each channel is one image, with one row per filter and low values dark; the figure
        shows the first 12 filters and 16 channels.
    image_shape
        For weights (D, F), the shape of the images before they were flattened, (32, 32, 3) or (3, 32, 32).
    columns
        The number of images per row.
    """
    tiles, captions = _filters(np.asarray(weights, dtype=float), image_shape)
    if captions:
        columns = captions.pop("columns")
    size = max(1, 24 // tiles.shape[1])  # enlarged, so that the gaps are thin even for small filters
    tiles = tiles.repeat(size, axis=1).repeat(size, axis=2)
    columns = min(columns or int(np.ceil(np.sqrt(1.6 * len(tiles)))), len(tiles))
    rows = -(-len(tiles) // columns)
    color = tiles.shape[-1] == 3
    grid = _mosaic(
        np.stack([stretched(tile) for tile in tiles]),
        columns,
        gap=1.0 if color else np.nan,
        padding=max(1, tiles.shape[1] // (12 if color else 6)),
    )
    width = min(WIDTH, 0.8 * columns)
    fig, axes = figure_of(width, min(10.0, width * rows / columns * tiles.shape[1] / tiles.shape[2]))
    bare(axes[0, 0])
    axes[0, 0].imshow(grid if color else grid[..., 0], cmap="viridis", vmin=0, vmax=1, interpolation="nearest")
    axes[0, 0].set(**captions)
    return fig


@styled
def activation_maps(image: ArrayLike, maps: ArrayLike, columns: int | None = None) -> Figure:
    """Draw an image and the activation map of each filter of a layer, each map rescaled separately.

    Parameters
    ----------
    image : (H, W, 3) or (3, H, W) array
        The image.
    maps : (F, H', W') array
        The layer's output for this image.
    columns
        The number of maps per row.
    """
    maps = np.asarray(maps, dtype=float)
    if maps.ndim != 3 or maps.size == 0:
        raise ValueError(
            "activation_maps: maps should have shape (F, H, W), the layer's output for one image, but has "
            f"{maps.shape}."
        )
    shown = as_images(np.asarray(image)[None])[0]
    columns = min(columns or int(np.ceil(np.sqrt(1.6 * len(maps)))), len(maps))
    rows = -(-len(maps) // columns)
    height = min(6.0, 5.4 * rows * maps.shape[1] / (columns * maps.shape[2])) + 0.3
    fig, axes = figure_of(WIDTH, max(height, 2.2), 1, 2, width_ratios=[2, 5.4])
    for ax, title in zip(
        axes[0], ("image", _many(len(maps), "map") + f" of {maps.shape[1]}x{maps.shape[2]}"), strict=True
    ):
        bare(ax)
        ax.set_anchor("NW")
        ax.set_title(title, fontsize=9, color=GREY)
    draw_image(axes[0, 0], shown)
    gap = max(1, maps.shape[1] // 16)
    # a constant map, mostly that of a unit that is off, is black
    tiles = np.stack([stretched(each) if np.ptp(each) else np.zeros_like(each) for each in maps])
    grid = _mosaic(tiles[..., None], columns, np.nan, gap)[..., 0]
    axes[0, 1].imshow(grid, cmap="magma", vmin=0, vmax=1, interpolation="nearest")
    return fig


def visualize_grid(Xs: ArrayLike, ubound: float = 255.0, padding: int = 1) -> NDArray[np.float64]:
    """Arrange images (N, H, W, C) in one nearly square image (rows, columns, C), each rescaled to 0..ubound.

    The gaps between the images are 0. Name and arguments are those of the course's public `cs231n` package.
    `weight_grid` draws such an array.
    """
    Xs = np.asarray(Xs, dtype=float)
    if Xs.ndim != 4 or len(Xs) == 0:
        raise ValueError(f"visualize_grid: Xs should have shape (N, H, W, C), but has {Xs.shape}.")
    tiles = ubound * np.stack([stretched(tile) for tile in Xs])
    return _mosaic(tiles, int(np.ceil(np.sqrt(len(Xs)))), 0.0, padding)


def _filters(weights: NDArray[Any], image_shape: Sequence[int]) -> tuple[NDArray[Any], dict[str, Any]]:
    """Return the filters as images (N, H, W, C), and the captions and columns of their grid, or {} without captions."""
    if weights.ndim == 2:
        image_shape = tuple(image_shape)
        if weights.shape[0] != np.prod(image_shape) or weights.size == 0:
            raise ValueError(
                f"weight_grid: weights should have shape ({np.prod(image_shape)}, F), one row per value "
                f"of an image {image_shape}, but has {weights.shape}. Does image_shape fit?"
            )
        tiles = weights.T.reshape(-1, *image_shape)
        return (tiles if image_shape[-1] in (1, 3) else tiles.transpose(0, 2, 3, 1)), {}
    if weights.ndim != 4 or weights.size == 0:
        raise ValueError(
            "weight_grid: weights should have shape (F, C, H, W), for filters, or (D, F), for a first layer, "
            f"but has {weights.shape}."
        )
    F, C, H, W = weights.shape
    if C in (1, 3):
        return weights.transpose(0, 2, 3, 1), {}
    tiles = weights[:MOST_FILTERS, :MOST_CHANNELS]
    f, c = tiles.shape[:2]
    return tiles.reshape(f * c, H, W, 1), {
        "columns": c,
        "ylabel": "filter" if f == F else f"filter (the first {f} of {F})",
        "xlabel": "channel" if c == C else f"channel (the first {c} of {C})",
    }


def _mosaic(tiles: NDArray[Any], columns: int, gap: float, padding: int = 1) -> NDArray[np.float64]:
    """Arrange tiles (N, H, W, C) in one array, with lines of the value `gap` between them."""
    N, H, W, C = tiles.shape
    rows = -(-N // columns)
    grid = np.full((rows * (H + padding) - padding, columns * (W + padding) - padding, C), gap)
    for i, tile in enumerate(tiles):
        top, left = i // columns * (H + padding), i % columns * (W + padding)
        grid[top : top + H, left : left + W] = tile
    return grid


def _many(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")
