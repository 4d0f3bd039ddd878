"""Jupyter shows the text of a failed check and no traceback."""

from cs231n_lib.checks import CheckFailed


def test_jupyter_shows_the_message_only():
    error = CheckFailed("first\nsecond")
    assert error._render_traceback_() == ["first", "second"]
    assert isinstance(error, AssertionError)
