"""What a sandbox's processes are and use, from /proc of the host.

psutil does not tell most of this: how long a thread has waited for a processor (schedstat), the memory of a process
whose first thread has ended, memory with what processes share counted once and files left out, the processes as the
sandbox's own /proc lists them. What it does tell is not read faster: 77 us for the processor time of one process, 60 us
here; 1.3 ms for a process's children on a machine with 85 processes, 18 us here.
"""

import contextlib
import os
import resource
from pathlib import Path


def processes(init: int) -> list[Path]:
    """The processes in the sandbox of `init`, as folders of its own /proc: that is shorter than the machine's."""
    with contextlib.suppress(OSError):
        return [folder for folder in Path(f"/proc/{init}/root/proc").iterdir() if folder.name.isdigit()]
    return []


def family(pid: int) -> list[Path]:
    """A process and its known descendants, as folders of /proc."""
    pids = [pid]
    for parent in pids:  # to which their children are added
        pids += children(parent)
    return [Path(f"/proc/{pid}") for pid in pids]


def children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def memory(found: list[Path]) -> int:
    """An upper bound of the bytes that these processes hold themselves: what forks share counts for each of them."""
    total = 0
    for process in found:
        with contextlib.suppress(OSError, ValueError, IndexError):
            total += max(map(_private, _threads(process)), default=0)
    return total


def exact_memory(found: list[Path]) -> int:
    """The bytes that these processes hold themselves, with what they share counted once. It takes the kernel longer."""
    total = 0
    for process in found:
        with contextlib.suppress(OSError):
            total += max(map(_anonymous, _threads(process)), default=0)
    return total


def processor_seconds(found: list[Path]) -> float:
    """The processor time of these processes, and of the processes that they have waited for.

    A sandbox's first process waits for all that no other process does, so this is the time of all there ever were.
    """
    ticks = 0
    for process in found:
        with contextlib.suppress(OSError, ValueError):
            fields = (process / "stat").read_text().rpartition(")")[2].split()  # a name may hold spaces and brackets
            ticks += sum(map(int, fields[11:15]))  # utime, stime, and those of its children: proc(5), fields 14 to 17
    return ticks / os.sysconf("SC_CLK_TCK")


def waits(found: list[Path]) -> dict[Path, float]:
    """The seconds that each thread of these processes has waited for a processor; {} where Linux does not tell."""
    seconds = {}
    for process in found:
        with contextlib.suppress(OSError, ValueError, IndexError):
            for thread in _threads(process):
                seconds[thread] = int((thread / "schedstat").read_text().split()[1]) / 1e9
    return seconds


def sockets(init: int) -> int:
    """How many sockets there are in the sandbox of `init`, including those on their way in a message."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{init}/net/sockstat").read_text().split()[2])  # "sockets: used 25"
    return 0


def _threads(process: Path) -> list[Path]:
    """Each thread of a process. Once its first thread has ended, Linux tells the memory only of the others."""
    return list((process / "task").iterdir())


def _private(thread: Path) -> int:
    resident, shared = (thread / "statm").read_text().split()[1:3]
    return (int(resident) - int(shared)) * resource.getpagesize()


def _anonymous(thread: Path) -> int:
    try:
        lines = (thread / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:"))
