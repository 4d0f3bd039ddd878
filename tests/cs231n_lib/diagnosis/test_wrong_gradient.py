"""Right gradients are never accused, and planted mistakes get their own cause."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cs231n_lib.diagnosis import diagnose

FEW = settings(max_examples=15, deadline=None)
ENTRIES = st.floats(-100, 100).map(lambda x: float(np.round(x, 6)))
GRADIENTS = arrays.arrays(np.float64, arrays.array_shapes(max_dims=4, max_side=5), elements=ENTRIES)


class Problem:
    """Softmax regression with N examples, D features, C classes, L2 regularization."""

    def __init__(self, seed, N=9, D=6, C=5, reg=0.1):
        rng = np.random.default_rng(seed)
        self.X, self.W = rng.normal(size=(N, D)), rng.normal(size=(D, C))
        self.y, self.N, self.reg = rng.integers(0, C, N), N, reg
        probabilities = np.exp(self.X @ self.W)
        self.dscores = probabilities / probabilities.sum(axis=1, keepdims=True)
        self.correct = np.zeros((N, C))
        self.correct[np.arange(N), self.y] = 1
        self.data = self.X.T @ (self.dscores - self.correct) / N
        self.penalty = 2 * reg * self.W
        # central differences are right to about this
        self.numeric = self.data + self.penalty + rng.normal(scale=1e-11, size=(D, C))

    def diagnose(self, analytic, **facts):
        facts = {"num_examples": self.N, "reg": self.reg, "params": self.W, "labels": self.y} | facts
        return diagnose(analytic, self.numeric, **facts)


PROBLEMS = st.integers(0, 10_000).map(Problem)

MISTAKES = {
    "missing_regularization": lambda p: p.data,
    "only_regularization": lambda p: p.penalty,
    "factor_N": lambda p: p.N * p.data + p.penalty,
    "factor_1/N": lambda p: p.data / p.N + p.penalty,
    "factor_-1": lambda p: -p.data + p.penalty,
    "factor_N+missing_regularization": lambda p: p.N * p.data,
    "factor_N+wrong_regularization_factor": lambda p: p.N * p.data + p.penalty / 2,
    "wrong_correct_class": lambda p: p.X.T @ p.dscores / p.N + p.penalty,
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
@given(PROBLEMS)
def test_a_right_gradient_with_all_facts_given_is_good(problem):
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
@given(problem=PROBLEMS)
def test_a_planted_mistake_gets_its_cause(cause, problem):
    found = problem.diagnose(MISTAKES[cause](problem))
    assert found.cause == cause
    assert found.verdict == "wrong"


@pytest.mark.parametrize(("factor", "words"), [(0.5, "half"), (2, "twice"), (-1, "sign"), (1 / 9, "9"), (0.3, "0.3")])
@settings(max_examples=5, deadline=None)
@given(problem=PROBLEMS)
def test_a_wrong_factor_of_the_regularization_is_named(factor, words, problem):
    found = problem.diagnose(problem.data + factor * problem.penalty)
    assert found.cause == "wrong_regularization_factor"
    assert words in found.message


@pytest.mark.parametrize("wrong_penalty", [np.sign, np.abs, np.square, lambda W: np.full_like(W, 0.1 * np.sum(W * W))])
@settings(max_examples=5, deadline=None)
@given(problem=PROBLEMS)
def test_another_penalty_is_noticed(wrong_penalty, problem):
    found = problem.diagnose(problem.data + problem.reg * wrong_penalty(problem.W))
    assert found.cause == "wrong_regularization"


@FEW
@given(PROBLEMS)
def test_a_row_without_regularization_is_named(problem):
    penalty = problem.penalty.copy()
    penalty[-1] = 0
    found = problem.diagnose(problem.data + penalty)
    assert found.cause == "wrong_rows"
    assert "regularization" in found.message
    assert f"row {len(penalty) - 1}" in found.message


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
@given(problem=PROBLEMS)
def test_a_constant_factor_is_named(factor, cause, problem):
    assert diagnose(factor * problem.numeric, problem.numeric, num_examples=8).cause == cause


def test_two_numbers_are_no_proof_of_an_odd_factor():
    assert diagnose(np.array([3.3]), np.array([1.0])).cause is None
    assert diagnose(np.array([2.0]), np.array([1.0])).cause == "factor_2"


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
@given(problem=PROBLEMS)
def test_wrong_rows_and_columns_are_named(change, cause, words, problem):
    for damage in (lambda part: 0 * part, lambda part: part**2 + 1):
        analytic = problem.numeric.copy()
        analytic[change] = damage(analytic[change])
        found = diagnose(analytic, problem.numeric)
        assert found.cause == cause
        assert words in found.message


def test_a_factor_in_some_rows_is_named():
    numeric = Problem(0).numeric
    analytic = numeric.copy()
    analytic[3] *= 2
    assert "twice" in diagnose(analytic, numeric).message


@FEW
@given(PROBLEMS)
def test_scores_wrong_at_the_correct_class_only(problem):
    numeric = (problem.dscores - problem.correct) / problem.N
    found = diagnose(problem.dscores / problem.N, numeric, labels=problem.y)
    assert found.cause == "wrong_correct_class"


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


SMALL_BATCHES = st.integers(0, 10_000).map(lambda seed: Problem(seed, N=5, D=7, C=4))


def shares(problem, change):
    """The gradient from changed dscores (N, C); change(G, correct) with G the right ones."""
    G = problem.dscores - problem.correct
    return problem.X.T @ change(G, problem.correct.astype(bool)) / problem.N + problem.penalty


SHARES = {
    "wrong_correct_class": lambda G, correct: np.where(correct, -1.0, G),
    "wrong_other_classes": lambda G, correct: np.where(correct, G, 0.0),
    "overwritten": lambda G, correct: np.where(np.arange(5)[:, None] == 4, np.abs(G), 0.0),
    "wrong_rows": lambda G, correct: np.where(np.arange(5)[:, None] == 3, 2 * G + 1, G),
    "factor_per_slice": lambda G, correct: G * np.arange(2, 7)[:, None],
}


@pytest.mark.parametrize("cause", SHARES)
@settings(max_examples=8, deadline=None)
@given(problem=SMALL_BATCHES)
def test_the_inputs_show_what_each_example_adds(cause, problem):
    wrong = shares(problem, SHARES[cause])
    assert problem.diagnose(wrong, inputs=problem.X).cause == cause
    assert problem.diagnose(wrong.astype(np.float32), inputs=problem.X).cause == cause


def test_the_mask_of_a_relu_is_missed_through_the_inputs():
    rng = np.random.default_rng(0)
    x, w, dout = rng.normal(size=(3, 6)), rng.normal(size=(6, 4)), rng.normal(size=(3, 4))
    right = x.T @ (dout * (x @ w > 0))
    assert diagnose(x.T @ dout, right, inputs=x).cause == "should_be_zero"
    assert diagnose(right, right, inputs=x).cause is None


@FEW
@given(SMALL_BATCHES)
def test_with_inputs_a_right_gradient_is_not_accused_and_an_odd_one_not_explained(problem):
    right = problem.data + problem.penalty
    for analytic in (right, right.astype(np.float32), right.astype(np.float32).astype(np.float64)):
        assert problem.diagnose(analytic, inputs=problem.X).cause is None
    odd = shares(problem, lambda G, correct: np.random.default_rng(1).normal(size=G.shape))
    assert problem.diagnose(odd, inputs=problem.X).cause in (None, "wrong_correct_class")


@pytest.mark.parametrize("inputs", [np.ones((5, 7)), np.zeros((5, 7)), np.ones((9, 7)), np.ones(5), np.ones((5, 3))])
def test_inputs_that_do_not_show_it_are_passed_over(inputs):
    problem = Problem(3, N=5, D=7, C=4)
    assert problem.diagnose(problem.N * problem.data + problem.penalty, inputs=inputs).cause == "factor_N"
    wrong = shares(problem, SHARES["factor_per_slice"])
    assert "example adds" not in problem.diagnose(wrong, inputs=inputs).message


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


def test_the_correct_class_alone_is_not_called_overwritten():
    problem = Problem(0, N=4, D=7, C=4)
    X, G, correct = problem.X, problem.dscores, np.eye(4, dtype=bool)
    wrong, numeric = X.T @ np.where(correct, G - 1, 0), X.T @ (G - correct)
    assert diagnose(wrong, numeric, labels=np.arange(4), inputs=X).cause == "wrong_other_classes"


def test_inputs_that_nearly_depend_on_one_another_do_not_speak_of_single_examples():
    rng = np.random.default_rng(0)
    X, G = rng.normal(size=(3, 5)), rng.normal(size=(3, 4))
    X[1] = X[0] + 1e-5 * X[1]
    wrong = X.T @ (G * [[2.0], [3.0], [5.0]])
    assert "X.T" not in diagnose(wrong, X.T @ G, inputs=X).message


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


def test_examples_written_over_one_another_are_noticed_in_a_batch_of_two():
    problem = Problem(1, N=2, D=7, C=4)
    wrong = shares(problem, lambda G, correct: np.where(np.arange(2)[:, None] == 1, np.abs(G), 0.0))
    assert problem.diagnose(wrong, inputs=problem.X).cause == "overwritten"


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
