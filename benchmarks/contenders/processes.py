"""Start the process of a contender and send it requests."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "CS231N_NUM_THREADS")


class Missing(Exception):
    """The contender, or a part of it, is not installed."""


class Failed(Exception):
    """The contender is installed, but a request failed."""


class Process:
    """One contender's process.

    Parameters
    ----------
    contender
        A module of this package: "ours", "pytorch", "plain_numpy" or "scikit_learn".
    threads
        The number of threads that it may use.
    python
        The Python that runs it.
    """

    def __init__(self, contender: str, threads: int, python: str) -> None:
        paths = [str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")]
        env = os.environ | {name: str(threads) for name in THREAD_VARIABLES}
        self.name = contender
        self.process = subprocess.Popen(
            [python, str(HERE / "worker.py"), contender, str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=env | {"PYTHONPATH": os.pathsep.join(path for path in paths if path)},
        )
        assert self.process.stdin and self.process.stdout  # Popen made pipes
        self.requests, self.answers = self.process.stdin, self.process.stdout

    def ask(self, what: str, **arguments: Any) -> Any:
        """Call the worker's method of that name and return its result. Raises Missing or Failed."""
        try:
            self.requests.write(json.dumps({"do": what} | arguments) + "\n")
            self.requests.flush()
            line = self.answers.readline()
        except OSError:
            line = ""
        if not line:
            raise Failed(f"{self.name}: its process ended")
        answer = json.loads(line)
        if "missing" in answer:
            raise Missing(f"{self.name}: {answer['missing']}")
        if "failed" in answer:
            raise Failed(f"{self.name}: {answer['failed']}")
        return answer["value"]

    def close(self) -> None:
        try:
            self.requests.close()
            self.process.wait(timeout=10)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        self.answers.close()
