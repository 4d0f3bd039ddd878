"""The process behind judging.judge: it runs a notebook once, and then forks a child for every answer.

Speaks JSON, one object per line. First {"cells": [{name, source, test, skip}]}; the reply is {} or
{"error": text}. Then {"answers": [{exercise, source, tests}], "seconds": limit}, where tests are
grade_ids; the reply is {grade_id: null or {error, message, from_answer, mistake}}.
"""

import gc
import json
import os
import select
import signal
import sys
import time

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
        answers = [answer | {"tests": {name: tests[name] for name in answer["tests"]}} for answer in request["answers"]]
        reply(judge_in_child(shell, answers, request["seconds"]))


def run_reference(shell, cells):
    for cell in cells:
        if not (cell["test"] or cell["skip"]):
            failure = failure_of(error_of(shell.run_cell(cell["source"])))
            if failure:
                return {"error": f"{cell['name']}: {failure['error']}: {failure['message']}"}
    return {}


def judge_in_child(shell, answers, seconds):
    """Fork, run the answers and then the tests in the child; what it wrote within `seconds` counts."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        try:
            os.close(read_end)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            with os.fdopen(write_end, "w") as out:
                for answer in answers:
                    run_answer(shell, out, **answer)
        finally:
            os._exit(0)  # the child must not return into the parent's loop
    os.close(write_end)
    written, ended = read_until(read_end, time.monotonic() + seconds)
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        pass
    os.waitpid(child, 0)
    outcomes = {}
    for line in written.decode().split("\n")[:-1]:
        outcomes |= json.loads(line)
    missing = {"error": "Died", "message": "the process ended in the middle of the test", "from_answer": True}
    if not ended:
        missing = {"error": "Timeout", "message": f"took more than {seconds} seconds", "from_answer": True}
    return {name: outcomes.get(name, missing) for answer in answers for name in answer["tests"]}


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


def read_until(fd, deadline):
    """Return all bytes up to the end of file or the deadline, and whether the end of file was reached."""
    chunks = []
    while select.select([fd], [], [], max(0, deadline - time.monotonic()))[0]:
        chunk = os.read(fd, 65536)
        if not chunk:
            os.close(fd)
            return b"".join(chunks), True
        chunks.append(chunk)
    os.close(fd)
    return b"".join(chunks), False


if __name__ == "__main__":
    main()
