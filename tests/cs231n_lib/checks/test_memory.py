"""The memory that one call needs is measured, without the memory of its arguments, and its result is checked."""

import tracemalloc

import numpy as np
import pytest

from cs231n_lib import checks
from cs231n_lib.mistakes import Mistake

TEN = np.arange(10.0)


def first_ten(n):
    return np.arange(float(n))[:10].copy()


def measured(f, *args, limit_mb, expected=TEN, **options):
    return checks.peak_memory(f, *args, limit_mb=limit_mb, what="f", expected=expected, **options)


def test_peak_memory_counts_one_call(message):
    assert measured(first_ten, 100, limit_mb=1).tolist() == TEN.tolist()
    text = message(measured, first_ten, 10**6, limit_mb=4)
    assert "8 MB" in text
    assert "limit is 4 MB" in text


def test_peak_memory_does_not_count_arguments():
    measured(lambda x: x[:10], np.arange(10.0**6), limit_mb=1)


def test_peak_memory_counts_the_call_alone_when_memory_is_traced_already():
    tracemalloc.start()
    try:
        kept = np.arange(10.0**6)
        measured(lambda x: x[:10], kept, limit_mb=1)
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()


def test_peak_memory_can_be_measured_elsewhere(message):
    class Proxy:
        def __peak_memory__(self, *args):
            return args[0] ** 3, 5_000_000

    assert measured(Proxy(), TEN, limit_mb=5, expected=TEN**3)[2] == 8
    assert "f: it needs 5 MB" in message(measured, Proxy(), TEN, limit_mb=4.999)
    assert "5 MB" in message(measured, Proxy(), TEN, limit_mb=4)


def test_after_a_call_memory_is_no_longer_traced(message):
    message(measured, first_ten, 10**6, limit_mb=1)
    assert not tracemalloc.is_tracing()
    assert "Look here." in message(measured, first_ten, 10**6, limit_mb=1, hint="Look here.")


@pytest.mark.parametrize(
    ("nothing", "says"),
    [
        (lambda x: np.zeros(100), "f: it has little to do with the right values"),
        (lambda x: np.ones(100), "f: it has little to do with the right values"),
        (lambda x: np.random.default_rng(0).normal(size=100), "f: it has little to do with the right values"),
        (lambda x: x, "f: it is an array that the function was given"),
        (lambda x: np.zeros(3), "shape"),
        (lambda x: None, "return"),
    ],
)
def test_a_function_that_needs_no_memory_because_it_computes_nothing_fails(message, nothing, says):
    x = np.arange(100.0)
    assert says in message(measured, nothing, x, limit_mb=1, expected=(x - 30) ** 2)


def test_the_right_result_is_required():
    with pytest.raises(TypeError, match="expected"):
        checks.peak_memory(first_ten, 10, limit_mb=1, what="f")


def test_of_several_results_the_expected_ones_are_checked(message):
    assert measured(lambda n: (first_ten(n), "cache"), 10, limit_mb=1, expected=(TEN, None))[1] == "cache"
    text = message(measured, lambda n: (np.zeros(10), "cache"), 10, limit_mb=1, expected=(TEN, None))
    assert text.startswith("f, value 1 of 2: it has little")


def test_the_mistake_that_needs_the_memory_is_named(message):
    mistake = Mistake("knn.all_pairs", "All pairs at once.", "The shapes.")
    text = message(measured, first_ten, 10**6, limit_mb=1, mistake=mistake)
    assert "Likely mistake: all pairs at once. [knn.all_pairs]\nLook at: the shapes." in text
