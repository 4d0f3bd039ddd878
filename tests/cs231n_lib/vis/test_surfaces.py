import numpy as np
import pytest

from cs231n_lib import vis

LIMITS = {"xlim": (-2, 2), "ylim": (-1, 1)}


def bowl(points):
    return points[..., 0] ** 2 + 10 * points[..., 1] ** 2


def lines(axes):
    return [np.column_stack(line.get_data()) for line in axes.lines]


def test_each_path_has_its_axes_with_the_last_loss_and_the_number_of_steps(title):
    figure = vis.paths(bowl, {"one": [(1, 1), (1, 0)], "two": [(1, 1), (0, 1), (0, 0)]}, **LIMITS)
    assert title(figure, 0) == "one\nloss 1 after 1 step"
    assert title(figure, 1) == "two\nloss 0 after 2 steps"


def test_a_path_is_drawn_from_its_start_to_its_end():
    axes = vis.paths(bowl, {"one": [(1, 1), (0.5, 0), (0, 0.25)]}, **LIMITS).axes[0]
    path, start, end = lines(axes)
    np.testing.assert_array_equal(path, [(1, 1), (0.5, 0), (0, 0.25)])
    np.testing.assert_array_equal(start, [(1, 1)])
    np.testing.assert_array_equal(end, [(0, 0.25)])


def test_the_minima_are_marked():
    axes = vis.paths(bowl, {"one": [(1, 1)]}, minima=[(0, 0), (1, 0.5)], **LIMITS).axes[0]
    np.testing.assert_array_equal(np.concatenate(lines(axes)[3:]), [(0, 0), (1, 0.5)])


def test_a_path_that_leaves_the_axes_does_not_widen_them():
    axes = vis.paths(bowl, {"one": [(1, 1), (1e9, -1e9), (np.inf, np.nan)]}, **LIMITS).axes[0]
    assert (axes.get_xlim(), axes.get_ylim()) == ((-2, 2), (-1, 1))


def test_more_than_three_paths_take_several_rows():
    figure = vis.paths(bowl, {str(k): [(0, 0)] for k in range(4)}, **LIMITS)
    assert [axes.axison for axes in figure.axes] == [True] * 4 + [False] * 2


@pytest.mark.parametrize(
    ("traces", "message"), [({}, "is empty"), ({"a": [1, 2]}, r"'a' should have shape \(T, 2\), but has \(2,\)")]
)
def test_traces_of_another_form(traces, message):
    with pytest.raises(ValueError, match=message):
        vis.paths(bowl, traces, **LIMITS)
