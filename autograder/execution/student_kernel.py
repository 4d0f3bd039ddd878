"""The kernel that runs a student's cells, and keeps of what it says what a notebook may hold."""

import asyncio
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

from autograder.execution import processor
from autograder.execution.judge.agent import MARK
from autograder.execution.judge.bundle import prepare_code
from autograder.execution.kernel_client import Gone, KernelClient, NoReply
from autograder.execution.own_time import USAGE_LOOK_SECONDS, Deadline, Readings
from autograder.execution.sandbox import SandboxedKernel, View, limit_met, usage, zygote_of
from autograder.execution.students_text import marked_outputs
from autograder.notebook.cell_outputs import Outputs
from autograder.notebook.job import CellResult, Job, Output
from autograder.notebook.limits import Limits

if TYPE_CHECKING:
    from autograder.execution.ordinary_kernel import OrdinaryKernel

START_SECONDS = 120
PREPARE_SECONDS = 30
GRACE_SECONDS = 2  # from the interrupt until a kernel that ignores it is killed


@dataclass(frozen=True)
class CellRun:
    """What came of a cell in the student's kernel.

    Attributes
    ----------
    result
        What it put out.
    remarks
        What is noteworthy about that, as ends of sentences about the cell.
    in_time
        Whether it ended by itself. If it did not, it was interrupted.
    gone
        Why the kernel ended or stopped answering, as the end of a sentence about the cell; None if it goes on.
    """

    result: CellResult
    remarks: tuple[str, ...] = ()
    in_time: bool = True
    gone: str | None = None


class StudentKernel:
    """One kernel after another, each started in the surroundings of a job.

    Parameters
    ----------
    job
        What is run.
    scratch
        A folder of the caller's.

    Attributes
    ----------
    most_memory
        Bytes that were seen in use at one time, where no limit holds.
    readings
        By which limits of time count the notebook's own; None while there is no kernel.
    beside
        Folders of /proc of processes that belong to the notebook as well: the judge, once there is one.
    """

    def __init__(self, job: Job, scratch: str):
        self.job, self.given, self.scratch = job, job.surroundings, scratch
        self.executed = 0  # cells
        self.most_memory = 0
        self.readings: Readings | None = None
        self.beside: tuple[Path, ...] = ()
        self._process: SandboxedKernel | OrdinaryKernel | None = None
        self._client: KernelClient | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._asked_to_exit = False
        self._kept = 0  # bytes of all outputs
        self._started = 0  # kernels

    @property
    def pid(self) -> int:
        """The kernel's process id, as this machine numbers it."""
        return self._running.pid

    @property
    def _running(self) -> "SandboxedKernel | OrdinaryKernel":
        assert self._process is not None, "no kernel was started"
        return self._process

    @property
    def _talking(self) -> KernelClient:
        assert self._client is not None, "no kernel was started"
        return self._client

    @property
    def _sandboxed(self) -> bool:
        return self.given.isolation == "sandbox"

    async def start(self, channel: int | None = None) -> None:
        """Start a kernel, connected to the judge over the file descriptor `channel`. Raises RuntimeError."""
        self._asked_to_exit = False
        self.readings = Readings(os.path.join(self.scratch, f"readings{self._started}"))
        self._started += 1
        given = self.given
        files = (*given.files, *self.job.submitted_files)
        if self._sandboxed:
            env, processes = tuple((given.env or {}).items()), given.limits.processes
            view = View(given.pythonpath, env, given.cwd, given.data, given.hidden, processes, given.modules)
            self._process = await zygote_of(view).start(given.limits, files, channel, processor.own())
        else:
            from autograder.execution.ordinary_kernel import (
                OrdinaryKernel,  # its imports are slow, and the sandbox does without
            )

            # a new name for each kernel's sockets: those of a killed one may be left behind
            ordinary = OrdinaryKernel(given, os.path.join(self.scratch, f"kernel{self._started}"))
            self._process = ordinary
            await ordinary.start(files, channel)
        self._look()
        # a message may be larger than what is kept of it, by its form and by what is cut from it
        most = 4 * given.limits.output_bytes + 1_000_000
        self._client = KernelClient(self._running.key, self._running.is_alive, most, self.readings)
        try:
            shell, iopub = self._running.sockets
            await self._client.connect(shell, iopub, START_SECONDS)
        except (NoReply, Gone) as error:
            words = self._running.last_words()
            raise RuntimeError(f"the notebook's kernel did not start: {error}\n{words}".strip()) from None
        if not self._sandboxed:  # the sandbox's are forked with it
            if await self.quietly(prepare_code(channel), PREPARE_SECONDS) != "ok":
                raise RuntimeError("the notebook's kernel could not be prepared")
        self._watcher = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while self._running.is_alive():
            self._look()
            await asyncio.sleep(USAGE_LOOK_SECONDS)

    def _look(self) -> None:
        """Hold the kernel to the limits that are met by measuring, and measure for how long it has waited."""
        assert self.readings is not None
        processes = self._running.look()
        self.most_memory = max(self.most_memory, usage.memory(processes) if self.given.isolation is None else 0)
        # the grader's own process, which wakes to look, waits at no expense of the notebook's
        used = usage.processor_seconds([*processes, *self.beside, Path("/proc/self")])
        self.readings.write(usage.waits([*processes, *self.beside]), used)

    async def stop(self) -> None:
        """End the kernel and whatever it left in its process group."""
        if self._watcher:
            self._watcher.cancel()
        if self._client is not None:
            self._client.close()
        if self._process is not None:
            await self._process.end()
        if self.readings is not None:
            self.readings.close()
        self._process = self._client = self._watcher = self.readings = None

    async def run(self, source: str, seconds: float) -> CellRun:
        """Run a cell of the notebook."""
        if not source.strip():
            return CellRun(CellResult())
        outputs = self._outputs()
        number = self.next_number()
        met: list[str] = []
        in_time, gone = True, None
        try:
            reply = await self._talking.execute(source, outputs, seconds)
            met = self._check(reply, outputs)
            if self._asked_to_exit:  # it answers before it goes; the next cell is not to blame
                gone = self.how_it_ended()
        except NoReply:
            in_time = False
            self._running.interrupt()
            try:
                gone = None if await self._talking.go_on(outputs, GRACE_SECONDS) else ""
            except Gone:
                gone = ""
        except Gone as error:
            gone = await self._why(error)
        found, remarks = self._finished(outputs)
        return CellRun(CellResult(tuple(found), number), (*met, *remarks), in_time, gone)

    def next_number(self) -> int:
        """Count one more cell as executed; its number."""
        self.executed += 1
        return self.executed

    async def serve(self, code: str, served: "ServedCells") -> str | None:
        """Run code that serves the judge while that runs some cells, until it is done or this is cancelled.

        Returns why the kernel ended (None: it did not).
        """
        try:
            await self._talking.execute(code, served, float("inf"), silent=True)
        except Gone as gone:
            return await self._why(gone)
        except asyncio.CancelledError:
            return "did not let go of its kernel"
        return None

    def serving(self) -> "ServedCells":
        """Where to keep what is put out while the kernel serves the judge."""
        return ServedCells(self._outputs)

    def shown(self, served: "ServedCells", index: int) -> tuple[list[Output], tuple[str, ...]]:
        """What was printed or shown while the judge ran cell `index`, as text that says it is the student's; remarks.

        Errors and results are not among it: they would count as the test's.
        """
        found, remarks = self._finished(served.of(index))
        shown = [output for output in found if output["output_type"] in ("stream", "display_data")]
        return marked_outputs(shown, self.given.limits.output_bytes), remarks

    async def quietly(self, code: str, seconds: float) -> str | None:
        """Run code and drop its output. Returns the status of the reply, or None if no reply comes in time."""
        try:
            return str((await self._talking.execute(code, None, seconds, silent=True)).get("status"))
        except (NoReply, Gone):
            return None

    async def interrupt(self) -> bool:
        """Interrupt the running cell; True when the kernel answers again within the grace time."""
        self._running.interrupt()
        return await self._talking.answers(GRACE_SECONDS)

    async def ended(self, seconds: float) -> bool:
        """Whether the kernel ends within so many seconds."""
        end = Deadline(seconds, self.readings)
        while self._running.is_alive():
            if end.left() <= 0:
                return False
            await asyncio.sleep(0.02)
        return True

    def how_it_ended(self) -> str:
        """Why the kernel is no more, as the end of a sentence about a cell or a function."""
        if self._asked_to_exit:
            return "ended its kernel (exit)"
        return self._running.how_it_ended()

    @property
    def was_killed(self) -> bool:
        """Whether the kernel, which has ended, was killed by something else than a limit."""
        return not self._asked_to_exit and self._running.was_killed

    async def _why(self, gone: Gone) -> str:
        if not await self.ended(seconds=2):  # its sockets close before it is gone
            return f"cut its kernel off from the grader ({gone})"
        return self.how_it_ended()

    def _outputs(self, more: int = 0) -> Outputs:
        """For a cell; `more` is kept of others already."""
        limits = self.given.limits
        return Outputs(min(limits.output_bytes, max(0, limits.notebook_output_bytes - self._kept - more)))

    def _finished(self, outputs: Outputs) -> tuple[list[Output], tuple[str, ...]]:
        """The outputs as they are kept, and remarks, as ends of sentences about the cell."""
        self._kept += outputs.kept
        limits, remarks = self.given.limits, []
        if outputs.size > outputs.limit:
            whole = outputs.limit < limits.output_bytes
            what = f"{limits.notebook_output_bytes if whole else limits.output_bytes:,} bytes of output that are kept"
            remarks.append(f"printed more than the {what}" + " of a notebook" * whole)
        if outputs.malformed:
            remarks.append("sent an output that is none of Jupyter's")
        found = outputs.finished()
        for output in found:
            if output["output_type"] == "stream":
                output["text"] = _without_overwritten(output["text"])
            if output["output_type"] == "execute_result":
                output["execution_count"] = self.executed
        return list(found), tuple(remarks)

    def _check(self, reply: dict[str, Any], outputs: Outputs) -> list[str]:
        """See to it that a cell counts as run only if the kernel says so. Returns which limits it met.

        That no error is shown proves nothing: showtraceback may be off.
        """
        payload = reply.get("payload")
        payload = payload if isinstance(payload, list) else []
        self._asked_to_exit = any(isinstance(item, dict) and item.get("source") == "ask_exit" for item in payload)
        if reply.get("status") != "ok" and not outputs.has_error:
            ename, evalue = (str(reply.get(key))[:2000] for key in ("ename", "evalue"))
            outputs.error(ename, evalue, [f"{ename}: {evalue}"])
        why = limit_met_by(outputs.finished(), self.given.limits) if self._sandboxed else None
        return [why] if why else []


class ServedCells:
    """Outputs, as `KernelClient` makes them, of cells that the judge runs while one request serves it.

    The kernel marks where the next cell begins. Student code can make such marks too; all it decides by that is with
    which test something is shown that it printed.
    """

    def __init__(self, make: Callable[[int], Outputs]):
        self._make, self._now = make, make(0)
        self._ended: dict[int, Outputs] = {}
        self.cells: list[int] = []  # by their index, also the one that is running

    def display(
        self, data: dict[str, Any], metadata: dict[str, Any], display_id: str | None = None, update: bool = False
    ) -> None:
        """As of `Outputs`, unless it is a mark."""
        if MARK not in data:
            self._now.display(data, metadata, display_id, update)
            return
        number = next((index for index in self.cells if str(index) == data[MARK]), None)
        if number is not None and number not in self._ended:
            self._ended[number] = self._now
            self._now = self._make(sum(o.kept for o in self._ended.values()))

    def stream(self, name: str, text: str) -> None:
        self._now.stream(name, text)

    def result(self, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        self._now.result(data, metadata)

    def error(self, name: str, value: str, traceback: list[str]) -> None:
        self._now.error(name, value, traceback)

    def clear(self, wait: bool = False) -> None:
        self._now.clear(wait)

    def too_long(self) -> None:
        self._now.too_long()

    def not_an_output(self) -> None:
        self._now.not_an_output()

    def of(self, index: int) -> Outputs:
        """What there is of a cell, once all have been run."""
        return self._ended.get(index) or (self._now if index == self.cells[-1] else Outputs(0))


def limit_met_by(outputs: Iterable[Output], limits: Limits) -> str | None:
    """Which limit of the sandbox the errors among these outputs speak of, in words for the student; None if of none."""
    errors = (nbformat.from_dict(output) for output in outputs if output["output_type"] == "error")
    return next(filter(None, (limit_met(error, limits) for error in errors)), None)


def _without_overwritten(text: str) -> str:
    """The text as a terminal ends up showing it: of a progress bar drawn with \\r, the last state of the line."""
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
