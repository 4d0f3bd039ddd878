"""The command that starts a program in the sandbox, and the user who runs it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from autograder.execution.judge.not_while_grading import COMMAND_NOT_FOUND, COMMAND_NOT_RUN, MOST_SHOWN
from autograder.execution.sandbox.descriptors import Inherited
from autograder.execution.sandbox.limits import process_limit
from autograder.execution.sandbox.python_view import python_view
from autograder.notebook.job import OWN_PACKAGES
from autograder.notebook.limits import Limits

HOME = "/home/student"
WORK = f"{HOME}/work"
# folder -> its size in bytes; None: Limits.scratch_bytes
SCRATCH = {"/tmp": None, HOME: None, "/dev/shm": None, "/run": 1_000_000}
DATA_FOLDER = "/course/data"
LIBRARY = "/course/library"
STAND_INS = {"folder": "/course/empty", "stat": "/course/stat"}  # shown to kernels in place of parts of /proc
DEVICES = ("null", "random", "urandom")  # not zero: a shared mapping of it is memory that no limit counts
USER = 1000  # user id inside the sandbox
# If root grades, the first of the user ids that sandboxes have outside. No other process has them, so that the limit
# of processes counts only those of the sandbox.
SPARE_USERS = 3_231_000_000
USERS_OF_A_WORKER = 16  # user ids per worker, for sandboxes that do not count each other's processes
# the program that subprocess and os.popen start as a shell: it runs no command, and ends with "command not found"
SHELL = f"""#!{os.path.realpath(sys.executable)} -IS
import sys
command = [part for part in sys.argv[1:] if part not in ("-c", "--")]
text = " ".join(" ".join(command[:1]).split())
text = text if len(text) <= {MOST_SHOWN} else text[:{MOST_SHOWN}] + "…"
sys.stdout.buffer.write(({COMMAND_NOT_RUN!r} + text + "\\n").encode("utf-8", "replace"))
sys.exit({COMMAND_NOT_FOUND})
"""
OWN_PROCESSES = 4  # of a sandbox: bubblewrap's first process, the zygote, and a kernel's monitor and first process
RIGHTS = ("CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_SETPCAP")  # the zygote needs them to make each kernel's namespaces


@dataclass(frozen=True)
class View:
    """What kernels in the sandbox see, and how many processes they may have.

    Attributes
    ----------
    pythonpath
        Folders to put in front of their module path.
    env
        Names and values to add to their environment.
    work
        Their working folder, read-only. None: an empty folder in which they can write.
    data
        The folder of the data sets, read-only.
    hidden
        Packages that they must not see.
    processes
        How many processes one kernel may have at a time.
    modules
        Modules that the zygote imports before kernels are forked from it.
    """

    pythonpath: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    work: str | None = None
    data: str | None = None
    hidden: tuple[str, ...] = OWN_PACKAGES
    processes: int = Limits().processes
    modules: tuple[str, ...] = ()


def command(program: list[str], given: View, inherited: Inherited, number: int = 0) -> list[str]:
    """Return the command line that runs a trusted program in the sandbox.

    Parameters
    ----------
    program
        The program and its arguments.
    given
        What the program sees in the sandbox.
    inherited
        The file descriptors that bubblewrap must inherit; this function adds some.
    number
        The number of this sandbox among those of this process.

    Raises
    ------
    RuntimeError
        The kernel's user cannot read one of the given folders.
    """
    _check(given)
    arguments = [*_namespaces(given, inherited, number), *_view(given, inherited)]
    arguments += ["--remount-ro", "/", *_environment(given)]
    # in a file, because processes inside can read /proc/1/cmdline, which would show the host's paths
    listed = inherited.holding("\0".join(arguments).encode() + b"\0")
    return [shutil.which("bwrap") or "bwrap", "--args", str(listed), "--", *program]


class Identity(TypedDict, total=False):
    """Arguments of subprocess.Popen."""

    user: int
    group: int
    extra_groups: list[int]


def identity(number: int = 0) -> Identity:
    """Return the user as whom bubblewrap runs: for root a spare one, since Linux exempts root from process limits."""
    if os.geteuid() != 0:
        return {}
    user = _spare_user(number)
    return {"user": user, "group": user, "extra_groups": []}


def _spare_user(number: int) -> int:
    """Return a separate user id for each sandbox, because Linux counts some limits per user.

    No account and no other grader on this machine has it. In a container, it is one of the container's user ids.
    """
    ranges = [line.split() for line in Path("/proc/self/uid_map").read_text().splitlines()]
    last = max(int(first) + int(count) for first, _, count in ranges) - 1
    most = 2**22 * USERS_OF_A_WORKER  # no process id is larger
    first = SPARE_USERS if last > SPARE_USERS + most else last // 2
    return first + (os.getpid() * USERS_OF_A_WORKER + number % USERS_OF_A_WORKER) % max(1, last - first - 1)


def _namespaces(given: View, inherited: Inherited, number: int) -> list[str]:
    user = ["--unshare-user"]
    if os.geteuid() == 0:
        namespace = str(inherited.keep(_user_namespace(given.processes, number)))
        user = ["--userns", namespace, "--block-fd", namespace]  # --block-fd makes bubblewrap close it after use
    return [
        *user,
        *["--uid", str(USER), "--gid", str(USER)],
        *["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"],
        *["--hostname", "sandbox", "--die-with-parent", "--new-session", "--cap-drop", "ALL"],
        *(part for right in RIGHTS for part in ("--cap-add", right)),
    ]


def _user_namespace(processes: int, number: int) -> int:
    """Return a file descriptor of a user namespace that limits the number of processes, for the case that root grades.

    The namespace belongs to an unprivileged user. Root is mapped into it only so that bubblewrap, before the kernel
    starts, can reach a Python that is installed in a folder of root.
    """
    holder = subprocess.Popen(
        [*process_limit(processes + OWN_PROCESSES), "unshare", "--user", "sh", "-c", "echo ready; read _"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={"PATH": os.defpath}, cwd="/",
        **identity(number),
    )  # fmt: skip
    with holder:
        assert holder.stdout is not None
        said = holder.stdout.readline()
        if said != b"ready\n":
            raise OSError(said.decode("utf-8", "replace").strip() or "unshare failed")
        for kind in ("uid_map", "gid_map"):
            Path(f"/proc/{holder.pid}/{kind}").write_text(f"0 0 1\n{USER} {_spare_user(number)} 1\n")
        return os.open(f"/proc/{holder.pid}/ns/user", os.O_RDONLY)


def _check(given: View) -> None:
    # if root grades, the kernel runs as an unprivileged user, who can read only what all users may read
    for folder in filter(None, (*given.pythonpath, given.work, given.data)):
        if os.geteuid() == 0 and os.stat(folder).st_mode & 0o005 != 0o005:
            raise RuntimeError(f"The kernel in the sandbox cannot read {folder}. Run: chmod -R o+rX {folder}")


def _view(given: View, inherited: Inherited) -> list[str]:
    """Return the arguments for the sandbox's file system. Each kernel mounts its own scratch folders over these."""
    arguments = [
        *["--proc", "/proc"],
        *["--size", "4096", "--tmpfs", "/dev", "--tmpfs", "/dev/shm"],
        *(part for name in DEVICES for part in ("--dev-bind", f"/dev/{name}", f"/dev/{name}")),
        *["--symlink", "/proc/self/fd", "/dev/fd", "--remount-ro", "/dev"],
        *["--tmpfs", "/run", "--tmpfs", "/tmp", "--tmpfs", HOME],
        *python_view(given.hidden, inherited),  # after the scratch folders, as Python may be installed in one of them
        *(["--ro-bind", given.work, WORK] if given.work else ["--dir", WORK]),
        *["--chdir", WORK],
        *["--perms", "0555", "--size", "4096", "--tmpfs", STAND_INS["folder"], "--remount-ro", STAND_INS["folder"]],
        *["--file", str(inherited.holding(_processor_statistics())), STAND_INS["stat"]],
        *["--perms", "0555", "--file", str(inherited.holding(SHELL.encode())), "/bin/sh"],
    ]
    for index, folder in enumerate(given.pythonpath):
        arguments += ["--ro-bind", folder, f"{LIBRARY}{index}"]
    if given.data:
        arguments += ["--ro-bind", given.data, DATA_FOLDER]
    fonts = dict(given.env).get("MPLCONFIGDIR")
    for path in sorted(Path(fonts).glob("fontlist-*.json")) if fonts else ():
        arguments += ["--file", str(inherited.holding(path.read_bytes())), f"{HOME}/.matplotlib/{path.name}"]
    return arguments


def _processor_statistics() -> bytes:
    """Return the present /proc/stat, for libraries that count processors in it, without its long lines."""
    with open("/proc/stat", "rb") as file:
        return b"".join(line for line in file if not line.startswith((b"intr ", b"softirq ")))


def _environment(given: View) -> list[str]:
    env = {
        "LANG": "C.UTF-8",
        **dict(given.env),
        "HOME": HOME,
        "USER": "student",
        "IPYTHONDIR": "/run/ipython",  # has room even if the other scratch folders are full
        "PATH": os.path.dirname(sys.executable),
        "TMPDIR": "/tmp",
        "MPLCONFIGDIR": f"{HOME}/.matplotlib",
        "PYTHONDONTWRITEBYTECODE": "1",  # the module folders are read-only
        "MALLOC_ARENA_MAX": "2",  # by default, each thread reserves address space that it never uses
    }
    if given.pythonpath:
        env["PYTHONPATH"] = os.pathsep.join(f"{LIBRARY}{index}" for index in range(len(given.pythonpath)))
    if given.data:
        env["CS231N_DATA"] = DATA_FOLDER
    return ["--clearenv", *(part for name, value in env.items() for part in ("--setenv", name, value))]
