import numpy as np
import pytest

from cs231n_lib import vis


def test_the_best_k_is_named(legend):
    figure = vis.accuracy_against_k({1: [0.1], 3: [0.4], 5: [0.2]})
    assert any("k = 3, 40.0%" in text for text in legend(figure))


def test_empty_results_say_what_they_should_be():
    with pytest.raises(ValueError, match="fold"):
        vis.accuracy_against_k({})


def test_confusion_of_each_true_class_in_percent(pixels, title):
    figure = vis.confusion_matrix([0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1], ["zero", "one"])
    np.testing.assert_allclose(pixels(figure), [[0.75, 0.25], [0, 1]])
    assert title(figure) == "83.3% of 6 are right"


def test_confusion_names_rows_and_columns():
    axes = vis.confusion_matrix([0, 1], [1, 1], ["cat", "dog"]).axes[0]
    for ticks in (axes.get_xticklabels(), axes.get_yticklabels()):
        assert [tick.get_text() for tick in ticks] == ["cat", "dog"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")


def test_confusion_with_a_class_that_never_occurs(pixels):
    np.testing.assert_array_equal(pixels(vis.confusion_matrix([0, 2], [0, 2]))[1], 0)


@pytest.mark.parametrize(
    "y_true, y_pred, message",
    [
        ([0, 1], [0], r"same shape \(N,\) .* but have \(2,\) and \(1,\)"),
        ([], [], "N at least 1"),
        ([0, 2], [0, 0], "labels should be 0..1, but go from 0 to 2"),
        ([0, 1], [0, -1], "but go from -1 to 1"),
    ],
)
def test_confusion_of_labels_that_do_not_fit(y_true, y_pred, message):
    with pytest.raises(ValueError, match=message):
        vis.confusion_matrix(np.array(y_true, int), np.array(y_pred, int), ["zero", "one"])


def test_confusion_of_bytes_has_room_for_many_classes(title):
    y = np.arange(40, dtype=np.uint8)
    assert title(vis.confusion_matrix(y, y)) == "100.0% of 40 are right"


def test_confusion_wants_integers():
    with pytest.raises(ValueError, match="confusion_matrix: .* should hold integer class numbers, but hold float64"):
        vis.confusion_matrix(np.zeros(3), np.zeros(3, int))


def test_the_folds_are_dots_and_their_mean_a_line_in_percent():
    axes = vis.accuracy_against_k({5: [0.2, 0.4], 1: [0.1, 0.1]}).axes[0]
    np.testing.assert_allclose(
        [offset for dots in axes.collections[:2] for offset in dots.get_offsets()], [[1, 10], [1, 10], [5, 20], [5, 40]]
    )
    np.testing.assert_allclose(axes.lines[0].get_xydata(), [[1, 10], [5, 30]])
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1", "5"]


@pytest.mark.parametrize("last, scale", [(19, "linear"), (20, "log")])
def test_values_of_k_that_span_much_are_on_a_log_axis(last, scale):
    assert vis.accuracy_against_k({1: [0.1], last: [0.4]}).axes[0].get_xscale() == scale


def test_a_large_distance_matrix_says_that_only_a_part_is_shown():
    axes = vis.distance_matrix(np.zeros((300, 1700))).axes[0]
    assert axes.images[0].get_array().shape == (200, 500)
    assert axes.get_xlabel() == "training image (the first 500 of 1,700)"
    assert axes.get_ylabel() == "test image (the first 200 of 300)"
    axes = vis.distance_matrix(np.zeros((200, 500))).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("training image", "test image")


def test_distances_of_another_shape():
    with pytest.raises(ValueError, match=r"dists should have shape \(num_test, num_train\), but has \(3,\)"):
        vis.distance_matrix(np.zeros(3))


def test_times_say_how_much_faster_than_the_slowest():
    axes = vis.times({"slow": 30.0, "as slow": 29.0, "fast": 0.02, "half": 15.0, "fastest": 0.00002}).axes[0]
    assert [text.get_text() for text in axes.texts] == [
        "30 s",
        "29 s",
        "20 ms, 1,500x faster",
        "15 s, 2x faster",
        "20 µs, 1,500,000x faster",
    ]


@pytest.mark.parametrize("seconds, text", [(1, "1 s"), (0.999, "999 ms"), (1e-3, "1 ms"), (9.99e-4, "999 µs")])
def test_the_unit_of_a_time_fits_its_size(seconds, text):
    assert vis.times({"f": seconds}).axes[0].texts[0].get_text() == text


def test_confusions_that_round_to_zero_percent_are_not_written():
    y_true = np.zeros(1000, int)
    texts = vis.confusion_matrix(y_true, np.r_[1, y_true[1:]], ["zero", "one"]).axes[0].texts
    assert [(text.get_position(), text.get_text()) for text in texts] == [((0, 0), "100")]


def test_no_grid_is_drawn_over_a_matrix():
    for figure in (vis.distance_matrix(np.eye(3)), vis.confusion_matrix([0, 1], [0, 1])):
        axes = figure.axes[0]
        assert not any(line.get_visible() for line in axes.get_xgridlines() + axes.get_ygridlines())
