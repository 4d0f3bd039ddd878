"""How long a call of a student's function takes from the judge, over a real socket between two processes.

    python benchmarks/judge.py            a few seconds

Prints the median round trip of calls of different sizes, the time of a numeric gradient with 2,000 calls, and that of
a call that calls a function of the judge's 2,000 times. Exits with 1 if a small call takes 0.2 ms or more.
"""

import argparse
import multiprocessing
import socket
import statistics
import sys
import time

import numpy as np

from autograder.judge import StudentConnection, StudentNames, agent_source
from cs231n_lib.gradient_check import numerical_gradient

GOAL = 0.2e-3  # seconds
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
    parser.add_argument("--calls", type=int, default=3000, help="calls of each size (default: 3000)")
    calls = parser.parse_args().calls
    ours, theirs = socket.socketpair()
    process = multiprocessing.get_context("fork").Process(target=student, args=(theirs, ours), daemon=True)
    process.start()
    theirs.close()
    connection, namespace = StudentConnection(ours), {}
    StudentNames(connection).fill("nothing, loss, same, repeat", namespace)
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
    return 0 if small < GOAL else 1


def student(sock, other):
    other.close()
    agent, namespace = {"__name__": "agent"}, {}
    exec(compile(agent_source(), "agent", "exec"), agent)
    exec(STUDENT, namespace)
    agent["Agent"](sock).serve(namespace)


def median(calls, f, *arguments):
    seconds = []
    for _ in range(calls):
        start = time.perf_counter()
        f(*arguments)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def computing(calls, W, X, y):
    namespace = {}
    exec(STUDENT, namespace)
    return median(calls, namespace["loss"], W, X, y, 0.1)


def row(what, seconds):
    print(f"{what:<60} {seconds * 1e3:9.3f} ms")


if __name__ == "__main__":
    sys.exit(main())
