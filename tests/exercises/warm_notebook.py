"""The process behind judging.py: it runs a notebook once, and then forks children that judge answers.

Speaks JSON, one object per line. First {"cells": [{name, source, test, skip}]}; the reply is {} or
{"error": text}. Then {"jobs": [job], "seconds": limit of a job}, where a job is [{exercise, source, tests}] and tests
are grade_ids; the reply is {"outcomes": [outcome]}, one for each job, where an outcome is
{grade_id: null or {error, message, from_answer, mistake}}.

A child runs many jobs, because a fork takes longer than most tests. After each job it takes back what the job bound.
It ends early after a job that has changed something in place, and then another child runs the remaining jobs.
"""

import gc
import json
import os
import pickle
import random
import select
import signal
import sys
import time

import numpy as np
import numpy.random  # noqa: F401  (NumPy would import it at its first use, which is in every child)
from IPython.core.interactiveshell import InteractiveShell

from cs231n_lib.checks import CheckFailed
from cs231n_lib.notebooks.errors import mistake_behind


class Shell(InteractiveShell):
    def enable_gui(self, gui=None):
        """Do nothing: `%matplotlib inline` calls this, but there is no event loop."""


def main():
    requests, replies = sys.stdin, os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # output of cells must not mix with the replies

    def reply(message):
        replies.write(json.dumps(message) + "\n")
        replies.flush()

    shell = Shell.instance()
    shell.history_manager.enabled = False
    shell.showtraceback = lambda *args, **kwargs: None
    cells = json.loads(requests.readline())["cells"]
    reply(run_reference(shell, cells))
    # compiled once here, not in every child
    tests = {c["name"]: compile(shell.transform_cell(c["source"]), c["name"], "exec") for c in cells if c["test"]}
    gc.collect()
    gc.freeze()  # so that collections in a child leave the memory that it shares with this process alone
    for line in requests:
        request = json.loads(line)
        jobs = [
            [answer | {"tests": {name: tests[name] for name in answer["tests"]}} for answer in job]
            for job in request["jobs"]
        ]
        outcomes = []
        while len(outcomes) < len(jobs):
            outcomes += judge_in_child(shell, jobs[len(outcomes) :], request["seconds"])
        reply({"outcomes": outcomes})


def run_reference(shell, cells):
    for cell in cells:
        if not (cell["test"] or cell["skip"]):
            failure = failure_of(error_of(shell.run_cell(cell["source"])))
            if failure:
                return {"error": f"{cell['name']}: {failure['error']}: {failure['message']}"}
    return {}


def judge_in_child(shell, jobs, seconds):
    """Fork a child that runs the first of these jobs, and as many more as it can; return their outcomes.

    What a job wrote within `seconds` counts.
    """
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        try:
            os.close(read_end)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            with os.fdopen(write_end, "w") as out:
                run_jobs(shell, out, jobs)
        finally:
            os._exit(0)  # the child must not return into the parent's loop
    os.close(write_end)
    lines, outcomes, goes_on = Lines(read_end), [], True
    while goes_on:
        job, written, goes_on, missing = jobs[len(outcomes)], {}, False, None
        deadline = time.monotonic() + seconds
        try:
            while not isinstance(line := lines.next(deadline), bool):
                written |= line
            goes_on = line
        except EOFError:
            missing = {"error": "Died", "message": "the process ended in the middle of the test", "from_answer": True}
        except TimeoutError:
            missing = {"error": "Timeout", "message": f"took more than {seconds} seconds", "from_answer": True}
        outcomes.append({name: written.get(name, missing) for answer in job for name in answer["tests"]})
    os.close(read_end)
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        pass
    os.waitpid(child, 0)
    return outcomes


def run_jobs(shell, out, jobs):
    """Run jobs, each followed by a line that says whether this process also runs the next one."""
    start = State(shell)
    for number, job in enumerate(jobs, start=1):
        for answer in job:
            run_answer(shell, out, **answer)
        goes_on = number < len(jobs) and start.restored()
        out.write(json.dumps(goes_on) + "\n")
        out.flush()
        if not goes_on:
            return


class State:
    """What the notebook has left in this process: its names, the data behind them, and the random generators."""

    def __init__(self, shell):
        self.shell, self.names = shell, dict(shell.user_ns)
        self.random = np.random.get_state()
        self.data = self.pickled()

    def restored(self):
        """Put back the names and the random generators; return whether the data is still the same."""
        self.shell.user_ns.clear()
        self.shell.user_ns.update(self.names)
        random.seed()  # as Python does after a fork
        np.random.set_state(self.random)
        return self.pickled() == self.data

    def pickled(self):
        kinds = (np.ndarray, np.random.Generator, dict, list, set)
        data = {name: value for name, value in self.names.items() if isinstance(value, kinds)}
        return pickle.dumps(data)


def run_answer(shell, out, exercise, source, tests):
    """Run an answer and then its tests; write what came of each test.

    As in the grader, the answer does not see what the tests bind: they run in a copy of its namespace.
    """
    shell.user_ns.pop(exercise, None)  # the reference solution must not stand in for the answer
    failure = failure_of(error_of(shell.run_cell(source)))
    if failure:
        out.write(json.dumps(dict.fromkeys(tests, failure | {"from_answer": True})) + "\n")
        return
    function = shell.user_ns.get(exercise)
    files = {function.__code__.co_filename} if hasattr(function, "__code__") else set()
    of_tests = dict(shell.user_ns)
    for name, test in tests.items():
        error = None
        try:
            with shell.builtin_trap:
                exec(test, of_tests)
        except BaseException as raised:
            error = raised
        out.write(json.dumps({name: failure_of(error, files)}) + "\n")
        out.flush()


def error_of(result):
    return result.error_before_exec or result.error_in_exec


def failure_of(error, answer_files=()):
    """Return None, or what went wrong in a cell and whether the answer's own code raised it."""
    if error is None:
        return None
    frame, files = error.__traceback__, set()
    while frame:
        files.add(frame.tb_frame.f_code.co_filename)
        frame = frame.tb_next
    from_answer = bool(files & set(answer_files))
    explained = None if isinstance(error, CheckFailed) else mistake_behind(error)
    return {
        "error": type(error).__name__,
        "message": str(error),
        "from_answer": from_answer,
        "mistake": explained and f"{explained.sentence} [{explained.id}]",
    }


class Lines:
    """The lines of JSON that come through a pipe."""

    def __init__(self, fd):
        self.fd, self.rest = fd, b""

    def next(self, deadline):
        """Return the value of the next line. Raises EOFError without one, and TimeoutError after the deadline."""
        while b"\n" not in self.rest:
            if not select.select([self.fd], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError
            chunk = os.read(self.fd, 65536)
            if not chunk:
                raise EOFError
            self.rest += chunk
        line, self.rest = self.rest.split(b"\n", 1)
        return json.loads(line)


if __name__ == "__main__":
    main()
