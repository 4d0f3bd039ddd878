"""The process in the sandbox from which student kernels are forked. It has already imported the modules they need.

It runs no student code and reads no part of a submission. Each message brings the file descriptors of a control
socket, a setup, a log and, if there is a judge, a channel. The zygote then forks a monitor, which creates new
namespaces (processes, network, mounts, IPC) and empty scratch folders. In them the monitor starts a first process,
which permanently drops privileges and then starts the kernel. Only the kernel reads the student's part of the setup.

This file runs where the package `autograder` is hidden, so it needs only the standard library:

    python -P -c "exec(...)" SOCKET SETTING TEXT
"""

import contextlib
import ctypes
import errno
import fcntl
import functools
import gc
import importlib
import marshal
import os
import random
import re
import resource
import select
import signal
import socket
import stat
import struct
import sys
import tempfile
import time
import traceback
import types
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

# The modules that a kernel has imported once it has drawn a figure and run a cell that failed. A module that the
# installed versions of these packages do not have is skipped.
WARM = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.magics.execution",
    "IPython.core.magics.pylab",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "IPython.utils.wildcard",
    "faulthandler",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "numpy.random",  # NumPy imports it only when it is used
    "pygments.formatters.terminal256",
    "pygments.styles.default",
    "sqlite3",
    "stack_data",
    "tornado.platform.asyncio",
)
CHANNEL, SETUP = 3, 4  # file descriptors in every kernel: the channel to the judge, and the setup that it reads first
CONTROL_BYTES = 65536  # of the grader's part of a setup, and of a message to the zygote
ERROR_BYTES = 1000  # of an error message

# linux/sched.h, linux/mount.h, linux/prctl.h, linux/capability.h
NEW_MOUNTS, NEW_HOST_NAME, NEW_IPC, NEW_PROCESSES, NEW_NETWORK = 0x20000, 0x4000000, 0x8000000, 0x20000000, 0x40000000
READ_ONLY, NO_SUID, NO_DEV, NO_EXEC, REMOUNT, BIND, RECURSIVE, PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
SET_PDEATHSIG, SET_DUMPABLE, SET_SECCOMP, CAPBSET_DROP, SET_NO_NEW_PRIVS, CAP_AMBIENT = 1, 4, 22, 24, 38, 47
AMBIENT_CLEAR_ALL, SECCOMP_MODE_FILTER, CAPABILITY_VERSION_3 = 4, 2, 0x20080522
CAPABILITIES = 64  # Linux has about forty
GET_INTERFACE_FLAGS, SET_INTERFACE_FLAGS, INTERFACE_UP = 0x8913, 0x8914, 1
INTERFACE = "16sh22x"  # struct ifreq
MOST_FILES = 20_000  # in a scratch folder: even an empty file takes memory
KERNEL_PROCESS = 10  # the kernel's process id inside; not the zygote's, as some libraries detect a fork by the id
# files and folders of /proc that show what the machine is doing; kernels see them empty
LIVE_FILES = (
    *("buddyinfo", "diskstats", "interrupts", "key-users", "keys", "latency_stats", "locks", "mdstat", "pagetypeinfo"),
    *("sched_debug", "schedstat", "slabinfo", "softirqs", "timer_list", "vmallocinfo", "vmstat", "zoneinfo"),
)
LIVE_FOLDERS = ("acpi", "asound", "bus", "driver", "fs", "irq", "pressure", "scsi", "sys/fs")
NICENESS = 5  # added to a kernel's, so that the judge and the worker go first
AUTOGROUP_TRIES = 20  # 0.01 s apart, while Linux answers that it is busy
SOCKET_BUFFERS = {"tcp_rmem": "4096 65536 131072", "tcp_wmem": "4096 16384 131072"}  # of /proc/sys/net/ipv4
HUGE_PAGE, MAKE_HUGE = 1 << 21, 25  # bytes; MADV_COLLAPSE in linux/mman.h

libc = ctypes.CDLL(None, use_errno=True)


def main(descriptor: int, setting_descriptor: int) -> None:
    """Fork kernels until the grader closes its end of the socket."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # it may be inherited as ignored, which hides children's times
    grader = socket.socket(fileno=descriptor)
    with open(setting_descriptor, "rb") as file:
        setting = marshal.load(file)
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    _import_all((*WARM, *setting["modules"]))
    name, text = setting["agent"]
    agent = sys.modules[name] = types.ModuleType(name)
    exec(compile(text, name, "exec"), agent.__dict__)
    # no history file, because the disk may be full
    sys.argv = ["ipykernel_launcher", "-f", setting["connection_file"], "--HistoryManager.enabled=False"]
    _configure()
    _show_an_error()
    _settle()
    while True:
        message, descriptors, *_ = socket.recv_fds(grader, CONTROL_BYTES, 4)
        if not message:
            return
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if os.fork() == 0:
            grader.close()
            _monitor(setting, *descriptors)
        for number in descriptors:
            os.close(number)


def _import_all(names: Iterable[str]) -> None:
    modules: dict[str, Any] = sys.modules
    modules["debugpy"] = None  # prevents its import: kernels are not debugged, and it is a fifth of what a fork copies
    for name in names:
        package, _, last = name.rpartition(".")
        with contextlib.suppress(Exception, SystemExit):  # hasattr may also run code of the package
            if not hasattr(sys.modules.get(package), last):  # otherwise it is not a module, or is imported already
                importlib.import_module(name)
    del sys.modules["debugpy"]
    if "matplotlib" in sys.modules:  # drawing a figure also needs the backend
        inline: Any = importlib.import_module("matplotlib_inline")
        importlib.import_module("matplotlib_inline.backend_inline")
        # the backend's own imports stay; the first figure imports the backend again, when there is a shell
        del sys.modules["matplotlib_inline.backend_inline"], inline.backend_inline


def _configure() -> None:
    """Make the application that every kernel runs, and parse its command line."""
    from ipykernel.kernelapp import IPKernelApp

    class KernelApp(IPKernelApp):
        def parse_command_line(self, argv: list[str] | None = None) -> None:
            """Do nothing: the command line was parsed before the fork."""

        def init_heartbeat(self) -> None:
            """Do nothing: a heartbeat would take three threads, and no client listens to it."""

    # otherwise each message would be formatted for a log that is not kept
    app = KernelApp.instance(logging_config={"loggers": {KernelApp.__name__: {"level": "WARNING"}}})
    super(KernelApp, app).parse_command_line(sys.argv[1:])


def _show_an_error() -> None:
    """Format an error here, so that a kernel shows its first error as fast as its second."""
    with contextlib.suppress(ImportError, AttributeError):
        # a traceback makes a lexer for each of its frames, and each lexer would make the pattern of each list of words
        words: Any = importlib.import_module("pygments.lexer").words
        words.get = functools.cache(words.get)
    with contextlib.suppress(Exception):
        from IPython.core.ultratb import FormattedTB

        try:
            importlib.import_module("")
        except ValueError:
            FormattedTB("Context", "neutral").structured_traceback(*sys.exc_info())


def _settle() -> None:
    """Make this process's memory cheap to fork."""
    gc.collect()
    gc.freeze()  # otherwise garbage collection in a kernel would copy the pages that it shares with the zygote
    with open("/proc/self/maps") as file:
        areas = re.findall(r"^(\w+)-(\w+) rw-p \S+ 00:00 0 *(?:\[heap\])?$", file.read(), re.MULTILINE)
    for start, end in ((int(start, 16), int(end, 16)) for start, end in areas):
        for page in range(-(-start // HUGE_PAGE) * HUGE_PAGE, end - HUGE_PAGE + 1, HUGE_PAGE):
            libc.madvise(ctypes.c_void_p(page), ctypes.c_size_t(HUGE_PAGE), MAKE_HUGE)  # a failure is harmless


def _monitor(
    setting: dict[str, Any], control_descriptor: int, setup: int, log: int, channel: int | None = None
) -> NoReturn:
    """Create the namespaces, and tell the grader which process is the first in them and how it ended."""
    control = socket.socket(fileno=control_descriptor)
    try:
        _called("unshare", NEW_MOUNTS | NEW_HOST_NAME | NEW_IPC | NEW_PROCESSES | NEW_NETWORK)
        _loopback_up()
        _mount(None, "/", None, RECURSIVE | PRIVATE)
        limits = marshal.loads(os.pread(setup, CONTROL_BYTES, 0))  # the grader's part; the student's part follows it
        for folder, size in setting["scratch"].items():
            _empty(folder, size or limits["scratch_bytes"])
        heard, say = os.pipe()
        first = os.fork()
        if first == 0:
            control.close()
            os.close(heard)
            _first_process(setting, limits, say, setup, log, channel)
        for number in (say, setup, log, *([] if channel is None else [channel])):
            os.close(number)
        said = os.read(heard, ERROR_BYTES)
        if said != b"started":
            raise OSError(said.decode("utf-8", "replace") or "the first process ended")
        handle = os.pidfd_open(first)
        socket.send_fds(control, [b"started"], [handle])
        ended = select.poll()
        ended.register(handle, select.POLLIN)
        ended.register(control, 0)  # reports when the grader has closed its end
        ended.poll()
        with contextlib.suppress(ProcessLookupError):
            os.kill(first, signal.SIGKILL)
        _, status = os.waitpid(first, 0)
        control.send(str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    except BaseException as error:
        with contextlib.suppress(OSError):
            control.send(f"{type(error).__name__}: {error}".encode()[:ERROR_BYTES])
        os._exit(1)


def _first_process(
    setting: dict[str, Any], limits: dict[str, Any], say: int, setup: int, log: int, channel: int | None
) -> NoReturn:
    """Run the first process of the new namespace. All others end with it, and it ends with the kernel."""
    try:
        _called("prctl", SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        _mount("proc", "/proc", "proc", NO_SUID | NO_DEV | NO_EXEC)
        os.setsid()
        _stand_back(limits["processor"])
        _write("/proc/sys/kernel/ns_last_pid", str(KERNEL_PROCESS - 1))
        for name, text in SOCKET_BUFFERS.items():
            _write(f"/proc/sys/net/ipv4/{name}", text)
        _hide(setting["stand_ins"])
        _confine(setting, limits)
        kernel = os.fork()
        if kernel == 0:
            os.close(say)
            _kernel(setting, setup, log, channel)
        _called("prctl", SET_DUMPABLE, 0, 0, 0, 0)  # otherwise a kernel could write to this memory and survive in it
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        _keep_open({say: say})
        os.write(say, b"started")
        os.close(say)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.write(say, f"{type(error).__name__}: {error}".encode()[:ERROR_BYTES])
        os._exit(1)
    while True:
        process, status = os.wait()
        if process == kernel:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)


def _kernel(setting: dict[str, Any], setup: int, log: int, channel: int | None) -> NoReturn:
    """Run an IPython kernel."""
    code = 1
    try:
        os.setpgid(0, 0)  # an interrupt reaches only this group; the session stays that of the first process
        _keep_open({1: log, 2: log, SETUP: setup, **({} if channel is None else {CHANNEL: channel})})
        with open(SETUP, "rb") as file:
            marshal.load(file)
            given = marshal.load(file)
        agent = sys.modules[setting["agent"][0]]
        if channel is not None:
            agent.connect(CHANNEL)
        os.chdir(setting["work"])
        _unpack(given["files"])
        connection = setting["connection_file"]
        os.makedirs(os.path.dirname(connection), exist_ok=True)
        with open(os.open(connection, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(given["connection"])
        random.seed()
        # otherwise all kernels would choose the same names; there is no public way to reset them
        tempfile._name_sequence = None  # type: ignore[attr-defined]
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed()
        _serve(agent)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
        if isinstance(end.code, str):
            print(end.code, file=sys.__stderr__)
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        with contextlib.suppress(Exception):
            if sys.__stderr__ is not None:
                sys.__stderr__.flush()
        os._exit(code)


def _serve(agent: types.ModuleType) -> None:
    """Run the kernel until it is told to exit. agent: the module judge/agent.py, which prepares the shell."""
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    app.initialize()
    agent.prepare_shell(app.shell)
    # opens the sockets of the output thread, so that a cell that uses up the file descriptors can still report it
    app.iopub_thread.schedule(lambda: app.iopub_thread.schedule(int))
    app.start()


def _unpack(files: Iterable[tuple[str, bytes]]) -> None:
    """Write a student's files. Whatever their names, they count towards the scratch folder and stay in the sandbox."""
    for path, content in files:
        try:
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            with open(path, "wb") as file:
                file.write(content)
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or "its name cannot be encoded as text"
            sys.exit(f"The file {path!r} cannot be put into the working folder: {why}.")


def _keep_open(wanted: dict[int, int]) -> None:
    """Make each number in `wanted` a copy of the given descriptor, {number: descriptor}, and close all others.

    The other numbers then refer to /dev/null instead of being free, because an imported module may still use one.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    there = {0, 1, 2, *map(int, os.listdir("/proc/self/fd"))} - {nowhere}
    beyond = max(there) + 1
    copies = {number: fcntl.fcntl(source, fcntl.F_DUPFD, beyond) for number, source in wanted.items()}
    for number in there - wanted.keys():
        os.dup2(nowhere, number, inheritable=number < 3)
    for number, copy in copies.items():
        os.dup2(copy, number, inheritable=number < 3)
    for number in {*copies.values(), nowhere} - wanted.keys():
        os.close(number)


def _stand_back(processor: int | None) -> None:
    """Bind this process to the processor, and lower its priority. Student code can undo neither."""
    if processor is not None:
        os.sched_setaffinity(0, {processor})
    os.nice(NICENESS)
    for _ in range(AUTOGROUP_TRIES):  # if Linux divides a processor among sessions, niceness counts only within one
        with contextlib.suppress(FileNotFoundError, PermissionError, ProcessLookupError):
            try:
                with open("/proc/self/autogroup", "w") as file:
                    file.write(str(os.getpriority(os.PRIO_PROCESS, 0)))
            except BlockingIOError:
                time.sleep(0.01)
                continue
        return


def _hide(stand_ins: dict[str, str]) -> None:
    """Make /proc read-only, and hide its files that show what other processes do."""
    files, folders = dict.fromkeys(LIVE_FILES, os.devnull), dict.fromkeys(LIVE_FOLDERS, stand_ins["folder"])
    for name, stand_in in (files | folders | {"stat": stand_ins["stat"]}).items():
        with contextlib.suppress(FileNotFoundError):
            _mount(stand_in, f"/proc/{name}", None, BIND)
    _mount(None, "/proc", None, REMOUNT | BIND | READ_ONLY | NO_SUID | NO_DEV | NO_EXEC)


def _write(path: str, text: str) -> None:
    with contextlib.suppress(OSError), open(path, "w") as file:
        file.write(text)


def _confine(setting: dict[str, Any], limits: dict[str, Any]) -> None:
    """Permanently drop all privileges, and set the limits and the filter of system calls."""
    if len(os.listdir("/proc/self/task")) != 1:
        raise OSError("the process has a second thread, which would keep its privileges")
    _called("prctl", SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for number in range(CAPABILITIES):
        try:
            _called("prctl", CAPBSET_DROP, number, 0, 0, 0)
        except OSError as error:
            if error.errno != errno.EINVAL:  # EINVAL: this Linux has no capability of this number
                raise
            break
    _called("prctl", CAP_AMBIENT, AMBIENT_CLEAR_ALL, 0, 0, 0)
    _called("capset", struct.pack("Ii", CAPABILITY_VERSION_3, 0), bytes(24))
    for name, (soft, hard) in limits["resources"].items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name.upper()}"), (soft, hard))
    if setting["seccomp"]:
        instructions = ctypes.create_string_buffer(setting["seccomp"], len(setting["seccomp"]))
        program = struct.pack("HP", len(setting["seccomp"]) // 8, ctypes.addressof(instructions))
        _called("prctl", SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0)


def _empty(folder: str, size: int) -> None:
    """Mount a new scratch folder over this one, with copies of its folders and files, and with its mounts."""
    there = list(_entries(folder, os.stat(folder).st_dev))
    _mount("tmpfs", folder, "tmpfs", NO_SUID | NO_DEV, f"size={size},nr_inodes={MOST_FILES},mode=0755")
    for path, mode, what in there:
        if isinstance(what, int):
            os.mkdir(path) if stat.S_ISDIR(mode) else open(path, "w").close()
            _mount(f"/proc/self/fd/{what}", path, None, BIND | RECURSIVE)
            os.close(what)
        elif stat.S_ISDIR(mode):
            os.mkdir(path)
        elif stat.S_ISLNK(mode):
            os.symlink(what, path)
        else:
            with open(path, "wb") as file:
                file.write(what)


def _entries(folder: str, device: int) -> Iterator[tuple[str, int, Any]]:
    """Yield (path, mode, content) of all entries of a folder, recursively.

    The content of a file is its bytes, that of a folder None, that of a link its target, and that of a mount a file
    descriptor.
    """
    for entry in sorted(os.listdir(folder)):
        path = os.path.join(folder, entry)
        status = os.lstat(path)
        if status.st_dev != device:
            yield path, status.st_mode, os.open(path, os.O_PATH | os.O_NOFOLLOW)
        elif stat.S_ISDIR(status.st_mode):
            yield path, status.st_mode, None
            yield from _entries(path, device)
        elif stat.S_ISLNK(status.st_mode):
            yield path, status.st_mode, os.readlink(path)
        elif stat.S_ISREG(status.st_mode):
            with open(path, "rb") as file:
                yield path, status.st_mode, file.read()


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        flags = fcntl.ioctl(any_socket, GET_INTERFACE_FLAGS, struct.pack(INTERFACE, b"lo", 0))
        name, now = struct.unpack(INTERFACE, flags)
        fcntl.ioctl(any_socket, SET_INTERFACE_FLAGS, struct.pack(INTERFACE, name, now | INTERFACE_UP))


def _mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    names = (os.fsencode(name) if name else None for name in (source, target, kind))
    _called("mount", *names, flags, options.encode() if options else None)


def _called(function: str, *arguments: int | bytes | None) -> None:
    """Call a function of the C library. Raises OSError."""
    if getattr(libc, function)(*(ctypes.c_ulong(x) if isinstance(x, int) else x for x in arguments)) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{function}: {os.strerror(error)}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
    os._exit(0)
