"""A process that holds a local pool of one worker for a worker of a Dask cluster. However the latter ends, it ends too.

This module does not use Dask, so the process imports only what running a notebook needs.
"""

import os
import queue
import subprocess
import threading
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from autograder.notebook.job import Executed, Job
from autograder.python_processes import environment, python
from autograder.workers.local_pool import LocalPool


class HeldPool:
    """The Dask worker's side: one job at a time. (A worker process of Dask must not use multiprocessing itself.)"""

    def __init__(self) -> None:
        self._connection, theirs = Pipe()
        with theirs:
            main = f"from {__name__} import hold; hold({theirs.fileno()})"
            self._process = subprocess.Popen(
                python("-c", main), env=environment({**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}), cwd=os.sep,
                pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def run(self, job: Job) -> Executed | Exception:
        """Run a job and return its result or its error. Raises EOFError or OSError if the process ends meanwhile."""
        self._connection.send(job)
        return self._connection.recv()

    def end(self) -> None:
        """Kill the process. The processes that it started notice this and end too."""
        self._process.kill()
        self._process.wait()


def hold(descriptor: int) -> None:
    """Receive jobs and send answers until the other end is closed: the main function of the process."""
    os.set_inheritable(descriptor, False)
    connection = Connection(descriptor)
    jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(connection, jobs), daemon=True).start()
    with LocalPool(1) as pool:
        while True:
            job = jobs.get()
            answer: Executed | Exception
            try:
                answer = pool.result(job, pool.submit(job))
            except Exception as error:
                answer = error
            connection.send(answer)


def _receive(connection: Connection, jobs: "queue.SimpleQueue[Job]") -> None:
    try:
        while True:
            jobs.put(connection.recv())
    except (EOFError, OSError):
        os._exit(1)  # immediately; the pool's worker notices and ends its notebook
