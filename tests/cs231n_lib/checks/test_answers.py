"""What counts as a dict, a tuple or a number; no method of any other object runs."""

import collections

import numpy as np
import pytest

from cs231n_lib import checks
from cs231n_lib.checks.answers import how_many, require_finite, require_keys


@pytest.mark.parametrize("kind", [collections.OrderedDict, lambda d: collections.defaultdict(list, d)])
def test_dicts_of_the_standard_library_are_dicts(message, kind):
    grads = {"W": np.ones(2), "b": np.zeros(1)}
    checks.close(kind(grads), grads, "grads")
    checks.close(grads, kind(grads), "grads")
    checks.equal(kind(grads), grads, "grads")
    checks.unchanged(kind(grads), grads, "grads")
    checks.unchanged(kind(grads), kind(grads), "grads")
    assert "grads['W']" in message(checks.close, kind({**grads, "W": np.zeros(2)}), grads, "grads")
    assert "no key 'b'" in message(checks.equal, kind({"W": np.ones(2)}), grads, "grads")
    assert "grads['W']" in message(checks.unchanged, kind({**grads, "W": np.zeros(2)}), kind(grads), "grads")


def test_counters_are_dicts(message):
    checks.equal(collections.Counter("aab"), {"a": 2, "b": 1}, "counts")
    assert "no key 'c'" in message(checks.equal, collections.Counter("aab"), {"a": 2, "b": 1, "c": 0}, "counts")


def test_namedtuples_are_tuples(message):
    Pair = collections.namedtuple("Pair", "loss grad")

    class Lying(Pair):
        __eq__ = __iter__ = __len__ = __getitem__ = lambda self, *_: 1 / 0

    for pair in (Pair(1.5, "a"), Lying(1.5, "a")):
        checks.equal(pair, (1.5, "a"), "the pair")
        checks.equal((1.5, "a"), pair, "the pair")
        assert "the pair[1]" in message(checks.equal, pair, (1.5, "b"), "the pair")
    checks.close(Pair(1.0, 2.0), [1.0, 2.0], "the pair")
    checks.equal(np.linalg.slogdet(np.eye(2)), (1.0, 0.0), "sign and logarithm")


def test_no_method_of_a_foreign_object_runs(message):
    class Trap:
        def anything(self, *args, **kwargs):
            raise RuntimeError("ran")

        __array__ = __eq__ = __float__ = __len__ = __repr__ = __str__ = __iter__ = __bool__ = anything
        __hash__ = None

    for check, expected in [(checks.close, 1.0), (checks.equal, [1]), (checks.equal, "a"), (checks.equal, {"a": 1})]:
        assert "Trap" in message(check, Trap(), expected, "the result")
    message(checks.true, Trap(), "no")


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (np.nan, "dW: it is NaN."),
        (-np.inf, "dW: it is infinite."),
        ([[1, np.nan], [np.inf, 2]], "dW: 2 of 4 entries are NaN, the first at [0, 1]."),
        ([1, 2, np.inf], "dW: 1 of 3 entries are infinite, the first at [2]."),
    ],
)
def test_where_an_answer_is_not_finite(message, got, words):
    text = message(require_finite, np.array(got), "dW", "Mind the exp.")
    assert text.splitlines()[0] == words and text.splitlines()[-1] == "Mind the exp."


def test_nan_and_infinities_are_right_where_they_are_expected(message):
    expected = np.array([np.nan, np.inf, -np.inf, 1.0])
    require_finite(expected.copy(), "x", unless=expected)
    for place, wrong in ((0, np.inf), (1, -np.inf), (2, np.nan), (3, np.nan)):
        got = expected.copy()
        got[place] = wrong
        assert f"1 of 4 entries are {'NaN' if np.isnan(wrong) else 'infinite'}, the first at [{place}]" in message(
            require_finite, got, "x", unless=expected
        )


def test_keys_that_are_missing_and_that_do_not_belong(message):
    assert require_keys({"b": 1, "W": 2}, {"W": 0, "b": 0}, "grads") == {"b": 1, "W": 2}
    text = message(require_keys, {"w": 1, 5: 2}, {"W": 0, "b": 0}, "grads")
    assert text == "grads: it has no key 'W', 'b'; it has keys that do not belong: 'w', 5."
    assert message(require_keys, [1], {}, "grads") == "grads: expected a dict, got a list of 1 entry."


def test_how_many_values_are_wrong():
    cases = [np.array(True), np.array([True]), np.array([True] * 3), np.array([True, False]), np.array([1, 1, 0], bool)]
    assert [how_many(bad) for bad in cases] == [
        "its value is wrong",
        "its one value is wrong",
        "all 3 values are wrong",
        "1 of 2 values is wrong",
        "2 of 3 values are wrong",
    ]
