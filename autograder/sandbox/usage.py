"""What a sandbox's processes are and use, from /proc of the host."""

import contextlib
import os
import resource
from pathlib import Path


def processes(init: int) -> list[str]:
    """The processes in the sandbox of `init`."""
    found = []
    with contextlib.suppress(OSError):
        namespace = os.readlink(f"/proc/{init}/ns/pid")
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                if os.readlink(f"/proc/{pid}/ns/pid") == namespace:
                    found.append(pid)
    return found


def children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def memory(pids: list[str]) -> int:
    """At most so many bytes of their own do these processes hold; what a fork shares counts for each."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):
            total += max(map(_private, _threads(pid)), default=0)
    return total


def exact_memory(pids: list[str]) -> int:
    """The same with what they share counted once; takes the kernel longer."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            total += max(map(_anonymous, _threads(pid)), default=0)
    return total


def _threads(pid: str) -> list[Path]:
    """Each thread of a process: of one whose first thread has ended, Linux tells the memory only there."""
    return list(Path(f"/proc/{pid}/task").iterdir())


def _private(thread: Path) -> int:
    resident, shared = (thread / "statm").read_text().split()[1:3]
    return (int(resident) - int(shared)) * resource.getpagesize()


def _anonymous(thread: Path) -> int:
    try:
        lines = (thread / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:"))


def listening(pid: int, folder: str) -> int:
    """How many Unix sockets in `folder` of the sandbox of `pid` take connections."""
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/net/unix").read_text().splitlines()
        return sum(f" {folder}/" in line and line.split()[3] == "00010000" for line in lines)  # __SO_ACCEPTCON
    return 0
