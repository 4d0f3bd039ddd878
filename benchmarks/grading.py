"""Measure how fast a class is graded: real notebooks, the sandbox, and honest submissions made from the banks.

    python benchmarks/grading.py                      the large class has 200 students
    python benchmarks/grading.py --class 1000         the class size that the goals are about
    python benchmarks/grading.py --only overhead --only startup --rounds 1

These are the rows, by their names for --only. The time of a submission is measured in the steady state: from the moment
when as many submissions are recorded as there are workers, to the moment when the last one is recorded. So it does not
include the start of the grader.

nbgrader    Submissions per minute with 2 workers on 2 processors, divided by those of plain `nbgrader autograde` on the
            same submissions and processors. nbgrader's start is not counted either. It has no sandbox and uses one
            kernel at a time. The two graders take turns, and must give the same points for every test.
overhead    With 1 worker: seconds per submission, minus the seconds that its cells take alone. The latter are measured
            in a process that has already imported everything (cells_alone.py). So the time for starting a kernel, for
            imports, messages and the judge counts as overhead, and so does the coordinator's work while the worker
            waits for it. Cells that the grader does not run are in neither.
gain        1 worker on 1 processor compared with 2 workers on 2, which the coordinator must share.
scale       The last 20 submissions of a class of --class, compared with the same 20 as a class of their own.
memory      The largest sum over a worker and all processes below it, including the student's kernel, among the samples
            (process_memory.py; it needs root privileges to look into the sandbox), in the class of 20 and in the large.
regrade     `cs231n grade` of the large, unchanged class, as a process.
startup     `cs231n --help`; and `cs231n grade` until the first submission runs: the time of a process that grades one
            submission, minus the time that each further submission adds. This is an upper bound, because it includes
            the end of the process.

The exit code is 1 if a goal is not met. Do not use the machine for anything else meanwhile: only the ratios are valid
when other programs run beside the benchmark.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from class_from_banks import write_class
from kernels import Strangers
from nbformat import NotebookNode
from process_memory import Sampler

from autograder.authoring.build import build
from autograder.authoring.release import release
from autograder.course import workspace as workspaces
from autograder.course.course_toml import Assignment
from autograder.course.workspace import Workspace
from autograder.grading.sanitize import blueprint_of, read_built, sanitize
from autograder.grading.surroundings import surroundings
from autograder.marking.formgrader import UNSAFE
from autograder.notebook.cell_record import SKIP_TAG

HERE = Path(__file__).resolve().parent
ASSIGNMENTS = HERE.parent / "assignments"
SCRIPTS = Path(sysconfig.get_path("scripts"))
ROWS = ("nbgrader", "overhead", "gain", "scale", "memory", "regrade", "startup")
SMALL = 20
MB = 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=ROWS, help="Measure only this row; may be repeated.")
    parser.add_argument(
        "--assignment", action="append", metavar="NAME", help="May be repeated (default: the first two)."
    )
    parser.add_argument("--students", type=int, default=20, help="Class size for overhead and gain (default: 20).")
    parser.add_argument("--against", type=int, default=12, help="Submissions that nbgrader grades (default: 12).")
    parser.add_argument("--class", type=int, default=200, dest="large", help="Size of the large class (default: 200).")
    parser.add_argument("--rounds", type=int, default=3, help="Repetitions; medians count (default: 3).")
    parser.add_argument("--scratch", help="World-readable folder for workspaces (default: temporary).")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cs231n-", dir=given.scratch) as scratch:
        os.chmod(scratch, 0o755)  # the sandbox's user reads the edition
        bench = GradingBenchmark(given, Path(scratch))
        for row in given.only or ROWS:
            getattr(bench, row)()
        print(f"\n{bench.strangers}")
    return bench.table.end()


@dataclass
class GradingRun:
    """The times when the submissions of a run were recorded."""

    workers: int
    rows: list[tuple[float, str]]
    seconds: float  # of the whole process

    def each(self, last: int | None = None) -> float:
        """Seconds per submission in the steady state, for all or for the last few submissions."""
        rows = self.rows[-last:] if last else self.rows
        return (rows[-1][0] - rows[self.workers - 1][0]) / (len(rows) - self.workers)


class GradingBenchmark:
    """The rows, each measured by the method of its name; `given` is the command line."""

    def __init__(self, given: argparse.Namespace, scratch: Path) -> None:
        self.given, self.scratch = given, scratch
        self.table = GoalTable()
        self.processors = sorted(os.sched_getaffinity(0))[:2]
        if len(self.processors) < 2:
            raise SystemExit("two processors are needed")
        self.strangers = Strangers()
        self._copies = 0
        self._large: dict[str, tuple[Workspace, GradingRun, Sampler]] = {}

    # --- the rows

    def nbgrader(self) -> None:
        for assignment in self.assignments:
            ours, students = self.workspace(assignment, self.given.against)
            theirs, _ = self.workspace(assignment, 0)
            rounds = min(self.given.rounds, len(students))
            ours_each, theirs_seconds, startup = [], 0.0, None
            for block in (students[k::rounds] for k in range(rounds)):
                for student in block:
                    folder = theirs.submitted(student, assignment.name)
                    shutil.copytree(ours.submitted(student, assignment.name), folder)
                theirs_seconds += self.run_nbgrader(theirs, assignment)
                if startup is None:
                    startup = self.run_nbgrader(theirs, assignment)  # all submissions are graded already
                shutil.rmtree(theirs.root / "submitted")
                ours_each.append(self.grade(ours, assignment, 2).each())
            slow = (theirs_seconds - rounds * startup) / len(students)
            fast = statistics.median(ours_each)
            self.table.line(f"{assignment.name}: submissions per minute", f"{60 / fast:.1f}")
            self.table.line(f"{assignment.name}: submissions per minute, nbgrader autograde", f"{60 / slow:.1f}")
            self.table.line(f"{assignment.name}: ratio", f"{slow / fast:.1f} x", ">= 10 x", slow / fast >= 10)
            same, different = compare_points(ours, theirs, assignment, students)
            self.table.line(
                f"{assignment.name}: tests with the same points as nbgrader gives",
                f"{same} of {same + len(different)}", "all", not different,
            )  # fmt: skip
            for text in different:
                print(f"    {text}", flush=True)

    def overhead(self) -> None:
        for assignment in self.assignments:
            workspace, students = self.workspace(assignment, self.given.students)
            each, cells = [], []
            for _ in range(self.given.rounds):
                each.append(self.grade(workspace, assignment, 1).each())
                cells.append(self.cells_alone(workspace, assignment, students))
            whole, alone = statistics.median(each), statistics.median(cells)
            self.table.line(f"{assignment.name}: a submission, 1 worker", f"{whole:.2f} s")
            self.table.line(f"{assignment.name}: its cells alone", f"{alone:.2f} s")
            self.table.line(
                f"{assignment.name}: overhead per submission",
                f"{whole - alone:.2f} s",
                "<= 0.3 s",
                whole - alone <= 0.3,
            )

    def gain(self) -> None:
        for assignment in self.assignments:
            workspace, _ = self.workspace(assignment, self.given.students)
            one, two = [], []
            for _ in range(self.given.rounds):
                one.append(self.grade(workspace, assignment, 1, processors=self.processors[:1]).each())
                two.append(self.grade(workspace, assignment, 2).each())
            ratio = statistics.median(a / b for a, b in zip(one, two, strict=True))
            measured = f"{ratio:.2f} x ({statistics.median(one):.2f} s, {statistics.median(two):.2f} s)"
            self.table.line(f"{assignment.name}: speed-up from a second processor", measured, ">= 1.8 x", ratio >= 1.8)

    def scale(self) -> None:
        for assignment in self.assignments:
            large, run, _ = self.large(assignment)
            last = [student for _, student in run.rows[-SMALL:]]
            small = self.small(large, assignment, last)
            alone = statistics.median(self.grade(small, assignment, 2).each() for _ in range(self.given.rounds))
            ratio = run.each(last=SMALL) / alone
            self.table.line(
                f"{assignment.name}: a submission, class of {self.given.large} against class of {SMALL}",
                f"{ratio:.2f} x ({run.each(last=SMALL):.2f} s, {alone:.2f} s)", "<= 1.1 x", ratio <= 1.1,
            )  # fmt: skip
            self.table.line(f"{assignment.name}: class of {self.given.large}", f"{run.seconds / 60:.1f} min")

    def memory(self) -> None:
        for assignment in self.assignments:
            large, run, many = self.large(assignment)
            if many.denied:
                self.table.line(f"{assignment.name}: peak memory of a worker", "needs root", "<= 400 MB", False)
                continue
            small = self.small(large, assignment, [student for _, student in run.rows[-SMALL:]])
            few = self.sampled(small, assignment, 0.05)[1]
            peak, growth = max(few.worker, many.worker), many.worker / few.worker
            name = f"{assignment.name}: peak memory"
            self.table.line(f"{name} of a worker", f"{peak / MB:.0f} MB", "<= 400 MB", peak <= 400 * MB)
            self.table.line(
                f"{name} of a worker, class of {self.given.large} against class of {SMALL}",
                f"{growth:.2f} x", "<= 1.1 x", growth <= 1.1,
            )  # fmt: skip
            self.table.line(
                f"{name} of the coordinator, classes of {SMALL} and {self.given.large}",
                f"{few.coordinator / MB:.0f} MB, {many.coordinator / MB:.0f} MB",
            )

    def regrade(self) -> None:
        for assignment in self.assignments:
            workspace, _, _ = self.large(assignment)
            command = self.kit("-C", str(workspace.root), "grade", assignment.name)
            seconds = statistics.median(self.seconds(command) for _ in range(self.given.rounds))
            name = f"{assignment.name}: regrade of an unchanged class of {self.given.large}"
            self.table.line(name, f"{seconds:.1f} s", "<= 5 s", seconds <= 5)

    def startup(self) -> None:
        assignment = self.assignments[0]
        helps = statistics.median(self.seconds(self.kit("--help")) for _ in range(5 * self.given.rounds))
        self.table.line("cs231n --help", f"{helps:.2f} s", "<= 0.3 s", helps <= 0.3)
        workspace, students = self.workspace(assignment, 7)
        command = self.kit("-C", str(workspace.root), "grade", assignment.name, "--force", "--workers", "1")
        starts = []
        for _ in range(self.given.rounds):
            one = self.seconds([*command, "--student", students[0]])
            all_of_them = self.seconds(command)
            starts.append(one - (all_of_them - one) / (len(students) - 1))
        start = statistics.median(starts)
        self.table.line("cs231n grade, start-up", f"{start:.1f} s", "<= 3 s", start <= 3)

    # the workspaces and classes to measure

    @cached_property
    def released(self) -> Workspace:
        """Make a workspace in which the chosen assignments are released, without students."""
        workspace = workspaces.create(self.scratch / "released", ASSIGNMENTS)
        for name in self.given.assignment or list(workspace.course.assignments)[:2]:
            build(workspace, name)
            release(workspace, name)
            surroundings(workspace, workspace.course.assignment(name))  # made once, by the first run
        return workspace

    @cached_property
    def assignments(self) -> list[Assignment]:
        course = self.released.course
        return [course.assignment(name) for name in self.given.assignment or list(course.assignments)[:2]]

    def workspace(self, assignment: Assignment, count: int) -> tuple[Workspace, list[str]]:
        """Make a fresh workspace in which the first `count` students have handed in `assignment`."""
        self._copies += 1
        root = self.scratch / f"workspace{self._copies}"
        shutil.copytree(self.released.root, root)
        workspace = Workspace(root)
        return workspace, write_class(workspace, assignment, count)

    def small(self, large: Workspace, assignment: Assignment, students: list[str]) -> Workspace:
        """Make a fresh workspace with these students of another one."""
        workspace, _ = self.workspace(assignment, 0)
        for student in students:
            shutil.copytree(large.submitted(student, assignment.name), workspace.submitted(student, assignment.name))
        return workspace

    def large(self, assignment: Assignment) -> tuple[Workspace, GradingRun, Sampler]:
        """Return the large class, which is graded once for all rows that use it."""
        if assignment.name not in self._large:
            workspace, _ = self.workspace(assignment, self.given.large)
            self._large[assignment.name] = workspace, *self.sampled(workspace, assignment, 0.5)
        return self._large[assignment.name]

    # --- the measurements

    def grade(
        self,
        workspace: Workspace,
        assignment: Assignment,
        workers: int,
        processors: Sequence[int] | None = None,
        students: Sequence[str] = (),
        watch: Callable[[int], None] | None = None,
    ) -> GradingRun:
        """Grade a class in a process of its own, and call `watch` with the process id."""
        self.strangers.look()
        places = ",".join(map(str, processors or self.processors))
        command = [sys.executable, str(HERE / "timed_grading.py"), str(workspace.root), assignment.name, str(workers)]
        start = time.monotonic()
        with subprocess.Popen([*command, places, *students], stdout=subprocess.PIPE, text=True) as process:
            if watch:
                watch(process.pid)
            rows = [tuple(json.loads(line)) for line in process.stdout or ()]
        if process.returncode:
            raise SystemExit("grading failed; see above")
        return GradingRun(workers, rows, time.monotonic() - start)

    def sampled(self, workspace: Workspace, assignment: Assignment, seconds: float) -> tuple[GradingRun, Sampler]:
        samplers = []

        def watch(pid: int) -> None:
            samplers.append(Sampler(pid, seconds).__enter__())

        try:
            run = self.grade(workspace, assignment, 2, watch=watch)
        finally:
            samplers[0].__exit__()
        return run, samplers[0]

    def cells_alone(self, workspace: Workspace, assignment: Assignment, students: list[str]) -> float:
        """Measure the seconds per submission that the graded cells take alone."""
        given = surroundings(workspace, assignment)
        env = {**(given.env or {}), "PYTHONPATH": os.pathsep.join(given.pythonpath), "HOME": str(self.scratch)}
        total = 0.0
        for name in assignment.notebooks:
            blueprint = blueprint_of(workspace, assignment, name)
            handed_in = [workspace.submitted(student, assignment.name) / f"{name}.ipynb" for student in students]
            notebooks = [sanitize(blueprint, path).notebook for path in handed_in]
            asked = {"warm": cells(read_built(workspace, assignment, name)), "notebooks": list(map(cells, notebooks))}
            pinned = ["taskset", "-c", ",".join(map(str, self.processors))]
            command = [*pinned, sys.executable, str(HERE / "cells_alone.py")]
            told = subprocess.run(
                command, input=json.dumps(asked), capture_output=True, text=True, check=True, env=env, cwd=self.scratch
            )
            seconds = list(map(float, told.stdout.split()))
            if len(seconds) != len(students):
                raise SystemExit(f"the cells of {name} could not be run alone: {told.stderr}")
            total += sum(seconds)
        return total / len(students)

    def run_nbgrader(self, workspace: Workspace, assignment: Assignment) -> float:
        command = ["env", f"{UNSAFE}=1", str(SCRIPTS / "nbgrader"), "autograde", assignment.name]
        return self.seconds(command, cwd=workspace.root)

    def kit(self, *arguments: str) -> list[str]:
        return [str(SCRIPTS / "cs231n"), *arguments]

    def seconds(self, command: list[str], cwd: Path | None = None) -> float:
        """Measure how long a process takes on the two processors."""
        self.strangers.look()
        pinned = ["taskset", "-c", ",".join(map(str, self.processors)), *command]
        start = time.monotonic()
        ended = subprocess.run(pinned, cwd=cwd or self.scratch, capture_output=True, text=True)
        seconds = time.monotonic() - start
        if ended.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{ended.stderr[-3000:]}")
        return seconds


def cells(notebook: NotebookNode) -> list[str]:
    """Return the code cells that a grader runs."""
    code = (cell for cell in notebook.cells if cell.cell_type == "code")
    return [cell.source for cell in code if SKIP_TAG not in cell.metadata.get("tags", [])]


def compare_points(
    ours: Workspace, theirs: Workspace, assignment: Assignment, students: list[str]
) -> tuple[int, list[str]]:
    """Count the test cells with the same points in both workspaces, and describe the others."""
    same, different = 0, []
    for student in students:
        points, others = (points_of(workspace, assignment, student) for workspace in (ours, theirs))
        for cell in points.keys() | others.keys():
            if points.get(cell) == others.get(cell):
                same += 1
            else:
                different.append(f"{student}, {cell}: {points.get(cell)} here, {others.get(cell)} by nbgrader")
    return same, different


def points_of(workspace: Workspace, assignment: Assignment, student: str) -> dict[str, float | None]:
    from nbgrader.api import Gradebook

    with Gradebook(workspace.db_url, workspace.course_id) as gradebook:
        submission = gradebook.find_submission(assignment.name, student)
        return {grade.name: grade.auto_score for notebook in submission.notebooks for grade in notebook.grades}


class GoalTable:
    """The table of measurements, printed line by line as Markdown."""

    WIDTHS = (68, 24, 9, 3)

    def __init__(self) -> None:
        self.met: list[bool] = []
        self._print("what", "measured", "goal", "met")
        self._print(*("-" * (width - 1) + ("-" if k == 0 else ":") for k, width in enumerate(self.WIDTHS)))

    def line(self, what: str, measured: str, goal: str = "", met: bool | None = None) -> None:
        if met is not None:
            self.met.append(bool(met))
        self._print(what, measured, goal, {True: "yes", False: "NO", None: ""}[met if met is None else bool(met)])

    def end(self) -> int:
        print(f"{sum(self.met)} of {len(self.met)} goals met")
        return 0 if all(self.met) else 1

    def _print(self, *cells: str) -> None:
        aligned = (f"{c:{'<' if k == 0 else '>'}{w}}" for k, (c, w) in enumerate(zip(cells, self.WIDTHS, strict=True)))
        print("| " + " | ".join(aligned) + " |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
