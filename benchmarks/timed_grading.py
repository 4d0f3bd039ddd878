"""Run `grade` once for benchmarks/grading.py, in a process of its own that prints a line of JSON per submission.

    python benchmarks/timed_grading.py WORKSPACE ASSIGNMENT WORKERS PROCESSORS [STUDENT ...]

Runs every submission again. Each line is [time of recording, on the monotonic clock; student]. The module imports
nothing at the top, because the grader's workers import this file too.
"""


def main() -> int:
    import json
    import os
    import sys
    import time

    root, assignment, workers, processors, *students = sys.argv[1:]
    os.sched_setaffinity(0, map(int, processors.split(",")))

    from autograder.course.workspace import Workspace
    from autograder.grading.grade import grade

    def progress(done: int, total: int, student: str) -> None:
        if student:
            print(json.dumps([time.monotonic(), student]), flush=True)

    report = grade(Workspace(root), assignment, students or None, force=True, workers=int(workers), progress=progress)
    for row in report.failed:
        print(f"{row.student}: {'; '.join(row.reasons)}", file=sys.stderr)
    return 1 if report.failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
