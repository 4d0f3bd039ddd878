"""The limits of a student's kernel: how a process is given them, and which one an error speaks of."""

import errno
import resource
import shutil

from autograder.notebook.limits import Limits


def limit_values(limits: Limits) -> dict[str, tuple[int, int]]:
    """{name as of RLIMIT_NAME: (soft, hard)} of what one process may use; `nproc` counts those of its user.

    Address space, open files, the size of a file, processor time; no core dumps, and no way to a higher priority.
    """
    values = {
        "as": limits.memory_bytes,
        "nofile": limits.open_files,
        "fsize": limits.scratch_bytes,
        "core": 1,  # none, and none is handed to the machine's crash handler either: core(5)
        "memlock": 0,
        "msgqueue": 0,
        "nice": 0,
        "rtprio": 0,
        "nproc": limits.processes,
    }
    given = {name: (_within(name, value),) * 2 for name, value in values.items()}
    seconds = _within("cpu", limits.cpu_seconds + 2)  # from SIGXCPU to SIGKILL
    return {**given, "cpu": (min(limits.cpu_seconds, seconds), seconds)}


def resource_limits(limits: Limits) -> list[str]:
    """The command that gives a process its limits, which all that it starts inherit, and then becomes it.

    All but that of processes, which would count those of the grader. To be put in front of a command; [] where there
    is no prlimit.
    """
    prlimit = shutil.which("prlimit")
    if not prlimit:
        return []
    values = {name: pair for name, pair in limit_values(limits).items() if name != "nproc"}
    return [prlimit, *(f"--{name}={soft}:{hard}" for name, (soft, hard) in values.items()), "--"]


def process_limit(processes: int) -> list[str]:
    """Likewise, for processes and threads together. Linux counts a user's, in the user namespace where this runs."""
    return [shutil.which("prlimit"), f"--nproc={_within('nproc', processes)}", "--"]


def limit_met(output, limits: Limits) -> str | None:
    """Which limit of the sandbox an error output speaks of, in words for the student; None if of none."""
    if output.output_type != "error":
        return None
    ename, evalue = str(output.get("ename")), str(output.get("evalue"))
    if "MemoryError" in ename or "failed to map segment" in evalue:  # NumPy's _ArrayMemoryError; an import
        return f"ran out of memory (limit {in_words(limits.memory_bytes)})"
    if "can't start new thread" in evalue or (ename == "BlockingIOError" and "Resource temporarily" in evalue):
        return f"started too many processes or threads (limit {limits.processes})"
    for code, what in (
        (errno.ENOMEM, f"ran out of memory (limit {in_words(limits.memory_bytes)})"),
        (errno.EMFILE, f"opened too many files at once (limit {limits.open_files})"),
        (errno.ENOSPC, f"filled its scratch folder (limit {in_words(limits.scratch_bytes)})"),
        (errno.EFBIG, f"wrote too large a file (limit {in_words(limits.scratch_bytes)})"),
        (errno.EROFS, "wrote to a folder that is read-only here; its own is the working folder"),
        (errno.ENETUNREACH, "needs the network, and there is none when a notebook is graded"),
    ):
        if f"[Errno {code}] " in evalue:
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


def _within(name: str, value: int) -> int:
    """`value`, or the grader's own limit where that is lower: no process may raise it."""
    hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name.upper()}"))[1]
    return value if hard == resource.RLIM_INFINITY else min(value, hard)
