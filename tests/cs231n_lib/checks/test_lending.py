"""An exercise is judged on its own: with right earlier functions, or with a cache made from the arguments."""

import numpy as np
import pytest

from cs231n_lib import checks


def notebook(source):
    """The names of a notebook with these functions."""
    names = {"np": np}
    exec(source, names)
    return names


def wrong_half():
    return notebook("def half(x): return x\ndef halves(xs): return [half(x) for x in xs]")


def raises():
    raise ValueError("of a student's function")


@pytest.mark.parametrize("own_are_right", [lambda: False, raises])
def test_right_functions_replace_wrong_ones(own_are_right):
    names = wrong_half()
    assert checks.lend(names["halves"], own_are_right, half=lambda x: x / 2) is None
    assert names["halves"]([2, 4]) == [1, 2]


def test_a_missing_function_is_replaced():
    names = notebook("def halves(xs): return [half(x) for x in xs]")
    checks.lend(names["halves"], lambda: names["half"](2) == 1, half=lambda x: x / 2)
    assert names["halves"]([2, 4]) == [1, 2]


def test_right_functions_of_the_student_stay():
    names = notebook("def half(x): return x / 2\ndef halves(xs): return [half(x) for x in xs]")
    own = names["half"]
    checks.lend(names["halves"], lambda: names["half"](2) == 1, half=raises)
    assert names["half"] is own and names["halves"]([2]) == [1]


def test_a_function_in_another_process_lends_by_itself():
    class Elsewhere:
        def __call__(self):
            raise AssertionError

        def __lend__(self, functions):
            self.lent = functions

    function = Elsewhere()
    checks.lend(function, lambda: True, half=len)
    assert not hasattr(function, "lent")
    checks.lend(function, lambda: False, half=len)
    assert function.lent == {"half": len}


def test_forward_pass_returns_what_the_function_returns():
    x = np.ones(3)
    out, cache = checks.forward_pass(lambda x, w: (x * w, "cache"), x, 2)
    assert out.tolist() == [2, 2, 2] and cache == "cache"


@pytest.mark.parametrize("result", [None, np.ones(3), (1, 2, 3)])
def test_the_arguments_stand_in_for_the_cache_of_a_forward_pass_that_returns_something_else(result, capsys):
    x, w = np.ones(3), np.zeros(2)

    def forward(x, w):
        return result

    out, cache = checks.forward_pass(forward, x, w)
    assert out is None and cache[0] is x and cache[1] is w and len(cache) == 2
    said = capsys.readouterr().out.lower()
    assert (
        said.startswith("forward fails, so its arguments stand in for its cache. the function ret")
        or "should return 2" in said
    )


def test_the_arguments_stand_in_for_the_cache_of_a_forward_pass_that_raises(capsys):
    x = np.ones(3)
    assert checks.forward_pass(lambda x: 1 / 0, x)[1] is x  # a single argument stands alone
    assert (
        "fails, so its arguments stand in for its cache. ZeroDivisionError: division by zero" in capsys.readouterr().out
    )


def test_a_forward_pass_that_changes_its_arguments_leaves_those_of_the_check():
    def forward(x, b):
        x -= x.mean()
        return x, x

    x = np.arange(3.0)
    _, cache = checks.forward_pass(forward, x, 1)
    assert x.tolist() == [0, 1, 2] and cache.tolist() == [-1, 0, 1]


def test_an_array_that_may_not_be_changed_stays_so():
    x = np.arange(3.0)
    x.flags.writeable = False
    seen = []
    checks.forward_pass(lambda x: (seen.append(x.flags.writeable), None), x)
    assert seen == [False]
