"""Figures of training: loss, accuracy, activations, updates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.vis.style import BLUE, GREY, ORANGE, RED, WIDTH, figure_of, line_colors, styled, whole_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

MOST_COLUMNS = 6  # the most histograms side by side
HISTORIES = ("loss_history", "train_acc_history", "val_acc_history")


@styled
def loss_curve(
    history: ArrayLike | dict[str, ArrayLike],
    smooth: int | None = None,
    label: str | None = None,
    reference: tuple[float, str] | None = None,
) -> Figure:
    """Draw the loss at every iteration and its running mean.

    Parameters
    ----------
    history
        The losses in order, or {name: losses} to compare runs.
    smooth
        The number of iterations in a running mean, by default a fiftieth of the run; 1 for no running mean.
    label
        A name for the legend.
    reference
        (value, text) for a dashed line, such as the loss of random guessing.
    """
    runs: dict[str | None, ArrayLike] = dict(history.items()) if isinstance(history, dict) else {label: history}
    fig, axes = figure_of(WIDTH, 3.4)
    ax = axes[0, 0]
    _draw_losses(ax, runs, smooth)
    if reference is not None:
        ax.axhline(reference[0], color=GREY, linestyle="--", linewidth=1, label=reference[1])
    if ax.get_legend_handles_labels()[1]:
        ax.legend()
    return fig


@styled
def training_curves(run: Any, smooth: int | None = None) -> Figure:
    """Draw the loss at every iteration, and the accuracy on training and validation images after every epoch.

    Parameters
    ----------
    run
        A Solver that has trained, or a dict {"loss_history": .., "train_acc_history": .., "val_acc_history": ..};
        or {name: run} to compare several. The first accuracy is that before the first epoch (epoch 0).
    smooth
        The number of iterations in a running mean of the loss, as in `loss_curve`.
    """
    runs = run if isinstance(run, dict) and not set(run) & set(HISTORIES) else {None: run}
    if not runs:
        raise ValueError("training_curves: run should be a Solver or {name: Solver}, but is empty.")
    runs = {name: _histories(each) for name, each in runs.items()}
    fig, axes = figure_of(WIDTH, 3.3 if None in runs else 3.3 + 0.25 * -(-len(runs) // 3), 1, 2)
    losses, accuracies = axes[0]
    _draw_losses(losses, {name: histories["loss_history"] for name, histories in runs.items()}, smooth)
    if not losses.get_title(loc="left"):
        losses.set_title("loss")
        losses.set_ylabel("")
    for (name, histories), color in zip(runs.items(), line_colors(len(runs)), strict=True):
        train, val = (100 * np.asarray(histories[key], dtype=float) for key in HISTORIES[1:])
        best = int(np.nanargmax(val)) if np.isfinite(val).any() else None
        if name is None:
            accuracies.plot(train, color=BLUE, label="training")
            accuracies.plot(val, color=ORANGE, label="validation")
        else:
            accuracies.plot(train, color=color, linestyle="--")
            accuracies.plot(val, color=color, label=str(name) if best is None else f"{name}, best {val[best]:.1f}%")
        if best is not None:
            accuracies.plot(
                best,
                val[best],
                "o",
                ms=8 if name is None else 6,
                mfc="none",
                mec=RED if name is None else color,  # so that rings of several runs, which may overlap, are told apart
                mew=1.8,
                label=f"best: {val[best]:.1f}%" if name is None else None,
            )
    accuracies.set_title("accuracy (%)" if None in runs else "validation accuracy (%), dashed: training")
    accuracies.set_xlabel("epoch")
    whole_ticks(accuracies)
    if None in runs:
        for ax in axes[0]:
            if ax.get_legend_handles_labels()[1]:
                ax.legend()
    else:  # one legend below both axes, since several curves leave no room for it
        fig.legend(*accuracies.get_legend_handles_labels(), loc="outside lower center", ncols=min(len(runs), 3))
    return fig


@styled
def update_ratios(ratios: ArrayLike | dict[str, ArrayLike], target: float = 1e-3) -> Figure:
    """Draw the size of each update relative to the weights, norm(update) / norm(weights), on a log axis.

    Parameters
    ----------
    ratios
        {parameter: [ratio at each iteration]}, or one such list.
    target
        The ratio that the lectures consider healthy. A band marks a third to three times this ratio.
    """
    runs: dict[str | None, ArrayLike] = dict(ratios.items()) if isinstance(ratios, dict) else {None: ratios}
    fig, axes = figure_of(WIDTH, 3.4)
    ax = axes[0, 0]
    ax.axhspan(target / 3, target * 3, color=GREY, alpha=0.13, linewidth=0, label=f"about {target:g}")
    for (name, each), color in zip(runs.items(), line_colors(len(runs)), strict=True):
        values = np.asarray(each, dtype=float).ravel()
        ax.plot(np.where(values > 0, values, np.nan), color=color, linewidth=1.2, label=name)
    ax.set_yscale("log")
    ax.set_xlabel("iteration")
    ax.set_ylabel("norm of update / norm of weights")
    ax.legend(ncols=min(4, len(runs) + 1))
    return fig


@styled
def activation_histograms(activations: dict[str, ArrayLike] | Sequence[ArrayLike], bins: int = 50) -> Figure:
    """Draw a histogram of the activations of each layer, on the same axis for all layers.

    The mean and the standard deviation are above each histogram. If many activations are exactly 0, as after ReLU, the
    figure shows their percentage, and the bars show the other activations.

    Parameters
    ----------
    activations
        {layer: array of any shape}, or a list of arrays in the order of the layers.
    bins
        The number of bars.
    """
    if not isinstance(activations, dict):
        activations = {f"layer {i}": values for i, values in enumerate(activations, 1)}
    if not activations:
        raise ValueError("activation_histograms: activations should be {layer: array}, but is empty.")
    layers = {name: np.asarray(values, dtype=float).ravel() for name, values in activations.items()}
    finite = {name: values[np.isfinite(values)] for name, values in layers.items()}
    everything = np.concatenate([values for values in finite.values()] + [np.zeros(1)])
    # a few outliers would squeeze all other values into a narrow strip
    low, high = np.quantile(everything, [0.001, 0.999])
    low, high = (low, high) if high > low else (low - 1, high + 1)
    edges = np.linspace(low, high, bins + 1)
    rows = -(-len(layers) // MOST_COLUMNS)
    columns = -(-len(layers) // rows)
    fig, axes = figure_of(WIDTH, 2.0 * rows + 0.2, rows, columns, sharex=True)
    for ax in axes.flat[len(layers) :]:
        ax.axis("off")
    for ax in axes.flat[max(0, len(layers) - columns) : len(layers)]:
        ax.tick_params(labelbottom=True)
    for ax, (name, values) in zip(axes.flat, finite.items(), strict=False):
        zero = np.mean(values == 0) if len(values) else 0
        shown = values[values != 0] if zero > 0.05 else values
        heights, _ = np.histogram(shown, edges)
        ax.stairs(heights / max(heights.max(), 1), edges, fill=True, color=BLUE)
        ax.set_title(f"{name}\n{_mean_and_std(values)}", fontsize=9)
        notes = [f"{100 * zero:.0f}% are 0"] if zero > 0.05 else []
        if len(values) < len(layers[name]):
            notes.append(f"{1 - len(values) / len(layers[name]):.0%} not finite")
        if notes:
            ax.text(0.97, 0.95, "\n".join(notes), transform=ax.transAxes, ha="right", va="top", fontsize=8, color=RED)
        ax.set_yticks([])
        ax.set_ylim(0, 1.3 if notes else 1.05)
        ax.spines["left"].set_visible(False)
    return fig


def _draw_losses(ax: Axes, runs: Mapping[str | None, ArrayLike], smooth: int | None) -> None:
    for (name, losses), color in zip(runs.items(), line_colors(len(runs)), strict=True):
        losses = np.asarray(losses, dtype=float).ravel()
        if not np.isfinite(losses).all():
            ax.set_title("Some losses are not finite:\nthe learning rate is probably too high.", color=RED)
        window = smooth or max(1, len(losses) // 50)
        if window > 1 and len(losses) >= window:
            ax.plot(losses, color=color, alpha=0.25, linewidth=0.8)
            mean = np.convolve(losses, np.full(window, 1 / window), mode="valid")
            ax.plot(np.arange(len(mean)) + window - 1, mean, color=color, label=name or f"mean of {window} iterations")
        else:
            ax.plot(losses, color=color, label=name)
    whole_ticks(ax)
    ax.set_xlabel("iteration")
    ax.set_ylabel("loss")
    starts = [next((loss for loss in np.ravel(losses) if np.isfinite(loss)), 0) for losses in runs.values()]
    if ax.get_ylim()[1] > 10 * max(starts, default=0) > 0:  # a diverging run must not flatten the others
        ax.set_ylim(0, 3 * max(starts))


def _histories(run: object) -> dict[str, Any]:
    histories = {name: run.get(name) if isinstance(run, dict) else getattr(run, name, None) for name in HISTORIES}
    missing = [name for name, history in histories.items() if history is None]
    if missing:
        raise ValueError(
            f"training_curves: a run should be a Solver or have {', '.join(HISTORIES)}, "
            f"but {missing[0]} is missing in {type(run).__name__}."
        )
    return histories


def _mean_and_std(values: NDArray[Any]) -> str:
    if len(values) == 0:
        return "no values\n"
    mean, std = values.mean(), values.std()
    digits = 2 if std == 0 else int(np.clip(1 - np.floor(np.log10(std)), 0, 6))
    # adding 0.0 turns -0 into 0
    return f"mean {round(mean, digits) + 0.0:.{digits}f}\nstd {_two_digits(std)}"


def _two_digits(value: float) -> str:
    """Write a number with two significant digits, as 190 or 0.019, not as 1.9e+02."""
    rounded = float(f"{value:.2g}")
    return f"{rounded:g}"
