"""How the value of a test's last expression becomes points that nbgrader reads."""

import pytest

from autograder.notebook.partial_credit import settled


def result(shown):
    return {"output_type": "execute_result", "data": {"text/plain": shown}, "metadata": {}}


def given(shown, points=3.0):
    """(the value that nbgrader reads, why it is not a number of points)"""
    (output,), why_not = settled([result(shown)], points)
    return output["data"]["text/plain"], why_not


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        ("2", 2.0), ("0", 0.0), ("3", 3.0), ("1.5", 1.5), ("-1", 0.0), ("4", 3.0), ("1e300", 3.0),
        ("True", 3.0), ("False", 0.0), ("np.True_", 3.0), ("np.False_", 0.0),
        ("np.int64(0)", 0.0), ("np.float64(2.5)", 2.5), ("np.float64(-0.5)", 0.0),
    ],
)  # fmt: skip
def test_a_number_counts_from_0_to_the_points_of_the_cell(shown, value):
    assert given(shown) == (repr(value), None)


@pytest.mark.parametrize(
    "shown", ["'2'", "array([1, 2])", "None", "nan", "inf", "-1e999", "np.float64(nan)", "", "[2]"]
)
def test_anything_else_counts_nothing_and_is_said(shown):
    assert given(shown) == (shown, f"the test ends in a value that is not a number of points: {shown}")


def test_of_a_long_value_80_characters_are_said():
    assert given("x" * 80)[1].endswith(": " + "x" * 80) and given("x" * 81)[1].endswith(": " + "x" * 80 + "…")


def test_what_is_printed_or_shown_stays_as_it_is():
    printed = {"output_type": "stream", "name": "stdout", "text": "7"}
    shown = {"output_type": "display_data", "data": {"text/plain": "7"}, "metadata": {}}
    assert settled([printed, result("7"), shown], 2.0) == ((printed, result("2.0"), shown), None)
    assert settled([], 2.0) == ((), None)


def test_the_outputs_that_were_given_are_not_changed():
    output = result("7")
    settled([output], 2.0)
    assert output == result("7")
