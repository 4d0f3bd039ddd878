"""A substitute for the pool of the grader, for tests of the steps before and after the execution of notebooks."""

import hashlib
import os
import pickle
import tempfile
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from small_notebooks import FASTEST

from autograder.execution.run_notebook import run_notebook
from autograder.notebook.job import Job


def jobs_run_once(kept):
    """A class of pools that keep their results in the folder `kept`; its `submitted` is the list of submitted jobs."""
    return type("Pool", (JobsRunOnce,), {"kept": kept, "submitted": []})


class JobsRunOnce:
    """A substitute for a pool that runs a job in this process on submission, or loads the result of an equal job.

    An executed notebook depends only on its job, so the tests of one pytest run share the results of equal jobs. Where
    a job runs makes no difference to these tests: every job runs in the isolation that starts fastest.
    """

    kept: Path
    submitted: list[Job]

    def __init__(self, workers):
        self.workers = workers

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def warm_up(self, job, most):
        pass

    def submit(self, job):
        self.submitted.append(job)
        # the same for every test, so that more jobs are equal and one warm sandbox serves them all
        common = {"env": {"PATH": "/usr/bin:/bin"}, "isolation": FASTEST}
        job = replace(job, surroundings=replace(job.surroundings, **common))
        path = self.kept / f"{hashlib.sha256(repr(job).encode()).hexdigest()}.pickle"
        if not path.exists():
            with tempfile.NamedTemporaryFile(dir=self.kept, delete=False) as file:
                pickle.dump(run_notebook(job), file)
            os.replace(file.name, path)
        future = Future()
        future.set_result(pickle.loads(path.read_bytes()))
        return future

    def result(self, job, future):
        return future.result()
