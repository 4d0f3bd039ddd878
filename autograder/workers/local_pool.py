"""Worker processes that execute notebooks: each takes a job and returns an executed notebook.

This module is separate from grading, so that a worker imports only what running a notebook needs, and nothing of
nbgrader; the grader in turn imports none of that. Whatever ends the grader, its workers end with it, and each worker
removes its kernel and scratch folder.

Neither pebble (5.2) nor loky (3.7) replaces this module or held_pool.py. Everything here except the executor itself
would still be needed: in both, the processes that a worker started outlive a killed worker, and neither cleans up when
the grader is killed. pebble does know which job killed its worker, but it starts all of its workers at once, however
few jobs there are, and detects a dead worker by checking every tenth of a second. loky also starts all workers at once,
and breaks as concurrent.futures does, after which every running job must be tried again.
"""

import contextlib
import ctypes
import gc
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Set
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from autograder.execution import processor
from autograder.folders import HeldFolder
from autograder.notebook.job import Executed, Job

SCRATCH_PREFIX = "cs231n-pool-"  # of the scratch folder's name


class LocalPool:
    """Executes jobs on this machine, `workers` at a time. Use it as a context manager.

    A worker is started when there is a job and no worker is free.
    """

    def __init__(self, workers: int):
        self.workers = workers
        self._executor: ProcessPoolExecutor | None = None
        self._scratch: HeldFolder | None = None
        self._warming: list[Future[Executed]] = []

    def __enter__(self) -> "LocalPool":
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        if self._executor is None:
            return
        if kind or not all(warm.done() for warm in self._warming):  # after Ctrl-C, for example, no result is needed
            for worker in multiprocessing.active_children():
                worker.terminate()
        self._executor.shutdown(wait=True, cancel_futures=True)
        if self._scratch:
            self._scratch.close()  # a worker that student code killed could not remove its part

    def warm_up(self, job: Job, most: int) -> None:
        """Start a worker for each of `most` jobs, and have it run this job first, so that its processes are warm."""
        self._warming = [self.submit(job) for _ in range(min(self.workers, most))]

    def submit(self, job: Job) -> Future[Executed]:
        """Start a job when a worker is free. Pass the returned future to `result`."""
        if self._warming:  # wait for the first warm worker instead of starting another one
            wait(self._warming, return_when=FIRST_COMPLETED)
        self._executor = self._executor or self._processes()
        try:
            return self._executor.submit(_tidily, run_here, job)
        except BrokenProcessPool:
            self._executor.shutdown(wait=False)
            self._executor = self._processes()
            return self._executor.submit(_tidily, run_here, job)

    def result(self, job: Job, future: Future[Executed]) -> Executed:
        """Wait for a job and return its result. Raises the error of `run_notebook`, or BrokenProcessPool.

        When a worker dies, all running jobs are lost, and which of them killed it is unknown. So each of them is tried
        once more, alone. BrokenProcessPool is raised if the job kills its worker then too.
        """
        try:
            return future.result()
        except BrokenProcessPool:
            with LocalPool(1) as alone:
                return alone.submit(job).result()

    def _processes(self) -> ProcessPoolExecutor:
        self._scratch = self._scratch or HeldFolder(tempfile.gettempdir(), SCRATCH_PREFIX, _remove_semaphores)
        # the pool's semaphores get the name of its folder, so that abandoned ones can be found and removed
        process = multiprocessing.current_process()
        process._config["semprefix"] = f"/{self._scratch.path.name}"  # type: ignore[attr-defined]  # no public way
        spawn = multiprocessing.get_context("spawn")
        folder = str(self._scratch.path)
        return ProcessPoolExecutor(self.workers, spawn, initializer=_start_worker, initargs=(folder,))


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Exclude the modules imported in the block from garbage collection: during the block, later, and at exit."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()


def _remove_semaphores(abandoned: Path) -> None:
    """Remove the semaphores of a pool that was killed together with Python's resource tracker."""
    for path in Path("/dev/shm").glob(f"sem.{abandoned.name}-*"):
        path.unlink(missing_ok=True)


def _start_worker(scratch: str) -> None:
    os.chdir(os.sep)  # the grader's working folder may be a student's, with `grade-one` for example
    tempfile.tempdir = scratch
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole process group; the grader ends the workers
    signal.signal(signal.SIGTERM, _leave)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: the worker adopts processes that student code detaches
    threading.excepthook = lambda _: None  # silences Jupyter's heartbeat thread, which may outlive its kernel
    threading.Thread(target=_end_with_parent, args=(Path(scratch),), daemon=True).start()
    with importing():
        from autograder.execution import run_notebook  # noqa: F401


def _end_with_parent(scratch: Path) -> None:
    """Clean up and end when the grader ends, however it ends."""
    if grader := multiprocessing.parent_process():
        grader.join()
    while scratch.exists():  # meanwhile the main thread still runs, and may replace an ended kernel
        _end_descendants()
        _remove_semaphores(scratch)
        shutil.rmtree(scratch, ignore_errors=True)
    _end_descendants()
    os._exit(1)


def _leave(*_: object) -> None:
    """End immediately. The grader removes the scratch folder, because other workers may still use it."""
    _end_descendants()
    os._exit(1)


def run_here(job: Job) -> Executed:
    """Call `run_notebook`. Only workers import it."""
    from autograder.execution.run_notebook import run_notebook

    return run_notebook(job)


def _tidily(run: Callable[[Job], Executed], job: Job) -> Executed:
    from autograder.execution.judge.session import template_pids
    from autograder.execution.sandbox import zygote_pids

    try:
        return run(job)
    finally:
        _end_descendants(but=template_pids() | zygote_pids())
        processor.stay()  # only after the first job: zygote and template may import on two processors at a time


def _end_descendants(but: Set[int] = frozenset()) -> None:
    """Kill every process that the notebook left behind, including those that left the kernel's process group."""
    if sys.platform != "linux":
        return
    while left := set(_children(os.getpid())) - but:
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(OSError):
                os.waitpid(pid, 0)  # this process adopts its children, which the next round kills


def _children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = status.read_bytes().rpartition(b")")[2].split()  # a name may hold spaces and brackets
            if int(fields[1]) == parent:
                found.append(int(status.parent.name))
    return found
