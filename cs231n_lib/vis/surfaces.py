"""Figures of a loss surface over two parameters, and of the paths that update rules take on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.vis.style import BLUE, GREY, RED, WIDTH, figure_of, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

MOST_COLUMNS = 3  # the most paths side by side


@styled
def paths(
    loss: Callable[[Any], Any],
    traces: Mapping[str, ArrayLike],
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    minima: ArrayLike = (),
    levels: int = 14,
) -> Figure:
    """Draw each path over the contours of a loss surface, in axes of its own, with the last loss in the title.

    A ring marks where a path begins and a dot where it ends. A path that leaves the axes is cut off at their border.

    Parameters
    ----------
    loss
        A function of an array (..., 2) of points, which returns their losses (...).
    traces
        {name: points (T, 2), from the start to the end}.
    xlim, ylim
        The part of the plane that is shown.
    minima
        Points (M, 2) to mark with a star.
    levels
        The number of contours. Their distances grow with the loss, so that a flat valley has some, too.
    """
    points = {name: np.asarray(trace, dtype=float) for name, trace in traces.items()}
    for name, trace in points.items():
        if trace.ndim != 2 or trace.shape[1] != 2 or len(trace) == 0:
            raise ValueError(f"paths: the trace {name!r} should have shape (T, 2), but has {trace.shape}.")
    if not points:
        raise ValueError("paths: traces should be {name: points (T, 2)}, but is empty.")
    columns = min(MOST_COLUMNS, len(points))
    rows = -(-len(points) // columns)
    fig, axes = figure_of(WIDTH, 2.4 * rows + 0.3, rows, columns, sharex=True, sharey=True)
    across, up = np.meshgrid(np.linspace(*xlim, 161), np.linspace(*ylim, 161))
    heights = np.asarray(loss(np.stack([across, up], axis=-1)), dtype=float)  # (161, 161)
    lowest = heights.min()
    bounds = lowest + (heights.max() - lowest) * np.linspace(0, 1, levels + 1) ** 3
    for ax in axes.flat[len(points) :]:
        ax.axis("off")
    for ax, (name, trace) in zip(axes.flat, points.items(), strict=False):
        ax.contourf(across, up, heights, levels=bounds, cmap="Greys", alpha=0.35)
        ax.contour(across, up, heights, levels=bounds, colors=GREY, linewidths=0.4, alpha=0.6)
        ax.plot(*trace.T, color=BLUE, linewidth=1.1, marker=".", markersize=3.5)
        ax.plot(*trace[0], "o", color=BLUE, markerfacecolor="white", markersize=7)
        ax.plot(*trace[-1], "o", color=RED, markersize=5)
        for minimum in np.reshape(minima, (-1, 2)):
            ax.plot(*minimum, "*", color="black", markersize=8, zorder=3)
        steps = f"{len(trace) - 1} step{'s' * (len(trace) != 2)}"
        with np.errstate(all="ignore"):
            ax.set_title(f"{name}\nloss {float(loss(trace[-1])):.2g} after {steps}", fontsize=9)
        ax.set(xlim=xlim, ylim=ylim)
        ax.grid(False)
    fig.supxlabel("$w_1$", fontsize=10)
    fig.supylabel("$w_2$", fontsize=10)
    return fig
