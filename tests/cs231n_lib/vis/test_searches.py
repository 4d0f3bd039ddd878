import numpy as np
import pytest

from cs231n_lib import vis

RESULTS = [
    ({"learning_rate": 1e-4, "reg": 0.1, "hidden_dim": 50}, 0.3),
    ({"learning_rate": 1e-2, "reg": 0.2, "hidden_dim": 100}, 0.5),
    ({"learning_rate": 1e-1, "reg": 0.3, "hidden_dim": 20}, float("nan")),
]


def test_the_search_shows_the_best_validation_accuracy(title):
    figure = vis.search_grid({(1e-3, 0.1): (0.9, 0.3), (1e-2, 0.1): (0.5, 0.4)})
    assert title(figure, 1) == "validation accuracy, best 40.0%"
    assert figure.axes[0].get_xscale() == figure.axes[0].get_yscale() == "log"


def test_an_empty_grid_says_what_it_should_be():
    with pytest.raises(ValueError, match="learning_rate, reg"):
        vis.search_grid({})


def test_the_scatter_names_the_best_settings(title):
    assert title(vis.search_scatter(RESULTS)) == "best 50.0%: learning rate 0.01, reg 0.2, hidden dim 100"


def test_the_scatter_is_logarithmic_where_values_span_much():
    axes = vis.search_scatter(RESULTS).axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "linear")


def test_the_scatter_shows_the_settings_asked_for():
    axes = vis.search_scatter(RESULTS, x="hidden_dim").axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("hidden dim", "learning rate")
    np.testing.assert_allclose(axes.collections[0].get_offsets()[1], [100, 1e-2])


def test_a_run_without_accuracy_is_marked(legend):
    figure = vis.search_scatter(RESULTS)
    assert legend(figure) == ["no accuracy"]
    np.testing.assert_allclose(figure.axes[0].collections[1].get_offsets(), [[1e-1, 0.3]])


@pytest.mark.parametrize(
    "results, arguments, message",
    [
        ([], {}, "at least one"),
        ([(1e-3, 0.5)], {}, "where settings is a dict"),
        ([({"reg": 1}, 0.5)], {}, "two settings"),
        (RESULTS, {"x": "momentum"}, "no 'momentum'"),
    ],
)
def test_results_of_another_form(results, arguments, message):
    with pytest.raises(ValueError, match=message):
        vis.search_scatter(results, **arguments)


def test_a_strength_of_zero_has_its_place_at_the_edge_of_a_log_axis():
    axes = vis.search_grid({(1e-3, 0.0): (0.4, 0.3), (1e-2, 0.1): (0.5, 0.4), (1e-2, 1.0): (0.5, 0.4)}).axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("symlog", "log")


def test_where_all_are_zero_the_axis_stays_linear():
    axes = vis.search_grid({(1e-3, 0.0): (0.4, 0.3), (1e-2, 0.0): (0.5, 0.4)}).axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "log")


def test_the_best_run_is_ringed():
    ring = vis.search_grid({(1e-3, 0.1): (0.9, 0.3), (1e-2, 0.2): (0.5, 0.4)}).axes[1].collections[-1]
    np.testing.assert_allclose(ring.get_offsets(), [[0.2, 1e-2]])
    ring = vis.search_scatter(RESULTS).axes[0].collections[-1]
    np.testing.assert_allclose(ring.get_offsets(), [[1e-2, 0.2]])


def test_a_search_without_any_accuracy_has_no_best_run(title):
    assert title(vis.search_grid({(1e-3, 0.1): (float("nan"), float("nan")), (1e-2, 0.1): (0.5, float("nan"))}), 1) == (
        "validation accuracy"
    )
    assert title(vis.search_scatter([RESULTS[-1]])) == ""
