import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def off_screen():
    matplotlib.use("Agg")
    yield
    plt.close("all")


@pytest.fixture
def pixels():
    """pixels(figure) is the first image of a figure as matplotlib will draw it, in 0..1."""

    def of(figure, which=0):
        image = figure.axes[which].images[0]
        values = np.asarray(image.get_array(), dtype=float)
        return (values - image.norm.vmin) / (image.norm.vmax - image.norm.vmin)

    return of


@pytest.fixture
def title():
    """title(figure) is the title of a figure's axes."""
    return lambda figure, which=0: figure.axes[which].get_title(loc="left")


@pytest.fixture
def legend():
    """legend(figure) is the list of texts in the legend of a figure's axes."""
    return lambda figure, which=0: [text.get_text() for text in figure.axes[which].get_legend().get_texts()]
