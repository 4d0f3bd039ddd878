"""Whether the sandbox works on this machine, and what to do if it does not."""

import asyncio
import functools
import os
import shutil
import subprocess
import sys

from autograder.errors import KitError
from autograder.execution.sandbox.bubblewrap import View
from autograder.execution.sandbox.kernel import Zygote
from autograder.notebook.limits import Limits

PROGRAMS = {"bwrap": "bubblewrap", "prlimit": "util-linux", "unshare": "util-linux"}  # program -> its package


def missing() -> KitError | None:
    """Return why the sandbox does not work on this machine, as an error that says what to do; None if it works."""
    if sys.platform != "linux":
        return KitError("The sandbox needs Linux (namespaces and bubblewrap).", _OTHERWISE)
    for program, package in PROGRAMS.items():
        if not shutil.which(program):
            return KitError(
                f"The sandbox needs {package}, which is not installed ({program} is not found).",
                f"Install it with: apt-get install {package} (Fedora: dnf install {package}).\n{_OTHERWISE}",
            )
    try:
        said = _try(os.environ.get("PATH"))
    except (OSError, subprocess.SubprocessError) as error:
        said = f"{type(error).__name__}: {error}"
    if said is None:
        return None
    return KitError(f"bubblewrap is installed but does not work here: {said}", f"{_WHY_NOT}\n{_OTHERWISE}")


_WHY_NOT = (
    "From 23.10 on, Ubuntu lets only programs with an AppArmor profile create user namespaces: install the package "
    "apparmor-profiles, or run: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0. On older Debian, run: "
    "sudo sysctl kernel.unprivileged_userns_clone=1. Start a container with --privileged, or with "
    "--security-opt seccomp=unconfined --security-opt systempaths=unconfined. If you grade as root, all users must be "
    "allowed to read this Python's files."
)
_OTHERWISE = "To grade without a sandbox, on a disposable machine, use: --isolation process"


@functools.cache
def _try(path: str | None) -> str | None:
    """Return None if a sandbox works, else its error. There are two attempts: the first may be killed by chance."""
    return _start_one() and _start_one()


def _start_one() -> str | None:
    """Start a kernel in a sandbox and end it at once. Returns None if that works, else the last line of its error."""

    async def start() -> None:
        await (await zygote.start(Limits())).end()

    zygote = Zygote(View(), 0)
    try:
        asyncio.run(start())
    except RuntimeError as error:
        return str(error).splitlines()[-1]
    finally:
        zygote.close()
    return None
