import matplotlib
import nbformat
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from nbclient import NotebookClient

from cs231n_lib import vis

rng = np.random.default_rng(0)
NAMES = [f"class {i}" for i in range(10)]
IMAGES = rng.integers(0, 256, (12, 32, 32, 3), dtype=np.uint8)

DRAWN = {
    "show_images": lambda: vis.show_images(IMAGES, titles=list("abcdefghijkl"), columns=5),
    "samples_per_class": lambda: vis.samples_per_class(IMAGES, np.arange(12) % 4, NAMES[:4], n=3),
    "distance_matrix": lambda: vis.distance_matrix(rng.random((300, 700))),
    "accuracy_against_k": lambda: vis.accuracy_against_k({1: [0.2, 0.3], 5: [0.25, 0.35], 100: [0.3, 0.3]}),
    "loss_curve": lambda: vis.loss_curve(rng.random(500), reference=(0.5, "chance")),
    "search_grid": lambda: vis.search_grid({(1e-3, 0.0): (0.4, 0.3), (1e-2, 1.0): (0.5, 0.4)}),
    "weight_templates": lambda: vis.weight_templates(rng.standard_normal((3073, 10)), NAMES),
    "neighbors": lambda: vis.neighbors(
        IMAGES[:2], IMAGES[2:8].reshape(2, 3, 32, 32, 3), [0, 1], [[0, 1, 2], [1, 1, 1]], NAMES
    ),
    "paths": lambda: vis.paths(
        lambda w: w[..., 0] ** 2 + 9 * w[..., 1] ** 2, {"SGD": [(2, 1), (1, -1), (0, 0)]}, (-1, 3), (-2, 2), [(0, 0)]
    ),
    "times": lambda: vis.times({"two loops": 30.0, "no loops": 0.0002}),
    "confusion_matrix": lambda: vis.confusion_matrix(np.arange(40) % 10, np.arange(40) % 7, NAMES),
    "misclassified_images": lambda: vis.misclassified_images(
        IMAGES, np.arange(12) % 4, np.arange(12) % 3, NAMES[:4], n=3
    ),
    "training_curves": lambda: vis.training_curves(
        {"loss_history": [2, 1], "train_acc_history": [0.1, 0.5], "val_acc_history": [0.1, 0.4]}
    ),
    "update_ratios": lambda: vis.update_ratios({"W1": [1e-3, 2e-3], "W2": [1e-4, 1e-2]}),
    "activation_histograms": lambda: vis.activation_histograms(list(rng.standard_normal((8, 5, 20)))),
    "search_scatter": lambda: vis.search_scatter(
        [({"learning_rate": 10.0**-i, "reg": 0.1 / i}, 0.1 * i) for i in range(1, 5)]
    ),
    "weight_grid": lambda: vis.weight_grid(rng.standard_normal((10, 3, 5, 7))),
    "weight_grid of a deep layer": lambda: vis.weight_grid(rng.standard_normal((30, 40, 3, 3))),
    "masks": lambda: vis.masks(IMAGES[:3], IMAGES[:3, :, :, 0] % 11, {"a": IMAGES[:3, :, :, 1] % 11}, ["none", *NAMES]),
    "mask_overlap": lambda: vis.mask_overlap(rng.random((2, 5, 5)) < 0.5, rng.random((2, 5, 5)) < 0.5, ["a", "b"]),
    "computational_graph": lambda: vis.computational_graph({"a": ("mul", "w", "x"), "b": ("add", "a", "a")}),
    "activation_maps": lambda: vis.activation_maps(IMAGES[0], rng.random((10, 16, 16))),
}


LABELLED = {
    "distance_matrix",
    "accuracy_against_k",
    "loss_curve",
    "search_grid",
    "confusion_matrix",
    "update_ratios",
    "search_scatter",
}


@pytest.mark.parametrize("name", DRAWN)
def test_returns_a_figure_shows_nothing_and_leaves_the_readers_settings_alone(name, monkeypatch):
    monkeypatch.setattr(plt, "show", lambda *args, **kwargs: pytest.fail("plt.show was called"))
    before = dict(matplotlib.rcParams)
    figure = DRAWN[name]()
    assert dict(matplotlib.rcParams) == before
    assert isinstance(figure, Figure)
    figure.canvas.draw()  # drawing reveals errors in layouts and labels
    axes = figure.axes[0]
    assert axes.get_xlabel() or name not in LABELLED | {"times"}
    assert axes.get_ylabel() or name not in LABELLED


def test_every_picture_is_drawn_here():
    pictures = {name for name in vis.__all__ if callable(getattr(vis, name))} - {"visualize_grid"}
    assert pictures <= set(DRAWN)


@pytest.mark.slow
def test_a_notebook_shows_each_picture_once():
    cells = [
        "%matplotlib inline\nfrom cs231n_lib import vis",
        "vis.loss_curve([2, 1])",
        "vis.loss_curve([2, 1]);",
        "figure = vis.loss_curve([2, 1])",
        "vis.loss_curve([2, 1])\nprint('more')",
        "figure",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=60).execute()
    pictures = [sum("image/png" in output.get("data", {}) for output in cell.outputs) for cell in notebook.cells]
    assert pictures == [0, 1, 1, 1, 1, 1]
