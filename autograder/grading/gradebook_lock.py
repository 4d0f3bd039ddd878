"""One grader at a time for each assignment of a gradebook in a server, whatever machine it runs on.

Two graders may work on different assignments of one course, each in a workspace of its own, with one gradebook in a
server. PostgreSQL's lock belongs to a connection, so it is released when the grader, or the server, dies. A grader
whose lock was lost that way takes it again before it writes; where another has it by then, nothing more is written.
SQLite is a file of the workspace, for which the lock of grading_lock.py is enough.
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

GRADING, WRITING = 231, 232  # the first half of a lock's name; the second is the assignment's
PATIENCE = 30  # seconds that the last transaction of another grader may take
_WRITABLE = "SELECT current_setting('transaction_read_only') = 'off' AND has_table_privilege('grade', 'UPDATE')"


@contextlib.contextmanager
def only_writer(gradebook: Gradebook, assignment: Assignment) -> Iterator[None]:
    """Hold the assignment's lock in the gradebook while the block grades; whatever `gradebook` writes there needs it.

    Raises KitError where another process has it.
    """
    if gradebook.engine.dialect.name != "postgresql":
        yield
        return
    with contextlib.closing(_ServerLock(gradebook.engine, assignment)) as lock:
        lock.guard(gradebook)
        yield


class _ServerLock:
    """Two advisory locks of PostgreSQL.

    GRADING is held by a connection of its own, from start to end. WRITING is shared by the grader's transactions, and
    waited for once by the next grader: so what began while the former held GRADING has ended before that one begins.
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
                f"{self.assignment} is being graded by another process{who}",
                "Wait for it; another assignment can be graded meanwhile.",
            )
        self._call(self.connection, "pg_advisory_xact_lock", WRITING)
        if not self.connection.execute(text(_WRITABLE)).scalar():
            self.close()
            raise KitError(
                f"the gradebook {shown(self.engine.url.render_as_string(hide_password=False))} cannot be written",
                "Grading needs the real server, not a copy of it, and the user that owns the tables.",
            )

    def guard(self, gradebook: Gradebook) -> None:
        """Let no transaction of the gradebook begin without the lock."""

        @event.listens_for(gradebook.db.session_factory, "after_begin")
        def hold(session: object, transaction: object, connection: Connection) -> None:
            if self.connection.closed:
                self._take()
            self._call(connection, "pg_advisory_xact_lock_shared", WRITING)
            try:
                self.connection.execute(text("SELECT 1"))
            except DBAPIError:  # the lock is lost: this transaction ends, the next takes it again
                self.close()
                raise

    def close(self) -> None:
        with contextlib.suppress(DBAPIError):  # of a connection that is dead already
            self.connection.close()

    def _call(self, connection: Connection, function: str, which: int) -> Any:
        return connection.execute(text(f"SELECT {function}({which}, {self.number})")).scalar()

    def _holder(self) -> str:
        """Where the other one is, as far as the server tells."""
        query = (
            "SELECT host(client_addr) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' "
            f"AND granted AND classid = {GRADING} AND objid::int8 = {self.number & 0xFFFFFFFF} "
            "AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        address = self.connection.execute(text(query)).scalar()
        return f", on {address}" if address else ""
