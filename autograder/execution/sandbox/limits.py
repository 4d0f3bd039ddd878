"""The limits of a student's kernel: how they are set for a process, and which of them caused an error."""

import errno
import resource
import shutil
from typing import TYPE_CHECKING

from autograder.notebook.limits import Limits

if TYPE_CHECKING:
    from nbformat import NotebookNode


def limit_values(limits: Limits) -> dict[str, tuple[int, int]]:
    """Return {name as in RLIMIT_NAME: (soft, hard)} for one process; `nproc` counts all processes of its user.

    The values limit address space, open files, the size of a file and processor time. They also forbid core dumps and
    raising the priority.
    """
    values = {
        "as": limits.memory_bytes,
        "nofile": limits.open_files,
        "fsize": limits.scratch_bytes,
        "core": 1,  # byte: no core file, and no dump to the machine's crash handler, which 0 would not prevent: core(5)
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
    """Return what to put in front of a command so that it and all that it starts run with these limits.

    The limit of processes is left out, because it would count the grader's processes. Without prlimit, the list is
    empty.
    """
    prlimit = shutil.which("prlimit")
    if not prlimit:
        return []
    values = {name: pair for name, pair in limit_values(limits).items() if name != "nproc"}
    return [prlimit, *(f"--{name}={soft}:{hard}" for name, (soft, hard) in values.items()), "--"]


def process_limit(processes: int) -> list[str]:
    """Return what to put in front of a command to limit the number of processes and threads together.

    Linux counts those of the user, in the user namespace in which the command runs.
    """
    return [shutil.which("prlimit") or "prlimit", f"--nproc={_within('nproc', processes)}", "--"]


def limit_met(output: "NotebookNode", limits: Limits) -> str | None:
    """Return which limit of the sandbox caused an error output, in words for the student; None if no limit did."""
    if output.output_type != "error":
        return None
    ename, evalue = str(output.get("ename")), str(output.get("evalue"))
    if "MemoryError" in ename or "failed to map segment" in evalue:  # NumPy's _ArrayMemoryError; an import
        return f"ran out of memory (limit {size_in_words(limits.memory_bytes)})"
    if "can't start new thread" in evalue or (ename == "BlockingIOError" and "Resource temporarily" in evalue):
        return f"started too many processes or threads (limit {limits.processes})"
    for code, what in (
        (errno.ENOMEM, f"ran out of memory (limit {size_in_words(limits.memory_bytes)})"),
        (errno.EMFILE, f"opened too many files at once (limit {limits.open_files})"),
        (errno.ENOSPC, f"filled its scratch folder (limit {size_in_words(limits.scratch_bytes)})"),
        (errno.EFBIG, f"wrote too large a file (limit {size_in_words(limits.scratch_bytes)})"),
        (errno.EROFS, "wrote to a folder that is read-only here; write to the working folder instead"),
        (errno.ENETUNREACH, "needs the network, which is not available while grading"),
    ):
        if f"[Errno {code}] " in evalue:
            return what
    if "Temporary failure in name resolution" in evalue or "Name or service not known" in evalue:
        return "needs the network, which is not available while grading"
    return None


def size_in_words(size: int) -> str:
    """4_000_000_000 -> "4 GB"."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"


def _within(name: str, value: int) -> int:
    """Return `value`, or the grader's own hard limit if that is lower, because a process cannot exceed it."""
    hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name.upper()}"))[1]
    return value if hard == resource.RLIM_INFINITY else min(value, hard)
