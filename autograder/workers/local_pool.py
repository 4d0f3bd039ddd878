"""Worker processes that execute notebooks: one job in, one executed notebook out.

Kept apart from grading, so that a worker imports what running a notebook needs and nothing of nbgrader, and the grader
nothing of that.
Whatever ends the grader, its workers end with it, and each takes its kernel and scratch folder along.

Neither pebble (5.2) nor loky (3.7) replaces this module or held_pool.py. Everything here but the executor itself would
stay: what a worker started outlives a killed worker in both, and neither tidies up when the grader is killed. pebble
does know which job brought its worker down; but it starts all of its workers at once, whatever there is to do, and
notices a dead one by looking every tenth of a second. loky starts all at once too, and breaks as concurrent.futures
does, after which every job under way has to be tried again.
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

    A worker starts when there is a job that none is free for.
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
        if kind or not all(warm.done() for warm in self._warming):  # Ctrl-C, say: nobody waits for what still runs
            for worker in multiprocessing.active_children():
                worker.terminate()
        self._executor.shutdown(wait=True, cancel_futures=True)
        if self._scratch:
            self._scratch.close()  # a worker that student code killed could not

    def warm_up(self, job: Job, most: int) -> None:
        """Have a worker for each of `most` jobs run this one first, so that what it starts is there when they come."""
        self._warming = [self.submit(job) for _ in range(min(self.workers, most))]

    def submit(self, job: Job) -> Future[Executed]:
        """Start a job when a worker is free. Ask `result` what came of the future."""
        if self._warming:  # no other worker is to be started for what the first of them will soon be free for
            wait(self._warming, return_when=FIRST_COMPLETED)
        self._executor = self._executor or self._processes()
        try:
            return self._executor.submit(_tidily, run_here, job)
        except BrokenProcessPool:
            self._executor.shutdown(wait=False)
            self._executor = self._processes()
            return self._executor.submit(_tidily, run_here, job)

    def result(self, job: Job, future: Future[Executed]) -> Executed:
        """What came of a job. Raises what `run_notebook` raised, or BrokenProcessPool if it brings its worker down.

        When a worker dies, every job under way is lost with it and nobody knows which one it was; so each of
        them is tried once more, alone.
        """
        try:
            return future.result()
        except BrokenProcessPool:
            with LocalPool(1) as alone:
                return alone.submit(job).result()

    def _processes(self) -> ProcessPoolExecutor:
        self._scratch = self._scratch or HeldFolder(tempfile.gettempdir(), SCRATCH_PREFIX, _remove_semaphores)
        # whose names would not tell which pool they are of
        process = multiprocessing.current_process()
        process._config["semprefix"] = f"/{self._scratch.path.name}"  # type: ignore[attr-defined]  # no public way
        spawn = multiprocessing.get_context("spawn")
        folder = str(self._scratch.path)
        return ProcessPoolExecutor(self.workers, spawn, initializer=_start_worker, initargs=(folder,))


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Have Python not look for garbage in what is imported: neither now, nor again and again, nor at its end."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()


def _remove_semaphores(abandoned: Path) -> None:
    """Those of a pool that was killed together with Python's process that tidies up after it."""
    for path in Path("/dev/shm").glob(f"sem.{abandoned.name}-*"):
        path.unlink(missing_ok=True)


def _start_worker(scratch: str) -> None:
    os.chdir(os.sep)  # a student's folder is the working folder of `grade-one`, for one
    tempfile.tempdir = scratch
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the grader decides what ends
    signal.signal(signal.SIGTERM, _leave)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: processes that student code detaches stay ours
    threading.excepthook = lambda _: None  # a heartbeat thread of Jupyter's that outlives its kernel is no news
    threading.Thread(target=_end_with_parent, args=(Path(scratch),), daemon=True).start()
    with importing():
        from autograder.execution import run_notebook  # noqa: F401


def _end_with_parent(scratch: Path) -> None:
    """Tidy up and end when the grader dies, however it dies."""
    if grader := multiprocessing.parent_process():
        grader.join()
    while scratch.exists():  # the other thread goes on meanwhile, and replaces a kernel that ended
        _end_descendants()
        _remove_semaphores(scratch)
        shutil.rmtree(scratch, ignore_errors=True)
    _end_descendants()
    os._exit(1)


def _leave(*_: object) -> None:
    """End at once; the scratch folder is the grader's to remove, for other workers may be in it."""
    _end_descendants()
    os._exit(1)


def run_here(job: Job) -> Executed:
    """As `run_notebook`, which only workers import."""
    from autograder.execution.run_notebook import run_notebook

    return run_notebook(job)


def _tidily(run: Callable[[Job], Executed], job: Job) -> Executed:
    from autograder.execution.judge.session import template_pids
    from autograder.execution.sandbox import zygote_pids

    try:
        return run(job)
    finally:
        _end_descendants(but=template_pids() | zygote_pids())
        processor.stay()  # not before the first job has ended: what is forked from may import on two at a time


def _end_descendants(but: Set[int] = frozenset()) -> None:
    """Kill every process that the notebook left behind, also those that left the kernel's process group."""
    if sys.platform != "linux":
        return
    while left := set(_children(os.getpid())) - but:
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(OSError):
                os.waitpid(pid, 0)  # its own children are ours now


def _children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = status.read_bytes().rpartition(b")")[2].split()  # a name may hold spaces and brackets
            if int(fields[1]) == parent:
                found.append(int(status.parent.name))
    return found
