import numpy as np
import pytest

from cs231n_lib.models import ema_update, ensemble_probabilities, predict_tta

rng = np.random.default_rng(0)
SCORES = rng.normal(size=(3, 5, 4))


def softmax(scores):
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def test_probabilities_are_averaged_not_scores():
    expected = np.mean([softmax(each) for each in SCORES], axis=0)
    np.testing.assert_allclose(ensemble_probabilities(SCORES), expected)
    np.testing.assert_allclose(ensemble_probabilities(iter(SCORES)), expected)
    assert not np.allclose(expected, softmax(SCORES.mean(axis=0)))


def test_huge_scores_and_types():
    found = ensemble_probabilities([np.array([[1e4, 0.0]], np.float32), np.array([[0.0, 1e4]], np.float32)])
    assert found.tolist() == [[0.5, 0.5]] and found.dtype == np.float32


def test_views():
    X = rng.normal(size=(5, 4))
    views = [lambda X: X, lambda X: -X]
    expected = (softmax(2 * X) + softmax(-2 * X)) / 2
    np.testing.assert_allclose(predict_tta(lambda X: 2 * X, X, views), expected)
    np.testing.assert_allclose(predict_tta(lambda X: 2 * X, X, views[:1]), softmax(2 * X))


def test_the_weights_of_a_moving_average():
    average = {"W": np.zeros(2)}
    for value in (8.0, 4.0, 2.0):
        before = average
        average = ema_update(average, {"W": np.full(2, value)}, 0.75)
    assert average["W"].tolist() == [8 * 9 / 64 + 4 * 3 / 16 + 2 / 4] * 2
    assert before["W"].tolist() == [8 * 3 / 16 + 4 / 4] * 2  # the arguments stay
    assert ema_update({"W": np.ones(2, np.float32)}, {"W": np.ones(2, np.float32)})["W"].dtype == np.float32


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: ensemble_probabilities([]), "scores should hold the scores of at least one model"),
        (lambda: ensemble_probabilities(3), "scores should be a list of arrays, but is 3"),
        (lambda: ensemble_probabilities([SCORES[0], SCORES[0][:3]]), r"scores should have shape \(5, 4\), that of the"),
        (lambda: ensemble_probabilities([SCORES]), r"scores should have shape \(N, C\), for each model"),
        (lambda: predict_tta(lambda X: X, SCORES[0], []), "predict_tta: views should hold at least one function"),
        (lambda: ema_update({"a": SCORES}, {"b": SCORES}), "ema_update: average has a, but params has b"),
        (lambda: ema_update({"a": SCORES}, {"a": SCORES}, 2), "ema_update: decay should be a number from 0 to 1"),
    ],
)
def test_arguments_that_do_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()
