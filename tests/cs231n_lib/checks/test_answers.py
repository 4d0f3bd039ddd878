"""What counts as a dict, a tuple or a number; of anything else no method runs."""

import collections

import numpy as np
import pytest

from cs231n_lib import checks


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
