"""A lock on each assignment of a gradebook in a server: one grader at a time, on whatever machine it runs.

Two graders may work on different assignments of one course, each in its own workspace, with one gradebook in a server.
PostgreSQL's lock belongs to a connection, so it is released when the grader or the server dies. A grader that lost its
lock in this way takes it again before it writes. If another grader holds it by then, nothing more is written. SQLite is
a file in the workspace, for which the lock of grading_lock.py is enough.
"""

import contextlib
import hashlib
from collections.abc import Iterator
from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from autograder.course.course_toml import Assignment
from autograder.course.database_errors import shown
from autograder.errors import KitError

GRADING, WRITING = 231, 232  # first number of a lock's key; the second is derived from the assignment's name
PATIENCE = 30  # seconds that the last transaction of another grader may take
_WRITABLE = "SELECT current_setting('transaction_read_only') = 'off' AND has_table_privilege('grade', 'UPDATE')"


@contextlib.contextmanager
def only_writer(gradebook: Gradebook, assignment: Assignment) -> Iterator[None]:
    """Hold the assignment's lock in the gradebook while the block grades; `gradebook` writes there only with the lock.

    Raises KitError if another process holds it.
    """
    if gradebook.engine.dialect.name != "postgresql":
        yield
        return
    with contextlib.closing(_ServerLock(gradebook.engine, assignment)) as lock:
        lock.guard(gradebook)
        yield


class _ServerLock:
    """Two advisory locks of PostgreSQL.

    A separate connection holds GRADING from start to end. The grader's transactions share WRITING, and the next grader
    waits for it once. So all transactions that began while the former grader held GRADING end before the next begins.
    """

    def __init__(self, engine: Engine, assignment: Assignment):
        self.assignment = assignment.name
        digest = hashlib.sha256(assignment.name.encode()).digest()
        self.number = int.from_bytes(digest[:4], "big", signed=True)
        self.engine = create_engine(engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._take()

    def _take(self) -> None:
        self.connection = self.engine.connect()
        self.connection.execute(text(f"SET lock_timeout = '{PATIENCE}s'"))
        if not self._call(self.connection, "pg_try_advisory_lock", GRADING):
            who = self._holder()
            self.close()
            raise KitError(
                f"{self.assignment} is being graded by another process{who}.",
                "Wait until it ends. Another assignment can be graded meanwhile.",
            )
        self._call(self.connection, "pg_advisory_xact_lock", WRITING)
        if not self.connection.execute(text(_WRITABLE)).scalar():
            self.close()
            raise KitError(
                f"The gradebook {shown(self.engine.url.render_as_string(hide_password=False))} cannot be written.",
                "Grading needs the real server, not a copy of it, and the user that owns the tables.",
            )

    def guard(self, gradebook: Gradebook) -> None:
        """Have every transaction of the gradebook take the lock when it begins."""

        @event.listens_for(gradebook.db.session_factory, "after_begin")
        def hold(session: object, transaction: object, connection: Connection) -> None:
            if self.connection.closed:
                self._take()
            self._call(connection, "pg_advisory_xact_lock_shared", WRITING)
            try:
                self.connection.execute(text("SELECT 1"))
            except DBAPIError:  # the lock is lost: this transaction ends, and the next one takes the lock again
                self.close()
                raise

    def close(self) -> None:
        with contextlib.suppress(DBAPIError):  # the connection may be dead already
            self.connection.close()

    def _call(self, connection: Connection, function: str, which: int) -> Any:
        return connection.execute(text(f"SELECT {function}({which}, {self.number})")).scalar()

    def _holder(self) -> str:
        """Return from which address the other grader holds the lock, as the end of a sentence; "" if unknown."""
        query = (
            "SELECT host(client_addr) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' "
            f"AND granted AND classid = {GRADING} AND objid::int8 = {self.number & 0xFFFFFFFF} "
            "AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        address = self.connection.execute(text(query)).scalar()
        return f", on {address}" if address else ""
