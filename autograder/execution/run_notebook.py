"""Run one notebook: a pure function from a `Job` to an `Executed`.

Nothing here reads a gradebook, a course folder or another submission: what a job needs is in the
job, and what comes of it is in the result. So the same function serves `cs231n check` on a
student's machine, the local pool of `cs231n grade`, and any place that can run Python.
"""

import asyncio
import contextlib
import json
import os
import socket
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
from nbformat.v4 import new_output
from nbformat.v4.rwbase import rejoin_lines

from autograder.execution.judge.bundle import serve_code
from autograder.execution.judge.session import Judge, JudgeDied, Ran, Setting, template
from autograder.execution.own_time import Clock, Deadline
from autograder.execution.sandbox import limit_met, size_in_words
from autograder.execution.student_kernel import GRACE_SECONDS, KernelEnded, ServedCells, StudentKernel, TookTooLong
from autograder.notebook.bound_names import bound_names
from autograder.notebook.cell_outputs import size_of
from autograder.notebook.cell_record import cell_label, is_skipped, record_of, whose
from autograder.notebook.job import Executed, Job, write_files
from autograder.notebook.partial_credit import settle

SHORT_PATIENCE = 0.25  # of cell_seconds, for the tests of an exercise one of whose tests ran out of time
MAX_RUNS = 4  # of one notebook, when something is killed each time, but never the same
LET_GO_SECONDS = 1  # for a kernel whose judge has ended
MAX_RESTARTS = 3  # kernels that may die of the cells of a share before the rest of these is given up
MOST_PROBLEMS, PROBLEM_LENGTH = 100, 1_000  # of one notebook; characters


def execute(job: Job, progress: Callable[[int, int], None] | None = None) -> Executed:
    """Run the cells of `job.notebook` from top to bottom and return the notebook with its outputs.

    Errors of a cell are outputs of the cell and the next cell runs. A cell that runs into
    `limits.cell_seconds` is interrupted; a kernel that dies is replaced by a new one in which the
    cells before the guilty one are run again, so that only what needed the guilty cell suffers. Every
    code cell that did not run to its end carries an error output, hence can never score.

    The cells of the course, answers included, have `limits.notebook_seconds` together, and the cells that the student
    added have as much again: what the latter use up costs no test its time. Seconds are the notebook's own
    (own_time.py).

    A kernel or judge that was killed, and by no limit, is perhaps the machine's doing: for want of memory, say. So
    a judged notebook is run again then, until nothing is killed or the same is killed a second time.

    `progress(done, total)` is called before each cell. Raises RuntimeError when no kernel starts, JudgeDied when no
    judge does.
    """
    start = time.monotonic()
    killed = []
    for _ in range(1 if job.isolation is None else MAX_RUNS):
        notebook = rejoin_lines(nbformat.from_dict(json.loads(job.notebook)))  # which needs no validation any more
        with tempfile.TemporaryDirectory(prefix="cs231n-") as scratch:
            run = (_Run if job.isolation is None else _JudgedRun)(notebook, job, scratch, progress)
            asyncio.run(run.all_cells())
        if not run.killed or run.killed in killed:
            break
        killed.append(run.killed)
    return Executed(json.dumps(notebook), time.monotonic() - start, _few(run.problems))


def _few(problems: list[str]) -> tuple[str, ...]:
    """Each problem once; however many there are and whatever is quoted in them, they are soon read."""
    each = list(dict.fromkeys(p if len(p) <= PROBLEM_LENGTH else p[: PROBLEM_LENGTH - 1] + "…" for p in problems))
    return tuple(each[:MOST_PROBLEMS] + ([f"and {len(each) - MOST_PROBLEMS:,} more"] if each[MOST_PROBLEMS:] else []))


class _Died(Exception):
    """What the cells run in is no more, and has to be started anew, without the cell of this index."""

    def __init__(self, index: int):
        super().__init__(index)
        self.index = index


class _Share:
    """What some cells of a notebook may use together: seconds, and kernels that die of them.

    The last cell may go on for a second when they are used up, and later ones for a second each, until `late` is over.
    """

    def __init__(self, seconds: float, used_up: str, restarted: str, late: float = 0):
        self.left, self.late, self.restarts = float(seconds), late, 0
        self._used_up, self._restarted = f"{used_up} {seconds:g} s", restarted

    def for_cell(self, seconds: float) -> float:
        """How many of so many seconds a cell may have."""
        return max(1.0, min(seconds, self.left))

    def over(self) -> tuple[str, str] | None:
        """Why no more cells of it are run: name of the error, and what happened in words. None if they are."""
        if self.restarts > MAX_RESTARTS:
            return "KernelDied", f"{self._restarted} {self.restarts} times"
        if self.left <= -self.late:
            return "TimeLimit", self._used_up
        return None


class _Run:
    """Every cell in one kernel."""

    def __init__(self, notebook, job: Job, scratch: str, progress):
        self.cells, self.job, self.scratch, self.progress = notebook.cells, job, scratch, progress
        self.problems: list[str] = []
        self.kernel = StudentKernel(self.cells, job, scratch, self.problems)
        allowed = job.limits.notebook_seconds
        self.course = _Share(allowed, "the notebook used up its", "the kernel had to be restarted")
        late = job.limits.cell_seconds
        self.added = _Share(allowed, "the added cells used up their", "the added cells ended the kernel", late)
        self.exercise, self.slow_exercise = None, object()
        self.given_up: list[_Share] = []
        self.guilty: set[int] = set()  # cells that ended a kernel, and are not run in the next
        self.killed: list[tuple[int, str]] = []  # in which cell, and what, perhaps through no fault of the notebook's

    async def all_cells(self) -> None:
        """Run every code cell, starting anew where a kernel dies."""
        try:
            await self.start()
            for index, cell in enumerate(self.cells):
                if self.progress:
                    self.progress(index, len(self.cells))
                if cell.cell_type != "code" or self._skipped(cell):
                    continue
                if (record := record_of(cell)) and record.solution:
                    self.exercise = record.grade_id
                share = self.course if self.course.over() else self.share(index)
                if share.over():
                    self._give_up(index, share)
                    continue
                try:
                    with self.charged(index):
                        await self.run_cell(index)
                except _Died as died:
                    await self._start_again(index, died)
            most, used = self.job.limits.memory_bytes, self.kernel.most_memory
            if used > most:
                self.problems.append(f"used {size_in_words(used)} of memory; the grader allows {size_in_words(most)}")
        finally:
            await self.stop()

    async def start(self) -> None:
        await self.kernel.start()

    async def stop(self) -> None:
        await self.kernel.stop()

    async def run_cell(self, index: int) -> None:
        """Run one cell in the student's kernel. Raises _Died."""
        seconds = self.seconds_for(index)
        try:
            await self.kernel.run(index, seconds)
        except TookTooLong as slow:
            if whose(self.cells[index]) != "student":  # which says nothing of the exercise's function
                self.slow_exercise = self.exercise
            self.fail(index, "TimeLimit", f"{self.label(index)} did not finish within {seconds:.0f} s")
            if not slow.alive:
                raise _Died(index) from None
        except KernelEnded as ended:
            self.fail(index, "KernelDied", f"{self.label(index)} {ended}")
            raise _Died(index) from None

    async def run_again(self, index: int) -> None:
        """Run one cell for what it defines, outputs ignored. Raises _Died."""
        if index in self.guilty:
            return
        answered = await self.kernel.quietly(self.cells[index].source, self.seconds_for(index))
        if answered is None and not await self.kernel.interrupt():
            raise _Died(index)

    async def _start_again(self, index: int, died: _Died) -> None:
        """Replace what died, and bring it to where that was, after cell `index`; without the cells that ended it."""
        while True:
            if await self.kernel.ended(seconds=1) and self.kernel.was_killed:
                self.killed.append((died.index, "kernel"))
            self.guilty.add(died.index)
            self.share(died.index).restarts += 1
            await self.stop()
            if self.course.over():
                return
            with self.charged(died.index):
                await self.start()
            try:
                for again, cell in enumerate(self.cells[: index + 1]):
                    if self.share(again).over():
                        continue
                    if cell.cell_type == "code" and not self._skipped(cell) and whose(cell) != "test":
                        with self.charged(again):
                            await self.run_again(again)
                return
            except _Died as once_more:
                died = once_more

    def share(self, index: int) -> _Share:
        return self.course if record_of(self.cells[index]) else self.added

    @contextlib.contextmanager
    def charged(self, index: int):
        """What is done herein goes at the expense of this cell's share."""
        clock = Clock(self.kernel.readings)
        try:
            yield
        finally:
            self.share(index).left -= clock.seconds()

    def seconds_for(self, index: int) -> float:
        # a function that never returns has several tests: each still has its chance, but a short one
        short = whose(self.cells[index]) == "test" and self.exercise == self.slow_exercise
        return self.share(index).for_cell((SHORT_PATIENCE if short else 1) * self.job.limits.cell_seconds)

    def label(self, index: int) -> str:
        return cell_label(self.cells, index)

    def fail(self, index: int, ename: str, message: str) -> None:
        self.problems.append(message)
        outputs = self.cells[index].outputs
        # what the cell had printed stays, it is often the clue; the traceback of the interrupt comes after the reason
        place = next((i for i, o in enumerate(outputs) if o.output_type == "error"), len(outputs))
        outputs.insert(place, new_output("error", ename=ename, evalue=message, traceback=[f"{ename}: {message}"]))

    def _skipped(self, cell) -> bool:
        return self.job.skip_tagged and is_skipped(cell)

    def _give_up(self, index: int, share: _Share) -> None:
        """Say in a cell that it was not run; of the first, say as a problem that those after it were not either."""
        ename, why = share.over()
        if share not in self.given_up:
            self.given_up.append(share)
            rest = "those" if share is self.course else "added ones"
            self.problems.append(f"{why}; {self.label(index)} and {rest} after it were not run")
        text = f"not run: {why}"
        self.cells[index].outputs = [new_output("error", ename=ename, evalue=text, traceback=[f"{ename}: {text}"])]


class _JudgedRun(_Run):
    """The student's cells in their kernel, the tests in a judge, the instructor's other cells in both.

    Kernel and judge start and end together: what connects them does not outlive either.
    """

    def __init__(self, notebook, job: Job, scratch: str, progress):
        super().__init__(notebook, job, scratch, progress)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        given = [cell for cell in code if whose(cell) != "student"]
        self.setting = {
            "cells": tuple(cell.source for cell in given if not self._skipped(cell)),
            "reserved": frozenset().union(*(bound_names(cell.source) for cell in given)),
            "student_text": "\n\n".join(cell.source for cell in code if whose(cell) == "student"),
            "memory_bytes": job.limits.memory_bytes,
            "output_bytes": job.limits.output_bytes,
            "grace_seconds": GRACE_SECONDS,
        }
        self.judge: Judge | None = None
        self.judges = 0
        self.tests_put_out = 0  # bytes
        self.serving: asyncio.Task | None = None  # the request by which the kernel serves the judge
        self.served: ServedCells | None = None

    async def start(self) -> None:
        env = {"CS231N_DATA": self.job.data} if self.job.data else {}
        warm = template(self.job.pythonpath, {**(self.job.env or {}), **env})
        warm.launch()  # so that it and the kernel's zygote import at the same time
        ours, theirs = socket.socketpair()
        with ours, theirs:
            await self.kernel.start(theirs.fileno())
            name = os.path.join(self.scratch, f"judge{self.judges}")
            self.judges += 1
            os.mkdir(name)
            write_files(os.path.join(name, "work"), self.job.files)
            setting = Setting(kernel_pid=self.kernel.pid, home=name, work=os.path.join(name, "work"), **self.setting)
            self.judge = await warm.start(setting, ours, self.kernel.readings)
            self.kernel.beside = (Path(f"/proc/{self.judge.pid}"),)

    async def stop(self) -> None:
        if self.judge:
            self.judge.end()
        await self._end_serving(LET_GO_SECONDS)
        await self.kernel.stop()

    async def run_cell(self, index: int) -> None:
        cell = self.cells[index]
        if whose(cell) != "test":
            await super().run_cell(index)
        if whose(cell) == "instructor":
            ran = await self._judge(index, self._test_follows(index))
            error = next((o for o in ran.outputs if o["output_type"] == "error"), None)
            if error and not any(o.output_type == "error" for o in cell.outputs):
                why = f"{error['ename']}: {error['evalue'][:PROBLEM_LENGTH]}"
                self.problems.append(f"{self.label(index)} failed for the tests: {why}")
            if ran.lost:
                raise _Died(index)
        if whose(cell) == "test":
            await self._test(index)

    async def run_again(self, index: int) -> None:
        """As above; what ended the student's kernel runs in the judge all the same, or a student could prevent it."""
        await super().run_again(index)
        if whose(self.cells[index]) == "instructor":
            ran = await self._judge(index)
            if ran.lost:
                raise _Died(index)

    async def _test(self, index: int) -> None:
        """Run a test cell in the judge: nothing but what the judge says decides about its points."""
        cell = self.cells[index]
        cell.outputs = []
        ran = await self._judge(index, self._test_follows(index))
        cell.execution_count = self.kernel.executed
        self.tests_put_out += size_of(ran.outputs)
        cell.outputs += map(nbformat.from_dict, ran.outputs)  # after what was printed, if that is known by now
        if ran.ok and (record := record_of(cell)) and (no_points := settle(cell.outputs, record.points)):
            self.fail(index, "NoPoints", no_points)
        if any(o.output_type == "error" and o.ename == "StudentTimeout" for o in cell.outputs):
            self.slow_exercise = self.exercise
        if ran.lost and not ran.ok and await self.kernel.ended(seconds=1):
            # the judge knows only that it is gone; why, the sandbox knows
            message = f"{ran.during or self.label(index)} {self.kernel.how_it_ended()}"
            cell.outputs = [o for o in cell.outputs if o.output_type != "error"]
            self.fail(index, "KernelDied", message)
        if why := next(filter(None, (limit_met(o, self.job.limits) for o in cell.outputs)), None):
            self.problems.append(f"{self.label(index)}: your code {why}")
        if not ran.ok and not any(o.output_type == "error" for o in cell.outputs):
            self.fail(index, "NotFinished", f"{self.label(index)} did not run to its end")
        if ran.lost:
            raise _Died(index)

    async def _judge(self, index: int, go_on: bool = False) -> Ran:
        """Run a cell in the judge while the student's kernel serves it; go_on: as it will for the next cell.

        A request to serve takes as long as a small test, hence one for all tests between two other cells.
        """
        seconds = self.seconds_for(index)
        cell, alone = self.cells[index], index in self.guilty
        if not alone:
            if self.serving and self.serving.done():  # before it was told to
                await self._end_serving()
            if not self.serving:
                self.served = self.kernel.serving()
                self.serving = asyncio.create_task(self.kernel.serve(serve_code(), self.served))
            self.served.cells.append(index)
            self.kernel.executed += 1
        try:
            mark = index if go_on else None
            test, room = whose(cell) == "test", max(0, self.job.limits.notebook_output_bytes - self.tests_put_out)
            ran = await self.judge.run(cell.source, seconds, test, alone=alone, mark=mark, output_bytes=room)
        except JudgeDied as died:
            self.killed.append((index, "judge"))
            self.fail(index, "JudgeDied", f"{self.label(index)} could not be run to its end: {died}")
            raise _Died(index) from None
        ended = None if ran.serving else await self._end_serving()
        return replace(ran, lost=ran.lost or ended)

    def _test_follows(self, index: int) -> bool:
        """Whether the next cell that is run is a test."""
        later = (cell for cell in self.cells[index + 1 :] if cell.cell_type == "code" and not self._skipped(cell))
        following = next(later, None)
        return following is not None and whose(following) == "test"

    async def _end_serving(self, seconds: float = GRACE_SECONDS) -> str | None:
        """Wait until the kernel lets go, and put what was printed before the outputs of the tests.

        Returns why the kernel ended, if it did.
        """
        if self.serving is None:
            return None
        serving, self.serving = self.serving, None
        deadline = Deadline(seconds, self.kernel.readings)
        while not serving.done() and (left := deadline.left()) > 0:
            await asyncio.wait([serving], timeout=left)
        if not serving.done():
            serving.cancel()
        ended = await serving
        for index in self.served.cells:
            if whose(self.cells[index]) == "test":
                self.cells[index].outputs[:0] = self.kernel.shown(self.served, index)
        return ended
