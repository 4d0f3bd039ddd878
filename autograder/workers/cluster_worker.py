"""The part of grading that runs on the workers of a Dask cluster (cluster.py is the other side).

`enlist` prepares a worker before it runs any job. The worker keeps a `Station`: the folders that jobs need, and for
each of its threads a process with a LocalPool of one worker, in which `run_notebook` runs as on a single machine.
However the Dask worker ends, that process ends with it, and so do all processes that it started.
"""

import asyncio
import contextlib
import functools
import hashlib
import os
import platform
import threading
import time
from collections.abc import Hashable
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from distributed import Reschedule, Worker, WorkerPlugin, get_worker

import autograder
from autograder.execution import sandbox
from autograder.notebook.job import Executed, Job
from autograder.python_processes import environment, run_python
from autograder.workers.font_cache import warm_font_cache
from autograder.workers.held_pool import HeldPool
from autograder.workers.packed_folder import PackedFolder

KEY_PREFIX = "cs231n-"  # of the keys of the grader's tasks
STATION = "cs231n"  # name of the Dask plugin
ENLIST_SECONDS = 120  # the longest time that a task waits until its worker is prepared
SAME_VERSIONS = ("numpy", "ipykernel", "ipython", "jupyter_client")


@dataclass(frozen=True)
class Outfit:
    """What a worker must have before it runs jobs. `token` is a hash of all of it."""

    token: str
    versions: dict[str, str]
    isolation: str | None
    folders: tuple[PackedFolder, ...]


class Unfit(Exception):
    """This worker cannot run the job, but others may. The arguments are its address and the reason."""


class BroughtDown(Exception):
    """The process that ran a job on a worker has ended."""


class Dropped(Exception):
    """The grader no longer waits for the job."""


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions that must be the same on all machines, so that a job has the same result on all of them."""
    code = hashlib.sha256()
    package = Path(autograder.__file__).parent
    for path in sorted(package.rglob("*.py")):
        code.update(f"{path.relative_to(package).as_posix()}\0".encode() + path.read_bytes())
    found = {"Python": ".".join(platform.python_version_tuple()[:2]), "the course kit": code.hexdigest()[:12]}
    for name in SAME_VERSIONS:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def different(there: dict[str, str], here: dict[str, str]) -> str | None:
    """Return in words which of the coordinator's versions (`here`) another machine lacks, or None."""
    found = [
        f"{name} {there.get(name, 'missing')} instead of {here[name]}" for name in here if there.get(name) != here[name]
    ]
    return f"has {', '.join(found)}" if found else None


async def enlist(outfit: Outfit, dask_worker: Worker) -> str | None:
    """Prepare a worker for grading. Returns why it cannot grade, or None."""
    if STATION not in dask_worker.plugins:
        folder = Path(dask_worker.local_directory)
        # beside the worker's own folder, so that the next worker on this machine need not look for the fonts again
        await dask_worker.plugin_add(Station(folder / "cs231n", folder.parent / "cs231n-matplotlib"), STATION)
    station = _station(dask_worker)
    assert station is not None
    station.faults[outfit.token] = fault = await asyncio.to_thread(station.prepare, outfit)
    return fault


def run_on_worker(token: str, folders: tuple[str, ...], job: Job) -> Executed:
    """Execute a job on the worker that runs this task, with the unpacked `folders` on the module path."""
    worker = get_worker()
    end = time.monotonic() + ENLIST_SECONDS
    while (station := _station(worker)) is None or token not in station.faults:  # the worker has just joined
        if time.monotonic() > end:
            raise Unfit(worker.address, f"was not prepared for grading within {ENLIST_SECONDS} s")
        time.sleep(0.1)
    if fault := station.faults[token]:
        raise Unfit(worker.address, fault)
    return station.run(str(worker.get_current_task()), station.adapted(job, folders))


def _station(worker: Worker) -> "Station | None":
    found = worker.plugins.get(STATION)
    return found if isinstance(found, Station) else None


class Station(WorkerPlugin):
    """A worker's folders and processes."""

    def __init__(self, folder: Path, fonts: Path):
        self.folder = folder
        self.fonts = fonts
        self.faults: dict[str, str | None] = {}  # token of an outfit -> why the worker cannot use it, or None
        self._lock = threading.Lock()
        self._idle: list[HeldPool] = []
        self._running: dict[str, HeldPool] = {}
        self._dropped: set[str] = set()
        self._closed = False

    def prepare(self, outfit: Outfit) -> str | None:
        """Check this machine and unpack what jobs need. Returns why it cannot run them, or None."""
        if wrong := different(versions(), outfit.versions):
            return wrong
        if outfit.isolation == "sandbox" and (why_not := sandbox.missing()):
            return f"has no sandbox: {why_not}"
        try:
            for packed in outfit.folders:
                if fault := _cannot_load(packed.unpack(self.folder), packed.extension_modules()):
                    return fault
            warm_font_cache(self.fonts)
        except OSError as error:
            return f"cannot keep the course's library in {self.folder}: {error}"
        return None

    def adapted(self, job: Job, folders: tuple[str, ...]) -> Job:
        """Return the job with this machine's folders in place of the coordinator's."""
        data = os.environ.get("CS231N_DATA")
        given = job.surroundings
        env = {**(given.env or {}), "PATH": environment(os.environ).get("PATH", os.defpath)}
        adapted = replace(
            given,
            pythonpath=tuple(str(self.folder / name) for name in folders),
            env=env | {"MPLCONFIGDIR": str(self.fonts)},
            data=data if data and os.path.isdir(data) else None,
        )
        return replace(job, surroundings=adapted)

    def run(self, key: str, job: Job) -> Executed:
        """Run a job in a free process or in a new one. Raises the error of `run_notebook`, BroughtDown, or Dropped."""
        with self._lock:
            while self._idle and not self._idle[-1].alive:
                self._idle.pop().end()
            runner = self._idle.pop() if self._idle else None
        runner = runner or HeldPool()
        with self._lock:
            self._running[key] = runner
            if key in self._dropped or self._closed:
                runner.end()
        try:
            answer = runner.run(job)
        except (EOFError, OSError):
            runner.end()
            if self._closed:
                raise Reschedule() from None
            if key in self._dropped:
                raise Dropped(key) from None
            raise BroughtDown("the process that ran it was killed, by its own code or because memory ran out") from None
        finally:
            with self._lock:
                del self._running[key]
                self._dropped.discard(key)
        with self._lock:
            self._idle.append(runner)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def transition(self, key: Hashable, start: str, finish: str, **_: Any) -> None:
        """Handle Dask's hook: if a task is released while it runs, its result is not needed, so end it."""
        if start in ("executing", "long-running") and finish == "released" and str(key).startswith(KEY_PREFIX):
            with self._lock:
                self._dropped.add(str(key))
                if running := self._running.get(str(key)):
                    running.end()

    def teardown(self, worker: Worker) -> None:
        """Handle Dask's hook for the end of the worker: end its processes."""
        with self._lock:
            self._closed = True
            for runner in (*self._idle, *self._running.values()):
                runner.end()


def _cannot_load(folder: Path, modules: list[str]) -> str | None:
    """Return why compiled modules do not work on this machine, or None."""
    done = run_python("-c", LOAD, folder.absolute(), *modules)
    if done.returncode == 0:
        return None
    said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    machine = f"{platform.system()} {platform.machine()}, {' '.join(platform.libc_ver())}".rstrip(", ")
    return f"cannot load the course's compiled modules on its {machine}: {said}"


LOAD = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    importlib.import_module(name)
"""
