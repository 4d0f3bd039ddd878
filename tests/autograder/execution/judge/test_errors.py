"""The exceptions that a test cell sees when a student's function does not return."""

import pytest

from autograder.execution.judge import errors
from autograder.execution.judge.errors import StudentError

PREFIX = "student's code │ "


def test_a_students_error_is_its_message_and_the_students_traceback():
    error = StudentError("wrong", "line 1\nline 2\n")
    assert str(error) == "wrong" and error.args == ("wrong",)
    assert error._render_traceback_() == [f"{PREFIX}line 1", f"{PREFIX}line 2"]


def test_without_a_traceback_it_says_its_name_and_message():
    for traceback in ("", "  \n"):
        assert StudentError("wrong", traceback)._render_traceback_() == [f"{PREFIX}StudentError: wrong"]


def test_a_built_in_base_does_not_decorate_the_message():
    for base in (KeyError, OSError, UnicodeDecodeError):
        kind = type("Both", (StudentError, base), {})
        assert str(kind("wrong")) == "wrong"


@pytest.mark.parametrize(
    "name", ["CannotCross", "ChannelError", "StudentTimeout", "StudentDied", "StudentProtocolError"]
)
def test_no_test_takes_the_judges_own_errors_for_the_students(name):
    kind = getattr(errors, name)
    assert not issubclass(kind, Exception) and not issubclass(kind, StudentError)
    assert kind("why")._render_traceback_() == [f"{name}: why"]


@pytest.mark.parametrize("name", ["StudentTimeout", "StudentDied", "StudentProtocolError"])
def test_a_kernel_that_gives_no_answer_is_one_kind_of_error(name):
    assert issubclass(getattr(errors, name), errors.ChannelError)
    assert not issubclass(errors.CannotCross, errors.ChannelError)
