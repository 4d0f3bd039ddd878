"""The errors that people meet: a message that says what is wrong, and a hint that says what to do."""


class KitError(Exception):
    """A mistake of the user's, not of the kit's: shown without a traceback, and the exit code is 1.

    Arguments:
        message: what was given and what is wrong with it.
        hint: what to do next, a sentence or a command; None where the message says it all.
    """

    def __init__(self, message: str, hint: str | None = None):
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class CourseError(KitError):
    """course.toml says something that cannot be meant."""


class SourceError(KitError):
    """A notebook source breaks a rule; the message starts with `file.py:LINE: `."""


class WorkspaceError(KitError):
    """There is no workspace here, or it is not in the state the command needs."""


class UnknownWorkspace(WorkspaceError):
    """There is a configuration here, but nothing says that it is a workspace's and not a submission's."""


class ReleaseError(KitError):
    """An assignment cannot be released; nothing was left in release/ that was not there before."""
