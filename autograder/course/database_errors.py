"""What the gradebook's database refuses: in words, with what to do about it, and whether to try again."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, TypeVarTuple

from autograder.errors import KitError, WorkspaceError

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

PAUSES = (0.1, 1.0, 3.0)  # seconds before an action is tried again; a server restarts in less
_ACCOUNT = "Name the user in the URL, and put the password into ~/.pgpass or PGPASSWORD: docs/postgresql.md."
_UPGRADE = "It may be of an older nbgrader. Make a backup, then run in the workspace: nbgrader db upgrade"
# what a server says, or its code, and what to do then
_ADVICE = (
    (("password", "authentication", 'role "', "pg_hba"), _ACCOUNT),
    (('database "',), "Make it with: createdb --owner=USER --encoding=UTF8 NAME (docs/postgresql.md)."),
    (("42703", "42P01", "no such column", "no such table"), _UPGRADE),
    (("25006", "readonly"), "The gradebook can be read but not written: is this a copy of the real server?"),
    (("42501",), "The user of the URL must own the database and its tables: docs/postgresql.md."),
    (("22001",), "PostgreSQL keeps 128 characters of a name."),
)


def shown(url: str) -> str:
    """A database's URL without any password in it."""
    from sqlalchemy.engine import make_url

    try:
        return make_url(url).set(query={}).render_as_string(hide_password=True)
    except Exception:  # it may hold a password in a place that only its author knows
        return "(not a URL)"


def error_in_words(error: BaseException) -> str:
    """An error of the database as one line: what the server said, without the statement and its values."""
    cause = _databases(error)
    if isinstance(error, KitError):
        return error.message
    if cause is None:
        return f"{type(error).__name__}: {error}"
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0].rstrip(".")


def is_passing(error: BaseException) -> bool:
    """Whether it may go well the next time: a lost connection, a server that restarts, a deadlock.

    These are the OperationalErrors of psycopg. Those of sqlite3 mean a file that is broken, full or not there.
    """
    psycopg = sys.modules.get("psycopg")
    return psycopg is not None and isinstance(_databases(error), psycopg.OperationalError)


def persistently(action: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
    """Return `action(*arguments)`; try it again where what went wrong may pass."""
    for pause in PAUSES:
        try:
            return action(*arguments)
        except Exception as error:
            if not is_passing(error):
                raise
        time.sleep(pause)
    return action(*arguments)


@contextmanager
def explained(url: str, where: str) -> Iterator[None]:
    """Turn what the database `url`, read from `where`, refuses into a WorkspaceError."""
    check_url(url, where)
    from nbgrader.api import InvalidEntry
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        raise WorkspaceError(
            f"The gradebook {shown(url)} needs psycopg, which is not installed.",
            "Install it, in the kit's folder: python -m pip install '.[instructor,postgresql]'",
        ) from None
    except (SQLAlchemyError, InvalidEntry) as error:
        reason, code = error_in_words(error), getattr(_databases(error), "sqlstate", None)
        hint = next((hint for signs, hint in _ADVICE if any(s == code or s in reason for s in signs)), None)
        if hint is None and is_passing(error):
            hint = f"Is the server running, and reachable from here? The URL is in {where}."
        raise WorkspaceError(
            f"Cannot use the gradebook {shown(url)}: {reason}.", hint or f"The URL is in {where}."
        ) from None


def check_url(url: str, where: str) -> None:
    """Raise WorkspaceError for what is no database's URL, or one of a database that was never tried."""
    from sqlalchemy.engine import make_url

    try:
        parsed = make_url(url)
        known = parsed.drivername.split("+")[0] == "sqlite" or parsed.drivername == "postgresql+psycopg"
    except Exception:  # whose text may hold a part of a password
        known = False
    if not known:
        raise WorkspaceError(
            f"What {where} says is no database that can hold a gradebook: {shown(url)}.",
            "Write postgresql+psycopg://USER@HOST/DATABASE, or sqlite:////PATH.",
        )
    if "@" in (parsed.host or ""):
        raise WorkspaceError(
            f"The gradebook's URL in {where} has two @.", "In a password, write %40; or leave it to ~/.pgpass."
        )


def _databases(error: BaseException | None) -> BaseException | None:
    """The database driver's own error behind SQLAlchemy's or nbgrader's, if there is one."""
    while error is not None:
        if original := getattr(error, "orig", None):
            return original
        error = error.__cause__ or error.__context__
    return None
