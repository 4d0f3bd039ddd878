"""The errors that people meet: a message that says what is wrong, and a hint that says what to do."""

import sys

# what the extra `instructor` of pyproject.toml installs, by the names that are imported; nbgrader imports the last two
INSTRUCTOR_PACKAGES = {
    *("nbgrader", "jupytext", "nbconvert", "nh3", "jinja2", "markupsafe", "yaml", "sqlalchemy", "tornado"),
    *("alembic", "rapidfuzz"),
}
UNIX_MODULES = {"fcntl", "resource"}  # of Python's own, which lacks them on Windows


class KitError(Exception):
    """A mistake of the user's, not of the kit's: shown without a traceback, and the exit code is 1.

    Parameters
    ----------
    message
        What was given, and what is wrong with it.
    hint
        What to do next, a sentence or a command; None where the message says it all.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class CourseError(KitError):
    """course.toml holds something that cannot be meant."""


class SourceError(KitError):
    """A notebook source breaks a rule; the message starts with `file.py:LINE: `."""


class WorkspaceError(KitError):
    """There is no workspace here, or it is not in the state the command needs."""


class UnknownWorkspace(WorkspaceError):
    """There is a configuration here, but nothing says that it is a workspace's and not a submission's."""


class ReleaseError(KitError):
    """An assignment cannot be released; nothing was left in release/ that was not there before."""


def as_message(error: Exception) -> tuple[str, str | None]:
    """The message and the hint for an error that ended a command."""
    data_errors = sys.modules.get("cs231n_lib.data.errors")  # only raised by what has been imported
    if isinstance(error, KitError) or (data_errors and isinstance(error, data_errors.DataError)):
        return error.message, error.hint
    if isinstance(error, ImportError) and error.name and error.name.split(".")[0] in INSTRUCTOR_PACKAGES:
        hint = "It comes with the instructor's tools; in the kit's folder: python -m pip install '.[instructor]'"
        return f"This command needs {error.name.split('.')[0]}, which is not installed.", hint
    if isinstance(error, ImportError) and error.name in UNIX_MODULES:
        hint = (
            "Install the kit in WSL (https://learn.microsoft.com/windows/wsl) and run it there. The notebooks, and the "
            "checks in them, run in JupyterLab here, too."
        )
        return "This command does not run on Windows itself.", hint
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}.", None
    first = (str(error).strip().splitlines() or [""])[0]
    hint = "This is a fault of the kit, not yours. CS231N_DEBUG=1 shows where it happened."
    return f"{type(error).__name__}: {first}" if first else type(error).__name__, hint
