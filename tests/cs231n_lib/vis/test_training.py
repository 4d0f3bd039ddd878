from types import SimpleNamespace

import numpy as np
import pytest

from cs231n_lib import vis

RUN = {"loss_history": [3.0, 2.0, 1.0], "train_acc_history": [0.1, 0.6], "val_acc_history": [0.1, 0.4]}


def test_a_loss_that_is_not_finite_is_pointed_out(title):
    figure = vis.loss_curve([1.0, float("inf"), float("nan")])
    assert "not finite" in title(figure)


def test_curves_of_a_run_that_diverges_say_so(title):
    figure = vis.training_curves({**RUN, "loss_history": [3, 1e30, float("inf")]})
    assert "not finite" in title(figure) and figure.axes[0].get_ylabel() == "loss"
    figure = vis.training_curves(RUN)
    assert (title(figure), figure.axes[0].get_ylabel()) == ("loss", "")


def test_several_losses_are_told_apart(legend):
    assert legend(vis.loss_curve({"svm": [2, 1], "softmax": [3, 2]})) == ["svm", "softmax"]


@pytest.mark.parametrize("run", [RUN, SimpleNamespace(**RUN)], ids=["dict", "solver"])
def test_curves_of_a_run(run):
    losses, accuracies = vis.training_curves(run).axes
    np.testing.assert_array_equal(losses.lines[0].get_ydata(), [3, 2, 1])
    np.testing.assert_allclose([line.get_ydata() for line in accuracies.lines[:2]], [[10, 60], [10, 40]])


def test_curves_name_the_best_validation_accuracy(legend):
    assert legend(vis.training_curves(RUN), 1) == ["training", "validation", "best: 40.0%"]


def test_curves_of_several_runs():
    figure = vis.training_curves({"slow": RUN, "fast": SimpleNamespace(**RUN)})
    (both,) = figure.legends
    assert [text.get_text() for text in both.get_texts()] == ["slow, best 40.0%", "fast, best 40.0%"]


def test_a_run_that_diverges_does_not_flatten_the_others():
    losses = vis.training_curves({"good": RUN, "too fast": {**RUN, "loss_history": [3, 1e30, float("inf")]}}).axes[0]
    assert losses.get_ylim() == (0, 9)
    assert vis.loss_curve([3, 20, 1]).axes[0].get_ylim()[1] > 20  # the peak stays visible


def test_curves_before_any_training():
    vis.training_curves({name: [] for name in RUN}).canvas.draw()


@pytest.mark.parametrize(
    "run, message",
    [
        ({}, "run should be a Solver or {name: Solver}, but is empty"),
        ({"loss_history": [1, 2]}, "train_acc_history is missing in dict"),
        ([3, 2, 1], "loss_history is missing in list"),
    ],
)
def test_curves_of_what_is_no_run(run, message):
    with pytest.raises(ValueError, match=message):
        vis.training_curves(run)


def test_update_ratios_are_drawn_on_a_log_axis_with_the_target(legend):
    figure = vis.update_ratios({"W1": [1e-3, 1e-4]})
    assert figure.axes[0].get_yscale() == "log"
    assert legend(figure) == ["about 0.001", "W1"]


def test_an_update_of_zero_leaves_a_gap():
    line = vis.update_ratios([1e-3, 0.0, 1e-3]).axes[0].lines[0]
    np.testing.assert_array_equal(line.get_ydata(), [1e-3, np.nan, 1e-3])


def test_histograms_tell_mean_and_deviation(title):
    figure = vis.activation_histograms({"tanh": np.array([[-0.5, 0.5], [0.5, 0.7]])})
    assert title(figure) == "tanh\nmean 0.30\nstd 0.47"


@pytest.mark.parametrize("scale, std", [(400, "190"), (0.04, "0.019")])
def test_deviations_are_written_without_an_exponent(title, scale, std):
    figure = vis.activation_histograms({"x": scale * np.array([[-0.5, 0.5], [0.5, 0.7]])})
    assert title(figure).endswith(f"std {std}")


def test_a_mean_of_rounding_size_is_0_and_not_minus_0(title):
    figure = vis.activation_histograms([np.array([-1.0, 1.0 - 1e-9]), np.array([]), np.full(3, 2.5)])
    assert [title(figure, i) for i in range(3)] == [
        "layer 1\nmean 0.00\nstd 1",
        "layer 2\nno values\n",
        "layer 3\nmean 2.50\nstd 0",
    ]


def test_histograms_share_their_axis():
    wide, narrow = vis.activation_histograms([np.linspace(-2, 2, 100), np.linspace(-0.1, 0.1, 100)]).axes
    assert wide.get_xlim() == narrow.get_xlim()
    assert narrow.patches[0].get_data().values.nonzero()[0].size <= 4


def test_zeros_after_relu_are_written_out_and_not_drawn():
    axes = vis.activation_histograms([np.maximum(0, np.linspace(-1, 1, 1000))]).axes[0]
    assert [text.get_text() for text in axes.texts] == ["50% are 0"]
    values = axes.patches[0].get_data().values
    assert values.max() < 2 * np.median(values)


def test_activations_that_are_not_finite_are_pointed_out():
    axes = vis.activation_histograms([np.array([1.0, 2.0, np.nan, np.inf])]).axes[0]
    assert [text.get_text() for text in axes.texts] == ["50% not finite"]


def test_a_layer_that_is_constant_and_one_without_any_number():
    vis.activation_histograms([np.zeros(5), np.full(3, np.nan)]).canvas.draw()


def test_no_layers():
    with pytest.raises(ValueError, match="activations should be {layer: array}, but is empty"):
        vis.activation_histograms({})


def test_the_running_mean_stands_at_the_end_of_its_window(legend):
    figure = vis.loss_curve(np.arange(100.0))
    every, mean = figure.axes[0].lines
    np.testing.assert_array_equal(every.get_ydata(), np.arange(100))
    np.testing.assert_array_equal(mean.get_xdata(), np.arange(1, 100))
    np.testing.assert_allclose(mean.get_ydata(), np.arange(1, 100) - 0.5)
    assert legend(figure) == ["mean of 2 iterations"]


@pytest.mark.parametrize("smooth, lines", [(1, 1), (100, 2), (101, 1)])
def test_no_running_mean_of_one_or_of_more_than_there_are(smooth, lines):
    assert len(vis.loss_curve(np.ones(100), smooth=smooth).axes[0].lines) == lines


def test_a_reference_is_a_dashed_line_with_its_text(legend):
    figure = vis.loss_curve([3.0, 2.0], label="net", reference=(2.3, "chance"))
    assert legend(figure) == ["net", "chance"]
    line = figure.axes[0].lines[1]
    assert (*line.get_ydata(), line.get_linestyle()) == (2.3, 2.3, "--")


def test_several_runs_are_drawn_dashed_for_training_with_the_best_ringed():
    accuracies = vis.training_curves({"a": RUN}).axes[1]
    train, val, best = accuracies.lines
    assert (train.get_linestyle(), val.get_linestyle()) == ("--", "-")
    np.testing.assert_allclose([*train.get_ydata(), *val.get_ydata()], [10, 60, 10, 40])
    np.testing.assert_allclose(best.get_xydata(), [[1, 40]])


def test_the_ring_of_each_of_several_runs_has_the_colour_of_its_line():
    accuracies = vis.training_curves({"a": RUN, "b": RUN}).axes[1]
    rings = [line for line in accuracies.lines if line.get_marker() == "o"]
    lines = [line for line in accuracies.lines if line.get_linestyle() == "-" and line not in rings]
    assert [ring.get_markeredgecolor() for ring in rings] == [line.get_color() for line in lines]
    assert len({line.get_color() for line in lines}) == 2


def test_the_band_of_healthy_updates_goes_from_a_third_to_three_times_the_target():
    band = vis.update_ratios([1e-3], target=0.3).axes[0].patches[0]
    np.testing.assert_allclose([band.get_y(), band.get_y() + band.get_height()], [0.1, 0.9])


def test_a_few_zeros_are_no_matter_of_their_own():
    axes = vis.activation_histograms([np.r_[0.0, np.linspace(1, 2, 99)]]).axes[0]
    assert not axes.texts


def test_many_layers_stand_in_several_rows_and_none_is_left_out(title):
    figure = vis.activation_histograms([np.full(3, float(i)) for i in range(7)])
    shown = [title(figure, i).split("\n")[0] for i in range(len(figure.axes))]
    assert shown == [f"layer {i}" for i in range(1, 8)] + [""]
    assert [axes.axison for axes in figure.axes] == [True] * 7 + [False]
