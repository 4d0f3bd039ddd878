import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot as plt

from cs231n_lib.vis import style


@pytest.fixture
def ax():
    return plt.subplots()[1]


def test_the_style_lasts_as_long_as_the_drawing_function():
    before = dict(matplotlib.rcParams)

    @style.styled
    def draw(size, dpi=None):
        """Draws."""
        return size, matplotlib.rcParams["axes.edgecolor"], matplotlib.rcParams["figure.dpi"]

    assert draw(3) == (3, style.GREY, 100)
    assert dict(matplotlib.rcParams) == before
    assert (draw.__name__, draw.__doc__) == ("draw", "Draws.")


def test_the_readers_settings_come_back_after_an_error():
    before = dict(matplotlib.rcParams)

    @style.styled
    def draw():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        draw()
    assert dict(matplotlib.rcParams) == before


def test_a_figure_of_some_inches_and_its_axes():
    figure, axes = style.figure_of(4, 3, rows=2, columns=3, sharex=True)
    assert figure.get_size_inches().tolist() == [4, 3] and axes.shape == (2, 3)
    assert axes[0, 0].get_shared_x_axes().joined(axes[0, 0], axes[1, 2])
    assert style.figure_of(4, 3)[1].shape == (1, 1)


def test_a_figure_that_a_notebook_displays_is_closed_so_that_it_is_displayed_once():
    figure, _ = style.figure_of(4, 3)
    assert plt.fignum_exists(figure.number)
    with pytest.raises(NotImplementedError):  # tells IPython to display it as usual
        figure._ipython_display_()
    assert not plt.fignum_exists(figure.number)


def test_bare_axes_keep_their_labels(ax):
    ax.grid(True)
    ax.set_xlabel("x")
    style.bare(ax)
    assert len(ax.get_xticks()) == len(ax.get_yticks()) == 0 and ax.get_xlabel() == "x"
    assert not any(spine.get_visible() for spine in ax.spines.values())
    assert not any(line.get_visible() for line in ax.get_xgridlines() + ax.get_ygridlines())


def test_ticks_at_just_these_values(ax):
    ax.set_xscale("log")
    ax.set_xlim(1, 100)
    style.ticks_at(ax, [1, 5, 100])
    assert ax.get_xticks().tolist() == [1, 5, 100] and ax.get_xticks(minor=True).tolist() == []
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "5", "100"]


def test_ticks_at_whole_numbers(ax):
    ax.set_xlim(0, 1)
    assert (ax.get_xticks() % 1).any()
    style.whole_ticks(ax)
    assert not (ax.get_xticks() % 1).any()


@pytest.mark.parametrize("axis", ["x", "y"])
@pytest.mark.parametrize(
    ("values", "scale"),
    [([0.1, 10.0], "log"), ([0.0, 0.5, 10.0], "symlog"), ([0.0, 0.0], "linear"), ([-1.0, 0.0], "linear")],
)
def test_an_axis_is_logarithmic_if_the_values_allow_it(ax, axis, values, scale):
    style.log_axis(ax, axis, np.array(values))
    scales = {"x": ax.get_xscale(), "y": ax.get_yscale()}
    assert scales.pop(axis) == scale and set(scales.values()) == {"linear"}
    if scale == "symlog":  # zeros have their own place below the smallest positive value
        assert getattr(ax, f"{axis}axis").get_transform().linthresh == 0.5


@pytest.mark.parametrize("count", [0, 1, 7, 8, 30])
def test_lines_have_colours_of_their_own(count):
    colors = [matplotlib.colors.to_rgb(color) for color in style.line_colors(count)]
    assert len(colors) == len(set(colors)) == count
    if 0 < count <= 7:
        assert colors[0] == matplotlib.colors.to_rgb(style.BLUE)
