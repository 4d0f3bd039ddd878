"""Execution of one notebook: a pure function from a `Job` to an `Executed`.

This code reads no gradebook, no course folder and no other submission: the job holds all input, and the result all
output. So the same function serves `cs231n check` on a student's machine, the local pool of `cs231n grade`, and any
machine that can run Python.
"""

import asyncio
import contextlib
import json
import os
import re
import socket
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import nbformat
from nbformat.v4.rwbase import rejoin_lines

from autograder.execution.budget import Attempt, TimeBudget, first_believed
from autograder.execution.judge.bundle import serve_code
from autograder.execution.judge.session import Judge, JudgeDied, Ran, Setting, template
from autograder.execution.own_time import Clock, Deadline
from autograder.execution.sandbox import size_in_words
from autograder.execution.student_kernel import GRACE_SECONDS, ServedCells, StudentKernel, limit_met_by
from autograder.execution.students_text import marked_outputs
from autograder.notebook.bound_names import bound_names
from autograder.notebook.cell_outputs import size_of
from autograder.notebook.cell_record import Cell, cell_label, is_in_process, is_skipped, record_of, whose
from autograder.notebook.job import CellResult, Executed, Job, Output, write_files
from autograder.notebook.outcomes import GRADER_ERRORS
from autograder.notebook.partial_credit import settled

SHORT_PATIENCE = 0.25  # fraction of cell_seconds for the tests of an exercise after one of them ran out of time
HIDDEN_TESTS = "BEGIN HIDDEN TESTS"  # in every line that begins them
NOT_TOLD = "not passed. What it says is not kept, because it would show hidden tests to the code it runs with"
NO_NUMBER = "the test ends in a value that is not a number of points"
LET_GO_SECONDS = 1  # for a kernel to stop serving after its judge has ended
MOST_PROBLEMS, PROBLEM_LENGTH = 100, 1_000  # of one notebook; length in characters
CellProgress = Callable[[int, int], None]


def run_notebook(job: Job, progress: CellProgress | None = None) -> Executed:
    """Run the cells of `job.notebook` from top to bottom and return the outputs of each.

    If a cell raises an error, the error is one of its outputs, and the next cell runs. A cell that exceeds
    `limits.cell_seconds` is interrupted. A kernel that dies is replaced by a new one, in which the cells before the
    guilty cell are run again, so that only cells that needed the guilty one are affected. Every code cell that did not
    run to its end gets an error output, so it cannot score.

    The cells of the course, answers included, share `limits.notebook_seconds`. The cells that the student added share
    as many seconds of their own, so they take no time from the tests. Seconds are the notebook's own time
    (own_time.py).

    If a kernel or judge was killed, and not for exceeding a limit, the machine may be the cause, for example because it
    is short of memory. So a judged notebook is then run again, until nothing is killed or the same process is killed in
    the same cell for a second time.

    Parameters
    ----------
    job
        The notebook and all that its execution needs.
    progress
        Called as progress(done, total) before each cell.

    Raises
    ------
    RuntimeError
        No kernel starts.
    JudgeDied
        No judge starts.
    """
    start = time.monotonic()
    cells = rejoin_lines(nbformat.from_dict(json.loads(job.notebook))).cells

    def attempt(kind: type[_Runner]) -> Attempt:
        with tempfile.TemporaryDirectory(prefix="cs231n-") as scratch:
            return asyncio.run(kind(cells, job, scratch, progress).all_cells())

    if job.surroundings.isolation is None:
        made = attempt(_Runner)
    else:
        made = first_believed(lambda: attempt(_JudgedRunner))
        if any(map(is_in_process, cells)):
            made = _with_tests_of(cells, made, first_believed(lambda: attempt(_InProcessRunner)))
    return Executed(made.results, time.monotonic() - start, _few(made.problems))


def _with_tests_of(cells: Sequence[Cell], judged: Attempt, in_process: Attempt) -> Attempt:
    """Take the results of tests in the student's process from the second run, and all others from the first.

    Whatever such a test tells or changes in its kernel thus reaches no other cell.
    """
    pairs = zip(cells, judged.results, in_process.results, strict=True)
    results = tuple(second if is_in_process(cell) else first for cell, first, second in pairs)
    return replace(judged, results=results, problems=(*judged.problems, *in_process.problems))


def _few(problems: Iterable[str]) -> tuple[str, ...]:
    """Return each problem once, with limits on their number and length."""
    each = list(dict.fromkeys(p if len(p) <= PROBLEM_LENGTH else p[: PROBLEM_LENGTH - 1] + "…" for p in problems))
    return tuple(each[:MOST_PROBLEMS] + ([f"and {len(each) - MOST_PROBLEMS:,} more"] if each[MOST_PROBLEMS:] else []))


class _Died(Exception):
    """The kernel or the judge has ended, and both must be started again without the cell of this index."""

    def __init__(self, index: int):
        super().__init__(index)
        self.index = index


class _Runner:
    """Runs every cell in one kernel. No other class fills `results`."""

    def __init__(self, cells: Sequence[Cell], job: Job, scratch: str, progress: CellProgress | None):
        self.cells, self.job, self.scratch, self.progress = cells, job, scratch, progress
        self.limits = job.surroundings.limits
        self.results: list[CellResult | None] = [None] * len(cells)
        self.problems: list[str] = []
        self.kernel = StudentKernel(job, scratch)
        allowed, late = self.limits.notebook_seconds, self.limits.cell_seconds
        self.course = TimeBudget(allowed, "the notebook used up its", "the kernel had to be restarted")
        self.added = TimeBudget(allowed, "the added cells used up their", "the added cells ended the kernel", late)
        self.exercise: str | None = None  # the last solution cell before the running cell
        self.slow_exercises: set[str | None] = set()
        self.given_up: list[TimeBudget] = []
        self.guilty: set[int] = set()  # cells that ended a kernel, and are not run in the next
        self.killed: list[tuple[int, str]] = []  # the field of `Attempt` of the same name

    async def all_cells(self) -> Attempt:
        """Run every code cell. Where a kernel dies, continue in a new one."""
        try:
            await self.start()
            for index, cell in enumerate(self.cells):
                if self.progress:
                    self.progress(index, len(self.cells))
                if not self._runs(cell):
                    continue
                if (record := record_of(cell)) and record.solution:
                    self.exercise = record.grade_id
                budget = self.course if self.course.over() else self.budget(index)
                if over := budget.over():
                    self._give_up(index, budget, *over)
                    continue
                try:
                    with self.charged(index):
                        await self.run_cell(index)
                except _Died as died:
                    await self._start_again(index, died)
            most, used = self.limits.memory_bytes, self.kernel.most_memory
            if used > most:
                allowed = size_in_words(most)
                self.problems.append(f"the notebook used {size_in_words(used)} of memory; the grader allows {allowed}")
        finally:
            await self.stop()
        return Attempt(tuple(self.results), tuple(self.problems), tuple(self.killed))

    async def start(self) -> None:
        await self.kernel.start()

    async def stop(self) -> None:
        await self.kernel.stop()

    async def run_cell(self, index: int) -> None:
        """Run one cell in the student's kernel. Raises _Died."""
        seconds = self.seconds_for(index)
        ran = await self.kernel.run(self.cells[index]["source"], seconds)
        self.results[index] = ran.result
        self.remark(index, ran.remarks)
        if not ran.in_time:
            if whose(self.cells[index]) != "student":  # a student's slow cell does not show that the function is slow
                self.slow_exercises.add(self.exercise)
            self.fail(index, "TimeLimit", f"{self.label(index)} did not finish within {seconds:.0f} s")
        elif ran.gone is not None:
            self.fail(index, "KernelDied", f"{self.label(index)} {ran.gone}")
        if ran.gone is not None:
            raise _Died(index)

    async def run_again(self, index: int) -> None:
        """Run one cell again for the names that it defines, and drop its outputs. Raises _Died."""
        if index in self.guilty:
            return
        answered = await self.kernel.quietly(self.cells[index]["source"], self.seconds_for(index))
        if answered is None and not await self.kernel.interrupt():
            raise _Died(index)

    async def _start_again(self, index: int, died: _Died) -> None:
        """Start a new kernel and run the cells up to `index` again, except for tests and cells that ended a kernel."""
        while True:
            if await self.kernel.ended(seconds=1) and self.kernel.was_killed:
                self.killed.append((died.index, "kernel"))
            self.guilty.add(died.index)
            self.budget(died.index).restarts += 1
            await self.stop()
            if self.course.over():
                return
            with self.charged(died.index):
                await self.start()
            try:
                for again, cell in enumerate(self.cells[: index + 1]):
                    if self._runs(cell) and whose(cell) != "test" and not self.budget(again).over():
                        with self.charged(again):
                            await self.run_again(again)
                return
            except _Died as once_more:
                died = once_more

    def budget(self, index: int) -> TimeBudget:
        return self.course if record_of(self.cells[index]) else self.added

    @contextlib.contextmanager
    def charged(self, index: int) -> Iterator[None]:
        """Charge the time of the block to this cell's budget."""
        clock = Clock(self.kernel.readings)
        try:
            yield
        finally:
            self.budget(index).left -= clock.seconds()

    def seconds_for(self, index: int) -> float:
        # a function that never returns may have several tests: each of them still runs, but for a shorter time
        short = whose(self.cells[index]) == "test" and self.exercise in self.slow_exercises
        return self.budget(index).for_cell((SHORT_PATIENCE if short else 1) * self.limits.cell_seconds)

    def label(self, index: int) -> str:
        return cell_label(self.cells, index)

    def result(self, index: int) -> CellResult:
        """Return the result of a cell as far as it is known."""
        return self.results[index] or CellResult()

    def remark(self, index: int, remarks: Iterable[str]) -> None:
        """Note problems of a cell. Each remark is the rest of a sentence about the cell."""
        self.problems += [f"{self.label(index)} {remark}" for remark in remarks]

    def fail(self, index: int, ename: str, message: str) -> None:
        """Note a problem that ended a cell, and add an error output for it to the cell."""
        self.problems.append(message)
        result = self.result(index)
        # printed output stays, as it often shows the cause; the reason goes before the traceback of the interrupt
        kinds = [output["output_type"] for output in result.outputs]
        place = kinds.index("error") if "error" in kinds else len(kinds)
        outputs = (*result.outputs[:place], _error(ename, message), *result.outputs[place:])
        self.results[index] = replace(result, outputs=outputs)

    def _runs(self, cell: Cell) -> bool:
        return cell["cell_type"] == "code" and not (self.job.skip_tagged and is_skipped(cell))

    def _give_up(self, index: int, budget: TimeBudget, ename: str, why: str) -> None:
        """Give a cell an error that says why it was not run. For the first such cell, note a problem about all."""
        if budget not in self.given_up:
            self.given_up.append(budget)
            rest = "those" if budget is self.course else "added ones"
            self.problems.append(f"{why}; {self.label(index)} and {rest} after it were not run")
        self.results[index] = CellResult((_error(ename, f"not run: {why}"),))


class _JudgedRunner(_Runner):
    """Runs the student's cells in a kernel, the tests in a judge, and the instructor's other cells in both.

    Kernel and judge start and end together, because the connection between them cannot outlive either.
    """

    def __init__(self, cells: Sequence[Cell], job: Job, scratch: str, progress: CellProgress | None):
        super().__init__(cells, job, scratch, progress)
        self.judges = 0
        self.tests_put_out = 0  # bytes
        self.serving: asyncio.Task[str | None] | None = None  # the request during which the kernel serves the judge
        self._judge: Judge | None = None
        self._served: ServedCells | None = None

    @property
    def judge(self) -> Judge:
        assert self._judge is not None, "no judge was started"
        return self._judge

    @property
    def served(self) -> ServedCells:
        assert self._served is not None, "nothing was served"
        return self._served

    async def start(self) -> None:
        given = self.job.surroundings
        env = {"CS231N_DATA": given.data} if given.data else {}
        warm = template(given.pythonpath, {**(given.env or {}), **env})
        warm.launch()  # early, so that it and the kernel's zygote import modules at the same time
        ours, theirs = socket.socketpair()
        with ours, theirs:
            await self.kernel.start(theirs.fileno())
            home = os.path.join(self.scratch, f"judge{self.judges}")
            self.judges += 1
            os.mkdir(home)
            write_files(os.path.join(home, "work"), given.files)
            self._judge = await warm.start(self._setting(home), ours, self.kernel.readings)
            self.kernel.beside = (Path(f"/proc/{self._judge.pid}"),)

    def _setting(self, home: str) -> Setting:
        code = [cell for cell in self.cells if cell["cell_type"] == "code"]
        instructors = [cell for cell in code if whose(cell) != "student"]
        return Setting(
            cells=tuple(cell["source"] for cell in instructors if self._runs(cell)),
            reserved=frozenset().union(*(bound_names(c["source"]) for c in instructors if not is_in_process(c))),
            student_text="\n\n".join(cell["source"] for cell in code if whose(cell) == "student"),
            kernel_pid=self.kernel.pid,
            home=home,
            work=os.path.join(home, "work"),
            memory_bytes=self.limits.memory_bytes,
            output_bytes=self.limits.output_bytes,
            grace_seconds=GRACE_SECONDS,
        )

    def _runs(self, cell: Cell) -> bool:
        return super()._runs(cell) and not is_in_process(cell)

    async def stop(self) -> None:
        if self._judge:
            self._judge.end()
        await self._end_serving(LET_GO_SECONDS)
        await self.kernel.stop()

    async def run_cell(self, index: int) -> None:
        owner = whose(self.cells[index])
        if owner != "test":
            await super().run_cell(index)
        if owner == "instructor":
            ran = await self._run_in_judge(index, self._test_follows(index))
            error = CellResult(tuple(ran.outputs)).error
            if error and not self.result(index).error:
                why = f"{error['ename']}: {error['evalue'][:PROBLEM_LENGTH]}"
                self.problems.append(f"{self.label(index)} failed when it was run for the tests: {why}")
            if ran.lost:
                raise _Died(index)
        if owner == "test":
            await self._test(index)

    async def run_again(self, index: int) -> None:
        """Run a cell of the instructor in the judge too, even if it ended the student's kernel. Raises _Died.

        Otherwise a student could prevent the judge from running it.
        """
        await super().run_again(index)
        if whose(self.cells[index]) == "instructor":
            ran = await self._run_in_judge(index)
            if ran.lost:
                raise _Died(index)

    async def _test(self, index: int) -> None:
        """Run a test cell in the judge. Only the judge's answer decides its points."""
        self.results[index] = CellResult()
        ran = await self._run_in_judge(index, self._test_follows(index))
        self.tests_put_out += size_of(ran.outputs)
        outputs: tuple[Output, ...] = tuple(ran.outputs)
        no_points = None
        if ran.ok and (record := record_of(self.cells[index])):
            outputs, no_points = settled(outputs, record.points)
        printed = self.result(index).outputs  # empty if the kernel is still serving
        self.results[index] = CellResult((*printed, *outputs), self.kernel.executed, tuple(ran.mistakes))
        if no_points:
            self.fail(index, "NoPoints", no_points)
        if any(output["output_type"] == "error" and output["ename"] == "StudentTimeout" for output in outputs):
            self.slow_exercises.add(self.exercise)
        if ran.lost and not ran.ok and await self.kernel.ended(seconds=1):
            # the judge knows only that the kernel has ended; the sandbox knows why
            result = self.result(index)
            others = tuple(output for output in result.outputs if output["output_type"] != "error")
            self.results[index] = replace(result, outputs=others)
            self.fail(index, "KernelDied", f"{ran.during or self.label(index)} {self.kernel.how_it_ended()}")
        if why := limit_met_by(self.result(index).outputs, self.limits):
            self.problems.append(f"{self.label(index)}: your code {why}")
        if not ran.ok and not self.result(index).error:
            self.fail(index, "NotFinished", f"{self.label(index)} did not run to completion")
        if ran.lost:
            raise _Died(index)

    async def _run_in_judge(self, index: int, go_on: bool = False) -> Ran:
        """Run a cell in the judge while the student's kernel serves it. go_on: keep serving for the next cell.

        Starting to serve takes as long as a small test, so the kernel serves all tests between two other cells at once.
        """
        seconds = self.seconds_for(index)
        cell, alone = self.cells[index], index in self.guilty
        if not alone:
            if self.serving and self.serving.done():  # the kernel stopped serving without being told to
                await self._end_serving()
            if not self.serving:
                self._served = self.kernel.serving()
                self.serving = asyncio.create_task(self.kernel.serve(serve_code(), self._served))
            self.served.cells.append(index)
            self.kernel.next_number()
        try:
            mark = index if go_on else None
            test, room = whose(cell) == "test", max(0, self.limits.notebook_output_bytes - self.tests_put_out)
            ran = await self.judge.run(cell["source"], seconds, test, alone=alone, mark=mark, output_bytes=room)
        except JudgeDied as died:
            self.killed.append((index, "judge"))
            self.fail(index, "JudgeDied", f"{self.label(index)} could not be run to completion: {died}")
            raise _Died(index) from None
        ended = None if ran.serving else await self._end_serving()
        return replace(ran, lost=ran.lost or ended)

    def _test_follows(self, index: int) -> bool:
        """Whether the next cell to run is a test."""
        following = next(filter(self._runs, self.cells[index + 1 :]), None)
        return following is not None and whose(following) == "test"

    async def _end_serving(self, seconds: float = GRACE_SECONDS) -> str | None:
        """Wait until the kernel stops serving, and put the text that it printed before the outputs of each test.

        Returns why the kernel ended, or None if it did not end.
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
                printed, remarks = self.kernel.shown(self.served, index)
                self.remark(index, remarks)
                result = self.result(index)
                self.results[index] = replace(result, outputs=(*printed, *result.outputs))
        return ended


class _InProcessRunner(_Runner):
    """Runs the tests that are tagged for the student's process there. Only their results are used.

    The kernel is in the sandbox, and is another one than that of the judged tests. A student's code may forge the
    result of such a test, and may read its text. So once a hidden test was sent to the kernel, nothing is kept of what
    this test and later ones say.
    """

    def __init__(self, cells: Sequence[Cell], job: Job, scratch: str, progress: CellProgress | None):
        super().__init__(cells, job, scratch, progress)
        self.secrets_are_there = False

    def _runs(self, cell: Cell) -> bool:
        return super()._runs(cell) and (whose(cell) != "test" or is_in_process(cell))

    async def run_cell(self, index: int) -> None:
        cell = self.cells[index]
        if not is_in_process(cell):
            await super().run_cell(index)
            return
        self.secrets_are_there |= HIDDEN_TESTS in cell["source"] and not self.job.tell_hidden
        try:
            await super().run_cell(index)
        finally:
            self._keep(index)

    def remark(self, index: int, remarks: Iterable[str]) -> None:
        """As `_Runner.remark`, until hidden tests are there: from then on, student code could tell them so."""
        if not self.secrets_are_there:
            super().remark(index, remarks)

    def fail(self, index: int, ename: str, message: str) -> None:
        """As `_Runner.fail`; once hidden tests are there, only for tests, and without how a kernel ended."""
        if self.secrets_are_there:
            if not is_in_process(self.cells[index]):
                return
            if ename == "KernelDied":
                message = f"{self.label(index)} ended its kernel"
        super().fail(index, ename, message)

    def _keep(self, index: int) -> None:
        """Keep the text that a test shows, marked as the student's; of a hidden test, only whether it passed."""
        record, result = record_of(self.cells[index]), self.result(index)
        assert record is not None
        shown = [output for output in result.outputs if output["output_type"] in ("stream", "display_data")]
        printed = marked_outputs(shown, self.limits.output_bytes)
        outcome: tuple[Output, ...] = tuple(
            o for o in result.outputs if o["output_type"] in ("error", "execute_result")
        )
        if self.secrets_are_there:
            printed, outcome = [], tuple(self._verdict(output) for output in outcome)
        outcome, no_points = settled((_as_plain(output) for output in outcome), record.points)
        self.results[index] = replace(result, outputs=(*printed, *outcome))
        if no_points:
            self.fail(index, "NoPoints", NO_NUMBER if self.secrets_are_there else no_points)

    def _verdict(self, output: Output) -> Output:
        """An output that tells no more than whether the test passed."""
        if output["output_type"] == "execute_result":
            value = str(output["data"].get("text/plain", ""))[:20]
            number = re.fullmatch(r"\d{1,4}(\.\d{1,2})?|True|False", value)
            return {**output, "data": {"text/plain": value if number else ""}, "metadata": {}}
        known = {f"exercise {record.grade_id}: write your code here" for c in self.cells if (record := record_of(c))}
        if output["ename"] == "NotImplementedError" and output["evalue"] in known | {""}:
            return _error("NotImplementedError", output["evalue"])
        if output["ename"] in GRADER_ERRORS and output["evalue"] in self.problems:
            return _error(output["ename"], output["evalue"])
        return _error("HiddenTestFailed", NOT_TOLD)


def _as_plain(output: Output) -> Output:
    """An error or a value of a student's kernel as text alone."""
    if output["output_type"] == "error":
        return output
    return {**output, "data": {"text/plain": str(output["data"].get("text/plain", ""))}, "metadata": {}}


def _error(ename: str, message: str) -> Output:
    return {"output_type": "error", "ename": ename, "evalue": message, "traceback": [f"{ename}: {message}"]}
