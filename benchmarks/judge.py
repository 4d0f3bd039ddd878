"""Measure how long the judge takes to call a student's function, over a real socket between two processes.

    python benchmarks/judge.py            a few seconds

Prints the median round trip of calls of different sizes, the time of a numeric gradient with 2,000 calls, the time of a
call that calls back a function of the judge 2,000 times, and the time and memory that a judge needs to start and to run
its first cell. The exit code is 1 if a small call takes 0.2 ms or more, or a warm start 30 ms or more.
"""

import argparse
import asyncio
import multiprocessing
import os
import re
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import numpy as np

from autograder.execution.judge.bundle import agent_source
from autograder.execution.judge.connection import StudentConnection
from autograder.execution.judge.names import StudentNames
from autograder.execution.judge.session import JudgeTemplate, Setting
from cs231n_lib.diagnosis import numerical_gradient

GOAL, START_GOAL = 0.2e-3, 30e-3  # seconds
STUDENT = """
import numpy as np

def nothing():
    pass

def loss(W, X, y, reg):
    scores = X @ W
    margins = np.maximum(0, scores - scores[np.arange(len(y)), y][:, None] + 1)
    return np.sum(margins) / len(y) + reg * np.sum(W * W), np.zeros_like(W)

def same(x):
    return x

def repeat(f, x, times):
    for _ in range(times):
        f(x)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=3000, help="Number of calls of each size (default: 3000).")
    calls = parser.parse_args().calls
    ours, theirs = socket.socketpair()
    process = multiprocessing.get_context("fork").Process(target=student, args=(theirs, ours), daemon=True)
    process.start()
    theirs.close()
    connection = StudentConnection(ours, seconds=600)
    namespace = StudentNames(connection)
    rng = np.random.default_rng(0)
    W, X, y = rng.normal(size=(10, 4)), rng.normal(size=(20, 10)), rng.integers(4, size=20)
    small = median(calls, namespace["loss"], W, X, y, 0.1)
    row("nothing()", median(calls, namespace["nothing"]))
    row("loss(W, X, y, reg), 250 numbers, without the loss itself", small - computing(calls, W, X, y))
    row("loss(W, X, y, reg)", small)
    for megabytes in (1, 10, 100):
        x = np.zeros(megabytes * 10**6, np.uint8)
        row(f"same(x), {megabytes} MB there and back", median(max(3, 100 // megabytes), namespace["same"], x))
    start = time.perf_counter()
    numerical_gradient(lambda V: namespace["loss"](V, X, y, 0.1)[0], rng.normal(size=(10, 100)))
    row("numeric gradient, 2,000 calls", time.perf_counter() - start)
    start = time.perf_counter()
    namespace["repeat"](lambda x: x, W, 2000)
    row("2,000 callbacks in one call", time.perf_counter() - start)
    connection.stop()
    process.join()
    cold, warm, kilobytes = asyncio.run(starting(20))
    row("a judge from a cold template, up to its first cell", cold)
    row("a judge from a warm template, up to its first cell", warm)
    if kilobytes:
        print(f"{'private memory of a judge':<60} {kilobytes / 1e3:9.1f} MB")
    return 0 if small < GOAL and warm < START_GOAL else 1


def student(sock: socket.socket, other: socket.socket, ready: Event | None = None) -> None:
    """Run as the student's process, and serve its definitions over `sock`."""
    other.close()
    agent: dict[str, Any] = {"__name__": "agent"}
    namespace: dict[str, Any] = {}
    exec(compile(agent_source(), "agent", "exec"), agent)
    exec(STUDENT, namespace)
    if ready:
        ready.set()
    agent["Agent"](sock).serve(namespace)


async def starting(times: int) -> tuple[float, float, int | None]:
    """Return (seconds of the first judge, median of the later ones, private memory in kilobytes or None)."""
    template, seconds, memory = JudgeTemplate((), dict(os.environ)), [], []
    fork = multiprocessing.get_context("fork")
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(times + 1):
            ours, theirs = socket.socketpair()
            ready = fork.Event()
            process = fork.Process(target=student, args=(theirs, ours, ready), daemon=True)
            process.start()
            assert process.pid is not None  # it has been started
            theirs.close()
            ready.wait()
            cells = ("import numpy, matplotlib.pyplot, cs231n_lib.checks",)
            setting = Setting(cells, frozenset(), "", process.pid, folder, folder, 4 * 10**9, 10**6, 5.0)
            start = time.perf_counter()
            judge = await template.start(setting, ours)
            await judge.run("1 + 1", 20)
            seconds.append(time.perf_counter() - start)
            memory.append(private_memory(judge.pid))
            judge.end()
            process.join()
    template.close()
    return seconds[0], statistics.median(seconds[1:]), memory[-1]


def private_memory(pid: int | None) -> int | None:
    """Return the private memory in kilobytes; None if the system does not report it."""
    path = Path(f"/proc/{pid}/smaps_rollup")
    if not path.exists():
        return None
    return sum(int(size) for size in re.findall(r"^Private_\w+: *(\d+) kB", path.read_text(), re.M))


def median(calls: int, f: Callable[..., object], *arguments: object) -> float:
    """Return the median time of `calls` calls f(*arguments), in seconds."""
    seconds = []
    for _ in range(calls):
        start = time.perf_counter()
        f(*arguments)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def computing(calls: int, W: np.ndarray, X: np.ndarray, y: np.ndarray) -> float:
    """Return the median time of the loss itself, in seconds."""
    namespace: dict[str, Any] = {}
    exec(STUDENT, namespace)
    return median(calls, namespace["loss"], W, X, y, 0.1)


def row(what: str, seconds: float) -> None:
    print(f"{what:<60} {seconds * 1e3:9.3f} ms")


if __name__ == "__main__":
    sys.exit(main())
