"""Known factors are named, and a factor is never inferred from only one or two numbers."""

import numpy as np
import pytest

from cs231n_lib.diagnosis import diagnose
from cs231n_lib.diagnosis.factors import constant_factor, factor_name, factor_words
from cs231n_lib.diagnosis.wrong_values import explain_array

NUMBERS = np.arange(1.0, 9.0)


def test_two_numbers_are_no_proof_of_an_odd_factor():
    assert diagnose(np.array([3.3]), np.array([1.0])).cause is None
    assert diagnose(np.array([1.4]), np.array([0.7])).cause == "factor_2"


def test_whole_numbers_are_often_twice_others_by_chance():
    """Such as the size of an image whose padding is always 1."""
    assert constant_factor(np.array(8.0), np.array(4.0), 1e-4) is None
    assert constant_factor(np.array([2.0, 3.0]), np.array([4.0, 6.0]), 1e-4) is None
    assert constant_factor(np.array([2.0, 3.0, 4.0]), np.array([4.0, 6.0, 8.0]), 1e-4).cause == "factor_1/2"
    assert constant_factor(np.array(-4.0), np.array(4.0), 1e-4).cause == "factor_-1"
    assert constant_factor(np.array(0.5), np.array(1.0), 1e-4).cause == "factor_1/2"


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (np.log(2), "base 2"),
        (1 / np.log(10), "base 10"),
        (4, "number of its columns"),
        (1 / 7, "number of its rows"),
        (28, "number of its entries"),
        (5 / 4, "ddof"),
        (np.sqrt(4 / 5), "ddof"),
        (-np.log(10), "opposite sign"),
    ],
)
def test_usual_factors_are_named(factor, words):
    numeric = np.random.default_rng(0).normal(size=(7, 4))
    assert words in diagnose(factor * numeric, numeric, num_examples=5).message


NAMELESS = [(1.0004, "is 1.0004 times"), (0.6934, "is 0.6934 times"), (0.25, "is 0.25 times")]


@pytest.mark.parametrize(("factor", "words"), NAMELESS)
def test_a_factor_without_a_name_is_said_as_it_is(factor, words):
    found = explain_array(factor * np.arange(1.0, 9.0), np.arange(1.0, 9.0))
    assert found.cause == "factor" and words in found.message


def test_the_factor_of_another_logarithm_is_named():
    assert "base 2" in explain_array(np.arange(1.0, 9.0) / np.log(2), np.arange(1.0, 9.0)).message


@pytest.mark.parametrize(
    ("c", "name"),
    [
        (2, "2"),
        (0.5, "1/2"),
        (-1, "-1"),
        (-2, "-2"),
        (10, "N"),
        (0.1, "1/N"),
        (-10, "-N"),
        (20, "2N"),
        (0.05, "1/2N"),
        (5, "N/2"),
        (0.2, "2/N"),
        (10 / 9, "N/(N-1)"),
        (9 / 10, "(N-1)/N"),
        (np.sqrt(10 / 9), "sqrt(N/(N-1))"),
        (np.sqrt(9 / 10), "sqrt((N-1)/N)"),
        (1 / np.log(2), "log2"),
        (np.log(2), "ln2"),
        (1 / np.log(10), "log10"),
        (-np.log(10), "-ln10"),
        (1, None),
        (3, None),
    ],
)
def test_the_names_of_factors(c, name):
    assert factor_name(c, num_examples=10) == name


def test_names_of_n_need_an_n_and_one_example_gives_none():
    assert factor_name(10) is None
    assert factor_name(1, num_examples=1) is None
    assert factor_name(2, num_examples=2) == "N"  # the more informative name
    assert factor_name(0.5, num_examples=2) == "1/N"


def test_a_factor_is_known_to_a_thousandth_and_that_of_a_logarithm_to_a_tenth_of_it():
    assert factor_name(2 * 1.0009) == "2"
    assert factor_name(2 * 1.0011) is None
    assert factor_name(2 * 1.009, tolerance=1e-2) == "2"
    assert factor_name(np.log(2) * 1.00009) == "ln2"
    assert factor_name(np.log(2) * 1.00011) is None


@pytest.mark.parametrize(
    ("c", "cause", "sentence"),
    [
        (-1, "factor_-1", "It has the right size but the opposite sign."),
        (2, "factor_2", "It is twice what it should be: is there a factor 2 too many, or is it added twice?"),
        (
            0.5,
            "factor_1/2",
            "It is half of what it should be: was a factor 2 forgotten, or is there a factor 1/2 too many?",
        ),
        (-2, "factor_-2", "It has the opposite sign and is twice what it should be: is there a factor 2 too many,"),
        (
            10,
            "factor_N",
            "It is 10 times too large, and 10 is the number of examples: was the division by it forgotten",
        ),
        (0.1, "factor_1/N", "It is 10 times too small, and 10 is the number of examples: is it divided by it once too"),
        (20, "factor_2N", "It is 20 times too large, which is twice the number of examples."),
        (0.05, "factor_1/2N", "It is 20 times too small, which is twice the number of examples."),
        (5, "factor_N/2", "It is 5 times too large, which is half the number of examples."),
        (0.2, "factor_2/N", "It is 5 times too small, which is half the number of examples."),
        (10 / 9, "factor_N/(N-1)", "over 10 examples divided by 9 (ddof)"),
        (
            1 / np.log(2),
            "factor_log2",
            "It is 1.443 times what it should be, as with the logarithm to base 2; np.log is",
        ),
        (1 / np.log(10), "factor_log10", "as with the logarithm to base 10; np.log is the natural logarithm."),
        (np.log(2), "factor_ln2", "does the loss use the logarithm to base 2 instead of np.log?"),
        (np.log(10), "factor_ln10", "does the loss use the logarithm to base 10 instead of np.log?"),
        (3.25, "factor", "It is 3.25 times what it should be everywhere: by what is it multiplied or divided?"),
        (1.0004, "factor", "It is 1.0004 times what it should be"),
    ],
)
def test_factors_in_words(c, cause, sentence):
    found, words = factor_words(c, num_examples=10)
    assert found == cause and sentence in words
    assert factor_words(c, 10, "The data part")[1].startswith("The data part ")


def test_a_constant_factor_is_one_for_all_entries():
    assert constant_factor(3.3 * NUMBERS, NUMBERS, 1e-4).cause == "factor"
    assert constant_factor(3.3 * NUMBERS + (NUMBERS == 8) * 0.1, NUMBERS, 1e-4) is None
    assert constant_factor(NUMBERS * (1 + 5e-5), NUMBERS, 1e-4) is None  # equal up to the tolerance
    assert constant_factor(NUMBERS * (1 + 2e-4), NUMBERS, 1e-4).cause == "factor"
    assert constant_factor(np.zeros(8), NUMBERS, 1e-4) is None
    assert constant_factor(NUMBERS, np.zeros(8), 1e-4) is None


def test_an_odd_factor_takes_three_numbers_that_are_not_0():
    expected = np.array([1.5, 2.0, 0.0, 0.0])
    assert constant_factor(3.3 * expected, expected, 1e-4) is None
    assert constant_factor(2 * expected, expected, 1e-4).cause == "factor_2"
    expected[2] = 4
    assert constant_factor(3.3 * expected, expected, 1e-4).cause == "factor"


@pytest.mark.parametrize(
    ("shape", "factor", "words"),
    [
        ((3, 5), 5, "It is 5 times too large, and 5 is the number of its columns: is it a sum instead of a mean"),
        ((3, 5), 1 / 3, "It is 3 times too small, and 3 is the number of its rows"),
        ((3, 5), 15, "15 is the number of its entries"),
        ((3, 4, 5), 4, "4 is the number of its entries along axis 1"),
        ((3, 2), 2, "It is twice what it should be"),
    ],
)
def test_a_factor_may_be_what_the_array_counts(shape, factor, words):
    expected = np.random.default_rng(0).normal(size=shape)
    assert words in constant_factor(factor * expected, expected, 1e-4).message
