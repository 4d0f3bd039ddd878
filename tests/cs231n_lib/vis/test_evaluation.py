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


@pytest.mark.parametrize("y_true, y_pred, message", [
    ([0, 1], [0], r"same shape \(N,\) .* but have \(2,\) and \(1,\)"),
    ([], [], "N at least 1"),
    ([0, 2], [0, 0], "labels should be 0..1, but go from 0 to 2"),
    ([0, 1], [0, -1], "but go from -1 to 1"),
])
def test_confusion_of_labels_that_do_not_fit(y_true, y_pred, message):
    with pytest.raises(ValueError, match=message):
        vis.confusion_matrix(np.array(y_true, int), np.array(y_pred, int), ["zero", "one"])


def test_confusion_of_bytes_has_room_for_many_classes(title):
    y = np.arange(40, dtype=np.uint8)
    assert title(vis.confusion_matrix(y, y)) == "100.0% of 40 are right"


def test_confusion_wants_integers():
    with pytest.raises(ValueError, match="confusion_matrix: .* should hold class numbers, integers, but hold float64"):
        vis.confusion_matrix(np.zeros(3), np.zeros(3, int))
