"""Student kernels in the sandbox: each is forked from a warm zygote, into namespaces of its own.

The kernel's sockets are inside the sandbox. The grader reaches them through /proc/PID/root.
"""

import asyncio
import atexit
import contextlib
import json
import marshal
import os
import secrets
import select
import signal
import socket
import subprocess
from dataclasses import replace
from pathlib import Path, PurePosixPath

from autograder.execution.judge.bundle import AGENT_MODULE, agent_source
from autograder.execution.sandbox import seccomp, usage, zygote
from autograder.execution.sandbox.bubblewrap import (
    OWN_PROCESSES,
    SCRATCH,
    STAND_INS,
    WORK,
    View,
    command,
    identity,
)
from autograder.execution.sandbox.descriptors import Inherited, LastWords
from autograder.execution.sandbox.limits import limit_values, size_in_words
from autograder.notebook.job import Files
from autograder.notebook.limits import Limits
from autograder.python_processes import python

SANDBOX_START_SECONDS = 60  # for a kernel to start on a busy machine; a kernel that cannot start ends earlier
END_SECONDS = 20  # for all processes of a sandbox to end after they were killed
MOST_ZYGOTES = 3  # kept by one process
# exit codes of a kernel that was killed from outside, for example by a machine that is short of memory; None: its
# sandbox was killed with it
KILLED = (None, -signal.SIGKILL, 128 + signal.SIGKILL, 128 + signal.SIGTERM)
SOCKET_FOLDER = "/run/kernel"
CONNECTION_FILE = f"{SOCKET_FOLDER}/connection.json"
PORTS = {f"{name}_port": n for n, name in enumerate(("shell", "iopub", "stdin", "control", "hb"), start=1)}
READY_BYTES, CODE_BYTES = 1000, 100  # of a monitor's messages: an error message, an exit code
# arguments: file descriptors of the socket, the setting and the text of zygote.py
LOADER = "import sys; exec(compile(open(int(sys.argv[3])).read(), 'zygote', 'exec'))"


class SandboxedKernel:
    """A kernel that runs in the sandbox. `Zygote.start` makes it.

    Attributes
    ----------
    pid, init : int
        Process ids on the host: of the kernel, and of the first process of its sandbox.
    key : bytes
        The key that signs its messages.
    cause : str or None
        Why `look` ended the sandbox, in words; None if it did not.
    """

    def __init__(self, limits: Limits):
        self.limits = limits
        self.key = secrets.token_hex(32).encode()
        self._said = LastWords()
        self._control: socket.socket | None = None
        self._gone: int | None = None  # a pidfd of `init`, readable once all processes of the sandbox have ended
        self.init = self.pid = 0
        self._code: int | None = None
        self.cause: str | None = None

    @property
    def folder(self) -> str:
        """The beginning of the paths of its sockets, on the host."""
        return f"/proc/{self.init}/root{SOCKET_FOLDER}/k"

    @property
    def sockets(self) -> tuple[str, str]:
        """The paths of its shell socket and its iopub socket."""
        return f"{self.folder}-{PORTS['shell_port']}", f"{self.folder}-{PORTS['iopub_port']}"

    def connection(self) -> str:
        """Return the content of its connection file."""
        given = {"transport": "ipc", "ip": f"{SOCKET_FOLDER}/k", "key": self.key.decode(), **PORTS}
        return json.dumps({**given, "signature_scheme": "hmac-sha256", "kernel_name": "python3"})

    def is_alive(self) -> bool:
        """Whether any process of its sandbox is left."""
        if self._gone is None:
            return False
        ended = select.poll()
        ended.register(self._gone, select.POLLIN)
        return not ended.poll(0)

    def interrupt(self) -> None:
        """Interrupt the kernel and the processes that it started."""
        if self.is_alive():
            with contextlib.suppress(OSError):
                os.killpg(self.pid, signal.SIGINT)  # the kernel leads its own process group

    async def end(self) -> None:
        """Kill all processes in the sandbox and wait until they have ended: they count for the next kernel's limit."""
        if self._gone is not None:
            self._kill()
            await _readable(self._gone, END_SECONDS)
            os.close(self._gone)
            self._gone = None
        if self._control is not None:
            self._control.close()

    def look(self) -> list[Path]:
        """End the sandbox if its processes together exceed a limit. Returns the processes, as folders of a /proc."""
        found, limits = usage.processes(self.init), self.limits
        if usage.memory(found) > limits.memory_bytes and usage.exact_memory(found) > limits.memory_bytes:
            self._end_for(f"ran out of memory (limit {size_in_words(limits.memory_bytes)})")
        # measured twice, because a process that ends during a measurement may be counted again in its parent
        if all(usage.processor_seconds(usage.processes(self.init)) > limits.cpu_seconds for _ in range(2)):
            self._end_for(f"used up its {limits.cpu_seconds:,} s of processor time")
        if usage.sockets(self.init) > limits.open_files:
            self._end_for(f"opened too many sockets at once (limit {limits.open_files})")
        return found

    def _end_for(self, cause: str) -> None:
        self.cause = self.cause or cause
        self._kill()

    def how_it_ended(self) -> str:
        """Return why the kernel ended, in words."""
        if self.cause:
            return self.cause
        code = self._exit_code()
        if code == 128 + signal.SIGXCPU:
            return f"used up its {self.limits.cpu_seconds:,} s of processor time"
        if code is not None and code > 128:
            memory = size_in_words(self.limits.memory_bytes)
            return f"ended its kernel ({_signal_name(code - 128)}: a crash, or out of memory: the limit is {memory})"
        return "ended its kernel (a crash, or exit?)"

    @property
    def was_killed(self) -> bool:
        """Whether it or its sandbox was killed from outside. If its own code killed it, that looks the same."""
        return self.cause is None and self._exit_code() in KILLED

    def _kill(self) -> None:
        if self._gone is not None:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._gone, signal.SIGKILL)

    def _exit_code(self) -> int | None:
        if self._code is None and self._control is not None and not self.is_alive():
            self._control.settimeout(1)
            with contextlib.suppress(OSError, ValueError):
                self._code = int(self._control.recv(CODE_BYTES))
        return self._code

    async def _started(self) -> None:
        """Wait for the kernel's process ids. If it did not start, raises RuntimeError with the zygote's message."""
        assert self._control is not None
        if not await _readable(self._control.fileno(), SANDBOX_START_SECONDS):
            raise RuntimeError(f"The kernel in the sandbox did not start within {SANDBOX_START_SECONDS} s.")
        said, descriptors, *_ = socket.recv_fds(self._control, READY_BYTES, 1)
        if not descriptors:
            why = said.decode("utf-8", "replace") or "its zygote ended"
            raise RuntimeError(f"The kernel in the sandbox did not start: {why}")
        self._gone = descriptors[0]
        self.init = _process_of(self._gone)
        self.pid = next(iter(usage.children(self.init)), 0) if self.init > 0 else 0
        if self.pid == 0:
            raise RuntimeError(f"The kernel in the sandbox ended: {self._said.text()}")

    def last_words(self) -> str:
        """Return the last output that it printed outside of Jupyter."""
        return self._said.text()


class Zygote:
    """The process from which the kernels of one `View` are forked. It is started for the first of them."""

    def __init__(self, given: View, number: int):
        self.given, self.number = given, number
        self._process: subprocess.Popen | None = None
        self._socket: socket.socket | None = None
        self._said: LastWords | None = None

    @property
    def pid(self) -> int | None:
        """The process id of its bubblewrap; None before it starts and after it ends."""
        return self._process.pid if self._process and self._process.poll() is None else None

    async def start(
        self, limits: Limits, files: Files = (), channel: int | None = None, processor: int | None = None
    ) -> SandboxedKernel:
        """Start a kernel.

        Parameters
        ----------
        limits
            The limits of the kernel and the processes that it starts.
        files
            The files of its working folder, as pairs of a relative path and the content.
        channel
            File descriptor of the socket that connects it to the judge.
        processor
            Number of the processor to which it is bound.

        Raises
        ------
        ValueError
            A file would lie outside the working folder.
        RuntimeError
            Files or folders cannot be used, or no kernel starts.
        """
        _check_files(files, self.given, limits)
        attempts = 2  # the zygote may have been killed since the last kernel
        while True:
            attempts -= 1
            kernel = SandboxedKernel(limits)
            try:
                self._ask(kernel, files, channel, processor)
                await kernel._started()
                return kernel
            except BaseException as error:
                await kernel.end()
                if not isinstance(error, OSError | RuntimeError):
                    raise
                if self.pid is None and attempts:
                    continue
                words = self._said.text() if self._said and self.pid is None else ""
                self.close()
                raise RuntimeError(f"{error}\n{words}".strip()) from None

    def _ask(self, kernel: SandboxedKernel, files: Files, channel: int | None, processor: int | None) -> None:
        """Have the process fork a kernel. Raises OSError."""
        kernel._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs, contextlib.ExitStack() as stack:
                setup = Inherited(stack).holding(_setup(kernel, kernel.limits, files, processor))
                given = [theirs.fileno(), setup, kernel._said.end, *([] if channel is None else [channel])]
                socket.send_fds(self._launched(), [b"fork"], given)
        finally:
            kernel._said.listen()

    def close(self) -> None:
        """End the process and all of its kernels."""
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._socket = None

    def _launched(self) -> socket.socket:
        """Start the process unless it is running. Returns the socket to it."""
        if self._socket is not None and self.pid is not None:
            return self._socket
        self.close()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, contextlib.ExitStack() as stack:
            inherited = Inherited(stack)
            setting = {
                "scratch": SCRATCH,
                "work": WORK,
                "connection_file": CONNECTION_FILE,
                "agent": (AGENT_MODULE, agent_source()),
                "stand_ins": STAND_INS,
                "modules": self.given.modules,
                "seccomp": seccomp.program(),
            }
            parts = (marshal.dumps(setting), Path(zygote.__file__).read_bytes())
            inherited.lend(theirs.fileno())
            numbers = (theirs.fileno(), *map(inherited.holding, parts))
            program = python("-c", LOADER, *numbers)
            line = command(program, self.given, inherited, self.number)
            self._said = LastWords()
            self._process = subprocess.Popen(
                line,
                env={},
                cwd="/",
                pass_fds=inherited.all,
                stdin=subprocess.DEVNULL,
                stdout=self._said.end,
                stderr=self._said.end,
                **identity(self.number),
            )
        self._said.listen()
        return self._socket


# the key: the owner's process id, the view, and the device and inode of each folder; the last used is at the end
_zygotes: dict[tuple[int, View, tuple[tuple[int, int], ...]], Zygote] = {}
_made = 0


def zygote_of(given: View) -> Zygote:
    """Return this process's zygote for a view. It is always the same one, unless it was closed in favour of others."""
    global _made
    folders = filter(None, (*given.pythonpath, given.work, given.data))
    # device and inode tell whether a folder was deleted and made again
    places = tuple((found.st_dev, found.st_ino) for found in map(os.stat, folders))
    key = (os.getpid(), given, places)
    found = _zygotes.pop(key, None)
    if found is None:
        if _made == 0:
            atexit.register(close_zygotes)
        found = Zygote(given, _made)
        _made += 1
    _zygotes[key] = found
    for old in [key for key in _zygotes if key[0] == os.getpid()][:-MOST_ZYGOTES]:
        _zygotes.pop(old).close()
    return found


def close_zygotes() -> None:
    """End the zygotes of this process, and their kernels."""
    for key in [key for key in _zygotes if key[0] == os.getpid()]:
        _zygotes.pop(key).close()


def zygote_pids() -> set[int]:
    """The process ids of the zygotes of this process."""
    return {z.pid for (owner, *_), z in _zygotes.items() if owner == os.getpid() and z.pid is not None}


def _setup(kernel: SandboxedKernel, limits: Limits, files: Files, processor: int | None) -> bytes:
    """Return what the new process reads: first the grader's part, then the submission's."""
    resources = limit_values(replace(limits, processes=limits.processes + OWN_PROCESSES))
    own = {"resources": resources, "scratch_bytes": limits.scratch_bytes, "processor": processor}
    return marshal.dumps(own) + marshal.dumps({"connection": kernel.connection(), "files": tuple(files)})


def _check_files(files: Files, given: View, limits: Limits) -> None:
    if files and given.work:
        raise ValueError(f"Files cannot be put into the working folder {given.work}: it is read-only.")
    for path, _ in files:
        parts = PurePosixPath(path).parts
        if not parts or parts[0] == "/" or ".." in parts or "\0" in path:
            raise ValueError(f"{path!r} is not a path inside the working folder.")
    size = sum(len(content) for _, content in files)
    if size > limits.scratch_bytes:
        most = size_in_words(limits.scratch_bytes)
        raise RuntimeError(f"The files in the working folder take {size_in_words(size)}; the limit is {most}.")


async def _readable(descriptor: int, seconds: float) -> bool:
    """Wait until the descriptor can be read, for at most `seconds`. Returns whether it can."""
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await asyncio.wait_for(ready.wait(), seconds)
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(descriptor)
    return True


def _process_of(descriptor: int) -> int:
    """Return the host's process id of the process to which a pidfd refers; -1 once it has ended."""
    lines = Path(f"/proc/self/fdinfo/{descriptor}").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("Pid:")), -1)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
