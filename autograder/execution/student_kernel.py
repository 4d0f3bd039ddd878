"""The kernel that runs a student's cells. Of its outputs, it keeps those that a notebook may hold."""

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
GRACE_SECONDS = 2  # between an interrupt and the kill of a kernel that ignores it


@dataclass(frozen=True)
class CellRun:
    """The outcome of a cell in the student's kernel.

    Attributes
    ----------
    result
        Its outputs and its execution number.
    remarks
        Problems of the cell; each is the rest of a sentence about it.
    in_time
        Whether it ended by itself. If not, it was interrupted.
    gone
        Why the kernel ended or stopped answering, as the rest of a sentence about the cell; None if it still runs.
    """

    result: CellResult
    remarks: tuple[str, ...] = ()
    in_time: bool = True
    gone: str | None = None


class StudentKernel:
    """The kernels of one job, one at a time, all started in the job's surroundings.

    Parameters
    ----------
    job
        The job whose notebook is run.
    scratch
        A folder for the kernel's files, which the caller deletes.

    Attributes
    ----------
    most_memory
        Peak of the memory in use, in bytes. It is measured only without isolation, where no limit holds.
    readings
        The readings by which time limits count the notebook's own time; None while there is no kernel.
    beside
        Folders of /proc of other processes that belong to the notebook: the judge, once there is one.
    """

    def __init__(self, job: Job, scratch: str):
        self.job, self.given, self.scratch = job, job.surroundings, scratch
        self.executed = 0  # number of cells
        self.most_memory = 0
        self.readings: Readings | None = None
        self.beside: tuple[Path, ...] = ()
        self._process: SandboxedKernel | OrdinaryKernel | None = None
        self._client: KernelClient | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._asked_to_exit = False
        self._kept = 0  # bytes of all outputs
        self._started = 0  # number of kernels

    @property
    def pid(self) -> int:
        """The kernel's process id on this machine."""
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
                OrdinaryKernel,  # imported here, because its imports are slow and the sandbox does not need them
            )

            # each kernel's sockets get a new name, because a killed kernel may leave its sockets behind
            ordinary = OrdinaryKernel(given, os.path.join(self.scratch, f"kernel{self._started}"))
            self._process = ordinary
            await ordinary.start(files, channel)
        self._look()
        # a message may be larger than the part that is kept: it has headers, and its content may be cut
        most = 4 * given.limits.output_bytes + 1_000_000
        self._client = KernelClient(self._running.key, self._running.is_alive, most, self.readings)
        try:
            shell, iopub = self._running.sockets
            await self._client.connect(shell, iopub, START_SECONDS)
        except (NoReply, Gone) as error:
            words = self._running.last_words()
            raise RuntimeError(f"The notebook's kernel did not start: {error}\n{words}".strip()) from None
        if not self._sandboxed:  # the sandbox's kernels are prepared when they are forked
            if await self.quietly(prepare_code(channel), PREPARE_SECONDS) != "ok":
                raise RuntimeError("The notebook's kernel started, but could not be prepared for grading.")
        self._watcher = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while self._running.is_alive():
            self._look()
            await asyncio.sleep(USAGE_LOOK_SECONDS)

    def _look(self) -> None:
        """Enforce the limits that need measuring, and measure how long the notebook's processes have waited."""
        assert self.readings is not None
        processes = self._running.look()
        self.most_memory = max(self.most_memory, usage.memory(processes) if self.given.isolation is None else 0)
        # includes the grader's own process, which runs in order to measure: the notebook must not pay for it
        used = usage.processor_seconds([*processes, *self.beside, Path("/proc/self")])
        self.readings.write(usage.waits([*processes, *self.beside]), used)

    async def stop(self) -> None:
        """End the kernel and the processes that it left behind."""
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
            if self._asked_to_exit:  # the kernel answers before it ends; the next cell must not be blamed
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
        """Count one more cell as executed. Returns its number."""
        self.executed += 1
        return self.executed

    async def serve(self, code: str, served: "ServedCells") -> str | None:
        """Run the code that serves the judge, until it ends or this task is cancelled.

        Returns why the kernel ended, or None if it did not end.
        """
        try:
            await self._talking.execute(code, served, float("inf"), silent=True)
        except Gone as gone:
            return await self._why(gone)
        except asyncio.CancelledError:
            return "did not release its kernel"
        return None

    def serving(self) -> "ServedCells":
        """Return an object that collects the kernel's outputs while it serves the judge."""
        return ServedCells(self._outputs)

    def shown(self, served: "ServedCells", index: int) -> tuple[list[Output], tuple[str, ...]]:
        """Return what student code printed or showed while the judge ran cell `index`, as marked text; and remarks.

        Errors and results are left out, because they would count as the test's own.
        """
        found, remarks = self._finished(served.of(index))
        shown = [output for output in found if output["output_type"] in ("stream", "display_data")]
        return marked_outputs(shown, self.given.limits.output_bytes), remarks

    async def quietly(self, code: str, seconds: float) -> str | None:
        """Run code and drop its outputs. Returns the status of the reply, or None if no reply comes in time."""
        try:
            return str((await self._talking.execute(code, None, seconds, silent=True)).get("status"))
        except (NoReply, Gone):
            return None

    async def interrupt(self) -> bool:
        """Interrupt the running cell. Returns whether the kernel answers again within the grace time."""
        self._running.interrupt()
        return await self._talking.answers(GRACE_SECONDS)

    async def ended(self, seconds: float) -> bool:
        """Whether the kernel ends within `seconds`."""
        end = Deadline(seconds, self.readings)
        while self._running.is_alive():
            if end.left() <= 0:
                return False
            await asyncio.sleep(0.02)
        return True

    def how_it_ended(self) -> str:
        """Return why the kernel ended, as the rest of a sentence about a cell or a function."""
        if self._asked_to_exit:
            return "ended its kernel (exit)"
        return self._running.how_it_ended()

    @property
    def was_killed(self) -> bool:
        """Whether the kernel, which has ended, was killed, and not for exceeding a limit."""
        return not self._asked_to_exit and self._running.was_killed

    async def _why(self, gone: Gone) -> str:
        if not await self.ended(seconds=2):  # a kernel that ends closes its sockets first
            return f"cut its kernel off from the grader ({gone})"
        return self.how_it_ended()

    def _outputs(self, more: int = 0) -> Outputs:
        """Return an object that collects the outputs of a cell. `more` bytes of other cells are kept already."""
        limits = self.given.limits
        return Outputs(min(limits.output_bytes, max(0, limits.notebook_output_bytes - self._kept - more)))

    def _finished(self, outputs: Outputs) -> tuple[list[Output], tuple[str, ...]]:
        """Return the outputs as they are kept, and remarks, each the rest of a sentence about the cell."""
        self._kept += outputs.kept
        limits, remarks = self.given.limits, []
        if outputs.size > outputs.limit:
            whole = outputs.limit < limits.output_bytes
            what = f"{limits.notebook_output_bytes if whole else limits.output_bytes:,} bytes of output that are kept"
            remarks.append(f"printed more than the {what}" + " of a notebook" * whole)
        if outputs.malformed:
            remarks.append("sent an output that does not have Jupyter's format")
        found = outputs.finished()
        for output in found:
            if output["output_type"] == "stream":
                output["text"] = _without_overwritten(output["text"])
            if output["output_type"] == "execute_result":
                output["execution_count"] = self.executed
        return list(found), tuple(remarks)

    def _check(self, reply: dict[str, Any], outputs: Outputs) -> list[str]:
        """Add an error to the outputs of a cell if the kernel reports one that is not shown. Returns the limits it met.

        The absence of an error output proves nothing, because student code may have replaced `showtraceback`.
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
    """Collects the outputs of the cells that the judge runs while one request of the `KernelClient` serves it.

    The kernel marks the end of each cell's outputs. Student code can make such marks too; they only decide with which
    test its printed text is shown.
    """

    def __init__(self, make: Callable[[int], Outputs]):
        self._make, self._now = make, make(0)
        self._ended: dict[int, Outputs] = {}
        self.cells: list[int] = []  # indices of the cells, including the running one

    def display(
        self, data: dict[str, Any], metadata: dict[str, Any], display_id: str | None = None, update: bool = False
    ) -> None:
        """Do as `Outputs.display`, or end a cell if the output is a mark."""
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
        """Return the outputs of a cell. To be called when all cells have run."""
        return self._ended.get(index) or (self._now if index == self.cells[-1] else Outputs(0))


def limit_met_by(outputs: Iterable[Output], limits: Limits) -> str | None:
    """Return which limit of the sandbox caused an error among these outputs, in words for the student, or None."""
    errors = (nbformat.from_dict(output) for output in outputs if output["output_type"] == "error")
    return next(filter(None, (limit_met(error, limits) for error in errors)), None)


def _without_overwritten(text: str) -> str:
    """Return the text as a terminal finally shows it: of a progress bar drawn with \\r, the last state of its line."""
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
