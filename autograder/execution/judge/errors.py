"""What a test cell meets when a student's function did not return: errors that speak to the student."""

from autograder.execution.students_text import marked


class StudentError(Exception):
    """An exception raised in the student's kernel.

    What is raised is a subclass named as the student's exception is, which is also a subclass of the built-in type
    that theirs derives from. `student_traceback` is text, and shown instead of the judge's own traceback.
    """

    def __init__(self, message: str, student_traceback: str = ""):
        Exception.__init__(self, message)  # that of a built-in base may take more arguments
        self.message, self.student_traceback = message, student_traceback

    def __str__(self) -> str:  # KeyError and others would decorate it
        return self.message

    def _render_traceback_(self) -> list[str]:
        # each line is marked as the student's, so a reader cannot take it for the test's own words
        text = self.student_traceback.rstrip() or f"{type(self).__name__}: {self.message}"
        return marked(text).splitlines()


class JudgeError(BaseException):
    """An error that no test may mistake for the student's own: `except Exception` does not catch it."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class CannotCross(JudgeError):
    """The check asks for something that does not work between two processes; str() says what, for its author."""


class ChannelError(JudgeError):
    """The student's kernel gives no answer; str() says why, for the student."""


class StudentTimeout(ChannelError):
    """A call took too long."""


class StudentDied(ChannelError):
    """The student's kernel is gone, or the connection to it was given up earlier."""


class StudentProtocolError(ChannelError):
    """What came from the student's kernel is not what may come."""
