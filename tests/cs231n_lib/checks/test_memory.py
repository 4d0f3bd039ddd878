"""The memory that one call needs is measured, without the memory of its arguments."""

import tracemalloc

import numpy as np

from cs231n_lib import checks


def test_peak_memory_counts_one_call(message):
    assert checks.peak_memory(np.ones, 10, limit_mb=1, what="ones").shape == (10,)
    text = message(checks.peak_memory, lambda n: np.ones(n).sum(), 10**6, limit_mb=4, what="the sum of ones")
    assert "8 MB" in text
    assert "limit is 4 MB" in text


def test_peak_memory_does_not_count_arguments():
    checks.peak_memory(np.sum, np.ones(10**6), limit_mb=1, what="sum")


def test_peak_memory_counts_the_call_alone_when_memory_is_traced_already():
    tracemalloc.start()
    try:
        kept = np.ones(10**6)
        checks.peak_memory(np.sum, kept, limit_mb=1, what="sum")
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()


def test_peak_memory_can_be_measured_elsewhere(message):
    class Proxy:
        def __peak_memory__(self, *args):
            return args[0] + 1, 5_000_000

    assert checks.peak_memory(Proxy(), 1, limit_mb=5, what="f") == 2
    assert "f: it needs 5 MB" in message(checks.peak_memory, Proxy(), 1, limit_mb=4.999, what="f")
    assert "5 MB" in message(checks.peak_memory, Proxy(), 1, limit_mb=4, what="f")


def test_after_a_call_memory_is_no_longer_traced(message):
    message(checks.peak_memory, np.ones, 10**6, limit_mb=1, what="ones")
    assert not tracemalloc.is_tracing()
    assert "Look here." in message(checks.peak_memory, np.ones, 10**6, limit_mb=1, what="ones", hint="Look here.")
