"""The process that holds a pool: it takes jobs, sends answers, and ends. The pool here starts no processes."""

import os
import signal
import subprocess
import sys
from multiprocessing import Pipe
from types import SimpleNamespace

import pytest

from autograder.workers import held_pool
from autograder.workers.held_pool import HeldPool

HOLDING = """
import os, sys
from autograder.workers import held_pool

class Pool:
    def __init__(self, workers):
        assert workers == 1
    def __enter__(self):
        return self
    def __exit__(self, *_):
        pass
    def submit(self, job):
        return job
    def result(self, job, future):
        if job == "inherited":
            return os.get_inheritable(int(sys.argv[1]))
        if job == "fail":
            raise ValueError("no such job")
        return job, future

held_pool.LocalPool = Pool
held_pool.hold(int(sys.argv[1]))
"""


@pytest.fixture
def held():
    """(connection, process) of `hold` with a pool that returns each job."""
    ours, theirs = Pipe()
    with theirs:
        process = subprocess.Popen([sys.executable, "-c", HOLDING, str(theirs.fileno())], pass_fds=[theirs.fileno()])
    with ours:
        yield ours, process
    process.kill()
    process.wait()


def test_each_job_has_its_answer_and_an_error_is_one(held):
    connection, _ = held
    for job in ("one", "fail", "two"):
        connection.send(job)
    answers = [connection.recv() for _ in range(3)]
    assert answers[0] == ("one", "one") and answers[2] == ("two", "two")
    assert isinstance(answers[1], ValueError) and str(answers[1]) == "no such job"


def test_what_it_starts_does_not_hold_the_connection_open(held):
    connection, _ = held
    connection.send("inherited")
    assert connection.recv() is False


def test_it_ends_when_the_other_end_is_closed(held):
    connection, process = held
    connection.close()
    assert process.wait(60) == 1


def test_the_workers_side(monkeypatch):
    ours, theirs = Pipe()
    started = []

    def start(command, **options):
        started.append((command, options))
        return SimpleNamespace(poll=lambda: None, kill=lambda: None, wait=lambda: None)

    monkeypatch.setattr(held_pool, "Pipe", lambda: (ours, os.fdopen(os.dup(theirs.fileno()), "rb")))
    monkeypatch.setattr(held_pool.subprocess, "Popen", start)
    pool = HeldPool()
    [(command, options)] = started
    assert options["start_new_session"] and options["cwd"] == os.sep and options["stdin"] == subprocess.DEVNULL
    assert options["env"]["PYTHONDONTWRITEBYTECODE"] == "1"
    [descriptor] = options["pass_fds"]
    assert any(f"hold({descriptor})" in part for part in command)
    theirs.send("answer")
    assert pool.run("job") == "answer" and theirs.recv() == "job" and pool.alive
    theirs.close()
    with pytest.raises((EOFError, OSError)):
        pool.run("job")
    ours.close()


def test_to_end_it_is_to_kill_it(monkeypatch):
    monkeypatch.setattr(held_pool, "python", lambda *_: [sys.executable, "-c", "import time; time.sleep(600)"])
    pool = HeldPool()
    assert pool.alive
    pool.end()
    assert not pool.alive and pool._process.returncode == -signal.SIGKILL
    pool._connection.close()
