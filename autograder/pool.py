"""Worker processes that execute notebooks: one job in, one executed notebook out.

Kept apart from grading, so that a worker imports what running a notebook needs and nothing of nbgrader.
"""

import sys
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from .execute import Executed, Job, execute


class LocalPool:
    """Executes jobs on this machine, `workers` at a time. Use it as a context manager."""

    def __init__(self, workers: int):
        self.workers = workers
        self._executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> "LocalPool":
        return self

    def __exit__(self, *exception) -> None:
        if self._executor:
            self._executor.shutdown(wait=True, cancel_futures=True)

    def submit(self, job: Job) -> Future:
        """Start a job when a worker is free. Ask `result` what came of the future."""
        self._executor = self._executor or _processes(self.workers)
        try:
            return self._executor.submit(execute, job)
        except BrokenProcessPool:
            self._executor.shutdown(wait=False)
            self._executor = _processes(self.workers)
            return self._executor.submit(execute, job)

    def result(self, job: Job, future: Future) -> Executed:
        """What came of a job. Raises what `execute` raised, or BrokenProcessPool if it brings its worker down.

        When a worker dies, every job under way is lost with it and nobody knows which one it was; so each of
        them is tried once more, alone.
        """
        try:
            return future.result()
        except BrokenProcessPool:
            with _processes(1) as alone:
                return alone.submit(execute, job).result()


def _processes(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """Have Linux end this worker when the grader dies, however it dies."""
    if sys.platform == "linux":
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1: PR_SET_PDEATHSIG
