"""A Jupyter kernel provisioner that starts the kernel under bubblewrap.

The kernel's sockets lie in the sandbox too: the grader reaches them through /proc/PID/root.
"""

import asyncio
import contextlib
import json
import os
import select
import signal
import time
from pathlib import Path

import zmq
from jupyter_client.provisioning import LocalProvisioner

from ..course import Limits
from . import usage
from .bubblewrap import CONNECTION_FILE, SOCKETS, Surroundings, command, identity
from .descriptors import Inherited, LastWords
from .limits import in_words, limit_processes

START_SECONDS = 60  # a kernel on a busy machine; one that cannot start ends, and is not waited for
END_SECONDS = 20  # for all of a sandbox's processes to be gone once it was killed
LOOK_SECONDS = 0.25  # between two looks at how much memory a sandbox uses


class SandboxProvisioner(LocalProvisioner):
    """Starts a kernel under bubblewrap. `limits` and `surroundings` are set before the start.

    `kernel_pid` is the kernel's process id as the host numbers it, once it has started.
    """

    limits = Limits()
    surroundings = Surroundings()
    kernel_pid: int | None = None
    cause: str | None = None  # why the sandbox was ended, in words, when `watch` ended it
    _init: int | None = None  # the sandbox's first process, as the host numbers it
    _gone: int | None = None  # a descriptor of it, which can be read when it and all inside have ended
    _said: LastWords | None = None

    async def pre_launch(self, **kwargs):
        """Put the sandbox before the kernel's command."""
        manager = self.parent
        manager.transport, manager.ip = "ipc", f"{SOCKETS}/k"
        # the manager stays connected to the kernel's control socket; student code may close that, and put a link to one
        # of this machine's sockets in its place: nobody is to follow it
        manager.context.setsockopt(zmq.RECONNECT_IVL, -1)
        kwargs = await super().pre_launch(**kwargs)
        kwargs["cmd"] = [part.replace(manager.connection_file, CONNECTION_FILE) for part in kwargs["cmd"]]
        return kwargs

    async def launch_kernel(self, cmd, **kwargs):
        """Start bubblewrap and wait until the kernel runs in it.

        Raises RuntimeError with what it said if it does not, or when the surroundings' folders or files cannot be
        used; ValueError for a file that would lie outside the working folder.
        """
        connection = Path(self.parent.connection_file).read_bytes()
        with contextlib.ExitStack() as stack:
            inherited = Inherited(stack)
            status, status_end = os.pipe()
            stack.callback(os.close, status)
            inherited.keep(status_end)
            line = command(cmd, self.surroundings, self.limits, inherited, status_end, connection)
            self._said = LastWords()
            kwargs |= {"env": {}, "cwd": "/", "stdout": self._said.end, "stderr": self._said.end}
            kwargs |= {"pass_fds": inherited.all, **identity()}
            info = await super().launch_kernel(line, **kwargs)
            self._said.listen()
            inherited.close()
            try:
                self._init, self.kernel_pid = await self._started(status)
                with contextlib.suppress(OSError):  # it has ended already
                    self._gone = os.pidfd_open(self._init)
            except BaseException:
                self.process.kill()
                raise
        return {**info, "ip": f"/proc/{self._init}/root{SOCKETS}/k"}

    async def send_signal(self, signum: int) -> None:
        """An interrupt goes to the kernel inside and what it started; other signals end the sandbox."""
        if signum != signal.SIGINT:
            self._end()
        elif self.kernel_pid and self.process and self.process.poll() is None:
            with contextlib.suppress(OSError):
                os.killpg(os.getpgid(self.kernel_pid), signum)

    async def cleanup(self, restart: bool = False) -> None:
        """After the end: wait until no process of the sandbox is left, as they count for the next one's limit."""
        await super().cleanup(restart)
        if self._gone is None:
            return
        ended, end = select.poll(), time.monotonic() + END_SECONDS
        ended.register(self._gone, select.POLLIN)
        while not ended.poll(0) and time.monotonic() < end:
            await asyncio.sleep(0.002)
        os.close(self._gone)
        self._gone = None

    async def watch(self) -> None:
        """End the sandbox when its processes together use more memory than one may. Runs until cancelled."""
        while self.process is not None and self.process.poll() is None:
            pids, most = usage.processes(self._init), self.limits.memory_bytes
            if usage.memory(pids) > most and usage.exact_memory(pids) > most:
                self.cause = f"ran out of memory (limit {in_words(most)})"
                self._end()
            await asyncio.sleep(LOOK_SECONDS)

    def how_it_ended(self) -> str:
        """Why the kernel is no more, in words."""
        code = self.process.poll() if self.process else None
        if self.cause:
            return self.cause
        if code == 128 + signal.SIGXCPU:
            return f"used up its {self.limits.cpu_seconds:,} s of processor time"
        if code is not None and code > 128:
            memory = in_words(self.limits.memory_bytes)
            return f"ended its kernel ({_signal_name(code - 128)}: a crash, or out of memory: the limit is {memory})"
        return "ended its kernel (a crash, or exit?)"

    def _end(self) -> None:
        for pid in (self._init, self.process and self.process.pid):
            if pid and self.process and self.process.poll() is None:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)

    async def _started(self, status: int) -> tuple[int, int]:
        """The process ids, on the host, of the sandbox's first process and of the kernel, once it has its sockets."""
        end = time.monotonic() + START_SECONDS
        os.set_blocking(status, False)
        said = b""
        init = kernel = None
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(BlockingIOError):
                said += os.read(status, 1000)
            if init is None and b"}" in said:
                init = json.loads(said)["child-pid"]
                if os.geteuid() != 0:  # for root, the user namespace has the limit
                    limit_processes(init, self.limits)  # student code can write this process's memory
            if init and kernel is None:
                kernel = next(iter(usage.children(init)), None)
            if kernel and usage.listening(kernel, SOCKETS) >= 5:  # shell, iopub, stdin, control, heartbeat
                return init, kernel
            await asyncio.sleep(0.005)
        code = self.process.poll()
        what = "was not ready in time" if code is None else f"ended with code {code}"
        raise RuntimeError(f"the kernel in the sandbox {what}: {self._said.text()}")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
