"""Write files and folders whole or not at all; make temporary folders that do not outlive their process."""

import compileall
import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # on Windows, abandoned folders stay
    CAN_HOLD = False
else:
    CAN_HOLD = True


class HeldFolder:
    """A new folder, locked by this process. Making it deletes similar folders whose process has ended.

    Parameters
    ----------
    parent
        The folder to make it in.
    prefix
        What its name begins with. Folders in `parent` whose names begin with it count as similar.
    abandoned
        Called with the path of each abandoned folder before it is deleted.
    """

    def __init__(self, parent: Path | str, prefix: str, abandoned: Callable[[Path], None] = lambda path: None) -> None:
        for path in Path(parent).glob(f"{prefix}*"):
            if (lock := _hold(path)) is not None:
                abandoned(path)
                shutil.rmtree(path, ignore_errors=True)
                os.close(lock)
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
            self._lock = _hold(self.path)
            if self._lock is not None or not CAN_HOLD:  # otherwise another process has just deleted it as abandoned
                break

    def close(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader always finds the old file or the new one, even if this process is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


@contextlib.contextmanager
def complete_folder(target: Path) -> Iterator[Path]:
    """Yield a folder to fill with modules; it becomes `target` after the block, unless another process was first."""
    target.parent.mkdir(parents=True, exist_ok=True)
    held = HeldFolder(target.parent, ".building-")
    building = held.path
    try:
        yield building
        compileall.compile_dir(building, quiet=2, stripdir=building)  # kernels in the sandbox cannot write here
        for path in (building, *building.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)  # whatever the umask is: a sandbox runs as another user
        try:
            os.rename(building, target)
        except OSError:
            if not target.is_dir():  # otherwise another process was first, with the same contents
                raise
    finally:
        held.close()


def _hold(path: Path) -> int | None:
    """Lock a folder of this user's; return the descriptor that holds the lock, or None if it cannot be locked."""
    if not CAN_HOLD:
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
