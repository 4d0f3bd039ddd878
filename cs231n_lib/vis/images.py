"""Figures of images: samples, neighbours, mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.vis.style import GREEN, GREY, RED, bare, figure_of, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray


@styled
def show_images(
    images: ArrayLike, titles: Sequence[object] | None = None, columns: int = 8, size: float = 0.9
) -> Figure:
    """Draw a grid of images, row by row.

    Parameters
    ----------
    images : (N, ...) array
        Images in one of the forms that help(vis) lists, or one image (H, W, 3).
    titles
        N short texts to write above the images, or None.
    columns
        The number of images per row.
    size
        The width of one image in inches; it is larger if a title needs it.
    """
    images = as_images(images)
    if titles is not None and len(titles) != len(images):
        raise ValueError(
            f"show_images: there should be one title per image, but {len(images)} images have {len(titles)}."
        )
    columns = max(1, min(columns, len(images)))
    rows = -(-len(images) // columns)
    height = size
    if titles is not None:
        lines = [line for title in titles for line in str(title).splitlines()] or [""]
        size = max(size, min(1.8, 0.07 * max(len(line) for line in lines)))
        height = size + 0.1 + 0.15 * max(str(title).count("\n") + 1 for title in titles)
    fig, axes = figure_of(columns * size, rows * height, rows, columns)
    for i, ax in enumerate(axes.flat):
        ax.axis("off")
        if i < len(images):
            draw_image(ax, images[i])
            if titles is not None:
                ax.set_title(str(titles[i]), fontsize=8, loc="center", pad=3)
    return fig


@styled
def samples_per_class(X: ArrayLike, y: ArrayLike, class_names: Sequence[str], n: int = 7) -> Figure:
    """Draw the first n images of every class, one class per row.

    Parameters
    ----------
    X : (N, ...) array
        Images in one of the forms that help(vis) lists.
    y : (N,) integers
        Their labels.
    class_names
        The names of the classes, by label.
    n
        The number of images per class.
    """
    y = np.asarray(y)
    chosen = [np.flatnonzero(y == label)[:n] for label in range(len(class_names))]
    fig, axes = _image_rows(X, chosen, n, 1.1 + 0.62 * n, 0.62 * len(class_names))
    for label, name in enumerate(class_names):
        axes[label, 0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9, labelpad=6)
    return fig


@styled
def neighbors(
    test_images: ArrayLike,
    neighbor_images: ArrayLike,
    test_labels: Sequence[Any] | NDArray[Any] | None = None,
    neighbor_labels: Sequence[Sequence[Any]] | NDArray[Any] | None = None,
    class_names: Sequence[str] | None = None,
) -> Figure:
    """Draw test images with their nearest training images beside them, the nearest first.

    Parameters
    ----------
    test_images : (N, H, W, 3) array
        The test images, one per row of the figure.
    neighbor_images : (N, k, H, W, 3) array
        Their neighbours, for example X_train[nearest] with indices (N, k).
    test_labels : (N,) array
        The labels of the test images, for captions. If neighbor_labels are also given, a neighbour of the same class
        has a green frame; one of another class has a red frame and its name above it.
    neighbor_labels : (N, k) array
        The labels of the neighbours.
    class_names
        The names of the classes, by label; None shows the labels.
    """
    test_images, neighbor_images = np.asarray(test_images), np.asarray(neighbor_images)
    if neighbor_images.ndim < 3 or len(neighbor_images) != len(test_images):
        raise ValueError(
            "neighbors: neighbor_images should have shape (N, k, H, W, 3) with one row per test image, "
            f"but test_images has {test_images.shape} and neighbor_images has {neighbor_images.shape}."
        )
    count, k = neighbor_images.shape[:2]
    tests = as_images(test_images)
    others = as_images(neighbor_images.reshape(count * k, *neighbor_images.shape[2:]))
    fig, axes = figure_of(0.85 * (k + 1), 1.02 * count + 0.3, count, k + 1)
    for i in range(count):
        for j in range(k + 1):
            ax = axes[i, j]
            bare(ax)
            draw_image(ax, tests[i] if j == 0 else others[i * k + j - 1])
            if test_labels is None or neighbor_labels is None:
                continue
            label = test_labels[i] if j == 0 else neighbor_labels[i][j - 1]
            same = label == test_labels[i]
            if j:
                ax.spines[:].set(visible=True, color=GREEN if same else RED, linewidth=2)
            if j == 0 or not same:
                name = label if class_names is None else class_names[int(label)]
                ax.set_title(str(name), fontsize=8, loc="center", pad=3, color="black" if j == 0 else RED)
    fig.suptitle("test image, then its nearest training images", x=0.01, ha="left", fontsize=9, color=GREY)
    return fig


@styled
def misclassified_images(
    X: ArrayLike, y_true: ArrayLike, y_pred: ArrayLike, class_names: Sequence[str], n: int = 8
) -> Figure:
    """Draw for each class the first n images that were wrongly assigned to it, with their true class above them.

    Parameters
    ----------
    X : (N, ...) array
        Images in one of the forms that help(vis) lists.
    y_true, y_pred : (N,) integers
        The true and the predicted labels.
    class_names
        The names of the classes, by label.
    n
        The number of images per class.
    """
    X, y_true, y_pred = np.asarray(X), np.asarray(y_true), np.asarray(y_pred)
    if not y_true.shape == y_pred.shape == (len(X),):
        raise ValueError(
            f"misclassified_images: y_true and y_pred should have shape ({len(X)},), one label per "
            f"image, but have {y_true.shape} and {y_pred.shape}."
        )
    if len(y_true) and not 0 <= y_true.min() <= y_true.max() < len(class_names):
        raise ValueError(
            f"misclassified_images: y_true should be 0..{len(class_names) - 1}, one label per class name, but "
            f"goes from {y_true.min()} to {y_true.max()}."
        )
    wrong = y_true != y_pred
    chosen = [np.flatnonzero(wrong & (y_pred == label))[:n] for label in range(len(class_names))]
    fig, axes = _image_rows(X, chosen, n, 1.4 + 0.76 * n, 0.88 * len(class_names) + 0.3)
    for label, name in enumerate(class_names):
        for ax, index in zip(axes[label], chosen[label], strict=False):
            ax.set_title(str(class_names[int(y_true[index])]), fontsize=8, loc="center", pad=2, color=RED)
        found = int((wrong & (y_pred == label)).sum())
        axes[label, 0].set_ylabel(
            f"{name}?\n{found:,} wrong", rotation=0, ha="right", va="center", fontsize=9, labelpad=6
        )
    fig.suptitle(
        "wrongly assigned to the class on the left; the true class is above each image",
        x=0.01,
        ha="left",
        fontsize=9,
        color=GREY,
    )
    return fig


def _image_rows(
    X: ArrayLike, chosen: Sequence[NDArray[np.intp]], n: int, width: float, height: float
) -> tuple[Figure, NDArray[Any]]:
    """Return (figure, axes) with a row of n axes for each array of indices in chosen, showing those images of X."""
    images = iter(as_images(np.asarray(X)[np.concatenate(chosen)]) if any(map(len, chosen)) else ())
    fig, axes = figure_of(width, height, len(chosen), n)
    for row, indices in zip(axes, chosen, strict=True):
        for j, ax in enumerate(row):
            bare(ax)
            if j < len(indices):
                draw_image(ax, next(images))
    return fig, axes


def as_images(images: ArrayLike) -> NDArray[Any]:
    """Convert images of any form that help(vis) lists to uint8 or floats in 0..1, (N, H, W, C) or (N, H, W)."""
    images = np.asarray(images)
    if images.ndim == 1 or (images.ndim == 3 and images.shape[-1] == 3):
        images = images[None]  # one image
    if images.ndim == 2 and images.shape[1] == 3072:
        images = images.reshape(-1, 32, 32, 3)
    elif images.ndim == 2:
        images = images[None]
    if images.ndim == 4 and images.shape[-1] not in (1, 3) and images.shape[1] in (1, 3):
        images = images.transpose(0, 2, 3, 1)  # (N, C, H, W) -> (N, H, W, C)
    if images.ndim not in (3, 4) or len(images) == 0:
        raise ValueError(f"Images should have shape (N, H, W, 3), (N, H, W) or (N, 3072), but have {images.shape}.")
    if images.dtype == np.uint8:
        return images
    images = images.astype(float)
    low, high = np.nanmin(images), np.nanmax(images)
    if low >= 0 and high <= 1:
        return images
    if low >= 0 and high <= 255:
        return images / 255
    return stretched(images)


def stretched(image: NDArray[Any]) -> NDArray[Any]:
    """Rescale the image so that its smallest value is 0 and its largest is 1."""
    low, high = np.nanmin(image), np.nanmax(image)
    return (image - low) / (high - low) if high > low else np.full_like(image, 0.5)


def draw_image(ax: Axes, image: NDArray[Any]) -> None:
    """Draw one image of `as_images` into the axes."""
    image = image[..., 0] if image.ndim == 3 and image.shape[-1] == 1 else image
    white = 255 if image.dtype == np.uint8 else 1
    ax.imshow(image, cmap="gray", interpolation="nearest", vmin=0, vmax=white)
