"""Figures of masks: the class of every pixel, and how a predicted mask overlaps the true one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.vis.images import as_images, draw_image
from cs231n_lib.vis.style import BLUE, GREEN, GREY, RED, bare, figure_of, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray


@styled
def masks(
    X: ArrayLike,
    y: ArrayLike,
    predictions: ArrayLike | dict[str, ArrayLike] | None = None,
    class_names: Sequence[str] = (),
) -> Figure:
    """Draw images above their masks and predicted masks, with one colour per class and a legend.

    Parameters
    ----------
    X : (N, ...) array
        Images in one of the forms that help(vis) lists.
    y : (N, H, W) integers
        The class of each pixel. Class 0, the background, is light grey; negative numbers (no label) are white.
    predictions : (N, H, W) integers, or a dict of them
        Predicted classes: one row of the figure, or one for each name in the dict. None for no row.
    class_names
        The names of the classes, by number, for the legend.
    """
    if not isinstance(predictions, dict):
        predictions = {} if predictions is None else {"predicted": predictions}
    rows = {"true": _mask("masks", "y", y)}
    rows |= {str(name): _mask("masks", f"predictions[{name!r}]", mask) for name, mask in predictions.items()}
    images = as_images(X)
    shape = rows["true"].shape
    for name, mask in rows.items():
        if mask.shape != shape or len(mask) != len(images):
            raise ValueError(
                f"masks: there should be one mask per image, all of one size, but the images have {images.shape}, the "
                f"true masks {shape}, and those in row {name!r} {mask.shape}."
            )
    found = sorted({int(label) for mask in rows.values() for label in np.unique(mask)})
    count = max(len(class_names), found[-1] + 1)
    colors = _colors(count)
    fig, axes = figure_of(0.5 + 0.85 * len(images), 0.88 * (1 + len(rows)) + 0.5, 1 + len(rows), len(images))
    for column, image in enumerate(images):
        bare(axes[0, column])
        draw_image(axes[0, column], image)
        for row, mask in enumerate(rows.values(), start=1):
            bare(axes[row, column])
            axes[row, column].imshow(colors[mask[column]], interpolation="nearest")  # -1 is the last colour
    for row, name in enumerate(("image", *rows)):
        axes[row, 0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9, labelpad=6)
    shown = [label for label in found if 0 <= label < len(class_names)]
    if shown:
        import matplotlib.patches as patches

        handles = [patches.Patch(facecolor=colors[label], label=str(class_names[label])) for label in shown]
        fig.legend(handles=handles, loc="outside lower center", ncols=min(6, len(handles)), fontsize=8)
    return fig


@styled
def mask_overlap(pred: ArrayLike, y: ArrayLike, titles: Sequence[object] | None = None) -> Figure:
    """Draw where predicted and true masks of one class agree, with the number of pixels of each kind.

    Green pixels are in both masks, red ones in the predicted mask only, blue ones in the true mask only.

    Parameters
    ----------
    pred, y : (N, H, W) booleans
        The predicted and the true masks of one class.
    titles
        N short texts to write above the masks, or None.
    """
    pred, y = np.asarray(pred, dtype=bool), np.asarray(y, dtype=bool)
    if pred.ndim != 3 or pred.shape != y.shape or len(pred) == 0:
        raise ValueError(
            f"mask_overlap: pred and y should have the same shape (N, H, W), but have {pred.shape} and {y.shape}."
        )
    import matplotlib.colors
    import matplotlib.patches as patches

    kinds = pred + 2 * y.astype(int)  # 0 neither, 1 only predicted, 2 only true, 3 both
    colors = np.array([matplotlib.colors.to_rgb(color) for color in ("#eeeeee", RED, BLUE, GREEN)])
    fig, axes = figure_of(max(5.0, 1.35 * len(pred)), 2.15, 1, len(pred))
    for i, ax in enumerate(axes[0]):
        bare(ax)
        ax.imshow(colors[kinds[i]], interpolation="nearest")
        one, two, both = (int(np.sum(kinds[i] == kind)) for kind in (1, 2, 3))
        text = f"both {both}\nonly predicted {one}\nonly true {two}"
        ax.set_xlabel(text, fontsize=8, color=GREY)
        if titles is not None:
            ax.set_title(str(titles[i]), fontsize=9, loc="center", pad=3)
    names = {"in both": GREEN, "only predicted": RED, "only true": BLUE}
    handles = [patches.Patch(facecolor=color, label=name) for name, color in names.items()]
    fig.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=8)
    return fig


def _mask(function: str, name: str, mask: ArrayLike) -> NDArray[np.intp]:
    """Return a mask as integers (N, H, W), with -1 for all pixels without a label."""
    mask = np.asarray(mask)
    if mask.ndim != 3 or mask.dtype.kind not in "iu" or mask.size == 0:
        raise ValueError(
            f"{function}: {name} should hold integers of shape (N, H, W), but holds {mask.dtype} of shape {mask.shape}."
        )
    return np.maximum(mask.astype(np.intp), -1)


def _colors(count: int) -> NDArray[Any]:
    """Return (count + 1, 3) colours: light grey for class 0, a colour for each other class, and white."""
    import matplotlib

    table = matplotlib.colormaps["tab20"](np.arange(20))[:, :3]
    order = [*range(0, 14, 2), *range(16, 20, 2), *range(1, 14, 2), 17, 19]  # strong colours first, without the greys
    others = [table[order[i % len(order)]] for i in range(max(count - 1, 0))]
    return np.array([(0.9, 0.9, 0.9), *others, (1.0, 1.0, 1.0)])
