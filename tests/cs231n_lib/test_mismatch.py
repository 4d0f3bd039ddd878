"""A handful of numbers, or numbers that are all alike, show no pattern: no mistake is named from them."""

import numpy as np

from cs231n_lib.gradient_check import diagnose
from cs231n_lib.mismatch import explain


def test_one_wrong_row_of_six_numbers_is_not_called_a_wrong_row():
    expected = np.array([[0.0, 5.0, 1.0], [10.0, 5.0, 9.2]])
    actual = np.array([[0.0, 5.0, 1.0], [10.0, 15.0, 10.9]])
    assert explain(actual, expected) is None


def test_a_row_of_zeros_is_named_even_among_six_numbers():
    expected = np.array([[0.0, 5.0, 1.0], [10.0, 5.0, 9.2]])
    actual = np.array([[0.0, 5.0, 1.0], [0.0, 0.0, 0.0]])
    assert explain(actual, expected).cause == "wrong_rows"


def test_a_single_wrong_zero_beside_right_zeros_is_not_called_zero_everywhere():
    assert explain(np.array([[0.0, 0.0]]), np.array([[240.0, 0.0]])) is None


def test_a_constant_in_place_of_a_constant_is_not_called_an_offset():
    assert explain(np.ones(9), np.zeros(9)) is None


def test_a_gradient_too_small_by_n_asks_about_the_loss_too():
    gradient = np.random.default_rng(0).normal(size=(4, 3))
    assert "the loss" in diagnose(gradient / 7, gradient, num_examples=7).message
