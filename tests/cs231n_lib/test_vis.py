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


@pytest.fixture(autouse=True)
def off_screen():
    matplotlib.use("Agg")
    yield
    plt.close("all")


def pixels(figure, which=0):
    """The image that the figure's first picture shows, as matplotlib will draw it: 0..1."""
    image = figure.axes[which].images[0]
    values = np.asarray(image.get_array(), dtype=float)
    return (values - image.norm.vmin) / (image.norm.vmax - image.norm.vmin)


DRAWN = {
    "show_images": lambda: vis.show_images(IMAGES, titles=list("abcdefghijkl"), columns=5),
    "samples_per_class": lambda: vis.samples_per_class(IMAGES, np.arange(12) % 10, NAMES),
    "distance_matrix": lambda: vis.distance_matrix(rng.random((300, 700))),
    "accuracy_against_k": lambda: vis.accuracy_against_k({1: [0.2, 0.3], 5: [0.25, 0.35], 100: [0.3, 0.3]}),
    "loss_curve": lambda: vis.loss_curve(rng.random(500), reference=(0.5, "chance")),
    "search_grid": lambda: vis.search_grid({(1e-3, 0.0): (0.4, 0.3), (1e-2, 1.0): (0.5, 0.4)}),
    "weight_templates": lambda: vis.weight_templates(rng.standard_normal((3073, 10)), NAMES),
    "neighbors": lambda: vis.neighbors(IMAGES[:2], IMAGES[2:8].reshape(2, 3, 32, 32, 3), [0, 1],
                                       [[0, 1, 2], [1, 1, 1]], NAMES),
    "times": lambda: vis.times({"two loops": 30.0, "no loops": 0.0002}),
}


@pytest.mark.parametrize("name", DRAWN)
def test_returns_a_figure_and_shows_nothing(name, monkeypatch):
    monkeypatch.setattr(plt, "show", lambda *args, **kwargs: pytest.fail("plt.show was called"))
    figure = DRAWN[name]()
    assert isinstance(figure, Figure)
    figure.canvas.draw()  # whatever is wrong with a layout or a label comes out here


@pytest.mark.parametrize("name", DRAWN)
def test_leaves_the_readers_settings_alone(name):
    before = dict(matplotlib.rcParams)
    DRAWN[name]()
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("name", ["distance_matrix", "accuracy_against_k", "loss_curve", "search_grid", "times"])
def test_axes_are_labelled(name):
    axes = DRAWN[name]().axes[0]
    assert axes.get_xlabel()
    assert axes.get_ylabel() or name == "times"


@pytest.mark.parametrize("image, expected", [
    (np.full((1, 4, 4, 3), 51, np.uint8), 0.2),
    (np.full((1, 4, 4, 3), 51.0), 0.2),
    (np.full((1, 4, 4, 3), 0.2), 0.2),
    (np.full((1, 4, 4, 3), 0.2, np.float32), 0.2),
    (np.full((1, 4, 4), 51, np.uint8), 0.2),
    (np.full((1, 3, 4, 4), 51, np.uint8), 0.2),
    (np.full((1, 3072), 51, np.uint8), 0.2),
    (np.full((4, 4, 3), 51, np.uint8), 0.2),
    (np.full((1, 4, 4, 3), -7.0), 0.5),
])
def test_images_of_any_kind_are_shown_as_they_are(image, expected):
    shown = pixels(vis.show_images(image))
    assert shown.shape[:2] in ((4, 4), (32, 32))
    np.testing.assert_allclose(shown, expected, atol=1e-6)


def test_centred_images_are_stretched_from_black_to_white():
    shown = pixels(vis.show_images(rng.standard_normal((1, 8, 8, 3))))
    assert shown.min() == 0 and shown.max() == 1


def test_no_argument_is_changed():
    X = rng.standard_normal((2, 8, 8, 3))
    before = X.copy()
    vis.show_images(X)
    np.testing.assert_array_equal(X, before)


def test_one_title_per_image():
    with pytest.raises(ValueError, match="3 titles for 12 images"):
        vis.show_images(IMAGES, titles=["a", "b", "c"])


def test_images_of_no_image_shape():
    with pytest.raises(ValueError, match=r"images should have shape .* but have \(2, 2, 2, 2, 2\)"):
        vis.show_images(np.zeros((2, 2, 2, 2, 2)))


def test_samples_stand_in_the_row_of_their_class():
    y = np.array([1, 0, 1])
    X = np.stack([np.full((4, 4, 3), value, np.uint8) for value in (10, 20, 30)])
    figure = vis.samples_per_class(X, y, ["zero", "one"], n=2)
    shown = [axes.images[0].get_array()[0, 0, 0] if axes.images else None for axes in figure.axes]
    assert shown == [20, None, 10, 30]
    assert [figure.axes[0].get_ylabel(), figure.axes[2].get_ylabel()] == ["zero", "one"]


def test_the_best_k_is_named():
    figure = vis.accuracy_against_k({1: [0.1], 3: [0.4], 5: [0.2]})
    assert any("k = 3, 40.0%" in text.get_text() for text in figure.axes[0].get_legend().get_texts())


def test_the_search_shows_the_best_validation_accuracy():
    figure = vis.search_grid({(1e-3, 0.1): (0.9, 0.3), (1e-2, 0.1): (0.5, 0.4)})
    assert figure.axes[1].get_title(loc="left") == "validation accuracy, best 40.0%"
    assert figure.axes[0].get_xscale() == figure.axes[0].get_yscale() == "log"


def test_a_loss_that_is_not_finite_is_pointed_out():
    figure = vis.loss_curve([1.0, float("inf"), float("nan")])
    assert "not finite" in figure.axes[0].get_title(loc="left")


def test_several_losses_are_told_apart():
    texts = vis.loss_curve({"svm": [2, 1], "softmax": [3, 2]}).axes[0].get_legend().get_texts()
    assert [text.get_text() for text in texts] == ["svm", "softmax"]


def test_the_bias_row_is_no_part_of_a_template():
    W = np.zeros((3073, 1))
    W[0], W[3072] = 1, 1000
    assert pixels(vis.weight_templates(W, ["one"])).max() == 1


@pytest.mark.parametrize("shape", [(3071, 10), (3072, 9), (10, 3072)])
def test_weights_of_another_shape(shape):
    with pytest.raises(ValueError, match=r"3072 or 3073, 10\), one column per class"):
        vis.weight_templates(np.zeros(shape), NAMES)


@pytest.mark.parametrize("function, expected", [
    (vis.accuracy_against_k, "fold"), (vis.search_grid, "learning_rate, reg")])
def test_empty_results_say_what_they_should_be(function, expected):
    with pytest.raises(ValueError, match=expected):
        function({})


def test_a_notebook_shows_each_picture_once():
    cells = ["%matplotlib inline\nfrom cs231n_lib import vis",
             "vis.loss_curve([2, 1])", "vis.loss_curve([2, 1]);", "figure = vis.loss_curve([2, 1])",
             "vis.loss_curve([2, 1])\nprint('more')", "figure"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=60).execute()
    pictures = [sum("image/png" in output.get("data", {}) for output in cell.outputs) for cell in notebook.cells]
    assert pictures == [0, 1, 1, 1, 1, 1]
