"""Graders of one class that kill themselves, each at another moment while it records its second submission.

    python -P killed_grader.py WORKSPACE JOBS

JOBS is the folder of the results that tests share (jobs_run_once.py).
"""

import os
import signal
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import autograder  # noqa: E402, F401, I001  (first: it makes the import of nbformat a second shorter)
import nbgrader.apps  # noqa: E402, F401  (once here, not in every grader)
from jobs_run_once import jobs_run_once  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from autograder.course.workspace import Workspace  # noqa: E402
from autograder.grading import grade  # noqa: E402
from autograder.grading.receipts import Receipts  # noqa: E402

MOMENTS = ((Session, "commit"), (os, "rename"), (Receipts, "write"))  # when the grader is about to do this


def main(workspace, jobs):
    for owner, name in MOMENTS:
        if (grader := os.fork()) == 0:
            grade_until_killed(Workspace(Path(workspace)), Path(jobs), owner, name)
        _, status = os.waitpid(grader, 0)
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, (name, status)


def grade_until_killed(workspace, jobs, owner, name):
    try:
        grade.LocalPool = jobs_run_once(jobs)
        write, receipts = Receipts.write, []

        def written(*arguments):
            write(*arguments)
            if not receipts:  # from now on, the deadly function ends this process
                setattr(owner, name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
            receipts.append(arguments)

        Receipts.write = written
        grade.grade(workspace, "sums", workers=1)
    finally:
        os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
