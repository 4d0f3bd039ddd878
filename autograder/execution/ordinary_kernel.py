"""A kernel without a sandbox, as JupyterLab starts it: for `cs231n check` and `--isolation process`."""

import contextlib
import os
import signal
import sys
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from jupyter_core.utils import ensure_async

from autograder.execution.sandbox import resource_limits, usage
from autograder.notebook.job import Files, Surroundings, write_files
from autograder.python_processes import python, students_environment


class OrdinaryKernel:
    """A kernel in the given surroundings. The names of its files begin with `name`.

    It has the interface of a SandboxedKernel.
    """

    def __init__(self, given: Surroundings, name: str):
        self.given, self.name = given, name
        self._manager = _KernelManager(transport="ipc", ip=name, connection_file=name + ".json")
        self._manager.prefix = resource_limits(given.limits) if given.isolation else []

    @property
    def _provisioner(self) -> LocalProvisioner | None:
        found = self._manager.provisioner
        assert found is None or isinstance(found, LocalProvisioner)
        return found

    @property
    def pid(self) -> int:
        assert self._provisioner is not None and self._provisioner.pid is not None, "it has not been started"
        return self._provisioner.pid

    @property
    def key(self) -> bytes:
        return self._manager.session.key

    @property
    def sockets(self) -> tuple[str, str]:
        return f"{self.name}-{self._manager.shell_port}", f"{self.name}-{self._manager.iopub_port}"

    async def start(self, files: Files, channel: int | None) -> None:
        """Start the kernel with these files in its working folder. It inherits the file descriptor `channel`.

        Raises RuntimeError.
        """
        inherited = () if channel is None else (channel,)
        # output of C code bypasses Jupyter; the log keeps it off the terminal
        with open(self.name + ".log", "wb") as log:
            env, cwd = self._prepared(files)
            await self._manager.start_kernel(env=env, cwd=cwd, pass_fds=inherited, stdout=log, stderr=log)

    def is_alive(self) -> bool:
        process = self._provisioner and self._provisioner.process
        return process is not None and process.poll() is None

    def interrupt(self) -> None:
        if self.is_alive() and self._provisioner and self._provisioner.pgid:
            with contextlib.suppress(OSError):
                os.killpg(self._provisioner.pgid, signal.SIGINT)

    def look(self) -> list[Path]:
        """Return its known processes, as folders of /proc."""
        return usage.family(self.pid) if sys.platform == "linux" and self.is_alive() else []

    async def end(self) -> None:
        """End the kernel and the processes left in its process group."""
        if self._provisioner is None:
            return
        group = self._provisioner.pgid
        if await ensure_async(self._manager.is_alive()):
            await ensure_async(self._manager.shutdown_kernel(now=True))
        if group:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        await ensure_async(self._manager.cleanup_resources())

    def how_it_ended(self) -> str:
        return "ended its kernel (out of memory, a crash, or exit?)"

    @property
    def was_killed(self) -> bool:
        """Whether it was killed from outside. If its own code killed it, that looks the same."""
        process = self._provisioner and self._provisioner.process
        return process is not None and process.poll() in (-signal.SIGKILL, -signal.SIGTERM)

    def last_words(self) -> str:
        with open(self.name + ".log", "rb") as log:
            return log.read()[-2000:].decode("utf-8", "replace").strip()

    def _prepared(self, files: Files) -> tuple[dict[str, str], str]:
        """Make the kernel's folders. Returns its environment and its working folder."""
        given = self.given
        home, work = f"{self.name}-home", f"{self.name}-work"
        os.mkdir(home)
        write_files(work, files)
        env = students_environment() if given.env is None else {"HOME": home, "TMPDIR": home, **given.env}
        if given.isolation:
            env["MALLOC_ARENA_MAX"] = "2"  # by default, each thread reserves address space that it never uses
            env["PYTHONDONTWRITEBYTECODE"] = "1"  # the kernel must not write into the course's library
        path = [*given.pythonpath, *filter(None, [env.get("PYTHONPATH")])]
        if path:
            env["PYTHONPATH"] = os.pathsep.join(path)
        return env, given.cwd or work


class _KernelManager(AsyncKernelManager):
    """Starts a kernel of the running Python. It is reached through Unix sockets: others could connect to a port."""

    prefix: list[str] = []  # put in front of the kernel's command

    @property
    def kernel_spec(self) -> KernelSpec:
        # `python` adds -P, which keeps the working folder off the module path until the agent adds it
        argv = [*self.prefix, *python("-m", "ipykernel_launcher", "-f", "{connection_file}")]
        argv.append("--HistoryManager.hist_file=:memory:")  # no history is needed, and the disk may be full
        return KernelSpec(argv=argv, display_name="Python 3", language="python")
