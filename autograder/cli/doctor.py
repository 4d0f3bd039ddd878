"""Check, for `cs231n doctor`, whether each part works on this machine, and say how to repair what does not."""

import ast
import importlib.metadata
import importlib.util
import logging
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_client.blocking.client import BlockingKernelClient
    from jupyter_client.manager import KernelManager

OLDEST_PYTHON = (3, 11)
KERNEL_SECONDS = 60
INSTRUCTORS = "autograder.cli.instructors_doctor"


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes
    ----------
    state
        "ok", "warning" or "missing".
    advice
        What to do, or "".
    essential
        Whether a student cannot work if this is missing.
    """

    subject: str
    state: str
    found: str
    advice: str = ""
    essential: bool = False

    @property
    def is_fatal(self) -> bool:
        return self.essential and self.state == "missing"


Part = tuple[str, Callable[[str], Finding], bool]  # the subject, the function that examines it, whether it is essential


def examine(start: Path | str | None = None) -> Iterator[Finding]:
    """Examine each part in turn and yield the findings. If examining a part fails, that is a finding too.

    Parameters
    ----------
    start
        The folder in or above which to look for a workspace.
    """
    parts: list[Part] = [
        ("Python", _python, True),
        ("NumPy", _numpy, True),
        ("library", _library, True),
        ("C compiler", _compiler, False),
        ("fast kernels", _kernels, False),
        ("Jupyter kernel", _jupyter_kernel, True),
        ("JupyterLab", _jupyterlab, False),
        ("data sets", _data_sets, False),
    ]
    if importlib.util.find_spec(INSTRUCTORS):  # not in a release for students
        parts += importlib.import_module(INSTRUCTORS).parts(start)
    for subject, look, essential in parts:
        try:
            yield look(subject)
        except Exception as error:  # a broken installation may fail in any way
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            advice = "Install the kit again, in the folder of the release: python -m pip install ./kit"
            yield Finding(subject, "missing", reason, advice, essential)


def _python(subject: str) -> Finding:
    found = f"{platform.python_version()} ({sys.executable})"
    if sys.version_info < OLDEST_PYTHON:
        return Finding(subject, "missing", found, "Install Python 3.11 or newer.", essential=True)
    return Finding(subject, "ok", found)


def _numpy(subject: str) -> Finding:
    import numpy

    blas = numpy.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {})
    name = " ".join(filter(None, [blas.get("name"), blas.get("version")])) or "unknown"
    return Finding(subject, "ok", f"{numpy.__version__}, BLAS: {name}, {os.cpu_count()} processors")


def _library(subject: str) -> Finding:
    import cs231n_lib.checks
    from autograder.check import newer_kit
    from cs231n_lib.edition import this_edition

    version = importlib.metadata.version("cs231n-course-kit")
    edition = this_edition()
    of = f", of the release {edition.assignment}" if edition else ""
    found = f"cs231n-course-kit {version}{of} ({Path(cs231n_lib.__file__).parent})"
    older = [said for path in sorted(Path().glob("*.ipynb")) if (said := newer_kit(path))]
    return Finding(subject, "warning" if older else "ok", found, "\n".join(older))


def _compiler(subject: str) -> Finding:
    command = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    found = shutil.which(command) or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if found is None:
        advice = "Only the fast kernels need it. To build them, install gcc or clang (Debian, Ubuntu: build-essential)."
        return Finding(subject, "warning", "none found", advice)
    return Finding(subject, "ok", found)


def _kernels(subject: str) -> Finding:
    from cs231n_lib import kernels

    backend = kernels.backend()
    if backend == "cython":
        return Finding(subject, "ok", "Cython")
    advice = (
        "Everything works, but slower. Install a C compiler, then run in the folder of the release: "
        "python -m pip install --force-reinstall --no-deps ./kit"
    )
    return Finding(subject, "warning", f"not built; {backend} is used instead", advice)


def _jupyter_kernel(subject: str) -> Finding:
    """Start a kernel and let it compute something."""
    from jupyter_client.manager import start_new_kernel

    logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # failures are reported here instead of in Jupyter's log
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cs231n-") as empty:
        # the same kernel as for notebooks: the one called python3 that Jupyter finds
        manager, client = start_new_kernel(
            kernel_name="python3", startup_timeout=KERNEL_SECONDS, stderr=subprocess.DEVNULL, cwd=empty
        )
        said = _ask(manager, client)
    seconds = time.monotonic() - start
    if not said or said[0][0] != 2:
        advice = "Install the kernel again: python -m pip install --force-reinstall ipykernel"
        return Finding(subject, "missing", "starts, but does not compute 1 + 1", advice, essential=True)
    other = said[0][1]
    if os.path.realpath(os.path.dirname(other)) != os.path.realpath(os.path.dirname(sys.executable)):
        advice = "Notebooks use another Python. To use this one, run: python -m ipykernel install --sys-prefix"
        return Finding(subject, "warning", f"python3 starts {other}", advice)
    return Finding(subject, "ok", f"started and computed 1 + 1 in {seconds:.1f} s")


def _ask(manager: "KernelManager", client: "BlockingKernelClient") -> list[tuple[int, str]]:
    """Let a kernel compute 1 + 1 and name its Python, then end it."""
    try:
        said: list[tuple[int, str]] = []

        def listen(message: dict[str, Any]) -> None:
            if message["msg_type"] == "execute_result":
                said.append(ast.literal_eval(message["content"]["data"]["text/plain"]))

        code = "(1 + 1, __import__('sys').executable)"
        client.execute_interactive(code, timeout=KERNEL_SECONDS, output_hook=listen)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return said


def _jupyterlab(subject: str) -> Finding:
    try:
        return Finding(subject, "ok", importlib.metadata.version("jupyterlab"))
    except importlib.metadata.PackageNotFoundError:
        advice = "Install it with: python -m pip install jupyterlab (or use any other notebook editor)"
        return Finding(subject, "warning", "not installed", advice)


def _data_sets(subject: str) -> Finding:
    from autograder.cli.data_sets import list_data_sets
    from cs231n_lib.data import data_dir

    listed = list_data_sets()
    found = ", ".join(f"{data_set.name} ({data_set.state})" for data_set in listed) + f", kept in {data_dir()}"
    absent = [data_set.name for data_set in listed if data_set.state == "absent"]
    if absent:
        return Finding(subject, "ok", found, f"To fetch one: cs231n data {absent[0]}")
    return Finding(subject, "ok", found)
