"""Statistics, compared with values worked out by hand and with NumPy's definitions."""

import numpy as np
import pytest

from autograder.reports.statistics_of_points import Summary, discrimination, histogram, summary


def test_a_summary_worked_out_by_hand():
    # deviations from the mean 4: -3, -2, -1, 6; their squares add up to 50; the root of 50 / 3 is 4.0825
    found = summary([10.0, 1.0, 2.0, 3.0])
    assert (found.count, found.mean, found.deviation) == (4, 4.0, pytest.approx(4.082483, abs=1e-6))
    # between sorted values 1 2 3 10: at 0.75, 1.5 and 2.25 steps
    assert (found.least, found.lower, found.median, found.upper, found.most) == (1.0, 1.75, 2.5, 4.75, 10.0)


def test_few_numbers():
    assert summary([]) == Summary(0)
    assert summary([3.0]) == Summary(1, 3.0, None, 3.0, 3.0, 3.0, 3.0, 3.0)
    assert summary([2.0, 2.0]).deviation == 0.0


def test_quartiles_are_those_of_numpy():
    values = list(np.random.default_rng(0).uniform(0, 50, 37))
    found = summary(values)
    assert [found.lower, found.median, found.upper] == pytest.approx(np.quantile(values, [0.25, 0.5, 0.75]), abs=1e-5)


def test_each_fraction_is_in_one_bin_and_full_points_are_in_the_last():
    assert histogram([]) == (0,) * 10
    assert histogram([0.0, 0.0999, 0.1, 0.95, 1.0]) == (2, 1, 0, 0, 0, 0, 0, 0, 0, 2)
    assert histogram([1 - 0.9]) == (0, 1, 0, 0, 0, 0, 0, 0, 0, 0)  # this is 0.09999999999999998
    assert histogram([1.2, -0.1]) == (1, 0, 0, 0, 0, 0, 0, 0, 0, 1)  # extra credit, and a penalty


def test_discrimination_worked_out_by_hand():
    # item 0 0 1 1, rest 1 2 2 3: deviations -.5 -.5 .5 .5 and -1 0 0 1; 1 / sqrt(1 * 2)
    assert discrimination([0, 0, 1, 1], [1, 2, 3, 4]) == pytest.approx(0.707107, abs=1e-6)
    # with the item counted in the total, it would be 0.894427
    assert discrimination([1, 1, 0, 0], [2, 3, 2, 3]) == pytest.approx(-0.707107, abs=1e-6)  # rest 1 2 2 3
    assert discrimination([0, 1, 0, 1], [0, 1, 4, 5]) == 0.0  # rest 0 0 4 4


@pytest.mark.parametrize(
    ("item", "total"),
    [
        ([], []),
        ([1], [2]),
        ([1, 1, 1], [1, 2, 3]),  # everybody passes
        ([0, 1, 1], [2, 3, 3]),  # the rest is equal
        ([0.1, 0.2], [0.4, 0.5]),  # the rest differs by rounding only
    ],
)
def test_where_nothing_differs_there_is_no_discrimination(item, total):
    assert discrimination(item, total) is None
