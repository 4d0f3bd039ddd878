"""The kernel that runs a student's cells, and keeps of what it says what a notebook may hold."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import nbformat

from autograder.execution import processor
from autograder.execution.judge.agent import MARK
from autograder.execution.judge.bundle import prepare_code
from autograder.execution.kernel_client import Gone, KernelClient, NoReply
from autograder.execution.own_time import LOOK_SECONDS, Deadline, Readings
from autograder.execution.sandbox import Surroundings, limit_met, usage, zygote_of
from autograder.execution.students_text import marked_outputs
from autograder.notebook.cell_outputs import Outputs
from autograder.notebook.cell_record import cell_label
from autograder.notebook.job import Job

START_SECONDS = 120
PREPARE_SECONDS = 30
GRACE_SECONDS = 5  # from the interrupt until a kernel that ignores it is killed


class KernelEnded(Exception):
    """The kernel is no more, or cannot be talked to; the text says why, as the end of a sentence about a cell."""


class TookTooLong(Exception):
    """The cell did not end in time. `alive`: it ended when it was interrupted, and the kernel goes on."""

    def __init__(self, alive: bool):
        super().__init__()
        self.alive = alive


class StudentKernel:
    """One kernel after another for `cells`, each started in the surroundings of `job`.

    `problems` grows by what is noteworthy, in words. `scratch` is a folder of the caller's.
    """

    def __init__(self, cells, job: Job, scratch: str, problems: list[str]):
        self.cells, self.job, self.scratch, self.problems = cells, job, scratch, problems
        self.process = None  # a SandboxedKernel or an OrdinaryKernel
        self.client: KernelClient | None = None
        self.executed = 0  # cells
        self._asked_to_exit = False
        self._kept = 0  # of all outputs
        self._started = 0  # kernels
        self.most_memory = 0  # bytes that were seen in use at one time, where no limit holds
        self._watcher: asyncio.Task | None = None
        self.readings: Readings | None = None  # by which limits of time count the notebook's own
        self.beside: tuple[Path, ...] = ()  # the judge, once there is one

    @property
    def pid(self) -> int:
        """The kernel's process id, as this machine numbers it."""
        return self.process.pid

    @property
    def _sandboxed(self) -> bool:
        return self.job.isolation == "sandbox"

    async def start(self, channel: int | None = None) -> None:
        """Start a kernel, connected to the judge over the file descriptor `channel`. Raises RuntimeError."""
        self._asked_to_exit = False
        self.readings = Readings(os.path.join(self.scratch, f"readings{self._started}"))
        self._started += 1
        files = (*self.job.files, *self.job.submitted_files)
        if self._sandboxed:
            job, env = self.job, tuple((self.job.env or {}).items())
            fixed = (job.pythonpath, env, job.cwd, job.data, job.hidden, job.limits.processes, job.modules)
            self.process = await zygote_of(Surroundings(*fixed)).start(job.limits, files, channel, processor.own())
        else:
            from autograder.execution.ordinary_kernel import (
                OrdinaryKernel,  # its imports are slow, and the sandbox does without
            )

            # a new name for each kernel's sockets: those of a killed one may be left behind
            self.process = OrdinaryKernel(self.job, os.path.join(self.scratch, f"kernel{self._started}"))
            await self.process.start(files, channel)
        self._look()
        # a message may be larger than what is kept of it, by its form and by what is cut from it
        most = 4 * self.job.limits.output_bytes + 1_000_000
        self.client = KernelClient(self.process.key, self.process.is_alive, most, self.readings)
        try:
            await self.client.connect(*self.process.sockets, START_SECONDS)
        except (NoReply, Gone) as error:
            words = self.process.last_words()
            raise RuntimeError(f"the notebook's kernel did not start: {error}\n{words}".strip()) from None
        if not self._sandboxed:  # the sandbox's are forked with it
            if await self.quietly(prepare_code(channel), PREPARE_SECONDS) != "ok":
                raise RuntimeError("the notebook's kernel could not be prepared")
        self._watcher = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while self.process.is_alive():
            self._look()
            await asyncio.sleep(LOOK_SECONDS)

    def _look(self) -> None:
        """Hold the kernel to the limits that are met by measuring, and measure for how long it has waited."""
        processes = self.process.look()
        self.most_memory = max(self.most_memory, usage.memory(processes) if self.job.isolation is None else 0)
        # the grader's own process, which wakes to look, waits at no expense of the notebook's
        used = usage.processor_seconds([*processes, *self.beside, Path("/proc/self")])
        self.readings.write(usage.waits([*processes, *self.beside]), used)

    async def stop(self) -> None:
        """End the kernel and whatever it left in its process group."""
        if self._watcher:
            self._watcher.cancel()
        if self.client is not None:
            self.client.close()
        if self.process is not None:
            await self.process.end()
        if self.readings is not None:
            self.readings.close()
        self.process = self.client = self._watcher = self.readings = None

    async def run(self, index: int, seconds: float) -> None:
        """Run a cell of the notebook, which gets its outputs. Raises TookTooLong or KernelEnded."""
        cell = self.cells[index]
        cell.outputs = []
        if not cell.source.strip():
            return
        outputs = self._outputs()
        self.executed += 1
        cell.execution_count = self.executed
        try:
            reply = await self.client.execute(cell.source, outputs, seconds)
            self._check(reply, outputs, index)
        except NoReply:
            self.process.interrupt()
            try:
                raise TookTooLong(await self.client.go_on(outputs, GRACE_SECONDS)) from None
            except Gone:
                raise TookTooLong(alive=False) from None
        except Gone as gone:
            raise KernelEnded(await self._why(gone)) from None
        finally:
            cell.outputs = self._finished(outputs, index)
        if self._asked_to_exit:  # it answers before it goes; the next cell is not to blame
            raise KernelEnded("ended its kernel (exit)")

    async def serve(self, code: str, served: "ServedCells") -> str | None:
        """Run code that serves the judge while that runs some cells, until it is done or this is cancelled.

        Returns why the kernel ended (None: it did not).
        """
        try:
            await self.client.execute(code, served, float("inf"), silent=True)
        except Gone as gone:
            return await self._why(gone)
        except asyncio.CancelledError:
            return "did not let go of its kernel"
        return None

    def serving(self) -> "ServedCells":
        """Where to keep what is put out while the kernel serves the judge."""
        return ServedCells(self._outputs)

    def shown(self, served: "ServedCells", index: int) -> list:
        """What was printed or shown while the judge ran cell `index`, as text that says it is the student's.

        Errors and results are not among it: they would count as the test's.
        """
        shown = [o for o in self._finished(served.of(index), index) if o.output_type in ("stream", "display_data")]
        return [nbformat.from_dict(output) for output in marked_outputs(shown, self.job.limits.output_bytes)]

    async def quietly(self, code: str, seconds: float) -> str | None:
        """Run code and drop what it says. Returns the status of the reply, None when there is none in time."""
        try:
            return str((await self.client.execute(code, None, seconds, silent=True)).get("status"))
        except (NoReply, Gone):
            return None

    async def interrupt(self) -> bool:
        """Interrupt the running cell; True when the kernel answers again within the grace time."""
        self.process.interrupt()
        return await self.client.answers(GRACE_SECONDS)

    async def ended(self, seconds: float) -> bool:
        """Whether the kernel ends within so many seconds."""
        end = Deadline(seconds, self.readings)
        while self.process.is_alive():
            if end.left() <= 0:
                return False
            await asyncio.sleep(0.02)
        return True

    def how_it_ended(self) -> str:
        """Why the kernel is no more, as the end of a sentence about a cell or a function."""
        if self._asked_to_exit:
            return "ended its kernel (exit)"
        return self.process.how_it_ended()

    @property
    def was_killed(self) -> bool:
        """Whether the kernel, which has ended, was killed by something else than a limit."""
        return not self._asked_to_exit and self.process.was_killed

    async def _why(self, gone: Gone) -> str:
        if not await self.ended(seconds=2):  # its sockets close before it is gone
            return f"cut its kernel off from the grader ({gone})"
        return self.how_it_ended()

    def _outputs(self, more: int = 0) -> Outputs:
        """For a cell; `more` is kept of others already."""
        limits = self.job.limits
        return Outputs(min(limits.output_bytes, max(0, limits.notebook_output_bytes - self._kept - more)))

    def _finished(self, outputs: Outputs, index: int) -> list:
        self._kept += outputs.kept
        label, limits = cell_label(self.cells, index), self.job.limits
        if outputs.size > outputs.limit:
            whole = outputs.limit < limits.output_bytes
            what = f"{limits.notebook_output_bytes if whole else limits.output_bytes:,} bytes of output that are kept"
            self.problems.append(f"{label} printed more than the {what}" + " of a notebook" * whole)
        if outputs.malformed:
            self.problems.append(f"{label} sent an output that is none of Jupyter's")
        found = [nbformat.from_dict(output) for output in outputs.finished()]
        for output in found:
            if output.output_type == "stream":
                output.text = _without_overwritten(output.text)
            if output.output_type == "execute_result":
                output.execution_count = self.executed
        return found

    def _check(self, reply: dict, outputs: Outputs, index: int) -> None:
        """A cell counts as run only if the kernel says so: no error shown is no proof (showtraceback may be off)."""
        payload = reply.get("payload")
        payload = payload if isinstance(payload, list) else []
        self._asked_to_exit = any(isinstance(item, dict) and item.get("source") == "ask_exit" for item in payload)
        if reply.get("status") != "ok" and not outputs.has_error:
            ename, evalue = (str(reply.get(key))[:2000] for key in ("ename", "evalue"))
            outputs.error(ename, evalue, [f"{ename}: {evalue}"])
        if self._sandboxed:
            errors = (o for o in outputs.finished() if o["output_type"] == "error")
            why = next(filter(None, (limit_met(nbformat.from_dict(o), self.job.limits) for o in errors)), None)
            if why:
                self.problems.append(f"{cell_label(self.cells, index)} {why}")


class ServedCells:
    """Outputs, as `KernelClient` makes them, of cells that the judge runs while one request serves it.

    The kernel marks where the next cell begins. Student code can make such marks too; all it decides by that is with
    which test something is shown that it printed.
    """

    def __init__(self, make: Callable[[int], Outputs]):
        self._make, self._now = make, make(0)
        self._ended: dict[int, Outputs] = {}
        self.cells: list[int] = []  # by their index, also the one that is running

    def display(self, data: dict, *rest, **options) -> None:
        """As of `Outputs`, unless it is a mark."""
        if MARK not in data:
            self._now.display(data, *rest, **options)
            return
        number = next((index for index in self.cells if str(index) == data[MARK]), None)
        if number is not None and number not in self._ended:
            self._ended[number] = self._now
            self._now = self._make(sum(o.kept for o in self._ended.values()))

    def __getattr__(self, name):
        return getattr(self._now, name)

    def of(self, index: int) -> Outputs:
        """What there is of a cell, once all have been run."""
        return self._ended.get(index) or (self._now if index == self.cells[-1] else Outputs(0))


def _without_overwritten(text: str) -> str:
    """The text as a terminal ends up showing it: of a progress bar drawn with \\r, the last state of the line."""
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
