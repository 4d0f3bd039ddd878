"""Winnowing keeps what two programs share, whatever the order of their statements."""

import numpy as np

from autograder.similarity.fingerprints import GRAM, WINDOW, fingerprints, located, of_reading

FIRST = "dists[i, j] = np.sqrt(np.sum((x_test[i] - x_train[j]) ** 2))"
SECOND = "order = np.argsort(dists[i], kind='stable')[:k] + np.bincount(labels, minlength=3).max()"


def test_the_order_of_statements_makes_no_difference():
    assert np.array_equal(fingerprints(f"{FIRST}\n{SECOND}"), fingerprints(f"{SECOND}\n\n{FIRST}"))


def test_fingerprints_are_sorted_and_different_and_those_of_both_statements():
    both = fingerprints(f"{FIRST}\n{SECOND}\n{FIRST}")
    assert both.dtype == np.uint64 and np.all(both[1:] > both[:-1])
    assert set(both) == set(fingerprints(FIRST)) | set(fingerprints(SECOND))


def test_a_shared_passage_of_gram_and_window_tokens_is_always_found():
    shared = " + ".join("abcdefg"[: (GRAM + WINDOW) // 2 + 1])
    for before in ("p(1)", "q.r[2]", "s % 5 - t"):
        mine, theirs = fingerprints(f"u = f({before}, {shared})"), fingerprints(f"v = [7, {shared}, g]")
        assert set(mine) & set(theirs)


def test_a_short_statement_has_one_fingerprint_and_nothing_has_none():
    assert len(of_reading(fingerprints("return_ = 1"), 0)) == len(of_reading(fingerprints("return_ = 1"), 1)) == 1
    assert len(fingerprints("# nothing\n'''at all'''")) == 0


def test_a_fingerprint_belongs_to_one_reading():
    found = fingerprints("def f(x):\n    unused = g(x, 1)\n    return x.mean(axis=0)")
    stands, inlined = of_reading(found, 0), of_reading(found, 1)
    assert len(stands) > len(inlined) > 0 and sorted([*stands, *inlined]) == found.tolist()
    assert set(inlined - 1) < set(stands)


def test_each_fingerprint_is_located_in_the_lines_of_its_tokens():
    code = f"# first\n{FIRST}\n\nother = [np.mean(rows, axis=0),\n    np.max(columns, axis=1)]\n"
    lines = [numbers for _, numbers in located(code)]
    assert {2} in lines and {4, 5} in lines and set().union(*lines) == {2, 4, 5}
