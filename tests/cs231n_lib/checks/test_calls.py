"""The errors that a call raises, and the arguments that it changes."""

import numpy as np
import pytest

from cs231n_lib import checks

X = np.random.default_rng(0).normal(size=(8, 5))


def test_raises(message):
    error = checks.raises(ValueError, "f", float, "a")
    assert isinstance(error, ValueError)
    assert "without an error" in message(checks.raises, ValueError, "f", float, "1")
    assert "raised TypeError" in message(checks.raises, (ValueError, KeyError), "f", float, None)


def test_raises_lets_an_unwritten_exercise_speak_for_itself():
    def stub():
        raise NotImplementedError("exercise f: write your code here")

    with pytest.raises(NotImplementedError, match="exercise f"):
        checks.raises(ValueError, "f", stub)


def test_unchanged(message):
    X = np.array([1.0, np.nan])
    checks.unchanged(X, X.copy(), "X of f")
    checks.unchanged({"W": X}, {"W": X.copy()}, "params")
    assert "changed in place" in message(checks.unchanged, X + 1, X, "X of f")
    assert "params['W']" in message(checks.unchanged, {"W": X[:1]}, {"W": X}, "params")
    assert "keys" in message(checks.unchanged, {"W": X, "b": X}, {"W": X}, "params")


def test_unchanged_where_the_function_worked_on_a_copy(message, monkeypatch):
    changed = [X, params := {"W": X.copy()}]
    monkeypatch.setattr("__main__.__was_changed__", lambda value: any(value is c for c in changed), raising=False)
    checks.unchanged(X.copy(), X, "X of f")
    assert message(checks.unchanged, X, X.copy(), "X of f") == message(checks.unchanged, X + 1, X, "X of f")
    assert "params['W']" in message(checks.unchanged, {"W": X}, {"W": X.copy()}, "params")
    assert "replaced" in message(checks.unchanged, params, {"W": X}, "params")


def test_call_shows_what_a_function_did_to_its_arguments_and_does_nothing_to_ours():
    def remember(x, params, rng, note):
        x += 1
        params["list"].append(rng.random())
        return note

    x, params, rng, note = np.zeros(2), {"list": []}, np.random.default_rng(0), object()
    result, (x_after, params_after, _, _) = checks.call(remember, x, params, rng, note)
    assert result is note
    assert x_after.tolist() == [1, 1] and params_after["list"] == [np.random.default_rng(0).random()]
    assert x.tolist() == [0, 0] and params == {"list": []} and rng.random() == np.random.default_rng(0).random()


def test_another_type_of_array_counts_as_a_change(message):
    before = np.arange(3.0)
    assert "changed in place" in message(checks.unchanged, before.astype(np.float32), before, "X")
    checks.unchanged(np.arange(3), np.arange(3), "indices")


def test_a_stub_is_no_runtime_error_unless_its_own_error_is_wanted():
    def stub():
        raise NotImplementedError("exercise f")

    with pytest.raises(NotImplementedError):
        checks.raises(RuntimeError, "f", stub)
    assert isinstance(checks.raises(NotImplementedError, "f", stub), NotImplementedError)


def test_the_errors_that_would_be_right_are_listed_and_a_long_text_is_cut(message):
    def long():
        raise OSError("x" * 500)

    text = message(checks.raises, (ValueError, KeyError), "f", long)
    assert text == f"f: it should raise ValueError or KeyError, but it raised OSError: {'x' * 200}"


def test_unpack_takes_a_result_apart(message):
    assert checks.unpack((1, X), "loss, dW") == (1, X)
    assert checks.unpack([3], "mean") == (3,)
    nothing = message(checks.unpack, None, "loss, dW")
    assert "returned None. Did you forget `return loss, dW`" in nothing and "[generic.returned_none]" in nothing
    assert "should return 2 values, `return loss, dW`, but it returned 3 values" in message(
        checks.unpack, (1, 2, 3), "loss, dW"
    )
    assert "but it returned an array of shape (8, 5)" in message(checks.unpack, X, "loss, dW")
