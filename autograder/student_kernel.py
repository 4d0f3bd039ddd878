"""The kernel that runs a student's cells, and keeps of what it says what a notebook may hold."""

import asyncio
import contextlib
import os
import signal
import sys
import time
import uuid

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_async
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_output

from .job import SKIP_TAG, Job, cell_label
from .sandbox import SandboxProvisioner, Surroundings, limit_met, resource_limits

CELLS_OF_OUTPUT = 20  # times what is kept of one cell is kept of a whole notebook
GRACE_SECONDS = 5  # from the interrupt until a kernel that ignores it is killed
# what Jupyter's client raises when a kernel, which is the student's, says what no kernel says
_NOT_JUPYTERS = (RuntimeError, ValueError, KeyError, TypeError, AttributeError, IndexError)


class KernelEnded(Exception):
    """The kernel is no more, or cannot be talked to; the text says why, as the end of a sentence about a cell."""


class TookTooLong(Exception):
    """The cell did not end in time; the kernel is still there."""


class StudentKernel(NotebookClient):
    """One kernel after another for the cells of `notebook`, each started in the surroundings of `job`.

    `problems` grows by what is noteworthy, in words. `scratch` is a folder of the caller's.
    """

    def __init__(self, notebook, job: Job, scratch: str, problems: list[str]):
        super().__init__(
            notebook,
            allow_errors=True,
            interrupt_on_timeout=False,  # so that the timeout reaches the caller, who decides
            timeout_func=lambda cell: self._seconds,
            raise_on_iopub_timeout=False,
            iopub_timeout=10,
            startup_timeout=120,
            store_widget_state=False,
            coalesce_streams=False,  # nbclient's takes time quadratic in the longest line; see _join_streams
            shutdown_kernel="immediate",
            skip_cells_with_tag=SKIP_TAG if job.skip_tagged else "",
        )
        self.on_cell_executed = self._check_reply
        self.job, self.scratch, self.problems = job, scratch, problems
        self._seconds: float | None = None
        self._asked_to_exit = False
        self._serving = False
        self._output_cell, self._output_bytes, self._all_bytes = -1, 0, 0
        self._cut: int | None = None  # the cell whose output has been cut
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
                await self.async_start_new_kernel(stdout=log, stderr=log, **arguments)
                await self.async_start_new_kernel_client()
            except RuntimeError as error:
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
        if self.kc is not None:
            self.kc.stop_channels()
        if await ensure_async(self.km.is_alive()):
            await ensure_async(self.km.shutdown_kernel(now=True))
        if group:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        await ensure_async(self.km.cleanup_resources())
        self.km = self.kc = None

    async def run(self, index: int, seconds: float) -> None:
        """Run a cell of the notebook, which gets its outputs. Raises TookTooLong or KernelEnded."""
        self._seconds = seconds
        cell = self.nb.cells[index]
        try:
            await self.async_execute_cell(cell, index, execution_count=self.code_cells_executed + 1)
        except CellTimeoutError:
            raise TookTooLong from None
        except DeadKernelError:
            raise KernelEnded(self.how_it_ended()) from None
        except _NOT_JUPYTERS as error:
            raise KernelEnded(_disturbed(error)) from None
        if self._asked_to_exit:  # it answers before it goes; the next cell is not to blame
            raise KernelEnded("ended its kernel (exit)")

    async def serve(self, index: int, code: str) -> tuple[list, str | None]:
        """Run code that serves the judge while that runs cell `index`.

        Returns what was printed or shown meanwhile, and why the kernel ended (None: it did not). Errors and results
        are not among it: they would count as the test's.
        """
        cell, served, ended = self.nb.cells[index], new_code_cell(code), None
        self._seconds, self._serving, self._output_cell = None, True, -1
        try:
            await self.async_execute_cell(served, index, store_history=False)
        except DeadKernelError:  # also when this is cancelled
            ended = self.how_it_ended()
        except _NOT_JUPYTERS as error:
            ended = _disturbed(error)
        finally:
            self._serving = False
            self.nb.cells[index] = cell
        return served.outputs, ended

    async def quietly(self, code: str, seconds: float) -> str | None:
        """Run code and drop what it says. Returns the status of the reply, None when there is none in time."""
        message = self.kc.execute(code, store_history=False, stop_on_error=False)
        return await self._reply(message, seconds)

    async def interrupt(self) -> bool:
        """Interrupt the running cell; True when the kernel answers again within the grace time."""
        await ensure_async(self.km.interrupt_kernel())
        return await self._reply(self.kc.kernel_info(), GRACE_SECONDS) is not None

    async def ended(self, seconds: float) -> bool:
        """Whether the kernel ends within so many seconds."""
        end = time.monotonic() + seconds
        while await ensure_async(self.km.is_alive()):
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

    async def _reply(self, message_id: str, seconds: float) -> str | None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            with contextlib.suppress(Exception):  # queue.Empty, or a malformed message
                reply = await ensure_async(self.kc.shell_channel.get_msg(timeout=left))
                if reply["parent_header"].get("msg_id") == message_id:
                    return str(reply["content"].get("status"))
            if not await ensure_async(self.kc.is_alive()):
                return None
        return None

    def _check_reply(self, cell, cell_index, execute_reply) -> None:
        """A cell counts as run only if the kernel says so: no error shown is no proof (showtraceback may be off)."""
        for output in cell.outputs:
            if output.output_type == "stream":
                output.text = _without_overwritten(output.text)
        if self._serving:
            return
        reply = execute_reply["content"]
        self._asked_to_exit = any(item.get("source") == "ask_exit" for item in reply.get("payload", ()))
        if self._sandboxed:
            why = next(filter(None, (limit_met(o, self.job.limits) for o in cell.outputs)), None)
            if why:
                self.problems.append(f"{cell_label(self.nb.cells, cell_index)} {why}")
        if reply["status"] == "ok" or any(o.output_type == "error" for o in cell.outputs):
            return
        ename, evalue = reply.get("ename", reply["status"]), reply.get("evalue", "the cell did not run to its end")
        cell.outputs.append(new_output("error", ename=ename, evalue=evalue, traceback=[f"{ename}: {evalue}"]))

    def output(self, outs, msg, display_id, cell_index):
        """Keep up to `limits.output_bytes` of a cell's output; what is beyond is cut, with a note."""
        if self._serving:
            display_id = None  # nothing of a test cell's may be changed later
            if msg["msg_type"] not in ("stream", "display_data"):
                return None
            if msg["msg_type"] == "stream":
                msg["content"]["name"] = "stdout"  # nbgrader takes all points for what is on stderr
        limit = self.job.limits.output_bytes
        content = msg["content"]
        if cell_index != self._output_cell:
            self._output_cell, self._output_bytes = cell_index, 0
        room = min(limit - self._output_bytes, CELLS_OF_OUTPUT * limit - self._all_bytes)
        size = _size(content)
        self._output_bytes += size
        self._all_bytes += min(size, max(room, 0))
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
        if self._cut != self._output_cell:  # the first that does not fit
            self._cut = self._output_cell
            label = cell_label(self.nb.cells, cell_index)
            self.problems.append(f"{label} printed more than the {limit:,} bytes of output that are kept")
            text = str(content.get("text", ""))[: max(room, 0)] if msg["msg_type"] == "stream" else ""
            note = f"\n[output cut here: {limit:,} bytes of a cell's output are kept]\n"
            outs.append(new_output("stream", name="stdout", text=text + note))
        return None


class _KernelManager(AsyncKernelManager):
    """A kernel of this very Python, reached through Unix sockets: no port that others could reach."""

    prefix: list[str] = []  # of its command

    @property
    def kernel_spec(self) -> KernelSpec:
        # -P: the working folder is not put in front of the module path before IPython itself is imported
        argv = [*self.prefix, sys.executable, "-P", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
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


def _disturbed(error: Exception) -> str:
    return f"made its kernel send messages that are none of Jupyter's ({error!r:.200})"


def write_files(folder: str, files) -> None:
    """Make a folder that holds these files: (relative path, content) each."""
    os.mkdir(folder)
    for path, content in files:
        target = os.path.join(folder, *path.split("/"))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(content)


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
