"""Run every notebook with its solutions, without skipping cells, and print its time and its reported accuracies.

python benchmarks/notebooks.py                      # on the embedded shapes10
python benchmarks/notebooks.py --dataset cifar10    # after `cs231n data cifar10`
python benchmarks/notebooks.py --only svm
"""

import argparse
import os
import re
import resource
import sys
import tempfile
from pathlib import Path

import nbformat

from autograder.authoring.source import read_source
from autograder.course.course_toml import load_course
from autograder.execution.run_notebook import run_notebook
from autograder.notebook.job import Job, Surroundings
from autograder.notebook.limits import Limits

ASSIGNMENTS = Path(__file__).resolve().parents[1] / "assignments"
TELLING = re.compile(r"accura|%|best", re.IGNORECASE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", default="shapes10", help="Name of an available data set (default: shapes10).")
    parser.add_argument("--only", action="append", metavar="NOTEBOOK", help="Run only this notebook; may be repeated.")
    arguments = parser.parse_args()
    course = load_course(ASSIGNMENTS)
    failed = []
    for assignment in course.assignments.values():
        with tempfile.TemporaryDirectory() as folder:  # a notebook may look for the others of its assignment
            notebooks = {name: read_source(course.source(assignment.name, name)) for name in assignment.notebooks}
            for name, notebook in notebooks.items():
                nbformat.write(notebook, Path(folder) / f"{name}.ipynb")
            for name, notebook in notebooks.items():
                if not arguments.only or name in arguments.only:
                    failed += run(name, notebook, folder, arguments.dataset)
    for failure in failed:
        print(failure, file=sys.stderr)
    return 1 if failed else 0


def run(name: str, notebook: nbformat.NotebookNode, folder: str, dataset: str) -> list[str]:
    """Run one notebook in `folder`, print its time and accuracies, and return its errors."""
    given = Surroundings(
        limits=Limits(cell_seconds=1800, notebook_seconds=3600),
        env={**os.environ, "CS231N_DATASET": dataset},
        cwd=folder,
    )
    job = Job(nbformat.writes(notebook), given, skip_tagged=False)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    executed, failed = run_notebook(job), []
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name} on {dataset}: {executed.seconds:.0f} s, {processor:.0f} s of processor time", flush=True)
    for cell in executed.onto(notebook).cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                failed.append(f"{name}: {cell.metadata.nbgrader.grade_id}: {output.ename}: {output.evalue}")
            elif output.output_type == "stream":
                for line in output.text.splitlines():
                    if TELLING.search(line) and "|" not in line:  # a progress bar has one
                        print(f"    {line}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
