"""The process in which one contender runs: JSON requests on stdin, JSON answers on stdout, one per line.

python worker.py CONTENDER THREADS
"""

import gc
import importlib
import json
import os
import resource
import statistics
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])  # this folder's modules would hide packages

from contenders.works import STATEFUL, TINY_SHAPE, Run, Work, conv

RESULT_CALLS = 3  # of stateful work, before its results are compared


class Worker:
    """Answers requests; each public method is a kind of request."""

    def __init__(self, contender: ModuleType) -> None:
        self.contender = contender
        self.run: Run | None = None

    def version(self) -> str:
        return self.contender.version()

    def prepare(self, work: dict[str, Any], results: str) -> float:
        """Do the work once, save its results to the file `results`, get ready for timing; return seconds per call."""
        wanted = Work(**work)
        run = self.contender.prepare(wanted)
        for _ in range(RESULT_CALLS if wanted.kind in STATEFUL else 1):
            values = run()
        np.savez(results, *[self.contender.to_numpy(value) for value in values])
        del values
        self.run = self.contender.prepare(wanted)
        self.run()
        return self.round(2)

    def round(self, calls: int) -> float:
        """Return the median seconds of this many calls, after a first call that wakes up threads and caches."""
        run = self.run
        assert run is not None, "prepare first"
        run()
        seconds = []
        for _ in range(calls):
            start = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - start)
        return statistics.median(seconds)

    def done(self) -> None:
        """Free the memory of the work."""
        self.run = None
        gc.collect()

    def peak_memory(self, work: dict[str, Any]) -> int:
        """Return the additional bytes that three calls need, including their results. Valid only in a fresh process."""
        wanted = Work(**work)
        self.contender.prepare(conv(TINY_SHAPE, wanted.dtype))()  # libraries, threads
        run = self.contender.prepare(wanted)
        gc.collect()
        before = _reset_peak()
        for _ in range(3):
            run()
        return _peak() - before


def _reset_peak() -> int:
    """Let Linux measure the peak memory from now on, if it can, and return the resident bytes now."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
        return _status("VmRSS")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _peak() -> int:
    try:
        return _status("VmHWM")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _status(key: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024
    raise OSError(f"no {key} in /proc/self/status")


def main() -> None:
    name, threads = sys.argv[1], int(sys.argv[2])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # text that a library prints must not mix with the answers
    gc.disable()
    worker: Worker | None = None
    missing = ""
    try:
        contender = importlib.import_module(f"contenders.{name}")
        contender.set_threads(threads)
        worker = Worker(contender)
    except ImportError as error:
        missing = str(error) or type(error).__name__
    for line in sys.stdin:
        request = json.loads(line)
        answer: dict[str, Any]
        if missing:
            answer = {"missing": missing}
        else:
            try:
                answer = {"value": getattr(worker, request.pop("do"))(**request)}
            except (ImportError, AttributeError, NotImplementedError, KeyError) as error:
                answer = {"missing": f"{type(error).__name__}: {error}"}
            except Exception as error:  # one row must not stop the others
                answer = {"failed": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
