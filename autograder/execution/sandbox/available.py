"""Whether there is a sandbox on this machine, and what to do where there is none."""

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

PROGRAMS = {"bwrap": "bubblewrap", "prlimit": "util-linux", "unshare": "util-linux"}  # and the packages they are in


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
        said = _try(os.environ.get("PATH"))
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


@functools.cache
def _try(path: str | None) -> str | None:
    """None if a sandbox works, else what it said. There are two attempts: the first may be killed by chance."""
    return _start_one() and _start_one()


def _start_one() -> str | None:
    """Start a kernel in a sandbox and end it at once; None if that works, else what it said."""

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
