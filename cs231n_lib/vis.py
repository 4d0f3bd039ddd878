"""The course's pictures. Every function returns its matplotlib Figure and none calls plt.show.

In a notebook each picture appears once, at the end of its cell, whether or not the call is the cell's last
line, ends with a semicolon or is assigned:

    vis.loss_curve(history);

Images may be uint8, or floats in 0..1 or 0..255; other floats (centred images, weights) are stretched so that
the smallest value is black and the largest white. They may be (N, H, W, C), (N, H, W) or flattened (N, 3072).
"""

from functools import wraps

import numpy as np

# Okabe & Ito's palette: told apart by readers of every kind of colour vision.
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
GREY = "#6b6b6b"
WIDTH = 7.5  # inches: fits the column of a notebook

STYLE = {
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


def _styled(draw):
    # matplotlib reads its settings when each part of a figure is made, so the style must last the whole function.
    @wraps(draw)
    def styled(*args, **kwargs):
        import matplotlib.pyplot as plt

        with plt.rc_context(STYLE):
            return draw(*args, **kwargs)

    return styled


@_styled
def show_images(images, titles=None, columns=8, size=0.9):
    """A grid of images, row by row.

    Arguments
    - images: (N, ...) as the module says, or one image (H, W, 3).
    - titles: N short texts over the images, or None.
    - columns: images per row; size: the width of one image in inches, more if its title needs it.
    """
    images = _images(images)
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"show_images: {len(titles)} titles for {len(images)} images")
    columns = max(1, min(columns, len(images)))
    rows = -(-len(images) // columns)
    height = size
    if titles is not None:
        lines = [line for title in titles for line in str(title).splitlines()] or [""]
        size = max(size, min(1.8, 0.07 * max(len(line) for line in lines)))
        height = size + 0.1 + 0.15 * max(str(title).count("\n") + 1 for title in titles)
    fig, axes = _figure(columns * size, rows * height, rows, columns)
    for i, ax in enumerate(axes.flat):
        ax.axis("off")
        if i < len(images):
            _draw(ax, images[i])
            if titles is not None:
                ax.set_title(str(titles[i]), fontsize=8, loc="center", pad=3)
    return fig


@_styled
def samples_per_class(X, y, class_names, n=7):
    """The first n images of every class, one class per row.

    Arguments: X images (N, ...), y labels (N,), class_names by label, n images per class.
    """
    y = np.asarray(y)
    chosen = [np.flatnonzero(y == label)[:n] for label in range(len(class_names))]
    X = np.asarray(X)
    images = _images(X[np.concatenate(chosen)]) if len(X) else X
    starts = np.cumsum([0] + [len(rows) for rows in chosen])
    fig, axes = _figure(1.1 + 0.62 * n, 0.62 * len(class_names), len(class_names), n)
    for label, name in enumerate(class_names):
        for j in range(n):
            ax = axes[label, j]
            _bare(ax)
            if j < len(chosen[label]):
                _draw(ax, images[starts[label] + j])
        axes[label, 0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9, labelpad=6)
    return fig


@_styled
def distance_matrix(dists):
    """The distances between test (rows) and training images (columns), dark for near.

    Argument: dists (num_test, num_train). Of large matrices the first 200 rows and 500 columns are shown.
    """
    dists = np.asarray(dists)
    if dists.ndim != 2:
        raise ValueError(f"distance_matrix: dists should have shape (num_test, num_train), but has {dists.shape}")
    shown = dists[:200, :500]
    fig, axes = _figure(WIDTH, 1.0 + WIDTH * min(0.6, max(0.2, shown.shape[0] / shown.shape[1])))
    ax = axes[0, 0]
    ax.grid(False)
    picture = ax.imshow(shown, cmap="viridis", aspect="auto", interpolation="nearest")
    fig.colorbar(picture, ax=ax, label="distance", pad=0.015)
    ax.set_xlabel(_counted("training image", shown.shape[1], dists.shape[1]))
    ax.set_ylabel(_counted("test image", shown.shape[0], dists.shape[0]))
    return fig


@_styled
def accuracy_against_k(results):
    """Cross-validated accuracy of k nearest neighbours: each fold a dot, their mean a line with its spread.

    Argument: results {k: [accuracy of each fold]} with accuracies in 0..1. The best k is marked.
    """
    if not results:
        raise ValueError("accuracy_against_k: results is empty; it should be {k: [accuracy of each fold]}")
    ks = sorted(results)
    mean = np.array([np.mean(results[k]) for k in ks])
    std = np.array([np.std(results[k]) for k in ks])
    best = int(np.argmax(mean))
    fig, axes = _figure(WIDTH, 3.6)
    ax = axes[0, 0]
    for k in ks:
        ax.scatter([k] * len(results[k]), np.multiply(results[k], 100), s=14, color=BLUE, alpha=0.35, linewidths=0)
    ax.errorbar(ks, 100 * mean, yerr=100 * std, color=BLUE, capsize=3, elinewidth=1.2, label="mean ± std over folds")
    ax.plot(ks[best], 100 * mean[best], "o", ms=9, mfc="none", mec=RED, mew=2,
            label=f"best: k = {ks[best]}, {100 * mean[best]:.1f}%")
    if ks[0] > 0 and ks[-1] / ks[0] >= 20:
        ax.set_xscale("log")
    _ticks_at(ax, ks)
    ax.set_xlabel("k, number of neighbours that vote")
    ax.set_ylabel("validation accuracy (%)")
    ax.legend()
    return fig


@_styled
def loss_curve(history, smooth=None, label=None, reference=None):
    """The loss at every iteration, with its running mean on top.

    Arguments
    - history: the losses in order, or {name: losses} to compare runs.
    - smooth: iterations per running mean, by default a fiftieth of the run; 1 for none.
    - label: a name for the legend; reference: (value, text) for a dashed line, such as the loss of chance.
    """
    runs = dict(history) if isinstance(history, dict) else {label: history}
    fig, axes = _figure(WIDTH, 3.4)
    ax = axes[0, 0]
    for (name, losses), color in zip(runs.items(), _colors(len(runs)), strict=True):
        losses = np.asarray(losses, dtype=float).ravel()
        if not np.isfinite(losses).all():
            ax.set_title("some losses are not finite: the learning rate is probably too high", color=RED)
        window = smooth or max(1, len(losses) // 50)
        if window > 1 and len(losses) >= window:
            ax.plot(losses, color=color, alpha=0.25, linewidth=0.8)
            mean = np.convolve(losses, np.full(window, 1 / window), mode="valid")
            ax.plot(np.arange(len(mean)) + window - 1, mean, color=color, label=name or f"mean of {window} iterations")
        else:
            ax.plot(losses, color=color, label=name)
    if reference is not None:
        ax.axhline(reference[0], color=GREY, linestyle="--", linewidth=1, label=reference[1])
    ax.set_xlabel("iteration")
    ax.set_ylabel("loss")
    if ax.get_legend_handles_labels()[1]:
        ax.legend()
    return fig


@_styled
def search_grid(results):
    """Training and validation accuracy over learning rate and regularization strength, both on log axes.

    Argument: results {(learning_rate, reg): (training accuracy, validation accuracy)}, accuracies in 0..1.
    The best validation accuracy is ringed. A strength of 0 is drawn at the left edge.
    """
    if not results:
        raise ValueError("search_grid: results is empty; it should be {(learning_rate, reg): (train, val)}")
    rates = np.array([pair[0] for pair in results], dtype=float)
    regs = np.array([pair[1] for pair in results], dtype=float)
    accuracy = 100 * np.array([results[pair] for pair in results], dtype=float)  # (number of runs, 2)
    best = int(np.nanargmax(accuracy[:, 1])) if np.isfinite(accuracy[:, 1]).any() else None
    limits = {"vmin": np.nanmin(accuracy), "vmax": np.nanmax(accuracy)}
    fig, axes = _figure(WIDTH, 3.6, 1, 2, sharex=True, sharey=True)
    for ax, column, title in zip(axes[0], accuracy.T, ("training", "validation"), strict=True):
        dots = ax.scatter(regs, rates, c=column, s=150, cmap="viridis", edgecolors="white", zorder=3, **limits)
        if len(results) <= 40:
            for x, y, value in zip(regs, rates, column, strict=True):
                ax.annotate(f"{value:.0f}", (x, y), (0, 11), textcoords="offset points", ha="center", fontsize=8,
                            color=GREY)
        _log(ax, "x", regs)
        _log(ax, "y", rates)
        ax.margins(0.15)
        ax.set_title(f"{title} accuracy")
        ax.set_xlabel("regularization strength")
    if best is not None:
        axes[0, 1].scatter(regs[best], rates[best], s=330, facecolors="none", edgecolors=RED, linewidths=2, zorder=4)
        axes[0, 1].set_title(f"validation accuracy, best {accuracy[best, 1]:.1f}%")
    axes[0, 0].set_ylabel("learning rate")
    fig.colorbar(dots, ax=list(axes[0]), label="accuracy (%)", pad=0.015)
    return fig


@_styled
def weight_templates(W, class_names, image_shape=(32, 32, 3)):
    """The weights of each class of a linear classifier as an image: what that class looks for.

    Arguments
    - W: (D, C) or (D + 1, C), D the number of pixels; the extra last row, the biases, is left out.
    - class_names: C texts. Each template is stretched on its own from black to white.
    """
    W = np.asarray(W, dtype=float)
    pixels = int(np.prod(image_shape))
    if W.ndim != 2 or W.shape[0] not in (pixels, pixels + 1) or W.shape[1] != len(class_names):
        raise ValueError(f"weight_templates: W should have shape ({pixels} or {pixels + 1}, {len(class_names)}), "
                         f"one column per class, but has {W.shape}")
    templates = W[:pixels].T.reshape(-1, *image_shape)  # (C, H, W, 3)
    stretched = np.stack([_stretch(template) for template in templates])
    return show_images(stretched, titles=class_names, columns=5, size=1.3)


@_styled
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
    tests = _images(test_images)
    others = _images(neighbor_images.reshape(count * k, *neighbor_images.shape[2:]))
    fig, axes = _figure(0.85 * (k + 1), 1.02 * count + 0.3, count, k + 1)
    for i in range(count):
        for j in range(k + 1):
            ax = axes[i, j]
            _bare(ax)
            _draw(ax, tests[i] if j == 0 else others[i * k + j - 1])
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


@_styled
def times(seconds):
    """Running times as bars on a log axis, with how many times faster than the slowest each is.

    Argument: seconds {name: running time in seconds}.
    """
    names, values = list(seconds), np.array(list(seconds.values()), dtype=float)
    fig, axes = _figure(WIDTH, 0.7 + 0.42 * len(names))
    ax = axes[0, 0]
    ax.barh(names, values, color=BLUE, height=0.6)
    ax.set_xscale("log")
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    for i, value in enumerate(values):
        ratio = values.max() / value
        text = _duration(value) + (f", {ratio:.3g}x faster" if ratio >= 1.05 else "")
        ax.annotate(text, (value, i), (5, 0), textcoords="offset points", va="center", fontsize=9)
    ax.set_xlim(values.min() / 4, values.max() * 8)
    ax.set_xlabel("time (s)")
    return fig


def _figure(width, height, rows=1, columns=1, **shared):
    import matplotlib.pyplot as plt

    return plt.subplots(rows, columns, figsize=(width, height), squeeze=False,
                        FigureClass=_figure_class(), **shared)


def _images(images):
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
    return _stretch(images)


def _stretch(image):
    low, high = np.nanmin(image), np.nanmax(image)
    return (image - low) / (high - low) if high > low else np.full_like(image, 0.5)


def _draw(ax, image):
    image = image[..., 0] if image.ndim == 3 and image.shape[-1] == 1 else image
    limits = {"vmin": 0, "vmax": 255 if image.dtype == np.uint8 else 1}
    ax.imshow(image, cmap="gray", interpolation="nearest", **limits)


def _bare(ax):
    ax.grid(False)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)


def _counted(what, shown, total):
    return what if shown == total else f"{what} (the first {shown} of {total:,})"


def _ticks_at(ax, values):
    from matplotlib.ticker import NullLocator

    ax.set_xticks(values, [str(value) for value in values])
    ax.xaxis.set_minor_locator(NullLocator())


def _log(ax, axis, values):
    set_scale = ax.set_xscale if axis == "x" else ax.set_yscale
    positive = values[values > 0]
    if len(positive) == len(values):
        set_scale("log")
    elif len(positive):
        set_scale("symlog", linthresh=positive.min())


def _colors(count):
    import matplotlib

    palette = [BLUE, ORANGE, GREEN, RED, "#CC79A7", "#56B4E9", "#000000"]
    if count <= len(palette):
        return palette[:count]
    return list(matplotlib.colormaps["viridis"](np.linspace(0, 0.9, count)))


def _duration(seconds):
    unit, scale = ("s", 1) if seconds >= 1 else ("ms", 1e-3) if seconds >= 1e-3 else ("µs", 1e-6)
    return f"{seconds / scale:.3g} {unit}"


def _figure_class():
    """matplotlib's Figure, which a notebook shows once, also where it is the value of its cell."""
    from matplotlib.figure import Figure

    class CellFigure(Figure):
        def _ipython_display_(self):
            # Called for the value of a cell, and by the inline backend for every figure open at the cell's end:
            # whichever comes first closes it, so that the other does not show it again.
            import matplotlib.pyplot as plt

            plt.close(self)
            raise NotImplementedError  # IPython's word for "display it as usual"

    return CellFigure
