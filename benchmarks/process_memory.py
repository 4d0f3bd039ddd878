"""Sample the memory of a running grader from outside: its own process, and each worker with all processes below it.

The processes below a worker are those that it starts: templates, the judge, and the sandbox with the student's kernel.
Memory shared by several processes is divided among them (PSS), so a sum over processes is the memory that they really
use.
"""

import contextlib
import threading
from pathlib import Path


class Sampler:
    """A context manager that samples every `seconds`; `coordinator` and `worker` are the peaks in bytes.

    `denied` is set if the system does not let this user read the memory of a process.
    """

    def __init__(self, pid: int, seconds: float) -> None:
        self.pid, self.seconds = pid, seconds
        self.coordinator = self.worker = 0
        self.denied = False
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Sampler":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._end.wait(self.seconds) and not self.denied:
            try:
                self._look()
            except PermissionError:
                self.denied = True

    def _look(self) -> None:
        below = _below()
        self.coordinator = max(self.coordinator, _memory(self.pid))
        for child in below.get(self.pid, ()):
            self.worker = max(self.worker, _tree(child, below))


def _below() -> dict[int, list[int]]:
    """Return {process: its children} for all processes."""
    below: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_bytes().rpartition(b")")[2].split()
            below.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    return below


def _tree(pid: int, below: dict[int, list[int]]) -> int:
    return _memory(pid) + sum(_tree(child, below) for child in below.get(pid, ()))


def _memory(pid: int) -> int:
    """Return the PSS in bytes; 0 if the process has ended. Raises PermissionError for another user's process."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0
