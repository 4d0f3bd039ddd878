"""Figures of a hyperparameter search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.vis.style import GREY, RED, WIDTH, figure_of, log_axis, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@styled
def search_grid(results: Mapping[tuple[float, float], tuple[float, float]]) -> Figure:
    """Draw training and validation accuracy over learning rate and regularization strength, both on log axes.

    A ring marks the best validation accuracy. A strength of 0 is drawn at the left edge.

    Parameters
    ----------
    results
        {(learning_rate, reg): (training accuracy, validation accuracy)}, with accuracies in 0..1.
    """
    if not results:
        raise ValueError("search_grid: results should be {(learning_rate, reg): (train, val)}, but is empty.")
    rates = np.array([pair[0] for pair in results], dtype=float)
    regs = np.array([pair[1] for pair in results], dtype=float)
    accuracy = 100 * np.array([results[pair] for pair in results], dtype=float)  # (number of runs, 2)
    best = int(np.nanargmax(accuracy[:, 1])) if np.isfinite(accuracy[:, 1]).any() else None
    limits = {"vmin": np.nanmin(accuracy), "vmax": np.nanmax(accuracy)}
    fig, axes = figure_of(WIDTH, 3.6, 1, 2, sharex=True, sharey=True)
    for ax, column, title in zip(axes[0], accuracy.T, ("training", "validation"), strict=True):
        dots = ax.scatter(regs, rates, c=column, s=150, cmap="viridis", edgecolors="white", zorder=3, **limits)
        if len(results) <= 40:
            for x, y, value in zip(regs, rates, column, strict=True):
                ax.annotate(
                    f"{value:.0f}", (x, y), (0, 11), textcoords="offset points", ha="center", fontsize=8, color=GREY
                )
        log_axis(ax, "x", regs)
        log_axis(ax, "y", rates)
        ax.margins(0.15)
        ax.set_title(f"{title} accuracy")
        ax.set_xlabel("regularization strength")
    if best is not None:
        axes[0, 1].scatter(regs[best], rates[best], s=330, facecolors="none", edgecolors=RED, linewidths=2, zorder=4)
        axes[0, 1].set_title(f"validation accuracy, best {accuracy[best, 1]:.1f}%")
    axes[0, 0].set_ylabel("learning rate")
    fig.colorbar(dots, ax=list(axes[0]), label="accuracy (%)", pad=0.015)
    return fig


@styled
def search_scatter(
    results: Iterable[tuple[dict[str, Any], float]], x: str | None = None, y: str | None = None
) -> Figure:
    """Draw the runs of a random search as dots, coloured by their validation accuracy.

    A ring marks the best run, and the title lists its settings.

    Parameters
    ----------
    results
        [(settings, accuracy)], where settings is a dict such as {"learning_rate": 1e-3, "reg": 0.1} and accuracy is in
        0..1.
    x, y
        The names of the settings on the axes, by default the first two. An axis is logarithmic if its values span more
        than a factor of 20.
    """
    results = list(results)
    if not results or not all(len(pair) == 2 and isinstance(pair[0], dict) for pair in results):
        raise ValueError(
            "search_scatter: results should be a list of at least one (settings, accuracy), where settings is a "
            'dict such as {"learning_rate": 1e-3, "reg": 0.1}.'
        )
    names = list(results[0][0])
    x, y = (x or next((name for name in names if name != y), None)), y
    y = y or next((name for name in names if name != x), None)
    shown: list[str] = []
    for name in (x, y):
        if name is None or not all(name in settings for settings, _ in results):
            raise ValueError(f"search_scatter: every run should have two settings, but one has no {name!r}.")
        shown.append(name)
    horizontal, vertical = (np.array([settings[name] for settings, _ in results], dtype=float) for name in shown)
    accuracy = 100 * np.array([each for _, each in results], dtype=float)
    fig, axes = figure_of(WIDTH, 4.2)
    ax = axes[0, 0]
    order = np.argsort(accuracy)  # good runs on top
    dots = ax.scatter(
        horizontal[order], vertical[order], c=accuracy[order], s=90, cmap="viridis", edgecolors="white", zorder=3
    )
    failed = ~np.isfinite(accuracy)
    if failed.any():
        ax.scatter(horizontal[failed], vertical[failed], marker="x", color=GREY, label="no accuracy")
        ax.legend()
    fig.colorbar(dots, ax=ax, label="validation accuracy (%)", pad=0.015)
    if np.isfinite(accuracy).any():
        best = int(np.nanargmax(accuracy))
        ax.scatter(horizontal[best], vertical[best], s=230, facecolors="none", edgecolors=RED, linewidths=2, zorder=4)
        settings = ", ".join(f"{name.replace('_', ' ')} {_short(value)}" for name, value in results[best][0].items())
        ax.set_title(fill(f"best {accuracy[best]:.1f}%: {settings}", 80))
    for axis, values, name in (("x", horizontal, shown[0]), ("y", vertical, shown[1])):
        if np.max(np.abs(values)) > 20 * np.min(np.abs(values)):
            log_axis(ax, axis, values)
        ax.set(**{f"{axis}label": name.replace("_", " ")})
    ax.margins(0.06)
    return fig


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float | np.floating) else str(value)
