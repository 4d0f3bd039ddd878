"""A file lock on each assignment of a workspace: one grader at a time. gradebook_lock.py is for several machines."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from autograder.course.course_toml import Assignment
from autograder.course.workspace import Workspace
from autograder.errors import KitError


def only_grader(workspace: Workspace, assignment: Assignment) -> contextlib.AbstractContextManager[None]:
    """Hold the assignment's lock while the block grades, as `only_process` does."""
    lock = workspace.root / ".cs231n" / f"{assignment.name}.lock"
    return only_process(lock, f"{assignment.name} is being graded by another process.")


@contextlib.contextmanager
def only_process(path: Path, problem: str) -> Iterator[None]:
    """Hold the lock in the file `path` in the block. The system releases it however the process ends.

    Raises KitError with the message `problem` if another process of this machine holds it.
    """
    import fcntl

    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise KitError(problem, "Wait until it ends. If there is none, try again.") from None
        yield
