"""A processor for this process: what a worker starts stays on it, and takes no other student's.

A judge and a kernel that wait for each other some hundred times take half as long on one processor as on two.
"""

import contextlib
import os
import socket
import sys

SOCKET_NAME = "cs231n-processor"
MOST_ON_ONE = 100  # processes

_held: int | None = None  # a socket, for as long as this process lives
_number: int | None = None


def own(name: str = SOCKET_NAME) -> int | None:
    """The number of this process's processor, the same each time: one that no other process of this machine has asked
    for, while there is one, else one of those that the fewest have. None where processes cannot be kept on one.
    """
    global _held, _number
    if sys.platform != "linux":
        return None
    there = sorted(os.sched_getaffinity(0))
    if _held is None:
        _held, _number = _taken(name, there)
    return _number if _number in there else there[0]


def stay(name: str = SOCKET_NAME) -> None:
    """Keep this process, and all that it has started, on its processor."""
    number = own(name)
    if number is None or os.sched_getaffinity(0) == {number}:
        return
    from autograder.execution.sandbox.usage import children

    pids = [os.getpid()]
    for pid in pids:  # to which their children are added
        with contextlib.suppress(OSError):
            os.sched_setaffinity(pid, {number})
        pids += children(pid)


def _taken(name: str, there: list[int]) -> tuple[int, int]:
    mine = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    for place in range(MOST_ON_ONE):
        for number in there:
            try:
                mine.bind(f"\0{name}-{number}-{place}")  # gone with the process, however that ends
            except OSError:
                continue
            return mine.detach(), number
    return mine.detach(), there[os.getpid() % len(there)]
