"""The values of the mistakes against wrong answers that are written out with the mistake."""

import math

import numpy as np
import pytest

from cs231n_lib.mistakes import babysitting as known

RNG = np.random.default_rng(0)
IMAGES = RNG.normal(3, 2, size=(6, 4, 5, 3))
ROWS = RNG.normal(size=(20, 3)) @ RNG.normal(size=(3, 3)) + 1
LOSSES = [4.0, 2.0, 7.0, 13.0, math.nan, 1.0]
CURVE = ([0.3, 0.35, 0.34, 0.35, 0.4], 2, (1, 3))


def given_by(mistakes, id):
    """All that the mistakes of this id give."""
    values = [value for mistake in mistakes if mistake.id == f"babysitting.{id}" for value in mistake.gives.values()]
    return [value() if callable(value) else value for value in values]


def assert_gives(mistakes, id, expected):
    found = given_by(mistakes, id)
    assert any(np.shape(value) == np.shape(expected) and np.allclose(value, expected) for value in found), found


def test_channels():
    assert_gives(known.channels(IMAGES, IMAGES), "per_pixel", (IMAGES - IMAGES.mean(0)) / IMAGES.std(0))
    assert_gives(known.channels(IMAGES, IMAGES), "one_for_all_channels", (IMAGES - IMAGES.mean()) / IMAGES.std())
    other = 2 * IMAGES[:2]
    own = (other - other.mean((0, 1, 2))) / other.std((0, 1, 2))
    assert_gives(known.channels(other, IMAGES), "own_statistics", own)
    together = np.concatenate([IMAGES, other])
    mixed = (other - together.mean((0, 1, 2))) / together.std((0, 1, 2))
    assert_gives(known.channels(other, IMAGES, other), "statistics_of_all_sets", mixed)


def test_bytes_that_overflow():
    X = np.array([250, 254, 3, 7], dtype=np.uint8).reshape(4, 1, 1, 1)
    mean, std = X.mean(), X.std()
    assert_gives(known.channels(X, X), "bytes_overflow", (X - mean.astype(np.uint8)) / std)


def test_the_right_channels_are_none_of_their_mistakes():
    right = (IMAGES - IMAGES.mean((0, 1, 2))) / IMAGES.std((0, 1, 2))
    assert not any(
        np.allclose(value, right)
        for mistake in known.channels(IMAGES[:3], IMAGES)
        for value in given_by([mistake], mistake.id.partition(".")[2])
        if np.shape(value) == right.shape
    )


@pytest.mark.parametrize(
    ("id", "whiten"),
    [
        ("eigenvalues_without_root", lambda X, U, S: X @ U / S),
        ("not_scaled_by_variance", lambda X, U, S: X @ U),
        ("covariance_not_averaged", lambda X, U, S: X @ U / np.sqrt(20 * S)),
        ("rotated_back", lambda X, U, S: X @ U / np.sqrt(S) @ U.T),
        ("rising_order", lambda X, U, S: X @ U[:, ::-1] / np.sqrt(S[::-1])),
    ],
)
def test_whitening(id, whiten):
    centred = ROWS - ROWS.mean(axis=0)
    U, S, _ = np.linalg.svd(centred.T @ centred / 20)
    Z = whiten(centred, U, S)
    mistakes = list(known.whitened(ROWS, ROWS, eps=0.0))
    assert_gives(mistakes, id, Z.T @ Z / 20)
    assert_gives(mistakes, id, Z @ Z.T)


def test_means_of_rows_that_were_not_centred():
    centred = ROWS - ROWS.mean(axis=0)
    U, S, _ = np.linalg.svd(centred.T @ centred / 20)
    assert_gives(known.whitened_means(ROWS, 0.0), "not_centred", (ROWS @ U / np.sqrt(S)).mean(axis=0))


@pytest.mark.parametrize(
    ("id", "count"),
    [
        ("never_given_up", 6),
        ("nan_unnoticed", 4),
        ("only_not_finite", 5),
        ("last_loss_missing", 3),
        ("any_rise", 3),
        ("compared_with_last", 3),
        ("limit_is_factor", 1),
    ],
)
def test_until(id, count):
    assert given_by(known.until([(LOSSES, 6, 3, 4, True)]), id) == [[count]]


def test_smoothed():
    h, beta, average, uncorrected = [3.0, -1.0, 2.0], 0.7, 0.0, []
    for value in h:
        average = beta * average + (1 - beta) * value
        uncorrected.append(average)
    assert_gives(known.smoothed(h, beta), "average_not_corrected", uncorrected)
    late = [value / (1 - beta ** (t + 2)) for t, value in enumerate(uncorrected)]
    assert_gives(known.smoothed(h, beta), "average_correction_late", late)


def test_labels():
    stuck, late = [2.303] * 8, [2.3] * 4 + [1.5] * 2 + [1.0] * 2
    cases = [(stuck, [0.3], [0.3], 10, "slow start"), (late, [0.9], [0.5], 10, "slow start")]
    assert ["not learning", "slow start"] in given_by(known.diagnoses(cases), "accuracy_ignored")
    assert ["slow start", "overfitting"] in given_by(known.diagnoses(cases), "rows_in_another_order")


def test_what_is_said_about_wrong_labels():
    cases = [([2.303] * 8, [0.3], [0.3], 10, "slow start"), ([1.0] * 8, [0.5], [0.5], 10, "good")]
    assert known.wrong_label(["not learning", "good"], cases).id == "babysitting.accuracy_ignored"
    assert "should be 'good', but is 'diverged'" in known.wrong_label(["slow start", "diverged"], cases)


@pytest.mark.parametrize(
    ("mistakes", "id", "expected"),
    [
        (known.grid(1.0, 100.0, 3), "linear_grid", [1, 50.5, 100]),
        (known.grid(1.0, 8.0, 3), "last_value_missing", [1, 2, 4]),
        (known.grid(1.0, 100.0, 3), "powers_missing", [0, 1, 2]),
        (known.borders([(2.0, 1.0, 1e4), (9e3, 1.0, 1e4)]), "border_one_end", [True, False]),
        (known.borders([(5.0, 1.0, 1e4), (500.0, 1.0, 1e4)]), "border_linear", [True, True]),
        (known.borders([(1.0, 1.0, 1e4), (2.0, 1.0, 1e4)]), "border_exact", [True, False]),
        (known.stops([CURVE]), "never_stops", [[4, 4]]),
        (known.stops([CURVE]), "best_of_unseen", [[4, 3]]),
        (known.stops([CURVE]), "patience_off_by_one", [[4, 4]]),
        (known.stops([CURVE]), "equal_is_better", [[4, 4]]),
        (known.stops([CURVE]), "patience_too_short", [[1, 2]]),
        (known.stops([CURVE]), "counted_from_one", [[2, 4]]),
        (known.stops([([0.1, 0.2], 2, (1, 1))]), "stop_is_length", [[1, 2]]),
    ],
)
def test_searching_and_stopping(mistakes, id, expected):
    assert_gives(list(mistakes), id, expected)


def test_curves():
    X, y = np.zeros((6, 1)), np.array([0, 0, 1, 1, 1, 0])
    sizes = [2, 4]  # trained on 0, 0, and on 0, 0, 1, 1: both answer with 0

    def train(X_part, y_part):
        return lambda X_new: np.full(len(X_new), np.argmax(np.bincount(y_part)))

    mistakes = list(known.curves(train, X, y, sizes))
    assert_gives(mistakes, "accuracies", [[1, 0.5], [0.5, 0.5]])
    assert_gives(mistakes, "trained_on_largest", [[0.5, 0.5], [0.5, 0.5]])
    assert_gives(mistakes, "validation_changes", [[0, 0.5], [0.75, 0.5]])
    assert_gives(mistakes, "errors_exchanged", [[0.5, 0.5], [0, 0.5]])
