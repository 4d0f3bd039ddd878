"""The command that starts a program in the sandbox, and as whom."""

import marshal
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..course import Limits
from . import seccomp
from .descriptors import Inherited
from .limits import in_words, process_limit, resource_limits
from .python_view import python_view

HOME = "/home/student"
WORK = f"{HOME}/work"
SOCKETS = "/run/kernel"
CONNECTION_FILE = f"{SOCKETS}/connection.json"
DATA = "/course/data"
LIBRARY = "/course/library"
DEVICES = ("null", "random", "urandom")  # not zero: mapped as shared, it is memory that no limit counts
USER = 1000  # inside
SPARE_USERS = 3_231_000_000  # from here on, outside, when root grades: nobody's, so that the limit of processes holds


@dataclass(frozen=True)
class Surroundings:
    """What a kernel in the sandbox is given.

    `pythonpath` goes in front of its module path; `env` is added to its environment; `data` (read-only) holds the data
    sets; `hidden` are packages that it must not see. Its working folder is writable and holds `files`, as pairs of a
    relative path and the content, or it is `work`, read-only. `channel` is a file descriptor that it inherits under
    the same number.
    """

    pythonpath: tuple[str, ...] = ()
    env: dict[str, str] | None = None
    work: str | None = None
    data: str | None = None
    hidden: tuple[str, ...] = ("autograder", "cs231n_lib")
    files: tuple[tuple[str, bytes], ...] = ()
    channel: int | None = None


def command(
    program: list[str],
    given: Surroundings,
    limits: Limits,
    inherited: Inherited,
    info: int | None = None,
    connection: bytes | None = None,
) -> list[str]:
    """The command line that runs `program` in the sandbox. What it must inherit is added to `inherited`.

    Arguments:
        info: an inherited file descriptor on which bubblewrap says which process is the sandbox's first.
        connection: content of the kernel's connection file.

    Raises ValueError for files that cannot be put into the working folder, RuntimeError where they or the folders that
    are given cannot be used.
    """
    _check(given, limits)
    arguments = [*_namespaces(limits, inherited), *_view(given, limits, inherited)]
    if info is not None:
        arguments += ["--info-fd", str(info)]
    if connection is not None:
        arguments += ["--perms", "0600", "--file", str(inherited.holding(connection)), CONNECTION_FILE]
    arguments += ["--remount-ro", "/", *_environment(given)]
    if system_calls := seccomp.program():
        arguments += ["--seccomp", str(inherited.holding(system_calls))]
    if given.channel is not None:
        inherited.lend(given.channel)
    if given.files:
        packed = inherited.holding(marshal.dumps(given.files))
        program = [sys.executable, "-I", "-S", "-c", UNPACK, str(packed), *program]
    # through a file, so that no process inside can read in /proc/1/cmdline what is where on this machine
    listed = inherited.holding("\0".join(arguments).encode() + b"\0")
    bubblewrap = [shutil.which("bwrap"), "--args", str(listed), "--"]
    return [*resource_limits(limits), *bubblewrap, *process_limit(limits), *program]


# inside, so that whatever a student's files are called, they reach nothing outside and count in the scratch folder
UNPACK = """
import marshal, os, sys
with open(int(sys.argv[1]), "rb") as packed:
    files = marshal.load(packed)
for path, content in files:
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
    except OSError as error:
        sys.exit(f"{path!r} cannot be put into the working folder: {error.strerror}")
os.execv(sys.argv[2], sys.argv[2:])
"""


def identity() -> dict:
    """As whom bubblewrap runs. The kernel exempts root from the limit of processes, so root takes a spare user."""
    if os.geteuid() != 0:
        return {}
    user = _spare_user()
    return {"user": user, "group": user, "extra_groups": []}


def _spare_user() -> int:
    """A user id that nobody has, not even another grader, as Linux limits some things by user.

    In a container, one of those that it has.
    """
    ranges = [line.split() for line in Path("/proc/self/uid_map").read_text().splitlines()]
    last = max(int(first) + int(count) for first, _, count in ranges) - 1
    first = SPARE_USERS if last > SPARE_USERS + 2**22 else last // 2  # 2**22: no process id is larger
    return first + os.getpid() % max(1, last - first - 1)


def _namespaces(limits: Limits, inherited: Inherited) -> list[str]:
    user = ["--unshare-user"]
    if os.geteuid() == 0:
        namespace = str(inherited.keep(_user_namespace(limits)))
        user = ["--userns", namespace, "--block-fd", namespace]  # the latter only so that it is closed after use
    return [
        *user,
        *["--uid", str(USER), "--gid", str(USER)],
        *["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"],
        *["--hostname", "sandbox", "--die-with-parent", "--new-session", "--cap-drop", "ALL"],
    ]


def _user_namespace(limits: Limits) -> int:
    """A user namespace for root's use, in which no more processes run than is allowed: file descriptor.

    It belongs to a user without rights; root is mapped into it only so that bubblewrap, before the kernel
    starts, can reach a Python that lies in a folder of root's.
    """
    holder = subprocess.Popen(
        [*process_limit(limits), "unshare", "--user", "sh", "-c", "echo ready; read _"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={"PATH": os.defpath}, cwd="/",
        **identity(),
    )  # fmt: skip
    with holder:
        said = holder.stdout.readline()
        if said != b"ready\n":
            raise OSError(said.decode("utf-8", "replace").strip() or "unshare failed")
        for kind in ("uid_map", "gid_map"):
            Path(f"/proc/{holder.pid}/{kind}").write_text(f"0 0 1\n{USER} {_spare_user()} 1\n")
        return os.open(f"/proc/{holder.pid}/ns/user", os.O_RDONLY)


def _check(given: Surroundings, limits: Limits) -> None:
    if given.files and given.work:
        raise ValueError("files cannot be put into a working folder that is read-only")
    for path, _ in given.files:
        parts = PurePosixPath(path).parts
        if not parts or parts[0] == "/" or ".." in parts or "\0" in path:
            raise ValueError(f"{path!r} is not a path inside the working folder")
    size = sum(len(content) for _, content in given.files)
    if size > limits.scratch_bytes:
        most = in_words(limits.scratch_bytes)
        raise RuntimeError(f"the files in the working folder take {in_words(size)}, and {most} are allowed")
    # where root grades, the kernel is somebody without rights, who reads only what everybody may
    for folder in filter(None, (*given.pythonpath, given.work, given.data)):
        if os.geteuid() == 0 and os.stat(folder).st_mode & 0o005 != 0o005:
            raise RuntimeError(f"{folder} is closed to the kernel in the sandbox: chmod -R o+rX {folder}")


def _view(given: Surroundings, limits: Limits, inherited: Inherited) -> list[str]:
    """What there is in the sandbox's file system."""
    scratch = str(limits.scratch_bytes)
    prlimit = shutil.which("prlimit")
    arguments = [
        *["--proc", "/proc"],
        *["--size", "4096", "--tmpfs", "/dev", "--size", scratch, "--tmpfs", "/dev/shm"],
        *(part for name in DEVICES for part in ("--dev-bind", f"/dev/{name}", f"/dev/{name}")),
        *["--symlink", "/proc/self/fd", "/dev/fd", "--remount-ro", "/dev"],
        *["--size", "1000000", "--tmpfs", "/run", "--dir", SOCKETS],
        *["--size", scratch, "--tmpfs", "/tmp", "--size", scratch, "--tmpfs", HOME],
        *python_view(given.hidden, inherited),  # after the scratch folders, for a Python may lie in one of these
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
        arguments += ["--file", str(inherited.holding(path.read_bytes())), f"{HOME}/.matplotlib/{path.name}"]
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
