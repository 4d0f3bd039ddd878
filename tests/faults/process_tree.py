"""Finds the descendants of a process in /proc, and what each of them does."""

import contextlib
import ctypes
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    started: int  # in ticks since the machine started; pid and start time together identify a process
    name: str
    command: str

    def kill(self, how: signal.Signals = signal.SIGKILL) -> bool:
        """Send a signal to this process, never to a later one with its pid. Returns whether it still existed."""
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return False
        try:
            now = _read(self.pid)
            if now is None or now.started != self.started:
                return False
            signal.pidfd_send_signal(handle, how)
            return True
        except ProcessLookupError:
            return False
        finally:
            os.close(handle)


def adopt_orphans() -> None:
    """Make orphaned descendants children of this process, so that it can find them."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(of: int) -> list[Process]:
    """All descendants of the process `of` except zombies, parents before children."""
    children: dict[int, list[Process]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        if process := _read(int(entry.name)):
            children.setdefault(process.parent, []).append(process)
    found, todo = [], [of]
    while todo:
        mine = children.get(todo.pop(0), [])
        found += mine
        todo += [process.pid for process in mine]
    return found


def left_behind(but: set[int], seconds: float) -> list[Process]:
    """Wait up to `seconds` for the descendants of this process to end, and return those that have not.

    The children `but` and their descendants are ignored.
    """
    end = time.monotonic() + seconds
    while True:
        _reap(but)
        own = os.getpid()
        found = [p for child in descendants(own) if child.parent == own and child.pid not in but
                 for p in (child, *descendants(child.pid))]  # fmt: skip
        if not found or time.monotonic() > end:
            return found
        time.sleep(0.05)


def _reap(but: set[int]) -> None:
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = entry.read_text("utf-8", "replace").rpartition(")")[2].split()
            pid = int(entry.parent.name)
            if int(fields[1]) == os.getpid() and fields[0] == "Z" and pid not in but:
                os.waitpid(pid, os.WNOHANG)


def _read(pid: int) -> Process | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return None
    name, _, rest = text.partition("(")[2].rpartition(")")
    fields = rest.split()
    if fields[0] in "ZX":
        return None
    return Process(pid, int(fields[1]), int(fields[19]), name, command.strip())


def by_kind(*roots: int) -> dict[str, list[Process]]:
    """The descendants of a grader by kind: workers, judges and their templates, sandboxes and the processes in them."""
    found: dict[str, list[Process]] = {}
    kinds: dict[int, str] = {}
    for process in (process for root in roots for process in descendants(root)):
        kind = _kind(process, kinds.get(process.parent, ""))
        kinds[process.pid] = kind
        found.setdefault(kind, []).append(process)
    return found


# a forked process has the command line of its parent, so it is recognized by the parent's kind
FORKED = {"zygote": "monitor", "monitor": "first process", "first process": "kernel", "template": "judge"}


def _kind(process: Process, parent: str) -> str:
    if parent in FORKED:
        return FORKED[parent]
    if process.name == "bwrap":
        return "sandbox"
    if parent == "sandbox":
        return "zygote"
    if "autograder.execution.judge.template" in process.command:
        return "template"
    if "hold(" in process.command:
        return "pool"  # of a Dask worker
    if "spawn_main" in process.command:
        return "worker"  # of the local pool, or of Dask
    return "resource tracker" if "resource_tracker" in process.command else "other"
