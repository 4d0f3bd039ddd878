"""Mistakes in the regularization, at the correct class, and in a single example."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs231n_lib.diagnosis import diagnose

FEW = settings(max_examples=15, deadline=None)
SEEDS = st.integers(0, 10_000)


@pytest.mark.parametrize(("factor", "words"), [(0.5, "half"), (2, "twice"), (-1, "sign"), (1 / 9, "9"), (0.3, "0.3")])
@settings(max_examples=5, deadline=None)
@given(seed=SEEDS)
def test_a_wrong_factor_of_the_regularization_is_named(factor, words, make_problem, seed):
    problem = make_problem(seed)
    found = problem.diagnose(problem.data + factor * problem.penalty)
    assert found.cause == "wrong_regularization_factor"
    assert words in found.message


@pytest.mark.parametrize("wrong_penalty", [np.sign, np.abs, np.square, lambda W: np.full_like(W, 0.1 * np.sum(W * W))])
@settings(max_examples=5, deadline=None)
@given(seed=SEEDS)
def test_another_penalty_is_noticed(wrong_penalty, make_problem, seed):
    problem = make_problem(seed)
    found = problem.diagnose(problem.data + problem.reg * wrong_penalty(problem.W))
    assert found.cause == "wrong_regularization"


@FEW
@given(seed=SEEDS)
def test_a_row_without_regularization_is_named(make_problem, seed):
    problem = make_problem(seed)
    penalty = problem.penalty.copy()
    penalty[-1] = 0
    found = problem.diagnose(problem.data + penalty)
    assert found.cause == "wrong_rows"
    assert "regularization" in found.message
    assert f"row {len(penalty) - 1}" in found.message


@FEW
@given(seed=SEEDS)
def test_scores_wrong_at_the_correct_class_only(make_problem, seed):
    problem = make_problem(seed)
    numeric = (problem.dscores - problem.correct) / problem.N
    found = diagnose(problem.dscores / problem.N, numeric, labels=problem.y)
    assert found.cause == "wrong_correct_class"


def shares(problem, change):
    """The gradient from changed dscores (N, C): change(G, correct), where G are the right ones."""
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
@given(seed=SEEDS)
def test_the_inputs_show_what_each_example_adds(cause, make_problem, seed):
    problem = make_problem(seed, N=5, D=7, C=4)
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
@given(seed=SEEDS)
def test_with_inputs_a_right_gradient_is_not_accused_and_an_odd_one_not_explained(make_problem, seed):
    problem = make_problem(seed, N=5, D=7, C=4)
    right = problem.data + problem.penalty
    for analytic in (right, right.astype(np.float32), right.astype(np.float32).astype(np.float64)):
        assert problem.diagnose(analytic, inputs=problem.X).cause is None
    odd = shares(problem, lambda G, correct: np.random.default_rng(1).normal(size=G.shape))
    assert problem.diagnose(odd, inputs=problem.X).cause in (None, "unbalanced")


@pytest.mark.parametrize("inputs", [np.ones((5, 7)), np.zeros((5, 7)), np.ones((9, 7)), np.ones(5), np.ones((5, 3))])
def test_inputs_that_do_not_show_it_are_passed_over(inputs, make_problem):
    problem = make_problem(3, N=5, D=7, C=4)
    assert problem.diagnose(problem.N * problem.data + problem.penalty, inputs=inputs).cause == "factor_N"
    wrong = shares(problem, SHARES["factor_per_slice"])
    assert "example adds" not in problem.diagnose(wrong, inputs=inputs).message


def test_the_correct_class_alone_is_not_called_overwritten(make_problem):
    problem = make_problem(0, N=4, D=7, C=4)
    X, G, correct = problem.X, problem.dscores, np.eye(4, dtype=bool)
    wrong, numeric = X.T @ np.where(correct, G - 1, 0), X.T @ (G - correct)
    assert diagnose(wrong, numeric, labels=np.arange(4), inputs=X).cause == "wrong_other_classes"


def test_inputs_that_nearly_depend_on_one_another_do_not_speak_of_single_examples():
    rng = np.random.default_rng(0)
    X, G = rng.normal(size=(3, 5)), rng.normal(size=(3, 4))
    X[1] = X[0] + 1e-5 * X[1]
    wrong = X.T @ (G * [[2.0], [3.0], [5.0]])
    assert "X.T" not in diagnose(wrong, X.T @ G, inputs=X).message


def test_examples_written_over_one_another_are_noticed_in_a_batch_of_two(make_problem):
    problem = make_problem(1, N=2, D=7, C=4)
    wrong = shares(problem, lambda G, correct: np.where(np.arange(2)[:, None] == 1, np.abs(G), 0.0))
    assert problem.diagnose(wrong, inputs=problem.X).cause == "overwritten"


@pytest.mark.parametrize(
    "added, name",
    [(lambda W: 2 * W, "plus 2 * W,"), (lambda W: -0.5 * W, "plus -0.5 * W,"), (np.square, "W * W,"), (np.abs, "|W|,")],
)
@pytest.mark.parametrize("reg", [0, None])
def test_a_penalty_without_reg_is_not_told_as_the_correct_class(make_problem, added, name, reg):
    problem = make_problem(3, reg=0)
    found = problem.diagnose(problem.data + added(problem.W), reg=reg)
    assert found.cause == "wrong_regularization"
    assert (
        name in found.message and "multiplied by reg, which is 0 here?" in found.message and "y[i]" not in found.message
    )
    assert problem.diagnose(problem.data + added(problem.W), reg=reg, params=None).cause != "wrong_regularization"


def test_what_is_no_function_of_the_parameters_is_not_told_as_a_penalty(make_problem):
    problem = make_problem(4, reg=0)
    noise = np.random.default_rng(0).normal(size=problem.W.shape)
    for wrong in (problem.data + noise, problem.data + 2 * problem.W + 0.1 * noise, 2 * problem.data):
        assert problem.diagnose(wrong).cause != "wrong_regularization"


@pytest.mark.parametrize("seed", range(8))
def test_a_forgotten_correct_class(make_problem, seed):
    problem = make_problem(seed)
    found = problem.diagnose(problem.X.T @ problem.dscores / problem.N + problem.penalty)
    every = len(set(problem.y)) == 5  # otherwise the columns of the other classes are right
    assert found.cause == ("unbalanced" if every else "wrong_correct_class")
    assert "subtracted from column y[i], that of its correct class" in found.message


def test_rows_that_do_not_add_up_are_told_and_no_more(make_problem):
    problem = make_problem(5)
    noise = np.random.default_rng(0).normal(size=problem.W.shape)
    found = problem.diagnose(problem.data + problem.penalty + noise)
    assert found.cause == "unbalanced" and "each row adds up to 0" in found.message and "Look at" not in found.message


def test_a_loss_whose_rows_need_not_add_up_is_not_told_to_balance_them(make_problem):
    problem = make_problem(6, N=4)
    occurs = np.isin(np.arange(5), problem.y)
    assert not occurs.all()
    truth = problem.X.T @ np.random.default_rng(0).normal(size=problem.dscores.shape)
    wrong = truth + occurs * np.random.default_rng(1).normal(size=truth.shape)
    found = diagnose(wrong, truth, labels=problem.y)
    assert found.cause == "wrong_correct_class" and "subtracted" not in found.message
