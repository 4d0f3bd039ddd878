"""Run one notebook in a kernel of its own: a pure function from a `Job` to an `Executed`.

Nothing here reads a gradebook, a course folder or another submission: what a job needs is in the
job, and what comes of it is in the result. So the same function serves `cs231n check` on a
student's machine, the local pool of `cs231n grade`, and any place that can run Python.
"""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_async
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_output

from .course import Limits
from .sandbox import SandboxProvisioner, Surroundings, limit_met

SKIP_TAG = "skip-execution"  # nbclient's own convention, so plain `nbgrader autograde` skips the same cells
GRACE_SECONDS = 5  # from the interrupt until a kernel that ignores it is killed
SHORT_PATIENCE = 0.25  # of cell_seconds, for the tests of an exercise one of whose cells ran out of time
ISOLATIONS = ("sandbox", "process")
MAX_RESTARTS = 3  # kernels that may die in one notebook before the rest of it is given up


@dataclass(frozen=True)
class Job:
    """What `execute` needs: a notebook (JSON text), its limits, and the kernel's surroundings.

    `pythonpath` goes in front of the kernel's module path; `env` is the kernel's whole environment
    (None: that of the caller); `cwd` its working folder (None: an empty scratch folder);
    `skip_tagged=False` also runs the long cells tagged `skip-execution`.

    `isolation` is one of ISOLATIONS. In the sandbox nothing of the caller's environment is seen, `cwd` is read-only,
    `data` is the folder of the data sets (None: there are none), and packages in `hidden` cannot be imported from
    where they are installed.
    """

    notebook: str
    limits: Limits = field(default_factory=Limits)
    pythonpath: tuple[str, ...] = ()
    env: dict[str, str] | None = None
    cwd: str | None = None
    skip_tagged: bool = True
    isolation: str = "process"
    data: str | None = None
    hidden: tuple[str, ...] = ("autograder", "cs231n_lib")


@dataclass(frozen=True)
class Executed:
    """The executed notebook (JSON text), the seconds it took, and what went wrong on the way, in words."""

    notebook: str
    seconds: float
    problems: tuple[str, ...] = ()


def execute(job: Job, progress: Callable[[int, int], None] | None = None) -> Executed:
    """Run the cells of `job.notebook` from top to bottom and return the notebook with its outputs.

    Errors of a cell are outputs of the cell and the next cell runs. A cell that runs into
    `limits.cell_seconds` is interrupted; a kernel that dies is replaced by a new one in which the
    cells before the guilty one are run again, so that only what needed the guilty cell suffers. Every
    code cell that did not run to its end carries an error output, hence can never score.

    `progress(done, total)` is called before each cell. Raises RuntimeError when no kernel starts.
    """
    start = time.monotonic()
    notebook = nbformat.reads(job.notebook, as_version=4)
    with tempfile.TemporaryDirectory(prefix="cs231n-") as scratch:
        client = _Client(notebook, job, scratch, progress)
        asyncio.run(client.run_all())
    return Executed(nbformat.writes(notebook), time.monotonic() - start, tuple(client.problems))


def cell_label(cells, index: int) -> str:
    """How to name a cell to a person: by its grade_id, or by the nearest labelled cell before it."""
    for i in range(index, -1, -1):
        grade_id = cells[i].metadata.get("nbgrader", {}).get("grade_id")
        if grade_id:
            return f"the cell '{grade_id}'" if i == index else f"a cell after '{grade_id}'"
    return f"cell {index + 1}"


class _KernelManager(AsyncKernelManager):
    """A kernel of this very Python, reached through Unix sockets: no port that others could reach."""

    @property
    def kernel_spec(self) -> KernelSpec:
        # -P: the working folder is not put in front of the module path before IPython itself is imported
        argv = [sys.executable, "-P", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


class _Client(NotebookClient):
    def __init__(self, notebook, job: Job, scratch: str, progress):
        home, work = os.path.join(scratch, "home"), os.path.join(scratch, "work")
        os.mkdir(home)
        os.mkdir(work)
        super().__init__(
            notebook,
            allow_errors=True,
            interrupt_on_timeout=False,  # so that the timeout reaches run_all, which decides
            timeout_func=lambda cell: self._seconds_for_cell(),
            raise_on_iopub_timeout=False,
            iopub_timeout=10,
            startup_timeout=120,
            store_widget_state=False,
            coalesce_streams=False,  # nbclient's takes time quadratic in the longest line; see _join_streams
            shutdown_kernel="immediate",
            skip_cells_with_tag=SKIP_TAG if job.skip_tagged else "",
        )
        self.on_cell_executed = self._check_reply
        self.job = job
        self.scratch = scratch
        self.progress = progress
        self.problems: list[str] = []
        self.deadline = float("inf")
        self.patience = 1.0
        self.asked_to_exit = False
        self.output_cell, self.output_bytes = -1, 0
        self.kernels_started = 0
        self.watcher: asyncio.Task | None = None
        self.start_arguments = {"env": _environment(job, home), "cwd": job.cwd or work}

    async def run_all(self) -> None:
        """Run every code cell, replacing the kernel where one dies."""
        cells = self.nb.cells
        guilty: set[int] = set()
        restarts = 0
        exercise, slow_exercise = None, object()
        try:
            await self._start()
            self.deadline = time.monotonic() + self.job.limits.notebook_seconds
            for index, cell in enumerate(cells):
                if self.progress:
                    self.progress(index, len(cells))
                if cell.cell_type != "code":
                    continue
                record = cell.metadata.get("nbgrader", {})
                if record.get("solution"):
                    exercise = record.get("grade_id")
                # a function that never returns has several tests: each still has its chance, but a short one
                self.patience = SHORT_PATIENCE if exercise == slow_exercise else 1
                if restarts > MAX_RESTARTS:
                    self._give_up(index, "KernelDied", f"the kernel had to be restarted {restarts} times")
                    break
                if time.monotonic() > self.deadline:
                    allowed = self.job.limits.notebook_seconds
                    self._give_up(index, "TimeLimit", f"the notebook used up its {allowed:g} s")
                    break
                seconds = self._seconds_for_cell()
                try:
                    await self.async_execute_cell(cell, index, execution_count=self.code_cells_executed + 1)
                    if not self.asked_to_exit:
                        continue
                    raise DeadKernelError("exit()")  # it answers before it goes; the next cell is not to blame
                except CellTimeoutError:
                    slow_exercise = exercise
                    alive = await self._interrupt()
                    self._fail(index, "TimeLimit", f"did not finish within {seconds:.0f} s")
                except DeadKernelError:
                    alive = False
                    self._fail(index, "KernelDied", self._how_it_died())
                if not alive:
                    self.asked_to_exit = False
                    guilty.add(index)
                    restarts += 1
                    await self._stop()
                    await self._start()
                    await self._replay(index, guilty)
        finally:
            await self._stop()

    async def _start(self) -> None:
        # a new name for each kernel's sockets: those of a killed one may be left behind
        name = os.path.join(self.scratch, f"kernel{self.kernels_started}")
        self.kernels_started += 1
        self.km = _KernelManager(transport="ipc", ip=name, connection_file=name + ".json")
        if self.job.isolation == "sandbox":
            self.km.provisioner = _sandbox(self.km, self.job)
        with open(name + ".log", "w+b") as log:  # what C code prints goes past Jupyter; keep it off the terminal
            try:
                await self.async_start_new_kernel(stdout=log, stderr=log, **self.start_arguments)
                await self.async_start_new_kernel_client()
            except RuntimeError as error:
                log.seek(0)
                last = log.read()[-2000:].decode("utf-8", "replace").strip()
                raise RuntimeError(f"the notebook's kernel did not start: {error}\n{last}".strip()) from None
        if self.job.isolation == "sandbox":
            self.watcher = asyncio.create_task(self.km.provisioner.watch())

    async def _stop(self) -> None:
        """End the kernel and whatever it left in its process group."""
        if self.km is None or self.km.provisioner is None:
            return
        if self.watcher:
            self.watcher.cancel()
        group = getattr(self.km.provisioner, "pgid", None)
        if self.kc is not None:
            self.kc.stop_channels()
        if await ensure_async(self.km.is_alive()):
            await ensure_async(self.km.shutdown_kernel(now=True))
        if group:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        await ensure_async(self.km.cleanup_resources())
        self.km = self.kc = None

    async def _interrupt(self) -> bool:
        """Interrupt the running cell; True when the kernel answers again within the grace time."""
        await ensure_async(self.km.interrupt_kernel())
        return await self._replied(self.kc.kernel_info(), GRACE_SECONDS)

    async def _replay(self, before: int, guilty: set[int]) -> None:
        """Bring a new kernel to where the dead one was: run the earlier cells, outputs ignored."""
        for index, cell in enumerate(self.nb.cells[:before]):
            record = cell.metadata.get("nbgrader", {})
            is_test = record.get("grade") and not record.get("solution")
            skipped = self.skip_cells_with_tag in cell.metadata.get("tags", [])
            if cell.cell_type != "code" or index in guilty or is_test or skipped:
                continue
            message = self.kc.execute(cell.source, store_history=False, stop_on_error=False)
            if not await self._replied(message, self._seconds_for_cell()):
                await self._interrupt()

    async def _replied(self, message_id: str, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            with contextlib.suppress(Exception):  # queue.Empty, or a malformed message
                reply = await ensure_async(self.kc.shell_channel.get_msg(timeout=left))
                if reply["parent_header"].get("msg_id") == message_id:
                    return True
            if not await ensure_async(self.kc.is_alive()):
                return False
        return False

    def _seconds_for_cell(self) -> float:
        left = self.deadline - time.monotonic()
        return max(1.0, min(self.patience * self.job.limits.cell_seconds, left))

    def _how_it_died(self) -> str:
        if self.asked_to_exit:
            return "ended its kernel (exit)"
        if self.job.isolation == "sandbox":
            return self.km.provisioner.how_it_ended()
        return "ended its kernel (out of memory, a crash, or exit?)"

    def _fail(self, index: int, ename: str, what: str) -> None:
        message = f"{cell_label(self.nb.cells, index)} {what}"
        self.problems.append(message)
        outputs = self.nb.cells[index].outputs
        # what the cell had printed stays, it is often the clue; the traceback of the interrupt comes after the reason
        place = next((i for i, o in enumerate(outputs) if o.output_type == "error"), len(outputs))
        outputs.insert(place, new_output("error", ename=ename, evalue=message, traceback=[f"{ename}: {message}"]))

    def _give_up(self, index: int, ename: str, why: str) -> None:
        self.problems.append(f"{why}; {cell_label(self.nb.cells, index)} and those after it were not run")
        for cell in self.nb.cells[index:]:
            if cell.cell_type == "code":
                text = f"not run: {why}"
                cell.outputs = [new_output("error", ename=ename, evalue=text, traceback=[f"{ename}: {text}"])]

    def _check_reply(self, cell, cell_index, execute_reply) -> None:
        """A cell counts as run only if the kernel says so: no error shown is no proof (showtraceback may be off)."""
        for output in cell.outputs:
            if output.output_type == "stream":
                output.text = _without_overwritten(output.text)
        reply = execute_reply["content"]
        self.asked_to_exit = any(item.get("source") == "ask_exit" for item in reply.get("payload", ()))
        if self.job.isolation == "sandbox":
            why = next(filter(None, (limit_met(o, self.job.limits) for o in cell.outputs)), None)
            if why:
                self.problems.append(f"{cell_label(self.nb.cells, cell_index)} {why}")
        if reply["status"] == "ok" or any(o.output_type == "error" for o in cell.outputs):
            return
        ename, evalue = reply.get("ename", reply["status"]), reply.get("evalue", "the cell did not run to its end")
        cell.outputs.append(new_output("error", ename=ename, evalue=evalue, traceback=[f"{ename}: {evalue}"]))

    def output(self, outs, msg, display_id, cell_index):
        """Keep up to `limits.output_bytes` of a cell's output; what is beyond is cut, with a note."""
        limit = self.job.limits.output_bytes
        content = msg["content"]
        if cell_index != self.output_cell:
            self.output_cell, self.output_bytes = cell_index, 0
        room = limit - self.output_bytes
        size = _size(content)
        self.output_bytes += size
        if size <= room:
            try:
                made = super().output(outs, msg, display_id, cell_index)
            except Exception:  # whatever nbformat says to a message that student code put together itself
                label = cell_label(self.nb.cells, cell_index)
                self.problems.append(f"{label} sent an output that is none of Jupyter's")
                return None
            _join_streams(outs)
            return made
        if msg["msg_type"] == "error":  # an error decides about points, so it is shortened but never dropped
            content["evalue"] = str(content.get("evalue"))[:2000]
            content["traceback"] = [str(line)[:2000] for line in content.get("traceback", [])[-20:]]
            return super().output(outs, msg, display_id, cell_index)
        if room >= 0:  # the first that does not fit
            label = cell_label(self.nb.cells, cell_index)
            self.problems.append(f"{label} printed more than the {limit:,} bytes of output that are kept")
            text = str(content.get("text", ""))[:room] if msg["msg_type"] == "stream" else ""
            note = f"\n[output cut here: {limit:,} bytes of a cell's output are kept]\n"
            outs.append(new_output("stream", name="stdout", text=text + note))
        return None


def _sandbox(manager: _KernelManager, job: Job) -> SandboxProvisioner:
    """The provisioner, as the entry point of this package would make it, with what this job gives it."""
    manager.kernel_id = str(uuid.uuid4())
    made = SandboxProvisioner(kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager)
    made.limits = job.limits
    made.surroundings = Surroundings(job.pythonpath, job.env, job.cwd, job.data, job.hidden)
    return made


def _environment(job: Job, home: str) -> dict[str, str]:
    env = dict(os.environ if job.env is None else {"HOME": home, "TMPDIR": home, **job.env})
    path = [*job.pythonpath, *filter(None, [env.get("PYTHONPATH")])]
    if path:
        env["PYTHONPATH"] = os.pathsep.join(path)
    return env


def _join_streams(outs) -> None:
    """Join the last output to the one before it where both are what one stream printed."""
    if len(outs) > 1 and outs[-1].output_type == outs[-2].output_type == "stream" and outs[-1].name == outs[-2].name:
        outs[-2].text += outs.pop().text


def _without_overwritten(text: str) -> str:
    """The text as a terminal ends up showing it: of a progress bar drawn with \\r, the last state of the line."""
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))


def _size(value) -> int:
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, dict):
        return sum(_size(v) for v in value.values())
    if isinstance(value, list):
        return sum(_size(v) for v in value)
    return 8
