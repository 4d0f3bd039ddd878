"""Right gradients are never reported, and each planted mistake gets its own cause."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cs231n_lib.diagnosis import diagnose

FEW = settings(max_examples=15, deadline=None)
ENTRIES = st.floats(-100, 100).map(lambda x: float(np.round(x, 6)))
SEEDS = st.integers(0, 10_000)
GRADIENTS = arrays.arrays(np.float64, arrays.array_shapes(max_dims=4, max_side=5), elements=ENTRIES)


MISTAKES = {
    "missing_regularization": lambda p: p.data,
    "only_regularization": lambda p: p.penalty,
    "factor_N": lambda p: p.N * p.data + p.penalty,
    "factor_1/N": lambda p: p.data / p.N + p.penalty,
    "factor_-1": lambda p: -p.data + p.penalty,
    "factor_N+missing_regularization": lambda p: p.N * p.data,
    "factor_N+wrong_regularization_factor": lambda p: p.N * p.data + p.penalty / 2,
    "single_example": lambda p: np.outer(p.X[-1], (p.dscores - p.correct)[-1]) / p.N + p.penalty,
    "zero": lambda p: np.zeros_like(p.W),
    "none": lambda p: None,
    "nan": lambda p: np.where(p.W > 0, np.nan, p.data),
    "infinite": lambda p: np.where(p.W > 0, np.inf, p.data),
    "shape": lambda p: (p.data + p.penalty).T,
    "broadcast": lambda p: np.broadcast_to(p.numeric.mean(axis=0), p.W.shape),
    "offset": lambda p: p.numeric + 0.3,
    "reordered": lambda p: p.numeric.T.reshape(p.W.shape),
    "absolute_value": lambda p: np.abs(p.numeric),
}


@FEW
@given(GRADIENTS)
def test_a_right_gradient_is_good(numeric):
    found = diagnose(numeric.copy(), numeric, num_examples=4)
    assert (found.verdict, found.cause) == ("good", None)


@FEW
@given(GRADIENTS, st.integers(0, 1000))
def test_rounding_of_central_differences_is_forgiven(analytic, seed):
    scale = np.max(np.abs(analytic))
    noise = np.random.default_rng(seed).uniform(-1, 1, analytic.shape) * (1e-10 + 1e-9 * scale)
    assert diagnose(analytic, analytic + noise).verdict == "good"


@FEW
@given(GRADIENTS)
def test_a_gradient_rounded_to_float32_is_good(numeric):
    for analytic in (numeric.astype(np.float32), numeric.astype(np.float32).astype(np.float64)):
        assert diagnose(analytic, numeric).verdict == "good"


@FEW
@given(seed=SEEDS)
def test_a_right_gradient_with_all_facts_given_is_good(make_problem, seed):
    problem = make_problem(seed)
    assert problem.diagnose(problem.data + problem.penalty).verdict == "good"


@FEW
@given(GRADIENTS, st.integers(0, 1000))
def test_a_wrong_gradient_is_never_right(numeric, seed):
    rng = np.random.default_rng(seed)
    wrong = numeric + (1 + np.max(np.abs(numeric))) * rng.uniform(0.1, 1, numeric.shape)
    found = diagnose(wrong, numeric, num_examples=7)
    assert found.verdict == "wrong"
    assert found.message


@pytest.mark.parametrize("cause", MISTAKES)
@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_a_planted_mistake_gets_its_cause(cause, make_problem, seed):
    problem = make_problem(seed)
    found = problem.diagnose(MISTAKES[cause](problem))
    assert found.cause == cause
    assert found.verdict == "wrong"


@pytest.mark.parametrize(
    ("factor", "cause"),
    [
        (8, "factor_N"),
        (1 / 8, "factor_1/N"),
        (2, "factor_2"),
        (0.5, "factor_1/2"),
        (-1, "factor_-1"),
        (-8, "factor_-N"),
        (16, "factor_2N"),
        (3.3, "factor"),
    ],
)
@settings(max_examples=5, deadline=None)
@given(seed=SEEDS)
def test_a_constant_factor_is_named(factor, cause, make_problem, seed):
    problem = make_problem(seed)
    assert diagnose(factor * problem.numeric, problem.numeric, num_examples=8).cause == cause


@FEW
@given(st.integers(0, 1000))
def test_a_square_gradient_may_be_transposed(seed):
    numeric = np.random.default_rng(seed).normal(size=(4, 4))
    assert diagnose(numeric.T, numeric).cause == "transposed"


@pytest.mark.parametrize(
    ("change", "cause", "words"),
    [
        (np.s_[2], "wrong_rows", "row 2"),
        (np.s_[-1], "wrong_rows", "(the last)"),
        (np.s_[:, 1], "wrong_columns", "column 1"),
        (np.s_[:-1], "wrong_rows", "Only row 5 (the last) is right"),
        (np.s_[:, [0, 2]], "wrong_columns", "columns 0 and 2"),
    ],
)
@settings(max_examples=5, deadline=None)
@given(seed=SEEDS)
def test_wrong_rows_and_columns_are_named(change, cause, words, make_problem, seed):
    problem = make_problem(seed)
    for damage in (lambda part: 0 * part, lambda part: part**2 + 1):
        analytic = problem.numeric.copy()
        analytic[change] = damage(analytic[change])
        found = diagnose(analytic, problem.numeric)
        assert found.cause == cause
        assert words in found.message


def test_a_factor_in_some_rows_is_named(make_problem):
    numeric = make_problem(0).numeric
    analytic = numeric.copy()
    analytic[3] *= 2
    assert "twice" in diagnose(analytic, numeric).message


def test_a_forgotten_mask_is_noticed():
    rng = np.random.default_rng(0)
    dout, x = rng.normal(size=(5, 6)), rng.normal(size=(5, 6))
    assert diagnose(dout, dout * (x > 0)).cause == "should_be_zero"
    assert diagnose(dout * (x > 0), dout).cause == "missing_entries"


def test_a_forgotten_factor_per_column_is_noticed():
    rng = np.random.default_rng(0)
    dx, gamma = rng.normal(size=(5, 4)), rng.uniform(1, 2, 4)
    found = diagnose(dx, gamma * dx)
    assert found.cause == "factor_per_slice"
    assert "column" in found.message


def test_an_error_that_is_constant_per_column_is_noticed():
    rng = np.random.default_rng(0)
    dx = rng.normal(size=(5, 4))
    assert diagnose(dx - dx.mean(axis=0), dx).cause == "offset_per_slice"


def test_a_wrong_border_points_to_the_padding():
    dx = np.random.default_rng(0).normal(size=(2, 3, 6, 6))
    analytic = dx * 0.5
    analytic[..., 1:-1, 1:-1] = dx[..., 1:-1, 1:-1]
    assert diagnose(analytic, dx).cause == "wrong_border"


def test_flipped_filters_are_noticed():
    dw = np.random.default_rng(0).normal(size=(2, 3, 4, 4))
    assert diagnose(dw[..., ::-1, ::-1], dw).cause == "flipped"


def test_what_is_not_recognized_is_described():
    rng = np.random.default_rng(0)
    numeric = rng.normal(size=(6, 5))
    found = diagnose(numeric + 0.2 * rng.normal(size=(6, 5)), numeric)
    assert found.cause is None
    assert "30 of 30 entries" in found.message
    assert "cosine" in found.message


def test_verdicts_follow_the_bands():
    numeric = 1 + np.random.default_rng(0).uniform(size=(4, 3))

    def verdict(relative, **facts):
        analytic = numeric.copy()
        analytic[1, 1] *= 1 + 2 * relative
        return diagnose(analytic, numeric, **facts).verdict

    assert verdict(5e-8) == "good"
    assert verdict(5e-6) == "acceptable"
    assert verdict(5e-5) == "doubtful"
    assert verdict(5e-5, kinks=True) == "acceptable"
    assert verdict(5e-3, kinks=True) == "doubtful"
    assert verdict(2e-2) == "wrong"


def test_rounding_of_large_entries_does_not_accuse_small_ones():
    assert diagnose(np.array([1.0, 1e-9]), np.array([1.0, 0.0])).verdict == "good"


@pytest.mark.parametrize("bad", ["text", [[1], [2, 3]], np.array([None, 1]), np.ones(2) * 1j])
def test_what_is_no_array_of_numbers_is_said(bad):
    assert diagnose(bad, np.ones(2)).cause == "type"


def test_a_loss_that_is_not_finite_is_not_blamed_on_the_gradient():
    assert diagnose(np.ones(2), np.array([1.0, np.nan])).cause == "numeric"


@pytest.mark.parametrize(
    ("gradient", "words"),
    [
        (np.array(np.nan), "The gradient is NaN: look"),
        (np.full((2, 2), np.inf), "The gradient is infinite everywhere: look"),
        (np.array([[0, 0], [np.nan, np.inf]]), "The gradient is NaN in 2 of 4 entries, the first at [1, 0]: look"),
    ],
)
def test_where_a_gradient_is_not_finite_is_said(gradient, words):
    assert words in diagnose(gradient, np.ones(gradient.shape)).message


@pytest.mark.parametrize(
    ("mix", "words"),
    [
        ((0.3, 1), "nearly right (cosine 0.9"),
        ((0.3, -1), "nearly the opposite direction (cosine -0.9"),
        ((1, 0.3), "The direction is wrong, too (cosine 0."),
        ((1, -0.3), "The direction is wrong, too (cosine -0."),
    ],
)
def test_the_direction_of_an_unknown_mistake_is_described(mix, words):
    noise, numeric = np.random.default_rng(0).normal(size=(2, 6, 5))
    assert words in diagnose(mix[0] * noise + mix[1] * numeric, numeric).message


def test_a_small_unknown_mistake_is_described_as_a_small_term():
    noise, numeric = np.random.default_rng(0).normal(size=(2, 6, 5))
    found = diagnose(numeric + 1e-4 * noise, numeric)
    assert (found.verdict, found.cause) == ("doubtful", None)
    assert "is a small term missing?" in found.message


@pytest.mark.parametrize(
    ("error", "facts", "at", "beyond"),
    [
        (1e-7, {}, "good", "acceptable"),
        (1e-5, {}, "acceptable", "doubtful"),
        (1e-4, {"kinks": True}, "acceptable", "doubtful"),
        (1e-3, {"accept": 1e-3}, "acceptable", "doubtful"),
        (1e-2, {}, "doubtful", "wrong"),
        (1e-2, {"kinks": True}, "doubtful", "wrong"),
    ],
)
def test_each_band_goes_up_to_its_number(error, facts, at, beyond):
    half = round(1 / error)  # |a - n| / (|a| + |n|) = 2 / (2 * half)
    found = diagnose(np.array([half + 1.0]), np.array([half - 1.0]), noise=0.0, **facts)
    assert (found.error, found.verdict) == (error, at)
    assert diagnose(np.array([half + 1.01]), np.array([half - 1.0]), noise=0.0, **facts).verdict == beyond


def test_a_float32_gradient_is_acceptable_up_to_1e_4():
    numeric = np.array([9999.0])
    assert diagnose(np.array([10001], np.float32), numeric, noise=0.0).verdict == "acceptable"
    assert diagnose(np.array([10002], np.float32), numeric, noise=0.0).verdict == "doubtful"


def test_an_uncertainty_of_1e_10_is_forgiven_unless_told():
    assert diagnose(np.array([1e-8 + 1e-10]), np.array([1e-8])).error == pytest.approx(0, abs=1e-8)
    assert diagnose(np.array([1e-8 + 2e-10]), np.array([1e-8])).error == pytest.approx(1e-10 / 2.02e-8, rel=1e-3)
