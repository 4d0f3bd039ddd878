"""If a wrong answer is what a known mistake gives, the message names that mistake, and only then."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs231n_lib import checks
from cs231n_lib.mistakes.mistake import Mistake, Nearest, gradient_of, matching, mixture

X = np.random.default_rng(0).normal(size=(4, 3))
TRUTH = 2 * X * np.cos(X)


def message(check, *args, **kwargs):
    with pytest.raises(checks.CheckFailed) as failed:
        check(*args, **kwargs)
    return str(failed.value)


def likely(text):
    return [line for line in text.splitlines() if line.startswith("Likely mistake: ")]


def named(mistakes, actual, expected, tolerance, key=None):
    return [mistake.id for mistake in matching(mistakes, actual, expected, tolerance, key)]


@pytest.mark.parametrize(
    "value", [X, X.tolist(), X.astype(np.float32), lambda: X], ids=["array", "list", "float32", "function"]
)
def test_a_value_is_an_array_or_a_function(value):
    assert named([Mistake("t.copied", "It is copied.", y=value)], X, TRUTH, 1e-6) == ["t.copied"]


def test_a_known_mistake_goes_before_the_guess_from_numbers():
    joined = Mistake("t.joined", "The two branches are one.", "Where they split.", y=lambda: 2 * X)
    text = message(checks.close, 2 * X, X, "y", hint="A hint.", mistakes=[joined])
    assert text.splitlines()[-2:] == [
        "Likely mistake: the two branches are one. [t.joined]",
        "Look at: where they split.",
    ]
    text = message(checks.gradient, lambda x: 0.5 * np.sum(x * x), X, 2 * X, "dx", mistakes=[joined])
    assert likely(text) == ["Likely mistake: the two branches are one. [t.joined]"]
    assert "Worst at" in text


def test_the_guess_remains_where_no_mistake_matches():
    cubed = [Mistake("t.cubed", "It is cubed.", y=lambda: X**3)]
    for text in (
        message(checks.close, 2 * X, X, "y", mistakes=cubed),
        message(checks.gradient, lambda x: 0.5 * np.sum(x * x), X, 2 * X, "dx", mistakes=cubed),
    ):
        assert likely(text)[0].startswith("Likely mistake: it is twice") and "[generic.factor_2]" in text


def test_a_hint_is_for_an_answer_whose_mistake_is_not_recognized():
    noise = np.random.default_rng(9).normal(size=X.shape)
    assert message(checks.close, noise, X, "y", hint="Think again.").endswith("Think again.")
    assert "Think again" not in message(checks.close, 2 * X, X, "y", hint="Think again.")


def test_the_error_has_the_ids_of_the_mistakes():
    with pytest.raises(checks.CheckFailed) as failed:
        checks.close(X**3, X, "y", mistakes=[Mistake("t.cubed", "It is cubed.", y=X**3)])
    assert failed.value.mistakes == ("t.cubed",)
    with pytest.raises(checks.CheckFailed) as failed:
        checks.close(2 * X, X, "y")
    assert failed.value.mistakes == ("generic.factor_2",)
    with pytest.raises(checks.CheckFailed) as failed:
        checks.true(False, Mistake("t.negative", "The loss is negative."))
    assert failed.value.mistakes == ("t.negative",)
    assert str(failed.value) == "Likely mistake: the loss is negative. [t.negative]"


def test_two_mistakes_made_together_are_both_named():
    halved = Mistake("t.halved", "The penalty is halved.", "The factor.", loss=lambda: 4.75, dW=lambda: TRUTH - X)
    summed = Mistake("t.summed", "It is a sum.", loss=lambda: 12.3, dW=lambda: TRUTH + 3 * X**2)
    text = message(checks.close, TRUTH - X + 3 * X**2, TRUTH, "dW", mistakes=[halved, summed])
    assert text.splitlines()[-3:] == [
        "Likely mistake: the penalty is halved. [t.halved]",
        "Look at: the factor.",
        "And: it is a sum. [t.summed]",
    ]
    assert named([halved, summed], np.array(12.3 + 4.75 - 5.0), np.array(5.0), 1e-5) == ["t.halved", "t.summed"]
    assert named([halved, summed], np.array(12.3 + 4.75 - 5.0001), np.array(5.0), 1e-5) == []


def test_a_number_that_several_pairs_explain_is_explained_by_none():
    known = [Mistake(f"t.{n}", "It is off.", loss=5.0 + n) for n in (1, 2, 4, 5)]
    assert named(known[:2], np.array(8.0), np.array(5.0), 1e-5) == ["t.1", "t.2"]
    assert named(known, np.array(11.0), np.array(5.0), 1e-5) == []  # 1 + 5 or 2 + 4


def test_values_are_computed_for_a_wrong_answer_only():
    def never():
        raise AssertionError("called for a right answer")

    def case():
        never()
        yield

    checks.close(X, X, "y", mistakes=case())
    checks.close({"y": X}, {"y": X}, "y", mistakes=case())
    checks.gradient(lambda x: 0.5 * np.sum(x * x), X, X, "dx", mistakes=case())


def raise_an_error():
    raise ZeroDivisionError


@pytest.mark.parametrize(
    "bad",
    [raise_an_error, lambda: None, X[0], X * np.nan, "X", lambda: {"a": "X"}, [[1], [1, 2]]],
    ids=["raises", "None", "another shape", "NaN", "text", "a dict of texts", "rows of two lengths"],
)
def test_a_value_that_is_unfit_is_passed_over(bad):
    known = [Mistake("t.unfit", "It is unfit.", y=bad), Mistake("t.tripled", "It is tripled.", y=3 * X)]
    assert likely(message(checks.close, 3 * X, TRUTH, "y", mistakes=known)) == [
        "Likely mistake: it is tripled. [t.tripled]"
    ]


def test_a_catalogue_that_fails_leaves_the_mistakes_before_the_failure():
    def case():
        yield Mistake("t.tripled", "It is tripled.", y=3 * X)
        raise ZeroDivisionError

    assert named(case(), 3 * X, TRUTH, 1e-5) == ["t.tripled"]
    assert named(case(), 2 * X, TRUTH, 1e-5) == []


def test_an_answer_of_the_wrong_shape_may_be_a_mistake():
    over_classes = [Mistake("t.axis", "It is the sum over the classes.", db=X.sum(axis=1))]
    words = ["Likely mistake: it is the sum over the classes. [t.axis]"]
    assert likely(message(checks.close, X.sum(axis=1), X.sum(axis=0), "db", mistakes=over_classes)) == words
    wrong = [Mistake("t.axis", "It is the sum over the classes.", db=np.ones(4))]
    text = message(checks.gradient, lambda b: np.sum(X + b), np.zeros(3), np.ones(4), "db", mistakes=wrong)
    assert likely(text) == words
    copied = [Mistake("t.copied", "It is X.", db=X)]
    assert not likely(message(checks.close, X.sum(axis=1), X.sum(axis=0), "db", mistakes=copied))


def test_an_infinite_value_matches_nothing():
    assert named([Mistake("t.infinite", "It is infinite.", y=np.full(3, np.inf))], np.ones(3), TRUTH, 1e-4) == []


def test_near_a_mistake_is_not_at_it():
    for off, ids in ((1e-5, ["t.this"]), (1e-3, [])):
        assert named([Mistake("t.this", "It is X.", y=X)], X + off * np.max(np.abs(X)), TRUTH, 1e-3) == ids


def test_the_entries_of_a_dict_have_quantities_of_their_names():
    known = [
        Mistake("t.doubled", "It is doubled.", grads=lambda: {"W": 2 * X}),
        Mistake("t.of_b", "It is a row.", b=X[0], W=X[1]),
    ]
    wrong = {"W": 2 * X, "b": X[0]}
    assert "[t.doubled]" in message(checks.close, wrong, {"W": X, "b": X[0]}, "grads", mistakes=known)
    assert "[t.of_b]" in message(checks.close, wrong, {"W": 2 * X, "b": X[1]}, "grads", mistakes=known)
    assert named(known, X[1], TRUTH[0], 1e-5, key="b") == []
    assert named(known, X[1], TRUTH[0], 1e-5, key="W") == ["t.of_b"]


def test_a_mistake_as_far_away_as_the_truth_explains_nothing():
    off = TRUTH * (1 + 1e-4)
    for value, ids in ((TRUTH, []), (TRUTH * (1 + 3e-4), []), (TRUTH * (1 + 1.01e-4), ["t.this"])):
        assert named([Mistake("t.this", "It is this.", y=value)], off, TRUTH, 1e-3) == ids


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1e-5, 1e-4, 1e-3]))
def test_another_wrong_answer_is_not_named_after_a_mistake(seed, tolerance):
    rng = np.random.default_rng(seed)
    truth, value, other, answer = rng.normal(size=(4, 4, 3))
    known = [Mistake("t.accused", "It is this.", y=value), Mistake("t.other", "It is that.", y=other)]
    assert named(known, answer, truth, tolerance) == []
    # the mistake's values in one half, the right ones in the other
    assert named(known, np.concatenate([value[:2], truth[2:]]), truth, tolerance) == []
    assert named(known, value.astype(np.float32).astype(np.float64), truth, tolerance) == ["t.accused"]


def test_gradient_of_differentiates():
    before = X.copy()
    assert np.allclose(gradient_of(lambda x: np.sum(np.sin(x)), X), np.cos(X), atol=1e-9)
    assert np.array_equal(X, before)
    assert np.allclose(checks.numeric_gradient(lambda x: np.sum(x**3), X, h=1.0), 3 * X**2 + 1)


def test_a_mistake_may_leave_numbers_open():
    """Each column of the answer is off by a multiple of X, whatever the multiple."""

    def of_columns(answer):
        return TRUTH + X * np.sum((answer - TRUTH) * X, axis=0) / np.sum(X * X, axis=0)

    sized = [Mistake("t.size", "The term has another size.", dx=Nearest(of_columns))]
    for sizes in ([0.5, -3.0, 0.0], [1e-3, 0.0, 0.0]):
        assert named(sized, TRUTH + sizes * X, TRUTH, 1e-4) == ["t.size"]
    assert named(sized, TRUTH + X**2, TRUTH, 1e-4) == []
    assert named(sized, TRUTH[:, 0], TRUTH[:, 0], 1e-4) == []  # the function cannot take this shape
    assert named(sized, TRUTH + X, TRUTH, 1e-4, key="dx") == ["t.size"]
    assert named([Mistake("t.nan", "It is NaN.", dx=Nearest(lambda answer: answer * np.nan))], X, TRUTH, 1e-4) == []


def test_an_open_number_is_for_one_mistake_only():
    """It would take up what another mistake gives, so it is in no pair."""
    both = [
        Mistake("t.size", "The term has another size.", dx=Nearest(lambda answer: answer - 1)),
        Mistake("t.one_more", "One is added.", dx=TRUTH + 1),
    ]
    assert named(both, TRUTH + 3, TRUTH, 1e-4) == []


def test_terms_with_wrong_signs_or_sizes():
    terms = [X, X**2, np.cos(X)]
    for factors in ((1, -1, 1), (0, 1, 1), (1, 1, 2.5)):
        answer = sum(factor * term for factor, term in zip(factors, terms, strict=True))
        np.testing.assert_allclose(mixture(answer, terms), answer)
    assert np.isnan(mixture(2 * sum(terms), terms)).all()  # one factor for all is told otherwise
    assert not np.allclose(mixture(sum(terms) + X**3, terms), sum(terms) + X**3, rtol=1e-2)


def test_an_answer_that_is_no_evidence_has_no_open_numbers():
    copy = [Mistake("t.copy", "It fits anything.", dx=Nearest(lambda answer: answer))]
    assert named(copy, X, TRUTH, 1e-4) == ["t.copy"]
    assert named(copy, np.tile(X[:1], (4, 1)), TRUTH, 1e-4) == []  # its rows repeat themselves
    assert named(copy, TRUTH + 1e6 * X, TRUTH, 1e-4) == []  # what is right in it cannot be seen


def test_the_same_mistake_for_another_quantity():
    mistake = Mistake("topic.name", "A sentence.", "A place.", loss=1.0)
    assert mistake.giving(dW=2.0) == Mistake("topic.name", "A sentence.", "A place.", dW=2.0)
