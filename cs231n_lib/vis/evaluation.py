"""Figures of accuracy, distances, confusion and running time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.vis.style import BLUE, RED, WIDTH, figure_of, styled, ticks_at

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike


@styled
def accuracy_against_k(results: Mapping[int, Sequence[float]]) -> Figure:
    """Draw the cross-validated accuracy of k nearest neighbours: a dot per fold, and their mean and spread as a line.

    Parameters
    ----------
    results
        {k: [accuracy of each fold]} with accuracies in 0..1. The figure marks the best k.
    """
    if not results:
        raise ValueError("accuracy_against_k: results should be {k: [accuracy of each fold]}, but is empty.")
    ks = sorted(results)
    mean = np.array([np.mean(results[k]) for k in ks])
    std = np.array([np.std(results[k]) for k in ks])
    best = int(np.argmax(mean))
    fig, axes = figure_of(WIDTH, 3.6)
    ax = axes[0, 0]
    for k in ks:
        ax.scatter([k] * len(results[k]), np.multiply(results[k], 100), s=14, color=BLUE, alpha=0.35, linewidths=0)
    ax.errorbar(ks, 100 * mean, yerr=100 * std, color=BLUE, capsize=3, elinewidth=1.2, label="mean ± std over folds")
    ax.plot(
        ks[best],
        100 * mean[best],
        "o",
        ms=9,
        mfc="none",
        mec=RED,
        mew=2,
        label=f"best: k = {ks[best]}, {100 * mean[best]:.1f}%",
    )
    if ks[0] > 0 and ks[-1] / ks[0] >= 20:
        ax.set_xscale("log")
    ticks_at(ax, ks)
    ax.set_xlabel("k, number of neighbours that vote")
    ax.set_ylabel("validation accuracy (%)")
    ax.legend()
    return fig


@styled
def distance_matrix(dists: ArrayLike) -> Figure:
    """Draw the distances between test images (rows) and training images (columns); small distances are dark.

    Parameters
    ----------
    dists : (num_test, num_train) array
        The distances. The figure shows at most the first 200 rows and 500 columns.
    """
    dists = np.asarray(dists)
    if dists.ndim != 2:
        raise ValueError(f"distance_matrix: dists should have shape (num_test, num_train), but has {dists.shape}.")
    shown = dists[:200, :500]
    fig, axes = figure_of(WIDTH, 1.0 + WIDTH * min(0.6, max(0.2, shown.shape[0] / shown.shape[1])))
    ax = axes[0, 0]
    ax.grid(False)
    picture = ax.imshow(shown, cmap="viridis", aspect="auto", interpolation="nearest")
    fig.colorbar(picture, ax=ax, label="distance", pad=0.015)
    ax.set_xlabel(_counted("training image", shown.shape[1], dists.shape[1]))
    ax.set_ylabel(_counted("test image", shown.shape[0], dists.shape[0]))
    return fig


@styled
def confusion_matrix(y_true: ArrayLike, y_pred: ArrayLike, class_names: Sequence[str] | None = None) -> Figure:
    """Draw the confusion matrix: the percentage of the images of each class (row) that get each label (column).

    Parameters
    ----------
    y_true, y_pred : (N,) integers
        The true and the predicted labels, from 0.
    class_names
        The names of the classes, by label; None for the numbers.
    """
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.ndim != 1 or y_true.shape != y_pred.shape or len(y_true) == 0:
        raise ValueError(
            "confusion_matrix: y_true and y_pred should have the same shape (N,) with N at least 1, "
            f"but have {y_true.shape} and {y_pred.shape}."
        )
    if y_true.dtype.kind not in "biu" or y_pred.dtype.kind not in "biu":
        raise ValueError(
            "confusion_matrix: y_true and y_pred should hold integer class numbers, but hold "
            f"{y_true.dtype} and {y_pred.dtype}."
        )
    y_true, y_pred = y_true.astype(np.intp), y_pred.astype(np.intp)  # uint8 would overflow below
    count = len(class_names) if class_names is not None else int(max(y_true.max(), y_pred.max())) + 1
    low, high = min(y_true.min(), y_pred.min()), max(y_true.max(), y_pred.max())
    if low < 0 or high >= count:
        raise ValueError(f"confusion_matrix: labels should be 0..{count - 1}, but go from {low} to {high}.")
    names = [str(name) for name in (class_names if class_names is not None else range(count))]
    counts = np.bincount(y_true * count + y_pred, minlength=count * count).reshape(count, count)
    percent = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = min(WIDTH, 2.2 + 0.48 * count)
    fig, axes = figure_of(size, size * 0.87)
    ax = axes[0, 0]
    ax.grid(False)
    picture = ax.imshow(percent, cmap="Blues", vmin=0, vmax=100)
    fig.colorbar(picture, ax=ax, label="of the true class (%)", pad=0.015, shrink=0.8)
    if count <= 20:
        for i, j in np.ndindex(percent.shape):
            if round(percent[i, j]):
                ax.text(
                    j,
                    i,
                    f"{percent[i, j]:.0f}",
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="white" if percent[i, j] > 55 else "black",
                )
    slanted = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if max(map(len, names)) > 3 else {}
    ax.set_xticks(range(count), names, **slanted)
    ax.set_yticks(range(count), names)
    ax.tick_params(length=0)
    ax.set_xlabel("predicted class")
    ax.set_ylabel("true class")
    ax.set_title(f"{100 * np.trace(counts) / len(y_true):.1f}% of {len(y_true):,} are right")
    return fig


@styled
def times(seconds: Mapping[str, float]) -> Figure:
    """Draw running times as bars on a log axis, and write how many times faster than the slowest each one is.

    Parameters
    ----------
    seconds
        {name: running time in seconds}.
    """
    names, values = list(seconds), np.array(list(seconds.values()), dtype=float)
    fig, axes = figure_of(WIDTH, 0.7 + 0.42 * len(names))
    ax = axes[0, 0]
    ax.barh(names, values, color=BLUE, height=0.6)
    ax.set_xscale("log")
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    for i, value in enumerate(values):
        ratio = values.max() / value
        faster = f"{ratio:.3g}" if ratio < 100 else f"{float(f'{ratio:.2g}'):,.0f}"
        text = _duration(value) + (f", {faster}x faster" if ratio >= 1.05 else "")
        ax.annotate(text, (value, i), (5, 0), textcoords="offset points", va="center", fontsize=9)
    ax.set_xlim(values.min() / 4, values.max() * 8)
    ax.set_xlabel("time (s)")
    return fig


def _counted(what: str, shown: int, total: int) -> str:
    return what if shown == total else f"{what} (the first {shown} of {total:,})"


def _duration(seconds: float) -> str:
    unit, scale = ("s", 1) if seconds >= 1 else ("ms", 1e-3) if seconds >= 1e-3 else ("µs", 1e-6)
    return f"{seconds / scale:.3g} {unit}"
