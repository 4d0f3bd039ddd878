"""The errors that users see: a message that says what is wrong, and a hint that says what to do."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

# the import names of what the extra `instructor` of pyproject.toml installs; nbgrader imports the last one
INSTRUCTOR_PACKAGES = {
    *("nbgrader", "jupytext", "nbconvert", "nh3", "jinja2", "markupsafe", "yaml", "sqlalchemy", "alembic", "tornado"),
    *("latex2mathml", "pygments"),
    "rapidfuzz",
}
UNIX_MODULES = {"fcntl", "resource"}  # modules of Python's that are missing on Windows


class KitError(Exception):
    """A user's mistake: the command shows it without a traceback and ends with exit code 1.

    Parameters
    ----------
    message
        What was given, and what is wrong with it.
    hint
        What to do next, a sentence or a command; None if the message is enough.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


Kind = TypeVar("Kind", bound=KitError)


class AllErrors(Generic[Kind]):
    """Collects the errors of steps that do not depend on each other, to show a user all of them at once."""

    def __init__(self, kind: type[Kind]) -> None:
        self.kind = kind
        self.found: list[Kind] = []

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Collect an error of this kind that ends the block."""
        try:
            yield
        except self.kind as error:
            self.found.append(error)

    def raise_any(self) -> None:
        """Raise the error that was found, or one that holds the text of all."""
        if len(self.found) > 1:
            raise self.kind("\n".join(map(str, self.found)))
        if self.found:
            raise self.found[0]


class CourseError(KitError):
    """course.toml breaks a rule."""


class SourceError(KitError):
    """A notebook source breaks a rule. The message starts with `file.py:LINE: ` if it is about a line."""


class WorkspaceError(KitError):
    """There is no workspace here, or it is not in the state that the command needs."""


class UnknownWorkspace(WorkspaceError):
    """There is a configuration here, but it may belong to a submission instead of a workspace."""


class ReleaseError(KitError):
    """An assignment cannot be released; release/ is as it was before."""


def as_message(error: Exception) -> tuple[str, str | None]:
    """The message and the hint for an error that ended a command."""
    data_errors = sys.modules.get("cs231n_lib.data.errors")  # if it is not imported, nothing has raised its errors
    if isinstance(error, KitError) or (data_errors and isinstance(error, data_errors.DataError)):
        return error.message, error.hint
    if isinstance(error, ImportError) and error.name and error.name.split(".")[0] in INSTRUCTOR_PACKAGES:
        hint = "Install the instructor's tools, in the kit's folder: python -m pip install '.[instructor]'"
        return f"This command needs {error.name.split('.')[0]}, which is not installed.", hint
    if isinstance(error, ImportError) and error.name in UNIX_MODULES:
        hint = (
            "Install the kit in WSL (https://learn.microsoft.com/windows/wsl) and run the command there. The notebooks "
            "and their checks also run in JupyterLab on Windows."
        )
        return "This command does not run on Windows itself.", hint
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}.", None
    first = (str(error).strip().splitlines() or [""])[0]
    hint = "This is a bug in the kit. To see the traceback, run the command with CS231N_DEBUG=1 in the environment."
    return f"{type(error).__name__}: {first}" if first else type(error).__name__, hint
