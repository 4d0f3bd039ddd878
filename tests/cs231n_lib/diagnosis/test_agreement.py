import numpy as np
import pytest

from cs231n_lib.diagnosis.agreement import agree, differs, rel_error, scaled_error


def test_rel_error_is_the_customary_one():
    assert rel_error(np.array([1.0, 0.0]), np.array([3.0, 0.0])) == 0.5
    assert rel_error(np.zeros(2), np.zeros(2)) == 0
    assert rel_error([], []) == 0
    assert rel_error([[1, 2]], [[1], [3]]) == 0.5  # shapes broadcast: |1 - 3| / (1 + 3)
    assert rel_error(np.array([3], np.uint8), np.array([5], np.uint8)) == 0.25  # bytes do not wrap around
    assert np.isnan(rel_error([1.0, np.nan], [1.0, 2.0]))


def test_rel_error_of_opposite_numbers_is_1_and_of_tiny_ones_is_measured_by_1e_8():
    assert rel_error(-2.0, 2.0) == 1
    assert rel_error(1e-9, 0.0) == pytest.approx(0.1)
    assert rel_error(2e-8, 0.0) == 1


def test_entries_below_a_tenth_of_the_largest_count_as_that_tenth():
    found = scaled_error(np.array([10.0, 0.5, 0.0]), np.array([10.0, 0.0, 0.001]))
    np.testing.assert_allclose(found, [0, 0.5, 0.001])
    np.testing.assert_allclose(scaled_error(np.array([3.0]), np.array([1.0])), [0.5])  # |a - n| / (|a| + |n|)


def test_what_is_uncertain_is_forgiven():
    found = scaled_error(np.array([1.0, 1.5]), np.array([1.1, 1.0]), noise=0.2)
    np.testing.assert_allclose(found, [0, 0.3 / 2.5])


def test_zeros_and_nothing_have_no_scaled_error():
    assert not scaled_error(np.zeros(3), np.zeros(3)).any()
    assert scaled_error(np.zeros((0, 2)), np.zeros((0, 2))).shape == (0, 2)


def test_a_tolerance_is_relative_to_the_entry_or_to_a_tenth_of_the_largest():
    expected = np.array([-8.0, 4.0, 0.0])
    at_the_limit = np.array([8.0, 4.0, 0.8]) * 0.25
    assert not differs(expected + at_the_limit, expected, 0.25).any()
    assert differs(expected + 1.01 * at_the_limit, expected, 0.25).all()
    assert agree(expected - at_the_limit, expected, 0.25)
    assert not agree(expected + [0, 0, 0.3], expected, 0.25)


def test_nan_agrees_with_nothing():
    assert differs(np.array([np.nan, 1.0]), np.ones(2), 1.0).tolist() == [True, False]


def test_nothing_agrees_with_nothing():
    assert agree(np.zeros((0, 2)), np.zeros((0, 2)), 1e-4)
