"""The errors that a test cell gets when a call to a student's function did not return. They address the student."""

from autograder.execution.students_text import marked


class StudentError(Exception):
    """An exception raised in the student's kernel.

    The judge raises a subclass with the name of the student's exception. It is also a subclass of the built-in type
    from which the student's exception derives. `student_traceback` is text, shown in place of the judge's traceback.
    `student_call` is the call that raised it, (name, arguments, named arguments), or None; a notebook may show it.
    """

    student_call: tuple[str, tuple[object, ...], dict[str, object]] | None = None

    def __init__(self, message: str, student_traceback: str = ""):
        Exception.__init__(self, message)  # the __init__ of a built-in base may need more arguments
        self.message, self.student_traceback = message, student_traceback

    def __str__(self) -> str:  # KeyError, for example, would add quotation marks
        return self.message

    def _render_traceback_(self) -> list[str]:
        # each line is marked as the student's, so that a reader cannot mistake it for the test's own output
        text = self.student_traceback.rstrip() or f"{type(self).__name__}: {self.message}"
        return marked(text).splitlines()


class JudgeError(BaseException):
    """An error that a test must not mistake for the student's own. `except Exception` does not catch it."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class CannotCross(JudgeError):
    """The check needs something that does not work between two processes; str() tells the check's author what."""


class ChannelError(JudgeError):
    """The student's kernel gives no answer; str() tells the student why."""


class StudentTimeout(ChannelError):
    """A call took too long."""


class StudentDied(ChannelError):
    """The student's kernel has ended, or the connection to it was given up earlier."""


class StudentProtocolError(ChannelError):
    """The student's kernel sent something that the protocol does not allow."""
