"""One grader at a time for each assignment: on one machine by a file's lock, on many by one of PostgreSQL's.

Two graders may work on different assignments of one course, each in a workspace of its own, with one gradebook in a
server. The server's lock belongs to a connection, so it is released when the grader, or the server, dies. A grader
whose lock was lost that way takes it again before it writes; where another has it by then, nothing more is written.
"""

import contextlib
import hashlib
from collections.abc import Iterator

from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from autograder.course.course_toml import Assignment
from autograder.course.database_errors import shown
from autograder.course.workspace import Workspace
from autograder.errors import KitError

GRADING, WRITING = 231, 232  # the first half of a lock's name; the second is the assignment's
PATIENCE = 30  # seconds that the last transaction of another grader may take
_WRITABLE = "SELECT current_setting('transaction_read_only') = 'off' AND has_table_privilege('grade', 'UPDATE')"


@contextlib.contextmanager
def only_grader(workspace: Workspace, assignment: Assignment, gradebook) -> Iterator[None]:
    """Hold the assignment's lock while the block grades; whatever `gradebook` writes there needs it.

    Raises KitError where another process has it.
    """
    with _file_lock(workspace, assignment):
        if gradebook.engine.dialect.name != "postgresql":
            yield
            return
        with contextlib.closing(_ServerLock(gradebook.engine, assignment)) as lock:
            lock.guard(gradebook)
            yield


@contextlib.contextmanager
def _file_lock(workspace: Workspace, assignment: Assignment) -> Iterator[None]:
    """The system lets go of it however the process ends."""
    import fcntl

    folder = workspace.root / ".cs231n"
    folder.mkdir(exist_ok=True)
    with open(folder / f"{assignment.name}.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise KitError(
                f"{assignment.name} is being graded by another process",
                "Wait for it; if there is none, try again.",
            ) from None
        yield


class _ServerLock:
    """Two advisory locks of PostgreSQL.

    GRADING is held by a connection of its own, from start to end. WRITING is shared by the grader's transactions, and
    waited for once by the next grader: so what began while the former held GRADING has ended before that one begins.
    """

    def __init__(self, engine, assignment: Assignment):
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
                f"the gradebook {shown(self.engine.url)} cannot be written",
                "Grading needs the real server, not a copy of it, and the user that owns the tables.",
            )

    def guard(self, gradebook) -> None:
        """Let no transaction of the gradebook begin without the lock."""

        @event.listens_for(gradebook.db.session_factory, "after_begin")
        def hold(session, transaction, connection):
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

    def _call(self, connection, function: str, which: int):
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
