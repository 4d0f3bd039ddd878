"""Temporary folders that are known to be abandoned when their process was killed, so that the next one deletes them."""

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where abandoned folders stay
    fcntl = None


class HeldFolder:
    """A new folder in `parent` whose name begins with `prefix`; those like it that nobody holds any more are deleted.

    Arguments:
        abandoned: called with the path of each such folder before it is deleted.
    """

    def __init__(self, parent: Path | str, prefix: str, abandoned: Callable[[Path], None] = lambda path: None):
        for path in Path(parent).glob(f"{prefix}*"):
            if (lock := _hold(path)) is not None:
                abandoned(path)
                shutil.rmtree(path, ignore_errors=True)
                os.close(lock)
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
            self._lock = _hold(self.path)
            if self._lock is not None or not fcntl:  # else another process took it for an abandoned one just now
                break

    def close(self) -> None:
        """Delete it."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _hold(path: Path) -> int | None:
    """Lock a folder of this user's, for as long as the descriptor is open: None where another process has it."""
    if not fcntl:
        return None
    try:
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    with contextlib.suppress(OSError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        there, held = os.lstat(path), os.fstat(lock)
        if stat.S_ISDIR(there.st_mode) and os.path.samestat(there, held) and held.st_uid == os.geteuid():
            return lock
    os.close(lock)
    return None
