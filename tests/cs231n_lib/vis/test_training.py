from types import SimpleNamespace

import numpy as np
import pytest

from cs231n_lib import vis

RUN = {"loss_history": [3.0, 2.0, 1.0], "train_acc_history": [0.1, 0.6], "val_acc_history": [0.1, 0.4]}


def test_a_loss_that_is_not_finite_is_pointed_out(title):
    figure = vis.loss_curve([1.0, float("inf"), float("nan")])
    assert "not finite" in title(figure)


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
    assert vis.loss_curve([3, 20, 1]).axes[0].get_ylim()[1] > 20  # a peak is seen


def test_curves_before_any_training():
    vis.training_curves({name: [] for name in RUN}).canvas.draw()


@pytest.mark.parametrize("run, message", [
    ({}, "run is empty"),
    ({"loss_history": [1, 2]}, "train_acc_history is missing in dict"),
    ([3, 2, 1], "loss_history is missing in list"),
])
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
    with pytest.raises(ValueError, match="activations is empty"):
        vis.activation_histograms({})
