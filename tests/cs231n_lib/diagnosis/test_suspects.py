"""If a wrong answer equals the result of an anticipated mistake, the message names that mistake, and only then."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs231n_lib import checks
from cs231n_lib.diagnosis.suspects import matching_suspect

X = np.random.default_rng(0).normal(size=(4, 3))
TRUTH = 2 * X * np.cos(X)


def message(check, *args, **kwargs):
    with pytest.raises(checks.CheckFailed) as failed:
        check(*args, **kwargs)
    return str(failed.value)


def likely(text):
    return [line for line in text.splitlines() if line.startswith("Likely mistake: ")]


@pytest.mark.parametrize(
    "suspect", [X, X.tolist(), X.astype(np.float32), lambda: X], ids=["array", "list", "float32", "function"]
)
def test_a_suspect_is_an_array_or_a_function(suspect):
    assert matching_suspect({"copied": suspect}, X, TRUTH, 1e-6) == "copied"


def test_the_suspect_goes_before_the_guess_from_numbers():
    text = message(checks.close, 2 * X, X, "y", suspects={"The two branches are one.": lambda: 2 * X})
    assert likely(text) == ["Likely mistake: The two branches are one."]
    text = message(checks.gradient, lambda x: 0.5 * np.sum(x * x), X, 2 * X, "dx", suspects={"Summed twice": 2 * X})
    assert likely(text) == ["Likely mistake: Summed twice"]
    assert "Worst at" in text


def test_the_guess_remains_where_no_suspect_matches():
    text = message(checks.close, 2 * X, X, "y", suspects={"cubed": lambda: X**3})
    assert likely(text)[0].startswith("Likely mistake: it is twice")
    text = message(checks.gradient, lambda x: 0.5 * np.sum(x * x), X, 2 * X, "dx", suspects={"cubed": X**3})
    assert likely(text)[0].startswith("Likely mistake: it is twice")


def test_suspects_are_computed_for_a_wrong_answer_only():
    def never():
        raise AssertionError("called for a right answer")

    checks.close(X, X, "y", suspects={"never": never})
    checks.close({"y": X}, {"y": X}, "y", suspects={"never": never})
    checks.gradient(lambda x: 0.5 * np.sum(x * x), X, X, "dx", suspects={"never": never})


def raise_an_error():
    raise ZeroDivisionError


@pytest.mark.parametrize(
    "bad",
    [raise_an_error, lambda: None, X[0], X * np.nan, "X", lambda: {"a": X}, {"a": X}, [[1], [1, 2]]],
    ids=["raises", "None", "another shape", "NaN", "text", "a dict, by a function", "a dict", "rows of two lengths"],
)
def test_a_suspect_that_is_unfit_is_passed_over(bad):
    text = message(checks.close, 3 * X, TRUTH, "y", suspects={"unfit": bad, "tripled": 3 * X})
    assert likely(text) == ["Likely mistake: tripled"]


def test_an_answer_of_the_wrong_shape_may_be_a_suspect():
    text = message(checks.close, X.sum(axis=1), X.sum(axis=0), "db", suspects={"over classes": X.sum(axis=1)})
    assert likely(text) == ["Likely mistake: over classes"]
    text = message(
        checks.gradient, lambda b: np.sum(X + b), np.zeros(3), np.ones(4), "db", suspects={"over classes": np.ones(4)}
    )
    assert likely(text) == ["Likely mistake: over classes"]
    assert not likely(message(checks.close, X.sum(axis=1), X.sum(axis=0), "db", suspects={"copied": X}))


def test_an_infinite_suspect_matches_nothing():
    assert matching_suspect({"infinite": np.full(3, np.inf)}, np.ones(3), TRUTH, 1e-4) is None


def test_near_a_suspect_is_not_at_it():
    for off, sentence in ((1e-5, "this"), (1e-3, None)):
        assert matching_suspect({"this": X}, X + off * np.max(np.abs(X)), TRUTH, 1e-3) == sentence


def test_dicts_have_dicts_of_suspects():
    wrong, suspects = {"W": 2 * X, "b": X[0]}, {"doubled": lambda: {"W": 2 * X}, "of b": {"b": X[0]}}
    assert likely(message(checks.close, wrong, {"W": X, "b": X[0]}, "grads", suspects=suspects)) == [
        "Likely mistake: doubled"
    ]
    assert likely(message(checks.close, wrong, {"W": 2 * X, "b": X[1]}, "grads", suspects=suspects)) == [
        "Likely mistake: of b"
    ]


def test_a_suspect_as_far_away_as_the_truth_explains_nothing():
    off = TRUTH * (1 + 1e-4)
    assert matching_suspect({"the truth itself": TRUTH}, off, TRUTH, 1e-3) is None
    assert matching_suspect({"near by": TRUTH * (1 + 3e-4)}, off, TRUTH, 1e-3) is None
    assert matching_suspect({"this": TRUTH * (1 + 1.01e-4)}, off, TRUTH, 1e-3) == "this"


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1e-5, 1e-4, 1e-3]))
def test_another_wrong_answer_is_not_named_after_a_suspect(seed, tolerance):
    rng = np.random.default_rng(seed)
    truth, suspect, answer = rng.normal(size=(3, 4, 3))
    assert matching_suspect({"accused": suspect}, answer, truth, tolerance) is None
    # the suspect's values in one half, the right ones in the other
    mixed = np.concatenate([suspect[:2], truth[2:]])
    assert matching_suspect({"accused": suspect}, mixed, truth, tolerance) is None
    rounded = suspect.astype(np.float32).astype(np.float64)
    assert matching_suspect({"accused": suspect}, rounded, truth, tolerance) == "accused"


def test_numeric_gradient_differentiates():
    before = X.copy()
    assert np.allclose(checks.numeric_gradient(lambda x: np.sum(np.sin(x)), X), np.cos(X), atol=1e-9)
    assert np.allclose(checks.numeric_gradient(lambda x: np.sum(x**3), X, h=1.0), 3 * X**2 + 1)
    assert np.array_equal(X, before)
