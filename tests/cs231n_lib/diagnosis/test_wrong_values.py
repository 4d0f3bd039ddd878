"""Patterns are recognized, but never in a handful of numbers or in numbers that are all alike."""

import numpy as np
import pytest

from cs231n_lib import checks
from cs231n_lib.diagnosis import diagnose
from cs231n_lib.diagnosis.wrong_values import explain_array, explain_value


def test_one_wrong_row_of_six_numbers_is_not_called_a_wrong_row():
    expected = np.array([[0.0, 5.0, 1.0], [10.0, 5.0, 9.2]])
    actual = np.array([[0.0, 5.0, 1.0], [10.0, 15.0, 10.9]])
    assert explain_array(actual, expected) is None


def test_a_row_of_zeros_is_named_even_among_six_numbers():
    expected = np.array([[0.0, 5.0, 1.0], [10.0, 5.0, 9.2]])
    actual = np.array([[0.0, 5.0, 1.0], [0.0, 0.0, 0.0]])
    assert explain_array(actual, expected).cause == "wrong_rows"


def test_a_single_wrong_zero_beside_right_zeros_is_not_called_zero_everywhere():
    assert explain_array(np.array([[0.0, 0.0]]), np.array([[240.0, 0.0]])) is None


def test_a_constant_in_place_of_a_constant_is_not_called_an_offset():
    assert explain_array(np.ones(9), np.zeros(9)) is None


def test_a_gradient_too_small_by_n_asks_about_the_loss_too():
    gradient = np.random.default_rng(0).normal(size=(4, 3))
    assert "the loss" in diagnose(gradient / 7, gradient, num_examples=7).message


def test_what_is_nearly_right_is_not_called_rearranged():
    expected = np.array([[1.0, 1.00002], [1.00004, 1.00006], [3.0, 3.00002]])
    assert explain_array(expected + 3e-5 * np.array([[1, -1], [1, 1], [-1, 1]]), expected) is None


def test_one_number_everywhere_is_no_sum_over_an_axis():
    expected = np.arange(6.0).reshape(2, 3)
    assert explain_array(np.full((2, 3), 7.0), expected).cause == "constant"
    assert explain_array(np.broadcast_to(expected.sum(axis=0), (2, 3)), expected).cause == "broadcast"
    assert explain_array(np.full((2, 3), 7.0), np.full((2, 3), 7.5)).cause == "factor"


def test_what_misses_a_constant_has_no_offset_per_row():
    assert explain_array(np.array([[1.0, 1, 1], [2, 2, 2]]), np.zeros((2, 3))) is None


def test_a_mask_is_named_before_the_rows_that_it_spoils():
    expected = np.array([[1.0, 0, 2, 0], [3.0, 4, 0, 0], [5.0, 6, 7, 8], [1.0, 2, 4, 9]])
    actual = np.where(expected == 0, 5.0, expected)
    assert explain_array(actual, expected).cause == "should_be_zero"
    actual[2] += 1
    assert explain_array(actual, expected) is None


def test_signs_alone_are_named():
    expected = np.array([[0.3, -2.0, 1.0], [-0.7, 0.0, -4.0]])
    assert explain_array(0.1 * np.sign(expected), expected).cause == "only_signs"
    assert explain_array(np.sign(expected + 3), expected) is None


def test_numbers_cut_to_bytes_are_noticed():
    expected = np.array([-1.2, 0.4, 1.7, -0.6])
    assert explain_value(np.trunc(expected), expected).cause == "integer"
    assert explain_value(np.mod(np.trunc(expected), 256), expected).cause == "integer"
    assert explain_value(np.array([0.0, 2, 3]), np.array([1e-7, 2, 3])).cause != "integer"


def test_uint8_arithmetic_is_not_read_from_a_constant():
    assert explain_value(np.array([32.0, 32, 32]), np.zeros(3)) is None
    train, test = np.array([[250, 11], [33, 70]]), np.array([[10, 250]])
    wrapped = np.sqrt((np.mod(test - train, 256) ** 2).sum(axis=1))
    assert explain_value(wrapped, np.sqrt(((test - train) ** 2).sum(axis=1))).cause == "uint8"


def test_powers_of_two_are_no_uint8_arithmetic():
    expected = np.array([1.0, 2, 256, 512, 1024])
    assert explain_value(np.array([1.0, 2, 0, 256, 0]), expected) is None
    wrapped = np.array([44.0, 2, 0, 88, 1])
    assert explain_value(wrapped, np.array([300.0, 2, 256, 600, 257])).cause == "uint8"


def test_a_difference_finer_than_the_patterns_is_refused_all_the_same():
    with pytest.raises(checks.CheckFailed):
        checks.close(np.array([0.9999, 1, 1, 1, 1, 1]), np.ones(6), "x")


def test_four_entries_are_enough_for_an_offset():
    expected = np.array([[1.0, -2.0], [4.0, 7.0]])
    assert explain_array(expected + 0.5, expected).cause == "offset"
    assert explain_array(expected[0] + 0.5, expected[0]) is None


def test_three_entries_of_a_row_are_enough_for_a_shift_or_a_factor_of_its_own():
    expected = np.random.default_rng(0).normal(size=(5, 3))
    own = np.arange(2.0, 7.0)[:, None]
    assert explain_array(expected + own, expected).cause == "offset_per_slice"
    assert explain_array(expected * own, expected).cause == "factor_per_slice"
    assert explain_array(expected[:, :2] * own, expected[:, :2]) is None


def test_uint8_of_a_mean_over_examples():
    """-X[i] of uint8 pixels is 256 - X[i], so a sum over examples is right modulo 256."""
    X = np.random.default_rng(0).integers(1, 256, (7, 5))
    expected = -X.sum(axis=0)[:, None] * np.array([1.0, 0, 0, 0]) / 7 - X[0][:, None] * np.array([0, 1.0, 2.0, 0]) / 7
    wrapped = expected + 256 * np.array([7.0, 1, 2, 0]) / 7
    assert explain_value(wrapped, expected, num_examples=7).cause == "uint8"
    found = explain_value(wrapped, expected)
    assert found.cause == "offset_per_slice" and "depends on the column only missing or wrong?" in found.message


def test_a_few_wrong_values_lie_at_the_border_of_a_small_image_by_chance():
    expected = np.random.default_rng(0).normal(size=(1, 2, 3, 3))
    wrong = expected.copy()
    wrong[0, 1, 0, 1] += 1
    assert explain_value(wrong, expected) is None
    wrong = expected.copy()
    wrong[..., [0, -1], :] += expected[..., [0, -1], :] ** 2
    wrong[..., 1, [0, -1]] -= 0.3
    found = explain_value(wrong, expected)
    assert found.cause == "wrong_border" and found.message.endswith(
        "look at the padding, or at what reaches the border."
    )


def test_wrong_values_at_the_border_of_a_large_image_are_no_chance():
    expected = np.random.default_rng(0).normal(size=(1, 1, 12, 12))
    wrong = expected.copy()
    wrong[0, 0, 0, [1, 4, 8]] += [1, 2, -1]
    wrong[0, 0, [3, 7, 9], 11] += [1, 2, -1]
    assert explain_value(wrong, expected).cause == "wrong_border"
