"""Judge answers by the tests of their exercise.

This starts no interpreter for an answer: one process per notebook (warm_notebook.py) has already run the setup and the
reference solutions, and its children judge one answer after the other.
"""

import atexit
import functools
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bank import HERE, BankError, notebook_of, read_bank

from autograder.authoring.source import read_source

SECONDS_PER_ANSWER = 30

cells_of = functools.cache(lambda notebook_source: read_source(notebook_source).cells)


@dataclass(frozen=True)
class Failure:
    """Why a test cell failed."""

    error: str  # name of the exception's class, or "Timeout" or "Died"
    message: str
    from_answer: bool  # raised inside the answer's own code, not by the test cell
    mistake: str | None = None  # what the notebook says about an exception

    def __str__(self):
        return f"{self.error}: {self.message}"


@functools.cache
def exercises(notebook_source):
    """Return {exercise: [grade_ids of its test cells]} for a notebook source, in the notebook's order.

    The test cells of an exercise follow its solution cell, before the next solution cell.
    """
    tests, current = {}, None
    for cell in cells_of(notebook_source):
        record = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or not record:
            continue
        if record["solution"]:
            current = record["grade_id"]
            tests[current] = []
        elif record["grade"]:
            tests[current].append(record["grade_id"])
    return tests


@functools.cache
def judged(bank_path):
    """Judge the answers of a bank; return [(Answer, {test grade_id: None if it passed, else Failure})].

    The result is kept. All tests of a notebook run in the same pytest process (tests/conftest.py), so no answer is
    judged twice.
    """
    answers = read_bank(bank_path)
    return list(
        zip(answers, run_each(notebook_of(bank_path), bank_path.stem, [a.source for a in answers]), strict=True)
    )


def run_each(notebook_source, exercise, sources):
    """Run each answer of an exercise, and then its tests; return a {test grade_id: None or Failure} for each."""
    warm = _warm(Path(notebook_source))
    tests = warm.tests[exercise]
    return warm.outcomes([[{"exercise": exercise, "source": source, "tests": tests}] for source in sources])


def run(notebook_source, answers):
    """Run each answer of {exercise: source} and then its tests; the other exercises keep their solutions."""
    return _warm(Path(notebook_source)).run(answers)


def run_tests_of(notebook_source, exercise, sources, tested):
    """Run each answer of an exercise, and then the tests of `tested`, other exercises that keep their solutions."""
    warm = _warm(Path(notebook_source))
    tests = [test for other in tested for test in warm.tests[other]]
    return warm.outcomes([[{"exercise": exercise, "source": source, "tests": tests}] for source in sources])


@functools.cache
def _warm(notebook_source):
    return WarmNotebook(notebook_source)


class WarmNotebook:
    """A process that has run a notebook with its solutions, and answers one request per line."""

    def __init__(self, notebook_source):
        self.tests = exercises(notebook_source)
        self.home = tempfile.TemporaryDirectory(prefix="bank-")
        environment = os.environ | {
            "IPYTHONDIR": self.home.name,
            "MPLBACKEND": "agg",
            # answers compute little, and several of these processes share the cores
            **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
        }
        self.process = subprocess.Popen(
            [sys.executable, HERE / "warm_notebook.py"],
            env=environment,
            cwd=self.home.name,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self.close)
        cells = []
        for cell in cells_of(notebook_source):
            record = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code":
                cells.append(
                    {
                        "name": record.get("grade_id", "a cell without a grade_id"),
                        "source": cell.source,
                        "test": record.get("grade", False),
                        "skip": "skip-execution" in cell.metadata.get("tags", []),
                    }
                )
        ready = self.ask({"cells": cells})
        if "error" in ready:
            raise BankError(f"{notebook_source} does not run with its own solutions: {ready['error']}")

    def run(self, answers):
        """Do what the function `run` does, in this process."""
        answers = [{"exercise": name, "source": source, "tests": self.tests[name]} for name, source in answers.items()]
        return self.outcomes([answers])[0]

    def outcomes(self, jobs):
        """Send jobs, lists of answers and their tests; return a {test grade_id: None or Failure} for each."""
        reply = self.ask({"jobs": jobs, "seconds": SECONDS_PER_ANSWER})
        return [{test: failure and Failure(**failure) for test, failure in job.items()} for job in reply["outcomes"]]

    def ask(self, request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        reply = self.process.stdout.readline()
        if not reply:
            code = self.process.wait()
            raise BankError(f"the process of the notebook ended with exit code {code}; see its output above")
        return json.loads(reply)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.home.cleanup()
        atexit.unregister(self.close)
