"""The kernel that runs a student's cells, and keeps of what it says what a notebook may hold."""

import asyncio
import contextlib
import os
import signal
import sys
import time
import uuid

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_async

from .cell_outputs import Outputs
from .job import Job, cell_label
from .kernel_client import Gone, KernelClient, NoReply
from .sandbox import SandboxProvisioner, Surroundings, limit_met, resource_limits

START_SECONDS = 120
GRACE_SECONDS = 5  # from the interrupt until a kernel that ignores it is killed
CELLS_OF_OUTPUT = 20  # times what is kept of one cell is kept of a whole notebook


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
        self.km: AsyncKernelManager | None = None
        self.client: KernelClient | None = None
        self.executed = 0  # cells
        self._asked_to_exit = False
        self._kept = 0  # of all outputs
        self._started = 0
        self._watcher: asyncio.Task | None = None

    @property
    def pid(self) -> int:
        """The kernel's process id, as this machine numbers it."""
        provisioner = self.km.provisioner
        return provisioner.kernel_pid if self._sandboxed else provisioner.pid

    @property
    def _sandboxed(self) -> bool:
        return self.job.isolation == "sandbox"

    async def start(self, channel: int | None = None) -> None:
        """Start a kernel, which inherits the file descriptor `channel`. Raises RuntimeError when none starts."""
        # a new name for each kernel's sockets: those of a killed one may be left behind
        name = os.path.join(self.scratch, f"kernel{self._started}")
        self._started += 1
        self._asked_to_exit = False
        self.km = _KernelManager(transport="ipc", ip=name, connection_file=name + ".json")
        arguments = {}
        if self._sandboxed:
            self.km.provisioner = _sandbox(self.km, self.job, channel)
        else:
            self.km.prefix = resource_limits(self.job.limits) if self.job.isolation else []
            arguments = {**_surroundings(self.job, name), "pass_fds": () if channel is None else (channel,)}
        with open(name + ".log", "w+b") as log:  # what C code prints goes past Jupyter; keep it off the terminal
            try:
                await self.km.start_kernel(stdout=log, stderr=log, **arguments)
                # a message may be larger than what is kept of it, by its form and by what is cut from it
                most = 4 * self.job.limits.output_bytes + 1_000_000
                self.client = KernelClient(self.km.session.key, self._is_alive, most)
                sockets = (f"{self.km.ip}-{port}" for port in (self.km.shell_port, self.km.iopub_port))
                await self.client.connect(*sockets, START_SECONDS)
            except (RuntimeError, NoReply, Gone) as error:
                log.seek(0)
                last = log.read()[-2000:].decode("utf-8", "replace").strip()
                raise RuntimeError(f"the notebook's kernel did not start: {error}\n{last}".strip()) from None
        if self._sandboxed:
            self._watcher = asyncio.create_task(self.km.provisioner.watch())

    async def stop(self) -> None:
        """End the kernel and whatever it left in its process group."""
        if self.km is None or self.km.provisioner is None:
            return
        if self._watcher:
            self._watcher.cancel()
        group = getattr(self.km.provisioner, "pgid", None)
        if self.client is not None:
            self.client.close()
        if await ensure_async(self.km.is_alive()):
            await ensure_async(self.km.shutdown_kernel(now=True))
        if group:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        await ensure_async(self.km.cleanup_resources())
        self.km = self.client = None

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
            await ensure_async(self.km.interrupt_kernel())
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

    async def serve(self, index: int, code: str) -> tuple[list, str | None]:
        """Run code that serves the judge while that runs cell `index`, until it is done or this is cancelled.

        Returns what was printed or shown meanwhile, and why the kernel ended (None: it did not). Errors and results
        are not among it: they would count as the test's.
        """
        outputs, ended = self._outputs(), None
        self.executed += 1
        try:
            await self.client.execute(code, outputs, float("inf"), store_history=False)
        except Gone as gone:
            ended = await self._why(gone)
        except asyncio.CancelledError:
            ended = "did not let go of its kernel"
        shown = [o for o in self._finished(outputs, index) if o.output_type in ("stream", "display_data")]
        for output in shown:
            if output.output_type == "stream":
                output.name = "stdout"  # nbgrader takes all points for what is on stderr
        return shown, ended

    async def quietly(self, code: str, seconds: float) -> str | None:
        """Run code and drop what it says. Returns the status of the reply, None when there is none in time."""
        try:
            return str((await self.client.execute(code, None, seconds, store_history=False)).get("status"))
        except (NoReply, Gone):
            return None

    async def interrupt(self) -> bool:
        """Interrupt the running cell; True when the kernel answers again within the grace time."""
        await ensure_async(self.km.interrupt_kernel())
        return await self.client.answers(GRACE_SECONDS)

    async def ended(self, seconds: float) -> bool:
        """Whether the kernel ends within so many seconds."""
        end = time.monotonic() + seconds
        while self._is_alive():
            if time.monotonic() > end:
                return False
            await asyncio.sleep(0.02)
        return True

    def how_it_ended(self) -> str:
        """Why the kernel is no more, as the end of a sentence about a cell or a function."""
        if self._asked_to_exit:
            return "ended its kernel (exit)"
        if self._sandboxed:
            return self.km.provisioner.how_it_ended()
        return "ended its kernel (out of memory, a crash, or exit?)"

    def _is_alive(self) -> bool:
        process = self.km.provisioner.process
        return process is not None and process.poll() is None

    async def _why(self, gone: Gone) -> str:
        if not await self.ended(seconds=2):  # its sockets close before it is gone
            return f"cut its kernel off from the grader ({gone})"
        return self.how_it_ended()

    def _outputs(self) -> Outputs:
        limit = self.job.limits.output_bytes
        return Outputs(min(limit, max(0, CELLS_OF_OUTPUT * limit - self._kept)))

    def _finished(self, outputs: Outputs, index: int) -> list:
        self._kept += min(outputs.size, outputs.limit)
        label = cell_label(self.cells, index)
        if outputs.size > outputs.limit:
            what = f"{self.job.limits.output_bytes:,} bytes of output that are kept"
            self.problems.append(f"{label} printed more than the {what}")
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


class _KernelManager(AsyncKernelManager):
    """A kernel of this very Python, reached through Unix sockets: no port that others could reach."""

    prefix: list[str] = []  # of its command

    @property
    def kernel_spec(self) -> KernelSpec:
        # -P: the working folder is not put in front of the module path before IPython itself is imported
        argv = [*self.prefix, sys.executable, "-P", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        argv.append("--HistoryManager.hist_file=:memory:")  # nothing is to be kept, on a disk that may be full
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


def _sandbox(manager: _KernelManager, job: Job, channel: int | None) -> SandboxProvisioner:
    """The provisioner, as the entry point of this package would make it, with what this job gives it."""
    manager.kernel_id = str(uuid.uuid4())
    made = SandboxProvisioner(kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager)
    made.limits = job.limits
    files = (*job.files, *job.submitted_files)
    made.surroundings = Surroundings(job.pythonpath, job.env, job.cwd, job.data, job.hidden, files, channel)
    return made


def _surroundings(job: Job, name: str) -> dict:
    """Environment and working folder of a kernel without a sandbox."""
    home, work = f"{name}-home", f"{name}-work"
    os.mkdir(home)
    write_files(work, (*job.files, *job.submitted_files))
    env = dict(os.environ if job.env is None else {"HOME": home, "TMPDIR": home, **job.env})
    if job.isolation:
        env["MALLOC_ARENA_MAX"] = "2"  # else each thread reserves address space that it never uses
    path = [*job.pythonpath, *filter(None, [env.get("PYTHONPATH")])]
    if path:
        env["PYTHONPATH"] = os.pathsep.join(path)
    return {"env": env, "cwd": job.cwd or work}


def write_files(folder: str, files) -> None:
    """Make a folder that holds these files: (relative path, content) each."""
    os.mkdir(folder)
    for path, content in files:
        target = os.path.join(folder, *path.split("/"))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(content)


def _without_overwritten(text: str) -> str:
    """The text as a terminal ends up showing it: of a progress bar drawn with \\r, the last state of the line."""
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
