"""Watching a call: the lines that Python executes and the functions that run are recorded, and nothing else changes."""

import gc
import os
import sys
import threading

import numpy as np
import pytest

from cs231n_lib.checks import calls
from cs231n_lib.checks.watched_call import watched_call


def three_lines(x):
    y = x + 1
    z = y + 1
    return z


def test_lines_are_counted_those_of_called_functions_included():
    assert watched_call(three_lines, [1])[:2] == (3, 3)
    assert watched_call(lambda x: three_lines(three_lines(x)), [1])[:2] == (5, 7)
    assert watched_call(lambda: [0 for _ in range(100)], [])[1] < watched_call(lambda: [0 for _ in range(200)], [])[1]


def test_the_modules_whose_functions_ran_are_sorted():
    here, sorted_path = __name__, os.path.join("a", "b")
    result, _, modules, _ = watched_call(lambda: (calls.is_dict({}), os.path.join("a", "b")), [])
    assert result == (True, sorted_path)
    assert modules == sorted(modules) and set(modules) == {here, "cs231n_lib.checks.answers", os.path.__name__}


def test_lines_of_numpys_own_functions_are_not_counted_but_their_calls_are():
    result, lines, modules, _ = watched_call(lambda x: np.linalg.norm(np.pad(x, 1)), [np.ones((3, 3))])
    assert (result, modules) == (3, [__name__]) and 1 <= lines <= 6
    few, many = (watched_call(np.apply_along_axis, [np.sum, 1, np.ones((n, 2))]).lines for n in (80, 800))
    assert many >= few + 2 * 720 // 8


def test_code_that_claims_to_be_numpys_is_counted():
    code = compile("for _ in range(50):\n    pass", np.__file__, "exec")
    assert watched_call(lambda: exec(code, {"__name__": "numpy"}), []).lines > 50


def test_a_long_line_that_a_program_wrote_counts_as_several():
    short, long = (compile("x = 1;" * n, "<text>", "exec") for n in (10, 1000))
    assert watched_call(lambda: exec(long), []).lines > watched_call(lambda: exec(short), []).lines + 12


def test_the_function_that_ran_most_often_is_named():
    def twice():
        return sum(three_lines(x) for x in range(7)) + three_lines(0)

    assert watched_call(twice, []).most_called == ("three_lines", 8)
    assert watched_call(sum, [[1, 2]]).most_called == ("", 0)


@pytest.mark.no_cover  # coverage uses the trace function that is watched here
def test_other_threads_are_watched_too():
    def in_a_thread():
        thread = threading.Thread(target=lambda: calls.is_dict({}))
        thread.start()
        thread.join()

    assert "cs231n_lib.checks.answers" in watched_call(in_a_thread, [])[2]
    assert threading.gettrace() is None


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_rests_meanwhile(enabled):
    (gc.enable if enabled else gc.disable)()
    try:
        assert watched_call(gc.isenabled, [])[0] is False
        assert gc.isenabled() == enabled
    finally:
        gc.enable()


@pytest.mark.no_cover  # coverage uses the trace function that is watched here
def test_the_watch_ends_with_an_error():
    before, collecting = sys.gettrace(), gc.isenabled()
    with pytest.raises(ZeroDivisionError):
        watched_call(lambda: 1 / 0, [])
    assert (sys.gettrace(), threading.gettrace(), gc.isenabled()) == (before, None, collecting)


def test_a_watch_that_was_on_goes_on():
    seen = []

    def mine(frame, event, _):
        seen.append(event)

    before = sys.gettrace()
    sys.settrace(mine)
    try:
        watched_call(three_lines, [1])
        assert sys.gettrace() is mine
    finally:
        sys.settrace(before)


def test_a_function_that_ends_the_watch_is_an_error():
    before = sys.gettrace()
    with pytest.raises(RuntimeError, match=r"called sys\.settrace"):
        watched_call(lambda: sys.settrace(None), [])
    assert sys.gettrace() is before


def test_a_callable_that_stands_for_another_is_watched_there():
    class Proxy:
        def __work__(self, *args):
            return sum(args), 5, ["m"], ("f", 2)

    assert watched_call(Proxy(), [1, 2]) == (3, 5, ["m"], ("f", 2))
