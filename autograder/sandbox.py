"""Student kernels in a sandbox: a Jupyter kernel provisioner that starts them under bubblewrap.

Inside there are no other processes, no network, no files of the host but a read-only Python (python_view.py) and what
the job names, and a scratch folder in memory. Nothing of the host can be written. The kernel's sockets lie in
the sandbox too: the grader reaches them through /proc/PID/root.
"""

import asyncio
import contextlib
import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import zmq
from jupyter_client.provisioning import LocalProvisioner

from . import seccomp
from .course import Limits
from .errors import KitError
from .python_view import python_view

PROGRAMS = {"bwrap": "bubblewrap", "prlimit": "util-linux", "unshare": "util-linux"}  # and the packages they come in
HOME = "/home/student"
WORK = f"{HOME}/work"
SOCKETS = "/run/kernel"
CONNECTION_FILE = f"{SOCKETS}/connection.json"
DATA = "/course/data"
LIBRARY = "/course/library"
USER = 1000  # inside
SPARE_USER = 3_231_000_000  # outside, when root grades: nobody's, so that the limit of processes holds
START_SECONDS = 20
LOOK_SECONDS = 0.25  # between two looks at how much memory a sandbox uses


@dataclass(frozen=True)
class Surroundings:
    """What a kernel in the sandbox is given.

    `pythonpath` goes in front of its module path; `env` is added to its environment; `work` (read-only) is its working
    folder, None: an empty one; `data` (read-only) holds the data sets; `hidden` are packages that it must not see.
    """

    pythonpath: tuple[str, ...] = ()
    env: dict[str, str] | None = None
    work: str | None = None
    data: str | None = None
    hidden: tuple[str, ...] = ("autograder", "cs231n_lib")


class SandboxProvisioner(LocalProvisioner):
    """Starts a kernel under bubblewrap. `limits` and `surroundings` are set before the start; `scratch` is a folder."""

    limits = Limits()
    surroundings = Surroundings()
    cause: str | None = None  # why the sandbox was ended, in words, when `watch` ended it
    _init: int | None = None  # the sandbox's first process, as the host numbers it
    _kernel: int | None = None
    _said: "_LastWords | None" = None

    async def pre_launch(self, **kwargs):
        """Put the sandbox before the kernel's command."""
        manager = self.parent
        manager.transport, manager.ip = "ipc", f"{SOCKETS}/k"
        # student code may close a socket and put a link to one of this machine's in its place: nobody is to follow it
        manager.context.setsockopt(zmq.RECONNECT_IVL, -1)
        kwargs = await super().pre_launch(**kwargs)
        kwargs["cmd"] = [part.replace(manager.connection_file, CONNECTION_FILE) for part in kwargs["cmd"]]
        return kwargs

    async def launch_kernel(self, cmd, **kwargs):
        """Start bubblewrap and wait until the kernel runs in it; RuntimeError with what it said if it does not."""
        _check_readable(self.surroundings)
        self._said = _LastWords()
        folder = Path(self.parent.connection_file).parent
        empty = folder / "empty"
        empty.touch(mode=0o444)
        connection = Path(self.parent.connection_file).read_bytes()
        with contextlib.ExitStack() as stack:
            files = _Files(stack)
            status, status_end = os.pipe()
            stack.callback(os.close, status)
            arguments = [
                *_namespaces(files),
                *["--info-fd", str(files.keep(status_end))],
                *_view(self.surroundings, self.limits, str(empty)),
                *["--perms", "0600", "--file", str(files.holding(connection)), CONNECTION_FILE],
                *["--remount-ro", "/"],
                *_environment(self.surroundings),
            ]
            if program := seccomp.program():
                arguments += ["--seccomp", str(files.holding(program))]
            # through a file, so that no process inside can read in /proc/1/cmdline what is where on this machine
            listed = files.holding("\0".join(arguments).encode() + b"\0")
            command = [shutil.which("bwrap"), "--args", str(listed), "--", *_limited(self.limits), *cmd]
            kwargs |= {"env": {}, "cwd": "/", "stdout": self._said.end, "stderr": self._said.end}
            kwargs |= {"pass_fds": files.kept, **_identity()}
            info = await super().launch_kernel(command, **kwargs)
            self._said.listen()
            files.close_kept()
            try:
                self._init, self._kernel = await self._started(status)
            except BaseException:
                self.process.kill()
                raise
        return {**info, "ip": f"/proc/{self._init}/root{SOCKETS}/k"}

    async def send_signal(self, signum: int) -> None:
        """An interrupt goes to the kernel inside and what it started; other signals end the sandbox."""
        if signum != signal.SIGINT:
            self._end()
        elif self._kernel and self.process and self.process.poll() is None:
            with contextlib.suppress(OSError):
                os.killpg(os.getpgid(self._kernel), signum)

    async def watch(self) -> None:
        """End the sandbox when its processes together use more memory than one may. Runs until cancelled."""
        while self.process is not None and self.process.poll() is None:
            pids, most = _processes(self._init), self.limits.memory_bytes
            if _memory(pids) > most and _exact_memory(pids) > most:
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
            if init and kernel is None:
                kernel = next(iter(_children(init)), None)
            if kernel and _listening(kernel) >= 5:
                return init, kernel
            await asyncio.sleep(0.005)
        code = self.process.poll()
        what = "was not ready in time" if code is None else f"ended with code {code}"
        raise RuntimeError(f"the kernel in the sandbox {what}: {self._said.text()}")


def missing() -> KitError | None:
    """Why there is no sandbox on this machine, as an error that says what to do; None where it works."""
    if sys.platform != "linux":
        return KitError("The sandbox needs Linux (namespaces and bubblewrap).", _OTHERWISE)
    for program, package in PROGRAMS.items():
        if not shutil.which(program):
            return KitError(
                f"The sandbox needs {package}, which is not installed ({program} is not found).",
                f"Install it with: apt-get install {package} (Fedora: dnf install {package}).\n{_OTHERWISE}",
            )
    try:
        said = _try()
    except (OSError, subprocess.SubprocessError) as error:
        said = f"{type(error).__name__}: {error}"
    if said is None:
        return None
    return KitError(f"bubblewrap is installed but does not work here: {said}", f"{_WHY_NOT}\n{_OTHERWISE}")


_WHY_NOT = (
    "Ubuntu from 23.10 on forbids user namespaces to programs without a profile: install the package "
    "apparmor-profiles, or sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0. Older Debian: "
    "sudo sysctl kernel.unprivileged_userns_clone=1. In a container: start it with --privileged, or with "
    "--security-opt seccomp=unconfined --security-opt systempaths=unconfined. Where root grades, everybody must be "
    "allowed to read this Python's files."
)
_OTHERWISE = "To grade without a sandbox, on a machine that you can throw away: --isolation process"


def limit_met(output, limits: Limits) -> str | None:
    """Which limit of the sandbox an error output speaks of, in words for the student; None if of none."""
    if output.output_type != "error":
        return None
    ename, evalue = str(output.get("ename")), str(output.get("evalue"))
    if "MemoryError" in ename:  # NumPy's is _ArrayMemoryError
        return f"ran out of memory (limit {in_words(limits.memory_bytes)})"
    if "can't start new thread" in evalue or (ename == "BlockingIOError" and "Resource temporarily" in evalue):
        return f"started too many processes or threads (limit {limits.processes})"
    for code, what in (
        (errno.EMFILE, f"opened too many files at once (limit {limits.open_files})"),
        (errno.ENOSPC, f"filled its scratch folder (limit {in_words(limits.scratch_bytes)})"),
        (errno.EFBIG, f"wrote too large a file (limit {in_words(limits.scratch_bytes)})"),
        (errno.EROFS, "wrote to a folder that is read-only here; its own is the working folder"),
        (errno.ENETUNREACH, "needs the network, and there is none when a notebook is graded"),
    ):
        if evalue.startswith(f"[Errno {code}] "):
            return what
    if "Temporary failure in name resolution" in evalue or "Name or service not known" in evalue:
        return "needs the network, and there is none when a notebook is graded"
    return None


def in_words(size: int) -> str:
    """4_000_000_000 -> "4 GB"."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"


def _try() -> str | None:
    """Start this Python in a sandbox and end it at once; None if that works, else what was said."""
    limits = Limits()
    with contextlib.ExitStack() as stack:
        files = _Files(stack)
        empty = stack.enter_context(tempfile.NamedTemporaryFile(prefix="cs231n-")).name
        command = [
            *[shutil.which("bwrap"), *_namespaces(files), *_view(Surroundings(), limits, empty)],
            *["--", *_limited(limits), sys.executable, "-c", "import ipykernel"],
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=60, env={}, cwd="/", pass_fds=files.kept, **_identity()
        )
    if done.returncode == 0:
        return None
    return (done.stderr.strip().splitlines() or [f"it ended with code {done.returncode}"])[-1]


def _identity() -> dict:
    """As whom bubblewrap runs. The kernel exempts root from the limit of processes, so root takes a spare user."""
    if os.geteuid() != 0:
        return {}
    user = _spare_user()
    return {"user": user, "group": user, "extra_groups": []}


def _spare_user() -> int:
    """A user id that nobody has; in a container, one of those that it has."""
    ranges = [line.split() for line in Path("/proc/self/uid_map").read_text().splitlines()]
    last = max(int(first) + int(count) for first, _, count in ranges) - 1
    return min(SPARE_USER, last - 2)


def _namespaces(files: "_Files") -> list[str]:
    user = ["--unshare-user"] if os.geteuid() != 0 else ["--userns", str(files.keep(_user_namespace()))]
    return [
        *user,
        *["--uid", str(USER), "--gid", str(USER)],
        *["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"],
        *["--hostname", "sandbox", "--die-with-parent", "--new-session", "--cap-drop", "ALL"],
    ]


def _user_namespace() -> int:
    """A user namespace for root's use: file descriptor.

    It belongs to a user without rights; root is mapped into it only so that bubblewrap, before the kernel
    starts, can reach a Python that lies in a folder of root's.
    """
    holder = subprocess.Popen(
        ["unshare", "--user", "sh", "-c", "echo ready; read _"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={"PATH": os.defpath}, cwd="/",
        **_identity(),
    )  # fmt: skip
    with holder:
        said = holder.stdout.readline()
        if said != b"ready\n":
            raise OSError(said.decode("utf-8", "replace").strip() or "unshare failed")
        for kind in ("uid_map", "gid_map"):
            Path(f"/proc/{holder.pid}/{kind}").write_text(f"0 0 1\n{USER} {_spare_user()} 1\n")
        return os.open(f"/proc/{holder.pid}/ns/user", os.O_RDONLY)


def _check_readable(given: Surroundings) -> None:
    """Where root grades, the kernel is somebody without rights, who reads only what everybody may."""
    for folder in filter(None, (*given.pythonpath, given.work, given.data)):
        if os.geteuid() == 0 and os.stat(folder).st_mode & 0o005 != 0o005:
            raise RuntimeError(f"{folder} is closed to the kernel in the sandbox: chmod -R o+rX {folder}")


def _view(given: Surroundings, limits: Limits, empty: str) -> list[str]:
    """What there is in the sandbox's file system."""
    scratch = str(limits.scratch_bytes)
    prlimit = shutil.which("prlimit")
    arguments = [
        *["--proc", "/proc"],
        *["--dev", "/dev", "--size", scratch, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"],
        *["--size", "1000000", "--tmpfs", "/run", "--dir", SOCKETS],
        *["--size", scratch, "--tmpfs", "/tmp", "--size", scratch, "--tmpfs", HOME],
        *python_view(given.hidden, empty),  # after the scratch folders, for a Python may lie in one of these
        *["--ro-bind", prlimit, prlimit],
        *(["--ro-bind", given.work, WORK] if given.work else ["--dir", WORK]),
        *["--chdir", WORK],
    ]
    for index, folder in enumerate(given.pythonpath):
        arguments += ["--ro-bind", folder, f"{LIBRARY}{index}"]
    if given.data:
        arguments += ["--ro-bind", given.data, DATA]
    fonts = (given.env or {}).get("MPLCONFIGDIR")
    for path in sorted(Path(fonts).glob("fontlist-*.json")) if fonts else ():
        arguments += ["--ro-bind", str(path), f"{HOME}/.matplotlib/{path.name}"]
    return arguments


def _environment(given: Surroundings) -> list[str]:
    env = {
        "LANG": "C.UTF-8",
        **(given.env or {}),
        "HOME": HOME,
        "USER": "student",
        "PATH": os.path.dirname(sys.executable),
        "TMPDIR": "/tmp",
        "MPLCONFIGDIR": f"{HOME}/.matplotlib",
        "PYTHONDONTWRITEBYTECODE": "1",  # there is nowhere to write it
        "MALLOC_ARENA_MAX": "2",  # else each thread reserves address space that it never uses
    }
    if given.pythonpath:
        env["PYTHONPATH"] = os.pathsep.join(f"{LIBRARY}{index}" for index in range(len(given.pythonpath)))
    if given.data:
        env["CS231N_DATA"] = DATA
    return ["--clearenv", *(part for name, value in env.items() for part in ("--setenv", name, value))]


def _limited(limits: Limits) -> list[str]:
    """The command that gives a process its limits, which all that it starts inherit, and then becomes it."""
    return [
        shutil.which("prlimit"),
        f"--as={limits.memory_bytes}",
        f"--nproc={limits.processes}",
        f"--nofile={limits.open_files}",
        f"--fsize={limits.scratch_bytes}",
        f"--cpu={limits.cpu_seconds}:{limits.cpu_seconds + 2}",
        "--core=0",
        "--memlock=0",
        "--msgqueue=0",
        "--",
    ]


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _listening(pid: int) -> int:
    """How many of a kernel's sockets (shell, iopub, stdin, control, heartbeat) take connections."""
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/net/unix").read_text().splitlines()
        return sum(f" {SOCKETS}/k-" in line and line.split()[3] == "00010000" for line in lines)  # __SO_ACCEPTCON
    return 0


def _memory(pids: list[str]) -> int:
    """At most so many bytes of their own do these processes hold; what a fork shares counts for each."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):
            resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[1:3]
            total += (int(resident) - int(shared)) * resource.getpagesize()
    return total


def _exact_memory(pids: list[str]) -> int:
    """The same with what they share counted once; takes the kernel longer."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:"))
    return total


def _processes(init: int) -> list[str]:
    """The processes in the sandbox of `init`."""
    found = []
    with contextlib.suppress(OSError):
        namespace = os.readlink(f"/proc/{init}/ns/pid")
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                if os.readlink(f"/proc/{pid}/ns/pid") == namespace:
                    found.append(pid)
    return found


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


class _Files:
    """File descriptors that bubblewrap inherits; they are closed here once it has started."""

    def __init__(self, stack: contextlib.ExitStack):
        self.kept: list[int] = []
        stack.callback(self.close_kept)

    def keep(self, descriptor: int) -> int:
        self.kept.append(descriptor)
        return descriptor

    def holding(self, content: bytes) -> int:
        descriptor = self.keep(os.memfd_create("sandbox"))
        os.write(descriptor, content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        return descriptor

    def close_kept(self) -> None:
        while self.kept:
            os.close(self.kept.pop())


class _LastWords:
    """The last that a process printed past Jupyter. A pipe, because a file could be filled."""

    def __init__(self, most: int = 2000):
        self._most, self._read, self.end, self._text = most, *os.pipe(), b""

    def listen(self) -> None:
        os.close(self.end)
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def text(self) -> str:
        self._thread.join(timeout=1)
        return self._text.decode("utf-8", "replace").strip()

    def _keep(self) -> None:
        with open(self._read, "rb", buffering=0) as pipe:
            while part := pipe.read(65536):
                self._text = (self._text + part)[-self._most :]
