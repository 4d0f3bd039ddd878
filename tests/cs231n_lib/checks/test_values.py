"""A right value passes however it was computed; a wrong one fails with a message that describes the likely mistake."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cs231n_lib import checks
from cs231n_lib.mistakes import Mistake

FEW = settings(max_examples=15, deadline=None)
VALUES = arrays.arrays(np.float64, arrays.array_shapes(max_dims=3, max_side=4), elements=st.floats(-1e3, 1e3, width=32))


@FEW
@given(VALUES)
def test_close_passes_what_is_computed_in_other_ways(expected):
    for actual in (
        expected,
        expected.tolist(),
        np.asfortranarray(expected),
        expected.astype(np.float32),
        expected * (1 + 1e-7),
        (expected * (1 + 1e-6)).astype(np.float32).astype(np.float64),
    ):
        checks.close(actual, expected, "the array")


@pytest.mark.parametrize(
    "two", [2, 2.0, np.float32(2), np.float64(2), np.array(2), np.int64(2), np.array(2.0, np.float16)]
)
def test_close_takes_any_number_for_a_number(two):
    checks.close(two, 2.0, "the loss")


@FEW
@given(VALUES, st.floats(0.01, 1))
def test_close_fails_for_other_values(message, expected, off):
    wrong = expected + off * (1 + np.max(np.abs(expected)))
    assert "the array" in message(checks.close, wrong, expected, "the array")


def test_close_forgives_float32_inside_unless_told_otherwise(message):
    checks.close(2.000002, 2.0, "the loss")
    message(checks.close, 2.000002, 2.0, "the loss", rtol=1e-7)
    checks.close(np.float32(2.000002), 2.0, "the loss", rtol=1e-7)
    checks.close(float(np.float32(np.pi)), np.pi, "the loss", rtol=1e-9)


def test_close_is_not_fooled_by_simple_fractions(message):
    message(checks.close, 0.50001, 0.5, "the loss", rtol=1e-6)
    message(checks.close, 0.5, 0.50001, "the loss", rtol=1e-6)


MATRIX = np.random.default_rng(0).uniform(1, 9, (4, 4)).round(3)


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (None, "return statement"),
        ("3.2", "'3.2'"),
        ({"loss": 1}, "a dict of 1"),
        (object(), "an object of type object"),
        (np.array([[None] * 4] * 4), "object"),
        ([[1, 2], [3]], "rows differ"),
        ((1.5, MATRIX), "only one of them"),
        (MATRIX[:3].T, "(4, 3)"),
        (MATRIX[None], "too many"),
        (MATRIX.sum(axis=0), "axis is missing"),
        (MATRIX.ravel(), "An axis is missing"),
        (MATRIX.sum(), "single number"),
        (np.where(MATRIX > 5, np.nan, MATRIX), "NaN"),
        (np.where(MATRIX > 5, np.inf, MATRIX), "infinite"),
        (MATRIX * 0, "0 everywhere"),
        (MATRIX * 2, "twice"),
        (MATRIX / 2, "half"),
        (-MATRIX, "sign"),
        (MATRIX * 6, "number of examples"),
        (MATRIX / 6, "number of examples"),
        (MATRIX * 3.7, "3.7"),
        (MATRIX**2, "square root forgotten"),
        (np.sqrt(MATRIX), "square root of"),
        (np.log(MATRIX), "log"),
        (np.exp(MATRIX), "exp"),
        (1 / MATRIX, "1 divided by"),
        (MATRIX.T, "transposed"),
        (MATRIX + 1, "same amount"),
        (MATRIX.astype(int), "whole numbers"),
        (MATRIX[::-1], "reverse"),
        (MATRIX.reshape(2, 2, 4).transpose(1, 0, 2).reshape(4, 4), "wrong places"),
        (np.broadcast_to(MATRIX[0], (4, 4)), "rows are equal"),
        (MATRIX * [[1], [1], [3], [1]], "row 2"),
        (MATRIX * [1, 1, 0, 1], "column 2, which is 0"),
        (MATRIX * np.eye(4), "diagonal"),
        (MATRIX * [1, 2, 3, 4], "Worst at"),
    ],
)
def test_close_says_what_is_wrong(message, actual, words):
    text = message(checks.close, actual, MATRIX, "the matrix", num_examples=6)
    assert text.startswith("the matrix: ")
    assert words in text
    assert len(text.splitlines()) <= 4


def test_close_recognizes_uint8_arithmetic(message):
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 256, (2, 5, 12), dtype=np.uint8)
    wide = a[:, None].astype(float) - b[None]
    expected = np.sqrt(np.sum(wide**2, axis=2))
    difference = a[:, None] - b[None]
    assert "uint8" in message(checks.close, np.sqrt(np.sum(difference**2, axis=2)), expected, "distances")
    assert "uint8" in message(checks.close, difference[:, :, 0], wide[:, :, 0], "differences")


def test_close_adds_the_hint(message):
    assert message(checks.close, 1.3, 2.0, "the loss", hint="Look again.").endswith("Look again.")


def test_close_expects_infinities_and_nan_where_told(message):
    checks.close([np.inf, np.nan, 1], [np.inf, np.nan, 1], "x")
    assert "infinite" in message(checks.close, [np.inf, 2.0], [1.0, 2.0], "x")
    assert "expected inf" in message(checks.close, [1.0, 2.0], [np.inf, 2.0], "x")


def test_close_goes_through_dicts(message):
    checks.close({"W": [1.0], "b": 2}, {"W": np.ones(1), "b": 2.0}, "params")
    assert "params['b']" in message(checks.close, {"W": [1.0], "b": 3}, {"W": np.ones(1), "b": 2.0}, "params")
    assert "no key 'b'" in message(checks.close, {"W": [1.0]}, {"W": np.ones(1), "b": 2.0}, "params")


def test_shape(message):
    checks.shape(np.ones((2, 3)), (2, 3), "W")
    checks.shape([1, 2], 2, "b")
    assert "transposed" in message(checks.shape, np.ones((3, 2)), (2, 3), "W")


def test_dtype(message):
    checks.dtype(np.float32(1), np.float32, "x")
    checks.dtype(np.ones(1, np.int32), (np.int32, np.int64), "x")
    assert "float64; it should be float32" in message(checks.dtype, np.ones(1), np.float32, "x")


@pytest.mark.parametrize("kind, fits, other", [(np.integer, np.uint16, np.float32), (np.floating, np.float32, np.int8)])
def test_dtype_of_a_kind(kind, fits, other, message):
    checks.dtype(np.ones(1, fits), kind, "x")
    checks.dtype(np.ones(1, other), (kind, other), "x")
    wanted = {np.integer: "an integer type", np.floating: "a floating type"}[kind]
    assert (
        message(checks.dtype, np.ones(1, other), kind, "x")
        == f"x: its dtype is {np.dtype(other)}; it should be {wanted}."
    )
    assert "it should be" in message(checks.dtype, np.ones(1, bool), kind, "x")


def test_finite(message):
    checks.finite([1, 2], "x")
    assert "overflows" in message(checks.finite, [1, np.inf], "x")


def test_true(message):
    checks.true(np.True_, "no")
    checks.true(np.array([True]), "no")
    assert message(checks.true, False, "not so") == "not so"
    assert "not so" in message(checks.true, None, "not so")


def test_resembles(message):
    truth, rng = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]]), np.random.default_rng(0)
    for alike in (truth, -truth, 3 * truth, truth + 0.1 * rng.normal(size=truth.shape), truth.astype(np.float32)):
        checks.resembles(alike, truth, "x")
    for other in (0 * truth, 0 * truth + 1, np.arange(6).reshape(2, 3)):
        assert "x: it has little to do with the right values" in message(checks.resembles, other, truth, "x")
    for copied in (truth, 2 * truth + 1):
        text = message(checks.resembles, copied, np.sign(truth), "x", given=(truth,))
        assert "it is an array that the function was given" in text
    for broken in (None, truth[0], np.full(truth.shape, np.nan)):
        message(checks.resembles, broken, truth, "x")


def test_resembles_compares_the_parts_of_a_tuple(message):
    truth = np.array([1.0, -2.0, 3.0, 0.5])
    checks.resembles((truth, object()), (truth, None), "x")
    checks.resembles((3, 2 * truth), (None, truth), "x")
    text = message(checks.resembles, (truth, 0 * truth), (None, truth), "x")
    assert "x, value 2 of 2: it has little to do with the right values" in text
    assert message(checks.resembles, truth, (None, truth), "x") == "x: expected 2 values, got an array of shape (4,)."
    assert "expected 2 values, got a tuple of 1 entry" in message(checks.resembles, (truth,), (None, truth), "x")


def test_nothing_resembles_a_constant():
    with pytest.raises(TypeError, match="not all equal"):
        checks.resembles(np.ones(3), np.ones(3), "x")


def test_by_default_a_hundred_millionth_is_forgiven_beside_zero(message):
    checks.close([0.9e-8, 0.0], [0.0, 0.0], "x")
    message(checks.close, [1.1e-8, 0.0], [0.0, 0.0], "x")
    message(checks.close, [1e-9, 0.0], [0.0, 0.0], "x", atol=1e-10)


def test_by_default_a_millionth_or_ten_millionths_of_the_largest_are_forgiven(message):
    expected = np.array([np.pi, np.pi / 1000])
    checks.close(expected + [0, 0.9e-5 * np.pi], expected, "x")
    message(checks.close, expected + [0, 1.2e-5 * np.pi], expected, "x")


def test_a_tolerance_that_is_given_is_taken_at_its_word(message):
    checks.close(np.pi * (1 + 0.9e-3), np.pi, "x", rtol=1e-3)
    message(checks.close, np.pi * (1 + 1.1e-3), np.pi, "x", rtol=1e-3)
    message(checks.close, [np.pi, 1e-6], [np.pi, 0], "x", rtol=1e-3)


def test_float32_results_get_a_ten_thousandth_whatever_is_asked(message):
    checks.close(np.float32(np.pi * (1 + 0.9e-4)), np.pi, "x", rtol=1e-9)
    message(checks.close, np.float32(np.pi * (1 + 1.3e-4)), np.pi, "x", rtol=1e-9)


def test_how_many_values_are_wrong_is_said(message):
    assert "all 3 values are wrong" in message(checks.close, [1, 5, 2], [0, 0, 9], "x")
    assert "its one value is wrong" in message(checks.close, [1], [0], "x")
    assert "1 of 3 values is wrong" in message(checks.close, [1, 0, 9], [0, 0, 9], "x")
    assert "2 of 3 values are wrong" in message(checks.close, [1, 5, 9], [0, 0, 9], "x")
    assert "x: its value is wrong.\nExpected 2, got 1." in message(checks.close, 1, 2, "x")


def test_the_worst_entry_is_shown(message):
    assert "Worst at [1, 0]: expected 4, got 9." in message(checks.close, [[1, 2], [9, 3]], [[1, 2], [4, 7]], "x")


def test_a_single_number_that_is_not_finite_has_no_place(message):
    assert "x: it is NaN." in message(checks.finite, float("nan"), "x")
    assert "x: it is infinite." in message(checks.finite, -np.inf, "x")
    assert "x: 2 of 3 entries are NaN, the first at [1]." in message(checks.finite, [1, np.nan, np.nan], "x")


def test_several_types_are_listed(message):
    assert "it should be int32 or int64" in message(checks.dtype, np.ones(1), (np.int32, np.int64), "x")


def test_true_wants_a_truth_value(message):
    assert "not so\n(The condition is not a truth value: got a dict of 0" in message(checks.true, {}, "not so")
    with pytest.raises(TypeError, match="use .all\\(\\) or .any\\(\\) on an array"):
        checks.true(np.ones(2, bool), "not so")
    assert message(checks.true, np.array([0]), "not so") == "not so"


@pytest.mark.parametrize(
    ("shape", "expected", "words"),
    [
        ((3, 2), (2, 3), "Is it transposed?"),
        ((2, 4, 3), (2, 3, 4), "Are its axes in another order?"),
        ((2, 1, 3), (2, 3), "It has an axis of length 1 too many"),
        ((2, 3), (2, 1, 3), "An axis of length 1 is missing"),
        ((), (2, 3), "It is a single number"),
        ((3,), (2, 3), "An axis is missing"),
        ((6, 2), (3, 4), "It has the right number of entries: is it reshaped?"),
        ((2, 3, 5), (2, 3), "It has an axis too many: is a sum or mean over it missing?"),
    ],
)
def test_a_wrong_shape_has_a_likely_reason(message, shape, expected, words):
    assert f"it should have {expected}. {words}" in message(checks.shape, np.ones(shape), expected, "x")


def test_a_shape_without_a_likely_reason_is_only_told(message):
    assert message(checks.shape, np.ones((2, 5)), (2, 3), "x").splitlines()[0] == (
        "x: it has shape (2, 5); it should have (2, 3)."
    )


def test_no_mistake_is_guessed_where_infinities_are_expected(message):
    expected = np.array([1.0, 2.0, 3.0, np.inf])
    assert "Likely mistake" in message(checks.close, 2 * expected[:3], expected[:3], "x")
    assert "Likely mistake" not in message(checks.close, 2 * expected, expected, "x")


def test_a_known_mistake_is_met_as_exactly_as_the_answers_type_allows(message):
    expected = np.array([1.0, 2.0, 3.0, 4.0])
    near = expected**3 * (1 + 5e-5)
    known = [Mistake("t.cubed", "It is cubed.", x=expected**3)]
    for dtype, named in ((np.float64, False), (np.float32, True)):
        text = message(checks.close, near.astype(dtype), expected, "x", mistakes=known)
        assert ("[t.cubed]" in text) == named
