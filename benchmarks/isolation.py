"""Measure the cost of the sandbox and the judge: seconds per submission with and without them, on the real notebooks.

    python benchmarks/isolation.py              every notebook: more than ten minutes
    python benchmarks/isolation.py --only knn

Honest submissions (the sources' solutions) run as in `cs231n grade`, as many at a time as there are processors. "one
kernel" runs everything in one ordinary kernel, as plain nbgrader does. "process" runs the tests in a judge. "sandbox"
also runs the student's kernel in the sandbox. "empty" is a notebook of one cell, which shows the time for starting and
ending everything. The values are medians of interleaved rounds. The exit code is 1 if the sandbox takes more than 1.5
times as long as one kernel.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from autograder.authoring.source import read_source
from autograder.course import edition
from autograder.course.course_toml import load_course
from autograder.notebook.job import Executed, Job, Surroundings
from autograder.notebook.limits import Limits
from autograder.workers.local_pool import LocalPool

ASSIGNMENTS = Path(__file__).resolve().parents[1] / "assignments"
MODES = {"one kernel": None, "process": "process", "sandbox": "sandbox"}
GOAL = 1.5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", metavar="NOTEBOOK", help="Measure only this one; may be repeated.")
    parser.add_argument("--rounds", type=int, default=5, help="Number of rounds (default: 5).")
    parser.add_argument("--each", type=int, default=4, help="Submissions per notebook, mode and round (default: 4).")
    given = parser.parse_args()
    workers = os.cpu_count() or 1
    course = load_course(ASSIGNMENTS)
    times: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="cs231n-") as scratch, LocalPool(workers) as pool:
        os.chmod(scratch, 0o755)  # the sandbox's user reads the edition
        jobs = {("empty", mode): empty(mode) for mode in MODES}
        for assignment in course.assignments.values():
            library = edition.importable(course, assignment.name, Path(scratch) / "editions")
            for name in assignment.notebooks:
                if not given.only or name in given.only:
                    notebook = nbformat.writes(read_source(course.source(assignment.name, name)))
                    jobs |= {(name, mode): job(mode, notebook, assignment.limits, library) for mode in MODES}
        for round_number in range(given.rounds + 1):
            for key, work in jobs.items():
                start = time.perf_counter()
                for future in [pool.submit(work) for _ in range(given.each)]:
                    check(pool.result(work, future), key)
                if round_number:  # the first one fills caches and starts workers and templates
                    times.setdefault(key, []).append((time.perf_counter() - start) / given.each)
    print(f"seconds per submission, {workers} at a time; medians of {given.rounds} rounds of {given.each}")
    print(f"{'notebook':12}" + "".join(f"{mode:>12}" for mode in MODES) + f"{'ratio':>8}")
    worst = 0.0
    for name in dict.fromkeys(name for name, _ in jobs):
        seconds = [statistics.median(times[name, mode]) for mode in MODES]
        ratios = [box / one for box, one in zip(times[name, "sandbox"], times[name, "one kernel"], strict=True)]
        ratio = statistics.median(ratios)
        print(f"{name:12}" + "".join(f"{s:12.2f}" for s in seconds) + f"{ratio:8.2f}")
        if name != "empty":
            worst = max(worst, ratio)
    print(f"largest ratio of a notebook, sandbox against one kernel: {worst:.2f} (goal: at most {GOAL})")
    return 0 if worst <= GOAL else 1


def empty(mode: str) -> Job:
    return job(mode, nbformat.writes(new_notebook(cells=[new_code_cell("1 + 1")])))


def job(mode: str, notebook: str, limits: Limits | None = None, library: Path | None = None) -> Job:
    env = {"PATH": os.defpath, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    path = (str(library),) if library else ()
    return Job(notebook, Surroundings(isolation=MODES[mode], pythonpath=path, env=env, limits=limits or Limits()))


def check(executed: Executed, key: tuple[str, str]) -> None:
    errors = [
        output["evalue"]
        for result in executed.results
        for output in (result.outputs if result else ())
        if output["output_type"] == "error"
    ]
    if errors or executed.problems:
        raise SystemExit(f"{key}: an honest submission failed: {[*errors, *executed.problems]}")


if __name__ == "__main__":
    sys.exit(main())
