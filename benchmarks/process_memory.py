"""The memory of a running grader, sampled from outside: of its own process, and of each worker with all below it.

A worker's tree holds what it starts: templates, the judge, the sandbox with the student's kernel. Pages that several
processes share are counted in parts (PSS), so that a sum over processes is what they take of the machine.
"""

import contextlib
import threading
from pathlib import Path


class Sampler:
    """Samples every `seconds` while used as a context manager; `coordinator` and `worker` are the peaks in bytes.

    `denied` is set when the system does not let this user look.
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
    """{process: its children}, of all processes."""
    below: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_bytes().rpartition(b")")[2].split()
            below.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    return below


def _tree(pid: int, below: dict[int, list[int]]) -> int:
    return _memory(pid) + sum(_tree(child, below) for child in below.get(pid, ()))


def _memory(pid: int) -> int:
    """PSS in bytes; 0 if the process has ended meanwhile. Raises PermissionError for another user's process."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0
