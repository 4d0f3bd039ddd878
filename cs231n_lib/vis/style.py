"""The style of the figures, and functions for drawing them with matplotlib."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

# Okabe & Ito's palette, which readers with any kind of colour vision can distinguish, but with a red that looks red
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#CC0000"
GREY = "#6b6b6b"
WIDTH = 7.5  # inches, which fits the column of a notebook

STYLE: dict[Any, Any] = {  # Any, since matplotlib's type is a list of all possible keys
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.labelsize": 10,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.8,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": "black",
    "ytick.labelcolor": "black",
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 1.8,
    "font.size": 10,
}


def styled(draw: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Make a function draw in the course's style, without changing the user's matplotlib settings."""

    # matplotlib reads its settings when it creates each part of a figure, so the style must hold for the whole function
    @wraps(draw)
    def styled(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        import matplotlib.pyplot as plt

        with plt.rc_context(STYLE):
            return draw(*args, **kwargs)

    return styled


def figure_of(
    width: float, height: float, rows: int = 1, columns: int = 1, **shared: Any
) -> tuple[Figure, NDArray[Any]]:
    """Return a figure of this size in inches, and its axes (rows, columns); `shared` is passed to plt.subplots."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(
        rows, columns, figsize=(width, height), squeeze=False, FigureClass=_figure_class(), **shared
    )
    return figure, axes


def bare(ax: Axes) -> None:
    """Remove grid, ticks and frame from the axes."""
    ax.grid(False)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)


def ticks_at(ax: Axes, values: Sequence[float]) -> None:
    """Put ticks at exactly these values of x."""
    from matplotlib.ticker import NullLocator

    ax.set_xticks(values, [str(value) for value in values])
    ax.xaxis.set_minor_locator(NullLocator())


def whole_ticks(ax: Axes) -> None:
    """Put ticks only at integer values of x."""
    locator: Any = ax.xaxis.get_major_locator()  # a MaxNLocator, since the axis is linear
    locator.set_params(integer=True)


def log_axis(ax: Axes, axis: str, values: NDArray[Any]) -> None:
    """Make the axis ("x" or "y") logarithmic if there are positive values; zeros get a place at its end."""
    set_scale = ax.set_xscale if axis == "x" else ax.set_yscale
    positive = values[values > 0]
    if len(positive) == len(values):
        set_scale("log")
    elif len(positive):
        set_scale("symlog", linthresh=positive.min())


def line_colors(count: int) -> list[Any]:
    """Return `count` distinguishable colours."""
    import matplotlib

    palette = [BLUE, ORANGE, GREEN, RED, "#CC79A7", "#56B4E9", "#000000"]
    if count <= len(palette):
        return palette[:count]
    return list(matplotlib.colormaps["viridis"](np.linspace(0, 0.9, count)))


def _figure_class() -> type[Figure]:
    """Return a subclass of matplotlib's Figure that a notebook shows only once, even as the value of its cell."""
    from matplotlib.figure import Figure

    class CellFigure(Figure):
        def _ipython_display_(self) -> None:
            # called for the value of a cell, and by the inline backend for every figure that is open at the end of the
            # cell; the first call closes the figure, so that it is not shown again
            import matplotlib.pyplot as plt

            plt.close(self)
            raise NotImplementedError  # tells IPython to display it as usual

    return CellFigure
