"""A file lock on each assignment of a workspace: one grader at a time. gradebook_lock.py is for several machines."""

import contextlib
from collections.abc import Iterator

from autograder.course.course_toml import Assignment
from autograder.course.workspace import Workspace
from autograder.errors import KitError


@contextlib.contextmanager
def only_grader(workspace: Workspace, assignment: Assignment) -> Iterator[None]:
    """Hold the assignment's lock while the block grades. The system releases it however the process ends.

    Raises KitError if another process of this machine holds it.
    """
    import fcntl

    folder = workspace.root / ".cs231n"
    folder.mkdir(exist_ok=True)
    with open(folder / f"{assignment.name}.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise KitError(
                f"{assignment.name} is being graded by another process.",
                "Wait until it ends. If there is none, try again.",
            ) from None
        yield
