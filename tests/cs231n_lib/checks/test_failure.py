"""Jupyter shows the message of a failed check without a traceback."""

from cs231n_lib.checks import CheckFailed


def test_jupyter_shows_the_message_only():
    error = CheckFailed("first\nsecond")
    assert error._render_traceback_() == ["first", "second"]
    assert isinstance(error, AssertionError)
