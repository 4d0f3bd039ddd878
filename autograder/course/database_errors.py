"""Explain errors of the gradebook's database, say what to do about them, and decide whether to try again."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, TypeVarTuple

from autograder.errors import KitError, WorkspaceError

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

PAUSES = (0.1, 1.0, 3.0)  # seconds before each new attempt; a server restarts in less
_ACCOUNT = "Name the user in the URL, and put the password into ~/.pgpass or PGPASSWORD; see docs/postgresql.md."
_UPGRADE = "An older nbgrader may have made it. Make a backup, then run in the workspace: nbgrader db upgrade"
# parts of a server's message, or its error code, and what to do
_ADVICE = (
    (("password", "authentication", 'role "', "pg_hba"), _ACCOUNT),
    (('database "',), "Make the database with: createdb --owner=USER --encoding=UTF8 NAME (docs/postgresql.md)."),
    (("42703", "42P01", "no such column", "no such table"), _UPGRADE),
    (("25006", "readonly"), "The gradebook is read-only. Check that the URL does not name a copy of the real server."),
    (("42501",), "The user in the URL must own the database and its tables; see docs/postgresql.md."),
    (("22001",), "PostgreSQL stores at most 128 characters of a name. Shorten it."),
)


def shown(url: str) -> str:
    """A database's URL without its password."""
    from sqlalchemy.engine import make_url

    try:
        return make_url(url).set(query={}).render_as_string(hide_password=True)
    except Exception:  # text that is not a URL may still contain a password
        return "(not a URL)"


def error_in_words(error: BaseException) -> str:
    """A database error as one line: the server's message, without the SQL statement and its values."""
    cause = _databases(error)
    if isinstance(error, KitError):
        return error.message
    if cause is None:
        return f"{type(error).__name__}: {error}"
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0].rstrip(".")


def is_passing(error: BaseException) -> bool:
    """Whether a new attempt may succeed: after a lost connection, a server restart or a deadlock.

    These are psycopg's OperationalErrors. Those of sqlite3 mean that the file is broken, full or missing.
    """
    psycopg = sys.modules.get("psycopg")
    return psycopg is not None and isinstance(_databases(error), psycopg.OperationalError)


def persistently(action: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
    """Return `action(*arguments)`; repeat it after an error that may be temporary."""
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
    """Turn errors of the database `url` into a WorkspaceError, which says that the URL comes from `where`."""
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
            hint = f"Check that the server is running and reachable from here. The URL is in {where}."
        raise WorkspaceError(
            f"Cannot use the gradebook {shown(url)}: {reason}.", hint or f"The URL is in {where}."
        ) from None


def check_url(url: str, where: str) -> None:
    """Raise WorkspaceError if `url` is not a URL of SQLite or of PostgreSQL with psycopg."""
    from sqlalchemy.engine import make_url

    try:
        parsed = make_url(url)
        known = parsed.drivername.split("+")[0] == "sqlite" or parsed.drivername == "postgresql+psycopg"
    except Exception:  # its message may contain a part of a password
        known = False
    if not known:
        raise WorkspaceError(
            f"The URL in {where} does not name a database that can hold a gradebook: {shown(url)}.",
            "Write postgresql+psycopg://USER@HOST/DATABASE, or sqlite:////PATH.",
        )
    if "@" in (parsed.host or ""):
        raise WorkspaceError(
            f"The gradebook's URL in {where} contains two @ signs.",
            "In a password, write @ as %40, or put the password into ~/.pgpass.",
        )


def _databases(error: BaseException | None) -> BaseException | None:
    """The database driver's own error behind SQLAlchemy's or nbgrader's; None if there is none."""
    while error is not None:
        if original := getattr(error, "orig", None):
            return original
        error = error.__cause__ or error.__context__
    return None
