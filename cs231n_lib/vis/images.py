"""Pictures of images: samples, neighbours, mistakes."""

import numpy as np

from cs231n_lib.vis.style import GREEN, GREY, RED, bare, figure_of, styled


@styled
def show_images(images, titles=None, columns=8, size=0.9):
    """A grid of images, row by row.

    Arguments
    - images: (N, ...) as the package says, or one image (H, W, 3).
    - titles: N short texts over the images, or None.
    - columns: images per row; size: the width of one image in inches, more if its title needs it.
    """
    images = as_images(images)
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"show_images: {len(titles)} titles for {len(images)} images")
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
def samples_per_class(X, y, class_names, n=7):
    """The first n images of every class, one class per row.

    Arguments: X images (N, ...), y labels (N,), class_names by label, n images per class.
    """
    y = np.asarray(y)
    chosen = [np.flatnonzero(y == label)[:n] for label in range(len(class_names))]
    fig, axes = _image_rows(X, chosen, n, 1.1 + 0.62 * n, 0.62 * len(class_names))
    for label, name in enumerate(class_names):
        axes[label, 0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9, labelpad=6)
    return fig


@styled
def neighbors(test_images, neighbor_images, test_labels=None, neighbor_labels=None, class_names=None):
    """Test images with their nearest training images beside them, the nearest first.

    Arguments
    - test_images: (N, H, W, 3); neighbor_images: (N, k, H, W, 3), e.g. X_train[nearest] with indices (N, k).
    - test_labels (N,), neighbor_labels (N, k), class_names: captions, with a frame green for a neighbour of the
      same class and red for another one, whose name is given. Optional.
    """
    test_images, neighbor_images = np.asarray(test_images), np.asarray(neighbor_images)
    if neighbor_images.ndim < 3 or len(neighbor_images) != len(test_images):
        raise ValueError("neighbors: neighbor_images should have shape (N, k, H, W, 3) with one row per test image, "
                         f"but test_images has {test_images.shape} and neighbor_images {neighbor_images.shape}")
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
def misclassified_images(X, y_true, y_pred, class_names, n=8):
    """For each class the first n images that were wrongly taken for it; above each stands what it is.

    Arguments: X images (N, ...), y_true and y_pred (N,) integers, class_names by label, n images per class.
    """
    X, y_true, y_pred = np.asarray(X), np.asarray(y_true), np.asarray(y_pred)
    if not y_true.shape == y_pred.shape == (len(X),):
        raise ValueError(f"misclassified_images: y_true and y_pred should have shape ({len(X)},), one label per "
                         f"image, but have {y_true.shape} and {y_pred.shape}")
    if len(y_true) and not 0 <= y_true.min() <= y_true.max() < len(class_names):
        raise ValueError(f"misclassified_images: y_true should be 0..{len(class_names) - 1}, as class_names says, but "
                         f"goes from {y_true.min()} to {y_true.max()}")
    wrong = y_true != y_pred
    chosen = [np.flatnonzero(wrong & (y_pred == label))[:n] for label in range(len(class_names))]
    fig, axes = _image_rows(X, chosen, n, 1.4 + 0.76 * n, 0.88 * len(class_names) + 0.3)
    for label, name in enumerate(class_names):
        for ax, index in zip(axes[label], chosen[label], strict=False):
            ax.set_title(str(class_names[int(y_true[index])]), fontsize=8, loc="center", pad=2, color=RED)
        found = int((wrong & (y_pred == label)).sum())
        axes[label, 0].set_ylabel(f"{name}?\n{found:,} wrong", rotation=0, ha="right", va="center", fontsize=9,
                                  labelpad=6)
    fig.suptitle("taken for the class on the left; what each is stands above it", x=0.01, ha="left", fontsize=9,
                 color=GREY)
    return fig


def _image_rows(X, chosen, n, width, height):
    """(figure, axes) with a row of n axes for each array of indices in chosen, and those images of X in them."""
    images = iter(as_images(np.asarray(X)[np.concatenate(chosen)]) if any(map(len, chosen)) else ())
    fig, axes = figure_of(width, height, len(chosen), n)
    for row, indices in zip(axes, chosen, strict=True):
        for j, ax in enumerate(row):
            bare(ax)
            if j < len(indices):
                draw_image(ax, next(images))
    return fig, axes


def as_images(images):
    """Images of any kind that the package takes as uint8, or as floats in 0..1: (N, H, W, C) or (N, H, W)."""
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
        raise ValueError(f"images should have shape (N, H, W, 3), (N, H, W) or (N, 3072), but have {images.shape}")
    if images.dtype == np.uint8:
        return images
    images = images.astype(float)
    low, high = np.nanmin(images), np.nanmax(images)
    if low >= 0 and high <= 1:
        return images
    if low >= 0 and high <= 255:
        return images / 255
    return stretched(images)


def stretched(image):
    """The image with its smallest value at 0 and its largest at 1."""
    low, high = np.nanmin(image), np.nanmax(image)
    return (image - low) / (high - low) if high > low else np.full_like(image, 0.5)


def draw_image(ax, image):
    image = image[..., 0] if image.ndim == 3 and image.shape[-1] == 1 else image
    limits = {"vmin": 0, "vmax": 255 if image.dtype == np.uint8 else 1}
    ax.imshow(image, cmap="gray", interpolation="nearest", **limits)
