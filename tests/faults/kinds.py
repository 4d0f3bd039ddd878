"""The faults: functions that disturb the grading of a class in a rig.

A temporary fault is over when its function returns. The function returns what it did, in words, or None if there was
nothing to disturb at that moment.
"""

import errno
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from process_tree import Process, by_kind

ONE_NOTEBOOK_SECONDS = 15  # after this time a worker has finished a notebook and its second run


def _signalled(how: signal.Signals) -> Callable:
    def inflict(rig) -> str | None:
        rig.coordinator.send_signal(how)
        return f"{how.name} to the coordinator"

    return inflict


def interrupted(rig) -> str | None:
    """Interrupt the whole process group, as Ctrl-C does."""
    os.killpg(rig.coordinator.pid, signal.SIGINT)
    return "Ctrl-C"


def everything(rig) -> str | None:
    """Kill all processes at once, as the end of a session does, so that none can clean up."""
    for process in reversed([p for found in by_kind(rig.coordinator.pid).values() for p in found]):
        process.kill()
    os.killpg(rig.coordinator.pid, signal.SIGKILL)
    return "SIGKILL to the coordinator and all its descendants"


def _killed(kind: str) -> Callable:
    """Return a fault that kills a process of this kind.

    If a notebook's kernel is killed twice, grading blames the notebook. So no worker is hit twice in a row.
    """

    def inflict(rig) -> str | None:
        now = time.monotonic()
        tree = by_kind(rig.coordinator.pid, *(rig.cluster.pids if rig.cluster else ()))
        parents = {p.pid: p for found in tree.values() for p in found}

        def worker(process: Process) -> int:
            while process.parent in parents and "spawn_main" not in process.command:
                process = parents[process.parent]
            return process.pid

        victims = [p for p in tree.get(kind, []) if now - rig.hit.get(worker(p), -1e9) > ONE_NOTEBOOK_SECONDS]
        if not victims:
            return None
        victim = rig.random.choice(victims)
        if kind != "worker":
            rig.hit[worker(victim)] = now
        return f"SIGKILL to a {kind} ({victim.pid})" if victim.kill() else None

    return inflict


def database_killed(rig) -> str | None:
    if not rig.server:
        return None
    rig.server.kill()
    away = rig.random.uniform(0, 3)
    time.sleep(away)
    rig.server.start()
    return f"PostgreSQL killed, back after {away:.1f} s"


def connections_cut(rig) -> str | None:
    if not rig.server:
        return None
    cut = rig.server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'class'")
    return f"{len(cut)} connections to PostgreSQL cut" if cut else None


def dask_worker(rig) -> str | None:
    workers = rig.cluster.workers() if rig.cluster else []
    victim = rig.random.choice(workers) if workers else None
    return f"SIGKILL to a Dask worker ({victim.pid})" if victim and victim.kill() else None


def dask_scheduler(rig) -> str | None:
    if not rig.cluster:
        return None
    rig.cluster.kill_scheduler()
    away = rig.random.uniform(0, 2)
    time.sleep(away)
    rig.cluster.start()
    return f"SIGKILL to the Dask scheduler, another one after {away:.1f} s"


def _full(place: str) -> Callable:
    def inflict(rig) -> str | None:
        if not rig.mounted:
            return None
        folder = getattr(rig, place)
        left = rig.random.choice([0, 0, 4096, 40_000])
        ballast = folder / "ballast"
        try:
            _fill(ballast, left)
            full = rig.random.uniform(0.2, 4)
            time.sleep(full)
        finally:
            ballast.unlink()
        return f"{place} full except for {left:,} bytes, for {full:.1f} s"

    return inflict


def _fill(ballast: Path, left: int) -> None:
    """Write a file that leaves `left` bytes of its file system free."""
    with open(ballast, "wb") as file:
        while True:
            space = os.statvfs(ballast)
            if (size := space.f_bavail * space.f_bsize - left) <= 0:
                return
            try:
                return os.posix_fallocate(file.fileno(), 0, size)
            except OSError as error:  # another process has written to the disk meanwhile
                if error.errno != errno.ENOSPC:
                    raise


def read_only(rig) -> str | None:
    """Mount a read-only view over the disk, which also affects processes that already use it at their next file."""
    if not rig.mounted:
        return None
    subprocess.run(["mount", "--bind", rig.disk, rig.disk], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", rig.disk], check=True)
        during = rig.random.uniform(0.2, 4)
        time.sleep(during)
    finally:
        subprocess.run(["umount", "--lazy", rig.disk], check=True)
    return f"disk read-only for {during:.1f} s"


KINDS: dict[str, Callable] = {
    "coordinator-killed": _signalled(signal.SIGKILL),
    "coordinator-terminated": _signalled(signal.SIGTERM),
    "coordinator-interrupted": interrupted,
    "everything-killed": everything,
    "worker": _killed("worker"),
    "sandbox": _killed("sandbox"),
    "zygote": _killed("zygote"),
    "monitor": _killed("monitor"),
    "first-process": _killed("first process"),
    "kernel": _killed("kernel"),
    "judge": _killed("judge"),
    "judge-template": _killed("template"),
    "database-killed": database_killed,
    "connections-cut": connections_cut,
    "dask-worker": dask_worker,
    "dask-pool": _killed("pool"),
    "dask-scheduler": dask_scheduler,
    "disk-full": _full("disk"),
    "disk-read-only": read_only,
    "scratch-full": _full("scratch"),
}
ON_DASK = ("dask-worker", "dask-pool", "dask-scheduler")
ON_POSTGRESQL = ("database-killed", "connections-cut")
ON_MOUNTS = ("disk-full", "disk-read-only", "scratch-full")
